"""The code that continues a suspended method behind one of its awaits."""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.runtime_async import CONTINUATION_DATA, RuntimeAsync
from readytorun.ir.types import BYREF, M_REF, REF, ROLE_RETURN_BUFFER, VOID, AbiType, CallSignature, StructLayout
from readytorun.passes.runtime_async.layout import SavedState
from readytorun.passes.runtime_async.suspension import MEMORY_OF, helper


class Resumed:
    """What resumption code has made.

    Attributes:
        blocks: its blocks outside of all try ranges.
        throwing: the block in the await's try range that throws the callee's exception, None without exception slot.
        values: what was loaded for each of the saved values.
        result: what was loaded as the call's result, None if it has none or it is a struct.
        last: the block that goes on behind the await.
    """

    __slots__ = ("blocks", "last", "result", "throwing", "values")

    def __init__(self, first: Block) -> None:
        self.blocks: list[Block] = [first]
        self.throwing: Block | None = None
        self.values: list[Op] = []
        self.result: Op | None = None
        self.last = first


def build_resumption(
    function: Function, facts: RuntimeAsync, first: Block, state: SavedState, call: CallOp, home: Block, incoming: Op
) -> Resumed:
    """Fill the block that the dispatcher leads to, up to the jump behind the await, which is left to the caller.

    Args:
        function: the method.
        facts: what there is to know about it.
        first: the block.
        state: what is saved where.
        call: the await.
        home: its block.
        incoming: the continuation argument.
    """
    dialect = facts.dialect
    layout = state.layout
    result = Resumed(first)
    builder = IRBuilder(function)
    builder.block = first
    builder.il_offset = call.il_offset
    if dialect.restores_execution_context:
        site = facts.calls["RestoreExecutionContext"]
        context = builder.load(M_REF, incoming, CONTINUATION_DATA + layout.execution_context)
        restore = builder.call(ops.TARGET_CELL, site.cell, site.signature, [context])
        restore.is_user_call = True
    for index in range(len(state.values)):
        value = state.values[index]
        offset = CONTINUATION_DATA + state.value_offsets[index]
        result.values.append(builder.load(MEMORY_OF[value.type], incoming, offset))
    for index in range(len(state.slots)):
        slot = state.slots[index]
        content = StructLayout(slot.size, slot.alignment, slot.gc_refs)
        source = builder.addr(BYREF, incoming, CONTINUATION_DATA + state.slot_offsets[index])
        builder.copy_block(builder.slot_addr(slot), source, content, False)
    if state.has_exception_slot:
        _check_exception(function, facts, builder, state, home, incoming, result)
    _load_result(function, facts, builder, state, call, incoming, result)
    return result


def _check_exception(
    function: Function,
    facts: RuntimeAsync,
    builder: IRBuilder,
    state: SavedState,
    home: Block,
    incoming: Op,
    result: Resumed,
) -> None:
    """Throw the exception that the callee ended in, in the try range of the await."""
    offset = CONTINUATION_DATA + state.layout.exception
    exception = builder.load(M_REF, incoming, offset)
    if facts.dialect.clears_slots:
        builder.store(M_REF, incoming, builder.null(), offset)
    throwing = function.new_block()
    throwing.try_index = home.try_index
    throwing.is_cold = True
    completed = function.new_block()
    completed.is_cold = True
    builder.branch(ops.BRANCH, ops.NE, exception, builder.null(), throwing, completed)
    builder.block = throwing
    signature = CallSignature([AbiType(REF)], AbiType(VOID))
    call = builder.call(ops.TARGET_CELL, helper(facts.dialect.throw_exact), signature, [exception])
    call.no_return = True
    builder.terminate(ops.UNREACHABLE, [], [], [])
    builder.block = completed
    result.throwing = throwing
    result.blocks.append(completed)
    result.last = completed


def _load_result(
    function: Function,
    facts: RuntimeAsync,
    builder: IRBuilder,
    state: SavedState,
    call: CallOp,
    incoming: Op,
    result: Resumed,
) -> None:
    """What the callee has returned; in the data area nothing of it stays alive."""
    if not state.has_result:
        return
    offset = CONTINUATION_DATA + state.result_offset
    clears = facts.dialect.clears_slots
    memory = state.awaits.memory
    if memory >= 0:
        result.result = builder.load(memory, incoming, offset)
        if clears and memory == M_REF:
            builder.store(M_REF, incoming, builder.null(), offset)
        return
    layout = state.awaits.layout
    if layout is None:
        return
    destination = _result_address(function, builder, call)
    if destination is not None:
        builder.copy_block(destination, builder.addr(BYREF, incoming, offset), layout, False)
    if clears:
        for reference, _ in layout.gc_refs:
            builder.store(M_REF, incoming, builder.null(), offset + reference)


def _result_address(function: Function, builder: IRBuilder, call: CallOp) -> Op | None:
    """Address of where the call leaves its struct result."""
    if call.result_slot is not None:
        return builder.slot_addr(call.result_slot)
    params = call.signature.params
    first = 1 if call.target >= ops.TARGET_INDIRECT else 0
    for index in range(len(params)):
        if params[index].role == ROLE_RETURN_BUFFER:
            return result_buffer(builder, call.args[first + index])
    return None


def result_buffer(builder: IRBuilder, buffer: Op) -> Op | None:
    """The address of a return buffer once more: a frame slot's, or the method's own return buffer."""
    if isinstance(buffer, ops.SlotOp):
        return builder.slot_addr(buffer.slot)
    if buffer.opcode == ops.PARAM:
        return buffer
    raise ValueError("a return buffer that is neither in the frame nor the caller's")
