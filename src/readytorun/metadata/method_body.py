"""Method bodies: the header, the IL and the exception regions that stand at a method's RVA.

Source: ECMA-335 II.25.4.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.errors import BadImageError
from readytorun.pe import PEImage

REGION_TYPED: Final = 0
REGION_FILTER: Final = 1
REGION_FINALLY: Final = 2
REGION_FAULT: Final = 4

_FORMAT_MASK: Final = 0x3
_TINY: Final = 0x2
_FAT: Final = 0x3
_MORE_SECTIONS: Final = 0x08
_INIT_LOCALS: Final = 0x10
_FAT_HEADER_SIZE: Final = 12
_TINY_MAX_STACK: Final = 8

_SECTION_EH_TABLE: Final = 0x01
_SECTION_FAT: Final = 0x40
_SECTION_MORE: Final = 0x80
_SECTION_KIND: Final = 0x3F

_FAT_HEADER: Final = struct.Struct("<HHII")
_SMALL_CLAUSE: Final = struct.Struct("<HHBHBI")
_FAT_CLAUSE: Final = struct.Struct("<IIIIII")


class ExceptionRegion:
    """One clause of a method's exception table. All offsets and lengths are in bytes of IL.

    Attributes:
        kind: 0 typed, 1 filter, 2 finally, 4 fault.
        class_token: the type caught; 0 unless `kind` is 0.
        filter_offset: where the filter begins; 0 unless `kind` is 1.
    """

    __slots__ = (
        "class_token",
        "filter_offset",
        "handler_length",
        "handler_offset",
        "kind",
        "try_length",
        "try_offset",
    )

    def __init__(
        self,
        kind: int,
        try_offset: int,
        try_length: int,
        handler_offset: int,
        handler_length: int,
        class_token: int = 0,
        filter_offset: int = 0,
    ) -> None:
        self.kind: int = kind
        self.try_offset: int = try_offset
        self.try_length: int = try_length
        self.handler_offset: int = handler_offset
        self.handler_length: int = handler_length
        self.class_token: int = class_token
        self.filter_offset: int = filter_offset


class MethodBody:
    """A method's IL. `total_size` covers header, code and exception sections, in bytes from `file_offset`."""

    __slots__ = (
        "code",
        "file_offset",
        "init_locals",
        "local_signature_token",
        "max_stack",
        "regions",
        "total_size",
    )

    def __init__(
        self,
        max_stack: int,
        init_locals: bool,
        local_signature_token: int,
        code: bytes,
        regions: list[ExceptionRegion],
        file_offset: int = 0,
        total_size: int = 0,
    ) -> None:
        self.max_stack: int = max_stack
        self.init_locals: bool = init_locals
        self.local_signature_token: int = local_signature_token
        self.code: bytes = code
        self.regions: list[ExceptionRegion] = regions
        self.file_offset: int = file_offset
        self.total_size: int = total_size


def read_method_body(image: PEImage, rva: int) -> MethodBody:
    """The body at `rva`. Raises BadImageError when it is not mapped or malformed."""
    start = image.offset_of(rva, 1)
    end = start + image.bytes_after(rva)
    data = image.data
    first = data[start]
    if first & _FORMAT_MASK == _TINY:
        size = first >> 2
        if start + 1 + size > end:
            raise BadImageError(image.path, f"a method body of {size} bytes runs past the end of its section", start)
        return MethodBody(_TINY_MAX_STACK, False, 0, data[start + 1 : start + 1 + size], [], start, 1 + size)
    if first & _FORMAT_MASK != _FAT:
        raise BadImageError(image.path, f"unknown method header format {first & 7}", start)
    if rva & 3:
        raise BadImageError(image.path, f"a fat method header at RVA {rva:#x}, which is not a multiple of 4", start)
    if start + _FAT_HEADER_SIZE > end:
        raise BadImageError(image.path, "a method header runs past the end of its section", start)
    flags, max_stack, code_size, local_signature = _FAT_HEADER.unpack_from(data, start)
    if flags >> 12 != 3:
        raise BadImageError(image.path, f"a fat method header of {flags >> 12} words, not 3", start)
    code_start = start + _FAT_HEADER_SIZE
    stop = code_start + code_size
    if stop > end:
        raise BadImageError(image.path, f"a method body of {code_size} bytes runs past the end of its section", start)
    regions: list[ExceptionRegion] = []
    code = data[code_start:stop]
    if flags & _MORE_SECTIONS:
        stop = _read_sections(image, start, start + (code_size + _FAT_HEADER_SIZE + 3 & ~3), end, code_size, regions)
    return MethodBody(max_stack, flags & _INIT_LOCALS != 0, local_signature, code, regions, start, stop - start)


def _read_sections(
    image: PEImage, start: int, at: int, end: int, code_size: int, regions: list[ExceptionRegion]
) -> int:
    """Read the exception sections from file offset `at` into `regions`; give the offset where they end.

    Sections are aligned to 4 bytes from `start`, the file offset of the method's header.
    """
    data = image.data
    while True:
        if at + 4 > end:
            raise BadImageError(image.path, "a method's exception table runs past the end of its section", at)
        kind = data[at]
        size = data[at + 1]
        if kind & _SECTION_FAT:
            size |= data[at + 2] << 8 | data[at + 3] << 16
        if kind & _SECTION_KIND != _SECTION_EH_TABLE:
            raise BadImageError(image.path, f"unknown method data section kind {kind & _SECTION_KIND:#x}", at)
        if size < 4 or at + size > end:
            raise BadImageError(image.path, f"bad size {size} of a method's exception table", at)
        clause_size = 24 if kind & _SECTION_FAT else 12
        for clause in range(at + 4, at + 4 + (size - 4) // clause_size * clause_size, clause_size):
            if kind & _SECTION_FAT:
                v = _FAT_CLAUSE.unpack_from(data, clause)
            else:
                v = _SMALL_CLAUSE.unpack_from(data, clause)
            regions.append(_region(image, clause, code_size, v[0], v[1], v[2], v[3], v[4], v[5]))
        at += size
        if not kind & _SECTION_MORE:
            return at
        at = start + (at - start + 3 & ~3)


def _region(
    image: PEImage,
    at: int,
    code_size: int,
    kind: int,
    try_offset: int,
    try_length: int,
    handler_offset: int,
    handler_length: int,
    token_or_filter: int,
) -> ExceptionRegion:
    if kind not in (REGION_TYPED, REGION_FILTER, REGION_FINALLY, REGION_FAULT):
        raise BadImageError(image.path, f"unknown exception clause kind {kind:#x}", at)
    if try_offset + try_length > code_size or handler_offset + handler_length > code_size:
        raise BadImageError(image.path, "an exception clause covers IL past the end of the method", at)
    if kind == REGION_FILTER and token_or_filter >= code_size:
        raise BadImageError(image.path, "an exception filter begins past the end of the method", at)
    return ExceptionRegion(
        kind,
        try_offset,
        try_length,
        handler_offset,
        handler_length,
        token_or_filter if kind == REGION_TYPED else 0,
        token_or_filter if kind == REGION_FILTER else 0,
    )
