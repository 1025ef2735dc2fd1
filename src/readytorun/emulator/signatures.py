"""From the signatures in fixups to types, methods and fields (readytorun-format.md#signatures).

A token belongs to a scope: the image's own assembly, one that a module index names, or the image's manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.loader import LoadedImage
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r import signatures as sig
from readytorun.r2r.primitives import ByteReader
from readytorun.typesystem import element_types as et
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.method_desc import GENERIC, HAS_THIS, MethodDesc, MethodSignature
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

_TYPE_REF = 0x01000000
_TYPE_DEF = 0x02000000
_FIELD = 0x04000000
_METHOD_DEF = 0x06000000
_MEMBER_REF = 0x0A000000
_TYPE_SPEC = 0x1B000000
_TABLE = 0xFF000000
_RID = 0xFFFFFF
_FIELD_SIGNATURE = 0x06


class Scope(Protocol):
    """Whose tokens they are."""

    def type(self, token: int) -> TypeDesc: ...

    def method(self, token: int) -> MethodDesc: ...

    def field(self, token: int) -> FieldDesc: ...

    def string(self, rid: int) -> str: ...


class ModuleScope:
    """The tokens of an assembly's metadata."""

    def __init__(self, module: ModuleDesc) -> None:
        self.module = module

    def type(self, token: int) -> TypeDesc:
        return self.module.resolve_type(token, None)

    def method(self, token: int) -> MethodDesc:
        return self.module.resolve_method(token, None)

    def field(self, token: int) -> FieldDesc:
        return self.module.resolve_field(token, None)

    def string(self, rid: int) -> str:
        return self.module.reader.user_string(rid)


class ManifestScope:
    """The tokens of an image's manifest: TypeRefs, MemberRefs and TypeSpecs (ManifestMetadataTableNode.cs)."""

    def __init__(self, reader: MetadataReader, signatures: Signatures, own: ModuleDesc) -> None:
        self._reader = reader
        self._signatures = signatures
        self._own = own

    def type(self, token: int) -> TypeDesc:
        reader = self._reader
        row = (token & _RID) - 1
        if token & _TABLE == _TYPE_SPEC:
            blob = reader.blob(reader.column(TableId.TYPE_SPEC, "Signature")[row])
            return self._signatures.type(sig.decode_type(ByteReader(blob, 0, len(blob), "manifest")), self)
        if token & _TABLE != _TYPE_REF:
            raise ExecutionError(f"{self._own.name}: the manifest has no type {token:#010x}")
        scope = reader.column(TableId.TYPE_REF, "ResolutionScope")[row]
        name = reader.string(reader.column(TableId.TYPE_REF, "TypeName")[row])
        namespace = reader.string(reader.column(TableId.TYPE_REF, "TypeNamespace")[row])
        if scope & _TABLE == _TYPE_REF:
            outer = self.type(scope)
            found = outer.module.find_nested_type(outer, namespace, name)
        else:
            found = self._module(scope).find_type(namespace, name)
        if found is None:
            raise ExecutionError(f"{self._own.name}: the manifest refers to {namespace}.{name}, which is not there")
        return found

    def _module(self, scope: int) -> ModuleDesc:
        reader = self._reader
        row = (scope & _RID) - 1
        if scope >> 24 == TableId.MODULE_REF:
            name = reader.string(reader.column(TableId.MODULE_REF, "Name")[row])
        else:
            name = reader.string(reader.column(TableId.ASSEMBLY_REF, "Name")[row])
        if name.startswith("#"):
            raise ExecutionError(f"{self._own.name}: module reference {name} of the manifest is not supported")
        return self._own.context.module_by_name(name, self._own.name)

    def _member(self, token: int) -> tuple[TypeDesc, str, bytes]:
        reader = self._reader
        row = (token & _RID) - 1
        if token & _TABLE != _MEMBER_REF:
            raise ExecutionError(f"{self._own.name}: the manifest has no member {token:#010x}")
        owner = self.type(reader.column(TableId.MEMBER_REF, "Class")[row])
        name = reader.string(reader.column(TableId.MEMBER_REF, "Name")[row])
        return owner, name, reader.blob(reader.column(TableId.MEMBER_REF, "Signature")[row])

    def method(self, token: int) -> MethodDesc:
        owner, name, blob = self._member(token)
        reader = ByteReader(blob, 0, len(blob), "manifest")
        first = reader.u8()
        generic_count = reader.compressed() if first & GENERIC else 0
        count = reader.compressed()
        result = self._signatures.type(sig.decode_type(reader), self)
        params = tuple(self._signatures.type(sig.decode_type(reader), self) for _ in range(count))
        wanted = MethodSignature(first & 0x0F, bool(first & HAS_THIS), False, generic_count, result, params)
        for method in owner.definition.methods():
            if method.name == name and method.signature.matches(wanted):
                return owner.context.method_on_owner(method, owner)
        raise ExecutionError(f"{self._own.name}: the manifest refers to {owner}.{name}, which is not there")

    def field(self, token: int) -> FieldDesc:
        owner, name, _ = self._member(token)
        found = owner.find_field(name)
        if found is None:
            raise ExecutionError(f"{self._own.name}: the manifest refers to {owner}.{name}, which is not there")
        return found

    def string(self, rid: int) -> str:
        raise ExecutionError(f"{self._own.name}: the manifest has no strings")


@dataclass(frozen=True, slots=True)
class NamedMethod:
    """A method as a signature names it.

    Attributes:
        method: with its owner and arguments, which may have variables.
        flags: METHOD_ flags of the signature.
        constrained: the type of a constrained call, or None.
    """

    method: MethodDesc
    flags: int
    constrained: TypeDesc | None


class Signatures:
    """Resolves what the signatures of one image say."""

    def __init__(self, image: LoadedImage, context: TypeSystemContext) -> None:
        self._image = image
        self.context = context
        self._scopes: dict[int, Scope] = {0: ModuleScope(image.module)}

    def scope(self, module: int | None) -> Scope:
        """The scope of a module index (readytorun-format.md#module-indices); None is the image's own."""
        index = module or 0
        found = self._scopes.get(index)
        if found is None:
            references = self._image.assembly_references
            manifest = self._image.r2r.manifest
            if index <= len(references):
                found = ModuleScope(self.context.module_by_name(references[index - 1], self._image.name))
            elif index == len(references) + 1 and manifest is not None:
                found = ManifestScope(manifest, self, self._image.module)
            else:
                names = self._image.manifest_references
                row = index - len(references) - 1
                if not 0 < row <= len(names):
                    raise ExecutionError(f"{self._image.name}: module index {index} names nothing")
                found = ModuleScope(self.context.module_by_name(names[row - 1], self._image.name))
            self._scopes[index] = found
        return found

    def type(self, signature: sig.TypeSignature, scope: Scope, outer: Scope | None = None) -> TypeDesc:
        """The type of a signature, with variables if it has some.

        Args:
            signature: the type.
            scope: whose tokens it has.
            outer: whose tokens the arguments of an instantiation have, if its definition names a module of its own.
        """
        context = self.context
        if isinstance(signature, sig.SimpleType):
            if signature.element_type == sig.ELEMENT_TYPE_CANON_ZAPSIG:
                return context.canon
            return context.primitive(signature.element_type)
        if isinstance(signature, sig.TokenType):
            return scope.type(signature.token)
        if isinstance(signature, sig.VariableType):
            if signature.element_type == et.MVAR:
                return context.method_variable(signature.index)
            return context.type_variable(signature.index)
        if isinstance(signature, sig.GenericInstanceType):
            definition = self.type(signature.definition, scope).definition
            inner = scope if outer is None else outer
            return context.instantiate(definition, tuple(self.type(a, inner) for a in signature.arguments))
        if isinstance(signature, sig.ModuleType):
            return self.type(signature.type, self.scope(signature.module), scope)
        if isinstance(signature, sig.WrappedType):
            element = self.type(signature.element, scope)
            if signature.element_type == et.SZARRAY:
                return context.szarray(element)
            if signature.element_type == et.PTR:
                return context.pointer(element)
            if signature.element_type == et.BYREF:
                return context.byref(element)
            return element
        if isinstance(signature, sig.ArrayType):
            return context.array(self.type(signature.element, scope), signature.rank)
        if isinstance(signature, sig.ModifiedType):
            return self.type(signature.element, scope)
        result = self.type(signature.return_type, scope)
        params = tuple(self.type(p, scope) for p in signature.parameters)
        return context.function_pointer(MethodSignature(signature.calling_convention, False, False, 0, result, params))

    def method(
        self, signature: sig.MethodSignature, outer: Scope, generic: GenericContext | None = None
    ) -> NamedMethod:
        """The method of a signature; its variables mean what `generic` says, if anything."""

        def resolve(type: sig.TypeSignature, within: Scope) -> TypeDesc:
            resolved = self.type(type, within)
            return resolved if generic is None else generic.instantiate(resolved)

        flags = signature.flags
        scope = self.scope(signature.module) if flags & sig.METHOD_UPDATE_CONTEXT else outer
        table = _MEMBER_REF if flags & sig.METHOD_MEMBER_REF_TOKEN else _METHOD_DEF
        method = scope.method(table | signature.rid)
        if signature.owner is not None:
            owner = resolve(signature.owner, scope)
            if method.is_array_method:
                method = self.context.array_method(owner, method.name, len(method.signature.params))
            else:
                declaring = self._declaring(owner, method)
                method = self.context.method_on_owner(method.definition, declaring)
        if flags & sig.METHOD_INSTANTIATION:
            arguments = tuple(resolve(a, outer) for a in signature.arguments)
            method = self.context.method_instance(method, arguments)
        if flags & sig.METHOD_ASYNC_VARIANT:
            method = method.async_variant
        constrained = None if signature.constrained is None else resolve(signature.constrained, scope)
        return NamedMethod(method, flags, constrained)

    @staticmethod
    def _declaring(owner: TypeDesc, method: MethodDesc) -> TypeDesc:
        """The base of `owner` that declares the method: a MemberRef may name it on a derived type."""
        current: TypeDesc | None = owner
        while current is not None:
            if current.definition is method.owner.definition:
                return current
            current = current.base_type
        raise ExecutionError(f"{owner} does not have method {method}")

    def field(self, signature: sig.FieldSignature, scope: Scope) -> FieldDesc:
        """The field of a signature."""
        table = _MEMBER_REF if signature.flags & sig.FIELD_MEMBER_REF_TOKEN else _FIELD
        field = scope.field(table | signature.rid)
        if signature.owner is not None:
            owner: TypeDesc | None = self.type(signature.owner, scope)
            while owner is not None and owner.definition is not field.owner.definition:
                owner = owner.base_type
            if owner is None:
                raise ExecutionError(f"field {field} is not one of the type that its signature names")
            field = self.context.field_on_owner(field.definition, owner)
        return field
