"""Arithmetic, comparisons and conversions (ECMA-335 III.1.5 and III.3)."""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.importer.compare import comparison_operands
from readytorun.importer.frame import (
    HELPER_DBL2INT_OVF,
    HELPER_DBL2LNG_OVF,
    HELPER_DBL2UINT_OVF,
    HELPER_DBL2ULNG_OVF,
    HELPER_DBL_REM,
    HELPER_FLT_REM,
    Frame,
    StackEntry,
)
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, F32, F64, I32, I64, REF

_INTEGER_OPS: Final = {
    il.ADD: ops.ADD,
    il.SUB: ops.SUB,
    il.MUL: ops.MUL,
    il.DIV: ops.DIV,
    il.DIV_UN: ops.DIV_UN,
    il.REM: ops.REM,
    il.REM_UN: ops.REM_UN,
    il.AND: ops.AND,
    il.OR: ops.OR,
    il.XOR: ops.XOR,
    il.ADD_OVF: ops.ADD_OVF,
    il.ADD_OVF_UN: ops.ADD_OVF_UN,
    il.SUB_OVF: ops.SUB_OVF,
    il.SUB_OVF_UN: ops.SUB_OVF_UN,
    il.MUL_OVF: ops.MUL_OVF,
    il.MUL_OVF_UN: ops.MUL_OVF_UN,
}
_FLOAT_OPS: Final = {il.ADD: ops.FADD, il.SUB: ops.FSUB, il.MUL: ops.FMUL, il.DIV: ops.FDIV}
_SHIFTS: Final = {il.SHL: ops.SHL, il.SHR: ops.SHR, il.SHR_UN: ops.SHR_UN}
_COMPARES: Final = {il.CEQ: ops.EQ, il.CGT: ops.GT, il.CGT_UN: ops.GT_UN, il.CLT: ops.LT, il.CLT_UN: ops.LT_UN}

# Conversions: bits of the result, whether it is signed, whether overflow is checked, whether the source is unsigned.
_CONVERSIONS: Final = {
    0x67: (8, True, False, False),
    0x68: (16, True, False, False),
    0x69: (32, True, False, False),
    0x6A: (64, True, False, False),
    0x6D: (32, False, False, False),
    0x6E: (64, False, False, False),
    0xD1: (16, False, False, False),
    0xD2: (8, False, False, False),
    0xD3: (64, True, False, False),
    0xE0: (64, False, False, False),
    0x82: (8, True, True, True),
    0x83: (16, True, True, True),
    0x84: (32, True, True, True),
    0x85: (64, True, True, True),
    0x86: (8, False, True, True),
    0x87: (16, False, True, True),
    0x88: (32, False, True, True),
    0x89: (64, False, True, True),
    0x8A: (64, True, True, True),
    0x8B: (64, False, True, True),
    0xB3: (8, True, True, False),
    0xB4: (8, False, True, False),
    0xB5: (16, True, True, False),
    0xB6: (16, False, True, False),
    0xB7: (32, True, True, False),
    0xB8: (32, False, True, False),
    0xB9: (64, True, True, False),
    0xBA: (64, False, True, False),
    0xD4: (64, True, True, False),
    0xD5: (64, False, True, False),
}
_CONV_R4: Final = 0x6B
_CONV_R8: Final = 0x6C

_OTHERS: Final = frozenset((il.NEG, il.NOT, _CONV_R4, _CONV_R8, il.CONV_R_UN, il.CKFINITE))


def is_arithmetic(opcode: int) -> bool:
    """Whether `import_arithmetic` handles the opcode."""
    return (
        opcode in _INTEGER_OPS
        or opcode in _CONVERSIONS
        or opcode in _COMPARES
        or opcode in _SHIFTS
        or opcode in _OTHERS
    )


def import_arithmetic(frame: Frame, opcode: int) -> None:
    """Import one arithmetic instruction."""
    if opcode in _INTEGER_OPS:
        _import_binary(frame, opcode)
    elif opcode in _CONVERSIONS:
        _import_conversion(frame, opcode)
    elif opcode in _COMPARES:
        _import_compare(frame, opcode)
    elif opcode in _SHIFTS:
        count = frame.to_i32(frame.pop())
        value = frame.pop()
        if value.kind != I32 and value.kind != I64:
            raise frame.invalid("shift of a value that is no integer")
        frame.push(frame.state.builder.binary(_SHIFTS[opcode], value.kind, value.op, count), value.kind)
    elif opcode == il.NEG or opcode == il.NOT:
        _import_unary(frame, opcode)
    elif opcode == il.CKFINITE:
        _import_ckfinite(frame)
    else:
        _import_to_float(frame, opcode)


def _import_binary(frame: Frame, opcode: int) -> None:
    builder = frame.state.builder
    right = frame.pop()
    left = frame.pop()
    if left.kind in (F32, F64) or right.kind in (F32, F64):
        if left.kind not in (F32, F64) or right.kind not in (F32, F64):
            raise frame.invalid("float and integer operands")
        kind = F64 if F64 in (left.kind, right.kind) else F32
        a = frame.coerce(left, kind)
        b = frame.coerce(right, kind)
        if opcode == il.REM:
            helper = HELPER_DBL_REM if kind == F64 else HELPER_FLT_REM
            frame.push(frame.state.call_helper(helper, kind, [a, b]), kind)
            return
        float_opcode = _FLOAT_OPS.get(opcode)
        if float_opcode is None:
            raise frame.invalid("integer operation on floats")
        frame.push(builder.op(float_opcode, kind, [a, b]), kind)
        return
    integer_opcode = _INTEGER_OPS[opcode]
    if left.kind == I32 and right.kind == I32:
        frame.push(builder.binary(integer_opcode, I32, left.op, right.op), I32)
        return
    if left.kind == BYREF or right.kind == BYREF:
        _import_byref_arithmetic(frame, integer_opcode, left, right)
        return
    if left.kind == REF or right.kind == REF:
        raise frame.invalid("arithmetic on an object reference")
    # div.un and rem.un sign-extend an int32 that meets a native int, as RyuJIT does; the checked ones do not.
    unsigned = integer_opcode in (ops.ADD_OVF_UN, ops.SUB_OVF_UN, ops.MUL_OVF_UN)
    a = frame.to_native(left, unsigned)
    b = frame.to_native(right, unsigned)
    frame.push(builder.binary(integer_opcode, I64, a, b), I64)


def _import_byref_arithmetic(frame: Frame, opcode: int, left: StackEntry, right: StackEntry) -> None:
    builder = frame.state.builder
    if opcode == ops.SUB and left.kind == BYREF and right.kind == BYREF:
        a = builder.op(ops.BITCAST, I64, [left.op])
        b = builder.op(ops.BITCAST, I64, [right.op])
        frame.push(builder.op(ops.SUB, I64, [a, b]), I64)
        return
    if opcode == ops.ADD and left.kind == BYREF and right.kind != BYREF:
        frame.push(builder.binary(ops.ADD, BYREF, left.op, frame.to_native(right)), BYREF)
        return
    if opcode == ops.ADD and right.kind == BYREF and left.kind != BYREF:
        frame.push(builder.binary(ops.ADD, BYREF, right.op, frame.to_native(left)), BYREF)
        return
    if opcode == ops.SUB and left.kind == BYREF:
        frame.push(builder.binary(ops.SUB, BYREF, left.op, frame.to_native(right)), BYREF)
        return
    # Anything else (alignment masks and the like) is done on the address as a number.
    a = frame.to_native(left)
    b = frame.to_native(right)
    frame.push(builder.binary(opcode, I64, a, b), I64)


def _import_unary(frame: Frame, opcode: int) -> None:
    builder = frame.state.builder
    value = frame.pop()
    if value.kind in (F32, F64):
        if opcode == il.NOT:
            raise frame.invalid("not on a float")
        frame.push(builder.op(ops.FNEG, value.kind, [value.op]), value.kind)
    elif value.kind in (I32, I64):
        ir = ops.NEG if opcode == il.NEG else ops.NOT
        frame.push(builder.unary(ir, value.kind, value.op), value.kind)
    else:
        raise frame.invalid("arithmetic on a reference")


def _import_compare(frame: Frame, opcode: int) -> None:
    builder = frame.state.builder
    right = frame.pop()
    left = frame.pop()
    cond = _COMPARES[opcode]
    a, b, is_float = comparison_operands(frame, left, right)
    if is_float:
        frame.push(builder.float_compare(cond, a, b), I32)
        return
    if left.kind == REF and left.is_non_null and isinstance(right.op, ops.ConstOp) and cond in (ops.EQ, ops.GT_UN):
        frame.push(builder.const(I32, 0 if cond == ops.EQ else 1), I32)
        return
    frame.push(builder.compare(cond, a, b), I32)


# --- conversions -------------------------------------------------------------------------------------------------


def _import_conversion(frame: Frame, opcode: int) -> None:
    bits, signed, checked, from_unsigned = _CONVERSIONS[opcode]
    value = frame.pop()
    if value.kind in (F32, F64):
        result = _checked_from_float(frame, value, bits, signed) if checked else _from_float(frame, value, bits, signed)
    elif checked:
        result = _checked_from_integer(frame, value, bits, signed, from_unsigned)
    else:
        result = _from_integer(frame, value, bits, signed)
    frame.push(result, I64 if bits == 64 else I32)


def _narrow(frame: Frame, value: Op, bits: int, signed: bool) -> Op:
    builder = frame.state.builder
    if bits == 8:
        return builder.unary(ops.SEXT8 if signed else ops.ZEXT8, I32, value)
    if bits == 16:
        return builder.unary(ops.SEXT16 if signed else ops.ZEXT16, I32, value)
    return value


def _from_integer(frame: Frame, value: StackEntry, bits: int, signed: bool) -> Op:
    builder = frame.state.builder
    if bits == 64:
        return frame.to_native(value, not signed)
    op = value.op
    if value.kind != I32:
        op = builder.unary(ops.TRUNC, I32, frame.to_native(value))
    return _narrow(frame, op, bits, signed)


def _from_float(frame: Frame, value: StackEntry, bits: int, signed: bool) -> Op:
    builder = frame.state.builder
    if bits < 32:
        return _narrow(frame, builder.op(ops.F2I, I32, [value.op]), bits, signed)
    return builder.op(ops.F2I if signed else ops.F2U, I64 if bits == 64 else I32, [value.op])


def _checked_from_float(frame: Frame, value: StackEntry, bits: int, signed: bool) -> Op:
    state = frame.state
    op = frame.coerce(value, F64)
    if bits == 64:
        return state.call_helper(HELPER_DBL2LNG_OVF if signed else HELPER_DBL2ULNG_OVF, I64, [op])
    if bits == 32:
        return state.call_helper(HELPER_DBL2INT_OVF if signed else HELPER_DBL2UINT_OVF, I32, [op])
    whole = state.call_helper(HELPER_DBL2INT_OVF, I32, [op])
    _check_range(frame, whole, I32, bits, signed, False)
    return _narrow(frame, whole, bits, signed)


def _checked_from_integer(frame: Frame, value: StackEntry, bits: int, signed: bool, from_unsigned: bool) -> Op:
    builder = frame.state.builder
    op = value.op if value.kind == I32 else frame.to_native(value)
    kind = I32 if value.kind == I32 else I64
    if bits == 64:
        if kind == I32:
            if signed or from_unsigned:
                # int32 to int64 always fits; uint32 fits both.
                return builder.unary(ops.ZEXT32 if from_unsigned else ops.SEXT32, I64, op)
            builder.trap_if(ops.LT, op, builder.const(I32, 0), ops.TRAP_OVERFLOW)
            return builder.unary(ops.ZEXT32, I64, op)
        if signed == from_unsigned:
            builder.trap_if(ops.LT, op, builder.const(I64, 0), ops.TRAP_OVERFLOW)
        return op
    if bits == 32:
        if kind == I32:
            if signed == from_unsigned:
                builder.trap_if(ops.LT, op, builder.const(I32, 0), ops.TRAP_OVERFLOW)
            return op
        _check_range(frame, op, I64, 32, signed, from_unsigned)
        return builder.unary(ops.TRUNC, I32, op)
    _check_range(frame, op, kind, bits, signed, from_unsigned)
    if kind == I64:
        op = builder.unary(ops.TRUNC, I32, op)
    return _narrow(frame, op, bits, signed)


def _check_range(frame: Frame, op: Op, kind: int, bits: int, signed: bool, from_unsigned: bool) -> None:
    """Trap unless the value, read as signed or unsigned, fits the narrower type."""
    builder = frame.state.builder
    high = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    if from_unsigned or not signed:
        # A negative value read as unsigned is larger than any bound, so one compare does for both ends.
        builder.trap_if(ops.GT_UN, op, builder.const(kind, high), ops.TRAP_OVERFLOW)
        return
    builder.trap_if(ops.GT, op, builder.const(kind, high), ops.TRAP_OVERFLOW)
    builder.trap_if(ops.LT, op, builder.const(kind, -high - 1), ops.TRAP_OVERFLOW)


def _import_to_float(frame: Frame, opcode: int) -> None:
    builder = frame.state.builder
    value = frame.pop()
    kind = F32 if opcode == _CONV_R4 else F64
    if value.kind in (F32, F64):
        frame.push(frame.coerce(value, kind), kind)
        return
    if value.kind not in (I32, I64):
        raise frame.invalid("conversion of a reference to a float")
    if opcode == il.CONV_R_UN:
        # conv.r.un; conv.r4 rounds once: convert to the type that the next instruction asks for.
        next_index = frame.index + 1
        if next_index < len(frame.code.opcodes) and frame.code.opcodes[next_index] == _CONV_R4:
            kind = F32
    frame.push(builder.op(ops.U2F if opcode == il.CONV_R_UN else ops.I2F, kind, [value.op]), kind)


def _import_ckfinite(frame: Frame) -> None:
    builder = frame.state.builder
    value = frame.pop()
    wide = frame.coerce(value, F64)
    bits = builder.op(ops.BITCAST, I64, [wide])
    upper = builder.unary(ops.TRUNC, I32, builder.op(ops.SHR_UN, I64, [bits, builder.const(I32, 32)]))
    exponent = builder.binary(ops.AND, I32, upper, builder.const(I32, 0x7FF00000))
    builder.trap_if(ops.EQ, exponent, builder.const(I32, 0x7FF00000), ops.TRAP_OVERFLOW)
    frame.push(value.op, value.kind)
