// Type tests that are decided at compile time or by comparing MethodTables: typeof, GetType, boxes of known types, HasFlag.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

interface IOwn { int N { get; } }
interface IDerived : IOwn { }
struct S1 : IOwn, IFormattable { public int N { get; set; } public string ToString(string f, IFormatProvider p) => "S1:" + N; }
struct S2 { public string A; public int B; }
struct G<T> : IEquatable<G<T>> { public T V; public bool Equals(G<T> o) => true; }
class C0 { public Type Mine() => GetType(); [MethodImpl(MethodImplOptions.NoInlining)] public bool IsC0() => GetType() == typeof(C0); public override bool Equals(object o) => o != null && o.GetType() == GetType(); public override int GetHashCode() => 0; }
class C1 : C0 { }
sealed class C2 : C0 { }
class Gen<T> { public static bool IsInt => typeof(T) == typeof(int); [MethodImpl(MethodImplOptions.NoInlining)] public bool Same(object o) => o.GetType() == typeof(Gen<T>); [MethodImpl(MethodImplOptions.NoInlining)] public bool SameArg(object o) => o.GetType() == typeof(T); [MethodImpl(MethodImplOptions.NoInlining)] public string Name() => typeof(T).Name + typeof(List<T>).Name; }
[Flags] enum F { A = 1, B = 2, C = 4, AB = 3 }
[Flags] enum F8 : byte { A = 1, Z = 128 }
[Flags] enum F8S : sbyte { A = 1, Z = -128 }
[Flags] enum F64 : long { A = 1, Big = 1L << 40 }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }

    [MethodImpl(No)] static string Kind<T>(T x)
    {
        if (typeof(T) == typeof(int)) return "int" + ((int)(object)x + 1);
        if (typeof(T) == typeof(string)) return "string" + (string)(object)x;
        if (typeof(T) == typeof(S2)) return "S2" + ((S2)(object)x).A;
        if (typeof(T) != typeof(List<string>) && typeof(T) == typeof(List<int>)) return "listint";
        if (typeof(T) == typeof(object)) return "object";
        if (typeof(T) == typeof(T[])) return "never";
        if (typeof(T).IsEnum) return "enum";
        if (typeof(T).IsPrimitive) return "primitive";
        return typeof(T).IsValueType ? "struct" : "class";
    }
    [MethodImpl(No)] static string Two<T, U>() => $"{typeof(T) == typeof(U)} {typeof(T) != typeof(U)} {typeof(List<T>) == typeof(List<U>)} {typeof(Dictionary<T, U>) == typeof(Dictionary<U, T>)} {typeof(G<T>) == typeof(G<U>)} {typeof(T[]) == typeof(U[])} {typeof(T) == typeof(List<U>)}";
    [MethodImpl(No)] static string Known() => $"{typeof(int) == typeof(int)} {typeof(int) == typeof(uint)} {typeof(int).IsValueType} {typeof(string).IsValueType} {typeof(F).IsEnum} {typeof(Enum).IsEnum} {typeof(Enum).IsValueType} {typeof(ValueType).IsValueType} {typeof(F).IsPrimitive} {typeof(nint).IsPrimitive} {typeof(void).IsValueType} {typeof(int*).IsValueType} {typeof(int*).IsPrimitive} {typeof(decimal).IsPrimitive} {typeof(int?).IsValueType} {typeof(List<>) == typeof(List<int>)} {typeof(List<>).IsValueType} {typeof(G<>).IsValueType} {typeof(int[]).IsValueType} {typeof(char).IsPrimitive} {typeof(bool).IsPrimitive} {typeof(double).IsPrimitive} {typeof(TypedReference).IsValueType}";
    [MethodImpl(No)] static bool IsString(object o) => o.GetType() == typeof(string);
    [MethodImpl(No)] static bool IsNotC1(C0 o) => o.GetType() != typeof(C1);
    [MethodImpl(No)] static bool IsIntArray(object o) => o.GetType() == typeof(int[]);
    [MethodImpl(No)] static bool IsObjArray(object o) => o.GetType() == typeof(object[]);
    [MethodImpl(No)] static bool IsListDef(object o) => o.GetType() == typeof(List<>);
    [MethodImpl(No)] static bool IsListString(object o) => o.GetType() == typeof(List<string>);
    [MethodImpl(No)] static bool IsNullable(object o) => o.GetType() == typeof(int?);
    [MethodImpl(No)] static bool SameType(object a, object b) => a.GetType() == b.GetType();
    [MethodImpl(No)] static bool OtherType(object a, object b) { object c = b; return a.GetType() != c.GetType(); }
    [MethodImpl(No)] static bool TypeFirst(object a) => typeof(C1) == a.GetType();
    [MethodImpl(No)] static bool Any(Type t) => t == typeof(string);
    [MethodImpl(No)] static bool AnyNot(Type t) => typeof(string) != t;
    [MethodImpl(No)] static bool Unknown(Type a, Type b) => a == b;
    [MethodImpl(No)] static string NameOf(object o) => o.GetType().Name;
    [MethodImpl(No)] static bool GetTypeVar(object o, Type t) => o.GetType() == t;
    [MethodImpl(No)] static string Is<T>(T x) => $"{x is int} {x is string} {x is IOwn} {x is IDerived} {x is IFormattable} {x is Enum} {x is ValueType} {x is object} {x is int?} {x is S1} {x is S2} {x is G<int>} {x is IComparable} {x is IEquatable<G<int>>} {x is F} {x is not null} {x is null} {x == null} {x is Array} {x is Delegate}";
    [MethodImpl(No)] static string IsExact() { int? a = 5, b = null; S1? s = new S1 { N = 3 }; return $"{a is int} {b is int} {s is IOwn} {s is S2} {a is long} {(object)b is null} {b is object} {a is IComparable}"; }
    [MethodImpl(No)] static int Match<T>(T x) { if (x is int i) return i; if (x is S1 s) return s.N * 10; if (x is S2 { B: var b }) return b; if (x is F f) return (int)f * 1000; if (x is int[] a) return a.Length; return -1; }
    [MethodImpl(No)] static string NullableMatch<T>(T? x) where T : struct => x is T t ? t.ToString() : "none";
    [MethodImpl(No)] static TTo Cast<TFrom, TTo>(TFrom x) => (TTo)(object)x;
    [MethodImpl(No)] static T RoundTrip<T>(T x) => (T)(object)x;
    [MethodImpl(No)] static bool IsDefault<T>(T x) => x == null || EqualityComparer<T>.Default.Equals(x, default);
    [MethodImpl(No)] static string OwnN<T>(T x) where T : IOwn => x is IOwn o ? "own" + o.N : "no";
    [MethodImpl(No)] static string Flags(F f, F g) => $"{f.HasFlag(F.A)} {f.HasFlag(F.AB)} {f.HasFlag(g)} {F.AB.HasFlag(f)} {f.HasFlag((F)0)} {(f & g).HasFlag(F.B)}";
    [MethodImpl(No)] static string Flags8(F8 f, F8S s, F64 l) => $"{f.HasFlag(F8.Z)} {f.HasFlag(F8.A)} {s.HasFlag(F8S.Z)} {s.HasFlag(F8S.A)} {l.HasFlag(F64.Big)} {l.HasFlag(F64.A)} {l.HasFlag(l)}";
    [MethodImpl(No)] static bool FlagArray(F[] a, int i) => a[i].HasFlag(F.B);
    [MethodImpl(No)] static bool FlagCall(F f) => f.HasFlag(Next(f));
    [MethodImpl(No)] static F Next(F f) => (F)((int)f << 1);
    [MethodImpl(No)] static bool FlagMixed(Enum e) => e.HasFlag(F.A);
    [MethodImpl(No)] static string Refs<T>() => RuntimeHelpers.IsReferenceOrContainsReferences<T>() + " ";
    [MethodImpl(No)] static string RefsAll() => RuntimeHelpers.IsReferenceOrContainsReferences<int>() + " " + RuntimeHelpers.IsReferenceOrContainsReferences<S2>() + " " + RuntimeHelpers.IsReferenceOrContainsReferences<DateTime>() + " " + RuntimeHelpers.IsReferenceOrContainsReferences<string>() + Refs<S1>() + Refs<G<string>>() + Refs<G<int>>() + Refs<object>() + Refs<KeyValuePair<int, string>>();
    [MethodImpl(No)] static string Platform() => OperatingSystem.IsLinux() + " " + OperatingSystem.IsWindows() + " " + OperatingSystem.IsMacOS() + " " + OperatingSystem.IsBrowser();
    [MethodImpl(No)] static string Ns(int? a, int? b, S2? s, long? l) => $"{a.HasValue} {a.GetValueOrDefault()} {a.GetValueOrDefault(9)} {a + b} {a > b} {a == b} {s.HasValue} {s.GetValueOrDefault().A} {l.GetValueOrDefault(-1)} {(l is long x ? x : 0)} {a ?? 77}";
    [MethodImpl(No)] static string NsGen<T>(T x, bool y) { G<T>? n = null; if (y) n = new G<T> { V = x }; GC.Collect(); G<T>? m = new G<T>?(new G<T> { V = x }); return $"{n.HasValue} {n.GetValueOrDefault().V} {m.GetValueOrDefault().V} {n is G<T>} {(n is { } q ? q.V : default)} {m.Value.V}"; }
    [MethodImpl(No)] static string NsStruct(S2 x, DateTime d, decimal m) { S2? a = x; DateTime? b = d; decimal? c = m; Guid? g = Guid.Empty; return $"{a.HasValue} {a.GetValueOrDefault().A} {b.GetValueOrDefault().Year} {c.GetValueOrDefault()} {g.GetValueOrDefault()} {a.GetValueOrDefault(default).B} {b == d} {c + 1}"; }
    [MethodImpl(No)] static int? NsChain(int?[] a, int i) => a[i] is { } x ? x + 1 : a[i];
    [MethodImpl(No)] static void NsRef(ref int? a) { if (!a.HasValue) a = 5; else a = a.GetValueOrDefault() * 2; }
    [MethodImpl(No)] static int NsValue(int? a) => a.Value;
    [MethodImpl(No)] static int? NsMake(int x, bool y) => y ? x : null;
    [MethodImpl(No)] static bool Eq(int a, long b, char c, bool d, nint e) => a.Equals(5) && b.Equals(6) && c.Equals('x') && d.Equals(true) && e.Equals(7);

    static int Main()
    {
        W(Kind(41)); W(Kind("x")); W(Kind(new S2 { A = "a" })); W(Kind(new List<int>())); W(Kind(new List<string>())); W(Kind(new object())); W(Kind(F.A)); W(Kind(2.5)); W(Kind(new S1())); W(Kind(new C0())); W(Kind(new string[0])); W(Kind<int?>(4));
        W(Two<int, int>()); W(Two<string, string>()); W(Two<string, object>()); W(Two<int, string>()); W(Two<List<string>, string>()); W(Two<string, C0>()); W(Known());
        W(IsString("s")); W(IsString(5)); W(Try(() => IsString(null))); W(IsNotC1(new C1())); W(IsNotC1(new C0())); W(IsIntArray(new int[1])); W(IsIntArray(new uint[1])); W(IsIntArray(new int[1, 1])); W(IsObjArray(new string[1])); W(IsObjArray(new object[1])); W(IsListDef(new List<int>())); W(IsListString(new List<string>())); W(IsListString(new List<object>())); W(IsNullable((int?)3));
        W(SameType("a", "b")); W(SameType(1, 2L)); W(Try(() => SameType(null, ""))); W(Try(() => SameType("", null))); W(OtherType(1, 1)); W(OtherType(1, "")); W(TypeFirst(new C1())); W(TypeFirst(new C2())); W(Any(typeof(string))); W(Any(typeof(int))); W(Any(null)); W(AnyNot(null)); W(AnyNot(typeof(string))); W(Unknown(typeof(int), typeof(int))); W(Unknown(null, null)); W(NameOf(3)); W(NameOf(new C2())); W(Try(() => NameOf(null))); W(GetTypeVar("", typeof(string))); W(GetTypeVar("", null));
        W(new C1().Mine() == typeof(C1)); W(new C0().IsC0()); W(new C1().IsC0()); W(new C0().Equals(new C0())); W(new C0().Equals(new C1())); W(new C1().Equals(new C1())); W(new C0().Equals(null)); W(Gen<int>.IsInt); W(Gen<string>.IsInt); W(new Gen<string>().Same(new Gen<string>())); W(new Gen<string>().Same(new Gen<object>())); W(new Gen<int>().Same(new Gen<int>())); W(new Gen<int>().Same(3)); W(new Gen<string>().SameArg("")); W(new Gen<int>().SameArg(3)); W(new Gen<int>().SameArg("")); W(new Gen<C0>().Name());
        W(Is(5)); W(Is("s")); W(Is<string>(null)); W(Is(new S1())); W(Is(new S2())); W(Is(new G<int>())); W(Is(new G<string>())); W(Is(F.B)); W(Is<int?>(3)); W(Is<int?>(null)); W(Is<object>(7)); W(Is<object>(new S1())); W(Is(new int[0])); W(Is(2.5)); W(Is<IOwn>(new S1())); W(Is((Action)(() => { }))); W(IsExact());
        W(Match(6)); W(Match(new S1 { N = 4 })); W(Match(new S2 { B = 9 })); W(Match(F.C)); W(Match("no")); W(Match(new int[3])); W(Match<object>(8)); W(Match<int?>(2)); W(Match<int?>(null)); W(NullableMatch<int>(3)); W(NullableMatch<S1>(null)); W(NullableMatch<DateTime>(new DateTime(1, 1, 2)).Length > 0);
        W(Cast<int, int>(3)); W(Cast<F, int>(F.C)); W(Cast<int, F>(2)); W(Try(() => Cast<int, long>(3))); W(Cast<int, object>(3)); W(Cast<object, int>(4)); W(Cast<int, int?>(5)); W(Cast<int?, int>(6)); W(Try(() => Cast<int?, int>(null))); W(Cast<S1, IOwn>(new S1 { N = 8 }).N); W(Cast<string, string>("c")); W(Try(() => Cast<object, string>(1))); W(Cast<int?, int?>(null) == null); W(RoundTrip(new S2 { A = "rt" }).A); W(RoundTrip(F.B)); W(RoundTrip<int?>(12)); W(RoundTrip("rs")); W(RoundTrip(new G<string> { V = "gv" }).V);
        W(IsDefault(0)); W(IsDefault(1)); W(IsDefault<string>(null)); W(IsDefault<int?>(null)); W(OwnN(new S1 { N = 2 }));
        W(Flags(F.A, F.B)); W(Flags(F.AB, F.A)); W(Flags((F)7, (F)5)); W(Flags8(F8.Z, F8S.Z, F64.Big)); W(Flags8(F8.A, F8S.A, F64.A)); W(FlagArray(new[] { F.A, F.AB }, 1)); W(FlagCall(F.A)); W(FlagMixed(F.A)); W(Try(() => FlagMixed(F8.A)));
        W(NsGen("g", true)); W(NsGen("h", false)); W(NsGen(4, true)); W(NsGen(new S2 { A = "a" }, true)); W(NsStruct(new S2 { A = "sa", B = 2 }, new DateTime(2020, 1, 1), 2.5m)); W(NsChain(new int?[] { null, 6 }, 1)); W(NsChain(new int?[] { null, 6 }, 0) == null); int? nr = null; NsRef(ref nr); NsRef(ref nr); W(nr);
        W(RefsAll()); W(Platform()); W(Ns(1, 2, new S2 { A = "q" }, 8)); W(Ns(null, 2, null, null)); W(Try(() => NsValue(null))); W(NsValue(4)); W(NsMake(3, true)); W(NsMake(3, false) == null); W(Eq(5, 6, 'x', true, 7)); W(Eq(5, 6, 'x', true, 8));
        return 0;
    }
}
