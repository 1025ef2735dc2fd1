"""Get, Set and Address of arrays: of multi-dimensional ones, and of vectors, which have them as well.

Object layout for rank r: total length (i32) at 8, r lengths at 16, r lower bounds behind them, then the elements,
8-aligned.
"""

from __future__ import annotations

from readytorun.importer.abi import ir_type_of
from readytorun.importer.arrays import load_element, push_element_address, store_element
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.memory import type_size
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, I32, I64, M_I32, REF, STRUCT
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

_LENGTHS_OFFSET = 16


def import_array_method(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> bool:
    """Expand an accessor; False if it has to be called, for the type check of a store or address of a reference."""
    type = method.owner
    if not isinstance(type, ArrayType):
        return False
    element = type.parameter_type
    kind = ir_type_of(element)
    name = method.name
    if type.is_szarray:
        return _import_vector_method(frame, name, element, token, arguments)
    if kind == REF and (name == "Set" or (name == "Address" and not frame.is_readonly)):
        return False
    if name not in ("Get", "Set", "Address"):
        return False
    if kind == STRUCT:
        require_struct_layout(frame, element)
        size = frame.layout(element).size
    else:
        size = type_size(element)
    array = frame.coerce(arguments[0], REF)
    address = _element_address(frame, array, arguments[1 : 1 + type.rank], type, size)
    if name == "Address":
        frame.push(address, BYREF, element)
    elif name == "Get":
        frame.load_value(element, address)
    else:
        frame.materialize_aliases()
        frame.store_value(element, address, 0, arguments[1 + type.rank], 1)
    return True


def _import_vector_method(frame: Frame, name: str, element: TypeDesc, token: int, arguments: list[StackEntry]) -> bool:
    array, index = arguments[0], arguments[1]
    if name == "Get":
        load_element(frame, array, index, element)
    elif name == "Set":
        store_element(frame, array, index, arguments[2], element)
    elif name == "Address":
        open_array = frame.module.resolve_method(token, None).owner
        open_element = open_array.parameter_type if isinstance(open_array, ArrayType) else element
        push_element_address(frame, array, index, element, open_element)
    else:
        return False
    return True


def _element_address(frame: Frame, array: Op, indices: list[StackEntry], type: ArrayType, size: int) -> Op:
    builder = frame.state.builder
    rank = type.rank
    flat: Op | None = None
    for dimension in range(rank):
        index = frame.to_i32(indices[dimension])
        lower = builder.load_invariant(M_I32, array, _LENGTHS_OFFSET + 4 * rank + 4 * dimension)
        length = builder.load_invariant(M_I32, array, _LENGTHS_OFFSET + 4 * dimension)
        relative = builder.binary(ops.SUB, I32, index, lower)
        builder.trap_if(ops.GE_UN, relative, length, ops.TRAP_RANGE)
        wide = builder.unary(ops.ZEXT32, I64, relative)
        if flat is None:
            flat = wide
        else:
            scaled = builder.binary(ops.MUL, I64, flat, builder.unary(ops.ZEXT32, I64, length))
            flat = builder.binary(ops.ADD, I64, scaled, wide)
    if flat is None:
        raise frame.invalid("array without dimensions")
    data_offset = (_LENGTHS_OFFSET + 8 * rank + 7) & ~7
    if size in (1, 2, 4, 8):
        return builder.addr_indexed(BYREF, array, flat, size, data_offset)
    offset = builder.binary(ops.MUL, I64, flat, builder.const(I64, size))
    return builder.addr_indexed(BYREF, array, offset, 1, data_offset)
