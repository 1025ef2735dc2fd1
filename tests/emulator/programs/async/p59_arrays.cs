// Loops over arrays of several kinds with suspensions in their bodies: indexes and lengths live across, addresses do not.
using System;
using System.Threading.Tasks;

namespace P59;

struct Cell { public byte Kind; public long Value; public string Name; }

static class Program
{
    static async Task<int> Pause(int x)
    {
        if (x % 2 == 0) await Task.Yield();
        return x;
    }

    static async Task<long> Sums(int[] ints, long[] longs, byte[] bytes, double[] doubles)
    {
        long sum = 0;
        for (int i = 0; i < ints.Length; i++)
        {
            sum += ints[i];
            await Task.Yield();
            sum += longs[i] * bytes[i];
            doubles[i] += await Pause(i);
            sum += (long)doubles[i];
        }
        for (int i = ints.Length - 1; i >= 0; i -= 2) sum = sum * 3 + ints[i] + await Pause(ints[i]);
        return sum;
    }

    static async Task<string> Strings(string[] words)
    {
        for (int i = 0; i < words.Length; i++)
            for (int j = i + 1; j < words.Length; j++)
                if (string.CompareOrdinal(words[j], words[i]) < 0)
                {
                    (words[i], words[j]) = (words[j], words[i]);
                    await Pause(i + j);
                }
        return string.Join(" ", words);
    }

    static async Task<string> Structs(int n)
    {
        Cell[] cells = new Cell[n];
        for (int i = 0; i < n; i++)
        {
            cells[i].Value = i * 10L;
            await Pause(i);
            cells[i].Kind = (byte)(250 + i * 3);
            cells[i].Name += "c" + i;
            await Pause(i + 1);
            if (i > 0) cells[i].Value += cells[i - 1].Value;
        }
        string log = "";
        foreach (Cell cell in cells) log += $"{cell.Kind}{cell.Name}{cell.Value} ";
        return log;
    }

    static async Task<int> Matrix(int n)
    {
        int[,] a = new int[n, n], product = new int[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) a[i, j] = await Pause(i * n + j);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int k = 0; k < n; k++) product[i, j] += a[i, k] * a[k, j] + (await Pause(1) - 1);
        int trace = 0;
        for (int i = 0; i < n; i++) trace += product[i, i];
        return trace;
    }

    static async Task<string> Jagged(int n)
    {
        int[][] rows = new int[n][];
        for (int i = 0; i < n; i++)
        {
            rows[i] = new int[i + 1];
            rows[i][0] = rows[i][i] = 1;
            for (int j = 1; j < i; j++)
            {
                rows[i][j] = rows[i - 1][j - 1] + rows[i - 1][j];
                if (j == i / 2) await Task.Yield();
            }
        }
        return string.Join(" ", rows[n - 1]);
    }

    static async Task<string> Covariant()
    {
        object[] objects = new string[2];
        objects[0] = "fits" + await Pause(2);
        try
        {
            objects[1] = await Pause(4);
        }
        catch (ArrayTypeMismatchException)
        {
            objects[1] = "mismatch";
        }
        return objects[0] + " " + objects[1];
    }

    static async Task<int> Primes(int limit)
    {
        bool[] composite = new bool[limit];
        int count = 0;
        for (int i = 2; i < limit; i++)
        {
            if (composite[i]) continue;
            count++;
            for (int j = i * 2; j < limit; j += i) composite[j] = true;
            await Pause(count);
        }
        return count;
    }

    public static async Task Main()
    {
        Console.WriteLine(await Sums(new[] { 1, 2, 3, 4 }, new[] { 5L, 1L << 35, -7, 8 }, new byte[] { 255, 1, 2, 3 }, new[] { 0.5, 1.5, 2.5, 3.5 }));
        Console.WriteLine(await Strings("the quick brown fox jumps over a lazy dog".Split(' ')));
        Console.WriteLine(await Structs(5));
        Console.WriteLine(await Matrix(5));
        Console.WriteLine(await Jagged(9));
        Console.WriteLine(await Covariant());
        Console.WriteLine(await Primes(500));
    }
}
