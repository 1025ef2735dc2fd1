"""What the references of one module mean: TypeRef, TypeSpec, MemberRef, MethodSpec, StandAloneSig.

Results keep the variables of the place where the token stands, and are remembered by token; callers substitute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.errors import BadImageError, MissingMemberError
from readytorun.metadata.tables import TableId
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import MethodDesc, MethodSignature
from readytorun.typesystem.signatures import SignatureDecoder
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.typesystem.module import ModuleDesc

_MODULE: Final = 0x00
_TYPE_REF: Final = 0x01
_TYPE_DEF: Final = 0x02
_FIELD: Final = 0x04
_METHOD_DEF: Final = 0x06
_MEMBER_REF: Final = 0x0A
_STAND_ALONE_SIG: Final = 0x11
_MODULE_REF: Final = 0x1A
_TYPE_SPEC: Final = 0x1B
_ASSEMBLY_REF: Final = 0x23
_EXPORTED_TYPE: Final = 0x27
_METHOD_SPEC: Final = 0x2B
_RID: Final = 0xFFFFFF
_MAX_FORWARDS: Final = 16
_VARARG_SIGNATURE: Final = 0x05
_ARRAY_METHODS: Final = (".ctor", "Get", "Set", "Address")


class Resolver:
    """Follows the references of one module."""

    __slots__ = ("_exported", "_fields", "_methods", "_module", "_pending", "_types")

    def __init__(self, module: ModuleDesc) -> None:
        self._module = module
        self._types: dict[int, TypeDesc] = {}
        self._pending: set[int] = set()  # tokens whose types are being found, each at the request of the one before
        self._methods: dict[int, MethodDesc] = {}
        self._fields: dict[int, FieldDesc] = {}
        self._exported: dict[tuple[int, str, str], int] | None = None

    def _cell(self, table: int, column: str, rid: int) -> int:
        values = self._module.reader.column(table, column)
        if not 0 < rid <= len(values):
            raise BadImageError(self._module.path, f"no row {rid:#x} in metadata table {table:#x}")
        return values[rid - 1]

    def _bad_token(self, token: int, wanted: str) -> BadImageError:
        return BadImageError(self._module.path, f"token {token:#010x} is not a {wanted}")

    # --- types -------------------------------------------------------------------------------------------------

    def type(self, token: int) -> TypeDesc:
        """The type of a TypeDef, TypeRef or TypeSpec token."""
        found = self._types.get(token)
        if found is None:
            if token in self._pending:
                raise BadImageError(self._module.path, f"token {token:#010x} is defined by itself")
            self._pending.add(token)
            try:
                found = self._find_type(token)
            finally:
                self._pending.discard(token)
            self._types[token] = found
        return found

    def _find_type(self, token: int) -> TypeDesc:
        table = token >> 24
        if table == _TYPE_DEF:
            return self._module.type_def(token & _RID)
        if table == _TYPE_REF:
            return self._type_ref(token & _RID)
        if table == _TYPE_SPEC:
            blob = self._module.reader.blob(self._cell(TableId.TYPE_SPEC, "Signature", token & _RID))
            return SignatureDecoder(self._module, blob).type()
        raise self._bad_token(token, "type")

    def _type_ref(self, rid: int) -> TypeDesc:
        module = self._module
        reader = module.reader
        scope = self._cell(TableId.TYPE_REF, "ResolutionScope", rid)
        name = reader.string(self._cell(TableId.TYPE_REF, "TypeName", rid))
        namespace = reader.string(self._cell(TableId.TYPE_REF, "TypeNamespace", rid))
        table = scope >> 24
        found: TypeDesc | None
        if scope & _RID == 0:
            found = module._resolver.forwarded_type(None, namespace, name, 0)
        elif table == _TYPE_REF:
            enclosing = self.type(scope)
            found = enclosing.module.find_nested_type(enclosing, namespace, name)
        elif table == _ASSEMBLY_REF:
            target = self.assembly_ref(scope & _RID)
            found = target.find_type(namespace, name)
            if found is None:
                found = target._resolver.forwarded_type(None, namespace, name, 0)
        elif table == _MODULE:
            found = module.find_type(namespace, name)
        else:
            raise BadImageError(module.path, f"TypeRef {namespace}.{name}: multi-module assemblies are not supported")
        if found is None:
            where = self._scope_name(scope)
            full = f"{namespace}.{name}" if namespace else name
            raise MissingMemberError(f"{module.path}: refers to type {full}, which is not in {where}")
        return found

    def _scope_name(self, scope: int) -> str:
        reader = self._module.reader
        table = scope >> 24
        if scope & _RID == 0 or table == _MODULE:
            return self._module.name
        if table == _ASSEMBLY_REF:
            return reader.string(self._cell(TableId.ASSEMBLY_REF, "Name", scope & _RID))
        return str(self.type(scope))

    def assembly_ref(self, rid: int) -> ModuleDesc:
        """The module of an AssemblyRef row."""
        name = self._module.reader.string(self._cell(TableId.ASSEMBLY_REF, "Name", rid))
        return self._module.context.module_by_name(name, self._module.name)

    def forwarded_type(self, enclosing: TypeDesc | None, namespace: str, name: str, depth: int) -> TypeDesc | None:
        """A top-level type that this module's ExportedType table forwards to another assembly."""
        if depth > _MAX_FORWARDS:
            raise BadImageError(self._module.path, f"type {namespace}.{name} is forwarded in a circle")
        if self._exported is None:
            self._index_exported()
        assert self._exported is not None
        rid = self._exported.get((0, namespace, name))
        if rid is None:
            return None
        implementation = self._cell(TableId.EXPORTED_TYPE, "Implementation", rid)
        if implementation >> 24 != _ASSEMBLY_REF:
            return None
        target = self.assembly_ref(implementation & _RID)
        found = target.find_type(namespace, name)
        if found is None:
            found = target._resolver.forwarded_type(enclosing, namespace, name, depth + 1)
        return found

    def _index_exported(self) -> None:
        reader = self._module.reader
        names = reader.column(TableId.EXPORTED_TYPE, "TypeName")
        namespaces = reader.column(TableId.EXPORTED_TYPE, "TypeNamespace")
        implementations = reader.column(TableId.EXPORTED_TYPE, "Implementation")
        exported: dict[tuple[int, str, str], int] = {}
        for row in range(len(names)):
            if implementations[row] >> 24 == _ASSEMBLY_REF:
                exported[(0, reader.string(namespaces[row]), reader.string(names[row]))] = row + 1
        self._exported = exported

    # --- members -----------------------------------------------------------------------------------------------

    def method(self, token: int) -> MethodDesc:
        """The method of a MethodDef, MemberRef or MethodSpec token."""
        found = self._methods.get(token)
        if found is None:
            table = token >> 24
            rid = token & _RID
            if table == _METHOD_DEF:
                found = self._module.method_def(rid)
            elif table == _MEMBER_REF:
                found = self._method_ref(rid)
            elif table == _METHOD_SPEC:
                generic = self.method(self._cell(TableId.METHOD_SPEC, "Method", rid))
                blob = self._module.reader.blob(self._cell(TableId.METHOD_SPEC, "Instantiation", rid))
                arguments = SignatureDecoder(self._module, blob).method_spec()
                if len(arguments) != generic.generic_parameter_count:
                    raise BadImageError(
                        self._module.path, f"MethodSpec {rid:#x}: {len(arguments)} arguments for {generic}"
                    )
                found = self._module.context.method_instance(generic, arguments)
            else:
                raise self._bad_token(token, "method")
            self._methods[token] = found
        return found

    def _member_parent(self, rid: int) -> TypeDesc:
        """The type in a MemberRef row's Class column."""
        parent = self._cell(TableId.MEMBER_REF, "Class", rid)
        table = parent >> 24
        if table == _METHOD_DEF:  # the call site of a vararg method
            return self._module.method_def(parent & _RID).owner
        if table == _MODULE_REF:
            raise BadImageError(self._module.path, f"MemberRef {rid:#x}: multi-module assemblies are not supported")
        return self.type(parent)

    def _method_ref(self, rid: int) -> MethodDesc:
        module = self._module
        name = module.reader.string(self._cell(TableId.MEMBER_REF, "Name", rid))
        decoder = SignatureDecoder(module, module.reader.blob(self._cell(TableId.MEMBER_REF, "Signature", rid)))
        if decoder.is_field():
            raise self._bad_token(_MEMBER_REF << 24 | rid, "method")
        parent = self._member_parent(rid)
        signature = decoder.method()
        if isinstance(parent, ArrayType) and name in _ARRAY_METHODS:
            return module.context.array_method(parent, name, len(signature.params))
        found = find_method_in_hierarchy(parent, name, signature)
        if found is None:
            raise MissingMemberError(
                f"{module.path}: refers to method {parent}.{name}, {signature}, which does not exist"
            )
        return found

    def field(self, token: int) -> FieldDesc:
        """The field of a Field or MemberRef token."""
        found = self._fields.get(token)
        if found is None:
            table = token >> 24
            rid = token & _RID
            if table == _FIELD:
                found = self._module.field_def(rid)
            elif table == _MEMBER_REF:
                found = self._field_ref(rid)
            else:
                raise self._bad_token(token, "field")
            self._fields[token] = found
        return found

    def _field_ref(self, rid: int) -> FieldDesc:
        module = self._module
        name = module.reader.string(self._cell(TableId.MEMBER_REF, "Name", rid))
        decoder = SignatureDecoder(module, module.reader.blob(self._cell(TableId.MEMBER_REF, "Signature", rid)))
        if not decoder.is_field():
            raise self._bad_token(_MEMBER_REF << 24 | rid, "field")
        parent = self._member_parent(rid)
        found = find_field_in_hierarchy(parent, name, decoder.field())
        if found is None:
            raise MissingMemberError(f"{module.path}: refers to field {parent}.{name}, which does not exist")
        return found

    def is_field(self, token: int) -> bool:
        """Whether a token is a Field row, or a MemberRef row with a field signature."""
        if token >> 24 != _MEMBER_REF:
            return token >> 24 == _FIELD
        blob = self._module.reader.blob(self._cell(TableId.MEMBER_REF, "Signature", token & _RID))
        return SignatureDecoder(self._module, blob).is_field()

    def is_vararg_reference(self, token: int) -> bool:
        """Whether a token is a MemberRef row with a vararg signature."""
        if token >> 24 != _MEMBER_REF:
            return False
        blob = self._module.reader.blob(self._cell(TableId.MEMBER_REF, "Signature", token & _RID))
        return len(blob) > 0 and blob[0] & 0x0F == _VARARG_SIGNATURE

    def standalone(self, token: int) -> SignatureDecoder:
        """A decoder at the start of a StandAloneSig's blob."""
        if token >> 24 != _STAND_ALONE_SIG:
            raise self._bad_token(token, "stand-alone signature")
        blob = self._module.reader.blob(self._cell(TableId.STAND_ALONE_SIG, "Signature", token & _RID))
        return SignatureDecoder(self._module, blob)


def find_method_in_hierarchy(type: TypeDesc, name: str, signature: MethodSignature) -> MethodDesc | None:
    """The method that a reference by name and signature means: own, else of the nearest base class that has it.

    The signature is written in terms of the parameters of `type`'s definition (ECMA-335 II.22.25), so that definitions
    are compared with definitions, seen from there.
    """
    context = type.context
    seen: TypeDesc | None = type.definition  # `type`'s chain of bases in terms of its definition's own parameters
    while seen is not None:
        candidates: list[MethodDesc] = []
        for method in seen.definition.methods():
            if method.name == name:
                declared = method.signature
                if seen.instantiation:
                    declared = declared.substitute(seen.instantiation, ())
                if declared.matches(signature):
                    candidates.append(method)
        if candidates:
            found = candidates[0]
            for candidate in candidates:
                if candidate.signature.same_modifiers(signature):
                    found = candidate
                    break
            owner = type if seen is type.definition else _seen_from(type, seen)
            return context.method_on_owner(found, owner)
        seen = seen.base_type
    return None


def _seen_from(type: TypeDesc, base: TypeDesc) -> TypeDesc:
    """A base of `type`'s definition as a base of `type`."""
    return base.substitute(type.instantiation, ()) if type.instantiation else base


def find_field_in_hierarchy(type: TypeDesc, name: str, field_type: TypeDesc) -> FieldDesc | None:
    """The field that a reference by name and type means, as `find_method_in_hierarchy`."""
    context = type.context
    seen: TypeDesc | None = type.definition
    while seen is not None:
        for field in seen.definition.fields():
            if field.name == name:
                declared = field.type
                if seen.instantiation:
                    declared = declared.substitute(seen.instantiation, ())
                if declared is field_type:
                    owner = type if seen is type.definition else _seen_from(type, seen)
                    return context.field_on_owner(field, owner)
        seen = seen.base_type
    return None
