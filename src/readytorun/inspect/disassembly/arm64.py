"""arm64 code as text.

An address takes two or three instructions: `adrp x11, page`, `add x11, x11, #offset`, `ldr x16, [x11]`. Which register
holds the address of which cell, or what was loaded through it, is followed along straight lines of code: up to a place
where control may arrive from elsewhere, over calls for the registers that calls keep, until the register is written.
What a group is about is said once, in the comment of the instruction that uses it in the end.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import starmap
from typing import Final

from readytorun.inspect.disassembly.arm64_words import (
    FIRST_ACTIVE,
    VOLATILE,
    Form,
    access_offset,
    added_immediate,
    branch_target,
    decode_word,
    form_of,
    literal_address,
    page_or_address,
    written_registers,
)
from readytorun.inspect.disassembly.instruction import CodeExtent, Instruction, OperandNames
from readytorun.inspect.symbols import Symbols

_LOOK_AHEAD: Final = 16  # words from a part of a group to the part that uses it
_BRANCHES: Final = (Form.BRANCH, Form.CONDITIONAL_BRANCH, Form.CALL)
_LINE_ENDS: Final = (Form.BRANCH, Form.REGISTER_BRANCH, Form.END)
_DEEPEST: Final = 2
_ACCESSES: Final = (Form.LOAD_POINTER, Form.ACCESS)
_REGISTER_TARGETS: Final = (Form.REGISTER_CALL, Form.REGISTER_BRANCH)
_new: Final = tuple.__new__  # makes an Instruction in a third of the time that the class itself takes


def referenced_addresses(code: bytes, rva: int) -> set[int]:
    """The RVAs that direct branches go to, and that `adr` or `adrp` with `add` make; where straight lines end."""
    found = set()
    page_register, page = -1, 0  # of an `adrp` just before
    for (word,) in struct.iter_unpack("<I", code[: len(code) & ~3]):
        # Branches, and `adr`: all that has its target in the word.
        if word & 0x1C000000 == 0x14000000 or word & 0x9F000000 == 0x10000000:
            form = form_of(word)
            if form in _BRANCHES:
                found.add(branch_target(word, rva))
            elif form is Form.ADR:
                found.add(page_or_address(word, rva))
            page_register = -1
        elif word & 0x9F000000 == 0x90000000:
            page_register, page = word & 31, page_or_address(word, rva)
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
    describe = line.describe
    new = _new
    whole = code[: len(code) & ~3]
    numbers = struct.iter_unpack("<I", whole)
    words = starmap(decode_word, struct.iter_unpack("<I", whole))
    encodings = struct.iter_unpack("4s", whole)
    for (number,), (text, form, writes, uses), (raw,) in zip(numbers, words, encodings, strict=True):
        known = line.known
        if known and rva in join_points:
            known = line.known = 0
        if form >= FIRST_ACTIVE or known & uses:
            yield describe[form](rva, raw, number, text)
        else:
            if known:
                line.known = known & ~writes
            yield new(Instruction, (rva, 4, raw, text, "", None, None))
        rva += 4
    if len(code) & 3:
        rest = code[len(whole) :]
        yield Instruction(rva, len(rest), rest, ".byte " + ", ".join(f"{byte:#04x}" for byte in rest))


class _StraightLine:
    """What the registers are known to hold, and the description of the instructions that this depends on.

    Attributes:
        known: mask of the registers about which something is known.
        values: of those, by register, (depth, RVA): depth 0 is the address itself, 1 what was loaded from there, 2 what
            was loaded through that.
        describe: by form, makes the instruction from its RVA, bytes, word and text, and updates what is known.
    """

    def __init__(self, code: bytes, rva: int, names: OperandNames, join_points: Collection[int]) -> None:
        self.code = code
        self.start = rva
        self.names = names
        self.cell_text = names.symbols.cell_text
        self.join_points = join_points
        self.known = 0
        self.values = [(0, 0)] * 32
        self.describe: dict[Form, Callable[[int, bytes, int, str], Instruction]] = {
            Form.ADD_IMMEDIATE: self._add,
            Form.MOVE: self._move,
            Form.ACCESS: self._access,
            Form.LOAD_POINTER: self._load_pointer,
            Form.REGISTER_CALL: self._register_call,
            Form.REGISTER_BRANCH: self._register_branch,
            Form.ADR: self._adr,
            Form.ADRP: self._adrp,
            Form.LOAD_LITERAL: self._load_literal,
            Form.CONDITIONAL_BRANCH: self._conditional_branch,
            Form.BRANCH: self._branch,
            Form.CALL: self._call,
            Form.END: self._end,
        }

    def _set(self, register: int, depth: int, address: int) -> None:
        if register != 31:
            self.values[register] = (depth, address)
            self.known |= 1 << register

    # --- making addresses ---------------------------------------------------------------------------------------------

    def _adrp(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        page = page_or_address(word, rva)
        self._set(word & 31, 0, page)
        return _new(Instruction, (rva, 4, raw, f"{text}{page:#x}", "", None, None))

    def _adr(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        address = page_or_address(word, rva)
        self._set(word & 31, 0, address)
        name, description = self._address(address)
        return Instruction(rva, 4, raw, text + (name or f"{address:#x}"), description, None, address)

    def _add(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        register = word & 31
        depth, address = self.values[word >> 5 & 31]
        self.known &= ~(1 << register)
        if depth:
            return Instruction(rva, 4, raw, text)
        address += added_immediate(word)
        self._set(register, 0, address)
        comment = f"{address:#x}"
        if not self._is_used(rva, register, _ACCESSES):  # otherwise the name is there
            name, description = self._address(address)
            comment = name or description or comment
        return _new(Instruction, (rva, 4, raw, text, comment, None, address))

    def _move(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        self._set(word & 31, *self.values[word >> 16 & 31])
        return Instruction(rva, 4, raw, text)

    # --- memory -------------------------------------------------------------------------------------------------------

    def _load_literal(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        address = literal_address(word, rva)
        cell = self.cell_text(address)
        self.known &= ~written_registers(word)
        if cell is None:
            description = self.names.symbols.data_text(address) or ""
            return Instruction(rva, 4, raw, f"{text}{address:#x}", description, None, address)
        if word >> 24 == 0x58:  # 64 bits
            self._set(word & 31, 1, address)
        return Instruction(rva, 4, raw, f"{text}[{cell}]", "", None, address)

    def _access(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        depth, address = self.values[word >> 5 & 31]
        self.known &= ~written_registers(word)
        if depth:
            return Instruction(rva, 4, raw, text)
        address += access_offset(word)
        name, description = self._address(address)
        return Instruction(rva, 4, raw, text, name or description, None, address)

    def _load_pointer(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        register = word & 31
        depth, address = self.values[word >> 5 & 31]
        offset = access_offset(word)
        self.known &= ~(1 << register)
        if depth:
            # Through what was loaded: only its first word is followed, as in cells that point to a code pointer.
            if depth < _DEEPEST and not offset:
                self._set(register, depth + 1, address)
            return Instruction(rva, 4, raw, text)
        address += offset
        cell = self.cell_text(address)
        if cell is None:
            name, description = self.names.address(address)
            return Instruction(rva, 4, raw, text, name or description, None, address)
        self._set(register, 1, address)
        if self._is_used(rva, register, _REGISTER_TARGETS):
            cell = ""  # the name is there
        return _new(Instruction, (rva, 4, raw, text, cell, None, address))

    # --- branches -----------------------------------------------------------------------------------------------------

    def _conditional_branch(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        target = branch_target(word, rva)
        operand, comment = self.names.jump_target(target)
        return _new(Instruction, (rva, 4, raw, text + operand, comment, target, None))

    def _branch(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        self.known = 0
        return self._conditional_branch(rva, raw, word, text)

    def _call(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        self.known &= ~VOLATILE
        target = branch_target(word, rva)
        operand, comment = self.names.call_target(target)
        return Instruction(rva, 4, raw, text + operand, comment, target)

    def _register_call(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        comment = self._cell_behind(word)
        self.known &= ~VOLATILE
        return _new(Instruction, (rva, 4, raw, text, comment, None, None))

    def _register_branch(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        comment = self._cell_behind(word)
        self.known = 0
        return Instruction(rva, 4, raw, text, comment)

    def _end(self, rva: int, raw: bytes, word: int, text: str) -> Instruction:
        self.known = 0
        return _new(Instruction, (rva, 4, raw, text, "", None, None))

    # --- names --------------------------------------------------------------------------------------------------------

    def _cell_behind(self, word: int) -> str:
        """The fixup of the cell whose content is in the register that a branch goes to."""
        register = word >> 5 & 31
        if not self.known >> register & 1:
            return ""
        depth, address = self.values[register]
        return self.cell_text(address) or "" if depth else ""

    def _address(self, address: int) -> tuple[str, str]:
        name = self.cell_text(address)
        return self.names.address(address) if name is None else (name, "")

    def _is_used(self, rva: int, register: int, forms: tuple[Form, ...]) -> bool:
        """Whether a register is the base of one of these forms soon, in the same straight line, unchanged."""
        code = self.code
        start = rva - self.start + 4
        for place in range(start, min(start + 4 * _LOOK_AHEAD, len(code) - 3), 4):
            if self.start + place in self.join_points:
                return False
            number = int.from_bytes(code[place : place + 4], "little")
            _, form, writes, _ = decode_word(number)
            if form in forms and number >> 5 & 31 == register:
                return True
            if writes >> register & 1 or form in _LINE_ENDS:
                return False
        return False
