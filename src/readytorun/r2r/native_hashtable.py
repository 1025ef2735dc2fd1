"""NativeHashtable: records found by hash (`nativeformatreader.h`).

```
u8 log2(buckets) << 2 | es     es 0, 1, 2: the cells that follow are u8, u16, u32
cell[buckets + 1]              offsets of the buckets from the byte after the header
buckets                        { u8 low byte of the hash; native signed distance from itself to the record } ascending
records
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from readytorun.r2r.native_array import Record, index_size_code
from readytorun.r2r.primitives import ByteReader, native, native_signed

_CELL_SIZES: Final = (1, 2, 4)
_ENTRIES_PER_BUCKET: Final = 13  # at most, on the average


class NativeHashtable:
    """The table as it lies in a file.

    Attributes:
        bucket_count: a power of two.
    """

    __slots__ = ("_base", "_cell_size", "_reader", "bucket_count")

    def __init__(self, reader: ByteReader) -> None:
        """Read the header at the reader's position; the reader must cover the whole section."""
        header = reader.u8()
        if header & 3 > 2 or header >> 2 > 31:
            raise reader.error(f"{header:#x} is no NativeHashtable header", reader.pos - 1)
        self.bucket_count: int = 1 << (header >> 2)
        self._cell_size: int = _CELL_SIZES[header & 3]
        self._reader: ByteReader = reader
        self._base: int = reader.pos

    def _bucket_offsets(self) -> list[int]:
        reader = self._reader
        size = self._cell_size
        reader.pos = self._base
        cells = reader.take((self.bucket_count + 1) * size)
        offsets = [int.from_bytes(cells[i : i + size], "little") for i in range(0, len(cells), size)]
        if offsets[-1] > reader.end - self._base or offsets != sorted(offsets):
            raise reader.error("NativeHashtable with buckets out of order", self._base)
        return offsets

    def end_of_buckets(self) -> int:
        """Position behind the last bucket."""
        return self._base + self._bucket_offsets()[-1]

    def entries(self) -> list[tuple[int, int, int]]:
        """(bucket, low byte of the hash, position of the record in the reader's data) in the order of the file."""
        reader = self._reader
        data = reader.data
        base = self._base
        end = reader.end
        offsets = self._bucket_offsets()
        result: list[tuple[int, int, int]] = []
        for bucket in range(self.bucket_count):
            pos = base + offsets[bucket]
            stop = base + offsets[bucket + 1]
            while pos < stop:
                low = data[pos]
                at = pos + 1
                reader.pos = at
                target = at + reader.native_signed()
                pos = reader.pos
                if not base <= target < end:
                    raise reader.error("NativeHashtable entry points outside of the table", at)
                result.append((bucket, low, target))
        return result


def encode_native_hashtable(
    entries: Iterable[tuple[int, Record]], behind_buckets: bytes = b"", placement: Sequence[int] = ()
) -> bytes:
    """Encode (32-bit hash, record) pairs; equal hashes keep the order given.

    `behind_buckets` is put between the buckets and the records. Records lie in the order of the entries, or in that of
    `placement`, which are indices of entries.
    """
    items = list(entries)
    buckets = 1 << (len(items) // _ENTRIES_PER_BUCKET).bit_length()
    chains: list[list[tuple[int, int]]] = [[] for _ in range(buckets)]  # low hash, number of the entry
    for number, (hash_code, _) in enumerate(items):
        chains[hash_code >> 8 & buckets - 1].append((hash_code & 0xFF, number))
    for chain in chains:
        chain.sort(key=lambda entry: entry[0])

    records = bytearray()
    places = [0] * len(items)
    tails: dict[bytes, int] = {}
    for number in placement or range(len(items)):
        record = items[number][1]
        places[number] = len(records)
        shared = tails.get(record.tail, -1) if record.tail else -1
        if shared < 0:
            tails[record.tail] = len(records) + len(record.head)
            records += record.head + record.tail
        else:
            records += record.shared_head
            records += native(len(records) - shared)
    starts = [places[number] for chain in chains for _, number in chain]

    # Distances depend on the sizes of the entries between: shrink from the widest form until nothing moves.
    sizes = [6] * len(items)
    while True:
        entries_size = sum(sizes) + len(behind_buckets)
        pos = 0
        changed = False
        for i, size in enumerate(sizes):
            distance = entries_size - (pos + 1) + starts[i]
            wanted = 1 + len(native_signed(distance))
            if wanted < size:
                sizes[i] = wanted
                changed = True
            pos += size
        if not changed:
            break

    body = bytearray()
    cells = [0]
    index = 0
    entries_size = sum(sizes) + len(behind_buckets)
    for chain in chains:
        for low, _ in chain:
            body.append(low)
            distance = entries_size - len(body) + starts[index]
            encoded = native_signed(distance)
            if len(encoded) != sizes[index] - 1:  # shorter than planned: keep the planned width, which readers accept
                encoded = _native_signed_wide(distance, sizes[index] - 1)
            body += encoded
            index += 1
        cells.append(len(body))
    body += behind_buckets
    body += records
    code = index_size_code(buckets + 1, cells[-1])
    size = _CELL_SIZES[code]
    table = (buckets + 1) * size
    header = (buckets.bit_length() - 1) << 2 | code
    return bytes((header,)) + b"".join((table + c).to_bytes(size, "little") for c in cells) + bytes(body)


def _native_signed_wide(value: int, size: int) -> bytes:
    """Encode a signed integer in exactly `size` bytes."""
    if size == 5:
        return b"\x0f" + (value & 0xFFFFFFFF).to_bytes(4, "little")
    mask = (1 << 7 * size) - 1
    return ((value & mask) << size | (1 << size - 1) - 1).to_bytes(size, "little")
