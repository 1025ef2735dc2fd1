"""Integers: minimum and maximum, bit counts, rotations, byte order."""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.importer.intrinsics.hardware import require_sse42
from readytorun.importer.intrinsics.shapes import Handler, param_element, pop_argument, push_result
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import I32, I64
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc

_SIGNED: Final = (et.I1, et.I2, et.I4, et.I8, et.I)
_UNSIGNED: Final = (et.U1, et.U2, et.U4, et.U8, et.U, et.CHAR)
_WORDS: Final = (et.I4, et.U4, et.I8, et.U8, et.I, et.U)


# --- minimum and maximum -------------------------------------------------------------------------------------------


def import_min_max(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Math.Min and Math.Max of integers; those of decimals stay calls."""
    element = param_element(method, 0, 2)
    if element in _SIGNED:
        unsigned = False
    elif element in _UNSIGNED:
        unsigned = True
    else:
        return -1
    right = pop_argument(frame, method, 1)
    left = pop_argument(frame, method, 0)
    if method.name == "Max":
        cond = ops.GE_UN if unsigned else ops.GE
    else:
        cond = ops.LE_UN if unsigned else ops.LE
    push_result(frame, method, frame.state.builder.select(cond, left, right, left, right))
    return position + 1


# --- bits ----------------------------------------------------------------------------------------------------------


def _count(frame: Frame, method: MethodDesc, opcode: int) -> None:
    """One of the bit counts; the result may be narrower or wider than the operand."""
    builder = frame.state.builder
    value = pop_argument(frame, method, 0)
    count: Op = builder.op(opcode, value.type, [value])
    result = method.signature.return_type.element_type
    wanted = I32 if result in (et.I4, et.U4) else I64
    if count.type == I64 and wanted == I32:
        count = builder.unary(ops.TRUNC, I32, count)
    elif count.type == I32 and wanted == I64:
        count = builder.unary(ops.ZEXT32, I64, count)
    push_result(frame, method, count)


def _import_leading_zeros(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    if param_element(method, 0, 1) not in _WORDS:
        return -1
    _count(frame, method, ops.LZCNT)
    return position + 1


def _import_trailing_zeros(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    if param_element(method, 0, 1) not in _WORDS:
        return -1
    _count(frame, method, ops.TZCNT)
    return position + 1


def _import_pop_count(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    if param_element(method, 0, 1) not in _WORDS:
        return -1
    require_sse42(frame)
    _count(frame, method, ops.POPCNT)
    return position + 1


def _rotate(frame: Frame, method: MethodDesc, opcode: int) -> None:
    count = pop_argument(frame, method, 1)
    value = pop_argument(frame, method, 0)
    push_result(frame, method, frame.state.builder.op(opcode, value.type, [value, count]))


def _import_rotate_left(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    if param_element(method, 0, 2) not in _WORDS or param_element(method, 1, 2) != et.I4:
        return -1
    _rotate(frame, method, ops.ROL)
    return position + 1


def _import_rotate_right(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    if param_element(method, 0, 2) not in _WORDS or param_element(method, 1, 2) != et.I4:
        return -1
    _rotate(frame, method, ops.ROR)
    return position + 1


def _import_reverse_endianness(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    element = param_element(method, 0, 1)
    builder = frame.state.builder
    if element in _WORDS:
        value = pop_argument(frame, method, 0)
        push_result(frame, method, builder.op(ops.BSWAP, value.type, [value]))
    elif element in (et.I2, et.U2):
        value = pop_argument(frame, method, 0)
        swapped = builder.op(ops.BSWAP, I32, [value])
        shift = ops.SHR if element == et.I2 else ops.SHR_UN
        push_result(frame, method, builder.binary(shift, I32, swapped, builder.const(I32, 16)))
    else:
        return -1
    return position + 1


_BIT_MEMBERS: Final[dict[str, Handler]] = {
    "LeadingZeroCount": _import_leading_zeros,
    "TrailingZeroCount": _import_trailing_zeros,
    "PopCount": _import_pop_count,
    "RotateLeft": _import_rotate_left,
    "RotateRight": _import_rotate_right,
}

HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System.Buffers.Binary", "BinaryPrimitives", "ReverseEndianness"): _import_reverse_endianness,
    **{("System.Numerics", "BitOperations", name): handler for name, handler in _BIT_MEMBERS.items()},
    **{
        ("System", owner, name): handler
        for owner in ("Int32", "UInt32", "Int64", "UInt64", "IntPtr", "UIntPtr")
        for name, handler in _BIT_MEMBERS.items()
    },
}
