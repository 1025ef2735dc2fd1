"""What the signatures and fixups of one image are called: they refer to modules by index, and to rows of those.

Module indices are explained in readytorun-format.md#fixups. What belongs to a module whose metadata is not at hand is
named by its token, as in `[System.Private.CoreLib]0x0600012a`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from readytorun.errors import BadImageError
from readytorun.inspect.module_names import (
    KEYWORDS,
    ModuleNames,
    TypeNamePart,
    array_name,
    function_pointer_name,
    instantiated_name,
)
from readytorun.inspect.references import References
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r.constants import FixupKind
from readytorun.r2r.fixup_blobs import (
    LAYOUT_ALIGNMENT,
    LAYOUT_ALIGNMENT_NATIVE,
    LAYOUT_GC_LAYOUT,
    LAYOUT_GC_LAYOUT_EMPTY,
    LAYOUT_HFA,
    Fixup,
    ILBody,
    InstructionSetSupport,
    StringThunks,
    TypeLayout,
)
from readytorun.r2r.instruction_sets import instruction_set_name
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.reader import R2RImage, R2RMethod
from readytorun.r2r.signatures import (
    ELEMENT_TYPE_BYREF,
    ELEMENT_TYPE_NATIVE_VALUETYPE_ZAPSIG,
    ELEMENT_TYPE_PTR,
    ELEMENT_TYPE_SZARRAY,
    ELEMENT_TYPE_VAR,
    ELEMENT_TYPE_VAR_ZAPSIG,
    FIELD_MEMBER_REF_TOKEN,
    METHOD_ASYNC_VARIANT,
    METHOD_INSTANTIATING_STUB,
    METHOD_MEMBER_REF_TOKEN,
    METHOD_SLOT_INSTEAD_OF_TOKEN,
    METHOD_UNBOXING_STUB,
    ArrayType,
    FieldSignature,
    FunctionPointerType,
    GenericInstanceType,
    MethodParts,
    MethodSignature,
    ModuleType,
    SimpleType,
    TokenType,
    TypeSignature,
    VariableType,
    WrappedType,
    decode_type,
    decode_types,
)
from readytorun.r2r.versions import fixup_name, helper_name

_COR_HEADER_SIZE: Final = 72
_HFA_ELEMENTS: Final = {1: "float", 2: "double", 3: "Vector64", 4: "Vector128"}
_LOOKUPS: Final = (
    FixupKind.THIS_OBJ_DICTIONARY_LOOKUP,
    FixupKind.TYPE_DICTIONARY_LOOKUP,
    FixupKind.METHOD_DICTIONARY_LOOKUP,
)
# Kinds whose only operand is a row number.
_METHOD_DEF_KINDS: Final = (FixupKind.METHOD_ENTRY_DEF_TOKEN, FixupKind.VIRTUAL_ENTRY_DEF_TOKEN)
_MEMBER_REF_KINDS: Final = (FixupKind.METHOD_ENTRY_REF_TOKEN, FixupKind.VIRTUAL_ENTRY_REF_TOKEN)


class ImageNames:
    """Names for one image.

    Attributes:
        image: the image.
        references: where metadata of other assemblies is looked for.
        assembly_name: simple name of the image's own assembly; "" for a composite image.
    """

    def __init__(self, image: R2RImage, references: References) -> None:
        self.image = image
        self.references = references
        self._modules: dict[int, ModuleNames | None] = {}
        self._components: dict[int, ModuleNames | None] = {}
        self._owners: dict[tuple[int, bytes], tuple[str, Sequence[str], int]] = {}
        self._arguments: dict[bytes, list[str]] = {}
        self.assembly_name = ""
        self._own_reference_count = 0
        metadata = image.metadata
        if metadata is not None:
            self._own_reference_count = metadata.row_count(TableId.ASSEMBLY_REF)
            if metadata.row_count(TableId.ASSEMBLY):
                self.assembly_name = metadata.string(metadata.column(TableId.ASSEMBLY, "Name")[0])

    # --- modules ------------------------------------------------------------------------------------------------------

    def module_name(self, index: int) -> str:
        """Simple name of the module with an index of readytorun-format.md#fixups."""
        if index == 0:
            return self.assembly_name
        own = self._own_reference_count
        if index <= own:
            return _assembly_ref_name(self.image.metadata, index)
        return "manifest" if index == own + 1 else _assembly_ref_name(self.image.manifest, index - own - 1)

    def module(self, index: int) -> ModuleNames | None:
        """Names of the module with an index; None if its metadata is not at hand."""
        if index not in self._modules:
            self._modules[index] = self._find_module(index)
        return self._modules[index]

    def _find_module(self, index: int) -> ModuleNames | None:
        image = self.image
        own = self._own_reference_count
        if index == 0:
            return None if image.metadata is None else ModuleNames(image.metadata, self.assembly_name)
        if index == own + 1:
            return None if image.manifest is None else ModuleNames(image.manifest, "manifest")
        if index > own + 1 and image.is_composite:
            return self.component(index - own - 1)
        return self._referenced(self.module_name(index))

    def _referenced(self, name: str) -> ModuleNames | None:
        if name == self.assembly_name and name:
            return self.module(0)
        found = self.references.find(name)
        return None if found is None else ModuleNames(found.reader, name)

    def component(self, row: int) -> ModuleNames | None:
        """Names of the component assembly with an AssemblyRef row of a composite image's manifest."""
        if row not in self._components:
            self._components[row] = self._find_component(row)
        return self._components[row]

    def component_name(self, row: int) -> str:
        """Simple name of a component assembly of a composite image."""
        return _assembly_ref_name(self.image.manifest, row)

    def _find_component(self, row: int) -> ModuleNames | None:
        image = self.image
        name = self.component_name(row)
        components = image.components
        if 0 < row <= len(components) and components[row - 1].cor_header.size >= _COR_HEADER_SIZE:
            # The component's IL is inside of the composite.
            header = image.image.read(components[row - 1].cor_header.rva, _COR_HEADER_SIZE)
            rva, size = struct.unpack_from("<II", header, 8)
            if size:
                offset = image.image.offset_of(rva, size)
                return ModuleNames(MetadataReader(image.data, offset, size, image.path), name)
        return self._referenced(name)

    # --- types --------------------------------------------------------------------------------------------------------

    def type(self, signature: TypeSignature, module: int = 0) -> str:
        """Name of a type; its tokens belong to module `module` unless it says otherwise."""
        if isinstance(signature, SimpleType):
            return KEYWORDS[signature.element_type]
        if isinstance(signature, TokenType):
            names = self.module(module)
            return self._token(module, signature.token) if names is None else names.type(signature.token)
        if isinstance(signature, WrappedType):
            element = self.type(signature.element, module)
            return _wrapped_name(signature.element_type, element)
        if isinstance(signature, GenericInstanceType):
            return self._instance(signature, module, module)[0]
        if isinstance(signature, ModuleType):
            if isinstance(signature.type, GenericInstanceType):
                return self._instance(signature.type, module, signature.module)[0]
            return self.type(signature.type, signature.module)
        if isinstance(signature, VariableType):
            return ("!" if signature.element_type in (ELEMENT_TYPE_VAR, ELEMENT_TYPE_VAR_ZAPSIG) else "!!") + str(
                signature.index
            )
        if isinstance(signature, ArrayType):
            return array_name(self.type(signature.element, module), signature.rank)
        if isinstance(signature, FunctionPointerType):
            parameters = [self.type(parameter, module) for parameter in signature.parameters]
            return function_pointer_name(self.type(signature.return_type, module), parameters)
        return self.type(signature.element, module)

    def _token(self, module: int, token: int) -> str:
        name = self.module_name(module) or f"module {module}"
        return f"[{name}]{token:#010x}"

    def _instance(self, signature: GenericInstanceType, module: int, definition_module: int) -> tuple[str, list[str]]:
        """(name, names of the type arguments) of an instantiated type.

        Arguments are read in the outer context, that is in the module in force before a ModuleType (`zapsig.cpp`).
        """
        arguments = [self.type(argument, module) for argument in signature.arguments]
        definition = signature.definition
        while isinstance(definition, ModuleType):
            definition_module, definition = definition.module, definition.type
        parts: Sequence[TypeNamePart] | None = None
        if isinstance(definition, TokenType) and definition.token >> 24 != TableId.TYPE_SPEC:
            names = self.module(definition_module)
            if names is not None:
                parts = names.type_parts(definition.token)
        if parts is None:
            parts = [(self.type(definition, definition_module), 0)]
        return instantiated_name(parts, arguments), arguments

    def type_with_arguments(self, signature: TypeSignature, module: int) -> tuple[str, Sequence[str]]:
        """(name, names of the type arguments) of a type; () for one that is not instantiated."""
        definition_module = module
        inner = signature
        while isinstance(inner, ModuleType):
            definition_module, inner = inner.module, inner.type
        if isinstance(inner, GenericInstanceType):
            return self._instance(inner, module, definition_module)
        return self.type(signature, module), ()

    # --- members ------------------------------------------------------------------------------------------------------

    def method(self, signature: MethodSignature, module: int = 0) -> str:
        """Name of a method with parameters, type arguments put in for type variables. Flags are not shown."""
        inner = module if signature.module is None else signature.module
        owner: str | None = None
        type_arguments: Sequence[str] = ()
        if signature.owner is not None:
            owner, type_arguments = self.type_with_arguments(signature.owner, inner)
        method_arguments = [self.type(argument, module) for argument in signature.arguments]
        is_member_ref = bool(signature.flags & METHOD_MEMBER_REF_TOKEN)
        if not is_member_ref:
            inner = definition_module(signature.owner, inner)
        names = self.module(inner)
        if signature.flags & METHOD_SLOT_INSTEAD_OF_TOKEN:
            name = f"{owner}.[slot {signature.rid}]"
        elif names is None:
            token = self._token(inner, (0x0A000000 if is_member_ref else 0x06000000) | signature.rid)
            name = token if owner is None else f"{owner}.{token}"
            if method_arguments:
                name += f"<{', '.join(method_arguments)}>"
        else:
            make = names.member_ref if is_member_ref else names.method_def
            name = make(signature.rid, owner, type_arguments, method_arguments)
        if signature.constrained is not None:
            name += f" constrained {self.type(signature.constrained, inner)}"
        return name

    def field(self, signature: FieldSignature, module: int = 0) -> str:
        """Name of a field."""
        owner = None if signature.owner is None else self.type(signature.owner, module)
        is_member_ref = bool(signature.flags & FIELD_MEMBER_REF_TOKEN)
        if not is_member_ref:
            module = definition_module(signature.owner, module)
        names = self.module(module)
        if names is None:
            token = self._token(module, (0x0A000000 if is_member_ref else 0x04000000) | signature.rid)
            return token if owner is None else f"{owner}.{token}"
        return names.member_ref(signature.rid, owner) if is_member_ref else names.field_def(signature.rid, owner)

    def compiled_method(self, method: R2RMethod, with_prefix: bool = False) -> str:
        """Name of a compiled method of the image; with `method_prefix` before it if asked for."""
        parts = method.signature_parts
        if parts is not None:
            name = self._instance_entry(parts)
            return method_prefix(parts.flags) + name if with_prefix else name
        names = self.component(method.component) if method.component else self.module(0)
        if names is None:
            name = self.component_name(method.component) if method.component else self.assembly_name
            return f"[{name}]{0x06000000 | method.method_def_rid:#010x}"
        return names.method_def(method.method_def_rid)

    def _instance_entry(self, parts: MethodParts) -> str:
        """What `method` says, for one of very many signatures that share their owners and arguments."""
        inner = 0 if parts.module is None else parts.module
        owner: str | None = None
        type_arguments: Sequence[str] = ()
        module = inner
        if parts.owner:
            found = self._owners.get((inner, parts.owner))
            if found is None:
                signature = decode_type(ByteReader(parts.owner, 0, None, self.image.path))
                name, arguments = self.type_with_arguments(signature, inner)
                found = name, arguments, definition_module(signature, inner)
                self._owners[(inner, parts.owner)] = found
            owner, type_arguments, module = found
        names = self.module(module)
        if names is None or parts.constrained or parts.flags & (METHOD_MEMBER_REF_TOKEN | METHOD_SLOT_INSTEAD_OF_TOKEN):
            return self.method(parts.decoded(self.image.path))
        method_arguments: Sequence[str] = ()
        if parts.arguments:
            known = self._arguments.get(parts.arguments)
            if known is None:
                signatures = decode_types(ByteReader(parts.arguments, 0, None, self.image.path))
                known = [self.type(signature) for signature in signatures]
                self._arguments[parts.arguments] = known
            method_arguments = known
        return names.method_def(parts.rid, owner, type_arguments, method_arguments)

    def type_token(self, method: R2RMethod, token: int) -> str:
        """Name of a type token of the module that owns a method's IL, as in its EH clauses."""
        signature = method.signature
        if signature is None and method.component:
            names, module = self.component(method.component), self.component_name(method.component)
        else:
            index = 0
            if signature is not None:
                context = signature.module or 0
                is_member_ref = bool(signature.flags & METHOD_MEMBER_REF_TOKEN)
                if is_member_ref and _owner_row(signature.owner, context)[1] >> 24 != TableId.TYPE_DEF:
                    return f"{token:#010x}"  # no row here says which module has the IL
                index = definition_module(signature.owner, context)
            names, module = self.module(index), self.module_name(index)
        return f"[{module}]{token:#010x}" if names is None else names.type(token)

    # --- fixups -------------------------------------------------------------------------------------------------------

    def fixup(self, fixup: Fixup) -> str:
        """A fixup in one line: its kind and its operands, "MethodEntry System.String.Concat(string, string)".

        Whether a method is named by signature, MethodDef or MemberRef row makes no difference here.
        """
        name = fixup_name(fixup.kind).removesuffix("_DefToken").removesuffix("_RefToken")
        operands = self.fixup_operands(fixup)
        return f"{name} {operands}" if operands else name

    def fixup_operands(self, fixup: Fixup, outer_module: int = 0) -> str:
        """The operands of a fixup in one line."""
        module = outer_module if fixup.module is None else fixup.module
        kind = fixup.kind
        operands = fixup.operands
        if kind in _LOOKUPS:
            inner = operands[-1]
            text = "" if not isinstance(inner, Fixup) else self._lookup(inner, module)
            context = operands[0] if len(operands) > 1 else None
            return text if context is None else f"{self._operand(context, module)}: {text}"
        if isinstance(operands[0], int):
            first = operands[0]
            names = self.module(module)
            if kind in _METHOD_DEF_KINDS:
                return self._token(module, 0x06000000 | first) if names is None else names.method_def(first)
            if kind in _MEMBER_REF_KINDS:
                return self._token(module, 0x0A000000 | first) if names is None else names.member_ref(first)
            if kind == FixupKind.HELPER:
                return helper_name(first, self.image.version)
            if kind == FixupKind.STRING_HANDLE:
                if not first:
                    return '""'
                return self._token(module, 0x70000000 | first) if names is None else quoted(names.user_string(first))
            if kind == FixupKind.RESUMPTION_STUB_ENTRY_POINT:
                return f"{first:#x}"
            if kind in (FixupKind.CHECK_FIELD_OFFSET, FixupKind.VERIFY_FIELD_OFFSET):
                numbers = " from ".join(str(value) for value in reversed(operands[:-1]))
                return f"{self._operand(operands[-1], module)} at {numbers}"
            if kind in (FixupKind.CHECK_VIRTUAL_FUNCTION_OVERRIDE, FixupKind.VERIFY_VIRTUAL_FUNCTION_OVERRIDE):
                text = f"{self._operand(operands[1], module)} on {self._operand(operands[2], module)}"
                target = self._operand(operands[3], module) if len(operands) > 3 else "nothing"
                return f"{text} is {target}"
        return " ".join(self._operand(operand, module) for operand in operands)

    def _lookup(self, fixup: Fixup, module: int) -> str:
        name = fixup_name(fixup.kind).removesuffix("_DefToken").removesuffix("_RefToken")
        return f"{name} {self.fixup_operands(fixup, module)}"

    def _operand(self, operand: object, module: int) -> str:
        if isinstance(operand, MethodSignature):
            return method_prefix(operand.flags) + self.method(operand, module)
        if isinstance(operand, FieldSignature):
            return self.field(operand, module)
        if isinstance(operand, int):
            return str(operand)
        if isinstance(operand, TypeLayout):
            return layout_text(operand)
        if isinstance(operand, InstructionSetSupport):
            return ", ".join(
                ("" if supported else "not ") + instruction_set_name(number) for number, supported in operand.sets
            )
        if isinstance(operand, ILBody):
            types = ", ".join(self.type(signature, module) for signature in operand.types)
            return f"{len(operand.body)} bytes <{types}>"
        if isinstance(operand, StringThunks):
            return ", ".join(f"{name.decode('utf-8', 'replace')}: {rva:#x}" for name, rva in operand.thunks)
        if isinstance(operand, Fixup):
            return self._lookup(operand, module)
        return self.type(operand, module)  # type: ignore[arg-type]


def definition_module(owner: TypeSignature | None, module: int) -> int:
    """The module that a member's row belongs to: the one that defines its owner.

    That is the module of its TypeDef token. Where a TypeRef names the owner, or nothing does, it is `module`, the
    context of the signature.
    """
    owner_module, token = _owner_row(owner, module)
    return owner_module if token >> 24 == TableId.TYPE_DEF else module


def _owner_row(owner: TypeSignature | None, module: int) -> tuple[int, int]:
    """(module, token) of the row that names a member's owner; the token is 0 where none does."""
    while isinstance(owner, ModuleType | GenericInstanceType):
        if isinstance(owner, ModuleType):
            module, owner = owner.module, owner.type
        else:
            owner = owner.definition
    return module, owner.token if isinstance(owner, TokenType) else 0


def method_prefix(flags: int) -> str:
    """What stands before a method's name for the flags of its signature: "[ASYNC] ", "[UNBOX] ", "[INST] "."""
    prefix = "[UNBOX] " if flags & METHOD_UNBOXING_STUB else ""
    if flags & METHOD_INSTANTIATING_STUB:
        prefix += "[INST] "
    return prefix + "[ASYNC] " if flags & METHOD_ASYNC_VARIANT else prefix


def layout_text(layout: TypeLayout) -> str:
    """A type layout in one line: "size 32 align native refs 0 16" with the byte offsets of object references."""
    text = f"size {layout.size}"
    if layout.flags & LAYOUT_ALIGNMENT:
        text += " align " + ("native" if layout.flags & LAYOUT_ALIGNMENT_NATIVE else str(layout.alignment))
    if layout.flags & LAYOUT_HFA:
        text += f" HFA of {_HFA_ELEMENTS.get(layout.hfa_element, layout.hfa_element)}"
    if layout.flags & LAYOUT_GC_LAYOUT_EMPTY:
        text += " no refs"
    elif layout.flags & LAYOUT_GC_LAYOUT:
        slots = [i * 8 for i in range(8 * len(layout.gc_slots)) if layout.gc_slots[i >> 3] >> (i & 7) & 1]
        text += " refs " + (" ".join(map(str, slots)) or "none")
    return text


def quoted(text: str) -> str:
    """A string literal as C# writes it, in ASCII where that is enough."""
    out = ['"']
    for character in text:
        escape = _ESCAPES.get(character)
        if escape is not None:
            out.append(escape)
            continue
        code = ord(character)
        if character.isprintable() and not 0xD800 <= code <= 0xDFFF:  # no surrogates: they have no UTF-8 form
            out.append(character)
        else:
            out.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return "".join(out) + '"'


_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def _assembly_ref_name(reader: MetadataReader | None, row: int) -> str:
    if reader is None or not 0 < row <= reader.row_count(TableId.ASSEMBLY_REF):
        raise BadImageError(reader.path if reader else "image", f"no AssemblyRef row {row} for a module index")
    return reader.string(reader.column(TableId.ASSEMBLY_REF, "Name")[row - 1])


def _wrapped_name(element_type: int, element: str) -> str:
    if element_type == ELEMENT_TYPE_SZARRAY:
        return f"{element}[]"
    if element_type == ELEMENT_TYPE_PTR:
        return f"{element}*"
    if element_type == ELEMENT_TYPE_BYREF:
        return f"{element}&"
    if element_type == ELEMENT_TYPE_NATIVE_VALUETYPE_ZAPSIG:
        return f"native {element}"
    return element
