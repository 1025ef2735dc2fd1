"""The PE reader, on hand-made files, on broken ones and on real ones."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from image_bytes import COR_HEADER_SIZE, TEXT_OFFSET, TEXT_RVA, small_image

from readytorun.errors import BadImageError
from readytorun.pe import DIRECTORY_COR_HEADER, PEImage

COFF = 0x84
OPTIONAL = COFF + 20


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    return data[:offset] + value + data[offset + len(value) :]


@pytest.mark.parametrize("plus", [False, True])
def test_reads_headers(plus: bool) -> None:
    image = PEImage.parse(small_image(plus=plus), "small.dll")
    assert image.path == "small.dll"
    assert image.machine == 0x14C
    assert image.timestamp == 0x5F5E1000
    assert image.characteristics == 0x2102
    assert image.is_pe32_plus is plus
    assert image.image_base == (0x180000000 if plus else 0x400000)
    assert (image.subsystem, image.dll_characteristics) == (3, 0x8540)
    assert (image.section_alignment, image.file_alignment) == (0x2000, 0x200)
    assert (image.size_of_image, image.size_of_headers) == (0x6000, TEXT_OFFSET)
    assert len(image.directories) == 16
    assert image.directories[DIRECTORY_COR_HEADER] == (TEXT_RVA, COR_HEADER_SIZE)
    (section,) = image.sections
    assert (section.name, section.virtual_address, section.raw_offset) == (".text", TEXT_RVA, TEXT_OFFSET)
    assert section.characteristics == 0x60000020


def test_reads_the_cor_header() -> None:
    data = small_image()
    values = [TEXT_RVA + 0x100, 0x20, 0x9, 0x06000002, *range(3, 15)]
    header = PEImage.parse(patched(data, TEXT_OFFSET + 8, struct.pack("<16I", *values)), "a.dll").cor_header
    assert header is not None
    assert (header.major_runtime_version, header.minor_runtime_version) == (2, 5)
    assert header.metadata == (TEXT_RVA + 0x100, 0x20)
    assert (header.flags, header.entry_point_token) == (0x9, 0x06000002)
    assert [header.resources, header.strong_name, header.code_manager_table] == [(3, 4), (5, 6), (7, 8)]
    assert [header.vtable_fixups, header.export_address_table_jumps] == [(9, 10), (11, 12)]
    assert header.managed_native_header == (13, 14)


def test_native_image_has_no_cor_header() -> None:
    assert PEImage.parse(patched(small_image(), OPTIONAL + 96 + 14 * 8, bytes(8)), "n.dll").cor_header is None


def test_maps_rvas() -> None:
    image = PEImage.parse(small_image(), "a.dll")
    size = image.sections[0].raw_size
    assert image.offset_of(TEXT_RVA) == TEXT_OFFSET
    assert image.offset_of(TEXT_RVA + 5, 3) == TEXT_OFFSET + 5
    assert image.offset_of(TEXT_RVA + size - 4, 4) == TEXT_OFFSET + size - 4
    assert image.read(0, 2) == b"MZ"
    assert image.read(TEXT_RVA, 4) == struct.pack("<I", COR_HEADER_SIZE)
    assert image.bytes_after(TEXT_RVA + 8) == size - 8
    assert image.bytes_after(0x80) == TEXT_OFFSET - 0x80
    assert image.section_of(TEXT_RVA + 1) is image.sections[0]
    assert image.section_of(0x10) is None


@pytest.mark.parametrize(("rva", "size"), [(0x1F0, 0x20), (0x1000, 1), (0x9000, 0), (0xFFFFFFFF, 8), (-1, 1)])
def test_refuses_unmapped_rvas(rva: int, size: int) -> None:
    image = PEImage.parse(small_image(), "a.dll")
    with pytest.raises(BadImageError) as caught:
        image.read(rva, size)
    assert caught.value.offset == image.section_table_offset


def test_refuses_a_range_past_its_section() -> None:
    image = PEImage.parse(small_image(), "a.dll")
    end = image.sections[0].raw_size
    with pytest.raises(BadImageError) as caught:
        image.offset_of(TEXT_RVA + end - 3, 4)
    assert caught.value.offset == TEXT_OFFSET + end - 3


@pytest.mark.parametrize(
    ("offset", "value", "at"),
    [
        (0, b"ZM", 0),
        (0x3C, b"\xff\xff\xff\xff", 0x3C),
        (0x80, b"PX", 0x3C),
        (COFF + 2, b"\x61\0", COFF + 2),  # 97 sections
        (COFF + 16, b"\x10\0", OPTIONAL),  # a tiny optional header
        (COFF + 16, b"\xff\xff", OPTIONAL),
        (OPTIONAL, b"\x07\x01", OPTIONAL),  # a ROM image's magic
        (OPTIONAL + 92, b"\x11", OPTIONAL + 92),  # 17 directories
        (OPTIONAL + 96 + 14 * 8 + 4, b"\x40", TEXT_OFFSET),  # CLI header size
        (OPTIONAL + 96 + 14 * 8, b"\0\x90", OPTIONAL + 224),  # CLI header RVA
        (OPTIONAL + 224 + 16, b"\0\0\x01", OPTIONAL + 224),  # raw size of .text
    ],
)
def test_refuses_malformed_headers(offset: int, value: bytes, at: int) -> None:
    with pytest.raises(BadImageError) as caught:
        PEImage.parse(patched(small_image(), offset, value), "bad.dll")
    assert caught.value.offset == at
    assert caught.value.path == "bad.dll"


def test_refuses_every_truncation() -> None:
    data = small_image()
    for size in range(len(data)):
        with pytest.raises(BadImageError):
            PEImage.parse(data[:size], "cut.dll")


@pytest.mark.runtime
def test_opens_the_runtime_it_is_given() -> None:
    root = os.environ.get("R2R_DOTNET")
    if not root:
        pytest.skip("R2R_DOTNET is not set")
    paths = sorted(Path(root).glob("shared/Microsoft.NETCore.App/*/System.Private.CoreLib.dll"))
    assert paths, "no framework under R2R_DOTNET"
    for path in paths:
        image = PEImage.parse(path.read_bytes(), str(path))
        assert image.is_pe32_plus
        assert image.cor_header is not None
        rva, size = image.cor_header.managed_native_header
        assert image.read(rva, size)[:4] == b"RTR\0"
        assert image.machine ^ 0x7B79 == 0x8664  # x64, for Linux
