// Threads, of which there is one, and what synchronises them.
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

namespace System.Threading
{
    public static class Interlocked
    {
        [Intrinsic] public static int Exchange(ref int location1, int value) { int old = location1; location1 = value; return old; }
        [Intrinsic] public static long Exchange(ref long location1, long value) { long old = location1; location1 = value; return old; }
        [Intrinsic] public static nint Exchange(ref nint location1, nint value) { nint old = location1; location1 = value; return old; }
        public static object? Exchange(ref object? location1, object? value) { object? old = location1; location1 = value; return old; }
        public static T Exchange<T>(ref T location1, T value) { T old = location1; location1 = value; return old; }
        public static double Exchange(ref double location1, double value) { double old = location1; location1 = value; return old; }
        [Intrinsic] public static int CompareExchange(ref int location1, int value, int comparand) { int old = location1; if (old == comparand) location1 = value; return old; }
        [Intrinsic] public static long CompareExchange(ref long location1, long value, long comparand) { long old = location1; if (old == comparand) location1 = value; return old; }
        [Intrinsic] public static uint CompareExchange(ref uint location1, uint value, uint comparand) { uint old = location1; if (old == comparand) location1 = value; return old; }
        public static object? CompareExchange(ref object? location1, object? value, object? comparand) { object? old = location1; if (old == comparand) location1 = value; return old; }
        public static T CompareExchange<T>(ref T location1, T value, T comparand)
        {
            T old = location1;
            if (typeof(T).IsValueType ? EqualityComparer<T>.Default.Equals(old, comparand) : (object?)old == (object?)comparand) location1 = value;
            return old;
        }
        public static double CompareExchange(ref double location1, double value, double comparand) { double old = location1; if (old == comparand) location1 = value; return old; }
        public static int Increment(ref int location) => ++location;
        public static long Increment(ref long location) => ++location;
        public static int Decrement(ref int location) => --location;
        public static long Decrement(ref long location) => --location;
        public static int Add(ref int location1, int value) => location1 += value;
        public static long Add(ref long location1, long value) => location1 += value;
        public static long Read(ref long location) => location;
        public static int And(ref int location1, int value) { int old = location1; location1 &= value; return old; }
        public static int Or(ref int location1, int value) { int old = location1; location1 |= value; return old; }
        [Intrinsic] public static void MemoryBarrier() { }
    }
    public static class Volatile
    {
        [Intrinsic, NonVersionable] public static bool Read(ref readonly bool location) => location;
        [Intrinsic, NonVersionable] public static int Read(ref readonly int location) => location;
        [Intrinsic, NonVersionable] public static long Read(ref readonly long location) => location;
        [Intrinsic, NonVersionable] public static double Read(ref readonly double location) => location;
        [Intrinsic, NonVersionable] public static T Read<T>(ref readonly T location) where T : class? => location;
        [Intrinsic, NonVersionable] public static void Write(ref bool location, bool value) { location = value; }
        [Intrinsic, NonVersionable] public static void Write(ref int location, int value) { location = value; }
        [Intrinsic, NonVersionable] public static void Write(ref long location, long value) { location = value; }
        [Intrinsic, NonVersionable] public static void Write(ref double location, double value) { location = value; }
        [Intrinsic, NonVersionable] public static void Write<T>(ref T location, T value) where T : class? { location = value; }
    }
    public class SynchronizationLockException : SystemException { public SynchronizationLockException() : base("Object synchronization method was called from an unsynchronized block of code.") { } }
    public class LockRecursionException : Exception { public LockRecursionException(string? message) : base(message) { } }
    public static class Monitor
    {
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool EnterCore(object obj);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool ExitCore(object obj);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool IsHeld(object obj);
        public static void Enter(object obj)
        {
            if (obj == null) throw new ArgumentNullException("obj");
            EnterCore(obj);
        }
        public static void Enter(object obj, ref bool lockTaken)
        {
            if (lockTaken) throw new ArgumentException("The lock taken argument must be set to false before calling this method.", "lockTaken");
            Enter(obj);
            lockTaken = true;
        }
        public static bool TryEnter(object obj) { Enter(obj); return true; }
        public static void TryEnter(object obj, ref bool lockTaken) => Enter(obj, ref lockTaken);
        public static bool TryEnter(object obj, int millisecondsTimeout) { Enter(obj); return true; }
        public static void Exit(object obj)
        {
            if (obj == null) throw new ArgumentNullException("obj");
            if (!ExitCore(obj)) throw new SynchronizationLockException();
        }
        public static bool IsEntered(object obj) => IsHeld(obj);
        public static void PulseAll(object obj) { }
        public static void Pulse(object obj) { }
    }
    public sealed class Lock
    {
        private int depth;
        public Scope EnterScope() { depth++; return new Scope(this); }
        public void Enter() { depth++; }
        public void Exit() { if (depth == 0) throw new SynchronizationLockException(); depth--; }
        public bool IsHeldByCurrentThread => depth != 0;
        public ref struct Scope
        {
            private Lock? owner;
            internal Scope(Lock owner) { this.owner = owner; }
            public void Dispose() { Lock? l = owner; if (l != null) { owner = null; l.Exit(); } }
        }
    }
    public class SemaphoreSlim : IDisposable
    {
        private int count;
        private readonly int maximum;
        private readonly Queue<System.Threading.Tasks.TaskCompletionSource<bool>> waiting = new();
        public SemaphoreSlim(int initialCount) : this(initialCount, int.MaxValue) { }
        public SemaphoreSlim(int initialCount, int maxCount) { count = initialCount; maximum = maxCount; }
        public int CurrentCount => count;
        public System.Threading.Tasks.Task WaitAsync()
        {
            if (count > 0) { count--; return System.Threading.Tasks.Task.CompletedTask; }
            System.Threading.Tasks.TaskCompletionSource<bool> source = new();
            waiting.Enqueue(source);
            return source.Task;
        }
        public void Wait() => WaitAsync().Wait();
        public int Release() => Release(1);
        public int Release(int releaseCount)
        {
            int before = count;
            for (int i = 0; i < releaseCount; i++)
                if (waiting.Count != 0) waiting.Dequeue().SetResult(true);
                else if (++count > maximum) throw new InvalidOperationException("Adding the specified count to the semaphore would cause it to exceed its maximum count.");
            return before;
        }
        public void Dispose() { }
    }
    public class ManualResetEventSlim : IDisposable
    {
        public bool IsSet { get; private set; }
        public ManualResetEventSlim() { }
        public ManualResetEventSlim(bool initialState) { IsSet = initialState; }
        public void Set() => IsSet = true;
        public void Reset() => IsSet = false;
        public void Wait() => Scheduler.RunUntil(static e => ((ManualResetEventSlim)e!).IsSet, this);
        public bool Wait(int millisecondsTimeout) { Wait(); return true; }
        public void Dispose() { }
    }
    public delegate void ThreadStart();
    public delegate void ParameterizedThreadStart(object? obj);
}
