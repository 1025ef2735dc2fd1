"""Objects, delegates, the collector, handles, locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.internal_calls.registry import internal_call
from readytorun.emulator.method_tables import OBJECT_HEADER
from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import element_size, layout_of
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime


@internal_call("System.Object::GetType")
def _get_type(runtime: Runtime, this: int) -> int:
    if not this:
        raise runtime.throw("NullReference")
    return runtime.internal_calls.type_object(runtime.heap.table_of(this))


@internal_call("System.Object::MemberwiseClone")
def _clone(runtime: Runtime, this: int) -> int:
    heap = runtime.heap
    table = heap.table_of(this)
    size = heap.size_of(this)
    copy = heap.allocate(table, heap.length(this) if table.element_size else 0)
    runtime.memory.move(copy + OBJECT_HEADER, this + OBJECT_HEADER, size - OBJECT_HEADER)
    return copy


@internal_call("System.Runtime.CompilerServices.RuntimeHelpers::GetHashCode")
def _hash(runtime: Runtime, this: int) -> int:
    return runtime.heap.identity_hash(this) if this else 0


# --- values -----------------------------------------------------------------------------------------------------------


def _fields(type: TypeDesc) -> list[tuple[TypeDesc, int]]:
    layout = layout_of(type)
    return [(field.type, offset) for field, offset in layout.field_offsets.items()]


@internal_call("System.ValueType::EqualBits")
def _equal_bits(runtime: Runtime, a: int, b: int) -> bool:
    """Whether two boxes are the same byte for byte, of a type that may be compared so: no references, no floats."""
    type = runtime.heap.table_of(a).type
    size = layout_of(type).size
    if not _is_tight(type):
        return False
    return runtime.memory.read(a + OBJECT_HEADER, size) == runtime.memory.read(b + OBJECT_HEADER, size)


def _is_tight(type: TypeDesc) -> bool:
    total = 0
    for field, _ in _fields(type):
        element = field.underlying.element_type
        if field.is_gc_pointer or element in (et.R4, et.R8):
            return False
        if element == et.VALUETYPE:
            return False
        total += element_size(field)
    return total == layout_of(type).size


@internal_call("System.ValueType::HashOfFields")
def _hash_of_fields(runtime: Runtime, this: int) -> int:
    """Of the first field; objects in it count by what they say themselves."""
    type = runtime.heap.table_of(this).type
    for field, offset in _fields(type):
        if field.is_gc_pointer:
            value = runtime.memory.u64(this + OBJECT_HEADER + offset)
            if not value:
                continue
            method = runtime.find_method("System.Object", "GetHashCode")
            entry = runtime.dispatch.entry_point(method, runtime.heap.table_of(value))
            return runtime.invoke(entry, (value,))[0] & 0xFFFFFFFF
        data = runtime.memory.read(this + OBJECT_HEADER + offset, min(element_size(field), 8))
        return int.from_bytes(data, "little") * 31 & 0x7FFFFFFF
    return type.id


@internal_call("System.ValueType::GetFieldValue")
def _field_value(runtime: Runtime, this: int, index: int, exists: int) -> int:
    fields = _fields(runtime.heap.table_of(this).type)
    runtime.memory.set_u8(exists, index < len(fields))
    if index >= len(fields):
        return 0
    type, offset = fields[index]
    if type.is_gc_pointer:
        return runtime.memory.u64(this + OBJECT_HEADER + offset)
    return runtime.helpers.box(runtime.tables.of(type), this + OBJECT_HEADER + offset)


# --- delegates --------------------------------------------------------------------------------------------------------


@internal_call("System.Delegate::Construct")
def _construct(runtime: Runtime, delegate: int, target: int, entry: int) -> None:
    runtime.delegates.construct_from_code(delegate, target, entry)


@internal_call("System.Delegate::SameMethod")
def _same_method(runtime: Runtime, a: int, b: int) -> bool:
    return runtime.delegates.same_method(a, b)


@internal_call("System.Delegate::TargetOf")
def _target_of(runtime: Runtime, delegate: int) -> int:
    return runtime.delegates.target_of(delegate)


@internal_call("System.Delegate::MethodOf")
def _method_of(runtime: Runtime, delegate: int) -> int:
    handle = runtime.tables.method_handle(runtime.delegates.method_of(delegate))
    return runtime.internal_calls.handle_object("System.Reflection.RuntimeMethodInfo", handle)


@internal_call("System.Delegate::MakeMulticast")
def _make_multicast(runtime: Runtime, prototype: int, array: int) -> int:
    return runtime.delegates.make_multicast(prototype, array, runtime.heap.length(array))


@internal_call("System.Reflection.RuntimeMethodInfo::GetName")
def _method_name(runtime: Runtime, this: int) -> int:
    method = runtime.tables.methods[runtime.memory.u64(this + OBJECT_HEADER)]
    return runtime.heap.new_string(method.name)


@internal_call("System.Reflection.RuntimeMethodInfo::GetDeclaringType")
def _method_owner(runtime: Runtime, this: int) -> int:
    method = runtime.tables.methods[runtime.memory.u64(this + OBJECT_HEADER)]
    return runtime.internal_calls.type_object(runtime.tables.of(method.owner))


# --- the collector ----------------------------------------------------------------------------------------------------


@internal_call("System.GC::CollectCore")
def _collect(runtime: Runtime) -> None:
    runtime.collector.collect(runtime.frame_here())


@internal_call("System.GC::WaitForPendingFinalizers")
def _finalizers(runtime: Runtime) -> None:
    heap = runtime.heap
    method = runtime.find_method("System.Object", "Finalize")
    while heap.finalizer_queue:
        this = heap.finalizer_queue.pop(0)
        entry = runtime.dispatch.entry_point(method, heap.table_of(this))
        runtime.invoke(entry, (this,))


@internal_call("System.GC::SuppressFinalize")
def _suppress(runtime: Runtime, this: int) -> None:
    if this in runtime.heap.finalizable:
        runtime.heap.finalizable.remove(this)


@internal_call("System.GC::ReRegisterForFinalize")
def _register(runtime: Runtime, this: int) -> None:
    runtime.heap.finalizable.append(this)


@internal_call("System.GC::CollectionCount")
def _collection_count(runtime: Runtime, generation: int) -> int:
    return runtime.collector.full_count


@internal_call("System.GC::TotalMemory")
def _total_memory(runtime: Runtime) -> int:
    return runtime.heap.used()


# --- handles ----------------------------------------------------------------------------------------------------------


@internal_call("System.WeakReference::Make")
def _make_weak(runtime: Runtime, target: int) -> int:
    slot = runtime.memory.allocate_data(8)
    runtime.memory.set_u64(slot, target)
    runtime.heap.weak.add(slot)
    return slot


@internal_call("System.WeakReference::Read")
def _read_weak(runtime: Runtime, slot: int) -> int:
    return runtime.memory.u64(slot)


@internal_call("System.WeakReference::Write")
def _write_weak(runtime: Runtime, slot: int, target: int) -> None:
    runtime.memory.set_u64(slot, target)


_WEAK_KINDS = (0, 1)
_PINNED_KIND = 3


@internal_call("System.Runtime.InteropServices.GCHandle::Make")
def _make_handle(runtime: Runtime, target: int, kind: int) -> int:
    if kind in _WEAK_KINDS:
        return _make_weak(runtime, target)
    handle = runtime.heap.handle(target)
    if kind == _PINNED_KIND:
        runtime.heap.pins.add(handle)
    return handle


@internal_call("System.Runtime.InteropServices.GCHandle::FreeCore")
def _free_handle(runtime: Runtime, handle: int) -> None:
    if handle in runtime.heap.weak:
        runtime.heap.weak.discard(handle)
    else:
        runtime.heap.pins.discard(handle)
        runtime.heap.free(handle)


@internal_call("System.Runtime.InteropServices.GCHandle::Read")
def _read_handle(runtime: Runtime, handle: int) -> int:
    return runtime.memory.u64(handle)


@internal_call("System.Runtime.InteropServices.GCHandle::PinnedAddress")
def _pinned_address(runtime: Runtime, handle: int) -> int:
    target = runtime.memory.u64(handle)
    if not target:
        return 0
    table = runtime.heap.table_of(target)
    return target + (table.data_offset if table.element_size else 8)


# --- locks ------------------------------------------------------------------------------------------------------------


@internal_call("System.Threading.Monitor::EnterCore")
def _enter(runtime: Runtime, this: int) -> bool:
    runtime.internal_calls.monitors.enter(runtime.heap.identity_hash(this))
    return True


@internal_call("System.Threading.Monitor::ExitCore")
def _exit(runtime: Runtime, this: int) -> bool:
    return runtime.internal_calls.monitors.exit(runtime.heap.identity_hash(this))


@internal_call("System.Threading.Monitor::IsHeld")
def _is_held(runtime: Runtime, this: int) -> bool:
    return runtime.internal_calls.monitors.is_held(runtime.heap.identity_hash(this))
