// Small integer results and locals: sign and zero extension, narrowing, and awaits that change the sign of what they return.
using System;
using System.Threading.Tasks;

namespace P27;

static class Program
{
    static async Task<byte> Byte(int x, bool suspend) { if (suspend) await Task.Yield(); return (byte)x; }
    static async Task<sbyte> SByte(int x, bool suspend) { if (suspend) await Task.Yield(); return (sbyte)x; }
    static async Task<short> Short(int x, bool suspend) { if (suspend) await Task.Yield(); return (short)x; }
    static async Task<ushort> UShort(int x, bool suspend) { if (suspend) await Task.Yield(); return (ushort)x; }
    static async Task<bool> Bool(int x, bool suspend) { if (suspend) await Task.Yield(); return x > 0; }
    static async Task<char> Char(int x, bool suspend) { if (suspend) await Task.Yield(); return (char)x; }

    static async Task<short> ShortOfSByte(int x, bool suspend) => await SByte(x, suspend);
    static async Task<ushort> UShortOfSByte(int x, bool suspend) => (ushort)await SByte(x, suspend);
    static async Task<sbyte> SByteOfByte(int x, bool suspend) => (sbyte)await Byte(x, suspend);
    static async Task<int> IntOfUShort(int x, bool suspend) => await UShort(x, suspend);
    static async Task<long> LongOfShort(int x, bool suspend) => await Short(x, suspend);
    static async Task<ulong> ULongOfByte(int x, bool suspend) => await Byte(x, suspend);
    static async Task<short> ShortOfUShort(int x, bool suspend) => (short)await UShort(x, suspend);
    static async Task<byte> ByteOfInt(int x, bool suspend) => (byte)await IntOfUShort(x, suspend);

    static async Task<int> Locals(byte a, sbyte b, short c, ushort d, bool e, char f, bool suspend)
    {
        a++;
        b--;
        if (suspend) await Task.Yield();
        c -= 7;
        d += 7;
        if (suspend) await Task.Yield();
        e = !e;
        f++;
        if (suspend) await Task.Yield();
        return a + b * 3 + c * 5 + d * 7 + (e ? 1000 : 0) + f;
    }

    static async Task<string> Mixed(bool suspend)
    {
        byte b = await Byte(300, suspend);
        sbyte s = await SByte(200, suspend);
        short t = await Short(40_000, suspend);
        ushort u = await UShort(-1, suspend);
        int sum = b + s + t + u;
        b += await Byte(250, suspend);
        s -= await SByte(100, suspend);
        t *= await Short(3, suspend);
        u >>= await Byte(4, suspend);
        return $"{sum} {b} {s} {t} {u}";
    }

    static async Task<string> Conditions(bool suspend)
    {
        string log = "";
        for (int i = -1; i <= 2; i++)
        {
            if (await Bool(i, suspend) && !await Bool(i - 1, suspend)) log += i;
            log += await Bool(i, suspend) ? 'y' : 'n';
            log += await Char('a' + i + 1, suspend);
        }
        return log;
    }

    static async Task Test(bool suspend)
    {
        Console.WriteLine($"{await ShortOfSByte(-1, suspend)} {await UShortOfSByte(-1, suspend)} {await SByteOfByte(255, suspend)} {await IntOfUShort(-1, suspend)}");
        Console.WriteLine($"{await LongOfShort(65535, suspend)} {await ULongOfByte(-1, suspend)} {await ShortOfUShort(65534, suspend)} {await ByteOfInt(513, suspend)}");
        Console.WriteLine(await Locals(255, -128, -32768, 65535, false, 'z', suspend));
        Console.WriteLine(await Mixed(suspend));
        Console.WriteLine(await Conditions(suspend));
        int index = await Byte(258, suspend);
        int[] array = { 10, 20, 30, 40 };
        Console.WriteLine(array[index] + array[await SByte(3, suspend)]);
        switch (await Short(-2, suspend))
        {
            case -2: Console.WriteLine("minus two"); break;
            default: Console.WriteLine("wrong"); break;
        }
    }

    public static async Task Main()
    {
        await Test(false);
        await Test(true);
    }
}
