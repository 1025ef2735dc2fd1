// Locals that change, or do not, between one resumption and the next suspension: a reused continuation must hold both kinds.
using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace P29;

struct Pair { public int A, B; }
[StructLayout(LayoutKind.Explicit)] struct Overlapping { [FieldOffset(0)] public int Whole; [FieldOffset(0)] public short Low; [FieldOffset(2)] public short High; }

static class Program
{
    static async Task<Pair> Next(Pair pair)
    {
        await Task.Yield();
        return new Pair { A = pair.B, B = pair.A + pair.B };
    }

    static async Task<string> Fibonacci(int steps)
    {
        Pair pair = new Pair { A = 0, B = 1 };
        Pair start = pair;
        for (int i = 0; i < steps; i++) pair = await Next(pair);
        return $"{pair.A} {pair.B} {start.A} {start.B}";
    }

    static async Task<string> PartlyChanged()
    {
        Pair pair = new Pair { A = 1, B = 2 };
        Overlapping overlapping = new Overlapping { Whole = 0x10002 };
        string constant = "constant", changing = "";
        for (int i = 0; i < 4; i++)
        {
            await Task.Yield();
            pair.A += i;
            await Task.Yield();
            pair.B *= 2;
            overlapping.Low += 10;
            await Task.Yield();
            if (i == 2) changing += constant[i];
            overlapping.High--;
        }
        return $"{pair.A} {pair.B} {overlapping.Whole} {constant} {changing}";
    }

    static async Task<string> ChangedOnOnePath(int pattern)
    {
        int a = 1, b = 10;
        string s = "s";
        object o = null;
        for (int i = 0; i < 6; i++)
        {
            if ((pattern >> i & 1) != 0)
            {
                a *= 2;
                await Task.Yield();
                s += a;
            }
            else
            {
                b++;
                o = b;
                if (i % 2 == 0) await Task.Yield();
            }
        }
        return $"{pattern}: {a} {b} {s} {o}";
    }

    static async Task<int> NotYetAssigned(int x)
    {
        int late;
        string text;
        if (x > 0) await Task.Yield();
        if (x > 1)
        {
            late = x * 100;
            text = "late" + x;
            await Task.Yield();
        }
        else
        {
            await Task.Yield();
            late = -1;
            text = "early";
        }
        await Task.Yield();
        return late + text.Length;
    }

    static async Task<string> DeadAndBack()
    {
        string result = "";
        object temporary = new int[] { 1, 2, 3 };
        result += ((int[])temporary).Length;
        temporary = null;
        await Task.Yield();
        temporary = "again";
        await Task.Yield();
        result += temporary;
        temporary = null;
        await Task.Yield();
        return result + (temporary == null);
    }

    static async Task<int> ArgumentsChange(int x, string s, Pair p)
    {
        x += 5;
        await Task.Yield();
        s += x;
        p.A += s.Length;
        await Task.Yield();
        x = p.A + p.B;
        p = new Pair { A = x };
        await Task.Yield();
        return x + s.Length + p.A + p.B;
    }

    static int Bump(ref int x, ref Pair pair)
    {
        x += 3;
        pair.A += x;
        return x;
    }

    // Their addresses are taken, so they are in memory; but the frame is another after each suspension.
    static async Task<string> AddressTaken()
    {
        int x = 1;
        Pair pair = new Pair { B = 7 };
        int sum = Bump(ref x, ref pair);
        await Task.Yield();
        sum += Bump(ref x, ref pair);
        for (int i = 0; i < 3; i++)
        {
            await Task.Yield();
            if (i != 1) sum += Bump(ref pair.B, ref pair);
        }
        return $"{x} {pair.A} {pair.B} {sum}";
    }

    public static async Task Main()
    {
        Console.WriteLine(await Fibonacci(20));
        Console.WriteLine(await PartlyChanged());
        foreach (int pattern in new[] { 0, 21, 42, 63 }) Console.WriteLine(await ChangedOnOnePath(pattern));
        for (int x = 0; x < 4; x++) Console.WriteLine(await NotYetAssigned(x));
        Console.WriteLine(await DeadAndBack());
        Console.WriteLine(await AddressTaken());
        Console.WriteLine(await ArgumentsChange(1, "abc", new Pair { A = 10, B = 20 }));
    }
}
