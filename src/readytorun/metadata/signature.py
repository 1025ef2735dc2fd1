"""Signatures: a reader of blobs, and one decoder that hands what it finds to a provider.

The decoder knows the grammar of signatures and nothing of types. The type system gives it a provider that builds type
descriptors; a printer gives it one that builds names.

Source: ECMA-335 II.23.2 (blobs and signatures), II.23.1.16 (element types).
"""

from __future__ import annotations

import struct
from typing import Final, Generic, Protocol, TypeVar

from readytorun.errors import BadImageError

ELEMENT_TYPE_VOID: Final = 0x01
ELEMENT_TYPE_BOOLEAN: Final = 0x02
ELEMENT_TYPE_CHAR: Final = 0x03
ELEMENT_TYPE_I1: Final = 0x04
ELEMENT_TYPE_U1: Final = 0x05
ELEMENT_TYPE_I2: Final = 0x06
ELEMENT_TYPE_U2: Final = 0x07
ELEMENT_TYPE_I4: Final = 0x08
ELEMENT_TYPE_U4: Final = 0x09
ELEMENT_TYPE_I8: Final = 0x0A
ELEMENT_TYPE_U8: Final = 0x0B
ELEMENT_TYPE_R4: Final = 0x0C
ELEMENT_TYPE_R8: Final = 0x0D
ELEMENT_TYPE_STRING: Final = 0x0E
ELEMENT_TYPE_PTR: Final = 0x0F
ELEMENT_TYPE_BYREF: Final = 0x10
ELEMENT_TYPE_VALUETYPE: Final = 0x11
ELEMENT_TYPE_CLASS: Final = 0x12
ELEMENT_TYPE_VAR: Final = 0x13
ELEMENT_TYPE_ARRAY: Final = 0x14
ELEMENT_TYPE_GENERICINST: Final = 0x15
ELEMENT_TYPE_TYPEDBYREF: Final = 0x16
ELEMENT_TYPE_I: Final = 0x18
ELEMENT_TYPE_U: Final = 0x19
ELEMENT_TYPE_FNPTR: Final = 0x1B
ELEMENT_TYPE_OBJECT: Final = 0x1C
ELEMENT_TYPE_SZARRAY: Final = 0x1D
ELEMENT_TYPE_MVAR: Final = 0x1E
ELEMENT_TYPE_CMOD_REQD: Final = 0x1F
ELEMENT_TYPE_CMOD_OPT: Final = 0x20
ELEMENT_TYPE_SENTINEL: Final = 0x41
ELEMENT_TYPE_PINNED: Final = 0x45

CALLING_CONVENTION_MASK: Final = 0x0F
CALLING_CONVENTION_DEFAULT: Final = 0x00
CALLING_CONVENTION_C: Final = 0x01
CALLING_CONVENTION_STDCALL: Final = 0x02
CALLING_CONVENTION_THISCALL: Final = 0x03
CALLING_CONVENTION_FASTCALL: Final = 0x04
CALLING_CONVENTION_VARARG: Final = 0x05
SIGNATURE_FIELD: Final = 0x06
SIGNATURE_LOCAL: Final = 0x07
SIGNATURE_PROPERTY: Final = 0x08
CALLING_CONVENTION_UNMANAGED: Final = 0x09
SIGNATURE_METHOD_SPEC: Final = 0x0A
SIGNATURE_GENERIC: Final = 0x10
SIGNATURE_HASTHIS: Final = 0x20
SIGNATURE_EXPLICITTHIS: Final = 0x40

MAX_DEPTH: Final = 100  # how deep types may nest; the deepest in real code is far below, and Python's stack is finite

_U16: Final = struct.Struct("<H")
_I16: Final = struct.Struct("<h")
_U32: Final = struct.Struct("<I")
_I32: Final = struct.Struct("<i")
_U64: Final = struct.Struct("<Q")
_I64: Final = struct.Struct("<q")
_F32: Final = struct.Struct("<f")
_F64: Final = struct.Struct("<d")

# The single-byte element types that stand for a whole type, as a set of bits.
_PRIMITIVES: Final = 0x7FFE | 1 << 0x16 | 1 << 0x18 | 1 << 0x19 | 1 << 0x1C


class BlobReader:
    """Reads little-endian values from `data[pos:end]`, moving `pos`. Everything raises BadImageError past the end.

    A reader over a part of a file takes the whole file and file offsets, so that its errors name the place.
    """

    __slots__ = ("data", "end", "path", "pos")

    def __init__(self, data: bytes, pos: int = 0, end: int = -1, path: str = "<blob>") -> None:
        """Read `data` from `pos` up to `end` (-1: all of it); `path` is for error messages."""
        self.data: bytes = data
        self.pos: int = pos
        self.end: int = len(data) if end < 0 else end
        self.path: str = path

    def remaining(self) -> int:
        """How many bytes are left."""
        return self.end - self.pos

    def fail(self, message: str) -> BadImageError:
        """The error to raise for what stands at the current position."""
        return BadImageError(self.path, message, self.pos)

    def _take(self, size: int) -> int:
        """Step over `size` bytes; give the position of the first."""
        at = self.pos
        if at + size > self.end:
            raise BadImageError(self.path, f"{size} bytes expected where the blob has {self.end - at} left", at)
        self.pos = at + size
        return at

    def bytes(self, size: int) -> bytes:
        """The next `size` bytes."""
        at = self._take(size)
        return self.data[at : at + size]

    def u8(self) -> int:
        """An unsigned byte."""
        at = self.pos
        if at >= self.end:
            raise BadImageError(self.path, "the blob ends too early", at)
        self.pos = at + 1
        return self.data[at]

    def i8(self) -> int:
        """A signed byte."""
        value = self.u8()
        return value - 256 if value > 127 else value

    def u16(self) -> int:
        """A 2-byte unsigned integer."""
        value: int = _U16.unpack_from(self.data, self._take(2))[0]
        return value

    def i16(self) -> int:
        """A 2-byte signed integer."""
        value: int = _I16.unpack_from(self.data, self._take(2))[0]
        return value

    def u32(self) -> int:
        """A 4-byte unsigned integer."""
        value: int = _U32.unpack_from(self.data, self._take(4))[0]
        return value

    def i32(self) -> int:
        """A 4-byte signed integer."""
        value: int = _I32.unpack_from(self.data, self._take(4))[0]
        return value

    def u64(self) -> int:
        """An 8-byte unsigned integer."""
        value: int = _U64.unpack_from(self.data, self._take(8))[0]
        return value

    def i64(self) -> int:
        """An 8-byte signed integer."""
        value: int = _I64.unpack_from(self.data, self._take(8))[0]
        return value

    def f32(self) -> float:
        """A 4-byte float."""
        value: float = _F32.unpack_from(self.data, self._take(4))[0]
        return value

    def f64(self) -> float:
        """An 8-byte float."""
        value: float = _F64.unpack_from(self.data, self._take(8))[0]
        return value

    def compressed_uint(self) -> int:
        """An unsigned integer of 1, 2 or 4 bytes, most significant first (ECMA-335 II.23.2)."""
        first = self.u8()
        if first < 0x80:
            return first
        data = self.data
        if first < 0xC0:
            at = self._take(1)
            return (first & 0x3F) << 8 | data[at]
        if first < 0xE0:
            at = self._take(3)
            return (first & 0x1F) << 24 | data[at] << 16 | data[at + 1] << 8 | data[at + 2]
        self.pos -= 1
        raise BadImageError(self.path, f"a compressed integer cannot begin with {first:#x}", self.pos)

    def compressed_int(self) -> int:
        """A signed integer: rotated left by one within 7, 14 or 29 bits, then compressed (ECMA-335 II.23.2)."""
        start = self.pos
        raw = self.compressed_uint()
        value = raw >> 1
        if not raw & 1:
            return value
        size = self.pos - start
        if size == 1:
            return value - (1 << 6)
        if size == 2:
            return value - (1 << 13)
        return value - (1 << 28)

    def type_def_or_ref(self) -> int:
        """A TypeDef, TypeRef or TypeSpec token, packed as in signatures (ECMA-335 II.23.2.8)."""
        at = self.pos
        value = self.compressed_uint()
        rid = value >> 2
        if rid == 0 or rid > 0xFFFFFF:
            raise BadImageError(self.path, f"a signature names row {rid} of a type table", at)
        tag = value & 3
        if tag == 0:
            return 0x02000000 | rid
        if tag == 1:
            return 0x01000000 | rid
        if tag == 2:
            return 0x1B000000 | rid
        raise BadImageError(self.path, f"a type in a signature has the unknown tag {tag}", at)


def encode_compressed_uint(value: int) -> bytes:
    """The inverse of `BlobReader.compressed_uint`. Raises ValueError outside 0..2**29-1."""
    if 0 <= value < 0x80:
        return bytes((value,))
    if 0 <= value < 0x4000:
        return bytes((0x80 | value >> 8, value & 0xFF))
    if 0 <= value < 0x20000000:
        return bytes((0xC0 | value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF))
    raise ValueError(f"{value} does not fit a compressed unsigned integer")


def encode_compressed_int(value: int) -> bytes:
    """The inverse of `BlobReader.compressed_int`. Raises ValueError outside -2**28..2**28-1."""
    sign = 1 if value < 0 else 0
    if -(1 << 6) <= value < 1 << 6:
        return bytes(((value & 0x3F) << 1 | sign,))
    if -(1 << 13) <= value < 1 << 13:
        raw = (value & 0x1FFF) << 1 | sign
        return bytes((0x80 | raw >> 8, raw & 0xFF))
    if -(1 << 28) <= value < 1 << 28:
        raw = (value & 0xFFFFFFF) << 1 | sign
        return bytes((0xC0 | raw >> 24, raw >> 16 & 0xFF, raw >> 8 & 0xFF, raw & 0xFF))
    raise ValueError(f"{value} does not fit a compressed signed integer")


T = TypeVar("T")


class MethodSig(Generic[T]):
    """A decoded method, call-site or property signature over the provider's types.

    Attributes:
        flags: the first byte: calling convention in the low four bits, SIGNATURE_GENERIC/HASTHIS/EXPLICITTHIS above.
        generic_arity: the number of the method's own type parameters.
        required_count: how many of `parameters` stand before the vararg sentinel; all when there is none.
    """

    __slots__ = ("flags", "generic_arity", "parameters", "required_count", "return_type")

    def __init__(
        self, flags: int, generic_arity: int, return_type: T, parameters: list[T], required_count: int
    ) -> None:
        self.flags: int = flags
        self.generic_arity: int = generic_arity
        self.return_type: T = return_type
        self.parameters: list[T] = parameters
        self.required_count: int = required_count

    @property
    def calling_convention(self) -> int:
        """The low four bits of `flags`."""
        return self.flags & CALLING_CONVENTION_MASK

    @property
    def has_this(self) -> bool:
        """There is a `this` argument."""
        return self.flags & SIGNATURE_HASTHIS != 0

    @property
    def explicit_this(self) -> bool:
        """The `this` argument is the first of `parameters` (function pointers only)."""
        return self.flags & SIGNATURE_EXPLICITTHIS != 0


class SignatureProvider(Protocol[T]):
    """Makes the caller's types from the parts of a signature."""

    def primitive(self, element_type: int) -> T:
        """A type that is one byte: void, the primitives, string, object, typedref, native integers."""
        ...

    def from_token(self, token: int, is_value_type: bool) -> T:
        """A TypeDef, TypeRef or TypeSpec, and whether the signature says that it is a value type."""
        ...

    def szarray(self, element: T) -> T:
        """A vector: one dimension, lower bound zero."""
        ...

    def array(self, element: T, rank: int, sizes: list[int], lower_bounds: list[int]) -> T:
        """A general array; `sizes` and `lower_bounds` may be shorter than `rank`."""
        ...

    def pointer(self, element: T) -> T:
        """An unmanaged pointer."""
        ...

    def byref(self, element: T) -> T:
        """A managed pointer."""
        ...

    def generic_instance(self, definition: T, arguments: list[T]) -> T:
        """A generic type applied to arguments."""
        ...

    def type_variable(self, index: int) -> T:
        """A type parameter of the enclosing type."""
        ...

    def method_variable(self, index: int) -> T:
        """A type parameter of the enclosing method."""
        ...

    def function_pointer(self, signature: MethodSig[T]) -> T:
        """A function pointer."""
        ...

    def modified(self, element: T, modifier_token: int, required: bool) -> T:
        """A type under a custom modifier; the modifier nearest the type is applied first."""
        ...

    def pinned(self, element: T) -> T:
        """The type of a pinned local variable."""
        ...


class SignatureDecoder(Generic[T]):
    """Decodes signatures for one provider. Every method raises BadImageError on a malformed signature."""

    __slots__ = ("provider",)

    def __init__(self, provider: SignatureProvider[T]) -> None:
        self.provider: SignatureProvider[T] = provider

    def type(self, reader: BlobReader) -> T:
        """One type, with its custom modifiers; also a whole TypeSpec blob."""
        return self._type(reader, 0)

    def method(self, reader: BlobReader) -> MethodSig[T]:
        """A MethodDef, MemberRef, StandAloneMethod or Property signature."""
        return self._method(reader, 0)

    def field(self, reader: BlobReader) -> T:
        """The type of a Field signature."""
        kind = reader.u8()
        if kind & CALLING_CONVENTION_MASK != SIGNATURE_FIELD:
            reader.pos -= 1
            raise reader.fail(f"a field signature cannot begin with {kind:#x}")
        return self._type(reader, 0)

    def locals(self, reader: BlobReader) -> list[T]:
        """The types of a LocalVarSig, in order."""
        kind = reader.u8()
        if kind != SIGNATURE_LOCAL:
            reader.pos -= 1
            raise reader.fail(f"a local variable signature cannot begin with {kind:#x}")
        return self._types(reader, reader.compressed_uint(), 0)

    def method_spec(self, reader: BlobReader) -> list[T]:
        """The type arguments of a MethodSpec's instantiation."""
        kind = reader.u8()
        if kind != SIGNATURE_METHOD_SPEC:
            reader.pos -= 1
            raise reader.fail(f"a method instantiation cannot begin with {kind:#x}")
        return self._types(reader, reader.compressed_uint(), 0)

    def _types(self, reader: BlobReader, count: int, depth: int) -> list[T]:
        if count > reader.remaining():  # a type is at least one byte
            raise reader.fail(f"a signature of {count} types has {reader.remaining()} bytes left")
        result: list[T] = []
        for _ in range(count):
            result.append(self._type(reader, depth))
        return result

    def _method(self, reader: BlobReader, depth: int) -> MethodSig[T]:
        flags = reader.u8()
        convention = flags & CALLING_CONVENTION_MASK
        if (
            flags & 0x80
            or convention in (SIGNATURE_FIELD, SIGNATURE_LOCAL)
            or convention > CALLING_CONVENTION_UNMANAGED
        ):
            reader.pos -= 1
            raise reader.fail(f"a method signature cannot begin with {flags:#x}")
        arity = reader.compressed_uint() if flags & SIGNATURE_GENERIC else 0
        count = reader.compressed_uint()
        if count > reader.remaining():  # the return type and every parameter are at least one byte
            raise reader.fail(f"a signature of {count} parameters has {reader.remaining()} bytes left")
        return_type = self._type(reader, depth)
        parameters: list[T] = []
        required = count
        for i in range(count):
            if reader.pos < reader.end and reader.data[reader.pos] == ELEMENT_TYPE_SENTINEL:
                if required != count:
                    raise reader.fail("a signature has two sentinels")
                reader.pos += 1
                required = i
            parameters.append(self._type(reader, depth))
        return MethodSig(flags, arity, return_type, parameters, required)

    def _type(self, reader: BlobReader, depth: int) -> T:
        element = reader.u8()
        provider = self.provider
        if element < 0x20 and _PRIMITIVES >> element & 1:
            return provider.primitive(element)
        if depth >= MAX_DEPTH:
            raise reader.fail(f"types nest more than {MAX_DEPTH} deep")
        depth += 1
        if element == ELEMENT_TYPE_CLASS:
            return provider.from_token(reader.type_def_or_ref(), False)
        if element == ELEMENT_TYPE_VALUETYPE:
            return provider.from_token(reader.type_def_or_ref(), True)
        if element == ELEMENT_TYPE_SZARRAY:
            return provider.szarray(self._type(reader, depth))
        if element == ELEMENT_TYPE_VAR:
            return provider.type_variable(reader.compressed_uint())
        if element == ELEMENT_TYPE_MVAR:
            return provider.method_variable(reader.compressed_uint())
        if element == ELEMENT_TYPE_BYREF:
            return provider.byref(self._type(reader, depth))
        if element == ELEMENT_TYPE_PTR:
            return provider.pointer(self._type(reader, depth))
        if element == ELEMENT_TYPE_GENERICINST:
            return self._generic_instance(reader, depth)
        if element == ELEMENT_TYPE_ARRAY:
            return self._array(reader, depth)
        if element == ELEMENT_TYPE_FNPTR:
            return provider.function_pointer(self._method(reader, depth))
        if element == ELEMENT_TYPE_CMOD_REQD or element == ELEMENT_TYPE_CMOD_OPT:
            token = reader.type_def_or_ref()
            return provider.modified(self._type(reader, depth), token, element == ELEMENT_TYPE_CMOD_REQD)
        if element == ELEMENT_TYPE_PINNED:
            return provider.pinned(self._type(reader, depth))
        reader.pos -= 1
        raise reader.fail(f"unknown element type {element:#x} in a signature")

    def _generic_instance(self, reader: BlobReader, depth: int) -> T:
        kind = reader.u8()
        if kind != ELEMENT_TYPE_CLASS and kind != ELEMENT_TYPE_VALUETYPE:
            reader.pos -= 1
            raise reader.fail(f"a generic instance cannot be of element type {kind:#x}")
        definition = self.provider.from_token(reader.type_def_or_ref(), kind == ELEMENT_TYPE_VALUETYPE)
        count = reader.compressed_uint()
        if count == 0:
            raise reader.fail("a generic instance without arguments")
        return self.provider.generic_instance(definition, self._types(reader, count, depth))

    def _array(self, reader: BlobReader, depth: int) -> T:
        element = self._type(reader, depth)
        rank = reader.compressed_uint()
        if rank == 0:
            raise reader.fail("an array of rank 0")
        sizes: list[int] = []
        for _ in range(reader.compressed_uint()):
            sizes.append(reader.compressed_uint())
        lower_bounds: list[int] = []
        for _ in range(reader.compressed_uint()):
            lower_bounds.append(reader.compressed_int())
        if len(sizes) > rank or len(lower_bounds) > rank:
            raise reader.fail(f"an array of rank {rank} with more bounds than that")
        return self.provider.array(element, rank, sizes, lower_bounds)
