"""Handles of types and methods, and runtime lookups through the generic context of shared code.

In exact code a handle is the value of a precode cell. In code shared between instantiations a type or method that
depends on the instantiation is looked up at run time: a lazy helper cell whose blob says what the context is and, with
type variables, what is wanted (readytorun-format.md#generic-lookup).
"""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer.frame import Frame
from readytorun.importer.refusal import InlineFailure, Reason, Refusal
from readytorun.ir.ops import Op
from readytorun.ir.types import I64, M_I64, REF
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import (
    CONTEXT_METHOD_DESC,
    CONTEXT_METHOD_TABLE,
    CONTEXT_THIS_OBJECT,
    MethodDesc,
)
from readytorun.typesystem.type_desc import TypeDesc

_METHOD_SPEC = 0x2B


def member_token(frame: Frame, method: MethodDesc, site_token: int) -> int:
    """MethodDef or MemberRef token by which the input module names a method.

    Args:
        frame: where it is used.
        method: the method.
        site_token: token at the use (MethodDef, MemberRef or MethodSpec of the frame's module), 0 if there is none.

    Raises:
        Refusal: the input module has no token for it.
    """
    state = frame.state
    if method.module is state.module and method.token:
        return method.token
    if site_token and frame.module is state.module:
        if site_token >> 24 == _METHOD_SPEC:
            return state.module.reader.column(_METHOD_SPEC, "Method")[(site_token & 0xFFFFFF) - 1]
        return site_token
    token = state.module.method_token(method)
    if token is None:
        token = state.cells.foreign_method_token(method)
    if token is None and state.cells.bubble is not None:
        token = state.cells.bubble.site_token(frame.module, site_token)
    if token is None:
        if frame.parent is not None:
            raise InlineFailure(frame.method.id)
        raise Refusal(Reason.TOKEN_NOT_IN_MODULE, str(method))
    return token


def field_token(frame: Frame, field: FieldDesc, site_token: int) -> int:
    """Field or MemberRef token by which the input module names a field."""
    state = frame.state
    if field.module is state.module:
        return field.token
    if site_token and frame.module is state.module:
        return site_token
    token = state.module.field_token(field)
    if token is None:
        token = state.cells.foreign_field_token(field)
    if token is None:
        if frame.parent is not None:
            raise InlineFailure(frame.method.id)
        raise Refusal(Reason.TOKEN_NOT_IN_MODULE, str(field))
    return token


def context_value(frame: Frame) -> tuple[int, Op]:
    """The generic context of the frame's method and how it is encoded: (lookup kind, value).

    Raises:
        Refusal: an inlinee has no context of its own.
    """
    state = frame.state
    builder = state.builder
    source = frame.method.context_source
    if source == CONTEXT_THIS_OBJECT:
        value = frame.arg_values[0]
        if value is not None:
            this = value.op
        else:
            variable = frame.arg_variables[0]
            block = builder.block
            slot = frame.arg_slots[0]
            if slot is not None:
                this = builder.load(8, builder.slot_addr(slot))
            elif block is not None:
                this = state.ssa.read(variable, block)
            else:
                raise frame.invalid("unreachable")
        if frame.parent is None:
            state.uses_context = True
        if this.type != REF:
            raise frame.invalid("`this` is no object")
        return fixups.THIS_OBJ_DICTIONARY_LOOKUP, builder.load_invariant(M_I64, this, 0)
    if frame.parent is not None:
        raise InlineFailure(frame.method.id)
    state.uses_context = True
    block = builder.block
    if frame.context_slot is not None:
        context = builder.load(M_I64, builder.slot_addr(frame.context_slot))
    elif block is not None and frame.context_variable >= 0:
        context = state.ssa.read(frame.context_variable, block)
    else:
        raise frame.invalid("no generic context")
    if source == CONTEXT_METHOD_TABLE:
        return fixups.TYPE_DICTIONARY_LOOKUP, context
    if source == CONTEXT_METHOD_DESC:
        return fixups.METHOD_DICTIONARY_LOOKUP, context
    raise frame.invalid("lookup without generic context")


def runtime_lookup(frame: Frame, inner: bytes) -> Op:
    """Look something up through the generic context; `inner` is the blob of what is wanted, with type variables."""
    state = frame.state
    kind, context = context_value(frame)
    blob = bytearray((kind,))
    user = bytearray()
    if kind == fixups.THIS_OBJ_DICTIONARY_LOOKUP:
        state.cells.put_type(blob, frame.method.owner)
    elif kind == fixups.TYPE_DICTIONARY_LOOKUP:
        state.cells.put_type(user, frame.method.owner)
    else:
        state.cells.put_method(user, frame.method, frame.method.token)
    blob += inner
    result = state.call_lazy_helper(state.cells.lookup(bytes(blob), bytes(user)), I64, [context])
    result.may_run_early = True
    return result


def type_handle(frame: Frame, type: TypeDesc, open_type: TypeDesc) -> Op:
    """MethodTable or TypeHandle of a type.

    Args:
        frame: where it is used.
        type: the type in the instantiation that is compiled.
        open_type: the same with type variables.
    """
    state = frame.state
    if not type.is_canonical_subtype:
        return state.load_fixup(state.cells.precode_type(fixups.TYPE_HANDLE, type))
    inner = bytearray((fixups.TYPE_HANDLE,))
    state.cells.put_type(inner, open_type)
    return runtime_lookup(frame, bytes(inner))


def instantiating_flag(method: MethodDesc) -> int:
    """Flag for naming an exact method whose code is shared and takes its generic context as a hidden argument.

    Without it the runtime would take the canonical method (zapsig.cpp, DecodeMethod).
    """
    if method.contains_variables:
        owner = method.owner
        if method.instantiation or method.is_static or owner.is_value_type or owner.is_interface:
            return fixups.METHOD_INSTANTIATING_STUB
        return 0
    if method.canonical().context_source in (CONTEXT_METHOD_TABLE, CONTEXT_METHOD_DESC):
        return fixups.METHOD_INSTANTIATING_STUB
    return 0


def method_lookup(
    frame: Frame, kind: int, open_method: MethodDesc, token: int, constrained: TypeDesc | None = None
) -> Op:
    """Look up a method: METHOD_HANDLE, METHOD_ENTRY or VIRTUAL_ENTRY.

    Args:
        constrained: with METHOD_ENTRY: the type, with variables, whose implementation of the method is wanted.
    """
    inner = bytearray((kind,))
    frame.state.cells.put_method(inner, open_method, token, instantiating_flag(open_method), constrained)
    return runtime_lookup(frame, bytes(inner))


def require_type_loaded(frame: Frame, type: TypeDesc) -> None:
    """List a type among what must be loaded before the method runs."""
    if not type.is_primitive:
        state = frame.state
        state.require_fixup(state.cells.precode_type(fixups.TYPE_HANDLE, type))
