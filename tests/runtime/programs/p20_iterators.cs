// Iterators and foreach: yield in loops, try/finally and generics, early disposal, custom and duck-typed enumerators, recursion.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

class Tree<T> : IEnumerable<T> where T : IComparable<T>
{
    class Node { public T Value; public Node Left, Right; }
    Node root; public int Count;
    public void Add(T v) { ref Node n = ref root; while (n != null) { if (v.CompareTo(n.Value) < 0) n = ref n.Left; else n = ref n.Right; } n = new Node { Value = v }; Count++; }
    public IEnumerator<T> GetEnumerator() => Walk(root).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    static IEnumerable<T> Walk(Node n) { if (n == null) yield break; foreach (T t in Walk(n.Left)) yield return t; yield return n.Value; foreach (T t in Walk(n.Right)) yield return t; }
    public IEnumerable<T> Backwards { get { Stack<Node> s = new Stack<Node>(); Node n = root; while (n != null || s.Count > 0) { while (n != null) { s.Push(n); n = n.Right; } n = s.Pop(); yield return n.Value; n = n.Left; } } }
}
struct Duck { public int N; public DuckEnumerator GetEnumerator() => new DuckEnumerator { n = N }; }
struct DuckEnumerator { public int n; public int Current { get; private set; } public bool MoveNext() { if (n == 0) return false; Current = n * n; n--; return true; } }
static class Ext { public static IEnumerator<int> GetEnumerator(this Range r) { for (int i = r.Start.Value; i < r.End.Value; i++) yield return i; } }

static class Program
{
    static string log = "";
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static IEnumerable<int> Count(int from, int to) { for (int i = from; i < to; i++) yield return i; }
    static IEnumerable<long> Fib() { long a = 0, b = 1; while (true) { yield return a; (a, b) = (b, a + b); } }
    static IEnumerable<int> Primes() { List<int> found = new List<int>(); for (int n = 2; ; n++) { bool prime = true; foreach (int p in found) { if (p * p > n) break; if (n % p == 0) { prime = false; break; } } if (prime) { found.Add(n); yield return n; } } }
    static IEnumerable<string> Guarded(int n) { log += "start "; try { for (int i = 0; i < n; i++) { try { yield return "item" + i; } finally { log += "inner" + i + " "; } } log += "end "; } finally { log += "outer "; } }
    static IEnumerable<int> Throws(int n) { for (int i = 0; ; i++) { if (i == n) throw new InvalidOperationException("at " + i); yield return i; } }
    static IEnumerable<T> Take<T>(IEnumerable<T> e, int n) { if (n <= 0) yield break; foreach (T t in e) { yield return t; if (--n == 0) yield break; } }
    static IEnumerable<T> Where<T>(IEnumerable<T> e, Func<T, bool> f) { foreach (T t in e) if (f(t)) yield return t; }
    static IEnumerable<(A, B)> Zip<A, B>(IEnumerable<A> a, IEnumerable<B> b) { using IEnumerator<A> x = a.GetEnumerator(); using IEnumerator<B> y = b.GetEnumerator(); while (x.MoveNext() && y.MoveNext()) yield return (x.Current, y.Current); }
    static IEnumerable<int[]> Permutations(int[] a, int k) { if (k == a.Length) { yield return (int[])a.Clone(); yield break; } for (int i = k; i < a.Length; i++) { (a[k], a[i]) = (a[i], a[k]); foreach (int[] p in Permutations(a, k + 1)) yield return p; (a[k], a[i]) = (a[i], a[k]); } }
    static IEnumerator<int> Direct(int n) { while (n-- > 0) yield return n * 10; }
    static IEnumerable Untyped() { yield return 1; yield return "two"; yield return null; yield return 4.5; }
    static IEnumerable<int> Lines(string s) { int i = 0; switch (s) { case "a": yield return 1; goto case "b"; case "b": yield return 2; break; default: while (i++ < 3) yield return -i; break; } lock (s) { yield return 99; } }
    [MethodImpl(No)] static long Sum(IEnumerable<int> e) { long s = 0; foreach (int x in e) s = s * 31 + x; return s; }
    [MethodImpl(No)] static string Join<T>(IEnumerable<T> e) { string r = ""; foreach (T t in e) r += t + " "; return r; }
    [MethodImpl(No)] static int DuckSum(Duck d) { int s = 0; foreach (int x in d) s = s * 3 + x; return s; }
    [MethodImpl(No)] static string Early(int stop) { log = ""; foreach (string s in Guarded(4)) { log += s + " "; if (s == "item" + stop) break; } return log; }
    [MethodImpl(No)] static string InList() { List<int> l = new List<int> { 1, 2, 3 }; try { foreach (int x in l) if (x == 2) l.Add(4); return "no"; } catch (InvalidOperationException) { return "modified"; } }
    [MethodImpl(No)] static string Multi() { string r = ""; foreach (int i in Count(0, 3)) foreach (string s in Guarded(2)) { if (i == 1) goto next; r += i + s; next:; } return r; }

    static int Main()
    {
        W(Sum(Count(0, 20))); W(Join(Take(Fib(), 20))); W(Join(Take(Where(Primes(), p => p % 4 == 1), 15))); W(Early(1)); W(Early(9)); log = ""; IEnumerable<string> lazy = Guarded(2); W(log == ""); W(Join(lazy) + Join(lazy)); W(log);
        try { W(Sum(Throws(3))); } catch (InvalidOperationException e) { W(e.Message); } W(Join(Zip(Count(1, 100), new[] { "a", "b", "c" }))); int n = 0; string perms = ""; foreach (int[] p in Permutations(new[] { 1, 2, 3, 4 }, 0)) { n++; if (n % 5 == 0) perms += string.Join("", p) + " "; } W(n + " " + perms); IEnumerator<int> d = Direct(3); while (d.MoveNext()) W(d.Current); foreach (object o in Untyped()) W(o ?? "null"); W(Join(Lines("a")) + Join(Lines("b")) + Join(Lines("c"))); W(DuckSum(new Duck { N = 6 })); W(InList()); W(Multi()); log = "";
        Tree<int> t = new Tree<int>(); foreach (int x in new[] { 50, 20, 70, 10, 30, 60, 80, 25 }) t.Add(x); W(Join(t)); W(Join(t.Backwards)); Tree<string> ts = new Tree<string>(); foreach (string s in "the quick brown fox jumps over the lazy dog".Split(' ')) ts.Add(s); W(Join(ts) + ts.Count); foreach (int i in 3..6) W(i); W(Sum(Take(t, 3))); IEnumerator<int> reset = Count(0, 2).GetEnumerator(); try { reset.Reset(); } catch (NotSupportedException) { W("noreset"); } foreach (char c in "héy") W((int)c); foreach (var (k, v) in new Dictionary<string, int> { ["one"] = 1, ["two"] = 2 }) W(k + v); foreach (int x in new int[2, 2] { { 1, 2 }, { 3, 4 } }) W(x); return 20;
    }
}
