// Arrays and spans over initial data, lengths of all kinds of arrays, strings by index, constants of the framework.
using System;
using System.Runtime.CompilerServices;

enum Small : short { A = 3, B = -4 }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }

    [MethodImpl(No)] static int[] Ints() => new[] { 1, 2, 3, -4, 5, 6, 7, 8, 9 };
    [MethodImpl(No)] static long[] Longs() => new[] { 1L << 40, 2, -3, 4 };
    [MethodImpl(No)] static double[] Doubles() => new[] { 1.5, -0.0, double.NaN, 4e300, 5 };
    [MethodImpl(No)] static char[] Chars() => new[] { 'a', 'ß', '€', 'd', 'e' };
    [MethodImpl(No)] static byte[] Bytes() => new byte[] { 1, 2, 3, 4, 5, 6, 7 };
    [MethodImpl(No)] static sbyte[] SBytes() => new sbyte[] { 1, -2, 3, -4, 5 };
    [MethodImpl(No)] static bool[] Bools() => new[] { true, false, true, true, false };
    [MethodImpl(No)] static float[] Floats() => new[] { 1.25f, -2.5f, 3e30f };
    [MethodImpl(No)] static Small[] Enums() => new[] { Small.A, Small.B, Small.A, Small.A };
    [MethodImpl(No)] static int[] Big() => new int[] { 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69 };
    [MethodImpl(No)] static int[,] Matrix() => new int[,] { { 1, 2, 3 }, { 4, 5, 6 } };
    [MethodImpl(No)] static int[][] Jagged() => new[] { new[] { 1, 2, 3, 4 }, new[] { 5, 6, 7 }, new int[0] };
    [MethodImpl(No)] static string[] Strings() => new[] { "x", "y", "z", "w" };
    static readonly int[] Table = { 9, 8, 7, 6, 5 };
    static ReadOnlySpan<int> IntSpan => new[] { 10, 20, 30, 40 };
    static ReadOnlySpan<byte> ByteSpan => new byte[] { 1, 2, 3, 250 };
    static ReadOnlySpan<char> CharSpan => new[] { 'p', 'q', 'r' };
    static ReadOnlySpan<long> LongSpan => [1L << 50, -1, 7];
    static ReadOnlySpan<double> DoubleSpan => [1.5, 2.5];
    static ReadOnlySpan<ushort> UShortSpan => [65535, 1, 2];
    static ReadOnlySpan<Small> EnumSpan => [Small.B, Small.A, Small.A];
    [MethodImpl(No)] static int SumInts(ReadOnlySpan<int> s) { int t = 0; foreach (int x in s) t = t * 3 + x; return t; }
    [MethodImpl(No)] static string Spans() { GC.Collect(); long t = 0; foreach (long x in LongSpan) t = t * 3 + x; double d = 0; for (int i = 0; i < DoubleSpan.Length; i++) d += DoubleSpan[i]; return $"{SumInts(IntSpan)} {ByteSpan[3]} {ByteSpan.Length} {new string(CharSpan)} {t} {d} {UShortSpan[0] + UShortSpan.Length} {EnumSpan[0]} {IntSpan.Slice(1)[0]} {CharSpan.IndexOf('q')}"; }
    [MethodImpl(No)] static int At(int i) => IntSpan[i];
    [MethodImpl(No)] static int Digit(char c) { ReadOnlySpan<byte> hex = "0123456789abcdef"u8; return hex.IndexOf((byte)c); }
    [MethodImpl(No)] static int Local(int i) { int[] a = { 3, 1, 4, 1, 5, 9, 2, 6 }; a[i]++; return a[0] + 10 * a[7] + a.Length; }
    [MethodImpl(No)] static string Join<T>(T[] a) => string.Join(",", a);

    [MethodImpl(No)] static string Lengths(int[] a, string[,] m, double[,,] c, Array any) => $"{a.Length} {a.LongLength} {a.GetLength(0)} {a.GetUpperBound(0)} {a.GetLowerBound(0)} {a.Rank} {m.Length} {m.GetLength(0)} {m.GetLength(1)} {m.GetUpperBound(1)} {m.GetLowerBound(0)} {m.Rank} {c.GetLength(2)} {c.GetUpperBound(0)} {c.Length} {c.LongLength} {any.Length} {any.GetLength(0)} {any.GetLowerBound(0)} {any.Rank}";
    [MethodImpl(No)] static int Dim(int[,] m, int d) => m.GetLength(d);
    [MethodImpl(No)] static int Bad(int[,] m) => m.GetLength(2);
    [MethodImpl(No)] static int BadVector(int[] m) => m.GetUpperBound(1);
    [MethodImpl(No)] static int Bounds(int[,] m) => m.GetLowerBound(0) * 1000 + m.GetUpperBound(0) * 100 + m.GetLowerBound(1) * 10 + m.GetUpperBound(1) + m.GetLength(1);
    [MethodImpl(No)] static int NullLength(int[] a) => a.GetLength(0);
    [MethodImpl(No)] static int NullLower(int[] a) => a.GetLowerBound(0);
    [MethodImpl(No)] static int SumMatrix(int[,] m) { int t = 0; for (int i = 0; i < m.GetLength(0); i++) for (int j = 0; j <= m.GetUpperBound(1); j++) t = t * 2 + m[i, j]; return t; }
    [MethodImpl(No)] static int CountChar(string s, char c) { int n = 0; for (int i = 0; i < s.Length; i++) if (s[i] == c) n++; return n; }
    [MethodImpl(No)] static char CharAt(string s, int i) => s[i];
    [MethodImpl(No)] static int Len(string s) => s.Length;
    [MethodImpl(No)] static string Const() => $"{IntPtr.Zero} {UIntPtr.Zero} {BitConverter.IsLittleEndian} {string.Empty.Length} {IntPtr.Size} {RuntimeHelpers.OffsetToStringData}";

    static int Main()
    {
        for (int k = 0; k < 2; k++)
        {
            int[] a = Ints(); W(Join(a)); a[0] = 100; W(Join(Longs())); W(Join(Doubles())); W(Join(Chars())); W(Join(Bytes())); W(Join(SBytes())); W(Join(Bools())); W(Join(Floats())); W(Join(Enums())); W(Join(Big())); W(Join(Strings())); W(SumMatrix(Matrix())); foreach (int[] j in Jagged()) W(Join(j)); W(Join(Table)); W(Spans()); W(Digit('c')); W(Local(7)); W(Local(0));
            GC.Collect();
        }
        W(At(3)); W(Try(() => At(4))); W(Try(() => At(-1))); W(Try(() => Local(8)));
        W(Lengths(new int[5], new string[2, 3], new double[4, 5, 6], new long[3, 7])); W(Dim(Matrix(), 0)); W(Dim(Matrix(), 1)); W(Try(() => Dim(Matrix(), 2))); W(Try(() => Bad(Matrix()))); W(Try(() => BadVector(new int[1]))); W(Try(() => NullLength(null))); W(Try(() => NullLower(null))); W(Try(() => Dim(null, 0)));
        W(Bounds((int[,])Array.CreateInstance(typeof(int), new[] { 2, 3 }, new[] { 5, -7 })));
        W(CountChar("hello world", 'o')); W(CharAt("abc", 2)); W(Try(() => CharAt("abc", 3))); W(Try(() => CharAt("abc", -1))); W(Try(() => CharAt(null, 0))); W(Try(() => Len(null))); W(Const());
        return 0;
    }
}
