// Generic types and methods over reference and value types; shared code with its lookups through this, method and type dictionaries.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

struct Point : IEquatable<Point>, IComparable<Point> { public int X, Y; public Point(int x, int y) { X = x; Y = y; } public bool Equals(Point o) => X == o.X && Y == o.Y; public int CompareTo(Point o) => X != o.X ? X.CompareTo(o.X) : Y.CompareTo(o.Y); public override string ToString() => X + "/" + Y; public override int GetHashCode() => X * 31 + Y; public override bool Equals(object o) => o is Point p && Equals(p); }

class Stack<T>
{
    T[] items = new T[2]; int count;
    public int Count => count;
    public void Push(T t) { if (count == items.Length) { T[] bigger = new T[count * 2]; for (int i = 0; i < count; i++) bigger[i] = items[i]; items = bigger; } items[count++] = t; }
    public T Pop() { T t = items[--count]; items[count] = default(T); return t; }
    public T this[int i] { get => items[i]; set => items[i] = value; }
    public Stack<U> Map<U>(Func<T, U> f) { Stack<U> r = new Stack<U>(); for (int i = 0; i < count; i++) r.Push(f(items[i])); return r; }
    public Type ItemType => typeof(T);
    public bool Holds(object o) => o is T;
    public T Cast(object o) => (T)o;
    public T[] ToArray() { T[] a = new T[count]; Array.Copy(items, a, count); return a; }
    public static Stack<T> Of(params T[] values) { Stack<T> s = new Stack<T>(); foreach (T v in values) s.Push(v); return s; }
    public static int Instances; public static string Describe() => typeof(T).Name + Instances++;
}

class Pair<A, B> { public A First; public B Second; public Pair(A a, B b) { First = a; Second = b; } public Pair<B, A> Swap() => new Pair<B, A>(Second, First); public override string ToString() => First + "&" + Second; public class Inner<C> { public A X; public C Y; public string Names() => typeof(A).Name + typeof(B).Name + typeof(C).Name; } }
struct Box<T> { public T Value; public Box(T v) { Value = v; } public T Get() => Value; public Box<U> With<U>(U u) => new Box<U>(u); public override string ToString() => "[" + Value + "]"; }
abstract class Base<T> { public abstract string Show(T t); public virtual T Id(T t) => t; public string Twice(T t) => Show(t) + Show(Id(t)); }
class IntImpl : Base<int> { public override string Show(int t) => "i" + t; public override int Id(int t) => t + 1; }
class ListImpl<T> : Base<List<T>> { public override string Show(List<T> t) => typeof(T).Name + t.Count; public override List<T> Id(List<T> t) { List<T> r = new List<T>(t); r.Add(default(T)); return r; } }
interface IVisitor<R> { R Visit<T>(T t); }
class NameVisitor : IVisitor<string> { public string Visit<T>(T t) => typeof(T).Name + ":" + t; }
class SizeVisitor : IVisitor<int> { public int Visit<T>(T t) => t is string s ? s.Length : Unsafe.SizeOf<T>(); }
class New<T> where T : new() { public static T Make() => new T(); public T[] Many(int n) { T[] a = new T[n]; for (int i = 0; i < n; i++) a[i] = new T(); return a; } }
class Thing { static int next; public int Id = ++next; public override string ToString() => "thing" + Id; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    [MethodImpl(No)] static T Identity<T>(T t) => t;
    [MethodImpl(No)] static string Name<T>() => typeof(T).Name;
    [MethodImpl(No)] static T[] Array1<T>(T a) => new T[] { a, a };
    [MethodImpl(No)] static string Chain<T>(T t, int n) => n == 0 ? Name<T>() : Chain(new Box<T>(t), n - 1);
    [MethodImpl(No)] static bool Is<T>(object o) => o is T;
    [MethodImpl(No)] static T As<T>(object o) where T : class => o as T;
    [MethodImpl(No)] static T Cast<T>(object o) => (T)o;
    [MethodImpl(No)] static object BoxIt<T>(T t) => t;
    [MethodImpl(No)] static bool IsNull<T>(T t) => t == null;
    [MethodImpl(No)] static T Default<T>() => default(T);
    [MethodImpl(No)] static void Swap<T>(ref T a, ref T b) { T t = a; a = b; b = t; }
    [MethodImpl(No)] static T Max<T>(T a, T b) where T : IComparable<T> => a.CompareTo(b) >= 0 ? a : b;
    [MethodImpl(No)] static string Str<T>(T t) => t.ToString();
    [MethodImpl(No)] static int HashOf<T>(T t) => t.GetHashCode();
    [MethodImpl(No)] static bool Same<T>(T a, T b) => EqualityComparer<T>.Default.Equals(a, b);
    [MethodImpl(No)] static T Create<T>() where T : new() => new T();
    [MethodImpl(No)] static List<T> ListOf<T>(params T[] a) => new List<T>(a);
    [MethodImpl(No)] static Func<T, string> Shower<T>() => t => typeof(T).Name + "=" + t;
    [MethodImpl(No)] static void Sort<T>(T[] a) where T : IComparable<T> { for (int i = 1; i < a.Length; i++) { T x = a[i]; int j = i - 1; while (j >= 0 && a[j].CompareTo(x) > 0) { a[j + 1] = a[j]; j--; } a[j + 1] = x; } }
    [MethodImpl(No)] static R Fold<T, R>(IEnumerable<T> items, R seed, Func<R, T, R> f) { R r = seed; foreach (T t in items) r = f(r, t); return r; }
    [MethodImpl(No)] static string Two<A, B>(A a, B b) => Name<A>() + Name<B>() + Name<Pair<A, B>>() + new Pair<A, B>(a, b).Swap();
    [MethodImpl(No)] static R Accept<T, R>(T t, IVisitor<R> v) => v.Visit(t);
    [MethodImpl(No)] static string Catch<T>(Action a) where T : Exception { try { a(); return "none"; } catch (T e) { return typeof(T).Name + "<-" + e.GetType().Name; } catch (Exception e) { return "other " + e.GetType().Name; } }
    [MethodImpl(No)] static void Store<T>(T[] a, int i, T v) => a[i] = v;
    [MethodImpl(No)] static ref T Ref<T>(T[] a, int i) => ref a[i];

    static void W(object o) => Console.WriteLine(o);

    static int Main()
    {
        Stack<int> si = Stack<int>.Of(1, 2, 3, 4, 5); Stack<string> ss = Stack<string>.Of("a", "b", "c"); Stack<Point> sp = new Stack<Point>(); for (int i = 0; i < 10; i++) sp.Push(new Point(i, i * i));
        W(si.Pop() + si.Pop() + si.Count); W(ss.Pop() + ss.Pop() + ss.Count); W(sp.Pop().ToString() + sp[3] + sp.Count); W(si.Map(x => "n" + x).Pop()); W(ss.Map(x => x.Length + 7).Pop()); W(sp.Map(p => p.X * 1.5).Pop()); W(sp.Map(p => new Box<Point>(p)).Pop());
        W(si.ItemType.Name + ss.ItemType.Name + sp.ItemType.Name); W(si.Holds(5) + "" + si.Holds("x") + ss.Holds("x") + ss.Holds(5) + sp.Holds(new Point()) + ss.Holds(null)); W(ss.Cast("ok") + si.Cast(9)); try { ss.Cast(5); } catch (InvalidCastException) { W("badcast"); } try { si.Cast("s"); } catch (InvalidCastException) { W("badcast"); }
        W(Stack<int>.Describe() + Stack<int>.Describe() + Stack<string>.Describe() + Stack<object>.Describe() + Stack<string>.Describe()); W(ss.ToArray().GetType().Name + sp.ToArray().Length);
        W(new Pair<int, string>(1, "x").Swap().Swap()); W(new Pair<string, object>("k", 2.5).Swap()); W(new Pair<int, string>.Inner<double>().Names()); W(new Pair<string, object>.Inner<Thing>().Names());
        W(new Box<string>("bs").With(5).With("y").Get()); W(new IntImpl().Twice(5)); W(new ListImpl<string>().Twice(new List<string> { "q" })); W(new ListImpl<int>().Twice(new List<int>()));
        W(Identity(5) + Identity("x") + Identity(new Point(1, 2)) + Identity(2.5)); W(Name<int>() + Name<string>() + Name<List<string>>() + Name<int[]>()); W(Array1("z").Length + Array1(5)[1]); W(Chain("s", 4)); W(Chain(1, 3));
        W(Is<string>("s") + "" + Is<string>(5) + Is<int>(5) + Is<Point>(new Point()) + Is<IComparable>(5) + Is<List<string>>(new List<string>()) + Is<List<object>>(new List<string>()) + Is<IEnumerable<object>>(new List<string>()));
        W((As<string>("as") ?? "null") + (As<string>(5) ?? "null") + (As<IComparable>(5) != null)); W(Cast<string>("c") + Cast<int>(5) + Cast<Point>(new Point(3, 4)) + (Cast<int?>(null) == null)); W(BoxIt(5).GetType().Name + BoxIt("s").GetType().Name + (BoxIt<int?>(null) == null) + BoxIt<int?>(6).GetType().Name); W(IsNull<string>(null) + "" + IsNull("") + IsNull(5) + IsNull<int?>(null)); W(Default<int>() + (Default<string>() ?? "null") + Default<Point>() + Default<DayOfWeek>());
        string a = "a", b = "b"; Swap(ref a, ref b); int x = 1, y = 2; Swap(ref x, ref y); Point p1 = new Point(1, 1), p2 = new Point(2, 2); Swap(ref p1, ref p2); W(a + b + x + y + p1 + p2);
        W(Max(3, 5) + Max("abc", "abd") + Max(new Point(1, 5), new Point(1, 4)) + Max(2.5, -1)); W(Str(5) + Str("s") + Str(new Point(1, 2)) + Str(DayOfWeek.Monday) + Str(true)); W(HashOf(5) + HashOf(new Point(1, 2))); W(Same("a", "a") + "" + Same(1, 2) + Same(new Point(1, 2), new Point(1, 2)) + Same<object>(null, 5));
        W(Create<Thing>().ToString() + Create<Thing>() + Create<int>() + Create<Point>()); W(New<Thing>.Make().ToString() + new New<Thing>().Many(3)[2] + new New<Point>().Many(2)[1]); W(ListOf(1, 2, 3).Count + ListOf("a")[0]); W(Shower<string>()("v") + Shower<int>()(4) + Shower<Thing>()(null));
        int[] ia = { 5, 2, 8, 1 }; Sort(ia); string[] sa = { "q", "b", "m" }; Sort(sa); Point[] pa = { new Point(2, 1), new Point(1, 9), new Point(1, 3) }; Sort(pa); W(string.Join(",", ia) + string.Join(",", sa) + string.Join(",", pa));
        W(Fold(ia, "", (s, i) => s + i)); W(Fold(sa, 0, (n, s) => n * 31 + s[0])); W(Fold(new List<Point>(pa), new Point(), (q, r) => new Point(q.X + r.X, q.Y + r.Y)));
        W(Two(1, "x")); W(Two("x", new object() is null)); W(Two("p", "q")); W(Accept(5, new NameVisitor()) + Accept("s", new NameVisitor()) + Accept(new Point(1, 2), new NameVisitor())); W(Accept(5L, new SizeVisitor()) + Accept("four", new SizeVisitor()) * 10 + Accept(new Point(), new SizeVisitor()) * 100);
        W(Catch<ArgumentException>(() => throw new ArgumentNullException()) + Catch<InvalidOperationException>(() => throw new ArgumentException()) + Catch<Exception>(() => { })); object[] covariant = new string[2]; W(Catch<ArrayTypeMismatchException>(() => Store(covariant, 0, new object()))); Store(covariant, 1, "fine"); W(covariant[1]); W(Catch<ArrayTypeMismatchException>(() => Ref(covariant, 0) = "x")); Ref(sa, 0) += "!"; Ref(ia, 1) += 40; W(sa[0] + ia[1]);
        Dictionary<Point, List<string>> d = new Dictionary<Point, List<string>>(); for (int i = 0; i < 20; i++) { Point k = new Point(i % 3, i % 2); if (!d.TryGetValue(k, out List<string> l)) d[k] = l = new List<string>(); l.Add("v" + i); } foreach (var kv in d) W(kv.Key + "=" + string.Join("+", kv.Value));
        return 12;
    }
}
