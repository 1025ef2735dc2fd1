"""Whether an object is of a type (ECMA-335 I.8.7, III.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.metadata.tables import TableId
from readytorun.typesystem import element_types as et
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_COVARIANT = 1
_CONTRAVARIANT = 2
_VARIANCE_MASK = 3
# Element types that arrays take for each other: those of the same size that differ in sign only.
_REDUCED = {et.U1: et.I1, et.U2: et.I2, et.U4: et.I4, et.U8: et.I8, et.U: et.I}


class Casting:
    """Answers casts, and remembers the answers."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._answers: dict[tuple[int, int], bool] = {}
        self._variances: dict[int, tuple[int, ...]] = {}

    def cast(self, this: int, type: TypeDesc, throws: bool) -> int:
        """The object if it is of a type, else null; or InvalidCastException if `throws`. Null stays null."""
        if not this:
            return 0
        runtime = self._runtime
        actual = runtime.heap.table_of(this).type
        if self.is_instance(actual, type):
            return this
        if throws:
            names = runtime.internal_calls.type_name(actual), runtime.internal_calls.type_name(type)
            raise runtime.throw("InvalidCast", f"Unable to cast object of type '{names[0]}' to type '{names[1]}'.")
        return 0

    def is_instance(self, actual: TypeDesc, wanted: TypeDesc) -> bool:
        """Whether objects of exactly `actual` are instances of `wanted`; Nullable<T> is T here."""
        if wanted.is_nullable:
            wanted = wanted.instantiation[0]
        return self.can_cast(actual, wanted)

    def can_cast(self, source: TypeDesc, target: TypeDesc) -> bool:
        """Whether a reference to `source` is one to `target`."""
        if source is target:
            return True
        key = source.id, target.id
        found = self._answers.get(key)
        if found is None:
            self._answers[key] = False  # for types that occur in their own arguments
            found = self._answers[key] = self._compute(source, target)
        return found

    def _compute(self, source: TypeDesc, target: TypeDesc) -> bool:
        if target.element_type == et.OBJECT:
            return source.is_gc_pointer or source.is_value_type
        if target.is_interface:
            if source.is_interface and self._same_or_variant(source, target):
                return True
            return any(self._same_or_variant(interface, target) for interface in self.interfaces(source, target))
        if isinstance(target, ArrayType):
            return isinstance(source, ArrayType) and self._array_cast(source, target)
        current: TypeDesc | None = source
        while current is not None:
            if self._same_or_variant(current, target):
                return True
            current = current.base_type
        return False

    def interfaces(self, source: TypeDesc, target: TypeDesc) -> tuple[TypeDesc, ...]:
        """The interfaces of a type, for vectors those of compatible element types among them."""
        if isinstance(source, ArrayType) and source.is_szarray and len(target.instantiation) == 1:
            wanted = target.instantiation[0]
            if self._is_array_interface(target) and self._element_cast(source.parameter_type, wanted):
                return (*source.interfaces, target)
        return source.interfaces

    def _is_array_interface(self, interface: TypeDesc) -> bool:
        szarray = self._runtime.context.szarray_interfaces(self._runtime.context.well_known("System.Object"))
        return interface.definition in [i.definition for i in szarray]

    def _array_cast(self, source: ArrayType, target: ArrayType) -> bool:
        if source.rank != target.rank:
            return False
        if source.is_szarray != target.is_szarray and not (source.is_szarray and target.rank == 1):
            return False
        return self._element_cast(source.parameter_type, target.parameter_type)

    def _element_cast(self, source: TypeDesc, target: TypeDesc) -> bool:
        if source is target:
            return True
        if source.is_gc_pointer and target.is_gc_pointer:
            return self.can_cast(source, target)
        if source.is_value_type and target.is_value_type:
            a, b = source.underlying.element_type, target.underlying.element_type
            if et.is_primitive(a) and et.is_primitive(b):
                return _REDUCED.get(a, a) == _REDUCED.get(b, b)
        return False

    def _same_or_variant(self, source: TypeDesc, target: TypeDesc) -> bool:
        if source is target:
            return True
        if source.definition is not target.definition or not source.instantiation:
            return False
        variances = self._variance(source.definition)
        if not any(variances):
            return False
        for variance, mine, wanted in zip(variances, source.instantiation, target.instantiation, strict=True):
            if mine is wanted:
                continue
            if not variance or not mine.is_gc_pointer or not wanted.is_gc_pointer:
                return False
            a, b = (mine, wanted) if variance == _COVARIANT else (wanted, mine)
            if not self.can_cast(a, b):
                return False
        return True

    def _variance(self, definition: TypeDesc) -> tuple[int, ...]:
        found = self._variances.get(definition.id)
        if found is None:
            reader = definition.module.reader
            rows = reader.rows_of(TableId.GENERIC_PARAM, "Owner", definition.token)
            flags = reader.column(TableId.GENERIC_PARAM, "Flags")
            found = tuple(flags[row - 1] & _VARIANCE_MASK for row in rows)
            self._variances[definition.id] = found
        return found
