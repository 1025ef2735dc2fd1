// A callee that changes the current synchronization context: the caller never sees it, but the callee's own rest does.
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P06;

/// <summary>Goes on in the loop, on the current context; unlike Task.Yield also where there is none.</summary>
readonly struct Soon : INotifyCompletion
{
    public Soon GetAwaiter() => this;
    public bool IsCompleted => false;
    public void GetResult() { }

    public void OnCompleted(Action continuation)
    {
        if (SynchronizationContext.Current is { } current) current.Post(_ => continuation(), null);
        else Loop.Enqueue(null, _ => continuation(), null);
    }
}

static class Program
{
    static readonly CountingContext A = new("A"), B = new("B");

    static void Show(string what) =>
        Console.WriteLine($"{what}: current {CountingContext.CurrentName}, A {A.Posts}, B {B.Posts}");

    static async Task SetsAndCompletes(SynchronizationContext next)
    {
        SynchronizationContext.SetSynchronizationContext(next);
        await Task.CompletedTask;
        Show("  set");
    }

    static async Task SetsAndThrows(SynchronizationContext next)
    {
        SynchronizationContext.SetSynchronizationContext(next);
        throw new InvalidOperationException("thrown on " + CountingContext.CurrentName);
    }

    static async Task SetsAndSuspends(SynchronizationContext next)
    {
        SynchronizationContext.SetSynchronizationContext(next);
        Show("  suspends");
        await new Soon();
        Show("  resumed");
    }

    static async Task SetsAfterResumption(SynchronizationContext next)
    {
        await new Soon();
        SynchronizationContext.SetSynchronizationContext(next);
        Show("  set after resumption");
        await Task.CompletedTask;
        Show("  kept over an await that does not suspend");
    }

    static async Task Work()
    {
        Show("start");
        await SetsAndCompletes(B);
        Show("after completion");
        await SetsAndCompletes(null);
        Show("after clearing");
        try { await SetsAndThrows(B); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        Show("after an exception");
        await SetsAndSuspends(B);
        Show("after suspension on B");
        await SetsAndSuspends(null);
        Show("after suspension on none");
        await SetsAfterResumption(B);
        Show("after a late change");
        await SetsAndCompletes(B).ConfigureAwait(false);
        Show("not captured, completed");
    }

    public static void Main()
    {
        Task work = Loop.Start(A, Work);
        Show("main");
        Loop.Drain();
        work.GetAwaiter().GetResult();
        Console.WriteLine($"A {A.Posts}, B {B.Posts}");
    }
}
