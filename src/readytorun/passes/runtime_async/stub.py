"""The resumption stub: what the runtime calls to continue a suspended method (runtime-async.md section 10).

It has the ordinary convention, `object Stub(object continuation, ref byte result)`. It enters the method's code with
the continuation and nothing else, and stores the result where it is told, if the method completed.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Function, Slot
from readytorun.ir.ops import Op
from readytorun.ir.types import (
    BYREF,
    F32,
    F64,
    I32,
    I64,
    M_REF,
    REF,
    ROLE_CONTINUATION,
    ROLE_RETURN_BUFFER,
    STRUCT,
    AbiType,
    CallSignature,
    StructLayout,
)


class StubResult:
    """The result of the method that a stub resumes.

    Attributes:
        memory: M_* of a scalar, -1 for others.
        layout: of a struct, else None.
    """

    __slots__ = ("layout", "memory")

    def __init__(self, memory: int, layout: StructLayout | None) -> None:
        self.memory = memory
        self.layout = layout


def build_stub(name: str, signature: CallSignature, symbol: str, result: StubResult) -> Function:
    """The stub of a method.

    Args:
        name: of the method.
        signature: of the method's code, with its continuation parameter.
        symbol: of the method's code.
        result: what the method returns.
    """
    function = Function(f"[RESUME] {name}", CallSignature([AbiType(REF), AbiType(BYREF)], AbiType(REF)))
    builder = IRBuilder(function)
    entry = function.new_block()
    builder.block = entry
    continuation = builder.param(REF, 0)
    place = builder.param(BYREF, 1)
    temp: Slot | None = None
    layout = result.layout
    if layout is not None:
        temp = function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
    args: list[Op] = []
    for param in signature.params:
        if param.role == ROLE_CONTINUATION:
            args.append(continuation)
        elif param.role == ROLE_RETURN_BUFFER and temp is not None:
            args.append(builder.slot_addr(temp))
        elif param.type == STRUCT and param.layout is not None:
            # Parameters are loaded from the continuation; the GC must not take what is in their place for references.
            unused = function.new_slot(param.layout.size, max(param.layout.alignment, 1), param.layout.gc_refs, True)
            args.append(builder.slot_addr(unused))
        elif param.type == F32 or param.type == F64:
            args.append(builder.float_const(param.type, 0))
        elif param.type == I32 or param.type == I64:
            args.append(builder.const(param.type, 0))
        else:
            args.append(builder.null(param.type))
    call = builder.call(ops.TARGET_DIRECT, None, signature, args)
    call.symbol = symbol
    call.is_user_call = True
    if signature.result.type == STRUCT:
        call.result_slot = temp
    returned = builder.op(ops.CONTINUATION, REF, [])
    if result.memory < 0 and layout is None:
        function.blocks.append(entry)
        builder.terminate(ops.RETURN, [returned], [], [])
        return function
    suspended = function.new_block()
    completed = function.new_block()
    builder.branch(ops.BRANCH, ops.NE, returned, builder.null(), suspended, completed)
    builder.block = completed
    if layout is not None and temp is not None:
        builder.copy_block(place, builder.slot_addr(temp), layout, True)
    elif result.memory == M_REF:
        builder.store_barrier(ops.STORE_CHECKED, place, call)
    else:
        builder.store(result.memory, place, call)
    builder.jump(suspended)
    builder.block = suspended
    builder.terminate(ops.RETURN, [returned], [], [])
    function.blocks += [entry, completed, suspended]
    return function
