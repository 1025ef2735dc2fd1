// Task.Yield and Task.Delay: one after the other, interleaved, zero and infinite; nothing here depends on real time.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P43;

static class Program
{
    static readonly List<string> log = new();

    static async Task Talk(string name, int times)
    {
        for (int i = 0; i < times; i++)
        {
            log.Add(name + i);
            await Task.Yield();
        }
        log.Add(name + ".");
    }

    static async Task<int> After(int milliseconds, int value)
    {
        await Task.Delay(milliseconds);
        return value;
    }

    static async Task<string> Delays()
    {
        int sum = await After(0, 1);
        sum += await After(2, 10);
        sum += await After(1, 100);
        await Task.Delay(1).ConfigureAwait(false);
        Task<int> slow = After(1_000_000_000, -1);
        Task<int> quick = After(1, 1000);
        Task<int> first = await Task.WhenAny(slow, quick);
        return $"{sum + await first} {slow.IsCompleted}";
    }

    static async Task<string> Timeout(Task<string> work, int milliseconds)
    {
        using var cancel = new CancellationTokenSource();
        Task delay = Task.Delay(milliseconds, cancel.Token);
        if (await Task.WhenAny(work, delay) == delay) return "too late";
        cancel.Cancel();
        string how;
        try { await delay; how = "?"; } catch (OperationCanceledException) { how = "delay cancelled"; }
        return await work + ", " + how;
    }

    static async Task<string> Late(string text)
    {
        await Task.Delay(1);
        return text;
    }

    public static void Main()
    {
        Loop.Run(() => Task.WhenAll(Talk("a", 3), Talk("b", 1), Talk("c", 2)));
        Console.WriteLine(string.Join(" ", log));
        Console.WriteLine(Delays().GetAwaiter().GetResult());
        Console.WriteLine(Timeout(Late("in time"), 1_000_000_000).GetAwaiter().GetResult());
        Console.WriteLine(Timeout(new TaskCompletionSource<string>().Task, 1).GetAwaiter().GetResult());
        Console.WriteLine(Task.Delay(0).IsCompleted);
        Console.WriteLine(Task.Delay(-1).IsCompleted);
        try { Task.Delay(-2); } catch (ArgumentOutOfRangeException) { Console.WriteLine("out of range"); }
    }
}
