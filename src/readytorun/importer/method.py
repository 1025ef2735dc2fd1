"""Imports one method: IL in, an IR function out."""

from __future__ import annotations

from readytorun.il.decoder import InvalidILError, decode
from readytorun.il.flow import build_flow
from readytorun.il.opcodes import JMP
from readytorun.importer.abi import AbiMapper, ir_type_of, memory_type_of
from readytorun.importer.async_library import AsyncLibrary
from readytorun.importer.awaits import async_facts
from readytorun.importer.blocks import begin_blocks, flow_to, run_blocks
from readytorun.importer.calls import method_call_signature
from readytorun.importer.cells import TYPE_HANDLE, CellFactory
from readytorun.importer.dependencies import Dependencies
from readytorun.importer.frame import HELPER_IS_INSTANCE_OF_EXCEPTION, Frame, MethodState, normalize_small
from readytorun.importer.generics import type_handle
from readytorun.importer.inlining import InlineCandidates
from readytorun.importer.pinvoke import enter_from_native
from readytorun.importer.refusal import InlineFailure, Reason, Refusal, WiderMerge
from readytorun.importer.regions import RegionMap, cloned_regions, create_regions
from readytorun.importer.statics import import_class_init_trigger
from readytorun.importer.synchronized import (
    Monitor,
    enter_monitor,
    import_monitor_fault,
    import_monitor_return,
    prepare_return,
)
from readytorun.importer.variables import VariableUse, scan_variables
from readytorun.ir import ops
from readytorun.ir.function import CONTEXT_NONE, CONTEXT_THIS, Funclet, Function, Slot
from readytorun.ir.ops import Op
from readytorun.ir.regions import remove_empty_regions
from readytorun.ir.types import (
    I32,
    I64,
    M_I64,
    REF,
    ROLE_CONTINUATION,
    ROLE_GENERIC_CONTEXT,
    ROLE_METHOD_CONTEXT,
    ROLE_NORMAL,
    ROLE_THIS,
    STRUCT,
)
from readytorun.r2r.model import EHClauseKind
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import CONTEXT_THIS_OBJECT, MethodDesc
from readytorun.typesystem.module import ModuleDesc


class ImportedMethod:
    """Result of an import.

    Attributes:
        function: the IR.
        dependencies: what else the image should contain.
    """

    __slots__ = ("dependencies", "function")

    def __init__(self, function: Function, dependencies: Dependencies) -> None:
        self.function = function
        self.dependencies = dependencies


def import_method(
    context: TypeSystemContext,
    module: ModuleDesc,
    method: MethodDesc,
    cells: CellFactory,
    abi: AbiMapper,
    inline_candidates: InlineCandidates,
    library: AsyncLibrary | None = None,
) -> ImportedMethod:
    """Import a method of the version bubble.

    Args:
        context: type system.
        module: the input module, whose tokens the import cells use.
        method: what to compile; in canonical form if generic.
        cells: cell factory of the module.
        abi: signature mapper of the target.
        inline_candidates: cache of what may be inlined.
        library: what the core library has for runtime-async, None if nothing is compiled for it.

    Raises:
        Refusal: the method is left to the JIT.
    """
    no_inline: set[int] = set()
    merged_kinds: dict[tuple[int, int], int] = {}
    while True:
        try:
            return _import_once(
                context, module, method, cells, abi, inline_candidates, no_inline, merged_kinds, library
            )
        except InlineFailure as failure:
            no_inline.add(failure.method_id)
        except WiderMerge as merge:
            merged_kinds[merge.block, merge.position] = merge.kind
        except InvalidILError as error:
            raise Refusal(Reason.INVALID_IL, str(error)) from error


def _import_once(
    context: TypeSystemContext,
    module: ModuleDesc,
    method: MethodDesc,
    cells: CellFactory,
    abi: AbiMapper,
    inline_candidates: InlineCandidates,
    no_inline: set[int],
    merged_kinds: dict[tuple[int, int], int],
    library: AsyncLibrary | None,
) -> ImportedMethod:
    body = method.body()
    if body is None:
        raise Refusal(Reason.NO_IL)
    signature = method_call_signature(abi, method)
    function = Function(str(method), signature)
    state = MethodState(context, module, method, function, cells, abi, inline_candidates, no_inline, library)
    state.merged_kinds = merged_kinds
    if method.has_async_convention:
        function.runtime_async = async_facts(state, method)
    code = decode(body.code)
    flow = build_flow(code, body.regions)
    frame = Frame(state, method, body, code, flow)
    if body.local_signature_token:
        for local in method.module.local_signature(body.local_signature_token, frame.generic_context):
            frame.local_types.append(local.type)
            frame.local_pinned.append(local.pinned)
    entry = function.new_block()
    state.place(entry, 0, -2, 0)
    state.ssa.seal(entry)
    state.builder.block = entry
    is_cloned = cloned_regions(code, body.regions)
    use = scan_variables(code, flow, body.regions, len(frame.local_types), is_cloned)
    if body.regions and method.context_source == CONTEXT_THIS_OBJECT:
        # Lookups in handlers go through `this`.
        use.crosses_funclets |= 1 << len(frame.local_types)
    if body.regions and JMP in code.opcodes:
        # It passes all arguments on, maybe from behind a handler.
        use.crosses_funclets |= (1 << len(method.signature.params) + 1) - 1 << len(frame.local_types)
    _create_locals(frame, use)
    create_arguments(frame, use, len(body.regions) > 0)
    state.release_temps()
    function.context_kind = method.context_source
    if method.is_unmanaged_callers_only:
        enter_from_native(frame)
    import_class_init_trigger(frame)
    monitor = enter_monitor(frame) if method.is_synchronized else None
    if monitor is not None:
        prepare_return(frame)
    region_map: RegionMap | None = None
    if body.regions or monitor is not None:
        region_map = create_regions(frame, is_cloned, monitor is not None)
    _import_root_blocks(frame, region_map, monitor)
    if monitor is not None:
        import_monitor_return(frame, monitor)
    finish_function(state)
    return ImportedMethod(function, state.dependencies)


def finish_function(state: MethodState) -> None:
    """Settle what is known only when all code is there: the generic context, and the order of the blocks."""
    function = state.function
    signature = function.signature
    if state.uses_context:
        roles = (ROLE_THIS,) if function.context_kind == CONTEXT_THIS else (ROLE_GENERIC_CONTEXT, ROLE_METHOD_CONTEXT)
        for index, param in enumerate(signature.params):
            if param.role in roles:
                function.context_param = index
    else:
        function.context_kind = CONTEXT_NONE
    # Blocks in final order: main body first, then funclet after funclet, each in IL order.
    keys = state.block_keys
    function.blocks = [block for block in function.blocks if block.ops]
    function.blocks.sort(key=lambda block: keys[block.id])
    # IL may protect what control never reaches.
    remove_empty_regions(function)


# --- variables ---------------------------------------------------------------------------------------------------


def _create_locals(frame: Frame, use: VariableUse) -> None:
    """Give every local of the root a variable or a slot, zeroed."""
    state = frame.state
    in_memory = use.address_taken | use.crosses_funclets
    for index, type in enumerate(frame.local_types):
        kind = ir_type_of(type)
        if kind == STRUCT:
            layout = frame.layout(type)
            slot = state.function.new_slot(
                layout.size, max(layout.alignment, 1), layout.gc_refs, True, frame.local_pinned[index]
            )
            frame.local_slots.append(slot)
            frame.local_variables.append(-1)
        elif in_memory >> index & 1 or frame.local_pinned[index]:
            frame.local_slots.append(state.new_scalar_slot(kind, frame.local_pinned[index]))
            frame.local_variables.append(-1)
        else:
            variable = state.ssa.new_variable(kind)
            frame.local_slots.append(None)
            frame.local_variables.append(variable)
            block = state.builder.block
            if block is not None:
                state.ssa.write(variable, block, state.zero(kind))


def create_arguments(frame: Frame, use: VariableUse, has_funclets: bool) -> None:
    """Bind the root's arguments to the incoming parameters."""
    state = frame.state
    method = frame.method
    builder = state.builder
    signature = method.signature
    if signature.has_this:
        frame.arg_types.append(state.context.byref(method.owner) if method.owner.is_value_type else method.owner)
    frame.arg_types.extend(signature.params)
    in_memory = (use.address_taken | use.crosses_funclets) >> len(frame.local_types)
    argument = 0
    entry = builder.block
    if entry is None:
        return
    for index, param in enumerate(state.function.signature.params):
        if param.role == ROLE_CONTINUATION:
            continue  # the transformation asks for it
        if param.role != ROLE_NORMAL and param.role != ROLE_THIS:
            value = builder.param(I64, index)
            variable = -1
            slot: Slot | None = None
            if has_funclets:
                # Funclets use it as well: it needs a home in the frame.
                slot = state.function.new_slot(8, 8)
                builder.store(M_I64, builder.slot_addr(slot), value)
            else:
                variable = state.ssa.new_variable(I64)
                state.ssa.write(variable, entry, value)
            facts = state.function.runtime_async
            if param.role == ROLE_GENERIC_CONTEXT or param.role == ROLE_METHOD_CONTEXT:
                frame.context_variable = variable
                frame.context_slot = slot
                if facts is not None:
                    facts.context_slot = slot
            else:
                frame.buffer_variable = variable
                frame.buffer_slot = slot
                if facts is not None:
                    facts.buffer_slot = slot
            continue
        type = frame.arg_types[argument]
        frame.arg_values.append(None)
        if param.type == STRUCT:
            layout = frame.layout(type)
            slot = state.function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
            slot.param_index = index
            frame.arg_slots.append(slot)
            frame.arg_variables.append(-1)
        else:
            value = builder.param(param.type, index)
            if in_memory >> argument & 1:
                slot = state.new_scalar_slot(param.type)
                slot.zero_init = True
                builder.store(memory_type_of(type), builder.slot_addr(slot), value)
                frame.arg_slots.append(slot)
                frame.arg_variables.append(-1)
            else:
                variable = state.ssa.new_variable(param.type)
                state.ssa.write(variable, entry, normalize_small(state, type, value))
                frame.arg_slots.append(None)
                frame.arg_variables.append(variable)
        argument += 1


# --- root blocks -------------------------------------------------------------------------------------------------


def _import_root_blocks(frame: Frame, region_map: RegionMap | None, monitor: Monitor | None) -> None:
    state = frame.state
    builder = state.builder
    first = builder.block
    if first is None:
        return
    begin_blocks(frame)
    if region_map is not None:
        for number, entry in enumerate(region_map.entries):
            state.function.blocks.append(entry)
            state.ssa.seal(entry)
            builder.block = entry
            funclet = state.function.funclets[number]
            if monitor is not None and funclet.region == len(frame.body.regions):
                import_monitor_fault(frame, monitor)
            else:
                _import_funclet_entry(frame, region_map, funclet)
        builder.block = first
    state.function.blocks.append(first)
    frame.stack = []
    flow_to(frame, region_map, 0)
    run_blocks(frame, region_map)


def _import_funclet_entry(frame: Frame, region_map: RegionMap, funclet: Funclet) -> None:
    state = frame.state
    region = region_map.regions[funclet.region]
    offset = region.filter_offset if funclet.is_filter else region.handler_offset
    frame.stack = []
    if region.kind == EHClauseKind.TYPED or region.kind == EHClauseKind.FILTER:
        exception = state.builder.op(ops.CATCH_ARG, REF, [])
        if region_map.is_tested[funclet.region]:
            if funclet.is_filter:
                _test_exception(frame, region.class_token, exception)
                return
        elif region.kind == EHClauseKind.TYPED:
            caught = frame.resolve_type(region.class_token)
            state.require_fixup(state.cells.precode_type(TYPE_HANDLE, caught))
        frame.push(exception, REF).is_non_null = True
    flow_to(frame, region_map, frame.flow.block_at[frame.code.index_of[offset]])


def _test_exception(frame: Frame, class_token: int, exception: Op) -> None:
    """All of a filter that stands for a typed clause: whether the exception is of a type known at run time only."""
    state = frame.state
    builder = state.builder
    handle = type_handle(frame, frame.resolve_type(class_token), frame.open_type(class_token))
    is_caught = state.call_helper(HELPER_IS_INSTANCE_OF_EXCEPTION, I32, [handle, exception])
    builder.terminate(ops.END_FILTER, [builder.unary(ops.ZEXT8, I32, is_caught)], [], [])
