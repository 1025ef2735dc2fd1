// A JSON library in one file: tokenizer, parser, tree with polymorphic nodes, printer, paths, a serializer over reflection and over generics.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text;

abstract class Json : IEquatable<Json>
{
    public static implicit operator Json(double d) => new JNum(d); public static implicit operator Json(string s) => s == null ? JNull.It : new JStr(s); public static implicit operator Json(bool b) => b ? JBool.True : JBool.False; public static implicit operator Json(Json[] a) => new JArr(a);
    public virtual Json this[string key] => throw new InvalidOperationException(GetType().Name + " has no keys"); public virtual Json this[int i] => throw new InvalidOperationException(GetType().Name + " has no items");
    public virtual IEnumerable<Json> Children => Enumerable.Empty<Json>(); public IEnumerable<Json> All { get { yield return this; foreach (Json c in Children) foreach (Json d in c.All) yield return d; } }
    public abstract void Write(StringBuilder o, int indent, int level); public abstract bool Equals(Json other); public override bool Equals(object o) => o is Json j && Equals(j); public override int GetHashCode() => ToString().Length;
    public override string ToString() { StringBuilder b = new(); Write(b, 0, 0); return b.ToString(); } public string Pretty(int n = 2) { StringBuilder b = new(); Write(b, n, 0); return b.ToString(); }
    protected static void Line(StringBuilder o, int indent, int level) { if (indent > 0) o.Append('\n').Append(' ', indent * level); }
    public T As<T>() => this switch { JNum n => (T)Convert.ChangeType(n.V, typeof(T), CultureInfo.InvariantCulture), JStr s => (T)(object)s.V, JBool b => (T)(object)b.V, _ => default };
    public Json At(string path) { Json j = this; foreach (string part in path.Split('.', StringSplitOptions.RemoveEmptyEntries)) j = int.TryParse(part, out int i) ? j[i] : j[part]; return j; }
}
sealed class JNull : Json { public static readonly JNull It = new(); public override void Write(StringBuilder o, int i, int l) => o.Append("null"); public override bool Equals(Json j) => j is JNull; }
sealed class JBool : Json { public static readonly JBool True = new(true), False = new(false); public readonly bool V; JBool(bool v) => V = v; public override void Write(StringBuilder o, int i, int l) => o.Append(V ? "true" : "false"); public override bool Equals(Json j) => j == this; }
sealed class JNum : Json { public readonly double V; public JNum(double v) => V = v; public override void Write(StringBuilder o, int i, int l) => o.Append(V.ToString("R", CultureInfo.InvariantCulture)); public override bool Equals(Json j) => j is JNum n && n.V == V; }
sealed class JStr : Json { public readonly string V; public JStr(string v) => V = v; public override void Write(StringBuilder o, int i, int l) => Quote(o, V); public override bool Equals(Json j) => j is JStr s && s.V == V; public static void Quote(StringBuilder o, string s) { o.Append('"'); foreach (char c in s) switch (c) { case '"': o.Append("\\\""); break; case '\\': o.Append("\\\\"); break; case '\n': o.Append("\\n"); break; case '\t': o.Append("\\t"); break; default: if (c < ' ' || c > '~') o.Append("\\u").Append(((int)c).ToString("x4")); else o.Append(c); break; } o.Append('"'); } }
sealed class JArr : Json, IEnumerable<Json> { readonly List<Json> items; public JArr(IEnumerable<Json> e) => items = e.ToList(); public override Json this[int i] => i < 0 ? items[items.Count + i] : items[i]; public int Count => items.Count; public override IEnumerable<Json> Children => items; public IEnumerator<Json> GetEnumerator() => items.GetEnumerator(); IEnumerator IEnumerable.GetEnumerator() => GetEnumerator(); public override bool Equals(Json j) => j is JArr a && items.SequenceEqual(a.items); public override void Write(StringBuilder o, int n, int l) { o.Append('['); for (int i = 0; i < items.Count; i++) { if (i > 0) o.Append(','); Line(o, n, l + 1); items[i].Write(o, n, l + 1); } if (items.Count > 0) Line(o, n, l); o.Append(']'); } }
sealed class JObj : Json, IEnumerable { readonly List<KeyValuePair<string, Json>> items = new(); public void Add(string k, Json v) => items.Add(new(k, v)); public override Json this[string key] { get { foreach (var (k, v) in items) if (k == key) return v; throw new KeyNotFoundException(key); } } public override IEnumerable<Json> Children => items.Select(p => p.Value); public IEnumerable<string> Keys => items.Select(p => p.Key); public IEnumerator GetEnumerator() => items.GetEnumerator(); public override bool Equals(Json j) => j is JObj o && items.Count == o.items.Count && items.All(p => o.items.Any(q => q.Key == p.Key && q.Value.Equals(p.Value))); public override void Write(StringBuilder o, int n, int l) { o.Append('{'); bool first = true; foreach (var (k, v) in items) { if (!first) o.Append(','); first = false; Line(o, n, l + 1); JStr.Quote(o, k); o.Append(n > 0 ? ": " : ":"); v.Write(o, n, l + 1); } if (!first) Line(o, n, l); o.Append('}'); } }
class JsonException : Exception { public readonly int Line, Column; public JsonException(string m, int line, int col) : base($"{m} at {line}:{col}") { Line = line; Column = col; } }

ref struct Reader
{
    readonly ReadOnlySpan<char> s; int i; int depth;
    public Reader(ReadOnlySpan<char> text) { s = text; i = 0; depth = 0; }
    public static Json Parse(string t) { Reader r = new(t); Json j = r.Value(); r.Skip(); if (r.i < t.Length) r.Fail("trailing text"); return j; }
    void Fail(string m) { int line = 1, col = 1; for (int k = 0; k < i && k < s.Length; k++) if (s[k] == '\n') { line++; col = 1; } else col++; throw new JsonException(m, line, col); }
    void Skip() { while (i < s.Length && s[i] is ' ' or '\n' or '\t' or '\r') if (++i >= s.Length) break; }
    char Peek() { Skip(); if (i >= s.Length) Fail("unexpected end"); return s[i]; }
    bool Eat(char c) { if (Peek() != c) return false; i++; return true; }
    void Expect(char c) { if (!Eat(c)) Fail($"expected '{c}'"); }
    Json Value()
    {
        if (++depth > 60) Fail("too deep");
        try
        {
            switch (Peek())
            {
                case '{': { i++; JObj o = new(); if (!Eat('}')) { do { if (Peek() != '"') Fail("expected a key"); string k = Text(); Expect(':'); o.Add(k, Value()); } while (Eat(',')); Expect('}'); } return o; }
                case '[': { i++; List<Json> a = new(); if (!Eat(']')) { do a.Add(Value()); while (Eat(',')); Expect(']'); } return new JArr(a); }
                case '"': return Text();
                case 't': Word("true"); return true;
                case 'f': Word("false"); return false;
                case 'n': Word("null"); return JNull.It;
                case '-': case >= '0' and <= '9': return Number();
                default: Fail("unexpected '" + s[i] + "'"); return null;
            }
        }
        finally { depth--; }
    }
    void Word(string w) { if (!s.Slice(i).StartsWith(w)) Fail("bad word"); i += w.Length; }
    double Number() { int start = i; if (s[i] == '-') i++; while (i < s.Length && (char.IsAsciiDigit(s[i]) || s[i] is '.' or 'e' or 'E' or '+' or '-')) i++; if (!double.TryParse(s[start..i], NumberStyles.Float, CultureInfo.InvariantCulture, out double d)) Fail("bad number"); return d; }
    string Text() { i++; StringBuilder b = new(); while (true) { if (i >= s.Length) Fail("open string"); char c = s[i++]; if (c == '"') return b.ToString(); if (c == '\\') { if (i >= s.Length) Fail("open escape"); c = s[i++]; switch (c) { case 'n': c = '\n'; break; case 't': c = '\t'; break; case 'u': if (i + 4 > s.Length || !ushort.TryParse(s.Slice(i, 4), NumberStyles.HexNumber, null, out ushort u)) Fail("bad escape"); c = (char)ushort.Parse(s.Slice(i, 4), NumberStyles.HexNumber); i += 4; break; case '"': case '\\': case '/': break; default: Fail("bad escape"); break; } } b.Append(c); } }
}
class Person { public string Name { get; set; } public int Age { get; set; } public double[] Scores { get; set; } public Person Boss { get; set; } public List<string> Tags { get; set; } = new(); public bool Active; public Level Level { get; set; } public Dictionary<string, int> Map { get; set; } public int? Maybe { get; set; } } enum Level { Low, High = 5 } record Pair<A, B>(A First, B Second);
static class Mapper
{
    public static Json To(object o) => o switch { null => JNull.It, string s => s, bool b => b, Enum e => e.ToString(), IConvertible c => Convert.ToDouble(c, CultureInfo.InvariantCulture), IDictionary d => Dict(d), IEnumerable e => new JArr(e.Cast<object>().Select(To)), _ => Obj(o) };
    static Json Dict(IDictionary d) { JObj j = new(); foreach (DictionaryEntry e in d) j.Add(e.Key.ToString(), To(e.Value)); return j; }
    static Json Obj(object o) { JObj j = new(); foreach (PropertyInfo p in o.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && p.Name != "EqualityContract").OrderBy(p => p.MetadataToken)) j.Add(p.Name, To(p.GetValue(o))); foreach (FieldInfo f in o.GetType().GetFields()) j.Add(f.Name, To(f.GetValue(o))); return j; }
    public static T From<T>(Json j) => (T)From(j, typeof(T));
    static object From(Json j, Type t) { if (j is JNull) return null; if (Nullable.GetUnderlyingType(t) is Type u) return From(j, u); if (t.IsEnum) return Enum.Parse(t, j.As<string>()); if (t == typeof(string)) return j.As<string>(); if (t == typeof(bool)) return j.As<bool>(); if (t.IsPrimitive) return Convert.ChangeType(((JNum)j).V, t); if (t.IsArray) { Json[] a = j.Children.ToArray(); Array r = Array.CreateInstance(t.GetElementType(), a.Length); for (int i = 0; i < a.Length; i++) r.SetValue(From(a[i], t.GetElementType()), i); return r; } object o = Activator.CreateInstance(t); if (o is IDictionary d) { foreach (string k in ((JObj)j).Keys) d[k] = From(j[k], t.GetGenericArguments()[1]); return d; } if (o is IList l) { foreach (Json c in j.Children) l.Add(From(c, t.GetGenericArguments()[0])); return l; } foreach (string k in ((JObj)j).Keys) if (t.GetProperty(k) is PropertyInfo p) p.SetValue(o, From(j[k], p.PropertyType)); else t.GetField(k)?.SetValue(o, From(j[k], t.GetField(k).FieldType)); return o; }
}

static class Program
{
    static void W(object o) => Console.WriteLine(o);
    static string Try(string s) { try { return Reader.Parse(s).ToString(); } catch (JsonException e) { return e.Message + "|" + e.Line; } }
    static int Main()
    {
        string text = "{\"name\": \"Widget \\u00e9\\n\", \"tags\":[\"a\",\"b\",[]], \"size\":{\"w\":1.5e3,\"h\":-0.25,\"unit\":null}, \"ok\":true, \"n\":[1,2,3,[4,{\"deep\":[5]}]]}"; Json j = Reader.Parse(text); W(j); W(j.Pretty()); W(j.At("n.3.1.deep.0")); W(j["size"]["w"].As<int>() + j["tags"][0].As<string>() + j["ok"].As<bool>()); W(j.All.Count() + "," + j.All.OfType<JNum>().Sum(n => n.V)); W(j.Equals(Reader.Parse(j.Pretty(4)))); W(j.Equals(Reader.Parse("{}"))); W(((JArr)j["n"])[-1]);
        foreach (string bad in new[] { "", "{", "[1,]", "{\"a\" 1}", "tru", "\"abc", "[1 2]", "1 2", "{\"a\":\n\n  @}", "\"\\x\"", "-", "\"\\u12\"", new string('[', 100), "[[[]]]", " 5 ", "{\"k\":{\"k\":1,\"k\":2}}" }) W(Try(bad)); try { W(j["ok"]["x"]); } catch (InvalidOperationException e) { W(e.Message); } try { W(j["zz"]); } catch (KeyNotFoundException e) { W(e.Message); }
        Person p = new() { Name = "Ann", Age = 30, Scores = new[] { 1.5, 2 }, Boss = new() { Name = "Bob", Level = Level.High, Map = new() { ["x"] = 1 } }, Active = true, Tags = { "t1", "t2" }, Maybe = 7 }; Json pj = Mapper.To(p); W(pj); Person back = Mapper.From<Person>(Reader.Parse(pj.ToString())); W(back.Name + back.Age + back.Scores[1] + back.Boss.Level + back.Boss.Map["x"] + back.Active + back.Tags[1] + back.Maybe + (back.Boss.Boss == null)); W(Mapper.To(back).Equals(pj)); W(Mapper.To(new Pair<int, Pair<string, bool[]>>(5, new("s", new[] { true, false })))); W(Mapper.To(new Dictionary<string, object> { ["d"] = new[] { 1m, 2.5m }, ["e"] = DayOfWeek.Friday, ["f"] = 120 })); Json big = new JArr(Enumerable.Range(0, 500).Select(i => (Json)new JObj { { "id", i }, { "sq", (double)i * i }, { "name", "item" + i }, { "odd", i % 2 == 1 } })); string s = big.ToString(); Json again = Reader.Parse(s); W(s.Length + "," + again.Equals(big) + "," + again.All.Count()); return 41;
    }
}
