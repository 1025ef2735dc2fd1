// Several features at once: asynchronous sequences by hand, with sources, transformations, joins and disposal.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P65;

interface IPull<out T> : IAsyncDisposable
{
    ValueTask<bool> MoveNext();
    T Current { get; }
}

abstract class Stage<T> : IPull<T>
{
    public T Current { get; protected set; }
    public abstract ValueTask<bool> MoveNext();
    public virtual ValueTask DisposeAsync() => default;
}

sealed class Range(int from, int to, string name, List<string> log) : Stage<int>
{
    int next = from;
    public override async ValueTask<bool> MoveNext()
    {
        if (next % 3 == 0) await Task.Yield();
        if (next > to) return false;
        if (next == 13) throw new InvalidOperationException(name + " 13");
        Current = next++;
        return true;
    }
    public override async ValueTask DisposeAsync()
    {
        await Task.Yield();
        log.Add("-" + name);
    }
}

sealed class Where<T>(IPull<T> source, Func<T, ValueTask<bool>> condition) : Stage<T>
{
    public override async ValueTask<bool> MoveNext()
    {
        while (await source.MoveNext())
        {
            if (!await condition(source.Current)) continue;
            Current = source.Current;
            return true;
        }
        return false;
    }
    public override ValueTask DisposeAsync() => source.DisposeAsync();
}

sealed class Select<TIn, TOut>(IPull<TIn> source, Func<TIn, Task<TOut>> map) : Stage<TOut>
{
    public override async ValueTask<bool> MoveNext()
    {
        if (!await source.MoveNext()) return false;
        Current = await map(source.Current);
        return true;
    }
    public override ValueTask DisposeAsync() => source.DisposeAsync();
}

sealed class Take<T>(IPull<T> source, int count) : Stage<T>
{
    public override async ValueTask<bool> MoveNext()
    {
        if (count-- <= 0 || !await source.MoveNext()) return false;
        Current = source.Current;
        return true;
    }
    public override ValueTask DisposeAsync() => source.DisposeAsync();
}

sealed class Zip<TA, TB>(IPull<TA> left, IPull<TB> right) : Stage<(TA Left, TB Right)>
{
    public override async ValueTask<bool> MoveNext()
    {
        if (!await left.MoveNext() || !await right.MoveNext()) return false;
        Current = (left.Current, right.Current);
        return true;
    }
    public override async ValueTask DisposeAsync()
    {
        try { await right.DisposeAsync(); } finally { await left.DisposeAsync(); }
    }
}

sealed class Buffer<T>(IPull<T> source, int size) : Stage<T[]>
{
    public override async ValueTask<bool> MoveNext()
    {
        var items = new List<T>();
        while (items.Count < size && await source.MoveNext()) items.Add(source.Current);
        Current = items.ToArray();
        return items.Count > 0;
    }
    public override ValueTask DisposeAsync() => source.DisposeAsync();
}

static class Program
{
    static readonly List<string> log = new();

    static async Task<List<T>> ToList<T>(IPull<T> source)
    {
        var list = new List<T>();
        await using (source)
        {
            while (await source.MoveNext()) list.Add(source.Current);
        }
        return list;
    }

    static async Task<TState> Fold<T, TState>(IPull<T> source, TState state, Func<TState, T, ValueTask<TState>> step)
    {
        try
        {
            while (await source.MoveNext()) state = await step(state, source.Current);
            return state;
        }
        finally
        {
            await source.DisposeAsync();
        }
    }

    static async ValueTask<bool> IsEven(int x)
    {
        if (x % 4 == 0) await Task.Yield();
        return x % 2 == 0;
    }

    static async Task<string> Name(int x)
    {
        await Task.Yield();
        return "n" + x;
    }

    static Range Numbers(int from, int to, string name) => new(from, to, name, log);

    public static async Task Main()
    {
        Console.WriteLine(string.Join(",", await ToList(new Where<int>(Numbers(0, 12, "a"), IsEven))));
        Console.WriteLine(string.Join(",", await ToList(new Select<int, string>(new Take<int>(Numbers(5, 12, "b"), 4), Name))));
        var zip = new Zip<int, string>(Numbers(1, 5, "c"), new Select<int, string>(Numbers(7, 9, "d"), Name));
        foreach ((int left, string right) in await ToList(zip)) Console.Write($"{left}{right} ");
        Console.WriteLine();
        foreach (int[] buffer in await ToList(new Buffer<int>(Numbers(1, 8, "e"), 3))) Console.Write($"[{string.Join(",", buffer)}]");
        Console.WriteLine();
        Console.WriteLine(await Fold(new Where<int>(Numbers(0, 12, "f"), IsEven), 1L, async (long p, int x) => x == 0 ? p : p * x + await Task.FromResult(1)));
        try
        {
            await ToList(new Buffer<string>(new Select<int, string>(Numbers(10, 20, "g"), Name), 2));
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }
        IPull<object> variant = new Select<int, string>(Numbers(1, 2, "h"), Name);
        Console.WriteLine(await Fold(variant, "", async (string s, object o) => { await Task.Yield(); return s + o; }));
        Console.WriteLine(string.Join(" ", log));
    }
}
