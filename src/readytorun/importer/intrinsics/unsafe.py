"""System.Runtime.CompilerServices.Unsafe: every member is what a short IL sequence would be.

Their IL in the core library is a promise ([NonVersionable]); here the sequences are written down directly, because some
of the bodies call other members and throw helpers that the input module has no tokens for.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer import memory
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.compare import comparison_operands
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry, is_frame_address, normalize_small
from readytorun.importer.intrinsics.shapes import Handler, retyped, value_size
from readytorun.ir import ops
from readytorun.ir.ops import ConstOp, Op
from readytorun.ir.types import BYREF, F32, F64, I32, I64, REF, STRUCT
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ByRefType, TypeDesc

_NAMESPACE: Final = "System.Runtime.CompilerServices"
_MAX_OFFSET: Final = 0x7FFFFFFF


def _pop_address(frame: Frame) -> Op:
    """A managed or unmanaged pointer."""
    entry = frame.pop()
    if entry.kind == REF:
        raise frame.invalid("address expected")
    return frame.to_address(entry)


def _push_address(frame: Frame, method: MethodDesc, op: Op) -> None:
    """An address as result of a method that returns `ref T` or `void*`."""
    result = method.signature.return_type
    pointee = result.parameter_type if isinstance(result, ByRefType) else None
    frame.push(op, BYREF if op.type == BYREF else I64, pointee)


def _type_argument(method: MethodDesc, index: int = 0) -> TypeDesc:
    return method.instantiation[index]


# --- reinterpretation ----------------------------------------------------------------------------------------------


def _import_as(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """As<T>(object), As<TFrom, TTo>(ref TFrom)"""
    if len(method.instantiation) == 2:
        _push_address(frame, method, _pop_address(frame))
        return position + 1
    entry = frame.pop()
    if entry.kind != REF:
        raise frame.invalid("object expected")
    if entry.is_exact:
        frame.stack.append(entry)
    else:
        frame.stack.append(retyped(entry, _type_argument(method)))
    return position + 1


def _import_as_ref(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """AsRef<T>(void*), AsRef<T>(ref readonly T)"""
    _push_address(frame, method, _pop_address(frame))
    return position + 1


def _import_as_pointer(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    entry = frame.pop()
    if entry.kind == REF:
        raise frame.invalid("address expected")
    frame.push(frame.to_native(entry), I64)
    return position + 1


def _import_null_ref(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    _push_address(frame, method, frame.state.builder.null(BYREF))
    return position + 1


def _import_skip_init(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    frame.pop()
    return position + 1


def _import_unbox(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    from readytorun.importer.objects import unbox_address

    type = _type_argument(method)
    if not type.is_value_type or type.is_nullable or type.is_canonical_subtype:
        return -1
    frame.push(unbox_address(frame, frame.pop(), type, type), BYREF, type)
    return position + 1


def _import_bit_cast(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """BitCast<TFrom, TTo>: throws where the sizes differ or a type is no value type; that stays a call."""
    source = _type_argument(method, 0)
    target = _type_argument(method, 1)
    if not source.is_value_type or not target.is_value_type:
        return -1
    if value_size(frame, source) != value_size(frame, target):
        return -1
    state = frame.state
    builder = state.builder
    source_kind = ir_type_of(source)
    target_kind = ir_type_of(target)
    entry = frame.pop()
    if source_kind == STRUCT:
        frame.check_struct(entry, source)
        frame.load_value(target, entry.op)
        return position + 1
    value = normalize_small(state, source, frame.coerce(entry, source_kind))
    if target_kind == STRUCT:
        temp = state.new_temp(target)
        builder.store(memory_type_of(source), builder.slot_addr(temp), value)
        frame.push(builder.slot_addr(temp), STRUCT, target)
    elif source_kind == target_kind:
        frame.push(normalize_small(state, target, value), target_kind, target)
    elif {source_kind, target_kind} in ({I32, F32}, {I64, F64}):
        frame.push(builder.op(ops.BITCAST, target_kind, [value]), target_kind, target)
    else:
        raise frame.invalid("bit cast between values of different width")
    return position + 1


# --- address arithmetic --------------------------------------------------------------------------------------------


def _import_add(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Add<T>(address, count of elements)"""
    size = value_size(frame, _type_argument(method))
    builder = frame.state.builder
    count = frame.to_native(frame.pop())
    base = _pop_address(frame)
    type = BYREF if base.type == BYREF else I64
    if isinstance(count, ConstOp) and abs(count.value * size) <= _MAX_OFFSET:
        result = builder.addr(type, base, count.value * size)
    elif size in (1, 2, 4, 8):
        result = builder.addr_indexed(type, base, count, size, 0)
    else:
        offset = builder.binary(ops.MUL, I64, count, builder.const(I64, size))
        result = builder.addr_indexed(type, base, offset, 1, 0)
    _push_address(frame, method, result)
    return position + 1


def _import_subtract(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Subtract<T>(address, count of elements)"""
    size = value_size(frame, _type_argument(method))
    builder = frame.state.builder
    count = frame.to_native(frame.pop())
    offset = builder.binary(ops.MUL, I64, count, builder.const(I64, size))
    base = _pop_address(frame)
    _push_address(frame, method, builder.binary(ops.SUB, base.type, base, offset))
    return position + 1


def _import_add_byte_offset(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    builder = frame.state.builder
    offset = frame.to_native(frame.pop())
    base = _pop_address(frame)
    _push_address(frame, method, builder.binary(ops.ADD, base.type, base, offset))
    return position + 1


def _import_subtract_byte_offset(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    builder = frame.state.builder
    offset = frame.to_native(frame.pop())
    base = _pop_address(frame)
    _push_address(frame, method, builder.binary(ops.SUB, base.type, base, offset))
    return position + 1


def _import_byte_offset(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """ByteOffset<T>(origin, target)"""
    target = frame.pop()
    origin = frame.pop()
    # No safe point comes between the two conversions and the subtraction, so that no object moves in between.
    minuend = frame.to_native(target)
    subtrahend = frame.to_native(origin)
    frame.push(frame.state.builder.binary(ops.SUB, I64, minuend, subtrahend), I64)
    return position + 1


def _compare(frame: Frame, cond: int) -> None:
    right = frame.pop()
    left = frame.pop()
    a, b, _ = comparison_operands(frame, left, right)
    frame.push(frame.state.builder.compare(cond, a, b), I32)


def _import_are_same(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    _compare(frame, ops.EQ)
    return position + 1


def _import_is_greater(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    _compare(frame, ops.GT_UN)
    return position + 1


def _import_is_greater_or_equal(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    _compare(frame, ops.GE_UN)
    return position + 1


def _import_is_less(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    _compare(frame, ops.LT_UN)
    return position + 1


def _import_is_less_or_equal(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    _compare(frame, ops.LE_UN)
    return position + 1


def _import_is_null_ref(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    builder = frame.state.builder
    address = _pop_address(frame)
    zero = builder.null(BYREF) if address.type == BYREF else builder.const(I64, 0)
    frame.push(builder.compare(ops.EQ, address, zero), I32)
    return position + 1


def _import_size_of(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    frame.push(frame.state.builder.const(I32, value_size(frame, _type_argument(method))), I32)
    return position + 1


# --- access --------------------------------------------------------------------------------------------------------


def _import_read(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Read and ReadUnaligned: unaligned accesses need nothing special on the targets."""
    type = _type_argument(method)
    require_struct_layout(frame, type)
    frame.load_value(type, _pop_address(frame))
    return position + 1


def _store(frame: Frame, type: TypeDesc, address: Op, value: StackEntry) -> None:
    frame.materialize_aliases()
    frame.store_value(type, address, 0, value, 0 if is_frame_address(address) else 2)


def _import_write(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    type = _type_argument(method)
    require_struct_layout(frame, type)
    value = frame.pop()
    _store(frame, type, _pop_address(frame), value)
    return position + 1


def _import_copy(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Copy<T>(destination, source)"""
    type = _type_argument(method)
    require_struct_layout(frame, type)
    source = _pop_address(frame)
    destination = _pop_address(frame)
    frame.materialize_aliases()
    frame.load_value(type, source)
    _store(frame, type, destination, frame.pop())
    return position + 1


def _import_copy_block(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    memory.import_cpblk(frame)
    return position + 1


def _import_init_block(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    memory.import_initblk(frame)
    return position + 1


_MEMBERS: Final[dict[str, Handler]] = {
    "Add": _import_add,
    "AddByteOffset": _import_add_byte_offset,
    "AreSame": _import_are_same,
    "As": _import_as,
    "AsPointer": _import_as_pointer,
    "AsRef": _import_as_ref,
    "BitCast": _import_bit_cast,
    "ByteOffset": _import_byte_offset,
    "Copy": _import_copy,
    "CopyBlock": _import_copy_block,
    "CopyBlockUnaligned": _import_copy_block,
    "InitBlock": _import_init_block,
    "InitBlockUnaligned": _import_init_block,
    "IsAddressGreaterThan": _import_is_greater,
    "IsAddressGreaterThanOrEqualTo": _import_is_greater_or_equal,
    "IsAddressLessThan": _import_is_less,
    "IsAddressLessThanOrEqualTo": _import_is_less_or_equal,
    "IsNullRef": _import_is_null_ref,
    "NullRef": _import_null_ref,
    "Read": _import_read,
    "ReadUnaligned": _import_read,
    "SizeOf": _import_size_of,
    "SkipInit": _import_skip_init,
    "Subtract": _import_subtract,
    "SubtractByteOffset": _import_subtract_byte_offset,
    "Unbox": _import_unbox,
    "Write": _import_write,
    "WriteUnaligned": _import_write,
}

HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    (_NAMESPACE, "Unsafe", name): handler for name, handler in _MEMBERS.items()
}
