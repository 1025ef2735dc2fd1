"""Addresses of code: ldftn and ldvirtftn, delegates made from them, calli."""

from __future__ import annotations

from typing import Final

from readytorun.importer import cells as fixups
from readytorun.importer.calls import emit_call, open_method_at, pop_arguments, require_signature_types
from readytorun.importer.constrained import static_virtual_address
from readytorun.importer.frame import HELPER_NEW_OBJECT, HELPER_VIRTUAL_FUNC_PTR, Frame, StackEntry
from readytorun.importer.generics import (
    instantiating_flag,
    member_token,
    method_lookup,
    require_type_loaded,
    type_handle,
)
from readytorun.importer.pinvoke import call_native
from readytorun.importer.refusal import Reason, Refusal
from readytorun.importer.tail_calls import takes_tail_prefix
from readytorun.ir import ops
from readytorun.ir.ops import CallOp, Op
from readytorun.ir.types import BYREF, I64, REF, VOID
from readytorun.typesystem.method_desc import CONTEXT_NONE, CONTEXT_THIS_OBJECT, MethodDesc

_VARARG: Final = 5


def import_ldftn(frame: Frame, token: int) -> None:
    """ldftn: the address is materialised only if it does not end up in a delegate constructor."""
    method = frame.module.resolve_method(token, frame.generic_context)
    if frame.constrained_token:
        frame.push(static_virtual_address(frame, method, token, frame.constrained_token), I64)
        return
    placeholder = frame.state.builder.const(I64, 0)
    entry = frame.push(placeholder, I64)
    entry.method = method
    entry.method_token = token
    following = frame.index + 1
    code = frame.code
    if following < len(code.opcodes) and code.opcodes[following] == 0x73 and frame.flow.block_at[following] < 0:
        constructor = frame.module.resolve_method(code.operands[following], frame.generic_context)
        if constructor.owner.is_delegate:
            return
    entry.op = _function_address(frame, method, token)
    entry.method = None


def _function_address(frame: Frame, method: MethodDesc, token: int) -> Op:
    state = frame.state
    own = member_token(frame, method, token)
    flags = instantiating_flag(method)
    state.dependencies.require_method(method)
    if method.is_shared:
        return method_lookup(frame, fixups.METHOD_ENTRY, open_method_at(frame, method, token), own)
    return state.load_fixup(state.cells.precode_method(fixups.METHOD_ENTRY, method, own, flags))


def import_ldvirtftn(frame: Frame, token: int) -> None:
    """ldvirtftn"""
    state = frame.state
    method = frame.module.resolve_method(token, frame.generic_context)
    this = frame.pop()
    if this.kind != REF:
        raise frame.invalid("ldvirtftn on a value that is no object")
    if method.instantiation:
        state.dependencies.require_generic_virtual(method)
    elif method.owner.is_interface:
        state.dependencies.require_interface_method(method)
    own = member_token(frame, method, token)
    if method.is_shared:
        open_method = open_method_at(frame, method, token)
        handle = method_lookup(frame, fixups.METHOD_HANDLE, open_method, own)
        owner = type_handle(frame, method.owner, open_method.owner)
        code: Op = state.call_helper(HELPER_VIRTUAL_FUNC_PTR, I64, [this.op, owner, handle])
    else:
        code = state.call_lazy_helper(
            state.cells.virtual_function(method, own, instantiating_flag(method)), I64, [this.op]
        )
    frame.push(code, I64)


def import_delegate_newobj(frame: Frame, constructor: MethodDesc, token: int) -> None:
    """newobj of a delegate."""
    state = frame.state
    function = frame.pop()
    target = frame.pop()
    type = constructor.owner
    target_op = frame.coerce(target, REF)
    method = function.method
    if type.is_canonical_subtype:
        open_type = frame.module.resolve_method(token, None).owner
        handle = type_handle(frame, type, open_type)
        delegate: CallOp = state.call_helper(HELPER_NEW_OBJECT, REF, [handle])
    else:
        require_type_loaded(frame, type)
        delegate = state.call_lazy_helper(state.cells.helper_type(fixups.NEW_OBJECT, type), REF, [])
    canonical = method.canonical() if method is not None else None
    if (
        method is not None
        and canonical is not None
        and (not method.is_shared or canonical.context_source == CONTEXT_THIS_OBJECT)
    ):
        own = member_token(frame, method, function.method_token)
        flags = instantiating_flag(method)
        state.dependencies.require_method(method)
        cell = state.cells.delegate_ctor(method, own, type.canonical(), flags)
        state.call_lazy_helper(cell, VOID, [delegate, target_op])
    else:
        code = function.op
        if method is not None:
            code = _function_address(frame, method, function.method_token)
        signature = state.abi.call_signature(constructor.signature, REF, CONTEXT_NONE)
        entries = [StackEntry(delegate, REF), StackEntry(target_op, REF), StackEntry(code, I64)]
        cell = state.cells.get_function_entry_point(
            constructor.canonical(), member_token(frame, constructor, token), signature
        )
        emit_call(frame, ops.TARGET_CELL, cell, signature, constructor.signature, entries, [], None, False)
    entry = frame.push(delegate, REF, type)
    entry.is_exact = True
    entry.is_non_null = True


def import_calli(frame: Frame, token: int) -> None:
    """calli"""
    state = frame.state
    signature = frame.module.resolve_standalone_signature(token, frame.generic_context)
    convention = signature.calling_convention & 0x0F
    if convention == _VARARG:
        raise Refusal(Reason.VARARGS, "calli")
    if convention != 0:
        frame.is_tail = False  # there is something to do behind the call
        call_native(frame, signature)
        return
    frame.is_tail = frame.is_tail and takes_tail_prefix(frame, signature, None)
    pointer = frame.pop()
    arguments = pop_arguments(frame, signature)
    if signature.has_this:
        arguments.insert(0, frame.pop())
    this_type = REF
    if signature.has_this and arguments[0].kind != REF:
        this_type = BYREF
    require_signature_types(frame, signature)
    call_signature = state.abi.call_signature(signature, this_type, CONTEXT_NONE)
    code = frame.to_native(pointer)
    emit_call(frame, ops.TARGET_INDIRECT, None, call_signature, signature, arguments, [code], None)
