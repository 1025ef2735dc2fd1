// Loops without calls, while another thread compacts the heap all the time: every register that holds a reference or a
// byref at the instruction where a loop is stopped must be known to the collector.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

class Cell { public Cell Next; public int Value; public Cell[] Others; }

struct Wide { public Cell First; public int Number; public Cell Second; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static volatile bool stop;
    static volatile int collections;

    static void Collect()
    {
        var keep = new object[256];
        int n = 0;
        while (!stop)
        {
            // Garbage between survivors, so that compaction moves them.
            for (int i = 0; i < 200; i++) { keep[(n * 7 + i) & 255] = new byte[100 + (i & 63)]; n++; }
            GC.Collect(n % 5 == 0 ? 2 : 1, GCCollectionMode.Forced, true, true);
            collections++;
        }
    }

    [MethodImpl(No)] static Cell[] Make(int n)
    {
        var cells = new Cell[n];
        for (int i = 0; i < n; i++) { object gap = new byte[64 + (i & 31)]; cells[i] = new Cell { Value = i + (gap == null ? 1 : 0) }; }
        for (int i = 0; i < n; i++) { cells[i].Next = cells[(i * 5 + 1) % n]; cells[i].Others = new[] { cells[(i + 1) % n], cells[(i * 3) % n] }; }
        return cells;
    }

    [MethodImpl(No)] static long Chase(Cell start, int steps) { long s = 0; Cell c = start; for (int i = 0; i < steps; i++) { s += c.Value; c = c.Next; } return s; }
    [MethodImpl(No)] static long Two(Cell a, Cell b, int steps) { long s = 0; for (int i = 0; i < steps; i++) { s += a.Value * 3 - b.Value; Cell t = a.Next; a = b.Others[i & 1]; b = t; } return s; }
    [MethodImpl(No)] static long Index(Cell[] cells, int steps) { long s = 0; int k = 0; for (int i = 0; i < steps; i++) { s += cells[k].Others[1].Next.Value; k = cells[k].Next.Value; } return s; }
    [MethodImpl(No)] static long Byrefs(int[] data, int steps) { long s = 0; ref int p = ref data[0]; for (int i = 0; i < steps; i++) { p += i; ref int q = ref data[(i * 7) % data.Length]; s += q + p; p = ref q; } return s; }
    [MethodImpl(No)] static long Spans(int[] data, int steps) { long s = 0; Span<int> span = data; for (int i = 0; i < steps; i++) { Span<int> part = span.Slice(i % data.Length); s += part[0] + part.Length; if (part.Length > 3) part[2] += 1; } return s; }
    [MethodImpl(No)] static long Structs(Cell[] cells, int steps) { long s = 0; Wide w = new Wide { First = cells[0], Second = cells[1] }; for (int i = 0; i < steps; i++) { Wide v = new Wide { First = w.Second, Second = w.First.Next, Number = i }; w = v; s += w.First.Value - w.Second.Value + w.Number; } return s; }
    [MethodImpl(No)] static long Stores(Cell[] cells, int steps) { long s = 0; var own = new Cell { Others = new Cell[4] }; for (int i = 0; i < steps; i++) { own.Next = cells[i % cells.Length]; own.Others[i & 3] = own.Next.Next; s += own.Others[(i + 1) & 3]?.Value ?? 1; } return s; }
    [MethodImpl(No)] static long Pressure(Cell a, Cell b, Cell c, Cell d, Cell e, Cell f, int steps) { long s = 0; Cell g = a.Next, h = b.Next, k = c.Next, m = d.Next; for (int i = 0; i < steps; i++) { Cell t = a; a = b; b = c.Next; c = d; d = e.Others[0]; e = f; f = g; g = h; h = k; k = m; m = t; s += a.Value ^ b.Value + c.Value * d.Value - e.Value ^ f.Value + g.Value - h.Value + k.Value - m.Value; } return s; }
    [MethodImpl(No)] static int Strings(string[] words, int steps) { int s = 0; for (int i = 0; i < steps; i++) { string w = words[i % words.Length]; for (int j = 0; j < w.Length; j++) s = s * 31 + w[j]; } return s; }
    [MethodImpl(No)] static unsafe long Pinned(int[] data, int steps) { long s = 0; fixed (int* p = data) for (int i = 0; i < steps; i++) { s += p[i % data.Length]; p[(i * 3) % data.Length] += 1; } return s; }
    [MethodImpl(No)] static Cell Find(Cell[] cells, int value) { foreach (Cell c in cells) if (c.Value == value) return c; return null; }
    [MethodImpl(No)] static long Nested(Cell[] cells, int rounds) { long s = 0; for (int i = 0; i < rounds; i++) foreach (Cell c in cells) { Cell d = c; for (int j = 0; j < 5; j++) d = d.Others[j & 1]; s += d.Value; } return s; }

    // Everything that a loop works on is new, so that the next collections move it.
    static long Everything()
    {
        long s = Chase(Make(211)[3], 400000);
        Cell[] cells = Make(211);
        s = s * 3 + Two(cells[1], cells[2], 300000);
        s = s * 3 + Index(Make(211), 300000);
        s = s * 3 + Byrefs(new int[97], 300000);
        s = s * 3 + Spans(new int[97], 300000);
        s = s * 3 + Structs(Make(211), 200000);
        s = s * 3 + Stores(Make(211), 100000);
        cells = Make(211);
        s = s * 3 + Pressure(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], 300000);
        s = s * 3 + Strings(new[] { "alpha" + cells[1].Value, "beta" + cells[2].Value, "gamma" + cells[3].Value }, 50000);
        s = s * 3 + Pinned(new int[97], 200000);
        cells = Make(211);
        for (int i = 0; i < 211; i += 10) s += Find(cells, i).Next.Value;
        return s * 3 + Nested(Make(211), 300);
    }

    static int Main()
    {
        var collector = new Thread(Collect);
        collector.Start();
        long first = Everything(), different = 0;
        for (int round = 0; round < 8; round++) if (Everything() != first) different++;
        stop = true;
        collector.Join();
        Console.WriteLine(first);
        Console.WriteLine(different + " rounds differ");
        Console.WriteLine(collections > 10 ? "collected" : "hardly collected: " + collections);
        return 46;
    }
}
