"""Arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.internal_calls.registry import internal_call
from readytorun.emulator.method_tables import ARRAY_DATA, OBJECT_HEADER, MethodTable
from readytorun.typesystem.layout import element_size
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_OK, _RANGE, _TYPES, _CAST, _RANKS = range(5)


def _array_type(runtime: Runtime, array: int) -> tuple[MethodTable, ArrayType]:
    table = runtime.heap.table_of(array)
    assert isinstance(table.type, ArrayType)
    return table, table.type


def _dimensions(runtime: Runtime, array: int) -> tuple[list[int], list[int]]:
    """Lengths and lower bounds."""
    _, type = _array_type(runtime, array)
    if type.is_szarray:
        return [runtime.heap.length(array)], [0]
    rank = type.rank
    at = array + ARRAY_DATA
    return [runtime.memory.i32(at + 4 * i) for i in range(rank)], [
        runtime.memory.i32(at + 4 * (rank + i)) for i in range(rank)
    ]


def element_address(runtime: Runtime, array: int, indices: list[int]) -> int:
    """Address of an element of an array of several dimensions; IndexOutOfRangeException if there is none."""
    table, _ = _array_type(runtime, array)
    lengths, lower = _dimensions(runtime, array)
    flat = 0
    for index, length, bound in zip(indices, lengths, lower, strict=True):
        if not 0 <= index - bound < length:
            raise runtime.throw("IndexOutOfRange")
        flat = flat * length + index - bound
    return array + table.data_offset + flat * table.element_size


@internal_call("System.Array::GetRank")
def _rank(runtime: Runtime, array: int) -> int:
    return _array_type(runtime, array)[1].rank


@internal_call("System.Array::GetDimension")
def _dimension(runtime: Runtime, array: int, dimension: int, lower_bound: bool) -> int:
    return _dimensions(runtime, array)[lower_bound][dimension]


@internal_call("System.Array::CreateCore")
def _create(runtime: Runtime, type_object: int, lengths: int) -> int:
    element = runtime.tables.at(runtime.memory.u64(type_object + OBJECT_HEADER)).type
    count = runtime.heap.length(lengths)
    values = [runtime.memory.i32(lengths + ARRAY_DATA + 4 * i) for i in range(count)]
    type = runtime.context.szarray(element) if count == 1 else runtime.context.array(element, count)
    return runtime.helpers.new_multi_dim_array(runtime.tables.of(type), values)


@internal_call("System.Array::CreateWithBounds")
def _create_with_bounds(runtime: Runtime, type_object: int, lengths: int, lower_bounds: int) -> int:
    element = runtime.tables.at(runtime.memory.u64(type_object + OBJECT_HEADER)).type
    count = runtime.heap.length(lengths)
    values = [runtime.memory.i32(lengths + ARRAY_DATA + 4 * i) for i in range(count)]
    bounds = [runtime.memory.i32(lower_bounds + ARRAY_DATA + 4 * i) for i in range(count)]
    if count == 1 and bounds == [0]:
        return runtime.helpers.new_array(runtime.tables.of(runtime.context.szarray(element)), values[0])
    return runtime.helpers.new_multi_dim_array(runtime.tables.of(runtime.context.array(element, count)), values, bounds)


@internal_call("System.Array::CopyCore")
def _copy(
    runtime: Runtime, source: int, source_index: int, destination: int, destination_index: int, length: int
) -> int:
    source_table, source_type = _array_type(runtime, source)
    destination_table, destination_type = _array_type(runtime, destination)
    if source_type.rank != destination_type.rank:
        return _RANKS
    source_index -= _dimensions(runtime, source)[1][0]
    destination_index -= _dimensions(runtime, destination)[1][0]
    if (
        source_index < 0
        or destination_index < 0
        or source_index + length > runtime.heap.length(source)
        or destination_index + length > runtime.heap.length(destination)
    ):
        return _RANGE
    a, b = source_type.parameter_type, destination_type.parameter_type
    from_address = source + source_table.data_offset + source_index * source_table.element_size
    to_address = destination + destination_table.data_offset + destination_index * destination_table.element_size
    if a is b or runtime.casting.can_cast(source_type, destination_type):
        size = length * source_table.element_size
        runtime.memory.move(to_address, from_address, size)
        runtime.heap.cards.mark(to_address, size)
        return _OK
    return _copy_converting(runtime, a, from_address, source_table, b, to_address, destination_table, length)


def _copy_converting(
    runtime: Runtime,
    a: TypeDesc,
    from_address: int,
    source_table: MethodTable,
    b: TypeDesc,
    to_address: int,
    destination_table: MethodTable,
    length: int,
) -> int:
    memory = runtime.memory
    runtime.heap.cards.mark(to_address, length * destination_table.element_size)
    if a.is_gc_pointer and b.is_gc_pointer:
        if not runtime.casting.can_cast(b, a) and not a.is_interface and not b.is_interface:
            return _TYPES
        for index in range(length):
            value = memory.u64(from_address + 8 * index)
            if value and not runtime.casting.can_cast(runtime.heap.table_of(value).type, b):
                return _CAST
            memory.set_u64(to_address + 8 * index, value)
        return _OK
    if a.is_value_type and b.is_gc_pointer and runtime.casting.can_cast(a, b):
        table = runtime.tables.of(a)
        for index in range(length):
            box = runtime.helpers.box(table, from_address + index * source_table.element_size)
            memory.set_u64(to_address + 8 * index, box)
        return _OK
    if a.is_gc_pointer and b.is_value_type:
        size = destination_table.element_size
        for index in range(length):
            value = memory.u64(from_address + 8 * index)
            if not value or runtime.heap.table_of(value).type is not b:
                return _CAST
            memory.move(to_address + index * size, value + OBJECT_HEADER, size)
        return _OK
    return _TYPES


@internal_call("System.Array::ClearCore")
def _clear(runtime: Runtime, array: int, index: int, length: int) -> None:
    table, _ = _array_type(runtime, array)
    if length:
        runtime.memory.fill(array + table.data_offset + index * table.element_size, length * table.element_size)


@internal_call("System.Array::GetFlat")
def _get_flat(runtime: Runtime, array: int, index: int) -> int:
    table, type = _array_type(runtime, array)
    address = array + table.data_offset + index * table.element_size
    if type.parameter_type.is_gc_pointer:
        return runtime.memory.u64(address)
    return runtime.helpers.box(runtime.tables.of(type.parameter_type), address)


@internal_call("System.Array::SetFlat")
def _set_flat(runtime: Runtime, array: int, index: int, value: int) -> bool:
    table, type = _array_type(runtime, array)
    element = type.parameter_type
    address = array + table.data_offset + index * table.element_size
    runtime.heap.cards.mark(address, table.element_size)
    if element.is_gc_pointer:
        if value and not runtime.casting.can_cast(runtime.heap.table_of(value).type, element):
            return False
        runtime.memory.set_u64(address, value)
        return True
    if not value:
        runtime.memory.fill(address, table.element_size)
        return True
    if runtime.heap.table_of(value).type is not element:
        return False
    runtime.memory.move(address, value + OBJECT_HEADER, table.element_size)
    return True


@internal_call("System.Buffer::BlockCopyCore")
def _block_copy(
    runtime: Runtime, source: int, source_at: int, destination: int, destination_at: int, count: int
) -> None:
    if (
        min(source_at, destination_at, count) < 0
        or source_at + count > _byte_length(runtime, source)
        or destination_at + count > _byte_length(runtime, destination)
    ):
        raise runtime.throw("Argument", "Offset and length were out of bounds for the array.")
    from_address = source + runtime.heap.table_of(source).data_offset + source_at
    runtime.memory.move(
        destination + runtime.heap.table_of(destination).data_offset + destination_at, from_address, count
    )


@internal_call("System.Buffer::ByteLength")
def _byte_length(runtime: Runtime, array: int) -> int:
    table, _ = _array_type(runtime, array)
    return runtime.heap.length(array) * table.element_size


@internal_call("System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray")
def _initialize_array(runtime: Runtime, array: int, handle: tuple[int, ...]) -> None:
    if not array or not handle[0]:
        raise runtime.throw("ArgumentNull", "array")
    field = runtime.tables.fields[runtime.memory.u64(handle[0] + OBJECT_HEADER)]
    size = _byte_length(runtime, array)
    if not field.has_rva or element_size(field.type) < size:
        raise runtime.throw("Argument", "Value does not fall within the expected range.")
    data = runtime.statics.rva_or_static_address(field)
    runtime.memory.move(array + runtime.heap.table_of(array).data_offset, data, size)
