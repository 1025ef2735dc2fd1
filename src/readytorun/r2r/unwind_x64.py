"""Unwind data of x64 code: Windows x64 UNWIND_INFO, on every operating system (`win64unwind.h`, `unwindamd64.cpp`).

```
u8 version | flags << 3   u8 size of prolog   u8 number of 16-bit units   u8 frame register | frame offset / 16 << 4
u16 units, padded to an even number
```
A unit is the offset behind the prolog instruction, and operation | info << 4; some operations take one or two further
units. Units are listed from the last instruction of the prolog to the first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from readytorun.r2r.primitives import ByteReader

VERSION: Final = 1
FLAGS: Final = 3  # exception and termination handler: crossgen2 sets both, with or without EH
FLAG_CHAINED: Final = 4  # of a cold part: the record of the function whose prolog holds here too follows

PUSH_NONVOL: Final = 0
ALLOC_LARGE: Final = 1
ALLOC_SMALL: Final = 2
SET_FPREG: Final = 3
SAVE_NONVOL: Final = 4
SAVE_NONVOL_FAR: Final = 5
SAVE_XMM128: Final = 8
SAVE_XMM128_FAR: Final = 9
PUSH_MACHFRAME: Final = 10
SET_FPREG_LARGE: Final = 11  # CoreCLR's own; not on Windows

OPERATION_NAMES: Final = {
    PUSH_NONVOL: "PUSH_NONVOL",
    ALLOC_LARGE: "ALLOC_LARGE",
    ALLOC_SMALL: "ALLOC_SMALL",
    SET_FPREG: "SET_FPREG",
    SAVE_NONVOL: "SAVE_NONVOL",
    SAVE_NONVOL_FAR: "SAVE_NONVOL_FAR",
    SAVE_XMM128: "SAVE_XMM128",
    SAVE_XMM128_FAR: "SAVE_XMM128_FAR",
    PUSH_MACHFRAME: "PUSH_MACHFRAME",
    SET_FPREG_LARGE: "SET_FPREG_LARGE",
}

# (unit of the operand in bytes, 16-bit units that hold it); ALLOC_LARGE depends on its info.
_OPERANDS: Final = {
    PUSH_NONVOL: (0, 0),
    ALLOC_SMALL: (0, 0),
    SET_FPREG: (0, 0),
    SAVE_NONVOL: (8, 1),
    SAVE_NONVOL_FAR: (1, 2),
    SAVE_XMM128: (16, 1),
    SAVE_XMM128_FAR: (1, 2),
    PUSH_MACHFRAME: (0, 0),
    SET_FPREG_LARGE: (16, 2),
}
_HEADER: Final = struct.Struct("<4B")
_SMALL_ALLOC_LIMIT: Final = 128
_LARGE_ALLOC_LIMIT: Final = 0x7FFF8


class UnwindCode(NamedTuple):
    """One prolog instruction.

    Attributes:
        offset: bytes from the start of the prolog to behind the instruction.
        operation: PUSH_NONVOL ….
        info: the operation's info nibble, as stored (a register for pushes and saves).
        operand: bytes: size of an allocation, offset of a saved register or of the frame pointer; else 0.
    """

    offset: int
    operation: int
    info: int
    operand: int = 0


@dataclass(frozen=True, slots=True)
class UnwindInfo:
    """Decoded unwind data; `frame_offset` in bytes."""

    prolog_size: int
    codes: tuple[UnwindCode, ...]
    frame_register: int = 0
    frame_offset: int = 0
    version: int = VERSION
    flags: int = FLAGS


def push(offset: int, register: int) -> UnwindCode:
    """`push register`, ending at `offset`."""
    return UnwindCode(offset, PUSH_NONVOL, register)


def allocate(offset: int, size: int) -> UnwindCode:
    """`sub rsp, size`, ending at `offset`; the shortest form."""
    if size <= _SMALL_ALLOC_LIMIT:
        return UnwindCode(offset, ALLOC_SMALL, size // 8 - 1, size)
    return UnwindCode(offset, ALLOC_LARGE, 0 if size <= _LARGE_ALLOC_LIMIT else 1, size)


def encode_unwind_info(info: UnwindInfo) -> bytes:
    """Encode; the codes must be listed from the last prolog instruction to the first."""
    units = bytearray()
    for offset, operation, code_info, operand in info.codes:
        units += bytes((offset, operation | code_info << 4))
        if operation == ALLOC_LARGE:
            units += struct.pack("<I", operand) if code_info else struct.pack("<H", operand // 8)
            continue
        unit, count = _OPERANDS[operation]
        if count:
            units += (operand // unit).to_bytes(2 * count, "little")
    count = len(units) // 2
    if count & 1:
        units += b"\0\0"
    head = _HEADER.pack(
        info.version | info.flags << 3,
        info.prolog_size,
        count,
        info.frame_register | info.frame_offset // 16 << 4,
    )
    return head + bytes(units)


def decode_unwind_info(reader: ByteReader) -> UnwindInfo:
    """Read unwind data at the reader's position, which ends up at the personality RVA."""
    start = reader.pos
    version_flags, prolog_size, count, frame = _HEADER.unpack(reader.take(4))
    if version_flags & 7 != VERSION:
        raise reader.error(f"unwind data has version {version_flags & 7}", start)
    units = reader.part(2 * count)
    if count & 1:
        reader.take(2)
    codes = []
    while units.pos < units.end:
        offset = units.u8()
        operation = units.u8()
        info = operation >> 4
        operation &= 15
        if operation == ALLOC_LARGE:
            operand = units.u32() if info else units.u16() * 8
        elif operation in _OPERANDS:
            unit, size = _OPERANDS[operation]
            operand = int.from_bytes(units.take(2 * size), "little") * unit
            if operation == ALLOC_SMALL:
                operand = info * 8 + 8
        else:
            raise reader.error(f"unwind operation {operation} is unknown", units.pos - 2)
        codes.append(UnwindCode(offset, operation, info, operand))
    return UnwindInfo(prolog_size, tuple(codes), frame & 15, (frame >> 4) * 16, version_flags & 7, version_flags >> 3)


def skip_unwind_info(reader: ByteReader) -> None:
    """Move behind the unwind data at the reader's position, to the personality RVA."""
    pos = reader.pos
    count = reader.data[pos + 2] if pos + 4 <= reader.end else 0
    reader.pos = pos + 4 + (count + (count & 1) << 1)
    if reader.pos > reader.end:
        raise reader.error("unwind data is truncated", pos)


def encode_prolog(codes_in_order: Iterable[UnwindCode], prolog_size: int = -1) -> bytes:
    """Unwind data for prolog instructions given from first to last, without a declared frame register."""
    codes = tuple(codes_in_order)[::-1]
    if prolog_size < 0:
        prolog_size = codes[0].offset if codes else 0
    return encode_unwind_info(UnwindInfo(prolog_size, codes))
