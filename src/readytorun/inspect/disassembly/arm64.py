"""arm64 code as text.

An address takes two or three instructions: `adrp x11, page`, `add x11, x11, #offset`, `ldr x16, [x11]`. Which register
holds the address of which cell, or what was loaded through it, is followed along straight lines of code: up to a place
where control may arrive from elsewhere, over calls for the registers that calls keep, until the register is written.
What a group is about is said once, in the comment of the instruction that uses it in the end.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from readytorun.inspect.disassembly.arm64_words import (
    Form,
    access_offset,
    added_immediate,
    branch_target,
    decode_word,
    form_of,
    literal_address,
    page_or_address,
)
from readytorun.inspect.disassembly.instruction import CodeExtent, Instruction, OperandNames
from readytorun.inspect.symbols import Symbols

_LOOK_AHEAD: Final = 16  # words from a part of a group to the part that uses it
_BRANCHES: Final = (Form.BRANCH, Form.CONDITIONAL_BRANCH, Form.CALL)
_DEEPEST: Final = 2


def referenced_addresses(code: bytes, rva: int) -> set[int]:
    """The RVAs that direct branches go to, and that `adr` or `adrp` with `add` make; where straight lines end."""
    found = set()
    page_register, page = -1, 0  # of an `adrp` just before
    for (word,) in struct.iter_unpack("<I", code[: len(code) & ~3]):
        # Branches, and `adr`: all that has its target in the word.
        if word & 0x1C000000 == 0x14000000 or word & 0x9F000000 == 0x10000000:
            form = form_of(word)
            if form in _BRANCHES:
                found.add(branch_target(word, form, rva))
            elif form is Form.ADR:
                found.add(page_or_address(word, form, rva))
            page_register = -1
        elif word & 0x9F000000 == 0x90000000:
            page_register, page = word & 31, page_or_address(word, Form.ADRP, rva)
        elif page_register >= 0:
            if word & 0xFF800000 == 0x91000000 and word >> 5 & 31 == page_register:
                found.add(page + added_immediate(word))
            page_register = -1
        rva += 4
    return found


def disassemble(
    code: bytes,
    rva: int,
    symbols: Symbols,
    extents: Sequence[CodeExtent] = (),
    join_points: Collection[int] | None = None,
) -> Iterator[Instruction]:
    """The instructions of `code`, which lies at `rva`, one by one.

    Args:
        symbols: names of addresses.
        extents: the parts of the method, for labels; `code` alone if there are none.
        join_points: RVAs at which control may arrive from elsewhere; of `code` alone if None.
    """
    if join_points is None:
        join_points = referenced_addresses(code, rva)
    names = OperandNames(symbols, extents or (CodeExtent(rva, rva + len(code)),))
    line = _StraightLine(code, rva, names, join_points)
    position = 0
    for (number,) in struct.iter_unpack("<I", code[: len(code) & ~3]):
        raw = code[position : position + 4]
        word = decode_word(number)
        if line.known and rva in join_points:
            line.forget_all()
        if word.form:
            yield line.instruction(number, word.text, word.form, word.writes, raw, position)
        else:
            if line.known & word.writes:
                line.forget(word.writes)
            yield Instruction(rva, 4, raw, word.text)
        position += 4
        rva += 4
    if len(code) & 3:
        rest = code[position:]
        yield Instruction(rva, len(rest), rest, ".byte " + ", ".join(f"{byte:#04x}" for byte in rest))


class _StraightLine:
    """What the registers are known to hold.

    Attributes:
        known: mask of the registers about which something is known.
        values: by register, (depth, RVA): depth 0 is the address itself, 1 what was loaded from there, 2 what was
            loaded through that.
    """

    def __init__(self, code: bytes, rva: int, names: OperandNames, join_points: Collection[int]) -> None:
        self.code = code
        self.start = rva
        self.names = names
        self.join_points = join_points
        self.known = 0
        self.values: dict[int, tuple[int, int]] = {}

    def forget(self, written: int) -> None:
        """Registers were written."""
        for register in [register for register in self.values if written >> register & 1]:
            del self.values[register]
        self.known &= ~written

    def forget_all(self) -> None:
        self.values.clear()
        self.known = 0

    def _set(self, register: int, value: tuple[int, int]) -> None:
        if register != 31:
            self.values[register] = value
            self.known |= 1 << register

    def instruction(self, word: int, text: str, form: Form, writes: int, raw: bytes, position: int) -> Instruction:
        """The instruction at `position` of the code, with everything that is known about its operands."""
        rva = self.start + position
        result = Instruction(rva, 4, raw, text)
        register = word & 31
        base = self.values.get(word >> 5 & 31)
        value = None  # what the written register holds afterwards
        if form is Form.ADRP:
            page = page_or_address(word, form, rva)
            result.text = f"{text}{page:#x}"
            value = (0, page)
        elif form is Form.ADR:
            address = page_or_address(word, form, rva)
            name, result.comment = self._address(address)
            result.text = text + (name or f"{address:#x}")
            result.memory_target = address
            value = (0, address)
        elif form is Form.ADD_IMMEDIATE:
            if base is not None and base[0] == 0:
                address = base[1] + added_immediate(word)
                result.memory_target = address
                value = (0, address)
                self.forget(writes)
                result.comment = self._comment_of_address(address, position, register)
        elif form is Form.MOVE:
            value = self.values.get(word >> 16 & 31)
        elif form is Form.LOAD_LITERAL:
            address = literal_address(word, rva)
            name = self.names.symbols.cell_text(address)
            result.text = f"{text}{address:#x}" if name is None else f"{text}[{name}]"
            result.memory_target = address
            value = (1, address) if name is not None and word >> 24 == 0x58 else None
        elif form is Form.ACCESS or form is Form.LOAD_POINTER:
            if base is not None:
                value = self._access(result, word, form, base, position)
        elif form is Form.CONDITIONAL_BRANCH or form is Form.BRANCH:
            result.target = branch_target(word, form, rva)
            operand, result.comment = self.names.jump_target(result.target)
            result.text = text + operand
        elif form is Form.CALL:
            result.target = branch_target(word, form, rva)
            operand, result.comment = self.names.call_target(result.target)
            result.text = text + operand
        elif form is Form.REGISTER_CALL or form is Form.REGISTER_BRANCH:
            if base is not None and base[0]:
                result.comment = self.names.symbols.cell_text(base[1]) or ""
        if form is Form.BRANCH or form is Form.REGISTER_BRANCH or form is Form.END:
            self.forget_all()
        else:
            self.forget(writes)
            if value is not None:
                self._set(register, value)
        return result

    def _access(
        self, result: Instruction, word: int, form: Form, base: tuple[int, int], position: int
    ) -> tuple[int, int] | None:
        """A load or store relative to a known register; returns what a loaded register holds."""
        depth, address = base
        offset = access_offset(word)
        if depth:
            # Through what was loaded: only its first word is followed, as in cells that point to a code pointer.
            return (depth + 1, address) if form is Form.LOAD_POINTER and not offset and depth < _DEEPEST else None
        address += offset
        result.memory_target = address
        name = self.names.symbols.cell_text(address)
        if name is None:
            name, description = self.names.address(address)
            result.comment = name or description
            return None
        if form is not Form.LOAD_POINTER:
            result.comment = name
            return None
        if not self._is_used(position, word & 31, (Form.REGISTER_CALL, Form.REGISTER_BRANCH)):
            result.comment = name
        return 1, address

    def _address(self, address: int) -> tuple[str, str]:
        name = self.names.symbols.cell_text(address)
        return self.names.address(address) if name is None else (name, "")

    def _comment_of_address(self, address: int, position: int, register: int) -> str:
        """The comment of the `add` that completes an address; just the address if a load that has a comment follows."""
        name, description = self._address(address)
        if self._is_used(position, register, (Form.ACCESS, Form.LOAD_POINTER)):
            return f"{address:#x}"
        return name or description or f"{address:#x}"

    def _is_used(self, position: int, register: int, forms: tuple[Form, ...]) -> bool:
        """Whether a register is the base of one of these forms soon, in the same straight line, unchanged."""
        for place in range(position + 4, min(position + 4 * _LOOK_AHEAD, len(self.code) - 3), 4):
            if self.start + place in self.join_points:
                return False
            number = int.from_bytes(self.code[place : place + 4], "little")
            word = decode_word(number)
            if word.form in forms and number >> 5 & 31 == register:
                return True
            if word.writes >> register & 1 or word.form in (Form.BRANCH, Form.REGISTER_BRANCH, Form.END):
                return False
        return False
