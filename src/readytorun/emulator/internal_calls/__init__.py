"""Methods that the runtime supplies: the core library declares them `InternalCall`, and here they are in Python.

A function is registered under `Namespace.Type::Method`, or with the parameter types behind it where overloads differ:
`System.Math::Abs(double)`. It gets the runtime and the arguments as Python values: numbers, truth values, addresses of
objects and byrefs, and of structs a tuple of eightbytes. What it returns is turned back the same way.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.internal_calls import arrays, decimals, diagnostics, numbers, objects, text, types
from readytorun.emulator.internal_calls.monitors import Monitors
from readytorun.emulator.internal_calls.names import full_name, type_name
from readytorun.emulator.internal_calls.registry import TABLE
from readytorun.emulator.machine import CallLayout
from readytorun.emulator.method_tables import OBJECT_HEADER, MethodTable
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

__all__ = ["InternalCalls", "arrays", "decimals", "diagnostics", "numbers", "objects", "text", "types"]

_SIGNED = {et.I1: 8, et.I2: 16, et.I4: 32, et.I8: 64, et.I: 64}
_UNSIGNED = {et.U1: 8, et.U2: 16, et.U4: 32, et.U8: 64, et.U: 64, et.CHAR: 16}


class InternalCalls:
    """Finds what the runtime supplies, and keeps the objects that belong to it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.monitors = Monitors()
        self._literals: dict[str, int] = {}
        self._names: dict[int, str] = {}

    # --- methods ------------------------------------------------------------------------------------------------------

    def find(self, method: MethodDesc) -> int:
        """Address of a method that the runtime supplies, 0 if it does not."""
        runtime = self._runtime
        if method.owner.is_delegate and not method.has_body:
            return self._delegate_method(method)
        if method.is_array_method:
            return runtime.new_trap(self._array_method(method))
        if not method.is_internal_call:
            return 0
        owner = full_name(method.owner)
        parameters = ",".join(str(type) for type in method.definition.signature.params)
        function = TABLE.get(f"{owner}::{method.name}({parameters})") or TABLE.get(f"{owner}::{method.name}")
        if function is None:
            raise ExecutionError(f"the runtime does not supply {method}")
        return runtime.new_trap(self._marshal(method, function))

    def _delegate_method(self, method: MethodDesc) -> int:
        runtime = self._runtime
        if method.name == "Invoke":
            return runtime.delegates.invoke_stub()
        if method.is_ctor:
            machine = runtime.machine
            return runtime.new_trap(
                lambda: runtime.delegates.construct_from_code(
                    machine.argument(0), machine.argument(1), machine.argument(2)
                )
            )
        raise ExecutionError(f"{method} is not supported")

    def _array_method(self, method: MethodDesc) -> Callable[[], None]:
        runtime = self._runtime
        machine, memory = runtime.machine, runtime.memory
        array_type = method.owner
        assert isinstance(array_type, ArrayType)
        element = array_type.parameter_type
        table = runtime.tables.of(array_type) if not array_type.is_canonical_subtype else None
        layout = machine.call_layout(method, method.name == "Address" and array_type.is_canonical_subtype)

        def integer(index: int) -> int:
            place = layout.arguments[index][0]
            return memory.i32(machine.argument_address(place, machine.context, machine.stack_arguments()))

        def element_address(array: int) -> int:
            if not array:
                raise runtime.throw("NullReference")
            return arrays.element_address(runtime, array, [integer(i) for i in range(array_type.rank)])

        def construct() -> None:
            assert table is not None
            values = [integer(i) for i in range(len(method.signature.params))]
            machine.set_result(runtime.helpers.construct_array(table, values))

        def address() -> None:
            array = machine.argument(0)
            at = element_address(array)
            wanted: TypeDesc = array_type
            if layout.context is not None:
                place = machine.argument_address(layout.context, machine.context, machine.stack_arguments())
                wanted = runtime.tables.at(memory.u64(place)).type
            actual = runtime.heap.table_of(array).type
            assert isinstance(actual, ArrayType) and isinstance(wanted, ArrayType)
            # Of a derived element type the address could be used to store what does not belong there.
            if element.is_gc_pointer and actual.parameter_type is not wanted.parameter_type:
                raise runtime.throw("ArrayTypeMismatch")
            machine.set_result(at)

        def get() -> None:
            if not element.is_gc_pointer:
                raise ExecutionError(f"{method} is not supported as a call")
            machine.set_result(memory.u64(element_address(machine.argument(0))))

        def put() -> None:
            if not element.is_gc_pointer:
                raise ExecutionError(f"{method} is not supported as a call")
            place = layout.arguments[array_type.rank][0]
            value = memory.u64(machine.argument_address(place, machine.context, machine.stack_arguments()))
            array = machine.argument(0)
            at = element_address(array)
            actual = runtime.heap.table_of(array).type
            assert isinstance(actual, ArrayType)
            if value and not runtime.casting.can_cast(runtime.heap.table_of(value).type, actual.parameter_type):
                raise runtime.throw("ArrayTypeMismatch")
            memory.set_u64(at, value)
            runtime.heap.cards.mark(at)

        return {".ctor": construct, "Address": address, "Get": get, "Set": put}[method.name]

    # --- marshalling --------------------------------------------------------------------------------------------------

    def _marshal(self, method: MethodDesc, function: Callable[..., Any]) -> Callable[[], None]:
        runtime = self._runtime
        machine, memory = runtime.machine, runtime.memory
        signature = method.signature
        layout: CallLayout = machine.call_layout(method, method.canonical().context_source >= 2)
        kinds = [_kind(type) for type in signature.params]
        result_kind = _kind(signature.return_type)
        this = layout.this
        context = layout.context

        def call() -> None:
            stack = machine.stack_arguments()
            values: list[Any] = []
            if context is not None:
                values.append(memory.u64(machine.argument_address(context, machine.context, stack)))
            if this is not None:
                values.append(memory.u64(machine.argument_address(this, machine.context, stack)))
            for places, kind in zip(layout.arguments, kinds, strict=True):
                raw = [memory.u64(machine.argument_address(place, machine.context, stack)) for place in places]
                values.append(_from_raw(raw, kind))
            result = function(runtime, *values)
            _store_result(runtime, result, result_kind)

        return call

    # --- objects of the runtime ---------------------------------------------------------------------------------------

    def literal(self, text: str) -> int:
        """Slot that holds the one string object of a literal."""
        slot = self._literals.get(text)
        if slot is None:
            slot = self._literals[text] = self._runtime.heap.new_slot()
            self._runtime.memory.set_u64(slot, self._runtime.heap.new_string(text))
        return slot

    def interned(self, text: str) -> int:
        """The interned string of a text, 0 if there is none."""
        slot = self._literals.get(text)
        return 0 if slot is None else self._runtime.memory.u64(slot)

    def type_object(self, table: MethodTable) -> int:
        """The System.RuntimeType of a type."""
        if not table.type_object:
            table.type_object = self.handle_object("System.RuntimeType", table.address)
        return table.type_object

    def handle_object(self, type_name: str, handle: int) -> int:
        """A new object that never moves, whose first field is a handle."""
        runtime = self._runtime
        table = runtime.tables.of(runtime.context.well_known(type_name))
        address = runtime.heap.allocate_frozen(table)
        runtime.memory.set_u64(address + OBJECT_HEADER, handle)
        return address

    def type_name(self, type: TypeDesc) -> str:
        """Type.ToString() of a type."""
        found = self._names.get(type.id)
        if found is None:
            found = self._names[type.id] = type_name(type)
        return found


def _kind(type: TypeDesc) -> int:
    """How values of a type are turned into Python values: an element type; VALUETYPE for structs."""
    return type.underlying.element_type


def _from_raw(raw: list[int], kind: int) -> Any:
    if kind == et.VALUETYPE:
        return tuple(raw)
    value = raw[0]
    if kind == et.R8:
        return struct.unpack("<d", struct.pack("<Q", value))[0]
    if kind == et.R4:
        return struct.unpack("<f", struct.pack("<I", value & 0xFFFFFFFF))[0]
    if kind == et.BOOLEAN:
        return value & 0xFF != 0
    bits = _SIGNED.get(kind)
    if bits is not None:
        value &= (1 << bits) - 1
        return value - (1 << bits) if value >> bits - 1 else value
    bits = _UNSIGNED.get(kind)
    return value & (1 << bits) - 1 if bits is not None else value


def _store_result(runtime: Runtime, result: Any, kind: int) -> None:
    machine = runtime.machine
    if kind == et.VOID:
        return
    if kind == et.R8:
        machine.set_float_result(result)
    elif kind == et.R4:
        machine.set_float_result(result, True)
    elif isinstance(result, tuple):
        raise ExecutionError("internal calls do not return structs")
    else:
        machine.set_result(int(result) & (1 << 64) - 1)
