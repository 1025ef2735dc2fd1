// Async lambdas and local functions: captured locals that change across awaits, loops, recursion, `this`, generics.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P36;

class Counter
{
    int count;

    public async Task<int> Run(int times)
    {
        Func<Task> step = async () =>
        {
            int before = count;
            await Task.Yield();
            count = before + 1;
        };
        for (int i = 0; i < times; i++) await step();
        return count;
    }

    public Func<int, Task<int>> Adder() => async x =>
    {
        count += x;
        await Task.Yield();
        return count;
    };
}

static class Program
{
    static async Task<string> Captures()
    {
        int number = 1;
        string text = "a";
        async Task Change(int by)
        {
            number += by;
            await Task.Yield();
            text += number;
        }
        await Change(10);
        number *= 2;
        await Change(1);
        Func<Task<int>> read = async () => { await Task.Yield(); return number; };
        number++;
        return $"{await read()} {text}";
    }

    static async Task<string> InLoop()
    {
        var functions = new List<Func<Task<int>>>();
        for (int i = 0; i < 4; i++)
        {
            int square = i * i;
            functions.Add(async () => { await Task.Yield(); square++; return square; });
        }
        string log = "";
        foreach (Func<Task<int>> function in functions) log += await function() + " ";
        log += await functions[3]();
        return log;
    }

    static async Task<int> Recursive(int n)
    {
        int calls = 0;
        async Task<int> Fibonacci(int k)
        {
            calls++;
            if (k < 2) return k;
            if (k == 5) await Task.Yield();
            return await Fibonacci(k - 1) + await Fibonacci(k - 2);
        }
        return await Fibonacci(n) * 1000 + calls;
    }

    static async Task<string> StaticLocal(string s)
    {
        static async Task<string> Twice(string t)
        {
            await Task.Yield();
            return t + t;
        }
        return await Twice(await Twice(s));
    }

    static async Task<T> Generic<T>(T value, int times)
    {
        var seen = new List<T>();
        async Task<T> Remember(T t)
        {
            await Task.Yield();
            seen.Add(t);
            return t;
        }
        for (int i = 0; i < times; i++) value = await Remember(value);
        Console.WriteLine($"{typeof(T).Name} {seen.Count}");
        return value;
    }

    static async Task<int> Apply(int start, Func<int, Task<int>> f, int times) => times == 0 ? start : await Apply(await f(start), f, times - 1);

    static async Task<string> Nested()
    {
        string outer = "o";
        return await new Func<Task<string>>(async () =>
        {
            string middle = outer + "m";
            await Task.Yield();
            outer += "1";
            return await new Func<Task<string>>(async () =>
            {
                await Task.Yield();
                middle += outer;
                return middle + "i";
            })();
        })() + outer;
    }

    public static async Task Main()
    {
        Console.WriteLine(await Captures());
        Console.WriteLine(await InLoop());
        Console.WriteLine(await Recursive(10));
        Console.WriteLine(await StaticLocal("ab"));
        Console.WriteLine(await Generic(5, 3));
        Console.WriteLine(await Generic("five", 2));
        Console.WriteLine(await Apply(1, async x => { await Task.Yield(); return x * 3; }, 7));
        Console.WriteLine(await Nested());
        var counter = new Counter();
        Console.WriteLine(await counter.Run(5));
        Func<int, Task<int>> add = counter.Adder();
        Console.WriteLine($"{await add(10)} {await add(100)}");
    }
}
