// Members of Math, MathF, BitOperations, BitConverter and BinaryPrimitives that are expanded in place, over edge values.
using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string D(double x) => BitConverter.DoubleToInt64Bits(x).ToString("x16");
    static string F(float x) => BitConverter.SingleToInt32Bits(x).ToString("x8");

    [MethodImpl(No)] static int MaxI(int a, int b) => Math.Max(a, b);
    [MethodImpl(No)] static int MinI(int a, int b) => Math.Min(a, b);
    [MethodImpl(No)] static uint MaxU(uint a, uint b) => Math.Max(a, b);
    [MethodImpl(No)] static uint MinU(uint a, uint b) => Math.Min(a, b);
    [MethodImpl(No)] static long MaxL(long a, long b) => Math.Max(a, b);
    [MethodImpl(No)] static long MinL(long a, long b) => Math.Min(a, b);
    [MethodImpl(No)] static ulong MaxUL(ulong a, ulong b) => Math.Max(a, b);
    [MethodImpl(No)] static ulong MinUL(ulong a, ulong b) => Math.Min(a, b);
    [MethodImpl(No)] static sbyte MaxI8(sbyte a, sbyte b) => Math.Max(a, b);
    [MethodImpl(No)] static byte MinU8(byte a, byte b) => Math.Min(a, b);
    [MethodImpl(No)] static short MinI16(short a, short b) => Math.Min(a, b);
    [MethodImpl(No)] static ushort MaxU16(ushort a, ushort b) => Math.Max(a, b);
    [MethodImpl(No)] static nint MaxN(nint a, nint b) => Math.Max(a, b);
    [MethodImpl(No)] static nuint MinNU(nuint a, nuint b) => Math.Min(a, b);
    [MethodImpl(No)] static byte MixedMin(int a, int b) => Math.Min((byte)a, (byte)b);
    [MethodImpl(No)] static double MaxD(double a, double b) => Math.Max(a, b);
    [MethodImpl(No)] static double MinD(double a, double b) => Math.Min(a, b);
    [MethodImpl(No)] static float MaxF(float a, float b) => MathF.Max(a, b);
    [MethodImpl(No)] static decimal MaxM(decimal a, decimal b) => Math.Max(a, b);
    [MethodImpl(No)] static int Clamp(int x, int a, int b) => Math.Min(Math.Max(x, a), b);

    [MethodImpl(No)] static double Sqrt(double x) => Math.Sqrt(x);
    [MethodImpl(No)] static float SqrtF(float x) => MathF.Sqrt(x);
    [MethodImpl(No)] static double SqrtMixed(float x) => Math.Sqrt(x);
    [MethodImpl(No)] static double Abs(double x) => Math.Abs(x);
    [MethodImpl(No)] static float AbsF(float x) => Math.Abs(x);
    [MethodImpl(No)] static float AbsFF(float x) => MathF.Abs(x);
    [MethodImpl(No)] static int AbsI(int x) => Math.Abs(x);
    [MethodImpl(No)] static double Floor(double x) => Math.Floor(x);
    [MethodImpl(No)] static double Ceiling(double x) => Math.Ceiling(x);
    [MethodImpl(No)] static double Truncate(double x) => Math.Truncate(x);
    [MethodImpl(No)] static double Round(double x) => Math.Round(x);
    [MethodImpl(No)] static double Round2(double x) => Math.Round(x, 2);
    [MethodImpl(No)] static double RoundAway(double x) => Math.Round(x, MidpointRounding.AwayFromZero);
    [MethodImpl(No)] static float FloorF(float x) => MathF.Floor(x);
    [MethodImpl(No)] static float CeilingF(float x) => MathF.Ceiling(x);
    [MethodImpl(No)] static float TruncateF(float x) => MathF.Truncate(x);
    [MethodImpl(No)] static float RoundF(float x) => MathF.Round(x);
    [MethodImpl(No)] static decimal FloorM(decimal x) => Math.Floor(x);
    [MethodImpl(No)] static string Statics(double x, float f) => $"{D(double.Abs(x))} {D(double.Floor(x))} {D(double.Ceiling(x))} {D(double.Truncate(x))} {D(double.Round(x))} {D(double.Sqrt(double.Abs(x)))} {F(float.Abs(f))} {F(float.Floor(f))} {F(float.Round(f))} {F(float.Max(f, 1))} {D(double.Min(x, 1))} {D(double.Max(-0.0, x))}";
    [MethodImpl(No)] static float MinF(float a, float b) => Math.Min(a, b);
    [MethodImpl(No)] static double ClampD(double x) => Math.Min(Math.Max(x, -1.0), 1.0);
    [MethodImpl(No)] static double MaxOf(double[] a) { double m = double.NegativeInfinity; foreach (double x in a) m = Math.Max(m, x); return m; }
    [MethodImpl(No)] static string Pointers(int a, long b, uint c, ulong d) => $"{new IntPtr(a)} {new IntPtr(b)} {new UIntPtr(c)} {new UIntPtr(d)} {new IntPtr(a).ToInt64()} {(int)new IntPtr(a)} {IntPtr.Add(new IntPtr(b), 3)} {new IntPtr(b) == (nint)b} {(nint)a + 1}";
    [MethodImpl(No)] static double Hypot(double x, double y) => Math.Sqrt(x * x + y * y);

    [MethodImpl(No)] static int Lzc(uint x) => BitOperations.LeadingZeroCount(x);
    [MethodImpl(No)] static int LzcL(ulong x) => BitOperations.LeadingZeroCount(x);
    [MethodImpl(No)] static int LzcN(nuint x) => BitOperations.LeadingZeroCount(x);
    [MethodImpl(No)] static int Tzc(uint x) => BitOperations.TrailingZeroCount(x);
    [MethodImpl(No)] static int TzcI(int x) => BitOperations.TrailingZeroCount(x);
    [MethodImpl(No)] static int TzcL(ulong x) => BitOperations.TrailingZeroCount(x);
    [MethodImpl(No)] static int TzcS(long x) => BitOperations.TrailingZeroCount(x);
    [MethodImpl(No)] static int Pop(uint x) => BitOperations.PopCount(x);
    [MethodImpl(No)] static int PopL(ulong x) => BitOperations.PopCount(x);
    [MethodImpl(No)] static int IntPop(int x) => int.PopCount(x);
    [MethodImpl(No)] static long LongPop(long x) => long.PopCount(x);
    [MethodImpl(No)] static ulong UlongPop(ulong x) => ulong.PopCount(x);
    [MethodImpl(No)] static uint UintPop(uint x) => uint.PopCount(x);
    [MethodImpl(No)] static nint NintPop(nint x) => nint.PopCount(x);
    [MethodImpl(No)] static int IntLzc(int x) => int.LeadingZeroCount(x);
    [MethodImpl(No)] static long LongLzc(long x) => long.LeadingZeroCount(x);
    [MethodImpl(No)] static uint UintTzc(uint x) => uint.TrailingZeroCount(x);
    [MethodImpl(No)] static ulong UlongTzc(ulong x) => ulong.TrailingZeroCount(x);
    [MethodImpl(No)] static int ByteTzc(byte x) => byte.TrailingZeroCount(x);
    [MethodImpl(No)] static short ShortLzc(short x) => short.LeadingZeroCount(x);
    [MethodImpl(No)] static uint Rol(uint x, int n) => BitOperations.RotateLeft(x, n);
    [MethodImpl(No)] static uint Ror(uint x, int n) => BitOperations.RotateRight(x, n);
    [MethodImpl(No)] static ulong RolL(ulong x, int n) => BitOperations.RotateLeft(x, n);
    [MethodImpl(No)] static ulong RorL(ulong x, int n) => BitOperations.RotateRight(x, n);
    [MethodImpl(No)] static int IntRol(int x, int n) => int.RotateLeft(x, n);
    [MethodImpl(No)] static long LongRor(long x, int n) => long.RotateRight(x, n);
    [MethodImpl(No)] static nuint RolN(nuint x, int n) => BitOperations.RotateLeft(x, n);
    [MethodImpl(No)] static byte ByteRol(byte x, int n) => byte.RotateLeft(x, n);
    [MethodImpl(No)] static uint Rol7(uint x) => BitOperations.RotateLeft(x, 7);
    [MethodImpl(No)] static ulong Ror13(ulong x) => BitOperations.RotateRight(x, 13);
    [MethodImpl(No)] static int Log2(uint x) => BitOperations.Log2(x);

    [MethodImpl(No)] static int RevI(int x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static uint RevU(uint x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static long RevL(long x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static ulong RevUL(ulong x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static short RevS(short x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static ushort RevUS(ushort x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static byte RevB(byte x) => BinaryPrimitives.ReverseEndianness(x);
    [MethodImpl(No)] static nint RevN(nint x) => BinaryPrimitives.ReverseEndianness(x);

    [MethodImpl(No)] static long D2L(double x) => BitConverter.DoubleToInt64Bits(x);
    [MethodImpl(No)] static ulong D2UL(double x) => BitConverter.DoubleToUInt64Bits(x);
    [MethodImpl(No)] static double L2D(long x) => BitConverter.Int64BitsToDouble(x);
    [MethodImpl(No)] static double UL2D(ulong x) => BitConverter.UInt64BitsToDouble(x);
    [MethodImpl(No)] static int F2I(float x) => BitConverter.SingleToInt32Bits(x);
    [MethodImpl(No)] static uint F2U(float x) => BitConverter.SingleToUInt32Bits(x);
    [MethodImpl(No)] static float I2F(int x) => BitConverter.Int32BitsToSingle(x);
    [MethodImpl(No)] static float U2F(uint x) => BitConverter.UInt32BitsToSingle(x);
    [MethodImpl(No)] static long FloatWidened(float x) => BitConverter.DoubleToInt64Bits(x);
    [MethodImpl(No)] static bool Little() => BitConverter.IsLittleEndian;
    [MethodImpl(No)] static string Zeros() => (IntPtr.Zero == default(IntPtr)) + " " + UIntPtr.Zero + IntPtr.Size;
    [MethodImpl(No)] static string Nan(double x) => double.IsNaN(x) + " " + double.IsInfinity(x) + " " + double.IsPositiveInfinity(x) + " " + double.IsNegative(x) + " " + double.IsFinite(x);
    [MethodImpl(No)] static string NanF(float x) => float.IsNaN(x) + " " + float.IsInfinity(x) + " " + float.IsNegativeInfinity(x);

    static int Main()
    {
        int[] ints = { 0, 1, -1, 5, int.MinValue, int.MaxValue, 127, 128, 255, 256, -129, 0x12345678 };
        foreach (int a in ints)
            foreach (int b in ints)
            {
                W($"{a} {b}: {MaxI(a, b)} {MinI(a, b)} {MaxU((uint)a, (uint)b)} {MinU((uint)a, (uint)b)} {MaxL((long)a << 20, b)} {MinL(a, (long)b << 30)} {MaxUL((ulong)a, (ulong)b)} {MinUL((ulong)a, (uint)b)}"
                    + $" {MaxI8((sbyte)a, (sbyte)b)} {MinU8((byte)a, (byte)b)} {MinI16((short)a, (short)b)} {MaxU16((ushort)a, (ushort)b)} {MaxN(a, b)} {MinNU((nuint)(uint)a, (nuint)(uint)b)} {MixedMin(a, b)} {Clamp(a, b, 100)}");
            }
        double[] doubles = { 0, -0.0, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 0.49999999999999994, 4503599627370497.5, 1e300, -1e-310, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 123.456, -123.999, BitConverter.Int64BitsToDouble(0x7ff4000000000001), BitConverter.Int64BitsToDouble(unchecked((long)0xfff8000000001234)) };
        foreach (double x in doubles)
        {
            float f = (float)x;
            W($"{D(x)}: {D(Abs(x))} {D(Floor(x))} {D(Ceiling(x))} {D(Truncate(x))} {D(Round(x))} {D(RoundAway(x))} {Round2(x % 1000)} {D(Sqrt(Math.Abs(x)))} {double.IsNaN(Sqrt(-Math.Abs(x)))}");
            W($"{F(f)}: {F(AbsF(f))} {F(AbsFF(f))} {F(FloorF(f))} {F(CeilingF(f))} {F(TruncateF(f))} {F(RoundF(f))} {F(SqrtF(Math.Abs(f)))} {D(SqrtMixed(Math.Abs(f)))} {Nan(x)} {NanF(f)}");
            W(Statics(x, f)); W(D(ClampD(x)));
            W($"{D2L(x):x} {D2UL(x):x} {F2I(f):x} {F2U(f):x} {FloatWidened(f):x}");
            foreach (double y in doubles) W($"{D(MaxD(x, y))} {D(MinD(x, y))} {F(MaxF(f, (float)y))} {F(MinF(f, (float)y))} {D(Hypot(Math.Abs(x) % 10, Math.Abs(y) % 10))}");
        }
        W(D(MaxOf(doubles))); W(D(MaxOf(new[] { -0.0, 0.0, -0.0 }))); W(Pointers(-5, long.MinValue, uint.MaxValue, ulong.MaxValue)); W(Pointers(5, 6, 7, 8));
        W(FloorM(-1.5m)); W(MaxM(1.5m, 2)); W(AbsI(-5)); try { W(AbsI(int.MinValue)); } catch (OverflowException e) { W(e.GetType()); }
        ulong[] bits = { 0, 1, 2, 3, 0x80000000, 0xffffffff, 0x100000000, 0x8000000000000000, ulong.MaxValue, 0x0123456789abcdef, 0x00f0, 0xff00, 0x8001 };
        foreach (ulong b in bits)
        {
            uint u = (uint)b;
            W($"{b:x}: {Lzc(u)} {LzcL(b)} {LzcN((nuint)b)} {Tzc(u)} {TzcI((int)u)} {TzcL(b)} {TzcS((long)b)} {Pop(u)} {PopL(b)} {IntPop((int)u)} {LongPop((long)b)} {UlongPop(b)} {UintPop(u)} {NintPop((nint)b)} {IntLzc((int)u)} {LongLzc((long)b)} {UintTzc(u)} {UlongTzc(b)} {ByteTzc((byte)b)} {ShortLzc((short)b)} {Log2(u)}");
            foreach (int n in new[] { 0, 1, 7, 31, 32, 33, 63, 64, -1, -33, int.MinValue })
                W($"{n}: {Rol(u, n):x} {Ror(u, n):x} {RolL(b, n):x} {RorL(b, n):x} {IntRol((int)u, n):x} {LongRor((long)b, n):x} {(ulong)RolN((nuint)b, n):x} {ByteRol((byte)b, n):x}");
            W($"{Rol7(u):x} {Ror13(b):x} {RevI((int)u):x} {RevU(u):x} {RevL((long)b):x} {RevUL(b):x} {RevS((short)b)} {RevUS((ushort)b)} {RevB((byte)b)} {(long)RevN((nint)b):x}");
            W($"{D(L2D((long)b))} {D(UL2D(b))} {F(I2F((int)u))} {F(U2F(u))}");
        }
        W(Little()); W(Zeros());
        return 0;
    }
}
