// Several features at once: a build system that runs each target once, in parallel where it may, and explains what failed.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P68;

sealed class BuildFailed(string target, Exception inner) : Exception($"{target}: {inner.Message}", inner);
sealed class Cycle(string path) : Exception("cycle " + path);

sealed class Target
{
    public string Name;
    public string[] Needs;
    public Func<IReadOnlyDictionary<string, long>, CancellationToken, Task<long>> Action;
}

sealed class Builder
{
    readonly Dictionary<string, Target> targets = new();
    readonly Dictionary<string, Task<long>> results = new();
    readonly AsyncLocal<string> path = new();
    public readonly List<string> Finished = new();
    public int Running, MostRunning;

    public void Add(string name, string needs, Func<IReadOnlyDictionary<string, long>, CancellationToken, Task<long>> action) =>
        targets.Add(name, new Target { Name = name, Needs = needs == "" ? Array.Empty<string>() : needs.Split(' '), Action = action });

    public Task<long> Build(string name, CancellationToken token = default)
    {
        string above = path.Value ?? "";
        if ((above + "/").Contains("/" + name + "/")) return Task.FromException<long>(new Cycle(above + "/" + name));
        if (!results.TryGetValue(name, out Task<long> result)) results[name] = result = Run(name, token);
        return result;
    }

    async Task<long> Run(string name, CancellationToken token)
    {
        if (!targets.TryGetValue(name, out Target target)) throw new KeyNotFoundException("no target " + name);
        path.Value = (path.Value ?? "") + "/" + name;
        var inputs = new Dictionary<string, long>();
        var building = new List<Task<long>>();
        foreach (string need in target.Needs) building.Add(Build(need, token));
        for (int i = 0; i < building.Count; i++) inputs[target.Needs[i]] = await building[i];
        token.ThrowIfCancellationRequested();
        Running++;
        MostRunning = Math.Max(MostRunning, Running);
        try
        {
            long value = await target.Action(inputs, token);
            Finished.Add(name);
            return value;
        }
        catch (Exception e) when (e is not OperationCanceledException and not BuildFailed)
        {
            throw new BuildFailed(path.Value, e);
        }
        finally
        {
            Running--;
        }
    }
}

static class Program
{
    static async Task<long> Work(int steps, long value, CancellationToken token = default)
    {
        for (int i = 0; i < steps; i++)
        {
            token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        return value;
    }

    static Builder Make()
    {
        var builder = new Builder();
        builder.Add("read", "", (_, t) => Work(2, 7, t));
        builder.Add("config", "", (_, t) => Task.FromResult(3L));
        builder.Add("lex", "read", async (i, t) => i["read"] * 10 + await Work(3, 1, t));
        builder.Add("parse", "lex config", async (i, t) => await Work(1, i["lex"] + i["config"], t));
        builder.Add("check", "parse", async (i, t) => { long v = i["parse"]; await Work(4, 0, t); return v * 2; });
        builder.Add("docs", "parse read", async (i, t) => await Work(2, i["parse"] - i["read"], t));
        builder.Add("link", "check docs config", async (i, t) => await Work(1, i["check"] * 1000 + i["docs"] * 10 + i["config"], t));
        builder.Add("broken", "parse", async (i, t) => { await Task.Yield(); throw new InvalidOperationException("does not compile"); });
        builder.Add("top", "link broken", (i, t) => Work(1, 0, t));
        builder.Add("egg", "hen", (i, t) => Work(1, 1, t));
        builder.Add("hen", "egg", (i, t) => Work(1, 1, t));
        builder.Add("loose", "missing", (i, t) => Work(1, 1, t));
        builder.Add("slow", "read", (i, t) => Work(1000, 1, t));
        return builder;
    }

    static async Task<string> Try(Task<long> build)
    {
        try
        {
            return "built " + await build;
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
        catch (BuildFailed e)
        {
            return $"failed {e.Message}, because of {e.InnerException.GetType().Name}";
        }
        catch (Exception e)
        {
            return e.GetType().Name + " " + e.Message;
        }
    }

    static async Task All()
    {
        Builder builder = Make();
        Console.WriteLine(await Try(builder.Build("link")));
        Console.WriteLine($"{string.Join(" ", builder.Finished)}; most {builder.MostRunning}, running {builder.Running}");
        Console.WriteLine(await Try(builder.Build("link")) + " again, " + builder.Finished.Count);
        Console.WriteLine(await Try(builder.Build("top")));
        Console.WriteLine(await Try(builder.Build("egg")));
        Console.WriteLine(await Try(builder.Build("loose")));
        builder = Make();
        var cancel = new CancellationTokenSource();
        Task<long> slow = builder.Build("slow", cancel.Token);
        await Work(20, 0);
        cancel.Cancel();
        Console.WriteLine(await Try(slow) + " " + string.Join(" ", builder.Finished));
        builder = Make();
        string[] both = await Task.WhenAll(Try(builder.Build("docs")), Try(builder.Build("check")));
        Console.WriteLine($"{both[0]}, {both[1]}, {builder.Finished.Count}");
    }

    public static void Main() => Loop.Run(All);
}
