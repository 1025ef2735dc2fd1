// Collections.
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace System.Collections
{
    public interface IEnumerable { IEnumerator GetEnumerator(); }
    public interface IEnumerator { bool MoveNext(); object? Current { get; } void Reset(); }
    public interface ICollection : IEnumerable { int Count { get; } bool IsSynchronized { get; } object SyncRoot { get; } void CopyTo(Array array, int index); }
    public interface IList : ICollection
    {
        object? this[int index] { get; set; }
        bool IsFixedSize { get; }
        bool IsReadOnly { get; }
        int Add(object? value);
        bool Contains(object? value);
        void Clear();
        int IndexOf(object? value);
        void Insert(int index, object? value);
        void Remove(object? value);
        void RemoveAt(int index);
    }
    public interface IDictionary : ICollection { object? this[object key] { get; set; } bool Contains(object key); void Add(object key, object? value); void Clear(); void Remove(object key); }
    public interface IComparer { int Compare(object? x, object? y); }
    public interface IEqualityComparer { bool Equals(object? x, object? y); int GetHashCode(object obj); }
    public interface IStructuralEquatable { bool Equals(object? other, IEqualityComparer comparer); int GetHashCode(IEqualityComparer comparer); }
    public interface IStructuralComparable { int CompareTo(object? other, IComparer comparer); }

    public class Hashtable : IDictionary
    {
        private readonly Dictionary<object, object?> items = new();
        public object? this[object key] { get => items.TryGetValue(key, out object? value) ? value : null; set => items[key] = value; }
        public int Count => items.Count;
        public bool IsSynchronized => false;
        public object SyncRoot => this;
        public bool Contains(object key) => items.ContainsKey(key);
        public bool ContainsKey(object key) => items.ContainsKey(key);
        public void Add(object key, object? value) => items.Add(key, value);
        public void Clear() => items.Clear();
        public void Remove(object key) => items.Remove(key);
        public void CopyTo(Array array, int index) => throw new NotSupportedException();
        public IEnumerator GetEnumerator() => items.GetEnumerator();
    }
    public struct DictionaryEntry { public object Key { get; set; } public object? Value { get; set; } public DictionaryEntry(object key, object? value) { Key = key; Value = value; } }
}

namespace System.Collections.Generic
{
    public interface IEnumerable<out T> : IEnumerable { new IEnumerator<T> GetEnumerator(); }
    public interface IEnumerator<out T> : IEnumerator, IDisposable { new T Current { get; } }
    public interface ICollection<T> : IEnumerable<T> { int Count { get; } bool IsReadOnly { get; } void Add(T item); void Clear(); bool Contains(T item); void CopyTo(T[] array, int arrayIndex); bool Remove(T item); }
    public interface IList<T> : ICollection<T> { T this[int index] { get; set; } int IndexOf(T item); void Insert(int index, T item); void RemoveAt(int index); }
    public interface IReadOnlyCollection<out T> : IEnumerable<T> { int Count { get; } }
    public interface IReadOnlyList<out T> : IReadOnlyCollection<T> { T this[int index] { get; } }
    public interface IDictionary<TKey, TValue> : ICollection<KeyValuePair<TKey, TValue>> { TValue this[TKey key] { get; set; } ICollection<TKey> Keys { get; } ICollection<TValue> Values { get; } bool ContainsKey(TKey key); void Add(TKey key, TValue value); bool Remove(TKey key); bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value); }
    public interface IReadOnlyDictionary<TKey, TValue> : IReadOnlyCollection<KeyValuePair<TKey, TValue>> { TValue this[TKey key] { get; } bool ContainsKey(TKey key); bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value); }
    public interface ISet<T> : ICollection<T> { new bool Add(T item); }
    public interface IComparer<in T> { int Compare(T? x, T? y); }
    public interface IEqualityComparer<in T> { bool Equals(T? x, T? y); int GetHashCode([DisallowNull] T obj); }

    public class KeyNotFoundException : SystemException
    {
        public KeyNotFoundException() : base("The given key was not present in the dictionary.") { }
        public KeyNotFoundException(string? message) : base(message) { }
    }

    public readonly struct KeyValuePair<TKey, TValue>
    {
        private readonly TKey key;
        private readonly TValue value;
        public KeyValuePair(TKey key, TValue value) { this.key = key; this.value = value; }
        public TKey Key => key;
        public TValue Value => value;
        public override string ToString() => "[" + key?.ToString() + ", " + value?.ToString() + "]";
        public void Deconstruct(out TKey key, out TValue value) { key = Key; value = Value; }
    }
    public static class KeyValuePair { public static KeyValuePair<TKey, TValue> Create<TKey, TValue>(TKey key, TValue value) => new(key, value); }

    public abstract class EqualityComparer<T> : IEqualityComparer, IEqualityComparer<T>
    {
        public static EqualityComparer<T> Default { [Intrinsic] get; } = new DefaultEqualityComparer<T>();
        public abstract bool Equals(T? x, T? y);
        public abstract int GetHashCode([DisallowNull] T obj);
        bool IEqualityComparer.Equals(object? x, object? y) => x == y || (x != null && y != null && Equals((T)x, (T)y));
        int IEqualityComparer.GetHashCode(object obj) => obj == null ? 0 : GetHashCode((T)obj);
    }
    internal sealed class DefaultEqualityComparer<T> : EqualityComparer<T>
    {
        public override bool Equals(T? x, T? y)
        {
            if (x == null) return y == null;
            if (y == null) return false;
            if (x is IEquatable<T> equatable) return equatable.Equals(y);
            return x.Equals(y);
        }
        public override int GetHashCode([DisallowNull] T obj) => obj == null ? 0 : obj.GetHashCode();
    }
    public abstract class Comparer<T> : IComparer, IComparer<T>
    {
        public static Comparer<T> Default { get; } = new DefaultComparer<T>();
        public static Comparer<T> Create(Comparison<T> comparison) => new ComparisonComparer<T>(comparison);
        public abstract int Compare(T? x, T? y);
        int IComparer.Compare(object? x, object? y) => Compare((T?)x, (T?)y);
    }
    internal sealed class DefaultComparer<T> : Comparer<T>
    {
        public override int Compare(T? x, T? y)
        {
            if (x == null) return y == null ? 0 : -1;
            if (y == null) return 1;
            if (x is IComparable<T> comparable) return comparable.CompareTo(y);
            if ((object)x == (object)y) return 0;
            if (x is IComparable old) return old.CompareTo(y);
            if (y is IComparable other) return -other.CompareTo(x);
            throw new ArgumentException("At least one object must implement IComparable.");
        }
    }
    internal sealed class ComparisonComparer<T> : Comparer<T>
    {
        private readonly Comparison<T> comparison;
        internal ComparisonComparer(Comparison<T> comparison) { this.comparison = comparison; }
        public override int Compare(T? x, T? y) => comparison(x!, y!);
    }
    public sealed class ReferenceEqualityComparer : IEqualityComparer<object?>
    {
        public static ReferenceEqualityComparer Instance { get; } = new();
        public new bool Equals(object? x, object? y) => x == y;
        public int GetHashCode(object? obj) => RuntimeHelpers.GetHashCode(obj);
    }

    public class List<T> : IList<T>, IList, IReadOnlyList<T>
    {
        private T[] _items;
        private int _size;
        private int _version;
        private static readonly T[] s_empty = new T[0];
        public List() { _items = s_empty; }
        public List(int capacity) { if (capacity < 0) throw new ArgumentOutOfRangeException("capacity"); _items = capacity == 0 ? s_empty : new T[capacity]; }
        public List(IEnumerable<T> collection)
        {
            if (collection == null) throw new ArgumentNullException("collection");
            _items = s_empty;
            AddRange(collection);
        }
        public int Count => _size;
        public int Capacity
        {
            get => _items.Length;
            set
            {
                if (value < _size) throw new ArgumentOutOfRangeException("value", "capacity was less than the current size.");
                if (value == _items.Length) return;
                T[] bigger = new T[value];
                Array.Copy(_items, bigger, _size);
                _items = bigger;
            }
        }
        internal Span<T> InnerSpan() => new Span<T>(_items, 0, _size);
        internal void SetCount(int count) { _version++; if (count > _items.Length) Capacity = count; _size = count; }
        public T this[int index]
        {
            get { if ((uint)index >= (uint)_size) ThrowHelper.ThrowIndexArgument(); return _items[index]; }
            set { if ((uint)index >= (uint)_size) ThrowHelper.ThrowIndexArgument(); _items[index] = value; _version++; }
        }
        private void Grow(int needed)
        {
            int size = _items.Length == 0 ? 4 : _items.Length * 2;
            Capacity = size < needed ? needed : size;
        }
        public void Add(T item)
        {
            _version++;
            if (_size == _items.Length) Grow(_size + 1);
            _items[_size++] = item;
        }
        public void AddRange(IEnumerable<T> collection)
        {
            if (collection == null) throw new ArgumentNullException("collection");
            if (collection is ICollection<T> known)
            {
                int count = known.Count;
                if (count == 0) return;
                if (_size + count > _items.Length) Grow(_size + count);
                known.CopyTo(_items, _size);
                _size += count;
                _version++;
                return;
            }
            foreach (T item in collection) Add(item);
        }
        public void EnsureCapacity(int capacity) { if (capacity > _items.Length) Grow(capacity); }
        public void TrimExcess() => Capacity = _size;
        public void Insert(int index, T item)
        {
            if ((uint)index > (uint)_size) throw new ArgumentOutOfRangeException("index", "Index must be within the bounds of the List.");
            if (_size == _items.Length) Grow(_size + 1);
            Array.Copy(_items, index, _items, index + 1, _size - index);
            _items[index] = item;
            _size++;
            _version++;
        }
        public void InsertRange(int index, IEnumerable<T> collection) { foreach (T item in collection) Insert(index++, item); }
        public bool Remove(T item)
        {
            int index = IndexOf(item);
            if (index < 0) return false;
            RemoveAt(index);
            return true;
        }
        public void RemoveAt(int index)
        {
            if ((uint)index >= (uint)_size) ThrowHelper.ThrowIndexArgument();
            _size--;
            Array.Copy(_items, index + 1, _items, index, _size - index);
            _items[_size] = default!;
            _version++;
        }
        public void RemoveRange(int index, int count) { for (int i = 0; i < count; i++) RemoveAt(index); }
        public int RemoveAll(Predicate<T> match)
        {
            int kept = 0;
            for (int i = 0; i < _size; i++) if (!match(_items[i])) _items[kept++] = _items[i];
            int removed = _size - kept;
            for (int i = kept; i < _size; i++) _items[i] = default!;
            _size = kept;
            _version++;
            return removed;
        }
        public void Clear()
        {
            Array.Clear(_items, 0, _size);
            _size = 0;
            _version++;
        }
        public bool Contains(T item) => IndexOf(item) >= 0;
        public int IndexOf(T item) => Array.IndexOf(_items, item, 0, _size);
        public int LastIndexOf(T item) { for (int i = _size - 1; i >= 0; i--) if (EqualityComparer<T>.Default.Equals(_items[i], item)) return i; return -1; }
        public void CopyTo(T[] array) => CopyTo(array, 0);
        public void CopyTo(T[] array, int arrayIndex) => Array.Copy(_items, 0, array, arrayIndex, _size);
        public T[] ToArray()
        {
            T[] result = new T[_size];
            Array.Copy(_items, result, _size);
            return result;
        }
        public List<T> GetRange(int index, int count)
        {
            List<T> result = new(count);
            for (int i = 0; i < count; i++) result.Add(this[index + i]);
            return result;
        }
        public List<U> ConvertAll<U>(Converter<T, U> converter)
        {
            List<U> result = new(_size);
            for (int i = 0; i < _size; i++) result.Add(converter(_items[i]));
            return result;
        }
        public void ForEach(Action<T> action)
        {
            int version = _version;
            for (int i = 0; i < _size; i++)
            {
                if (version != _version) ThrowHelper.ThrowVersion();
                action(_items[i]);
            }
        }
        public bool Exists(Predicate<T> match) => FindIndex(match) >= 0;
        public bool TrueForAll(Predicate<T> match) { for (int i = 0; i < _size; i++) if (!match(_items[i])) return false; return true; }
        public T? Find(Predicate<T> match) { for (int i = 0; i < _size; i++) if (match(_items[i])) return _items[i]; return default; }
        public List<T> FindAll(Predicate<T> match) { List<T> result = new(); for (int i = 0; i < _size; i++) if (match(_items[i])) result.Add(_items[i]); return result; }
        public int FindIndex(Predicate<T> match) { for (int i = 0; i < _size; i++) if (match(_items[i])) return i; return -1; }
        public int BinarySearch(T item)
        {
            int low = 0, high = _size - 1;
            while (low <= high)
            {
                int middle = low + ((high - low) >> 1);
                int order = Comparer<T>.Default.Compare(_items[middle], item);
                if (order == 0) return middle;
                if (order < 0) low = middle + 1; else high = middle - 1;
            }
            return ~low;
        }
        public void Sort() { Array.Sort(_items, 0, _size, null); _version++; }
        public void Sort(IComparer<T>? comparer) { Array.Sort(_items, 0, _size, comparer); _version++; }
        public void Sort(Comparison<T> comparison) { Array.Sort(_items, 0, _size, new ComparisonComparer<T>(comparison)); _version++; }
        public void Reverse() { Array.Reverse(_items, 0, _size); _version++; }
        public System.Collections.ObjectModel.ReadOnlyCollection<T> AsReadOnly() => new(this);
        public Enumerator GetEnumerator() => new Enumerator(this);
        IEnumerator<T> IEnumerable<T>.GetEnumerator() => new Enumerator(this);
        IEnumerator IEnumerable.GetEnumerator() => new Enumerator(this);
        bool ICollection<T>.IsReadOnly => false;
        bool ICollection.IsSynchronized => false;
        object ICollection.SyncRoot => this;
        bool IList.IsFixedSize => false;
        bool IList.IsReadOnly => false;
        object? IList.this[int index] { get => this[index]; set => this[index] = (T)value!; }
        int IList.Add(object? value) { Add((T)value!); return _size - 1; }
        bool IList.Contains(object? value) => value is T t && Contains(t);
        int IList.IndexOf(object? value) => value is T t ? IndexOf(t) : -1;
        void IList.Insert(int index, object? value) => Insert(index, (T)value!);
        void IList.Remove(object? value) { if (value is T t) Remove(t); }
        void ICollection.CopyTo(Array array, int index) => Array.Copy(_items, 0, array, index, _size);

        public struct Enumerator : IEnumerator<T>
        {
            private readonly List<T> _list;
            private int _index;
            private readonly int _version;
            private T? _current;
            internal Enumerator(List<T> list) { _list = list; _index = 0; _version = list._version; _current = default; }
            public void Dispose() { }
            public bool MoveNext()
            {
                List<T> list = _list;
                if (_version != list._version) ThrowHelper.ThrowVersion();
                if ((uint)_index < (uint)list._size)
                {
                    _current = list._items[_index++];
                    return true;
                }
                _index = list._size + 1;
                _current = default;
                return false;
            }
            public T Current => _current!;
            object? IEnumerator.Current => _current;
            void IEnumerator.Reset() { _index = 0; _current = default; }
        }
    }

    public class Dictionary<TKey, TValue> : IDictionary<TKey, TValue>, IReadOnlyDictionary<TKey, TValue> where TKey : notnull
    {
        private struct Entry { public uint hashCode; public int next; public TKey key; public TValue value; }
        private int[]? _buckets;
        private Entry[]? _entries;
        private int _count, _freeList = -1, _freeCount, _version;
        private readonly IEqualityComparer<TKey>? _comparer;
        public Dictionary() { }
        public Dictionary(int capacity) { if (capacity > 0) Initialize(capacity); }
        public Dictionary(IEqualityComparer<TKey>? comparer) { _comparer = comparer; }
        public Dictionary(int capacity, IEqualityComparer<TKey>? comparer) : this(capacity) { _comparer = comparer; }
        public Dictionary(IEnumerable<KeyValuePair<TKey, TValue>> collection) { foreach (KeyValuePair<TKey, TValue> pair in collection) Add(pair.Key, pair.Value); }
        public Dictionary(IDictionary<TKey, TValue> dictionary) { foreach (KeyValuePair<TKey, TValue> pair in dictionary) Add(pair.Key, pair.Value); }
        public IEqualityComparer<TKey> Comparer => _comparer ?? EqualityComparer<TKey>.Default;
        public int Count => _count - _freeCount;
        private void Initialize(int capacity)
        {
            int size = 3;
            while (size < capacity) size = size * 2 + 1;
            _buckets = new int[size];
            _entries = new Entry[size];
        }
        private uint Hash(TKey key)
        {
            if (key == null) throw new ArgumentNullException("key");
            return (uint)(_comparer == null ? EqualityComparer<TKey>.Default.GetHashCode(key) : _comparer.GetHashCode(key));
        }
        private bool Same(TKey a, TKey b) => _comparer == null ? EqualityComparer<TKey>.Default.Equals(a, b) : _comparer.Equals(a, b);
        private int Find(TKey key)
        {
            uint hash = Hash(key);
            if (_buckets == null) return -1;
            Entry[] entries = _entries!;
            for (int i = _buckets[hash % (uint)_buckets.Length] - 1; i >= 0; i = entries[i].next)
                if (entries[i].hashCode == hash && Same(entries[i].key, key)) return i;
            return -1;
        }
        private bool Insert(TKey key, TValue value, int behaviour)
        {
            uint hash = Hash(key);
            if (_buckets == null) Initialize(3);
            Entry[] entries = _entries!;
            for (int i = _buckets![hash % (uint)_buckets.Length] - 1; i >= 0; i = entries[i].next)
            {
                if (entries[i].hashCode != hash || !Same(entries[i].key, key)) continue;
                if (behaviour == 1) { entries[i].value = value; return true; }
                if (behaviour == 2) throw new ArgumentException("An item with the same key has already been added. Key: " + key.ToString());
                return false;
            }
            int index;
            if (_freeCount > 0)
            {
                index = _freeList;
                _freeList = -3 - entries[index].next;
                _freeCount--;
            }
            else
            {
                if (_count == entries.Length) { Resize(); entries = _entries!; }
                index = _count++;
            }
            ref int bucket = ref _buckets[hash % (uint)_buckets.Length];
            entries[index].hashCode = hash;
            entries[index].next = bucket - 1;
            entries[index].key = key;
            entries[index].value = value;
            bucket = index + 1;
            _version++;
            return true;
        }
        private void Resize()
        {
            int size = _count * 2 + 1;
            Entry[] entries = new Entry[size];
            Array.Copy(_entries!, entries, _count);
            _buckets = new int[size];
            for (int i = 0; i < _count; i++)
            {
                if (entries[i].next < -1) continue;
                ref int bucket = ref _buckets[entries[i].hashCode % (uint)size];
                entries[i].next = bucket - 1;
                bucket = i + 1;
            }
            _entries = entries;
        }
        public TValue this[TKey key]
        {
            get
            {
                int i = Find(key);
                if (i < 0) throw new KeyNotFoundException("The given key '" + key.ToString() + "' was not present in the dictionary.");
                return _entries![i].value;
            }
            set => Insert(key, value, 1);
        }
        public void Add(TKey key, TValue value) => Insert(key, value, 2);
        public bool TryAdd(TKey key, TValue value) => Insert(key, value, 0);
        public bool ContainsKey(TKey key) => Find(key) >= 0;
        public bool ContainsValue(TValue value) { foreach (KeyValuePair<TKey, TValue> pair in this) if (EqualityComparer<TValue>.Default.Equals(pair.Value, value)) return true; return false; }
        public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            int i = Find(key);
            value = i >= 0 ? _entries![i].value : default;
            return i >= 0;
        }
        public bool Remove(TKey key) => Remove(key, out _);
        public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            uint hash = Hash(key);
            if (_buckets != null)
            {
                Entry[] entries = _entries!;
                ref int bucket = ref _buckets[hash % (uint)_buckets.Length];
                int last = -1;
                for (int i = bucket - 1; i >= 0; last = i, i = entries[i].next)
                {
                    if (entries[i].hashCode != hash || !Same(entries[i].key, key)) continue;
                    if (last < 0) bucket = entries[i].next + 1; else entries[last].next = entries[i].next;
                    value = entries[i].value;
                    entries[i].next = -3 - _freeList;
                    entries[i].key = default!;
                    entries[i].value = default!;
                    _freeList = i;
                    _freeCount++;
                    return true;
                }
            }
            value = default;
            return false;
        }
        public void Clear()
        {
            if (_count == 0) return;
            Array.Clear(_buckets!);
            Array.Clear(_entries!, 0, _count);
            _count = 0;
            _freeList = -1;
            _freeCount = 0;
            _version++;
        }
        public KeyCollection Keys => new KeyCollection(this);
        public ValueCollection Values => new ValueCollection(this);
        ICollection<TKey> IDictionary<TKey, TValue>.Keys => Keys;
        ICollection<TValue> IDictionary<TKey, TValue>.Values => Values;
        bool ICollection<KeyValuePair<TKey, TValue>>.IsReadOnly => false;
        void ICollection<KeyValuePair<TKey, TValue>>.Add(KeyValuePair<TKey, TValue> item) => Add(item.Key, item.Value);
        bool ICollection<KeyValuePair<TKey, TValue>>.Contains(KeyValuePair<TKey, TValue> item) => TryGetValue(item.Key, out TValue? value) && EqualityComparer<TValue>.Default.Equals(value, item.Value);
        void ICollection<KeyValuePair<TKey, TValue>>.CopyTo(KeyValuePair<TKey, TValue>[] array, int index) { foreach (KeyValuePair<TKey, TValue> pair in this) array[index++] = pair; }
        bool ICollection<KeyValuePair<TKey, TValue>>.Remove(KeyValuePair<TKey, TValue> item) => Remove(item.Key);
        public Enumerator GetEnumerator() => new Enumerator(this);
        IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => new Enumerator(this);
        IEnumerator IEnumerable.GetEnumerator() => new Enumerator(this);

        public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
        {
            private readonly Dictionary<TKey, TValue> _dictionary;
            private readonly int _version;
            private int _index;
            private KeyValuePair<TKey, TValue> _current;
            internal Enumerator(Dictionary<TKey, TValue> dictionary) { _dictionary = dictionary; _version = dictionary._version; _index = 0; _current = default; }
            public bool MoveNext()
            {
                if (_version != _dictionary._version) ThrowHelper.ThrowVersion();
                while ((uint)_index < (uint)_dictionary._count)
                {
                    ref Entry entry = ref _dictionary._entries![_index++];
                    if (entry.next >= -1)
                    {
                        _current = new KeyValuePair<TKey, TValue>(entry.key, entry.value);
                        return true;
                    }
                }
                _current = default;
                return false;
            }
            public KeyValuePair<TKey, TValue> Current => _current;
            object? IEnumerator.Current => _current;
            public void Dispose() { }
            void IEnumerator.Reset() { _index = 0; _current = default; }
        }
        public sealed class KeyCollection : ICollection<TKey>, IReadOnlyCollection<TKey>
        {
            private readonly Dictionary<TKey, TValue> dictionary;
            internal KeyCollection(Dictionary<TKey, TValue> dictionary) { this.dictionary = dictionary; }
            public int Count => dictionary.Count;
            public bool IsReadOnly => true;
            public void Add(TKey item) => throw new NotSupportedException();
            public void Clear() => throw new NotSupportedException();
            public bool Remove(TKey item) => throw new NotSupportedException();
            public bool Contains(TKey item) => dictionary.ContainsKey(item);
            public void CopyTo(TKey[] array, int index) { foreach (TKey key in this) array[index++] = key; }
            public Enumerator GetEnumerator() => new Enumerator(dictionary);
            IEnumerator<TKey> IEnumerable<TKey>.GetEnumerator() => new Enumerator(dictionary);
            IEnumerator IEnumerable.GetEnumerator() => new Enumerator(dictionary);
            public struct Enumerator : IEnumerator<TKey>
            {
                private Dictionary<TKey, TValue>.Enumerator inner;
                internal Enumerator(Dictionary<TKey, TValue> dictionary) { inner = dictionary.GetEnumerator(); }
                public bool MoveNext() => inner.MoveNext();
                public TKey Current => inner.Current.Key;
                object? IEnumerator.Current => Current;
                public void Dispose() { }
                void IEnumerator.Reset() => throw new NotSupportedException();
            }
        }
        public sealed class ValueCollection : ICollection<TValue>, IReadOnlyCollection<TValue>
        {
            private readonly Dictionary<TKey, TValue> dictionary;
            internal ValueCollection(Dictionary<TKey, TValue> dictionary) { this.dictionary = dictionary; }
            public int Count => dictionary.Count;
            public bool IsReadOnly => true;
            public void Add(TValue item) => throw new NotSupportedException();
            public void Clear() => throw new NotSupportedException();
            public bool Remove(TValue item) => throw new NotSupportedException();
            public bool Contains(TValue item) => dictionary.ContainsValue(item);
            public void CopyTo(TValue[] array, int index) { foreach (TValue value in this) array[index++] = value; }
            public Enumerator GetEnumerator() => new Enumerator(dictionary);
            IEnumerator<TValue> IEnumerable<TValue>.GetEnumerator() => new Enumerator(dictionary);
            IEnumerator IEnumerable.GetEnumerator() => new Enumerator(dictionary);
            public struct Enumerator : IEnumerator<TValue>
            {
                private Dictionary<TKey, TValue>.Enumerator inner;
                internal Enumerator(Dictionary<TKey, TValue> dictionary) { inner = dictionary.GetEnumerator(); }
                public bool MoveNext() => inner.MoveNext();
                public TValue Current => inner.Current.Value;
                object? IEnumerator.Current => Current;
                public void Dispose() { }
                void IEnumerator.Reset() => throw new NotSupportedException();
            }
        }
    }

    public class HashSet<T> : ISet<T>, IReadOnlyCollection<T>
    {
        private readonly Dictionary<ValueTuple<T>, bool> items;
        private sealed class Wrapped : IEqualityComparer<ValueTuple<T>>
        {
            private readonly IEqualityComparer<T> inner;
            internal Wrapped(IEqualityComparer<T> inner) { this.inner = inner; }
            public bool Equals(ValueTuple<T> x, ValueTuple<T> y) => inner.Equals(x.Item1, y.Item1);
            public int GetHashCode(ValueTuple<T> x) => x.Item1 == null ? 0 : inner.GetHashCode(x.Item1);
        }
        public HashSet() : this((IEqualityComparer<T>?)null) { }
        public HashSet(IEqualityComparer<T>? comparer) { items = new(new Wrapped(comparer ?? EqualityComparer<T>.Default)); }
        public HashSet(IEnumerable<T> collection) : this(collection, null) { }
        public HashSet(IEnumerable<T> collection, IEqualityComparer<T>? comparer) : this(comparer) { UnionWith(collection); }
        public int Count => items.Count;
        public bool Add(T item) => items.TryAdd(new ValueTuple<T>(item), true);
        public bool Contains(T item) => items.ContainsKey(new ValueTuple<T>(item));
        public bool Remove(T item) => items.Remove(new ValueTuple<T>(item));
        public void Clear() => items.Clear();
        public void UnionWith(IEnumerable<T> other) { foreach (T item in other) Add(item); }
        public void ExceptWith(IEnumerable<T> other) { foreach (T item in other) Remove(item); }
        public void IntersectWith(IEnumerable<T> other)
        {
            HashSet<T> keep = new(other);
            List<T> gone = new();
            foreach (T item in this) if (!keep.Contains(item)) gone.Add(item);
            foreach (T item in gone) Remove(item);
        }
        public bool SetEquals(IEnumerable<T> other)
        {
            int count = 0;
            foreach (T item in new HashSet<T>(other)) { if (!Contains(item)) return false; count++; }
            return count == Count;
        }
        public bool IsReadOnly => false;
        void ICollection<T>.Add(T item) => Add(item);
        public void CopyTo(T[] array, int index) { foreach (T item in this) array[index++] = item; }
        public Enumerator GetEnumerator() => new Enumerator(items.GetEnumerator());
        IEnumerator<T> IEnumerable<T>.GetEnumerator() => GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        public struct Enumerator : IEnumerator<T>
        {
            private Dictionary<ValueTuple<T>, bool>.Enumerator inner;
            internal Enumerator(Dictionary<ValueTuple<T>, bool>.Enumerator inner) { this.inner = inner; }
            public bool MoveNext() => inner.MoveNext();
            public T Current => inner.Current.Key.Item1;
            object? IEnumerator.Current => Current;
            public void Dispose() { }
            void IEnumerator.Reset() => throw new NotSupportedException();
        }
    }

    public class Stack<T> : IEnumerable<T>, IReadOnlyCollection<T>
    {
        private readonly List<T> items = new();
        public Stack() { }
        public Stack(IEnumerable<T> collection) { foreach (T t in collection) Push(t); }
        public int Count => items.Count;
        public void Push(T item) => items.Add(item);
        public T Pop()
        {
            if (items.Count == 0) throw new InvalidOperationException("Stack empty.");
            T item = items[items.Count - 1];
            items.RemoveAt(items.Count - 1);
            return item;
        }
        public T Peek() => items.Count == 0 ? throw new InvalidOperationException("Stack empty.") : items[items.Count - 1];
        public bool TryPop([MaybeNullWhen(false)] out T result) { if (items.Count == 0) { result = default; return false; } result = Pop(); return true; }
        public bool Contains(T item) => items.Contains(item);
        public void Clear() => items.Clear();
        public T[] ToArray() { T[] a = items.ToArray(); Array.Reverse(a); return a; }
        public IEnumerator<T> GetEnumerator() { for (int i = items.Count - 1; i >= 0; i--) yield return items[i]; }
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
    public class Queue<T> : IEnumerable<T>, IReadOnlyCollection<T>
    {
        private T[] items = new T[4];
        private int head, count;
        public Queue() { }
        public Queue(int capacity) { }
        public Queue(IEnumerable<T> collection) { foreach (T t in collection) Enqueue(t); }
        public int Count => count;
        public void Enqueue(T item)
        {
            if (count == items.Length)
            {
                T[] bigger = new T[count * 2];
                for (int i = 0; i < count; i++) bigger[i] = items[(head + i) % count];
                items = bigger;
                head = 0;
            }
            items[(head + count++) % items.Length] = item;
        }
        public T Dequeue()
        {
            if (count == 0) throw new InvalidOperationException("Queue empty.");
            T item = items[head];
            items[head] = default!;
            head = (head + 1) % items.Length;
            count--;
            return item;
        }
        public T Peek() => count == 0 ? throw new InvalidOperationException("Queue empty.") : items[head];
        public bool TryDequeue([MaybeNullWhen(false)] out T result) { if (count == 0) { result = default; return false; } result = Dequeue(); return true; }
        public void Clear() { items = new T[4]; head = count = 0; }
        public bool Contains(T item) { foreach (T t in this) if (EqualityComparer<T>.Default.Equals(t, item)) return true; return false; }
        public T[] ToArray() { T[] a = new T[count]; for (int i = 0; i < count; i++) a[i] = items[(head + i) % items.Length]; return a; }
        public IEnumerator<T> GetEnumerator() { for (int i = 0; i < count; i++) yield return items[(head + i) % items.Length]; }
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
    public sealed class LinkedListNode<T>
    {
        internal LinkedListNode<T>? next, previous;
        public T Value { get; set; }
        public LinkedListNode(T value) { Value = value; }
        public LinkedListNode<T>? Next => next;
        public LinkedListNode<T>? Previous => previous;
    }
    public class LinkedList<T> : IEnumerable<T>
    {
        private LinkedListNode<T>? first, last;
        public int Count { get; private set; }
        public LinkedListNode<T>? First => first;
        public LinkedListNode<T>? Last => last;
        public LinkedListNode<T> AddLast(T value)
        {
            LinkedListNode<T> node = new(value) { previous = last };
            if (last == null) first = node; else last.next = node;
            last = node;
            Count++;
            return node;
        }
        public LinkedListNode<T> AddFirst(T value)
        {
            LinkedListNode<T> node = new(value) { next = first };
            if (first == null) last = node; else first.previous = node;
            first = node;
            Count++;
            return node;
        }
        public void Remove(LinkedListNode<T> node)
        {
            if (node.previous == null) first = node.next; else node.previous.next = node.next;
            if (node.next == null) last = node.previous; else node.next.previous = node.previous;
            Count--;
        }
        public void RemoveFirst() { if (first != null) Remove(first); }
        public void RemoveLast() { if (last != null) Remove(last); }
        public IEnumerator<T> GetEnumerator() { for (LinkedListNode<T>? n = first; n != null; n = n.next) yield return n.Value; }
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

namespace System.Collections.ObjectModel
{
    public class ReadOnlyCollection<T> : IReadOnlyList<T>
    {
        private readonly IList<T> list;
        public ReadOnlyCollection(IList<T> list) { this.list = list; }
        public int Count => list.Count;
        public T this[int index] => list[index];
        public bool Contains(T value) => list.Contains(value);
        public IEnumerator<T> GetEnumerator() => list.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => list.GetEnumerator();
    }
}
