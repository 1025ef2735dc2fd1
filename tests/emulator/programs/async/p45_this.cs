// `this` live across awaits: fields read and written behind them, base classes, structs (whose methods work on a copy).
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P45;

class Account
{
    public string Owner;
    protected long balance;
    readonly List<string> history = new();

    public Account(string owner) => Owner = owner;

    public async Task<long> Deposit(long amount)
    {
        long before = balance;
        await Task.Yield();
        balance += amount;
        history.Add($"{Owner}+{amount}");
        await Save(before);
        return balance;
    }

    protected virtual async Task Save(long before)
    {
        await Task.Yield();
        history.Add($"{before}->{balance}");
    }

    public async Task<bool> Transfer(Account to, long amount)
    {
        if (balance < amount) return false;
        await Deposit(-amount);
        await to.Deposit(amount);
        return this != to && balance >= 0;
    }

    public string History => string.Join(" ", history);
    public long this[int factor] => balance * factor;
}

sealed class Savings : Account
{
    int saves;
    public Savings(string owner) : base(owner) { }

    protected override async Task Save(long before)
    {
        saves++;
        await base.Save(before);
        await Task.Yield();
        if (saves % 2 == 0) balance++;
    }

    public async Task<string> Summary()
    {
        await Task.Yield();
        return $"{Owner} {balance} {this[2]} {saves}";
    }
}

sealed class Node
{
    public Node Next;
    public int Value;
    public async Task<int> Sum()
    {
        int own = Value;
        if (Next == null) return own;
        await Task.Yield();
        int rest = await Next.Sum();
        return own + rest + (Value - own);
    }
    public async Task<Node> Append(int value)
    {
        Node last = this;
        while (last.Next != null) last = await Task.FromResult(last.Next);
        await Task.Yield();
        last.Next = new Node { Value = value };
        return this;
    }
}

struct Meter
{
    public int Count;
    public string Unit;
    public async Task<string> Read(int add)
    {
        Count += add;
        await Task.Yield();
        Count += add;
        string text = await Format();
        return text + Count;
    }
    async Task<string> Format()
    {
        string unit = Unit;
        await Task.Yield();
        Unit = "changed";
        return Count + unit + "/";
    }
    public Task<int> PlainRead(int add)
    {
        Count += add; // an ordinary method changes the original
        return Task.FromResult(Count);
    }
}

static class Program
{
    public static async Task Main()
    {
        var a = new Account("ann");
        var b = new Savings("bob");
        Console.WriteLine($"{await a.Deposit(100)} {await b.Deposit(50)}");
        Console.WriteLine($"{await a.Transfer(b, 30)} {await a.Transfer(b, 1000)} {a[1]} {b[10]}");
        Console.WriteLine(a.History);
        Console.WriteLine($"{b.History} | {await b.Summary()}");
        var list = new Node { Value = 1 };
        for (int i = 2; i <= 6; i++) list = await list.Append(i * i);
        Console.WriteLine(await list.Sum());
        var meter = new Meter { Count = 1, Unit = "m" };
        Console.WriteLine($"{await meter.Read(10)} {meter.Count} {meter.Unit}");
        int plain = await meter.PlainRead(5);
        Console.WriteLine($"{plain} {meter.Count}");
        Meter[] meters = { meter, new Meter { Unit = "k" } };
        Console.WriteLine($"{await meters[1].Read(1)} {await meters[1].PlainRead(3)} {meters[1].Count}");
    }
}
