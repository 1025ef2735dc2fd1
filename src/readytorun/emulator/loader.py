"""Images in the emulated memory: mapped, relocated, their methods and cells indexed by address."""

from __future__ import annotations

import bisect
import struct
from functools import cached_property

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.memory import PAGE, Memory
from readytorun.errors import BadImageError
from readytorun.metadata.tables import TableId
from readytorun.pe import DIRECTORY_BASE_RELOCATION
from readytorun.r2r.gcinfo import GcInfo
from readytorun.r2r.model import EHClause
from readytorun.r2r.reader import ImportCell, R2RImage, R2RMethod
from readytorun.typesystem.module import ModuleDesc

_DIR64 = 10
_MODULE_OBJECT_SIZE = 16


class MethodCode:
    """The code of one compiled method, decoded once.

    Attributes:
        image: where it lies.
        record: the image's record of it, None for code that no table lists (resumption stubs).
        start: its address.
        gc_info, clauses: of main body and funclets together.
        funclets: (start, end) offsets of the funclets, in code order.
        filters: start offsets of those funclets that are filters.
        function_index: runtime function of the main body.
        name: for messages.
        is_prepared: the cells that it reads have been filled.
    """

    __slots__ = (
        "_frame_cache",
        "clauses",
        "filters",
        "funclets",
        "function_index",
        "gc_info",
        "image",
        "is_prepared",
        "name",
        "record",
        "safe_points",
        "start",
    )

    def __init__(self, image: LoadedImage, function_index: int) -> None:
        functions = image.r2r.functions_of(function_index)
        begin = functions[0].begin
        self.image = image
        self.function_index = function_index
        self.start = image.address_of(begin)
        self.gc_info: GcInfo = image.r2r.gc_info_at(function_index)[0]
        self.clauses: tuple[EHClause, ...] = image.r2r.eh_clauses_of(begin)
        self.funclets = [(f.begin - begin, f.end - begin) for f in functions[1:]]
        self.filters = {c.class_token_or_filter for c in self.clauses if c.kind == 1}
        self.safe_points = dict(zip(self.gc_info.safe_points, self.gc_info.live, strict=False))
        if len(self.gc_info.live) < len(self.gc_info.safe_points):
            self.safe_points = dict.fromkeys(self.gc_info.safe_points, 0)
        self.record: R2RMethod | None = None
        self.name = f"{image.name}+{begin:#x}"
        self.is_prepared = False

    def funclet_at(self, offset: int) -> tuple[int, int] | None:
        """The funclet that an offset is in; None for the main body."""
        if self.funclets and offset >= self.funclets[0][0]:
            for start, end in self.funclets:
                if start <= offset < end:
                    return start, end
        return None


class LoadedImage:
    """One ReadyToRun image.

    Attributes:
        r2r: the image as a file.
        module: its assembly in the type system.
        base: address of its RVA 0.
        module_object: what the cells of the Module helper hold: the address that names this image.
    """

    def __init__(self, memory: Memory, r2r: R2RImage, module: ModuleDesc) -> None:
        self.memory = memory
        self.r2r = r2r
        self.module = module
        self.name = module.name
        self._codes: dict[int, MethodCode] = {}
        pe = r2r.image
        self.base = memory.allocate_code(pe.size_of_image + PAGE, 0x10000)
        for section in pe.sections:
            size = min(section.raw_size, section.virtual_size or section.raw_size)
            data = pe.data[section.raw_offset : section.raw_offset + size]
            memory.write(self.base + section.virtual_address, data)
        self._relocate(self.base - pe.image_base)
        self.end = self.base + pe.size_of_image
        self.module_object = memory.allocate_data(_MODULE_OBJECT_SIZE, 16)
        self._starts = [function.begin for function in r2r.runtime_functions]

    def _relocate(self, delta: int) -> None:
        pe = self.r2r.image
        rva, size = pe.directories[DIRECTORY_BASE_RELOCATION]
        if not size:
            return
        blocks = pe.read(rva, size)
        position = 0
        while position + 8 <= size:
            page, length = struct.unpack_from("<II", blocks, position)
            if length < 8:
                raise BadImageError(self.r2r.path, f"base relocation block of {length} bytes")
            for (entry,) in struct.iter_unpack("<H", blocks[position + 8 : position + length]):
                if entry >> 12 == _DIR64:
                    address = self.base + page + (entry & 0xFFF)
                    self.memory.set_u64(address, self.memory.u64(address) + delta)
                elif entry >> 12:
                    raise BadImageError(self.r2r.path, f"base relocation of type {entry >> 12}")
            position += length

    def address_of(self, rva: int) -> int:
        return self.base + rva

    def contains(self, address: int) -> bool:
        return self.base <= address < self.end

    # --- code ---------------------------------------------------------------------------------------------------------

    def function_index_at(self, address: int) -> int:
        """Index of the runtime function at an address, -1 if there is no code."""
        rva = address - self.base
        index = bisect.bisect_right(self._starts, rva) - 1
        if index < 0:
            return -1
        function = self.r2r.runtime_functions[index]
        return index if rva < function.begin + self.r2r.function_size(index) else -1

    @cached_property
    def _main_indices(self) -> list[int]:
        """Indices of the main bodies: those that have GC info of their own, which tells how far they reach."""
        functions = self.r2r.runtime_functions
        mains = []
        index = 0
        while index < len(functions):
            mains.append(index)
            end = functions[index].begin + self.r2r.code_length_of(index)
            index += 1
            while index < len(functions) and functions[index].begin < end:
                index += 1
        return mains

    def code_of_function(self, function_index: int) -> MethodCode:
        """The method that a runtime function, main body or funclet, belongs to."""
        mains = self._main_indices
        main = mains[bisect.bisect_right(mains, function_index) - 1]
        found = self._codes.get(main)
        if found is None:
            found = self._codes[main] = MethodCode(self, main)
        return found

    def code_before(self, code: MethodCode) -> MethodCode | None:
        """The method whose code lies in front of that of another."""
        position = bisect.bisect_left(self._main_indices, code.function_index)
        return self.code_of_function(self._main_indices[position - 1]) if position else None

    @cached_property
    def method_defs(self) -> dict[int, R2RMethod]:
        """The compiled methods that MethodDefEntryPoints lists, by row."""
        return {method.method_def_rid: method for method in self.r2r.methods if method.signature is None}

    # --- cells --------------------------------------------------------------------------------------------------------

    def cell_at(self, address: int) -> ImportCell:
        """The import cell at an address."""
        cell = self.r2r.cells_by_rva.get(address - self.base)
        if cell is None:
            raise ExecutionError(f"{self.name}: {address:#x} is no import cell (RVA {address - self.base:#x})")
        return cell

    # --- metadata -----------------------------------------------------------------------------------------------------

    @cached_property
    def assembly_references(self) -> list[str]:
        """Names of the AssemblyRef rows of the IL metadata."""
        reader = self.module.reader
        return [reader.string(offset) for offset in reader.column(TableId.ASSEMBLY_REF, "Name")]

    @cached_property
    def manifest_references(self) -> list[str]:
        """Names of the AssemblyRef rows of the manifest."""
        reader = self.r2r.manifest
        if reader is None:
            return []
        return [reader.string(offset) for offset in reader.column(TableId.ASSEMBLY_REF, "Name")]
