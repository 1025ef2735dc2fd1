"""Strings compared with a literal: Equals and StartsWith become a length test and compares of words.

Only ordinal comparison is expanded. `==` on strings stays a call: String.op_Equality is no intrinsic.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.cells import STRING_HANDLE
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.intrinsics.shapes import Handler, continue_in
from readytorun.ir import ops
from readytorun.ir.ops import CellOp, ConstOp, Op
from readytorun.ir.types import I32, I64, M_I32, M_I64, M_U16, REF
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc

_LENGTH_OFFSET: Final = 8
_DATA_OFFSET: Final = 12
_MAX_LENGTH: Final = 24  # characters
_ORDINAL: Final = 4  # StringComparison.Ordinal


def _import_equals(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Equals(string), Equals(string, string), and both with StringComparison.Ordinal."""
    strings = _string_operands(frame, method)
    if strings is None:
        return -1
    left, right = strings
    text = _literal(frame, right)
    other = left
    if text is None and method.is_static:
        text = _literal(frame, left)
        other = right
    if text is None or len(text) > 2 * _MAX_LENGTH:
        return -1
    _pop_operands(frame, method)
    _compare(frame, other, text, ops.EQ, method.is_static)
    return position + 1


def _import_starts_with(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """StartsWith(string, StringComparison.Ordinal)"""
    if len(method.signature.params) != 2:
        return -1
    strings = _string_operands(frame, method)
    if strings is None:
        return -1
    text = _literal(frame, strings[1])
    if text is None or len(text) > 2 * _MAX_LENGTH:
        return -1
    _pop_operands(frame, method)
    _compare(frame, strings[0], text, ops.GE, False)
    return position + 1


def _string_operands(frame: Frame, method: MethodDesc) -> tuple[StackEntry, StackEntry] | None:
    """The two strings on the stack, None if the method is another or its comparison is not surely ordinal."""
    params = method.signature.params
    count = len(params) + (0 if method.is_static else 1)
    strings = 2 if method.is_static else 1
    if len(params) < strings or len(params) > strings + 1 or len(frame.stack) < count:
        return None
    for index in range(strings):
        if params[index].element_type != et.STRING:
            return None
    if len(params) > strings:
        comparison = frame.stack[-1].op
        if not isinstance(comparison, ConstOp) or comparison.value != _ORDINAL:
            return None
    left = frame.stack[-count]
    right = frame.stack[-count + 1]
    return (left, right) if left.kind == REF and right.kind == REF else None


def _pop_operands(frame: Frame, method: MethodDesc) -> None:
    for _ in range(len(method.signature.params) + (0 if method.is_static else 1)):
        frame.pop()


def _literal(frame: Frame, entry: StackEntry) -> bytes | None:
    """UTF-16 characters of a literal of the input module."""
    op = entry.op
    if not isinstance(op, CellOp) or op.opcode != ops.LOAD_STRING or op.cell.signature[0] != STRING_HANDLE:
        return None
    offset = _compressed_uint(op.cell.signature, 1)
    return frame.state.module.reader.user_string(offset).encode("utf-16-le", "surrogatepass")


def _compressed_uint(data: bytes, at: int) -> int:
    """A compressed unsigned integer (ECMA-335 II.23.2)."""
    first = data[at]
    if first < 0x80:
        return first
    if first < 0xC0:
        return (first & 0x3F) << 8 | data[at + 1]
    return (first & 0x1F) << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]


def _compare(frame: Frame, entry: StackEntry, text: bytes, cond: int, may_be_null: bool) -> None:
    """Push whether a string's length and that of the text are as `cond` says, and its first characters the text's.

    Args:
        may_be_null: a null reference is unequal; otherwise it faults.
    """
    state = frame.state
    builder = state.builder
    string = entry.op
    current = builder.block
    result = state.ssa.new_variable(I32)
    some = state.new_block(current)
    compare = state.new_block(current)
    differs = state.new_block(current)
    done = state.new_block(current)
    if may_be_null and not entry.is_non_null:
        builder.branch(ops.BRANCH, ops.EQ, string, builder.null(), differs, some)
    else:
        builder.jump(some)
    continue_in(frame, some)
    length = builder.load_invariant(M_I32, string, _LENGTH_OFFSET)
    builder.branch(ops.BRANCH, cond, length, builder.const(I32, len(text) // 2), compare, differs)
    continue_in(frame, compare)
    state.ssa.write(result, compare, _same_characters(frame, string, text))
    builder.jump(done)
    continue_in(frame, differs)
    state.ssa.write(result, differs, builder.const(I32, 0))
    builder.jump(done)
    continue_in(frame, done)
    frame.push(state.ssa.read(result, done), I32)


def _same_characters(frame: Frame, string: Op, text: bytes) -> Op:
    """1 if the string, which is long enough, begins with the text, else 0. The last word may overlap the one before."""
    builder = frame.state.builder
    size = len(text)
    if size == 0:
        return builder.const(I32, 1)
    memory, width = (M_I64, 8) if size >= 8 else (M_I32, 4) if size >= 4 else (M_U16, 2)
    type = I64 if memory == M_I64 else I32
    offsets = list(range(0, size - width + 1, width))
    if offsets[-1] + width < size:
        offsets.append(size - width)
    if len(offsets) == 1:
        word = int.from_bytes(text[:width], "little")
        return builder.compare(ops.EQ, builder.load(memory, string, _DATA_OFFSET), builder.const(type, word))
    difference: Op | None = None
    for offset in offsets:
        word = int.from_bytes(text[offset : offset + width], "little")
        loaded = builder.load(memory, string, _DATA_OFFSET + offset)
        change = builder.binary(ops.XOR, type, loaded, builder.const(type, word))
        difference = change if difference is None else builder.binary(ops.OR, type, difference, change)
    if difference is None:
        return builder.const(I32, 1)
    return builder.compare(ops.EQ, difference, builder.const(type, 0))


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System", "String", "Equals"): _import_equals,
    ("System", "String", "StartsWith"): _import_starts_with,
}
