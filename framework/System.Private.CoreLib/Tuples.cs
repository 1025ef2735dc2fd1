// Tuples.
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace System
{
    public struct ValueTuple : IEquatable<ValueTuple>
    {
        public bool Equals(ValueTuple other) => true;
        public override bool Equals(object? obj) => obj is ValueTuple;
        public override int GetHashCode() => 0;
        public override string ToString() => "()";
        public static ValueTuple Create() => default;
        public static ValueTuple<T1> Create<T1>(T1 item1) => new(item1);
        public static ValueTuple<T1, T2> Create<T1, T2>(T1 item1, T2 item2) => new(item1, item2);
        public static ValueTuple<T1, T2, T3> Create<T1, T2, T3>(T1 item1, T2 item2, T3 item3) => new(item1, item2, item3);
        public static ValueTuple<T1, T2, T3, T4> Create<T1, T2, T3, T4>(T1 item1, T2 item2, T3 item3, T4 item4) => new(item1, item2, item3, item4);
        public static ValueTuple<T1, T2, T3, T4, T5> Create<T1, T2, T3, T4, T5>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5) => new(item1, item2, item3, item4, item5);
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1> : IEquatable<ValueTuple<T1>>, IComparable<ValueTuple<T1>>, IComparable, ITuple
    {
        public T1 Item1;
        public ValueTuple(T1 item1) { Item1 = item1; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1> other && Equals(other);
        public bool Equals(ValueTuple<T1> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1>)other);
        public int CompareTo(ValueTuple<T1> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ")";
        int ITuple.Length => 1;
        object? ITuple.this[int index] => index switch { 0 => Item1, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2> : IEquatable<ValueTuple<T1, T2>>, IComparable<ValueTuple<T1, T2>>, IComparable, ITuple
    {
        public T1 Item1;
        public T2 Item2;
        public ValueTuple(T1 item1, T2 item2) { Item1 = item1; Item2 = item2; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1, T2> other && Equals(other);
        public bool Equals(ValueTuple<T1, T2> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1, T2>)other);
        public int CompareTo(ValueTuple<T1, T2> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            if ((c = Comparer<T2>.Default.Compare(Item2, other.Item2)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ")";
        int ITuple.Length => 2;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2, T3> : IEquatable<ValueTuple<T1, T2, T3>>, IComparable<ValueTuple<T1, T2, T3>>, IComparable, ITuple
    {
        public T1 Item1;
        public T2 Item2;
        public T3 Item3;
        public ValueTuple(T1 item1, T2 item2, T3 item3) { Item1 = item1; Item2 = item2; Item3 = item3; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1, T2, T3> other && Equals(other);
        public bool Equals(ValueTuple<T1, T2, T3> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1, T2, T3>)other);
        public int CompareTo(ValueTuple<T1, T2, T3> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            if ((c = Comparer<T2>.Default.Compare(Item2, other.Item2)) != 0) return c;
            if ((c = Comparer<T3>.Default.Compare(Item3, other.Item3)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ")";
        int ITuple.Length => 3;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2, T3, T4> : IEquatable<ValueTuple<T1, T2, T3, T4>>, IComparable<ValueTuple<T1, T2, T3, T4>>, IComparable, ITuple
    {
        public T1 Item1;
        public T2 Item2;
        public T3 Item3;
        public T4 Item4;
        public ValueTuple(T1 item1, T2 item2, T3 item3, T4 item4) { Item1 = item1; Item2 = item2; Item3 = item3; Item4 = item4; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1, T2, T3, T4> other && Equals(other);
        public bool Equals(ValueTuple<T1, T2, T3, T4> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3) && EqualityComparer<T4>.Default.Equals(Item4, other.Item4);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1, T2, T3, T4>)other);
        public int CompareTo(ValueTuple<T1, T2, T3, T4> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            if ((c = Comparer<T2>.Default.Compare(Item2, other.Item2)) != 0) return c;
            if ((c = Comparer<T3>.Default.Compare(Item3, other.Item3)) != 0) return c;
            if ((c = Comparer<T4>.Default.Compare(Item4, other.Item4)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            hash.Add(Item4);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ", " + Item4?.ToString() + ")";
        int ITuple.Length => 4;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, 3 => Item4, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2, T3, T4, T5> : IEquatable<ValueTuple<T1, T2, T3, T4, T5>>, IComparable<ValueTuple<T1, T2, T3, T4, T5>>, IComparable, ITuple
    {
        public T1 Item1;
        public T2 Item2;
        public T3 Item3;
        public T4 Item4;
        public T5 Item5;
        public ValueTuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5) { Item1 = item1; Item2 = item2; Item3 = item3; Item4 = item4; Item5 = item5; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1, T2, T3, T4, T5> other && Equals(other);
        public bool Equals(ValueTuple<T1, T2, T3, T4, T5> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3) && EqualityComparer<T4>.Default.Equals(Item4, other.Item4) && EqualityComparer<T5>.Default.Equals(Item5, other.Item5);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1, T2, T3, T4, T5>)other);
        public int CompareTo(ValueTuple<T1, T2, T3, T4, T5> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            if ((c = Comparer<T2>.Default.Compare(Item2, other.Item2)) != 0) return c;
            if ((c = Comparer<T3>.Default.Compare(Item3, other.Item3)) != 0) return c;
            if ((c = Comparer<T4>.Default.Compare(Item4, other.Item4)) != 0) return c;
            if ((c = Comparer<T5>.Default.Compare(Item5, other.Item5)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            hash.Add(Item4);
            hash.Add(Item5);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ", " + Item4?.ToString() + ", " + Item5?.ToString() + ")";
        int ITuple.Length => 5;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, 3 => Item4, 4 => Item5, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2, T3, T4, T5, T6> : IEquatable<ValueTuple<T1, T2, T3, T4, T5, T6>>, IComparable<ValueTuple<T1, T2, T3, T4, T5, T6>>, IComparable, ITuple
    {
        public T1 Item1;
        public T2 Item2;
        public T3 Item3;
        public T4 Item4;
        public T5 Item5;
        public T6 Item6;
        public ValueTuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6) { Item1 = item1; Item2 = item2; Item3 = item3; Item4 = item4; Item5 = item5; Item6 = item6; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1, T2, T3, T4, T5, T6> other && Equals(other);
        public bool Equals(ValueTuple<T1, T2, T3, T4, T5, T6> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3) && EqualityComparer<T4>.Default.Equals(Item4, other.Item4) && EqualityComparer<T5>.Default.Equals(Item5, other.Item5) && EqualityComparer<T6>.Default.Equals(Item6, other.Item6);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1, T2, T3, T4, T5, T6>)other);
        public int CompareTo(ValueTuple<T1, T2, T3, T4, T5, T6> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            if ((c = Comparer<T2>.Default.Compare(Item2, other.Item2)) != 0) return c;
            if ((c = Comparer<T3>.Default.Compare(Item3, other.Item3)) != 0) return c;
            if ((c = Comparer<T4>.Default.Compare(Item4, other.Item4)) != 0) return c;
            if ((c = Comparer<T5>.Default.Compare(Item5, other.Item5)) != 0) return c;
            if ((c = Comparer<T6>.Default.Compare(Item6, other.Item6)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            hash.Add(Item4);
            hash.Add(Item5);
            hash.Add(Item6);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ", " + Item4?.ToString() + ", " + Item5?.ToString() + ", " + Item6?.ToString() + ")";
        int ITuple.Length => 6;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, 3 => Item4, 4 => Item5, 5 => Item6, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2, T3, T4, T5, T6, T7> : IEquatable<ValueTuple<T1, T2, T3, T4, T5, T6, T7>>, IComparable<ValueTuple<T1, T2, T3, T4, T5, T6, T7>>, IComparable, ITuple
    {
        public T1 Item1;
        public T2 Item2;
        public T3 Item3;
        public T4 Item4;
        public T5 Item5;
        public T6 Item6;
        public T7 Item7;
        public ValueTuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7) { Item1 = item1; Item2 = item2; Item3 = item3; Item4 = item4; Item5 = item5; Item6 = item6; Item7 = item7; }
        public override bool Equals(object? obj) => obj is ValueTuple<T1, T2, T3, T4, T5, T6, T7> other && Equals(other);
        public bool Equals(ValueTuple<T1, T2, T3, T4, T5, T6, T7> other) => EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3) && EqualityComparer<T4>.Default.Equals(Item4, other.Item4) && EqualityComparer<T5>.Default.Equals(Item5, other.Item5) && EqualityComparer<T6>.Default.Equals(Item6, other.Item6) && EqualityComparer<T7>.Default.Equals(Item7, other.Item7);
        public int CompareTo(object? other) => other == null ? 1 : CompareTo((ValueTuple<T1, T2, T3, T4, T5, T6, T7>)other);
        public int CompareTo(ValueTuple<T1, T2, T3, T4, T5, T6, T7> other)
        {
            int c;
            if ((c = Comparer<T1>.Default.Compare(Item1, other.Item1)) != 0) return c;
            if ((c = Comparer<T2>.Default.Compare(Item2, other.Item2)) != 0) return c;
            if ((c = Comparer<T3>.Default.Compare(Item3, other.Item3)) != 0) return c;
            if ((c = Comparer<T4>.Default.Compare(Item4, other.Item4)) != 0) return c;
            if ((c = Comparer<T5>.Default.Compare(Item5, other.Item5)) != 0) return c;
            if ((c = Comparer<T6>.Default.Compare(Item6, other.Item6)) != 0) return c;
            if ((c = Comparer<T7>.Default.Compare(Item7, other.Item7)) != 0) return c;
            return 0;
        }
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            hash.Add(Item4);
            hash.Add(Item5);
            hash.Add(Item6);
            hash.Add(Item7);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ", " + Item4?.ToString() + ", " + Item5?.ToString() + ", " + Item6?.ToString() + ", " + Item7?.ToString() + ")";
        int ITuple.Length => 7;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, 3 => Item4, 4 => Item5, 5 => Item6, 6 => Item7, _ => throw new IndexOutOfRangeException() };
    }
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public struct ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> where TRest : struct
    {
        public T1 Item1;
        public T2 Item2;
        public T3 Item3;
        public T4 Item4;
        public T5 Item5;
        public T6 Item6;
        public T7 Item7;
        public TRest Rest;
        public ValueTuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7, TRest rest) { Item1 = item1; Item2 = item2; Item3 = item3; Item4 = item4; Item5 = item5; Item6 = item6; Item7 = item7; Rest = rest; }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ", " + Item4?.ToString() + ", " + Item5?.ToString() + ", " + Item6?.ToString() + ", " + Item7?.ToString() + ", " + Rest.ToString()!.Substring(1);
    }
    public class Tuple<T1> : ITuple
    {
        public T1 Item1 { get; }
        public Tuple(T1 item1) { Item1 = item1; }
        public override bool Equals(object? obj) => obj is Tuple<T1> other && EqualityComparer<T1>.Default.Equals(Item1, other.Item1);
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ")";
        int ITuple.Length => 1;
        object? ITuple.this[int index] => index switch { 0 => Item1, _ => throw new IndexOutOfRangeException() };
    }
    public class Tuple<T1, T2> : ITuple
    {
        public T1 Item1 { get; }
        public T2 Item2 { get; }
        public Tuple(T1 item1, T2 item2) { Item1 = item1; Item2 = item2; }
        public override bool Equals(object? obj) => obj is Tuple<T1, T2> other && EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2);
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ")";
        int ITuple.Length => 2;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, _ => throw new IndexOutOfRangeException() };
    }
    public class Tuple<T1, T2, T3> : ITuple
    {
        public T1 Item1 { get; }
        public T2 Item2 { get; }
        public T3 Item3 { get; }
        public Tuple(T1 item1, T2 item2, T3 item3) { Item1 = item1; Item2 = item2; Item3 = item3; }
        public override bool Equals(object? obj) => obj is Tuple<T1, T2, T3> other && EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3);
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ")";
        int ITuple.Length => 3;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, _ => throw new IndexOutOfRangeException() };
    }
    public class Tuple<T1, T2, T3, T4> : ITuple
    {
        public T1 Item1 { get; }
        public T2 Item2 { get; }
        public T3 Item3 { get; }
        public T4 Item4 { get; }
        public Tuple(T1 item1, T2 item2, T3 item3, T4 item4) { Item1 = item1; Item2 = item2; Item3 = item3; Item4 = item4; }
        public override bool Equals(object? obj) => obj is Tuple<T1, T2, T3, T4> other && EqualityComparer<T1>.Default.Equals(Item1, other.Item1) && EqualityComparer<T2>.Default.Equals(Item2, other.Item2) && EqualityComparer<T3>.Default.Equals(Item3, other.Item3) && EqualityComparer<T4>.Default.Equals(Item4, other.Item4);
        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(Item1);
            hash.Add(Item2);
            hash.Add(Item3);
            hash.Add(Item4);
            return hash.ToHashCode();
        }
        public override string ToString() => "(" + Item1?.ToString() + ", " + Item2?.ToString() + ", " + Item3?.ToString() + ", " + Item4?.ToString() + ")";
        int ITuple.Length => 4;
        object? ITuple.this[int index] => index switch { 0 => Item1, 1 => Item2, 2 => Item3, 3 => Item4, _ => throw new IndexOutOfRangeException() };
    }
    public static class Tuple
    {
        public static Tuple<T1> Create<T1>(T1 item1) => new(item1);
        public static Tuple<T1, T2> Create<T1, T2>(T1 item1, T2 item2) => new(item1, item2);
        public static Tuple<T1, T2, T3> Create<T1, T2, T3>(T1 item1, T2 item2, T3 item3) => new(item1, item2, item3);
        public static Tuple<T1, T2, T3, T4> Create<T1, T2, T3, T4>(T1 item1, T2 item2, T3 item3, T4 item4) => new(item1, item2, item3, item4);
    }
}
