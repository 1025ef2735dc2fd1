"""Brings the operands of a compare to one type (ECMA-335 III.1.5, table 4)."""

from __future__ import annotations

from readytorun.importer.frame import Frame, StackEntry
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, F32, F64, I32, REF, STRUCT


def comparison_operands(frame: Frame, left: StackEntry, right: StackEntry) -> tuple[Op, Op, bool]:
    """Bring two stack values to one type for a compare; the flag says that it is a float compare."""
    kinds = (left.kind, right.kind)
    if kinds == (I32, I32):
        return left.op, right.op, False
    if left.kind in (F32, F64) and right.kind in (F32, F64):
        wide = F64 if F64 in kinds else F32
        return frame.coerce(left, wide), frame.coerce(right, wide), True
    if left.kind == STRUCT or right.kind == STRUCT or F32 in kinds or F64 in kinds:
        raise frame.invalid("values that cannot be compared")
    if left.kind == right.kind:
        return left.op, right.op, False
    if REF in kinds:
        other = (right if left.kind == REF else left).op
        if isinstance(other, ops.ConstOp) and other.value == 0:
            null = frame.state.builder.null(REF)
            return (left.op, null, False) if left.kind == REF else (null, right.op, False)
    if BYREF in kinds:
        # byref against native int: keep both as byrefs, so that the compare sees what the GC updates.
        return frame.coerce(left, BYREF), frame.coerce(right, BYREF), False
    return frame.to_native(left), frame.to_native(right), False
