// Threads: lock, Monitor, Interlocked, volatile, thread statics, collections while others run loops, events, exceptions in threads.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

class Counter { int n; readonly object gate = new object(); readonly Lock newLock = new Lock(); public void Add(int k) { lock (gate) { n += k; } } public void AddNew(int k) { lock (newLock) { n += k; } } [MethodImpl(MethodImplOptions.Synchronized | MethodImplOptions.NoInlining)] public void Sync(int k) { int old = n; n = old + k; } public int Value { get { lock (gate) return n; } } }
static class StaticSync { static int n; [MethodImpl(MethodImplOptions.Synchronized | MethodImplOptions.NoInlining)] public static int Bump() { if (n < 0) throw new InvalidOperationException(); return ++n; } }
class Bounded<T> { readonly Queue<T> q = new Queue<T>(); readonly int max; public Bounded(int m) => max = m; public void Put(T t) { lock (q) { while (q.Count == max) Monitor.Wait(q); q.Enqueue(t); Monitor.PulseAll(q); } } public T Take() { lock (q) { while (q.Count == 0) Monitor.Wait(q); T t = q.Dequeue(); Monitor.PulseAll(q); return t; } } }
class Node { public Node Next; public int V; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    [ThreadStatic] static int mine; [ThreadStatic] static List<string> mineList;
    static readonly ThreadLocal<int> local = new ThreadLocal<int>(() => 5); static readonly AsyncLocal<string> flow = new AsyncLocal<string>();
    static volatile bool stop; static int shared; static long sharedLong; static Node head; static volatile int ready; static double sharedDouble; static object sharedObject;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static void Run(int n, Action<int> f) { Thread[] t = new Thread[n]; for (int i = 0; i < n; i++) { int k = i; t[i] = new Thread(() => f(k)); t[i].Start(); } foreach (Thread x in t) x.Join(); }
    [MethodImpl(No)] static int Locks() { Counter c = new Counter(), d = new Counter(); Run(4, k => { for (int i = 0; i < 2000; i++) { c.Add(1); d.AddNew(2); } }); return c.Value + d.Value; }
    [MethodImpl(No)] static int Sync() { Counter c = new Counter(); Run(4, k => { for (int i = 0; i < 2000; i++) { c.Sync(1); StaticSync.Bump(); } }); return c.Value + StaticSync.Bump(); }
    [MethodImpl(No)] static void Atomics() { for (int i = 0; i < 1000; i++) { Interlocked.Increment(ref shared); Interlocked.Add(ref sharedLong, 3); Interlocked.Decrement(ref shared); Interlocked.Exchange(ref sharedObject, "x" + i); int old; do old = shared; while (Interlocked.CompareExchange(ref shared, old + 2, old) != old); double d; do d = sharedDouble; while (Interlocked.CompareExchange(ref sharedDouble, d + 0.5, d) != d); } }
    [MethodImpl(No)] static void Push(int v) { Node n = new Node { V = v }; do n.Next = head; while (Interlocked.CompareExchange(ref head, n, n.Next) != n.Next); }
    [MethodImpl(No)] static string AtomicOps() { int a = 5; long b = 6; string s = "old"; int r = Interlocked.Exchange(ref a, 7) + Interlocked.Or(ref a, 8) + Interlocked.And(ref a, 13); string t = Interlocked.CompareExchange(ref s, "new", "old"); Interlocked.MemoryBarrier(); return r + "," + a + "," + Interlocked.Read(ref b) + Interlocked.CompareExchange(ref b, 9, 5) + Interlocked.Exchange(ref b, -1) + t + s + Volatile.Read(ref a); }
    // A loop without calls: the collector must be able to stop it.
    [MethodImpl(No)] static long Spin() { long n = 0; while (!stop) n++; return n; }
    [MethodImpl(No)] static long SpinRefs(int[] a) { long n = 0; int i = 0; while (!stop) { n += a[i]; i = (i + 1) & 15; if (n < 0) n = 0; } return n >= 0 ? a[3] : -1; }
    [MethodImpl(No)] static int CountTo(int n) { int s = 0; for (int i = 0; i < n; i++) s = s * 3 + i; return s; }
    [MethodImpl(No)] static string Suspend() { stop = false; int[] a = new int[16]; a[3] = 42; long r = 0; Thread t = new Thread(() => Spin()), u = new Thread(() => r = SpinRefs(a)); t.Start(); u.Start(); for (int i = 0; i < 10; i++) { GC.Collect(); Thread.Sleep(1); } stop = true; t.Join(); u.Join(); return "stopped " + r; }
    [MethodImpl(No)] static string Producer() { Bounded<string> b = new Bounded<string>(3); int total = 0; Thread c = new Thread(() => { string s; while ((s = b.Take()) != null) total += s.Length; }); c.Start(); for (int i = 0; i < 500; i++) b.Put("item" + i); b.Put(null); c.Join(); return "" + total; }
    [MethodImpl(No)] static string Statics() { mine = 1; mineList = new List<string> { "main" }; int seen = 0; Run(3, k => { mine += k + 10; (mineList ??= new List<string>()).Add("t" + k); GC.Collect(0); Interlocked.Add(ref seen, mine + mineList.Count + local.Value); local.Value = k; }); return seen + "," + mine + mineList[0] + local.Value; }
    [MethodImpl(No)] static string Events() { ManualResetEventSlim go = new ManualResetEventSlim(); CountdownEvent done = new CountdownEvent(3); Barrier barrier = new Barrier(3); int[] phase = new int[3]; for (int i = 0; i < 3; i++) { int k = i; ThreadPool.QueueUserWorkItem(_ => { go.Wait(); phase[k] = 1; barrier.SignalAndWait(); phase[k] += phase[(k + 1) % 3]; barrier.SignalAndWait(); phase[k] *= 10; done.Signal(); }); } go.Set(); done.Wait(); return string.Join(",", phase[0] + phase[1] + phase[2] >= 60); }
    [MethodImpl(No)] static string Exceptions() { string r = ""; Run(2, k => { try { try { lock (flow) { throw new InvalidOperationException("t" + k); } } finally { Interlocked.Increment(ref ready); } } catch (InvalidOperationException e) { lock (flow) r += e.Message.Length; } }); bool free = Monitor.TryEnter(flow); if (free) Monitor.Exit(flow); try { Monitor.Exit(flow); } catch (SynchronizationLockException) { r += "notheld"; } return r + ready + free; }
    [MethodImpl(No)] static string Stress() { object[] roots = new object[64]; Run(3, k => { for (int i = 0; i < 3000; i++) { object o = roots[(i * 7 + k) & 63]; if (o is string s && s[0] != 's') throw new Exception("corrupt"); roots[(i * 13 + k) & 63] = i % 2 == 0 ? "s" + i : new int[i & 31]; if (i % 500 == 0) GC.Collect(); } }); int n = 0; foreach (object o in roots) if (o != null) n++; return "" + n; }
    [MethodImpl(No)] static long Parallels() { long s = 0; Parallel.For(0, 100, () => 0L, (i, st, l) => l + CountTo(i), l => Interlocked.Add(ref s, l)); ConcurrentDictionary<int, int> d = new(); Parallel.ForEach(new[] { 1, 2, 3, 4, 5, 6 }, x => d.AddOrUpdate(x % 2, x, (k, v) => v + x)); return s + d[0] * 100 + d[1]; }
    [MethodImpl(No)] static string Flow() { flow.Value = "outer"; string inner = Task.Run(() => { string before = flow.Value; flow.Value = "inner"; return before + flow.Value; }).Result; return inner + flow.Value; }
    [MethodImpl(No)] static string Reader() { ReaderWriterLockSlim l = new ReaderWriterLockSlim(); int v = 0, bad = 0; Run(3, k => { for (int i = 0; i < 300; i++) if (k == 0) { l.EnterWriteLock(); try { v++; v++; } finally { l.ExitWriteLock(); } } else { l.EnterReadLock(); try { if (v % 2 != 0) bad++; } finally { l.ExitReadLock(); } } }); SpinLock sl = new SpinLock(); bool taken = false; sl.Enter(ref taken); sl.Exit(); return v + "," + bad + taken; }

    static int Main()
    {
        W(Locks()); W(Sync()); Run(4, k => Atomics()); W(shared + "," + sharedLong + "," + sharedDouble); Run(4, k => { for (int i = 0; i < 500; i++) Push(i); }); int n = 0; long s = 0; for (Node x = head; x != null; x = x.Next) { n++; s += x.V; } W(n + "," + s); W(AtomicOps()); W(Suspend()); W(Producer()); W(Statics()); W(Events()); W(Exceptions()); W(Stress()); W(Parallels()); W(Flow()); W(Reader()); using Timer t = new Timer(_ => ready = 99); t.Change(1, -1); while (ready != 99) Thread.Sleep(1); W("timer"); return 28;
    }
}
