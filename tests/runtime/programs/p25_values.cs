// Framework value types used by value: decimal, DateTime, TimeSpan, Guid, Int128, BigInteger, Half, Complex, Version, enums, char methods.
using System;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

struct Invoice { public Guid Id; public decimal Net; public DateTime Due; public TimeSpan Grace; public DateTimeOffset Stamp; public decimal Gross(decimal rate) => Math.Round(Net * (1 + rate), 2); public DateTime Final => Due + Grace; }
class Account { public decimal Balance { get; private set; } public static decimal Total; public void Post(decimal d) { Balance += d; Total += d; if (Balance < 0) throw new InvalidOperationException("overdrawn " + Balance); } }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(Convert.ToString(o, CultureInfo.InvariantCulture));
    [MethodImpl(No)] static decimal Interest(decimal p, decimal r, int n) { for (int i = 0; i < n; i++) p += decimal.Round(p * r / 12, 4, MidpointRounding.AwayFromZero); return p; }
    [MethodImpl(No)] static decimal Ops(decimal a, decimal b) => a + b - a * b + a / b % 3m - -a + decimal.Truncate(a) + Math.Max(a, b) + (a > b ? 1 : 0) + (a == b ? 10 : 0) + ++a + b--;
    [MethodImpl(No)] static decimal Const() => 7922816251426433759354395033m * Ten - 0.0000000000000000000000000001m + 1.50m * 2 - Ten;
    [MethodImpl(No)] static int Conv(decimal d) => (int)d + (byte)Math.Abs(d % 200) + (int)(long)d + (int)(double)d;
    [MethodImpl(No)] static decimal From(int i, long l, double d, float f, ulong u) => i + (decimal)l + (decimal)d + (decimal)f + u;
    [MethodImpl(No)] static DateTime Easter(int y) { int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, g = (8 * b + 13) / 25, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 19 * l) / 433, n = (h + l - 7 * m + 90) / 25, p = (h + l - 7 * m + 33 * n + 19) % 32; return new DateTime(y, n, p); }
    [MethodImpl(No)] static int Workdays(DateTime from, DateTime to) { int n = 0; for (DateTime d = from; d < to; d = d.AddDays(1)) if (d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) n++; return n; }
    [MethodImpl(No)] static TimeSpan Spans(TimeSpan a, TimeSpan b) => a + b - TimeSpan.FromMinutes(5) + a * 2 + (a > b ? TimeSpan.FromTicks(1) : TimeSpan.Zero) - b / 3;
    [MethodImpl(No)] static Invoice Make(int n) => new Invoice { Id = new Guid(n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Net = n * 1.25m, Due = new DateTime(2020, 1, 31).AddMonths(n), Grace = TimeSpan.FromDays(n), Stamp = new DateTimeOffset(2020, 5, 6, 7, 8, 9, TimeSpan.FromHours(n)) };
    [MethodImpl(No)] static string Show(Invoice i) => $"{i.Id} {i.Net} {i.Due:yyyy-MM-dd} {i.Final:o} {i.Gross(0.255m)} {i.Stamp:O} {i.Stamp.UtcDateTime:HH}";
    [MethodImpl(No)] static Guid Flip(Guid g, bool first) { Span<byte> b = stackalloc byte[16]; g.TryWriteBytes(b); b[first ? 0 : 15] ^= 0xff; return new Guid(b); }
    [MethodImpl(No)] static Int128 Fact128(int n) => n <= 1 ? 1 : n * Fact128(n - 1);
    [MethodImpl(No)] static UInt128 Mul128(ulong a, ulong b) => (UInt128)a * b + 1;
    [MethodImpl(No)] static Int128 Mix128(Int128 a, Int128 b, int s) => (a << s) - (b >> 3) * a + (a & ~b) + (a > b ? 1 : -1) + a / 7 % 1000;
    [MethodImpl(No)] static BigInteger Fact(int n) { BigInteger r = 1; for (int i = 2; i <= n; i++) r *= i; return r; }
    [MethodImpl(No)] static string Big() { BigInteger a = BigInteger.Pow(3, 100), b = BigInteger.Parse("123456789012345678901234567890"); return a % b + "," + a / b + "," + BigInteger.GreatestCommonDivisor(Fact(30), b * 6) + "," + BigInteger.ModPow(7, b, 1000007) + "," + (a > b) + (-a).Sign + (int)(b % 97); }
    [MethodImpl(No)] static Half Halves(Half a, Half b) => a * b + (Half)0.5f - b / a;
    [MethodImpl(No)] static Complex Mandel(Complex c) { Complex z = Complex.Zero; for (int i = 0; i < 10; i++) z = z * z + c; return z; }
    [MethodImpl(No)] static Vector3 Vec(Vector3 a, Vector3 b) => Vector3.Cross(a, b) * 2 + a - new Vector3(Vector3.Dot(a, b));
    [MethodImpl(No)] static Matrix4x4 Mat(Matrix4x4 m, float f) { m.M11 += f; return m * m + Matrix4x4.Identity; }
    [MethodImpl(No)] static string Chars(string s) { string r = ""; foreach (char c in s) r += char.IsLetter(c) ? char.ToUpperInvariant(c) : char.IsDigit(c) ? (char)(c + 1) : char.IsWhiteSpace(c) ? '_' : c; return r; }
    [MethodImpl(No)] static DateOnly Dates(DateOnly d, TimeOnly t) => d.AddDays(t.Hour).AddYears(1);
    static decimal Ten = 10m;
    static string Try(Func<object> f) { try { return Convert.ToString(f(), CultureInfo.InvariantCulture); } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        W(Interest(1000m, 0.05m, 24)); W(Ops(10.5m, 3.25m)); W(Ops(-1.1m, 1.1m)); W(Const()); W(Conv(-12345.678m)); W(From(1, 2, 3.5, 4.5f, 5)); W(Try(() => decimal.MaxValue + Ten)); W(Try(() => 1m / (Conv(0m) * 1m))); W(Try(() => (int)(300000000m * Ten))); W(0.1m + 0.2m == 0.3m); W(1.0m.Equals(1.00m) + "" + 1.00m + 1.0m.GetHashCode().Equals(1.00m.GetHashCode())); Account a = new Account(); a.Post(10.10m); W(Try(() => { a.Post(-20); return 0; })); W(a.Balance + Account.Total); W(new decimal(1, 2, 3, true, 4)); W(decimal.Parse("-1,234.50", CultureInfo.InvariantCulture)); W(decimal.GetBits(1.5m)[3]); W((1.5m).ToString("C", CultureInfo.InvariantCulture));
        foreach (int y in new[] { 1961, 2000, 2024, 2038 }) W(Easter(y).ToString("yyyy-MM-dd")); W(Workdays(new DateTime(2024, 1, 1), new DateTime(2024, 3, 1))); W(Spans(TimeSpan.FromHours(3), new TimeSpan(1, 2, 3, 4, 5))); W(Show(Make(3))); W(Show(Make(-4))); W(Flip(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), true)); W(Flip(Guid.Empty, false)); W(Guid.Empty.CompareTo(Make(1).Id)); W(new DateTime(2024, 2, 29).AddYears(1).ToString("d", CultureInfo.InvariantCulture)); W(DateTime.Parse("2001-02-03T04:05:06Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal).Ticks); W((new DateTime(2024, 3, 1) - new DateTime(2023, 3, 1)).TotalDays); W(Try(() => new DateTime(2023, 2, 29))); W(DateTime.MaxValue.Ticks % 1000); W(Dates(new DateOnly(2020, 2, 20), new TimeOnly(15, 30)).ToString("O")); W(DateTimeOffset.FromUnixTimeSeconds(1700000000).ToString("u", CultureInfo.InvariantCulture));
        W(Fact128(30)); W(Mul128(ulong.MaxValue, ulong.MaxValue)); W(Mix128(Int128.Parse("123456789012345678901234567"), -77, 5)); W(Fact(40)); W(Big()); W(Halves((Half)1.5f, (Half)2.25f)); W(Mandel(new Complex(-0.4, 0.6)).Real.ToString("F6", CultureInfo.InvariantCulture)); W(Vec(new Vector3(1, 2, 3), new Vector3(4, 5, 6)).ToString("F1", CultureInfo.InvariantCulture)); W(Mat(new Matrix4x4(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 0.5f).M12); W(Chars("abc 123-é")); W(new Version(1, 2, 3).CompareTo(new Version(1, 10)) + "" + new Version("4.5.6.7")); W(BitOperations.PopCount(0xf0f0u) + BitOperations.LeadingZeroCount(1UL) + BitOperations.TrailingZeroCount(40) + (int)BitOperations.RotateLeft(0x80000001u, 4) + BitOperations.Log2(1000)); W(Math.BigMul(1L << 40, 1L << 40, out long low) + low); W(Math.DivRem(-17, 5, out int rem) * 100 + rem); W(Math.Clamp(15, 1, 10) + Math.Abs(-3.5m)); W(HashCode.Combine(1, 2) == HashCode.Combine(1, 2)); W(((Rune)'x').Value + char.ConvertToUtf32("\ud83d\ude00", 0)); W(BitConverter.ToString(BitConverter.GetBytes(1.5))); W(Convert.ToBase64String(new byte[] { 1, 2, 3, 250 }) + Convert.ToInt32("7f", 16) + Convert.ToString(255, 2)); W((nint)5 * 3 + (nuint.MaxValue > 5 ? 1 : 0)); return 25;
    }
}
