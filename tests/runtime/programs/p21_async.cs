// Classic async/await: synchronous and asynchronous completion, exceptions, loops, finally, generics, ValueTask, streams, cancellation.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

class Turnstile : INotifyCompletion { Action next; public bool IsCompleted { get; set; } public int Value; public int GetResult() => Value; public void OnCompleted(Action a) => next = a; public void Release(int v) { Value = v; next(); } public Turnstile GetAwaiter() => this; }
struct Data { public int A; public string B; public long C, D; }

static class Program
{
    static string log = "";
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    static async Task<int> Sync(int a) { await Task.CompletedTask; return a + 1; }
    static async Task<int> Yielding(int a) { await Task.Yield(); return a * 2; }
    static async Task<int> Delayed(int a) { await Task.Delay(1); return a * 3; }
    static async Task<int> Chain(int n) => n == 0 ? await Yielding(1) : await Chain(n - 1) + await Sync(n);
    static async Task Throws(int when) { if (when == 0) throw new ArgumentException("early"); await Task.Yield(); throw new InvalidOperationException("late"); }
    static async Task<string> Catches(int when) { try { await Throws(when); return "none"; } catch (ArgumentException e) { await Task.Yield(); return "arg " + e.Message; } catch (InvalidOperationException e) when (e.Message == "late") { log += "caught "; return "inv " + await Yielding(5); } finally { await Task.Yield(); log += "finally "; } }
    static async Task<long> Loop(int n) { long s = 0; for (int i = 0; i < n; i++) { s = s * 7 + await (i % 3 == 0 ? Sync(i) : i % 3 == 1 ? Yielding(i) : Task.FromResult(i)); if (i == 15) continue; s ^= i; } return s; }
    static async Task<T> Generic<T>(T t, Func<T, Task<T>> f) { T a = await f(t); await Task.Yield(); T b = await f(a); return b; }
    static async Task<Data> Struct(Data d) { d.A++; await Task.Yield(); d.B += "!"; Data e = await StructInner(d); e.D = d.C + e.C; return e; }
    static async ValueTask<Data> StructInner(Data d) { Data copy = d; await Task.Yield(); copy.C *= 2; return copy; }
    static async ValueTask<int> Value(bool sync) { if (!sync) await Task.Yield(); return sync ? 1 : 2; }
    static async IAsyncEnumerable<int> Stream(int n, [EnumeratorCancellation] CancellationToken token = default) { try { for (int i = 0; i < n; i++) { if (i % 2 == 0) await Task.Yield(); token.ThrowIfCancellationRequested(); yield return i * i; } } finally { log += "streamed "; } }
    static async Task<int> Consume(int n, int stop) { int s = 0; await foreach (int x in Stream(n)) { s = s * 3 + x; if (x == stop) break; } return s; }
    static async Task<string> Cancel() { using CancellationTokenSource c = new CancellationTokenSource(); int seen = 0; try { await foreach (int x in Stream(100).WithCancellation(c.Token)) { seen++; if (x == 16) c.Cancel(); } return "ran"; } catch (OperationCanceledException) { return "cancelled " + seen; } }
    static async Task<int> Custom(Turnstile t) { log += "before "; int a = await t; log += "after" + a + " "; int b = await t; return a * 100 + b; }
    static async void Fire(TaskCompletionSource<int> done, int v) { await Task.Yield(); done.SetResult(v); }
    static async Task<int> Locals(int a, string s, double d, object o) { int x = a * 2; string t = s + x; double e = d / 2; long l = a; await Task.Yield(); GC.Collect(); x += t.Length; await Task.Yield(); GC.Collect(); l += (long)e + x; return (int)l + t.Length + (o is string z ? z.Length : 0); }
    static async Task<int> NestedTry(int n) { int r = 0; for (int i = 0; i < n; i++) { try { try { if (i % 2 == 0) await Throws(i % 4 == 0 ? 0 : 1); r += 1; } finally { r += 10; if (i == 3) await Task.Yield(); } } catch (ArgumentException) { r += 100; } catch (InvalidOperationException) { r += 1000; await Task.Yield(); } } return r; }
    static async Task<int> Parallel(int n) { Task<int>[] tasks = new Task<int>[n]; for (int i = 0; i < n; i++) { int j = i; tasks[i] = Task.Run(async () => { int s = 0; for (int k = 0; k < 50; k++) { await Task.Yield(); s += j * k; } return s; }); } int total = 0; foreach (int r in await Task.WhenAll(tasks)) total += r; return total; }
    static async Task<string> Using() { await using (new Async("a")) { await using Async b = new Async("b"); log += "body "; await Task.Yield(); } return "used"; }
    static async Task<int> Semaphore() { using SemaphoreSlim s = new SemaphoreSlim(1); int n = 0; async Task Work(int k) { for (int i = 0; i < 20; i++) { await s.WaitAsync(); try { int old = n; await Task.Yield(); n = old + k; } finally { s.Release(); } } } await Task.WhenAll(Work(1), Work(2), Work(3)); return n; }
    static async Task<int> Lambda() { Func<int, Task<int>> f = async x => { await Task.Yield(); return x + 1; }; return await f(await f(await f(1))); }
    static async Task<int> When() { Task<int> slow = Task.Delay(10000).ContinueWith(_ => 1), fast = Yielding(21); Task<int> first = await Task.WhenAny(slow, fast); return await first; }

    sealed class Async : IAsyncDisposable { readonly string n; public Async(string n) { this.n = n; } public async ValueTask DisposeAsync() { await Task.Yield(); log += "dispose-" + n + " "; } }

    static async Task<int> Main()
    {
        W(await Sync(1) + await Yielding(2) + await Delayed(3)); W(await Chain(20)); W(await Catches(0)); W(await Catches(1)); W(await Loop(30)); W(await Generic(5, Yielding)); W(await Generic("s", async s => { await Task.Yield(); return s + s; })); W(await Generic(2.5, x => Task.FromResult(x * 2))); Data d = await Struct(new Data { A = 1, B = "b", C = 10 }); W(d.A + d.B + d.C + "," + d.D); W(await Value(true) + await Value(false)); W(await Consume(10, -1)); W(await Consume(10, 25)); W(await Cancel());
        Turnstile t = new Turnstile(); Task<int> waiting = Custom(t); W(waiting.IsCompleted); t.Release(5); t.Release(6); W(await waiting); TaskCompletionSource<int> done = new TaskCompletionSource<int>(); Fire(done, 77); W(await done.Task); W(await Locals(3, "loc", 9.5, "obj")); W(await NestedTry(12)); W(await Parallel(8)); W(await Using()); W(await Semaphore()); W(await Lambda()); W(await When()); W(log); try { await Task.WhenAll(Throws(0), Throws(1)); } catch (ArgumentException e) { W(e.Message); } W(Chain(3).GetAwaiter().GetResult()); try { Throws(1).Wait(); } catch (AggregateException e) { W(e.InnerException.Message); } W((await Task.WhenAll(Sync(1), Sync(2))).Length); await Task.Run(() => { log = "ran"; }); W(log); return 21;
    }
}
