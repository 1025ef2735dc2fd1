"""Reading an image: everything that a ReadyToRun image holds, decoded where it is asked for.

    image = R2RImage.open("System.Linq.dll")
    for method in image.methods:
        method.fixups, method.functions, method.gc_info, method.eh_clauses, method.debug_info

Composite images and the component assemblies that belong to them are read too: a component has no code of its own, the
container has the methods of all its components.

Images that are newer than what is known here (`R2RImage.is_newer_than_known`) are read as far as they go: sections,
flags, helpers and fixup kinds without a name are passed through with their bytes. Of machines other than x64 and arm64
all but code, unwind data and GC info is read; asking for those raises UnsupportedMachineError.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from readytorun.errors import BadImageError, UnsupportedMachineError
from readytorun.metadata.reader import MetadataReader
from readytorun.pe import PEImage
from readytorun.r2r import unwind_arm64, unwind_x64
from readytorun.r2r.assembly_tables import AssemblyTables
from readytorun.r2r.assembly_tables import Component as Component
from readytorun.r2r.constants import MODULE_OVERRIDE, FixupKind, HeaderFlag, SectionType
from readytorun.r2r.debug_info import DebugInfo, debug_blob_positions, decode_debug_info
from readytorun.r2r.eh_info import decode_clauses, decode_lookup
from readytorun.r2r.entry_points import (
    FixupList,
    decode_entry_point_place,
    decode_fixup_list,
    instance_entry_positions,
)
from readytorun.r2r.fixup_blobs import Fixup, decode_any_fixup
from readytorun.r2r.gc_ref_map import decode_gc_ref_maps
from readytorun.r2r.gcinfo import GcInfo, decode_code_length, decode_gc_info
from readytorun.r2r.header import Header, SectionEntry
from readytorun.r2r.imports import ImportSectionRecord, decode_helper_roots, decode_import_sections
from readytorun.r2r.inlining_info import InliningRecord, decode_inlining_record, inlining_record_positions
from readytorun.r2r.manifest import decode_mvids
from readytorun.r2r.model import EHClause
from readytorun.r2r.pgo import PgoMethod, decode_pgo_section
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.runtime_functions import RuntimeFunction, decode_hot_cold_map, decode_runtime_functions
from readytorun.r2r.signatures import (
    METHOD_ASYNC_VARIANT,
    MethodParts,
    MethodSignature,
    decode_method,
    skip_method,
    split_method,
)
from readytorun.r2r.target import Machine, OperatingSystem, split_coff_machine
from readytorun.r2r.versions import OLDEST_READABLE, Format, section_name

UnwindInfo = unwind_x64.UnwindInfo | unwind_arm64.UnwindInfo

_CHAINED_RECORD_SIZE: Final = 12
_PE_OFFSET_AT: Final = 0x3C
_COR_DIRECTORY: Final = 20 + 96 + 14 * 8  # from the COFF header, in PE32 and PE32+ files
_COR_DIRECTORY_PLUS: Final = 20 + 112 + 14 * 8
_MAX_FIXUP_SIZE: Final = 0x10000  # of a blob that does not tell its size


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


class R2RMethod:
    """One compiled method.

    Attributes:
        function_index: of the main body in the runtime functions.
        method_def_rid: row of the MethodDef table, or 0 for an entry of InstanceMethodEntryPoints.
        component: row of the component whose MethodDef table is meant, 0 in ordinary images.
    """

    __slots__ = (
        "_fixups",
        "_fixups_at",
        "_image",
        "_signature",
        "_signature_at",
        "component",
        "function_index",
        "method_def_rid",
    )

    def __init__(
        self,
        image: R2RImage,
        function_index: int,
        fixups_at: int,
        method_def_rid: int,
        component: int = 0,
        signature_at: int = -1,
    ) -> None:
        """`fixups_at`, `signature_at`: file offsets of fixup list and signature, -1 = there is none."""
        self._image = image
        self.function_index = function_index
        self._fixups_at = fixups_at
        self.method_def_rid = method_def_rid
        self.component = component
        self._signature_at = signature_at
        self._fixups: FixupList | None = None
        self._signature: MethodSignature | None = None

    @property
    def signature(self) -> MethodSignature | None:
        """Signature of an entry of InstanceMethodEntryPoints: an instantiation or an async variant; else None."""
        if self._signature is None and self._signature_at >= 0:
            reader = self._image.instance_entries_reader
            reader.pos = self._signature_at
            self._signature = decode_method(reader)
        return self._signature

    @property
    def signature_parts(self) -> MethodParts | None:
        """The signature with its types undecoded, which is much faster; see `signature`."""
        if self._signature_at < 0:
            return None
        reader = self._image.instance_entries_reader
        reader.pos = self._signature_at
        return split_method(reader)

    @property
    def fixups(self) -> FixupList:
        """(import section, slot) of the cells to fill before the method may run."""
        if self._fixups is None:
            if self._fixups_at < 0:
                self._fixups = ()
            else:
                image = self._image
                reader = ByteReader(image.data, self._fixups_at, None, image.path, 0, "fixup list of a method")
                self._fixups = decode_fixup_list(reader)
        return self._fixups

    @property
    def is_async_variant(self) -> bool:
        """Whether this is the variant of an async method that returns a continuation beside its result."""
        return self.signature is not None and bool(self.signature.flags & METHOD_ASYNC_VARIANT)

    @property
    def rva(self) -> int:
        return self._image.runtime_functions[self.function_index].begin & self._image.code_mask

    @property
    def gc_info(self) -> GcInfo:
        return self._image.gc_info_at(self.function_index)[0]

    @property
    def size(self) -> int:
        """Bytes of code of the main body, its funclets and its cold part."""
        return self._image.code_length_of(self.function_index)

    @property
    def code(self) -> bytes:
        """The code as GC info, EH clauses and debug information count it: the cold part follows the last funclet."""
        image = self._image.image
        return b"".join(image.read(function.begin, function.end - function.begin) for function in self.functions)

    @property
    def functions(self) -> list[RuntimeFunction]:
        """The main body and its funclets, in code order, then the parts of its cold code; with their ends."""
        return self._image.functions_of(self.function_index)

    @property
    def function_indices(self) -> list[int]:
        """Indices of `functions` in the runtime functions."""
        return self._image.function_indices_of(self.function_index)

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
        format: what images of its version have.
        sections: section directory by type; entries of size 0 are left out.
        undecoded_instances: see `methods`.
        code_mask: what takes a code RVA from the runtime functions to the address of the first instruction.
    """

    def __init__(self, image: PEImage) -> None:
        self.image = image
        self.path = image.path
        self.data = image.data
        pair = split_coff_machine(image.machine)
        coff_header = int.from_bytes(self.data[_PE_OFFSET_AT : _PE_OFFSET_AT + 4], "little") + 4
        if pair is None:
            raise BadImageError(image.path, f"COFF header: unknown machine {image.machine:#x}", coff_header)
        self.undecoded_instances = 0
        self.machine: Machine = pair[0]
        self.os: OperatingSystem = pair[1]
        self.code_mask = ~1 if self.machine == Machine.ARM_THUMB2 else ~0
        self.pointer_size = 4 if self.machine in (Machine.I386, Machine.ARM_THUMB2) else 8
        cor_header = image.cor_header
        if cor_header is None or not cor_header.managed_native_header[1]:
            at = coff_header + (_COR_DIRECTORY_PLUS if image.is_pe32_plus else _COR_DIRECTORY)
            if cor_header is not None:
                at = cor_header.file_offset
            raise BadImageError(image.path, "not a ReadyToRun image: no managed native header", at)
        reader = self.reader_at(cor_header.managed_native_header[0], None, "R2R header")
        start = reader.pos
        self.header = Header.decode(reader)
        self.format = Format.of((self.header.major, self.header.minor))
        if self.format.is_older_than_known:
            raise BadImageError(
                image.path,
                f"R2R header: version {self.header.major}.{self.header.minor} is older than {OLDEST_READABLE}",
                start,
            )
        self.sections: dict[int, SectionEntry] = {
            section.type: section for section in self.header.sections if section.size
        }
        self._gc_ref_maps: dict[int, Sequence[dict[int, int]]] = {}

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

    @property
    def is_newer_than_known(self) -> bool:
        """Whether the format is newer than all that are described in `versions`."""
        return self.format.is_newer_than_known

    def reader_at(self, rva: int, size: int | None = None, what: str = "") -> ByteReader:
        """A reader from an RVA on, over `size` bytes or to the end of its section of the file.

        `what` names the structure in messages.
        """
        for section in self.image.sections:
            start = rva - section.virtual_address
            if 0 <= start < section.raw_size:
                end = section.raw_size if size is None else start + size
                if end <= section.raw_size:
                    base = section.raw_offset
                    return ByteReader(self.data, base + start, base + end, self.path, 0, what)
        try:
            start = self.image.offset_of(rva, size or 0)
            end = start + (self.image.bytes_after(rva) if size is None else size)
        except BadImageError as error:
            message = f"{what or 'structure'} at RVA {rva:#x} is not in the file"
            raise BadImageError(self.path, message, error.offset) from None
        return ByteReader(self.data, start, end, self.path, 0, what)

    def section_reader(self, section: SectionEntry) -> ByteReader:
        """A reader over a section of the R2R directory."""
        return self.reader_at(section.rva, section.size, f"section {section_name(section.type)}")

    def _section(self, kind: SectionType) -> ByteReader | None:
        section = self.sections.get(kind)
        return None if section is None else self.section_reader(section)

    def code_error(self, what: str) -> UnsupportedMachineError:
        """The error to raise when something is asked for that is not decoded for this machine."""
        return UnsupportedMachineError(f"{self.path}: {what} of {self.machine.name} images is not decoded")

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
        """What the compiler calls itself; not every compiler ends it with a zero."""
        reader = self._section(SectionType.COMPILER_IDENTIFIER)
        return "" if reader is None else reader.take(reader.end - reader.pos).split(b"\0")[0].decode("utf-8", "replace")

    @cached_property
    def metadata(self) -> MetadataReader | None:
        """The IL metadata of the assembly; of a composite image None."""
        header = self.image.cor_header
        if header is None or not header.metadata[1] or self.is_composite:
            return None
        rva, size = header.metadata
        return MetadataReader(self.data, self.reader_at(rva, size, "metadata").pos, size, self.path)

    @cached_property
    def manifest(self) -> MetadataReader | None:
        """The metadata of section ManifestMetadata."""
        reader = self._section(SectionType.MANIFEST_METADATA)
        if reader is None:
            return None
        return MetadataReader(self.data, reader.pos, reader.end - reader.pos, self.path)

    @cached_property
    def manifest_mvids(self) -> list[UUID]:
        """MVIDs of the assemblies in the manifest's AssemblyRef rows; null ones are unknown."""
        reader = self._section(SectionType.MANIFEST_ASSEMBLY_MVIDS)
        return [] if reader is None else decode_mvids(reader)

    # --- assemblies ---------------------------------------------------------------------------------------------------

    @cached_property
    def components(self) -> list[Component]:
        """The assemblies of a composite image."""
        reader = self._section(SectionType.COMPONENT_ASSEMBLIES)
        result: list[Component] = []
        while reader is not None and reader.pos < reader.end:
            cor_header = SectionEntry(0, reader.u32(), reader.u32())
            rva, size = reader.u32(), reader.u32()
            header = self.reader_at(rva, size, "core header of a component")
            result.append(Component(self, len(result) + 1, cor_header, header))
        return result

    @cached_property
    def assemblies(self) -> Sequence[AssemblyTables]:
        """The tables that exist per assembly: of the components of a composite image, else of the only assembly."""
        return self.components if self.is_composite else [AssemblyTables(self, 0, self.sections)]

    # --- imports ------------------------------------------------------------------------------------------------------

    @cached_property
    def import_sections(self) -> list[ImportSectionRecord]:
        reader = self._section(SectionType.IMPORT_SECTIONS)
        return [] if reader is None else decode_import_sections(reader)

    @cached_property
    def import_cells(self) -> list[list[ImportCell]]:
        """The cells of every import section."""
        if sum(record.cells_size for record in self.import_sections) > len(self.data):
            raise self.section_reader(self.sections[SectionType.IMPORT_SECTIONS]).error("more cells than bytes")
        result = []
        for index, record in enumerate(self.import_sections):
            cells = []
            if record.cell_count:
                values = self.reader_at(record.cells_rva, record.cells_size, f"cells of import section {index}")
                signatures = self.reader_at(
                    record.signatures_rva, 4 * record.cell_count, f"signatures of import section {index}"
                )
                for slot in range(record.cell_count):
                    rva = record.cells_rva + slot * record.entry_size
                    content = values.take(record.entry_size)
                    initial = int.from_bytes(content[: self.pointer_size], "little")
                    cells.append(ImportCell(index, slot, rva, signatures.u32(), initial))
            result.append(cells)
        return result

    @cached_property
    def cells_by_rva(self) -> dict[int, ImportCell]:
        return {cell.rva: cell for cells in self.import_cells for cell in cells}

    @cached_property
    def _fixup_starts(self) -> list[int]:
        return sorted({cell.signature_rva for cells in self.import_cells for cell in cells})

    def fixup_reader(self, cell: ImportCell) -> ByteReader:
        """A reader at the fixup blob of a cell, to where it must have ended: the next blob, the end of the section."""
        reader = self.reader_at(cell.signature_rva, None, "fixup blob")
        starts = self._fixup_starts
        following = bisect_right(starts, cell.signature_rva)
        size = starts[following] - cell.signature_rva if following < len(starts) else _MAX_FIXUP_SIZE
        reader.end = min(reader.end, reader.pos + min(size, _MAX_FIXUP_SIZE))
        return reader

    def fixup_of(self, cell: ImportCell) -> Fixup:
        """The decoded fixup blob of a cell.

        A kind that is not known has an UnknownPayload for operand. In an image that is newer than known, so have blobs
        of known kinds that do not decode.
        """
        reader = self.fixup_reader(cell)
        return decode_any_fixup(reader, self.version, self.pointer_size, self.is_newer_than_known)

    def fixup_size(self, cell: ImportCell) -> int:
        """Bytes of the fixup blob of a cell."""
        reader = self.fixup_reader(cell)
        start = reader.pos
        decode_any_fixup(reader, self.version, self.pointer_size, self.is_newer_than_known)
        return reader.pos - start

    def gc_ref_maps_of(self, section: int) -> Sequence[dict[int, int]]:
        """The GCRefMaps of an import section's cells; empty if it has none."""
        found = self._gc_ref_maps.get(section)
        if found is None:
            record = self.import_sections[section]
            found = []
            if record.auxiliary_rva and record.cell_count:
                reader = self.reader_at(record.auxiliary_rva, None, f"GCRefMaps of import section {section}")
                found = decode_gc_ref_maps(reader, record.cell_count, self.machine == Machine.I386)
            self._gc_ref_maps[section] = found
        return found

    # --- methods ------------------------------------------------------------------------------------------------------

    @cached_property
    def runtime_functions(self) -> list[RuntimeFunction]:
        reader = self._section(SectionType.RUNTIME_FUNCTIONS)
        return [] if reader is None else decode_runtime_functions(reader, self.machine)

    @cached_property
    def methods(self) -> list[R2RMethod]:
        """All methods that have an entry point, in the order of their code.

        Instances whose signature does not decode are left out if the image is newer than known, and counted in
        `undecoded_instances`.
        """
        result = []
        self.undecoded_instances = 0
        for assembly in self.assemblies:
            for rid, (index, fixups_at) in assembly.method_def_entry_points:
                result.append(R2RMethod(self, index, fixups_at, rid, assembly.row))
        reader = self._section(SectionType.INSTANCE_METHOD_ENTRY_POINTS)
        if reader is not None:
            for _, _, position in instance_entry_positions(reader):
                reader.pos = position
                try:
                    skip_method(reader)
                    index, fixups_at = decode_entry_point_place(reader)
                except BadImageError:
                    if not self.is_newer_than_known:
                        raise
                    self.undecoded_instances += 1
                    continue
                result.append(R2RMethod(self, index, fixups_at, 0, 0, position))
        result.sort(key=attrgetter("function_index"))
        count = len(self.runtime_functions)
        if result and result[-1].function_index >= count:
            raise self._entry_point_error(result[-1], count)
        return result

    def _entry_point_error(self, method: R2RMethod, count: int) -> BadImageError:
        kind = (
            SectionType.METHOD_DEF_ENTRY_POINTS if method.method_def_rid else SectionType.INSTANCE_METHOD_ENTRY_POINTS
        )
        tables = next((tables for tables in self.assemblies if tables.row == method.component), None)
        sections = tables.sections if tables is not None and method.method_def_rid else self.sections
        reader = self.section_reader(sections[kind])
        return reader.error(f"a method begins at runtime function {method.function_index} of {count}")

    @cached_property
    def resumption_stubs(self) -> dict[R2RMethod, int]:
        """The runtime function through which a suspended async method is resumed, by method.

        A method names its stub by one of the cells that must be filled first (fixup ResumptionStubEntryPoint).
        """
        stubs: dict[tuple[int, int], int] = {}
        for cells in self.import_cells:
            for cell in cells:
                kind = self.reader_at(cell.signature_rva, 1, "fixup blob").u8() & ~MODULE_OVERRIDE
                if kind == FixupKind.RESUMPTION_STUB_ENTRY_POINT:
                    rva = self.fixup_of(cell).operands[0]
                    if isinstance(rva, int):
                        stubs[cell.section, cell.slot] = rva
        if not stubs:
            return {}
        index_by_rva = {function.begin: index for index, function in enumerate(self.runtime_functions)}
        result: dict[R2RMethod, int] = {}
        for method in self.methods:
            for place in method.fixups:
                if place in stubs and stubs[place] in index_by_rva:
                    result[method] = index_by_rva[stubs[place]]
        return result

    @cached_property
    def instance_entries_reader(self) -> ByteReader:
        """A reader over section InstanceMethodEntryPoints, at no particular position; empty without such a section."""
        return self._section(SectionType.INSTANCE_METHOD_ENTRY_POINTS) or ByteReader(b"", path=self.path)

    @cached_property
    def hot_cold_map(self) -> list[tuple[int, int]]:
        """(index of a cold part, index of its method's main body) of images whose methods are split."""
        reader = self._section(SectionType.HOT_COLD_MAP)
        return [] if reader is None else decode_hot_cold_map(reader)

    @cached_property
    def cold_functions(self) -> dict[int, range]:
        """Indices of the runtime functions of a method's cold part, by the index of its main body."""
        starts = [cold for cold, _ in self.hot_cold_map]
        ends = [*starts[1:], len(self.runtime_functions)]
        return {hot: range(cold, end) for (cold, hot), end in zip(self.hot_cold_map, ends, strict=False)}

    @property
    def names_inlining_modules(self) -> bool:
        """Whether the records of section CrossModuleInlineInfo name modules."""
        return bool(self.header.flags & HeaderFlag.MULTIMODULE_VERSION_BUBBLE)

    @cached_property
    def inlining(self) -> list[InliningRecord]:
        """The records of section CrossModuleInlineInfo."""
        reader = self._section(SectionType.CROSS_MODULE_INLINE_INFO)
        if reader is None:
            return []
        records = []
        for _, _, position in inlining_record_positions(reader):
            reader.pos = position
            records.append(decode_inlining_record(reader, self.names_inlining_modules))
        return records

    @cached_property
    def pgo_data(self) -> list[PgoMethod]:
        """The profiles in section PgoInstrumentationData."""
        reader = self._section(SectionType.PGO_INSTRUMENTATION_DATA)
        return [] if reader is None else decode_pgo_section(reader)

    @cached_property
    def jit_helper_roots(self) -> list[int]:
        """The helpers that section JitHelperRoots lists, a debugging aid."""
        reader = self._section(SectionType.JIT_HELPER_ROOTS)
        return [] if reader is None else decode_helper_roots(reader)

    # --- code ---------------------------------------------------------------------------------------------------------

    def unwind_info_at(self, function_index: int) -> tuple[UnwindInfo, int, int]:
        """(unwind data, personality RVA, file offset behind both) of one runtime function.

        The unwind data of x64 cold code is chained to that of its method: instead of a personality RVA, which is 0
        here, it has the three RVAs of the method's runtime function.
        """
        reader = self.reader_at(self.runtime_functions[function_index].unwind, None, "unwind data")
        info: UnwindInfo
        if self.machine == Machine.AMD64:
            info = unwind_x64.decode_unwind_info(reader)
            if info.flags & unwind_x64.FLAG_CHAINED:
                reader.take(_CHAINED_RECORD_SIZE)
                return info, 0, reader.pos
        elif self.machine == Machine.ARM64:
            info = unwind_arm64.decode_unwind_info(reader)
        else:
            raise self.code_error("unwind data")
        personality = reader.u32()
        return info, personality, reader.pos

    @cached_property
    def _unwind_section(self) -> tuple[int, int, ByteReader]:
        """(its RVA, file offset, a reader to be used again and again) of the section with the unwind data."""
        functions = self.runtime_functions
        section = self.image.section_of(functions[0].unwind) if functions else None
        if section is None or not section.raw_size:
            return 0, 0, ByteReader(b"")
        start = section.raw_offset
        reader = ByteReader(self.data, start, start + section.raw_size, self.path, 0, "GC info")
        return section.virtual_address, start, reader

    def _gc_info_reader(self, function_index: int) -> ByteReader:
        """A reader at the GC info, valid until the next call."""
        rva = self.runtime_functions[function_index].unwind
        section_rva, section_start, reader = self._unwind_section
        reader.pos = rva - section_rva + section_start
        if not section_start <= reader.pos < reader.end:
            reader = self.reader_at(rva, None, "GC info")
        if self.machine == Machine.AMD64:
            unwind_x64.skip_unwind_info(reader)
        elif self.machine == Machine.ARM64:
            unwind_arm64.skip_unwind_info(reader)
        else:
            raise self.code_error("GC info")
        reader.take(4)  # the personality RVA
        return reader

    def gc_info_at(self, function_index: int) -> tuple[GcInfo, int, int]:
        """(GC info, file offset, file offset behind it) of the method whose main body the function is."""
        reader = self._gc_info_reader(function_index)
        start = reader.pos
        info = decode_gc_info(reader, self.machine, self.format.structures.gc_info, len(self.data))
        return info, start, reader.pos

    def code_length_of(self, function_index: int) -> int:
        """Bytes of all code of the method whose main body the function is: the GC info's first field."""
        reader = self._gc_info_reader(function_index)
        length = decode_code_length(reader, self.machine, self.format.structures.gc_info)
        if length > len(self.data):
            raise reader.error(f"{length} bytes of code are more than the file has")
        return length

    def function_size(self, function_index: int) -> int:
        """Bytes of code of one runtime function."""
        function = self.runtime_functions[function_index]
        if self.machine == Machine.AMD64:
            if function.end < function.begin:
                text = f"runtime function {function_index} ends at {function.end:#x}, before it begins"
                raise BadImageError(self.path, text, self.image.offset_of(function.begin))
            return function.end - function.begin
        info = self.unwind_info_at(function_index)[0]
        return info.length if isinstance(info, unwind_arm64.UnwindInfo) else 0

    def function_indices_of(self, function_index: int) -> list[int]:
        """Indices of a method's main body and funclets, then of its cold parts, from that of the main body."""
        functions = self.runtime_functions
        cold = self.cold_functions.get(function_index, range(0))
        end = functions[function_index].begin + self.code_length_of(function_index)
        end -= sum(self.function_size(index) for index in cold)
        result = [function_index]
        for index in range(function_index + 1, len(functions)):
            if functions[index].begin >= end:
                break
            result.append(index)
        return result + list(cold)

    def functions_of(self, function_index: int) -> list[RuntimeFunction]:
        """A method's main body and funclets, then its cold parts, with their ends."""
        functions = self.runtime_functions
        return [
            functions[index]._replace(end=functions[index].begin + self.function_size(index))
            for index in self.function_indices_of(function_index)
        ]

    @cached_property
    def eh_table(self) -> dict[int, tuple[int, int]]:
        """(RVA of the first clause, size of all) by RVA of the method."""
        reader = self._section(SectionType.EXCEPTION_INFO)
        if reader is None:
            return {}
        records, end = decode_lookup(reader)
        ends = [clauses for _, clauses in records[1:]] + [end]
        return {method: (clauses, stop - clauses) for (method, clauses), stop in zip(records, ends, strict=True)}

    def eh_clauses_of(self, method_rva: int) -> tuple[EHClause, ...]:
        """The EH clauses of the method whose code begins at an RVA."""
        place = self.eh_table.get(method_rva)
        return () if place is None else decode_clauses(self.reader_at(place[0], place[1], "EH clauses"))

    @cached_property
    def _debug_positions(self) -> dict[int, int]:
        reader = self._section(SectionType.DEBUG_INFO)
        return {} if reader is None else dict(debug_blob_positions(reader))

    def debug_info_of(self, function_index: int) -> DebugInfo | None:
        """The debug information of the method whose main body the function is."""
        reader = self._debug_reader(function_index)
        return None if reader is None else decode_debug_info(reader, self.header.major)

    def debug_info_extent(self, function_index: int) -> tuple[int, int] | None:
        """File offsets of the start and the end of a method's debug information."""
        reader = self._debug_reader(function_index)
        if reader is None:
            return None
        start = reader.pos
        decode_debug_info(reader, self.header.major)
        return start, reader.pos

    def _debug_reader(self, function_index: int) -> ByteReader | None:
        position = self._debug_positions.get(function_index)
        if position is None:
            return None
        section = self.section_reader(self.sections[SectionType.DEBUG_INFO])
        return ByteReader(self.data, position, section.end, self.path, 0, "debug information")
