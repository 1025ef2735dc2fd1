"""Registers of x64 by their machine numbers, and the layout of a context."""

from __future__ import annotations

from typing import Final

RAX: Final = 0
RCX: Final = 1
RDX: Final = 2
RBX: Final = 3
RSP: Final = 4
RBP: Final = 5
RSI: Final = 6
RDI: Final = 7
R8: Final = 8
R9: Final = 9
R10: Final = 10
R11: Final = 11
R12: Final = 12
R15: Final = 15

NAMES: Final = (
    "rax",
    "rcx",
    "rdx",
    "rbx",
    "rsp",
    "rbp",
    "rsi",
    "rdi",
    "r8",
    "r9",
    "r10",
    "r11",
    "r12",
    "r13",
    "r14",
    "r15",
)
ARGUMENT_REGISTERS: Final = (RDI, RSI, RDX, RCX, R8, R9)
FLOAT_ARGUMENT_COUNT: Final = 8
# System V: all but rbx, rbp, r12 to r15.
VOLATILE: Final = sum(1 << number for number in (RAX, RCX, RDX, RSI, RDI, R8, R9, R10, R11))

# A context: 16 general registers by number, rip, number of the trap, xmm0 to xmm15.
RIP_OFFSET: Final = 128
TRAP_OFFSET: Final = 136
XMM_OFFSET: Final = 144
CONTEXT_SIZE: Final = 416
