"""The PE container: headers, sections, data directories and the CLI header of one file.

`PEImage.parse` takes any .NET image, IL-only or ReadyToRun, PE32 or PE32+, for any machine. ReadyToRun images for
other systems than Windows XOR an operating-system value into the COFF machine, so `machine` is what the file says.

Sources: PE format specification; ECMA-335 II.25.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.errors import BadImageError

DIRECTORY_EXPORT: Final = 0
DIRECTORY_IMPORT: Final = 1
DIRECTORY_RESOURCE: Final = 2
DIRECTORY_EXCEPTION: Final = 3
DIRECTORY_SECURITY: Final = 4
DIRECTORY_BASE_RELOCATION: Final = 5
DIRECTORY_DEBUG: Final = 6
DIRECTORY_COR_HEADER: Final = 14
DIRECTORY_COUNT: Final = 16

COMIMAGE_FLAGS_ILONLY: Final = 0x1
COMIMAGE_FLAGS_32BITREQUIRED: Final = 0x2
COMIMAGE_FLAGS_IL_LIBRARY: Final = 0x4
COMIMAGE_FLAGS_STRONGNAMESIGNED: Final = 0x8
COMIMAGE_FLAGS_NATIVE_ENTRYPOINT: Final = 0x10

_PE32_MAGIC: Final = 0x10B
_PE32_PLUS_MAGIC: Final = 0x20B
_COFF_HEADER_SIZE: Final = 20
_SECTION_HEADER_SIZE: Final = 40
_COR_HEADER_SIZE: Final = 72
_MAX_SECTIONS: Final = 96  # the Windows loader's limit

_COFF_HEADER: Final = struct.Struct("<HHIIIHH")
_SECTION_HEADER: Final = struct.Struct("<8sIIIIIIHHI")
_COR_HEADER: Final = struct.Struct("<IHHIIIIIIIIIIIIIIII")
_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")


class Section:
    """One row of the section table. Addresses are RVAs, offsets are in the file, all in bytes."""

    __slots__ = ("characteristics", "name", "raw_offset", "raw_size", "virtual_address", "virtual_size")

    def __init__(
        self,
        name: str,
        virtual_address: int,
        virtual_size: int,
        raw_offset: int,
        raw_size: int,
        characteristics: int,
    ) -> None:
        self.name: str = name
        self.virtual_address: int = virtual_address
        self.virtual_size: int = virtual_size
        self.raw_offset: int = raw_offset
        self.raw_size: int = raw_size
        self.characteristics: int = characteristics

    def __repr__(self) -> str:
        return f"Section({self.name!r}, rva={self.virtual_address:#x}, size={self.virtual_size:#x})"


class CorHeader:
    """The CLI header (ECMA-335 II.25.3.3). Every directory is a pair (rva, size), (0, 0) where absent."""

    __slots__ = (
        "code_manager_table",
        "entry_point_token",
        "export_address_table_jumps",
        "file_offset",
        "flags",
        "major_runtime_version",
        "managed_native_header",
        "metadata",
        "minor_runtime_version",
        "resources",
        "strong_name",
        "vtable_fixups",
    )

    def __init__(self, data: bytes, offset: int) -> None:
        """Read the header at file offset `offset`; the caller has checked that `data` holds all 72 bytes."""
        v = _COR_HEADER.unpack_from(data, offset)
        self.file_offset: int = offset
        self.major_runtime_version: int = v[1]
        self.minor_runtime_version: int = v[2]
        self.metadata: tuple[int, int] = (v[3], v[4])
        self.flags: int = v[5]
        self.entry_point_token: int = v[6]
        self.resources: tuple[int, int] = (v[7], v[8])
        self.strong_name: tuple[int, int] = (v[9], v[10])
        self.code_manager_table: tuple[int, int] = (v[11], v[12])
        self.vtable_fixups: tuple[int, int] = (v[13], v[14])
        self.export_address_table_jumps: tuple[int, int] = (v[15], v[16])
        self.managed_native_header: tuple[int, int] = (v[17], v[18])


class PEImage:
    """One PE file, parsed. Its bytes stay in `data`; nothing is copied until asked for.

    Attributes:
        path: the file, as the user named it; it appears in error messages.
        data: the whole file.
        machine: the raw COFF machine (ReadyToRun images XOR an operating-system value into it).
        directories: always 16 pairs (rva, size), padded with (0, 0).
        cor_header: None when the file has no CLI header (a native or a composite image).
    """

    __slots__ = (
        "characteristics",
        "cor_header",
        "data",
        "directories",
        "dll_characteristics",
        "file_alignment",
        "image_base",
        "is_pe32_plus",
        "machine",
        "path",
        "section_alignment",
        "section_table_offset",
        "sections",
        "size_of_headers",
        "size_of_image",
        "subsystem",
        "timestamp",
    )

    def __init__(self, data: bytes, path: str) -> None:
        """Parse `data`. Raises BadImageError with the file offset of whatever is malformed."""
        self.path: str = path
        self.data: bytes = data
        if data[:2] != b"MZ":
            raise BadImageError(path, "not a PE file: it does not start with 'MZ'", 0)
        if len(data) < 0x40:
            raise BadImageError(path, "the file ends inside the DOS header", len(data))
        pe_offset: int = _U32.unpack_from(data, 0x3C)[0]
        if data[pe_offset : pe_offset + 4] != b"PE\0\0":
            raise BadImageError(path, "not a PE file: no 'PE' signature where the DOS header points", 0x3C)
        coff = pe_offset + 4
        optional = coff + _COFF_HEADER_SIZE
        self._need(coff, _COFF_HEADER_SIZE, "COFF header")
        machine, section_count, timestamp, _, _, optional_size, characteristics = _COFF_HEADER.unpack_from(data, coff)
        self.machine: int = machine
        self.timestamp: int = timestamp
        self.characteristics: int = characteristics
        if section_count > _MAX_SECTIONS:
            raise BadImageError(path, f"{section_count} sections, more than the {_MAX_SECTIONS} allowed", coff + 2)
        self._parse_optional_header(optional, optional_size)
        self._parse_sections(optional + optional_size, section_count)
        self.cor_header: CorHeader | None = self._parse_cor_header()

    @staticmethod
    def parse(data: bytes, path: str) -> PEImage:
        """Parse `data`, the bytes of the file `path`. Raises BadImageError on anything malformed."""
        return PEImage(data, path)

    def offset_of(self, rva: int, size: int = 0) -> int:
        """The file offset of `size` bytes at `rva`.

        Raises BadImageError when `size` is negative, and when they are not all backed by bytes of the file. Its offset
        is that of the bytes in the section where the address falls into one, else that of the section table that does
        not map it.
        """
        if size < 0:
            raise BadImageError(self.path, f"{size} bytes at RVA {rva:#x}: what is there ends before it begins")
        for section in self.sections:
            delta = rva - section.virtual_address
            if 0 <= delta < section.raw_size:
                if delta + size > section.raw_size:
                    raise BadImageError(
                        self.path,
                        f"{size} bytes at RVA {rva:#x} run past the end of section {section.name}",
                        section.raw_offset + delta,
                    )
                return section.raw_offset + delta
        if rva >= 0 and rva + size <= self.size_of_headers and rva + size <= len(self.data):
            return rva
        raise BadImageError(
            self.path, f"RVA {rva:#x} (size {size:#x}) is in no section's data", self.section_table_offset
        )

    def read(self, rva: int, size: int) -> bytes:
        """The `size` bytes at `rva`. Raises BadImageError when the file does not hold them all."""
        offset = self.offset_of(rva, size)
        return self.data[offset : offset + size]

    def bytes_after(self, rva: int) -> int:
        """How many bytes the file holds from `rva` to the end of its section. Raises BadImageError if not mapped."""
        for section in self.sections:
            delta = rva - section.virtual_address
            if 0 <= delta < section.raw_size:
                return section.raw_size - delta
        offset = self.offset_of(rva)
        return min(self.size_of_headers, len(self.data)) - offset

    def section_of(self, rva: int) -> Section | None:
        """The section whose memory range holds `rva`, or None."""
        for section in self.sections:
            if 0 <= rva - section.virtual_address < max(section.virtual_size, section.raw_size):
                return section
        return None

    def _need(self, offset: int, size: int, what: str) -> None:
        if offset + size > len(self.data):
            raise BadImageError(self.path, f"the file ends inside the {what}", offset)

    def _parse_optional_header(self, offset: int, size: int) -> None:
        data = self.data
        self._need(offset, max(size, 2), "optional header")
        magic: int = _U16.unpack_from(data, offset)[0]
        if magic != _PE32_MAGIC and magic != _PE32_PLUS_MAGIC:
            raise BadImageError(self.path, f"unknown optional header magic {magic:#x}", offset)
        self.is_pe32_plus: bool = magic == _PE32_PLUS_MAGIC
        directories_offset = 112 if self.is_pe32_plus else 96
        if size < directories_offset:
            raise BadImageError(self.path, f"an optional header of {size} bytes is too small", offset)
        if self.is_pe32_plus:
            self.image_base: int = _U64.unpack_from(data, offset + 24)[0]
        else:
            self.image_base = _U32.unpack_from(data, offset + 28)[0]
        self.section_alignment: int = _U32.unpack_from(data, offset + 32)[0]
        self.file_alignment: int = _U32.unpack_from(data, offset + 36)[0]
        self.size_of_image: int = _U32.unpack_from(data, offset + 56)[0]
        self.size_of_headers: int = _U32.unpack_from(data, offset + 60)[0]
        self.subsystem: int = _U16.unpack_from(data, offset + 68)[0]
        self.dll_characteristics: int = _U16.unpack_from(data, offset + 70)[0]
        count: int = _U32.unpack_from(data, offset + directories_offset - 4)[0]
        if count > DIRECTORY_COUNT or directories_offset + 8 * count > size:
            raise BadImageError(
                self.path, f"{count} data directories do not fit the optional header", offset + directories_offset - 4
            )
        self.directories: list[tuple[int, int]] = [(0, 0)] * DIRECTORY_COUNT
        for i in range(count):
            at = offset + directories_offset + 8 * i
            self.directories[i] = (_U32.unpack_from(data, at)[0], _U32.unpack_from(data, at + 4)[0])

    def _parse_sections(self, offset: int, count: int) -> None:
        self._need(offset, count * _SECTION_HEADER_SIZE, "section table")
        self.section_table_offset: int = offset
        self.sections: list[Section] = []
        for i in range(count):
            at = offset + i * _SECTION_HEADER_SIZE
            raw_name, virtual_size, rva, raw_size, raw_offset, _, _, _, _, flags = _SECTION_HEADER.unpack_from(
                self.data, at
            )
            name = raw_name.rstrip(b"\0").decode("latin-1")
            if raw_size and raw_offset + raw_size > len(self.data):
                raise BadImageError(
                    self.path, f"section {name} of {raw_size:#x} bytes runs past the end of the file", at
                )
            self.sections.append(Section(name, rva, virtual_size, raw_offset, raw_size, flags))

    def _parse_cor_header(self) -> CorHeader | None:
        rva, size = self.directories[DIRECTORY_COR_HEADER]
        if rva == 0:
            return None
        if size < _COR_HEADER_SIZE:
            raise BadImageError(self.path, f"a CLI header of {size} bytes is too small", self.offset_of(rva))
        return CorHeader(self.data, self.offset_of(rva, _COR_HEADER_SIZE))
