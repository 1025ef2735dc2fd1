"""ldstr and ldtoken."""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer.bubble_tokens import BUBBLE
from readytorun.importer.frame import (
    HELPER_GET_RUNTIME_FIELD_HANDLE,
    HELPER_GET_RUNTIME_METHOD_HANDLE,
    HELPER_GET_RUNTIME_TYPE_HANDLE,
    Frame,
)
from readytorun.importer.generics import (
    field_token,
    instantiating_flag,
    member_token,
    method_lookup,
    runtime_lookup,
    type_handle,
)
from readytorun.importer.intrinsics import data, types
from readytorun.importer.refusal import InlineFailure
from readytorun.ir.ops import Op
from readytorun.ir.types import M_REF, REF, STRUCT
from readytorun.r2r.model import Cell

_TYPE_TABLES = (0x01, 0x02, 0x1B)
_FIELD = 0x04
_MEMBER_REF = 0x0A


def string_cell(frame: Frame, token: int) -> Cell:
    """Cell of a string literal of the input module."""
    if frame.module is not frame.state.module:
        bubble = frame.state.cells.bubble
        if bubble is None or frame.module is not bubble.core:
            # Literals of other modules have no token here.
            raise InlineFailure(frame.method.id)
        token |= BUBBLE
    return frame.state.cells.string(token)


def import_ldtoken(frame: Frame, token: int, position: int) -> int:
    """ldtoken; patterns that begin with it may take more instructions."""
    state = frame.state
    table = token >> 24
    if table in _TYPE_TABLES:
        following = types.import_typeof(frame, token, position)
        if following >= 0:
            return following
        handle = type_handle(frame, frame.resolve_type(token), frame.open_type(token))
        result: Op = state.call_helper(HELPER_GET_RUNTIME_TYPE_HANDLE, REF, [handle])
        _push_handle(frame, "System.RuntimeTypeHandle", result)
        return position + 1
    if table == _FIELD or (table == _MEMBER_REF and frame.module.is_field_token(token)):
        field = frame.module.resolve_field(token, frame.generic_context)
        following = data.import_field_token(frame, field, position)
        if following >= 0:
            return following
        # The runtime takes the owner into account only with a MemberRef.
        is_own_reference = table == _MEMBER_REF and frame.module is state.module
        own = token if is_own_reference else field_token(frame, field, token)
        if field.owner.is_canonical_subtype:
            inner = bytearray((fixups.FIELD_HANDLE,))
            state.cells.put_field(inner, frame.module.resolve_field(token, None), own)
            field_handle = runtime_lookup(frame, bytes(inner))
        else:
            state.require_fixup(state.cells.precode_type(fixups.TYPE_HANDLE, field.owner))
            field_handle = state.load_fixup(state.cells.precode_field(fixups.FIELD_HANDLE, field, own))
        result = state.call_helper(HELPER_GET_RUNTIME_FIELD_HANDLE, REF, [field_handle])
        _push_handle(frame, "System.RuntimeFieldHandle", result)
        return position + 1
    method = frame.module.resolve_method(token, frame.generic_context)
    own = member_token(frame, method, token)
    if method.is_shared:
        open_method = frame.module.resolve_method(token, None)
        method_handle = method_lookup(frame, fixups.METHOD_HANDLE, open_method, own)
    else:
        method_handle = state.load_fixup(
            state.cells.precode_method(fixups.METHOD_HANDLE, method, own, instantiating_flag(method))
        )
    result = state.call_helper(HELPER_GET_RUNTIME_METHOD_HANDLE, REF, [method_handle])
    _push_handle(frame, "System.RuntimeMethodHandle", result)
    return position + 1


def _push_handle(frame: Frame, type_name: str, value: Op) -> None:
    """A RuntimeTypeHandle, -MethodHandle or -FieldHandle consists of one reference."""
    state = frame.state
    type = state.context.well_known(type_name)
    temp = state.new_temp(type)
    address = state.builder.slot_addr(temp)
    state.builder.store(M_REF, address, value)
    frame.push(address, STRUCT, type)
