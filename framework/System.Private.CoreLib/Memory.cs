// Spans, and the members that reach behind the type system.
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace System
{
    [NonVersionable]
    public readonly ref struct Span<T>
    {
        internal readonly ref T _reference;
        private readonly int _length;
        public Span(T[]? array)
        {
            if (array == null) { this = default; return; }
            if (!typeof(T).IsValueType && array.GetType() != typeof(T[])) ThrowHelper.ThrowArrayTypeMismatch();
            _reference = ref MemoryMarshal.GetArrayDataReference(array);
            _length = array.Length;
        }
        public Span(T[]? array, int start, int length)
        {
            if (array == null) { if (start != 0 || length != 0) ThrowHelper.ThrowArgumentOutOfRange(); this = default; return; }
            if (!typeof(T).IsValueType && array.GetType() != typeof(T[])) ThrowHelper.ThrowArrayTypeMismatch();
            if ((uint)start > (uint)array.Length || (uint)length > (uint)(array.Length - start)) ThrowHelper.ThrowArgumentOutOfRange();
            _reference = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), start);
            _length = length;
        }
        public unsafe Span(void* pointer, int length)
        {
            if (length < 0) ThrowHelper.ThrowArgumentOutOfRange();
            _reference = ref Unsafe.AsRef<T>(pointer);
            _length = length;
        }
        public Span(ref T reference) { _reference = ref reference; _length = 1; }
        internal Span(ref T reference, int length) { _reference = ref reference; _length = length; }
        public ref T this[int index]
        {
            [Intrinsic]
            [NonVersionable]
            get
            {
                if ((uint)index >= (uint)_length) ThrowHelper.ThrowIndexOutOfRange();
                return ref Unsafe.Add(ref _reference, index);
            }
        }
        public int Length { [Intrinsic] [NonVersionable] get => _length; }
        public bool IsEmpty { [NonVersionable] get => _length == 0; }
        public static Span<T> Empty => default;
        public Span<T> Slice(int start)
        {
            if ((uint)start > (uint)_length) ThrowHelper.ThrowArgumentOutOfRange();
            return new Span<T>(ref Unsafe.Add(ref _reference, start), _length - start);
        }
        public Span<T> Slice(int start, int length)
        {
            if ((uint)start > (uint)_length || (uint)length > (uint)(_length - start)) ThrowHelper.ThrowArgumentOutOfRange();
            return new Span<T>(ref Unsafe.Add(ref _reference, start), length);
        }
        public void Clear() { for (int i = 0; i < _length; i++) Unsafe.Add(ref _reference, i) = default!; }
        public void Fill(T value) { for (int i = 0; i < _length; i++) Unsafe.Add(ref _reference, i) = value; }
        public void CopyTo(Span<T> destination)
        {
            if ((uint)_length > (uint)destination.Length) ThrowHelper.ThrowTooShort();
            Buffer.Memmove(ref destination._reference, ref _reference, _length);
        }
        public bool TryCopyTo(Span<T> destination)
        {
            if ((uint)_length > (uint)destination.Length) return false;
            Buffer.Memmove(ref destination._reference, ref _reference, _length);
            return true;
        }
        public T[] ToArray()
        {
            T[] result = new T[_length];
            Buffer.Memmove(ref MemoryMarshal.GetArrayDataReference(result), ref _reference, _length);
            return result;
        }
        public ref T GetPinnableReference() => ref _reference;
        public static implicit operator Span<T>(T[]? array) => new Span<T>(array);
        public static implicit operator ReadOnlySpan<T>(Span<T> span) => new ReadOnlySpan<T>(ref span._reference, span._length);
        public static bool operator ==(Span<T> left, Span<T> right) => left._length == right._length && Unsafe.AreSame(ref left._reference, ref right._reference);
        public static bool operator !=(Span<T> left, Span<T> right) => !(left == right);
        public override string ToString() => typeof(T) == typeof(char) ? new string(new ReadOnlySpan<char>(ref Unsafe.As<T, char>(ref _reference), _length)) : "System.Span<" + typeof(T).Name + ">[" + _length.ToString() + "]";
        public override bool Equals(object? obj) => throw new NotSupportedException();
        public override int GetHashCode() => throw new NotSupportedException();
        public Enumerator GetEnumerator() => new Enumerator(this);
        public ref struct Enumerator
        {
            private readonly Span<T> span;
            private int index;
            internal Enumerator(Span<T> span) { this.span = span; index = -1; }
            public bool MoveNext() => ++index < span.Length;
            public ref T Current => ref span[index];
        }
    }

    [NonVersionable]
    public readonly ref struct ReadOnlySpan<T>
    {
        internal readonly ref T _reference;
        private readonly int _length;
        public ReadOnlySpan(T[]? array)
        {
            if (array == null) { this = default; return; }
            _reference = ref MemoryMarshal.GetArrayDataReference(array);
            _length = array.Length;
        }
        public ReadOnlySpan(T[]? array, int start, int length)
        {
            if (array == null) { if (start != 0 || length != 0) ThrowHelper.ThrowArgumentOutOfRange(); this = default; return; }
            if ((uint)start > (uint)array.Length || (uint)length > (uint)(array.Length - start)) ThrowHelper.ThrowArgumentOutOfRange();
            _reference = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), start);
            _length = length;
        }
        public unsafe ReadOnlySpan(void* pointer, int length)
        {
            if (length < 0) ThrowHelper.ThrowArgumentOutOfRange();
            _reference = ref Unsafe.AsRef<T>(pointer);
            _length = length;
        }
        public ReadOnlySpan(ref readonly T reference) { _reference = ref Unsafe.AsRef(in reference); _length = 1; }
        internal ReadOnlySpan(ref T reference, int length) { _reference = ref reference; _length = length; }
        public ref readonly T this[int index]
        {
            [Intrinsic]
            [NonVersionable]
            get
            {
                if ((uint)index >= (uint)_length) ThrowHelper.ThrowIndexOutOfRange();
                return ref Unsafe.Add(ref _reference, index);
            }
        }
        public int Length { [Intrinsic] [NonVersionable] get => _length; }
        public bool IsEmpty { [NonVersionable] get => _length == 0; }
        public static ReadOnlySpan<T> Empty => default;
        public ReadOnlySpan<T> Slice(int start)
        {
            if ((uint)start > (uint)_length) ThrowHelper.ThrowArgumentOutOfRange();
            return new ReadOnlySpan<T>(ref Unsafe.Add(ref _reference, start), _length - start);
        }
        public ReadOnlySpan<T> Slice(int start, int length)
        {
            if ((uint)start > (uint)_length || (uint)length > (uint)(_length - start)) ThrowHelper.ThrowArgumentOutOfRange();
            return new ReadOnlySpan<T>(ref Unsafe.Add(ref _reference, start), length);
        }
        public void CopyTo(Span<T> destination)
        {
            if ((uint)_length > (uint)destination.Length) ThrowHelper.ThrowTooShort();
            Buffer.Memmove(ref destination._reference, ref _reference, _length);
        }
        public bool TryCopyTo(Span<T> destination)
        {
            if ((uint)_length > (uint)destination.Length) return false;
            Buffer.Memmove(ref destination._reference, ref _reference, _length);
            return true;
        }
        public T[] ToArray()
        {
            T[] result = new T[_length];
            Buffer.Memmove(ref MemoryMarshal.GetArrayDataReference(result), ref _reference, _length);
            return result;
        }
        public ref readonly T GetPinnableReference() => ref _reference;
        public static implicit operator ReadOnlySpan<T>(T[]? array) => new ReadOnlySpan<T>(array);
        public static bool operator ==(ReadOnlySpan<T> left, ReadOnlySpan<T> right) => left._length == right._length && Unsafe.AreSame(ref left._reference, ref right._reference);
        public static bool operator !=(ReadOnlySpan<T> left, ReadOnlySpan<T> right) => !(left == right);
        public override string ToString() => typeof(T) == typeof(char) ? new string(new ReadOnlySpan<char>(ref Unsafe.As<T, char>(ref _reference), _length)) : "System.ReadOnlySpan<" + typeof(T).Name + ">[" + _length.ToString() + "]";
        public override bool Equals(object? obj) => throw new NotSupportedException();
        public override int GetHashCode() => throw new NotSupportedException();
        public Enumerator GetEnumerator() => new Enumerator(this);
        public ref struct Enumerator
        {
            private readonly ReadOnlySpan<T> span;
            private int index;
            internal Enumerator(ReadOnlySpan<T> span) { this.span = span; index = -1; }
            public bool MoveNext() => ++index < span.Length;
            public ref readonly T Current => ref span[index];
        }
    }

    public static class MemoryExtensions
    {
        public static ReadOnlySpan<char> AsSpan(this string? text) => text == null ? default : text.Span;
        public static ReadOnlySpan<char> AsSpan(this string? text, int start) => text.AsSpan().Slice(start);
        public static ReadOnlySpan<char> AsSpan(this string? text, int start, int length) => text.AsSpan().Slice(start, length);
        public static Span<T> AsSpan<T>(this T[]? array) => new Span<T>(array);
        public static Span<T> AsSpan<T>(this T[]? array, int start) => new Span<T>(array).Slice(start);
        public static Span<T> AsSpan<T>(this T[]? array, int start, int length) => new Span<T>(array, start, length);
        public static int IndexOf<T>(this ReadOnlySpan<T> span, T value) where T : IEquatable<T>? { for (int i = 0; i < span.Length; i++) if (EqualityComparer<T>.Default.Equals(span[i], value)) return i; return -1; }
        public static int IndexOf<T>(this Span<T> span, T value) where T : IEquatable<T>? => IndexOf((ReadOnlySpan<T>)span, value);
        public static bool Contains<T>(this ReadOnlySpan<T> span, T value) where T : IEquatable<T>? => span.IndexOf(value) >= 0;
        public static bool Contains<T>(this Span<T> span, T value) where T : IEquatable<T>? => span.IndexOf(value) >= 0;
        public static bool SequenceEqual<T>(this ReadOnlySpan<T> span, ReadOnlySpan<T> other) where T : IEquatable<T>?
        {
            if (span.Length != other.Length) return false;
            for (int i = 0; i < span.Length; i++) if (!EqualityComparer<T>.Default.Equals(span[i], other[i])) return false;
            return true;
        }
        public static bool SequenceEqual<T>(this Span<T> span, ReadOnlySpan<T> other) where T : IEquatable<T>? => SequenceEqual((ReadOnlySpan<T>)span, other);
        public static int Count<T>(this ReadOnlySpan<T> span, T value) where T : IEquatable<T>? { int count = 0; foreach (T item in span) if (EqualityComparer<T>.Default.Equals(item, value)) count++; return count; }
        public static int Count<T>(this Span<T> span, T value) where T : IEquatable<T>? => Count((ReadOnlySpan<T>)span, value);
        public static int IndexOfAny<T>(this ReadOnlySpan<T> span, T value0, T value1) where T : IEquatable<T>? { for (int i = 0; i < span.Length; i++) if (EqualityComparer<T>.Default.Equals(span[i], value0) || EqualityComparer<T>.Default.Equals(span[i], value1)) return i; return -1; }
        public static int IndexOf<T>(this ReadOnlySpan<T> span, ReadOnlySpan<T> value) where T : IEquatable<T>? { for (int i = 0; i <= span.Length - value.Length; i++) if (span.Slice(i, value.Length).SequenceEqual(value)) return i; return -1; }
        public static int LastIndexOf<T>(this ReadOnlySpan<T> span, ReadOnlySpan<T> value) where T : IEquatable<T>? { for (int i = span.Length - value.Length; i >= 0; i--) if (span.Slice(i, value.Length).SequenceEqual(value)) return i; return -1; }
        public static int LastIndexOf<T>(this ReadOnlySpan<T> span, T value) where T : IEquatable<T>? { for (int i = span.Length - 1; i >= 0; i--) if (EqualityComparer<T>.Default.Equals(span[i], value)) return i; return -1; }
        public static int BinarySearch<T, TComparable>(this ReadOnlySpan<T> span, TComparable comparable) where TComparable : IComparable<T>
        {
            int low = 0, high = span.Length - 1;
            while (low <= high)
            {
                int middle = (int)((uint)(low + high) >> 1);
                int order = comparable.CompareTo(span[middle]);
                if (order == 0) return middle;
                if (order > 0) low = middle + 1;
                else high = middle - 1;
            }
            return ~low;
        }
        public static int BinarySearch<T>(this ReadOnlySpan<T> span, IComparable<T> comparable) => BinarySearch<T, IComparable<T>>(span, comparable);
        public static int CompareTo(this ReadOnlySpan<char> span, ReadOnlySpan<char> other, StringComparison comparisonType) => string.Compare(new string(span), new string(other), comparisonType);
        public static bool Equals(this ReadOnlySpan<char> span, ReadOnlySpan<char> other, StringComparison comparisonType) => span.CompareTo(other, comparisonType) == 0;
        public static Memory<T> AsMemory<T>(this T[]? array) => new(array);
        public static void Reverse<T>(this Span<T> span) { for (int i = 0, j = span.Length - 1; i < j; i++, j--) (span[i], span[j]) = (span[j], span[i]); }
        public static bool StartsWith<T>(this ReadOnlySpan<T> span, ReadOnlySpan<T> value) where T : IEquatable<T>? => value.Length <= span.Length && span.Slice(0, value.Length).SequenceEqual(value);
        public static ReadOnlySpan<char> Trim(this ReadOnlySpan<char> span)
        {
            int start = 0, end = span.Length;
            while (start < end && char.IsWhiteSpace(span[start])) start++;
            while (end > start && char.IsWhiteSpace(span[end - 1])) end--;
            return span.Slice(start, end - start);
        }
        public static void Sort<T>(this Span<T> span)
        {
            T[] copy = span.ToArray();
            Array.Sort(copy);
            copy.AsSpan().CopyTo(span);
        }
    }

    public readonly struct Memory<T>
    {
        private readonly T[]? array;
        private readonly int start, length;
        public Memory(T[]? array) { this.array = array; start = 0; length = array == null ? 0 : array.Length; }
        public Memory(T[]? array, int start, int length) { _ = new Span<T>(array, start, length); this.array = array; this.start = start; this.length = length; }
        public static Memory<T> Empty => default;
        public int Length => length;
        public bool IsEmpty => length == 0;
        public Span<T> Span => new(array, start, length);
        public Memory<T> Slice(int start) => Slice(start, length - start);
        public Memory<T> Slice(int start, int length)
        {
            if ((uint)start > (uint)this.length || (uint)length > (uint)(this.length - start)) throw new ArgumentOutOfRangeException("start");
            return new(array, this.start + start, length);
        }
        public T[] ToArray() => Span.ToArray();
        public static implicit operator Memory<T>(T[]? array) => new(array);
        public static implicit operator ReadOnlyMemory<T>(Memory<T> memory) => new(memory.array, memory.start, memory.length);
    }
    public readonly struct ReadOnlyMemory<T>
    {
        private readonly Memory<T> memory;
        public ReadOnlyMemory(T[]? array) { memory = new(array); }
        public ReadOnlyMemory(T[]? array, int start, int length) { memory = new(array, start, length); }
        public int Length => memory.Length;
        public bool IsEmpty => memory.IsEmpty;
        public ReadOnlySpan<T> Span => memory.Span;
        public ReadOnlyMemory<T> Slice(int start, int length) { Memory<T> part = memory.Slice(start, length); return Unsafe.As<Memory<T>, ReadOnlyMemory<T>>(ref part); }
        public T[] ToArray() => memory.ToArray();
        public static implicit operator ReadOnlyMemory<T>(T[]? array) => new(array);
    }

    public static class Buffer
    {
        internal static void Memmove<T>(ref T destination, ref T source, int count)
        {
            if (Unsafe.IsAddressLessThan(ref source, ref destination))
                for (int i = count - 1; i >= 0; i--) Unsafe.Add(ref destination, i) = Unsafe.Add(ref source, i);
            else
                for (int i = 0; i < count; i++) Unsafe.Add(ref destination, i) = Unsafe.Add(ref source, i);
        }
        public static void BlockCopy(Array src, int srcOffset, Array dst, int dstOffset, int count) => BlockCopyCore(src, srcOffset, dst, dstOffset, count);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void BlockCopyCore(Array src, int srcOffset, Array dst, int dstOffset, int count);
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern int ByteLength(Array array);
        public static unsafe void MemoryCopy(void* source, void* destination, long destinationSizeInBytes, long sourceBytesToCopy)
        {
            if (sourceBytesToCopy > destinationSizeInBytes) ThrowHelper.ThrowArgumentOutOfRange("sourceBytesToCopy");
            Memmove(ref *(byte*)destination, ref *(byte*)source, (int)sourceBytesToCopy);
        }
    }

    public readonly struct Index : IEquatable<Index>
    {
        private readonly int _value;
        public Index(int value, bool fromEnd = false) { if (value < 0) ThrowHelper.ThrowArgumentOutOfRange("value"); _value = fromEnd ? ~value : value; }
        private Index(int value) { _value = value; }
        public static Index Start => new Index(0);
        public static Index End => new Index(~0);
        public int Value => _value < 0 ? ~_value : _value;
        public bool IsFromEnd => _value < 0;
        public int GetOffset(int length) => _value < 0 ? _value + length + 1 : _value;
        public override bool Equals(object? value) => value is Index i && i._value == _value;
        public bool Equals(Index other) => _value == other._value;
        public override int GetHashCode() => _value;
        public static implicit operator Index(int value) => new Index(value, false);
        public override string ToString() => IsFromEnd ? "^" + Value.ToString() : Value.ToString();
    }
    public readonly struct Range : IEquatable<Range>
    {
        public Index Start { get; }
        public Index End { get; }
        public Range(Index start, Index end) { Start = start; End = end; }
        public bool Equals(Range other) => other.Start.Equals(Start) && other.End.Equals(End);
        public override bool Equals(object? value) => value is Range r && Equals(r);
        public override int GetHashCode() => Start.GetHashCode() * 31 + End.GetHashCode();
        public static Range StartAt(Index start) => new Range(start, Index.End);
        public static Range EndAt(Index end) => new Range(Index.Start, end);
        public static Range All => new Range(Index.Start, Index.End);
        public (int Offset, int Length) GetOffsetAndLength(int length)
        {
            int start = Start.GetOffset(length), end = End.GetOffset(length);
            if ((uint)end > (uint)length || (uint)start > (uint)end) ThrowHelper.ThrowArgumentOutOfRange("length");
            return (start, end - start);
        }
        public override string ToString() => Start.ToString() + ".." + End.ToString();
    }
}

namespace System.Buffers
{
    public delegate void SpanAction<T, in TArg>(Span<T> span, TArg arg);
}

namespace System.Runtime.CompilerServices
{
    // The compiler expands these in place; what it leaves a call, the runtime refuses by name.
    public static unsafe class Unsafe
    {
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern T As<T>(object? o) where T : class?;
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref TTo As<TFrom, TTo>(ref TFrom source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T AsRef<T>(void* source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T AsRef<T>(scoped ref readonly T source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void* AsPointer<T>(ref readonly T value);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Add<T>(ref T source, int elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Add<T>(ref T source, nint elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Add<T>(ref T source, nuint elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void* Add<T>(void* source, int elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Subtract<T>(ref T source, int elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T AddByteOffset<T>(ref T source, nint byteOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T AddByteOffset<T>(ref T source, nuint byteOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern nint ByteOffset<T>(ref readonly T origin, ref readonly T target);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool AreSame<T>(ref readonly T left, ref readonly T right);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool IsAddressGreaterThan<T>(ref readonly T left, ref readonly T right);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool IsAddressLessThan<T>(ref readonly T left, ref readonly T right);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool IsNullRef<T>(ref readonly T source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T NullRef<T>();
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern int SizeOf<T>();
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern T Read<T>(void* source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void Write<T>(void* destination, T value);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern T ReadUnaligned<T>(void* source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern T ReadUnaligned<T>(ref readonly byte source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void WriteUnaligned<T>(void* destination, T value);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void WriteUnaligned<T>(ref byte destination, T value);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern TTo BitCast<TFrom, TTo>(TFrom source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Unbox<T>(object box) where T : struct;
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void SkipInit<T>(out T value);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void CopyBlock(void* destination, void* source, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Subtract<T>(ref T source, nint elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void* Subtract<T>(void* source, int elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T SubtractByteOffset<T>(ref T source, nint byteOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool IsAddressLessThanOrEqualTo<T>(ref readonly T left, ref readonly T right);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool IsAddressGreaterThanOrEqualTo<T>(ref readonly T left, ref readonly T right);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void Copy<T>(ref T destination, void* source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void Copy<T>(void* destination, ref readonly T source);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void CopyBlock(ref byte destination, ref readonly byte source, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void CopyBlockUnaligned(ref byte destination, ref readonly byte source, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T Subtract<T>(ref T source, nuint elementOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T SubtractByteOffset<T>(ref T source, nuint byteOffset);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void CopyBlockUnaligned(void* destination, void* source, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void InitBlock(ref byte startAddress, byte value, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void InitBlockUnaligned(void* startAddress, byte value, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void InitBlockUnaligned(ref byte startAddress, byte value, uint byteCount);
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern void InitBlock(void* startAddress, byte value, uint byteCount);
    }

    public static class RuntimeHelpers
    {
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern void InitializeArray(Array array, RuntimeFieldHandle fldHandle);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern ReadOnlySpan<T> CreateSpan<T>(RuntimeFieldHandle fldHandle);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] public static extern bool IsReferenceOrContainsReferences<T>();
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern int GetHashCode(object? o);
        public static int OffsetToStringData { [NonVersionable] get => 12; }
        public static new bool Equals(object? o1, object? o2) => o1 == o2 || (o1 != null && o2 != null && o1.Equals(o2));
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool HasStack();
        public static void EnsureSufficientExecutionStack() { if (!HasStack()) throw new InsufficientExecutionStackException(); }
        public static bool TryEnsureSufficientExecutionStack() => HasStack();
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void RunClassConstructorCore(Type type);
        public static void RunClassConstructor(RuntimeTypeHandle type) => RunClassConstructorCore(Type.GetTypeFromHandle(type));
        public static T[] GetSubArray<T>(T[] array, Range range)
        {
            (int offset, int length) = range.GetOffsetAndLength(array.Length);
            T[] result = new T[length];
            Array.Copy(array, offset, result, 0, length);
            return result;
        }
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern object GetUninitializedObject(Type type);
        public static bool IsKnownConstant(int t) => false;
    }
}

namespace System.Runtime.InteropServices
{
    public static unsafe class MemoryMarshal
    {
        [Intrinsic, NonVersionable, MethodImpl(MethodImplOptions.InternalCall)] public static extern ref T GetArrayDataReference<T>(T[] array);
        public static ref T GetReference<T>(Span<T> span) => ref span._reference;
        public static ref T GetReference<T>(ReadOnlySpan<T> span) => ref span._reference;
        public static Span<T> CreateSpan<T>(scoped ref T reference, int length) => new Span<T>(ref Unsafe.AsRef(in reference), length);
        public static ReadOnlySpan<T> CreateReadOnlySpan<T>(scoped ref readonly T reference, int length) => new ReadOnlySpan<T>(ref Unsafe.AsRef(in reference), length);
        public static Span<byte> AsBytes<T>(Span<T> span) where T : struct => new Span<byte>(ref Unsafe.As<T, byte>(ref span._reference), checked(span.Length * Unsafe.SizeOf<T>()));
        public static ReadOnlySpan<byte> AsBytes<T>(ReadOnlySpan<T> span) where T : struct => new ReadOnlySpan<byte>(ref Unsafe.As<T, byte>(ref span._reference), checked(span.Length * Unsafe.SizeOf<T>()));
        public static Span<TTo> Cast<TFrom, TTo>(Span<TFrom> span) where TFrom : struct where TTo : struct =>
            new Span<TTo>(ref Unsafe.As<TFrom, TTo>(ref span._reference), (int)((long)span.Length * Unsafe.SizeOf<TFrom>() / Unsafe.SizeOf<TTo>()));
        public static ReadOnlySpan<TTo> Cast<TFrom, TTo>(ReadOnlySpan<TFrom> span) where TFrom : struct where TTo : struct =>
            new ReadOnlySpan<TTo>(ref Unsafe.As<TFrom, TTo>(ref span._reference), (int)((long)span.Length * Unsafe.SizeOf<TFrom>() / Unsafe.SizeOf<TTo>()));
        public static T Read<T>(ReadOnlySpan<byte> source) where T : struct
        {
            if (Unsafe.SizeOf<T>() > source.Length) ThrowHelper.ThrowArgumentOutOfRange("length");
            return Unsafe.ReadUnaligned<T>(in source._reference);
        }
    }
    public static class CollectionsMarshal
    {
        public static Span<T> AsSpan<T>(List<T>? list) => list == null ? default : list.InnerSpan();
        public static void SetCount<T>(List<T> list, int count) => list.SetCount(count);
    }
    public static unsafe class Marshal
    {
        public static long ReadInt64(nint ptr) => Unsafe.ReadUnaligned<long>((void*)ptr);
        public static void WriteInt64(nint ptr, long val) => Unsafe.WriteUnaligned((void*)ptr, val);
        public static int ReadInt32(nint ptr) => Unsafe.ReadUnaligned<int>((void*)ptr);
        public static void WriteInt32(nint ptr, int val) => Unsafe.WriteUnaligned((void*)ptr, val);
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern nint AllocHGlobal(int cb);
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern void FreeHGlobal(nint hglobal);
        public static int SizeOf<T>() => Unsafe.SizeOf<T>();
    }
    public static unsafe class NativeMemory
    {
        public static void* AllocZeroed(nuint byteCount)
        {
            void* memory = Alloc(byteCount);
            Unsafe.InitBlock(memory, 0, (uint)byteCount);
            return memory;
        }
        public static void* Alloc(nuint byteCount) => (void*)Marshal.AllocHGlobal((int)byteCount);
        public static void Free(void* ptr) => Marshal.FreeHGlobal((nint)ptr);
    }
    public struct GCHandle
    {
        private readonly nint handle;
        private GCHandle(nint handle) { this.handle = handle; }
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern nint Make(object? target, int type);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void FreeCore(nint handle);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern object? Read(nint handle);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern nint PinnedAddress(nint handle);
        public static GCHandle Alloc(object? value) => Alloc(value, GCHandleType.Normal);
        public static GCHandle Alloc(object? value, GCHandleType type) => new GCHandle(Make(value, (int)type));
        public void Free() => FreeCore(handle);
        public object? Target => Read(handle);
        public bool IsAllocated => handle != 0;
        public nint AddrOfPinnedObject() => PinnedAddress(handle);
    }
}

namespace System.Buffers.Binary
{
    public static class BinaryPrimitives
    {
        public static ushort ReverseEndianness(ushort value) => (ushort)(value >> 8 | value << 8);
        public static short ReverseEndianness(short value) => (short)ReverseEndianness((ushort)value);
        public static uint ReverseEndianness(uint value) => (value >> 24) | (value >> 8 & 0xFF00) | (value << 8 & 0xFF0000) | (value << 24);
        public static int ReverseEndianness(int value) => (int)ReverseEndianness((uint)value);
        public static ulong ReverseEndianness(ulong value) => (ulong)ReverseEndianness((uint)value) << 32 | ReverseEndianness((uint)(value >> 32));
        public static long ReverseEndianness(long value) => (long)ReverseEndianness((ulong)value);
        private static T Read<T>(ReadOnlySpan<byte> source) where T : unmanaged { if (source.Length < Unsafe.SizeOf<T>()) throw new ArgumentOutOfRangeException("length"); return Unsafe.ReadUnaligned<T>(ref Unsafe.AsRef(in source[0])); }
        private static void Write<T>(Span<byte> destination, T value) where T : unmanaged { if (destination.Length < Unsafe.SizeOf<T>()) throw new ArgumentOutOfRangeException("length"); Unsafe.WriteUnaligned(ref destination[0], value); }
        public static short ReadInt16BigEndian(ReadOnlySpan<byte> source) => ReverseEndianness(Read<short>(source));
        public static ushort ReadUInt16BigEndian(ReadOnlySpan<byte> source) => ReverseEndianness(Read<ushort>(source));
        public static int ReadInt32BigEndian(ReadOnlySpan<byte> source) => ReverseEndianness(Read<int>(source));
        public static uint ReadUInt32BigEndian(ReadOnlySpan<byte> source) => ReverseEndianness(Read<uint>(source));
        public static long ReadInt64BigEndian(ReadOnlySpan<byte> source) => ReverseEndianness(Read<long>(source));
        public static short ReadInt16LittleEndian(ReadOnlySpan<byte> source) => Read<short>(source);
        public static int ReadInt32LittleEndian(ReadOnlySpan<byte> source) => Read<int>(source);
        public static uint ReadUInt32LittleEndian(ReadOnlySpan<byte> source) => Read<uint>(source);
        public static long ReadInt64LittleEndian(ReadOnlySpan<byte> source) => Read<long>(source);
        public static ulong ReadUInt64LittleEndian(ReadOnlySpan<byte> source) => Read<ulong>(source);
        public static void WriteInt32BigEndian(Span<byte> destination, int value) => Write(destination, ReverseEndianness(value));
        public static void WriteInt64BigEndian(Span<byte> destination, long value) => Write(destination, ReverseEndianness(value));
        public static void WriteInt32LittleEndian(Span<byte> destination, int value) => Write(destination, value);
        public static void WriteUInt32LittleEndian(Span<byte> destination, uint value) => Write(destination, value);
        public static void WriteInt64LittleEndian(Span<byte> destination, long value) => Write(destination, value);
        public static void WriteUInt64LittleEndian(Span<byte> destination, ulong value) => Write(destination, value);
        public static void WriteDoubleLittleEndian(Span<byte> destination, double value) => Write(destination, value);
    }
}
