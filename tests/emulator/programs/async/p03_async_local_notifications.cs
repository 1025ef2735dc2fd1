// The change notifications of an AsyncLocal: when contexts are put back behind a callee, and when one is resumed.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P03;

static class Program
{
    static readonly AsyncLocal<string> Watched = new(Changed);

    static void Changed(AsyncLocalValueChangedArgs<string> change)
    {
        string kind = change.ThreadContextChanged ? "context" : "set";
        Console.WriteLine($"    {kind}: {change.PreviousValue ?? "-"} -> {change.CurrentValue ?? "-"}");
    }

    static async Task Synchronous(string value)
    {
        Watched.Value = value;
        await Task.CompletedTask;
        Console.WriteLine("  callee ends");
    }

    static async Task Throws(string value)
    {
        Watched.Value = value;
        throw new TimeoutException();
    }

    static async Task Suspends(Gate<int> gate, string value)
    {
        Watched.Value = value;
        Console.WriteLine("  callee waits");
        int got = await gate.Wait();
        Console.WriteLine($"  callee goes on with {got}, {Watched.Value}");
        Watched.Value = value + got;
    }

    static async Task Unchanged()
    {
        await Task.CompletedTask;
        Console.WriteLine("  nothing changed");
    }

    static async Task Callees()
    {
        Console.WriteLine("synchronous");
        await Synchronous("inner");
        Console.WriteLine("the same value");
        await Synchronous("main");
        Console.WriteLine("exception");
        try { await Throws("thrown"); } catch (TimeoutException) { Console.WriteLine("caught"); }
        Console.WriteLine("no change");
        await Unchanged();
    }

    public static void Main()
    {
        Watched.Value = "main";
        Callees().GetAwaiter().GetResult();
        Console.WriteLine("suspension");
        var gate = new Gate<int>();
        Task waiting = Suspends(gate, "async");
        Console.WriteLine($"back, {Watched.Value}");
        gate.Open(42);
        Console.WriteLine($"{waiting.Status}, {Watched.Value}");
        Watched.Value = null;
        Console.WriteLine("end");
    }
}
