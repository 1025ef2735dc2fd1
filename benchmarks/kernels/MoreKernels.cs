// Further compute kernels, on what Kernels.cs leaves out: exceptions, casts, closures, iterators, spans, statics, shared
// generics. Every kernel prints `name: checksum milliseconds`, the best of several runs
// after a warm-up. Run with DOTNET_TieredCompilation=0, so that precompiled code is never replaced.
//
//   MoreKernels.dll [ROUNDS] [NAME...]       ROUNDS is 5 unless given; without names, all kernels run
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
        ("vectors-3d", Vectors.Run),
        ("virtual-calls", VirtualCalls.Run), ("generic-map", GenericMap.Run), ("string-building", StringBuilding.Run),
        ("interpreter", Interpreter.Run), ("exceptions", Exceptions.Run), ("closures", Closures.Run), ("casts", Casts.Run),
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
            Console.WriteLine(name + ": " + checksum + " " + best.ToString("F3"));
        }
        return 0;
    }
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
