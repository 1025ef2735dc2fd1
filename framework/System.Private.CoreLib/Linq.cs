// Queries over sequences: the operators that programs use most, each run when it is enumerated.
using System.Collections;
using System.Collections.Generic;

namespace System.Linq
{
    public static class Enumerable
    {
        public static IEnumerable<TResult> Empty<TResult>() => Array.Empty<TResult>();
        public static IEnumerable<int> Range(int start, int count)
        {
            if (count < 0 || (long)start + count - 1 > int.MaxValue) throw new ArgumentOutOfRangeException("count");
            return RangeIterator(start, count);
        }
        private static IEnumerable<int> RangeIterator(int start, int count) { for (int i = 0; i < count; i++) yield return start + i; }
        public static IEnumerable<TResult> Repeat<TResult>(TResult element, int count)
        {
            if (count < 0) throw new ArgumentOutOfRangeException("count");
            return RepeatIterator(element, count);
        }
        private static IEnumerable<TResult> RepeatIterator<TResult>(TResult element, int count) { for (int i = 0; i < count; i++) yield return element; }

        private static void Check(object? source, object? function)
        {
            if (source == null) throw new ArgumentNullException("source");
            if (function == null) throw new ArgumentNullException("selector");
        }
        private static InvalidOperationException NoElements() => new("Sequence contains no elements");
        private static InvalidOperationException NoMatch() => new("Sequence contains no matching element");
        private static InvalidOperationException MoreThanOne() => new("Sequence contains more than one element");

        public static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); return WhereIterator(source, predicate); }
        private static IEnumerable<T> WhereIterator<T>(IEnumerable<T> source, Func<T, bool> predicate) { foreach (T item in source) if (predicate(item)) yield return item; }
        public static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, R> selector) { Check(source, selector); return SelectIterator(source, selector); }
        private static IEnumerable<R> SelectIterator<T, R>(IEnumerable<T> source, Func<T, R> selector) { foreach (T item in source) yield return selector(item); }
        public static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, int, R> selector) { Check(source, selector); return SelectIterator(source, selector); }
        private static IEnumerable<R> SelectIterator<T, R>(IEnumerable<T> source, Func<T, int, R> selector) { int i = 0; foreach (T item in source) yield return selector(item, i++); }
        public static IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, IEnumerable<R>> selector) { Check(source, selector); return SelectManyIterator(source, selector); }
        private static IEnumerable<R> SelectManyIterator<T, R>(IEnumerable<T> source, Func<T, IEnumerable<R>> selector) { foreach (T item in source) foreach (R inner in selector(item)) yield return inner; }
        public static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count) { Check(source, source); return TakeIterator(source, count); }
        private static IEnumerable<T> TakeIterator<T>(IEnumerable<T> source, int count)
        {
            if (count <= 0) yield break;
            foreach (T item in source)
            {
                yield return item;
                if (--count == 0) break;
            }
        }
        public static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count) { Check(source, source); return SkipIterator(source, count); }
        private static IEnumerable<T> SkipIterator<T>(IEnumerable<T> source, int count) { foreach (T item in source) if (--count < 0) yield return item; }
        public static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); return TakeWhileIterator(source, predicate); }
        private static IEnumerable<T> TakeWhileIterator<T>(IEnumerable<T> source, Func<T, bool> predicate) { foreach (T item in source) { if (!predicate(item)) break; yield return item; } }
        public static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second) { Check(first, second); return ConcatIterator(first, second); }
        private static IEnumerable<T> ConcatIterator<T>(IEnumerable<T> first, IEnumerable<T> second) { foreach (T item in first) yield return item; foreach (T item in second) yield return item; }
        public static IEnumerable<T> Append<T>(this IEnumerable<T> source, T element) => Concat(source, new[] { element });
        public static IEnumerable<T> Reverse<T>(this IEnumerable<T> source) { Check(source, source); return ReverseIterator(source); }
        private static IEnumerable<T> ReverseIterator<T>(IEnumerable<T> source) { T[] all = source.ToArray(); for (int i = all.Length - 1; i >= 0; i--) yield return all[i]; }
        public static IEnumerable<T> Distinct<T>(this IEnumerable<T> source) { Check(source, source); return DistinctIterator(source); }
        private static IEnumerable<T> DistinctIterator<T>(IEnumerable<T> source) { HashSet<T> seen = new(); foreach (T item in source) if (seen.Add(item)) yield return item; }
        public static IEnumerable<(A First, B Second)> Zip<A, B>(this IEnumerable<A> first, IEnumerable<B> second) => Zip(first, second, static (a, b) => (a, b));
        public static IEnumerable<R> Zip<A, B, R>(this IEnumerable<A> first, IEnumerable<B> second, Func<A, B, R> selector) { Check(first, second); return ZipIterator(first, second, selector); }
        private static IEnumerable<R> ZipIterator<A, B, R>(IEnumerable<A> first, IEnumerable<B> second, Func<A, B, R> selector)
        {
            using IEnumerator<A> a = first.GetEnumerator();
            using IEnumerator<B> b = second.GetEnumerator();
            while (a.MoveNext() && b.MoveNext()) yield return selector(a.Current, b.Current);
        }
        public static IEnumerable<R> Cast<R>(this IEnumerable source) { if (source is IEnumerable<R> typed) return typed; Check(source, source); return CastIterator<R>(source); }
        private static IEnumerable<R> CastIterator<R>(IEnumerable source) { foreach (object? item in source) yield return (R)item!; }
        public static IEnumerable<R> OfType<R>(this IEnumerable source) { Check(source, source); return OfTypeIterator<R>(source); }
        private static IEnumerable<R> OfTypeIterator<R>(IEnumerable source) { foreach (object? item in source) if (item is R typed) yield return typed; }
        public static IEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> selector) { Check(source, selector); return OrderIterator(source, selector, 1); }
        public static IEnumerable<T> OrderByDescending<T, K>(this IEnumerable<T> source, Func<T, K> selector) { Check(source, selector); return OrderIterator(source, selector, -1); }
        private static IEnumerable<T> OrderIterator<T, K>(IEnumerable<T> source, Func<T, K> selector, int sign)
        {
            T[] items = source.ToArray();
            K[] keys = new K[items.Length];
            int[] order = new int[items.Length];
            for (int i = 0; i < items.Length; i++) { keys[i] = selector(items[i]); order[i] = i; }
            // Insertion sort: stable, as the order of equal keys must be.
            for (int i = 1; i < order.Length; i++)
            {
                int moved = order[i], j = i;
                while (j > 0 && sign * Comparer<K>.Default.Compare(keys[order[j - 1]], keys[moved]) > 0) { order[j] = order[j - 1]; j--; }
                order[j] = moved;
            }
            foreach (int index in order) yield return items[index];
        }

        public static T[] ToArray<T>(this IEnumerable<T> source) => new List<T>(source).ToArray();
        public static List<T> ToList<T>(this IEnumerable<T> source) => new(source);
        public static HashSet<T> ToHashSet<T>(this IEnumerable<T> source) { HashSet<T> set = new(); foreach (T item in source) set.Add(item); return set; }
        public static Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> key) where K : notnull => ToDictionary(source, key, static item => item);
        public static Dictionary<K, V> ToDictionary<T, K, V>(this IEnumerable<T> source, Func<T, K> key, Func<T, V> value) where K : notnull { Check(source, key); Dictionary<K, V> result = new(); foreach (T item in source) result.Add(key(item), value(item)); return result; }

        public static int Count<T>(this IEnumerable<T> source) { Check(source, source); if (source is ICollection<T> collection) return collection.Count; int count = 0; foreach (T _ in source) count++; return count; }
        public static int Count<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); int count = 0; foreach (T item in source) if (predicate(item)) count++; return count; }
        public static bool Any<T>(this IEnumerable<T> source) { Check(source, source); foreach (T _ in source) return true; return false; }
        public static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); foreach (T item in source) if (predicate(item)) return true; return false; }
        public static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); foreach (T item in source) if (!predicate(item)) return false; return true; }
        public static bool Contains<T>(this IEnumerable<T> source, T value) { Check(source, source); foreach (T item in source) if (EqualityComparer<T>.Default.Equals(item, value)) return true; return false; }
        public static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second)
        {
            Check(first, second);
            using IEnumerator<T> a = first.GetEnumerator();
            using IEnumerator<T> b = second.GetEnumerator();
            while (a.MoveNext()) if (!b.MoveNext() || !EqualityComparer<T>.Default.Equals(a.Current, b.Current)) return false;
            return !b.MoveNext();
        }
        public static T First<T>(this IEnumerable<T> source) { Check(source, source); foreach (T item in source) return item; throw NoElements(); }
        public static T First<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); foreach (T item in source) if (predicate(item)) return item; throw NoMatch(); }
        public static T? FirstOrDefault<T>(this IEnumerable<T> source) { Check(source, source); foreach (T item in source) return item; return default; }
        public static T? FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate) { Check(source, predicate); foreach (T item in source) if (predicate(item)) return item; return default; }
        public static T Last<T>(this IEnumerable<T> source) { Check(source, source); bool found = false; T last = default!; foreach (T item in source) { last = item; found = true; } return found ? last : throw NoElements(); }
        public static T Single<T>(this IEnumerable<T> source) { Check(source, source); bool found = false; T single = default!; foreach (T item in source) { if (found) throw MoreThanOne(); single = item; found = true; } return found ? single : throw NoElements(); }
        public static T ElementAt<T>(this IEnumerable<T> source, int index) { Check(source, source); if (index >= 0) foreach (T item in source) if (index-- == 0) return item; throw new ArgumentOutOfRangeException("index"); }

        public static T Aggregate<T>(this IEnumerable<T> source, Func<T, T, T> function) { Check(source, function); bool any = false; T value = default!; foreach (T item in source) { value = any ? function(value, item) : item; any = true; } return any ? value : throw NoElements(); }
        public static A Aggregate<T, A>(this IEnumerable<T> source, A seed, Func<A, T, A> function) { Check(source, function); A value = seed; foreach (T item in source) value = function(value, item); return value; }
        public static int Sum(this IEnumerable<int> source) { Check(source, source); int sum = 0; foreach (int item in source) checked { sum += item; } return sum; }
        public static long Sum(this IEnumerable<long> source) { Check(source, source); long sum = 0; foreach (long item in source) checked { sum += item; } return sum; }
        public static double Sum(this IEnumerable<double> source) { Check(source, source); double sum = 0; foreach (double item in source) sum += item; return sum; }
        public static int Sum<T>(this IEnumerable<T> source, Func<T, int> selector) => Sum(Select(source, selector));
        public static long Sum<T>(this IEnumerable<T> source, Func<T, long> selector) => Sum(Select(source, selector));
        public static double Sum<T>(this IEnumerable<T> source, Func<T, double> selector) => Sum(Select(source, selector));
        public static double Average(this IEnumerable<int> source) { Check(source, source); long sum = 0, count = 0; foreach (int item in source) { sum += item; count++; } return count != 0 ? (double)sum / count : throw NoElements(); }
        public static T? Max<T>(this IEnumerable<T> source) => Extreme(source, 1);
        public static T? Min<T>(this IEnumerable<T> source) => Extreme(source, -1);
        public static int Max(this IEnumerable<int> source) => Extreme(source, 1);
        public static int Min(this IEnumerable<int> source) => Extreme(source, -1);
        public static R? Max<T, R>(this IEnumerable<T> source, Func<T, R> selector) => Extreme(Select(source, selector), 1);
        public static R? Min<T, R>(this IEnumerable<T> source, Func<T, R> selector) => Extreme(Select(source, selector), -1);
        private static T? Extreme<T>(IEnumerable<T> source, int sign)
        {
            Check(source, source);
            bool any = false;
            T? best = default;
            foreach (T item in source)
            {
                if (item == null) continue;
                if (!any || sign * Comparer<T>.Default.Compare(item, best!) > 0) best = item;
                any = true;
            }
            return any || default(T) == null ? best : throw NoElements();
        }
        public static IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> key) where K : notnull { Check(source, key); return GroupIterator(source, key); }
        private static IEnumerable<IGrouping<K, T>> GroupIterator<T, K>(IEnumerable<T> source, Func<T, K> key) where K : notnull
        {
            Dictionary<K, Grouping<K, T>> groups = new();
            List<Grouping<K, T>> order = new();
            foreach (T item in source)
            {
                K k = key(item);
                if (!groups.TryGetValue(k, out Grouping<K, T>? group))
                {
                    group = new Grouping<K, T>(k);
                    groups.Add(k, group);
                    order.Add(group);
                }
                group.Items.Add(item);
            }
            foreach (Grouping<K, T> group in order) yield return group;
        }
        private sealed class Grouping<K, T> : IGrouping<K, T>
        {
            internal readonly List<T> Items = new();
            internal Grouping(K key) { Key = key; }
            public K Key { get; }
            public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Items).GetEnumerator();
            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        }
    }
    public interface IGrouping<out TKey, out TElement> : IEnumerable<TElement> { TKey Key { get; } }
}
