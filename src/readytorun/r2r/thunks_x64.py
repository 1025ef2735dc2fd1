"""Import thunks of x64 images, the same on every operating system.

The thunk pushes the import section's index and the Module pointer and jumps to the runtime's delay-load helper. The
helper finds the cell from the four bytes before the return address, unless rax holds the cell's address (jumpable and
dispatch thunks). Argument registers stay untouched. Shapes: `Target_X64/ImportThunk.cs`.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.r2r.model import ThunkKind

ALIGNMENT: Final = 4
FILLER: Final = b"\xcc"
EAGER_SIZE: Final = 6

_PUSH_AND_JUMP: Final = struct.Struct("<BbBBiBBi")  # push imm8; push [rip+module cell]; jmp [rip+helper cell]
_PREFIXES: Final = {
    ThunkKind.METHOD_CALL: b"\x33\xc0",  # xor eax, eax: the helper decodes the call
    ThunkKind.HELPER: b"\x33\xc0",
    ThunkKind.HELPER_OBJ: b"\x33\xc0",
    ThunkKind.HELPER_OBJ_OBJ: b"\x33\xc0",
    ThunkKind.METHOD_CALL_JUMPABLE: b"",  # rax holds the cell's address already
    ThunkKind.DISPATCH: b"\x49\x8b\xc3",  # mov rax, r11
}


def lazy_size(kind: ThunkKind) -> int:
    """Size in bytes of the thunk of lazy cells."""
    return len(_PREFIXES[kind]) + _PUSH_AND_JUMP.size


def encode_lazy(
    kind: ThunkKind, section: int, rva: int, module_cell_rva: int, helper_cell_rva: int, image_base: int
) -> tuple[bytes, list[int]]:
    """The thunk at `rva` for cells of import section `section`, and the offsets of its absolute addresses (none)."""
    prefix = _PREFIXES[kind]
    start = rva + len(prefix)
    body = _PUSH_AND_JUMP.pack(
        0x6A, section, 0xFF, 0x35, module_cell_rva - (start + 8), 0xFF, 0x25, helper_cell_rva - (start + 14)
    )
    return prefix + body, []


def encode_eager(rva: int, cell_rva: int, image_base: int) -> tuple[bytes, list[int]]:
    """The thunk at `rva` that jumps through an eager cell (personality routines)."""
    return b"\xff\x25" + struct.pack("<i", cell_rva - (rva + EAGER_SIZE)), []
