// An exception goes through many suspended frames: those without a handler are skipped, the finally blocks of the others run.
using System;
using System.Threading.Tasks;

namespace P15;

static class Program
{
    static int finallyBlocks;

    static async Task<int> Deep(int depth, bool suspend)
    {
        if (depth == 0)
        {
            if (suspend) await Task.Yield();
            throw new InvalidOperationException("bottom");
        }
        return await Deep(depth - 1, suspend) + 1;
    }

    static async Task<int> WithFinally(int depth, bool suspend)
    {
        if (depth == 0)
        {
            if (suspend) await Task.Yield();
            throw new InvalidOperationException("bottom");
        }
        if (depth % 10 != 0) return await WithFinally(depth - 1, suspend) + 1;
        try
        {
            return await WithFinally(depth - 1, suspend) + 1;
        }
        finally
        {
            finallyBlocks++;
        }
    }

    static async Task<string> Converts(int depth, bool suspend)
    {
        try
        {
            if (depth == 0)
            {
                if (suspend) await Task.Yield();
                throw new ArgumentException("0");
            }
            return await Converts(depth - 1, suspend);
        }
        catch (ArgumentException e)
        {
            if (depth == 30) return e.Message;
            throw new ArgumentException(e.Message + (depth % 10));
        }
    }

    static async Task<int> AwaitsOnTheWay(int depth, bool suspend)
    {
        int below = 0;
        try
        {
            if (depth == 0)
            {
                if (suspend) await Task.Yield();
                throw new TimeoutException();
            }
            below = await AwaitsOnTheWay(depth - 1, suspend);
        }
        catch (TimeoutException) when (depth < 5)
        {
            below += depth;
            await Task.Yield();
            throw new TimeoutException();
        }
        catch (TimeoutException)
        {
            await Task.Yield();
            below += 100;
        }
        finally
        {
            await Task.CompletedTask;
            finallyBlocks++;
        }
        return below + 1;
    }

    static async Task Test(bool suspend)
    {
        foreach (int depth in new[] { 0, 1, 2, 100 })
        {
            try
            {
                await Deep(depth, suspend);
            }
            catch (InvalidOperationException e)
            {
                Console.WriteLine($"{depth} frames: {e.Message}");
            }
        }
        finallyBlocks = 0;
        try { await WithFinally(200, suspend); } catch (InvalidOperationException e) { Console.WriteLine($"{e.Message} {finallyBlocks}"); }
        Console.WriteLine(await Converts(30, suspend));
        finallyBlocks = 0;
        Console.WriteLine($"{await AwaitsOnTheWay(12, suspend)} {finallyBlocks}");
        Task<int> task = Deep(50, suspend);
        try { await task; } catch (InvalidOperationException) { Console.WriteLine(task.Status); }
    }

    public static async Task Main()
    {
        await Test(false);
        await Test(true);
    }
}
