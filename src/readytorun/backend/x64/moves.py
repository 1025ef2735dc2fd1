"""Parallel moves: values that change their places all at once (parameters, arguments, phis).

A move whose target no other pending move reads can be done. When none is left that could, what remains are cycles: the
source of one move is saved in a scratch register, which frees it.

Registers and frame slots are places alike. A move may also read memory at an address that is in a place: part of a
struct that is passed in registers.
"""

from __future__ import annotations

from typing import Final

from readytorun.backend.lowering import CLASS_FLOAT, FIRST_SLOT, NO_PLACE
from readytorun.backend.x64.emit import Emitter
from readytorun.backend.x64.forms import (
    MOV_R8_RM8,
    MOV_R_RM,
    MOVSD_X_M,
    MOVSS_X_M,
    MOVZX_R_RM8,
    MOVZX_R_RM16,
    SHIFT_RM_IMM8,
    SHIFT_SHL,
)
from readytorun.backend.x64.registers import FLOAT_SCRATCH, FLOAT_SCRATCH2, SCRATCH, SCRATCH2, XMM0
from readytorun.ir.ops import ConstOp, Op, SlotOp
from readytorun.ir.types import F32, F64, I32, I64

_DONE: Final = -1


class Moves:
    """A set of parallel moves; lists are indexed by move.

    Attributes:
        targets: place to write.
        sources: place to read, NO_PLACE for constants and the like.
        types: IR type of what is moved; of a struct's part F64 for vector registers, else I64.
        values: the value itself, or the address of a struct, for moves without source place.
        displacements, sizes: of a part of a struct in bytes; size 0 for plain moves.
    """

    __slots__ = ("displacements", "e", "sizes", "sources", "targets", "types", "values")

    def __init__(self, e: Emitter) -> None:
        self.e = e
        self.targets: list[int] = []
        self.sources: list[int] = []
        self.types: list[int] = []
        self.values: list[Op | None] = []
        self.displacements: list[int] = []
        self.sizes: list[int] = []

    def _add(self, target: int, source: int, type: int, value: Op | None, displacement: int, size: int) -> None:
        self.targets.append(target)
        self.sources.append(source)
        self.types.append(type)
        self.values.append(value)
        self.displacements.append(displacement)
        self.sizes.append(size)

    def add_place(self, target: int, source: int, type: int) -> None:
        """Move between two places."""
        if target != source:
            self._add(target, source, type, None, 0, 0)

    def add_value(self, target: int, value: Op) -> None:
        """Move a value to a place."""
        source = self.e.place[value.id]
        if target != source:
            self._add(target, source, value.type, value, 0, 0)

    def add_part(self, target: int, address: Op, displacement: int, size: int) -> None:
        """Move up to 8 bytes of a struct to a register."""
        if isinstance(address, SlotOp):
            size = 8  # frame slots are padded
        type = F64 if target >= XMM0 and target < NO_PLACE else I64
        self._add(target, self.e.place[address.id], type, address, displacement, size)

    def emit(self) -> None:
        """Emit all moves."""
        targets = self.targets
        sources = self.sources
        count = len(targets)
        pending = count
        while pending:
            progress = False
            for i in range(count):
                target = targets[i]
                if target == _DONE:
                    continue
                blocked = False
                for k in range(count):
                    if k != i and sources[k] == target and targets[k] != _DONE:
                        blocked = True
                        break
                if not blocked:
                    self._emit_move(i)
                    targets[i] = _DONE
                    pending -= 1
                    progress = True
            if not progress:
                self._break_cycle()

    def _break_cycle(self) -> None:
        """Save the target of the first pending move; whoever reads it reads the saved value from now on."""
        e = self.e
        targets = self.targets
        sources = self.sources
        place = NO_PLACE
        for target in targets:
            if target != _DONE:
                place = target
                break
        scratch = -1
        for k in range(len(targets)):
            if sources[k] == place and targets[k] != _DONE:
                if scratch < 0:
                    type = I64 if self.sizes[k] or self.types[k] < F32 else self.types[k]
                    scratch = FLOAT_SCRATCH2 if type == F32 or type == F64 else SCRATCH2
                    if place >= FIRST_SLOT:
                        e.load_place(scratch, place, type)
                    else:
                        e.move(scratch, place, type)
                sources[k] = scratch

    def _emit_move(self, i: int) -> None:
        e = self.e
        target = self.targets[i]
        source = self.sources[i]
        type = self.types[i]
        if self.sizes[i]:
            self._emit_part(i)
        elif target < NO_PLACE:
            if source < NO_PLACE:
                e.move(target, source, type)
            elif source >= FIRST_SLOT:
                e.load_place(target, source, type)
            else:
                value = self.values[i]
                if isinstance(value, ConstOp) and value.value == 0:
                    e.zero(target)  # shorter, and no move stands between a compare and its jump
                elif value is not None:
                    e.load(value, target)
        elif source < NO_PLACE:
            e.store_place(target, source, type)
        elif source >= FIRST_SLOT:
            # Between slots: always through an integer register.
            plain = I32 if type == I32 or type == F32 else I64
            e.load_place(SCRATCH, source, plain)
            e.store_place(target, SCRATCH, plain)
        else:
            value = self.values[i]
            if value is None:
                return
            if isinstance(value, ConstOp) and e.store_constant(target, value):
                return
            scratch = FLOAT_SCRATCH if e.lowering.register_class[value.id] == CLASS_FLOAT else SCRATCH
            e.load(value, scratch)
            e.store_place(target, scratch, type)

    def _emit_part(self, i: int) -> None:
        """Load part of a struct into a register."""
        e = self.e
        code = e.code
        target = self.targets[i]
        base = self.sources[i]
        disp = self.displacements[i]
        size = self.sizes[i]
        address = self.values[i]
        if isinstance(address, SlotOp):
            base = e.frame.base
            disp += e.frame.slot_disp[address.slot.id]
        elif base >= NO_PLACE:
            # The address itself goes through the target, or through a scratch register for vector registers.
            through = target if target < XMM0 else SCRATCH
            if base >= FIRST_SLOT:
                e.load_place(through, base, I64)
            elif address is not None:
                e.load(address, through)
            base = through
        if target >= XMM0:
            code.rm(MOVSD_X_M if size >= 8 else MOVSS_X_M, 0, target, base, -1, 1, disp)
        elif size >= 8:
            code.rm(MOV_R_RM, 1, target, base, -1, 1, disp)
        elif size == 4:
            code.rm(MOV_R_RM, 0, target, base, -1, 1, disp)
        elif size == 2:
            code.rm(MOVZX_R_RM16, 0, target, base, -1, 1, disp)
        elif size == 1:
            code.rm(MOVZX_R_RM8, 0, target, base, -1, 1, disp)
        else:
            # 3, 5, 6 or 7 bytes: byte by byte, the last one first, never reading behind the struct.
            code.rm(MOVZX_R_RM8, 0, SCRATCH, base, -1, 1, disp + size - 1)
            for k in range(size - 2, -1, -1):
                code.digit(SHIFT_RM_IMM8, 1, SHIFT_SHL, SCRATCH)
                code.byte(8)
                code.rm(MOV_R8_RM8, 0, SCRATCH, base, -1, 1, disp + k)
            e.move(target, SCRATCH, I64)
