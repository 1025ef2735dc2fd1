"""Jump tables: found in hand-made code and in real images, where all cases must be instructions of the method."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from disassembly_support import FakeSymbols, add, adr, adrp, b_eq, br, mov, words

from readytorun.inspect.disassembly import arm64, x64
from readytorun.inspect.disassembly.switches import Switch, arm64_switches, x64_switches
from readytorun.r2r.reader import R2RImage

START = 0x1000
TABLE = 0x6000
DOTNET = Path(os.environ.get("R2R_DOTNET", "/nonexistent"))
NAME = "System.Linq.Expressions.dll"
X64 = sorted(DOTNET.glob(f"shared/Microsoft.NETCore.App/*/{NAME}"))
ARM64 = DOTNET / "linux-arm64" / NAME

# cmp edi, 13; ja; mov eax, edi; lea rcx, [table]; mov ecx, [rcx+rax*4]; lea rdx, [base]; add rcx, rdx; jmp rcx
PARTS = (
    "83ff0d",
    "7740",
    "8bc7",
    "488d0d" + (TABLE - START - 14).to_bytes(4, "little").hex(),
    "8b0c81",
    "488d15" + (-24 & 0xFFFFFFFF).to_bytes(4, "little").hex(),
    "4803ca",
    "ffe1",
)


def test_switch_of_x64() -> None:
    code = bytes.fromhex("".join(PARTS))
    assert x64_switches(code, START) == [Switch(START + 27, TABLE, START, 14)]
    assert x64_switches(b"\x90" + code, START - 1)[0] == Switch(START + 27, TABLE, START, 14)
    large = bytes.fromhex("81ff00010000" + "".join(PARTS[1:]))
    assert x64_switches(large, START - 3)[0].case_count == 257


def test_switch_of_x64_without_a_bounds_check() -> None:
    code = bytes.fromhex("909090" + "".join(PARTS[1:]))
    assert x64_switches(code, START) == [Switch(START + 27, TABLE, START, None)]
    by_register = bytes.fromhex("39cf90" + "".join(PARTS[1:]))
    assert x64_switches(by_register, START) == [Switch(START + 27, TABLE, START, None)]


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (3, "488d35" + "00000000"),  # the table's address is in another register
        (3, "488b0d" + "00000000"),  # it is loaded
        (4, "8b0c41"),  # two bytes an entry
        (4, "8b1481"),  # the entry goes elsewhere
        (5, "488b15" + "00000000"),
        (6, "4803cf"),
        (7, "ffe2"),
        (7, "ff21"),
        (7, "ffd1"),
    ],
)
def test_other_jumps_of_x64(place: int, other: str) -> None:
    assert x64_switches(bytes.fromhex("".join((*PARTS[:place], other, *PARTS[place + 1 :]))), START) == []


CMP_W0_13 = 0x7100341F
B_HI = b_eq(0x80) | 8
LDR_W11 = 0xB8607800 | 0 << 16 | 11 << 5 | 11  # ldr w11, [x11, x0, lsl #2]
ADD_X11 = 0x8B01016B  # add x11, x11, x1


def arm64_code(*middle: int) -> bytes:
    return words((CMP_W0_13, B_HI, mov(0, 0), *middle))


def test_switch_of_arm64() -> None:
    code = arm64_code(adr(11, 0x500), LDR_W11, adr(1, -20), ADD_X11, br(11))
    assert arm64_switches(code, START) == [Switch(START + 28, START + 12 + 0x500, START, 14)]
    by_word = arm64_code(adr(11, 0x500), 0xB860596B, adr(1, -20), ADD_X11, br(11))  # uxtw instead of lsl
    assert arm64_switches(by_word, START) == [Switch(START + 28, START + 12 + 0x500, START, 14)]
    assert arm64_switches(code[12:], START + 12) == [Switch(START + 28, START + 12 + 0x500, START, None)]


def test_switch_of_arm64_with_far_addresses() -> None:
    far = adrp(11, TABLE, START), add(11, 11, 0x18)
    code = arm64_code(*far, LDR_W11, adr(1, -24), ADD_X11, br(11))
    assert arm64_switches(code, START) == [Switch(START + 32, TABLE + 0x18, START, 14)]
    base = adrp(1, START, START), add(1, 1, 4)
    code = arm64_code(*far, LDR_W11, *base, ADD_X11, br(11))
    assert arm64_switches(code, START) == [Switch(START + 36, TABLE + 0x18, START + 4, 14)]


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (0, adr(12, 0x500)),
        (0, mov(11, 12)),
        (1, 0xB860696B),  # bytes instead of entries
        (1, 0xB860796C),  # into another register
        (1, 0xF860796B),  # 64 bits
        (2, adr(2, -20)),
        (2, mov(1, 2)),
        (3, 0x8B02016B),
        (3, 0xCB01016B),  # sub
        (4, br(1)),
        (4, 0xD63F0160),  # blr
    ],
)
def test_other_jumps_of_arm64(place: int, other: int) -> None:
    middle = [adr(11, 0x500), LDR_W11, adr(1, -20), ADD_X11, br(11)]
    middle[place] = other
    assert arm64_switches(arm64_code(*middle), START) == []


@pytest.mark.corpus
@pytest.mark.skipif(not ARM64.exists(), reason="needs R2R_DOTNET: real images")
def test_switches_of_real_images() -> None:
    counts = []
    for path, find, module in ((X64[-1], x64_switches, x64), (ARM64, arm64_switches, arm64)):
        image = R2RImage.open(path)
        cases = []
        for index, part in enumerate(image.runtime_functions):
            code = image.image.read(part.begin, image.function_size(index))
            for switch in find(code, part.begin):
                if switch.case_count is None:
                    continue
                targets = switch.targets(image.image.read(switch.table_rva, 4 * switch.case_count))
                starts = {i.rva for i in module.disassemble(code, part.begin, FakeSymbols())}
                assert starts.issuperset(targets)
                cases.append(switch.case_count)
        counts.append(cases)
    assert counts[0] == counts[1]  # the same IL
    assert len(counts[0]) > 300
