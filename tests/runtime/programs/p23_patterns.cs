// Records, patterns, tuples, deconstruction, ranges, local functions, with-expressions, string interpolation handlers.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;

abstract record Shape(string Name) { public abstract double Area { get; } public virtual string Kind => "shape"; }
record Circle(double R) : Shape("circle") { public override double Area => 3 * R * R; }
record Rect(double W, double H) : Shape("rect") { public override double Area => W * H; public override string Kind => W == H ? "square" : base.Kind; }
sealed record Tri(double A, double B, double C, string Tag = "t") : Shape("tri") { public override double Area => A * B / 2; public void Deconstruct(out double s) => s = A + B + C; }
record struct Pt(int X, int Y) { public readonly int Manhattan => Math.Abs(X) + Math.Abs(Y); public static Pt operator +(Pt a, Pt b) => new(a.X + b.X, a.Y + b.Y); }
readonly record struct Temp(double C) : IComparable<Temp> { public double F => C * 9 / 5 + 32; public int CompareTo(Temp o) => C.CompareTo(o.C); }
record Node(int V, Node Left = null, Node Right = null);
record Generic<T>(T Value, List<T> More) { public int Count => More.Count + 1; }
abstract class Expr { public sealed class Num : Expr { public int V; } public sealed class Bin : Expr { public char Op; public Expr L, R; } public sealed class Neg : Expr { public Expr E; } }
class Mutable { public int A { get; init; } public required string B { get; set; } public int? C { get; set; } public void Deconstruct(out int a, out string b) { a = A; b = B; } }
[InterpolatedStringHandler] struct Handler { StringBuilder b; public int Parts; public Handler(int literal, int formatted) { b = new StringBuilder(); Parts = 0; } public void AppendLiteral(string s) => b.Append('<').Append(s).Append('>'); public void AppendFormatted<T>(T t) { Parts++; b.Append('{').Append(t).Append('}'); } public void AppendFormatted<T>(T t, int alignment, string format) where T : IFormattable { Parts += 10; b.Append(t.ToString(format, null)).Append(alignment); } public string Text => b.ToString() + Parts; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o ?? "null");
    [MethodImpl(No)] static string Classify(object o) => o switch { null => "null", int and > 0 and < 10 => "digit", int n when n % 2 == 0 => "even " + n, int => "odd", "magic" => "magic!", string { Length: > 3 } s => "long " + s, string s => "short " + s, Circle { R: 1 } => "unit", Circle(var r) => "circle " + r, Rect { W: var w, H: var h } when w == h => "square " + w, Rect(> 5, _) or Rect(_, > 5) => "bigrect", Shape s => s.Name, int[] { Length: 0 } => "empty", int[] and [1, .. var rest] => "one+" + rest.Length, int[] and [var a, _, var c] => "three " + a + c, int[] and [.., 9] => "nine", Array a => "array" + a.Length, (int x, int y) => "tuple" + (x + y), bool b => b ? "T" : "F", char c and (>= 'a' and <= 'z' or '_') => "ident " + c, not ValueType => "ref", _ => "value" };
    [MethodImpl(No)] static string Quadrant(Pt p) => p switch { (0, 0) => "origin", (> 0, > 0) => "1", (< 0, > 0) => "2", (< 0, < 0) => "3", (> 0, < 0) => "4", { X: 0 } => "y", _ => "x" };
    [MethodImpl(No)] static string Rps(string a, string b) => (a, b) switch { ("r", "p") or ("p", "s") or ("s", "r") => "second", var (x, y) when x == y => "tie", _ => "first" };
    [MethodImpl(No)] static int Eval(Expr e) => e switch { Expr.Num { V: var v } => v, Expr.Neg n => -Eval(n.E), Expr.Bin { Op: '+', L: var l, R: var r } => Eval(l) + Eval(r), Expr.Bin { Op: '*', L: Expr.Num { V: 0 } } => 0, Expr.Bin { Op: '*' } b => Eval(b.L) * Eval(b.R), Expr.Bin { Op: '/', R: var d } b when Eval(d) != 0 => Eval(b.L) / Eval(d), _ => throw new ArgumentException("cannot") };
    [MethodImpl(No)] static int Depth(Node n) => n is null ? 0 : n is { Left: null, Right: null } ? 1 : 1 + Math.Max(Depth(n.Left), Depth(n.Right));
    [MethodImpl(No)] static (int Min, int Max, double Avg) Stats(int[] a) { (int min, int max, long sum) = (int.MaxValue, int.MinValue, 0); foreach (int x in a) { if (x < min) min = x; if (x > max) max = x; sum += x; } return (min, max, (double)sum / a.Length); }
    [MethodImpl(No)] static (string, int, double, long, char, bool, byte, object, int) Nine(int n) => ("s" + n, n, n * 1.5, n, (char)n, n > 5, (byte)n, n, -n);
    [MethodImpl(No)] static int Locals(int n) { int total = 0; int Fact(int k) => k <= 1 ? 1 : k * Fact(k - 1); void Add(int x) { total += x; if (x > 0) Add(x - 1); } static int Twice(int x) => x * 2; T Pick<T>(T a, T b) => total % 2 == 0 ? a : b; Add(n); foreach (int i in Gen()) total += i; return total + Fact(5) + Twice(n) + Pick(1, 2) + Pick("a", "bb").Length; IEnumerable<int> Gen() { for (int i = 0; i < n; i++) yield return total + i; } }
    [MethodImpl(No)] static string Custom(Handler h) => h.Text;
    [MethodImpl(No)] static string Lists(List<int> l) => l switch { [] => "empty", [var x] => "one " + x, [var a, .., var b] when a == b => "same ends", [_, _, .. { Count: > 1 }] => "long", _ => "other" };
    [MethodImpl(No)] static string Rel(double d) => d switch { double.NaN => "nan", < 0 => "neg", 0 => "zero", < 1e-3 => "tiny", >= 1e6 and < double.PositiveInfinity => "huge", double.PositiveInfinity => "inf", _ => "mid" };
    [MethodImpl(No)] static bool Leap(int y) => y is var x && (x % 400 is 0 || x % 4 is 0 && x % 100 is not 0);
    static string Try(Func<object> f) { try { return f().ToString(); } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        foreach (object o in new object[] { null, 5, 12, 13, "magic", "abcd", "ab", new Circle(1), new Circle(2), new Rect(3, 3), new Rect(6, 1), new Rect(1, 2), new Tri(3, 4, 5), new int[0], new[] { 1, 2, 3 }, new[] { 4, 5, 6 }, new[] { 4, 5, 6, 9 }, new[] { 4, 5 }, (1, 2), true, 'q', 'Q', 5L, new object() }) W(Classify(o));
        foreach (var (x, y) in new[] { (0, 0), (1, 1), (-1, 1), (-1, -1), (1, -1), (0, 5), (5, 0) }) W(Quadrant(new Pt(x, y)) + new Pt(x, y).Manhattan); W(Rps("r", "p") + Rps("p", "p") + Rps("p", "r")); Expr e = new Expr.Bin { Op = '+', L = new Expr.Num { V = 2 }, R = new Expr.Bin { Op = '*', L = new Expr.Num { V = 3 }, R = new Expr.Neg { E = new Expr.Num { V = 4 } } } }; W(Eval(e)); W(Try(() => Eval(new Expr.Bin { Op = '/', L = e, R = new Expr.Num() }))); W(Depth(new Node(1, new Node(2, new Node(3)), new Node(4))));
        W(new Circle(2)); W(new Circle(2) == new Circle(2)); W(new Tri(1, 2, 3) with { Tag = "changed", C = 9 }); W(new Rect(2, 2).Kind + new Rect(2, 3).Kind); W(new Circle(2).Equals((Shape)new Rect(1, 1))); W(new Circle(2).GetHashCode() == new Circle(2).GetHashCode()); W(new Pt(1, 2) + new Pt(3, 4)); W(new Pt(1, 2) with { Y = 7 }); W(new Generic<string>("v", new List<string> { "m" }).Count + new Generic<int>(5, new List<int>()).ToString()); W(new[] { new Temp(30), new Temp(-5), new Temp(12) }.Max() + "" + new Temp(100).F); new Tri(1, 2, 3).Deconstruct(out double perimeter); W(perimeter); Mutable m = new Mutable { A = 1, B = "b" }; m.C ??= 6; m.C += 1; var (ma, mb) = m; W(ma + mb + m.C);
        var st = Stats(new[] { 4, 8, -2 }); W(st.Min + st.Max + st.Avg); W(st); var nine = Nine(65); W(nine); W(nine.Item9 + nine.Item8.ToString()); W((1, "a") == (1, "a")); var t = (A: 1, B: 2); (t.A, t.B) = (t.B, t.A); W(t.A * 10 + t.B); W((1, (2, "x")).CompareTo((1, (2, "y")))); W(Locals(6)); W(Custom($"a{1}b{"s"}c{2.5,4:F2}")); W(Lists(new()) + Lists(new() { 1 }) + Lists(new() { 1, 2, 1 }) + Lists(new() { 1, 2, 3, 4 }) + Lists(new() { 1, 2, 3 })); foreach (double d in new[] { double.NaN, -1, 0, 1e-4, 1e7, double.PositiveInfinity, 5 }) W(Rel(d)); W(Leap(2000) + "" + Leap(1900) + Leap(2024)); int[] arr = [1, 2, .. new[] { 3, 4 }, 5]; W(arr[1..^1].Sum() + arr[^2]); List<int> spread = [.. arr, 6]; W(spread.Count); string text = "hello world"; W(text[6..] + text[..^6]); if (Try(() => 5) is { Length: 1 } s5 && s5 is ['5']) W("five"); W(e is Expr.Bin { L: Expr.Num { V: 2 } n2 } ? n2.V : -1); object boxed = (byte)7; W(boxed is byte and (7 or 8)); W(Enumerable.Range(0, 5).Select(i => i switch { 0 => "z", 1 or 2 => "l", _ => "h" }).Aggregate("", (a, b) => a + b)); return 23;
    }
}
