"""Constrained calls: of a method on whatever a type variable stands for, and of static members of interfaces.

In exact code the type tells the implementation. Where it does not, because the type is known at run time only or is
another version bubble's, the declared method is named together with the constrained type, and the runtime finds the
implementation (readytorun-format.md, flag Constrained of method signatures).
"""

from __future__ import annotations

from readytorun.importer import cells as fixups
from readytorun.importer.calls import (
    call_method,
    emit_call,
    open_method_at,
    pop_arguments,
    require_signature_types,
)
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.generics import member_token, method_lookup, type_handle
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, I64, M_REF, REF
from readytorun.typesystem.method_desc import CONTEXT_METHOD_DESC, CONTEXT_METHOD_TABLE, CONTEXT_NONE, MethodDesc
from readytorun.typesystem.virtuals import resolve_constrained


class Constraint:
    """A method and the type that it is called on.

    Attributes:
        method, token: the declared method, instantiated for the code that is compiled, and its token at the site.
        type, open_type: the constrained type in that code, and with type variables.
    """

    __slots__ = ("method", "open_type", "token", "type")

    def __init__(self, frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> None:
        self.method = method
        self.token = token
        self.type = frame.resolve_type(constrained_token)
        self.open_type = frame.open_type(constrained_token)


def import_constrained_call(frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> None:
    """constrained. call and callvirt: `this`, if there is one, is a managed pointer to a value of the type."""
    arguments = pop_arguments(frame, method.signature)
    site = Constraint(frame, method, token, constrained_token)
    if not method.signature.has_this:
        _call_static_virtual(frame, site, arguments)
        return
    address = frame.to_address(frame.pop())
    if site.type.is_value_type:
        _call_on_value(frame, site, address, arguments)
    else:
        _call_on_reference(frame, site, address, arguments)


def has_known_variant(frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> bool:
    """Whether a constrained call of a task-returning method can call its async variant instead.

    Not if the signature of the callee would have to say both which variant it is and whose implementation: that a
    runtime resolves such a one is not confirmed. The task itself is awaited then.
    """
    site = Constraint(frame, method, token, constrained_token)
    if not method.signature.has_this:
        target = _own_implementation(site)
        return target is not None and target.signature.return_type is method.signature.return_type
    if not site.type.is_value_type:
        return True
    target = resolve_constrained(method, site.type)
    if target is None:
        return True
    is_own = target.owner.module.in_version_bubble and site.type.module.in_version_bubble
    return is_own and target.signature.return_type is method.signature.return_type


def _call_on_reference(frame: Frame, site: Constraint, address: Op, arguments: list[StackEntry]) -> None:
    type = site.type
    method = site.method
    reference = StackEntry(frame.state.builder.load(M_REF, address), REF, None if type.is_canonical_subtype else type)
    if type.is_canonical_subtype and site.open_type.contains_variables:
        if method.owner.is_interface and not method.instantiation:
            _call_by_looked_up_cell(frame, site, [reference, *arguments])
            return
    call_method(frame, method, site.token, [reference, *arguments], True, True)


def _call_by_looked_up_cell(frame: Frame, site: Constraint, arguments: list[StackEntry]) -> None:
    """Interface call on a reference whose type is a type variable: the dispatch cell is looked up."""
    state = frame.state
    method = site.method
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, REF, CONTEXT_NONE)
    own = member_token(frame, method, site.token)
    if not method.owner.is_canonical_subtype:
        cell = state.cells.virtual_entry(method, own, signature)
        emit_call(frame, ops.TARGET_DISPATCH, cell, signature, method.signature, arguments, [], None)
        return
    address = method_lookup(frame, fixups.VIRTUAL_ENTRY, open_method_at(frame, method, site.token), own)
    emit_call(frame, ops.TARGET_INDIRECT_DISPATCH, None, signature, method.signature, arguments, [address], None)


def _call_on_value(frame: Frame, site: Constraint, address: Op, arguments: list[StackEntry]) -> None:
    state = frame.state
    type = site.type
    target = _implementation(site)
    if target is None:
        _call_boxed(frame, site, address, arguments)
        return
    entry = StackEntry(address, BYREF if address.type == BYREF else I64, type)
    if target.owner.module.in_version_bubble and type.module.in_version_bubble:
        token = site.token if target is site.method else 0
        call_method(frame, target, token, [entry, *arguments], False, True, _open_implementation(frame, site, target))
        return
    method = site.method
    source = target.canonical().context_source
    if source == CONTEXT_METHOD_DESC or (method.is_shared and method.owner.is_canonical_subtype):
        _call_by_constraint(frame, site, [entry, *arguments], True)
        return
    # Another bubble's struct, and a method that is generic only as far as the struct is: its type is the context.
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, BYREF, source)
    context: Op | None = None
    if source == CONTEXT_METHOD_TABLE:
        if type.is_canonical_subtype:
            context = type_handle(frame, type, site.open_type)
        else:
            context = state.load_fixup(state.cells.precode_type(fixups.TYPE_DICTIONARY, type))
    own = member_token(frame, method, site.token)
    cell = state.cells.get_function_entry_point(method, own, signature, type)
    emit_call(frame, ops.TARGET_CELL, cell, signature, method.signature, [entry, *arguments], [], context)


def _call_boxed(frame: Frame, site: Constraint, address: Op, arguments: list[StackEntry]) -> None:
    """The struct does not override the method: box a copy of the value and call on the box."""
    from readytorun.importer.objects import box_value

    if site.type.is_byref_like:
        raise frame.invalid(f"{site.method} on {site.type}, which cannot be boxed,")
    require_struct_layout(frame, site.type)
    frame.load_value(site.type, address)
    box_value(frame, frame.pop(), site.type, site.open_type)
    box = frame.pop()
    call_method(frame, site.method, site.token, [box, *arguments], True, True)


# --- static members of interfaces --------------------------------------------------------------------------------


def _call_static_virtual(frame: Frame, site: Constraint, arguments: list[StackEntry]) -> None:
    """constrained. call of a static abstract or virtual member of an interface."""
    target = _own_implementation(site)
    if target is not None:
        call_method(frame, target, 0, arguments, False, True, _open_implementation(frame, site, target))
        return
    known = None if site.type.is_canonical_subtype else _implementation(site)
    is_shared = known is None or known.canonical().context_source != CONTEXT_NONE
    _call_by_constraint(frame, site, arguments, is_shared)


def static_virtual_address(frame: Frame, method: MethodDesc, token: int, constrained_token: int) -> Op:
    """constrained. ldftn: code address of the implementation of a static member of an interface."""
    state = frame.state
    site = Constraint(frame, method, token, constrained_token)
    if method.signature.has_this:
        raise frame.invalid("constrained ldftn of an instance method")
    if _is_looked_up(site):
        return _looked_up_code(frame, site)
    own = member_token(frame, method, token)
    target = _own_implementation(site)
    if target is not None:
        state.dependencies.require_method(target)
    cell = state.cells.precode_method(
        fixups.METHOD_ENTRY, method, own, fixups.METHOD_INSTANTIATING_STUB, constrained=site.type
    )
    return state.load_fixup(cell)


def _own_implementation(site: Constraint) -> MethodDesc | None:
    """The implementation of a static member by an exact type, if both belong to the version bubble."""
    if site.type.is_canonical_subtype or not site.type.module.in_version_bubble:
        return None
    target = _implementation(site)
    if target is None or not target.owner.module.in_version_bubble:
        return None
    return target


# --- what a constraint leads to ------------------------------------------------------------------------------------


def _implementation(site: Constraint) -> MethodDesc | None:
    """The method that is called; None if the value must be boxed first, or if it is not certain."""
    method = site.method
    target = resolve_constrained(method.ordinary, site.type)
    if target is not None and method.is_async_variant:
        if target.signature.return_type is not method.ordinary.signature.return_type:
            raise Refusal(Reason.RUNTIME_ASYNC, f"{method} on {site.type}")
        return target.async_variant
    return target


def _open_implementation(frame: Frame, site: Constraint, target: MethodDesc) -> MethodDesc | None:
    """The implementation with type variables, for lookups in shared code; None if there is nothing to look up."""
    if not target.is_shared:
        return None
    owner = target.owner
    if owner is site.type:
        owner = site.open_type
    elif owner.is_canonical_subtype:
        return None
    context = frame.state.context
    result = context.method_on_owner(target.definition, owner)
    if target.instantiation:
        declared = open_method_at(frame, site.method.ordinary, site.token)
        result = context.method_instance(result, declared.instantiation)
    return result.async_variant if target.is_async_variant else result


def _is_looked_up(site: Constraint) -> bool:
    """Whether shared code must find the implementation at run time."""
    return site.type.is_canonical_subtype or site.method.is_shared


def _looked_up_code(frame: Frame, site: Constraint) -> Op:
    """Code address that takes no generic context."""
    if site.method.is_async_variant:
        raise Refusal(Reason.RUNTIME_ASYNC, f"{site.method} on {site.type} in shared code")
    if site.method.instantiation:
        frame.state.dependencies.require_generic_virtual(site.method)
    own = member_token(frame, site.method, site.token)
    open_method = open_method_at(frame, site.method, site.token)
    return method_lookup(frame, fixups.METHOD_ENTRY, open_method, own, site.open_type)


def _call_by_constraint(frame: Frame, site: Constraint, arguments: list[StackEntry], is_shared: bool) -> None:
    """Name the declared method and the constrained type, and let the runtime find the code.

    Args:
        is_shared: that code may want a generic context; then it is called through a stub that adds it.
    """
    state = frame.state
    method = site.method
    require_signature_types(frame, method.signature)
    signature = state.abi.call_signature(method.signature, BYREF, CONTEXT_NONE)
    if _is_looked_up(site):
        code = _looked_up_code(frame, site)
        emit_call(frame, ops.TARGET_INDIRECT, None, signature, method.signature, arguments, [code], None)
        return
    if method.is_async_variant:
        raise Refusal(Reason.RUNTIME_ASYNC, f"{method} on {site.type}")
    own = member_token(frame, method, site.token)
    flags = fixups.METHOD_INSTANTIATING_STUB if is_shared else 0
    cell = state.cells.get_function_entry_point(method, own, signature, site.type, flags)
    emit_call(frame, ops.TARGET_CELL, cell, signature, method.signature, arguments, [], None)
