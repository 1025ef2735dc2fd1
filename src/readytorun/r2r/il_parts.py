"""The IL assembly inside the image: metadata with new RVAs, method bodies, resources, data of RVA fields.

`RTR/Copied*Node.cs`: everything travels along, byte for byte, except MethodDef.RVA and FieldRVA.RVA.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.errors import BadImageError, UsageError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r.pe_builder import DIRECTORY_DEBUG, DIRECTORY_RESOURCES, align_up
from readytorun.r2r.primitives import ByteReader

COR_HEADER: Final = struct.Struct("<IHH16I")
COR_HEADER_SIZE: Final = 72
_FLAG_IL_ONLY: Final = 1
_FLAG_IL_LIBRARY: Final = 4
_U32: Final = struct.Struct("<I")
_RESOURCE_DIRECTORY: Final = struct.Struct("<IIHHHH")
_RESOURCE_ENTRY: Final = struct.Struct("<II")
_DEBUG_ENTRY: Final = struct.Struct("<IIHHIIII")
_HIGH_BIT: Final = 0x80000000

# Sizes in bytes of the element types that an RVA field may have (ECMA-335 II.23.1.16).
_PRIMITIVE_SIZES: Final = {2: 1, 3: 2, 4: 1, 5: 1, 6: 2, 7: 2, 8: 4, 9: 4, 10: 8, 11: 8, 12: 4, 13: 8}
_VALUETYPE: Final = 0x11
_FIELD_SIGNATURE: Final = 0x06


class ILParts:
    """Copies the parts of an IL assembly into a section that is being built.

    Attributes:
        field_rvas: new RVA by Field row, for the fields that have initial data.
        cor_header: the encoded COR header, once `finish` was called.
    """

    def __init__(self, assembly: AssemblyFile) -> None:
        header = assembly.image.cor_header
        if header is None:
            raise BadImageError(assembly.path, "not a .NET assembly")
        if header.managed_native_header[1]:
            raise UsageError(f"{assembly.path}: is compiled already; the input must be an IL assembly")
        if not header.flags & _FLAG_IL_ONLY:
            raise UsageError(f"{assembly.path}: contains native code (mixed mode), which cannot be compiled")
        self._assembly = assembly
        self._header = header
        self._metadata = bytearray(assembly.image.read(*header.metadata))
        self._directories = {"metadata": (0, 0), "resources": (0, 0), "strong_name": (0, 0)}
        self.field_rvas: dict[int, int] = {}

    def copy_bodies(self, out: bytearray, base_rva: int) -> None:
        """Append all method bodies to `out`, which will lie at `base_rva`, and note their RVAs in the metadata."""
        image = self._assembly.image
        moved: dict[int, int] = {}
        reader = self._assembly.reader
        position = self._column_position(TableId.METHOD_DEF, "RVA")
        stride = reader.row_size(TableId.METHOD_DEF)
        for rva in reader.column(TableId.METHOD_DEF, "RVA"):
            if rva:
                new_rva = moved.get(rva)
                if new_rva is None:
                    body = read_method_body(image, rva)
                    content = image.data[body.file_offset : body.file_offset + body.total_size]
                    if content[0] & 3 == 3:  # fat headers are aligned, and so are the sections behind the code
                        out += bytes((rva - base_rva - len(out)) % 4)
                    new_rva = moved[rva] = base_rva + len(out)
                    out += content
                _U32.pack_into(self._metadata, position, new_rva)
            position += stride

    def copy_field_data(self, out: bytearray, base_rva: int) -> None:
        """Append the initial data of RVA fields to `out`, and note their RVAs in the metadata."""
        reader = self._assembly.reader
        image = self._assembly.image
        rvas = reader.column(TableId.FIELD_RVA, "RVA")
        fields = reader.column(TableId.FIELD_RVA, "Field")
        position = self._column_position(TableId.FIELD_RVA, "RVA")
        stride = reader.row_size(TableId.FIELD_RVA)
        moved: dict[tuple[int, int], int] = {}
        for rva, field in zip(rvas, fields, strict=True):
            size = self._field_size(field, rva)
            new_rva = moved.get((rva, size))
            if new_rva is None:
                # Keep the alignment that the input's compiler chose, up to what vector code may ask for.
                alignment = max(8, min(rva & -rva, 64)) if rva else 8
                out += bytes(align_up(base_rva + len(out), alignment) - base_rva - len(out))
                new_rva = moved[rva, size] = base_rva + len(out)
                out += image.read(rva, size)
            self.field_rvas[field] = new_rva
            _U32.pack_into(self._metadata, position, new_rva)
            position += stride

    def copy_blocks(self, out: bytearray, base_rva: int) -> None:
        """Append metadata, managed resources and strong name space; after the other copies."""
        image = self._assembly.image
        for name, (rva, size), alignment in (
            ("resources", self._header.resources, 8),
            ("strong_name", self._header.strong_name, 4),
            ("metadata", self._header.metadata, 4),
        ):
            if not size:
                continue
            out += bytes(-len(out) % alignment)
            self._directories[name] = (base_rva + len(out), size)
            out += self._metadata if name == "metadata" else image.read(rva, size)

    def encode_cor_header(self, native_header: tuple[int, int]) -> bytes:
        """The COR header; `native_header` is RVA and size of the R2R header."""
        header = self._header
        return COR_HEADER.pack(
            COR_HEADER_SIZE,
            2,  # runtime version 2.5
            5,
            *self._directories["metadata"],
            header.flags & ~_FLAG_IL_ONLY | _FLAG_IL_LIBRARY,
            header.entry_point_token,
            *self._directories["resources"],
            *self._directories["strong_name"],
            *(0, 0),  # code manager table
            *(0, 0),  # VTable fixups
            *(0, 0),  # export address table jumps
            *native_header,
        )

    def copy_win32_resources(self, out: bytearray, base_rva: int) -> tuple[int, int]:
        """Append the Win32 resource directory with its data; returns its new RVA and size, or (0, 0)."""
        image = self._assembly.image
        rva, size = image.directories[DIRECTORY_RESOURCES]
        if not size:
            return 0, 0
        content = bytearray(image.read(rva, size))
        out += bytes(-len(out) % 4)
        new_rva = base_rva + len(out)
        pending = [0]
        seen = set(pending)
        while pending:
            table = pending.pop()
            for entry in self._resource_entries(content, table):
                offset = _RESOURCE_ENTRY.unpack_from(content, entry)[1]
                if offset & _HIGH_BIT:
                    child = offset & ~_HIGH_BIT
                    if child not in seen:
                        seen.add(child)
                        pending.append(child)
                elif offset not in seen:
                    seen.add(offset)
                    if offset + 16 > size:
                        raise BadImageError(self._assembly.path, "Win32 resource outside of its directory")
                    data_rva, data_size = _RESOURCE_ENTRY.unpack_from(content, offset)
                    if rva <= data_rva and data_rva + data_size <= rva + size:
                        moved = data_rva - rva + new_rva
                    else:
                        content += bytes(-len(content) % 4)
                        moved = new_rva + len(content)
                        content += image.read(data_rva, data_size)
                    _U32.pack_into(content, offset, moved)
        out += content
        return new_rva, len(content)

    def _resource_entries(self, content: bytearray, table: int) -> list[int]:
        """Offsets of the entries of the resource table at offset `table`."""
        end = table + _RESOURCE_DIRECTORY.size
        if end > len(content):
            raise BadImageError(self._assembly.path, "Win32 resource directory is truncated")
        *_, named, numbered = _RESOURCE_DIRECTORY.unpack_from(content, table)
        if end + (named + numbered) * _RESOURCE_ENTRY.size > len(content):
            raise BadImageError(self._assembly.path, "Win32 resource directory is truncated")
        return [end + i * _RESOURCE_ENTRY.size for i in range(named + numbered)]

    def copy_debug_directory(self, out: bytearray, base_rva: int, base_offset: int) -> tuple[int, int]:
        """Append the debug directory with its data; `base_offset` is the file offset of `out`."""
        image = self._assembly.image
        rva, size = image.directories[DIRECTORY_DEBUG]
        count = size // _DEBUG_ENTRY.size
        if not count:
            return 0, 0
        entries = []
        for entry in _DEBUG_ENTRY.iter_unpack(image.read(rva, count * _DEBUG_ENTRY.size)):
            flags, stamp, major, minor, kind, data_size, data_rva, data_offset = entry
            if data_size and data_offset + data_size <= len(image.data):
                out += bytes(-len(out) % 4)
                data_rva = base_rva + len(out)
                new_offset = base_offset + len(out)
                out += image.data[data_offset : data_offset + data_size]
                data_offset = new_offset
            entries.append(_DEBUG_ENTRY.pack(flags, stamp, major, minor, kind, data_size, data_rva, data_offset))
        out += bytes(-len(out) % 4)
        new_rva = base_rva + len(out)
        out += b"".join(entries)
        return new_rva, count * _DEBUG_ENTRY.size

    def _column_position(self, table: int, name: str) -> int:
        """Offset into the metadata of the first row's cell in a column; the columns used here are 4 bytes wide."""
        reader = self._assembly.reader
        start = self._assembly.image.offset_of(self._header.metadata[0])
        return reader.row_offset(table, 1) + reader.column_offset(table, name) - start

    def _field_size(self, field: int, rva: int) -> int:
        """Size in bytes of the initial data of an RVA field."""
        return field_data_size(self._assembly.reader, field) or self._space_behind(rva)

    def _space_behind(self, rva: int) -> int:
        """Bytes from `rva` to the next thing that is known to begin, for fields whose type does not tell its size."""
        image = self._assembly.image
        starts = [r for r in self._assembly.reader.column(TableId.FIELD_RVA, "RVA") if r > rva]
        starts += [r for r in self._assembly.reader.column(TableId.METHOD_DEF, "RVA") if r > rva]
        starts += [r for r, size in image.directories if r > rva and size]
        header = self._header
        for block_rva, size in (header.metadata, header.resources, header.strong_name):
            if size and block_rva > rva:
                starts.append(block_rva)
        for section in image.sections:
            if section.virtual_address <= rva < section.virtual_address + section.raw_size:
                starts.append(section.virtual_address + section.raw_size)
        if not starts:
            raise BadImageError(self._assembly.path, f"RVA field data at {rva:#x} lies outside of the image")
        return min(starts) - rva


def field_data_size(reader: MetadataReader, field: int) -> int:
    """Size in bytes of the initial data of the RVA field in row `field` of Field; 0 if its type does not tell."""
    signature = reader.blob(reader.column(TableId.FIELD, "Signature")[field - 1])
    if len(signature) < 2 or signature[0] != _FIELD_SIGNATURE:
        return 0
    if signature[1] != _VALUETYPE or len(signature) < 3:
        return _PRIMITIVE_SIZES.get(signature[1], 0)
    coded = ByteReader(signature, 2, path=reader.path).compressed()
    if not coded & 3:
        for row in reader.rows_of(TableId.CLASS_LAYOUT, "Parent", coded >> 2):
            return reader.column(TableId.CLASS_LAYOUT, "ClassSize")[row - 1]
    return 0
