"""Sections MethodIsGenericMap, EnclosingTypeMap, TypeGenericInfoMap: answers that save the runtime metadata lookups.

They exist since format version 9.0, one of each per assembly (`MethodIsGenericMapNode.cs`, `EnclosingTypeMapNode.cs`,
`TypeGenericInfoMapNode.cs`). The prose document has the bit order of the first one wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r.available_types import enclosing_types
from readytorun.r2r.primitives import ByteReader

HAS_CONSTRAINTS: Final = 4
HAS_VARIANCE: Final = 8
_MAX_ENCLOSING_TYPES: Final = 0xFFFE
_VARIANCE_MASK: Final = 0x3  # GenericParam.Flags, ECMA-335 II.23.1.7
_SPECIAL_CONSTRAINT_MASK: Final = 0x3C  # class, struct, new(), allows ref struct


def encode_method_is_generic_map(generic: Sequence[bool]) -> bytes:
    """u32 count, then one bit per MethodDef row, most significant bit of each byte first."""
    out = bytearray(len(generic) + 7 >> 3)
    for index, value in enumerate(generic):
        if value:
            out[index >> 3] |= 0x80 >> (index & 7)
    return struct.pack("<I", len(generic)) + bytes(out)


def decode_method_is_generic_map(reader: ByteReader) -> list[bool]:
    """The inverse of encode_method_is_generic_map."""
    count = reader.u32()
    data = reader.take(count + 7 >> 3)
    return [bool(data[index >> 3] & 0x80 >> (index & 7)) for index in range(count)]


def encode_enclosing_type_map(enclosing: Sequence[int]) -> bytes:
    """u16 count, then per TypeDef row the row of its enclosing type; b"" when there are too many types."""
    if len(enclosing) > _MAX_ENCLOSING_TYPES:
        return b""
    return struct.pack(f"<{len(enclosing) + 1}H", len(enclosing), *enclosing)


def decode_enclosing_type_map(reader: ByteReader) -> list[int]:
    """The inverse of encode_enclosing_type_map."""
    count = reader.u16()
    return list(struct.unpack(f"<{count}H", reader.take(2 * count)))


def encode_type_generic_info_map(infos: Sequence[int]) -> bytes:
    """u32 count, then 4 bits per TypeDef row, high nibble first: parameter count up to 3, constraints, variance."""
    padded = [*infos, 0] if len(infos) & 1 else infos
    return struct.pack("<I", len(infos)) + bytes(padded[i] << 4 | padded[i + 1] for i in range(0, len(padded), 2))


def decode_type_generic_info_map(reader: ByteReader) -> list[int]:
    """The inverse of encode_type_generic_info_map."""
    count = reader.u32()
    data = reader.take(count + 1 >> 1)
    return [data[i >> 1] >> (0 if i & 1 else 4) & 15 for i in range(count)]


def method_is_generic(metadata: MetadataReader) -> list[bool]:
    """Contents of MethodIsGenericMap for an assembly."""
    generic = [False] * metadata.row_count(TableId.METHOD_DEF)
    for owner in metadata.column(TableId.GENERIC_PARAM, "Owner"):
        if owner >> 24 == TableId.METHOD_DEF:
            generic[(owner & 0xFFFFFF) - 1] = True
    return generic


def enclosing_type_map(metadata: MetadataReader) -> list[int]:
    """Contents of EnclosingTypeMap for an assembly."""
    return enclosing_types(metadata)


def type_generic_infos(metadata: MetadataReader) -> list[int]:
    """Contents of TypeGenericInfoMap for an assembly."""
    counts = [0] * metadata.row_count(TableId.TYPE_DEF)
    flags = [0] * len(counts)
    constrained = set(metadata.column(TableId.GENERIC_PARAM_CONSTRAINT, "Owner"))
    owners = metadata.column(TableId.GENERIC_PARAM, "Owner")
    parameter_flags = metadata.column(TableId.GENERIC_PARAM, "Flags")
    for index, owner in enumerate(owners):
        if owner >> 24 != TableId.TYPE_DEF:
            continue
        row = (owner & 0xFFFFFF) - 1
        counts[row] += 1
        if index + 1 in constrained or parameter_flags[index] & _SPECIAL_CONSTRAINT_MASK:
            flags[row] |= HAS_CONSTRAINTS
        if parameter_flags[index] & _VARIANCE_MASK:
            flags[row] |= HAS_VARIANCE
    return [min(count, 3) | flag for count, flag in zip(counts, flags, strict=True)]
