"""Registers of x64 and their uses in the System V convention.

A register is an int: 0..15 the integer registers in hardware numbering, 16..31 the vector registers. Sets of registers
are bit masks.
"""

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
R13: Final = 13
R14: Final = 14
R15: Final = 15
XMM0: Final = 16
XMM1: Final = 17
XMM14: Final = 30
XMM15: Final = 31

# Never allocated: they carry spilled operands, addresses and constants within one operation. R11 also holds the
# address of a dispatch cell at a call.
SCRATCH: Final = R11
SCRATCH2: Final = R10
FLOAT_SCRATCH: Final = XMM15
FLOAT_SCRATCH2: Final = XMM14

ARGUMENT_REGISTERS: Final = (RDI, RSI, RDX, RCX, R8, R9)
FLOAT_ARGUMENT_COUNT: Final = 8  # xmm0..xmm7
CONTINUATION_RESULT: Final = RCX  # of calls with the async convention, beside the result proper

# In order of preference. RBP is one of the callee-saved ones in methods without frame pointer.
VOLATILE_INTS: Final = (RAX, RCX, RDX, RSI, RDI, R8, R9)
CALLEE_SAVED: Final = (RBX, R15, R14, R13, R12, RBP)
VOLATILE_FLOATS: Final = (16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)

VOLATILE_MASK: Final = 0x3FFF03C7  # every allocatable register that a call destroys
VOLATILE_INT_MASK: Final = 0x03C7
CALLEE_SAVED_MASK: Final = 0xF028
ALL_MASK: Final = 0x3FFFF3EF  # every allocatable register

# Order of the pushes in the prolog, after rbp.
PUSH_ORDER: Final = (R15, R14, R13, R12, RBX)
