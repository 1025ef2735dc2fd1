// Awaiters of our own: classes and structs, both notification interfaces, generic ones, and completion in every order.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P42;

/// <summary>A class as its own awaiter, with the safe notification only.</summary>
sealed class Turnstile : INotifyCompletion
{
    readonly Queue<Action> waiting = new();
    int value;
    public bool Open;
    public Turnstile GetAwaiter() => this;
    public bool IsCompleted => Open;
    public int GetResult() => value;
    public void OnCompleted(Action continuation) => waiting.Enqueue(continuation);
    public bool Let(int next)
    {
        if (waiting.Count == 0) return false;
        value = next;
        waiting.Dequeue()();
        return true;
    }
}

/// <summary>A struct awaiter with both notifications.</summary>
readonly struct Ticket<T>(Office<T> office, int number)
{
    public Waiter GetAwaiter() => new(office, number);

    public readonly struct Waiter(Office<T> office, int number) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => office.Served.ContainsKey(number);
        public T GetResult() => office.Served.TryGetValue(number, out T value) ? value : throw new InvalidOperationException("not served " + number);
        public void OnCompleted(Action continuation) => office.Register(number, continuation, "safe");
        public void UnsafeOnCompleted(Action continuation) => office.Register(number, continuation, "unsafe");
    }
}

sealed class Office<T>
{
    public readonly Dictionary<int, T> Served = new();
    readonly Dictionary<int, Action> waiting = new();
    public string Log = "";

    public Ticket<T> Wait(int number) => new(this, number);
    public void Register(int number, Action continuation, string how)
    {
        Log += how + number + " ";
        waiting[number] = continuation;
    }
    public void Serve(int number, T value)
    {
        Served[number] = value;
        if (waiting.Remove(number, out Action continuation)) continuation();
    }
    public void Refuse(int number)
    {
        waiting.Remove(number, out Action continuation);
        continuation();
    }
}

/// <summary>Nothing of its own: int becomes awaitable by an extension method.</summary>
static class Extensions
{
    public static TaskAwaiter<int> GetAwaiter(this int number) => Later(number).GetAwaiter();
    static async Task<int> Later(int number)
    {
        await Task.Yield();
        return number + 1;
    }
}

static class Program
{
    static readonly AsyncLocal<string> Flowing = new();

    static async Task<int> Through(Turnstile turnstile, string name)
    {
        Flowing.Value = name;
        int first = await turnstile;
        int second = await turnstile;
        return Flowing.Value == name ? first * 100 + second : -1;
    }

    static async Task<string> Queue<T>(Office<T> office, params int[] numbers)
    {
        string log = "";
        foreach (int number in numbers) log += await office.Wait(number) + ",";
        return log;
    }

    static async Task<string> Refused(Office<string> office)
    {
        try
        {
            return await office.Wait(99);
        }
        catch (InvalidOperationException e)
        {
            return e.Message + " " + await office.Wait(1);
        }
    }

    static async Task<int> Sum() => await 1 + await 10 + await (await 100);

    public static void Main()
    {
        var turnstile = new Turnstile();
        Task<int> a = Through(turnstile, "a"), b = Through(turnstile, "b");
        int let = 0;
        while (turnstile.Let(let + 1)) let++;
        Console.WriteLine($"{a.Result} {b.Result} {let} {Flowing.Value ?? "-"}");
        turnstile.Open = true;
        Console.WriteLine(Through(turnstile, "c").Result);

        var texts = new Office<string>();
        Task<string> queue = Queue(texts, 1, 2, 3, 1);
        texts.Serve(2, "two");
        texts.Serve(1, "one");
        Console.WriteLine(queue.IsCompleted);
        texts.Serve(3, "three");
        Console.WriteLine($"{queue.Result} {texts.Log}");
        var longs = new Office<long>();
        Task<string> many = Queue(longs, 5, 4, 3, 2, 1);
        for (int i = 1; i <= 5; i++) longs.Serve(i, 1L << (i * 10));
        Console.WriteLine($"{many.Result} {longs.Log}");
        Task<string> refused = Refused(texts);
        texts.Refuse(99);
        Console.WriteLine(refused.Result);
        Loop.Run(async () => Console.WriteLine(await Sum()));
    }
}
