// Unsafe code: pointers, fixed, stackalloc, function pointers, sizeof, blocks of memory, unaligned access.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

struct Node { public int Value; public unsafe Node* Next; }
struct Rgb { public byte R, G, B; }
unsafe struct Buffer { public fixed byte Bytes[16]; public fixed int Ints[4]; public int Tail; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] struct Packed { public byte A; public int B; public long C; public short D; }
struct Padded { public byte A; public long B; public byte C; }

static unsafe class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static int Sum(int* p, int n) { int s = 0; for (int i = 0; i < n; i++) s = s * 31 + p[i]; return s; }
    [MethodImpl(No)] static int SumWalk(int* p, int* end) { int s = 0; while (p < end) s = s * 31 + *p++; return s; }
    [MethodImpl(No)] static void Fill(byte* p, int n, byte v) { for (byte* e = p + n; p != e; ++p) *p = v; }
    [MethodImpl(No)] static int Fixed(int[] a) { fixed (int* p = a) { GC.Collect(); p[0]++; return Sum(p, a.Length); } }
    [MethodImpl(No)] static int FixedElement(int[] a, int i) { fixed (int* p = &a[i]) { GC.Collect(); *p *= 2; return p[-1] + *p; } }
    [MethodImpl(No)] static int FixedString(string s) { int h = 0; fixed (char* p = s) { for (char* q = p; *q != 0; q++) h = h * 31 + *q; } return h; }
    [MethodImpl(No)] static int FixedTwo(byte[] a, short[] b) { fixed (byte* p = a) fixed (short* q = b) { GC.Collect(); int s = 0; for (int i = 0; i < a.Length; i++) { s += p[i] * q[i]; q[i] = (short)~p[i]; } return s; } }
    [MethodImpl(No)] static bool FixedNull() { int[] none = null; int[] empty = new int[0]; fixed (int* p = none, q = empty) return p == null && q == null; }
    [MethodImpl(No)] static int Stack(int n) { int* p = stackalloc int[n]; for (int i = 0; i < n; i++) p[i] = i * i; return Sum(p, n); }
    [MethodImpl(No)] static int StackInit() { int* p = stackalloc[] { 1, 2, 3, 4 }; Rgb* r = stackalloc Rgb[5]; r[4].B = 9; byte* z = stackalloc byte[100]; int s = 0; for (int i = 0; i < 100; i++) s += z[i]; return Sum(p, 4) + r[4].B + r[3].G + s; }
    [MethodImpl(No)] static int StackLoop(int n) { int s = 0; for (int i = 1; i <= n; i++) s += StackRecursive(i, 8 * i); return s; }
    [MethodImpl(No)] static int StackRecursive(int n, int size) { byte* p = stackalloc byte[size]; Fill(p, size, (byte)n); int below = n == 0 ? 0 : StackRecursive(n - 1, size); int s = below; for (int i = 0; i < size; i++) s += p[i]; return s; }
    [MethodImpl(No)] static string StackAndRefs(string a, int n) { char* p = stackalloc char[n]; string b = a + n; for (int i = 0; i < n; i++) p[i] = (char)('a' + i); GC.Collect(); string c = new string(p, 0, n); return a + b + c; }
    [MethodImpl(No)] static int Linked(int n) { Node* nodes = stackalloc Node[n]; Node* head = null; for (int i = 0; i < n; i++) { nodes[i].Value = i + 1; nodes[i].Next = head; head = &nodes[i]; } int s = 0; for (Node* x = head; x != null; x = x->Next) s = s * 3 + x->Value; return s; }
    [MethodImpl(No)] static int Buf() { Buffer b = default; for (int i = 0; i < 16; i++) b.Bytes[i] = (byte)(i * 17); for (int i = 0; i < 4; i++) b.Ints[i] = i * 1000; b.Tail = 7; Buffer c = b; c.Bytes[3] = 1; Buffer* p = &c; p->Ints[2] += 5; return b.Bytes[3] + c.Bytes[3] * 1000 + p->Ints[2] + p->Tail + sizeof(Buffer) * 100000; }
    [MethodImpl(No)] static string Sizes() => sizeof(Packed) + "," + sizeof(Padded) + "," + sizeof(Rgb) + "," + sizeof(Node) + "," + sizeof(int*) + "," + sizeof(char) + "," + sizeof(bool) + "," + sizeof(decimal) + "," + sizeof(DateTime) + "," + sizeof(Guid) + "," + Unsafe.SizeOf<ValueTuple<byte, int>>();
    [MethodImpl(No)] static long Pack() { Packed p = new Packed { A = 1, B = 2, C = 3, D = 4 }; byte* b = (byte*)&p; long s = 0; for (int i = 0; i < sizeof(Packed); i++) s = s * 5 + b[i]; *(int*)(b + 1) = -1; *(long*)&b[5] = long.MinValue; return s + p.B + p.C; }
    [MethodImpl(No)] static long Unaligned(byte[] a) { fixed (byte* p = a) { long s = *(int*)(p + 1) + *(long*)(p + 3) + *(short*)(p + 7); *(double*)(p + 1) = 1.5; s += (long)*(float*)(p + 5); return s + Unsafe.ReadUnaligned<int>(p + 2); } }
    [MethodImpl(No)] static long Arith(int* a, int* b) => (b - a) * 100 + (long)((byte*)b - (byte*)a) + (a < b ? 1 : 0) + (a + 3 == b ? 2 : 0);
    [MethodImpl(No)] static int PtrPtr() { int x = 5, y = 6; int* p = &x; int** pp = &p; **pp = 7; *pp = &y; **pp += 10; return x * 100 + y + *p; }
    [MethodImpl(No)] static double Doubles() { double* d = stackalloc double[4]; float* f = stackalloc float[4]; for (int i = 0; i < 4; i++) { d[i] = i + 0.5; f[i] = i * 0.25f; } double s = 0; for (int i = 3; i >= 0; i--) s = s * 2 + d[i] * f[i]; return s; }
    [MethodImpl(No)] static int Mem() { byte* a = (byte*)NativeMemory.AllocZeroed(64); Unsafe.InitBlock(a, 7, 32); Unsafe.CopyBlock(a + 32, a, 16); System.Buffer.MemoryCopy(a, a + 48, 16, 8); int s = 0; for (int i = 0; i < 64; i++) s += a[i] * (i + 1); NativeMemory.Free(a); IntPtr h = Marshal.AllocHGlobal(8); Marshal.WriteInt64(h, 77); s += (int)Marshal.ReadInt64(h); Marshal.FreeHGlobal(h); return s; }
    [MethodImpl(No)] static int F1(int a) => a + 1;
    [MethodImpl(No)] static string F2(string s, int n) => s + n;
    [MethodImpl(No)] static Packed F3(Packed p, double d, Rgb c) { p.B += (int)d; p.A = c.B; return p; }
    [MethodImpl(No)] static void F4(ref int x, out long y) { y = x; x++; }
    [MethodImpl(No)] static T F5<T>(T t) => t;
    [MethodImpl(No)] static int Call(delegate*<int, int> f, int a) => f(a) + f(a * 10);
    [MethodImpl(No)] static string FunctionPointers() { delegate*<string, int, string> f2 = &F2; delegate*<Packed, double, Rgb, Packed> f3 = &F3; delegate*<ref int, out long, void> f4 = &F4; delegate*<int, int>[] table = { &F1, &Neg, &F1 }; int x = 5; f4(ref x, out long y); Packed p = f3(new Packed { B = 3, C = 8 }, 4.5, new Rgb { B = 9 }); int s = 0; for (int i = 0; i < table.Length; i++) s = s * 100 + table[i](i); delegate*<string, string> f5 = &F5<string>; delegate*<long, long> f5l = &F5<long>; void* raw = (delegate*<int, int>)&F1; return f2("f", 2) + p.A + p.B + p.C + x + y + s + f5("gen") + f5l(1L << 40) + ((delegate*<int, int>)raw)(40) + Call(&F1, 1) + Call(&Neg, 1); }
    [MethodImpl(No)] static int Neg(int a) => -a;
    [MethodImpl(No)] static int Volatile1(int* p) { System.Threading.Volatile.Write(ref *p, 5); return System.Threading.Volatile.Read(ref *p) + System.Threading.Interlocked.Add(ref *p, 3); }
    [MethodImpl(No)] static string Null() { int* p = null; try { return "" + *p; } catch (NullReferenceException) { return "null"; } }
    [MethodImpl(No)] static string NullStore(Node* p) { try { p->Value = 5; return "stored"; } catch (NullReferenceException) { return "null"; } }
    [MethodImpl(No)] static nint Native(nint a, nuint b) => a * 3 + (nint)b / 2 - (a >> 1) + (nint)(b << 3) + (a < 5 ? 1 : 0) + (nint)(b % 7);
    [MethodImpl(No)] static T Cast<T>(byte[] a, int i) where T : unmanaged { fixed (byte* p = a) return ((T*)p)[i]; }
    [MethodImpl(No)] static void SwapBytes(byte* p, int n) { for (int i = 0, j = n - 1; i < j; i++, j--) { byte t = p[i]; p[i] = p[j]; p[j] = t; } }

    static int Main()
    {
        int[] a = { 1, 2, 3, 4 }; W(Fixed(a)); W(FixedElement(a, 2)); W(FixedString("hello")); W(FixedTwo(new byte[] { 1, 2, 255 }, new short[] { 10, -20, 30 })); W(FixedNull()); fixed (int* p = a) { W(SumWalk(p, p + 4)); W(Arith(p, p + 3)); W(Volatile1(p)); }
        W(Stack(10)); W(Stack(0)); W(Stack(5000)); W(StackInit()); W(StackLoop(6)); W(StackAndRefs("ref", 20)); W(Linked(10)); W(Buf()); W(Sizes()); W(Pack()); W(Unaligned(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 })); W(PtrPtr()); W(Doubles()); W(Mem()); W(FunctionPointers()); W(Null()); W(NullStore(null)); W(Native(-7, 100)); byte[] bytes = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }; W(Cast<int>(bytes, 1)); W(Cast<long>(bytes, 1)); W(Cast<Rgb>(bytes, 2).B); W(Cast<char>(bytes, 3) + 0); fixed (byte* p = bytes) SwapBytes(p, 16); W(bytes[0]); int x = 3; int* px = &x; *px += 4; W(x); x = (int)(long)(px - px); W(x); return 18;
    }
}
