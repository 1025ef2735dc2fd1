"""What the prolog does once the frame stands: zeroing, homing of struct parameters, parameters to their places."""

from __future__ import annotations

from readytorun.backend.lowering import FIRST_SLOT, NO_PLACE
from readytorun.backend.regalloc import Allocation
from readytorun.backend.x64.abi import ArgumentPlaces
from readytorun.backend.x64.emit import STORE_FORMS, Emitter
from readytorun.backend.x64.forms import (
    ALU_ADD,
    ALU_RM_IMM8,
    CC_NE,
    MOV_R_RM,
    MOV_RM_IMM32,
    MOV_RM_R,
    MOVUPS_M_X,
    XORPS,
)
from readytorun.backend.x64.moves import Moves
from readytorun.backend.x64.registers import FLOAT_SCRATCH, SCRATCH, XMM0
from readytorun.ir.function import Function
from readytorun.ir.ops import PARAM, ParamOp
from readytorun.ir.types import M_F64

_UNROLL = 128


def emit_prolog_body(
    e: Emitter,
    function: Function,
    incoming: ArgumentPlaces,
    allocation: Allocation,
    homes: list[int],
    has_calls: bool,
) -> int:
    """Emit it; returns the offset behind the store of the generic context, 0 if there is none."""
    code = e.code
    frame = e.frame
    context_end = 0
    if frame.has_context:
        index = function.context_param
        register = incoming.first[index]
        if register < 0:
            register = SCRATCH
            disp = frame.incoming_disp + incoming.stack[index]
            code.rm(MOV_R_RM, 1, register, frame.base, -1, 1, disp)
        code.rm(MOV_RM_R, 1, register, frame.base, -1, 1, frame.context_disp)
        context_end = len(code.buf)
    _zero_slots(e, function, allocation)
    for slot in function.slots:
        index = slot.param_index
        if index < 0 or incoming.stack[index] >= 0:
            continue
        _home(e, incoming.first[index], frame.slot_disp[slot.id])
        if incoming.second[index] >= 0:
            _home(e, incoming.second[index], frame.slot_disp[slot.id] + 8)
    moves = Moves(e)
    for op in function.blocks[0].ops:
        if op.opcode != PARAM or not isinstance(op, ParamOp):
            continue
        place = e.place[op.id]
        if place == NO_PLACE:
            continue
        source = incoming.first[op.index]
        if source < 0:
            source = FIRST_SLOT + homes.index(op.id)
        moves.add_place(place, source, op.type)
    moves.emit()
    return context_end


def _home(e: Emitter, register: int, disp: int) -> None:
    if register >= XMM0:
        e.code.rm(STORE_FORMS[M_F64], 0, register, e.frame.base, -1, 1, disp)
    else:
        e.code.rm(MOV_RM_R, 1, register, e.frame.base, -1, 1, disp)


def _zero_slots(e: Emitter, function: Function, allocation: Allocation) -> None:
    """Clear the slots that the GC looks at, and those that must read as zero."""
    words: list[int] = []  # displacements of the words to clear
    for slot in function.slots:
        if slot.param_index >= 0:
            continue
        disp = e.frame.slot_disp[slot.id]
        if slot.zero_init:
            for offset in range(0, slot.size, 8):
                words.append(disp + offset)
        else:
            for offset, _ in slot.gc_refs:
                words.append(disp + offset)
    for index in range(len(allocation.slots)):
        if allocation.slots[index].untracked_flags >= 0:
            words.append(e.frame.spill_disp[index])
    if not words:
        return
    words.sort()
    code = e.code
    base = e.frame.base
    has_zero = False
    i = 0
    while i < len(words):
        run = i + 1
        while run < len(words) and words[run] == words[run - 1] + 8:
            run += 1
        disp = words[i]
        size = 8 * (run - i)
        i = run
        if size >= 16 and not has_zero:
            code.rr(XORPS, 0, FLOAT_SCRATCH, FLOAT_SCRATCH)
            has_zero = True
        if size > _UNROLL:
            # Upwards with a negative index that ends at zero.
            whole = size & ~15
            code.mov_imm(SCRATCH, -whole, 1)
            loop = code.new_label()
            code.bind(loop)
            code.rm(MOVUPS_M_X, 0, FLOAT_SCRATCH, base, SCRATCH, 1, disp + whole)
            code.digit(ALU_RM_IMM8, 1, ALU_ADD, SCRATCH)
            code.byte(16)
            code.jump(CC_NE, loop)
            disp += whole
            size -= whole
        while size >= 16:
            code.rm(MOVUPS_M_X, 0, FLOAT_SCRATCH, base, -1, 1, disp)
            disp += 16
            size -= 16
        if size:
            code.rm(MOV_RM_IMM32, 1, 0, base, -1, 1, disp)
            code.imm32(0)
