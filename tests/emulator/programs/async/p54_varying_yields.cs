// The same code with and without suspensions, in a pattern that varies: integers, doubles and references live over all of it.
using System;
using System.Threading.Tasks;

namespace P54;

struct Sample { public int Count; public double Mean; public string Unit; }

static class Program
{
    static uint pattern = 0x9E3779B9;
    static int suspended;

    static async Task<int> Leaf(int x)
    {
        pattern = pattern * 1664525 + 1013904223;
        if ((pattern >> 28) < 6)
        {
            suspended++;
            await Task.Yield();
        }
        return x;
    }

    static async Task<double> Weighted(int a, double weight)
    {
        double sum = 0;
        for (int i = 0; i < 3; i++)
        {
            sum += await Leaf(a + i) * weight;
            weight /= 2;
        }
        return sum;
    }

    static async Task<Sample> Measure(string unit, int n)
    {
        Sample sample = new Sample { Unit = unit };
        double total = 0;
        for (int i = 0; i < n; i++)
        {
            total += await Weighted(i, 0.5);
            sample.Count += await Leaf(1);
            if (i % 4 == 3) sample.Unit += await Task.FromResult("'");
        }
        sample.Mean = total / sample.Count;
        return sample;
    }

    static async Task<string> Three(int a, double b, string c)
    {
        int x = await Leaf(a);
        b += x;
        int y = await Leaf(a * 2);
        c += y;
        long z = await Leaf(a * 3) + (long)b;
        return $"{x} {y} {z} {b} {c}";
    }

    static async ValueTask<long> Fibonacci(int n)
    {
        if (n < 2) return await Leaf(n);
        return await Fibonacci(n - 1) + await Fibonacci(n - 2);
    }

    static async Task<int> Collatz(int n, int steps = 0) =>
        n == 1 ? steps : n % 2 == 0 ? await Collatz(await Leaf(n / 2), steps + 1) : await Collatz(await Leaf(3 * n + 1), steps + 1);

    static async Task<int> AlwaysThenMaybe(int n)
    {
        int sum = 0;
        await Task.Yield(); // from here on it has been resumed at least once
        for (int i = 0; i < n; i++)
        {
            sum += await Leaf(i);
            if (i % 2 == 0) await Task.CompletedTask;
            else await Task.Yield();
        }
        return sum;
    }

    public static async Task Main()
    {
        for (int round = 0; round < 4; round++)
        {
            Sample sample = await Measure("u" + round, 10 + round);
            Console.WriteLine($"{sample.Count} {sample.Mean} {sample.Unit}");
            Console.WriteLine(await Three(round, round * 0.25, "c"));
        }
        Console.WriteLine(await Fibonacci(15));
        Console.WriteLine(await Collatz(27));
        Console.WriteLine(await AlwaysThenMaybe(20));
        Console.WriteLine(suspended);
    }
}
