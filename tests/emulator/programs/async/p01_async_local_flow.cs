// AsyncLocal values flow into callees and past suspensions; what a callee sets is never seen by its caller.
using System;
using System.Threading;
using System.Threading.Tasks;

namespace P01;

static class Program
{
    static readonly AsyncLocal<string> Name = new();
    static readonly AsyncLocal<int> Depth = new();

    static void Show(string where) => Console.WriteLine($"{where}: {Name.Value ?? "-"} {Depth.Value}");

    static async Task CompletesSynchronously(string name)
    {
        Show("  callee starts");
        Name.Value = name;
        Depth.Value++;
        await Task.CompletedTask;
        Show("  callee ends");
    }

    static async Task Suspends(string name)
    {
        Name.Value = name;
        Depth.Value++;
        Show("  before suspension");
        await Task.Yield();
        Show("  after suspension");
        Name.Value = name + "!";
        await Task.Yield();
        Show("  after the second one");
    }

    static async Task<int> Nested(int levels)
    {
        Depth.Value = levels;
        Name.Value = "level " + levels;
        int below = levels == 0 ? 0 : await Nested(levels - 1);
        if (levels % 2 == 0) await Task.Yield();
        bool kept = Depth.Value == levels && Name.Value == "level " + levels;
        return below + (kept ? 1 : 0);
    }

    static async ValueTask<string> Value(string name)
    {
        Name.Value = name;
        await Task.Yield();
        return Name.Value;
    }

    public static async Task Main()
    {
        Show("start");
        Name.Value = "main";
        await CompletesSynchronously("sync");
        Show("after a synchronous callee");
        await Suspends("async");
        Show("after a callee that suspends");
        Task started = Suspends("started");
        Show("a task is started");
        await started;
        Show("it has ended");
        Console.WriteLine(await Nested(9));
        Show("after nesting");
        Console.WriteLine(await Value("value"));
        Show("after a ValueTask");
        Depth.Value = 5;
        await Task.Yield();
        Show("own value after own suspension");
        Name.Value = null;
        await Task.Yield();
        Show("cleared");
    }
}
