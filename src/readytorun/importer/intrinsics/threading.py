"""Interlocked and Volatile: atomic operations and ordered accesses.

What works on object references, and And and Or, stays a call.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.frame import Frame, is_frame_address, normalize_small
from readytorun.importer.intrinsics.hardware import require_atomics
from readytorun.importer.intrinsics.shapes import Handler
from readytorun.ir import ops
from readytorun.ir.ops import MemoryOp, Op
from readytorun.ir.types import BYREF, I32, I64, M_I32, M_I64, REF, STRUCT
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ByRefType, TypeDesc


def _location(method: MethodDesc) -> TypeDesc | None:
    """The type behind the managed pointer that is the first parameter."""
    params = method.signature.params
    if params and isinstance(params[0], ByRefType):
        return params[0].parameter_type
    return None


def _is_atomic_integer(type: TypeDesc | None) -> bool:
    return type is not None and type.is_value_type and ir_type_of(type) in (I32, I64)


def _pop_value(frame: Frame, type: TypeDesc) -> Op:
    return normalize_small(frame.state, type, frame.coerce(frame.pop(), ir_type_of(type)))


def _pop_location(frame: Frame) -> Op:
    entry = frame.pop()
    if entry.kind == REF:
        raise frame.invalid("address expected")
    return frame.to_address(entry)


def _atomic(frame: Frame, opcode: int, memory: int, args: list[Op]) -> Op:
    """Append an atomic operation; its value is what was there before."""
    require_atomics(frame)
    builder = frame.state.builder
    type = I64 if memory == M_I64 else I32
    op = MemoryOp(builder.function.new_id(), opcode, type, memory, args, il_offset=builder.il_offset)
    builder.append(op)
    return op


# --- Interlocked ---------------------------------------------------------------------------------------------------


def _import_exchange(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Exchange(ref T, T) of integers"""
    type = _location(method)
    if type is None or not _is_atomic_integer(type):
        return -1
    value = _pop_value(frame, type)
    address = _pop_location(frame)
    frame.materialize_aliases()
    old = _atomic(frame, ops.ATOMIC_XCHG, memory_type_of(type), [address, value])
    frame.push(old, old.type, type)
    return position + 1


def _import_compare_exchange(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """CompareExchange(ref T, T value, T comparand) of integers"""
    type = _location(method)
    if type is None or not _is_atomic_integer(type):
        return -1
    comparand = _pop_value(frame, type)
    value = _pop_value(frame, type)
    address = _pop_location(frame)
    frame.materialize_aliases()
    old = _atomic(frame, ops.ATOMIC_CMPXCHG, memory_type_of(type), [address, value, comparand])
    frame.push(old, old.type, type)
    return position + 1


def _add(frame: Frame, type: TypeDesc, value: Op) -> None:
    """Atomic addition; pushes what is there afterwards."""
    builder = frame.state.builder
    address = _pop_location(frame)
    frame.materialize_aliases()
    old = _atomic(frame, ops.ATOMIC_ADD, memory_type_of(type), [address, value])
    frame.push(builder.binary(ops.ADD, old.type, old, value), old.type, type)


def _is_word(type: TypeDesc | None) -> bool:
    return type is not None and _is_atomic_integer(type) and memory_type_of(type) in (M_I32, M_I64)


def _import_add(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    type = _location(method)
    if type is None or not _is_word(type):
        return -1
    _add(frame, type, _pop_value(frame, type))
    return position + 1


def _import_step(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Increment and Decrement"""
    type = _location(method)
    if type is None or not _is_word(type):
        return -1
    step = 1 if method.name == "Increment" else -1
    _add(frame, type, frame.state.builder.const(ir_type_of(type), step))
    return position + 1


def _import_memory_barrier(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    frame.state.builder.op(ops.MEMORY_BARRIER, 0, [])
    return position + 1


# --- Volatile ------------------------------------------------------------------------------------------------------


def _import_volatile_read(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    type = _location(method)
    if type is None:
        return -1
    kind = ir_type_of(type)
    if kind == STRUCT or kind == BYREF:
        return -1
    address = _pop_location(frame)
    frame.push(frame.state.builder.load(memory_type_of(type), address, 0, True), kind, type)
    return position + 1


def _import_volatile_write(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    type = _location(method)
    if type is None:
        return -1
    kind = ir_type_of(type)
    if kind == STRUCT or kind == BYREF:
        return -1
    builder = frame.state.builder
    value = frame.coerce(frame.pop(), kind)
    address = _pop_location(frame)
    frame.materialize_aliases()
    if kind == REF and not is_frame_address(address):
        # The barrier helper orders the store behind what came before.
        builder.store_barrier(ops.STORE_CHECKED, address, value)
    else:
        builder.store(memory_type_of(type), address, value, 0, True)
    return position + 1


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System.Threading", "Interlocked", "Exchange"): _import_exchange,
    ("System.Threading", "Interlocked", "CompareExchange"): _import_compare_exchange,
    ("System.Threading", "Interlocked", "Add"): _import_add,
    ("System.Threading", "Interlocked", "Increment"): _import_step,
    ("System.Threading", "Interlocked", "Decrement"): _import_step,
    ("System.Threading", "Interlocked", "MemoryBarrier"): _import_memory_barrier,
    ("System.Threading", "Volatile", "Read"): _import_volatile_read,
    ("System.Threading", "Volatile", "Write"): _import_volatile_write,
    # Half barriers order less than a full one; no operation of the IR is just that.
    ("System.Threading", "Volatile", "ReadBarrier"): _import_memory_barrier,
    ("System.Threading", "Volatile", "WriteBarrier"): _import_memory_barrier,
}
