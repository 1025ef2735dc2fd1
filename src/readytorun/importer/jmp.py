"""jmp: leave for another method of the same signature, with the arguments as they are now (ECMA-335 III.3.37)."""

from __future__ import annotations

from readytorun.il import opcodes as il
from readytorun.importer.calls import jump_to
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.instructions import load_argument
from readytorun.importer.refusal import Reason, Refusal
from readytorun.importer.tail_calls import is_passed_alike, is_protected
from readytorun.typesystem.method_desc import CONTEXT_METHOD_DESC, MethodDesc


def import_jmp(frame: Frame, token: int) -> None:
    """jmp

    The runtime's JIT (importer.cpp, CEE_JMP) rejects it in protected regions, in synchronized methods, with values on
    the stack, and if the signatures differ, as those of shared generic methods do. It passes on the `this` that the
    method was called with, even if another was stored since.

    Raises:
        Refusal: it does not allow it here.
    """
    method = frame.module.resolve_method(token, frame.generic_context)
    if frame.method.is_synchronized:
        raise Refusal(Reason.JMP, "in a synchronized method")
    if frame.state.function.signature.returns_continuation:
        raise Refusal(Reason.JMP, "in an async method")
    if is_protected(frame):
        raise Refusal(Reason.JMP, "in a protected region")
    if frame.stack:
        raise Refusal(Reason.JMP, "with values on the stack")
    if method.canonical().context_source == CONTEXT_METHOD_DESC:
        raise Refusal(Reason.JMP, f"to the shared generic method {method}")
    if frame.method.signature.has_this and _changes_this(frame):
        raise Refusal(Reason.JMP, "from a method that stores to `this`")
    if method.is_abstract:
        raise Refusal(Reason.JMP, f"to the abstract method {method}")
    if not _has_same_signature(frame, method):
        raise Refusal(Reason.JMP, f"to {method}, which has another signature")
    arguments: list[StackEntry] = []
    for index in range(len(frame.arg_types)):
        load_argument(frame, index)
        arguments.append(frame.pop())
    jump_to(frame, method, token, arguments)


def _changes_this(frame: Frame) -> bool:
    code = frame.code
    for index in range(len(code.opcodes)):
        if code.opcodes[index] in (il.STARG, il.LDARGA) and code.operands[index] == 0:
            return True
    return False


def _has_same_signature(frame: Frame, method: MethodDesc) -> bool:
    own = frame.method.signature
    other = method.signature
    if own.has_this != other.has_this or own.explicit_this != other.explicit_this:
        return False
    if own.calling_convention & 0x0F != other.calling_convention & 0x0F or len(own.params) != len(other.params):
        return False
    if own.has_this and frame.method.owner.is_value_type != method.owner.is_value_type:
        return False
    for mine, others in zip(own.params, other.params, strict=True):
        if not is_passed_alike(frame, mine, others):
            return False
    return is_passed_alike(frame, own.return_type, other.return_type)
