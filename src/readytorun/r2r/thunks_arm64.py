"""Import thunks of arm64 images, the same on every operating system.

The runtime's helper wants the import section's index in x9, Module in x10 and the cell's address in x11, which every
call site leaves there; so there is one shape for all lazy cells. Shapes: `Target_ARM64/ImportThunk.cs`.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.r2r.model import ThunkKind
from readytorun.r2r.thunks import Thunk, ThunkShape

ALIGNMENT: Final = 8  # keeps the literals aligned
FILLER: Final = b"\x00"
EAGER_SIZE: Final = 20

_LAZY: Final = struct.Struct("<6IQQ")
_EAGER: Final = struct.Struct("<3IQ")
_LDR_X12_LITERAL_12: Final = 0x5800006C
_LDR_X12_X12: Final = 0xF940018C
_BR_X12: Final = 0xD61F0180


def lazy_size(kind: ThunkKind) -> int:
    """Size in bytes of the thunk of lazy cells."""
    return _LAZY.size


def encode_lazy(
    kind: ThunkKind, section: int, rva: int, module_cell_rva: int, helper_cell_rva: int, image_base: int
) -> tuple[bytes, list[int]]:
    """The thunk at `rva` for cells of import section `section`, and the offsets of its absolute addresses."""
    code = _LAZY.pack(
        0xD2800009 | section << 5,  # movz x9, #section
        0x580000EA,  # ldr x10, module literal
        0xF940014A,  # ldr x10, [x10]
        _LDR_X12_LITERAL_12,
        _LDR_X12_X12,
        _BR_X12,
        image_base + helper_cell_rva,
        image_base + module_cell_rva,
    )
    return code, [24, 32]


def encode_eager(rva: int, cell_rva: int, image_base: int) -> tuple[bytes, list[int]]:
    """The thunk at `rva` that jumps through an eager cell (personality routines)."""
    return _EAGER.pack(_LDR_X12_LITERAL_12, _LDR_X12_X12, _BR_X12, image_base + cell_rva), [12]


# --- reading ----------------------------------------------------------------------------------------------------------

_JUMP: Final = (_LDR_X12_X12, _BR_X12)
_MOVZ_X9: Final = 0xD2800009
_MOVZ_X9_MASK: Final = 0xFFE0001F
_LDR_LITERAL_MASK: Final = 0xFF00001F
_LDR_LITERAL: Final = 0x58000000
_LDR_X10_X10: Final = 0xF940014A
_LDR_X1_X1: Final = 0xF9400021


def recognise(data: bytes, offset: int, rva: int, image_base: int) -> Thunk | None:
    """The thunk at `offset` of `data`, which is at `rva` in the image; None if there is none.

    Writers differ in where the literals lie: that of the Module may be before the thunk.
    """
    words = _words(data, offset, 6)
    if words[1:3] == _JUMP:
        cell = _literal(data, offset, words[0], 12, image_base)
        return None if cell is None else Thunk(ThunkShape.EAGER, 12, cell)
    if words[3:5] == _JUMP and words[1:2] == (_LDR_X1_X1,):
        module = _literal(data, offset, words[0], 1, image_base)
        cell = _literal(data, offset + 8, words[2], 12, image_base)
        if module is not None and cell is not None:
            return Thunk(ThunkShape.LAZY_STRING, 20, cell, module)
    if words[4:6] == _JUMP and words[0] & _MOVZ_X9_MASK == _MOVZ_X9 and words[2] == _LDR_X10_X10:
        module = _literal(data, offset + 4, words[1], 10, image_base)
        cell = _literal(data, offset + 12, words[3], 12, image_base)
        if module is not None and cell is not None:
            return Thunk(ThunkShape.CELL_IN_X11, 24, cell, module, words[0] >> 5 & 0xFFFF)
    return None


def _words(data: bytes, offset: int, count: int) -> tuple[int, ...]:
    count = min(count, (len(data) - offset) // 4)
    return struct.unpack_from(f"<{count}I", data, offset)


def _literal(data: bytes, offset: int, word: int, register: int, image_base: int) -> int | None:
    """The RVA that the `ldr` of `register` from a literal loads; None if the word is another instruction."""
    if word & _LDR_LITERAL_MASK != _LDR_LITERAL | register:
        return None
    distance = (word >> 5 & 0x7FFFF) << 2
    place = offset + (distance - (1 << 21) if distance >> 20 else distance)
    if not 0 <= place <= len(data) - 8:
        return None
    return int.from_bytes(data[place : place + 8], "little") - image_base
