// Several features at once: a bounded queue between producers and consumers, with completion and failure.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P60;

sealed class Channel<T>(int capacity)
{
    readonly Queue<T> items = new();
    readonly Queue<TaskCompletionSource> writers = new();
    readonly Queue<TaskCompletionSource<bool>> readers = new();
    bool completed;
    Exception error;

    public int Most;

    public async ValueTask Write(T item)
    {
        while (items.Count >= capacity)
        {
            var waiting = new TaskCompletionSource();
            writers.Enqueue(waiting);
            await waiting.Task;
        }
        if (completed) throw new InvalidOperationException("closed");
        items.Enqueue(item);
        if (items.Count > Most) Most = items.Count;
        if (readers.Count > 0) readers.Dequeue().SetResult(true);
    }

    public async ValueTask<(bool Any, T Item)> Read()
    {
        while (items.Count == 0)
        {
            if (completed) return error == null ? (false, default) : throw error;
            var waiting = new TaskCompletionSource<bool>();
            readers.Enqueue(waiting);
            await waiting.Task;
        }
        T item = items.Dequeue();
        if (writers.Count > 0) writers.Dequeue().SetResult();
        return (true, item);
    }

    public void Complete(Exception failure = null)
    {
        completed = true;
        error = failure;
        while (readers.Count > 0) readers.Dequeue().SetResult(false);
    }
}

record Job(int Id, string Payload);

static class Program
{
    static async Task Produce(Channel<Job> channel, int first, int count)
    {
        for (int id = first; id < first + count; id++)
        {
            if (id % 3 == 0) await Task.Yield();
            await channel.Write(new Job(id, new string((char)('a' + id % 26), id % 4 + 1)));
        }
    }

    static async Task<(int Jobs, int Letters)> Consume(Channel<Job> channel, int slowness, List<int> seen)
    {
        int jobs = 0, letters = 0;
        while (true)
        {
            (bool any, Job job) = await channel.Read();
            if (!any) return (jobs, letters);
            for (int i = 0; i < slowness; i++) await Task.Yield();
            jobs++;
            letters += job.Payload.Length;
            seen.Add(job.Id);
        }
    }

    static async Task Run(int capacity, int producers, int consumers)
    {
        var channel = new Channel<Job>(capacity);
        var seen = new List<int>();
        var producing = new List<Task>();
        for (int i = 0; i < producers; i++) producing.Add(Produce(channel, i * 100, 20 + i));
        var consuming = new List<Task<(int, int)>>();
        for (int i = 0; i < consumers; i++) consuming.Add(Consume(channel, i, seen));
        await Task.WhenAll(producing);
        channel.Complete();
        int jobs = 0, letters = 0;
        foreach ((int j, int l) in await Task.WhenAll(consuming))
        {
            jobs += j;
            letters += l;
        }
        seen.Sort();
        int distinct = 0;
        for (int i = 0; i < seen.Count; i++) if (i == 0 || seen[i] != seen[i - 1]) distinct++;
        Console.WriteLine($"{capacity} {producers} {consumers}: {jobs} jobs, {distinct} distinct, {letters} letters, full {channel.Most <= capacity}");
    }

    static async Task Failure()
    {
        var channel = new Channel<Job>(2);
        var seen = new List<int>();
        Task<(int, int)> consumer = Consume(channel, 1, seen);
        await channel.Write(new Job(1, "a"));
        await channel.Write(new Job(2, "b"));
        channel.Complete(new TimeoutException("producer died"));
        try { await consumer; } catch (TimeoutException e) { Console.WriteLine($"{e.Message} after {seen.Count}"); }
        try { await channel.Write(new Job(3, "c")); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
    }

    public static void Main()
    {
        Loop.Run(() => Run(1, 1, 1));
        Loop.Run(() => Run(3, 2, 4));
        Loop.Run(() => Run(100, 5, 2));
        Loop.Run(Failure);
    }
}
