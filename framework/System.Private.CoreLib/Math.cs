// Numbers as text, mathematical functions, floating point and native integers.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace System.Globalization
{
    [Flags]
    public enum NumberStyles { None = 0, AllowLeadingWhite = 1, AllowTrailingWhite = 2, AllowLeadingSign = 4, AllowDecimalPoint = 32, AllowThousands = 64, AllowExponent = 128, AllowHexSpecifier = 512, Integer = 7, HexNumber = 515, Float = 167, Number = 111, Any = 511 }
    public class CultureInfo : IFormatProvider
    {
        public static CultureInfo InvariantCulture { get; } = new CultureInfo();
        public static CultureInfo CurrentCulture { get => InvariantCulture; set { } }
        public static CultureInfo CurrentUICulture { get => InvariantCulture; set { } }
        public object? GetFormat(Type? formatType) => null;
        public virtual string Name => "";
    }
}

namespace System
{
    internal static class Number
    {
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern string FormatLong(long value, string? format, int bits);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern string FormatULong(ulong value, string? format, int bits);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern string FormatDouble(double value, string? format);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern string FormatSingle(float value, string? format);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern bool ParseDouble(string s, out double value);

        internal static string FormatLong(long value) => value < 0 ? Digits((ulong)-value, true) : Digits((ulong)value, false);
        internal static string FormatULong(ulong value) => Digits(value, false);
        private static string Digits(ulong value, bool negative)
        {
            int length = negative ? 2 : 1;
            for (ulong rest = value; rest >= 10; rest /= 10) length++;
            string result = string.FastAllocateString(length);
            Span<char> to = result.Writable;
            do { to[--length] = (char)('0' + value % 10); value /= 10; } while (value != 0);
            if (negative) to[0] = '-';
            return result;
        }

        // 0 done, 1 no number, 2 too large or too small.
        internal static int TryParseULong(string? s, ulong min, ulong max, out ulong value)
        {
            int code = Parse(s, out bool negative, out value);
            return code != 0 ? code : value > max || (negative && value != 0) ? 2 : 0;
        }
        internal static int TryParseLong(string? s, long min, long max, out long value)
        {
            int code = Parse(s, out bool negative, out ulong magnitude);
            value = negative ? -(long)magnitude : (long)magnitude;
            if (code != 0) return code;
            return negative ? (magnitude > (ulong)-(min + 1) + 1 ? 2 : 0) : (magnitude > (ulong)max ? 2 : 0);
        }
        private static int Parse(string? s, out bool negative, out ulong value)
        {
            value = 0;
            negative = false;
            if (s == null) return 1;
            ReadOnlySpan<char> text = s.AsSpan().Trim();
            int i = 0;
            if (text.Length != 0 && (text[0] == '-' || text[0] == '+')) { negative = text[0] == '-'; i = 1; }
            if (i == text.Length) return 1;
            bool overflow = false;
            for (; i < text.Length; i++)
            {
                uint digit = (uint)(text[i] - '0');
                if (digit > 9) return 1;
                if (value > (ulong.MaxValue - digit) / 10) overflow = true;
                value = value * 10 + digit;
            }
            return overflow ? 2 : 0;
        }
        internal static ulong ParseULong(string s, ulong min, ulong max, string type)
        {
            int code = TryParseULong(s, min, max, out ulong value);
            if (code != 0) Fail(s, code, type);
            return value;
        }
        internal static long ParseLong(string s, long min, long max, string type)
        {
            int code = TryParseLong(s, min, max, out long value);
            if (code != 0) Fail(s, code, type);
            return value;
        }
        private static void Fail(string s, int code, string type)
        {
            if (s == null) throw new ArgumentNullException("s");
            if (code == 1) throw new FormatException("The input string '" + s + "' was not in a correct format.");
            throw new OverflowException(type == "Byte" ? "Value was either too large or too small for an unsigned byte." : type == "SByte" ? "Value was either too large or too small for a signed byte." : "Value was either too large or too small for " + (type[0] == 'U' ? "a " : "an ") + type + ".");
        }
        internal static ulong ParseHex(string s, ulong max)
        {
            ulong value = 0;
            foreach (char c in s)
            {
                int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
                if (digit < 0) throw new FormatException("The input string '" + s + "' was not in a correct format.");
                value = value << 4 | (uint)digit;
            }
            return value;
        }
        internal static ulong ParseHex(string s, long max) => ParseHex(s, (ulong)max);
        internal static double ParseDouble(string s)
        {
            if (s == null) throw new ArgumentNullException("s");
            if (!ParseDouble(s, out double value)) throw new FormatException("The input string '" + s + "' was not in a correct format.");
            return value;
        }
    }

    public readonly struct Double : IComparable, IComparable<double>, IEquatable<double>, IConvertible, IFormattable
    {
        private readonly double m_value;
        public const double MinValue = -1.7976931348623157E+308;
        public const double MaxValue = 1.7976931348623157E+308;
        public const double Epsilon = 4.9406564584124654E-324;
        public const double NegativeInfinity = -1.0 / 0.0;
        public const double PositiveInfinity = 1.0 / 0.0;
        public const double NaN = 0.0 / 0.0;
        public const double NegativeZero = -0.0;
        public const double E = Math.E;
        public const double Pi = Math.PI;
        [NonVersionable] public static bool IsNaN(double d) => d != d;
        [NonVersionable] public static bool IsInfinity(double d) => d == PositiveInfinity || d == NegativeInfinity;
        [NonVersionable] public static bool IsPositiveInfinity(double d) => d == PositiveInfinity;
        [NonVersionable] public static bool IsNegativeInfinity(double d) => d == NegativeInfinity;
        public static bool IsFinite(double d) => (BitConverter.DoubleToInt64Bits(d) & 0x7FF0000000000000) != 0x7FF0000000000000;
        public static bool IsNegative(double d) => BitConverter.DoubleToInt64Bits(d) < 0;
        public static bool IsNormal(double d) { long e = BitConverter.DoubleToInt64Bits(d) & 0x7FF0000000000000; return e != 0 && e != 0x7FF0000000000000; }
        public static bool IsSubnormal(double d) { long bits = BitConverter.DoubleToInt64Bits(d) & 0x7FFFFFFFFFFFFFFF; return bits != 0 && bits < 0x0010000000000000; }
        public override int GetHashCode() { if (m_value == 0 || m_value != m_value) return m_value == 0 ? 0 : 0x7FF80000; long bits = BitConverter.DoubleToInt64Bits(m_value); return (int)bits ^ (int)(bits >> 32); }
        public override bool Equals(object? obj) => obj is double d && Equals(d);
        public bool Equals(double obj) => m_value == obj || (m_value != m_value && obj != obj);
        public int CompareTo(object? value) => value == null ? 1 : CompareTo((double)value);
        public int CompareTo(double value) => m_value < value ? -1 : m_value > value ? 1 : m_value == value ? 0 : m_value != m_value ? (value != value ? 0 : -1) : 1;
        public override string ToString() => Number.FormatDouble(m_value, null);
        public string ToString(string? format) => Number.FormatDouble(m_value, format);
        public string ToString(IFormatProvider? provider) => Number.FormatDouble(m_value, null);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatDouble(m_value, format);
        public TypeCode GetTypeCode() => TypeCode.Double;
        int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)Math.Round((double)m_value));
        public static double Parse(string s) => Number.ParseDouble(s);
        public static double Parse(string s, IFormatProvider? provider) => Number.ParseDouble(s);
        public static double Parse(string s, NumberStyles style, IFormatProvider? provider) => Number.ParseDouble(s);
        public static bool TryParse(string? s, out double result) { if (s == null) { result = 0; return false; } return Number.ParseDouble(s, out result); }
        public static bool TryParse(string? s, NumberStyles style, IFormatProvider? provider, out double result) => TryParse(s, out result);
    }

    public readonly struct Single : IComparable, IComparable<float>, IEquatable<float>, IConvertible, IFormattable
    {
        private readonly float m_value;
        public const float MinValue = -3.40282346638528859e+38f;
        public const float MaxValue = 3.40282346638528859e+38f;
        public const float Epsilon = 1.4e-45f;
        public const float NegativeInfinity = -1.0f / 0.0f;
        public const float PositiveInfinity = 1.0f / 0.0f;
        public const float NaN = 0.0f / 0.0f;
        public const float NegativeZero = -0.0f;
        [NonVersionable] public static bool IsNaN(float f) => f != f;
        [NonVersionable] public static bool IsInfinity(float f) => f == PositiveInfinity || f == NegativeInfinity;
        [NonVersionable] public static bool IsPositiveInfinity(float f) => f == PositiveInfinity;
        [NonVersionable] public static bool IsNegativeInfinity(float f) => f == NegativeInfinity;
        public static bool IsFinite(float f) => (BitConverter.SingleToInt32Bits(f) & 0x7F800000) != 0x7F800000;
        public static bool IsNegative(float f) => BitConverter.SingleToInt32Bits(f) < 0;
        public override int GetHashCode() => m_value == 0 ? 0 : m_value != m_value ? 0x7FC00000 : BitConverter.SingleToInt32Bits(m_value);
        public override bool Equals(object? obj) => obj is float f && Equals(f);
        public bool Equals(float obj) => m_value == obj || (m_value != m_value && obj != obj);
        public int CompareTo(object? value) => value == null ? 1 : CompareTo((float)value);
        public int CompareTo(float value) => m_value < value ? -1 : m_value > value ? 1 : m_value == value ? 0 : m_value != m_value ? (value != value ? 0 : -1) : 1;
        public override string ToString() => Number.FormatSingle(m_value, null);
        public string ToString(string? format) => Number.FormatSingle(m_value, format);
        public string ToString(IFormatProvider? provider) => Number.FormatSingle(m_value, null);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatSingle(m_value, format);
        public TypeCode GetTypeCode() => TypeCode.Single;
        int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)Math.Round((double)m_value));
        public static float Parse(string s) => (float)Number.ParseDouble(s);
        public static float Parse(string s, IFormatProvider? provider) => (float)Number.ParseDouble(s);
    }

    [NonVersionable]
    public readonly struct IntPtr : IEquatable<nint>, IComparable, IComparable<nint>, IFormattable
    {
        private readonly unsafe void* _value;
        [Intrinsic] public static readonly nint Zero;
        [NonVersionable] public unsafe IntPtr(int value) { _value = (void*)value; }
        [NonVersionable] public unsafe IntPtr(long value) { _value = (void*)value; }
        [NonVersionable] public unsafe IntPtr(void* value) { _value = value; }
        public static int Size { [NonVersionable] get => 8; }
        public static nint MaxValue => unchecked((nint)long.MaxValue);
        public static nint MinValue => unchecked((nint)long.MinValue);
        [NonVersionable] public unsafe int ToInt32() => checked((int)(long)_value);
        [NonVersionable] public unsafe long ToInt64() => (long)_value;
        [NonVersionable] public unsafe void* ToPointer() => _value;
        public override unsafe bool Equals(object? obj) => obj is nint other && (long)other == (long)_value;
        public unsafe bool Equals(nint other) => (long)other == (long)_value;
        public unsafe int CompareTo(nint value) => ((long)_value).CompareTo((long)value);
        public int CompareTo(object? value) => value == null ? 1 : CompareTo((nint)value);
        public override unsafe int GetHashCode() => ((long)_value).GetHashCode();
        public override unsafe string ToString() => ((long)_value).ToString();
        public unsafe string ToString(string? format) => ((long)_value).ToString(format);
        public unsafe string ToString(string? format, IFormatProvider? provider) => ((long)_value).ToString(format);
    }
    [NonVersionable]
    public readonly struct UIntPtr : IEquatable<nuint>, IComparable, IComparable<nuint>, IFormattable
    {
        private readonly unsafe void* _value;
        [Intrinsic] public static readonly nuint Zero;
        [NonVersionable] public unsafe UIntPtr(uint value) { _value = (void*)value; }
        [NonVersionable] public unsafe UIntPtr(ulong value) { _value = (void*)value; }
        [NonVersionable] public unsafe UIntPtr(void* value) { _value = value; }
        public static int Size { [NonVersionable] get => 8; }
        public static nuint MaxValue => unchecked((nuint)ulong.MaxValue);
        public static nuint MinValue => 0;
        [NonVersionable] public unsafe uint ToUInt32() => checked((uint)(ulong)_value);
        [NonVersionable] public unsafe ulong ToUInt64() => (ulong)_value;
        public override unsafe bool Equals(object? obj) => obj is nuint other && (ulong)other == (ulong)_value;
        public unsafe bool Equals(nuint other) => (ulong)other == (ulong)_value;
        public unsafe int CompareTo(nuint value) => ((ulong)_value).CompareTo((ulong)value);
        public int CompareTo(object? value) => value == null ? 1 : CompareTo((nuint)value);
        public override unsafe int GetHashCode() => ((ulong)_value).GetHashCode();
        public override unsafe string ToString() => ((ulong)_value).ToString();
        public unsafe string ToString(string? format) => ((ulong)_value).ToString(format);
        public unsafe string ToString(string? format, IFormatProvider? provider) => ((ulong)_value).ToString(format);
    }

    public enum MidpointRounding { ToEven = 0, AwayFromZero = 1, ToZero = 2, ToNegativeInfinity = 3, ToPositiveInfinity = 4 }

    public static class Math
    {
        public const double E = 2.7182818284590452354;
        public const double PI = 3.14159265358979323846;
        public const double Tau = 6.283185307179586476925;
        [NonVersionable] public static int Max(int a, int b) => a >= b ? a : b;
        [NonVersionable] public static int Min(int a, int b) => a <= b ? a : b;
        [NonVersionable] public static long Max(long a, long b) => a >= b ? a : b;
        [NonVersionable] public static long Min(long a, long b) => a <= b ? a : b;
        [NonVersionable] public static uint Max(uint a, uint b) => a >= b ? a : b;
        [NonVersionable] public static uint Min(uint a, uint b) => a <= b ? a : b;
        [NonVersionable] public static ulong Max(ulong a, ulong b) => a >= b ? a : b;
        [NonVersionable] public static ulong Min(ulong a, ulong b) => a <= b ? a : b;
        [NonVersionable] public static byte Max(byte a, byte b) => a >= b ? a : b;
        [NonVersionable] public static byte Min(byte a, byte b) => a <= b ? a : b;
        [NonVersionable] public static sbyte Max(sbyte a, sbyte b) => a >= b ? a : b;
        [NonVersionable] public static sbyte Min(sbyte a, sbyte b) => a <= b ? a : b;
        [NonVersionable] public static short Max(short a, short b) => a >= b ? a : b;
        [NonVersionable] public static short Min(short a, short b) => a <= b ? a : b;
        [NonVersionable] public static ushort Max(ushort a, ushort b) => a >= b ? a : b;
        [NonVersionable] public static ushort Min(ushort a, ushort b) => a <= b ? a : b;
        [NonVersionable] public static nint Max(nint a, nint b) => a >= b ? a : b;
        [NonVersionable] public static nint Min(nint a, nint b) => a <= b ? a : b;
        [Intrinsic] public static double Max(double a, double b) => a != b ? (a != a ? a : b < a ? a : b != b ? b : b) : double.IsNegative(b) ? a : b;
        [Intrinsic] public static double Min(double a, double b) => a != b ? (a != a ? a : a < b ? a : b) : double.IsNegative(a) ? a : b;
        [Intrinsic] public static float Max(float a, float b) => a != b ? (a != a ? a : b < a ? a : b) : float.IsNegative(b) ? a : b;
        [Intrinsic] public static float Min(float a, float b) => a != b ? (a != a ? a : a < b ? a : b) : float.IsNegative(a) ? a : b;
        private static void NoAbs() => throw new OverflowException("Negating the minimum value of a twos complement number is invalid.");
        public static int Abs(int v) { if (v < 0) { v = -v; if (v < 0) NoAbs(); } return v; }
        public static long Abs(long v) { if (v < 0) { v = -v; if (v < 0) NoAbs(); } return v; }
        public static short Abs(short v) { if (v < 0) { v = (short)-v; if (v < 0) NoAbs(); } return v; }
        public static sbyte Abs(sbyte v) { if (v < 0) { v = (sbyte)-v; if (v < 0) NoAbs(); } return v; }
        public static nint Abs(nint v) { if (v < 0) { v = -v; if (v < 0) NoAbs(); } return v; }
        [Intrinsic] public static double Abs(double v) => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(v) & long.MaxValue);
        [Intrinsic] public static float Abs(float v) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(v) & int.MaxValue);
        public static int Sign(int v) => v < 0 ? -1 : v > 0 ? 1 : 0;
        public static int Sign(long v) => v < 0 ? -1 : v > 0 ? 1 : 0;
        public static int Sign(double v) => v < 0 ? -1 : v > 0 ? 1 : v == 0 ? 0 : throw new ArithmeticException("Function does not accept floating point Not-a-Number values.");
        public static int Clamp(int v, int min, int max) => min > max ? throw new ArgumentException("'" + min.ToString() + "' cannot be greater than " + max.ToString() + ".") : v < min ? min : v > max ? max : v;
        public static long Clamp(long v, long min, long max) => v < min ? min : v > max ? max : v;
        public static double Clamp(double v, double min, double max) => v < min ? min : v > max ? max : v;
        public static int DivRem(int a, int b, out int result) { int div = a / b; result = a - div * b; return div; }
        public static long DivRem(long a, long b, out long result) { long div = a / b; result = a - div * b; return div; }
        [NonVersionable] public static (int Quotient, int Remainder) DivRem(int left, int right) { int q = left / right; return (q, left - q * right); }
        [NonVersionable] public static (long Quotient, long Remainder) DivRem(long left, long right) { long q = left / right; return (q, left - q * right); }
        public static long BigMul(int a, int b) => (long)a * b;
        public static ulong BigMul(uint a, uint b) => (ulong)a * b;
        public static ulong BigMul(ulong a, ulong b, out ulong low)
        {
            uint al = (uint)a, ah = (uint)(a >> 32), bl = (uint)b, bh = (uint)(b >> 32);
            ulong mull = (ulong)al * bl, t = (ulong)ah * bl + (mull >> 32), tl = (ulong)al * bh + (uint)t;
            low = tl << 32 | (uint)mull;
            return (ulong)ah * bh + (t >> 32) + (tl >> 32);
        }
        public static double CopySign(double x, double y) => double.IsNegative(x) == double.IsNegative(y) ? x : -x;
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Sqrt(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Floor(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Ceiling(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Round(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Truncate(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Sin(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Cos(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Tan(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Asin(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Acos(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Atan(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Atan2(double y, double x);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Exp(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Log(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Log10(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Log2(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Pow(double x, double y);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double Cbrt(double d);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern double FusedMultiplyAdd(double x, double y, double z);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern double RoundDigits(double d, int digits, int mode);
        public static double Log(double a, double newBase) => Log(a) / Log(newBase);
        public static double Round(double value, int digits) => RoundDigits(value, digits, 0);
        public static double Round(double value, MidpointRounding mode) => RoundDigits(value, 0, (int)mode);
        public static double Round(double value, int digits, MidpointRounding mode) => RoundDigits(value, digits, (int)mode);
    }
    public static class MathF
    {
        public const float PI = 3.14159265f;
        public const float E = 2.71828183f;
        [Intrinsic] public static float Abs(float v) => Math.Abs(v);
        [Intrinsic] public static float Max(float a, float b) => Math.Max(a, b);
        [Intrinsic] public static float Min(float a, float b) => Math.Min(a, b);
        [Intrinsic] public static float Sqrt(float v) => (float)Math.Sqrt(v);
        [Intrinsic] public static float Floor(float v) => (float)Math.Floor(v);
        [Intrinsic] public static float Ceiling(float v) => (float)Math.Ceiling(v);
        [Intrinsic] public static float Round(float v) => (float)Math.Round(v);
        [Intrinsic] public static float Truncate(float v) => (float)Math.Truncate(v);
        public static float Sin(float v) => (float)Math.Sin(v);
        public static float Cos(float v) => (float)Math.Cos(v);
        public static float Pow(float x, float y) => (float)Math.Pow(x, y);
    }

    public static class BitConverter
    {
        [Intrinsic] public static readonly bool IsLittleEndian = true;
        [Intrinsic] public static unsafe long DoubleToInt64Bits(double value) => *(long*)&value;
        [Intrinsic] public static unsafe double Int64BitsToDouble(long value) => *(double*)&value;
        [Intrinsic] public static unsafe int SingleToInt32Bits(float value) => *(int*)&value;
        [Intrinsic] public static unsafe float Int32BitsToSingle(int value) => *(float*)&value;
        [Intrinsic] public static unsafe ulong DoubleToUInt64Bits(double value) => *(ulong*)&value;
        [Intrinsic] public static unsafe double UInt64BitsToDouble(ulong value) => *(double*)&value;
        [Intrinsic] public static unsafe uint SingleToUInt32Bits(float value) => *(uint*)&value;
        [Intrinsic] public static unsafe float UInt32BitsToSingle(uint value) => *(float*)&value;
        public static byte[] GetBytes(int value) => new[] { (byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24) };
        public static int ToInt32(byte[] value, int startIndex) => value[startIndex] | value[startIndex + 1] << 8 | value[startIndex + 2] << 16 | value[startIndex + 3] << 24;
    }

    public static class Convert
    {
        public static string ToHexString(ReadOnlySpan<byte> bytes)
        {
            char[] text = new char[bytes.Length * 2];
            for (int i = 0; i < text.Length; i++)
            {
                int digit = bytes[i >> 1] >> (i % 2 == 0 ? 4 : 0) & 15;
                text[i] = (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
            }
            return new string(text);
        }
        public static int ToInt32(object? value) => value switch { null => 0, int i => i, long l => checked((int)l), short s => s, byte b => b, bool b => b ? 1 : 0, double d => ToInt32(d), string s => int.Parse(s), char c => c, uint u => checked((int)u), _ => throw new InvalidCastException("Unable to cast object of type '" + value.GetType().ToString() + "' to type 'System.IConvertible'.") };
        public static int ToInt32(double value)
        {
            double rounded = Math.Round(value);
            if (rounded < -2147483648.0 || rounded > 2147483647.0 || value != value) throw new OverflowException("Value was either too large or too small for an Int32.");
            return (int)rounded;
        }
        public static int ToInt32(string? value) => value == null ? 0 : int.Parse(value);
        public static int ToInt32(bool value) => value ? 1 : 0;
        public static int ToInt32(char value) => value;
        public static int ToInt32(long value) => checked((int)value);
        public static int ToInt32(string? value, int fromBase) => fromBase == 16 ? (int)Number.ParseHex(value!, uint.MaxValue) : ParseBase(value!, fromBase);
        private static int ParseBase(string s, int b) { int r = 0; foreach (char c in s) r = r * b + (c - '0'); return r; }
        public static long ToInt64(object? value) => value switch { null => 0, long l => l, int i => i, short s => s, byte b => b, uint u => u, ulong u => checked((long)u), string s => long.Parse(s), _ => ToInt32(value) };
        public static double ToDouble(object? value) => value switch { null => 0, double d => d, float f => f, int i => i, long l => l, string s => double.Parse(s), _ => ToInt32(value) };
        public static double ToDouble(string? value) => value == null ? 0 : double.Parse(value);
        public static bool ToBoolean(object? value) => value switch { null => false, bool b => b, int i => i != 0, string s => bool.Parse(s), _ => ToInt64(value) != 0 };
        public static byte ToByte(int value) => value < 0 || value > 255 ? throw new OverflowException("Value was either too large or too small for an unsigned byte.") : (byte)value;
        public static char ToChar(int value) => checked((char)value);
        public static string ToString(object? value) => value?.ToString() ?? "";
        public static string ToString(object? value, IFormatProvider? provider) => value is IFormattable f ? f.ToString(null, provider) : value?.ToString() ?? "";
        public static string? ToString(string? value) => value;
        public static string ToString(int value) => value.ToString();
        public static string ToString(long value) => value.ToString();
        public static string ToString(double value) => value.ToString();
        public static string ToString(bool value) => value.ToString();
        public static string ToString(char value) => value.ToString();
        public static string ToString(int value, int toBase) => ToBase((uint)value, toBase);
        public static string ToString(long value, int toBase) => ToBase((ulong)value, toBase);
        private static string ToBase(ulong value, int toBase)
        {
            string result = "";
            do { result = "0123456789abcdef"[(int)(value % (uint)toBase)] + result; value /= (uint)toBase; } while (value != 0);
            return result;
        }
        public static string ToHexString(byte[] bytes)
        {
            System.Text.StringBuilder result = new();
            foreach (byte b in bytes) result.Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);
            return result.ToString();
        }
    }

    public struct HashCode
    {
        private int hash;
        public void Add<T>(T value) { hash = (hash << 5) + hash ^ (value?.GetHashCode() ?? 0); }
        public int ToHashCode() => hash;
        public static int Combine<T1>(T1 a) { HashCode h = default; h.Add(a); return h.ToHashCode(); }
        public static int Combine<T1, T2>(T1 a, T2 b) { HashCode h = default; h.Add(a); h.Add(b); return h.ToHashCode(); }
        public static int Combine<T1, T2, T3>(T1 a, T2 b, T3 c) { HashCode h = default; h.Add(a); h.Add(b); h.Add(c); return h.ToHashCode(); }
        public static int Combine<T1, T2, T3, T4>(T1 a, T2 b, T3 c, T4 d) { HashCode h = default; h.Add(a); h.Add(b); h.Add(c); h.Add(d); return h.ToHashCode(); }
    }

    public class Random
    {
        private ulong state;
        public Random() : this(1) { }
        public Random(int seed) { state = (ulong)seed * 6364136223846793005 + 1442695040888963407; }
        public virtual int Next() { state = state * 6364136223846793005 + 1442695040888963407; return (int)(state >> 33) & 0x7FFFFFFF; }
        public virtual int Next(int maxValue) => Next() % maxValue;
        public virtual int Next(int minValue, int maxValue) => minValue + Next() % (maxValue - minValue);
        public virtual double NextDouble() => Next() / 2147483648.0;
    }
}

namespace System.Numerics
{
    public static class BitOperations
    {
        [Intrinsic] public static int LeadingZeroCount(uint value) { int n = 32; while (value != 0) { n--; value >>= 1; } return n; }
        [Intrinsic] public static int LeadingZeroCount(ulong value) { int n = 64; while (value != 0) { n--; value >>= 1; } return n; }
        [Intrinsic] public static int TrailingZeroCount(int value) => TrailingZeroCount((uint)value);
        [Intrinsic] public static int TrailingZeroCount(uint value) { if (value == 0) return 32; int n = 0; while ((value & 1) == 0) { n++; value >>= 1; } return n; }
        [Intrinsic] public static int TrailingZeroCount(long value) => TrailingZeroCount((ulong)value);
        [Intrinsic] public static int TrailingZeroCount(ulong value) { if (value == 0) return 64; int n = 0; while ((value & 1) == 0) { n++; value >>= 1; } return n; }
        [Intrinsic] public static int PopCount(uint value) { int n = 0; while (value != 0) { n++; value &= value - 1; } return n; }
        [Intrinsic] public static int PopCount(ulong value) { int n = 0; while (value != 0) { n++; value &= value - 1; } return n; }
        [Intrinsic] public static uint RotateLeft(uint value, int offset) => (value << offset) | (value >> (32 - offset));
        [Intrinsic] public static ulong RotateLeft(ulong value, int offset) => (value << offset) | (value >> (64 - offset));
        [Intrinsic] public static uint RotateRight(uint value, int offset) => (value >> offset) | (value << (32 - offset));
        [Intrinsic] public static ulong RotateRight(ulong value, int offset) => (value >> offset) | (value << (64 - offset));
        public static int Log2(uint value) => 31 - LeadingZeroCount(value | 1);
        public static int Log2(ulong value) => 63 - LeadingZeroCount(value | 1);
        public static bool IsPow2(int value) => (value & (value - 1)) == 0 && value > 0;
        public static bool IsPow2(uint value) => (value & (value - 1)) == 0 && value != 0;
        public static bool IsPow2(long value) => (value & (value - 1)) == 0 && value > 0;
        public static uint RoundUpToPowerOf2(uint value) { --value; value |= value >> 1; value |= value >> 2; value |= value >> 4; value |= value >> 8; value |= value >> 16; return value + 1; }
    }
}
