// Conversions between all primitive types, unchecked and checked, on edge values; overflow-checked arithmetic.
using System;
using System.Runtime.CompilerServices;

static class Program
{
    static readonly long[] Longs = { 0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536, int.MaxValue, int.MaxValue + 1L, int.MinValue, int.MinValue - 1L, uint.MaxValue, uint.MaxValue + 1L, long.MaxValue, long.MinValue, 1L << 53, (1L << 53) + 1, long.MaxValue - 1023 };
    // Only values that every conversion below defines: beyond the target's range the unchecked result is not portable.
    static readonly double[] Doubles = { 0, -0.0, 0.9, -0.9, 1.5, -1.5, 127.9, 255.5, 1e5, -1e5, 2147483646.5, -2147483647.5, 4294967295.0, 4294967296.5, 9007199254740993.0, -9007199254740993.0, 9.2233720368547748e18, -9.2233720368547758e18 };
    static readonly double[] Edges = { 0, 0.99, -0.99, -1, 1, 126.99, 127.99, 128, -128.99, -129, 255.99, 256, 32767.5, 32768, -32768.5, -32769, 65535.5, 65536, 2147483647.5, 2147483648, -2147483648.5, -2147483649, 4294967295.5, 4294967296, 9.2233720368547748e18, 9.2233720368547758e18, -9.2233720368547758e18, -9.2233720368547779e18, 1.8446744073709549e19, 1.8446744073709552e19, 1e300, -1e300, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon };

    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static long Mix(long sum, long value) => (sum ^ value) * 1099511628211 + 12345;
    static long Bits(double d) => BitConverter.DoubleToInt64Bits(d);

    [MethodImpl(No)] static sbyte ToI1(long v) => (sbyte)v;
    [MethodImpl(No)] static byte ToU1(long v) => (byte)v;
    [MethodImpl(No)] static short ToI2(long v) => (short)v;
    [MethodImpl(No)] static ushort ToU2(long v) => (ushort)v;
    [MethodImpl(No)] static int ToI4(long v) => (int)v;
    [MethodImpl(No)] static uint ToU4(long v) => (uint)v;
    [MethodImpl(No)] static ulong ToU8(long v) => (ulong)v;
    [MethodImpl(No)] static float ToR4(long v) => v;
    [MethodImpl(No)] static double ToR8(long v) => v;
    [MethodImpl(No)] static double UToR8(ulong v) => v;
    [MethodImpl(No)] static float UToR4(ulong v) => v;
    [MethodImpl(No)] static double U4ToR8(uint v) => v;
    [MethodImpl(No)] static float U4ToR4(uint v) => v;
    [MethodImpl(No)] static double I4ToR8(int v) => v;
    [MethodImpl(No)] static float I4ToR4(int v) => v;
    [MethodImpl(No)] static long I4ToI8(int v) => v;
    [MethodImpl(No)] static long U4ToI8(uint v) => v;
    [MethodImpl(No)] static long I1ToI8(sbyte v) => v;
    [MethodImpl(No)] static ulong I2ToU8(short v) => (ulong)v;
    [MethodImpl(No)] static int DToI4(double v) => (int)v;
    [MethodImpl(No)] static long DToI8(double v) => (long)v;
    [MethodImpl(No)] static uint DToU4(double v) => (uint)v;
    [MethodImpl(No)] static ulong DToU8(double v) => (ulong)v;
    [MethodImpl(No)] static short DToI2(double v) => (short)v;
    [MethodImpl(No)] static byte DToU1(double v) => (byte)v;
    [MethodImpl(No)] static int FToI4(float v) => (int)v;
    [MethodImpl(No)] static long FToI8(float v) => (long)v;

    [MethodImpl(No)] static long C1(long v) => checked((sbyte)v);
    [MethodImpl(No)] static long C2(long v) => checked((byte)v);
    [MethodImpl(No)] static long C3(long v) => checked((short)v);
    [MethodImpl(No)] static long C4(long v) => checked((ushort)v);
    [MethodImpl(No)] static long C5(long v) => checked((int)v);
    [MethodImpl(No)] static long C6(long v) => checked((uint)v);
    [MethodImpl(No)] static long C7(long v) => (long)checked((ulong)v);
    [MethodImpl(No)] static long C8(ulong v) => checked((long)v);
    [MethodImpl(No)] static long C9(ulong v) => checked((int)v);
    [MethodImpl(No)] static long C10(ulong v) => checked((sbyte)v);
    [MethodImpl(No)] static long C11(ulong v) => checked((uint)v);
    [MethodImpl(No)] static long C12(int v) => checked((uint)v);
    [MethodImpl(No)] static long C13(uint v) => checked((int)v);
    [MethodImpl(No)] static long C14(int v) => checked((byte)v);
    [MethodImpl(No)] static long C15(int v) => (long)checked((ulong)v);
    [MethodImpl(No)] static long C16(int v) => checked((char)v);
    [MethodImpl(No)] static long C17(uint v) => checked((short)v);
    [MethodImpl(No)] static long C18(int v) => checked((sbyte)v);
    [MethodImpl(No)] static long C19(ulong v) => checked((ushort)v);

    [MethodImpl(No)] static long D1(double v) => checked((sbyte)v);
    [MethodImpl(No)] static long D2(double v) => checked((byte)v);
    [MethodImpl(No)] static long D3(double v) => checked((short)v);
    [MethodImpl(No)] static long D4(double v) => checked((ushort)v);
    [MethodImpl(No)] static long D5(double v) => checked((int)v);
    [MethodImpl(No)] static long D6(double v) => checked((uint)v);
    [MethodImpl(No)] static long D7(double v) => checked((long)v);
    [MethodImpl(No)] static long D8(double v) => (long)checked((ulong)v);
    [MethodImpl(No)] static long D9(float v) => checked((int)v);
    [MethodImpl(No)] static long D10(float v) => checked((long)v);

    [MethodImpl(No)] static int AddO(int a, int b) => checked(a + b);
    [MethodImpl(No)] static int SubO(int a, int b) => checked(a - b);
    [MethodImpl(No)] static int MulO(int a, int b) => checked(a * b);
    [MethodImpl(No)] static uint AddUO(uint a, uint b) => checked(a + b);
    [MethodImpl(No)] static uint SubUO(uint a, uint b) => checked(a - b);
    [MethodImpl(No)] static uint MulUO(uint a, uint b) => checked(a * b);
    [MethodImpl(No)] static long AddLO(long a, long b) => checked(a + b);
    [MethodImpl(No)] static long SubLO(long a, long b) => checked(a - b);
    [MethodImpl(No)] static long MulLO(long a, long b) => checked(a * b);
    [MethodImpl(No)] static ulong AddULO(ulong a, ulong b) => checked(a + b);
    [MethodImpl(No)] static ulong SubULO(ulong a, ulong b) => checked(a - b);
    [MethodImpl(No)] static ulong MulULO(ulong a, ulong b) => checked(a * b);
    [MethodImpl(No)] static int NegO(int a) => checked(-a);
    [MethodImpl(No)] static long NegLO(long a) => checked(-a);
    [MethodImpl(No)] static byte IncO(byte a) => checked(++a);
    [MethodImpl(No)] static int ConstO(int a) => checked(a * 1000 + 7 - 5);

    // One 'overflow' counts as a distinctive value, so that both the set of throwing pairs and the results are checked.
    static long Try<T>(Func<T, long> f, T v) { try { return f(v); } catch (OverflowException) { return 0x0BADBEEF; } }
    static long Try<T>(Func<T, T, T> f, T a, T b, Func<T, long> to) { try { return to(f(a, b)); } catch (OverflowException) { return 0x0BADBEEF; } }

    static void Checked<T>(string name, Func<T, long> f, T[] values) { long s = 0; int thrown = 0; foreach (T v in values) { long r = Try(f, v); if (r == 0x0BADBEEF) thrown++; s = Mix(s, r); } Console.WriteLine(name + " " + thrown + " " + s); }
    static void Pairs<T>(string name, Func<T, T, T> f, T[] values, Func<T, long> to) { long s = 0; int thrown = 0; foreach (T a in values) foreach (T b in values) { long r = Try(f, a, b, to); if (r == 0x0BADBEEF) thrown++; s = Mix(s, r); } Console.WriteLine(name + " " + thrown + " " + s); }

    static int Main()
    {
        foreach (long v in Longs)
        {
            long s = 0;
            s = Mix(s, ToI1(v)); s = Mix(s, ToU1(v)); s = Mix(s, ToI2(v)); s = Mix(s, ToU2(v)); s = Mix(s, ToI4(v)); s = Mix(s, ToU4(v)); s = Mix(s, (long)ToU8(v)); s = Mix(s, Bits(ToR4(v))); s = Mix(s, Bits(ToR8(v))); s = Mix(s, Bits(UToR8((ulong)v))); s = Mix(s, Bits(UToR4((ulong)v)));
            s = Mix(s, Bits(U4ToR8((uint)v))); s = Mix(s, Bits(U4ToR4((uint)v))); s = Mix(s, Bits(I4ToR8((int)v))); s = Mix(s, Bits(I4ToR4((int)v))); s = Mix(s, I4ToI8((int)v)); s = Mix(s, U4ToI8((uint)v)); s = Mix(s, I1ToI8((sbyte)v)); s = Mix(s, (long)I2ToU8((short)v));
            P("int", s);
        }
        foreach (double v in Doubles)
        {
            P("i8", DToI8(v)); P("fi8", FToI8((float)v / 2));
            if (Math.Abs(v) < 2147483648) { P("i4", DToI4(v)); P("fi4", FToI4((float)v / 2)); }
            if (v > -1 && v < 4294967296) P("u4", DToU4(v));
            if (v > -1) P("u8", (long)DToU8(v));
            if (Math.Abs(v) < 32768) P("i2", DToI2(v));
            if (v > -1 && v < 256) P("u1", DToU1(v));
        }
        P("u8", (long)DToU8(1.8446744073709549e19)); P("u8", (long)DToU8(9.3e18));
        int[] ints = Array.ConvertAll(Longs, x => (int)x); uint[] uints = Array.ConvertAll(Longs, x => (uint)x); ulong[] ulongs = Array.ConvertAll(Longs, x => (ulong)x); float[] floats = Array.ConvertAll(Edges, x => (float)x);
        Checked("c1", C1, Longs); Checked("c2", C2, Longs); Checked("c3", C3, Longs); Checked("c4", C4, Longs); Checked("c5", C5, Longs); Checked("c6", C6, Longs); Checked("c7", C7, Longs); Checked("c8", C8, ulongs); Checked("c9", C9, ulongs); Checked("c10", C10, ulongs); Checked("c11", C11, ulongs); Checked("c12", C12, ints); Checked("c13", C13, uints); Checked("c14", C14, ints); Checked("c15", C15, ints); Checked("c16", C16, ints); Checked("c17", C17, uints); Checked("c18", C18, ints); Checked("c19", C19, ulongs);
        Checked("d1", D1, Edges); Checked("d2", D2, Edges); Checked("d3", D3, Edges); Checked("d4", D4, Edges); Checked("d5", D5, Edges); Checked("d6", D6, Edges); Checked("d7", D7, Edges); Checked("d8", D8, Edges); Checked("d9", D9, floats); Checked("d10", D10, floats);
        Pairs("add", AddO, ints, x => x); Pairs("sub", SubO, ints, x => x); Pairs("mul", MulO, ints, x => x); Pairs("addu", AddUO, uints, x => x); Pairs("subu", SubUO, uints, x => x); Pairs("mulu", MulUO, uints, x => x);
        Pairs("addl", AddLO, Longs, x => x); Pairs("subl", SubLO, Longs, x => x); Pairs("mull", MulLO, Longs, x => x); Pairs("addul", AddULO, ulongs, x => (long)x); Pairs("subul", SubULO, ulongs, x => (long)x); Pairs("mulul", MulULO, ulongs, x => (long)x);
        Checked("neg", v => NegO(v), ints); Checked("negl", v => NegLO(v), Longs); Checked("inc", v => IncO((byte)v), ints); Checked("const", v => ConstO(v), ints);
        return 10;
    }
}
