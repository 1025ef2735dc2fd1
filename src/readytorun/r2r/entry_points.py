"""How the runtime finds compiled methods: sections MethodDefEntryPoints and InstanceMethodEntryPoints.

Both hold the same record: the index of the method's first runtime function and the list of import cells that must be
filled before the method may run (`readytoruninfo.cpp`, GetEntryPoint):

```
native(id)    id & 1 == 0: index id >> 1, no fixups
              id & 1 == 1: index id >> 2; id & 2 == 0: the fixup list follows
                                          id & 2 == 2: native(delta) follows, the list begins delta bytes before it
```
A fixup list is a nibble stream: import section, first cell, distances to the next cells …, 0; distance to the next
section, …; 0. Cells count in pointer-sized slots of their section.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from readytorun.r2r.native_array import NativeArray, Record, encode_native_array
from readytorun.r2r.native_hashtable import NativeHashtable, encode_native_hashtable
from readytorun.r2r.primitives import ByteReader, NibbleReader, NibbleWriter, native

FixupList = tuple[tuple[int, int], ...]
"""(import section, slot) pairs, ascending, none twice."""


class EntryPoint(NamedTuple):
    """Index into the runtime functions, and the cells to fill first."""

    function_index: int
    fixups: FixupList


def encode_fixup_list(fixups: Iterable[tuple[int, int]]) -> bytes:
    """Encode (import section, slot) pairs that are ascending and distinct."""
    writer = NibbleWriter()
    section = -1
    slot = 0
    for next_section, next_slot in fixups:
        if next_section == section:
            if next_slot <= slot:
                raise ValueError("fixup list is not ascending")
            writer.unsigned(next_slot - slot)
        else:
            if next_section <= section:
                raise ValueError("fixup list is not ascending")
            if section < 0:
                writer.unsigned(next_section)
            else:
                writer.unsigned(0)
                writer.unsigned(next_section - section)
            writer.unsigned(next_slot)
        section = next_section
        slot = next_slot
    if section >= 0:
        writer.unsigned(0)
    writer.unsigned(0)
    return writer.to_bytes()


def decode_fixup_list(reader: ByteReader) -> FixupList:
    """Read a fixup list at the reader's position."""
    nibbles = NibbleReader(reader)
    fixups: list[tuple[int, int]] = []
    section = nibbles.unsigned()
    while True:
        slot = nibbles.unsigned()
        while True:
            fixups.append((section, slot))
            delta = nibbles.unsigned()
            if not delta:
                break
            slot += delta
        delta = nibbles.unsigned()
        if not delta:
            return tuple(fixups)
        section += delta


def entry_point_record(function_index: int, fixup_list: bytes, signature: bytes = b"") -> Record:
    """The record of an entry point; `fixup_list` is an encoded list or b"", `signature` that of an instantiation."""
    if not fixup_list:
        return Record(signature + native(function_index << 1))
    return Record(signature + native(function_index << 2 | 1), fixup_list, signature + native(function_index << 2 | 3))


EntryPointPlace = tuple[int, int]
"""An entry point whose fixup list has not been read: index, and where the list begins, -1 = there is none."""


def decode_entry_point_place(reader: ByteReader) -> EntryPointPlace:
    """Read a record at the reader's position, without its fixup list, and end up behind that."""
    value = reader.native()
    if not value & 1:
        return value >> 1, -1
    at = reader.pos
    if not value & 2:
        return value >> 2, at
    delta = reader.native()
    if delta > at:
        raise reader.error("shared fixup list lies before the section", at)
    return value >> 2, at - delta


def decode_entry_point(reader: ByteReader) -> EntryPoint:
    """Read a record at the reader's position, which ends up behind the record's own bytes."""
    index, fixups_at = decode_entry_point_place(reader)
    if fixups_at < 0:
        return EntryPoint(index, ())
    end = reader.pos
    reader.pos = fixups_at
    fixups = decode_fixup_list(reader)
    if fixups_at != end:
        reader.pos = end
    return EntryPoint(index, fixups)


def encode_method_def_entry_points(records: Mapping[int, Record]) -> bytes:
    """Section MethodDefEntryPoints; keys are MethodDef rows, values made by entry_point_record."""
    return encode_native_array({rid - 1: record for rid, record in records.items()})


def decode_method_def_entry_points(reader: ByteReader) -> list[tuple[int, EntryPoint]]:
    """(MethodDef row, entry point) of every record of a section that the reader covers."""
    entries = []
    for index, pos in NativeArray(reader).records():
        reader.pos = pos
        entries.append((index + 1, decode_entry_point(reader)))
    return entries


def method_def_entry_places(reader: ByteReader) -> list[tuple[int, EntryPointPlace]]:
    """(MethodDef row, entry point without its fixups) of every record of a section that the reader covers."""
    places = []
    for index, pos in NativeArray(reader).records():
        reader.pos = pos
        places.append((index + 1, decode_entry_point_place(reader)))
    return places


def encode_instance_entry_points(records: Sequence[tuple[int, Record]]) -> bytes:
    """Section InstanceMethodEntryPoints from (hash, record made by entry_point_record)."""
    return encode_native_hashtable(records)


def instance_entry_positions(reader: ByteReader) -> list[tuple[int, int, int]]:
    """(bucket, low hash, position of the method signature) of every record of a section that the reader covers."""
    return NativeHashtable(reader).entries()
