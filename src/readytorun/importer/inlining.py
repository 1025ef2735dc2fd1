"""Imports a callee's body in place of a call.

Only bodies inside the version bubble may be inlined, and those marked [NonVersionable], whose IL is a promise
(readytorun-format.md, "version bubble").
"""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.il.decoder import DecodedIL, InvalidILError, decode
from readytorun.il.flow import ILFlow, build_flow
from readytorun.importer.abi import ir_type_of
from readytorun.importer.frame import Frame, StackEntry, normalize_small
from readytorun.importer.refusal import InlineFailure, Refusal
from readytorun.importer.variables import scan_variables
from readytorun.ir.types import I64, STRUCT, VOID
from readytorun.metadata.method_body import MethodBody
from readytorun.typesystem.method_desc import CONTEXT_METHOD_DESC, CONTEXT_METHOD_TABLE, MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

_MAX_SIZE: Final = 36  # bytes of IL
_MAX_STRAIGHT_SIZE: Final = 72  # of a body without branches and with at most one call
_MAX_STRUCT_SIZE: Final = 120  # of such a body of a struct's method: most of it is access to fields
_MAX_AGGRESSIVE_SIZE: Final = 240
_MAX_DEPTH: Final = 6

_FORBIDDEN: Final = frozenset(
    (
        il.LOCALLOC,
        il.JMP,
        il.TAIL,
        il.ARGLIST,
        il.MKREFANY,
        il.REFANYVAL,
        il.REFANYTYPE,
        il.RETHROW,
        il.ENDFINALLY,
        il.ENDFILTER,
        il.LEAVE,
        il.CALLI,
        il.LDFTN,
        il.LDVIRTFTN,
    )
)


class InlineCandidate:
    """A body that may be inlined, decoded once.

    Attributes:
        body, code, flow: its IL.
        address_taken, stored: masks of variables (see `scan_variables`).
    """

    __slots__ = ("address_taken", "body", "code", "flow", "stored")

    def __init__(self, body: MethodBody, code: DecodedIL, flow: ILFlow, address_taken: int, stored: int) -> None:
        self.body = body
        self.code = code
        self.flow = flow
        self.address_taken = address_taken
        self.stored = stored


class InlineCandidates:
    """What is known of method definitions as inlinees; shared by all methods of a compilation."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[int, InlineCandidate | None] = {}

    def of(self, definition: MethodDesc) -> InlineCandidate | None:
        """The candidate for a method definition, None if it is never inlined."""
        key = definition.id
        if key in self._found:
            return self._found[key]
        candidate = _examine(definition)
        self._found[key] = candidate
        return candidate


def _examine(definition: MethodDesc) -> InlineCandidate | None:
    if definition.no_inlining or definition.is_synchronized or definition.is_async or not definition.has_body:
        return None
    if definition.no_optimization or definition.is_unmanaged_callers_only:
        return None
    body = definition.body()
    if body is None or body.regions:
        return None
    if definition.aggressive_inlining:
        limit = _MAX_AGGRESSIVE_SIZE
    elif definition.owner.is_value_type:
        limit = _MAX_STRUCT_SIZE
    else:
        limit = _MAX_STRAIGHT_SIZE
    if len(body.code) > limit:
        return None
    try:
        code = decode(body.code)
        flow = build_flow(code, [])
    except InvalidILError:
        return None
    returns = False
    calls = 0
    for opcode in code.opcodes:
        if opcode in _FORBIDDEN:
            return None
        if opcode in (il.CALL, il.CALLVIRT, il.NEWOBJ):
            calls += 1
        if opcode == il.RET:
            returns = True
    if not returns:
        # It always throws: calling it keeps the caller small.
        return None
    if len(body.code) > _MAX_SIZE and not definition.aggressive_inlining and (calls > 1 or len(flow.blocks) > 1):
        return None
    for block in flow.blocks:
        for successor in block.successors:
            if successor <= block.index and not definition.aggressive_inlining:
                return None
    local_count = 0
    if body.local_signature_token:
        local_count = len(definition.module.local_signature(body.local_signature_token, None))
    use = scan_variables(code, flow, [], local_count, [])
    return InlineCandidate(body, code, flow, use.address_taken, use.stored)


def try_inline(frame: Frame, method: MethodDesc, arguments: list[StackEntry], push: bool) -> bool:
    """Inline a direct call; False if it has to be called.

    Raises:
        InlineFailure: the body turned out not to be inlinable after IR was made for it.
    """
    state = frame.state
    if frame.depth >= _MAX_DEPTH or state.builder.block is None or state.builder.block.is_cold:
        return False
    if not method.module.in_version_bubble and not method.is_nonversionable:
        return False
    if method.id in state.no_inline or state.root.no_optimization:
        return False
    if method.is_async_variant:
        return False
    if method.is_shared and method.context_source in (CONTEXT_METHOD_TABLE, CONTEXT_METHOD_DESC):
        return False
    ancestor: Frame | None = frame
    while ancestor is not None:
        if ancestor.method.definition is method.definition:
            return False
        ancestor = ancestor.parent
    definition = method.definition
    if definition.no_inlining or not definition.has_body:
        return False
    local_types: list[TypeDesc] = []
    candidates = state.inline_candidates
    known = candidates.of(definition)
    if known is None or len(known.body.code) > state.inline_budget:
        return False
    if known.body.local_signature_token:
        for local in method.module.local_signature(known.body.local_signature_token, method.generic_context()):
            if local.pinned:
                return False
            local_types.append(local.type)
    state.inline_budget -= len(known.body.code)
    inlinee = Frame(state, method, known.body, known.code, known.flow)
    inlinee.parent = frame
    inlinee.returns_last = frame.is_last
    inlinee.depth = frame.depth + 1
    inlinee.local_types = local_types
    try:
        _bind_arguments(frame, inlinee, known, arguments)
        _bind_locals(inlinee, known)
        _import_body(frame, inlinee, push)
    except Refusal as refusal:
        raise InlineFailure(method.id) from refusal
    return True


def _bind_arguments(caller: Frame, inlinee: Frame, known: InlineCandidate, arguments: list[StackEntry]) -> None:
    state = caller.state
    builder = state.builder
    method = inlinee.method
    signature = method.signature
    if signature.has_this:
        inlinee.arg_types.append(state.context.byref(method.owner) if method.owner.is_value_type else method.owner)
    inlinee.arg_types.extend(signature.params)
    shift = len(inlinee.local_types)
    for index in range(len(inlinee.arg_types)):
        type = inlinee.arg_types[index]
        entry = arguments[index]
        kind = ir_type_of(type)
        address_taken = known.address_taken >> (shift + index) & 1
        changed = address_taken or known.stored >> (shift + index) & 1
        inlinee.arg_variables.append(-1)
        inlinee.arg_slots.append(None)
        inlinee.arg_values.append(None)
        if kind == STRUCT:
            caller.check_struct(entry, type)
            if changed:
                slot = state.new_temp(type)
                builder.copy_block(builder.slot_addr(slot), entry.op, caller.layout(type), False)
                inlinee.arg_slots[index] = slot
            else:
                value = StackEntry(entry.op, STRUCT, type)
                if entry.alias is not None:
                    slot = state.new_temp(type)
                    value.op = builder.slot_addr(slot)
                    builder.copy_block(value.op, entry.op, caller.layout(type), False)
                inlinee.arg_values[index] = value
            continue
        if index == 0 and signature.has_this and entry.kind == I64:
            # `this` of a struct in the frame: its address needs no reporting.
            op = entry.op
            kind = I64
        else:
            op = normalize_small(state, type, caller.coerce(entry, kind))
        if address_taken:
            slot = state.new_scalar_slot(kind)
            inlinee.arg_slots[index] = slot
            caller.store_value(type, builder.slot_addr(slot), 0, StackEntry(op, kind, type), 0)
        elif changed:
            variable = state.ssa.new_variable(kind)
            inlinee.arg_variables[index] = variable
            block = builder.block
            if block is not None:
                state.ssa.write(variable, block, op)
        else:
            value = StackEntry(op, kind, type)
            if entry.kind == kind:
                value.is_exact = entry.is_exact
                value.is_non_null = entry.is_non_null
                if entry.type is not None:
                    value.type = entry.type
            inlinee.arg_values[index] = value


def _bind_locals(inlinee: Frame, known: InlineCandidate) -> None:
    state = inlinee.state
    builder = state.builder
    for index, type in enumerate(inlinee.local_types):
        kind = ir_type_of(type)
        if kind == STRUCT:
            slot = state.new_temp(type)
            inlinee.local_slots.append(slot)
            inlinee.local_variables.append(-1)
            builder.zero_block(builder.slot_addr(slot), inlinee.layout(type))
            continue
        zero = state.zero(kind)
        if known.address_taken >> index & 1:
            slot = state.new_scalar_slot(kind)
            inlinee.local_slots.append(slot)
            inlinee.local_variables.append(-1)
            inlinee.store_value(type, builder.slot_addr(slot), 0, StackEntry(zero, kind, type), 0)
        else:
            variable = state.ssa.new_variable(kind)
            inlinee.local_slots.append(None)
            inlinee.local_variables.append(variable)
            block = builder.block
            if block is not None:
                state.ssa.write(variable, block, zero)


def _import_body(caller: Frame, inlinee: Frame, push: bool) -> None:
    from readytorun.importer.blocks import begin_blocks, flow_to, run_blocks, run_straight
    from readytorun.importer.statics import import_class_init_trigger

    state = caller.state
    builder = state.builder
    import_class_init_trigger(inlinee)
    return_type = inlinee.method.signature.return_type
    kind = ir_type_of(return_type)
    if len(inlinee.flow.blocks) == 1:
        run_straight(inlinee)
        entry = inlinee.return_entry
        if push and entry is not None and builder.is_reachable:
            caller.stack.append(entry)
        return
    before = builder.block
    done = state.new_block(before)
    inlinee.return_block = done
    if kind == STRUCT:
        inlinee.return_slot = state.new_temp(return_type)
    elif kind != VOID:
        inlinee.return_variable = state.ssa.new_variable(kind)
    begin_blocks(inlinee)
    flow_to(inlinee, None, 0)
    run_blocks(inlinee, None)
    state.function.blocks.append(done)
    state.ssa.seal(done)
    # The rest of the caller's block follows the inlinee's blocks in the final order.
    state.place_after(done)
    if not done.preds:
        builder.block = None
        return
    builder.block = done
    if not push or kind == VOID:
        return
    if kind == STRUCT and inlinee.return_slot is not None:
        caller.push(builder.slot_addr(inlinee.return_slot), STRUCT, return_type)
    else:
        caller.push(state.ssa.read(inlinee.return_variable, done), kind, return_type)
