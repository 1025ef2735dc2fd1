// Unboxing to nullables, and class constructors, in shared code; what an unbox accepts and what it does not.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

enum Colour { Red, Green }
struct Plain { public int A; public string B; public override string ToString() => A + B; }
struct Of<T> { public T Item; public int N; public override string ToString() => "Of<" + typeof(T).Name + ">" + Item + N; }

class Precise<T>
{
    public static readonly string Log = "";
    static Precise() { Log = "cctor of " + typeof(T).Name; Program.Order.Add(typeof(T).Name); }
    [MethodImpl(MethodImplOptions.NoInlining)] public static string Generic<U>(U u) => typeof(T).Name + typeof(U).Name + u;
    [MethodImpl(MethodImplOptions.NoInlining)] public static string Static() => "static " + typeof(T).Name;
    public readonly string Made;
    [MethodImpl(MethodImplOptions.NoInlining)] public Precise(T t) => Made = "made " + t;
    [MethodImpl(MethodImplOptions.NoInlining)] public string Instance<U>(U u) => Made + typeof(U).Name + u;
}

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    public static List<string> Order = new();
    static void W(object o) => Console.WriteLine(o);
    static string Try(Func<object> f) { try { object o = f(); return o == null ? "null" : o.ToString(); } catch (Exception e) { return e.GetType().Name; } }
    [MethodImpl(No)] static T Unbox<T>(object o) => (T)o;
    [MethodImpl(No)] static T? UnboxTo<T>(object o) where T : struct => (T?)o;
    [MethodImpl(No)] static Of<T>? UnboxOf<T>(object o) => (Of<T>?)o;
    [MethodImpl(No)] static bool IsOf<T>(object o, out Of<T> r) { if (o is Of<T> x) { r = x; return true; } r = default; return false; }
    [MethodImpl(No)] static Of<T>? AsOf<T>(object o) => o as Of<T>?;
    [MethodImpl(No)] static int? UnboxInt(object o) => (int?)o;
    [MethodImpl(No)] static Colour? UnboxColour(object o) => (Colour?)o;
    [MethodImpl(No)] static object Rebox<T>(object o) => (object)(Of<T>?)o;
    [MethodImpl(No)] static string Each<T>(object[] a) { string s = ""; foreach (object o in a) { Of<T>? x = (Of<T>?)o; GC.Collect(0); s += x.HasValue ? x.Value.ToString() : "-"; } return s; }
    class Holder<T> { public T Get(object o) => (T)o; public Of<T>? GetOf(object o) => (Of<T>?)o; }

    static int Main()
    {
        W(Try(() => UnboxInt(5)) + Try(() => UnboxInt(null)) + Try(() => UnboxInt(5L)) + Try(() => UnboxInt(Colour.Green)) + Try(() => UnboxInt(5u)) + Try(() => UnboxInt("s")) + Try(() => UnboxColour(Colour.Green)) + Try(() => UnboxColour(1)) + Try(() => UnboxColour(null)));
        W(Try(() => Unbox<int?>(6)) + Try(() => Unbox<int?>(null)) + Try(() => Unbox<int?>("x")) + Try(() => Unbox<Plain?>(new Plain { A = 1, B = "b" })) + Try(() => Unbox<Plain?>(null)) + Try(() => Unbox<string>(null)) + Try(() => Unbox<int>(null)));
        W(Try(() => UnboxTo<int>(7)) + Try(() => UnboxTo<Plain>(new Plain { A = 2, B = "c" })) + Try(() => UnboxTo<Plain>(null)) + Try(() => UnboxTo<Of<string>>(new Of<string> { Item = "s", N = 3 })) + Try(() => UnboxTo<Of<string>>(null)) + Try(() => UnboxTo<Of<string>>(new Of<object>())) + Try(() => UnboxTo<Of<int>>(new Of<int> { Item = 4 })));
        W(Try(() => Unbox<Of<string>?>(new Of<string> { Item = "u" })) + Try(() => Unbox<Of<string>?>(null)) + Try(() => Unbox<Of<string>?>(new Of<object>())) + Try(() => Unbox<Of<object>>(new Of<object> { N = 9 })) + Try(() => Unbox<Of<object>>(new Of<string>())));
        W(Try(() => UnboxOf<string>(new Of<string> { Item = "v" })) + Try(() => UnboxOf<string>(null)) + Try(() => UnboxOf<string>("v")) + Try(() => UnboxOf<object>(new Of<string>())) + Try(() => UnboxOf<int>(new Of<int> { N = 2 })) + Try(() => UnboxOf<List<int>>(new Of<List<int>> { N = 5 })));
        W(IsOf<string>(new Of<string> { Item = "w" }, out Of<string> w) + w.Item + IsOf<string>(null, out w) + IsOf<object>(new Of<string>(), out _) + AsOf<string>(new Of<string> { N = 8 }) + AsOf<string>(5) + AsOf<object>(null));
        W(Rebox<string>(new Of<string> { Item = "r" }) + " " + Try(() => Rebox<string>(null)) + Try(() => Rebox<object>(1)));
        object[] many = new object[50]; for (int i = 0; i < many.Length; i++) many[i] = i % 3 == 0 ? null : new Of<string> { Item = new string('m', i % 5), N = i }; W(Each<string>(many));
        W(Try(() => new Holder<int?>().Get(3)) + Try(() => new Holder<Of<string>?>().Get(new Of<string> { N = 1 })) + Try(() => new Holder<string>().GetOf(new Of<string> { N = 6 })) + Try(() => new Holder<Of<string>?>().Get("no")));
        W(Precise<string>.Generic(1) + Precise<object>.Generic("x") + Precise<int>.Generic(2.5) + Precise<Version>.Static() + new Precise<Exception>(null).Made + new Precise<long>(5).Instance("i") + new Precise<Uri>(null).Instance(3) + Precise<string>.Log + Precise<Version>.Log);
        W(string.Join(",", Order));
        return 53;
    }
}
