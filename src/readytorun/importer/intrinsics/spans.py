"""Span<T> and ReadOnlySpan<T>: a managed pointer at 0 and a length of 32 bits at 8, for good: [NonVersionable].

Their indexers cannot be inlined from IL, because that calls a throw helper which the input module has no token for.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.importer.intrinsics.shapes import Handler, value_size
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, I32, I64, M_BYREF, M_I32, REF
from readytorun.typesystem.method_desc import MethodDesc

_REFERENCE_OFFSET: Final = 0
_LENGTH_OFFSET: Final = 8


def _pop_this(frame: Frame) -> Op:
    entry = frame.pop()
    if entry.kind == REF:
        raise frame.invalid("address of a span expected")
    return frame.to_address(entry)


def _import_item(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """get_Item(int): `ref T`"""
    element = method.owner.instantiation[0]
    size = value_size(frame, element)
    builder = frame.state.builder
    index = frame.to_i32(frame.pop())
    span = _pop_this(frame)
    length = builder.load(M_I32, span, _LENGTH_OFFSET)
    builder.trap_if(ops.GE_UN, index, length, ops.TRAP_RANGE)
    reference = builder.load(M_BYREF, span, _REFERENCE_OFFSET)
    wide = builder.unary(ops.ZEXT32, I64, index)
    if size in (1, 2, 4, 8):
        address = builder.addr_indexed(BYREF, reference, wide, size, 0)
    else:
        offset = builder.binary(ops.MUL, I64, wide, builder.const(I64, size))
        address = builder.addr_indexed(BYREF, reference, offset, 1, 0)
    frame.push(address, BYREF, element)
    return position + 1


def _import_length(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    frame.push(frame.state.builder.load(M_I32, _pop_this(frame), _LENGTH_OFFSET), I32)
    return position + 1


def _import_is_empty(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    builder = frame.state.builder
    length = builder.load(M_I32, _pop_this(frame), _LENGTH_OFFSET)
    frame.push(builder.compare(ops.EQ, length, builder.const(I32, 0)), I32)
    return position + 1


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System", name, member): handler
    for name in ("Span`1", "ReadOnlySpan`1")
    for member, handler in (
        ("get_Item", _import_item),
        ("get_Length", _import_length),
        ("get_IsEmpty", _import_is_empty),
    )
}
