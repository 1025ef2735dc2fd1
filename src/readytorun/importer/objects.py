"""newobj, casts, box and unbox."""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer.abi import ir_type_of, memory_type_of
from readytorun.importer.calls import call_method, pop_arguments
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import (
    HELPER_BOX_NULLABLE,
    HELPER_CHECK_CAST_ANY,
    HELPER_CHECK_INSTANCE_ANY,
    HELPER_NEW_MULTI_DIM_ARR,
    HELPER_NEW_OBJECT,
    HELPER_UNBOX,
    HELPER_UNBOX_NULLABLE,
    Frame,
    StackEntry,
)
from readytorun.importer.function_pointers import import_delegate_newobj
from readytorun.importer.generics import member_token, require_type_loaded, type_handle
from readytorun.importer.intrinsics import boxes
from readytorun.importer.intrinsics.nullable import has_value_offset, import_nullable_newobj, value_offset
from readytorun.importer.intrinsics.shapes import continue_in
from readytorun.ir import ops
from readytorun.ir.function import Slot
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.types import BYREF, I32, I64, M_I32, M_I64, M_U8, REF, STRUCT, VOID, AbiType, CallSignature
from readytorun.r2r.model import ThunkKind
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType, TypeDesc


def new_object(frame: Frame, type: TypeDesc, open_type: TypeDesc) -> CallOp:
    """Allocate an object, without running a constructor."""
    state = frame.state
    state.dependencies.require_type(type)
    if type.is_canonical_subtype:
        return state.call_helper(HELPER_NEW_OBJECT, REF, [type_handle(frame, type, open_type)])
    require_type_loaded(frame, type)
    return state.call_lazy_helper(state.cells.helper_type(fixups.NEW_OBJECT, type), REF, [])


def import_newobj(frame: Frame, token: int, position: int) -> int:
    """newobj"""
    state = frame.state
    builder = state.builder
    method = frame.module.resolve_method(token, frame.generic_context)
    owner = method.owner
    if isinstance(owner, ArrayType):
        _new_multi_dimensional(
            frame, owner, frame.module.resolve_method(token, None).owner, len(method.signature.params)
        )
        return position + 1
    if owner.is_delegate:
        import_delegate_newobj(frame, method, token)
        return position + 1
    if owner is state.context.well_known("System.String"):
        _new_string(frame, method, token)
        return position + 1
    arguments = pop_arguments(frame, method.signature)
    if owner.is_value_type:
        kind = ir_type_of(owner)
        if owner.is_nullable:
            import_nullable_newobj(frame, owner, arguments[0])
        elif owner.element_type in (et.I, et.U) and len(arguments) == 1:
            frame.push(frame.to_native(arguments[0], owner.element_type == et.U), I64, owner)
        elif kind == STRUCT:
            require_struct_layout(frame, owner)
            temp = state.new_temp(owner)
            address = builder.slot_addr(temp)
            builder.zero_block(address, frame.layout(owner))
            call_method(frame, method, token, [StackEntry(address, I64, owner), *arguments], False, False)
            frame.push(builder.slot_addr(temp), STRUCT, owner)
        else:
            # A constructor of a primitive (IntPtr): build it in memory and read it back.
            slot = state.function.new_slot(8, 8, (), True)
            address = builder.slot_addr(slot)
            builder.store(M_I64, address, builder.const(I64, 0))
            call_method(frame, method, token, [StackEntry(address, I64, owner), *arguments], False, False)
            frame.push(builder.load(memory_type_of(owner), builder.slot_addr(slot)), kind, owner)
        return position + 1
    if owner.is_abstract:
        raise frame.invalid("new of an abstract class")
    open_owner = frame.module.resolve_method(token, None).owner if owner.is_canonical_subtype else owner
    instance = StackEntry(new_object(frame, owner, open_owner), REF, owner)
    instance.is_exact = True
    instance.is_non_null = True
    if owner is not state.context.well_known("System.Object"):  # whose constructor does nothing
        call_method(frame, method, token, [instance, *arguments], False, False)
    entry = frame.push(instance.op, REF, owner)
    entry.is_exact = True
    entry.is_non_null = True
    return position + 1


def _new_string(frame: Frame, method: MethodDesc, token: int) -> None:
    """String constructors are called like static methods that return the string."""
    state = frame.state
    arguments = pop_arguments(frame, method.signature)
    frame.materialize_aliases()
    params = [state.abi.abi_type(param) for param in method.signature.params]
    signature = CallSignature(params, AbiType(REF))
    args: list[Op] = []
    for entry, param, type in zip(arguments, params, method.signature.params, strict=True):
        if param.type == STRUCT:
            require_type_loaded(frame, type)
            require_struct_layout(frame, type)
            frame.check_struct(entry, type)
            args.append(entry.op)
        else:
            args.append(frame.coerce(entry, param.type))
    cell = state.cells.get_function_entry_point(method, member_token(frame, method, token), signature)
    call = state.builder.call(ops.TARGET_CELL, cell, signature, args)
    call.is_user_call = True
    entry = frame.push(call, REF, method.owner)
    entry.is_exact = True
    entry.is_non_null = True


def _new_multi_dimensional(frame: Frame, type: ArrayType, open_type: TypeDesc, count: int) -> None:
    """Constructors of array types: lengths, or bounds and lengths; of a vector, its length and its elements'."""
    state = frame.state
    builder = state.builder
    entries = [frame.pop() for _ in range(count)]
    entries.reverse()
    slot = state.function.new_slot(4 * count, 4)
    for index, entry in enumerate(entries):
        builder.store(M_I32, builder.slot_addr(slot), frame.to_i32(entry), 4 * index)
    handle = type_handle(frame, type, open_type)
    call = state.call_helper(
        HELPER_NEW_MULTI_DIM_ARR, REF, [handle, builder.const(I32, count), builder.slot_addr(slot)]
    )
    entry = frame.push(call, REF, type)
    entry.is_exact = True
    entry.is_non_null = True


# --- casts -------------------------------------------------------------------------------------------------------


def import_isinst(frame: Frame, token: int, position: int) -> int:
    """isinst"""
    state = frame.state
    type = frame.resolve_type(token)
    entry = frame.pop()
    if entry.kind != REF:
        raise frame.invalid("isinst on a value that is no object")
    if type.is_canonical_subtype:
        handle = type_handle(frame, type, frame.open_type(token))
        result = state.call_helper(HELPER_CHECK_INSTANCE_ANY, REF, [handle, entry.op])
    else:
        cell = state.cells.helper_type(fixups.IS_INSTANCE_OF, type, ThunkKind.HELPER_OBJ)
        result = state.call_lazy_helper(cell, REF, [entry.op])
    frame.push(result, REF, None if type.is_value_type else type)
    return position + 1


def import_castclass(frame: Frame, token: int) -> None:
    """castclass"""
    type = frame.resolve_type(token)
    entry = frame.pop()
    if entry.kind != REF:
        raise frame.invalid("castclass on a value that is no object")
    cast_class(frame, entry, type, token)


def cast_class(frame: Frame, entry: StackEntry, type: TypeDesc, token: int) -> None:
    """Push the reference after a check that throws InvalidCastException."""
    state = frame.state
    if type.is_canonical_subtype:
        handle = type_handle(frame, type, frame.open_type(token))
        result = state.call_helper(HELPER_CHECK_CAST_ANY, REF, [handle, entry.op])
    else:
        cell = state.cells.helper_type(fixups.CHK_CAST, type, ThunkKind.HELPER_OBJ)
        result = state.call_lazy_helper(cell, REF, [entry.op])
    pushed = frame.push(result, REF, None if type.is_value_type else type)
    pushed.is_non_null = entry.is_non_null


# --- box and unbox -----------------------------------------------------------------------------------------------


def import_box(frame: Frame, token: int, position: int) -> int:
    """box; patterns that begin with it may take more instructions."""
    type = frame.resolve_type(token)
    if not type.is_value_type:
        entry = frame.pop()
        if entry.kind != REF:
            raise frame.invalid("box of a value of another type")
        frame.stack.append(entry)
        return position + 1
    folded = boxes.fold_box(frame, token, type, position)
    if folded >= 0:
        return folded
    box_value(frame, frame.pop(), type, frame.open_type(token) if type.is_canonical_subtype else type)
    return position + 1


def box_value(frame: Frame, entry: StackEntry, type: TypeDesc, open_type: TypeDesc) -> None:
    """Push a box with the value in it."""
    state = frame.state
    builder = state.builder
    kind = ir_type_of(type)
    if type.is_nullable:
        require_struct_layout(frame, type)
        frame.check_struct(entry, type)
        handle = type_handle(frame, type, open_type)
        frame.push(state.call_helper(HELPER_BOX_NULLABLE, REF, [handle, entry.op]), REF)
        return
    if type.is_byref_like:
        raise frame.invalid("box of a ref struct")
    if kind == STRUCT:
        require_struct_layout(frame, type)
        frame.check_struct(entry, type)
    value = entry.op if kind == STRUCT else frame.coerce(entry, kind)
    state.dependencies.require_type(type)
    if kind == STRUCT and entry.op.type == BYREF:
        raise frame.invalid("struct value behind a byref")
    if type.is_canonical_subtype:
        box: Op = state.call_helper(HELPER_NEW_OBJECT, REF, [type_handle(frame, type, open_type)])
    else:
        require_type_loaded(frame, type)
        box = state.call_lazy_helper(state.cells.helper_type(fixups.NEW_OBJECT, type), REF, [])
    if kind == STRUCT:
        builder.copy_block(builder.addr(BYREF, box, 8), value, frame.layout(type), True)
    else:
        builder.store(memory_type_of(type), box, value, 8)
    pushed = frame.push(box, REF, type)
    pushed.is_exact = True
    pushed.is_non_null = True


def import_unbox(frame: Frame, token: int) -> None:
    """unbox: pushes the address of the value in the box."""
    type = frame.resolve_type(token)
    entry = frame.pop()
    if type.is_nullable:
        # The address of a copy: a box of a Nullable holds the value alone.
        layout = frame.layout(type)
        slot = frame.state.function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
        _unbox_nullable(frame, entry, type, frame.open_type(token), slot)
        frame.push(frame.state.builder.slot_addr(slot), I64, type)
        return
    frame.push(unbox_address(frame, entry, type, frame.open_type(token)), BYREF, type)


def unbox_address(frame: Frame, entry: StackEntry, type: TypeDesc, open_type: TypeDesc) -> Op:
    """Address of the value in a box; throws NullReferenceException or InvalidCastException."""
    state = frame.state
    builder = state.builder
    if entry.kind != REF:
        raise frame.invalid("unbox of a value that is no object")
    if not (entry.is_exact and entry.type is type):
        handle = type_handle(frame, type, open_type)
        # The common case is an exact match; the helper throws, or accepts an equivalent type (an enum).
        actual = builder.load_invariant(M_I64, entry.op, 0)
        current = builder.block
        slow = state.new_block(current)
        done = state.new_block(current)
        slow.is_cold = True
        builder.branch(ops.BRANCH, ops.EQ, actual, handle, done, slow)
        continue_in(frame, slow)
        state.call_helper(HELPER_UNBOX, BYREF, [handle, entry.op])
        builder.jump(done)
        continue_in(frame, done)
    return builder.addr(BYREF, entry.op, 8)


def import_unbox_any(frame: Frame, token: int) -> None:
    """unbox.any"""
    type = frame.resolve_type(token)
    entry = frame.pop()
    if entry.kind != REF:
        raise frame.invalid("unbox.any of a value that is no object")
    if not type.is_value_type:
        cast_class(frame, entry, type, token)
        return
    if type.is_nullable:
        result = frame.state.new_temp(type)
        _unbox_nullable(frame, entry, type, frame.open_type(token), result)
        frame.push(frame.state.builder.slot_addr(result), STRUCT, type)
        return
    require_struct_layout(frame, type)
    frame.load_value(type, unbox_address(frame, entry, type, frame.open_type(token)))


def _unbox_nullable(frame: Frame, entry: StackEntry, type: TypeDesc, open_type: TypeDesc, result: Slot) -> None:
    """Fill a Nullable: null gives no value, a box of the underlying type a value, anything else throws."""
    state = frame.state
    builder = state.builder
    if entry.kind != REF:
        raise frame.invalid("unbox of a value that is no object")
    require_struct_layout(frame, type)
    if type.is_canonical_subtype:
        handle = type_handle(frame, type, open_type)
        state.call_helper(HELPER_UNBOX_NULLABLE, VOID, [builder.slot_addr(result), handle, entry.op])
        return
    underlying = type.instantiation[0]
    builder.zero_block(builder.slot_addr(result), frame.layout(type))
    current = builder.block
    some = state.new_block(current)
    slow = state.new_block(current)
    copy = state.new_block(current)
    done = state.new_block(current)
    slow.is_cold = True
    builder.branch(ops.BRANCH, ops.EQ, entry.op, builder.null(), done, some)
    continue_in(frame, some)
    handle = type_handle(frame, underlying, underlying)
    builder.branch(ops.BRANCH, ops.EQ, builder.load_invariant(M_I64, entry.op, 0), handle, copy, slow)
    continue_in(frame, slow)
    # It throws, as a rule.
    handle = type_handle(frame, type, open_type)
    state.call_helper(HELPER_UNBOX_NULLABLE, VOID, [builder.slot_addr(result), handle, entry.op])
    builder.jump(done)
    continue_in(frame, copy)
    builder.store(M_U8, builder.slot_addr(result), builder.const(I32, 1), has_value_offset(type))
    payload = builder.addr(BYREF, entry.op, 8)
    destination = builder.addr(I64, builder.slot_addr(result), value_offset(type))
    if ir_type_of(underlying) == STRUCT:
        builder.copy_block(destination, payload, frame.layout(underlying), False)
    else:
        memory = memory_type_of(underlying)
        builder.store(memory, destination, builder.load(memory, payload))
    builder.jump(done)
    continue_in(frame, done)
