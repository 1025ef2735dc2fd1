"""Splits an async method at its awaits.

    entry:      if the continuation argument is not null, go to the code that resumes the state it tells
    await:      call; if the callee suspended, go to the suspension code
    suspension: continuation object, everything that is live, return it
    resumption: everything back; what the callee threw or returned; go on behind the await

The pass runs once the importer's temporaries are gone, and before anything is moved: what is live is then what the
method is about, and later passes see the final flow of control.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import roots_of
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import (
    AWAIT_TAIL,
    BranchOp,
    CallOp,
    CellOp,
    ConstOp,
    DataOp,
    FloatConstOp,
    MemoryOp,
    Op,
    ParamOp,
    SlotOp,
    TerminatorOp,
)
from readytorun.ir.runtime_async import CONTINUATION_STATE, RuntimeAsync
from readytorun.ir.types import (
    BYREF,
    I32,
    I64,
    M_I32,
    M_I64,
    M_REF,
    REF,
    ROLE_CONTINUATION,
    ROLE_NORMAL,
    ROLE_RETURN_BUFFER,
)
from readytorun.passes import dead_code, phi_simplification, unused_slots
from readytorun.passes.edit import take_parameters
from readytorun.passes.runtime_async.layout import SavedState, lay_out
from readytorun.passes.runtime_async.live_state import SlotLiveness, is_saved, live_values, overwritten_slots
from readytorun.passes.runtime_async.resumption import build_resumption
from readytorun.passes.runtime_async.ssa_repair import SSARepair
from readytorun.passes.runtime_async.suspension import Suspension, context_parameter
from readytorun.r2r.model import Cell, ImportSectionKind

_FIXUP_RESUMPTION_STUB_ENTRY_POINT = 0x38


class CannotSuspend(Exception):
    """Something that no continuation can hold is needed behind an await."""


class AwaitPoint:
    """One await.

    Attributes:
        call: the call.
        block: the block that ends in the test whether it suspended.
        following: the block behind it.
        suspended: the block that a suspended callee leads to.
        continuation: the callee's continuation.
        state: what is saved; None for a tail await.
    """

    __slots__ = ("block", "call", "continuation", "following", "state", "suspended")

    def __init__(self, call: CallOp, block: Block, following: Block, suspended: Block, continuation: Op) -> None:
        self.call = call
        self.block = block
        self.following = following
        self.suspended = suspended
        self.continuation = continuation
        self.state: SavedState | None = None


def run(function: Function) -> bool:
    """Run the pass.

    Raises:
        CannotSuspend, LayoutError: the method cannot be compiled.
    """
    facts = function.runtime_async
    if facts is None:
        return False
    dead_code.run(function)
    unused_slots.run(function)
    points = _split_at_awaits(function, facts)
    if not points:
        return False
    normal = [point for point in points if _handling(point) != AWAIT_TAIL]
    main_end = _main_end(function)
    cold: list[Block] = []
    for point in points:
        if _handling(point) == AWAIT_TAIL:
            builder = IRBuilder(function)
            builder.block = point.suspended
            builder.op(ops.SUSPEND, 0, [point.continuation])
            cold.append(point.suspended)
    if normal:
        facts.state_count = len(normal)
        splitter = _Splitter(function, facts, normal)
        cold += splitter.run()
        stub = Cell(ImportSectionKind.PRECODE, bytes((_FIXUP_RESUMPTION_STUB_ENTRY_POINT,)), rva_of=facts.stub_symbol)
        function.fixups.append(stub)
        main_end = _main_end(function)
        function.blocks[main_end:main_end] = cold
        splitter.repair()
    else:
        function.blocks[main_end:main_end] = cold
    phi_simplification.run(function)
    return True


def _handling(point: AwaitPoint) -> int:
    awaits = point.call.awaits
    return AWAIT_TAIL if awaits is None else awaits.handling


def _main_end(function: Function) -> int:
    for index in range(len(function.blocks)):
        if function.blocks[index].funclet:
            return index
    return len(function.blocks)


def _split_at_awaits(function: Function, facts: RuntimeAsync) -> list[AwaitPoint]:
    """End a block behind each await, in block order."""
    points: list[AwaitPoint] = []
    blocks: list[Block] = []
    number = 0
    for block in function.blocks:
        current = block
        blocks.append(current)
        position = 0
        while position < len(current.ops):
            op = current.ops[position]
            position += 1
            if not isinstance(op, CallOp) or op.awaits is None:
                continue
            following = function.new_block()
            following.try_index = current.try_index
            following.funclet = current.funclet
            following.is_cold = current.is_cold
            following.loop_depth = current.loop_depth
            following.ops = current.ops[position:]
            current.ops = current.ops[:position]
            _replace_pred(following, current)
            builder = IRBuilder(function)
            builder.block = current
            builder.il_offset = op.il_offset
            if op.awaits.handling != AWAIT_TAIL:
                if not facts.dialect.diagnoses_suspension:
                    builder.imm(ops.RESUME_POINT, 0, [], number)
                number += 1
            continuation = builder.op(ops.CONTINUATION, REF, [])
            suspended = function.new_block()
            suspended.is_cold = True
            builder.branch(ops.BRANCH, ops.NE, continuation, builder.null(), suspended, following)
            points.append(AwaitPoint(op, current, following, suspended, continuation))
            current = following
            blocks.append(current)
            position = 0
    function.blocks = blocks
    return points


def _replace_pred(block: Block, old: Block) -> None:
    """The terminator that was in `old` is in `block` now."""
    last = block.ops[len(block.ops) - 1]
    targets: list[Block] = []
    if isinstance(last, BranchOp):
        targets = last.targets
    elif isinstance(last, TerminatorOp):
        targets = last.targets
    for target in targets:
        for index in range(len(target.preds)):
            if target.preds[index] is old:
                target.preds[index] = block


class _Splitter:
    """Splits one method that has awaits which are no tail awaits."""

    __slots__ = (
        "_context",
        "_context_index",
        "_facts",
        "_function",
        "_incoming",
        "_incoming_slot",
        "_points",
        "_repair",
        "_slots",
        "_values",
    )

    def __init__(self, function: Function, facts: RuntimeAsync, points: list[AwaitPoint]) -> None:
        self._function = function
        self._facts = facts
        self._points = points
        self._repair = SSARepair(function)
        self._incoming = self._parameter(_continuation_index(function), REF)
        self._context_index = context_parameter(function)
        self._context: Op | None = None
        if self._context_index >= 0:
            self._context = self._parameter(self._context_index, I64)
        self._values: dict[int, Op] = {}
        for block in function.blocks:
            for op in block.ops:
                self._values[op.id] = op
        self._slots = SlotLiveness(function)
        self._incoming_slot: Slot | None = None

    def _parameter(self, index: int, type: int) -> Op:
        entry = self._function.blocks[0]
        for op in entry.ops:
            if isinstance(op, ParamOp) and op.index == index:
                return op
        param = ParamOp(self._function.new_id(), type, index)
        entry.ops.insert(0, param)
        return param

    def run(self) -> list[Block]:
        """Split; gives the new blocks outside of all try ranges. `repair` must follow once they are in the function."""
        function = self._function
        live = live_values(function)
        states: list[SavedState] = []
        clones: list[list[Op]] = []
        for point in self._points:
            state, cloned = self._state_of(point, live[point.following.id])
            point.state = state
            states.append(state)
            clones.append(cloned)
        lay_out(self._facts.dialect, states)
        reachable = self._reachable_after_resumption()
        role = ROLE_NORMAL if self._context_index < 0 else function.signature.params[self._context_index].role
        suspension = Suspension(function, self._facts, self._incoming, self._context, role)
        if (
            self._facts.dialect.reuses_continuations
            and reachable
            and len(roots_of(function)) > len(function.funclets) + 1
        ):
            # No value gets to where a catch continues.
            self._incoming_slot = function.new_slot(8, 8, ((0, False),), True)
            suspension.incoming_slot = self._incoming_slot
        cold: list[Block] = []
        entries: list[Block] = []
        for number in range(len(self._points)):
            point = self._points[number]
            state = states[number]
            may_reuse = point.block.id in reachable
            cold += suspension.build(
                point.suspended, number, state, point.continuation, may_reuse, point.call.il_offset
            )
            entry = function.new_block()
            entry.is_cold = True
            entries.append(entry)
            resumed = build_resumption(function, self._facts, entry, state, point.call, point.block, self._incoming)
            builder = IRBuilder(function)
            builder.block = resumed.last
            builder.il_offset = point.call.il_offset
            builder.jump(point.following)
            cold += resumed.blocks
            if resumed.throwing is not None:
                function.blocks.insert(_index_of(function, point.following) + 1, resumed.throwing)
            for index in range(len(state.values)):
                self._repair.define_on_edge(state.values[index], resumed.last, resumed.values[index])
            if resumed.result is not None:
                self._repair.define_on_edge(point.call, resumed.last, resumed.result)
            self._clone(point.following, clones[number])
        return self._dispatch(entries) + cold

    def repair(self) -> None:
        """Let uses have the definitions that reach them."""
        self._repair.run()

    # --- what is saved -----------------------------------------------------------------------------------------

    def _state_of(self, point: AwaitPoint, live: int) -> tuple[SavedState, list[Op]]:
        """What the await saves, and what is made once more behind it, operands first."""
        awaits = point.call.awaits
        if awaits is None:
            raise ValueError("no await")
        wanted: list[Op] = []
        cloned: list[Op] = []
        done: set[int] = set()
        digits = live
        while digits:
            low = digits & -digits
            digits ^= low
            value = self._values[low.bit_length() - 1]
            self._want(value, point, wanted, cloned, done)
        has_exception_slot = point.block.try_index >= 0 and point.block.try_index != self._facts.synthetic_region
        state = SavedState(awaits, has_exception_slot, False)
        state.values = [value for value in wanted if value.type == REF]
        state.values += [value for value in wanted if value.type != REF]
        needed = self._slots.live[point.following.id] & ~overwritten_slots(point.call)
        for slot in self._function.slots:
            if needed >> slot.id & 1 and is_saved(slot) and not self._is_frame_state(slot):
                state.slots.append(slot)
        if self._context is not None:
            context_slot = self._facts.context_slot
            state.keeps_alive = self._context in state.values or (context_slot in state.slots)
        return state, cloned

    def _is_frame_state(self, slot: Slot) -> bool:
        """Whether a slot belongs to one run of the method, not to what it computes."""
        facts = self._facts
        return (
            slot is facts.thread_slot
            or slot is facts.execution_context_slot
            or slot is facts.synchronization_context_slot
            or slot is facts.resumed_slot
            or slot is facts.buffer_slot
        )

    def _want(self, value: Op, point: AwaitPoint, wanted: list[Op], cloned: list[Op], done: set[int]) -> None:
        """Note that a value is needed behind an await: saved, made once more, or there anyway."""
        if value.id in done:
            return
        done.add(value.id)
        if value is point.call or value is self._incoming:
            return
        if isinstance(value, ParamOp) and self._function.signature.params[value.index].role == ROLE_RETURN_BUFFER:
            return  # the resumption stub brings its own
        if is_made_anew(value) or (value.opcode == ops.BITCAST and self._slots.addresses(value)):
            for arg in value.args:
                self._want(arg, point, wanted, cloned, done)
            cloned.append(value)
            return
        if value.type == BYREF:
            raise CannotSuspend("a byref is needed behind an await")
        if value.type == I64 and self._slots.addresses(value):
            raise CannotSuspend("an address in the frame is needed behind an await")
        wanted.append(value)

    def _clone(self, block: Block, values: list[Op]) -> None:
        """Make values once more at the start of a block."""
        function = self._function
        for position in range(len(values)):
            value = values[position]
            clone = clone_of(function, value)
            block.ops.insert(position, clone)
            self._repair.define_in(value, block, clone)

    # --- control flow ------------------------------------------------------------------------------------------

    def _reachable_after_resumption(self) -> set[int]:
        """Ids of the blocks that control may reach after the method was resumed at some await."""
        reached: set[int] = set()
        work = [point.following for point in self._points]
        catches: list[Block] = []
        for block in self._function.blocks:
            last = block.ops[len(block.ops) - 1]
            if isinstance(last, TerminatorOp) and last.opcode in (ops.CATCH_RETURN, ops.CALL_FINALLY):
                catches += last.targets
        # Where handlers lead to is not worth following: any of them may run.
        work += catches
        while work:
            block = work.pop()
            if block.id in reached:
                continue
            reached.add(block.id)
            if not block.ops:
                continue  # suspension code, which leaves the method
            work += ops.successors(block.ops[len(block.ops) - 1])
        return reached

    def _dispatch(self, entries: list[Block]) -> list[Block]:
        """The new first block, and the one that finds the state to resume; gives the latter."""
        function = self._function
        facts = self._facts
        body = function.blocks[0]
        first = take_parameters(function)
        resumed = function.new_block()
        resumed.is_cold = True
        builder = IRBuilder(function)
        builder.block = first
        self._store_buffer(builder)
        if self._incoming_slot is not None:
            builder.store(M_REF, builder.slot_addr(self._incoming_slot), self._incoming)
        builder.branch(ops.BRANCH, ops.NE, self._incoming, builder.null(), resumed, body)
        builder.block = resumed
        slot = facts.resumed_slot
        if slot is not None:
            builder.store(M_I32, builder.slot_addr(slot), builder.const(I32, 1))
        if len(entries) == 1:
            builder.jump(entries[0])
        else:
            state = builder.load(M_I32, self._incoming, CONTINUATION_STATE)
            if len(entries) == 2:
                builder.branch(ops.BRANCH, ops.NE, state, builder.const(I32, 0), entries[1], entries[0])
            else:
                builder.terminate(ops.SWITCH, [state], [*entries, entries[0]], entries)
        function.blocks.insert(0, first)
        return [resumed]

    def _store_buffer(self, builder: IRBuilder) -> None:
        """The address of the return buffer comes afresh each time the method is entered."""
        slot = self._facts.buffer_slot
        if slot is None or slot not in self._function.slots:
            return
        for op in builder.block.ops if builder.block is not None else []:
            if isinstance(op, ParamOp) and self._function.signature.params[op.index].role == ROLE_RETURN_BUFFER:
                builder.store(M_I64, builder.slot_addr(slot), op)
                return


def _continuation_index(function: Function) -> int:
    params = function.signature.params
    for index in range(len(params)):
        if params[index].role == ROLE_CONTINUATION:
            return index
    raise ValueError("an async method without continuation parameter")


def _index_of(function: Function, block: Block) -> int:
    for index in range(len(function.blocks)):
        if function.blocks[index] is block:
            return index
    raise ValueError("block is not in the function")


def is_made_anew(value: Op) -> bool:
    """Whether a value is made once more instead of being saved: constants, import cells, addresses."""
    if isinstance(value, (ConstOp, FloatConstOp, SlotOp, CellOp, DataOp)):
        return True
    return value.opcode == ops.ADDR or (value.opcode == ops.BITCAST and value.type == BYREF)


def clone_of(function: Function, value: Op) -> Op:
    """The operation once more, with the same operands."""
    id = function.new_id()
    if isinstance(value, ConstOp):
        return ConstOp(id, value.type, value.value, value.il_offset)
    if isinstance(value, FloatConstOp):
        return FloatConstOp(id, value.type, value.bits, value.il_offset)
    if isinstance(value, SlotOp):
        return SlotOp(id, value.slot)
    if isinstance(value, CellOp):
        return CellOp(id, value.opcode, value.cell, value.il_offset)
    if isinstance(value, DataOp):
        return DataOp(id, value.field_rid)
    if isinstance(value, MemoryOp):
        return MemoryOp(
            id,
            value.opcode,
            value.type,
            value.memory,
            list(value.args),
            value.has_index,
            value.scale,
            value.offset,
            value.is_volatile,
            value.il_offset,
            value.is_invariant,
        )
    return Op(id, value.opcode, value.type, list(value.args), value.il_offset)
