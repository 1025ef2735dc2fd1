// The sample that `readytorun demo` compiles: a bit of everything that a program does.
using System;
using System.Collections.Generic;
using System.Linq;

namespace Hello;

record Person(string Name, int Born);

interface IGreeter { string Greet(Person person); }

sealed class Polite : IGreeter { public string Greet(Person person) => $"Good day, {person.Name}."; }

sealed class Casual : IGreeter { public string Greet(Person person) => "Hi " + person.Name + "!"; }

static class Program
{
    static int Fibonacci(int n) => n < 2 ? n : Fibonacci(n - 1) + Fibonacci(n - 2);

    static double Mean(IEnumerable<int> values)
    {
        double sum = 0;
        int count = 0;
        foreach (int value in values) { sum += value; count++; }
        return count == 0 ? throw new InvalidOperationException("no values") : sum / count;
    }

    static T Largest<T>(T first, T second) where T : IComparable<T> => first.CompareTo(second) >= 0 ? first : second;

    static int Main(string[] args)
    {
        var people = new List<Person> { new("Ada", 1815), new("Grace", 1906), new("Barbara", 1939) };
        IGreeter[] greeters = { new Polite(), new Casual() };
        for (int i = 0; i < people.Count; i++) Console.WriteLine(greeters[i % 2].Greet(people[i]));
        Console.WriteLine($"Mean year of birth: {Mean(people.Select(p => p.Born)):F1}");
        Console.WriteLine($"fib(25) = {Fibonacci(25)}, largest: {Largest("pear", "apple")}, {Largest(3, 4)}");
        try { Mean(Array.Empty<int>()); }
        catch (InvalidOperationException e) { Console.WriteLine($"Caught: {e.Message}"); }
        return 0;
    }
}
