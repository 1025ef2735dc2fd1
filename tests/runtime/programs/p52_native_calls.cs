// Function pointers of native code and methods that native code calls, with collections while the thread is in native
// code: references in every kind of place must survive, in callers as well. With runtime marshalling switched off.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

[assembly: DisableRuntimeMarshalling]

struct Small { public byte A; public short B; }
struct Two { public long A; public double B; }
struct Floats { public float X, Y, Z; }
struct Large { public long A, B, C; public int D; }
struct Nested { public Small S; public Two T; }
[StructLayout(LayoutKind.Explicit)] struct Union { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; }
enum Colour : ushort { Red = 65535, Green = 2 }

static unsafe class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static List<object> garbage = new();
    static int calls;
    static void Collect() { for (int i = 0; i < 50; i++) garbage.Add(new byte[100]); if (garbage.Count > 1000) garbage.Clear(); GC.Collect(calls++ % 3, GCCollectionMode.Forced, true, true); }

    // --- what native code calls; a managed caller gets here through native code, or through the runtime's stubs
    [UnmanagedCallersOnly] static int Sum(int a, int b) { Collect(); return a + b; }
    [UnmanagedCallersOnly] static sbyte Narrow(byte a, sbyte b, short c, ushort d, char e, bool f) { Collect(); return (sbyte)(a + b + c + d + e + (f ? 1 : 0)); }
    [UnmanagedCallersOnly] static bool IsGreen(Colour c) => c == Colour.Green;
    [UnmanagedCallersOnly] static Colour Next(Colour c) { Collect(); return (Colour)(c + 3); }
    [UnmanagedCallersOnly] static double Mixed(int a, double b, long c, float d, byte e, short f, int g, int h, int i, double j, float k, long l) { string s = new('m', 3); Collect(); return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + k * 11 + l * 12 + s.Length; }
    [UnmanagedCallersOnly] static Small MakeSmall(Small s) { Collect(); return new Small { A = (byte)(s.A + 1), B = (short)-s.B }; }
    [UnmanagedCallersOnly] static Two MakeTwo(Two t, int by) { Collect(); return new Two { A = t.A * by, B = t.B / by }; }
    [UnmanagedCallersOnly] static Floats MakeFloats(Floats f, Floats g) { Collect(); return new Floats { X = f.X + g.Z, Y = f.Y + g.Y, Z = f.Z + g.X }; }
    [UnmanagedCallersOnly] static Large MakeLarge(Large l, int by) { Collect(); return new Large { A = l.A + by, B = l.B - by, C = l.C * by, D = l.D }; }
    [UnmanagedCallersOnly] static Nested MakeNested(Nested n) { Collect(); n.S.B++; n.T.A--; return n; }
    [UnmanagedCallersOnly] static Guid MakeGuid(Guid g, Union u) { Collect(); byte[] b = g.ToByteArray(); b[0] += (byte)u.I; return new Guid(b); }
    [UnmanagedCallersOnly] static int Catches(int x) { try { try { if (x < 0) throw new ArgumentException("negative"); return Deep(x); } finally { Collect(); } } catch (ArgumentException e) { return e.Message.Length; } catch (StackOverflow e) { return e.Depth; } }
    [UnmanagedCallersOnly] static void Store(int* to, int value) { int[] a = new int[value]; Collect(); *to = a.Length; }
    [UnmanagedCallersOnly] static int Compare(int* a, int* b) { object o = new string('x', 5); if (calls % 7 == 0) Collect(); calls++; return (*a > *b ? 1 : *a < *b ? -1 : 0) * (((string)o).Length / 5); }
    [UnmanagedCallersOnly] static nint Nest(int depth, delegate* unmanaged<int, nint, nint> f, nint self) => depth == 0 ? 1 : Recurse(depth, f) + 1;
    [UnmanagedCallersOnly] static nint Again(int depth, nint f) { string s = depth.ToString(); if (depth % 5 == 0) Collect(); return depth == 0 ? 0 : Recurse(depth - 1, (delegate* unmanaged<int, nint, nint>)f) + s.Length; }
    [UnmanagedCallersOnly] static void* OnThread(void* argument) { Collect(); *(int*)argument = Thread.CurrentThread.IsThreadPoolThread ? 1 : 2; return (byte*)argument + 1; }
    class StackOverflow : Exception { public int Depth; }
    [MethodImpl(No)] static int Deep(int x) => x == 0 ? throw new StackOverflow { Depth = 77 } : x > 10 ? x : Deep(x - 1);

    // --- callers
    [MethodImpl(No)] static nint Recurse(int depth, delegate* unmanaged<int, nint, nint> f) { object o = new int[depth + 1]; nint r = f(depth, (nint)f); return r + ((int[])o).Length; }
    [MethodImpl(No)] static string Live(delegate* unmanaged<int, int, int> f, string s, object o, int[] a, ref int r, Span<char> span)
    {
        string made = s + "!";
        ref int inside = ref a[3];
        int one = f(1, 2);
        List<string> l = new() { made };
        int two = f(one, a.Length);
        inside++; r += two; span[0] = 'S';
        return s + o + made + l[0] + l.Count + one + two + inside + r + a[3] + span.ToString();
    }
    [MethodImpl(No)] static long Loop(delegate* unmanaged<int, int, int> f, string[] texts) { long s = 0; object last = null; for (int i = 0; i < texts.Length; i++) { string t = texts[i]; s += f(i, t.Length); last = t + last?.ToString().Length; s += last.ToString().Length + t.Length; } return s; }
    // Callee-saved registers of callers are found through this frame: the caller keeps many references in them.
    [MethodImpl(No)] static int Leaf(delegate* unmanaged<int, int, int> f, int x) => f(x, x);
    [MethodImpl(No)] static string Registers(delegate* unmanaged<int, int, int> f, string a, string b, string c, string d, string e, string g)
    {
        int n = 0;
        for (int i = 0; i < 20; i++) { string t = a + i; n += Leaf(f, i); n += t.Length + b.Length * 2 + c.Length * 3 + d.Length * 5 + e.Length * 7 + g.Length * 11; }
        return a + b + c + d + e + g + n;
    }
    // The same with native code in between that uses these registers itself.
    static delegate* unmanaged<void*, nint, nint, delegate* unmanaged<int*, int*, int>, void> qsort;
    [UnmanagedCallersOnly] static int CollectAndCompare(int* a, int* b) { Collect(); return *a - *b; }
    [MethodImpl(No)] static int LeafSort(int* p, int n) { qsort(p, n, 4, &CollectAndCompare); return p[0] + p[n - 1]; }
    [MethodImpl(No)] static string SavedByNative(string a, string b, string c, string d, string e, string g)
    {
        int n = 0;
        int* p = stackalloc int[6];
        for (int i = 0; i < 10; i++)
        {
            for (int j = 0; j < 6; j++) p[j] = j * i % 7;
            string t = a + i, u = b + i, v = c + i, w = d + i, x = e + i;
            n += LeafSort(p, 6);
            n += t.Length + u.Length * 2 + v.Length * 3 + w.Length * 5 + x.Length * 7 + g.Length * 11;
            g = t + u + v + w + x;
        }
        return a + b + c + d + e + g + n;
    }
    [MethodImpl(No)] static string Protected(delegate* unmanaged<int, int, int> f, object o)
    {
        string log = "";
        for (int i = 0; i < 3; i++)
        {
            try { log += f(i, 1); if (i == 1) throw new InvalidOperationException("thrown" + f(i, 2)); log += o; }
            catch (InvalidOperationException e) when (Leaf(f, 3) == 6) { log += e.Message + Leaf(f, 5) + o; }
            finally { log += ";" + Leaf(f, 10) + o.ToString().Length; }
            log += f(i, 6);
        }
        return log;
    }
    [MethodImpl(No)] static string Small(delegate* unmanaged<byte, sbyte, short, ushort, char, bool, sbyte> f, int x) => f((byte)(x + 300), (sbyte)x, (short)x, (ushort)x, (char)x, x > 0) + "," + f(1, -1, -2, 2, 'a', true);
    [MethodImpl(No)] static string Enums(delegate* unmanaged<Colour, bool> f, delegate* unmanaged<Colour, Colour> g) => f(Colour.Green) + "" + f(Colour.Red) + (int)g(Colour.Red) + g((Colour)65535 - 1 + 1 - 3);
    [MethodImpl(No)] static string Structs(delegate* unmanaged<Small, Small> f, delegate* unmanaged<Two, int, Two> g, delegate* unmanaged<Floats, Floats, Floats> h, delegate* unmanaged<Large, int, Large> k, delegate* unmanaged<Nested, Nested> m, delegate* unmanaged<Guid, Union, Guid> n, object keep)
    {
        Small s = f(new Small { A = 255, B = 7 });
        Two t = g(new Two { A = 100, B = 3 }, 2);
        Floats x = h(new Floats { X = 1, Y = 2, Z = 3 }, new Floats { X = 10, Y = 20, Z = 30 });
        Large l = k(new Large { A = 1, B = 2, C = 3, D = 4 }, 10);
        Nested e = m(new Nested { S = s, T = t });
        Guid u = n(new Guid("01020304-0506-0708-090a-0b0c0d0e0f10"), new Union { I = 5 });
        return s.A + "," + s.B + "," + t.A + "," + t.B + "," + x.X + "," + x.Y + "," + x.Z + "," + l.A + "," + l.B + "," + l.C + "," + l.D + "," + e.S.B + "," + e.T.A + "," + u + keep;
    }
    [MethodImpl(No)] static double Many(delegate* unmanaged[Cdecl]<int, double, long, float, byte, short, int, int, int, double, float, long, double> f, string s) => f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) + s.Length;
    [MethodImpl(No)] static int Quick(delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int> f, string s) => f(-5) + f(-s.Length);
    class Inlined { public string S = "inl"; public int Call(delegate* unmanaged<int, int, int> f) => f(S.Length, 1) + S.Length; }
    [MethodImpl(No)] static string InlinedCall(delegate* unmanaged<int, int, int> f, Inlined i, string s) => s + i.Call(f) + i.S + i.Call(f);
    class Generic<T> { [MethodImpl(No)] public static string Call(delegate* unmanaged<int, int, int> f, T t) => typeof(T).Name + f(1, 2) + t + typeof(List<T>).Name; }

    static int Main()
    {
        delegate* unmanaged<int, int, int> sum = &Sum;
        int r = 5; int[] a = { 1, 2, 3, 4 }; char[] chars = { 's', 't' };
        W(Live(sum, "live", new Version(1, 2), a, ref r, chars));
        string[] texts = new string[40]; for (int i = 0; i < texts.Length; i++) texts[i] = new string('t', i); W(Loop(sum, texts));
        W(Registers(sum, "a" + r, "b" + r, "c" + r, "d" + r, "e" + r, "f" + r)); W(Protected(sum, new Version(3, 4)));
        W(Small(&Narrow, -3) + Small(&Narrow, 70000)); W(Enums(&IsGreen, &Next));
        W(Structs(&MakeSmall, &MakeTwo, &MakeFloats, &MakeLarge, &MakeNested, &MakeGuid, new Version(5, 6))); W(Many((delegate* unmanaged[Cdecl]<int, double, long, float, byte, short, int, int, int, double, float, long, double>)(delegate* unmanaged<int, double, long, float, byte, short, int, int, int, double, float, long, double>)&Mixed, "many"));
        delegate* unmanaged<int, int> catches = &Catches; W(catches(-1) + "," + catches(20) + "," + catches(5));
        int stored = 0; delegate* unmanaged<int*, int, void> store = &Store; store(&stored, 12); W(stored);
        delegate* unmanaged<int, nint, nint> again = &Again; W(Recurse(30, again));
        nint libc = NativeLibrary.Load("libc.so.6");
        qsort = (delegate* unmanaged<void*, nint, nint, delegate* unmanaged<int*, int*, int>, void>)NativeLibrary.GetExport(libc, "qsort");
        W(SavedByNative("a" + r, "b" + r, "c" + r, "d" + r, "e" + r, "f" + r));
        int[] numbers = new int[200]; for (int i = 0; i < numbers.Length; i++) numbers[i] = i * 7919 % 211; fixed (int* p = numbers) qsort(p, numbers.Length, 4, &Compare); W(numbers[0] + "," + numbers[100] + "," + numbers[199]);
        W(Quick((delegate* unmanaged[Cdecl, SuppressGCTransition]<int, int>)NativeLibrary.GetExport(libc, "abs"), "quick"));
        W(InlinedCall(sum, new Inlined(), "in")); W(Generic<string>.Call(sum, "t") + Generic<int>.Call(sum, 4));
        // A native thread, which the runtime has never seen.
        var create = (delegate* unmanaged<nint*, void*, delegate* unmanaged<void*, void*>, void*, int>)NativeLibrary.GetExport(libc, "pthread_create");
        var join = (delegate* unmanaged<nint, void**, int>)NativeLibrary.GetExport(libc, "pthread_join");
        for (int i = 0; i < 3; i++) { nint id; int flag = 0; void* result; object keep = new Version(7, i); W(create(&id, null, &OnThread, &flag) + "," + join(id, &result) + "," + flag + "," + ((byte*)result - (byte*)&flag) + keep); }
        // Collections on other threads while this one is in native code.
        var usleep = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(libc, "usleep"); bool stop = false; Thread collector = new(() => { while (!Volatile.Read(ref stop)) { object[] o = new object[200]; for (int i = 0; i < o.Length; i++) o[i] = new string('c', i % 9); GC.Collect(0); } }); collector.Start();
        string kept = new('k', 10); List<string> list = new(); for (int i = 0; i < 200; i++) { string s = i.ToString(); string t = s + kept; usleep(50); list.Add(s + t); sum(i, i); } Volatile.Write(ref stop, true); collector.Join(); W(string.Concat(list).Length + list[150] + kept);
        return 52;
    }
}
