using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

public struct Big { public string S; public long A, B, C; }
public struct Two { public string S; public long A; }
public struct Longs { public long A, B, C, D; }
public struct Bytes { public byte A, B, C, D; }
public struct Twelve { public int A, B, C; }
public struct Floats { public float X, Y; }

public static class Leaf
{
    public static int G;
    public static string T;
    public static async Task<int> Int(int x) { await Task.Yield(); return x + 1; }
    public static async Task Void() { await Task.Yield(); }
    public static async Task<string> Str(string s) { await Task.Yield(); return s; }
    public static async Task<byte> Byte(byte b) { await Task.Yield(); return b; }
    public static async Task<sbyte> SByte(sbyte b) { await Task.Yield(); return b; }
    public static async Task<short> Short(short b) { await Task.Yield(); return b; }
    public static async Task<bool> Bool(bool b) { await Task.Yield(); return b; }
    public static async Task<long> Long(long b) { await Task.Yield(); return b; }
    public static async Task<double> Double(double b) { await Task.Yield(); return b; }
    public static async Task<float> Float(float b) { await Task.Yield(); return b; }
    public static async Task<Big> MakeBig(int x) { await Task.Yield(); return new Big { A = x }; }
    public static async Task<Two> MakeTwo(int x) { await Task.Yield(); return new Two { A = x }; }
    public static async Task<Longs> MakeLongs(int x) { await Task.Yield(); return new Longs { A = x }; }
    public static async Task<Bytes> MakeBytes(byte x) { await Task.Yield(); return new Bytes { A = x }; }
    public static async Task<Twelve> MakeTwelve(int x) { await Task.Yield(); return new Twelve { A = x }; }
    public static async Task<Floats> MakeFloats(float x) { await Task.Yield(); return new Floats { X = x }; }
    public static async ValueTask<int> VInt(int x) { await Task.Yield(); return x; }
    public static async ValueTask VVoid() { await Task.Yield(); }
    public static async ValueTask<Big> VBig(int x) { await Task.Yield(); return new Big { A = x }; }
    public static Task<int> Plain(int x) => Int(x);
    public static Task PlainVoid() => Void();
    public static ValueTask<int> PlainValue(int x) => VInt(x);
    public static Task<int> PlainFrom(int x) => Task.FromResult(x);
    public static Task<int> PlainAdapted(int x) => VInt(x).AsTask();
    public static Task PlainAdaptedVoid() => VVoid().AsTask();
    public static Task<int> PlainBranch(int x) { if (x > 3) return Int(x); var t = PlainFrom(x); G++; return t; }
    public static void Sink(ref int x) { x++; }
    public static void SinkBig(ref Big x) { x.A++; }
}

public static class Shapes
{
    static Task<int> NoTask(int x) { if (x < 0) throw new InvalidOperationException(Text(ref x)); return Leaf.Int(x); }
    static string Text(ref int x) => x > Leaf.G ? "more" : "less";
    // The second await is never reached, which shows once the parameter of the inlined method is in no frame slot.
    public static async Task<int> Unreached(int x)
    {
        int r = await Leaf.Int(x);
        try { r += await NoTask(-4); } catch (InvalidOperationException) { r++; }
        return r + await Leaf.Int(r);
    }
    public static async Task<int> One(int x) { int r = await Leaf.Int(x); return r + x; }
    public static async Task<long> StrLong(string s, long y) { int r = await Leaf.Int(1); return r + y + s.Length; }
    public static async Task<int> InTry(int x) { try { int r = await Leaf.Int(x); return r + x; } catch (InvalidOperationException) { return x; } }
    public static async Task<int> Yield(int x) { await Task.Yield(); return x; }
    public static async Task<int> NoContext() { return await Leaf.Int(1).ConfigureAwait(false); }
    public static async Task<int> WithTrue(int x) { return await Leaf.Int(x).ConfigureAwait(true) + x; }
    public static async Task VoidAwait() { await Leaf.Void(); }
    public static async Task<int> TwoAwaits() { int a = await Leaf.Int(1); string s = await Leaf.Str("x"); return s.Length; }
    public static async Task<int> Three(int a) { int r = await Leaf.Int(1); r += await Leaf.Int(r + a); r += await Leaf.Int(r); return r + a; }
    public static async Task<int> Smalls(int i) { byte b = await Leaf.Byte(1); sbyte c = await Leaf.SByte(-1); short d = await Leaf.Short(-2); bool e = await Leaf.Bool(true); return b + c + d + (e ? 1 : 0) + i; }
    public static async Task<double> FloatsAndLongs(double d, float f, long l) { long x = await Leaf.Long(l); double y = await Leaf.Double(d); float z = await Leaf.Float(f); return x + y + z + d + f + l; }
    public static async Task<Big> BigResult(int x) { Big b = await Leaf.MakeBig(x); b.A += x; return b; }
    public static async Task<Two> TwoResult(int x) { Two b = await Leaf.MakeTwo(x); b.A += x; return b; }
    public static async Task<Longs> LongsResult(int x) { Longs b = await Leaf.MakeLongs(x); await Leaf.Void(); b.A += x; return b; }
    public static async Task<int> ByteStruct(byte x) { Bytes b = await Leaf.MakeBytes(x); Twelve t = await Leaf.MakeTwelve(x); Floats f = await Leaf.MakeFloats(x); return b.A + t.A + (int)f.X + x; }
    public static async Task<long> StructLocals(Big p, Two q) { Big b = p; await Leaf.Void(); b.A += q.A; await Leaf.Void(); Leaf.SinkBig(ref b); await Leaf.Void(); return b.A + b.B + q.A; }
    public static async Task<int> RefParam(int x) { int y = x; Leaf.Sink(ref y); await Leaf.Void(); Leaf.Sink(ref y); return y; }
    public static async Task<int> Loop(int n) { int sum = 0; for (int i = 0; i < n; i++) sum += await Leaf.Int(i); return sum; }
    public static async Task<int> LoopRefs(string[] a) { int sum = 0; foreach (string s in a) { string t = await Leaf.Str(s); sum += t.Length; } return sum; }
    public static async Task<int> Finally(int x) { int r = 0; try { r = await Leaf.Int(x); } finally { r += 2; Leaf.G = r; } return r; }
    public static async Task<int> AwaitInFinally(int x) { int r = 0; try { r = await Leaf.Int(x); } finally { await Leaf.Void(); } return r; }
    public static async Task<int> AwaitInCatch(int x) { int r = 0; try { r = await Leaf.Int(x); } catch (Exception e) { await Leaf.Void(); r = e.Message.Length; } return r; }
    public static async Task<int> Nested(int x)
    {
        int r = 0;
        try { try { r = await Leaf.Int(x); } catch (InvalidOperationException) { r = 5; } finally { Leaf.G++; } r += await Leaf.Int(r); }
        catch (Exception e) when (e.Message.Length == x) { r = 7; }
        return r + await Leaf.Int(3);
    }
    public static async Task<int> Conditional(bool b) { if (b) await Leaf.Void(); return 3; }
    public static async Task<int> NoAwait(int x) { return x * 2; }
    public static async ValueTask<int> Value(int x) { return await Leaf.VInt(x) + x; }
    public static async ValueTask ValueVoid() { await Leaf.VVoid(); await Leaf.VVoid().ConfigureAwait(false); }
    public static async ValueTask<int> ValueConfigured(int x) { return await Leaf.VInt(x).ConfigureAwait(false) + await Leaf.VInt(x).ConfigureAwait(true); }
    public static async ValueTask<Big> ValueBig(int x) { return await Leaf.VBig(x); }
    public static async Task<int> OfPlain(int x) { return await Leaf.Plain(x) + x; }
    public static async Task<int> OfAdapted(int x) { await Leaf.PlainAdaptedVoid(); return await Leaf.PlainAdapted(x) + await Leaf.PlainBranch(x); }
    public static async Task OfPlainVoid() { await Leaf.PlainVoid(); }
    public static async Task<int> OfTask(Task<int> t) { return await t; }
    public static async Task OfDelegate(Func<Task> f) { await f(); }
    public static async Task<int> OfDelegate(Func<int, Task<int>> f) { return await f(3); }
    public static async Task<int> OfArguments(int a, int b, int c, int d, int e, int f, int g, string h) { int r = await Many(a, b, c, d, e, f, g, h, 1.5); return r + a + g + h.Length; }
    public static async Task<int> Many(int a, int b, int c, int d, int e, int f, int g, string h, double i) { await Leaf.Void(); return a + b + c + d + e + f + g + h.Length + (int)i; }
    public static async Task<long> StackStruct(int a, int b, int c, int d, int e, int f, Big g) { await Leaf.Void(); return a + f + g.A + g.S.Length; }
    public static async Task<int> OnStack(int x) { return x + G(x) * await Leaf.Int(x) + await Leaf.Int(x + 1); }
    static int G(int x) => x + Leaf.G;
    public static async Task<Big> BigLocals(int x) { Big a = await Leaf.MakeBig(x); Big b = await Leaf.MakeBig(x + 1); a.B = b.A; a.S = b.S; await Leaf.Void(); return a; }
    public static async Task Recursive(int n) { if (n > 0) await Recursive(n - 1); }
    public static async Task<string> Concat(string a, string b) { string x = await Leaf.Str(a); string y = await Leaf.Str(b); return string.Concat(x, y); }
    public static async Task Throws(int x) { if (x > 2) throw new InvalidOperationException(); await Leaf.Void(); throw new Exception(); }
    public static async Task<int> BothBranches(bool b) { int r; if (b) r = await Leaf.Int(1); else r = await Leaf.Byte(2); return r; }
    public static async Task<int> SpanBetween(int x) { int y = x; int n = new Span<int>(ref y).Length; await Leaf.Void(); return n + y; }
}

public class Node
{
    int field;
    Node next;
    public async Task<int> Instance(int x) { int r = await Leaf.Int(x); return r + x + field; }
    public virtual async Task<int> Virt(int x) { await Leaf.Void(); return field + x; }
    public virtual Task<int> VirtPlain(int x) => Leaf.Int(x + field);
    public async Task<int> CallVirt(Node n, int x) { return await n.Virt(x) + await n.VirtPlain(x) + await n.Instance(x); }
    public async Task<int> CallInterface(IThing t) { return await t.Get(field) + (int)(await t.Many(1, 2)).A; }
}
public class Derived : Node, IThing
{
    public override async Task<int> Virt(int x) { return await base.Virt(x) + 1; }
    public override Task<int> VirtPlain(int x) => Task.FromResult(x);
    public async Task<int> Get(int x) { await Leaf.Void(); return x; }
    public async Task<Big> Many(int x, int y) { await Leaf.Void(); return default; }
}
public interface IThing { Task<int> Get(int x); Task<Big> Many(int x, int y); }
public struct StructThing : IThing
{
    int v;
    public async Task<int> Get(int x) { await Leaf.Void(); return x + v; }
    public async Task<Big> Many(int x, int y) { int w = v; Big b = await Leaf.MakeBig(w); return b; }
}
public static class Generic
{
    public static async Task<T> Id<T>(T x) { await Leaf.Void(); return x; }
    public static async Task<T> Twice<T>(T x) { T y = await Id(x); return await Id<T>(y); }
    public static async Task<int> Use() { int a = await Twice(3); string s = await Twice("x"); Big b = await Twice(new Big()); return a + s.Length + (int)b.A; }
    public static async Task<object> Typed<T>() where T : class, new() { await Leaf.Void(); return new T(); }
    public static async Task<int> Constrained<T>(T t) where T : IThing { return await t.Get(3); }
    public static async Task<int> UseConstrained() { return await Constrained(new StructThing()) + await Constrained(new Derived()); }
    public static Task<T> PlainId<T>(T x) => Id(x);
    public static async Task<T> OfPlainId<T>(T x) { return await PlainId(x); }
}
public class Container<T>
{
    T value; T[] array;
    public async Task<T> Get() { await Leaf.Void(); return value; }
    public async Task<T[]> Make(int n) { await Leaf.Void(); return new T[n]; }
    public static async Task<T[]> MakeStatic(int n) { try { await Leaf.Void(); } finally { Leaf.G++; } return new T[n]; }
    public async Task<U> Map<U>(Func<T, U> f) { T v = await Get(); return f(v); }
    public static async Task<object> MapStatic<U>() { await Leaf.Void(); return new Container<U>(); }
}
public static class UseContainer
{
    public static async Task<int> Run() { var c = new Container<string>(); var d = new Container<int>(); string[] s = await c.Make(2); int[] i = await d.Make(2); await Container<string>.MakeStatic(1); await Container<int>.MakeStatic(1); object o = await Container<string>.MapStatic<object>(); return s.Length + i.Length + await d.Get() + (await c.Get()).Length; }
}

public interface IStatic<TSelf> where TSelf : IStatic<TSelf> { static abstract Task<int> Make(int x); }
public struct StaticMaker : IStatic<StaticMaker> { public static async Task<int> Make(int x) { await Leaf.Void(); return x; } }
public class Virtuals : IThing
{
    public virtual async Task<T> Gvm<T>(T x) { await Leaf.Void(); return x; }
    public virtual async ValueTask<T> ValueGvm<T>(T x) { await Leaf.VVoid(); return x; }
    async Task<int> IThing.Get(int x) { return await Gvm(x); }
    Task<Big> IThing.Many(int x, int y) => Leaf.MakeBig(x + y);
    public virtual async Task Covariant() { await Leaf.Void(); }
    public static async Task<int> CallGvm(Virtuals v) { int a = await v.Gvm(3); string s = await v.Gvm("x"); Big b = await v.ValueGvm(new Big()); return a + s.Length + (int)b.A; }
    public static async Task<T> CallShared<T>(Virtuals v, T x) { return await v.Gvm(x); }
    public static async Task<int> CallStatic<T>(T x) where T : struct, IStatic<T> { return await T.Make(1); }
    public static Task<int> UseStatic() => CallStatic(new StaticMaker());
}
public class MoreVirtuals : Virtuals
{
    public override async Task<T> Gvm<T>(T x) { T y = await base.Gvm(x); return y; }
    public override async Task Covariant() { await base.Covariant(); await base.Covariant(); }
}
public class Resource : IDisposable { public void Dispose() { Leaf.G++; } public async Task<int> Use(int x) { await Leaf.Void(); return x; } }
public static class More
{
    public static async Task<int> Using(int x) { using (var r = new Resource()) { x += await r.Use(x); } using var q = new Resource(); return x + await q.Use(1); }
    public static async Task<int> TryLoop(int n) { int k = 0; for (int i = 0; i < n; i++) { try { k += await Leaf.Int(i); if (k > 9) continue; } catch (InvalidOperationException) { break; } finally { Leaf.G += k; } } return k; }
    public static async Task<string> Coalesce(string s) { return s ?? await Leaf.Str("y"); }
    public static async Task<int> ManyLocals(int a, long b, double c, string d, object e, Big f, byte g, Twelve h)
    { await Leaf.Void(); int x = a + (int)b; string y = d; await Leaf.Void(); f.A += x; h.B += g; await Leaf.Void(); return x + y.Length + (int)c + (e == null ? 1 : 0) + (int)f.A + h.B + g; }
    public static async Task<int> Nullables(int? a, Big? b) { await Leaf.Void(); int? c = a; await Leaf.Void(); return c.GetValueOrDefault() + (b.HasValue ? (int)b.Value.A : 0); }
    public static async Task<int?> NullableResult(int x) { int? y = await MakeNullable(x); return y; }
    public static async Task<int?> MakeNullable(int x) { await Leaf.Void(); return x; }
    public static async Task<T[]> Arrays<T>(T[] a, int i) { T t = a[i]; await Leaf.Void(); a[i + 1] = t; return a; }
    public static async Task Endless() { while (true) await Leaf.Void(); }
    public static async Task<int> SwitchOn(int x) { switch (x) { case 0: await Leaf.Void(); return 1; case 1: return await Leaf.Int(2); case 2: break; case 3: throw new Exception(); default: x = await Leaf.Byte(3); break; } return x + await Leaf.Short(1); }
    public static async Task<int> Ten(int x) { int s = 0; s += await Leaf.Int(1); s += await Leaf.Int(2); s += await Leaf.Int(3); s += await Leaf.Int(4); s += await Leaf.Int(5); s += await Leaf.Int(6); s += await Leaf.Int(7); s += await Leaf.Int(8); s += await Leaf.Int(9); s += await Leaf.Int(10); return s + x; }
    public static async Task<(int, string)> Tuple(int x) { string s = await Leaf.Str("a"); return (x, s); }
}
