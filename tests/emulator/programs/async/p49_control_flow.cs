// Control flow around awaits: every kind of loop, switch and goto, in conditions and bodies, with many suspension points.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P49;

static class Program
{
    static int yields;

    static async Task<int> Get(int x)
    {
        if ((++yields & 3) != 0) await Task.Yield();
        return x;
    }

    static async Task<string> Loops()
    {
        string log = "";
        for (int i = await Get(0); i < await Get(3); i += await Get(1)) log += i;
        int w = 0;
        while (await Get(w) < 3) log += w++;
        do log += "d"; while (await Get(w++) < 5);
        foreach (char c in await Task.FromResult("each")) log += c + (await Get(1)).ToString();
        foreach (int x in new[] { 5, 6 }) log += await Get(x);
        foreach (int x in new List<int> { 7, 8 }) log += await Get(x);
        foreach (int x in Numbers()) log += await Get(x);
        return log;
    }

    static IEnumerable<int> Numbers()
    {
        yield return 9;
        yield return 10;
    }

    static async Task<string> Jumps(int n)
    {
        string log = "";
        int i = 0;
    again:
        i++;
        log += i;
        if (await Get(i) < n) goto again;
        for (int a = 0; a < 3; a++)
        {
            for (int b = 0; b < 3; b++)
            {
                if (await Get(b) == 1 && a == 0) continue;
                if (await Get(a) == 1 && b == 2) goto done;
                log += $" {a}{b}";
                if (b == a) break;
            }
        }
    done:
        return log + " end";
    }

    static async Task<string> Switch(int x)
    {
        switch (await Get(x))
        {
            case 0:
                return "zero";
            case 1:
                await Get(1);
                goto case 3;
            case 2:
            case 3:
                return "two or three " + await Get(x * 10);
            case 100:
                await Get(5);
                break;
            case int n when n < 0:
                return "negative " + await Get(-n);
            default:
                goto case 100;
        }
        return "other " + x;
    }

    static async Task<string> OnStrings(string s) => await Task.FromResult(s) switch
    {
        "" => "empty",
        "a" or "b" => "letter " + await Get(1),
        { Length: > 3 } => "long " + await Get(s.Length),
        _ => "short",
    };

    // Twenty suspension points in one method.
    static async Task<long> ManyStates(int seed)
    {
        long h = seed;
        h = h * 31 + await Get(1); h = h * 31 + await Get(2); h = h * 31 + await Get(3); h = h * 31 + await Get(4);
        if (h % 2 == 0) h += await Get(5); else h -= await Get(6);
        h = h * 31 + await Get(7); h = h * 31 + await Get(8); h = h * 31 + await Get(9); h = h * 31 + await Get(10);
        for (int i = 0; i < 3; i++) { h ^= await Get(11); h += await Get(12); h *= await Get(13); }
        h = h * 31 + await Get(14); h = h * 31 + await Get(15); h = h * 31 + await Get(16); h = h * 31 + await Get(17);
        await Task.Yield();
        h += await Get(18) > 0 ? await Get(19) : await Get(20);
        return h;
    }

    static async Task<int> Early(int x)
    {
        if (x == 0) return 0;
        if (await Get(x) == 1) return 1;
        if (x == 2) { await Get(2); return 2; }
        while (true)
        {
            x -= await Get(3);
            if (x < 3) return x;
        }
    }

    public static async Task Main()
    {
        Console.WriteLine(await Loops());
        Console.WriteLine(await Jumps(4));
        foreach (int x in new[] { 0, 1, 2, 3, 100, -7, 55 }) Console.WriteLine(await Switch(x));
        foreach (string s in new[] { "", "b", "abcdef", "xy" }) Console.WriteLine(await OnStrings(s));
        Console.WriteLine($"{await ManyStates(1)} {await ManyStates(-2)}");
        for (int x = 0; x < 6; x++) Console.Write(await Early(x) + " ");
        Console.WriteLine(yields);
    }
}
