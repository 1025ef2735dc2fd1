"""Jump tables: how the JIT compiler's switches jump, and where to.

    x64                                arm64
    cmp  edi, 13; ja default           cmp  w0, #13; b.hi default
    mov  eax, edi                      mov  w0, w0
    lea  rcx, [table]                  adr  x11, table        (or adrp and add)
    mov  ecx, [rcx+rax*4]              ldr  w11, [x11, x0, lsl #2]
    lea  rdx, [base]                   adr  x1, base
    add  rcx, rdx; jmp rcx             add  x11, x11, x1; br x11

The table has, for each case, the distance from `base`, a place near the start of the method, to the case's code.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

import iced_x86 as iced

from readytorun.inspect.disassembly.arm64_words import Form, added_immediate, form_of, page_or_address

_LOOK_BACK: Final = 5  # instructions from the bounds check to the load of the table's address


class Switch(NamedTuple):
    """One jump through a table.

    Attributes:
        jump_rva: of the indirect jump.
        table_rva: of the table of 32-bit distances.
        base_rva: what the distances count from.
        case_count: entries of the table; None if no bounds check was found.
    """

    jump_rva: int
    table_rva: int
    base_rva: int
    case_count: int | None

    def targets(self, table: bytes) -> list[int]:
        """The RVAs of the cases, in order, from the content of the table."""
        return [self.base_rva + distance for (distance,) in struct.iter_unpack("<I", table[: len(table) & ~3])]


# --- x64 --------------------------------------------------------------------------------------------------------------

_X64_JUMP: Final = re.compile(rb"\xff[\xe0-\xe7]")  # jmp register


def x64_switches(code: bytes, rva: int) -> list[Switch]:
    """The switches of a runtime function at an RVA."""
    if _X64_JUMP.search(code) is None:
        return []
    instructions = list(iced.Decoder(64, code, ip=rva))
    found = []
    for place in range(4, len(instructions)):
        jump = instructions[place]
        if jump.code == iced.Code.JMP_RM64 and jump.op0_kind == iced.OpKind.REGISTER:
            switch = _x64_switch(instructions, place)
            if switch is not None:
                found.append(switch)
    return found


def _x64_switch(instructions: Sequence[iced.Instruction], place: int) -> Switch | None:
    table, load, base, add, jump = instructions[place - 4 : place + 1]
    is_switch = (
        table.code == base.code == iced.Code.LEA_R64_M
        and table.is_ip_rel_memory_operand
        and base.is_ip_rel_memory_operand
        and load.code == iced.Code.MOV_R32_RM32
        and load.memory_base == table.op0_register
        and load.memory_index_scale == 4
        and iced.RegisterExt.full_register(load.op0_register) == add.op0_register == jump.op0_register
        and add.code in (iced.Code.ADD_R64_RM64, iced.Code.ADD_RM64_R64)
        and add.op1_register == base.op0_register
    )
    if not is_switch:
        return None
    count = None
    for instruction in reversed(instructions[max(0, place - 4 - _LOOK_BACK) : place - 4]):
        if instruction.mnemonic == iced.Mnemonic.CMP:
            if instruction.op1_kind in (iced.OpKind.IMMEDIATE8TO32, iced.OpKind.IMMEDIATE32):
                count = (instruction.immediate(1) & 0xFFFFFFFF) + 1
            break
    return Switch(jump.ip, table.ip_rel_memory_address, base.ip_rel_memory_address, count)


# --- arm64 ------------------------------------------------------------------------------------------------------------

_ARM64_JUMP: Final = b"\x1f\xd6"  # of every br
_BR: Final = 0xD61F0000
_BR_MASK: Final = 0xFFFFFC1F
_ADD_REGISTERS: Final = 0x8B000000  # add xd, xn, xm
_ADD_REGISTERS_MASK: Final = 0xFFE0FC00
_LDR_W_SCALED: Final = 0xB8605800  # ldr wt, [xn, xm or wm, lsl or uxtw #2]
_LDR_W_SCALED_MASK: Final = 0xFFE0DC00
_CMP_W_IMMEDIATE: Final = 0x7100001F
_CMP_W_IMMEDIATE_MASK: Final = 0xFF80001F


def arm64_switches(code: bytes, rva: int) -> list[Switch]:
    """The switches of a runtime function at an RVA."""
    if _ARM64_JUMP not in code:
        return []
    words = [word for (word,) in struct.iter_unpack("<I", code[: len(code) & ~3])]
    found = []
    for place in range(4, len(words)):
        if words[place] & _BR_MASK == _BR:
            switch = _arm64_switch(words, place, rva)
            if switch is not None:
                found.append(switch)
    return found


def _arm64_switch(words: Sequence[int], place: int, rva: int) -> Switch | None:
    table, load, base, add, jump = words[place - 4 : place + 1]
    start = place - 4
    if form_of(base) is not Form.ADR:
        # A method so long that its start is out of the reach of `adr`.
        if place < 5 or form_of(base) is not Form.ADD_IMMEDIATE or form_of(load) is not Form.ADRP:
            return None
        base_rva = page_or_address(load, rva + 4 * (place - 3)) + added_immediate(base)
        start -= 1
        table, load = words[start : start + 2]
    else:
        base_rva = page_or_address(base, rva + 4 * (place - 2))
    if form_of(table) is Form.ADR:
        table_rva = page_or_address(table, rva + 4 * start)
    elif start and form_of(table) is Form.ADD_IMMEDIATE and form_of(words[start - 1]) is Form.ADRP:
        start -= 1
        table_rva = page_or_address(words[start], rva + 4 * start) + added_immediate(table)
    else:
        return None
    target = jump >> 5 & 31
    is_switch = (
        add & _ADD_REGISTERS_MASK == _ADD_REGISTERS
        and load & _LDR_W_SCALED_MASK == _LDR_W_SCALED
        and load >> 5 & 31 == table & 31
        and load & 31 == add >> 5 & 31
        and add >> 16 & 31 == base & 31
        and add & 31 == target
    )
    if not is_switch:
        return None
    count = None
    for word in reversed(words[max(0, start - _LOOK_BACK) : start]):
        if word & _CMP_W_IMMEDIATE_MASK == _CMP_W_IMMEDIATE:
            count = added_immediate(word) + 1
            break
    return Switch(rva + 4 * place, table_rva, base_rva, count)
