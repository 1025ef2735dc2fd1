"""Format versions: what each has, images of versions still to come, and machines whose code is not decoded."""

from __future__ import annotations

from enum import IntEnum

import pytest
from written_images import (
    CALL,
    STRING,
    TYPE_HANDLE,
    compiled,
    header_offset,
    patched,
    with_section_type,
    with_version,
    written_image,
)

from readytorun.errors import BadImageError, UnsupportedMachineError
from readytorun.r2r import versions
from readytorun.r2r.constants import FixupKind, HeaderFlag, HelperId, SectionType
from readytorun.r2r.coverage import coverage_of
from readytorun.r2r.extents import PartKind
from readytorun.r2r.fixup_blobs import PAYLOADS, Fixup, UnknownPayload, encode_fixup
from readytorun.r2r.model import Cell, ImportSectionKind, MethodEntry
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine, OperatingSystem, Target


@pytest.mark.parametrize(
    ("enumeration", "entries"),
    [
        (SectionType, versions.SECTIONS),
        (FixupKind, versions.FIXUP_KINDS),
        (HelperId, versions.HELPERS),
        (HeaderFlag, versions.HEADER_FLAGS),
    ],
)
def test_numbers_that_code_uses_are_in_the_table(
    enumeration: type[IntEnum], entries: tuple[versions.Entry, ...]
) -> None:
    def plain(name: str) -> str:
        return name.replace("_", "").lower()

    names = {(entry.number, plain(entry.name)) for entry in entries}
    for member in enumeration:
        assert (member.value, plain(member.name)) in names


def test_every_fixup_kind_can_be_decoded() -> None:
    assert {entry.number for entry in versions.FIXUP_KINDS} == set(PAYLOADS)


@pytest.mark.parametrize("entries", [versions.SECTIONS, versions.FIXUP_KINDS, versions.HELPERS, versions.HEADER_FLAGS])
def test_a_number_means_one_thing_at_a_time(entries: tuple[versions.Entry, ...]) -> None:
    for major in range(versions.OLDEST_READABLE, versions.NEWEST_READABLE + 1):
        for minor in range(10):
            numbers = [entry.number for entry in entries if entry.is_in((major, minor))]
            assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("version", "gc_info", "source_bits", "fat", "bias", "number_first"),
    [
        ((8, 0), 2, 0, False, 4, False),
        ((9, 1), 2, 0, False, 4, False),
        ((9, 3), 3, 0, False, 4, False),
        ((10, 1), 3, 0, False, 4, False),
        ((11, 0), 4, 0, False, 4, False),
        ((16, 0), 4, 2, False, 4, False),
        ((17, 0), 4, 3, True, 4, False),
        ((20, 0), 4, 3, True, 5, False),
        ((21, 0), 5, 3, True, 5, False),
        ((22, 0), 5, 3, True, 6, True),
        ((26, 1), 5, 3, True, 6, True),
        ((29, 1), 5, 3, True, 6, True),
        ((99, 0), 5, 3, True, 6, True),
    ],
)
def test_structures(
    version: versions.Version, gc_info: int, source_bits: int, fat: bool, bias: int, number_first: bool
) -> None:
    structures = versions.Format.of(version).structures
    assert structures.gc_info == gc_info == versions.gc_info_version(*version)
    assert structures.debug_info[:4] == (source_bits, fat, bias, number_first)
    assert structures.debug_info == versions.debug_info_format(version[0]) or version[1]
    assert structures.debug_info.vector_registers == (version[0] >= 26)
    assert structures.gc_ref_maps_have_return_buffers == (version[0] < 12)
    assert structures.declaring_type_is_method == (version[0] >= 27)
    assert structures.type_maps_have_names == (version[0] >= 28)


def test_names_depend_on_the_version() -> None:
    old, new = versions.Format.of((16, 0)), versions.Format.of((26, 1))
    assert 0x38 not in old.fixup_kinds and new.fixup_kinds[0x38] == "ResumptionStubEntryPoint"
    assert 124 not in old.sections and new.sections[124] == "ExternalTypeMaps"
    assert old.helpers[0x32] == "ByRefWriteBarrier" and 0x32 not in new.helpers
    assert versions.header_flag_names(0x1001 | 0x200, (16, 0)) == ["PlatformNeutralSource", "0x200", "0x1000"]
    assert versions.header_flag_names(0x200, (18, 5)) == ["StrippedILBodies"]
    assert versions.section_name(118) == "ManifestAssemblyMvids"
    assert versions.section_name(200) == "200"
    assert versions.fixup_name(0x5A) == "0x5a"


def test_products() -> None:
    accepts = {
        product.name: [major for major in range(8, 32) if product.accepts(major)] for product in versions.PRODUCTS
    }
    assert accepts[".NET 10"] == [16]
    assert accepts[".NET 12"] == [26, 27, 28, 29]


# --- images of the future ---------------------------------------------------------------------------------------------


def test_an_image_newer_than_known_opens() -> None:
    content = written_image()
    known = R2RImage.parse(content, "known")
    image = R2RImage.parse(with_version(content, 31, 4), "newer")
    assert image.is_newer_than_known and not known.is_newer_than_known
    assert image.version == (31, 4)
    assert [method.rva for method in image.methods] == [method.rva for method in known.methods]
    assert [method.size for method in image.methods] == [method.size for method in known.methods]
    assert image.methods[1].eh_clauses == known.methods[1].eh_clauses


def test_an_image_older_than_known_says_so() -> None:
    content = written_image()
    with pytest.raises(BadImageError, match=r"version 7\.0 is older than 8") as caught:
        R2RImage.parse(with_version(content, 7), "older")
    assert caught.value.offset == header_offset(content)


def test_unknown_sections_and_flags_pass_through() -> None:
    content = written_image(flags=0x40000001)
    changed = with_section_type(content, SectionType.DEBUG_INFO, 0x123)
    image = R2RImage.parse(changed, "image")
    original = R2RImage.parse(content, "image")
    assert image.header.flags == 0x40000001
    section = image.sections[0x123]
    assert section.rva == original.sections[SectionType.DEBUG_INFO].rva
    assert image.section_reader(section).take(section.size)
    assert image.methods[0].debug_info is None
    coverage = coverage_of(image)
    assert coverage.sizes()[PartKind.UNKNOWN_SECTION] == section.size
    assert not coverage.unexplained and not coverage.overlaps


@pytest.mark.parametrize("blob", ["5a12345678", "da05aabb", "095b0102", "085b"])
def test_unknown_fixup_kinds_pass_through(blob: str) -> None:
    """Alone, with a module, as the inner kind of a lookup."""
    encoded = bytes.fromhex(blob)
    strange = Cell(ImportSectionKind.PRECODE, encoded)
    entries = [MethodEntry(compiled(Machine.AMD64, fixups=(strange, TYPE_HANDLE)), method_def_rid=1)]
    image = R2RImage.parse(written_image(entries=entries), "image")
    fixups = [(image.fixup_of(cell), image.fixup_reader(cell)) for cells in image.import_cells for cell in cells]
    fixup = next(fixup for fixup, reader in fixups if reader.data.startswith(encoded, reader.pos))
    assert fixup.kind == encoded[0] & 0x7F
    unknown = fixup.operands[-1]
    while isinstance(unknown, Fixup):
        unknown = unknown.operands[-1]
    assert isinstance(unknown, UnknownPayload)
    assert encode_fixup(fixup).startswith(encoded)
    # The others are as they were.
    assert {fixup.kind for fixup, _ in fixups} >= {FixupKind.TYPE_HANDLE, FixupKind.HELPER}


def test_the_payload_of_an_unknown_kind_ends_where_the_next_blob_begins() -> None:
    strange = [Cell(ImportSectionKind.PRECODE, b"\x5a" + bytes((n, n, n))) for n in range(1, 4)]
    entries = [MethodEntry(compiled(Machine.AMD64, fixups=strange), method_def_rid=1)]
    image = R2RImage.parse(written_image(entries=entries), "image")
    cells = sorted((cell for cells in image.import_cells for cell in cells), key=lambda cell: cell.signature_rva)
    payloads = [fixup.operands[0] for fixup in map(image.fixup_of, cells) if fixup.kind == 0x5A]
    assert payloads[:2] == [UnknownPayload(b"\1\1\1"), UnknownPayload(b"\2\2\2")]
    assert [image.fixup_size(cell) for cell in cells if image.fixup_of(cell).kind == 0x5A][:2] == [4, 4]


def test_malformed_blobs_of_known_kinds() -> None:
    """An error in a known version; bytes in one that may have changed them."""
    broken = Cell(ImportSectionKind.PRECODE, b"\x10\x77\x01")
    content = written_image(entries=[MethodEntry(compiled(Machine.AMD64, fixups=(broken,)), method_def_rid=1)])
    image = R2RImage.parse(content, "image")
    (cell,) = image.import_cells[ImportSectionKind.PRECODE]
    with pytest.raises(BadImageError, match="fixup blob: 0x77 is no element type"):
        image.fixup_of(cell)
    newer = R2RImage.parse(with_version(content, 31), "image")
    fixup = newer.fixup_of(cell)
    assert fixup.kind == FixupKind.TYPE_HANDLE
    assert isinstance(fixup.operands[0], UnknownPayload) and fixup.operands[0].data.startswith(b"\x77\x01")


def test_instances_with_signatures_of_the_future() -> None:
    """One that does not decode is an error, but hides nothing in an image that is newer than known."""
    machine = Machine.AMD64
    entries = [
        MethodEntry(compiled(machine, (16,)), instance_signature=b"\x04\1\1\x77", instance_hash=1),
        MethodEntry(compiled(machine, (32,)), instance_signature=b"\x04\2\1\x08", instance_hash=2),
        MethodEntry(compiled(machine, (48,)), method_def_rid=3),
    ]
    content = written_image(entries=entries)
    image = R2RImage.parse(content, "image")
    with pytest.raises(BadImageError, match="section InstanceMethodEntryPoints: 0x77 is no element type"):
        assert image.methods
    newer = R2RImage.parse(with_version(content, 31), "image")
    assert [method.size for method in newer.methods] == [32, 48]
    assert newer.undecoded_instances == 1


# --- resumption stubs and cold code -----------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", [Machine.AMD64, Machine.ARM64])
def test_resumption_stubs(machine: Machine) -> None:
    stub = Cell(ImportSectionKind.PRECODE, b"\x38", rva_of="stub")
    entries = [
        MethodEntry(compiled(machine, (16,), (STRING,)), method_def_rid=1),
        MethodEntry(compiled(machine, (32, 16), (stub, TYPE_HANDLE)), instance_signature=b"\x81\0\1", instance_hash=1),
        MethodEntry(compiled(machine, (48,), (CALL,)), symbol="stub"),
        MethodEntry(compiled(machine, (64,)), instance_signature=b"\x81\0\2", instance_hash=2),
    ]
    image = R2RImage.parse(written_image(Target(machine, OperatingSystem.LINUX, 26, 1), entries), "image")
    ordinary, suspending, other = image.methods
    assert [method.is_async_variant for method in image.methods] == [False, True, True]
    assert list(image.resumption_stubs) == [suspending]
    index = image.resumption_stubs[suspending]
    assert index not in {method.function_index for method in image.methods}
    assert image.code_length_of(index) == 48
    assert suspending.function_indices == [1, 2] and index == 3
    assert ordinary.size == 16 and other.size == 64
    assert not coverage_of(image).unexplained
    assert R2RImage.parse(written_image(), "image").resumption_stubs == {}


# --- machines whose code is not decoded -------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", [Machine.I386, Machine.ARM_THUMB2, Machine.RISCV64, Machine.LOONGARCH64])
def test_code_of_other_machines_is_not_decoded(machine: Machine) -> None:
    content = written_image(Target(Machine.ARM64, OperatingSystem.WINDOWS))
    pe_header = int.from_bytes(content[0x3C:0x40], "little")
    image = R2RImage.parse(patched(content, pe_header + 4, machine.to_bytes(2, "little")), "image")
    assert image.machine == machine
    assert image.sections and image.methods and image.manifest is not None
    assert image.methods[0].rva & ~1 == R2RImage.parse(content, "image").methods[0].rva & ~1
    for ask in (
        lambda: image.methods[0].size,
        lambda: image.methods[0].gc_info,
        lambda: image.methods[0].functions,
        lambda: image.methods[0].code,
        lambda: image.unwind_info_at(0),
        lambda: image.function_size(0),
    ):
        with pytest.raises(UnsupportedMachineError, match=machine.name):
            ask()


def test_an_unknown_machine_is_an_error() -> None:
    content = written_image()
    pe_header = int.from_bytes(content[0x3C:0x40], "little")
    with pytest.raises(BadImageError, match="unknown machine 0x1234") as caught:
        R2RImage.parse(patched(content, pe_header + 4, b"\x34\x12"), "image")
    assert caught.value.offset == pe_header + 4
