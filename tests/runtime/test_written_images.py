"""Images with hand-written machine code, run by the real runtime: it must take the code, and not compile the methods.

The methods use every way out of compiled code that an image offers: a call through a lazy method cell, a helper behind
a lazy cell, an eager helper, a string cell, data of an RVA field, and an exception handler.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain import find_toolchain, why_no_toolchain

from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.tables import TableId
from readytorun.r2r import unwind_arm64, unwind_x64
from readytorun.r2r.cells import helper_cell
from readytorun.r2r.gcinfo import GcInfo, RegisterSlot, encode_gc_info
from readytorun.r2r.hashes import method_hash, type_hash
from readytorun.r2r.manifest import ManifestBuilder
from readytorun.r2r.model import (
    Cell,
    CodeLabel,
    CodePart,
    CompiledMethod,
    DebugBound,
    EHClause,
    EHClauseKind,
    FieldRvaData,
    ImportSectionKind,
    MethodEntry,
    ReadOnlyData,
    Relocation,
    RelocationKind,
    RelocationTarget,
    ThunkKind,
)
from readytorun.r2r.primitives import compressed
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine, OperatingSystem, Target
from readytorun.r2r.writer import write_image

pytestmark = pytest.mark.runtime

SOURCE = """
using System;
using System.Runtime.CompilerServices;

class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)] static int Add(int a, int b) => a + b;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Twice(int a) => Add(a, a);
    [MethodImpl(MethodImplOptions.NoInlining)] static object Make() => new Program();
    [MethodImpl(MethodImplOptions.NoInlining)] static string Hello() => "hello";
    [MethodImpl(MethodImplOptions.NoInlining)] static int Fifth() => Data[4];
    [MethodImpl(MethodImplOptions.NoInlining)] static double Third() => 1.0 / 3;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Guard(object o)
    {
        try { return o.GetHashCode() * 0 + 1; } catch (NullReferenceException) { return 2; }
    }
    [MethodImpl(MethodImplOptions.NoInlining)] static int Jump() => 66;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Direct(int a) => Add(a, a);
    [MethodImpl(MethodImplOptions.NoInlining)] static object Foreign() => null;
    [MethodImpl(MethodImplOptions.NoInlining)] static int Hidden(int a) => a;
    [MethodImpl(MethodImplOptions.NoInlining)] static T Same<T>(T value) => value;

    static ReadOnlySpan<byte> Data => [1, 2, 3, 4, 55, 6, 7, 8, 9, 10];

    static int Main()
    {
        Console.WriteLine(Add(3, 4));
        Console.WriteLine(Twice(21));
        Console.WriteLine(Make().GetType().Name);
        Console.WriteLine(Hello());
        Console.WriteLine(Fifth());
        Console.WriteLine(Third());
        Console.WriteLine(Guard("x") + Guard(null) * 10);
        Console.WriteLine(Same(77));
        Console.WriteLine(Jump());
        Console.WriteLine(Direct(44));
        Console.WriteLine(Foreign()?.GetType().Name ?? "StringBuilder");
        Console.WriteLine((char)(Hidden(11) == 11 ? 'B' : Hidden(11)));
        return 42;
    }
}
"""
EXPECTED = "7\n42\nProgram\nhello\n55\n0.3333333333333333\n21\n77\n66\n88\nStringBuilder\nB\n"
METHODS = ("Add", "Twice", "Make", "Hello", "Fifth", "Third", "Guard", "Same", "Jump", "Direct", "Foreign", "Hidden")


class Input:
    """The compiled C# program, and rows of its metadata by name."""

    def __init__(self, path: Path) -> None:
        self.assembly = AssemblyFile.open(path)
        reader = self.assembly.reader
        self._names = [reader.string(name) for name in reader.column(TableId.METHOD_DEF, "Name")]
        self._types = [reader.string(name) for name in reader.column(TableId.TYPE_DEF, "TypeName")]
        self._references = [reader.string(name) for name in reader.column(TableId.TYPE_REF, "TypeName")]
        self.manifest_index = reader.row_count(TableId.ASSEMBLY_REF) + 1
        self.field_rid = reader.column(TableId.FIELD_RVA, "Field")[0]

    def method(self, name: str) -> int:
        return self._names.index(name) + 1

    def type(self, name: str) -> int:
        return self._types.index(name) + 1

    def reference(self, name: str) -> int:
        return self._references.index(name) + 1

    def string_row(self, method: str) -> int:
        """Row of the user string that a method loads first."""
        body = read_method_body(
            self.assembly.image, self.assembly.reader.column(TableId.METHOD_DEF, "RVA")[self.method(method) - 1]
        )
        assert body.code[0] == 0x72
        return int(struct.unpack_from("<I", body.code, 1)[0]) & 0xFFFFFF


def manifest() -> ManifestBuilder:
    """Rows for what the C# program does not mention, one of them internal to the core library."""
    builder = ManifestBuilder()
    core = builder.core_library()
    builder.type_ref(core, "System.Text", "StringBuilder")
    hexadecimal = builder.type_ref(core, "System", "HexConverter")
    builder.member_ref(hexadecimal, "ToCharUpper", b"\x00\x01\x03\x08")  # static char (int)
    return builder


def cells(source: Input) -> dict[str, Cell]:
    """The import cells that the hand-written code uses."""
    return {
        "Add": Cell(ImportSectionKind.METHOD, b"\x14" + compressed(source.method("Add")), ThunkKind.METHOD_CALL, b"\0"),
        "new": Cell(ImportSectionKind.HELPER, b"\x1c\x12" + compressed(source.type("Program") << 2), ThunkKind.HELPER),
        "hello": Cell(ImportSectionKind.STRING, b"\x1b" + compressed(source.string_row("Hello"))),
        "foreign": Cell(
            ImportSectionKind.HELPER, b"\x9c" + compressed(source.manifest_index) + b"\x12\x05", ThunkKind.HELPER
        ),
        "hidden": Cell(
            ImportSectionKind.METHOD,
            b"\x93" + compressed(source.manifest_index) + b"\x10\x01",
            ThunkKind.METHOD_CALL,
            b"\0",
        ),
        "throw_null": helper_cell(0x25),
        "exception": Cell(
            ImportSectionKind.PRECODE, b"\x10\x12" + compressed(source.reference("NullReferenceException") << 2 | 1)
        ),
    }


def x64_methods(source: Input) -> dict[str, CompiledMethod]:
    """Code for System V x64."""
    cell = cells(source)
    leaf = unwind_x64.encode_prolog([])
    frame = unwind_x64.encode_prolog([unwind_x64.allocate(4, 8)])
    rbp_frame = unwind_x64.encode_prolog([unwind_x64.push(1, 5)])

    def simple(code: str, unwind: bytes, info: GcInfo | None = None, **rest: object) -> CompiledMethod:
        content = bytes.fromhex(code)
        info = info or GcInfo(0)
        info.code_length = len(content)
        rest.setdefault("relocations", ())
        return CompiledMethod(
            content,
            parts=(CodePart(0, len(content), unwind),),
            gc_info=encode_gc_info(info, 0x8664),
            **rest,  # type: ignore[arg-type]
        )

    def at(offset: int, target: RelocationTarget, addend: int = 0) -> tuple[Relocation, ...]:
        return (Relocation(offset, RelocationKind.REL32, target, addend),)

    # push rbp; mov rbp,rsp | test rdi,rdi; je 17 | mov eax,1; 15: pop rbp; ret | 17: call [throw]; int3 | funclet
    guard = bytes.fromhex("55 4889e5 4885ff 7407 b801000000 5d c3 ff1500000000 cc")
    funclet_start = len(guard)
    # push rax; lea rax,[resume]; add rsp,8; ret
    funclet = bytes.fromhex("50 488d0500000000 4883c408 c3")
    resume = bytes.fromhex("b802000000 5d c3")
    # The place to continue at lies in the main body, so it goes in front of the funclet.
    main = guard + resume
    distance = funclet_start - (len(main) + 8)
    funclet = funclet[:4] + struct.pack("<i", distance) + funclet[8:]
    code = main + funclet
    throw_at = guard.index(b"\xff\x15")
    handler = CompiledMethod(
        code,
        at(throw_at + 2, cell["throw_null"]),
        (
            CodePart(0, len(main), rbp_frame),
            CodePart(len(main), len(code), unwind_x64.encode_prolog([unwind_x64.allocate(1, 8)])),
        ),
        encode_gc_info(GcInfo(len(code), 5, leaf_or_tail_calls=True, safe_points=[throw_at + 6]), 0x8664),
        eh_clauses=(
            EHClause(
                EHClauseKind.TYPED,
                4,
                throw_at + 7,
                len(main),
                len(code),
                0x01000000 | source.reference("NullReferenceException"),
            ),
        ),
        fixups=(cell["exception"],),
    )
    return {
        "Add": simple("8d0437 c3", leaf),
        "Twice": simple(
            "4883ec08 89fe ff1500000000 4883c408 c3",
            frame,
            GcInfo(0, safe_points=[12]),
            relocations=at(8, cell["Add"]),
        ),
        "Make": simple(
            "4883ec08 ff1500000000 4883c408 c3",
            frame,
            GcInfo(0, safe_points=[10], registers=[RegisterSlot(0)], live=[1]),
            relocations=at(6, cell["new"]),
        ),
        "Hello": simple(
            "488b0500000000 488b00 c3",
            leaf,
            relocations=at(3, cell["hello"]),
            fixups=(cell["hello"],),
            debug_bounds=(DebugBound(0, -2), DebugBound(0, 0), DebugBound(10, 5)),
        ),
        "Fifth": simple("0fb60500000000 c3", leaf, relocations=at(3, FieldRvaData(source.field_rid), 4)),
        "Third": simple(
            "f20f100500000000 c3",
            leaf,
            relocations=at(4, ReadOnlyData(8)),
            read_only_data=struct.pack("<dd", 0, 1 / 3),
            read_only_data_alignment=16,
        ),
        "Guard": handler,
        # mov rax,[rip+table]; jmp rax; int3; 10: mov eax,66; ret
        "Jump": simple(
            "488b0500000000 ffe0 cc b842000000 c3",
            leaf,
            relocations=at(3, ReadOnlyData(8)),
            read_only_data=bytes(16),
            data_relocations=(Relocation(8, RelocationKind.DIR64, CodeLabel("", 10)),),
        ),
        "Direct": simple(
            "4883ec08 89fe e800000000 4883c408 c3",
            frame,
            GcInfo(0, safe_points=[11]),
            relocations=at(7, CodeLabel("Add")),
        ),
        "Foreign": simple(
            "4883ec08 ff1500000000 4883c408 c3",
            frame,
            GcInfo(0, safe_points=[10], registers=[RegisterSlot(0)], live=[1]),
            relocations=at(6, cell["foreign"]),
        ),
        "Hidden": simple(
            "4883ec08 ff1500000000 4883c408 c3",
            frame,
            GcInfo(0, safe_points=[10]),
            relocations=at(6, cell["hidden"]),
        ),
        "Same": simple("89f8 c3", leaf),
    }


def arm64_methods(source: Input) -> dict[str, CompiledMethod]:
    """Code for arm64; the methods that need nothing but calls, cells and data."""
    cell = cells(source)
    leaf_codes = bytes((unwind_arm64.END,))
    frame_codes = bytes((unwind_arm64.SET_FP, 0x81, unwind_arm64.END))
    enter = (0xA9BF7BFD, 0x910003FD)  # stp x29,x30,[sp,#-16]!; mov x29,sp
    leave = (0xA8C17BFD, 0xD65F03C0)  # ldp x29,x30,[sp],#16; ret
    call = (0x9000000B, 0x9100016B, 0xF9400170, 0xD63F0200)  # adrp x11; add x11; ldr x16,[x11]; blr x16

    def pair(offset: int, target: RelocationTarget, addend: int = 0) -> tuple[Relocation, ...]:
        return (
            Relocation(offset, RelocationKind.ARM64_PAGE21, target, addend),
            Relocation(offset + 4, RelocationKind.ARM64_LO12_ADD, target, addend),
        )

    def simple(*words: int, info: GcInfo | None = None, **rest: object) -> CompiledMethod:
        content = struct.pack(f"<{len(words)}I", *words)
        if info is None:
            info = GcInfo(len(content))
            unwind = unwind_arm64.UnwindInfo(len(content), leaf_codes, (), 0)
        else:
            info.code_length = len(content)
            info.base_register = 29
            epilog = unwind_arm64.EpilogScope(len(content) - 8, 1)
            unwind = unwind_arm64.UnwindInfo(len(content), frame_codes, (epilog,))
        rest.setdefault("relocations", ())
        part = CodePart(0, len(content), unwind_arm64.encode_unwind_info(unwind))
        return CompiledMethod(content, parts=(part,), gc_info=encode_gc_info(info, 0xAA64), **rest)  # type: ignore[arg-type]

    return {
        "Add": simple(0x0B010000, 0xD65F03C0),
        "Twice": simple(
            *enter, 0x2A0003E1, *call, *leave, info=GcInfo(0, safe_points=[28]), relocations=pair(12, cell["Add"])
        ),
        "Make": simple(
            *enter,
            *call,
            *leave,
            info=GcInfo(0, safe_points=[24], registers=[RegisterSlot(0)], live=[1]),
            relocations=pair(8, cell["new"]),
        ),
        "Hello": simple(
            0x90000000,
            0x91000000,
            0xF9400000,
            0xF9400000,
            0xD65F03C0,
            relocations=pair(0, cell["hello"]),
            fixups=(cell["hello"],),
        ),
        "Fifth": simple(
            0x90000000, 0x91000000, 0x39400000, 0xD65F03C0, relocations=pair(0, FieldRvaData(source.field_rid), 4)
        ),
        "Third": simple(
            0x90000000,
            0x91000000,
            0xFD400000,
            0xD65F03C0,
            relocations=pair(0, ReadOnlyData(8)),
            read_only_data=struct.pack("<dd", 0, 1 / 3),
        ),
        # adrp x0; add x0; ldr x0,[x0]; br x0; brk 0; mov w0,66; ret
        "Jump": simple(
            0x90000000,
            0x91000000,
            0xF9400000,
            0xD61F0000,
            0xD4200000,
            0x52800840,
            0xD65F03C0,
            relocations=pair(0, ReadOnlyData(8)),
            read_only_data=bytes(16),
            data_relocations=(Relocation(8, RelocationKind.DIR64, CodeLabel("", 20)),),
        ),
        "Direct": simple(
            *enter,
            0x2A0003E1,
            0x94000000,
            *leave,
            info=GcInfo(0, safe_points=[16]),
            relocations=(Relocation(12, RelocationKind.ARM64_BRANCH26, CodeLabel("Add")),),
        ),
        "Same": simple(0xD65F03C0),
    }


def entries(source: Input, methods: dict[str, CompiledMethod]) -> list[MethodEntry]:
    """Entry points; `Same<int>` is an instantiation and goes by its signature."""
    result = []
    for name, compiled in methods.items():
        rid = source.method(name)
        if name != "Same":
            result.append(MethodEntry(compiled, method_def_rid=rid, name=name, symbol=name))
            continue
        hash_code = method_hash(type_hash(b"", b"Program"), b"Same", [type_hash(b"System", b"Int32")])
        signature = b"\x04" + compressed(rid) + b"\x01\x08"
        result.append(MethodEntry(compiled, instance_signature=signature, instance_hash=hash_code, name=name))
    return result


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Input:
    toolchain = find_toolchain()
    if toolchain is None or toolchain.csc is None:
        pytest.skip(why_no_toolchain() if toolchain is None else "no C# compiler")
    folder = tmp_path_factory.mktemp("writer")
    file = folder / "writer.cs"
    file.write_text(SOURCE, encoding="utf-8")
    return Input(toolchain.compile_csharp([file], folder / "il" / "writer.dll"))


def run_x64(app: Path) -> tuple[int, str, set[str]]:
    toolchain = find_toolchain()
    assert toolchain is not None
    result = toolchain.run(app, list_jitted=True)
    return result.exit_code, result.stdout, {method.name for method in result.jitted}


def run_arm64(app: Path) -> tuple[int, str, set[str]]:
    root = Path(os.environ.get("R2R_DOTNET", "/nowhere"))
    launcher, framework = root / "corerun" / "corerun-arm64", root / "linux-arm64"
    qemu = shutil.which("qemu-aarch64")
    libraries = Path("/usr/aarch64-linux-gnu")
    if qemu is None or not launcher.exists() or not libraries.exists():
        pytest.skip("needs qemu-aarch64, its C library, and an arm64 runtime under R2R_DOTNET")
    jitted = app.with_suffix(".jitted")
    variables = os.environ | {
        "DOTNET_EnableWriteXorExecute": "0",
        "DOTNET_GCHeapHardLimit": "0x10000000",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "DOTNET_JitStdOutFile": str(jitted),
        "DOTNET_JitDisasmSummary": "1",
        "DOTNET_TieredPGO": "0",
    }
    command = [qemu, "-L", str(libraries), str(launcher), str(framework), str(app)]
    done = subprocess.run(command, env=variables, capture_output=True, timeout=120, check=False, text=True)
    names = re.findall(r"JIT compiled (\S+)", jitted.read_text(encoding="utf-8") if jitted.exists() else "")
    return done.returncode, done.stdout, set(names)


@pytest.mark.parametrize(
    ("machine", "make", "run"),
    [
        pytest.param(Machine.AMD64, x64_methods, run_x64, id="x64"),
        pytest.param(Machine.ARM64, arm64_methods, run_arm64, id="arm64"),
    ],
)
def test_the_runtime_uses_the_code(
    source: Input,
    tmp_path: Path,
    machine: Machine,
    make: Callable[[Input], dict[str, CompiledMethod]],
    run: Callable[[Path], tuple[int, str, set[str]]],
) -> None:
    methods = make(source)
    target = Target(machine, OperatingSystem.LINUX)
    content = write_image(source.assembly, target, entries(source, methods), manifest=manifest().to_bytes())
    assert content == write_image(source.assembly, target, entries(source, methods), manifest=manifest().to_bytes())
    app = tmp_path / "writer.dll"
    app.write_bytes(content)

    image = R2RImage.open(app)
    assert [method.code for method in image.methods if not method.fixups] != []
    assert len(image.methods) == len(methods)

    exit_code, stdout, jitted = run(app)
    assert (exit_code, stdout) == (42, EXPECTED)
    compiled = {name.partition("(")[0].partition("[")[0].removeprefix("Program:") for name in jitted}
    assert "Main" in compiled, "the list of compiled methods cannot be trusted"
    assert not compiled & set(methods)
    assert compiled >= set(METHODS) - set(methods)


def test_wrong_code_is_noticed(source: Input, tmp_path: Path) -> None:
    """The test above can fail: an image whose Add subtracts prints something else."""
    methods = x64_methods(source)
    broken = CompiledMethod(
        bytes.fromhex("89f829f0c3"),
        (),
        (CodePart(0, 5, unwind_x64.encode_prolog([])),),
        encode_gc_info(GcInfo(5), 0x8664),
    )
    app = tmp_path / "writer.dll"
    target = Target(Machine.AMD64, OperatingSystem.LINUX)
    app.write_bytes(
        write_image(source.assembly, target, entries(source, methods | {"Add": broken}), manifest=manifest().to_bytes())
    )
    assert run_x64(app)[1].startswith("-1\n0\n")


def test_other_majors_fall_back_to_il(source: Input, tmp_path: Path) -> None:
    app = tmp_path / "writer.dll"
    target = Target(Machine.AMD64, OperatingSystem.LINUX, 15, 0)
    app.write_bytes(
        write_image(source.assembly, target, entries(source, x64_methods(source)), manifest=manifest().to_bytes())
    )
    exit_code, stdout, jitted = run_x64(app)
    assert (exit_code, stdout) == (42, EXPECTED)
    assert any(name.startswith("Program:Add(") for name in jitted)
