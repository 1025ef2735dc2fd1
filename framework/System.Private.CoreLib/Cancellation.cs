// Cancellation.
using System.Collections.Generic;

namespace System.Threading
{
    public readonly struct CancellationToken : IEquatable<CancellationToken>
    {
        private readonly CancellationTokenSource? _source;
        internal CancellationToken(CancellationTokenSource? source) { _source = source; }
        public CancellationToken(bool canceled) { _source = canceled ? CancellationTokenSource.Canceled : null; }
        public static CancellationToken None => default;
        public bool IsCancellationRequested => _source != null && _source.IsCancellationRequested;
        public bool CanBeCanceled => _source != null;
        public CancellationTokenRegistration Register(Action callback) => Register(static state => ((Action)state!)(), callback);
        public CancellationTokenRegistration Register(Action<object?> callback, object? state) => _source == null ? default : _source.Register(callback, state);
        public CancellationTokenRegistration UnsafeRegister(Action<object?> callback, object? state) => Register(callback, state);
        public void ThrowIfCancellationRequested() { if (IsCancellationRequested) throw new OperationCanceledException(this); }
        public bool Equals(CancellationToken other) => _source == other._source;
        public override bool Equals(object? other) => other is CancellationToken t && Equals(t);
        public override int GetHashCode() => _source == null ? 0 : _source.GetHashCode();
        public static bool operator ==(CancellationToken left, CancellationToken right) => left.Equals(right);
        public static bool operator !=(CancellationToken left, CancellationToken right) => !left.Equals(right);
    }
    public readonly struct CancellationTokenRegistration : IDisposable
    {
        private readonly CancellationTokenSource? source;
        private readonly int id;
        internal CancellationTokenRegistration(CancellationTokenSource source, int id) { this.source = source; this.id = id; }
        public void Dispose() { if (source != null) source.Unregister(id); }
        public bool Unregister() => source != null && source.Unregister(id);
    }
    public class CancellationTokenSource : IDisposable
    {
        internal static readonly CancellationTokenSource Canceled = MakeCanceled();
        private static CancellationTokenSource MakeCanceled() { CancellationTokenSource s = new(); s.canceled = true; return s; }
        private bool canceled;
        private List<Callback>? callbacks;
        private int nextId = 1;
        private sealed class Callback { internal Action<object?> Action = null!; internal object? State; internal int Id; }
        public CancellationTokenSource() { }
        public CancellationTokenSource(int millisecondsDelay) { CancelAfter(millisecondsDelay); }
        public CancellationTokenSource(TimeSpan delay) : this((int)delay.TotalMilliseconds) { }
        public void CancelAfter(int millisecondsDelay)
        {
            if (millisecondsDelay >= 0) Scheduler.AddTimer(Scheduler.Now + millisecondsDelay, static s => ((CancellationTokenSource)s!).Cancel(), this);
        }
        public void CancelAfter(TimeSpan delay) => CancelAfter((int)delay.TotalMilliseconds);
        public static CancellationTokenSource CreateLinkedTokenSource(params CancellationToken[] tokens)
        {
            CancellationTokenSource source = new();
            foreach (CancellationToken token in tokens) token.Register(static s => ((CancellationTokenSource)s!).Cancel(), source);
            return source;
        }
        public static CancellationTokenSource CreateLinkedTokenSource(CancellationToken token1, CancellationToken token2) => CreateLinkedTokenSource(new[] { token1, token2 });
        public System.Threading.Tasks.Task CancelAsync() { Cancel(); return System.Threading.Tasks.Task.CompletedTask; }
        public bool IsCancellationRequested => canceled;
        public CancellationToken Token => new CancellationToken(this);
        internal CancellationTokenRegistration Register(Action<object?> action, object? state)
        {
            if (canceled) { action(state); return default; }
            callbacks ??= new();
            callbacks.Add(new Callback { Action = action, State = state, Id = nextId });
            return new CancellationTokenRegistration(this, nextId++);
        }
        internal bool Unregister(int id)
        {
            if (callbacks != null)
                for (int i = 0; i < callbacks.Count; i++)
                    if (callbacks[i].Id == id) { callbacks.RemoveAt(i); return true; }
            return false;
        }
        public void Cancel() => Cancel(false);
        public void Cancel(bool throwOnFirstException)
        {
            if (canceled) return;
            canceled = true;
            List<Exception>? errors = null;
            while (callbacks != null && callbacks.Count != 0)
            {
                Callback last = callbacks[callbacks.Count - 1];
                callbacks.RemoveAt(callbacks.Count - 1);
                try { last.Action(last.State); }
                catch (Exception e) { if (throwOnFirstException) throw; (errors ??= new()).Add(e); }
            }
            if (errors != null) throw new AggregateException(errors.ToArray());
        }
        public void Dispose() { }
    }
}
