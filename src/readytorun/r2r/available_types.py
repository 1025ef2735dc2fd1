"""Section AvailableTypes: the TypeDefs and ExportedTypes of an assembly by name (`TypesTableNode.cs`).

A hashtable over a hash of its own: name hashes XORed along the chain of enclosing types. A record is
native(row << 1 | kind), kind 0 TypeDef, 1 ExportedType.
"""

from __future__ import annotations

from typing import NamedTuple

from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r.hashes import type_hash
from readytorun.r2r.native_array import Record
from readytorun.r2r.native_hashtable import NativeHashtable, encode_native_hashtable
from readytorun.r2r.primitives import ByteReader, native


def available_type_hashes(metadata: MetadataReader) -> list[tuple[int, int, int]]:
    """(hash, row, kind) of all TypeDefs, then of all ExportedTypes."""
    result: list[tuple[int, int, int]] = []
    names = metadata.column(TableId.TYPE_DEF, "TypeName")
    namespaces = metadata.column(TableId.TYPE_DEF, "TypeNamespace")
    own = [
        type_hash(metadata.string_bytes(space), metadata.string_bytes(name))
        for space, name in zip(namespaces, names, strict=True)
    ]
    enclosing = enclosing_types(metadata)
    for row in range(1, len(own) + 1):
        value = own[row - 1]
        outer = enclosing[row - 1]
        depth = 0
        while outer and depth <= len(own):
            value ^= own[outer - 1]
            outer = enclosing[outer - 1]
            depth += 1
        result.append((value, row, 0))

    names = metadata.column(TableId.EXPORTED_TYPE, "TypeName")
    namespaces = metadata.column(TableId.EXPORTED_TYPE, "TypeNamespace")
    implementations = metadata.column(TableId.EXPORTED_TYPE, "Implementation")
    own = [
        type_hash(metadata.string_bytes(space), metadata.string_bytes(name))
        for space, name in zip(namespaces, names, strict=True)
    ]
    for row in range(1, len(own) + 1):
        value = own[row - 1]
        outer_token = implementations[row - 1]
        depth = 0
        while outer_token >> 24 == TableId.EXPORTED_TYPE and depth <= len(own):
            outer = outer_token & 0xFFFFFF
            value ^= own[outer - 1]
            outer_token = implementations[outer - 1]
            depth += 1
        result.append((value, row, 1))
    return result


def enclosing_types(metadata: MetadataReader) -> list[int]:
    """For each TypeDef row the row of its enclosing type, or 0."""
    enclosing = [0] * metadata.row_count(TableId.TYPE_DEF)
    nested = metadata.column(TableId.NESTED_CLASS, "NestedClass")
    outer = metadata.column(TableId.NESTED_CLASS, "EnclosingClass")
    for inner_row, outer_row in zip(nested, outer, strict=True):
        enclosing[inner_row - 1] = outer_row
    return enclosing


def encode_available_types(metadata: MetadataReader) -> bytes:
    """The section for an assembly."""
    return encode_native_hashtable(
        (value, Record(native(row << 1 | kind))) for value, row, kind in available_type_hashes(metadata)
    )


class AvailableType(NamedTuple):
    """One record: the low byte of its hash, and the row of a TypeDef (kind 0) or an ExportedType (kind 1)."""

    low_hash: int
    row: int
    kind: int

    @property
    def token(self) -> int:
        return (TableId.EXPORTED_TYPE if self.kind else TableId.TYPE_DEF) << 24 | self.row


def decode_available_types(reader: ByteReader) -> list[AvailableType]:
    """Every record of a section that the reader covers, in the order of the table."""
    result = []
    for _, low, pos in NativeHashtable(reader).entries():
        reader.pos = pos
        value = reader.native()
        result.append(AvailableType(low, value >> 1, value & 1))
    return result
