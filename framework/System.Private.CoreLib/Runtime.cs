// Types that the runtime and the compiler know by name.
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace System
{
    public abstract class Type : MemberInfo
    {
        public static readonly Type[] EmptyTypes = new Type[0];
        [Intrinsic]
        public static Type GetTypeFromHandle(RuntimeTypeHandle handle) => handle.GetRuntimeType();
        public RuntimeTypeHandle TypeHandle => new RuntimeTypeHandle((RuntimeType)this);
        public abstract string? FullName { get; }
        public abstract string? Namespace { get; }
        public abstract Type? BaseType { get; }
        public bool IsValueType { [Intrinsic] get => Is(0); }
        public bool IsEnum { [Intrinsic] get => Is(1); }
        public bool IsPrimitive { [Intrinsic] get => Is(2); }
        public bool IsInterface => Is(3);
        public bool IsArray => Is(4);
        public bool IsGenericType => Is(5);
        public bool IsAbstract => Is(6);
        public bool IsSealed => Is(7);
        public bool IsClass => !Is(0) && !Is(3);
        public bool IsByRef => Is(8);
        public bool IsPointer => Is(9);
        public bool IsGenericTypeDefinition => Is(10);
        public bool IsConstructedGenericType => IsGenericType && !IsGenericTypeDefinition;
        internal bool IsNullableInstance => Is(11);
        internal abstract bool Is(int what);
        public abstract Type[] GetGenericArguments();
        public Type[] GenericTypeArguments => IsConstructedGenericType ? GetGenericArguments() : EmptyTypes;
        public abstract Type GetGenericTypeDefinition();
        public abstract Type MakeGenericType(params Type[] typeArguments);
        public abstract Type MakeArrayType();
        public abstract Type? GetElementType();
        public abstract int GetArrayRank();
        public abstract bool IsAssignableFrom(Type? c);
        public abstract bool IsInstanceOfType(object? o);
        public bool IsAssignableTo(Type? targetType) => targetType != null && targetType.IsAssignableFrom(this);
        public bool IsSubclassOf(Type c)
        {
            for (Type? t = BaseType; t != null; t = t.BaseType) if (t == c) return true;
            return false;
        }
        [Intrinsic]
        public static bool operator ==(Type? left, Type? right) => (object?)left == right;
        [Intrinsic]
        public static bool operator !=(Type? left, Type? right) => (object?)left != right;
        public override bool Equals(object? o) => (object?)this == o;
        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
        public static Type? GetType(string typeName) => RuntimeType.ByName(typeName);
        public static TypeCode GetTypeCode(Type? type) => type == null ? TypeCode.Empty : RuntimeType.TypeCodeOf((RuntimeType)type);
    }

    internal sealed class RuntimeType : Type
    {
        private readonly nint m_handle;
        private RuntimeType() { }
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern string GetName(RuntimeType type, int kind);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool IsKind(RuntimeType type, int what);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern RuntimeType? GetRelated(RuntimeType type, int what);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern Type[] GetArguments(RuntimeType type);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern RuntimeType Instantiate(RuntimeType type, Type[] arguments);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool CanCast(RuntimeType from, RuntimeType to);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool IsInstance(RuntimeType type, object? o);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern int GetRank(RuntimeType type);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern RuntimeType? ByName(string name);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern TypeCode TypeCodeOf(RuntimeType type);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern object CreateInstance(RuntimeType type);
        public override string Name => GetName(this, 0);
        public override string? FullName => GetName(this, 1);
        public override string? Namespace => GetName(this, 2);
        public override string ToString() => GetName(this, 3);
        public override Type? BaseType => GetRelated(this, 0);
        public override Type? DeclaringType => GetRelated(this, 3);
        internal override bool Is(int what) => IsKind(this, what);
        public override Type[] GetGenericArguments() => GetArguments(this);
        public override Type GetGenericTypeDefinition() => GetRelated(this, 1) ?? throw new InvalidOperationException();
        public override Type? GetElementType() => GetRelated(this, 2);
        public override Type MakeGenericType(params Type[] typeArguments) => Instantiate(this, typeArguments);
        public override Type MakeArrayType() => GetRelated(this, 4)!;
        public override int GetArrayRank() => GetRank(this);
        public override bool IsAssignableFrom(Type? c) => c != null && CanCast((RuntimeType)c, this);
        public override bool IsInstanceOfType(object? o) => IsInstance(this, o);
    }

    [NonVersionable]
    public struct RuntimeTypeHandle
    {
        internal readonly RuntimeType m_type;
        internal RuntimeTypeHandle(RuntimeType type) { m_type = type; }
        internal RuntimeType GetRuntimeType() => m_type;
        public override bool Equals(object? obj) => obj is RuntimeTypeHandle h && h.m_type == m_type;
        public override int GetHashCode() => m_type == null ? 0 : m_type.GetHashCode();
    }

    [NonVersionable]
    public struct RuntimeMethodHandle { internal readonly object m_value; }
    [NonVersionable]
    public struct RuntimeFieldHandle { internal readonly object m_ptr; }
    internal sealed class RuntimeMethodInfoStub { private readonly nint m_handle; }
    internal sealed class RuntimeFieldInfoStub { private readonly nint m_handle; }

    public ref struct TypedReference { private readonly ref byte _value; private readonly nint _type; }
    public ref struct RuntimeArgumentHandle { private nint m_ptr; }
    public ref struct ArgIterator { private nint m_ptr; }

    public class Attribute { protected Attribute() { } }

    public static class Activator
    {
        public static object? CreateInstance(Type type) => RuntimeType.CreateInstance((RuntimeType)type);
        [Intrinsic]
        public static T CreateInstance<T>()
        {
            if (default(T) is not null && !RuntimeTypeHasConstructor(typeof(T))) return default!;
            object? created = RuntimeType.CreateInstance((RuntimeType)typeof(T));
            return created is null ? default! : (T)created;
        }
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern bool RuntimeTypeHasConstructor(Type type);
    }

    public abstract class Delegate : ICloneable
    {
        internal object? _target;
        internal object? _methodBase;
        internal nint _methodPtr;
        internal nint _methodPtrAux;

        // Where ldvirtftn or a lookup gave the code: the runtime finds out how the target is to be passed.
        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Construct(Delegate d, object? target, nint method);
        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern bool SameMethod(Delegate a, Delegate b);
        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern object? TargetOf(Delegate d);
        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern Delegate MakeMulticast(Delegate prototype, Delegate[] list);
        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern MethodInfo MethodOf(Delegate d);

        public object? Target => TargetOf(this);
        public MethodInfo Method => MethodOf(this);
        public object Clone() => MemberwiseClone();
        public static Delegate? Combine(Delegate? a, Delegate? b)
        {
            if (a == null) return b;
            if (b == null) return a;
            if (a.GetType() != b.GetType()) throw new ArgumentException("Delegates must be of the same type.");
            Delegate[] first = a.GetInvocationList(), second = b.GetInvocationList();
            Delegate[] list = new Delegate[first.Length + second.Length];
            for (int i = 0; i < first.Length; i++) list[i] = first[i];
            for (int i = 0; i < second.Length; i++) list[first.Length + i] = second[i];
            return MakeMulticast(a, list);
        }
        public static Delegate? Combine(params Delegate?[]? delegates)
        {
            Delegate? result = null;
            if (delegates != null) foreach (Delegate? d in delegates) result = Combine(result, d);
            return result;
        }
        public static Delegate? Remove(Delegate? source, Delegate? value)
        {
            if (source == null) return null;
            if (value == null) return source;
            Delegate[] list = source.GetInvocationList(), part = value.GetInvocationList();
            for (int start = list.Length - part.Length; start >= 0; start--)
            {
                bool same = true;
                for (int i = 0; i < part.Length && same; i++) same = list[start + i].Equals(part[i]);
                if (!same) continue;
                int left = list.Length - part.Length;
                if (left == 0) return null;
                Delegate[] rest = new Delegate[left];
                for (int i = 0; i < left; i++) rest[i] = list[i < start ? i : i + part.Length];
                return left == 1 ? rest[0] : MakeMulticast(source, rest);
            }
            return source;
        }
        public static Delegate? RemoveAll(Delegate? source, Delegate? value)
        {
            while (true)
            {
                Delegate? rest = Remove(source, value);
                if ((object?)rest == source) return rest;
                source = rest;
            }
        }
        public virtual Delegate[] GetInvocationList() => new[] { this };
        public override bool Equals(object? obj) => obj is Delegate d && d.GetType() == GetType() && SameMethod(this, d);
        public override int GetHashCode() => GetType().GetHashCode();
        public static bool operator ==(Delegate? a, Delegate? b) => (object?)a == b || (a is not null && a.Equals(b));
        public static bool operator !=(Delegate? a, Delegate? b) => !(a == b);
        public object? DynamicInvoke(params object?[]? args) => throw new NotSupportedException("DynamicInvoke is not part of this framework.");
    }

    public abstract class MulticastDelegate : Delegate
    {
        internal object? _invocationList;
        internal nint _invocationCount;
        // The constructor calls of delegates whose method is known through its code address.
        private void CtorClosed(object target, nint methodPtr) => Construct(this, target, methodPtr);
        public sealed override Delegate[] GetInvocationList()
        {
            if (_invocationList is not Delegate[] list) return new Delegate[] { this };
            Delegate[] copy = new Delegate[list.Length];
            for (int i = 0; i < copy.Length; i++) copy[i] = list[i];
            return copy;
        }
        public sealed override bool Equals(object? obj)
        {
            if (obj is not MulticastDelegate other || other.GetType() != GetType()) return false;
            if (_invocationList is not Delegate[] mine) return other._invocationList is null && SameMethod(this, other);
            if (other._invocationList is not Delegate[] others || mine.Length != others.Length) return false;
            for (int i = 0; i < mine.Length; i++) if (!mine[i].Equals(others[i])) return false;
            return true;
        }
        public sealed override int GetHashCode() => base.GetHashCode();
        public static bool operator ==(MulticastDelegate? a, MulticastDelegate? b) => (Delegate?)a == b;
        public static bool operator !=(MulticastDelegate? a, MulticastDelegate? b) => (Delegate?)a != b;
    }

    public delegate void Action();
    public delegate void Action<in T>(T obj);
    public delegate void Action<in T1, in T2>(T1 arg1, T2 arg2);
    public delegate void Action<in T1, in T2, in T3>(T1 arg1, T2 arg2, T3 arg3);
    public delegate void Action<in T1, in T2, in T3, in T4>(T1 arg1, T2 arg2, T3 arg3, T4 arg4);
    public delegate void Action<in T1, in T2, in T3, in T4, in T5>(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5);
    public delegate void Action<in T1, in T2, in T3, in T4, in T5, in T6>(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6);
    public delegate TResult Func<out TResult>();
    public delegate TResult Func<in T, out TResult>(T arg);
    public delegate TResult Func<in T1, in T2, out TResult>(T1 arg1, T2 arg2);
    public delegate TResult Func<in T1, in T2, in T3, out TResult>(T1 arg1, T2 arg2, T3 arg3);
    public delegate TResult Func<in T1, in T2, in T3, in T4, out TResult>(T1 arg1, T2 arg2, T3 arg3, T4 arg4);
    public delegate TResult Func<in T1, in T2, in T3, in T4, in T5, out TResult>(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5);
    public delegate TResult Func<in T1, in T2, in T3, in T4, in T5, in T6, out TResult>(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6);
    public delegate TResult Func<in T1, in T2, in T3, in T4, in T5, in T6, in T7, out TResult>(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7);
    public delegate TResult Func<in T1, in T2, in T3, in T4, in T5, in T6, in T7, in T8, out TResult>(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6, T7 arg7, T8 arg8);
    public delegate bool Predicate<in T>(T obj);
    public delegate int Comparison<in T>(T x, T y);
    public delegate TOutput Converter<in TInput, out TOutput>(TInput input);
    public class EventArgs { public static readonly EventArgs Empty = new EventArgs(); }
    public delegate void EventHandler(object? sender, EventArgs e);
    public delegate void EventHandler<TEventArgs>(object? sender, TEventArgs e);
    public delegate void AsyncCallback(IAsyncResult ar);
    public interface IAsyncResult { object? AsyncState { get; } bool CompletedSynchronously { get; } bool IsCompleted { get; } }

    public static class GC
    {
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void CollectCore();
        public static void Collect() => CollectCore();
        public static void Collect(int generation) => CollectCore();
        public static void Collect(int generation, GCCollectionMode mode) => CollectCore();
        public static void Collect(int generation, GCCollectionMode mode, bool blocking) => CollectCore();
        public static void Collect(int generation, GCCollectionMode mode, bool blocking, bool compacting) => CollectCore();
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern void WaitForPendingFinalizers();
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern void SuppressFinalize(object obj);
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern void ReRegisterForFinalize(object obj);
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern int CollectionCount(int generation);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern long TotalMemory();
        public static long GetTotalMemory(bool forceFullCollection) => TotalMemory();
        [Intrinsic]
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void KeepAlive(object? obj) { }
        public static int GetGeneration(object obj) => 0;
        public static int MaxGeneration => 2;
        public static T[] AllocateUninitializedArray<T>(int length, bool pinned = false) => new T[length];
        public static T[] AllocateArray<T>(int length, bool pinned = false) => new T[length];
    }
    public enum GCCollectionMode { Default, Forced, Optimized, Aggressive }

    public class WeakReference
    {
        private nint handle;
        public WeakReference(object? target) { handle = Make(target); }
        public WeakReference(object? target, bool trackResurrection) : this(target) { }
        public virtual object? Target { get => Read(handle); set => Write(handle, value); }
        public virtual bool IsAlive => Read(handle) != null;
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern nint Make(object? target);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern object? Read(nint handle);
        [MethodImpl(MethodImplOptions.InternalCall)] internal static extern void Write(nint handle, object? target);
    }
    public sealed class WeakReference<T> where T : class
    {
        private readonly nint handle;
        public WeakReference(T target) { handle = WeakReference.Make(target); }
        public bool TryGetTarget([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T target)
        {
            target = (T)WeakReference.Read(handle)!;
            return target != null;
        }
        public void SetTarget(T target) => WeakReference.Write(handle, target);
    }

    public static class Environment
    {
        public static string NewLine => "\n";
        public static int CurrentManagedThreadId => System.Threading.Thread.CurrentThread.ManagedThreadId;
        public static int ProcessorCount => 1;
        public static bool HasShutdownStarted => false;
        public static int TickCount => (int)TickCount64;
        public static long TickCount64 => System.Threading.Scheduler.Now;
        [MethodImpl(MethodImplOptions.InternalCall)] public static extern void Exit(int exitCode);
        public static void FailFast(string? message) => FailFastCore(message);
        public static void FailFast(string? message, Exception? exception) => FailFastCore(message);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void FailFastCore(string? message);
        public static string? GetEnvironmentVariable(string variable) => null;
        public static int ExitCode { [MethodImpl(MethodImplOptions.InternalCall)] get; [MethodImpl(MethodImplOptions.InternalCall)] set; }
        public static string StackTrace => "";
    }

    public static class AppContext
    {
        public static bool TryGetSwitch(string switchName, out bool isEnabled) { isEnabled = false; return false; }
    }

    public static class Console
    {
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern void WriteCore(string text, bool toError);
        public static void Write(string? value) => WriteCore(value ?? "", false);
        public static void Write(object? value) => Write(value?.ToString());
        public static void Write(char value) => Write(value.ToString());
        public static void Write(int value) => Write(value.ToString());
        public static void Write(long value) => Write(value.ToString());
        public static void Write(bool value) => Write(value.ToString());
        public static void Write(double value) => Write(value.ToString());
        public static void Write(string format, object? arg0) => Write(string.Format(format, arg0));
        public static void Write(string format, object? arg0, object? arg1) => Write(string.Format(format, arg0, arg1));
        public static void Write(string format, params object?[] args) => Write(string.Format(format, args));
        public static void WriteLine() => Write("\n");
        public static void WriteLine(string? value) => WriteCore(string.Concat(value, "\n"), false);
        public static void WriteLine(object? value) => WriteLine(value?.ToString());
        public static void WriteLine(char value) => WriteLine(value.ToString());
        public static void WriteLine(char[]? value) => WriteLine(new string(value));
        public static void WriteLine(int value) => WriteLine(value.ToString());
        public static void WriteLine(uint value) => WriteLine(value.ToString());
        public static void WriteLine(long value) => WriteLine(value.ToString());
        public static void WriteLine(ulong value) => WriteLine(value.ToString());
        public static void WriteLine(bool value) => WriteLine(value.ToString());
        public static void WriteLine(double value) => WriteLine(value.ToString());
        public static void WriteLine(float value) => WriteLine(value.ToString());
        public static void WriteLine(string format, object? arg0) => WriteLine(string.Format(format, arg0));
        public static void WriteLine(string format, object? arg0, object? arg1) => WriteLine(string.Format(format, arg0, arg1));
        public static void WriteLine(string format, object? arg0, object? arg1, object? arg2) => WriteLine(string.Format(format, arg0, arg1, arg2));
        public static void WriteLine(string format, params object?[] args) => WriteLine(string.Format(format, args));
        public static System.IO.TextWriter Out { get; } = new System.IO.ConsoleWriter(false);
        public static System.IO.TextWriter Error { get; } = new System.IO.ConsoleWriter(true);
        internal static void WriteTo(bool error, string text) => WriteCore(text, error);
    }
}

namespace System.IO
{
    public abstract class TextWriter : IDisposable
    {
        public abstract void Write(string? value);
        public virtual void Write(char value) => Write(value.ToString());
        public virtual void Write(object? value) => Write(value?.ToString());
        public virtual void WriteLine() => Write("\n");
        public virtual void WriteLine(string? value) => Write(string.Concat(value, "\n"));
        public virtual void WriteLine(object? value) => WriteLine(value?.ToString());
        public virtual void WriteLine(int value) => WriteLine(value.ToString());
        public virtual void Flush() { }
        public void Dispose() { }
    }
    internal sealed class ConsoleWriter : TextWriter
    {
        private readonly bool error;
        internal ConsoleWriter(bool error) { this.error = error; }
        public override void Write(string? value) => Console.WriteTo(error, value ?? "");
    }
}

namespace System.Reflection
{
    public abstract class MemberInfo
    {
        public abstract string Name { get; }
        public virtual Type? DeclaringType => null;
    }
    public abstract class MethodBase : MemberInfo { }
    public abstract class MethodInfo : MethodBase { }
    internal sealed class RuntimeMethodInfo : MethodInfo
    {
        private readonly nint m_handle;
        private RuntimeMethodInfo() { }
        public override string Name => GetName(this);
        public override Type? DeclaringType => GetDeclaringType(this);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern string GetName(RuntimeMethodInfo method);
        [MethodImpl(MethodImplOptions.InternalCall)] private static extern Type? GetDeclaringType(RuntimeMethodInfo method);
    }
}
