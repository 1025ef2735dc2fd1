// Multi-dimensional arrays in code shared between reference types: stores and addresses with their type checks.
using System;
using System.Runtime.CompilerServices;

class Animal { public override string ToString() => GetType().Name; }
class Cat : Animal { }
interface INamed { string Name { get; } }
class Named : INamed { public Named(string name) => Name = name; public string Name { get; } }
struct Pair<T> { public T First; public int Second; }

class Grid<T>
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    public readonly T[,] Cells;
    [MethodImpl(No)] public Grid(int rows, int columns) => Cells = new T[rows, columns];
    [MethodImpl(No)] public void Set(int row, int column, T value) => Cells[row, column] = value;
    [MethodImpl(No)] public T Get(int row, int column) => Cells[row, column];
    [MethodImpl(No)] public ref T At(int row, int column) => ref Cells[row, column];
    [MethodImpl(No)] public void Swap(int row, int column, ref T other) => (Cells[row, column], other) = (other, Cells[row, column]);
    [MethodImpl(No)] public static Pair<T>[,,] Pairs(T first) { Pair<T>[,,] pairs = new Pair<T>[1, 2, 1]; pairs[0, 1, 0] = new Pair<T> { First = first, Second = 6 }; pairs[0, 0, 0].First = first; pairs[0, 0, 0].Second++; return pairs; }
    [MethodImpl(No)] public static string Sum(T[,,] a) { string s = ""; foreach (T x in a) s += x + ","; return s; }
}

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static void Set2<T>(T[,] a, int i, int j, T v) => a[i, j] = v;
    [MethodImpl(No)] static void Set3<T>(T[,,] a, int i, int j, int k, T v) => a[i, j, k] = v;
    [MethodImpl(No)] static void Set4<T>(T[,,,] a, int i, int j, int k, int l, T v) => a[i, j, k, l] = v;
    [MethodImpl(No)] static ref T Ref2<T>(T[,] a, int i, int j) => ref a[i, j];
    [MethodImpl(No)] static ref T Ref3<T>(T[,,] a, int i, int j, int k) => ref a[i, j, k];
    [MethodImpl(No)] static ref Animal RefAnimal(Animal[,] a, int i, int j) => ref a[i, j];
    [MethodImpl(No)] static void SetAnimal(Animal[,] a, int i, int j, Animal v) => a[i, j] = v;
    [MethodImpl(No)] static ref T[] RefArray<T>(T[][,] a) => ref Row<T[]>(new T[1, 1][]);
    [MethodImpl(No)] static ref T Row<T>(T[,] a) => ref a[0, 0];
    [MethodImpl(No)] static string Upper<T>(T[,] a) where T : INamed => a[0, 0].Name.ToUpperInvariant();
    [MethodImpl(No)] static T[,] Fill<T>(int n, Func<int, int, T> make)
    {
        T[,] result = new T[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                result[i, j] = make(i, j);
        return result;
    }
    static string Try(Action f) { try { f(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }

    static int Main()
    {
        string[,] s = new string[2, 3];
        Set2(s, 1, 2, "x"); Ref2(s, 0, 0) = "y"; Ref2(s, 0, 0) += "z"; W(s[1, 2] + s[0, 0]);
        W(Try(() => Set2(s, 2, 0, "no")) + Try(() => Set2(s, 0, -1, "no")) + Try(() => Set2<string>(null, 0, 0, "no")) + Try(() => Set2(s, 0, 0, null)));
        W(Try(() => Ref2(s, 2, 0) = "no") + Try(() => Ref2(s, 0, 3) = "no") + Try(() => Ref2<string>(null, 0, 0) = "no"));
        object[,] o = s;
        W(Try(() => Set2(o, 0, 0, "text")) + Try(() => Set2(o, 0, 0, new object())) + Try(() => Ref2(o, 0, 0) = "text"));
        Animal[,] cats = new Cat[1, 1];
        W(Try(() => SetAnimal(cats, 0, 0, new Cat())) + Try(() => SetAnimal(cats, 0, 0, new Animal())));
        W(Try(() => RefAnimal(cats, 0, 0) = new Cat()) + Try(() => RefAnimal(new Animal[1, 1], 0, 0) = new Cat()) + Try(() => Ref2(cats, 0, 0) = null) + Try(() => Ref2<Animal>(new Animal[1, 1], 0, 0) = null));
        object[,,] three = new object[2, 2, 2]; Set3(three, 1, 0, 1, "three"); Ref3(three, 0, 1, 0) = 3; W(Grid<object>.Sum(three));
        object[,,,] four = new object[1, 2, 1, 2]; Set4(four, 0, 1, 0, 1, 4.5); W(four[0, 1, 0, 1]);
        int[,] n = new int[2, 2]; Set2(n, 1, 1, 5); Ref2(n, 1, 1) *= 3; W(n[1, 1]);
        Grid<string> g = new Grid<string>(3, 3); g.Set(2, 1, "cell"); g.At(1, 1) = "middle"; string other = "other"; g.Swap(2, 1, ref other); W(other + g.Get(2, 1) + g.Get(1, 1));
        Grid<Animal> ga = new Grid<Animal>(1, 1); ga.Set(0, 0, new Cat()); W(ga.Get(0, 0)); W(Try(() => ga.At(0, 1) = null));
        Grid<int> gi = new Grid<int>(1, 2); gi.Set(0, 1, 9); gi.At(0, 0) = 8; int seven = 7; gi.Swap(0, 1, ref seven); W(seven + "" + gi.Get(0, 0) + gi.Get(0, 1));
        Pair<string>[,,] pairs = Grid<string>.Pairs("first"); W(pairs[0, 1, 0].First + pairs[0, 1, 0].Second + pairs[0, 0, 0].First + pairs[0, 0, 0].Second);
        W(RefArray(new string[0][,]) == null); W(Upper(new[,] { { new Named("named") } })); W(Upper<INamed>(new INamed[,] { { new Named("interface") } }));
        string[,] filled = Fill(20, (i, j) => i + ":" + j); GC.Collect(); string all = ""; foreach (string x in filled) all += x; W(all.Length + all.Substring(100, 20));
        string[,] many = new string[8, 8]; for (int round = 0; round < 500; round++) for (int i = 0; i < 64; i++) { Set2(many, i >> 3, i & 7, new string('a', i)); Ref2(many, i & 7, i >> 3) = round + "r" + i; } W(many[3, 5] + many[5, 3]);
        return 47;
    }
}
