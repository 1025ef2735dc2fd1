// Several features at once: retries with back-off, a circuit breaker, a fallback and a deadline, composed of delegates.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P62;

sealed class Transient(string message) : Exception(message);
sealed class BrokenCircuit() : InvalidOperationException("circuit is open");

abstract class Policy
{
    public abstract Task<T> Run<T>(Func<CancellationToken, Task<T>> action, CancellationToken token);
    public Policy Around(Policy inner) => new Nested(this, inner);

    sealed class Nested(Policy outer, Policy inner) : Policy
    {
        public override Task<T> Run<T>(Func<CancellationToken, Task<T>> action, CancellationToken token) =>
            outer.Run(t => inner.Run(action, t), token);
    }
}

sealed class Retry(int times, List<string> log) : Policy
{
    public override async Task<T> Run<T>(Func<CancellationToken, Task<T>> action, CancellationToken token)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await action(token);
            }
            catch (Transient e) when (attempt < times)
            {
                log.Add($"retry{attempt}:{e.Message}");
                for (int i = 0; i < 1 << attempt; i++)
                {
                    token.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            }
        }
    }
}

sealed class Breaker(int limit, List<string> log) : Policy
{
    int failures, skipped;

    public override async Task<T> Run<T>(Func<CancellationToken, Task<T>> action, CancellationToken token)
    {
        if (failures >= limit && ++skipped % 3 != 0) throw new BrokenCircuit();
        bool succeeded = false;
        try
        {
            T result = await action(token);
            succeeded = true;
            return result;
        }
        finally
        {
            if (succeeded) failures = 0;
            else if (++failures == limit) log.Add("opened");
        }
    }
}

sealed class Fallback<TValue>(TValue value, List<string> log) : Policy
{
    public override async Task<T> Run<T>(Func<CancellationToken, Task<T>> action, CancellationToken token)
    {
        try
        {
            return await action(token);
        }
        catch (Exception e) when (e is not OperationCanceledException && value is T)
        {
            log.Add("fallback");
            await Task.Yield();
            return (T)(object)value;
        }
    }
}

sealed class Deadline(int steps) : Policy
{
    public override async Task<T> Run<T>(Func<CancellationToken, Task<T>> action, CancellationToken token)
    {
        using var source = new CancellationTokenSource();
        using CancellationTokenRegistration link = token.Register(source.Cancel);
        Task<T> work = action(source.Token);
        for (int i = 0; i < steps && !work.IsCompleted; i++) await Task.Yield();
        if (!work.IsCompleted) source.Cancel();
        return await work;
    }
}

sealed class Service(string script)
{
    int calls;

    // Each letter is one call: o is ok, t a transient failure, f a fatal one, s slow.
    public async Task<string> Call(CancellationToken token)
    {
        char what = script[calls++ % script.Length];
        await Task.Yield();
        if (what == 't') throw new Transient("call" + calls);
        if (what == 'f') throw new NotSupportedException("fatal" + calls);
        for (int i = 0; what == 's' && i < 50; i++)
        {
            token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        return "result" + calls;
    }
}

static class Program
{
    static async Task Test(string name, string script, int calls, Func<List<string>, Policy> make)
    {
        var log = new List<string>();
        Policy policy = make(log);
        var service = new Service(script);
        for (int i = 0; i < calls; i++)
        {
            try
            {
                log.Add(await policy.Run(service.Call, CancellationToken.None));
            }
            catch (OperationCanceledException)
            {
                log.Add("cancelled");
            }
            catch (Exception e)
            {
                log.Add("!" + e.Message);
            }
        }
        Console.WriteLine($"{name}: {string.Join(" ", log)}");
    }

    static async Task All()
    {
        await Test("retry", "ttot", 3, log => new Retry(3, log));
        await Test("fatal", "tfo", 3, log => new Retry(5, log));
        await Test("breaker", "tttttto", 12, log => new Breaker(2, log));
        await Test("fallback", "of", 4, log => new Fallback<string>("instead", log));
        await Test("fallback of another type", "f", 1, log => new Fallback<int>(5, log));
        await Test("deadline", "os", 4, log => new Deadline(10));
        await Test("all", "otttftsoo", 8, log => new Fallback<string>("instead", log).Around(new Breaker(2, log)).Around(new Retry(3, log)).Around(new Deadline(20)));
    }

    public static void Main() => Loop.Run(All);
}
