"""Images made from real assemblies: what the IL assembly holds travels along, and the reader finds what was written."""

from __future__ import annotations

import contextlib
import os
import random
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from readytorun.errors import BadImageError, UsageError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.tables import TableId
from readytorun.r2r import gcinfo, unwind_arm64, unwind_x64
from readytorun.r2r.constants import SectionType
from readytorun.r2r.model import (
    Cell,
    CodePart,
    CompiledMethod,
    DebugBound,
    EHClause,
    EHClauseKind,
    ImportSectionKind,
    MethodEntry,
    ReadOnlyData,
    Relocation,
    RelocationKind,
    ThunkKind,
)
from readytorun.r2r.primitives import ByteReader, compressed
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.signatures import encode_method
from readytorun.r2r.target import Machine, OperatingSystem, Target
from readytorun.r2r.writer import write_image

_FOLDER = Path(os.environ["R2R_CORPUS"], "libs") if "R2R_CORPUS" in os.environ else None
_LIBRARIES = sorted(_FOLDER.glob("*.dll")) if _FOLDER else []

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not _LIBRARIES, reason="needs R2R_CORPUS: IL assemblies")]

LINUX_X64 = Target(Machine.AMD64, OperatingSystem.LINUX)
TARGETS = [
    LINUX_X64,
    Target(Machine.ARM64, OperatingSystem.LINUX),
    Target(Machine.AMD64, OperatingSystem.WINDOWS),
    Target(Machine.ARM64, OperatingSystem.APPLE),
]


def _name(target: Target) -> str:
    return f"{target.os.name.lower()}-{target.machine.name.lower()}"


@pytest.fixture(scope="module", params=_LIBRARIES, ids=lambda path: path.stem)
def library(request: pytest.FixtureRequest) -> AssemblyFile:
    return AssemblyFile.open(request.param)


def test_the_il_assembly_travels_along(library: AssemblyFile) -> None:
    image = AssemblyFile.parse(write_image(library, LINUX_X64, []), library.path)
    before, after = library.image.cor_header, image.image.cor_header
    assert before is not None
    assert after is not None
    assert after.flags == (before.flags & ~1 | 4)
    assert after.entry_point_token == before.entry_point_token
    assert image.mvid == library.mvid
    assert image.image.timestamp == library.image.timestamp

    old_metadata = bytearray(library.image.read(*before.metadata))
    new_metadata = bytearray(image.image.read(*after.metadata))
    changed = {at for at in range(len(old_metadata)) if old_metadata[at] != new_metadata[at]}
    for table in (TableId.METHOD_DEF, TableId.FIELD_RVA):
        for rid in range(1, library.reader.row_count(table) + 1):
            row = library.reader.row_offset(table, rid) - library.image.offset_of(before.metadata[0])
            changed -= set(range(row, row + 4))
    assert not changed

    old_rvas = library.reader.column(TableId.METHOD_DEF, "RVA")
    new_rvas = image.reader.column(TableId.METHOD_DEF, "RVA")
    for old_rva, new_rva in zip(old_rvas, new_rvas, strict=True):
        assert bool(old_rva) == bool(new_rva)
        if old_rva:
            old, new = read_method_body(library.image, old_rva), read_method_body(image.image, new_rva)
            assert (
                library.image.data[old.file_offset : old.file_offset + old.total_size]
                == image.image.data[new.file_offset : new.file_offset + new.total_size]
            )
            assert new.code == old.code
            assert len(new.regions) == len(old.regions)
    for old_rva, new_rva in zip(
        library.reader.column(TableId.FIELD_RVA, "RVA"), image.reader.column(TableId.FIELD_RVA, "RVA"), strict=True
    ):
        assert library.image.read(old_rva, 1) == image.image.read(new_rva, 1)
        assert not new_rva % 8 or not old_rva % 8
    if before.resources[1]:
        assert image.image.read(*after.resources) == library.image.read(*before.resources)


def test_field_data_is_copied_whole(library: AssemblyFile) -> None:
    image = AssemblyFile.parse(write_image(library, LINUX_X64, []), library.path)
    reader = library.reader
    for index, field in enumerate(reader.column(TableId.FIELD_RVA, "Field")):
        signature = reader.blob(reader.column(TableId.FIELD, "Signature")[field - 1])
        if signature[1] != 0x11:
            continue
        coded = ByteReader(signature, 2).compressed()
        layouts = reader.rows_of(TableId.CLASS_LAYOUT, "Parent", coded >> 2)
        size = reader.column(TableId.CLASS_LAYOUT, "ClassSize")[layouts[0] - 1]
        old, new = reader.column(TableId.FIELD_RVA, "RVA")[index], image.reader.column(TableId.FIELD_RVA, "RVA")[index]
        assert library.image.read(old, size) == image.image.read(new, size)


def test_win32_resources_are_moved(library: AssemblyFile) -> None:
    old_rva, old_size = library.image.directories[2]
    if not old_size:
        pytest.skip("has no Win32 resources")
    image = R2RImage.parse(write_image(library, LINUX_X64, []), library.path).image

    def leaves(source: object, rva: int, table: int, path: tuple[int, ...]) -> dict[tuple[int, ...], bytes]:
        read = source.read  # type: ignore[attr-defined]
        named, numbered = struct.unpack("<HH", read(rva + table + 12, 4))
        found = {}
        for i in range(named + numbered):
            name, offset = struct.unpack("<II", read(rva + table + 16 + 8 * i, 8))
            if offset >> 31:
                found.update(leaves(source, rva, offset & 0x7FFFFFFF, (*path, name)))
            else:
                data_rva, size = struct.unpack("<II", read(rva + offset, 8))
                found[*path, name] = read(data_rva, size)
        return found

    new_rva = image.directories[2][0]
    assert new_rva != old_rva
    assert leaves(image, new_rva, 0, ()) == leaves(library.image, old_rva, 0, ())


def _methods(library: AssemblyFile, target: Target, seed: int) -> list[MethodEntry]:
    """Methods of meaningless code with all that a method can have; only their shape matters here."""
    random_ = random.Random(seed)
    x64 = target.machine == Machine.AMD64
    pool = [
        *(
            Cell(ImportSectionKind.METHOD, b"\x14" + compressed(n), ThunkKind.METHOD_CALL, bytes((n % 3,)))
            for n in range(1, 1500)
        ),
        *(Cell(ImportSectionKind.METHOD, b"\x14" + compressed(n), ThunkKind.METHOD_CALL_JUMPABLE) for n in range(1, 9)),
        *(
            Cell(ImportSectionKind.DISPATCH, b"\x16\x10" + compressed(n), ThunkKind.DISPATCH, b"\1")
            for n in range(1, 9)
        ),
        *(Cell(ImportSectionKind.HELPER, b"\x1c\x12" + compressed(n << 2), ThunkKind.HELPER) for n in range(1, 20)),
        *(Cell(ImportSectionKind.HELPER, b"\x1e\x12" + compressed(n << 2), ThunkKind.HELPER_OBJ) for n in range(1, 20)),
    ]
    lazy = [
        *(Cell(ImportSectionKind.PRECODE, b"\x10\x12" + compressed(n << 2)) for n in range(1, 40)),
        *(Cell(ImportSectionKind.STRING, b"\x1b" + compressed(n)) for n in range(1, 40)),
    ]
    entries = []
    count = library.reader.row_count(TableId.METHOD_DEF)
    for rid in sorted(random_.sample(range(1, count + 1), min(count, 600))):
        size = random_.randrange(8, 60) * 4
        funclets = random_.choice((0, 0, 0, 1, 2))
        ends = [size + 16 * i for i in range(funclets + 1)]
        code = random_.randbytes(ends[-1])
        relocations = []
        fixups = random_.sample(lazy, random_.randrange(0, 8))
        for at in sorted(random_.sample(range(0, size - 8, 8), min(4, size // 8 - 1))):
            cell = random_.choice(pool) if not fixups or random_.random() < 0.5 else random_.choice(fixups)
            if x64:
                relocations.append(Relocation(at, RelocationKind.REL32, cell))
            else:
                relocations.append(Relocation(at, RelocationKind.ARM64_PAGE21, cell))
                relocations.append(Relocation(at + 4, RelocationKind.ARM64_LO12_ADD, cell))
        constants = random_.randbytes(random_.choice((0, 8, 16)))
        if constants and x64:
            relocations.append(Relocation(size - 4, RelocationKind.REL32, ReadOnlyData(8)))
        parts = []
        start = 0
        for index, end in enumerate(ends):
            if x64:
                unwind = unwind_x64.encode_prolog([unwind_x64.push(1, 5), unwind_x64.allocate(5, 8 * (rid % 9 + 1))])
            else:
                unwind = unwind_arm64.encode_unwind_info(
                    unwind_arm64.UnwindInfo(end - start, b"\xe1\x81\xe4\xe4", (), 0)
                )
            parts.append(CodePart(start, end, unwind, index == 1 and funclets == 2))
            start = end
        info = gcinfo.GcInfo(len(code), leaf_or_tail_calls=bool(funclets))
        compiled = CompiledMethod(
            code,
            tuple(relocations),
            tuple(parts),
            gcinfo.encode_gc_info(info, target.machine),
            constants,
            8,
            tuple(EHClause(EHClauseKind.FAULT, 0, 8, ends[i], ends[i + 1]) for i in range(funclets)),
            (DebugBound(0, -2), DebugBound(4, 0), DebugBound(size, rid % 7)),
            tuple(fixups),
        )
        if random_.random() < 0.2:
            signature = b"\x04" + compressed(rid) + b"\x01\x08"
            entries.append(
                MethodEntry(
                    compiled, instance_signature=signature, instance_hash=random_.getrandbits(32), name=str(rid)
                )
            )
        else:
            entries.append(MethodEntry(compiled, method_def_rid=rid, name=str(rid)))
    return entries


@pytest.mark.parametrize("target", TARGETS, ids=_name)
def test_what_was_written_is_read(library: AssemblyFile, target: Target) -> None:
    entries = _methods(library, target, 1)
    content = write_image(library, target, entries, compiler="a test")
    assert content == write_image(library, target, entries, compiler="a test")
    image = R2RImage.parse(content, library.path)
    assert (image.machine, image.os, image.version) == (target.machine, target.os, (target.major, target.minor))
    assert image.compiler_identifier == "a test"
    assert [s.type for s in image.header.sections] == sorted(s.type for s in image.header.sections)
    assert image.image.directories[3] == image.sections[SectionType.RUNTIME_FUNCTIONS][1:]

    methods = image.methods
    assert len(methods) == len(entries)
    cells = image.import_cells
    lazy_relocations = []
    for method, entry in zip(methods, entries, strict=True):
        compiled = entry.compiled
        assert method.method_def_rid == entry.method_def_rid
        if method.signature is not None:
            assert encode_method(method.signature) == entry.instance_signature
        assert [(f.begin - method.rva, f.end - method.rva) for f in method.functions] == [
            (part.start, part.end) for part in compiled.parts
        ]
        personalities = [image.unwind_info_at(method.function_index + i)[1] for i in range(len(compiled.parts))]
        filters = [part.is_filter for part in compiled.parts]
        assert all((p != personalities[0]) == f for p, f in zip(personalities, filters, strict=True))
        assert method.eh_clauses == compiled.eh_clauses
        info = method.debug_info
        assert info is not None
        assert info.bounds == compiled.debug_bounds
        assert _masked(method.code, compiled) == _masked(compiled.code, compiled)
        assert {image.image.read(cells[s][n].signature_rva, 9) for s, n in method.fixups} == {
            _padded(image, cell) for cell in compiled.fixups
        }
        for relocation in compiled.relocations:
            if target.machine == Machine.AMD64:
                value = struct.unpack_from("<i", method.code, relocation.offset)[0]
                found = method.rva + relocation.offset + 4 + value
            elif relocation.kind == RelocationKind.ARM64_PAGE21:
                low, high = struct.unpack_from("<II", method.code, relocation.offset)
                pages = (low >> 29 & 3) | (low >> 5 & 0x7FFFF) << 2
                found = ((method.rva + relocation.offset) >> 12) + pages << 12 | high >> 10 & 0xFFF
            else:
                continue
            if isinstance(relocation.target, Cell):
                cell = image.cells_by_rva[found]
                assert cell.section == relocation.target.section
                assert (
                    image.image.read(cell.signature_rva, len(relocation.target.signature))
                    == relocation.target.signature
                )
                lazy_relocations.append(cell)
            else:
                assert (
                    image.image.read(found, 8) == compiled.read_only_data[8:].ljust(8, b"\0")[:8]
                    or len(compiled.read_only_data) == 8
                )
    assert lazy_relocations


def _masked(code: bytes, compiled: CompiledMethod) -> bytes:
    content = bytearray(code)
    for relocation in compiled.relocations:
        content[relocation.offset : relocation.offset + 4] = bytes(4)
    return bytes(content)


def _padded(image: R2RImage, cell: Cell) -> bytes:
    """The nine bytes of the image that begin with the cell's blob."""
    for section in image.import_cells:
        for found in section:
            if found.section == cell.section and image.image.read(found.signature_rva, len(cell.signature)) == (
                cell.signature
            ):
                return image.image.read(found.signature_rva, 9)
    raise AssertionError("cell is missing")


@pytest.mark.parametrize("target", TARGETS, ids=_name)
def test_the_loader_accepts_the_layout(library: AssemblyFile, target: Target) -> None:
    """The rules of the PE decoder and of the Unix mapper."""
    content = write_image(library, target, _methods(library, target, 2))
    image = R2RImage.parse(content, library.path).image
    alignment = 0x1000 if target.os == OperatingSystem.WINDOWS else 0x200
    end = image.size_of_headers
    for section in image.sections:
        assert not section.raw_offset % alignment
        assert not section.raw_size % alignment
        assert section.virtual_size <= section.raw_size
        assert section.raw_offset & 0xFFF == section.virtual_address & 0xFFF
        page = 0x1000 if target.os == OperatingSystem.WINDOWS else 0x10000
        assert section.virtual_address // page * page >= end
        end = section.virtual_address + section.raw_size
    assert end <= image.size_of_image
    assert len(content) == image.sections[-1].raw_offset + image.sections[-1].raw_size

    # Every lazy cell starts at a thunk and has a base relocation; nothing else in .data has.
    relocated = set()
    blocks = ByteReader(image.read(*image.directories[5]))
    while blocks.pos < blocks.end:
        page_rva, size = blocks.u32(), blocks.u32()
        for _ in range((size - 8) // 2):
            entry = blocks.u16()
            if entry >> 12 == 10:
                relocated.add(page_rva + (entry & 0xFFF))
            else:
                assert entry == 0
    whole = R2RImage.parse(content, library.path)
    thunks = whole.sections[SectionType.DELAY_LOAD_METHOD_CALL_THUNKS]
    lazy = {cell.rva for cells in whole.import_cells for cell in cells if cell.initial}
    for cells in whole.import_cells:
        for cell in cells:
            if cell.initial:
                assert thunks.rva <= cell.initial - image.image_base < thunks.rva + thunks.size
    assert lazy <= relocated
    assert {rva for rva in relocated - lazy if not thunks.rva <= rva < thunks.rva + thunks.size} == set()


def test_images_cannot_be_compiled_again(library: AssemblyFile) -> None:
    image = AssemblyFile.parse(write_image(library, LINUX_X64, []), library.path)
    with pytest.raises(UsageError, match="compiled already"):
        write_image(image, LINUX_X64, [])


def test_parts_must_cover_the_code(library: AssemblyFile) -> None:
    compiled = CompiledMethod(b"\xc3\xc3", (), (CodePart(0, 1, unwind_x64.encode_prolog([])),), b"\x04\x00")
    with pytest.raises(ValueError, match="cover"):
        write_image(library, LINUX_X64, [MethodEntry(compiled, method_def_rid=1, name="x")])


def test_truncated_images_raise(library: AssemblyFile) -> None:
    content = write_image(library, LINUX_X64, _methods(library, LINUX_X64, 3)[:20])
    header_at = content.index(b"RTR\0")
    for size in (header_at + 3, header_at + 30, len(content) // 2, len(content) - 0x400):
        with pytest.raises(BadImageError):
            image = R2RImage.parse(content[:size], library.path)
            assert image.methods
            for method in image.methods:
                assert method.gc_info
            assert image.import_cells


def _walk(image: R2RImage) -> None:
    """Decode everything; what does not decode must raise BadImageError and nothing else."""
    steps: list[Callable[[], object]] = [
        lambda: image.components,
        lambda: image.manifest,
        lambda: image.compiler_identifier,
        lambda: image.inlining,
    ]
    with contextlib.suppress(BadImageError):
        for index, cells in enumerate(image.import_cells):
            steps.append(partial(image.gc_ref_maps_of, index))
            steps += [partial(image.fixup_of, cell) for cell in cells]
    with contextlib.suppress(BadImageError):
        for method in image.methods:
            for name in ("functions", "code", "eh_clauses", "debug_info"):
                steps.append(partial(getattr, method, name))
            steps.append(partial(image.unwind_info_at, method.function_index))
    for step in steps:
        with contextlib.suppress(BadImageError):
            step()


@pytest.mark.parametrize("target", TARGETS[:2], ids=_name)
def test_damaged_images_raise_or_decode(target: Target) -> None:
    library = AssemblyFile.open(min(_LIBRARIES, key=lambda path: path.stat().st_size))
    content = write_image(library, target, _methods(library, target, 4)[:60])
    image = R2RImage.parse(content, library.path)
    _walk(image)
    ranges = [(image.image.offset_of(s.rva), s.size) for s in image.header.sections if s.size]
    ranges += [(image.image.offset_of(f.unwind), 40) for f in image.runtime_functions]
    ranges += [(image.image.offset_of(c.signature_rva), 6) for cells in image.import_cells for c in cells]
    header = image.image.cor_header
    assert header is not None
    ranges += [(image.image.offset_of(header.managed_native_header[0]), header.managed_native_header[1])] * 20
    random_ = random.Random(5)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(random_.choice((1, 3, 30))):
            start, size = random_.choice(ranges)
            damaged[start + random_.randrange(size)] = random_.choice((0, 0x7F, 0x80, 0xFF, random_.randrange(256)))
        with contextlib.suppress(BadImageError):
            _walk(R2RImage.parse(bytes(damaged), library.path))
