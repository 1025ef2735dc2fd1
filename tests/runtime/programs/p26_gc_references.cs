// References that must be reported to the collector: in registers across calls, spilled, in structs, on the argument stack, in handlers.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

class Obj { public int Id; public Obj Next; public string Name; public Obj(int id) { Id = id; Name = "o" + id; } public int Check() { if (Name != "o" + Id) throw new InvalidOperationException("corrupt " + Id); return Id; } }
struct Two { public Obj A, B; }
struct Mixed { public int I; public Obj A; public long L; public string S; public double D; public Obj[] Arr; }
struct Nest { public Two T; public int X; public Mixed M; }
class Chain { public Obj O; public virtual Obj Make(int i) { Program.Gc(); return new Obj(i); } public Obj Field => O ??= new Obj(-1); }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static readonly object[] sink = new object[128];
    static int allocations;
    static void W(object o) => Console.WriteLine(o);
    // A moving collection: garbage between the live objects first, so that these have somewhere to move to.
    [MethodImpl(No)] public static void Gc() { for (int i = 0; i < 128; i++) sink[i] = new byte[64 + i]; for (int i = 0; i < 128; i += 2) sink[i] = null; GC.Collect(0, GCCollectionMode.Forced, true); if (allocations++ % 8 == 0) GC.Collect(2, GCCollectionMode.Forced, true, true); }
    [MethodImpl(No)] static Obj New(int i) { Obj o = new Obj(i); Gc(); return o; }
    [MethodImpl(No)] static string NewS(int i) { string s = "s" + i; Gc(); return s; }
    [MethodImpl(No)] static int Sum(Obj a, Obj b, Obj c, Obj d, Obj e, Obj f, Obj g, Obj h) { Gc(); return a.Check() + 2 * b.Check() + 3 * c.Check() + 4 * d.Check() + 5 * e.Check() + 6 * f.Check() + 7 * g.Check() + 8 * h.Check(); }
    [MethodImpl(No)] static int Registers() { Obj a = New(1), b = New(2), c = New(3), d = New(4), e = New(5); Gc(); return a.Check() + b.Check() * 10 + c.Check() * 100 + d.Check() * 1000 + e.Check() * 10000; }
    [MethodImpl(No)] static int Spilled() { Obj a = New(1), b = New(2), c = New(3), d = New(4), e = New(5), f = New(6), g = New(7), h = New(8), i = New(9), j = New(10), k = New(11), l = New(12), m = New(13), n = New(14), o = New(15), p = New(16); int s = Sum(a, b, c, d, e, f, g, h) + Sum(i, j, k, l, m, n, o, p); Gc(); return s + Sum(p, o, n, m, l, k, j, i) + Sum(h, g, f, e, d, c, b, a); }
    // Arguments already evaluated wait, in registers or in outgoing stack slots, while later ones allocate.
    [MethodImpl(No)] static int NestedArgs() => Sum(New(1), New(2), New(3), New(4), New(5), New(6), New(7), New(8)) + Sum(New(New(1).Id), New(New(New(2).Id).Id), New(3), New(New(4).Check()), New(5), New(6), New(New(7).Id), New(8));
    [MethodImpl(No)] static Two MakeTwo(int i) { Two t = new Two { A = New(i) }; t.B = New(i + 1); Gc(); return t; }
    [MethodImpl(No)] static Mixed MakeMixed(int i) { Mixed m = default; m.I = i; m.A = New(i); m.S = NewS(i); m.Arr = new[] { New(i), New(i + 1) }; m.L = i * 3L; m.D = i / 2.0; Gc(); return m; }
    [MethodImpl(No)] static int UseTwo(Two t, int n) { Gc(); return t.A.Check() * n + t.B.Check(); }
    [MethodImpl(No)] static string UseMixed(Mixed m, Obj o, Mixed n) { Gc(); Mixed copy = m; Gc(); return copy.I + copy.A.Name + copy.S + copy.L + copy.D + copy.Arr[1].Check() + o.Check() + n.A.Check() + n.Arr[0].Name; }
    [MethodImpl(No)] static int Structs() { Two a = MakeTwo(1), b = MakeTwo(3); Mixed m = MakeMixed(5); Gc(); int s = UseTwo(a, 10) + UseTwo(b, 100) + UseTwo(new Two { A = b.B, B = a.A }, 1000); Nest n = new Nest { T = a, X = 7, M = m }; a = default; b = default; Gc(); Nest n2 = n; n = default; Gc(); return s + n2.T.A.Check() + n2.T.B.Check() + n2.M.A.Check() + n2.M.Arr[1].Check() + n2.X; }
    [MethodImpl(No)] static int Arrays(int n) { Obj[] a = new Obj[n]; for (int i = 0; i < n; i++) { a[i] = New(i); if (i > 0) a[i].Next = a[i - 1]; } Obj last = a[n - 1]; a = null; Gc(); int s = 0; while (last != null) { s = s * 3 + last.Check(); last = last.Next; } return s; }
    [MethodImpl(No)] static int Loop(int n) { Obj keep = New(100), cur = null; string acc = ""; for (int i = 0; i < n; i++) { Obj o = New(i); o.Next = cur; cur = o; acc += o.Name; if (i % 3 == 0) keep = New(keep.Check() + 1); } return keep.Check() + cur.Check() + cur.Next.Check() + acc.Length; }
    [MethodImpl(No)] static int NoCallLoop(int n) { Obj[] ring = new Obj[16]; int s = 0; for (int i = 0; i < n; i++) { ring[i & 15] = new Obj(i); Obj o = ring[(i * 7 + 3) & 15]; if (o != null) s += o.Id; } return s; }
    [MethodImpl(No)] static string Handlers(int n) { Obj a = New(1); string s = NewS(2); Obj b = null; try { b = New(3); Gc(); if (n > 0) throw new InvalidOperationException(NewS(n)); s += "-"; } catch (InvalidOperationException e) when (Filter(a, e)) { Gc(); s += e.Message + a.Check() + b.Check(); a = New(7); } finally { Gc(); s += a.Check() + (b == null ? "null" : b.Name); } Gc(); return s + a.Check() + b.Check(); }
    [MethodImpl(No)] static bool Filter(Obj o, Exception e) { Gc(); return o.Check() == 1 && e.Message.Length > 0; }
    [MethodImpl(No)] static Obj Virtual(Chain c, int i) { Obj a = c.Make(i), b = c.Make(i + 1), f = c.Field; Gc(); a.Next = b; b.Next = f; return a; }
    [MethodImpl(No)] static int Ternary(bool x) { Obj a = x ? New(1) : New(2); Obj b = x ? null : a; Gc(); Obj c = b ?? New(3); Gc(); return a.Check() * 10 + c.Check(); }
    [MethodImpl(No)] static int Boxes() { object a = New(1).Id, b = (long)New(2).Id, c = MakeTwo(3), d = 2.5; Gc(); return (int)a + (int)(long)b + ((Two)c).B.Check() + (int)(double)d; }
    [MethodImpl(No)] static int Closures() { Obj a = New(1); Func<Obj, Func<int>> f = o => { Obj b = New(o.Id + 1); Gc(); return () => { Gc(); return a.Check() + b.Check() + o.Check(); }; }; Func<int> g = f(New(5)); a = New(2); Gc(); return g(); }
    [MethodImpl(No)] static int This(Chain c) { c.O = New(9); c = null; Gc(); return 9; }
    [MethodImpl(No)] static int Recursive(int n, Obj a, string s, Two t) { if (n == 0) { Gc(); return a.Check(); } Obj b = new Obj(n); int r = Recursive(n - 1, b, s + n, new Two { A = a, B = b }); if (n % 10 == 0) Gc(); return r + a.Check() + b.Check() + s.Length + (t.A == null ? 0 : t.A.Check() + t.B.Check()); }
    [MethodImpl(No)] static T Generic<T>(T t, int n) { T a = t; Gc(); List<T> l = new List<T>(); for (int i = 0; i < n; i++) { l.Add(a); Gc(); } T b = l[n - 1]; l = null; Gc(); return b; }
    [MethodImpl(No)] static int Merge(int k) { Obj a = New(1), b = New(2); for (int i = 0; i < 6; i++) { Obj t; if (((k >> i) & 1) != 0) { t = a; a = b; } else { t = New(i + 3); if (i == 4) b = null; } Gc(); b = b == null ? New(50) : t; } return a.Check() * 1000 + b.Check(); }
    [MethodImpl(No)] static int ManyStrings() { string a = NewS(1), b = NewS(2), c = a + b, d = c + NewS(3), e = string.Concat(a, NewS(4), c, NewS(5)), f = $"{a}{NewS(6)}{d}{NewS(7)}{e}"; Gc(); return (a + b + c + d + e + f).Length; }

    static int Main()
    {
        W(Registers()); W(Spilled()); W(NestedArgs()); W(Structs()); W(UseMixed(MakeMixed(1), New(2), MakeMixed(3))); W(Arrays(30)); W(Loop(30)); W(NoCallLoop(200000)); W(Handlers(0)); W(Handlers(4)); Chain c = new Chain(); W(Virtual(c, 1).Next.Next.Check == null ? 0 : 1); W(Virtual(new Chain { O = New(8) }, 3).Next.Next.Check()); W(Ternary(true)); W(Ternary(false)); W(Boxes()); W(Closures()); W(This(c)); W(Recursive(60, New(61), "", default)); W(Generic(New(1), 5).Check()); W(Generic(MakeTwo(2), 5).B.Check()); W(Generic("str", 3)); W(Generic(MakeMixed(4), 2).Arr[1].Name); for (int k = 0; k < 64; k += 9) W(Merge(k)); W(ManyStrings()); return 26;
    }
}
