"""Where the runtime puts instance fields.

Three algorithms, as the runtime has them (methodtablebuilder.cpp, classlayoutinfo.cpp):

- *explicit*: offsets are in the metadata;
- *sequential*: declaration order, each field at its natural alignment, capped by the packing size. It holds only for
  types without references and byrefs;
- *auto*: everything else, all C# classes among it: first references, 8-byte fields, then smaller ones by size, then
  fields of struct type. A class continues where its base ends; if the base ends unaligned, small fields fill the gap.

Special: enums and primitives, empty structs (1 byte), inline arrays (one field, repeated), Int128 and the vectors
(alignment of their size), Vector<T> (no size at all before run time: refused).
"""

from __future__ import annotations

from typing import Final

from readytorun.errors import ReadyToRunError
from readytorun.typesystem import element_types as et
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.type_desc import EXTENDED_LAYOUT, LAYOUT_MASK, TypeDesc

_POINTER_SIZE: Final = 8
_DEFAULT_PACKING: Final = 64
_UNIT_OWN: Final = 1
_UNIT_FOREIGN: Final = 2
_MAXIMUM_SIZE: Final = 0x7FFFFFFF
_MAXIMUM_INLINE_ARRAY_SIZE: Final = 1 << 20  # the runtime refuses larger ones

_VECTOR_ALIGNMENTS: Final[dict[str, int]] = {
    "Vector64`1": 8,
    "Vector128`1": 16,
    "Vector256`1": 32,
    "Vector512`1": 64,
}


class LayoutError(ReadyToRunError):
    """A type has no layout that is known before run time, or none at all."""


class TypeLayout:
    """Layout of instances.

    Attributes:
        size: bytes. Of a value type unboxed, as `sizeof`; of a class from the object's start, the MethodTable pointer
            included, not rounded up.
        alignment: bytes, of a value type as a field; 8 for classes.
        field_offsets: offset of each instance field that the type itself declares, from the object's start for
            classes, from the start of the value for value types.
        gc_refs: offset and whether it is a byref, of every reference in an instance (base classes included), ascending.
        base_size: of a class, where its own fields may start: the size of the base part.
    """

    __slots__ = ("alignment", "base_size", "field_offsets", "gc_refs", "size")

    def __init__(
        self,
        size: int,
        alignment: int,
        field_offsets: dict[FieldDesc, int],
        gc_refs: tuple[tuple[int, bool], ...],
        base_size: int = 0,
    ) -> None:
        self.size = size
        self.alignment = alignment
        self.field_offsets = field_offsets
        self.gc_refs = gc_refs
        self.base_size = base_size


_IN_PROGRESS: Final = TypeLayout(0, 0, {}, ())


def layout_of(type: TypeDesc) -> TypeLayout:
    """Layout of a value type, class, array (its fixed part) or pointer.

    Raises:
        LayoutError: the type has variables, depends on the vector width, or is malformed.
    """
    layout = type.layout_cache
    if layout is None:
        type.layout_cache = _IN_PROGRESS
        try:
            layout = _compute(type)
        except BaseException:
            type.layout_cache = None
            raise
        type.layout_cache = layout
    elif layout is _IN_PROGRESS:
        raise LayoutError(f"{type} contains itself")
    return layout


def element_size(type: TypeDesc) -> int:
    """Bytes of a field, array element or local of the type: 8 for references and pointers."""
    if not type.is_value_type:
        return _POINTER_SIZE
    size = et.primitive_size(type.element_type)
    return size if size else layout_of(type).size


def field_offset(field: FieldDesc) -> int:
    """Offset of an instance field from its object's (class) or value's (value type) start."""
    return layout_of(field.owner).field_offsets[field]


def needs_aligned_base(base: TypeDesc, derived: TypeDesc) -> bool:
    """Whether a class begins its own fields at a multiple of 8 behind its base, instead of filling the gap.

    It does where the size of the base part is not up to the version bubble of the derived class alone, so that code
    need not know it modulo 8.
    """
    if base.element_type == et.OBJECT:
        return False
    bubble = derived.module.version_bubble
    if base.module.version_bubble != bubble:
        return True
    return _layout_units(base, bubble) == _UNIT_OWN | _UNIT_FOREIGN


def _layout_units(type: TypeDesc, bubble: int) -> int:
    """Which sides of a version bubble's border have a say in a type's layout: bits _UNIT_OWN, _UNIT_FOREIGN."""
    if type.is_primitive or type.is_enum or type is type.context.canon or type.element_type == et.OBJECT:
        return 0
    units = _UNIT_OWN if type.module.version_bubble == bubble else _UNIT_FOREIGN
    base = type.base_type
    if base is not None and not type.is_value_type:
        units |= _layout_units(base, bubble)
    for field in type.fields():
        if not field.is_static and field.type.is_value_type:
            units |= _layout_units(field.type, bubble)
    return units


def _compute(type: TypeDesc) -> TypeLayout:
    element = type.element_type
    size = et.primitive_size(element)
    fields = [field for field in type.fields() if not field.is_static]
    if type.contains_variables or type.is_generic_definition:
        raise LayoutError(f"{type} has type variables")
    if type.flags & LAYOUT_MASK == EXTENDED_LAYOUT:
        raise LayoutError(f"{type} has an extended layout, which is not supported")
    if size:
        return TypeLayout(size, size, dict.fromkeys(fields, 0), ())
    if type.is_enum:
        size = et.primitive_size(type.underlying.element_type)
        return TypeLayout(size, size, dict.fromkeys(fields, 0), ())
    if element == et.VOID:
        raise LayoutError("void has no layout")
    if element in (et.PTR, et.FNPTR):
        return TypeLayout(_POINTER_SIZE, _POINTER_SIZE, {}, ())
    if element == et.BYREF:
        return TypeLayout(_POINTER_SIZE, _POINTER_SIZE, {}, ((0, True),))
    if type.is_array:
        return TypeLayout(2 * _POINTER_SIZE, _POINTER_SIZE, {}, ())
    if type.is_value_type:
        return _value_type_layout(type, fields)
    return _class_layout(type, fields)


def _value_type_layout(type: TypeDesc, fields: list[FieldDesc]) -> TypeLayout:
    length = type.inline_array_length
    packing, class_size = type.module.class_layout_of(type.token)
    if type.is_explicit_layout:
        layout = _explicit(type, fields, 0, packing, class_size)
    elif type.is_sequential_layout and not _has_objects(fields):
        layout = _sequential(type, fields, 0, packing, class_size)
    else:
        layout = _auto(type, fields, 0)
    alignment = _special_alignment(type)
    if alignment:
        layout = TypeLayout(_align(layout.size, alignment), alignment, layout.field_offsets, layout.gc_refs)
    if length:
        layout = _repeated(type, layout, length)
    return layout


def _class_layout(type: TypeDesc, fields: list[FieldDesc]) -> TypeLayout:
    base = type.base_type
    start = _POINTER_SIZE
    if base is not None:
        start = layout_of(base).size
        if needs_aligned_base(base, type):
            start = _align(start, _POINTER_SIZE)
    packing, class_size = type.module.class_layout_of(type.token)
    if type.is_explicit_layout:
        layout = _explicit(type, fields, start, packing, class_size)
    elif type.is_sequential_layout and not _has_objects(fields) and (base is None or not layout_of(base).gc_refs):
        layout = _sequential(type, fields, start, packing, class_size)
    else:
        layout = _auto(type, fields, start)
    if base is not None and layout_of(base).gc_refs:
        layout.gc_refs = layout_of(base).gc_refs + layout.gc_refs
    return layout


# --- the algorithms --------------------------------------------------------------------------------------------------


def _sequential(type: TypeDesc, fields: list[FieldDesc], start: int, packing: int, class_size: int) -> TypeLayout:
    limit = packing or _DEFAULT_PACKING
    offsets: dict[FieldDesc, int] = {}
    header = 0 if type.is_value_type else _POINTER_SIZE
    position = start
    largest = 1
    for field in fields:
        size, alignment = _size_and_alignment(field.type)
        alignment = min(alignment, limit)
        largest = max(largest, alignment)
        position = _align(position - header, alignment) + header
        offsets[field] = position
        position += size
    return _finish(type, offsets, start, position, largest, class_size)


def _explicit(type: TypeDesc, fields: list[FieldDesc], start: int, packing: int, class_size: int) -> TypeLayout:
    limit = packing or _DEFAULT_PACKING
    offsets: dict[FieldDesc, int] = {}
    end = start
    largest = 1
    for field in fields:
        offset = type.module.field_layout_of(field.token)
        if offset < 0:
            raise LayoutError(f"{type}: field {field.name} has no offset in an explicit layout")
        size, alignment = _size_and_alignment(field.type)
        largest = max(largest, min(alignment, limit))
        if _has_gc_refs([field]) and (start + offset) % _POINTER_SIZE:
            raise LayoutError(f"{type}: field {field.name} holds references at the unaligned offset {offset}")
        offsets[field] = start + offset
        end = max(end, start + offset + size)
    return _finish(type, offsets, start, end, largest, class_size)


def _auto(type: TypeDesc, fields: list[FieldDesc], start: int) -> TypeLayout:
    offsets: dict[FieldDesc, int] = {}
    references: list[FieldDesc] = []
    by_log2: list[list[FieldDesc]] = [[], [], [], []]  # non-references of 1, 2, 4, 8 bytes
    structs: list[FieldDesc] = []
    for field in fields:
        field_type = field.type
        if field_type.is_gc_pointer:
            references.append(field)
        elif field_type.is_value_type and not field_type.is_primitive and not field_type.is_enum:
            structs.append(field)
        else:
            by_log2[element_size(field_type).bit_length() - 1].append(field)
    placed = [0, 0, 0, 0]
    header = 0 if type.is_value_type else _POINTER_SIZE
    position = start
    if start % _POINTER_SIZE:
        position = _fill_gap(start, by_log2, placed, len(references) != 0, offsets)
    for log2 in (3, 2, 1, 0):
        if log2 == 3:
            for field in references:
                position = _align(position, _POINTER_SIZE)
                offsets[field] = position
                position += _POINTER_SIZE
        for field in by_log2[log2][placed[log2] :]:
            position = _align(position, 1 << log2)
            offsets[field] = position
            position += 1 << log2
    largest = 1
    for field in structs:
        layout = layout_of(field.type)
        # Alignment counts from behind the MethodTable pointer: a 16-aligned struct in a class is so relative to that.
        position = _align(position - header, _POINTER_SIZE if layout.gc_refs else layout.alignment) + header
        offsets[field] = position
        position += layout.size
        largest = max(largest, layout.alignment)
    alignment = 1
    while alignment < min(position, _POINTER_SIZE):
        alignment *= 2
    if position > _POINTER_SIZE and not _has_objects(fields):
        alignment = max(alignment, largest)
    return _finish(type, offsets, start, position, alignment, 0)


def _fill_gap(
    start: int, by_log2: list[list[FieldDesc]], placed: list[int], has_references: bool, offsets: dict[FieldDesc, int]
) -> int:
    """Place small fields between an unaligned base part and the next larger boundary; the new position."""
    position = start
    log2 = 0
    while log2 < 3:
        if position % (2 << log2) == 0:
            log2 += 1
            continue
        bigger = has_references
        for size in range(log2 + 1, 4):
            bigger = bigger or placed[size] < len(by_log2[size])
        if not bigger:
            break  # what is left is of one size or smaller, and the general rule does as well
        size = log2
        while size >= 0 and placed[size] >= len(by_log2[size]):
            size -= 1
        if size < 0:
            break
        position = _align(position, 1 << size)
        offsets[by_log2[size][placed[size]]] = position
        position += 1 << size
        placed[size] += 1
        log2 = size + 1
    return position


def _finish(
    type: TypeDesc, offsets: dict[FieldDesc, int], start: int, end: int, alignment: int, class_size: int
) -> TypeLayout:
    size = end
    if type.is_value_type:
        if size == 0:
            size = 1
        if class_size:
            size = max(size, class_size)
        else:
            size = _align(size, alignment)
    else:
        size = max(size, start + class_size)
        alignment = _POINTER_SIZE
    if size > _MAXIMUM_SIZE:
        raise LayoutError(f"{type} is too large")
    return TypeLayout(size, alignment, offsets, _gc_refs_of(offsets), start)


def _repeated(type: TypeDesc, layout: TypeLayout, length: int) -> TypeLayout:
    """An inline array: the layout of its one field, `length` times."""
    if length <= 0 or len(layout.field_offsets) != 1 or type.is_explicit_layout:
        raise LayoutError(f"{type} is a malformed inline array")
    size = layout.size * length
    if size > _MAXIMUM_INLINE_ARRAY_SIZE:
        raise LayoutError(f"inline array {type} is too large")
    gc_refs = tuple([(i * layout.size + at, is_byref) for i in range(length) for at, is_byref in layout.gc_refs])
    return TypeLayout(size, layout.alignment, layout.field_offsets, gc_refs)


# --- parts -----------------------------------------------------------------------------------------------------------


def _align(value: int, alignment: int) -> int:
    return (value + alignment - 1) // alignment * alignment


def _size_and_alignment(type: TypeDesc) -> tuple[int, int]:
    if not type.is_value_type:
        return _POINTER_SIZE, _POINTER_SIZE
    layout = layout_of(type)
    return layout.size, layout.alignment


def _has_gc_refs(fields: list[FieldDesc]) -> bool:
    for field in fields:
        type = field.type
        if type.is_gc_pointer or type.element_type == et.BYREF:
            return True
        if type.is_value_type and layout_of(type).gc_refs:
            return True
    return False


def _has_objects(fields: list[FieldDesc]) -> bool:
    """Whether one of the fields is or contains an object reference; byrefs do not count."""
    for field in fields:
        type = field.type
        if type.is_gc_pointer:
            return True
        if type.is_value_type:
            for _, is_byref in layout_of(type).gc_refs:
                if not is_byref:
                    return True
    return False


def _gc_refs_of(offsets: dict[FieldDesc, int]) -> tuple[tuple[int, bool], ...]:
    found: set[tuple[int, bool]] = set()
    for field, offset in offsets.items():
        type = field.type
        if type.is_gc_pointer:
            found.add((offset, False))
        elif type.element_type == et.BYREF:
            found.add((offset, True))
        elif type.is_value_type:
            for inner, is_byref in layout_of(type).gc_refs:
                found.add((offset + inner, is_byref))
    return tuple(sorted(found))


def _special_alignment(type: TypeDesc) -> int:
    """Alignment of the types that get more than their fields ask for; 0 for all others."""
    if not type.module.is_core:
        return 0
    if type.namespace == "System.Runtime.Intrinsics":
        return min(_VECTOR_ALIGNMENTS.get(type.name, 0), type.context.maximum_vector_alignment)
    if type.namespace == "System" and type.name in ("Int128", "UInt128"):
        return 16
    if type.namespace == "System.Numerics" and type.name == "Vector`1":
        raise LayoutError(f"the size of {type} is not known before run time")
    return 0
