// Exceptions after a suspension: the dispatcher finds the continuation of a frame that may catch them.
using System;
using System.Threading.Tasks;

namespace P13;

sealed class Special(int code) : Exception("special")
{
    public int Code => code;
}

static class Program
{
    static async Task<int> Throws(int x)
    {
        await Task.Yield();
        if (x >= 0) throw new Special(x);
        return x;
    }

    static async Task<int> NoHandler(int x) => await Throws(x) + 1;

    static async Task<int> WrongHandler(int x)
    {
        try
        {
            return await NoHandler(x);
        }
        catch (ArgumentException)
        {
            return -1;
        }
    }

    static async Task<int> Handler(int x, int y)
    {
        int local = x * 10;
        string text = "text" + y;
        try
        {
            local++;
            return await WrongHandler(x) + local;
        }
        catch (Special s)
        {
            return s.Code * 1000 + local * 10 + text.Length;
        }
    }

    static async Task<int> Rethrows(int x)
    {
        try
        {
            return await Throws(x);
        }
        catch (Special)
        {
            x += 100;
            throw;
        }
        finally
        {
            Console.WriteLine($"  finally {x}");
        }
    }

    static async Task<int> Replaces(int x)
    {
        try
        {
            return await Rethrows(x);
        }
        catch (Special s)
        {
            throw new InvalidOperationException("replaced", s);
        }
    }

    static async Task<string> Sequence()
    {
        string log = "";
        for (int i = 0; i < 6; i++)
        {
            try
            {
                log += await Throws(i % 2 == 0 ? i : -i) + " ";
                log += "ok ";
            }
            catch (Special s)
            {
                log += "caught" + s.Code + " ";
            }
        }
        return log;
    }

    static async Task<string> CatchWithAwait(int x)
    {
        string log = "";
        try
        {
            await Throws(x);
        }
        catch (Special s)
        {
            log += s.Code;
            try
            {
                await Throws(x + 1);
            }
            catch (Special t) when (t.Code == x + 1)
            {
                log += "," + t.Code + "," + s.Code;
            }
            log += await NoHandler(-7);
        }
        return log;
    }

    public static async Task Main()
    {
        Console.WriteLine(await Handler(-5, 1));
        Console.WriteLine(await Handler(5, 1));
        try { await Rethrows(3); } catch (Special s) { Console.WriteLine(s.Code); }
        try { await Replaces(4); } catch (InvalidOperationException e) { Console.WriteLine($"{e.Message} {((Special)e.InnerException).Code}"); }
        Console.WriteLine(await Sequence());
        Console.WriteLine(await CatchWithAwait(50));
        Task<int> faulted = NoHandler(9);
        try { await faulted; } catch (Special s) { Console.WriteLine($"{s.Code} {faulted.Status} {faulted.Exception.InnerExceptions.Count}"); }
        try { await faulted; } catch (Special s) { Console.WriteLine($"again {s.Code}"); }
    }
}
