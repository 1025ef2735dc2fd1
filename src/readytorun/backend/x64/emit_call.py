"""Calls, tail calls, returns, and the cold code behind them."""

from __future__ import annotations

from typing import Final

from readytorun.backend.errors import Unsupported
from readytorun.backend.lowering import FIRST_SLOT
from readytorun.backend.x64.abi import ArgumentPlaces, result_gc_flags, result_register
from readytorun.backend.x64.emit import MEMORY_WIDE, STORE_FORMS, Emitter
from readytorun.backend.x64.emit_memory import copy_unrolled
from readytorun.backend.x64.encode import ALWAYS
from readytorun.backend.x64.forms import (
    ALU_CMP,
    ALU_RM_IMM8,
    ALU_SUB,
    CALL_RM,
    CC_NE,
    JMP_RM,
    LEA_R_M,
    MOV_R_RM,
    MOV_RM_IMM32,
    MOV_RM_R,
    MOVSD_X_M,
    MOVUPS_M_X,
    MOVUPS_X_M,
)
from readytorun.backend.x64.helpers import GC_POLL, INDIRECT_TRAP_THREADS, TRAP_HELPERS
from readytorun.backend.x64.moves import Moves
from readytorun.backend.x64.registers import CONTINUATION_RESULT, FLOAT_SCRATCH, R11, RAX, RSP, SCRATCH, SCRATCH2, XMM0
from readytorun.ir import ops
from readytorun.ir.ops import CallOp, ConstOp, Op, SlotOp
from readytorun.ir.types import F32, F64, I64, M_F64, M_I64, STRUCT, VOID
from readytorun.r2r.model import ThunkKind

NOP: Final = 0x90
INT3: Final = 0xCC
RET: Final = 0xC3
_COPY_UNROLL: Final = 128
_COPY_WORDS: Final = 32
_MAX_EPILOGS: Final = 3  # of each method that are longer than a jump; further returns jump to the last one
_JUMP_SIZE: Final = 5


def emit_call(e: Emitter, op: CallOp, places: ArgumentPlaces) -> None:
    """CALL."""
    code = e.code
    _arguments(e, op, places)
    target = op.target
    cell = op.cell
    if target == ops.TARGET_CELL and cell is not None:
        e.helper_call(cell)
    elif target == ops.TARGET_DISPATCH and cell is not None:
        code.rip(LEA_R_M, 1, R11, cell, 0, 0)
        code.rm(CALL_RM, 0, 0, R11, -1, 1, 0)
    elif target == ops.TARGET_DIRECT:
        e.direct_call(op.symbol)
    elif target == ops.TARGET_INDIRECT:
        code.digit(CALL_RM, 0, 0, RAX)
    elif target == ops.TARGET_INDIRECT_DISPATCH:
        e.move(R11, RAX, I64)
        code.rm(CALL_RM, 0, 0, R11, -1, 1, 0)
    else:
        raise Unsupported("call-without-cell")
    if op.no_return:
        code.byte(INT3)
        return
    e.call_end = code.mark()
    result = op.signature.result
    if op.is_safe_point:
        registers = result_gc_flags(result)
        if op.signature.returns_continuation:
            registers.append((CONTINUATION_RESULT, 0))
        e.safe_points.append((e.call_end, e.lowering.position[op.id] + 1, registers))
    if result.type == STRUCT:
        _store_result(e, op)
    elif op.type != VOID:
        e.done(op, XMM0 if op.type == F32 or op.type == F64 else RAX)


def _store_result(e: Emitter, op: CallOp) -> None:
    slot = op.result_slot
    if slot is None:
        return
    result = op.signature.result
    for eightbyte in range(2):
        register = result_register(result, eightbyte)
        if register >= 0:
            form = STORE_FORMS[M_F64] if register >= XMM0 else STORE_FORMS[M_I64]
            wide = 0 if register >= XMM0 else MEMORY_WIDE[M_I64]
            e.code.rm(form, wide, register, e.frame.base, -1, 1, e.frame.slot_disp[slot.id] + 8 * eightbyte)


def _arguments(e: Emitter, op: CallOp, places: ArgumentPlaces) -> None:
    """Bring the arguments to where the convention wants them, and an indirect target to rax."""
    args = op.args
    skip = 1 if op.target >= ops.TARGET_INDIRECT else 0
    params = op.signature.params
    if len(params) != len(args) - skip:
        raise Unsupported("malformed-call", f"{len(args)} operands for {len(params)} parameters")
    for i in range(len(params)):
        if places.stack[i] >= 0 and not (op.opcode == ops.TAIL_CALL and _is_in_place(e, op, i, places)):
            _stack_argument(e, args[i + skip], params[i].type, places.stack[i], op, i)
    moves = Moves(e)
    if skip:
        moves.add_value(RAX, args[0])
    for i in range(len(params)):
        first = places.first[i]
        if first < 0:
            continue
        arg = args[i + skip]
        layout = params[i].layout
        if params[i].type == STRUCT and layout is not None:
            moves.add_part(first, arg, 0, min(8, layout.size))
            if places.second[i] >= 0:
                moves.add_part(places.second[i], arg, 8, layout.size - 8)
        else:
            moves.add_value(first, arg)
    moves.emit()


def _stack_argument(e: Emitter, arg: Op, type: int, offset: int, op: CallOp, index: int) -> None:
    code = e.code
    if type == STRUCT:
        layout = op.signature.params[index].layout
        if layout is None:
            raise Unsupported("struct-without-layout")
        e.address_at(arg, 0, SCRATCH)
        size = layout.size
        if size <= _COPY_WORDS:
            # Fields are often stored right before, and a word is not loaded at once if it spans several of them.
            whole = size & ~7
            for word in range(0, whole, 8):
                e.code.rm(MOV_R_RM, 1, SCRATCH2, e.m_base, e.m_index, e.m_scale, e.m_disp + word)
                e.code.rm(MOV_RM_R, 1, SCRATCH2, RSP, -1, 1, offset + word)
            if size > whole:
                copy_unrolled(
                    e, e.m_base, e.m_index, e.m_scale, e.m_disp + whole, RSP, -1, 1, offset + whole, size - whole
                )
            return
        if size <= _COPY_UNROLL:
            copy_unrolled(e, e.m_base, e.m_index, e.m_scale, e.m_disp, RSP, -1, 1, offset, size)
            return
        # A loop from the end: 16 bytes at a time, then the odd rest.
        base = e.m_base
        index_register = e.m_index
        if index_register >= 0:
            e.mem(LEA_R_M, 1, SCRATCH)
            base = SCRATCH
            e.m_disp = 0
        disp = e.m_disp
        whole = size & ~15
        code.mov_imm(SCRATCH2, whole, 0)
        loop = code.new_label()
        code.bind(loop)
        code.rm(MOVUPS_X_M, 0, FLOAT_SCRATCH, base, SCRATCH2, 1, disp - 16)
        code.rm(MOVUPS_M_X, 0, FLOAT_SCRATCH, RSP, SCRATCH2, 1, offset - 16)
        code.digit(ALU_RM_IMM8, 1, ALU_SUB, SCRATCH2)
        code.byte(16)
        code.jump(CC_NE, loop)
        if size > whole:
            copy_unrolled(e, base, -1, 1, disp + whole, RSP, -1, 1, offset + whole, size - whole)
        return
    if type == F32 or type == F64:
        register = e.use(arg, FLOAT_SCRATCH)
        code.rm(STORE_FORMS[M_F64], 0, register, RSP, -1, 1, offset)
        return
    if isinstance(arg, ConstOp) and -0x80000000 <= arg.value <= 0x7FFFFFFF:
        code.rm(MOV_RM_IMM32, 1, 0, RSP, -1, 1, offset)
        code.imm32(arg.value)
        return
    register = e.use(arg, SCRATCH)
    code.rm(STORE_FORMS[M_I64], 1, register, RSP, -1, 1, offset)


def emit_tail_call(e: Emitter, op: CallOp, places: ArgumentPlaces) -> None:
    """TAIL_CALL: arguments, epilog, jump.

    The thunks behind the cells take the cell's address from rax or r11; a jump through a register has to have a REX.W
    prefix, by which the unwinder tells that it ends an epilog.
    """
    code = e.code
    _arguments(e, op, places)
    _move_stack_arguments(e, op, places)
    target = op.target
    cell = op.cell
    register = RAX
    if target == ops.TARGET_CELL and cell is not None:
        if cell.thunk != ThunkKind.METHOD_CALL_JUMPABLE:
            raise Unsupported("jump-through-a-cell-for-calls")
        code.rip(LEA_R_M, 1, RAX, cell, 0, 0)
    elif target == ops.TARGET_DISPATCH and cell is not None:
        register = R11
        code.rip(LEA_R_M, 1, R11, cell, 0, 0)
    elif target == ops.TARGET_INDIRECT_DISPATCH:
        register = R11
        e.move(R11, RAX, I64)
    elif target != ops.TARGET_INDIRECT:
        raise Unsupported("call-without-cell")
    before_epilog(e)
    e.frame.emit_epilog(code)
    if target == ops.TARGET_INDIRECT:
        code.digit(JMP_RM, 1, 0, RAX)
    else:
        code.rm(JMP_RM, 1, 0, register, -1, 1, 0)


def _move_stack_arguments(e: Emitter, op: CallOp, places: ArgumentPlaces) -> None:
    """From the outgoing area to where the caller's own arguments are, which is where they may have come from."""
    code = e.code
    base = e.frame.base
    for i in range(len(places.stack)):
        offset = places.stack[i]
        if offset < 0 or _is_in_place(e, op, i, places):
            continue
        disp = e.frame.incoming_disp + offset
        layout = op.signature.params[i].layout
        size = 8 if layout is None else layout.size + 7 & ~7
        if size == 8:
            code.rm(MOV_R_RM, 1, SCRATCH, RSP, -1, 1, offset)
            code.rm(MOV_RM_R, 1, SCRATCH, base, -1, 1, disp)
        elif size <= _COPY_UNROLL:
            copy_unrolled(e, RSP, -1, 1, offset, base, -1, 1, disp, size)
        else:
            code.mov_imm(SCRATCH2, size, 0)
            loop = code.new_label()
            code.bind(loop)
            code.rm(MOV_R_RM, 1, SCRATCH, RSP, SCRATCH2, 1, offset - 8)
            code.rm(MOV_RM_R, 1, SCRATCH, base, SCRATCH2, 1, disp - 8)
            code.digit(ALU_RM_IMM8, 1, ALU_SUB, SCRATCH2)
            code.byte(8)
            code.jump(CC_NE, loop)


def _is_in_place(e: Emitter, op: CallOp, index: int, places: ArgumentPlaces) -> bool:
    """Whether what parameter `index` of a tail call wants on the stack is the incoming argument at that very place."""
    arg = op.args[index + 1 if op.target >= ops.TARGET_INDIRECT else index]
    disp = e.frame.incoming_disp + places.stack[index]
    if op.signature.params[index].type == STRUCT:
        return isinstance(arg, SlotOp) and e.frame.slot_disp[arg.slot.id] == disp
    place = e.place[arg.id]
    return place >= FIRST_SLOT and e.frame.place_disp(place) == disp


def before_epilog(e: Emitter) -> None:
    """The return address of a call must not be the first instruction of an epilog."""
    if e.call_end == e.code.mark():
        e.code.byte(NOP)


def emit_return(e: Emitter, op: Op) -> None:
    """RETURN: result to its registers, epilog, ret."""
    result = e.lowering.function.signature.result
    args = op.args
    if args:
        if result.type == STRUCT:
            layout = result.layout
            if layout is None:
                raise Unsupported("struct-without-layout")
            moves = Moves(e)
            moves.add_part(result_register(result, 0), args[0], 0, min(8, layout.size))
            if len(layout.register_classes) > 1:
                moves.add_part(result_register(result, 1), args[0], 8, layout.size - 8)
            moves.emit()
        elif result.type == F32 or result.type == F64:
            e.load(args[0], XMM0)
        elif isinstance(args[0], ConstOp) and args[0].value == 0:
            e.zero(RAX)
        else:
            e.load(args[0], RAX)
    if e.lowering.function.signature.returns_continuation:
        e.zero(CONTINUATION_RESULT)
    _leave(e)


def emit_suspend(e: Emitter, op: Op) -> None:
    """SUSPEND: the continuation to its register, epilog, ret; what the caller takes for references is null."""
    e.load(op.args[0], CONTINUATION_RESULT)
    for register, _ in result_gc_flags(e.lowering.function.signature.result):
        e.zero(register)
    _leave(e)


def _leave(e: Emitter) -> None:
    """The epilog and the return, or a jump to those of another return."""
    code = e.code
    if e.epilogs >= _MAX_EPILOGS:
        code.jump(ALWAYS, e.epilog_label)
        return
    before_epilog(e)
    size = len(code.buf)
    e.epilog_label = code.new_label()
    code.bind(e.epilog_label)
    e.frame.emit_epilog(code)
    code.byte(RET)
    if len(code.buf) - size > _JUMP_SIZE:
        e.epilogs += 1


def emit_funclet_return(e: Emitter, result: Op | None, continuation: int) -> None:
    """Leave a funclet: with a filter's answer, with the address to continue at (a label), or with nothing."""
    code = e.code
    if result is not None:
        e.load(result, RAX)
    elif continuation >= 0:
        code.lea_label(RAX, continuation)
    before_epilog(e)
    e.frame.emit_funclet_epilog(code)
    code.byte(RET)


# --- cold code -----------------------------------------------------------------------------------------------------


def emit_poll(e: Emitter, op: Op) -> None:
    """GC_POLL: look whether a suspension is wanted; the call is in cold code."""
    code = e.code
    code.rip(MOV_R_RM, 1, SCRATCH, INDIRECT_TRAP_THREADS, 0, 0)
    code.rm(ALU_RM_IMM8 | ALU_CMP << 12, 0, 0, SCRATCH, -1, 1, 0)
    code.byte(0)
    label = code.new_label()
    resume = code.new_label()
    code.jump(CC_NE, label)
    code.bind(resume)
    e.poll_ids.append(op.id)
    e.poll_regions.append(e.region)
    e.poll_labels.append(label)
    e.poll_resume.append(resume)


def emit_stubs(e: Emitter, region: int) -> None:
    """The pending cold code of a region: throwing helpers, and polls."""
    code = e.code
    for index in range(len(e.stub_keys)):
        if e.stub_regions[index] == region:
            code.bind(e.stub_labels[index])
            e.helper_call(TRAP_HELPERS[e.stub_keys[index]])
            code.byte(INT3)
            e.stub_regions[index] = -1
    for index in range(len(e.poll_ids)):
        if e.poll_regions[index] == region:
            code.bind(e.poll_labels[index])
            _poll_stub(e, e.poll_ids[index])
            code.jump(ALWAYS, e.poll_resume[index])
            e.poll_regions[index] = -1


def has_stubs(e: Emitter, region: int) -> bool:
    """Whether `emit_stubs` would emit anything."""
    return region in e.stub_regions or region in e.poll_regions


def _poll_stub(e: Emitter, id: int) -> None:
    """Call the poll helper with everything in volatile registers saved in the frame, and reported there."""
    code = e.code
    position = e.lowering.position[id] + 1
    saved = e.poll_saves[id]
    disp = e.frame.save_disp
    for index in range(len(saved)):
        _save(e, saved[index], disp + 8 * index, True)
    e.helper_call(GC_POLL)
    e.poll_points.append((code.mark(), position, id))
    for index in range(len(saved)):
        _save(e, saved[index], disp + 8 * index, False)


def _save(e: Emitter, id: int, disp: int, is_store: bool) -> None:
    register = e.place[id]
    if register >= XMM0:
        form = STORE_FORMS[M_F64] if is_store else MOVSD_X_M
        e.code.rm(form, 0, register, e.frame.base, -1, 1, disp)
    else:
        e.code.rm(MOV_RM_R if is_store else MOV_R_RM, 1, register, e.frame.base, -1, 1, disp)
