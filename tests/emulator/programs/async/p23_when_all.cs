// Hundreds of tasks at once: WhenAll over them, their order, their results, and trees of them.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P23;

static class Program
{
    static int running, most;

    static async Task<int> Worker(int id, int steps)
    {
        running++;
        if (running > most) most = running;
        int sum = 0;
        for (int i = 0; i < steps; i++)
        {
            await Task.Yield();
            sum += id * i;
        }
        running--;
        return sum;
    }

    static async Task<string> Text(int id)
    {
        if (id % 5 != 0) await Task.Yield();
        return "t" + id;
    }

    static async Task Append(List<int> order, int id, int delay)
    {
        for (int i = 0; i < delay; i++) await Task.Yield();
        order.Add(id);
    }

    static async Task<int> Tree(int depth)
    {
        if (depth == 0)
        {
            await Task.Yield();
            return 1;
        }
        var children = new Task<int>[3];
        for (int i = 0; i < children.Length; i++) children[i] = Tree(depth - 1);
        int sum = 0;
        foreach (int value in await Task.WhenAll(children)) sum += value;
        return sum;
    }

    static async Task All()
    {
        var workers = new List<Task<int>>();
        for (int i = 0; i < 400; i++) workers.Add(Worker(i, i % 7));
        int[] results = await Task.WhenAll(workers);
        long total = 0;
        foreach (int result in results) total += result;
        Console.WriteLine($"{results.Length} {total} {most} {running}");

        var texts = new Task<string>[300];
        for (int i = 0; i < texts.Length; i++) texts[i] = Text(i);
        string[] all = await Task.WhenAll(texts);
        Console.WriteLine(string.Join(" ", all[0], all[1], all[299]));

        var order = new List<int>();
        var appends = new List<Task>();
        for (int i = 0; i < 12; i++) appends.Add(Append(order, i, (i * 5) % 12));
        await Task.WhenAll(appends);
        Console.WriteLine(string.Join(",", order));

        Console.WriteLine(await Tree(5));
        Console.WriteLine((await Task.WhenAll(new List<Task<int>>())).Length);
        await Task.WhenAll();

        var gates = new Gate<int>[200];
        var waiting = new Task<int>[200];
        for (int i = 0; i < gates.Length; i++)
        {
            gates[i] = new Gate<int>();
            waiting[i] = gates[i].Wait();
        }
        Task<int[]> joined = Task.WhenAll(waiting);
        for (int i = gates.Length - 1; i >= 0; i--)
        {
            if (joined.IsCompleted) Console.WriteLine("too early");
            gates[i].Open(i * i);
        }
        results = await joined;
        Console.WriteLine($"{results[0]} {results[10]} {results[199]}");
    }

    public static void Main() => Loop.Run(All);
}
