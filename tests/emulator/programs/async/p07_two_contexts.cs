// Awaiters that move a method to another context, and frames of one chain that want different contexts.
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P07;

readonly struct MoveTo(SynchronizationContext target) : INotifyCompletion
{
    public MoveTo GetAwaiter() => this;
    public bool IsCompleted => SynchronizationContext.Current == target;
    public void GetResult() { }

    public void OnCompleted(Action continuation)
    {
        if (target == null) Loop.Enqueue(null, _ => continuation(), null);
        else target.Post(_ => continuation(), null);
    }
}

static class Program
{
    static readonly CountingContext A = new("A"), B = new("B");

    static void Show(string what) =>
        Console.WriteLine($"{what}: current {CountingContext.CurrentName}, A {A.Posts}, B {B.Posts}");

    static async Task<string> OnB(int yields)
    {
        await new MoveTo(B);
        for (int i = 0; i < yields; i++) await Task.Yield();
        return CountingContext.CurrentName;
    }

    static async Task<string> Alternate(int depth)
    {
        await new MoveTo(depth % 2 == 0 ? A : B);
        string here = CountingContext.CurrentName;
        string below = depth == 0 ? "" : await Alternate(depth - 1);
        return below + here + (CountingContext.CurrentName == here ? "" : "?");
    }

    static async Task<string> LeavesAll()
    {
        await new MoveTo(null);
        string first = CountingContext.CurrentName;
        await new MoveTo(A);
        string second = CountingContext.CurrentName;
        await new MoveTo(null);
        return first + " " + second + " " + CountingContext.CurrentName;
    }

    static async Task Work()
    {
        Show("start");
        await new MoveTo(A);
        Show("moved");
        await new MoveTo(A);
        Show("already there");
        string name = await OnB(0);
        Show("callee ran on " + name);
        name = await OnB(3);
        Show("callee yielded on " + name);
        Console.WriteLine(await Alternate(6));
        Show("alternated");
        name = await LeavesAll();
        Show("callee left to " + name);
        await new MoveTo(B);
        Show("moved");
        await Task.WhenAll(OnB(1), OnB(2), Task.CompletedTask);
        Show("all of three");
        await new MoveTo(null);
        name = await OnB(1).ConfigureAwait(true);
        Console.WriteLine("nothing captured, callee was on " + name);
    }

    public static void Main()
    {
        Task work = Loop.Start(null, Work);
        Loop.Drain();
        work.GetAwaiter().GetResult();
        Show("main");
    }
}
