// catch clauses for a type variable in shared code: through this, a method and a type dictionary; with other clauses,
// nested, in loops, rethrown.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

class MyException<T> : Exception { public T Item; public MyException(T item) : base("item " + item) => Item = item; }

class Guard<T> where T : Exception
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    int count;
    [MethodImpl(No)] public string Run(Action a) { try { a(); return "none"; } catch (T e) { count++; return "caught " + e.Message + " " + typeof(T).Name + count; } }
    [MethodImpl(No)] public static string Static(Action a)
    {
        string log = "";
        try { a(); log += "none"; }
        catch (InvalidOperationException e) when (e.Message == "first") { log += "filtered "; }
        catch (T e) { log += typeof(T).Name + " " + e.Message; }
        catch (Exception e) { log += "other " + e.GetType().Name; }
        finally { log += " finally"; }
        return log;
    }
    [MethodImpl(No)] public string Nested(Action a, List<string> log)
    {
        for (int i = 0; i < 3; i++)
        {
            try
            {
                try { log.Add("try" + i); a(); }
                catch (MyException<T> e) { log.Add("own " + e.Item.Message); continue; }
                catch (T e) when (e.Message.Length > 3) { log.Add("long " + e.Message); if (i == 1) throw; }
                finally { log.Add("finally" + i); }
            }
            catch (T e) { log.Add("outer " + e.Message + (e.StackTrace != null)); GC.Collect(); }
        }
        return string.Join(",", log);
    }
}

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Func<string> f) { try { return f(); } catch (Exception e) { return "escaped " + e.GetType().Name; } }
    [MethodImpl(No)] static void Throw<T>(T e) where T : Exception => throw e;
    [MethodImpl(No)] static string Catch<T>(Action a) where T : Exception { try { a(); return "none"; } catch (T e) { return e.GetType().Name + ":" + e.Message; } }
    [MethodImpl(No)] static string CatchItem<T>(Action a) { try { a(); return "none"; } catch (MyException<T> e) { return typeof(T).Name + "=" + e.Item; } }
    [MethodImpl(No)] static string CatchList<T>(Action a) where T : class { try { a(); return "none"; } catch (MyException<List<T>> e) { return e.Item.Count + typeof(T).Name; } catch (MyException<T[]> e) { return e.Item.Length + "[]"; } }
    [MethodImpl(No)] static long Many<T>(int n, Action<int> a) where T : Exception
    {
        long caught = 0;
        List<object> garbage = new();
        for (int i = 0; i < n; i++)
        {
            object kept = new string('k', i % 7);
            try { a(i); }
            catch (T e) { garbage.Add(e); caught += e.Message.Length + ((string)kept).Length; }
        }
        return caught * 1000 + garbage.Count;
    }

    static int Main()
    {
        Guard<ArgumentException> g = new();
        W(g.Run(() => { }) + g.Run(() => throw new ArgumentException("one")) + g.Run(() => throw new ArgumentNullException("two", (Exception)null)) + Try(() => g.Run(() => throw new InvalidOperationException("three"))));
        W(Guard<ArgumentException>.Static(() => Throw(new InvalidOperationException("first"))) + "; " + Guard<ArgumentException>.Static(() => Throw(new InvalidOperationException("second"))) + "; " + Guard<InvalidOperationException>.Static(() => Throw(new InvalidOperationException("third"))) + "; " + Guard<Exception>.Static(() => Throw(new FormatException("fourth"))) + "; " + Guard<FormatException>.Static(() => { }));
        W(new Guard<FormatException>().Nested(() => throw new MyException<FormatException>(new FormatException("mine")), new()));
        W(new Guard<FormatException>().Nested(() => throw new FormatException("abc"), new()));
        W(new Guard<FormatException>().Nested(() => throw new FormatException("abcd"), new()));
        List<string> log = new(); W(Try(() => new Guard<FormatException>().Nested(() => throw new TimeoutException("t"), log)) + string.Join(",", log));
        W(Catch<FormatException>(() => int.Parse("x")) + Catch<Exception>(() => { object o = null; o.ToString(); }) + Catch<NullReferenceException>(() => { object o = null; o.ToString(); }) + Catch<DivideByZeroException>(() => { int z = 0; W(1 / z); }) + Try(() => Catch<OverflowException>(() => throw new TimeoutException())));
        W(CatchItem<string>(() => throw new MyException<string>("s")) + CatchItem<int>(() => throw new MyException<int>(5)) + Try(() => CatchItem<object>(() => throw new MyException<string>("s"))) + CatchItem<object>(() => throw new MyException<object>("o")));
        W(CatchList<string>(() => throw new MyException<List<string>>(new() { "a" })) + CatchList<string>(() => throw new MyException<string[]>(new string[4])) + Try(() => CatchList<object>(() => throw new MyException<List<string>>(new()))));
        W(Many<ArgumentException>(500, i => { if (i % 3 == 0) throw new ArgumentException("m" + i); }));
        return 50;
    }
}
