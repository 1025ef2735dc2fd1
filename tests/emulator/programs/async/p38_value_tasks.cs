// ValueTask in all its forms: of values, of tasks, configured, stored, converted, as results of async and plain methods.
using System;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P38;

struct Big { public long A, B; public string C; }

static class Program
{
    static async ValueTask<int> Number(int x, bool suspend)
    {
        if (suspend) await Task.Yield();
        return x;
    }

    static async ValueTask Nothing(bool suspend)
    {
        if (suspend) await Task.Yield();
    }

    static async ValueTask<string> Text(string s, bool suspend)
    {
        await Nothing(suspend);
        return s + await Number(s.Length, suspend);
    }

    static async ValueTask<Big> Large(long a, bool suspend)
    {
        Big big = new Big { A = a, B = -a, C = await Text("c", suspend) };
        await Nothing(suspend);
        big.A++;
        return big;
    }

    static async ValueTask<T> Generic<T>(ValueTask<T> source)
    {
        T value = await source;
        await Task.Yield();
        return value;
    }

    static ValueTask<int> Cached(int x) => x < 10 ? ValueTask.FromResult(x * 100) : Number(x, true);

    static async Task<int> Mixed(bool suspend)
    {
        int sum = await Number(1, suspend);
        sum += await Number(2, suspend).ConfigureAwait(false);
        sum += await Number(4, suspend).ConfigureAwait(true);
        ValueTask<int> stored = Number(8, suspend);
        sum += await stored;
        ValueTask<int> preserved = Number(16, suspend).Preserve();
        sum += await preserved + await preserved;
        await Nothing(suspend).ConfigureAwait(false);
        sum += await Number(64, suspend).AsTask();
        sum += await new ValueTask<int>(128);
        sum += await new ValueTask<int>(Task.FromResult(256));
        await new ValueTask(Task.CompletedTask);
        await default(ValueTask);
        return sum + await default(ValueTask<int>);
    }

    static async ValueTask<int> Fails(bool suspend)
    {
        await Nothing(suspend);
        throw new InvalidOperationException("value " + suspend);
    }

    static async ValueTask<int> Recursive(int n) => n == 0 ? await Number(1, true) : n * await Recursive(n - 1) % 1009;

    static async Task Test(bool suspend)
    {
        Console.WriteLine($"{await Number(5, suspend)} {await Text("text", suspend)} {await Mixed(suspend)}");
        Big big = await Large(7, suspend);
        Console.WriteLine($"{big.A} {big.B} {big.C}");
        Console.WriteLine($"{await Generic(Number(3, suspend))} {await Generic(Text("g", suspend))} {(await Generic(Large(1, suspend))).C}");
        try { await Fails(suspend); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        ValueTask<int> failed = Fails(suspend);
        try { await failed.ConfigureAwait(false); } catch (InvalidOperationException e) { Console.WriteLine("stored " + e.Message); }
    }

    public static async Task Main()
    {
        await Test(false);
        await Test(true);
        Console.WriteLine($"{await Cached(5)} {await Cached(50)} {await Recursive(20)}");
        ValueTask<int> a = Number(1, false), b = new ValueTask<int>(1), c = ValueTask.FromException<int>(new TimeoutException("from exception"));
        Console.WriteLine($"{a.IsCompletedSuccessfully} {b.IsCompletedSuccessfully} {a == b} {a.Equals(c)} {c.IsFaulted} {a.Result}");
        try { await c; } catch (TimeoutException e) { Console.WriteLine(e.Message); }
        var gate = new Gate<string>();
        ValueTask<string> waiting = Generic(new ValueTask<string>(gate.Wait()));
        Console.WriteLine(waiting.IsCompleted);
        gate.Open("opened");
        Console.WriteLine(await waiting);
        Task nothing = Nothing(true).AsTask();
        await nothing;
        Console.WriteLine(nothing.Status);
    }
}
