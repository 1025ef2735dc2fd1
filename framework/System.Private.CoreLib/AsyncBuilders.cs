// What the C# compiler makes async methods of that are state machines.
using System.Threading;
using System.Threading.Tasks;

namespace System.Runtime.CompilerServices
{
    public interface IAsyncStateMachine { void MoveNext(); void SetStateMachine(IAsyncStateMachine stateMachine); }

    // The task of a state machine that has suspended, with the machine in it.
    internal sealed class StateMachineTask<TStateMachine, TResult> : Task<TResult> where TStateMachine : IAsyncStateMachine
    {
        internal TStateMachine Machine = default!;
        internal ExecutionContext? Context;
        private Action? moveNext;
        internal Action MoveNextAction => moveNext ??= MoveNext;
        private void MoveNext()
        {
            if (Context == null) Machine.MoveNext();
            else ExecutionContext.Run(Context, static t => ((StateMachineTask<TStateMachine, TResult>)t!).Machine.MoveNext(), this);
        }
    }
    internal static class AsyncBuilderCore
    {
        internal static void Start<TStateMachine>(ref TStateMachine machine) where TStateMachine : IAsyncStateMachine
        {
            Thread thread = Thread.CurrentThread;
            ExecutionContext? context = thread._executionContext;
            SynchronizationContext? synchronization = thread._synchronizationContext;
            try { machine.MoveNext(); }
            finally
            {
                thread._synchronizationContext = synchronization;
                ExecutionContext.RestoreInternal(thread, context);
            }
        }
        internal static Action Suspend<TStateMachine, TResult>(ref TStateMachine machine, ref Task<TResult>? task) where TStateMachine : IAsyncStateMachine
        {
            ExecutionContext? context = ExecutionContext.Capture();
            if (task is StateMachineTask<TStateMachine, TResult> known)
            {
                known.Context = context;
                return known.MoveNextAction;
            }
            StateMachineTask<TStateMachine, TResult> created = new();
            task = created;   // before the machine is copied: its builder has to know the task
            created.Machine = machine;
            created.Context = context;
            return created.MoveNextAction;
        }
    }
    public struct AsyncTaskMethodBuilder<TResult>
    {
        private Task<TResult>? task;
        public static AsyncTaskMethodBuilder<TResult> Create() => default;
        public void Start<TStateMachine>(ref TStateMachine stateMachine) where TStateMachine : IAsyncStateMachine => AsyncBuilderCore.Start(ref stateMachine);
        public void SetStateMachine(IAsyncStateMachine stateMachine) { }
        public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.OnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.UnsafeOnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public Task<TResult> Task => task ??= new Task<TResult>();
        public void SetResult(TResult result) => Task.TrySetResult(result);
        public void SetException(Exception exception) => Task.SetFailed(exception);
    }
    public struct AsyncTaskMethodBuilder
    {
        private Task<VoidTaskResult>? task;
        public static AsyncTaskMethodBuilder Create() => default;
        public void Start<TStateMachine>(ref TStateMachine stateMachine) where TStateMachine : IAsyncStateMachine => AsyncBuilderCore.Start(ref stateMachine);
        public void SetStateMachine(IAsyncStateMachine stateMachine) { }
        public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.OnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.UnsafeOnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public Task Task => task ??= new Task<VoidTaskResult>();
        public void SetResult() => ((Task<VoidTaskResult>)Task).TrySetCompleted();
        public void SetException(Exception exception) => Task.SetFailed(exception);
    }
    public struct AsyncVoidMethodBuilder
    {
        private Task<VoidTaskResult>? task;
        private SynchronizationContext? context;
        public static AsyncVoidMethodBuilder Create()
        {
            SynchronizationContext? context = SynchronizationContext.Current;
            context?.OperationStarted();
            return new AsyncVoidMethodBuilder { context = context };
        }
        public void Start<TStateMachine>(ref TStateMachine stateMachine) where TStateMachine : IAsyncStateMachine => AsyncBuilderCore.Start(ref stateMachine);
        public void SetStateMachine(IAsyncStateMachine stateMachine) { }
        public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.OnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.UnsafeOnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public void SetResult() => context?.OperationCompleted();
        public void SetException(Exception exception)
        {
            if (context != null)
            {
                try { context.Post(static e => throw (Exception)e!, exception); }
                finally { context.OperationCompleted(); }
            }
            else ThreadPool.QueueUserWorkItem(static e => throw (Exception)e!, exception);
        }
    }
    public struct AsyncValueTaskMethodBuilder
    {
        private AsyncTaskMethodBuilder inner;
        private bool done, failed;
        public static AsyncValueTaskMethodBuilder Create() => default;
        public void Start<TStateMachine>(ref TStateMachine stateMachine) where TStateMachine : IAsyncStateMachine => AsyncBuilderCore.Start(ref stateMachine);
        public void SetStateMachine(IAsyncStateMachine stateMachine) { }
        public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine { failed = true; inner.AwaitOnCompleted(ref awaiter, ref stateMachine); }
        public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine { failed = true; inner.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine); }
        public ValueTask Task => done && !failed ? default : new ValueTask(inner.Task);
        public void SetResult() { done = true; if (failed) inner.SetResult(); }
        public void SetException(Exception exception) { failed = true; inner.SetException(exception); }
    }
    public struct AsyncValueTaskMethodBuilder<TResult>
    {
        private AsyncTaskMethodBuilder<TResult> inner;
        private TResult result;
        private bool done, failed;
        public static AsyncValueTaskMethodBuilder<TResult> Create() => default;
        public void Start<TStateMachine>(ref TStateMachine stateMachine) where TStateMachine : IAsyncStateMachine => AsyncBuilderCore.Start(ref stateMachine);
        public void SetStateMachine(IAsyncStateMachine stateMachine) { }
        public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine { failed = true; inner.AwaitOnCompleted(ref awaiter, ref stateMachine); }
        public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine { failed = true; inner.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine); }
        public ValueTask<TResult> Task => done && !failed ? new ValueTask<TResult>(result) : new ValueTask<TResult>(inner.Task);
        public void SetResult(TResult result) { done = true; this.result = result; if (failed) inner.SetResult(result); }
        public void SetException(Exception exception) { failed = true; inner.SetException(exception); }
    }
    public struct AsyncIteratorMethodBuilder
    {
        private Task<VoidTaskResult>? task;
        public static AsyncIteratorMethodBuilder Create() => default;
        public void MoveNext<TStateMachine>(ref TStateMachine stateMachine) where TStateMachine : IAsyncStateMachine => AsyncBuilderCore.Start(ref stateMachine);
        public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.OnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine) where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine =>
            awaiter.UnsafeOnCompleted(AsyncBuilderCore.Suspend(ref stateMachine, ref task));
        public void Complete() { }
    }
}
