"""Real images: everything in them decodes, and what was decoded encodes to the same bytes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from readytorun.errors import BadImageError
from readytorun.metadata.tables import TableId
from readytorun.r2r import (
    available_types,
    debug_info,
    eh_info,
    entry_points,
    fixup_blobs,
    gc_ref_map,
    gcinfo,
    inlining_info,
    metadata_maps,
    native_array,
    native_hashtable,
    unwind_arm64,
    unwind_x64,
)
from readytorun.r2r.constants import HeaderFlag, SectionType
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.signatures import decode_method, encode_method
from readytorun.r2r.target import Machine
from readytorun.r2r.versions import gc_info_version


def _folders() -> Iterator[Path]:
    if "R2R_DOTNET" in os.environ:
        yield from sorted(Path(os.environ["R2R_DOTNET"], "shared", "Microsoft.NETCore.App").glob("*"))
        yield Path(os.environ["R2R_DOTNET"], "linux-arm64")
    if "R2R_CORPUS" in os.environ:
        yield from sorted(Path(os.environ["R2R_CORPUS"], "images").glob("*"))


_SAMPLE = {"System.Collections.Concurrent.dll", "System.Linq.dll"}
_IMAGES = [path for folder in _folders() for path in sorted(folder.glob("*.dll"))]
_MARKS = {True: [pytest.mark.corpus], False: [pytest.mark.corpus, pytest.mark.slow]}

pytestmark = pytest.mark.skipif(not _IMAGES, reason="needs R2R_DOTNET or R2R_CORPUS: real images")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(path, marks=_MARKS[path.name in _SAMPLE], id=f"{path.parent.name}/{path.name}") for path in _IMAGES
    ],
)
def image(request: pytest.FixtureRequest) -> R2RImage:
    try:
        found = R2RImage.open(request.param)
    except BadImageError as error:
        if "not a ReadyToRun image" in str(error):
            pytest.skip("holds no native code")
        raise
    if found.is_component:
        pytest.skip("its code is in the composite image")
    return found


def test_header(image: R2RImage) -> None:
    header = image.image.cor_header
    assert header is not None
    content = image.image.read(*header.managed_native_header)
    assert image.header.encode() == content
    assert image.runtime_functions
    assert image.manifest is not None


def test_gc_info_and_functions(image: R2RImage) -> None:
    version = gc_info_version(*image.version)
    for method in image.methods:
        info, start, end = image.gc_info_at(method.function_index)
        assert gcinfo.encode_gc_info(info, image.machine, version) == image.data[start:end], method.function_index
        functions = method.functions
        assert sum(f.end - f.begin for f in functions) == info.code_length
        assert [f.begin for f in functions[1:]] == [f.end for f in functions[:-1]]


def test_unwind_data(image: R2RImage) -> None:
    module = unwind_x64 if image.machine == Machine.AMD64 else unwind_arm64
    personalities = set()
    for index, function in enumerate(image.runtime_functions):
        info, personality, end = image.unwind_info_at(index)
        start = image.image.offset_of(function.unwind)
        assert module.encode_unwind_info(info) == image.data[start : end - 4]
        personalities.add(personality)
        if isinstance(info, unwind_arm64.UnwindInfo):
            codes = unwind_arm64.decode_codes(info.codes)
            again = b"".join(unwind_arm64.encode_code(code.name, *code.operands) for code in codes)
            assert info.codes.startswith(again)
    assert len(personalities) <= 2


def test_eh_clauses(image: R2RImage) -> None:
    section = image.sections.get(SectionType.EXCEPTION_INFO)
    if section is None:
        pytest.skip("no method has EH clauses")
    content = image.image.read(section.rva, section.size)
    assert eh_info.encode_lookup(*eh_info.decode_lookup(ByteReader(content))) == content
    with_clauses = 0
    for method in image.methods:
        clauses = method.eh_clauses
        if not clauses:
            continue
        with_clauses += 1
        rva, size = image.eh_table[method.rva]
        assert eh_info.encode_clauses(clauses) == image.image.read(rva, size)
        starts = {function.begin - method.rva for function in method.functions[1:]}
        # Every funclet is a handler or a filter. .NET 8 and 9 also mark copies of finally blocks in the main body.
        handlers = [clause for clause in clauses if not clause.other_flags & eh_info.DUPLICATE_FLAG]
        expected = {c.handler_start for c in handlers} | {c.class_token_or_filter for c in handlers if c.kind == 1}
        assert starts == expected
    assert with_clauses


def test_debug_info(image: R2RImage) -> None:
    major = image.header.major
    for index, position in image._debug_positions.items():
        info = image.debug_info_of(index)
        assert info is not None
        content = debug_info.encode_debug_info(info, major)
        if image.data[position : position + len(content)] == content:
            continue
        # crossgen2 10 writes 32 superfluous zero bytes behind bounds whose records are shorter than a byte.
        deltas = [info.bounds[0].native_offset]
        deltas += [b.native_offset - a.native_offset for a, b in itertools.pairwise(info.bounds)]
        native_bits = max(max(deltas).bit_length(), 1)
        il_bits = max(max(bound.il_offset + 3 for bound in info.bounds).bit_length(), 1)
        assert 2 + native_bits + il_bits < 8
        variables = debug_info.encode_variables(info.variables, major)
        bounds = debug_info.encode_bounds(info.bounds, major)
        blob = image.data[position : position + len(content) + 40]
        at = blob.index(bounds)
        rest = blob[at + len(bounds) :]
        assert rest.lstrip(b"\0").startswith(variables.lstrip(b"\0"))
        assert len(rest) - len(rest.lstrip(b"\0")) >= 32


def test_fixup_blobs(image: R2RImage) -> None:
    for section, cells in enumerate(image.import_cells):
        for cell in cells:
            reader = image.reader_at(cell.signature_rva)
            start = reader.pos
            fixup = fixup_blobs.decode_fixup(reader, image.version)
            assert fixup_blobs.encode_fixup(fixup, image.version) == image.data[start : reader.pos], (section, cell)
            assert image.fixup_of(cell) == fixup


def test_gc_ref_maps(image: R2RImage) -> None:
    for index, record in enumerate(image.import_sections):
        maps = image.gc_ref_maps_of(index)
        if maps:
            content = gc_ref_map.encode_gc_ref_maps(gc_ref_map.encode_gc_ref_map(tokens) for tokens in maps)
            assert content == image.image.read(record.auxiliary_rva, len(content))


def test_fixup_lists_name_cells(image: R2RImage) -> None:
    for method in image.methods:
        assert list(method.fixups) == sorted(set(method.fixups))
        for section, slot in method.fixups:
            assert slot < len(image.import_cells[section])


def test_method_def_entry_points(image: R2RImage) -> None:
    section = image.sections.get(SectionType.METHOD_DEF_ENTRY_POINTS)
    if section is None:
        pytest.skip("components have this table")
    entries = dict(entry_points.decode_method_def_entry_points(image.section_reader(section)))
    content = entry_points.encode_method_def_entry_points(
        {
            rid: entry_points.entry_point_record(
                entry.function_index, entry_points.encode_fixup_list(entry.fixups) if entry.fixups else b""
            )
            for rid, entry in entries.items()
        }
    )
    assert dict(entry_points.decode_method_def_entry_points(ByteReader(content))) == entries
    assert len(content) <= section.size * 1.05 + 16


def test_instance_entry_points(image: R2RImage) -> None:
    section = image.sections.get(SectionType.INSTANCE_METHOD_ENTRY_POINTS)
    if section is None:
        pytest.skip("no instantiations")
    reader = image.section_reader(section)

    def entries(reader: ByteReader) -> list[tuple[int, bytes, entry_points.EntryPoint]]:
        found = []
        for bucket, low, position in native_hashtable.NativeHashtable(reader).entries():
            reader.pos = position
            signature = decode_method(reader)
            encoded = encode_method(signature)
            assert encoded == reader.data[position : reader.pos]
            found.append((bucket << 8 | low, encoded, entry_points.decode_entry_point(reader)))
        return found

    original = entries(reader)
    content = entry_points.encode_instance_entry_points(
        [
            (
                hash_bits,
                entry_points.entry_point_record(
                    entry.function_index,
                    entry_points.encode_fixup_list(entry.fixups) if entry.fixups else b"",
                    signature,
                ),
            )
            for hash_bits, signature, entry in original
        ]
    )
    again = entries(ByteReader(content))
    assert sorted((s, e) for _, s, e in again) == sorted((s, e) for _, s, e in original)
    assert len(content) <= section.size * 1.05 + 16


def test_debug_section(image: R2RImage) -> None:
    section = image.sections[SectionType.DEBUG_INFO]
    blobs = {}
    for index in image._debug_positions:
        info = image.debug_info_of(index)
        assert info is not None
        blobs[index] = debug_info.encode_debug_info(info, image.header.major)
    content = debug_info.encode_debug_section(blobs)
    reader = ByteReader(content)
    for index, position in debug_info.debug_blob_positions(reader):
        assert content.startswith(blobs.pop(index), position)
    assert not blobs
    assert len(content) <= section.size
    assert (
        native_array.NativeArray(ByteReader(content)).count
        == native_array.NativeArray(image.section_reader(section)).count
    )


def test_type_tables(image: R2RImage) -> None:
    metadata = image.metadata
    if metadata is None:
        pytest.skip("a composite image has no metadata of its own")
    types = available_types.decode_available_types(image.section_reader(image.sections[SectionType.AVAILABLE_TYPES]))
    ours = available_types.decode_available_types(ByteReader(available_types.encode_available_types(metadata)))
    assert sorted(types) == sorted(ours)
    section = image.sections.get(SectionType.METHOD_IS_GENERIC_MAP)
    if section is not None:
        generic = metadata_maps.method_is_generic(metadata)
        assert metadata_maps.decode_method_is_generic_map(image.section_reader(section)) == generic
        assert metadata_maps.encode_method_is_generic_map(generic) == image.image.read(section.rva, section.size)
    section = image.sections.get(SectionType.ENCLOSING_TYPE_MAP)
    if section is not None:
        enclosing = metadata_maps.enclosing_type_map(metadata)
        assert metadata_maps.decode_enclosing_type_map(image.section_reader(section)) == enclosing
        assert metadata_maps.encode_enclosing_type_map(enclosing) == image.image.read(section.rva, section.size)
    section = image.sections.get(SectionType.TYPE_GENERIC_INFO_MAP)
    if section is not None:
        infos = metadata_maps.type_generic_infos(metadata)
        assert metadata_maps.decode_type_generic_info_map(image.section_reader(section)) == infos
        assert metadata_maps.encode_type_generic_info_map(infos) == image.image.read(section.rva, section.size)


def test_inlining_records(image: R2RImage) -> None:
    section = image.sections.get(SectionType.CROSS_MODULE_INLINE_INFO)
    if section is None:
        pytest.skip("no inlining information")
    names_modules = bool(image.header.flags & HeaderFlag.MULTIMODULE_VERSION_BUBBLE)
    reader = image.section_reader(section)
    records = image.inlining
    for record, (_, _, position) in zip(records, inlining_info.inlining_record_positions(reader), strict=True):
        assert image.data.startswith(inlining_info.encode_inlining_record(record, names_modules), position)
        if image.metadata is not None:
            count = image.metadata.row_count(TableId.METHOD_DEF)
            assert all(0 < inliner.rid <= count for inliner in record.inliners if inliner.module is None)
