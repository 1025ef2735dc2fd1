// Awaits right before a return: chains of them, results that change their type, and what lies around them.
using System;
using System.Threading;
using System.Threading.Tasks;

namespace P44;

struct Wide { public long A, B, C; public string D; }

static class Program
{
    static readonly AsyncLocal<int> Value = new();

    static async Task<int> Leaf(int x) { await Task.Yield(); return x; }
    static async Task<int> One(int x) => await Leaf(x);
    static async Task<int> Two(int x) => await One(x);
    static async Task<int> Three(int x) { Value.Value = x; return await Two(x); }
    static async Task Nothing(int x) { Value.Value = x; await Leaf(x); }
    static async Task OfResult(int x) => await Three(x);
    static async Task<object> Boxed(int x) => await Leaf(x);
    static async Task<object> Upcast(string s) => await Text(s);
    static async Task<string> Text(string s) { await Task.Yield(); return s + s; }
    static async Task<long> Widened(int x) => await Leaf(x);
    static async Task<double> ToDouble(int x) => await Leaf(x);
    static async Task<Wide> MakeWide(int x) { await Task.Yield(); return new Wide { A = x, B = -x, C = x * 2, D = "w" + x }; }
    static async Task<Wide> PassWide(int x) => await MakeWide(x);
    static async Task<long> FieldOf(int x) => (await PassWide(x)).C;
    static async ValueTask<int> Value1(int x) => await Leaf(x);
    static async ValueTask<Wide> ValueWide(int x) => await PassWide(x);
    static async Task<T> Generic<T>(Func<Task<T>> f) => await f();
    static async Task<T> Generic2<T>(Task<T> task) => await task;
    static async Task<T> Generic3<T>(T value) => await Generic2(Task.FromResult(value));
    static Task<int> Plain(int x) => Two(x);
    static Task<int> Plain2(int x) => Plain(x + 1);
    static async Task<int> OverPlain(int x) => await Plain2(x);

    static async Task<int> Choose(int x)
    {
        if (x == 0) return await Leaf(10);
        if (x == 1) return await Plain(20);
        if (x == 2) return await Task.FromResult(30);
        return x > 5 ? await Choose(x - 1) : await Three(40);
    }

    static async Task<int> InTry(int x)
    {
        try
        {
            return await Choose(x);
        }
        finally
        {
            Value.Value = 0;
        }
    }

    static async Task<int> Down(int n, int sum) => n == 0 ? await Leaf(sum) : await Down(n - 1, sum + n);

    public static async Task Main()
    {
        Value.Value = 5;
        Console.WriteLine($"{await One(1)} {await Two(2)} {await Three(3)} {Value.Value}");
        await Nothing(4);
        await OfResult(5);
        Console.WriteLine($"{await Boxed(6)} {await Upcast("up")} {await Widened(int.MinValue)} {await ToDouble(7)} {Value.Value}");
        Wide wide = await PassWide(8);
        Console.WriteLine($"{wide.A} {wide.B} {wide.C} {wide.D} {await FieldOf(9)}");
        Console.WriteLine($"{await Value1(10)} {(await ValueWide(11)).D}");
        Console.WriteLine($"{await Generic(() => Leaf(12))} {await Generic(() => Text("t"))} {(await Generic(() => MakeWide(13))).D}");
        Console.WriteLine($"{await Generic3(14)} {await Generic3("g")} {await Generic3((byte)255)}");
        Console.WriteLine(await OverPlain(15));
        for (int i = 0; i < 7; i += 2) Console.WriteLine(await Choose(i) + await InTry(i + 1));
        Console.WriteLine($"{await Down(500, 0)} {Value.Value}");
    }
}
