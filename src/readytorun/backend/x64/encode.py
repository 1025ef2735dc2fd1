"""Machine code under construction.

Jumps inside the method are not in the buffer: each is a record (where, condition, label), and `finish` gives each of
them the shorter of its two encodings that reaches, then copies the pieces of code between them together. Starting from
short jumps everywhere, jumps that do not reach become long until all do; growing never makes another jump shorter, so
this ends.

A place in the code is therefore named by a *mark*: the number of jumps before it and the offset in the buffer. Marks
become offsets in the method's code by `offset` once `finish` has run.
"""

from __future__ import annotations

from typing import Final

from readytorun.backend.errors import Unsupported
from readytorun.backend.x64.forms import LEA_R_M, MOV_RM_IMM32
from readytorun.r2r.model import RelocationTarget

ALWAYS: Final = 16  # condition of an unconditional jump

_MARK_SHIFT: Final = 32
_MARK_MASK: Final = 0xFFFFFFFF
_PREFIXES: Final = (0, 0x66, 0xF3, 0xF2)

MAX_CODE: Final = 1 << 24  # bytes; a method that is longer is not worth it


class CodeBuffer:
    """Instructions, jumps, labels and relocated fields of one method.

    Attributes:
        buf: the bytes so far, without the jumps.
        instructions: number of instructions so far, jumps and those of single bytes not counted.
        reloc_marks, reloc_targets, reloc_addends: fields of 4 bytes that the image writer fills in.
        self_marks: fields of 4 bytes that get the distance from their end to a label (`self_labels`).
        jump_offsets: final offset behind each jump's bytes minus its offset in the buffer, i.e. the bytes of all jumps
            up to and including it; valid after `finish`.
    """

    __slots__ = (
        "buf",
        "instructions",
        "jump_conds",
        "jump_labels",
        "jump_raws",
        "jump_sizes",
        "labels",
        "reloc_addends",
        "reloc_marks",
        "reloc_targets",
        "self_labels",
        "self_marks",
        "sizes_before",
    )

    def __init__(self) -> None:
        self.buf: list[int] = []
        self.instructions = 0
        self.jump_raws: list[int] = []
        self.jump_conds: list[int] = []
        self.jump_labels: list[int] = []
        self.jump_sizes: list[int] = []
        self.sizes_before: list[int] = []
        self.labels: list[int] = []
        self.reloc_marks: list[int] = []
        self.reloc_targets: list[RelocationTarget] = []
        self.reloc_addends: list[int] = []
        self.self_marks: list[int] = []
        self.self_labels: list[int] = []

    # --- places ------------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """The current place."""
        return len(self.jump_raws) << _MARK_SHIFT | len(self.buf)

    def new_label(self) -> int:
        """A label that is not bound yet."""
        self.labels.append(-1)
        return len(self.labels) - 1

    def bind(self, label: int) -> None:
        """Bind the label to the current place."""
        self.labels[label] = self.mark()

    def jump(self, cond: int, label: int) -> None:
        """Jump to a label if the condition (a condition code or ALWAYS) holds."""
        self.jump_raws.append(len(self.buf))
        self.jump_conds.append(cond)
        self.jump_labels.append(label)

    # --- raw bytes ---------------------------------------------------------------------------------------------

    def byte(self, value: int) -> None:
        self.buf.append(value & 0xFF)

    def imm32(self, value: int) -> None:
        buf = self.buf
        buf.append(value & 0xFF)
        buf.append(value >> 8 & 0xFF)
        buf.append(value >> 16 & 0xFF)
        buf.append(value >> 24 & 0xFF)

    # --- instructions ------------------------------------------------------------------------------------------

    def _opcode(self, form: int, rex: int) -> None:
        buf = self.buf
        self.instructions += 1
        if form & 0x20000:
            buf.append(0xF0)
        prefix = form >> 10 & 3
        if prefix:
            buf.append(0x66 if prefix == 1 else 0xF3 if prefix == 2 else 0xF2)
        if rex:
            buf.append(rex | 0x40)
        opcode_map = form >> 8 & 3
        if opcode_map:
            buf.append(0x0F)
            if opcode_map > 1:
                buf.append(0x38 if opcode_map == 2 else 0x3A)
        buf.append(form & 0xFF)

    def rr(self, form: int, wide: int, reg: int, rm: int) -> None:
        """Register-register form; `wide` is REX.W. Vector registers count from 16 and are told by the form."""
        reg &= 15
        rm &= 15
        rex = wide << 3 | reg >> 3 << 2 | rm >> 3
        if not rex and ((form & 0x8000 and reg >= 4) or (form & 0x10000 and rm >= 4)):
            rex = 0x40
        self._opcode(form, rex)
        self.buf.append(0xC0 | (reg & 7) << 3 | rm & 7)

    def digit(self, form: int, wide: int, digit: int, rm: int) -> None:
        """Form with an operation digit and a register operand."""
        rm &= 15
        rex = wide << 3 | rm >> 3
        if not rex and form & 0x10000 and rm >= 4:
            rex = 0x40
        self._opcode(form, rex)
        self.buf.append(0xC0 | (form >> 12 & 7 | digit) << 3 | rm & 7)

    def rm(self, form: int, wide: int, reg: int, base: int, index: int, scale: int, disp: int) -> None:
        """Register-memory form; `index` -1 for none; for digit forms `reg` is the digit.

        `scale` is in bytes. The displacement must fit 32 signed bits.
        """
        reg &= 15
        if form & 0x7000:
            reg = form >> 12 & 7
        rex = wide << 3 | reg >> 3 << 2 | base >> 3
        if index >= 0:
            rex |= index >> 3 << 1
        if not rex and form & 0x8000 and reg >= 4:
            rex = 0x40
        self._opcode(form, rex)
        buf = self.buf
        reg = (reg & 7) << 3
        low = base & 7
        mod = 0 if disp == 0 and low != 5 else 0x40 if -128 <= disp <= 127 else 0x80
        if index >= 0:
            buf.append(mod | reg | 4)
            log = 0 if scale == 1 else 1 if scale == 2 else 2 if scale == 4 else 3
            buf.append(log << 6 | (index & 7) << 3 | low)
        else:
            buf.append(mod | reg | low)
            if low == 4:
                buf.append(0x24)
        if mod == 0x40:
            buf.append(disp & 0xFF)
        elif mod:
            self.imm32(disp)

    def rip(self, form: int, wide: int, reg: int, target: RelocationTarget, addend: int, immediate_size: int) -> None:
        """Register-memory form that names a relocation target; `immediate_size` bytes of immediate must follow."""
        reg &= 15
        if form & 0x7000:
            reg = form >> 12 & 7
        rex = wide << 3 | reg >> 3 << 2
        if not rex and form & 0x8000 and reg >= 4:
            rex = 0x40
        self._opcode(form, rex)
        self.buf.append((reg & 7) << 3 | 5)
        self.reloc_marks.append(self.mark())
        self.reloc_targets.append(target)
        self.reloc_addends.append(addend - immediate_size)
        self.imm32(0)

    def lea_label(self, reg: int, label: int) -> None:
        """lea reg, [rip → label]"""
        self._opcode(LEA_R_M, 8 | reg >> 3 << 2)
        self.buf.append((reg & 7) << 3 | 5)
        self.self_marks.append(self.mark())
        self.self_labels.append(label)
        self.imm32(0)

    def call_label(self, label: int) -> None:
        """call rel32 → label"""
        self.buf.append(0xE8)
        self.self_marks.append(self.mark())
        self.self_labels.append(label)
        self.imm32(0)

    def mov_imm(self, reg: int, value: int, wide: int) -> None:
        """Load a constant without touching the flags."""
        buf = self.buf
        low = reg & 7
        high = reg >> 3
        self.instructions += 1
        if not wide:
            value &= 0xFFFFFFFF
        if 0 <= value <= 0xFFFFFFFF:
            if high:
                buf.append(0x41)
            buf.append(0xB8 | low)
            self.imm32(value)
        elif -0x80000000 <= value < 0:
            self.instructions -= 1
            self.rr(MOV_RM_IMM32, 1, 0, reg)
            self.imm32(value)
        else:
            buf.append(0x48 | high)
            buf.append(0xB8 | low)
            self.imm32(value)
            self.imm32(value >> 32)

    def bswap(self, reg: int, wide: int) -> None:
        rex = wide << 3 | reg >> 3
        if rex:
            self.buf.append(0x40 | rex)
        self.buf.append(0x0F)
        self.buf.append(0xC8 | reg & 7)

    def push(self, reg: int) -> None:
        if reg >= 8:
            self.buf.append(0x41)
        self.buf.append(0x50 | reg & 7)

    def pop(self, reg: int) -> None:
        if reg >= 8:
            self.buf.append(0x41)
        self.buf.append(0x58 | reg & 7)

    # --- the end -----------------------------------------------------------------------------------------------

    def _settle_jumps(self) -> None:
        """Choose the size of each jump and compute `sizes_before`."""
        raws = self.jump_raws
        conds = self.jump_conds
        count = len(raws)
        sizes = [2] * count
        before = [0] * (count + 1)
        targets = [self.labels[label] for label in self.jump_labels]
        changed = True
        while changed:
            changed = False
            total = 0
            for i in range(count):
                total += sizes[i]
                before[i + 1] = total
            for i in range(count):
                if sizes[i] == 2:
                    target = targets[i]
                    distance = (target & _MARK_MASK) + before[target >> _MARK_SHIFT] - raws[i] - before[i + 1]
                    if not -128 <= distance <= 127:
                        sizes[i] = 5 if conds[i] == ALWAYS else 6
                        changed = True
        self.jump_sizes = sizes
        self.sizes_before = before

    def offset(self, mark: int) -> int:
        """Offset in the method's code of a mark; after `finish`."""
        return (mark & _MARK_MASK) + self.sizes_before[mark >> _MARK_SHIFT]

    def label_offset(self, label: int) -> int:
        """Offset in the method's code of a bound label; after `finish`."""
        return self.offset(self.labels[label])

    def finish(self) -> bytes:
        """Give every jump its encoding and return the code; relocated fields stay zero."""
        self._settle_jumps()
        buf = self.buf
        raws = self.jump_raws
        sizes = self.jump_sizes
        before = self.sizes_before
        if len(buf) + before[len(raws)] > MAX_CODE:
            raise Unsupported("too-large", f"{len(buf)} bytes of code")
        for i in range(len(self.self_marks)):
            mark = self.self_marks[i]
            raw = mark & _MARK_MASK
            distance = self.label_offset(self.self_labels[i]) - self.offset(mark) - 4
            for k in range(4):
                buf[raw + k] = distance >> 8 * k & 0xFF
        result: list[int] = []
        start = 0
        for i in range(len(raws)):
            raw = raws[i]
            if raw > start:
                result += buf[start:raw]
                start = raw
            target = self.labels[self.jump_labels[i]]
            distance = (target & _MARK_MASK) + before[target >> _MARK_SHIFT] - raw - before[i + 1]
            cond = self.jump_conds[i]
            if sizes[i] == 2:
                result.append(0xEB if cond == ALWAYS else 0x70 | cond)
                result.append(distance & 0xFF)
            else:
                if cond == ALWAYS:
                    result.append(0xE9)
                else:
                    result.append(0x0F)
                    result.append(0x80 | cond)
                result.append(distance & 0xFF)
                result.append(distance >> 8 & 0xFF)
                result.append(distance >> 16 & 0xFF)
                result.append(distance >> 24 & 0xFF)
        result += buf[start:]
        return bytes(result)
