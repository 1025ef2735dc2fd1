"""How calling conventions see a struct: System V eightbytes (x64), homogeneous float aggregates (arm64).

Facts: System V ABI 3.2.3 as the runtime applies it (clr-abi.md, methodtable.cpp `ClassifyEightBytes`), and the
aggregates of AAPCS64 6.4 as the runtime finds them (class.cpp `CheckForHFA`).
"""

from __future__ import annotations

from typing import Final

from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.type_desc import TypeDesc

INTEGER: Final = 0
SSE: Final = 1

# Elements of a homogeneous aggregate, numbered as in a type layout's check (readytorun-format.md#fixups).
HFA_FLOAT: Final = 1
HFA_DOUBLE: Final = 2
HFA_VECTOR64: Final = 3
HFA_VECTOR128: Final = 4
_HFA_SIZES: Final = (0, 4, 8, 8, 16)
_HFA_MAXIMUM_COUNT: Final = 4

_EIGHTBYTE: Final = 8
_MAXIMUM_REGISTER_SIZE: Final = 16
_UNCLASSIFIED: Final = -1
_VECTORS: Final = ("Vector64`1", "Vector128`1", "Vector256`1", "Vector512`1")


def system_v_classify(type: TypeDesc) -> tuple[int, ...] | None:
    """Class of each eightbyte, INTEGER or SSE, of a struct that is passed in registers; None if in memory.

    Raises:
        LayoutError: no layout is known.
    """
    size = layout_of(type).size
    if size > _MAXIMUM_REGISTER_SIZE:
        return None
    classes = [_UNCLASSIFIED] * ((size + _EIGHTBYTE - 1) // _EIGHTBYTE)
    if not _classify(type, 0, classes):
        return None
    return tuple([INTEGER if c == _UNCLASSIFIED else c for c in classes])


def _classify(type: TypeDesc, offset: int, classes: list[int]) -> bool:
    """Merge the classes of a field at an offset; False if the struct must go to memory."""
    if not type.is_value_type or type.is_primitive or type.is_enum:
        element = type.element_type
        size = et.primitive_size(type.underlying.element_type) or _EIGHTBYTE
        if offset % size:
            return False
        index = offset // _EIGHTBYTE
        if element != et.R4 and element != et.R8:
            classes[index] = INTEGER
        elif classes[index] == _UNCLASSIFIED:
            classes[index] = SSE
        return True
    if _is_special(type):
        return False
    layout = layout_of(type)
    stride, count = _repetition(type)
    for field, field_offset in layout.field_offsets.items():
        for index in range(count):
            if not _classify(field.type, offset + field_offset + index * stride, classes):
                return False
    return True


def _is_special(type: TypeDesc) -> bool:
    """Types that the runtime keeps out of registers whatever their fields: 128-bit integers and vectors."""
    if not type.module.is_core:
        return False
    if type.namespace == "System":
        return type.name == "Int128" or type.name == "UInt128"
    return type.namespace == "System.Runtime.Intrinsics" and type.name in _VECTORS


def _repetition(type: TypeDesc) -> tuple[int, int]:
    """Stride and number of times that a struct's only field stands there: inline arrays and C# fixed buffers."""
    layout = layout_of(type)
    if len(layout.field_offsets) != 1:
        return 0, 1
    length = type.inline_array_length
    if length:
        return layout.size // length, length
    for field, offset in layout.field_offsets.items():
        field_type = field.type
        if offset == 0 and field_type.is_primitive and (type.is_sequential_layout or type.is_explicit_layout):
            size = et.primitive_size(field_type.element_type)
            if layout.size % size == 0:
                return size, layout.size // size
    return 0, 1


def homogeneous_aggregate(type: TypeDesc) -> tuple[int, int] | None:
    """Element (HFA_*) and count of a struct that consists of one to four equal floats or vectors; None otherwise.

    Raises:
        LayoutError: no layout is known.
    """
    element = _hfa_element(type)
    if element == 0:
        return None
    size = layout_of(type).size
    count = size // _HFA_SIZES[element]
    return (element, count) if count <= _HFA_MAXIMUM_COUNT and size % _HFA_SIZES[element] == 0 else None


def _hfa_element(type: TypeDesc) -> int:
    if type.element_type == et.R4:
        return HFA_FLOAT
    if type.element_type == et.R8:
        return HFA_DOUBLE
    if not type.is_value_type or type.is_primitive or type.is_enum or type.is_explicit_layout:
        return 0
    if _is_special(type):
        if type.name == "Vector64`1":
            return HFA_VECTOR64
        return HFA_VECTOR128 if type.name == "Vector128`1" else 0
    found = 0
    for field in layout_of(type).field_offsets:
        element = _hfa_element(field.type)
        if element == 0 or (found != 0 and found != element):
            return 0
        found = element
    if found and layout_of(type).size > _HFA_MAXIMUM_COUNT * _HFA_SIZES[found]:
        return 0
    return found
