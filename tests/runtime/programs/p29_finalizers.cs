// Lifetime: finalizers, weak references, GCHandle, dispose pattern, KeepAlive, resurrection, conditional weak tables.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

class Finalized { public static int Count; public static int Sum; readonly int id; public Finalized(int id) { this.id = id; } ~Finalized() { Count++; Sum += id; } }
class Phoenix { public static Phoenix Reborn; public static int Deaths; ~Phoenix() { Deaths++; Reborn = this; } }
class Resource : IDisposable { public static int Open; public static int Leaked; bool done; public Resource() { Open++; } public void Dispose() { Dispose(true); GC.SuppressFinalize(this); } protected virtual void Dispose(bool disposing) { if (done) return; done = true; Open--; if (!disposing) Leaked++; } ~Resource() { Dispose(false); } public int Use() => done ? throw new ObjectDisposedException("r") : 1; }
class SubResource : Resource { public static int Subs; protected override void Dispose(bool disposing) { Subs++; base.Dispose(disposing); } }
class Critical : System.Runtime.ConstrainedExecution.CriticalFinalizerObject { public static int N; ~Critical() { N++; } }

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    static void W(object o) => Console.WriteLine(o);
    [MethodImpl(No)] static void Collect() { for (int i = 0; i < 3; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); } Clear(); }
    // Overwrites what earlier calls may have left on the stack and in registers.
    [MethodImpl(No)] static void Clear() { Span<long> s = stackalloc long[512]; s.Fill(0); GC.KeepAlive(null); }
    [MethodImpl(No)] static void Drop(int n) { for (int i = 0; i < n; i++) new Finalized(i); }
    [MethodImpl(No)] static WeakReference Weak() { object o = new byte[10]; WeakReference w = new WeakReference(o); GC.KeepAlive(o); return w; }
    [MethodImpl(No)] static WeakReference<string> WeakT(out string keep) { keep = new string('k', 5); return new WeakReference<string>(keep); }
    [MethodImpl(No)] static void Phoenixes() { new Phoenix(); }
    [MethodImpl(No)] static void Leak() { new Resource(); new SubResource(); }
    [MethodImpl(No)] static int Used() { using Resource a = new Resource(), b = new SubResource(); return a.Use() + b.Use() + Resource.Open; }
    [MethodImpl(No)] static string UsingThrow() { Resource r = null; try { using (r = new SubResource()) { throw new InvalidOperationException("x"); } } catch (InvalidOperationException e) { try { r.Use(); return "alive"; } catch (ObjectDisposedException) { return e.Message + "disposed"; } } }
    [MethodImpl(No)] static GCHandle WeakHandle() => GCHandle.Alloc(new object(), GCHandleType.Weak);
    [MethodImpl(No)] static int Handles() { int[] a = { 1, 2, 3 }; GCHandle n = GCHandle.Alloc(a), p = GCHandle.Alloc(a, GCHandleType.Pinned), w = WeakHandle(); Collect(); int s = ((int[])n.Target)[1] + Marshal.ReadInt32(p.AddrOfPinnedObject(), 8) + (w.Target == null ? 100 : 0); n.Free(); p.Free(); w.Free(); return s + (n.IsAllocated ? 1 : 0); }
    [MethodImpl(No)] static unsafe int Pinned() { byte[][] arrays = new byte[50][]; GCHandle[] h = new GCHandle[50]; for (int i = 0; i < 50; i++) { arrays[i] = new byte[100]; h[i] = GCHandle.Alloc(arrays[i], GCHandleType.Pinned); ((byte*)h[i].AddrOfPinnedObject())[7] = (byte)i; object garbage = new byte[500]; } GC.Collect(); int s = 0; for (int i = 0; i < 50; i++) { s += arrays[i][7] + (((byte*)h[i].AddrOfPinnedObject())[7] == i ? 100 : 0); h[i].Free(); } return s; }
    [MethodImpl(No)] static string Table() { ConditionalWeakTable<object, string> t = new(); object k = new object(); t.Add(k, "v"); Collect(); string r = t.TryGetValue(k, out string v) ? v : "gone"; GC.KeepAlive(k); return r + t.GetOrCreateValueSafe(k); }
    static string GetOrCreateValueSafe(this ConditionalWeakTable<object, string> t, object k) => t.GetValue(k, _ => "new");
    [MethodImpl(No)] static int Alive() { Finalized f = new Finalized(1000000); Drop(5); Collect(); int before = Finalized.Sum; GC.KeepAlive(f); return before < 1000000 ? 1 : 0; }
    [MethodImpl(No)] static void Criticals() { new Critical(); }

    static int Main() { Drop(100); Collect(); W(Finalized.Count + "," + Finalized.Sum); W(Alive()); WeakReference w = Weak(); Collect(); W(w.IsAlive); WeakReference<string> wt = WeakT(out string keep); Collect(); W(wt.TryGetTarget(out string t) && ReferenceEquals(t, keep)); Phoenixes(); Collect(); W(Phoenix.Deaths + "," + (Phoenix.Reborn != null)); GC.ReRegisterForFinalize(Phoenix.Reborn); Phoenix.Reborn = null; Collect(); W(Phoenix.Deaths); Leak(); Collect(); W(Resource.Leaked + "," + Resource.Open + "," + SubResource.Subs); W(Used()); W(Resource.Open); W(UsingThrow()); W(Handles()); W(Pinned()); W(Table()); Criticals(); Collect(); W(Critical.N); W(GC.GetGeneration(keep) >= 0); List<WeakReference> many = new(); for (int i = 0; i < 100; i++) many.Add(Weak()); Collect(); int alive = 0; foreach (WeakReference x in many) if (x.IsAlive) alive++; W(alive); return 29; }
}
