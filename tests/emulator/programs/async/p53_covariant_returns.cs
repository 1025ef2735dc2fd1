// Overrides that return more than what they override: Task<T> for Task, and calls through the base that drop the result.
//
// Not on .NET 10 as runtime-async: it does not load such types. Expected are the lines of the classic form.
using System;
using System.Threading.Tasks;

namespace P53;

class Job
{
    public int Runs;
    public virtual Task Run()
    {
        Runs++;
        return Task.CompletedTask;
    }
    public virtual async Task Suspend() => await Task.Yield();
    public virtual object Result => "none";
}

class Computation : Job
{
    public override async Task<int> Run()
    {
        await base.Run();
        await Task.Yield();
        Runs += 10;
        return Runs;
    }
    public override Task<int> Suspend() => Later(5);
    protected static async Task<int> Later(int x)
    {
        await Task.Yield();
        return x;
    }
    public override string Result => "computation";
}

sealed class Failing : Computation
{
    public override async Task<int> Run()
    {
        int runs = await base.Run();
        throw new InvalidOperationException("after " + runs);
    }
    public override async Task<int> Suspend() => await base.Suspend() * 2;
}

class Text : Job
{
    public override async Task<string> Run()
    {
        await Suspend();
        Runs++;
        return "text" + Runs;
    }
}

static class Program
{
    static async Task<string> ThroughBase(Job job)
    {
        await job.Run();
        await job.Suspend();
        Task run = job.Run();
        await run;
        return $"{job.Runs} {job.Result}";
    }

    static async Task<int> ThroughDerived(Computation computation) =>
        await computation.Run() + await computation.Suspend() + computation.Result.Length;

    public static async Task Main()
    {
        Console.WriteLine(await ThroughBase(new Job()));
        Console.WriteLine(await ThroughBase(new Computation()));
        Console.WriteLine(await ThroughBase(new Text()));
        Console.WriteLine(await ThroughDerived(new Computation()));
        Console.WriteLine(await new Text().Run());
        var failing = new Failing();
        try { await ThroughBase(failing); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        try { await ThroughDerived(failing); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        Console.WriteLine(await failing.Suspend());
        Task job = ((Job)new Computation()).Run();
        await job;
        Console.WriteLine(job is Task<int> typed ? typed.Result : -1);
    }
}
