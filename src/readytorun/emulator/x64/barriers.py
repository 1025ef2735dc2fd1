"""The helpers of x64 that are plain code: write barriers, and copying and filling of memory.

They lose the registers that callers have to take for lost, and no others. Write barriers lie in room enough for a
longer form that marks cards as well.
"""

from __future__ import annotations

import struct
from typing import Final

from readytorun.emulator.memory import Memory
from readytorun.r2r.constants import HelperId

_ROOM: Final = 128
_WRITE: Final = bytes.fromhex("488937 31c0 89c1 89c2 4189c0 4189c1 4189c2 4189c3 89c6 89c7 c3")
_BY_REF: Final = bytes.fromhex("488b0e 48890f 4883c708 4883c608 31c0 31c9 c3")
# memmove: forward unless the destination lies inside the source.
_MOVE: Final = bytes.fromhex(
    "4889f8 4829f0 4839d0 7206"  # mov rax,rdi; sub rax,rsi; cmp rax,rdx; jb backward
    "4889d1 f3a4 c3"  # mov rcx,rdx; rep movsb; ret
    "4889d1 4885c9 740e fd 488d7c0fff 488d740eff f3a4 fc c3"  # backward: std; rep movsb; cld
)
_ZERO: Final = bytes.fromhex("4889f1 31c0 f3aa c3")
_FILL: Final = bytes.fromhex("4889d1 89f0 f3aa c3")


def barriers(memory: Memory) -> dict[int, int]:
    """Address of each helper."""

    def place(code: bytes) -> int:
        address = memory.allocate_code(_ROOM)
        memory.write(address, code)
        return address

    write = place(_WRITE)
    fill = place(_FILL)
    return {
        HelperId.WRITE_BARRIER: write,
        HelperId.CHECKED_WRITE_BARRIER: write,
        HelperId.BYREF_WRITE_BARRIER: place(_BY_REF),
        HelperId.BULK_WRITE_BARRIER: place(_MOVE),
        HelperId.MEM_CPY: place(_MOVE),
        HelperId.MEM_ZERO: place(_ZERO),
        HelperId.MEM_SET: fill,
        HelperId.NATIVE_MEM_SET: fill,
        HelperId.STACK_PROBE: place(b"\xc3"),
    }


def mark_cards(memory: Memory, helpers: dict[int, int], low: int, span: int, table: int) -> None:
    """Rewrite the barriers; see Machine.mark_cards. They have not run yet."""

    def marking(mark: str) -> bytes:
        """Mark the cards of what rdi points to, if that lies in the heap: rax is the card's number, rcx the table."""
        code = bytes.fromhex(mark)
        return (
            b"\x48\x89\xf8\x48\xb9"  # mov rax, rdi; mov rcx, low
            + struct.pack("<Q", low)
            + b"\x48\x29\xc8\x48\xb9"  # sub rax, rcx; mov rcx, span
            + struct.pack("<Q", span)
            + b"\x48\x39\xc8\x73"  # cmp rax, rcx; jae over it
            + bytes((14 + len(code),))
            + b"\x48\xc1\xe8\x03\x48\xb9"  # shr rax, 3; mov rcx, table
            + struct.pack("<Q", table)
            + code
        )

    one = marking("c6040101")  # mov byte [rcx+rax], 1
    # r8 keeps rdi; lea rdi,[rcx+rax]; mov rcx,rdx; add rcx,7; shr rcx,3; mov al,1; rep stosb
    several = b"\x49\x89\xf8" + marking("488d3c01 4889d1 4883c107 48c1e903 b001 f3aa") + b"\x4c\x89\xc7"
    memory.write(helpers[HelperId.WRITE_BARRIER], one + _WRITE)
    memory.write(helpers[HelperId.BYREF_WRITE_BARRIER], one + _BY_REF)
    memory.write(helpers[HelperId.BULK_WRITE_BARRIER], several + _MOVE)
