// A callee that ends with an exception leaves no AsyncLocal value behind, whether it suspended before or not.
using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace P02;

static class Program
{
    static readonly AsyncLocal<int> Value = new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task ThrowsAtOnce(int value)
    {
        Value.Value = value;
        throw new InvalidOperationException("at once " + Value.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static async Task ThrowsAtOnceInlined(int value)
    {
        Value.Value = value;
        throw new InvalidOperationException("inlined " + Value.Value);
    }

    static async Task ThrowsLater(int value)
    {
        Value.Value = value;
        await Task.Yield();
        Value.Value += 1000;
        throw new InvalidOperationException("later " + Value.Value);
    }

    static async Task<int> ThrowsInArgument(int value)
    {
        Value.Value = value;
        int[] none = null;
        return await Task.FromResult(none[Value.Value]);
    }

    static async Task Middle(Func<int, Task> callee, int value)
    {
        Value.Value = value;
        try
        {
            await callee(value + 1);
        }
        finally
        {
            Console.WriteLine($"  finally {Value.Value}");
        }
    }

    static async Task Observe(string name, Func<int, Task> callee, int value)
    {
        try
        {
            await callee(value);
            Console.WriteLine("no exception");
        }
        catch (Exception e)
        {
            string message = e is NullReferenceException ? "null reference" : e.Message;
            Console.WriteLine($"{name}: {message}, value {Value.Value}");
        }
    }

    static async Task Direct()
    {
        Value.Value = 7;
        try { await ThrowsAtOnce(70); } catch (InvalidOperationException e) { Console.WriteLine($"{e.Message} {Value.Value}"); }
        try { await ThrowsAtOnceInlined(71); } catch (InvalidOperationException e) { Console.WriteLine($"{e.Message} {Value.Value}"); }
        try { await ThrowsLater(72); } catch (InvalidOperationException e) { Console.WriteLine($"{e.Message} {Value.Value}"); }
        try { await ThrowsInArgument(3); } catch (NullReferenceException) { Console.WriteLine($"null {Value.Value}"); }
        Value.Value = 8;
        await Task.Yield();
        try { await ThrowsAtOnce(73); } catch (InvalidOperationException e) { Console.WriteLine($"{e.Message} {Value.Value}"); }
        Task failed = ThrowsAtOnce(74);
        Console.WriteLine($"{failed.Status} {Value.Value}");
    }

    public static async Task Main()
    {
        Value.Value = 1;
        await Observe("at once", ThrowsAtOnce, 10);
        await Observe("inlined", ThrowsAtOnceInlined, 20);
        await Observe("later", ThrowsLater, 30);
        await Observe("argument", ThrowsInArgument, 40);
        await Observe("middle, at once", v => Middle(ThrowsAtOnce, v), 50);
        await Observe("middle, later", v => Middle(ThrowsLater, v), 60);
        Console.WriteLine(Value.Value);
        await Direct();
        Console.WriteLine(Value.Value);
    }
}
