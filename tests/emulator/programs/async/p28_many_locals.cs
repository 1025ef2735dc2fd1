// Many locals of every primitive type, more than there are registers, live across several awaits.
using System;
using System.Threading.Tasks;

namespace P28;

enum Day : byte { Monday, Tuesday, Wednesday }
enum Signal : long { None }

static class Program
{
    static int calls;

    static async Task<int> Tick(int x)
    {
        calls++;
        if (calls % 2 == 0) await Task.Yield();
        return x;
    }

    static async Task<string> Integers(int a, long b, uint c, ulong d)
    {
        int e = a * 2, f = a - 3, g = ~a, h = a << 4;
        long i = b * 3, j = b ^ 0x5555, k = -b, l = b >> 2;
        uint m = c + 1, n = c * 5;
        ulong o = d / 3, p = d % 1000;
        nint q = a;
        e += await Tick(1);
        i += e;
        f += await Tick(2);
        j -= f;
        g ^= await Tick(3);
        m ^= (uint)g;
        h |= await Tick(4);
        o += (ulong)h;
        l += await Tick(5);
        q *= (nint)l;
        n -= (uint)await Tick(6);
        return $"{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {n} {o} {p} {q}";
    }

    static async Task<string> Floats(float a, double b)
    {
        float c = a * 2, d = a / 4, e = -a, f = a + 0.5f, g = a - 1;
        double h = b * 2, i = b / 4, j = -b, k = b + 0.5, l = b - 1, m = b * b;
        int n = 1;
        c += await Tick(1);
        h += c;
        d += await Tick(2);
        i += d;
        e *= await Tick(3);
        j += e;
        n += (int)k;
        f += await Tick(4);
        g -= f;
        l += await Tick(5);
        m -= l;
        return $"{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {n}";
    }

    static async Task<string> References(string a, object b, int[] c)
    {
        string d = a + "1", e = a + "2", f = null, g = string.Concat(a, a);
        object h = 42, i = 2.5, j = b;
        int[] k = { c[0], c[1] };
        Action l = () => calls += 0;
        string[] m = { a, d, e };
        c[0] += await Tick(10);
        d += await Tick(1);
        f ??= d + e;
        k[1] += await Tick(2);
        m[1] = f;
        h = (int)h + await Tick(3);
        l();
        i = (double)i + await Tick(4);
        return $"{a} {b} {c[0]} {d} {e} {f} {g} {h} {i} {ReferenceEquals(j, b)} {k[0]} {k[1]} {m[0]} {m[1]} {m[2]}";
    }

    static async Task<string> Everything(int a, double b, string c, long d, float e, object f, byte g, bool h, char i, short j)
    {
        Signal k = (Signal)(a << 8);
        Day l = (Day)(a % 7);
        int? m = a, n = null;
        (int First, string Second) o = (a, c);
        nuint p = (nuint)d;
        for (int round = 0; round < 3; round++)
        {
            a += await Tick(round);
            b += a;
            c += await Tick(round);
            d *= 2;
            e += 0.25f;
            g++;
            h = !h;
            i++;
            j--;
            l = (Day)(((int)l + await Tick(1)) % 7);
            n = (n ?? 0) + m;
            o = (o.First + await Tick(1), o.Second + "o");
        }
        return $"{a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {(long)k} {(int)l} {m} {n} {o.First} {o.Second} {p}";
    }

    static async Task<string> Arguments(
        int a, long b, byte c, short d, uint e, string f, object g, int h, long i, string j,
        double k, float l, double m, float n, double o, double p, double q, double r, double s, float t,
        (long, string) u, (double, double) v, (int, int, int, int, string) w, bool x)
    {
        string before = $"{a} {b} {c} {d} {e} {f} {g} {h} {i} {j}";
        await Task.Yield();
        double sum = k + l * 2 + m * 3 + n * 4 + o * 5 + p * 6 + q * 7 + r * 8 + s * 9 + t * 10;
        a += await Tick(c);
        return $"{before} {sum} {u.Item1}{u.Item2} {v.Item1}/{v.Item2} {w.Item1}{w.Item2}{w.Item3}{w.Item4}{w.Item5} {x} {a} {j}";
    }

    public static async Task Main()
    {
        for (int round = 0; round < 2; round++)
        {
            Console.WriteLine(await Integers(7, 1L << 40, 3_000_000_000, ulong.MaxValue));
            Console.WriteLine(await Floats(1.5f, 10.25));
            Console.WriteLine(await References("ref", "obj", new[] { 5, 6 }));
            Console.WriteLine(await Everything(1, 0.5, "c", 3, 0.75f, "f", 255, false, 'x', -32768));
            Console.WriteLine(await Arguments(
                1, -2, 3, -4, 5, "f", 'g', 8, 9L << 33, "j", 0.5, 1.5f, 2.5, 3.5f, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5f,
                (21, "u"), (2.25, -2.25), (1, 2, 3, 4, "w"), true));
            calls++;
        }
        Console.WriteLine(calls);
    }
}
