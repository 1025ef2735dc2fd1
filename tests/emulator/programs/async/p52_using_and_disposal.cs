// using, await using and lock around awaits: what is disposed when, with suspensions and exceptions in the body and in the disposal.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P52;

sealed class Resource : IDisposable, IAsyncDisposable
{
    readonly string name;
    readonly bool suspend, fail;

    public Resource(string name, bool suspend = true, bool fail = false)
    {
        this.name = name;
        this.suspend = suspend;
        this.fail = fail;
        Program.Log.Add("+" + name);
    }

    public void Dispose()
    {
        Program.Log.Add("-" + name);
        if (fail) throw new InvalidOperationException("dispose " + name);
    }

    public async ValueTask DisposeAsync()
    {
        Program.Log.Add("~" + name);
        if (suspend) await Task.Yield();
        Program.Log.Add("-" + name);
        if (fail) throw new InvalidOperationException("dispose " + name);
    }
}

struct Scope : IAsyncDisposable
{
    public int Depth;
    public async ValueTask DisposeAsync()
    {
        int depth = Depth;
        await Task.Yield();
        Program.Log.Add("scope" + depth);
    }
}

static class Program
{
    public static readonly List<string> Log = new();
    static readonly object gate = new();
    static int guarded;

    static void Flush(string what)
    {
        Console.WriteLine($"{what}: {string.Join(" ", Log)}");
        Log.Clear();
    }

    static async Task<int> Body(int x)
    {
        Log.Add("body");
        await Task.Yield();
        if (x < 0) throw new ArgumentException("body " + x);
        return x;
    }

    static async Task<int> Using(int x)
    {
        using (var a = new Resource("a"))
        using (new Resource("b"))
        {
            return await Body(x) + 1;
        }
    }

    static async Task<int> AwaitUsing(int x, bool suspend, bool fail)
    {
        await using var a = new Resource("a", suspend);
        await using (new Resource("b", suspend, fail))
        {
            x = await Body(x) * 2;
        }
        await using (new Scope { Depth = x }.ConfigureAwait(false)) Log.Add("in scope");
        return x;
    }

    static async Task<int> Nothing()
    {
        Resource none = null;
        await using (none) Log.Add("none");
        using (none) return await Body(3);
    }

    static async Task<int> Locked(int times)
    {
        for (int i = 0; i < times; i++)
        {
            lock (gate) guarded += i;
            await Task.Yield();
            lock (gate)
            {
                if (i == 2) continue;
                guarded *= 2;
            }
        }
        return guarded;
    }

    static async Task Catch(string what, Func<Task<int>> work)
    {
        try
        {
            Log.Add("=" + await work());
        }
        catch (Exception e)
        {
            Log.Add("!" + e.Message);
        }
        Flush(what);
    }

    public static async Task Main()
    {
        await Catch("using", () => Using(1));
        await Catch("using, body fails", () => Using(-1));
        foreach (bool suspend in new[] { false, true })
        {
            await Catch("await using", () => AwaitUsing(1, suspend, false));
            await Catch("await using, body fails", () => AwaitUsing(-1, suspend, false));
            await Catch("await using, disposal fails", () => AwaitUsing(2, suspend, true));
            await Catch("await using, both fail", () => AwaitUsing(-2, suspend, true));
        }
        await Catch("nothing", Nothing);
        await Catch("locked", () => Locked(5));
    }
}
