// Exceptions of several tasks, exceptions that are awaited twice, and the ways to look at them without await.
using System;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P20;

static class Program
{
    static async Task Fails(Gate<int> gate, string message)
    {
        int code = await gate.Wait();
        throw new InvalidOperationException($"{message} {code}");
    }

    static async Task<int> FailsAtOnce(string message)
    {
        if (message != null) throw new ArgumentException(message);
        return await Task.FromResult(1);
    }

    static async Task<int> Late(int value)
    {
        await Task.Yield();
        return value;
    }

    static string Messages(AggregateException e)
    {
        string text = "";
        foreach (Exception inner in e.InnerExceptions) text += inner.Message + "; ";
        return text;
    }

    static async Task All()
    {
        var gate = new Gate<int>();
        Task first = Fails(gate, "first"), second = Fails(gate, "second");
        Task both = Task.WhenAll(first, second, Task.CompletedTask);
        gate.Open(7);
        try { await both; } catch (InvalidOperationException e) { Console.WriteLine("thrown: " + e.Message); }
        Console.WriteLine($"{both.Status}: {Messages(both.Exception)}");
        try { both.Wait(); } catch (AggregateException e) { Console.WriteLine("waited: " + Messages(e)); }

        Task<int[]> results = Task.WhenAll(Late(1), FailsAtOnce("a"), Late(2), FailsAtOnce("b"));
        try { await results; } catch (ArgumentException e) { Console.WriteLine(e.Message); }
        Console.WriteLine(Messages(results.Exception));

        Task<int> failed = FailsAtOnce("once");
        for (int i = 0; i < 2; i++)
        {
            try { await failed; } catch (ArgumentException e) { Console.WriteLine($"{i} {e.Message} {ReferenceEquals(e, failed.Exception.InnerException)}"); }
        }
        try { Console.WriteLine(failed.Result); } catch (AggregateException e) { Console.WriteLine("result: " + Messages(e)); }
        try { failed.GetAwaiter().GetResult(); } catch (ArgumentException e) { Console.WriteLine("awaiter: " + e.Message); }

        Task any = Task.WhenAny(failed, Late(3));
        await any;
        Console.WriteLine($"any: {any.Status}");
        Task<Task<int>> winner = Task.WhenAny(Late(5), new TaskCompletionSource<int>().Task);
        Console.WriteLine(await await winner);

        Task exception = Task.FromException(new TimeoutException("from exception"));
        try { await exception; } catch (TimeoutException e) { Console.WriteLine(e.Message); }
        try { await Task.FromException<string>(new TimeoutException("typed")); } catch (TimeoutException e) { Console.WriteLine(e.Message); }

        Exception caught = null;
        try { await FailsAtOnce("kept"); } catch (ArgumentException e) { caught = e; }
        await Task.Yield();
        try { throw caught; } catch (ArgumentException e) { Console.WriteLine($"{e.Message} {ReferenceEquals(e, caught)}"); }
    }

    public static void Main() => Loop.Run(All);
}
