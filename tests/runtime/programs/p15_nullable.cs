// Nullable values, boxing, unboxing, enums: lifted operators, conversions, default equality of structs.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

enum Small : sbyte { A = -1, B, C = 100 }
enum Big : ulong { Zero, Top = ulong.MaxValue }
[Flags] enum Bits { None = 0, X = 1, Y = 2, Z = 4, XZ = X | Z }
struct Vec { public int X; public double Y; public string Z; public Vec(int x, double y, string z) { X = x; Y = y; Z = z; } public static Vec operator +(Vec a, Vec b) => new Vec(a.X + b.X, a.Y + b.Y, a.Z + b.Z); public static bool operator ==(Vec a, Vec b) => a.X == b.X; public static bool operator !=(Vec a, Vec b) => !(a == b); public static implicit operator Vec(int i) => new Vec(i, i, "" + i); public static explicit operator int(Vec v) => v.X; public override bool Equals(object o) => o is Vec v && v == this; public override int GetHashCode() => X; }
struct Raw { public int A; public int B; }
struct RawRef { public int A; public string B; }
struct Wide { public long A, B, C; public object O; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o ?? "(null)");
    [MethodImpl(No)] static int? Parse(string s) => int.TryParse(s, out int v) ? v : null;
    [MethodImpl(No)] static int? Add(int? a, int? b) => a + b;
    [MethodImpl(No)] static bool Lt(int? a, int? b) => a < b;
    [MethodImpl(No)] static bool Eq(int? a, int? b) => a == b;
    [MethodImpl(No)] static bool? And(bool? a, bool? b) => a & b;
    [MethodImpl(No)] static bool? Or(bool? a, bool? b) => a | b;
    [MethodImpl(No)] static long? Widen(int? a) => a;
    [MethodImpl(No)] static byte? Narrow(long? a) => (byte?)a;
    [MethodImpl(No)] static double Coalesce(double? a, double b) => a ?? b;
    [MethodImpl(No)] static int Value(int? a) => a.Value;
    [MethodImpl(No)] static Vec? AddV(Vec? a, Vec? b) => a + b;
    [MethodImpl(No)] static Wide? MakeWide(bool has, long v) => has ? new Wide { A = v, B = v * 2, C = v * 3, O = "o" + v } : null;
    [MethodImpl(No)] static object Box<T>(T? t) where T : struct => t;
    [MethodImpl(No)] static T? Unbox<T>(object o) where T : struct => (T?)o;
    [MethodImpl(No)] static bool Has<T>(object o) where T : struct => o is T?;
    [MethodImpl(No)] static int Inc(ref int? a) { a++; a += 2; return a ?? -1; }
    [MethodImpl(No)] static string Name(Small s) => s switch { Small.A => "a", Small.B => "b", Small.C => "c", _ => "?" };
    [MethodImpl(No)] static Bits Toggle(Bits b, Bits t) => (b ^ t) | Bits.Y & ~Bits.X;
    [MethodImpl(No)] static bool HasFlag(Bits b, Bits f) => b.HasFlag(f);
    [MethodImpl(No)] static ulong Sum(params Big[] b) { ulong s = 0; foreach (Big x in b) s += (ulong)x; return s; }
    [MethodImpl(No)] static T Conv<T>(int v) where T : struct, Enum => (T)Enum.ToObject(typeof(T), v);
    [MethodImpl(No)] static int UnboxInt(object o) => (int)o;
    [MethodImpl(No)] static Small UnboxEnum(object o) => (Small)o;
    [MethodImpl(No)] static sbyte UnboxUnderlying(object o) => (sbyte)o;
    [MethodImpl(No)] static long UnboxModify(object o) { Wide w = (Wide)o; w.A += 5; w.O = "changed"; return w.A + ((Wide)o).A; }
    [MethodImpl(No)] static string Str<T>(T t) => t.ToString() + t.GetHashCode() + t.Equals(t);
    static string Try(Func<object> f) { try { return (f() ?? "(null)").ToString(); } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        W(Parse("5")); W(Parse("x")); foreach (int? a in new int?[] { null, 1, 2 }) foreach (int? b in new int?[] { null, 1, 2 }) W(Add(a, b) + "|" + Lt(a, b) + Eq(a, b) + (a > b) + (a >= b) + (a != b));
        foreach (bool? a in new bool?[] { null, true, false }) foreach (bool? b in new bool?[] { null, true, false }) W("[" + And(a, b) + "|" + Or(a, b) + "|" + !a + "|" + (a ^ b) + "]");
        W(Widen(null)); W(Widen(-5)); W(Narrow(300)); W(Narrow(null)); W(Coalesce(null, 1.5)); W(Coalesce(2.5, 1)); W(Value(7)); W(Try(() => Value(null)));
        W(AddV(new Vec(1, 2, "a"), 5).Value.Z); W(AddV(null, 5).HasValue); Wide? w = MakeWide(true, 10); W(w.Value.A + w.Value.B + w.Value.C + (string)w.Value.O); W(MakeWide(false, 1).HasValue); W(w.GetValueOrDefault().C + MakeWide(false, 1).GetValueOrDefault().C); W((int?)(Vec)9 + ""); Vec? nv = null; W(nv == null); W(nv == new Vec(1, 1, "")); W((int?)nv == null);
        W(Box<int>(5).GetType().Name); W(Box<int>(null)); W(Box<Wide>(w).GetType().Name); W(Unbox<int>(5)); W(Unbox<int>(null)); W(Try(() => Unbox<int>(5L))); W(Unbox<Wide>(w).Value.B); W(Has<int>(5) + "" + Has<int>(null) + Has<long>(5)); int? r = 5; W(Inc(ref r)); r = null; W(Inc(ref r)); int? x = 5; W(x.ToString() + x.GetHashCode() + x.Equals(5) + x.Equals(null) + new int?().ToString() + new int?().GetHashCode() + new int?().Equals(null));
        W(Name(Small.A) + Name(Small.C) + Name((Small)5)); W(Small.C + "" + (Small)7 + Bits.XZ + (Bits.X | Bits.Y) + (Bits)8 + Big.Top); W(Toggle(Bits.XZ, Bits.Z)); W(HasFlag(Bits.XZ, Bits.X) + "" + HasFlag(Bits.XZ, Bits.Y)); W(Sum(Big.Top, (Big)2)); W(Conv<Small>(-1) + "" + Conv<Bits>(3)); W(Enum.Parse<Small>("C") + "" + Enum.GetNames<Bits>().Length + "" + Enum.IsDefined(Small.B) + Enum.TryParse("zz", out Small _)); W(Small.A < Small.B); W(Small.B - Small.A); W((Small.C & Small.A) + ""); W(Small.A.CompareTo(Small.C)); W(Small.A.Equals((sbyte)-1)); W(((Enum)Bits.X).GetTypeCode()); Small inc = Small.A; inc++; inc += 2; W(inc);
        W(UnboxInt(5)); W(Try(() => UnboxInt(Small.A))); W(UnboxEnum(Small.C)); W(UnboxEnum((sbyte)100)); W(UnboxUnderlying(Small.A)); W(Try(() => UnboxEnum(5))); W(Try(() => UnboxEnum(null))); W(UnboxModify(w)); W(((IComparable)5).CompareTo(5)); W(Str(new Raw { A = 1, B = 2 }).Contains("Raw") + "" + Str(5) + Str(DayOfWeek.Monday) + Str('c') + Str(1.5m));
        W(new Raw { A = 1, B = 2 }.Equals(new Raw { A = 1, B = 2 })); W(new Raw { A = 1, B = 2 }.Equals(new Raw { A = 1, B = 3 })); W(new RawRef { A = 1, B = "x" }.Equals(new RawRef { A = 1, B = new string('x', 1) })); W(new Raw { A = 3 }.GetHashCode() == new Raw { A = 3 }.GetHashCode()); W(Equals(new Raw(), 5)); W(EqualityComparer<int?>.Default.Equals(5, null)); W(Comparer<int?>.Default.Compare(null, 5)); W(new Dictionary<Small, int?> { [Small.A] = 5, [Small.C] = null }[Small.C]);
        object[] boxes = { (byte)1, (short)2, 3, 4L, 5f, 6.0, 'c', true, Small.B, (nint)7, 8m }; foreach (object o in boxes) W(o.GetType().Name + o + (o is int i ? i : -1) + (o is ValueType) + (o is IConvertible)); object same = 5; W(ReferenceEquals(same, same)); W(ReferenceEquals(5, 5)); W(Try(() => (long)(int)same)); W(Try(() => (long)same)); W(Nullable.GetUnderlyingType(typeof(int?)).Name); W(typeof(int?) == typeof(Nullable<int>)); dynamicNull(); return 15;
        static void dynamicNull() { int? n = null; object o = n; W(o == null); n = 3; o = n; W((int)o + (int?)o); switch (n) { case null: W("null"); break; case 3: W("three"); break; } W(n is > 2 and < 5); W(n switch { null => 0, < 0 => -1, int k => k * 10 }); }
    }
}
