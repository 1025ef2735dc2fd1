// Several features at once: an interpreter of a little stack machine whose input, output and calls are asynchronous.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P70;

enum Op : byte { Push, Add, Sub, Mul, Dup, Swap, Jump, JumpZero, Call, Return, Read, Write, Throw, Try, EndTry, Spawn, Join, Halt }

readonly struct Instruction(Op op, int operand)
{
    public Op Op => op;
    public int Operand => operand;
}

sealed class MachineError(string message, int at) : Exception($"{message} at {at}");

interface IDevice
{
    ValueTask<int> Read();
    ValueTask Write(int value);
}

sealed class Device(Queue<int> input, List<int> output) : IDevice
{
    public async ValueTask<int> Read()
    {
        await Task.Yield();
        return input.Count > 0 ? input.Dequeue() : throw new InvalidOperationException("end of input");
    }
    public ValueTask Write(int value)
    {
        output.Add(value);
        return value % 2 == 0 ? default : new ValueTask(Slow());
    }
    static async Task Slow() => await Task.Yield();
}

sealed class Machine(Instruction[] code, IDevice device)
{
    public long Steps;

    public async Task<int> Run(int at, int argument)
    {
        var stack = new Stack<int>();
        var children = new Queue<Task<int>>();
        stack.Push(argument);
        int handler = -1;
        while (true)
        {
            try
            {
                int result = await Execute(stack, children, at, h => handler = h);
                return result;
            }
            catch (Exception e) when (handler >= 0 && e is MachineError or InvalidOperationException)
            {
                at = handler;
                handler = -1;
                stack.Clear();
                stack.Push(e.Message.Length);
            }
        }
    }

    async Task<int> Execute(Stack<int> stack, Queue<Task<int>> children, int at, Action<int> setHandler)
    {
        while (true)
        {
            Steps++;
            if (Steps % 64 == 0) await Task.Yield();
            Instruction i = code[at++];
            switch (i.Op)
            {
                case Op.Push: stack.Push(i.Operand); break;
                case Op.Add: stack.Push(stack.Pop() + stack.Pop()); break;
                case Op.Sub: stack.Push(-stack.Pop() + stack.Pop()); break;
                case Op.Mul: stack.Push(stack.Pop() * stack.Pop()); break;
                case Op.Dup: stack.Push(stack.Peek()); break;
                case Op.Swap: (int a, int b) = (stack.Pop(), stack.Pop()); stack.Push(a); stack.Push(b); break;
                case Op.Jump: at = i.Operand; break;
                case Op.JumpZero: if (stack.Pop() == 0) at = i.Operand; break;
                case Op.Call: stack.Push(await Run(i.Operand, stack.Pop())); break;
                case Op.Return: return stack.Pop();
                case Op.Read: stack.Push(await device.Read()); break;
                case Op.Write: await device.Write(stack.Pop()); break;
                case Op.Throw: throw new MachineError("error " + i.Operand, at - 1);
                case Op.Try: setHandler(i.Operand); break;
                case Op.EndTry: setHandler(-1); break;
                case Op.Spawn: children.Enqueue(Run(i.Operand, stack.Pop())); break;
                case Op.Join: stack.Push(await children.Dequeue()); break;
                default: return children.Count;
            }
        }
    }
}

static class Program
{
    static Instruction[] Assemble(string text)
    {
        string[] words = text.Split(' ');
        var code = new List<Instruction>();
        foreach (string word in words)
        {
            int colon = word.IndexOf(':');
            string name = colon < 0 ? word : word.Substring(0, colon);
            int operand = colon < 0 ? 0 : int.Parse(word.Substring(colon + 1));
            for (Op op = Op.Push; op <= Op.Halt; op++)
                if (op.ToString() == name) code.Add(new Instruction(op, operand));
        }
        return code.ToArray();
    }

    static async Task Test(string name, string text, int argument, params int[] input)
    {
        var output = new List<int>();
        var machine = new Machine(Assemble(text), new Device(new Queue<int>(input), output));
        string result;
        try
        {
            result = (await machine.Run(0, argument)).ToString();
        }
        catch (Exception e)
        {
            result = e.Message;
        }
        Console.WriteLine($"{name}: {result} [{string.Join(",", output)}] {machine.Steps} steps");
    }

    static async Task All()
    {
        await Test("factorial", "Dup JumpZero:8 Dup Push:1 Sub Call:0 Mul Return Push:1 Return", 10);
        await Test("sum of input", "Push:0 Swap Dup JumpZero:11 Push:1 Sub Swap Read Add Swap Jump:2 Add Dup Write Return", 4, 10, 20, 30, 40);
        await Test("countdown", "Dup Write Dup JumpZero:7 Push:1 Sub Jump:0 Return", 5);
        await Test("error", "Push:5 Write Throw:7", 0);
        await Test("handled", "Try:5 Push:1 Write Throw:7 Halt Dup Write Return", 0);
        await Test("handled below", "Try:3 Call:5 Return Push:100 Return Throw:3", 1);
        await Test("end of input", "Try:4 Read Write Jump:1 Write Push:-1 Return", 0, 3, 4, 5);
        await Test("parallel", "Push:6 Spawn:12 Push:7 Spawn:12 Push:8 Spawn:12 Join Join Join Add Add Return Dup Write Dup JumpZero:19 Push:1 Sub Jump:12 Push:5 Add Return", 0);
        await Test("fibonacci", "Dup JumpZero:15 Dup Push:1 Sub JumpZero:15 Dup Push:1 Sub Call:0 Swap Push:2 Sub Call:0 Add Return", 12);
        await Test("loop", "Push:1000 Push:1 Sub Dup JumpZero:6 Jump:1 Return", 0);
    }

    public static void Main() => Loop.Run(All);
}
