// Arrays. What array types have beside the methods of this class (constructors, Get, Set, Address) the runtime supplies.
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace System
{
    public abstract class Array : ICloneable, IList
    {
        private sealed class RawData { public uint Length; }
        public int Length { [Intrinsic] get => (int)Unsafe.As<RawData>(this).Length; }
        public long LongLength { [Intrinsic] get => Length; }
        public int Rank => GetRank(this);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int GetRank(Array array);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int GetDimension(Array array, int dimension, bool lowerBound);
        [Intrinsic] public int GetLength(int dimension) => GetDimension(this, Checked(dimension), false);
        [Intrinsic] public int GetLowerBound(int dimension) => GetDimension(this, Checked(dimension), true);
        [Intrinsic] public int GetUpperBound(int dimension) => GetLowerBound(dimension) + GetLength(dimension) - 1;
        public long GetLongLength(int dimension) => GetLength(dimension);
        private int Checked(int dimension) => (uint)dimension < (uint)Rank ? dimension : throw new IndexOutOfRangeException("Index was outside the bounds of the array.");

        [MethodImpl(MethodImplOptions.InternalCall)] private static extern Array CreateCore(Type elementType, int[] lengths);
        public static Array CreateInstance(Type elementType, int length) => CreateCore(elementType, new[] { length });
        public static Array CreateInstance(Type elementType, int length1, int length2) => CreateCore(elementType, new[] { length1, length2 });
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern Array CreateWithBounds(Type elementType, int[] lengths, int[] lowerBounds);
        public static Array CreateInstance(Type elementType, int[] lengths, int[] lowerBounds)
        {
            if (lengths.Length != lowerBounds.Length) throw new ArgumentException("The lengths and lowerBounds arrays must have the same length.");
            return CreateWithBounds(elementType, lengths, lowerBounds);
        }
        public static Array CreateInstance(Type elementType, params int[] lengths) => CreateCore(elementType, lengths);
        public static T[] Empty<T>() => EmptyArray<T>.Value;
        private static class EmptyArray<T> { internal static readonly T[] Value = new T[0]; }

        // Answers 0, or which exception is due: 1 range, 2 types, 3 a cast of an element, 4 ranks.
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int CopyCore(Array source, int sourceIndex, Array destination, int destinationIndex, int length);
        public static void Copy(Array sourceArray, Array destinationArray, int length) =>
            Copy(sourceArray, sourceArray.GetLowerBound(0), destinationArray, destinationArray.GetLowerBound(0), length);
        public static void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length)
        {
            if (sourceArray == null) throw new ArgumentNullException("sourceArray");
            if (destinationArray == null) throw new ArgumentNullException("destinationArray");
            if (length < 0) throw new ArgumentOutOfRangeException("length", "Non-negative number required.");
            switch (CopyCore(sourceArray, sourceIndex, destinationArray, destinationIndex, length))
            {
                case 1: throw new ArgumentException(sourceIndex + length > sourceArray.Length ? "Source array was not long enough. Check the source index, length, and the array's lower bounds." : "Destination array was not long enough. Check the destination index, length, and the array's lower bounds.", sourceIndex + length > sourceArray.Length ? "sourceArray" : "destinationArray");
                case 2: throw new ArrayTypeMismatchException("Source array type cannot be assigned to destination array type.");
                case 3: throw new InvalidCastException("At least one element in the source array could not be cast down to the destination array type.");
                case 4: throw new RankException("The specified arrays must have the same number of dimensions.");
            }
        }
        public void CopyTo(Array array, int index) => Copy(this, GetLowerBound(0), array, index, Length);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void ClearCore(Array array, int index, int length);
        public static void Clear(Array array) => ClearCore(array, 0, array.Length);
        public static void Clear(Array array, int index, int length)
        {
            if (index < 0 || length < 0 || index + length > array.Length) throw new IndexOutOfRangeException();
            ClearCore(array, index, length);
        }
        public object Clone() => MemberwiseClone();
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern object? GetFlat(Array array, int index);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool SetFlat(Array array, int index, object? value);
        private int Flat(int[] indices)
        {
            if (indices.Length != Rank) throw new ArgumentException("Indices length does not match the array rank.");
            int flat = 0;
            for (int i = 0; i < indices.Length; i++)
            {
                int at = indices[i] - GetLowerBound(i);
                if ((uint)at >= (uint)GetLength(i)) ThrowHelper.ThrowIndexOutOfRange();
                flat = flat * GetLength(i) + at;
            }
            return flat;
        }
        public object? GetValue(int index) => GetFlat(this, Flat(new[] { index }));
        public object? GetValue(int index1, int index2) => GetFlat(this, Flat(new[] { index1, index2 }));
        public object? GetValue(params int[] indices) => GetFlat(this, Flat(indices));
        public void SetValue(object? value, int index) => SetValue(value, new[] { index });
        public void SetValue(object? value, int index1, int index2) => SetValue(value, new[] { index1, index2 });
        public void SetValue(object? value, params int[] indices)
        {
            if (!SetFlat(this, Flat(indices), value)) throw new InvalidCastException("Object cannot be stored in an array of this type.");
        }

        public static void Resize<T>(ref T[]? array, int newSize)
        {
            T[] result = new T[newSize];
            if (array != null) Copy(array, result, array.Length < newSize ? array.Length : newSize);
            array = result;
        }
        public static int IndexOf<T>(T[] array, T value) => IndexOf(array, value, 0, array.Length);
        public static int IndexOf<T>(T[] array, T value, int startIndex) => IndexOf(array, value, startIndex, array.Length - startIndex);
        public static int IndexOf<T>(T[] array, T value, int startIndex, int count)
        {
            EqualityComparer<T> comparer = EqualityComparer<T>.Default;
            for (int i = startIndex; i < startIndex + count; i++) if (comparer.Equals(array[i], value)) return i;
            return -1;
        }
        public static int LastIndexOf<T>(T[] array, T value)
        {
            for (int i = array.Length - 1; i >= 0; i--) if (EqualityComparer<T>.Default.Equals(array[i], value)) return i;
            return -1;
        }
        public static void Reverse<T>(T[] array) => Reverse(array, 0, array.Length);
        public static void Reverse<T>(T[] array, int index, int length)
        {
            for (int i = index, j = index + length - 1; i < j; i++, j--) (array[i], array[j]) = (array[j], array[i]);
        }
        public static void Reverse(Array array)
        {
            for (int i = 0, j = array.Length - 1; i < j; i++, j--)
            {
                object? x = GetFlat(array, i);
                SetFlat(array, i, GetFlat(array, j));
                SetFlat(array, j, x);
            }
        }
        public static void Fill<T>(T[] array, T value) { for (int i = 0; i < array.Length; i++) array[i] = value; }
        public static void Fill<T>(T[] array, T value, int startIndex, int count) { for (int i = startIndex; i < startIndex + count; i++) array[i] = value; }
        public static U[] ConvertAll<T, U>(T[] array, Converter<T, U> converter)
        {
            U[] result = new U[array.Length];
            for (int i = 0; i < array.Length; i++) result[i] = converter(array[i]);
            return result;
        }
        public static void ForEach<T>(T[] array, Action<T> action) { for (int i = 0; i < array.Length; i++) action(array[i]); }
        public static bool Exists<T>(T[] array, Predicate<T> match) => FindIndex(array, match) >= 0;
        public static bool TrueForAll<T>(T[] array, Predicate<T> match) { foreach (T t in array) if (!match(t)) return false; return true; }
        public static T? Find<T>(T[] array, Predicate<T> match) { foreach (T t in array) if (match(t)) return t; return default; }
        public static T[] FindAll<T>(T[] array, Predicate<T> match) { List<T> found = new(); foreach (T t in array) if (match(t)) found.Add(t); return found.ToArray(); }
        public static int FindIndex<T>(T[] array, Predicate<T> match) { for (int i = 0; i < array.Length; i++) if (match(array[i])) return i; return -1; }
        public static int BinarySearch<T>(T[] array, T value)
        {
            int low = 0, high = array.Length - 1;
            while (low <= high)
            {
                int middle = low + ((high - low) >> 1);
                int order = Comparer<T>.Default.Compare(array[middle], value);
                if (order == 0) return middle;
                if (order < 0) low = middle + 1; else high = middle - 1;
            }
            return ~low;
        }
        public static void Sort<T>(T[] array) => Sort(array, 0, array.Length, null);
        public static void Sort<T>(T[] array, IComparer<T>? comparer) => Sort(array, 0, array.Length, comparer);
        public static void Sort<T>(T[] array, Comparison<T> comparison) => Sort(array, 0, array.Length, new ComparisonComparer<T>(comparison));
        // A merge sort: what is equal keeps its order.
        public static void Sort<T>(T[] array, int index, int length, IComparer<T>? comparer)
        {
            if (length < 2) return;
            T[] buffer = new T[length];
            MergeSort(array, buffer, index, index + length, index, comparer ?? Comparer<T>.Default);
        }
        private static void MergeSort<T>(T[] array, T[] buffer, int from, int to, int origin, IComparer<T> comparer)
        {
            if (to - from < 2) return;
            int middle = from + ((to - from) >> 1);
            MergeSort(array, buffer, from, middle, origin, comparer);
            MergeSort(array, buffer, middle, to, origin, comparer);
            int left = from, right = middle;
            for (int i = from; i < to; i++)
            {
                bool takeLeft = right >= to || (left < middle && comparer.Compare(array[left], array[right]) <= 0);
                buffer[i - origin] = takeLeft ? array[left++] : array[right++];
            }
            for (int i = from; i < to; i++) array[i] = buffer[i - origin];
        }
        public static void Sort<K, V>(K[] keys, V[]? items)
        {
            for (int i = 1; i < keys.Length; i++)
                for (int j = i; j > 0 && Comparer<K>.Default.Compare(keys[j - 1], keys[j]) > 0; j--)
                {
                    (keys[j - 1], keys[j]) = (keys[j], keys[j - 1]);
                    if (items != null) (items[j - 1], items[j]) = (items[j], items[j - 1]);
                }
        }



        public IEnumerator GetEnumerator() => new ArrayEnumerator(this);
        int ICollection.Count => Length;
        public bool IsSynchronized => false;
        public object SyncRoot => this;
        public bool IsFixedSize => true;
        public bool IsReadOnly => false;
        object? IList.this[int index] { get => GetValue(index); set => SetValue(value, index); }
        int IList.Add(object? value) => throw new NotSupportedException("Collection was of a fixed size.");
        bool IList.Contains(object? value) => ((IList)this).IndexOf(value) >= 0;
        void IList.Clear() => Clear(this);
        int IList.IndexOf(object? value) { for (int i = 0; i < Length; i++) if (Equals(GetFlat(this, i), value)) return i; return -1; }
        void IList.Insert(int index, object? value) => throw new NotSupportedException("Collection was of a fixed size.");
        void IList.Remove(object? value) => throw new NotSupportedException("Collection was of a fixed size.");
        void IList.RemoveAt(int index) => throw new NotSupportedException("Collection was of a fixed size.");

        private sealed class ArrayEnumerator : IEnumerator, ICloneable
        {
            private readonly Array array;
            private int index = -1;
            internal ArrayEnumerator(Array array) { this.array = array; }
            public bool MoveNext() => ++index < array.Length;
            public object? Current => (uint)index < (uint)array.Length ? GetFlat(array, index) : throw new InvalidOperationException(index < 0 ? "Enumeration has not started. Call MoveNext." : "Enumeration already finished.");
            public void Reset() { index = -1; }
            public object Clone() => MemberwiseClone();
        }
    }

    // The methods by which vectors implement the generic interfaces: `this` is the array, whose element type is T.
    internal sealed class SZArrayHelper
    {
        private T[] Self<T>() => Unsafe.As<T[]>(this);
        [MethodImpl(MethodImplOptions.NoInlining)] internal IEnumerator<T> GetEnumerator<T>() => new SZGenericArrayEnumerator<T>(Self<T>());
        [MethodImpl(MethodImplOptions.NoInlining)] internal void CopyTo<T>(T[] array, int index) => Array.Copy(Self<T>(), 0, array, index, Self<T>().Length);
        [MethodImpl(MethodImplOptions.NoInlining)] internal int get_Count<T>() => Self<T>().Length;
        [MethodImpl(MethodImplOptions.NoInlining)] internal T get_Item<T>(int index)
        {
            T[] array = Self<T>();
            if ((uint)index >= (uint)array.Length) throw new ArgumentOutOfRangeException("index", "Index was out of range. Must be non-negative and less than the size of the collection.");
            return array[index];
        }
        [MethodImpl(MethodImplOptions.NoInlining)] internal void set_Item<T>(int index, T value)
        {
            T[] array = Self<T>();
            if ((uint)index >= (uint)array.Length) throw new ArgumentOutOfRangeException("index", "Index was out of range. Must be non-negative and less than the size of the collection.");
            array[index] = value;
        }
        [MethodImpl(MethodImplOptions.NoInlining)] internal void Add<T>(T value) => throw new NotSupportedException("Collection was of a fixed size.");
        [MethodImpl(MethodImplOptions.NoInlining)] internal bool Contains<T>(T value) => Array.IndexOf(Self<T>(), value) >= 0;
        [MethodImpl(MethodImplOptions.NoInlining)] internal bool get_IsReadOnly<T>() => true;
        [MethodImpl(MethodImplOptions.NoInlining)] internal void Clear<T>() => throw new NotSupportedException("Collection is read-only.");
        [MethodImpl(MethodImplOptions.NoInlining)] internal int IndexOf<T>(T value) => Array.IndexOf(Self<T>(), value);
        [MethodImpl(MethodImplOptions.NoInlining)] internal void Insert<T>(int index, T value) => throw new NotSupportedException("Collection was of a fixed size.");
        [MethodImpl(MethodImplOptions.NoInlining)] internal bool Remove<T>(T value) => throw new NotSupportedException("Collection was of a fixed size.");
        [MethodImpl(MethodImplOptions.NoInlining)] internal void RemoveAt<T>(int index) => throw new NotSupportedException("Collection was of a fixed size.");

        // Native code for the arrays that every program may have: nothing else names these instantiations.
        private void Instantiate()
        {
            Instantiate<bool>(); Instantiate<char>(); Instantiate<sbyte>(); Instantiate<byte>(); Instantiate<short>(); Instantiate<ushort>();
            Instantiate<int>(); Instantiate<uint>(); Instantiate<long>(); Instantiate<ulong>(); Instantiate<nint>(); Instantiate<nuint>();
            Instantiate<float>(); Instantiate<double>(); Instantiate<decimal>();
        }
        private void Instantiate<T>()
        {
            using IEnumerator<T> items = GetEnumerator<T>();
            CopyTo(new T[get_Count<T>()], 0);
            set_Item(0, get_Item<T>(0));
            if (Contains(items.Current) && get_IsReadOnly<T>()) IndexOf(items.Current);
            Add(items.Current); Clear<T>(); Insert(0, items.Current); Remove(items.Current); RemoveAt<T>(0);
        }
    }

    internal sealed class SZGenericArrayEnumerator<T> : IEnumerator<T>
    {
        private readonly T[] array;
        private int index = -1;
        internal SZGenericArrayEnumerator(T[] array) { this.array = array; }
        public bool MoveNext() => ++index < array.Length;
        public T Current => (uint)index < (uint)array.Length ? array[index] : throw new InvalidOperationException(index < 0 ? "Enumeration has not started. Call MoveNext." : "Enumeration already finished.");
        object? IEnumerator.Current => Current;
        public void Reset() { index = -1; }
        public void Dispose() { }
    }
}
