"""Reading an image: everything that a ReadyToRun image holds, decoded where it is asked for.

    image = R2RImage.open("System.Linq.dll")
    for method in image.methods:
        method.fixups, method.functions, method.gc_info, method.eh_clauses, method.debug_info

Composite images and the component assemblies that belong to them are read too: a component has no code of its own, the
container has the methods of all its components.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from readytorun.errors import BadImageError
from readytorun.metadata.reader import MetadataReader
from readytorun.pe import PEImage
from readytorun.r2r import unwind_arm64, unwind_x64
from readytorun.r2r.constants import HeaderFlag, SectionType
from readytorun.r2r.debug_info import DebugInfo, debug_blob_positions, decode_debug_info
from readytorun.r2r.eh_info import decode_clauses, decode_lookup
from readytorun.r2r.entry_points import (
    EntryPoint,
    FixupList,
    decode_entry_point,
    decode_method_def_entry_points,
    instance_entry_positions,
)
from readytorun.r2r.fixup_blobs import Fixup, decode_fixup
from readytorun.r2r.gc_ref_map import decode_gc_ref_maps
from readytorun.r2r.gcinfo import GcInfo, decode_gc_info
from readytorun.r2r.header import CoreHeader, Header, SectionEntry
from readytorun.r2r.imports import ImportSectionRecord, decode_import_sections
from readytorun.r2r.inlining_info import InliningRecord, decode_inlining_record, inlining_record_positions
from readytorun.r2r.model import EHClause
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.runtime_functions import RuntimeFunction, decode_hot_cold_map, decode_runtime_functions
from readytorun.r2r.signatures import MethodSignature, decode_method
from readytorun.r2r.target import Machine, OperatingSystem, split_coff_machine
from readytorun.r2r.versions import NEWEST_READABLE, OLDEST_READABLE, gc_info_version

UnwindInfo = unwind_x64.UnwindInfo | unwind_arm64.UnwindInfo


class ImportCell(NamedTuple):
    """One cell of an import section.

    Attributes:
        rva: where the cell lies.
        signature_rva: where its fixup blob lies.
        initial: what it holds in the file: 0, or the address of a thunk.
    """

    section: int
    slot: int
    rva: int
    signature_rva: int
    initial: int


class Component(NamedTuple):
    """One assembly inside a composite image: its row in the manifest's AssemblyRef table and its own sections."""

    row: int
    cor_header: SectionEntry
    header: CoreHeader


class R2RMethod:
    """One compiled method.

    Attributes:
        method_def_rid: row of the MethodDef table, or 0 for an entry of InstanceMethodEntryPoints.
        component: row of the component whose MethodDef table is meant, 0 in ordinary images.
        signature: of an instantiation, else None.
        function_index: of the main body in the runtime functions.
        fixups: (import section, slot) of the cells to fill before the method may run.
    """

    __slots__ = ("_image", "component", "fixups", "function_index", "method_def_rid", "signature")

    def __init__(
        self,
        image: R2RImage,
        entry: EntryPoint,
        method_def_rid: int,
        signature: MethodSignature | None,
        component: int = 0,
    ) -> None:
        self._image = image
        self.function_index = entry.function_index
        self.fixups: FixupList = entry.fixups
        self.method_def_rid = method_def_rid
        self.signature = signature
        self.component = component

    @property
    def rva(self) -> int:
        return self._image.runtime_functions[self.function_index].begin

    @property
    def gc_info(self) -> GcInfo:
        return self._image.gc_info_at(self.function_index)[0]

    @property
    def size(self) -> int:
        """Bytes of code of the main body and its funclets."""
        return self.gc_info.code_length

    @property
    def code(self) -> bytes:
        return self._image.image.read(self.rva, self.size)

    @property
    def functions(self) -> list[RuntimeFunction]:
        """The main body and its funclets, in code order."""
        return self._image.functions_of(self.function_index)

    @property
    def eh_clauses(self) -> tuple[EHClause, ...]:
        return self._image.eh_clauses_of(self.rva)

    @property
    def debug_info(self) -> DebugInfo | None:
        return self._image.debug_info_of(self.function_index)


class R2RImage:
    """One ReadyToRun image. Whatever does not decode raises BadImageError with the file offset, when it is asked for.

    Attributes:
        image: the PE file.
        machine, os: taken from the COFF header.
        header: the R2R header.
        sections: section directory by type; entries of size 0 are left out.
    """

    def __init__(self, image: PEImage) -> None:
        self.image = image
        self.path = image.path
        self.data = image.data
        pair = split_coff_machine(image.machine)
        if pair is None:
            raise BadImageError(image.path, f"unknown machine {image.machine:#x}")
        self.machine: Machine = pair[0]
        self.os: OperatingSystem = pair[1]
        cor_header = image.cor_header
        if cor_header is None or not cor_header.managed_native_header[1]:
            raise BadImageError(image.path, "not a ReadyToRun image: no managed native header")
        self.header = Header.decode(self.reader_at(cor_header.managed_native_header[0]))
        if not OLDEST_READABLE <= self.header.major <= NEWEST_READABLE:
            raise BadImageError(
                image.path,
                f"format version {self.header.major}.{self.header.minor} is not known; "
                f"{OLDEST_READABLE} to {NEWEST_READABLE} are",
            )
        self.sections: dict[int, SectionEntry] = {
            section.type: section for section in self.header.sections if section.size
        }

    @staticmethod
    def open(path: str | Path) -> R2RImage:
        """Read the file at `path`; BadImageError if it is not a ReadyToRun image, OSError if it cannot be read."""
        return R2RImage.parse(Path(path).read_bytes(), str(path))

    @staticmethod
    def parse(data: bytes, path: str) -> R2RImage:
        """Read an image from its bytes; `path` is for messages."""
        return R2RImage(PEImage.parse(data, path))

    # --- places -------------------------------------------------------------------------------------------------------

    @property
    def version(self) -> tuple[int, int]:
        return self.header.major, self.header.minor

    def reader_at(self, rva: int, size: int | None = None) -> ByteReader:
        """A reader from an RVA on, over `size` bytes or to the end of its section of the file."""
        start = self.image.offset_of(rva, size or 0)
        end = start + (self.image.bytes_after(rva) if size is None else size)
        return ByteReader(self.data, start, end, self.path)

    def section_reader(self, section: SectionEntry) -> ByteReader:
        """A reader over a section of the R2R directory."""
        return self.reader_at(section.rva, section.size)

    def _section(self, kind: SectionType) -> ByteReader | None:
        section = self.sections.get(kind)
        return None if section is None else self.section_reader(section)

    # --- identity -----------------------------------------------------------------------------------------------------

    @property
    def is_component(self) -> bool:
        """Whether the code is in another file, the composite image that `owner_composite` names."""
        return bool(self.header.flags & HeaderFlag.COMPONENT)

    @property
    def is_composite(self) -> bool:
        return SectionType.COMPONENT_ASSEMBLIES in self.sections

    @cached_property
    def owner_composite(self) -> str:
        reader = self._section(SectionType.OWNER_COMPOSITE_EXECUTABLE)
        return "" if reader is None else reader.c_string().decode("utf-8", "replace")

    @cached_property
    def compiler_identifier(self) -> str:
        reader = self._section(SectionType.COMPILER_IDENTIFIER)
        return "" if reader is None else reader.c_string().decode("utf-8", "replace")

    @cached_property
    def metadata(self) -> MetadataReader | None:
        """The IL metadata of the assembly; of a composite image None."""
        header = self.image.cor_header
        if header is None or not header.metadata[1] or self.is_composite:
            return None
        rva, size = header.metadata
        return MetadataReader(self.data, self.image.offset_of(rva, size), size, self.path)

    @cached_property
    def manifest(self) -> MetadataReader | None:
        """The metadata of section ManifestMetadata."""
        section = self.sections.get(SectionType.MANIFEST_METADATA)
        if section is None:
            return None
        offset = self.image.offset_of(section.rva, section.size)
        return MetadataReader(self.data, offset, section.size, self.path)

    @cached_property
    def components(self) -> list[Component]:
        """The assemblies of a composite image."""
        reader = self._section(SectionType.COMPONENT_ASSEMBLIES)
        result: list[Component] = []
        while reader is not None and reader.pos < reader.end:
            cor_header = SectionEntry(0, reader.u32(), reader.u32())
            rva, size = reader.u32(), reader.u32()
            header = CoreHeader.decode(self.reader_at(rva, size))
            result.append(Component(len(result) + 1, cor_header, header))
        return result

    # --- imports ------------------------------------------------------------------------------------------------------

    @cached_property
    def import_sections(self) -> list[ImportSectionRecord]:
        reader = self._section(SectionType.IMPORT_SECTIONS)
        return [] if reader is None else decode_import_sections(reader)

    @cached_property
    def import_cells(self) -> list[list[ImportCell]]:
        """The cells of every import section."""
        result = []
        for index, record in enumerate(self.import_sections):
            cells = []
            if record.cell_count:
                values = self.reader_at(record.cells_rva, record.cells_size)
                signatures = self.reader_at(record.signatures_rva, 4 * record.cell_count)
                pointer_size = 4 if self.machine in (Machine.I386, Machine.ARM_THUMB2) else 8
                for slot in range(record.cell_count):
                    rva = record.cells_rva + slot * record.entry_size
                    content = values.take(record.entry_size)
                    initial = int.from_bytes(content[:pointer_size], "little")
                    cells.append(ImportCell(index, slot, rva, signatures.u32(), initial))
            result.append(cells)
        return result

    @cached_property
    def cells_by_rva(self) -> dict[int, ImportCell]:
        return {cell.rva: cell for cells in self.import_cells for cell in cells}

    def fixup_of(self, cell: ImportCell) -> Fixup:
        """The decoded fixup blob of a cell."""
        return decode_fixup(self.reader_at(cell.signature_rva), self.version)

    def gc_ref_maps_of(self, section: int) -> Sequence[dict[int, int]]:
        """The GCRefMaps of an import section's cells; empty if it has none."""
        record = self.import_sections[section]
        if not record.auxiliary_rva or not record.cell_count:
            return []
        return decode_gc_ref_maps(self.reader_at(record.auxiliary_rva), record.cell_count)

    # --- code ---------------------------------------------------------------------------------------------------------

    @cached_property
    def runtime_functions(self) -> list[RuntimeFunction]:
        reader = self._section(SectionType.RUNTIME_FUNCTIONS)
        return [] if reader is None else decode_runtime_functions(reader, self.machine)

    @cached_property
    def methods(self) -> list[R2RMethod]:
        """All methods that have an entry point, in the order of their code."""
        result = []
        own = self.sections.get(SectionType.METHOD_DEF_ENTRY_POINTS)
        tables = [] if own is None else [(0, own)]
        for component in self.components:
            for section in component.header.sections:
                if section.type == SectionType.METHOD_DEF_ENTRY_POINTS and section.size:
                    tables.append((component.row, section))
        count = len(self.runtime_functions)
        for row, section in tables:
            for rid, entry in decode_method_def_entry_points(self.section_reader(section)):
                result.append(R2RMethod(self, entry, rid, None, row))
        reader = self._section(SectionType.INSTANCE_METHOD_ENTRY_POINTS)
        if reader is not None:
            for _, _, position in instance_entry_positions(reader):
                reader.pos = position
                signature = decode_method(reader)
                result.append(R2RMethod(self, decode_entry_point(reader), 0, signature))
        for method in result:
            if method.function_index >= count:
                raise BadImageError(self.path, f"entry point of runtime function {method.function_index} of {count}")
        result.sort(key=lambda method: (method.function_index, method.component, method.method_def_rid))
        return result

    @cached_property
    def hot_cold_map(self) -> list[tuple[int, int]]:
        """(index of a cold part, index of its method's main body) of images whose methods are split."""
        reader = self._section(SectionType.HOT_COLD_MAP)
        return [] if reader is None else decode_hot_cold_map(reader)

    @cached_property
    def inlining(self) -> list[InliningRecord]:
        """The records of section CrossModuleInlineInfo."""
        reader = self._section(SectionType.CROSS_MODULE_INLINE_INFO)
        if reader is None:
            return []
        names_modules = bool(self.header.flags & HeaderFlag.MULTIMODULE_VERSION_BUBBLE)
        records = []
        for _, _, position in inlining_record_positions(reader):
            reader.pos = position
            records.append(decode_inlining_record(reader, names_modules))
        return records

    def unwind_info_at(self, function_index: int) -> tuple[UnwindInfo, int, int]:
        """(unwind data, personality RVA, file offset behind both) of one runtime function."""
        reader = self.reader_at(self.runtime_functions[function_index].unwind)
        info: UnwindInfo
        if self.machine == Machine.AMD64:
            info = unwind_x64.decode_unwind_info(reader)
        elif self.machine == Machine.ARM64:
            info = unwind_arm64.decode_unwind_info(reader)
        else:
            raise BadImageError(self.path, f"unwind data of {self.machine.name} images is not supported")
        personality = reader.u32()
        return info, personality, reader.pos

    def gc_info_at(self, function_index: int) -> tuple[GcInfo, int, int]:
        """(GC info, file offset, file offset behind it) of the method whose main body the function is."""
        rva = self.runtime_functions[function_index].unwind
        reader = self.reader_at(rva)
        module = unwind_x64 if self.machine == Machine.AMD64 else unwind_arm64
        if self.machine not in (Machine.AMD64, Machine.ARM64):
            raise BadImageError(self.path, f"GC info of {self.machine.name} images is not supported")
        reader.take(module.unwind_size(self.data, reader.pos) + 4)
        start = reader.pos
        info = decode_gc_info(reader, self.machine, gc_info_version(*self.version))
        return info, start, reader.pos

    def function_size(self, function_index: int) -> int:
        """Bytes of code of one runtime function."""
        function = self.runtime_functions[function_index]
        if self.machine == Machine.AMD64:
            return function.end - function.begin
        info = self.unwind_info_at(function_index)[0]
        return info.length if isinstance(info, unwind_arm64.UnwindInfo) else 0

    def functions_of(self, function_index: int) -> list[RuntimeFunction]:
        """The main body at an index, and the funclets behind it."""
        functions = self.runtime_functions
        end = functions[function_index].begin + self.gc_info_at(function_index)[0].code_length
        result = []
        while function_index < len(functions) and functions[function_index].begin < end:
            function = functions[function_index]
            result.append(function._replace(end=function.begin + self.function_size(function_index)))
            function_index += 1
        return result

    @cached_property
    def _eh_table(self) -> dict[int, tuple[int, int]]:
        """(RVA of the first clause, size of all) by RVA of the method."""
        reader = self._section(SectionType.EXCEPTION_INFO)
        if reader is None:
            return {}
        records, end = decode_lookup(reader)
        ends = [clauses for _, clauses in records[1:]] + [end]
        return {method: (clauses, stop - clauses) for (method, clauses), stop in zip(records, ends, strict=True)}

    def eh_clauses_of(self, method_rva: int) -> tuple[EHClause, ...]:
        """The EH clauses of the method whose code begins at an RVA."""
        place = self._eh_table.get(method_rva)
        return () if place is None else decode_clauses(self.reader_at(*place))

    @cached_property
    def _debug_positions(self) -> dict[int, int]:
        reader = self._section(SectionType.DEBUG_INFO)
        return {} if reader is None else dict(debug_blob_positions(reader))

    def debug_info_of(self, function_index: int) -> DebugInfo | None:
        """The debug information of the method whose main body the function is."""
        position = self._debug_positions.get(function_index)
        if position is None:
            return None
        end = self.image.offset_of(self.sections[SectionType.DEBUG_INFO].rva)
        end += self.sections[SectionType.DEBUG_INFO].size
        return decode_debug_info(ByteReader(self.data, position, end, self.path), self.header.major)
