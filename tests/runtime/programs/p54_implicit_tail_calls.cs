// Calls in front of a return, which optimised code makes jumps of: results of all sizes, arguments on the stack, virtual
// and interface calls, delegates, generics; and calls that must stay calls.
// With an argument, that is how deep they go: deeper than the stack has room for frames.
using System;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;

static class Program
{
    static int s_depth = 5000;
    static volatile bool s_stop;

    // Mutual and self-recursion, which inlining may turn into each other.
    static int Even(int n) => n == 0 ? 1 : Odd(n - 1);
    static int Odd(int n) => n == 0 ? 0 : Even(n - 1);
    static long Sum(int n, long sum) { if (n == 0) return sum; return Sum(n - 1, sum + n); }
    static bool Flag(int n) { if (n == 0) return true; return Flag2(n - 1); }
    static bool Flag2(int n) { if (n == 0) return false; return Flag(n - 1); }
    static sbyte Small(int n, sbyte s) { if (n == 0) return s; return Small(n - 1, (sbyte)(s + 1)); }
    static double Float(int n, double d) { if (n == 0) return d; return Float(n - 1, d + 0.5); }
    static string Reference(int n, string s, object o) { if (n == 0) return s + o; return Reference(n - 1, s, o); }
    static void Nothing(int n, Action<int> k) { if (n == 0) { k(n); return; } Nothing(n - 1, k); }
    static int Stack(int a, int b, int c, int d, int e, int f, int g, int h, int n)
    {
        if (n == 0) return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
        return Stack(b, c, d, e, f, g, h, a, n - 1);
    }
    static T Generic<T>(T value, int n) { if (n == 0) return value; return Generic<T>(value, n - 1); }
    static int Conditional(int n) => n == 0 ? 7 : n % 2 == 0 ? Conditional(n - 1) : Conditional2(n - 1);
    static int Conditional2(int n) => n == 0 ? 8 : Conditional(n - 1);

    abstract class Node { public abstract int Walk(int n, Node other); }
    sealed class Left : Node { public override int Walk(int n, Node other) => n == 0 ? 10 : other.Walk(n - 1, this); }
    sealed class Right : Node { public override int Walk(int n, Node other) => n == 0 ? 20 : other.Walk(n - 1, this); }
    interface IStep { int Step(int n, IStep other); }
    sealed class Ping : IStep { public int Step(int n, IStep other) => n == 0 ? 30 : other.Step(n - 1, this); }
    struct Pong : IStep { public int Base; public int Step(int n, IStep other) => n == 0 ? Base : other.Step(n - 1, this); }
    static int Continue(int n, Func<int, int> k) => n == 0 ? k(0) : Continue(n - 1, k);

    // These have memory that the callee uses, or something to do behind the call.
    static int Address(int n) { int x = n; return Use(ref x, n); }
    static int Use(ref int x, int n) { x += n; Clobber(n); return x; }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Clobber(int n) { Span<int> s = stackalloc int[8]; s.Fill(-1); return s[n & 7]; }
    struct Big { public long A, B, C, D; }
    static long Struct(int n) { Big big = new() { A = n, D = n + 1 }; return UseStruct(ref big); }
    static long UseStruct(ref Big big) { Clobber(3); return big.A + big.D; }
    static int InTry(int n) { try { return Throws(n); } catch (InvalidOperationException e) { return e.Message.Length; } }
    static int Throws(int n) { if (n > 0) throw new InvalidOperationException("message"); return 0; }
    static string Who() { return Assembly.GetExecutingAssembly().GetName().Name; }
    static Assembly Executing() { return Assembly.GetExecutingAssembly(); }
    [MethodImpl(MethodImplOptions.NoInlining)] static string Seen() { return Trace(); }
    [MethodImpl(MethodImplOptions.NoInlining)] static string Trace() { string s = new StackTrace().GetFrame(1).GetMethod().Name; return s + "!"; }
    static int NullNode(Node node) { return node.Walk(1, null); }
    static int NullStep(IStep step) { return step.Step(1, null); }
    static string Catch(Func<int> f) { try { return f().ToString(); } catch (NullReferenceException) { return "null"; } }

    static int Spin(int n) { if (s_stop) return n; return Spin2(n + 1); }
    static int Spin2(int n) { if (s_stop) return n; return Spin(n - 1); }

    static int Main(string[] args)
    {
        if (args.Length > 0) s_depth = int.Parse(args[0]);
        int n = s_depth;
        Console.WriteLine($"{Even(n)} {Odd(n)} {Sum(n, 0) - (long)n * (n + 1) / 2} {Flag(n)} {Flag(n + 1)}");
        Console.WriteLine($"{Small(n, 0) - (sbyte)n} {Float(n, 0.5) - n * 0.5} {Reference(n, "a", 'b')} {Stack(1, 2, 3, 4, 5, 6, 7, 8, n / 8 * 8)}");
        Console.WriteLine($"{Generic(5, n)} {Generic("g", n)} {Generic(2.5m, 100)} {Conditional(n)}");
        int got = -1;
        Nothing(n, x => got = x);
        Console.WriteLine($"{got} {Continue(n, x => x + 40)}");
        Console.WriteLine($"{new Left().Walk(n, new Right())} {new Left().Walk(n + 1, new Right())}");
        Console.WriteLine($"{new Ping().Step(n, new Ping())} {new Ping().Step(3, new Pong { Base = 50 })}");
        Console.WriteLine($"{Address(4)} {Struct(5)} {InTry(1)} {InTry(0)}");
        Console.WriteLine($"{Who()} {Executing().GetName().Name} {Seen()}");
        Console.WriteLine($"{Catch(() => NullNode(null))} {Catch(() => NullStep(null))} {Catch(() => NullNode(new Left()))}");
        if (args.Length > 0)
        {
            // A loop of jumps has to let the collector in.
            var collector = new Thread(() => { for (int i = 0; i < 50; i++) GC.Collect(); s_stop = true; });
            collector.Start();
            Console.WriteLine($"{Spin(0) is 0 or 1}");
            collector.Join();
        }
        return 54;
    }
}
