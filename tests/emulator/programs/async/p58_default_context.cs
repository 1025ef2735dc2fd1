// The base class SynchronizationContext is no context to go back to, nor does it stop ConfigureAwait(false) from going on in place.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P58;

static class Program
{
    static readonly Gate<int> gate = new();
    static readonly SynchronizationContext Default = new();
    static readonly CountingContext Counting = new("counting");

    static string Name => SynchronizationContext.Current == Default ? "default" : CountingContext.CurrentName;

    static async Task<int> Waits() => await gate.Wait();

    static async Task Captured(string name)
    {
        Console.WriteLine($"  {name} starts on {Name}");
        int value = await Waits();
        Console.WriteLine($"  {name} {value} on {Name}");
    }

    static async Task NotCaptured(string name)
    {
        Console.WriteLine($"  {name} starts on {Name}");
        int value = await Waits().ConfigureAwait(false);
        Console.WriteLine($"  {name} {value} on {Name}");
    }

    static void Open(SynchronizationContext context, int value)
    {
        Loop.Start(context, () =>
        {
            gate.Open(value);
            return Task.CompletedTask;
        });
        Console.WriteLine($"opened, posts {Counting.Posts}");
        Loop.Drain();
    }

    static void Test(string name, SynchronizationContext start, SynchronizationContext open)
    {
        Console.WriteLine(name);
        Task task = Loop.Start(start, () => Captured("captured"));
        Open(open, 1);
        Console.WriteLine(task.Status);
        if (open == Counting) return; // where it would go on the thread pool
        task = Loop.Start(start, () => NotCaptured("not captured"));
        Open(open, 2);
        task.GetAwaiter().GetResult();
    }

    public static void Main()
    {
        Test("from none, opened on none", null, null);
        Test("from default, opened on none", Default, null);
        Test("from default, opened on default", Default, Default);
        Test("from none, opened on default", null, Default);
        Test("from counting, opened on counting", Counting, Counting);
        Console.WriteLine(Name);
    }
}
