"""Signatures of types, methods and fields inside images (`zapsig.cpp`, `SignatureBuilder.cs`).

They extend those of ECMA-335 II.23.2 by the element types 0x3B to 0x3F, and refer to methods and fields by row with
flags. Tokens belong to the module in force: the image's own, that of a fixup's module override, or of a ModuleType.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from readytorun.r2r.primitives import ByteReader, compressed

# Element types (ECMA-335 II.23.1.16) and the additions of `corhdr.h`.
ELEMENT_TYPE_PTR: Final = 0x0F
ELEMENT_TYPE_BYREF: Final = 0x10
ELEMENT_TYPE_VALUETYPE: Final = 0x11
ELEMENT_TYPE_CLASS: Final = 0x12
ELEMENT_TYPE_VAR: Final = 0x13
ELEMENT_TYPE_ARRAY: Final = 0x14
ELEMENT_TYPE_GENERICINST: Final = 0x15
ELEMENT_TYPE_FNPTR: Final = 0x1B
ELEMENT_TYPE_SZARRAY: Final = 0x1D
ELEMENT_TYPE_MVAR: Final = 0x1E
ELEMENT_TYPE_CMOD_REQD: Final = 0x1F
ELEMENT_TYPE_CMOD_OPT: Final = 0x20
ELEMENT_TYPE_VAR_ZAPSIG: Final = 0x3B
ELEMENT_TYPE_NATIVE_VALUETYPE_ZAPSIG: Final = 0x3D
ELEMENT_TYPE_CANON_ZAPSIG: Final = 0x3E
ELEMENT_TYPE_MODULE_ZAPSIG: Final = 0x3F
_ELEMENT_TYPE_SENTINEL: Final = 0x41
_ELEMENT_TYPE_PINNED: Final = 0x45

# VOID to STRING, TYPEDBYREF, I, U, OBJECT, and __Canon stand for themselves.
SIMPLE_ELEMENT_TYPES: Final = frozenset((*range(0x01, 0x0F), 0x16, 0x18, 0x19, 0x1C, ELEMENT_TYPE_CANON_ZAPSIG))
_WRAPPERS: Final = frozenset(
    (
        ELEMENT_TYPE_PTR,
        ELEMENT_TYPE_BYREF,
        ELEMENT_TYPE_SZARRAY,
        ELEMENT_TYPE_NATIVE_VALUETYPE_ZAPSIG,
        _ELEMENT_TYPE_PINNED,
        _ELEMENT_TYPE_SENTINEL,
    )
)
_MAX_DEPTH: Final = 200
_GENERIC_CALLCONV: Final = 0x10


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A type that its element type alone says: a primitive, string, object, __Canon."""

    element_type: int


@dataclass(frozen=True, slots=True)
class TokenType:
    """CLASS or VALUETYPE with a TypeDef, TypeRef or TypeSpec token."""

    element_type: int
    token: int


@dataclass(frozen=True, slots=True)
class VariableType:
    """VAR or MVAR; `owner` is the type that a VAR_ZAPSIG names, else None."""

    element_type: int
    index: int
    owner: TypeSignature | None = None


@dataclass(frozen=True, slots=True)
class WrappedType:
    """Pointer, byref, vector, native layout (by `element_type`) of another type."""

    element_type: int
    element: TypeSignature


@dataclass(frozen=True, slots=True)
class ArrayType:
    """Multi-dimensional array."""

    element: TypeSignature
    rank: int
    sizes: tuple[int, ...] = ()
    lower_bounds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GenericInstanceType:
    """Instantiation; `definition` is a TokenType, maybe inside a ModuleType."""

    definition: TypeSignature
    arguments: tuple[TypeSignature, ...]


@dataclass(frozen=True, slots=True)
class FunctionPointerType:
    """Function pointer; `generic_count` only for generic calling conventions."""

    calling_convention: int
    return_type: TypeSignature
    parameters: tuple[TypeSignature, ...]
    generic_count: int = 0


@dataclass(frozen=True, slots=True)
class ModifiedType:
    """A custom modifier in front of a type."""

    element_type: int
    modifier_token: int
    element: TypeSignature


@dataclass(frozen=True, slots=True)
class ModuleType:
    """A type whose definition token belongs to module `module`."""

    module: int
    type: TypeSignature


TypeSignature = (
    SimpleType
    | TokenType
    | VariableType
    | WrappedType
    | ArrayType
    | GenericInstanceType
    | FunctionPointerType
    | ModifiedType
    | ModuleType
)


# --- types ------------------------------------------------------------------------------------------------------------

_TOKEN_TABLES: Final = (0x02, 0x01, 0x1B)  # TypeDef, TypeRef, TypeSpec


def decode_token(reader: ByteReader) -> int:
    """TypeDefOrRefOrSpecEncoded (ECMA-335 II.23.2.8) as a metadata token."""
    start = reader.pos
    value = reader.compressed()
    if value & 3 == 3:
        raise reader.error("type token of an unknown table", start)
    return _TOKEN_TABLES[value & 3] << 24 | value >> 2


def encode_token(token: int) -> bytes:
    """The inverse of decode_token."""
    return compressed((token & 0xFFFFFF) << 2 | _TOKEN_TABLES.index(token >> 24))


def decode_type(reader: ByteReader, depth: int = 0) -> TypeSignature:
    """Read a type at the reader's position."""
    start = reader.pos
    if depth > _MAX_DEPTH:
        raise reader.error("type signature is nested too deeply", start)
    depth += 1
    element_type = reader.u8()
    if element_type in SIMPLE_ELEMENT_TYPES:
        return SimpleType(element_type)
    if element_type in (ELEMENT_TYPE_CLASS, ELEMENT_TYPE_VALUETYPE):
        return TokenType(element_type, decode_token(reader))
    if element_type in (ELEMENT_TYPE_VAR, ELEMENT_TYPE_MVAR):
        return VariableType(element_type, reader.compressed())
    if element_type in _WRAPPERS:
        return WrappedType(element_type, decode_type(reader, depth))
    if element_type == ELEMENT_TYPE_GENERICINST:
        definition = decode_type(reader, depth)
        return GenericInstanceType(definition, _decode_types(reader, reader.compressed(), depth))
    if element_type == ELEMENT_TYPE_MODULE_ZAPSIG:
        module = reader.compressed()
        return ModuleType(module, decode_type(reader, depth))
    if element_type == ELEMENT_TYPE_ARRAY:
        element = decode_type(reader, depth)
        rank = reader.compressed()
        sizes = tuple(reader.compressed() for _ in range(reader.compressed()))
        return ArrayType(element, rank, sizes, tuple(reader.compressed() for _ in range(reader.compressed())))
    if element_type == ELEMENT_TYPE_FNPTR:
        convention = reader.u8()
        generic_count = reader.compressed() if convention & _GENERIC_CALLCONV else 0
        count = reader.compressed()
        return_type = decode_type(reader, depth)
        return FunctionPointerType(convention, return_type, _decode_types(reader, count, depth), generic_count)
    if element_type in (ELEMENT_TYPE_CMOD_REQD, ELEMENT_TYPE_CMOD_OPT):
        token = decode_token(reader)
        return ModifiedType(element_type, token, decode_type(reader, depth))
    if element_type == ELEMENT_TYPE_VAR_ZAPSIG:
        index = reader.compressed()
        return VariableType(element_type, index, decode_type(reader, depth))
    raise reader.error(f"{element_type:#x} is no element type", start)


def _decode_types(reader: ByteReader, count: int, depth: int) -> tuple[TypeSignature, ...]:
    if count > reader.end - reader.pos:
        raise reader.error(f"signature has {count} types but not as many bytes")
    return tuple(decode_type(reader, depth) for _ in range(count))


def encode_type(signature: TypeSignature) -> bytes:
    """The inverse of decode_type."""
    if isinstance(signature, SimpleType):
        return bytes((signature.element_type,))
    if isinstance(signature, TokenType):
        return bytes((signature.element_type,)) + encode_token(signature.token)
    if isinstance(signature, VariableType):
        owner = b"" if signature.owner is None else encode_type(signature.owner)
        return bytes((signature.element_type,)) + compressed(signature.index) + owner
    if isinstance(signature, WrappedType):
        return bytes((signature.element_type,)) + encode_type(signature.element)
    if isinstance(signature, GenericInstanceType):
        return b"\x15" + encode_type(signature.definition) + _encode_types(signature.arguments)
    if isinstance(signature, ModuleType):
        return b"\x3f" + compressed(signature.module) + encode_type(signature.type)
    if isinstance(signature, ArrayType):
        sizes = compressed(len(signature.sizes)) + b"".join(map(compressed, signature.sizes))
        bounds = compressed(len(signature.lower_bounds)) + b"".join(map(compressed, signature.lower_bounds))
        return b"\x14" + encode_type(signature.element) + compressed(signature.rank) + sizes + bounds
    if isinstance(signature, FunctionPointerType):
        convention = signature.calling_convention
        head = bytes((ELEMENT_TYPE_FNPTR, convention))
        if convention & _GENERIC_CALLCONV:
            head += compressed(signature.generic_count)
        head += compressed(len(signature.parameters)) + encode_type(signature.return_type)
        return head + b"".join(map(encode_type, signature.parameters))
    return bytes((signature.element_type,)) + encode_token(signature.modifier_token) + encode_type(signature.element)


def _encode_types(signatures: tuple[TypeSignature, ...]) -> bytes:
    return compressed(len(signatures)) + b"".join(map(encode_type, signatures))


# --- methods and fields -----------------------------------------------------------------------------------------------

METHOD_UNBOXING_STUB: Final = 0x01
METHOD_INSTANTIATING_STUB: Final = 0x02
METHOD_INSTANTIATION: Final = 0x04
METHOD_SLOT_INSTEAD_OF_TOKEN: Final = 0x08
METHOD_MEMBER_REF_TOKEN: Final = 0x10
METHOD_CONSTRAINED: Final = 0x20
METHOD_OWNER_TYPE: Final = 0x40
METHOD_UPDATE_CONTEXT: Final = 0x80
METHOD_ASYNC_VARIANT: Final = 0x100

FIELD_MEMBER_REF_TOKEN: Final = 0x10
FIELD_OWNER_TYPE: Final = 0x40


@dataclass(frozen=True, slots=True)
class MethodSignature:
    """A method by row.

    Attributes:
        flags: METHOD_ flags; those that say what follows must agree with the other attributes.
        rid: row of MethodDef, or of MemberRef with METHOD_MEMBER_REF_TOKEN.
        module: module of owner and rid with METHOD_UPDATE_CONTEXT.
        owner, arguments, constrained: with their flags.
    """

    flags: int
    rid: int
    module: int | None = None
    owner: TypeSignature | None = None
    arguments: tuple[TypeSignature, ...] = ()
    constrained: TypeSignature | None = None


@dataclass(frozen=True, slots=True)
class FieldSignature:
    """A field by row of Field, or of MemberRef with FIELD_MEMBER_REF_TOKEN; owner with FIELD_OWNER_TYPE."""

    flags: int
    rid: int
    owner: TypeSignature | None = None


def decode_method(reader: ByteReader) -> MethodSignature:
    """Read a method signature at the reader's position."""
    flags = reader.compressed()
    module = reader.compressed() if flags & METHOD_UPDATE_CONTEXT else None
    owner = decode_type(reader) if flags & METHOD_OWNER_TYPE else None
    rid = reader.compressed()
    arguments = _decode_types(reader, reader.compressed(), 0) if flags & METHOD_INSTANTIATION else ()
    constrained = decode_type(reader) if flags & METHOD_CONSTRAINED else None
    return MethodSignature(flags, rid, module, owner, arguments, constrained)


class MethodParts(NamedTuple):
    """A method signature whose types are not decoded; b"" stands for parts that are not there.

    Attributes:
        flags, rid, module: as in MethodSignature.
        owner, constrained: encoded types.
        arguments: count and encoded types.
    """

    flags: int
    rid: int
    module: int | None
    owner: bytes
    arguments: bytes
    constrained: bytes

    def decoded(self, path: str) -> MethodSignature:
        """The signature with its types; `path` is for messages."""
        owner = decode_type(ByteReader(self.owner, 0, None, path)) if self.owner else None
        arguments = decode_types(ByteReader(self.arguments, 0, None, path)) if self.arguments else ()
        constrained = decode_type(ByteReader(self.constrained, 0, None, path)) if self.constrained else None
        return MethodSignature(self.flags, self.rid, self.module, owner, arguments, constrained)


def split_method(reader: ByteReader) -> MethodParts:
    """Read a method signature, as decode_method does, but leave its types as they are."""
    data = reader.data
    flags = reader.compressed()
    module = reader.compressed() if flags & METHOD_UPDATE_CONTEXT else None
    owner = arguments = constrained = b""
    rid = 0
    try:
        if flags & METHOD_OWNER_TYPE:
            start = reader.pos
            reader.pos = _behind_types(reader, start, 1, 0)
            owner = data[start : reader.pos]
        rid = reader.compressed()
        if flags & METHOD_INSTANTIATION:
            start = reader.pos
            count = reader.compressed()
            reader.pos = _behind_types(reader, reader.pos, count, 0)
            arguments = data[start : reader.pos]
        if flags & METHOD_CONSTRAINED:
            start = reader.pos
            reader.pos = _behind_types(reader, start, 1, 0)
            constrained = data[start : reader.pos]
    except IndexError:
        reader.pos = reader.end + 1
    if reader.pos > reader.end:
        raise reader.error("method signature is truncated", reader.end)
    return MethodParts(flags, rid, module, owner, arguments, constrained)


def decode_types(reader: ByteReader) -> tuple[TypeSignature, ...]:
    """Read a count and that many types, as in `MethodParts.arguments`."""
    return _decode_types(reader, reader.compressed(), 0)


def skip_method(reader: ByteReader) -> None:
    """Move behind the method signature at the reader's position, as decode_method would, but several times faster."""
    pos = reader.pos
    try:
        pos = _behind_method(reader, pos)
    except IndexError:
        pos = reader.end + 1
    if pos > reader.end:
        raise reader.error("method signature is truncated")
    reader.pos = pos


def _behind_method(reader: ByteReader, pos: int) -> int:
    data = reader.data
    flags = data[pos]
    pos += 1
    if flags >= 0x80:
        reader.pos = pos - 1
        flags = reader.compressed()
        pos = reader.pos
    if flags & METHOD_UPDATE_CONTEXT:
        first = data[pos]
        pos += 1 if first < 0x80 else 2 if first < 0xC0 else 4
    if flags & METHOD_OWNER_TYPE:
        pos = _behind_types(reader, pos, 1, 0)
    first = data[pos]
    pos += 1 if first < 0x80 else 2 if first < 0xC0 else 4
    if flags & METHOD_INSTANTIATION:
        reader.pos = pos
        count = reader.compressed()
        pos = _behind_types(reader, reader.pos, count, 0)
    if flags & METHOD_CONSTRAINED:
        pos = _behind_types(reader, pos, 1, 0)
    return pos


def _behind_types(reader: ByteReader, pos: int, count: int, depth: int) -> int:
    """Position behind `count` types."""
    if depth > _MAX_DEPTH:
        raise reader.error("type signature is nested too deeply", pos)
    data = reader.data
    while count:
        element_type = data[pos]
        pos += 1
        if element_type in SIMPLE_ELEMENT_TYPES:
            count -= 1
        elif element_type == ELEMENT_TYPE_CLASS or element_type == ELEMENT_TYPE_VALUETYPE:
            first = data[pos]
            pos += 1 if first < 0x80 else 2 if first < 0xC0 else 4
            count -= 1
        elif element_type == ELEMENT_TYPE_MODULE_ZAPSIG:
            first = data[pos]
            pos += 1 if first < 0x80 else 2 if first < 0xC0 else 4
        elif element_type == ELEMENT_TYPE_GENERICINST:
            reader.pos = _behind_types(reader, pos, 1, depth + 1)
            count += reader.compressed() - 1
            pos = reader.pos
        elif element_type not in _WRAPPERS:
            reader.pos = pos - 1
            decode_type(reader)
            pos = reader.pos
            count -= 1
    return pos


def encode_method(method: MethodSignature) -> bytes:
    """The inverse of decode_method; ValueError if the flags disagree with what is there."""
    flags = method.flags
    if (
        bool(flags & METHOD_UPDATE_CONTEXT) != (method.module is not None)
        or bool(flags & METHOD_OWNER_TYPE) != (method.owner is not None)
        or bool(flags & METHOD_CONSTRAINED) != (method.constrained is not None)
        or (not flags & METHOD_INSTANTIATION and method.arguments)
    ):
        raise ValueError(f"method signature with flags {flags:#x} has other parts than they say")
    out = compressed(flags)
    if method.module is not None:
        out += compressed(method.module)
    if method.owner is not None:
        out += encode_type(method.owner)
    out += compressed(method.rid)
    if flags & METHOD_INSTANTIATION:
        out += _encode_types(method.arguments)
    if method.constrained is not None:
        out += encode_type(method.constrained)
    return out


def decode_field(reader: ByteReader) -> FieldSignature:
    """Read a field signature at the reader's position."""
    flags = reader.compressed()
    owner = decode_type(reader) if flags & FIELD_OWNER_TYPE else None
    return FieldSignature(flags, reader.compressed(), owner)


def encode_field(field: FieldSignature) -> bytes:
    """The inverse of decode_field; ValueError if the flags disagree with what is there."""
    if bool(field.flags & FIELD_OWNER_TYPE) != (field.owner is not None):
        raise ValueError(f"field signature with flags {field.flags:#x} has other parts than they say")
    owner = b"" if field.owner is None else encode_type(field.owner)
    return compressed(field.flags) + owner + compressed(field.rid)
