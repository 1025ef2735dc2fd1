// Plain methods that return tasks, awaited in async methods: each has an async version whose returned task is awaited.
using System;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P37;

class Service
{
    readonly Gate<int> gate;
    Task<string> cached;
    public Service(Gate<int> gate) => this.gate = gate;

    public Task<int> Forward() => gate.Wait();
    public virtual Task<int> Choose(int x) => x > 5 ? Forward() : x > 3 ? Task.FromResult(x) : Add(x, 100);
    public Task<string> Cached() => cached ??= Build();
    public Task Property => Task.CompletedTask;
    public Task<long> Loop(int n)
    {
        for (int i = 0; i < n; i++)
            if (i * i > n) return Task.FromResult((long)i);
        return Add64(n);
    }
    async Task<string> Build() { await Task.Yield(); return "built"; }
    static async Task<int> Add(int a, int b) { await Task.Yield(); return a + b; }
    static async Task<long> Add64(long n) { await Task.Yield(); return n + (1L << 40); }
}

static class Program
{
    static async Task<int> Async(int x) { await Task.Yield(); return x; }
    static async Task Void() => await Task.Yield();

    static Task<int> Call(int x) => Async(x + 1);
    static Task CallVoid(int x) => x == 0 ? Void() : Task.CompletedTask;
    static Task<int> Local(int x) { Task<int> task = Async(x); Console.Write("started "); return task; }
    static Task<T> Generic<T>(T value, bool later) => later ? Later(value) : Task.FromResult(value);
    static async Task<T> Later<T>(T value) { await Task.Yield(); return value; }
    static Task<int> Throws(int x) { if (x < 0) throw new ArgumentException("plain " + x); return Async(x); }
    static Task<int> Faulted() => Task.FromException<int>(new TimeoutException("faulted"));
    static Task<int> Null() => null;
    static Task<int> InTry(int x)
    {
        try
        {
            return Throws(x);
        }
        catch (ArgumentException)
        {
            return Task.FromResult(-100);
        }
        finally
        {
            Console.Write("finally ");
        }
    }
    static Task<int> Using(int x)
    {
        using (new Guard()) return Async(x);
    }
    static ValueTask<int> Value(int x) => x > 0 ? new ValueTask<int>(x) : new ValueTask<int>(Async(x));
    static ValueTask ValueVoid() => new ValueTask(Void());
    static Task<int> OfValue(int x) => Value(x).AsTask();
    static Task<Task<int>> Wrapped(int x) => Task.FromResult(Async(x));
    static Task<short> Narrow(short x) => Task.FromResult(x);

    sealed class Guard : IDisposable { public void Dispose() => Console.Write("disposed "); }

    public static async Task Main()
    {
        Console.WriteLine(await Call(1));
        await CallVoid(0);
        await CallVoid(1);
        Console.WriteLine(await Local(2));
        Console.WriteLine($"{await Generic(3, true)} {await Generic("three", true)} {await Generic(3.5, false)} {await Generic<object>(null, false) ?? "null"}");
        try { await Throws(-4); } catch (ArgumentException e) { Console.WriteLine(e.Message); }
        try { await Faulted(); } catch (TimeoutException e) { Console.WriteLine(e.Message); }
        try { await Null(); } catch (NullReferenceException) { Console.WriteLine("null task"); }
        Console.WriteLine(await InTry(5) + await InTry(-5));
        Console.WriteLine(await Using(6));
        Console.WriteLine(await Value(8) + await Value(-8));
        await ValueVoid();
        Console.WriteLine(await OfValue(9) + await OfValue(-9));
        Console.WriteLine(await await Wrapped(10));
        Console.WriteLine(await Narrow(-11));

        var gate = new Gate<int>();
        var service = new Service(gate);
        await service.Property;
        Console.WriteLine($"{await service.Choose(2)} {await service.Choose(4)} {await service.Loop(50)} {await service.Loop(1)}");
        Console.WriteLine($"{await service.Cached()} {ReferenceEquals(service.Cached(), service.Cached())}");
        Func<Task<int>> sum = async () => await service.Choose(6) + await service.Forward();
        Task<int> waiting = sum();
        gate.Open(20);
        gate.Open(22);
        Console.WriteLine(await waiting);
    }
}
