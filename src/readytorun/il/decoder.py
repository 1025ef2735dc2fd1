"""Decodes the IL bytes of one method body into parallel lists.

The same instruction is named in three forms by the encoding (ldarg.0, ldarg.s, ldarg); the decoder gives one: the long
form with an explicit operand, so that consumers have one case each.
"""

from __future__ import annotations

import struct

from readytorun.il import opcodes as il


class InvalidILError(Exception):
    """The IL does not decode: an unknown opcode, an operand that runs over the end, a branch into an instruction."""


class DecodedIL:
    """The instructions of one method body.

    Attributes:
        offsets: IL offset of each instruction.
        opcodes: opcode in canonical (long) form.
        operands: integer operand: argument or local number, constant, token, or absolute branch target (IL offset).
            Floats are given as their IEEE bits. 0 for instructions without operand.
        switch_targets: instruction index -> absolute IL offsets of a switch.
        index_of: IL offset -> instruction index, -1 between instructions; one entry more than the code has bytes, the
            last being the number of instructions.
    """

    __slots__ = ("index_of", "offsets", "opcodes", "operands", "switch_targets")

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.opcodes: list[int] = []
        self.operands: list[int] = []
        self.switch_targets: dict[int, list[int]] = {}
        self.index_of: list[int] = []


def decode(code: bytes) -> DecodedIL:
    """Decode a whole body.

    Raises:
        InvalidILError: the code does not decode.
    """
    result = DecodedIL()
    size = len(code)
    index_of = [-1] * (size + 1)
    kinds = il.KINDS
    position = 0
    count = 0
    while position < size:
        start = position
        index_of[start] = count
        opcode = code[position]
        position += 1
        if opcode == 0xFE:
            if position >= size:
                raise InvalidILError(f"truncated opcode at IL offset {start:#x}")
            opcode = 0x100 + code[position]
            position += 1
        kind = kinds[opcode]
        if kind < 0:
            raise InvalidILError(f"unknown opcode {opcode:#x} at IL offset {start:#x}")
        end = position + il.OPERAND_SIZES[kind]
        if end > size:
            raise InvalidILError(f"operand runs over the end of the code at IL offset {start:#x}")
        operand = 0
        if kind == il.NONE:
            if il.LDARG_0 <= opcode < il.LDARG_0 + 4:
                operand = opcode - il.LDARG_0
                opcode = il.LDARG
            elif il.LDLOC_0 <= opcode < il.LDLOC_0 + 4:
                operand = opcode - il.LDLOC_0
                opcode = il.LDLOC
            elif il.STLOC_0 <= opcode < il.STLOC_0 + 4:
                operand = opcode - il.STLOC_0
                opcode = il.STLOC
            elif il.LDC_I4_M1 <= opcode <= il.LDC_I4_8:
                operand = opcode - il.LDC_I4_0
                opcode = il.LDC_I4
        elif kind == il.TOKEN:
            operand = int.from_bytes(code[position:end], "little")
        elif kind == il.U1:
            operand = code[position]
            opcode = _LONG_FORMS[opcode]
        elif kind == il.BRANCH1:
            operand = code[position]
            operand = end + (operand - 256 if operand > 127 else operand)
            opcode = il.LEAVE if opcode == il.LEAVE_S else opcode + (il.BR - il.BR_S)
        elif kind == il.BRANCH4 or kind == il.I4:
            operand = int.from_bytes(code[position:end], "little", signed=True)
            if kind == il.BRANCH4:
                operand += end
        elif kind == il.I1:
            operand = code[position]
            operand = operand - 256 if operand > 127 else operand
            opcode = il.LDC_I4
        elif kind == il.U2:
            operand = code[position] | code[position + 1] << 8
        elif kind == il.I8:
            operand = int.from_bytes(code[position:end], "little", signed=True)
        elif kind == il.R4 or kind == il.R8:
            operand = int.from_bytes(code[position:end], "little")
        elif kind == il.SWITCH:
            if position + 4 > size:
                raise InvalidILError(f"truncated switch at IL offset {start:#x}")
            cases = int.from_bytes(code[position : position + 4], "little")
            end = position + 4 + 4 * cases
            if end > size:
                raise InvalidILError(f"truncated switch at IL offset {start:#x}")
            targets = struct.unpack_from(f"<{cases}i", code, position + 4)
            result.switch_targets[count] = [end + target for target in targets]
        result.offsets.append(start)
        result.opcodes.append(opcode)
        result.operands.append(operand)
        count += 1
        position = end
    index_of[size] = count
    result.index_of = index_of
    return result


_LONG_FORMS: dict[int, int] = {
    il.LDARG_S: il.LDARG,
    il.LDARGA_S: il.LDARGA,
    il.STARG_S: il.STARG,
    il.LDLOC_S: il.LDLOC,
    il.LDLOCA_S: il.LDLOCA,
    il.STLOC_S: il.STLOC,
    il.UNALIGNED: il.UNALIGNED,
    il.NO: il.NO,
}
