// .NET 10 saves and restores the contexts around every await, .NET 11 once per async method.
//
// Deliberate differences that follow from it (the .NET 11 column of the context rules). What an ordinary method changes
// is seen by the async method that calls it: .NET 10 takes it back behind the await, .NET 11 does not, and neither do
// classic async methods. And where the flow of the execution context is suppressed, .NET 10 brings back the caller's at
// the end of an await, while .NET 11 goes on in the one of whoever resumes it.
using System;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P10;

static class Program
{
    static readonly AsyncLocal<int> Value = new();
    static readonly CountingContext Other = new("other");

    static Task SetsValue(int value)
    {
        Value.Value = value;
        return Task.CompletedTask;
    }

    static Task<int> SetsContext()
    {
        SynchronizationContext.SetSynchronizationContext(Other);
        return Task.FromResult(1);
    }

    static async Task CallsPlainMethods()
    {
        await SetsValue(99);
        Console.WriteLine($"value {Value.Value}");
        int one = await SetsContext();
        Console.WriteLine($"context {CountingContext.CurrentName} {one}");
        Task apart = SetsValue(77);
        Console.WriteLine($"apart {Value.Value}");
        await apart;
        Console.WriteLine($"value {Value.Value}");
    }

    static async Task<string> Unflowed(Gate<int> gate)
    {
        int before = Value.Value;
        int opened = await gate.Wait();
        return $"{before} then {Value.Value}, opened with {opened}";
    }

    static Task<string> StartUnflowed(Gate<int> gate)
    {
        using (ExecutionContext.SuppressFlow())
        {
            Console.WriteLine($"suppressed {ExecutionContext.IsFlowSuppressed()}");
            return Unflowed(gate);
        }
    }

    public static void Main()
    {
        Value.Value = 10;
        Loop.Start(null, CallsPlainMethods).GetAwaiter().GetResult();
        Console.WriteLine($"main {Value.Value}, {CountingContext.CurrentName}");
        var gate = new Gate<int>();
        Task<string> unflowed = StartUnflowed(gate);
        Console.WriteLine($"suppressed {ExecutionContext.IsFlowSuppressed()}");
        Value.Value = 40;
        gate.Open(2);
        Console.WriteLine(unflowed.GetAwaiter().GetResult());
        Console.WriteLine(Value.Value);
    }
}
