// Several features at once: a recursive-descent parser and evaluator that reads its characters asynchronously.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace P61;

sealed class SyntaxError(string message, int position) : Exception($"{message} at {position}");

/// <summary>Gives its text in pieces; at the end of each it suspends.</summary>
sealed class Reader(string text, int piece)
{
    int position;

    public int Position => position;

    public async ValueTask<char> Peek()
    {
        if (position % piece == 0) await Task.Yield();
        return position < text.Length ? text[position] : '\0';
    }

    public async ValueTask<char> Next()
    {
        char c = await Peek();
        if (c != '\0') position++;
        return c;
    }
}

abstract class Expression
{
    public abstract ValueTask<double> Evaluate(Func<string, Task<double>> variables);
}

sealed class Number(double value) : Expression
{
    public override ValueTask<double> Evaluate(Func<string, Task<double>> variables) => new(value);
    public override string ToString() => value.ToString();
}

sealed class Variable(string name) : Expression
{
    public override async ValueTask<double> Evaluate(Func<string, Task<double>> variables) => await variables(name);
    public override string ToString() => name;
}

sealed class Binary(char op, Expression left, Expression right) : Expression
{
    public override async ValueTask<double> Evaluate(Func<string, Task<double>> variables)
    {
        double a = await left.Evaluate(variables), b = await right.Evaluate(variables);
        return op switch { '+' => a + b, '-' => a - b, '*' => a * b, _ => b == 0 ? throw new DivideByZeroException() : a / b };
    }
    public override string ToString() => $"({left}{op}{right})";
}

sealed class Call(string name, List<Expression> arguments) : Expression
{
    public override async ValueTask<double> Evaluate(Func<string, Task<double>> variables)
    {
        double result = name == "max" ? double.MinValue : 0;
        foreach (Expression argument in arguments)
        {
            double value = await argument.Evaluate(variables);
            result = name == "max" ? Math.Max(result, value) : result + value;
        }
        return result;
    }
    public override string ToString() => $"{name}[{string.Join(",", arguments)}]";
}

sealed class Parser(Reader reader)
{
    public async Task<Expression> Parse()
    {
        Expression result = await Sum();
        char c = await reader.Peek();
        return c == '\0' ? result : throw new SyntaxError($"unexpected '{c}'", reader.Position);
    }

    async Task<Expression> Sum()
    {
        Expression left = await Product();
        while (await reader.Peek() is '+' or '-') left = new Binary(await reader.Next(), left, await Product());
        return left;
    }

    async Task<Expression> Product()
    {
        Expression left = await Atom();
        while (await reader.Peek() is '*' or '/') left = new Binary(await reader.Next(), left, await Atom());
        return left;
    }

    async Task<Expression> Atom()
    {
        char c = await reader.Next();
        if (c == '(')
        {
            Expression inner = await Sum();
            if (await reader.Next() != ')') throw new SyntaxError("')' expected", reader.Position);
            return inner;
        }
        if (char.IsDigit(c))
        {
            double value = c - '0';
            while (char.IsDigit(await reader.Peek())) value = value * 10 + (await reader.Next() - '0');
            return new Number(value);
        }
        if (c < 'a' || c > 'z') throw new SyntaxError(c == '\0' ? "unexpected end" : $"unexpected '{c}'", reader.Position);
        string name = c.ToString();
        while (await reader.Peek() is >= 'a' and <= 'z') name += await reader.Next();
        if (await reader.Peek() != '(') return new Variable(name);
        var arguments = new List<Expression>();
        do
        {
            await reader.Next();
            arguments.Add(await Sum());
        } while (await reader.Peek() == ',');
        if (await reader.Next() != ')') throw new SyntaxError("')' expected", reader.Position);
        return new Call(name, arguments);
    }
}

static class Program
{
    static readonly Dictionary<string, double> values = new() { ["x"] = 2, ["y"] = 0.5 };

    static async Task<double> LookUp(string name)
    {
        await Task.Yield();
        return values.TryGetValue(name, out double value) ? value : throw new KeyNotFoundException("no " + name);
    }

    static async Task<string> Run(string text, int piece)
    {
        try
        {
            Expression expression = await new Parser(new Reader(text, piece)).Parse();
            return $"{expression} = {await expression.Evaluate(LookUp)}";
        }
        catch (SyntaxError e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is KeyNotFoundException or DivideByZeroException)
        {
            return e is KeyNotFoundException ? e.Message : "division by zero";
        }
    }

    public static async Task Main()
    {
        foreach (int piece in new[] { 1, 3, 1000 })
            foreach (string text in new[] { "1+2*3", "(1+2)*3-4/2", "x*x+y", "max(1,x*4,sum(1,2,3))", "12/(3-3)", "z+1", "(1+2", "1+*2", "1)2", "sum(((((5)))))*10" })
                Console.WriteLine(await Run(text, piece));
    }
}
