"""Instance fields. What is known of their offsets depends on the version bubble (readytorun-format.md)."""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.frame import Frame, StackEntry, is_frame_address
from readytorun.importer.generics import field_token
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, I64, REF, STRUCT
from readytorun.typesystem.bubble import FIELD_BASE_OFFSET, FIELD_OFFSET, field_access, needs_layout_check
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.type_desc import TypeDesc

# A fault at a smaller distance from null is a NullReferenceException by itself (clr-abi.md, "null checks").
NULL_AREA_SIZE = 0x800


class FieldPlace:
    """Where a field is, relative to its object or struct.

    Attributes:
        offset: constant part, bytes.
        dynamic: part that is known at load time only, I64, or None.
    """

    __slots__ = ("dynamic", "offset")

    def __init__(self, offset: int, dynamic: Op | None) -> None:
        self.offset = offset
        self.dynamic = dynamic


def require_struct_layout(frame: Frame, type: TypeDesc) -> None:
    """A struct of this type is used by value: have its layout checked unless it is fixed."""
    if type.is_value_type and ir_type_of(type) == STRUCT and needs_layout_check(type):
        state = frame.state
        state.require_fixup(state.cells.check_type_layout(type, layout_of(type)))


def field_place(frame: Frame, field: FieldDesc, site_token: int) -> FieldPlace:
    """Find a field, listing the fixups that its place depends on."""
    state = frame.state
    access = field_access(field)
    if access.kind == FIELD_BASE_OFFSET:
        cell = state.cells.precode_type(fixups.FIELD_BASE_OFFSET, field.owner)
        return FieldPlace(access.offset, state.load_fixup(cell))
    if access.kind == FIELD_OFFSET:
        token = field_token(frame, field, site_token)
        return FieldPlace(0, state.load_fixup(state.cells.precode_field(fixups.FIELD_OFFSET, field, token)))
    if access.needs_check:
        token = field_token(frame, field, site_token)
        state.require_fixup(state.cells.check_field_offset(field, token, access.offset))
    return FieldPlace(access.offset, None)


def field_address(frame: Frame, base: Op, place: FieldPlace) -> Op:
    """Address of the field: BYREF, or I64 if the base is unmanaged."""
    builder = frame.state.builder
    type = I64 if base.type == I64 else BYREF
    if place.dynamic is not None:
        return builder.addr_indexed(type, base, place.dynamic, 1, place.offset)
    if place.offset == 0 and base.type != REF:
        return base
    return builder.addr(type, base, place.offset)


def _base_of(frame: Frame, entry: StackEntry) -> Op:
    if entry.kind == STRUCT:
        return entry.op
    return frame.to_address(entry)


def import_ldfld(frame: Frame, token: int) -> None:
    """ldfld"""
    field = frame.module.resolve_field(token, frame.generic_context)
    entry = frame.pop()
    if field.is_static:
        from readytorun.importer.statics import load_static

        load_static(frame, field, token)
        return
    base = _base_of(frame, entry)
    place = field_place(frame, field, token)
    type = field.type
    builder = frame.state.builder
    kind = ir_type_of(type)
    if kind == STRUCT:
        require_struct_layout(frame, type)
        if entry.kind == REF and (place.dynamic is not None or place.offset >= NULL_AREA_SIZE):
            frame.null_check(entry)
        if entry.alias is not None and place.dynamic is None:
            # A field of a struct local: still the local's memory.
            frame.push(field_address(frame, base, place), STRUCT, type).alias = entry.alias
            return
        frame.load_value(type, field_address(frame, base, place))
        return
    if place.dynamic is not None:
        if entry.kind == REF and frame.is_volatile:
            frame.push(builder.load(memory_type_of(type), field_address(frame, base, place), 0, True), kind, type)
            return
        frame.push(builder.load_indexed(memory_type_of(type), base, place.dynamic, 1, place.offset), kind, type)
        return
    if entry.kind == REF and place.offset >= NULL_AREA_SIZE:
        frame.null_check(entry)
    frame.push(builder.load(memory_type_of(type), base, place.offset, frame.is_volatile), kind, type)


def import_ldflda(frame: Frame, token: int) -> None:
    """ldflda"""
    field = frame.module.resolve_field(token, frame.generic_context)
    entry = frame.pop()
    if field.is_static:
        from readytorun.importer.statics import import_ldsflda

        import_ldsflda(frame, token)
        return
    if entry.kind == STRUCT:
        raise frame.invalid("address of a field of a struct value")
    base = frame.to_address(entry)
    place = field_place(frame, field, token)
    if entry.kind == REF:
        frame.null_check(entry)
    frame.push(field_address(frame, base, place), I64 if base.type == I64 else BYREF, field.type)


def import_stfld(frame: Frame, token: int) -> None:
    """stfld"""
    field = frame.module.resolve_field(token, frame.generic_context)
    value = frame.pop()
    entry = frame.pop()
    if field.is_static:
        from readytorun.importer.statics import store_static

        store_static(frame, field, token, value)
        return
    frame.materialize_aliases()
    base = frame.to_address(entry)
    place = field_place(frame, field, token)
    type = field.type
    builder = frame.state.builder
    kind = ir_type_of(type)
    # Fields of objects are in the heap; behind a byref they may be anywhere.
    heap = 1 if entry.kind == REF else (0 if base.type == I64 and is_frame_address(base) else 2)
    if kind == STRUCT:
        require_struct_layout(frame, type)
    if entry.kind == REF and (place.offset >= NULL_AREA_SIZE or (kind == STRUCT and place.dynamic is not None)):
        frame.null_check(entry)
    if place.dynamic is not None:
        if kind == STRUCT:
            frame.store_value(type, field_address(frame, base, place), 0, value, heap)
            return
        op = frame.coerce(value, kind)
        opcode = ops.STORE
        if kind == REF and heap and not isinstance(op, ops.ConstOp):
            opcode = ops.STORE_BARRIER if heap == 1 else ops.STORE_CHECKED
        builder.store_indexed(opcode, memory_type_of(type), base, place.dynamic, 1, place.offset, op)
        return
    frame.store_value(type, base, place.offset, value, heap)
