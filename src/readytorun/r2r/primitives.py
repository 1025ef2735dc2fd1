"""The integers that R2R structures are made of; every reader here has its writer beside it.

Three variable-length integers exist and are never mixed:

- *compressed* (ECMA-335 II.23.2), in signatures and fixup blobs;
- *native* (`nativeformatreader.h`), in NativeArray, NativeHashtable and entry records;
- *nibble* (`nibblestream.h`), in fixup lists and debug information.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.errors import BadImageError

_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")

MAX_COMPRESSED: Final = 0x1FFFFFFF


class ByteReader:
    """Reads integers from `data` between `pos` and `end`, both byte offsets into `data`.

    `base` is what has to be added to an offset to get a file offset for messages, `what` names the structure there.
    Reading past `end` raises BadImageError.
    """

    __slots__ = ("base", "data", "end", "path", "pos", "what")

    def __init__(
        self, data: bytes, pos: int = 0, end: int | None = None, path: str = "", base: int = 0, what: str = ""
    ) -> None:
        self.data = data
        self.pos = pos
        self.end = len(data) if end is None else end
        self.path = path
        self.base = base
        self.what = what
        if not 0 <= pos <= self.end <= len(data):
            raise self.error("lies outside of the file")

    def error(self, message: str, pos: int | None = None) -> BadImageError:
        """The error to raise about the byte at `pos` (default: the current position)."""
        if self.what:
            message = f"{self.what}: {message}"
        return BadImageError(self.path, message, (self.pos if pos is None else pos) + self.base)

    def part(self, size: int) -> ByteReader:
        """A reader over the next `size` bytes; this one ends up behind them."""
        start = self.pos
        if size < 0 or start + size > self.end:
            raise self.error(f"{size} bytes expected, {self.end - start} left")
        self.pos = start + size
        return ByteReader(self.data, start, self.pos, self.path, self.base, self.what)

    def take(self, size: int) -> bytes:
        start = self.pos
        if size < 0 or start + size > self.end:
            raise self.error(f"{size} bytes expected, {self.end - start} left")
        self.pos = start + size
        return self.data[start : start + size]

    def u8(self) -> int:
        pos = self.pos
        if pos >= self.end:
            raise self.error("truncated")
        self.pos = pos + 1
        return self.data[pos]

    def u16(self) -> int:
        return int(_U16.unpack(self.take(2))[0])

    def u32(self) -> int:
        return int(_U32.unpack(self.take(4))[0])

    def u64(self) -> int:
        return int(_U64.unpack(self.take(8))[0])

    def compressed(self) -> int:
        """Unsigned integer of signatures, most significant byte first."""
        first = self.u8()
        if first < 0x80:
            return first
        if first < 0xC0:
            return (first & 0x3F) << 8 | self.u8()
        if first < 0xE0:
            rest = self.take(3)
            return (first & 0x1F) << 24 | rest[0] << 16 | rest[1] << 8 | rest[2]
        raise self.error(f"{first:#x} does not begin a compressed integer", self.pos - 1)

    def native(self) -> int:
        """Unsigned integer of NativeFormat."""
        pos = self.pos
        if pos >= self.end:
            raise self.error("truncated")
        data = self.data
        first = data[pos]
        if not first & 1:
            self.pos = pos + 1
            return first >> 1
        size = 2 if not first & 2 else 3 if not first & 4 else 4 if not first & 8 else 5
        self.pos = pos + size
        if pos + size > self.end:
            raise self.error("truncated", pos)
        if size == 2:
            return (first | data[pos + 1] << 8) >> 2
        if size == 3:
            return (first | data[pos + 1] << 8 | data[pos + 2] << 16) >> 3
        if size == 4:
            return (first | data[pos + 1] << 8 | data[pos + 2] << 16 | data[pos + 3] << 24) >> 4
        if first & 16:
            raise self.error(f"{first:#x} does not begin a native integer", pos)
        return int.from_bytes(data[pos + 1 : pos + 5], "little")

    def native_signed(self) -> int:
        """Signed integer of NativeFormat."""
        start = self.pos
        value = self.native()
        bits = _NATIVE_BITS[self.pos - start]
        return value - (1 << bits) if value >> (bits - 1) else value

    def c_string(self) -> bytes:
        """Bytes up to a zero, which is skipped."""
        stop = self.data.find(0, self.pos, self.end)
        if stop < 0:
            raise self.error("string without terminating zero")
        text = self.data[self.pos : stop]
        self.pos = stop + 1
        return text


_NATIVE_BITS: Final = (0, 7, 14, 21, 28, 32)


def compressed(value: int) -> bytes:
    """Encode an unsigned integer of signatures; ValueError above 0x1FFFFFFF."""
    if 0 <= value < 0x80:
        return bytes((value,))
    if 0 <= value < 0x4000:
        return bytes((0x80 | value >> 8, value & 0xFF))
    if 0 <= value <= MAX_COMPRESSED:
        return bytes((0xC0 | value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF))
    raise ValueError(f"{value:#x} does not fit a compressed integer")


def native(value: int) -> bytes:
    """Encode an unsigned integer of NativeFormat in its shortest form; ValueError beyond 32 bits."""
    if 0 <= value < 1 << 7:
        return bytes((value << 1,))
    if 0 <= value < 1 << 14:
        return (value << 2 | 1).to_bytes(2, "little")
    if 0 <= value < 1 << 21:
        return (value << 3 | 3).to_bytes(3, "little")
    if 0 <= value < 1 << 28:
        return (value << 4 | 7).to_bytes(4, "little")
    if 0 <= value < 1 << 32:
        return b"\x0f" + value.to_bytes(4, "little")
    raise ValueError(f"{value:#x} does not fit a native integer")


def native_signed(value: int) -> bytes:
    """Encode a signed integer of NativeFormat in its shortest form; ValueError beyond 32 bits."""
    if -0x40 <= value < 0x40:
        return bytes(((value & 0x7F) << 1,))
    if -0x2000 <= value < 0x2000:
        return ((value & 0x3FFF) << 2 | 1).to_bytes(2, "little")
    if -0x100000 <= value < 0x100000:
        return ((value & 0x1FFFFF) << 3 | 3).to_bytes(3, "little")
    if -0x8000000 <= value < 0x8000000:
        return ((value & 0xFFFFFFF) << 4 | 7).to_bytes(4, "little")
    if -0x80000000 <= value < 0x80000000:
        return b"\x0f" + (value & 0xFFFFFFFF).to_bytes(4, "little")
    raise ValueError(f"{value:#x} does not fit a native integer")


def native_padded(value: int, size: int) -> bytes:
    """Encode an unsigned integer of NativeFormat in exactly `size` bytes, 1 to 5; readers accept any form."""
    if size == 5:
        return b"\x0f" + value.to_bytes(4, "little")
    return (value << size | (1 << size - 1) - 1).to_bytes(size, "little")


class NibbleReader:
    """Reads nibble integers: low nibble of a byte first, 3 value bits each, most significant group first."""

    __slots__ = ("_high", "reader")

    def __init__(self, reader: ByteReader) -> None:
        self.reader = reader
        self._high = -1  # the high nibble of the byte just read, or -1

    def nibble(self) -> int:
        if self._high >= 0:
            value = self._high
            self._high = -1
            return value
        byte = self.reader.u8()
        self._high = byte >> 4
        return byte & 15

    def unsigned(self) -> int:
        value = 0
        while True:
            nibble = self.nibble()
            value = value << 3 | nibble & 7
            if value > 0xFFFFFFFF:
                raise self.reader.error("nibble integer of more than 32 bits")
            if nibble < 8:
                return value

    def signed(self) -> int:
        value = self.unsigned()
        return -(value >> 1) if value & 1 else value >> 1

    def align(self) -> ByteReader:
        """Drop a padding nibble and return the byte reader, at the next byte."""
        self._high = -1
        return self.reader


class NibbleWriter:
    """Writes what NibbleReader reads."""

    __slots__ = ("_nibbles",)

    def __init__(self) -> None:
        self._nibbles: list[int] = []

    def unsigned(self, value: int) -> None:
        if value < 8:
            self._nibbles.append(value)
            return
        groups = [value & 7]
        value >>= 3
        while value:
            groups.append(value & 7 | 8)
            value >>= 3
        groups.reverse()
        self._nibbles += groups

    def signed(self, value: int) -> None:
        self.unsigned(-value << 1 | 1 if value < 0 else value << 1)

    def to_bytes(self) -> bytes:
        """The bytes so far; an odd last nibble is padded with zero."""
        nibbles = self._nibbles
        if len(nibbles) & 1:
            nibbles = [*nibbles, 0]
        return bytes(nibbles[i] | nibbles[i + 1] << 4 for i in range(0, len(nibbles), 2))


class BitReader:
    """Reads bits from the least significant bit of each byte on; fields least significant bit first.

    Attributes:
        pos: current position in bits from the first bit of the data.
    """

    __slots__ = ("_data", "_end", "_start", "pos", "reader")

    def __init__(self, reader: ByteReader) -> None:
        """Read from the reader's position on, at most up to the reader's end."""
        self.reader = reader
        self._data = reader.data
        self._start = reader.pos
        self._end = (reader.end - reader.pos) * 8
        self.pos = 0

    def take(self, width: int) -> int:
        pos = self.pos
        end = pos + width
        if end > self._end:
            raise self.reader.error("truncated bit stream", self._start + (pos >> 3))
        self.pos = end
        first = self._start + (pos >> 3)
        chunk = self._data[first : self._start + (end + 7 >> 3)]
        return int.from_bytes(chunk, "little") >> (pos & 7) & ((1 << width) - 1)

    def require(self, width: int) -> None:
        """Raise BadImageError if fewer bits are left; for what is about to be allocated."""
        if self.pos + width > self._end:
            raise self.reader.error(f"{width} bits expected, {self._end - self.pos} left", self.byte_position())

    def byte_position(self) -> int:
        """Offset into the reader's data of the first byte that has not been touched."""
        return self._start + (self.pos + 7 >> 3)


class BitWriter:
    """Writes what BitReader reads.

    Attributes:
        size: number of bits written.
    """

    __slots__ = ("_acc", "_done", "_width", "size")

    def __init__(self) -> None:
        self._done = bytearray()
        self._acc = 0
        self._width = 0
        self.size = 0

    def put(self, value: int, width: int) -> None:
        self._acc |= value << self._width
        self._width += width
        self.size += width
        if self._width >= 1024:
            self._done += (self._acc & (1 << 1024) - 1).to_bytes(128, "little")
            self._acc >>= 1024
            self._width -= 1024

    def to_bytes(self) -> bytes:
        """The bytes so far, the last one padded with zero bits."""
        return bytes(self._done) + self._acc.to_bytes(self._width + 7 >> 3, "little")
