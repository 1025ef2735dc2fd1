"""The IL opcodes (ECMA-335 III): numbers, names and operand kinds."""

from __future__ import annotations

from typing import Final

# Operand kinds.
NONE: Final = 0
I1: Final = 1  # signed byte
U1: Final = 2  # unsigned byte: argument or local number
U2: Final = 3  # unsigned 16 bits: argument or local number
I4: Final = 4
I8: Final = 5
R4: Final = 6
R8: Final = 7
TOKEN: Final = 8
BRANCH1: Final = 9  # signed byte, relative to the next instruction
BRANCH4: Final = 10
SWITCH: Final = 11

OPERAND_SIZES: Final = (0, 1, 1, 2, 4, 8, 4, 8, 4, 1, 4, 0)

_ONE_BYTE = """
00 nop|01 break|02 ldarg.0|03 ldarg.1|04 ldarg.2|05 ldarg.3|06 ldloc.0|07 ldloc.1|08 ldloc.2|09 ldloc.3
0A stloc.0|0B stloc.1|0C stloc.2|0D stloc.3|0E ldarg.s u1|0F ldarga.s u1|10 starg.s u1|11 ldloc.s u1|12 ldloca.s u1
13 stloc.s u1|14 ldnull|15 ldc.i4.m1|16 ldc.i4.0|17 ldc.i4.1|18 ldc.i4.2|19 ldc.i4.3|1A ldc.i4.4|1B ldc.i4.5
1C ldc.i4.6|1D ldc.i4.7|1E ldc.i4.8|1F ldc.i4.s i1|20 ldc.i4 i4|21 ldc.i8 i8|22 ldc.r4 r4|23 ldc.r8 r8|25 dup|26 pop
27 jmp t|28 call t|29 calli t|2A ret|2B br.s b1|2C brfalse.s b1|2D brtrue.s b1|2E beq.s b1|2F bge.s b1|30 bgt.s b1
31 ble.s b1|32 blt.s b1|33 bne.un.s b1|34 bge.un.s b1|35 bgt.un.s b1|36 ble.un.s b1|37 blt.un.s b1|38 br b4
39 brfalse b4|3A brtrue b4|3B beq b4|3C bge b4|3D bgt b4|3E ble b4|3F blt b4|40 bne.un b4|41 bge.un b4|42 bgt.un b4
43 ble.un b4|44 blt.un b4|45 switch sw|46 ldind.i1|47 ldind.u1|48 ldind.i2|49 ldind.u2|4A ldind.i4|4B ldind.u4
4C ldind.i8|4D ldind.i|4E ldind.r4|4F ldind.r8|50 ldind.ref|51 stind.ref|52 stind.i1|53 stind.i2|54 stind.i4
55 stind.i8|56 stind.r4|57 stind.r8|58 add|59 sub|5A mul|5B div|5C div.un|5D rem|5E rem.un|5F and|60 or|61 xor
62 shl|63 shr|64 shr.un|65 neg|66 not|67 conv.i1|68 conv.i2|69 conv.i4|6A conv.i8|6B conv.r4|6C conv.r8|6D conv.u4
6E conv.u8|6F callvirt t|70 cpobj t|71 ldobj t|72 ldstr t|73 newobj t|74 castclass t|75 isinst t|76 conv.r.un
79 unbox t|7A throw|7B ldfld t|7C ldflda t|7D stfld t|7E ldsfld t|7F ldsflda t|80 stsfld t|81 stobj t
82 conv.ovf.i1.un|83 conv.ovf.i2.un|84 conv.ovf.i4.un|85 conv.ovf.i8.un|86 conv.ovf.u1.un|87 conv.ovf.u2.un
88 conv.ovf.u4.un|89 conv.ovf.u8.un|8A conv.ovf.i.un|8B conv.ovf.u.un|8C box t|8D newarr t|8E ldlen|8F ldelema t
90 ldelem.i1|91 ldelem.u1|92 ldelem.i2|93 ldelem.u2|94 ldelem.i4|95 ldelem.u4|96 ldelem.i8|97 ldelem.i|98 ldelem.r4
99 ldelem.r8|9A ldelem.ref|9B stelem.i|9C stelem.i1|9D stelem.i2|9E stelem.i4|9F stelem.i8|A0 stelem.r4|A1 stelem.r8
A2 stelem.ref|A3 ldelem t|A4 stelem t|A5 unbox.any t|B3 conv.ovf.i1|B4 conv.ovf.u1|B5 conv.ovf.i2|B6 conv.ovf.u2
B7 conv.ovf.i4|B8 conv.ovf.u4|B9 conv.ovf.i8|BA conv.ovf.u8|C2 refanyval t|C3 ckfinite|C6 mkrefany t|D0 ldtoken t
D1 conv.u2|D2 conv.u1|D3 conv.i|D4 conv.ovf.i|D5 conv.ovf.u|D6 add.ovf|D7 add.ovf.un|D8 mul.ovf|D9 mul.ovf.un
DA sub.ovf|DB sub.ovf.un|DC endfinally|DD leave b4|DE leave.s b1|DF stind.i|E0 conv.u
"""
_TWO_BYTE = """
00 arglist|01 ceq|02 cgt|03 cgt.un|04 clt|05 clt.un|06 ldftn t|07 ldvirtftn t|09 ldarg u2|0A ldarga u2|0B starg u2
0C ldloc u2|0D ldloca u2|0E stloc u2|0F localloc|11 endfilter|12 unaligned. u1|13 volatile.|14 tail.|15 initobj t
16 constrained. t|17 cpblk|18 initblk|19 no. u1|1A rethrow|1C sizeof t|1D refanytype|1E readonly.
"""
_KINDS = {
    "": NONE,
    "i1": I1,
    "u1": U1,
    "u2": U2,
    "i4": I4,
    "i8": I8,
    "r4": R4,
    "r8": R8,
    "t": TOKEN,
    "b1": BRANCH1,
    "b4": BRANCH4,
    "sw": SWITCH,
}


def _build() -> tuple[list[str], list[int]]:
    names = [""] * 0x200
    kinds = [-1] * 0x200
    for base, text in ((0, _ONE_BYTE), (0x100, _TWO_BYTE)):
        for row in text.replace("\n", "|").split("|"):
            if row:
                number, _, rest = row.partition(" ")
                name, _, kind = rest.partition(" ")
                names[base + int(number, 16)] = name
                kinds[base + int(number, 16)] = _KINDS[kind]
    return names, kinds


# Indexed by opcode; two-byte opcodes FE xx are 0x100 + xx. Kind -1: no such opcode.
NAMES, KINDS = _build()

# The opcodes that code elsewhere names. (The families that are handled by table have no constants.)
NOP: Final = 0x00
BREAK: Final = 0x01
LDARG_0: Final = 0x02
LDLOC_0: Final = 0x06
STLOC_0: Final = 0x0A
LDARG_S: Final = 0x0E
LDARGA_S: Final = 0x0F
STARG_S: Final = 0x10
LDLOC_S: Final = 0x11
LDLOCA_S: Final = 0x12
STLOC_S: Final = 0x13
LDNULL: Final = 0x14
LDC_I4_M1: Final = 0x15
LDC_I4_0: Final = 0x16
LDC_I4_8: Final = 0x1E
LDC_I4_S: Final = 0x1F
LDC_I4: Final = 0x20
LDC_I8: Final = 0x21
LDC_R4: Final = 0x22
LDC_R8: Final = 0x23
DUP: Final = 0x25
POP: Final = 0x26
JMP: Final = 0x27
CALL: Final = 0x28
CALLI: Final = 0x29
RET: Final = 0x2A
BR_S: Final = 0x2B
BRFALSE_S: Final = 0x2C
BRTRUE_S: Final = 0x2D
BEQ_S: Final = 0x2E
BLT_UN_S: Final = 0x37
BR: Final = 0x38
BRFALSE: Final = 0x39
BRTRUE: Final = 0x3A
BEQ: Final = 0x3B
BLT_UN: Final = 0x44
SWITCH_OP: Final = 0x45
LDIND_I1: Final = 0x46
LDIND_REF: Final = 0x50
STIND_REF: Final = 0x51
STIND_I1: Final = 0x52
STIND_R8: Final = 0x57
ADD: Final = 0x58
SUB: Final = 0x59
MUL: Final = 0x5A
DIV: Final = 0x5B
DIV_UN: Final = 0x5C
REM: Final = 0x5D
REM_UN: Final = 0x5E
AND: Final = 0x5F
OR: Final = 0x60
XOR: Final = 0x61
SHL: Final = 0x62
SHR: Final = 0x63
SHR_UN: Final = 0x64
NEG: Final = 0x65
NOT: Final = 0x66
CALLVIRT: Final = 0x6F
CPOBJ: Final = 0x70
LDOBJ: Final = 0x71
LDSTR: Final = 0x72
NEWOBJ: Final = 0x73
CASTCLASS: Final = 0x74
ISINST: Final = 0x75
CONV_R_UN: Final = 0x76
UNBOX: Final = 0x79
THROW: Final = 0x7A
LDFLD: Final = 0x7B
LDFLDA: Final = 0x7C
STFLD: Final = 0x7D
LDSFLD: Final = 0x7E
LDSFLDA: Final = 0x7F
STSFLD: Final = 0x80
STOBJ: Final = 0x81
BOX: Final = 0x8C
NEWARR: Final = 0x8D
LDLEN: Final = 0x8E
LDELEMA: Final = 0x8F
LDELEM_I1: Final = 0x90
LDELEM_REF: Final = 0x9A
STELEM_I: Final = 0x9B
STELEM_REF: Final = 0xA2
LDELEM: Final = 0xA3
STELEM: Final = 0xA4
UNBOX_ANY: Final = 0xA5
REFANYVAL: Final = 0xC2
CKFINITE: Final = 0xC3
MKREFANY: Final = 0xC6
LDTOKEN: Final = 0xD0
ADD_OVF: Final = 0xD6
ADD_OVF_UN: Final = 0xD7
MUL_OVF: Final = 0xD8
MUL_OVF_UN: Final = 0xD9
SUB_OVF: Final = 0xDA
SUB_OVF_UN: Final = 0xDB
ENDFINALLY: Final = 0xDC
LEAVE: Final = 0xDD
LEAVE_S: Final = 0xDE
STIND_I: Final = 0xDF
ARGLIST: Final = 0x100
CEQ: Final = 0x101
CGT: Final = 0x102
CGT_UN: Final = 0x103
CLT: Final = 0x104
CLT_UN: Final = 0x105
LDFTN: Final = 0x106
LDVIRTFTN: Final = 0x107
LDARG: Final = 0x109
LDARGA: Final = 0x10A
STARG: Final = 0x10B
LDLOC: Final = 0x10C
LDLOCA: Final = 0x10D
STLOC: Final = 0x10E
LOCALLOC: Final = 0x10F
ENDFILTER: Final = 0x111
UNALIGNED: Final = 0x112
VOLATILE: Final = 0x113
TAIL: Final = 0x114
INITOBJ: Final = 0x115
CONSTRAINED: Final = 0x116
CPBLK: Final = 0x117
INITBLK: Final = 0x118
NO: Final = 0x119
RETHROW: Final = 0x11A
SIZEOF: Final = 0x11C
REFANYTYPE: Final = 0x11D
READONLY: Final = 0x11E
