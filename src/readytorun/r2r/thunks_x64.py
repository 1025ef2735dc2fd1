"""Import thunks of x64 images, the same on every operating system.

The thunk pushes the import section's index and the Module pointer and jumps to the runtime's delay-load helper. The
helper finds the cell from the four bytes before the return address, unless rax holds the cell's address (jumpable and
dispatch thunks). Argument registers stay untouched. Shapes: `Target_X64/ImportThunk.cs`.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.r2r.model import ThunkKind
from readytorun.r2r.thunks import Thunk, ThunkShape

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


# --- reading ----------------------------------------------------------------------------------------------------------

_SHAPES: Final = ((b"\x33\xc0", ThunkShape.CALL), (b"\x49\x8b\xc3", ThunkShape.DISPATCH), (b"", ThunkShape.JUMPABLE))
_LAZY_STRING: Final = struct.Struct("<HBiHi")  # mov rsi or rdx, [rip+module cell]; jmp [rip+helper cell]
_MOV_RIP_RELATIVE: Final = 0x8B48
_RSI: Final = 0x35
_RDX: Final = 0x15
_JUMP_RIP_RELATIVE: Final = 0x25FF


def recognise(data: bytes, offset: int, rva: int, image_base: int) -> Thunk | None:
    """The thunk at `offset` of `data`, which is at `rva` in the image; None if there is none."""
    if data.startswith(b"\xff\x25", offset) and len(data) >= offset + EAGER_SIZE:
        displacement = int.from_bytes(data[offset + 2 : offset + 6], "little", signed=True)
        return Thunk(ThunkShape.EAGER, EAGER_SIZE, rva + EAGER_SIZE + displacement)
    for prefix, shape in _SHAPES:
        size = len(prefix) + _PUSH_AND_JUMP.size
        if data.startswith(prefix, offset) and len(data) >= offset + size:
            push, section, *fields = _PUSH_AND_JUMP.unpack_from(data, offset + len(prefix))
            if (push, *fields[:2], *fields[3:5]) == (0x6A, 0xFF, 0x35, 0xFF, 0x25):
                start = rva + len(prefix)
                return Thunk(shape, size, start + 14 + fields[5], start + 8 + fields[2], section)
    if len(data) >= offset + _LAZY_STRING.size:
        move, register, module, jump, helper = _LAZY_STRING.unpack_from(data, offset)
        if move == _MOV_RIP_RELATIVE and register in (_RSI, _RDX) and jump == _JUMP_RIP_RELATIVE:
            size = _LAZY_STRING.size
            return Thunk(ThunkShape.LAZY_STRING, size, rva + size + helper, rva + 7 + module)
    return None
