"""The runtime's helpers by helper id, as eager cells hold them (codegen-cookbook.md, 21)."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.method_tables import ARRAY_DATA, ARRAY_LENGTH, OBJECT_HEADER, MethodTable
from readytorun.r2r.constants import HelperId
from readytorun.r2r.versions import helper_name
from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.static_layout import GC, NON_GC, THREAD_GC, THREAD_NON_GC
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_MAXIMUM_INT32 = 0x7FFFFFFF
_MAXIMUM_LENGTH = 0x7FFFFFC7


class Helpers:
    """Addresses of helpers; those that are not code of the machine are traps into the methods of this class."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._addresses: dict[int, int] = dict(runtime.machine.write_barriers())
        throw = runtime.exceptions
        self._handlers: dict[int, Callable[[], None]] = {
            HelperId.THROW: lambda: throw.throw(self._arg(0)),
            HelperId.THROW_EXACT: lambda: throw.throw(self._arg(0)),
            HelperId.RETHROW: throw.rethrow,
            HelperId.OVERFLOW: lambda: self._raise("Overflow"),
            HelperId.RNG_CHK_FAIL: lambda: self._raise("IndexOutOfRange"),
            HelperId.FAIL_FAST: self._fail_fast,
            HelperId.THROW_NULL_REF: lambda: self._raise("NullReference"),
            HelperId.THROW_DIV_ZERO: lambda: self._raise("DivideByZero"),
            0x28: lambda: self._raise("Argument"),
            0x29: lambda: self._raise("ArgumentOutOfRange"),
            0x2A: lambda: self._raise("PlatformNotSupported"),
            0x2B: lambda: self._raise("NotImplemented"),
            HelperId.STELEM_REF: self._stelem_ref,
            HelperId.LDELEMA_REF: self._ldelema_ref,
            HelperId.GC_POLL: runtime.collector.poll,
            0x54: self._runtime_type_handle,
            0x55: self._runtime_method_handle,
            0x56: self._runtime_field_handle,
            0x58: self._box,
            0x59: self._box_nullable,
            0x5A: self._unbox,
            0x5B: self._unbox_nullable,
            0x5C: self._new_multi_dim_array,
            0x5D: self._unbox_type_test,
            0x60: self._new_object,
            0x61: self._new_array,
            0x62: lambda: self._cast(True),
            0x63: lambda: self._cast(False),
            0x64: lambda: self._static_base(GC),
            0x65: lambda: self._static_base(NON_GC),
            0x66: lambda: self._static_base(THREAD_GC),
            0x67: lambda: self._static_base(THREAD_NON_GC),
            0x68: self._virtual_function,
            0x69: self._is_instance_of_exception,
            0x6A: self._new_array,
            0x6B: self._new_object,
            0xD1: lambda: self._checked_conversion(-(1 << 31), 1 << 31),
            0xD3: lambda: self._checked_conversion(-(1 << 63), 1 << 63),
            0xD5: lambda: self._checked_conversion(0, 1 << 32),
            0xD7: lambda: self._checked_conversion(0, 1 << 64),
            0xE0: lambda: self._remainder(False),
            0xE1: lambda: self._remainder(True),
            0xF8: self._monitor_enter,
            0xF9: self._monitor_exit,
            0x112: lambda: runtime.machine.set_result(1),
            HelperId.ALLOC_CONTINUATION: self._alloc_continuation,
            HelperId.ALLOC_CONTINUATION_CLASS: self._alloc_continuation,
            HelperId.ALLOC_CONTINUATION_METHOD: self._alloc_continuation,
            HelperId.PERSONALITY_ROUTINE: self._personality,
            HelperId.PERSONALITY_ROUTINE_FILTER_FUNCLET: self._personality,
        }

    def address(self, helper: int) -> int:
        """Address of a helper.

        Raises:
            ExecutionError: there is none of that id.
        """
        found = self._addresses.get(helper)
        if found is None:
            handler = self._handlers.get(helper)
            if handler is None:
                raise ExecutionError(f"helper {helper_name(helper, (26, 0))} is not supported")
            found = self._addresses[helper] = self._runtime.new_trap(handler)
        return found

    def _arg(self, index: int) -> int:
        return self._runtime.machine.argument(index)

    def _result(self, value: int) -> None:
        self._runtime.machine.set_result(value)

    def _raise(self, kind: str) -> None:
        raise self._runtime.throw(kind)

    def _fail_fast(self) -> None:
        raise ExecutionError("a stack cookie was overwritten")

    def _personality(self) -> None:
        raise ExecutionError("a personality routine is called")

    # --- objects ------------------------------------------------------------------------------------------------------

    def _new_object(self) -> None:
        table = self._runtime.tables.at(self._arg(0))
        self._runtime.collector.before_allocation(table.size)
        self._result(self._runtime.heap.allocate(table))

    def _new_array(self) -> None:
        self._result(self.new_array(self._runtime.tables.at(self._arg(0)), self._arg(1)))

    def new_array(self, table: MethodTable, length: int) -> int:
        """A new vector of a 64-bit length; raises the exception for lengths that are none."""
        if length > _MAXIMUM_INT32:  # negative ones, too
            raise self._runtime.throw("Overflow", "Arithmetic operation resulted in an overflow.")
        if length > _MAXIMUM_LENGTH:
            raise self._runtime.throw("OutOfMemory", "Array dimensions exceeded supported range.")
        self._runtime.collector.before_allocation(table.object_size(length))
        return self._runtime.heap.allocate(table, length)

    def _new_multi_dim_array(self) -> None:
        runtime = self._runtime
        table = runtime.tables.at(self._arg(0))
        count, lengths_at = self._arg(1) & 0xFFFFFFFF, self._arg(2)
        values = [runtime.memory.i32(lengths_at + 4 * i) for i in range(count)]
        self._result(self.construct_array(table, values))

    def construct_array(self, table: MethodTable, values: list[int]) -> int:
        """What a constructor of an array type makes, from its arguments: lengths, or lower bounds and lengths."""
        type = table.type
        assert isinstance(type, ArrayType)
        if len(values) == 2 * type.rank and not type.is_szarray:
            return self.new_multi_dim_array(table, values[1::2], values[::2])
        return self.new_multi_dim_array(table, values)

    def new_multi_dim_array(self, table: MethodTable, lengths: list[int], lower_bounds: list[int] | None = None) -> int:
        """A new array of several dimensions (or of vectors, by one length per level)."""
        runtime = self._runtime
        type = table.type
        assert isinstance(type, ArrayType)
        if any(length < 0 for length in lengths):
            raise runtime.throw("Overflow", "Arithmetic operation resulted in an overflow.")
        if type.is_szarray:
            return self._new_nested_array(table, lengths)
        total = math.prod(lengths)
        if total > _MAXIMUM_LENGTH:
            raise runtime.throw("OutOfMemory", "Array dimensions exceeded supported range.")
        runtime.collector.before_allocation(table.object_size(total))
        address = runtime.heap.allocate(table, total)
        for index, length in enumerate(lengths):
            runtime.memory.set_u32(address + ARRAY_DATA + 4 * index, length)
            if lower_bounds:
                runtime.memory.set_u32(address + ARRAY_DATA + 4 * (type.rank + index), lower_bounds[index])
        return address

    def _new_nested_array(self, table: MethodTable, lengths: list[int]) -> int:
        """A vector whose elements, if there are more lengths, are vectors of those lengths."""
        runtime = self._runtime
        array = self.new_array(table, lengths[0])
        if len(lengths) == 1:
            return array
        type = table.type
        assert isinstance(type, ArrayType)
        inner = runtime.tables.of(type.parameter_type)
        handle = runtime.heap.handle(array)
        for index in range(lengths[0]):
            element = self._new_nested_array(inner, lengths[1:])  # may move the array
            place = runtime.heap.get(handle) + table.data_offset + 8 * index
            runtime.memory.set_u64(place, element)
            runtime.heap.cards.mark(place)
        return runtime.heap.take(handle)

    # --- boxes --------------------------------------------------------------------------------------------------------

    def box(self, table: MethodTable, address: int) -> int:
        """A box of the value at an address; of a Nullable that of its value, or null."""
        runtime = self._runtime
        type = table.type
        if type.is_nullable:
            if not runtime.memory.u8(address):
                return 0
            value = runtime.tables.of(type.instantiation[0])
            return self.box(value, address + self._nullable_value_offset(type))
        box = runtime.heap.allocate(table)
        runtime.memory.move(box + OBJECT_HEADER, address, layout_of(type).size)
        return box

    @staticmethod
    def _nullable_value_offset(type: TypeDesc) -> int:
        field = type.find_field("value")
        if field is None:
            raise ExecutionError("Nullable`1 has no field value")
        return layout_of(type).field_offsets[field]

    def _box(self) -> None:
        table = self._runtime.tables.at(self._arg(0))
        self._result(self.box(table, self._arg(1)))

    _box_nullable = _box

    def _unbox(self) -> None:
        runtime = self._runtime
        table, this = runtime.tables.at(self._arg(0)), self._arg(1)
        if not this:
            raise runtime.throw("NullReference")
        self._check_unbox(table, runtime.heap.table_of(this))
        self._result(this + OBJECT_HEADER)

    def _check_unbox(self, table: MethodTable, actual: MethodTable) -> None:
        a, b = table.type, actual.type
        same = a is b or (
            (a.is_enum or a.is_primitive)
            and (b.is_enum or b.is_primitive)
            and a.underlying.element_type == b.underlying.element_type
        )
        if not same:
            names = self._runtime.internal_calls.type_name(b), self._runtime.internal_calls.type_name(a)
            raise self._runtime.throw(
                "InvalidCast", f"Unable to cast object of type '{names[0]}' to type '{names[1]}'."
            )

    def _unbox_type_test(self) -> None:
        self._check_unbox(self._runtime.tables.at(self._arg(0)), self._runtime.tables.at(self._arg(1)))

    def _unbox_nullable(self) -> None:
        runtime = self._runtime
        destination, table, this = self._arg(0), runtime.tables.at(self._arg(1)), self._arg(2)
        type = table.type
        size = layout_of(type).size
        runtime.memory.fill(destination, size)
        runtime.heap.cards.mark(destination, size)
        if not this:
            return
        value = type.instantiation[0]
        self._check_unbox(runtime.tables.of(value), runtime.heap.table_of(this))
        runtime.memory.set_u8(destination, 1)
        runtime.memory.move(
            destination + self._nullable_value_offset(type), this + OBJECT_HEADER, layout_of(value).size
        )

    # --- arrays -------------------------------------------------------------------------------------------------------

    def _stelem_ref(self) -> None:
        runtime = self._runtime
        array, index, value = self._arg(0), self._arg(1), self._arg(2)
        element = self._element(array, index)
        if value:
            actual = runtime.heap.table_of(value).type
            if element.element_type != et.OBJECT and not runtime.casting.can_cast(actual, element):
                raise runtime.throw(
                    "ArrayTypeMismatch", "Attempted to access an element as a type incompatible with the array."
                )
        place = array + ARRAY_DATA + 8 * index
        runtime.memory.set_u64(place, value)
        runtime.heap.cards.mark(place)

    def _ldelema_ref(self) -> None:
        runtime = self._runtime
        array, index = self._arg(0), self._arg(1)
        element = self._element(array, index)
        if element is not runtime.tables.at(self._arg(2)).type:
            raise runtime.throw(
                "ArrayTypeMismatch", "Attempted to access an element as a type incompatible with the array."
            )
        self._result(array + ARRAY_DATA + 8 * index)

    def _element(self, array: int, index: int) -> TypeDesc:
        runtime = self._runtime
        if not array:
            raise runtime.throw("NullReference")
        if index >= runtime.memory.u32(array + ARRAY_LENGTH):
            raise runtime.throw("IndexOutOfRange")
        type = runtime.heap.table_of(array).type
        assert isinstance(type, ArrayType)
        return type.parameter_type

    # --- types --------------------------------------------------------------------------------------------------------

    def _cast(self, throws: bool) -> None:
        type = self._runtime.tables.at(self._arg(0)).type
        self._result(self._runtime.casting.cast(self._arg(1), type, throws))

    def _is_instance_of_exception(self) -> None:
        type = self._runtime.tables.at(self._arg(0)).type
        self._result(int(self._runtime.casting.cast(self._arg(1), type, False) != 0))

    def _runtime_type_handle(self) -> None:
        self._result(self._runtime.internal_calls.type_object(self._runtime.tables.at(self._arg(0))))

    def _runtime_method_handle(self) -> None:
        self._result(self._runtime.internal_calls.handle_object("System.RuntimeMethodInfoStub", self._arg(0)))

    def _runtime_field_handle(self) -> None:
        self._result(self._runtime.internal_calls.handle_object("System.RuntimeFieldInfoStub", self._arg(0)))

    def _static_base(self, area: int) -> None:
        table = self._runtime.statics.initialize(self._runtime.tables.at(self._arg(0)).type)
        self._result(self._runtime.statics.area(table, area))

    def _virtual_function(self) -> None:
        runtime = self._runtime
        this = self._arg(0)
        if not this:
            raise runtime.throw("NullReference")
        self._result(runtime.dispatch.virtual_function(this, runtime.tables.methods[self._arg(2)]))

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _checked_conversion(self, low: int, high: int) -> None:
        value = self._runtime.machine.float_argument(0)
        if math.isnan(value) or math.isinf(value) or not low <= math.trunc(value) < high:
            raise self._runtime.throw("Overflow")
        self._result(math.trunc(value) & (1 << 64) - 1)

    def _remainder(self, single: bool) -> None:
        machine = self._runtime.machine
        a, b = machine.float_argument(0, single), machine.float_argument(1, single)
        if math.isnan(a) or math.isnan(b) or math.isinf(a) or b == 0:
            result = math.nan
            # What the hardware's default NaN looks like; the sign shows only in its bits.
            result = struct.unpack("<d", struct.pack("<Q", 0xFFF8 << 48))[0]
        elif math.isinf(b):
            result = a
        else:
            result = math.fmod(a, b)
        machine.set_float_result(result, single)

    # --- monitors -----------------------------------------------------------------------------------------------------

    def _monitor_enter(self) -> None:
        if not self._arg(0):
            raise self._runtime.throw("NullReference")
        self._runtime.internal_calls.monitors.enter(self._arg(0))
        self._runtime.memory.set_u8(self._arg(1), 1)

    def _monitor_exit(self) -> None:
        if self._runtime.memory.u8(self._arg(1)):
            self._runtime.internal_calls.monitors.exit(self._arg(0))
            self._runtime.memory.set_u8(self._arg(1), 0)

    # --- runtime-async ------------------------------------------------------------------------------------------------

    def _alloc_continuation(self) -> None:
        """AllocContinuation(previous, type[, keep-alive offset, context]): links the new one behind the previous."""
        runtime = self._runtime
        table = runtime.tables.at(self._arg(1))
        previous = runtime.heap.handle(self._arg(0))
        runtime.collector.before_allocation(table.size)
        new = runtime.heap.allocate(table)
        before = runtime.heap.take(previous)
        if before:
            runtime.memory.set_u64(before + OBJECT_HEADER, new)
            runtime.heap.cards.mark(before + OBJECT_HEADER)
        runtime.tracer.suspended(table)
        self._result(new)
