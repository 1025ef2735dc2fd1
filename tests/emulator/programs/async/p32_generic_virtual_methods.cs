// Generic virtual and generic interface methods that are async.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P32;

interface IConverter
{
    Task<TOut> Convert<TIn, TOut>(TIn value, Func<TIn, TOut> how);
    ValueTask<string> Name<T>();
}

abstract class Transport
{
    public abstract Task<T> Send<T>(T message);
    public virtual async Task<List<T>> Repeat<T>(T message, int times)
    {
        var list = new List<T>();
        for (int i = 0; i < times; i++) list.Add(await Send(message));
        return list;
    }
}

sealed class Direct : Transport, IConverter
{
    public override async Task<T> Send<T>(T message)
    {
        await Task.CompletedTask;
        return message;
    }

    public async Task<TOut> Convert<TIn, TOut>(TIn value, Func<TIn, TOut> how)
    {
        await Task.Yield();
        return how(value);
    }

    public async ValueTask<string> Name<T>()
    {
        await Task.Yield();
        return "direct " + typeof(T).Name;
    }
}

class Slow : Transport
{
    public int Sent;

    public override async Task<T> Send<T>(T message)
    {
        await Task.Yield();
        Sent++;
        return message;
    }
}

sealed class Twice : Slow
{
    public override async Task<List<T>> Repeat<T>(T message, int times)
    {
        List<T> first = await base.Repeat(message, times);
        await Task.Yield();
        first.AddRange(await base.Repeat(message, 1));
        return first;
    }
}

struct Lambdas : IConverter
{
    public int Calls;

    public async Task<TOut> Convert<TIn, TOut>(TIn value, Func<TIn, TOut> how)
    {
        Calls++;
        await Task.Yield();
        return how(value);
    }

    public async ValueTask<string> Name<T>()
    {
        await Task.CompletedTask;
        return $"lambdas {typeof(T).Name} {Calls}";
    }
}

static class Program
{
    static async Task<string> Use(IConverter converter, string text)
    {
        int length = await converter.Convert(text, s => s.Length);
        string doubled = await converter.Convert(text, s => s + s);
        (int, string) pair = await converter.Convert(length, i => (i, text));
        return $"{length} {doubled} {pair.Item1}{pair.Item2} {await converter.Name<int>()}, {await converter.Name<string>()}";
    }

    static async Task<int> Constrained<TConverter>(TConverter converter) where TConverter : IConverter
    {
        int a = await converter.Convert("abc", s => s.Length);
        return a + await converter.Convert(2.5, d => (int)(d * 4));
    }

    public static async Task Main()
    {
        foreach (Transport transport in new Transport[] { new Direct(), new Slow(), new Twice() })
        {
            Console.WriteLine($"{await transport.Send(5)} {await transport.Send("five")} {await transport.Send((5, "V"))}");
            Console.WriteLine($"{string.Join(",", await transport.Repeat(7, 2))} {string.Join(",", await transport.Repeat("x", 3))}");
            if (transport is Slow slow) Console.WriteLine(slow.Sent);
        }
        Console.WriteLine(await Use(new Direct(), "ab"));
        Console.WriteLine(await Use(new Lambdas(), "xyz"));
        Console.WriteLine($"{await Constrained(new Direct())} {await Constrained(new Lambdas())}");
    }
}
