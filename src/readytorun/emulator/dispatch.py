"""Virtual, interface and constrained calls: which method an object of some exact type runs (ECMA-335 I.12.2, II.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.method_tables import MethodTable
from readytorun.typesystem.method_desc import MEMBER_ACCESS_MASK, MethodDesc
from readytorun.typesystem.type_desc import ArrayType, EcmaType, TypeDesc
from readytorun.typesystem.virtuals import declared_with_inherited, method_impl, public_matches

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_PRIVATE = 1
_FAMILY = 4


class Dispatch:
    """Resolves calls on exact types."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._vtables: dict[int, dict[MethodDesc, tuple[MethodDesc, TypeDesc]]] = {}
        self._slots: dict[MethodDesc, MethodDesc] = {}
        self._resolved: dict[tuple[int, int], MethodDesc] = {}
        self._entries: dict[tuple[int, int], int] = {}

    # --- entry points -------------------------------------------------------------------------------------------------

    def entry_point(self, method: MethodDesc, table: MethodTable) -> int:
        """Address to call `method` at on an object of a type; `this` is the object there, also of boxed values."""
        key = method.id, table.address
        found = self._entries.get(key)
        if found is None:
            target = self.resolve(method, table.type)
            code = self._runtime.code
            if target.owner.is_value_type:
                found = code.unboxing_entry_point(target)
            else:
                found = code.entry_point(target)
            self._entries[key] = found
        return found

    # --- resolution ---------------------------------------------------------------------------------------------------

    def resolve(self, method: MethodDesc, exact: TypeDesc) -> MethodDesc:
        """The method that a call on an object of exactly `exact` runs.

        Raises:
            ExecutionError: the type has no such method.
        """
        key = method.id, exact.id
        found = self._resolved.get(key)
        if found is None:
            if method.is_async_variant:
                found = self.resolve(method.ordinary, exact).async_variant
            elif method.owner.is_interface:
                found = self._resolve_interface(method, exact)
            elif not method.is_virtual:
                found = self._on_exact_owner(method, exact)
            else:
                found = self._resolve_virtual(method, exact)
            self._resolved[key] = found
        return found

    def _on_exact_owner(self, method: MethodDesc, exact: TypeDesc) -> MethodDesc:
        """A non-virtual method on the exact base type of an object that declares it."""
        owner = self._base_of_definition(exact, method.owner)
        found = self._runtime.context.method_on_owner(method.definition, owner)
        return self._instantiated(found, method)

    def _instantiated(self, found: MethodDesc, wanted: MethodDesc) -> MethodDesc:
        if not wanted.instantiation:
            return found
        return self._runtime.context.method_instance(found, wanted.instantiation)

    @staticmethod
    def _base_of_definition(exact: TypeDesc, owner: TypeDesc) -> TypeDesc:
        current: TypeDesc | None = exact
        while current is not None:
            if current.definition is owner.definition:
                return current
            current = current.base_type
        raise ExecutionError(f"{exact} does not derive from {owner}")

    def _resolve_virtual(self, method: MethodDesc, exact: TypeDesc) -> MethodDesc:
        slot = self._slot_of(method.definition)
        entry = self._vtable(exact).get(slot)
        if entry is None:
            raise ExecutionError(f"{exact} has no virtual method {method}")
        definition, owner = entry
        return self._instantiated(self._runtime.context.method_on_owner(definition, owner), method)

    def _slot_of(self, definition: MethodDesc) -> MethodDesc:
        """The definition that introduced the slot of a virtual method definition."""
        found = self._slots.get(definition)
        if found is None:
            found = definition
            overridden = None if definition.is_newslot else self._overridden(definition)
            if overridden is not None:
                found = self._slot_of(overridden)
            self._slots[definition] = found
        return found

    @staticmethod
    def _overridden(definition: MethodDesc) -> MethodDesc | None:
        """The nearest base method of the same name and signature that a method definition overrides."""
        base = definition.owner.base_type
        while base is not None:
            for candidate in base.definition.methods():
                if candidate.name != definition.name or not candidate.is_virtual or candidate.is_static:
                    continue
                signature = candidate.signature
                if base.instantiation:
                    signature = signature.substitute(base.instantiation, ())
                access = candidate.flags & MEMBER_ACCESS_MASK
                visible = access > _PRIVATE and (access >= _FAMILY or candidate.module is definition.module)
                if visible and signature.matches(definition.signature):
                    return candidate
            base = base.base_type
        return None

    def _vtable(self, type: TypeDesc) -> dict[MethodDesc, tuple[MethodDesc, TypeDesc]]:
        """By slot: the definition that fills it, and the base type, exact, that has that definition."""
        found = self._vtables.get(type.id)
        if found is not None:
            return found
        base = type.base_type
        table = {} if base is None else dict(self._vtable(base))
        definition = type.definition
        if isinstance(definition, EcmaType):
            for method in definition.methods():
                if method.is_virtual and not method.is_static:
                    table[self._slot_of(method)] = (method, type)
            for body, declaration in definition.method_impls():
                if not declaration.owner.is_interface and not declaration.is_static:
                    slot = self._slot_of(declaration.definition)
                    table[slot] = (body.definition, type)
                    mine = self._slot_of(body.definition)
                    if mine is not slot:
                        table[mine] = (body.definition, type)
        for slot, (filling, _) in table.items():
            # A covariant override has a slot of its own besides the one that it overrides; both go to who overrides it.
            mine = self._slot_of(filling)
            if mine is not slot and _preserves_base_overrides(mine):
                table[slot] = table[mine]
        self._vtables[type.id] = table
        return table

    # --- interfaces ---------------------------------------------------------------------------------------------------

    def _resolve_interface(self, method: MethodDesc, exact: TypeDesc) -> MethodDesc:
        casting = self._runtime.casting
        wanted = method.owner
        candidates = [wanted] if wanted in exact.interfaces else []
        for interface in exact.interfaces:
            if interface is not wanted and interface.definition is wanted.definition:
                if casting.can_cast(interface, wanted):
                    candidates.append(interface)
        if not candidates and wanted.is_canonical_subtype:
            candidates = [i for i in exact.interfaces if i.canonical() is wanted]
        for interface in candidates:
            declared = self._runtime.context.method_on_owner(method.definition, interface)
            found = self._implementation(declared, exact)
            if found is not None:
                return self._instantiated(found, method)
        if isinstance(exact, ArrayType) and exact.is_szarray and wanted.instantiation:
            return self._array_method(method)
        for interface in candidates:
            declared = self._runtime.context.method_on_owner(method.definition, interface)
            default = self._default_method(declared, exact)
            if default is not None:
                return self._instantiated(default, method)
        raise ExecutionError(f"{exact} does not implement {method}")

    def _array_method(self, method: MethodDesc) -> MethodDesc:
        """What implements a generic interface's method for vectors: SZArrayHelper's of the same name."""
        context = self._runtime.context
        name = method.name
        for candidate in context.well_known("System.SZArrayHelper").methods():
            if candidate.name == name and len(candidate.signature.params) == len(method.signature.params):
                return context.method_instance(candidate, (method.owner.instantiation[0],))
        raise ExecutionError(f"arrays do not implement {method}")

    def _implementation(self, declared: MethodDesc, exact: TypeDesc) -> MethodDesc | None:
        """The class method that implements a method of an interface that a type implements."""
        current: TypeDesc | None = exact
        while current is not None:
            body = method_impl(declared, current)
            if body is not None:
                return self._most_derived(body, current, exact)
            if declared.owner in declared_with_inherited(current):
                searched: TypeDesc | None = current
                while searched is not None:
                    matches = public_matches(declared, searched)
                    if matches:
                        return self._most_derived(matches[0], searched, exact)
                    searched = searched.base_type
            current = current.base_type
        return None

    def _most_derived(self, definition: MethodDesc, owner: TypeDesc, exact: TypeDesc) -> MethodDesc:
        context = self._runtime.context
        if not definition.is_virtual:
            return context.method_on_owner(definition, owner)
        entry = self._vtable(exact).get(self._slot_of(definition))
        if entry is None:
            return context.method_on_owner(definition, owner)
        return context.method_on_owner(*entry)

    def _default_method(self, declared: MethodDesc, exact: TypeDesc) -> MethodDesc | None:
        """The most specific default implementation of an interface method."""
        context = self._runtime.context
        found: list[tuple[TypeDesc, MethodDesc]] = []
        if not declared.is_abstract:
            found.append((declared.owner, declared))
        for interface in exact.interfaces:
            body = method_impl(declared, interface)
            if body is not None:
                found.append((interface, context.method_on_owner(body, interface)))
        best = [
            (owner, method)
            for owner, method in found
            if not any(other is not owner and owner in other.interfaces for other, _ in found)
        ]
        if len(best) > 1:
            raise self._runtime.throw("EntryPointNotFound", f"Ambiguous implementation of {declared} for {exact}")
        if not best or best[0][1].is_abstract:
            return None
        return best[0][1]

    # --- constrained and by handle ------------------------------------------------------------------------------------

    def resolve_constrained(self, method: MethodDesc, constrained: TypeDesc) -> MethodDesc:
        """The value type's own method that a constrained call names; static abstract ones too.

        Raises:
            ExecutionError: it would have to box the value.
        """
        if method.is_async_variant:
            return self.resolve_constrained(method.ordinary, constrained).async_variant
        if method.is_static:
            return self._resolve_static(method, constrained)
        found = self.resolve(method, constrained)
        if not found.owner.is_value_type:
            raise ExecutionError(f"a constrained call of {method} on {constrained} has to box the value")
        return found

    def _resolve_static(self, method: MethodDesc, type: TypeDesc) -> MethodDesc:
        current: TypeDesc | None = type
        while current is not None:
            body = method_impl(method, current)
            if body is not None:
                return self._instantiated(self._runtime.context.method_on_owner(body, current), method)
            current = current.base_type
        if not method.is_abstract:
            return method
        raise ExecutionError(f"{type} does not implement {method}")

    def virtual_function(self, this: int, method: MethodDesc) -> int:
        """Entry point of a (generic) virtual method for an object, as helper VirtualFuncPtr gives it."""
        return self.entry_point(method, self._runtime.heap.table_of(this))


def _preserves_base_overrides(definition: MethodDesc) -> bool:
    name = "PreserveBaseOverridesAttribute"
    return definition.module.has_attribute(definition.token, "System.Runtime.CompilerServices", name)
