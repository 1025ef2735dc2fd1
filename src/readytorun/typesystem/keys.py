"""Names of types and methods that mean the same in another process with the same assemblies: plain nested tuples.

A key says how a type is made from definitions; a definition is a module name and a row. So a key pickles, hashes and
compares, and costs little to resolve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from readytorun.errors import UsageError
from readytorun.typesystem.method_desc import MethodDesc, MethodSignature
from readytorun.typesystem.type_desc import (
    ArrayType,
    ByRefType,
    FunctionPointerType,
    GenericVariable,
    PointerType,
    TypeDesc,
)

if TYPE_CHECKING:
    from readytorun.typesystem.context import TypeSystemContext

# Recursive tuples of int, str and tuples; typed as Any inside, because mypyc has no recursive tuple types.
Key = tuple[Any, ...]

_DEFINITION: Final = 0
_INSTANCE: Final = 1
_SZARRAY: Final = 2
_ARRAY: Final = 3
_POINTER: Final = 4
_BYREF: Final = 5
_TYPE_VARIABLE: Final = 6
_METHOD_VARIABLE: Final = 7
_FUNCTION_POINTER: Final = 8
_RID: Final = 0xFFFFFF
_ASYNC_VARIANT: Final = 1


def type_key(type: TypeDesc) -> Key:
    """The key of a type."""
    if type.instantiation:
        arguments = tuple([type_key(argument) for argument in type.instantiation])
        return (_INSTANCE, type.module.name, type.token & _RID, arguments)
    if type.token:
        return (_DEFINITION, type.module.name, type.token & _RID)
    if isinstance(type, ArrayType):
        element = type_key(type.parameter_type)
        return (_SZARRAY, element) if type.is_szarray else (_ARRAY, element, type.rank)
    if isinstance(type, PointerType):
        return (_POINTER, type_key(type.parameter_type))
    if isinstance(type, ByRefType):
        return (_BYREF, type_key(type.parameter_type))
    if isinstance(type, GenericVariable):
        return (_METHOD_VARIABLE if type.is_method else _TYPE_VARIABLE, type.index)
    if isinstance(type, FunctionPointerType):
        signature = type.signature
        return (
            _FUNCTION_POINTER,
            signature.calling_convention,
            signature.has_this,
            signature.explicit_this,
            type_key(signature.return_type),
            tuple([type_key(param) for param in signature.params]),
        )
    raise UsageError(f"type {type} cannot be named")


def type_from_key(context: TypeSystemContext, key: Key) -> TypeDesc:
    """The type that a key names.

    Raises:
        MissingReferenceError, BadImageError: the assemblies are not those that the key was made with.
    """
    kind: int = key[0]
    if kind == _DEFINITION:
        return context.module_by_name(key[1]).type_def(key[2])
    if kind == _INSTANCE:
        definition = context.module_by_name(key[1]).type_def(key[2])
        return context.instantiate(definition, tuple([type_from_key(context, argument) for argument in key[3]]))
    if kind == _SZARRAY:
        return context.szarray(type_from_key(context, key[1]))
    if kind == _ARRAY:
        return context.array(type_from_key(context, key[1]), key[2])
    if kind == _POINTER:
        return context.pointer(type_from_key(context, key[1]))
    if kind == _BYREF:
        return context.byref(type_from_key(context, key[1]))
    if kind == _TYPE_VARIABLE:
        return context.type_variable(key[1])
    if kind == _METHOD_VARIABLE:
        return context.method_variable(key[1])
    if kind == _FUNCTION_POINTER:
        params = tuple([type_from_key(context, param) for param in key[5]])
        return context.function_pointer(
            MethodSignature(key[1], key[2], key[3], 0, type_from_key(context, key[4]), params)
        )
    raise UsageError(f"{key!r} is not the key of a type")


def method_key(method: MethodDesc) -> Key:
    """The key of a method: owner, row of the definition, type arguments; of arrays' methods name and arity.

    The key of an async variant has one more item than that of the method.
    """
    owner = type_key(method.owner)
    if method.token == 0:
        return (owner, method.name, len(method.signature.params))
    arguments = tuple([type_key(argument) for argument in method.instantiation])
    if method.is_async_variant:
        return (owner, method.module.name, method.token & _RID, arguments, _ASYNC_VARIANT)
    return (owner, method.module.name, method.token & _RID, arguments)


def method_from_key(context: TypeSystemContext, key: Key) -> MethodDesc:
    """The method that a key names; raises as `type_from_key`."""
    owner = type_from_key(context, key[0])
    if len(key) == 3:
        return context.array_method(owner, key[1], key[2])
    method = context.method_on_owner(context.module_by_name(key[1]).method_def(key[2]), owner)
    if key[3]:
        method = context.method_instance(method, tuple([type_from_key(context, argument) for argument in key[3]]))
    return method.async_variant if len(key) == 5 else method
