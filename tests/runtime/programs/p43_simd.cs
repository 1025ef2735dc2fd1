// Vectors: portable ones, fixed-size ones behind IsHardwareAccelerated and IsSupported checks; the results must not depend on which path runs.
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(Convert.ToString(o, System.Globalization.CultureInfo.InvariantCulture));
    [MethodImpl(No)] static int SumV(int[] a) { Vector<int> s = Vector<int>.Zero; int i = 0; for (; i <= a.Length - Vector<int>.Count; i += Vector<int>.Count) s += new Vector<int>(a, i); int t = Vector.Sum(s); for (; i < a.Length; i++) t += a[i]; return t; }
    [MethodImpl(No)] static int Sum128(int[] a) { Vector128<int> s = Vector128<int>.Zero; int i = 0; for (; i <= a.Length - 4; i += 4) s += Vector128.Create(a[i], a[i + 1], a[i + 2], a[i + 3]) * 2; int t = Vector128.Sum(s); for (; i < a.Length; i++) t += a[i] * 2; return t; }
    [MethodImpl(No)] static int Sum256(ReadOnlySpan<int> a) { if (!Vector256.IsHardwareAccelerated) { int r = 0; foreach (int x in a) r += x; return r; } Vector256<int> s = default; ref int p = ref MemoryMarshal.GetReference(a); int i = 0; for (; i <= a.Length - 8; i += 8) s += Vector256.LoadUnsafe(ref p, (nuint)i); int t = Vector256.Sum(s); for (; i < a.Length; i++) t += a[i]; return t; }
    [MethodImpl(No)] static int IndexOf(byte[] a, byte v) { Vector128<byte> n = Vector128.Create(v); int i = 0; for (; i <= a.Length - 16; i += 16) { uint m = Vector128.Equals(Vector128.LoadUnsafe(ref a[i]), n).ExtractMostSignificantBits(); if (m != 0) return i + BitOperations.TrailingZeroCount(m); } for (; i < a.Length; i++) if (a[i] == v) return i; return -1; }
    [MethodImpl(No)] static uint Crc(byte[] a) { uint c = 0; if (Sse42.IsSupported) { foreach (byte b in a) c = Sse42.Crc32(c, b); return c; } foreach (byte b in a) { c ^= b; for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? c >> 1 ^ 0x82F63B78 : c >> 1; } return c; }
    [MethodImpl(No)] static int Pop(ulong[] a) { int n = 0; foreach (ulong x in a) n += Popcnt.X64.IsSupported ? (int)Popcnt.X64.PopCount(x) : BitOperations.PopCount(x); return n; }
    [MethodImpl(No)] static ulong Pext(ulong v, ulong m) { if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(v, m); ulong r = 0; for (int k = 0; m != 0; m &= m - 1, k++) if ((v & m & (ulong)-(long)m) != 0) r |= 1UL << k; return r; }
    [MethodImpl(No)] static float Dot4(Vector4 a, Vector4 b) => Vector4.Dot(a, b) + a.X * b.W - a.Length() * 0;
    [MethodImpl(No)] static Vector4 Mad(Vector4 a, Vector4 b, Vector4 c) => a * b + c;
    [MethodImpl(No)] static Vector3 Reflect(Vector3 v, Vector3 n) => v - 2 * Vector3.Dot(v, n) * n;
    [MethodImpl(No)] static Vector2 Rot(Vector2 v) => new(-v.Y, v.X);
    [MethodImpl(No)] static Vector128<float> Pass(Vector128<float> a, int n, Vector128<float> b) => n == 0 ? a + b : Pass(b, n - 1, a * 2f);
    [MethodImpl(No)] static Vector256<long> Pass256(Vector256<long> a, Vector256<long> b) => a ^ b;
    [MethodImpl(No)] static Vector<double> PassV(Vector<double> a, double k) => a * k;
    [MethodImpl(No)] static Matrix4x4 Mat(Matrix4x4 a, Quaternion q) => a * Matrix4x4.CreateFromQuaternion(q) + Matrix4x4.CreateScale(2);
    [MethodImpl(No)] static string Min(Vector4[] v) { Vector4 lo = new(float.MaxValue), hi = new(float.MinValue); foreach (Vector4 x in v) { lo = Vector4.Min(lo, x); hi = Vector4.Max(hi, x); } return lo + "" + hi; }
    [MethodImpl(No)] static double[] Axpy(double k, double[] x, double[] y) { double[] r = new double[x.Length]; int n = Vector<double>.Count, i = 0; Vector<double> kv = new(k); for (; i + n <= x.Length; i += n) (kv * new Vector<double>(x, i) + new Vector<double>(y, i)).CopyTo(r, i); for (; i < x.Length; i++) r[i] = k * x[i] + y[i]; return r; }
    [MethodImpl(No)] static Vector128<int> Across(Vector128<int> v) { GC.Collect(); Vector128<int> w = v; for (int i = 0; i < 4; i++) w = w.WithElement(i, w.GetElement(3 - i) + SumV(new[] { i })); return w + v; }
    struct Holder { public Vector128<int> V; public Vector3 T; public string S; }
    [MethodImpl(No)] static Holder Hold(Holder h) { h.V += Vector128<int>.One; h.T *= 2; h.S += "!"; return h; }

    static int Main() { int[] a = new int[103]; for (int i = 0; i < a.Length; i++) a[i] = i * i - 50; W(SumV(a)); W(Sum128(a)); W(Sum256(a)); byte[] b = new byte[100]; for (int i = 0; i < 100; i++) b[i] = (byte)(i * 3); W(IndexOf(b, 33) + "," + IndexOf(b, 1) + "," + IndexOf(b, 41)); W(Crc(b)); W(Pop(new ulong[] { 1, 0xff, ulong.MaxValue })); W(Pext(0x123456789abcdef0, 0xff00ff00ff00ff00)); Vector4 v = new(1, 2, 3, 4), u = new(5, 6, 7, 8); W(Dot4(v, u)); W(Mad(v, u, v).ToString("F1", System.Globalization.CultureInfo.InvariantCulture)); W(Reflect(new(1, -1, 0), new(0, 1, 0))); W(Rot(new(3, 4))); W(Pass(Vector128.Create(1f, 2, 3, 4), 5, Vector128.Create(0.5f)).ToString()); W(Pass256(Vector256.Create(5L), Vector256.Create(1L, 2, 3, 4)).ToString()); W(Vector.Sum(PassV(new Vector<double>(1.5), 2)) / Vector<double>.Count); W(Mat(Matrix4x4.Identity, Quaternion.Identity).M11); W(Min(new[] { v, u, -v })); double s = 0; foreach (double d in Axpy(2, Array.ConvertAll(a, x => (double)x), Array.ConvertAll(a, x => x * 0.5))) s += d; W(s); W(Across(Vector128.Create(1, 2, 3, 4))); Holder h = Hold(new Holder { V = Vector128.Create(7), T = new(1, 2, 3), S = "h" }); W(h.V + "" + h.T + h.S); return 43; }
}
