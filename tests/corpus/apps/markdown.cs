// Libraries: Markdig.dll
// Markdown to HTML with every extension, over a long document made of many features; plain text, normalisation, the syntax tree.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

static class Program
{
    static void W(object o) => Console.WriteLine(o);
    static uint Hash(string s) { uint h = 2166136261; foreach (char c in s) h = (h ^ c) * 16777619; return h; }

    const string Document = """
        ---
        title: front matter
        ---

        # Heading *one* {#custom .cls key=value}

        Setext heading
        ==============

        Second
        ------

        A paragraph with *emphasis*, **strong**, ***both***, `code`, ~~strike~~, ~sub~, ^sup^, ++ins++, ==mark==, a [link](http://example.org "title"), an ![image](a.png "t" ){width=5},
        a hard break\
        and two spaces  
        done. <b>inline</b> &amp; &copy; &#35; &#x1F600; \* not emphasis \*. Autolink <http://auto.example/?q=1&r=2> and <me@x.org>, bare www.example.com and https://bare.example/path_(x).

        > quote
        > > nested quote
        lazy continuation
        > - list in quote
        >
        >       code in it

        1. one
        2. two
           - nested
             - deeper

               paragraph in the item
        3. three
        10) other delimiter

        a. alpha
        b. beta

        i. roman
        ii. two

        - [ ] todo
        - [x] done
        * * *
        + plus

          loose

        + list

            indented code
              more

        ```csharp {.numbers}
        var x = "<&>";
        ```

        ~~~
        tildes
        ~~~

        | A | B  |  C |
        |:--|:--:|---:|
        | 1 | *2*| `3`|
        | a \| b | | c

        +---+----------+
        | g | grid     |
        +===+==========+
        | 1 | - list   |
        |   | - again  |
        +---+----------+

        Term
        :   Definition one

            second paragraph
        :   Definition two

        Footnote[^1] and another[^note], again[^1].

        [^1]: The note with *emphasis*.
        [^note]: Longer

            with a paragraph

        *[HTML]: Hyper Text
        HTML is abbreviated.

        Math $a^2 + b^2$ and

        $$
        \int_0^1 x dx
        $$

        ::: warning
        Custom *container*
        :::

        ^^^
        figure text
        ^^^ caption

        "Quotes" 'single' -- dash --- em ... ellipsis <<guillemets>>

        :) :smile: :heart: and not:emoji

        ![video](https://www.youtube.com/watch?v=abc123)

        [ref][id] [collapsed][] [shortcut] [missing][nope]

        [id]: http://ref.example 'Ref Title'
        [collapsed]: <http://c.example/a b>
        [shortcut]: /local#frag

        <div class="raw">

        *markdown inside*

        </div>

        <!-- comment -->

        "" cite "" and jira ABC-123.

        Line with trailing backslash\

        ***

        _under_score_ intra_word_under **bold*mix*ed** *a **b** c* **a *b* c** ***a** b* `` a`b `` [a [nested] link](x) [text](<url with spaces> (paren title))
        """;

    static string Text() => string.Join("\n", Document.Split('\n').Select(l => l.TrimEnd('\r')));

    static void Pipelines()
    {
        (string, MarkdownPipeline)[] all = {
            ("common", new MarkdownPipelineBuilder().Build()), ("advanced", new MarkdownPipelineBuilder().UseAdvancedExtensions().UseYamlFrontMatter().UseEmojiAndSmiley().UseSmartyPants().Build()),
            ("each", new MarkdownPipelineBuilder().UseAbbreviations().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).UseCitations().UseCustomContainers().UseDefinitionLists().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).UseFigures().UseFooters().UseFootnotes().UseGridTables().UseMathematics().UseMediaLinks().UsePipeTables().UseListExtras().UseTaskLists().UseDiagrams().UseAutoLinks().UseReferralLinks("nofollow").UseNonAsciiNoEscape().UseSoftlineBreakAsHardlineBreak().UseGlobalization().UseGenericAttributes().Build()),
            ("safe", new MarkdownPipelineBuilder().DisableHtml().UsePreciseSourceLocation().UsePragmaLines().Build()), ("bootstrap", new MarkdownPipelineBuilder().UseBootstrap().UsePipeTables().UseFigures().Build()), };
        foreach ((string name, MarkdownPipeline p) in all) { string html = Markdown.ToHtml(Text(), p); W(name + " " + html.Length + " " + Hash(html)); if (name is "common" or "advanced") W(html); }
        W(Markdown.ToPlainText(Text(), all[1].Item2)); string n1 = Markdown.Normalize(Text(), pipeline: all[0].Item2); W(n1.Length + "," + Hash(n1));
    }

    static void Tree()
    {
        MarkdownPipeline p = new MarkdownPipelineBuilder().UseAdvancedExtensions().UsePreciseSourceLocation().Build(); MarkdownDocument d = Markdown.Parse(Text(), p); W(d.Count + "," + d.Descendants().Count() + "," + d.LineCount);
        foreach (var g in d.Descendants().GroupBy(x => x.GetType().Name).OrderBy(g => g.Key, StringComparer.Ordinal)) W(g.Key + " " + g.Count() + " " + g.Sum(x => x.Span.Start));
        foreach (HeadingBlock h in d.Descendants<HeadingBlock>()) W(h.Level + ":" + string.Concat(h.Inline.Descendants<LiteralInline>().Select(l => l.Content.ToString())) + " #" + h.GetAttributes().Id + " @" + h.Line);
        foreach (LinkInline l in d.Descendants<LinkInline>()) W((l.IsImage ? "!" : "") + l.Url + "|" + l.Title + "|" + l.Label); foreach (TableRow r in d.Descendants<TableRow>()) W(string.Join(" | ", r.Cast<TableCell>().Select(c => string.Concat(c.Descendants<LiteralInline>()))) + (r.IsHeader ? " (header)" : "")); W(d.Descendants<TaskList>().Count(t => t.Checked));
        foreach (LinkInline l in d.Descendants<LinkInline>().ToList()) { l.Url = "x:" + l.Url; l.GetAttributes().AddClass("rewritten"); } StringWriter w = new(CultureInfo.InvariantCulture); HtmlRenderer r2 = new(w) { EnableHtmlEscape = true }; p.Setup(r2); r2.Render(d); w.Flush(); W(w.ToString().Length + "," + Hash(w.ToString()));
        HtmlRenderer own = new(new StringWriter(CultureInfo.InvariantCulture)); own.ObjectRenderers.Insert(0, new Code()); own.Render(Markdown.Parse("a `b` **c**")); W(own.Writer);
    }
    sealed class Code : CodeInlineRendererBase { protected override void Write(HtmlRenderer r, CodeInline c) => r.Write("«").WriteEscape(c.Content).Write("»"); }
    abstract class CodeInlineRendererBase : HtmlObjectRenderer<CodeInline> { }

    static void Oddities() { foreach (string s in new[] { "", "\n\n", "*", "**", "[", "[]()", "![", "<", "<a", "`", "``", "    ", "\t- a\n\t\tb", "1)a", "- \n-\n  x", "# ", "####### x", "a\n***\nb\n---", "[a]:\n", "[a]: b 'c", "<?php ?>", "<![CDATA[x]]>", "&nosuch;", "\\", "*a_b*c_", "****a****", "a  \nb\\\nc", "| a |\n|-|", "> > > a\n> b", "```\nopen", "[x](<a\\>b>)", "<http://a b>", "![a][b]\n\n[b]: c", new string('>', 50) + " deep", string.Concat(Enumerable.Repeat("*a ", 60)), string.Concat(Enumerable.Repeat("[", 60)), "a\u00a0b\u2003*c*", "*é*ü*", "\ud83d\ude00 *x*", "\0null" }) W(Markdown.ToHtml(s, new MarkdownPipelineBuilder().UseAdvancedExtensions().Build()).Replace("\n", "⏎")); StringBuilder big = new(); for (int i = 0; i < 300; i++) big.Append("## Section ").Append(i).Append("\n\n- item *").Append(i).Append("*\n  1. sub `").Append(i).Append("`\n\n> quote [l](u").Append(i).Append(")\n\n| a | b |\n|---|---|\n| ").Append(i).Append(" | x |\n\n"); string html = Markdown.ToHtml(big.ToString(), new MarkdownPipelineBuilder().UseAdvancedExtensions().Build()); W(html.Length + "," + Hash(html)); }

    static int Main() { CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; Pipelines(); Tree(); Oddities(); return 72; }
}
