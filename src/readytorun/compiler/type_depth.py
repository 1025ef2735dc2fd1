"""How deep type arguments nest: what bounds code that instantiates itself over ever larger types."""

from __future__ import annotations

from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ParameterizedType, TypeDesc


def type_depth(type: TypeDesc) -> int:
    """How deep type arguments nest: 0 for int, 1 for List<int> and int[]."""
    if isinstance(type, ParameterizedType):
        return 1 + type_depth(type.parameter_type)
    return 1 + max(map(type_depth, type.instantiation)) if type.instantiation else 0


def method_depth(method: MethodDesc) -> int:
    """The greatest depth of the owner and the method's type arguments."""
    return max([type_depth(method.owner), *map(type_depth, method.instantiation)])
