"""What random functions are made of: families of operations, and numbers at which something happens."""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops

ARITHMETIC: Final = [ops.ADD, ops.SUB, ops.MUL, ops.AND, ops.OR, ops.XOR]
HIGH_HALVES: Final = [ops.MULHI, ops.MULHI_UN]
CHECKED: Final = [ops.ADD_OVF, ops.SUB_OVF, ops.MUL_OVF, ops.ADD_OVF_UN, ops.SUB_OVF_UN, ops.MUL_OVF_UN]
DIVISIONS: Final = [ops.DIV, ops.REM, ops.DIV_UN, ops.REM_UN]
SHIFTS: Final = [ops.SHL, ops.SHR, ops.SHR_UN, ops.ROL, ops.ROR]
UNARY: Final = [ops.NEG, ops.NOT, ops.LZCNT, ops.TZCNT, ops.POPCNT, ops.BSWAP]
SMALL_EXTENSIONS: Final = [ops.SEXT8, ops.ZEXT8, ops.SEXT16, ops.ZEXT16]  # indexed by M_I8 to M_U16
EXTENSIONS: Final = [ops.SEXT32, ops.ZEXT32]
FLOAT_ARITHMETIC: Final = [ops.FADD, ops.FSUB, ops.FMUL, ops.FDIV]
FLOAT_UNARY: Final = [ops.FNEG, ops.FABS]
TO_FLOAT: Final = [ops.I2F, ops.U2F]
ATOMICS: Final = [ops.ATOMIC_XCHG, ops.ATOMIC_ADD, ops.ATOMIC_CMPXCHG]

CONSTANTS: Final = [
    *(0, 1, 2, 3, 4, 5, 7, 8, 10, 16, 31, 32, 63, 100, 127, 128, 255, 256, 65535),
    *(-1, -2, -128, 0x7FFFFFFF, -0x80000000),
]
WIDE_CONSTANTS: Final = [
    *CONSTANTS,
    *(0x80000000, 0xFFFFFFFF, 1 << 40, -(1 << 40), (1 << 63) - 1, -(1 << 63), 0x123456789ABCDEF),
]
DIVISORS: Final = [1, 2, 3, 4, 5, 6, 7, 10, 60, 100, 641, 1000, 1 << 20, 0x7FFFFFFF, -3, -5, -8, -0x80000000]
FINITE_FLOATS: Final = [
    *(0.0, -0.0, 1.0, -1.5, 3.25, 0.75, -0.25, 1e10, -1e10, 1e30),
    *(2.0**31, 2.0**63, -(2.0**63), 2.0**64, 4294967295.0, 2147483647.5),
]
FLOATS: Final = [*FINITE_FLOATS, float("inf"), float("-inf"), float("nan")]
