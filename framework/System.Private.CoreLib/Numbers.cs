// The integer types.
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace System
{
    public readonly struct SByte : IComparable, IComparable<sbyte>, IEquatable<sbyte>, IConvertible, IFormattable
    {
        private readonly sbyte m_value;
        public const sbyte MaxValue = 127;
        public const sbyte MinValue = -128;
        public override int GetHashCode() => m_value;
        public override bool Equals(object? obj) => obj is sbyte other && other == m_value;
        [NonVersionable]
        public bool Equals(sbyte obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is sbyte other ? CompareTo(other) : throw new ArgumentException("Object must be of type SByte.");
        public int CompareTo(sbyte value) => m_value - value;
        public override string ToString() => Number.FormatLong(m_value);
        public string ToString(string? format) => Number.FormatLong(m_value, format, 8);
        public string ToString(IFormatProvider? provider) => Number.FormatLong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatLong(m_value, format, 8);
        public TypeCode GetTypeCode() => TypeCode.SByte;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value;
        public static sbyte Parse(string s) => (sbyte)Number.ParseLong(s, MinValue, MaxValue, "SByte");
        public static sbyte Parse(string s, IFormatProvider? provider) => Parse(s);
        public static sbyte Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (sbyte)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out sbyte result)
        {
            bool ok = Number.TryParseLong(s, MinValue, MaxValue, out long value) == 0;
            result = ok ? (sbyte)value : (sbyte)0;
            return ok;
        }
        public static sbyte Max(sbyte x, sbyte y) => x > y ? x : y;
        public static sbyte Min(sbyte x, sbyte y) => x < y ? x : y;
    }

    public readonly struct Byte : IComparable, IComparable<byte>, IEquatable<byte>, IConvertible, IFormattable
    {
        private readonly byte m_value;
        public const byte MaxValue = 255;
        public const byte MinValue = 0;
        public override int GetHashCode() => m_value;
        public override bool Equals(object? obj) => obj is byte other && other == m_value;
        [NonVersionable]
        public bool Equals(byte obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is byte other ? CompareTo(other) : throw new ArgumentException("Object must be of type Byte.");
        public int CompareTo(byte value) => m_value - value;
        public override string ToString() => Number.FormatULong(m_value);
        public string ToString(string? format) => Number.FormatULong(m_value, format, 8);
        public string ToString(IFormatProvider? provider) => Number.FormatULong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatULong(m_value, format, 8);
        public TypeCode GetTypeCode() => TypeCode.Byte;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value;
        public static byte Parse(string s) => (byte)Number.ParseULong(s, MinValue, MaxValue, "Byte");
        public static byte Parse(string s, IFormatProvider? provider) => Parse(s);
        public static byte Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (byte)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out byte result)
        {
            bool ok = Number.TryParseULong(s, MinValue, MaxValue, out ulong value) == 0;
            result = ok ? (byte)value : (byte)0;
            return ok;
        }
        public static byte Max(byte x, byte y) => x > y ? x : y;
        public static byte Min(byte x, byte y) => x < y ? x : y;
    }

    public readonly struct Int16 : IComparable, IComparable<short>, IEquatable<short>, IConvertible, IFormattable
    {
        private readonly short m_value;
        public const short MaxValue = 32767;
        public const short MinValue = -32768;
        public override int GetHashCode() => m_value;
        public override bool Equals(object? obj) => obj is short other && other == m_value;
        [NonVersionable]
        public bool Equals(short obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is short other ? CompareTo(other) : throw new ArgumentException("Object must be of type Int16.");
        public int CompareTo(short value) => m_value - value;
        public override string ToString() => Number.FormatLong(m_value);
        public string ToString(string? format) => Number.FormatLong(m_value, format, 16);
        public string ToString(IFormatProvider? provider) => Number.FormatLong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatLong(m_value, format, 16);
        public TypeCode GetTypeCode() => TypeCode.Int16;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value;
        public static short Parse(string s) => (short)Number.ParseLong(s, MinValue, MaxValue, "Int16");
        public static short Parse(string s, IFormatProvider? provider) => Parse(s);
        public static short Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (short)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out short result)
        {
            bool ok = Number.TryParseLong(s, MinValue, MaxValue, out long value) == 0;
            result = ok ? (short)value : (short)0;
            return ok;
        }
        public static short Max(short x, short y) => x > y ? x : y;
        public static short Min(short x, short y) => x < y ? x : y;
    }

    public readonly struct UInt16 : IComparable, IComparable<ushort>, IEquatable<ushort>, IConvertible, IFormattable
    {
        private readonly ushort m_value;
        public const ushort MaxValue = 65535;
        public const ushort MinValue = 0;
        public override int GetHashCode() => m_value;
        public override bool Equals(object? obj) => obj is ushort other && other == m_value;
        [NonVersionable]
        public bool Equals(ushort obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is ushort other ? CompareTo(other) : throw new ArgumentException("Object must be of type UInt16.");
        public int CompareTo(ushort value) => m_value - value;
        public override string ToString() => Number.FormatULong(m_value);
        public string ToString(string? format) => Number.FormatULong(m_value, format, 16);
        public string ToString(IFormatProvider? provider) => Number.FormatULong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatULong(m_value, format, 16);
        public TypeCode GetTypeCode() => TypeCode.UInt16;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value;
        public static ushort Parse(string s) => (ushort)Number.ParseULong(s, MinValue, MaxValue, "UInt16");
        public static ushort Parse(string s, IFormatProvider? provider) => Parse(s);
        public static ushort Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (ushort)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out ushort result)
        {
            bool ok = Number.TryParseULong(s, MinValue, MaxValue, out ulong value) == 0;
            result = ok ? (ushort)value : (ushort)0;
            return ok;
        }
        public static ushort Max(ushort x, ushort y) => x > y ? x : y;
        public static ushort Min(ushort x, ushort y) => x < y ? x : y;
    }

    public readonly struct Int32 : IComparable, IComparable<int>, IEquatable<int>, IConvertible, IFormattable
    {
        private readonly int m_value;
        public const int MaxValue = 2147483647;
        public const int MinValue = unchecked((int)0x80000000);
        public override int GetHashCode() => m_value;
        public override bool Equals(object? obj) => obj is int other && other == m_value;
        [NonVersionable]
        public bool Equals(int obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is int other ? CompareTo(other) : throw new ArgumentException("Object must be of type Int32.");
        public int CompareTo(int value) => m_value < value ? -1 : m_value > value ? 1 : 0;
        public override string ToString() => Number.FormatLong(m_value);
        public string ToString(string? format) => Number.FormatLong(m_value, format, 32);
        public string ToString(IFormatProvider? provider) => Number.FormatLong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatLong(m_value, format, 32);
        public TypeCode GetTypeCode() => TypeCode.Int32;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value;
        public static int Parse(string s) => (int)Number.ParseLong(s, MinValue, MaxValue, "Int32");
        public static int Parse(string s, IFormatProvider? provider) => Parse(s);
        public static int Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (int)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out int result)
        {
            bool ok = Number.TryParseLong(s, MinValue, MaxValue, out long value) == 0;
            result = ok ? (int)value : (int)0;
            return ok;
        }
        public static int Max(int x, int y) => x > y ? x : y;
        public static int Min(int x, int y) => x < y ? x : y;
    }

    public readonly struct UInt32 : IComparable, IComparable<uint>, IEquatable<uint>, IConvertible, IFormattable
    {
        private readonly uint m_value;
        public const uint MaxValue = 4294967295;
        public const uint MinValue = 0;
        public override int GetHashCode() => (int)m_value;
        public override bool Equals(object? obj) => obj is uint other && other == m_value;
        [NonVersionable]
        public bool Equals(uint obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is uint other ? CompareTo(other) : throw new ArgumentException("Object must be of type UInt32.");
        public int CompareTo(uint value) => m_value < value ? -1 : m_value > value ? 1 : 0;
        public override string ToString() => Number.FormatULong(m_value);
        public string ToString(string? format) => Number.FormatULong(m_value, format, 32);
        public string ToString(IFormatProvider? provider) => Number.FormatULong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatULong(m_value, format, 32);
        public TypeCode GetTypeCode() => TypeCode.UInt32;
        int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)m_value);
        public static uint Parse(string s) => (uint)Number.ParseULong(s, MinValue, MaxValue, "UInt32");
        public static uint Parse(string s, IFormatProvider? provider) => Parse(s);
        public static uint Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (uint)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out uint result)
        {
            bool ok = Number.TryParseULong(s, MinValue, MaxValue, out ulong value) == 0;
            result = ok ? (uint)value : (uint)0;
            return ok;
        }
        public static uint Max(uint x, uint y) => x > y ? x : y;
        public static uint Min(uint x, uint y) => x < y ? x : y;
    }

    public readonly struct Int64 : IComparable, IComparable<long>, IEquatable<long>, IConvertible, IFormattable
    {
        private readonly long m_value;
        public const long MaxValue = 9223372036854775807L;
        public const long MinValue = unchecked((long)0x8000000000000000);
        public override int GetHashCode() => (int)m_value ^ (int)(m_value >> 32);
        public override bool Equals(object? obj) => obj is long other && other == m_value;
        [NonVersionable]
        public bool Equals(long obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is long other ? CompareTo(other) : throw new ArgumentException("Object must be of type Int64.");
        public int CompareTo(long value) => m_value < value ? -1 : m_value > value ? 1 : 0;
        public override string ToString() => Number.FormatLong(m_value);
        public string ToString(string? format) => Number.FormatLong(m_value, format, 64);
        public string ToString(IFormatProvider? provider) => Number.FormatLong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatLong(m_value, format, 64);
        public TypeCode GetTypeCode() => TypeCode.Int64;
        int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)m_value);
        public static long Parse(string s) => (long)Number.ParseLong(s, MinValue, MaxValue, "Int64");
        public static long Parse(string s, IFormatProvider? provider) => Parse(s);
        public static long Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (long)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out long result)
        {
            bool ok = Number.TryParseLong(s, MinValue, MaxValue, out long value) == 0;
            result = ok ? (long)value : (long)0;
            return ok;
        }
        public static long Max(long x, long y) => x > y ? x : y;
        public static long Min(long x, long y) => x < y ? x : y;
    }

    public readonly struct UInt64 : IComparable, IComparable<ulong>, IEquatable<ulong>, IConvertible, IFormattable
    {
        private readonly ulong m_value;
        public const ulong MaxValue = 18446744073709551615UL;
        public const ulong MinValue = 0;
        public override int GetHashCode() => (int)m_value ^ (int)(m_value >> 32);
        public override bool Equals(object? obj) => obj is ulong other && other == m_value;
        [NonVersionable]
        public bool Equals(ulong obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : value is ulong other ? CompareTo(other) : throw new ArgumentException("Object must be of type UInt64.");
        public int CompareTo(ulong value) => m_value < value ? -1 : m_value > value ? 1 : 0;
        public override string ToString() => Number.FormatULong(m_value);
        public string ToString(string? format) => Number.FormatULong(m_value, format, 64);
        public string ToString(IFormatProvider? provider) => Number.FormatULong(m_value);
        public string ToString(string? format, IFormatProvider? provider) => Number.FormatULong(m_value, format, 64);
        public TypeCode GetTypeCode() => TypeCode.UInt64;
        int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)m_value);
        public static ulong Parse(string s) => (ulong)Number.ParseULong(s, MinValue, MaxValue, "UInt64");
        public static ulong Parse(string s, IFormatProvider? provider) => Parse(s);
        public static ulong Parse(string s, NumberStyles style, IFormatProvider? provider) => (style & NumberStyles.AllowHexSpecifier) != 0 ? (ulong)Number.ParseHex(s, MaxValue) : Parse(s);
        public static bool TryParse(string? s, out ulong result)
        {
            bool ok = Number.TryParseULong(s, MinValue, MaxValue, out ulong value) == 0;
            result = ok ? (ulong)value : (ulong)0;
            return ok;
        }
        public static ulong Max(ulong x, ulong y) => x > y ? x : y;
        public static ulong Min(ulong x, ulong y) => x < y ? x : y;
    }

}
