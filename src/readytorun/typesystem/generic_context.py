"""The type arguments under which the tokens of a method body are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readytorun.typesystem.type_desc import TypeDesc


class GenericContext:
    """What VAR and MVAR mean.

    Attributes:
        type_arguments: of the owner type; () when it is not generic.
        method_arguments: of the method; () when it is not generic.
    """

    __slots__ = ("_types", "method_arguments", "type_arguments")

    def __init__(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> None:
        self.type_arguments = type_arguments
        self.method_arguments = method_arguments
        self._types: dict[int, TypeDesc] = {}

    def instantiate(self, open_type: TypeDesc) -> TypeDesc:
        """The type with its variables replaced; remembered, since a body names the same types again and again."""
        if not open_type.contains_variables:
            return open_type
        found = self._types.get(open_type.id)
        if found is None:
            found = open_type.substitute(self.type_arguments, self.method_arguments)
            self._types[open_type.id] = found
        return found
