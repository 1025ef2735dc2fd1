"""What the runtime-async transformation needs to know besides the IR itself: the dialect, and facts about the method.

A dialect is the private contract between compiled code and the core library of one runtime version: the layout of
continuation objects, their flags, and which helper methods are called where. It is data here, which one transformation
(`passes/runtime_async/`) reads; docs/runtime-async.md tells where each fact comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from readytorun.ir.function import Slot
    from readytorun.ir.types import CallSignature
    from readytorun.r2r.model import Cell

# Offsets in a continuation object, bytes.
CONTINUATION_NEXT: Final = 0x08
CONTINUATION_RESUME_INFO: Final = 0x10
CONTINUATION_FLAGS: Final = 0x18
CONTINUATION_STATE: Final = 0x1C
CONTINUATION_DATA: Final = 0x20
# The keep-alive offset that allocators take counts from the object's first field.
KEEP_ALIVE_BASE: Final = CONTINUATION_DATA - 8

# Items of the data area in front of the locals; a dialect lists them in its order.
ITEM_EXCEPTION: Final = 0
ITEM_CONTEXT: Final = 1
ITEM_RESULT: Final = 2
ITEM_KEEP_ALIVE: Final = 3
ITEM_EXECUTION_CONTEXT: Final = 4


class IndexField:
    """A field of the flags that says where a slot is: 1 + its offset in the data area / 8, or 0 without such a slot."""

    __slots__ = ("first_bit", "width")

    def __init__(self, first_bit: int, width: int) -> None:
        self.first_bit = first_bit
        self.width = width


class Dialect:
    """One version of the contract.

    Attributes:
        name: for messages and the text form.
        image_major: major version of images that hold such code.
        items: ITEM_* in the order in which they stand in the data area.
        shares_layout: all awaits of a method use one layout, the union of what each needs.
        reuses_continuations: a method that suspends again takes the continuation that it was resumed with.
        presence_flags: flag of each ITEM_* whose presence a bit tells, 0 for others; () where index fields do.
        index_fields: index field of each ITEM_*, None for those without; () where presence flags tell.
        thread_pool_flag: continue on the thread pool.
        value_task_flag: what is awaited is a value task adapted to a task; 0 if there is no such flag.
        keeps_thread: CaptureContexts gives the thread, which RestoreContexts takes back.
        finishes_suspension: methods that save contexts suspend with one combined helper call.
        restores_execution_context: resumed code itself restores the execution context.
        clears_slots: resumed code clears the exception slot and the references in result slots.
        diagnoses_suspension: the DiagnosticIP lies in the suspension code, not behind the call.
        throw_exact: helper that throws an exception again with the stack trace that it has.
        compiles_async_versions: the async variant of a method that is not async is its IL compiled once more; else it
            is a thunk, which direct calls avoid.
    """

    __slots__ = (
        "clears_slots",
        "compiles_async_versions",
        "diagnoses_suspension",
        "finishes_suspension",
        "image_major",
        "index_fields",
        "items",
        "keeps_thread",
        "name",
        "presence_flags",
        "restores_execution_context",
        "reuses_continuations",
        "shares_layout",
        "thread_pool_flag",
        "throw_exact",
        "value_task_flag",
    )

    def __init__(self, name: str, image_major: int) -> None:
        self.name = name
        self.image_major = image_major
        self.items: tuple[int, ...] = ()
        self.shares_layout = False
        self.reuses_continuations = False
        self.presence_flags: tuple[int, ...] = ()
        self.index_fields: tuple[IndexField | None, ...] = ()
        self.thread_pool_flag = 0
        self.value_task_flag = 0
        self.keeps_thread = False
        self.finishes_suspension = False
        self.restores_execution_context = False
        self.clears_slots = False
        self.diagnoses_suspension = False
        self.throw_exact = 0
        self.compiles_async_versions = False


def _seed() -> Dialect:
    dialect = Dialect("SEED", 18)
    dialect.items = (ITEM_EXCEPTION, ITEM_CONTEXT, ITEM_RESULT, ITEM_KEEP_ALIVE, ITEM_EXECUTION_CONTEXT)
    dialect.presence_flags = (2, 4, 8, 0, 0)
    dialect.thread_pool_flag = 16
    dialect.restores_execution_context = True
    dialect.throw_exact = 0x20
    return dialect


def _v11b() -> Dialect:
    dialect = Dialect("V11b", 26)
    dialect.items = (ITEM_EXECUTION_CONTEXT, ITEM_CONTEXT, ITEM_EXCEPTION, ITEM_RESULT, ITEM_KEEP_ALIVE)
    dialect.shares_layout = True
    dialect.reuses_continuations = True
    dialect.index_fields = (IndexField(8, 3), IndexField(6, 2), IndexField(11, 21), None, IndexField(4, 2))
    dialect.thread_pool_flag = 1
    dialect.value_task_flag = 8
    dialect.keeps_thread = True
    dialect.finishes_suspension = True
    dialect.clears_slots = True
    dialect.diagnoses_suspension = True
    dialect.throw_exact = 0x27
    dialect.compiles_async_versions = True
    return dialect


SEED: Final = _seed()
V11B: Final = _v11b()
DIALECTS: Final = (SEED, V11B)


class AsyncCall:
    """A method of the core library that the transformation calls: its entry point, as any user call has one.

    Attributes:
        cell: the import cell that `get_function_entry_point` gave.
        signature: parameters and result.
    """

    __slots__ = ("cell", "signature")

    def __init__(self, cell: Cell, signature: CallSignature) -> None:
        self.cell = cell
        self.signature = signature


class RuntimeAsync:
    """Facts about a method with the async calling convention; `Function.runtime_async`.

    Attributes:
        dialect: the contract with the core library.
        saves_contexts: the method restores its caller's contexts: real bodies of async methods.
        calls: the methods of the core library that may have to be called, by name.
        continuation_type: type signature of the class Continuation, as a fixup names it.
        symbol, stub_symbol: `MethodEntry.symbol` of this code and of its resumption stub.
        context_slot: frame slot that holds the generic context argument, None if it is in no slot.
        buffer_slot: frame slot that holds the address of the return buffer, None if it is in no slot.
        synthetic_region: the try region around the whole body that restores the contexts, -1 before it is there.
        thread_slot, execution_context_slot, synchronization_context_slot, resumed_slot: frame slots of what that
            region needs; None before it is there, and where nothing needs them.
        state_count: number of awaits at which the method may suspend and be resumed; 0 before it is split.
    """

    __slots__ = (
        "buffer_slot",
        "calls",
        "context_slot",
        "continuation_type",
        "dialect",
        "execution_context_slot",
        "resumed_slot",
        "saves_contexts",
        "state_count",
        "stub_symbol",
        "symbol",
        "synchronization_context_slot",
        "synthetic_region",
        "thread_slot",
    )

    def __init__(self, dialect: Dialect, saves_contexts: bool) -> None:
        self.dialect = dialect
        self.saves_contexts = saves_contexts
        self.calls: dict[str, AsyncCall] = {}
        self.continuation_type = b""
        self.symbol = ""
        self.stub_symbol = ""
        self.context_slot: Slot | None = None
        self.buffer_slot: Slot | None = None
        self.synthetic_region = -1
        self.thread_slot: Slot | None = None
        self.execution_context_slot: Slot | None = None
        self.synchronization_context_slot: Slot | None = None
        self.resumed_slot: Slot | None = None
        self.state_count = 0


def dialect_named(name: str) -> Dialect | None:
    """The dialect of a name, None if there is none."""
    for dialect in DIALECTS:
        if dialect.name == name:
            return dialect
    return None
