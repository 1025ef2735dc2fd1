// Awaiting plain methods that take arguments by reference: their async versions get the address of a caller's local.
//
// Not on .NET 10 as runtime-async: its JIT calls this an invalid program. Expected are the lines of the classic form.
using System;
using System.Threading.Tasks;

namespace P40;

struct Point { public int X, Y; public string Name; }

sealed class Holder
{
    public int Count;
    public Task<int> Take(ref int amount, out string how)
    {
        Count += amount;
        how = "took " + amount;
        amount = 0;
        return Program.Later(Count);
    }
}

static class Program
{
    public static async Task<T> Later<T>(T value)
    {
        await Task.Yield();
        return value;
    }

    static Task<int> Twice(int x, out int twice)
    {
        twice = x * 2;
        return Later(x);
    }

    static Task Increment(ref int x, bool suspend)
    {
        x++;
        return suspend ? Later(x) : Task.CompletedTask;
    }

    static Task<int> Read(in Point point) => point.X > 0 ? Later(point.X + point.Y) : Task.FromResult(-1);

    static Task<string> Move(ref Point point, int by)
    {
        point.X += by;
        point.Name += "m";
        return Later(point.Name);
    }

    static ValueTask<bool> TryParse(string text, out int value)
    {
        bool good = int.TryParse(text, out value);
        return good ? new ValueTask<bool>(Later(true)) : new ValueTask<bool>(false);
    }

    static Task<T> Swap<T>(ref T a, ref T b)
    {
        (a, b) = (b, a);
        return Later(a);
    }

    static async Task<string> Locals()
    {
        int seven = await Twice(7, out int fourteen);
        int n = 1;
        await Increment(ref n, true);
        await Increment(ref n, false);
        await Increment(ref n, true);
        return $"{seven} {fourteen} {n}";
    }

    static async Task<string> Structs()
    {
        Point point = new Point { X = 1, Y = 2, Name = "p" };
        int sum = await Read(point);
        string name = await Move(ref point, 10);
        sum += await Read(in point);
        point.X = -5;
        return $"{sum} {name} {point.X} {point.Name} {await Read(point)}";
    }

    static async Task<string> ElementsAndFields()
    {
        int[] array = { 10, 20, 30 };
        await Increment(ref array[1], true);
        var holder = new Holder();
        int amount = 5;
        int count = await holder.Take(ref amount, out string how);
        await Increment(ref holder.Count, true);
        return $"{array[1]} {count} {how} {amount} {holder.Count}";
    }

    public static async Task Main()
    {
        Console.WriteLine(await Locals());
        Console.WriteLine(await Structs());
        Console.WriteLine(await ElementsAndFields());
        if (await TryParse("123", out int value)) Console.WriteLine(value);
        if (!await TryParse("abc", out value)) Console.WriteLine(value);
        string a = "a", b = "b";
        Console.WriteLine($"{await Swap(ref a, ref b)} {a} {b}");
        long c = 1, d = 2;
        Console.WriteLine($"{await Swap(ref c, ref d)} {c} {d}");
    }
}
