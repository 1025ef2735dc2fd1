// Layouts: explicit offsets and unions, packing, inline arrays, ref structs with fields, nested generics, enums in structs, empty and huge structs.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[StructLayout(LayoutKind.Explicit)] struct Union { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(0)] public byte B0; [FieldOffset(1)] public byte B1; [FieldOffset(3)] public byte B3; [FieldOffset(4)] public short S; }
[StructLayout(LayoutKind.Explicit, Size = 32)] struct Sparse { [FieldOffset(8)] public long L; [FieldOffset(8)] public double D; [FieldOffset(24)] public int Tail; }
[StructLayout(LayoutKind.Explicit)] struct WithRef { [FieldOffset(0)] public string S; [FieldOffset(8)] public int A; [FieldOffset(12)] public int B; [FieldOffset(8)] public long AB; [FieldOffset(16)] public object O; }
[StructLayout(LayoutKind.Explicit)] struct RefUnion { [FieldOffset(0)] public object O; [FieldOffset(0)] public string S; [FieldOffset(8)] public int I; }
[StructLayout(LayoutKind.Explicit, Pack = 1)] struct Odd { [FieldOffset(0)] public byte A; [FieldOffset(1)] public int B; [FieldOffset(5)] public long C; [FieldOffset(13)] public short D; }
[StructLayout(LayoutKind.Explicit)] class ExplicitClass { [FieldOffset(0)] public string Name; [FieldOffset(8)] public int X; [FieldOffset(8)] public uint U; [FieldOffset(16)] public double D; }
class ExplicitSub : StructUser { public byte Extra; public string Late; }
[StructLayout(LayoutKind.Sequential)] class StructUser { public byte A; public Union U; public string S; public int B; public DateTime When; }
[StructLayout(LayoutKind.Sequential, Pack = 2)] struct Pack2 { public byte A; public int B; public long C; }
[StructLayout(LayoutKind.Auto)] struct Auto { public byte A; public string S; public short B; public long C; public byte D; }
[StructLayout(LayoutKind.Sequential, Size = 40)] struct Sized { public int A; }
[InlineArray(4)] struct Four<T> { T e0; }
[InlineArray(7)] struct SevenBytes { byte b; }
[InlineArray(3)] struct ThreeStrings { string s; }
[InlineArray(2)] struct TwoUnions { Union u; }
struct Inner { public byte A; public Four<short> Sh; public bool B; }
struct Outer<T> { public T V; public Inner In; public Four<T> Many; public Outer<T>[] Rec; }
enum E8 : byte { X = 3 } enum E64 : long { Y = 1L << 40 }
struct Enums { public E8 A; public E64 B; public E8 C; public DayOfWeek D; public char E; public bool F; }
struct Empty { } struct HoldsEmpty { public Empty A; public byte B; public Empty C; public int D; }
struct FloatPair { public float X, Y; } struct LongFloat { public FloatPair P; public long L; }
struct Vec3d { public double X, Y, Z; public readonly Vec3d Add(Vec3d o) => new() { X = X + o.X, Y = Y + o.Y, Z = Z + o.Z }; public void Scale(double k) { X *= k; Y *= k; Z *= k; } }
class Fields<T> { public byte A; public T V; public byte B; public static T S; public static int N; [ThreadStatic] public static T TS; }
class Base { public byte A; public short B; } class Derived : Base { public byte C; public long D; public string S; } class Derived2<T> : Derived { public T V; public byte Last; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static Union U(Union u, int n) { u.I += n; u.S = (short)(u.B1 * 2); return u; }
    [MethodImpl(No)] static string Unions() { Union u = default; u.F = 1.5f; string r = u.I + "," + u.B3 + ","; u.B0 = 255; r += u.I + ","; Union v = U(u, 257); u.B1 = 9; return r + v.I + "," + v.S + "," + u.I; }
    [MethodImpl(No)] static Sparse Sp(Sparse s) { s.D = s.L; s.Tail++; return s; }
    [MethodImpl(No)] static WithRef Wr(WithRef w, string t) { w.S += t; w.B = 7; w.O = w.S; GC.Collect(); return w; }
    [MethodImpl(No)] static string Ru(RefUnion r) { r.O = "via object"; GC.Collect(); return r.S + r.I; }
    [MethodImpl(No)] static Odd Od(Odd o) { o.B = -2; o.C += 5; o.D++; return o; }
    [MethodImpl(No)] static string Classes() { ExplicitClass c = new() { Name = "n", X = -1, D = 2.5 }; ExplicitSub s = new() { A = 1, S = "s", B = 2, Extra = 3, Late = "late", When = new DateTime(2000, 1, 1) }; s.U.I = 300; GC.Collect(); return c.U + c.Name + c.D + s.A + s.S + s.B + s.Extra + s.Late + s.U.B0 + s.When.Year; }
    [MethodImpl(No)] static Auto Au(Auto a) { a.A++; a.S += "!"; a.B--; a.C *= 2; a.D += 3; return a; }
    [MethodImpl(No)] static Sized Sz(Sized s, Sized t) { s.A += t.A; return s; }
    [MethodImpl(No)] static int Inline() { Four<int> f = default; for (int i = 0; i < 4; i++) f[i] = i * 10; Four<int> g = f; g[2] = 5; SevenBytes b = default; b[6] = 200; b[6] += 100; ThreeStrings t = default; t[0] = "a"; t[2] = t[0] + "b"; GC.Collect(); TwoUnions u = default; u[1].F = 1; int s = 0; foreach (int x in g) s = s * 3 + x; ReadOnlySpan<string> sp = t; return s + f[2] + b[6] + sp[2].Length + (t[1] == null ? 1000 : 0) + u[1].B3; }
    [MethodImpl(No)] static string InlineBounds(int i) { Four<string> f = default; try { f[i] = "x"; return "ok"; } catch (IndexOutOfRangeException) { return "range"; } }
    [MethodImpl(No)] static Four<T> Rotate<T>(Four<T> f) { T t = f[0]; for (int i = 0; i < 3; i++) f[i] = f[i + 1]; f[3] = t; return f; }
    [MethodImpl(No)] static Outer<T> Out<T>(Outer<T> o, T v) { o.Many[3] = o.V; o.V = v; o.In.Sh[1] += 5; o.In.B = !o.In.B; o.Rec = new[] { o }; GC.Collect(); return o; }
    [MethodImpl(No)] static Enums En(Enums e) { e.B = (E64)((long)e.B + 1); e.A++; e.C = e.A | (E8)8; e.D = DayOfWeek.Saturday; e.E++; e.F ^= true; return e; }
    [MethodImpl(No)] static HoldsEmpty He(HoldsEmpty h) { h.B++; h.D += h.B; h.A = new Empty(); return h; }
    [MethodImpl(No)] static LongFloat Lf(LongFloat l, FloatPair p) { l.P.X += p.Y; l.P.Y -= p.X; l.L <<= 3; return l; }
    [MethodImpl(No)] static string Generics<T>(T v, T w) { Fields<T> f = new() { A = 1, V = v, B = 2 }; Fields<T>.S = w; Fields<T>.N += 3; Fields<T>.TS = v; GC.Collect(); Derived2<T> d = new() { A = 1, B = 2, C = 3, D = 4, S = "s", V = w, Last = 5 }; Base b = d; b.A += 10; return f.A + "" + f.V + f.B + Fields<T>.S + Fields<T>.N + Fields<T>.TS + d.A + d.B + d.C + d.D + d.S + d.V + d.Last; }
    [MethodImpl(No)] static string Copies() { Vec3d[] a = new Vec3d[3]; a[0].X = 1; a[1] = a[0].Add(a[0]); ref Vec3d r = ref a[2]; r = a[1]; r.Scale(3); Vec3d c = r; c.Scale(2); object box = c; c.X = 0; ((Vec3d)box).Scale(100); return a[0].X + "," + a[1].X + "," + a[2].X + "," + ((Vec3d)box).X + "," + c.X; }
    [MethodImpl(No)] static unsafe string Sizes() => Unsafe.SizeOf<Union>() + "," + Unsafe.SizeOf<Sparse>() + "," + Unsafe.SizeOf<WithRef>() + "," + Unsafe.SizeOf<Odd>() + "," + Unsafe.SizeOf<Pack2>() + "," + Unsafe.SizeOf<Auto>() + "," + Unsafe.SizeOf<Sized>() + "," + Unsafe.SizeOf<Four<int>>() + "," + Unsafe.SizeOf<SevenBytes>() + "," + Unsafe.SizeOf<Inner>() + "," + Unsafe.SizeOf<Outer<byte>>() + "," + Unsafe.SizeOf<Outer<string>>() + "," + Unsafe.SizeOf<Enums>() + "," + Unsafe.SizeOf<HoldsEmpty>() + "," + Unsafe.SizeOf<Empty>() + "," + Unsafe.SizeOf<(byte, long, byte)>() + "," + Unsafe.SizeOf<int?>() + "," + Unsafe.SizeOf<decimal?>() + "," + sizeof(Vec3d);

    static int Main() { W(Unions()); Sparse sp = Sp(new Sparse { L = 12345, Tail = 9 }); W(sp.D + "," + sp.Tail); WithRef w = Wr(new WithRef { S = "s", A = 5 }, "t"); W(w.S + w.A + w.B + w.AB + w.O); W(Ru(new RefUnion { I = 6 })); Odd o = Od(new Odd { A = 1, C = 1L << 50, D = -1 }); W(o.A + "," + o.B + "," + o.C + "," + o.D); W(Classes()); Auto a = Au(new Auto { A = 255, S = "auto", B = -32768, C = 1L << 40, D = 9 }); W(a.A + a.S + a.B + a.C + a.D); W(Sz(new Sized { A = 4 }, new Sized { A = 5 }).A); W(Inline()); W(InlineBounds(3) + InlineBounds(4) + InlineBounds(-1)); Four<string> fs = default; fs[0] = "p"; fs[1] = "q"; W(Rotate(fs)[0] + Rotate(fs)[3] + Rotate(Rotate(fs))[3]); Four<long> fl = default; fl[0] = 1L << 40; W(Rotate(fl)[3]); Outer<int> oi = Out(new Outer<int> { V = 3 }, 4); W(oi.V + oi.Many[3] * 10 + oi.In.Sh[1] * 100 + (oi.In.B ? 1000 : 0) + oi.Rec[0].V); Outer<string> os = Out(new Outer<string> { V = "x" }, "y"); W(os.V + os.Many[3] + os.Rec[0].Many[3]); Enums e = En(new Enums { A = E8.X, B = E64.Y, E = 'a' }); W(e.A + "" + e.B + e.C + e.D + e.E + e.F); HoldsEmpty h = He(new HoldsEmpty { B = 255, D = 10 }); W(h.B + h.D); LongFloat lf = Lf(new LongFloat { P = new FloatPair { X = 1, Y = 2 }, L = 5 }, new FloatPair { X = 0.5f, Y = 0.25f }); W(lf.P.X + "," + lf.P.Y + "," + lf.L); W(Generics(5, 6)); W(Generics("a", "b")); W(Generics(2.5, 3.5)); W(Generics('c', 'd')); W(Generics(new Empty(), new Empty()).Length); W(Generics<object>(1, null)); W(Copies()); W(Sizes()); return 34; }
}
