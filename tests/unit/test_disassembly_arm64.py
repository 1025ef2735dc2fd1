"""arm64 code as text: every rule of annotation on hand-made words; texts and written registers against capstone."""

from __future__ import annotations

import os
import struct
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from disassembly_support import (
    LDP_FP_LR,
    NOP,
    RET,
    FakeSymbols,
    add,
    adr,
    adrp,
    b,
    b_eq,
    bl,
    blr,
    br,
    cbz,
    function,
    ldr,
    ldr_literal,
    ldr_w,
    mov,
    mov_immediate,
    str_x,
    tbnz,
    words,
)

from readytorun.inspect.disassembly.arm64 import disassemble, referenced_addresses
from readytorun.inspect.disassembly.arm64_words import Form, decode_word, form_of, written_registers
from readytorun.inspect.disassembly.instruction import CodeExtent, Instruction
from readytorun.inspect.image import Image
from readytorun.inspect.symbols import SymbolKind

START = 0x1FF8  # the pages of the first and of later instructions differ
CELL = 0x5AE8
OTHER = 0x5AF0
PAGE = 0x5000
FUNCTION = 0x3000
CELLS = {CELL: "Kind Name", OTHER: "Kind Other"}
ARM64 = Path(os.environ.get("R2R_DOTNET", "/nonexistent"), "linux-arm64")
X64 = sorted(Path(os.environ.get("R2R_DOTNET", "/nonexistent"), "shared", "Microsoft.NETCore.App").glob("*"))
needs_images = pytest.mark.skipif(not ARM64.is_dir(), reason="needs R2R_DOTNET: real images")


def listing(*numbers: int, symbols: FakeSymbols | None = None, **options: Any) -> list[Instruction]:
    return list(disassemble(words(numbers), START, symbols or FakeSymbols(CELLS), **options))


def shown(*numbers: int, symbols: FakeSymbols | None = None, **options: Any) -> list[str]:
    found = listing(*numbers, symbols=symbols, **options)
    return [f"{i.text} ; {i.comment}" if i.comment else i.text for i in found]


def address(register: int, target: int, place: int = 0) -> tuple[int, int]:
    """adrp and add for the address of a target, as the instructions `place` and `place` + 1."""
    return adrp(register, target, START + 4 * place), add(register, register, target & 0xFFF)


def test_plain_instructions() -> None:
    found = listing(0xA9BF7BFD, 0x910003FD, mov(19, 0), mov_immediate(1, 17), 0xB900027F, RET)
    assert [i.text for i in found] == [
        "stp x29, x30, [sp, #-0x10]!",
        "mov x29, sp",
        "mov x19, x0",
        "mov x1, #0x11",
        "str wzr, [x19]",
        "ret",
    ]
    assert [(i.rva, i.size, i.bytes.hex()) for i in found[:2]] == [(0x1FF8, 4, "fd7bbfa9"), (0x1FFC, 4, "fd030091")]
    assert all(i.comment == "" and i.target is None and i.memory_target is None for i in found)


def test_what_is_no_instruction() -> None:
    assert shown(0xFFFFFFFF, NOP) == [".word 0xffffffff", "nop"]
    code = words([NOP]) + b"\x01\x02\x03"
    assert [(i.text, i.bytes.hex()) for i in disassemble(code, START, FakeSymbols())] == [
        ("nop", "1f2003d5"),
        (".byte 0x01, 0x02, 0x03", "010203"),
    ]


# --- groups -----------------------------------------------------------------------------------------------------------


def test_call_through_a_cell() -> None:
    found = listing(*address(11, CELL), ldr(16, 11), blr(16))
    assert [(i.text, i.comment) for i in found] == [
        ("adrp x11, 0x5000", ""),
        ("add x11, x11, #0xae8", "0x5ae8"),
        ("ldr x16, [x11]", ""),
        ("blr x16", "Kind Name"),
    ]
    assert [i.memory_target for i in found] == [None, CELL, CELL, None]


def test_other_instructions_in_between() -> None:
    code = (*address(11, CELL), mov_immediate(1, 1), mov(2, 19), ldr(16, 11), cbz(0, 12), str_x(3, 29, 16), blr(16))
    assert shown(*code, RET)[7] == "blr x16 ; Kind Name"


def test_tail_call() -> None:
    assert shown(*address(11, CELL), ldr(1, 11), LDP_FP_LR, br(1))[2:] == [
        "ldr x1, [x11]",
        "ldp x29, x30, [sp], #0x10",
        "br x1 ; Kind Name",
    ]


def test_load_through_a_cell() -> None:
    assert shown(*address(0, CELL), ldr(0, 0), ldr(0, 0))[1:] == [
        "add x0, x0, #0xae8 ; 0x5ae8",
        "ldr x0, [x0] ; Kind Name",
        "ldr x0, [x0]",
    ]


def test_the_offset_may_be_in_the_load() -> None:
    assert shown(adrp(0, CELL, START), ldr(0, 0, CELL & 0xFFF))[1] == "ldr x0, [x0, #0xae8] ; Kind Name"
    assert shown(*address(0, CELL), ldr(0, 0, 8))[2] == "ldr x0, [x0, #8] ; Kind Other"


def test_loads_of_other_sizes_and_stores() -> None:
    assert shown(*address(0, CELL), ldr_w(1, 0))[2] == "ldr w1, [x0] ; Kind Name"
    assert shown(*address(0, CELL), str_x(1, 0))[2] == "str x1, [x0] ; Kind Name"
    assert shown(*address(0, CELL), 0x3DC00001)[2] == "ldr q1, [x0] ; Kind Name"
    # What a 32-bit load has read is not what a call goes through.
    assert shown(*address(0, CELL), ldr_w(0, 0), blr(0))[3] == "blr x0"


def test_call_through_a_pointer_in_a_cell() -> None:
    code = (*address(9, CELL), ldr(9, 9), ldr(9, 9), blr(9))
    assert shown(*code)[2:] == ["ldr x9, [x9] ; Kind Name", "ldr x9, [x9]", "blr x9 ; Kind Name"]
    assert shown(*code[:3], ldr(9, 9, 8), blr(9))[-1] == "blr x9"
    assert shown(*code[:4], ldr(9, 9), blr(9))[-1] == "blr x9"


def test_address_without_a_load() -> None:
    assert shown(*address(0, CELL), blr(16))[1] == "add x0, x0, #0xae8 ; Kind Name"
    symbols = FakeSymbols(data={0x6008: "import section 2+0x8"}, functions={FUNCTION: function("Type.Method()")})
    assert shown(*address(0, 0x6008), symbols=symbols)[1] == "add x0, x0, #8 ; import section 2+0x8"
    assert shown(*address(0, FUNCTION), symbols=symbols)[1] == "add x0, x0, #0 ; Type.Method()"
    assert shown(*address(0, START + 8), NOP)[1] == "add x0, x0, #0 ; L_0008"
    assert shown(*address(0, 0x7000))[1] == "add x0, x0, #0 ; 0x7000"
    assert shown(*address(0, 0x6008), ldr(0, 0), symbols=symbols)[2] == "ldr x0, [x0] ; import section 2+0x8"


def test_copies_are_followed() -> None:
    assert shown(*address(0, CELL), mov(19, 0), mov_immediate(0, 1), ldr(1, 19), blr(1))[-1] == "blr x1 ; Kind Name"
    assert shown(*address(19, CELL), mov(20, 3), mov(19, 20), ldr(1, 19))[-1] == "ldr x1, [x19]"


def test_the_first_use_has_the_name_even_if_another_follows() -> None:
    code = (*address(0, CELL), ldr(1, 0), blr(1), RET)
    assert [comment for comment in (i.comment for i in listing(*code)) if comment] == ["0x5ae8", "Kind Name"]


# --- what is forgotten ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between",
    [
        mov_immediate(11, 0),
        mov(11, 3),
        ldr(11, 29, 16),
        0x2A0003EB,  # mov w11, w0
        0xA9402FEA,  # ldp x10, x11, [sp]
        0xF840856A,  # ldr x10, [x11], #8
        0xF8008D6A,  # str x10, [x11, #8]!
        0xF82B002B,  # ldadd x11, x11, [x1]
        0xC85F7C0B,  # ldxr x11, [x0]
        0x9E66000B,  # fmov x11, d0
        0x0E043C0B,  # umov w11, v0.s[0]
        0x9A8B118B,  # csel x11, x12, x11, ne
        0xD53BD04B,  # mrs x11, tpidr_el0
        0x1000000B,  # adr x11, here
        blr(9),  # does not keep x11
        bl(0x2000),
        b(4),
        RET,
        0xD4200000,  # brk
        0x04E0000B,  # SVE: not taken apart
    ],
    ids=hex,
)
def test_written_registers_are_forgotten(between: int) -> None:
    assert shown(*address(11, CELL), between, ldr(16, 11), blr(16))[-1] == "blr x16"


@pytest.mark.parametrize(
    "between",
    [
        NOP,
        str_x(11, 29, 16),
        ldr(10, 29, 16),
        0xA90032EB,  # stp x11, x12, [x23]
        0xA9400BE1,  # ldp x1, x2, [sp]
        0xEB0C017F,  # cmp x11, x12
        0xFA41016B,  # ccmp x11, x1, #11, eq
        0x1E60400B,  # fmov d11, d0
        0x3D800161,  # str q1, [x11]
        0xFD40016B,  # ldr d11, [x11]
        0xD5033BBF,  # dmb ish
        cbz(0, 64),
        tbnz(11, 3, 64),
        b_eq(64),
        0xF81F016B,  # stur x11, [x11, #-16]
    ],
    ids=hex,
)
def test_other_registers_are_kept(between: int) -> None:
    assert shown(*address(11, CELL), between, ldr(16, 11), blr(16))[-1] == "blr x16 ; Kind Name"


def test_calls_keep_what_the_convention_says() -> None:
    for register in (*range(19), 30):
        assert shown(*address(register, CELL), blr(9), ldr(16, register))[-1] == f"ldr x16, [x{register}]"
    for register in range(19, 29):
        assert shown(*address(register, CELL), blr(9), ldr(16, register))[-1].endswith(" ; Kind Name")


def test_forgotten_where_another_way_arrives() -> None:
    code = words([*address(11, CELL), NOP, ldr(16, 11), blr(16)])
    symbols = FakeSymbols(CELLS)
    for place in range(1, 5):
        found = list(disassemble(code, START, symbols, (), {START + 4 * place}))
        assert found[4].comment == ""
        # Where the group is cut, the name stands at the last place that is certain.
        names = [i.comment for i in found if i.comment == "Kind Name"]
        assert len(names) == (0 if place == 1 else 1)
    # A branch to it from later on, and the address of it, make a place one that others arrive at.
    assert shown(*address(11, CELL), ldr(16, 11), blr(16), cbz(0, -4))[3] == "blr x16"
    assert shown(*address(11, CELL), ldr(16, 11), blr(16), adr(0, -4))[3] == "blr x16"


def test_conditional_branches_do_not_end_a_straight_line() -> None:
    code = (*address(11, CELL), ldr(16, 11), b_eq(8), blr(16), RET)
    assert shown(*code)[4] == "blr x16 ; Kind Name"


# --- literals, addresses, branches ------------------------------------------------------------------------------------


def test_literals() -> None:
    assert shown(ldr_literal(12, CELL - START), blr(12)) == ["ldr x12, [Kind Name]", "blr x12 ; Kind Name"]
    assert shown(ldr_literal(12, 0x6000 - START), symbols=FakeSymbols(data={0x6000: "thunks"})) == [
        "ldr x12, 0x6000 ; thunks"
    ]
    assert shown(0x1C000000 | ((CELL - START) >> 2) << 5) == ["ldr s0, [Kind Name]"]
    assert listing(ldr_literal(12, CELL - START))[0].memory_target == CELL


def test_adr() -> None:
    symbols = FakeSymbols(CELLS, {FUNCTION: function("Type.Method()")}, {0x6000: "table"})
    code = (
        adr(0, 8),
        adr(1, CELL - START - 4),
        adr(2, 0x6000 - START - 8),
        adr(3, FUNCTION - START - 12),
        adr(4, 0x900),
    )
    assert shown(*code, symbols=symbols) == [
        "adr x0, L_0008",
        "adr x1, Kind Name",
        "adr x2, 0x6000 ; table",
        "adr x3, Type.Method()",
        "adr x4, 0x2908",
    ]
    assert shown(adr(1, CELL - START), ldr(1, 1), blr(1))[2] == "blr x1 ; Kind Name"


def test_branches_inside_of_the_method() -> None:
    found = listing(b(4), cbz(1, -4), tbnz(2, 3, 8), b_eq(4), RET)
    assert [i.text for i in found] == ["b L_0004", "cbz x1, L_0000", "tbnz w2, #3, L_0010", "b.eq L_0010", "ret"]
    assert [i.target for i in found] == [START + 4, START, START + 16, START + 16, None]


def test_branches_out_of_the_method() -> None:
    symbols = FakeSymbols(functions={FUNCTION: function("Type.Method()")})
    code = (b(FUNCTION - START), b(FUNCTION - START), cbz(0, FUNCTION - START - 8))
    assert shown(*code, symbols=symbols) == ["b Type.Method()", "b 0x3004", "cbz x0, Type.Method()"]


def test_direct_calls() -> None:
    functions = {
        FUNCTION: function("Type.Method()"),
        FUNCTION + 16: function("[RESUME] Type.Method()", SymbolKind.RESUMPTION_STUB, 9, FUNCTION + 16),
        FUNCTION + 32: function("Type.Own() [finally 0]", SymbolKind.FUNCLET, 7, START),
        FUNCTION + 48: function("Type.Other() [finally 0]", SymbolKind.FUNCLET, 8, FUNCTION),
        FUNCTION + 64: function("Helper PersonalityRoutine", SymbolKind.THUNK, -1, 0),
        START: function("Type.Own()", SymbolKind.METHOD, 6, START),
    }
    targets = [*functions, FUNCTION + 80, START + 4]
    code = [bl(target - START - 4 * number) for number, target in enumerate(targets)]
    assert shown(*code, symbols=FakeSymbols(functions=functions)) == [
        "bl Type.Method()",
        "bl [RESUME] Type.Method()",
        "bl Type.Own() [finally 0] ; RUNTIME_FUNCTION[7]",
        "bl Type.Other() [finally 0]",
        "bl Helper PersonalityRoutine ; thunk",
        "bl Type.Own()",
        "bl 0x3050",
        "bl L_0004",
    ]


def test_labels_count_from_the_start_of_the_extent() -> None:
    extents = (CodeExtent(START - 0x40, START + 0x10), CodeExtent(FUNCTION, FUNCTION + 8, "COLD"))
    assert shown(b(4), b(FUNCTION - START), extents=extents) == ["b L_0044", "b COLD_0004"]


def test_referenced_addresses() -> None:
    code = (b(8), NOP, cbz(0, -8), adr(1, 0x100), *address(2, CELL, 4), NOP, bl(0x40))
    assert referenced_addresses(words(code), START) == {START + 8, START, START + 0x10C, CELL, START + 28 + 0x40}
    # Another instruction between them: no address to be sure of.
    assert referenced_addresses(words([adrp(2, CELL, START), NOP, add(2, 2, 8)]), START) == set()


def test_forms() -> None:
    assert form_of(0xD63F0000 | 16 << 5) is Form.REGISTER_CALL
    assert form_of(0xD73F0A1F) is Form.REGISTER_CALL  # blraa
    assert form_of(0xF8606800) is Form.PLAIN  # ldr x0, [x0, x0]
    assert form_of(0xB1000400) is Form.PLAIN  # adds
    assert form_of(0x11000400) is Form.PLAIN  # add of 32 bits
    assert form_of(0xF9800000) is Form.ACCESS  # prfm
    assert decode_word(0x54000040).text == "b.eq "


# --- real images ------------------------------------------------------------------------------------------------------


def _distinct_words(image: Image) -> set[int]:
    found: set[int] = set()
    for part in image.functions:
        found.update(word for (word,) in struct.iter_unpack("<I", part.code))
    return found


@pytest.mark.corpus
@needs_images
@pytest.mark.parametrize(
    "name", ["System.Linq.dll", pytest.param("System.Private.CoreLib.dll", marks=pytest.mark.slow)]
)
def test_written_registers_of_real_code(name: str) -> None:
    capstone = pytest.importorskip("capstone")
    other = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN)
    other.detail = True
    numbers = {f"{letter}{number}": number for letter in "xw" for number in range(31)} | {"fp": 29, "lr": 30}
    count = 0
    for word in _distinct_words(Image.open(ARM64 / name)):
        instruction = next(other.disasm(word.to_bytes(4, "little"), 0))
        if instruction.mnemonic in ("cmp", "cmn", "tst"):
            continue  # capstone takes the first operand for written
        names = [instruction.reg_name(register) for register in instruction.regs_access()[1]]
        expected = sum({1 << numbers[name] for name in names if name in numbers})
        assert expected & ~written_registers(word) == 0, instruction
        count += 1
    assert count > 3000


@pytest.mark.corpus
@needs_images
def test_texts_of_real_code() -> None:
    capstone = pytest.importorskip("capstone")
    other = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN)
    relative = 0
    for part in Image.open(ARM64 / "System.Linq.dll").functions:
        code = part.code
        found = list(disassemble(code, part.rva, FakeSymbols(), (CodeExtent(0, 0),)))
        for ours, (rva, _, mnemonic, operands) in zip(found, other.disasm_lite(code, part.rva), strict=True):
            assert ours.rva == rva
            text = f"{mnemonic} {operands}".strip()
            if ours.text != text:
                # Pc-relative operands are without the sign of immediates.
                position = text.rindex("#")
                assert ours.text == text[:position] + text[position + 1 :]
                relative += 1
    assert relative > 5000


@pytest.mark.corpus
@needs_images
def test_the_same_names_as_in_the_image_for_x64() -> None:
    """Both images were made from the same IL: nearly all methods mention the same cells and functions."""
    mentioned = []
    for folder in (X64[-1], ARM64):
        image = Image.open(folder / "System.Linq.dll")
        texts = {cell.text for cell in image.cells} - {""}
        by_method: dict[str, set[str]] = {}
        for method in image.methods:
            names = by_method[method.name] = set()
            for instruction in method.instructions():
                operand = instruction.text.partition("[")[2].removesuffix("]")
                names |= {instruction.comment, operand, operand.partition("]")[0]} & texts
        mentioned.append(by_method)
    x64, arm64 = mentioned
    common = x64.keys() & arm64.keys()
    kinds = Counter(x64[name] == arm64[name] for name in common)
    assert len(common) > 1200
    assert kinds[True] / len(common) > 0.98  # the rest is code that the compiler makes for one of them only
