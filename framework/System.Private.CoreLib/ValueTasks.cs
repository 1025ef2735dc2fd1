// Value tasks, and what they are made of.
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace System
{
    public interface IAsyncDisposable { System.Threading.Tasks.ValueTask DisposeAsync(); }
}

namespace System.Threading.Tasks.Sources
{
    [Flags]
    public enum ValueTaskSourceOnCompletedFlags { None = 0, UseSchedulingContext = 1, FlowExecutionContext = 2 }
    public enum ValueTaskSourceStatus { Pending = 0, Succeeded = 1, Faulted = 2, Canceled = 3 }
    public interface IValueTaskSource
    {
        ValueTaskSourceStatus GetStatus(short token);
        void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags);
        void GetResult(short token);
    }
    public interface IValueTaskSource<out TResult>
    {
        ValueTaskSourceStatus GetStatus(short token);
        void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags);
        TResult GetResult(short token);
    }
    public struct ManualResetValueTaskSourceCore<TResult>
    {
        private Action<object?>? continuation;
        private object? state;
        private SynchronizationContext? synchronization;
        private ExecutionContext? context;
        private bool completed;
        private TResult? result;
        private Exception? error;
        private short version;
        public bool RunContinuationsAsynchronously { get; set; }
        public short Version => version;
        public void Reset()
        {
            version++;
            continuation = null;
            state = null;
            synchronization = null;
            context = null;
            completed = false;
            result = default;
            error = null;
        }
        public void SetResult(TResult result) { this.result = result; Signal(); }
        public void SetException(Exception error) { this.error = error; Signal(); }
        private void Check(short token) { if (token != version) throw new InvalidOperationException("Operation is not valid due to the current state of the object."); }
        public ValueTaskSourceStatus GetStatus(short token)
        {
            Check(token);
            return !completed ? ValueTaskSourceStatus.Pending : error == null ? ValueTaskSourceStatus.Succeeded : error is OperationCanceledException ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Faulted;
        }
        public TResult GetResult(short token)
        {
            Check(token);
            if (!completed) throw new InvalidOperationException();
            if (error != null) ExceptionDispatchInfo.Throw(error);
            return result!;
        }
        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            Check(token);
            if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0) context = ExecutionContext.Capture();
            if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0) synchronization = SynchronizationContext.ToReturnTo;
            this.continuation = continuation;
            this.state = state;
            if (completed) Invoke(true);
        }
        private void Signal()
        {
            if (completed) throw new InvalidOperationException();
            completed = true;
            if (continuation != null) Invoke(RunContinuationsAsynchronously);
        }
        private void Invoke(bool queue)
        {
            Action<object?> action = continuation!;
            object? argument = state;
            ExecutionContext? flow = context;
            Action run = flow == null ? () => action(argument) : () => ExecutionContext.Run(flow, new ContextCallback(action), argument);
            if (synchronization != null) synchronization.Post(static r => ((Action)r!)(), run);
            else if (queue) Scheduler.Queue(static r => ((Action)r!)(), run);
            else run();
        }
    }
}

namespace System.Threading.Tasks
{
    // A task that a value task source completes, which it does once it has been asked.
    internal interface ISourceTask
    {
        void AddContinuation(TaskContinuation continuation);
        void Ask(ValueTaskSourceOnCompletedFlags flags);
    }
    internal sealed class SourceTask<TResult> : Task<TResult>, ISourceTask
    {
        private readonly object source;
        private readonly short token;
        private readonly bool takesResult;
        // Without `takesResult` the source keeps its result, for whoever waits for the task.
        internal SourceTask(object source, short token, bool takesResult = true)
        {
            this.source = source;
            this.token = token;
            this.takesResult = takesResult;
        }
        internal SourceTask(object source, short token, ValueTaskSourceOnCompletedFlags flags) : this(source, token) => Ask(flags);
        void ISourceTask.AddContinuation(TaskContinuation continuation) => AddContinuation(continuation);
        void ISourceTask.Ask(ValueTaskSourceOnCompletedFlags flags) => Ask(flags);
        private void Ask(ValueTaskSourceOnCompletedFlags flags)
        {
            Action<object?> done = static t => ((SourceTask<TResult>)t!).Finish();
            if (source is IValueTaskSource<TResult> typed) typed.OnCompleted(done, this, token, flags);
            else ((IValueTaskSource)source).OnCompleted(done, this, token, flags);
        }
        private void Finish()
        {
            if (!takesResult)
            {
                TrySetCompleted();
                return;
            }
            try
            {
                if (source is IValueTaskSource<TResult> typed) TrySetResult(typed.GetResult(token));
                else { ((IValueTaskSource)source).GetResult(token); TrySetCompleted(); }
            }
            catch (Exception e) { SetFailed(e); }
        }
    }

    [AsyncMethodBuilder(typeof(AsyncValueTaskMethodBuilder))]
    [StructLayout(LayoutKind.Auto)]
    public readonly struct ValueTask : IEquatable<ValueTask>
    {
        internal readonly object? _obj;
        internal readonly short _token;
        internal readonly bool _continueOnCapturedContext;
        public ValueTask(Task task) { _obj = task ?? throw new ArgumentNullException("task"); _continueOnCapturedContext = true; _token = 0; }
        public ValueTask(IValueTaskSource source, short token) { _obj = source ?? throw new ArgumentNullException("source"); _token = token; _continueOnCapturedContext = true; }
        internal ValueTask(object? obj, short token, bool continueOnCapturedContext) { _obj = obj; _token = token; _continueOnCapturedContext = continueOnCapturedContext; }
        public static ValueTask CompletedTask => default;
        public static ValueTask<TResult> FromResult<TResult>(TResult result) => new ValueTask<TResult>(result);
        public static ValueTask FromException(Exception exception) => new ValueTask(Task.FromException(exception));
        public static ValueTask<TResult> FromException<TResult>(Exception exception) => new ValueTask<TResult>(Task.FromException<TResult>(exception));
        public static ValueTask FromCanceled(CancellationToken cancellationToken) => new ValueTask(Task.FromCanceled(cancellationToken));
        public static ValueTask<TResult> FromCanceled<TResult>(CancellationToken cancellationToken) => new ValueTask<TResult>(Task.FromCanceled<TResult>(cancellationToken));
        private ValueTaskSourceStatus Status => _obj == null ? ValueTaskSourceStatus.Succeeded : _obj is Task t ? t.IsCompletedSuccessfully ? ValueTaskSourceStatus.Succeeded : t.IsFaulted ? ValueTaskSourceStatus.Faulted : t.IsCanceled ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Pending : ((IValueTaskSource)_obj).GetStatus(_token);
        public bool IsCompleted => Status != ValueTaskSourceStatus.Pending;
        public bool IsCompletedSuccessfully => Status == ValueTaskSourceStatus.Succeeded;
        public bool IsFaulted => Status == ValueTaskSourceStatus.Faulted;
        public bool IsCanceled => Status == ValueTaskSourceStatus.Canceled;
        internal void ThrowIfCompletedUnsuccessfully()
        {
            if (_obj == null) return;
            if (_obj is Task task) task.ThrowIfFailed(); else ((IValueTaskSource)_obj).GetResult(_token);
        }
        internal object AsTaskOrNotifier() => _obj as Task ?? new SourceTask<VoidTaskResult>(_obj!, _token, false);
        public Task AsTask()
        {
            if (_obj == null) return Task.CompletedTask;
            if (_obj is Task task) return task;
            if (IsCompleted)
            {
                try { ((IValueTaskSource)_obj).GetResult(_token); return Task.CompletedTask; }
                catch (Exception e) { Task<VoidTaskResult> failed = new(); failed.SetFailed(e); return failed; }
            }
            return new SourceTask<VoidTaskResult>(_obj, _token, ValueTaskSourceOnCompletedFlags.None);
        }
        public ValueTask Preserve() => _obj == null ? this : new ValueTask(AsTask());
        public ValueTaskAwaiter GetAwaiter() => new ValueTaskAwaiter(this);
        public ConfiguredValueTaskAwaitable ConfigureAwait(bool continueOnCapturedContext) => new ConfiguredValueTaskAwaitable(new ValueTask(_obj, _token, continueOnCapturedContext));
        public bool Equals(ValueTask other) => _obj == other._obj && _token == other._token;
        public override bool Equals(object? obj) => obj is ValueTask v && Equals(v);
        public override int GetHashCode() => _obj == null ? 0 : RuntimeHelpers.GetHashCode(_obj);
        public static bool operator ==(ValueTask left, ValueTask right) => left.Equals(right);
        public static bool operator !=(ValueTask left, ValueTask right) => !left.Equals(right);
        internal void OnCompleted(Action continuation, bool flowContext) => Hook(_obj, _token, continuation, _continueOnCapturedContext, flowContext, false);
        internal static void Hook(object? obj, short token, Action continuation, bool captureContext, bool flowContext, bool typed)
        {
            if (obj is Task task) { task.OnCompleted(continuation, captureContext, flowContext); return; }
            if (obj == null) { Task.CompletedTask.OnCompleted(continuation, captureContext, flowContext); return; }
            ((IValueTaskSource)obj).OnCompleted(static a => ((Action)a!)(), continuation, token, FlagsOf(captureContext, flowContext));
        }
        internal static ValueTaskSourceOnCompletedFlags FlagsOf(bool captureContext, bool flowContext) =>
            (captureContext ? ValueTaskSourceOnCompletedFlags.UseSchedulingContext : 0) | (flowContext ? ValueTaskSourceOnCompletedFlags.FlowExecutionContext : 0);
    }

    [AsyncMethodBuilder(typeof(AsyncValueTaskMethodBuilder<>))]
    [StructLayout(LayoutKind.Auto)]
    public readonly struct ValueTask<TResult> : IEquatable<ValueTask<TResult>>
    {
        internal readonly object? _obj;
        internal readonly TResult? _result;
        internal readonly short _token;
        internal readonly bool _continueOnCapturedContext;
        public ValueTask(TResult result) { _result = result; _obj = null; _continueOnCapturedContext = true; _token = 0; }
        public ValueTask(Task<TResult> task) { _obj = task ?? throw new ArgumentNullException("task"); _result = default; _continueOnCapturedContext = true; _token = 0; }
        public ValueTask(IValueTaskSource<TResult> source, short token) { _obj = source ?? throw new ArgumentNullException("source"); _token = token; _result = default; _continueOnCapturedContext = true; }
        internal ValueTask(object? obj, TResult? result, short token, bool continueOnCapturedContext) { _obj = obj; _result = result; _token = token; _continueOnCapturedContext = continueOnCapturedContext; }
        private ValueTaskSourceStatus Status => _obj == null ? ValueTaskSourceStatus.Succeeded : _obj is Task t ? t.IsCompletedSuccessfully ? ValueTaskSourceStatus.Succeeded : t.IsFaulted ? ValueTaskSourceStatus.Faulted : t.IsCanceled ? ValueTaskSourceStatus.Canceled : ValueTaskSourceStatus.Pending : ((IValueTaskSource<TResult>)_obj).GetStatus(_token);
        public bool IsCompleted => Status != ValueTaskSourceStatus.Pending;
        public bool IsCompletedSuccessfully => Status == ValueTaskSourceStatus.Succeeded;
        public bool IsFaulted => Status == ValueTaskSourceStatus.Faulted;
        public bool IsCanceled => Status == ValueTaskSourceStatus.Canceled;
        public TResult Result
        {
            get
            {
                if (_obj == null) return _result!;
                if (_obj is Task<TResult> task) { task.ThrowIfFailed(); return task.m_result; }
                return ((IValueTaskSource<TResult>)_obj).GetResult(_token);
            }
        }
        internal object AsTaskOrNotifier() => _obj as Task ?? (object)new SourceTask<TResult>(_obj!, _token, false);
        public Task<TResult> AsTask()
        {
            if (_obj == null) return Task.FromResult(_result!);
            if (_obj is Task<TResult> task) return task;
            if (IsCompleted)
            {
                try { return Task.FromResult(((IValueTaskSource<TResult>)_obj).GetResult(_token)); }
                catch (Exception e) { Task<TResult> failed = new(); failed.SetFailed(e); return failed; }
            }
            return new SourceTask<TResult>(_obj, _token, ValueTaskSourceOnCompletedFlags.None);
        }
        public ValueTask<TResult> Preserve() => _obj == null ? this : new ValueTask<TResult>(AsTask());
        public ValueTaskAwaiter<TResult> GetAwaiter() => new ValueTaskAwaiter<TResult>(this);
        public ConfiguredValueTaskAwaitable<TResult> ConfigureAwait(bool continueOnCapturedContext) => new ConfiguredValueTaskAwaitable<TResult>(new ValueTask<TResult>(_obj, _result, _token, continueOnCapturedContext));
        public bool Equals(ValueTask<TResult> other) => _obj != null || other._obj != null ? _obj == other._obj && _token == other._token : EqualityComparer<TResult>.Default.Equals(_result, other._result);
        public override bool Equals(object? obj) => obj is ValueTask<TResult> v && Equals(v);
        public override int GetHashCode() => _obj != null ? RuntimeHelpers.GetHashCode(_obj) : _result == null ? 0 : _result.GetHashCode();
        public static bool operator ==(ValueTask<TResult> left, ValueTask<TResult> right) => left.Equals(right);
        public static bool operator !=(ValueTask<TResult> left, ValueTask<TResult> right) => !left.Equals(right);
        public override string? ToString() => IsCompletedSuccessfully ? Result?.ToString() : "";
        internal void OnCompleted(Action continuation, bool flowContext)
        {
            if (_obj is IValueTaskSource<TResult> source) source.OnCompleted(static a => ((Action)a!)(), continuation, _token, ValueTask.FlagsOf(_continueOnCapturedContext, flowContext));
            else ValueTask.Hook(_obj, _token, continuation, _continueOnCapturedContext, flowContext, true);
        }
    }
    public static class TaskAsyncEnumerableExtensions
    {
        public static ConfiguredAsyncDisposable ConfigureAwait(this IAsyncDisposable source, bool continueOnCapturedContext) => new ConfiguredAsyncDisposable(source, continueOnCapturedContext);
        public static ConfiguredCancelableAsyncEnumerable<T> ConfigureAwait<T>(this IAsyncEnumerable<T> source, bool continueOnCapturedContext) => new(source, continueOnCapturedContext, default);
        public static ConfiguredCancelableAsyncEnumerable<T> WithCancellation<T>(this IAsyncEnumerable<T> source, CancellationToken cancellationToken) => new(source, true, cancellationToken);
    }
}

namespace System.Collections.Generic
{
    public interface IAsyncEnumerable<out T> { IAsyncEnumerator<T> GetAsyncEnumerator(System.Threading.CancellationToken cancellationToken = default); }
    public interface IAsyncEnumerator<out T> : IAsyncDisposable { System.Threading.Tasks.ValueTask<bool> MoveNextAsync(); T Current { get; } }
}

namespace System.Runtime.CompilerServices
{
    using System.Threading;
    using System.Threading.Tasks;

    public interface INotifyCompletion { void OnCompleted(Action continuation); }
    public interface ICriticalNotifyCompletion : INotifyCompletion { void UnsafeOnCompleted(Action continuation); }

    public readonly struct ConfiguredAsyncDisposable
    {
        private readonly IAsyncDisposable source;
        private readonly bool continueOnCapturedContext;
        internal ConfiguredAsyncDisposable(IAsyncDisposable source, bool continueOnCapturedContext) { this.source = source; this.continueOnCapturedContext = continueOnCapturedContext; }
        public ConfiguredValueTaskAwaitable DisposeAsync() => source.DisposeAsync().ConfigureAwait(continueOnCapturedContext);
    }
    public readonly struct ConfiguredCancelableAsyncEnumerable<T>
    {
        private readonly IAsyncEnumerable<T> source;
        private readonly bool continueOnCapturedContext;
        private readonly CancellationToken token;
        internal ConfiguredCancelableAsyncEnumerable(IAsyncEnumerable<T> source, bool continueOnCapturedContext, CancellationToken token) { this.source = source; this.continueOnCapturedContext = continueOnCapturedContext; this.token = token; }
        public Enumerator GetAsyncEnumerator() => new Enumerator(source.GetAsyncEnumerator(token), continueOnCapturedContext);
        public readonly struct Enumerator
        {
            private readonly IAsyncEnumerator<T> inner;
            private readonly bool continueOnCapturedContext;
            internal Enumerator(IAsyncEnumerator<T> inner, bool continueOnCapturedContext) { this.inner = inner; this.continueOnCapturedContext = continueOnCapturedContext; }
            public ConfiguredValueTaskAwaitable<bool> MoveNextAsync() => inner.MoveNextAsync().ConfigureAwait(continueOnCapturedContext);
            public T Current => inner.Current;
            public ConfiguredValueTaskAwaitable DisposeAsync() => inner.DisposeAsync().ConfigureAwait(continueOnCapturedContext);
        }
    }

    public readonly struct TaskAwaiter : ICriticalNotifyCompletion
    {
        private readonly Task task;
        internal TaskAwaiter(Task task) { this.task = task; }
        public bool IsCompleted => task.IsCompleted;
        public void GetResult() => task.ThrowIfFailed();
        public void OnCompleted(Action continuation) => task.OnCompleted(continuation, true, true);
        public void UnsafeOnCompleted(Action continuation) => task.OnCompleted(continuation, true, false);
    }
    public readonly struct TaskAwaiter<TResult> : ICriticalNotifyCompletion
    {
        private readonly Task<TResult> task;
        internal TaskAwaiter(Task<TResult> task) { this.task = task; }
        public bool IsCompleted => task.IsCompleted;
        public TResult GetResult() { task.ThrowIfFailed(); return task.m_result; }
        public void OnCompleted(Action continuation) => task.OnCompleted(continuation, true, true);
        public void UnsafeOnCompleted(Action continuation) => task.OnCompleted(continuation, true, false);
    }
    public readonly struct ConfiguredTaskAwaitable
    {
        internal readonly Task task;
        internal readonly ConfigureAwaitOptions options;
        internal ConfiguredTaskAwaitable(Task task, ConfigureAwaitOptions options) { this.task = task; this.options = options; }
        public ConfiguredTaskAwaiter GetAwaiter() => new ConfiguredTaskAwaiter(task, options);
        public readonly struct ConfiguredTaskAwaiter : ICriticalNotifyCompletion
        {
            private readonly Task task;
            private readonly ConfigureAwaitOptions options;
            internal ConfiguredTaskAwaiter(Task task, ConfigureAwaitOptions options) { this.task = task; this.options = options; }
            public bool IsCompleted => (options & ConfigureAwaitOptions.ForceYielding) == 0 && task.IsCompleted;
            public void GetResult()
            {
                if ((options & ConfigureAwaitOptions.SuppressThrowing) != 0) { task.Block(); return; }
                task.ThrowIfFailed();
            }
            public void OnCompleted(Action continuation) => task.OnCompleted(continuation, (options & ConfigureAwaitOptions.ContinueOnCapturedContext) != 0, true);
            public void UnsafeOnCompleted(Action continuation) => task.OnCompleted(continuation, (options & ConfigureAwaitOptions.ContinueOnCapturedContext) != 0, false);
        }
    }
    public readonly struct ConfiguredTaskAwaitable<TResult>
    {
        internal readonly Task<TResult> task;
        internal readonly ConfigureAwaitOptions options;
        internal ConfiguredTaskAwaitable(Task<TResult> task, ConfigureAwaitOptions options) { this.task = task; this.options = options; }
        public ConfiguredTaskAwaiter GetAwaiter() => new ConfiguredTaskAwaiter(task, options);
        public readonly struct ConfiguredTaskAwaiter : ICriticalNotifyCompletion
        {
            private readonly Task<TResult> task;
            private readonly ConfigureAwaitOptions options;
            internal ConfiguredTaskAwaiter(Task<TResult> task, ConfigureAwaitOptions options) { this.task = task; this.options = options; }
            public bool IsCompleted => (options & ConfigureAwaitOptions.ForceYielding) == 0 && task.IsCompleted;
            public TResult GetResult() { task.ThrowIfFailed(); return task.m_result; }
            public void OnCompleted(Action continuation) => task.OnCompleted(continuation, (options & ConfigureAwaitOptions.ContinueOnCapturedContext) != 0, true);
            public void UnsafeOnCompleted(Action continuation) => task.OnCompleted(continuation, (options & ConfigureAwaitOptions.ContinueOnCapturedContext) != 0, false);
        }
    }
    public readonly struct ValueTaskAwaiter : ICriticalNotifyCompletion
    {
        private readonly ValueTask value;
        internal ValueTaskAwaiter(ValueTask value) { this.value = value; }
        public bool IsCompleted => value.IsCompleted;
        public void GetResult() => value.ThrowIfCompletedUnsuccessfully();
        public void OnCompleted(Action continuation) => value.OnCompleted(continuation, true);
        public void UnsafeOnCompleted(Action continuation) => value.OnCompleted(continuation, false);
    }
    public readonly struct ValueTaskAwaiter<TResult> : ICriticalNotifyCompletion
    {
        private readonly ValueTask<TResult> value;
        internal ValueTaskAwaiter(ValueTask<TResult> value) { this.value = value; }
        public bool IsCompleted => value.IsCompleted;
        public TResult GetResult() => value.Result;
        public void OnCompleted(Action continuation) => value.OnCompleted(continuation, true);
        public void UnsafeOnCompleted(Action continuation) => value.OnCompleted(continuation, false);
    }
    public readonly struct ConfiguredValueTaskAwaitable
    {
        internal readonly ValueTask value;
        internal ConfiguredValueTaskAwaitable(ValueTask value) { this.value = value; }
        public ConfiguredValueTaskAwaiter GetAwaiter() => new ConfiguredValueTaskAwaiter(value);
        public readonly struct ConfiguredValueTaskAwaiter : ICriticalNotifyCompletion
        {
            private readonly ValueTask value;
            internal ConfiguredValueTaskAwaiter(ValueTask value) { this.value = value; }
            public bool IsCompleted => value.IsCompleted;
            public void GetResult() => value.ThrowIfCompletedUnsuccessfully();
            public void OnCompleted(Action continuation) => value.OnCompleted(continuation, true);
            public void UnsafeOnCompleted(Action continuation) => value.OnCompleted(continuation, false);
        }
    }
    public readonly struct ConfiguredValueTaskAwaitable<TResult>
    {
        internal readonly ValueTask<TResult> value;
        internal ConfiguredValueTaskAwaitable(ValueTask<TResult> value) { this.value = value; }
        public ConfiguredValueTaskAwaiter GetAwaiter() => new ConfiguredValueTaskAwaiter(value);
        public readonly struct ConfiguredValueTaskAwaiter : ICriticalNotifyCompletion
        {
            private readonly ValueTask<TResult> value;
            internal ConfiguredValueTaskAwaiter(ValueTask<TResult> value) { this.value = value; }
            public bool IsCompleted => value.IsCompleted;
            public TResult GetResult() => value.Result;
            public void OnCompleted(Action continuation) => value.OnCompleted(continuation, true);
            public void UnsafeOnCompleted(Action continuation) => value.OnCompleted(continuation, false);
        }
    }
    public readonly struct YieldAwaitable
    {
        public YieldAwaiter GetAwaiter() => default;
        public readonly struct YieldAwaiter : ICriticalNotifyCompletion
        {
            public bool IsCompleted => false;
            public void GetResult() { }
            public void OnCompleted(Action continuation) => Queue(continuation, true);
            public void UnsafeOnCompleted(Action continuation) => Queue(continuation, false);
            private static void Queue(Action continuation, bool flowContext)
            {
                SynchronizationContext? context = SynchronizationContext.ToReturnTo;
                if (context != null) { context.Post(static a => ((Action)a!)(), continuation); return; }
                TaskScheduler scheduler = TaskScheduler.Current;
                if (scheduler != TaskScheduler.Default) Task.Factory.StartNew(continuation, default, TaskCreationOptions.PreferFairness, scheduler);
                else if (flowContext) ThreadPool.QueueUserWorkItem(static a => ((Action)a!)(), continuation);
                else ThreadPool.UnsafeQueueUserWorkItem(static a => ((Action)a!)(), continuation);
            }
        }
    }
}
