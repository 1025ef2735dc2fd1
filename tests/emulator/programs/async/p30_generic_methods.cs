// Generic async methods over values (code of their own) and over references (shared code): results, locals, calls of each other.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P30;

struct Money { public long Cents; public string Currency; public override string ToString() => Cents + Currency; }
enum Color : byte { Red, Green, Blue }

static class Program
{
    static async Task<T> Identity<T>(T value, bool suspend)
    {
        if (suspend) await Task.Yield();
        return value;
    }

    static async Task<T> Chain<T>(T value, int depth) => depth == 0 ? await Identity(value, true) : await Chain(value, depth - 1);

    static async Task<string> NameOf<T>(bool suspend)
    {
        string before = typeof(T).Name;
        if (suspend) await Task.Yield();
        return before == typeof(T).Name ? before : "?";
    }

    static async Task<T[]> ArrayOf<T>(T first, T second)
    {
        T[] array = new T[3];
        array[0] = await Identity(first, true);
        array[1] = await Identity(second, false);
        await Task.Yield();
        return array;
    }

    static async Task<(TA, TB)> Both<TA, TB>(TA a, TB b)
    {
        TA x = await Identity(a, true);
        TB y = await Identity(b, true);
        return (x, y);
    }

    static async Task<Dictionary<TKey, List<TValue>>> Group<TKey, TValue>(IEnumerable<TValue> values, Func<TValue, Task<TKey>> key)
    {
        var result = new Dictionary<TKey, List<TValue>>();
        foreach (TValue value in values)
        {
            TKey k = await key(value);
            if (!result.TryGetValue(k, out List<TValue> list)) result[k] = list = new List<TValue>();
            await Task.Yield();
            list.Add(value);
        }
        return result;
    }

    static async Task<bool> Is<T>(object value)
    {
        await Task.Yield();
        return value is T;
    }

    static async Task<T> Max<T>(params T[] values) where T : IComparable<T>
    {
        T max = values[0];
        foreach (T value in values)
        {
            await Task.Yield();
            if (value.CompareTo(max) > 0) max = value;
        }
        return max;
    }

    static async Task<T> Create<T>() where T : new()
    {
        await Task.Yield();
        T created = new T();
        await Task.Yield();
        return created;
    }

    static async Task<T> OrDefault<T>(T value, bool use)
    {
        T result = default;
        await Task.Yield();
        if (use) result = value;
        await Task.Yield();
        return result;
    }

    public static async Task Main()
    {
        Console.WriteLine($"{await Identity(5, true)} {await Identity("five", true)} {await Identity(5.5, true)} {await Identity(Color.Blue, true)}");
        Console.WriteLine($"{await Identity(new Money { Cents = 5, Currency = "EUR" }, true)} {await Identity<object>(6, true)} {await Identity<int?>(null, true) ?? -1}");
        Console.WriteLine($"{await Chain(7L, 5)} {await Chain("seven", 5)} {await Chain(new Money { Cents = 7 }, 5)} {await Chain((byte)7, 5)}");
        Console.WriteLine($"{await NameOf<int>(true)} {await NameOf<string>(true)} {await NameOf<Money>(false)} {await NameOf<Program2>(true)}");
        Console.WriteLine(string.Join(",", await ArrayOf(1, 2)) + " " + string.Join(",", await ArrayOf("a", "b")));
        Console.WriteLine($"{await Both(1, "one")} {await Both("two", 2.5)} {await Both('c', Color.Green)} {await Both<object, string>(3, "o")}");
        foreach (KeyValuePair<int, List<string>> group in await Group(new[] { "a", "bb", "cc", "d" }, s => Identity(s.Length, true)))
            Console.WriteLine($"{group.Key}: {string.Join(" ", group.Value)}");
        foreach (KeyValuePair<string, List<int>> group in await Group(new[] { 1, 2, 3, 4, 5 }, i => Identity(i % 2 == 0 ? "even" : "odd", i > 2)))
            Console.WriteLine($"{group.Key}: {string.Join(" ", group.Value)}");
        Console.WriteLine($"{await Is<string>("s")} {await Is<int>("s")} {await Is<int>(5)} {await Is<IComparable>("s")} {await Is<Money>(new Money())}");
        Console.WriteLine($"{await Max(3, 9, 4)} {await Max("x", "z", "y")} {await Max(1.5, -2)}");
        Console.WriteLine($"{(await Create<List<string>>()).Count} {await Create<int>()} {await Create<Money>()} {(await Create<Program2>()).Value}");
        Console.WriteLine($"{await OrDefault(1, false)} {await OrDefault("d", false) ?? "null"} {await OrDefault(2, true)} {await OrDefault("d", true)}");
    }
}

sealed class Program2 { public int Value = 12; }
