"""Names of types as reflection writes them."""

from __future__ import annotations

from readytorun.typesystem import element_types as et
from readytorun.typesystem.type_desc import ArrayType, GenericVariable, ParameterizedType, TypeDesc


def full_name(type: TypeDesc) -> str:
    """Name of a definition with namespace, nested types behind +."""
    definition = type.definition
    outer = definition.enclosing_type
    if outer is not None:
        return f"{full_name(outer)}+{definition.name}"
    return f"{definition.namespace}.{definition.name}" if definition.namespace else definition.name


def _suffix(type: ParameterizedType) -> str:
    if isinstance(type, ArrayType):
        return "[]" if type.is_szarray else f"[{',' * (type.rank - 1)}]" if type.rank > 1 else "[*]"
    return "*" if type.element_type == et.PTR else "&"


def type_name(type: TypeDesc) -> str:
    """Type.ToString(): generic arguments in brackets, without assemblies."""
    if isinstance(type, ParameterizedType):
        return type_name(type.parameter_type) + _suffix(type)
    if isinstance(type, GenericVariable):
        return str(type)
    name = full_name(type)
    if type.instantiation:
        name += f"[{','.join(map(type_name, type.instantiation))}]"
    return name


def simple_name(type: TypeDesc) -> str:
    """Type.Name."""
    if isinstance(type, ParameterizedType):
        return simple_name(type.parameter_type) + _suffix(type)
    return type.definition.name


def assembly_qualified(type: TypeDesc) -> str:
    """Type.FullName: with the assemblies of generic arguments."""
    if isinstance(type, ParameterizedType):
        return assembly_qualified(type.parameter_type) + _suffix(type)
    name = full_name(type)
    if type.instantiation:
        name += f"[{','.join(f'[{assembly_qualified(a)}, {a.module.name}]' for a in type.instantiation)}]"
    return name
