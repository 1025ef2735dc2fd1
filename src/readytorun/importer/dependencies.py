"""What else an image should contain for the sake of a method: the instantiations that its code reaches.

Code names some of them. Others it reaches without a name: virtual methods of the types that it makes, and whatever
overrides or implements a generic method that it calls on an object, or on a type, known at run time only.
"""

from __future__ import annotations

from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import EcmaType, TypeDesc


class Dependencies:
    """What one method needs.

    Attributes:
        methods: canonical methods that are reached, by id.
        generic_virtuals: declared generic methods of classes and interfaces whose implementation depends on the type at
            run time, in canonical form, by id.
        types: canonical forms of own instantiated types that are used, by id.
    """

    __slots__ = ("_seen_methods", "_seen_types", "generic_virtuals", "methods", "types")

    def __init__(self) -> None:
        self._seen_methods: set[int] = set()
        self._seen_types: set[int] = set()
        self.methods: dict[int, MethodDesc] = {}
        self.generic_virtuals: dict[int, MethodDesc] = {}
        self.types: dict[int, TypeDesc] = {}

    def require_method(self, method: MethodDesc) -> None:
        """A method is called or its address is taken."""
        if method.id in self._seen_methods:
            return
        self._seen_methods.add(method.id)
        canonical = method.canonical()
        self.methods.setdefault(canonical.id, canonical)
        # Shared code reaches the static members of what its type arguments stand for, and makes objects of it.
        for argument in method.instantiation:
            self.require_type(argument)
        for argument in method.owner.instantiation:
            self.require_type(argument)

    def require_generic_virtual(self, method: MethodDesc) -> None:
        """A generic method is called on something whose type is known at run time only."""
        canonical = method.canonical()
        self.generic_virtuals.setdefault(canonical.id, canonical)

    def require_interface_method(self, method: MethodDesc) -> None:
        """A method of an interface is called on an object: one that may be a vector.

        The generic interfaces of vectors are implemented by generic methods of SZArrayHelper that no metadata ties to
        them. Of the core library that is compiled with the module, the ones over value types belong into the image.
        """
        owner = method.canonical().owner
        context = owner.context
        if len(owner.instantiation) != 1 or not owner.instantiation[0].is_value_type:
            return
        if not context.core.in_version_bubble or owner not in context.szarray_interfaces(owner.instantiation[0]):
            return
        for candidate in context.well_known("System.SZArrayHelper").methods():
            if candidate.name == method.name and len(candidate.signature.params) == len(method.signature.params):
                self.require_method(context.method_instance(candidate, owner.instantiation))

    def require_type(self, type: TypeDesc) -> None:
        """A type is used: virtual methods, implementations of static members, class constructors."""
        current: TypeDesc | None = type
        while current is not None and current.module.in_version_bubble and current.id not in self._seen_types:
            self._seen_types.add(current.id)
            canonical = current.canonical()
            if canonical.instantiation and canonical.id not in self.types:
                self.types[canonical.id] = canonical
                self._require_members(canonical)
            for interface in current.interfaces:
                # It may have bodies for those of its methods that the type has none for.
                if interface.instantiation:
                    self.require_type(interface)
            current = current.base_type

    def _require_members(self, type: TypeDesc) -> None:
        static_members = _static_members(type)
        for method in type.methods():
            if method.has_body and not method.is_generic_definition:
                if method.is_virtual or method.is_cctor or method.definition.id in static_members:
                    self.methods.setdefault(method.id, method)


def _static_members(type: TypeDesc) -> set[int]:
    """Ids of the definitions by which a type implements static members of interfaces."""
    definition = type.definition
    result: set[int] = set()
    if isinstance(definition, EcmaType):
        for body, _ in definition.method_impls():
            if body.is_static:
                result.add(body.definition.id)
    return result
