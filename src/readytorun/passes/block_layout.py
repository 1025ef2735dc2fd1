"""Puts the blocks into the order in which their code will stand.

Blocks come in IL order, in which compilers lay out code sensibly. What is improved in methods without exception
regions: unlikely blocks go behind all others, and a loop whose test is at the top is turned so that the test is at the
bottom, where one jump a round is enough:

    b1: if done goto b9                  jump b1
    b2: ...                          b2: ...
        jump b1             becomes  b1: if not done goto b2
    b9:                              b9:

Also sets `loop_depth` of every block.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph, Loop, LoopForest, may_have_loop
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BranchOp, TerminatorOp


def run(function: Function) -> bool:
    """Reorder the blocks."""
    for block in function.blocks:
        block.loop_depth = 0
    forest: LoopForest | None = None
    graph: FlowGraph | None = None
    if may_have_loop(function):
        graph = FlowGraph(function)
        forest = LoopForest(graph)
        for number in range(len(graph.order)):
            loop = forest.innermost[number]
            if loop is not None:
                graph.order[number].loop_depth = loop.depth
    if function.eh_regions:
        return False
    before = function.blocks
    blocks = before[:1]
    blocks.extend([block for block in before[1:] if not block.is_cold])
    blocks.extend([block for block in before[1:] if block.is_cold])
    function.blocks = blocks
    if forest is not None and graph is not None:
        # Outer loops first: they move inner ones as a whole.
        for index in range(len(forest.loops) - 1, -1, -1):
            _rotate(function, graph, forest.loops[index])
    return function.blocks != before


def _rotate(function: Function, graph: FlowGraph, loop: Loop) -> None:
    header = graph.order[loop.header]
    branch = header.ops[-1]
    if not isinstance(branch, BranchOp) or header is function.blocks[0]:
        return
    inside = [False] * function.next_block_id
    for number in loop.blocks:
        inside[graph.order[number].id] = True
    if inside[branch.targets[0].id] == inside[branch.targets[1].id]:
        return
    blocks = function.blocks
    start = 0
    while blocks[start] is not header:
        start += 1
    if header.is_cold or inside[blocks[start - 1].id]:
        return
    end = start + 1
    while end < len(blocks) and inside[blocks[end].id]:
        end += 1
    if end == start + 1 or not _jumps_to(blocks[end - 1], header):
        return
    del blocks[start]
    blocks.insert(end - 1, header)


def _jumps_to(block: Block, target: Block) -> bool:
    op = block.ops[-1]
    return isinstance(op, TerminatorOp) and op.opcode == ops.JUMP and op.targets[0] is target
