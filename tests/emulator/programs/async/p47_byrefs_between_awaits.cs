// Byrefs and ref structs between awaits, never across them: spans, ref locals, ref returns, stackalloc, foreach over spans.
using System;
using System.Threading.Tasks;

namespace P47;

struct Cell { public int A; public string B; }

ref struct Cursor
{
    ReadOnlySpan<char> rest;
    public int Taken;
    public Cursor(string text) => rest = text.AsSpan();
    public bool Next(out char c)
    {
        if (rest.Length == 0) { c = '\0'; return false; }
        c = rest[0];
        rest = rest.Slice(1);
        Taken++;
        return true;
    }
}

static class Program
{
    static readonly Cell[] cells = new Cell[4];

    static ref Cell At(int index) => ref cells[index];

    static ref int Largest(int[] values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++) if (values[i] > values[best]) best = i;
        return ref values[best];
    }

    static async Task<int> Pause(int x)
    {
        await Task.Yield();
        return x;
    }

    static async Task<string> RefLocals()
    {
        int[] values = { 3, 9, 4 };
        int round = await Pause(0);
        while (round < 3)
        {
            ref int largest = ref Largest(values);
            largest -= 4;
            largest *= 2;
            round += await Pause(1);
        }
        int seven = await Pause(7);
        At(await Pause(2)).A = seven;
        At(2).B = "two" + At(2).A;
        ref Cell cell = ref At(3);
        cell.A = 30;
        cell.B = "three";
        await Pause(1);
        return $"{values[0]} {values[1]} {values[2]} {cells[2].A} {cells[2].B} {cells[3].A} {cells[3].B}";
    }

    static async Task<string> Spans(string text)
    {
        string result = "";
        int position = 0;
        while (position < text.Length)
        {
            ReadOnlySpan<char> span = text.AsSpan(position);
            int comma = span.IndexOf(',');
            string word = comma < 0 ? span.ToString() : span.Slice(0, comma).ToString();
            position += word.Length + 1;
            result += await Pause(word.Length) + word;
            Span<char> buffer = new char[2];
            buffer[0] = word[0];
            buffer[1] = '.';
            result += buffer.ToString();
            await Task.Yield();
        }
        return result;
    }

    static async Task<int> Stack(int n)
    {
        int total = 0;
        for (int i = 1; i <= n; i++)
        {
            total += OnStack(i);
            await Task.Yield();
        }
        return total;
    }

    static int OnStack(int n)
    {
        Span<int> numbers = stackalloc int[n];
        for (int i = 0; i < n; i++) numbers[i] = i * i;
        int sum = 0;
        foreach (int number in numbers) sum += number;
        return sum;
    }

    static async Task<int> InPlace(int[] values)
    {
        int total = 0;
        for (int round = 1; round <= 3; round++)
        {
            await Task.Yield();
            unsafe
            {
                int* sums = stackalloc int[4];
                fixed (int* start = values)
                {
                    for (int i = 0; i < values.Length; i++) sums[i % 4] += start[i] * round;
                }
                total += sums[0] * 1000 + sums[1] * 100 + sums[2] * 10 + sums[3];
            }
        }
        return total;
    }

    static async Task<string> RefStruct(string text)
    {
        int vowels = 0;
        string copy = "";
        for (int round = 0; round < 2; round++)
        {
            var cursor = new Cursor(text);
            while (cursor.Next(out char c))
            {
                if (c == 'a' || c == 'e') vowels++;
                copy += c;
            }
            vowels += cursor.Taken * 100;
            await Task.Yield();
        }
        return vowels + copy;
    }

    static async Task<int> ArrayElements(long[] values)
    {
        int length = values.Length;
        for (int i = 0; i < length; i++)
        {
            values[i] += 10;
            await Task.Yield(); // the address of an element must not be kept
            values[i] *= 2;
        }
        return (int)(values[0] + values[length - 1]);
    }

    public static async Task Main()
    {
        Console.WriteLine(await RefLocals());
        Console.WriteLine(await Spans("one,three,,five".Replace(",,", ",")));
        Console.WriteLine(await Stack(20));
        Console.WriteLine(await InPlace(new[] { 1, 2, 3, 4, 5 }));
        Console.WriteLine(await RefStruct("apple"));
        Console.WriteLine(await ArrayElements(new long[] { 1, 2, 3, 4, 5 }));
    }
}
