"""The emulated program's memory: one block of host memory, mapped at a fixed address of the emulated machine.

Since both sides see the same bytes, the runtime written in Python reads and writes them directly, without asking the
processor emulator. Addresses are those of the emulated machine everywhere.

    BASE  images, stubs, data of the runtime | stack, guarded on both sides | two halves of the heap
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from typing import Final

from readytorun.errors import UsageError

BASE: Final = 0x10_0000_0000
PAGE: Final = 0x1000
NULL_AREA: Final = 0x10000  # accesses below this address are those of null references

_IMAGES_SIZE: Final = 0x1000_0000
_DATA_SIZE: Final = 0x1000_0000
_STACK_SIZE: Final = 0x80_0000
_GUARD: Final = 0x1_0000

_U16: Final = struct.Struct("<H")
_I32: Final = struct.Struct("<i")
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")
_F32: Final = struct.Struct("<f")
_F64: Final = struct.Struct("<d")


class Memory:
    """Typed access by address, and room for what lives as long as the program.

    Attributes:
        regions: (address, size, executable) to map; what lies between is not accessible.
        stack_limit, stack_base: lowest address and end of the stack.
        heap_starts, heap_size: the halves of the heap, bytes.
        bytes, words: the block as bytes and as 64-bit words, for those who compute indices themselves (`offset_of`).
    """

    __slots__ = (
        "_buffer",
        "_data_end",
        "_data_next",
        "_image_end",
        "_image_next",
        "bytes",
        "heap_size",
        "heap_starts",
        "host_address",
        "regions",
        "stack_base",
        "stack_limit",
        "words",
    )

    def __init__(self, heap_size: int = 0x1000_0000) -> None:
        position = 0
        self.regions: list[tuple[int, int, bool]] = []

        def region(size: int, executable: bool = False) -> int:
            nonlocal position
            address = BASE + position
            self.regions.append((address, size, executable))
            position += size + _GUARD
            return address

        self._image_next = region(_IMAGES_SIZE, True)
        self._image_end = self._image_next + _IMAGES_SIZE
        self._data_next = region(_DATA_SIZE)
        self._data_end = self._data_next + _DATA_SIZE
        self.stack_limit = region(_STACK_SIZE)
        self.stack_base = self.stack_limit + _STACK_SIZE
        self.heap_size = heap_size
        self.heap_starts = (region(heap_size), region(heap_size))
        self._buffer = mmap.mmap(-1, position)
        self.host_address = ctypes.addressof(ctypes.c_char.from_buffer(self._buffer))
        self.bytes = memoryview(self._buffer)
        self.words = self.bytes.cast("Q")

    # --- room ---------------------------------------------------------------------------------------------------------

    def allocate_code(self, size: int, alignment: int = 16) -> int:
        """Address of zeroed room that code may lie in; stays for good."""
        address = (self._image_next + alignment - 1) // alignment * alignment
        self._image_next = address + size
        if self._image_next > self._image_end:
            raise UsageError("the images do not fit the emulator's memory")
        return address

    def allocate_data(self, size: int, alignment: int = 8) -> int:
        """Address of zeroed room for data; stays for good."""
        address = (self._data_next + alignment - 1) // alignment * alignment
        self._data_next = address + size
        if self._data_next > self._data_end:
            raise UsageError("the emulator's memory for runtime data is used up")
        return address

    # --- access -------------------------------------------------------------------------------------------------------

    @staticmethod
    def offset_of(address: int) -> int:
        """Index of an address in `bytes`."""
        return address - BASE

    def read(self, address: int, size: int) -> bytes:
        return bytes(self.bytes[address - BASE : address - BASE + size])

    def write(self, address: int, data: bytes | bytearray | memoryview) -> None:
        self.bytes[address - BASE : address - BASE + len(data)] = data

    def move(self, destination: int, source: int, size: int) -> None:
        """Copy bytes; the places may overlap."""
        self.write(destination, self.read(source, size))

    def fill(self, address: int, size: int, value: int = 0) -> None:
        self.bytes[address - BASE : address - BASE + size] = bytes((value,)) * size

    def u8(self, address: int) -> int:
        return self.bytes[address - BASE]

    def u16(self, address: int) -> int:
        value: int = _U16.unpack_from(self.bytes, address - BASE)[0]
        return value

    def i32(self, address: int) -> int:
        value: int = _I32.unpack_from(self.bytes, address - BASE)[0]
        return value

    def u32(self, address: int) -> int:
        value: int = _U32.unpack_from(self.bytes, address - BASE)[0]
        return value

    def u64(self, address: int) -> int:
        value: int = _U64.unpack_from(self.bytes, address - BASE)[0]
        return value

    def f32(self, address: int) -> float:
        value: float = _F32.unpack_from(self.bytes, address - BASE)[0]
        return value

    def f64(self, address: int) -> float:
        value: float = _F64.unpack_from(self.bytes, address - BASE)[0]
        return value

    def set_u8(self, address: int, value: int) -> None:
        self.bytes[address - BASE] = value & 0xFF

    def set_u16(self, address: int, value: int) -> None:
        _U16.pack_into(self.bytes, address - BASE, value & 0xFFFF)

    def set_u32(self, address: int, value: int) -> None:
        _U32.pack_into(self.bytes, address - BASE, value & 0xFFFF_FFFF)

    def set_u64(self, address: int, value: int) -> None:
        _U64.pack_into(self.bytes, address - BASE, value & 0xFFFF_FFFF_FFFF_FFFF)

    def set_f32(self, address: int, value: float) -> None:
        _F32.pack_into(self.bytes, address - BASE, value)

    def set_f64(self, address: int, value: float) -> None:
        _F64.pack_into(self.bytes, address - BASE, value)
