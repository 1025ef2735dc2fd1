// finally blocks: with and without awaits in them, on return, exception, break, continue and goto, before and after suspension.
using System;
using System.Threading.Tasks;

namespace P14;

static class Program
{
    static string log = "";

    static void Flush(string what)
    {
        Console.WriteLine($"{what}: {log}");
        log = "";
    }

    static async Task Pause(bool suspend)
    {
        if (suspend) await Task.Yield();
    }

    static async Task<int> Returns(bool suspend)
    {
        try
        {
            log += "a";
            await Pause(suspend);
            log += "b";
            return 1;
        }
        finally
        {
            log += "c";
        }
    }

    static async Task<int> ReturnsThroughTwo(bool suspend, int x)
    {
        try
        {
            try
            {
                if (x == 1) return 10;
                await Pause(suspend);
                if (x == 2) return 20;
            }
            finally
            {
                log += "inner";
                await Pause(suspend);
                log += "! ";
            }
            return 30;
        }
        finally
        {
            await Pause(!suspend);
            log += "outer ";
        }
    }

    static async Task Throws(bool suspend)
    {
        try
        {
            await Pause(suspend);
            throw new TimeoutException("t");
        }
        finally
        {
            log += "f1 ";
            await Pause(suspend);
            log += "f2 ";
        }
    }

    static async Task ThrowsInFinally(bool suspend)
    {
        try
        {
            await Throws(suspend);
        }
        finally
        {
            log += "replace ";
            await Pause(suspend);
            if (log.Length > 0) throw new InvalidOperationException("replaced");
        }
    }

    static async Task<int> Loop(bool suspend)
    {
        int sum = 0;
        for (int i = 0; i < 8; i++)
        {
            try
            {
                if (i == 2) continue;
                await Pause(suspend);
                if (i == 6) break;
                if (i == 4) goto skip;
                sum += i;
            }
            finally
            {
                log += i;
                if (i % 2 == 1) await Pause(suspend);
            }
            sum += 100;
        skip:
            sum += 1000;
        }
        return sum;
    }

    static async Task Test(bool suspend)
    {
        Console.WriteLine(suspend ? "with suspension" : "without suspension");
        Console.WriteLine(await Returns(suspend));
        Flush("returns");
        for (int i = 1; i <= 3; i++)
        {
            Console.WriteLine(await ReturnsThroughTwo(suspend, i));
            Flush("through two");
        }
        try { await Throws(suspend); } catch (TimeoutException e) { log += e.Message; }
        Flush("throws");
        try { await ThrowsInFinally(suspend); } catch (InvalidOperationException e) { log += e.Message; }
        Flush("throws in finally");
        Console.WriteLine(await Loop(suspend));
        Flush("loop");
    }

    public static async Task Main()
    {
        await Test(false);
        await Test(true);
    }
}
