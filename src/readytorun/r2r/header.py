"""The R2R header and its section directory (`src/coreclr/inc/readytorun.h`, READYTORUN_HEADER)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

from readytorun.r2r.primitives import ByteReader

SIGNATURE: Final = 0x00525452  # "RTR"
_HEADER: Final = struct.Struct("<IHHII")
_CORE_HEADER: Final = struct.Struct("<II")
_SECTION: Final = struct.Struct("<III")


class SectionEntry(NamedTuple):
    """One entry of a section directory; size in bytes, may be 0."""

    type: int
    rva: int
    size: int


class Header(NamedTuple):
    """The R2R header: version, flags (`constants.HeaderFlag`), sections in the order of the file."""

    major: int
    minor: int
    flags: int
    sections: tuple[SectionEntry, ...]

    def encode(self) -> bytes:
        return _HEADER.pack(SIGNATURE, self.major, self.minor, self.flags, len(self.sections)) + _encode_sections(
            self.sections
        )

    @staticmethod
    def decode(reader: ByteReader) -> Header:
        start = reader.pos
        signature, major, minor, flags, count = _HEADER.unpack(reader.take(_HEADER.size))
        if signature != SIGNATURE:
            raise reader.error(f"signature {signature:#x} is not RTR", start)
        return Header(major, minor, flags, _decode_sections(reader, count))


class CoreHeader(NamedTuple):
    """The header of one component inside a composite image."""

    flags: int
    sections: tuple[SectionEntry, ...]

    def encode(self) -> bytes:
        return _CORE_HEADER.pack(self.flags, len(self.sections)) + _encode_sections(self.sections)

    @staticmethod
    def decode(reader: ByteReader) -> CoreHeader:
        flags, count = _CORE_HEADER.unpack(reader.take(_CORE_HEADER.size))
        return CoreHeader(flags, _decode_sections(reader, count))


def header_size(section_count: int) -> int:
    """Size in bytes of an encoded Header."""
    return _HEADER.size + section_count * _SECTION.size


def _encode_sections(sections: Iterable[SectionEntry]) -> bytes:
    return b"".join(_SECTION.pack(*section) for section in sections)


def _decode_sections(reader: ByteReader, count: int) -> tuple[SectionEntry, ...]:
    data = reader.take(count * _SECTION.size)
    return tuple(SectionEntry(*entry) for entry in _SECTION.iter_unpack(data))
