"""What compiled code may take for granted about layouts, and what it must ask or check at run time.

Inside the version bubble everything is fixed. Outside it a class may gain fields and a struct may change, but for those
marked [NonVersionable]; so code asks for offsets (FieldOffset, FieldBaseOffset cells), or bakes them in together with a
check that makes the runtime drop the method if they are no longer true (Check_FieldOffset, Check_TypeLayout).
"""

from __future__ import annotations

from typing import Final

from readytorun.typesystem import element_types as et
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import LayoutError, layout_of
from readytorun.typesystem.type_desc import TypeDesc

# How an instance field is reached (FieldAccess.kind).
CONSTANT: Final = 0  # at a constant offset
FIELD_BASE_OFFSET: Final = 1  # at a constant offset from the end of the base part, which a cell holds
FIELD_OFFSET: Final = 2  # at an offset that a cell holds

_POINTER_SIZE: Final = 8


class FieldAccess:
    """How code reaches an instance field.

    Attributes:
        kind: CONSTANT, FIELD_BASE_OFFSET or FIELD_OFFSET.
        offset: bytes from the object's or value's start (CONSTANT), or to add to the cell (FIELD_BASE_OFFSET); else 0.
        needs_check: a constant offset that holds only as long as a Check_FieldOffset fixup says so.
    """

    __slots__ = ("kind", "needs_check", "offset")

    def __init__(self, kind: int, offset: int, needs_check: bool) -> None:
        self.kind = kind
        self.offset = offset
        self.needs_check = needs_check


def field_access(field: FieldDesc) -> FieldAccess:
    """How to reach an instance field from an object reference or the address of a value.

    Raises:
        LayoutError: the owner's layout is not known before run time.
    """
    owner = field.owner
    if owner.is_value_type:
        return FieldAccess(CONSTANT, layout_of(owner).field_offsets[field], not is_layout_fixed(owner))
    if not is_layout_fixed(owner):
        return FieldAccess(FIELD_OFFSET, 0, False)
    layout = layout_of(owner)
    offset = layout.field_offsets[field]
    if is_inheritance_chain_fixed(owner.base_type):
        return FieldAccess(CONSTANT, offset, False)
    if _has_layout_in_chain(owner.base_type):
        return FieldAccess(CONSTANT, offset, True)
    base_end = (layout.base_size + _POINTER_SIZE - 1) & -_POINTER_SIZE
    if offset < base_end:
        raise LayoutError(f"{owner} does not begin where its base ends")
    return FieldAccess(FIELD_BASE_OFFSET, offset - base_end, False)


def needs_layout_check(type: TypeDesc) -> bool:
    """Whether code that holds, copies or passes values of the type must list Check_TypeLayout."""
    return type.is_value_type and not is_layout_fixed(type)


def is_layout_fixed(type: TypeDesc) -> bool:
    """Whether the fields that the type itself declares cannot move relative to each other, its base class aside."""
    if type.fixed_layout_cache < 0:
        type.fixed_layout_cache = int(_compute_fixed(type))
    return type.fixed_layout_cache != 0


def _compute_fixed(type: TypeDesc) -> bool:
    if type.is_primitive or type.is_enum or type.element_type in (et.PTR, et.FNPTR, et.BYREF, et.VOID):
        return True
    if not type.module.in_version_bubble:
        return type.is_value_type and type.is_nonversionable
    for field in type.fields():
        if not field.is_static:
            field_type = field.type
            if field_type.is_value_type and not is_layout_fixed(field_type):
                return False
    return True


def is_inheritance_chain_fixed(type: TypeDesc | None) -> bool:
    """Whether a class and all its bases are fixed, so that its size is."""
    while type is not None and type.element_type != et.OBJECT:
        if not is_layout_fixed(type):
            return False
        type = type.base_type
    return True


def _has_layout_in_chain(type: TypeDesc | None) -> bool:
    """Whether a class or a base of it is sequential or explicit: then there is no telling where its part ends."""
    while type is not None:
        if type.is_sequential_layout or type.is_explicit_layout:
            return True
        type = type.base_type
    return False
