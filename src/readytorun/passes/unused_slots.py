"""Drops frame slots that nothing refers to any more, so that they take no room and need no zeroing."""

from __future__ import annotations

from readytorun.ir.function import Function
from readytorun.ir.ops import CallOp, SlotOp


def run(function: Function) -> bool:
    """Remove unused slots and number the others anew."""
    slots = function.slots
    if not slots:
        return False
    used = [slot.param_index >= 0 for slot in slots]
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, SlotOp):
                used[op.slot.id] = True
            elif isinstance(op, CallOp) and op.result_slot is not None:
                used[op.result_slot.id] = True
    if all(used):
        return False
    kept = [slot for slot in slots if used[slot.id]]
    for number, slot in enumerate(kept):
        slot.id = number
    function.slots = kept
    return True
