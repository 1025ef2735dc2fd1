"""What the families share: the type of a handler, and the recognition of signatures and of IL that follows a call."""

from __future__ import annotations

from collections.abc import Callable

from readytorun.il import opcodes as il
from readytorun.importer.abi import ir_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry, normalize_small
from readytorun.importer.memory import type_size
from readytorun.ir.function import Block
from readytorun.ir.ops import Op
from readytorun.ir.types import STRUCT
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

# (frame, method, token of the call site, index of the call instruction) -> index of the next instruction, or -1.
Handler = Callable[[Frame, MethodDesc, int, int], int]


def param_element(method: MethodDesc, index: int, count: int) -> int:
    """Element type of a declared parameter; -1 if the method does not take `count` of them."""
    params = method.signature.params
    return params[index].element_type if len(params) == count else -1


def pop_argument(frame: Frame, method: MethodDesc, index: int) -> Op:
    """Pop the argument of a scalar parameter, converted to the parameter's type as a call would do it."""
    type = method.signature.params[index]
    return normalize_small(frame.state, type, frame.coerce(frame.pop(), ir_type_of(type)))


def push_result(frame: Frame, method: MethodDesc, op: Op) -> None:
    """Push a scalar result."""
    type = method.signature.return_type
    frame.push(op, ir_type_of(type), type)


def value_size(frame: Frame, type: TypeDesc) -> int:
    """Bytes of a value of a type, as `sizeof`; the layout is listed for checking where it is not fixed."""
    if ir_type_of(type) == STRUCT:
        require_struct_layout(frame, type)
        return frame.layout(type).size
    return type_size(type)


def is_straight(frame: Frame, position: int, count: int) -> bool:
    """Whether `count` instructions from `position` on exist and control can come to the first one only from before."""
    block_at = frame.flow.block_at
    if position + count > len(frame.code.opcodes):
        return False
    return max(block_at[position : position + count]) < 0


def core_callee(frame: Frame, position: int) -> MethodDesc | None:
    """The method of the core library that the instruction calls, None if it is another instruction or method."""
    code = frame.code
    opcode = code.opcodes[position]
    if opcode != il.CALL and opcode != il.CALLVIRT:
        return None
    method = frame.module.resolve_method(code.operands[position], frame.generic_context)
    return method if method.owner.module is frame.state.context.core else None


def retyped(entry: StackEntry, type: TypeDesc) -> StackEntry:
    """The same value under another static type."""
    result = StackEntry(entry.op, entry.kind, type)
    result.is_non_null = entry.is_non_null
    return result


def continue_in(frame: Frame, block: Block) -> None:
    """All predecessors of a new block are known: go on there."""
    state = frame.state
    state.function.blocks.append(block)
    state.ssa.seal(block)
    state.builder.block = block
