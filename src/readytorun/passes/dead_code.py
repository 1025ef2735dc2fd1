"""Removes operations whose value nobody needs.

What has effects stays: stores, calls, traps, volatile accesses. A load that nobody needs is still a null check, and
becomes one, unless its address is known not to be null.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.effects import EFFECTS, KEEP, NULL_CHECK_LIMIT, THROWS, division_is_safe, is_non_null
from readytorun.ir.function import Function
from readytorun.ir.ops import MemoryOp, Op
from readytorun.ir.types import REF, VOID


def run(function: Function) -> bool:
    """Remove dead operations."""
    live = [False] * function.next_id
    work: list[Op] = []
    for block in function.blocks:
        for op in block.ops:
            if _is_needed(op) and not live[op.id]:
                live[op.id] = True
                work.append(op)
    while work:
        op = work.pop()
        for arg in op.args:
            if not live[arg.id]:
                live[arg.id] = True
                work.append(arg)
    changed = False
    for block in function.blocks:
        block_ops = block.ops
        dead = False
        for op in block_ops:
            if not live[op.id]:
                dead = True
                break
        if dead:
            block.ops = [op for op in block_ops if live[op.id]]
            changed = True
    return _shrink_loads(function) or changed


def _is_needed(op: Op) -> bool:
    effects = EFFECTS[op.opcode]
    if effects & KEEP:
        return True
    if effects & THROWS:
        if isinstance(op, MemoryOp):
            return op.is_volatile or not is_non_null(op.args[0])
        return not division_is_safe(op)
    # The back end expects parameters where they are only as values; the exception object is where it is on entry.
    return False


def _shrink_loads(function: Function) -> bool:
    """Turn loads whose value is unused into null checks."""
    used = [False] * function.next_id
    for block in function.blocks:
        for op in block.ops:
            for arg in op.args:
                used[arg.id] = True
    changed = False
    for block in function.blocks:
        block_ops = block.ops
        for index in range(len(block_ops)):
            op = block_ops[index]
            if isinstance(op, MemoryOp) and op.opcode == ops.LOAD and not used[op.id] and not op.is_volatile:
                base = op.args[0]
                if base.type == REF and not op.has_index and 0 <= op.offset < NULL_CHECK_LIMIT:
                    block_ops[index] = Op(function.new_id(), ops.NULL_CHECK, VOID, [base], op.il_offset)
                    changed = True
    return changed
