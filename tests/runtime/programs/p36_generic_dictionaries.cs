// Shared generic code: everything that must be looked up at run time through this, a method dictionary or a type dictionary.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

class A { public override string ToString() => "A"; } class B : A { public override string ToString() => "B"; } struct S<T> { public T V; public override string ToString() => typeof(T).Name + "{" + V + "}"; }
interface IMake<T> { T Make(); } class Maker<T> : IMake<T> where T : new() { public T Make() => new T(); }
static class Cache<T> { public static readonly T[] Empty = new T[0]; public static int Hits; public static Dictionary<string, T> Map = new(); static Cache() { Program.Log("cache " + typeof(T).Name); } public static class Inner<U> { public static int N; public static string Name => typeof(T).Name + typeof(U).Name + N++; } }
class Lookups<T>
{
    static int made; [ThreadStatic] static T threadItem; T item; readonly List<T> list = new(); protected virtual string Kind => "base";
    public Lookups(T t) { item = t; made++; threadItem = t; }
    [MethodImpl(MethodImplOptions.NoInlining)] public string Types() => typeof(T).Name + typeof(T[]).Name + typeof(List<T>).Name + typeof(Dictionary<T, T[]>).Name + typeof(Lookups<S<T>>).Name + Kind + made;
    [MethodImpl(MethodImplOptions.NoInlining)] public object Allocs(int n) { T[] a = new T[n]; for (int i = 0; i < n; i++) a[i] = item; T[,] md = new T[1, 1]; md[0, 0] = item; T[][] jag = { a, null }; list.AddRange(a); return a.Length + list.Count + jag[0].Length + (md[0, 0] == null ? 0 : 1) + new Lookups<T[]>(a).item.Length + new Stack<T>(a).Count; }
    [MethodImpl(MethodImplOptions.NoInlining)] public string Casts(object o) => (o is T) + "," + (o is T[]) + "," + (o is List<T>) + "," + (o is IEnumerable<T>) + "," + (o is S<T>) + "," + (o is Lookups<T>);
    [MethodImpl(MethodImplOptions.NoInlining)] public string Calls() => Gen<int>() + Gen<T>() + Gen<List<T>>() + StaticGen(item) + Program.Outer(item) + Cache<T>.Inner<int>.Name + Cache<T>.Inner<T>.Name + Cache<List<T>>.Inner<T[]>.Name;
    [MethodImpl(MethodImplOptions.NoInlining)] string Gen<U>() => typeof(T).Name + "/" + typeof(U).Name + " ";
    [MethodImpl(MethodImplOptions.NoInlining)] static string StaticGen<U>(U u) => typeof(T).Name + "." + typeof(U).Name + u + " ";
    [MethodImpl(MethodImplOptions.NoInlining)] public string Delegates() { Func<T, string> f = t => typeof(T).Name + t; Func<string> g = Gen<T>; Func<T, string> h = StaticGen; Action<T> add = list.Add; add(item); Converter<T, S<T>> c = t => new S<T> { V = t }; return f(item) + g() + h(item) + c(item) + list.Count; }
    [MethodImpl(MethodImplOptions.NoInlining)] public string Statics() { Cache<T>.Hits++; Cache<T>.Map["k"] = item; Cache<T[]>.Hits += 10; return Cache<T>.Hits + Cache<T[]>.Hits + Cache<T>.Empty.Length + "" + Cache<T>.Map["k"] + threadItem; }
    [MethodImpl(MethodImplOptions.NoInlining)] public string Equality(T other) => EqualityComparer<T>.Default.Equals(item, other) + "" + Compare(item) + Equals(item, other);
    [MethodImpl(MethodImplOptions.NoInlining)] static string Compare(T t) { try { return Comparer<T>.Default.Compare(t, t) + ""; } catch (ArgumentException) { return "incomparable"; } }
    public IEnumerable<S<T>> Iterate(int n) { for (int i = 0; i < n; i++) yield return new S<T> { V = item }; }
    public async Task<string> Async() { await Task.Yield(); List<T> l = new() { item }; await Task.Yield(); return typeof(T).Name + l.Count; }
    [MethodImpl(MethodImplOptions.NoInlining)] public string Catching() { try { throw new GenEx<T>(item); } catch (GenEx<T> e) when (e.Item is T) { return "caught " + e.Item + typeof(T).Name; } }
    public (T, U) Tuple<U>(U u) => (item, u);
    public static implicit operator Lookups<T>(T t) => new(t);
}
class GenEx<T> : Exception { public T Item; public GenEx(T t) { Item = t; } }
class Sub<T, U> : Lookups<U> { public Sub(U u) : base(u) { } protected override string Kind => "sub" + typeof(T).Name + typeof(U).Name; }
class Fixed : Sub<string, A> { public Fixed() : base(new B()) { } protected override string Kind => "fixed" + base.Kind; }
struct Wrapper<T> : IComparable<Wrapper<T>> where T : IComparable<T> { public T V; public int CompareTo(Wrapper<T> o) => V.CompareTo(o.V); public List<Wrapper<T>> Many() => new() { this, this }; public override string ToString() => "w" + V + typeof(T).Name; }
class Curious<T> where T : Curious<T> { public T Self => (T)this; public static List<T> All = new(); protected Curious() { All.Add((T)this); } } class Yes : Curious<Yes> { } class No2 : Curious<No2> { }
class Visitor { public virtual R Visit<R, T>(T t, Func<T, R> f) => f(t); } class Logging : Visitor { public override R Visit<R, T>(T t, Func<T, R> f) { Program.Log(typeof(R).Name + typeof(T).Name); return base.Visit(t, f); } }

static class Program
{
    static string log = ""; public static void Log(string s) => log += s + ";";
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] public static string Outer<T>(T t) => Middle(new List<T> { t }) + Middle(new[] { t, t });
    [MethodImpl(No)] static string Middle<T>(IEnumerable<T> e) => typeof(T).Name + Inner<T, IEnumerable<T>>(e);
    [MethodImpl(No)] static string Inner<T, U>(U u) where U : IEnumerable<T> { int n = 0; foreach (T t in u) n++; return typeof(U).Name + n; }
    [MethodImpl(No)] static void All<T>(T a, T b) { Lookups<T> l = new(a); W(l.Types()); W(l.Allocs(3)); W(l.Casts(a) + l.Casts(new[] { a }) + l.Casts(new List<T>()) + l.Casts(null)); W(l.Calls()); W(l.Delegates()); W(l.Statics()); W(l.Equality(b)); W(string.Join("", l.Iterate(2))); W(l.Async().Result); W(l.Catching()); W(l.Tuple(5)); W(l.Tuple("t")); W(l.Tuple(b)); }
    [MethodImpl(No)] static T Make<T>() where T : new() => new Maker<T>().Make();
    [MethodImpl(No)] static T MakeI<T>(IMake<T> m) => m.Make();
    [MethodImpl(No)] static T Min<T>(params T[] a) where T : IComparable<T> { T m = a[0]; foreach (T t in a) if (t.CompareTo(m) < 0) m = t; return m; }
    [MethodImpl(No)] static string Depth<T>(int n) => n == 0 ? typeof(T).Name : Depth<List<T>>(n - 1) + typeof(T).Name;
    [MethodImpl(No)] static string Pair<A1, B1>(A1 a, B1 b, int n) => n == 0 ? typeof(Dictionary<A1, B1>).Name + a + b : Pair(b, a, n - 1);
    [MethodImpl(No)] static Dictionary<K, List<V>> GroupBy<K, V>(IEnumerable<V> e, Func<V, K> key) { Dictionary<K, List<V>> d = new(); foreach (V v in e) { K k = key(v); if (!d.TryGetValue(k, out List<V> l)) d.Add(k, l = new()); l.Add(v); } return d; }
    [MethodImpl(No)] static Func<T, Func<T, string>> Curry<T>() => a => b => typeof(T).Name + a + b + new S<T> { V = b };
    [MethodImpl(No)] static string Local<T>(T t) { string Go<U>(U u, int n) => n == 0 ? typeof(T).Name + typeof(U).Name : Go(new S<U> { V = u }, n - 1); return Go(t, 3) + Go("x", 1); }
    [MethodImpl(No)] static int Nullables<T>(T? t) where T : struct => (t.HasValue ? 1 : 0) + (t is T ? 2 : 0) + (typeof(T?) == typeof(int?) ? 4 : 0) + (((object)t) == null ? 8 : 0);
    [MethodImpl(No)] static string Constrained<T>(T t) where T : class, IEnumerable<char> => new string(t.Reverse().ToArray()) + (t as string) + t.GetType().Name;

    static int Main()
    {
        All("a", "b"); All(1, 2); All(new B(), new B()); All<object>("o", 3); All(new S<string> { V = "v" }, new S<string>()); All(new S<int> { V = 4 }, default); All(new[] { 1.5 }, null); All(DayOfWeek.Friday, DayOfWeek.Monday);
        W(new Fixed().Types()); W(new Sub<int, string>("s").Types()); W(new Sub<A, B>(new B()).Casts(new B())); Lookups<string> imp = "implicit"; W(imp.Types()); W(Make<A>() + "" + Make<S<int>>() + Make<B>() + MakeI<object>(new Maker<object>()).GetType().Name + MakeI(new Maker<List<A>>()).Count); W(Min(3, 1, 2) + Min("q", "b") + Min(new Wrapper<string> { V = "z" }, new Wrapper<string> { V = "y" }) + Min(new Wrapper<int> { V = 2 }, new Wrapper<int> { V = 1 }) + new Wrapper<string> { V = "m" }.Many()[1]); W(Depth<string>(4)); W(Pair("a", 1, 3)); W(Pair("a", new A(), 3)); foreach (var kv in GroupBy(new[] { "aa", "b", "cc", "ddd" }, s => s.Length)) W(kv.Key + string.Join(",", kv.Value)); foreach (var kv in GroupBy(new[] { 1, 2, 3, 4 }, i => i % 2 == 0 ? "even" : "odd")) W(kv.Key + string.Join(",", kv.Value)); W(Curry<string>()("x")("y") + Curry<int>()(1)(2)); W(Local("l") + Local(5)); W(Nullables<int>(5) + Nullables<int>(null) + Nullables<long>(5)); W(Constrained("abc")); new Yes(); new Yes(); W(new No2().Self.GetType().Name + Yes.All.Count + No2.All.Count + Curious<Yes>.All[0].Self.GetType().Name); Visitor v = new Logging(); W(v.Visit("s", x => x.Length) + v.Visit(5, x => "n" + x) + v.Visit(new A(), x => new S<A> { V = x })); W(log); return 36;
    }
}
