// Strings. The object is a length and the characters; code that is compiled against it relies on both offsets.
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace System
{
    public enum StringComparison { CurrentCulture, CurrentCultureIgnoreCase, InvariantCulture, InvariantCultureIgnoreCase, Ordinal, OrdinalIgnoreCase }

    [Flags]
    public enum StringSplitOptions { None = 0, RemoveEmptyEntries = 1, TrimEntries = 2 }

    [NonVersionable]
    public sealed class String : IComparable, IEnumerable, IConvertible, IEnumerable<char>, IComparable<string?>, IEquatable<string?>, ICloneable
    {
        [NonSerialized] private readonly int _stringLength;
        [NonSerialized] private char _firstChar;
        [Intrinsic]
        public static readonly string Empty = "";

        // The runtime makes a constructor call a call of the Ctor with the same parameters.
        [MethodImpl(MethodImplOptions.InternalCall)] public extern String(char[]? value);
        [MethodImpl(MethodImplOptions.InternalCall)] public extern String(char[] value, int startIndex, int length);
        [MethodImpl(MethodImplOptions.InternalCall)] public extern unsafe String(char* value);
        [MethodImpl(MethodImplOptions.InternalCall)] public extern unsafe String(char* value, int startIndex, int length);
        [MethodImpl(MethodImplOptions.InternalCall)] public extern String(char c, int count);
        [MethodImpl(MethodImplOptions.InternalCall)] public extern String(ReadOnlySpan<char> value);

        private static string Ctor(char[]? value) => value == null ? Empty : Ctor(new ReadOnlySpan<char>(value));
        private static string Ctor(char[] value, int startIndex, int length) => Ctor(new ReadOnlySpan<char>(value, startIndex, length));
        private static unsafe string Ctor(char* value)
        {
            if (value == null) return Empty;
            int length = 0;
            while (value[length] != 0) length++;
            return Ctor(new ReadOnlySpan<char>(value, length));
        }
        private static unsafe string Ctor(char* value, int startIndex, int length) => Ctor(new ReadOnlySpan<char>(value + startIndex, length));
        private static string Ctor(char c, int count)
        {
            if (count < 0) throw new ArgumentOutOfRangeException("count");
            if (count == 0) return Empty;
            string result = FastAllocateString(count);
            new Span<char>(ref result._firstChar, count).Fill(c);
            return result;
        }
        private static string Ctor(ReadOnlySpan<char> value)
        {
            if (value.Length == 0) return Empty;
            string result = FastAllocateString(value.Length);
            value.CopyTo(new Span<char>(ref result._firstChar, value.Length));
            return result;
        }

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern string FastAllocateString(int length);
        internal ref char GetRawStringData() => ref _firstChar;
        internal Span<char> Writable => new Span<char>(ref _firstChar, _stringLength);
        [NonVersionable]
        public ref readonly char GetPinnableReference() => ref _firstChar;

        public int Length { [Intrinsic] get => _stringLength; }
        [IndexerName("Chars")]
        public char this[int index]
        {
            [Intrinsic]
            get
            {
                if ((uint)index >= (uint)_stringLength) ThrowHelper.ThrowIndexOutOfRange();
                return Unsafe.Add(ref _firstChar, index);
            }
        }

        public ReadOnlySpan<char> Span => new ReadOnlySpan<char>(ref _firstChar, _stringLength);
        public static implicit operator ReadOnlySpan<char>(string? value) => value == null ? default : value.Span;

        // --- comparing

        public override bool Equals(object? obj) => obj is string s && EqualsHelper(this, s);
        public bool Equals(string? value) => (object?)value == this || (value != null && EqualsHelper(this, value));
        public bool Equals(string? value, StringComparison comparisonType) => Equals(this, value, comparisonType);
        public static bool Equals(string? a, string? b) => (object?)a == b || ((object?)a != null && (object?)b != null && EqualsHelper(a, b));
        public static bool Equals(string? a, string? b, StringComparison comparisonType)
        {
            if ((object?)a == b) return true;
            if (a == null || b == null || a.Length != b.Length) return false;
            return IgnoresCase(comparisonType) ? CompareIgnoreCase(a, b) == 0 : EqualsHelper(a, b);
        }
        private static bool EqualsHelper(string a, string b)
        {
            int length = a._stringLength;
            if (length != b._stringLength) return false;
            for (int i = 0; i < length; i++)
                if (Unsafe.Add(ref a._firstChar, i) != Unsafe.Add(ref b._firstChar, i)) return false;
            return true;
        }
        public static bool operator ==(string? a, string? b) => Equals(a, b);
        public static bool operator !=(string? a, string? b) => !Equals(a, b);
        private static bool IgnoresCase(StringComparison comparison) =>
            comparison == StringComparison.OrdinalIgnoreCase || comparison == StringComparison.InvariantCultureIgnoreCase || comparison == StringComparison.CurrentCultureIgnoreCase;

        public override int GetHashCode()
        {
            uint h1 = 5381, h2 = 5381;
            for (int i = 0; i < _stringLength; i++)
            {
                uint c = Unsafe.Add(ref _firstChar, i);
                if ((i & 1) == 0) h1 = ((h1 << 5) + h1) ^ c; else h2 = ((h2 << 5) + h2) ^ c;
            }
            return (int)(h1 + h2 * 1566083941);
        }
        internal int GetHashCodeIgnoreCase()
        {
            uint h = 5381;
            for (int i = 0; i < _stringLength; i++) h = ((h << 5) + h) ^ char.ToUpperInvariant(this[i]);
            return (int)h;
        }

        // Cultures are invariant: characters compare by value, as CompareOrdinal does.
        public static int CompareOrdinal(string? a, string? b)
        {
            if ((object?)a == b) return 0;
            if (a == null) return -1;
            if (b == null) return 1;
            int common = a.Length < b.Length ? a.Length : b.Length;
            for (int i = 0; i < common; i++)
            {
                int d = a[i] - b[i];
                if (d != 0) return d;
            }
            return a.Length - b.Length;
        }
        internal static int CompareIgnoreCase(string a, string b)
        {
            int common = a.Length < b.Length ? a.Length : b.Length;
            for (int i = 0; i < common; i++)
            {
                int d = char.ToUpperInvariant(a[i]) - char.ToUpperInvariant(b[i]);
                if (d != 0) return d;
            }
            return a.Length - b.Length;
        }
        public int LastIndexOf(string value, StringComparison comparisonType) => IgnoresCase(comparisonType) ? ToUpperInvariant().LastIndexOf(value.ToUpperInvariant()) : LastIndexOf(value);
        public static int CompareOrdinal(string? strA, int indexA, string? strB, int indexB, int length)
        {
            if (strA == null || strB == null) return strA == strB ? 0 : strA == null ? -1 : 1;
            if (length < 0 || indexA < 0 || indexB < 0 || indexA > strA.Length || indexB > strB.Length) throw new ArgumentOutOfRangeException(nameof(length));
            return CompareOrdinal(strA.Substring(indexA, Math.Min(length, strA.Length - indexA)), strB.Substring(indexB, Math.Min(length, strB.Length - indexB)));
        }
        public static int Compare(string? a, string? b) => CompareOrdinal(a, b);
        public static int Compare(string? a, string? b, bool ignoreCase) => Compare(a, b, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
        public static int Compare(string? a, string? b, StringComparison comparisonType)
        {
            if (!IgnoresCase(comparisonType)) return CompareOrdinal(a, b);
            if ((object?)a == b) return 0;
            if (a == null) return -1;
            return b == null ? 1 : CompareIgnoreCase(a, b);
        }
        public int CompareTo(object? value) => value == null ? 1 : CompareOrdinal(this, (string)value);
        public int CompareTo(string? strB) => CompareOrdinal(this, strB);

        // --- searching

        public int IndexOf(char value) => IndexOf(value, 0, _stringLength);
        public int IndexOf(char value, int startIndex) => IndexOf(value, startIndex, _stringLength - startIndex);
        public int IndexOf(char value, int startIndex, int count)
        {
            if ((uint)startIndex > (uint)_stringLength) throw new ArgumentOutOfRangeException("startIndex");
            for (int i = startIndex; i < startIndex + count; i++) if (this[i] == value) return i;
            return -1;
        }
        public int IndexOf(string value) => IndexOf(value, 0);
        public int IndexOf(string value, StringComparison comparisonType) => IndexOf(value, 0, comparisonType);
        public int IndexOf(string value, int startIndex) => IndexOf(value, startIndex, StringComparison.Ordinal);
        public int IndexOf(string value, int startIndex, StringComparison comparisonType)
        {
            for (int i = startIndex; i + value.Length <= _stringLength; i++) if (Matches(i, value, comparisonType)) return i;
            return -1;
        }
        public int IndexOfAny(char[] anyOf)
        {
            for (int i = 0; i < _stringLength; i++) foreach (char c in anyOf) if (this[i] == c) return i;
            return -1;
        }
        public int LastIndexOf(char value)
        {
            for (int i = _stringLength - 1; i >= 0; i--) if (this[i] == value) return i;
            return -1;
        }
        public int LastIndexOf(string value)
        {
            for (int i = _stringLength - value.Length; i >= 0; i--) if (Matches(i, value, StringComparison.Ordinal)) return i;
            return -1;
        }
        private bool Matches(int start, string value, StringComparison comparison)
        {
            bool ignoreCase = IgnoresCase(comparison);
            for (int i = 0; i < value.Length; i++)
            {
                char a = this[start + i], b = value[i];
                if (a != b && (!ignoreCase || char.ToUpperInvariant(a) != char.ToUpperInvariant(b))) return false;
            }
            return true;
        }
        public bool Contains(string value) => IndexOf(value) >= 0;
        public bool Contains(char value) => IndexOf(value) >= 0;
        public bool Contains(string value, StringComparison comparisonType) => IndexOf(value, comparisonType) >= 0;
        public bool StartsWith(string value) => StartsWith(value, StringComparison.Ordinal);
        public bool StartsWith(char value) => _stringLength != 0 && _firstChar == value;
        public bool StartsWith(string value, StringComparison comparisonType) => value.Length <= _stringLength && Matches(0, value, comparisonType);
        public bool EndsWith(string value) => EndsWith(value, StringComparison.Ordinal);
        public bool EndsWith(char value) => _stringLength != 0 && this[_stringLength - 1] == value;
        public bool EndsWith(string value, StringComparison comparisonType) => value.Length <= _stringLength && Matches(_stringLength - value.Length, value, comparisonType);

        // --- making

        public static bool IsNullOrEmpty([System.Diagnostics.CodeAnalysis.NotNullWhen(false)] string? value) => value == null || value.Length == 0;
        public static bool IsNullOrWhiteSpace([System.Diagnostics.CodeAnalysis.NotNullWhen(false)] string? value)
        {
            if (value == null) return true;
            for (int i = 0; i < value.Length; i++) if (!char.IsWhiteSpace(value[i])) return false;
            return true;
        }
        public string Substring(int startIndex) => Substring(startIndex, _stringLength - startIndex);
        public string Substring(int startIndex, int length)
        {
            if (startIndex < 0) throw new ArgumentOutOfRangeException("startIndex", "StartIndex cannot be less than zero.");
            if (startIndex > _stringLength) throw new ArgumentOutOfRangeException("startIndex", "startIndex cannot be larger than length of string.");
            if (length < 0) throw new ArgumentOutOfRangeException("length", "Length cannot be less than zero.");
            if (startIndex > _stringLength - length) throw new ArgumentOutOfRangeException("length", "Index and length must refer to a location within the string.");
            if (length == _stringLength) return this;
            return new string(Span.Slice(startIndex, length));
        }
        public static string Concat(string? str0, string? str1)
        {
            if (IsNullOrEmpty(str0)) return str1 ?? Empty;
            if (IsNullOrEmpty(str1)) return str0;
            return Concat(str0.Span, str1.Span);
        }
        public static string Concat(string? str0, string? str1, string? str2) => Concat((ReadOnlySpan<char>)str0, str1, str2);
        public static string Concat(string? str0, string? str1, string? str2, string? str3) => Concat((ReadOnlySpan<char>)str0, str1, str2, str3);
        public static string Concat(ReadOnlySpan<char> str0, ReadOnlySpan<char> str1) => Concat(str0, str1, default, default);
        public static string Concat(ReadOnlySpan<char> str0, ReadOnlySpan<char> str1, ReadOnlySpan<char> str2) => Concat(str0, str1, str2, default);
        public static string Concat(ReadOnlySpan<char> str0, ReadOnlySpan<char> str1, ReadOnlySpan<char> str2, ReadOnlySpan<char> str3)
        {
            int length = checked(str0.Length + str1.Length + str2.Length + str3.Length);
            if (length == 0) return Empty;
            string result = FastAllocateString(length);
            Span<char> to = result.Writable;
            str0.CopyTo(to);
            to = to.Slice(str0.Length);
            str1.CopyTo(to);
            to = to.Slice(str1.Length);
            str2.CopyTo(to);
            str3.CopyTo(to.Slice(str2.Length));
            return result;
        }
        public static string Concat(object? arg0) => arg0?.ToString() ?? Empty;
        public static string Concat(object? arg0, object? arg1) => Concat(arg0?.ToString(), arg1?.ToString());
        public static string Concat(object? arg0, object? arg1, object? arg2) => Concat(arg0?.ToString(), arg1?.ToString(), arg2?.ToString());
        public static string Concat(params object?[] args)
        {
            string?[] texts = new string?[args.Length];
            for (int i = 0; i < args.Length; i++) texts[i] = args[i]?.ToString();
            return Concat(texts);
        }
        public static string Concat(params string?[] values)
        {
            int length = 0;
            foreach (string? value in values) if (value != null) length = checked(length + value.Length);
            if (length == 0) return Empty;
            string result = FastAllocateString(length);
            Span<char> to = result.Writable;
            foreach (string? value in values)
            {
                if (value == null) continue;
                value.Span.CopyTo(to);
                to = to.Slice(value.Length);
            }
            return result;
        }
        public static string Concat(params ReadOnlySpan<string?> values)
        {
            string?[] copy = new string?[values.Length];
            for (int i = 0; i < copy.Length; i++) copy[i] = values[i];
            return Concat(copy);
        }
        public static string Concat(IEnumerable<string?> values) => Join("", values);
        public static string Concat<T>(IEnumerable<T> values) => Join("", values);

        public static string Join(string? separator, params string?[] value) => Join(separator, value, 0, value.Length);
        public static string Join(char separator, params string?[] value) => Join(separator.ToString(), value, 0, value.Length);
        public static string Join(string? separator, string?[] value, int startIndex, int count)
        {
            System.Text.StringBuilder result = new();
            for (int i = 0; i < count; i++)
            {
                if (i != 0) result.Append(separator);
                result.Append(value[startIndex + i]);
            }
            return result.ToString();
        }
        public static string Join(string? separator, params object?[] values)
        {
            System.Text.StringBuilder result = new();
            for (int i = 0; i < values.Length; i++)
            {
                if (i != 0) result.Append(separator);
                result.Append(values[i]?.ToString());
            }
            return result.ToString();
        }
        public static string Join(string? separator, params ReadOnlySpan<string?> value)
        {
            System.Text.StringBuilder result = new();
            for (int i = 0; i < value.Length; i++)
            {
                if (i != 0) result.Append(separator);
                result.Append(value[i]);
            }
            return result.ToString();
        }
        public static string Join(string? separator, IEnumerable<string?> values)
        {
            System.Text.StringBuilder result = new();
            bool first = true;
            foreach (string? value in values)
            {
                if (!first) result.Append(separator);
                first = false;
                result.Append(value);
            }
            return result.ToString();
        }
        public static string Join<T>(string? separator, IEnumerable<T> values)
        {
            System.Text.StringBuilder result = new();
            bool first = true;
            foreach (T value in values)
            {
                if (!first) result.Append(separator);
                first = false;
                result.Append(value?.ToString());
            }
            return result.ToString();
        }
        public static string Join<T>(char separator, IEnumerable<T> values) => Join(separator.ToString(), values);

        public static string Format(string format, object? arg0) => Format(format, new object?[] { arg0 });
        public static string Format(string format, object? arg0, object? arg1) => Format(format, new object?[] { arg0, arg1 });
        public static string Format(string format, object? arg0, object? arg1, object? arg2) => Format(format, new object?[] { arg0, arg1, arg2 });
        public static string Format(IFormatProvider? provider, string format, object? arg0) => Format(format, new object?[] { arg0 });
        public static string Format(IFormatProvider? provider, string format, object? arg0, object? arg1) => Format(format, new object?[] { arg0, arg1 });
        public static string Format(IFormatProvider? provider, string format, params object?[] args) => Format(format, args);
        public static string Format(string format, params ReadOnlySpan<object?> args) => Format(format, args.ToArray());
        public static string Format(string format, params object?[] args)
        {
            System.Text.StringBuilder result = new();
            result.AppendFormat(format, args);
            return result.ToString();
        }

        public string Trim() => TrimEnds(true, true, ' ', false);
        public string Trim(char c) => TrimEnds(true, true, c, true);
        public string Trim(params char[] chars)
        {
            int start = 0, end = _stringLength;
            while (start < end && Array.IndexOf(chars, this[start]) >= 0) start++;
            while (end > start && Array.IndexOf(chars, this[end - 1]) >= 0) end--;
            return Substring(start, end - start);
        }
        public string TrimStart() => TrimEnds(true, false, ' ', false);
        public string TrimEnd() => TrimEnds(false, true, ' ', false);
        public string TrimStart(char c) => TrimEnds(true, false, c, true);
        public string TrimEnd(char c) => TrimEnds(false, true, c, true);
        private string TrimEnds(bool atStart, bool atEnd, char c, bool only)
        {
            int start = 0, end = _stringLength;
            while (atStart && start < end && (only ? this[start] == c : char.IsWhiteSpace(this[start]))) start++;
            while (atEnd && end > start && (only ? this[end - 1] == c : char.IsWhiteSpace(this[end - 1]))) end--;
            return Substring(start, end - start);
        }
        public string PadLeft(int totalWidth) => PadLeft(totalWidth, ' ');
        public string PadLeft(int totalWidth, char c) => totalWidth <= _stringLength ? this : new string(c, totalWidth - _stringLength) + this;
        public string PadRight(int totalWidth) => PadRight(totalWidth, ' ');
        public string PadRight(int totalWidth, char c) => totalWidth <= _stringLength ? this : this + new string(c, totalWidth - _stringLength);
        public string Insert(int startIndex, string value) => Concat(Span.Slice(0, startIndex), value, Span.Slice(startIndex));
        public string Remove(int startIndex) => Substring(0, startIndex);
        public string Remove(int startIndex, int count) => Concat(Span.Slice(0, startIndex), Span.Slice(startIndex + count));
        public string Replace(char oldChar, char newChar)
        {
            if (IndexOf(oldChar) < 0) return this;
            string result = FastAllocateString(_stringLength);
            Span<char> to = result.Writable;
            for (int i = 0; i < _stringLength; i++) to[i] = this[i] == oldChar ? newChar : this[i];
            return result;
        }
        public string Replace(string oldValue, string? newValue)
        {
            if (oldValue.Length == 0) throw new ArgumentException("String cannot be of zero length.", "oldValue");
            System.Text.StringBuilder result = new();
            int start = 0;
            while (true)
            {
                int found = IndexOf(oldValue, start);
                if (found < 0) break;
                result.Append(Span.Slice(start, found - start)).Append(newValue);
                start = found + oldValue.Length;
            }
            return start == 0 ? this : result.Append(Span.Slice(start)).ToString();
        }
        public string ToUpper() => ToUpperInvariant();
        public string ToLower() => ToLowerInvariant();
        public string ToUpperInvariant()
        {
            string result = FastAllocateString(_stringLength);
            Span<char> to = result.Writable;
            for (int i = 0; i < _stringLength; i++) to[i] = char.ToUpperInvariant(this[i]);
            return result;
        }
        public string ToLowerInvariant()
        {
            string result = FastAllocateString(_stringLength);
            Span<char> to = result.Writable;
            for (int i = 0; i < _stringLength; i++) to[i] = char.ToLowerInvariant(this[i]);
            return result;
        }
        public char[] ToCharArray() => ToCharArray(0, _stringLength);
        public char[] ToCharArray(int startIndex, int length)
        {
            char[] result = new char[length];
            Span.Slice(startIndex, length).CopyTo(result);
            return result;
        }
        public void CopyTo(Span<char> destination) => Span.CopyTo(destination);
        public void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count) =>
            Span.Slice(sourceIndex, count).CopyTo(new Span<char>(destination, destinationIndex, count));

        public string[] Split(char separator, StringSplitOptions options = StringSplitOptions.None) => Split(separator.ToString(), int.MaxValue, options);
        public string[] Split(char separator, int count, StringSplitOptions options = StringSplitOptions.None) => Split(separator.ToString(), count, options);
        public string[] Split(string? separator, StringSplitOptions options = StringSplitOptions.None) => Split(separator, int.MaxValue, options);
        public string[] Split(params char[]? separator)
        {
            List<string> parts = new();
            int start = 0;
            for (int i = 0; i <= _stringLength; i++)
            {
                if (i == _stringLength || (separator == null || separator.Length == 0 ? char.IsWhiteSpace(this[i]) : Array.IndexOf(separator, this[i]) >= 0))
                {
                    parts.Add(Substring(start, i - start));
                    start = i + 1;
                }
            }
            return parts.ToArray();
        }
        public string[] Split(char[]? separator, StringSplitOptions options)
        {
            List<string> parts = new();
            foreach (string part in Split(separator)) if (part.Length != 0 || (options & StringSplitOptions.RemoveEmptyEntries) == 0) parts.Add(part);
            return parts.ToArray();
        }
        public string[] Split(string? separator, int count, StringSplitOptions options = StringSplitOptions.None)
        {
            List<string> parts = new();
            if (count == 0) return parts.ToArray();
            int start = 0;
            while (true)
            {
                int found = parts.Count + 1 >= count || string.IsNullOrEmpty(separator) ? -1 : IndexOf(separator, start);
                string part = found < 0 ? Substring(start) : Substring(start, found - start);
                if ((options & StringSplitOptions.TrimEntries) != 0) part = part.Trim();
                if (part.Length != 0 || (options & StringSplitOptions.RemoveEmptyEntries) == 0) parts.Add(part);
                if (found < 0) return parts.ToArray();
                start = found + separator!.Length;
            }
        }
        public override string ToString() => this;
        public string ToString(IFormatProvider? provider) => this;
        public object Clone() => this;
        public TypeCode GetTypeCode() => TypeCode.String;
        public static string Create<TState>(int length, TState state, System.Buffers.SpanAction<char, TState> action)
        {
            if (length == 0) return Empty;
            string result = FastAllocateString(length);
            action(result.Writable, state);
            return result;
        }
        public static string Intern(string str) => InternCore(str);
        public static string? IsInterned(string str) => IsInternedCore(str);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern string InternCore(string str);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern string? IsInternedCore(string str);

        public CharEnumerator GetEnumerator() => new CharEnumerator(this);
        IEnumerator<char> IEnumerable<char>.GetEnumerator() => new CharEnumerator(this);
        IEnumerator IEnumerable.GetEnumerator() => new CharEnumerator(this);
    }

    public sealed class CharEnumerator : IEnumerator<char>
    {
        private readonly string text;
        private int index = -1;
        internal CharEnumerator(string text) { this.text = text; }
        public bool MoveNext() => ++index < text.Length;
        public char Current => text[index];
        object IEnumerator.Current => Current;
        public void Reset() { index = -1; }
        public void Dispose() { }
    }

    public abstract class StringComparer : IComparer, IComparer<string?>, IEqualityComparer<string?>
    {
        private sealed class OrdinalComparer : StringComparer
        {
            private readonly bool ignoreCase;
            public OrdinalComparer(bool ignoreCase) { this.ignoreCase = ignoreCase; }
            public override int Compare(string? x, string? y) => string.Compare(x, y, ignoreCase);
            public override bool Equals(string? x, string? y) => string.Equals(x, y, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
            public override int GetHashCode(string obj) => ignoreCase ? obj.GetHashCodeIgnoreCase() : obj.GetHashCode();
        }
        public static StringComparer Ordinal { get; } = new OrdinalComparer(false);
        public static StringComparer OrdinalIgnoreCase { get; } = new OrdinalComparer(true);
        public static StringComparer InvariantCulture => Ordinal;
        public static StringComparer CurrentCulture => Ordinal;
        public abstract int Compare(string? x, string? y);
        public abstract bool Equals(string? x, string? y);
        public abstract int GetHashCode(string obj);
        int IComparer.Compare(object? x, object? y) => Compare((string?)x, (string?)y);
    }
}
