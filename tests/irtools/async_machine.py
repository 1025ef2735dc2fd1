"""Runs async methods as the runtime would: suspends them at their awaits, and resumes them in a fresh frame.

`make_async` turns some calls of a random function into awaits. Run before the transformation, these are calls; run
after it, a schedule says which of them suspend. Either way the function must do the same.
"""

from __future__ import annotations

import random

from irtools.interpreter import Machine, ManagedException, Outcome, wrap
from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import Await, CallOp, CellOp, ConstOp, ImmOp, MemoryOp, Op, SlotOp
from readytorun.ir.runtime_async import (
    CONTINUATION_DATA,
    CONTINUATION_FLAGS,
    CONTINUATION_NEXT,
    CONTINUATION_RESUME_INFO,
    AsyncCall,
    Dialect,
    RuntimeAsync,
)
from readytorun.ir.types import (
    BYREF,
    I32,
    I64,
    M_I8,
    M_I16,
    M_I32,
    M_I64,
    M_REF,
    M_U8,
    MEMORY_SIZES,
    REF,
    ROLE_CONTINUATION,
    ROLE_RETURN_BUFFER,
    STRUCT,
    VOID,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind

PAIR = StructLayout(16, 8, (), (0, 0))
_HELPERS = 0xA0  # last byte of the signatures of the helpers' cells
_KINDS = ("Callee", "Overflow", "IndexOutOfRange", "DivideByZero", "NullReference")

# Parameters of the methods that the transformation calls, as in the core library.
_CALLS: dict[str, dict[str, tuple[int, ...]]] = {
    "SEED": {
        "CaptureContexts": (BYREF, BYREF),
        "RestoreContexts": (I32, REF, REF),
        "CaptureContinuationContext": (BYREF, BYREF),
        "CaptureExecutionContext": (),
        "RestoreContextsOnSuspension": (I32, REF, REF),
        "RestoreExecutionContext": (REF,),
    },
    "V11b": {
        "CaptureContexts": (BYREF, BYREF, BYREF),
        "RestoreContexts": (I32, REF, REF, REF),
        "FinishSuspensionWithContinuationContext": (BYREF, BYREF, BYREF, I32, REF, REF),
        "FinishSuspensionNoContinuationContext": (BYREF, I32, REF, REF),
        "CaptureContinuationContext": (BYREF, BYREF),
        "CaptureExecutionContext": (),
    },
}


def make_async(function: Function, dialect: Dialect, rng: random.Random, saves_contexts: bool) -> int:
    """Make the function an async method whose calls are awaits, some of them; gives their number."""
    set_facts(function, dialect, saves_contexts)
    for block in function.blocks:
        if block.funclet == 0:
            for _ in range(rng.randrange(3)):
                _insert_call(function, block, rng)
    count = 0
    for block in function.blocks:
        position = 0
        while position < len(block.ops):
            op = block.ops[position]
            position += 1
            if not isinstance(op, CallOp) or op.opcode != ops.CALL or block.funclet or rng.random() < 0.3:
                continue
            null = ConstOp(function.new_id(), REF, 0)
            block.ops.insert(position - 1, null)
            position += 1
            _make_await(function, block, position - 1, op, null, rng)
            position = block.ops.index(op) + 1
            count += 1
    return count


def set_facts(function: Function, dialect: Dialect, saves_contexts: bool) -> None:
    """Give a function the async convention."""
    signature = function.signature
    params = [*signature.params, AbiType(REF, None, ROLE_CONTINUATION)]
    function.signature = CallSignature(params, signature.result, True)
    facts = RuntimeAsync(dialect, saves_contexts)
    facts.continuation_type = bytes((0x12, 0x05))
    facts.symbol = "body"
    facts.stub_symbol = "stub"
    for number, (name, types) in enumerate(_CALLS[dialect.name].items()):
        cell = Cell(ImportSectionKind.METHOD, bytes((0x14, _HELPERS + number)), ThunkKind.METHOD_CALL)
        result = AbiType(REF if name == "CaptureExecutionContext" else VOID)
        facts.calls[name] = AsyncCall(cell, CallSignature([AbiType(type) for type in types], result))
    function.runtime_async = facts


def _insert_call(function: Function, block: Block, rng: random.Random) -> None:
    """A call at some place of a block, whose result goes to a frame slot."""
    first = 0
    while block.ops[first].opcode in (ops.PHI, ops.PARAM, ops.CATCH_ARG):
        first += 1
    position = rng.randrange(first, len(block.ops))
    # Not addresses in the frame: they differ from run to run.
    usable = [op for op in block.ops[:position] if op.opcode not in (ops.SLOT_ADDR, ops.ADDR)]
    values = [op for op in usable if op.type in (I32, I64, REF)]
    args = [rng.choice(values)] if values else []
    cell = Cell(ImportSectionKind.METHOD, bytes((0x14, rng.choice([1, 2, 0xEE]))), ThunkKind.METHOD_CALL)
    result = rng.choice([I32, I64, VOID])
    signature = CallSignature([AbiType(arg.type) for arg in args], AbiType(result))
    call = CallOp(function.new_id(), ops.CALL, result, ops.TARGET_CELL, cell, signature, args)
    added: list[Op] = [call]
    if result != VOID:
        slot = rng.choice([slot for slot in function.slots if slot.size == PAIR.size])
        address = SlotOp(function.new_id(), slot)
        memory = M_I32 if result == I32 else M_I64
        added += [address, MemoryOp(function.new_id(), ops.STORE, VOID, memory, [address, call])]
    block.ops[position:position] = added


def _make_await(function: Function, block: Block, position: int, call: CallOp, null: Op, rng: random.Random) -> None:
    params = list(call.signature.params)
    result = call.signature.result
    awaits = Await(rng.choice([ops.AWAIT_PLAIN, ops.AWAIT_CAPTURED, ops.AWAIT_THREAD_POOL]))
    if result.type == I32:
        awaits.memory = rng.choice([M_I32, M_I32, M_I8, M_U8, M_I16])
    elif result.type == I64:
        awaits.memory = M_I64
    elif result.type == VOID and function.slots and rng.random() < 0.5:
        slot = rng.choice([slot for slot in function.slots if slot.size == PAIR.size] or [None])
        if slot is not None:
            awaits.layout = PAIR
            if rng.random() < 0.5:
                result = AbiType(STRUCT, PAIR)
                call.result_slot = slot
            else:
                address = SlotOp(function.new_id(), slot)
                block.ops.insert(position, address)
                params.insert(0, AbiType(I64, None, ROLE_RETURN_BUFFER))
                call.args.insert(0, address)
    first = 1 if params and params[0].role == ROLE_RETURN_BUFFER else 0
    params.insert(first, AbiType(REF, None, ROLE_CONTINUATION))
    call.args.insert(first, null)
    call.signature = CallSignature(params, result, True)
    call.is_user_call = True
    call.awaits = awaits


class Suspended(Exception):
    """The method has suspended itself."""

    def __init__(self, continuation: int) -> None:
        super().__init__()
        self.continuation = continuation


class AsyncMachine(Machine):
    """Runs an async method to its end.

    Args:
        schedule: for each await in order whether its callee suspends; then none does.
    """

    def __init__(self, function: Function, fuel: int, schedule: list[bool]) -> None:
        super().__init__(function, fuel)
        assert function.runtime_async is not None
        self.facts = function.runtime_async
        self.schedule = list(schedule)
        self.heap = 50_000_000  # regions of continuations; they must not change the addresses of objects
        self.returned = 0
        self.pending: tuple[Await, int, bytes, str] | None = None
        self.layouts: dict[int, int] = {}
        self.suspensions = 0
        self.protocol: list[str] = []
        self.exception_place = 0
        self.names = {call.cell: name for name, call in self.facts.calls.items()}
        self.contexts = [self._allocate(8) for _ in range(3)]
        self.captured = self._allocate(8)

    def _allocate(self, size: int) -> int:
        self.heap += 1
        self.regions[self.heap] = bytearray(size)
        return self.heap << 20

    def run(self, args: list[int]) -> Outcome:
        outcome = self.outcome
        self.args = [*args, 0]
        while True:
            try:
                outcome.result = self._execute(self.function.blocks[0])
            except Suspended as suspended:
                if not self._resume(suspended.continuation, len(args)):
                    break
                continue
            except ManagedException as error:
                outcome.exception = error.kind
            break
        self._check_cleared()
        outcome.memory = [bytes(self.regions[address >> 20]) for address in self.objects]
        return outcome

    def _check_cleared(self) -> None:
        """The last exception is not kept alive by the continuation that it came in."""
        if self.exception_place and self.facts.dialect.clears_slots:
            assert self._read(M_REF, self.exception_place) == 0
        self.exception_place = 0

    def _resume(self, continuation: int, count: int) -> bool:
        """Let the callee complete, and prepare a frame in which the method is resumed; False if it never will be."""
        self._check_cleared()
        assert self.pending is not None
        awaits, value, content, exception = self.pending
        self.pending = None
        self.suspensions += 1
        flags = self._read(M_I32, continuation + CONTINUATION_FLAGS)
        assert self._read(M_I64, continuation + CONTINUATION_RESUME_INFO) != 0
        dialect = self.facts.dialect
        places = _places(dialect, flags, awaits)
        assert self._read(M_REF, continuation + CONTINUATION_DATA + places["execution_context"]) == self.captured
        handling = awaits.handling
        assert bool(flags & dialect.thread_pool_flag) == (handling == ops.AWAIT_THREAD_POOL)
        assert ("context" in places) == (handling == ops.AWAIT_CAPTURED)
        assert ("result" in places) == (awaits.memory >= 0 or awaits.layout is not None)
        self._check_protocol(handling)
        if exception:
            if "exception" not in places:
                self.outcome.exception = exception
                return False
            self.exception_place = continuation + CONTINUATION_DATA + places["exception"]
            self._write(M_REF, self.exception_place, _exception(exception))
        elif "result" in places:
            place = continuation + CONTINUATION_DATA + places["result"]
            if awaits.layout is not None:
                region, offset = self._bytes(place, len(content))
                region[offset : offset + len(content)] = content
            else:
                self._write(awaits.memory, place, value)
        # What was in the frame is gone; what the prolog does not clear is anything.
        for slot, address in zip(self.function.slots, self.slots, strict=True):
            self.regions[address >> 20][:] = bytes((0 if slot.zero_init or slot.gc_refs else 0xCC,)) * max(slot.size, 1)
        self.args = [0] * count + [continuation]
        return True

    def _check_protocol(self, handling: int) -> None:
        """The helpers of a suspension, in order."""
        facts = self.facts
        captured = handling == ops.AWAIT_CAPTURED
        resumed = "0" if self.suspensions == 1 else "1"
        if facts.dialect.finishes_suspension and facts.saves_contexts:
            kind = "With" if captured else "No"
            expected = [f"FinishSuspension{kind}ContinuationContext {resumed}"]
        else:
            expected = ["CaptureContinuationContext"] if captured else []
            expected.append("CaptureExecutionContext")
            if facts.saves_contexts:
                expected.append(f"RestoreContextsOnSuspension {resumed}")
        assert self.protocol[-len(expected) :] == expected, self.protocol

    # --- operations ------------------------------------------------------------------------------------------------

    def _block(self, block: Block, pred: Block | None, values: dict[int, int]) -> tuple[int, Block | None, int | None]:
        last = block.ops[-1]
        if last.opcode != ops.SUSPEND:
            return super()._block(block, pred, values)
        # The base class knows no suspension: let it run the block as one that returns.
        ending = Op(last.id, ops.RETURN, VOID, last.args)
        block.ops[-1] = ending
        try:
            _, _, continuation = super()._block(block, pred, values)
        finally:
            block.ops[-1] = last
        assert continuation is not None
        raise Suspended(continuation)

    def _operation(self, op: Op, args: list[int]) -> int | None:
        if op.opcode == ops.CONTINUATION:
            return self.returned
        if op.opcode == ops.RESUME_POINT:
            return None
        if op.opcode == ops.RESUME_INFO and isinstance(op, ImmOp):
            return 0x5000 + op.imm
        if isinstance(op, CellOp) and op.cell.signature[0] == 0x37:
            return self._layout(op.cell)
        return super()._operation(op, args)

    def _layout(self, cell: Cell) -> int:
        signature = cell.signature
        size = signature[4] if signature[4] < 0x80 else (signature[4] & 0x3F) << 8 | signature[5]
        assert size % 8 == 0
        self.layouts[0x6000 + size] = size
        return 0x6000 + size

    def _call(self, op: CallOp, args: list[int]) -> int | None:
        cell = op.cell
        assert cell is not None
        name = self.names.get(cell)
        if name is not None:
            return self._helper(name, args)
        if cell.section == ImportSectionKind.EAGER:
            return self._eager(cell, args)
        if op.awaits is None:
            return super()._call(op, args)
        return self._await(op, args, op.awaits)

    def _eager(self, cell: Cell, args: list[int]) -> int | None:
        if cell.signature == b"\x1a\x81\x13":
            returned, layout = args
            new = self._allocate(CONTINUATION_DATA + self.layouts[layout])
            self._write(M_REF, returned + CONTINUATION_NEXT, new)
            return new
        assert cell.signature == bytes((0x1A, self.facts.dialect.throw_exact))
        raise ManagedException(_KINDS[(args[0] >> 20) - 40_000_000])

    def _helper(self, name: str, args: list[int]) -> int | None:
        shown = name
        if name == "CaptureContexts":
            for address, context in zip(args, self.contexts, strict=False):
                self._write(M_REF, address, context)
        elif name.startswith("RestoreContexts"):
            resumed, *contexts = args
            assert resumed == (1 if self.suspensions else 0)
            shown = f"{name} {resumed}"
            if not resumed:
                assert [c in self.contexts for c in contexts] == [True] * len(contexts)
        elif name == "CaptureExecutionContext":
            self.protocol.append(name)
            return self.captured
        elif name == "CaptureContinuationContext":
            self._write(M_REF, args[0], self.captured)
        elif name == "RestoreExecutionContext":
            assert args[0] == self.captured
        else:
            if "With" in name:
                self._write(M_REF, args[0], self.captured)
                args = args[2:]
            self._write(M_REF, args[0], self.captured)
            shown = f"{name} {args[1]}"
        self.protocol.append(shown)
        return None

    def _await(self, op: CallOp, args: list[int], awaits: Await) -> int | None:
        """Like any call, but maybe the outcome comes later."""
        suspends = bool(self.schedule) and self.schedule.pop(0) and self.facts.state_count > 0
        self.returned = 0
        plain = CallOp(op.id, ops.CALL, op.type, op.target, op.cell, op.signature, op.args)
        roles = (ROLE_CONTINUATION, ROLE_RETURN_BUFFER)
        kept = [i for i, param in enumerate(op.signature.params) if param.role not in roles]
        plain.signature = CallSignature([op.signature.params[i] for i in kept], AbiType(op.type))
        exception = ""
        value = 0
        try:
            value = super()._call(plain, [args[i] for i in kept]) or 0
        except ManagedException as error:
            if not suspends:
                raise
            exception = error.kind
        if awaits.memory >= 0:
            value = _narrow(awaits.memory, value)
        content = b""
        if awaits.layout is not None:
            content = bytes((len(self.outcome.trace) * 31 + i) & 0xFF for i in range(awaits.layout.size))
        if suspends:
            self.pending = (awaits, value, content, exception)
            self.returned = self._allocate(CONTINUATION_DATA)
            # What the callee would have written is anything.
            value = 0x55
            content = bytes(len(content))
            if op.signature.result.type == STRUCT:
                return None
        for index, param in enumerate(op.signature.params):
            if param.role == ROLE_RETURN_BUFFER and content:
                region, offset = self._bytes(args[index], len(content))
                region[offset : offset + len(content)] = content
        if op.result_slot is not None and op.signature.result.type == STRUCT:
            region = self.regions[self.slots[op.result_slot.id] >> 20]
            region[: len(content)] = content
        return None if op.type == VOID else value


def _narrow(memory: int, value: int) -> int:
    size = MEMORY_SIZES[memory]
    if memory == M_U8:
        return value & 0xFF
    return wrap(I64, ((value + (1 << 8 * size - 1)) & ((1 << 8 * size) - 1)) - (1 << 8 * size - 1))


def _exception(kind: str) -> int:
    return 40_000_000 + _KINDS.index(kind) << 20


def _places(dialect: Dialect, flags: int, awaits: Await) -> dict[str, int]:
    """Offsets in the data area, as the runtime takes them from the flags (runtime-async.md 6.2)."""
    places: dict[str, int] = {}
    if dialect.name == "SEED":
        for name, bit in (("exception", 2), ("context", 4), ("result", 8)):
            if flags & bit:
                places[name] = 8 * (flags & bit - 1).bit_count()
        # The execution context is not in the flags: it follows the items that are.
        size = 0 if "result" not in places else 8 if awaits.layout is None else awaits.layout.size
        places["execution_context"] = 8 * (flags & 6).bit_count() + size
        return places
    for name, first, width in (("execution_context", 4, 2), ("context", 6, 2), ("exception", 8, 3), ("result", 11, 21)):
        index = flags >> first & (1 << width) - 1
        if index:
            places[name] = 8 * (index - 1)
    return places
