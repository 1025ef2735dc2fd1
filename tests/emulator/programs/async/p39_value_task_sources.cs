// ValueTasks that a source of our own backs: what the source is asked for, tokens, and its use again and again.
using System;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using AsyncPrograms;

namespace P39;

interface IWaiting<T>
{
    ValueTask<T> Wait();
    ValueTask WaitOnly();
}

sealed class Source<T> : IWaiting<T>, IValueTaskSource<T>, IValueTaskSource
{
    short version;
    bool done;
    T result;
    Exception error;
    Action<object> continuation;
    object state;
    SynchronizationContext context;

    public string Asked = "";

    public ValueTask<T> Wait() => new(this, version);
    public ValueTask WaitOnly() => new(this, version);

    public void Complete(T value, Exception failure = null)
    {
        result = value;
        error = failure;
        done = true;
        Action<object> next = continuation;
        if (next == null) return;
        object nextState = state;
        if (context == null) next(nextState);
        else context.Post(s => next(s), nextState);
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return !done ? ValueTaskSourceStatus.Pending : error == null ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object> continuation, object state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        Asked += (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 ? "C" : "-";
        context = (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 ? SynchronizationContext.Current : null;
        this.continuation = continuation;
        this.state = state;
    }

    public T GetResult(short token)
    {
        Check(token);
        Exception failure = error;
        T value = result;
        version++;
        done = false;
        error = null;
        continuation = null;
        return failure == null ? value : throw failure;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    void Check(short token)
    {
        if (token != version) throw new InvalidOperationException("an old token");
    }
}

static class Program
{
    static async Task<string> Use(Source<string> source)
    {
        string log = "";
        for (int i = 0; i < 3; i++) log += await source.Wait() + CountingContext.CurrentName + " ";
        await source.WaitOnly();
        log += "only ";
        try
        {
            await source.Wait();
        }
        catch (TimeoutException e)
        {
            log += e.Message;
        }
        return log;
    }

    static async Task<string> UseUnseen(IWaiting<string> waiting)
    {
        string log = await waiting.Wait() + CountingContext.CurrentName + " ";
        await waiting.WaitOnly();
        log += "only ";
        try
        {
            await waiting.Wait();
        }
        catch (TimeoutException e)
        {
            log += e.Message + " ";
        }
        return log + await waiting.Wait().ConfigureAwait(false);
    }

    static async Task<int> Unconfigured(Source<int> source) => await source.Wait() + 1;

    static async Task<int> Configured(Source<int> source) => await source.Wait().ConfigureAwait(false) + 2;

    static Task<int> AsTask(Source<int> source) => source.Wait().AsTask(); // asks for nothing

    static async Task<int> Adapted(Source<int> source) => await AsTask(source) + 3;

    static async ValueTask<int> Nested(Source<int> source, int how) =>
        how == 0 ? await Unconfigured(source) : how == 1 ? await Configured(source) : await Adapted(source);

    public static void Main()
    {
        var context = new CountingContext("own");
        var source = new Source<string>();
        Task<string> use = (Task<string>)Loop.Start(context, () => Use(source));
        for (int i = 0; i < 4; i++)
        {
            source.Complete("r" + i);
            Loop.Drain();
        }
        source.Complete(null, new TimeoutException("failed"));
        Loop.Drain();
        Console.WriteLine($"{use.Result} asked {source.Asked} posts {context.Posts}");

        var numbers = new Source<int>();
        for (int how = 0; how < 3; how++)
        {
            Task<int> task = (Task<int>)Loop.Start(context, () => Nested(numbers, how).AsTask());
            numbers.Complete(40);
            Loop.Drain();
            Console.WriteLine($"{task.Result} asked {numbers.Asked} posts {context.Posts}");
        }

        source.Asked = "";
        Task<string> unseen = (Task<string>)Loop.Start(context, () => UseUnseen(source));
        for (int i = 0; i < 4; i++)
        {
            source.Complete("u" + i, i == 2 ? new TimeoutException("failed") : null);
            Loop.Drain();
        }
        Console.WriteLine($"{unseen.Result} asked {source.Asked} posts {context.Posts}");

        source.Complete("before"); // already complete when it is awaited
        ValueTask<string> early = source.Wait();
        Console.WriteLine($"{early.IsCompleted} {early.Result}");
        try { Console.WriteLine(early.Result); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
    }
}
