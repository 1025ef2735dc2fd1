"""Section ManifestMetadata: a metadata root of the image's own (`ManifestMetadataTableNode.cs`).

The section must exist. It serves two purposes:

- its AssemblyRef rows name the assemblies of the version bubble that the input's own AssemblyRefs do not name;
- its TypeRef, MemberRef and TypeSpec rows give tokens to types and members that the input's metadata does not mention.
  Fixups name them in module A + 1, A being the number of the input's AssemblyRefs. The runtime resolves such TypeRefs
  by ModuleRef rows only (`readytoruninfo.cpp`, NativeManifestModule): `System.Private.CoreLib` is that, `#:3` the
  assembly of AssemblyRef row 3 of the input, `#Name:3` the one that AssemblyRef "Name" of that assembly names.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from readytorun.r2r.primitives import ByteReader

CORE_LIBRARY: Final = "System.Private.CoreLib"

_VERSION: Final = b"v4.0.30319\0\0"
_SORTED_TABLES: Final = 0x16003301FA00

# Table numbers (ECMA-335 II.22).
_MODULE: Final = 0x00
_TYPE_REF: Final = 0x01
_TYPE_DEF: Final = 0x02
_MEMBER_REF: Final = 0x0A
_MODULE_REF: Final = 0x1A
_TYPE_SPEC: Final = 0x1B
_ASSEMBLY: Final = 0x20
_ASSEMBLY_REF: Final = 0x23

# Coded indices (ECMA-335 II.24.2.6): tables by tag, and bits of the tag.
_RESOLUTION_SCOPE: Final = ((_MODULE, _MODULE_REF, _ASSEMBLY_REF, _TYPE_REF), 2)
_MEMBER_REF_PARENT: Final = ((_TYPE_DEF, _TYPE_REF, _MODULE_REF, 0x06, _TYPE_SPEC), 3)


class AssemblyIdentity(NamedTuple):
    """What an AssemblyRef row says; `public_key` is the key or its token as `flags` tell."""

    name: str
    version: tuple[int, int, int, int] = (0, 0, 0, 0)
    flags: int = 0
    public_key: bytes = b""
    culture: str = ""


class ManifestBuilder:
    """Collects rows, each once, and writes the metadata. Tokens are those of the manifest."""

    def __init__(self) -> None:
        self._strings = bytearray(b"\0")
        self._string_offsets: dict[str, int] = {"": 0}
        self._blobs = bytearray(b"\0")
        self._blob_offsets: dict[bytes, int] = {b"": 0}
        self._rows: dict[int, dict[tuple[object, ...], int]] = {
            table: {} for table in (_TYPE_REF, _MEMBER_REF, _MODULE_REF, _TYPE_SPEC, _ASSEMBLY_REF)
        }
        self._module_type = self._string("<Module>")
        self._name = self._string("ManifestMetadata")

    def _string(self, text: str) -> int:
        offset = self._string_offsets.get(text)
        if offset is None:
            offset = self._string_offsets[text] = len(self._strings)
            self._strings += text.encode() + b"\0"
        return offset

    def _blob(self, content: bytes) -> int:
        offset = self._blob_offsets.get(content)
        if offset is None:
            offset = self._blob_offsets[content] = len(self._blobs)
            size = len(content)
            self._blobs += bytes((size,)) if size < 0x80 else struct.pack(">H", 0x8000 | size)
            self._blobs += content
        return offset

    def _row(self, table: int, *values: object) -> int:
        rows = self._rows[table]
        return table << 24 | rows.setdefault(values, len(rows) + 1)

    def module_ref(self, name: str) -> int:
        """Token of the ModuleRef row of a module: see the description of this file."""
        return self._row(_MODULE_REF, self._string(name))

    def core_library(self) -> int:
        """Token of the ModuleRef row that stands for System.Private.CoreLib."""
        return self.module_ref(CORE_LIBRARY)

    def type_ref(self, scope: int, namespace: str, name: str) -> int:
        """Token of a TypeRef; `scope` is a ModuleRef token, or the TypeRef token of the enclosing type."""
        if scope >> 24 not in (_MODULE_REF, _TYPE_REF):
            raise ValueError("the runtime resolves manifest types by ModuleRef only")
        return self._row(_TYPE_REF, scope, self._string(name), self._string(namespace))

    def type_spec(self, signature: bytes) -> int:
        """Token of a TypeSpec; the signature's own tokens are those of the manifest."""
        return self._row(_TYPE_SPEC, self._blob(signature))

    def member_ref(self, parent: int, name: str, signature: bytes) -> int:
        """Token of a MemberRef of a TypeRef or TypeSpec; the signature's tokens are those of the manifest."""
        return self._row(_MEMBER_REF, parent, self._string(name), self._blob(signature))

    def assembly_ref(self, identity: AssemblyIdentity) -> int:
        """Token of an AssemblyRef. The runtime takes the assembly for a member of the version bubble."""
        return self._row(
            _ASSEMBLY_REF,
            identity.version,
            identity.flags,
            self._blob(identity.public_key),
            self._string(identity.name),
            self._string(identity.culture),
        )

    def mvids(self, known: Mapping[str, UUID]) -> bytes:
        """Section ManifestAssemblyMvids for the AssemblyRef rows made so far; null for names that are not known."""
        names = {offset: name for name, offset in self._string_offsets.items()}
        return encode_mvids(known.get(names[row[3]], UUID(int=0)) for row in self._rows[_ASSEMBLY_REF])  # type: ignore[index]

    def to_bytes(self) -> bytes:
        """The metadata root."""
        counts = {table: len(rows) for table, rows in self._rows.items()}
        counts |= {_MODULE: 1, _TYPE_DEF: 1, _ASSEMBLY: 1}
        strings = bytes(self._strings) + bytes(-len(self._strings) % 4)
        blobs = bytes(self._blobs) + bytes(-len(self._blobs) % 4)
        wide_strings, wide_blobs = len(strings) > 0xFFFF, len(blobs) > 0xFFFF

        def heap(wide: bool, offset: object) -> bytes:
            return struct.pack("<I" if wide else "<H", offset)

        def coded(kind: tuple[tuple[int, ...], int], token: object) -> bytes:
            tables, bits = kind
            assert isinstance(token, int)
            value = (token & 0xFFFFFF) << bits | tables.index(token >> 24)
            wide = max(counts.get(table, 0) for table in tables) >= 1 << 16 - bits
            return struct.pack("<I" if wide else "<H", value)

        def string(offset: object) -> bytes:
            return heap(wide_strings, offset)

        def blob(offset: object) -> bytes:
            return heap(wide_blobs, offset)

        rows = {
            # Generation, name, MVID (the null GUID), two more GUIDs.
            _MODULE: [struct.pack("<H", 0) + string(self._name) + struct.pack("<3H", 1, 0, 0)],
            _TYPE_REF: [
                coded(_RESOLUTION_SCOPE, scope) + string(name) + string(space)
                for scope, name, space in self._rows[_TYPE_REF]
            ],
            # Flags, name, namespace, no base type, first field and method.
            _TYPE_DEF: [struct.pack("<I", 0) + string(self._module_type) + string(0) + struct.pack("<3H", 0, 1, 1)],
            _MEMBER_REF: [
                coded(_MEMBER_REF_PARENT, parent) + string(name) + blob(signature)
                for parent, name, signature in self._rows[_MEMBER_REF]
            ],
            _MODULE_REF: [string(name) for (name,) in self._rows[_MODULE_REF]],
            _TYPE_SPEC: [blob(signature) for (signature,) in self._rows[_TYPE_SPEC]],
            # Hash algorithm, version, flags, public key, name, culture.
            _ASSEMBLY: [struct.pack("<I4HI", 0, 0, 0, 0, 0, 0) + blob(0) + string(self._name) + string(0)],
            _ASSEMBLY_REF: [
                struct.pack("<4HI", *version, flags) + blob(key) + string(name) + string(culture) + blob(0)  # type: ignore[misc]
                for version, flags, key, name, culture in self._rows[_ASSEMBLY_REF]
            ],
        }
        used = [table for table in sorted(rows) if rows[table]]
        valid = sum(1 << table for table in used)
        heap_sizes = (1 if wide_strings else 0) | (4 if wide_blobs else 0)
        tables = struct.pack("<IBBBBQQ", 0, 2, 0, heap_sizes, 1, valid, _SORTED_TABLES)
        tables += b"".join(struct.pack("<I", len(rows[table])) for table in used)
        tables += b"".join(b"".join(rows[table]) for table in used)
        tables += bytes(-len(tables) % 4)
        streams = (
            (b"#~\0\0", tables),
            (b"#Strings\0\0\0\0", strings),
            (b"#US\0", bytes(4)),
            (b"#GUID\0\0\0", bytes(16)),
            (b"#Blob\0\0\0", blobs),
        )
        head = struct.pack("<IHHII", 0x424A5342, 1, 1, 0, len(_VERSION)) + _VERSION
        head += struct.pack("<HH", 0, len(streams))
        offset = len(head) + sum(8 + len(name) for name, _ in streams)
        for name, content in streams:
            head += struct.pack("<II", offset, len(content)) + name
            offset += len(content)
        return head + b"".join(content for _, content in streams)


def encode_minimal_manifest() -> bytes:
    """The metadata of a manifest that names nothing: byte for byte that of crossgen2."""
    return ManifestBuilder().to_bytes()


# --- section ManifestAssemblyMvids ------------------------------------------------------------------------------------


def decode_mvids(reader: ByteReader) -> list[UUID]:
    """Section ManifestAssemblyMvids: per AssemblyRef row of the manifest the MVID of the assembly, null if unknown."""
    start = reader.pos
    if (reader.end - start) % 16:
        raise reader.error("the last MVID is cut off", start)
    return [UUID(bytes_le=reader.take(16)) for _ in range((reader.end - start) // 16)]


def encode_mvids(mvids: Iterable[UUID]) -> bytes:
    """The inverse of decode_mvids."""
    return b"".join(mvid.bytes_le for mvid in mvids)
