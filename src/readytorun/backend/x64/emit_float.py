"""Floating point arithmetic, and conversions from and to it (saturating, NaN to 0)."""

from __future__ import annotations

from readytorun.backend.errors import Unsupported
from readytorun.backend.lowering import NO_PLACE
from readytorun.backend.x64.emit import Emitter
from readytorun.backend.x64.encode import ALWAYS
from readytorun.backend.x64.forms import (
    ADDSD,
    ADDSS,
    ALU_AND,
    ALU_CMP,
    ALU_RM_IMM8,
    ANDPS,
    BTC_RM_IMM8,
    CC_B,
    CC_E,
    CC_NO,
    CC_NS,
    CC_P,
    CVTSD2SS,
    CVTSI2SD,
    CVTSI2SS,
    CVTSS2SD,
    CVTTSD2SI,
    CVTTSS2SI,
    DIVSD,
    DIVSS,
    MOV_RM_R,
    MOVD_RM_X,
    MOVD_X_RM,
    MULSD,
    MULSS,
    NOT_RM,
    OR_R_RM,
    ROUNDSD,
    ROUNDSS,
    SHIFT_RM_IMM8,
    SHIFT_SHR,
    SQRTSD,
    SQRTSS,
    SUBSD,
    SUBSS,
    TEST_RM_R,
    UCOMISD,
    UCOMISS,
    XORPS,
)
from readytorun.backend.x64.registers import FLOAT_SCRATCH, FLOAT_SCRATCH2, SCRATCH, SCRATCH2
from readytorun.ir import ops
from readytorun.ir.ops import ImmOp, Op
from readytorun.ir.types import F32, F64, I32

_TWO_TO_63_F32 = 0x5F000000
_TWO_TO_63_F64 = 0x43E0000000000000


def emit_float_binary(e: Emitter, op: Op) -> None:
    """FADD, FSUB, FMUL, FDIV."""
    if e.is_dead(op):
        return
    opcode = op.opcode
    a = op.args[0]
    b = op.args[1]
    single = op.type == F32
    if opcode == ops.FADD:
        form = ADDSS if single else ADDSD
    elif opcode == ops.FSUB:
        form = SUBSS if single else SUBSD
    elif opcode == ops.FMUL:
        form = MULSS if single else MULSD
    else:
        form = DIVSS if single else DIVSD
    target = e.target(op)
    if opcode == ops.FADD or opcode == ops.FMUL:
        if e.place[b.id] == target:
            a, b = b, a
    e.load(a, target)
    e.operate(form, 0, target, b, SCRATCH2)
    e.done(op, target)


def emit_float_unary(e: Emitter, op: Op) -> None:
    """FNEG, FABS, FSQRT, FROUND."""
    if e.is_dead(op):
        return
    opcode = op.opcode
    a = op.args[0]
    single = op.type == F32
    target = e.target(op)
    if opcode == ops.FNEG or opcode == ops.FABS:
        e.load(a, target)
        sign = 0x80000000 if single else 0x8000000000000000
        if opcode == ops.FNEG:
            e.code.rip(XORPS, 0, target, e.literal(sign, 16), 0, 0)
        else:
            e.code.rip(ANDPS, 0, target, e.literal(sign - 1, 16), 0, 0)
    elif opcode == ops.FSQRT:
        e.operate(SQRTSS if single else SQRTSD, 0, target, a, SCRATCH2)
    elif isinstance(op, ImmOp):
        e.operate(ROUNDSS if single else ROUNDSD, 0, target, a, SCRATCH2, 1)
        e.code.byte(op.imm)
    else:
        raise Unsupported("opcode", str(opcode))
    e.done(op, target)


def emit_float_conversion(e: Emitter, op: Op) -> None:
    """I2F .. BITCAST."""
    if e.is_dead(op):
        return
    opcode = op.opcode
    if opcode == ops.I2F:
        _from_signed(e, op)
    elif opcode == ops.U2F:
        _from_unsigned(e, op)
    elif opcode == ops.F2I:
        _to_signed(e, op)
    elif opcode == ops.F2U:
        _to_unsigned(e, op)
    elif opcode == ops.F2F:
        target = e.target(op)
        source = op.args[0]
        if source.type == op.type:
            e.load(source, target)
        else:
            e.operate(CVTSS2SD if source.type == F32 else CVTSD2SS, 0, target, source, SCRATCH2)
        e.done(op, target)
    else:
        _bit_cast(e, op)


def _from_signed(e: Emitter, op: Op) -> None:
    target = e.target(op)
    a = op.args[0]
    # The conversion merges into the old value of the register: cut the dependency.
    e.code.rr(XORPS, 0, target, target)
    e.operate(CVTSI2SS if op.type == F32 else CVTSI2SD, 0 if a.type == I32 else 1, target, a, SCRATCH2)
    e.done(op, target)


def _from_unsigned(e: Emitter, op: Op) -> None:
    code = e.code
    target = e.target(op)
    a = op.args[0]
    convert = CVTSI2SS if op.type == F32 else CVTSI2SD
    code.rr(XORPS, 0, target, target)
    e.load(a, SCRATCH)
    if a.type == I32:  # loading it cleared the upper half
        code.rr(convert, 1, target, SCRATCH)
        e.done(op, target)
        return
    # Big numbers are halved, keeping the lowest bit for the rounding, converted, and doubled.
    big = code.new_label()
    over = code.new_label()
    code.rr(TEST_RM_R, 1, SCRATCH, SCRATCH)
    code.jump(CC_NS ^ 1, big)
    code.rr(convert, 1, target, SCRATCH)
    code.jump(ALWAYS, over)
    code.bind(big)
    code.rr(MOV_RM_R, 1, SCRATCH, SCRATCH2)
    code.digit(SHIFT_RM_IMM8, 1, SHIFT_SHR, SCRATCH2)
    code.byte(1)
    code.digit(ALU_RM_IMM8, 0, ALU_AND, SCRATCH)
    code.byte(1)
    code.rr(OR_R_RM, 1, SCRATCH2, SCRATCH)
    code.rr(convert, 1, target, SCRATCH2)
    code.rr(ADDSS if op.type == F32 else ADDSD, 0, target, target)
    code.bind(over)
    e.done(op, target)


def _to_signed(e: Emitter, op: Op) -> None:
    code = e.code
    target = e.target(op)
    a = op.args[0]
    single = a.type == F32
    source = e.use(a, FLOAT_SCRATCH2)
    wide = 0 if op.type == I32 else 1
    over = code.new_label()
    not_a_number = code.new_label()
    # Out of range gives the most negative number, which overflows when 1 is subtracted.
    code.rr(CVTTSS2SI if single else CVTTSD2SI, wide, target, source)
    code.digit(ALU_RM_IMM8, wide, ALU_CMP, target)
    code.byte(1)
    code.jump(CC_NO, over)
    code.rr(XORPS, 0, FLOAT_SCRATCH, FLOAT_SCRATCH)
    code.rr(UCOMISS if single else UCOMISD, 0, source, FLOAT_SCRATCH)
    code.jump(CC_P, not_a_number)
    code.jump(CC_B, over)
    code.digit(NOT_RM, wide, 0, target)
    code.jump(ALWAYS, over)
    code.bind(not_a_number)
    e.zero(target)
    code.bind(over)
    e.done(op, target)


def _to_unsigned(e: Emitter, op: Op) -> None:
    code = e.code
    target = e.target(op)
    a = op.args[0]
    single = a.type == F32
    source = e.use(a, FLOAT_SCRATCH2)
    convert = CVTTSS2SI if single else CVTTSD2SI
    compare = UCOMISS if single else UCOMISD
    over = code.new_label()
    zero = code.new_label()
    code.rr(convert, 1, target, source)
    if op.type == I32:
        # In range exactly if the upper half is zero.
        code.rr(MOV_RM_R, 1, target, SCRATCH2)
        code.digit(SHIFT_RM_IMM8, 1, SHIFT_SHR, SCRATCH2)
        code.byte(32)
        code.jump(CC_E, over)
        code.rr(XORPS, 0, FLOAT_SCRATCH, FLOAT_SCRATCH)
        code.rr(compare, 0, source, FLOAT_SCRATCH)
        code.jump(CC_P, zero)
        code.jump(CC_B, zero)
        code.mov_imm(target, -1, 0)
        code.jump(ALWAYS, over)
    else:
        code.rr(TEST_RM_R, 1, target, target)
        code.jump(CC_NS, over)
        code.rr(XORPS, 0, FLOAT_SCRATCH, FLOAT_SCRATCH)
        code.rr(compare, 0, source, FLOAT_SCRATCH)
        code.jump(CC_P, zero)
        code.jump(CC_B, zero)
        # 2^63 and more: convert what is above 2^63, and add that back as the top bit.
        e.move(FLOAT_SCRATCH, source, F64)
        literal = e.literal(_TWO_TO_63_F32, 4) if single else e.literal(_TWO_TO_63_F64, 8)
        code.rip(SUBSS if single else SUBSD, 0, FLOAT_SCRATCH, literal, 0, 0)
        code.rr(convert, 1, target, FLOAT_SCRATCH)
        code.digit(BTC_RM_IMM8, 1, 0, target)
        code.byte(63)
        # Too big once more: the conversion gave the top bit alone, which has been cleared.
        code.rr(TEST_RM_R, 1, target, target)
        code.jump(CC_NS ^ 1, over)
        code.mov_imm(target, -1, 1)
        code.jump(ALWAYS, over)
    code.bind(zero)
    e.zero(target)
    code.bind(over)
    e.done(op, target)


def _bit_cast(e: Emitter, op: Op) -> None:
    code = e.code
    a = op.args[0]
    target = e.target(op)
    from_float = a.type == F32 or a.type == F64
    to_float = op.type == F32 or op.type == F64
    if from_float == to_float:
        e.load(a, target)
    elif from_float:
        if e.place[a.id] < NO_PLACE:
            code.rr(MOVD_RM_X, 0 if a.type == F32 else 1, e.place[a.id], target)
        else:
            code.rr(MOVD_RM_X, 0 if a.type == F32 else 1, e.use(a, FLOAT_SCRATCH), target)
    else:
        e.operate(MOVD_X_RM, 0 if a.type == I32 else 1, target, a, SCRATCH2)
    e.done(op, target)
