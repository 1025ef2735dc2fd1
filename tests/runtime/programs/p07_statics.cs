// Static fields, class constructors: when they run, in which order, once; thread statics; statics of generic types.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

static class Log
{
    public static int Lines;
    public static int Say(string s, int v) { Lines++; Console.WriteLine(s); return v; }
}

class BeforeField { public static int A = Log.Say("BeforeField.A", 5); public static readonly int B = A * 2; public const int C = 77; public static int Plain; }
class Precise { public static int A; static Precise() { Log.Say("Precise.cctor", 0); A = 11; } public static void Touch() { Log.Say("Precise.Touch", 0); } public Precise() { Log.Say("Precise.ctor", 0); } public int Instance() => A; }
class Base { static Base() { Log.Say("Base.cctor", 0); } public static int X = 3; public Base() { Log.Say("Base.ctor", 0); } }
class Derived : Base { static Derived() { Log.Say("Derived.cctor", 0); } public static int Y = X + 1; public Derived() { Log.Say("Derived.ctor", 0); } }
class CycleA { public static int A = 1 + CycleB.B; static CycleA() { Log.Say("CycleA.cctor", 0); } }
class CycleB { public static int B = 10 + CycleA.A; static CycleB() { Log.Say("CycleB.cctor", 0); } }
class Failing { public static int A; static Failing() { Log.Say("Failing.cctor", 0); throw new InvalidOperationException("cctor failed"); } public static int Get() => A; }
struct WithCctor { public static int A; static WithCctor() { Log.Say("WithCctor.cctor", 0); A = 9; } public int v; public int Get() => A + v; public WithCctor(int x) { v = x; } }
class Generic<T> { public static int Count; public static T Value; public static readonly string Name = Make(); static string Make() { Log.Say("Generic<" + typeof(T).Name + ">", 0); return typeof(T).Name; } public static int Bump() => ++Count; }
class GenericPrecise<T> { static GenericPrecise() { Log.Say("GenericPrecise<" + typeof(T).Name + ">", 0); } public static T[] Items = new T[2]; public static void Put(T t) { Items[0] = t; } }
class Loop { public static int N; static Loop() { Log.Say("Loop.cctor", 0); N = 2; } }
struct Big { public long A, B, C; public string S; }
class Many
{
    public static bool Bool = true; public static sbyte SByte = -1; public static byte Byte = 200; public static short Short = -2; public static ushort UShort = 60000; public static char Char = 'x'; public static int Int = -3; public static uint UInt = 4000000000; public static long Long = -4; public static ulong ULong = 5;
    public static float Float = 1.5f; public static double Double = 2.5; public static string String = "s"; public static object Object; public static int[] Array = { 1, 2 }; public static Big Big = new Big { A = 1, B = 2, C = 3, S = "big" }; public static int? Nullable; public static decimal Decimal = 1.1m; public static DateTime Date = new DateTime(2000, 1, 2); public static Guid Guid;
}

static class Program
{
    [ThreadStatic] static int threadInt;
    [ThreadStatic] static string threadString;
    [ThreadStatic] static Big threadBig;
    static int shared;
    static volatile int flag;

    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static int ReadBefore() => BeforeField.A + BeforeField.B + BeforeField.C;
    [MethodImpl(MethodImplOptions.NoInlining)] static int ReadPrecise() => Precise.A;
    [MethodImpl(MethodImplOptions.NoInlining)] static void CallPrecise() => Precise.Touch();
    [MethodImpl(MethodImplOptions.NoInlining)] static int InLoop(int n) { int s = 0; for (int i = 0; i < n; i++) { if (i == 2) s += Loop.N; s += i; } return s; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int NotTaken(bool b) => b ? Loop.N : 0;
    [MethodImpl(MethodImplOptions.NoInlining)] static string GenericName<T>() => Generic<T>.Name;
    [MethodImpl(MethodImplOptions.NoInlining)] static int GenericBump<T>() { Generic<T>.Bump(); return Generic<T>.Count; }
    [MethodImpl(MethodImplOptions.NoInlining)] static void GenericSet<T>(T v) { Generic<T>.Value = v; GenericPrecise<T>.Put(v); }
    [MethodImpl(MethodImplOptions.NoInlining)] static T GenericGet<T>() => Generic<T>.Value;
    [MethodImpl(MethodImplOptions.NoInlining)] static void Bump(ref int x) => x += 7;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Fail() { try { return Failing.Get().ToString(); } catch (TypeInitializationException e) { return e.TypeName + "/" + e.InnerException.Message; } }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long ManySum() => (Many.Bool ? 1 : 0) + Many.SByte + Many.Byte + Many.Short + Many.UShort + Many.Char + Many.Int + Many.UInt + Many.Long + (long)Many.ULong + (long)Many.Float + (long)Many.Double + Many.String.Length + (Many.Object == null ? 0 : 1) + Many.Array[1] + Many.Big.A + Many.Big.B * 10 + Many.Big.C * 100 + Many.Big.S.Length + (Many.Nullable ?? -5) + (long)(Many.Decimal * 10) + Many.Date.Day + (Many.Guid == Guid.Empty ? 1 : 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ManySet(int v)
    {
        Many.Bool = false; Many.SByte = (sbyte)v; Many.Byte = (byte)v; Many.Short = (short)v; Many.UShort = (ushort)v; Many.Char = (char)v; Many.Int = v; Many.UInt = (uint)v; Many.Long = v; Many.ULong = (ulong)v; Many.Float = v; Many.Double = v; Many.String = "longer"; Many.Object = "o"; Many.Array = new[] { v, v }; Many.Big = new Big { A = v, S = "b" }; Many.Big.B += 3; Many.Nullable = v; Many.Decimal = v; Many.Date = Many.Date.AddDays(5); Many.Guid = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int ThreadStatics(int start)
    {
        threadInt += start; threadString = (threadString ?? "") + start; threadBig.A += start; threadBig.S = threadString; Bump(ref threadInt);
        return threadInt + threadString.Length + (int)threadBig.A + threadBig.S.Length;
    }

    static int Main()
    {
        Console.WriteLine("start");
        P("notaken", NotTaken(false));
        P("before", ReadBefore()); P("before", ReadBefore());
        CallPrecise(); P("precise", ReadPrecise()); P("instance", new Precise().Instance());
        new Derived(); P("y", Derived.Y); new Derived();
        P("cycle", CycleA.A); P("cycle", CycleB.B);
        Console.WriteLine(Fail()); Console.WriteLine(Fail());
        WithCctor w = default; P("struct", w.v); P("struct", new WithCctor(5).Get());
        P("loop", InLoop(1)); P("loop", InLoop(5)); P("loop", InLoop(5));
        Console.WriteLine(GenericName<int>()); Console.WriteLine(GenericName<string>()); Console.WriteLine(GenericName<object>()); Console.WriteLine(GenericName<int>());
        P("bump", GenericBump<int>()); P("bump", GenericBump<int>()); P("bump", GenericBump<string>()); P("bump", GenericBump<object>()); P("bump", GenericBump<string>());
        GenericSet(5); GenericSet("five"); GenericSet(new Big { C = 4 }); P("get", GenericGet<int>()); Console.WriteLine(GenericGet<string>()); P("get", GenericGet<Big>().C); Console.WriteLine(GenericGet<object>() == null);
        P("many", ManySum()); ManySet(100); P("many", ManySum());
        P("thread", ThreadStatics(3)); P("thread", ThreadStatics(4));
        Thread t = new Thread(() => { shared = ThreadStatics(5); flag = 1; }); t.Start(); t.Join(); P("other", shared); P("flag", flag); P("thread", ThreadStatics(1));
        Bump(ref shared); Bump(ref BeforeField.Plain); P("refs", shared + BeforeField.Plain);
        P("framework", string.Empty.Length + Math.Sign(IntPtr.Size) + (BitConverter.IsLittleEndian ? 5 : 6) + DateTime.UnixEpoch.Year + (int)TimeSpan.Zero.Ticks + Guid.Empty.ToByteArray().Length + (int)decimal.MaxValue.CompareTo(1m) + Type.EmptyTypes.Length);
        P("lines", Log.Lines);
        return Log.Lines;
    }
}
