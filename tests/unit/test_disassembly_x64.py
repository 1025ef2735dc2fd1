"""x64 code as text: every rule of annotation on hand-made bytes; boundaries against another disassembler."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from disassembly_support import FakeSymbols, function

from readytorun.inspect.disassembly.instruction import CodeExtent, Instruction
from readytorun.inspect.disassembly.x64 import disassemble, referenced_addresses
from readytorun.inspect.symbols import SymbolKind
from readytorun.r2r.reader import R2RImage

START = 0x1000
CELL = 0x5000
FUNCTION = 0x3000
IMAGES = (
    sorted(Path(os.environ["R2R_DOTNET"], "shared", "Microsoft.NETCore.App").glob("*/System.Linq.dll"))
    if "R2R_DOTNET" in os.environ
    else []
)


def rel32(place: int, target: int) -> str:
    """The displacement that ends at offset `place` of the code, as hexadecimal digits."""
    return (target - (START + place)).to_bytes(4, "little", signed=True).hex()


def listing(code: str, symbols: FakeSymbols | None = None, extents: tuple[CodeExtent, ...] = ()) -> list[Instruction]:
    return list(disassemble(bytes.fromhex(code), START, symbols or FakeSymbols({CELL: "Kind Name"}), extents))


def texts(code: str, symbols: FakeSymbols | None = None) -> list[str]:
    return [f"{i.text} ; {i.comment}" if i.comment else i.text for i in listing(code, symbols)]


def test_plain_instructions() -> None:
    found = listing("55 4883ec28 c745f005000000 48c745f000000000 8b04c8 48b8efcdab8967452301 c3")
    assert [i.text for i in found] == [
        "push rbp",
        "sub rsp, 0x28",
        "mov dword ptr [rbp-0x10], 5",
        "mov qword ptr [rbp-0x10], 0",
        "mov eax, [rax+rcx*8]",
        "mov rax, 0x123456789abcdef",
        "ret",
    ]
    assert [(i.rva, i.size, i.bytes.hex()) for i in found[:3]] == [
        (0x1000, 1, "55"),
        (0x1001, 4, "4883ec28"),
        (0x1005, 7, "c745f005000000"),
    ]
    assert all(i.comment == "" and i.target is None and i.memory_target is None for i in found)


def test_bytes_that_are_no_instruction() -> None:
    found = listing("06 90")
    assert found[0].text == "(bad)"
    assert b"".join(i.bytes for i in found) == b"\x06\x90"
    assert listing("") == []
    assert [(i.text, i.bytes.hex()) for i in listing("90 e801")] == [("nop", "90"), ("(bad)", "e801")]


def test_call_through_a_cell() -> None:
    (found,) = listing("ff15" + rel32(6, CELL))
    assert (found.text, found.memory_target, found.target) == ("call [Kind Name]", CELL, None)


def test_loads_and_addresses_of_cells() -> None:
    code = "488b05" + rel32(7, CELL) + "4c8d1d" + rel32(14, CELL) + "4c8d15" + rel32(21, CELL)
    code += "48833d" + (CELL - START - 29).to_bytes(4, "little").hex() + "00"
    assert texts(code) == [
        "mov rax, [Kind Name]",
        "lea r11, [Kind Name]",
        "lea r10, [Kind Name]",
        "cmp qword ptr [Kind Name], 0",
    ]


def test_unknown_memory_operands() -> None:
    symbols = FakeSymbols(data={0x6000: "import section 2+0x8"})
    code = "c5fa1005" + rel32(8, 0x6000) + "c5fa1005" + rel32(16, 0x7000) + "ff15" + rel32(22, 0x7000)
    assert texts(code, symbols) == [
        "vmovss xmm0, [0x6000] ; import section 2+0x8",
        "vmovss xmm0, [0x7000]",
        "call [0x7000]",
    ]
    assert listing(code, symbols)[1].memory_target == 0x7000


def test_address_of_a_place_in_the_code() -> None:
    symbols = FakeSymbols(functions={FUNCTION: function("Type.Method()")})
    code = "488d05" + rel32(7, START + 7) + "488d05" + rel32(14, FUNCTION)
    assert texts(code, symbols) == ["lea rax, [L_0007]", "lea rax, [Type.Method()]"]


@pytest.mark.parametrize(
    ("load", "call", "shown"),
    [
        ("4c8d1d", "41ff13", "call [r11] ; Kind Name"),
        ("4c8d1d", "393f 41ff13", "call [r11] ; Kind Name"),  # a null check between them
        ("4c8d1d", "49ff23", "jmp [r11] ; Kind Name"),
        ("488d05", "48ff20", "jmp [rax] ; Kind Name"),
        ("488d05", "4883c408 5b 5d 48ff20", "jmp [rax] ; Kind Name"),  # the epilog of a tail call
        ("488b05", "ff10", "call [rax] ; Kind Name"),
        ("488b05", "ffd0", "call rax ; Kind Name"),
        ("488b05", "ffe0", "jmp rax ; Kind Name"),
        ("488b05", "74005590ffd0", "call rax"),  # somebody may jump to the push
        ("488d05", "ffd0", "call rax"),  # that would execute the cell
        ("488b05", "ff5008", "call [rax+8]"),
        ("488b05", "ff14c8", "call [rax+rcx*8]"),
        ("488b05", "31c0 ffd0", "call rax"),  # written in between, as eax
        ("488b05", "f7e1 ffd0", "call rax"),  # written without being named
        ("488b05", "488b00 ffd0", "call rax"),
        ("488b05", "ffd2 ffd0", "call rax"),  # a call does not keep it
        ("488b05", "ffd1", "call rcx"),
        ("488b05", "90" * 70 + "ffd0", "call rax"),  # too far away to be looked at
    ],
)
def test_call_through_a_register(load: str, call: str, shown: str) -> None:
    assert texts(load + rel32(7, CELL) + call.replace(" ", ""))[-1] == shown


def test_call_through_a_register_that_is_joined_by_another_way() -> None:
    load = "488b05" + rel32(7, CELL)
    code = bytes.fromhex(load + "90 ffd0")
    symbols = FakeSymbols({CELL: "Kind Name"})
    assert [i.comment for i in disassemble(code, START, symbols, (), {START})] == ["", "", "Kind Name"]
    for place in (START + 7, START + 8):
        assert [i.comment for i in disassemble(code, START, symbols, (), {place})] == ["", "", ""]


def test_branches_inside_of_the_method() -> None:
    found = listing("7401 90 ebfb 0f8400000000 e2f4")
    assert [i.text for i in found] == ["je L_0003", "nop", "jmp L_0000", "je L_000b", "loop L_0001"]
    assert [i.target for i in found] == [0x1003, None, 0x1000, 0x100B, 0x1001]


def test_branches_out_of_the_method() -> None:
    symbols = FakeSymbols(functions={FUNCTION: function("Type.Method()")})
    code = "e9" + rel32(5, FUNCTION) + "e9" + rel32(10, FUNCTION + 4) + "c7f8" + rel32(16, FUNCTION) + "0f01d5"
    assert texts(code, symbols) == ["jmp Type.Method()", "jmp 0x3004", "xbegin Type.Method()", "xend"]


def test_direct_calls() -> None:
    functions = {
        FUNCTION: function("Type.Method()"),
        FUNCTION + 16: function("[RESUME] Type.Method()", SymbolKind.RESUMPTION_STUB, 9, FUNCTION + 16),
        FUNCTION + 32: function("Type.Own() [finally 0]", SymbolKind.FUNCLET, 7, START),
        FUNCTION + 48: function("Type.Other() [finally 0]", SymbolKind.FUNCLET, 8, FUNCTION),
        FUNCTION + 64: function("Helper PersonalityRoutine", SymbolKind.THUNK, -1, 0),
        START: function("Type.Own()", SymbolKind.METHOD, 6, START),
    }
    targets = [*functions, FUNCTION + 80, START + 5]
    code = "".join("e8" + rel32(5 * number + 5, target) for number, target in enumerate(targets))
    assert texts(code, FakeSymbols(functions=functions)) == [
        "call Type.Method()",
        "call [RESUME] Type.Method()",
        "call Type.Own() [finally 0] ; RUNTIME_FUNCTION[7]",
        "call Type.Other() [finally 0]",
        "call Helper PersonalityRoutine ; thunk",
        "call Type.Own()",
        "call 0x3050",
        "call L_0005",
    ]


def test_labels_count_from_the_start_of_the_extent() -> None:
    extents = (CodeExtent(START - 0x40, START + 0x10), CodeExtent(FUNCTION, FUNCTION + 8, "COLD"))
    code = "eb02 e9" + rel32(7, FUNCTION + 4) + "eb80"
    shown = [i.text for i in listing(code, None, extents)]
    assert shown == ["jmp L_0044", "jmp COLD_0004", "jmp 0xf89"]


def test_referenced_addresses() -> None:
    code = bytes.fromhex("7401 90 c3 488d05" + rel32(11, CELL) + "ffe0")
    assert referenced_addresses(code, START) == {START + 3, CELL}


@pytest.mark.corpus
@pytest.mark.skipif(not IMAGES, reason="needs R2R_DOTNET: real images")
def test_boundaries_and_mnemonics_of_a_real_image() -> None:
    capstone = pytest.importorskip("capstone")
    other = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    image = R2RImage.open(IMAGES[-1])
    symbols = FakeSymbols()
    count = same = 0
    for index, runtime_function in enumerate(image.runtime_functions):
        code = image.image.read(runtime_function.begin, image.function_size(index))
        found = list(disassemble(code, runtime_function.begin, symbols))
        expected = list(other.disasm_lite(code, runtime_function.begin))
        assert [(i.rva, i.size) for i in found] == [(rva, size) for rva, size, _, _ in expected]
        assert b"".join(i.bytes for i in found) == code
        count += len(found)
        same += sum(
            i.text.split()[0] == mnemonic.split()[0] for i, (_, _, mnemonic, _) in zip(found, expected, strict=True)
        )
    assert count > 50_000
    assert same / count > 0.98  # they disagree about the names of moves between sizes and of some comparisons
