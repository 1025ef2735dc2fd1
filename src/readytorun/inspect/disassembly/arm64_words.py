"""What one arm64 instruction word is: its text, the few forms that matter for addresses, and the registers it writes.

Text comes from capstone, once per distinct word: a word of the core library occurs twenty times on average. Forms and
written registers are decoded here (Arm Architecture Reference Manual, C4.1 "A64 instruction set encoding"). Registers
that are written are a mask, bit n = xn; where an encoding group is not told apart further, too many bits are set.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from typing import Final, NamedTuple

import capstone  # type: ignore[import-untyped]

_DISTINCT_WORDS_KEPT: Final = 1 << 17
_ALL: Final = 0x7FFFFFFF  # register 31 is the stack pointer or zero: never tracked
_LINK: Final = 1 << 30
VOLATILE: Final = 0x7FFFF | _LINK  # x0 to x18, and the link register


class Form(IntEnum):
    """The forms of instructions that make, use or end addresses; PLAIN is everything else."""

    PLAIN = 0
    # Of interest only when something is known of the register that they use:
    ADD_IMMEDIATE = 1  # 64 bits, not setting flags
    MOVE = 2  # 64 bits, register to register
    ACCESS = 3  # load or store with an unsigned offset from a register
    LOAD_POINTER = 4  # of those, a load of 64 bits into an integer register
    REGISTER_CALL = 5
    # Of interest always:
    REGISTER_BRANCH = 6
    ADR = 7
    ADRP = 8
    LOAD_LITERAL = 9
    CONDITIONAL_BRANCH = 10
    BRANCH = 11
    CALL = 12
    END = 13  # return, break: nothing follows


FIRST_ACTIVE: Final = Form.REGISTER_BRANCH


class Word(NamedTuple):
    """One instruction word.

    Attributes:
        text: mnemonic and operands; of forms with a pc-relative operand, without that, which is the last.
        form: what to look at.
        writes: mask of integer registers.
        uses: mask of the register whose content matters, for forms below FIRST_ACTIVE.
    """

    text: str
    form: Form
    writes: int
    uses: int


_PC_RELATIVE: Final = frozenset(
    (Form.ADR, Form.ADRP, Form.LOAD_LITERAL, Form.CONDITIONAL_BRANCH, Form.BRANCH, Form.CALL)
)


@cache
def _capstone() -> capstone.Cs:
    return capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN)


@lru_cache(_DISTINCT_WORDS_KEPT)
def decode_word(word: int) -> Word:
    """Take one instruction word apart; a word that is no instruction has the text of a directive."""
    found = next(_capstone().disasm_lite(word.to_bytes(4, "little"), 0), None)
    if found is None:
        return Word(f".word {word:#010x}", Form.PLAIN, _ALL, 0)
    _, _, mnemonic, operands = found
    form = form_of(word)
    uses = 0
    if form in _PC_RELATIVE:
        text = f"{mnemonic} {operands[: operands.rindex('#')]}"
        return Word(text, form, written_registers(word), 0)
    if form is Form.MOVE:
        uses = 1 << (word >> 16 & 31)
    elif form is not Form.PLAIN:
        uses = 1 << (word >> 5 & 31)
    return Word(f"{mnemonic} {operands}" if operands else mnemonic, form, written_registers(word), uses & _ALL)


def form_of(word: int) -> Form:
    """The form of an instruction word."""
    if word & 0x1F000000 == 0x10000000:
        return Form.ADRP if word >> 31 else Form.ADR
    if word & 0xFF800000 == 0x91000000:
        return Form.ADD_IMMEDIATE
    if word & 0xFFE0FFE0 == 0xAA0003E0:
        return Form.MOVE
    if word & 0x3B000000 == 0x18000000:
        return Form.LOAD_LITERAL
    if word & 0x3B000000 == 0x39000000:
        return Form.LOAD_POINTER if word & 0xFFC00000 == 0xF9400000 else Form.ACCESS
    if word & 0x7C000000 == 0x14000000:
        return Form.CALL if word >> 31 else Form.BRANCH
    if word & 0xFF000000 == 0x54000000 or word & 0x7C000000 == 0x34000000:
        return Form.CONDITIONAL_BRANCH
    if word & 0xFE000000 == 0xD6000000:
        kind = word >> 21 & 7  # with the pointer-authenticating variants, bit 24
        if kind == 1:
            return Form.REGISTER_CALL
        return Form.REGISTER_BRANCH if kind == 0 else Form.END
    if word & 0xFFE0001F == 0xD4200000:
        return Form.END
    return Form.PLAIN


# --- fields -----------------------------------------------------------------------------------------------------------


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> bits - 1 else value


def branch_target(word: int, pc: int) -> int:
    """Where a direct branch or call at `pc` goes."""
    if word & 0x7C000000 == 0x14000000:  # b, bl
        return pc + 4 * _signed(word & 0x3FFFFFF, 26)
    if word & 0x7E000000 == 0x36000000:  # tbz, tbnz
        return pc + 4 * _signed(word >> 5 & 0x3FFF, 14)
    return pc + 4 * _signed(word >> 5 & 0x7FFFF, 19)


def literal_address(word: int, pc: int) -> int:
    """The address that a literal load at `pc` reads."""
    return pc + 4 * _signed(word >> 5 & 0x7FFFF, 19)


def page_or_address(word: int, pc: int) -> int:
    """The value that `adr` or `adrp` at `pc` makes."""
    distance = _signed(word >> 3 & 0x1FFFFC | word >> 29 & 3, 21)
    return (pc & ~0xFFF) + (distance << 12) if word >> 31 else pc + distance


def added_immediate(word: int) -> int:
    """The immediate of an `add`."""
    return (word >> 10 & 0xFFF) << (12 if word >> 22 & 1 else 0)


def access_offset(word: int) -> int:
    """The unsigned offset, in bytes, of a load or store."""
    scale = word >> 30
    if word >> 26 & 1 and word >> 23 & 1:
        scale += 4  # 128 bits
    return (word >> 10 & 0xFFF) << scale


# --- written registers ------------------------------------------------------------------------------------------------


def written_registers(word: int) -> int:
    """Mask of the integer registers that an instruction may write; calls are taken to keep x19 to x28 and x29."""
    group = word >> 25 & 15
    if group in (8, 9):  # immediates
        return 1 << (word & 31) & _ALL
    if group in (10, 11):
        return _written_by_branch(word)
    if group in (5, 13):  # registers
        if word & 0x3FE00000 == 0x3A400000:  # conditional compare
            return 0
        return 1 << (word & 31) & _ALL
    if group in (7, 15):
        return _written_by_vector(word)
    if group in (4, 6, 12, 14):
        return _written_by_access(word)
    return _ALL  # reserved, SVE, SME


def _written_by_branch(word: int) -> int:
    if word & 0xFC000000 == 0x94000000:
        return VOLATILE
    if word & 0xFE000000 == 0xD6000000:
        return VOLATILE if word >> 21 & 7 == 1 else 0
    if word & 0xFF000000 == 0xD4000000:  # exceptions
        return 0 if word & 0xFFE0001F == 0xD4200000 else _ALL
    if word & 0xFFFFF01F == 0xD503201F:  # hints; those of pointer authentication write x17 or the link register
        return 0 if word == 0xD503201F else 1 << 17 | _LINK
    if word & 0xFF000000 == 0xD5000000:  # system; `mrs` and `sysl` write a register
        return 1 << (word & 31) & _ALL
    return 0


def _written_by_vector(word: int) -> int:
    to_general = (
        word & 0x5F200000 == 0x1E000000  # conversion to fixed point
        or word & 0x5F20FC00 == 0x1E200000  # conversion to integer, fmov
        or word & 0xBFE0EC00 == 0x0E002C00  # smov, umov
    )
    return 1 << (word & 31) & _ALL if to_general else 0


def _written_by_access(word: int) -> int:
    target = 1 << (word & 31)
    base = 1 << (word >> 5 & 31)
    second = 1 << (word >> 10 & 31)
    status = 1 << (word >> 16 & 31)
    is_vector = word >> 26 & 1
    kind = word >> 27 & 7
    if kind == 3 and not word >> 24 & 1:  # literal
        return 0 if is_vector else target & _ALL
    if kind == 5:  # pairs
        written = base if word >> 23 & 1 else 0
        if word >> 22 & 1 and not is_vector:
            written |= target | second
        return written & _ALL
    if kind == 7:
        if word >> 24 & 1 or (not word >> 21 & 1 and not word >> 10 & 1) or (word >> 21 & 1 and word >> 10 & 3 == 2):
            written = 0  # no writeback: unsigned offset, unscaled or unprivileged, register offset
        elif word >> 21 & 1:
            # Atomic memory operations, and loads with pointer authentication.
            return (target | base if word >> 10 & 1 else target) & _ALL
        else:
            written = base
        if word >> 22 & 3 and not is_vector:
            written |= target
        return written & _ALL
    if is_vector:  # structures: only a writeback
        return base & _ALL
    return (target | base | second | status) & _ALL
