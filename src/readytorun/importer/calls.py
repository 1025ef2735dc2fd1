"""Calls of methods: which form a call takes, and its hidden arguments.

Which target is known at compile time follows the rules of version bubbles: a method of another bubble may become
virtual or be overridden tomorrow, so it is reached through a cell that the runtime binds (codegen rules:
readytorun-format.md, "version bubble").
"""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer import intrinsics
from readytorun.importer.abi import AbiMapper, ir_type_of
from readytorun.importer.awaits import (
    is_returned_at_once,
    match_adapted_return,
    match_task_await,
    note_async_call,
)
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import HELPER_VIRTUAL_FUNC_PTR, Frame, StackEntry
from readytorun.importer.generics import (
    instantiating_flag,
    member_token,
    method_lookup,
    require_type_loaded,
    type_handle,
)
from readytorun.importer.inlining import try_inline
from readytorun.importer.refusal import Reason, Refusal
from readytorun.importer.returns import return_buffer, return_value
from readytorun.importer.tail_calls import emit_tail_call, is_last_call, note_last_call, takes_tail_prefix
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import (
    BYREF,
    I64,
    M_I64,
    M_REF,
    REF,
    ROLE_CONTINUATION,
    ROLE_GENERIC_CONTEXT,
    ROLE_METHOD_CONTEXT,
    ROLE_RETURN_BUFFER,
    STRUCT,
    VOID,
    CallSignature,
)
from readytorun.r2r.model import Cell
from readytorun.typesystem.method_desc import (
    CONTEXT_METHOD_DESC,
    CONTEXT_METHOD_TABLE,
    CONTEXT_NONE,
    MethodDesc,
    MethodSignature,
)
from readytorun.typesystem.type_desc import ArrayType, TypeDesc
from readytorun.typesystem.virtuals import resolve_virtual

# Offsets in a delegate object (R2R 16: readytorun.h).
DELEGATE_TARGET: int = 8
DELEGATE_METHOD_PTR: int = 0x18
_VARARG = 5


def method_call_signature(abi: AbiMapper, method: MethodDesc) -> CallSignature:
    """Calling-convention signature of a method's own code (canonical code takes its generic context)."""
    this_type = BYREF if method.owner.is_value_type else REF
    return abi.call_signature(method.signature, this_type, method.context_source)


def pop_arguments(frame: Frame, signature: MethodSignature) -> list[StackEntry]:
    """Pop the declared arguments; `this` stays on the stack."""
    count = len(signature.params)
    if len(frame.stack) < count:
        raise frame.invalid("stack underflow at a call")
    if count == 0:
        return []
    arguments = frame.stack[-count:]
    del frame.stack[-count:]
    return arguments


def import_call(frame: Frame, token: int, is_callvirt: bool, position: int) -> int:
    """call and callvirt; gives the index of the next instruction."""
    method = frame.module.resolve_method(token, frame.generic_context)
    signature = method.signature
    if signature.calling_convention & 0x0F == _VARARG:
        raise Refusal(Reason.VARARGS, str(method))
    is_tail = frame.is_tail
    frame.is_tail = False
    constrained_token = frame.constrained_token
    frame.constrained_token = 0
    if method.task_kind and frame.state.library is not None:
        await_end = _import_task_await(frame, method, token, is_callvirt, position, constrained_token)
        if await_end >= 0:
            return await_end
    if constrained_token:
        frame.is_tail = is_tail and takes_tail_prefix(frame, signature, method)
        _import_constrained(frame, method, token, constrained_token)
        frame.is_tail = False
        return position + 1
    expanded = intrinsics.import_intrinsic(frame, method, token, position)
    if expanded >= 0:
        return expanded
    is_tail = is_tail and takes_tail_prefix(frame, signature, method)
    arguments = pop_arguments(frame, signature)
    if signature.has_this:
        arguments.insert(0, frame.pop())
    if isinstance(method.owner, ArrayType):
        if _import_array_method(frame, method, token, arguments):
            return position + 1
    frame.is_tail = is_tail
    frame.is_last = not is_tail and is_last_call(frame, signature, method)
    call_method(frame, method, token, arguments, is_callvirt, True)
    frame.is_tail = False
    frame.is_last = False
    return position + 1


def _import_constrained(frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> None:
    from readytorun.importer.constrained import import_constrained_call

    import_constrained_call(frame, method, token, constrained_token)


def _has_known_variant(frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> bool:
    from readytorun.importer.constrained import has_known_variant

    return has_known_variant(frame, method, token, constrained_token)


def _import_task_await(
    frame: Frame, method: MethodDesc, token: int, is_callvirt: bool, position: int, constrained_token: int
) -> int:
    """Import a call whose task is awaited at once; gives the index behind all of that, -1 if it is not."""
    awaited = match_task_await(frame, method, position)
    end = -1
    handling = ops.AWAIT_TAIL
    if awaited is not None:
        end = awaited.end
        handling = awaited.handling
    elif is_returned_at_once(frame, method, position):
        end = position + 2
    elif frame.state.library is not None and frame.state.library.dialect.value_task_flag:
        end = match_adapted_return(frame, method, position)
        handling = ops.AWAIT_PLAIN
    if end < 0:
        return -1
    signature = method.signature
    frame.adapts_value_task = awaited is None and handling == ops.AWAIT_PLAIN
    if constrained_token:
        if not _has_known_variant(frame, method, token, constrained_token):
            frame.adapts_value_task = False
            return -1
        frame.await_handling = handling
        _import_constrained(frame, method.async_variant, token, constrained_token)
    else:
        if awaited is not None and _avoids_thunk(frame, method, is_callvirt):
            return -1
        arguments = pop_arguments(frame, signature)
        if signature.has_this:
            arguments.insert(0, frame.pop())
        frame.await_handling = handling
        call_method(frame, method.async_variant, token, arguments, is_callvirt, True)
    if awaited is None and frame.state.builder.is_reachable:
        return_value(frame, frame.pop() if ir_type_of(frame.method.signature.return_type) != VOID else None)
    return end


def _avoids_thunk(frame: Frame, method: MethodDesc, is_callvirt: bool) -> bool:
    """Whether the callee is certain, and its async variant but a thunk: awaiting its task then is the shorter way."""
    library = frame.state.library
    if library is None or library.dialect.compiles_async_versions:
        return False
    target: MethodDesc | None = method
    if is_callvirt and method.signature.has_this and not method.owner.is_value_type:
        this = len(frame.stack) - len(method.signature.params) - 1
        target = _devirtualize(frame, method, frame.stack[this]) if this >= 0 else None
    return target is not None and not target.is_async


def jump_to(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> None:
    """jmp: leave for a method; `token` is that of the instruction."""
    frame.is_tail = True
    _call_direct(frame, method, token, arguments)


def call_method(
    frame: Frame,
    method: MethodDesc,
    token: int,
    arguments: list[StackEntry],
    is_callvirt: bool,
    push: bool,
    open_method: MethodDesc | None = None,
) -> None:
    """Call a method with the arguments given (`this` first) and push its result, or leave for it if `frame.is_tail`.

    Args:
        frame: the caller.
        method: what to call, instantiated for the code that is compiled.
        token: token of the call site in the frame's module, 0 if the method did not come from one.
        arguments: stack values.
        is_callvirt: dispatch on the run-time type, and check `this` for null.
        push: False for constructors, whose result is the object.
        open_method: the method with type variables, for lookups, where no token of the call site names it.
    """
    signature = method.signature
    owner = method.owner
    if is_callvirt and signature.has_this:
        this = arguments[0]
        if owner.is_delegate and method.name == "Invoke":
            _call_delegate(frame, method, arguments)
            return
        if this.kind == REF and not owner.is_value_type:
            target = _devirtualize(frame, method, this)
            if target is None:
                _call_virtual(frame, method, token, arguments)
                return
            if target is not method:
                if target.is_shared and target.instantiation:
                    # Its type arguments are looked up by a token, and that names the method that is overridden.
                    _call_virtual(frame, method, token, arguments)
                    return
                token = 0
                method = target
            frame.null_check(this)
        elif this.kind == REF:
            raise frame.invalid("callvirt of a struct's method on an object")
    if method.is_abstract:
        raise frame.invalid("direct call of an abstract method")
    if not frame.is_tail and try_inline(frame, method, arguments, push):
        return
    _call_direct(frame, method, token, arguments, None, open_method)


def _devirtualize(frame: Frame, method: MethodDesc, this: StackEntry) -> MethodDesc | None:
    """The method that a callvirt certainly reaches, None if that is known at run time only."""
    owner = method.owner
    if not owner.module.in_version_bubble:
        # Not even non-virtual methods are safe: they may become virtual.
        return None
    if not method.is_virtual:
        return method
    if method.is_async_variant:
        # The variants of an override are where the method's own are, if it returns the same.
        ordinary = _devirtualize(frame, method.ordinary, this)
        if ordinary is None or ordinary.signature.return_type is not method.ordinary.signature.return_type:
            return None
        return ordinary.async_variant
    if owner.is_interface:
        return None
    if method.is_final or owner.is_sealed:
        return method
    type = this.type
    if type is None or not type.module.in_version_bubble or type.is_array or type.is_interface:
        return None
    if not (this.is_exact or type.is_sealed) or type.is_canonical_subtype:
        return None
    target = resolve_virtual(method, type)
    if target is None or target.is_abstract or not target.owner.module.in_version_bubble:
        return None
    return target


# --- arguments and results ---------------------------------------------------------------------------------------


def require_signature_types(frame: Frame, signature: MethodSignature) -> None:
    """List the value types of a callee's signature: they must be loaded, and laid out as compiled."""
    for type in (signature.return_type, *signature.params):
        if type.is_value_type and not type.is_primitive and type.element_type != 1:
            require_type_loaded(frame, type)
            require_struct_layout(frame, type)


def emit_call(
    frame: Frame,
    target: int,
    cell: Cell | None,
    signature: CallSignature,
    method_signature: MethodSignature,
    arguments: list[StackEntry],
    leading: list[Op],
    context: Op | None,
    push: bool = True,
) -> None:
    """Append a call and push its result; or leave the method by a jump to the callee, if `frame.is_tail`.

    Args:
        leading: code address or cell address of the indirect targets.
        context: value of the hidden generic context argument.
    """
    state = frame.state
    builder = state.builder
    args: list[Op] = list(leading)
    return_type = method_signature.return_type
    result_kind = ir_type_of(return_type)
    position = 0
    temp = None
    if result_kind == STRUCT and not frame.is_tail:
        temp = state.new_temp(return_type)
    for param in signature.params:
        if param.role == ROLE_RETURN_BUFFER:
            if frame.is_tail:
                args.append(return_buffer(frame))
                continue
            if temp is None:
                raise frame.invalid("return buffer without struct result")
            args.append(builder.slot_addr(temp))
        elif param.role == ROLE_GENERIC_CONTEXT or param.role == ROLE_METHOD_CONTEXT:
            if context is None:
                raise frame.invalid("generic context expected")
            args.append(context)
        elif param.role == ROLE_CONTINUATION:
            args.append(builder.null())
        else:
            entry = arguments[position]
            position += 1
            if param.type == STRUCT:
                declared = method_signature.params[position - (2 if method_signature.has_this else 1)]
                frame.check_struct(entry, declared)
                args.append(entry.op)
            else:
                args.append(frame.coerce(entry, param.type))
    if frame.is_tail:
        frame.is_tail = False
        if target == ops.TARGET_DISPATCH or target == ops.TARGET_INDIRECT_DISPATCH:
            # A fault in the dispatch stub would find no managed caller to throw in.
            frame.null_check(arguments[0])
        emit_tail_call(frame, target, cell, signature, args)
        return
    frame.materialize_aliases()
    call = builder.call(target, cell, signature, args)
    call.is_user_call = True
    if frame.is_last:
        note_last_call(frame, call)
    if signature.returns_continuation:
        note_async_call(frame, call, return_type)
    if result_kind == STRUCT:
        if temp is not None and signature.result.type == STRUCT:
            call.result_slot = temp
        if push and temp is not None:
            frame.push(builder.slot_addr(temp), STRUCT, return_type)
    elif result_kind != VOID and push:
        frame.push(call, result_kind, return_type)


# --- forms of calls ----------------------------------------------------------------------------------------------


def _context_of(
    frame: Frame, method: MethodDesc, token: int, canonical: MethodDesc, open_method: MethodDesc | None
) -> Op | None:
    """Hidden generic context argument of a direct call of canonical code."""
    state = frame.state
    source = canonical.context_source
    if source == CONTEXT_METHOD_DESC:
        own = member_token(frame, method, token)
        if not method.is_shared:
            return state.load_fixup(
                state.cells.precode_method(fixups.METHOD_DICTIONARY, method, own, instantiating_flag(method))
            )
        wanted = open_method if open_method is not None else open_method_at(frame, method, token)
        return method_lookup(frame, fixups.METHOD_HANDLE, wanted, own)
    if source == CONTEXT_METHOD_TABLE:
        owner = method.owner
        if not owner.is_canonical_subtype:
            return state.load_fixup(state.cells.precode_type(fixups.TYPE_DICTIONARY, owner))
        wanted = open_method if open_method is not None else open_method_at(frame, method, token)
        return type_handle(frame, owner, wanted.owner)
    return None


def open_method_at(frame: Frame, method: MethodDesc, token: int) -> MethodDesc:
    """The method that a token of the frame's module names, with type variables: what is looked up at run time.

    Raises:
        Refusal: there is no token.
    """
    if not token:
        raise Refusal(Reason.TOKEN_NOT_IN_MODULE, f"lookup of {method}, which no token of the caller names")
    found = frame.module.resolve_method(token, None)
    return found.async_variant if method.is_async_variant else found


def _call_direct(
    frame: Frame,
    method: MethodDesc,
    token: int,
    arguments: list[StackEntry],
    constrained: TypeDesc | None = None,
    open_method: MethodDesc | None = None,
) -> None:
    """METH: call through a method entry cell."""
    state = frame.state
    canonical = method.canonical()
    require_signature_types(frame, method.signature)
    signature = method_call_signature(state.abi, canonical)
    own = member_token(frame, method, token)
    cell = state.cells.get_function_entry_point(canonical, own, signature, constrained)
    context = _context_of(frame, method, token, canonical, open_method)
    state.dependencies.require_method(method)
    emit_call(frame, ops.TARGET_CELL, cell, signature, method.signature, arguments, [], context)


def _call_virtual(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> None:
    """VIRT: dispatch on the run-time type of `this`."""
    state = frame.state
    this = arguments[0]
    if method.instantiation:
        _call_virtual_generic(frame, method, token, arguments)
        return
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    own = member_token(frame, method, token)
    if method.owner.is_interface:
        state.dependencies.require_interface_method(method)
    if method.owner.is_interface and method.owner.is_canonical_subtype:
        address = method_lookup(frame, fixups.VIRTUAL_ENTRY, open_method_at(frame, method, token), own)
        emit_call(frame, ops.TARGET_INDIRECT_DISPATCH, None, signature, method.signature, arguments, [address], None)
        return
    if not method.owner.is_interface:
        frame.null_check(this)
    cell = state.cells.virtual_entry(method, own, signature)
    emit_call(frame, ops.TARGET_DISPATCH, cell, signature, method.signature, arguments, [], None)


def _call_virtual_generic(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> None:
    """A virtual method with type arguments of its own: look the code up, then call it."""
    state = frame.state
    this = arguments[0]
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    own = member_token(frame, method, token)
    state.dependencies.require_generic_virtual(method)
    if not method.is_shared:
        cell = state.cells.virtual_function(method, own, instantiating_flag(method))
        code = state.call_lazy_helper(cell, I64, [frame.coerce(this, REF)])
    else:
        open_method = open_method_at(frame, method, token)
        handle = method_lookup(frame, fixups.METHOD_HANDLE, open_method, own)
        owner = type_handle(frame, method.owner, open_method.owner)
        code = state.call_helper(HELPER_VIRTUAL_FUNC_PTR, I64, [frame.coerce(this, REF), owner, handle])
    emit_call(frame, ops.TARGET_INDIRECT, None, signature, method.signature, arguments, [code], None)


def _call_delegate(frame: Frame, method: MethodDesc, arguments: list[StackEntry]) -> None:
    """Invoke: the delegate's code pointer with its target as `this`; a null delegate faults on the first load."""
    state = frame.state
    builder = state.builder
    delegate = frame.coerce(arguments[0], REF)
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    target = builder.load(M_REF, delegate, DELEGATE_TARGET)
    code = builder.load(M_I64, delegate, DELEGATE_METHOD_PTR)
    entries = [StackEntry(target, REF), *arguments[1:]]
    emit_call(frame, ops.TARGET_INDIRECT, None, signature, method.signature, entries, [code], None)


def _import_array_method(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> bool:
    """Get, Set and Address of multi-dimensional arrays."""
    from readytorun.importer.multi_dim_arrays import import_array_method

    return import_array_method(frame, method, token, arguments)
