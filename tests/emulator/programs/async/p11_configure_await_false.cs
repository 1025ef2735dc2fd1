// ConfigureAwait(false): what suspended goes on without the captured context, what did not keeps it.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P11;

static class Program
{
    static CountingContext context;
    static readonly Gate<string> gate = new();

    static void Show(string what) => Console.WriteLine($"{what}: posts {context.Posts}, current {CountingContext.CurrentName}");

    static async Task Completed() => await Task.CompletedTask;

    static async Task<int> Yields(int x)
    {
        await Task.Yield();
        return x;
    }

    static async ValueTask<int> Value(int x)
    {
        await Task.Yield();
        return x;
    }

    static async Task<string> Waits() => await gate.Wait() + "!";

    // Everything behind the first suspension runs on the thread pool: the context is not seen any more.
    static async Task Suspends()
    {
        await Completed().ConfigureAwait(false);
        Show("completed");
        await Yields(1).ConfigureAwait(false);
        Show("suspended");
        await Yields(2);
        Show("nothing to capture any more");
        await Yields(3).ConfigureAwait(true);
        Show("the same with true");
        await Completed().ConfigureAwait(false);
        Show("completed again");
    }

    static async Task SuspendsInValueTask()
    {
        Console.WriteLine(await Value(6).ConfigureAwait(false));
        Show("value task");
    }

    // The callee captures the context, its caller does not.
    static async Task AtGate()
    {
        string text = await Waits().ConfigureAwait(false);
        Show(text);
    }

    static void OnContext(string name, Func<Task> work)
    {
        context = new CountingContext(name);
        Task task = Loop.Start(context, work);
        Loop.Drain();
        task.GetAwaiter().GetResult(); // the rest runs on the thread pool and posts nothing
        Show($"{name} has ended");
    }

    public static void Main()
    {
        OnContext("suspends", Suspends);
        OnContext("value", SuspendsInValueTask);
        context = new CountingContext("gate");
        Task task = Loop.Start(context, AtGate);
        gate.Open("opened");
        Show("posted");
        Loop.Drain();
        task.GetAwaiter().GetResult();
        Show("end");
    }
}
