"""The instruction forms that the back end uses, one row a form, written as in the architecture manual.

A row gives mandatory prefix, opcode and ModRM use; `r8` marks a form whose ModRM.reg operand is a byte register and
`rm8` one whose ModRM.rm operand is. Operand size (REX.W) is an argument of the encoder's methods. Immediates follow
the form and are appended by the caller.

A form is packed into an int: bits 0-7 opcode, 8-9 opcode map (0: none, 1: 0F, 2: 0F 38, 3: 0F 3A), 10-11 mandatory
prefix (1: 66, 2: F3, 3: F2), 12-14 the digit of ModRM.reg, 15 byte register in ModRM.reg, 16 byte register in ModRM.rm,
17 LOCK.
"""

from __future__ import annotations

from typing import Final

BYTE_REG: Final = 1 << 15
BYTE_RM: Final = 1 << 16
LOCK: Final = 1 << 17


def form(text: str) -> int:
    """Pack a row such as "66 0F 2E /r" or "C1 /4"."""
    result = 0
    opcode_map = 0
    words = text.split()
    for index, word in enumerate(words):
        if word == "/r":
            continue
        if word == "r8":
            result |= BYTE_REG
        elif word == "rm8":
            result |= BYTE_RM
        elif word == "LOCK":
            result |= LOCK
        elif word[0] == "/":
            result |= int(word[1:]) << 12
        elif word == "0F":
            opcode_map = 1
        elif opcode_map == 1 and word in ("38", "3A") and words[index + 1][0] != "/":
            opcode_map = 2 if word == "38" else 3
        elif (word in ("66", "F3", "F2") and opcode_map == 0 and words[index + 1] == "0F") or word == "66":
            result |= {"66": 1, "F3": 2, "F2": 3}[word] << 10
        else:
            result |= int(word, 16)
    return result | opcode_map << 8


# Integer arithmetic: rm, reg / reg, rm / rm, imm32 / rm, imm8.
ALU_RM_R: Final = form("01 /r")  # + 8 times the operation: see ALU_*
ADD_R_RM: Final = form("03 /r")
OR_R_RM: Final = form("0B /r")
AND_R_RM: Final = form("23 /r")
SUB_R_RM: Final = form("2B /r")
XOR_R_RM: Final = form("33 /r")
CMP_RM_R: Final = form("39 /r")
CMP_R_RM: Final = form("3B /r")
CMP_RM8_R8: Final = form("r8 rm8 38 /r")
# The /digit of these two is the operation: see ALU_*.
ALU_RM_IMM32: Final = form("81 /0")
ALU_RM_IMM8: Final = form("83 /0")
ALU_RM8_IMM8: Final = form("rm8 80 /0")
ALU_RM16_IMM8: Final = form("66 83 /0")
ALU_ADD: Final = 0
ALU_OR: Final = 1
ALU_AND: Final = 4
ALU_SUB: Final = 5
ALU_XOR: Final = 6
ALU_CMP: Final = 7
TEST_RM_R: Final = form("85 /r")
TEST_RM_IMM32: Final = form("F7 /0")
TEST_RM8_IMM8: Final = form("rm8 F6 /0")
NOT_RM: Final = form("F7 /2")
NEG_RM: Final = form("F7 /3")
MUL_RM: Final = form("F7 /4")
IMUL_RM: Final = form("F7 /5")
DIV_RM: Final = form("F7 /6")
IDIV_RM: Final = form("F7 /7")
IMUL_R_RM: Final = form("0F AF /r")
IMUL_R_RM_IMM32: Final = form("69 /r")
IMUL_R_RM_IMM8: Final = form("6B /r")
# Shifts by an immediate or by CL; the /digit is the operation: see SHIFT_*.
SHIFT_RM_IMM8: Final = form("C1 /0")
SHIFT_RM_CL: Final = form("D3 /0")
SHIFT_RM_1: Final = form("D1 /0")
SHIFT_ROL: Final = 0
SHIFT_ROR: Final = 1
SHIFT_SHL: Final = 4
SHIFT_SHR: Final = 5
SHIFT_SAR: Final = 7
BSF_R_RM: Final = form("0F BC /r")
BSR_R_RM: Final = form("0F BD /r")
POPCNT_R_RM: Final = form("F3 0F B8 /r")
BTC_RM_IMM8: Final = form("0F BA /7")

# Moves.
MOV_RM8_R8: Final = form("r8 rm8 88 /r")
MOV_RM16_R: Final = form("66 89 /r")
MOV_RM_R: Final = form("89 /r")
MOV_R8_RM8: Final = form("r8 rm8 8A /r")
MOV_R_RM: Final = form("8B /r")
MOV_RM8_IMM8: Final = form("rm8 C6 /0")
MOV_RM16_IMM16: Final = form("66 C7 /0")
MOV_RM_IMM32: Final = form("C7 /0")
MOVZX_R_RM8: Final = form("rm8 0F B6 /r")
MOVZX_R_RM16: Final = form("0F B7 /r")
MOVSX_R_RM8: Final = form("rm8 0F BE /r")
MOVSX_R_RM16: Final = form("0F BF /r")
MOVSXD_R_RM: Final = form("63 /r")
LEA_R_M: Final = form("8D /r")
XCHG_RM_R: Final = form("87 /r")
XCHG_RM8_R8: Final = form("r8 rm8 86 /r")
XCHG_RM16_R: Final = form("66 87 /r")
CMOV_R_RM: Final = form("0F 40 /r")  # + condition
SET_RM8: Final = form("rm8 0F 90 /0")  # + condition

# Control flow.
CALL_RM: Final = form("FF /2")
JMP_RM: Final = form("FF /4")

# Atomics.
LOCK_CMPXCHG_RM_R: Final = form("LOCK 0F B1 /r")
LOCK_CMPXCHG_RM8_R8: Final = form("LOCK r8 rm8 0F B0 /r")
LOCK_CMPXCHG_RM16_R: Final = form("LOCK 66 0F B1 /r")
LOCK_XADD_RM_R: Final = form("LOCK 0F C1 /r")
LOCK_XADD_RM8_R8: Final = form("LOCK r8 rm8 0F C0 /r")
LOCK_XADD_RM16_R: Final = form("LOCK 66 0F C1 /r")
LOCK_OR_RM_IMM8: Final = form("LOCK 83 /1")

# Scalar floating point: single, double.
MOVSS_X_M: Final = form("F3 0F 10 /r")
MOVSD_X_M: Final = form("F2 0F 10 /r")
MOVSS_M_X: Final = form("F3 0F 11 /r")
MOVSD_M_X: Final = form("F2 0F 11 /r")
MOVAPS_X_X: Final = form("0F 28 /r")
MOVUPS_X_M: Final = form("0F 10 /r")
MOVUPS_M_X: Final = form("0F 11 /r")
MOVD_X_RM: Final = form("66 0F 6E /r")
MOVD_RM_X: Final = form("66 0F 7E /r")
UCOMISS: Final = form("0F 2E /r")
UCOMISD: Final = form("66 0F 2E /r")
XORPS: Final = form("0F 57 /r")
ANDPS: Final = form("0F 54 /r")
SQRTSS: Final = form("F3 0F 51 /r")
SQRTSD: Final = form("F2 0F 51 /r")
ADDSS: Final = form("F3 0F 58 /r")
ADDSD: Final = form("F2 0F 58 /r")
MULSS: Final = form("F3 0F 59 /r")
MULSD: Final = form("F2 0F 59 /r")
SUBSS: Final = form("F3 0F 5C /r")
SUBSD: Final = form("F2 0F 5C /r")
DIVSS: Final = form("F3 0F 5E /r")
DIVSD: Final = form("F2 0F 5E /r")
CVTSS2SD: Final = form("F3 0F 5A /r")
CVTSD2SS: Final = form("F2 0F 5A /r")
CVTSI2SS: Final = form("F3 0F 2A /r")
CVTSI2SD: Final = form("F2 0F 2A /r")
CVTTSS2SI: Final = form("F3 0F 2C /r")
CVTTSD2SI: Final = form("F2 0F 2C /r")
ROUNDSS: Final = form("66 0F 3A 0A /r")
ROUNDSD: Final = form("66 0F 3A 0B /r")

# Condition codes.
CC_O: Final = 0
CC_NO: Final = 1
CC_B: Final = 2
CC_AE: Final = 3
CC_E: Final = 4
CC_NE: Final = 5
CC_BE: Final = 6
CC_A: Final = 7
CC_S: Final = 8
CC_NS: Final = 9
CC_P: Final = 10
CC_NP: Final = 11
CC_L: Final = 12
CC_GE: Final = 13
CC_LE: Final = 14
CC_G: Final = 15
