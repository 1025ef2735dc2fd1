"""Custom attributes of one module: which member carries which, by the attribute type's name (ECMA-335 II.22.10)."""

from __future__ import annotations

from typing import Final

from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId

_METHOD_DEF: Final = 0x06
_MEMBER_REF: Final = 0x0A
_TYPE_REF: Final = 0x01
_TYPE_DEF: Final = 0x02


class CustomAttributes:
    """Finds attributes by name without resolving anything in other modules."""

    __slots__ = ("_constructors", "_method_lists", "_reader", "_type_names", "_values")

    def __init__(self, reader: MetadataReader) -> None:
        self._reader = reader
        self._constructors: list[int] = reader.column(TableId.CUSTOM_ATTRIBUTE, "Type")
        self._values: list[int] = reader.column(TableId.CUSTOM_ATTRIBUTE, "Value")
        self._method_lists: list[int] = reader.column(TableId.TYPE_DEF, "MethodList")
        self._type_names: dict[int, tuple[str, str]] = {}

    def _attribute_type(self, constructor: int) -> tuple[str, str]:
        """Namespace and name of the type that an attribute constructor belongs to."""
        found = self._type_names.get(constructor)
        if found is None:
            found = self._read_attribute_type(constructor)
            self._type_names[constructor] = found
        return found

    def _read_attribute_type(self, constructor: int) -> tuple[str, str]:
        reader = self._reader
        table = constructor >> 24
        rid = constructor & 0xFFFFFF
        if table == _MEMBER_REF:
            parent = reader.column(TableId.MEMBER_REF, "Class")[rid - 1]
        else:
            parent = _TYPE_DEF << 24 | owner_row(self._method_lists, rid)
        table = parent >> 24
        rid = parent & 0xFFFFFF
        if table == _TYPE_REF:
            names = reader.column(TableId.TYPE_REF, "TypeName")
            namespaces = reader.column(TableId.TYPE_REF, "TypeNamespace")
        elif table == _TYPE_DEF and rid != 0:
            names = reader.column(TableId.TYPE_DEF, "TypeName")
            namespaces = reader.column(TableId.TYPE_DEF, "TypeNamespace")
        else:
            return "", ""  # a generic attribute: none that we ask for is
        return reader.string(namespaces[rid - 1]), reader.string(names[rid - 1])

    def find(self, parent: int, namespace: str, name: str) -> int:
        """Row of the first attribute of that type on the member with the token `parent`, 0 if it has none."""
        for row in self._reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Parent", parent):
            found = self._attribute_type(self._constructors[row - 1])
            if found[1] == name and found[0] == namespace:
                return row
        return 0

    def has(self, parent: int, namespace: str, name: str) -> bool:
        """Whether the member with the token `parent` carries an attribute of that type."""
        return self.find(parent, namespace, name) != 0

    def names(self, parent: int) -> list[tuple[str, str]]:
        """Namespace and name of every attribute type on a member, generic ones as ("", "")."""
        rows = self._reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Parent", parent)
        return [self._attribute_type(self._constructors[row - 1]) for row in rows]

    def value(self, row: int) -> bytes:
        """The value blob of an attribute (ECMA-335 II.23.3)."""
        return self._reader.blob(self._values[row - 1])


def owner_row(lists: list[int], rid: int) -> int:
    """Row of the type whose run of a FieldList or MethodList column contains row `rid` (ECMA-335 II.22.37)."""
    low = 0
    high = len(lists)
    while low < high:
        middle = (low + high) // 2
        if lists[middle] <= rid:
            low = middle + 1
        else:
            high = middle
    return low
