// Static and instance fields around awaits: order of evaluation, compound assignment, static constructors, volatile and readonly.
using System;
using System.Threading.Tasks;

namespace P46;

static class Settings
{
    public static readonly string Name = Log("settings");
    public static int Level = 3;
    static Settings() { } // so that the time of the initialisation is defined
    static string Log(string text) { Console.WriteLine("  initialised " + text); return text; }
}

static class Late
{
    public static int Value;
    static Late() { Console.WriteLine("  Late is initialised"); Value = 40; }
    public static async Task<int> Read()
    {
        await Task.Yield();
        return Value;
    }
}

static class Failing
{
    public static int Value = Fail();
    static Failing() { }
    static int Fail() => throw new InvalidOperationException("no value");
}

static class Typed<T>
{
    public static T Value;
    public static int Changes;
    public static async Task Set(T value)
    {
        await Task.Yield();
        Value = value;
        await Task.Yield();
        Changes++;
    }
}

class Data
{
    public int Number = 1;
    public string Text = "t";
    public double Real = 0.5;
    public int[] Items = { 1, 2, 3 };
    public Data Inner;
    public volatile int Shared;
    public (int A, string B) Pair = (1, "p");
}

static class Program
{
    static int counter;
    static string trace = "";

    static async Task<int> Next(int x)
    {
        trace += x;
        await Task.Yield();
        counter += x;
        return x;
    }

    static Data Get(Data data, string name)
    {
        trace += name;
        return data;
    }

    static async Task Compound()
    {
        var data = new Data { Inner = new Data() };
        data.Number += await Next(10);
        Get(data, "a").Number += await Next(20) * data.Number; // reads the field first
        Get(data.Inner, "b").Text += await Next(1);
        data.Real *= await Next(4);
        Get(data, "c").Items[await Next(2)] += await Next(5);
        data.Items[0] = data.Items[1] + await Next(3) + data.Items[2];
        data.Inner.Inner ??= new Data { Number = await Next(7) };
        data.Shared = await Next(6) + data.Shared;
        data.Pair = (await Next(8), data.Pair.B + await Next(9));
        data.Pair.A++;
        Console.WriteLine($"{data.Number} {data.Inner.Text} {data.Real} {data.Items[0]} {data.Items[2]} {data.Inner.Inner.Number} {data.Shared} {data.Pair}");
        Console.WriteLine(trace);
    }

    static async Task Statics()
    {
        counter = 100;
        counter += await Next(1); // the old value is read first
        Console.WriteLine(counter);
        counter = 0;
        int sum = counter + await Next(5) + counter;
        Console.WriteLine(sum);
        Settings.Level += await Next(2);
        Console.WriteLine($"{Settings.Name} {Settings.Level}");
        Console.WriteLine("before Late");
        Console.WriteLine(await Late.Read() + await Next(2) + Late.Value);
        await Typed<int>.Set(5);
        await Typed<string>.Set("five");
        await Typed<object>.Set(5.5);
        await Typed<string>.Set(Typed<string>.Value + "!");
        Console.WriteLine($"{Typed<int>.Value} {Typed<string>.Value} {Typed<object>.Value} {Typed<int>.Changes} {Typed<string>.Changes} {Typed<byte>.Changes}");
    }

    static async Task InitialiserFails()
    {
        for (int i = 0; i < 2; i++)
        {
            try
            {
                await Task.Yield();
                Failing.Value += await Next(1);
            }
            catch (TypeInitializationException e)
            {
                Console.WriteLine($"{e.TypeName} {e.InnerException.Message}");
            }
        }
    }

    static async Task NullTarget()
    {
        Data none = null;
        trace = "";
        try { none.Number = await Next(4); } catch (NullReferenceException) { Console.WriteLine($"null after {trace}"); }
        try { none.Items[await Next(5)] = 1; } catch (NullReferenceException) { Console.WriteLine($"null before {trace}"); }
        int[] items = new int[2];
        try { items[2] = await Next(6); } catch (IndexOutOfRangeException) { Console.WriteLine($"index {trace}"); }
    }

    public static async Task Main()
    {
        await Compound();
        await Statics();
        await InitialiserFails();
        await NullTarget();
    }
}
