// Interfaces: dispatch over many classes, structs through constraints and boxes, explicit and default implementations, variance, static abstracts.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

interface IA { int A(int x); }
interface IB : IA { int B(); int IA.A(int x) => x * 1000; }
interface IGreeter { string Name { get; } string Greet() => "hello " + Name + Suffix(); private string Suffix() => "!"; static string Shared(int n) => "shared" + n; string Loud() => Greet().ToUpperInvariant(); }
interface IPolite : IGreeter { string IGreeter.Greet() => "dear " + Name; }
interface ILeft : IGreeter { string IGreeter.Loud() => "left " + Greet(); }
interface IGen<T> { T Get(); void Set(T t); string Kind() => typeof(T).Name; }
interface ICo<out T> { T Make(); }
interface IContra<in T> { string Eat(T t); }
interface IMul<T> where T : IMul<T> { static abstract T Mul(T a, T b); static abstract T One { get; } static virtual string Describe() => "mul " + T.One; }
interface IGvm { string M<T>(T t); string D<T>(T t) => "default " + typeof(T).Name + t; }
interface ICounter { void Inc(); int Count { get; } int this[int i] { get; set; } event Action Changed; }

class C1 : IA { public int A(int x) => x + 1; }
class C2 : IA { int IA.A(int x) => x + 2; public int A(int x) => -x; }
class C3 : C1, IA { int IA.A(int x) => base.A(x) * 2; }
class C4 : IB { public int B() => 4; }
class C5 : IB { public int A(int x) => x + 5; public int B() => A(1); }
class C6 : C5 { public new int A(int x) => 666; }
struct S1 : IA { public int N; public int A(int x) { N++; return x + N * 100; } }
class Plain : IGreeter { public string Name => "plain"; }
class Polite : IPolite { public string Name => "polite"; }
class Left : ILeft { public string Name => "left"; }
class Own : IPolite { public string Name => "own"; public string Greet() => "own greet"; }
struct SGreet : IGreeter { public string N; public string Name => N; }
class GI : IGen<int>, IGen<string> { int i; string s = "s"; int IGen<int>.Get() => i; string IGen<string>.Get() => s; public void Set(int t) => i = t; public void Set(string t) => s = t; }
class GT<T> : IGen<T>, IGen<List<T>> { T t; public T Get() => t; public void Set(T v) => t = v; List<T> IGen<List<T>>.Get() => new List<T> { t, t }; void IGen<List<T>>.Set(List<T> v) => t = v[0]; }
class Animal { public virtual string Sound => "..."; }
class Dog : Animal { public override string Sound => "woof"; }
class Puppy : Dog { public override string Sound => "yip"; }
class Factory : ICo<Dog>, IContra<Animal> { public Dog Make() => new Puppy(); public string Eat(Animal a) => "ate " + a.Sound; }
struct Mod7 : IMul<Mod7> { public int V; public Mod7(int v) { V = v % 7; } public static Mod7 Mul(Mod7 a, Mod7 b) => new Mod7(a.V * b.V); public static Mod7 One => new Mod7(1); public override string ToString() => V + "mod7"; }
class Str : IMul<Str> { public string S; public static Str Mul(Str a, Str b) => new Str { S = a.S + b.S }; public static Str One => new Str { S = "" }; static string IMul<Str>.Describe() => "strings"; public override string ToString() => S; }
class Gvm : IGvm { public virtual string M<T>(T t) => "gvm " + typeof(T).Name + t; }
class Gvm2 : Gvm { public override string M<T>(T t) => "gvm2 " + typeof(List<T>).Name + base.M(t); }
class Gvm3 : IGvm { string IGvm.M<T>(T t) => "gvm3" + (t is string) + default(T); public string D<T>(T t) => "own " + t; }
struct GvmS : IGvm { public int N; public string M<T>(T t) => "gvms" + N + t; }
class Counter : ICounter { int n; readonly int[] a = new int[4]; public void Inc() { n++; Changed?.Invoke(); } public int Count => n; public int this[int i] { get => a[i]; set => a[i] = value; } public event Action Changed; }
class Range : IEnumerable<int> { readonly int n; public Range(int n) { this.n = n; } public IEnumerator<int> GetEnumerator() => new E { n = n, i = -1 }; IEnumerator IEnumerable.GetEnumerator() => GetEnumerator(); struct E : IEnumerator<int> { public int n, i; public int Current => i; object IEnumerator.Current => i; public bool MoveNext() => ++i < n; public void Reset() => i = -1; public void Dispose() { Console.WriteLine("disposed"); } } }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static int Call(IA a, int x) => a.A(x);
    [MethodImpl(No)] static int CallT<T>(T a, int x) where T : IA => a.A(x) + a.A(x);
    [MethodImpl(No)] static int CallRef<T>(ref T a, int x) where T : IA => a.A(x);
    [MethodImpl(No)] static string Gen<T>(IGen<T> g, T v) { g.Set(v); return g.Get() + g.Kind(); }
    [MethodImpl(No)] static T Power<T>(T a, int n) where T : IMul<T> { T r = T.One; for (int i = 0; i < n; i++) r = T.Mul(r, a); return r; }
    [MethodImpl(No)] static string Describe<T>() where T : IMul<T> => T.Describe();
    [MethodImpl(No)] static string Greet(IGreeter g) => g.Greet() + "/" + g.Loud();
    [MethodImpl(No)] static string GreetT<T>(T g) where T : IGreeter => g.Greet() + "/" + g.Loud() + "/" + g.Name;
    [MethodImpl(No)] static string G(IGvm g) => g.M(5) + g.M("s") + g.M(new List<int>().Count) + g.M<object>(null) + g.M(2.5m) + g.D(1) + g.D("d");
    [MethodImpl(No)] static string GT2<T, U>(T g, U u) where T : IGvm => g.M(u) + g.M(new[] { u }.Length) + g.D(u);
    [MethodImpl(No)] static string Co(ICo<Animal> c) => c.Make().Sound;
    [MethodImpl(No)] static string Contra(IContra<Puppy> c) => c.Eat(new Puppy());
    [MethodImpl(No)] static int Sum(IEnumerable<int> e) { int s = 0; foreach (int i in e) s += i; return s; }
    [MethodImpl(No)] static int Count(IEnumerable e) { int n = 0; foreach (object o in e) n += o is string ? 1 : 100; return n; }
    [MethodImpl(No)] static string Try(Func<object> f) { try { return f().ToString(); } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        IA[] all = { new C1(), new C2(), new C3(), new C4(), new C5(), new C6(), new S1() };
        // The same call site over many types: monomorphic, then polymorphic, then megamorphic.
        long s = 0; for (int i = 0; i < 300; i++) s = s * 31 + Call(all[i < 100 ? 0 : i % all.Length], i); W(s);
        foreach (IA a in all) W(Call(a, 10)); W(new C2().A(3)); W(new C6().A(3)); W(((IB)all[3]).B() + ((IB)all[4]).B());
        S1 st = default; W(CallT(st, 1)); W(CallRef(ref st, 1)); W(CallRef(ref st, 1)); W(st.N); IA boxed = st; boxed.A(1); boxed.A(1); W(((S1)boxed).N + st.N * 10); W(CallT(new C1(), 1)); W(CallT<IA>(new C3(), 1)); IA asI = st; W(CallRef(ref asI, 1));
        W(Greet(new Plain())); W(Greet(new Polite())); W(Greet(new Left())); W(Greet(new Own())); W(Greet(new SGreet { N = "struct" })); W(GreetT(new SGreet { N = "direct" })); W(GreetT(new Own())); W(IGreeter.Shared(5));
        GI gi = new GI(); W(Gen<int>(gi, 5)); W(Gen<string>(gi, "x")); GT<int> gt = new GT<int>(); W(Gen<int>(gt, 6)); W(Gen<List<int>>(gt, new List<int> { 9 })); W(gt.Get()); GT<string> gs = new GT<string>(); W(Gen<string>(gs, "y")); W(((IGen<List<string>>)gs).Get().Count + ((IGen<List<string>>)gs).Kind());
        W(Power(new Mod7(3), 5)); W(Power(new Str { S = "ab" }, 3)); W(Describe<Mod7>()); W(Describe<Str>());
        W(G(new Gvm())); W(G(new Gvm2())); W(G(new Gvm3())); W(G(new GvmS { N = 3 })); W(GT2(new GvmS { N = 4 }, "u")); W(GT2(new GvmS { N = 4 }, 7)); W(GT2(new Gvm2(), "u")); W(GT2<IGvm, object>(new Gvm2(), 7));
        Factory f = new Factory(); W(Co(f) + Contra(f)); W(f is ICo<Animal>); W((object)f is ICo<Puppy>); W((object)f is IContra<Dog>); W((object)f is IContra<object>); W((object)new List<string>() is IEnumerable<object>); W((object)new List<int>() is IEnumerable<object>); W((object)new string[0] is IList<object>); W((object)new int[0] is IEnumerable<int>); W((object)new int[0] is IEnumerable<uint>);
        W(Sum(new Range(5))); W(Sum(new[] { 1, 2, 3 })); W(Sum(new List<int> { 4, 5 })); W(Sum(new HashSet<int> { 6, 7 })); W(Count(new object[] { "a", 1, "b" })); W(Count(new Dictionary<int, int> { [1] = 2 })); W(Count("xyz"));
        ICounter c = new Counter(); int changes = 0; Action h = () => changes++; c.Changed += h; c.Inc(); c.Inc(); c.Changed -= h; c.Inc(); c[2] = 7; c[2] += 5; W(c.Count * 100 + changes * 10 + c[2]);
        W(Try(() => Call(null, 1))); W(Try(() => (IB)all[0])); W(Try(() => ((IA)(object)"s").A(1))); W(Try(() => (ICo<Puppy>)(object)f)); W(((IComparable<int>)5).CompareTo(6)); W(((IFormattable)5.5).ToString("F3", null)); W(((IConvertible)true).ToInt32(null)); using IEnumerator<int> e = ((IEnumerable<int>)new[] { 8, 9 }).GetEnumerator(); e.MoveNext(); W(e.Current);
        return 14;
    }
}
