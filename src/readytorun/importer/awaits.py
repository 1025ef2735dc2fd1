"""Awaits in the IL of async methods: which calls are awaited where they stand, and what calls of async methods need.

A call that returns a task, directly followed by AsyncHelpers.Await, becomes one call of the callee's async variant
(runtime-async.md 2.3). A method that is no async method may have an async version, compiled from the same IL: there
each task that reaches `ret` is awaited.
"""

from __future__ import annotations

from readytorun.errors import MissingMemberError
from readytorun.il import opcodes as il
from readytorun.importer import async_library as names
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.async_library import AsyncLibrary
from readytorun.importer.frame import Frame, MethodState, StackEntry
from readytorun.importer.refusal import InlineFailure, Reason, Refusal
from readytorun.ir import ops
from readytorun.ir.ops import Await, CallOp
from readytorun.ir.runtime_async import AsyncCall, RuntimeAsync
from readytorun.ir.types import REF, STRUCT, VOID
from readytorun.typesystem.method_desc import (
    CONTEXT_NONE,
    TASK,
    TASK_NONE,
    TASK_OF_T,
    VALUE_TASK,
    VALUE_TASK_OF_T,
    MethodDesc,
    task_kind_of,
)
from readytorun.typesystem.type_desc import TypeDesc


def async_facts(state: MethodState, method: MethodDesc) -> RuntimeAsync:
    """Facts about a method with the async convention that is about to be imported.

    Raises:
        Refusal: there is no dialect to compile it for, or the module has no token for what its code calls.
    """
    library = state.library
    if library is None:
        raise Refusal(Reason.RUNTIME_ASYNC)
    facts = RuntimeAsync(library.dialect, method.is_async and method.is_async_variant)
    signature = bytearray()
    state.cells.put_method(signature, method, method.token)
    facts.symbol = f"async {signature.hex()}"
    facts.stub_symbol = f"resume {signature.hex()}"
    continuation = bytearray()
    state.cells.put_type(continuation, state.context.well_known(names.CONTINUATION))
    facts.continuation_type = bytes(continuation)
    for name in library.calls:
        facts.calls[name] = _async_call(state, library, name)
    return facts


def _async_call(state: MethodState, library: AsyncLibrary, name: str) -> AsyncCall:
    method = library.method(names.HELPERS, name)
    token = state.module.method_token(method)
    if token is None:
        token = state.cells.foreign_method_token(method)
    if token is None:
        raise Refusal(Reason.TOKEN_NOT_IN_MODULE, str(method))
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    return AsyncCall(state.cells.get_function_entry_point(method, token, signature), signature)


# --- the pattern ---------------------------------------------------------------------------------------------------


class TaskAwait:
    """A call of a task-returning method whose task is awaited at once.

    Attributes:
        handling: AWAIT_*.
        end: index of the instruction behind the call of AsyncHelpers.Await.
    """

    __slots__ = ("end", "handling")

    def __init__(self, handling: int, end: int) -> None:
        self.handling = handling
        self.end = end


def match_task_await(frame: Frame, method: MethodDesc, position: int) -> TaskAwait | None:
    """Whether the call at index `position` begins the pattern of an await; None if not."""
    state = frame.state
    library = state.library
    if library is None or frame.parent is not None or not state.root.has_async_convention:
        return None
    if method.task_kind == TASK_NONE or method.is_async_variant or method.owner.is_delegate:
        return None
    opcodes = frame.code.opcodes
    operands = frame.code.operands
    index = position + 1
    handling = ops.AWAIT_CAPTURED
    is_stored = (
        _follows(frame, index + 1)
        and opcodes[index] == il.STLOC
        and opcodes[index + 1] == il.LDLOCA
        and operands[index] == operands[index + 1]
    )
    if is_stored:
        if method.task_kind not in (VALUE_TASK, VALUE_TASK_OF_T) or not _is_temporary(frame, operands[index]):
            return None
        index += 2
    configured = _follows(frame, index + 1) and opcodes[index] == il.LDC_I4 and operands[index] in (0, 1)
    if configured and opcodes[index + 1] in (il.CALL, il.CALLVIRT):
        configure = frame.module.resolve_method(operands[index + 1], frame.generic_context)
        if configure.name != "ConfigureAwait" or task_kind_of(configure.owner) != method.task_kind:
            return None
        if len(configure.signature.params) != 1:
            return None
        if operands[index] == 0:
            handling = ops.AWAIT_THREAD_POOL
        index += 2
    elif is_stored:
        return None
    if not _follows(frame, index) or opcodes[index] != il.CALL:
        return None
    if not library.is_await(frame.module.resolve_method(operands[index], frame.generic_context)):
        return None
    return TaskAwait(handling, index + 1)


def _follows(frame: Frame, index: int) -> bool:
    """Whether the instructions up to the one at `index` exist and continue the basic block of the current one."""
    if index >= len(frame.code.opcodes):
        return False
    for between in range(frame.index + 1, index + 1):
        if frame.flow.block_at[between] >= 0:
            return False
    return True


def _is_temporary(frame: Frame, local: int) -> bool:
    """Whether a local is only ever loaded right behind a store to it."""
    opcodes = frame.code.opcodes
    operands = frame.code.operands
    for index in range(len(opcodes)):
        if opcodes[index] in (il.LDLOC, il.LDLOCA) and operands[index] == local:
            if index == 0 or opcodes[index - 1] != il.STLOC or operands[index - 1] != local:
                return False
    return True


# --- calls with the async convention ---------------------------------------------------------------------------------


def note_async_call(frame: Frame, call: CallOp, return_type: TypeDesc) -> None:
    """What there is to say about a call with the async convention, right behind it.

    Raises:
        Refusal: it stands in a method that cannot suspend.
    """
    state = frame.state
    builder = state.builder
    if frame.takes_continuation:
        frame.takes_continuation = False
        frame.continuation = builder.op(ops.CONTINUATION, REF, [])
        return
    if frame.parent is not None:
        raise InlineFailure(frame.method.id)
    block = builder.block
    if state.function.runtime_async is None:
        raise frame.invalid("call of an async method in a method that is none")
    if block is not None and block.funclet:
        raise frame.invalid("await in a handler")
    handling = frame.await_handling
    if frame.is_tail_await and handling == ops.AWAIT_PLAIN:
        handling = ops.AWAIT_TAIL
    frame.is_tail_await = False
    frame.await_handling = ops.AWAIT_PLAIN
    awaits = Await(handling)
    kind = ir_type_of(return_type)
    if kind == STRUCT:
        awaits.layout = frame.layout(return_type)
    elif kind != VOID:
        awaits.memory = memory_type_of(return_type)
    awaits.adapts_value_task = frame.adapts_value_task
    frame.adapts_value_task = False
    call.awaits = awaits


# --- async versions --------------------------------------------------------------------------------------------------


def is_async_version(state: MethodState) -> bool:
    """Whether the IL that is imported returns tasks where the code returns their results."""
    return state.root.is_async_variant and not state.root.is_async


def is_returned_at_once(frame: Frame, method: MethodDesc, position: int) -> bool:
    """Whether a call in an async version gives the task that the next instruction returns."""
    if not is_async_version(frame.state) or frame.parent is not None or method.task_kind == TASK_NONE:
        return False
    if method.owner.is_delegate or method.signature.return_type is not frame.method.ordinary.signature.return_type:
        return False
    block = frame.state.builder.block
    if block is None or block.try_index >= 0 or block.funclet:
        return False
    return _follows(frame, position + 1) and frame.code.opcodes[position + 1] == il.RET


def match_adapted_return(frame: Frame, method: MethodDesc, position: int) -> int:
    """In an async version, whether a call gives a value task that becomes the task to return by `AsTask`.

    Gives the index behind the `ret`, or -1. Such a value task is awaited itself; a flag in the continuation tells the
    source behind it that nobody asked for a context (`ContinuationFlags`, bit 3).
    """
    if not is_async_version(frame.state) or frame.parent is not None:
        return -1
    kind = {VALUE_TASK: TASK, VALUE_TASK_OF_T: TASK_OF_T}.get(method.task_kind, TASK_NONE)
    if kind == TASK_NONE or kind != frame.method.task_kind or method.owner.is_delegate:
        return -1
    opcodes = frame.code.opcodes
    operands = frame.code.operands
    end = position + 4
    if not _follows(frame, end) or opcodes[position + 1 : end + 1] != [il.STLOC, il.LDLOCA, il.CALL, il.RET]:
        return -1
    local = operands[position + 1]
    if operands[position + 2] != local or not _is_temporary(frame, local):
        return -1
    adapter = frame.module.resolve_method(operands[position + 3], frame.generic_context)
    if adapter.name != "AsTask" or task_kind_of(adapter.owner) != method.task_kind:
        return -1
    if adapter.signature.return_type is not frame.method.ordinary.signature.return_type:
        return -1
    block = frame.state.builder.block
    return -1 if block is None or block.try_index >= 0 or block.funclet else end + 1


def await_return(frame: Frame, task: StackEntry) -> StackEntry | None:
    """Await a task that an async version returns, as the last thing it does; gives the result.

    Raises:
        Refusal: the core library lacks what that takes.
    """
    from readytorun.importer.calls import call_method

    state = frame.state
    library = state.library
    if library is None:
        raise Refusal(Reason.RUNTIME_ASYNC)
    ordinary = frame.method.ordinary
    kind = ordinary.task_kind
    is_generic = kind in (TASK_OF_T, VALUE_TASK_OF_T)
    task_name = {
        TASK: names.TASK,
        TASK_OF_T: names.TASK + "`1",
        VALUE_TASK: names.VALUE_TASK,
        VALUE_TASK_OF_T: names.VALUE_TASK_OF_T,
    }[kind]
    try:
        definition = library.method(
            names.HELPERS, "TransparentAwait", 1 if is_generic else 0, state.context.well_known(task_name)
        )
    except MissingMemberError as error:
        raise Refusal(Reason.RUNTIME_ASYNC, str(error)) from error
    method = definition
    open_method = definition
    if is_generic:
        result = ordinary.signature.return_type.instantiation[0]
        open_result = ordinary.definition.signature.return_type.instantiation[0]
        method = state.context.method_instance(definition, (result,))
        open_method = state.context.method_instance(definition, (open_result,))
    frame.await_handling = ops.AWAIT_TAIL
    call_method(frame, method, 0, [task], False, True, open_method)
    return frame.pop() if is_generic else None
