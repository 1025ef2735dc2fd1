"""Calls that leave the method by a jump: the `tail.` prefix, calls in front of `ret`, and what `jmp` shares with them.

A fast tail call takes the caller's frame down, puts the arguments where the caller's own were, and jumps. What keeps a
call from being one is the same as in the runtime's JIT (morph.cpp, fgCanFastTailCall): its stack arguments do not fit
into the caller's, or the caller has memory that must outlive the call. With the prefix, the JIT then goes through
helpers that the runtime makes for the call site; precompiled code cannot name these, so such a method is refused.
Without it, the call stays a call.
"""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.frame import Frame
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.types import MEMORY_SIZES, STRUCT, VOID, CallSignature
from readytorun.r2r.model import Cell
from readytorun.typesystem.method_desc import MethodDesc, MethodSignature
from readytorun.typesystem.type_desc import TypeDesc

_REQUIRE_SEC_OBJECT: Final = 0x8000  # MethodAttributes (ECMA-335 II.23.1.10)


def takes_tail_prefix(frame: Frame, signature: MethodSignature, callee: MethodDesc | None) -> bool:
    """Whether a call with the `tail.` prefix becomes a jump; False where the prefix has no effect.

    To be asked while the arguments are on the stack. The prefix is void where the runtime's JIT ignores it
    (importercalls.cpp, impImportCall): in synchronized methods, which still have to leave the monitor, for native
    callees, and where the result has to be converted on the way back.

    Args:
        frame: the caller, which is no inlinee.
        signature: of the call.
        callee: None for calli, whose function pointer is still on the stack.

    Raises:
        Refusal: the IL is invalid, or the caller cannot give up its frame.
    """
    following = frame.index + 1
    if following >= len(frame.code.opcodes) or frame.code.opcodes[following] != il.RET:
        raise frame.invalid("tail call without ret behind it")
    operands = len(signature.params) + (1 if signature.has_this else 0) + (1 if callee is None else 0)
    if len(frame.stack) != operands:
        raise frame.invalid("values left on the stack at a tail call")
    if frame.method.is_synchronized:
        return False
    if is_protected(frame):
        raise frame.invalid("tail call in a protected region")
    if frame.state.function.signature.returns_continuation:
        # Of an async method: the callee has another way to return.
        return False
    if frame.state.function.runtime_async is not None:
        return False  # it restores contexts behind the call, and has a continuation to return
    if callee is not None and callee.is_pinvoke:
        return False
    if not is_passed_alike(frame, frame.method.signature.return_type, signature.return_type):
        return False
    if il.LOCALLOC in frame.code.opcodes:
        raise Refusal(Reason.EXPLICIT_TAIL_CALL, "with localloc")
    if True in frame.local_pinned:
        raise Refusal(Reason.EXPLICIT_TAIL_CALL, "with pinned locals")
    return True


def is_last_call(frame: Frame, signature: MethodSignature, callee: MethodDesc) -> bool:
    """Whether a call without the prefix has `ret` behind it, and the frame of its method need not be seen on the stack.

    To be asked when the arguments are no longer on the stack. The rules are those of canTailCall in the runtime and
    the reference compiler: methods that must not be inlined are meant to be seen in stack traces, the entry point
    always is, and RequireSecObject marks callees that look for their caller (Assembly.GetExecutingAssembly).
    """
    following = frame.index + 1
    state = frame.state
    method = frame.method
    if (
        (frame.return_block is not None if frame.parent is None else not frame.returns_last)
        or following >= len(frame.code.opcodes)
        or frame.code.opcodes[following] != il.RET
        or frame.stack
    ):
        return False
    if not callee.module.in_version_bubble and not callee.owner.is_delegate:
        # It does not lead back here, so that the stack cannot grow; and the jump would take a cell of its own.
        return False
    if method.no_inlining or method.is_synchronized or is_entry_point(method) or is_protected(frame):
        return False
    if callee.flags & _REQUIRE_SEC_OBJECT or callee.is_pinvoke or callee.is_async_variant:
        return False
    if state.function.signature.returns_continuation or state.function.runtime_async is not None:
        return False
    if state.reverse_pinvoke_frame is not None or il.LOCALLOC in frame.code.opcodes or True in frame.local_pinned:
        return False
    own = method.signature.return_type
    if ir_type_of(own) not in (VOID, STRUCT) and memory_type_of(own) != memory_type_of(signature.return_type):
        return False  # a small integer of the other sign, or with other upper bits
    return is_passed_alike(frame, own, signature.return_type)


def note_last_call(frame: Frame, call: CallOp) -> None:
    """Let a call that is the last thing a method does become a jump, unless its stack arguments do not fit.

    Whether it does is decided when it is known what memory the method has (`passes/implicit_tail_calls.py`).
    """
    state = frame.state
    size_of = state.abi.target.stack_argument_size
    if size_of(call.signature) > size_of(state.function.signature) or call.signature.result.type == STRUCT:
        return
    call.may_leave = True
    if call.cell is not None:
        call.tail_cell = state.cells.update_entry_point_for_tail_call(call.cell)


def is_entry_point(method: MethodDesc) -> bool:
    """Whether a program starts at a method."""
    header = method.module.file.image.cor_header
    return header is not None and header.entry_point_token == method.token


def is_protected(frame: Frame) -> bool:
    """Whether the current instruction is in a try range or a handler."""
    block = frame.state.builder.block
    return block is not None and (block.try_index >= 0 or block.funclet > 0)


def is_passed_alike(frame: Frame, a: TypeDesc, b: TypeDesc) -> bool:
    """Whether values of the two types are passed and returned in the same places, as many bits of them.

    Of small integers only the size counts: that the upper bits of a result may not be what the type wants is the IL's
    problem, for the runtime's JIT as well.
    """
    if a is b:
        return True
    kind = ir_type_of(a)
    if kind != ir_type_of(b):
        return False
    if kind == VOID:
        return True
    if kind == STRUCT:
        one = frame.layout(a)
        other = frame.layout(b)
        return (
            one.size == other.size and one.gc_refs == other.gc_refs and one.register_classes == other.register_classes
        )
    return MEMORY_SIZES[memory_type_of(a)] == MEMORY_SIZES[memory_type_of(b)]


def emit_tail_call(frame: Frame, target: int, cell: Cell | None, signature: CallSignature, args: list[Op]) -> None:
    """End the current block with a jump to a callee.

    Args:
        frame: the caller.
        target: TARGET_*.
        cell: the cell that a call would go through.
        signature, args: as of a call; a return buffer is the caller's own.

    Raises:
        Refusal: the stack arguments do not fit.
    """
    state = frame.state
    size_of = state.abi.target.stack_argument_size
    needed = size_of(signature)
    available = size_of(state.function.signature)
    if needed > available:
        reason = Reason.JMP if frame.code.opcodes[frame.index] == il.JMP else Reason.EXPLICIT_TAIL_CALL
        raise Refusal(reason, f"{needed} bytes of stack arguments where the caller has {available}")
    if cell is not None:
        cell = state.cells.update_entry_point_for_tail_call(cell)
    state.builder.tail_call(target, cell, signature, args)
