// Runtime-async: suspended methods as chains of continuations, and the loop that resumes them.
//
// Two dialects, which compiled code has to agree with: SEED by default, V11b with V11B defined.
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace System.Runtime.CompilerServices
{
    internal unsafe struct ResumeInfo
    {
        public delegate*<Continuation, ref byte, Continuation?> Resume;
        public void* DiagnosticIP;
    }

#if V11B
    [Flags]
    internal enum ContinuationFlags
    {
        ContinueOnThreadPool = 1,
        ContinueOnCapturedSynchronizationContext = 2,
        ContinueOnCapturedTaskScheduler = 4,
        ValueTaskAdaptedToTask = 8,
        AllContinuationFlags = 15,
        ExecutionContextIndexFirstBit = 4,
        ExecutionContextIndexNumBits = 2,
        ContinuationContextIndexFirstBit = 6,
        ContinuationContextIndexNumBits = 2,
        ExceptionIndexFirstBit = 8,
        ExceptionIndexNumBits = 3,
        ResultIndexFirstBit = 11,
        ResultIndexNumBits = 21,
    }
#else
    [Flags]
    internal enum ContinuationFlags
    {
        HasOsrILOffset = 1,
        HasException = 2,
        HasContinuationContext = 4,
        HasResult = 8,
        ContinueOnThreadPool = 16,
        ContinueOnCapturedSynchronizationContext = 32,
        ContinueOnCapturedTaskScheduler = 64,
    }
#endif

    // The runtime makes derived types with a data area behind these fields.
    internal unsafe class Continuation
    {
        public Continuation? Next;
        public ResumeInfo* ResumeInfo;
        public ContinuationFlags Flags;
        public int State;

        // Those flags that say where to go on.
#if V11B
        internal const ContinuationFlags Places = ContinuationFlags.AllContinuationFlags;
#else
        internal const ContinuationFlags Places = ContinuationFlags.ContinueOnThreadPool | ContinuationFlags.ContinueOnCapturedSynchronizationContext | ContinuationFlags.ContinueOnCapturedTaskScheduler;
#endif
        private ref byte Data(int offset) => ref Unsafe.AddByteOffset(ref Unsafe.As<int, byte>(ref State), (nint)(4 + offset));
#if V11B
        private int Index(ContinuationFlags firstBit, ContinuationFlags bits) => ((int)((uint)Flags >> (int)firstBit) & ((1 << (int)bits) - 1)) - 1;
        internal bool HasException => Index(ContinuationFlags.ExceptionIndexFirstBit, ContinuationFlags.ExceptionIndexNumBits) >= 0;
        internal bool HasResult => Index(ContinuationFlags.ResultIndexFirstBit, ContinuationFlags.ResultIndexNumBits) >= 0;
        internal bool HasExecutionContext => Index(ContinuationFlags.ExecutionContextIndexFirstBit, ContinuationFlags.ExecutionContextIndexNumBits) >= 0;
        internal ref byte Result => ref Data(8 * Index(ContinuationFlags.ResultIndexFirstBit, ContinuationFlags.ResultIndexNumBits));
        internal ref object? Context => ref Unsafe.As<byte, object?>(ref Data(8 * Index(ContinuationFlags.ContinuationContextIndexFirstBit, ContinuationFlags.ContinuationContextIndexNumBits)));
        internal ref Exception? Error => ref Unsafe.As<byte, Exception?>(ref Data(8 * Index(ContinuationFlags.ExceptionIndexFirstBit, ContinuationFlags.ExceptionIndexNumBits)));
        internal ref ExecutionContext? ExecutionContext => ref Unsafe.As<byte, ExecutionContext?>(ref Data(8 * Index(ContinuationFlags.ExecutionContextIndexFirstBit, ContinuationFlags.ExecutionContextIndexNumBits)));
#else
        private int Before(ContinuationFlags flag)
        {
            int offset = 0;
            for (int bit = 1; bit < (int)flag; bit <<= 1) if (((int)Flags & bit) != 0) offset += 8;
            return offset;
        }
        internal bool HasException => (Flags & ContinuationFlags.HasException) != 0;
        internal bool HasResult => (Flags & ContinuationFlags.HasResult) != 0;
        internal ref byte Result => ref Data(Before(ContinuationFlags.HasResult));
        internal ref object? Context => ref Unsafe.As<byte, object?>(ref Data(Before(ContinuationFlags.HasContinuationContext)));
        internal ref Exception? Error => ref Unsafe.As<byte, Exception?>(ref Data(Before(ContinuationFlags.HasException)));
#endif
    }

    public static unsafe partial class AsyncHelpers
    {
        // What is known of the suspension that is under way, from its leaf on up to the method that makes a task of it.
        private struct Leaf
        {
            internal ICriticalNotifyCompletion? CriticalNotifier;
            internal INotifyCompletion? Notifier;
            internal Task? Task;
            // Whoever awaits the task goes on where it is completed; otherwise CaptureContext says where.
            internal bool IsTransparent;
            internal bool CaptureContext;
            internal ExecutionContext? ExecutionContext;
            internal SynchronizationContext? SynchronizationContext;
        }

#if V11B
        private struct RuntimeAsyncStackState
        {
            internal Leaf Leaf;
            internal RuntimeAsyncStackState* Next;
        }
        private struct RuntimeAsyncAwaitState
        {
            internal Continuation? SentinelContinuation;
            internal Thread? CurrentThread;
            internal RuntimeAsyncStackState* StackState;
            internal void Push(RuntimeAsyncStackState* state)
            {
                state->Next = StackState;
                StackState = state;
                CurrentThread ??= Thread.CurrentThread;
            }
            internal void Pop() => StackState = StackState->Next;
        }
        private static ref Leaf CurrentLeaf(ref RuntimeAsyncAwaitState state) => ref state.StackState->Leaf;
#else
        private struct RuntimeAsyncAwaitState
        {
            internal Continuation? SentinelContinuation;
            internal Leaf Leaf;
        }
        private static ref Leaf CurrentLeaf(ref RuntimeAsyncAwaitState state) => ref state.Leaf;
#endif
        [ThreadStatic] private static RuntimeAsyncAwaitState t_runtimeAsyncAwaitState;

        // --- intrinsics: the compiler makes them what they say

        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] private static extern void AsyncSuspend(Continuation continuation);
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] private static extern Continuation? AsyncCallContinuation();
        [Intrinsic, MethodImpl(MethodImplOptions.InternalCall)] private static extern void TailAwait();

        // --- leaves

        private static Continuation BeginSuspension(out Thread thread, ref RuntimeAsyncAwaitState state)
        {
            thread = Thread.CurrentThread;
            ref Leaf leaf = ref CurrentLeaf(ref state);
            leaf = default;
            leaf.ExecutionContext = thread._executionContext;
            leaf.SynchronizationContext = thread._synchronizationContext;
            return state.SentinelContinuation ??= new Continuation();
        }
        private static Continuation SuspendOn(INotifyCompletion notifier)
        {
            ref RuntimeAsyncAwaitState state = ref t_runtimeAsyncAwaitState;
            Continuation sentinel = BeginSuspension(out _, ref state);
            CurrentLeaf(ref state).Notifier = notifier;
            return sentinel;
        }
        private static Continuation SuspendOnCritical(ICriticalNotifyCompletion notifier)
        {
            ref RuntimeAsyncAwaitState state = ref t_runtimeAsyncAwaitState;
            Continuation sentinel = BeginSuspension(out _, ref state);
            CurrentLeaf(ref state).CriticalNotifier = notifier;
            return sentinel;
        }
        private static Continuation SuspendOnTask(Task task, bool captureContext)
        {
            ref RuntimeAsyncAwaitState state = ref t_runtimeAsyncAwaitState;
            Continuation sentinel = BeginSuspension(out _, ref state);
            ref Leaf leaf = ref CurrentLeaf(ref state);
            leaf.Task = task;
            leaf.CaptureContext = captureContext;
            return sentinel;
        }
        private static Continuation SuspendTransparently(Task task)
        {
            ref RuntimeAsyncAwaitState state = ref t_runtimeAsyncAwaitState;
            Continuation sentinel = BeginSuspension(out _, ref state);
            ref Leaf leaf = ref CurrentLeaf(ref state);
            leaf.Task = task;
            leaf.IsTransparent = true;
            return sentinel;
        }

        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void AwaitAwaiter<TAwaiter>(TAwaiter awaiter) where TAwaiter : INotifyCompletion => AsyncSuspend(SuspendOn(awaiter));
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void UnsafeAwaitAwaiter<TAwaiter>(TAwaiter awaiter) where TAwaiter : ICriticalNotifyCompletion => AsyncSuspend(SuspendOnCritical(awaiter));

#if V11B
        [MethodImpl(MethodImplOptions.Async)]
        private static void Suspend(Task task, bool captureContext) => AsyncSuspend(SuspendOnTask(task, captureContext));
        [MethodImpl(MethodImplOptions.Async)]
        private static T Suspend<T>(Task<T> task, bool captureContext) { AsyncSuspend(SuspendOnTask(task, captureContext)); return default!; }
        [MethodImpl(MethodImplOptions.Async)]
        private static void SuspendTransparent(Task task) => AsyncSuspend(SuspendTransparently(task));
        [MethodImpl(MethodImplOptions.Async)]
        private static T SuspendTransparent<T>(Task<T> task) { AsyncSuspend(SuspendTransparently(task)); return default!; }
        // A value task that is not completed, as a task. Its source is asked when the whole chain has suspended: only then is it
        // known whether anyone wants to go on in a context.
        private static Task ToTask(ValueTask value) => value._obj as Task ?? new SourceTask<VoidTaskResult>(value._obj!, value._token);
        private static Task<T> ToTask<T>(ValueTask<T> value) => value._obj as Task<T> ?? new SourceTask<T>(value._obj!, value._token);

        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(Task task) { if (task.IsCompleted) { task.ThrowIfFailed(); return; } TailAwait(); Suspend(task, true); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(Task<T> task) { if (task.IsCompleted) { task.ThrowIfFailed(); return task.m_result; } TailAwait(); return Suspend(task, true); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(ValueTask task) { if (task.IsCompleted) { task.ThrowIfCompletedUnsuccessfully(); return; } TailAwait(); Suspend(ToTask(task), true); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(ValueTask<T> task) { if (task.IsCompleted) return task.Result; TailAwait(); return Suspend(ToTask(task), true); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(ConfiguredValueTaskAwaitable configured)
        {
            ValueTask task = configured.value;
            if (task.IsCompleted) { task.ThrowIfCompletedUnsuccessfully(); return; }
            TailAwait();
            Suspend(ToTask(task), task._continueOnCapturedContext);
        }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(ConfiguredValueTaskAwaitable<T> configured)
        {
            ValueTask<T> task = configured.value;
            if (task.IsCompleted) return task.Result;
            TailAwait();
            return Suspend(ToTask(task), task._continueOnCapturedContext);
        }
#else
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(Task task) { TaskAwaiter awaiter = task.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); awaiter.GetResult(); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(Task<T> task) { TaskAwaiter<T> awaiter = task.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); return awaiter.GetResult(); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(ValueTask task) { ValueTaskAwaiter awaiter = task.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); awaiter.GetResult(); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(ValueTask<T> task) { ValueTaskAwaiter<T> awaiter = task.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); return awaiter.GetResult(); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(ConfiguredValueTaskAwaitable configured) { ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter awaiter = configured.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); awaiter.GetResult(); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(ConfiguredValueTaskAwaitable<T> configured) { ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter awaiter = configured.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); return awaiter.GetResult(); }
#endif
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static void Await(ConfiguredTaskAwaitable configured) { ConfiguredTaskAwaitable.ConfiguredTaskAwaiter awaiter = configured.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); awaiter.GetResult(); }
        [Intrinsic, MethodImpl(MethodImplOptions.Async)]
        public static T Await<T>(ConfiguredTaskAwaitable<T> configured) { ConfiguredTaskAwaitable<T>.ConfiguredTaskAwaiter awaiter = configured.GetAwaiter(); if (!awaiter.IsCompleted) UnsafeAwaitAwaiter(awaiter); return awaiter.GetResult(); }

        public static void HandleAsyncEntryPoint(Task task) => task.GetAwaiter().GetResult();
        public static int HandleAsyncEntryPoint(Task<int> task) => task.GetAwaiter().GetResult();

        // --- contexts

        private static ExecutionContext? ToFlow(Thread thread) => thread._executionContext is { FlowSuppressed: true } ? ExecutionContext.DefaultFlowSuppressed : thread._executionContext;
        private static ExecutionContext? CaptureExecutionContext() => ToFlow(Thread.CurrentThread);
        private static void CaptureContinuationContext(ref object? continuationContext, ref ContinuationFlags flags)
        {
            SynchronizationContext? context = SynchronizationContext.ToReturnTo;
            if (context != null)
            {
                flags |= ContinuationFlags.ContinueOnCapturedSynchronizationContext;
                if (continuationContext != context) continuationContext = context;
                return;
            }
            TaskScheduler scheduler = TaskScheduler.Current;
            if (scheduler != TaskScheduler.Default)
            {
                flags |= ContinuationFlags.ContinueOnCapturedTaskScheduler;
                if (continuationContext != scheduler) continuationContext = scheduler;
                return;
            }
            flags |= ContinuationFlags.ContinueOnThreadPool;
        }
        private static void Restore(Thread thread, ExecutionContext? execution, SynchronizationContext? synchronization)
        {
            if (thread._synchronizationContext != synchronization) thread._synchronizationContext = synchronization;
            ExecutionContext.RestoreInternal(thread, execution);
        }
#if V11B
        private static void CaptureContexts(out Thread thread, out ExecutionContext? execution, out SynchronizationContext? synchronization)
        {
            thread = Thread.CurrentThread;
            execution = thread._executionContext;
            synchronization = thread._synchronizationContext;
        }
        private static void RestoreContexts(bool resumed, Thread thread, ExecutionContext? execution, SynchronizationContext? synchronization)
        {
            if (!resumed) Restore(thread, execution, synchronization);
        }
        private static void FinishSuspensionNoContinuationContext(ref ExecutionContext? slot, bool resumed, ExecutionContext? execution, SynchronizationContext? synchronization)
        {
            Thread thread = Thread.CurrentThread;
            ExecutionContext? current = ToFlow(thread);
            if (slot != current) slot = current;
            if (resumed) return;
            thread._executionContext = execution;
            thread._synchronizationContext = synchronization;
        }
        private static void FinishSuspensionWithContinuationContext(ref object? continuationContext, ref ContinuationFlags flags, ref ExecutionContext? slot, bool resumed, ExecutionContext? execution, SynchronizationContext? synchronization)
        {
            CaptureContinuationContext(ref continuationContext, ref flags);
            FinishSuspensionNoContinuationContext(ref slot, resumed, execution, synchronization);
        }
#else
        private static void CaptureContexts(out ExecutionContext? execution, out SynchronizationContext? synchronization)
        {
            Thread thread = Thread.CurrentThread;
            execution = thread._executionContext;
            synchronization = thread._synchronizationContext;
        }
        private static void RestoreContexts(bool resumed, ExecutionContext? execution, SynchronizationContext? synchronization)
        {
            if (!resumed) Restore(Thread.CurrentThread, execution, synchronization);
        }
        private static void RestoreContextsOnSuspension(bool resumed, ExecutionContext? execution, SynchronizationContext? synchronization)
        {
            if (resumed) return;
            Thread thread = Thread.CurrentThread;
            thread._executionContext = execution;
            thread._synchronizationContext = synchronization;
        }
        private static void RestoreExecutionContext(ExecutionContext? execution)
        {
            if (execution != ExecutionContext.DefaultFlowSuppressed) ExecutionContext.RestoreInternal(Thread.CurrentThread, execution);
        }
#endif

        // --- tasks of suspended methods

        private static Task TaskFromException(Exception error) => TaskFromException<VoidTaskResult>(error);
        private static Task<T> TaskFromException<T>(Exception error)
        {
            Task<T> task = new();
            task.SetFailed(error);
            return task;
        }
        private static RuntimeAsyncTask<T> NewSuspendedTask<T>()
        {
            RuntimeAsyncTask<T> task = new();
            Thread thread = Thread.CurrentThread;
            ExecutionContext? execution = thread._executionContext;
            SynchronizationContext? synchronization = thread._synchronizationContext;
            try { task.Suspended(null); }
            finally { Restore(thread, execution, synchronization); }
            return task;
        }
        private static ValueTask ValueTaskFromException(Exception error) => new ValueTask(TaskFromException(error));
        private static ValueTask<T> ValueTaskFromException<T>(Exception error) => new ValueTask<T>(TaskFromException<T>(error));

#if V11B
        private static Task CreateRuntimeAsyncTask(ref RuntimeAsyncAwaitState state) => CreateRuntimeAsyncTask<VoidTaskResult>(ref state);
        private static Task<T> CreateRuntimeAsyncTask<T>(ref RuntimeAsyncAwaitState state)
        {
            return NewSuspendedTask<T>();
        }
        private static ValueTask CreateRuntimeAsyncValueTask(ref RuntimeAsyncAwaitState state) => new ValueTask(CreateRuntimeAsyncTask(ref state));
        private static ValueTask<T> CreateRuntimeAsyncValueTask<T>(ref RuntimeAsyncAwaitState state) => new ValueTask<T>(CreateRuntimeAsyncTask<T>(ref state));

        [MethodImpl(MethodImplOptions.Async)]
        private static void TransparentAwait(Task task) { if (task.IsCompleted) { task.ThrowIfFailed(); return; } TailAwait(); SuspendTransparent(task); }
        [MethodImpl(MethodImplOptions.Async)]
        private static T TransparentAwait<T>(Task<T> task) { if (task.IsCompleted) { task.ThrowIfFailed(); return task.m_result; } TailAwait(); return SuspendTransparent(task); }
        [MethodImpl(MethodImplOptions.Async)]
        private static void TransparentAwait(ValueTask task) { if (task.IsCompleted) { task.ThrowIfCompletedUnsuccessfully(); return; } TailAwait(); SuspendTransparent(ToTask(task)); }
        [MethodImpl(MethodImplOptions.Async)]
        private static T TransparentAwait<T>(ValueTask<T> task) { if (task.IsCompleted) return task.Result; TailAwait(); return SuspendTransparent(ToTask(task)); }
#else
        private static Task FinalizeTaskReturningThunk() => FinalizeTaskReturningThunk<VoidTaskResult>();
        private static Task<T> FinalizeTaskReturningThunk<T>()
        {
            return NewSuspendedTask<T>();
        }
        private static ValueTask FinalizeValueTaskReturningThunk() => new ValueTask(FinalizeTaskReturningThunk());
        private static ValueTask<T> FinalizeValueTaskReturningThunk<T>() => new ValueTask<T>(FinalizeTaskReturningThunk<T>());
        private static void CompletedTask(Task task) => task.ThrowIfFailed();
        private static T CompletedTaskResult<T>(Task<T> task) { task.ThrowIfFailed(); return task.m_result; }
        [MethodImpl(MethodImplOptions.Async)]
        private static void TransparentAwait(object task) => AsyncSuspend(SuspendTransparently((Task)task));
#endif

        private struct Unread { internal long A, B, C, D, E, F, G, H; }

        // A task of a chain of suspended methods, which it resumes one after the other.
        private sealed class RuntimeAsyncTask<T> : Task<T>
        {
            private Continuation? head;
            private Task? leafTask;
            private Action? moveNext;
            private Action MoveNextAction => moveNext ??= MoveNext;

            // A method has suspended: take over its chain, which goes on with `rest`, and wait for what its leaf waits for.
            internal void Suspended(Continuation? rest, Continuation? outermost = null)
            {
                ref RuntimeAsyncAwaitState state = ref t_runtimeAsyncAwaitState;
                Continuation sentinel = state.SentinelContinuation!;
                if (outermost != null) outermost.Next = rest;
                head = sentinel.Next;
                sentinel.Next = null;
                Leaf leaf = CurrentLeaf(ref state);
                CurrentLeaf(ref state) = default;
                // The awaiter sees the contexts in which it was awaited; who called puts back those of before, and then the
                // notifications are sent that the suspension itself did not send.
                Thread thread = Thread.CurrentThread;
                thread._executionContext = leaf.ExecutionContext;
                thread._synchronizationContext = leaf.SynchronizationContext;
                leafTask = leaf.Task;
                if (leaf.Task is ISourceTask source)
                {
                    source.AddContinuation(new TransparentContinuation(MoveNextAction));
                    source.Ask(WantsContext(leaf) ? ValueTaskSourceOnCompletedFlags.UseSchedulingContext : ValueTaskSourceOnCompletedFlags.None);
                }
                else if (leaf.Task != null && leaf.IsTransparent) leaf.Task.AddContinuation(new TransparentContinuation(MoveNextAction));
                else if (leaf.Task != null) leaf.Task.OnCompleted(MoveNextAction, leaf.CaptureContext, false);
                else if (leaf.CriticalNotifier != null) leaf.CriticalNotifier.UnsafeOnCompleted(MoveNextAction);
                else leaf.Notifier!.OnCompleted(MoveNextAction);
            }

            // Whether a source is to be asked for the context. It decides where the awaiting method goes on, which therefore
            // follows it, whatever it said itself.
            private bool WantsContext(in Leaf leaf)
            {
                if (!leaf.IsTransparent) return leaf.CaptureContext && (SynchronizationContext.ToReturnTo != null || TaskScheduler.Current != TaskScheduler.Default);
                for (Continuation? waiting = head; waiting != null; waiting = waiting.Next)
                {
                    ContinuationFlags flags = waiting.Flags & Continuation.Places;
                    if (flags == 0) continue;
                    waiting.Flags &= ~Continuation.Places;
                    return (flags & (ContinuationFlags.ContinueOnCapturedSynchronizationContext | ContinuationFlags.ContinueOnCapturedTaskScheduler)) != 0;
                }
                return false;
            }

            private void MoveNext()
            {
                Thread thread = Thread.CurrentThread;
                ExecutionContext? execution = thread._executionContext;
                SynchronizationContext? synchronization = thread._synchronizationContext;
#if V11B
                RuntimeAsyncStackState stackState = default;
                ref RuntimeAsyncAwaitState state = ref t_runtimeAsyncAwaitState;
                state.Push(&stackState);
                try { Dispatch(thread); }
                finally
                {
                    state.Pop();
                    Restore(thread, execution, synchronization);
                }
#else
                try { Dispatch(thread); }
                finally { Restore(thread, execution, synchronization); }
#endif
            }

            private void Dispatch(Thread thread)
            {
                Task? leaf = leafTask;
                if (leaf != null)
                {
                    leafTask = null;
                    Continuation? first = head;
                    if (!leaf.IsCompletedSuccessfully)
                    {
                        Exception error;
                        try { leaf.ThrowIfFailed(); return; }
                        catch (Exception e) { error = e; }
                        if (!Fail(error)) return;
                    }
                    else
                    {
                        if (first == null) leaf.CopyResult(ref Unsafe.As<T, byte>(ref m_result));
                        else if (first.HasResult) leaf.CopyResult(ref first.Result);
                        if (first == null) { TrySetCompleted(); return; }
                    }
                    if (Elsewhere(head!)) return;
                }
                while (true)
                {
                    Continuation current = head!;
                    Continuation? next = current.Next;
                    head = next;
#if V11B
                    if (current.HasExecutionContext && current.ExecutionContext != ExecutionContext.DefaultFlowSuppressed) ExecutionContext.RestoreInternal(thread, current.ExecutionContext);
#endif
                    Continuation? suspended;
                    try
                    {
                        if (next == null) suspended = current.ResumeInfo->Resume(current, ref Unsafe.As<T, byte>(ref m_result));
                        else if (next.HasResult) suspended = current.ResumeInfo->Resume(current, ref next.Result);
                        else
                        {
                            // The result of a covariant override, which nobody asks for.
                            Unread nowhere = default;
                            suspended = current.ResumeInfo->Resume(current, ref Unsafe.As<Unread, byte>(ref nowhere));
                        }
                    }
                    catch (Exception e)
                    {
                        if (!Fail(e)) return;
                        continue;
                    }
                    if (suspended != null)
                    {
                        Suspended(next, suspended);
                        return;
                    }
                    if (next == null)
                    {
                        TrySetCompleted();
                        return;
                    }
                    if (Elsewhere(next)) return;
                }
            }

            // An exception has come out of what `head` waits for: it goes to the first method that can catch it.
            private bool Fail(Exception error)
            {
                Continuation? handler = head;
                while (handler != null && !handler.HasException) handler = handler.Next;
                head = handler;
                if (handler == null)
                {
                    SetFailed(error);
                    return false;
                }
                handler.Error = error;
                return true;
            }

            // Whether the next method has to go on in another context; then it has been sent there.
            private bool Elsewhere(Continuation next)
            {
                ContinuationFlags flags = next.Flags;
                if ((flags & ContinuationFlags.ContinueOnThreadPool) != 0)
                {
                    if (ActionContinuation.IsGoodPlace) return false;
                    ThreadPool.UnsafeQueueUserWorkItem(static t => ((RuntimeAsyncTask<T>)t!).MoveNext(), this);
                    return true;
                }
                if ((flags & ContinuationFlags.ContinueOnCapturedSynchronizationContext) != 0)
                {
                    SynchronizationContext context = (SynchronizationContext)next.Context!;
                    if (SynchronizationContext.Current == context) return false;
                    context.Post(static t => ((RuntimeAsyncTask<T>)t!).MoveNext(), this);
                    return true;
                }
                if ((flags & ContinuationFlags.ContinueOnCapturedTaskScheduler) != 0)
                {
                    TaskScheduler scheduler = (TaskScheduler)next.Context!;
                    if (TaskScheduler.Current == scheduler) return false;
                    new Task(MoveNextAction).Start(scheduler);
                    return true;
                }
                return false;
            }
        }
    }

#if !V11B
    // The thread's contexts over the run of a thunk.
    internal struct ExecutionAndSyncBlockStore
    {
        private ExecutionContext? execution;
        private SynchronizationContext? synchronization;
        private Thread thread;
        public void Push()
        {
            thread = Thread.CurrentThread;
            execution = thread._executionContext;
            synchronization = thread._synchronizationContext;
        }
        public void Pop()
        {
            if (thread._synchronizationContext != synchronization) thread._synchronizationContext = synchronization;
            ExecutionContext.RestoreInternal(thread, execution);
        }
    }
#endif
}
