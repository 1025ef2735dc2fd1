"""Vectors: newarr, ldlen, elements. (Multi-dimensional arrays have methods: see multi_dim_arrays.py.)"""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.importer import cells as fixups
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import (
    HELPER_LDELEMA_REF,
    HELPER_NEW_ARRAY,
    HELPER_STELEM_REF,
    Frame,
    StackEntry,
)
from readytorun.importer.generics import type_handle
from readytorun.importer.memory import type_size
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import (
    BYREF,
    I32,
    I64,
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
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

# Layout of a vector: length (i32), then the elements.
LENGTH_OFFSET: Final = 8
DATA_OFFSET: Final = 16

# Indexed by opcode - LDELEM_I1: i1 u1 i2 u2 i4 u4 i8 i r4 r8 ref.
_LDELEM: Final = (M_I8, M_U8, M_I16, M_U16, M_I32, M_I32, M_I64, M_I64, M_F32, M_F64, M_REF)
# Indexed by opcode - STELEM_I: i i1 i2 i4 i8 r4 r8 ref.
_STELEM: Final = (M_I64, M_U8, M_U16, M_I32, M_I64, M_F32, M_F64, M_REF)


def import_array(frame: Frame, opcode: int, operand: int) -> None:
    """Import one instruction on vectors."""
    if opcode == il.LDLEN:
        entry = frame.pop()
        if entry.kind != REF:
            raise frame.invalid("ldlen on a value that is no array")
        builder = frame.state.builder
        length = builder.load_invariant(M_I32, entry.op, LENGTH_OFFSET)
        # ldlen gives a native unsigned int; the conv.i4 that nearly always follows folds the extension away.
        frame.push(builder.unary(ops.ZEXT32, I64, length), I64)
    elif opcode == il.NEWARR:
        _import_newarr(frame, operand)
    elif opcode == il.LDELEMA:
        index = frame.pop()
        push_element_address(frame, frame.pop(), index, frame.resolve_type(operand), frame.open_type(operand))
    elif opcode == il.LDELEM:
        index = frame.pop()
        load_element(frame, frame.pop(), index, frame.resolve_type(operand))
    elif opcode == il.STELEM:
        value = frame.pop()
        index = frame.pop()
        store_element(frame, frame.pop(), index, value, frame.resolve_type(operand))
    elif il.LDELEM_I1 <= opcode <= il.LDELEM_REF:
        memory = _LDELEM[opcode - il.LDELEM_I1]
        index = frame.pop()
        array = frame.pop()
        op = _load_scalar(frame, array, index, memory)
        frame.push(op, MEMORY_VALUE_TYPES[memory], _element_type(array) if memory == M_REF else None)
    else:
        memory = _STELEM[opcode - il.STELEM_I]
        value = frame.pop()
        index = frame.pop()
        array = frame.pop()
        frame.materialize_aliases()
        if memory == M_REF:
            _store_reference(frame, array, index, value)
        else:
            _store_scalar(frame, array, index, value, memory)


def _element_type(array: StackEntry) -> TypeDesc | None:
    type = array.type
    return type.parameter_type if isinstance(type, ArrayType) else None


def _import_newarr(frame: Frame, token: int) -> None:
    state = frame.state
    element = frame.resolve_type(token)
    length = frame.to_native(frame.pop())
    type = state.context.szarray(element)
    if type.is_canonical_subtype:
        handle = type_handle(frame, type, state.context.szarray(frame.open_type(token)))
        call = state.call_helper(HELPER_NEW_ARRAY, REF, [handle, length])
    else:
        call = state.call_lazy_helper(state.cells.helper_type(fixups.NEW_ARRAY, type), REF, [length])
    entry = frame.push(call, REF, type)
    entry.is_exact = True
    entry.is_non_null = True


def checked_index(frame: Frame, array: Op, index: StackEntry) -> Op:
    """Bounds check; gives the index as I64."""
    builder = frame.state.builder
    length = builder.load_invariant(M_I32, array, LENGTH_OFFSET)
    if index.kind == I32:
        builder.trap_if(ops.GE_UN, index.op, length, ops.TRAP_RANGE)
        return builder.unary(ops.ZEXT32, I64, index.op)
    wide = builder.unary(ops.ZEXT32, I64, length)
    op = frame.to_native(index)
    builder.trap_if(ops.GE_UN, op, wide, ops.TRAP_RANGE)
    return op


def _check_array(frame: Frame, array: StackEntry) -> Op:
    if array.kind != REF:
        raise frame.invalid("array expected")
    return array.op


def _load_scalar(frame: Frame, array: StackEntry, index: StackEntry, memory: int) -> Op:
    base = _check_array(frame, array)
    position = checked_index(frame, base, index)
    return frame.state.builder.load_indexed(memory, base, position, MEMORY_SIZES[memory], DATA_OFFSET)


def _store_scalar(frame: Frame, array: StackEntry, index: StackEntry, value: StackEntry, memory: int) -> None:
    base = _check_array(frame, array)
    position = checked_index(frame, base, index)
    op = frame.coerce(value, MEMORY_VALUE_TYPES[memory])
    frame.state.builder.store_indexed(ops.STORE, memory, base, position, MEMORY_SIZES[memory], DATA_OFFSET, op)


def element_address(frame: Frame, base: Op, position: Op, size: int) -> Op:
    """Address of a checked element."""
    builder = frame.state.builder
    if size in (1, 2, 4, 8):
        return builder.addr_indexed(BYREF, base, position, size, DATA_OFFSET)
    offset = builder.binary(ops.MUL, I64, position, builder.const(I64, size))
    return builder.addr_indexed(BYREF, base, offset, 1, DATA_OFFSET)


def load_element(frame: Frame, array: StackEntry, index: StackEntry, type: TypeDesc) -> None:
    """Push an element."""
    kind = ir_type_of(type)
    if kind != STRUCT:
        frame.push(_load_scalar(frame, array, index, memory_type_of(type)), kind, type)
        return
    require_struct_layout(frame, type)
    base = _check_array(frame, array)
    position = checked_index(frame, base, index)
    frame.load_value(type, element_address(frame, base, position, frame.layout(type).size))


def store_element(frame: Frame, array: StackEntry, index: StackEntry, value: StackEntry, type: TypeDesc) -> None:
    """Store an element."""
    frame.materialize_aliases()
    kind = ir_type_of(type)
    if kind == REF:
        _store_reference(frame, array, index, value)
    elif kind != STRUCT:
        _store_scalar(frame, array, index, value, memory_type_of(type))
    else:
        require_struct_layout(frame, type)
        base = _check_array(frame, array)
        position = checked_index(frame, base, index)
        frame.store_value(type, element_address(frame, base, position, frame.layout(type).size), 0, value, 1)


def _store_reference(frame: Frame, array: StackEntry, index: StackEntry, value: StackEntry) -> None:
    """stelem.ref: the helper checks null, bounds and type, unless the type check cannot fail."""
    state = frame.state
    builder = state.builder
    base = _check_array(frame, array)
    op = frame.coerce(value, REF)
    element = _element_type(array)
    is_null = isinstance(op, ops.ConstOp)
    exact_element = element is not None and (array.is_exact or _is_own_sealed(element))
    if is_null or (
        exact_element and element is not None and value.type is not None and _never_fails(value.type, element)
    ):
        position = checked_index(frame, base, index)
        opcode = ops.STORE if is_null else ops.STORE_BARRIER
        builder.store_indexed(opcode, M_REF, base, position, 8, DATA_OFFSET, op)
        return
    state.call_helper(HELPER_STELEM_REF, VOID, [base, frame.to_native(index), op])


def _is_own_sealed(type: TypeDesc) -> bool:
    """A sealed class of the version bubble: an array of it holds nothing else, and is no array of a subclass."""
    return type.is_sealed and type.module.in_version_bubble and not type.is_array and not type.is_canonical_subtype


def _never_fails(value_type: TypeDesc, element: TypeDesc) -> bool:
    return value_type is element and not element.is_canonical_subtype


def push_element_address(
    frame: Frame, array: StackEntry, index: StackEntry, type: TypeDesc, open_type: TypeDesc
) -> None:
    """ldelema: the address of a reference is only given out if the array's elements are of exactly the type."""
    state = frame.state
    base = _check_array(frame, array)
    kind = ir_type_of(type)
    if kind != REF or frame.is_readonly or _is_own_sealed(type):
        if kind == STRUCT:
            require_struct_layout(frame, type)
            size = frame.layout(type).size
        else:
            size = type_size(type)
        position = checked_index(frame, base, index)
        frame.push(element_address(frame, base, position, size), BYREF, type)
        return
    handle = type_handle(frame, type, open_type)
    address = state.call_helper(HELPER_LDELEMA_REF, BYREF, [base, frame.to_native(index), handle])
    frame.push(address, BYREF, type)
