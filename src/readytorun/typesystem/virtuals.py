"""Which method a virtual, interface or constrained call reaches, if the exact type is known (ECMA-335 I.12.2, II.12).

Overriding is a matter of definitions: two methods that are told apart there stay apart however they are instantiated.
Where the answer is not certain (several candidates after instantiation, variance, MethodImpl records between classes,
members of other assemblies that may not be accessible) the answer is None, and the call is left to the runtime.
"""

from __future__ import annotations

from typing import Final

from readytorun.typesystem.method_desc import MEMBER_ACCESS_MASK, MethodDesc
from readytorun.typesystem.type_desc import EcmaType, TypeDesc

# MethodDesc.override_state
_NOT_COMPUTED: Final = 0
_NEW_SLOT: Final = 1
_OVERRIDES: Final = 2
_UNCERTAIN: Final = 3

_FAMILY: Final = 4
_PUBLIC: Final = 6
_PRIVATE: Final = 1


def resolve_virtual(method: MethodDesc, exact_type: TypeDesc) -> MethodDesc | None:
    """The method that a virtual call on an object of exactly the given type runs.

    Args:
        method: declared method: of a class or an interface, with its method type arguments.
        exact_type: the object's type; a value type for a boxed value.

    Returns:
        The implementation on its owner's instantiation, perhaps abstract, perhaps of an interface (a default
        interface method); `method` itself if it is not virtual; None if not certain.
    """
    if method.owner.is_interface:
        return resolve_interface_method(method, exact_type)
    if not method.is_virtual:
        return method
    slot = _slot_of(method.definition)
    if slot is None:
        return None
    current: TypeDesc | None = exact_type
    while current is not None:
        definition = current.definition
        if isinstance(definition, EcmaType):
            for _, declaration in definition.method_impls():
                if not declaration.owner.is_interface and declaration.name == slot.name:
                    return None
            for candidate in definition.methods():
                if candidate.is_virtual and candidate.name == slot.name:
                    candidate_slot = _slot_of(candidate)
                    if candidate_slot is None:
                        return None
                    if candidate_slot is slot:
                        return _on_owner(candidate, current, method.instantiation)
        current = current.base_type
    return None


def resolve_interface_method(method: MethodDesc, exact_type: TypeDesc) -> MethodDesc | None:
    """The method that an interface call on an object of exactly the given type runs; see `resolve_virtual`.

    A default implementation comes back as the interface's own method: its owner is an interface.
    """
    if exact_type.is_interface or not isinstance(exact_type.definition, EcmaType) or method.is_static:
        return None
    declared = _implemented_as(method, exact_type)
    if declared is None:
        return None
    interface = declared.owner
    current: TypeDesc | None = exact_type
    while current is not None:
        found = method_impl(declared, current)
        if found is not None:
            return _most_derived(found, current, exact_type, method.instantiation)
        if interface in declared_with_inherited(current):
            base = current.base_type
            searched: TypeDesc | None = current
            while searched is not None:
                matches = public_matches(declared, searched)
                if len(matches) > 1:
                    return None
                if matches:
                    return _most_derived(matches[0], searched, exact_type, method.instantiation)
                if base is not None and interface in base.interfaces:
                    break  # the base has its own answer
                searched = searched.base_type
        current = current.base_type
    return _default_method(declared, exact_type, method.instantiation)


def resolve_constrained(method: MethodDesc, value_type: TypeDesc) -> MethodDesc | None:
    """The value type's own method that a constrained call reaches, which takes the value's address as `this`.

    None if the value has to be boxed first, or if it is not certain. For a static abstract interface method: the
    type's implementation.
    """
    if method.is_static:
        return resolve_static_virtual(method, value_type)
    if not value_type.is_value_type:
        return None
    found = resolve_virtual(method, value_type)
    return found if found is not None and found.owner is value_type else None


def resolve_static_virtual(method: MethodDesc, exact_type: TypeDesc) -> MethodDesc | None:
    """The implementation of a static abstract or virtual interface method by a type; None if not certain.

    A default implementation comes back as the interface's own method: its owner is an interface.
    """
    if not isinstance(exact_type.definition, EcmaType) or exact_type.is_interface:
        return None
    declared = _implemented_as(method, exact_type)
    if declared is None:
        return None
    current: TypeDesc | None = exact_type
    while current is not None:
        found = method_impl(declared, current)
        if found is not None:
            return _on_owner(found, current, method.instantiation)
        current = current.base_type
    return _default_method(declared, exact_type, method.instantiation)


# --- class methods ---------------------------------------------------------------------------------------------------


def _slot_of(definition: MethodDesc) -> MethodDesc | None:
    """The definition that introduced the virtual slot of a virtual method definition; None if not certain."""
    current = definition
    while True:
        if current.override_state == _NOT_COMPUTED:
            _find_overridden(current)
        if current.override_state == _NEW_SLOT:
            return current
        overridden = current.overridden_cache
        if current.override_state == _UNCERTAIN or overridden is None:
            return None
        current = overridden


def _find_overridden(definition: MethodDesc) -> None:
    """Fill in the nearest base method that a virtual method definition overrides."""
    definition.override_state = _NEW_SLOT
    if definition.is_newslot:
        return
    seen = definition.owner.base_type
    while seen is not None:
        found: MethodDesc | None = None
        for candidate in seen.definition.methods():
            if candidate.name != definition.name or not candidate.is_virtual or candidate.is_static:
                continue
            signature = candidate.signature
            if seen.instantiation:
                signature = signature.substitute(seen.instantiation, ())
            if not signature.matches(definition.signature):
                continue
            access = candidate.flags & MEMBER_ACCESS_MASK
            same_module = candidate.module is definition.module
            if found is not None or candidate.is_final or (access < _FAMILY and not same_module) or access <= _PRIVATE:
                definition.override_state = _UNCERTAIN
                return
            found = candidate
        if found is not None:
            definition.overridden_cache = found
            definition.override_state = _OVERRIDES
            return
        seen = seen.base_type


def _on_owner(definition: MethodDesc, owner: TypeDesc, arguments: tuple[TypeDesc, ...]) -> MethodDesc | None:
    if definition.generic_parameter_count != len(arguments):
        return None
    context = owner.context
    method = context.method_on_owner(definition, owner)
    return context.method_instance(method, arguments) if arguments else method


def _most_derived(
    definition: MethodDesc, owner: TypeDesc, exact_type: TypeDesc, arguments: tuple[TypeDesc, ...]
) -> MethodDesc | None:
    """What has become of the virtual method that implements an interface method in `owner`, in the exact type."""
    found = _on_owner(definition, owner, arguments)
    if found is None or owner is exact_type or definition.is_final or not definition.is_virtual:
        return found
    return resolve_virtual(found, exact_type)


# --- interface methods -----------------------------------------------------------------------------------------------


def _implemented_as(method: MethodDesc, exact_type: TypeDesc) -> MethodDesc | None:
    """The method on that interface of the exact type through which a call on `method` goes; None if not certain.

    In shared code the interface is known up to its canonical form only; it is certain if the type implements but one
    interface of that definition.
    """
    wanted = method.owner
    if not wanted.is_interface:
        return None
    same_definition = [i for i in exact_type.interfaces if i.definition is wanted.definition]
    if wanted in same_definition:
        if exact_type.instantiation:
            count = 0
            for open_interface in exact_type.definition.interfaces:
                if open_interface.substitute(exact_type.instantiation, ()) is wanted:
                    count += 1
            if count != 1:
                return None
        if exact_type.is_canonical_subtype and wanted.is_canonical_subtype and len(same_definition) > 1:
            return None
        return exact_type.context.method_on_owner(method.definition, wanted)
    if len(same_definition) == 1 and (wanted.is_canonical_subtype or exact_type.is_canonical_subtype):
        if same_definition[0].canonical() is wanted.canonical():
            return exact_type.context.method_on_owner(method.definition, same_definition[0])
    return None


def declared_with_inherited(type: TypeDesc) -> list[TypeDesc]:
    """The interfaces that a type's own declaration names, and those that these extend."""
    definition = type.definition
    result: list[TypeDesc] = []
    if isinstance(definition, EcmaType):
        for declared in definition.declared_interfaces():
            instantiated = declared.substitute(type.instantiation, ()) if type.instantiation else declared
            result.append(instantiated)
            result.extend(instantiated.interfaces)
    return result


def method_impl(declared: MethodDesc, type: TypeDesc) -> MethodDesc | None:
    """Definition of the body that a type's MethodImpl records give an interface method."""
    definition = type.definition
    if not isinstance(definition, EcmaType):
        return None
    for body, declaration in definition.method_impls():
        if declaration.definition is declared.definition:
            owner = declaration.owner
            if type.instantiation:
                owner = owner.substitute(type.instantiation, ())
            if owner is declared.owner:
                return body.definition
    return None


def public_matches(declared: MethodDesc, type: TypeDesc) -> list[MethodDesc]:
    """Definitions of a type's own public virtual methods of the interface method's name and signature."""
    result: list[MethodDesc] = []
    wanted = declared.signature
    context = type.context
    for candidate in type.definition.methods():
        if candidate.name == declared.name and candidate.is_virtual and not candidate.is_static:
            if candidate.flags & MEMBER_ACCESS_MASK == _PUBLIC:
                if context.method_on_owner(candidate, type).signature.matches(wanted):
                    result.append(candidate)
    return result


def _default_method(declared: MethodDesc, exact_type: TypeDesc, arguments: tuple[TypeDesc, ...]) -> MethodDesc | None:
    """The interface method's own body, if it has one that no other interface replaces."""
    if declared.is_abstract:
        return None
    for interface in exact_type.interfaces:
        definition = interface.definition
        if isinstance(definition, EcmaType):
            for _, declaration in definition.method_impls():
                if declaration.definition is declared.definition:
                    return None
    return _on_owner(declared.definition, declared.owner, arguments)
