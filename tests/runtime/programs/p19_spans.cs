// Spans and memory: slicing, searching, copying, reinterpretation, stack memory, bounds, ref structs as arguments and results.
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

struct P3 { public int X; public short Y; public string S; }
struct U { public int A; public int B; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static int Sum(ReadOnlySpan<int> s) { int t = 0; for (int i = 0; i < s.Length; i++) t = t * 31 + s[i]; return t; }
    [MethodImpl(No)] static int SumEach(Span<int> s) { int t = 0; foreach (int x in s) t += x; return t; }
    [MethodImpl(No)] static void Double(Span<int> s) { foreach (ref int x in s) x *= 2; }
    [MethodImpl(No)] static Span<int> Middle(Span<int> s) => s.Slice(1, s.Length - 2);
    [MethodImpl(No)] static ReadOnlySpan<char> Word(ReadOnlySpan<char> s, int n) { for (; n > 0; n--) { int i = s.IndexOf(' '); if (i < 0) return default; s = s.Slice(i + 1); } int e = s.IndexOf(' '); return e < 0 ? s : s[..e]; }
    [MethodImpl(No)] static int Parse(ReadOnlySpan<char> s) { int v = 0; foreach (char c in s) { if ((uint)(c - '0') > 9) return -1; v = v * 10 + c - '0'; } return v; }
    [MethodImpl(No)] static void Sort(Span<int> s) { if (s.Length < 2) return; int p = s[s.Length / 2], i = 0, j = s.Length - 1; while (i <= j) { while (s[i] < p) i++; while (s[j] > p) j--; if (i <= j) { (s[i], s[j]) = (s[j], s[i]); i++; j--; } } Sort(s[..(j + 1)]); Sort(s[i..]); }
    [MethodImpl(No)] static int Stack(int n) { Span<int> s = stackalloc int[n]; for (int i = 0; i < s.Length; i++) s[i] = i ^ 5; GC.Collect(); s.Reverse(); return Sum(s); }
    [MethodImpl(No)] static int StackOrHeap(int n) { Span<byte> s = n <= 64 ? stackalloc byte[n] : new byte[n]; s.Fill(3); GC.Collect(); int t = 0; foreach (byte b in s) t += b; return t; }
    [MethodImpl(No)] static int Index(Span<int> s, int i) => s[i];
    [MethodImpl(No)] static int Slice(Span<int> s, int i, int n) => s.Slice(i, n).Length;
    [MethodImpl(No)] static T First<T>(Span<T> s) => s[0];
    [MethodImpl(No)] static Span<T> Tail<T>(Span<T> s) => s.Slice(1);
    [MethodImpl(No)] static string Join<T>(ReadOnlySpan<T> s) { string r = ""; foreach (T t in s) r += t + ";"; return r; }
    [MethodImpl(No)] static void Split(ReadOnlySpan<char> s, out ReadOnlySpan<char> a, out ReadOnlySpan<char> b) { int i = s.IndexOf('='); a = s[..i]; b = s[(i + 1)..]; }
    [MethodImpl(No)] static string KeepAlive() { Span<string> s = Make(); GC.Collect(); s[1] += "!"; GC.Collect(); return s[0] + s[1]; }
    [MethodImpl(No)] static Span<string> Make() { string[] a = new string[4]; for (int i = 0; i < 4; i++) a[i] = "k" + i; return a.AsSpan(1, 2); }
    [MethodImpl(No)] static ulong Hash(ReadOnlySpan<byte> b) { ulong h = 14695981039346656037; foreach (byte x in b) h = (h ^ x) * 1099511628211; return h; }
    [MethodImpl(No)] static int Utf8() { ReadOnlySpan<byte> u = "grüße"u8; int s = 0; foreach (byte b in u) s += b; return s + u.Length; }
    [MethodImpl(No)] static int Static() { ReadOnlySpan<int> t = new int[] { 2, 3, 5, 7, 11, 13 }; ReadOnlySpan<byte> b = new byte[] { 1, 2, 3 }; ReadOnlySpan<char> c = ['x', 'y']; return Sum(t) + b[2] + c[1]; }
    [MethodImpl(No)] static string Bin() { Span<byte> b = stackalloc byte[16]; BinaryPrimitives.WriteInt32BigEndian(b, 0x01020304); BinaryPrimitives.WriteUInt64LittleEndian(b[4..], 0xa0b0c0d0e0f00010); BinaryPrimitives.WriteDoubleLittleEndian(b[8..], -1.5); return Convert.ToHexString(b) + BinaryPrimitives.ReadInt16BigEndian(b[1..]) + BinaryPrimitives.ReverseEndianness(1u); }
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        int[] a = { 5, 3, 9, 1, 7, 2 }; W(Sum(a)); W(SumEach(a)); Double(a.AsSpan(2)); W(Sum(a)); W(Sum(Middle(a))); W(Middle(a)[0]); W(new string(Word("the quick brown fox", 2)) + Word("a b", 1).Length + Word("a", 3).Length); W(Parse("12345") + Parse("12x")); int[] b = new int[100]; for (int i = 0; i < 100; i++) b[i] = i * 7919 % 101; Sort(b); W(Sum(b)); W(Stack(10)); W(StackOrHeap(10) + StackOrHeap(100)); W(Stack(0));
        W(Try(() => Index(a, 6))); W(Try(() => Index(a, -1))); W(Try(() => Slice(a, 5, 2))); W(Try(() => Slice(a, 7, 0))); W(Try(() => Slice(a, 6, 0))); W(Try(() => Index(default, 0))); object[] cov = new string[1]; W(Try(() => new Span<object>(cov))); W(Try(() => a.AsSpan(-1)));
        P3[] ps = { new P3 { X = 1, S = "a" }, new P3 { X = 2, S = "b", Y = 7 } }; W(First<P3>(ps).S + First(Tail<P3>(ps)).Y + First<string>(new[] { "z" }) + Join<int>(a) + Join<string>(new[] { "q", null })); Split("key=value", out ReadOnlySpan<char> k, out ReadOnlySpan<char> v); W(k.ToString() + v.ToString()); W(KeepAlive()); W(Hash(MemoryMarshal.AsBytes<int>(a))); W(Utf8()); W(Static()); W(Bin());
        Span<int> s = a; s[1..3].CopyTo(s); W(Sum(s)); s.Clear(); W(SumEach(s)); W(s.IsEmpty + "" + Span<int>.Empty.IsEmpty + s.TryCopyTo(new int[2]) + s.ToArray().Length); Span<U> us = MemoryMarshal.Cast<int, U>(b.AsSpan()); us[3].B = 1000; W(b[7] + us.Length); W(MemoryMarshal.Read<long>(new byte[] { 1, 0, 0, 0, 1, 0, 0, 0 })); Memory<char> m = "memory".ToCharArray(); m.Span[0] = 'M'; W(m.Slice(0, 3).ToString() + m.Length); W("abcabc".AsSpan().LastIndexOf("bc") + "abc".AsSpan().CompareTo("abd", StringComparison.Ordinal)); W("x,y,,z".AsSpan().Count(',') + "abc".AsSpan().IndexOfAny('c', 'b')); W(((ReadOnlySpan<char>)" trim ").Trim().Length); W(a.AsSpan().SequenceEqual(new int[6])); Span<char> chars = stackalloc char[20]; W(12345.TryFormat(chars, out int n) + new string(chars[..n])); W(string.Create(5, 'c', (sp, c) => { for (int i = 0; i < sp.Length; i++) sp[i] = (char)(c + i); })); W(b.AsSpan().BinarySearch(50)); W(b[^1] + b[1..4].Length); Index idx = ^2; Range r = 1..^1; W(b[idx] + b[r].Length); ArraySegment<int> seg = new ArraySegment<int>(b, 5, 3); W(seg[1] + seg.Count); scoped Span<int> sc = stackalloc int[2] { 8, 9 }; sc[0]++; W(sc[0] * sc[1]); return 19;
    }
}
