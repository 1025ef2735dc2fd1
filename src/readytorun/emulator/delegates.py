"""Delegate objects: how their fields say what to call (delegates of CoreCLR: comdelegate.cpp).

Code that invokes a delegate loads `_target` into the first argument register and calls `_methodPtr`. A closed delegate
has its target and the method's code there. An open one (a static method without target) has itself as target, code that
moves the arguments down over it, and the method's code in `_methodPtrAux`. A combined one has itself as target and a
trap that calls each delegate of `_invocationList` in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.machine import ArgumentPlace, CallLayout
from readytorun.emulator.method_tables import ARRAY_DATA, MethodTable
from readytorun.typesystem.layout import field_offset
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime


class Delegates:
    """Makes and takes apart delegates."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        context = runtime.context

        def offset(type: str, field: str) -> int:
            found = context.well_known(type).find_field(field)
            if found is None:
                raise ExecutionError(f"the core library has no field {type}.{field}")
            return field_offset(found)

        self.target = offset("System.Delegate", "_target")
        self.method_ptr = offset("System.Delegate", "_methodPtr")
        self.method_ptr_aux = offset("System.Delegate", "_methodPtrAux")
        self.invocation_list = offset("System.MulticastDelegate", "_invocationList")
        self.invocation_count = offset("System.MulticastDelegate", "_invocationCount")
        self._open_stubs: dict[int, int] = {}
        self._multicast_traps: dict[int, int] = {}
        self._invoke_stub = 0
        self._methods: dict[int, MethodDesc] = {}

    def invoke_method(self, type: TypeDesc) -> MethodDesc:
        """The Invoke of a delegate type."""
        found = type.find_method("Invoke")
        if found is None:
            raise ExecutionError(f"{type} has no Invoke")
        return found

    def invoke_stub(self) -> int:
        """The code of every delegate type's Invoke."""
        if not self._invoke_stub:
            self._invoke_stub = self._runtime.machine.stub_delegate_invoke(self.target, self.method_ptr)
        return self._invoke_stub

    # --- making -------------------------------------------------------------------------------------------------------

    def construct(self, delegate: int, target: int, method: MethodDesc) -> None:
        """Make a delegate object call a method."""
        runtime = self._runtime
        if not delegate:
            raise runtime.throw("NullReference")
        code = runtime.code
        if method.is_static:
            entry = code.entry_point(method)
        else:
            if not target:
                raise runtime.throw("Argument", "Delegate to an instance method cannot have null 'this'.")
            if method.is_shared:
                # The code names the canonical method; the target says which one it is.
                method = self._exact(method, target)
            owner = method.owner
            entry = code.unboxing_entry_point(method) if owner.is_value_type else code.entry_point(method)
        self._fill(delegate, target, entry, method)

    def _exact(self, method: MethodDesc, target: int) -> MethodDesc:
        current: TypeDesc | None = self._runtime.heap.table_of(target).type
        while current is not None and current.definition is not method.owner.definition:
            current = current.base_type
        if current is None or method.instantiation:
            return method
        return self._runtime.context.method_on_owner(method.definition, current)

    def construct_from_code(self, delegate: int, target: int, entry: int) -> None:
        """The same when only the code's address is known (ldvirtftn, lookups)."""
        method = self._runtime.code.methods_by_entry.get(entry)
        if method is None:
            raise ExecutionError(f"a delegate for {entry:#x}, which is no entry point")
        self._fill(delegate, target, entry, method)

    def _fill(self, delegate: int, target: int, entry: int, method: MethodDesc) -> None:
        memory = self._runtime.memory
        self._methods[entry] = method
        self._runtime.heap.cards.mark(delegate + self.target)
        if method.is_static and (not target or self._is_open(delegate, method)):
            memory.set_u64(delegate + self.target, delegate)
            memory.set_u64(delegate + self.method_ptr, self._open_stub(self._runtime.heap.table_of(delegate)))
            memory.set_u64(delegate + self.method_ptr_aux, entry)
            return
        memory.set_u64(delegate + self.target, target)
        memory.set_u64(delegate + self.method_ptr, self._closed_entry(entry, method))

    def _is_open(self, delegate: int, method: MethodDesc) -> bool:
        invoke = self.invoke_method(self._runtime.heap.table_of(delegate).type)
        return len(invoke.signature.params) == len(method.signature.params)

    def _closed_entry(self, entry: int, method: MethodDesc) -> int:
        """Code that takes the target as `this` is passed; static methods have a return buffer in front of it."""
        if not method.is_static:
            return entry
        layout = self._runtime.machine.call_layout(method, False)
        if layout.return_buffer is None:
            return entry
        raise ExecutionError(f"a closed delegate for static method {method} with a return buffer is not supported")

    def _open_stub(self, table: MethodTable) -> int:
        """Code that drops the delegate from the arguments and jumps to `_methodPtrAux`."""
        found = self._open_stubs.get(table.address)
        if found is None:
            invoke = self.invoke_method(table.type)
            with_this = self._runtime.machine.call_layout(invoke, False)
            without = self._runtime.machine.static_layout(invoke)
            source, destination = _pairs(with_this, without)
            found = self._runtime.machine.stub_shuffle(source, destination, target_field=self.method_ptr_aux)
            self._open_stubs[table.address] = found
        return found

    def make_multicast(self, prototype: int, array: int, count: int) -> int:
        """A delegate of the prototype's type that calls all of a list."""
        runtime = self._runtime
        table = runtime.heap.table_of(prototype)
        delegate = runtime.heap.allocate(table)
        memory = runtime.memory
        memory.set_u64(delegate + self.target, delegate)
        memory.set_u64(delegate + self.method_ptr, self._multicast_trap(table))
        memory.set_u64(delegate + self.invocation_list, array)
        memory.set_u64(delegate + self.invocation_count, count)
        return delegate

    def _multicast_trap(self, table: MethodTable) -> int:
        found = self._multicast_traps.get(table.address)
        if found is None:
            invoke = self.invoke_method(table.type)
            layout = self._runtime.machine.call_layout(invoke, False)
            found = self._runtime.new_trap(lambda: self._invoke_all(layout))
            self._multicast_traps[table.address] = found
        return found

    def _invoke_all(self, layout: CallLayout) -> None:
        """Call every delegate of a combined one with the same arguments; the last result stays."""
        runtime = self._runtime
        machine, memory, heap = runtime.machine, runtime.memory, runtime.heap
        stack = machine.stack_arguments()
        places = [place for place in layout.places() if place is not layout.this]
        addresses = [machine.argument_address(place, machine.context, stack) for place in places]
        handles = [
            heap.handle(memory.u64(address)) if place.gc == 1 else 0
            for place, address in zip(places, addresses, strict=True)
        ]
        saved = runtime.save_context()
        byrefs = [
            address - machine.context + saved if runtime.in_context(address) else address for address in addresses
        ]
        refs = [(byrefs[i], 2) for i, place in enumerate(places) if place.gc == 2]
        this = heap.handle(machine.argument(0))
        try:
            count = memory.u64(heap.get(this) + self.invocation_count)
            for index in range(count):
                array = memory.u64(heap.get(this) + self.invocation_list)
                one = memory.u64(array + ARRAY_DATA + 8 * index)
                entry = memory.u64(one + self.method_ptr)
                assert layout.this is not None
                values: list[tuple[ArgumentPlace, int]] = [(layout.this, memory.u64(one + self.target))]
                for i, place in enumerate(places):
                    values.append((place, heap.get(handles[i]) if handles[i] else memory.u64(byrefs[i])))
                runtime.invoke_with(entry, values, layout.stack_size, refs)
        finally:
            heap.free(this)
            for handle in handles:
                if handle:
                    heap.free(handle)
            runtime.release_context(saved)

    # --- asking -------------------------------------------------------------------------------------------------------

    def method_of(self, delegate: int) -> MethodDesc:
        """The method that a delegate calls, of a combined one the last."""
        memory = self._runtime.memory
        array = memory.u64(delegate + self.invocation_list)
        if array:
            count = memory.u64(delegate + self.invocation_count)
            return self.method_of(memory.u64(array + ARRAY_DATA + 8 * (count - 1)))
        entry = memory.u64(delegate + self.method_ptr_aux) or memory.u64(delegate + self.method_ptr)
        return self._methods[entry]

    def target_of(self, delegate: int) -> int:
        """The target of a delegate, of a combined one that of the last."""
        memory = self._runtime.memory
        array = memory.u64(delegate + self.invocation_list)
        if array:
            count = memory.u64(delegate + self.invocation_count)
            return self.target_of(memory.u64(array + ARRAY_DATA + 8 * (count - 1)))
        target = memory.u64(delegate + self.target)
        return 0 if target == delegate else target

    def same_method(self, a: int, b: int) -> bool:
        """Whether two delegates that are not combined call the same method on the same target."""
        memory = self._runtime.memory
        if memory.u64(a + self.invocation_list) or memory.u64(b + self.invocation_list):
            return a == b
        return self.method_of(a) is self.method_of(b) and self.target_of(a) == self.target_of(b)


def _pairs(with_this: CallLayout, without: CallLayout) -> tuple[list[ArgumentPlace], list[ArgumentPlace]]:
    source = [place for place in with_this.places() if place is not with_this.this]
    return source, without.places()
