"""Framework methods that are expanded in place, as crossgen2 does: their meaning is fixed by contract."""

from __future__ import annotations

from readytorun.importer.arrays import LENGTH_OFFSET
from readytorun.importer.frame import Frame
from readytorun.ir import ops
from readytorun.ir.types import I32, I64, M_I32, M_U16, REF
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType

_STRING_LENGTH_OFFSET = 8
_STRING_DATA_OFFSET = 12


def import_intrinsic(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Expand a call in place.

    Returns:
        Index of the next IL instruction, or -1 if the method is none that is expanded.
    """
    owner = method.owner
    context = frame.state.context
    if owner.module is not context.core:
        return -1
    name = method.name
    builder = frame.state.builder
    if owner is context.well_known("System.Object") and name == ".ctor":
        frame.pop()
        return position + 1
    if owner is context.well_known("System.String"):
        if name == "get_Length":
            text = frame.pop()
            if text.kind != REF:
                raise frame.invalid("string expected")
            frame.push(builder.load(M_I32, text.op, _STRING_LENGTH_OFFSET), I32)
            return position + 1
        if name == "get_Chars":
            index = frame.to_i32(frame.pop())
            text = frame.pop()
            if text.kind != REF:
                raise frame.invalid("string expected")
            length = builder.load(M_I32, text.op, _STRING_LENGTH_OFFSET)
            builder.trap_if(ops.GE_UN, index, length, ops.TRAP_RANGE)
            wide = builder.unary(ops.ZEXT32, I64, index)
            frame.push(builder.load_indexed(M_U16, text.op, wide, 2, _STRING_DATA_OFFSET), I32)
            return position + 1
    if owner is context.well_known("System.Array") and name == "get_Length":
        array = frame.stack[-1] if frame.stack else None
        if array is not None and isinstance(array.type, ArrayType):
            frame.pop()
            frame.push(builder.load(M_I32, array.op, LENGTH_OFFSET), I32)
            return position + 1
    return -1
