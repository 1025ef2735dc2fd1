"""What the importer makes of framework members that it expands in place: which operations, and which calls are left.

The C# source below is compiled once; each case names one of its methods, operations that its IR must contain, and the
calls that must be left (in the order of the code). That the results are right is for the programs `q01_intrinsics_*` of
the runtime tests; here it is that the expansion happened at all, and that what must not be expanded was not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from readytorun.backend.x64.abi import stack_argument_size
from readytorun.backend.x64.gc_ref_map import gc_ref_map
from readytorun.importer.abi import AbiMapper, TargetAbi
from readytorun.importer.cells import CellFactory
from readytorun.importer.inlining import InlineCandidates
from readytorun.importer.method import import_method
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.function import Function
from readytorun.ir.text import print_function
from readytorun.ir.verify import verify
from readytorun.typesystem.abi import system_v_classify
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.type_desc import TypeDesc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "runtime"))
from toolchain import find_toolchain, why_no_toolchain

SOURCE = """
using System; using System.Buffers.Binary; using System.Collections.Generic; using System.Numerics;
using System.Runtime.CompilerServices; using System.Runtime.InteropServices; using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86; using System.Runtime.Intrinsics.Arm; using System.Threading;

public interface IOwn { }
public struct Own : IOwn { public string S; public int N; }
public struct WithVector { public int A; public Vector128<int> V; }
[Flags] public enum Flag { A = 1, B = 2 }
public class Node { public Vector128<int> V; public int I; public object O; }
public class Gen<T> {
    public static bool IsInt() => typeof(T) == typeof(int);
    public static bool IsString() => typeof(T) == typeof(string);
    public static bool IsValue() => typeof(T).IsValueType;
    public static bool IsEnumerable(T x) => x is IEnumerable<T>;
}
public static unsafe class M {
    public static int Max(int a, int b) => Math.Max(a, b);
    public static ulong MinU(ulong a, ulong b) => Math.Min(a, b);
    public static double MaxD(double a, double b) => Math.Max(a, b);
    public static decimal MaxM(decimal a, decimal b) => Math.Max(a, b);
    public static double AbsD(double a) => double.Abs(a);
    public static double Sqrt(double a) => Math.Sqrt(a);
    public static float AbsF(float a) => MathF.Abs(a);
    public static double Floor(double a) => Math.Floor(a);
    public static double Round2(double a) => Math.Round(a, 2);
    public static double Sin(double a) => Math.Sin(a);
    public static int Lzc(ulong a) => BitOperations.LeadingZeroCount(a);
    public static int Tzc(int a) => int.TrailingZeroCount(a);
    public static int Pop(uint a) => BitOperations.PopCount(a);
    public static uint Rol(uint a, int n) => BitOperations.RotateLeft(a, n);
    public static long Swap(long a) => BinaryPrimitives.ReverseEndianness(a);
    public static long Bits(double a) => BitConverter.DoubleToInt64Bits(a);

    public static int Increment(ref int a) => Interlocked.Increment(ref a);
    public static long Exchange(ref long a, long b) => Interlocked.Exchange(ref a, b);
    public static int Cas(ref int a, int b, int c) => Interlocked.CompareExchange(ref a, b, c);
    public static object CasObject(ref object a, object b) => Interlocked.CompareExchange(ref a, b, null);
    public static void Fence() => Interlocked.MemoryBarrier();
    public static int VolatileRead(ref int a) => Volatile.Read(ref a);
    public static void VolatileWrite(ref object a, object b) => Volatile.Write(ref a, b);

    public static string As(object o) => Unsafe.As<string>(o);
    public static int Add(ref int a, int n) => Unsafe.Add(ref a, n);
    public static long Read(ref byte a) => Unsafe.ReadUnaligned<long>(ref a);
    public static void Write(ref byte a, Own b) => Unsafe.WriteUnaligned(ref a, b);
    public static int Size() => Unsafe.SizeOf<Own>();
    public static float Cast(int a) => Unsafe.BitCast<int, float>(a);
    public static int Unbox(object a) => Unsafe.Unbox<int>(a);
    public static ref int Data(int[] a) => ref MemoryMarshal.GetArrayDataReference(a);
    public static bool HasRefs() => RuntimeHelpers.IsReferenceOrContainsReferences<Own>();

    public static int Item(Span<int> s, int i) => s[i];
    public static bool Empty(ReadOnlySpan<char> s) => s.IsEmpty;
    public static bool EqualsText(string s) => string.Equals(s, "abcdefghij");
    public static bool EqualsOrdinal(string s) => s.Equals("ab", StringComparison.Ordinal);
    public static bool EqualsCulture(string s) => s.Equals("ab", StringComparison.CurrentCulture);
    public static bool EqualsOther(string s, string t) => string.Equals(s, t);
    public static bool StartsText(string s) => s.StartsWith("abc", StringComparison.Ordinal);
    public static bool Operator(string s) => s == "ab";
    public static int Length(string s) => s.Length;
    public static char Char(string s, int i) => s[i];
    public static int ArrayLength(int[,] a) => a.GetLength(1) + a.Length;
    public static int AnyLength(Array a) => a.Length;
    public static int[] Array() => new[] { 1, 2, 3, 4 };
    public static ReadOnlySpan<int> Data() => new[] { 1, 2, 3 };

    public static bool SameTypes() => typeof(int) == typeof(int);
    public static bool IsString(object o) => o.GetType() == typeof(string);
    public static bool Same(object a, object b) => a.GetType() == b.GetType();
    public static bool TypeIs(Type t) => t == typeof(string);
    public static bool Types(Type a, Type b) => a == b;
    public static bool IsEnum() => typeof(Flag).IsEnum;
    public static bool Has(Flag f) => f.HasFlag(Flag.B);
    public static bool OwnIs(Own x) => Is<Own>(x);
    public static bool IntIs(int x) => Is<int>(x);
    static bool Is<T>(T x) => x is IOwn;
    public static int Matched(int x) => Match<int>(x);
    static int Match<T>(T x) => x is int i ? i : 0;
    public static bool Nullable(int? x) => x.HasValue;
    public static int? NullableNew(int x) => x;
    public static Own NullableOr(Own? x) => x.GetValueOrDefault();
    public static IntPtr Native(int x) => new IntPtr(x);
    public static int Pin(string s) { fixed (char* p = s) return *p; }
    public static int NullableValue(int? x) => x.Value;
    public static void Keep(object o) => GC.KeepAlive(o);

    public static bool Linux() => OperatingSystem.IsLinux();
    public static bool Zero(IntPtr p) => p == IntPtr.Zero;
    public static bool Little() => BitConverter.IsLittleEndian;
    public static bool Neon() => AdvSimd.Arm64.IsSupported;
    public static bool Sse() => Sse2.X64.IsSupported;
    public static bool Avx() => Avx2.IsSupported;
    public static bool Wide() => Vector256.IsHardwareAccelerated;
    public static bool Simd() => Vector128.IsHardwareAccelerated;

    public static int TakesVector(Vector128<int> v) => 0;
    public static Vector<int> ReturnsVector() => default;
    [MethodImpl(MethodImplOptions.NoInlining)] public static int TakesStruct(WithVector v) => v.A;
    public static Int128 Big(long a) => a;
    public static int CallsVector(Node n) => TakesStruct(new WithVector { A = 1, V = n.V });
    public static int FieldBeside(Node n) => n.I;
    public static int ByReference(ref WithVector v) => v.A;
}
"""

# Method, text that the IR must contain, number of calls left.
CASES = [
    ("Max", ["select.i32.ge"], 0),
    ("MinU", ["select.i64.le.un"], 0),
    ("MaxD", ["fbranch.gt", "fbranch.eq", "phi.f64"], 0),
    ("MaxM", [], 1),
    ("AbsD", ["fabs"], 0),
    ("Sqrt", ["fsqrt"], 0),
    ("AbsF", ["fabs"], 0),
    ("Floor", ["fround"], 0),
    ("Round2", [], 1),
    ("Sin", [], 1),
    ("Lzc", ["lzcnt", "trunc"], 0),
    ("Tzc", ["tzcnt"], 0),
    ("Pop", ["popcnt"], 0),
    ("Rol", ["rol"], 0),
    ("Swap", ["bswap"], 0),
    ("Bits", ["bitcast"], 0),
    ("Increment", ["atomic_add", "add.i32"], 0),
    ("Exchange", ["atomic_xchg"], 0),
    ("Cas", ["atomic_cmpxchg"], 0),
    ("CasObject", [], 1),
    ("Fence", ["memory_barrier"], 0),
    ("VolatileRead", ["volatile"], 0),
    ("VolatileWrite", ["store_checked"], 0),
    ("As", [], 0),
    ("Add", ["load"], 0),
    ("Read", ["load.i64"], 0),
    ("Write", ["copy_block"], 0),
    ("Size", ["const.i32 16"], 0),
    ("Cast", ["bitcast"], 0),
    ("Unbox", ["branch"], 1),  # the helper for a mismatch
    ("Data", ["null_check"], 0),
    ("HasRefs", ["const.i32 1"], 0),
    ("Item", ["trap_if", "range"], 0),
    ("Empty", ["cmp"], 0),
    ("EqualsText", ["xor.i64", "load.i64", "invariant"], 0),
    ("EqualsOrdinal", ["load.i32", "cmp.eq"], 0),
    ("EqualsCulture", [], 1),
    ("EqualsOther", [], 1),
    ("StartsText", ["branch.ge"], 0),
    ("Operator", [], 1),
    ("Length", ["load"], 0),
    ("Char", ["trap_if", "load.u16"], 0),
    ("ArrayLength", ["load"], 0),
    ("AnyLength", [], 1),
    ("Array", ["data_addr", "copy_block"], 1),  # the allocation
    ("SameTypes", ["const.i32 1"], 0),
    ("IsString", ["cmp"], 0),
    ("Same", ["cmp"], 0),
    ("TypeIs", ["cmp"], 1),  # the Type object
    ("Types", [], 1),
    ("IsEnum", ["const.i32 1"], 0),
    ("Has", ["and.i32"], 0),
    ("OwnIs", ["const.i32 1"], 0),
    ("IntIs", [], 2),  # a foreign type may come to implement anything: box and test
    ("Matched", [], 0),
    ("Nullable", [], 0),
    ("NullableNew", ["store.u8"], 0),
    ("NullableOr", ["copy_block"], 0),
    ("Native", ["sext32"], 0),
    ("Pin", ["addr.byref"], 0),
    ("NullableValue", [], 1),
    ("Keep", [], 1),
    ("Linux", ["const.i32 1"], 0),
    ("Zero", ["cmp"], 0),
    ("Little", ["const.i32 1"], 0),
    ("Neon", ["const.i32 0"], 0),
    ("Sse", ["const.i32 1"], 0),
    ("Avx", [], 1),
    ("Wide", [], 1),
    ("Simd", ["const.i32 1"], 0),
    ("FieldBeside", ["load"], 0),
    ("ByReference", ["load"], 0),
    ("Gen.IsInt", ["const.i32 0"], 0),
    ("Gen.IsString", ["cmp"], 1),  # the lookup of T
    ("Gen.IsValue", ["const.i32 0"], 0),
]

REFUSED = ["TakesVector", "TakesStruct", "Big", "CallsVector"]


class Importer:
    """Imports methods of the compiled source."""

    def __init__(self, assembly: Path, framework: Path) -> None:
        self.context = TypeSystemContext([f"{framework}/*.dll"])
        self.module = self.context.load_module(str(assembly))
        self.module.in_version_bubble = True
        target = TargetAbi(_register_classes, gc_ref_map, stack_argument_size)
        self.abi = AbiMapper(target)
        self.cells = CellFactory(self.module, target)
        self.candidates = InlineCandidates()

    def function(self, name: str) -> Function:
        type_name, _, method_name = name.rpartition(".")
        owner = self.module.find_type("", "Gen`1" if type_name else "M")
        assert owner is not None
        if type_name:
            owner = self.context.instantiate(owner, (self.context.canon,))
        method = owner.find_method(method_name)
        assert method is not None, name
        imported = import_method(self.context, self.module, method, self.cells, self.abi, self.candidates)
        assert not verify(imported.function), print_function(imported.function)
        return imported.function


def _register_classes(type: TypeDesc) -> tuple[int, ...]:
    classes = system_v_classify(type)
    return () if classes is None else tuple(classes)


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Importer:
    toolchain = find_toolchain()
    if toolchain is None:
        pytest.skip(why_no_toolchain())
    if toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    folder = tmp_path_factory.mktemp("intrinsics")
    source = folder / "intrinsics.cs"
    source.write_text(SOURCE, encoding="utf-8")
    assembly = toolchain.compile_csharp([source], folder / "intrinsics.dll", options=["-target:library"])
    return Importer(assembly, toolchain.framework)


@pytest.mark.parametrize(("name", "expected", "calls"), CASES, ids=[case[0] for case in CASES])
def test_expansion(importer: Importer, name: str, expected: list[str], calls: int) -> None:
    text = print_function(importer.function(name))
    for part in expected:
        assert part in text, text
    assert len(re.findall(r"\bcall ", text)) == calls, text


@pytest.mark.parametrize("name", REFUSED)
def test_vectors_by_value_are_refused(importer: Importer, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        importer.function(name)
    assert caught.value.reason == Reason.VECTOR


def test_size_of_vector_t_is_unknown(importer: Importer) -> None:
    with pytest.raises(Refusal):
        importer.function("ReturnsVector")


@pytest.mark.parametrize(("name", "is_checked"), [("Floor", True), ("Pop", True), ("Lzc", False), ("Sqrt", False)])
def test_instructions_beyond_the_baseline_are_checked(importer: Importer, name: str, is_checked: bool) -> None:
    sse42 = bytes((0x30, 1, 6 * 2 + 1))
    assert (sse42 in [cell.signature for cell in importer.function(name).fixups]) == is_checked
