"""Calls of methods: which form a call takes, its hidden arguments, delegates, function pointers.

Which target is known at compile time follows the rules of version bubbles: a method of another bubble may become
virtual or be overridden tomorrow, so it is reached through a cell that the runtime binds (codegen rules:
readytorun-format.md, "version bubble").
"""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer import intrinsics
from readytorun.importer.abi import AbiMapper, ir_type_of
from readytorun.importer.awaits import is_returned_at_once, match_task_await, note_async_call
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import HELPER_NEW_OBJECT, HELPER_VIRTUAL_FUNC_PTR, Frame, StackEntry
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
from readytorun.importer.tail_calls import emit_tail_call, takes_tail_prefix
from readytorun.ir import ops
from readytorun.ir.ops import CallOp, Op
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
    CONTEXT_THIS_OBJECT,
    MethodDesc,
    MethodSignature,
)
from readytorun.typesystem.type_desc import ArrayType, TypeDesc
from readytorun.typesystem.virtuals import resolve_constrained, resolve_virtual

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
        _import_constrained_call(frame, method, token, constrained_token)
        frame.is_tail = False
        return position + 1
    expanded = intrinsics.import_intrinsic(frame, method, token, position)
    if expanded >= 0:
        return expanded
    is_tail = is_tail and takes_tail_prefix(frame, signature, method)
    arguments = pop_arguments(frame, signature)
    if signature.has_this:
        arguments.insert(0, frame.pop())
    elif method.is_abstract or method.is_virtual:
        raise Refusal(Reason.UNSUPPORTED_IL, "static virtual method without constraint")
    if isinstance(method.owner, ArrayType):
        if _import_array_method(frame, method, token, arguments):
            return position + 1
    frame.is_tail = is_tail
    call_method(frame, method, token, arguments, is_callvirt, True)
    frame.is_tail = False
    return position + 1


def _import_task_await(
    frame: Frame, method: MethodDesc, token: int, is_callvirt: bool, position: int, constrained_token: int
) -> int:
    """Import a call whose task is awaited at once; gives the index behind all of that, -1 if it is not."""
    awaited = match_task_await(frame, method, position)
    is_returned = awaited is None and is_returned_at_once(frame, method, position)
    if awaited is None and not is_returned:
        return -1
    signature = method.signature
    if constrained_token:
        frame.await_handling = ops.AWAIT_TAIL if awaited is None else awaited.handling
        _import_constrained_call(frame, method.async_variant, token, constrained_token)
    else:
        if not signature.has_this and (method.is_abstract or method.is_virtual):
            raise Refusal(Reason.UNSUPPORTED_IL, "static virtual method without constraint")
        if awaited is not None and _avoids_thunk(frame, method, is_callvirt):
            return -1
        arguments = pop_arguments(frame, signature)
        if signature.has_this:
            arguments.insert(0, frame.pop())
        frame.await_handling = ops.AWAIT_TAIL if awaited is None else awaited.handling
        call_method(frame, method.async_variant, token, arguments, is_callvirt, True)
    if awaited is not None:
        return awaited.end
    if frame.state.builder.is_reachable:
        return_value(frame, frame.pop() if ir_type_of(frame.method.signature.return_type) != VOID else None)
    return position + 2


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


def _this_type(method: MethodDesc) -> int:
    return BYREF if method.owner.is_value_type else REF


def _emit(
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
        wanted = open_method if open_method is not None else _open_method(frame, method, token)
        return method_lookup(frame, fixups.METHOD_HANDLE, wanted, own)
    if source == CONTEXT_METHOD_TABLE:
        owner = method.owner
        if not owner.is_canonical_subtype:
            return state.load_fixup(state.cells.precode_type(fixups.TYPE_DICTIONARY, owner))
        wanted = open_method if open_method is not None else _open_method(frame, method, token)
        return type_handle(frame, owner, wanted.owner)
    return None


def _open_method(frame: Frame, method: MethodDesc, token: int) -> MethodDesc:
    if not token:
        raise Refusal(Reason.UNSUPPORTED_IL, f"lookup of {method}, which no token of the caller names")
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
    state.required_methods.setdefault(canonical.id, canonical)
    _emit(frame, ops.TARGET_CELL, cell, signature, method.signature, arguments, [], context)


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
    if method.owner.is_interface and method.owner.is_canonical_subtype:
        address = method_lookup(frame, fixups.VIRTUAL_ENTRY, _open_method(frame, method, token), own)
        _emit(frame, ops.TARGET_INDIRECT_DISPATCH, None, signature, method.signature, arguments, [address], None)
        return
    if not method.owner.is_interface:
        frame.null_check(this)
    cell = state.cells.virtual_entry(method, own, signature)
    _emit(frame, ops.TARGET_DISPATCH, cell, signature, method.signature, arguments, [], None)


def _call_virtual_generic(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> None:
    """A virtual method with type arguments of its own: look the code up, then call it."""
    state = frame.state
    this = arguments[0]
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    own = member_token(frame, method, token)
    if not method.is_shared:
        cell = state.cells.virtual_function(method, own, instantiating_flag(method))
        code = state.call_lazy_helper(cell, I64, [frame.coerce(this, REF)])
    else:
        open_method = _open_method(frame, method, token)
        handle = method_lookup(frame, fixups.METHOD_HANDLE, open_method, own)
        owner = type_handle(frame, method.owner, open_method.owner)
        code = state.call_helper(HELPER_VIRTUAL_FUNC_PTR, I64, [frame.coerce(this, REF), owner, handle])
    _emit(frame, ops.TARGET_INDIRECT, None, signature, method.signature, arguments, [code], None)


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
    _emit(frame, ops.TARGET_INDIRECT, None, signature, method.signature, entries, [code], None)


def _import_array_method(frame: Frame, method: MethodDesc, token: int, arguments: list[StackEntry]) -> bool:
    """Get, Set and Address of multi-dimensional arrays."""
    from readytorun.importer.multi_dim_arrays import import_array_method

    return import_array_method(frame, method, token, arguments)


# --- constrained calls -------------------------------------------------------------------------------------------


def _import_constrained_call(frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> None:
    """constrained. callvirt: `this` is a managed pointer to a value of the constrained type."""
    state = frame.state
    builder = state.builder
    type = frame.resolve_type(constrained_token)
    signature = method.signature
    arguments = pop_arguments(frame, signature)
    if not signature.has_this:
        _call_static_virtual(frame, method, type, arguments)
        return
    pointer = frame.pop()
    address = frame.to_address(pointer)
    if not type.is_value_type:
        reference = StackEntry(builder.load(M_REF, address), REF, None if type.is_canonical_subtype else type)
        if type.is_canonical_subtype and frame.open_type(constrained_token).contains_variables:
            if method.owner.is_interface and not method.instantiation:
                _call_constrained_lookup(frame, method, token, constrained_token, [reference, *arguments])
                return
        call_method(frame, method, token, [reference, *arguments], True, True)
        return
    target = resolve_constrained(method.ordinary, type)
    if target is not None and method.is_async_variant:
        if target.signature.return_type is not method.ordinary.signature.return_type:
            raise Refusal(Reason.RUNTIME_ASYNC, f"{method} on {type}")
        target = target.async_variant
    if target is None:
        if type.is_nullable or type.is_byref_like or type.is_canonical_subtype:
            raise Refusal(Reason.CONSTRAINED_BOXING, f"{method} on {type}")
        _call_boxed(frame, method, token, type, constrained_token, address, arguments)
        return
    entry = StackEntry(address, BYREF if address.type == BYREF else I64, type)
    if target.owner.module.in_version_bubble and type.module.in_version_bubble:
        open_target: MethodDesc | None = None
        if target.is_shared and target.owner is type and not target.instantiation:
            open_type = frame.open_type(constrained_token)
            open_target = state.context.method_on_owner(target.definition, open_type)
            if target.is_async_variant:
                open_target = open_target.async_variant
        site = token if target is method else 0
        call_method(frame, target, site, [entry, *arguments], False, True, open_target)
        return
    # Another bubble's struct: name the declared method and the constrained type, and let the runtime resolve it.
    canonical = target.canonical()
    if canonical.context_source == CONTEXT_METHOD_DESC:
        raise Refusal(Reason.CONSTRAINED_BOXING, f"generic method {method} on {type}")
    require_signature_types(frame, signature)
    call_signature = state.abi.call_signature(signature, BYREF, canonical.context_source)
    context: Op | None = None
    if canonical.context_source == CONTEXT_METHOD_TABLE:
        if type.is_canonical_subtype:
            context = type_handle(frame, type, frame.open_type(constrained_token))
        else:
            context = state.load_fixup(state.cells.precode_type(fixups.TYPE_DICTIONARY, type))
    if method.is_shared and method.owner.is_canonical_subtype:
        raise Refusal(Reason.CONSTRAINED_BOXING, f"{method} on {type} in shared code")
    own = member_token(frame, method, token)
    cell = state.cells.get_function_entry_point(method, own, call_signature, type)
    _emit(frame, ops.TARGET_CELL, cell, call_signature, signature, [entry, *arguments], [], context)


def _call_constrained_lookup(
    frame: Frame, method: MethodDesc, token: int, constrained_token: int, arguments: list[StackEntry]
) -> None:
    """Interface call on a reference whose type is a type variable: the dispatch cell is looked up."""
    state = frame.state
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    own = member_token(frame, method, token)
    if not method.owner.is_canonical_subtype:
        cell = state.cells.virtual_entry(method, own, signature)
        _emit(frame, ops.TARGET_DISPATCH, cell, signature, method.signature, arguments, [], None)
        return
    address = method_lookup(frame, fixups.VIRTUAL_ENTRY, _open_method(frame, method, token), own)
    _emit(frame, ops.TARGET_INDIRECT_DISPATCH, None, signature, method.signature, arguments, [address], None)


def _call_boxed(
    frame: Frame,
    method: MethodDesc,
    token: int,
    type: TypeDesc,
    constrained_token: int,
    address: Op,
    arguments: list[StackEntry],
) -> None:
    """The struct does not override the method: box a copy of the value and call on the box."""
    from readytorun.importer.objects import box_value

    require_struct_layout(frame, type)
    frame.load_value(type, address)
    box_value(frame, frame.pop(), type, type)
    box = frame.pop()
    call_method(frame, method, token, [box, *arguments], True, True)


def _call_static_virtual(frame: Frame, method: MethodDesc, type: TypeDesc, arguments: list[StackEntry]) -> None:
    """constrained. call of a static abstract or virtual interface member."""
    if type.is_canonical_subtype:
        raise Refusal(Reason.STATIC_VIRTUAL_IN_SHARED_CODE, f"{method} on {type}")
    target = resolve_constrained(method.ordinary, type)
    if target is not None and method.is_async_variant:
        if target.signature.return_type is not method.ordinary.signature.return_type:
            raise Refusal(Reason.RUNTIME_ASYNC, f"{method} on {type}")
        target = target.async_variant
    if target is None or target.owner.is_interface or not target.owner.module.in_version_bubble:
        raise Refusal(Reason.STATIC_VIRTUAL_IN_SHARED_CODE, f"{method} on {type}")
    call_method(frame, target, 0, arguments, False, True)


# --- function pointers and delegates -----------------------------------------------------------------------------


def import_ldftn(frame: Frame, token: int) -> None:
    """ldftn: the address is materialised only if it does not end up in a delegate constructor."""
    method = frame.module.resolve_method(token, frame.generic_context)
    if frame.constrained_token:
        raise Refusal(Reason.UNSUPPORTED_IL, "constrained ldftn")
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
    canonical = method.canonical()
    flags = instantiating_flag(method)
    state.required_methods.setdefault(canonical.id, canonical)
    if method.is_shared:
        return method_lookup(frame, fixups.METHOD_ENTRY, _open_method(frame, method, token), own)
    return state.load_fixup(state.cells.precode_method(fixups.METHOD_ENTRY, method, own, flags))


def import_ldvirtftn(frame: Frame, token: int) -> None:
    """ldvirtftn"""
    state = frame.state
    method = frame.module.resolve_method(token, frame.generic_context)
    this = frame.pop()
    if this.kind != REF:
        raise frame.invalid("ldvirtftn on a value that is no object")
    own = member_token(frame, method, token)
    if method.is_shared:
        open_method = _open_method(frame, method, token)
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
        state.required_methods.setdefault(canonical.id, canonical)
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
        _emit(frame, ops.TARGET_CELL, cell, signature, constructor.signature, entries, [], None, False)
    entry = frame.push(delegate, REF, type)
    entry.is_exact = True
    entry.is_non_null = True


def import_calli(frame: Frame, token: int) -> None:
    """calli of managed function pointers."""
    state = frame.state
    signature = frame.module.resolve_standalone_signature(token, frame.generic_context)
    if signature.calling_convention & 0x0F != 0:
        raise Refusal(Reason.PINVOKE_MARSHALLING, "calli with an unmanaged calling convention")
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
    _emit(frame, ops.TARGET_INDIRECT, None, call_signature, signature, arguments, [code], None)
