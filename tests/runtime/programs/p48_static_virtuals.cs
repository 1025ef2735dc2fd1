// Static abstract and virtual members of interfaces: exact and shared code, generic and default members, members of
// framework types, and as delegates.
using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;

interface IMake<TSelf> where TSelf : IMake<TSelf>
{
    static abstract TSelf Make(int x);
    static abstract string Pair<U>(U other);
    static virtual string Name() => "default of " + typeof(TSelf).Name;
    static virtual string Kind<U>(U u) => typeof(TSelf).Name + "/" + typeof(U).Name + "/" + u;
    static abstract int Count { get; set; }
    static virtual TSelf operator +(TSelf a, TSelf b) => throw new NotSupportedException("no +");
}
interface IPlain { static abstract int Value(); static virtual long Wide(long a, double b, Guid g) => a + (long)b + g.ToByteArray()[0]; }
interface IVariant<out T> { static abstract string Which(); }

class A : IMake<A>, IPlain, IVariant<string>
{
    public int X;
    public static A Make(int x) => new A { X = x };
    public static string Pair<U>(U other) => "A&" + typeof(U).Name + other;
    public static int Count { get; set; }
    public static A operator +(A a, A b) => new A { X = a.X + b.X };
    public static int Value() => 1;
    static string IVariant<string>.Which() => "A as variant";
    public override string ToString() => "A" + X;
}
class B : IMake<B>, IPlain
{
    public string T;
    public static B Make(int x) => new B { T = new string('b', x) };
    public static string Pair<U>(U other) => "B&" + typeof(U).Name + other;
    public static string Name() => "the name of B";
    public static int Count { get => 42; set => Console.WriteLine("B.Count = " + value); }
    public static int Value() => 2;
    public static long Wide(long a, double b, Guid g) => -1;
    public override string ToString() => T;
}
class Derived : B { }
struct S : IMake<S>, IPlain, IVariant<Exception>
{
    public int X;
    public static S Make(int x) => new S { X = -x };
    public static string Pair<U>(U other) => "S&" + typeof(U).Name + other;
    public static string Kind<U>(U u) => "S decides: " + u;
    public static int Count { get; set; }
    public static int Value() => 3;
    static string IVariant<Exception>.Which() => "S as variant";
    public override string ToString() => "S" + X;
}
class G<T> : IMake<G<T>>, IPlain
{
    static int count;
    public T Item;
    public static G<T> Make(int x) => new G<T> { Item = default };
    public static string Pair<U>(U other) => typeof(T).Name + "&" + typeof(U).Name + other;
    public static string Name() => "G of " + typeof(T).Name;
    public static int Count { get => count; set => count = value * 10; }
    public static int Value() => typeof(T).Name.Length;
    public override string ToString() => "G<" + typeof(T).Name + ">" + (Item == null ? "null" : Item.ToString());
}
struct V<T> : IMake<V<T>>, IPlain
{
    public T Item;
    public static V<T> Make(int x) => default;
    public static string Pair<U>(U other) => "V" + typeof(T).Name + "&" + typeof(U).Name + other;
    public static int Count { get; set; }
    public static int Value() => typeof(T).Name.Length * 100;
    public override string ToString() => "V<" + typeof(T).Name + ">";
}

class Factory<T> where T : IMake<T>, IPlain
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    [MethodImpl(No)] public T Get(int x) => T.Make(x);
    [MethodImpl(No)] public static T StaticGet(int x) => T.Make(x);
    [MethodImpl(No)] public string All(int n) { string s = ""; for (int i = 0; i < n; i++) s += T.Make(i) + T.Pair(i) + T.Value(); return s; }
    [MethodImpl(No)] public string Generic<U>(U u) => T.Pair(u) + T.Kind(u);
    [MethodImpl(No)] public string Deep<U>(List<U> u) => T.Pair(u.Count) + T.Pair(new List<U>(u).Count);
}

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Func<object> f) { try { return f().ToString(); } catch (Exception e) { return e.GetType().Name + ": " + e.Message; } }
    [MethodImpl(No)] static T Make<T>(int x) where T : IMake<T> => T.Make(x);
    [MethodImpl(No)] static string Name<T>() where T : IMake<T> => T.Name();
    [MethodImpl(No)] static string Pair<T, U>(U u) where T : IMake<T> => T.Pair(u);
    [MethodImpl(No)] static string Kind<T, U>(U u) where T : IMake<T> => T.Kind(u);
    [MethodImpl(No)] static int Counted<T>(int by) where T : IMake<T> { T.Count += by; T.Count++; return T.Count; }
    [MethodImpl(No)] static T Add<T>(T a, T b) where T : IMake<T> => a + b;
    [MethodImpl(No)] static int Value<T>() where T : IPlain => T.Value();
    [MethodImpl(No)] static long Wide<T>(long a, double b, Guid g) where T : IPlain => T.Wide(a, b, g);
    [MethodImpl(No)] static string Which<T>() where T : IVariant<object> => T.Which();
    [MethodImpl(No)] static Func<int, T> Maker<T>() where T : IMake<T> => T.Make;
    [MethodImpl(No)] static Func<string> Namer<T>() where T : IMake<T> => T.Name;
    [MethodImpl(No)] static Func<U, string> Pairer<T, U>() where T : IMake<T> => T.Pair<U>;
    [MethodImpl(No)] static unsafe int Pointer<T>() where T : IPlain { delegate*<int> p = &T.Value; return p() + p(); }
    [MethodImpl(No)] static T Sum<T>(params T[] a) where T : INumber<T> { T s = T.Zero; foreach (T x in a) s += x * T.One; return s; }
    [MethodImpl(No)] static T Parse<T>(string s) where T : IParsable<T> => T.Parse(s, null);
    [MethodImpl(No)] static bool TryParse<T>(string s, out T r) where T : ISpanParsable<T> => T.TryParse(s, null, out r);
    [MethodImpl(No)] static T Convert<T, U>(U u) where T : INumberBase<T> where U : INumberBase<U> => T.CreateSaturating(u);
    [MethodImpl(No)] static bool Less<T>(T a, T b) where T : IComparisonOperators<T, T, bool> => a < b;
    [MethodImpl(No)] static T Poly<T>(T x, T[] c) where T : IFloatingPointIeee754<T> { T r = T.Zero; for (int i = 0; i < c.Length; i++) r = T.FusedMultiplyAdd(r, x, c[i]); return T.Sqrt(T.Abs(r)) + T.Pi; }
    [MethodImpl(No)] static int Bits<T>(T x) where T : IBinaryInteger<T> => int.CreateChecked(T.PopCount(x)) + x.GetByteCount();

    static int Main()
    {
        W(Make<A>(1) + " " + Make<B>(2) + " " + Make<S>(3) + " " + Make<G<string>>(4) + " " + Make<G<int>>(5) + " " + Make<V<object>>(6) + " " + Make<V<long>>(7));
        W(Name<A>() + ", " + Name<B>() + ", " + Name<S>() + ", " + Name<G<string>>() + ", " + Name<G<Guid>>() + ", " + Name<V<string>>() + ", " + Name<V<byte>>());
        W(Pair<A, int>(1) + Pair<A, string>("s") + Pair<B, object>('o') + Pair<S, string>("t") + Pair<S, double>(1.5) + Pair<G<string>, A>(new A()) + Pair<G<int>, A>(null) + Pair<V<string>, S>(default) + Pair<V<int>, string>("v"));
        W(Kind<A, int>(1) + Kind<A, string>("s") + Kind<B, object>('o') + Kind<S, string>("t") + Kind<S, double>(1.5) + Kind<G<string>, A>(new A()) + Kind<V<string>, S>(default) + Kind<V<int>, string>("v"));
        W(Counted<A>(5) + Counted<A>(1) + " " + Counted<B>(7) + " " + Counted<S>(2) + " " + Counted<G<string>>(1) + " " + Counted<G<object>>(2) + " " + Counted<G<int>>(3) + " " + Counted<V<string>>(4));
        W(Add(new A { X = 3 }, new A { X = 4 })); W(Try(() => Add(new B(), new B()))); W(Try(() => Add(new S(), new S())));
        W(Value<A>() + Value<B>() * 10 + Value<Derived>() * 100 + Value<S>() * 1000 + Value<G<string>>() + Value<V<int>>());
        W(Wide<A>(1L << 40, 2.5, new Guid("000000ff-0000-0000-0000-000000000000")) + " " + Wide<B>(1, 2, default) + " " + Wide<S>(3, 4, default));
        W(Which<A>());
        W(Maker<A>()(5) + " " + Maker<B>()(6) + " " + Maker<S>()(7) + " " + Maker<G<string>>()(8) + " " + Maker<V<string>>()(9) + " " + Namer<A>()() + " " + Namer<B>()() + " " + Namer<S>()() + " " + Namer<G<A>>()());
        W(Pairer<A, string>()("x") + Pairer<B, int>()(1) + Pairer<S, object>()("o") + Pairer<G<string>, string>()("g"));
        W(Pointer<A>() + Pointer<B>() + Pointer<S>() + Pointer<G<string>>() + Pointer<V<object>>());
        W(Sum(1, 2, 3) + " " + Sum(1.5, 2.25) + " " + Sum(1m, 2.5m) + " " + Sum<BigInteger>(1, BigInteger.Pow(7, 30)) + " " + Sum<Half>((Half)1, (Half)2) + " " + Sum<byte>(200, 100) + " " + Sum('a', '\u0001'));
        W(Parse<int>("-12") + " " + Parse<double>("2.5") + " " + Parse<Guid>("00000000-0000-0000-0000-000000000001") + " " + Parse<string>("text") + " " + Parse<BigInteger>("123456789012345678901234567890") + " " + Try(() => Parse<int>("x")));
        W(TryParse<long>("77", out long l) + " " + l + " " + TryParse<decimal>("no", out decimal d) + " " + d + " " + TryParse<Guid>("1", out Guid v) + v);
        W(Convert<byte, int>(1000) + " " + Convert<int, double>(-2.75) + " " + Convert<BigInteger, decimal>(12345.6m) + " " + Convert<Half, long>(65504) + " " + Less(1, 2) + Less(2.5m, 1m) + Less<BigInteger>(-1, 0));
        W(Poly(0.5, new[] { 1.0, -2, 3 }) + " " + Poly(0.5f, new[] { 1f, -2, 3 }) + " " + Bits(255) + " " + Bits(-1L) + " " + Bits((byte)7) + " " + Bits<BigInteger>(1023));
        Factory<A> fa = new(); Factory<B> fb = new(); Factory<S> fs = new(); Factory<G<string>> fg = new(); Factory<V<string>> fv = new();
        W(fa.Get(1) + " " + fb.Get(1) + " " + fs.Get(1) + " " + fg.Get(1) + " " + fv.Get(1) + " " + Factory<A>.StaticGet(2) + " " + Factory<B>.StaticGet(2) + " " + Factory<S>.StaticGet(2) + " " + Factory<G<string>>.StaticGet(2));
        W(fa.All(3) + fb.All(3) + fs.All(3) + fg.All(2) + fv.All(2));
        W(fa.Generic("u") + fb.Generic(1) + fs.Generic("u") + fs.Generic(2.5) + fg.Generic("u") + fg.Generic(new A()) + fv.Generic(3));
        W(fa.Deep(new List<string> { "x" }) + fb.Deep(new List<int> { 1, 2 }) + fs.Deep(new List<A>()) + fg.Deep(new List<object> { null }));
        return 48;
    }
}
