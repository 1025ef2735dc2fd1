// One-dimensional arrays: every element type, lengths, bounds, covariance, initialisers, references to elements.
using System;
using System.Runtime.CompilerServices;

struct Pair { public int X; public long Y; public Pair(int x, long y) { X = x; Y = y; } }
struct Named { public string Name; public int Age; }
class Animal { public virtual int Legs => 0; }
class Dog : Animal { public override int Legs => 4; }
enum Colour : byte { Red, Green = 200, Blue }

static class Program
{
    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static long SumI(int[] a) { long s = 0; for (int i = 0; i < a.Length; i++) s = s * 31 + a[i]; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumB(byte[] a) { long s = 0; for (int i = 0; i < a.Length; i++) s = s * 31 + a[i]; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumSB(sbyte[] a) { long s = 0; foreach (sbyte x in a) s = s * 31 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumS(short[] a) { long s = 0; foreach (short x in a) s = s * 31 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumUS(ushort[] a) { long s = 0; foreach (ushort x in a) s = s * 31 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumC(char[] a) { long s = 0; foreach (char x in a) s = s * 31 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumU(uint[] a) { long s = 0; foreach (uint x in a) s = s * 31 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumL(long[] a) { long s = 0; foreach (long x in a) s = s * 31 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumBool(bool[] a) { long s = 0; foreach (bool x in a) s = s * 2 + (x ? 1 : 0); return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static double SumD(double[] a) { double s = 0; foreach (double x in a) s = s * 2 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static float SumF(float[] a) { float s = 0; foreach (float x in a) s = s * 2 + x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static string Join(string[] a) { string s = ""; foreach (string x in a) s += x == null ? "-" : x; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static long SumPairs(Pair[] a) { long s = 0; for (int i = 0; i < a.Length; i++) s = s * 31 + a[i].X + a[i].Y; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Get(int[] a, int i) => a[i];
    [MethodImpl(MethodImplOptions.NoInlining)] static int GetL(int[] a, long i) => a[i];
    [MethodImpl(MethodImplOptions.NoInlining)] static int GetU(int[] a, uint i) => a[i];
    [MethodImpl(MethodImplOptions.NoInlining)] static void Set(int[] a, int i, int v) => a[i] = v;
    [MethodImpl(MethodImplOptions.NoInlining)] static void SetRef(object[] a, int i, object v) => a[i] = v;
    [MethodImpl(MethodImplOptions.NoInlining)] static void SetAnimal(Animal[] a, int i, Animal v) => a[i] = v;
    [MethodImpl(MethodImplOptions.NoInlining)] static void SetSealed(string[] a, int i, string v) => a[i] = v;
    [MethodImpl(MethodImplOptions.NoInlining)] static int[] Make(int n) => new int[n];
    [MethodImpl(MethodImplOptions.NoInlining)] static ref int Element(int[] a, int i) => ref a[i];
    [MethodImpl(MethodImplOptions.NoInlining)] static ref Animal ElementRef(Animal[] a, int i) => ref a[i];
    [MethodImpl(MethodImplOptions.NoInlining)] static void Increment(ref int x) => x++;
    [MethodImpl(MethodImplOptions.NoInlining)] static void Narrow(byte[] b, short[] s, int v) { b[0] = (byte)v; s[0] = (short)v; b[1] += 200; s[1]--; b[2]++; s[2] <<= 9; b[3] ^= 0xf0; }
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SetPair(Pair[] a, int i, int x, long y)
    {
        a[i] = new Pair(x, y);
        a[i].X += 1;
        a[i].Y *= 2;
        ref Pair p = ref a[i];
        p.X ^= 3;
        Pair copy = a[i];
        copy.X = 999;
        a[i + 1] = copy;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Try(string name, Action action)
    {
        try { action(); Console.WriteLine(name + " ok"); }
        catch (Exception e) { Console.WriteLine(name + " " + e.GetType().Name); }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Bubble(int[] a)
    {
        int swaps = 0;
        for (int i = 0; i < a.Length; i++)
            for (int j = 0; j + 1 < a.Length - i; j++)
                if (a[j] > a[j + 1]) { (a[j], a[j + 1]) = (a[j + 1], a[j]); swaps++; }
        return swaps;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Jagged(int n)
    {
        int[][] rows = new int[n][];
        for (int i = 0; i < n; i++) { rows[i] = new int[i + 1]; rows[i][0] = rows[i][i] = 1; for (int j = 1; j < i; j++) rows[i][j] = rows[i - 1][j - 1] + rows[i - 1][j]; }
        int s = 0;
        foreach (int[] row in rows) foreach (int x in row) s = s * 7 + x;
        return s;
    }

    static int Main()
    {
        int[] ints = { 5, -3, 8, 0, int.MaxValue, int.MinValue, 42 };
        P("int", SumI(ints)); P("byte", SumB(new byte[] { 1, 200, 255 })); P("sbyte", SumSB(new sbyte[] { 1, -100, 127 })); P("short", SumS(new short[] { -1, 32767, -32768 })); P("ushort", SumUS(new ushort[] { 1, 65535 }));
        P("char", SumC(new[] { 'a', '\uffff' })); P("uint", SumU(new uint[] { 1, uint.MaxValue })); P("long", SumL(new long[] { 1, long.MinValue, 7 })); P("bool", SumBool(new[] { true, false, true }));
        Console.WriteLine(SumD(new[] { 1.5, 2.25 }) == 5.25); Console.WriteLine(SumF(new[] { 1.5f, 2.25f }) == 5.25f); Console.WriteLine(Join(new[] { "a", null, "bc" }));
        P("get", Get(ints, 6)); P("getl", GetL(ints, 1)); P("getu", GetU(ints, 2)); Set(ints, 3, 99); P("set", ints[3]);
        Pair[] pairs = new Pair[4]; SetPair(pairs, 1, 10, 20); P("pairs", SumPairs(pairs)); P("pair", pairs[2].X);
        Named[] named = new Named[3]; named[1].Name = "bob"; named[1].Age = 7; named[2] = named[1]; named[2].Name += "!"; Console.WriteLine(named[0].Name ?? "none"); Console.WriteLine(named[2].Name); P("age", named[2].Age);
        byte[] bs = { 1, 100, 255, 15 }; short[] ss = { 1, -32768, 100 }; Narrow(bs, ss, 0x12345); P("bytes", SumB(bs)); P("shorts", SumS(ss));
        Element(ints, 0) = 1000; Increment(ref ints[1]); Increment(ref Element(ints, 2)); P("refs", SumI(ints));
        P("bubble", Bubble(ints)); P("sorted", SumI(ints)); P("jagged", Jagged(12));
        P("length", Make(0).Length); P("length", Make(1000).Length); P("zeroed", SumI(Make(100)));
        Try("low", () => Get(ints, -1)); Try("high", () => Get(ints, 7)); Try("setlow", () => Set(ints, -1, 0)); Try("long", () => GetL(ints, 1L << 32)); Try("uint", () => GetU(ints, uint.MaxValue)); Try("null", () => Get(null, 0)); Try("nulllength", () => SumI(null)); Try("negative", () => Make(-1)); Try("element", () => Element(ints, 7)++);
        object[] strings = new string[3]; Animal[] dogs = new Dog[2];
        Try("store", () => SetRef(strings, 0, "x")); Try("store", () => SetRef(strings, 0, new object())); Try("store", () => SetRef(strings, 0, null)); Try("store", () => SetRef(strings, 3, "x")); Try("store", () => SetRef(dogs, 0, new Dog())); Try("store", () => SetRef(dogs, 0, new Animal())); Try("store", () => SetAnimal(dogs, 1, new Dog())); Try("store", () => SetAnimal(dogs, 1, new Animal())); Try("store", () => SetSealed((string[])strings, 1, "y")); Try("store", () => SetRef(null, 1, "y"));
        Try("elementref", () => ElementRef(dogs, 0) = new Animal()); Try("elementref", () => ElementRef(new Animal[1], 0) = new Dog());
        P("legs", dogs[1].Legs); P("covariant", strings is object[] ? 1 : 0); P("uncovariant", (object)ints is object[] ? 1 : 0); P("intuint", (object)ints is uint[] ? 1 : 0);
        Colour[] colours = { Colour.Red, Colour.Blue, Colour.Green }; long cs = 0; foreach (Colour c in colours) cs = cs * 1000 + (int)c; P("enum", cs);
        object[] mixed = { 1, "a", 2.5, 'c', null, ints, 7L }; int kinds = 0; foreach (object o in mixed) kinds = kinds * 10 + (o is int ? 1 : o is string ? 2 : o is double ? 3 : o is char ? 4 : o is null ? 5 : o is int[] ? 6 : 7); P("mixed", kinds);
        nint[] ns = { -1, 2 }; P("nint", ns[0] * 5 + ns[1]);
        int[] copy = (int[])ints.Clone(); Array.Reverse(copy); Array.Resize(ref copy, 9); P("copy", SumI(copy)); P("index", Array.IndexOf(copy, 42));
        return 5;
    }
}
