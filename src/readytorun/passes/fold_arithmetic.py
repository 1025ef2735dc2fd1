"""Constant folding and algebraic simplification of integer arithmetic and conversions.

`Arithmetic.simplify` is given an operation whose operands are simplified already, and says what to use instead.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.ir import ops
from readytorun.ir.function import Function
from readytorun.ir.ops import ConstOp, FloatConstOp, Op
from readytorun.ir.types import BYREF, F32, F64, I32, I64, REF
from readytorun.passes.ranges import lower_bound, upper_bound

_COMMUTATIVE: Final = (
    *(ops.ADD, ops.MUL, ops.AND, ops.OR, ops.XOR, ops.ADD_OVF, ops.MUL_OVF, ops.ADD_OVF_UN, ops.MUL_OVF_UN),
    *(ops.MULHI, ops.MULHI_UN),
)
_IS_COMMUTATIVE: Final[list[bool]] = [opcode in _COMMUTATIVE for opcode in range(140)]


def wrap(type: int, value: int) -> int:
    """The value in the signed range of I32 or I64."""
    if type == I32:
        return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000
    return ((value + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


class Arithmetic:
    """Rules for one function.

    Attributes:
        new: operations made on the way; they belong in front of the one that was simplified.
    """

    __slots__ = ("function", "new")

    def __init__(self, function: Function) -> None:
        self.function = function
        self.new: list[Op] = []

    def const(self, type: int, value: int, like: Op) -> Op:
        """A new constant."""
        op = ConstOp(self.function.new_id(), type, wrap(type, value), like.il_offset)
        self.new.append(op)
        return op

    def make(self, opcode: int, type: int, args: list[Op], like: Op) -> Op:
        """A new operation."""
        op = Op(self.function.new_id(), opcode, type, args, like.il_offset)
        self.new.append(op)
        return op

    def simplify(self, op: Op) -> Op | None:
        """What is the same as the operation, and simpler; None if nothing is known."""
        opcode = op.opcode
        if ops.ADD <= opcode <= ops.MULHI_UN and opcode != ops.NEG and opcode != ops.NOT:
            return self._binary(op)
        if opcode <= ops.BSWAP:
            return self._unary(op)
        if ops.SEXT8 <= opcode <= ops.BITCAST:
            return self._conversion(op)
        return None

    # --- two operands ------------------------------------------------------------------------------------------

    def _binary(self, op: Op) -> Op | None:
        opcode = op.opcode
        type = op.type
        a = op.args[0]
        b = op.args[1]
        if isinstance(a, ConstOp) and type != BYREF:
            if isinstance(b, ConstOp):
                value = evaluate(opcode, type, a.value, b.value)
                if value is not None:
                    return self.const(type, value, op)
                return None
            if _IS_COMMUTATIVE[opcode]:
                op.args[0] = b
                op.args[1] = a
                a, b = b, a
            elif a.value == 0:
                if opcode == ops.SUB:
                    return self.make(ops.NEG, type, [b], op)
                if ops.SHL <= opcode <= ops.SHR_UN or opcode == ops.ROL or opcode == ops.ROR:
                    return a
        if ops.SHL <= opcode <= ops.SHR_UN or opcode == ops.ROL or opcode == ops.ROR:
            return self._shift(op, a, b)
        if isinstance(b, ConstOp):
            return self._with_constant(op, a, b)
        if a is b:
            if opcode == ops.SUB or opcode == ops.XOR:
                return self.const(type, 0, op) if type != BYREF else None
            if opcode == ops.AND or opcode == ops.OR:
                return a
        return None

    def _with_constant(self, op: Op, a: Op, b: ConstOp) -> Op | None:
        opcode = op.opcode
        type = op.type
        y = b.value
        if opcode == ops.ADD:
            if y == 0:
                return a if a.type == type else None
            if a.opcode == ops.ADD and a.type == type:
                inner = a.args[1]
                if isinstance(inner, ConstOp):
                    total = self.const(inner.type, inner.value + y, op)
                    return self.make(ops.ADD, type, [a.args[0], total], op)
            return None
        if opcode == ops.SUB:
            return self.make(ops.ADD, type, [a, self.const(b.type, -y, op)], op)
        if opcode == ops.AND:
            return self._and(op, a, y)
        if opcode == ops.OR:
            return a if y == 0 else b if y == -1 else None
        if opcode == ops.XOR:
            if y == 0:
                return a
            if y == -1:
                return self.make(ops.NOT, type, [a], op)
            return None
        if opcode == ops.MUL:
            if y == 0:
                return b
            if y == 1:
                return a
            if y == -1:
                return self.make(ops.NEG, type, [a], op)
            power = _log2(y, type)
            if power > 0:
                return self.make(ops.SHL, type, [a, self.const(I32, power, op)], op)
            return None
        if ops.DIV <= opcode <= ops.REM_UN:
            return self._division(op, a, y)
        if ops.ADD_OVF <= opcode <= ops.MUL_OVF_UN:
            is_multiplication = opcode == ops.MUL_OVF or opcode == ops.MUL_OVF_UN
            if y == 0:
                return b if is_multiplication else a
            return a if y == 1 and is_multiplication else None
        if (opcode == ops.MULHI or opcode == ops.MULHI_UN) and y == 0:
            return b
        return None

    def _and(self, op: Op, a: Op, mask: int) -> Op | None:
        type = op.type
        if mask == 0:
            return op.args[1]
        if mask == -1:
            return a
        if a.opcode == ops.AND:
            inner = a.args[1]
            if isinstance(inner, ConstOp):
                return self.make(ops.AND, type, [a.args[0], self.const(type, inner.value & mask, op)], op)
        if type != I32:
            return None
        # A mask of low bits that the value has at most, changes nothing.
        if mask > 0 and mask & (mask + 1) == 0 and lower_bound(a) >= 0 and upper_bound(a) <= mask:
            return a
        if mask == 0xFF:
            return self.make(ops.ZEXT8, I32, [a], op)
        if mask == 0xFFFF:
            return self.make(ops.ZEXT16, I32, [a], op)
        return None

    def _shift(self, op: Op, a: Op, count: Op) -> Op | None:
        type = op.type
        width = 32 if type == I32 else 64
        if count.opcode == ops.AND:
            # Counts are taken modulo the width anyway.
            mask = count.args[1]
            if isinstance(mask, ConstOp) and mask.value & (width - 1) == width - 1:
                return self.make(op.opcode, type, [a, count.args[0]], op)
        if not isinstance(count, ConstOp):
            return None
        shift = count.value & (width - 1)
        if shift == 0:
            return a
        if shift != count.value:
            return self.make(op.opcode, type, [a, self.const(I32, shift, op)], op)
        opcode = op.opcode
        if not ops.SHL <= a.opcode <= ops.SHR_UN or opcode >= ops.ROL:
            return None
        inner = a.args[1]
        if not isinstance(inner, ConstOp):
            return None
        before = inner.value & (width - 1)
        if a.opcode == opcode:
            total = before + shift
            if total >= width:
                if opcode != ops.SHR:
                    return self.const(type, 0, op)
                total = width - 1
            return self.make(opcode, type, [a.args[0], self.const(I32, total, op)], op)
        if opcode == ops.SHR_UN and shift == width - 1 and a.opcode == ops.SHR:
            # The sign bit stays where it is.
            return self.make(opcode, type, [a.args[0], count], op)
        if type == I32 and a.opcode == ops.SHL and before == shift and shift in (16, 24):
            if opcode == ops.SHR:
                return self.make(ops.SEXT8 if shift == 24 else ops.SEXT16, I32, [a.args[0]], op)
            return self.make(ops.ZEXT8 if shift == 24 else ops.ZEXT16, I32, [a.args[0]], op)
        return None

    def _division(self, op: Op, a: Op, y: int) -> Op | None:
        opcode = op.opcode
        type = op.type
        width = 32 if type == I32 else 64
        is_signed = opcode == ops.DIV or opcode == ops.REM
        is_remainder = opcode == ops.REM or opcode == ops.REM_UN
        if y == 1:
            return self.const(type, 0, op) if is_remainder else a
        power = _log2(y, type)
        if power <= 0 or (is_signed and y < 0):
            if not is_remainder:
                return self._quotient(op, a, y)
            quotient = self._quotient(op, a, y)
            if quotient is None:
                return None
            multiple = self.make(ops.MUL, type, [quotient, self.const(type, y, op)], op)
            return self.make(ops.SUB, type, [a, multiple], op)
        if is_signed and not (type == I32 and lower_bound(a) >= 0):
            # Rounding is towards zero: negative numbers need divisor - 1 added.
            sign = self.make(ops.SHR, type, [a, self.const(I32, width - 1, op)], op)
            bias = self.make(ops.SHR_UN, type, [sign, self.const(I32, width - power, op)], op)
            biased = self.make(ops.ADD, type, [a, bias], op)
            if not is_remainder:
                return self.make(ops.SHR, type, [biased, self.const(I32, power, op)], op)
            multiple = self.make(ops.AND, type, [biased, self.const(type, -y, op)], op)
            return self.make(ops.SUB, type, [a, multiple], op)
        if is_remainder:
            return self.make(ops.AND, type, [a, self.const(type, y - 1, op)], op)
        return self.make(ops.SHR_UN, type, [a, self.const(I32, power, op)], op)

    def _quotient(self, op: Op, a: Op, y: int) -> Op | None:
        """Division by a constant that is no power of two, as multiplication with its reciprocal.

        Granlund, Montgomery: Division by Invariant Integers using Multiplication (PLDI 1994), figure 5.2, for signed
        numbers. 32-bit unsigned ones are multiplied with a 64-bit reciprocal, whose error is too small to matter.
        """
        type = op.type
        if op.opcode == ops.DIV_UN or op.opcode == ops.REM_UN:
            divisor = y & 0xFFFFFFFF
            if type != I32 or divisor < 3:
                return None
            wide = self.make(ops.ZEXT32, I64, [a], op)
            reciprocal = self.const(I64, (1 << 64) // divisor + 1, op)
            return self.make(ops.TRUNC, I32, [self.make(ops.MULHI_UN, I64, [wide, reciprocal], op)], op)
        if y < 3:
            return None
        bits = (y - 1).bit_length()
        if type == I32:
            # At most 2^32, so that the product fits into 64 bits.
            multiplier = (1 << (31 + bits)) // y + 1
            wide = self.make(ops.SEXT32, I64, [a], op)
            product = self.make(ops.MUL, I64, [wide, self.const(I64, multiplier, op)], op)
            shifted = self.make(ops.SHR, I64, [product, self.const(I32, 31 + bits, op)], op)
            rounded_down = self.make(ops.TRUNC, I32, [shifted], op)
            if lower_bound(a) >= 0:
                return rounded_down
        else:
            multiplier = (1 << (63 + bits)) // y + 1
            high = self.make(ops.MULHI, I64, [a, self.const(I64, multiplier, op)], op)
            if multiplier >= 1 << 63:
                # It was taken as a negative number, that is, as 2^64 less.
                high = self.make(ops.ADD, I64, [high, a], op)
            rounded_down = self.make(ops.SHR, I64, [high, self.const(I32, bits - 1, op)], op)
        # Towards zero: one more for negative numbers.
        sign = self.make(ops.SHR, type, [a, self.const(I32, 31 if type == I32 else 63, op)], op)
        return self.make(ops.SUB, type, [rounded_down, sign], op)

    # --- one operand -------------------------------------------------------------------------------------------

    def _unary(self, op: Op) -> Op | None:
        opcode = op.opcode
        if opcode < ops.NEG:
            return None
        a = op.args[0]
        type = op.type
        if isinstance(a, ConstOp):
            return self.const(type, evaluate_unary(opcode, type, a.value), op)
        if a.opcode == opcode and (opcode == ops.NEG or opcode == ops.NOT or opcode == ops.BSWAP):
            return a.args[0]
        if opcode == ops.NEG and a.opcode == ops.SUB and a.type == type and a.args[0].type == type:
            return self.make(ops.SUB, type, [a.args[1], a.args[0]], op)
        return None

    def _conversion(self, op: Op) -> Op | None:
        opcode = op.opcode
        a = op.args[0]
        inner = a.opcode
        if isinstance(a, ConstOp):
            return self._convert_constant(op, a)
        if opcode == ops.TRUNC:
            if inner == ops.SEXT32 or inner == ops.ZEXT32:
                return a.args[0]
            if inner == ops.AND:
                mask = a.args[1]
                if isinstance(mask, ConstOp):
                    low = self.make(ops.TRUNC, I32, [a.args[0]], op)
                    return self.make(ops.AND, I32, [low, self.const(I32, mask.value, op)], op)
            return None
        if opcode == ops.SEXT32:
            if lower_bound(a) >= 0:
                return self.make(ops.ZEXT32, I64, [a], op)
            return None
        if opcode == ops.ZEXT8 or opcode == ops.ZEXT16:
            limit = 0xFF if opcode == ops.ZEXT8 else 0xFFFF
            if lower_bound(a) >= 0 and upper_bound(a) <= limit:
                return a
            return self._narrow(op, a, limit)
        if opcode == ops.SEXT8 or opcode == ops.SEXT16:
            limit = 0x7F if opcode == ops.SEXT8 else 0x7FFF
            if lower_bound(a) >= -limit - 1 and upper_bound(a) <= limit:
                return a
            return self._narrow(op, a, 2 * limit + 1)
        if opcode == ops.F2F:
            # Widening is exact.
            if inner == ops.F2F and op.type == F32 and a.args[0].type == F32:
                return a.args[0]
            return None
        if opcode == ops.BITCAST and inner == ops.BITCAST and a.args[0].type == op.type:
            if op.type != REF:
                return a.args[0]
        return None

    def _narrow(self, op: Op, a: Op, mask: int) -> Op | None:
        """Skip what only changes bits outside of `mask`."""
        found = narrow_operand(a, mask)
        if found is a:
            return None
        return self.make(op.opcode, I32, [found], op)

    def _convert_constant(self, op: Op, a: ConstOp) -> Op | None:
        opcode = op.opcode
        value = a.value
        if opcode == ops.SEXT32:
            return self.const(I64, value, op)
        if opcode == ops.ZEXT32:
            return self.const(I64, value & 0xFFFFFFFF, op)
        if opcode == ops.TRUNC or ops.SEXT8 <= opcode <= ops.ZEXT16:
            return self.const(I32, evaluate_unary(opcode, I32, value), op)
        if opcode == ops.I2F and -(1 << 24) <= value <= 1 << 24:
            return self.float_const(op.type, float(value), op)
        return None

    def float_const(self, type: int, value: float, like: Op) -> Op:
        """A new floating point constant."""
        packed = struct.pack("<d", value) if type == F64 else struct.pack("<f", value)
        op = FloatConstOp(self.function.new_id(), type, int.from_bytes(packed, "little"), like.il_offset)
        self.new.append(op)
        return op


def narrow_operand(a: Op, mask: int) -> Op:
    """What has the same bits as `a` where `mask` (0xFF or 0xFFFF) has ones, without conversions that keep those."""
    while True:
        inner = a.opcode
        if inner == ops.AND:
            bits = a.args[1]
            if not isinstance(bits, ConstOp) or bits.value & mask != mask:
                return a
        elif inner == ops.ZEXT8 or inner == ops.SEXT8:
            if mask != 0xFF:
                return a
        elif inner != ops.ZEXT16 and inner != ops.SEXT16:
            return a
        a = a.args[0]


def _log2(value: int, type: int) -> int:
    """Exponent if the unsigned value is a power of two, else -1."""
    unsigned = value & (0xFFFFFFFF if type == I32 else 0xFFFFFFFFFFFFFFFF)
    if unsigned == 0 or unsigned & (unsigned - 1):
        return -1
    return unsigned.bit_length() - 1


def evaluate_unary(opcode: int, type: int, value: int) -> int:
    """Value of a unary operation on a constant; the caller wraps it."""
    width = 32 if type == I32 else 64
    unsigned = value & ((1 << width) - 1)
    if opcode == ops.NEG:
        return -value
    if opcode == ops.NOT:
        return ~value
    if opcode == ops.LZCNT:
        return width - unsigned.bit_length()
    if opcode == ops.TZCNT:
        return (unsigned & -unsigned).bit_length() - 1 if unsigned else width
    if opcode == ops.POPCNT:
        return unsigned.bit_count()
    if opcode == ops.BSWAP:
        return int.from_bytes(unsigned.to_bytes(width // 8, "little"), "big")
    if opcode == ops.SEXT8:
        return ((value + 0x80) & 0xFF) - 0x80
    if opcode == ops.ZEXT8:
        return value & 0xFF
    if opcode == ops.SEXT16:
        return ((value + 0x8000) & 0xFFFF) - 0x8000
    if opcode == ops.ZEXT16:
        return value & 0xFFFF
    return value


def evaluate(opcode: int, type: int, x: int, y: int) -> int | None:
    """Value of a binary operation on constants; the caller wraps it. None if it throws."""
    width = 32 if type == I32 else 64
    mask = (1 << width) - 1
    if opcode == ops.ADD:
        return x + y
    if opcode == ops.SUB:
        return x - y
    if opcode == ops.MUL:
        return x * y
    if opcode == ops.AND:
        return x & y
    if opcode == ops.OR:
        return x | y
    if opcode == ops.XOR:
        return x ^ y
    shift = y & (width - 1)
    if opcode == ops.SHL:
        return x << shift
    if opcode == ops.SHR:
        return x >> shift
    ux = x & mask
    uy = y & mask
    if opcode == ops.SHR_UN:
        return ux >> shift
    if opcode == ops.ROL:
        return ux << shift | ux >> (width - shift)
    if opcode == ops.ROR:
        return ux >> shift | ux << (width - shift)
    if opcode == ops.MULHI:
        return x * y >> width
    if opcode == ops.MULHI_UN:
        return ux * uy >> width
    if ops.DIV <= opcode <= ops.REM_UN:
        if y == 0:
            return None
        if opcode == ops.DIV_UN:
            return ux // uy
        if opcode == ops.REM_UN:
            return ux % uy
        if y == -1 and ux == 1 << (width - 1):
            return None
        quotient = abs(x) // abs(y)
        if (x < 0) != (y < 0):
            quotient = -quotient
        return quotient if opcode == ops.DIV else x - quotient * y
    if opcode == ops.ADD_OVF or opcode == ops.SUB_OVF or opcode == ops.MUL_OVF:
        exact = x + y if opcode == ops.ADD_OVF else x - y if opcode == ops.SUB_OVF else x * y
        return exact if wrap(type, exact) == exact else None
    exact = ux + uy if opcode == ops.ADD_OVF_UN else ux - uy if opcode == ops.SUB_OVF_UN else ux * uy
    return exact if 0 <= exact <= mask else None
