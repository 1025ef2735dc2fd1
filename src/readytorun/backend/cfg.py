"""The flow graph as code generation wants it: split edges, order of the blocks, nesting of loops."""

from __future__ import annotations

from readytorun.backend.errors import Unsupported
from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BranchOp, MemoryOp, Op, ParamOp, TerminatorOp

MAX_LOOP_DEPTH = 6


def prepare(function: Function) -> list[Block]:
    """Split the edges that need moves of their own and return the blocks in the order of the code.

    An edge into a block with phis must leave a block with no other successor, because the moves for the phis stand
    at that block's end. The entry block must not be a jump target: parameters are moved to their places there.
    """
    _split_entry(function)
    for funclet in function.funclets:
        if funclet.entry.preds:
            raise Unsupported("jump-to-handler-entry")
    _split_edges(function)
    _drop_extensions(function)
    order = _lay_out(function)
    _find_loops(order)
    return order


def _split_entry(function: Function) -> None:
    entry = function.blocks[0]
    if not entry.preds:
        return
    block = function.new_block()
    block.funclet = entry.funclet
    block.try_index = entry.try_index
    params: list[Op] = []
    rest: list[Op] = []
    for op in entry.ops:
        (params if isinstance(op, ParamOp) else rest).append(op)
    entry.ops = rest
    params.append(TerminatorOp(function.new_id(), ops.JUMP, [], [entry]))
    block.ops = params
    if rest and rest[0].opcode == ops.PHI:
        raise Unsupported("phi-in-entry-block")
    entry.preds.append(block)
    function.blocks.insert(0, block)


def _split_edges(function: Function) -> None:
    blocks = function.blocks
    added: list[tuple[int, Block]] = []
    for index in range(len(blocks)):
        block = blocks[index]
        last = block.ops[len(block.ops) - 1]
        first = 0
        if isinstance(last, BranchOp):
            targets = last.targets
        elif isinstance(last, TerminatorOp) and last.opcode == ops.SWITCH:
            targets = last.targets
        elif isinstance(last, TerminatorOp) and last.opcode == ops.CALL_FINALLY:
            # Moves for phis of the continuation must stand behind the call.
            targets = last.targets
            first = 1
        else:
            continue
        for i in range(first, len(targets)):
            target = targets[i]
            if target.ops[0].opcode != ops.PHI:
                continue
            middle = function.new_block()
            middle.funclet = block.funclet
            middle.try_index = block.try_index
            middle.is_cold = block.is_cold or target.is_cold
            middle.ops = [TerminatorOp(function.new_id(), ops.JUMP, [], [target])]
            middle.preds = [block]
            for k in range(len(target.preds)):
                if target.preds[k] is block:
                    target.preds[k] = middle
            for k in range(i, len(targets)):
                if targets[k] is target:
                    targets[k] = middle
            added.append((index, middle))
    if added:
        result: list[Block] = []
        position = 0
        for index in range(len(blocks)):
            result.append(blocks[index])
            while position < len(added) and added[position][0] == index:
                result.append(added[position][1])
                position += 1
        function.blocks = result


def _drop_extensions(function: Function) -> None:
    """Use a 32-bit value itself as index where its register has zeros in the upper half anyway."""
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, MemoryOp) and op.has_index:
                index = op.args[1]
                if index.opcode == ops.ZEXT32:
                    narrow = index.args[0]
                    if narrow.opcode != ops.CONST and is_zero_extended(narrow, []):
                        op.args[1] = narrow


def is_zero_extended(value: Op, seen: list[int]) -> bool:
    """Whether an I32 is computed by an instruction that clears the upper half of its register.

    All that give an I32 do, save those that move nothing: parameters, results of calls, the lower half of an I64.
    `seen` holds the phis that are being looked at: a phi is, unless one of its operands is not.
    """
    opcode = value.opcode
    if opcode == ops.PHI:
        if value.id in seen:
            return True
        seen.append(value.id)
        if len(seen) > 8:
            return False
        for arg in value.args:
            if not is_zero_extended(arg, seen):
                return False
        return True
    if opcode == ops.CONST:
        return True
    return ops.ADD <= opcode <= ops.LOAD and opcode != ops.TRUNC and opcode != ops.BITCAST


def _lay_out(function: Function) -> list[Block]:
    """Blocks in code order: cold blocks outside of all try ranges move to the end of their funclet."""
    result: list[Block] = []
    cold: list[Block] = []
    funclet = 0
    for block in function.blocks:
        if block.funclet != funclet:
            result += cold
            cold = []
            funclet = block.funclet
        if block.is_cold and block.try_index < 0 and len(result) > 0 and result[len(result) - 1].funclet == funclet:
            cold.append(block)
        else:
            result.append(block)
    result += cold
    return result


def _find_loops(order: list[Block]) -> None:
    """Set `loop_depth`: a backward jump closes a loop over all blocks between (good enough for weights)."""
    index_of: dict[int, int] = {}
    for i in range(len(order)):
        index_of[order[i].id] = i
    # The innermost way to see it: one loop per header, reaching to the last jump back to it.
    ends: dict[int, int] = {}
    for i in range(len(order)):
        block = order[i]
        block.loop_depth = 0
        if block.is_cold:
            continue
        for target in ops.successors(block.ops[len(block.ops) - 1]):
            header = index_of[target.id]
            if header <= i:
                ends[header] = i
    change = [0] * (len(order) + 1)
    for header, end in ends.items():
        change[header] += 1
        change[end + 1] -= 1
    depth = 0
    for i in range(len(order)):
        depth += change[i]
        block = order[i]
        block.loop_depth = 0 if block.is_cold else min(depth, MAX_LOOP_DEPTH)
