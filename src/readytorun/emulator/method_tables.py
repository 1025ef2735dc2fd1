"""MethodTables: types as the running program sees them. The address of one is the handle of its type.

Compiled code only compares handles and passes them on, so that a MethodTable needs no content; what the runtime knows
of a type is here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.memory import Memory
from readytorun.typesystem import element_types as et
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import element_size, layout_of
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

OBJECT_HEADER: Final = 8  # the MethodTable's address
OBJECT_GAP: Final = 8  # behind each object, so that a byref to the end of an array does not point to the next object
STRING_LENGTH: Final = 8
STRING_DATA: Final = 12
ARRAY_LENGTH: Final = 8
ARRAY_DATA: Final = 16
_TABLE_SIZE: Final = 32


class InitState(IntEnum):
    """How far a class constructor is."""

    NOT_RUN = 0
    RUNNING = 1
    DONE = 2
    FAILED = 3


class MethodTable:
    """One type.

    Attributes:
        type: of the type system.
        address: the handle.
        size: bytes that an instance takes, with the gap behind it; of arrays and strings without elements.
        element_size: bytes per element of arrays (strings: 2), else 0.
        ref_offsets: offsets of the references in an instance, from the object's start.
        element_refs: offsets of the references in one array element.
        data_offset: where the elements of an array begin.
        has_finalizer: instances have a Finalize of their own.
        init_state, init_error: of the class constructor; handle of the exception that it failed with.
        static_areas: addresses of the NON_GC, GC, THREAD_NON_GC and THREAD_GC areas, 0 = not made yet.
        type_object: address of the System.RuntimeType object, 0 = not made yet.
        dispatch: what interface and virtual calls on this type resolve to, by method id.
        casts: whether instances can be cast, by type id.
    """

    __slots__ = (
        "address",
        "casts",
        "data_offset",
        "dispatch",
        "element_refs",
        "element_size",
        "has_finalizer",
        "init_error",
        "init_state",
        "ref_offsets",
        "size",
        "static_areas",
        "type",
        "type_object",
        "vtable",
    )

    def __init__(self, type: TypeDesc, address: int) -> None:
        self.type = type
        self.address = address
        self.size = 0
        self.element_size = 0
        self.ref_offsets: tuple[int, ...] = ()
        self.element_refs: tuple[int, ...] = ()
        self.data_offset = 0
        self.has_finalizer = False
        self.init_state = InitState.NOT_RUN
        self.init_error = 0
        self.static_areas = [0, 0, 0, 0]
        self.type_object = 0
        self.dispatch: dict[int, MethodDesc] = {}
        self.casts: dict[int, bool] = {}
        self.vtable: dict[MethodDesc, MethodDesc] | None = None

    def object_size(self, length: int) -> int:
        """Bytes that an instance with so many elements takes, with the gap behind it."""
        if not self.element_size:
            return self.size
        # A string has a terminating zero behind its characters.
        extra = 2 if self.type.element_type == et.STRING else 0
        return ((self.data_offset + length * self.element_size + extra + 7) & ~7) + OBJECT_GAP

    def __repr__(self) -> str:
        return f"<MethodTable of {self.type}>"


class MethodTables:
    """All MethodTables, and the handles of methods and fields."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._by_type: dict[int, MethodTable] = {}
        self.by_address: dict[int, MethodTable] = {}
        self._method_handles: dict[int, int] = {}
        self.methods: dict[int, MethodDesc] = {}
        self._field_handles: dict[int, int] = {}
        self.fields: dict[int, FieldDesc] = {}
        self._continuations: dict[tuple[TypeDesc, int, tuple[int, ...]], MethodTable] = {}

    def of(self, type: TypeDesc) -> MethodTable:
        """The MethodTable of a type."""
        found = self._by_type.get(type.id)
        if found is None:
            found = MethodTable(type, self._memory.allocate_data(_TABLE_SIZE, 16))
            self._by_type[type.id] = found
            self.by_address[found.address] = found
            _lay_out(found)
        return found

    def at(self, address: int) -> MethodTable:
        """The MethodTable at an address; ExecutionError if there is none."""
        found = self.by_address.get(address)
        if found is None:
            raise ExecutionError(f"{address:#x} is no MethodTable")
        return found

    def continuation(self, type: TypeDesc, size: int, refs: tuple[int, ...]) -> MethodTable:
        """A type derived from Continuation whose data area has the given size and references (offsets from its
        start).
        """
        base = self.of(type)
        key = (type, size, refs)
        found = self._continuations.get(key)
        if found is None:
            found = MethodTable(type, self._memory.allocate_data(_TABLE_SIZE, 16))
            self.by_address[found.address] = found
            start = (layout_of(type).size + 7) & ~7
            found.size = start + size + OBJECT_GAP
            found.ref_offsets = (*base.ref_offsets, *(start + offset for offset in refs))
            self._continuations[key] = found
        return found

    def method_handle(self, method: MethodDesc) -> int:
        """The MethodDesc that emulated code sees for a method."""
        found = self._method_handles.get(method.id)
        if found is None:
            found = self._memory.allocate_data(16, 16)
            self._method_handles[method.id] = found
            self.methods[found] = method
        return found

    def field_handle(self, field: FieldDesc) -> int:
        """The FieldDesc that emulated code sees for a field."""
        found = self._field_handles.get(field.id)
        if found is None:
            found = self._memory.allocate_data(16, 16)
            self._field_handles[field.id] = found
            self.fields[found] = field
        return found


def _lay_out(table: MethodTable) -> None:
    type = table.type
    if type.contains_variables or type.is_canonical_subtype:
        return
    if isinstance(type, ArrayType):
        element = type.parameter_type
        table.element_size = element_size(element)
        table.data_offset = ARRAY_DATA
        if not type.is_szarray:
            table.data_offset += (8 * type.rank + 7) & ~7
        table.size = table.data_offset
        table.element_refs = value_refs(element)
        return
    if type.element_type == et.STRING:
        table.element_size = 2
        table.data_offset = STRING_DATA
        table.size = STRING_DATA
        return
    if type.is_generic_definition or type.element_type in (et.PTR, et.BYREF, et.FNPTR, et.VOID):
        return
    layout = layout_of(type)
    if type.is_value_type:
        # A boxed value: the value behind the MethodTable's address.
        table.size = ((OBJECT_HEADER + layout.size + 7) & ~7) + OBJECT_GAP
        table.ref_offsets = tuple(OBJECT_HEADER + offset for offset, is_byref in layout.gc_refs if not is_byref)
    else:
        table.size = max((layout.size + 7) & ~7, 2 * OBJECT_HEADER) + OBJECT_GAP
        table.ref_offsets = tuple(offset for offset, _ in layout.gc_refs)
    table.has_finalizer = _has_finalizer(type)


def value_refs(type: TypeDesc) -> tuple[int, ...]:
    """Offsets of the object references in a value of a type as a field or element."""
    if type.is_gc_pointer:
        return (0,)
    if not type.is_value_type:
        return ()
    return tuple(offset for offset, is_byref in layout_of(type).gc_refs if not is_byref)


def _has_finalizer(type: TypeDesc) -> bool:
    current: TypeDesc | None = type
    while current is not None and current.element_type != et.OBJECT:
        method = current.find_method("Finalize")
        if method is not None and method.is_virtual and not method.signature.params:
            return True
        current = current.base_type
    return False
