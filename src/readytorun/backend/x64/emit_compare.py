"""Compares and what depends on them: branches, selects, traps, and the jumps of a switch."""

from __future__ import annotations

from typing import Final

from readytorun.backend.lowering import CLASS_FLOAT, KIND_FOLDED, NO_PLACE
from readytorun.backend.x64.emit import Emitter
from readytorun.backend.x64.encode import ALWAYS
from readytorun.backend.x64.forms import (
    ADD_R_RM,
    ALU_CMP,
    ALU_RM8_IMM8,
    ALU_RM16_IMM8,
    ALU_RM_IMM8,
    ALU_RM_IMM32,
    CC_A,
    CC_AE,
    CC_B,
    CC_BE,
    CC_E,
    CC_G,
    CC_GE,
    CC_L,
    CC_LE,
    CC_NE,
    CC_NP,
    CC_NS,
    CC_P,
    CC_S,
    CMOV_R_RM,
    CMP_R_RM,
    CMP_RM_R,
    JMP_RM,
    LEA_R_M,
    MOV_R_RM,
    MOV_RM_R,
    MOVZX_R_RM8,
    SET_RM8,
    TEST_RM8_IMM8,
    TEST_RM_IMM32,
    TEST_RM_R,
    UCOMISD,
    UCOMISS,
)
from readytorun.backend.x64.registers import FLOAT_SCRATCH, SCRATCH, SCRATCH2
from readytorun.backend.x64.select import float_compare_swaps
from readytorun.ir import ops
from readytorun.ir.ops import BranchOp, CompareOp, ConstOp, MemoryOp, Op, TerminatorOp, TrapOp
from readytorun.ir.types import F32, I32, M_I16
from readytorun.r2r.model import ReadOnlyData

# Condition codes of the integer conditions, and of a float compare after the exchange of operands.
CONDITIONS: Final = (CC_E, CC_NE, CC_L, CC_LE, CC_G, CC_GE, CC_B, CC_BE, CC_A, CC_AE)
_FLOAT_CONDITIONS: Final = (CC_E, CC_NE, CC_A, CC_AE, CC_A, CC_AE, CC_B, CC_BE, CC_B, CC_BE, CC_E, CC_NE)


def emit_compare(e: Emitter, cond: int, a: Op, b: Op) -> int:
    """Compare two integers or references; returns the condition code that tells the outcome."""
    code = e.code
    if isinstance(a, ConstOp) and not isinstance(b, ConstOp):
        a, b = b, a
        cond = ops.SWAPPED_CONDITIONS[cond]
    wide = 0 if a.type == I32 else 1
    if isinstance(b, ConstOp):
        value = b.value
        if isinstance(a, MemoryOp) and e.lowering.kind[a.id] == KIND_FOLDED and a.memory <= 3:
            e.address(a, SCRATCH2)
            e.mem((ALU_RM16_IMM8 if a.memory >= M_I16 else ALU_RM8_IMM8) | ALU_CMP << 12, 0, 0)
            code.byte(value)
            return CONDITIONS[cond]
        if value == 0:
            place = e.place[a.id]
            if place < NO_PLACE:
                code.rr(TEST_RM_R, wide, place, place)
                if cond == ops.LT:
                    return CC_S
                if cond == ops.GE:
                    return CC_NS
                return CONDITIONS[cond]
        if -128 <= value <= 127:
            e.operate_imm(ALU_RM_IMM8, wide, ALU_CMP, a, SCRATCH2, 1)
            code.byte(value)
        elif -0x80000000 <= value <= 0x7FFFFFFF:
            e.operate_imm(ALU_RM_IMM32, wide, ALU_CMP, a, SCRATCH2, 4)
            code.imm32(value)
        else:
            code.mov_imm(SCRATCH, value, 1)
            e.operate(CMP_RM_R, 1, SCRATCH, a, SCRATCH2)
        return CONDITIONS[cond]
    if e.place[a.id] < NO_PLACE:
        e.operate(CMP_R_RM, wide, e.place[a.id], b, SCRATCH2)
    elif e.place[b.id] < NO_PLACE:
        e.operate(CMP_RM_R, wide, e.place[b.id], a, SCRATCH2)
    else:
        e.load(a, SCRATCH)
        e.operate(CMP_R_RM, wide, SCRATCH, b, SCRATCH2)
    return CONDITIONS[cond]


def emit_test(e: Emitter, a: Op, b: Op) -> None:
    """Set the zero flag by `a & b`."""
    code = e.code
    wide = 0 if a.type == I32 else 1
    if isinstance(a, ConstOp) and not isinstance(b, ConstOp):
        a, b = b, a
    if isinstance(b, ConstOp) and -0x80000000 <= b.value <= 0x7FFFFFFF:
        register = e.use(a, SCRATCH)
        if 0 <= b.value <= 127:
            code.digit(TEST_RM8_IMM8, 0, 0, register)
            code.byte(b.value)
        else:
            code.digit(TEST_RM_IMM32, wide, 0, register)
            code.imm32(b.value)
        return
    register = e.use(a, SCRATCH)
    e.operate(TEST_RM_R, wide, register, b, SCRATCH2)


def emit_float_compare(e: Emitter, cond: int, a: Op, b: Op) -> int:
    """Compare two floats; returns the condition code, valid together with the parity flag for EQ and NE."""
    form = UCOMISS if a.type == F32 else UCOMISD
    if float_compare_swaps(cond):
        a, b = b, a
    e.operate(form, 0, e.use(a, FLOAT_SCRATCH), b, SCRATCH2)
    return _FLOAT_CONDITIONS[cond]


def emit_set(e: Emitter, op: CompareOp) -> None:
    """CMP: 0 or 1."""
    if e.is_dead(op):
        return
    cc = emit_compare(e, op.cond, op.args[0], op.args[1])
    target = e.target(op)
    e.code.digit(SET_RM8 + cc, 0, 0, target)
    e.code.rr(MOVZX_R_RM8, 0, target, target)
    e.done(op, target)


def emit_float_set(e: Emitter, op: CompareOp) -> None:
    """FCMP: 0 or 1."""
    if e.is_dead(op):
        return
    code = e.code
    cc = emit_float_compare(e, op.cond, op.args[0], op.args[1])
    target = e.target(op)
    code.digit(SET_RM8 + cc, 0, 0, target)
    if op.cond == ops.EQ or op.cond == ops.NE:
        # Unordered sets the zero flag as well: the parity flag decides. setcc leaves the flags alone.
        over = code.new_label()
        code.jump(CC_NP, over)
        code.mov_imm(target, 0 if op.cond == ops.EQ else 1, 0)
        code.bind(over)
    code.rr(MOVZX_R_RM8, 0, target, target)
    e.done(op, target)


def emit_select(e: Emitter, op: CompareOp) -> None:
    """SELECT: one of two values by an integer compare."""
    if e.is_dead(op):
        return
    code = e.code
    cc = emit_compare(e, op.cond, op.args[0], op.args[1])
    if_true = op.args[2]
    if_false = op.args[3]
    target = e.target(op)
    if e.lowering.register_class[op.id] == CLASS_FLOAT:
        over = code.new_label()
        if e.place[if_true.id] == target:
            code.jump(cc, over)
            e.load(if_false, target)
        elif e.place[if_false.id] == target:
            code.jump(cc ^ 1, over)
            e.load(if_true, target)
        else:
            other = code.new_label()
            code.jump(cc, other)
            e.load(if_false, target)
            code.jump(ALWAYS, over)
            code.bind(other)
            e.load(if_true, target)
        code.bind(over)
        e.done(op, target)
        return
    wide = 0 if op.type == I32 else 1
    if e.place[if_true.id] == target:
        if_true, if_false = if_false, if_true
        cc ^= 1
    else:
        e.load(if_false, target)
    e.operate(CMOV_R_RM + cc, wide, target, if_true, SCRATCH2)
    e.done(op, target)


def emit_trap(e: Emitter, op: TrapOp) -> None:
    """TRAP_IF: jump to a cold call of the throwing helper."""
    cc = emit_compare(e, op.cond, op.args[0], op.args[1])
    e.code.jump(cc, e.trap_label(op.trap))


def emit_branch(e: Emitter, op: BranchOp, if_true: int, if_false: int, following: int) -> None:
    """BRANCH and FBRANCH to labels; `following` is the label of the code behind, -1 if none."""
    a = op.args[0]
    b = op.args[1]
    if op.opcode == ops.FBRANCH:
        _float_branch(e, op.cond, a, b, if_true, if_false, following)
        return
    if e.lowering.kind[a.id] == KIND_FOLDED and isinstance(b, ConstOp) and b.value == 0 and op.cond <= ops.NE:
        if isinstance(a, CompareOp):
            if op.cond == ops.EQ:
                if_true, if_false = if_false, if_true
            if a.opcode == ops.FCMP:
                _float_branch(e, a.cond, a.args[0], a.args[1], if_true, if_false, following)
                return
            _jumps(e, emit_compare(e, a.cond, a.args[0], a.args[1]), if_true, if_false, following)
            return
        if a.opcode == ops.AND:
            emit_test(e, a.args[0], a.args[1])
            _jumps(e, CC_E if op.cond == ops.EQ else CC_NE, if_true, if_false, following)
            return
    _jumps(e, emit_compare(e, op.cond, a, b), if_true, if_false, following)


def _jumps(e: Emitter, cc: int, if_true: int, if_false: int, following: int) -> None:
    if if_true == following:
        e.code.jump(cc ^ 1, if_false)
        return
    e.code.jump(cc, if_true)
    if if_false != following:
        e.code.jump(ALWAYS, if_false)


def _float_branch(e: Emitter, cond: int, a: Op, b: Op, if_true: int, if_false: int, following: int) -> None:
    cc = emit_float_compare(e, cond, a, b)
    code = e.code
    if cond == ops.EQ:
        code.jump(CC_P, if_false)
        _jumps(e, CC_E, if_true, if_false, following)
    elif cond == ops.NE:
        code.jump(CC_P, if_true)
        _jumps(e, CC_NE, if_true, if_false, following)
    else:
        _jumps(e, cc, if_true, if_false, following)


def emit_switch(e: Emitter, op: TerminatorOp, labels: list[int]) -> None:
    """SWITCH through a table of offsets from the start of the method."""
    code = e.code
    value = op.args[0]
    count = len(labels) - 1
    register = e.use(value, SCRATCH2)
    if count <= 127:
        code.digit(ALU_RM_IMM8, 0, ALU_CMP, register)
        code.byte(count)
    else:
        code.digit(ALU_RM_IMM32, 0, ALU_CMP, register)
        code.imm32(count)
    code.jump(CC_AE, labels[count])
    if count == 0:
        return
    # The upper half of an I32 is undefined.
    code.rr(MOV_RM_R, 0, register, SCRATCH2)
    data = e.data
    while len(data) & 3:
        data.append(0)
    offset = len(data)
    e.tables.append((offset, labels[:count]))
    for _ in range(4 * count):
        data.append(0)
    code.rip(LEA_R_M, 1, SCRATCH, ReadOnlyData(offset), 0, 0)
    code.rm(MOV_R_RM, 0, SCRATCH2, SCRATCH, SCRATCH2, 4, 0)
    code.lea_label(SCRATCH, e.start_label)
    code.rr(ADD_R_RM, 1, SCRATCH2, SCRATCH)
    code.digit(JMP_RM, 0, 0, SCRATCH2)
