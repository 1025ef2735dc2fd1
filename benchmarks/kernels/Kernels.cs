// Compute kernels for comparing compilers: every kernel prints `name: checksum milliseconds`, the best of several runs
// after a warm-up. Run with DOTNET_TieredCompilation=0, so that precompiled code is never replaced.
//
//   Kernels.dll [ROUNDS] [NAME...]       ROUNDS is 5 unless given; without names, all kernels run
//
// The checksum must not depend on the compiler. The work is in this assembly's own methods: framework code, which is
// precompiled already, is kept out of the loops, or is the same for all.
using System;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

static class Program
{
    static readonly (string Name, Func<long> Run)[] Kernels =
    {
        ("sieve", Sieve.Run), ("nbody", NBody.Run), ("matmul-double", MatMulDouble.Run), ("matmul-int", MatMulInt.Run), ("mandelbrot", Mandelbrot.Run), ("spectral-norm", SpectralNorm.Run),
        ("quicksort", QuickSort.Run), ("string-hash", StringHash.Run), ("binary-trees", BinaryTrees.Run), ("hash-table", HashTable.Run), ("linked-list", LinkedList.Run), ("vectors", Vectors.Run),
        ("interface-calls", InterfaceCalls.Run), ("virtual-calls", VirtualCalls.Run), ("delegates", Delegates.Run), ("generic-list", GenericList.Run), ("generic-map", GenericMap.Run), ("string-building", StringBuilding.Run),
        ("crc32", Crc32.Run), ("big-multiply", BigMultiply.Run), ("fannkuch", Fannkuch.Run), ("levenshtein", Levenshtein.Run), ("interpreter", Interpreter.Run), ("exceptions", Exceptions.Run), ("closures", Closures.Run), ("casts", Casts.Run),
        ("queens", Queens.Run), ("collatz", Collatz.Run), ("sha256", Sha256.Run), ("spans", Spans.Run), ("floats", Floats.Run), ("statics", Statics.Run), ("md-arrays", MdArrays.Run), ("iterators", Iterators.Run),
    };

    static int Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int rounds = args.Length > 0 && int.TryParse(args[0], out int n) ? n : 5;
        foreach ((string name, Func<long> run) in Kernels)
        {
            if (args.Length > 1 && Array.IndexOf(args, name) < 1) continue;
            long checksum = run();
            double best = double.MaxValue;
            for (int round = 0; round < rounds; round++)
            {
                GC.Collect();
                long start = Stopwatch.GetTimestamp();
                long again = run();
                best = Math.Min(best, (Stopwatch.GetTimestamp() - start) * 1000.0 / Stopwatch.Frequency);
                if (again != checksum) { Console.WriteLine(name + ": the checksum changed"); return 1; }
            }
            Console.WriteLine(name + ": " + checksum + " " + best.ToString("F2"));
        }
        return 0;
    }
}

static class Sieve
{
    public static long Run() { long sum = 0; for (int i = 0; i < 3; i++) sum += Count(2_000_000 + i); return sum; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Count(int n)
    {
        bool[] composite = new bool[n + 1];
        for (int i = 2; i * i <= n; i++)
            if (!composite[i])
                for (int j = i * i; j <= n; j += i) composite[j] = true;
        int count = 0;
        for (int i = 2; i < composite.Length; i++) if (!composite[i]) count++;
        return count;
    }
}

static class NBody
{
    sealed class Body { public double X, Y, Z, Vx, Vy, Vz, Mass; }

    static Body[] System() => new[]
    {
        new Body { Mass = 39.47841760435743 },
        new Body { X = 4.841431442464721, Y = -1.1603200440274284, Z = -0.10362204447112311, Vx = 0.606326392995832, Vy = 2.81198684491626, Vz = -0.02521836165988763, Mass = 0.03769367487038949 },
        new Body { X = 8.34336671824458, Y = 4.124798564124305, Z = -0.4035234171143214, Vx = -1.0107743461787924, Vy = 1.8256623712304119, Vz = 0.008415761376584154, Mass = 0.011286326131968767 },
        new Body { X = 12.894369562139131, Y = -15.111151401698631, Z = -0.22330757889265573, Vx = 1.0827910064415354, Vy = 0.8687130181696082, Vz = -0.010832637401363636, Mass = 0.0017237240570597112 },
        new Body { X = 15.379697114850917, Y = -25.919314609987964, Z = 0.17925877295037118, Vx = 0.979090732243898, Vy = 0.5946989986476762, Vz = -0.034755955550407810, Mass = 0.0020336868699246304 },
    };

    public static long Run()
    {
        Body[] bodies = System();
        for (int step = 0; step < 200_000; step++) Advance(bodies, 0.01);
        double sum = 0;
        foreach (Body b in bodies) sum += b.X + b.Y * 2 + b.Z * 3;
        return BitConverter.DoubleToInt64Bits(sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Advance(Body[] bodies, double dt)
    {
        for (int i = 0; i < bodies.Length; i++)
        {
            Body a = bodies[i];
            for (int j = i + 1; j < bodies.Length; j++)
            {
                Body b = bodies[j];
                double dx = a.X - b.X, dy = a.Y - b.Y, dz = a.Z - b.Z;
                double d2 = dx * dx + dy * dy + dz * dz;
                double mag = dt / (d2 * Math.Sqrt(d2));
                a.Vx -= dx * b.Mass * mag; a.Vy -= dy * b.Mass * mag; a.Vz -= dz * b.Mass * mag;
                b.Vx += dx * a.Mass * mag; b.Vy += dy * a.Mass * mag; b.Vz += dz * a.Mass * mag;
            }
        }
        foreach (Body b in bodies) { b.X += dt * b.Vx; b.Y += dt * b.Vy; b.Z += dt * b.Vz; }
    }
}

static class MatMulDouble
{
    public static long Run()
    {
        const int n = 200;
        double[][] a = Make(n, 1), b = Make(n, 2), c = Make(n, 0);
        Multiply(a, b, c, n);
        double sum = 0;
        for (int i = 0; i < n; i++) sum = sum * 0.5 + c[i][i];
        return BitConverter.DoubleToInt64Bits(sum);
    }

    static double[][] Make(int n, int seed) { double[][] m = new double[n][]; for (int i = 0; i < n; i++) { m[i] = new double[n]; for (int j = 0; j < n; j++) m[i][j] = seed * (i - j) * 0.01 + seed; } return m; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Multiply(double[][] a, double[][] b, double[][] c, int n)
    {
        double[] column = new double[n];
        for (int j = 0; j < n; j++)
        {
            for (int k = 0; k < n; k++) column[k] = b[k][j];
            for (int i = 0; i < n; i++)
            {
                double[] row = a[i];
                double s = 0;
                for (int k = 0; k < row.Length; k++) s += row[k] * column[k];
                c[i][j] = s;
            }
        }
    }
}

static class MatMulInt
{
    public static long Run()
    {
        const int n = 220;
        int[] a = new int[n * n], b = new int[n * n], c = new int[n * n];
        for (int i = 0; i < n * n; i++) { a[i] = i * 7 % 101; b[i] = i * 13 % 97; }
        Multiply(a, b, c, n);
        long sum = 0;
        foreach (int x in c) sum = sum * 31 + x;
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Multiply(int[] a, int[] b, int[] c, int n)
    {
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
            {
                int x = a[i * n + k];
                for (int j = 0; j < n; j++) c[i * n + j] += x * b[k * n + j];
            }
    }
}

static class Mandelbrot
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Run()
    {
        const int n = 240;
        long sum = 0;
        for (int y = 0; y < n; y++)
        {
            double ci = 2.0 * y / n - 1;
            for (int x = 0; x < n; x++)
            {
                double cr = 2.0 * x / n - 1.5, zr = 0, zi = 0, r2 = 0, i2 = 0;
                int k = 0;
                while (k < 200 && r2 + i2 < 4) { zi = 2 * zr * zi + ci; zr = r2 - i2 + cr; r2 = zr * zr; i2 = zi * zi; k++; }
                sum = sum * 3 + k;
            }
        }
        return sum;
    }
}

static class SpectralNorm
{
    public static long Run()
    {
        const int n = 240;
        double[] u = new double[n], v = new double[n], t = new double[n];
        Array.Fill(u, 1);
        for (int i = 0; i < 10; i++) { Multiply(u, t); MultiplyTransposed(t, v); Multiply(v, t); MultiplyTransposed(t, u); }
        double vbv = 0, vv = 0;
        for (int i = 0; i < n; i++) { vbv += u[i] * v[i]; vv += v[i] * v[i]; }
        return BitConverter.DoubleToInt64Bits(Math.Sqrt(vbv / vv));
    }

    static double A(int i, int j) => 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
    [MethodImpl(MethodImplOptions.NoInlining)] static void Multiply(double[] x, double[] y) { for (int i = 0; i < y.Length; i++) { double s = 0; for (int j = 0; j < x.Length; j++) s += A(i, j) * x[j]; y[i] = s; } }
    [MethodImpl(MethodImplOptions.NoInlining)] static void MultiplyTransposed(double[] x, double[] y) { for (int i = 0; i < y.Length; i++) { double s = 0; for (int j = 0; j < x.Length; j++) s += A(j, i) * x[j]; y[i] = s; } }
}

static class QuickSort
{
    public static long Run()
    {
        int[] a = new int[300_000];
        uint seed = 42;
        for (int i = 0; i < a.Length; i++) { seed = seed * 1664525 + 1013904223; a[i] = (int)(seed >> 4); }
        Sort(a, 0, a.Length - 1);
        long sum = 0;
        for (int i = 0; i < a.Length; i++) sum = sum * 31 + a[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Sort(int[] a, int low, int high)
    {
        while (low < high)
        {
            int pivot = a[low + ((high - low) >> 1)], i = low, j = high;
            while (i <= j)
            {
                while (a[i] < pivot) i++;
                while (a[j] > pivot) j--;
                if (i <= j) { int t = a[i]; a[i] = a[j]; a[j] = t; i++; j--; }
            }
            if (j - low < high - i) { Sort(a, low, j); low = i; }
            else { Sort(a, i, high); high = j; }
        }
    }
}

static class StringHash
{
    public static long Run()
    {
        string text = new string('x', 500) + "The quick brown fox jumps over the lazy dog" + new string('y', 500);
        uint h = 0;
        for (int i = 0; i < 4000; i++) h = h * 31 + Hash(text, (uint)i);
        return h;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static uint Hash(string s, uint h) { for (int i = 0; i < s.Length; i++) h = (h ^ s[i]) * 16777619; return h; }
}

static class BinaryTrees
{
    sealed class Node { public Node Left, Right; public int Check() => Left == null ? 1 : 1 + Left.Check() + Right.Check(); }
    static Node Build(int depth) => depth == 0 ? new Node() : new Node { Left = Build(depth - 1), Right = Build(depth - 1) };

    public static long Run()
    {
        Node kept = Build(15);
        long sum = 0;
        for (int depth = 4; depth <= 12; depth += 2)
        {
            int n = 1 << (14 - depth + 4);
            for (int i = 0; i < n; i++) sum += Build(depth).Check();
        }
        return sum + kept.Check();
    }
}

static class HashTable
{
    sealed class Table
    {
        long[] keys; int[] values; bool[] used; int count;
        public Table(int capacity) { keys = new long[capacity]; values = new int[capacity]; used = new bool[capacity]; }
        static int Slot(long key, int mask) { ulong h = (ulong)key * 0x9E3779B97F4A7C15; return (int)(h >> 32) & mask; }
        public void Add(long key, int value)
        {
            if (count * 4 > keys.Length * 3) Grow();
            int mask = keys.Length - 1, i = Slot(key, mask);
            while (used[i]) { if (keys[i] == key) { values[i] += value; return; } i = (i + 1) & mask; }
            used[i] = true; keys[i] = key; values[i] = value; count++;
        }
        public int Get(long key)
        {
            int mask = keys.Length - 1, i = Slot(key, mask);
            while (used[i]) { if (keys[i] == key) return values[i]; i = (i + 1) & mask; }
            return -1;
        }
        void Grow() { long[] k = keys; int[] v = values; bool[] u = used; keys = new long[k.Length * 2]; values = new int[k.Length * 2]; used = new bool[k.Length * 2]; count = 0; for (int i = 0; i < k.Length; i++) if (u[i]) Add(k[i], v[i]); }
    }

    public static long Run()
    {
        Table t = new Table(16);
        for (int i = 0; i < 300_000; i++) t.Add(i * 7919L % 200_003, i & 15);
        long sum = 0;
        for (int i = 0; i < 400_000; i++) sum = sum * 31 + t.Get(i);
        return sum;
    }
}

static class LinkedList
{
    sealed class Node { public Node Next; public int Value; public int Extra; }

    public static long Run()
    {
        Node[] nodes = new Node[50_000];
        for (int i = 0; i < nodes.Length; i++) nodes[i] = new Node { Value = i };
        for (int i = 0; i < nodes.Length; i++) nodes[(int)(i * 7919L % nodes.Length)].Next = nodes[(int)((i + 1) * 7919L % nodes.Length)];
        nodes[(int)((nodes.Length - 1) * 7919L % nodes.Length)].Next = null;
        long sum = 0;
        for (int round = 0; round < 20; round++) sum = sum * 3 + Walk(nodes[0], round);
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static long Walk(Node n, int k) { long s = 0; for (; n != null; n = n.Next) { s = s * 31 + n.Value; n.Extra += k; } return s; }
}

static class Vectors
{
    struct V3
    {
        public double X, Y, Z;
        public V3(double x, double y, double z) { X = x; Y = y; Z = z; }
        public static V3 operator +(V3 a, V3 b) => new V3(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
        public static V3 operator -(V3 a, V3 b) => new V3(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
        public static V3 operator *(V3 a, double k) => new V3(a.X * k, a.Y * k, a.Z * k);
        public double Dot(V3 b) => X * b.X + Y * b.Y + Z * b.Z;
        public V3 Cross(V3 b) => new V3(Y * b.Z - Z * b.Y, Z * b.X - X * b.Z, X * b.Y - Y * b.X);
    }

    public static long Run()
    {
        V3[] points = new V3[1000];
        for (int i = 0; i < points.Length; i++) points[i] = new V3(i, i * 0.5, 1000 - i);
        V3 sum = default;
        for (int round = 0; round < 200; round++) sum = Step(points, sum);
        return BitConverter.DoubleToInt64Bits(sum.Dot(new V3(1, 2, 3)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static V3 Step(V3[] points, V3 sum)
    {
        V3 previous = points[points.Length - 1];
        for (int i = 0; i < points.Length; i++)
        {
            V3 p = points[i];
            V3 d = (p - previous) * 0.25 + p.Cross(previous) * 1e-6;
            sum = sum + d * (1.0 / (1 + d.Dot(d)));
            previous = p;
        }
        return sum;
    }
}

static class InterfaceCalls
{
    interface IShape { int Area(int scale); }
    sealed class Square : IShape { readonly int side; public Square(int s) { side = s; } public int Area(int scale) => side * side * scale; }
    sealed class Box : IShape { readonly int a, b; public Box(int a, int b) { this.a = a; this.b = b; } public int Area(int scale) => a * b + scale; }
    sealed class Dot : IShape { public int Area(int scale) => scale & 1; }

    public static long Run()
    {
        IShape[] shapes = new IShape[300];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = i % 3 == 0 ? new Square(i) : i % 3 == 1 ? new Box(i, 3) : new Dot();
        long sum = 0;
        for (int round = 0; round < 8000; round++) sum += Sum(shapes, round);
        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static long Sum(IShape[] shapes, int scale) { long s = 0; for (int i = 0; i < shapes.Length; i++) s += shapes[i].Area(scale); return s; }
}

static class VirtualCalls
{
    abstract class Node { public abstract int Eval(int x); }
    sealed class Const : Node { readonly int v; public Const(int v) { this.v = v; } public override int Eval(int x) => v; }
    sealed class Var : Node { public override int Eval(int x) => x; }
    sealed class Add : Node { readonly Node a, b; public Add(Node a, Node b) { this.a = a; this.b = b; } public override int Eval(int x) => a.Eval(x) + b.Eval(x); }
    sealed class Mul : Node { readonly Node a, b; public Mul(Node a, Node b) { this.a = a; this.b = b; } public override int Eval(int x) => a.Eval(x) * b.Eval(x); }
    static Node Build(int depth) => depth == 0 ? new Var() : depth % 3 == 0 ? new Add(Build(depth - 1), new Const(depth)) : new Mul(Build(depth - 1), new Add(new Var(), Build(depth - 2 < 0 ? 0 : depth - 2)));
    public static long Run() { Node n = Build(12); long s = 0; for (int i = 0; i < 20_000; i++) s = s * 31 + n.Eval(i); return s; }
}

sealed class Delegates
{
    static int Twice(int x) => x * 2;
    int offset = 3;
    int Plus(int x) => x + offset;
    public static long Run()
    {
        Func<int, int>[] fs = { Twice, new Delegates().Plus, x => x ^ 5, x => x - 1 };
        long s = 0;
        for (int round = 0; round < 1000; round++) s = s * 31 + Loop(fs, round);
        return s;
    }

    Delegates() { }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Loop(Func<int, int>[] fs, int x) { for (int i = 0; i < 4000; i++) x = fs[i & 3](x); return x; }
}

static class GenericList
{
    sealed class List<T>
    {
        T[] items = new T[4]; int count;
        public int Count => count;
        public T this[int i] { get { if ((uint)i >= (uint)count) throw new ArgumentOutOfRangeException(); return items[i]; } set { if ((uint)i >= (uint)count) throw new ArgumentOutOfRangeException(); items[i] = value; } }
        public void Add(T t) { if (count == items.Length) { T[] a = new T[count * 2]; Array.Copy(items, a, count); items = a; } items[count++] = t; }
        public void Reverse() { for (int i = 0, j = count - 1; i < j; i++, j--) { T t = items[i]; items[i] = items[j]; items[j] = t; } }
        public int IndexOf(T t, Func<T, T, bool> same) { for (int i = 0; i < count; i++) if (same(items[i], t)) return i; return -1; }
    }

    struct Pair { public int A; public string B; }

    public static long Run()
    {
        List<int> ints = new List<int>(); List<string> strings = new List<string>(); List<Pair> pairs = new List<Pair>();
        string[] names = { "a", "bb", "ccc", "dddd" };
        for (int i = 0; i < 200_000; i++) { ints.Add(i * 7); strings.Add(names[i & 3]); pairs.Add(new Pair { A = i, B = names[i % 3] }); }
        long s = 0;
        for (int round = 0; round < 3; round++) { ints.Reverse(); strings.Reverse(); pairs.Reverse(); for (int i = 0; i < ints.Count; i++) s = s * 31 + ints[i] + strings[i].Length + pairs[i].A + pairs[i].B.Length; }
        return s + ints.IndexOf(699_993, (a, b) => a == b);
    }
}

static class GenericMap
{
    sealed class Map<K, V> where K : IEquatable<K>
    {
        struct Entry { public int Hash, Next; public K Key; public V Value; }
        int[] buckets = new int[16]; Entry[] entries = new Entry[16]; int count;
        public bool TryGet(K key, out V value) { int h = key.GetHashCode() & 0x7fffffff; for (int i = buckets[h & (buckets.Length - 1)] - 1; i >= 0; i = entries[i].Next) if (entries[i].Hash == h && entries[i].Key.Equals(key)) { value = entries[i].Value; return true; } value = default; return false; }
        public void Set(K key, V value)
        {
            int h = key.GetHashCode() & 0x7fffffff, b = h & (buckets.Length - 1);
            for (int i = buckets[b] - 1; i >= 0; i = entries[i].Next) if (entries[i].Hash == h && entries[i].Key.Equals(key)) { entries[i].Value = value; return; }
            if (count == entries.Length) { Array.Resize(ref entries, count * 2); buckets = new int[count * 2]; for (int i = 0; i < count; i++) { int nb = entries[i].Hash & (buckets.Length - 1); entries[i].Next = buckets[nb] - 1; buckets[nb] = i + 1; } b = h & (buckets.Length - 1); }
            entries[count] = new Entry { Hash = h, Next = buckets[b] - 1, Key = key, Value = value }; buckets[b] = ++count;
        }
        public int Count => count;
    }

    struct Point : IEquatable<Point> { public int X, Y; public bool Equals(Point o) => X == o.X && Y == o.Y; public override int GetHashCode() => X * 31 + Y; public override bool Equals(object o) => o is Point p && Equals(p); }
    sealed class Key : IEquatable<Key> { public int V; public bool Equals(Key o) => V == o.V; public override int GetHashCode() => V * 17; public override bool Equals(object o) => o is Key k && Equals(k); }

    public static long Run()
    {
        Map<Point, long> points = new Map<Point, long>(); Map<Key, string> keys = new Map<Key, string>();
        Key[] made = new Key[1000]; for (int i = 0; i < made.Length; i++) made[i] = new Key { V = i };
        long s = 0;
        for (int i = 0; i < 300_000; i++) { Point p = new Point { X = i % 701, Y = i % 97 }; points.TryGet(p, out long old); points.Set(p, old + i); if (!keys.TryGet(made[i % 1000], out string t)) keys.Set(made[i % 1000], "k"); else s += t.Length; }
        for (int i = 0; i < 701; i++) { points.TryGet(new Point { X = i, Y = i % 97 }, out long v); s = s * 31 + v; }
        return s + points.Count * 1000L + keys.Count;
    }
}

static class StringBuilding
{
    sealed class Builder { char[] chars = new char[16]; int count; void Grow(int n) { int size = chars.Length; while (size < n) size *= 2; Array.Resize(ref chars, size); } public void Add(char c) { if (count == chars.Length) Grow(count + 1); chars[count++] = c; } public void Add(string s) { if (count + s.Length > chars.Length) Grow(count + s.Length); for (int i = 0; i < s.Length; i++) chars[count++] = s[i]; } public void Add(int n) { if (n < 0) { Add('-'); n = -n; } if (n >= 10) Add(n / 10); Add((char)('0' + n % 10)); } public override string ToString() => new string(chars, 0, count); }
    public static long Run() { long s = 0; for (int round = 0; round < 20; round++) { Builder b = new Builder(); for (int i = 0; i < 5000; i++) { b.Add("item "); b.Add(i * 37 - 999); b.Add(';'); } string t = b.ToString(); s = s * 31 + t.Length; for (int i = 0; i < t.Length; i += 7) s = s * 31 + t[i]; } return s; }
}

static class Crc32
{
    static readonly uint[] Table = Make();
    static uint[] Make() { uint[] t = new uint[256]; for (uint i = 0; i < 256; i++) { uint c = i; for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1; t[i] = c; } return t; }
    public static long Run() { byte[] data = new byte[1 << 20]; for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 31 >> 3); uint c = 0; for (int round = 0; round < 8; round++) c = Update(c, data); return c; }
    [MethodImpl(MethodImplOptions.NoInlining)] static uint Update(uint c, byte[] data) { c = ~c; for (int i = 0; i < data.Length; i++) c = Table[(byte)(c ^ data[i])] ^ (c >> 8); return ~c; }
}

static class BigMultiply
{
    public static long Run() { uint[] a = new uint[600], b = new uint[600]; for (int i = 0; i < 600; i++) { a[i] = (uint)i * 2654435761; b[i] = (uint)i * 40503 + 12345; } ulong h = 0; for (int round = 0; round < 20; round++) { uint[] c = Multiply(a, b); foreach (uint x in c) h = h * 31 + x; a[round] ^= c[round]; } return (long)h; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static uint[] Multiply(uint[] a, uint[] b)
    {
        uint[] r = new uint[a.Length + b.Length];
        for (int i = 0; i < a.Length; i++)
        {
            ulong carry = 0, x = a[i];
            for (int j = 0; j < b.Length; j++) { ulong t = x * b[j] + r[i + j] + carry; r[i + j] = (uint)t; carry = t >> 32; }
            r[i + b.Length] = (uint)carry;
        }
        return r;
    }
}

static class Fannkuch
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Run()
    {
        const int n = 9;
        int[] p = new int[n], q = new int[n], s = new int[n];
        int sign = 1, maxFlips = 0, sum = 0;
        for (int i = 0; i < n; i++) p[i] = q[i] = s[i] = i;
        while (true)
        {
            int q0 = p[0];
            if (q0 != 0)
            {
                for (int i = 1; i < n; i++) q[i] = p[i];
                int flips = 1;
                while (true)
                {
                    int qq = q[q0];
                    if (qq == 0) { sum += sign * flips; if (flips > maxFlips) maxFlips = flips; break; }
                    q[q0] = q0;
                    if (q0 >= 3) { int i = 1, j = q0 - 1; do { int t = q[i]; q[i] = q[j]; q[j] = t; i++; j--; } while (i < j); }
                    q0 = qq; flips++;
                }
            }
            if (sign == 1) { int t = p[0]; p[0] = p[1]; p[1] = t; sign = -1; }
            else
            {
                int t = p[1]; p[1] = p[2]; p[2] = t; sign = 1;
                for (int i = 2; i < n; i++)
                {
                    int sx = s[i];
                    if (sx != 0) { s[i] = sx - 1; break; }
                    if (i == n - 1) return sum * 1000L + maxFlips;
                    s[i] = i;
                    t = p[0]; for (int j = 0; j <= i; j++) p[j] = p[j + 1]; p[i + 1] = t;
                }
            }
        }
    }
}

static class Levenshtein
{
    public static long Run() { string a = "", b = ""; for (int i = 0; i < 700; i++) { a += (char)('a' + i * 7 % 26); b += (char)('a' + i * 11 % 23); } long s = 0; for (int round = 0; round < 8; round++) s = s * 31 + Distance(a.Substring(round), b); return s; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Distance(string a, string b)
    {
        int[] d = new int[b.Length + 1];
        for (int j = 0; j < d.Length; j++) d[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = d[0];
            d[0] = i;
            for (int j = 1; j < d.Length; j++) { int up = d[j], v = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1); if (up + 1 < v) v = up + 1; if (d[j - 1] + 1 < v) v = d[j - 1] + 1; d[j] = v; diagonal = up; }
        }
        return d[b.Length];
    }
}

static class Interpreter
{
    public static long Run() => Execute(new[] { 0, 3, 2, 7, 1, 5, 11, 7, 3, 1, 4, 1_500_000, 2, 6 });

    // Operations: 0 load constant into x, 1 x ^= counter, 2 x = x * 31 + operand, 3 counter += operand, 4 jump to the second operand while counter < the first, 5 x += operand, 6 halt, 7 halve x.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static long Execute(int[] code)
    {
        long x = 0; int counter = 0, pc = 0, steps = 0;
        while (true)
        {
            steps++;
            switch (code[pc++])
            {
                case 0: x = code[pc++]; break;
                case 1: x ^= counter; break;
                case 2: x = x * 31 + code[pc++]; break;
                case 3: counter += code[pc++]; break;
                case 4: if (counter < code[pc]) pc = code[pc + 1]; else pc += 2; break;
                case 5: x += code[pc++]; break;
                case 6: return x * 31 + steps;
                case 7: x >>= 1; break;
                default: throw new InvalidOperationException();
            }
        }
    }
}

static class Exceptions
{
    [MethodImpl(MethodImplOptions.NoInlining)] static int Check(int i) { if (i % 1000 == 0) throw new InvalidOperationException(); return i; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Guarded(int i) { try { return Check(i); } catch (InvalidOperationException) { return -1; } finally { total++; } }
    static int total;
    public static long Run() { total = 0; long s = 0; for (int i = 1; i <= 1_000_000; i++) s = s * 3 + Guarded(i); return s + total; }
}

static class Closures
{
    [MethodImpl(MethodImplOptions.NoInlining)] static Func<int, int> Make(int k) { int calls = 0; return x => x * k + calls++; }
    public static long Run() { long s = 0; for (int i = 0; i < 20_000; i++) { Func<int, int> f = Make(i); for (int j = 0; j < 20; j++) s = s * 31 + f(j); } return s; }
}

static class Casts
{
    class A { } class B : A { } sealed class C : B { } interface I { } sealed class D : A, I { }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Kind(object o) => o is C ? 1 : o is I ? 2 : o is B ? 3 : o is string ? 4 : o is int ? 5 : o is A ? 6 : 7;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Store(object[] a, object[] from, int i) { a[i & 7] = from[i % from.Length]; return ((A)from[i % 3]).GetHashCode() * 0 + (int)from[4]; }
    public static long Run() { object[] all = { new C(), new D(), new B(), "s", 5, new A(), new object() }, a = new object[8]; long s = 0; for (int i = 0; i < 2_000_000; i++) s = s * 3 + Kind(all[i % 7]) + Store(a, all, i); return s; }
}

static class Queens
{
    [MethodImpl(MethodImplOptions.NoInlining)] static int Solve(int n, int row, int[] at) { if (row == n) return 1; int count = 0; for (int c = 0; c < n; c++) { bool ok = true; for (int r = 0; r < row; r++) { int d = at[r] - c; if (d == 0 || d == row - r || d == r - row) { ok = false; break; } } if (ok) { at[row] = c; count += Solve(n, row + 1, at); } } return count; }
    public static long Run() => Solve(9, 0, new int[9]) * 1000L + Solve(8, 0, new int[8]);
}

static class Collatz
{
    [MethodImpl(MethodImplOptions.NoInlining)] public static long Run() { long best = 0, at = 0; for (int i = 1; i < 300_000; i++) { long n = i; int steps = 0; while (n != 1) { n = (n & 1) == 0 ? n / 2 : 3 * n + 1; steps++; } if (steps > best) { best = steps; at = i; } } return best * 1_000_000 + at; }
}

static class Sha256
{
    static readonly uint[] K = MakeK();
    static uint[] MakeK() { uint[] k = new uint[64]; int n = 0; for (int p = 2; n < 64; p++) { bool prime = true; for (int q = 2; q * q <= p; q++) if (p % q == 0) prime = false; if (prime) { double r = Math.Cbrt(p); k[n++] = (uint)((r - Math.Floor(r)) * 4294967296.0); } } return k; }
    static uint R(uint x, int n) => x >> n | x << (32 - n);

    public static long Run() { uint[] h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 }, w = new uint[64]; for (uint block = 0; block < 20_000; block++) { for (uint i = 0; i < 16; i++) w[i] = block * 16 + i; Block(h, w); } return (long)h[0] << 32 | h[7]; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Block(uint[] h, uint[] w)
    {
        for (int i = 16; i < 64; i++) w[i] = w[i - 16] + (R(w[i - 15], 7) ^ R(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] + (R(w[i - 2], 17) ^ R(w[i - 2], 19) ^ w[i - 2] >> 10);
        uint a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], q = h[7];
        for (int i = 0; i < 64; i++) { uint t1 = q + (R(e, 6) ^ R(e, 11) ^ R(e, 25)) + (e & f ^ ~e & g) + K[i] + w[i], t2 = (R(a, 2) ^ R(a, 13) ^ R(a, 22)) + (a & b ^ a & c ^ b & c); q = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2; }
        h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += q;
    }
}

static class Spans
{
    [MethodImpl(MethodImplOptions.NoInlining)] static int Sum(ReadOnlySpan<int> s) { int t = 0; for (int i = 0; i < s.Length; i++) t += s[i]; return t; }
    [MethodImpl(MethodImplOptions.NoInlining)] static void Scale(Span<int> s, int k) { foreach (ref int x in s) x = x * k + 1; }
    public static long Run() { int[] a = new int[4096]; for (int i = 0; i < a.Length; i++) a[i] = i; long r = 0; for (int round = 0; round < 1500; round++) { Span<int> s = a.AsSpan(round & 63); Scale(s.Slice(0, s.Length / 2), 3); r = r * 31 + Sum(s); } return r; }
}

static class Floats
{
    [MethodImpl(MethodImplOptions.NoInlining)] static float Filter(float[] x, float[] y, float a, float b) { float p = 0; for (int i = 0; i < x.Length; i++) { p = x[i] * a + p * b; y[i] = p; } return p; }
    public static long Run() { float[] x = new float[20_000], y = new float[20_000]; for (int i = 0; i < x.Length; i++) x[i] = i % 100 * 0.01f; float s = 0; for (int round = 0; round < 200; round++) s += Filter(x, y, 0.1f + round * 1e-4f, 0.9f); return BitConverter.SingleToInt32Bits(s); }
}

static class Statics
{
    static int counter; static long total; static int[] table = new int[256]; static string name = "n";
    [MethodImpl(MethodImplOptions.NoInlining)] static void Bump(int i) { counter++; total += table[i & 255] + name.Length; table[i & 255] = counter ^ i; }
    public static long Run() { counter = 0; total = 0; Array.Clear(table); for (int i = 0; i < 5_000_000; i++) Bump(i); return total + counter; }
}

static class MdArrays
{
    [MethodImpl(MethodImplOptions.NoInlining)] static void Smooth(double[,] a, double[,] b, int n) { for (int i = 1; i < n - 1; i++) for (int j = 1; j < n - 1; j++) b[i, j] = (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]) * 0.25; }
    public static long Run() { const int n = 150; double[,] a = new double[n, n], b = new double[n, n]; for (int i = 0; i < n; i++) { a[i, 0] = b[i, 0] = i; a[0, i] = b[0, i] = -i; } for (int round = 0; round < 40; round++) { Smooth(a, b, n); Smooth(b, a, n); } double s = 0; foreach (double x in a) s = s * 0.9 + x; return BitConverter.DoubleToInt64Bits(s); }
}

static class Iterators
{
    static System.Collections.Generic.IEnumerable<int> Range(int n) { for (int i = 0; i < n; i++) yield return i; }
    static System.Collections.Generic.IEnumerable<int> Where(System.Collections.Generic.IEnumerable<int> e, Func<int, bool> f) { foreach (int x in e) if (f(x)) yield return x; }
    static System.Collections.Generic.IEnumerable<long> Select(System.Collections.Generic.IEnumerable<int> e, Func<int, long> f) { foreach (int x in e) yield return f(x); }
    public static long Run() { long s = 0; foreach (long x in Select(Where(Range(1_500_000), x => x % 3 != 0), x => x * 7L)) s = s * 31 + x; return s; }
}
