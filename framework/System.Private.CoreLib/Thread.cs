// Threads: objects that contexts belong to. All run on the one thread there is, each to its end or until it waits; what
// waits lets the others run (Scheduler).
using System.Collections.Generic;

namespace System.Threading
{
    public enum ThreadState { Running = 0, Background = 4, Unstarted = 8, Stopped = 16 }
    public enum ThreadPriority { Lowest, BelowNormal, Normal, AboveNormal, Highest }

    public sealed class Thread
    {
        internal ExecutionContext? _executionContext;
        internal SynchronizationContext? _synchronizationContext;
        internal Tasks.Task? _currentTask;
        private static Thread s_current = new Thread(false);
        private static int s_lastId;
        private readonly bool isPoolThread;
        private readonly Action<object?>? start;
        private object? argument;
        private bool started, done;

        internal Thread(bool isPoolThread) { this.isPoolThread = isPoolThread; ManagedThreadId = ++s_lastId; }
        public Thread(ThreadStart start) : this(false) { this.start = _ => start(); }
        public Thread(ThreadStart start, int maxStackSize) : this(start) { }
        public Thread(ParameterizedThreadStart start) : this(false) { this.start = o => start(o); }
        public static Thread CurrentThread => s_current;
        public int ManagedThreadId { get; }
        public bool IsThreadPoolThread => isPoolThread;
        public bool IsBackground { get; set; }
        public string? Name { get; set; }
        public ThreadPriority Priority { get; set; } = ThreadPriority.Normal;
        public bool IsAlive => started && !done;
        public void Start() => Start(null);
        public void Start(object? parameter)
        {
            argument = parameter;
            started = true;
            ExecutionContext? context = ExecutionContext.Capture();
            Scheduler.Queue(static state =>
            {
                (Thread thread, ExecutionContext? context) = ((Thread, ExecutionContext?))state!;
                Thread before = Switch(thread);
                try
                {
                    if (context == null) thread.start!(thread.argument);
                    else ExecutionContext.Run(context, static t => ((Thread)t!).start!(((Thread)t).argument), thread);
                }
                finally
                {
                    thread.done = true;
                    Switch(before);
                }
            }, (this, context));
        }
        public void Join() => Scheduler.RunUntil(static thread => ((Thread)thread!).done, this);
        public bool Join(int millisecondsTimeout) { Join(); return true; }
        internal static Thread Switch(Thread to)
        {
            Thread before = s_current;
            s_current = to;
            return before;
        }
        public static void Sleep(int millisecondsTimeout)
        {
            long due = Scheduler.Now + millisecondsTimeout;
            Scheduler.AddTimer(due, static _ => { }, null);
            Scheduler.RunUntil(static state => Scheduler.Now >= (long)state!, due);
        }
        public static void Sleep(TimeSpan timeout) => Sleep((int)timeout.TotalMilliseconds);
        public static void MemoryBarrier() { }
        public static void SpinWait(int iterations) { }
        public static bool Yield() => Scheduler.Step();
    }

    // The queue of all work, and the virtual clock: it moves only when there is nothing to do but wait.
    internal static class Scheduler
    {
        private struct Work { internal Action<object?> Action; internal object? State; }
        internal sealed class TimerEntry { internal long Due; internal int Order; internal Action<object?>? Action; internal object? State; }
        private static readonly Queue<Work> s_queue = new();
        private static readonly List<TimerEntry> s_timers = new();
        private static readonly List<Thread> s_threads = new();
        private static int s_depth, s_order;
        internal static long Now;

        internal static void Queue(Action<object?> action, object? state) => s_queue.Enqueue(new Work { Action = action, State = state });
        internal static TimerEntry AddTimer(long due, Action<object?> action, object? state)
        {
            TimerEntry entry = new() { Due = due, Order = ++s_order, Action = action, State = state };
            s_timers.Add(entry);
            return entry;
        }
        // Run one piece of work, or let the time of the next timer come; false when there is nothing.
        internal static bool Step()
        {
            if (s_queue.Count == 0)
            {
                TimerEntry? next = null;
                foreach (TimerEntry entry in s_timers)
                    if (next == null || entry.Due < next.Due || (entry.Due == next.Due && entry.Order < next.Order)) next = entry;
                if (next == null) return false;
                s_timers.Remove(next);
                if (next.Due > Now) Now = next.Due;
                if (next.Action == null) return true;
                Run(next.Action, next.State);
                return true;
            }
            Work work = s_queue.Dequeue();
            Run(work.Action, work.State);
            return true;
        }
        private static void Run(Action<object?> action, object? state)
        {
            // One pool thread for each level of work that waits for other work.
            if (s_threads.Count == s_depth) s_threads.Add(new Thread(true));
            Thread thread = s_threads[s_depth++];
            Thread before = Thread.Switch(thread);
            thread._executionContext = null;
            thread._synchronizationContext = null;
            try { action(state); }
            finally
            {
                s_depth--;
                Thread.Switch(before);
            }
        }
        internal static void RunUntil(Func<object?, bool> done, object? state)
        {
            while (!done(state))
                if (!Step()) throw new InvalidOperationException("Deadlock: everything waits, and nothing is left to happen.");
        }
    }

    public delegate void WaitCallback(object? state);
    public interface IThreadPoolWorkItem { void Execute(); }
    public static class ThreadPool
    {
        public static bool QueueUserWorkItem(WaitCallback callBack) => QueueUserWorkItem(callBack, null);
        public static bool QueueUserWorkItem(WaitCallback callBack, object? state)
        {
            ExecutionContext? context = ExecutionContext.Capture();
            if (context == null) return UnsafeQueueUserWorkItem(callBack, state);
            Scheduler.Queue(static s =>
            {
                (WaitCallback callBack, object? state, ExecutionContext context) = ((WaitCallback, object?, ExecutionContext))s!;
                ExecutionContext.Run(context, new ContextCallback(callBack), state);
            }, (callBack, state, context));
            return true;
        }
        public static bool QueueUserWorkItem<TState>(Action<TState> callBack, TState state, bool preferLocal) => QueueUserWorkItem(_ => callBack(state), null);
        public static bool UnsafeQueueUserWorkItem(WaitCallback callBack, object? state)
        {
            Scheduler.Queue(new Action<object?>(callBack), state);
            return true;
        }
        public static bool UnsafeQueueUserWorkItem(IThreadPoolWorkItem callBack, bool preferLocal)
        {
            Scheduler.Queue(static item => ((IThreadPoolWorkItem)item!).Execute(), callBack);
            return true;
        }
    }

    public delegate void TimerCallback(object? state);
    public sealed class Timer : IDisposable
    {
        private readonly TimerCallback callback;
        private readonly object? state;
        private readonly ExecutionContext? context;
        private Scheduler.TimerEntry? entry;
        private long period;
        public Timer(TimerCallback callback) : this(callback, null, -1, -1) { }
        public Timer(TimerCallback callback, object? state, int dueTime, int period)
        {
            this.callback = callback;
            this.state = state;
            context = ExecutionContext.Capture();
            Change(dueTime, period);
        }
        public Timer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) : this(callback, state, (int)dueTime.TotalMilliseconds, (int)period.TotalMilliseconds) { }
        public bool Change(int dueTime, int period)
        {
            Dispose();
            this.period = period;
            if (dueTime >= 0) entry = Scheduler.AddTimer(Scheduler.Now + dueTime, static t => ((Timer)t!).Fire(), this);
            return true;
        }
        private void Fire()
        {
            entry = period > 0 ? Scheduler.AddTimer(Scheduler.Now + period, static t => ((Timer)t!).Fire(), this) : null;
            if (context == null) callback(state);
            else ExecutionContext.Run(context, static t => ((Timer)t!).callback(((Timer)t).state), this);
        }
        public void Dispose()
        {
            if (entry != null) entry.Action = null;
            entry = null;
        }
    }
    public static class Timeout
    {
        public const int Infinite = -1;
        public static readonly TimeSpan InfiniteTimeSpan = new TimeSpan(-10000);
    }
}
