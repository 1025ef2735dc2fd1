// Interface calls: on classes and structs, explicit and default implementations, many arguments, generic and variant interfaces.
using System;
using System.Threading.Tasks;

namespace P34;

interface IShape
{
    Task<double> Area();
    Task<string> Label(string prefix) => DefaultLabel(prefix);
    private async Task<string> DefaultLabel(string prefix) => prefix + " " + await Area();
    async Task<double> Twice()
    {
        double area = await Area();
        await Task.Yield();
        return area * 2;
    }
}

interface IMany
{
    Task<long> Sum(int a, long b, short c, byte d, int e, long f, int g, long h, int i);
    Task<double> Floats(float a, double b, float c, double d, float e, double f, float g, double h, float i, double j, int k);
    ValueTask Nothing();
}

interface ISource<out T>
{
    Task<int> Count();
    ValueTask<string> Text(int index);
    T Last { get; }
}

sealed class Square : IShape
{
    readonly double side;
    public Square(double side) => this.side = side;
    public async Task<double> Area() { await Task.Yield(); return side * side; }
    async Task<string> IShape.Label(string prefix)
    {
        await Task.Yield();
        return prefix + " square of " + side;
    }
}

struct Circle : IShape, IMany
{
    public double Radius;
    public int Calls;
    public async Task<double> Area() { Calls++; await Task.Yield(); return Radius * Radius * 3; }
    public async Task<long> Sum(int a, long b, short c, byte d, int e, long f, int g, long h, int i)
    {
        long first = a + b + c + d;
        await Task.Yield();
        return first * 1000 + e + f + g + h + i + (long)Radius;
    }
    public Task<double> Floats(float a, double b, float c, double d, float e, double f, float g, double h, float i, double j, int k) =>
        Task.FromResult(a + b + c + d + e + f + g + h + i + j + k + Radius);
    public ValueTask Nothing() => default;
}

class Many : IMany
{
    protected int seen;
    public virtual async Task<long> Sum(int a, long b, short c, byte d, int e, long f, int g, long h, int i)
    {
        seen++;
        await Task.Yield();
        return a - b + c - d + e - f + g - h + i + seen;
    }
    public virtual async Task<double> Floats(float a, double b, float c, double d, float e, double f, float g, double h, float i, double j, int k)
    {
        await Task.Yield();
        return a * 1 + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + k;
    }
    public async ValueTask Nothing() { await Task.Yield(); seen += 100; }
}

sealed class Words(params string[] words) : ISource<string>
{
    public string Last => words[^1];
    public async Task<int> Count() { await Task.Yield(); return words.Length; }
    public async ValueTask<string> Text(int index) { await Task.Yield(); return words[index]; }
}

static class Program
{
    static async Task<string> UseMany(IMany many)
    {
        long a = await many.Sum(1, 2, 3, 4, 5, 6, 7, 8, 9);
        await many.Nothing();
        double b = await many.Floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        long c = await many.Sum(-1, long.MaxValue, short.MinValue, 255, int.MinValue, -6, -7, -8, -9);
        return $"{a} {b} {c}";
    }

    static async Task<double> Constrained<T>(T shape) where T : IShape => await shape.Area() + await shape.Area();

    static async Task<string> Variant(ISource<object> source)
    {
        string all = "";
        for (int i = 0; i < await source.Count(); i++) all += await source.Text(i) + " ";
        return all + source.Last;
    }

    public static async Task Main()
    {
        IShape[] shapes = { new Square(3), new Circle { Radius = 2 } };
        foreach (IShape shape in shapes) Console.WriteLine($"{await shape.Area()} {await shape.Label("a")} {await shape.Twice()}");
        Console.WriteLine(((Circle)shapes[1]).Calls);
        Console.WriteLine($"{await Constrained(new Square(2))} {await Constrained(new Circle { Radius = 1 })} {await Constrained<IShape>(new Square(1))}");
        Console.WriteLine(await UseMany(new Many()));
        Console.WriteLine(await UseMany(new Circle { Radius = 0.5 }));
        Console.WriteLine(await Variant(new Words("first", "second")));
        IMany none = null;
        try { await none.Nothing(); } catch (NullReferenceException) { Console.WriteLine("null"); }
    }
}
