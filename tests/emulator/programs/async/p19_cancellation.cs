// Cancellation: tokens, registrations, tasks that end cancelled, and the work that goes on in finally blocks.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P19;

static class Program
{
    static async Task<int> Count(int to, CancellationToken token)
    {
        int n = 0;
        try
        {
            while (n < to)
            {
                token.ThrowIfCancellationRequested();
                await Task.Yield();
                n++;
            }
        }
        finally
        {
            Console.WriteLine($"  counted to {n}");
        }
        return n;
    }

    static async Task<string> WaitFor(CancellationToken token)
    {
        var source = new TaskCompletionSource<string>();
        using (token.Register(() => source.TrySetCanceled(token)))
        {
            try
            {
                return await source.Task;
            }
            catch (OperationCanceledException e)
            {
                return $"cancelled, same token {e.CancellationToken == token}, canceled {source.Task.IsCanceled}";
            }
        }
    }

    static async Task CancelLater(CancellationTokenSource source, int steps)
    {
        for (int i = 0; i < steps; i++) await Task.Yield();
        source.Cancel();
    }

    static async Task<string> Delayed(CancellationToken token)
    {
        try
        {
            await Task.Delay(1_000_000_000, token);
            return "delayed";
        }
        catch (TaskCanceledException e)
        {
            await Task.Yield();
            return $"delay cancelled {e.CancellationToken == token}";
        }
    }

    static async Task All()
    {
        var source = new CancellationTokenSource();
        Task<int> counting = Count(1000, source.Token);
        Task cancelling = CancelLater(source, 5);
        try { Console.WriteLine(await counting); } catch (OperationCanceledException) { Console.WriteLine($"{counting.Status} {cancelling.Status}"); }

        Console.WriteLine(await Count(3, CancellationToken.None));

        source = new CancellationTokenSource();
        Task<string> waiting = WaitFor(source.Token);
        Console.WriteLine(waiting.IsCompleted);
        source.Cancel();
        Console.WriteLine(await waiting);
        Console.WriteLine(await WaitFor(source.Token));

        source = new CancellationTokenSource();
        Task<string> delayed = Delayed(source.Token);
        await CancelLater(source, 2);
        Console.WriteLine(await delayed);

        Task cancelled = Task.FromCanceled(source.Token);
        try { await cancelled; } catch (TaskCanceledException) { Console.WriteLine($"from cancelled {cancelled.Status}"); }
        Task<int> cancelledInt = Task.FromCanceled<int>(source.Token);
        try { await cancelledInt; } catch (TaskCanceledException e) { Console.WriteLine($"from cancelled {e.Task == cancelledInt}"); }

        source = new CancellationTokenSource();
        var order = new List<int>();
        source.Token.Register(() => order.Add(1));
        CancellationTokenRegistration second = source.Token.Register(() => order.Add(2));
        source.Token.Register(state => order.Add((int)state), 3);
        second.Dispose();
        source.Cancel();
        Console.WriteLine($"{string.Join(",", order)} {source.IsCancellationRequested} {source.Token.CanBeCanceled}");
    }

    public static void Main() => Loop.Run(All);
}
