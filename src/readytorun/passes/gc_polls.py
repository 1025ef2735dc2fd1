"""Puts a GC_POLL on the way round every loop that may run without meeting a safe point.

The code is partially interruptible: a suspension waits until the thread gets to a safe point. A loop is safe if each
time round passes a call of managed code, that is, if the block of such a call dominates the back edge. Helpers do not
count: they return without looking whether a suspension is wanted.

Methods that leave by jumps can make a loop of several methods, none of which ever returns. So a tail call counts as a
back edge to the start of its method: each way to it must pass a safe point. (The runtime's JIT makes such methods fully
interruptible instead, see `optReachWithoutCall`. They are short, and most of them moves of arguments: where only some
of the instructions are interruptible, it was seen on the real runtime that a suspension may wait for minutes.)
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph, LoopForest, may_have_loop, successors_of
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.types import VOID


def run(function: Function) -> bool:
    """Insert polls where they are needed."""
    has_loop = may_have_loop(function)
    if not has_loop and not _has_tail_call(function):
        return False
    graph = FlowGraph(function)
    order = graph.order
    is_safe = [_has_safe_point(block) for block in order]
    changed = False
    if has_loop:
        changed = _poll_loops(function, graph, is_safe)
    for index in range(len(order)):
        if order[index].ops[-1].opcode == ops.TAIL_CALL and not _is_reached_safely(graph, is_safe, index):
            _poll(function, order[index])
            changed = True
    return changed


def _has_tail_call(function: Function) -> bool:
    for block in function.blocks:
        if block.ops[-1].opcode == ops.TAIL_CALL:
            return True
    return False


def _poll_loops(function: Function, graph: FlowGraph, is_safe: list[bool]) -> bool:
    forest = LoopForest(graph)
    order = graph.order
    changed = False
    for loop in forest.loops:
        for latch in loop.latches:
            if not _passes_safe_point(graph, is_safe, latch, loop.header):
                _poll(function, order[latch])
                is_safe[latch] = True
                changed = True
    # Of a loop with several entries only is known that it goes along a retreating edge. Loops around the awaits of
    # async methods are such: they are entered where the method is resumed, too.
    for source, target in forest.irreducible_edges:
        if not is_safe[source] and _goes_round_unsafely(graph, is_safe, source, target):
            _poll(function, order[source])
            is_safe[source] = True
            changed = True
    return changed


def _has_safe_point(block: Block) -> bool:
    for op in block.ops:
        if op.opcode == ops.GC_POLL:
            return True
        if op.opcode == ops.CALL and isinstance(op, CallOp) and op.is_user_call and op.is_safe_point:
            return True
    return False


def _passes_safe_point(graph: FlowGraph, is_safe: list[bool], latch: int, header: int) -> bool:
    """Whether a block between header and latch in the dominator tree, that is on every way round, has a safe point."""
    block = latch
    while True:
        if is_safe[block]:
            return True
        if block == header:
            return False
        block = graph.idom[block]


def _goes_round_unsafely(graph: FlowGraph, is_safe: list[bool], source: int, target: int) -> bool:
    """Whether there is a way from `target` to `source` without a safe point on it."""
    seen = [False] * len(graph.order)
    work = [target]
    while work:
        index = work.pop()
        if seen[index] or is_safe[index]:
            continue
        seen[index] = True
        if index == source:
            return True
        for successor in successors_of(graph.order[index]):
            work.append(graph.position[successor.id])
    return False


def _is_reached_safely(graph: FlowGraph, is_safe: list[bool], block: int) -> bool:
    """Whether every way to a block passes a safe point; not known of ways through handlers."""
    while block >= 0:
        if is_safe[block]:
            return True
        block = graph.idom[block]
    return False


def _poll(function: Function, block: Block) -> None:
    """Append a poll in front of the terminator."""
    terminator = block.ops[-1]
    block.ops.insert(len(block.ops) - 1, Op(function.new_id(), ops.GC_POLL, VOID, [], terminator.il_offset))
