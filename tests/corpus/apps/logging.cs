// Libraries: Serilog.dll
// Structured logging into an own sink: templates, destructuring, enrichers, filters, levels, sub-loggers, formatting, correlation.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Serilog;
using Serilog.Configuration;
using Serilog.Context;
using Serilog.Core;
using Serilog.Core.Enrichers;
using Serilog.Data;
using Serilog.Debugging;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;
using Serilog.Parsing;

record Order(int Id, decimal Price, string[] Tags) { public Order Next { get; init; } public string Secret { get; init; } = "s3cret"; }
struct Point { public int X { get; set; } public int Y { get; set; } public override string ToString() => $"<{X};{Y}>"; }
class Throws { public int Fine => 1; public int Bad => throw new InvalidOperationException("getter"); }
enum State { Idle, Busy }
class MemorySink : ILogEventSink, IDisposable { readonly ITextFormatter f; readonly string name; public static readonly StringWriter Out = new(CultureInfo.InvariantCulture) { NewLine = "\n" }; public MemorySink(string n, ITextFormatter f) { name = n; this.f = f; } public void Emit(LogEvent e) { Out.Write(name + "| "); f.Format(new LogEvent(new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.Zero).AddSeconds(Program.Tick++), e.Level, e.Exception == null ? null : new Exception(e.Exception.GetType().Name + " " + e.Exception.Message), e.MessageTemplate, e.Properties.Select(p => new LogEventProperty(p.Key, p.Value))), Out); } public void Dispose() => Out.Write(name + "| disposed\n"); }
class Counter : ILogEventEnricher { int n; public void Enrich(LogEvent e, ILogEventPropertyFactory f) { e.AddPropertyIfAbsent(f.CreateProperty("Seq", ++n)); if (e.Level >= LogEventLevel.Error) e.AddOrUpdateProperty(f.CreateProperty("Urgent", true)); e.RemovePropertyIfPresent("Drop"); } }
class PointPolicy : IDestructuringPolicy { public bool TryDestructure(object v, ILogEventPropertyValueFactory f, out LogEventPropertyValue r) { r = v is Point p ? new StructureValue(new[] { new LogEventProperty("Sum", f.CreatePropertyValue(p.X + p.Y)) }, "Pt") : null; return r != null; } }
class Rewriter : LogEventPropertyValueRewriter<int> { protected override LogEventPropertyValue VisitScalarValue(int depth, ScalarValue s) => s.Value is string t ? new ScalarValue(new string(t.Reverse().ToArray()) + depth) : s; public LogEventPropertyValue Run(LogEventPropertyValue v) => Visit(0, v); protected override LogEventPropertyValue VisitSequenceValue(int d, SequenceValue s) => base.VisitSequenceValue(d + 1, s); protected override LogEventPropertyValue VisitStructureValue(int d, StructureValue s) => base.VisitStructureValue(d + 10, s); }
static class Extensions { public static LoggerConfiguration Memory(this LoggerSinkConfiguration c, string name, ITextFormatter f, LogEventLevel min = LogEventLevel.Verbose, LoggingLevelSwitch sw = null) => c.Sink(new MemorySink(name, f), min, sw); }

static class Program
{
    public static int Tick; static readonly CultureInfo Inv = CultureInfo.InvariantCulture;
    static ITextFormatter Text(string t) => new MessageTemplateTextFormatter(t, Inv);
    static void Flush(string title) { Console.WriteLine("== " + title); Console.Write(MemorySink.Out.ToString().Replace("\r", "")); MemorySink.Out.GetStringBuilder().Clear(); }

    static void Templates()
    {
        using Logger log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Memory("t", Text("{Timestamp:yyyy-MM-dd HH:mm:ss} [{Level:u3}/{Level:w4}/{Level}] {Message:lj}{NewLine}{Exception}")).WriteTo.Memory("p", Text("{Level:t2} {Message} {Properties:j}{NewLine}")).CreateLogger();
        log.Verbose("plain"); log.Debug("one {Value}", 5); log.Information("two {A} and {B:0.00} and {C,8}|{D,-6}|", "text", 3.14159, 42, true); log.Warning("positional {0} {1} {0}", "x", 2); log.Error(new InvalidOperationException("boom"), "with exception {Id}", Guid.Empty); log.Fatal("braces {{literal}} {Missing} {Bad Name} {} {Unclosed", 1); log.Information("collections {List} {Map} {Array} {Nested}", new List<int> { 1, 2, 3 }, new Dictionary<string, int> { ["k"] = 1, ["l"] = 2 }, new[] { "a", null }, new object[] { 1, new[] { 2.5 }, new Dictionary<int, string> { [7] = "seven" } }); log.Information("objects {Plain} {@Destructured} {$Stringified} {@Anonymous}", new Order(1, 2.5m, new[] { "t" }), new Order(1, 2.5m, new[] { "t1", "t2" }) { Next = new Order(2, 0, null) }, new Order(3, 1, null).Id, new { X = 1, Y = new { Z = "deep" } }); log.Information("{Null} {Enum} {Date:yyyyMMdd} {Span} {Char} {Bytes} {Type} {Uri} {Float} {Tuple}", null, State.Busy, new DateTime(2020, 1, 2), TimeSpan.FromSeconds(90), 'c', new byte[] { 1, 255 }, typeof(int), new Uri("http://x.org"), 1.5f, (1, "t")); log.Information("too few {A} {B}", 1); log.Information("too many {A}", 1, 2, 3); log.Write(LogEventLevel.Information, "params {A}{B}{C}{D}{E}", 1, 2, 3, 4, 5); Flush("templates");
    }

    static void Pipeline()
    {
        LoggingLevelSwitch sw = new(LogEventLevel.Warning); Logger log = new LoggerConfiguration().MinimumLevel.ControlledBy(sw).MinimumLevel.Override("Noisy", LogEventLevel.Error).MinimumLevel.Override("Noisy.But.Important", LogEventLevel.Debug).Enrich.With<Counter>().Enrich.WithProperty("App", "tests").Enrich.FromLogContext().Enrich.When(e => e.Level == LogEventLevel.Fatal, c => c.WithProperty("Fatal", true)).Destructure.With<PointPolicy>().Destructure.ByTransforming<Order>(o => new { o.Id, Hash = o.Secret.Length }).Destructure.ToMaximumDepth(3).Destructure.ToMaximumStringLength(12).Destructure.ToMaximumCollectionCount(4).Destructure.AsScalar<Version>().Filter.ByExcluding(e => e.Properties.ContainsKey("Skip")).WriteTo.Memory("main", Text("{Level:u1} {Message:lj} <{Properties}>{NewLine}")).WriteTo.Memory("errors", Text("{Message}{NewLine}"), LogEventLevel.Error).WriteTo.Logger(l => l.Filter.ByIncludingOnly(e => e.MessageTemplate.Text.Contains("sub")).Enrich.WithProperty("Sub", 1).WriteTo.Memory("sub", Text("{Sub}{Message}{NewLine}"))).WriteTo.Conditional(e => e.Exception != null, c => c.Memory("exceptions", Text("{Exception}{NewLine}"))).AuditTo.Sink(new MemorySink("audit", Text("{Level}{NewLine}"))).CreateLogger();
        log.Information("dropped"); log.Warning("kept {P}", new Point { X = 1, Y = 2 }); sw.MinimumLevel = LogEventLevel.Debug; log.Debug("now {@P} {@O} {@Long} {@V}", new Point { X = 1, Y = 2 }, new Order(5, 1, null), new string('x', 30), new Version(1, 2)); log.Information("{@Many} {@Deep}", Enumerable.Range(0, 10).ToArray(), new { A = new { B = new { C = new { D = 1 } } } }); log.Information("skip {Skip}", 1); log.Error(new Exception("e1"), "sub {@T}", new { N = 1 }); log.Fatal("fatal {Drop}", 1); ILogger ctx = log.ForContext("SourceContext", "Noisy.Thing"); ctx.Warning("not shown"); ctx.Error("shown"); log.ForContext("SourceContext", "Noisy.But.Important.Class").Debug("important"); log.ForContext<Order>().Information("typed"); log.ForContext(new[] { new PropertyEnricher("E1", 1), new PropertyEnricher("E2", new Point(), true) }).ForContext("E3", "x").Information("enriched"); using (LogContext.PushProperty("Ctx", "outer")) { log.Information("in"); using (LogContext.PushProperty("Ctx", "inner")) using (LogContext.PushProperty("More", new Point(), true)) Task.Run(async () => { await Task.Yield(); log.Information("async in"); }).Wait(); using (LogContext.Suspend()) log.Information("suspended"); log.Information("out"); } log.Information("after"); Console.WriteLine(log.IsEnabled(LogEventLevel.Verbose) + "" + log.IsEnabled(LogEventLevel.Debug) + log.BindMessageTemplate("x {A}", new object[] { 1 }, out MessageTemplate mt, out IEnumerable<LogEventProperty> ps) + mt.Tokens.Count() + ps.Single().Value + log.BindProperty("n", new[] { 1 }, false, out LogEventProperty bp) + bp.Value); Log.Logger = log; Log.Information("static {A}", 1); Log.CloseAndFlush(); Flush("pipeline");
    }

    static void Formats()
    {
        using Logger log0 = new LoggerConfiguration().WriteTo.Memory("throws", Text("{Message}{NewLine}")).CreateLogger(); log0.Information("{@T}", new Throws()); using Logger log = new LoggerConfiguration().WriteTo.Memory("json", new JsonFormatter("\n", false, Inv)).WriteTo.Memory("jsonr", new JsonFormatter("\n", true, Inv)).CreateLogger(); log.Information("values {A} {@B} {C:000} {D}", "q\"\n\u0001é", new { X = 1.5, N = (string)null, L = new[] { 1, 2 }, T = true }, 7, double.NaN); log.Error(new FormatException("f"), "err {M}", new Dictionary<object, object> { [1] = "a", ["b"] = 2m }); Flush("formats");
        MessageTemplateParser parser = new(); foreach (string t in new[] { "", "x", "{A}", "{A,5:x}-{@B}-{$C:l}", "{{}}", "{A", "A}", "{ A}", "{A,x}", "{0}{1}", "{A}{A}", "{,5}", "{A:}", "{@}", "a{B-C}d" }) { MessageTemplate m = parser.Parse(t); Console.WriteLine(t + " => " + string.Join(" ", m.Tokens.Select(k => k is PropertyToken p ? $"[{p.PropertyName}/{p.Format}/{p.Destructuring}/{p.Alignment?.Width}{p.Alignment?.Direction}]" : "'" + k + "'"))); }
        LogEventPropertyValue v = new StructureValue(new[] { new LogEventProperty("S", new ScalarValue("abc")), new LogEventProperty("L", new SequenceValue(new LogEventPropertyValue[] { new ScalarValue("de"), new ScalarValue(5) })), new LogEventProperty("D", new DictionaryValue(new Dictionary<ScalarValue, LogEventPropertyValue> { [new ScalarValue("k")] = new ScalarValue("v") })) }, "Tag"); Console.WriteLine(v + "\n" + new Rewriter().Run(v)); StringWriter selflog = new(); SelfLog.Enable(selflog); new LoggerConfiguration().WriteTo.Sink(new Failing()).CreateLogger().Information("x"); SelfLog.Disable(); Console.WriteLine(selflog.ToString().Contains("InvalidOperation")); try { new LoggerConfiguration().AuditTo.Sink(new Failing()).CreateLogger().Information("x"); } catch (AggregateException e) { Console.WriteLine(e.InnerExceptions.Count + e.InnerException.Message); }
    }
    class Failing : ILogEventSink { public void Emit(LogEvent e) => throw new InvalidOperationException("sink failed"); }

    static int Main() { CultureInfo.CurrentCulture = Inv; Templates(); Pipeline(); Formats(); using Logger bulk = new LoggerConfiguration().Enrich.With<Counter>().WriteTo.Memory("b", Text("{Message:lj} {Seq}{NewLine}")).CreateLogger(); for (int i = 0; i < 2000; i++) bulk.Information("item {I} of {@O} {S}", i, new Point { X = i, Y = -i }, "s" + i % 10); int h = 17; foreach (char c in MemorySink.Out.ToString()) h = h * 31 + c; Console.WriteLine(h); return 77; }
}
