"""Tokens for members of the core library that the input's metadata does not mention (runtime-async.md 14.8).

They are rows of the image's own manifest metadata. All of them are made at the start and in a fixed order, so that
every process that compiles a part of the image has the same ones.
"""

from __future__ import annotations

from typing import Final

from readytorun.metadata.tables import TableId
from readytorun.r2r.manifest import ManifestBuilder
from readytorun.r2r.primitives import compressed
from readytorun.typesystem import element_types as et
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import GENERIC, HAS_THIS, MethodDesc, MethodSignature
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import (
    ArrayType,
    ByRefType,
    GenericVariable,
    ParameterizedType,
    PointerType,
    TypeDesc,
)

# Marks a token as one of the manifest; tokens themselves have 32 bits.
MANIFEST: Final = 1 << 32
_TYPE_TAGS: Final = {0x01: 1, 0x1B: 2}
_FIELD_SIGNATURE: Final = 0x06
_CONVENTION_MASK: Final = 0x0F


class ManifestTokens:
    """The manifest rows of one image.

    Attributes:
        builder: writes them.
        module_index: index by which fixups name the manifest: one more than the input's AssemblyRefs.
    """

    __slots__ = ("_fields", "_methods", "_types", "builder", "module_index")

    def __init__(self, module: ModuleDesc) -> None:
        self.builder = ManifestBuilder()
        self.module_index = module.reader.row_count(TableId.ASSEMBLY_REF) + 1
        self._types: dict[int, int] = {}
        self._methods: dict[int, int] = {}
        self._fields: dict[int, int] = {}

    # --- making rows -------------------------------------------------------------------------------------------

    def add_type(self, definition: TypeDesc) -> int:
        """Token of a type definition of the core library."""
        found = self._types.get(definition.id)
        if found is None:
            enclosing = definition.enclosing_type
            if enclosing is None:
                found = self.builder.type_ref(self.builder.core_library(), definition.namespace, definition.name)
            else:
                found = self.builder.type_ref(self.add_type(enclosing), "", definition.name)
            self._types[definition.id] = found
        return found

    def add_method(self, definition: MethodDesc) -> None:
        """Make a row for a method definition of the core library."""
        if definition.id not in self._methods:
            parent = self.add_type(definition.owner)
            signature = self._method_signature(definition.signature)
            self._methods[definition.id] = self.builder.member_ref(parent, definition.name, signature)

    def add_field(self, definition: FieldDesc) -> None:
        """Make a row for a field definition of the core library."""
        if definition.id not in self._fields:
            parent = self.add_type(definition.owner)
            out = bytearray((_FIELD_SIGNATURE,))
            self._put_type(out, definition.type)
            self._fields[definition.id] = self.builder.member_ref(parent, definition.name, bytes(out))

    def _method_signature(self, signature: MethodSignature) -> bytes:
        first = signature.calling_convention & _CONVENTION_MASK
        if signature.has_this:
            first |= HAS_THIS
        if signature.generic_count:
            first |= GENERIC
        out = bytearray((first,))
        if signature.generic_count:
            out += compressed(signature.generic_count)
        out += compressed(len(signature.params))
        self._put_type(out, signature.return_type)
        for param in signature.params:
            self._put_type(out, param)
        return bytes(out)

    def _put_type(self, out: bytearray, type: TypeDesc) -> None:
        """A type as in ECMA-335 II.23.2.12, with tokens of the manifest."""
        element = type.element_type
        if type.is_primitive or element in (et.STRING, et.OBJECT, et.VOID, et.TYPEDBYREF):
            out.append(element)
        elif isinstance(type, GenericVariable):
            out.append(et.MVAR if type.is_method else et.VAR)
            out += compressed(type.index)
        elif isinstance(type, ArrayType) and not type.is_szarray:
            raise ValueError(f"{type} in the signature of a member of the core library")
        elif isinstance(type, (ArrayType, PointerType, ByRefType)) and isinstance(type, ParameterizedType):
            out.append(element)
            self._put_type(out, type.parameter_type)
        elif type.instantiation:
            out.append(et.GENERICINST)
            self._put_definition(out, type.definition)
            out += compressed(len(type.instantiation))
            for argument in type.instantiation:
                self._put_type(out, argument)
        else:
            self._put_definition(out, type)

    def _put_definition(self, out: bytearray, type: TypeDesc) -> None:
        token = self.add_type(type)
        out.append(et.VALUETYPE if type.is_value_type else et.CLASS)
        out += compressed((token & 0xFFFFFF) << 2 | _TYPE_TAGS[token >> 24])

    # --- asking for them ---------------------------------------------------------------------------------------

    def type_token(self, definition: TypeDesc) -> int | None:
        """Token of a type definition, with MANIFEST; None if there is no row."""
        token = self._types.get(definition.id)
        return None if token is None else token | MANIFEST

    def method_token(self, method: MethodDesc) -> int | None:
        """Token of a method's definition, with MANIFEST; None if there is no row."""
        token = self._methods.get(method.definition.id)
        return None if token is None else token | MANIFEST

    def field_token(self, field: FieldDesc) -> int | None:
        """Token of a field's definition, with MANIFEST; None if there is no row."""
        token = self._fields.get(field.definition.id)
        return None if token is None else token | MANIFEST
