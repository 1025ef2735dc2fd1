"""Section ManifestMetadata: a metadata root of the image's own (`ManifestMetadataTableNode.cs`).

Its AssemblyRef rows name assemblies that module indices beyond the input's own AssemblyRefs stand for. The section must
exist; the smallest one has a Module row, the TypeDef `<Module>` and an Assembly row.
"""

from __future__ import annotations

import struct
from typing import Final

_VERSION: Final = b"v4.0.30319\0\0"
_VALID_TABLES: Final = 1 << 0x00 | 1 << 0x02 | 1 << 0x20  # Module, TypeDef, Assembly
_SORTED_TABLES: Final = 0x16003301FA00
_HASH_ALGORITHM_NONE: Final = 0


def encode_minimal_manifest() -> bytes:
    """The metadata of a manifest that names no assembly."""
    strings = bytearray(b"\0")

    def string(text: str) -> int:
        offset = len(strings)
        strings.extend(text.encode() + b"\0")
        return offset

    module_type = string("<Module>")
    assembly = string("ManifestMetadata")
    strings += bytes(-len(strings) % 4)
    tables = struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, _VALID_TABLES, _SORTED_TABLES)
    tables += struct.pack("<III", 1, 1, 1)
    tables += struct.pack("<5H", 0, assembly, 1, 0, 0)  # Module, with the null GUID
    tables += struct.pack("<IHHHHH", 0, module_type, 0, 0, 1, 1)  # TypeDef
    tables += struct.pack("<IHHHHIHHH", _HASH_ALGORITHM_NONE, 0, 0, 0, 0, 0, 0, assembly, 0)  # Assembly
    tables += bytes(-len(tables) % 4)
    streams = (
        (b"#~\0\0", tables),
        (b"#Strings\0\0\0\0", bytes(strings)),
        (b"#US\0", bytes(4)),
        (b"#GUID\0\0\0", bytes(16)),
        (b"#Blob\0\0\0", bytes(4)),
    )
    head = struct.pack("<IHHII", 0x424A5342, 1, 1, 0, len(_VERSION)) + _VERSION + struct.pack("<HH", 0, len(streams))
    offset = len(head) + sum(8 + len(name) for name, _ in streams)
    out = bytearray(head)
    for name, content in streams:
        out += struct.pack("<II", offset, len(content)) + name
        offset += len(content)
    for _, content in streams:
        out += content
    return bytes(out)
