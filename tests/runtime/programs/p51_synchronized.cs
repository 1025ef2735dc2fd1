// MethodImplOptions.Synchronized: instance, static and generic methods, every kind of result, exceptions, handlers inside,
// recursion, waiting; the monitor is that of the object or the type, and is free afterwards.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

struct Big { public long A, B, C; public string D; }
struct Two { public string S; public int N; }

class Account
{
    const MethodImplOptions Sync = MethodImplOptions.Synchronized | MethodImplOptions.NoInlining;
    int balance;
    [MethodImpl(Sync)] public void Add(int by) { int old = balance; for (int i = 0; i < by % 13; i++) Thread.SpinWait(3); balance = old + by; }
    [MethodImpl(Sync)] public int Balance() => balance;
    [MethodImpl(Sync)] public double Half(double by) => balance / by;
    [MethodImpl(Sync)] public string Text(object o) => o + ":" + balance + Held(this);
    [MethodImpl(Sync)] public Big MakeBig(long a, string d) { GC.Collect(); return new Big { A = a, B = balance, C = -a, D = d }; }
    [MethodImpl(Sync)] public Two MakeTwo(string s) => new Two { S = s + s, N = balance };
    [MethodImpl(Sync)] public byte Small(int x) => (byte)(x + balance);
    [MethodImpl(Sync)] public int Throws(int x) { balance += x; if (x > 1) throw new InvalidOperationException("thrown " + Held(this)); return x; }
    [MethodImpl(Sync)] public int AlwaysThrows() => throw new NotSupportedException(Held(this).ToString());
    [MethodImpl(Sync)] public int Fault(string s) => s.Length + balance;
    [MethodImpl(Sync)] public int Depth(int n) => n == 0 ? balance : Depth(n - 1) + 1;
    [MethodImpl(Sync)] public string Handlers(int x)
    {
        string log = "";
        for (int i = 0; i < 3; i++)
        {
            try { if (x == i) throw new FormatException("f" + i); log += i; if (x == i + 10) return log + " early" + Held(this); }
            catch (FormatException e) { log += e.Message; if (i == 2) throw new ArgumentException(log); }
            finally { log += Held(this) ? "+" : "-"; }
        }
        return log;
    }
    [MethodImpl(Sync)] public bool Await(Account other) { Monitor.Pulse(this); return Monitor.Wait(this, 5000); }
    [MethodImpl(Sync)] public void Wake() => Monitor.PulseAll(this);
    [MethodImpl(Sync)] public bool FreesItself() { Monitor.Exit(this); return Held(this); }
    [MethodImpl(Sync)] public void Out(out string s, ref int n) { s = "out" + balance; n += balance; }
    [MethodImpl(Sync)] public IEnumerable<int> Lazy(int n) { for (int i = 0; i < n; i++) yield return i + balance; }
    [MethodImpl(Sync)] public virtual string Virtual() => "base" + Held(this);
    [MethodImpl(Sync)] public Func<int, int> Closure(int k) => x => x + k + balance;
    [MethodImpl(Sync)] public long Many(int a, long b, double c, float d, string e, Two f, Big g, int h, int i, int j) => a + b + (long)c + (long)d + e.Length + f.N + g.A + h + i + j + balance;
    public static bool Held(object o) => Monitor.IsEntered(o);
}
class Savings : Account { [MethodImpl(MethodImplOptions.Synchronized)] public override string Virtual() => "derived+" + base.Virtual(); }

class Shared<T>
{
    const MethodImplOptions Sync = MethodImplOptions.Synchronized | MethodImplOptions.NoInlining;
    static int count;
    readonly List<T> items = new();
    [MethodImpl(Sync)] public string Add(T item) { items.Add(item); return typeof(T).Name + items.Count + Account.Held(this); }
    [MethodImpl(Sync)] public T[] All() => items.ToArray();
    [MethodImpl(Sync)] public static string Static(T item) { count++; return typeof(T).Name + item + count + Account.Held(typeof(Shared<T>)) + Account.Held(typeof(Shared<object>)); }
    [MethodImpl(Sync)] public static string Generic<U>(U u, T t) => typeof(T).Name + typeof(U).Name + u + t + Account.Held(typeof(Shared<T>));
    [MethodImpl(Sync)] public U Convert<U>(T t, Func<T, U> f) { try { return f(t); } finally { count += Account.Held(this) ? 100 : 1; } }
    [MethodImpl(Sync)] public static T Thrower(T item) => item is null ? throw new ArgumentNullException(typeof(T).Name + Account.Held(typeof(Shared<T>))) : item;
    public static int Count => count;
}

static class Program
{
    const MethodImplOptions Sync = MethodImplOptions.Synchronized | MethodImplOptions.NoInlining;
    static int total;
    static string order = "";
    class Eager { static Eager() { order += "cctor;"; } [MethodImpl(Sync)] public static void Touch() { order += "body" + Account.Held(typeof(Eager)); } }
    static void W(object o) => Console.WriteLine(o);
    static string Try(Func<object> f) { try { return f() + ""; } catch (Exception e) { return e.GetType().Name + " " + e.Message; } }
    [MethodImpl(Sync)] static void Count(int by) { int old = total; Thread.SpinWait(by % 5); total = old + by; }
    [MethodImpl(Sync)] static string StaticText(string s) => s + Account.Held(typeof(Program)) + total;
    [MethodImpl(Sync)] static int StaticThrows(int[] a, int i) => a[i];
    [MethodImpl(Sync)] static Big StaticBig(Big b) { b.A++; return b; }
    static void Parallel(Action<int> a) { Thread[] ts = new Thread[4]; for (int t = 0; t < ts.Length; t++) { ts[t] = new Thread(() => { for (int i = 1; i <= 2000; i++) a(i); }); ts[t].Start(); } foreach (Thread t in ts) t.Join(); }

    static int Main()
    {
        Account a = new();
        Parallel(a.Add); W(a.Balance()); Parallel(Count); W(total);
        W(a.Half(4) + a.Text("o") + Account.Held(a)); Big b = a.MakeBig(7, "big"); W(b.A + b.B + b.C + b.D); Two two = a.MakeTwo("two"); W(two.S + two.N + a.Small(-3));
        W(a.Throws(1) + Try(() => a.Throws(2)) + Account.Held(a) + Try(() => a.AlwaysThrows()) + Account.Held(a) + Try(() => a.Fault(null)) + Account.Held(a) + a.Fault("four") + Try(() => ((Account)null).Depth(1)));
        W(a.Depth(50)); for (int x = 0; x < 3; x++) W(Try(() => a.Handlers(x)) + Account.Held(a)); W(a.Handlers(11) + a.Handlers(99) + Account.Held(a));
        Thread waker = new(() => { Thread.Sleep(20); a.Wake(); }); waker.Start(); W(a.Await(null)); waker.Join();
        W(Try(() => a.FreesItself()) + Account.Held(a));
        int n = 1; a.Out(out string s, ref n); W(s + n); foreach (int x in a.Lazy(3)) W(x); W(a.Virtual() + new Savings().Virtual() + a.Closure(5)(6)); W(a.Many(1, 2, 3.5, 4.5f, "five5", two, b, 8, 9, 10));
        Shared<string> ss = new(); Shared<int> si = new(); W(ss.Add("x") + si.Add(3) + ss.Add("y") + ss.All().Length + si.All()[0]);
        W(Shared<string>.Static("p") + Shared<object>.Static("q") + Shared<int>.Static(5) + Shared<string>.Generic(1, "r") + Shared<string>.Generic("g", "s") + Shared<long>.Generic("g", 7) + Shared<int>.Generic(2.5, 8));
        W(ss.Convert("12", int.Parse) + si.Convert(3, x => "c" + x) + Try(() => ss.Convert("z", int.Parse)) + Shared<string>.Count + Shared<int>.Count + Account.Held(ss));
        W(Shared<string>.Thrower("ok") + Try(() => Shared<string>.Thrower(null)) + Try(() => Shared<object>.Thrower(null)) + Shared<int>.Thrower(9) + Account.Held(typeof(Shared<string>)));
        W(StaticText("static") + Account.Held(typeof(Program)) + Try(() => StaticThrows(new int[1], 1)) + Try(() => StaticThrows(null, 1)) + Account.Held(typeof(Program)) + StaticBig(b).A + StaticBig(b).D);
        Eager.Touch(); W(order);
        object gate = new(); bool blocked = true; Thread other; lock (a) { other = new(() => { a.Add(1); lock (gate) blocked = false; }); other.Start(); Thread.Sleep(30); lock (gate) W(blocked); } other.Join(); W(blocked);
        lock (typeof(Program)) { other = new(() => { Count(1); lock (gate) blocked = true; }); other.Start(); Thread.Sleep(30); lock (gate) W(blocked); } other.Join(); W(blocked);
        List<object> garbage = new(); for (int i = 0; i < 3000; i++) { garbage.Add(ss.Add("g" + i)); if (i % 100 == 0) garbage.Clear(); garbage.Add(Try(() => a.Throws(i % 2 + 1))); } W(garbage.Count + ss.All()[2500]);
        return 51;
    }
}
