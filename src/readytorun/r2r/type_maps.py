"""Sections ExternalTypeMaps, ProxyTypeMaps and TypeMapAssemblyTargets: the maps of `TypeMapAttribute`, made beforehand.

All three are hashtables by group type; types are named by import cells. Sources: `ReadyToRunExternalTypeMapNode.cs`,
`ReadyToRunProxyTypeMapNode.cs`, `TypeMapAssemblyTargetsNode.cs`, `readytoruninfo.cpp` (TypeMapState).

```
124, 125   group cell, native(state)    state 0: the runtime reads the attributes
           state 1, 2: a hashtable follows     124: { string key, cell } by hash of the key   125: { cell, cell }
           state 2 (if the version has it): native(count), count * { string, string } behind the buckets
126        group cell, native(count), count * cell
cell       native(import section), native(slot)
string     native(length), UTF-8
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from readytorun.r2r.hashes import name_hash
from readytorun.r2r.native_array import Record
from readytorun.r2r.native_hashtable import NativeHashtable, encode_native_hashtable
from readytorun.r2r.primitives import ByteReader, native

FROM_ATTRIBUTES: Final = 0
PRECOMPUTED: Final = 1
PRECOMPUTED_WITH_NAMES: Final = 2


class CellReference(NamedTuple):
    """An import cell."""

    section: int
    slot: int


@dataclass(frozen=True, slots=True)
class TypeMap:
    """The map of one group.

    Attributes:
        group: cell of the group type.
        state: FROM_ATTRIBUTES, PRECOMPUTED or PRECOMPUTED_WITH_NAMES.
        entries: keys are names in external maps, type cells in proxy maps; values are type cells.
        named_entries: (name of the key, name of the type) of types that the image has no cell for.
    """

    group: CellReference
    state: int
    entries: tuple[tuple[bytes | CellReference, CellReference], ...] = ()
    named_entries: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class TypeMapTargets:
    """The assemblies that contribute to a group: a cell of a type of each."""

    group: CellReference
    targets: tuple[CellReference, ...]


def _decode_cell(reader: ByteReader) -> CellReference:
    section = reader.native()
    return CellReference(section, reader.native())


def _encode_cell(cell: CellReference) -> bytes:
    return native(cell.section) + native(cell.slot)


def _decode_string(reader: ByteReader) -> bytes:
    return reader.take(reader.native())


def _encode_string(text: bytes) -> bytes:
    return native(len(text)) + text


def decode_type_maps(reader: ByteReader, external: bool) -> list[TypeMap]:
    """Read section ExternalTypeMaps, or ProxyTypeMaps, which the reader covers."""
    maps = []
    size = reader.end - reader.pos
    total = 0
    for _, _, position in NativeHashtable(reader).entries():
        reader.pos = position
        group = _decode_cell(reader)
        start = reader.pos
        state = reader.native()
        if state > PRECOMPUTED_WITH_NAMES:
            raise reader.error(f"type map with unknown state {state}", start)
        if state == FROM_ATTRIBUTES:
            maps.append(TypeMap(group, state))
            continue
        table = NativeHashtable(reader)
        total += len(table.entries())
        if total > size:
            raise reader.error("type maps with more entries than bytes", start)
        entries: list[tuple[bytes | CellReference, CellReference]] = []
        for _, _, entry in table.entries():
            reader.pos = entry
            key: bytes | CellReference = _decode_string(reader) if external else _decode_cell(reader)
            entries.append((key, _decode_cell(reader)))
        named: list[tuple[bytes, bytes]] = []
        if state == PRECOMPUTED_WITH_NAMES:
            reader.pos = table.end_of_buckets()
            for _ in range(reader.native()):
                name = _decode_string(reader)
                named.append((name, _decode_string(reader)))
        maps.append(TypeMap(group, state, tuple(entries), tuple(named)))
    return maps


def encode_type_maps(
    maps: Iterable[tuple[int, TypeMap]], proxy_key_hash: Callable[[CellReference], int] | None = None
) -> bytes:
    """The section from (hash of the group type, map); proxy maps need the hash of their key types."""
    return encode_native_hashtable(
        (group_hash, Record(_encode_type_map(type_map, proxy_key_hash))) for group_hash, type_map in maps
    )


def _encode_type_map(type_map: TypeMap, proxy_key_hash: Callable[[CellReference], int] | None) -> bytes:
    head = _encode_cell(type_map.group) + native(type_map.state)
    if type_map.state == FROM_ATTRIBUTES:
        return head
    records = []
    for key, value in type_map.entries:
        if isinstance(key, bytes):
            records.append((name_hash(key), Record(_encode_string(key) + _encode_cell(value))))
        elif proxy_key_hash is None:
            raise ValueError("a proxy type map cannot be written without the hashes of its keys")
        else:
            records.append((proxy_key_hash(key), Record(_encode_cell(key) + _encode_cell(value))))
    names = b""
    if type_map.state == PRECOMPUTED_WITH_NAMES:
        pairs = (_encode_string(key) + _encode_string(value) for key, value in type_map.named_entries)
        names = native(len(type_map.named_entries)) + b"".join(pairs)
    return head + encode_native_hashtable(records, names)


def decode_type_map_targets(reader: ByteReader) -> list[TypeMapTargets]:
    """Read section TypeMapAssemblyTargets, which the reader covers."""
    result = []
    for _, _, position in NativeHashtable(reader).entries():
        reader.pos = position
        group = _decode_cell(reader)
        start = reader.pos
        count = reader.native()
        if count > reader.end - reader.pos:
            raise reader.error(f"type map group of {count} assemblies", start)
        result.append(TypeMapTargets(group, tuple([_decode_cell(reader) for _ in range(count)])))
    return result


def encode_type_map_targets(groups: Sequence[tuple[int, TypeMapTargets]]) -> bytes:
    """The section from (hash of the group type, assemblies)."""
    return encode_native_hashtable(
        (
            group_hash,
            Record(_encode_cell(group.group) + native(len(group.targets)) + b"".join(map(_encode_cell, group.targets))),
        )
        for group_hash, group in groups
    )
