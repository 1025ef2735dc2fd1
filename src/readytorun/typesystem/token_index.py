"""From types, methods and fields back to the tokens by which one module's metadata names them.

A fixup can only name what the module has a row for (readytorun-format.md#fixups), and the row says which assembly the
module expects it in. References are found by name first, and only those of the right name are resolved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.errors import ReadyToRunError
from readytorun.metadata.tables import TableId
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.typesystem.module import ModuleDesc

_TYPE_REF: Final = 0x01000000
_MEMBER_REF: Final = 0x0A000000
_NONE: Final = 0


class TokenIndex:
    """The reverse of one module's `Resolver`, for uninstantiated definitions."""

    __slots__ = ("_fields", "_member_refs", "_methods", "_module", "_type_refs", "_types")

    def __init__(self, module: ModuleDesc) -> None:
        self._module = module
        self._types: dict[int, int] = {}
        self._methods: dict[int, int] = {}
        self._fields: dict[int, int] = {}
        self._type_refs: dict[str, list[int]] | None = None
        self._member_refs: dict[str, list[int]] | None = None

    def _rows_by_name(self, table: int, column: str) -> dict[str, list[int]]:
        reader = self._module.reader
        result: dict[str, list[int]] = {}
        for rid, offset in enumerate(reader.column(table, column), 1):
            result.setdefault(reader.string(offset), []).append(rid)
        return result

    def type_token(self, definition: TypeDesc) -> int | None:
        """TypeDef token of an own definition, else the first TypeRef that resolves to it."""
        if definition.module is self._module:
            return definition.token or None
        found = self._types.get(definition.id)
        if found is None:
            found = self._find_type_ref(definition)
            self._types[definition.id] = found
        return found or None

    def _find_type_ref(self, definition: TypeDesc) -> int:
        if definition.token == 0:
            return _NONE
        if self._type_refs is None:
            self._type_refs = self._rows_by_name(TableId.TYPE_REF, "TypeName")
        for rid in self._type_refs.get(definition.name, []):
            try:
                if self._module.resolve_type(_TYPE_REF | rid, None) is definition:
                    return _TYPE_REF | rid
            except ReadyToRunError:
                continue  # a reference to something else, which is missing
        return _NONE

    def method_token(self, method: MethodDesc) -> int | None:
        """MethodDef token of an own definition, else a MemberRef that resolves to it.

        Of several rows one whose parent is the method's own owner is preferred, then the first. For arrays' methods it
        is a row on an array type of the same rank, if there is one on the same array type that.
        """
        definition = method.definition
        if definition.module is self._module and definition.token:
            return definition.token
        key = method.id if definition.token == 0 else definition.id
        found = self._methods.get(key)
        if found is None:
            found = self._find_method_ref(method)
            self._methods[key] = found
        return found or None

    def _member_rows(self, name: str) -> list[int]:
        if self._member_refs is None:
            self._member_refs = self._rows_by_name(TableId.MEMBER_REF, "Name")
        return self._member_refs.get(name, [])

    def _find_method_ref(self, method: MethodDesc) -> int:
        module = self._module
        definition = method.definition
        parents = module.reader.column(TableId.MEMBER_REF, "Class")
        best = _NONE
        for rid in self._member_rows(definition.name):
            token = _MEMBER_REF | rid
            try:
                if module.is_field_token(token) or module.is_vararg_reference(token):
                    continue
                found = module.resolve_method(token, None)
                if definition.token == 0:
                    if not self._same_array_method(found, method):
                        continue
                    exact = found.owner is method.owner
                elif found.definition is definition:
                    exact = module.resolve_type(parents[rid - 1], None).definition is definition.owner
                else:
                    continue
            except ReadyToRunError:
                continue
            if exact:
                return token
            if best == _NONE:
                best = token
        return best

    @staticmethod
    def _same_array_method(found: MethodDesc, wanted: MethodDesc) -> bool:
        mine = found.owner
        other = wanted.owner
        return (
            isinstance(mine, ArrayType)
            and isinstance(other, ArrayType)
            and mine.rank == other.rank
            and mine.is_szarray == other.is_szarray
            and len(found.signature.params) == len(wanted.signature.params)
        )

    def field_token(self, field: FieldDesc) -> int | None:
        """Field token of an own definition, else a MemberRef that resolves to it, as `method_token`."""
        definition = field.definition
        if definition.module is self._module:
            return definition.token
        found = self._fields.get(definition.id)
        if found is None:
            found = self._find_field_ref(definition)
            self._fields[definition.id] = found
        return found or None

    def _find_field_ref(self, definition: FieldDesc) -> int:
        module = self._module
        parents = module.reader.column(TableId.MEMBER_REF, "Class")
        best = _NONE
        for rid in self._member_rows(definition.name):
            token = _MEMBER_REF | rid
            try:
                if not module.is_field_token(token):
                    continue
                if module.resolve_field(token, None).definition is not definition:
                    continue
                exact = module.resolve_type(parents[rid - 1], None).definition is definition.owner
            except ReadyToRunError:
                continue
            if exact:
                return token
            if best == _NONE:
                best = token
        return best
