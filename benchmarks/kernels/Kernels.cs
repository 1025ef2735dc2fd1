// Compute kernels, each in a class of its own: `name: checksum milliseconds`, the best of several runs.
// Meant to run with tiering off, so that the precompiled code is what is measured.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

static class Program
{
    static void Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int rounds = args.Length > 0 ? int.Parse(args[0]) : 7;
        Measure("sieve", rounds, Sieve.Run);
        Measure("nbody", rounds, NBody.Run);
        Measure("matmul-double", rounds, MatMul.RunDouble);
        Measure("matmul-int", rounds, MatMul.RunInt);
        Measure("mandelbrot", rounds, Mandelbrot.Run);
        Measure("spectral-norm", rounds, SpectralNorm.Run);
        Measure("quicksort", rounds, QuickSort.Run);
        Measure("string-hash", rounds, StringHash.Run);
        Measure("binary-trees", rounds, BinaryTrees.Run);
        Measure("hash-table", rounds, HashTable.Run);
        Measure("linked-list", rounds, LinkedList.Run);
        Measure("vectors", rounds, Vectors.Run);
        Measure("interfaces", rounds, Interfaces.Run);
        Measure("virtuals", rounds, Virtuals.Run);
        Measure("delegates", rounds, Delegates.Run);
        Measure("generic-list", rounds, GenericList.Run);
        Measure("crc32", rounds, Crc32.Run);
        Measure("big-multiply", rounds, BigMultiply.Run);
        Measure("fannkuch", rounds, Fannkuch.Run);
        Measure("levenshtein", rounds, Levenshtein.Run);
    }

    static void Measure(string name, int rounds, Func<double> kernel)
    {
        double checksum = kernel();
        long best = long.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            checksum = kernel();
            best = Math.Min(best, Stopwatch.GetTimestamp() - start);
        }
        Console.WriteLine($"{name}: {checksum:R} {best * 1000.0 / Stopwatch.Frequency:F3}");
    }
}

static class Sieve
{
    public static double Run()
    {
        const int n = 2_000_000;
        var composite = new bool[n + 1];
        int count = 0;
        for (int i = 2; i <= n; i++)
        {
            if (composite[i]) continue;
            count++;
            for (int j = i + i; j <= n; j += i) composite[j] = true;
        }
        return count;
    }
}

static class NBody
{
    class Body { public double X, Y, Z, VX, VY, VZ, Mass; }

    public static double Run()
    {
        var bodies = new Body[5];
        for (int i = 0; i < 5; i++) bodies[i] = new Body { X = i * 1.7, Y = 3 - i, Z = i * i * 0.3, VX = 0.01 * i, VY = 0.02, VZ = -0.01 * i, Mass = 1 + i * 0.5 };
        for (int step = 0; step < 60_000; step++) Advance(bodies, 0.001);
        return Math.Round(Energy(bodies), 9);
    }

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
                a.VX -= dx * b.Mass * mag; a.VY -= dy * b.Mass * mag; a.VZ -= dz * b.Mass * mag;
                b.VX += dx * a.Mass * mag; b.VY += dy * a.Mass * mag; b.VZ += dz * a.Mass * mag;
            }
        }
        foreach (Body b in bodies) { b.X += dt * b.VX; b.Y += dt * b.VY; b.Z += dt * b.VZ; }
    }

    static double Energy(Body[] bodies)
    {
        double e = 0;
        foreach (Body b in bodies) e += 0.5 * b.Mass * (b.VX * b.VX + b.VY * b.VY + b.VZ * b.VZ);
        return e;
    }
}

static class MatMul
{
    public static double RunDouble()
    {
        const int n = 180;
        var a = new double[n * n]; var b = new double[n * n]; var c = new double[n * n];
        for (int i = 0; i < n * n; i++) { a[i] = i % 7; b[i] = i % 5; }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
                c[i * n + j] = sum;
            }
        return c[n + 1] + c[n * n - 1];
    }

    public static double RunInt()
    {
        const int n = 160;
        var a = new int[n, n]; var b = new int[n, n]; var c = new int[n, n];
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { a[i, j] = i + j; b[i, j] = i - j; }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                int sum = 0;
                for (int k = 0; k < n; k++) sum += a[i, k] * b[k, j];
                c[i, j] = sum;
            }
        return c[3, 5] + c[n - 1, n - 1];
    }
}

static class Mandelbrot
{
    public static double Run()
    {
        int inside = 0;
        for (int y = 0; y < 120; y++)
            for (int x = 0; x < 120; x++)
            {
                double cr = x / 60.0 - 1.5, ci = y / 60.0 - 1.0, zr = 0, zi = 0;
                int i = 0;
                while (i < 200 && zr * zr + zi * zi < 4) { double t = zr * zr - zi * zi + cr; zi = 2 * zr * zi + ci; zr = t; i++; }
                if (i == 200) inside++;
            }
        return inside;
    }
}

static class SpectralNorm
{
    static double A(int i, int j) => 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);

    static void Multiply(double[] v, double[] r, bool transposed)
    {
        for (int i = 0; i < r.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < v.Length; j++) sum += (transposed ? A(j, i) : A(i, j)) * v[j];
            r[i] = sum;
        }
    }

    public static double Run()
    {
        const int n = 220;
        var u = new double[n]; var v = new double[n]; var t = new double[n];
        Array.Fill(u, 1.0);
        for (int i = 0; i < 5; i++) { Multiply(u, t, false); Multiply(t, v, true); Multiply(v, t, false); Multiply(t, u, true); }
        double uv = 0, vv = 0;
        for (int i = 0; i < n; i++) { uv += u[i] * v[i]; vv += v[i] * v[i]; }
        return Math.Round(Math.Sqrt(uv / vv), 9);
    }
}

static class QuickSort
{
    static void Sort(int[] a, int low, int high)
    {
        if (low >= high) return;
        int pivot = a[(low + high) / 2], i = low, j = high;
        while (i <= j)
        {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i <= j) { int t = a[i]; a[i] = a[j]; a[j] = t; i++; j--; }
        }
        Sort(a, low, j);
        Sort(a, i, high);
    }

    public static double Run()
    {
        var a = new int[400_000];
        uint x = 1;
        for (int i = 0; i < a.Length; i++) { x = x * 1664525 + 1013904223; a[i] = (int)(x >> 8); }
        Sort(a, 0, a.Length - 1);
        double sum = 0;
        for (int i = 0; i < a.Length; i += 1000) sum += a[i];
        return sum;
    }
}

static class StringHash
{
    public static double Run()
    {
        string text = "The quick brown fox jumps over the lazy dog, again and again.";
        uint hash = 17;
        for (int round = 0; round < 60_000; round++)
            for (int i = 0; i < text.Length; i++) hash = hash * 31 + text[i];
        return hash;
    }
}

static class BinaryTrees
{
    sealed class Node { public Node Left, Right; }

    static Node Make(int depth) => depth == 0 ? new Node() : new Node { Left = Make(depth - 1), Right = Make(depth - 1) };

    static int Check(Node node) => node.Left == null ? 1 : 1 + Check(node.Left) + Check(node.Right);

    public static double Run()
    {
        int sum = 0;
        for (int i = 0; i < 6; i++) sum += Check(Make(14));
        return sum;
    }
}

static class HashTable
{
    sealed class Table
    {
        int[] keys = new int[1 << 12]; int[] values = new int[1 << 12]; int count;

        public void Add(int key, int value)
        {
            if (count * 2 >= keys.Length) Grow();
            int mask = keys.Length - 1, i = (int)((uint)key * 2654435761u >> 12) & mask;
            while (keys[i] != 0 && keys[i] != key) i = (i + 1) & mask;
            if (keys[i] == 0) { keys[i] = key; count++; }
            values[i] += value;
        }

        void Grow()
        {
            int[] oldKeys = keys, oldValues = values;
            keys = new int[oldKeys.Length * 2]; values = new int[oldKeys.Length * 2]; count = 0;
            for (int i = 0; i < oldKeys.Length; i++) if (oldKeys[i] != 0) Add(oldKeys[i], oldValues[i]);
        }

        public int Get(int key)
        {
            int mask = keys.Length - 1, i = (int)((uint)key * 2654435761u >> 12) & mask;
            while (keys[i] != 0) { if (keys[i] == key) return values[i]; i = (i + 1) & mask; }
            return -1;
        }
    }

    public static double Run()
    {
        var table = new Table();
        for (int i = 1; i < 200_000; i++) table.Add(i * 7 % 50_021 + 1, i);
        double sum = 0;
        for (int i = 1; i < 60_000; i++) sum += table.Get(i);
        return sum;
    }
}

static class LinkedList
{
    sealed class Node { public int Value; public Node Next; }

    public static double Run()
    {
        Node head = null;
        for (int i = 0; i < 2_000; i++) head = new Node { Value = i, Next = head };
        long sum = 0;
        for (int round = 0; round < 1_000; round++) for (Node n = head; n != null; n = n.Next) sum += n.Value ^ round;
        return sum;
    }
}

static class Vectors
{
    readonly struct V3
    {
        public readonly double X, Y, Z;
        public V3(double x, double y, double z) { X = x; Y = y; Z = z; }
        public static V3 operator +(V3 a, V3 b) => new V3(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
        public static V3 operator *(V3 a, double k) => new V3(a.X * k, a.Y * k, a.Z * k);
        public double Dot(V3 b) => X * b.X + Y * b.Y + Z * b.Z;
    }

    public static double Run()
    {
        var points = new V3[1_000];
        for (int i = 0; i < points.Length; i++) points[i] = new V3(i, i * 0.5, -i);
        var direction = new V3(0.1, 0.2, 0.3);
        double sum = 0;
        for (int round = 0; round < 500; round++)
            for (int i = 0; i < points.Length; i++) { points[i] = points[i] + direction * 0.001; sum += points[i].Dot(direction); }
        return Math.Round(sum, 3);
    }
}

static class Interfaces
{
    interface IOperation { int Apply(int x); }
    sealed class Increment : IOperation { public int Apply(int x) => x + 1; }
    sealed class Flip : IOperation { public int Apply(int x) => x ^ 3; }
    sealed class Shift : IOperation { public int Apply(int x) => x >> 1 | x << 30; }

    public static double Run()
    {
        IOperation[] operations = { new Increment(), new Flip(), new Shift() };
        int value = 0;
        for (int i = 0; i < 2_000_000; i++) value = operations[i % 3].Apply(value);
        return value;
    }
}

static class Virtuals
{
    abstract class Shape { public abstract double Area(); }
    sealed class Square : Shape { double side; public Square(double s) { side = s; } public override double Area() => side * side; }
    sealed class Circle : Shape { double radius; public Circle(double r) { radius = r; } public override double Area() => radius * radius * 3.14159; }

    public static double Run()
    {
        var shapes = new Shape[1_000];
        for (int i = 0; i < shapes.Length; i++) shapes[i] = i % 2 == 0 ? new Square(i) : new Circle(i);
        double sum = 0;
        for (int round = 0; round < 2_000; round++) foreach (Shape shape in shapes) sum += shape.Area();
        return sum;
    }
}

static class Delegates
{
    public static double Run()
    {
        int captured = 3;
        Func<int, int> f = x => x * captured + 1;
        Func<int, int> g = x => x ^ 5;
        int value = 1;
        for (int i = 0; i < 2_000_000; i++) value = g(f(value)) & 0xFFFF;
        return value;
    }
}

static class GenericList
{
    sealed class MyList<T>
    {
        T[] items = new T[4]; int count;
        public int Count => count;
        public T this[int i] { get { if ((uint)i >= (uint)count) throw new ArgumentOutOfRangeException(); return items[i]; } }
        public void Add(T item) { if (count == items.Length) Array.Resize(ref items, count * 2); items[count++] = item; }
    }

    static int Lengths<T>(MyList<T> list, Func<T, int> measure) { int sum = 0; for (int i = 0; i < list.Count; i++) sum += measure(list[i]); return sum; }

    public static double Run()
    {
        var numbers = new MyList<int>(); var words = new MyList<string>();
        for (int i = 0; i < 200_000; i++) { numbers.Add(i); words.Add(i % 3 == 0 ? "fizz" : "no"); }
        double sum = 0;
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < numbers.Count; i++) sum += numbers[i];
            sum += Lengths(words, w => w.Length);
        }
        return sum;
    }
}

static class Crc32
{
    static readonly uint[] table = MakeTable();

    static uint[] MakeTable()
    {
        var result = new uint[256];
        for (uint i = 0; i < 256; i++) { uint c = i; for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1; result[i] = c; }
        return result;
    }

    public static double Run()
    {
        var data = new byte[1 << 20];
        for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 31);
        uint crc = 0xFFFFFFFF;
        for (int i = 0; i < data.Length; i++) crc = table[(crc ^ data[i]) & 0xFF] ^ crc >> 8;
        return crc ^ 0xFFFFFFFF;
    }
}

static class BigMultiply
{
    static uint[] Multiply(uint[] a, uint[] b)
    {
        var result = new uint[a.Length + b.Length];
        for (int i = 0; i < a.Length; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < b.Length; j++)
            {
                ulong t = (ulong)a[i] * b[j] + result[i + j] + carry;
                result[i + j] = (uint)t;
                carry = t >> 32;
            }
            result[i + b.Length] = (uint)carry;
        }
        return result;
    }

    public static double Run()
    {
        var a = new uint[600]; var b = new uint[600];
        for (int i = 0; i < 600; i++) { a[i] = (uint)i * 2654435761u; b[i] = (uint)i * 40503u + 17; }
        uint[] product = null;
        for (int round = 0; round < 6; round++) product = Multiply(a, b);
        double sum = 0;
        foreach (uint digit in product) sum += digit;
        return sum;
    }
}

static class Fannkuch
{
    public static double Run()
    {
        const int n = 9;
        int[] perm = new int[n], perm1 = new int[n], count = new int[n];
        int maxFlips = 0, checksum = 0, r = n, nperm = 0;
        for (int i = 0; i < n; i++) perm1[i] = i;
        while (true)
        {
            while (r != 1) { count[r - 1] = r; r--; }
            for (int i = 0; i < n; i++) perm[i] = perm1[i];
            int flips = 0, k;
            while ((k = perm[0]) != 0)
            {
                int half = (k + 1) >> 1;
                for (int i = 0; i < half; i++) { int t = perm[i]; perm[i] = perm[k - i]; perm[k - i] = t; }
                flips++;
            }
            maxFlips = Math.Max(maxFlips, flips);
            checksum += nperm % 2 == 0 ? flips : -flips;
            while (true)
            {
                if (r == n) return checksum * 100.0 + maxFlips;
                int first = perm1[0];
                for (int i = 0; i < r; i++) perm1[i] = perm1[i + 1];
                perm1[r] = first;
                if (--count[r] > 0) break;
                r++;
            }
            nperm++;
        }
    }
}

static class Levenshtein
{
    static int Distance(string a, string b)
    {
        var previous = new int[b.Length + 1]; var current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, previous[j] + 1), previous[j - 1] + cost);
            }
            (previous, current) = (current, previous);
        }
        return previous[b.Length];
    }

    public static double Run()
    {
        int sum = 0;
        for (int i = 0; i < 400; i++) sum += Distance("the quick brown fox jumps over the lazy dog" + i, "pack my box with five dozen liquor jugs" + i * 7);
        return sum;
    }
}
