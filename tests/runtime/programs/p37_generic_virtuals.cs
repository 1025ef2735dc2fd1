// Generic virtual methods and variant dispatch over class hierarchies; default interface methods in generic interfaces; diamonds.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

abstract class Node { public abstract R Accept<R>(IVisitor<R> v); public virtual string Tag<T>(T t) => "node" + typeof(T).Name; public virtual T Pick<T>(T a, T b) => a; public virtual int Count<T>() where T : Node => this is T ? 1 : 0; }
class Num : Node { public int V; public override R Accept<R>(IVisitor<R> v) => v.Num(this); public override string Tag<T>(T t) => "num" + t + base.Tag(V); }
class Bin : Node { public Node L, R; public char Op; public override R1 Accept<R1>(IVisitor<R1> v) => v.Bin(this); public override T Pick<T>(T a, T b) => b; public override int Count<T>() => base.Count<T>() + L.Count<T>() + R.Count<T>(); }
class Special : Bin { public sealed override string Tag<T>(T t) => "special" + typeof(Dictionary<T, T>).Name + L.Tag(new[] { t }); public new T Pick<T>(T a, T b) => throw new InvalidOperationException(); }
interface IVisitor<out R> { R Num(Num n); R Bin(Bin b); R Twice(Node n) { n.Accept(this); return n.Accept(this); } }
class Eval : IVisitor<int> { public int Visits; public int Num(Num n) { Visits++; return n.V; } public int Bin(Bin b) { int l = b.L.Accept(this), r = b.R.Accept(this); return b.Op == '+' ? l + r : b.Op == '*' ? l * r : l - r; } }
class Show : IVisitor<string> { public string Num(Num n) => n.V.ToString(); public string Bin(Bin b) => "(" + b.L.Accept(this) + b.Op + b.R.Accept(this) + ")"; }
struct Depth : IVisitor<long> { public long Num(Num n) => 1; public long Bin(Bin b) => 1 + Math.Max(b.L.Accept(this), b.R.Accept(this)); }
class Fold<T> : IVisitor<T> { readonly Func<int, T> leaf; readonly Func<T, T, T> join; public Fold(Func<int, T> l, Func<T, T, T> j) { leaf = l; join = j; } T IVisitor<T>.Num(Num n) => leaf(n.V); T IVisitor<T>.Bin(Bin b) => join(b.L.Accept(this), b.R.Accept(this)); }
interface IConv<in A, out B> { B Conv(A a); IConv<A, C> Then<C>(IConv<B, C> next) => new Comp<A, B, C>(this, next); }
class Comp<A, B, C> : IConv<A, C> { readonly IConv<A, B> f; readonly IConv<B, C> g; public Comp(IConv<A, B> f, IConv<B, C> g) { this.f = f; this.g = g; } public C Conv(A a) => g.Conv(f.Conv(a)); }
class Fn<A, B> : IConv<A, B> { readonly Func<A, B> f; public Fn(Func<A, B> f) => this.f = f; public B Conv(A a) => f(a); }
interface ILog<T> { string Log(T t) => "I<" + typeof(T).Name + ">" + t; } interface ILogS : ILog<string> { string ILog<string>.Log(string t) => "S" + t; } interface ILogI : ILog<int> { string ILog<int>.Log(int t) => "N" + t; }
class Both : ILogS, ILogI, ILog<double> { } class Over : Both, ILog<int> { string ILog<int>.Log(int t) => "over" + t; } struct SBoth : ILogS { }
class Animal { public virtual string Name => "animal"; } class Cat : Animal { public override string Name => "cat"; } class Lion : Cat { public override string Name => "lion"; }
interface IProducer<out T> { T Next(); } interface IConsumer<in T> { string Take(T t); }
class Den : IProducer<Lion>, IProducer<Cat>, IConsumer<Animal>, IConsumer<Lion> { Lion IProducer<Lion>.Next() => new Lion(); Cat IProducer<Cat>.Next() => new Cat(); string IConsumer<Animal>.Take(Animal a) => "A:" + a.Name; string IConsumer<Lion>.Take(Lion l) => "L:" + l.Name; }
abstract class Repo<K, V> where K : notnull { readonly Dictionary<K, V> d = new(); public virtual R With<R>(K k, Func<V, R> f, R none) => d.TryGetValue(k, out V v) ? f(v) : none; public abstract K KeyOf(V v); public Repo<K, V> Put(V v) { d[KeyOf(v)] = v; return this; } } class People : Repo<string, (string Name, int Age)> { public override string KeyOf((string Name, int Age) p) => p.Name; public override R With<R>(string k, Func<(string Name, int Age), R> f, R none) => base.With(k.ToLowerInvariant(), f, none); } class Ints : Repo<int, string> { public override int KeyOf(string s) => s.Length; }
class Event<T> { event Action<T> handlers; public virtual void On<U>(Action<U> h) where U : T { handlers += t => { if (t is U u) h(u); }; } public void Fire(T t) => handlers?.Invoke(t); }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static string Tags(Node n) => n.Tag(5) + "|" + n.Tag("s") + "|" + n.Tag<object>(null) + "|" + n.Tag(2.5) + "|" + n.Tag(new List<string>()) + "|" + n.Tag((1, "t"));
    [MethodImpl(No)] static string Picks(Node n) => n.Pick(1, 2) + n.Pick("a", "b") + n.Pick(1.5, 2.5) + n.Pick(new Cat(), new Lion()).Name;
    [MethodImpl(No)] static R Run<R>(Node n, IVisitor<R> v) => v.Twice(n);
    [MethodImpl(No)] static R RunT<V, R>(Node n, V v) where V : IVisitor<R> => n.Accept<R>(v);
    [MethodImpl(No)] static string Next(IProducer<Animal> p) => p.Next().Name;
    [MethodImpl(No)] static string Cov<T>(IProducer<T> p) where T : Animal => p.Next().Name + typeof(T).Name;
    [MethodImpl(No)] static string Take(IConsumer<Lion> c) => c.Take(new Lion());
    [MethodImpl(No)] static string TakeCat(IConsumer<Cat> c) => c.Take(new Cat());
    [MethodImpl(No)] static string Log<T>(ILog<T> l, T t) => l.Log(t);
    [MethodImpl(No)] static string Try(Func<string> f) { try { return f(); } catch (Exception e) { return e.GetType().Name; } }
    [MethodImpl(No)] static string GvmDelegate(Node n) { Func<string, string> f = n.Tag<string>; Func<int, string> g = n.Tag<int>; Func<int, int, int> h = n.Pick<int>; return f("d") + g(1) + h(3, 4); }
    [MethodImpl(No)] static string Ambiguous(object o) => o is IProducer<Animal> ? "yes" : "no";
    static Node N(int v) => new Num { V = v }; static Node Bn(char op, Node l, Node r) => new Bin { Op = op, L = l, R = r };

    static int Main()
    {
        Node e = Bn('+', N(2), Bn('*', N(3), Bn('-', N(10), N(4)))); Special s = new Special { Op = '*', L = e, R = N(7) }; Eval ev = new(); W(Run(e, ev)); W(ev.Visits); W(Run(s, new Show())); W(Run<object>(e, new Show())); W(RunT<Depth, long>(s, default)); W(((IVisitor<long>)new Depth()).Twice(e)); W(Run(s, new Fold<double>(i => i * 0.5, (a, b) => a + b))); W(Run(s, new Fold<string>(i => "<" + i, (a, b) => b + a))); W(Run(s, new Fold<(int, int)>(i => (i, 1), (a, b) => (a.Item1 + b.Item1, a.Item2 + b.Item2)))); W(Run(s, new Fold<List<int>>(i => new() { i }, (a, b) => { a.AddRange(b); return a; })).Count);
        foreach (Node n in new[] { N(1), e, s }) { W(Tags(n)); W(Picks(n)); W(GvmDelegate(n)); W(n.Count<Num>() + "," + n.Count<Bin>() + "," + n.Count<Special>() + "," + n.Count<Node>()); } W(Try(() => "" + s.Pick(1, 2))); IConv<string, int> len = new Fn<string, int>(x => x.Length); IConv<object, string> str = new Fn<object, string>(x => "<" + x + ">"); W(len.Then(new Fn<int, double>(x => x * 1.5)).Then(new Fn<double, string>(x => x + "!")).Conv("four")); W(str.Then(len).Conv(12345)); IConv<string, object> variant = str; W(variant.Conv("v")); W(variant.Then(new Fn<object, int>(o => o.ToString().Length)).Conv("vv"));
        Den d = new(); W(Cov<Lion>(d) + Cov<Cat>(d)); W(Take(d)); W(TakeCat(d)); W(Ambiguous(d)); W(Next(new D2())); Both b = new(); W(Log<string>(b, "x") + Log<int>(b, 5) + Log<double>(b, 2.5)); Over ov = new(); W(Log<string>(ov, "y") + Log<int>(ov, 6) + Log<double>(ov, 3.5)); W(Log<string>(new SBoth(), "z")); People p = (People)new People().Put(("ann", 30)).Put(("bob", 41)); W(p.With("ANN", x => x.Age * 2, -1) + p.With("zed", x => x.Age, -1) + p.With("Bob", x => x.Name + "!", "none") + p.With("q", x => (object)x, "obj")); W(new Ints().Put("aaa").Put("bb").With(2, x => x + x, "")); Event<Animal> evt = new(); string heard = ""; evt.On<Cat>(c => heard += "c" + c.Name); evt.On<Lion>(l => heard += "l" + l.Name); evt.On<Animal>(a => heard += "a"); evt.Fire(new Animal()); evt.Fire(new Lion()); W(heard); return 37;
    }
    class D2 : IProducer<Lion> { public Lion Next() => new Lion(); }
}
