"""What is known of a 32-bit value from the operation that makes it."""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.ops import ConstOp, MemoryOp, Op
from readytorun.ir.types import M_I8, M_I16, M_I32, M_U8, M_U16

MIN32: Final = -0x80000000
MAX32: Final = 0x7FFFFFFF

_DEPTH: Final = 4


def lower_bound(op: Op, depth: int = _DEPTH) -> int:
    """A number that the signed value of an I32 operation is never below."""
    opcode = op.opcode
    if isinstance(op, ConstOp):
        return op.value
    if opcode == ops.CMP or opcode == ops.FCMP or opcode == ops.ZEXT8 or opcode == ops.ZEXT16:
        return 0
    if isinstance(op, MemoryOp):
        memory = op.memory
        if opcode == ops.LOAD:
            if memory == M_U8 or memory == M_U16 or (memory == M_I32 and is_length(op)):
                return 0
            if memory == M_I8:
                return -0x80
            if memory == M_I16:
                return -0x8000
        return MIN32
    if opcode == ops.SEXT8:
        return -0x80
    if opcode == ops.SEXT16:
        return -0x8000
    if depth > 0:
        if opcode == ops.AND:
            # The sign bit is set only if it is in both.
            if lower_bound(op.args[1], depth - 1) >= 0 or lower_bound(op.args[0], depth - 1) >= 0:
                return 0
        elif opcode == ops.SHR_UN or opcode == ops.SHR:
            count = op.args[1]
            if isinstance(count, ConstOp):
                shift = count.value & 31
                if opcode == ops.SHR_UN:
                    return 0 if shift else lower_bound(op.args[0], depth - 1)
                return lower_bound(op.args[0], depth - 1) >> shift
        elif opcode == ops.REM_UN or opcode == ops.DIV_UN:
            if lower_bound(op.args[1], depth - 1) > (0 if opcode == ops.REM_UN else 1):
                return 0
        elif opcode == ops.SELECT:
            return min(lower_bound(op.args[2], depth - 1), lower_bound(op.args[3], depth - 1))
        elif opcode == ops.OR or opcode == ops.XOR:
            if lower_bound(op.args[0], depth - 1) >= 0 and lower_bound(op.args[1], depth - 1) >= 0:
                return 0
    return MIN32


def upper_bound(op: Op, depth: int = _DEPTH) -> int:
    """A number that the signed value of an I32 operation is never above."""
    opcode = op.opcode
    if isinstance(op, ConstOp):
        return op.value
    if opcode == ops.CMP or opcode == ops.FCMP:
        return 1
    if opcode == ops.ZEXT8:
        return 0xFF
    if opcode == ops.ZEXT16:
        return 0xFFFF
    if isinstance(op, MemoryOp):
        memory = op.memory
        if opcode == ops.LOAD:
            if memory == M_U8:
                return 0xFF
            if memory == M_U16:
                return 0xFFFF
            if memory == M_I8:
                return 0x7F
            if memory == M_I16:
                return 0x7FFF
        return MAX32
    if opcode == ops.SEXT8:
        return 0x7F
    if opcode == ops.SEXT16:
        return 0x7FFF
    if depth > 0:
        if opcode == ops.AND:
            bound = MAX32
            for arg in op.args:
                # And with a number that is not negative clears bits only.
                if lower_bound(arg, depth - 1) >= 0:
                    bound = min(bound, upper_bound(arg, depth - 1))
            return bound
        if opcode == ops.SHR_UN or opcode == ops.SHR:
            count = op.args[1]
            if isinstance(count, ConstOp):
                shift = count.value & 31
                if opcode == ops.SHR or lower_bound(op.args[0], depth - 1) >= 0:
                    return upper_bound(op.args[0], depth - 1) >> shift
                if shift:
                    return 0xFFFFFFFF >> shift
        elif opcode == ops.REM_UN:
            divisor = op.args[1]
            if isinstance(divisor, ConstOp) and divisor.value > 0:
                return divisor.value - 1
        elif opcode == ops.SELECT:
            return max(upper_bound(op.args[2], depth - 1), upper_bound(op.args[3], depth - 1))
        elif opcode == ops.OR or opcode == ops.XOR:
            if lower_bound(op.args[0], depth - 1) >= 0 and lower_bound(op.args[1], depth - 1) >= 0:
                bits = (upper_bound(op.args[0], depth - 1) | upper_bound(op.args[1], depth - 1)).bit_length()
                return (1 << bits) - 1
    return MAX32


def is_length(op: Op) -> bool:
    """Whether the value is the length of an array or string: an invariant load of an I32 behind the MethodTable word.

    (Lower bounds of arrays of several dimensions are invariant as well, further on; those may be negative.)
    """
    return (
        isinstance(op, MemoryOp)
        and op.opcode == ops.LOAD
        and op.is_invariant
        and op.memory == M_I32
        and op.offset == 8
        and not op.has_index
    )
