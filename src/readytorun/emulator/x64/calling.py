"""Where arguments are by the System V convention as managed code uses it (clr-abi.md; gcinfo-unwind-debug.md, 20.1)."""

from __future__ import annotations

from typing import Final

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.machine import ArgumentPlace, CallLayout
from readytorun.emulator.x64.registers import ARGUMENT_REGISTERS, FLOAT_ARGUMENT_COUNT
from readytorun.typesystem import element_types as et
from readytorun.typesystem.abi import INTEGER, system_v_classify
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

_CALLEE_SAVED_POSITIONS: Final = 6  # behind the argument registers in a transition block; then the return address


class _Allocator:
    """Hands out registers and stack slots in order."""

    __slots__ = ("floats", "ints", "stack")

    def __init__(self) -> None:
        self.ints = 0
        self.floats = 0
        self.stack = 0

    def word(self, gc: int) -> ArgumentPlace:
        if self.ints < len(ARGUMENT_REGISTERS):
            self.ints += 1
            return ArgumentPlace(ARGUMENT_REGISTERS[self.ints - 1], 0, False, gc)
        self.stack += 8
        return ArgumentPlace(-1, self.stack - 8, False, gc)

    def number(self) -> ArgumentPlace:
        if self.floats < FLOAT_ARGUMENT_COUNT:
            self.floats += 1
            return ArgumentPlace(self.floats - 1, 0, True, 0)
        self.stack += 8
        return ArgumentPlace(-1, self.stack - 8, False, 0)

    def argument(self, type: TypeDesc) -> tuple[ArgumentPlace, ...]:
        if not is_struct(type):
            element = type.underlying.element_type
            if element in (et.R4, et.R8):
                return (self.number(),)
            return (self.word(1 if type.is_gc_pointer else 2 if element == et.BYREF else 0),)
        layout = layout_of(type)
        refs = {offset // 8: 2 if is_byref else 1 for offset, is_byref in layout.gc_refs}
        classes = system_v_classify(type)
        if classes is not None:
            ints = sum(c == INTEGER for c in classes)
            fits = self.ints + ints <= len(ARGUMENT_REGISTERS)
            if fits and self.floats + len(classes) - ints <= FLOAT_ARGUMENT_COUNT:
                return tuple(
                    self.word(refs.get(i, 0)) if c == INTEGER else self.number() for i, c in enumerate(classes)
                )
        start = self.stack
        count = (layout.size + 7) // 8
        self.stack += 8 * count
        return tuple(ArgumentPlace(-1, start + 8 * i, False, refs.get(i, 0)) for i in range(count))


def is_struct(type: TypeDesc) -> bool:
    """Whether values of the type are structs for the calling convention: enums and primitives are none."""
    return type.underlying.element_type in (et.VALUETYPE, et.TYPEDBYREF)


def has_return_buffer(type: TypeDesc) -> bool:
    """Whether a result of the type is returned through a buffer of the caller."""
    return is_struct(type) and system_v_classify(type) is None


def call_layout(method: MethodDesc, with_context: bool, drop_this: bool = False) -> CallLayout:
    """Places of a method's arguments, as its own code takes them, or as if it were static with `drop_this`."""
    signature = method.signature
    allocator = _Allocator()
    this = None
    if signature.has_this and not signature.explicit_this and not drop_this:
        this = allocator.word(2 if method.owner.is_value_type else 1)
    buffer = allocator.word(2) if has_return_buffer(signature.return_type) else None
    context = allocator.word(0) if with_context else None
    continuation = allocator.word(1) if signature.is_async_call else None
    arguments = tuple(allocator.argument(type) for type in signature.params)
    return CallLayout(this, buffer, context, continuation, arguments, allocator.stack)


def gc_ref_map_place(position: int) -> ArgumentPlace:
    """Argument at a position of a transition block (readytorun-format.md#gcrefmap)."""
    if position < len(ARGUMENT_REGISTERS):
        return ArgumentPlace(ARGUMENT_REGISTERS[position], 0, False, 0)
    behind = position - len(ARGUMENT_REGISTERS) - _CALLEE_SAVED_POSITIONS - 1
    if behind < 0:
        raise ExecutionError(f"a GCRefMap names position {position}, which is no argument")
    return ArgumentPlace(-1, 8 * behind, False, 0)
