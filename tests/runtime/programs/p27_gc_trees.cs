// Allocation-heavy programs: binary trees, maps, strings and closures under many collections, with checks of every value.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;

class Tree { public Tree L, R; public int V; public int Check() => V + (L == null ? 0 : L.Check() * 2 - R.Check()); }
struct Leaf { public int Key; public string Text; public object Extra; }
class BTree<K, V> where K : IComparable<K>
{
    class Node { public K Key; public V Value; public Node Left, Right; public int Height = 1; }
    Node root; public int Count;
    static int H(Node n) => n == null ? 0 : n.Height;
    static Node Fix(Node n) { int b = H(n.Left) - H(n.Right); if (b > 1) { if (H(n.Left.Left) < H(n.Left.Right)) n.Left = RotateLeft(n.Left); return RotateRight(n); } if (b < -1) { if (H(n.Right.Right) < H(n.Right.Left)) n.Right = RotateRight(n.Right); return RotateLeft(n); } Update(n); return n; }
    static void Update(Node n) => n.Height = 1 + Math.Max(H(n.Left), H(n.Right));
    static Node RotateLeft(Node n) { Node r = n.Right; n.Right = r.Left; r.Left = n; Update(n); Update(r); return r; }
    static Node RotateRight(Node n) { Node l = n.Left; n.Left = l.Right; l.Right = n; Update(n); Update(l); return l; }
    Node Put(Node n, K k, V v) { if (n == null) { Count++; return new Node { Key = k, Value = v }; } int c = k.CompareTo(n.Key); if (c == 0) n.Value = v; else if (c < 0) n.Left = Put(n.Left, k, v); else n.Right = Put(n.Right, k, v); return Fix(n); }
    public void Put(K k, V v) => root = Put(root, k, v);
    public bool Get(K k, out V v) { Node n = root; while (n != null) { int c = k.CompareTo(n.Key); if (c == 0) { v = n.Value; return true; } n = c < 0 ? n.Left : n.Right; } v = default; return false; }
    public R Fold<R>(R seed, Func<R, K, V, R> f) { R Go(Node n, R r) => n == null ? r : Go(n.Right, f(Go(n.Left, r), n.Key, n.Value)); return Go(root, seed); }
    public int Height => H(root);
}
class Rope { readonly Rope a, b; readonly string s; public readonly int Length; public Rope(string s) { this.s = s; Length = s.Length; } Rope(Rope a, Rope b) { this.a = a; this.b = b; Length = a.Length + b.Length; } public static Rope operator +(Rope a, Rope b) => new Rope(a, b); public Rope Slice(int i, int n) => s != null ? new Rope(s.Substring(i, n)) : i + n <= a.Length ? a.Slice(i, n) : i >= a.Length ? b.Slice(i - a.Length, n) : a.Slice(i, a.Length - i) + b.Slice(0, n - (a.Length - i)); public void Write(StringBuilder o) { if (s != null) o.Append(s); else { a.Write(o); b.Write(o); } } }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static Tree Build(int depth, int v) => depth == 0 ? new Tree { V = v } : new Tree { V = v, L = Build(depth - 1, v * 2), R = Build(depth - 1, v * 2 + 1) };
    [MethodImpl(No)] static int Trees(int depth, int rounds) { Tree keep = Build(depth, 1); int s = 0; for (int i = 0; i < rounds; i++) { Tree t = Build(depth - 4, i); s = s * 31 + t.Check(); if (i % 16 == 0) { keep.L = Build(depth - 1, i); keep = new Tree { V = i, L = keep.R, R = keep.L }; } } return s * 31 + keep.Check(); }
    [MethodImpl(No)] static string Maps(int n) { BTree<string, Leaf> m = new BTree<string, Leaf>(); BTree<int, object> q = new BTree<int, object>(); for (int i = 0; i < n; i++) { string k = "k" + i * 7919 % n; m.Put(k, new Leaf { Key = i, Text = k + "!", Extra = new int[] { i } }); q.Put(i * 31 % n, i % 2 == 0 ? k : (object)(long)i); } int bad = 0; for (int i = 0; i < n; i++) if (!m.Get("k" + i, out Leaf l) || l.Text != "k" + i + "!" || ((int[])l.Extra)[0] != l.Key) bad++; return bad + "," + m.Count + "," + m.Height + "," + m.Fold(0, (a, k, v) => a * 31 + v.Key) + "," + q.Fold(0L, (a, k, v) => a * 7 + (v is string s ? s.Length : (long)v)) + "," + m.Fold(new Leaf { Text = "" }, (a, k, v) => new Leaf { Key = a.Key + v.Key, Text = v.Text.Length > a.Text.Length ? v.Text : a.Text }).Text; }
    [MethodImpl(No)] static string Strings(int n) { string[] slots = new string[97]; for (int i = 0; i < n; i++) { int j = (int)((uint)(i * 2654435761) % 97); slots[j] = (slots[j] == null || slots[j].Length > 40 ? "" : slots[j]) + (char)('a' + i % 26); } int h = 0; foreach (string s in slots) foreach (char c in s ?? "") h = h * 31 + c; return "" + h; }
    [MethodImpl(No)] static string Ropes(int n) { Rope r = new Rope("start"); for (int i = 0; i < n; i++) { r = r + new Rope("<" + i + ">"); if (i % 10 == 9) r = r.Slice(r.Length / 3, r.Length - r.Length / 3) + r.Slice(0, 3); } StringBuilder b = new StringBuilder(); r.Write(b); int h = 0; for (int i = 0; i < b.Length; i++) h = h * 31 + b[i]; return r.Length + "," + h; }
    [MethodImpl(No)] static int Closures(int n) { List<Func<int, int>> fs = new List<Func<int, int>>(); for (int i = 0; i < n; i++) { int k = i; object tag = "t" + i; Func<int, int> prev = i == 0 ? x => x : fs[i * 7 % i]; fs.Add(x => prev(x) % 1000 + k + ((string)tag).Length); } int s = 0; foreach (Func<int, int> f in fs) s = s * 31 + f(3); return s; }
    [MethodImpl(No)] static long Cons(int n) { (int, object) Make(int k) => (k, k == 0 ? null : (object)Make(k - 1)); long s = 0; for (int i = 0; i < n; i++) { object o = Make(i % 50); while (o is (int v, var rest)) { s = s * 3 + v; o = rest; } } return s; }
    [MethodImpl(No)] static int Graph(int n) { List<int>[] g = new List<int>[n]; for (int i = 0; i < n; i++) g[i] = new List<int> { (i * 17 + 5) % n, (i * 31 + 7) % n, (i + 1) % n }; int[] d = new int[n]; Array.Fill(d, -1); Queue<(int Node, int Dist, string Path)> q = new(); q.Enqueue((0, 0, "0")); int longest = 0; while (q.Count > 0) { var (x, k, p) = q.Dequeue(); if (d[x] >= 0) continue; d[x] = k; longest = Math.Max(longest, p.Length); foreach (int y in g[x]) if (d[y] < 0) q.Enqueue((y, k + 1, p + "," + y)); } int s = 0; foreach (int k in d) s = s * 31 + k; return s + longest; }
    [MethodImpl(No)] static int Jagged(int n) { object[][] a = new object[n][]; for (int i = 0; i < n; i++) { a[i] = new object[i % 7 + 1]; for (int j = 0; j < a[i].Length; j++) a[i][j] = j % 3 == 0 ? i : j % 3 == 1 ? "s" + i : (object)a[i * j % (i + 1)]; } int s = 0; foreach (object[] r in a) foreach (object o in r) s = s * 31 + (o is int i ? i : o is string t ? t.Length : o is object[] x ? x.Length : -1); return s; }

    static int Main() { W(Trees(12, 200)); W(Maps(3000)); W(Strings(30000)); W(Ropes(300)); W(Closures(500)); W(Cons(2000)); W(Graph(500)); W(Jagged(5000)); return 27; }
}
