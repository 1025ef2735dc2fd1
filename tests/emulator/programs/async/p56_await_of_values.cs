// Awaits of tasks that are values already: fields, properties, array elements, parameters, results of casts and of await itself.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P56;

class Holder
{
    public Task<int> Field;
    public static Task<string> Static;
    public Task<int> Property { get; set; }
    public Task<int> Computed => Field.IsCompleted ? Field : Property;
    public Task<int> this[int index] => index == 0 ? Field : Property;
}

static class Program
{
    static async Task<int> Later(int x)
    {
        await Task.Yield();
        return x;
    }

    static async Task<string> Text(string s)
    {
        await Task.Yield();
        return s;
    }

    static T Identity<T>(T value) => value;
    static Task<int> Same(Task<int> task) => task;
    static async Task<int> Parameter(Task<int> task) => await task + 1;
    static async Task<T> Generic<T>(Task<T> task) => await task;
    static async Task<Task<int>> TaskOfTask(int x)
    {
        await Task.Yield();
        return Later(x);
    }

    static async Task<int> OfHolder(Holder holder)
    {
        int sum = await holder.Field;
        sum += await holder.Property * 10;
        sum += await holder.Computed * 100;
        sum += await holder[1] * 1000;
        return sum + (await Holder.Static).Length * 10000;
    }

    static async Task<int> OfArray(Task<int>[] tasks)
    {
        int sum = 0;
        for (int i = 0; i < tasks.Length; i++) sum = sum * 10 + await tasks[i];
        foreach (Task<int> task in tasks) sum += await task;
        return sum;
    }

    static async Task<string> SameTaskTwice()
    {
        Task<int> task = Later(3);
        int first = await task, second = await task;
        Task[] all = { task, Text("t"), Task.CompletedTask };
        foreach (Task each in all) await each;
        return $"{first}{second} {await (Task<string>)all[1]}";
    }

    static async Task<string> FirstCome(Gate<int> a, Gate<int> b)
    {
        Task<int> left = a.Wait(), right = b.Wait();
        Task<int> first = await Task.WhenAny(left, right);
        return (first == left ? "left" : "right") + await first + (await Task.WhenAll(left, right))[0];
    }

    static async Task<int> InOrderOfCompletion(List<Task<int>> tasks)
    {
        int result = 0;
        while (tasks.Count > 0)
        {
            Task<int> done = await Task.WhenAny(tasks);
            tasks.Remove(done);
            result = result * 10 + await done;
        }
        return result;
    }

    static async Task<int> After(int yields, int value)
    {
        for (int i = 0; i < yields; i++) await Task.Yield();
        return value;
    }

    static async Task All()
    {
        Holder.Static = Text("static");
        Console.WriteLine(await OfHolder(new Holder { Field = Later(1), Property = Later(2) }));
        Console.WriteLine(await OfArray(new[] { Later(1), Task.FromResult(2), Later(3) }));
        Console.WriteLine(await SameTaskTwice());
        Console.WriteLine(await Identity(Later(4)) + await Same(Later(5)) + await Parameter(Later(6)));
        Console.WriteLine(await Generic(Later(7)) + await Generic(Text("g")) + await await Generic(TaskOfTask(8)));
        Console.WriteLine(await await TaskOfTask(9));
        Console.WriteLine(await (true ? Later(10) : null) + await (Task<int>)(object)Later(11));
        Gate<int> a = new(), b = new();
        Task<string> first = FirstCome(a, b);
        b.Open(2);
        a.Open(1);
        Console.WriteLine(await first);
        Console.WriteLine(await InOrderOfCompletion(new List<Task<int>> { After(5, 1), After(1, 2), After(9, 3), After(3, 4), After(0, 5) }));
    }

    public static void Main() => Loop.Run(All);
}
