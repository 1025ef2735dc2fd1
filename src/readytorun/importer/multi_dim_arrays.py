"""Get, Set and Address of multi-dimensional arrays.

Object layout for rank r: total length (i32) at 8, r lengths at 16, r lower bounds behind them, then the elements,
8-aligned.
"""

from __future__ import annotations

from readytorun.importer.abi import ir_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.memory import type_size
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, I32, I64, M_I32, REF, STRUCT
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType

_LENGTHS_OFFSET = 16


def import_array_method(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> bool:
    """Expand an accessor; False if it has to be called.

    Raises:
        Refusal: the call would need the array's type as a hidden argument.
    """
    type = method.owner
    if not isinstance(type, ArrayType):
        return False
    element = type.parameter_type
    kind = ir_type_of(element)
    name = method.name
    if name == "Address" and kind == REF and not frame.is_readonly:
        raise Refusal(Reason.UNSUPPORTED_IL, "address of a reference element of a multi-dimensional array")
    if name == "Set" and kind == REF:
        if type.is_canonical_subtype:
            raise Refusal(Reason.UNSUPPORTED_IL, "store to a multi-dimensional array in shared code")
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
