// Interface and delegate calls that reach an async method through unboxing and instantiating stubs, with few and many arguments.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P57;

interface ICall
{
    Task<string> None();
    Task<string> Nine(int a, string b, long c, double d, object e, byte f, string g, int h, float i);
    ValueTask<string> Nothing();
    Task<List<T>> Generic<T>(T one, T two);
}

interface IPair<T>
{
    Task<T> First();
    Task<T> Choose(int a, int b, int c, int d, int e, int f, T g, T h, bool second);
}

struct Plain(int id) : ICall
{
    public async Task<string> None()
    {
        int own = id;
        await Task.Yield();
        return "plain" + own + id;
    }
    public async Task<string> Nine(int a, string b, long c, double d, object e, byte f, string g, int h, float i)
    {
        await Task.Yield();
        return $"{id}:{a}{b}{c}{d}{e}{f}{g}{h}{i}";
    }
    public async ValueTask<string> Nothing() { await Task.CompletedTask; return "nothing" + id; }
    public async Task<List<T>> Generic<T>(T one, T two) { await Task.Yield(); return new List<T> { one, two, one }; }
}

struct Typed<TValue>(TValue value) : ICall, IPair<TValue>
{
    public async Task<string> None()
    {
        await Task.Yield();
        return typeof(TValue).Name + value;
    }
    public async Task<string> Nine(int a, string b, long c, double d, object e, byte f, string g, int h, float i)
    {
        string first = typeof(TValue).Name + a + b;
        await Task.Yield();
        return $"{first}{c}{d}{e}{f}{g}{h}{i}{value}";
    }
    public ValueTask<string> Nothing() => new("plain " + value);
    public async Task<List<T>> Generic<T>(T one, T two)
    {
        await Task.Yield();
        return new List<T> { two, value is T own ? own : one };
    }
    public async Task<TValue> First() { await Task.Yield(); return value; }
    public async Task<TValue> Choose(int a, int b, int c, int d, int e, int f, TValue g, TValue h, bool second)
    {
        int sum = a + b + c + d + e + f;
        await Task.Yield();
        return sum == 21 ? second ? h : g : value;
    }
}

class Shared<TValue>(TValue value) : IPair<TValue>
{
    public virtual async Task<TValue> First() { await Task.Yield(); return value; }
    public async Task<TValue> Choose(int a, int b, int c, int d, int e, int f, TValue g, TValue h, bool second)
    {
        TValue chosen = second ? h : g;
        await Task.Yield();
        return a - b + c - d + e - f == -3 ? chosen : await First();
    }
}

sealed class Doubled<T>(T value) : Shared<(T, T)>((value, value))
{
    public override async Task<(T, T)> First()
    {
        (T a, T b) = await base.First();
        await Task.Yield();
        return (b, a);
    }
}

static class Program
{
    static async Task<string> Call(ICall target)
    {
        string text = await target.None() + " " + await target.Nine(1, "b", 1L << 40, 4.5, 'e', 255, "g", -8, 9.5f) + " " + await target.Nothing();
        return $"{text} {string.Join(",", await target.Generic("x", "y"))} {string.Join(",", await target.Generic(1, 2))}";
    }

    static async Task<string> Pair<T>(IPair<T> pair, T g, T h) =>
        $"{await pair.First()} {await pair.Choose(1, 2, 3, 4, 5, 6, g, h, false)} {await pair.Choose(1, 2, 3, 4, 5, 6, g, h, true)} {await pair.Choose(0, 0, 0, 0, 0, 0, g, h, true)}";

    public static async Task Main()
    {
        foreach (ICall target in new ICall[] { new Plain(7), new Typed<int>(5), new Typed<string>("t"), new Typed<(int, string)>((3, "u")) })
            Console.WriteLine(await Call(target));
        Console.WriteLine(await Pair(new Typed<long>(1), 2, 3));
        Console.WriteLine(await Pair(new Typed<string>("one"), "two", "three"));
        Console.WriteLine(await Pair(new Shared<object>("o"), 2, 2.5));
        Console.WriteLine(await Pair(new Shared<short>(-1), (short)-2, (short)-3));
        Console.WriteLine(await Pair(new Doubled<string>("d"), ("a", "b"), ("c", "d")));
        IPair<string> boxed = new Typed<string>("boxed");
        Func<Task<string>> ofBoxed = boxed.First;
        Func<Task<string>> ofStruct = new Typed<string>("struct").First;
        Func<string, string, Task<List<string>>> ofGeneric = ((ICall)boxed).Generic;
        Console.WriteLine($"{await ofBoxed()} {await ofStruct()} {string.Join(",", await ofGeneric("p", "q"))}");
    }
}
