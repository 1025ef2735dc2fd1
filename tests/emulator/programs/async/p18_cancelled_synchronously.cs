// An OperationCanceledException before any suspension.
//
// A deliberate difference: the thunk of .NET 10 makes a faulted task of it, the one of .NET 11 a cancelled task, as
// classic async methods do. After a suspension the task is cancelled everywhere.
using System;
using System.Threading;
using System.Threading.Tasks;

namespace P18;

static class Program
{
    static async Task Throws(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        await Task.Yield();
    }

    static async Task<int> ThrowsWithResult(bool suspend)
    {
        if (suspend) await Task.Yield();
        throw new OperationCanceledException("with result");
    }

    static async Task<string> Derived()
    {
        await Task.CompletedTask;
        throw new TaskCanceledException("derived");
    }

    static async ValueTask Value() => throw new OperationCanceledException("value");

    static async ValueTask<long> ValueWithResult() => throw new OperationCanceledException("value with result");

    static async Task<int> Through(bool suspend) => await ThrowsWithResult(suspend) + 1;

    static async Task Show(string name, Task task)
    {
        string how;
        try
        {
            await task;
            how = "no exception";
        }
        catch (OperationCanceledException e)
        {
            how = e.Message.Length > 20 ? "default message" : e.Message;
        }
        Console.WriteLine($"{name}: {task.Status} {task.IsCanceled} {task.IsFaulted}, {how}");
    }

    public static async Task Main()
    {
        await Show("void", Throws(new CancellationToken(true)));
        await Show("not cancelled", Throws(CancellationToken.None));
        await Show("result", ThrowsWithResult(false));
        await Show("result, suspended", ThrowsWithResult(true));
        await Show("derived", Derived());
        await Show("through a frame", Through(false));
        await Show("through a frame, suspended", Through(true));
        await Show("value task", Value().AsTask());
        await Show("value task with result", ValueWithResult().AsTask());
        ValueTask value = Value();
        Console.WriteLine($"{value.IsCompleted} {value.IsCanceled} {value.IsFaulted}");
        try { await Through(false); } catch (OperationCanceledException e) { Console.WriteLine("direct: " + e.Message); }
    }
}
