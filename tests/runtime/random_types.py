"""C# types with random fields, for comparing layouts and calling conventions with what the real runtime does."""

from __future__ import annotations

import random
from collections.abc import Callable

HEADER = """using System; using System.Collections.Generic; using System.Reflection;
using System.Runtime.CompilerServices; using System.Runtime.InteropServices;
public enum E1 : byte { A } public enum E2 : ulong { A } public struct Empty { }
"""
PRIMITIVES = [
    "bool",
    "byte",
    "sbyte",
    "char",
    "short",
    "ushort",
    "int",
    "uint",
    "long",
    "ulong",
    "float",
    "double",
    "nint",
    "nuint",
]
REFERENCES = ["object", "string", "int[]", "IDisposable"]
SMALL_STRUCTS = [
    "int?", "long?", "byte?", "DateTime", "TimeSpan", "Half", "Index", "(int,byte)", "(byte,object)", "(float,float)",
    "KeyValuePair<byte,long>", "KeyValuePair<string,byte>", "System.Numerics.Vector2", "System.Numerics.Vector3", "E1",
    "E2", "Guid", "decimal", "Empty", "void*", "delegate*<void>", "Memory<byte>",
]  # fmt: skip
LARGE_STRUCTS = [
    "Int128", "UInt128", "(string,short,byte)", "(byte,long)?", "System.Runtime.Intrinsics.Vector128<int>", "Range",
    "System.Runtime.Intrinsics.Vector64<int>", "System.Runtime.Intrinsics.Vector256<byte>", "ArraySegment<int>",
    "System.Threading.CancellationToken", "DayOfWeek",
]  # fmt: skip


class TypeMaker:
    """Declares types one after another; later ones use earlier ones.

    Attributes:
        declarations: C# text of each type.
        closed: C# names of the types to examine, generic ones with arguments.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.declarations: list[str] = []
        self.closed: list[str] = []
        self.structs: list[str] = []
        self.generics: list[str] = []
        self.classes: list[str] = []

    def field_type(self) -> str:
        pick = self.random.random()
        if pick < 0.5:
            return self.random.choice(PRIMITIVES)
        if pick < 0.65:
            return self.random.choice(REFERENCES)
        if pick < 0.8 and self.structs:
            return self.random.choice(self.structs)
        if pick < 0.85 and self.generics:
            argument = "*"
            while "*" in argument:
                argument = self.field_type()
            return f"{self.random.choice(self.generics)}<{argument}>"
        return self.random.choice(SMALL_STRUCTS + LARGE_STRUCTS)

    def fields(self, counts: list[int], prefix: str = "f", type_of: Callable[[], str] | None = None) -> str:
        make = type_of or self.field_type
        return " ".join(f"public {make()} {prefix}{i};" for i in range(self.random.choice(counts)))

    def declare(self, name: str, text: str) -> None:
        self.declarations.append(text)
        self.closed.append(name)

    def layout_attribute(self, reference: bool) -> str:
        pick = self.random.random()
        if pick < 0.15 and not reference:
            return "[StructLayout(LayoutKind.Auto)] "
        if pick < 0.3:
            return f"[StructLayout(LayoutKind.Sequential, Pack={self.random.choice([1, 2, 4, 8, 16])})] "
        if pick < 0.36:
            return f"[StructLayout(LayoutKind.Sequential, Size={self.random.choice([1, 5, 12, 40, 100])})] "
        return "[StructLayout(LayoutKind.Sequential)] " if reference else ""

    def struct(self, name: str) -> None:
        fields = self.fields([0, 1, 1, 2, 3, 3, 4, 5, 6])
        self.declare(name, f"{self.layout_attribute(False)}public unsafe struct {name} {{ {fields} }}")
        self.structs.append(name)

    def explicit_struct(self, name: str) -> None:
        types = ["byte", "bool", "char", "short", "int", "long", "double", "float", "Int128", "Guid", "DateTime"]
        fields = [
            f"[FieldOffset({self.random.randrange(24)})] public {self.random.choice(types)} f{i};"
            for i in range(self.random.choice([1, 2, 3, 4]))
        ]
        if self.random.random() < 0.3:
            fields.append("[FieldOffset(40)] public string s;")
        extra = self.random.choice(["", "", ", Size=30", ", Size=64", ", Pack=1", ", Pack=4"])
        self.declare(name, f"[StructLayout(LayoutKind.Explicit{extra})] public struct {name} {{ {' '.join(fields)} }}")
        self.structs.append(name)

    def inline_array(self, name: str) -> None:
        length = self.random.choice([1, 2, 3, 7])
        self.declare(name, f"[InlineArray({length})] public unsafe struct {name} {{ {self.field_type()} e; }}")
        self.structs.append(name)

    def generic_struct(self, name: str) -> None:
        fields = self.fields([1, 2, 3, 4], type_of=lambda: self.random.choice(["T", "T", self.field_type()]))
        auto = self.random.choice(["", "", "[StructLayout(LayoutKind.Auto)] "])
        self.declarations.append(f"{auto}public unsafe struct {name}<T> {{ {fields} }}")
        self.generics.append(name)
        self.closed += [f"{name}<{argument}>" for argument in ("byte", "long", "string", "int")]

    def ref_struct(self, name: str) -> None:
        fields = [f"public {self.field_type()} f{i};" for i in range(3)]
        text = f"public ref int a; {fields[0]} public Span<int> s; {fields[1]} public ref byte z; {fields[2]}"
        self.declare(name, f"public unsafe ref struct {name} {{ {text} }}")

    def class_(self, name: str) -> None:
        base = ""
        layout = ""
        pick = self.random.random()
        if pick < 0.6 and self.classes:
            base = f" : {self.random.choice(self.classes)}"
        elif pick < 0.75:
            base = " : " + self.random.choice(["Exception", "Attribute", "List<int>", "System.IO.MemoryStream"])
        elif pick < 0.85:
            layout = self.layout_attribute(True)
        statics = "".join(
            f"{self.random.choice(['[ThreadStatic] ', '', ''])}public static {self.field_type()} s{i}; "
            for i in range(self.random.choice([0, 0, 3, 8]))
        )
        fields = self.fields([0, 1, 2, 3, 4, 6, 8], f"{name}_")
        self.declare(name, f"{layout}public unsafe class {name}{base} {{ {fields} {statics}}}")
        if not layout:
            self.classes.append(name)

    def make(self, count: int) -> None:
        """Declare `count` types of all sorts."""
        for index in range(count):
            pick = self.random.random()
            for limit, declare, letter in (
                (0.40, self.struct, "S"),
                (0.48, self.explicit_struct, "S"),
                (0.54, self.inline_array, "S"),
                (0.62, self.generic_struct, "G"),
                (0.66, self.ref_struct, "R"),
                (1.00, self.class_, "C"),
            ):
                if pick < limit:
                    declare(f"{letter}{index}")
                    break

    def make_small_structs(self, count: int) -> None:
        """Declare `count` structs of which many fit into two registers."""

        def small_type() -> str:
            pick = self.random.random()
            if pick < 0.6:
                return self.random.choice([*PRIMITIVES, "float", "double", "int"])
            return self.random.choice(self.structs if pick < 0.8 and self.structs else SMALL_STRUCTS + REFERENCES)

        attributes = ["", "", "", "", "Pack=1", "Pack=2", "Size=16", "Size=12", "Size=9"]
        for index in range(count):
            name = f"S{index}"
            pick = self.random.random()
            if pick < 0.7:
                attribute = self.random.choice(attributes)
                layout = f"[StructLayout(LayoutKind.Sequential, {attribute})] " if attribute else ""
                body = self.fields([0, 1, 1, 2, 2, 2, 3, 3, 4], type_of=small_type)
                self.declare(name, f"{layout}public unsafe struct {name} {{ {body} }}")
            elif pick < 0.8:
                fields = "".join(
                    f"[FieldOffset({self.random.choice([0, 0, 4, 8, 8, 12, 2])})] "
                    f"public {self.random.choice(['byte', 'int', 'float', 'double', 'long', 'short'])} f{i}; "
                    for i in range(self.random.choice([1, 2, 3]))
                )
                self.declare(name, f"[StructLayout(LayoutKind.Explicit)] public struct {name} {{ {fields}}}")
            elif pick < 0.9:
                element = self.random.choice(["float", "double", "int", "byte", "long", "object"])
                length = self.random.choice([1, 2, 3, 4])
                self.declare(name, f"[InlineArray({length})] public struct {name} {{ {element} e; }}")
            else:
                element = self.random.choice(["float", "double", "int", "byte", "long"])
                buffer = f"public fixed {element} b[{self.random.choice([1, 2, 3, 4])}];"
                self.declare(name, f"public unsafe struct {name} {{ {buffer} }}")
            self.structs.append(name)
