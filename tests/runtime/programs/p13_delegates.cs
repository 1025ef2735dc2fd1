// Delegates: static, instance, virtual, over structs and generics, multicast, closures, events, method groups.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

delegate int IntOp(int a, int b);
delegate void RefOp(ref int a, out int b, in long c);
delegate T Maker<out T>();
delegate string Taker<in T>(T t);
delegate Wide WideOp(Wide w, int n, double d);
struct Wide { public long A, B, C, D; public string S; }
struct Acc { public int Total; public int Add(int x) { Total += x; return Total; } public override string ToString() => "acc" + Total; }
class Base { protected int k; public Base(int k) { this.k = k; } public virtual int V(int a, int b) => a + b + k; public int N(int a, int b) => a * b + k; public IntOp BaseV() => Base2; int Base2(int a, int b) => -1; }
class Derived : Base { public Derived(int k) : base(k) { } public override int V(int a, int b) => a - b - k; public IntOp CallBase() => base.V; public IntOp CallThis() => V; }
interface IOp { int Op(int a, int b); }
class Impl : IOp { int IOp.Op(int a, int b) => a * 100 + b; }
static class Extensions { public static string Twice(this string s) => s + s; public static int Plus(this Base b, int n) => b.N(n, n); }
class Publisher { public event Action<string> Said; event IntOp custom; public int Adds; public event IntOp Custom { add { Adds++; custom += value; } remove { Adds--; custom -= value; } } public void Say(string s) => Said?.Invoke(s); public int Raise(int a) => custom == null ? -1 : custom(a, a); }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static string log = "";
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static int Add(int a, int b) => a + b;
    [MethodImpl(No)] static int Sub(int a, int b) => a - b;
    [MethodImpl(No)] static int Apply(IntOp f, int a, int b) => f(a, b);
    [MethodImpl(No)] static void Refs(ref int a, out int b, in long c) { b = a; a += (int)c; }
    [MethodImpl(No)] static Wide Widen(Wide w, int n, double d) { w.A += n; w.D = (long)(d * 10); w.S += "!"; return w; }
    [MethodImpl(No)] static void LogA() => log += "A";
    [MethodImpl(No)] static void LogB() => log += "B";
    [MethodImpl(No)] static void LogThrow() { log += "T"; throw new InvalidOperationException(); }
    [MethodImpl(No)] static IntOp Curry(int k) => (a, b) => a * k + b;
    [MethodImpl(No)] static Func<int> Counter(int start) { int n = start; return () => n++; }
    [MethodImpl(No)] static Func<T, T> Compose<T>(Func<T, T> f, Func<T, T> g) => x => g(f(x));
    [MethodImpl(No)] static Func<B, A, C> Flip<A, B, C>(Func<A, B, C> f) => (b, a) => f(a, b);
    [MethodImpl(No)] static string Generic<T>(T t) => typeof(T).Name + t;
    [MethodImpl(No)] static Func<T, string> GenericDelegate<T>() => Generic<T>;
    [MethodImpl(No)] static List<Func<int>> Loop() { var l = new List<Func<int>>(); for (int i = 0; i < 3; i++) { int j = i * 10; l.Add(() => i + j++); } foreach (int k in new[] { 7, 8 }) l.Add(() => k); return l; }
    [MethodImpl(No)] static int Nested(int a) { int b = a + 1; Func<int, Func<int, int>> f = c => { int d = b * c; return e => a + b + c + d + e++ + (b += 1); }; return f(2)(3) * 1000 + f(4)(5) + b; }
    [MethodImpl(No)] static int Fix(int n) { Func<int, int> fact = null; fact = k => k <= 1 ? 1 : k * fact(k - 1); return fact(n); }
    [MethodImpl(No)] static long Many(Func<int, long, double, float, string, byte, short, object, long> f) => f(1, 2, 3.5, 4.5f, "five", 6, 7, 8);

    static int Main()
    {
        W(Apply(Add, 5, 3)); W(Apply(Sub, 5, 3)); W(Apply((a, b) => a ^ b, 5, 3)); W(Apply(new IntOp(Add), 1, 1));
        Base o = new Derived(7); W(Apply(o.V, 10, 2)); W(Apply(o.N, 10, 2)); Derived d = (Derived)o; W(Apply(d.CallBase(), 10, 2)); W(Apply(d.CallThis(), 10, 2)); W(Apply(new Base(1).V, 10, 2)); W(Apply(o.BaseV(), 1, 2));
        W(Apply(((IOp)new Impl()).Op, 3, 4)); Func<string> ext = "ab".Twice; W(ext()); Func<int, int> plus = o.Plus; W(plus(4));
        Acc acc = default; Func<int, int> add = acc.Add; add(5); W(add(6)); W(acc.Total); Func<string> ts = acc.ToString; W(ts()); Func<string> its = 5.ToString; W(its()); Func<object, bool> eq = 5.Equals; W(eq(5)); Func<int> hash = "x".GetHashCode; W(hash() == "x".GetHashCode()); Func<Type> gt = acc.GetType; W(gt().Name);
        int ra = 1, rb; RefOp r = Refs; r(ref ra, out rb, 9); W(ra * 100 + rb); r = (ref int a, out int b, in long c) => { a = (int)c; b = 2; }; r(ref ra, out rb, 4); W(ra * 100 + rb);
        WideOp w = Widen; Wide wide = w(new Wide { A = 1, B = 2, C = 3, S = "w" }, 10, 2.5); W(wide.A + wide.B + wide.C + wide.D + wide.S); w += (x, n, dd) => { x.S = "last" + n; return x; }; W(w(wide, 3, 1).S);
        Action m = LogA; m += LogB; m += LogA; m(); m -= LogA; m(); m += LogThrow; m += LogB; try { m(); } catch (InvalidOperationException) { log += "!"; } W(log); W(m.GetInvocationList().Length); m -= LogThrow; m -= LogB; m -= LogB; m -= LogA; W(m == null); Action a1 = LogA, a2 = LogA; W(a1 == a2); W(a1.Equals((Action)LogB)); W((a1 + a2).GetInvocationList().Length);
        W(Apply(Curry(7), 3, 4)); Func<int> c1 = Counter(5), c2 = Counter(50); W(c1() + c1() + c2() + c1()); W(Compose<int>(x => x + 1, x => x * 2)(5)); W(Compose<string>(x => x + "1", x => x + "2")("s")); W(Flip<int, string, string>((a, b) => a + b)("b", 1)); W(GenericDelegate<int>()(5) + GenericDelegate<string>()("s") + GenericDelegate<object>()(2.5));
        foreach (Func<int> f in Loop()) W(f() * 100 + f()); W(Nested(3)); W(Fix(10)); W(Many((a, b, c, dd, e, f, g, h) => a + b + (long)c + (long)dd + e.Length + f + g + (int)h));
        Maker<string> ms = () => "made"; Maker<object> mo = ms; W(mo()); Taker<object> to = x => "took" + x; Taker<string> tstr = to; W(tstr("s")); IEnumerable<Func<object>> fs = new List<Func<string>> { () => "cov" }; foreach (var f in fs) W(f());
        Publisher p = new Publisher(); p.Say("nobody"); string heard = ""; Action<string> h1 = s => heard += "1" + s, h2 = s => heard += "2" + s; p.Said += h1; p.Said += h2; p.Say("x"); p.Said -= h1; p.Say("y"); W(heard); W(p.Raise(1)); p.Custom += Add; p.Custom += Sub; W(p.Raise(4)); p.Custom -= Sub; W(p.Raise(4)); W(p.Adds);
        Predicate<int> even = x => x % 2 == 0; W(string.Join(",", Array.FindAll(new[] { 1, 2, 3, 4 }, even))); Comparison<string> cmp = (x, y) => y.CompareTo(x); string[] names = { "a", "c", "b" }; Array.Sort(names, cmp); W(string.Join("", names)); W(Delegate.Combine(a1, null) == (Delegate)a1); W(add.Method.Name + (add.Target is Acc)); W((int)add.DynamicInvoke(1));
        Func<int, int> stat = static x => x * 3; W(stat(4)); Func<Func<int>> ff = () => () => 99; W(ff()()); Lazy<int> lazy = new Lazy<int>(() => { log = "lazy"; return 5; }); W(log == "lazy"); W(lazy.Value + lazy.Value + log);
        return 13;
    }
}
