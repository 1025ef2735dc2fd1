// Native calls: blittable and marshalled P/Invokes into libc, callbacks into UnmanagedCallersOnly methods and delegates, SetLastError, structs.
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

[StructLayout(LayoutKind.Sequential)] struct DivT { public int Quot, Rem; }
[StructLayout(LayoutKind.Sequential)] struct LDivT { public long Quot, Rem; }
[StructLayout(LayoutKind.Sequential)] struct Tm { public int Sec, Min, Hour, Mday, Mon, Year, Wday, Yday, Isdst; public long Gmtoff; public IntPtr Zone; }
[StructLayout(LayoutKind.Sequential)] struct TimeVal { public long Sec, Usec; }
[UnmanagedFunctionPointer(CallingConvention.Cdecl)] delegate int Compare(IntPtr a, IntPtr b);

static unsafe class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    [DllImport("libc")] static extern int getpid();
    [DllImport("libc")] static extern int abs(int x);
    [DllImport("libc")] static extern long labs(long x);
    [DllImport("libm.so.6")] static extern double hypot(double a, double b);
    [DllImport("libm.so.6")] static extern float fmaf(float a, float b, float c);
    [DllImport("libm.so.6")] static extern double ldexp(double a, int e);
    [DllImport("libm.so.6")] static extern double frexp(double a, out int e);
    [DllImport("libc")] static extern DivT div(int a, int b);
    [DllImport("libc")] static extern LDivT ldiv(long a, long b);
    [DllImport("libc")] static extern nint strlen(byte* s);
    [DllImport("libc", EntryPoint = "strlen")] static extern nint StrLen([MarshalAs(UnmanagedType.LPUTF8Str)] string s);
    [DllImport("libc")] static extern int atoi(string s);
    [DllImport("libc")] static extern IntPtr getenv(string s);
    [DllImport("libc")] static extern int toupper(int c);
    [DllImport("libc")] static extern void* memcpy(void* d, void* s, nint n);
    [DllImport("libc")] static extern int memcmp(byte[] a, byte[] b, nint n);
    [DllImport("libc")] static extern void qsort(int* a, nint n, nint size, delegate* unmanaged[Cdecl]<void*, void*, int> f);
    [DllImport("libc", EntryPoint = "qsort")] static extern void QSort([In, Out] int[] a, nint n, nint size, Compare f);
    [DllImport("libc", SetLastError = true)] static extern int close(int fd);
    [DllImport("libc", SetLastError = true)] static extern int open([MarshalAs(UnmanagedType.LPStr)] string path, int flags);
    [DllImport("libc")] static extern IntPtr gmtime_r(ref long t, out Tm tm);
    [DllImport("libc")] static extern int snprintf(byte[] buffer, nint n, string format);
    [DllImport("libc")] static extern long strtol(byte* s, byte** end, int radix);
    [DllImport("libc")] static extern nint strnlen([MarshalAs(UnmanagedType.LPStr)] StringBuilder s, nint n);
    [DllImport("libc", EntryPoint = "no_such_function")] static extern void Missing();
    [DllImport("no_such_library")] static extern void MissingLibrary();
    [DllImport("libc"), SuppressGCTransition] static extern int getppid();
    [DllImport("libc", EntryPoint = "labs")] [return: MarshalAs(UnmanagedType.Bool)] static extern bool IsNonZero(long x);
    static int compares; static GCHandle pinned;
    static void W(object o) => Console.WriteLine(o);
    [UnmanagedCallersOnly(CallConvs = new[] { typeof(CallConvCdecl) })] static int ByValue(void* a, void* b) { compares++; if (compares % 20 == 0) GC.Collect(); return (*(int*)a).CompareTo(*(int*)b); }
    [UnmanagedCallersOnly(CallConvs = new[] { typeof(CallConvCdecl) })] static int Catching(void* a, void* b) { try { if (*(int*)a % 2 == 0) throw new InvalidOperationException(); return Inner(*(int*)a, *(int*)b); } catch (InvalidOperationException) { return Inner(*(int*)a, *(int*)b); } }
    [UnmanagedCallersOnly] static double Many(int a, double b, long c, float d, byte e, short f, int g, int h, int i, double j) => a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10;
    [MethodImpl(No)] static int Inner(int a, int b) => b - a;
    [MethodImpl(No)] static int Blittable() => abs(-5) + (int)labs(-1L << 33 >> 30) + (getpid() == Environment.ProcessId ? 100 : 0) + (getppid() > 0 ? 1000 : 0) + toupper('x');
    [MethodImpl(No)] static string Floats() { double m = frexp(40, out int e); return hypot(3, 4) + fmaf(2, 3, 4) + ldexp(0.75, 4) + "," + m + "," + e; }
    [MethodImpl(No)] static string Structs() { DivT d = div(-17, 5); LDivT l = ldiv(1L << 40, 1000); return d.Quot + "," + d.Rem + "," + l.Quot + "," + l.Rem; }
    [MethodImpl(No)] static string Strings() { fixed (byte* p = "twelve chars"u8) return strlen(p) + "," + StrLen("żółw") + "," + atoi("  -42x") + "," + (getenv("SURELY_NOT_SET") == IntPtr.Zero) + "," + Marshal.PtrToStringUTF8((IntPtr)p) + strnlen(new StringBuilder("builder"), 100); }
    [MethodImpl(No)] static string Pointers() { int[] a = { 1, 2, 3 }; int[] b = new int[3]; fixed (int* p = a, q = b) memcpy(q, p, 12); byte[] buffer = new byte[20]; int n = snprintf(buffer, 20, "plain"); fixed (byte* s = "7fzz\0"u8) { byte* end; long v = strtol(s, &end, 16); return b[2] + "," + memcmp(new byte[] { 1, 2 }, new byte[] { 1, 2 }, 2) + n + Encoding.ASCII.GetString(buffer, 0, n) + v + (char)*end; } }
    [MethodImpl(No)] static string Sorts() { int[] a = new int[60]; for (int i = 0; i < 60; i++) a[i] = i * 37 % 61; fixed (int* p = a) qsort(p, 60, 4, &ByValue); string r = a[0] + "," + a[30] + "," + a[59]; fixed (int* p = a) qsort(p, 60, 4, &Catching); r += "," + a[0] + "," + a[30]; int calls = 0; QSort(a, 60, 4, (x, y) => { calls++; if (calls % 25 == 0) GC.Collect(); return Marshal.ReadInt32(x) - Marshal.ReadInt32(y); }); return r + "," + a[0] + a[1] + (calls > 50) + (compares > 50); }
    [MethodImpl(No)] static double Reverse() { delegate* unmanaged<int, double, long, float, byte, short, int, int, int, double, double> f = &Many; return f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10); }
    [MethodImpl(No)] static string Errors() { int r = close(-1); int e = Marshal.GetLastPInvokeError(); int o = open("/no/such/file", 0); return r + "," + e + "," + o + "," + Marshal.GetLastPInvokeError() + "," + new System.ComponentModel.Win32Exception(2).NativeErrorCode; }
    [MethodImpl(No)] static string Time() { long t = 1700000000; IntPtr p = gmtime_r(ref t, out Tm tm); return tm.Year + 1900 + "-" + (tm.Mon + 1) + "-" + tm.Mday + " " + tm.Hour + ":" + tm.Min + (p != IntPtr.Zero); }
    [MethodImpl(No)] static string Failures() { string r = ""; try { Missing(); } catch (EntryPointNotFoundException) { r += "entry "; } try { MissingLibrary(); } catch (DllNotFoundException) { r += "library "; } return r + IsNonZero(5) + IsNonZero(0); }
    [MethodImpl(No)] static int Loop(int n) { int s = 0; for (int i = 0; i < n; i++) { object o = new int[] { i }; s += abs(-i) + ((int[])o)[0]; } return s; }
    [MethodImpl(No)] static string Delegates() { IntPtr f = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "abs"); delegate* unmanaged<int, int> p = (delegate* unmanaged<int, int>)f; Compare c = (a, b) => (int)(a - b); IntPtr cp = Marshal.GetFunctionPointerForDelegate(c); delegate* unmanaged[Cdecl]<IntPtr, IntPtr, int> back = (delegate* unmanaged[Cdecl]<IntPtr, IntPtr, int>)cp; string r = p(-8) + "," + back(10, 3); GC.KeepAlive(c); return r; }
    static int Main() { W(Blittable()); W(Floats()); W(Structs()); W(Strings()); W(Pointers()); W(Sorts()); W(Reverse()); W(Errors()); W(Time()); W(Failures()); W(Loop(10000)); W(Delegates()); W(Marshal.SizeOf<Tm>() + sizeof(TimeVal)); return 30; }
}
