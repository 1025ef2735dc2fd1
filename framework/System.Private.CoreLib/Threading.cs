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
        public static nuint Exchange(ref nuint location1, nuint value) { nuint old = location1; location1 = value; return old; }
        public static nint CompareExchange(ref nint location1, nint value, nint comparand) { nint old = location1; if (old == comparand) location1 = value; return old; }
        public static nuint CompareExchange(ref nuint location1, nuint value, nuint comparand) { nuint old = location1; if (old == comparand) location1 = value; return old; }
        public static uint Increment(ref uint location) => ++location;
        public static ulong Increment(ref ulong location) => ++location;
        public static uint Decrement(ref uint location) => --location;
        public static ulong Decrement(ref ulong location) => --location;
        public static uint Exchange(ref uint location1, uint value) { uint old = location1; location1 = value; return old; }
        public static ulong Exchange(ref ulong location1, ulong value) { ulong old = location1; location1 = value; return old; }
        public static ulong CompareExchange(ref ulong location1, ulong value, ulong comparand) { ulong old = location1; if (old == comparand) location1 = value; return old; }
        public static uint Add(ref uint location1, uint value) => location1 += value;
        public static ulong Add(ref ulong location1, ulong value) => location1 += value;
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
        [Intrinsic, NonVersionable] public static ulong Read(ref readonly ulong location) => location;
        [Intrinsic, NonVersionable] public static void Write(ref ulong location, ulong value) { location = value; }
        [Intrinsic, NonVersionable] public static uint Read(ref readonly uint location) => location;
        [Intrinsic, NonVersionable] public static void Write(ref uint location, uint value) { location = value; }
        [Intrinsic] public static void ReadBarrier() { }
        [Intrinsic] public static void WriteBarrier() { }
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

namespace System
{
    public class Lazy<T>
    {
        private Func<T>? factory;
        private T? value;
        private Exception? error;
        public Lazy() : this(static () => Activator.CreateInstance<T>()) { }
        public Lazy(T value) { this.value = value; }
        public Lazy(Func<T> valueFactory) { factory = valueFactory ?? throw new ArgumentNullException(nameof(valueFactory)); }
        public Lazy(Func<T> valueFactory, bool isThreadSafe) : this(valueFactory) { }
        public bool IsValueCreated => factory == null && error == null;
        public T Value
        {
            get
            {
                if (error != null) throw error;
                if (factory != null)
                {
                    Func<T> once = factory;
                    try { value = once(); }
                    catch (Exception e) { error = e; throw; }
                    finally { factory = null; }
                }
                return value!;
            }
        }
        public override string? ToString() => IsValueCreated ? Value!.ToString() : "Value is not created.";
    }

    public readonly struct Guid : IEquatable<Guid>, IComparable<Guid>
    {
        private readonly int a;
        private readonly short b, c;
        private readonly byte d, e, f, g, h, i, j, k;
        public static readonly Guid Empty;
        public Guid(int a, short b, short c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)
        {
            this.a = a; this.b = b; this.c = c; this.d = d; this.e = e; this.f = f; this.g = g; this.h = h; this.i = i; this.j = j; this.k = k;
        }
        public byte[] ToByteArray() => new[] { (byte)a, (byte)(a >> 8), (byte)(a >> 16), (byte)(a >> 24), (byte)b, (byte)(b >> 8), (byte)c, (byte)(c >> 8), d, e, f, g, h, i, j, k };
        public bool Equals(Guid other) => CompareTo(other) == 0;
        public override bool Equals(object? o) => o is Guid other && Equals(other);
        public int CompareTo(Guid other)
        {
            byte[] left = ToByteArray(), right = other.ToByteArray();
            for (int n = 0; n < 16; n++) if (left[n] != right[n]) return left[n] < right[n] ? -1 : 1;
            return 0;
        }
        public override int GetHashCode() => a ^ ((ushort)b << 16 | (ushort)c) ^ (f << 24 | k);
        public static bool operator ==(Guid left, Guid right) => left.Equals(right);
        public static bool operator !=(Guid left, Guid right) => !left.Equals(right);
        public override string ToString() => $"{a:x8}-{b:x4}-{c:x4}-{d:x2}{e:x2}-{f:x2}{g:x2}{h:x2}{i:x2}{j:x2}{k:x2}";
    }
}
