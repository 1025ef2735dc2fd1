"""The metadata of one module: heaps by offset, tables by column.

A table is decoded a column at a time: the whole column becomes one list of Python integers the first time it is asked
for and stays. There is no object per row. Every index in a column is checked when the column is decoded, so that a rid
or token read from one may be used without a check; what is not nil points at a row that exists.

Sources: ECMA-335 II.24.2 (root, streams, heaps, `#~`), II.23.2 (compressed integers).
"""

from __future__ import annotations

import struct
import uuid
from typing import Any, Final

import numpy as np

from readytorun.errors import BadImageError
from readytorun.metadata.signature import BlobReader
from readytorun.metadata.tables import (
    BLOB,
    CODED,
    CODED_INDEX_BITS,
    CODED_INDEX_TABLES,
    COLUMNS,
    GUID,
    LIST,
    POINTER_TABLES,
    ROW,
    STRING,
    TABLE_COUNT,
    TableId,
)

_SIGNATURE: Final = 0x424A5342  # 'BSJB'
_MAX_STREAMS: Final = 64
_MAX_STREAM_NAME: Final = 32
_MAX_ROWS: Final = 0xFFFFFF  # a rid has 24 bits in a token
_WIDE_STRING: Final = 0x01
_WIDE_GUID: Final = 0x02
_WIDE_BLOB: Final = 0x04
_EXTRA_DATA: Final = 0x40  # four more bytes after the row counts, in `#-` only

_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")
_STREAM_HEADER: Final = struct.Struct("<II")


class MetadataReader:
    """Reads one metadata root. All offsets it keeps are file offsets; all rids are 1-based.

    Attributes:
        version: the version string of the root, usually "v4.0.30319".
        is_compressed: the tables are in `#~`; in `#-` lists may go through pointer tables.
    """

    __slots__ = (
        "_blob_end",
        "_blob_start",
        "_blobs",
        "_columns",
        "_dtypes",
        "_guid_end",
        "_guid_start",
        "_key_maps",
        "_owners",
        "_row_counts",
        "_row_sizes",
        "_string_end",
        "_string_start",
        "_strings",
        "_table_offsets",
        "_us_end",
        "_us_start",
        "data",
        "is_compressed",
        "offset",
        "path",
        "size",
        "version",
    )

    def __init__(self, data: bytes, offset: int, size: int, path: str) -> None:
        """Read the root at file offset `offset`, `size` bytes long, of the file `data`.

        Raises BadImageError (with file offset) when the root, a stream or the layout of the tables is malformed.
        """
        self.data: bytes = data
        self.offset: int = offset
        self.size: int = size
        self.path: str = path
        self._strings: dict[int, str] = {}
        self._blobs: dict[int, bytes] = {}
        self._columns: list[dict[str, list[int]]] = [{} for _ in range(TABLE_COUNT)]
        self._key_maps: dict[tuple[int, str], dict[int, list[int]]] = {}
        self._owners: dict[int, list[int]] = {}
        self._string_start: int = 0
        self._string_end: int = 0
        self._blob_start: int = 0
        self._blob_end: int = 0
        self._guid_start: int = 0
        self._guid_end: int = 0
        self._us_start: int = 0
        self._us_end: int = 0
        self.is_compressed: bool = True
        if offset < 0 or size < 0 or offset + size > len(data):
            raise BadImageError(path, "the metadata runs past the end of the file", offset)
        tables_start, tables_size = self._parse_root()
        self._parse_tables(tables_start, tables_start + tables_size)

    # Tables

    def row_count(self, table: int) -> int:
        """How many rows `table` has; 0 for a number that is no table's, such as that of an ldstr token."""
        return self._row_counts[table] if 0 <= table < TABLE_COUNT else 0

    def column(self, table: int, name: str) -> list[int]:
        """The column `name` (as in ECMA-335 II.22) of every row, at index rid - 1. Shared: do not change the list.

        Heap columns hold heap offsets (GUIDs: 1-based indices), simple indices rids, coded indices tokens with 0 for
        nil. Raises BadImageError when an index in it points past the end of its table, or has no meaning.
        """
        columns = self._columns[table]
        values = columns.get(name)
        if values is None:
            values = self._decode_column(table, name)
            columns[name] = values
        return values

    def cell(self, table: int, name: str, rid: int) -> int:
        """One value of a column. Raises BadImageError when there is no row `rid`."""
        self.check_rid(table, rid)
        return self.column(table, name)[rid - 1]

    def check_rid(self, table: int, rid: int) -> None:
        """Raises BadImageError unless `table` has a row `rid`. For rids that come from elsewhere than a column."""
        if not 1 <= rid <= self.row_count(table):
            raise BadImageError(self.path, f"no row for metadata token {table << 24 | rid:#010x}", self.offset)

    def row_size(self, table: int) -> int:
        """The size of a row of `table` in bytes."""
        return self._row_sizes[table]

    def table_offset(self, table: int) -> int:
        """The file offset of the first row of `table`."""
        return self._table_offsets[table]

    def row_offset(self, table: int, rid: int) -> int:
        """The file offset of a row, for error messages and for rewriting."""
        return self._table_offsets[table] + (rid - 1) * self._row_sizes[table]

    def column_offset(self, table: int, name: str) -> int:
        """The offset in bytes of a column within a row of `table`."""
        field: Any = self._dtypes[table].fields[name]
        return int(field[1])

    def rows_of(self, table: int, key_column: str, token_or_rid: int) -> list[int]:
        """The rids, ascending, of the rows of `table` whose `key_column` equals `token_or_rid`. Do not change the list.

        The key is what `column` gives: a token where the column is a coded index, else a rid.
        """
        key = (table, key_column)
        rows = self._key_maps.get(key)
        if rows is None:
            rows = {}
            for rid, value in enumerate(self.column(table, key_column), 1):
                found = rows.get(value)
                if found is None:
                    rows[value] = [rid]
                else:
                    found.append(rid)
            self._key_maps[key] = rows
        return rows.get(token_or_rid, [])

    # Lists: runs of rows that belong to a row of another table

    def fields_of(self, type_rid: int) -> list[int]:
        """The Field rids of a TypeDef. Raises BadImageError on a malformed run."""
        return self._run(TableId.TYPE_DEF, "FieldList", type_rid, TableId.FIELD)

    def methods_of(self, type_rid: int) -> list[int]:
        """The MethodDef rids of a TypeDef. Raises BadImageError on a malformed run."""
        return self._run(TableId.TYPE_DEF, "MethodList", type_rid, TableId.METHOD_DEF)

    def params_of(self, method_rid: int) -> list[int]:
        """The Param rids of a MethodDef. Raises BadImageError on a malformed run."""
        return self._run(TableId.METHOD_DEF, "ParamList", method_rid, TableId.PARAM)

    def properties_of(self, type_rid: int) -> list[int]:
        """The Property rids of a TypeDef, empty when it has no PropertyMap row."""
        result: list[int] = []
        for rid in self.rows_of(TableId.PROPERTY_MAP, "Parent", type_rid):
            result += self._run(TableId.PROPERTY_MAP, "PropertyList", rid, TableId.PROPERTY)
        return result

    def events_of(self, type_rid: int) -> list[int]:
        """The Event rids of a TypeDef, empty when it has no EventMap row."""
        result: list[int] = []
        for rid in self.rows_of(TableId.EVENT_MAP, "Parent", type_rid):
            result += self._run(TableId.EVENT_MAP, "EventList", rid, TableId.EVENT)
        return result

    def declaring_type(self, table: int, rid: int) -> int:
        """The TypeDef rid that the row `rid` of Field or MethodDef belongs to.

        Raises BadImageError when there is no such row or it belongs to no type.
        """
        owners = self._owners.get(table)
        if owners is None:
            owners = [0] * (self._row_counts[table] + 1)
            is_field = table == TableId.FIELD
            for type_rid in range(1, self._row_counts[TableId.TYPE_DEF] + 1):
                for child in self.fields_of(type_rid) if is_field else self.methods_of(type_rid):
                    owners[child] = type_rid
            self._owners[table] = owners
        self.check_rid(table, rid)
        owner = owners[rid]
        if owner == 0:
            raise BadImageError(
                self.path, f"token {table << 24 | rid:#010x} belongs to no type", self.row_offset(table, rid)
            )
        return owner

    # Heaps

    def string(self, offset: int) -> str:
        """The string at `offset` of #Strings. Unpaired surrogates, which compilers write, are kept."""
        text = self._strings.get(offset)
        if text is None:
            raw = self.string_bytes(offset)
            try:
                text = raw.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                raise BadImageError(self.path, "a string that is not UTF-8", self._string_start + offset) from None
            self._strings[offset] = text
        return text

    def string_bytes(self, offset: int) -> bytes:
        """The bytes of the string at `offset` of #Strings, without the terminating NUL."""
        start = self._string_start + offset
        if offset < 0 or start >= self._string_end:
            if offset == 0:
                return b""
            raise BadImageError(self.path, f"string offset {offset:#x} is past the end of #Strings", self._string_start)
        end = self.data.find(b"\0", start, self._string_end)
        if end < 0:
            raise BadImageError(self.path, "a string runs past the end of #Strings", start)
        return self.data[start:end]

    def blob(self, offset: int) -> bytes:
        """The blob at `offset` of #Blob, without its length. Cached."""
        value = self._blobs.get(offset)
        if value is None:
            start, end = self._blob_range(offset)
            value = self.data[start:end]
            self._blobs[offset] = value
        return value

    def blob_reader(self, offset: int) -> BlobReader:
        """A reader over the blob at `offset` of #Blob, whose errors carry file offsets."""
        start, end = self._blob_range(offset)
        return BlobReader(self.data, start, end, self.path)

    def user_string(self, offset: int) -> str:
        """The string at `offset` of #US, as `ldstr` loads it; unpaired surrogates are kept."""
        if offset < 0 or self._us_start + offset >= self._us_end:
            if offset == 0:
                return ""
            raise BadImageError(self.path, f"user string offset {offset:#x} is past the end of #US", self._us_start)
        reader = BlobReader(self.data, self._us_start + offset, self._us_end, self.path)
        size = reader.compressed_uint()
        if size == 0:
            return ""
        if size & 1 == 0:
            raise BadImageError(self.path, f"a user string of {size} bytes, not an odd number", self._us_start + offset)
        # The odd last byte only says whether a character needs special handling (ECMA-335 II.24.2.4).
        return reader.bytes(size)[:-1].decode("utf-16-le", "surrogatepass")

    def guid(self, index: int) -> uuid.UUID:
        """The GUID with the 1-based `index` of #GUID; 0 gives the all-zero GUID."""
        if index == 0:
            return uuid.UUID(int=0)
        start = self._guid_start + 16 * (index - 1)
        if index < 0 or start + 16 > self._guid_end:
            raise BadImageError(self.path, f"GUID index {index} is past the end of #GUID", self._guid_start)
        return uuid.UUID(bytes_le=self.data[start : start + 16])

    def _blob_range(self, offset: int) -> tuple[int, int]:
        start = self._blob_start + offset
        if offset < 0 or start >= self._blob_end:
            if offset == 0:
                return start, start
            raise BadImageError(self.path, f"blob offset {offset:#x} is past the end of #Blob", self._blob_start)
        reader = BlobReader(self.data, start, self._blob_end, self.path)
        length = reader.compressed_uint()
        if reader.pos + length > self._blob_end:
            raise BadImageError(self.path, f"a blob of {length} bytes runs past the end of #Blob", start)
        return reader.pos, reader.pos + length

    # Parsing

    def _parse_root(self) -> tuple[int, int]:
        """Read the root and its stream headers; give the file offset and size of the table stream."""
        data, path = self.data, self.path
        end = self.offset + self.size
        if self.size < 20:
            raise BadImageError(path, f"metadata of {self.size} bytes is too small", self.offset)
        if _U32.unpack_from(data, self.offset)[0] != _SIGNATURE:
            raise BadImageError(path, "the metadata does not start with 'BSJB'", self.offset)
        version_length: int = _U32.unpack_from(data, self.offset + 12)[0]
        at = self.offset + 16 + version_length
        if version_length > 255 or version_length & 3 or at + 4 > end:
            raise BadImageError(path, f"bad length {version_length} of the version string", self.offset + 12)
        self.version: str = data[self.offset + 16 : at].split(b"\0")[0].decode("latin-1")
        stream_count: int = _U16.unpack_from(data, at + 2)[0]
        if stream_count > _MAX_STREAMS:
            raise BadImageError(path, f"{stream_count} metadata streams are too many", at + 2)
        at += 4
        tables: tuple[int, int] | None = None
        seen: set[str] = set()
        for _ in range(stream_count):
            if at + 8 > end:
                raise BadImageError(path, "the metadata ends inside its stream headers", at)
            stream_offset, stream_size = _STREAM_HEADER.unpack_from(data, at)
            name_end = data.find(b"\0", at + 8, min(at + 8 + _MAX_STREAM_NAME, end))
            if name_end < 0:
                raise BadImageError(path, "a metadata stream's name does not end", at + 8)
            name = data[at + 8 : name_end].decode("latin-1")
            if name in seen:
                raise BadImageError(path, f"two metadata streams are named {name}", at)
            seen.add(name)
            start = self.offset + stream_offset
            stop = start + stream_size
            if stop > end:
                raise BadImageError(path, f"metadata stream {name} runs past the end of the metadata", at)
            at += 8 + ((name_end - (at + 8)) // 4 + 1) * 4
            if name == "#Strings":
                self._string_start, self._string_end = start, stop
            elif name == "#Blob":
                self._blob_start, self._blob_end = start, stop
            elif name == "#GUID":
                self._guid_start, self._guid_end = start, stop
            elif name == "#US":
                self._us_start, self._us_end = start, stop
            elif name == "#~" or name == "#-":
                if tables is not None:
                    raise BadImageError(path, "the metadata has two table streams", at)
                tables = (start, stream_size)
                self.is_compressed = name == "#~"
            elif name == "#JTD":
                raise BadImageError(path, "an edit-and-continue delta, not a whole module", at)
        if tables is None:
            raise BadImageError(path, "the metadata has no table stream", self.offset)
        return tables

    def _parse_tables(self, start: int, end: int) -> None:
        data, path = self.data, self.path
        if start + 24 > end:
            raise BadImageError(path, "the table stream is too small", start)
        heap_sizes = data[start + 6]
        valid: int = _U64.unpack_from(data, start + 8)[0]
        if valid >> TABLE_COUNT:
            raise BadImageError(path, f"unknown metadata tables (mask {valid:#x})", start + 8)
        at = start + 24
        self._row_counts: list[int] = [0] * TABLE_COUNT
        for table in range(TABLE_COUNT):
            if valid >> table & 1:
                if at + 4 > end:
                    raise BadImageError(path, "the table stream ends inside its row counts", at)
                rows: int = _U32.unpack_from(data, at)[0]
                if rows > _MAX_ROWS:
                    raise BadImageError(path, f"table {table:#x} has {rows} rows, more than a token can name", at)
                self._row_counts[table] = rows
                at += 4
        if heap_sizes & _EXTRA_DATA:
            at += 4
        self._row_sizes: list[int] = []
        self._dtypes: list[Any] = []
        self._table_offsets: list[int] = []
        for table in range(TABLE_COUNT):
            names: list[str] = []
            formats: list[str] = []
            for name, kind in COLUMNS[table]:
                names.append(name)
                formats.append(f"<u{self._width(kind, heap_sizes)}")
            dtype: Any = np.dtype({"names": names, "formats": formats})
            size = int(dtype.itemsize)
            self._dtypes.append(dtype)
            self._row_sizes.append(size)
            self._table_offsets.append(at)
            at += size * self._row_counts[table]
            if at > end:
                raise BadImageError(
                    path,
                    f"table {table:#x} runs past the end of the table stream",
                    self._table_offsets[table],
                )

    def _list_target(self, table: int) -> int:
        """The table that a list of `table` rows indexes: its pointer table when that has rows."""
        pointer = POINTER_TABLES[table][0]
        return pointer if self._row_counts[pointer] else table

    def _width(self, kind: int, heap_sizes: int) -> int:
        """The width in bytes of a column (ECMA-335 II.24.2.6)."""
        if kind < STRING:
            return kind
        if kind == STRING:
            return 4 if heap_sizes & _WIDE_STRING else 2
        if kind == GUID:
            return 4 if heap_sizes & _WIDE_GUID else 2
        if kind == BLOB:
            return 4 if heap_sizes & _WIDE_BLOB else 2
        if kind >= CODED:
            limit = 1 << 16 - CODED_INDEX_BITS[kind - CODED]
            for table in CODED_INDEX_TABLES[kind - CODED]:
                if table >= 0 and self._row_counts[table] >= limit:
                    return 4
            return 2
        table = self._list_target(kind - LIST) if kind >= LIST else kind - ROW
        return 4 if self._row_counts[table] >= 1 << 16 else 2

    def _decode_column(self, table: int, name: str) -> list[int]:
        kind = -1
        for column_name, column_kind in COLUMNS[table]:
            if column_name == name:
                kind = column_kind
        if kind < 0:
            raise KeyError(f"table {table:#x} has no column {name}")
        rows = np.frombuffer(
            self.data, dtype=self._dtypes[table], count=self._row_counts[table], offset=self._table_offsets[table]
        )
        raw: Any = rows[name]
        if kind < ROW or not self._row_counts[table]:
            values: list[int] = raw.tolist()
            return values
        if kind >= CODED:
            coded = kind - CODED
            bits = CODED_INDEX_BITS[coded]
            tables = CODED_INDEX_TABLES[coded]
            tag_tables = np.full(1 << bits, -1, dtype=np.int64)
            tag_tables[: len(tables)] = tables
            tag_rows = np.zeros(1 << bits, dtype=np.int64)
            tag_rows[: len(tables)] = [self._row_counts[t] if t >= 0 else 0 for t in tables]
            wide: Any = raw.astype(np.int64)
            tags = wide & ((1 << bits) - 1)
            rids = wide >> bits
            bad: Any = rids > tag_rows[tags]
            tokens: Any = np.where(rids == 0, 0, tag_tables[tags] << 24 | rids)
        else:
            limit = (
                self._row_counts[kind - ROW] if kind < LIST else self._row_counts[self._list_target(kind - LIST)] + 1
            )
            bad = raw > limit
            tokens = raw
        if bad.any():
            rid = int(bad.argmax()) + 1
            raise BadImageError(
                self.path,
                f"column {name} of row {rid} of table {table:#x} holds {int(raw[rid - 1]):#x}, which names no row",
                self.row_offset(table, rid) + self.column_offset(table, name),
            )
        values = tokens.tolist()
        return values

    def _run(self, table: int, name: str, rid: int, target: int) -> list[int]:
        """The rids of the run that starts in column `name` of row `rid` and ends where the next row's starts."""
        column = self.column(table, name)
        self.check_rid(table, rid)
        start = column[rid - 1]
        pointers = self._list_target(target)
        end = column[rid] if rid < len(column) else self._row_counts[pointers] + 1
        if start > end or start == 0:
            raise BadImageError(
                self.path,
                f"the run {start}..{end} in column {name} of row {rid} of table {table:#x} is not in order",
                self.row_offset(table, rid) + self.column_offset(table, name),
            )
        run = list(range(start, end))
        if pointers == target:
            return run
        mapped = self.column(pointers, POINTER_TABLES[target][1])
        result: list[int] = []
        for i in run:
            if mapped[i - 1] == 0:
                raise BadImageError(self.path, "a pointer table holds a nil row", self.row_offset(pointers, i))
            result.append(mapped[i - 1])
        return result
