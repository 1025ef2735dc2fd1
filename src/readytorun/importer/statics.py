"""Static fields, and the triggers that run class constructors.

Own statics are reached through a base that a lazy helper returns (and that runs the class constructor first); statics
of other version bubbles by their address (readytorun-format.md, fixups 0x20 and 0x22 to 0x25).
"""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer.abi import ir_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import (
    HELPER_GENERIC_GC_STATIC_BASE,
    HELPER_GENERIC_GC_TLS_BASE,
    HELPER_GENERIC_NON_GC_STATIC_BASE,
    HELPER_GENERIC_NON_GC_TLS_BASE,
    Frame,
    StackEntry,
)
from readytorun.importer.generics import field_token, type_handle
from readytorun.importer.intrinsics.constants import import_constant_field
from readytorun.importer.refusal import InlineFailure, Reason, Refusal
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.types import BYREF, M_REF, REF, STRUCT
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.static_layout import static_layout
from readytorun.typesystem.type_desc import TypeDesc

# Offset of thread statics from the base that the helpers return (observed in R2R 16).
_EMPTY_STRING = 0x70000000


class StaticPlace:
    """Where a static field is.

    Attributes:
        base: address of its static area, or of the field itself.
        offset: bytes from there.
        is_boxed: the area holds a reference to a box with the struct in it.
    """

    __slots__ = ("base", "is_boxed", "offset")

    def __init__(self, base: Op, offset: int, is_boxed: bool) -> None:
        self.base = base
        self.offset = offset
        self.is_boxed = is_boxed


def _open_owner(frame: Frame, token: int) -> TypeDesc:
    return frame.module.resolve_field(token, None).owner


def static_place(frame: Frame, field: FieldDesc, site_token: int) -> StaticPlace:
    """Find a static field, running its class constructor first where that is due."""
    state = frame.state
    owner = field.owner
    if not owner.module.in_version_bubble:
        if owner.is_canonical_subtype:
            return _looked_up_place(frame, field, site_token)
        token = field_token(frame, field, site_token)
        if field.has_rva:
            address: Op = state.load_fixup(state.cells.precode_field(fixups.FIELD_ADDRESS, field, token))
        else:
            address = state.call_lazy_helper(state.cells.helper_field(fixups.FIELD_ADDRESS, field, token), BYREF, [])
        return StaticPlace(address, 0, False)
    if field.has_rva:
        token = field_token(frame, field, site_token)
        address = state.load_fixup(state.cells.precode_field(fixups.FIELD_ADDRESS, field, token))
        return StaticPlace(address, 0, False)
    kind = ir_type_of(field.type)
    is_gc = kind == REF or kind == STRUCT
    offset = static_layout(owner).offsets[field]
    base = static_base(frame, owner, site_token, is_gc, field.is_thread_static)
    return StaticPlace(base, offset, kind == STRUCT)


def _looked_up_place(frame: Frame, field: FieldDesc, site_token: int) -> StaticPlace:
    """Place of another bubble's static field whose type shared code has to look up.

    That gives the base of its statics; where the field is from there is checked when the method is prepared.
    """
    state = frame.state
    owner = field.owner
    kind = ir_type_of(field.type)
    offset = static_layout(owner).offsets[field]
    token = field_token(frame, field, site_token)
    # The check counts from an object's start, for statics of classes as well.
    checked = offset if owner.is_value_type else offset + 8
    state.require_fixup(state.cells.check_field_offset(field, token, checked))
    base = _generic_base(frame, owner, site_token, kind == REF or kind == STRUCT, field.is_thread_static)
    return StaticPlace(base, offset, kind == STRUCT)


def _generic_base(frame: Frame, owner: TypeDesc, field_site_token: int, is_gc: bool, is_thread: bool) -> CallOp:
    handle = type_handle(frame, owner, _open_owner(frame, field_site_token))
    if is_thread:
        helper = HELPER_GENERIC_GC_TLS_BASE if is_gc else HELPER_GENERIC_NON_GC_TLS_BASE
    else:
        helper = HELPER_GENERIC_GC_STATIC_BASE if is_gc else HELPER_GENERIC_NON_GC_STATIC_BASE
    return frame.state.call_helper(helper, BYREF, [handle])


def static_base(frame: Frame, owner: TypeDesc, field_site_token: int, is_gc: bool, is_thread: bool) -> Op:
    """Base of a static area of an own type."""
    state = frame.state
    state.dependencies.require_type(owner)
    if owner.is_canonical_subtype:
        base = _generic_base(frame, owner, field_site_token, is_gc, is_thread)
        base.may_run_early = runs_early(frame, owner)
        return base
    if is_thread:
        kind = fixups.THREAD_STATIC_BASE_GC if is_gc else fixups.THREAD_STATIC_BASE_NON_GC
    else:
        kind = fixups.STATIC_BASE_GC if is_gc else fixups.STATIC_BASE_NON_GC
    base = state.call_lazy_helper(state.cells.helper_type(kind, owner), BYREF, [])
    base.may_run_early = runs_early(frame, owner)
    return base


def runs_early(frame: Frame, owner: TypeDesc) -> bool:
    """Whether an access to an own type's statics may be made earlier than IL says."""
    if owner.is_before_field_init or not owner.has_cctor:
        return True
    # On entry of a static method or constructor of the type the class constructor has run, or is running.
    method = frame.state.root
    return method.owner is owner and (method.is_static or method.is_ctor)


def import_ldsfld(frame: Frame, token: int) -> None:
    """ldsfld"""
    load_static(frame, _resolve(frame, token), token)


def load_static(frame: Frame, field: FieldDesc, token: int) -> None:
    """Push the value of a static field."""
    state = frame.state
    builder = state.builder
    if _is_string_empty(frame, field):
        cell = state.cells.string(_EMPTY_STRING)
        state.require_fixup(cell)
        frame.push(builder.load_string(cell), REF, field.type).is_non_null = True
        return
    if import_constant_field(frame, field):
        return
    place = static_place(frame, field, token)
    require_struct_layout(frame, field.type)
    if place.is_boxed:
        box = builder.load(M_REF, place.base, place.offset)
        frame.load_value(field.type, builder.addr(BYREF, box, 8))
        return
    frame.load_value(field.type, place.base, place.offset)


def import_ldsflda(frame: Frame, token: int) -> None:
    """ldsflda"""
    field = _resolve(frame, token)
    builder = frame.state.builder
    place = static_place(frame, field, token)
    if place.is_boxed:
        box = builder.load(M_REF, place.base, place.offset)
        frame.push(builder.addr(BYREF, box, 8), BYREF, field.type)
        return
    if field.has_rva:
        # Data in the image: not in the heap, but C# uses it as a managed pointer as well.
        frame.push(
            frame.coerce(StackEntry(place.base, place.base.type), BYREF) if place.base.type == BYREF else place.base,
            place.base.type,
            field.type,
        )
        return
    frame.push(builder.addr(BYREF, place.base, place.offset), BYREF, field.type)


def import_stsfld(frame: Frame, token: int) -> None:
    """stsfld"""
    field = _resolve(frame, token)
    store_static(frame, field, token, frame.pop())


def store_static(frame: Frame, field: FieldDesc, token: int, value: StackEntry) -> None:
    """Store to a static field."""
    builder = frame.state.builder
    frame.materialize_aliases()
    place = static_place(frame, field, token)
    require_struct_layout(frame, field.type)
    if place.is_boxed:
        box = builder.load(M_REF, place.base, place.offset)
        frame.store_value(field.type, builder.addr(BYREF, box, 8), 0, value, 1)
        return
    frame.store_value(field.type, place.base, place.offset, value, 1)


def _resolve(frame: Frame, token: int) -> FieldDesc:
    field = frame.module.resolve_field(token, frame.generic_context)
    if not field.is_static or field.is_literal:
        raise Refusal(Reason.INVALID_IL, f"static access to {field}")
    return field


def _is_string_empty(frame: Frame, field: FieldDesc) -> bool:
    context = frame.state.context
    return field.name == "Empty" and field.owner is context.well_known("System.String")


def import_class_init_trigger(frame: Frame) -> None:
    """Run the class constructor on entry of a static method or constructor of a type that is not beforefieldinit."""
    method = frame.method
    owner = method.owner
    if not (method.is_static or method.is_ctor) or method.is_cctor:
        return
    if owner.is_before_field_init or not owner.has_cctor:
        return
    trigger_class_init(frame, owner)


def trigger_class_init(frame: Frame, owner: TypeDesc) -> None:
    """Call the helper that runs an own type's class constructor."""
    state = frame.state
    class_constructor = owner.static_constructor
    if class_constructor is not None:
        state.dependencies.require_method(class_constructor)
    if not owner.is_canonical_subtype:
        state.call_lazy_helper(state.cells.helper_type(fixups.STATIC_BASE_NON_GC, owner), BYREF, [])
        return
    if frame.parent is not None:
        raise InlineFailure(frame.method.id)
    definition = owner.definition
    arguments = tuple([state.context.type_variable(i) for i in range(len(owner.instantiation))])
    handle = type_handle(frame, owner, state.context.instantiate(definition, arguments))
    state.call_helper(HELPER_GENERIC_NON_GC_STATIC_BASE, BYREF, [handle])
