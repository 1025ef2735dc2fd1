"""Import cells: what they hold, and when (readytorun-format.md#import-sections, #delay-load).

Eager cells are filled when an image is loaded, precode cells before a method that lists them runs, lazy cells when code
first goes through them: their thunks lead to the delay-load helpers, which are here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.code import needs_context
from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.lazy_helpers import LazyHelpers
from readytorun.emulator.loader import LoadedImage
from readytorun.emulator.signatures import NamedMethod, Scope
from readytorun.r2r import signatures as sig
from readytorun.r2r.constants import FixupKind, HelperId, ImportSectionFlag
from readytorun.r2r.fixup_blobs import Fixup, TypeLayout
from readytorun.r2r.reader import ImportCell
from readytorun.r2r.versions import fixup_name
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_DELAY_LOAD = {
    HelperId.DELAY_LOAD_METHOD_CALL,
    HelperId.DELAY_LOAD_HELPER,
    HelperId.DELAY_LOAD_HELPER_OBJ,
    HelperId.DELAY_LOAD_HELPER_OBJ_OBJ,
}
_METHOD_ENTRIES = (FixupKind.METHOD_ENTRY, FixupKind.METHOD_ENTRY_DEF_TOKEN, FixupKind.METHOD_ENTRY_REF_TOKEN)
_VIRTUAL_ENTRIES = (FixupKind.VIRTUAL_ENTRY, FixupKind.VIRTUAL_ENTRY_DEF_TOKEN, FixupKind.VIRTUAL_ENTRY_REF_TOKEN)
_LOOKUPS = (
    FixupKind.THIS_OBJ_DICTIONARY_LOOKUP,
    FixupKind.TYPE_DICTIONARY_LOOKUP,
    FixupKind.METHOD_DICTIONARY_LOOKUP,
)
_METHOD_DEF = 0x06000000
_MEMBER_REF = 0x0A000000
_GS_COOKIE = 0x5AFE_C00C_1E5A_FE11


class Cells:
    """Fills and binds the cells of all images."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._images_by_object = {image.module_object: image for image in runtime.images}
        self._fixups: dict[int, Fixup] = {}
        self.lazy = LazyHelpers(runtime, self)
        self.trap_flag = runtime.memory.allocate_data(8)  # never set: nobody else runs
        self._delay_load_trap = runtime.new_trap(self._delay_load, delay_load=True)
        self.synthetic_dispatch: dict[int, MethodDesc] = {}
        self.dispatch_trap = runtime.new_trap(self._dispatch_synthetic)

    # --- eager and precode cells --------------------------------------------------------------------------------------

    def fill_eager(self, image: LoadedImage) -> None:
        """Fill the eager cells of an image.

        Raises:
            ExecutionError: one of them cannot be filled; a runtime would not use the image's code then.
        """
        for index, record in enumerate(image.r2r.import_sections):
            if record.flags & ImportSectionFlag.EAGER:
                for cell in image.r2r.import_cells[index]:
                    self._fill(image, cell, f"eager cell {cell.slot} of {image.name}")

    def fill_precode(self, image: LoadedImage, section: int, slot: int, wanted_by: str) -> None:
        """Fill one of the cells that a method lists, unless it is filled already."""
        cell = image.r2r.import_cells[section][slot]
        if not self._runtime.memory.u64(image.address_of(cell.rva)):
            self._fill(image, cell, f"a cell of {wanted_by}")

    def _fill(self, image: LoadedImage, cell: ImportCell, who: str) -> None:
        fixup = self.fixup(image, cell)
        try:
            value = self._value(image, fixup)
        except ExecutionError as error:
            raise ExecutionError(f"{who}, {fixup_name(fixup.kind)}: {error}") from error
        self._runtime.memory.set_u64(image.address_of(cell.rva), value)

    def fixup(self, image: LoadedImage, cell: ImportCell) -> Fixup:
        """The decoded fixup of a cell."""
        address = image.address_of(cell.rva)
        found = self._fixups.get(address)
        if found is None:
            found = self._fixups[address] = image.r2r.fixup_of(cell)
        return found

    def scope(self, image: LoadedImage, fixup: Fixup) -> Scope:
        """Whose tokens a fixup has."""
        return self._runtime.signatures[image.base].scope(fixup.module)

    def type_operand(self, image: LoadedImage, fixup: Fixup, index: int = 0) -> TypeDesc:
        """A type operand, with variables if it has some."""
        operand = fixup.operands[index]
        return self._runtime.signatures[image.base].type(operand, self.scope(image, fixup))  # type: ignore[arg-type]

    def method_operand(
        self, image: LoadedImage, fixup: Fixup, index: int = 0, generic: GenericContext | None = None
    ) -> NamedMethod:
        """A method operand; its variables mean what `generic` says, if anything."""
        scope = self.scope(image, fixup)
        if fixup.kind in (FixupKind.METHOD_ENTRY_DEF_TOKEN, FixupKind.VIRTUAL_ENTRY_DEF_TOKEN):
            return NamedMethod(scope.method(_METHOD_DEF | int(fixup.operands[0])), 0, None)  # type: ignore[arg-type]
        if fixup.kind in (FixupKind.METHOD_ENTRY_REF_TOKEN, FixupKind.VIRTUAL_ENTRY_REF_TOKEN):
            return NamedMethod(scope.method(_MEMBER_REF | int(fixup.operands[0])), 0, None)  # type: ignore[arg-type]
        operand = fixup.operands[index]
        assert isinstance(operand, sig.MethodSignature)
        return self._runtime.signatures[image.base].method(operand, scope, generic)

    def _value(self, image: LoadedImage, fixup: Fixup) -> int:
        """What a cell that code reads directly holds."""
        kind = fixup.kind
        if kind == FixupKind.HELPER:
            return self._helper(image, int(fixup.operands[0]))  # type: ignore[arg-type]
        if kind == FixupKind.CHECK_INSTRUCTION_SET_SUPPORT:
            return 1
        return self.value_of(image, fixup, GenericContext((), ()))

    def value_of(self, image: LoadedImage, fixup: Fixup, generic: GenericContext) -> int:
        """The value of a handle, offset or address fixup, whose variables mean what `generic` says.

        Raises:
            ExecutionError: a check fails, or the kind is not one that cells hold.
        """
        runtime = self._runtime
        kind = fixup.kind
        if kind in (FixupKind.TYPE_HANDLE, FixupKind.TYPE_DICTIONARY):
            return runtime.tables.of(generic.instantiate(self.type_operand(image, fixup))).address
        if kind in (FixupKind.METHOD_HANDLE, FixupKind.METHOD_DICTIONARY):
            return runtime.tables.method_handle(self.method_operand(image, fixup, 0, generic).method)
        if kind == FixupKind.FIELD_HANDLE:
            return runtime.tables.field_handle(self._field(image, fixup, 0))
        if kind == FixupKind.STRING_HANDLE:
            return self._string_slot(image, fixup)
        if kind == FixupKind.FIELD_OFFSET:
            field = self._field(image, fixup, 0)
            return layout_of(field.owner).field_offsets[field]
        if kind == FixupKind.FIELD_BASE_OFFSET:
            return (layout_of(self.type_operand(image, fixup)).base_size + 7) & ~7
        if kind == FixupKind.FIELD_ADDRESS:
            return runtime.statics.rva_or_static_address(self._field(image, fixup, 0))
        if kind == FixupKind.CHECK_FIELD_OFFSET:
            field = self._field(image, fixup, 1)
            return self._check(layout_of(field.owner).field_offsets[field], fixup.operands[0], f"offset of {field}")
        if kind == FixupKind.CHECK_TYPE_LAYOUT:
            return self._check_layout(self.type_operand(image, fixup), fixup.operands[1])
        if kind in _METHOD_ENTRIES:
            return self.method_address(self.method_operand(image, fixup, 0, generic))
        if kind == FixupKind.CONTINUATION_LAYOUT:
            return self._continuation(image, fixup)
        if kind == FixupKind.RESUMPTION_STUB_ENTRY_POINT:
            return image.address_of(int(fixup.operands[0]))  # type: ignore[arg-type]
        if kind in (FixupKind.INDIRECT_PINVOKE_TARGET, FixupKind.PINVOKE_TARGET):
            raise ExecutionError(f"P/Invoke {self.method_operand(image, fixup).method} is not supported")
        raise ExecutionError(f"fixup {fixup_name(kind)} is not supported")

    def _field(self, image: LoadedImage, fixup: Fixup, index: int) -> FieldDesc:
        operand = fixup.operands[index]
        assert isinstance(operand, sig.FieldSignature)
        return self._runtime.signatures[image.base].field(operand, self.scope(image, fixup))

    @staticmethod
    def _check(actual: int, expected: object, what: str) -> int:
        if actual != expected:
            raise ExecutionError(f"the {what} is {actual}, but the code was compiled for {expected}")
        return 1

    def _check_layout(self, type: TypeDesc, expected: object) -> int:
        assert isinstance(expected, TypeLayout)
        layout = layout_of(type)
        self._check(layout.size, expected.size, f"size of {type}")
        wanted = {i for i in range(8 * len(expected.gc_slots)) if expected.gc_slots[i // 8] >> i % 8 & 1}
        actual = {offset // 8 for offset, is_byref in layout.gc_refs if not is_byref}
        if actual != wanted:
            raise ExecutionError(f"references in {type} are in slots {sorted(actual)}, not {sorted(wanted)}")
        return 1

    def _continuation(self, image: LoadedImage, fixup: Fixup) -> int:
        layout = fixup.operands[1]
        assert isinstance(layout, TypeLayout)
        refs = tuple(8 * i for i in range(8 * len(layout.gc_slots)) if layout.gc_slots[i // 8] >> i % 8 & 1)
        base = self.type_operand(image, fixup)
        return self._runtime.tables.continuation(base, layout.size, refs).address

    def _string_slot(self, image: LoadedImage, fixup: Fixup) -> int:
        text = self.scope(image, fixup).string(int(fixup.operands[0]))  # type: ignore[arg-type]
        return self._runtime.internal_calls.literal(text)

    def _helper(self, image: LoadedImage, helper: int) -> int:
        if helper == HelperId.MODULE:
            return image.module_object
        if helper == HelperId.GS_COOKIE:
            return _GS_COOKIE
        if helper == HelperId.INDIRECT_TRAP_THREADS:
            return self.trap_flag
        if helper in _DELAY_LOAD:
            return self._delay_load_trap
        return self._runtime.helpers.address(helper)

    # --- method addresses ---------------------------------------------------------------------------------------------

    def method_address(self, named: NamedMethod) -> int:
        """Address of the code that a MethodEntry fixup names."""
        runtime = self._runtime
        method = named.method
        if named.constrained is not None:
            method = runtime.dispatch.resolve_constrained(method, named.constrained)
        if named.flags & sig.METHOD_UNBOXING_STUB:
            return runtime.code.unboxing_entry_point(method)
        if named.flags & sig.METHOD_INSTANTIATING_STUB and needs_context(method):
            return runtime.code.entry_point(method)
        return runtime.code.entry_of_code(method)

    # --- lazy cells ---------------------------------------------------------------------------------------------------

    def _delay_load(self) -> None:
        """A thunk was entered: find the cell, bind it, go on."""
        runtime = self._runtime
        module, address = runtime.machine.enter_delay_load()
        image = self._images_by_object.get(module)
        if image is None:
            raise ExecutionError(f"{module:#x} is no Module")
        cell = image.cell_at(address)
        fixup = self.fixup(image, cell)
        kind = fixup.kind
        section = image.r2r.import_sections[cell.section]
        if kind in _METHOD_ENTRIES:
            runtime.collector.at_binding(self._argument_refs(image, cell))
            target = self.method_address(self.method_operand(image, fixup))
            runtime.memory.set_u64(address, target)
            runtime.tracer.bound(image, cell, fixup, target)
            runtime.machine.jump_to(target)
        elif kind in _VIRTUAL_ENTRIES and section.type == 2:
            self._dispatch(image, cell, address, self.method_operand(image, fixup))
        else:
            self.lazy.run(image, cell, fixup, address)

    def _argument_refs(self, image: LoadedImage, cell: ImportCell) -> list[tuple[int, int]]:
        """Where the arguments of the call hold references, by the cell's GCRefMap: they are roots while it is bound."""
        maps = image.r2r.gc_ref_maps_of(cell.section)
        machine = self._runtime.machine
        refs = []
        if maps:
            stack = machine.stack_arguments()
            for position, token in maps[cell.slot].items():
                if token in (1, 2):
                    place = machine.gc_ref_map_place(position)
                    refs.append((machine.argument_address(place, machine.context, stack), token))
        return refs

    # --- dispatch -----------------------------------------------------------------------------------------------------

    def _dispatch(self, image: LoadedImage, cell: ImportCell, address: int, named: NamedMethod) -> None:
        runtime = self._runtime
        machine = runtime.machine
        runtime.collector.at_binding(self._argument_refs(image, cell))
        this = machine.argument(0)
        if not this:
            raise runtime.throw("NullReference")
        table = runtime.heap.table_of(this)
        target = runtime.dispatch.entry_point(named.method, table)
        # The cell's code is tried first from now on; what it does not know comes back to the thunk.
        otherwise = runtime.memory.u64(address)
        runtime.memory.set_u64(address, machine.stub_dispatch(table.address, target, otherwise))
        runtime.tracer.dispatched(image, cell, table, target)
        machine.jump_to(target)

    def dispatch_cell(self, method: MethodDesc) -> int:
        """Address of a dispatch cell of the runtime's own, for what generic lookups find."""
        cell = self._runtime.memory.allocate_data(8)
        self._runtime.memory.set_u64(cell, self.dispatch_trap)
        self.synthetic_dispatch[cell] = method
        return cell

    def _dispatch_synthetic(self) -> None:
        runtime = self._runtime
        machine = runtime.machine
        cell = machine.dispatch_cell_register()
        method = self.synthetic_dispatch[cell]
        this = machine.argument(0)
        if not this:
            raise runtime.throw("NullReference")
        table = runtime.heap.table_of(this)
        target = runtime.dispatch.entry_point(method, table)
        runtime.memory.set_u64(cell, machine.stub_dispatch(table.address, target, runtime.memory.u64(cell)))
        machine.jump_to(target)
