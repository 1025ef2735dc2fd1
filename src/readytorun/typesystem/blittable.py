"""Blittable types: values that native code sees as they are, so that a call needs no marshalling.

ECMA-335 leaves marshalling to the runtime; the rules are those of .NET's interop (blittable types, and
DisableRuntimeMarshallingAttribute). Where they leave room, the answer is no.
"""

from __future__ import annotations

from typing import Final

from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.method_desc import MethodSignature
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

_HAS_FIELD_MARSHAL: Final = 0x1000  # FieldAttributes
_SCALARS: Final = (
    et.VOID,
    et.I1,
    et.U1,
    et.I2,
    et.U2,
    et.I4,
    et.U4,
    et.I8,
    et.U8,
    et.R4,
    et.R8,
    et.I,
    et.U,
    et.PTR,
    et.FNPTR,
)
_CALLING_CONVENTIONS: Final = (
    "CallConvCdecl",
    "CallConvStdcall",
    "CallConvThiscall",
    "CallConvFastcall",
    "CallConvMemberFunction",
    "CallConvSuppressGCTransition",
)


def is_blittable_signature(signature: MethodSignature, module: ModuleDesc) -> bool:
    """Whether code of the module may call native code of that signature directly, or be called by it."""
    for modifier in signature.modifiers:
        if modifier.is_required:
            return False
        if modifier.type.name.startswith("CallConv") and modifier.type.name not in _CALLING_CONVENTIONS:
            return False
    if signature.has_this or signature.generic_count or signature.contains_variables:
        return False
    marshals = module.marshals_at_runtime
    for type in (signature.return_type, *signature.params):
        if not is_blittable(type, module, marshals):
            return False
    return True


def is_blittable(type: TypeDesc, module: ModuleDesc, marshals: bool) -> bool:
    """Whether native code sees values of a type as they are.

    Args:
        type: of a parameter, result or field.
        module: whose code it is.
        marshals: whether the runtime's marshalling is enabled there: it turns bool and char into something else.
    """
    element = type.underlying.element_type
    if element in _SCALARS:
        return True
    if element == et.BOOLEAN or element == et.CHAR:
        return not marshals
    if element != et.VALUETYPE or type.is_byref_like or type.instantiation:
        return False
    if type.module.is_core and type.namespace == "System" and type.name == "Guid":
        return True
    if type.module is not module or not (type.is_sequential_layout or type.is_explicit_layout):
        return False
    if type.inline_array_length > 0 or layout_of(type).gc_refs:
        return False
    has_fields = False
    for field in type.fields():
        if not field.is_static:
            has_fields = True
            if field.flags & _HAS_FIELD_MARSHAL or not is_blittable(field.type, module, marshals):
                return False
    return has_fields
