// Several features at once: a cache that loads each key once, shares loads in flight, forgets failures and evicts the oldest.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P63;

interface ILoader<TKey, TValue>
{
    Task<TValue> Load(TKey key);
    ValueTask Evicted(TKey key, TValue value) => default;
}

sealed class Cache<TKey, TValue>(ILoader<TKey, TValue> loader, int capacity) where TKey : notnull
{
    readonly Dictionary<TKey, Task<TValue>> entries = new();
    readonly List<TKey> order = new();
    public int Hits, Misses;

    public ValueTask<TValue> Get(TKey key)
    {
        if (entries.TryGetValue(key, out Task<TValue> known))
        {
            Hits++;
            if (order.Remove(key)) order.Add(key);
            return known.IsCompletedSuccessfully ? new ValueTask<TValue>(known.Result) : new ValueTask<TValue>(known);
        }
        Misses++;
        Task<TValue> loading = LoadAndKeep(key);
        if (!loading.IsCompleted) entries[key] = loading;
        return new ValueTask<TValue>(loading);
    }

    async Task<TValue> LoadAndKeep(TKey key)
    {
        TValue value;
        try
        {
            value = await loader.Load(key);
        }
        catch
        {
            entries.Remove(key);
            throw;
        }
        entries[key] = Task.FromResult(value);
        order.Add(key);
        while (order.Count > capacity)
        {
            TKey oldest = order[0];
            order.RemoveAt(0);
            entries.Remove(oldest, out Task<TValue> evicted);
            await loader.Evicted(oldest, await evicted);
        }
        return value;
    }

    public async Task<TValue[]> GetAll(params TKey[] keys)
    {
        var tasks = new Task<TValue>[keys.Length];
        for (int i = 0; i < keys.Length; i++) tasks[i] = Get(keys[i]).AsTask();
        return await Task.WhenAll(tasks);
    }
}

sealed class Squares : ILoader<int, string>
{
    public string Log = "";
    public async Task<string> Load(int key)
    {
        Log += "l" + key + " ";
        for (int i = 0; i < key % 4; i++) await Task.Yield();
        if (key < 0) throw new ArgumentOutOfRangeException("key", "negative");
        return (key * key).ToString();
    }
    public async ValueTask Evicted(int key, string value)
    {
        await Task.Yield();
        Log += $"e{key}={value} ";
    }
}

readonly record struct Point(int X, int Y);

sealed class Distances : ILoader<Point, double>
{
    int failures = 1;
    public async Task<double> Load(Point key)
    {
        await Task.Yield();
        if (failures-- > 0) throw new TimeoutException("once");
        return Math.Sqrt(key.X * key.X + key.Y * key.Y);
    }
}

static class Program
{
    static async Task Numbers()
    {
        var loader = new Squares();
        var cache = new Cache<int, string>(loader, 3);
        Console.WriteLine(await cache.Get(3) + await cache.Get(4) + await cache.Get(3));
        Console.WriteLine(string.Join(",", await cache.GetAll(5, 5, 3, 5)));
        Console.WriteLine(string.Join(",", await cache.GetAll(6, 7, 8)));
        for (int i = 0; i < 2; i++)
        {
            try { await cache.Get(-3); } catch (ArgumentOutOfRangeException e) { Console.WriteLine(e.ParamName); }
        }
        Console.WriteLine($"{await cache.Get(8)} {await cache.Get(3)} hits {cache.Hits} misses {cache.Misses}");
        Console.WriteLine(loader.Log);
    }

    static async Task Points()
    {
        var cache = new Cache<Point, double>(new Distances(), 2);
        Task<double> first = cache.Get(new Point(3, 4)).AsTask(), second = cache.Get(new Point(3, 4)).AsTask();
        foreach (Task<double> task in new[] { first, second })
        {
            try { Console.WriteLine(await task); } catch (TimeoutException e) { Console.WriteLine(e.Message); }
        }
        Console.WriteLine(await cache.Get(new Point(3, 4)) + await cache.Get(new Point(6, 8)));
        Console.WriteLine($"hits {cache.Hits} misses {cache.Misses}");
    }

    public static void Main()
    {
        Loop.Run(Numbers);
        Loop.Run(Points);
    }
}
