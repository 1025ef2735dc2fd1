// A custom task scheduler as the captured context: what was started on it goes on there.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P09;

sealed class QueueScheduler : TaskScheduler
{
    readonly Queue<Task> queue = new();
    public int Queued;

    protected override void QueueTask(Task task)
    {
        Queued++;
        queue.Enqueue(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
    protected override IEnumerable<Task> GetScheduledTasks() => queue;

    public void RunAll()
    {
        while (queue.Count != 0) TryExecuteTask(queue.Dequeue());
    }
}

static class Program
{
    static readonly QueueScheduler scheduler = new();

    static string Here => TaskScheduler.Current == scheduler ? "queue" : TaskScheduler.Current == TaskScheduler.Default ? "default" : "other";

    static async Task<int> Leaf(Gate<int> gate)
    {
        int value = await gate.Wait();
        Console.WriteLine($"leaf {value} on {Here}");
        return value;
    }

    static async Task<string> Work(Gate<int> gate)
    {
        Console.WriteLine($"work starts on {Here}");
        await Task.CompletedTask;
        int a = await Leaf(gate);
        Console.WriteLine($"work goes on, on {Here}");
        await Task.Yield();
        Console.WriteLine($"yielded on {Here}");
        int b = await Leaf(gate);
        return $"{a + b} on {Here}";
    }

    public static void Main()
    {
        var gate = new Gate<int>();
        Task<Task<string>> outer = Task.Factory.StartNew(() => Work(gate), CancellationToken.None, TaskCreationOptions.None, scheduler);
        Console.WriteLine($"queued {scheduler.Queued}, {Here}");
        scheduler.RunAll();
        Task<string> work = outer.Result;
        Console.WriteLine($"{work.IsCompleted}, {Here}");
        gate.Open(1);
        Console.WriteLine($"opened, {work.IsCompleted}");
        scheduler.RunAll();
        gate.Open(20);
        scheduler.RunAll();
        Console.WriteLine(work.Result);
        Console.WriteLine(Here);
    }
}
