// A core library just large enough to compile runtime-async methods against; its bodies are compiled, but never run.
// Dialect SEED by default, V11b with -d:V11B.
#pragma warning disable
namespace System
{
    public class Object { public Object() { } public virtual string ToString() => null; public virtual bool Equals(object o) => false; public virtual int GetHashCode() => 0; public extern Type GetType(); }
    public abstract class ValueType { }
    public abstract class Enum : ValueType { }
    public struct Void { }
    public struct Boolean { }
    public struct Char { }
    public struct SByte { }
    public struct Byte { }
    public struct Int16 { }
    public struct UInt16 { }
    public struct Int32 { }
    public struct UInt32 { }
    public struct Int64 { }
    public struct UInt64 { }
    public struct IntPtr { }
    public struct UIntPtr { }
    public struct Single { }
    public struct Double { }
    public struct TypedReference { }
    public struct Nullable<T> where T : struct { bool hasValue; T value; public Nullable(T v) { hasValue = true; value = v; } public bool HasValue => hasValue; public T Value => value; public T GetValueOrDefault() => value; }
    public sealed class String { public int Length => 0; public static readonly string Empty = null; public static string Concat(string a, string b) => null; }
    public abstract class Array : System.Collections.IEnumerable { public System.Collections.IEnumerator GetEnumerator() => null; public int Length => 0; }
    public abstract class Delegate { object _target; object _methodBase; nint _methodPtr; nint _methodPtrAux; }
    public abstract class MulticastDelegate : Delegate { object _invocationList; nint _invocationCount; }
    public delegate void Action();
    public delegate R Func<R>();
    public delegate R Func<A, R>(A a);
    public class Attribute { }
    public sealed class AttributeUsageAttribute : Attribute { public AttributeUsageAttribute(AttributeTargets t) { } public bool AllowMultiple { get; set; } public bool Inherited { get; set; } }
    public enum AttributeTargets { All = 0x7fff }
    public sealed class ParamArrayAttribute : Attribute { }
    public sealed class FlagsAttribute : Attribute { }
    public sealed class ThreadStaticAttribute : Attribute { }
    public class Exception { string message; public Exception() { } public Exception(string m) { message = m; } public virtual string Message => message; }
    public class InvalidOperationException : Exception { public InvalidOperationException() { } public InvalidOperationException(string m) : base(m) { } }
    public class OperationCanceledException : Exception { }
    public class Type { public static extern Type GetTypeFromHandle(RuntimeTypeHandle h); }
    public struct RuntimeTypeHandle { object m_type; }
    public struct RuntimeFieldHandle { object m_ptr; }
    public struct RuntimeMethodHandle { object m_value; }
    public interface IDisposable { void Dispose(); }
    public struct ValueTuple<A, B> { public A Item1; public B Item2; public ValueTuple(A a, B b) { Item1 = a; Item2 = b; } }
    public static class Activator { public static T CreateInstance<T>() => default; }
    public sealed class __Canon { }
    public class Lazy { }
    public readonly ref struct Span<T> { readonly ref T _reference; readonly int _length; public Span(ref T r) { _reference = ref r; _length = 1; } public int Length => _length; }
}
namespace System.Collections
{
    public interface IEnumerable { IEnumerator GetEnumerator(); }
    public interface IEnumerator { object Current { get; } bool MoveNext(); }
}
namespace System.Collections.Generic
{
    public interface IEnumerable<T> { }
    public interface ICollection<T> : IEnumerable<T> { }
    public interface IList<T> : ICollection<T> { }
    public interface IReadOnlyCollection<T> : IEnumerable<T> { }
    public interface IReadOnlyList<T> : IReadOnlyCollection<T> { }
}
namespace System.Runtime.InteropServices
{
    public enum LayoutKind { Sequential = 0, Explicit = 2, Auto = 3 }
    public sealed class StructLayoutAttribute : Attribute { public StructLayoutAttribute(LayoutKind k) { } public int Size; public int Pack; }
    public sealed class InAttribute : Attribute { }
    public sealed class OutAttribute : Attribute { }
}
namespace System.Runtime.Versioning { public sealed class NonVersionableAttribute : Attribute { } }
namespace System.Diagnostics.CodeAnalysis { }
namespace System.Reflection { public sealed class DefaultMemberAttribute : Attribute { public DefaultMemberAttribute(string n) { } } }
namespace System.Threading
{
    public sealed class Thread { internal ExecutionContext _executionContext; internal SynchronizationContext _synchronizationContext; }
    public sealed class ExecutionContext { }
    public class SynchronizationContext { }
}
namespace System.Threading.Tasks
{
    using System.Runtime.CompilerServices;
    public class Task
    {
        public bool IsCompleted => false;
        public static Task CompletedTask => null;
        public static Task<T> FromResult<T>(T value) => null;
        public static YieldAwaitable Yield() => default;
        public static Task Delay(int milliseconds) => null;
        public ConfiguredTaskAwaitable ConfigureAwait(bool b) => default;
        public TaskAwaiter GetAwaiter() => default;
    }
    public class Task<T> : Task
    {
        public T Result => default;
        public new ConfiguredTaskAwaitable<T> ConfigureAwait(bool b) => default;
        public new TaskAwaiter<T> GetAwaiter() => default;
    }
    [AsyncMethodBuilder(typeof(AsyncValueTaskMethodBuilder))]
    public readonly struct ValueTask
    {
        readonly object _obj; readonly short _token; readonly bool _continueOnCapturedContext;
        public ValueTask(Task t) { _obj = t; }
        public bool IsCompleted => false;
        public static ValueTask CompletedTask => default;
        public static ValueTask<T> FromResult<T>(T value) => default;
        internal void ThrowIfCompletedUnsuccessfully() { }
        internal object AsTaskOrNotifier() => null;
        public Task AsTask() => null;
        public ConfiguredValueTaskAwaitable ConfigureAwait(bool b) => default;
        public ValueTaskAwaiter GetAwaiter() => default;
    }
    [AsyncMethodBuilder(typeof(AsyncValueTaskMethodBuilder<>))]
    public readonly struct ValueTask<T>
    {
        readonly object _obj; readonly T _result; readonly short _token; readonly bool _continueOnCapturedContext;
        public ValueTask(T r) { _result = r; }
        public ValueTask(Task<T> t) { _obj = t; }
        public bool IsCompleted => false;
        public T Result => _result;
        internal object AsTaskOrNotifier() => null;
        public Task<T> AsTask() => null;
        public ConfiguredValueTaskAwaitable<T> ConfigureAwait(bool b) => default;
        public ValueTaskAwaiter<T> GetAwaiter() => default;
    }
}
namespace System.Runtime.CompilerServices
{
    using System.Threading;
    using System.Threading.Tasks;
    public static class RuntimeHelpers { }
    public static class RuntimeFeature { public const string ByRefFields = "ByRefFields"; public const string NumericIntPtr = "NumericIntPtr"; public const string VirtualStaticsInInterfaces = "VirtualStaticsInInterfaces"; public const string DefaultImplementationsOfInterfaces = "DefaultImplementationsOfInterfaces"; public const string ByRefLikeGenerics = "ByRefLikeGenerics"; }
    public sealed class IsVolatile { }
    public sealed class ExtensionAttribute : Attribute { }
    public sealed class IsReadOnlyAttribute : Attribute { }
    public sealed class IsByRefLikeAttribute : Attribute { }
    public sealed class IntrinsicAttribute : Attribute { }
    public sealed class CompilerGeneratedAttribute : Attribute { }
    public sealed class AsyncMethodBuilderAttribute : Attribute { public AsyncMethodBuilderAttribute(Type t) { } }
    public enum MethodImplOptions { NoInlining = 8, AggressiveInlining = 256, Async = 0x2000 }
    public sealed class MethodImplAttribute : Attribute { public MethodImplAttribute(MethodImplOptions o) { } public MethodImplAttribute(short o) { } }
    public interface INotifyCompletion { void OnCompleted(Action a); }
    public interface ICriticalNotifyCompletion : INotifyCompletion { void UnsafeOnCompleted(Action a); }
    public readonly struct TaskAwaiter : ICriticalNotifyCompletion { readonly Task t; public bool IsCompleted => false; public void GetResult() { } public void OnCompleted(Action a) { } public void UnsafeOnCompleted(Action a) { } }
    public readonly struct TaskAwaiter<T> : ICriticalNotifyCompletion { readonly Task<T> t; public bool IsCompleted => false; public T GetResult() => default; public void OnCompleted(Action a) { } public void UnsafeOnCompleted(Action a) { } }
    public readonly struct ValueTaskAwaiter : ICriticalNotifyCompletion { readonly ValueTask t; public bool IsCompleted => false; public void GetResult() { } public void OnCompleted(Action a) { } public void UnsafeOnCompleted(Action a) { } }
    public readonly struct ValueTaskAwaiter<T> : ICriticalNotifyCompletion { readonly ValueTask<T> t; public bool IsCompleted => false; public T GetResult() => default; public void OnCompleted(Action a) { } public void UnsafeOnCompleted(Action a) { } }
    public readonly struct ConfiguredTaskAwaitable { readonly Task t; public TaskAwaiter GetAwaiter() => default; }
    public readonly struct ConfiguredTaskAwaitable<T> { readonly Task<T> t; public TaskAwaiter<T> GetAwaiter() => default; }
    public readonly struct ConfiguredValueTaskAwaitable { readonly ValueTask t; public ValueTaskAwaiter GetAwaiter() => default; }
    public readonly struct ConfiguredValueTaskAwaitable<T> { readonly ValueTask<T> t; public ValueTaskAwaiter<T> GetAwaiter() => default; }
    public readonly struct YieldAwaitable { public YieldAwaiter GetAwaiter() => default; public readonly struct YieldAwaiter : ICriticalNotifyCompletion { public bool IsCompleted => false; public void GetResult() { } public void OnCompleted(Action a) { } public void UnsafeOnCompleted(Action a) { } } }

    public struct AsyncValueTaskMethodBuilder { }
    public struct AsyncValueTaskMethodBuilder<T> { }

    internal unsafe class Continuation { public Continuation Next; public ResumeInfo* ResumeInfo; public ContinuationFlags Flags; public int State; }
    internal unsafe struct ResumeInfo { public void* Resume; public void* DiagnosticIP; }
    public static unsafe class AsyncHelpers
    {
        static Continuation s_sentinel;
        static object s_notifier;
        [MethodImpl(MethodImplOptions.Async)] public static void AwaitAwaiter<T>(T awaiter) where T : INotifyCompletion { s_notifier = awaiter; AsyncSuspend(s_sentinel ??= new Continuation()); }
        [MethodImpl(MethodImplOptions.Async)] public static void UnsafeAwaitAwaiter<T>(T awaiter) where T : ICriticalNotifyCompletion { s_notifier = awaiter; AsyncSuspend(s_sentinel ??= new Continuation()); }
#if !V11B
        [MethodImpl(MethodImplOptions.Async)] public static void Await(Task t) { TaskAwaiter a = t.GetAwaiter(); if (!a.IsCompleted) UnsafeAwaitAwaiter(a); a.GetResult(); }
        [MethodImpl(MethodImplOptions.Async)] public static T Await<T>(Task<T> t) { TaskAwaiter<T> a = t.GetAwaiter(); if (!a.IsCompleted) UnsafeAwaitAwaiter(a); return a.GetResult(); }
        [MethodImpl(MethodImplOptions.Async)] public static void Await(ValueTask t) { ValueTaskAwaiter a = t.GetAwaiter(); if (!a.IsCompleted) UnsafeAwaitAwaiter(a); a.GetResult(); }
        [MethodImpl(MethodImplOptions.Async)] public static T Await<T>(ValueTask<T> t) { ValueTaskAwaiter<T> a = t.GetAwaiter(); if (!a.IsCompleted) UnsafeAwaitAwaiter(a); return a.GetResult(); }
#else
        [MethodImpl(MethodImplOptions.Async)] static void Suspend(object o) { s_notifier = o; AsyncSuspend(s_sentinel ??= new Continuation()); }
        [MethodImpl(MethodImplOptions.Async)] static T Suspend<T>(object o) { s_notifier = o; AsyncSuspend(s_sentinel ??= new Continuation()); return default; }
        [MethodImpl(MethodImplOptions.Async)] public static void Await(Task t) { if (t.IsCompleted) return; TailAwait(); Suspend(t); }
        [MethodImpl(MethodImplOptions.Async)] public static T Await<T>(Task<T> t) { if (t.IsCompleted) return t.Result; TailAwait(); return Suspend<T>(t); }
        [MethodImpl(MethodImplOptions.Async)] public static void Await(ValueTask t) { if (t.IsCompleted) return; TailAwait(); Suspend(t.AsTask()); }
        [MethodImpl(MethodImplOptions.Async)] public static T Await<T>(ValueTask<T> t) { if (t.IsCompleted) return t.Result; TailAwait(); return Suspend<T>(t.AsTask()); }
#endif
        [MethodImpl(MethodImplOptions.Async)] public static void Await(ConfiguredTaskAwaitable t) { }
        [MethodImpl(MethodImplOptions.Async)] public static T Await<T>(ConfiguredTaskAwaitable<T> t) => default;
        [MethodImpl(MethodImplOptions.Async)] public static void Await(ConfiguredValueTaskAwaitable t) { }
        [MethodImpl(MethodImplOptions.Async)] public static T Await<T>(ConfiguredValueTaskAwaitable<T> t) => default;
        public static void HandleAsyncEntryPoint(Task t) { }
        public static int HandleAsyncEntryPoint(Task<int> t) => 0;
        static void AsyncSuspend(Continuation c) { }
        static Continuation AsyncCallContinuation() => null;
        static void TailAwait() { }
        static Task TaskFromException(Exception e) => null;
        static Task<T> TaskFromException<T>(Exception e) => null;
        static ValueTask ValueTaskFromException(Exception e) => default;
        static ValueTask<T> ValueTaskFromException<T>(Exception e) => default;
        static ExecutionContext CaptureExecutionContext() => null;
        static void CaptureContinuationContext(ref object continuationContext, ref ContinuationFlags flags) { }
#if !V11B
        static void CaptureContexts(out ExecutionContext e, out SynchronizationContext s) { e = null; s = null; }
        static void RestoreContexts(bool resumed, ExecutionContext e, SynchronizationContext s) { }
        static void RestoreContextsOnSuspension(bool resumed, ExecutionContext e, SynchronizationContext s) { }
        static void RestoreExecutionContext(ExecutionContext e) { }
        static Task FinalizeTaskReturningThunk() => null;
        static Task<T> FinalizeTaskReturningThunk<T>() => null;
        static ValueTask FinalizeValueTaskReturningThunk() => default;
        static ValueTask<T> FinalizeValueTaskReturningThunk<T>() => default;
        static void CompletedTask(Task t) { }
        static T CompletedTaskResult<T>(Task<T> t) => default;
        [MethodImpl(MethodImplOptions.Async)] static void TransparentAwait(object o) { }
#else
        static void CaptureContexts(out Thread t, out ExecutionContext e, out SynchronizationContext s) { t = null; e = null; s = null; }
        static void RestoreContexts(bool resumed, Thread t, ExecutionContext e, SynchronizationContext s) { }
        static void FinishSuspensionWithContinuationContext(ref object c, ref ContinuationFlags f, ref ExecutionContext slot, bool resumed, ExecutionContext e, SynchronizationContext s) { }
        static void FinishSuspensionNoContinuationContext(ref ExecutionContext slot, bool resumed, ExecutionContext e, SynchronizationContext s) { }
        [MethodImpl(MethodImplOptions.Async)] static void TransparentAwait(Task t) { }
        [MethodImpl(MethodImplOptions.Async)] static T TransparentAwait<T>(Task<T> t) => default;
        [MethodImpl(MethodImplOptions.Async)] static void TransparentAwait(ValueTask t) { }
        [MethodImpl(MethodImplOptions.Async)] static T TransparentAwait<T>(ValueTask<T> t) => default;
        static Task CreateRuntimeAsyncTask(ref RuntimeAsyncAwaitState s) => null;
        static Task<T> CreateRuntimeAsyncTask<T>(ref RuntimeAsyncAwaitState s) => null;
        static ValueTask CreateRuntimeAsyncValueTask(ref RuntimeAsyncAwaitState s) => default;
        static ValueTask<T> CreateRuntimeAsyncValueTask<T>(ref RuntimeAsyncAwaitState s) => default;
        [ThreadStatic] static RuntimeAsyncAwaitState t_runtimeAsyncAwaitState;
        struct RuntimeAsyncAwaitState { Continuation Sentinel; Thread CurrentThread; RuntimeAsyncStackState* StackState; public void Push(RuntimeAsyncStackState* s) { } public void Pop() { } }
        struct RuntimeAsyncStackState { object CriticalNotifier; object Notifier; Continuation A, B; ExecutionContext E; SynchronizationContext S; RuntimeAsyncStackState* Next; }
#endif
    }
#if !V11B
    internal enum ContinuationFlags { HasOsrILOffset = 1, HasException = 2, HasContinuationContext = 4, HasResult = 8, ContinueOnThreadPool = 16, ContinueOnCapturedSynchronizationContext = 32, ContinueOnCapturedTaskScheduler = 64 }
    internal struct ExecutionAndSyncBlockStore { ExecutionContext e; SynchronizationContext s; Thread t; public void Push() { } public void Pop() { } }
#else
    internal enum ContinuationFlags { ContinueOnThreadPool = 1, ContinueOnCapturedSynchronizationContext = 2, ContinueOnCapturedTaskScheduler = 4, ExecutionContextIndexFirstBit = 4, ContinuationContextIndexFirstBit = 6, ExceptionIndexFirstBit = 8, ResultIndexFirstBit = 11 }
#endif
}
