"""Listings of methods: of an image written here, line by line; of real images, as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import sample
from written_images import CALL, STRING, compiled, with_section, written_image

from readytorun.errors import BadImageError
from readytorun.inspect.disassembly.method import ListingOptions, method_instructions, method_listing
from readytorun.inspect.disassembly.parts import method_parts
from readytorun.inspect.eh_text import funclet_role
from readytorun.inspect.image import Image
from readytorun.inspect.lines import Style, plain_text
from readytorun.inspect.symbols import SymbolKind
from readytorun.metadata.assembly import AssemblyFile
from readytorun.r2r import gcinfo, unwind_arm64, unwind_x64
from readytorun.r2r.constants import SectionType
from readytorun.r2r.gcinfo import BASE_FRAME_REGISTER, INTERIOR, GcInfo, RegisterSlot, StackSlot
from readytorun.r2r.model import (
    Cell,
    CodeLabel,
    CodePart,
    CompiledMethod,
    DebugBound,
    EHClause,
    EHClauseKind,
    ImportSectionKind,
    MethodEntry,
    ReadOnlyData,
    Relocation,
    RelocationKind,
)
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.runtime_functions import encode_hot_cold_map
from readytorun.r2r.target import Machine, OperatingSystem, Target
from readytorun.r2r.writer import write_image

X64 = Target(Machine.AMD64, OperatingSystem.LINUX)
ARM64 = Target(Machine.ARM64, OperatingSystem.LINUX)
NOTHING = ListingOptions()
EVERYTHING = ListingOptions(gc=True, unwind=True, eh=True, debug=True, raw=True)
STUB_CELL = Cell(ImportSectionKind.PRECODE, b"\x38", rva_of="stub")
DOTNET = Path(os.environ.get("R2R_DOTNET", "/nonexistent"))
REAL = [
    *sorted(DOTNET.glob("shared/Microsoft.NETCore.App/*/System.Linq.dll")),
    *DOTNET.glob("linux-arm64/System.Linq.dll"),
]

MAIN = (
    "55"  # 00 push rbp
    "ff1500000000"  # 01 call [cell]
    "7402"  # 07 je 0b
    "6690"  # 09 nop
    "e806000000"  # 0b call 16
    "5d"  # 10 pop rbp
    "c3"  # 11 ret
    "cccccccc"  # 12
)
FUNCLETS = ("555dc3", "31c0c3", "488d05ebffffffc3")  # finally at 16, filter at 19, catch at 1c: lea rax, [0e]; ret


def method_with_everything() -> CompiledMethod:
    """A method with a finally, a catch with a filter, safe points and IL offsets."""
    code = bytes.fromhex(MAIN + "".join(FUNCLETS))
    ends = (0x16, 0x19, 0x1C, len(code))
    unwind = unwind_x64.encode_prolog([unwind_x64.push(1, 5)])
    info = GcInfo(
        len(code),
        base_register=5,
        leaf_or_tail_calls=True,
        safe_points=[0x07, 0x10],
        registers=[RegisterSlot(3)],
        stack=[StackSlot(BASE_FRAME_REGISTER, -16, INTERIOR)],
        untracked=[StackSlot(BASE_FRAME_REGISTER, -24)],
        live=[0b11, 0],
    )
    gcinfo.sort_slots(info)
    return CompiledMethod(
        code,
        (Relocation(3, RelocationKind.REL32, CALL),),
        tuple(CodePart(start, end, unwind, start == 0x19) for start, end in zip((0, *ends), ends, strict=False)),
        gcinfo.encode_gc_info(info, Machine.AMD64),
        eh_clauses=(
            EHClause(EHClauseKind.FINALLY, 0x01, 0x09, 0x16, 0x19),
            EHClause(EHClauseKind.FILTER, 0x01, 0x0B, 0x1C, 0x24, 0x19),
            EHClause(EHClauseKind.TYPED, 0x01, 0x0B, 0x1C, 0x24, 0x02000002, True),
        ),
        debug_bounds=(DebugBound(0, -2), DebugBound(1, 0), DebugBound(9, 5, 1), DebugBound(0x10, -3)),
        fixups=(STUB_CELL, STRING),
    )


def image_of(tmp_path: Path, target: Target, *methods: MethodEntry) -> Image:
    path = tmp_path / "Hello.dll"
    path.write_bytes(write_image(AssemblyFile.parse(sample(), "Hello.dll"), target, list(methods), flags=1))
    return Image.open(path)


@pytest.fixture
def everything(tmp_path: Path) -> Image:
    stub = CompiledMethod(
        bytes.fromhex("e800000000c3"),
        (Relocation(1, RelocationKind.REL32, CodeLabel("body")),),
        (CodePart(0, 6, unwind_x64.encode_prolog([])),),
        gcinfo.encode_gc_info(GcInfo(6, safe_points=[5]), Machine.AMD64),
    )
    return image_of(
        tmp_path,
        X64,
        MethodEntry(method_with_everything(), method_def_rid=1, name="body", symbol="body"),
        MethodEntry(stub, name="stub", symbol="stub"),
    )


def lines(image: Image, options: ListingOptions, type_name: Callable[[int], str] | None = None) -> list[str]:
    """The listing of the first method, with offsets from its start in place of addresses."""
    method = image.methods[0].raw
    text = [plain_text(line) for line in method_listing(image.raw, method, image.symbols, options, type_name)]
    return [_relative(line, method.rva) for line in text]


def _relative(line: str, start: int) -> str:
    place = line.strip().split(" ")[0]
    if len(place) == 8 and line.startswith("    ") and not line.startswith("    ;"):
        return line.replace(place, f"+{int(place, 16) - start:02x}", 1).rstrip()
    return line.rstrip()


def test_code_alone(everything: Image) -> None:
    start = everything.methods[0].rva
    name = everything.methods[0].name
    call = everything.raw.import_cells[ImportSectionKind.METHOD][0]
    assert lines(everything, NOTHING) == [
        f"  main body 0x{start:08x}..0x{start + 0x16:08x}, 22 bytes, function 0",
        "    +00  push    rbp",
        f"    +01  call    [{everything.symbols.cell_text(call.rva)}]",
        "    +07  je      L_000b",
        "    +09  xchg    ax, ax",
        "  L_000b:",
        f"    +0b  call    {name} [finally 0]"
        + " " * max(0, 28 - len(f"{name} [finally 0]"))
        + "  ; RUNTIME_FUNCTION[1]",
        "    +10  pop     rbp",
        "    +11  ret",
        *(f"    +{place:02x}  int     3" for place in range(0x12, 0x16)),
        f"  finally 0 0x{start + 0x16:08x}..0x{start + 0x19:08x}, 3 bytes, function 1",
        "    +16  push    rbp",
        "    +17  pop     rbp",
        "    +18  ret",
        f"  filter 1 0x{start + 0x19:08x}..0x{start + 0x1C:08x}, 3 bytes, function 2",
        "    +19  xor     eax, eax",
        "    +1b  ret",
        f"  catch 1 0x{start + 0x1C:08x}..0x{start + 0x24:08x}, 8 bytes, function 3",
        "    +1c  lea     rax, [L_000e]",
        "    +23  ret",
        f"  resumption stub 0x{start + 0x30:08x}..0x{start + 0x36:08x}, 6 bytes, function 4",
        f"    +30  call    {name}",
        "    +35  ret",
    ]


def test_details(everything: Image) -> None:
    start = everything.methods[0].rva
    unwind = everything.raw.runtime_functions
    found = lines(everything, EVERYTHING, lambda token: f"Type{token:x}")
    place = found.index(next(line for line in found if line.startswith("  filter 1")))
    head = "version 1, flags 3, prolog 1 bytes"
    assert found[1:4] == [
        f"    ; unwind data at 0x{unwind[0].unwind:08x}: {head}",
        "    ;   0x01  PUSH_NONVOL rbp",
        "    ; GC info: code 36 bytes, frame register rbp, funclets",
    ]
    assert found[4:17] == [
        "    ;   untracked [rbp-0x18]",
        "    ; prolog, stack empty",
        "    +00  55                      push    rbp",
        "    ; IL 0x0000, stack empty",
        "    ; try 0 begins: finally, handler L_0016",
        "    ; try 1 begins: filter, handler L_001c",
        "    ; try 2 begins: catch Type2000002 of the same try, handler L_001c",
        found[11],
        "    ; live: rbx [rbp-0x10](byref)",
        "    +07  7402                    je      L_000b",
        "    ; try 0 ends",
        "    ; IL 0x0005, call instruction",
        "    +09  6690                    xchg    ax, ax",
    ]
    assert found[17:20] == ["    ; try 1 ends", "    ; try 2 ends", "  L_000b:"]
    assert found[21:24] == [
        "    ; live: nothing",
        "    ; epilog, stack empty",
        "    +10  5d                      pop     rbp",
    ]
    assert found[place - 1 :] == [
        "    ; handler 0 ends",
        f"  filter 1 0x{start + 0x19:08x}..0x{start + 0x1C:08x}, 3 bytes, function 2",
        f"    ; unwind data at 0x{unwind[2].unwind:08x}: {head}",
        "    ;   0x01  PUSH_NONVOL rbp",
        "    ; filter 1 begins",
        "    +19  31c0                    xor     eax, eax",
        "    +1b  c3                      ret",
        f"  catch 1 0x{start + 0x1C:08x}..0x{start + 0x24:08x}, 8 bytes, function 3",
        f"    ; unwind data at 0x{unwind[3].unwind:08x}: {head}",
        "    ;   0x01  PUSH_NONVOL rbp",
        "    ; handler 1 begins: filter",
        "    ; handler 2 begins: catch Type2000002 of the same try",
        "    +1c  488d05ebffffff          lea     rax, [L_000e]",
        "    +23  c3                      ret",
        "    ; handler 1 ends",
        "    ; handler 2 ends",
        f"  resumption stub 0x{start + 0x30:08x}..0x{start + 0x36:08x}, 6 bytes, function 4",
        f"    ; unwind data at 0x{unwind[4].unwind:08x}: version 1, flags 3, prolog 0 bytes",
        "    ; GC info: code 6 bytes",
        f"    +30  {'e8' + (-0x35 & 0xFFFFFFFF).to_bytes(4, 'little').hex():<22}  call    {everything.methods[0].name}",
        "    ; live: nothing",
        "    +35  c3                      ret",
    ]


@pytest.mark.parametrize("detail", ["gc", "unwind", "eh", "debug", "raw"])
def test_each_detail_adds_only_its_own_lines(everything: Image, detail: str) -> None:
    plain = lines(everything, NOTHING)
    detailed = lines(everything, ListingOptions(**{detail: True}))
    if detail == "raw":
        assert len(detailed) == len(plain)
        assert detailed != plain
    else:
        added = [line for line in detailed if line.startswith("    ;")]
        assert added
        assert [line for line in detailed if line not in added] == plain


def test_interruptible_code(tmp_path: Path) -> None:
    info = GcInfo(
        16,
        base_register=5,
        ranges=[(1, 8), (9, 15)],
        registers=[RegisterSlot(0), RegisterSlot(3, INTERIOR)],
        changes=[(2, 0b01), (3, 0b11), (5, 0b10), (9, 0)],
    )
    gcinfo.sort_slots(info)
    method = CompiledMethod(
        b"\x90" * 16,
        (),
        (CodePart(0, 16, unwind_x64.encode_prolog([])),),
        gcinfo.encode_gc_info(info, Machine.AMD64),
    )
    found = lines(image_of(tmp_path, X64, MethodEntry(method, method_def_rid=1)), ListingOptions(gc=True))
    assert found[2:] == [
        "    +00  nop",
        "    ; interruptible from here",
        "    +01  nop",
        "    ; live: +rax",
        "    +02  nop",
        "    ; live: +rbx(byref)",
        "    +03  nop",
        "    +04  nop",
        "    ; live: -rax",
        "    +05  nop",
        "    +06  nop",
        "    +07  nop",
        "    ; interruptible up to here",
        "    +08  nop",
        "    ; interruptible from here",
        "    ; live: -rbx(byref)",
        *(f"    +{place:02x}  nop" for place in range(9, 15)),
        "    ; interruptible up to here",
        "    +0f  nop",
    ]


def test_switch(tmp_path: Path) -> None:
    # cmp edi, 1; ja 25; mov eax, edi; lea rcx, [table]; mov ecx, [rcx+rax*4]; lea rdx, [00]; add rcx, rdx; jmp rcx
    code = bytes.fromhex(
        "83ff01 7720 8bc7 488d0d00000000 8b0c81 488d15e8ffffff 4803ca ffe1 9090 9090 c3 90 90 90 90 90 c3"
    )
    method = CompiledMethod(
        code,
        (Relocation(10, RelocationKind.REL32, ReadOnlyData(0)),),
        (CodePart(0, len(code), unwind_x64.encode_prolog([])),),
        gcinfo.encode_gc_info(GcInfo(len(code)), Machine.AMD64),
        read_only_data=(0x1F).to_bytes(4, "little") + (0x1D).to_bytes(4, "little") + b"\xff\xff\xff\xff",
        read_only_data_alignment=4,
    )
    image = image_of(tmp_path, X64, MethodEntry(method, method_def_rid=1))
    found = lines(image, NOTHING)
    assert "    +1b  jmp     rcx                           ; switch L_001f L_001d" in found
    assert [line for line in found if line.startswith("  L_")] == ["  L_001d:", "  L_001f:", "  L_0025:"]
    jump = [i for i in image.methods[0].instructions() if i.text == "jmp rcx"]
    assert jump[0].comment == "switch L_001f L_001d"


def test_arm64(tmp_path: Path) -> None:
    # adrp x11; add x11; ldr x16, [x11]; blr x16; cbz x0, 18; nop; ret
    code = b"".join(
        word.to_bytes(4, "little")
        for word in (0x9000000B, 0x9100016B, 0xF9400170, 0xD63F0200, 0xB4000040, 0xD503201F, 0xD65F03C0)
    )
    unwind = unwind_arm64.encode_unwind_info(
        unwind_arm64.UnwindInfo(28, b"\xe1\x83\xe4", (unwind_arm64.EpilogScope(24, 1),))
    )
    info = GcInfo(28, base_register=29, safe_points=[16], registers=[RegisterSlot(19)], live=[1])
    method = CompiledMethod(
        code,
        (
            Relocation(0, RelocationKind.ARM64_PAGE21, CALL),
            Relocation(4, RelocationKind.ARM64_LO12_ADD, CALL),
        ),
        (CodePart(0, 28, unwind),),
        gcinfo.encode_gc_info(info, Machine.ARM64),
    )
    image = image_of(tmp_path, ARM64, MethodEntry(method, method_def_rid=1))
    cell = image.raw.import_cells[ImportSectionKind.METHOD][0].rva
    found = lines(image, ListingOptions(gc=True, unwind=True, raw=True))
    assert found[2:12] == [
        "    ;   code 0: prolog",
        "    ;     set_fp         mov x29, sp",
        "    ;     save_fplr_x    stp x29, x30, [sp, #-32]!",
        "    ;     end",
        "    ;   code 1: epilog at 0x18",
        "    ;     save_fplr_x    stp x29, x30, [sp, #-32]!",
        "    ;     end",
        "    ; GC info: code 28 bytes, frame register x29",
        found[10],
        found[11],
    ]
    assert found[10].endswith(f"adrp    x11, {cell & ~0xFFF:#x}")
    assert found[12:] == [
        "    +08  700140f9  ldr     x16, [x11]",
        f"    +0c  00023fd6  blr     x16                           ; {image.symbols.cell_text(cell)}",
        "    ; live: x19",
        "    +10  400000b4  cbz     x0, L_0018",
        "    +14  1f2003d5  nop",
        "  L_0018:",
        "    +18  c0035fd6  ret",
    ]


def test_parts(everything: Image) -> None:
    parts = list(method_parts(everything.raw, everything.methods[0].raw))
    assert [(part.kind, part.role) for part in parts] == [
        (SymbolKind.METHOD, "main body"),
        (SymbolKind.FUNCLET, "finally 0"),
        (SymbolKind.FUNCLET, "filter 1"),
        (SymbolKind.FUNCLET, "catch 1"),
        (SymbolKind.RESUMPTION_STUB, "resumption stub"),
    ]
    names = [everything.symbols.code_symbol(part.rva) for part in parts]
    name = everything.methods[0].name
    assert [symbol and symbol.name for symbol in names] == [
        name,
        *(f"{name} [{part.role}]" for part in parts[1:4]),
        f"[RESUME] {name}",
    ]


@pytest.fixture
def split(tmp_path: Path) -> Image:
    """A method whose cold code lies apart: a part of its main body, and the second of its handlers.

    Our writer makes no such images. The cold code is written as a function of no method, and the map that says whose it
    is as read-only data; then the entry of another section in the directory is made to mean the map.
    """
    unwind = unwind_x64.encode_prolog([])
    hot = bytes.fromhex("90 0f8400000000 c3 90c3")  # nop; je cold; ret; finally 0 at 08
    cold = bytes.fromhex("e801000000 90 90c3")  # call finally 1; nop; finally 1 at 06
    info = GcInfo(18, leaf_or_tail_calls=True, safe_points=[15], registers=[RegisterSlot(3)], live=[1])
    method = CompiledMethod(
        hot,
        (Relocation(3, RelocationKind.REL32, CodeLabel("cold")),),
        (CodePart(0, 8, unwind), CodePart(8, 10, unwind)),
        gcinfo.encode_gc_info(info, Machine.AMD64),
        eh_clauses=(
            EHClause(EHClauseKind.FINALLY, 1, 7, 8, 10),
            EHClause(EHClauseKind.FINALLY, 10, 16, 16, 18),
        ),
        debug_bounds=(DebugBound(0, -2, 0), DebugBound(10, -1, 0), DebugBound(16, 7, 2)),
    )
    marker = b"the map follows!"
    apart = CompiledMethod(
        cold,
        (),
        (CodePart(0, 6, unwind), CodePart(6, 8, unwind)),
        gcinfo.encode_gc_info(GcInfo(8), Machine.AMD64),
        read_only_data=marker + encode_hot_cold_map([(2, 0)]),
    )
    content = written_image(
        X64, [MethodEntry(method, method_def_rid=1, name="hot"), MethodEntry(apart, name="cold", symbol="cold")]
    )
    place = content.index(marker) + len(marker)
    sections = R2RImage.parse(content, "split").image.sections
    (rva,) = (place - s.raw_offset + s.virtual_address for s in sections if 0 <= place - s.raw_offset < s.raw_size)
    path = tmp_path / "Hello.dll"
    path.write_bytes(with_section(content, SectionType.METHOD_IS_GENERIC_MAP, SectionType.HOT_COLD_MAP, rva, 8))
    return Image.open(path)


def test_cold_code_is_marked_like_the_rest(split: Image) -> None:
    method = split.methods[0]
    start, cold = method.rva, split.raw.runtime_functions[2].begin
    listed = method_listing(split.raw, method.raw, split.symbols, ListingOptions(gc=True, eh=True, debug=True))
    called = f"{method.name} [cold finally 1]"
    assert [plain_text(line).rstrip() for line in listed] == [
        f"  main body 0x{start:08x}..0x{start + 8:08x}, 8 bytes, function 0",
        "    ; GC info: code 18 bytes, funclets",
        "    ; prolog",
        f"    {start:08x}  nop",
        "    ; try 0 begins: finally, handler L_0008",
        f"    {start + 1:08x}  je      COLD_0000",
        "    ; try 0 ends",
        f"    {start + 7:08x}  ret",
        f"  finally 0 0x{start + 8:08x}..0x{start + 10:08x}, 2 bytes, function 1",
        "    ; handler 0 begins: finally",
        f"    {start + 8:08x}  nop",
        f"    {start + 9:08x}  ret",
        "    ; handler 0 ends",
        f"  cold part 0x{cold:08x}..0x{cold + 6:08x}, 6 bytes, function 2",
        "    ; no mapping",
        "    ; try 1 begins: finally, handler COLD_0006",
        "  COLD_0000:",
        f"    {cold:08x}  call    {called:<28}  ; RUNTIME_FUNCTION[3]",
        "    ; live: rbx",
        f"    {cold + 5:08x}  nop",
        "    ; try 1 ends",
        f"  cold finally 1 0x{cold + 6:08x}..0x{cold + 8:08x}, 2 bytes, function 3",
        "    ; IL 0x0007, stack empty",
        "    ; handler 1 begins: finally",
        "  COLD_0006:",
        f"    {cold + 6:08x}  nop",
        f"    {cold + 7:08x}  ret",
        "    ; handler 1 ends",
    ]
    names = [function.name.removeprefix(method.name) for function in split.functions]
    assert names == ["", " [finally 0]", " [cold part]", " [cold finally 1]"]


def test_roles() -> None:
    clauses = (
        EHClause(EHClauseKind.FAULT, 0, 4, 8, 12),
        EHClause(EHClauseKind.FILTER, 0, 4, 16, 20, 12),
        EHClause(EHClauseKind.FINALLY, 0, 4, 24, 28),
        EHClause(EHClauseKind.TYPED, 0, 4, 28, 32, 0x01000001),
    )
    found = [funclet_role(clauses, offset) for offset in (8, 12, 16, 24, 28, 32)]
    assert found == ["fault 0", "filter 1", "catch 1", "finally 2", "catch 3", "funclet"]


def test_what_does_not_decode_is_said(everything: Image) -> None:
    # The version of the unwind data of the first funclet; all the rest is shown.
    damaged = bytearray(everything.raw.data)
    place = everything.raw.image.offset_of(everything.raw.runtime_functions[1].unwind)
    damaged[place] = 7
    path = Path(everything.path)
    path.write_bytes(damaged)
    image = Image.open(path)
    listed = list(method_listing(image.raw, image.methods[0].raw, image.symbols, EVERYTHING))
    errors = [plain_text(line) for line in listed if line[0][0] is Style.ERROR]
    assert errors and all("unwind data has version 7" in error for error in errors)
    assert sum(line[0][0] is Style.KIND and "bytes, function" in plain_text(line) for line in listed) == 5


def test_code_of_other_machines_is_refused(everything: Image) -> None:
    method = everything.methods[0].raw
    everything.raw.machine = Machine.I386
    (line,) = method_listing(everything.raw, method, everything.symbols, NOTHING)
    assert line[0][0] is Style.ERROR
    assert "code of I386 images is not decoded" in plain_text(line)
    with pytest.raises(BadImageError, match="I386"):
        list(method_instructions(everything.raw, method, everything.symbols))


def test_a_listing_starts_before_it_is_complete(everything: Image) -> None:
    found = method_listing(everything.raw, everything.methods[0].raw, everything.symbols, NOTHING)
    assert "main body" in plain_text(next(iter(found)))


def test_meaningless_code_does_not_stop_a_listing(tmp_path: Path) -> None:
    for target in (X64, ARM64):
        image = image_of(tmp_path, target, MethodEntry(compiled(target.machine, (16, 8)), method_def_rid=1))
        assert len(lines(image, EVERYTHING)) > 10


# --- real images ------------------------------------------------------------------------------------------------------


@pytest.mark.corpus
@pytest.mark.skipif(not REAL, reason="needs R2R_DOTNET: real images")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.parent.name)
def test_listings_of_a_real_image(path: Path) -> None:
    """All code is listed once, all jumps stay in their method, all calls and almost all labels have names."""
    image = Image.open(path)
    listed = 0
    calls = 0
    for method in image.methods:
        instructions = list(method.instructions())
        assert b"".join(i.bytes for i in instructions) == b"".join(f.code for f in method.functions)
        listed += len(instructions)
        starts = {i.rva for i in instructions}
        for instruction in instructions:
            assert "(bad)" not in instruction.text and ".word" not in instruction.text
            if instruction.target is not None:
                assert instruction.target in starts
                calls += instruction.comment.startswith("RUNTIME_FUNCTION")
        labels = [
            plain_text(line).strip(" :")
            for line in method_listing(image.raw, method.raw, image.symbols, NOTHING)
            if line[0][0] is Style.KIND and len(line) == 1
        ]
        assert len(labels) == len(set(labels))
        text = "\n".join(i.text + i.comment for i in instructions)
        assert all(label in text for label in labels)
        details = list(method_listing(image.raw, method.raw, image.symbols, EVERYTHING))
        assert not [line for line in details if line[0][0] is Style.ERROR]
        live = sum(plain_text(line).startswith("    ; live: ") for line in details)
        assert live == len(method.gc_info.safe_points) + len(method.gc_info.changes)
    assert listed > 50_000
    assert calls > 60
