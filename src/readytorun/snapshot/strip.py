"""Reduces an assembly to the facts of `facts.py`: a smaller assembly in which every token means what it meant.

The result is an ordinary IL-only PE file, so that all that reads assemblies reads it. Definitions keep their rows;
rows of references that nothing needs any more are zeroed, so that the rest keep their numbers; rows that no token can
name (attributes, parameters, properties, constants...) are removed. Heaps are made anew; the string literals that kept
bodies load keep their offsets, for their tokens are in the IL.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.errors import BadImageError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import MethodBody, read_method_body
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.signature import encode_compressed_uint
from readytorun.metadata.tables import BLOB, COLUMNS, GUID, STRING, TableId
from readytorun.pe import COMIMAGE_FLAGS_ILONLY, DIRECTORY_COR_HEADER, DIRECTORY_COUNT
from readytorun.snapshot.facts import (
    ABSENT_RVA,
    ATTRIBUTES,
    DROPPED_COLUMNS,
    NON_VERSIONABLE,
    REFERRED_TABLES,
    WHOLE_TABLES,
)
from readytorun.snapshot.metadata_builder import MetadataBuilder
from readytorun.snapshot.references import References

_RID: Final = 0xFFFFFF
_COR_HEADER_SIZE: Final = 72
_HEADERS_SIZE: Final = 0x200  # the one section's file offset, and its RVA
_FILE_ALIGNMENT: Final = 0x200
_DOS_HEADER_SIZE: Final = 0x40
_OPTIONAL_HEADER_SIZE: Final = 112 + 8 * DIRECTORY_COUNT

# Columns of the whole tables that hold tokens of tables that are kept in part.
_TOKEN_COLUMNS: Final = (
    (TableId.TYPE_DEF, "Extends"),
    (TableId.INTERFACE_IMPL, "Interface"),
    (TableId.METHOD_IMPL, "MethodBody"),
    (TableId.METHOD_IMPL, "MethodDeclaration"),
    (TableId.GENERIC_PARAM_CONSTRAINT, "Constraint"),
)

_NAMED_TABLES: Final = frozenset(WHOLE_TABLES + REFERRED_TABLES)


def strip_assembly(file: AssemblyFile) -> bytes:
    """The bytes of the reduced assembly. Equal input gives equal output.

    Raises:
        BadImageError: a part of `file` that would be kept is malformed.
    """
    return _Stripper(file).to_bytes()


class _Stripper:
    """One assembly being reduced."""

    def __init__(self, file: AssemblyFile) -> None:
        self._file = file
        self._reader = file.reader
        self._builder = MetadataBuilder()
        self._references = References(file)
        self._attribute_rows: list[int] = []
        self._marshal_rows: list[int] = []
        self._bodies: dict[int, MethodBody] = {}  # by rid of the method
        self._new_rvas: dict[int, int] = {}
        if not self._reader.is_compressed:
            raise BadImageError(file.path, "metadata with pointer tables (edit-and-continue) is not supported")
        if self._reader.row_count(TableId.FILE):
            raise BadImageError(file.path, "an assembly of several files is not supported")

    def to_bytes(self) -> bytes:
        self._choose()
        section = bytearray(_COR_HEADER_SIZE)
        self._copy_bodies(section)
        for table in WHOLE_TABLES:
            self._copy_rows(table, range(1, self._reader.row_count(table) + 1), None)
        for table in REFERRED_TABLES:
            kept = self._references.kept[table]
            self._copy_rows(table, range(1, max(kept, default=0) + 1), kept)
        self._copy_rows(TableId.CUSTOM_ATTRIBUTE, self._attribute_rows, None)
        self._copy_rows(TableId.FIELD_MARSHAL, self._marshal_rows, None)
        self._copy_user_strings()
        metadata = self._builder.to_bytes(self._reader.version)
        header = struct.pack(
            "<IHHIIII",
            _COR_HEADER_SIZE,
            2,
            5,
            _HEADERS_SIZE + len(section),
            len(metadata),
            COMIMAGE_FLAGS_ILONLY,
            0,
        )
        section[: len(header)] = header
        return _pe_file(bytes(section) + metadata, self._file.image.machine)

    # --- what stays --------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        reader = self._reader
        references = self._references
        for table, name in _TOKEN_COLUMNS:
            for token in reader.column(table, name):
                references.token(token)
        for table in (TableId.FIELD, TableId.METHOD_DEF):
            for offset in reader.column(table, "Signature"):
                references.member(offset)
        parents = reader.column(TableId.CUSTOM_ATTRIBUTE, "Parent")
        constructors = reader.column(TableId.CUSTOM_ATTRIBUTE, "Type")
        for row, constructor in enumerate(constructors):
            attribute = attribute_type(reader, constructor)
            if attribute in ATTRIBUTES and parents[row] >> 24 in _NAMED_TABLES:
                self._attribute_rows.append(row + 1)
                references.token(constructor)
                references.token(parents[row])
                if attribute == NON_VERSIONABLE and parents[row] >> 24 == TableId.METHOD_DEF:
                    self._keep_body(parents[row] & _RID)
        for row, parent in enumerate(reader.column(TableId.FIELD_MARSHAL, "Parent")):
            if parent >> 24 == TableId.FIELD:
                self._marshal_rows.append(row + 1)

    def _keep_body(self, rid: int) -> None:
        rva = self._reader.cell(TableId.METHOD_DEF, "RVA", rid)
        if rva:
            body = read_method_body(self._file.image, rva)
            self._references.body(body)
            self._bodies[rid] = body

    # --- copying -----------------------------------------------------------------------------------------------

    def _copy_bodies(self, section: bytearray) -> None:
        for rid, body in sorted(self._bodies.items()):
            self._new_rvas[rid] = _HEADERS_SIZE + len(section)
            section += self._file.image.data[body.file_offset : body.file_offset + body.total_size]
            section += bytes(-len(section) % 4)

    def _copy_rows(self, table: int, rids: range | list[int], kept: set[int] | None) -> None:
        """Copy the given rows of a table; those that are not in `kept`, if that is given, as zeros."""
        columns: dict[str, list[int]] = {}
        for name, kind in COLUMNS[table]:
            columns[name] = self._copied_column(table, name, kind, rids, kept)
        self._builder.tables[table] = columns

    def _copied_column(
        self, table: int, name: str, kind: int, rids: range | list[int], kept: set[int] | None
    ) -> list[int]:
        if (table, name) in DROPPED_COLUMNS:
            return [0] * len(rids)
        if name == "ParamList":
            return [1] * len(rids)  # there are no Param rows: all runs are empty
        reader = self._reader
        values = reader.column(table, name)
        if name == "RVA":
            new_rvas = self._new_rvas if table == TableId.METHOD_DEF else {}
            return [new_rvas.get(rid, ABSENT_RVA) if values[rid - 1] else 0 for rid in rids]
        chosen = [values[rid - 1] if kept is None or rid in kept else 0 for rid in rids]
        if kind == STRING:
            add_string = self._builder.strings.add
            return [add_string(reader.string_bytes(value)) for value in chosen]
        if kind == BLOB:
            add_blob = self._builder.blobs.add
            return [add_blob(reader.blob(value)) for value in chosen]
        if kind == GUID:
            return [self._copied_guid(value) for value in chosen]
        return chosen

    def _copied_guid(self, index: int) -> int:
        if index == 0:
            return 0
        self._builder.guids += self._reader.guid(index).bytes_le
        return len(self._builder.guids) // 16

    def _copy_user_strings(self) -> None:
        heap = bytearray()
        for offset in sorted(self._references.user_strings):
            # The last byte, which says whether a character needs special handling, matters to nobody who reads IL.
            text = self._reader.user_string(offset).encode("utf-16-le", "surrogatepass") + b"\0"
            heap += bytes(offset - len(heap)) + encode_compressed_uint(len(text)) + text
        self._builder.user_strings = bytes(heap)


def attribute_type(reader: MetadataReader, constructor: int) -> tuple[str, str]:
    """Namespace and name of the type that an attribute's constructor belongs to; of a generic one ("", "")."""
    if constructor >> 24 == TableId.MEMBER_REF:
        parent = reader.cell(TableId.MEMBER_REF, "Class", constructor & _RID)
    else:
        parent = TableId.TYPE_DEF << 24 | reader.declaring_type(TableId.METHOD_DEF, constructor & _RID)
    table = parent >> 24
    if table != TableId.TYPE_REF and table != TableId.TYPE_DEF:
        return "", ""
    return (
        reader.string(reader.cell(table, "TypeNamespace", parent & _RID)),
        reader.string(reader.cell(table, "TypeName", parent & _RID)),
    )


def _pe_file(section: bytes, machine: int) -> bytes:
    """A PE32+ file of one section that starts with the CLI header."""
    section += bytes(-len(section) % _FILE_ALIGNMENT)
    end = _HEADERS_SIZE + len(section)
    out = bytearray(_HEADERS_SIZE)
    out[0:2] = b"MZ"
    struct.pack_into("<I4s", out, 0x3C, _DOS_HEADER_SIZE, b"PE\0\0")
    at = _DOS_HEADER_SIZE + 4
    struct.pack_into("<HHIIIHH", out, at, machine, 1, 0, 0, 0, _OPTIONAL_HEADER_SIZE, 0x2022)
    at += 20
    struct.pack_into("<H", out, at, 0x20B)
    struct.pack_into("<Q", out, at + 24, 0x180000000)  # image base
    struct.pack_into("<II", out, at + 32, _FILE_ALIGNMENT, _FILE_ALIGNMENT)
    struct.pack_into("<II", out, at + 56, end, _HEADERS_SIZE)
    struct.pack_into("<H", out, at + 68, 3)  # console subsystem
    struct.pack_into("<I", out, at + 108, DIRECTORY_COUNT)
    struct.pack_into("<II", out, at + 112 + 8 * DIRECTORY_COR_HEADER, _HEADERS_SIZE, _COR_HEADER_SIZE)
    at += _OPTIONAL_HEADER_SIZE
    struct.pack_into(
        "<8sIIIIIIHHI",
        out,
        at,
        b".text",
        len(section),
        _HEADERS_SIZE,
        len(section),
        _HEADERS_SIZE,
        0,
        0,
        0,
        0,
        0x60000020,
    )
    return bytes(out) + section
