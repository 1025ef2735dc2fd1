// Several features at once: accounts as actors with mailboxes, transfers as sagas that undo what they did when a step fails.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P67;

sealed class Refused(string reason) : Exception(reason);

/// <summary>One message after the other, whoever sends them.</summary>
abstract class Actor
{
    Task last = Task.CompletedTask;
    public int Handled;

    protected async Task<T> Send<T>(Func<Task<T>> message)
    {
        Task before = last;
        var mine = new TaskCompletionSource();
        last = mine.Task;
        try
        {
            await before;
            Handled++;
            return await message();
        }
        finally
        {
            mine.SetResult();
        }
    }
}

sealed class Account(string name, decimal2 start) : Actor
{
    decimal2 balance = start;
    public string Name => name;

    public Task<decimal2> Withdraw(decimal2 amount) => Send(async () =>
    {
        decimal2 before = balance;
        await Task.Yield();
        if (before.Cents < amount.Cents) throw new Refused(name + " has only " + before);
        balance = new decimal2(before.Cents - amount.Cents);
        return balance;
    });

    public Task<decimal2> Deposit(decimal2 amount) => Send(async () =>
    {
        decimal2 before = balance;
        await Task.Yield();
        if (amount.Cents > 100_000) throw new Refused(name + " refuses " + amount);
        balance = new decimal2(before.Cents + amount.Cents);
        return balance;
    });

    public Task<decimal2> Balance() => Send(() => Task.FromResult(balance));
}

/// <summary>An amount of money.</summary>
readonly struct decimal2(long cents)
{
    public long Cents => cents;
    public override string ToString() => cents / 100 + "." + (cents % 100 / 10) + (cents % 10);
}

sealed class Saga
{
    readonly Stack<(string Name, Func<Task> Undo)> undo = new();
    public readonly List<string> Log = new();

    public async Task<T> Step<T>(string name, Func<Task<T>> action, Func<T, Task> compensate)
    {
        T result = await action();
        Log.Add(name);
        undo.Push((name, () => compensate(result)));
        return result;
    }

    public static async Task<(bool Good, string Log)> Run(Func<Saga, Task> body)
    {
        var saga = new Saga();
        try
        {
            await body(saga);
            return (true, string.Join(",", saga.Log));
        }
        catch (Refused e)
        {
            saga.Log.Add("!" + e.Message);
            while (saga.undo.Count > 0)
            {
                (string name, Func<Task> compensate) = saga.undo.Pop();
                await compensate();
                saga.Log.Add("undo " + name);
            }
            return (false, string.Join(",", saga.Log));
        }
    }
}

static class Program
{
    static readonly AsyncLocal<string> Auditor = new();
    static readonly List<string> audit = new();

    static Task<(bool Good, string Log)> Transfer(Account from, Account to, Account fees, long cents) => Saga.Run(async saga =>
    {
        Auditor.Value = $"{from.Name}>{to.Name}";
        var amount = new decimal2(cents);
        var fee = new decimal2(cents / 100 + 1);
        await saga.Step("withdraw", () => from.Withdraw(amount), _ => from.Deposit(amount));
        await saga.Step("fee", () => from.Withdraw(fee), _ => from.Deposit(fee));
        decimal2 left = await saga.Step("deposit", () => to.Deposit(amount), _ => to.Withdraw(amount));
        await saga.Step("collect", () => fees.Deposit(fee), _ => fees.Withdraw(fee));
        audit.Add($"{Auditor.Value}:{left}");
    });

    static async Task All()
    {
        Account a = new("a", new decimal2(100_000)), b = new("b", new decimal2(5_000)), c = new("c", new decimal2(0)), fees = new("fees", new decimal2(0));
        (Account From, Account To, long Cents)[] plan = { (a, b, 20_000), (b, c, 30_000), (a, c, 500), (c, a, 400), (b, a, 24_999), (a, b, 1_000_000), (b, c, 100) };
        var running = new List<Task<(bool, string)>>();
        foreach ((Account from, Account to, long cents) in plan) running.Add(Transfer(from, to, fees, cents));
        int good = 0;
        foreach (Task<(bool, string)> transfer in running)
        {
            (bool success, string log) = await transfer;
            if (success) good++;
            Console.WriteLine(log);
        }
        long total = 0;
        foreach (Account account in new[] { a, b, c, fees })
        {
            decimal2 balance = await account.Balance();
            total += balance.Cents;
            Console.WriteLine($"{account.Name} {balance} {account.Handled}");
        }
        Console.WriteLine($"{good} {total == 105_000} {Auditor.Value ?? "-"} {string.Join(" ", audit)}");
        (bool nothing, string large) = await Transfer(a, b, fees, 10_000_001);
        Console.WriteLine($"{nothing} {large}");
    }

    public static void Main() => Loop.Run(All);
}
