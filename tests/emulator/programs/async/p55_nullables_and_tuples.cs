// Nullables, tuples, records, enums and arrays as results of awaits, deconstructed and matched.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P55;

enum State { Idle, Busy = 5, Done = -1 }
record Person(string Name, int Age);
readonly record struct Range2(long From, long To);

static class Program
{
    static async Task<T> Later<T>(T value)
    {
        await Task.Yield();
        return value;
    }

    static async Task<int?> Parse(string s)
    {
        await Task.Yield();
        return int.TryParse(s, out int value) ? value : null;
    }

    static async Task<(int Quotient, int Remainder)> Divide(int a, int b)
    {
        await Task.Yield();
        return (a / b, a % b);
    }

    static async Task<(string, (long, object), int[])> Nested(int x)
    {
        string s = "n" + x;
        await Task.Yield();
        return (s, (1L << x, x), new[] { x, x });
    }

    static async Task<State> Advance(State state)
    {
        await Task.Yield();
        return state switch { State.Idle => State.Busy, State.Busy => State.Done, _ => state };
    }

    static async Task<(byte, short, int, long, float, double, string)> Seven(int x)
    {
        await Task.Yield();
        return ((byte)x, (short)-x, x * 1000, (long)x << 33, x / 4f, x / 8.0, "x" + x);
    }

    public static async Task Main()
    {
        int? a = await Parse("12"), b = await Parse("no");
        Console.WriteLine($"{a} {b.HasValue} {a + await Parse("30")} {(await Parse("x") ?? -1)} {await Parse("7") > 5} {b == await Parse("")}");
        double? d = await Later<double?>(2.5);
        Range2? range = await Later<Range2?>(new Range2(1, 5));
        Range2? none = await Later<Range2?>(null);
        Console.WriteLine($"{d * 2} {range?.To} {none?.To ?? -5} {range.Value.From}");

        (int quotient, int rest) = await Divide(17, 5);
        var (q2, _) = await Divide(100, 7);
        (quotient, rest) = (rest, await Later(quotient));
        Console.WriteLine($"{quotient} {rest} {q2} {(await Divide(9, 4)).Remainder} {await Divide(1, 1) == (1, 0)}");
        (string s, (long l, object o), int[] array) = await Nested(10);
        Console.WriteLine($"{s} {l} {o} {array.Length + array[1]}");

        State state = State.Idle;
        string states = "";
        while (state != State.Done)
        {
            state = await Advance(state);
            states += (int)state + " ";
        }
        Console.WriteLine(states + (state == await Later(State.Done)));

        var (c1, c2, c3, c4, c5, c6, c7) = await Seven(9);
        Console.WriteLine($"{c1} {c2} {c3} {c4} {c5} {c6} {c7}");

        Person person = await Later(new Person("ann", 30));
        Person older = person with { Age = await Later(31) };
        Console.WriteLine($"{older.Name} {older.Age} {person == older} {person == await Later(new Person("ann", 30))}");
        if (await Later<object>(older) is Person { Age: > 30 } match) Console.WriteLine(match.Name);

        int[][] jagged = { await Later(new[] { 1, 2 }), null, await Later(new int[await Later(3)]) };
        jagged[2][await Later(1)] += await Later(9);
        List<int>[] lists = await Later(new List<int>[2]);
        (lists[0] = await Later(new List<int>())).Add(await Later(4));
        Console.WriteLine($"{jagged[0][1]} {jagged[1] == null} {jagged[2][1]} {jagged[2].Length} {lists[0][0]}");
    }
}
