"""Writing a metadata root: heaps that collect what rows refer to, and tables given by column.

The inverse of `metadata.reader`: columns hold what `MetadataReader.column` gives, except that heap columns hold offsets
into the new heaps.

Source: ECMA-335 II.24.2 (root, streams, heaps, `#~`), II.22 (tables).
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np

from readytorun.metadata.signature import encode_compressed_uint
from readytorun.metadata.tables import (
    BLOB,
    CODED,
    CODED_INDEX_BITS,
    CODED_INDEX_TABLES,
    COLUMNS,
    GUID,
    LIST,
    ROW,
    STRING,
    TABLE_COUNT,
)

_SIGNATURE: Final = 0x424A5342  # 'BSJB'
_WIDE_STRING: Final = 0x01
_WIDE_GUID: Final = 0x02
_WIDE_BLOB: Final = 0x04
_WIDE_FROM: Final = 0x10000
_SORTED: Final = 0x16003301FA00  # tables with a sort order (ECMA-335 II.24.2.6)
_NO_ROW: Final = 0

_HEAP_BITS: Final = {STRING: _WIDE_STRING, GUID: _WIDE_GUID, BLOB: _WIDE_BLOB}


class StringHeap:
    """#Strings: each string once, in order of first use."""

    __slots__ = ("_offsets", "data")

    def __init__(self) -> None:
        self.data = bytearray(1)
        self._offsets: dict[bytes, int] = {b"": 0}

    def add(self, text: bytes) -> int:
        """The offset of a string, given without its NUL."""
        offset = self._offsets.get(text)
        if offset is None:
            offset = len(self.data)
            self._offsets[text] = offset
            self.data += text + b"\0"
        return offset


class BlobHeap:
    """#Blob: each blob once, in order of first use."""

    __slots__ = ("_offsets", "data")

    def __init__(self) -> None:
        self.data = bytearray(1)
        self._offsets: dict[bytes, int] = {b"": 0}

    def add(self, blob: bytes) -> int:
        """The offset of a blob, given without its length."""
        offset = self._offsets.get(blob)
        if offset is None:
            offset = len(self.data)
            self._offsets[blob] = offset
            self.data += encode_compressed_uint(len(blob)) + blob
        return offset


class MetadataBuilder:
    """One metadata root in the making.

    Attributes:
        strings, blobs: the heaps that heap columns index.
        guids: #GUID.
        user_strings: #US.
        tables: by table number, the columns of ECMA-335 II.22, all of one length; absent tables have no rows.
    """

    __slots__ = ("blobs", "guids", "strings", "tables", "user_strings")

    def __init__(self) -> None:
        self.strings = StringHeap()
        self.blobs = BlobHeap()
        self.guids = b""
        self.user_strings = b""
        self.tables: dict[int, dict[str, list[int]]] = {}

    def to_bytes(self, version: str) -> bytes:
        """The root with its streams; `version` is the runtime's version string ("v4.0.30319")."""
        streams = [
            (b"#~", self._table_stream()),
            (b"#Strings", bytes(self.strings.data)),
            (b"#US", self.user_strings),
            (b"#GUID", self.guids),
            (b"#Blob", bytes(self.blobs.data)),
        ]
        version_bytes = _padded(version.encode("latin-1") + b"\0")
        head = struct.pack("<IHHII", _SIGNATURE, 1, 1, 0, len(version_bytes)) + version_bytes
        head += struct.pack("<HH", 0, len(streams))
        offset = len(head) + sum(8 + len(_padded(name + b"\0")) for name, _ in streams)
        for name, content in streams:
            size = len(_padded(content))
            head += struct.pack("<II", offset, size) + _padded(name + b"\0")
            offset += size
        return head + b"".join(_padded(content) for _, content in streams)

    def _table_stream(self) -> bytes:
        counts = [self._row_count(table) for table in range(TABLE_COUNT)]
        heap_sizes = 0
        for kind, size in ((STRING, len(self.strings.data)), (BLOB, len(self.blobs.data)), (GUID, 0)):
            if size >= _WIDE_FROM:
                heap_sizes |= _HEAP_BITS[kind]
        valid = sum(1 << table for table in range(TABLE_COUNT) if counts[table])
        out = bytearray(struct.pack("<IBBBBQQ", 0, 2, 0, heap_sizes, 1, valid, _SORTED))
        out += b"".join(struct.pack("<I", count) for count in counts if count)
        for table in range(TABLE_COUNT):
            if counts[table]:
                out += _encode_table(table, self.tables[table], counts, heap_sizes)
        return bytes(out)

    def _row_count(self, table: int) -> int:
        columns = self.tables.get(table)
        return len(columns[COLUMNS[table][0][0]]) if columns else 0


def _encode_table(table: int, columns: dict[str, list[int]], counts: list[int], heap_sizes: int) -> bytes:
    names = [name for name, _ in COLUMNS[table]]
    formats = [f"<u{_width(kind, counts, heap_sizes)}" for _, kind in COLUMNS[table]]
    dtype: Any = np.dtype({"names": names, "formats": formats})
    rows: Any = np.zeros(counts[table], dtype=dtype)
    for name, kind in COLUMNS[table]:
        values: Any = np.array(columns[name], dtype=np.int64)
        rows[name] = _coded(values, kind - CODED) if kind >= CODED else values
    encoded: bytes = rows.tobytes()
    return encoded


def _coded(tokens: Any, coded: int) -> Any:
    """Tokens (0 for nil) as a coded index (ECMA-335 II.24.2.6)."""
    tags = np.full(0x100, -1, dtype=np.int64)
    for tag, table in enumerate(CODED_INDEX_TABLES[coded]):
        if table >= 0:
            tags[table] = tag
    tags_of_rows = np.where(tokens == _NO_ROW, 0, tags[tokens >> 24])
    if (tags_of_rows < 0).any():
        raise ValueError(f"a token that coded index {coded} cannot hold")
    return (tokens & 0xFFFFFF) << CODED_INDEX_BITS[coded] | tags_of_rows


def _width(kind: int, counts: list[int], heap_sizes: int) -> int:
    """The width in bytes of a column (ECMA-335 II.24.2.6)."""
    if kind < STRING:
        return kind
    if kind in _HEAP_BITS:
        return 4 if heap_sizes & _HEAP_BITS[kind] else 2
    if kind >= CODED:
        limit = 1 << 16 - CODED_INDEX_BITS[kind - CODED]
        return 4 if any(t >= 0 and counts[t] >= limit for t in CODED_INDEX_TABLES[kind - CODED]) else 2
    return 4 if counts[kind - LIST if kind >= LIST else kind - ROW] >= _WIDE_FROM else 2


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
