// Delegates to async methods: static, instance, virtual, of structs, generic; multicast; passed around and awaited.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P35;

delegate Task<T> Step<T>(T input);
delegate ValueTask<int> Measure(string text, int factor);
delegate Task Notify(string text);

class Machine
{
    readonly int factor;
    public Machine(int factor) => this.factor = factor;
    public virtual async Task<int> Run(int x)
    {
        await Task.Yield();
        return x * factor;
    }
    public static async Task<int> Increment(int x)
    {
        await Task.CompletedTask;
        return x + 1;
    }
    public async ValueTask<int> Measure(string text, int times)
    {
        await Task.Yield();
        return text.Length * times * factor;
    }
}

sealed class Reverse : Machine
{
    public Reverse() : base(2) { }
    public override async Task<int> Run(int x) => -await base.Run(x);
}

struct Offset
{
    public int By;
    public async Task<int> Run(int x)
    {
        await Task.Yield();
        return x + By;
    }
}

static class Program
{
    static readonly List<string> heard = new();

    static async Task<T> Compose<T>(T start, params Step<T>[] steps)
    {
        foreach (Step<T> step in steps) start = await step(start);
        return start;
    }

    static async Task<T> Same<T>(T value)
    {
        await Task.Yield();
        return value;
    }

    static Step<int> Repeat(Step<int> step, int times) => async x =>
    {
        for (int i = 0; i < times; i++) x = await step(x);
        return x;
    };

    static async Task Hear(string text)
    {
        await Task.Yield();
        heard.Add("one " + text);
    }

    static async Task HearToo(string text)
    {
        heard.Add("two " + text);
        await Task.CompletedTask;
    }

    static async Task NotifyAll(Notify listeners, string text)
    {
        foreach (Delegate listener in listeners.GetInvocationList()) await ((Notify)listener)(text);
    }

    static Func<Task<string>> Lazy(string text)
    {
        Task<string> task = null;
        return () => task ??= Same(text);
    }

    public static async Task Main()
    {
        var machine = new Machine(3);
        var offset = new Offset { By = 100 };
        Step<int> ofStruct = offset.Run; // of a copy
        offset.By = 7;
        Console.WriteLine(await Compose(5, Machine.Increment, machine.Run, ofStruct, Same));
        Console.WriteLine(await Compose(5, new Reverse().Run, Repeat(Machine.Increment, 10), Repeat(machine.Run, 3)));
        Console.WriteLine(await Compose("s", Same, async s => s + await Same("!"), s => Task.FromResult(s + s)));

        Measure measure = machine.Measure;
        Console.WriteLine(await measure("four", 2) + await measure("", 9));

        Notify listeners = Hear;
        listeners += HearToo;
        listeners += async text => heard.Add(await Same("three ") + text);
        await NotifyAll(listeners, "a");
        listeners -= HearToo;
        await NotifyAll(listeners, "b");
        await listeners("last"); // only the last one's task
        Console.WriteLine(string.Join("; ", heard.GetRange(0, 5)));

        Func<Task<string>> lazy = Lazy("lazy");
        Console.WriteLine($"{await lazy()} {ReferenceEquals(lazy(), lazy())}");
        Func<int, Func<int, Task<int>>> curried = a => async b => { await Task.Yield(); return a * 10 + b; };
        Console.WriteLine(await curried(4)(2));
        Func<Task> failing = async () => { await Task.Yield(); throw new InvalidOperationException("from a delegate"); };
        try { await failing(); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        Step<int> none = null;
        try { await none(1); } catch (NullReferenceException) { Console.WriteLine("null"); }
    }
}
