// Integer arithmetic without overflow checks: every operator on edge values, with variable and constant operands.
using System;
using System.Runtime.CompilerServices;

static class Program
{
    static readonly int[] Ints = { 0, 1, -1, 2, -2, 3, 7, -7, 10, 255, 256, 32767, -32768, 65535, 65536, 1000003, -1000003, int.MaxValue, int.MinValue, int.MaxValue - 1, int.MinValue + 1, 0x55555555, 0x12345678 };
    static readonly long[] Longs = { 0, 1, -1, 2, -2, 3, 7, -7, 255, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, -0x100000000, 1000000007, long.MaxValue, long.MinValue, long.MaxValue - 1, long.MinValue + 1, 0x5555555555555555, 0x123456789abcdef0 };

    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    static long Mix(long sum, long value) => (sum ^ value) * 1099511628211 + 12345;

    [MethodImpl(MethodImplOptions.NoInlining)] static int Add(int a, int b) => a + b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Sub(int a, int b) => a - b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Mul(int a, int b) => a * b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Div(int a, int b) => a / b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Rem(int a, int b) => a % b;
    [MethodImpl(MethodImplOptions.NoInlining)] static uint DivU(uint a, uint b) => a / b;
    [MethodImpl(MethodImplOptions.NoInlining)] static uint RemU(uint a, uint b) => a % b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int And(int a, int b) => a & b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Or(int a, int b) => a | b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Xor(int a, int b) => a ^ b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Shl(int a, int b) => a << b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Shr(int a, int b) => a >> b;
    [MethodImpl(MethodImplOptions.NoInlining)] static uint ShrU(uint a, int b) => a >> b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Neg(int a) => -a;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Not(int a) => ~a;

    [MethodImpl(MethodImplOptions.NoInlining)] static long AddL(long a, long b) => a + b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long SubL(long a, long b) => a - b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long MulL(long a, long b) => a * b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long DivL(long a, long b) => a / b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long RemL(long a, long b) => a % b;
    [MethodImpl(MethodImplOptions.NoInlining)] static ulong DivUL(ulong a, ulong b) => a / b;
    [MethodImpl(MethodImplOptions.NoInlining)] static ulong RemUL(ulong a, ulong b) => a % b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long AndL(long a, long b) => a & b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long OrL(long a, long b) => a | b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long XorL(long a, long b) => a ^ b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long ShlL(long a, int b) => a << b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long ShrL(long a, int b) => a >> b;
    [MethodImpl(MethodImplOptions.NoInlining)] static ulong ShrUL(ulong a, int b) => a >> b;
    [MethodImpl(MethodImplOptions.NoInlining)] static long NegL(long a) => -a;
    [MethodImpl(MethodImplOptions.NoInlining)] static long NotL(long a) => ~a;

    // Constant operands take other instruction forms: imm8, imm32, lea, shifts for powers of two, magic multiplication.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static long Constants(int a)
    {
        long s = 0;
        s = Mix(s, a + 1); s = Mix(s, a - 1); s = Mix(s, a + 127); s = Mix(s, a + 128); s = Mix(s, a - 128); s = Mix(s, a - 129);
        s = Mix(s, a + 0x12345678); s = Mix(s, a ^ -1); s = Mix(s, a & 0xff); s = Mix(s, a & 0xffff); s = Mix(s, a | 0x40000000);
        s = Mix(s, a * 2); s = Mix(s, a * 3); s = Mix(s, a * 5); s = Mix(s, a * 8); s = Mix(s, a * 9); s = Mix(s, a * 10); s = Mix(s, a * -1); s = Mix(s, a * 1000003); s = Mix(s, a * 0);
        s = Mix(s, a / 2); s = Mix(s, a / 3); s = Mix(s, a / 7); s = Mix(s, a / 8); s = Mix(s, a / 10); s = Mix(s, a / -3); s = Mix(s, a / 1000); s = Mix(s, a / int.MinValue); s = Mix(s, a / 1);
        s = Mix(s, a % 2); s = Mix(s, a % 3); s = Mix(s, a % 7); s = Mix(s, a % 8); s = Mix(s, a % 10); s = Mix(s, a % -5); s = Mix(s, a % 1000);
        s = Mix(s, a << 1); s = Mix(s, a << 31); s = Mix(s, a << 0); s = Mix(s, a >> 1); s = Mix(s, a >> 31); s = Mix(s, (uint)a >> 1); s = Mix(s, (uint)a >> 31);
        return s;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long ConstantsU(uint a)
    {
        long s = 0;
        s = Mix(s, a / 2); s = Mix(s, a / 3); s = Mix(s, a / 7); s = Mix(s, a / 10); s = Mix(s, a / 16); s = Mix(s, a / 1000000007u); s = Mix(s, a / 0x80000000u); s = Mix(s, a / 0xffffffffu);
        s = Mix(s, a % 2); s = Mix(s, a % 3); s = Mix(s, a % 7); s = Mix(s, a % 10); s = Mix(s, a % 16); s = Mix(s, a % 1000000007u); s = Mix(s, a % 0x80000000u);
        return s;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long ConstantsL(long a)
    {
        long s = 0;
        s = Mix(s, a + 1); s = Mix(s, a - 1); s = Mix(s, a + 0x7fffffff); s = Mix(s, a + 0x80000000L); s = Mix(s, a + 0x123456789abcdefL); s = Mix(s, a & 0xffffffffL); s = Mix(s, a & 0xff); s = Mix(s, a | long.MinValue); s = Mix(s, a ^ 0x5555555555555555L);
        s = Mix(s, a * 3); s = Mix(s, a * 16); s = Mix(s, a * 1000000007L); s = Mix(s, a * 0x123456789abcdefL);
        s = Mix(s, a / 2); s = Mix(s, a / 3); s = Mix(s, a / 10); s = Mix(s, a / 64); s = Mix(s, a / 1000000007L); s = Mix(s, a / long.MinValue); s = Mix(s, a / -7);
        s = Mix(s, a % 2); s = Mix(s, a % 3); s = Mix(s, a % 10); s = Mix(s, a % 64); s = Mix(s, a % 1000000007L); s = Mix(s, a % -7);
        s = Mix(s, a << 1); s = Mix(s, a << 33); s = Mix(s, a << 63); s = Mix(s, a >> 1); s = Mix(s, a >> 32); s = Mix(s, a >> 63); s = Mix(s, (long)((ulong)a >> 1)); s = Mix(s, (long)((ulong)a >> 40)); s = Mix(s, (long)((ulong)a >> 63));
        s = Mix(s, (long)((ulong)a / 10)); s = Mix(s, (long)((ulong)a % 10)); s = Mix(s, (long)((ulong)a / 3)); s = Mix(s, (long)((ulong)a % 1000));
        return s;
    }

    // byte, sbyte, short and ushort arithmetic: computed in 32 bits, narrowed at the store.
    [MethodImpl(MethodImplOptions.NoInlining)] static byte AddB(byte a, byte b) => (byte)(a + b);
    [MethodImpl(MethodImplOptions.NoInlining)] static sbyte MulSB(sbyte a, sbyte b) => (sbyte)(a * b);
    [MethodImpl(MethodImplOptions.NoInlining)] static short SubS(short a, short b) => (short)(a - b);
    [MethodImpl(MethodImplOptions.NoInlining)] static ushort ShlUS(ushort a, int b) => (ushort)(a << b);
    [MethodImpl(MethodImplOptions.NoInlining)] static char NextChar(char c, int n) => (char)(c + n);
    [MethodImpl(MethodImplOptions.NoInlining)] static bool XorBool(bool a, bool b) => a ^ b;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Fibonacci(int n)
    {
        int a = 0, b = 1;
        for (int i = 0; i < n; i++) { int t = a + b; a = b; b = t; }
        return a;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Gcd(int a, int b) { while (b != 0) { int t = a % b; a = b; b = t; } return a; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long Power(long x, int n, long m)
    {
        long r = 1;
        while (n > 0) { if ((n & 1) != 0) r = r * x % m; x = x * x % m; n >>= 1; }
        return r;
    }

    // Many live values at once: more than there are registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Pressure(int a, int b)
    {
        int v0 = a + b, v1 = a - b, v2 = a * b, v3 = a ^ b, v4 = a & b, v5 = a | b, v6 = a << 3, v7 = b << 5, v8 = a >> 2, v9 = b >> 1;
        int w0 = v0 * 3, w1 = v1 * 5, w2 = v2 * 7, w3 = v3 * 11, w4 = v4 * 13, w5 = v5 * 17, w6 = v6 * 19, w7 = v7 * 23, w8 = v8 * 29, w9 = v9 * 31;
        int r = 0;
        for (int i = 0; i < 3; i++)
            r += v0 + w9 - v1 + w8 * v2 - w7 + v3 * w6 - v4 + w5 ^ v5 + w4 - v6 * w3 + v7 - w2 + v8 * w1 - v9 + w0;
        return r + (v0 ^ v1 ^ v2 ^ v3 ^ v4 ^ v5 ^ v6 ^ v7 ^ v8 ^ v9) + (w0 ^ w1 ^ w2 ^ w3 ^ w4 ^ w5 ^ w6 ^ w7 ^ w8 ^ w9);
    }

    static int Main()
    {
        long add = 0, sub = 0, mul = 0, div = 0, rem = 0, divu = 0, remu = 0, and = 0, or = 0, xor = 0, shl = 0, shr = 0, shru = 0;
        foreach (int a in Ints)
            foreach (int b in Ints)
            {
                add = Mix(add, Add(a, b)); sub = Mix(sub, Sub(a, b)); mul = Mix(mul, Mul(a, b));
                if (b != 0 && !(a == int.MinValue && b == -1)) { div = Mix(div, Div(a, b)); rem = Mix(rem, Rem(a, b)); }
                if (b != 0) { divu = Mix(divu, DivU((uint)a, (uint)b)); remu = Mix(remu, RemU((uint)a, (uint)b)); }
                and = Mix(and, And(a, b)); or = Mix(or, Or(a, b)); xor = Mix(xor, Xor(a, b));
                shl = Mix(shl, Shl(a, b)); shr = Mix(shr, Shr(a, b)); shru = Mix(shru, ShrU((uint)a, b));
            }
        P("add", add); P("sub", sub); P("mul", mul); P("div", div); P("rem", rem); P("div.un", divu); P("rem.un", remu);
        P("and", and); P("or", or); P("xor", xor); P("shl", shl); P("shr", shr); P("shr.un", shru);

        add = sub = mul = div = rem = divu = remu = and = or = xor = shl = shr = shru = 0;
        foreach (long a in Longs)
            foreach (long b in Longs)
            {
                add = Mix(add, AddL(a, b)); sub = Mix(sub, SubL(a, b)); mul = Mix(mul, MulL(a, b));
                if (b != 0 && !(a == long.MinValue && b == -1)) { div = Mix(div, DivL(a, b)); rem = Mix(rem, RemL(a, b)); }
                if (b != 0) { divu = Mix(divu, (long)DivUL((ulong)a, (ulong)b)); remu = Mix(remu, (long)RemUL((ulong)a, (ulong)b)); }
                and = Mix(and, AndL(a, b)); or = Mix(or, OrL(a, b)); xor = Mix(xor, XorL(a, b));
                shl = Mix(shl, ShlL(a, (int)b)); shr = Mix(shr, ShrL(a, (int)b)); shru = Mix(shru, (long)ShrUL((ulong)a, (int)b));
            }
        P("add64", add); P("sub64", sub); P("mul64", mul); P("div64", div); P("rem64", rem); P("div64.un", divu); P("rem64.un", remu);
        P("and64", and); P("or64", or); P("xor64", xor); P("shl64", shl); P("shr64", shr); P("shr64.un", shru);

        long unary = 0, constants = 0, small = 0;
        foreach (int a in Ints)
        {
            unary = Mix(Mix(unary, Neg(a)), Not(a));
            constants = Mix(Mix(constants, Constants(a)), ConstantsU((uint)a));
            small = Mix(small, AddB((byte)a, (byte)(a >> 4)));
            small = Mix(small, MulSB((sbyte)a, (sbyte)(a >> 3)));
            small = Mix(small, SubS((short)a, (short)(a >> 2)));
            small = Mix(small, ShlUS((ushort)a, 3));
            small = Mix(small, NextChar((char)a, 77));
            small = Mix(small, XorBool((a & 1) != 0, (a & 2) != 0) ? 1 : 0);
        }
        P("unary", unary); P("constants", constants); P("small", small);
        unary = constants = 0;
        foreach (long a in Longs) { unary = Mix(Mix(unary, NegL(a)), NotL(a)); constants = Mix(constants, ConstantsL(a)); }
        P("unary64", unary); P("constants64", constants);
        P("fibonacci", Fibonacci(40)); P("gcd", Gcd(1071 * 13, 462 * 13)); P("power", Power(3, 200, 1000000007)); P("pressure", Pressure(12345, 678));
        P("min", Neg(int.MinValue)); P("div7", Div(-100, 7)); P("rem7", Rem(-100, 7)); P("shl33", Shl(1, 33)); P("shr65", ShrL(-8, 65));
        return Fibonacci(10);
    }
}
