"""The file format of a snapshot: an index, then reduced assemblies, each compressed by itself.

    offset  size  content
    0       8     magic, b"R2RSNAP" and a zero
    8       4     format version, 1
    12      4     size of the index in bytes
    16      4     CRC-32 of the index
    20            index: JSON, UTF-8, without spaces
                  assemblies, one behind the other in the order of the index: XZ streams with CRC-32

Numbers are little-endian. The index is an object:

    framework     the framework's version, "10.0.12"
    machine       COFF machine of its core library; it tells system and processor (see `r2r.target`)
    assemblies    list of [name, size, packed size], sorted by name; sizes in bytes

Each assembly is a PE file as `strip` makes it. Opening one decompresses only it.
"""

from __future__ import annotations

import json
import lzma
import os
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Final

from readytorun.errors import BadImageError, MissingReferenceError

SUFFIX: Final = ".snapshot"
FORMAT_VERSION: Final = 1

_MAGIC: Final = b"R2RSNAP\0"
_HEADER: Final = struct.Struct("<8sIII")
_MAXIMUM_INDEX_SIZE: Final = 1 << 24
_MAXIMUM_ASSEMBLY_SIZE: Final = 1 << 28
# A dictionary of 4 MiB spans any assembly and keeps memory small; tables consist of 2-byte columns, hence pb.
_FILTERS: Final = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 22, "pb": 1},
]


class Entry:
    """Where one assembly is. Sizes and offsets in bytes."""

    __slots__ = ("name", "offset", "packed_size", "size")

    def __init__(self, name: str, size: int, offset: int, packed_size: int) -> None:
        self.name = name
        self.size = size
        self.offset = offset
        self.packed_size = packed_size


class Snapshot:
    """An opened snapshot; nothing of it is decompressed until asked for.

    Attributes:
        path: its file.
        framework: version of the framework that it was made from.
        machine: COFF machine of that framework's core library.
        entries: the assemblies, by name in lower case.
    """

    __slots__ = ("entries", "framework", "machine", "path")

    def __init__(self, path: str | Path) -> None:
        """Read the index of the file `path`.

        Raises:
            BadImageError: it is no snapshot, of another format version, or damaged.
            OSError: it cannot be read.
        """
        self.path = str(path)
        with open(path, "rb") as file:
            file_size = os.fstat(file.fileno()).st_size
            self._read_index(file, file_size)

    def _read_index(self, file: BinaryIO, file_size: int) -> None:
        path = self.path
        head = file.read(_HEADER.size)
        if head[: len(_MAGIC)] != _MAGIC:
            raise BadImageError(path, "not a framework snapshot", 0)
        if len(head) < _HEADER.size:
            raise BadImageError(path, "the snapshot ends inside its header", len(head))
        _, version, index_size, checksum = _HEADER.unpack(head)
        if version != FORMAT_VERSION:
            raise BadImageError(
                path,
                f"a snapshot of format version {version}, not {FORMAT_VERSION}; make it anew with readytorun snapshot",
                8,
            )
        if index_size > _MAXIMUM_INDEX_SIZE or _HEADER.size + index_size > file_size:
            raise BadImageError(path, f"an index of {index_size} bytes runs past the end of the snapshot", 12)
        index = file.read(index_size)
        if len(index) != index_size or zlib.crc32(index) != checksum:
            raise BadImageError(path, "the snapshot's index is damaged: its checksum does not match", _HEADER.size)
        self._parse_index(index, file_size)

    def _parse_index(self, index: bytes, file_size: int) -> None:
        try:
            content: Any = json.loads(index)
            self.framework: str = content["framework"]
            self.machine: int = content["machine"]
            rows: list[tuple[str, int, int]] = [(name, size, packed) for name, size, packed in content["assemblies"]]
            well_formed = isinstance(self.framework, str) and isinstance(self.machine, int)
            for name, size, packed in rows:
                well_formed = (
                    well_formed and isinstance(name, str) and isinstance(size, int) and isinstance(packed, int)
                )
                well_formed = well_formed and 0 < size <= _MAXIMUM_ASSEMBLY_SIZE and packed > 0
        except (ValueError, KeyError, TypeError, RecursionError):
            well_formed = False
        if not well_formed:
            raise BadImageError(self.path, "the snapshot's index is malformed", _HEADER.size)
        self.entries: dict[str, Entry] = {}
        offset = _HEADER.size + len(index)
        for name, size, packed in rows:
            self.entries[name.lower()] = Entry(name, size, offset, packed)
            offset += packed
        if offset != file_size:
            raise BadImageError(
                self.path,
                f"the snapshot's assemblies end at {offset:#x}, the file at {file_size:#x}",
                min(offset, file_size),
            )

    def read(self, name: str) -> bytes:
        """The bytes of an assembly, by simple name in any case.

        Raises:
            MissingReferenceError: it is not in the snapshot.
            BadImageError: it is damaged.
            OSError: the file cannot be read.
        """
        entry = self.entries.get(name.lower())
        if entry is None:
            raise MissingReferenceError(f"{self.path}: assembly {name} is not in the snapshot")
        with open(self.path, "rb") as file:
            file.seek(entry.offset)
            packed = file.read(entry.packed_size)
        decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ)
        try:
            data = decompressor.decompress(packed, entry.size)
            if len(data) == entry.size:
                rest = decompressor.decompress(b"", 1) if not decompressor.eof else b""
                if decompressor.eof and not rest and not decompressor.unused_data:
                    return data
        except (lzma.LZMAError, EOFError):
            pass
        raise BadImageError(self.path, f"assembly {entry.name} in the snapshot is damaged", entry.offset)


def encode(framework: str, machine: int, assemblies: dict[str, bytes]) -> bytes:
    """A snapshot file of reduced assemblies, given by simple name."""
    rows: list[tuple[str, int, int]] = []
    packed_assemblies: list[bytes] = []
    for name in sorted(assemblies, key=lambda name: (name.lower(), name)):
        packed = lzma.compress(assemblies[name], lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=_FILTERS)
        rows.append((name, len(assemblies[name]), len(packed)))
        packed_assemblies.append(packed)
    content = {"framework": framework, "machine": machine, "assemblies": rows}
    index = json.dumps(content, separators=(",", ":")).encode()
    header = _HEADER.pack(_MAGIC, FORMAT_VERSION, len(index), zlib.crc32(index))
    return header + index + b"".join(packed_assemblies)
