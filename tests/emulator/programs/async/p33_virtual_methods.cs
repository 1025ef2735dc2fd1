// Virtual and abstract methods: async and plain implementations override each other, base calls, hidden and sealed methods.
using System;
using System.Threading.Tasks;

namespace P33;

abstract class Animal
{
    public abstract Task<string> Name();
    public virtual async Task<int> Legs()
    {
        await Task.Yield();
        return 4;
    }
    public virtual Task<string> Sound() => Task.FromResult("-"); // a plain method
    public async Task<string> Describe() => $"{await Name()} {await Legs()} {await Sound()}";
    public virtual ValueTask<int> Age() => new ValueTask<int>(1);
    protected virtual async Task Rest() => await Task.CompletedTask;
    public Task RestOnce() => Rest();
}

class Dog : Animal
{
    public int Rested;
    public override async Task<string> Name()
    {
        await Task.Yield();
        return "dog";
    }
    public override async Task<string> Sound() // async over plain
    {
        string above = await base.Sound();
        await Task.Yield();
        return "woof" + above;
    }
    public override async ValueTask<int> Age()
    {
        await Task.Yield();
        return 10 + await base.Age();
    }
    protected override async Task Rest()
    {
        await base.Rest();
        await Task.Yield();
        Rested++;
    }
}

sealed class Puppy : Dog
{
    public override Task<int> Legs() => Task.FromResult(3); // plain over async
    public sealed override async Task<string> Name() => "small " + await base.Name();
    public override Task<string> Sound() => Later(base.Sound()); // plain over async over plain
    static async Task<string> Later(Task<string> sound) => (await sound).ToUpperInvariant();
}

class Bird : Animal
{
    readonly string name;
    public Bird(string name) => this.name = name;
    public override Task<string> Name() => Task.FromResult(name);
    public override async Task<int> Legs() => await base.Legs() - 2;
}

class Parrot : Bird
{
    public Parrot() : base("parrot") { }
    public new async Task<string> Name()
    {
        await Task.Yield();
        return "hides " + await base.Name();
    }
    public override async Task<string> Sound()
    {
        await Task.Yield();
        throw new NotSupportedException(await Name());
    }
}

static class Program
{
    static async Task<string> Total(Animal[] animals)
    {
        int legs = 0, age = 0;
        string names = "";
        foreach (Animal animal in animals)
        {
            legs += await animal.Legs();
            age += await animal.Age();
            names += (await animal.Name())[0];
        }
        return $"{legs} {age} {names}";
    }

    public static async Task Main()
    {
        Animal[] animals = { new Dog(), new Puppy(), new Bird("crow"), new Parrot() };
        foreach (Animal animal in animals)
        {
            try
            {
                Console.WriteLine(await animal.Describe());
            }
            catch (NotSupportedException e)
            {
                Console.WriteLine("not supported: " + e.Message);
            }
        }
        Console.WriteLine(await Total(animals));
        Dog dog = new Puppy();
        await dog.RestOnce();
        await dog.RestOnce();
        Console.WriteLine($"{dog.Rested} {await dog.Age()} {await dog.Legs()}");
        Parrot parrot = new Parrot();
        Console.WriteLine($"{await parrot.Name()} / {await ((Animal)parrot).Name()}");
        Animal nothing = null;
        try { await nothing.Name(); } catch (NullReferenceException) { Console.WriteLine("null"); }
    }
}
