"""Version-resilient hashes of types and methods (versionresilienthashcode.cpp), as keys of an image's hashtables."""

from __future__ import annotations

from readytorun.errors import UsageError
from readytorun.r2r import hashes
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType, ByRefType, PointerType, TypeDesc


def type_hash(type: TypeDesc) -> int:
    """32-bit hash of a type.

    Raises:
        UsageError: it is a function pointer or type variable, which have none.
    """
    if isinstance(type, ArrayType):
        return hashes.array_hash(type_hash(type.parameter_type), type.rank)
    if isinstance(type, PointerType):
        return hashes.pointer_hash(type_hash(type.parameter_type))
    if isinstance(type, ByRefType):
        return hashes.byref_hash(type_hash(type.parameter_type))
    if type.token == 0:
        raise UsageError(f"type {type} has no version-resilient hash")
    if type.instantiation:
        return hashes.generic_instance_hash(
            type_hash(type.definition), [type_hash(argument) for argument in type.instantiation]
        )
    namespace = type.namespace.encode()
    name = type.name.encode()
    enclosing = type.enclosing_type
    if enclosing is not None:
        return hashes.nested_type_hash(type_hash(enclosing), namespace, name)
    return hashes.type_hash(namespace, name)


def method_hash(method: MethodDesc) -> int:
    """32-bit hash of a method on its owner, with its type arguments.

    Raises:
        UsageError: a type in it has no hash.
    """
    arguments = [type_hash(argument) for argument in method.instantiation] if method.instantiation else None
    return hashes.method_hash(type_hash(method.owner), method.name.encode(), arguments)
