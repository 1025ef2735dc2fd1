// 96-bit numbers with a power of ten. The runtime calculates.
using System.Globalization;
using System.Runtime.CompilerServices;

namespace System
{
    public readonly struct Decimal : IComparable, IComparable<decimal>, IEquatable<decimal>, IConvertible, IFormattable
    {
        private readonly int _flags;
        private readonly uint _hi32;
        private readonly ulong _lo64;

        private const int Plus = 0, Minus = 1, Times = 2, By = 3, Rest = 4, Rounding = 5, Cutting = 6, Lower = 7, Upper = 8;

        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int Calculate(int operation, in decimal left, in decimal right, out decimal result);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int CompareCore(in decimal left, in decimal right);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int HashCore(in decimal value);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern string FormatCore(in decimal value, string? format);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int ParseCore(string text, out decimal result);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int FromDouble(double value, int digits, out decimal result);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern double ToDoubleCore(in decimal value);

        public const decimal Zero = 0m, One = 1m, MinusOne = -1m;
        public const decimal MaxValue = 79228162514264337593543950335m;
        public const decimal MinValue = -79228162514264337593543950335m;

        public Decimal(int value) : this(value < 0 ? (ulong)-(long)value : (ulong)value, value < 0) { }
        public Decimal(uint value) : this(value, false) { }
        public Decimal(long value) : this(value < 0 ? 0UL - (ulong)value : (ulong)value, value < 0) { }
        public Decimal(ulong value) : this(value, false) { }
        private Decimal(ulong value, bool negative) { _flags = negative ? int.MinValue : 0; _hi32 = 0; _lo64 = value; }
        public Decimal(int lo, int mid, int hi, bool isNegative, byte scale)
        {
            if (scale > 28) throw new ArgumentOutOfRangeException(nameof(scale), "Decimal's scale value must be between 0 and 28, inclusive.");
            _flags = scale << 16 | (isNegative ? int.MinValue : 0);
            _hi32 = (uint)hi;
            _lo64 = (ulong)(uint)mid << 32 | (uint)lo;
        }
        public Decimal(double value) { if (FromDouble(value, 15, out this) != 0) throw new OverflowException("Value was either too large or too small for a Decimal."); }
        public Decimal(float value) { if (FromDouble(value, 7, out this) != 0) throw new OverflowException("Value was either too large or too small for a Decimal."); }

        private static decimal Do(int operation, in decimal left, in decimal right)
        {
            int status = Calculate(operation, left, right, out decimal result);
            if (status == 1) throw new OverflowException("Value was either too large or too small for a Decimal.");
            if (status == 2) throw new DivideByZeroException();
            return result;
        }

        public static decimal Add(decimal d1, decimal d2) => d1 + d2;
        public static decimal Subtract(decimal d1, decimal d2) => d1 - d2;
        public static decimal Multiply(decimal d1, decimal d2) => d1 * d2;
        public static decimal Divide(decimal d1, decimal d2) => d1 / d2;
        public static decimal Remainder(decimal d1, decimal d2) => d1 % d2;
        public static decimal Negate(decimal d) => -d;
        public static decimal Round(decimal d) => Do(Rounding, d, Zero);
        public static decimal Round(decimal d, int decimals) => Do(Rounding, d, decimals);
        public static decimal Truncate(decimal d) => Do(Cutting, d, Zero);
        public static decimal Floor(decimal d) => Do(Lower, d, Zero);
        public static decimal Ceiling(decimal d) => Do(Upper, d, Zero);
        public static decimal Abs(decimal d) => d._flags < 0 ? -d : d;
        public static decimal Max(decimal x, decimal y) => x >= y ? x : y;
        public static decimal Min(decimal x, decimal y) => x <= y ? x : y;
        public static int Compare(decimal d1, decimal d2) => CompareCore(d1, d2);
        public static int[] GetBits(decimal d) => new[] { (int)d._lo64, (int)(d._lo64 >> 32), (int)d._hi32, d._flags };
        public byte Scale => (byte)(_flags >> 16);
        public static int Sign(decimal d) => (d._lo64 | d._hi32) == 0 ? 0 : d._flags < 0 ? -1 : 1;

        public static decimal operator +(decimal d1, decimal d2) => Do(Plus, d1, d2);
        public static decimal operator -(decimal d1, decimal d2) => Do(Minus, d1, d2);
        public static decimal operator *(decimal d1, decimal d2) => Do(Times, d1, d2);
        public static decimal operator /(decimal d1, decimal d2) => Do(By, d1, d2);
        public static decimal operator %(decimal d1, decimal d2) => Do(Rest, d1, d2);
        public static decimal operator +(decimal d) => d;
        public static decimal operator -(decimal d) => new decimal((int)d._lo64, (int)(d._lo64 >> 32), (int)d._hi32, d._flags >= 0, d.Scale);
        public static decimal operator ++(decimal d) => d + One;
        public static decimal operator --(decimal d) => d - One;
        public static bool operator ==(decimal d1, decimal d2) => CompareCore(d1, d2) == 0;
        public static bool operator !=(decimal d1, decimal d2) => CompareCore(d1, d2) != 0;
        public static bool operator <(decimal d1, decimal d2) => CompareCore(d1, d2) < 0;
        public static bool operator <=(decimal d1, decimal d2) => CompareCore(d1, d2) <= 0;
        public static bool operator >(decimal d1, decimal d2) => CompareCore(d1, d2) > 0;
        public static bool operator >=(decimal d1, decimal d2) => CompareCore(d1, d2) >= 0;

        public static implicit operator decimal(byte value) => new decimal((uint)value);
        public static implicit operator decimal(sbyte value) => new decimal((int)value);
        public static implicit operator decimal(short value) => new decimal((int)value);
        public static implicit operator decimal(ushort value) => new decimal((uint)value);
        public static implicit operator decimal(char value) => new decimal((uint)value);
        public static implicit operator decimal(int value) => new decimal(value);
        public static implicit operator decimal(uint value) => new decimal(value);
        public static implicit operator decimal(long value) => new decimal(value);
        public static implicit operator decimal(ulong value) => new decimal(value);
        public static explicit operator decimal(float value) => new decimal(value);
        public static explicit operator decimal(double value) => new decimal(value);
        public static explicit operator float(decimal value) => (float)ToDoubleCore(value);
        public static explicit operator double(decimal value) => ToDoubleCore(value);
        public static explicit operator long(decimal value)
        {
            decimal whole = Truncate(value);
            if (whole._hi32 != 0 || (whole._flags >= 0 ? whole._lo64 > long.MaxValue : whole._lo64 > 1UL << 63)) throw new OverflowException("Value was either too large or too small for an Int64.");
            return whole._flags < 0 ? (long)(0UL - whole._lo64) : (long)whole._lo64;
        }
        public static explicit operator ulong(decimal value)
        {
            decimal whole = Truncate(value);
            if (whole._hi32 != 0 || (whole._flags < 0 && whole._lo64 != 0)) throw new OverflowException("Value was either too large or too small for a UInt64.");
            return whole._lo64;
        }
        public static explicit operator int(decimal value) => ToInt32(value);
        public static explicit operator uint(decimal value) { ulong v = (ulong)value; return v <= uint.MaxValue ? (uint)v : throw new OverflowException("Value was either too large or too small for a UInt32."); }
        public static explicit operator short(decimal value) { long v = (long)value; return v == (short)v ? (short)v : throw new OverflowException("Value was either too large or too small for an Int16."); }
        public static explicit operator ushort(decimal value) { long v = (long)value; return v == (ushort)v ? (ushort)v : throw new OverflowException("Value was either too large or too small for a UInt16."); }
        public static explicit operator byte(decimal value) { long v = (long)value; return v == (byte)v ? (byte)v : throw new OverflowException("Value was either too large or too small for an unsigned byte."); }
        public static explicit operator sbyte(decimal value) { long v = (long)value; return v == (sbyte)v ? (sbyte)v : throw new OverflowException("Value was either too large or too small for a signed byte."); }
        public static explicit operator char(decimal value) { long v = (long)value; return v == (char)v ? (char)v : throw new OverflowException("Value was either too large or too small for a character."); }
        public static int ToInt32(decimal value) { long v = (long)value; return v == (int)v ? (int)v : throw new OverflowException("Value was either too large or too small for an Int32."); }
        public static long ToInt64(decimal value) => (long)value;
        public static double ToDouble(decimal value) => (double)value;
        int IConvertible.ToInt32(IFormatProvider? provider) => ToInt32(Round(this));

        public int CompareTo(object? value) => value == null ? 1 : value is decimal other ? CompareTo(other) : throw new ArgumentException("Object must be of type Decimal.");
        public int CompareTo(decimal value) => CompareCore(this, value);
        public override bool Equals(object? value) => value is decimal other && CompareCore(this, other) == 0;
        public bool Equals(decimal value) => CompareCore(this, value) == 0;
        public static bool Equals(decimal d1, decimal d2) => CompareCore(d1, d2) == 0;
        public override int GetHashCode() => HashCore(this);
        public TypeCode GetTypeCode() => TypeCode.Decimal;
        public override string ToString() => FormatCore(this, null);
        public string ToString(string? format) => FormatCore(this, format);
        public string ToString(IFormatProvider? provider) => FormatCore(this, null);
        public string ToString(string? format, IFormatProvider? provider) => FormatCore(this, format);
        public static decimal Parse(string s)
        {
            if (s == null) throw new ArgumentNullException(nameof(s));
            int status = ParseCore(s, out decimal result);
            if (status == 1) throw new OverflowException("Value was either too large or too small for a Decimal.");
            if (status == 2) throw new FormatException("The input string '" + s + "' was not in a correct format.");
            return result;
        }
        public static decimal Parse(string s, IFormatProvider? provider) => Parse(s);
        public static decimal Parse(string s, NumberStyles style, IFormatProvider? provider) => Parse(s);
        public static bool TryParse(string? s, out decimal result) { result = default; return s != null && ParseCore(s, out result) == 0; }
    }
}
