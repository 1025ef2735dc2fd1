"""Every instruction form against a disassembler: what the encoder writes is one instruction that reads as meant."""

from __future__ import annotations

import random

import pytest
from iced_x86 import Decoder, Mnemonic, OpKind, Register

from readytorun.backend.x64 import forms
from readytorun.backend.x64.encode import ALWAYS, CodeBuffer
from readytorun.r2r.model import ReadOnlyData

# Forms of the table with what a disassembler calls them. Forms with a digit of their own choose it by an argument.
TWO_OPERANDS = {
    "ALU_RM_R": "ADD", "ADD_R_RM": "ADD", "OR_R_RM": "OR", "AND_R_RM": "AND", "SUB_R_RM": "SUB", "XOR_R_RM": "XOR",
    "CMP_RM_R": "CMP", "CMP_R_RM": "CMP", "CMP_RM8_R8": "CMP", "TEST_RM_R": "TEST", "IMUL_R_RM": "IMUL",
    "BSF_R_RM": "BSF", "BSR_R_RM": "BSR", "POPCNT_R_RM": "POPCNT", "MOV_RM8_R8": "MOV", "MOV_RM16_R": "MOV",
    "MOV_RM_R": "MOV", "MOV_R8_RM8": "MOV", "MOV_R_RM": "MOV", "MOVZX_R_RM8": "MOVZX", "MOVZX_R_RM16": "MOVZX",
    "MOVSX_R_RM8": "MOVSX", "MOVSX_R_RM16": "MOVSX", "XCHG_RM_R": "XCHG", "XCHG_RM8_R8": "XCHG",
    "XCHG_RM16_R": "XCHG", "CMOV_R_RM": "CMOVO", "MOVAPS_X_X": "MOVAPS", "UCOMISS": "UCOMISS", "UCOMISD": "UCOMISD",
    "XORPS": "XORPS", "ANDPS": "ANDPS", "SQRTSS": "SQRTSS", "SQRTSD": "SQRTSD", "ADDSS": "ADDSS", "ADDSD": "ADDSD",
    "MULSS": "MULSS", "MULSD": "MULSD", "SUBSS": "SUBSS", "SUBSD": "SUBSD", "DIVSS": "DIVSS", "DIVSD": "DIVSD",
    "CVTSS2SD": "CVTSS2SD", "CVTSD2SS": "CVTSD2SS", "CVTSI2SS": "CVTSI2SS", "CVTSI2SD": "CVTSI2SD",
    "CVTTSS2SI": "CVTTSS2SI", "CVTTSD2SI": "CVTTSD2SI",
}  # fmt: skip
MEMORY_ONLY = {
    "LEA_R_M": "LEA", "MOVSS_X_M": "MOVSS", "MOVSD_X_M": "MOVSD", "MOVSS_M_X": "MOVSS", "MOVSD_M_X": "MOVSD",
    "MOVUPS_X_M": "MOVUPS", "MOVUPS_M_X": "MOVUPS", "LOCK_CMPXCHG_RM_R": "CMPXCHG", "LOCK_XADD_RM_R": "XADD",
    "LOCK_CMPXCHG_RM8_R8": "CMPXCHG", "LOCK_CMPXCHG_RM16_R": "CMPXCHG", "LOCK_XADD_RM8_R8": "XADD",
    "LOCK_XADD_RM16_R": "XADD",
}  # fmt: skip
# Opcodes that read ModRM.reg as operand 1 (stores and the like).
REG_SECOND = ("_RM_R", "_RM8_R8", "_RM16_R", "_M_X")


def decode(data: bytes) -> object:
    instruction = Decoder(64, data, ip=0).decode()
    assert instruction.len == len(data), data.hex()
    return instruction


def number(register: int) -> int:
    """Hardware number of a disassembler's register of any size."""
    for first in (Register.AL, Register.AX, Register.EAX, Register.RAX, Register.XMM0):
        if first == Register.AL:
            # al cl dl bl ah ch dh bh spl bpl sil dil r8b..
            table = [0, 1, 2, 3, None, None, None, None, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
            if first <= register < first + len(table):
                found = table[register - first]
                assert found is not None, "a high byte register"
                return found
        elif first <= register < first + 16:
            return register - first
    raise AssertionError(register)


@pytest.mark.parametrize("name", sorted(TWO_OPERANDS))
def test_register_forms(name: str) -> None:
    form = getattr(forms, name)
    for wide in (0, 1):
        for reg in range(16):
            for rm in range(16):
                code = CodeBuffer()
                code.rr(form, wide, reg, rm)
                instruction = decode(bytes(code.buf))
                if instruction.mnemonic == Mnemonic.NOP:  # xchg eax, eax
                    continue
                assert instruction.mnemonic == getattr(Mnemonic, TWO_OPERANDS[name])
                operands = [number(instruction.op_register(i)) for i in range(2)]
                if name.endswith(REG_SECOND):
                    operands.reverse()
                assert operands == [reg, rm], (name, wide)


@pytest.mark.parametrize("name", sorted({**TWO_OPERANDS, **MEMORY_ONLY}))
def test_memory_forms(name: str) -> None:
    form = getattr(forms, name)
    rng = random.Random(name)
    if name == "MOVAPS_X_X":
        return
    for _ in range(300):
        wide, reg, base = rng.randrange(2), rng.randrange(16), rng.randrange(16)
        index = rng.choice([-1, *(i for i in range(16) if i != 4)])
        scale = rng.choice([1, 2, 4, 8])
        disp = rng.choice([0, 1, -1, 127, 128, -128, -129, 0x7FFFFFFF, -0x80000000])
        code = CodeBuffer()
        code.rm(form, wide, reg, base, index, scale, disp)
        instruction = decode(bytes(code.buf))
        assert instruction.mnemonic == getattr(Mnemonic, {**TWO_OPERANDS, **MEMORY_ONLY}[name])
        assert number(instruction.memory_base) == base
        assert (number(instruction.memory_index) if index >= 0 else instruction.memory_index) == (
            index if index >= 0 else Register.NONE
        )
        if index >= 0:
            assert instruction.memory_index_scale == scale
        found = instruction.memory_displacement
        assert found & 0xFFFFFFFF == disp & 0xFFFFFFFF
        position = 1 if name.endswith(REG_SECOND) else 0
        assert instruction.op_kind(1 - position) == OpKind.MEMORY
        assert number(instruction.op_register(position)) == reg
        assert instruction.has_lock_prefix == name.startswith("LOCK")


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("ALU_RM_IMM32", "ADD OR ADC SBB AND SUB XOR CMP"),
        ("ALU_RM_IMM8", "ADD OR ADC SBB AND SUB XOR CMP"),
        ("ALU_RM8_IMM8", "ADD OR ADC SBB AND SUB XOR CMP"),
        ("SHIFT_RM_IMM8", "ROL ROR RCL RCR SHL SHR - SAR"),
        ("SHIFT_RM_CL", "ROL ROR RCL RCR SHL SHR - SAR"),
    ],
)
def test_digit_forms(name: str, digits: str) -> None:
    form = getattr(forms, name)
    size = 4 if name.endswith("IMM32") else 0 if name.endswith("CL") else 1
    for digit, mnemonic in enumerate(digits.split()):
        if mnemonic == "-":
            continue
        for wide in (0, 1):
            for rm in range(16):
                register, memory = CodeBuffer(), CodeBuffer()
                register.digit(form, wide, digit, rm)
                memory.rm(form | digit << 12, wide, 0, rm, -1, 1, 8)
                for code in (register, memory):
                    code.buf += [1] * size
                    assert decode(bytes(code.buf)).mnemonic == getattr(Mnemonic, mnemonic)
                assert number(decode(bytes(register.buf)).op_register(0)) == rm


def test_constants() -> None:
    for value in (0, 1, -1, 0x7FFFFFFF, -0x80000000, 0xFFFFFFFF, 1 << 32, -(1 << 63), (1 << 63) - 1, -0x80000001):
        for register in range(16):
            code = CodeBuffer()
            code.mov_imm(register, value, 1)
            instruction = decode(bytes(code.buf))
            assert instruction.mnemonic == Mnemonic.MOV
            assert number(instruction.op_register(0)) == register
            assert instruction.immediate(1) & (1 << 64) - 1 == value & (1 << 64) - 1


def test_jumps_get_the_shortest_form_that_reaches() -> None:
    rng = random.Random(1)
    for _ in range(200):
        code = CodeBuffer()
        labels = [code.new_label() for _ in range(6)]
        targets: list[int] = []
        order = labels + [rng.choice(labels) for _ in range(8)]
        rng.shuffle(order)
        bound = set()
        for label in order:
            if label in bound or rng.random() < 0.5:
                code.jump(rng.choice([ALWAYS, 4, 15]), label)
                targets.append(label)
            else:
                code.bind(label)
                bound.add(label)
            code.buf += [0x90] * rng.choice([0, 1, 30, 100, 200])
        for label in labels:
            if label not in bound:
                code.bind(label)
        code.buf += [0x90]
        data = code.finish()
        jumps = [i for i in Decoder(64, data, ip=0) if i.mnemonic != Mnemonic.NOP]
        assert [i.near_branch_target for i in jumps] == [code.label_offset(label) for label in targets]
        for jump in jumps:
            distance = jump.near_branch_target - (jump.ip + jump.len)
            assert (jump.len == 2) == (-128 <= distance <= 127) or (jump.len > 2 and abs(distance) < 140)


def test_relocated_operands() -> None:
    code = CodeBuffer()
    code.rip(forms.ALU_RM_IMM8 | forms.ALU_CMP << 12, 1, 0, ReadOnlyData(4), 0, 1)
    code.byte(5)
    data = code.finish()
    instruction = decode(data)
    assert instruction.mnemonic == Mnemonic.CMP and instruction.is_ip_rel_memory_operand
    # The field is followed by one byte of immediate: the target is relative to the end of the instruction.
    assert code.offset(code.reloc_marks[0]) == len(data) - 5
    assert code.reloc_addends[0] == -1
