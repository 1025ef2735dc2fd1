// Several features at once: an async mutex, a semaphore, a reader-writer lock and a barrier, with cancellation of those who wait.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P66;

sealed class Semaphore(int count)
{
    readonly LinkedList<TaskCompletionSource> waiting = new();

    public async Task Wait(CancellationToken token = default)
    {
        if (count > 0)
        {
            count--;
            return;
        }
        var source = new TaskCompletionSource();
        LinkedListNode<TaskCompletionSource> node = waiting.AddLast(source);
        using (token.Register(() => { if (source.TrySetCanceled(token)) waiting.Remove(node); })) await source.Task;
    }

    public void Release()
    {
        if (waiting.First == null)
        {
            count++;
            return;
        }
        TaskCompletionSource next = waiting.First.Value;
        waiting.RemoveFirst();
        next.SetResult();
    }
}

sealed class Mutex
{
    readonly Semaphore semaphore = new(1);
    public async ValueTask<Holder> Lock()
    {
        await semaphore.Wait();
        return new Holder(semaphore);
    }
    public readonly struct Holder(Semaphore semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}

sealed class ReadersAndWriter
{
    int readers;
    bool writing;
    readonly Queue<(bool Write, TaskCompletionSource Source)> waiting = new();

    public Task Enter(bool write)
    {
        if (waiting.Count == 0 && !writing && (!write || readers == 0))
        {
            if (write) writing = true;
            else readers++;
            return Task.CompletedTask;
        }
        var source = new TaskCompletionSource();
        waiting.Enqueue((write, source));
        return source.Task;
    }

    public void Leave(bool write)
    {
        if (write) writing = false;
        else readers--;
        while (waiting.Count > 0 && !writing && (!waiting.Peek().Write || readers == 0))
        {
            (bool next, TaskCompletionSource source) = waiting.Dequeue();
            if (next) writing = true;
            else readers++;
            source.SetResult();
        }
    }
}

sealed class Barrier(int parties)
{
    int arrived, generation;
    TaskCompletionSource<int> source = new();
    public async Task<int> Arrive()
    {
        if (++arrived < parties) return await source.Task;
        arrived = 0;
        TaskCompletionSource<int> old = source;
        source = new TaskCompletionSource<int>();
        old.SetResult(++generation);
        return generation;
    }
}

static class Program
{
    static async Task Mutual()
    {
        var mutex = new Mutex();
        int inside = 0, most = 0, sum = 0;
        async Task Worker(int id)
        {
            for (int i = 0; i < 10; i++)
            {
                using (await mutex.Lock())
                {
                    inside++;
                    if (inside > most) most = inside;
                    int old = sum;
                    await Task.Yield();
                    sum = old + id;
                    inside--;
                    if (id == 3 && i == 5) break;
                }
            }
        }
        await Task.WhenAll(Worker(1), Worker(2), Worker(3), Worker(4));
        Console.WriteLine($"mutex {most} {sum}");
    }

    static async Task Limited()
    {
        var semaphore = new Semaphore(3);
        int inside = 0, most = 0, done = 0;
        using var cancel = new CancellationTokenSource();
        async Task<bool> Worker(int id)
        {
            try
            {
                await semaphore.Wait(id % 5 == 4 ? cancel.Token : default);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            try
            {
                most = Math.Max(most, ++inside);
                for (int i = 0; i < 3; i++) await Task.Yield();
                done++;
            }
            finally
            {
                inside--;
                semaphore.Release();
            }
            return true;
        }
        var workers = new List<Task<bool>>();
        for (int i = 0; i < 20; i++) workers.Add(Worker(i));
        cancel.Cancel();
        int succeeded = 0;
        foreach (bool good in await Task.WhenAll(workers)) if (good) succeeded++;
        Console.WriteLine($"semaphore {most} {done} {succeeded} {inside}");
    }

    static async Task Shared()
    {
        var gate = new ReadersAndWriter();
        int value = 0, reading = 0, mostReading = 0, bad = 0;
        async Task Reader(int times)
        {
            for (int i = 0; i < times; i++)
            {
                await gate.Enter(false);
                mostReading = Math.Max(mostReading, ++reading);
                int before = value;
                await Task.Yield();
                if (value != before) bad++;
                reading--;
                gate.Leave(false);
                await Task.Yield();
            }
        }
        async Task Writer(int times)
        {
            for (int i = 0; i < times; i++)
            {
                await gate.Enter(true);
                if (reading != 0) bad++;
                value++;
                await Task.Yield();
                value++;
                gate.Leave(true);
            }
        }
        await Task.WhenAll(Reader(10), Writer(5), Reader(10), Writer(5), Reader(10));
        Console.WriteLine($"readers {mostReading > 1} writers {value} bad {bad}");
    }

    static async Task Together()
    {
        var barrier = new Barrier(3);
        int phase = 0, bad = 0;
        async Task<int> Party(int slowness)
        {
            int generation = 0;
            for (int i = 1; i <= 4; i++)
            {
                for (int j = 0; j < slowness; j++) await Task.Yield();
                phase = i;
                generation = await barrier.Arrive();
                if (generation != i || phase < i) bad++;
            }
            return generation;
        }
        int[] generations = await Task.WhenAll(Party(0), Party(2), Party(5));
        Console.WriteLine($"barrier {string.Join(",", generations)} bad {bad}");
    }

    public static void Main()
    {
        Loop.Run(Mutual);
        Loop.Run(Limited);
        Loop.Run(Shared);
        Loop.Run(Together);
    }
}
