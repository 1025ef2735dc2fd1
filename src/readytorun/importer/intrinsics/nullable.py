"""Nullable<T>: a flag and a value, for good (the type is [NonVersionable]).

The IL of these members would do as well, but not in code that is shared between instantiations of a struct T, where the
callee would need a generic context; and they are too frequent to go the long way.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.intrinsics.shapes import Handler
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.ops import Op
from readytorun.ir.types import I32, M_U8, REF, STRUCT
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc


def has_value_offset(type: TypeDesc) -> int:
    """Offset of the flag in a Nullable."""
    return _offset(type, "hasValue")


def value_offset(type: TypeDesc) -> int:
    """Offset of the value in a Nullable."""
    return _offset(type, "value")


def _offset(type: TypeDesc, name: str) -> int:
    field = type.find_field(name)
    if field is None:
        raise Refusal(Reason.LAYOUT, f"{type} has no field {name}")
    return layout_of(type).field_offsets[field]


def import_nullable_newobj(frame: Frame, type: TypeDesc, value: StackEntry) -> None:
    """newobj Nullable<T>(T): push the new value."""
    state = frame.state
    builder = state.builder
    require_struct_layout(frame, type)
    temp = state.new_temp(type)
    builder.store(M_U8, builder.slot_addr(temp), builder.const(I32, 1), has_value_offset(type))
    frame.store_value(type.instantiation[0], builder.slot_addr(temp), value_offset(type), value, 0)
    frame.push(builder.slot_addr(temp), STRUCT, type)


def _pop_this(frame: Frame) -> Op:
    entry = frame.pop()
    if entry.kind == REF:
        raise frame.invalid("address of a Nullable expected")
    return frame.to_address(entry)


def _import_has_value(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    frame.push(frame.state.builder.load(M_U8, _pop_this(frame), has_value_offset(method.owner)), I32)
    return position + 1


def _import_value_or_default(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """GetValueOrDefault(): the value, which is the default where there is none."""
    if method.signature.params:
        return -1
    require_struct_layout(frame, method.owner.instantiation[0])
    frame.load_value(method.owner.instantiation[0], _pop_this(frame), value_offset(method.owner))
    return position + 1


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System", "Nullable`1", "get_HasValue"): _import_has_value,
    ("System", "Nullable`1", "GetValueOrDefault"): _import_value_or_default,
}
