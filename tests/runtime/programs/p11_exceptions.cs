// Exceptions: try/catch/finally/filter, nesting, rethrow, through frames, runtime-raised ones, control flow out of handlers.
using System;
using System.Runtime.CompilerServices;

class MyException : Exception { public int Code; public MyException(int code, Exception inner = null) : base("my " + code, inner) { Code = code; } }
sealed class SubException : MyException { public SubException(int code) : base(code) { } }

static class Program
{
    static string trace = "";
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void T(string s) => trace += s + " ";
    static void Flush(string name) { Console.WriteLine(name + ": " + trace); trace = ""; }
    static bool Filter(string s, bool result) { T("filter-" + s); return result; }

    [MethodImpl(No)] static void Throw(int code) => throw new MyException(code);
    [MethodImpl(No)] static int Simple(int code) { try { if (code != 0) Throw(code); T("body"); return 1; } catch (MyException e) { T("catch" + e.Code); return 2; } }
    [MethodImpl(No)] static int Finally(int code) { int r = 0; try { r = 1; if (code == 1) return r; if (code == 2) Throw(2); r = 3; } finally { T("finally" + r); r += 10; } return r; }
    [MethodImpl(No)] static int Order(Exception e) { try { if (e != null) throw e; return 0; } catch (SubException) { return 1; } catch (MyException x) when (x.Code == 5) { return 2; } catch (MyException) { return 3; } catch (ArgumentNullException) { return 4; } catch (ArgumentException) { return 5; } catch { return 6; } }
    [MethodImpl(No)] static int Nested(int code)
    {
        int r = 0;
        try
        {
            T("a");
            try { T("b"); if (code > 0) Throw(code); T("c"); }
            catch (MyException e) when (e.Code == 1) { T("catch1"); r = 1; }
            finally { T("f1"); }
            T("d");
            try { if (code < 0) Throw(code); } finally { T("f2"); try { if (code == -2) Throw(7); } catch (MyException e) when (e.Code == 7) { T("inner7"); } finally { T("f3"); } }
        }
        catch (MyException e) { T("outer" + e.Code); r = 100 + e.Code; }
        finally { T("f4"); }
        return r;
    }

    [MethodImpl(No)] static void Rethrow(int code) { try { Throw(code); } catch (MyException e) { T("seen" + e.Code); if (code == 1) throw; if (code == 2) throw e; throw new InvalidOperationException("wrapped", e); } }
    [MethodImpl(No)] static void FinallyThrows() { try { Throw(1); } finally { T("fin"); throw new SubException(2); } }
    [MethodImpl(No)] static int FilterOrder() { try { try { Throw(9); } finally { T("inner-finally"); } } catch (MyException) when (Filter("x", false)) { T("no"); } catch (MyException e) when (Filter("y", e.Code == 9)) { T("yes"); return 1; } return 0; }
    [MethodImpl(No)] static bool ThrowingFilter() => throw new Exception("in filter");
    [MethodImpl(No)] static int FilterThrows() { try { Throw(3); } catch (MyException) when (ThrowingFilter()) { T("no"); } catch (MyException) { T("swallowed"); return 1; } return 0; }
    [MethodImpl(No)] static int Deep(int n) { if (n == 0) Throw(42); try { return Deep(n - 1) + 1; } finally { if (n % 100 == 0) T("u" + n); } }
    [MethodImpl(No)] static int Loop(int n) { int s = 0; for (int i = 0; i < n; i++) { try { if (i % 3 == 0) continue; if (i == 20) break; if (i % 5 == 0) Throw(i); s += i; } catch (MyException e) { s += e.Code * 100; if (i == 25) return -s; } finally { s++; } } return s; }
    [MethodImpl(No)] static int Locals(int a) { int x = a, y = a * 2; string s = "s" + a; try { x++; s += "t"; if (a > 0) Throw(a); y = 1000; } catch (MyException e) { x += e.Code; y += x; s += "c"; } finally { x *= 2; s += "f"; } T(s); return x * 10000 + y; }
    [MethodImpl(No)] static int Ref(ref int r, int[] a) { try { r = 5; a[2] = 7; a[a.Length] = 1; r = 6; } catch (IndexOutOfRangeException) { r += 10; a[0] = r; } return r; }

    [MethodImpl(No)] static int Div(int a, int b) => a / b;
    [MethodImpl(No)] static long DivL(long a, long b) => a / b;
    [MethodImpl(No)] static int Rem(int a, int b) => a % b;
    [MethodImpl(No)] static uint DivU(uint a, uint b) => a / b;
    [MethodImpl(No)] static int At(int[] a, int i) => a[i];
    [MethodImpl(No)] static int Len(string s) => s.Length;
    [MethodImpl(No)] static int Field(MyException e) => e.Code;
    [MethodImpl(No)] static void SetField(MyException e) { e.Code = 5; }
    [MethodImpl(No)] static string Virtual(object o) => o.ToString();
    [MethodImpl(No)] static object CastTo(object o) => (MyException)o;
    [MethodImpl(No)] static int Unbox(object o) => (int)o;
    [MethodImpl(No)] static void Store(object[] a, object o) => a[0] = o;
    [MethodImpl(No)] static int[] New(int n) => new int[n];
    [MethodImpl(No)] static int Checked(int a) => checked(a + 1);
    [MethodImpl(No)] static void ThrowNull() { Exception e = null; throw e; }
    [MethodImpl(No)] static int Delegate(Func<int> f) => f();
    [MethodImpl(No)] static int Interface(IComparable c) => c.CompareTo(1);
    [MethodImpl(No)] static void Arg(string s) => ArgumentNullException.ThrowIfNull(s);

    [MethodImpl(No)]
    static int SameMethod(int which, int[] a, string s, object o, int zero)
    {
        try
        {
            switch (which) { case 0: return a[5]; case 1: return s.Length; case 2: return 1 / zero; case 3: return int.MinValue % (zero - 1); case 4: return (int)o; case 5: return ((string)o).Length; case 6: return checked(int.MaxValue + (zero + 1)); case 7: return new int[zero - 1].Length; case 8: return o.GetHashCode(); default: return 77; }
        }
        catch (IndexOutOfRangeException) { return -1; }
        catch (NullReferenceException) { return -2; }
        catch (DivideByZeroException) { return -3; }
        catch (OverflowException) { return -4; }
        catch (InvalidCastException) { return -5; }
    }

    static void Try(string name, Action a) { try { a(); Console.WriteLine(name + " none"); } catch (Exception e) { Console.WriteLine(name + " " + e.GetType().FullName); } }

    static int Main()
    {
        Console.WriteLine(Simple(0) + " " + Simple(4)); Flush("simple");
        Console.WriteLine(Finally(0) + " " + Finally(1)); try { Finally(2); } catch (MyException e) { T("out" + e.Code); } Flush("finally");
        foreach (Exception e in new Exception[] { null, new SubException(1), new MyException(5), new MyException(6), new ArgumentNullException(), new ArgumentOutOfRangeException(), new Exception() }) T(Order(e).ToString()); Flush("order");
        foreach (int c in new[] { 0, 1, 2, -1, -2 }) { T("=" + Nested(c)); Flush("nested" + c); }
        for (int c = 1; c <= 3; c++) { try { Rethrow(c); } catch (MyException e) { T("my" + e.Code + (e.StackTrace.Contains("Throw") ? "+" : "-")); } catch (InvalidOperationException e) { T(e.Message + ((MyException)e.InnerException).Code); } } Flush("rethrow");
        // The outer handler is what the first pass finds for the exception that the finally replaces.
        try { try { FinallyThrows(); } catch (SubException e) { T("sub" + e.Code); } } catch (MyException e) { T("lost" + e.Code); } Flush("finallythrows");
        Console.WriteLine(FilterOrder()); Flush("filterorder"); Console.WriteLine(FilterThrows()); Flush("filterthrows");
        try { Deep(350); } catch (MyException e) { T("deep" + e.Code); } Flush("deep");
        Console.WriteLine(Loop(10) + " " + Loop(30)); Console.WriteLine(Locals(0) + " " + Locals(3)); Flush("locals");
        int r = 0; int[] arr = new int[3]; Console.WriteLine(Ref(ref r, arr) + " " + r + " " + arr[0] + " " + arr[2]);
        Try("div0", () => Div(1, 0)); Try("divmin", () => Div(int.MinValue, -1)); Try("rem0", () => Rem(1, 0)); Try("remmin", () => Rem(int.MinValue, -1)); Try("divl0", () => DivL(1, 0)); Try("divlmin", () => DivL(long.MinValue, -1)); Try("divu0", () => DivU(1, 0));
        Try("at", () => At(new int[2], 2)); Try("atneg", () => At(new int[2], -1)); Try("atnull", () => At(null, 0)); Try("len", () => Len(null)); Try("field", () => Field(null)); Try("setfield", () => SetField(null)); Try("virtual", () => Virtual(null)); Try("cast", () => CastTo("x")); Try("castnull", () => CastTo(null)); Try("unbox", () => Unbox(1L)); Try("unboxnull", () => Unbox(null)); Try("store", () => Store(new string[1], 5)); Try("new", () => New(-5)); Try("checked", () => Checked(int.MaxValue)); Try("thrownull", ThrowNull); Try("delegate", () => Delegate(null)); Try("interface", () => Interface(null)); Try("arg", () => Arg(null)); Try("oom", () => GC.KeepAlive(new long[int.MaxValue])); Try("parse", () => int.Parse("x1"));
        for (int i = 0; i <= 9; i++) Console.Write(SameMethod(i, new int[1], null, i == 4 ? "s" : i == 5 ? 5 : null, 0) + " "); Console.WriteLine();
        try { try { Throw(1); } catch (Exception e) { throw new AggregateException("agg", e, new SubException(2)); } } catch (AggregateException e) { Console.WriteLine(e.InnerExceptions.Count + e.Message); }
        try { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(new MyException(8)).Throw(); } catch (MyException e) { Console.WriteLine(e.Message); }
        using (var d = new Disposable("one")) { T("in"); } try { using var d2 = new Disposable("two"); Throw(3); } catch (MyException) { T("after"); } Flush("using");
        lock (trace) { T("locked"); } Flush("lock");
        return 11;
    }

    sealed class Disposable : IDisposable { readonly string n; public Disposable(string n) { this.n = n; } public void Dispose() => T("dispose-" + n); }
}
