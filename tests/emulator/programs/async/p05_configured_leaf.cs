// ConfigureAwait(false) directly on a task that no async method made, under a custom synchronization context.
//
// A deliberate difference: .NET 10 reaches such a task through the thunk that is the async variant of the plain method,
// and that captures the context, so the leaf posts once. In .NET 11 an async version is transparent and there is no
// post, as with classic async methods. Which context is current behind the await is the same everywhere.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P05;

/// <summary>Runs its callbacks on the thread pool, because the callbacks of timers come from there too.</summary>
sealed class PoolContext : SynchronizationContext
{
    public int Posts;

    public override void Post(SendOrPostCallback d, object state)
    {
        Posts++;
        ThreadPool.UnsafeQueueUserWorkItem(_ => d(state), null);
    }
}

static class Program
{
    static readonly CountingContext context = new("custom");
    static readonly Gate<int> gate = new();

    static Task<int> PlainMethod() => gate.Wait();

    static void Show(string what) => Console.WriteLine($"{what}: posts {context.Posts}, current {CountingContext.CurrentName}");

    static async Task OnDelay(PoolContext pool)
    {
        await Task.Delay(20).ConfigureAwait(false);
        Console.WriteLine($"delay: posts {pool.Posts}, current {SynchronizationContext.Current != null}");
    }

    static async Task OnPlainMethod()
    {
        int value = await PlainMethod().ConfigureAwait(false);
        Show($"plain method {value}");
    }

    static async Task OnCapturing()
    {
        int value = await PlainMethod();
        Show($"captured {value}");
    }

    static async Task OnLocal()
    {
        Task<int> task = gate.Wait();
        Show("started"); // in between, so that no pattern of adjacent calls is left
        int value = await task.ConfigureAwait(false);
        Show($"local {value}");
    }

    static void OnContext(Func<Task> work)
    {
        Task task = Loop.Start(context, work);
        gate.Open(5);
        Show("opened");
        Loop.Drain();
        task.GetAwaiter().GetResult();
        Show("end");
    }

    public static void Main()
    {
        var pool = new PoolContext();
        Loop.Start(pool, () => OnDelay(pool)).GetAwaiter().GetResult();
        Console.WriteLine($"in all {pool.Posts}");
        OnContext(OnPlainMethod);
        OnContext(OnCapturing);
        OnContext(OnLocal);
    }
}
