// Several features at once: a discrete-event simulation with its own clock, where each customer and server is an async method.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace P69;

/// <summary>The simulated time: what waits is resumed in the order of its time, and of its arrival.</summary>
sealed class Clock
{
    readonly List<(long Time, int Serial, Action Continuation)> events = new();
    int serial;
    public long Now;

    public Sleep For(long time) => new(this, Now + time);

    public readonly struct Sleep(Clock clock, long until) : INotifyCompletion
    {
        public Sleep GetAwaiter() => this;
        public bool IsCompleted => until <= clock.Now;
        public long GetResult() => clock.Now;
        public void OnCompleted(Action continuation) => clock.events.Add((until, clock.serial++, continuation));
    }

    public void Run()
    {
        while (events.Count > 0)
        {
            int first = 0;
            for (int i = 1; i < events.Count; i++)
                if (events[i].Time < events[first].Time || events[i].Time == events[first].Time && events[i].Serial < events[first].Serial) first = i;
            (long time, _, Action continuation) = events[first];
            events.RemoveAt(first);
            Now = time;
            continuation();
        }
    }
}

struct Statistics
{
    public int Count;
    public long Sum, Largest;
    public void Add(long value)
    {
        Count++;
        Sum += value;
        if (value > Largest) Largest = value;
    }
    public override readonly string ToString() => $"{Count} customers, sum {Sum}, largest {Largest}, mean {(Count == 0 ? 0 : Sum * 4 / Count / 4.0)}";
}

sealed class Desk(Clock clock, int clerks)
{
    readonly Queue<TaskCompletionSource<long>> queue = new();
    int free = clerks;
    public int LongestQueue;

    public async Task<long> Enter()
    {
        if (free > 0)
        {
            free--;
            return clock.Now;
        }
        var place = new TaskCompletionSource<long>();
        queue.Enqueue(place);
        LongestQueue = Math.Max(LongestQueue, queue.Count);
        return await place.Task;
    }

    public void Leave()
    {
        if (queue.Count > 0) queue.Dequeue().SetResult(clock.Now);
        else free++;
    }
}

sealed class Bank(int clerks, uint seed)
{
    readonly Clock clock = new();
    Statistics waits, visits;
    int impatient;

    int Random(int limit)
    {
        seed = seed * 1103515245 + 12345;
        return (int)(seed >> 16) % limit;
    }

    async Task Customer(Desk desk, int id)
    {
        long arrived = clock.Now;
        if (desk.LongestQueue > 6 && id % 4 == 0)
        {
            impatient++;
            return;
        }
        long served = await desk.Enter();
        try
        {
            waits.Add(served - arrived);
            await clock.For(3 + Random(9));
            if (id % 10 == 9) throw new InvalidOperationException("forgot the form");
        }
        finally
        {
            desk.Leave();
        }
        long left = await clock.For(1);
        visits.Add(left - arrived);
    }

    async Task<int> Arrivals(Desk desk, int count)
    {
        var customers = new List<Task>();
        for (int id = 0; id < count; id++)
        {
            await clock.For(Random(5));
            customers.Add(Customer(desk, id));
        }
        int failed = 0;
        foreach (Task customer in customers)
        {
            try
            {
                await customer;
            }
            catch (InvalidOperationException)
            {
                failed++;
            }
        }
        return failed;
    }

    public string Simulate(int count)
    {
        var desk = new Desk(clock, clerks);
        Task<int> all = Arrivals(desk, count);
        clock.Run();
        return $"clerks {clerks}, end {clock.Now}, failed {all.Result}, impatient {impatient}, queue {desk.LongestQueue}\n  waits {waits}\n  visits {visits}";
    }
}

static class Program
{
    public static void Main()
    {
        Console.WriteLine(new Bank(1, 1).Simulate(40));
        Console.WriteLine(new Bank(2, 1).Simulate(40));
        Console.WriteLine(new Bank(3, 99).Simulate(200));
        Console.WriteLine(new Bank(5, 7).Simulate(300));
    }
}
