"""Tail calls and jmp: the cells that they jump through, and random signatures on the real runtime.

What each form of call does a million calls deep is in `programs/il10_tail_calls.il`, `il11_jmp.il` and
`il12_tail_suspension.il`.
"""

from __future__ import annotations

import random

import pytest
from harness import MODES, PROGRAMS, Harness
from iced_x86 import Code, Decoder, Instruction, Mnemonic, OpKind, Register

from readytorun.r2r.reader import ImportCell, R2RImage

pytestmark = [pytest.mark.runtime]

METHOD_SECTION = 4
ORDINARY_THUNK = bytes.fromhex("33c0")  # xor eax, eax: the cell is found from the return address
JUMPABLE_THUNK = bytes.fromhex("6a")  # push: rax is the cell


# ---- cells


def thunk_of(image: R2RImage, cell: ImportCell) -> bytes:
    """The first bytes of the code that a fresh cell leads to."""
    return image.reader_at(cell.initial - image.image.image_base, 2).take(2)


def method_cells(image: R2RImage, instructions: list[Instruction]) -> tuple[set[int], set[int]]:
    """RVAs of the method entry cells that some code calls through, and of those that it jumps through.

    Asserts that each is used in the only way that its thunk allows.
    """
    called: set[int] = set()
    jumped: set[int] = set()
    in_rax = -1
    for instruction in instructions:
        cell = None
        if instruction.is_ip_rel_memory_operand:
            cell = image.cells_by_rva.get(instruction.ip_rel_memory_address)
        if instruction.mnemonic == Mnemonic.LEA and instruction.op0_register == Register.RAX:
            in_rax = cell.rva if cell is not None else -1
        if cell is not None and cell.section == METHOD_SECTION:
            if instruction.mnemonic == Mnemonic.CALL:
                called.add(cell.rva)
            else:
                assert instruction.code == Code.LEA_R64_M and instruction.op0_register == Register.RAX, str(instruction)
        elif instruction.code == Code.JMP_RM64 and instruction.op0_kind == OpKind.MEMORY:
            assert instruction.memory_base in (Register.RAX, Register.R11), str(instruction)
            if instruction.memory_base == Register.RAX:
                jumped.add(in_rax)
    return called, jumped


def code_of(image: R2RImage, name: str = "") -> list[Instruction]:
    """The instructions of the method of that name, or of all methods."""
    metadata = image.metadata
    assert metadata is not None
    found: list[Instruction] = []
    for method in image.methods:
        rid = method.method_def_rid
        if not name or (rid and metadata.string(metadata.column(0x06, "Name")[rid - 1]) == name):
            found += list(Decoder(64, method.code, ip=method.rva))
    assert found, name
    return found


@pytest.mark.parametrize("program", ["il10_tail_calls", "il11_jmp", "il12_tail_suspension"])
def test_calls_and_jumps_go_through_cells_of_their_own(harness: Harness, program: str) -> None:
    if harness.toolchain.ilasm is None:
        pytest.skip("no IL assembler: set R2R_DOTNET")
    prepared = harness.prepare(PROGRAMS / f"{program}.il")
    assert not prepared.error, prepared.error
    image = R2RImage.open(prepared.compiled)
    called, jumped = method_cells(image, code_of(image))
    assert called and jumped and not called & jumped
    cells = image.cells_by_rva
    assert {thunk_of(image, cells[rva]) for rva in called} == {ORDINARY_THUNK}
    assert {thunk_of(image, cells[rva])[:1] for rva in jumped} == {JUMPABLE_THUNK}


def test_a_method_that_is_called_and_jumped_to_has_two_cells(harness: Harness) -> None:
    if harness.toolchain.ilasm is None:
        pytest.skip("no IL assembler: set R2R_DOTNET")
    prepared = harness.prepare(PROGRAMS / "il11_jmp.il")
    assert not prepared.error, prepared.error
    image = R2RImage.open(prepared.compiled)
    called, jumped = method_cells(image, code_of(image, "Two"))
    assert len(called) == len(jumped) == 1 and called != jumped
    cells = image.cells_by_rva
    fixups = {image.fixup_of(cells[rva]) for rva in called | jumped}
    assert len(fixups) == 1, fixups
    maps = image.gc_ref_maps_of(METHOD_SECTION)
    first, second = (maps[cells[rva].slot] for rva in called | jumped)
    assert first == second


# ---- without the prefix


@pytest.mark.parametrize("mode", MODES)
def test_calls_in_front_of_ret_take_no_stack(harness: Harness, mode: str) -> None:
    """Three million deep, where a frame of each would need more than the stack has."""
    if harness.toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    prepared = harness.prepare(PROGRAMS / "p54_implicit_tail_calls.cs")
    assert not prepared.error, prepared.error
    depth = ["3000000"]
    optimised = {"DOTNET_TieredCompilation": "0"}  # else the JIT makes calls of them, and the stack overflows
    expected = harness.toolchain.run(prepared.il, depth, optimised)
    assert expected.exit_code == prepared.expected_exit_code
    result = harness.toolchain.run(prepared.compiled, depth, MODES[mode])
    assert result.outcome == expected.outcome, result.stderr[:2000]


# ---- random signatures

# Of each type: how IL spells it, and its fields as (path of names, what shows it); an empty path is the value itself.
SCALARS = {
    "int8": "int32", "uint16": "int32", "int32": "int32", "int64": "int64", "float32": "float64", "float64": "float64",
    "string": "string", "object": "object",
}  # fmt: skip
STRUCTS = {
    "S1": ["uint16"],
    "S3": ["int8", "int8", "int8"],
    "S12": ["int32", "float32", "int32"],
    "S16": ["object", "int64"],
    "SF": ["float64", "float32"],
    "SM": ["float64", "string"],
    "S24": ["int64", "object", "int64"],
    "S40": ["float64", "string", "int32", "object", "int64"],
    "S144": ["int64", "string", "int32", "object", *["int64"] * 7, "string", *["float64"] * 6],
}
HEADER = """
.assembly extern System.Runtime { .ver 10:0:0:0 .publickeytoken = (B0 3F 5F 7F 11 D5 0A 3A) }
.assembly extern System.Console { .ver 10:0:0:0 .publickeytoken = (B0 3F 5F 7F 11 D5 0A 3A) }
.assembly NAME { }
.module NAME.dll
"""


def il_type(name: str) -> str:
    return f"valuetype {name}" if name in STRUCTS else name


class ProgramMaker:
    """Pairs of methods of random signatures: the first leaves for the second, with its arguments in another order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.next = 1

    def constant(self, type: str) -> str:
        """IL that makes a value that no other argument has."""
        n = self.next
        self.next += 1
        match type:
            case "int8":
                return f"ldc.i4 {n % 255 - 127}"
            case "uint16":
                return f"ldc.i4 {n * 7919 % 65536}"
            case "int32":
                return f"ldc.i4 {n * 1000003}"
            case "int64":
                return f"ldc.i8 {n * 10000000019}"
            case "float32":
                return f"ldc.r4 {n}.5"
            case "float64":
                return f"ldc.r8 {n}.25"
            case "string":
                return f'ldstr "s{n}"'
            case "object":
                return f"ldc.i4 {n} box [System.Runtime]System.Int32"
        fields = " ".join(self.constant(field) for field in STRUCTS[type])
        return f"{fields} call valuetype {type} Program::Make{type}({', '.join(STRUCTS[type])})"

    def show(self, type: str, load: str, load_address: str) -> str:
        """IL that prints a value."""
        if type in SCALARS:
            return f"{load} call void Program::Show({SCALARS[type]})"
        return " ".join(
            f"{load_address} ldfld {field} {type}::f{i} call void Program::Show({SCALARS[field]})"
            for i, field in enumerate(STRUCTS[type])
        )

    def pair(self, number: int, jump: bool) -> tuple[str, str]:
        """Two methods, and the code that calls the first."""
        pick = self.random
        types = list(SCALARS) + list(STRUCTS)
        params = [pick.choice(types) for _ in range(pick.randrange(1, 14))]
        result = pick.choice(["void", *types])
        passed = list(range(len(params)))
        if not jump:
            pick.shuffle(passed)
            passed = passed[: pick.randrange(len(passed) + 1)]
        own = ", ".join(il_type(p) for p in params)
        target = ", ".join(il_type(params[i]) for i in passed)
        body = ""
        if pick.random() < 0.25:
            # A frame with a frame pointer, and arguments that live across a handler.
            body += "    .try { newobj instance void [System.Runtime]System.Exception::.ctor() throw }\n"
            body += "    catch [System.Runtime]System.Exception { pop leave.s after }\n  after:\n"
        elif jump and pick.random() < 0.25:
            body += "    ldc.i4 24 conv.u localloc pop\n"
        for index in range(len(params)):
            # Some of the arguments change before the jump.
            if pick.random() < 0.3:
                body += f"    {self.constant(params[index])} starg {index}\n"
        if jump:
            body += f"    jmp {il_type(result)} Program::To{number}({target})\n"
        else:
            body += "".join(f"    ldarg {index}\n" for index in passed)
            body += f"    tail. call {il_type(result)} Program::To{number}({target}) ret\n"
        shows = "".join(f"    {self.show(params[i], f'ldarg {k}', f'ldarga {k}')}\n" for k, i in enumerate(passed))
        value = self.constant(result) if result != "void" else ""
        # A collection while nothing but the callee's own argument places keeps the references.
        collect = "    ldc.i4 500 newarr [System.Runtime]System.Object pop\n"
        text = (
            f"  .method private static {il_type(result)} To{number}({target}) cil managed noinlining\n"
            f"  {{\n    .maxstack 64\n{collect}{shows}    {value} ret\n  }}\n"
            f"  .method private static {il_type(result)} From{number}({own}) cil managed noinlining\n"
            f"  {{\n    .maxstack 64\n{body}  }}\n"
        )
        arguments = " ".join(self.constant(p) for p in params)
        call = f"{arguments} call {il_type(result)} Program::From{number}({own})"
        local = f"    .locals init ({il_type(result)} v)\n" if result != "void" else ""
        after = f"stloc.0 {self.show(result, 'ldloc.0', 'ldloca 0')}" if result != "void" else ""
        name = f"Call{number}"
        text += (
            f"  .method private static void {name}() cil managed noinlining\n  {{\n    .maxstack 64\n{local}"
            f'    ldstr "{number}:" call void Program::Show(string)\n    {call}\n    {after} ret\n  }}\n'
        )
        return text, f"    call void Program::{name}()\n"

    def program(self, name: str, count: int) -> str:
        text = HEADER.replace("NAME", name)
        for struct, fields in STRUCTS.items():
            text += f".class private sequential sealed {struct} extends [System.Runtime]System.ValueType {{ "
            text += " ".join(f".field public {field} f{i}" for i, field in enumerate(fields)) + " }\n"
        text += ".class private abstract sealed Program extends [System.Runtime]System.Object\n{\n"
        for type in ("int32", "int64", "float64", "string", "object"):
            text += f"  .method private static void Show({type}) cil managed noinlining {{ ldarg.0 "
            text += f"call void [System.Console]System.Console::WriteLine({type}) ret }}\n"
        for struct, fields in STRUCTS.items():
            text += f"  .method private static valuetype {struct} Make{struct}({', '.join(fields)}) cil managed {{ "
            text += f".locals init (valuetype {struct} v) "
            text += " ".join(f"ldloca 0 ldarg {i} stfld {f} {struct}::f{i}" for i, f in enumerate(fields))
            text += " ldloc.0 ret }\n"
        calls = ""
        for number in range(count):
            methods, call = self.pair(number, jump=number % 3 == 0)
            text += methods
            calls += call
        text += "  .method public static int32 Main() cil managed\n  {\n    .entrypoint\n"
        return text + f"{calls}    ldc.i4 {count} ret\n  }}\n}}\n"


PAIRS = 90


@pytest.mark.parametrize("seed", range(3))
def test_random_signatures(harness: Harness, seed: int) -> None:
    toolchain = harness.toolchain
    if toolchain.ilasm is None:
        pytest.skip("no IL assembler: set R2R_DOTNET")
    name = f"random_tail_calls_{seed}"
    folder = harness.folder / name
    folder.mkdir(exist_ok=True)
    source = folder / f"{name}.il"
    source.write_text(ProgramMaker(seed).program(name, PAIRS), encoding="utf-8")
    assembled = toolchain.assemble_il(source, folder / "il" / f"{name}.dll")
    expected = toolchain.run(assembled)
    assert expected.exit_code == PAIRS, expected.stderr
    (folder / "r2r").mkdir(exist_ok=True)
    compiled = folder / "r2r" / assembled.name
    harness.compiler.compile([assembled], compiled, [])
    # Fewer arguments may take more of the stack, if another struct gets the registers: that needs a helper.
    reasons = harness.compiler.reasons(compiled)
    assert all("bytes of stack arguments where the caller has" in reason for reason in reasons), reasons
    assert len(reasons) <= PAIRS // 10, reasons
    for mode, environment in MODES.items():
        result = toolchain.run(compiled, environment=environment)
        assert result.outcome == expected.outcome, f"{mode}: {result.stderr}"
