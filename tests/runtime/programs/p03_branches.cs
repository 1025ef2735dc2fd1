// Branches: every comparison on every type, short circuits, loops, switch (dense, sparse, with gaps), goto.
using System;
using System.Runtime.CompilerServices;

static class Program
{
    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    static readonly int[] Ints = { 0, 1, -1, 5, int.MaxValue, int.MinValue };
    static readonly long[] Longs = { 0, 1, -1, 1L << 32, long.MaxValue, long.MinValue };
    static readonly double[] Doubles = { 0.0, -0.0, 1.5, -1.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon };

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Branch(int a, int b)
    {
        int r = 0;
        if (a == b) r |= 1;
        if (a != b) r |= 2;
        if (a < b) r |= 4;
        if (a <= b) r |= 8;
        if (a > b) r |= 16;
        if (a >= b) r |= 32;
        if ((uint)a < (uint)b) r |= 64;
        if ((uint)a <= (uint)b) r |= 128;
        if ((uint)a > (uint)b) r |= 256;
        if ((uint)a >= (uint)b) r |= 512;
        if (a == 0) r |= 1024;
        if (a > 0) r |= 2048;
        if (a < 0) r |= 4096;
        if (a != 5) r |= 8192;
        if ((a & b) == 0) r |= 16384;
        if ((a & 4) != 0) r |= 32768;
        return r;
    }

    // The same comparisons as values (ceq, cgt, clt and their negations), not as jumps.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Value(int a, int b)
    {
        bool e = a == b, n = a != b, l = a < b, le = a <= b, g = a > b, ge = a >= b, lu = (uint)a < (uint)b, geu = (uint)a >= (uint)b;
        return (e ? 1 : 0) + (n ? 2 : 0) + (l ? 4 : 0) + (le ? 8 : 0) + (g ? 16 : 0) + (ge ? 32 : 0) + (lu ? 64 : 0) + (geu ? 128 : 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int BranchL(long a, long b)
    {
        int r = 0;
        if (a == b) r |= 1;
        if (a != b) r |= 2;
        if (a < b) r |= 4;
        if (a <= b) r |= 8;
        if (a > b) r |= 16;
        if (a >= b) r |= 32;
        if ((ulong)a < (ulong)b) r |= 64;
        if ((ulong)a <= (ulong)b) r |= 128;
        if ((ulong)a > (ulong)b) r |= 256;
        if ((ulong)a >= (ulong)b) r |= 512;
        if (a == 0) r |= 1024;
        if (a < 0) r |= 2048;
        bool e = a == b, l = a < b;
        return r + (e ? 10000 : 0) + (l ? 20000 : 0);
    }

    // NaN: every ordered comparison is false, every negated one true.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int BranchD(double a, double b)
    {
        int r = 0;
        if (a == b) r |= 1;
        if (a != b) r |= 2;
        if (a < b) r |= 4;
        if (a <= b) r |= 8;
        if (a > b) r |= 16;
        if (a >= b) r |= 32;
        if (!(a == b)) r |= 64;
        if (!(a < b)) r |= 128;
        if (!(a <= b)) r |= 256;
        if (!(a > b)) r |= 512;
        if (!(a >= b)) r |= 1024;
        bool e = a == b, n = a != b, l = a < b, le = a <= b, g = a > b, ge = a >= b;
        return r + (e ? 10000 : 0) + (n ? 20000 : 0) + (l ? 40000 : 0) + (le ? 80000 : 0) + (g ? 160000 : 0) + (ge ? 320000 : 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int BranchF(float a, float b)
    {
        int r = 0;
        if (a == b) r |= 1;
        if (a != b) r |= 2;
        if (a < b) r |= 4;
        if (a <= b) r |= 8;
        if (a > b) r |= 16;
        if (a >= b) r |= 32;
        bool nl = !(a < b), nge = !(a >= b);
        return r + (nl ? 64 : 0) + (nge ? 128 : 0);
    }

    static int calls;
    [MethodImpl(MethodImplOptions.NoInlining)] static bool T() { calls++; return true; }
    [MethodImpl(MethodImplOptions.NoInlining)] static bool F() { calls += 100; return false; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Short()
    {
        calls = 0;
        int r = 0;
        if (T() && F() && T()) r += 1;
        if (F() || T() || F()) r += 2;
        if ((T() || F()) && (F() || T())) r += 4;
        if (!(F() && T())) r += 8;
        bool x = T() && !F();
        bool y = F() || F();
        return r + (x ? 16 : 0) + (y ? 32 : 0) + calls * 1000;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Dense(int x)
    {
        switch (x)
        {
            case 0: return 10;
            case 1: return 21;
            case 2: case 3: return 32;
            case 4: x += 100; break;
            case 5: x -= 100; goto case 4;
            case 6: return 66;
            case 7: goto default;
            case 9: return 99;
            default: x = -x; break;
        }
        return x * 2;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Sparse(int x)
    {
        switch (x)
        {
            case -1000: return 1;
            case -1: return 2;
            case 0: return 3;
            case 100: return 4;
            case 101: return 5;
            case 102: return 6;
            case 103: return 7;
            case 5000: return 8;
            case int.MaxValue: return 9;
            case int.MinValue: return 10;
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int SwitchLong(long x) => x switch { 0 => 1, 1 => 2, 2 => 3, 3 => 4, 1L << 40 => 5, -1 => 6, long.MinValue => 7, _ => 0 };

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int SwitchChar(char c) => c switch { >= '0' and <= '9' => c - '0', >= 'a' and <= 'f' => c - 'a' + 10, >= 'A' and <= 'F' => c - 'A' + 10, _ => -1 };

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Loops(int n)
    {
        int s = 0;
        for (int i = 0; i < n; i++) { if (i % 3 == 0) continue; if (i > 50) break; s += i; }
        int j = n;
        while (j > 0) { s ^= j; j -= 3; }
        do { s++; j++; } while (j < 5);
        for (int a = 0; a < 5; a++)
            for (int b = a; b < 5; b++)
            {
                if (a * b == 6) goto next;
                s += a * b;
            next:;
            }
        for (int up = 0, down = 100; up < down; up += 3, down -= 2) s += down - up;
        return s;
    }

    // A loop with two entries, made with goto.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Irreducible(int n, bool inside)
    {
        int s = 0, i = 0;
        if (inside) goto middle;
    top:
        s += 1;
        i++;
    middle:
        s += 10;
        i += 2;
        if (i < n) goto top;
        return s * 100 + i;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Collatz(long n) { int steps = 0; while (n != 1) { n = (n & 1) == 0 ? n / 2 : 3 * n + 1; steps++; } return steps; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Ternary(int a, int b, int c) => a > b ? (b > c ? c : a > c ? b : a) : (a > c ? c : b > c ? b : a) + (a == c ? 1 : 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Null(object o, string s) => (o == null ? "o" : "O") + (s != null ? s : "-") + (s ?? "?") + (s?.Length ?? -1);

    static int Main()
    {
        foreach (int a in Ints) foreach (int b in Ints) { P("int", Branch(a, b)); P("value", Value(a, b)); }
        foreach (long a in Longs) foreach (long b in Longs) P("long", BranchL(a, b));
        foreach (double a in Doubles) foreach (double b in Doubles) { P("double", BranchD(a, b)); P("float", BranchF((float)a, (float)b)); }
        P("short", Short());
        for (int i = -2; i < 12; i++) P("dense", Dense(i));
        foreach (int i in new[] { -1000, -1, 0, 1, 99, 100, 101, 102, 103, 104, 5000, int.MaxValue, int.MinValue }) P("sparse", Sparse(i));
        foreach (long i in new[] { 0L, 1, 2, 3, 4, 1L << 40, -1, long.MinValue, 1L << 32 }) P("switchlong", SwitchLong(i));
        foreach (char c in "09afAFgG ~") P("hex", SwitchChar(c));
        P("loops", Loops(100)); P("irreducible", Irreducible(20, false)); P("irreducible", Irreducible(20, true));
        P("collatz", Collatz(837799));
        for (int i = 0; i < 27; i++) P("ternary", Ternary(i % 3, i / 3 % 3, i / 9));
        Console.WriteLine(Null(null, null)); Console.WriteLine(Null("x", "y"));
        return 3;
    }
}
