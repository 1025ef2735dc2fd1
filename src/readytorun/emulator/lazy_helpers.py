"""Lazy helper cells: allocation, casts, statics, generic lookups, delegates (readytorun-format.md#delay-load).

The first call through such a cell does its work here; most cells then get code of their own for what is common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.generic_contexts import context_of_type
from readytorun.emulator.loader import LoadedImage
from readytorun.emulator.method_tables import InitState
from readytorun.r2r import signatures as sig
from readytorun.r2r.constants import FixupKind
from readytorun.r2r.fixup_blobs import Fixup
from readytorun.r2r.reader import ImportCell
from readytorun.r2r.versions import fixup_name
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.static_layout import GC, NON_GC, THREAD_GC, THREAD_NON_GC

if TYPE_CHECKING:
    from readytorun.emulator.cells import Cells
    from readytorun.emulator.runtime import Runtime

_AREAS = {
    FixupKind.STATIC_BASE_NON_GC: NON_GC,
    FixupKind.STATIC_BASE_GC: GC,
    FixupKind.THREAD_STATIC_BASE_NON_GC: THREAD_NON_GC,
    FixupKind.THREAD_STATIC_BASE_GC: THREAD_GC,
}


class LazyHelpers:
    """Runs the lazy helper cells of all images."""

    def __init__(self, runtime: Runtime, cells: Cells) -> None:
        self._runtime = runtime
        self._cells = cells
        self._lookups: dict[tuple[int, int], int] = {}

    def run(self, image: LoadedImage, cell: ImportCell, fixup: Fixup, address: int) -> None:
        """Do what a cell is for. The context is the caller's, behind its call."""
        runtime = self._runtime
        kind = fixup.kind
        if kind == FixupKind.NEW_OBJECT:
            self._new_object(image, fixup, address)
        elif kind == FixupKind.NEW_ARRAY:
            self._new_array(image, fixup, address)
        elif kind in (FixupKind.IS_INSTANCE_OF, FixupKind.CHK_CAST):
            self._cast(image, fixup, address)
        elif kind in _AREAS:
            self._static_base(image, fixup, address)
        elif kind == FixupKind.FIELD_ADDRESS:
            operand = fixup.operands[0]
            assert isinstance(operand, sig.FieldSignature)
            field = runtime.signatures[image.base].field(operand, self._cells.scope(image, fixup))
            table = runtime.statics.initialize(field.owner)
            value = runtime.statics.rva_or_static_address(field)
            if table.init_state == InitState.DONE:
                runtime.memory.set_u64(address, runtime.machine.stub_constant(value))
            runtime.machine.set_result(value)
        elif kind == FixupKind.CCTOR_TRIGGER:
            runtime.statics.initialize(self._cells.type_operand(image, fixup))
        elif kind in (
            FixupKind.THIS_OBJ_DICTIONARY_LOOKUP,
            FixupKind.TYPE_DICTIONARY_LOOKUP,
            FixupKind.METHOD_DICTIONARY_LOOKUP,
        ):
            self._lookup(image, fixup, address)
        elif kind == FixupKind.DELEGATE_CTOR:
            self._delegate_ctor(image, fixup)
        elif kind == FixupKind.VIRTUAL_ENTRY:
            this = runtime.machine.argument(0)
            if not this:
                raise runtime.throw("NullReference")
            method = self._cells.method_operand(image, fixup).method
            runtime.machine.set_result(runtime.dispatch.entry_point(method, runtime.heap.table_of(this)))
        else:
            raise ExecutionError(f"lazy cell {cell.rva:#x} of {image.name}: {fixup_name(kind)} is not supported")

    # --- allocation ---------------------------------------------------------------------------------------------------

    def _new_object(self, image: LoadedImage, fixup: Fixup, address: int) -> None:
        runtime = self._runtime
        table = runtime.tables.of(self._cells.type_operand(image, fixup))

        def slow() -> None:
            runtime.collector.before_allocation(table.size)
            runtime.machine.set_result(runtime.heap.allocate(table))

        trap = runtime.new_trap(slow)
        heap = runtime.heap
        target = trap
        if not table.has_finalizer:
            target = runtime.machine.stub_allocate(
                table.address, table.size, heap.next_address, heap.soft_limit_address, trap
            )
        runtime.memory.set_u64(address, target)
        slow()

    def _new_array(self, image: LoadedImage, fixup: Fixup, address: int) -> None:
        runtime = self._runtime
        table = runtime.tables.of(self._cells.type_operand(image, fixup))

        def make() -> None:
            runtime.machine.set_result(runtime.helpers.new_array(table, runtime.machine.argument(0)))

        runtime.memory.set_u64(address, runtime.new_trap(make))
        make()

    # --- casts --------------------------------------------------------------------------------------------------------

    def _cast(self, image: LoadedImage, fixup: Fixup, address: int) -> None:
        runtime = self._runtime
        type = self._cells.type_operand(image, fixup)
        table = runtime.tables.of(type)
        throws = fixup.kind == FixupKind.CHK_CAST

        def slow() -> None:
            this = runtime.machine.argument(0)
            runtime.machine.set_result(runtime.casting.cast(this, type, throws))

        trap = runtime.new_trap(slow)
        runtime.memory.set_u64(address, runtime.machine.stub_cast(table.address, trap))
        slow()

    # --- statics ------------------------------------------------------------------------------------------------------

    def _static_base(self, image: LoadedImage, fixup: Fixup, address: int) -> None:
        runtime = self._runtime
        type = self._cells.type_operand(image, fixup)
        table = runtime.statics.initialize(type)
        value = runtime.statics.area(table, _AREAS[FixupKind(fixup.kind)])
        if table.init_state == InitState.DONE:
            runtime.memory.set_u64(address, runtime.machine.stub_constant(value))
        runtime.machine.set_result(value)

    # --- generic lookups ----------------------------------------------------------------------------------------------

    def _lookup(self, image: LoadedImage, fixup: Fixup, address: int) -> None:
        runtime = self._runtime
        context = runtime.machine.argument(0)
        key = address, context
        value = self._lookups.get(key)
        if value is None:
            value = self._look_up(image, fixup, context)
            self._lookups[key] = value
            # Code of its own for this context; other contexts come back here.
            memory = runtime.memory
            memory.set_u64(address, runtime.machine.stub_lookup(context, value, memory.u64(address)))
        runtime.machine.set_result(value)

    def _look_up(self, image: LoadedImage, fixup: Fixup, context: int) -> int:
        generic = self._generic_context(image, fixup, context)
        inner = fixup.operands[-1]
        assert isinstance(inner, Fixup)
        inner = Fixup(inner.kind, inner.operands, fixup.module)
        if inner.kind == FixupKind.VIRTUAL_ENTRY:
            return self._cells.dispatch_cell(self._cells.method_operand(image, inner, 0, generic).method)
        return self._cells.value_of(image, inner, generic)

    def _generic_context(self, image: LoadedImage, fixup: Fixup, context: int) -> GenericContext:
        tables = self._runtime.tables
        if fixup.kind == FixupKind.METHOD_DICTIONARY_LOOKUP:
            method = tables.methods.get(context)
            if method is None:
                raise ExecutionError(f"a lookup through {context:#x}, which is no MethodDesc")
            return GenericContext(method.owner.instantiation, method.instantiation)
        type = tables.at(context).type
        if fixup.kind == FixupKind.THIS_OBJ_DICTIONARY_LOOKUP:
            return context_of_type(type, self._cells.type_operand(image, fixup))
        return GenericContext(type.instantiation, ())

    # --- delegates ----------------------------------------------------------------------------------------------------

    def _delegate_ctor(self, image: LoadedImage, fixup: Fixup) -> None:
        runtime = self._runtime
        named = self._cells.method_operand(image, fixup)
        delegate = runtime.machine.argument(0)
        target = runtime.machine.argument(1)
        runtime.delegates.construct(delegate, target, named.method)
