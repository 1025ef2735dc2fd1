"""What must hold for every real image: all of it decodes, encodes to the same bytes, and is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from readytorun.metadata.tables import TableId
from readytorun.r2r import (
    attribute_filter,
    available_types,
    debug_info,
    eh_info,
    entry_points,
    fixup_blobs,
    gc_ref_map,
    gcinfo,
    imports,
    inlining_info,
    manifest,
    metadata_maps,
    pgo,
    runtime_functions,
    unwind_arm64,
    unwind_x64,
)
from readytorun.r2r.constants import SectionType
from readytorun.r2r.coverage import coverage_of
from readytorun.r2r.debug_info import debug_blob_positions
from readytorun.r2r.extents import PartKind
from readytorun.r2r.header import SectionEntry
from readytorun.r2r.native_array import Record
from readytorun.r2r.native_hashtable import NativeHashtable, encode_native_hashtable
from readytorun.r2r.primitives import ByteReader, native
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.signatures import decode_method, encode_method
from readytorun.r2r.target import Machine

Counts = Counter[str]


def check_header(image: R2RImage) -> Counts:
    header = image.image.cor_header
    assert header is not None
    content = image.image.read(*header.managed_native_header)
    assert image.header.encode() == content
    for section in image.header.sections:
        assert section.type in image.format.sections
    assert not image.header.flags & ~sum(image.format.header_flags)
    for component in image.components:
        content = image.data[component.header_offset : component.header_offset + component.header_size]
        assert component.header.encode() == content
    assert image.is_component or image.manifest is not None
    assert not image.is_newer_than_known
    return Counter(sections=len(image.header.sections), components=len(image.components))


def check_code(image: R2RImage) -> Counts:
    """GC info, unwind data, and that methods consist of whole functions."""
    counts: Counts = Counter()
    content = _content(image, image.sections.get(SectionType.RUNTIME_FUNCTIONS))
    assert runtime_functions.encode_runtime_functions(image.runtime_functions, image.machine) == content
    module = unwind_x64 if image.machine == Machine.AMD64 else unwind_arm64
    personalities = set()
    for index, function in enumerate(image.runtime_functions):
        info, personality, end = image.unwind_info_at(index)
        start = image.image.offset_of(function.unwind)
        is_chained = isinstance(info, unwind_x64.UnwindInfo) and info.flags & unwind_x64.FLAG_CHAINED
        assert module.encode_unwind_info(info) == image.data[start : end - (12 if is_chained else 4)]
        if not is_chained:
            personalities.add(personality)
        if isinstance(info, unwind_arm64.UnwindInfo):
            codes = unwind_arm64.decode_codes(info.codes)
            again = b"".join(unwind_arm64.encode_code(code.name, *code.operands) for code in codes)
            assert info.codes.startswith(again)
        counts["unwind"] += 1
    assert len(personalities) <= 2
    owned: Counts = Counter()
    for method in image.methods:
        info, start, end = image.gc_info_at(method.function_index)
        encoded = gcinfo.encode_gc_info(info, image.machine, image.format.structures.gc_info)
        assert encoded == image.data[start:end], method.function_index
        assert method.size == info.code_length
        functions = method.functions
        assert sum(function.end - function.begin for function in functions) == info.code_length
        hot = [f for f, index in zip(functions, method.function_indices, strict=True) if index < _first_cold(image)]
        assert [function.begin for function in hot[1:]] == [function.end for function in hot[:-1]]
        owned.update(set(method.function_indices))
        counts["GC info"] += 1
        counts["cold"] += len(functions) - len(hot)
    for index in image.resumption_stubs.values():
        owned.update(image.function_indices_of(index))
    assert sorted(owned) == list(range(len(image.runtime_functions)))
    counts["methods"] = len(image.methods)
    return counts


def _first_cold(image: R2RImage) -> int:
    return min((cold for cold, _ in image.hot_cold_map), default=len(image.runtime_functions))


def check_eh_clauses(image: R2RImage) -> Counts:
    section = image.sections.get(SectionType.EXCEPTION_INFO)
    if section is None:
        return Counter()
    content = _content(image, section)
    assert eh_info.encode_lookup(*eh_info.decode_lookup(ByteReader(content))) == content
    counts: Counts = Counter()
    for method in image.methods:
        clauses = method.eh_clauses
        if not clauses:
            continue
        counts["EH"] += 1
        assert eh_info.encode_clauses(clauses) == image.image.read(*image.eh_table[method.rva])
        known = eh_info.DUPLICATE_FLAG | eh_info.SYSTEM_EXCEPTION_FLAG
        assert not any(clause.other_flags & ~known for clause in clauses)
        if method.function_indices[-1] >= _first_cold(image):
            continue  # funclets may be cold, and then their offsets count from elsewhere
        starts = {function.begin - method.rva for function in method.functions[1:]}
        # Every funclet is a handler or a filter. .NET 8 and 9 also mark copies of finally blocks in the main body.
        handlers = [clause for clause in clauses if not clause.other_flags & eh_info.DUPLICATE_FLAG]
        assert starts == {c.handler_start for c in handlers} | {
            c.class_token_or_filter for c in handlers if c.kind == 1
        }
    assert counts["EH"] == len(image.eh_table)
    return counts


def check_debug_info(image: R2RImage) -> Counts:
    section = image.sections.get(SectionType.DEBUG_INFO)
    if section is None:
        return Counter()
    major = image.header.major
    counts: Counts = Counter()
    blobs = {}
    for index, _ in debug_blob_positions(image.section_reader(section)):
        info = image.debug_info_of(index)
        extent = image.debug_info_extent(index)
        assert info is not None and extent is not None
        blob = blobs[index] = image.data[slice(*extent)]
        counts["debug"] += 1
        if debug_info.encode_debug_info(info, major) == blob:
            continue
        # crossgen2 10 writes 32 superfluous zero bytes behind bounds whose records are shorter than a byte.
        counts["debug with zeros"] += 1
        bounds = debug_info.encode_bounds(info.bounds, major)
        variables = debug_info.encode_variables(info.variables, major)
        assert blob.endswith(bounds + bytes(32) + variables)
    assert debug_info.encode_debug_section(blobs) == _content(image, section)
    assert set(blobs) == {method.function_index for method in image.methods}
    return counts


def check_imports(image: R2RImage) -> Counts:
    counts: Counts = Counter()
    records = b"".join(record.encode() for record in image.import_sections)
    assert records == _content(image, image.sections.get(SectionType.IMPORT_SECTIONS))
    for index, (record, cells) in enumerate(zip(image.import_sections, image.import_cells, strict=True)):
        for cell in cells:
            reader = image.reader_at(cell.signature_rva)
            start = reader.pos
            fixup = fixup_blobs.decode_fixup(reader, image.version, image.pointer_size)
            assert fixup.kind in image.format.fixup_kinds
            assert fixup_blobs.encode_fixup(fixup, image.version) == image.data[start : reader.pos], (index, cell)
            assert image.fixup_of(cell) == fixup
            assert image.fixup_size(cell) == reader.pos - start
            counts["fixups"] += 1
        maps = image.gc_ref_maps_of(index)
        if maps:
            content = gc_ref_map.encode_gc_ref_maps(gc_ref_map.encode_gc_ref_map(tokens) for tokens in maps)
            assert content == image.image.read(record.auxiliary_rva, len(content))
            counts["GCRefMaps"] += len(maps)
    for method in image.methods:
        assert list(method.fixups) == sorted(set(method.fixups))
        for section, slot in method.fixups:
            assert slot < len(image.import_cells[section])
    return counts


# --- tables -----------------------------------------------------------------------------------------------------------


def check_tables(image: R2RImage) -> Counts:
    counts: Counts = Counter()
    for assembly in image.assemblies:
        metadata = image.metadata if assembly.row == 0 else image.components[assembly.row - 1].metadata
        sections = assembly.sections
        section = sections.get(SectionType.METHOD_DEF_ENTRY_POINTS)
        if section is not None:
            entries = dict(entry_points.decode_method_def_entry_points(image.section_reader(section)))
            content = entry_points.encode_method_def_entry_points(
                {rid: _entry_record(entry) for rid, entry in entries.items()}
            )
            assert content == _content(image, section)
            assert [(rid, entry.function_index) for rid, entry in entries.items()] == [
                (rid, index) for rid, (index, _) in assembly.method_def_entry_points
            ]
            counts["entry points"] += len(entries)
        section = sections.get(SectionType.AVAILABLE_TYPES)
        if section is not None:
            _same_hashtable(image, section, lambda reader: Record(native(reader.native())))
            counts["available types"] += len(assembly.available_types)
            if metadata is not None:
                ours = available_types.encode_available_types(metadata)
                found = available_types.decode_available_types(ByteReader(ours))
                assert sorted(found) == sorted(assembly.available_types)
        section = sections.get(SectionType.INLINING_INFO2)
        if section is not None:
            _same_hashtable(image, section, _component_inlining_record)
            counts["component inlining"] += len(assembly.inlining)
        if assembly.attribute_filter is not None:
            content = attribute_filter.encode_attribute_filter(assembly.attribute_filter)
            assert content == _content(image, sections[SectionType.ATTRIBUTE_PRESENCE])
            counts["attribute filters"] += 1
        if assembly.method_is_generic is not None:
            content = metadata_maps.encode_method_is_generic_map(assembly.method_is_generic)
            assert content == _content(image, sections[SectionType.METHOD_IS_GENERIC_MAP])
            assert metadata is None or assembly.method_is_generic == metadata_maps.method_is_generic(metadata)
        if assembly.enclosing_types is not None:
            content = metadata_maps.encode_enclosing_type_map(assembly.enclosing_types)
            assert content == _content(image, sections[SectionType.ENCLOSING_TYPE_MAP])
            assert metadata is None or assembly.enclosing_types == metadata_maps.enclosing_type_map(metadata)
        if assembly.type_generic_infos is not None:
            content = metadata_maps.encode_type_generic_info_map(assembly.type_generic_infos)
            assert content == _content(image, sections[SectionType.TYPE_GENERIC_INFO_MAP])
            assert metadata is None or assembly.type_generic_infos == metadata_maps.type_generic_infos(metadata)
    return counts


def check_image_tables(image: R2RImage) -> Counts:
    counts: Counts = Counter()
    sections = image.sections
    section = sections.get(SectionType.INSTANCE_METHOD_ENTRY_POINTS)
    if section is not None:
        counts["instances"] = _same_hashtable(image, section, _instance_record)
    section = sections.get(SectionType.CROSS_MODULE_INLINE_INFO)
    if section is not None:
        counts["inlining"] = _same_hashtable(image, section, lambda reader: _inlining_record(reader, image))
        assert counts["inlining"] == len(image.inlining)
        if image.metadata is not None:
            rows = image.metadata.row_count(TableId.METHOD_DEF)
            for record in image.inlining:
                assert all(0 < inliner.rid <= rows for inliner in record.inliners if inliner.module is None)
    section = sections.get(SectionType.PGO_INSTRUMENTATION_DATA)
    if section is not None:
        counts["profiles"] = len(image.pgo_data)
        for method, (start, end) in zip(image.pgo_data, _profile_extents(image, section), strict=True):
            assert pgo.encode_pgo_data(method.elements) == image.data[start:end]
            for element in method.elements:
                for value in element.values if element.has_handles else ():
                    cell = pgo.handle_cell(value)
                    assert cell is None or cell[1] < len(image.import_cells[cell[0]])
    section = sections.get(SectionType.HOT_COLD_MAP)
    if section is not None:
        assert runtime_functions.encode_hot_cold_map(image.hot_cold_map) == _content(image, section)
    section = sections.get(SectionType.MANIFEST_ASSEMBLY_MVIDS)
    if section is not None:
        assert manifest.encode_mvids(image.manifest_mvids) == _content(image, section)
        assert image.manifest is not None
        assert len(image.manifest_mvids) == image.manifest.row_count(TableId.ASSEMBLY_REF)
    section = sections.get(SectionType.COMPILER_IDENTIFIER)
    if section is not None:
        # crossgen2 10 does not end it with a zero.
        assert image.compiler_identifier.encode() == _content(image, section).removesuffix(b"\0")
    section = sections.get(SectionType.OWNER_COMPOSITE_EXECUTABLE)
    if section is not None:
        assert image.owner_composite.encode() + b"\0" == _content(image, section)
    if image.jit_helper_roots:
        content = imports.encode_helper_roots(image.jit_helper_roots)
        assert content == _content(image, sections[SectionType.JIT_HELPER_ROOTS])
    return counts


def _content(image: R2RImage, section: SectionEntry | None) -> bytes:
    return b"" if section is None else image.image.read(section.rva, section.size)


def _same_hashtable(image: R2RImage, section: SectionEntry, record_of: Callable[[ByteReader], Record]) -> int:
    """Read a hashtable record by record and write it again; the number of records."""
    reader = image.section_reader(section)
    entries = NativeHashtable(reader).entries()
    records = []
    for bucket, low, position in entries:
        reader.pos = position
        records.append((bucket << 8 | low, record_of(reader)))
    placement = sorted(range(len(entries)), key=lambda number: entries[number][2])
    assert encode_native_hashtable(records, placement=placement) == _content(image, section)
    return len(records)


def _entry_record(entry: entry_points.EntryPoint, signature: bytes = b"") -> Record:
    fixups = entry_points.encode_fixup_list(entry.fixups) if entry.fixups else b""
    return entry_points.entry_point_record(entry.function_index, fixups, signature)


def _instance_record(reader: ByteReader) -> Record:
    start = reader.pos
    signature = decode_method(reader)
    encoded = encode_method(signature)
    assert encoded == reader.data[start : reader.pos]
    return _entry_record(entry_points.decode_entry_point(reader), encoded)


def _inlining_record(reader: ByteReader, image: R2RImage) -> Record:
    record = inlining_info.decode_inlining_record(reader, image.names_inlining_modules)
    return Record(inlining_info.encode_inlining_record(record, image.names_inlining_modules))


def _component_inlining_record(reader: ByteReader) -> Record:
    return Record(
        inlining_info.encode_component_inlining_record(inlining_info.decode_component_inlining_record(reader))
    )


def _profile_extents(image: R2RImage, section: SectionEntry) -> list[tuple[int, int]]:
    reader = image.section_reader(section)
    extents = []
    for _, _, position in NativeHashtable(reader).entries():
        reader.pos = position
        start = reader.pos = pgo.pgo_data_at(reader)
        pgo.decode_pgo_data(reader)
        extents.append((start, reader.pos))
    return extents


# --- everything -------------------------------------------------------------------------------------------------------


def check_coverage(image: R2RImage) -> Counts:
    """Every byte of the file belongs to something, and the parts add up."""
    coverage = coverage_of(image)
    assert not coverage.unexplained, (image.path, coverage.unexplained[:3])
    assert not coverage.overlaps, (image.path, coverage.overlaps[:3])
    cursor = 0
    for part in coverage.parts:
        assert part.offset == cursor and part.size > 0
        cursor += part.size
    assert cursor == len(image.data)
    assert PartKind.UNKNOWN_SECTION not in coverage.sizes()
    return Counter(bytes=len(image.data))


CHECKS = (
    check_header,
    check_code,
    check_eh_clauses,
    check_debug_info,
    check_imports,
    check_tables,
    check_image_tables,
    check_coverage,
)


def check_everything(image: R2RImage) -> Counts:
    """All checks on one image, and how much of what was checked."""
    counts: Counts = Counter(images=1)
    for check in CHECKS:
        if check is check_code and image.machine not in (Machine.AMD64, Machine.ARM64):
            assert not image.runtime_functions
            continue
        try:
            counts += check(image)
        except AssertionError as error:
            raise AssertionError(f"{image.path}: {check.__name__}: {error}") from error
    return counts
