// Objects: constructors, fields of every type, virtual and interface calls, casts, boxing, properties.
using System;
using System.Runtime.CompilerServices;

interface IShape { int Area(); string Name { get; } }
interface ISolid : IShape { int Volume(int height); }

abstract class Shape : IShape
{
    protected readonly int id;
    static int next = 1;
    protected Shape() { id = next++; Init(); }
    protected virtual void Init() { Log("shape.init"); }
    public abstract int Area();
    public virtual string Name => "shape" + id;
    public override string ToString() => Name + ":" + Area();
    protected static void Log(string s) { Console.WriteLine(s); }
}

class Square : Shape, ISolid
{
    public int side;
    public Square(int s) : base() { side = s; }
    protected override void Init() { base.Init(); Log("square.init " + side); }
    public override int Area() => side * side;
    public int Volume(int height) => Area() * height;
    public override string Name => "square" + id;
    public override bool Equals(object other) => other is Square s && s.side == side;
    public override int GetHashCode() => side;
}

sealed class Rectangle : Square
{
    readonly int other;
    public Rectangle(int a, int b) : base(a) { other = b; }
    public override int Area() => side * other;
    public new string Name => "hidden";
}

class Fields
{
    public bool b = true; public sbyte i1 = -1; public byte u1 = 255; public short i2 = -300; public ushort u2 = 60000; public char c = 'é';
    public int i4 = -70000; public uint u4 = 4000000000; public long i8 = -1L << 40; public ulong u8 = ulong.MaxValue; public float f = 1.5f; public double d = -2.25;
    public string s = "text"; public object o; public int[] a = { 1, 2, 3 }; public nint n = -5; public nuint un = 6;
}

class Node
{
    public int Value; public Node Next;
    public Node(int value, Node next) { Value = value; Next = next; }
}

class Counter
{
    int value;
    public int Value { get => value; set => this.value = value; }
    public int this[int i] { get => value + i; set => this.value = value * i; }
    public static Counter operator +(Counter a, int b) => new Counter { Value = a.Value + b };
    public static implicit operator int(Counter c) => c.Value;
    public static explicit operator Counter(int v) => new Counter { Value = v };
    public Counter Chain(int n) { value += n; return this; }
}

static class Program
{
    static void P(string name, long value)
    {
        Console.Write(name);
        Console.Write(" ");
        Console.WriteLine(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static int Virtual(Shape s) => s.Area();
    [MethodImpl(MethodImplOptions.NoInlining)] static int Interface(IShape s) => s.Area();
    [MethodImpl(MethodImplOptions.NoInlining)] static int Solid(ISolid s) => s.Volume(10) + s.Name.Length;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Sealed(Rectangle r) => r.Area() + r.Volume(2) + r.Name.Length;
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Casts(object o)
    {
        int r = 0;
        if (o is string) r |= 1;
        if (o is Shape) r |= 2;
        if (o is Square) r |= 4;
        if (o is Rectangle) r |= 8;
        if (o is IShape) r |= 16;
        if (o is ISolid) r |= 32;
        if (o is int) r |= 64;
        if (o is int[]) r |= 128;
        if (o is Array) r |= 256;
        if (o is object[]) r |= 512;
        if (o as Square != null) r |= 1024;
        if (o is IComparable) r |= 2048;
        if (o is ValueType) r |= 4096;
        if (o is Enum) r |= 8192;
        if (o is uint[]) r |= 16384;
        if (o is string[]) r |= 32768;
        return r;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static Square Cast(object o) => (Square)o;
    [MethodImpl(MethodImplOptions.NoInlining)] static ISolid CastI(object o) => (ISolid)o;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static long FieldSum(Fields f) => (f.b ? 1 : 0) + f.i1 + f.u1 + f.i2 + f.u2 + f.c + f.i4 + f.u4 + f.i8 + (long)f.u8 + (long)(f.f * 2) + (long)(f.d * 4) + f.s.Length + f.a[1] + f.n + (long)f.un + (f.o == null ? 0 : 1000);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void FieldSet(Fields f, long v)
    {
        f.b = v > 1000; f.i1 = (sbyte)v; f.u1 = (byte)v; f.i2 = (short)v; f.u2 = (ushort)v; f.c = (char)v; f.i4 = (int)v; f.u4 = (uint)v; f.i8 = v; f.u8 = (ulong)v; f.f = v; f.d = v; f.s = "abc"; f.o = f; f.a = new int[] { 7, 8 }; f.n = (nint)v; f.un = (nuint)v;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] static object Box(int i) => i;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Unbox(object o) => (int)o;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int List(int n)
    {
        Node head = null;
        for (int i = 0; i < n; i++) head = new Node(i, head);
        Node reversed = null;
        while (head != null) { Node next = head.Next; head.Next = reversed; reversed = head; head = next; }
        int s = 0, k = 1;
        for (Node x = reversed; x != null; x = x.Next) s += x.Value * k++;
        return s;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Null(Node n) { try { return n.Value; } catch (NullReferenceException) { return -1; } }

    static int Main()
    {
        Shape a = new Square(3), b = new Rectangle(3, 4);
        P("virtual", Virtual(a)); P("virtual", Virtual(b)); P("interface", Interface(a)); P("interface", Interface(b)); P("solid", Solid((ISolid)a)); P("solid", Solid((ISolid)b)); P("sealed", Sealed((Rectangle)b));
        Console.WriteLine(a.ToString()); Console.WriteLine(b.Name); Console.WriteLine(((Rectangle)b).Name);
        P("equals", a.Equals(b) ? 1 : 0); P("equals", a.Equals("x") ? 1 : 0); P("equals", a.Equals(null) ? 1 : 0); P("hash", a.GetHashCode());
        object[] things = { "s", a, b, 5, new int[1], new object[1], new string[1], 5u, DayOfWeek.Friday, null, new uint[1], new Counter() };
        foreach (object o in things)
        {
            P("casts", Casts(o));
            try { P("cast", Cast(o) == null ? 0 : 1); } catch (InvalidCastException) { Console.WriteLine("invalid"); }
            try { P("cast", CastI(o) == null ? 0 : 1); } catch (InvalidCastException) { Console.WriteLine("invalid"); }
        }
        Fields f = new Fields();
        P("fields", FieldSum(f)); FieldSet(f, 123456789012); P("fields", FieldSum(f)); FieldSet(f, -2); P("fields", FieldSum(f));
        P("unbox", Unbox(Box(77)));
        try { P("unbox", Unbox("no")); } catch (InvalidCastException) { Console.WriteLine("invalid"); }
        try { P("unbox", Unbox(null)); } catch (NullReferenceException) { Console.WriteLine("null"); }
        P("list", List(100)); P("null", Null(null)); P("null", Null(new Node(5, null)));
        Counter c = new Counter { Value = 4 };
        c.Value += 3; c[2] = c[1]; c = c + 5; P("counter", c); P("chain", c.Chain(1).Chain(2).Chain(3).Value); P("explicit", ((Counter)9).Value);
        Console.WriteLine(things[1].GetType().Name); Console.WriteLine(typeof(Rectangle).BaseType.FullName); Console.WriteLine(a.GetType() == typeof(Square)); Console.WriteLine(things[3].Equals(5)); Console.WriteLine(things[3].ToString());
        return 4;
    }
}
