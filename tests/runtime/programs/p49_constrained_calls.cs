// Calls through type variables on structs that do not override the method, on structs of other assemblies, on nullables,
// and of generic methods: what is boxed, what is called in place, and what the call may change.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

interface IBump { int Bump(); int Twice() { Bump(); return Bump(); } string Tell<U>(U u); string Default<U>(U u) => typeof(U).Name + "/" + u + "/" + Bump(); }
struct Plain { public int Z; }
struct PlainOf<T> { public T Item; public int N; }
struct Counter : IBump { public int N; public int Bump() => ++N; public string Tell<U>(U u) => typeof(U).Name + u + ++N; }
struct CounterOf<T> : IBump { public int N; public T Item; public int Bump() => N += 2; public string Tell<U>(U u) => typeof(T).Name + typeof(U).Name + u + ++N; public override string ToString() => "CounterOf " + N; }
class CounterClass : IBump { public int N; public int Bump() => N += 3; public virtual string Tell<U>(U u) => "class" + typeof(U).Name + u + ++N; }
sealed class DerivedCounter : CounterClass { public override string Tell<U>(U u) => "derived" + typeof(U).Name + u + ++N; }
enum Colour : short { Red, Green }
ref struct Stack { public int N; public override string ToString() => "ref struct " + N; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Func<object> f) { try { return f().ToString(); } catch (Exception e) { return e.GetType().Name; } }
    [MethodImpl(No)] static string Text<T>(T x) => x.ToString();
    [MethodImpl(No)] static string TextOf<T>(PlainOf<T> x) => x.ToString();
    [MethodImpl(No)] static string TextIn<T>(T[] a, int i) => a[i].ToString();
    [MethodImpl(No)] static bool Same<T>(T x, object y) => x.Equals(y);
    [MethodImpl(No)] static bool SameOf<T>(PlainOf<T> x, object y) => x.Equals(y);
    [MethodImpl(No)] static int Hash<T>(T x) => x.GetHashCode();
    [MethodImpl(No)] static Type TypeOf<T>(T x) => x.GetType();
    [MethodImpl(No)] static Type TypeOfPlain<T>(PlainOf<T> x) => x.GetType();
    [MethodImpl(No)] static int BumpTwice<T>(ref T x) where T : IBump => x.Bump() + x.Bump();
    [MethodImpl(No)] static int DefaultTwice<T>(ref T x) where T : IBump => x.Twice();
    [MethodImpl(No)] static string Tell<T, U>(ref T x, U u) where T : IBump => x.Tell(u) + x.Tell(u);
    [MethodImpl(No)] static string Default<T, U>(ref T x, U u) where T : IBump => x.Default(u);
    [MethodImpl(No)] static string TellOf<T>(ref CounterOf<T> x, T u) => x.Tell(u) + x.Tell(new List<T>().Count) + x;
    [MethodImpl(No)] static string TellMine<T>(DerivedCounter c, T u) => c.Tell(u) + c.Tell(new T[2].Length);
    [MethodImpl(No)] static int Compare<T>(T x, T y) where T : IComparable<T> => x.CompareTo(y);
    [MethodImpl(No)] static bool Equal<T>(T x, T y) where T : IEquatable<T> => x.Equals(y);
    [MethodImpl(No)] static string Format<T>(T x, string f) where T : IFormattable => x.ToString(f, null);
    [MethodImpl(No)] static int Enumerate<T, U>(ref T e, List<U> to) where T : IEnumerator<U> { int n = 0; while (e.MoveNext()) { to.Add(e.Current); n++; } return n; }
    [MethodImpl(No)] static void Free<T>(ref T d) where T : IDisposable => d.Dispose();
    [MethodImpl(No)] static V Find<T, K, V>(T d, K k) where T : IReadOnlyDictionary<K, V> => d[k];
    [MethodImpl(No)] static string FromSpan<T>(ref T x) where T : ISpanFormattable { Span<char> s = new char[64]; return x.TryFormat(s, out int n, default, null) ? s.Slice(0, n).ToString() : "too long"; }
    [MethodImpl(No)] static TResult Visit<T, TResult>(T x, Func<T, TResult> f) where T : struct => f(x);

    static int Main()
    {
        W(Text(new Plain()) + Text(5) + Text("s") + Text(Colour.Green) + Text<int?>(7) + Text<int?>(null) + Text(new Counter { N = 4 }) + Text(1.5m) + Text(new PlainOf<string>()) + Text(new PlainOf<int>()) + Text(new CounterOf<string>()));
        W(TextOf(new PlainOf<string>()) + TextOf(new PlainOf<long>()) + TextIn(new[] { new PlainOf<object>() }, 0) + TextIn(new[] { "a", "b" }, 1) + Try(() => TextIn(new string[1], 0)) + TextIn(new Plain[1], 0) + TextIn(new Colour[2], 1) + TextIn(new KeyValuePair<string, int>[1], 0));
        W(Same(new Plain { Z = 1 }, new Plain { Z = 1 }) + "" + Same(new Plain(), new Plain { Z = 1 }) + Same(new PlainOf<string> { Item = "x" }, new PlainOf<string> { Item = "x" }) + SameOf(new PlainOf<string> { N = 1 }, new PlainOf<string>()) + SameOf(new PlainOf<int>(), default(PlainOf<int>)) + Same(5, 5) + Same<int?>(null, null) + Same<int?>(3, 3) + Same(Colour.Red, Colour.Red) + Same(Colour.Red, 0) + Same((1, "x"), (1, "x")));
        W(Hash(5) == 5.GetHashCode()); W(Hash(Colour.Green) == Colour.Green.GetHashCode()); W(Hash("x") == "x".GetHashCode()); W(Hash<int?>(null)); W(Hash(new Plain { Z = 3 }) == new Plain { Z = 3 }.GetHashCode()); W(Hash((1, 2)) == (1, 2).GetHashCode());
        W(TypeOf(5) + " " + TypeOf(new Plain()) + " " + TypeOf<int?>(4) + " " + Try(() => TypeOf<int?>(null)) + " " + Try(() => TypeOf<string>(null)) + " " + TypeOf<object>("s") + " " + TypeOf(new PlainOf<string>()) + " " + TypeOfPlain(new PlainOf<List<int>>()));
        Counter c = default; CounterOf<string> cs = default; CounterOf<int> ci = default; CounterClass cc = new(); CounterClass cd = new DerivedCounter(); IBump boxed = new Counter();
        W(BumpTwice(ref c) + " " + BumpTwice(ref cs) + " " + BumpTwice(ref ci) + " " + BumpTwice(ref cc) + " " + BumpTwice(ref boxed) + " now " + c.N + cs.N + ci.N + cc.N + ((Counter)boxed).N);
        W(DefaultTwice(ref c) + " " + DefaultTwice(ref cs) + " " + DefaultTwice(ref ci) + " " + DefaultTwice(ref cc) + " " + DefaultTwice(ref boxed) + " now " + c.N + cs.N + ci.N + cc.N + ((Counter)boxed).N);
        W(Tell(ref c, 1) + Tell(ref c, "s") + Tell(ref cs, 2) + Tell(ref cs, "t") + Tell(ref ci, 3L) + Tell(ref ci, new object[0].Length) + Tell(ref cc, 'c') + Tell(ref cc, "u") + Tell(ref cd, 5) + Tell(ref cd, "v") + Tell(ref boxed, 6.5) + Tell(ref boxed, "w"));
        W(Default(ref c, 1) + Default(ref c, "s") + Default(ref cs, 2) + Default(ref cs, "t") + Default(ref cc, 'c') + Default(ref boxed, "u") + " now " + c.N + cs.N + cc.N + ((Counter)boxed).N);
        W(TellOf(ref cs, "own") + TellOf(ref ci, 12) + TellMine((DerivedCounter)cd, "mine") + TellMine((DerivedCounter)cd, 2.5f));
        W(Compare(1, 2) + Compare("b", "a") + Compare(1.5, double.NaN) + Compare(new DateTime(5), new DateTime(4)) + Compare((2, 1), (1, 9)) + " " + Equal(1, 1) + Equal("x", "y") + Equal(Guid.Empty, default) + Equal((1, "a"), (1, "a")));
        W(Format(255, "X4") + Format(1.5m, "F3") + Format(Colour.Green, "D") + Format(new DateTime(2020, 1, 2), "yyyy") + Format(Guid.Empty, "N").Length);
        List<int>.Enumerator le = new List<int> { 1, 2, 3 }.GetEnumerator(); List<int> to = new(); W(Enumerate(ref le, to) + to.Count); Free(ref le);
        Dictionary<string, int>.Enumerator de = new Dictionary<string, int> { ["k"] = 1 }.GetEnumerator(); List<KeyValuePair<string, int>> tod = new(); W(Enumerate(ref de, tod) + tod[0].Key); Free(ref de);
        IEnumerator<string> se = new List<string> { "p", "q" }.GetEnumerator(); List<string> tos = new(); W(Enumerate(ref se, tos) + tos[1]); Free(ref se);
        W(Find<Dictionary<string, int>, string, int>(new() { ["key"] = 9 }, "key")); int n = 123; decimal m = 4.25m; Guid g = Guid.Empty; W(FromSpan(ref n) + FromSpan(ref m) + FromSpan(ref g));
        Stack s = new() { N = 8 }; W(s.ToString()); W(Visit(new Counter { N = 3 }, x => x.Bump()) + Visit(new PlainOf<string> { Item = "v" }, x => x.Item));
        return 49;
    }
}
