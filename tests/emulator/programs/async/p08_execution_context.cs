// ExecutionContext by hand: captured and run in, and several of them at one gate.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P08;

static class Program
{
    static readonly AsyncLocal<int> Value = new();

    static async Task<string> Read(string name)
    {
        int before = Value.Value;
        await Task.Yield();
        return $"{name}: {before} then {Value.Value}";
    }

    static async Task<string> Modify(Gate<int> gate, int value)
    {
        Value.Value = value;
        int got = await gate.Wait();
        return $"own {Value.Value}, opened with {got}";
    }

    public static void Main()
    {
        Value.Value = 10;
        ExecutionContext ten = ExecutionContext.Capture();
        Value.Value = 20;
        Task<string> inTen = null;
        ExecutionContext.Run(ten, _ => { inTen = Read("in ten"); Value.Value = 11; }, null);
        Console.WriteLine($"{inTen.GetAwaiter().GetResult()}, here {Value.Value}");
        Console.WriteLine(Read("here").GetAwaiter().GetResult());

        var gate = new Gate<int>();
        Task<string> first = Modify(gate, 100), second = Modify(gate, 200);
        Value.Value = 30;
        gate.Open(1); // resumes both, each in its own context
        Console.WriteLine($"{first.GetAwaiter().GetResult()}; {second.GetAwaiter().GetResult()}; here {Value.Value}");
        Console.WriteLine(Value.Value);
    }
}
