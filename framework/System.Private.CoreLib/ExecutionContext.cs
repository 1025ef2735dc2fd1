// What flows with asynchronous work: AsyncLocal values; and where it goes on: synchronization contexts.
using System.Collections.Generic;

namespace System.Threading
{
    public delegate void ContextCallback(object? state);
    public delegate void SendOrPostCallback(object? state);

    internal interface IAsyncLocal { void OnValueChanged(object? previousValue, object? currentValue, bool contextChanged); }

    public sealed class ExecutionContext : IDisposable
    {
        internal static readonly ExecutionContext Default = new(null, null, false);
        internal static readonly ExecutionContext DefaultFlowSuppressed = new(null, null, true);
        private readonly KeyValuePair<IAsyncLocal, object?>[]? values;
        private readonly IAsyncLocal[]? notifications;
        internal readonly bool FlowSuppressed;
        private ExecutionContext(KeyValuePair<IAsyncLocal, object?>[]? values, IAsyncLocal[]? notifications, bool flowSuppressed)
        {
            this.values = values;
            this.notifications = notifications;
            FlowSuppressed = flowSuppressed;
        }
        public static ExecutionContext? Capture()
        {
            ExecutionContext? context = Thread.CurrentThread._executionContext;
            return context == null ? Default : context.FlowSuppressed ? null : context;
        }
        internal ExecutionContext? WithFlow(bool suppressed)
        {
            if (values == null && !suppressed) return null;
            return values == null ? DefaultFlowSuppressed : new ExecutionContext(values, notifications, suppressed);
        }
        public static AsyncFlowControl SuppressFlow()
        {
            Thread thread = Thread.CurrentThread;
            ExecutionContext context = thread._executionContext ?? Default;
            if (context.FlowSuppressed) throw new InvalidOperationException("Context flow is already suppressed.");
            thread._executionContext = context.WithFlow(true);
            return new AsyncFlowControl(thread);
        }
        public static void RestoreFlow()
        {
            Thread thread = Thread.CurrentThread;
            if (thread._executionContext == null || !thread._executionContext.FlowSuppressed) throw new InvalidOperationException("Cannot restore context flow when it is not suppressed.");
            thread._executionContext = thread._executionContext.WithFlow(false);
        }
        public static bool IsFlowSuppressed() => Thread.CurrentThread._executionContext is { FlowSuppressed: true };
        public static void Restore(ExecutionContext executionContext) => RestoreInternal(Thread.CurrentThread, executionContext);
        internal static void RestoreInternal(Thread thread, ExecutionContext? context)
        {
            if (context == Default) context = null;
            ExecutionContext? before = thread._executionContext;
            if (before == context) return;
            thread._executionContext = context;
            if ((before != null && before.notifications != null) || (context != null && context.notifications != null)) OnValuesChanged(before, context);
        }
        public static void Run(ExecutionContext executionContext, ContextCallback callback, object? state)
        {
            if (executionContext == null) throw new InvalidOperationException("Cannot call Set on a null context");
            Thread thread = Thread.CurrentThread;
            ExecutionContext? before = thread._executionContext;
            SynchronizationContext? synchronization = thread._synchronizationContext;
            RestoreInternal(thread, executionContext);
            try { callback(state); }
            finally
            {
                thread._synchronizationContext = synchronization;
                RestoreInternal(thread, before);
            }
        }
        public ExecutionContext CreateCopy() => this;
        public void Dispose() { }

        internal static object? GetLocalValue(IAsyncLocal local)
        {
            ExecutionContext? context = Thread.CurrentThread._executionContext;
            return context == null ? null : context.Find(local, out _);
        }
        private object? Find(IAsyncLocal local, out bool found)
        {
            if (values != null)
                foreach (KeyValuePair<IAsyncLocal, object?> pair in values)
                    if (pair.Key == local) { found = true; return pair.Value; }
            found = false;
            return null;
        }
        internal static void SetLocalValue(IAsyncLocal local, object? newValue, bool needsNotification)
        {
            Thread thread = Thread.CurrentThread;
            ExecutionContext context = thread._executionContext ?? Default;
            object? previous = context.Find(local, out bool hadValue);
            if (previous == newValue) return;
            List<KeyValuePair<IAsyncLocal, object?>> list = new();
            if (context.values != null)
                foreach (KeyValuePair<IAsyncLocal, object?> pair in context.values)
                    if (pair.Key != local) list.Add(pair);
            if (newValue != null || needsNotification) list.Add(new(local, newValue));
            IAsyncLocal[]? notified = context.notifications;
            if (needsNotification && !hadValue)
            {
                IAsyncLocal[] more = new IAsyncLocal[notified == null ? 1 : notified.Length + 1];
                for (int i = 0; notified != null && i < notified.Length; i++) more[i] = notified[i];
                more[more.Length - 1] = local;
                notified = more;
            }
            thread._executionContext = list.Count == 0 && !context.FlowSuppressed ? null : new ExecutionContext(list.Count == 0 ? null : list.ToArray(), notified, context.FlowSuppressed);
            if (needsNotification) local.OnValueChanged(previous, newValue, false);
        }
        private static void OnValuesChanged(ExecutionContext? before, ExecutionContext? after)
        {
            if (before != null && before.notifications != null)
                foreach (IAsyncLocal local in before.notifications)
                {
                    object? old = before.Find(local, out _), current = after?.Find(local, out _);
                    if (old != current) local.OnValueChanged(old, current, true);
                }
            if (after != null && after.notifications != null && after.notifications != before?.notifications)
                foreach (IAsyncLocal local in after.notifications)
                {
                    if (before != null) { before.Find(local, out bool known); if (known) continue; }
                    object? current = after.Find(local, out _);
                    if (current != null) local.OnValueChanged(null, current, true);
                }
        }
    }
    public struct AsyncFlowControl : IDisposable
    {
        private Thread? thread;
        internal AsyncFlowControl(Thread thread) { this.thread = thread; }
        public void Undo()
        {
            if (thread == null) throw new InvalidOperationException("AsyncFlowControl object can be used only once to call Undo().");
            thread = null;
            ExecutionContext.RestoreFlow();
        }
        public void Dispose() => Undo();
    }
    public readonly struct AsyncLocalValueChangedArgs<T>
    {
        public T? PreviousValue { get; }
        public T? CurrentValue { get; }
        public bool ThreadContextChanged { get; }
        internal AsyncLocalValueChangedArgs(T? previousValue, T? currentValue, bool contextChanged) { PreviousValue = previousValue; CurrentValue = currentValue; ThreadContextChanged = contextChanged; }
    }
    public sealed class AsyncLocal<T> : IAsyncLocal
    {
        private readonly Action<AsyncLocalValueChangedArgs<T>>? handler;
        public AsyncLocal() { }
        public AsyncLocal(Action<AsyncLocalValueChangedArgs<T>>? valueChangedHandler) { handler = valueChangedHandler; }
        public T Value
        {
            get { object? value = ExecutionContext.GetLocalValue(this); return value == null ? default! : (T)value; }
            set => ExecutionContext.SetLocalValue(this, value, handler != null);
        }
        void IAsyncLocal.OnValueChanged(object? previousValue, object? currentValue, bool contextChanged) =>
            handler!(new AsyncLocalValueChangedArgs<T>(previousValue == null ? default! : (T)previousValue, currentValue == null ? default! : (T)currentValue, contextChanged));
    }

    public class SynchronizationContext
    {
        public static SynchronizationContext? Current => Thread.CurrentThread._synchronizationContext;
        public static void SetSynchronizationContext(SynchronizationContext? syncContext) => Thread.CurrentThread._synchronizationContext = syncContext;
        public virtual void Send(SendOrPostCallback d, object? state) => d(state);
        public virtual void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(new WaitCallback(d), state);
        public virtual void OperationStarted() { }
        public virtual void OperationCompleted() { }
        public virtual SynchronizationContext CreateCopy() => new SynchronizationContext();
        // The current context, if continuations have to go back to it.
        internal static SynchronizationContext? ToReturnTo
        {
            get
            {
                SynchronizationContext? current = Current;
                return current != null && current.GetType() != typeof(SynchronizationContext) ? current : null;
            }
        }
    }
}
