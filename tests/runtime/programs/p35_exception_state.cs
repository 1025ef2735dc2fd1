// What is alive when a handler runs: locals changed in a try block, in registers and on the stack, of all types; exceptions
// in constructors, static constructors, iterators and delegates; returns out of handlers; many handlers in one method.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

class Boom : Exception { public readonly int N; public Boom(int n) : base("boom" + n) { N = n; } }
class Ctor { public int A; public Ctor(int n) { A = n; if (n < 0) throw new Boom(n); A++; } }
class CtorChild : Ctor { readonly string s = Program.Note("init"); public CtorChild(int n) : base(n) { Program.Note("child"); } ~CtorChild() { } }
class BadStatic { public static int V = Program.Fail(77); static BadStatic() { } public static int Get() => V; }
struct Big { public long A, B, C; public string S; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static string log = "";
    static void W(object o) => Console.WriteLine(o);
    public static string Note(string s) { log += s + " "; return s; }
    [MethodImpl(No)] public static int Fail(int n) { if (n != 0) throw new Boom(n); return n; }
    [MethodImpl(No)] static int Ok(int n) => n;

    [MethodImpl(No)]
    static string AllTypes(int k)
    {
        byte b = 1; short s = 2; int i = 3; long l = 4; float f = 5; double d = 6; string t = "7"; Big g = new Big { A = 8, S = "9" }; int[] a = { 10 }; object o = 11; bool z = false; char c = 'c';
        try
        {
            b++; s--; i <<= 2; l -= 100; f *= 1.5f; d /= 4; t += "x"; g.B = l; g.S += t; a[0] = i; o = t; z = true; c++;
            Fail(k);
            b = 0; s = 0; i = 0; l = 0; f = 0; d = 0; t = null; g = default; a = null; o = null; z = false; c = '\0';
        }
        catch (Boom e) { b += (byte)e.N; l += i; d += f; g.C = b; t += g.S; }
        return b + "," + s + "," + i + "," + l + "," + f + "," + d + "," + t + "," + g.A + g.B + g.C + g.S + "," + (a == null ? "null" : a[0]) + o + z + c;
    }

    [MethodImpl(No)] static int Phases(int n) { int phase = 0, sum = 0; while (true) { try { phase++; switch (phase) { case 1: Fail(n); sum += 1; break; case 2: sum += 10; Fail(n - 1); break; case 3: sum += 100; return sum; } } catch (Boom e) when (e.N < 5) { sum += 1000 * phase; } finally { sum += 10000; } } }
    [MethodImpl(No)] static int ReturnFromFinallyPath(int n) { int x = n; try { try { return x += Fail(n); } finally { x += 5; } } catch (Boom) { return x * 2; } }
    [MethodImpl(No)] static int ReturnValue(int n) { int x = 1; try { return x = Ok(n); } finally { x = 100; n = x; } }
    [MethodImpl(No)] static Big ReturnStruct(int n) { Big b = new Big { A = n, S = "r" }; try { Fail(n); return b; } catch (Boom e) { b.B = e.N; return b; } finally { b.A = -1; b.S = "changed"; } }
    [MethodImpl(No)] static int Swallow(int n) { for (int i = 0; ; i++) { try { Fail(n - i); return i; } catch { if (i > 50) throw; continue; } } }
    [MethodImpl(No)] static string Constructors() { string r = ""; foreach (int n in new[] { 1, -1 }) { CtorChild c = null; try { c = new CtorChild(n); r += c.A; } catch (Boom e) { r += "!" + e.N + (c == null); } } r += log; log = ""; return r; }
    [MethodImpl(No)] static string Statics() { string r = ""; for (int i = 0; i < 2; i++) try { r += BadStatic.Get(); } catch (TypeInitializationException e) { r += ((Boom)e.InnerException).N + (e.TypeName == "BadStatic" ? "+" : "-"); } return r; }
    static IEnumerable<int> Iter(int n) { int i = 0; try { while (true) { Fail(i == n ? 9 : 0); yield return i++; } } finally { Note("iter" + i); } }
    [MethodImpl(No)] static string Iterators(int n) { string r = ""; try { foreach (int i in Iter(n)) r += i; } catch (Boom e) { r += "b" + e.N; } r += log; log = ""; return r; }
    [MethodImpl(No)] static int Delegates(int n) { Func<int> f = () => { try { return Fail(n) + 1; } catch (Boom) when (n == 2) { return 20; } finally { n += 100; } }; try { return f() + n; } catch (Boom e) { return e.N + n; } }
    [MethodImpl(No)] static int Across(int n, ref int r, out int o) { o = 1; r = 2; try { o = 3; r = 4; Fail(n); o = 5; r = 6; } catch (Boom) { o += 10; r += 10; } return o * 100 + r; }
    [MethodImpl(No)] static string Handlers(int n) { string r = ""; for (int i = 0; i < 9; i++) { try { switch ((n + i) % 9) { case 0: Fail(1); break; case 1: throw new ArgumentException("a"); case 2: int[] a = new int[1]; a[i + 1] = 1; break; case 3: string s = null; r += s.Length; break; case 4: r += 1 / (i - i); break; case 5: object o = "x"; r += (int)o; break; case 6: checked { int m = int.MaxValue; m += i + 1; r += m; } break; case 7: object[] q = new string[1]; q[0] = 1; break; default: r += "n"; break; } } catch (Boom) { r += "b"; } catch (ArgumentException e) { r += e.Message; } catch (IndexOutOfRangeException) { r += "i"; } catch (NullReferenceException) { r += "0"; } catch (DivideByZeroException) { r += "d"; } catch (InvalidCastException) { r += "c"; } catch (OverflowException) { r += "o"; } catch (ArrayTypeMismatchException) { r += "m"; } } return r; }
    [MethodImpl(No)] static int Nest(int n) { int r = 0; try { try { try { try { Fail(n); } catch (Boom e) when (e.N == 1) { r += 1; } } catch (Boom e) when (e.N == 2) { r += 2; Fail(3); } finally { r += 10; } } catch (Boom e) when (e.N == 3) { r += 4; try { Fail(4); } catch (Boom) { r += 100; } } finally { r += 20; } } catch (Boom e) { r += e.N * 1000; } return r; }
    [MethodImpl(No)] static string Chain(int n) { try { try { Fail(n); } catch (Boom e) { throw new InvalidOperationException("wrapped", e); } } catch (Exception e) { string s = ""; for (Exception x = e; x != null; x = x.InnerException) s += x.GetType().Name + ":" + x.Message + ";"; return s + (e.GetBaseException() as Boom)?.N; } return "none"; }
    [MethodImpl(No)] static int DeepUnwind(int n, string s) { object o = s + n; try { if (n == 0) Fail(5); return DeepUnwind(n - 1, s) + ((string)o).Length; } catch (Boom) when (n == 40) { return ((string)o).Length; } finally { if (((string)o).Length < s.Length) throw new Exception("corrupt"); if (n % 16 == 0) GC.Collect(0); } }
    [MethodImpl(No)] static int Repeated(int n) { int caught = 0; for (int i = 0; i < n; i++) try { if (i % 2 == 0) Fail(i + 1); else { object o = null; o.ToString(); } } catch (Boom e) { caught += e.N & 1; } catch (NullReferenceException) { caught += 2; } return caught; }
    [MethodImpl(No)] static double Floats(double a, double b, int n) { double x = a * b, y = a - b, z = 0; float w = (float)x; try { z = x + y; Fail(n); z = -1; } catch (Boom) { z = z * x - y + w; } finally { z += b; } return z + x + y + w; }
    [MethodImpl(No)] static int FilterSees(int n) { int a = n, b = 5; string s = "f"; try { a += 10; s += a; Fail(n); b = 7; } catch (Boom e) when (Pred(ref a, s, e.N, b)) { return a * 10 + b; } catch (Boom) { return -a; } return b; }
    static bool Pred(ref int a, string s, int n, int b) { a++; return s.Length == 3 && n < 5 && b == 5; }
    [MethodImpl(No)] static string Using(int n) { string r = ""; try { using D a = new D("a"), b = new D("b"); r += "in"; using (new D("c")) Fail(n); r += "out"; } catch (Boom) { r += "caught"; } r += log; log = ""; return r; }
    sealed class D : IDisposable { readonly string s; public D(string n) => s = n; public void Dispose() { Note("d" + s); } }

    static int Main() { W(AllTypes(0)); W(AllTypes(7)); for (int n = 0; n < 3; n++) W(Phases(n)); try { W(Phases(9)); } catch (Boom e) { W(e.Message); } W(ReturnFromFinallyPath(0) + "," + ReturnFromFinallyPath(3)); W(ReturnValue(6)); W(ReturnStruct(0).A + ReturnStruct(0).S + ReturnStruct(4).B + ReturnStruct(4).S); W(Swallow(10)); try { W(Swallow(1000)); } catch (Boom e) { W(e.N); } W(Constructors()); W(Statics()); W(Iterators(3)); W(Delegates(0) + "," + Delegates(1) + "," + Delegates(2)); int r = 0; W(Across(0, ref r, out int o) + "," + Across(1, ref r, out o) + r + o); for (int n = 0; n < 2; n++) W(Handlers(n)); for (int n = 0; n < 6; n++) W(Nest(n)); W(Chain(3)); W(DeepUnwind(60, "deep")); W(Repeated(300)); W(Floats(2.5, 1.25, 0) + "," + Floats(2.5, 1.25, 1)); W(FilterSees(0) + "," + FilterSees(2) + "," + FilterSees(8)); W(Using(0)); W(Using(1)); return 35; }
}
