// Awaits in nested protected regions: resumption jumps into the middle of several of them.
using System;
using System.Threading.Tasks;

namespace P17;

static class Program
{
    static async Task<int> Step(int value, int failAt)
    {
        await Task.Yield();
        if (value == failAt) throw new InvalidOperationException("step " + value);
        return value;
    }

    static async Task<string> Nested(int failAt)
    {
        string log = "";
        int total = 0;
        try
        {
            total += await Step(1, failAt);
            try
            {
                total += await Step(2, failAt);
                try
                {
                    total += await Step(3, failAt);
                    try
                    {
                        total += await Step(4, failAt);
                    }
                    finally
                    {
                        log += "d";
                        total += await Step(5, failAt);
                    }
                    total += await Step(6, failAt);
                }
                catch (InvalidOperationException e) when (e.Message == "step 3" || e.Message == "step 5")
                {
                    log += "C";
                    total += await Step(7, failAt) * 100;
                }
                finally
                {
                    log += "c";
                }
                total += await Step(8, failAt);
            }
            catch (InvalidOperationException) when (failAt != 2)
            {
                log += "B";
                total += await Step(9, failAt) * 1000;
            }
            total += await Step(10, failAt);
        }
        catch (InvalidOperationException e)
        {
            log += "A(" + e.Message + ")";
        }
        finally
        {
            log += "a";
            await Task.Yield();
        }
        return $"{failAt}: {log} {total}";
    }

    static async Task<int> SiblingRegions(int failAt)
    {
        int bits = 0;
        for (int i = 0; i < 4; i++)
        {
            try { await Step(i * 3, failAt); bits |= 1 << (i * 3); } catch (InvalidOperationException) { bits |= 1 << 20; }
            try { await Step(i * 3 + 1, failAt); } finally { bits |= 1 << (i * 3 + 1); }
            try { try { await Step(i * 3 + 2, failAt); } finally { bits |= 1 << (i * 3 + 2); } } catch (InvalidOperationException) { bits |= 1 << 21; }
        }
        return bits;
    }

    static async Task<string> TryInCatch(int failAt)
    {
        try
        {
            await Step(1, 1);
        }
        catch (InvalidOperationException outer)
        {
            try
            {
                await Step(2, failAt);
                return outer.Message;
            }
            catch (InvalidOperationException inner)
            {
                try
                {
                    await Step(3, failAt + 1);
                    return outer.Message + ", " + inner.Message;
                }
                catch (InvalidOperationException innermost)
                {
                    return outer.Message + ", " + inner.Message + ", " + innermost.Message;
                }
            }
        }
        return "none";
    }

    public static async Task Main()
    {
        for (int failAt = 0; failAt <= 10; failAt++) Console.WriteLine(await Nested(failAt));
        foreach (int failAt in new[] { -1, 0, 3, 5, 11 }) Console.WriteLine(await SiblingRegions(failAt));
        try { await SiblingRegions(4); } catch (InvalidOperationException e) { Console.WriteLine(e.Message); }
        Console.WriteLine(await TryInCatch(0));
        Console.WriteLine(await TryInCatch(2));
        Console.WriteLine(await TryInCatch(-5));
    }
}
