// Strings compared with literals of all lengths: Equals in its forms, StartsWith; near misses, null, long and odd texts.
using System;
using System.Runtime.CompilerServices;

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static string Try(Func<object> f) { try { return f() + ""; } catch (Exception e) { return e.GetType().Name; } }
    [MethodImpl(No)] static string Static(string s) => B(string.Equals(s, "")) + B(string.Equals(s, "a")) + B(string.Equals(s, "ab")) + B(string.Equals(s, "abc")) + B(string.Equals("abcd", s)) + B(string.Equals(s, "abcde")) + B(string.Equals("abcdef", s)) + B(string.Equals(s, "abcdefg")) + B(string.Equals(s, "abcdefgh")) + B(string.Equals(s, "abcdefghi")) + B(string.Equals(s, "abcdefghijkl")) + B(string.Equals(s, "abcdefghijklmnopqrstuvwx")) + B(string.Equals(s, "abcdefghijklmnopqrstuvwxyz")) + B(string.Equals(s, null)) + B(string.Equals(s, string.Empty));
    [MethodImpl(No)] static string Ordinal(string s) => B(string.Equals(s, "", StringComparison.Ordinal)) + B(string.Equals(s, "a", StringComparison.Ordinal)) + B(string.Equals("ab", s, StringComparison.Ordinal)) + B(string.Equals(s, "ABC", StringComparison.OrdinalIgnoreCase)) + B(string.Equals(s, "abcdefgh", StringComparison.Ordinal)) + B(string.Equals(s, "a", StringComparison.InvariantCulture));
    [MethodImpl(No)] static string Instance(string s) => B(s.Equals("")) + B(s.Equals("a")) + B(s.Equals("abc")) + B(s.Equals("abcde", StringComparison.Ordinal)) + B(s.Equals("ABC", StringComparison.OrdinalIgnoreCase)) + B(s.Equals((object)"abc")) + B(s.Equals(null)) + B("abc".Equals(s)) + B("ab".Equals(s, StringComparison.Ordinal));
    [MethodImpl(No)] static string Starts(string s) => B(s.StartsWith("", StringComparison.Ordinal)) + B(s.StartsWith("a", StringComparison.Ordinal)) + B(s.StartsWith("ab", StringComparison.Ordinal)) + B(s.StartsWith("abc", StringComparison.Ordinal)) + B(s.StartsWith("abcd", StringComparison.Ordinal)) + B(s.StartsWith("abcdef", StringComparison.Ordinal)) + B(s.StartsWith("abcdefghijklm", StringComparison.Ordinal)) + B(s.StartsWith("ABC", StringComparison.OrdinalIgnoreCase)) + B(s.StartsWith('a')) + B(s.StartsWith("ab"));
    [MethodImpl(No)] static string Odd(string s) => B(string.Equals(s, "\0")) + B(string.Equals(s, "\uffff\ud800")) + B(string.Equals(s, "€uro😀")) + B(string.Equals(s, "a\0b")) + B(s.StartsWith("\ud83d", StringComparison.Ordinal)) + B(string.Equals(s, "\u8000\u8000\u8000\u8000"));
    [MethodImpl(No)] static string Both() => B(string.Equals("abc", "abc")) + B(string.Equals("abc", "abd")) + B("x".Equals("x"));
    [MethodImpl(No)] static int Branches(string s) { if (string.Equals(s, "one")) return 1; if (!string.Equals(s, "two", StringComparison.Ordinal)) { if (s.StartsWith("th", StringComparison.Ordinal)) return 3; return 0; } return 2; }
    [MethodImpl(No)] static int Loop(string[] a) { int n = 0; foreach (string s in a) { try { if (s.Equals("abc")) n++; else if (s.StartsWith("abcd", StringComparison.Ordinal)) n += 10; } catch (NullReferenceException) { n += 100; } } return n; }
    [MethodImpl(No)] static bool Comparison(string s, StringComparison c) => string.Equals(s, "abc", c);
    static string B(bool b) => b ? "1" : "0";

    static int Main()
    {
        string all = "abcdefghijklmnopqrstuvwxyz";
        for (int n = 0; n <= all.Length; n++)
        {
            string s = all.Substring(0, n); W(Static(s) + " " + Ordinal(s) + " " + Instance(s) + " " + Starts(s));
            for (int i = 0; i < n; i++) { string t = s.Substring(0, i) + (char)(s[i] + 256) + s.Substring(i + 1); W(Static(t) + " " + Ordinal(t) + " " + Instance(t) + " " + Starts(t)); }
        }
        W(Static(null)); W(Ordinal(null)); W(Try(() => Instance(null))); W(Try(() => Starts(null))); W(Try(() => Odd(null)));
        foreach (string s in new[] { "\0", "\uffff\ud800", "€uro😀", "a\0b", "😀", "\u8000\u8000\u8000\u8000", "a\0c" }) W(Odd(s));
        W(Both()); W(Branches("one") + Branches("two") * 10 + Branches("three") * 100 + Branches("") * 1000); W(Loop(new[] { "abc", "abcd", null, "abce", "abcdef", "ab" })); W(Comparison("ABC", StringComparison.OrdinalIgnoreCase)); W(Comparison("ABC", StringComparison.Ordinal));
        return 0;
    }
}
