"""Questions about types: typeof(T) == typeof(X), o.GetType() == typeof(X), typeof(T).IsValueType.

They are recognised in the IL, before anything is made for their parts, so that no Type object is asked for where its
identity or one property is all that matters, and branches on the answer are decided at compile time.
"""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.importer.frame import HELPER_GET_RUNTIME_TYPE_HANDLE, Frame, StackEntry
from readytorun.importer.generics import type_handle
from readytorun.importer.intrinsics.shapes import Handler, core_callee, is_straight
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import I32, M_I64, REF
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ParameterizedType, TypeDesc

_TYPE_TABLES: Final = (0x01, 0x02, 0x1B)


# --- recognition of IL ---------------------------------------------------------------------------------------------


def _is_type_member(frame: Frame, position: int, name: str) -> bool:
    method = core_callee(frame, position)
    return (
        method is not None
        and method.name == name
        and method.owner.name == "Type"
        and method.owner.namespace == "System"
    )


def _is_typeof(frame: Frame, position: int) -> bool:
    """Whether `ldtoken type; call Type.GetTypeFromHandle` stands there (control coming from before only)."""
    code = frame.code
    return (
        is_straight(frame, position + 1, 1)
        and code.opcodes[position] == il.LDTOKEN
        and code.operands[position] >> 24 in _TYPE_TABLES
        and _is_type_member(frame, position + 1, "GetTypeFromHandle")
    )


def _equality_at(frame: Frame, position: int) -> int:
    """The condition that a call of Type's equality operators computes, -1 if another instruction stands there."""
    method = core_callee(frame, position)
    if method is None or method.owner.name != "Type" or method.owner.namespace != "System":
        return -1
    if method.name == "op_Equality":
        return ops.EQ
    return ops.NE if method.name == "op_Inequality" else -1


def _is_get_type(frame: Frame, position: int) -> bool:
    method = core_callee(frame, position)
    return (
        method is not None
        and method.name == "GetType"
        and method.owner is frame.state.context.well_known("System.Object")
        and not method.signature.params
    )


# --- typeof --------------------------------------------------------------------------------------------------------


def import_typeof(frame: Frame, token: int, position: int) -> int:
    """`ldtoken T; call Type.GetTypeFromHandle` and what follows it, as far as it is known.

    Args:
        frame: where it stands.
        token: TypeDef, TypeRef or TypeSpec token of T.
        position: index of the ldtoken.

    Returns:
        Index of the next instruction, or -1 if the pair does not stand there.
    """
    if not _is_typeof(frame, position):
        return -1
    type = frame.resolve_type(token)
    open_type = frame.open_type(token)
    following = position + 2
    if is_straight(frame, following, 1):
        known = _property_of(frame, following, type)
        if known >= 0:
            frame.push(frame.state.builder.const(I32, known), I32)
            return following + 1
        if is_straight(frame, following, 3) and _is_typeof(frame, following):
            cond = _equality_at(frame, following + 2)
            if cond >= 0:
                other_token = frame.code.operands[following]
                other = frame.resolve_type(other_token)
                _compare_types(frame, cond, type, open_type, other, frame.open_type(other_token))
                return following + 3
    state = frame.state
    result = state.call_helper(HELPER_GET_RUNTIME_TYPE_HANDLE, REF, [type_handle(frame, type, open_type)])
    entry = frame.push(result, REF, state.context.well_known("System.RuntimeType"))
    entry.is_exact = True
    entry.is_non_null = True
    return following


def _property_of(frame: Frame, position: int, type: TypeDesc) -> int:
    """The value of a property of a known type that the instruction asks for, -1 if it is another instruction."""
    method = core_callee(frame, position)
    if method is None or method.owner.name != "Type" or method.owner.namespace != "System":
        return -1
    name = method.name
    if type.element_type == et.VOID:
        return -1  # the JIT folds IsPrimitive to true, the class library says false: leave it to them
    # A shared type argument is some reference type: no enum, no primitive type, no struct.
    if name == "get_IsValueType":
        return 1 if type.is_value_type else 0
    if name == "get_IsEnum":
        return 1 if type.is_enum else 0
    if name == "get_IsPrimitive":
        return 1 if type.is_primitive else 0
    return -1


def _compare_types(frame: Frame, cond: int, a: TypeDesc, open_a: TypeDesc, b: TypeDesc, open_b: TypeDesc) -> None:
    """Push whether two types are the same (EQ) or not (NE)."""
    same = _same_type(a, open_a, b, open_b)
    builder = frame.state.builder
    if same >= 0:
        frame.push(builder.const(I32, same if cond == ops.EQ else 1 - same), I32)
        return
    left = type_handle(frame, a, open_a)
    right = type_handle(frame, b, open_b)
    frame.push(builder.compare(cond, left, right), I32)


def _same_type(a: TypeDesc, open_a: TypeDesc, b: TypeDesc, open_b: TypeDesc) -> int:
    """1 or 0 where the answer does not depend on the generic context, else -1."""
    if not a.is_canonical_subtype and not b.is_canonical_subtype:
        if _is_made_of_function_pointer(a) and _is_made_of_function_pointer(b):
            return -1  # custom modifiers, which are not looked at here, may tell them apart
        return 1 if a is b else 0
    if open_a is open_b:
        return 1
    # The code is the same for all instantiations with one canonical form: types of different forms differ.
    if a.canonical_argument() is not b.canonical_argument():
        return 0
    return -1


def _is_made_of_function_pointer(type: TypeDesc) -> bool:
    while isinstance(type, ParameterizedType):
        type = type.parameter_type
    return type.element_type == et.FNPTR


# --- GetType -------------------------------------------------------------------------------------------------------


def _import_get_type(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """o.GetType(): compared with a type or with p.GetType() it is a compare of MethodTables."""
    if not frame.stack or frame.stack[-1].kind != REF or method.signature.params:
        return -1
    builder = frame.state.builder
    following = position + 1
    if is_straight(frame, following, 3) and _is_typeof(frame, following):
        cond = _equality_at(frame, following + 2)
        if cond >= 0:
            token = frame.code.operands[following]
            mine = _method_table(frame, frame.pop())
            handle = type_handle(frame, frame.resolve_type(token), frame.open_type(token))
            frame.push(builder.compare(cond, mine, handle), I32)
            return following + 3
    elif is_straight(frame, following, 3) and _is_get_type(frame, following + 1):
        opcode = frame.code.opcodes[following]
        cond = _equality_at(frame, following + 2)
        if cond >= 0 and (opcode == il.LDARG or opcode == il.LDLOC):
            from readytorun.importer.instructions import import_instruction

            mine = _method_table(frame, frame.pop())
            import_instruction(frame, opcode, following)
            other = frame.pop()
            if other.kind != REF:
                raise frame.invalid("object expected")
            frame.push(builder.compare(cond, mine, _method_table(frame, other)), I32)
            return following + 3
    return _call_get_type(frame, method, token, position)


def _method_table(frame: Frame, entry: StackEntry) -> Op:
    """The first word of an object; faults when null."""
    return frame.state.builder.load_invariant(M_I64, entry.op, 0)


def _call_get_type(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """A direct call: Object.GetType is not virtual and never will be."""
    from readytorun.importer.calls import call_method

    call_method(frame, method, token, [frame.pop()], False, True)
    entry = frame.stack[-1]
    entry.type = frame.state.context.well_known("System.RuntimeType")
    entry.is_exact = True
    entry.is_non_null = True
    return position + 1


# --- equality of Type objects --------------------------------------------------------------------------------------


def _import_equality(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Type's operators: the runtime's own Type objects are the same or not equal; others have an Equals to call."""
    if len(frame.stack) < 2:
        return -1
    right = frame.stack[-1]
    left = frame.stack[-2]
    if not _is_runtime_type(frame, left) and not _is_runtime_type(frame, right):
        return -1
    frame.pop()
    frame.pop()
    builder = frame.state.builder
    cond = ops.EQ if method.name == "op_Equality" else ops.NE
    frame.push(builder.compare(cond, frame.coerce(left, REF), frame.coerce(right, REF)), I32)
    return position + 1


def _is_runtime_type(frame: Frame, entry: StackEntry) -> bool:
    return entry.is_exact and entry.type is frame.state.context.well_known("System.RuntimeType")


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System", "Object", "GetType"): _import_get_type,
    ("System", "Type", "op_Equality"): _import_equality,
    ("System", "Type", "op_Inequality"): _import_equality,
}
