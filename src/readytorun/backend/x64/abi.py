"""Where the System V AMD64 convention puts parameters and results (clr-abi.md; System V AMD64 ABI 3.2.3)."""

from __future__ import annotations

from typing import Final

from readytorun.backend.errors import Unsupported
from readytorun.backend.x64.registers import ARGUMENT_REGISTERS, FLOAT_ARGUMENT_COUNT, RAX, RDX, XMM0
from readytorun.ir.types import CLASS_INTEGER, F32, F64, REF, STRUCT, VOID, AbiType, CallSignature

NOWHERE: Final = -1


class ArgumentPlaces:
    """Places of the parameters of one signature; lists are indexed by parameter.

    Attributes:
        first: register of a scalar or of a struct's first eightbyte, NOWHERE if on the stack.
        second: register of a struct's second eightbyte, or NOWHERE.
        stack: offset in bytes in the area of stack arguments, or NOWHERE.
        stack_size: bytes of that area.
    """

    __slots__ = ("first", "second", "stack", "stack_size")

    def __init__(self, signature: CallSignature) -> None:
        self.first: list[int] = []
        self.second: list[int] = []
        self.stack: list[int] = []
        ints = 0
        floats = 0
        size = 0
        for param in signature.params:
            first = NOWHERE
            second = NOWHERE
            stack = NOWHERE
            type = param.type
            if type == STRUCT:
                layout = param.layout
                if layout is None:
                    raise Unsupported("struct-without-layout")
                need_ints = 0
                classes = layout.register_classes
                for c in classes:
                    if c == CLASS_INTEGER:
                        need_ints += 1
                need_floats = len(classes) - need_ints
                if (
                    classes
                    and ints + need_ints <= len(ARGUMENT_REGISTERS)
                    and floats + need_floats <= FLOAT_ARGUMENT_COUNT
                ):
                    for index in range(len(classes)):
                        if classes[index] == CLASS_INTEGER:
                            register = ARGUMENT_REGISTERS[ints]
                            ints += 1
                        else:
                            register = XMM0 + floats
                            floats += 1
                        if index:
                            second = register
                        else:
                            first = register
                else:
                    stack = size
                    size += layout.size + 7 & ~7
            elif type == F32 or type == F64:
                if floats < FLOAT_ARGUMENT_COUNT:
                    first = XMM0 + floats
                    floats += 1
                else:
                    stack = size
                    size += 8
            elif ints < len(ARGUMENT_REGISTERS):
                first = ARGUMENT_REGISTERS[ints]
                ints += 1
            else:
                stack = size
                size += 8
            self.first.append(first)
            self.second.append(second)
            self.stack.append(stack)
        self.stack_size = size


def stack_argument_size(signature: CallSignature) -> int:
    """Bytes of arguments on the stack."""
    return ArgumentPlaces(signature).stack_size


def result_register(result: AbiType, eightbyte: int) -> int:
    """Register of an eightbyte (0 or 1) of a result, NOWHERE if it has none."""
    type = result.type
    if type == STRUCT:
        layout = result.layout
        if layout is None or not layout.register_classes:
            raise Unsupported("struct-result-in-memory")
        classes = layout.register_classes
        if eightbyte >= len(classes):
            return NOWHERE
        if classes[eightbyte] == CLASS_INTEGER:
            return RDX if eightbyte == 1 and classes[0] == CLASS_INTEGER else RAX
        return XMM0 + 1 if eightbyte == 1 and classes[0] != CLASS_INTEGER else XMM0
    if eightbyte or type == VOID:
        return NOWHERE
    return XMM0 if type == F32 or type == F64 else RAX


def result_gc_flags(result: AbiType) -> list[tuple[int, int]]:
    """(register, GC slot flags: 1 interior) of every reference in the result registers."""
    type = result.type
    if type == STRUCT and result.layout is not None:
        return [
            (result_register(result, offset // 8), 1 if is_byref else 0) for offset, is_byref in result.layout.gc_refs
        ]
    if type >= REF and type != STRUCT:
        return [(RAX, 0 if type == REF else 1)]
    return []
