// Structs by value in every System V class: one and two integer eightbytes, SSE, mixed, memory, with references, empty.
using System;
using System.Runtime.CompilerServices;

struct Empty { }
struct I1 { public byte A; }
struct I2 { public short A; }
struct I3 { public byte A, B, C; }
struct I4 { public int A; }
struct I5 { public int A; public byte B; }
struct I8 { public int A, B; }
struct L8 { public long A; }
struct I12 { public int A, B, C; }
struct I16 { public long A, B; }
struct F4 { public float A; }
struct F8 { public float A, B; }
struct F12 { public float A, B, C; }
struct F16 { public float A, B, C, D; }
struct D8 { public double A; }
struct D16 { public double A, B; }
struct IF { public int A; public float B; }
struct ID { public long A; public double B; }
struct DI { public double A; public int B; }
struct FI12 { public float A, B; public int C; }
struct IFF { public int A; public float B, C; }
struct M24 { public long A, B, C; }
struct M20 { public int A, B, C, D, E; }
struct MD { public double A, B, C; }
struct M64 { public long A, B, C, D, E, F, G, H; }
struct R8 { public string A; }
struct R16 { public string A; public object B; }
struct RI { public string A; public int B; }
struct IR { public int A; public string B; }
struct DR { public double A; public string B; }
struct R24 { public string A; public int B; public object C; }
struct Nested { public I4 A; public F4 B; public L8 C; }
struct NestedR { public R8 A; public I5 B; }
struct Bools { public bool A, B; public char C; public sbyte D; }
struct Mixed16 { public byte A; public short B; public int C; public float D; public byte E; }
struct WithEmpty { public int A; public Empty B; public int C; }
struct Ptr { public nint A; public unsafe int* B; }

static class Program
{
    static void P(string name, double value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine((long)(value * 1000));
    }

    const MethodImplOptions No = MethodImplOptions.NoInlining;
    // X(v) takes and returns by value; Y passes the struct among other arguments so that some land on the stack.
    [MethodImpl(No)] static Empty X(Empty v) => v;
    [MethodImpl(No)] static I1 X(I1 v) { v.A += 3; return v; }
    [MethodImpl(No)] static I2 X(I2 v) { v.A += 3; return v; }
    [MethodImpl(No)] static I3 X(I3 v) { v.A += 3; v.C++; return v; }
    [MethodImpl(No)] static I4 X(I4 v) { v.A += 3; return v; }
    [MethodImpl(No)] static I5 X(I5 v) { v.A += 3; v.B++; return v; }
    [MethodImpl(No)] static I8 X(I8 v) { v.A += 3; v.B--; return v; }
    [MethodImpl(No)] static L8 X(L8 v) { v.A += 3; return v; }
    [MethodImpl(No)] static I12 X(I12 v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static I16 X(I16 v) { v.A += 3; v.B *= 2; return v; }
    [MethodImpl(No)] static F4 X(F4 v) { v.A += 3; return v; }
    [MethodImpl(No)] static F8 X(F8 v) { v.A += 3; v.B *= 2; return v; }
    [MethodImpl(No)] static F12 X(F12 v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static F16 X(F16 v) { v.A += 3; v.D *= 2; return v; }
    [MethodImpl(No)] static D8 X(D8 v) { v.A += 3; return v; }
    [MethodImpl(No)] static D16 X(D16 v) { v.A += 3; v.B *= 2; return v; }
    [MethodImpl(No)] static IF X(IF v) { v.A += 3; v.B *= 2; return v; }
    [MethodImpl(No)] static ID X(ID v) { v.A += 3; v.B *= 2; return v; }
    [MethodImpl(No)] static DI X(DI v) { v.A += 3; v.B *= 2; return v; }
    [MethodImpl(No)] static FI12 X(FI12 v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static IFF X(IFF v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static M24 X(M24 v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static M20 X(M20 v) { v.A += 3; v.E *= 2; return v; }
    [MethodImpl(No)] static MD X(MD v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static M64 X(M64 v) { v.A += 3; v.H *= 2; return v; }
    [MethodImpl(No)] static R8 X(R8 v) { v.A += "!"; return v; }
    [MethodImpl(No)] static R16 X(R16 v) { v.A += "!"; v.B = v.A; return v; }
    [MethodImpl(No)] static RI X(RI v) { v.A += "!"; v.B++; return v; }
    [MethodImpl(No)] static IR X(IR v) { v.A += 3; v.B += "!"; return v; }
    [MethodImpl(No)] static DR X(DR v) { v.A += 3; v.B += "!"; return v; }
    [MethodImpl(No)] static R24 X(R24 v) { v.A += "!"; v.B++; v.C = v.A; return v; }
    [MethodImpl(No)] static Nested X(Nested v) { v.A.A += 3; v.B.A *= 2; v.C.A--; return v; }
    [MethodImpl(No)] static NestedR X(NestedR v) { v.A.A += "!"; v.B.B++; return v; }
    [MethodImpl(No)] static Bools X(Bools v) { v.A = !v.A; v.C++; v.D = (sbyte)-v.D; return v; }
    [MethodImpl(No)] static Mixed16 X(Mixed16 v) { v.A++; v.B--; v.C *= 3; v.D += 0.5f; v.E += 200; return v; }
    [MethodImpl(No)] static WithEmpty X(WithEmpty v) { v.A += 3; v.C *= 2; return v; }
    [MethodImpl(No)] static unsafe Ptr X(Ptr v) { v.A += 3; *v.B += 1; return v; }

    [MethodImpl(No)] static double Y(int a, I8 b, double c, D16 d, I16 e, F8 f, I16 g, ID h, I16 i, R16 j, M24 k, F4 l, IF m, I1 n, D16 o, D16 p, D16 q, D8 r, Empty s, int t)
        => a + b.A * 2 + b.B * 3 + c * 4 + d.A * 5 + d.B * 6 + e.A * 7 + e.B * 8 + f.A * 9 + f.B * 10 + g.A * 11 + g.B * 12 + h.A * 13 + h.B * 14 + i.A * 15 + i.B * 16 + j.A.Length * 17 + ((string)j.B).Length * 18 + k.A * 19 + k.B * 20 + k.C * 21 + l.A * 22 + m.A * 23 + m.B * 24 + n.A * 25 + o.A * 26 + o.B * 27 + p.A * 28 + p.B * 29 + q.A * 30 + q.B * 31 + r.A * 32 + t * 33;

    // A struct of two eightbytes when only one register is left goes to the stack whole; later small ones still use the register.
    [MethodImpl(No)] static long Z(int a, int b, int c, int d, int e, I16 f, int g, I16 h) => a + b * 2 + c * 3 + d * 4 + e * 5 + f.A * 6 + f.B * 7 + g * 8 + h.A * 9 + h.B * 10;
    [MethodImpl(No)] static double ZD(double a, double b, double c, double d, double e, double f, double g, D16 h, double i, D16 j, float k) => a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h.A * 8 + h.B * 9 + i * 10 + j.A * 11 + j.B * 12 + k * 13;
    // Half in an integer register, half in an SSE one: when either class is exhausted, all of it goes to the stack.
    [MethodImpl(No)] static double ZM(int a, int b, int c, int d, int e, int f, ID g, double h, ID i) => a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g.A * 7 + g.B * 8 + h * 9 + i.A * 10 + i.B * 11;
    [MethodImpl(No)] static M24 Ret(int a, M24 v, M64 w, string s) { M24 r = default; r.A = a + v.A + w.A; r.B = v.B + w.D + s.Length; r.C = v.C + w.H; return r; }
    [MethodImpl(No)] static M64 Grow(M64 v, int n) => n == 0 ? v : Grow(new M64 { A = v.B, B = v.C, C = v.D, D = v.E, E = v.F, F = v.G, G = v.H, H = v.A + n }, n - 1);

    class Holder
    {
        public M24 M; public R16 R; public I3 S; public F12 F; public static M24 Static; public static R16 StaticR;
        [MethodImpl(No)] public M24 Get(int n) { M24 m = M; m.A += n; return m; }
        [MethodImpl(No)] public R16 Refs(string s) { R16 r = R; r.A = s + r.A; return r; }
        [MethodImpl(No)] public void Put(M24 m, R16 r, I3 s, F12 f) { M = m; R = r; S = s; F = f; Static = m; StaticR = r; }
        [MethodImpl(No)] public virtual D16 V(D16 a, DI b) => new D16 { A = a.A + b.A, B = a.B + b.B };
    }

    [MethodImpl(No)] static long Alias(ref M24 a, M24 b, ref M24 c) { a.A = b.C; c.B = a.A + b.A; b.C = 1000; a = c; return a.A + a.B * 2 + a.C * 3 + b.C; }
    [MethodImpl(No)] static M24 CopyChain(M24 v) { M24 a = v, b = a, c = b; b.A++; c.A += 10; return new M24 { A = a.A, B = b.A, C = c.A }; }
    [MethodImpl(No)] static M24 SelfAssign(M24 v) { v = new M24 { A = v.C, B = v.A, C = v.B }; return v; }
    [MethodImpl(No)] static double Arr(D16[] a, int i) { a[i] = new D16 { A = i, B = a[i].A }; D16 t = a[i]; a[i + 1] = t; a[i + 1].A += 0.5; return a[i].A + a[i].B + a[i + 1].A; }
    [MethodImpl(No)] static I16 Loop(int n) { I16 s = default; for (int i = 0; i < n; i++) { s.A += i; s = new I16 { A = s.B + i, B = s.A }; } return s; }
    [MethodImpl(No)] static bool Eq(I16 a, I16 b) => a.Equals(b);

    static unsafe int Main()
    {
        X(new Empty());
        P("i1", X(new I1 { A = 254 }).A); P("i2", X(new I2 { A = -5 }).A); I3 i3 = X(new I3 { A = 1, B = 2, C = 255 }); P("i3", i3.A + i3.B * 10 + i3.C * 100); P("i4", X(new I4 { A = int.MaxValue }).A); I5 i5 = X(new I5 { A = 7, B = 8 }); P("i5", i5.A + i5.B * 100);
        I8 i8 = X(new I8 { A = 1, B = -1 }); P("i8", i8.A + i8.B * 100); P("l8", X(new L8 { A = 1L << 40 }).A); I12 i12 = X(new I12 { A = 1, B = 2, C = 3 }); P("i12", i12.A + i12.B * 10 + i12.C * 100); I16 i16 = X(new I16 { A = 1, B = 1L << 33 }); P("i16", i16.A + i16.B);
        P("f4", X(new F4 { A = 1.5f }).A); F8 f8 = X(new F8 { A = 1.5f, B = 2.5f }); P("f8", f8.A + f8.B * 10); F12 f12 = X(new F12 { A = 1, B = 2, C = 3 }); P("f12", f12.A + f12.B * 10 + f12.C * 100); F16 f16 = X(new F16 { A = 1, B = 2, C = 3, D = 4 }); P("f16", f16.A + f16.B * 10 + f16.C * 100 + f16.D * 1000);
        P("d8", X(new D8 { A = 0.25 }).A); D16 d16 = X(new D16 { A = 1, B = 2 }); P("d16", d16.A + d16.B * 10); IF iff = X(new IF { A = 1, B = 2 }); P("if", iff.A + iff.B * 10); ID id = X(new ID { A = 1, B = 2 }); P("id", id.A + id.B * 10); DI di = X(new DI { A = 1, B = 2 }); P("di", di.A + di.B * 10);
        FI12 fi = X(new FI12 { A = 1, B = 2, C = 3 }); P("fi12", fi.A + fi.B * 10 + fi.C * 100); IFF ff = X(new IFF { A = 1, B = 2, C = 3 }); P("iff", ff.A + ff.B * 10 + ff.C * 100); M24 m24 = X(new M24 { A = 1, B = 2, C = 3 }); P("m24", m24.A + m24.B * 10 + m24.C * 100); M20 m20 = X(new M20 { A = 1, B = 2, C = 3, D = 4, E = 5 }); P("m20", m20.A + m20.B * 10 + m20.C * 100 + m20.D * 1000 + m20.E * 10000);
        MD md = X(new MD { A = 1, B = 2, C = 3 }); P("md", md.A + md.B * 10 + md.C * 100); M64 m64 = X(new M64 { A = 1, B = 2, C = 3, D = 4, E = 5, F = 6, G = 7, H = 8 }); P("m64", m64.A + m64.B * 2 + m64.C * 3 + m64.D * 4 + m64.E * 5 + m64.F * 6 + m64.G * 7 + m64.H * 8);
        Console.WriteLine(X(new R8 { A = "r8" }).A); R16 r16 = X(new R16 { A = "r16", B = 5 }); Console.WriteLine(r16.A + r16.B); RI ri = X(new RI { A = "ri", B = 5 }); Console.WriteLine(ri.A + ri.B); IR ir = X(new IR { A = 5, B = "ir" }); Console.WriteLine(ir.A + ir.B); DR dr = X(new DR { A = 5, B = "dr" }); Console.WriteLine(dr.A + dr.B); R24 r24 = X(new R24 { A = "r24", B = 1, C = 2 }); Console.WriteLine(r24.A + r24.B + r24.C);
        Nested ne = X(new Nested { A = new I4 { A = 1 }, B = new F4 { A = 2 }, C = new L8 { A = 3 } }); P("nested", ne.A.A + ne.B.A * 10 + ne.C.A * 100); NestedR nr = X(new NestedR { A = new R8 { A = "nr" }, B = new I5 { A = 4, B = 5 } }); Console.WriteLine(nr.A.A + nr.B.A + nr.B.B); Bools bo = X(new Bools { A = true, B = true, C = 'a', D = -4 }); Console.WriteLine(bo.A + "" + bo.B + bo.C + bo.D);
        Mixed16 mi = X(new Mixed16 { A = 255, B = -32768, C = 1000000000, D = 1.25f, E = 100 }); P("mixed16", mi.A + mi.B + (double)mi.C + mi.D + mi.E); WithEmpty we = X(new WithEmpty { A = 1, C = 2 }); P("withempty", we.A + we.C * 10); int cell = 5; Ptr pt = X(new Ptr { A = 6, B = &cell }); P("ptr", (long)pt.A + *pt.B * 100);
        P("y", Y(1, i8, 2, d16, i16 with { B = 5 }, f8, new I16 { A = 6, B = 7 }, id, new I16 { A = 8, B = 9 }, r16, m24, new F4 { A = 3 }, iff, new I1 { A = 9 }, new D16 { A = 1, B = 2 }, new D16 { A = 3, B = 4 }, new D16 { A = 5, B = 6 }, new D8 { A = 7 }, default, 11));
        P("z", Z(1, 2, 3, 4, 5, new I16 { A = 6, B = 7 }, 8, new I16 { A = 9, B = 10 })); P("zd", ZD(1, 2, 3, 4, 5, 6, 7, new D16 { A = 8, B = 9 }, 10, new D16 { A = 11, B = 12 }, 13)); P("zm", ZM(1, 2, 3, 4, 5, 6, new ID { A = 7, B = 8 }, 9, new ID { A = 10, B = 11 }));
        M24 ret = Ret(1, m24, m64, "four"); P("ret", ret.A + ret.B * 100 + ret.C * 10000); M64 grown = Grow(m64, 100); P("grow", grown.A + grown.B * 3 + grown.H * 7);
        Holder h = new Holder(); h.Put(m24, r16, i3, f12); M24 got = h.Get(5); P("get", got.A + got.B * 10 + got.C * 100 + h.M.A); R16 refs = h.Refs("pre"); Console.WriteLine(refs.A + refs.B + h.R.A + Holder.StaticR.A); P("holder", h.S.C + h.F.C + Holder.Static.C); D16 v = h.V(new D16 { A = 1, B = 2 }, new DI { A = 3, B = 4 }); P("v", v.A + v.B * 10);
        M24 aa = new M24 { A = 1, B = 2, C = 3 }, cc = new M24 { A = 4, B = 5, C = 6 }; P("alias", Alias(ref aa, aa, ref cc)); P("alias", aa.A + aa.B * 10 + cc.B * 100); M24 chain = CopyChain(aa); P("chain", chain.A + chain.B * 10 + chain.C * 100); M24 self = SelfAssign(cc); P("self", self.A + self.B * 10 + self.C * 100);
        P("arr", Arr(new D16[3], 1)); I16 loop = Loop(20); P("loop", loop.A + loop.B * 3); P("eq", (Eq(loop, loop) ? 1 : 0) + (Eq(loop, i16) ? 2 : 0));
        object boxed = m24; M24 unboxed = (M24)boxed; unboxed.A = 50; P("boxed", ((M24)boxed).A + unboxed.A); Console.WriteLine(boxed.Equals(m24)); M24? nm = m24; P("nullable", nm.Value.C + (nm.HasValue ? 1 : 0)); Func<M64, R16, R16> f = (a, b) => { b.A += a.H; return b; }; Console.WriteLine(f(m64, r16).A);
        return 8;
    }
}
