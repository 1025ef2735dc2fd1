"""Lengths and elements of strings and arrays: loads from the objects.

A vector has its length at 8 and its elements from 16 on; a string its length at 8 and its characters from 12 on. An
array of rank r that is no vector has the total length at 8, then from 16 on r lengths and r lower bounds of 32 bits.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.arrays import DATA_OFFSET, LENGTH_OFFSET
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.intrinsics.shapes import Handler
from readytorun.ir import ops
from readytorun.ir.ops import ConstOp, Op
from readytorun.ir.types import BYREF, I32, I64, M_I32, M_U16, REF
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType

_STRING_LENGTH_OFFSET: Final = 8
_STRING_DATA_OFFSET: Final = 12
_BOUNDS_OFFSET: Final = 16


def _pop_object(frame: Frame) -> StackEntry:
    entry = frame.pop()
    if entry.kind != REF:
        raise frame.invalid("object expected")
    return entry


# --- strings ---------------------------------------------------------------------------------------------------------


def _import_string_length(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    text = _pop_object(frame)
    frame.push(frame.state.builder.load_invariant(M_I32, text.op, _STRING_LENGTH_OFFSET), I32)
    return position + 1


def _import_string_chars(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """get_Chars(int)"""
    builder = frame.state.builder
    index = frame.to_i32(frame.pop())
    text = _pop_object(frame)
    length = builder.load_invariant(M_I32, text.op, _STRING_LENGTH_OFFSET)
    builder.trap_if(ops.GE_UN, index, length, ops.TRAP_RANGE)
    wide = builder.unary(ops.ZEXT32, I64, index)
    frame.push(builder.load_indexed(M_U16, text.op, wide, 2, _STRING_DATA_OFFSET), I32)
    return position + 1


def _import_pinnable_reference(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """GetPinnableReference(): the address of the first character."""
    text = _pop_object(frame)
    frame.null_check(text)
    char = frame.state.context.primitive(et.CHAR)
    frame.push(frame.state.builder.addr(BYREF, text.op, _STRING_DATA_OFFSET), BYREF, char)
    return position + 1


# --- arrays ----------------------------------------------------------------------------------------------------------


def _import_array_length(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Length and LongLength of what is surely an array."""
    if not frame.stack or not isinstance(frame.stack[-1].type, ArrayType):
        return -1
    builder = frame.state.builder
    array = _pop_object(frame)
    length = builder.load_invariant(M_I32, array.op, LENGTH_OFFSET)
    if method.name == "get_LongLength":
        frame.push(builder.unary(ops.ZEXT32, I64, length), I64)
    else:
        frame.push(length, I32)
    return position + 1


def _import_dimension(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """GetLength, GetLowerBound and GetUpperBound with a constant, valid dimension."""
    if len(frame.stack) < 2:
        return -1
    dimension = frame.stack[-1].op
    type = frame.stack[-2].type
    if not isinstance(type, ArrayType) or not isinstance(dimension, ConstOp):
        return -1
    number = dimension.value
    if not 0 <= number < type.rank or (type.rank == 1 and not type.is_szarray):
        return -1
    frame.pop()
    array = _pop_object(frame)
    builder = frame.state.builder
    if type.is_szarray:
        length: Op = builder.load_invariant(M_I32, array.op, LENGTH_OFFSET)
        lower: Op = builder.const(I32, 0)
    else:
        length = builder.load_invariant(M_I32, array.op, _BOUNDS_OFFSET + 4 * number)
        lower = builder.load_invariant(M_I32, array.op, _BOUNDS_OFFSET + 4 * (type.rank + number))
    if method.name == "GetLength":
        result = length
    elif method.name == "GetLowerBound":
        result = lower
    else:
        end = builder.binary(ops.ADD, I32, lower, length)
        result = builder.binary(ops.SUB, I32, end, builder.const(I32, 1))
    frame.push(result, I32)
    return position + 1


def _import_array_data(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """MemoryMarshal.GetArrayDataReference<T>(T[]): the address behind the length, also of an empty array."""
    if len(method.instantiation) != 1:
        return -1
    array = _pop_object(frame)
    frame.null_check(array)
    frame.push(frame.state.builder.addr(BYREF, array.op, DATA_OFFSET), BYREF, method.instantiation[0])
    return position + 1


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System", "String", "get_Length"): _import_string_length,
    ("System", "String", "get_Chars"): _import_string_chars,
    ("System", "String", "GetPinnableReference"): _import_pinnable_reference,
    ("System", "Array", "get_Length"): _import_array_length,
    ("System", "Array", "get_LongLength"): _import_array_length,
    ("System", "Array", "GetLength"): _import_dimension,
    ("System", "Array", "GetLowerBound"): _import_dimension,
    ("System", "Array", "GetUpperBound"): _import_dimension,
    ("System.Runtime.InteropServices", "MemoryMarshal", "GetArrayDataReference"): _import_array_data,
}
