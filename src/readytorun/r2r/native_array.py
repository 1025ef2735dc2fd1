"""NativeArray: a sparse array of records of any size, indexed by a small integer (`nativeformatreader.h`).

```
native(count << 2 | es)        es 0, 1, 2: the block offsets that follow are u8, u16, u32
offset[ceil(count / 16)]       from the byte after the header integer
blocks                         each a binary tree over the index bits 8, 4, 2, 1
```
A tree node is a native integer v: bit 0 = a left child follows, bit 1 = a right child lies v >> 2 bytes from the node's
start; v & 3 == 0 is a leaf that stands for index v >> 2 only, its record follows at whatever level it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from readytorun.r2r.primitives import ByteReader, native

_BLOCK: Final = 16
_ABSENT: Final = b"\x80"  # a leaf for index 0x40, which no block has
_OFFSET_SIZES: Final = (1, 2, 4)


class NativeArray:
    """The array as it lies in a file. `records` gives the position of every record.

    Attributes:
        count: number of indices, present or not.
    """

    __slots__ = ("_base", "_offset_size", "_reader", "count")

    def __init__(self, reader: ByteReader) -> None:
        """Read the header at the reader's position; the reader must cover the whole section."""
        header = reader.native()
        size_code = header & 3
        if size_code > 2:
            raise reader.error("NativeArray with an unknown offset size")
        self.count = header >> 2
        self._reader = reader
        self._base = reader.pos
        self._offset_size = _OFFSET_SIZES[size_code]

    def records(self) -> Iterator[tuple[int, int]]:
        """(index, position of the record in the reader's data), ascending by index."""
        reader = self._reader
        for block in range((self.count + _BLOCK - 1) // _BLOCK):
            at = self._base + block * self._offset_size
            reader.pos = at
            offset = int.from_bytes(reader.take(self._offset_size), "little")
            yield from self._walk(self._base + offset, block * _BLOCK, _BLOCK >> 1)

    def _walk(self, node: int, index: int, bit: int) -> Iterator[tuple[int, int]]:
        if not bit:
            yield index, node
            return
        reader = self._reader
        reader.pos = node
        if node < self._base:
            raise reader.error("NativeArray node outside of the array")
        value = reader.native()
        after = reader.pos
        if not value & 3:
            leaf = value >> 2
            if leaf < _BLOCK:
                # A leaf that names an index on another branch means: absent here.
                if leaf & ~(bit * 2 - 1) == index & (_BLOCK - 1):
                    yield (index & ~(_BLOCK - 1)) | leaf, after
            return
        if value & 1:
            yield from self._walk(after, index, bit >> 1)
        if value & 2:
            yield from self._walk(node + (value >> 2), index | bit, bit >> 1)


def encode_native_array(records: Mapping[int, bytes], count: int | None = None) -> bytes:
    """Encode records that refer to nothing outside of themselves; blocks of equal content are shared."""
    return NativeArrayWriter(records, count).to_bytes()


class NativeArrayWriter:
    """Encodes a NativeArray in the shortest form."""

    def __init__(self, records: Mapping[int, bytes], count: int | None = None) -> None:
        self._records = records
        self._count = max(records, default=-1) + 1 if count is None else count

    def to_bytes(self) -> bytes:
        blocks: list[int] = []  # offset of each block in `pool`
        pool = bytearray()
        seen: dict[bytes, int] = {}
        for start in range(0, self._count, _BLOCK):
            items = [(i, self._records[start + i]) for i in range(_BLOCK) if start + i in self._records]
            encoded = _encode_tree(items, _BLOCK >> 1) if items else _ABSENT
            offset = seen.get(encoded)
            if offset is None:
                offset = seen[encoded] = len(pool)
                pool += encoded
            blocks.append(offset)
        code = 0
        while blocks and len(blocks) * _OFFSET_SIZES[code] + max(blocks) >= 1 << 8 * _OFFSET_SIZES[code]:
            code += 1
        size = _OFFSET_SIZES[code]
        table = len(blocks) * size
        header = native(self._count << 2 | code)
        return header + b"".join((table + b).to_bytes(size, "little") for b in blocks) + bytes(pool)


def _encode_tree(items: Sequence[tuple[int, bytes]], bit: int) -> bytes:
    """Encode a non-empty subtree; `items` are (index within the block, record)."""
    if not bit:
        return items[0][1]
    if len(items) == 1:
        return native(items[0][0] << 2) + items[0][1]
    left = [item for item in items if not item[0] & bit]
    right = [item for item in items if item[0] & bit]
    left_bytes = _encode_tree(left, bit >> 1) if left else b""
    if not right:
        return native(1) + left_bytes
    right_bytes = _encode_tree(right, bit >> 1)
    flags = 3 if left else 2
    size = 1
    while True:  # the node's own size is part of the distance to its right child
        node = native(size + len(left_bytes) << 2 | flags)
        if len(node) == size:
            return node + left_bytes + right_bytes
        size = len(node)
