"""Where everything in an image lies: each structure that is known decodes, and says which bytes it consists of.

`collect_extents` walks over the whole image, from the PE headers to the last fixup blob. It takes nothing on trust: an
extent ends where decoding ended, and tables are taken apart down to the nodes of their trees. What nothing here
explains is for `coverage` to find.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, NamedTuple

from readytorun.errors import BadImageError
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.pe import (
    DIRECTORY_BASE_RELOCATION,
    DIRECTORY_DEBUG,
    DIRECTORY_EXPORT,
    DIRECTORY_RESOURCE,
    DIRECTORY_SECURITY,
)
from readytorun.r2r.assembly_tables import AssemblyTables, Component
from readytorun.r2r.constants import SectionType
from readytorun.r2r.debug_info import debug_blob_positions
from readytorun.r2r.entry_points import decode_entry_point_place, decode_fixup_list
from readytorun.r2r.gc_ref_map import decode_gc_ref_maps
from readytorun.r2r.header import SectionEntry, header_size
from readytorun.r2r.il_parts import field_data_size
from readytorun.r2r.inlining_info import decode_component_inlining_record, decode_inlining_record
from readytorun.r2r.native_array import NativeArray
from readytorun.r2r.native_hashtable import NativeHashtable
from readytorun.r2r.pgo import decode_pgo_data, pgo_data_at
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.runtime_functions import SENTINEL
from readytorun.r2r.signatures import decode_method
from readytorun.r2r.target import Machine


class PartKind(Enum):
    """What a part of the file is."""

    PE_HEADERS = "PE headers"
    CLI_HEADER = "CLI header"
    R2R_HEADER = "R2R header"
    METADATA = "IL metadata"
    METHOD_IL = "IL bodies"
    FIELD_DATA = "data of RVA fields"
    RESOURCES = "managed resources"
    STRONG_NAME = "strong name"
    WIN32_RESOURCES = "Win32 resources"
    DEBUG_DIRECTORY = "debug directory"
    EXPORTS = "exports"
    RELOCATIONS = "base relocations"
    CERTIFICATES = "certificates"
    CODE = "native code"
    THUNKS = "import thunks"
    READ_ONLY_DATA = "read-only data of code"
    UNWIND = "unwind data"
    GC_INFO = "GC info"
    EH_CLAUSES = "EH clauses"
    RUNTIME_FUNCTIONS = "runtime functions"
    EXCEPTION_TABLE = "exception table"
    DEBUG_INFO = "debug information"
    IMPORT_SECTIONS = "import section table"
    IMPORT_CELLS = "import cells"
    SIGNATURE_POINTERS = "pointers to fixup blobs"
    FIXUPS = "fixup blobs"
    GC_REF_MAPS = "GCRefMaps"
    METHOD_ENTRY_POINTS = "method entry points"
    INSTANCE_ENTRY_POINTS = "instance entry points"
    AVAILABLE_TYPES = "available types"
    METADATA_MAPS = "maps of methods and types"
    ATTRIBUTE_FILTER = "attribute filter"
    INLINING = "inlining information"
    PROFILES = "profiles"
    TYPE_MAPS = "type maps"
    HOT_COLD_MAP = "hot/cold map"
    MANIFEST = "manifest metadata"
    MVIDS = "manifest MVIDs"
    COMPONENTS = "component table"
    OWNER = "name of the composite image"
    COMPILER = "compiler identifier"
    UNKNOWN_SECTION = "unknown sections"
    PADDING = "padding"
    UNEXPLAINED = "unexplained"


class Part(NamedTuple):
    """A run of bytes.

    Attributes:
        offset, size: in the file, in bytes.
        number: which of its kind: runtime function, import section, MethodDef or Field row, section type; else -1.
    """

    offset: int
    size: int
    kind: PartKind
    number: int = -1


# Sections that are one part, whatever is in them.
_WHOLE_SECTIONS: Final = {
    SectionType.COMPILER_IDENTIFIER: PartKind.COMPILER,
    SectionType.IMPORT_SECTIONS: PartKind.IMPORT_SECTIONS,
    SectionType.RUNTIME_FUNCTIONS: PartKind.RUNTIME_FUNCTIONS,
    SectionType.EXCEPTION_INFO: PartKind.EXCEPTION_TABLE,
    SectionType.DELAY_LOAD_METHOD_CALL_THUNKS: PartKind.THUNKS,
    SectionType.MANIFEST_METADATA: PartKind.MANIFEST,
    SectionType.ATTRIBUTE_PRESENCE: PartKind.ATTRIBUTE_FILTER,
    SectionType.COMPONENT_ASSEMBLIES: PartKind.COMPONENTS,
    SectionType.OWNER_COMPOSITE_EXECUTABLE: PartKind.OWNER,
    SectionType.MANIFEST_ASSEMBLY_MVIDS: PartKind.MVIDS,
    SectionType.HOT_COLD_MAP: PartKind.HOT_COLD_MAP,
    SectionType.METHOD_IS_GENERIC_MAP: PartKind.METADATA_MAPS,
    SectionType.ENCLOSING_TYPE_MAP: PartKind.METADATA_MAPS,
    SectionType.TYPE_GENERIC_INFO_MAP: PartKind.METADATA_MAPS,
    SectionType.EXTERNAL_TYPE_MAPS: PartKind.TYPE_MAPS,
    SectionType.PROXY_TYPE_MAPS: PartKind.TYPE_MAPS,
    SectionType.TYPE_MAP_ASSEMBLY_TARGETS: PartKind.TYPE_MAPS,
}
# Sections that are taken apart.
_TAKEN_APART: Final = {
    SectionType.METHOD_DEF_ENTRY_POINTS,
    SectionType.DEBUG_INFO,
    SectionType.AVAILABLE_TYPES,
    SectionType.INSTANCE_METHOD_ENTRY_POINTS,
    SectionType.INLINING_INFO2,
    SectionType.PGO_INSTRUMENTATION_DATA,
    SectionType.CROSS_MODULE_INLINE_INFO,
}
_EXPORTS: Final = struct.Struct("<12xI4xIIIII")
_DEBUG_ENTRY: Final = struct.Struct("<IIHHIIII")
_COR_HEADER_SIZE: Final = 72
_SECTION_HEADER_SIZE: Final = 40


def collect_extents(image: R2RImage) -> list[Part]:
    """The parts that structures of the image explain, in no order; shared ones may be there more than once.

    Raises BadImageError where something does not decode. Of machines whose code is not decoded, unwind data, GC info
    and code are left out.
    """
    walk = _Walk(image)
    walk.pe_headers()
    walk.directories()
    walk.il()
    walk.sections()
    walk.imports()
    if image.machine in (Machine.AMD64, Machine.ARM64):
        walk.code()
    walk.eh_clauses()
    return walk.parts


class _Walk:
    def __init__(self, image: R2RImage) -> None:
        self.image = image
        self.parts: list[Part] = []

    def _add(self, start: int, end: int, kind: PartKind, index: int = -1) -> None:
        if end > start:
            self.parts.append(Part(start, end - start, kind, index))

    def _add_rva(self, rva: int, size: int, kind: PartKind, index: int = -1) -> None:
        if size:
            start = self.image.reader_at(rva, size, kind.value).pos
            self._add(start, start + size, kind, index)

    # --- the container ------------------------------------------------------------------------------------------------

    def pe_headers(self) -> None:
        pe = self.image.image
        self._add(0, pe.section_table_offset + len(pe.sections) * _SECTION_HEADER_SIZE, PartKind.PE_HEADERS)

    def directories(self) -> None:
        pe = self.image.image
        self._exports(*pe.directories[DIRECTORY_EXPORT])
        for directory, kind in (
            (DIRECTORY_RESOURCE, PartKind.WIN32_RESOURCES),
            (DIRECTORY_BASE_RELOCATION, PartKind.RELOCATIONS),
        ):
            self._add_rva(*pe.directories[directory], kind)
        offset, size = pe.directories[DIRECTORY_SECURITY]  # a file offset, not an RVA
        if size:
            self._add(offset, min(offset + size, len(pe.data)), PartKind.CERTIFICATES)
        rva, size = pe.directories[DIRECTORY_DEBUG]
        count = size // _DEBUG_ENTRY.size
        self._add_rva(rva, count * _DEBUG_ENTRY.size, PartKind.DEBUG_DIRECTORY)
        for entry in _DEBUG_ENTRY.iter_unpack(pe.read(rva, count * _DEBUG_ENTRY.size) if count else b""):
            data_size, data_offset = entry[5], entry[7]
            if data_size and data_offset + data_size <= len(pe.data):
                self._add(data_offset, data_offset + data_size, PartKind.DEBUG_DIRECTORY)

    def _exports(self, rva: int, size: int) -> None:
        """The export directory of a composite image (PE format specification, .edata)."""
        if not size:
            return
        kind = PartKind.EXPORTS
        self._add_rva(rva, size, kind)
        name, function_count, name_count, functions, names, ordinals = _EXPORTS.unpack(
            self.image.reader_at(rva, _EXPORTS.size, kind.value).take(_EXPORTS.size)
        )
        self._add_rva(functions, 4 * function_count, kind)
        self._add_rva(names, 4 * name_count, kind)
        self._add_rva(ordinals, 2 * name_count, kind)
        pointers = self.image.reader_at(names, 4 * name_count, kind.value) if name_count else ByteReader(b"")
        for text in (name, *[pointers.u32() for _ in range(name_count)]):
            reader = self.image.reader_at(text, None, kind.value)
            start = reader.pos
            reader.c_string()
            self._add(start, reader.pos, kind)

    def il(self) -> None:
        image = self.image
        header = image.image.cor_header
        if header is not None:
            self._add(header.file_offset, header.file_offset + _COR_HEADER_SIZE, PartKind.CLI_HEADER)
            kind = PartKind.MANIFEST if image.is_composite else PartKind.METADATA
            self._add_rva(*header.metadata, kind)
            self._add_rva(*header.resources, PartKind.RESOURCES)
            self._add_rva(*header.strong_name, PartKind.STRONG_NAME)
            rva = header.managed_native_header[0]
            self._add_rva(rva, header_size(len(image.header.sections)), PartKind.R2R_HEADER)
        if image.metadata is not None:
            self._il_of(image.metadata)
        for component in image.components:
            self._add(component.header_offset, component.header_offset + component.header_size, PartKind.COMPONENTS)
            if component.cor_header.rva:
                self._add_rva(component.cor_header.rva, _COR_HEADER_SIZE, PartKind.CLI_HEADER)
            if component.metadata is not None:
                offset = component.metadata.offset
                self._add(offset, offset + component.metadata.size, PartKind.METADATA)
                self._il_of(component.metadata)

    def _il_of(self, metadata: MetadataReader) -> None:
        pe = self.image.image
        for row, rva in enumerate(metadata.column(TableId.METHOD_DEF, "RVA"), 1):
            if rva:
                body = read_method_body(pe, rva)
                self._add(body.file_offset, body.file_offset + body.total_size, PartKind.METHOD_IL, row)
        rvas = metadata.column(TableId.FIELD_RVA, "RVA")
        for rva, field in zip(rvas, metadata.column(TableId.FIELD_RVA, "Field"), strict=True):
            size = field_data_size(metadata, field)
            self._add_rva(rva, min(size, pe.bytes_after(rva)), PartKind.FIELD_DATA, field)

    # --- sections of the R2R directory --------------------------------------------------------------------------------

    def sections(self) -> None:
        image = self.image
        for entry in image.sections.values():
            self._section(entry)
        for assembly in image.assemblies:
            self._tables_of(assembly)
        for section, kind, walk in (
            (SectionType.INSTANCE_METHOD_ENTRY_POINTS, PartKind.INSTANCE_ENTRY_POINTS, self._instance_entry),
            (SectionType.CROSS_MODULE_INLINE_INFO, PartKind.INLINING, self._inlining_record),
            (SectionType.PGO_INSTRUMENTATION_DATA, PartKind.PROFILES, self._profile),
        ):
            self._hashtable(image.sections.get(section), kind, walk)
        self._debug_info()
        for entry in image.header.sections:
            if entry.type == SectionType.RUNTIME_FUNCTIONS and entry.rva:  # also behind a table without records
                end = image.section_reader(entry).end
                if image.data.startswith(SENTINEL, end):
                    self._add(end, end + len(SENTINEL), PartKind.RUNTIME_FUNCTIONS)

    def _section(self, section: SectionEntry) -> None:
        if section.type not in _TAKEN_APART:
            kind = PartKind.UNKNOWN_SECTION
            if section.type in set(_WHOLE_SECTIONS):
                kind = _WHOLE_SECTIONS[SectionType(section.type)]
            self._add_rva(section.rva, section.size, kind, section.type)

    def _tables_of(self, assembly: AssemblyTables) -> None:
        if isinstance(assembly, Component):
            for section in assembly.sections.values():
                self._section(section)
        sections = assembly.sections
        entries = sections.get(SectionType.METHOD_DEF_ENTRY_POINTS)
        if entries is not None:
            kind = PartKind.METHOD_ENTRY_POINTS
            reader = self.image.section_reader(entries)
            for index, position in self._array(reader, kind):
                reader.pos = position
                self._entry_point(reader, position, kind, index + 1)
        types = sections.get(SectionType.AVAILABLE_TYPES)
        self._hashtable(types, PartKind.AVAILABLE_TYPES, ByteReader.native)
        inlining = sections.get(SectionType.INLINING_INFO2)
        self._hashtable(inlining, PartKind.INLINING, decode_component_inlining_record)

    def _array(self, reader: ByteReader, kind: PartKind) -> Iterable[tuple[int, int]]:
        start = reader.pos
        array = NativeArray(reader)
        self._add(start, array.end_of_offsets(), kind)
        nodes: list[tuple[int, int]] = []
        records = array.records(nodes)
        for node, after in nodes:
            self._add(node, after, kind)
        return records

    def _hashtable(self, section: SectionEntry | None, kind: PartKind, walk: Callable[[ByteReader], object]) -> None:
        """`walk` reads one record and moves behind it; it adds what lies elsewhere by itself."""
        if section is None:
            return
        reader = self.image.section_reader(section)
        start = reader.pos
        table = NativeHashtable(reader)
        for _, _, position in table.entries():
            reader.pos = position
            walk(reader)
            self._add(position, reader.pos, kind)
        self._add(start, table.end_of_buckets(), kind)

    def _entry_point(self, reader: ByteReader, start: int, kind: PartKind, index: int = -1) -> None:
        """Add the record that begins at `start` and whose entry point is at the reader's position, and its fixups."""
        _, fixups_at = decode_entry_point_place(reader)
        self._add(start, reader.pos, kind, index)
        if fixups_at >= 0:
            end = reader.pos
            reader.pos = fixups_at
            decode_fixup_list(reader)
            self._add(fixups_at, reader.pos, kind)
            if fixups_at != end:
                reader.pos = end

    def _instance_entry(self, reader: ByteReader) -> None:
        start = reader.pos
        decode_method(reader)
        self._entry_point(reader, start, PartKind.INSTANCE_ENTRY_POINTS)

    def _inlining_record(self, reader: ByteReader) -> None:
        decode_inlining_record(reader, self.image.names_inlining_modules)

    def _profile(self, reader: ByteReader) -> None:
        data_at = pgo_data_at(reader)
        end = reader.pos
        reader.pos = data_at
        decode_pgo_data(reader)
        self._add(data_at, reader.pos, PartKind.PROFILES)
        reader.pos = end

    def _debug_info(self) -> None:
        image = self.image
        section = image.sections.get(SectionType.DEBUG_INFO)
        if section is None:
            return
        kind = PartKind.DEBUG_INFO
        reader = image.section_reader(section)
        for _, position in self._array(reader, kind):
            reader.pos = position
            reader.native()
            self._add(position, reader.pos, kind)
        for index, _ in debug_blob_positions(image.section_reader(section)):
            extent = image.debug_info_extent(index)
            if extent is not None:
                self._add(*extent, kind, index)

    # --- imports ------------------------------------------------------------------------------------------------------

    def imports(self) -> None:
        image = self.image
        for index, record in enumerate(image.import_sections):
            self._add_rva(record.cells_rva, record.cells_size, PartKind.IMPORT_CELLS, index)
            if record.cell_count:
                self._add_rva(record.signatures_rva, 4 * record.cell_count, PartKind.SIGNATURE_POINTERS, index)
                if record.auxiliary_rva:
                    reader = image.reader_at(record.auxiliary_rva, None, PartKind.GC_REF_MAPS.value)
                    start = reader.pos
                    decode_gc_ref_maps(reader, record.cell_count, image.machine == Machine.I386)
                    self._add(start, reader.pos, PartKind.GC_REF_MAPS, index)
        blobs = {cell.signature_rva: cell for cells in image.import_cells for cell in cells}
        for rva, cell in blobs.items():
            self._add_rva(rva, image.fixup_size(cell), PartKind.FIXUPS, cell.section)

    # --- code ---------------------------------------------------------------------------------------------------------

    def code(self) -> None:
        image = self.image
        for index, function in enumerate(image.runtime_functions):
            self._add_rva(function.begin, image.function_size(index), PartKind.CODE, index)
            start = image.reader_at(function.unwind, 1, PartKind.UNWIND.value).pos
            self._add(start, image.unwind_info_at(index)[2], PartKind.UNWIND, index)
        for index in {method.function_index for method in image.methods} | set(image.resumption_stubs.values()):
            _, start, end = image.gc_info_at(index)
            self._add(start, end, PartKind.GC_INFO, index)

    def eh_clauses(self) -> None:
        index_by_rva = {function.begin: index for index, function in enumerate(self.image.runtime_functions)}
        for method_rva, (rva, size) in self.image.eh_table.items():
            if method_rva not in index_by_rva:
                at = self.image.section_reader(self.image.sections[SectionType.EXCEPTION_INFO]).pos
                raise BadImageError(
                    self.image.path, f"section ExceptionInfo: no method begins at RVA {method_rva:#x}", at
                )
            self.image.eh_clauses_of(method_rva)
            self._add_rva(rva, size, PartKind.EH_CLAUSES, index_by_rva[method_rva])
