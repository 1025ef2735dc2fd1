// Static abstract and static virtual members that are async, on classes and structs.
//
// Not on .NET 10 as runtime-async: a constrained call to such a member of a struct calls itself without end there.
// Expected are the lines of the classic form.
using System;
using System.Threading.Tasks;

namespace P41;

interface IOperation<TSelf> where TSelf : IOperation<TSelf>
{
    static abstract Task<TSelf> Create(int value);
    static abstract ValueTask<int> Cost { get; }
    static virtual async Task<string> Describe(int value)
    {
        TSelf created = await TSelf.Create(value);
        await Task.Yield();
        return "default " + created;
    }
}

interface ICombine<T> where T : ICombine<T>
{
    static abstract Task<T> Add(T left, T right);
    static abstract T Zero { get; }
}

sealed class Reference : IOperation<Reference>, ICombine<Reference>
{
    int value;
    public static Reference Zero => new();
    public static ValueTask<int> Cost => new(1);
    public static async Task<Reference> Create(int value)
    {
        await Task.Yield();
        return new Reference { value = value };
    }
    public static async Task<Reference> Add(Reference left, Reference right)
    {
        await Task.Yield();
        return new Reference { value = left.value + right.value };
    }
    public override string ToString() => "reference " + value;
}

struct Value : IOperation<Value>, ICombine<Value>
{
    int value;
    public static Value Zero => default;
    public static ValueTask<int> Cost => Later(2);
    static async ValueTask<int> Later(int x)
    {
        await Task.Yield();
        return x;
    }
    public static async Task<Value> Create(int value)
    {
        await Task.Yield();
        return new Value { value = value * 2 };
    }
    public static async Task<string> Describe(int value) => "own " + await Create(value);
    public static Task<Value> Add(Value left, Value right) => Task.FromResult(new Value { value = left.value * 10 + right.value });
    public override string ToString() => "value " + value;
}

static class Program
{
    static async Task<string> Describe<T>(int value) where T : IOperation<T>
    {
        string text = await T.Describe(value);
        T created = await T.Create(value + 1);
        return $"{text} / {created} / {await T.Cost}";
    }

    static async Task<T> Sum<T>(params T[] values) where T : ICombine<T>
    {
        T sum = T.Zero;
        foreach (T value in values) sum = await T.Add(sum, value);
        return sum;
    }

    public static async Task Main()
    {
        Console.WriteLine(await Describe<Reference>(3));
        Console.WriteLine(await Describe<Value>(4));
        Console.WriteLine(await Sum(await Reference.Create(1), await Reference.Create(2), await Reference.Create(4)));
        Console.WriteLine(await Sum(await Value.Create(1), await Value.Create(2), await Value.Create(3)));
    }
}
