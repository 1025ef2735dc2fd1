// Strings: literals, indexing, concatenation, comparison, building, splitting, parsing, switch on strings.
using System;
using System.Runtime.CompilerServices;
using System.Text;

static class Program
{
    const string Unicode = "żółw\u0000\ud83d\ude00end";

    [MethodImpl(MethodImplOptions.NoInlining)] static string Lit() => "literal";
    [MethodImpl(MethodImplOptions.NoInlining)] static char At(string s, int i) => s[i];
    [MethodImpl(MethodImplOptions.NoInlining)] static int Length(string s) => s.Length;
    [MethodImpl(MethodImplOptions.NoInlining)] static string Cat2(string a, string b) => a + b;
    [MethodImpl(MethodImplOptions.NoInlining)] static string Cat5(string a, object b, int c, char d, bool e) => a + b + c + d + e;
    [MethodImpl(MethodImplOptions.NoInlining)] static bool Same(string a, string b) => a == b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Hash(string s) { int h = 17; foreach (char c in s) h = h * 31 + c; return h; }
    [MethodImpl(MethodImplOptions.NoInlining)] static string Reverse(string s) { char[] a = s.ToCharArray(); int i = 0, j = a.Length - 1; while (i < j) { char t = a[i]; a[i++] = a[j]; a[j--] = t; } return new string(a); }
    [MethodImpl(MethodImplOptions.NoInlining)] static bool Palindrome(string s) { for (int i = 0, j = s.Length - 1; i < j; i++, j--) if (s[i] != s[j]) return false; return true; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Switch(string s)
    {
        switch (s)
        {
            case "one": return 1;
            case "two": return 2;
            case "three": return 3;
            case "four": return 4;
            case "five": return 5;
            case "six": return 6;
            case "seven": return 7;
            case "": return 8;
            case null: return 9;
            case "Eight": return 10;
            default: return 0;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Caesar(string s, int shift)
    {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < s.Length; i++)
        {
            char c = s[i];
            if (c >= 'a' && c <= 'z') c = (char)((c - 'a' + shift + 26) % 26 + 'a');
            else if (char.IsUpper(c)) c = (char)((c - 'A' + shift + 26) % 26 + 'A');
            b.Append(c);
        }
        return b.ToString();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string ToBase(uint n, int radix) { if (n == 0) return "0"; string s = ""; while (n > 0) { s = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(n % (uint)radix)] + s; n /= (uint)radix; } return s; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int ParseInt(string s) { int sign = 1, i = 0, v = 0; if (s[0] == '-') { sign = -1; i++; } for (; i < s.Length; i++) { if (s[i] < '0' || s[i] > '9') throw new FormatException("bad " + s); v = v * 10 + (s[i] - '0'); } return sign * v; }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Words(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Array.Sort(words, StringComparer.Ordinal);
        return string.Join(",", words);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static string Interpolate(int a, double b, string c, char d, bool e, DateTime t, object o) => $"{a}|{a:x8}|{a,6}|{a,-6}|{b:F2}|{c ?? "null"}|{d}{e}|{t:yyyy-MM-dd}|{o}|{{}}";

    [MethodImpl(MethodImplOptions.NoInlining)] static bool Interned() => (object)Lit() == (object)"literal" && (object)string.Intern(Cat2("lit", "eral")) == (object)Lit();

    static int Main()
    {
        Console.WriteLine(Lit()); Console.WriteLine(At("hello", 1)); Console.WriteLine(Length(Unicode)); Console.WriteLine(Hash(Unicode));
        Console.WriteLine(Cat2("a", null) + Cat2(null, null) + Cat2(null, "b")); Console.WriteLine(Cat5("x", 2.5, -7, 'c', true)); Console.WriteLine(Cat5(null, null, 0, '\'', false));
        Console.WriteLine(Same("abc", Cat2("ab", "c"))); Console.WriteLine(Same("abc", "abd")); Console.WriteLine(Same(null, "")); Console.WriteLine(Same(null, null)); Console.WriteLine(Interned());
        Console.WriteLine(Reverse("stressed")); Console.WriteLine(Palindrome("rotator")); Console.WriteLine(Palindrome("rotators"));
        foreach (string s in new[] { "one", "two", "three", "four", "five", "six", "seven", "", null, "Eight", "eight", "ONE", "sevenn" }) Console.WriteLine(Switch(s));
        Console.WriteLine(Caesar("Hello, World! xyz", 3)); Console.WriteLine(Caesar(Caesar("Round Trip", 11), -11));
        Console.WriteLine(ToBase(uint.MaxValue, 2)); Console.WriteLine(ToBase(123456789, 36)); Console.WriteLine(ToBase(0, 10)); Console.WriteLine(ParseInt("-12345") + 1);
        try { ParseInt("12x"); } catch (FormatException e) { Console.WriteLine(e.Message); }
        try { At("abc", 3); } catch (IndexOutOfRangeException) { Console.WriteLine("range"); }
        try { At(null, 0); } catch (NullReferenceException) { Console.WriteLine("null"); }
        Console.WriteLine(Words("the quick  brown fox jumps over the lazy dog The Quick"));
        Console.WriteLine(Interpolate(-255, 3.14159, null, '#', true, new DateTime(2024, 2, 29), 12.5m)); Console.WriteLine(Interpolate(42, -0.005, "str", 'q', false, default, null));
        string big = ""; for (int i = 0; i < 200; i++) big += (char)('a' + i % 26); Console.WriteLine(Hash(big)); Console.WriteLine(big.Substring(20, 30).ToUpperInvariant().Replace('X', '-').IndexOf('-'));
        Console.WriteLine("  trim ".Trim() + "|" + "a,b,,c".Split(',').Length + "|" + "abc".Contains("bc") + "|" + "abcabc".LastIndexOf("bc", StringComparison.Ordinal) + "|" + "abc".PadLeft(6, '*') + "|" + "x".CompareTo("y") + "|" + string.Compare("a", "B", StringComparison.OrdinalIgnoreCase));
        StringBuilder sb = new StringBuilder(); for (int i = 0; i < 1000; i++) sb.Append(i).Append(i % 7 == 0 ? "," : ";"); sb.Insert(5, "INS").Remove(10, 3).Replace("99", "!"); Console.WriteLine(sb.Length + " " + Hash(sb.ToString()));
        ReadOnlySpan<char> span = "key=value".AsSpan(); int eq = span.IndexOf('='); Console.WriteLine(span.Slice(eq + 1).ToString() + span.Slice(0, eq).Length);
        Console.WriteLine(new string('z', 5) + string.Concat("a", "b", "c", "d", "e", "f") + string.Format("{0}-{1:X}-{0}", "f", 255) + "abc"[^1] + "hello"[1..^1] + """raw "string" """);
        Console.WriteLine(Encoding.UTF8.GetBytes(Unicode).Length + " " + Encoding.UTF8.GetString("caf\u00e9"u8));
        return 6;
    }
}
