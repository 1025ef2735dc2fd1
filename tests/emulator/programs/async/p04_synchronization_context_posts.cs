// How often awaits post to a custom synchronization context, and which context is current behind them.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P04;

static class Program
{
    static CountingContext context;
    static readonly Gate<int> gate = new();

    static void Show(string what) => Console.WriteLine($"{what}: posts {context.Posts}, current {CountingContext.CurrentName}");

    static async Task<int> Completed(int x)
    {
        await Task.CompletedTask;
        return x;
    }

    static async Task<int> Yields(int x)
    {
        await Task.Yield();
        return x;
    }

    static async Task<int> Waits() => 2 * await gate.Wait();

    static async Task<int> Twice(int x) => await Yields(x) + await Yields(x + 1);

    static async ValueTask<int> Value(bool suspend)
    {
        if (suspend) await Task.Yield();
        return 1;
    }

    static async Task Plain()
    {
        await Completed(1);
        Show("completed");
        await Task.FromResult(3);
        Show("from result");
        await Yields(1);
        Show("suspended");
        await Twice(1);
        Show("suspended twice below");
        await Task.Yield();
        Show("yield");
        await Value(false);
        Show("value task, completed");
        await Value(true);
        Show("value task, suspended");
        await Waits();
        Show("gate");
    }

    static async Task WithTrue()
    {
        await Completed(1).ConfigureAwait(true);
        Show("true, completed");
        await Yields(1).ConfigureAwait(true);
        Show("true, suspended");
        await Value(true).ConfigureAwait(true);
        Show("true, value task");
        Task<int> task = Yields(5);
        Show("a task is started");
        Console.WriteLine(await task.ConfigureAwait(true));
        Show("true, a task from a local");
        await Waits().ConfigureAwait(true);
        Show("true, gate");
    }

    static void OnContext(string name, Func<Task> work)
    {
        context = new CountingContext(name);
        Task task = Loop.Start(context, work);
        Loop.Drain();
        Show($"{name}, at the gate: {task.IsCompleted}");
        gate.Open(4); // here no context is current, so what waits is posted
        Show($"{name}, opened: {task.IsCompleted}");
        Loop.Drain();
        Show($"{name}, at the end: {task.IsCompleted}");
        task.GetAwaiter().GetResult();
    }

    static async Task OpensItself()
    {
        Task<int> waiting = Waits();
        gate.Open(21); // here the captured context is current, so nothing is posted
        Show($"opened on the context: {waiting.IsCompleted}");
        Show($"and awaited: {await waiting}");
    }

    public static void Main()
    {
        OnContext("plain", Plain);
        OnContext("true", WithTrue);
        OnContext("itself", OpensItself);
    }
}
