"""Boxes that are looked at and thrown away at once: tests and conversions of a value whose type is known.

C# writes `value is X` on a type parameter as `box T; isinst X; brtrue`, and `(X)(object)value` as `box T; unbox.any X`.
With T known neither needs the box.
"""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.importer.abi import ir_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry, normalize_small
from readytorun.importer.intrinsics.nullable import has_value_offset
from readytorun.importer.intrinsics.shapes import core_callee, is_straight
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import I32, I64, M_U8, STRUCT
from readytorun.typesystem.type_desc import TypeDesc

_SIMPLE_LOADS: Final = (il.LDC_I4, il.LDC_I8, il.LDARG, il.LDLOC)
_CONV_I8: Final = 0x6A
_CONV_U8: Final = 0x6E


def fold_box(frame: Frame, token: int, type: TypeDesc, position: int) -> int:
    """Import a `box` of a value type together with what follows it, if that needs no box.

    Args:
        frame: where it stands; the value is on its stack.
        token: token of the type at the box.
        type: the value type.
        position: index of the box.

    Returns:
        Index of the next instruction, or -1 if a box has to be made.
    """
    following = position + 1
    if not is_straight(frame, following, 1):
        return -1
    code = frame.code
    opcode = code.opcodes[following]
    if opcode == il.BRTRUE or opcode == il.BRFALSE:
        _push_presence(frame, type, 1)
        return following
    if opcode == il.LDNULL:
        return _fold_null_test(frame, type, following, 1)
    if opcode == il.ISINST:
        answer = _is_instance(type, frame.resolve_type(code.operands[following]))
        if answer < 0 or not is_straight(frame, following + 1, 1):
            return -1
        after = code.opcodes[following + 1]
        if after == il.BRTRUE or after == il.BRFALSE:
            _push_presence(frame, type, answer)
            return following + 1
        if after == il.UNBOX_ANY and answer and not type.is_nullable:
            return following + 2 if _is_same_type(frame, token, type, code.operands[following + 1]) else -1
        return _fold_null_test(frame, type, following + 1, answer)
    if opcode == il.UNBOX_ANY:
        return following + 1 if _is_same_type(frame, token, type, code.operands[following]) else -1
    return _fold_has_flag(frame, type, following)


def _fold_null_test(frame: Frame, type: TypeDesc, position: int, answer: int) -> int:
    """`ldnull; ceq` or `ldnull; cgt.un` behind a box, or behind an isinst with the answer given."""
    code = frame.code
    if not is_straight(frame, position, 2) or code.opcodes[position] != il.LDNULL:
        return -1
    compare = code.opcodes[position + 1]
    if compare != il.CEQ and compare != il.CGT_UN:
        return -1
    _push_presence(frame, type, answer)
    if compare == il.CEQ:
        builder = frame.state.builder
        present = frame.pop().op
        frame.push(builder.compare(ops.EQ, present, builder.const(I32, 0)), I32)
    return position + 2


def _push_presence(frame: Frame, type: TypeDesc, answer: int) -> None:
    """Replace the value by 1 if its box is an object and, as `answer` says for all values, of the type asked for."""
    entry = frame.pop()
    builder = frame.state.builder
    if answer and type.is_nullable:
        # The box of a Nullable without value is null.
        require_struct_layout(frame, type)
        frame.check_struct(entry, type)
        frame.push(builder.load(M_U8, entry.op, has_value_offset(type)), I32)
        return
    frame.push(builder.const(I32, answer), I32)


def _is_same_type(frame: Frame, token: int, type: TypeDesc, other_token: int) -> bool:
    """Whether another token surely names the same type, whatever the generic context."""
    if token != other_token and frame.resolve_type(other_token) is not type:
        return False
    return not type.is_canonical_subtype or frame.open_type(token) is frame.open_type(other_token)


def _is_instance(type: TypeDesc, wanted: TypeDesc) -> int:
    """Whether a boxed value of a type is an instance of another: 1 or 0 where that is sure, now and later, else -1.

    Args:
        type: a value type; of a Nullable its underlying type is what is in the box.
        wanted: the type that is asked for.
    """
    boxed = type.instantiation[0] if type.is_nullable else type
    if wanted.is_nullable:
        wanted = wanted.instantiation[0]
    context = type.context
    if wanted is context.canon:
        return -1
    if boxed.is_canonical_subtype or wanted.is_canonical_subtype:
        return 0 if wanted.is_value_type and wanted.canonical() is not boxed.canonical() else -1
    if wanted is boxed or wanted is context.well_known("System.Object"):
        return 1
    if wanted.is_value_type:
        return 0
    if wanted is context.well_known("System.ValueType"):
        return 1
    if wanted is context.well_known("System.Enum"):
        return 1 if boxed.is_enum else 0
    if not wanted.is_interface:
        return 0
    if not boxed.module.in_version_bubble:
        return -1
    if wanted in boxed.interfaces:
        return 1
    # A foreign interface may come to extend another foreign one, and variance makes instances of generic ones.
    return 0 if wanted.module.in_version_bubble and not wanted.instantiation else -1


# --- Enum.HasFlag --------------------------------------------------------------------------------------------------


def _fold_has_flag(frame: Frame, type: TypeDesc, position: int) -> int:
    """`box E; load; box E; call Enum.HasFlag`, from the instruction behind the first box on."""
    code = frame.code
    if not type.is_enum or code.opcodes[position] not in _SIMPLE_LOADS or not is_straight(frame, position, 3):
        return -1
    end = position + 1
    if code.opcodes[end] == _CONV_I8 or code.opcodes[end] == _CONV_U8:
        end += 1
    if not is_straight(frame, position, end - position + 2) or code.opcodes[end] != il.BOX:
        return -1
    if frame.resolve_type(code.operands[end]) is not type or type.is_canonical_subtype:
        return -1
    method = core_callee(frame, end + 1)
    if method is None or method.name != "HasFlag" or method.owner is not frame.state.context.well_known("System.Enum"):
        return -1
    from readytorun.importer.instructions import import_instruction

    value = _underlying(frame, type, frame.pop())
    for index in range(position, end):
        import_instruction(frame, code.opcodes[index], index)
    flag = _underlying(frame, type, frame.pop())
    builder = frame.state.builder
    common = builder.binary(ops.AND, flag.type, value, flag)
    frame.push(builder.compare(ops.EQ, common, flag), I32)
    return end + 2


def _underlying(frame: Frame, type: TypeDesc, entry: StackEntry) -> Op:
    """The number of an enum value."""
    kind = ir_type_of(type)
    if kind == STRUCT or (kind != I32 and kind != I64):
        raise frame.invalid("enum value expected")
    return normalize_small(frame.state, type, frame.coerce(entry, kind))
