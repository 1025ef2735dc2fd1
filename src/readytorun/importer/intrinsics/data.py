"""Data in the image: arrays filled from it (RuntimeHelpers.InitializeArray), spans over it (RuntimeHelpers.CreateSpan).

The image carries its own copy of the initial data of the input's fields, which code reaches relative to itself.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.arrays import DATA_OFFSET
from readytorun.importer.cells import NEW_ARRAY
from readytorun.importer.frame import HELPER_MEM_CPY, Frame
from readytorun.importer.intrinsics.shapes import core_callee, is_straight
from readytorun.importer.memory import type_size
from readytorun.ir import ops
from readytorun.ir.ops import CallOp, ConstOp
from readytorun.ir.types import BYREF, I32, I64, M_BYREF, M_I32, STRUCT, VOID, StructLayout
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import LayoutError, element_size
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

_MAX_STRAIGHT_COPY: Final = 128  # bytes; more are copied by the helper
_SPAN_LENGTH_OFFSET: Final = 8


def import_field_token(frame: Frame, field: FieldDesc, position: int) -> int:
    """`ldtoken field` with the call that takes it.

    Returns:
        Index of the next instruction, or -1 if the handle itself is wanted.
    """
    if field.module is not frame.state.module or not field.rva or not is_straight(frame, position + 1, 1):
        return -1
    method = core_callee(frame, position + 1)
    if method is None or method.owner.name != "RuntimeHelpers":
        return -1
    if method.name == "InitializeArray":
        return position + 2 if _initialize_array(frame, field) else -1
    if method.name == "CreateSpan" and len(method.instantiation) == 1:
        done = _create_span(frame, field, method.instantiation[0], method.signature.return_type)
        return position + 2 if done else -1
    return -1


def _data_size(field: FieldDesc) -> int:
    """Bytes of the field's data; 0 if unknown."""
    try:
        return element_size(field.type)
    except LayoutError:
        return 0


def _is_plain(type: TypeDesc) -> bool:
    """Numbers, characters, booleans and enums: what the framework accepts in data."""
    return type.is_primitive or type.is_enum


def _initialize_array(frame: Frame, field: FieldDesc) -> bool:
    """Fill the array on the stack, if it was just allocated with a constant length that the data is enough for."""
    entry = frame.stack[-1] if frame.stack else None
    if entry is None or not entry.is_exact or not isinstance(entry.type, ArrayType) or not entry.type.is_szarray:
        return False
    element = entry.type.parameter_type
    array = entry.op
    if not _is_plain(element) or not isinstance(array, CallOp) or array.cell is None:
        return False
    length = array.args[0] if array.cell.signature[0] == NEW_ARRAY and len(array.args) == 1 else None
    if not isinstance(length, ConstOp):
        return False
    size = length.value * type_size(element)
    if not 0 <= size <= _data_size(field):
        return False
    frame.pop()
    if size == 0:
        return True
    state = frame.state
    builder = state.builder
    destination = builder.addr(BYREF, array, DATA_OFFSET)
    source = builder.data_addr(field.token & 0xFFFFFF)
    if size <= _MAX_STRAIGHT_COPY:
        builder.copy_block(destination, source, StructLayout(size, 1), False)
    else:
        state.call_helper(HELPER_MEM_CPY, VOID, [destination, source, builder.const(I64, size)])
    return True


def _create_span(frame: Frame, field: FieldDesc, element: TypeDesc, span: TypeDesc) -> bool:
    """Push a ReadOnlySpan over the data."""
    if not _is_plain(element):
        return False
    size = _data_size(field)
    width = type_size(element)
    if size == 0 or size % width:
        return False
    state = frame.state
    builder = state.builder
    temp = state.new_temp(span)
    reference = builder.op(ops.BITCAST, BYREF, [builder.data_addr(field.token & 0xFFFFFF)])
    builder.store(M_BYREF, builder.slot_addr(temp), reference)
    builder.store(M_I32, builder.slot_addr(temp), builder.const(I32, size // width), _SPAN_LENGTH_OFFSET)
    frame.push(builder.slot_addr(temp), STRUCT, span)
    return True
