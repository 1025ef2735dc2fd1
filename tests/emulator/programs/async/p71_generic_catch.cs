// Clauses that catch what a type variable stands for, in shared code: the runtime asks the frame for its generic
// context, also when it belongs to a method that was resumed, whose arguments all were zero.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P71;

class OwnException(string text) : Exception(text);
class OtherException(string text) : Exception(text);

static class Throwing
{
    public static async Task<int> Later(Exception error)
    {
        await Task.Yield();
        throw error;
    }
    public static async Task<int> Now(Exception error)
    {
        if (error != null) throw error;
        await Task.Yield();
        return 1;
    }
    public static Task<int> Plain(Exception error) => Later(error);
}

static class ByMethod
{
    public static async Task<string> Caught<TError>(Exception first, Exception second) where TError : Exception
    {
        string log = "";
        try
        {
            await Throwing.Now(first);
            log += "no first ";
        }
        catch (TError e)
        {
            log += "first " + e.Message + " ";
        }
        try
        {
            await Task.Yield();
            await Throwing.Later(second);
        }
        catch (TError e)
        {
            log += "second " + e.Message;
        }
        return log;
    }

    public static async Task<string> Nested<TOuter, TInner>(Exception error) where TOuter : Exception where TInner : Exception
    {
        await Task.Yield();
        try
        {
            try
            {
                await Task.Yield();
                await Throwing.Plain(error);
            }
            catch (TInner e)
            {
                return "inner " + e.Message;
            }
            finally
            {
                await Task.Yield();
            }
        }
        catch (TOuter e) when (e.Message.Length > 0)
        {
            await Task.Yield();
            return "outer " + e.Message;
        }
        return "none";
    }

    public static async Task<string> Thrown<TError>(Exception error) where TError : Exception
    {
        await Task.Yield();
        try
        {
            Raise(error); // by a frame of its own, after a suspension
        }
        catch (TError e)
        {
            return "raised " + e.Message;
        }
        return "none";
    }

    static void Raise(Exception error) => throw error;
}

static class ByType<TError> where TError : Exception
{
    public static async Task<string> Caught(Exception error)
    {
        await Task.Yield();
        try
        {
            await Throwing.Later(error);
        }
        catch (TError e)
        {
            return "static " + e.Message;
        }
        return "none";
    }
}

class ByThis<TError> where TError : Exception
{
    public async Task<string> Caught(Exception error)
    {
        await Task.Yield();
        try
        {
            await Throwing.Later(error);
        }
        catch (TError e)
        {
            return "instance " + e.Message;
        }
        return "none";
    }
}

sealed class Derived : ByThis<OtherException>;

struct ByValue<TError>(int number) where TError : Exception
{
    public async Task<string> Caught(Exception error)
    {
        int own = number;
        await Task.Yield();
        try
        {
            await Throwing.Later(error);
        }
        catch (TError e)
        {
            return "struct " + own + e.Message;
        }
        return "none";
    }
}

static class Program
{
    static async Task<string> Escapes(Func<Task<string>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e)
        {
            return "escapes: " + e.GetType().Name + " " + e.Message;
        }
    }

    public static async Task Main()
    {
        Exception own = new OwnException("own"), other = new OtherException("other");
        Console.WriteLine(await Escapes(() => ByMethod.Caught<OwnException>(null, own)));
        Console.WriteLine(await Escapes(() => ByMethod.Caught<OtherException>(other, other)));
        Console.WriteLine(await Escapes(() => ByMethod.Caught<OwnException>(own, other)));
        Console.WriteLine(await Escapes(() => ByMethod.Caught<Exception>(own, other)));
        Console.WriteLine(await Escapes(() => ByMethod.Nested<OwnException, OtherException>(own)));
        Console.WriteLine(await Escapes(() => ByMethod.Nested<OwnException, OtherException>(other)));
        Console.WriteLine(await Escapes(() => ByMethod.Nested<OwnException, OtherException>(new InvalidOperationException("no"))));
        Console.WriteLine(await Escapes(() => ByMethod.Thrown<OwnException>(own)));
        Console.WriteLine(await Escapes(() => ByMethod.Thrown<OwnException>(other)));
        Console.WriteLine(await Escapes(() => ByType<OwnException>.Caught(own)));
        Console.WriteLine(await Escapes(() => ByType<OtherException>.Caught(own)));
        Console.WriteLine(await Escapes(() => new ByThis<OwnException>().Caught(own)));
        Console.WriteLine(await Escapes(() => new ByThis<OtherException>().Caught(own)));
        Console.WriteLine(await Escapes(() => new Derived().Caught(other)));
        Console.WriteLine(await Escapes(() => new ByValue<OwnException>(7).Caught(own)));
        Console.WriteLine(await Escapes(() => new ByValue<OtherException>(8).Caught(own)));
    }
}
