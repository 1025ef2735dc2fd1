"""Puts the caller's contexts back on every way out of an async method that saves them.

The whole body becomes the try range of a new outermost fault handler; all returns are led to one block outside of it.

    entry:  CaptureContexts(&thread, &execution context, &synchronization context)
    try:    the body
    fault:  RestoreContexts(resumed, ...)
    return: RestoreContexts(resumed, ...), then the value
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, EHRegion, Funclet, Function, Slot
from readytorun.ir.ops import Op, TerminatorOp
from readytorun.ir.runtime_async import AsyncCall, RuntimeAsync
from readytorun.ir.types import M_I32, M_REF, STRUCT, VOID
from readytorun.passes.edit import take_parameters
from readytorun.r2r.model import EHClauseKind

_REFERENCE: Final = ((0, False),)


def run(function: Function) -> bool:
    """Run the pass."""
    facts = function.runtime_async
    if facts is None or not facts.saves_contexts or facts.synthetic_region >= 0:
        return False
    if facts.dialect.keeps_thread:
        facts.thread_slot = function.new_slot(8, 8, _REFERENCE, True)
    facts.execution_context_slot = function.new_slot(8, 8, _REFERENCE, True)
    facts.synchronization_context_slot = function.new_slot(8, 8, _REFERENCE, True)
    facts.resumed_slot = function.new_slot(4, 4, (), True)
    region = _protect_body(function)
    facts.synthetic_region = region
    main_end = len(function.blocks)
    for index in range(len(function.blocks)):
        if function.blocks[index].funclet:
            main_end = index
            break
    merged = _merge_returns(function, facts, function.blocks[:main_end])
    if merged is not None:
        function.blocks.insert(main_end, merged)
    function.blocks.insert(0, _entry(function, facts))
    _fault_handler(function, facts, region)
    return True


def _protect_body(function: Function) -> int:
    """Make all main blocks, and the try ranges among them, part of a new region; its index."""
    region = len(function.eh_regions)
    in_main = [False] * region
    for block in function.blocks:
        if block.funclet == 0:
            if block.try_index < 0:
                block.try_index = region
            else:
                in_main[block.try_index] = True
    for index in range(region):
        # Inner before outer; of clauses with one try range the first holds the blocks.
        if index and function.eh_regions[index].same_try_as_previous:
            in_main[index] = in_main[index] or in_main[index - 1]
        enclosing = function.eh_regions[index].enclosing
        if in_main[index] and enclosing >= 0:
            in_main[enclosing] = True
    for index in range(region):
        inner = function.eh_regions[index]
        if in_main[index] and inner.enclosing < 0:
            inner.enclosing = region
    function.eh_regions.append(EHRegion(EHClauseKind.FAULT))
    return region


def _entry(function: Function, facts: RuntimeAsync) -> Block:
    """The block in front of the body: parameters, and site 1."""
    body = function.blocks[0]
    entry = take_parameters(function)
    builder = IRBuilder(function)
    builder.block = entry
    args: list[Op] = []
    for slot in (facts.thread_slot, facts.execution_context_slot, facts.synchronization_context_slot):
        if slot is not None:
            args.append(builder.slot_addr(slot))
    _call(builder, facts.calls["CaptureContexts"], args)
    builder.jump(body)
    return entry


def _fault_handler(function: Function, facts: RuntimeAsync, region: int) -> None:
    """Site 2."""
    handler = function.new_block()
    function.funclets.append(Funclet(handler, False, region))
    number = len(function.funclets)
    handler.funclet = number
    function.eh_regions[region].handler_funclet = number
    function.blocks.append(handler)
    builder = IRBuilder(function)
    builder.block = handler
    restore_contexts(builder, facts)
    builder.terminate(ops.END_FINALLY, [], [], [])


def restore_contexts(builder: IRBuilder, facts: RuntimeAsync) -> None:
    """Sites 2 and 3: RestoreContexts(resumed, [thread,] execution context, synchronization context)."""
    _call(builder, facts.calls["RestoreContexts"], saved_contexts(builder, facts, True))


def saved_contexts(builder: IRBuilder, facts: RuntimeAsync, with_thread: bool) -> list[Op]:
    """The values of `resumed`, maybe the thread, and the two contexts."""
    args: list[Op] = []
    if facts.resumed_slot is not None:
        args.append(builder.load(M_I32, builder.slot_addr(facts.resumed_slot)))
    slots: list[Slot | None] = [facts.execution_context_slot, facts.synchronization_context_slot]
    if with_thread:
        slots.insert(0, facts.thread_slot)
    for slot in slots:
        if slot is not None:
            args.append(builder.load(M_REF, builder.slot_addr(slot)))
    return args


def _call(builder: IRBuilder, call: AsyncCall, args: list[Op]) -> Op:
    op = builder.call(ops.TARGET_CELL, call.cell, call.signature, args)
    op.is_user_call = True
    return op


def _merge_returns(function: Function, facts: RuntimeAsync, blocks: list[Block]) -> Block | None:
    """Site 3: lead all returns to one block; None if the method never returns."""
    returns: list[Block] = []
    for block in blocks:
        if block.ops[len(block.ops) - 1].opcode == ops.RETURN:
            returns.append(block)
    if not returns:
        return None
    merged = function.new_block()
    builder = IRBuilder(function)
    result = function.signature.result
    value: Op | None = None
    if result.type == STRUCT and result.layout is not None:
        layout = result.layout
        slot = function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
        for block in returns:
            value = block.ops[len(block.ops) - 1].args[0]
            block.ops.pop()
            builder.block = block
            builder.copy_block(builder.slot_addr(slot), value, layout, False)
            builder.jump(merged)
        builder.block = merged
        value = builder.slot_addr(slot)
    elif result.type == VOID:
        for block in returns:
            _leave(function, block, merged)
    else:
        phi = Op(function.new_id(), ops.PHI, result.type, [])
        for block in returns:
            phi.args.append(block.ops[len(block.ops) - 1].args[0])
            _leave(function, block, merged)
        merged.ops.append(phi)
        value = phi
    builder.block = merged
    restore_contexts(builder, facts)
    builder.terminate(ops.RETURN, [] if value is None else [value], [], [])
    return merged


def _leave(function: Function, block: Block, target: Block) -> None:
    """Replace the return at the end of a block by a jump."""
    last = block.ops.pop()
    block.ops.append(TerminatorOp(function.new_id(), ops.JUMP, [], [target], last.il_offset))
    target.preds.append(block)
