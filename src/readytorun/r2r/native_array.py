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

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from readytorun.r2r.primitives import ByteReader, native, native_padded

_BLOCK: Final = 16
_ABSENT: Final = b"\x80"  # a leaf for index 0x40, which no block has
_OFFSET_SIZES: Final = (1, 2, 4)
_LONGEST: Final = 5  # bytes of a native integer


class NativeArray:
    """The array as it lies in a file. `records` gives the position of every record.

    Attributes:
        count: number of indices, present or not.
    """

    __slots__ = ("_base", "_offset_size", "_reader", "count")

    def __init__(self, reader: ByteReader) -> None:
        """Read the header at the reader's position; the reader must cover the whole section."""
        start = reader.pos
        header = reader.native()
        size_code = header & 3
        if size_code > 2:
            raise reader.error("NativeArray with an unknown offset size", start)
        self.count: int = header >> 2
        self._reader: ByteReader = reader
        self._base: int = reader.pos
        self._offset_size: int = _OFFSET_SIZES[size_code]
        if self._blocks() * self._offset_size > reader.end - self._base:
            raise reader.error(f"NativeArray of {self.count} elements does not fit", start)

    def end_of_offsets(self) -> int:
        """Position behind the block offsets."""
        return self._base + self._blocks() * self._offset_size

    def _blocks(self) -> int:
        return (self.count + _BLOCK - 1) // _BLOCK

    def records(self, nodes: list[tuple[int, int]] | None = None) -> list[tuple[int, int]]:
        """(index, position of the record in the reader's data), ascending by index.

        (Start, end) of all nodes of the trees is appended to `nodes`; shared nodes are there more than once.
        """
        reader = self._reader
        data = reader.data
        base = self._base
        end = reader.end
        size = self._offset_size
        result: list[tuple[int, int]] = []
        pending: list[tuple[int, int, int]] = []
        for block in range(self._blocks()):
            at = base + block * size
            offset = int.from_bytes(data[at : at + size], "little")
            pending.append((base + offset, block * _BLOCK, _BLOCK >> 1))
            while pending:
                node, index, bit = pending.pop()
                if not bit:
                    result.append((index, node))
                    continue
                if not base <= node < end:
                    raise reader.error("NativeArray node outside of the array", at)
                value = data[node]
                after = node + 1
                if not value & 1:
                    value >>= 1
                else:
                    reader.pos = node
                    value = reader.native()
                    after = reader.pos
                if nodes is not None:
                    nodes.append((node, after))
                if value & 2:
                    pending.append((node + (value >> 2), index | bit, bit >> 1))
                if value & 1:
                    pending.append((after, index, bit >> 1))
                elif not value & 2:
                    leaf = value >> 2
                    # A leaf that names an index on another branch means: absent here.
                    if leaf < _BLOCK and leaf & ~(bit * 2 - 1) == index & (_BLOCK - 1):
                        result.append(((index & ~(_BLOCK - 1)) | leaf, after))
            if len(result) > end - base:
                raise reader.error("NativeArray has more elements than bytes", at)
        return result


class Record(NamedTuple):
    """A record of an array or hashtable.

    A record that ends in a `tail` may share it with an earlier record of the same tail: then `shared_head` is written
    in place of `head`, and native(distance from this integer back to the earlier tail) in place of the tail.
    """

    head: bytes
    tail: bytes = b""
    shared_head: bytes = b""


def encode_native_array(records: Mapping[int, Record], count: int | None = None) -> bytes:
    """Encode {index: record}; `count` is the number of indices, default the last index + 1."""
    if count is None:
        count = max(records, default=-1) + 1
    block_starts = range(0, count, _BLOCK)
    blocks = [
        _Block([(i, records[start + i]) for i in range(_BLOCK) if start + i in records]) for start in block_starts
    ]
    # All empty blocks are one, where the first one would be.
    empty = next((block for block in blocks if not block.items), None)

    # Distances to shared tails depend on the sizes of what lies between, and those on distances. Like everything of
    # such a kind here, they start in their longest form and shrink until nothing moves: so does crossgen2, and its
    # tables come out the same.
    while True:
        tails: dict[bytes, int] = {}
        offset = 0
        settled = True
        for block in blocks:
            settled = block.lay_out(offset, tails) and settled
            offset += len(_ABSENT) if block is empty else block.size
        if settled:
            break
    body = bytearray()
    offsets = []
    absent = 0
    for block in blocks:
        if block is empty:
            absent = len(body)
            body += _ABSENT
        offsets.append(len(body) if block.items else absent)
        if block.items:
            body += block.encode(tails)

    code = index_size_code(len(offsets), max(offsets, default=0))
    size = _OFFSET_SIZES[code]
    table = len(offsets) * size
    header = native(count << 2 | code)
    return header + b"".join((table + value).to_bytes(size, "little") for value in offsets) + bytes(body)


def index_size_code(count: int, last: int) -> int:
    """Code of the least size of `count` offsets, of which the largest is `last` behind them; from the largest down."""
    code = 2
    while code and count * _OFFSET_SIZES[code] + last < 1 << 8 * _OFFSET_SIZES[code - 1]:
        code -= 1
    return code


class _Block:
    """Up to 16 records while they are being laid out; positions count from the first block."""

    def __init__(self, items: list[tuple[int, Record]]) -> None:
        self.items = items
        self.size = 0
        self.start = -1
        self._distance_sizes = [_LONGEST] * len(items)  # bytes of the distance, for records that share their tail
        self._shares: list[bool] = [False] * len(items)
        self._starts: list[int] = []  # of each record, from the start of the block
        self._stale = True

    def lay_out(self, start: int, tails: dict[bytes, int]) -> bool:
        """Place the block at `start`; add its first tails to `tails`. False if a distance has become shorter."""
        self.start = start
        settled = True
        for number, (_, record) in enumerate(self.items):
            shares = bool(record.tail) and record.tail in tails
            if shares != self._shares[number]:
                self._shares[number] = shares
                self._stale = True
            if record.tail and not shares:
                tails[record.tail] = -1  # position follows below
        if self._stale:
            sizes = []
            for number, (_, record) in enumerate(self.items):
                if self._shares[number]:
                    sizes.append(len(record.shared_head) + self._distance_sizes[number])
                else:
                    sizes.append(len(record.head) + len(record.tail))
            indices = [index for index, _ in self.items]
            self.size, self._starts = _tree_layout(indices, sizes, _BLOCK >> 1) if indices else (0, [])
            self._stale = False
        for number, (_, record) in enumerate(self.items):
            position = start + self._starts[number]
            if self._shares[number]:
                wanted = len(native(position + len(record.shared_head) - tails[record.tail]))
                if wanted < self._distance_sizes[number]:
                    self._distance_sizes[number] = wanted
                    self._stale = True
                    settled = False
            elif record.tail:
                tails[record.tail] = position + len(record.head)
        return settled

    def encode(self, tails: dict[bytes, int]) -> bytes:
        contents = []
        for number, (index, record) in enumerate(self.items):
            if not self._shares[number]:
                contents.append((index, record.head + record.tail))
                continue
            at = self.start + self._starts[number] + len(record.shared_head)
            distance = native_padded(at - tails[record.tail], self._distance_sizes[number])
            contents.append((index, record.shared_head + distance))
        return _encode_tree(contents, _BLOCK >> 1)


def _node_size(left_size: int, flags: int) -> int:
    """Size of a node's integer; it is part of the distance to the right child."""
    if not flags & 2:
        return 1
    size = _LONGEST
    while True:
        wanted = len(native(size + left_size << 2 | flags))
        if wanted == size:
            return size
        size = wanted


def _tree_layout(indices: list[int], sizes: list[int], bit: int) -> tuple[int, list[int]]:
    """(size of the subtree, start of each record in it); the counterpart of _encode_tree."""
    if not bit:
        return sizes[0], [0]
    if len(indices) == 1:
        head = len(native(indices[0] << 2))
        return head + sizes[0], [head]
    split = next((i for i, index in enumerate(indices) if index & bit), len(indices))
    left_size, left_starts = _tree_layout(indices[:split], sizes[:split], bit >> 1) if split else (0, [])
    flags = (1 if split else 0) | (2 if split < len(indices) else 0)
    node = _node_size(left_size, flags)
    starts = [node + start for start in left_starts]
    size = node + left_size
    if split < len(indices):
        right_size, right_starts = _tree_layout(indices[split:], sizes[split:], bit >> 1)
        starts += [size + start for start in right_starts]
        size += right_size
    return size, starts


def _encode_tree(items: Sequence[tuple[int, bytes]], bit: int) -> bytes:
    """Encode a non-empty subtree; `items` are (index within the block, content), ascending."""
    if not bit:
        return items[0][1]
    if len(items) == 1:
        return native(items[0][0] << 2) + items[0][1]
    split = next((i for i, item in enumerate(items) if item[0] & bit), len(items))
    left = _encode_tree(items[:split], bit >> 1) if split else b""
    if split == len(items):
        return native(1) + left
    flags = 3 if split else 2
    node = _node_size(len(left), flags)
    return native_padded(node + len(left) << 2 | flags, node) + left + _encode_tree(items[split:], bit >> 1)
