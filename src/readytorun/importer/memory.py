"""Indirect loads and stores, block operations, localloc, sizeof."""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import (
    HELPER_MEM_CPY,
    HELPER_MEM_SET,
    HELPER_MEM_ZERO,
    Frame,
    StackEntry,
    is_frame_address,
)
from readytorun.importer.refusal import InlineFailure
from readytorun.ir import ops
from readytorun.ir.types import (
    BYREF,
    I32,
    I64,
    M_BYREF,
    M_F32,
    M_F64,
    M_I8,
    M_I16,
    M_I32,
    M_I64,
    M_REF,
    M_U8,
    M_U16,
    MEMORY_SIZES,
    MEMORY_VALUE_TYPES,
    REF,
    STRUCT,
    VOID,
)
from readytorun.typesystem.type_desc import TypeDesc

# Indexed by opcode - LDIND_I1: i1 u1 i2 u2 i4 u4 i8 i r4 r8 ref.
_LDIND: Final = (M_I8, M_U8, M_I16, M_U16, M_I32, M_I32, M_I64, M_I64, M_F32, M_F64, M_REF)
# Indexed by opcode - STIND_REF: ref i1 i2 i4 i8 r4 r8.
_STIND: Final = (M_REF, M_U8, M_U16, M_I32, M_I64, M_F32, M_F64)


def import_ldind(frame: Frame, opcode: int) -> None:
    """ldind.*"""
    address_entry = frame.pop()
    address = frame.to_address(address_entry)
    memory = _LDIND[opcode - il.LDIND_I1]
    if memory == M_I64 and _pointee_is_byref(address_entry):
        memory = M_BYREF
    op = frame.state.builder.load(memory, address, 0, frame.is_volatile)
    type = address_entry.type if memory == M_REF and address_entry.kind == BYREF else None
    frame.push(op, MEMORY_VALUE_TYPES[memory], type)


def _pointee_is_byref(entry: StackEntry) -> bool:
    return entry.type is not None and entry.kind == I64 and ir_type_of(entry.type) == BYREF


def import_stind(frame: Frame, opcode: int) -> None:
    """stind.*"""
    state = frame.state
    value = frame.pop()
    address_entry = frame.pop()
    frame.materialize_aliases()
    address = frame.to_address(address_entry)
    memory = M_I64 if opcode == il.STIND_I else _STIND[opcode - il.STIND_REF]
    op = frame.coerce(value, MEMORY_VALUE_TYPES[memory])
    if memory == M_REF and not isinstance(op, ops.ConstOp) and not is_frame_address(address):
        state.builder.store_barrier(ops.STORE_CHECKED, address, op)
    else:
        state.builder.store(memory, address, op, 0, frame.is_volatile)


def import_ldobj(frame: Frame, token: int) -> None:
    """ldobj"""
    type = frame.resolve_type(token)
    address = frame.to_address(frame.pop())
    require_struct_layout(frame, type)
    frame.load_value(type, address)


def import_stobj(frame: Frame, token: int) -> None:
    """stobj"""
    type = frame.resolve_type(token)
    value = frame.pop()
    address = frame.to_address(frame.pop())
    frame.materialize_aliases()
    require_struct_layout(frame, type)
    frame.store_value(type, address, 0, value, 0 if is_frame_address(address) else 2)


def import_cpobj(frame: Frame, token: int) -> None:
    """cpobj"""
    type = frame.resolve_type(token)
    source = frame.to_address(frame.pop())
    destination = frame.to_address(frame.pop())
    frame.materialize_aliases()
    require_struct_layout(frame, type)
    frame.load_value(type, source)
    frame.store_value(type, destination, 0, frame.pop(), 0 if is_frame_address(destination) else 2)


def import_initobj(frame: Frame, token: int) -> None:
    """initobj"""
    type = frame.resolve_type(token)
    address = frame.to_address(frame.pop())
    frame.materialize_aliases()
    store_zero(frame, type, address)


def store_zero(frame: Frame, type: TypeDesc, address: ops.Op) -> None:
    """Store the default value of a type."""
    builder = frame.state.builder
    kind = ir_type_of(type)
    if kind == STRUCT:
        require_struct_layout(frame, type)
        builder.zero_block(address, frame.layout(type))
        return
    zero = frame.state.zero(kind)
    frame.store_value(type, address, 0, StackEntry(zero, kind, type), 0)


def import_sizeof(frame: Frame, token: int) -> None:
    """sizeof"""
    type = frame.resolve_type(token)
    kind = ir_type_of(type)
    if kind == STRUCT:
        require_struct_layout(frame, type)
        size = frame.layout(type).size
    else:
        size = type_size(type)
    frame.push(frame.state.builder.const(I32, size), I32)


def type_size(type: TypeDesc) -> int:
    """Bytes that a value of a primitive or reference type takes in memory."""
    return MEMORY_SIZES[memory_type_of(type)]


def import_cpblk(frame: Frame) -> None:
    """cpblk"""
    size = frame.to_native(frame.pop(), True)
    source = frame.to_address(frame.pop())
    destination = frame.to_address(frame.pop())
    frame.materialize_aliases()
    if destination.type == REF or source.type == REF:
        raise frame.invalid("cpblk on an object reference")
    frame.state.call_helper(HELPER_MEM_CPY, VOID, [destination, source, size])


def import_initblk(frame: Frame) -> None:
    """initblk"""
    state = frame.state
    size = frame.to_native(frame.pop(), True)
    value = frame.to_i32(frame.pop())
    destination = frame.to_address(frame.pop())
    frame.materialize_aliases()
    if isinstance(value, ops.ConstOp) and value.value & 0xFF == 0:
        state.call_helper(HELPER_MEM_ZERO, VOID, [destination, size])
    else:
        byte = state.builder.unary(ops.ZEXT8, I32, value)
        state.call_helper(HELPER_MEM_SET, VOID, [destination, byte, size])


def import_localloc(frame: Frame) -> None:
    """localloc"""
    if frame.parent is not None:
        raise InlineFailure(frame.method.id)
    size = frame.to_native(frame.pop(), True)
    frame.push(frame.state.builder.imm(ops.LOCALLOC, I64, [size], 1 if frame.body.init_locals else 0), I64)
