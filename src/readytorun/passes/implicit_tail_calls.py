"""Makes jumps of calls that have nothing behind them but the return of what they return.

The frame is gone when the callee runs, so nothing may be in it that the callee could use: no frame slot (a struct, or
anything whose address was taken) is left in the method, and no exception region. The importer has marked the calls that
IL allows this for (`importer/tail_calls.py`).
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import CallOp, Op, SlotOp, TerminatorOp
from readytorun.ir.types import VOID
from readytorun.passes.edit import remove_edge, remove_unreachable_blocks

# Of results that are small integers. Both methods return one of that size, and who called this one extends it again.
_EXTENSIONS = (ops.ZEXT8, ops.SEXT8, ops.ZEXT16, ops.SEXT16)


def run(function: Function) -> bool:
    """Replace calls; whether there was one."""
    if function.eh_regions or function.runtime_async is not None:
        return False
    calls: list[tuple[Block, CallOp]] = []
    for block in function.blocks:
        call = _last_call(block)
        if call is not None:
            calls.append((block, call))
    if not calls or _has_memory(function):
        return False
    for block, call in calls:
        _replace(function, block, call)
    remove_unreachable_blocks(function)
    return True


def _last_call(block: Block) -> CallOp | None:
    """The call whose result, if it has one, is what the block returns or leads to the return of."""
    block_ops = block.ops
    terminator = block_ops[-1]
    result: Op | None = None
    position = len(block_ops) - 2
    if terminator.opcode == ops.RETURN:
        if terminator.args:
            result = terminator.args[0]
    elif terminator.opcode == ops.JUMP and isinstance(terminator, TerminatorOp):
        following = terminator.targets[0]
        last = following.ops[-1]
        if last.opcode != ops.RETURN:
            return None
        behind = len(following.ops) - 1
        if last.args:
            result = last.args[0]
            if result.opcode in _EXTENSIONS and behind and following.ops[behind - 1] is result:
                behind -= 1
                result = result.args[0]
            if result.opcode == ops.PHI and result in following.ops:
                result = result.args[following.preds.index(block)]
        if behind and following.ops[behind - 1].opcode != ops.PHI:
            return None
    else:
        return None
    if result is not None and result.opcode in _EXTENSIONS and position > 0 and block_ops[position] is result:
        result = result.args[0]
        position -= 1
    if position < 0:
        return None
    call = block_ops[position]
    if not isinstance(call, CallOp) or call.opcode != ops.CALL or not call.may_leave or call.result_slot is not None:
        return None
    if result is None:
        return call if call.type == VOID else None
    return call if result is call else None


def _has_memory(function: Function) -> bool:
    for block in function.blocks:
        for op in block.ops:
            if isinstance(op, SlotOp) or op.opcode == ops.LOCALLOC:
                return True
            if isinstance(op, CallOp) and op.result_slot is not None:
                return True
    return False


def _replace(function: Function, block: Block, call: CallOp) -> None:
    terminator = block.ops[-1]
    if isinstance(terminator, TerminatorOp):
        for target in terminator.targets:
            remove_edge(block, target)
    del block.ops[block.ops.index(call) :]
    receiver = -1
    if call.target == ops.TARGET_DISPATCH:
        receiver = 0
    elif call.target == ops.TARGET_INDIRECT_DISPATCH:
        receiver = 1
    if receiver >= 0:
        # A fault in the dispatch stub would find no managed caller to throw in.
        block.ops.append(Op(function.new_id(), ops.NULL_CHECK, VOID, [call.args[receiver]], call.il_offset))
    jump = CallOp(
        function.new_id(),
        ops.TAIL_CALL,
        VOID,
        call.target,
        call.tail_cell,
        call.signature,
        call.args,
        call.il_offset,
    )
    jump.is_user_call = True
    block.ops.append(jump)
