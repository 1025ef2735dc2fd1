// Async methods of generic classes and structs: instance and static, over values and references, with `this` or the type as context.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P31;

class Box<T>
{
    static int created;
    static T last;
    readonly T value;

    public Box(T value)
    {
        this.value = value;
        created++;
        last = value;
    }

    public async Task<T> Get(bool suspend)
    {
        if (suspend) await Task.Yield();
        return value;
    }

    public async Task<string> Describe()
    {
        T own = await Get(true);
        await Task.Yield();
        return typeof(T).Name + ":" + own + ":" + created;
    }

    public static async Task<T> Last()
    {
        T before = last;
        await Task.Yield();
        return EqualityComparer<T>.Default.Equals(before, last) ? last : default;
    }

    public static async Task<Box<T>> Make(T value)
    {
        await Task.Yield();
        return new Box<T>(value);
    }

    public async Task<KeyValuePair<T, TOther>> With<TOther>(TOther other)
    {
        T mine = await Get(true);
        await Task.Yield();
        return new KeyValuePair<T, TOther>(mine, other);
    }

    public async Task<Box<List<T>>> Wrap()
    {
        var list = new List<T>();
        for (int i = 0; i < 3; i++) list.Add(await Get(i != 1));
        return await Box<List<T>>.Make(list);
    }
}

class Derived<T> : Box<T[]>
{
    public Derived(params T[] values) : base(values) { }

    public async Task<int> Count()
    {
        T[] values = await Get(true);
        await Task.Yield();
        return values.Length;
    }
}

struct Slot<T>
{
    public T Value;
    public int Count;

    public async Task<T> Read()
    {
        Count++; // of a copy: an async method of a struct cannot change the original
        await Task.Yield();
        Count++;
        return Count == 2 ? Value : default;
    }

    public static async Task<Slot<T>> Of(T value)
    {
        await Task.Yield();
        return new Slot<T> { Value = value };
    }
}

static class Program
{
    static async Task<string> Through<T>(T value)
    {
        Box<T> box = await Box<T>.Make(value);
        string text = await box.Describe();
        KeyValuePair<T, T> pair = await box.With(value);
        return text + " " + pair.Key + pair.Value;
    }

    public static async Task Main()
    {
        Console.WriteLine(await new Box<int>(5).Get(true) + await new Box<int>(6).Get(false));
        Console.WriteLine(await new Box<string>("five").Get(true) + await new Box<object>("six").Get(false));
        Console.WriteLine(await new Box<int>(7).Describe());
        Console.WriteLine(await new Box<string>("seven").Describe());
        Console.WriteLine(await new Box<object>(null).Describe());
        Console.WriteLine($"{await Box<int>.Last()} {await Box<string>.Last()} {await Box<object>.Last() ?? "null"} {await Box<double>.Last()}");
        KeyValuePair<int, string> pair = await new Box<int>(8).With("eight");
        Console.WriteLine($"{pair.Key} {pair.Value}");
        KeyValuePair<string, (int, string)> nested = await new Box<string>("nine").With((9, "ix"));
        Console.WriteLine($"{nested.Key} {nested.Value.Item1} {nested.Value.Item2}");
        Box<List<string>> wrapped = await new Box<string>("w").Wrap();
        Console.WriteLine($"{string.Join(",", await wrapped.Get(true))} {string.Join(",", await (await new Box<short>(3).Wrap()).Get(true))}");
        Console.WriteLine($"{await new Derived<int>(1, 2, 3).Count()} {await new Derived<string>("a").Count()}");
        Slot<string> slot = await Slot<string>.Of("slot");
        Console.WriteLine($"{await slot.Read()} {slot.Count} {await (await Slot<long>.Of(1L << 33)).Read()}");
        Console.WriteLine(await Through(10));
        Console.WriteLine(await Through("ten"));
        Console.WriteLine(await Through((1, "tuple")));
    }
}
