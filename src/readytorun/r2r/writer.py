"""Writing an image: an IL assembly and compiled methods in, the bytes of a ReadyToRun image out.

The image is made in one pass over each part, in the order in which it lies in the file:

    .text   COR header, R2R header, thunks, unwind data with GC info, constants, code, EH clauses, IL bodies,
            data of RVA fields, resources, metadata, fixup blobs, GCRefMaps
    .data   import section records, cells, signature arrays, the tables that the header names
    .reloc  base relocations: the initial thunk addresses of lazy cells, and literals in thunks

Everything in .text has its RVA at once, since .text comes first. Only references from code and thunks to cells wait
until .data is placed. The same input gives the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from readytorun.metadata.assembly import AssemblyFile
from readytorun.r2r import metadata_maps, thunks_arm64, thunks_x64
from readytorun.r2r.available_types import encode_available_types
from readytorun.r2r.cells import CELL_SIZE, HELPER_OF_THUNK, CellTable, helper_cell
from readytorun.r2r.constants import HeaderFlag, HelperId, SectionType
from readytorun.r2r.debug_info import AsyncSuspensionPoint, DebugInfo, encode_debug_info, encode_debug_section
from readytorun.r2r.eh_info import CLAUSE_SIZE, encode_clauses, encode_lookup
from readytorun.r2r.entry_points import (
    encode_fixup_list,
    encode_instance_entry_points,
    encode_method_def_entry_points,
    entry_point_record,
)
from readytorun.r2r.gc_ref_map import EMPTY, encode_gc_ref_maps
from readytorun.r2r.header import Header, SectionEntry, header_size
from readytorun.r2r.il_parts import COR_HEADER_SIZE, ILParts
from readytorun.r2r.imports import RECORD_SIZE, SECTIONS, ImportSectionRecord
from readytorun.r2r.manifest import encode_minimal_manifest
from readytorun.r2r.model import (
    Cell,
    CodeLabel,
    CompiledMethod,
    FieldRvaData,
    MethodEntry,
    ReadOnlyData,
    Relocation,
    RelocationKind,
    ThunkKind,
)
from readytorun.r2r.native_array import Record
from readytorun.r2r.pe_builder import (
    DATA_CHARACTERISTICS,
    DIRECTORY_BASE_RELOCATIONS,
    DIRECTORY_COR_HEADER,
    DIRECTORY_DEBUG,
    DIRECTORY_EXCEPTION,
    DIRECTORY_RESOURCES,
    RELOC_CHARACTERISTICS,
    TEXT_CHARACTERISTICS,
    PEBuilder,
    align_up,
    encode_base_relocations,
)
from readytorun.r2r.runtime_functions import SENTINEL, RuntimeFunction, encode_runtime_functions
from readytorun.r2r.target import Machine, Target
from readytorun.r2r.versions import Format

_CODE_ALIGNMENT: Final = 16
_I32: Final = struct.Struct("<i")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")
_MAX_SECTIONS: Final = 20  # header entries for which room is kept


def write_image(
    assembly: AssemblyFile,
    target: Target,
    entries: Sequence[MethodEntry],
    *,
    compiler: str = "readytorun",
    flags: int = HeaderFlag.PLATFORM_NEUTRAL_SOURCE,
    eager_cells: Sequence[Cell] = (),
    manifest: bytes | None = None,
    manifest_mvids: bytes = b"",
) -> bytes:
    """Write the image of `assembly` with the given methods precompiled.

    Args:
        assembly: the IL assembly; UsageError if it is compiled already or has native code of its own.
        target: machine, operating system and format version; 64-bit machines.
        entries: the compiled methods, in the order in which their code is to lie.
        compiler: what section CompilerIdentifier says.
        flags: constants.HeaderFlag of the R2R header.
        eager_cells: further cells of section EAGER, such as instruction set checks; the writer adds what it needs.
        manifest: metadata for section ManifestMetadata, default: one that names no assembly.
        manifest_mvids: 16 bytes per AssemblyRef row of the manifest.
    """
    writer = _ImageWriter(assembly, target, entries)
    return writer.write(compiler, flags, eager_cells, manifest or encode_minimal_manifest(), manifest_mvids)


class _ImageWriter:
    def __init__(self, assembly: AssemblyFile, target: Target, entries: Sequence[MethodEntry]) -> None:
        if target.machine not in (Machine.AMD64, Machine.ARM64):
            raise ValueError(f"images for {target.machine.name} cannot be written")
        self.assembly = assembly
        self.target = target
        self.entries = entries
        self.x64 = target.machine == Machine.AMD64
        self.builder = PEBuilder(target, 3)
        self.il = ILParts(assembly)
        self.cells = CellTable()
        self.text = bytearray()
        self.text_rva = self.builder.next_rva()
        self.data = bytearray()
        self.data_rva = 0
        self.sections: list[SectionEntry] = []
        self.absolute: list[int] = []  # RVAs of 64-bit addresses
        self.thunk_rvas: dict[tuple[int, int], int] = {}  # by import section and ThunkKind
        self.personality_rvas = (0, 0)  # of ordinary parts, of filter funclets
        self.code_rvas: list[int] = []
        self.constant_rvas: list[int] = []
        self.function_indices: list[int] = []
        self.symbols: dict[str, int] = {}  # code RVA by MethodEntry.symbol
        self.functions: list[RuntimeFunction] = []

    def write(
        self, compiler: str, flags: int, eager_cells: Sequence[Cell], manifest: bytes, manifest_mvids: bytes
    ) -> bytes:
        self.collect_cells(eager_cells)
        self.text += bytes(COR_HEADER_SIZE + header_size(_MAX_SECTIONS))
        self.place_thunks()
        unwind_rvas = self.place_unwind_data()
        self.place_constants()
        self.place_code(unwind_rvas)
        self.place_eh_clauses()
        self.il.copy_bodies(self.text, self.text_rva)
        self.il.copy_field_data(self.text, self.text_rva)
        self.il.copy_blocks(self.text, self.text_rva)
        resources = self.il.copy_win32_resources(self.text, self.text_rva)
        debug = self.il.copy_debug_directory(self.text, self.text_rva, self.builder.size_of_headers)
        signature_rvas = self.place_signatures()
        map_rvas = self.place_gc_ref_maps()
        self.add_text_section(SectionType.COMPILER_IDENTIFIER, compiler.encode() + b"\0", 1)

        # The end of .text decides where .data lies.
        text = self.builder.place(".text", TEXT_CHARACTERISTICS, len(self.text))
        self.data_rva = self.builder.next_rva()
        self.place_import_sections(signature_rvas, map_rvas)
        self.place_tables()
        self.add_data_section(SectionType.MANIFEST_METADATA, manifest, 4)
        if manifest_mvids:
            self.add_data_section(SectionType.MANIFEST_ASSEMBLY_MVIDS, manifest_mvids, 4)
        self.place_metadata_maps()
        self.place_relocated_constants()
        self.builder.place(".data", DATA_CHARACTERISTICS, len(self.data))

        self.fill_thunks()
        self.relocate_code()
        self.write_headers(flags)
        directories = self.builder.directories
        directories[DIRECTORY_COR_HEADER] = (text.rva, COR_HEADER_SIZE)
        directories[DIRECTORY_RESOURCES] = resources
        directories[DIRECTORY_DEBUG] = debug
        contents = [self.text, self.data]
        if self.absolute:
            relocations = encode_base_relocations(self.absolute)
            reloc = self.builder.place(".reloc", RELOC_CHARACTERISTICS, len(relocations))
            directories[DIRECTORY_BASE_RELOCATIONS] = (reloc.rva, len(relocations))
            contents.append(bytearray(relocations))
        return self.builder.to_bytes(contents, self.assembly.image.timestamp)

    # --- what there is ------------------------------------------------------------------------------------------------

    def collect_cells(self, eager_cells: Sequence[Cell]) -> None:
        """Give every cell that the code uses its slot; the eager ones that thunks need come first."""
        add = self.cells.add
        for cell in eager_cells:
            add(cell)
        for helper in (
            HelperId.MODULE,
            HelperId.DELAY_LOAD_METHOD_CALL,
            HelperId.DELAY_LOAD_HELPER,
            HelperId.DELAY_LOAD_HELPER_OBJ,
            HelperId.DELAY_LOAD_HELPER_OBJ_OBJ,
        ):
            add(helper_cell(helper))
        for entry in self.entries:
            for relocation in entry.compiled.relocations:
                if isinstance(relocation.target, Cell):
                    add(relocation.target)
            for relocation in entry.compiled.data_relocations:
                if isinstance(relocation.target, Cell):
                    add(relocation.target)
            for cell in entry.compiled.fixups:
                add(cell)
        add(helper_cell(HelperId.PERSONALITY_ROUTINE))
        add(helper_cell(HelperId.PERSONALITY_ROUTINE_FILTER_FUNCLET))

    # --- .text --------------------------------------------------------------------------------------------------------

    def append(self, content: bytes, alignment: int) -> int:
        """Append to .text; the RVA."""
        text = self.text
        text += bytes(-len(text) % alignment)
        rva = self.text_rva + len(text)
        text += content
        return rva

    def add_text_section(self, kind: SectionType, content: bytes, alignment: int) -> None:
        self.sections.append(SectionEntry(kind, self.append(content, alignment), len(content)))

    def place_thunks(self) -> None:
        """Keep room for the thunks: their bytes depend on where the cells will lie."""
        thunks = thunks_x64 if self.x64 else thunks_arm64
        filler = thunks.FILLER
        self.text += bytes(-len(self.text) % thunks.ALIGNMENT)
        start = self.text_rva + len(self.text)

        def reserve(size: int) -> int:
            rva = self.text_rva + len(self.text)
            self.text += filler * align_up(size, thunks.ALIGNMENT)
            return rva

        self.personality_rvas = (reserve(thunks.EAGER_SIZE), reserve(thunks.EAGER_SIZE))
        for section, cells in enumerate(self.cells.sections):
            for kind in sorted({cell.thunk for cell in cells} - {ThunkKind.NONE}):
                self.thunk_rvas[section, kind] = reserve(thunks.lazy_size(kind))
        end = self.text_rva + len(self.text)
        self.sections.append(SectionEntry(SectionType.DELAY_LOAD_METHOD_CALL_THUNKS, start, end - start))

    def fill_thunks(self) -> None:
        thunks = thunks_x64 if self.x64 else thunks_arm64
        base = self.builder.image_base
        module = self.cells.helper_rva(HelperId.MODULE)

        def put(rva: int, thunk: tuple[bytes, list[int]]) -> None:
            offset = rva - self.text_rva
            self.text[offset : offset + len(thunk[0])] = thunk[0]
            self.absolute += [rva + field for field in thunk[1]]

        personalities = (HelperId.PERSONALITY_ROUTINE, HelperId.PERSONALITY_ROUTINE_FILTER_FUNCLET)
        for rva, helper in zip(self.personality_rvas, personalities, strict=True):
            put(rva, thunks.encode_eager(rva, self.cells.helper_rva(helper), base))
        for (section, kind), rva in self.thunk_rvas.items():
            helper_rva = self.cells.helper_rva(HELPER_OF_THUNK[ThunkKind(kind)])
            put(rva, thunks.encode_lazy(ThunkKind(kind), section, rva, module, helper_rva, base))

    def place_unwind_data(self) -> list[list[int]]:
        """Unwind data of every part, the main one followed by the GC info; equal chains are shared. RVAs by method."""
        personalities = [_U32.pack(rva) for rva in self.personality_rvas]
        shared: dict[tuple[bytes, ...], list[int]] = {}
        result = []
        for entry in self.entries:
            compiled = entry.compiled
            parts = compiled.parts
            chain = [part.unwind + personalities[part.is_filter] for part in parts]
            chain[0] += compiled.gc_info
            key = tuple(chain)
            rvas = shared.get(key)
            if rvas is None:
                rvas = shared[key] = [self.append(blob, 4) for blob in chain]
            result.append(rvas)
        return result

    def place_constants(self) -> None:
        """Read-only data; what has addresses to be relocated goes to .data later."""
        shared: dict[tuple[bytes, int], int] = {}
        for entry in self.entries:
            content = entry.compiled.read_only_data
            rva = 0
            if content and not entry.compiled.data_relocations:
                alignment = entry.compiled.read_only_data_alignment
                key = (content, alignment)
                rva = shared.get(key, 0)
                if not rva:
                    gap = align_up(self.text_rva + len(self.text), alignment) - self.text_rva - len(self.text)
                    self.text += bytes(gap)
                    rva = shared[key] = self.append(content, 1)
            self.constant_rvas.append(rva)

    def place_code(self, unwind_rvas: list[list[int]]) -> None:
        text = self.text
        filler = b"\xcc" if self.x64 else b"\x00"
        for entry, rvas in zip(self.entries, unwind_rvas, strict=True):
            compiled = entry.compiled
            _check_parts(entry)
            text += filler * (-(self.text_rva + len(text)) % _CODE_ALIGNMENT)
            rva = self.text_rva + len(text)
            text += compiled.code
            self.code_rvas.append(rva)
            if entry.symbol:
                if entry.symbol in self.symbols:
                    raise ValueError(f"two methods have the symbol {entry.symbol}")
                self.symbols[entry.symbol] = rva
            self.function_indices.append(len(self.functions))
            for part, unwind in zip(compiled.parts, rvas, strict=True):
                self.functions.append(RuntimeFunction(rva + part.start, rva + part.end, unwind))

    def place_eh_clauses(self) -> None:
        self.text += bytes(-len(self.text) % 4)
        self.eh_records: list[tuple[int, int]] = []
        for entry, rva in zip(self.entries, self.code_rvas, strict=True):
            clauses = entry.compiled.eh_clauses
            if clauses:
                clauses_rva = self.append(encode_clauses(clauses), 4)
                self.eh_records.append((rva, clauses_rva))
        self.eh_end = self.text_rva + len(self.text)
        assert not self.eh_records or (self.eh_end - self.eh_records[0][1]) % CLAUSE_SIZE == 0

    def place_signatures(self) -> list[list[int]]:
        """Fixup blobs, each once. RVAs by import section and slot."""
        shared: dict[bytes, int] = {}
        result = []
        for cells in self.cells.sections:
            rvas = []
            for cell in cells:
                signature = cell.signature
                if cell.rva_of:
                    signature += _U32.pack(self.symbols[cell.rva_of])
                rva = shared.get(signature)
                if rva is None:
                    rva = shared[signature] = self.append(signature, 1)
                rvas.append(rva)
            result.append(rvas)
        return result

    def place_gc_ref_maps(self) -> list[int]:
        """RVAs by import section, 0 where there are none."""
        result = []
        for traits, cells in zip(SECTIONS, self.cells.sections, strict=True):
            rva = 0
            if traits.has_gc_ref_maps and cells:
                rva = self.append(encode_gc_ref_maps(cell.gc_ref_map or EMPTY for cell in cells), 4)
            result.append(rva)
        return result

    # --- .data --------------------------------------------------------------------------------------------------------

    def add_data_section(self, kind: SectionType, content: bytes, alignment: int) -> None:
        self.data += bytes(-len(self.data) % alignment)
        self.sections.append(SectionEntry(kind, self.data_rva + len(self.data), len(content)))
        self.data += content

    def place_import_sections(self, signature_rvas: list[list[int]], map_rvas: list[int]) -> None:
        """The records, then all cells, then the arrays of signatures."""
        rva = align_up(self.data_rva + len(SECTIONS) * RECORD_SIZE, CELL_SIZE)
        for index, cells in enumerate(self.cells.sections):
            self.cells.section_rvas[index] = rva
            rva += CELL_SIZE * len(cells)
        records = []
        for index, (traits, cells) in enumerate(zip(SECTIONS, self.cells.sections, strict=True)):
            records.append(
                ImportSectionRecord(
                    self.cells.section_rvas[index],
                    CELL_SIZE * len(cells),
                    traits.flags,
                    traits.type,
                    CELL_SIZE,
                    rva if cells else 0,
                    map_rvas[index],
                )
            )
            rva += 4 * len(cells)
        content = b"".join(record.encode() for record in records)
        self.add_data_section(SectionType.IMPORT_SECTIONS, content, CELL_SIZE)
        self.data += bytes(-len(self.data) % CELL_SIZE)
        for index, (traits, cells) in enumerate(zip(SECTIONS, self.cells.sections, strict=True)):
            for slot, cell in enumerate(cells):
                initial = 0
                if traits.lazy:
                    initial = self.builder.image_base + self.thunk_rvas[index, cell.thunk]
                    self.absolute.append(self.cells.section_rvas[index] + slot * CELL_SIZE)
                self.data += _U64.pack(initial)
        for rvas in signature_rvas:
            self.data += struct.pack(f"<{len(rvas)}I", *rvas)

    def place_tables(self) -> None:
        functions = encode_runtime_functions(self.functions, self.target.machine)
        self.add_data_section(SectionType.RUNTIME_FUNCTIONS, functions, 4)
        self.builder.directories[DIRECTORY_EXCEPTION] = (self.sections[-1].rva, len(functions))
        self.data += SENTINEL
        by_method_def: dict[int, Record] = {}
        instances: list[tuple[int, Record]] = []
        fixup_lists: dict[tuple[tuple[int, int], ...], bytes] = {}
        debug: dict[int, bytes] = {}
        for entry, index in zip(self.entries, self.function_indices, strict=True):
            pairs = tuple(sorted({(int(cell.section), self.cells.add(cell)) for cell in entry.compiled.fixups}))
            fixup_list = fixup_lists.get(pairs)
            if fixup_list is None:
                fixup_list = fixup_lists[pairs] = encode_fixup_list(pairs) if pairs else b""
            if entry.method_def_rid:
                by_method_def[entry.method_def_rid] = entry_point_record(index, fixup_list)
            if entry.instance_signature:
                record = entry_point_record(index, fixup_list, entry.instance_signature)
                instances.append((entry.instance_hash, record))
            if entry.compiled.debug_bounds:
                points = tuple(AsyncSuspensionPoint(offset) for offset in entry.compiled.suspension_points)
                info = DebugInfo(entry.compiled.debug_bounds, suspension_points=points)
                debug[index] = encode_debug_info(info, self.target.major)
        self.add_data_section(SectionType.METHOD_DEF_ENTRY_POINTS, encode_method_def_entry_points(by_method_def), 4)
        if self.eh_records:
            self.add_data_section(SectionType.EXCEPTION_INFO, encode_lookup(self.eh_records, self.eh_end), 4)
        if debug:
            self.add_data_section(SectionType.DEBUG_INFO, encode_debug_section(debug), 4)
        if instances:
            self.add_data_section(SectionType.INSTANCE_METHOD_ENTRY_POINTS, encode_instance_entry_points(instances), 4)
        self.add_data_section(SectionType.AVAILABLE_TYPES, encode_available_types(self.assembly.reader), 4)

    def place_metadata_maps(self) -> None:
        if SectionType.METHOD_IS_GENERIC_MAP not in Format.of((self.target.major, self.target.minor)).sections:
            return
        reader = self.assembly.reader
        generic_methods = metadata_maps.method_is_generic(reader)
        self.add_data_section(
            SectionType.METHOD_IS_GENERIC_MAP, metadata_maps.encode_method_is_generic_map(generic_methods), 4
        )
        enclosing = metadata_maps.encode_enclosing_type_map(metadata_maps.enclosing_type_map(reader))
        if enclosing:
            self.add_data_section(SectionType.ENCLOSING_TYPE_MAP, enclosing, 4)
        infos = metadata_maps.type_generic_infos(reader)
        if any(infos):
            self.add_data_section(
                SectionType.TYPE_GENERIC_INFO_MAP, metadata_maps.encode_type_generic_info_map(infos), 4
            )

    def place_relocated_constants(self) -> None:
        """Read-only data with addresses in it: in .data, since the loader writes to it."""
        for index, entry in enumerate(self.entries):
            if entry.compiled.data_relocations:
                self.data += bytes(-len(self.data) % max(entry.compiled.read_only_data_alignment, 8))
                self.constant_rvas[index] = self.data_rva + len(self.data)
                self.data += entry.compiled.read_only_data

    # --- what refers to both ------------------------------------------------------------------------------------------

    def relocate_code(self) -> None:
        text = self.text
        for index, entry in enumerate(self.entries):
            rva = self.code_rvas[index]
            for relocation in entry.compiled.relocations:
                if relocation.kind == RelocationKind.DIR64:
                    raise ValueError(f"{entry.name}: code must not hold addresses that need a base relocation")
                place = rva + relocation.offset
                _apply(text, place - self.text_rva, place, self.target_rva(relocation, index), relocation.kind)
            rva = self.constant_rvas[index]
            for relocation in entry.compiled.data_relocations:
                place = rva + relocation.offset
                target = self.target_rva(relocation, index)
                if relocation.kind == RelocationKind.DIR64:
                    target += self.builder.image_base
                    self.absolute.append(place)
                _apply(self.data, place - self.data_rva, place, target, relocation.kind)

    def target_rva(self, relocation: Relocation, index: int) -> int:
        target = relocation.target
        if isinstance(target, Cell):
            return self.cells.rva(target) + relocation.addend
        if isinstance(target, ReadOnlyData):
            return self.constant_rvas[index] + target.offset + relocation.addend
        if isinstance(target, FieldRvaData):
            return self.il.field_rvas[target.field_rid] + relocation.addend
        if isinstance(target, CodeLabel):
            rva = self.symbols[target.symbol] if target.symbol else self.code_rvas[index]
            return rva + target.offset + relocation.addend
        raise ValueError(f"{self.entries[index].name}: relocation of unknown target {target!r}")

    def write_headers(self, flags: int) -> None:
        self.sections.sort()
        header = Header(self.target.major, self.target.minor, flags, tuple(self.sections)).encode()
        self.text[COR_HEADER_SIZE : COR_HEADER_SIZE + len(header)] = header
        self.text[:COR_HEADER_SIZE] = self.il.encode_cor_header((self.text_rva + COR_HEADER_SIZE, len(header)))


def _check_parts(entry: MethodEntry) -> None:
    """Parts must cover the code without gaps; anything else is a defect of the code generator."""
    compiled: CompiledMethod = entry.compiled
    end = 0
    for part in compiled.parts:
        if part.start != end or part.end <= part.start:
            raise ValueError(f"{entry.name}: parts of the code are not contiguous")
        end = part.end
    if end != len(compiled.code):
        raise ValueError(f"{entry.name}: parts of the code do not cover it")


def _apply(content: bytearray, offset: int, place: int, target: int, kind: RelocationKind) -> None:
    """Store the distance or address of `target` into the field at `offset` of a section, whose RVA is `place`."""
    if kind == RelocationKind.REL32:
        _I32.pack_into(content, offset, target - (place + 4))
        return
    if kind == RelocationKind.DIR64:
        _U64.pack_into(content, offset, target)
        return
    instruction = _U32.unpack_from(content, offset)[0]
    if kind == RelocationKind.ARM64_PAGE21:
        pages = (target >> 12) - (place >> 12)
        instruction = instruction & 0x9F00001F | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5
    elif kind == RelocationKind.ARM64_LO12_ADD:
        instruction = instruction & ~(0xFFF << 10) | (target & 0xFFF) << 10
    else:
        distance = target - place
        if distance & 3 or not -0x8000000 <= distance < 0x8000000:
            raise ValueError(f"branch over {distance} bytes cannot be encoded")
        instruction = instruction & 0xFC000000 | distance >> 2 & 0x3FFFFFF
    _U32.pack_into(content, offset, instruction)
