// Awaits in the middle of expressions: what was evaluated before waits on the stack and must survive, in order.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P48;

struct Vector
{
    public double X, Y;
    public Vector(double x, double y) { X = x; Y = y; }
    public static Vector operator +(Vector a, Vector b) => new(a.X + b.X, a.Y + b.Y);
    public override string ToString() => X + "/" + Y;
}

static class Program
{
    static string trace = "";

    static async Task<int> I(int x) { trace += "i" + x; if (x % 2 == 0) await Task.Yield(); return x; }
    static async Task<string> S(string s) { trace += s; await Task.Yield(); return s; }
    static async Task<double> D(double d) { trace += "d"; await Task.Yield(); return d; }
    static async Task<Vector> V(double d) { trace += "v"; await Task.Yield(); return new Vector(d, -d); }
    static async Task<bool> B(bool b) { trace += b ? "T" : "F"; await Task.Yield(); return b; }
    static int Now(int x) { trace += "n" + x; return x; }
    static string Join(int a, string b, double c, int d, Vector e, string f, object g) => $"{a}{b}{c}{d}({e}){f}{g}";

    static void Flush()
    {
        Console.WriteLine("  " + trace);
        trace = "";
    }

    static async Task Arguments()
    {
        Console.WriteLine(Join(await I(1), await S("s"), await D(2.5), Now(3), await V(1), "f" + await I(4), await I(5)));
        Flush();
        Console.WriteLine(Now(1) + await I(2) * Now(3) - await I(4) / (Now(5) - await I(4)));
        Flush();
        Console.WriteLine(await V(1) + await V(2) + new Vector(await D(0.5), Now(1)));
        Flush();
        Console.WriteLine(string.Concat(await S("a"), Now(9).ToString(), await S("b")));
        Flush();
    }

    static async Task Objects()
    {
        int[] array = { Now(1), await I(2), Now(3), await I(4) };
        var list = new List<string> { await S("x"), "y", await S("z") };
        var map = new Dictionary<string, int> { ["a"] = await I(6), [await S("k")] = Now(7) };
        var pair = (await I(8), await S("p"), Now(1), await D(1.5));
        var anonymous = new { A = Now(2), B = await I(10), C = await S("c") };
        int[,] grid = new int[await I(2), Now(3)];
        grid[Now(1), await I(2)] = await I(6) + grid[await I(0), Now(0)];
        Console.WriteLine($"{array[1] + array[3]} {string.Join("", list)} {map["k"]} {pair} {anonymous.A}{anonymous.B}{anonymous.C} {grid.Length} {grid[1, 2]}");
        Flush();
    }

    static async Task Conditions()
    {
        int a = await B(true) ? await I(1) : Now(2);
        int b = await B(false) ? Now(3) : await I(4) + Now(5);
        bool c = await B(true) && await B(false) || await B(true) & await B(true);
        string d = await S(null) ?? await S("default");
        string e = (await S("text"))?.Substring(await I(2));
        int? f = c ? await I(12) : null;
        int g = (f ?? await I(3)) + (await S(null))?.Length ?? -1;
        int h = a switch { 0 => Now(0), 1 when await B(false) => Now(1), 1 => await I(14), _ => -1 };
        Console.WriteLine($"{a} {b} {c} {d} {e} {f} {g} {h}");
        Flush();
    }

    static async Task Nested()
    {
        int x = await I(await I(await I(2) + await I(4)) + Now(1));
        Func<int, int, Task<int>> f = async (p, q) => p * 10 + await I(q);
        int y = await f(await I(2), await f(Now(3), await I(4)));
        object boxed = await I(16);
        long z = (int)boxed + (long)await D(await I(18));
        checked { z += await I(20); }
        x += y -= await I(2);
        Console.WriteLine($"{x} {y} {z} {boxed is int and > 10}");
        Flush();
    }

    public static async Task Main()
    {
        await Arguments();
        await Objects();
        await Conditions();
        await Nested();
    }
}
