// Structs without references of 1 to 64 bytes: as results, parameters and locals that live across awaits.
using System;
using System.Threading.Tasks;

namespace P24;

// Bn has n bytes.
struct B1 { public byte A; }
struct B2 { public B1 A, B; }
struct B3 { public B2 A; public B1 B; }
struct B4 { public B2 A, B; }
struct B5 { public B4 A; public B1 B; }
struct B6 { public B4 A; public B2 B; }
struct B7 { public B4 A; public B3 B; }
struct B8 { public B4 A, B; }
struct B9 { public B8 A; public B1 B; }
struct B10 { public B8 A; public B2 B; }
struct B11 { public B8 A; public B3 B; }
struct B12 { public B8 A; public B4 B; }
struct B13 { public B8 A; public B5 B; }
struct B14 { public B8 A; public B6 B; }
struct B15 { public B8 A; public B7 B; }
struct B16 { public B8 A, B; }
struct B17 { public B16 A; public B1 B; }
struct B18 { public B16 A; public B2 B; }
struct B20 { public B16 A; public B4 B; }
struct B23 { public B16 A; public B7 B; }
struct B24 { public B16 A; public B8 B; }
struct B25 { public B24 A; public B1 B; }
struct B31 { public B16 A; public B15 B; }
struct B32 { public B16 A, B; }
struct B33 { public B32 A; public B1 B; }
struct B40 { public B32 A; public B8 B; }
struct B47 { public B32 A; public B15 B; }
struct B48 { public B32 A; public B16 B; }
struct B63 { public B32 A; public B31 B; }
struct B64 { public B32 A, B; }

static class Program
{
    static unsafe void Fill<T>(out T value, int seed) where T : unmanaged
    {
        T filled = default;
        byte* bytes = (byte*)&filled;
        for (int i = 0; i < sizeof(T); i++) bytes[i] = (byte)(seed + i * 7);
        value = filled;
    }

    static unsafe bool Check<T>(T value, int seed) where T : unmanaged
    {
        byte* bytes = (byte*)&value;
        for (int i = 0; i < sizeof(T); i++)
            if (bytes[i] != (byte)(seed + i * 7)) return false;
        return true;
    }

    static async Task<T> Make<T>(int seed, bool suspend) where T : unmanaged
    {
        Fill(out T value, seed);
        if (suspend) await Task.Yield();
        return value;
    }

    static async Task<T> Pass<T>(int before, T value, int after, bool suspend) where T : unmanaged
    {
        if (suspend) await Task.Yield();
        return before + 1 == after ? value : default;
    }

    static async Task<int> Test<T>(bool suspend) where T : unmanaged
    {
        int good = 0;
        T first = await Make<T>(1, suspend);
        T second = await Make<T>(50, suspend);
        if (Check(first, 1)) good++;
        if (Check(second, 50)) good++;
        T third = await Pass(7, first, 8, suspend);
        if (Check(third, 1)) good++;
        first = await Pass(7, second, 8, !suspend);
        if (Check(first, 50)) good++;
        if (Check(await Pass(1, await Pass(2, second, 3, suspend), 2, suspend), 50)) good++;
        return good;
    }

    // Some of them without generics.
    static async Task<B3> Make3(byte x) { await Task.Yield(); return new B3 { A = new B2 { A = new B1 { A = x } }, B = new B1 { A = 9 } }; }
    static async Task<B9> Make9(byte x) { await Task.Yield(); return new B9 { B = new B1 { A = x } }; }
    static async Task<B24> Make24(B8 x) { await Task.Yield(); return new B24 { B = x }; }

    static async Task<string> Plain()
    {
        B3 three = await Make3(3);
        B9 nine = await Make9(9);
        B24 large = await Make24(new B8 { B = new B4 { A = new B2 { A = nine.B } } });
        three.B.A++;
        await Task.Yield();
        return $"{three.A.A.A} {three.B.A} {nine.B.A} {large.B.B.A.A.A} {large.A.A.A.A.A.A}";
    }

    static async Task All(bool suspend)
    {
        int sum = 0;
        sum += await Test<B1>(suspend) + await Test<B2>(suspend) + await Test<B3>(suspend) + await Test<B4>(suspend);
        sum += await Test<B5>(suspend) + await Test<B6>(suspend) + await Test<B7>(suspend) + await Test<B8>(suspend);
        Console.WriteLine($"1 to 8: {sum}");
        sum = await Test<B9>(suspend) + await Test<B10>(suspend) + await Test<B11>(suspend) + await Test<B12>(suspend);
        sum += await Test<B13>(suspend) + await Test<B14>(suspend) + await Test<B15>(suspend) + await Test<B16>(suspend);
        Console.WriteLine($"9 to 16: {sum}");
        sum = await Test<B17>(suspend) + await Test<B18>(suspend) + await Test<B20>(suspend) + await Test<B23>(suspend);
        sum += await Test<B24>(suspend) + await Test<B25>(suspend) + await Test<B31>(suspend) + await Test<B32>(suspend);
        Console.WriteLine($"17 to 32: {sum}");
        sum = await Test<B33>(suspend) + await Test<B40>(suspend) + await Test<B47>(suspend) + await Test<B48>(suspend);
        sum += await Test<B63>(suspend) + await Test<B64>(suspend);
        Console.WriteLine($"33 to 64: {sum}");
    }

    public static async Task Main()
    {
        await All(false);
        await All(true);
        Console.WriteLine(await Plain());
    }
}
