// TaskCompletionSource: several waiters, every way of completing, twice, before and after the await.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P50;

static class Program
{
    static readonly List<string> log = new();

    static async Task<int> Wait(Task<int> task, string name)
    {
        try
        {
            int value = await task;
            log.Add(name + value);
            return value;
        }
        catch (OperationCanceledException)
        {
            log.Add(name + " cancelled");
            return -1;
        }
        catch (Exception e)
        {
            log.Add(name + " " + e.Message);
            return -2;
        }
        finally
        {
            log.Add(name + ".");
        }
    }

    static void Flush(string what)
    {
        Console.WriteLine($"{what}: {string.Join(" ", log)}");
        log.Clear();
    }

    static void Inline()
    {
        var source = new TaskCompletionSource<int>();
        Task<int> waiting = Wait(source.Task, "a");
        log.Add("before");
        source.SetResult(5);
        log.Add("after");
        Task<int> late = Wait(source.Task, "late");
        Flush($"inline {waiting.Result + late.Result}");
        Console.WriteLine($"{source.TrySetResult(6)} {source.TrySetCanceled()} {source.TrySetException(new Exception())}");
        try { source.SetResult(7); } catch (InvalidOperationException) { Console.WriteLine("already complete"); }
    }

    static async Task Several()
    {
        var source = new TaskCompletionSource<string>();
        int done = 0;
        async Task<string> One(int i)
        {
            string text = await source.Task;
            done++; // in which order is not defined
            return text + i;
        }
        var waiting = new List<Task<string>>();
        for (int i = 0; i < 6; i++) waiting.Add(One(i));
        log.Add(done.ToString());
        source.SetResult("s");
        log.AddRange(await Task.WhenAll(waiting));
        log.Add(done.ToString());
        Flush("several");
    }

    static void Ends()
    {
        var failed = new TaskCompletionSource<int>();
        Task<int> a = Wait(failed.Task, "a");
        failed.SetException(new TimeoutException("failed"));
        var cancelled = new TaskCompletionSource<int>();
        Task<int> b = Wait(cancelled.Task, "b");
        cancelled.SetCanceled();
        var two = new TaskCompletionSource<int>();
        two.SetException(new Exception[] { new TimeoutException("one"), new ArgumentException("two") });
        Task<int> c = Wait(two.Task, "c");
        Flush($"ends {a.Result} {b.Result} {c.Result} {two.Task.Exception.InnerExceptions.Count}");
    }

    static async Task Chain()
    {
        var sources = new TaskCompletionSource<int>[5];
        for (int i = 0; i < sources.Length; i++) sources[i] = new TaskCompletionSource<int>();
        async Task Link(int i)
        {
            int value = await sources[i].Task;
            log.Add("l" + value);
            if (i + 1 < sources.Length) sources[i + 1].SetResult(value * 2);
        }
        var links = new List<Task>();
        for (int i = 0; i < sources.Length; i++) links.Add(Link(i));
        sources[0].SetResult(1);
        await Task.WhenAll(links);
        Flush("chain");
    }

    static async Task WithoutResult()
    {
        var source = new TaskCompletionSource();
        async Task Waits(string name)
        {
            await source.Task;
            log.Add(name);
        }
        Task both = Task.WhenAll(Waits("x"), Waits("y"));
        await Task.Yield();
        log.Add(both.IsCompleted.ToString());
        source.SetResult();
        await both;
        Flush("without result");
    }

    static async Task Asynchronously()
    {
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> waiting = Wait(source.Task, "w");
        source.SetResult(3);
        log.Add("set");
        await waiting;
        Flush("asynchronously");
    }

    static async Task PingPong()
    {
        var ping = new Gate<int>();
        var pong = new Gate<int>();
        async Task<int> Other()
        {
            int sum = 0;
            while (true)
            {
                int ball = await ping.Wait();
                sum += ball;
                if (ball == 0) return sum;
                pong.Open(ball - 1);
            }
        }
        Task<int> other = Other();
        int mine = 10, total = 0;
        while (mine > 0)
        {
            Task<int> answer = pong.Wait();
            ping.Open(mine);
            mine = await answer;
            total += mine;
        }
        ping.Open(0);
        Console.WriteLine($"ping pong {total} {await other}");
    }

    public static void Main()
    {
        Inline();
        Ends();
        Loop.Run(Several);
        Loop.Run(Chain);
        Loop.Run(WithoutResult);
        Loop.Run(Asynchronously);
        Loop.Run(PingPong);
    }
}
