// References: ref locals, ref returns, in, out, ref fields and ref structs, interior pointers that must survive moving collections.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

class Holder { public int A = 1, B = 2; public string S = "s"; public Inner In; public static int Static = 5; public static string StaticS = "st"; public int[] Arr = { 1, 2, 3 }; public ref int RefA => ref A; public ref readonly string RefS => ref S; }
struct Inner { public int X; public string Y; public Deep D; public ref int Get() => ref Unsafe.AsRef(in X); }
struct Deep { public long L; public string T; }
ref struct Window { public ref int First; public Span<int> Rest; public int Count; public Window(ref int f, Span<int> r) { First = ref f; Rest = r; Count = r.Length; } public int Sum() { int s = First; foreach (int x in Rest) s += x; return s; } public void Move() { First = ref Rest[0]; Rest = Rest.Slice(1); } }
ref struct RefList<T> { Span<T> items; int count; public RefList(Span<T> s) { items = s; count = 0; } public void Add(T t) => items[count++] = t; public ref T this[int i] => ref items[i]; public int Count => count; public void Dispose() => Console.WriteLine("disposed " + count); }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static object[] garbage = new object[64];
    [MethodImpl(No)] static void Collect() { for (int i = 0; i < 2000; i++) garbage[i & 63] = new byte[100 + i % 50]; GC.Collect(); }
    [MethodImpl(No)] static void Inc(ref int x) => x++;
    [MethodImpl(No)] static void Out(out int x, out string s, out Deep d) { x = 7; s = "out"; d = new Deep { L = 8, T = "deep" }; }
    [MethodImpl(No)] static long In(in Deep d, in int i, in string s) => d.L + i + s.Length + d.T.Length;
    [MethodImpl(No)] static ref int Max(ref int a, ref int b) { if (a > b) return ref a; return ref b; }
    [MethodImpl(No)] static ref int Find(int[] a, int v) { for (int i = 0; i < a.Length; i++) if (a[i] == v) return ref a[i]; throw new InvalidOperationException(); }
    [MethodImpl(No)] static ref string Str(Holder h) => ref h.In.D.T;
    [MethodImpl(No)] static ref int Static() => ref Holder.Static;
    [MethodImpl(No)] static void SwapS(ref string a, ref string b) { string t = a; Collect(); a = b; b = t; }
    [MethodImpl(No)] static void SwapD(ref Deep a, ref Deep b) { Deep t = a; Collect(); a = b; b = t; }
    [MethodImpl(No)] static int Reassign(int[] a) { ref int r = ref a[0]; int s = r; r = ref a[1]; s += r * 10; r = 50; ref int q = ref r; q++; r = ref a[2]; r = 60; return s * 10000 + a[0] + a[1] + a[2]; }
    [MethodImpl(No)] static int Loop(int[] a) { int s = 0; ref int p = ref a[0]; ref int end = ref Unsafe.Add(ref a[0], a.Length); while (Unsafe.IsAddressLessThan(ref p, ref end)) { s = s * 3 + p; p = ref Unsafe.Add(ref p, 1); } return s; }
    // The only thing that keeps the array alive during the collection is the interior reference.
    [MethodImpl(No)] static ref int Interior() { int[] a = new int[100]; for (int i = 0; i < 100; i++) a[i] = i; return ref a[50]; }
    [MethodImpl(No)] static int KeepInterior() { ref int r = ref Interior(); Collect(); int s = r; r = 1000; Collect(); return s + r + Unsafe.Add(ref r, -1) + Unsafe.Add(ref r, 10); }
    [MethodImpl(No)] static ref Deep InteriorField() { Holder h = new Holder(); h.In.D = new Deep { L = 42, T = "kept" + h.A }; return ref h.In.D; }
    [MethodImpl(No)] static string KeepField() { ref Deep d = ref InteriorField(); Collect(); d.L++; Collect(); return d.T + d.L; }
    [MethodImpl(No)] static string Many(int n) { int[] a = new int[n]; ref int r0 = ref a[0]; ref int r1 = ref a[1]; ref int r2 = ref a[2]; ref int r3 = ref a[3]; ref int r4 = ref a[4]; ref int r5 = ref a[5]; ref int r6 = ref a[6]; ref int r7 = ref a[7]; string s = "x"; a = null; Collect(); r0 = 1; r1 = 2; r2 = 3; r3 = 4; r4 = 5; r5 = 6; r6 = 7; r7 = 8; s += n; Collect(); return s + (r0 + r1 * 2 + r2 * 3 + r3 * 4 + r4 * 5 + r5 * 6 + r6 * 7 + r7 * 8) + Unsafe.Add(ref r0, 7); }
    [MethodImpl(No)] static int Args(ref int a, ref int b, ref int c, ref int d, ref int e, ref int f, ref int g, ref int h) { Collect(); a++; h += a + b + c + d + e + f + g; return h; }
    [MethodImpl(No)] static void BoxRef(object o) { ref int r = ref Unsafe.Unbox<int>(o); Collect(); r += 5; }
    [MethodImpl(No)] static int Ternary(bool b, ref int x, ref int y) { ref int r = ref (b ? ref x : ref y); r += 3; return (b ? ref x : ref y) * 2; }
    [MethodImpl(No)] static string Write(Holder h) { ref string s = ref h.S; Collect(); s = "n" + h.A; ref string st = ref Holder.StaticS; Collect(); st = "static" + s; ref string e = ref (new string[3])[1]; Collect(); e = st + "!"; return h.S + Holder.StaticS + e; }
    [MethodImpl(No)] static T ReadT<T>(ref T t) { T v = t; Collect(); t = default; return v; }
    [MethodImpl(No)] static ref T RefT<T>(T[] a, int i) => ref a[i];
    [MethodImpl(No)] static string Local() { int x = 5; ref int r = ref x; r++; Inc(ref x); string s = "l"; ref string rs = ref s; Collect(); rs += x; Deep d = new Deep { T = "t" }; ref Deep rd = ref d; rd.L = 3; rd.T += s; Collect(); return s + d.T + d.L + x; }
    [MethodImpl(No)] static bool IsNull() { ref int r = ref Unsafe.NullRef<int>(); bool a = Unsafe.IsNullRef(ref r); try { r = 5; } catch (NullReferenceException) { return a; } return false; }

    static int Main()
    {
        Holder h = new Holder(); Inc(ref h.A); Inc(ref Holder.Static); Inc(ref h.Arr[1]); Inc(ref h.In.X); Inc(ref h.RefA); Inc(ref h.In.Get()); W(h.A * 1000 + Holder.Static * 100 + h.Arr[1] * 10 + h.In.X); Out(out int x, out h.In.Y, out h.In.D); W(x + h.In.Y + h.In.D.L + h.In.D.T); W(In(h.In.D, 5, "abc")); W(In(in h.In.D, in h.A, in h.RefS));
        int a = 3, b = 9; Max(ref a, ref b) = 1; W(a * 10 + b); Max(ref h.A, ref h.B) += 100; W(h.A); Find(h.Arr, 3) = 33; W(h.Arr[2]); try { Find(h.Arr, -1)++; } catch (InvalidOperationException) { W("none"); } Str(h) += "+"; W(h.In.D.T); Static() *= 3; W(Holder.Static);
        string s1 = "one", s2 = "two"; SwapS(ref s1, ref s2); W(s1 + s2); SwapS(ref h.S, ref h.In.Y); W(h.S + h.In.Y); Deep d1 = new Deep { L = 1, T = "1" }; SwapD(ref d1, ref h.In.D); W(d1.T + d1.L + h.In.D.T + h.In.D.L); W(Reassign(new[] { 1, 2, 3 })); W(Loop(new[] { 1, 2, 3, 4, 5 }));
        W(KeepInterior()); W(KeepField()); W(Many(8)); int[] eight = { 1, 2, 3, 4, 5, 6, 7, 8 }; W(Args(ref eight[0], ref eight[1], ref h.A, ref eight[3], ref Holder.Static, ref a, ref eight[6], ref eight[7])); object boxed = 10; BoxRef(boxed); W(boxed); W(Ternary(true, ref a, ref b) * 100 + Ternary(false, ref h.A, ref h.B)); W(Write(h)); W(ReadT(ref s1) + (s1 ?? "null")); W(ReadT(ref eight[1]) + eight[1]); W(ReadT(ref d1).T + (d1.T ?? "null")); RefT(eight, 2) = 30; string[] ss = { "p", "q" }; RefT(ss, 1) += "!"; W(eight[2] + ss[1]); W(Local()); W(IsNull());
        Span<int> span = new int[] { 10, 20, 30, 40 }; Window w = new Window(ref h.A, span); W(w.Sum()); Collect(); w.Move(); Collect(); w.First += 5; W(w.Sum() + span[0]); Span<string> strings = new string[4]; using (RefList<string> list = new RefList<string>(strings)) { list.Add("a"); Collect(); list.Add("b"); list[0] += "z"; W(list[0] + list[1] + list.Count + strings[0]); } ref int last = ref MemoryMarshal.GetReference(span); Collect(); last = 99; W(span[0]); ref readonly int ro = ref eight[4]; W(ro); scoped ref int sc = ref eight[5]; sc--; W(eight[5]); foreach (ref int e in span) e *= 2; W(span[3]);
        return 17;
    }
}
