// Structs whose fields go in integer registers, floating-point registers, both, or memory.
using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace P25;

struct OneDouble { public double A; }
struct TwoDoubles { public double A, B; }
struct TwoFloats { public float X, Y; }
struct ThreeFloats { public float X, Y, Z; }
struct FourFloats { public float X, Y, Z, W; }
struct LongDouble { public long A; public double B; }
struct DoubleLong { public double A; public long B; }
struct IntFloat { public int A; public float B; }
struct Bools { public bool A, B, C; public char D; }
struct Shorts { public short A; public sbyte B; public ushort C; public int D; }
struct ThreeLongs { public long A, B, C; }
struct Five { public double A; public int B; public float C; public long D; public byte E; }
struct Nested { public TwoFloats A; public IntFloat B; public OneDouble C; }
[StructLayout(LayoutKind.Explicit)] struct Union { [FieldOffset(0)] public long All; [FieldOffset(0)] public int Low; [FieldOffset(4)] public int High; [FieldOffset(4)] public float Float; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] struct Packed { public byte A; public long B; public short C; }
[StructLayout(LayoutKind.Sequential, Size = 24)] struct Padded { public int A; }
struct Empty { }

static class Program
{
    static async Task<T> Later<T>(T value)
    {
        await Task.Yield();
        return value;
    }

    static async Task<OneDouble> Double(double d) { await Task.Yield(); return new OneDouble { A = d }; }
    static async Task<TwoDoubles> Doubles(double d) { await Task.Yield(); return new TwoDoubles { A = d, B = -d }; }
    static async Task<TwoFloats> Floats(float f) { await Task.Yield(); return new TwoFloats { X = f, Y = f * 2 }; }
    static async Task<ThreeFloats> Three(float f) { await Task.Yield(); return new ThreeFloats { X = f, Y = f * 2, Z = f * 4 }; }
    static async Task<FourFloats> Four(float f) { await Task.Yield(); return new FourFloats { X = f, Y = f * 2, Z = f * 4, W = f * 8 }; }
    static async Task<LongDouble> Mixed(long l) { await Task.Yield(); return new LongDouble { A = l, B = l / 2.0 }; }
    static async Task<DoubleLong> Mixed2(long l) { await Task.Yield(); return new DoubleLong { A = l / 2.0, B = l }; }
    static async Task<Union> MakeUnion(int low, int high) { await Task.Yield(); return new Union { Low = low, High = high }; }
    static async Task<Packed> MakePacked(byte a, long b, short c) { await Task.Yield(); return new Packed { A = a, B = b, C = c }; }
    static async Task<Five> MakeFive(int x) { await Task.Yield(); return new Five { A = x + 0.5, B = x, C = x * 0.25f, D = -x, E = (byte)x }; }
    static async Task<Empty> MakeEmpty() { await Task.Yield(); return default; }

    static async Task<double> Sum(OneDouble a, TwoDoubles b, LongDouble c, DoubleLong d, FourFloats e, int tail)
    {
        double before = a.A + b.A + c.B;
        await Task.Yield();
        return before + b.B + c.A + d.A + d.B + e.X + e.Y + e.Z + e.W + tail;
    }

    static async Task Registers()
    {
        OneDouble one = await Double(1.5);
        TwoDoubles two = await Doubles(2.5);
        TwoFloats floats = await Floats(0.5f);
        ThreeFloats three = await Three(1.25f);
        FourFloats four = await Four(3);
        LongDouble mixed = await Mixed(101);
        DoubleLong mixed2 = await Mixed2(7);
        Console.WriteLine($"{one.A} {two.A} {two.B} {floats.X} {floats.Y} {three.X} {three.Y} {three.Z}");
        Console.WriteLine($"{four.X} {four.Y} {four.Z} {four.W} {mixed.A} {mixed.B} {mixed2.A} {mixed2.B}");
        Console.WriteLine(await Sum(one, two, mixed, mixed2, four, 1000));
    }

    static async Task Memory()
    {
        Five five = await MakeFive(9);
        Union union = await MakeUnion(5, 0x40490fdb);
        Packed packed = await MakePacked(1, -2, 3);
        Empty empty = await MakeEmpty();
        union.Low++;
        await Task.Yield();
        Console.WriteLine($"{five.A} {five.B} {five.C} {five.D} {five.E}");
        Console.WriteLine($"{union.All} {union.High} {union.Float > 3.14f && union.Float < 3.15f}");
        Console.WriteLine($"{packed.A} {packed.B} {packed.C} {empty.Equals(default(Empty))}");
        Padded padded = await Later(new Padded { A = 77 });
        ThreeLongs longs = await Later(new ThreeLongs { A = 1, B = long.MinValue, C = long.MaxValue });
        Console.WriteLine($"{padded.A} {longs.A} {longs.B} {longs.C}");
    }

    static async Task Small()
    {
        Bools bools = await Later(new Bools { A = true, C = true, D = 'd' });
        Shorts shorts = await Later(new Shorts { A = -1, B = -2, C = 65535, D = -4 });
        IntFloat intFloat = await Later(new IntFloat { A = -8, B = 0.75f });
        Nested nested = await Later(new Nested { A = await Floats(1), B = intFloat, C = await Double(8) });
        await Task.Yield();
        Console.WriteLine($"{bools.A} {bools.B} {bools.C} {bools.D} {shorts.A} {shorts.B} {shorts.C} {shorts.D}");
        Console.WriteLine($"{intFloat.A} {intFloat.B} {nested.A.X} {nested.A.Y} {nested.B.A} {nested.B.B} {nested.C.A}");
    }

    public static async Task Main()
    {
        await Registers();
        await Memory();
        await Small();
    }
}
