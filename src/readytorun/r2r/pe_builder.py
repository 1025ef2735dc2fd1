"""Writing the PE container of an R2R image: placing sections, headers, base relocations.

Placement follows `R2RPEBuilder.cs`. Unix targets pack the file at 0x200 and give each section an RVA whose low 16 bits
equal its file offset's, so that any page size up to 64 KiB can map it; Windows uses 4 KiB pages with RVA == offset.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from readytorun.r2r.target import OperatingSystem, Target

TEXT_CHARACTERISTICS: Final = 0x60000020  # code, execute, read
DATA_CHARACTERISTICS: Final = 0xC0000040  # initialised data, read, write
RELOC_CHARACTERISTICS: Final = 0x42000040  # initialised data, discardable, read

DIRECTORY_RESOURCES: Final = 2
DIRECTORY_EXCEPTION: Final = 3
DIRECTORY_BASE_RELOCATIONS: Final = 5
DIRECTORY_DEBUG: Final = 6
DIRECTORY_COR_HEADER: Final = 14

_DOS_HEADER_SIZE: Final = 0x80
_IMAGE_BASE: Final = 0x180000000
_COFF: Final = struct.Struct("<4sHHIIIHH")
_OPTIONAL_64: Final = struct.Struct("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII")
_DIRECTORY: Final = struct.Struct("<II")
_SECTION_HEADER: Final = struct.Struct("<8sIIIIIIHHI")
_RELOCATION_BLOCK: Final = struct.Struct("<II")
_DIRECTORY_COUNT: Final = 16
_CHARACTERISTICS: Final = 0x2022  # executable, large address aware, DLL
_DLL_CHARACTERISTICS: Final = 0x8160  # high-entropy VA, dynamic base, NX, terminal server aware
_SUBSYSTEM_CONSOLE: Final = 3
_DIR64: Final = 10


def align_up(value: int, alignment: int) -> int:
    """Round up to a multiple of a power of two."""
    return (value + alignment - 1) & -alignment


class PlacedSection(NamedTuple):
    """Where one section lies; sizes and offsets in bytes."""

    name: str
    characteristics: int
    rva: int
    virtual_size: int
    raw_offset: int
    raw_size: int


class PEBuilder:
    """Places sections one after the other, then writes the file. 64-bit targets only."""

    def __init__(self, target: Target, section_count: int) -> None:
        if target.pointer_size != 8:
            raise ValueError("only 64-bit images can be written")
        self.target = target
        self.image_base = _IMAGE_BASE
        self._windows = target.os == OperatingSystem.WINDOWS
        self.alignment = 0x1000 if self._windows else 0x200
        headers = (
            _DOS_HEADER_SIZE
            + _COFF.size
            + _OPTIONAL_64.size
            + _DIRECTORY_COUNT * _DIRECTORY.size
            + section_count * _SECTION_HEADER.size
        )
        self.size_of_headers = align_up(headers, self.alignment)
        self.sections: list[PlacedSection] = []
        self.directories: dict[int, tuple[int, int]] = {}

    def next_rva(self) -> int:
        """RVA of the section that would be placed next."""
        offset, end = self._ends()
        if self._windows:
            return offset
        return align_up(end, 0x10000) + (offset & 0xFFFF)

    def place(self, name: str, characteristics: int, size: int) -> PlacedSection:
        """Place a section of `size` bytes behind the others."""
        offset, _ = self._ends()
        section = PlacedSection(name, characteristics, self.next_rva(), size, offset, align_up(size, self.alignment))
        self.sections.append(section)
        return section

    def _ends(self) -> tuple[int, int]:
        if not self.sections:
            return self.size_of_headers, self.size_of_headers
        last = self.sections[-1]
        return last.raw_offset + last.raw_size, last.rva + last.raw_size

    def to_bytes(self, contents: Sequence[bytes | bytearray], timestamp: int) -> bytes:
        """The file; `contents` are those of the placed sections, in order."""
        file_size, end = self._ends()
        code_size = sum(s.raw_size for s in self.sections if s.characteristics & 0x20)
        data_size = sum(s.raw_size for s in self.sections if s.characteristics & 0x40)
        base_of_code = self.sections[0].rva if self.sections else 0
        out = bytearray(file_size)
        out[0:2] = b"MZ"
        struct.pack_into("<I", out, 0x3C, _DOS_HEADER_SIZE)
        pos = _DOS_HEADER_SIZE
        optional_size = _OPTIONAL_64.size + _DIRECTORY_COUNT * _DIRECTORY.size
        _COFF.pack_into(
            out,
            pos,
            b"PE\0\0",
            self.target.coff_machine,
            len(self.sections),
            timestamp,
            0,
            0,
            optional_size,
            _CHARACTERISTICS,
        )
        pos += _COFF.size
        _OPTIONAL_64.pack_into(
            out,
            pos,
            0x20B,  # PE32+
            11,  # linker version
            0,
            code_size,
            data_size,
            0,  # uninitialised data
            0,  # entry point
            base_of_code,
            self.image_base,
            self.alignment,
            self.alignment,
            4,  # operating system version
            0,
            0,  # image version
            0,
            4,  # subsystem version
            0,
            0,
            align_up(end, self.alignment),  # SizeOfImage
            self.size_of_headers,
            0,  # checksum
            _SUBSYSTEM_CONSOLE,
            _DLL_CHARACTERISTICS,
            0x400000,  # stack reserve, commit
            0x4000,
            0x100000,  # heap reserve, commit
            0x2000,
            0,
            _DIRECTORY_COUNT,
        )
        pos += _OPTIONAL_64.size
        for index in range(_DIRECTORY_COUNT):
            _DIRECTORY.pack_into(out, pos, *self.directories.get(index, (0, 0)))
            pos += _DIRECTORY.size
        for section, content in zip(self.sections, contents, strict=True):
            if len(content) != section.virtual_size:
                raise ValueError(f"section {section.name} has another size than it was placed with")
            _SECTION_HEADER.pack_into(
                out,
                pos,
                section.name.encode(),
                section.virtual_size,
                section.rva,
                section.raw_size,
                section.raw_offset,
                0,
                0,
                0,
                0,
                section.characteristics,
            )
            pos += _SECTION_HEADER.size
            out[section.raw_offset : section.raw_offset + len(content)] = content
        return bytes(out)


def encode_base_relocations(rvas: list[int]) -> bytes:
    """Base relocation blocks for 64-bit absolute addresses at the given RVAs."""
    out = bytearray()
    pages: dict[int, list[int]] = {}
    for rva in sorted(rvas):
        pages.setdefault(rva & ~0xFFF, []).append(_DIR64 << 12 | rva & 0xFFF)
    for page, entries in pages.items():
        if len(entries) & 1:
            entries.append(0)  # blocks are multiples of 4 bytes
        out += _RELOCATION_BLOCK.pack(page, _RELOCATION_BLOCK.size + 2 * len(entries))
        out += struct.pack(f"<{len(entries)}H", *entries)
    return bytes(out)
