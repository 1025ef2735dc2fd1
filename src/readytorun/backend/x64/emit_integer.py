"""Integer arithmetic and conversions between integers."""

from __future__ import annotations

from typing import Final

from readytorun.backend.cfg import is_zero_extended
from readytorun.backend.division import signed_magic, unsigned_magic
from readytorun.backend.errors import Unsupported
from readytorun.backend.lowering import NO_PLACE
from readytorun.backend.x64.emit import Emitter
from readytorun.backend.x64.forms import (
    ADD_R_RM,
    ALU_ADD,
    ALU_AND,
    ALU_OR,
    ALU_RM_IMM8,
    ALU_RM_IMM32,
    ALU_SUB,
    ALU_XOR,
    AND_R_RM,
    BSF_R_RM,
    BSR_R_RM,
    CC_B,
    CC_E,
    CC_O,
    CMOV_R_RM,
    DIV_RM,
    IDIV_RM,
    IMUL_R_RM,
    IMUL_R_RM_IMM8,
    IMUL_R_RM_IMM32,
    IMUL_RM,
    LEA_R_M,
    MOV_R_RM,
    MOV_RM_R,
    MOVSX_R_RM8,
    MOVSX_R_RM16,
    MOVSXD_R_RM,
    MOVZX_R_RM8,
    MOVZX_R_RM16,
    MUL_RM,
    NEG_RM,
    NOT_RM,
    OR_R_RM,
    POPCNT_R_RM,
    SHIFT_RM_CL,
    SHIFT_RM_IMM8,
    SHIFT_ROL,
    SHIFT_ROR,
    SHIFT_SAR,
    SHIFT_SHL,
    SHIFT_SHR,
    SUB_R_RM,
    XCHG_RM_R,
    XOR_R_RM,
)
from readytorun.backend.x64.registers import RAX, RCX, RDX, SCRATCH, SCRATCH2
from readytorun.backend.x64.select import divides_without_div, is_commutative, is_power_division
from readytorun.ir import ops
from readytorun.ir.ops import ConstOp, Op
from readytorun.ir.types import I32

_CDQ: Final = 0x99


def emit_binary(e: Emitter, op: Op) -> None:
    """ADD .. XOR and the checked forms of ADD, SUB and MUL (but not MUL_OVF_UN)."""
    opcode = op.opcode
    is_checked = opcode >= ops.ADD_OVF
    if e.is_dead(op) and not is_checked:
        return
    code = e.code
    a = op.args[0]
    b = op.args[1]
    wide = 0 if op.type == I32 else 1
    target = e.target(op)
    if isinstance(a, ConstOp) and not isinstance(b, ConstOp) and is_commutative(opcode):
        a, b = b, a
    if isinstance(b, ConstOp) and -0x80000000 <= b.value <= 0x7FFFFFFF:
        _binary_constant(e, opcode, wide, target, a, b.value)
    else:
        if opcode == ops.ADD and e.place[a.id] < NO_PLACE and e.place[b.id] < NO_PLACE:
            x = e.place[a.id]
            y = e.place[b.id]
            if target != x and target != y:
                code.rm(LEA_R_M, wide, target, x, y, 1, 0)
                e.done(op, target)
                return
        if is_commutative(opcode) and (
            e.place[b.id] == target
            or (e.is_memory_operand(a) and not e.is_memory_operand(b) and e.place[a.id] >= NO_PLACE)
        ):
            a, b = b, a
        e.load(a, target)
        e.operate(_binary_form(opcode), wide, target, b, SCRATCH2)
    if is_checked:
        unsigned = opcode == ops.ADD_OVF_UN or opcode == ops.SUB_OVF_UN
        code.jump(CC_B if unsigned else CC_O, e.trap_label(ops.TRAP_OVERFLOW))
    e.done(op, target)


def _binary_form(opcode: int) -> int:
    if opcode == ops.ADD or opcode == ops.ADD_OVF or opcode == ops.ADD_OVF_UN:
        return ADD_R_RM
    if opcode == ops.SUB or opcode == ops.SUB_OVF or opcode == ops.SUB_OVF_UN:
        return SUB_R_RM
    if opcode == ops.MUL or opcode == ops.MUL_OVF:
        return IMUL_R_RM
    if opcode == ops.AND:
        return AND_R_RM
    if opcode == ops.OR:
        return OR_R_RM
    return XOR_R_RM


def _alu_digit(opcode: int) -> int:
    if opcode == ops.ADD or opcode == ops.ADD_OVF or opcode == ops.ADD_OVF_UN:
        return ALU_ADD
    if opcode == ops.SUB or opcode == ops.SUB_OVF or opcode == ops.SUB_OVF_UN:
        return ALU_SUB
    if opcode == ops.AND:
        return ALU_AND
    if opcode == ops.OR:
        return ALU_OR
    return ALU_XOR


def _binary_constant(e: Emitter, opcode: int, wide: int, target: int, a: Op, value: int) -> None:
    code = e.code
    if opcode == ops.MUL or opcode == ops.MUL_OVF:
        if opcode == ops.MUL and value > 0:
            if not value & value - 1:
                e.load(a, target)
                _shift(e, SHIFT_SHL, wide, target, value.bit_length() - 1)
                return
            if (value == 3 or value == 5 or value == 9) and e.place[a.id] < NO_PLACE:
                register = e.place[a.id]
                code.rm(LEA_R_M, wide, target, register, register, value - 1, 0)
                return
            if value > 9 and not value & value + 1 and e.place[a.id] < NO_PLACE:
                # One less than a power of two: shorter latency than imul.
                register = e.place[a.id]
                if register == target:
                    register = SCRATCH2
                    code.rr(MOV_RM_R, wide, target, register)
                else:
                    code.rr(MOV_RM_R, wide, register, target)
                _shift(e, SHIFT_SHL, wide, target, value.bit_length())
                code.rr(SUB_R_RM, wide, target, register)
                return
        small = -128 <= value <= 127
        e.operate(IMUL_R_RM_IMM8 if small else IMUL_R_RM_IMM32, wide, target, a, SCRATCH2, 1 if small else 4)
        if small:
            code.byte(value)
        else:
            code.imm32(value)
        return
    if opcode == ops.ADD or opcode == ops.SUB:
        place = e.place[a.id]
        displacement = value if opcode == ops.ADD else -value
        if place < NO_PLACE and place != target and -0x80000000 <= displacement <= 0x7FFFFFFF:
            code.rm(LEA_R_M, wide, target, place, -1, 1, displacement)
            return
    elif opcode == ops.AND and not wide:
        if value == 0xFF or value == 0xFFFF:
            register = e.use(a, SCRATCH2)
            code.rr(MOVZX_R_RM8 if value == 0xFF else MOVZX_R_RM16, 0, target, register)
            return
    e.load(a, target)
    emit_alu_imm(e, _alu_digit(opcode), wide, target, value)


def emit_alu_imm(e: Emitter, digit: int, wide: int, register: int, value: int) -> None:
    """Operation with an immediate on a register."""
    if -128 <= value <= 127:
        e.code.digit(ALU_RM_IMM8, wide, digit, register)
        e.code.byte(value)
    else:
        e.code.digit(ALU_RM_IMM32, wide, digit, register)
        e.code.imm32(value)


def _shift(e: Emitter, digit: int, wide: int, register: int, count: int) -> None:
    if count:
        e.code.digit(SHIFT_RM_IMM8, wide, digit, register)
        e.code.byte(count)
    elif not wide:
        # Others rely on an I32 result having been written as a whole (`is_zero_extended`).
        e.code.rr(MOV_RM_R, 0, register, register)


def emit_shift(e: Emitter, op: Op) -> None:
    """SHL, SHR, SHR_UN, ROL, ROR."""
    if e.is_dead(op):
        return
    code = e.code
    opcode = op.opcode
    a = op.args[0]
    b = op.args[1]
    wide = 0 if op.type == I32 else 1
    if opcode == ops.SHL:
        digit = SHIFT_SHL
    elif opcode == ops.SHR:
        digit = SHIFT_SAR
    elif opcode == ops.SHR_UN:
        digit = SHIFT_SHR
    elif opcode == ops.ROL:
        digit = SHIFT_ROL
    else:
        digit = SHIFT_ROR
    target = e.target(op)
    if isinstance(b, ConstOp):
        e.load(a, target)
        _shift(e, digit, wide, target, b.value & (63 if wide else 31))
        e.done(op, target)
        return
    # The target is not rcx, because rcx is destroyed here; the operands may be anywhere.
    if e.place[a.id] == RCX and e.place[b.id] == target and target != RCX:
        code.rr(XCHG_RM_R, 1, RCX, target)
    elif e.place[a.id] == RCX or e.place[b.id] != target:
        e.load(a, target)
        e.load(b, RCX)
    else:
        e.load(b, RCX)
        e.load(a, target)
    code.digit(SHIFT_RM_CL, wide, digit, target)
    e.done(op, target)


def emit_unary(e: Emitter, op: Op) -> None:
    """NEG, NOT, BSWAP and the bit counts."""
    if e.is_dead(op):
        return
    code = e.code
    opcode = op.opcode
    a = op.args[0]
    wide = 0 if a.type == I32 else 1
    target = e.target(op)
    if opcode == ops.NEG or opcode == ops.NOT:
        e.load(a, target)
        code.digit(NEG_RM if opcode == ops.NEG else NOT_RM, wide, 0, target)
    elif opcode == ops.BSWAP:
        e.load(a, target)
        code.bswap(target, wide)
    elif opcode == ops.POPCNT:
        e.operate(POPCNT_R_RM, wide, target, a, SCRATCH2)
    else:
        # bsr and bsf leave the target undefined for zero, but set the zero flag.
        width = 64 if wide else 32
        is_leading = opcode == ops.LZCNT
        e.operate(BSR_R_RM if is_leading else BSF_R_RM, wide, target, a, SCRATCH2)
        code.mov_imm(SCRATCH2, 2 * width - 1 if is_leading else width, 0)
        code.rr(CMOV_R_RM + CC_E, 0, target, SCRATCH2)
        if is_leading:
            emit_alu_imm(e, ALU_XOR, 0, target, width - 1)
    e.done(op, target)


def emit_division(e: Emitter, op: Op) -> None:
    """DIV, REM and their unsigned forms."""
    opcode = op.opcode
    a = op.args[0]
    b = op.args[1]
    wide = 0 if op.type == I32 else 1
    if isinstance(b, ConstOp) and divides_without_div(opcode, op.type, b.value):
        if not e.is_dead(op):
            if is_power_division(opcode, op.type, b.value):
                _divide_by_power(e, op, a, b.value, wide)
            else:
                _divide_by_constant(e, op, a, b.value, wide)
        return
    code = e.code
    e.load(a, RAX)
    if opcode == ops.DIV or opcode == ops.REM:
        if wide:
            code.byte(0x48)
        code.byte(_CDQ)
        _operate_digit(e, IDIV_RM, wide, b)
    else:
        e.zero(RDX)
        _operate_digit(e, DIV_RM, wide, b)
    e.done(op, RAX if opcode == ops.DIV or opcode == ops.DIV_UN else RDX)


def _operate_digit(e: Emitter, form: int, wide: int, value: Op) -> None:
    """One-operand form; its operation digit is part of the form."""
    e.operate(form, wide, form >> 12 & 7, value, SCRATCH2)


def _divide_by_constant(e: Emitter, op: Op, a: Op, divisor: int, wide: int) -> None:
    """Division by a constant that is no power of two; the quotient is made in SCRATCH or rdx."""
    code = e.code
    opcode = op.opcode
    is_signed = opcode == ops.DIV or opcode == ops.REM
    width = 64 if wide else 32
    magnitude = abs(divisor) if is_signed else divisor & (1 << width) - 1
    if is_signed:
        magic = signed_magic(magnitude, width)
    else:
        magic = unsigned_magic(magnitude, width, width)
    if wide:
        quotient = RDX
        code.mov_imm(RAX, magic.multiplier, 1)
        signed_multiplier = is_signed and magic.multiplier >> 63 == 0
        _operate_digit(e, IMUL_RM if is_signed else MUL_RM, 1, a)
        if is_signed and not signed_multiplier:
            # The multiplier was taken as negative, 2^64 too small.
            e.operate(ADD_R_RM, 1, RDX, a, SCRATCH2)
    else:
        quotient = SCRATCH
        e.operate(MOVSXD_R_RM if is_signed else MOV_R_RM, 1 if is_signed else 0, SCRATCH, a, SCRATCH2)
        if magic.multiplier <= 0x7FFFFFFF:
            code.rr(IMUL_R_RM_IMM32, 1, SCRATCH, SCRATCH)
            code.imm32(magic.multiplier)
        else:
            code.mov_imm(SCRATCH2, magic.multiplier, 1)
            code.rr(IMUL_R_RM, 1, SCRATCH, SCRATCH2)
    if is_signed:
        # The product is in rdx, or in the upper half of SCRATCH. Quotients round down: add 1 for negative numbers.
        code.rr(MOV_RM_R, 1, quotient, SCRATCH2)
        _shift(e, SHIFT_SHR, 1, SCRATCH2, 63)
        if wide:
            _shift(e, SHIFT_SAR, 1, quotient, magic.shift)
        else:
            _shift(e, SHIFT_SAR, 1, quotient, 32 + magic.shift)
        code.rr(ADD_R_RM, wide, quotient, SCRATCH2)
        if divisor < 0:
            code.digit(NEG_RM, wide, 0, quotient)
    elif magic.adds:
        # (n + upper half) >> shift without losing the carry: ((n - upper) / 2 + upper) >> (shift - 1)
        if not wide:
            _shift(e, SHIFT_SHR, 1, quotient, 32)
        e.load(a, SCRATCH2)
        code.rr(SUB_R_RM, wide, SCRATCH2, quotient)
        _shift(e, SHIFT_SHR, wide, SCRATCH2, 1)
        code.rr(ADD_R_RM, wide, quotient, SCRATCH2)
        if magic.shift > 1:
            _shift(e, SHIFT_SHR, wide, quotient, magic.shift - 1)
    elif wide:
        if magic.shift:
            _shift(e, SHIFT_SHR, 1, quotient, magic.shift)
    else:
        _shift(e, SHIFT_SHR, 1, quotient, 32 + magic.shift)
    if opcode == ops.REM or opcode == ops.REM_UN:
        signed_divisor = divisor if divisor < 1 << width - 1 else divisor - (1 << width)
        if -0x80000000 <= signed_divisor <= 0x7FFFFFFF:
            code.rr(IMUL_R_RM_IMM32, wide, SCRATCH2, quotient)
            code.imm32(signed_divisor)
        else:
            code.mov_imm(SCRATCH2, signed_divisor, 1)
            code.rr(IMUL_R_RM, wide, SCRATCH2, quotient)
        e.load(a, SCRATCH)
        code.rr(SUB_R_RM, wide, SCRATCH, SCRATCH2)
        quotient = SCRATCH
    e.done(op, quotient)


def _divide_by_power(e: Emitter, op: Op, a: Op, divisor: int, wide: int) -> None:
    code = e.code
    opcode = op.opcode
    width = 64 if wide else 32
    target = e.target(op)
    if opcode == ops.DIV_UN or opcode == ops.REM_UN:
        divisor &= (1 << width) - 1
        shift = divisor.bit_length() - 1
        e.load(a, target)
        if opcode == ops.DIV_UN:
            _shift(e, SHIFT_SHR, wide, target, shift)
        else:
            emit_mask(e, wide, target, shift)
        e.done(op, target)
        return
    shift = divisor.bit_length() - 1
    if shift == 0:
        if opcode == ops.DIV:
            e.load(a, target)
            _shift(e, SHIFT_SHL, wide, target, 0)
        else:
            e.zero(target)
        e.done(op, target)
        return
    # Negative numbers round towards zero: add divisor - 1 to them first.
    register = e.use(a, SCRATCH2)
    code.rr(MOV_RM_R, wide, register, SCRATCH)
    if shift > 1:
        _shift(e, SHIFT_SAR, wide, SCRATCH, width - 1)
    _shift(e, SHIFT_SHR, wide, SCRATCH, width - shift)
    code.rr(ADD_R_RM, wide, SCRATCH, register)
    if opcode == ops.DIV:
        _shift(e, SHIFT_SAR, wide, SCRATCH, shift)
    else:
        # remainder = number - (number + bias with its low bits cleared)
        _shift(e, SHIFT_SHR, wide, SCRATCH, shift)
        _shift(e, SHIFT_SHL, wide, SCRATCH, shift)
        code.digit(NEG_RM, wide, 0, SCRATCH)
        code.rr(ADD_R_RM, wide, SCRATCH, register)
    e.done(op, SCRATCH)


def emit_mask(e: Emitter, wide: int, register: int, bits: int) -> None:
    """Keep the low bits of a register."""
    if bits == 0:
        e.zero(register)
    elif bits < 32:
        emit_alu_imm(e, ALU_AND, 0, register, (1 << bits) - 1 if bits < 31 else 0x7FFFFFFF)
    elif bits == 32:
        e.code.rr(MOV_RM_R, 0, register, register)
    else:
        _shift(e, SHIFT_SHL, wide, register, 64 - bits)
        _shift(e, SHIFT_SHR, wide, register, 64 - bits)


def emit_wide_multiply(e: Emitter, op: Op) -> None:
    """MULHI, MULHI_UN, MUL_OVF_UN: rdx:rax = rax * operand."""
    opcode = op.opcode
    if opcode != ops.MUL_OVF_UN and e.is_dead(op):
        return  # the registers are not reserved then
    wide = 0 if op.type == I32 else 1
    e.load(op.args[0], RAX)
    _operate_digit(e, IMUL_RM if opcode == ops.MULHI else MUL_RM, wide, op.args[1])
    if opcode == ops.MUL_OVF_UN:
        e.code.jump(CC_O, e.trap_label(ops.TRAP_OVERFLOW))
        e.done(op, RAX)
    else:
        e.done(op, RDX)


def emit_conversion(e: Emitter, op: Op) -> None:
    """SEXT8 .. TRUNC."""
    if e.is_dead(op):
        return
    opcode = op.opcode
    a = op.args[0]
    target = e.target(op)
    if opcode == ops.SEXT32:
        e.operate(MOVSXD_R_RM, 1, target, a, SCRATCH2)
    elif opcode == ops.ZEXT32:
        if e.place[a.id] != target or not is_zero_extended(a, []):
            e.operate(MOV_R_RM, 0, target, a, SCRATCH2)
    elif opcode == ops.TRUNC:
        if e.place[a.id] < NO_PLACE:
            if e.place[a.id] != target:
                e.code.rr(MOV_R_RM, 0, target, e.place[a.id])
        else:
            e.load(a, target)
    else:
        if opcode == ops.SEXT8:
            form = MOVSX_R_RM8
        elif opcode == ops.ZEXT8:
            form = MOVZX_R_RM8
        elif opcode == ops.SEXT16:
            form = MOVSX_R_RM16
        elif opcode == ops.ZEXT16:
            form = MOVZX_R_RM16
        else:
            raise Unsupported("opcode", str(opcode))
        e.operate(form, 0, target, a, SCRATCH2)
    e.done(op, target)
