// LINQ over own types: queries, grouping, joining, ordering, aggregation, deferred execution, expression trees compiled.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;

record Person(string Name, int Age, string City);
record struct Order(int Id, string Who, decimal Price, int Count) { public decimal Total => Price * Count; }
struct Key : IEquatable<Key> { public string City; public bool Old; public bool Equals(Key o) => City == o.City && Old == o.Old; public override bool Equals(object o) => o is Key k && Equals(k); public override int GetHashCode() => City.Length * 2 + (Old ? 1 : 0); public override string ToString() => City + Old; }
class Length : IComparer<string>, IEqualityComparer<string> { public int Compare(string a, string b) => a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(a, b); public bool Equals(string a, string b) => a.Length == b.Length; public int GetHashCode(string s) => s.Length; }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string J<T>(IEnumerable<T> e) => string.Join(";", e);
    static readonly Person[] People = { new("Ann", 30, "Oslo"), new("Bob", 25, "Rome"), new("Cid", 41, "Oslo"), new("Dee", 25, "Paris"), new("Eve", 62, "Rome"), new("Fay", 18, "Oslo") };
    static readonly Order[] Orders = { new(1, "Ann", 9.99m, 2), new(2, "Bob", 100m, 1), new(3, "Ann", 1.5m, 10), new(4, "Zed", 7m, 7), new(5, "Eve", 20m, 3) };
    static int evaluated;
    [MethodImpl(No)] static IEnumerable<int> Traced(int n) { for (int i = 0; i < n; i++) { evaluated++; yield return i; } }
    [MethodImpl(No)] static string Query() => J(from p in People where p.Age > 20 orderby p.City descending, p.Age select p.Name + p.Age);
    [MethodImpl(No)] static string Group() => J(from p in People group p by new Key { City = p.City, Old = p.Age > 40 } into g orderby g.Key.ToString() select g.Key + ":" + g.Count() + ":" + g.Sum(p => p.Age));
    [MethodImpl(No)] static string Join() => J(from p in People join o in Orders on p.Name equals o.Who into os from o in os.DefaultIfEmpty() let t = o.Total where t != 9 orderby p.Name, o.Id select $"{p.Name}-{o.Id}-{t}");
    [MethodImpl(No)] static string Cross() => J(from a in Enumerable.Range(1, 4) from b in Enumerable.Range(a, 3) where (a * b) % 2 == 0 select (a, b, a * b));
    [MethodImpl(No)] static string Anonymous() => J(People.Select((p, i) => new { p.Name, Index = i, Even = i % 2 == 0 }).Where(x => x.Even).OrderByDescending(x => x.Index));
    [MethodImpl(No)] static decimal Aggregates() => Orders.Sum(o => o.Total) + Orders.Max(o => o.Price) + Orders.Min(o => o.Count) + (decimal)People.Average(p => p.Age) + Orders.Aggregate(1m, (a, o) => a * o.Count) + People.Count(p => p.City == "Rome") + People.MaxBy(p => p.Age).Name.Length;
    [MethodImpl(No)] static string Sets() { int[] a = { 1, 2, 3, 4, 4 }, b = { 3, 4, 5 }; return J(a.Union(b)) + "|" + J(a.Intersect(b)) + "|" + J(a.Except(b)) + "|" + J(a.Distinct()) + "|" + J(a.Concat(b).Reverse()) + "|" + J(a.Zip(b, (x, y) => x * y)) + "|" + J(a.Skip(1).Take(2)) + "|" + J(a.SkipWhile(x => x < 3)) + "|" + J(a.TakeWhile(x => x < 3)) + "|" + a.SequenceEqual(b) + a.Any(x => x > 3) + a.All(x => x > 3) + a.Contains(4) + a.First(x => x > 1) + a.Last() + a.ElementAt(2) + a.SingleOrDefault(x => x == 9); }
    [MethodImpl(No)] static string Dictionaries() { Dictionary<string, Person> d = People.ToDictionary(p => p.Name); ILookup<string, int> l = People.ToLookup(p => p.City, p => p.Age); return d["Eve"].City + J(l["Oslo"]) + l["none"].Count() + J(People.GroupBy(p => p.Age / 10, p => p.Name, (k, n) => k + "=" + J(n))) + J(People.Chunk(4).Select(c => c.Length)) + J(People.Select(p => p.City).ToHashSet().Order()) + J("banana".CountBy(c => c).Select(k => k.Key + "" + k.Value)); }
    [MethodImpl(No)] static string Comparers() { string[] w = "the quick brown fox jumps over a lazy dog".Split(' '); return J(w.OrderBy(x => x, new Length())) + J(w.Distinct(new Length())) + J(w.OrderBy(x => x.Length).ThenByDescending(x => x, StringComparer.Ordinal)) + J(w.GroupBy(x => x, new Length()).Select(g => g.Count())) + J(w.SelectMany(x => x).Distinct().Order().Take(5)) + w.Max(x => x.Length); }
    [MethodImpl(No)] static string Deferred() { evaluated = 0; IEnumerable<int> q = Traced(10).Where(x => x % 2 == 1).Select(x => x * x); string r = evaluated + ","; r += q.First() + "," + evaluated + ","; r += J(q.Take(2)) + "," + evaluated + ","; List<int> l = q.ToList(); return r + l.Count + "," + evaluated + "," + q.Count(); }
    [MethodImpl(No)] static string Casts() { object[] o = { 1, "a", 2, null, "b", 2.5 }; string r = J(o.OfType<string>()) + J(o.OfType<int>()); try { J(o.Cast<int>()); } catch (InvalidCastException) { r += "bad"; } try { new int[0].First(); } catch (InvalidOperationException) { r += "empty"; } try { People.Single(p => p.Age == 25); } catch (InvalidOperationException) { r += "many"; } return r; }
    [MethodImpl(No)] static T Fold<T>(IEnumerable<T> e, Func<T, T, T> f) => e.Aggregate(f);
    [MethodImpl(No)] static IEnumerable<R> SelectBoth<T, R>(IEnumerable<T> e, Func<T, R> f, Func<T, R> g) => e.Select(f).Concat(e.Select(g));
    [MethodImpl(No)] static string Expr() { Expression<Func<Person, bool>> e = p => p.Age > 26 && p.City.StartsWith("O"); ParameterExpression x = Expression.Parameter(typeof(int)); Func<int, int> f = Expression.Lambda<Func<int, int>>(Expression.Add(Expression.Multiply(x, x), Expression.Constant(1)), x).Compile(); return J(People.Where(e.Compile()).Select(p => p.Name)) + e.Body + f(6); }
    [MethodImpl(No)] static int Pythagorean(int n) => (from a in Enumerable.Range(1, n) from b in Enumerable.Range(a, n - a + 1) let c2 = a * a + b * b let c = (int)Math.Sqrt(c2) where c <= n && c * c == c2 select a * b * c).Sum();

    static int Main() { W(Query()); W(Group()); W(Join()); W(Cross()); W(Anonymous()); W(Aggregates()); W(Sets()); W(Dictionaries()); W(Comparers()); W(Deferred()); W(Casts()); W(Fold(new[] { 3, 4, 5 }, (a, b) => a * 10 + b)); W(Fold(new[] { "a", "b" }, (a, b) => b + a)); W(Fold(Orders, (a, b) => new Order(a.Id + b.Id, a.Who, a.Price + b.Price, 1))); W(J(SelectBoth(People, p => p.Age, p => -p.Age))); W(J(SelectBoth(Orders, o => o.Who, o => o.Total.ToString()))); W(Expr()); W(Pythagorean(30)); return 22; }
}
