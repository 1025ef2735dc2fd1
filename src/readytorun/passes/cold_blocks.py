"""Spreads what is known of unlikely blocks: what only leads to a throw, and what only a throwing path reaches.

The blocks that end in a throw are marked when they are made. The code that builds the exception's message in front of
it, and what is reached from unlikely blocks alone, is as unlikely.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import roots_of
from readytorun.ir.function import Block, Function


def run(function: Function) -> bool:
    """Mark unlikely blocks."""
    work: list[Block] = []
    for block in function.blocks:
        if block.is_cold:
            work.append(block)
    if not work or len(work) == len(function.blocks):
        return False
    # Control gets to roots from elsewhere, too.
    is_root = [False] * function.next_block_id
    for root in roots_of(function):
        is_root[root.id] = True
    changed = False
    while work:
        block = work.pop()
        for pred in block.preds:
            if not pred.is_cold and not is_root[pred.id] and _leads_to_cold_only(pred):
                pred.is_cold = True
                changed = True
                work.append(pred)
        for successor in ops.successors(block.ops[-1]):
            if not successor.is_cold and not is_root[successor.id] and _comes_from_cold_only(successor):
                successor.is_cold = True
                changed = True
                work.append(successor)
    return changed


def _leads_to_cold_only(block: Block) -> bool:
    for successor in ops.successors(block.ops[-1]):
        if not successor.is_cold:
            return False
    return True


def _comes_from_cold_only(block: Block) -> bool:
    for pred in block.preds:
        if not pred.is_cold:
            return False
    return True
