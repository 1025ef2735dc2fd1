// References live in suspended frames while the collector runs: recursion with boxed arguments, linked lists, arrays, closures.
using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P51;

sealed class Node
{
    public object Value;
    public Node Next;
}

static class Program
{
    static void Collect()
    {
        var garbage = new List<object>();
        for (int i = 0; i < 50; i++) garbage.Add(new byte[i * 10]);
        GC.Collect();
    }

    static async Task<long> Recursive(int n, object boxed, string text, int[] array)
    {
        object own = n * 3L;
        string longer = text + n;
        if (n == 0)
        {
            await Task.Yield();
            Collect();
            return (long)own + (int)boxed;
        }
        long below = await Recursive(n - 1, (int)boxed + 1, longer.Length > 12 ? "" : longer, new[] { n, array[0] });
        if (n % 5 == 0)
        {
            Collect();
            await Task.Yield();
        }
        return below + (long)own + (int)boxed + longer.Length + array[0];
    }

    static async Task<Node> Build(int count)
    {
        Node head = null;
        for (int i = 0; i < count; i++)
        {
            head = new Node { Value = i % 2 == 0 ? i : "n" + i, Next = head };
            await Task.Yield();
            if (i % 7 == 0) Collect();
        }
        return head;
    }

    static async Task<string> Walk(Node head)
    {
        int numbers = 0, texts = 0;
        for (Node node = head; node != null; node = node.Next)
        {
            await Task.Yield();
            if (node.Value is int i) numbers += i;
            else texts += ((string)node.Value).Length;
        }
        return numbers + " " + texts;
    }

    static async Task<string> Parked(Gate<string> gate, int id)
    {
        var data = new Dictionary<string, object> { ["id"] = id, ["text"] = "text" + id };
        object[] array = { data, id, new string('p', id + 1) };
        Func<string> later = () => (string)data["text"] + array[1];
        string opened = await gate.Wait();
        Collect();
        return opened + later() + ((string)array[2]).Length;
    }

    static async Task<WeakReference> Forgets()
    {
        var weak = Make(out object strong);
        await Task.Yield();
        string kept = strong.ToString();
        strong = null;
        await Task.Yield();
        return kept.Length == 4 ? weak : null;
    }

    static WeakReference Make(out object strong)
    {
        strong = new Weighty();
        return new WeakReference(strong);
    }

    sealed class Weighty { public override string ToString() => "mass"; }

    static async Task All()
    {
        Console.WriteLine(await Recursive(60, 1000, "t", new[] { 1 }));
        Node list = await Build(60);
        Collect();
        Console.WriteLine(await Walk(list));
        Console.WriteLine(await Forgets() != null);
    }

    public static void Main()
    {
        Loop.Run(All);
        var gate = new Gate<string>();
        var parked = new Task<string>[30];
        for (int i = 0; i < parked.Length; i++) parked[i] = Parked(gate, i);
        Collect();
        gate.Open("open ");
        string all = "";
        for (int i = 0; i < parked.Length; i += 7) all += parked[i].Result + "; ";
        Console.WriteLine(all);
    }
}
