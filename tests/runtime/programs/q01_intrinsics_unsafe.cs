// All members of Unsafe, on locals, arrays, fields, pointers and structs with references; and the indexers of spans.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

struct Two { public int A; public int B; }
struct Twelve { public int A, B, C; }
struct Mixed { public string S; public int N; public object O; }
struct One { public long V; }
struct Gen<T> { public T A; public T B; }
enum E8 : byte { A, B = 200 }
class Holder { public int X; public Mixed M; public string T; public double D; public DateTime When; }
sealed class Other { public int Y; }

static unsafe class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }

    [MethodImpl(No)] static int Size<T>() => Unsafe.SizeOf<T>();
    [MethodImpl(No)] static string Sizes() => $"{Unsafe.SizeOf<int>()} {Unsafe.SizeOf<Mixed>()} {Unsafe.SizeOf<string>()} {Unsafe.SizeOf<Twelve>()} {Unsafe.SizeOf<DateTime>()} {Unsafe.SizeOf<Gen<byte>>()} {Unsafe.SizeOf<Guid>()} {Unsafe.SizeOf<decimal>()} {Unsafe.SizeOf<E8>()} {Unsafe.SizeOf<KeyValuePair<string, int>>()} {Size<Gen<string>>()} {Size<object>()} {Size<char>()}";
    [MethodImpl(No)] static T AsClass<T>(object o) where T : class => Unsafe.As<T>(o);
    [MethodImpl(No)] static string AsString(object o) => Unsafe.As<string>(o);
    [MethodImpl(No)] static int AsOther(object o) => Unsafe.As<Other>(o).Y;
    [MethodImpl(No)] static int Bits(ref float f) => Unsafe.As<float, int>(ref f);
    [MethodImpl(No)] static void SetBits(ref float f, int v) => Unsafe.As<float, int>(ref f) = v;
    [MethodImpl(No)] static long LocalAs(int a, int b) { Two t = new Two { A = a, B = b }; return Unsafe.As<Two, long>(ref t); }
    [MethodImpl(No)] static int Sum(int[] a) { int t = 0; ref int r = ref MemoryMarshal.GetArrayDataReference(a); for (int i = 0; i < a.Length; i++) t = t * 3 + Unsafe.Add(ref r, i); return t; }
    [MethodImpl(No)] static int SumN(int[] a) { int t = 0; ref int r = ref MemoryMarshal.GetArrayDataReference(a); for (nint i = 0; i < a.Length; i++) t = t * 3 + Unsafe.Add(ref r, i); return t; }
    [MethodImpl(No)] static int SumNU(int[] a) { int t = 0; ref int r = ref a[0]; for (nuint i = 0; i < (nuint)a.Length; i++) t = t * 3 + Unsafe.Add(ref r, i); return t; }
    [MethodImpl(No)] static int SumTwelve(Twelve[] a) { int t = 0; for (int i = 0; i < a.Length; i++) { ref Twelve r = ref Unsafe.Add(ref a[0], i); t += r.A + 2 * r.B + 3 * r.C; } return t; }
    [MethodImpl(No)] static int Back(int[] a, int n) { ref int last = ref a[a.Length - 1]; return Unsafe.Subtract(ref last, n) + Unsafe.Subtract(ref last, (nint)1) + Unsafe.Subtract(ref last, (nuint)2); }
    [MethodImpl(No)] static int ByteOffsets(int[] a, nint n) => Unsafe.AddByteOffset(ref a[0], n * 4) + Unsafe.AddByteOffset(ref a[0], (nuint)4) + Unsafe.SubtractByteOffset(ref a[3], n) + Unsafe.SubtractByteOffset(ref a[3], (nuint)8);
    [MethodImpl(No)] static string Element<T>(T[] a, int i) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(a), i) + "";
    [MethodImpl(No)] static void SetElement<T>(T[] a, int i, T v) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(a), i) = v;
    [MethodImpl(No)] static int Pointers(int* p) => *(int*)Unsafe.Add<int>(p, 2) + *(int*)Unsafe.Subtract<int>(Unsafe.Add<int>(p, 3), 2) + Unsafe.AsRef<int>(p + 3) + Unsafe.Read<int>(p + 1);
    [MethodImpl(No)] static long Distance(int[] a, int i, int j) => Unsafe.ByteOffset(ref a[i], ref a[j]);
    [MethodImpl(No)] static string Order(int[] a, int i, int j) => $"{Unsafe.AreSame(ref a[i], ref a[j])} {Unsafe.IsAddressLessThan(ref a[i], ref a[j])} {Unsafe.IsAddressGreaterThan(ref a[i], ref a[j])} {Unsafe.IsAddressLessThanOrEqualTo(ref a[i], ref a[j])} {Unsafe.IsAddressGreaterThanOrEqualTo(ref a[i], ref a[j])}";
    [MethodImpl(No)] static bool Null(ref int r) => Unsafe.IsNullRef(ref r);
    [MethodImpl(No)] static string NullRefs() { int x = 1; return Null(ref Unsafe.NullRef<int>()) + " " + Null(ref x) + " " + Unsafe.IsNullRef(ref x) + " " + Unsafe.AreSame(ref x, ref Unsafe.NullRef<int>()); }
    [MethodImpl(No)] static int NullOrLocal(bool c, int[] a) { int x = 5; ref int r = ref (c ? ref x : ref Unsafe.NullRef<int>()); ref int q = ref (c ? ref Unsafe.NullRef<int>() : ref a[0]); return Unsafe.IsNullRef(ref r) ? q : r++ + x; }
    [MethodImpl(No)] static int ReadNull() => Unsafe.NullRef<int>();
    [MethodImpl(No)] static long Unaligned(byte[] b, int i) => Unsafe.ReadUnaligned<long>(ref b[i]);
    [MethodImpl(No)] static void PutUnaligned(byte[] b, int i, double v) => Unsafe.WriteUnaligned(ref b[i], v);
    [MethodImpl(No)] static int UnalignedStruct(byte[] b, int i) { Twelve t = Unsafe.ReadUnaligned<Twelve>(ref b[i]); return t.A ^ t.B ^ t.C; }
    [MethodImpl(No)] static T Generic<T>(ref byte b) => Unsafe.ReadUnaligned<T>(ref b);
    [MethodImpl(No)] static void PutGeneric<T>(ref byte b, T v) => Unsafe.WriteUnaligned(ref b, v);
    [MethodImpl(No)] static string Stack() { byte* p = stackalloc byte[32]; Unsafe.Write(p + 1, 0x1122334455667788L); Unsafe.WriteUnaligned(p + 11, (short)-2); Unsafe.InitBlock(p + 16, 7, 8); Unsafe.CopyBlock(p + 24, p + 1, 8); Unsafe.InitBlockUnaligned(p + 13, 0, 3); return Convert.ToHexString(new ReadOnlySpan<byte>(p, 32)) + Unsafe.ReadUnaligned<int>(p + 3); }
    [MethodImpl(No)] static string Blocks(byte[] b, byte v, uint n) { Unsafe.InitBlockUnaligned(ref b[0], v, n); Unsafe.CopyBlockUnaligned(ref b[n], ref b[0], n / 2); Unsafe.InitBlock(ref b[8], v, 0); Unsafe.CopyBlock(ref b[10], ref b[1], n / 4); return Convert.ToHexString(b); }
    [MethodImpl(No)] static void ConstBlocks(byte[] a, byte[] b) { Unsafe.CopyBlock(ref a[0], ref b[0], 16); Unsafe.InitBlock(ref a[16], 9, 8); }
    [MethodImpl(No)] static string Copies(Mixed* d, ref Mixed s) { Unsafe.Copy(d, ref s); return d->S + d->N; }
    [MethodImpl(No)] static string CopiesBack(ref Mixed d, Mixed* s) { Unsafe.Copy(ref d, s); return d.S + d.N; }
    [MethodImpl(No)] static int Skip() { Unsafe.SkipInit(out int x); x = 3; Unsafe.SkipInit(out Two t); t.A = 4; t.B = 5; return x + t.A + t.B; }
    [MethodImpl(No)] static int UnboxInt(object o) => Unsafe.Unbox<int>(o);
    [MethodImpl(No)] static void UnboxSet(object o, int v) => Unsafe.Unbox<Two>(o).B = v;
    [MethodImpl(No)] static T UnboxGen<T>(object o) where T : struct => Unsafe.Unbox<T>(o);
    [MethodImpl(No)] static int CastI(uint x) => Unsafe.BitCast<uint, int>(x);
    [MethodImpl(No)] static int CastF(float x) => Unsafe.BitCast<float, int>(x);
    [MethodImpl(No)] static double CastD(long x) => Unsafe.BitCast<long, double>(x);
    [MethodImpl(No)] static sbyte CastB(byte x) => Unsafe.BitCast<byte, sbyte>(x);
    [MethodImpl(No)] static E8 CastE(byte x) => Unsafe.BitCast<byte, E8>(x);
    [MethodImpl(No)] static char CastC(short x) => Unsafe.BitCast<short, char>(x);
    [MethodImpl(No)] static Two CastT(long x) => Unsafe.BitCast<long, Two>(x);
    [MethodImpl(No)] static long CastTL(Two x) => Unsafe.BitCast<Two, long>(x);
    [MethodImpl(No)] static One CastTT(Two x) => Unsafe.BitCast<Two, One>(x);
    [MethodImpl(No)] static DateTime CastDT(ulong x) => Unsafe.BitCast<ulong, DateTime>(x);
    [MethodImpl(No)] static double CastTD(Two x) => Unsafe.BitCast<Two, double>(x);
    [MethodImpl(No)] static TTo CastGen<TFrom, TTo>(TFrom x) where TFrom : struct where TTo : struct => Unsafe.BitCast<TFrom, TTo>(x);
    [MethodImpl(No)] static string Fields(Holder h) { ref int x = ref Unsafe.As<double, int>(ref h.D); x = 77; Unsafe.Add(ref x, 1) = 0x3ff00000; ref Mixed m = ref Unsafe.AsRef(in h.M); m.S = "new" + m.N; Unsafe.Write(Unsafe.AsPointer(ref h.X), 5); return h.D + h.M.S + h.X; }
    [MethodImpl(No)] static string SpanRefs(Span<string> s, int i) { s[i] += "!"; ref string r = ref s[0]; r = r + s.Length; return s[0] + s[^1] + s.IsEmpty; }
    [MethodImpl(No)] static string SpanStruct(Span<Mixed> s, int i) { s[i].N++; s[i].O = "set"; ReadOnlySpan<Mixed> r = s; return r[i].S + r[i].N + r.IsEmpty + r.Length; }
    class Bag<T> { T[] items = new T[4]; [MethodImpl(No)] public T At(int i) => items.AsSpan()[i]; [MethodImpl(No)] public void Put(int i, T v) { Span<T> s = items; s[i] = v; } [MethodImpl(No)] public int Count(ReadOnlySpan<T> s) { int n = 0; for (int i = 0; i < s.Length; i++) if (Equals(s[i], items[i])) n++; return n; } }
    [MethodImpl(No)] static int SpanTwelve(ReadOnlySpan<Twelve> s) { int t = 0; foreach (ref readonly Twelve x in s) t += x.A + x.C; return t + s[1].B; }
    ref struct Cursor { public Span<byte> Left; public int Taken; [MethodImpl(No)] public byte Next() { byte b = Left[0]; Left = Left.Slice(1); Taken++; return b; } public bool Done => Left.IsEmpty; }
    [MethodImpl(No)] static int Walk(byte[] b) { var c = new Cursor { Left = b }; int t = 0; while (!c.Done) t = t * 7 + c.Next(); return t + c.Taken; }

    static int Main()
    {
        W(Sizes());
        W(AsClass<string>("as") + AsString("str") + (AsString(null) == null)); W(AsOther(new Other { Y = 9 })); W(Try(() => AsOther(null)));
        float f = 1.5f; W(Bits(ref f)); SetBits(ref f, 0x40490fdb); W(f); W(LocalAs(1, 2));
        int[] a = { 3, 1, 4, 1, 5, 9, 2, 6 }; W(Sum(a)); W(SumN(a)); W(SumNU(a)); W(Sum(new int[0])); W(Try(() => Sum(null))); W(SumTwelve(new[] { new Twelve { A = 1, B = 2, C = 3 }, new Twelve { A = 4, B = 5, C = 6 } }));
        W(Back(a, 3)); W(ByteOffsets(a, 4)); W(Element(new[] { "x", "y" }, 1)); W(Element(new[] { 1.5, 2.5 }, 1)); W(Element(new[] { new Two { A = 1 } }, 0)); var strs = new string[] { "p", "q" }; SetElement(strs, 1, "r"); W(strs[1]); var objs = new object[3]; SetElement(objs, 2, "o"); GC.Collect(); W(objs[2]);
        fixed (int* p = a) W(Pointers(p)); W(Distance(a, 2, 7)); W(Distance(a, 7, 2)); W(Order(a, 1, 2)); W(Order(a, 2, 2)); W(Order(a, 2, 1)); W(NullRefs()); W(NullOrLocal(true, a)); W(NullOrLocal(false, a)); W(Try(() => ReadNull()));
        byte[] b = new byte[40]; for (int i = 0; i < 40; i++) b[i] = (byte)(i * 37); W(Unaligned(b, 3)); PutUnaligned(b, 5, -2.25); W(Convert.ToHexString(b)); W(UnalignedStruct(b, 9)); W(Generic<short>(ref b[7])); W(Generic<Guid>(ref b[11])); PutGeneric(ref b[1], new Two { A = 1, B = -1 }); PutGeneric(ref b[30], 'x'); W(Convert.ToHexString(b)); W(Stack()); W(Blocks(b, 0xab, 16)); W(Blocks(b, 0, 8)); byte[] k = new byte[32]; ConstBlocks(k, b); W(Convert.ToHexString(k));
        string obj = new string('q', 3); Mixed src = new Mixed { S = obj, N = 4, O = "o" }; Mixed dst = default; W(Copies(&dst, ref src)); GC.Collect(); W(dst.S + dst.O); Holder h = new Holder(); W(CopiesBack(ref h.M, &dst)); GC.Collect(); W(h.M.S); W(Fields(h)); W(Skip());
        object box = 42; W(UnboxInt(box)); object two = new Two(); UnboxSet(two, 8); W(((Two)two).B); W(UnboxGen<long>(5L)); W(Try(() => UnboxInt("s"))); W(Try(() => UnboxInt(null))); W(UnboxGen<E8>(E8.B));
        W(CastI(0x80000000)); W(CastF(-0.5f)); W(CastD(0x4000000000000000)); W(CastB(0xff)); W(CastE(200)); W((int)CastC(-1)); W(CastT(0x500000004).B); W(CastTL(new Two { A = 1, B = 1 })); W(CastTT(new Two { A = 7, B = 0 }).V); W(CastDT(638000000000000000).Ticks); W(CastTD(new Two { B = 0x3ff80000 })); W(CastGen<int, float>(0x3f800000)); W(Try(() => CastGen<int, long>(1))); W(CastGen<Gen<int>, long>(new Gen<int> { A = 2, B = 1 }));
        string[] ss = { "a", "b", "c" }; W(SpanRefs(ss, 1)); W(Try(() => SpanRefs(ss, 3))); W(Try(() => SpanRefs(ss, -1))); W(Try(() => SpanRefs(default, 0))); var ms = new Mixed[2]; ms[1].S = "m"; W(SpanStruct(ms, 1)); W(ms[1].O);
        W(Try(() => { })); var bag = new Bag<string>(); bag.Put(2, "two"); W(bag.At(2)); W(Try(() => bag.Put(4, "x"))); W(bag.Count(new string[] { null, "x", "two" })); var bagI = new Bag<Twelve>(); bagI.Put(1, new Twelve { B = 6 }); W(bagI.At(1).B); W(new Bag<Mixed>().At(0).S == null); W(SpanTwelve(new Twelve[] { new Twelve { A = 1 }, new Twelve { B = 2, C = 5 } })); W(Walk(new byte[] { 1, 2, 3, 4 }));
        return 0;
    }
}
