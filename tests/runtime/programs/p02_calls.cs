// Static calls: no arguments to many, arguments on the stack, recursion, results of every primitive type.
using System;
using System.Runtime.CompilerServices;

static class Program
{
    static int count;

    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    static void PD(string name, double value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(BitConverter.DoubleToInt64Bits(value));
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static void Nothing() { count++; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Zero() => 7;
    [MethodImpl(MethodImplOptions.NoInlining)] static int One(int a) => a * 2;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Six(int a, int b, int c, int d, int e, int f) => a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Seven(int a, int b, int c, int d, int e, int f, int g) => Six(a, b, c, d, e, f) + 7 * g;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Eight(int a, int b, int c, int d, int e, int f, int g, int h) => Seven(b, c, d, e, f, g, h) * 10 + a;
    [MethodImpl(MethodImplOptions.NoInlining)] static long Twelve(long a, int b, short c, byte d, sbyte e, char f, bool g, uint h, ulong i, ushort j, int k, long l)
        => a + b * 2L + c * 3 + d * 4 + e * 5 + f * 6 + (g ? 7 : 0) + h * 8L + (long)i * 9 + j * 10 + k * 11L + l * 12;

    [MethodImpl(MethodImplOptions.NoInlining)] static double D1(double a) => a + 0.5;
    [MethodImpl(MethodImplOptions.NoInlining)] static double D8(double a, double b, double c, double d, double e, double f, double g, double h) => a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
    [MethodImpl(MethodImplOptions.NoInlining)] static double D10(double a, double b, double c, double d, double e, double f, double g, double h, double i, double j) => D8(a, b, c, d, e, f, g, h) + 9 * i + 10 * j;
    [MethodImpl(MethodImplOptions.NoInlining)] static float F10(float a, float b, float c, float d, float e, float f, float g, float h, float i, float j) => a - b + c - d + e - f + g - h + i * 100 - j * 1000;
    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Mixed(int a, double b, long c, float d, int e, double f, int g, double h, int i, double j, int k, double l, int m, double n, int o, double p, float q, byte r, float s, double t)
        => a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + k * 11 + l * 12 + m * 13 + n * 14 + o * 15 + p * 16 + q * 17 + r * 18 + s * 19 + t * 20;

    [MethodImpl(MethodImplOptions.NoInlining)] static sbyte RSByte(int a) => (sbyte)a;
    [MethodImpl(MethodImplOptions.NoInlining)] static byte RByte(int a) => (byte)a;
    [MethodImpl(MethodImplOptions.NoInlining)] static short RShort(int a) => (short)a;
    [MethodImpl(MethodImplOptions.NoInlining)] static ushort RUShort(int a) => (ushort)a;
    [MethodImpl(MethodImplOptions.NoInlining)] static char RChar(int a) => (char)a;
    [MethodImpl(MethodImplOptions.NoInlining)] static bool RBool(int a) => (a & 1) != 0;
    [MethodImpl(MethodImplOptions.NoInlining)] static float RFloat(int a) => a / 2f;
    [MethodImpl(MethodImplOptions.NoInlining)] static nint RNint(int a) => a;
    [MethodImpl(MethodImplOptions.NoInlining)] static string RString(int a) => a == 0 ? null : "s";

    [MethodImpl(MethodImplOptions.NoInlining)] static int Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
    [MethodImpl(MethodImplOptions.NoInlining)] static int Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
    [MethodImpl(MethodImplOptions.NoInlining)] static bool Even(int n) => n == 0 || Odd(n - 1);
    [MethodImpl(MethodImplOptions.NoInlining)] static bool Odd(int n) => n != 0 && Even(n - 1);
    [MethodImpl(MethodImplOptions.NoInlining)] static int Ackermann(int m, int n) => m == 0 ? n + 1 : n == 0 ? Ackermann(m - 1, 1) : Ackermann(m - 1, Ackermann(m, n - 1));
    [MethodImpl(MethodImplOptions.NoInlining)] static long Depth(int n, long acc, int a, int b, int c, int d, int e) => n == 0 ? acc + a + b + c + d + e : Depth(n - 1, acc * 3 + n, b, c, d, e, a + n) + n;

    // Nested calls: values live across calls in callee-saved registers and in spill slots.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Live(int a, int b, int c, int d)
    {
        int x = One(a), y = One(b), z = One(c), w = One(d);
        int p = One(x + y), q = One(z + w), r = One(a + b), s = One(c + d), t = One(x ^ w);
        Nothing();
        return x + y * 2 + z * 3 + w * 4 + p * 5 + q * 6 + r * 7 + s * 8 + t * 9 + a + b + c + d + Six(One(1), One(2), One(One(3)), Zero(), One(p), One(q));
    }

    // Arguments are reassigned and taken by reference.
    [MethodImpl(MethodImplOptions.NoInlining)] static void Swap(ref int a, ref int b) { int t = a; a = b; b = t; }
    [MethodImpl(MethodImplOptions.NoInlining)] static void Split(long v, out int low, out int high) { low = (int)v; high = (int)(v >> 32); }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Args(int a, int b) { Swap(ref a, ref b); a += 10; b -= a; return a * 100 + b; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Params(params int[] values) { int s = 0; for (int i = 0; i < values.Length; i++) s = s * 31 + values[i]; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Optional(int a, int b = 5, int c = 6) => a * 100 + b * 10 + c;

    static int Main()
    {
        Nothing();
        P("zero", Zero()); P("one", One(21)); P("six", Six(1, 2, 3, 4, 5, 6)); P("seven", Seven(1, 2, 3, 4, 5, 6, 7)); P("eight", Eight(1, 2, 3, 4, 5, 6, 7, 8));
        P("twelve", Twelve(1L << 40, -2, -3, 200, -5, 'z', true, 4000000000, 1UL << 50, 65535, -11, -12));
        PD("d1", D1(1.25)); PD("d8", D8(1, 2, 3, 4, 5, 6, 7, 8)); PD("d10", D10(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)); PD("f10", F10(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        PD("mixed", Mixed(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
        P("sbyte", RSByte(200)); P("byte", RByte(-1)); P("short", RShort(40000)); P("ushort", RUShort(-1)); P("char", RChar(65601)); P("bool", RBool(3) ? 1 : 0); PD("float", RFloat(5)); P("nint", RNint(-9)); P("null", RString(0) == null ? 1 : 0); P("length", RString(1).Length);
        P("factorial", Factorial(12)); P("fib", Fib(20)); P("even", Even(1001) ? 1 : 0); P("ackermann", Ackermann(2, 9)); P("depth", Depth(1000, 1, 2, 3, 4, 5, 6));
        P("live", Live(1, 2, 3, 4)); P("args", Args(3, 8)); P("params0", Params()); P("params5", Params(1, 2, 3, 4, 5)); P("optional", Optional(1)); P("optional", Optional(1, c: 2));
        int low, high;
        Split(0x123456789abcdef0, out low, out high);
        P("low", low); P("high", high);
        P("count", count);
        return count + 40;
    }
}
