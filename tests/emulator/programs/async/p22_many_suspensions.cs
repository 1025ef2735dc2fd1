// Loops with 10,000 suspensions: values of several types live across each of them.
using System;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P22;

static class Program
{
    static async Task<int> Next(int x)
    {
        await Task.Yield();
        return x + 1;
    }

    static async Task<long> Own()
    {
        long sum = 0;
        double half = 0;
        string last = "";
        for (int i = 0; i < 10_000; i++)
        {
            await Task.Yield();
            sum += i;
            half += 0.5;
            if (i % 2500 == 0) last += i + ";";
        }
        Console.WriteLine($"{half == 5000.0} {last}");
        return sum;
    }

    static async Task<int> Below()
    {
        int x = 0;
        while (x < 10_000) x = await Next(x);
        return x;
    }

    static async Task<int> InTry()
    {
        int caught = 0, cleaned = 0;
        for (int i = 0; i < 2_000; i++)
        {
            try
            {
                await Task.Yield();
                if (i % 100 == 7) throw new TimeoutException();
            }
            catch (TimeoutException)
            {
                caught++;
            }
            finally
            {
                cleaned++;
            }
        }
        return caught * 10_000 + cleaned;
    }

    static async Task<string> Mixed(Gate<int> gate)
    {
        int suspended = 0, completed = 0;
        uint hash = 17;
        object[] recent = new object[4];
        for (int i = 0; i < 10_000; i++)
        {
            Task<int> task = i % 3 == 0 ? Task.FromResult(i) : gate.Wait();
            if (task.IsCompleted) completed++;
            else suspended++;
            int value = await task;
            hash = hash * 31 + (uint)value;
            recent[value & 3] = value;
        }
        return $"{suspended} {completed} {hash} {recent[0]} {recent[1]} {recent[2]} {recent[3]}";
    }

    public static void Main()
    {
        Loop.Run(async () =>
        {
            Console.WriteLine(await Own());
            Console.WriteLine(await Below());
            Console.WriteLine(await InTry());
        });
        var gate = new Gate<int>();
        Task<string> mixed = Mixed(gate);
        int opened = 0;
        while (!mixed.IsCompleted) gate.Open(opened++);
        Console.WriteLine($"{mixed.Result} {opened}");
    }
}
