// Interlocked and Volatile on locals, fields, statics and array elements; and that they are atomic and ordered.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

enum E { A, B = 7 }
enum EB : byte { A, B = 200 }
class Box { public int I; public long L; public uint U; public ulong UL; public byte B; public short S; public ushort US; public sbyte SB; public nint N; public nuint NU; public object O; public string T; public E En; public EB Eb; public bool F; public double D; public float Fl; public char Ch; public Box Next; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }
    static int counter; static long total; static Box shared; static bool ready; static int spin;

    [MethodImpl(No)] static string Exchange(Box b) => $"{Interlocked.Exchange(ref b.I, 5)} {Interlocked.Exchange(ref b.L, -6)} {Interlocked.Exchange(ref b.U, 7u)} {Interlocked.Exchange(ref b.UL, 8ul)} {Interlocked.Exchange(ref b.N, 9)} {Interlocked.Exchange(ref b.NU, 10u)} {Interlocked.Exchange(ref b.B, 200)} {Interlocked.Exchange(ref b.S, -300)} {Interlocked.Exchange(ref b.US, 60000)} {Interlocked.Exchange(ref b.SB, -5)} {Interlocked.Exchange(ref b.En, E.B)} {Interlocked.Exchange(ref b.Eb, EB.B)} {Interlocked.Exchange(ref b.D, 1.5)} {Interlocked.Exchange(ref b.Fl, 2.5f)} {Interlocked.Exchange(ref b.O, "new") ?? "null"} {Interlocked.Exchange(ref b.T, "t") ?? "null"} {Interlocked.Exchange(ref b.F, true)} {Interlocked.Exchange(ref b.Ch, 'z')}";
    [MethodImpl(No)] static string Compare(Box b, int k) => $"{Interlocked.CompareExchange(ref b.I, k, 5)} {Interlocked.CompareExchange(ref b.L, k, -6)} {Interlocked.CompareExchange(ref b.U, 70u, 6u)} {Interlocked.CompareExchange(ref b.UL, ulong.MaxValue, 8ul)} {Interlocked.CompareExchange(ref b.N, -1, 9)} {Interlocked.CompareExchange(ref b.NU, 1u, 11u)} {Interlocked.CompareExchange(ref b.B, 1, 200)} {Interlocked.CompareExchange(ref b.S, 1, -300)} {Interlocked.CompareExchange(ref b.US, 1, 60000)} {Interlocked.CompareExchange(ref b.SB, 1, -5)} {Interlocked.CompareExchange(ref b.En, E.A, E.B)} {Interlocked.CompareExchange(ref b.Eb, EB.A, EB.B)} {Interlocked.CompareExchange(ref b.D, 3.5, 1.5)} {Interlocked.CompareExchange(ref b.O, null, "no")} {Interlocked.CompareExchange(ref b.T, "u", b.T)}";
    [MethodImpl(No)] static string All(Box b) => $"{b.I} {b.L} {b.U} {b.UL} {b.N} {b.NU} {b.B} {b.S} {b.US} {b.SB} {b.En} {b.Eb} {b.D} {b.Fl} {b.O} {b.T} {b.F} {b.Ch}";
    [MethodImpl(No)] static string Add(Box b) => $"{Interlocked.Add(ref b.I, 10)} {Interlocked.Add(ref b.L, -10)} {Interlocked.Add(ref b.U, uint.MaxValue)} {Interlocked.Add(ref b.UL, 1)} {Interlocked.Increment(ref b.I)} {Interlocked.Decrement(ref b.L)} {Interlocked.Increment(ref b.U)} {Interlocked.Decrement(ref b.UL)} {Interlocked.Read(ref b.L)} {Interlocked.And(ref b.I, 6)} {Interlocked.Or(ref b.L, 1L << 33)}";
    [MethodImpl(No)] static int Local(int x) { int y = x; Interlocked.Increment(ref y); Interlocked.Exchange(ref y, y * 2); int z = Interlocked.CompareExchange(ref y, 1, y); return y * 1000 + z; }
    [MethodImpl(No)] static int Element(int[] a, int i) => Interlocked.Increment(ref a[i]) + Interlocked.CompareExchange(ref a[0], 9, 0);
    [MethodImpl(No)] static T Generic<T>(ref T a, T b) where T : class => Interlocked.Exchange(ref a, b);
    [MethodImpl(No)] static T GenericCas<T>(ref T a, T b, T c) => Interlocked.CompareExchange(ref a, b, c);
    [MethodImpl(No)] static int ByPointer(ref int r) => Interlocked.Add(ref r, 2);
    [MethodImpl(No)] static string Volatiles(Box b) { Volatile.Write(ref b.I, 1); Volatile.Write(ref b.L, 2); Volatile.Write(ref b.U, 3); Volatile.Write(ref b.UL, 4); Volatile.Write(ref b.B, 255); Volatile.Write(ref b.S, -6); Volatile.Write(ref b.US, 7); Volatile.Write(ref b.SB, -8); Volatile.Write(ref b.N, 9); Volatile.Write(ref b.NU, 10); Volatile.Write(ref b.F, true); Volatile.Write(ref b.D, 11.5); Volatile.Write(ref b.Fl, 12.5f); Volatile.Write(ref b.O, b.T); Volatile.Write(ref b.T, null); return $"{Volatile.Read(ref b.I)} {Volatile.Read(ref b.L)} {Volatile.Read(ref b.U)} {Volatile.Read(ref b.UL)} {Volatile.Read(ref b.B)} {Volatile.Read(ref b.S)} {Volatile.Read(ref b.US)} {Volatile.Read(ref b.SB)} {Volatile.Read(ref b.N)} {Volatile.Read(ref b.NU)} {Volatile.Read(ref b.F)} {Volatile.Read(ref b.D)} {Volatile.Read(ref b.Fl)} {Volatile.Read(ref b.O)} {Volatile.Read(ref b.T) ?? "null"}"; }
    [MethodImpl(No)] static string Barriers(Box b) { b.I = 1; Interlocked.MemoryBarrier(); b.L = 2; Volatile.WriteBarrier(); int x = b.I; Volatile.ReadBarrier(); Thread.MemoryBarrier(); return x + " " + b.L; }
    [MethodImpl(No)] static int NullField(Box b) => Interlocked.Increment(ref b.I);
    static void Loop() { for (int i = 0; i < 20000; i++) { Interlocked.Increment(ref counter); Interlocked.Add(ref total, i); } }
    static void SpinLoop() { for (int i = 0; i < 2000; i++) { while (Interlocked.CompareExchange(ref spin, 1, 0) != 0) Thread.Yield(); counter++; Volatile.Write(ref spin, 0); } }
    static void Push(int n) { for (int i = 0; i < n; i++) { var b = new Box { I = 1 }; Box old; do { old = Volatile.Read(ref shared); b.Next = old; } while (Interlocked.CompareExchange(ref shared, b, old) != old); } }
    static void Run(int n, ThreadStart f) { var ts = new Thread[n]; for (int i = 0; i < n; i++) { ts[i] = new Thread(f); ts[i].Start(); } foreach (var t in ts) t.Join(); }

    static int Main()
    {
        Box b = new Box { U = 1, T = "was" }; W(Exchange(b)); W(All(b)); W(Compare(b, 50)); W(All(b)); W(Compare(b, 51)); W(All(b)); W(Add(b)); W(All(b)); b.T = "text"; W(Volatiles(b)); W(All(b)); W(Barriers(b));
        W(Local(4)); W(Element(new[] { 0, 5 }, 1)); string s = "a"; W(Generic(ref s, "b") + s); object o = 1; Generic(ref o, "o"); GC.Collect(); W(o); int q = 3; W(GenericCas(ref q, 4, 3)); W(q); string s2 = "k"; W(GenericCas(ref s2, "l", s2) + s2); W(ByPointer(ref b.I)); W(Try(() => NullField(null)));
        counter = 0; Run(4, Loop); W(counter); W(total); counter = 0; Run(3, SpinLoop); W(counter);
        Run(4, () => Push(500)); int n = 0; for (Box x = shared; x != null; x = x.Next) n += x.I; W(n);
        var t = new Thread(() => { int spins = 0; while (!Volatile.Read(ref ready)) spins++; }); t.Start(); Thread.Sleep(20); Volatile.Write(ref ready, true); W(t.Join(10000));
        return 0;
    }
}
