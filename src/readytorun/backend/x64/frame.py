"""The stack frame of a method on x64: layout, prolog, epilog and its description for the unwinder.

    incoming stack arguments
    return address
    [rbp]                       with frame pointer: rbp points here
    r15 r14 r13 r12 rbx         those in use
    frame slots
    outgoing stack arguments    rsp points here

Offsets of slots are computed from rsp after the prolog, then made relative to the base register, which is rbp in
methods with exception handling or localloc (funclets share it, or rsp moves) and rsp in all others.
"""

from __future__ import annotations

from typing import Final

from readytorun.backend.lowering import FIRST_SLOT
from readytorun.backend.regalloc import Allocation
from readytorun.backend.x64.abi import ArgumentPlaces
from readytorun.backend.x64.encode import CodeBuffer
from readytorun.backend.x64.forms import (
    ALU_ADD,
    ALU_RM_IMM8,
    ALU_RM_IMM32,
    ALU_SUB,
    CALL_RM,
    LEA_R_M,
    MOV_RM_R,
)
from readytorun.backend.x64.registers import PUSH_ORDER, R11, RAX, RBP, RSP
from readytorun.ir.function import Function
from readytorun.r2r.model import Cell

# Frames bigger than this touch their pages in order, through a helper (bytes).
PROBE_LIMIT: Final = 0xE00

_UWOP_PUSH: Final = 0
_UWOP_ALLOC_LARGE: Final = 1
_UWOP_ALLOC_SMALL: Final = 2
_UWOP_SET_FPREG: Final = 3
_UWOP_SET_FPREG_LARGE: Final = 11


class Frame:
    """Layout of one method's frame.

    Attributes:
        base: RBP or RSP, what displacements count from.
        size: bytes that the prolog subtracts from rsp.
        pushes: registers that the prolog pushes, in order.
        outgoing: bytes of outgoing stack arguments.
        spill_disp: displacement of each spill slot (by slot index).
        slot_disp: displacement of each frame slot of the function (by slot id).
        incoming_disp: displacement of the first incoming stack argument.
        context_disp: displacement of the generic context slot, 0 if there is none.
        funclet_size: bytes that funclets subtract from rsp.
        sets_fpreg: rsp moves in the body, so the unwinder is told about rbp.
    """

    __slots__ = (
        "base",
        "context_disp",
        "funclet_size",
        "has_context",
        "incoming_disp",
        "outgoing",
        "pushes",
        "rbp_offset",
        "save_disp",
        "sets_fpreg",
        "size",
        "slot_disp",
        "spill_disp",
    )

    def __init__(
        self,
        function: Function,
        allocation: Allocation,
        homes: list[int],
        incoming: ArgumentPlaces,
        uses_rbp: bool,
        has_calls: bool,
        has_localloc: bool,
        outgoing: int,
        save_slots: int,
    ) -> None:
        self.base = RBP if uses_rbp else RSP
        self.outgoing = outgoing + 15 & ~15 if has_localloc else outgoing
        self.sets_fpreg = has_localloc
        pushes: list[int] = []
        if uses_rbp or allocation.used_saved >> RBP & 1:
            pushes.append(RBP)
        for register in PUSH_ORDER:
            if allocation.used_saved >> register & 1:
                pushes.append(register)
        self.pushes = pushes
        # From rsp upwards: outgoing arguments, slots of alignment 16, spill slots, other slots.
        offset = self.outgoing
        aligned = False
        slot_disp = [0] * len(function.slots)
        for slot in function.slots:
            if slot.alignment > 8 and not is_incoming(incoming, slot.param_index):
                offset = offset + 15 & ~15
                aligned = True
                slot_disp[slot.id] = offset
                offset += slot.size + 7 & ~7
        self.save_disp = offset
        offset += 8 * save_slots
        for slot in function.slots:
            if slot.alignment <= 8 and not is_incoming(incoming, slot.param_index):
                slot_disp[slot.id] = offset
                offset += slot.size + 7 & ~7
        spill_disp = [0] * len(allocation.slots)
        for index in range(len(homes), len(allocation.slots)):
            spill_disp[index] = offset
            offset += 8
        self.has_context = function.context_param >= 0
        self.context_disp = 0
        if self.has_context:
            self.context_disp = offset
            offset += 8
        # At entry rsp is 8 modulo 16.
        if has_calls or aligned or uses_rbp:
            if 8 * len(pushes) + offset + 8 & 15:
                offset += 8
        self.size = offset
        self.rbp_offset = offset + 8 * (len(pushes) - 1)
        adjust = self.rbp_offset if uses_rbp else 0
        self.incoming_disp = offset + 8 * len(pushes) + 8 - adjust
        for slot in function.slots:
            if is_incoming(incoming, slot.param_index):
                slot_disp[slot.id] = self.incoming_disp + incoming.stack[slot.param_index]
            else:
                slot_disp[slot.id] -= adjust
        for index in range(len(homes), len(spill_disp)):
            spill_disp[index] -= adjust
        for index in range(len(homes)):
            spill_disp[index] = self.incoming_disp + incoming.stack[homes[index]]
        self.context_disp -= adjust
        self.save_disp -= adjust
        self.slot_disp = slot_disp
        self.spill_disp = spill_disp
        self.funclet_size = (self.outgoing + 15 & ~15) + 8

    def place_disp(self, place: int) -> int:
        """Displacement from the base register of a place in the frame."""
        return self.spill_disp[place - FIRST_SLOT]

    # --- prolog and epilog -------------------------------------------------------------------------------------

    def emit_prolog(self, code: CodeBuffer, stack_probe: Cell) -> bytes:
        """Emit the prolog's frame part at the start of the code; returns its unwind data."""
        steps: list[int] = []  # 16-bit units in the order of the instructions, the parts of each reversed
        for register in self.pushes:
            code.push(register)
            steps.append(len(code.buf) | (_UWOP_PUSH | register << 4) << 8)
        if self.size > PROBE_LIMIT:
            code.rm(LEA_R_M, 1, R11, RSP, -1, 1, -self.size)
            code.rip(CALL_RM, 0, 0, stack_probe, 0, 0)
            code.rr(MOV_RM_R, 1, R11, RSP)
            _alloc_code(steps, len(code.buf), self.size)
        elif self.size:
            _subtract_rsp(code, self.size)
            _alloc_code(steps, len(code.buf), self.size)
        frame_byte = 0
        if self.base == RBP:
            code.rm(LEA_R_M, 1, RBP, RSP, -1, 1, self.rbp_offset)
            if self.sets_fpreg:
                offset = self.rbp_offset // 16
                if offset <= 15:
                    steps.append(len(code.buf) | _UWOP_SET_FPREG << 8)
                    frame_byte = RBP | offset << 4
                else:
                    steps.append(offset >> 16)
                    steps.append(offset & 0xFFFF)
                    steps.append(len(code.buf) | _UWOP_SET_FPREG_LARGE << 8)
                    frame_byte = RBP | 15 << 4
        size = steps[len(steps) - 1] & 0xFF if steps else 0
        return _unwind_header(steps, size, frame_byte)

    def emit_epilog(self, code: CodeBuffer) -> None:
        """Undo the prolog, without the final ret or jmp."""
        if self.sets_fpreg:
            code.rm(LEA_R_M, 1, RSP, RBP, -1, 1, -8 * (len(self.pushes) - 1))
        elif self.size:
            _add_rsp(code, self.size)
        for index in range(len(self.pushes) - 1, -1, -1):
            code.pop(self.pushes[index])

    def emit_funclet_prolog(self, code: CodeBuffer) -> bytes:
        """Emit the prolog of a funclet; returns its unwind data."""
        start = len(code.buf)
        _subtract_rsp(code, self.funclet_size)
        steps: list[int] = []
        _alloc_code(steps, len(code.buf) - start, self.funclet_size)
        return _unwind_header(steps, len(code.buf) - start, 0)

    def emit_funclet_epilog(self, code: CodeBuffer) -> None:
        """Undo the prolog of a funclet, without ret."""
        _add_rsp(code, self.funclet_size)


def is_incoming(incoming: ArgumentPlaces, param_index: int) -> bool:
    """Whether a struct parameter's slot is where the caller put it on the stack."""
    return param_index >= 0 and incoming.stack[param_index] >= 0


def _subtract_rsp(code: CodeBuffer, size: int) -> None:
    if size == 8:
        code.push(RAX)
    elif size <= 127:
        code.digit(ALU_RM_IMM8, 1, ALU_SUB, RSP)
        code.byte(size)
    else:
        code.digit(ALU_RM_IMM32, 1, ALU_SUB, RSP)
        code.imm32(size)


def _add_rsp(code: CodeBuffer, size: int) -> None:
    if size <= 127:
        code.digit(ALU_RM_IMM8, 1, ALU_ADD, RSP)
        code.byte(size)
    else:
        code.digit(ALU_RM_IMM32, 1, ALU_ADD, RSP)
        code.imm32(size)


def _alloc_code(steps: list[int], offset: int, size: int) -> None:
    if size <= 128:
        steps.append(offset | (_UWOP_ALLOC_SMALL | size // 8 - 1 << 4) << 8)
    elif size <= 0x7FFF8:
        steps.append(size // 8)
        steps.append(offset | _UWOP_ALLOC_LARGE << 8)
    else:
        steps.append(size >> 16)
        steps.append(size & 0xFFFF)
        steps.append(offset | (_UWOP_ALLOC_LARGE | 1 << 4) << 8)


def _unwind_header(steps: list[int], prolog_size: int, frame_byte: int) -> bytes:
    """UNWIND_INFO with the exception and termination handler flags; units in reverse order of the instructions."""
    data = bytearray((0x19, prolog_size, len(steps), frame_byte))
    for index in range(len(steps) - 1, -1, -1):
        data.append(steps[index] & 0xFF)
        data.append(steps[index] >> 8)
    if len(steps) & 1:
        data += b"\x00\x00"
    return bytes(data)
