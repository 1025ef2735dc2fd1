// Tasks.
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace System.Threading.Tasks
{
    public enum TaskStatus { Created, WaitingForActivation, WaitingToRun, Running, WaitingForChildrenToComplete, RanToCompletion, Canceled, Faulted }
    [Flags]
    public enum TaskCreationOptions { None = 0, PreferFairness = 1, LongRunning = 2, AttachedToParent = 4, DenyChildAttach = 8, HideScheduler = 16, RunContinuationsAsynchronously = 64 }
    [Flags]
    public enum TaskContinuationOptions { None = 0, PreferFairness = 1, LongRunning = 2, AttachedToParent = 4, DenyChildAttach = 8, HideScheduler = 16, LazyCancellation = 32, RunContinuationsAsynchronously = 64, NotOnRanToCompletion = 0x10000, NotOnFaulted = 0x20000, NotOnCanceled = 0x40000, OnlyOnRanToCompletion = 0x60000, OnlyOnFaulted = 0x50000, OnlyOnCanceled = 0x30000, ExecuteSynchronously = 0x80000 }
    [Flags]
    public enum ConfigureAwaitOptions { None = 0, ContinueOnCapturedContext = 1, SuppressThrowing = 2, ForceYielding = 4 }

    public class TaskCanceledException : OperationCanceledException
    {
        public Task? Task { get; }
        public TaskCanceledException() : base("A task was canceled.") { }
        public TaskCanceledException(string? message) : base(message) { }
        public TaskCanceledException(string? message, Exception? innerException) : base(message, innerException) { }
        public TaskCanceledException(Task? task) : base("A task was canceled.", task == null ? default : task.CancellationToken) { Task = task; }
    }

    internal struct VoidTaskResult { }

    // What happens when a task is completed.
    internal abstract class TaskContinuation { internal abstract void Run(Task completed, bool canInline); }

    internal sealed class ActionContinuation : TaskContinuation
    {
        private readonly Action action;
        private readonly ExecutionContext? context;
        private readonly SynchronizationContext? synchronization;
        private readonly TaskScheduler? scheduler;
        internal ActionContinuation(Action action, bool captureContext, bool flowContext)
        {
            this.action = action;
            if (flowContext) context = ExecutionContext.Capture();
            if (!captureContext) return;
            synchronization = SynchronizationContext.ToReturnTo;
            if (synchronization != null) return;
            TaskScheduler current = TaskScheduler.Current;
            if (current != TaskScheduler.Default) scheduler = current;
        }
        internal override void Run(Task completed, bool canInline)
        {
            if (synchronization != null)
            {
                if (canInline && SynchronizationContext.Current == synchronization) Invoke();
                else synchronization.Post(static c => ((ActionContinuation)c!).Invoke(), this);
            }
            else if (scheduler != null)
            {
                if (canInline && TaskScheduler.Current == scheduler) Invoke();
                else new Task(Invoke).Start(scheduler);
            }
            else if (canInline && IsGoodPlace) Invoke();
            else Scheduler.Queue(static c => ((ActionContinuation)c!).Invoke(), this);
        }
        internal static bool IsGoodPlace => SynchronizationContext.ToReturnTo == null && TaskScheduler.Current == TaskScheduler.Default;
        private void Invoke()
        {
            if (context == null) action();
            else ExecutionContext.Run(context, static a => ((Action)a!)(), action);
        }
    }
    // Goes on where the task is completed, in whatever context that is.
    internal sealed class TransparentContinuation : TaskContinuation
    {
        private readonly Action action;
        internal TransparentContinuation(Action action) { this.action = action; }
        internal override void Run(Task completed, bool canInline)
        {
            if (canInline) action(); else Scheduler.Queue(static a => ((Action)a!)(), action);
        }
    }
    internal sealed class DelegateContinuation : TaskContinuation
    {
        private readonly Action<Task> action;
        internal DelegateContinuation(Action<Task> action) { this.action = action; }
        internal override void Run(Task completed, bool canInline) => action(completed);
    }

    public class Task : IAsyncResult, IDisposable
    {
        private static int s_lastId;
        private Delegate? action;
        private readonly object? state;
        private TaskScheduler? scheduler;
        private ExecutionContext? context;
        private List<TaskContinuation>? continuations;
        private Exception[]? exceptions;
        private readonly TaskCreationOptions options;
        private int id;
        private TaskStatus status;
        internal CancellationToken CancellationToken;

        internal Task() { status = TaskStatus.WaitingForActivation; }
        internal Task(object? state, TaskCreationOptions options) { this.state = state; this.options = options; status = TaskStatus.WaitingForActivation; }
        internal Task(Delegate action, object? state, CancellationToken cancellationToken, TaskCreationOptions options)
        {
            this.action = action;
            this.state = state;
            this.options = options;
            CancellationToken = cancellationToken;
            context = ExecutionContext.Capture();
            status = TaskStatus.Created;
        }
        public Task(Action action) : this((Delegate)action, null, default, default) { }
        public Task(Action action, CancellationToken cancellationToken) : this((Delegate)action, null, cancellationToken, default) { }
        public Task(Action action, TaskCreationOptions creationOptions) : this((Delegate)action, null, default, creationOptions) { }
        public Task(Action<object?> action, object? state) : this((Delegate)action, state, default, default) { }

        public int Id => id == 0 ? id = ++s_lastId : id;
        public static int? CurrentId => Thread.CurrentThread._currentTask?.Id;
        public object? AsyncState => state;
        public TaskCreationOptions CreationOptions => options;
        public TaskStatus Status => status;
        public bool IsCompleted => status >= TaskStatus.RanToCompletion;
        public bool IsCompletedSuccessfully => status == TaskStatus.RanToCompletion;
        public bool IsCanceled => status == TaskStatus.Canceled;
        public bool IsFaulted => status == TaskStatus.Faulted;
        bool IAsyncResult.CompletedSynchronously => false;
        public AggregateException? Exception => status == TaskStatus.Faulted ? new AggregateException(exceptions!) : null;
        internal Exception? FirstException => exceptions == null ? null : exceptions[0];
        internal Exception[]? AllExceptions => exceptions;
        internal TaskScheduler? ExecutingScheduler => scheduler;
        public void Dispose() { }
        public static TaskFactory Factory { get; } = new TaskFactory();

        // --- completing

        internal bool TrySetCompleted() => Complete(TaskStatus.RanToCompletion);
        internal bool TrySetException(params Exception[] errors)
        {
            if (IsCompleted) return false;
            exceptions = errors;
            return Complete(TaskStatus.Faulted);
        }
        internal bool TrySetCanceled(CancellationToken token, Exception? error = null)
        {
            if (IsCompleted) return false;
            CancellationToken = token;
            if (error != null) exceptions = new[] { error };
            return Complete(TaskStatus.Canceled);
        }
        // As the end of an async method: cancelled, or faulted.
        internal void SetFailed(Exception error)
        {
            if (error is OperationCanceledException canceled) TrySetCanceled(canceled.CancellationToken, error);
            else TrySetException(error);
        }
        private bool Complete(TaskStatus end)
        {
            if (IsCompleted) return false;
            status = end;
            List<TaskContinuation>? list = continuations;
            continuations = null;
            if (list != null)
            {
                bool canInline = (options & TaskCreationOptions.RunContinuationsAsynchronously) == 0 && RuntimeHelpers.TryEnsureSufficientExecutionStack();
                foreach (TaskContinuation continuation in list) continuation.Run(this, canInline);
            }
            return true;
        }
        internal void AddContinuation(TaskContinuation continuation)
        {
            if (IsCompleted) continuation.Run(this, false);
            else (continuations ??= new()).Add(continuation);
        }
        internal void OnCompleted(Action action, bool captureContext, bool flowContext)
        {
            if (action == null) throw new ArgumentNullException("continuation");
            AddContinuation(new ActionContinuation(action, captureContext, flowContext));
        }

        // --- running

        public void Start() => Start(TaskScheduler.Current);
        public void Start(TaskScheduler scheduler)
        {
            if (status != TaskStatus.Created) throw new InvalidOperationException("Start may not be called on a task that was already started.");
            this.scheduler = scheduler;
            status = TaskStatus.WaitingToRun;
            if (CancellationToken.IsCancellationRequested) TrySetCanceled(CancellationToken);
            else scheduler.Queue(this);
        }
        public void RunSynchronously()
        {
            scheduler = TaskScheduler.Current;
            status = TaskStatus.WaitingToRun;
            Execute();
        }
        internal bool Execute()
        {
            if (IsCompleted || status == TaskStatus.Running) return false;
            if (CancellationToken.IsCancellationRequested) { TrySetCanceled(CancellationToken); return true; }
            status = TaskStatus.Running;
            Thread thread = Thread.CurrentThread;
            Task? outer = thread._currentTask;
            thread._currentTask = this;
            try
            {
                if (context == null) ExecuteInner();
                else ExecutionContext.Run(context, static t => ((Task)t!).ExecuteInner(), this);
            }
            finally { thread._currentTask = outer; }
            return true;
        }
        private void ExecuteInner()
        {
            try { Invoke(action!, state); }
            catch (Exception e)
            {
                if (e is OperationCanceledException canceled && canceled.CancellationToken == CancellationToken && CancellationToken.IsCancellationRequested) TrySetCanceled(CancellationToken, e);
                else TrySetException(e);
                return;
            }
            TrySetCompleted();
        }
        internal virtual void Invoke(Delegate action, object? state)
        {
            if (action is Action simple) simple(); else ((Action<object?>)action)(state);
        }
        // Store the result at a place of the result's type; nothing for tasks without one.
        internal virtual void CopyResult(ref byte destination) { }

        public static Task Run(Action action) => Factory.StartNew(action, default, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        public static Task Run(Action action, CancellationToken cancellationToken) => Factory.StartNew(action, cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        public static Task<TResult> Run<TResult>(Func<TResult> function) => Factory.StartNew(function, default, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        public static Task<TResult> Run<TResult>(Func<TResult> function, CancellationToken cancellationToken) => Factory.StartNew(function, cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        public static Task Run(Func<Task?> function) => Unwrap(Factory.StartNew(function, default, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default));
        public static Task<TResult> Run<TResult>(Func<Task<TResult>?> function) => Unwrap(Factory.StartNew(function, default, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default));
        private static Task Unwrap(Task<Task?> outer)
        {
            Task<VoidTaskResult> result = new();
            outer.AddContinuation(new DelegateContinuation(_ =>
            {
                if (!outer.IsCompletedSuccessfully) result.CompleteFrom(outer);
                else if (outer.Result == null) result.TrySetCanceled(default);
                else outer.Result.AddContinuation(new DelegateContinuation(inner => result.CompleteFrom(inner)));
            }));
            return result;
        }
        private static Task<TResult> Unwrap<TResult>(Task<Task<TResult>?> outer)
        {
            Task<TResult> result = new();
            outer.AddContinuation(new DelegateContinuation(_ =>
            {
                if (!outer.IsCompletedSuccessfully) result.CompleteFrom(outer);
                else if (outer.Result == null) result.TrySetCanceled(default);
                else outer.Result.AddContinuation(new DelegateContinuation(inner => result.CompleteFrom(inner)));
            }));
            return result;
        }

        // --- waiting

        public void Wait() => Wait(-1, default);
        public bool Wait(int millisecondsTimeout) => Wait(millisecondsTimeout, default);
        public bool Wait(int millisecondsTimeout, CancellationToken cancellationToken)
        {
            if (!Block(millisecondsTimeout)) return false;
            if (status == TaskStatus.Faulted) throw new AggregateException(exceptions!);
            if (status == TaskStatus.Canceled) throw new AggregateException(new TaskCanceledException(this));
            return true;
        }
        internal bool Block(int millisecondsTimeout = -1)
        {
            if (IsCompleted) return true;
            if (status == TaskStatus.WaitingToRun && scheduler != null && scheduler.TryInline(this) && IsCompleted) return true;
            if (millisecondsTimeout < 0)
            {
                Scheduler.RunUntil(static t => ((Task)t!).IsCompleted, this);
                return true;
            }
            long due = Scheduler.Now + millisecondsTimeout;
            Scheduler.AddTimer(due, static _ => { }, null);
            while (!IsCompleted && Scheduler.Now < due) Scheduler.Step();
            return IsCompleted;
        }
        // What an awaiter does in GetResult.
        internal void ThrowIfFailed()
        {
            if (status == TaskStatus.RanToCompletion) return;
            if (!IsCompleted) Block();
            if (status == TaskStatus.Canceled)
            {
                if (exceptions != null) ExceptionDispatchInfo.Throw(exceptions[0]);
                throw new TaskCanceledException(this);
            }
            if (status == TaskStatus.Faulted) ExceptionDispatchInfo.Throw(exceptions![0]);
        }
        public TaskAwaiter GetAwaiter() => new TaskAwaiter(this);
        public ConfiguredTaskAwaitable ConfigureAwait(bool continueOnCapturedContext) => new ConfiguredTaskAwaitable(this, continueOnCapturedContext ? ConfigureAwaitOptions.ContinueOnCapturedContext : ConfigureAwaitOptions.None);
        public ConfiguredTaskAwaitable ConfigureAwait(ConfigureAwaitOptions options) => new ConfiguredTaskAwaitable(this, options);
        public static YieldAwaitable Yield() => default;
        public static void WaitAll(params Task[] tasks)
        {
            List<Exception>? errors = null;
            foreach (Task task in tasks)
            {
                task.Block();
                if (task.IsFaulted) (errors ??= new()).AddRange(task.exceptions!);
                else if (task.IsCanceled) (errors ??= new()).Add(new TaskCanceledException(task));
            }
            if (errors != null) throw new AggregateException(errors.ToArray());
        }
        public static int WaitAny(params Task[] tasks)
        {
            while (true)
            {
                for (int i = 0; i < tasks.Length; i++) if (tasks[i].IsCompleted) return i;
                if (!Scheduler.Step()) throw new InvalidOperationException("Deadlock: everything waits, and nothing is left to happen.");
            }
        }
        public Task WaitAsync(CancellationToken cancellationToken)
        {
            Task<VoidTaskResult> result = new();
            AddContinuation(new DelegateContinuation(t => result.CompleteFrom(t)));
            cancellationToken.Register(() => result.TrySetCanceled(cancellationToken));
            return result;
        }

        // --- continuations

        public Task ContinueWith(Action<Task> continuationAction) => ContinueWith(continuationAction, default, TaskContinuationOptions.None, TaskScheduler.Current);
        public Task ContinueWith(Action<Task> continuationAction, TaskContinuationOptions continuationOptions) => ContinueWith(continuationAction, default, continuationOptions, TaskScheduler.Current);
        public Task ContinueWith(Action<Task> continuationAction, TaskScheduler scheduler) => ContinueWith(continuationAction, default, TaskContinuationOptions.None, scheduler);
        public Task ContinueWith(Action<Task, object?> continuationAction, object? state) => ContinueWith(t => continuationAction(t, state));
        public Task ContinueWith(Action<Task> continuationAction, CancellationToken cancellationToken, TaskContinuationOptions continuationOptions, TaskScheduler scheduler)
        {
            Task next = new Task((Action)(() => continuationAction(this)), null, cancellationToken, default);
            Continue(next, continuationOptions, scheduler);
            return next;
        }
        public Task<TResult> ContinueWith<TResult>(Func<Task, TResult> continuationFunction) => ContinueWith(continuationFunction, TaskContinuationOptions.None);
        public Task<TResult> ContinueWith<TResult>(Func<Task, TResult> continuationFunction, TaskContinuationOptions continuationOptions)
        {
            Task<TResult> next = new Task<TResult>((Func<TResult>)(() => continuationFunction(this)), null, default, default);
            Continue(next, continuationOptions, TaskScheduler.Current);
            return next;
        }
        internal void Continue(Task next, TaskContinuationOptions continuationOptions, TaskScheduler scheduler)
        {
            next.status = TaskStatus.WaitingForActivation;
            AddContinuation(new DelegateContinuation(completed =>
            {
                TaskContinuationOptions no = completed.status == TaskStatus.RanToCompletion ? TaskContinuationOptions.NotOnRanToCompletion : completed.status == TaskStatus.Faulted ? TaskContinuationOptions.NotOnFaulted : TaskContinuationOptions.NotOnCanceled;
                if ((continuationOptions & no) != 0) { next.TrySetCanceled(default); return; }
                next.scheduler = scheduler;
                next.status = TaskStatus.WaitingToRun;
                if ((continuationOptions & TaskContinuationOptions.ExecuteSynchronously) != 0) next.Execute();
                else scheduler.Queue(next);
            }));
        }

        // --- making

        public static Task CompletedTask { get; } = MakeCompleted();
        private static Task MakeCompleted() { Task task = new(); task.TrySetCompleted(); return task; }
        public static Task<TResult> FromResult<TResult>(TResult result)
        {
            Task<TResult> task = new();
            task.TrySetResult(result);
            return task;
        }
        public static Task FromException(Exception exception) => FromException<VoidTaskResult>(exception);
        public static Task<TResult> FromException<TResult>(Exception exception)
        {
            if (exception == null) throw new ArgumentNullException("exception");
            Task<TResult> task = new();
            task.TrySetException(exception);
            return task;
        }
        public static Task FromCanceled(CancellationToken cancellationToken) => FromCanceled<VoidTaskResult>(cancellationToken);
        public static Task<TResult> FromCanceled<TResult>(CancellationToken cancellationToken)
        {
            if (!cancellationToken.IsCancellationRequested) throw new ArgumentOutOfRangeException("cancellationToken");
            Task<TResult> task = new();
            task.TrySetCanceled(cancellationToken);
            return task;
        }
        public static Task Delay(int millisecondsDelay) => Delay(millisecondsDelay, default);
        public static Task Delay(TimeSpan delay) => Delay((int)delay.TotalMilliseconds, default);
        public static Task Delay(TimeSpan delay, CancellationToken cancellationToken) => Delay((int)delay.TotalMilliseconds, cancellationToken);
        public static Task Delay(int millisecondsDelay, CancellationToken cancellationToken)
        {
            if (millisecondsDelay < -1) throw new ArgumentOutOfRangeException("millisecondsDelay", "The value needs to be either -1 (signifying an infinite timeout), 0 or a positive integer.");
            if (cancellationToken.IsCancellationRequested) return FromCanceled(cancellationToken);
            if (millisecondsDelay == 0) return CompletedTask;
            Task<VoidTaskResult> task = new();
            Scheduler.TimerEntry? timer = millisecondsDelay < 0 ? null : Scheduler.AddTimer(Scheduler.Now + millisecondsDelay, static t => ((Task<VoidTaskResult>)t!).TrySetCompleted(), task);
            if (cancellationToken.CanBeCanceled)
                cancellationToken.Register(() =>
                {
                    if (timer != null) timer.Action = null;
                    task.TrySetCanceled(cancellationToken);
                });
            return task;
        }
        internal void CompleteFrom(Task other)
        {
            if (other.status == TaskStatus.Faulted) TrySetException(other.exceptions!);
            else if (other.status == TaskStatus.Canceled) TrySetCanceled(other.CancellationToken, other.FirstException);
            else SetFrom(other);
        }
        internal virtual void SetFrom(Task other) => TrySetCompleted();

        public static Task WhenAll(params Task[] tasks) => WhenAllCore(tasks, new Task<VoidTaskResult>(), null);
        public static Task WhenAll(params ReadOnlySpan<Task> tasks) => WhenAllCore(tasks.ToArray(), new Task<VoidTaskResult>(), null);
        public static Task WhenAll(IEnumerable<Task> tasks) => WhenAllCore(new List<Task>(tasks).ToArray(), new Task<VoidTaskResult>(), null);
        public static Task<TResult[]> WhenAll<TResult>(params Task<TResult>[] tasks)
        {
            Task<TResult[]> result = new();
            Task<TResult>[] copy = new Task<TResult>[tasks.Length];
            for (int i = 0; i < copy.Length; i++) copy[i] = tasks[i];
            WhenAllCore(copy, result, () =>
            {
                TResult[] results = new TResult[copy.Length];
                for (int i = 0; i < results.Length; i++) results[i] = copy[i].Result;
                result.TrySetResult(results);
            });
            return result;
        }
        public static Task<TResult[]> WhenAll<TResult>(params ReadOnlySpan<Task<TResult>> tasks) => WhenAll(tasks.ToArray());
        public static Task<TResult[]> WhenAll<TResult>(IEnumerable<Task<TResult>> tasks) => WhenAll(new List<Task<TResult>>(tasks).ToArray());
        private static Task WhenAllCore(Task[] tasks, Task result, Action? succeed)
        {
            int left = tasks.Length;
            Action<Task> one = _ =>
            {
                if (--left > 0) return;
                List<Exception>? errors = null;
                Task? canceled = null;
                foreach (Task task in tasks)
                {
                    if (task.IsFaulted) (errors ??= new()).AddRange(task.exceptions!);
                    else if (task.IsCanceled) canceled ??= task;
                }
                if (errors != null) result.TrySetException(errors.ToArray());
                else if (canceled != null) result.TrySetCanceled(canceled.CancellationToken, canceled.FirstException);
                else if (succeed != null) succeed();
                else result.TrySetCompleted();
            };
            if (tasks.Length == 0) { left = 1; one(CompletedTask); return result; }
            foreach (Task task in tasks)
            {
                if (task == null) throw new ArgumentException("The tasks argument included a null value.", "tasks");
                task.AddContinuation(new DelegateContinuation(one));
            }
            return result;
        }
        public static Task<Task> WhenAny(params Task[] tasks)
        {
            Task<Task> result = new();
            foreach (Task task in tasks) task.AddContinuation(new DelegateContinuation(t => result.TrySetResult(t)));
            return result;
        }
        public static Task<Task> WhenAny(Task task1, Task task2) => WhenAny(new[] { task1, task2 });
        public static Task<Task> WhenAny(IEnumerable<Task> tasks) => WhenAny(new List<Task>(tasks).ToArray());
        public static Task<Task<TResult>> WhenAny<TResult>(params Task<TResult>[] tasks)
        {
            Task<Task<TResult>> result = new();
            foreach (Task<TResult> task in tasks) task.AddContinuation(new DelegateContinuation(t => result.TrySetResult((Task<TResult>)t)));
            return result;
        }
        public static Task<Task<TResult>> WhenAny<TResult>(Task<TResult> task1, Task<TResult> task2) => WhenAny(new[] { task1, task2 });
        public static Task<Task<TResult>> WhenAny<TResult>(IEnumerable<Task<TResult>> tasks) => WhenAny(new List<Task<TResult>>(tasks).ToArray());
    }

    public class Task<TResult> : Task
    {
        internal TResult m_result = default!;
        internal Task() { }
        internal Task(object? state, TaskCreationOptions options) : base(state, options) { }
        internal Task(Delegate function, object? state, CancellationToken cancellationToken, TaskCreationOptions options) : base(function, state, cancellationToken, options) { }
        public Task(Func<TResult> function) : this((Delegate)function, null, default, default) { }
        public Task(Func<object?, TResult> function, object? state) : this((Delegate)function, state, default, default) { }
        public static new TaskFactory<TResult> Factory { get; } = new TaskFactory<TResult>();
        internal bool TrySetResult(TResult result)
        {
            if (IsCompleted) return false;
            m_result = result;
            return TrySetCompleted();
        }
        public TResult Result
        {
            get
            {
                if (!IsCompletedSuccessfully) Wait();
                return m_result;
            }
        }
        internal override void Invoke(Delegate action, object? state) => m_result = action is Func<TResult> simple ? simple() : ((Func<object?, TResult>)action)(state);
        internal override void CopyResult(ref byte destination) => Unsafe.As<byte, TResult>(ref destination) = m_result;
        internal override void SetFrom(Task other)
        {
            if (other is Task<TResult> same) TrySetResult(same.m_result); else TrySetCompleted();
        }
        public new TaskAwaiter<TResult> GetAwaiter() => new TaskAwaiter<TResult>(this);
        public new ConfiguredTaskAwaitable<TResult> ConfigureAwait(bool continueOnCapturedContext) => new ConfiguredTaskAwaitable<TResult>(this, continueOnCapturedContext ? ConfigureAwaitOptions.ContinueOnCapturedContext : ConfigureAwaitOptions.None);
        public new ConfiguredTaskAwaitable<TResult> ConfigureAwait(ConfigureAwaitOptions options) => new ConfiguredTaskAwaitable<TResult>(this, options);
        public Task ContinueWith(Action<Task<TResult>> continuationAction) => ContinueWith(continuationAction, TaskContinuationOptions.None);
        public Task ContinueWith(Action<Task<TResult>> continuationAction, TaskContinuationOptions continuationOptions)
        {
            Task next = new Task(() => continuationAction(this));
            Continue(next, continuationOptions, TaskScheduler.Current);
            return next;
        }
        public Task<TNew> ContinueWith<TNew>(Func<Task<TResult>, TNew> continuationFunction) => ContinueWith(continuationFunction, TaskContinuationOptions.None);
        public Task<TNew> ContinueWith<TNew>(Func<Task<TResult>, TNew> continuationFunction, TaskContinuationOptions continuationOptions)
        {
            Task<TNew> next = new Task<TNew>(() => continuationFunction(this));
            Continue(next, continuationOptions, TaskScheduler.Current);
            return next;
        }
        public new Task<TResult> WaitAsync(CancellationToken cancellationToken)
        {
            Task<TResult> result = new();
            AddContinuation(new DelegateContinuation(t => result.CompleteFrom(t)));
            cancellationToken.Register(() => result.TrySetCanceled(cancellationToken));
            return result;
        }
    }

    public abstract class TaskScheduler
    {
        private sealed class PoolScheduler : TaskScheduler
        {
            protected internal override void QueueTask(Task task) => Scheduler.Queue(static t => ((Task)t!).Execute(), task);
            protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
            protected override IEnumerable<Task>? GetScheduledTasks() => null;
        }
        private sealed class ContextScheduler : TaskScheduler
        {
            private readonly SynchronizationContext context = SynchronizationContext.Current ?? throw new InvalidOperationException("The current SynchronizationContext may not be used as a TaskScheduler.");
            protected internal override void QueueTask(Task task) => context.Post(static t => ((Task)t!).Execute(), task);
            protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => SynchronizationContext.Current == context && TryExecuteTask(task);
            protected override IEnumerable<Task>? GetScheduledTasks() => null;
        }
        public static TaskScheduler Default { get; } = new PoolScheduler();
        public static TaskScheduler Current => Thread.CurrentThread._currentTask is { } task && (task.CreationOptions & TaskCreationOptions.HideScheduler) == 0 && task.ExecutingScheduler is { } scheduler ? scheduler : Default;
        public static TaskScheduler FromCurrentSynchronizationContext() => new ContextScheduler();
        public virtual int MaximumConcurrencyLevel => int.MaxValue;
        protected internal abstract void QueueTask(Task task);
        protected abstract bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued);
        protected abstract IEnumerable<Task>? GetScheduledTasks();
        protected bool TryExecuteTask(Task task) => task.Execute();
        internal void Queue(Task task) => QueueTask(task);
        internal bool TryInline(Task task) => TryExecuteTaskInline(task, true);
    }

    public class TaskFactory
    {
        private readonly TaskScheduler? scheduler;
        private readonly TaskCreationOptions options;
        public TaskFactory() { }
        public TaskFactory(TaskScheduler? scheduler) { this.scheduler = scheduler; }
        public TaskFactory(CancellationToken cancellationToken, TaskCreationOptions creationOptions, TaskContinuationOptions continuationOptions, TaskScheduler? scheduler) { this.scheduler = scheduler; options = creationOptions; }
        private TaskScheduler Chosen => scheduler ?? TaskScheduler.Current;
        public Task StartNew(Action action) => StartNew(action, default, options, Chosen);
        public Task StartNew(Action action, CancellationToken cancellationToken) => StartNew(action, cancellationToken, options, Chosen);
        public Task StartNew(Action action, TaskCreationOptions creationOptions) => StartNew(action, default, creationOptions, Chosen);
        public Task StartNew(Action action, CancellationToken cancellationToken, TaskCreationOptions creationOptions, TaskScheduler scheduler)
        {
            Task task = new Task((Delegate)action, null, cancellationToken, creationOptions);
            task.Start(scheduler);
            return task;
        }
        public Task StartNew(Action<object?> action, object? state)
        {
            Task task = new Task((Delegate)action, state, default, options);
            task.Start(Chosen);
            return task;
        }
        public Task<TResult> StartNew<TResult>(Func<TResult> function) => StartNew(function, default, options, Chosen);
        public Task<TResult> StartNew<TResult>(Func<TResult> function, CancellationToken cancellationToken) => StartNew(function, cancellationToken, options, Chosen);
        public Task<TResult> StartNew<TResult>(Func<TResult> function, CancellationToken cancellationToken, TaskCreationOptions creationOptions, TaskScheduler scheduler)
        {
            Task<TResult> task = new Task<TResult>((Delegate)function, null, cancellationToken, creationOptions);
            task.Start(scheduler);
            return task;
        }
    }
    public class TaskFactory<TResult>
    {
        public Task<TResult> StartNew(Func<TResult> function) => Task.Factory.StartNew(function);
    }

    public class TaskCompletionSource
    {
        private readonly Task<VoidTaskResult> task;
        public TaskCompletionSource() { task = new(); }
        public TaskCompletionSource(object? state) { task = new(state, default); }
        public TaskCompletionSource(TaskCreationOptions creationOptions) { task = new((object?)null, creationOptions); }
        public Task Task => task;
        public bool TrySetResult() => task.TrySetCompleted();
        public void SetResult() { if (!TrySetResult()) TaskCompletionErrors.Throw(); }
        public bool TrySetException(Exception exception) => exception == null ? throw new ArgumentNullException("exception") : task.TrySetException(exception);
        public void SetException(Exception exception) { if (!TrySetException(exception)) TaskCompletionErrors.Throw(); }
        public bool TrySetCanceled() => task.TrySetCanceled(default);
        public bool TrySetCanceled(CancellationToken cancellationToken) => task.TrySetCanceled(cancellationToken);
        public void SetCanceled() { if (!TrySetCanceled()) TaskCompletionErrors.Throw(); }
    }
    internal static class TaskCompletionErrors
    {
        internal static void Throw() => throw new InvalidOperationException("An attempt was made to transition a task to a final state when it had already completed.");
    }
    public class TaskCompletionSource<TResult>
    {
        private readonly Task<TResult> task;
        public TaskCompletionSource() { task = new(); }
        public TaskCompletionSource(object? state) { task = new(state, default); }
        public TaskCompletionSource(TaskCreationOptions creationOptions) { task = new((object?)null, creationOptions); }
        public TaskCompletionSource(object? state, TaskCreationOptions creationOptions) { task = new(state, creationOptions); }
        public Task<TResult> Task => task;
        public bool TrySetResult(TResult result) => task.TrySetResult(result);
        public void SetResult(TResult result) { if (!TrySetResult(result)) TaskCompletionErrors.Throw(); }
        public bool TrySetException(Exception exception) => exception == null ? throw new ArgumentNullException("exception") : task.TrySetException(exception);
        public bool TrySetException(IEnumerable<Exception> exceptions) => task.TrySetException(new List<Exception>(exceptions).ToArray());
        public void SetException(Exception exception) { if (!TrySetException(exception)) TaskCompletionErrors.Throw(); }
        public void SetException(IEnumerable<Exception> exceptions) { if (!TrySetException(exceptions)) TaskCompletionErrors.Throw(); }
        public bool TrySetCanceled() => task.TrySetCanceled(default);
        public bool TrySetCanceled(CancellationToken cancellationToken) => task.TrySetCanceled(cancellationToken);
        public void SetCanceled() { if (!TrySetCanceled()) TaskCompletionErrors.Throw(); }
        public void SetCanceled(CancellationToken cancellationToken) { if (!TrySetCanceled(cancellationToken)) TaskCompletionErrors.Throw(); }
    }
}
