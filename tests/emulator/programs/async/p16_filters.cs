// Exception filters: their order, what they see of the locals after a resumption, and filters that throw or refuse.
using System;
using System.Threading.Tasks;

namespace P16;

static class Program
{
    static string log = "";

    static bool Say(string what, bool answer)
    {
        log += what + " ";
        return answer;
    }

    static async Task Throws(bool suspend, string message)
    {
        if (suspend) await Task.Yield();
        throw new InvalidOperationException(message);
    }

    static async Task<string> Order(bool suspend)
    {
        try
        {
            try
            {
                await Throws(suspend, "m");
            }
            finally
            {
                log += "finally ";
            }
        }
        catch (InvalidOperationException e) when (Say("first", false))
        {
            return "wrong " + e.Message;
        }
        catch (InvalidOperationException e) when (Say("second", e.Message == "m"))
        {
            return "right " + e.Message;
        }
        return "none";
    }

    static async Task<string> SeesLocals(bool suspend, int limit)
    {
        int attempts = 0;
        string text = "";
        while (true)
        {
            try
            {
                attempts++;
                text += "x";
                await Throws(suspend, text);
            }
            catch (InvalidOperationException e) when (attempts < limit && e.Message.Length == attempts)
            {
                await Task.Yield();
                log += attempts;
            }
            catch (InvalidOperationException e) when (e.Message == text)
            {
                return $"{attempts} {text}";
            }
        }
    }

    static async Task<string> FilterThrows(bool suspend)
    {
        int[] none = null;
        try
        {
            await Throws(suspend, "f");
        }
        catch (InvalidOperationException) when (none.Length == 0)
        {
            return "wrong";
        }
        catch (InvalidOperationException e)
        {
            return "a filter that throws is false: " + e.Message;
        }
        return "none";
    }

    static async Task<string> AcrossFrames(bool suspend)
    {
        try
        {
            await Inner(suspend);
            return "none";
        }
        catch (Exception e) when (Say("outer", e is InvalidOperationException))
        {
            return e.Message;
        }
    }

    static async Task Inner(bool suspend)
    {
        try
        {
            await Throws(suspend, "inner");
        }
        catch (Exception) when (Say("inner", false))
        {
            log += "never";
        }
    }

    static async Task Test(bool suspend)
    {
        Console.WriteLine($"{await Order(suspend)}; {log}");
        log = "";
        Console.WriteLine($"{await SeesLocals(suspend, 4)}; {log}");
        log = "";
        Console.WriteLine(await FilterThrows(suspend));
        Console.WriteLine($"{await AcrossFrames(suspend)}; {log}");
        log = "";
    }

    public static async Task Main()
    {
        await Test(false);
        await Test(true);
    }
}
