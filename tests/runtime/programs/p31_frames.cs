// Frames: stack probes for big ones, deep recursion, hundreds of locals, big structs, long methods, register pressure of both kinds.
using System;
using System.Runtime.CompilerServices;

unsafe struct Big4K { public fixed byte B[4000]; public int Tail; }
unsafe struct Big64K { public fixed long L[8192]; }
struct S128 { public long A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P; }
struct S256 { public S128 X, Y; public string R; }
[InlineArray(300)] struct Words { ulong first; }

static unsafe class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static int Frame4K(int n) { Big4K b = default; for (int i = 0; i < 4000; i++) b.B[i] = (byte)(i * n); int s = 0; for (int i = 0; i < 4000; i += 13) s = s * 31 + b.B[i]; return s + b.Tail; }
    [MethodImpl(No)] static long Frame64K(int n) { Big64K b = default; for (int i = 0; i < 8192; i++) b.L[i] = i * n; long s = 0; for (int i = 0; i < 8192; i += 77) s = s * 31 + b.L[i]; return s; }
    [MethodImpl(No)] static long Frame200K(int n) { Big64K a = default, b = default, c = default; a.L[5] = n; b.L[8191] = n + 1; c.L[0] = n + 2; return Touch(&a, &b, &c) + a.L[5]; }
    [MethodImpl(No)] static long Touch(Big64K* a, Big64K* b, Big64K* c) { a->L[5]++; return a->L[5] + b->L[8191] * 100 + c->L[0] * 10000; }
    [MethodImpl(No)] static int ByValue4K(Big4K b, int n) { b.B[7] += (byte)n; return n == 0 ? b.B[7] : b.B[7] + ByValue4K(b, n - 1); }
    [MethodImpl(No)] static Big4K Return4K(int n) { Big4K b = default; b.Tail = n; b.B[3999] = 9; return b; }
    [MethodImpl(No)] static int Deep(int n) => n == 0 ? 0 : 1 + Deep(n - 1);
    [MethodImpl(No)] static long DeepArgs(int n, long a, double b, string c, long d, long e, long f, long g, double h) => n == 0 ? a + (long)b + c.Length + d + e + f + g + (long)h : DeepArgs(n - 1, a + 1, b + 0.5, c, e, f, g, d + n, h - 1) ^ n;
    [MethodImpl(No)] static int DeepFrames(int n) { Span<int> s = stackalloc int[100]; s[n % 100] = n; int r = n == 0 ? 0 : DeepFrames(n - 1); return r + s[n % 100]; }
    [MethodImpl(No)] static S256 Large(S256 a, S128 b, S256 c, int n) { S256 r = a; r.X = b; r.Y.P += c.Y.P + n; r.R += c.R; return n > 0 ? Large(r, c.Y, a, n - 1) : r; }
    [MethodImpl(No)] static long Sum(in S128 s) => s.A + s.B * 2 + s.C * 3 + s.D * 4 + s.E * 5 + s.F * 6 + s.G * 7 + s.H * 8 + s.I * 9 + s.J * 10 + s.K * 11 + s.L * 12 + s.M * 13 + s.N * 14 + s.O * 15 + s.P * 16;
    [MethodImpl(No)] static ulong Inline(int n) { Words w = default; w[0] = 1; for (int i = 1; i < 300; i++) w[i] = w[i - 1] * 6364136223846793005 + (ulong)n; ulong s = 0; foreach (ulong x in w) s ^= x; return s; }
    [MethodImpl(No)] static int Id(int x) => x;
    [MethodImpl(No)] static double IdD(double x) => x;
    [MethodImpl(No)] static int ManyInts(int x)
    {
        int a0 = Id(x), a1 = Id(x + 1), a2 = Id(x * 2), a3 = Id(x - 3), a4 = Id(x ^ 4), a5 = Id(x + 5), a6 = Id(x * 6), a7 = Id(x - 7), a8 = Id(x ^ 8), a9 = Id(x + 9);
        int b0 = Id(a0 + a1), b1 = Id(a1 * a2), b2 = Id(a2 - a3), b3 = Id(a3 ^ a4), b4 = Id(a4 + a5), b5 = Id(a5 * a6), b6 = Id(a6 - a7), b7 = Id(a7 ^ a8), b8 = Id(a8 + a9), b9 = Id(a9 * a0);
        int c0 = b0 + a9, c1 = b1 - a8, c2 = b2 * a7, c3 = b3 ^ a6, c4 = b4 + a5, c5 = b5 - a4, c6 = b6 * a3, c7 = b7 ^ a2, c8 = b8 + a1, c9 = b9 - a0;
        int d0 = c0 << (a1 & 7), d1 = c1 >> (a2 & 7), d2 = c2 / ((a3 & 15) + 1), d3 = c3 % ((a4 & 15) + 1), d4 = c4 | a5, d5 = c5 & a6, d6 = -c6, d7 = ~c7, d8 = c8 * 3, d9 = c9 + 1;
        for (int i = 0; i < 5; i++) { a0 += d9; a1 -= d8; a2 ^= d7; a3 += d6; a4 -= d5; a5 ^= d4; a6 += d3; a7 -= d2; a8 ^= d1; a9 += d0; b0 += a0; b1 ^= a1; b2 -= a2; b3 += Id(a3); b4 ^= a4; b5 -= a5; b6 += a6; b7 ^= a7; b8 -= a8; b9 += a9; (c0, c1, c2, c3) = (c3, c0, c1, c2); (d0, d9, d5) = (d5, d0, d9); }
        return a0 + a1 * 3 + a2 * 5 + a3 * 7 + a4 * 9 + a5 * 11 + a6 * 13 + a7 * 15 + a8 * 17 + a9 * 19 + b0 + b1 * 3 + b2 * 5 + b3 * 7 + b4 * 9 + b5 * 11 + b6 * 13 + b7 * 15 + b8 * 17 + b9 * 19 + c0 + c1 * 3 + c2 * 5 + c3 * 7 + c4 * 9 + c5 * 11 + c6 * 13 + c7 * 15 + c8 * 17 + c9 * 19 + d0 + d1 * 3 + d2 * 5 + d3 * 7 + d4 * 9 + d5 * 11 + d6 * 13 + d7 * 15 + d8 * 17 + d9 * 19;
    }
    [MethodImpl(No)] static double ManyDoubles(double x)
    {
        double a0 = IdD(x), a1 = IdD(x + 1), a2 = IdD(x * 2), a3 = IdD(x - 3), a4 = IdD(x / 4), a5 = IdD(x + 5), a6 = IdD(x * 6), a7 = IdD(x - 7), a8 = IdD(x / 8), a9 = IdD(x + 9);
        double b0 = a0 + a1, b1 = a1 * a2, b2 = a2 - a3, b3 = a3 / a4, b4 = a4 + a5, b5 = a5 * a6, b6 = a6 - a7, b7 = a7 / a8, b8 = a8 + a9, b9 = a9 * a0; int n = 0; float f = (float)a1;
        for (int i = 0; i < 7; i++) { a0 += b9; a1 -= b8 * 0.5; a2 = IdD(b7) - a2; a3 += b6; a4 -= b5 * 0.25; a5 = b4 + a5; a6 *= 0.5; a7 -= b2; a8 = b1 / 3; a9 += b0; n += a0 > a1 ? 1 : 10; f = f * 1.5f + i; b0 = Math.Sqrt(Math.Abs(a0)); b1 = Math.Min(a1, b1); (b2, b3) = (b3, b2); }
        return a0 + a1 * 3 + a2 * 5 + a3 * 7 + a4 * 9 + a5 * 11 + a6 * 13 + a7 * 15 + a8 * 17 + a9 * 19 + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7 + b8 + b9 + n + f;
    }
    // Shifts and divisions need particular registers while others hold live values.
    [MethodImpl(No)] static long Fixed(long a, long b, int c, int d, long e, long f) { long q = a / b, r = a % b; long s = e << c, t = f >> d; long u = q / (r + 1), v = s % (t | 1); int w = c / (d + 1), x = c % (d + 1); return (q ^ r) + (s - t) * u + v + (w << x) + (a << (int)(b & 31)) + (long)((ulong)e / 3 % (ulong)(b + 7)) + (c << d) + (d << c) + ((a >> c) / (b << 1)); }
    [MethodImpl(No)] static long Refs(string a, string b, object c, int[] d, long e, double f, string g, object[] h, string i) { string s = a + b; object o = c; int n = d[0] + (int)e; string t = g + i; object[] z = { s, o, t, h[0], n }; double q = f * n; GC.Collect(); return s.Length + t.Length + ((string)o).Length + n + (long)q + ((string)z[3]).Length + (int)z[4]; }
    [MethodImpl(No)] static string Overflow() { try { RuntimeHelpers.EnsureSufficientExecutionStack(); return "enough" + Guarded(0) ; } catch (InsufficientExecutionStackException) { return "not enough"; } }
    [MethodImpl(No)] static string Guarded(int n) { if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) return "deep" + (n > 1000); Span<byte> s = stackalloc byte[64]; s[0] = (byte)n; string r = Guarded(n + 1); return s[0] == (byte)n ? r : "bad"; }
    [MethodImpl(No)] static int Catch(int n) { Big4K b = default; b.B[100] = (byte)n; try { if (n == 0) throw new InvalidOperationException(); return Catch(n - 1) + b.B[100]; } catch (InvalidOperationException) when (n % 7 == 6) { return b.B[100] * 1000; } finally { b.Tail++; } }

    static int Main()
    {
        W(Frame4K(7)); W(Frame64K(3)); W(Frame200K(4)); Big4K k = Return4K(5); k.B[7] = 1; W(ByValue4K(k, 10) + k.B[3999] + k.Tail); W(Deep(20000)); W(DeepArgs(5000, 1, 2, "three", 4, 5, 6, 7, 8)); W(DeepFrames(1000)); S256 a = default; a.X.A = 1; a.Y.P = 2; a.R = "a"; S256 c = default; c.Y.P = 3; c.Y.H = 4; c.R = "c"; S256 l = Large(a, c.Y, c, 5); W(Sum(l.X) + Sum(l.Y) + l.R); W(Inline(5)); W(ManyInts(12345)); W(ManyInts(-7)); W((long)ManyDoubles(3.5)); W(Fixed(1234567890123, 77, 5, 3, -99999, 1L << 60)); W(Fixed(-5, 3, 31, 1, 7, -1)); W(Refs("a", "bb", "ccc", new[] { 4 }, 5, 6.5, "g", new object[] { "hhhh" }, "ii")); W(Overflow()); W(Catch(13)); return 31;
    }
}
