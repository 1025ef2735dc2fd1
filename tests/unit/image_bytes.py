"""Small PE files and metadata roots, written out by hand so that the readers are tested against the manual's bytes.

Nothing here uses the package: rows are given as bytes, in the widths that ECMA-335 II.24.2.6 asks for.
"""

from __future__ import annotations

import struct

TEXT_RVA = 0x2000
TEXT_OFFSET = 0x200
COR_HEADER_SIZE = 72


def padded(data: bytes, alignment: int = 4) -> bytes:
    """`data` followed by zeros up to a multiple of `alignment`."""
    return data + bytes(-len(data) % alignment)


def table_stream(tables: dict[int, list[bytes]], heap_sizes: int = 0, extra: bytes = b"") -> bytes:
    """A `#~` stream: `tables` are the rows, already encoded, by table number."""
    valid = sum(1 << table for table in tables)
    counts = b"".join(struct.pack("<I", len(tables[table])) for table in sorted(tables))
    rows = b"".join(b"".join(tables[table]) for table in sorted(tables))
    return struct.pack("<IBBBBQQ", 0, 2, 0, heap_sizes, 1, valid, 0) + counts + extra + rows


def metadata_root(streams: dict[str, bytes], version: str = "v4.0.30319") -> bytes:
    """A metadata root with `streams` in order."""
    version_bytes = padded(version.encode() + b"\0")
    head = struct.pack("<IHHII", 0x424A5342, 1, 1, 0, len(version_bytes)) + version_bytes
    head += struct.pack("<HH", 0, len(streams))
    names = {name: padded(name.encode() + b"\0") for name in streams}
    at = len(head) + sum(8 + len(name) for name in names.values())
    headers = b""
    for name, content in streams.items():
        headers += struct.pack("<II", at, len(padded(content))) + names[name]
        at += len(padded(content))
    return head + headers + b"".join(padded(content) for content in streams.values())


def pe_image(metadata: bytes, bodies: bytes = b"", *, plus: bool = False, machine: int = 0x14C) -> bytes:
    """A PE file of one section: CLI header, then `bodies` at RVA 0x2048, then `metadata`."""
    bodies = padded(bodies)
    metadata_rva = TEXT_RVA + COR_HEADER_SIZE + len(bodies)
    cor = struct.pack("<IHHIIII", COR_HEADER_SIZE, 2, 5, metadata_rva, len(metadata), 1, 0x06000001)
    text = padded(padded(cor, COR_HEADER_SIZE) + bodies + metadata, 0x200)
    directories = bytes(14 * 8) + struct.pack("<II", TEXT_RVA, COR_HEADER_SIZE) + bytes(8)
    optional = struct.pack("<HBBIIIII", 0x20B if plus else 0x10B, 48, 0, len(text), 0, 0, 0, TEXT_RVA)
    optional += struct.pack("<Q", 0x180000000) if plus else struct.pack("<II", 0x4000, 0x400000)
    optional += struct.pack("<IIHHHHHHIIIIHH", 0x2000, 0x200, 4, 0, 0, 0, 4, 0, 0, 0x6000, TEXT_OFFSET, 0, 3, 0x8540)
    optional += struct.pack("<QQQQ" if plus else "<IIII", 0x100000, 0x1000, 0x100000, 0x1000)
    optional += struct.pack("<II", 0, 16) + directories
    coff = struct.pack("<HHIIIHH", machine, 1, 0x5F5E1000, 0, 0, len(optional), 0x2102)
    section = struct.pack("<8sIIIIIIHHI", b".text", len(text), TEXT_RVA, len(text), TEXT_OFFSET, 0, 0, 0, 0, 0x60000020)
    dos = padded(b"MZ" + bytes(58) + struct.pack("<I", 0x80), 0x80)
    return padded(dos + b"PE\0\0" + coff + optional + section, TEXT_OFFSET) + text


STRINGS = b"\0<Module>\0C\0f\0M\0G\0x\0y\0small.dll\0small\0N\0Object\0System\0System.Runtime\0"
BLOBS = (
    b"\0"
    b"\x02\x06\x08"  # 1: field, int32
    b"\x03\x00\x00\x01"  # 4: static void ()
    b"\x07\x30\x01\x02\x1e\x00\x0e\x1c"  # 8, see GENERIC_METHOD
    b"\x04\x01\x00\x00\x00"  # 16: a custom attribute value
)
GENERIC_METHOD = 8  # instance !!0 <1> (string, object)
USER_STRINGS = b"\0" + b"\x05h\0i\0\0" + b"\x03\x00\xd8\x00"  # "hi" at 1, an unpaired surrogate at 7
MVID = bytes(range(16))


def s(text: str) -> int:
    """The offset of `text` in STRINGS."""
    return STRINGS.index(b"\0" + text.encode() + b"\0") + 1


SMALL_TABLES: dict[int, list[bytes]] = {
    0x00: [struct.pack("<HHHHH", 0, s("small.dll"), 1, 0, 0)],
    0x01: [struct.pack("<HHH", 1 << 2 | 2, s("Object"), s("System"))],
    0x02: [
        struct.pack("<IHHHHH", 0, s("<Module>"), 0, 0, 1, 1),
        struct.pack("<IHHHHH", 0x100001, s("C"), s("N"), 1 << 2 | 1, 1, 1),
    ],
    0x04: [struct.pack("<HHH", 0x16, s("f"), 1)],
    0x06: [
        struct.pack("<IHHHHH", TEXT_RVA + COR_HEADER_SIZE, 0, 0x96, s("M"), 4, 1),
        struct.pack("<IHHHHH", TEXT_RVA + COR_HEADER_SIZE + 4, 0, 0x86, s("G"), GENERIC_METHOD, 1),
    ],
    0x08: [struct.pack("<HHH", 0, 1, s("x")), struct.pack("<HHH", 0, 2, s("y"))],
    0x0C: [
        struct.pack("<HHH", 2 << 5 | 3, 1 << 3 | 2, 16),  # on TypeDef 2, constructor MethodDef 1
        struct.pack("<HHH", 1 << 5 | 0, 1 << 3 | 2, 16),  # on MethodDef 1
    ],
    0x20: [struct.pack("<IHHHHIHHH", 0x8004, 1, 2, 3, 4, 0, 0, s("small"), 0)],
    0x23: [struct.pack("<HHHHIHHHH", 10, 0, 0, 0, 0, 0, s("System.Runtime"), 0, 0)],
    0x2A: [struct.pack("<HHHH", 0, 0, 2 << 1 | 1, s("x"))],  # of MethodDef 2
}

TINY_BODY = b"\x06\x2a"  # ret, one byte of IL
FAT_BODY = (
    struct.pack("<HHII", 0x301B, 3, 9, 0)  # fat, more sections, init locals, 3 words
    + b"\0\0\xde\x03\x26\xde\x00\0\x2a"
    + bytes(3)
    + b"\x01\x10\0\0"  # small exception table, one clause
    + struct.pack("<HHBHBI", 0, 0, 4, 4, 3, 0x01000001)
)
BODIES = padded(TINY_BODY) + FAT_BODY


def small_root(**streams: bytes) -> bytes:
    """The metadata of a small assembly; keyword arguments replace streams by name without '#'."""
    content = {
        "#~": streams.get("tables", table_stream(SMALL_TABLES)),
        "#Strings": streams.get("Strings", STRINGS),
        "#US": streams.get("US", USER_STRINGS),
        "#GUID": streams.get("GUID", MVID),
        "#Blob": streams.get("Blob", BLOBS),
    }
    return metadata_root(content)


def small_image(*, plus: bool = False) -> bytes:
    """A whole small assembly, IL only."""
    return pe_image(small_root(), BODIES, plus=plus)
