"""Functions, blocks, frame slots and exception regions of the IR."""

from __future__ import annotations

from typing import Final

from readytorun.ir.ops import Op
from readytorun.ir.runtime_async import RuntimeAsync
from readytorun.ir.types import CallSignature
from readytorun.r2r.model import Cell

# How code shared between instantiations finds the exact one (clr-abi.md, "generic context").
CONTEXT_NONE: Final = 0
CONTEXT_THIS: Final = 1
CONTEXT_METHOD_TABLE: Final = 2
CONTEXT_METHOD_DESC: Final = 3


class Slot:
    """A place in the frame that has an address: struct values, address-taken locals, state shared with funclets.

    Attributes:
        id: index in `Function.slots`.
        size: bytes.
        alignment: bytes, at most 16.
        gc_refs: (offset, is_byref) of the references in it; they are reported untracked, so they are zeroed in the
            prolog unless the slot is initialised there.
        zero_init: whether all of it must be zeroed in the prolog (InitLocals).
        is_pinned: whether its reference is pinned.
        param_index: parameter of STRUCT type that lives here, -1 if none. The prolog stores a struct that arrives in
            registers; one that arrives on the stack stays where it is.
        is_reverse_pinvoke: what the runtime keeps about the call from native code that the method answers; the GC info
            says where it is.
    """

    __slots__ = ("alignment", "gc_refs", "id", "is_pinned", "is_reverse_pinvoke", "param_index", "size", "zero_init")

    def __init__(
        self,
        id: int,
        size: int,
        alignment: int,
        gc_refs: tuple[tuple[int, bool], ...] = (),
        zero_init: bool = False,
        is_pinned: bool = False,
        param_index: int = -1,
    ) -> None:
        self.id = id
        self.size = size
        self.alignment = alignment
        self.gc_refs = gc_refs
        self.zero_init = zero_init
        self.is_pinned = is_pinned
        self.param_index = param_index
        self.is_reverse_pinvoke = False


class Block:
    """A basic block.

    Attributes:
        id: index in no list; unique within the function.
        ops: phis first, terminator last.
        preds: predecessors in the order of the phis' operands. A block appears once, however many of its terminator's
            targets this one is. The entry of a funclet has none, and neither CATCH_RETURN nor an exception counts.
        funclet: 0 for the main body, else index into `Function.funclets` plus 1.
        try_index: innermost entry of `Function.eh_regions` whose try range holds the block, -1 if none.
        is_cold: ends in a throw, or is otherwise unlikely; laid out behind the rest where the regions allow.
        loop_depth: number of loops around it (set by the importer; 0 outside).
    """

    __slots__ = ("funclet", "id", "is_cold", "loop_depth", "ops", "preds", "try_index")

    def __init__(self, id: int) -> None:
        self.id = id
        self.ops: list[Op] = []
        self.preds: list[Block] = []
        self.funclet = 0
        self.try_index = -1
        self.is_cold = False
        self.loop_depth = 0


class EHRegion:
    """One exception clause of the method.

    Attributes:
        kind: r2r.model.EHClauseKind value: 0 typed, 1 filter, 2 finally, 4 fault.
        class_token: TypeDef/TypeRef/TypeSpec token of a typed clause.
        handler_funclet, filter_funclet: block.funclet values (filter_funclet 0 if none).
        enclosing: index of the innermost region whose try range encloses this one's, -1 if none. Regions are listed
            inner before outer; clauses of the same try follow each other in source order and each encloses its
            predecessor in this sense only if the try ranges differ.
        same_try_as_previous: the try range is that of the previous region.
        catches_exception: a typed clause of generated code that catches System.Exception, for which there is no token.
    """

    __slots__ = (
        "catches_exception",
        "class_token",
        "enclosing",
        "filter_funclet",
        "handler_funclet",
        "kind",
        "same_try_as_previous",
    )

    def __init__(self, kind: int, class_token: int = 0) -> None:
        self.kind = kind
        self.class_token = class_token
        self.handler_funclet = 0
        self.filter_funclet = 0
        self.enclosing = -1
        self.same_try_as_previous = False
        self.catches_exception = False


class Funclet:
    """A handler or filter: its entry block and what it is.

    Attributes:
        entry: first block; all blocks of the funclet have `block.funclet == index + 1` and stand together.
        is_filter: True for filters.
        region: index into `Function.eh_regions`.
    """

    __slots__ = ("entry", "is_filter", "region")

    def __init__(self, entry: Block, is_filter: bool, region: int) -> None:
        self.entry = entry
        self.is_filter = is_filter
        self.region = region


class Function:
    """One method body on its way to native code.

    Attributes:
        name: for messages and dumps.
        signature: parameters and result of the method.
        blocks: entry first; main blocks, then the funclets' blocks, each funclet contiguous. The blocks of a try range
            are contiguous, too (in IL order), so that ranges of code offsets can describe it.
        slots: frame slots.
        eh_regions, funclets: exception handling; empty for most methods.
        fixups: cells that must be resolved before the method runs, in order of first use, without duplicates.
        context_kind: CONTEXT_*; what the generic context parameter (or `this`) is.
        context_param: index of the parameter that holds the context when it must be reported to the GC because the
            method looks something up through it, else -1.
        runtime_async: facts about a method with the async calling convention, None for others.
        next_id: number for the next operation.
        next_block_id: number for the next block.
    """

    __slots__ = (
        "blocks",
        "context_kind",
        "context_param",
        "eh_regions",
        "fixups",
        "funclets",
        "name",
        "next_block_id",
        "next_id",
        "runtime_async",
        "signature",
        "slots",
    )

    def __init__(self, name: str, signature: CallSignature) -> None:
        self.name = name
        self.signature = signature
        self.blocks: list[Block] = []
        self.slots: list[Slot] = []
        self.eh_regions: list[EHRegion] = []
        self.funclets: list[Funclet] = []
        self.fixups: list[Cell] = []
        self.context_kind = CONTEXT_NONE
        self.context_param = -1
        self.runtime_async: RuntimeAsync | None = None
        self.next_id = 0
        self.next_block_id = 0

    def new_id(self) -> int:
        """Number for a new operation."""
        result = self.next_id
        self.next_id = result + 1
        return result

    def new_block(self) -> Block:
        """Create a block; the caller places it in `blocks`."""
        block = Block(self.next_block_id)
        self.next_block_id += 1
        return block

    def new_slot(
        self,
        size: int,
        alignment: int,
        gc_refs: tuple[tuple[int, bool], ...] = (),
        zero_init: bool = False,
        is_pinned: bool = False,
    ) -> Slot:
        """Create a frame slot."""
        slot = Slot(len(self.slots), size, alignment, gc_refs, zero_init, is_pinned)
        self.slots.append(slot)
        return slot
