"""Static fields, and when class constructors run.

A class constructor runs when a helper first gives access to its type's statics; code of types without beforefieldinit
asks for that where the language says so. One that fails makes every later access fail with the same exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError, ManagedException
from readytorun.emulator.method_tables import InitState, MethodTable
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import element_size
from readytorun.typesystem.static_layout import GC, THREAD_GC, is_boxed_static, static_layout
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_BOX_PAYLOAD = 8
_GC_AREAS = (GC, THREAD_GC)


class Statics:
    """Static areas of all types."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._rva_data: dict[int, int] = {}

    def initialize(self, type: TypeDesc) -> MethodTable:
        """Run a type's class constructor if it has not run.

        Raises:
            ManagedException: TypeInitializationException.
        """
        runtime = self._runtime
        table = runtime.tables.of(type)
        if table.init_state == InitState.NOT_RUN:
            constructor = type.static_constructor
            if constructor is None:
                table.init_state = InitState.DONE
                return table
            table.init_state = InitState.RUNNING
            try:
                runtime.call_method(constructor)
            except ManagedException as error:
                inner = runtime.heap.take(error.exception)
                made = runtime.exceptions.make_type_initialization(type, inner)
                table.init_error = runtime.heap.handle(made)
                table.init_state = InitState.FAILED
            else:
                table.init_state = InitState.DONE
        if table.init_state == InitState.FAILED:
            raise ManagedException(runtime.heap.handle(runtime.heap.get(table.init_error)))
        return table

    def area(self, table: MethodTable, area: int) -> int:
        """Base address of one of a type's static areas (static_layout.NON_GC ...)."""
        address = table.static_areas[area]
        if not address:
            address = self._make_area(table, area)
            table.static_areas[area] = address
        return address

    def _make_area(self, table: MethodTable, area: int) -> int:
        runtime = self._runtime
        if table.type.is_canonical_subtype or table.type.contains_variables:
            raise ExecutionError(f"statics of {table.type}, which is no exact type")
        layout = static_layout(table.type)
        fields = [field for field, where in layout.areas.items() if where == area]
        size = max((layout.offsets[field] + max(element_size(field.type), 8) for field in fields), default=8)
        base = runtime.memory.allocate_data(size, 16)
        if area in _GC_AREAS:
            for field in fields:
                slot = base + layout.offsets[field]
                if is_boxed_static(field):
                    box = runtime.heap.allocate_frozen(runtime.tables.of(field.type))
                    runtime.memory.set_u64(slot, box)
                else:
                    runtime.heap.roots.append(slot)
        return base

    def address(self, field: FieldDesc) -> int:
        """Address of a static field's value."""
        table = self._runtime.tables.of(field.owner)
        layout = static_layout(field.owner)
        slot = self.area(table, layout.areas[field]) + layout.offsets[field]
        return self._runtime.memory.u64(slot) + _BOX_PAYLOAD if is_boxed_static(field) else slot

    def rva_or_static_address(self, field: FieldDesc) -> int:
        """Address of a static field's value, or of the data in the file of an RVA field."""
        if not field.has_rva:
            return self.address(field)
        for image in self._runtime.images:
            if image.module is field.module:
                return image.address_of(field.rva)
        raise ExecutionError(f"the image of {field.module.name}, which has the data of {field}, is not loaded")
