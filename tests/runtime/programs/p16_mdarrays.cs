// Multi-dimensional arrays: two to four dimensions, every kind of element, bounds, lower bounds, references to elements.
using System;
using System.Runtime.CompilerServices;

struct Cell { public int V; public string S; }
class Animal { }
class Cat : Animal { }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static int Get(int[,] a, int i, int j) => a[i, j];
    [MethodImpl(No)] static void Set(int[,] a, int i, int j, int v) => a[i, j] = v;
    [MethodImpl(No)] static byte GetB(byte[,] a, int i, int j) => a[i, j];
    [MethodImpl(No)] static double GetD(double[,,] a, int i, int j, int k) => a[i, j, k];
    [MethodImpl(No)] static void SetD(double[,,] a, int i, int j, int k, double v) => a[i, j, k] = v;
    [MethodImpl(No)] static string GetS(string[,] a, int i, int j) => a[i, j];
    [MethodImpl(No)] static void SetO(object[,] a, int i, int j, object v) => a[i, j] = v;
    [MethodImpl(No)] static Cell GetC(Cell[,] a, int i, int j) => a[i, j];
    [MethodImpl(No)] static void SetC(Cell[,] a, int i, int j, Cell v) { a[i, j] = v; a[i, j].V++; a[i, j].S += "'"; }
    [MethodImpl(No)] static ref int Ref(int[,] a, int i, int j) => ref a[i, j];
    [MethodImpl(No)] static ref Animal RefA(Animal[,] a) => ref a[0, 0];
    [MethodImpl(No)] static void Bump(ref int x) => x += 100;
    [MethodImpl(No)] static T GetT<T>(T[,] a, int i, int j) => a[i, j];
    [MethodImpl(No)] static void SetT<T>(T[,] a, int i, int j, T v) => a[i, j] = v;
    [MethodImpl(No)] static T[,] Make<T>(int n, int m, T v) { T[,] a = new T[n, m]; for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) a[i, j] = v; return a; }
    [MethodImpl(No)] static long Sum(int[,] a) { long s = 0; for (int i = 0; i < a.GetLength(0); i++) for (int j = 0; j < a.GetLength(1); j++) s = s * 31 + a[i, j]; return s; }
    [MethodImpl(No)] static int[,] Mul(int[,] a, int[,] b) { int n = a.GetLength(0), m = b.GetLength(1), k = b.GetLength(0); int[,] r = new int[n, m]; for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) for (int l = 0; l < k; l++) r[i, j] += a[i, l] * b[l, j]; return r; }
    [MethodImpl(No)] static int Life(int n, int steps) { bool[,] g = new bool[n, n]; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) g[i, j] = (i * 7 + j * 13 + i * j) % 5 < 2; for (int s = 0; s < steps; s++) { bool[,] h = new bool[n, n]; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { int c = 0; for (int di = -1; di <= 1; di++) for (int dj = -1; dj <= 1; dj++) if ((di != 0 || dj != 0) && g[(i + di + n) % n, (j + dj + n) % n]) c++; h[i, j] = c == 3 || c == 2 && g[i, j]; } g = h; } int live = 0; foreach (bool b in g) if (b) live++; return live; }
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        int[,] a = { { 1, 2, 3 }, { 4, 5, 6 } }; W(Get(a, 1, 2)); Set(a, 0, 1, 20); W(Sum(a)); W(a.Length + a.Rank * 10 + a.GetUpperBound(1) * 100); W(Try(() => Get(a, 2, 0))); W(Try(() => Get(a, 0, 3))); W(Try(() => Get(a, -1, 0))); W(Try(() => Get(null, 0, 0))); W(Try(() => Set(a, 1, 3, 0))); int minus = -1; W(Try(() => { var x = new int[minus, 2]; }));
        byte[,] b = { { 250, 251 }, { 252, 253 } }; b[1, 1] += 10; W(GetB(b, 1, 1) + GetB(b, 0, 0)); double[,,] d = new double[2, 3, 4]; for (int i = 0; i < 2; i++) for (int j = 0; j < 3; j++) for (int k = 0; k < 4; k++) SetD(d, i, j, k, i * 100 + j * 10 + k + 0.5); double sd = 0; foreach (double x in d) sd = sd * 1.01 + x; W((long)(sd * 1000)); W(GetD(d, 1, 2, 3)); W(Try(() => GetD(d, 1, 3, 0)));
        string[,] s = { { "a", null }, { "b", "c" } }; W(GetS(s, 1, 1) + GetS(s, 0, 1)); W(Try(() => SetO(s, 0, 1, "ok"))); W(Try(() => SetO(s, 0, 1, 5))); W(s[0, 1]); Cell[,] c = new Cell[2, 2]; SetC(c, 1, 0, new Cell { V = 5, S = "cell" }); Cell got = GetC(c, 1, 0); got.V = 99; W(c[1, 0].V + c[1, 0].S + got.V + (c[0, 0].S ?? "none"));
        Ref(a, 0, 0) = 77; Bump(ref a[1, 1]); Bump(ref Ref(a, 1, 2)); W(Sum(a)); ref int last = ref a[1, 2]; last++; W(a[1, 2]); Animal[,] animals = new Cat[1, 1]; W(Try(() => RefA(animals) = new Cat())); W(Try(() => animals[0, 0] = new Animal())); W(Try(() => animals[0, 0] = new Cat())); W(Try(() => RefA(new Animal[1, 1]) = new Cat()));
        W(GetT(a, 0, 0) + GetT(s, 1, 0)); SetT(s, 0, 0, "t"); SetT(a, 0, 0, 3); SetT(c, 0, 0, new Cell { V = 8 }); W(s[0, 0] + a[0, 0] + c[0, 0].V); W(Make(2, 3, "m")[1, 2] + Make(3, 2, 7)[2, 1] + Make(1, 1, new Cell { V = 4 })[0, 0].V + Make<object>(1, 2, 5).GetType().Name);
        W(Sum(Mul(new[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }, new[,] { { 7, 8, 9 }, { 10, 11, 12 } }))); W(Life(16, 20)); int[,,,] four = new int[2, 2, 2, 2]; for (int i = 0; i < 16; i++) four[i >> 3, i >> 2 & 1, i >> 1 & 1, i & 1] = i * i; int s4 = 0; foreach (int x in four) s4 = s4 * 3 + x; W(s4); W(four[1, 0, 1, 1]);
        Array lower = Array.CreateInstance(typeof(int), new[] { 2, 3 }, new[] { 5, -1 }); int[,] low = (int[,])lower; for (int i = 5; i < 7; i++) for (int j = -1; j < 2; j++) low[i, j] = i * 10 + j; W(Get(low, 6, -1) + low[5, 1]); W(Try(() => Get(low, 0, 0))); W(Sum(new int[0, 5])); W(lower.GetLowerBound(0) + lower.GetLowerBound(1)); long[,] l = new long[3, 3]; l[1, 1] = long.MinValue; l[2, 2] -= 5; W(l[1, 1] + l[2, 2]); int[][,] jag = { new int[1, 1], new int[2, 2] }; jag[1][1, 1] = 6; W(jag[1][1, 1] + jag.Length); int[,][] arr2 = new int[1, 2][]; arr2[0, 1] = new[] { 1, 2, 3 }; W(arr2[0, 1][2]); char[,] ch = { { 'x', 'y' } }; ch[0, 0]++; W(ch[0, 0] + "" + ch[0, 1]); float[,] fl = new float[2, 1]; fl[1, 0] = 1.5f; fl[1, 0] *= 3; W(fl[1, 0]); bool[,] bo = new bool[1, 1]; bo[0, 0] = true; bo[0, 0] &= false; W(bo[0, 0]); DateTime[,] dt = new DateTime[1, 1]; dt[0, 0] = new DateTime(2001, 2, 3); W(dt[0, 0].Day); decimal[,] de = { { 1.1m, 2.2m } }; de[0, 0] += de[0, 1]; W(de[0, 0]); W(a is Array); W((object)a is int[]); W((object)s is object[,]); W(a.GetType().Name + typeof(string[,,]).GetArrayRank()); object clone = a.Clone(); ((int[,])clone)[0, 0] = -1; W(a[0, 0]);
        return 16;
    }
}
