"""What is compiled into an image: the methods of the input module, and the instantiations that they need."""

from __future__ import annotations

from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

_GENERIC_PARAM = 0x2A
_VALUE_TYPE_CONSTRAINT = 0x0008


def root_methods(context: TypeSystemContext, module: ModuleDesc) -> list[MethodDesc]:
    """Every method of the module that has IL: generic ones in the form shared by all reference types."""
    roots: list[MethodDesc] = []
    for method in module.method_defs():
        if not method.has_body:
            continue
        canonical = _canonical_form(context, module, method)
        if canonical is not None:
            roots.append(canonical)
    return roots


def _canonical_form(context: TypeSystemContext, module: ModuleDesc, method: MethodDesc) -> MethodDesc | None:
    owner = canonical_type(context, module, method.owner)
    if owner is None:
        return None
    if owner is not method.owner:
        method = context.method_on_owner(method, owner)
    arity = method.signature.generic_count
    if arity:
        if _parameters(module, method.token) is None:
            return None
        method = context.method_instance(method, (context.canon,) * arity)
    return method


def canonical_type(context: TypeSystemContext, module: ModuleDesc, definition: TypeDesc) -> TypeDesc | None:
    """The form of a type that all reference types share; itself if it is not generic, None if there is no such form."""
    if not definition.is_generic_definition:
        return definition
    count = _parameters(module, definition.token)
    return None if count is None else context.instantiate(definition, (context.canon,) * count)


def _parameters(module: ModuleDesc, owner_token: int) -> int | None:
    """Number of generic parameters; None if one of them must be a value type, so that no shared form exists."""
    rows = module.reader.rows_of(_GENERIC_PARAM, "Owner", owner_token)
    flags = module.reader.column(_GENERIC_PARAM, "Flags")
    for rid in rows:
        if flags[rid - 1] & _VALUE_TYPE_CONSTRAINT:
            return None
    return len(rows)


def is_instantiation(method: MethodDesc) -> bool:
    """Whether the method is found through the table of instantiations instead of by its MethodDef row."""
    return bool(method.instantiation) or bool(method.owner.instantiation)
