"""The code behind a call whose callee suspended: it builds the method's own continuation and returns it.

It stands outside of all try ranges: leaving the method this way runs no handler.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import Op
from readytorun.ir.runtime_async import (
    CONTINUATION_DATA,
    CONTINUATION_FLAGS,
    CONTINUATION_NEXT,
    CONTINUATION_RESUME_INFO,
    CONTINUATION_STATE,
    KEEP_ALIVE_BASE,
    AsyncCall,
    RuntimeAsync,
)
from readytorun.ir.types import (
    BYREF,
    F32,
    F64,
    I32,
    I64,
    M_F32,
    M_F64,
    M_I32,
    M_I64,
    M_REF,
    REF,
    ROLE_GENERIC_CONTEXT,
    ROLE_METHOD_CONTEXT,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.passes.runtime_async.contexts import saved_contexts
from readytorun.passes.runtime_async.layout import SavedState, flags_of
from readytorun.r2r.model import Cell, ImportSectionKind

# Helpers (readytorun.h, enum ReadyToRunHelper) that allocate a continuation and link it to the callee's.
_ALLOC_CONTINUATION = 0x113
_ALLOC_CONTINUATION_CLASS = 0x114
_ALLOC_CONTINUATION_METHOD = 0x115
_FIXUP_HELPER = 0x1A

MEMORY_OF = {I32: M_I32, I64: M_I64, F32: M_F32, F64: M_F64, REF: M_REF}


def helper(number: int) -> Cell:
    """The eager cell of a runtime helper."""
    out = bytearray((_FIXUP_HELPER,))
    if number < 0x80:
        out.append(number)
    else:
        out.append(0x80 | number >> 8)
        out.append(number & 0xFF)
    return Cell(ImportSectionKind.EAGER, bytes(out))


class Suspension:
    """Builds the suspension code of one method.

    Attributes:
        incoming: the continuation argument of the method.
        incoming_slot: frame slot with it where the value does not get everywhere, else None.
        context: its generic context argument, None without one.
        context_role: ROLE_* of that.
    """

    __slots__ = ("_builder", "_facts", "_function", "context", "context_role", "incoming", "incoming_slot")

    def __init__(self, function: Function, facts: RuntimeAsync, incoming: Op, context: Op | None, role: int) -> None:
        self._function = function
        self._facts = facts
        self._builder = IRBuilder(function)
        self.incoming = incoming
        self.incoming_slot: Slot | None = None
        self.context = context
        self.context_role = role

    def build(
        self, first: Block, number: int, state: SavedState, returned: Op, may_reuse: bool, il_offset: int
    ) -> list[Block]:
        """Fill the block that a suspended callee leads to, and those behind it; gives all of them.

        Args:
            first: the block.
            number: of the state.
            state: what is saved where.
            returned: the callee's continuation.
            may_reuse: the method may have been resumed before it gets here.
            il_offset: of the await.

        Raises:
            LayoutError: the flags cannot say where something is.
        """
        builder = self._builder
        facts = self._facts
        dialect = facts.dialect
        layout = state.layout
        blocks = [first]
        builder.block = first
        builder.il_offset = il_offset
        if dialect.diagnoses_suspension:
            builder.imm(ops.RESUME_POINT, 0, [], number)
        if dialect.reuses_continuations and may_reuse:
            new = self._take_or_allocate(state, returned, blocks)
        else:
            new = self._allocate(state, returned)
        builder.store(M_I64, new, builder.imm(ops.RESUME_INFO, I64, [], number), CONTINUATION_RESUME_INFO)
        flags = flags_of(dialect, state)
        if number == 0 and flags < 1 << 31:
            # State and flags at once.
            builder.store(M_I64, new, builder.const(I64, flags), CONTINUATION_FLAGS)
        else:
            builder.store(M_I32, new, builder.const(I32, number), CONTINUATION_STATE)
            builder.store(M_I32, new, builder.const(I32, flags), CONTINUATION_FLAGS)
        self._save(new, state)
        if dialect.finishes_suspension and facts.saves_contexts:
            self._finish(new, state)
        else:
            self._capture(new, state)
        builder.op(ops.SUSPEND, 0, [new])
        builder.block = None
        if layout.size == 0:
            raise ValueError("a continuation without execution context")
        return blocks

    def _allocate(self, state: SavedState, returned: Op) -> Op:
        builder = self._builder
        cell = state.layout.cell(self._facts.continuation_type)
        if cell not in self._function.fixups:
            self._function.fixups.append(cell)
        args: list[Op] = [returned, builder.load_cell(cell)]
        params = [AbiType(REF), AbiType(I64)]
        number = _ALLOC_CONTINUATION
        context = self.context
        if state.keeps_alive and context is not None:
            number = (
                _ALLOC_CONTINUATION_CLASS if self.context_role == ROLE_GENERIC_CONTEXT else _ALLOC_CONTINUATION_METHOD
            )
            args.append(builder.const(I32, KEEP_ALIVE_BASE + state.layout.keep_alive))
            facts_slot = self._facts.context_slot
            if facts_slot is not None and facts_slot in self._function.slots:
                context = builder.load(M_I64, builder.slot_addr(facts_slot))
            args.append(context)
            params += [AbiType(I32), AbiType(I64)]
        call = builder.call(ops.TARGET_CELL, helper(number), CallSignature(params, AbiType(REF)), args)
        call.is_user_call = True
        return call

    def _take_or_allocate(self, state: SavedState, returned: Op, blocks: list[Block]) -> Op:
        """The continuation that the method was resumed with, or a new one if it was not."""
        builder = self._builder
        reuse = self._function.new_block()
        fresh = self._function.new_block()
        merged = self._function.new_block()
        for block in (reuse, fresh, merged):
            block.is_cold = True
            blocks.append(block)
        incoming = self.incoming
        if self.incoming_slot is not None:
            incoming = builder.load(M_REF, builder.slot_addr(self.incoming_slot))
        builder.branch(ops.BRANCH, ops.NE, incoming, builder.null(), reuse, fresh)
        builder.block = reuse
        builder.store_barrier(ops.STORE_BARRIER, returned, incoming, CONTINUATION_NEXT)
        builder.jump(merged)
        builder.block = fresh
        allocated = self._allocate(state, returned)
        builder.jump(merged)
        builder.block = merged
        return builder.op(ops.PHI, REF, [incoming, allocated])

    def _save(self, new: Op, state: SavedState) -> None:
        """Values and frame slots to the data area."""
        builder = self._builder
        for index in range(len(state.values)):
            value = state.values[index]
            offset = CONTINUATION_DATA + state.value_offsets[index]
            if value.type == REF:
                builder.store_barrier(ops.STORE_BARRIER, new, value, offset)
            else:
                builder.store(MEMORY_OF[value.type], new, value, offset)
        for index in range(len(state.slots)):
            slot = state.slots[index]
            layout = StructLayout(slot.size, slot.alignment, slot.gc_refs)
            destination = builder.addr(BYREF, new, CONTINUATION_DATA + state.slot_offsets[index])
            builder.copy_block(destination, builder.slot_addr(slot), layout, True)

    def _finish(self, new: Op, state: SavedState) -> None:
        """One helper call that captures what the continuation needs and restores the caller's contexts."""
        builder = self._builder
        layout = state.layout
        args: list[Op] = []
        name = "FinishSuspensionNoContinuationContext"
        if state.has_context_slot:
            name = "FinishSuspensionWithContinuationContext"
            args.append(builder.addr(BYREF, new, CONTINUATION_DATA + layout.context))
            args.append(builder.addr(BYREF, new, CONTINUATION_FLAGS))
        args.append(builder.addr(BYREF, new, CONTINUATION_DATA + layout.execution_context))
        args += saved_contexts(builder, self._facts, False)
        self._call(self._facts.calls[name], args)

    def _capture(self, new: Op, state: SavedState) -> None:
        """Sites 4 to 6: capture the current contexts, then restore those of the caller."""
        builder = self._builder
        facts = self._facts
        layout = state.layout
        if state.has_context_slot:
            slot = builder.addr(BYREF, new, CONTINUATION_DATA + layout.context)
            flags = builder.addr(BYREF, new, CONTINUATION_FLAGS)
            self._call(facts.calls["CaptureContinuationContext"], [slot, flags])
        current = self._call(facts.calls["CaptureExecutionContext"], [])
        builder.store_barrier(ops.STORE_BARRIER, new, current, CONTINUATION_DATA + layout.execution_context)
        if facts.saves_contexts:
            self._call(facts.calls["RestoreContextsOnSuspension"], saved_contexts(builder, facts, False))

    def _call(self, call: AsyncCall, args: list[Op]) -> Op:
        op = self._builder.call(ops.TARGET_CELL, call.cell, call.signature, args)
        op.is_user_call = True
        return op


def context_parameter(function: Function) -> int:
    """Index of the generic context parameter, -1 without one."""
    params = function.signature.params
    for index in range(len(params)):
        if params[index].role == ROLE_GENERIC_CONTEXT or params[index].role == ROLE_METHOD_CONTEXT:
            return index
    return -1
