"""Shares and hoists calls of lazy helpers that give the same value every time: bases of statics, generic lookups.

Such a call costs a dozen cycles even when its cell is bound, a lot inside a loop. A call is replaced by an equal
one that dominates it; what is left in a loop moves in front of the loop if every iteration makes the call, and if
running it earlier (or for a loop that is not entered: at all) cannot be told: for class constructors that is so for
types marked beforefieldinit, which the importer notes in `CallOp.may_run_early`.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph, LoopForest, may_have_loop
from readytorun.ir.function import Function
from readytorun.ir.ops import CallOp, Op
from readytorun.passes.edit import Replacements, make_preheader
from readytorun.r2r.model import Cell, ImportSectionKind

# Fixup kinds 7 to 9: generic lookups; 0x20: address of a static field; 0x22 to 0x25: bases of statics.
_REPEATABLE: Final = frozenset((0x07, 0x08, 0x09, 0x20, 0x22, 0x23, 0x24, 0x25))
# Eager helpers that give the bases of statics of a looked-up type.
_REPEATABLE_EAGER: Final = frozenset((0x64, 0x65, 0x66, 0x67))

Key = tuple[Cell, tuple[int, ...]]


def run(function: Function) -> bool:
    """Share equal helper calls, then hoist what is left out of loops."""
    found = False
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, CallOp) and _is_repeatable(op):
                found = True
                break
        if found:
            break
    if not found:
        return False
    changed = _share(function)
    return _hoist(function) or changed


def _is_repeatable(op: CallOp) -> bool:
    cell = op.cell
    if cell is None or op.opcode != ops.CALL:
        return False
    if cell.section == ImportSectionKind.HELPER:
        return cell.signature[0] in _REPEATABLE
    return cell.section == ImportSectionKind.EAGER and cell.signature[1] in _REPEATABLE_EAGER


def _share(function: Function) -> bool:
    graph = FlowGraph(function)
    replacements = Replacements(function)
    known: dict[Key, list[tuple[int, Op]]] = {}
    for number in range(len(graph.order)):
        block = graph.order[number]
        kept: list[Op] = []
        dropped = False
        for op in block.ops:
            if replacements.any and op.args and op.opcode != ops.PHI:
                replacements.rewrite(op)
            if isinstance(op, CallOp) and _is_repeatable(op) and op.cell is not None:
                key = (op.cell, tuple([arg.id for arg in op.args]))
                earlier: Op | None = None
                candidates = known.setdefault(key, [])
                for where, candidate in candidates:
                    if graph.dominates(where, number):
                        earlier = candidate
                        break
                if earlier is not None:
                    replacements.set(op, earlier)
                    dropped = True
                    continue
                candidates.append((number, op))
            kept.append(op)
        if dropped:
            block.ops = kept
    replacements.apply(function)
    return replacements.any


def _hoist(function: Function) -> bool:
    if not may_have_loop(function):
        return False
    graph = FlowGraph(function)
    forest = LoopForest(graph)
    if not forest.loops:
        return False
    # Position of the definition of every value, as far as it is needed.
    defined: list[int] = [-1] * function.next_id
    for number in range(len(graph.order)):
        for op in graph.order[number].ops:
            defined[op.id] = number
    changed = False
    for loop in forest.loops:
        inside = [False] * len(graph.order)
        for number in loop.blocks:
            inside[number] = True
        header = graph.order[loop.header]
        moved: list[Op] = []
        for number in loop.blocks:
            block = graph.order[number]
            if block.is_cold or block.try_index != header.try_index or block.funclet != header.funclet:
                continue
            if not all(graph.dominates(number, latch) for latch in loop.latches):
                continue
            kept: list[Op] = []
            for op in block.ops:
                if isinstance(op, CallOp) and op.may_run_early and _is_repeatable(op):
                    if all(not inside[defined[arg.id]] or arg in moved for arg in op.args):
                        moved.append(op)
                        continue
                kept.append(op)
            if len(kept) != len(block.ops) and make_preheader(function, graph, loop.header, inside) is None:
                # Nowhere to put them: leave this loop alone.
                moved = [op for op in moved if op not in block.ops]
                continue
            block.ops = kept
        if not moved:
            continue
        preheader = make_preheader(function, graph, loop.header, inside)
        if preheader is None:
            continue
        terminator = preheader.ops.pop()
        for op in moved:
            preheader.ops.append(op)
            position = graph.position[preheader.id] if preheader.id < len(graph.position) else -1
            defined[op.id] = position if position >= 0 else loop.header
        preheader.ops.append(terminator)
        changed = True
        # Blocks were added, perhaps: the positions of the graph no longer tell all. One loop per run is enough for
        # nests, because inner loops come first and their preheaders lie in the loops around them.
    return changed
