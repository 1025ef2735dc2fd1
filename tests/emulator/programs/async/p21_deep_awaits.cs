// Chains of 1,000 awaits: that never suspend, that suspend at the bottom, on the way up, and that end with an exception.
using System;
using System.Threading.Tasks;

namespace P21;

static class Program
{
    static int suspensions;

    static async Task<int> Never(int n) => n == 0 ? 0 : await Never(n - 1) + 1;

    static async Task<int> AtBottom(int n)
    {
        if (n == 0)
        {
            suspensions++;
            await Task.Yield();
            return 0;
        }
        return await AtBottom(n - 1) + 1;
    }

    static async Task<long> OnTheWay(int n)
    {
        if (n == 0) return 1;
        long below = await OnTheWay(n - 1);
        if (n % 3 == 0)
        {
            suspensions++;
            await Task.Yield();
        }
        return (below * 31 + n) % 1_000_003;
    }

    static async Task<string> Strings(int n)
    {
        string own = "s" + n;
        if (n == 0)
        {
            await Task.Yield();
            return own;
        }
        string below = await Strings(n - 1);
        return below.Length > 40 ? own + below.Substring(0, 20) : own + below;
    }

    static async ValueTask<(int Depth, object Tag)> Values(int n, object tag)
    {
        if (n == 0)
        {
            await Task.Yield();
            return (0, tag);
        }
        (int depth, object same) = await Values(n - 1, tag);
        return (depth + 1, same);
    }

    static async Task Fails(int n)
    {
        if (n == 0)
        {
            await Task.Yield();
            throw new InvalidOperationException("from the bottom");
        }
        await Fails(n - 1);
    }

    static async Task<int> CatchesAtTheTop(int n, bool suspend)
    {
        if (n == 0)
        {
            if (suspend) await Task.Yield();
            throw new InvalidOperationException();
        }
        try
        {
            return await CatchesAtTheTop(n - 1, suspend);
        }
        catch (InvalidOperationException) when (n == 1000)
        {
            return n;
        }
    }

    public static async Task Main()
    {
        Console.WriteLine(await Never(1000));
        Console.WriteLine($"{await AtBottom(1000)} {suspensions}");
        suspensions = 0;
        Console.WriteLine($"{await OnTheWay(1000)} {suspensions}");
        Console.WriteLine(await Strings(1000));
        object tag = "tag";
        (int depth, object same) = await Values(1000, tag);
        Console.WriteLine($"{depth} {ReferenceEquals(tag, same)}");
        try { await Fails(1000); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        Console.WriteLine(await CatchesAtTheTop(1000, false));
        Console.WriteLine(await CatchesAtTheTop(1000, true));
    }
}
