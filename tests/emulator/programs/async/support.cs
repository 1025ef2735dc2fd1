// What the programs of this folder share. Each is compiled together with this file.
//
// A program that has more than one thing under way does it on one thread, in one order: its contexts queue their
// callbacks in a loop that the program itself runs. Threads would make the number of posts a matter of luck (an await
// whose task ends between the question and the registration posts once more than others).
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace AsyncPrograms;

/// <summary>The queue of all contexts; callbacks run in the order in which they came.</summary>
static class Loop
{
    static readonly Queue<(SynchronizationContext Context, SendOrPostCallback Callback, object State)> queue = new();

    /// <summary>Queues a callback. It will run with that context as the current one; null is none.</summary>
    public static void Enqueue(SynchronizationContext context, SendOrPostCallback callback, object state) =>
        queue.Enqueue((context, callback, state));

    /// <summary>Runs one callback; false when there is none.</summary>
    public static bool Step()
    {
        if (queue.Count == 0) return false;
        (SynchronizationContext context, SendOrPostCallback callback, object state) = queue.Dequeue();
        SynchronizationContext before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            callback(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
        return true;
    }

    public static void Drain()
    {
        while (Step()) { }
    }

    /// <summary>Starts something on a context, without running the loop.</summary>
    public static Task Start(SynchronizationContext context, Func<Task> work)
    {
        SynchronizationContext before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return work();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs something on a context of its own to the end. None of it may leave the loop.</summary>
    public static void Run(Func<Task> work)
    {
        Task task = Start(new CountingContext("loop"), work);
        Drain();
        if (!task.IsCompleted) throw new InvalidOperationException("something waits for what never comes");
        task.GetAwaiter().GetResult();
    }
}

/// <summary>A context that runs its callbacks in the loop, and counts them.</summary>
sealed class CountingContext : SynchronizationContext
{
    readonly string name;

    public int Posts;

    public CountingContext(string name) => this.name = name;

    public override void Post(SendOrPostCallback d, object state)
    {
        Posts++;
        Loop.Enqueue(this, d, state);
    }

    /// <summary>The name of the current context.</summary>
    public static string CurrentName => Current == null ? "none" : Current is CountingContext c ? c.name : "other";
}

/// <summary>Something to await that a program completes itself, with a result or an exception, as often as it likes.</summary>
sealed class Gate<T>
{
    TaskCompletionSource<T> source = new();

    public Task<T> Wait() => source.Task;

    /// <summary>Completes what waits, and lets the next ones wait anew. What waited goes on before this returns.</summary>
    public void Open(T value) => Exchange().SetResult(value);

    public void Fail(Exception error) => Exchange().SetException(error);

    TaskCompletionSource<T> Exchange()
    {
        TaskCompletionSource<T> old = source;
        source = new TaskCompletionSource<T>();
        return old;
    }
}
