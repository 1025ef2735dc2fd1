"""A module: one assembly's definitions as types, methods and fields, and what its tokens mean.

Everything is made on first use. Definitions are made here, references are followed in `resolver`, and the way back from
a type or member to this module's tokens is in `token_index`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.errors import BadImageError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import MethodBody, read_method_body
from readytorun.metadata.tables import TableId
from readytorun.typesystem import element_types as et
from readytorun.typesystem.custom_attributes import CustomAttributes, owner_row
from readytorun.typesystem.field_desc import STATIC as FIELD_STATIC
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import MethodDesc, MethodSignature
from readytorun.typesystem.resolver import Resolver
from readytorun.typesystem.signatures import LocalVariable, SignatureDecoder
from readytorun.typesystem.token_index import TokenIndex
from readytorun.typesystem.type_desc import (
    BY_REF_LIKE,
    DELEGATE,
    ENUM,
    GENERIC_DEFINITION,
    INLINE_ARRAY,
    INTRINSIC,
    NON_VERSIONABLE,
    NULLABLE,
    EcmaType,
    TypeDesc,
)

if TYPE_CHECKING:
    from readytorun.typesystem.context import TypeSystemContext
    from readytorun.typesystem.generic_context import GenericContext

_TYPE_DEF: Final = 0x02000000
_FIELD: Final = 0x04000000
_METHOD_DEF: Final = 0x06000000
_RID: Final = 0xFFFFFF
_ASSEMBLY: Final = 0x20000001

# What a type's Extends column says about it.
_EXTENDS_OTHER: Final = 0
_EXTENDS_VALUE_TYPE: Final = 1
_EXTENDS_ENUM: Final = 2
_EXTENDS_DELEGATE: Final = 3
_EXTENDS_NAMES: Final[dict[str, int]] = {
    "ValueType": _EXTENDS_VALUE_TYPE,
    "Enum": _EXTENDS_ENUM,
    "MulticastDelegate": _EXTENDS_DELEGATE,
}


class ModuleDesc:
    """One assembly.

    Attributes:
        context: where it is loaded.
        name: simple name of the assembly.
        path: its file.
        file, reader: the file and its metadata.
        version_bubble: number of the version bubble that it belongs to: class layouts depend on which assemblies were
            compiled together. 0 at first.
        is_core: whether it is the core library.
    """

    __slots__ = (
        "_attributes",
        "_enclosing",
        "_extends",
        "_extends_kinds",
        "_field_lists",
        "_fields",
        "_method_lists",
        "_methods",
        "_nested_types",
        "_resolver",
        "_token_index",
        "_top_level_types",
        "_types",
        "context",
        "file",
        "is_core",
        "name",
        "path",
        "reader",
        "version_bubble",
    )

    def __init__(self, context: TypeSystemContext, file: AssemblyFile, is_core: bool) -> None:
        self.context = context
        self.file = file
        self.reader = file.reader
        self.name: str = file.name
        self.path: str = file.path
        self.is_core = is_core
        self.version_bubble = 0
        reader = file.reader
        if reader.row_count(TableId.METHOD_PTR) or reader.row_count(TableId.FIELD_PTR):
            raise BadImageError(file.path, "metadata with pointer tables (edit-and-continue) is not supported")
        self._types: list[EcmaType | None] = [None] * (reader.row_count(TableId.TYPE_DEF) + 1)
        self._methods: list[MethodDesc | None] = [None] * (reader.row_count(TableId.METHOD_DEF) + 1)
        self._fields: list[FieldDesc | None] = [None] * (reader.row_count(TableId.FIELD) + 1)
        self._field_lists: list[int] = reader.column(TableId.TYPE_DEF, "FieldList")
        self._method_lists: list[int] = reader.column(TableId.TYPE_DEF, "MethodList")
        self._extends: list[int] = reader.column(TableId.TYPE_DEF, "Extends")
        self._extends_kinds: dict[int, int] = {0: _EXTENDS_OTHER}
        self._top_level_types: dict[tuple[str, str], int] | None = None
        self._enclosing: dict[int, int] | None = None
        self._nested_types: dict[tuple[int, str, str], int] = {}
        self._attributes = CustomAttributes(reader)
        self._resolver = Resolver(self)
        self._token_index = TokenIndex(self)

    @property
    def in_version_bubble(self) -> bool:
        """Whether layouts and IL may be relied on by what is compiled: bubble 1 is that of the input."""
        return self.version_bubble == 1

    @in_version_bubble.setter
    def in_version_bubble(self, value: bool) -> None:
        self.version_bubble = 1 if value else 0

    def __str__(self) -> str:
        return self.name

    # --- definitions -------------------------------------------------------------------------------------------

    def type_defs(self) -> list[TypeDesc]:
        """All type definitions, `<Module>` included, in metadata order."""
        return [self.type_def(rid) for rid in range(1, len(self._types))]

    def method_defs(self) -> list[MethodDesc]:
        """All method definitions, uninstantiated, in metadata order."""
        return [self.method_def(rid) for rid in range(1, len(self._methods))]

    def type_def(self, rid: int) -> TypeDesc:
        """The type definition of a TypeDef row.

        Raises:
            BadImageError: there is no such row.
        """
        if not 0 < rid < len(self._types):
            raise BadImageError(self.path, f"no TypeDef row {rid:#x}")
        found = self._types[rid]
        if found is None:
            found = self._load_type(rid)
            if self._types[rid] is not None:  # loading it has loaded what it extends, which may be nested in it
                return self._types[rid]  # type: ignore[return-value]
            self._types[rid] = found
        return found

    def _load_type(self, rid: int) -> EcmaType:
        reader = self.reader
        token = _TYPE_DEF | rid
        flags = reader.column(TableId.TYPE_DEF, "Flags")[rid - 1]
        name = reader.string(reader.column(TableId.TYPE_DEF, "TypeName")[rid - 1])
        namespace = reader.string(reader.column(TableId.TYPE_DEF, "TypeNamespace")[rid - 1])
        is_core_system = self.is_core and namespace == "System"
        kind = self._extends_kind(self._extends[rid - 1])
        if is_core_system and (name == "Enum" or name == "MulticastDelegate"):
            kind = _EXTENDS_OTHER
        is_value_type = kind == _EXTENDS_VALUE_TYPE or kind == _EXTENDS_ENUM
        element = et.VALUETYPE if is_value_type else et.CLASS
        if is_core_system:
            element = self.context.element_type_of(name, element)
        generic_count = len(reader.rows_of(TableId.GENERIC_PARAM, "Owner", token))
        if generic_count:
            flags |= GENERIC_DEFINITION
        if kind == _EXTENDS_ENUM:
            flags |= ENUM
        elif kind == _EXTENDS_DELEGATE:
            flags |= DELEGATE
        elif is_core_system and name == "Nullable`1":
            flags |= NULLABLE
        for attribute_namespace, attribute in self._attributes.names(token):
            if attribute_namespace == "System.Runtime.CompilerServices":
                if attribute == "IsByRefLikeAttribute":
                    flags |= BY_REF_LIKE
                elif attribute == "InlineArrayAttribute":
                    flags |= INLINE_ARRAY
                elif attribute == "IntrinsicAttribute":
                    flags |= INTRINSIC
            elif attribute_namespace == "System.Runtime.Versioning" and attribute == "NonVersionableAttribute":
                flags |= NON_VERSIONABLE
        result = EcmaType(self.context, self, token, namespace, name, element, is_value_type, flags, generic_count)
        result.is_canonical_subtype = is_core_system and name == "__Canon"
        return result

    def _extends_kind(self, token: int) -> int:
        """What deriving from a type makes of the deriving type."""
        found = self._extends_kinds.get(token)
        if found is None:
            found = _EXTENDS_OTHER
            table = TableId.TYPE_REF if token >> 24 == TableId.TYPE_REF else TableId.TYPE_DEF
            if token >> 24 == table and (self.is_core or table == TableId.TYPE_REF):
                reader = self.reader
                row = (token & _RID) - 1
                if reader.string(reader.column(table, "TypeNamespace")[row]) == "System":
                    found = _EXTENDS_NAMES.get(reader.string(reader.column(table, "TypeName")[row]), _EXTENDS_OTHER)
                if found != _EXTENDS_OTHER and table == TableId.TYPE_REF:
                    if not self.resolve_type(token, None).module.is_core:
                        found = _EXTENDS_OTHER
            self._extends_kinds[token] = found
        return found

    def method_def(self, rid: int) -> MethodDesc:
        """The method definition of a MethodDef row.

        Raises:
            BadImageError: there is no such row.
        """
        if not 0 < rid < len(self._methods):
            raise BadImageError(self.path, f"no MethodDef row {rid:#x}")
        found = self._methods[rid]
        if found is None:
            found = self._load_method(rid, self.type_def(owner_row(self._method_lists, rid)))
        return found

    def _load_method(self, rid: int, owner: TypeDesc) -> MethodDesc:
        found = self._methods[rid]
        if found is None:
            reader = self.reader
            token = _METHOD_DEF | rid
            found = MethodDesc(
                self,
                token,
                owner,
                None,
                (),
                reader.string(reader.column(TableId.METHOD_DEF, "Name")[rid - 1]),
                reader.column(TableId.METHOD_DEF, "Flags")[rid - 1],
                reader.column(TableId.METHOD_DEF, "ImplFlags")[rid - 1],
                reader.column(TableId.METHOD_DEF, "RVA")[rid - 1],
                len(reader.rows_of(TableId.GENERIC_PARAM, "Owner", token)),
            )
            self._methods[rid] = found
        return found

    def field_def(self, rid: int) -> FieldDesc:
        """The field definition of a Field row.

        Raises:
            BadImageError: there is no such row.
        """
        if not 0 < rid < len(self._fields):
            raise BadImageError(self.path, f"no Field row {rid:#x}")
        found = self._fields[rid]
        if found is None:
            found = self._load_field(rid, self.type_def(owner_row(self._field_lists, rid)))
        return found

    def _load_field(self, rid: int, owner: TypeDesc) -> FieldDesc:
        found = self._fields[rid]
        if found is None:
            flags = self.reader.column(TableId.FIELD, "Flags")[rid - 1]
            found = FieldDesc(self, _FIELD | rid, owner, None, flags)
            self._fields[rid] = found
        return found

    # --- what definitions ask ----------------------------------------------------------------------------------

    def methods_of(self, type_token: int) -> list[MethodDesc]:
        """The methods that a type definition declares."""
        row = (type_token & _RID) - 1
        lists = self._method_lists
        end = lists[row + 1] if row + 1 < len(lists) else len(self._methods)
        owner = self.type_def(row + 1)
        return [self._load_method(rid, owner) for rid in range(lists[row], min(end, len(self._methods)))]

    def fields_of(self, type_token: int) -> list[FieldDesc]:
        """The fields that a type definition declares."""
        row = (type_token & _RID) - 1
        lists = self._field_lists
        end = lists[row + 1] if row + 1 < len(lists) else len(self._fields)
        owner = self.type_def(row + 1)
        return [self._load_field(rid, owner) for rid in range(lists[row], min(end, len(self._fields)))]

    def base_type_of(self, type_token: int) -> TypeDesc | None:
        """What a type definition extends; None if nothing."""
        extends = self._extends[(type_token & _RID) - 1]
        return self.resolve_type(extends, None) if extends & _RID else None

    def declared_interfaces_of(self, type_token: int) -> tuple[TypeDesc, ...]:
        """The interfaces of a type definition's own InterfaceImpl records."""
        reader = self.reader
        column = reader.column(TableId.INTERFACE_IMPL, "Interface")
        rows = reader.rows_of(TableId.INTERFACE_IMPL, "Class", type_token & _RID)
        return tuple([self.resolve_type(column[row - 1], None) for row in rows])

    def enclosing_type(self, type_token: int) -> TypeDesc | None:
        """The definition that a type definition is nested in."""
        if self._enclosing is None:
            self._enclosing = self._read_enclosing()
        rid = self._enclosing.get(type_token & _RID, 0)
        return self.type_def(rid) if rid else None

    def _read_enclosing(self) -> dict[int, int]:
        """Rows of the enclosing types by TypeDef row; BadImageError if a type is nested in itself, however deep."""
        reader = self.reader
        enclosing: dict[int, int] = {}
        for nested, outer in zip(
            reader.column(TableId.NESTED_CLASS, "NestedClass"),
            reader.column(TableId.NESTED_CLASS, "EnclosingClass"),
            strict=True,
        ):
            enclosing.setdefault(nested, outer)
        sound: set[int] = set()  # those from which the way out is known to end
        for nested in enclosing:
            way: set[int] = set()
            rid = nested
            while rid in enclosing and rid not in sound:
                if rid in way:
                    raise BadImageError(self.path, f"TypeDef row {rid:#x} is nested in itself")
                way.add(rid)
                rid = enclosing[rid]
            sound |= way
        return enclosing

    def enum_underlying_type(self, enum: TypeDesc) -> TypeDesc:
        """The type of an enum's instance field.

        Raises:
            BadImageError: it has none.
        """
        for field in self.fields_of(enum.token):
            if field.flags & FIELD_STATIC == 0:
                return field.type
        raise BadImageError(self.path, f"enum {enum} has no value field")

    def inline_array_length(self, type_token: int) -> int:
        """Length given by [InlineArray]; 0 without."""
        row = self._attributes.find(type_token, "System.Runtime.CompilerServices", "InlineArrayAttribute")
        if row == 0:
            return 0
        value = self._attributes.value(row)
        return int.from_bytes(value[2:6], "little", signed=True)

    def class_layout_of(self, type_token: int) -> tuple[int, int]:
        """Packing size and class size of a ClassLayout record; zeros without (ECMA-335 II.22.8)."""
        reader = self.reader
        rows = reader.rows_of(TableId.CLASS_LAYOUT, "Parent", type_token & _RID)
        if not rows:
            return 0, 0
        row = rows[0] - 1
        return (
            reader.column(TableId.CLASS_LAYOUT, "PackingSize")[row],
            reader.column(TableId.CLASS_LAYOUT, "ClassSize")[row],
        )

    def field_layout_of(self, field_token: int) -> int:
        """Offset in a FieldLayout record, -1 without (ECMA-335 II.22.16)."""
        rows = self.reader.rows_of(TableId.FIELD_LAYOUT, "Field", field_token & _RID)
        return self.reader.column(TableId.FIELD_LAYOUT, "Offset")[rows[0] - 1] if rows else -1

    def field_name(self, field_token: int) -> str:
        """Name of a field definition."""
        reader = self.reader
        return reader.string(reader.column(TableId.FIELD, "Name")[(field_token & _RID) - 1])

    def field_type(self, field_token: int) -> TypeDesc:
        """Type of a field definition."""
        reader = self.reader
        blob = reader.blob(reader.column(TableId.FIELD, "Signature")[(field_token & _RID) - 1])
        return SignatureDecoder(self, blob).field()

    def field_rva(self, field_token: int) -> int:
        """RVA of a field's data; 0 without."""
        rows = self.reader.rows_of(TableId.FIELD_RVA, "Field", field_token & _RID)
        return self.reader.column(TableId.FIELD_RVA, "RVA")[rows[0] - 1] if rows else 0

    def method_signature(self, method_token: int) -> MethodSignature:
        """Signature of a method definition."""
        reader = self.reader
        blob = reader.blob(reader.column(TableId.METHOD_DEF, "Signature")[(method_token & _RID) - 1])
        return SignatureDecoder(self, blob).method()

    def method_body(self, rva: int) -> MethodBody:
        """The IL body at an RVA."""
        return read_method_body(self.file.image, rva)

    def method_impls_of(self, type_token: int) -> list[tuple[int, int]]:
        """Tokens of body and declaration of a type definition's MethodImpl records (ECMA-335 II.22.27)."""
        reader = self.reader
        bodies = reader.column(TableId.METHOD_IMPL, "MethodBody")
        declarations = reader.column(TableId.METHOD_IMPL, "MethodDeclaration")
        rows = reader.rows_of(TableId.METHOD_IMPL, "Class", type_token & _RID)
        return [(bodies[row - 1], declarations[row - 1]) for row in rows]

    # --- custom attributes -------------------------------------------------------------------------------------

    def has_attribute(self, token: int, namespace: str, name: str) -> bool:
        """Whether a member of this module carries an attribute of the named type."""
        return self._attributes.has(token, namespace, name)

    @property
    def marshals_at_runtime(self) -> bool:
        """Whether the runtime marshals arguments of native calls in this module's code."""
        name = "DisableRuntimeMarshallingAttribute"
        return not self.has_attribute(_ASSEMBLY, "System.Runtime.CompilerServices", name)

    def attribute_value(self, token: int, namespace: str, name: str) -> bytes | None:
        """Value blob of the first attribute of the named type on a member; None without."""
        row = self._attributes.find(token, namespace, name)
        return None if row == 0 else self._attributes.value(row)

    # --- names -------------------------------------------------------------------------------------------------

    def find_type(self, namespace: str, name: str) -> TypeDesc | None:
        """A top-level type that this module defines itself."""
        if self._top_level_types is None:
            self._index_types()
        assert self._top_level_types is not None
        rid = self._top_level_types.get((namespace, name))
        return None if rid is None else self.type_def(rid)

    def find_nested_type(self, enclosing: TypeDesc, namespace: str, name: str) -> TypeDesc | None:
        """A type nested in a definition of this module."""
        if self._top_level_types is None:
            self._index_types()
        rid = self._nested_types.get((enclosing.token & _RID, namespace, name))
        return None if rid is None else self.type_def(rid)

    def _index_types(self) -> None:
        reader = self.reader
        names = reader.column(TableId.TYPE_DEF, "TypeName")
        namespaces = reader.column(TableId.TYPE_DEF, "TypeNamespace")
        if self._enclosing is None:
            self._enclosing = self._read_enclosing()
        enclosing = self._enclosing
        top: dict[tuple[str, str], int] = {}
        for row in range(len(names)):
            name = reader.string(names[row])
            namespace = reader.string(namespaces[row])
            outer = enclosing.get(row + 1)
            if outer is None:
                top.setdefault((namespace, name), row + 1)
            else:
                self._nested_types.setdefault((outer, namespace, name), row + 1)
        self._top_level_types = top

    # --- tokens to things and back -----------------------------------------------------------------------------

    def resolve_type(self, token: int, context: GenericContext | None) -> TypeDesc:
        """The type that a TypeDef, TypeRef or TypeSpec token means; variables stay if `context` is None.

        Raises:
            BadImageError: no such token, or a malformed signature.
            MissingReferenceError, MissingMemberError: what it refers to cannot be found.
        """
        found = self._resolver.type(token)
        return found if context is None or not found.contains_variables else context.instantiate(found)

    def resolve_method(self, token: int, context: GenericContext | None) -> MethodDesc:
        """The method that a MethodDef, MemberRef or MethodSpec token means; raises as `resolve_type`."""
        found = self._resolver.method(token)
        if context is None:
            return found
        return found.substitute(context.type_arguments, context.method_arguments)

    def resolve_field(self, token: int, context: GenericContext | None) -> FieldDesc:
        """The field that a Field or MemberRef token means; raises as `resolve_type`."""
        found = self._resolver.field(token)
        if context is None or not found.owner.contains_variables:
            return found
        return self.context.field_on_owner(found.definition, context.instantiate(found.owner))

    def is_field_token(self, token: int) -> bool:
        """Whether a token names a field: a Field row, or a MemberRef row with a field signature (for ldtoken)."""
        return self._resolver.is_field(token)

    def resolve_standalone_signature(self, token: int, context: GenericContext | None) -> MethodSignature:
        """The call site signature of a StandAloneSig token (calli); raises as `resolve_type`."""
        signature = self._resolver.standalone(token).method()
        if context is None:
            return signature
        return signature.substitute(context.type_arguments, context.method_arguments)

    def local_signature(self, token: int, context: GenericContext | None) -> list[LocalVariable]:
        """The locals of a StandAloneSig token, [] for token 0; raises as `resolve_type`."""
        if token & _RID == 0:
            return []
        variables = self._resolver.standalone(token).locals()
        if context is not None:
            for variable in variables:
                variable.type = context.instantiate(variable.type)
        return variables

    def is_vararg_reference(self, token: int) -> bool:
        """Whether a MemberRef token is the call site of a vararg method."""
        return self._resolver.is_vararg_reference(token)

    def type_ref_token(self, type: TypeDesc) -> int | None:
        """The TypeDef or TypeRef token by which this module names a type's definition; None if it has none."""
        return self._token_index.type_token(type.definition)

    def method_token(self, method: MethodDesc) -> int | None:
        """The MethodDef or MemberRef token by which this module names a method's definition; None if it has none."""
        return self._token_index.method_token(method)

    def field_token(self, field: FieldDesc) -> int | None:
        """The Field or MemberRef token by which this module names a field's definition; None if it has none."""
        return self._token_index.field_token(field)
