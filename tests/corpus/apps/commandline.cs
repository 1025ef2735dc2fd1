// Libraries: System.CommandLine.dll
// A command-line parser: options, arguments, subcommands, validators, defaults, directives, response files, help and errors as text.
using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

enum Level { Quiet, Normal, Loud }
record Size(int W, int H);

static class Program
{
    static readonly StringWriter output = new(CultureInfo.InvariantCulture) { NewLine = "\n" }, error = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
    static void W(object o) => Console.WriteLine(o);

    static RootCommand Build()
    {
        Option<int> count = new("--count", "-c") { Description = "How many", DefaultValueFactory = _ => 3 }; count.Validators.Add(r => { if (r.GetValueOrDefault<int>() < 0) r.AddError("count must not be negative"); }); Option<string[]> tags = new("--tag", "-t") { Description = "Tags", AllowMultipleArgumentsPerToken = true, Arity = ArgumentArity.ZeroOrMore }; Option<Level> level = new("--level") { Description = "How loud", Recursive = true }; Option<bool> flag = new("--flag", "-f"); Option<Size> size = new("--size") { CustomParser = r => { string[] p = r.Tokens.Single().Value.Split('x'); if (p.Length == 2 && int.TryParse(p[0], out int w) && int.TryParse(p[1], out int h)) return new Size(w, h); r.AddError("size must be WxH"); return null; } }; Option<double?> ratio = new("--ratio"); Option<DateTime> when = new("--when"); Option<FileInfo> file = new("--file"); Option<string> color = new("--color") { Hidden = true }; color.AcceptOnlyFromAmong("red", "green"); Option<Uri> uri = new("--uri"); Argument<string> name = new("name") { Description = "The name", Arity = ArgumentArity.ZeroOrOne }; Argument<List<int>> numbers = new("numbers") { Arity = new ArgumentArity(0, 4), Description = "Numbers" };
        RootCommand root = new("A tool that does things") { level, new DiagramDirective(), new EnvironmentVariablesDirective() };
        Command run = new("run", "Runs it") { name, numbers, count, tags, flag, size, ratio, when, color, uri }; run.Aliases.Add("r"); run.SetAction(p => { output.WriteLine($"run name={p.GetValue(name) ?? "null"} numbers={string.Join("+", p.GetValue(numbers) ?? new())} count={p.GetValue(count)} tags={string.Join("+", p.GetValue(tags) ?? Array.Empty<string>())} level={p.GetValue(level)} flag={p.GetValue(flag)} size={p.GetValue(size)} ratio={p.GetValue(ratio)?.ToString(CultureInfo.InvariantCulture)} when={p.GetValue(when):yyyyMMdd} color={p.GetValue(color)} uri={p.GetValue(uri)}"); return p.GetValue(count); });
        Command remote = new("remote", "Remotes"); Argument<string> url = new("url"); Command add = new("add", "Adds one") { url }; add.SetAction(async (p, t) => { await Task.Yield(); output.WriteLine("add " + p.GetRequiredValue(url) + " " + p.GetValue(level)); return 12; }); Command rm = new("remove") { new Argument<int>("id") }; rm.SetAction(int (ParseResult p) => throw new InvalidOperationException("removing " + p.GetValue<int>("id"))); remote.Subcommands.Add(add); remote.Subcommands.Add(rm); remote.Add(new Option<string>("--needed") { Required = true }); Command hidden = new("secret") { Hidden = true }; hidden.SetAction(_ => { }); root.Subcommands.Add(run); root.Subcommands.Add(remote); root.Subcommands.Add(hidden); root.TreatUnmatchedTokensAsErrors = true; return root;
    }

    static void Invoke(RootCommand root, string line)
    {
        output.GetStringBuilder().Clear(); error.GetStringBuilder().Clear(); ParseResult p; try { p = root.Parse(line); } catch (InvalidOperationException e) { W("> " + line + " cannot be parsed: " + e.Message); return; } string result; try { result = p.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }).ToString(CultureInfo.InvariantCulture); } catch (InvalidOperationException e) { result = "threw " + e.Message; }
        W("> " + line); W(result + " | " + string.Join("; ", p.Errors.Select(e => e.Message)) + " | " + string.Join(",", p.Tokens.Select(t => t.Type.ToString()[0] + ":" + t.Value)) + " | " + p.CommandResult.Command.Name + (p.UnmatchedTokens.Count > 0 ? " unmatched " + string.Join(",", p.UnmatchedTokens) : "")); foreach (string l in (output.ToString() + error).Replace("\r", "").TrimEnd().Split('\n')) W("  " + l.TrimEnd());
    }

    static int Main()
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture; RootCommand root = Build();
        foreach (string line in new[] { "run", "run bob 1 2 3", "r bob -c 5 --tag a b -t c --flag --level loud", "run --count=7 -c:8", "run -c9", "run --size 3x4 --ratio 1.5 --when 2024-02-29 --uri http://x.org/a", "run --size 3", "run --count -1", "run --count abc", "run --color red", "run --color blue", "run a 1 2 3 4 5", "run a x", "run \"quoted name\" 5", "run -- --dashed 1", "run -f false", "run -f true bob", "--level quiet run", "remote", "remote --needed x add http://u", "remote --needed x add", "remote --needed x --level loud add u", "remote --needed x remove 5", "remote --needed x remove five", "secret", "unknown", "run --nope", "", "--help", "run --help", "remote -h", "remote add -?", "--version --level loud", "[diagram] run bob 1 -c 4 --tag a", "[diagram] run x y --zz", "run --level", "run --level medium", "rn" }) Invoke(root, line);
        W(string.Join(",", root.Parse("run --le").GetCompletions().Select(c => c.Label))); W(string.Join(",", root.Parse("run --level ").GetCompletions().Select(c => c.Label))); W(string.Join(",", root.Parse("re").GetCompletions().Select(c => c.Label))); W(string.Join(",", root.Parse("run --color ").GetCompletions().Select(c => c.Label))); string rsp = Path.Combine(Path.GetTempPath(), "r2r-commandline-" + Environment.ProcessId + ".rsp"); File.WriteAllText(rsp, "run bob\n# comment\n--count 4\n"); try { W(root.Parse(new[] { "@" + rsp }).GetValue<int>("--count")); } finally { File.Delete(rsp); } W(string.Join("|", CommandLineParser.SplitCommandLine("a \"b c\" d\\e 'f g' --x=\"y z\"")));
        Option<int> first = new("--a"), second = new("--b") { DefaultValueFactory = r => r.GetValue(first) * 2 }; Command cmd = new("x") { first, second }; cmd.Validators.Add(r => { if (r.GetValue(first) > 100) r.AddError("too big"); }); W(cmd.Parse("--a 5").GetValue(second) + cmd.Parse("--a 101").Errors.Count); Command posix = new("p") { new Option<bool>("-a"), new Option<bool>("-b"), new Option<string>("-s") }; ParseResult pr = posix.Parse("-abs val"); W(pr.GetValue<bool>("-a") + "" + pr.GetValue<bool>("-b") + pr.GetValue<string>("-s")); W(root.Parse("run bob").CommandResult.Children.Count() + root.Parse("run bob -f").GetResult("--flag")?.ToString()); int deep = 0; void Count(SymbolResult r) { deep++; if (r is CommandResult c) foreach (SymbolResult x in c.Children) Count(x); } Count(root.Parse("run a 1 -c 2 -t q").RootCommandResult); W(deep); return 76;
    }
}
