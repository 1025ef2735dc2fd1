// The one thread.
namespace System.Threading
{
    public sealed class Thread
    {
        private static readonly Thread s_current = new Thread();
        private Thread() { }
        public static Thread CurrentThread => s_current;
        public int ManagedThreadId => 1;
        public bool IsThreadPoolThread => false;
        public string? Name { get; set; }
        public static void MemoryBarrier() { }
        public static void SpinWait(int iterations) { }
        public static bool Yield() => false;
    }
}
