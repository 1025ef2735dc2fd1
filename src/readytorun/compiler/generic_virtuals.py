"""Generic methods that code calls on types known at run time only: which bodies such calls may reach.

A call of `I.M<int>` on some object may run the `M<int>` of every type that implements `I`. No code names those bodies,
so the image would not have them: they are found here, from the methods so called and the types in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from readytorun.compiler.type_depth import method_depth
from readytorun.compiler.worklist import canonical_type
from readytorun.errors import ReadyToRunError
from readytorun.typesystem.keys import Key
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc
from readytorun.typesystem.virtuals import resolve_static_virtual, resolve_virtual

if TYPE_CHECKING:
    from readytorun.compiler.unit import CompilationUnit, WorkItem

# Chains of handlers call each other with ever larger type arguments; how long such a chain is nobody knows before the
# program runs, so no more than its beginning is compiled. (What code names itself may nest deeper.)
_MAXIMUM_DEPTH: Final = 2


class GenericVirtuals:
    """Brings together what methods call and which types are used, as it becomes known."""

    def __init__(self, unit: CompilationUnit) -> None:
        self._unit = unit
        self._known: set[Key] = set()
        # By id of the definition of the class or interface that declares the method, or that the type has among its
        # base types and interfaces.
        self._methods: dict[int, list[MethodDesc]] = {}
        self._types: dict[int, list[TypeDesc]] = {}
        self._has_types = False

    def add(self, methods: Sequence[Key], types: Sequence[Key]) -> list[WorkItem]:
        """Take notice of declared methods that are called, and of types; gives what may be reached besides."""
        found: list[MethodDesc] = []
        for key in methods:
            if key not in self._known:
                self._known.add(key)
                self._add_method(self._unit.method(key), found)
        for key in types:
            if key not in self._known:
                self._known.add(key)
                self._add_type(self._unit.type(key), found)
        return list(self._unit.work_items(method for method in found if method_depth(method) <= _MAXIMUM_DEPTH))

    def _add_method(self, method: MethodDesc, found: list[MethodDesc]) -> None:
        if not self._has_types:
            # Types of which no instantiation over value types is needed are compiled without being asked for.
            self._has_types = True
            for definition in self._unit.module.type_defs():
                type = canonical_type(self._unit.context, self._unit.module, definition)
                if type is not None:
                    self._add_type(type, found)
        declaring = method.owner.definition.id
        self._methods.setdefault(declaring, []).append(method)
        if not method.is_abstract:
            found.append(method)
        for type in self._types.get(declaring, ()):
            _resolve(method, type, found)

    def _add_type(self, type: TypeDesc, found: list[MethodDesc]) -> None:
        if type.is_interface:
            return
        declaring = set()
        try:
            current: TypeDesc | None = type
            while current is not None:
                declaring.add(current.definition.id)
                current = current.base_type
            declaring.update(interface.definition.id for interface in type.interfaces)
        except ReadyToRunError:
            return  # a base type that is not there: whoever uses the type will say so
        for id in declaring:
            self._types.setdefault(id, []).append(type)
            for method in self._methods.get(id, ()):
                _resolve(method, type, found)


def _resolve(method: MethodDesc, type: TypeDesc, found: list[MethodDesc]) -> None:
    """Add the body that a call on the type reaches, if that is certain."""
    try:
        target = resolve_static_virtual(method, type) if method.is_static else resolve_virtual(method, type)
    except ReadyToRunError:
        return
    if target is not None and not target.is_abstract:
        found.append(target.canonical())
