// Building strings.
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace System.Text
{
    public sealed class StringBuilder
    {
        private char[] chars;
        private int length;
        public StringBuilder() : this(16) { }
        public StringBuilder(int capacity) { chars = new char[capacity < 16 ? 16 : capacity]; }
        public StringBuilder(string? value) : this(16) { Append(value); }
        public StringBuilder(string? value, int capacity) : this(capacity) { Append(value); }
        public int Length
        {
            get => length;
            set
            {
                if (value < 0) throw new ArgumentOutOfRangeException("value");
                Grow(value - length);
                for (int i = length; i < value; i++) chars[i] = '\0';
                length = value;
            }
        }
        public int Capacity { get => chars.Length; set => Grow(value - length); }
        [System.Runtime.CompilerServices.IndexerName("Chars")]
        public char this[int index]
        {
            get => (uint)index < (uint)length ? chars[index] : throw new IndexOutOfRangeException();
            set { if ((uint)index >= (uint)length) throw new ArgumentOutOfRangeException("index"); chars[index] = value; }
        }
        private void Grow(int more)
        {
            int needed = length + more;
            if (needed <= chars.Length) return;
            int size = chars.Length * 2;
            char[] bigger = new char[size < needed ? needed : size];
            Array.Copy(chars, bigger, length);
            chars = bigger;
        }
        public StringBuilder Append(char value)
        {
            Grow(1);
            chars[length++] = value;
            return this;
        }
        public StringBuilder Append(char value, int repeatCount)
        {
            for (int i = 0; i < repeatCount; i++) Append(value);
            return this;
        }
        public StringBuilder Append(ReadOnlySpan<char> value)
        {
            Grow(value.Length);
            value.CopyTo(new Span<char>(chars, length, value.Length));
            length += value.Length;
            return this;
        }
        public StringBuilder Append(string? value) => value == null ? this : Append(value.AsSpan());
        public StringBuilder Append(string? value, int startIndex, int count) => value == null ? this : Append(value.AsSpan(startIndex, count));
        public StringBuilder Append(char[]? value) => Append((ReadOnlySpan<char>)value);
        public StringBuilder Append(char[]? value, int startIndex, int charCount) => Append(new ReadOnlySpan<char>(value, startIndex, charCount));
        public StringBuilder Append(StringBuilder? value) => value == null ? this : Append(value.ToString());
        public StringBuilder Append(object? value) => Append(value?.ToString());
        public StringBuilder Append(int value) => Append(value.ToString());
        public StringBuilder Append(uint value) => Append(value.ToString());
        public StringBuilder Append(long value) => Append(value.ToString());
        public StringBuilder Append(ulong value) => Append(value.ToString());
        public StringBuilder Append(byte value) => Append(value.ToString());
        public StringBuilder Append(short value) => Append(value.ToString());
        public StringBuilder Append(bool value) => Append(value.ToString());
        public StringBuilder Append(double value) => Append(value.ToString());
        public StringBuilder Append(float value) => Append(value.ToString());
        public StringBuilder Append([InterpolatedStringHandlerArgument("")] ref AppendInterpolatedStringHandler handler) => this;
        public StringBuilder AppendLine() => Append('\n');
        public StringBuilder AppendLine(string? value) => Append(value).Append('\n');
        public StringBuilder AppendJoin(string? separator, params object?[] values) => Append(string.Join(separator, values));
        public StringBuilder AppendJoin<T>(string? separator, IEnumerable<T> values) => Append(string.Join(separator, values));
        public StringBuilder AppendFormat(string format, object? arg0) => AppendFormat(format, new object?[] { arg0 });
        public StringBuilder AppendFormat(string format, object? arg0, object? arg1) => AppendFormat(format, new object?[] { arg0, arg1 });
        public StringBuilder AppendFormat(string format, params object?[] args)
        {
            int i = 0;
            while (i < format.Length)
            {
                char c = format[i++];
                if (c == '{' && i < format.Length && format[i] == '{') { Append('{'); i++; continue; }
                if (c == '}' && i < format.Length && format[i] == '}') { Append('}'); i++; continue; }
                if (c == '}') throw new FormatException("Input string was not in a correct format.");
                if (c != '{') { Append(c); continue; }
                int index = 0, start = i;
                while (i < format.Length && format[i] >= '0' && format[i] <= '9') index = index * 10 + format[i++] - '0';
                if (i == start || index >= args.Length) throw new FormatException("Index (zero based) must be greater than or equal to zero and less than the size of the argument list.");
                int alignment = 0;
                if (i < format.Length && format[i] == ',')
                {
                    i++;
                    while (i < format.Length && format[i] == ' ') i++;
                    bool negative = i < format.Length && format[i] == '-';
                    if (negative) i++;
                    while (i < format.Length && format[i] >= '0' && format[i] <= '9') alignment = alignment * 10 + format[i++] - '0';
                    if (negative) alignment = -alignment;
                }
                string? itemFormat = null;
                if (i < format.Length && format[i] == ':')
                {
                    int from = ++i;
                    while (i < format.Length && format[i] != '}') i++;
                    itemFormat = format.Substring(from, i - from);
                }
                if (i >= format.Length || format[i] != '}') throw new FormatException("Input string was not in a correct format.");
                i++;
                AppendAligned(args[index] is IFormattable f ? f.ToString(itemFormat, null) : args[index]?.ToString(), alignment);
            }
            return this;
        }
        internal void AppendAligned(string? text, int alignment)
        {
            text ??= "";
            if (alignment > text.Length) Append(' ', alignment - text.Length);
            Append(text);
            if (-alignment > text.Length) Append(' ', -alignment - text.Length);
        }
        public StringBuilder Insert(int index, string? value)
        {
            if (value == null) return this;
            string all = ToString().Insert(index, value);
            length = 0;
            return Append(all);
        }
        public StringBuilder Insert(int index, char value) => Insert(index, value.ToString());
        public StringBuilder Insert(int index, object? value) => Insert(index, value?.ToString());
        public StringBuilder Insert(int index, int value) => Insert(index, value.ToString());
        public StringBuilder Remove(int startIndex, int count)
        {
            for (int i = startIndex; i + count < length; i++) chars[i] = chars[i + count];
            length -= count;
            return this;
        }
        public StringBuilder Replace(string oldValue, string? newValue)
        {
            string all = ToString().Replace(oldValue, newValue);
            length = 0;
            return Append(all);
        }
        public StringBuilder Replace(char oldChar, char newChar)
        {
            for (int i = 0; i < length; i++) if (chars[i] == oldChar) chars[i] = newChar;
            return this;
        }
        public StringBuilder Clear() { length = 0; return this; }
        public override string ToString() => length == 0 ? "" : new string(chars, 0, length);
        public string ToString(int startIndex, int count) => new string(chars, startIndex, count);

        [InterpolatedStringHandler]
        public struct AppendInterpolatedStringHandler
        {
            private readonly StringBuilder builder;
            public AppendInterpolatedStringHandler(int literalLength, int formattedCount, StringBuilder stringBuilder) { builder = stringBuilder; }
            public void AppendLiteral(string value) => builder.Append(value);
            public void AppendFormatted<T>(T value) => builder.Append(value?.ToString());
            public void AppendFormatted<T>(T value, string? format) => builder.Append(value is IFormattable f ? f.ToString(format, null) : value?.ToString());
            public void AppendFormatted<T>(T value, int alignment) => builder.AppendAligned(value?.ToString(), alignment);
            public void AppendFormatted<T>(T value, int alignment, string? format) => builder.AppendAligned(value is IFormattable f ? f.ToString(format, null) : value?.ToString(), alignment);
            public void AppendFormatted(string? value) => builder.Append(value);
            public void AppendFormatted(ReadOnlySpan<char> value) => builder.Append(value);
        }
    }

    public abstract class Encoding
    {
        public static Encoding UTF8 { get; } = new SimpleEncoding(0);
        public static Encoding ASCII { get; } = new SimpleEncoding(1);
        public static Encoding Unicode { get; } = new SimpleEncoding(2);
        public static Encoding Latin1 { get; } = new SimpleEncoding(3);
        public abstract byte[] GetBytes(string s);
        public abstract string GetString(byte[] bytes);
        public string GetString(ReadOnlySpan<byte> bytes) => GetString(bytes.ToArray());
        public string GetString(byte[] bytes, int index, int count) => GetString(new ReadOnlySpan<byte>(bytes, index, count).ToArray());
        public int GetByteCount(string s) => GetBytes(s).Length;
        private sealed class SimpleEncoding : Encoding
        {
            private readonly int kind;
            internal SimpleEncoding(int kind) { this.kind = kind; }
            public override byte[] GetBytes(string s) => Encode(s, kind);
            public override string GetString(byte[] bytes) => Decode(bytes, kind);
            [MethodImpl(MethodImplOptions.InternalCall)] private static extern byte[] Encode(string s, int kind);
            [MethodImpl(MethodImplOptions.InternalCall)] private static extern string Decode(byte[] bytes, int kind);
        }
    }
}

namespace System.Runtime.CompilerServices
{
    [InterpolatedStringHandler]
    public ref struct DefaultInterpolatedStringHandler
    {
        private readonly System.Text.StringBuilder builder;
        public DefaultInterpolatedStringHandler(int literalLength, int formattedCount) { builder = new System.Text.StringBuilder(literalLength + formattedCount * 11); }
        public DefaultInterpolatedStringHandler(int literalLength, int formattedCount, IFormatProvider? provider) : this(literalLength, formattedCount) { }
        public void AppendLiteral(string value) => builder.Append(value);
        public void AppendFormatted<T>(T value) => builder.Append(value is IFormattable f ? f.ToString(null, null) : value?.ToString());
        public void AppendFormatted<T>(T value, string? format) => builder.Append(value is IFormattable f ? f.ToString(format, null) : value?.ToString());
        public void AppendFormatted<T>(T value, int alignment) => builder.AppendAligned(value?.ToString(), alignment);
        public void AppendFormatted<T>(T value, int alignment, string? format) => builder.AppendAligned(value is IFormattable f ? f.ToString(format, null) : value?.ToString(), alignment);
        public void AppendFormatted(ReadOnlySpan<char> value) => builder.Append(value);
        public void AppendFormatted(string? value) => builder.Append(value);
        public void AppendFormatted(string? value, int alignment = 0, string? format = null) => builder.AppendAligned(value, alignment);
        public void AppendFormatted(object? value, int alignment = 0, string? format = null) => builder.AppendAligned(value is IFormattable f ? f.ToString(format, null) : value?.ToString(), alignment);
        public override string ToString() => builder.ToString();
        public string ToStringAndClear()
        {
            string result = builder.ToString();
            builder.Clear();
            return result;
        }
    }
}
