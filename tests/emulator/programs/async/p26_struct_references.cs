// Structs with references at every place, of 8 to 64 bytes: as results and as locals across awaits, with collections between.
using System;
using System.Threading.Tasks;

namespace P26;

struct R8 { public string A; }
struct R16First { public string A; public long B; }
struct R16Second { public long A; public string B; }
struct R16Both { public string A; public object B; }
struct R16Small { public object A; public byte B; }
struct R24 { public string A; public int B; public object C; }
struct R32 { public long A; public string B; public double C; public string D; }
struct R40 { public R8 A; public R24 B; public short C; }
struct R48 { public R24 A, B; }
struct R56 { public string A, B, C, D, E, F, G; }
struct R64 { public R32 A, B; }

static class Program
{
    static int serial;

    // A new string each time: nothing but the struct keeps it alive.
    static string New() => "s" + (++serial);

    static void Collect()
    {
        for (int i = 0; i < 20; i++) _ = new string('x', i + 1);
        GC.Collect();
    }

    static async Task<T> Later<T>(T value)
    {
        await Task.Yield();
        Collect();
        return value;
    }

    static async Task<R8> Make8() { await Task.Yield(); return new R8 { A = New() }; }
    static async Task<R16First> MakeFirst(long x) { await Task.Yield(); return new R16First { A = New(), B = x }; }
    static async Task<R16Second> MakeSecond(long x) { await Task.Yield(); return new R16Second { A = x, B = New() }; }
    static async Task<R16Both> MakeBoth() { await Task.Yield(); return new R16Both { A = New(), B = New() }; }
    static async Task<R24> Make24(int x) { await Task.Yield(); return new R24 { A = New(), B = x, C = x }; }
    static async Task<R32> Make32(long x) { await Task.Yield(); return new R32 { A = x, B = New(), C = x + 0.5, D = New() }; }
    static async Task<R56> Make56() { await Task.Yield(); return new R56 { A = New(), B = New(), C = New(), D = New(), E = New(), F = New(), G = New() }; }
    static async Task<R64> Make64() { R32 a = await Make32(1); R32 b = await Make32(2); Collect(); return new R64 { A = a, B = b }; }

    static async Task Small()
    {
        R8 eight = await Make8();
        R16First first = await MakeFirst(11);
        Collect();
        R16Second second = await MakeSecond(22);
        R16Both both = await MakeBoth();
        R16Small small = await Later(new R16Small { A = New(), B = 200 });
        Collect();
        await Task.Yield();
        Console.WriteLine($"{eight.A} {first.A} {first.B} {second.A} {second.B} {both.A} {both.B} {small.A} {small.B}");
    }

    static async Task Large()
    {
        R24 a = await Make24(24);
        R32 b = await Make32(32);
        R40 c = await Later(new R40 { A = await Make8(), B = a, C = -40 });
        R48 d = await Later(new R48 { A = a, B = await Make24(48) });
        R56 e = await Make56();
        R64 f = await Make64();
        Collect();
        Console.WriteLine($"{a.A} {a.B} {a.C} {b.A} {b.B} {b.C} {b.D}");
        Console.WriteLine($"{c.A.A} {c.B.A} {c.B.C} {c.C} {d.A.A} {d.B.A} {d.B.B} {d.B.C}");
        Console.WriteLine($"{e.A} {e.B} {e.C} {e.D} {e.E} {e.F} {e.G} {f.A.A} {f.A.B} {f.A.D} {f.B.A} {f.B.B} {f.B.C} {f.B.D}");
    }

    static async Task<string> Changed()
    {
        R24 local = new R24 { A = New(), B = 1 };
        for (int i = 0; i < 5; i++)
        {
            await Task.Yield();
            Collect();
            local.B += i;
            if (i % 2 == 0) local.A += New();
            local.C = local.A;
        }
        R24 copy = local;
        local = await Make24(99);
        return $"{copy.A} {copy.B} {copy.C} {local.A} {local.B}";
    }

    public static async Task Main()
    {
        await Small();
        await Large();
        Console.WriteLine(await Changed());
        R16Both[] array = new R16Both[3];
        array[1] = await MakeBoth();
        array[await Later(2)] = await MakeBoth();
        Console.WriteLine($"{array[0].A ?? "null"} {array[1].A} {array[1].B} {array[2].A} {array[2].B}");
    }
}
