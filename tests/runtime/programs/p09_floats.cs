// Floating point: arithmetic, remainder, comparisons, rounding, special values, single against double precision, Math.
using System;
using System.Runtime.CompilerServices;

static class Program
{
    static readonly double[] Doubles = { 0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, -2.5, 3.0, 1e-310, 1e300, -1e300, double.MaxValue, double.MinValue, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 123456789.123, Math.PI };
    static readonly float[] Floats = { 0f, -0f, 1f, -1f, 0.1f, 0.5f, 1.5f, 2.5f, -2.5f, 3f, 1e-40f, 1e38f, float.MaxValue, float.MinValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 16777216f, 16777217f };

    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    static void PD(string name, double value) => P(name, Bits(value));
    static long Bits(double d) => double.IsNaN(d) ? 1 : BitConverter.DoubleToInt64Bits(d);
    static long BitsF(float f) => float.IsNaN(f) ? 1 : BitConverter.SingleToInt32Bits(f);
    static long Mix(long sum, long value) => (sum ^ value) * 1099511628211 + 12345;

    [MethodImpl(MethodImplOptions.NoInlining)] static double Add(double a, double b) => a + b;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Sub(double a, double b) => a - b;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Mul(double a, double b) => a * b;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Div(double a, double b) => a / b;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Rem(double a, double b) => a % b;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Neg(double a) => -a;
    [MethodImpl(MethodImplOptions.NoInlining)] static float AddF(float a, float b) => a + b;
    [MethodImpl(MethodImplOptions.NoInlining)] static float SubF(float a, float b) => a - b;
    [MethodImpl(MethodImplOptions.NoInlining)] static float MulF(float a, float b) => a * b;
    [MethodImpl(MethodImplOptions.NoInlining)] static float DivF(float a, float b) => a / b;
    [MethodImpl(MethodImplOptions.NoInlining)] static float RemF(float a, float b) => a % b;
    [MethodImpl(MethodImplOptions.NoInlining)] static float NegF(float a) => -a;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Widen(float a) => a;
    [MethodImpl(MethodImplOptions.NoInlining)] static float Narrow(double a) => (float)a;
    [MethodImpl(MethodImplOptions.NoInlining)] static bool IsNaN(double a) => a != a;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Constants(double a) => (a + 1.0) * 0.5 - 3.25 / (a - 7.0) + 1e10 * a - a * -1.0;
    [MethodImpl(MethodImplOptions.NoInlining)] static float ConstantsF(float a) => (a + 1f) * 0.5f - 3.25f / (a - 7f) + 1e10f * a;
    [MethodImpl(MethodImplOptions.NoInlining)] static double Poly(double x) { double r = 0; double[] c = { 1, -2, 3, -4, 5 }; for (int i = 0; i < c.Length; i++) r = r * x + c[i]; return r; }
    [MethodImpl(MethodImplOptions.NoInlining)] static double Newton(double n) { double x = n; for (int i = 0; i < 50; i++) x = (x + n / x) * 0.5; return x; }
    [MethodImpl(MethodImplOptions.NoInlining)] static double Harmonic(int n) { double s = 0; for (int i = 1; i <= n; i++) s += 1.0 / i; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static float HarmonicF(int n) { float s = 0; for (int i = 1; i <= n; i++) s += 1f / i; return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static double Integrate(Func<double, double> f, double a, double b, int n) { double h = (b - a) / n, s = 0; for (int i = 0; i < n; i++) s += f(a + (i + 0.5) * h); return s * h; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Pressure(double a, double b)
    {
        double v0 = a + b, v1 = a - b, v2 = a * b, v3 = a / b, v4 = a * 2, v5 = b * 3, v6 = a + 4, v7 = b + 5, v8 = a - 6, v9 = b - 7;
        double w0 = v0 * 1.5, w1 = v1 * 2.5, w2 = v2 * 3.5, w3 = v3 * 4.5, w4 = v4 * 5.5, w5 = v5 * 6.5, w6 = v6 * 7.5, w7 = v7 * 8.5, w8 = v8 * 9.5, w9 = v9 * 10.5;
        double r = Neg(v0);
        return r + v0 * w9 - v1 * w8 + v2 * w7 - v3 * w6 + v4 * w5 - v5 * w4 + v6 * w3 - v7 * w2 + v8 * w1 - v9 * w0 + (w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7 + w8 + w9);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Functions(double x)
        => Math.Sqrt(Math.Abs(x)) + Math.Floor(x) * 2 + Math.Ceiling(x) * 3 + Math.Truncate(x) * 4 + Math.Round(x) * 5 + Math.Max(x, 1.25) + Math.Min(x, -1.25) + (double.IsNaN(x) ? 0 : Math.Sign(x)) + Math.CopySign(3, x) + Math.FusedMultiplyAdd(x, 2, 1);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static float FunctionsF(float x) => MathF.Sqrt(MathF.Abs(x)) + MathF.Floor(x) * 2 + MathF.Ceiling(x) * 3 + MathF.Truncate(x) * 4 + MathF.Round(x) * 5 + MathF.Max(x, 1.25f) + MathF.Min(x, -1.25f);

    // Mixed chains: values live in xmm registers across calls (there are no callee-saved ones).
    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Across(double a, float b, int n)
    {
        double s = a;
        float t = b;
        for (int i = 0; i < n; i++) { s = Add(s, t); t = MulF(t, 0.75f); s -= Mul(t, a) + i; if (s > 100) s = Div(s, 3); }
        return s + t;
    }

    static int Main()
    {
        long add = 0, sub = 0, mul = 0, div = 0, rem = 0, cmp = 0;
        foreach (double a in Doubles)
            foreach (double b in Doubles)
            {
                add = Mix(add, Bits(Add(a, b))); sub = Mix(sub, Bits(Sub(a, b))); mul = Mix(mul, Bits(Mul(a, b))); div = Mix(div, Bits(Div(a, b))); rem = Mix(rem, Bits(Rem(a, b)));
                cmp = Mix(cmp, (a < b ? 1 : 0) + (a > b ? 2 : 0) + (a == b ? 4 : 0) + (a.Equals(b) ? 8 : 0) + a.CompareTo(b) * 16);
            }
        P("add", add); P("sub", sub); P("mul", mul); P("div", div); P("rem", rem); P("cmp", cmp);
        add = sub = mul = div = rem = cmp = 0;
        foreach (float a in Floats)
            foreach (float b in Floats)
            {
                add = Mix(add, BitsF(AddF(a, b))); sub = Mix(sub, BitsF(SubF(a, b))); mul = Mix(mul, BitsF(MulF(a, b))); div = Mix(div, BitsF(DivF(a, b))); rem = Mix(rem, BitsF(RemF(a, b)));
                cmp = Mix(cmp, (a < b ? 1 : 0) + (a > b ? 2 : 0) + (a == b ? 4 : 0) + (a.Equals(b) ? 8 : 0) + a.CompareTo(b) * 16);
            }
        P("addf", add); P("subf", sub); P("mulf", mul); P("divf", div); P("remf", rem); P("cmpf", cmp);
        foreach (double d in Doubles) { P("neg", Bits(Neg(d))); P("narrow", BitsF(Narrow(d))); P("nan", IsNaN(d) ? 1 : 0); P("constants", Bits(Constants(d))); P("functions", Bits(Functions(d))); }
        foreach (float f in Floats) { P("negf", BitsF(NegF(f))); P("widen", Bits(Widen(f))); P("constantsf", BitsF(ConstantsF(f))); P("functionsf", BitsF(FunctionsF(f))); }
        PD("poly", Poly(1.25)); PD("newton", Newton(2)); PD("harmonic", Harmonic(1000)); P("harmonicf", BitsF(HarmonicF(1000))); PD("integrate", Integrate(x => x * x - 1, 0, 3, 1000)); PD("pressure", Pressure(3.5, 1.25)); PD("across", Across(2.5, 1.5f, 30));
        Console.WriteLine(0.1 + 0.2); Console.WriteLine(1f / 3f); Console.WriteLine(double.Parse("1e-7", System.Globalization.CultureInfo.InvariantCulture)); Console.WriteLine(Newton(10).ToString("F10")); Console.WriteLine(16777216f + 1f == 16777217f); Console.WriteLine(double.NaN); Console.WriteLine(-1.0 / 0.0); Console.WriteLine(Neg(0.0));
        return 9;
    }
}
