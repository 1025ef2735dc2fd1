// The types that every assembly is made of: object, value types, numbers, nullable values.
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Globalization;

namespace System
{
    public class Object
    {
        [NonVersionable]
        public Object() { }
        ~Object() { }
        [Intrinsic]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public extern Type GetType();
        [MethodImpl(MethodImplOptions.InternalCall)]
        protected extern object MemberwiseClone();
        public virtual string? ToString() => GetType().ToString();
        public virtual bool Equals(object? obj) => this == obj;
        public virtual int GetHashCode() => RuntimeHelpers.GetHashCode(this);
        public static bool Equals(object? objA, object? objB)
        {
            if (objA == objB) return true;
            if (objA == null || objB == null) return false;
            return objA.Equals(objB);
        }
        [NonVersionable]
        public static bool ReferenceEquals(object? objA, object? objB) => objA == objB;
    }

    // Stands for all reference types in code that they share.
    internal sealed class __Canon { }

    public struct Void { }

    public abstract class ValueType
    {
        public override bool Equals(object? obj) => obj != null && EqualFields(this, obj);
        public override int GetHashCode() => HashOfFields(this);
        public override string? ToString() => GetType().ToString();
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern bool EqualBits(object a, object b);
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern int HashOfFields(object o);
        // The boxes of all fields in turn; null behind the last one when there is none.
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern object? GetFieldValue(object o, int index, out bool exists);

        private static bool EqualFields(object a, object b)
        {
            if (a.GetType() != b.GetType()) return false;
            if (EqualBits(a, b)) return true;
            for (int i = 0; ; i++)
            {
                object? x = GetFieldValue(a, i, out bool exists);
                if (!exists) return true;
                object? y = GetFieldValue(b, i, out exists);
                if (!Object.Equals(x, y)) return false;
            }
        }
    }

    public abstract class Enum : ValueType, IComparable, IFormattable, IConvertible
    {
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern long ToInt64(object value);
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern string Format(object value, string? format);
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern string[] GetNames(Type enumType);
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern string? GetName(Type enumType, object value);
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern bool IsDefined(Type enumType, object value);
        public override bool Equals(object? obj) => obj != null && obj.GetType() == GetType() && ToInt64(obj) == ToInt64(this);
        public override int GetHashCode() => GetHashCodeOf(this);
        private static int GetHashCodeOf(object o) { long v = ToInt64(o); return (int)v ^ (int)(v >> 32); }
        public override string ToString() => Format(this, null);
        public string ToString(string? format) => Format(this, format);
        public string ToString(string? format, IFormatProvider? provider) => Format(this, format);
        public bool HasFlag(Enum flag) => (ToInt64(this) & ToInt64(flag)) == ToInt64(flag);
        public int CompareTo(object? target)
        {
            if (target == null) return 1;
            if (target.GetType() != GetType()) throw new ArgumentException("Object must be the same type as the enum. The type passed in was '" + target.GetType() + "'; the enum type was '" + GetType() + "'.");
            long left = ToInt64(this), right = ToInt64(target);
            TypeCode code = GetTypeCode();
            if (code is TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16) return (int)(left - right);
            return code == TypeCode.UInt64 ? ((ulong)left).CompareTo((ulong)right) : left.CompareTo(right);
        }
        public TypeCode GetTypeCode() => Type.GetTypeCode(GetType());
        int IConvertible.ToInt32(IFormatProvider? provider) => checked((int)ToInt64(this));
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int ParseCore(Type enumType, string text, bool ignoreCase, out long value);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern object FromInt64(Type enumType, long value);
        public static object Parse(Type enumType, string value) => Parse(enumType, value, false);
        public static object Parse(Type enumType, string value, bool ignoreCase)
        {
            if (value == null) throw new ArgumentNullException(nameof(value));
            int status = ParseCore(enumType, value, ignoreCase, out long number);
            if (status == 1) throw new ArgumentException("Must specify valid information for parsing in the string. (Parameter 'value')");
            if (status == 2) throw new ArgumentException("Requested value '" + value + "' was not found.");
            return FromInt64(enumType, number);
        }
        public static TEnum Parse<TEnum>(string value) where TEnum : struct => (TEnum)Parse(typeof(TEnum), value, false);
        public static TEnum Parse<TEnum>(string value, bool ignoreCase) where TEnum : struct => (TEnum)Parse(typeof(TEnum), value, ignoreCase);
        public static bool TryParse<TEnum>(string? value, out TEnum result) where TEnum : struct => TryParse(value, false, out result);
        public static bool TryParse<TEnum>(string? value, bool ignoreCase, out TEnum result) where TEnum : struct
        {
            result = default;
            if (value == null || ParseCore(typeof(TEnum), value, ignoreCase, out long number) != 0) return false;
            result = (TEnum)FromInt64(typeof(TEnum), number);
            return true;
        }
        public static string[] GetNames<TEnum>() where TEnum : struct => GetNames(typeof(TEnum));
        public static bool IsDefined<TEnum>(TEnum value) where TEnum : struct => IsDefined(typeof(TEnum), value);
        public static object ToObject(Type enumType, int value) => FromInt64(enumType, value);
        public static object ToObject(Type enumType, long value) => FromInt64(enumType, value);
    }

    [NonVersionable]
    public struct Nullable<T> where T : struct
    {
        private readonly bool hasValue;
        internal T value;
        [NonVersionable]
        public Nullable(T value) { this.value = value; hasValue = true; }
        public readonly bool HasValue { [NonVersionable] get => hasValue; }
        public readonly T Value { get { if (!hasValue) ThrowHelper.ThrowNoValue(); return value; } }
        [NonVersionable]
        public readonly T GetValueOrDefault() => value;
        [NonVersionable]
        public readonly T GetValueOrDefault(T defaultValue) => hasValue ? value : defaultValue;
        public override bool Equals(object? other)
        {
            if (!hasValue) return other == null;
            if (other == null) return false;
            return value.Equals(other);
        }
        public override int GetHashCode() => hasValue ? value.GetHashCode() : 0;
        public override string? ToString() => hasValue ? value.ToString() : "";
        [NonVersionable]
        public static implicit operator T?(T value) => new T?(value);
        public static explicit operator T(T? value) => value!.Value;
    }

    public static class Nullable
    {
        public static Type? GetUnderlyingType(Type nullableType) => nullableType.IsNullableInstance ? nullableType.GetGenericArguments()[0] : null;
        public static bool Equals<T>(T? n1, T? n2) where T : struct =>
            n1.HasValue ? n2.HasValue && System.Collections.Generic.EqualityComparer<T>.Default.Equals(n1.GetValueOrDefault(), n2.GetValueOrDefault()) : !n2.HasValue;
    }

    public interface IFormatProvider { object? GetFormat(Type? formatType); }
    public interface IFormattable { string ToString(string? format, IFormatProvider? formatProvider); }
    public interface ISpanFormattable : IFormattable { bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider); }
    public interface IConvertible
    {
        TypeCode GetTypeCode();
        int ToInt32(IFormatProvider? provider) => throw new InvalidCastException("Invalid cast to Int32.");
    }
    public interface IComparable { int CompareTo(object? obj); }
    public interface IComparable<in T> { int CompareTo(T? other); }
    public interface IEquatable<T> { bool Equals(T? other); }
    public interface ICloneable { object Clone(); }
    public interface IDisposable { void Dispose(); }

    public enum TypeCode { Empty = 0, Object = 1, DBNull = 2, Boolean = 3, Char = 4, SByte = 5, Byte = 6, Int16 = 7, UInt16 = 8, Int32 = 9, UInt32 = 10, Int64 = 11, UInt64 = 12, Single = 13, Double = 14, Decimal = 15, DateTime = 16, String = 18 }

    public readonly struct Boolean : IComparable, IComparable<bool>, IEquatable<bool>, IConvertible
    {
        private readonly bool m_value;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value ? 1 : 0;
        public static readonly string TrueString = "True";
        public static readonly string FalseString = "False";
        public override int GetHashCode() => m_value ? 1 : 0;
        public override string ToString() => m_value ? "True" : "False";
        public string ToString(IFormatProvider? provider) => ToString();
        public override bool Equals(object? obj) => obj is bool b && b == m_value;
        [NonVersionable]
        public bool Equals(bool obj) => m_value == obj;
        public int CompareTo(object? obj) => obj == null ? 1 : CompareTo((bool)obj);
        public int CompareTo(bool value) => m_value == value ? 0 : m_value ? 1 : -1;
        public TypeCode GetTypeCode() => TypeCode.Boolean;
        public static bool Parse(string value) => value.Trim().Equals("True", StringComparison.OrdinalIgnoreCase) ? true : value.Trim().Equals("False", StringComparison.OrdinalIgnoreCase) ? false : throw new FormatException("String '" + value + "' was not recognized as a valid Boolean.");
    }

    public readonly struct Char : IComparable, IComparable<char>, IEquatable<char>, IConvertible, IFormattable
    {
        private readonly char m_value;
        int IConvertible.ToInt32(IFormatProvider? provider) => m_value;
        public const char MaxValue = (char)0xFFFF;
        public const char MinValue = (char)0;
        public override int GetHashCode() => m_value | (m_value << 16);
        public override bool Equals(object? obj) => obj is char c && c == m_value;
        [NonVersionable]
        public bool Equals(char obj) => m_value == obj;
        public int CompareTo(object? value) => value == null ? 1 : m_value - (char)value;
        public int CompareTo(char value) => m_value - value;
        public override string ToString() => new string(m_value, 1);
        public string ToString(string? format, IFormatProvider? provider) => ToString();
        public string ToString(IFormatProvider? provider) => ToString();
        public static string ToString(char c) => new string(c, 1);
        public TypeCode GetTypeCode() => TypeCode.Char;
        public static bool IsDigit(char c) => c < 256 ? c >= '0' && c <= '9' : CharUnicode.IsDigit(c);
        public static bool IsLetter(char c) => c < 128 ? (uint)((c | 0x20) - 'a') <= 'z' - 'a' : CharUnicode.IsLetter(c);
        public static bool IsLetterOrDigit(char c) => IsLetter(c) || IsDigit(c);
        public static bool IsAsciiDigit(char c) => (uint)(c - '0') <= 9;
        public static bool IsAsciiLetter(char c) => (uint)((c | 0x20) - 'a') <= 'z' - 'a';
        public static bool IsAsciiLetterOrDigit(char c) => IsAsciiDigit(c) || IsAsciiLetter(c);
        public static bool IsAscii(char c) => c < 128;
        public static bool IsWhiteSpace(char c) => c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
        public static bool IsUpper(char c) => c < 128 ? c >= 'A' && c <= 'Z' : CharUnicode.IsUpper(c);
        public static bool IsLower(char c) => c < 128 ? c >= 'a' && c <= 'z' : CharUnicode.IsLower(c);
        public static bool IsPunctuation(char c) => CharUnicode.IsPunctuation(c);
        public static bool IsControl(char c) => c < 32 || (c >= 0x7F && c < 0xA0);
        public static bool IsSurrogate(char c) => c >= 0xD800 && c <= 0xDFFF;
        public static bool IsHighSurrogate(char c) => c >= 0xD800 && c <= 0xDBFF;
        public static bool IsLowSurrogate(char c) => c >= 0xDC00 && c <= 0xDFFF;
        public static char ToUpper(char c) => ToUpperInvariant(c);
        public static char ToLower(char c) => ToLowerInvariant(c);
        public static char ToUpperInvariant(char c) => c < 128 ? (c >= 'a' && c <= 'z' ? (char)(c - 32) : c) : CharUnicode.ToUpper(c);
        public static char ToLowerInvariant(char c) => c < 128 ? (c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) : CharUnicode.ToLower(c);
        public static double GetNumericValue(char c) => IsDigit(c) ? c - '0' : -1;
    }

    internal static class CharUnicode
    {
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern bool IsDigit(char c);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern bool IsLetter(char c);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern bool IsUpper(char c);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern bool IsLower(char c);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern bool IsPunctuation(char c);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern char ToUpper(char c);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern char ToLower(char c);
    }
}
