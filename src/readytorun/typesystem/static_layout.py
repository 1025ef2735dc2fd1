"""Where static fields lie in the four areas that a type's static base helpers give access to.

A field's area follows from its type: references, and structs (boxed there), in the GC area; numbers, enums and pointers
in the other. Thread statics have two areas of their own. Fields with data in the file and constants lie nowhere.
"""

from __future__ import annotations

from typing import Final

from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import element_size
from readytorun.typesystem.type_desc import TypeDesc

NON_GC: Final = 0
GC: Final = 1
THREAD_NON_GC: Final = 2
THREAD_GC: Final = 3

_SLOT: Final = 8
_THREAD_AREA_START: Final = 0x10  # the thread areas' bases point to an object's start


class StaticLayout:
    """Static fields of one type.

    Attributes:
        offsets: from the base address that the area's helper returns.
        areas: NON_GC, GC, THREAD_NON_GC or THREAD_GC of each field.
    """

    __slots__ = ("areas", "offsets")

    def __init__(self) -> None:
        self.offsets: dict[FieldDesc, int] = {}
        self.areas: dict[FieldDesc, int] = {}


def is_boxed_static(field: FieldDesc) -> bool:
    """Whether the static's slot holds a box: the type is a struct (enums and primitives are none)."""
    type = field.type
    return type.is_value_type and not type.is_primitive and not type.is_enum


def static_layout(type: TypeDesc) -> StaticLayout:
    """Layout of the statics that a type declares.

    Raises:
        LayoutError: a field's type has variables.
    """
    found = type.static_layout_cache
    if found is None:
        found = StaticLayout()
        fields = [f for f in type.fields() if f.is_static and not f.is_literal and not f.has_rva]
        _place([f for f in fields if not f.is_thread_static], found, NON_GC, 0)
        _place([f for f in fields if f.is_thread_static], found, THREAD_NON_GC, _THREAD_AREA_START)
        type.static_layout_cache = found
    return found


def _place(fields: list[FieldDesc], layout: StaticLayout, area: int, start: int) -> None:
    boxed = [f for f in fields if is_boxed_static(f)]
    references = [f for f in fields if f.type.is_gc_pointer]
    position = start
    for field in boxed + references:
        layout.offsets[field] = position
        layout.areas[field] = area + 1
        position += _SLOT
    position = start
    numbers = [f for f in fields if not f.type.is_gc_pointer and not is_boxed_static(f)]
    for size in (8, 4, 2, 1):
        for field in numbers:
            if element_size(field.type) == size:
                layout.offsets[field] = position
                layout.areas[field] = area
                position += size
