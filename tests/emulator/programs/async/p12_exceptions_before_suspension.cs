// Exceptions before any suspension: they unwind through ordinary frames, and become a faulted task at the bottom.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P12;

static class Program
{
    static int zero = 0;

    static async Task<int> Throws(int kind)
    {
        if (kind == 0) throw new ArgumentException("argument");
        if (kind == 1) return 1 / zero;
        if (kind == 2) return "ab"[5 + zero];
        if (kind == 3) return ((string)(object)null).Length;
        if (kind == 4) return (int)(object)"no int";
        if (kind == 5) return checked(int.MaxValue + kind + zero);
        if (kind == 6) return new Dictionary<int, int>()[kind];
        await Task.CompletedTask;
        return kind;
    }

    static async Task<int> Middle(int kind) => await Throws(kind) + 1;

    static async Task<int> Outer(int kind)
    {
        int result = await Middle(kind);
        return result * 2;
    }

    static async Task Nothing() => await Task.CompletedTask;

    static async ValueTask<string> Value(bool fail)
    {
        if (fail) throw new NotSupportedException("value");
        await Nothing();
        return "value";
    }

    static async ValueTask ValueOnly() => throw new NotImplementedException("value only");

    static string NameOf(Exception e) => e switch
    {
        ArgumentOutOfRangeException => "out of range",
        ArgumentException a => a.Message,
        DivideByZeroException => "division",
        IndexOutOfRangeException => "index",
        NullReferenceException => "null",
        InvalidCastException => "cast",
        OverflowException => "overflow",
        KeyNotFoundException => "key",
        _ => e.Message,
    };

    static async Task<string> Catch(int kind)
    {
        try
        {
            return "result " + await Outer(kind);
        }
        catch (ArgumentException e)
        {
            return "argument: " + NameOf(e);
        }
        catch (Exception e) when (kind > 1)
        {
            return "filtered: " + NameOf(e);
        }
        catch (Exception e)
        {
            return "other: " + NameOf(e);
        }
    }

    public static async Task Main()
    {
        for (int kind = 0; kind <= 7; kind++) Console.WriteLine(await Catch(kind));
        for (int kind = 0; kind <= 7; kind++)
        {
            Task<int> task = Outer(kind); // no exception here
            string how = task.IsFaulted ? NameOf(task.Exception.InnerException) : task.Result.ToString();
            Console.WriteLine($"{task.Status} {task.IsCompleted} {task.IsCompletedSuccessfully} {how}");
        }
        try { Console.WriteLine(await Value(false)); await Value(true); } catch (NotSupportedException e) { Console.WriteLine(e.Message); }
        ValueTask<string> failed = Value(true);
        Console.WriteLine($"{failed.IsCompleted} {failed.IsFaulted} {failed.IsCompletedSuccessfully}");
        try { await failed; } catch (NotSupportedException e) { Console.WriteLine(e.Message); }
        try { await ValueOnly(); } catch (NotImplementedException e) { Console.WriteLine(e.Message); }
        ValueTask only = ValueOnly();
        Console.WriteLine($"{only.IsCompleted} {only.IsFaulted}");
        try { only.GetAwaiter().GetResult(); } catch (NotImplementedException e) { Console.WriteLine("got " + e.Message); }
    }
}
