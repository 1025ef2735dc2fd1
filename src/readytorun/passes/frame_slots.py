"""Which frame slots are known to be reached by nothing but the function's own accesses."""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Function, Slot
from readytorun.ir.ops import CallOp, MemoryOp, Op, SlotOp
from readytorun.ir.types import STRUCT


def slot_of(address: Op) -> Slot | None:
    """The slot that an address surely points into; None if it is not known to be a frame address."""
    while isinstance(address, MemoryOp) and address.opcode == ops.ADDR:
        address = address.args[0]
    return address.slot if isinstance(address, SlotOp) else None


def private_slots(function: Function) -> list[bool]:
    """By slot number: whether its address is only used to access it, so that no other address can alias it.

    Handlers access the slots as well, but between an operation and the next one in the same funclet no handler runs
    unless control goes through a root of the flow graph.
    """
    result = [True] * len(function.slots)
    if not result:
        return result
    for block in function.blocks:
        for op in block.ops:
            args = op.args
            for index in range(len(args)):
                slot = slot_of(args[index])
                if slot is not None and result[slot.id] and not _only_accesses(op, index):
                    result[slot.id] = False
    return result


def _only_accesses(op: Op, index: int) -> bool:
    """Whether operand `index`, a frame address, is used to access the frame and for nothing else."""
    opcode = op.opcode
    if isinstance(op, MemoryOp):
        # Stored as a value, or added as an index, it is out of sight.
        return index == 0
    if opcode == ops.COPY_BLOCK or opcode == ops.ZERO_BLOCK or opcode == ops.NULL_CHECK:
        return True
    if isinstance(op, CallOp):
        position = index - 1 if op.target >= ops.TARGET_INDIRECT else index
        return position >= 0 and op.signature.params[position].type == STRUCT
    return False
