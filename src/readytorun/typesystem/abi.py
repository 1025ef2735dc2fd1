"""How calling conventions see a struct: System V eightbytes (x64), homogeneous float aggregates (arm64).

Facts: System V ABI 3.2.3 as the runtime applies it (clr-abi.md, methodtable.cpp `ClassifyEightBytes`), and the
aggregates of AAPCS64 6.4 as the runtime finds them (class.cpp `CheckForHFA`).
"""

from __future__ import annotations

from typing import Final

from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import LayoutError, layout_of
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
_AMBIGUOUS: Final = -2
_VECTORS: Final = ("Vector64`1", "Vector128`1", "Vector256`1", "Vector512`1")


def system_v_classify(type: TypeDesc) -> tuple[int, ...] | None:
    """Class of each eightbyte, INTEGER or SSE, of a struct that is passed in registers; None if in memory.

    Raises:
        LayoutError: no layout is known, or how the runtime passes such a struct is not settled: 128-bit integers and
            vectors in it, or floating-point values cut off by the size.
    """
    size = layout_of(type).size
    if not is_abi_stable(type, False):
        raise LayoutError(f"{type}: how 128-bit integers and vectors are passed may change")
    if size > _MAXIMUM_REGISTER_SIZE:
        return None
    scan = _Scan((size + _EIGHTBYTE - 1) // _EIGHTBYTE)
    if not scan.add(type, 0):
        return None
    for index in range(len(scan.classes)):
        if scan.classes[index] == _UNCLASSIFIED:
            # Padding inside counts as INTEGER, behind the last field as what that is.
            behind = index * _EIGHTBYTE > scan.last_offset
            if behind and scan.last_class == _AMBIGUOUS:
                raise LayoutError(f"{type}: no telling how its padding is passed")
            scan.classes[index] = scan.last_class if behind and scan.last_class != _UNCLASSIFIED else INTEGER
        if scan.classes[index] == SSE and min(size - index * _EIGHTBYTE, _EIGHTBYTE) not in (4, 8):
            raise LayoutError(f"{type}: ends in the middle of a floating-point eightbyte")
    return tuple(scan.classes)


class _Scan:
    """Collects the eightbytes' classes.

    Attributes:
        classes: so far, _UNCLASSIFIED where no field lies.
        last_offset, last_class: of the field with the highest offset; _AMBIGUOUS if several of different class.
    """

    __slots__ = ("classes", "last_class", "last_offset")

    def __init__(self, count: int) -> None:
        self.classes = [_UNCLASSIFIED] * count
        self.last_offset = -1
        self.last_class = _UNCLASSIFIED

    def _merge(self, offset: int, field_class: int) -> None:
        index = offset // _EIGHTBYTE
        if field_class == INTEGER or self.classes[index] == _UNCLASSIFIED:
            self.classes[index] = field_class
        self._note_last(offset, field_class)

    def _note_last(self, offset: int, field_class: int) -> None:
        if offset > self.last_offset:
            self.last_offset = offset
            self.last_class = field_class
        elif offset == self.last_offset and field_class != self.last_class:
            self.last_class = _AMBIGUOUS

    def add(self, type: TypeDesc, offset: int) -> bool:
        """Add a field at an offset; False if the struct must go to memory."""
        if not type.is_value_type or type.is_primitive or type.is_enum:
            element = type.underlying.element_type
            if offset % (et.primitive_size(element) or _EIGHTBYTE):
                return False
            self._merge(offset, SSE if element == et.R4 or element == et.R8 else INTEGER)
            return True
        layout = layout_of(type)
        if not layout.field_offsets:
            self._note_last(offset, INTEGER)  # an empty struct: its byte has no class, except where nothing else lies
            return True
        stride, count = _repetition(type)
        for field, field_offset in layout.field_offsets.items():
            for index in range(count):
                if not self.add(field.type, offset + field_offset + index * stride):
                    return False
        return True


def is_abi_stable(type: TypeDesc, arm64: bool) -> bool:
    """Whether values of a struct are passed alike by all versions of the runtime that may run the code.

    Not so for 128-bit integers, and on x64 for vectors. The reference compiler leaves methods alone that have one
    anywhere in their signature.

    Raises:
        LayoutError: no layout is known.
    """
    if not type.is_value_type or type.is_primitive or type.is_enum:
        return True
    if _is_vector(type):
        return arm64
    if _is_int128(type):
        return False
    return all(is_abi_stable(field.type, arm64) for field in layout_of(type).field_offsets)


def _is_int128(type: TypeDesc) -> bool:
    return type.module.is_core and type.namespace == "System" and type.name in ("Int128", "UInt128")


def _is_vector(type: TypeDesc) -> bool:
    return type.module.is_core and type.namespace == "System.Runtime.Intrinsics" and type.name in _VECTORS


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
    if _is_vector(type):
        if type.name == "Vector64`1":
            return HFA_VECTOR64
        return HFA_VECTOR128 if type.name == "Vector128`1" else 0
    if _is_int128(type):
        return 0
    found = 0
    for field in layout_of(type).field_offsets:
        element = _hfa_element(field.type)
        if element == 0 or (found != 0 and found != element):
            return 0
        found = element
    if found and layout_of(type).size > _HFA_MAXIMUM_COUNT * _HFA_SIZES[found]:
        return 0
    return found
