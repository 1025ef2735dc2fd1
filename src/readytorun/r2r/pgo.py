"""Section PgoInstrumentationData: the profile that methods were compiled with (`InstrumentationDataTableNode.cs`).

A hashtable by method hash. A record is the method's signature, native(version << 2 | 1) and the data, or
native(version << 2 | 3) and native(distance from this integer back to the data of an earlier record).

The data is a series of elements, each a change of the one before: a mask of the fields that change, the differences of
those fields, then the element's values as differences to the last value of their sort; an element of kind 0 ends it
(`PgoFormat.cs`, `pgo_formatprocessing.h`). Numbers are compressed like signed integers of signatures, with forms of 5
and 9 bytes for larger ones.

Type and method handles are cells: slot << 4 | import section, or number << 4 | 15 for ones that the image cannot name.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from readytorun.r2r.native_array import Record
from readytorun.r2r.native_hashtable import NativeHashtable, encode_native_hashtable
from readytorun.r2r.primitives import ByteReader, native
from readytorun.r2r.signatures import MethodSignature, decode_method, encode_method

_INLINE: Final = 1
_SHARED: Final = 2

# Fields of an element in the mask, in the order in which their differences follow.
_IL_OFFSET: Final = 1
_KIND: Final = 2
_COUNT: Final = 4
_OTHER: Final = 8

MARSHAL_MASK: Final = 0xF
MARSHAL_NONE: Final = 0
MARSHAL_FOUR_BYTE: Final = 1
MARSHAL_EIGHT_BYTE: Final = 2
MARSHAL_TYPE_HANDLE: Final = 3
MARSHAL_METHOD_HANDLE: Final = 4
UNKNOWN_HANDLE_SECTION: Final = 15


class PgoInstrumentationKind(IntEnum):
    """What an element holds (`corjit.h`); the low four bits say how its values are stored."""

    BASIC_BLOCK_INT_COUNT = 0x41
    BASIC_BLOCK_LONG_COUNT = 0x42
    HANDLE_HISTOGRAM_INT_COUNT = 0xB1
    HANDLE_HISTOGRAM_LONG_COUNT = 0x82
    HANDLE_HISTOGRAM_TYPES = 0xC3
    HANDLE_HISTOGRAM_METHODS = 0xC4
    VERSION = 0x100
    NUM_RUNS = 0x140
    EDGE_INT_COUNT = 0x181
    EDGE_LONG_COUNT = 0x182
    GET_LIKELY_CLASS = 0x1C3
    GET_LIKELY_METHOD = 0x1C4
    VALUE_HISTOGRAM_INT_COUNT = 0x231
    VALUE_HISTOGRAM_LONG_COUNT = 0x202
    VALUE_HISTOGRAM = 0x242


PGO_KIND_NAMES: Final[dict[int, str]] = {
    PgoInstrumentationKind.BASIC_BLOCK_INT_COUNT: "BasicBlockIntCount",
    PgoInstrumentationKind.BASIC_BLOCK_LONG_COUNT: "BasicBlockLongCount",
    PgoInstrumentationKind.HANDLE_HISTOGRAM_INT_COUNT: "HandleHistogramIntCount",
    PgoInstrumentationKind.HANDLE_HISTOGRAM_LONG_COUNT: "HandleHistogramLongCount",
    PgoInstrumentationKind.HANDLE_HISTOGRAM_TYPES: "HandleHistogramTypes",
    PgoInstrumentationKind.HANDLE_HISTOGRAM_METHODS: "HandleHistogramMethods",
    PgoInstrumentationKind.VERSION: "Version",
    PgoInstrumentationKind.NUM_RUNS: "NumRuns",
    PgoInstrumentationKind.EDGE_INT_COUNT: "EdgeIntCount",
    PgoInstrumentationKind.EDGE_LONG_COUNT: "EdgeLongCount",
    PgoInstrumentationKind.GET_LIKELY_CLASS: "GetLikelyClass",
    PgoInstrumentationKind.GET_LIKELY_METHOD: "GetLikelyMethod",
    PgoInstrumentationKind.VALUE_HISTOGRAM_INT_COUNT: "ValueHistogramIntCount",
    PgoInstrumentationKind.VALUE_HISTOGRAM_LONG_COUNT: "ValueHistogramLongCount",
    PgoInstrumentationKind.VALUE_HISTOGRAM: "ValueHistogram",
}


def pgo_kind_name(kind: int) -> str:
    """Name of a kind as dotnet/runtime spells it; of unknown ones its number."""
    return PGO_KIND_NAMES.get(kind, f"{kind:#x}")


@dataclass(frozen=True, slots=True)
class PgoElement:
    """One element of a method's profile.

    Attributes:
        kind: PgoInstrumentationKind.
        il_offset: what the element is about; for edges the offset of the block they come from.
        other: meaning depends on the kind, e.g. the target of an edge, a likelihood.
        count: number of values; kinds without values have a count too.
        values: counts, or handles (see `handle_cell`).
    """

    kind: int
    il_offset: int
    other: int
    count: int
    values: tuple[int, ...] = ()

    @property
    def has_handles(self) -> bool:
        return self.kind & MARSHAL_MASK in (MARSHAL_TYPE_HANDLE, MARSHAL_METHOD_HANDLE)


@dataclass(frozen=True, slots=True)
class PgoMethod:
    """The profile of one method."""

    signature: MethodSignature
    version: int
    elements: tuple[PgoElement, ...]


def handle_cell(value: int) -> tuple[int, int] | None:
    """(import section, slot) of a type or method handle; None for 0 and for ones that the image cannot name."""
    section = value & 15
    return None if not value or section == UNKNOWN_HANDLE_SECTION else (section, value >> 4)


# --- numbers ----------------------------------------------------------------------------------------------------------


def decode_number(reader: ByteReader) -> int:
    """A signed number of up to 64 bits."""
    first = reader.u8()
    if first < 0x80:
        return (first >> 1) - (0x40 if first & 1 else 0)
    if first < 0xC0:
        word = (first & 0x3F) << 8 | reader.u8()
        return (word >> 1) - (0x2000 if word & 1 else 0)
    if first == 0xC1:
        return int(struct.unpack(">q", reader.take(8))[0])
    return int(struct.unpack(">i", reader.take(4))[0])


def encode_number(value: int) -> bytes:
    """The inverse of decode_number, in its shortest form; ValueError beyond 64 bits."""
    sign = value < 0
    if -0x40 <= value < 0x40:
        return bytes(((value & 0x3F) << 1 | sign,))
    if -0x2000 <= value < 0x2000:
        return struct.pack(">H", 0x8000 | (value & 0x1FFF) << 1 | sign)
    if -0x80000000 <= value < 0x80000000:
        return b"\xc0" + struct.pack(">i", value)
    if -0x8000000000000000 <= value < 0x8000000000000000:
        return b"\xc1" + struct.pack(">q", value)
    raise ValueError(f"{value:#x} does not fit 64 bits")


# --- data of one method -----------------------------------------------------------------------------------------------


def decode_pgo_data(reader: ByteReader) -> tuple[PgoElement, ...]:
    """Read the elements at the reader's position."""
    elements: list[PgoElement] = []
    il_offset = kind = count = other = 0
    last_number = last_handle = 0
    while True:
        start = reader.pos
        mask = decode_number(reader)
        if not 0 < mask < 16:
            raise reader.error(f"profile element with mask {mask:#x}", start)
        if mask & _IL_OFFSET:
            il_offset += decode_number(reader)
        if mask & _KIND:
            kind += decode_number(reader)
        if mask & _COUNT:
            count += decode_number(reader)
        if mask & _OTHER:
            other += decode_number(reader)
        if not kind:
            return tuple(elements)
        marshal = kind & MARSHAL_MASK
        values: list[int] = []
        if marshal:
            if not 0 <= count <= reader.end - reader.pos:
                raise reader.error(f"profile element with {count} values", start)
            for _ in range(count):
                if marshal in (MARSHAL_TYPE_HANDLE, MARSHAL_METHOD_HANDLE):
                    last_handle += decode_number(reader)
                    values.append(last_handle)
                else:
                    last_number += decode_number(reader)
                    values.append(last_number)
        elements.append(PgoElement(kind, il_offset, other, count, tuple(values)))


def encode_pgo_data(elements: Sequence[PgoElement]) -> bytes:
    """The inverse of decode_pgo_data."""
    out = bytearray()
    il_offset = kind = count = other = 0
    last_number = last_handle = 0
    for element in elements:
        differences = (
            element.il_offset - il_offset,
            element.kind - kind,
            element.count - count,
            element.other - other,
        )
        mask = sum(1 << bit for bit, difference in enumerate(differences) if difference)
        if not mask:
            raise ValueError("an element that equals the one before cannot be written")
        out += encode_number(mask)
        for difference in differences:
            if difference:
                out += encode_number(difference)
        il_offset, kind, count, other = element.il_offset, element.kind, element.count, element.other
        for value in element.values:
            if element.has_handles:
                out += encode_number(value - last_handle)
                last_handle = value
            else:
                out += encode_number(value - last_number)
                last_number = value
    return bytes(out) + encode_number(_KIND) + encode_number(-kind)


# --- the section ------------------------------------------------------------------------------------------------------


def pgo_data_at(reader: ByteReader) -> int:
    """Where the data of the record at the reader's position lies; the reader ends up behind the record's own bytes."""
    decode_method(reader)
    return _decode_place(reader)[1]


def _decode_place(reader: ByteReader) -> tuple[int, int]:
    """(version, position of the data)."""
    start = reader.pos
    flags = reader.native()
    if not flags & _INLINE:
        raise reader.error(f"profile with flags {flags & 3}", start)
    at = reader.pos
    if not flags & _SHARED:
        return flags >> 2, at
    delta = reader.native()
    if delta > at:
        raise reader.error("shared profile lies before the section", at)
    return flags >> 2, at - delta


def decode_pgo_section(reader: ByteReader) -> list[PgoMethod]:
    """The profiles of all methods of a section that the reader covers, in the order of the table."""
    methods = []
    shared: dict[int, tuple[PgoElement, ...]] = {}
    for _, _, position in NativeHashtable(reader).entries():
        reader.pos = position
        signature = decode_method(reader)
        version, data_at = _decode_place(reader)
        elements = shared.get(data_at)
        if elements is None:
            reader.pos = data_at
            elements = shared[data_at] = decode_pgo_data(reader)
        methods.append(PgoMethod(signature, version, elements))
    return methods


def encode_pgo_section(methods: Iterable[tuple[int, PgoMethod]]) -> bytes:
    """The section from (method hash, profile)."""
    records = []
    for method_hash, method in methods:
        signature = encode_method(method.signature)
        head = signature + native(method.version << 2 | _INLINE)
        shared = signature + native(method.version << 2 | _INLINE | _SHARED)
        records.append((method_hash, Record(head, encode_pgo_data(method.elements), shared)))
    return encode_native_hashtable(records)
