"""State of the import of one method body: the IL evaluation stack, arguments, locals, and generic context.

The root method and each method inlined into it have a `Frame` of their own; what they share is in `MethodState`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.il.decoder import DecodedIL
from readytorun.il.flow import ILFlow
from readytorun.importer.abi import AbiMapper, ir_type_of, memory_type_of
from readytorun.importer.cells import CellFactory
from readytorun.importer.dependencies import Dependencies
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.ssa import SSABuilder
from readytorun.ir.types import (
    BYREF,
    F32,
    F64,
    I32,
    I64,
    M_I8,
    M_I16,
    M_U8,
    M_U16,
    REF,
    STRUCT,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.metadata.method_body import MethodBody
from readytorun.r2r.model import Cell
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.importer.async_library import AsyncLibrary
    from readytorun.importer.inlining import InlineCandidates

# Runtime helpers called through eager cells (readytorun.h, enum ReadyToRunHelper).
HELPER_THROW: Final = 0x20
HELPER_RETHROW: Final = 0x21
HELPER_OVERFLOW: Final = 0x22
HELPER_STELEM_REF: Final = 0x38
HELPER_LDELEMA_REF: Final = 0x39
HELPER_MEM_ZERO: Final = 0x3E
HELPER_MEM_SET: Final = 0x3F
HELPER_MEM_CPY: Final = 0x41
HELPER_PINVOKE_BEGIN: Final = 0x42
HELPER_PINVOKE_END: Final = 0x43
HELPER_REVERSE_PINVOKE_ENTER: Final = 0x45
HELPER_REVERSE_PINVOKE_EXIT: Final = 0x46
HELPER_GET_RUNTIME_TYPE_HANDLE: Final = 0x54
HELPER_GET_RUNTIME_METHOD_HANDLE: Final = 0x55
HELPER_GET_RUNTIME_FIELD_HANDLE: Final = 0x56
HELPER_BOX_NULLABLE: Final = 0x59
HELPER_UNBOX: Final = 0x5A
HELPER_UNBOX_NULLABLE: Final = 0x5B
HELPER_NEW_MULTI_DIM_ARR: Final = 0x5C
HELPER_NEW_OBJECT: Final = 0x60
HELPER_NEW_ARRAY: Final = 0x61
HELPER_CHECK_CAST_ANY: Final = 0x62
HELPER_CHECK_INSTANCE_ANY: Final = 0x63
HELPER_GENERIC_GC_STATIC_BASE: Final = 0x64
HELPER_GENERIC_NON_GC_STATIC_BASE: Final = 0x65
HELPER_GENERIC_GC_TLS_BASE: Final = 0x66
HELPER_GENERIC_NON_GC_TLS_BASE: Final = 0x67
HELPER_VIRTUAL_FUNC_PTR: Final = 0x68
HELPER_IS_INSTANCE_OF_EXCEPTION: Final = 0x69
HELPER_DBL2INT_OVF: Final = 0xD1
HELPER_DBL2LNG_OVF: Final = 0xD3
HELPER_DBL2UINT_OVF: Final = 0xD5
HELPER_DBL2ULNG_OVF: Final = 0xD7
HELPER_DBL_REM: Final = 0xE0
HELPER_FLT_REM: Final = 0xE1
HELPER_MONITOR_ENTER: Final = 0xF8
HELPER_MONITOR_EXIT: Final = 0xF9


class StackEntry:
    """A value on the IL evaluation stack.

    Attributes:
        op: the value; for STRUCT its address.
        kind: IR type.
        type: static type where known: the struct type of a STRUCT, the class of a REF, the pointee of a BYREF.
        is_exact: a REF whose run-time type is exactly `type`.
        is_non_null: a REF that cannot be null.
        alias: the frame slot that a STRUCT entry still shares with a local; it is copied before the local changes.
        method, method_token: for the result of ldftn and ldvirtftn, what it is the address of.
        is_virtual: the result of ldvirtftn.
        variable: in a block's entry stack, the SSA variable that carries the value in.
    """

    __slots__ = (
        "alias",
        "is_exact",
        "is_non_null",
        "is_virtual",
        "kind",
        "method",
        "method_token",
        "op",
        "type",
        "variable",
    )

    def __init__(self, op: Op, kind: int, type: TypeDesc | None = None) -> None:
        self.op = op
        self.kind = kind
        self.type = type
        self.is_exact = False
        self.is_non_null = False
        self.alias: Slot | None = None
        self.method: MethodDesc | None = None
        self.method_token = 0
        self.is_virtual = False
        self.variable = -1

    def copy(self) -> StackEntry:
        """Another entry for the same value, with all that is known of it."""
        result = StackEntry(self.op, self.kind, self.type)
        result.is_exact = self.is_exact
        result.is_non_null = self.is_non_null
        result.alias = self.alias
        result.method = self.method
        result.method_token = self.method_token
        result.is_virtual = self.is_virtual
        return result


class MethodState:
    """What the root method and its inlinees share.

    Attributes:
        context: the type system.
        module: the input module: whose tokens the cells use.
        root: the method that is compiled.
        function, builder, ssa: the IR under construction.
        cells, abi: makers of cells and of signatures.
        inline_candidates: bodies that may be inlined.
        no_inline: ids of methods that turned out not to be inlinable here.
        merged_kinds: IR types that values on the root's stack need at the start of a block, by IL block and position,
            where the first way in would not tell.
        inline_budget: IL bytes that may still be inlined.
        library: what the core library has for runtime-async, None if nothing is compiled for it.
        dependencies: what else the image should contain.
        native_frame: what calls of native code keep in the frame, None if there are none so far.
        reverse_pinvoke_frame: what a method that native code calls keeps in the frame, None for others.
        uses_context: whether something is looked up through the root's generic context.
    """

    __slots__ = (
        "_fixup_set",
        "_free_temps",
        "_helper_signatures",
        "_used_temps",
        "abi",
        "block_keys",
        "builder",
        "cells",
        "context",
        "current_key",
        "dependencies",
        "function",
        "inline_budget",
        "inline_candidates",
        "library",
        "merged_kinds",
        "module",
        "native_frame",
        "next_sequence",
        "no_inline",
        "reverse_pinvoke_frame",
        "root",
        "ssa",
        "uses_context",
    )

    def __init__(
        self,
        context: TypeSystemContext,
        module: ModuleDesc,
        root: MethodDesc,
        function: Function,
        cells: CellFactory,
        abi: AbiMapper,
        inline_candidates: InlineCandidates,
        no_inline: set[int],
        library: AsyncLibrary | None = None,
    ) -> None:
        self.library = library
        self.context = context
        self.module = module
        self.root = root
        self.function = function
        self.builder = IRBuilder(function)
        self.ssa = SSABuilder(function)
        self.cells = cells
        self.abi = abi
        self.inline_candidates = inline_candidates
        self.no_inline = no_inline
        self.merged_kinds: dict[tuple[int, int], int] = {}
        self.native_frame: Slot | None = None
        self.reverse_pinvoke_frame: Slot | None = None
        self.inline_budget = 1500
        self.dependencies = Dependencies()
        self.uses_context = False
        self._fixup_set: set[Cell] = set()
        self._free_temps: dict[int, list[Slot]] = {}
        self._used_temps: list[tuple[int, Slot]] = []
        self._helper_signatures: dict[tuple[int, tuple[int, ...]], CallSignature] = {}
        # Where each block goes in the final order: (funclet, IL offset, 0 step / 1 code, sequence number).
        self.block_keys: dict[int, tuple[int, int, int, int]] = {}
        self.current_key: tuple[int, int, int] = (0, 0, 1)
        self.next_sequence = 0

    def new_block(self, like: Block | None) -> Block:
        """Create a block placed behind the code of the current IL block, in the regions of `like`."""
        block = self.function.new_block()
        funclet, offset, order = self.current_key
        self.place(block, funclet, offset, order)
        if like is not None:
            block.funclet = like.funclet
            block.try_index = like.try_index
        return block

    def place(self, block: Block, funclet: int, offset: int, order: int) -> None:
        """Record where a block belongs in the final order."""
        self.block_keys[block.id] = (funclet, offset, order, self.next_sequence)
        self.next_sequence += 1

    def place_after(self, block: Block) -> None:
        """Put a block behind all blocks placed so far for the current IL block."""
        funclet, offset, order = self.current_key
        self.place(block, funclet, offset, order)

    def require_fixup(self, cell: Cell) -> None:
        """List a cell among those that are resolved before the method runs."""
        if cell not in self._fixup_set:
            self._fixup_set.add(cell)
            self.function.fixups.append(cell)

    def load_fixup(self, cell: Cell) -> Op:
        """Value of a precode cell."""
        self.require_fixup(cell)
        return self.builder.load_cell(cell)

    def new_temp(self, type: TypeDesc) -> Slot:
        """Frame slot for a struct value that lives no longer than the current statement of the root method."""
        free = self._free_temps.get(type.id)
        if free:
            slot = free.pop()
        else:
            layout = self.abi.struct_layout(type)
            slot = self.function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
        self._used_temps.append((type.id, slot))
        return slot

    def new_scalar_slot(self, kind: int, is_pinned: bool = False) -> Slot:
        """Zeroed frame slot for a variable of a scalar IR type."""
        gc_refs = ((0, kind == BYREF),) if kind in (REF, BYREF) else ()
        size = 4 if kind in (I32, F32) else 8
        return self.function.new_slot(size, size, gc_refs, True, is_pinned)

    def zero(self, kind: int) -> Op:
        """The default value of a scalar IR type."""
        if kind == F32 or kind == F64:
            return self.builder.float_const(kind, 0)
        if kind == REF or kind == BYREF:
            return self.builder.null(kind)
        return self.builder.const(kind, 0)

    def release_temps(self) -> None:
        """The root's evaluation stack is empty: no temporary is in use any more."""
        if self._used_temps:
            for type_id, slot in self._used_temps:
                self._free_temps.setdefault(type_id, []).append(slot)
            self._used_temps = []

    def helper_signature(self, result: int, params: tuple[int, ...]) -> CallSignature:
        """Signature of a helper from IR types."""
        key = (result, params)
        signature = self._helper_signatures.get(key)
        if signature is None:
            signature = CallSignature([AbiType(param) for param in params], AbiType(result))
            self._helper_signatures[key] = signature
        return signature

    def call_helper(self, helper: int, result: int, args: list[Op]) -> CallOp:
        """Call a runtime helper through its eager cell."""
        signature = self.helper_signature(result, tuple([arg.type for arg in args]))
        return self.builder.call(ops.TARGET_CELL, self.cells.eager_helper(helper), signature, args)

    def call_lazy_helper(self, cell: Cell, result: int, args: list[Op]) -> CallOp:
        """Call a helper through its lazy cell."""
        signature = self.helper_signature(result, tuple([arg.type for arg in args]))
        return self.builder.call(ops.TARGET_CELL, cell, signature, args)


class Frame:
    """One method body being imported.

    Attributes:
        state: what all frames share.
        method: the method, in the instantiation that is compiled (canonical for shared code).
        module: where its IL and tokens live.
        generic_context: instantiation for resolving tokens.
        is_shared: whether the code is shared between instantiations, so that some types are known at run time only.
        body, code, flow: the IL.
        stack: the evaluation stack.
        arg_types, local_types: declared types (arguments include `this`).
        arg_variables, local_variables: SSA variable, -1 where a slot or a fixed value is used.
        arg_slots, local_slots: frame slot of address-taken, struct and handler-visible ones.
        arg_values: arguments of an inlinee that are never changed.
        depth: 0 for the root.
        return_block, return_variable, return_slot: where an inlinee's `ret` goes with its value.
        return_entry: the value returned by an inlinee of one block.
        clone_continuation: of a cloned finally handler, where its `endfinally` goes.
        finished: whether an inlinee of one block has returned.
        blocks: IR block of each IL block.
        entry_stacks: evaluation stack at the start of each IL block, once known.
        imported: whether each IL block was imported.
        pending: IL blocks that control reaches and that are not imported yet.
        pred_counts, unfinished_preds: number of IL predecessors, and of those that may still add an edge.
        context_variable, context_slot: home of the root's hidden generic context argument.
        buffer_variable, buffer_slot: home of the root's return buffer argument.
        index: current IL instruction.
        constrained_token, is_volatile, is_readonly: prefixes seen in front of the current instruction.
        await_handling: AWAIT_* of the async call that comes next.
        adapts_value_task: that call awaits a value task that IL turned into a task.
        is_tail_await: AsyncHelpers.TailAwait announced that nothing is left to do behind the next await.
        takes_continuation, continuation: the next async call is no await: what to do with the continuation that comes
            back is the caller's own business, who finds it here.
        returns_last: of an inlinee: its call was `is_last`, and so may be one of its own.
        is_last: the current call is followed by ret, and may leave the method by a jump if that makes no difference.
        is_tail: the current call leaves the method by a jump; in front of it, that the prefix asks for that.
    """

    __slots__ = (
        "adapts_value_task",
        "arg_slots",
        "arg_types",
        "arg_values",
        "arg_variables",
        "await_handling",
        "blocks",
        "body",
        "buffer_slot",
        "buffer_variable",
        "clone_continuation",
        "code",
        "constrained_token",
        "context_slot",
        "context_variable",
        "continuation",
        "depth",
        "entry_stacks",
        "finished",
        "flow",
        "generic_context",
        "imported",
        "index",
        "is_last",
        "is_readonly",
        "is_shared",
        "is_tail",
        "is_tail_await",
        "is_volatile",
        "local_pinned",
        "local_slots",
        "local_types",
        "local_variables",
        "method",
        "module",
        "parent",
        "pending",
        "pred_counts",
        "return_block",
        "return_entry",
        "return_slot",
        "return_variable",
        "returns_last",
        "stack",
        "state",
        "takes_continuation",
        "unfinished_preds",
    )

    def __init__(self, state: MethodState, method: MethodDesc, body: MethodBody, code: DecodedIL, flow: ILFlow) -> None:
        self.state = state
        self.method = method
        self.module = method.module
        self.generic_context: GenericContext = method.generic_context()
        self.is_shared = method.is_shared
        self.body = body
        self.code = code
        self.flow = flow
        self.stack: list[StackEntry] = []
        self.arg_types: list[TypeDesc] = []
        self.local_types: list[TypeDesc] = []
        self.local_pinned: list[bool] = []
        self.arg_variables: list[int] = []
        self.local_variables: list[int] = []
        self.arg_slots: list[Slot | None] = []
        self.local_slots: list[Slot | None] = []
        self.arg_values: list[StackEntry | None] = []
        self.parent: Frame | None = None
        self.depth = 0
        self.return_block: Block | None = None
        self.return_variable = -1
        self.return_slot: Slot | None = None
        self.return_entry: StackEntry | None = None
        self.blocks: list[Block | None] = []
        self.entry_stacks: dict[int, list[StackEntry]] = {}
        self.context_variable = -1
        self.context_slot: Slot | None = None
        self.buffer_variable = -1
        self.buffer_slot: Slot | None = None
        self.imported: list[bool] = []
        self.pending: list[int] = []
        self.pred_counts: list[int] = []
        self.unfinished_preds: list[int] = []
        self.finished = False
        self.clone_continuation: Block | None = None
        self.index = 0
        self.constrained_token = 0
        self.is_volatile = False
        self.is_readonly = False
        self.is_tail = False
        self.is_last = False
        self.returns_last = False
        self.await_handling = ops.AWAIT_PLAIN
        self.adapts_value_task = False
        self.is_tail_await = False
        self.takes_continuation = False
        self.continuation: Op | None = None

    def clone(self, continuation: Block) -> Frame:
        """The same frame (arguments, locals, context) for importing a handler's IL a second time."""
        result = Frame(self.state, self.method, self.body, self.code, self.flow)
        result.arg_types = self.arg_types
        result.local_types = self.local_types
        result.local_pinned = self.local_pinned
        result.arg_variables = self.arg_variables
        result.local_variables = self.local_variables
        result.arg_slots = self.arg_slots
        result.local_slots = self.local_slots
        result.arg_values = self.arg_values
        result.context_variable = self.context_variable
        result.context_slot = self.context_slot
        result.buffer_variable = self.buffer_variable
        result.buffer_slot = self.buffer_slot
        result.clone_continuation = continuation
        return result

    # --- evaluation stack --------------------------------------------------------------------------------------

    def push(self, op: Op, kind: int, type: TypeDesc | None = None) -> StackEntry:
        """Push a value."""
        entry = StackEntry(op, kind, type)
        self.stack.append(entry)
        return entry

    def pop(self) -> StackEntry:
        """Pop a value.

        Raises:
            Refusal: the stack is empty: the IL does not verify.
        """
        if not self.stack:
            raise Refusal(Reason.INVALID_IL, f"stack underflow at IL offset {self.il_offset():#x}")
        return self.stack.pop()

    def il_offset(self) -> int:
        """IL offset of the current instruction in this method."""
        return self.code.offsets[self.index]

    def invalid(self, what: str) -> Refusal:
        """A refusal because the IL does not verify."""
        return Refusal(Reason.INVALID_IL, f"{what} at IL offset {self.il_offset():#x} of {self.method}")

    def materialize_aliases(self) -> None:
        """Copy struct values on the stack that still share memory with a local, before that memory may change."""
        for entry in self.stack:
            if entry.alias is not None and entry.type is not None:
                temp = self.state.new_temp(entry.type)
                builder = self.state.builder
                address = builder.slot_addr(temp)
                builder.copy_block(address, entry.op, self.state.abi.struct_layout(entry.type), False)
                entry.op = address
                entry.alias = None

    # --- conversions of stack values ---------------------------------------------------------------------------

    def to_i32(self, entry: StackEntry) -> Op:
        """The value as I32; a native int is truncated."""
        if entry.kind == I32:
            return entry.op
        if entry.kind == I64:
            return self.state.builder.unary(ops.TRUNC, I32, entry.op)
        raise self.invalid("int32 expected")

    def to_native(self, entry: StackEntry, unsigned: bool = False) -> Op:
        """The value as I64 (native int); an int32 is extended, a byref or reference reinterpreted."""
        if entry.kind == I64:
            return entry.op
        if entry.kind == I32:
            return self.state.builder.unary(ops.ZEXT32 if unsigned else ops.SEXT32, I64, entry.op)
        if entry.kind == BYREF or entry.kind == REF:
            return self.state.builder.op(ops.BITCAST, I64, [entry.op])
        raise self.invalid("native int expected")

    def to_address(self, entry: StackEntry) -> Op:
        """The value as an address to load from or store to: BYREF, I64 or REF."""
        if entry.kind == I32:
            return self.state.builder.unary(ops.SEXT32, I64, entry.op)
        if entry.kind in (BYREF, I64, REF):
            return entry.op
        raise self.invalid("address expected")

    def coerce(self, entry: StackEntry, kind: int) -> Op:
        """The value as another IR type: the implicit conversions of ECMA-335 III.1.6."""
        have = entry.kind
        if have == kind:
            return entry.op
        builder = self.state.builder
        if kind == I64:
            return self.to_native(entry)
        if kind == I32 and have == I64:
            return builder.unary(ops.TRUNC, I32, entry.op)
        if (kind == F32 and have == F64) or (kind == F64 and have == F32):
            return builder.op(ops.F2F, kind, [entry.op])
        if kind == BYREF and have in (I64, I32):
            return builder.op(ops.BITCAST, BYREF, [self.to_native(entry)])
        if kind == BYREF and have == REF:
            # unbox-like uses by generated code (Unsafe.As<object, byref>)
            raise self.invalid("byref expected")
        if kind == REF and have == I64 and isinstance(entry.op, ops.ConstOp) and entry.op.value == 0:
            return builder.null(REF)
        raise self.invalid(f"value of kind {kind} expected, found {have}")

    # --- typed access to memory --------------------------------------------------------------------------------

    def load_value(self, type: TypeDesc, address: Op, offset: int = 0) -> StackEntry:
        """Push the value of a type found in memory; a struct is copied to a temporary."""
        state = self.state
        builder = state.builder
        kind = ir_type_of(type)
        if kind == STRUCT:
            layout = state.abi.struct_layout(type)
            temp = state.new_temp(type)
            destination = builder.slot_addr(temp)
            source = self.offset_address(address, offset)
            builder.copy_block(destination, source, layout, False)
            return self.push(destination, STRUCT, type)
        op = builder.load(memory_type_of(type), address, offset, self.is_volatile)
        return self.push(op, kind, type)

    def offset_address(self, address: Op, offset: int) -> Op:
        """address + offset; from an object it becomes a byref."""
        if offset == 0 and address.type != REF:
            return address
        return self.state.builder.addr(I64 if address.type == I64 else BYREF, address, offset)

    def store_value(self, type: TypeDesc, address: Op, offset: int, entry: StackEntry, heap: int) -> None:
        """Store a stack value to memory.

        Args:
            heap: 0 the own frame or memory without references, 1 surely the heap, 2 unknown.
        """
        state = self.state
        builder = state.builder
        kind = ir_type_of(type)
        if kind == STRUCT:
            if entry.kind != STRUCT:
                raise self.invalid("struct expected")
            self.check_struct(entry, type)
            layout = state.abi.struct_layout(type)
            # A ref struct is never in the heap.
            needs_barrier = heap != 0 and not type.is_byref_like
            builder.copy_block(self.offset_address(address, offset), entry.op, layout, needs_barrier)
            return
        value = self.coerce(entry, kind)
        if kind == REF and heap != 0 and not isinstance(value, ops.ConstOp):
            opcode = ops.STORE_BARRIER if heap == 1 else ops.STORE_CHECKED
            builder.store_barrier(opcode, address, value, offset)
            return
        builder.store(memory_type_of(type), address, value, offset, self.is_volatile)

    def check_struct(self, entry: StackEntry, type: TypeDesc) -> None:
        """The IL must not mix struct types."""
        if entry.kind != STRUCT or entry.type is None:
            raise self.invalid(f"value of type {type} expected")
        if entry.type is not type:
            mine = self.state.abi.struct_layout(entry.type)
            other = self.state.abi.struct_layout(type)
            if mine.size != other.size or mine.gc_refs != other.gc_refs:
                raise self.invalid(f"value of type {type} expected, found {entry.type}")

    def layout(self, type: TypeDesc) -> StructLayout:
        """Layout of a struct type."""
        return self.state.abi.struct_layout(type)

    def null_check(self, entry: StackEntry) -> None:
        """Explicit null check, unless the reference is known not to be null."""
        if not entry.is_non_null:
            self.state.builder.null_check(entry.op)
            entry.is_non_null = True

    # --- generic context ---------------------------------------------------------------------------------------

    def resolve_type(self, token: int) -> TypeDesc:
        """Type of a token in the instantiation that is compiled."""
        return self.module.resolve_type(token, self.generic_context)

    def open_type(self, token: int) -> TypeDesc:
        """Type of a token with its type variables, for runtime lookups."""
        return self.module.resolve_type(token, None)


def normalize_small(state: MethodState, type: TypeDesc, value: Op) -> Op:
    """Extend an incoming argument of a small integer type: its upper bits are undefined (clr-abi.md)."""
    memory = memory_type_of(type)
    if memory == M_U8:
        return state.builder.unary(ops.ZEXT8, I32, value)
    if memory == M_I8:
        return state.builder.unary(ops.SEXT8, I32, value)
    if memory == M_U16:
        return state.builder.unary(ops.ZEXT16, I32, value)
    if memory == M_I16:
        return state.builder.unary(ops.SEXT16, I32, value)
    return value


def end_in_throw(frame: Frame, call: ops.CallOp) -> None:
    """The current block ends in a call that does not return."""
    builder = frame.state.builder
    call.no_return = True
    block = builder.block
    builder.terminate(ops.UNREACHABLE, [], [], [])
    if block is not None:
        block.is_cold = True
    frame.stack = []


def is_frame_address(address: Op) -> bool:
    """Whether an address surely points into the own frame."""
    while isinstance(address, ops.MemoryOp) and address.opcode == ops.ADDR:
        address = address.args[0]
    return address.opcode == ops.SLOT_ADDR
