"""Floating point: roots, absolute values, rounding, minimum and maximum, and the bits of numbers.

Minimum and maximum are those of IEEE 754:2019 (`minimum`, `maximum`): a NaN wins, and -0 is less than +0.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.importer.intrinsics.hardware import require_sse42
from readytorun.importer.intrinsics.integers import import_min_max as import_integer_min_max
from readytorun.importer.intrinsics.shapes import Handler, continue_in, param_element, pop_argument, push_result
from readytorun.ir import ops
from readytorun.ir.types import F32, F64, I32, I64
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc

# Immediates of roundsd and roundss: bit 3 suppresses the inexact exception, bit 2 takes the mode of MXCSR (to even).
_FLOOR: Final = 9
_CEILING: Final = 10
_TRUNCATE: Final = 11
_TO_EVEN: Final = 4

_BITCAST_RESULTS: Final = {
    "DoubleToInt64Bits": I64,
    "DoubleToUInt64Bits": I64,
    "Int64BitsToDouble": F64,
    "UInt64BitsToDouble": F64,
    "SingleToInt32Bits": I32,
    "SingleToUInt32Bits": I32,
    "Int32BitsToSingle": F32,
    "UInt32BitsToSingle": F32,
}


def _unary(frame: Frame, method: MethodDesc, opcode: int) -> bool:
    if param_element(method, 0, 1) not in (et.R4, et.R8):
        return False
    value = pop_argument(frame, method, 0)
    push_result(frame, method, frame.state.builder.op(opcode, value.type, [value]))
    return True


def _round(frame: Frame, method: MethodDesc, mode: int) -> bool:
    if param_element(method, 0, 1) not in (et.R4, et.R8):
        return False
    require_sse42(frame)
    value = pop_argument(frame, method, 0)
    push_result(frame, method, frame.state.builder.imm(ops.FROUND, value.type, [value], mode))
    return True


def _import_sqrt(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    return position + 1 if _unary(frame, method, ops.FSQRT) else -1


def _import_abs(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    return position + 1 if _unary(frame, method, ops.FABS) else -1


def _import_floor(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    return position + 1 if _round(frame, method, _FLOOR) else -1


def _import_ceiling(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    return position + 1 if _round(frame, method, _CEILING) else -1


def _import_truncate(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    return position + 1 if _round(frame, method, _TRUNCATE) else -1


def _import_round(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Round(x): halves to even; the overloads with digits or a mode have more parameters."""
    return position + 1 if _round(frame, method, _TO_EVEN) else -1


def _import_min_max(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Min and Max: compares in the usual case; equal and unordered operands take a longer way."""
    if param_element(method, 0, 2) not in (et.R4, et.R8):
        return import_integer_min_max(frame, method, token, position)
    state = frame.state
    builder = state.builder
    is_max = method.name == "Max"
    right = pop_argument(frame, method, 1)
    left = pop_argument(frame, method, 0)
    result = state.ssa.new_variable(left.type)
    current = builder.block
    less, rest, equal, unordered, take_left, take_right, done = [state.new_block(current) for _ in range(7)]
    builder.branch(ops.FBRANCH, ops.GT if is_max else ops.LT, left, right, take_left, less)
    continue_in(frame, less)
    builder.branch(ops.FBRANCH, ops.LT if is_max else ops.GT, left, right, take_right, rest)
    continue_in(frame, rest)
    builder.branch(ops.FBRANCH, ops.EQ, left, right, equal, unordered)
    continue_in(frame, equal)
    # Both zero, or the same number: the maximum is the other one of a negative right one, the minimum a negative left.
    integer = I64 if left.type == F64 else I32
    bits = builder.op(ops.BITCAST, integer, [right if is_max else left])
    builder.branch(ops.BRANCH, ops.LT, bits, builder.const(integer, 0), take_left, take_right)
    continue_in(frame, unordered)
    builder.branch(ops.FBRANCH, ops.EQ, left, left, take_right, take_left)
    for block, value in ((take_left, left), (take_right, right)):
        continue_in(frame, block)
        state.ssa.write(result, block, value)
        builder.jump(done)
    continue_in(frame, done)
    push_result(frame, method, state.ssa.read(result, done))
    return position + 1


def _import_bit_cast(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """BitConverter's conversions between numbers and their bits."""
    value = pop_argument(frame, method, 0)
    result = frame.state.builder.op(ops.BITCAST, _BITCAST_RESULTS[method.name], [value])
    push_result(frame, method, result)
    return position + 1


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    **{
        ("System", owner, name): handler
        for owner in ("Math", "MathF", "Double", "Single")
        for name, handler in (
            ("Sqrt", _import_sqrt),
            ("Abs", _import_abs),
            ("Floor", _import_floor),
            ("Ceiling", _import_ceiling),
            ("Truncate", _import_truncate),
            ("Round", _import_round),
            ("Min", _import_min_max),
            ("Max", _import_min_max),
        )
    },
    **{("System", "BitConverter", name): _import_bit_cast for name in _BITCAST_RESULTS},
}
