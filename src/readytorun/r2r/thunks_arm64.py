"""Import thunks of arm64 images, the same on every operating system.

The runtime's helper wants the import section's index in x9, Module in x10 and the cell's address in x11, which every
call site leaves there; so there is one shape for all lazy cells. Shapes: `Target_ARM64/ImportThunk.cs`.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.r2r.model import ThunkKind

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
