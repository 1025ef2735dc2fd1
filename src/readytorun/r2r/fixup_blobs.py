"""Fixup blobs: what the runtime puts into an import cell, or checks before a method may run.

One table says what follows the kind byte of each fixup; it drives decoding and encoding alike. A kind that is not in
the table, of a version still to come, can be kept as bytes (`decode_any_fixup`).

Sources: readytorun-format.md#fixups, `jitinterface.cpp` (LoadDynamicInfoEntry), `ReadyToRunSignature.cs`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from readytorun.errors import BadImageError
from readytorun.r2r.constants import MODULE_OVERRIDE, FixupKind
from readytorun.r2r.primitives import ByteReader, compressed
from readytorun.r2r.signatures import (
    FieldSignature,
    MethodSignature,
    TypeSignature,
    decode_field,
    decode_method,
    decode_type,
    encode_field,
    encode_method,
    encode_type,
)
from readytorun.r2r.versions import Format, Version, fixup_name

LAYOUT_HFA: Final = 0x01
LAYOUT_ALIGNMENT: Final = 0x02
LAYOUT_ALIGNMENT_NATIVE: Final = 0x04
LAYOUT_GC_LAYOUT: Final = 0x08
LAYOUT_GC_LAYOUT_EMPTY: Final = 0x10
_MAX_LOOKUP_DEPTH: Final = 4
_OVERRIDE_HAS_IMPLEMENTATION: Final = 1


@dataclass(frozen=True, slots=True)
class TypeLayout:
    """Layout of a value type: unboxed size in bytes, and which pointer-sized slots hold object references.

    Attributes:
        flags: LAYOUT_ flags.
        hfa_element: 1 float, 2 double, 3 Vector64, 4 Vector128 with LAYOUT_HFA.
        alignment: in bytes, with LAYOUT_ALIGNMENT and without LAYOUT_ALIGNMENT_NATIVE.
        gc_slots: one bit per slot, bit 0 of byte 0 first, with LAYOUT_GC_LAYOUT and without LAYOUT_GC_LAYOUT_EMPTY.
    """

    flags: int
    size: int
    hfa_element: int = 0
    alignment: int = 0
    gc_slots: bytes = b""


@dataclass(frozen=True, slots=True)
class InstructionSetSupport:
    """Instruction sets that must be supported, or must not be, as (number of the set, supported)."""

    sets: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class ILBody:
    """A method body in a rendition that does not depend on tokens: its bytes, and the types that they index."""

    body: bytes
    types: tuple[TypeSignature, ...]


@dataclass(frozen=True, slots=True)
class StringThunks:
    """(UTF-8 name, RVA) pairs of WebAssembly images."""

    thunks: tuple[tuple[bytes, int], ...]


@dataclass(frozen=True, slots=True)
class UnknownPayload:
    """What follows the kind, and the module if any, of a fixup that does not decode; up to where it may end."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Fixup:
    """A decoded blob.

    Attributes:
        kind: constants.FixupKind, without the module override bit.
        operands: what the kind's row in PAYLOADS says; one UnknownPayload for kinds that are not there.
        module: index of the module of the operands' tokens, None = the image's own.
    """

    kind: int
    operands: tuple[Operand, ...]
    module: int | None = None


Operand = (
    int
    | TypeSignature
    | MethodSignature
    | FieldSignature
    | TypeLayout
    | InstructionSetSupport
    | ILBody
    | StringThunks
    | UnknownPayload
    | Fixup
)


# --- parts of payloads ------------------------------------------------------------------------------------------------


def _decode_layout(reader: ByteReader, pointer_size: int) -> TypeLayout:
    flags = reader.compressed()
    size = reader.compressed()
    hfa = reader.compressed() if flags & LAYOUT_HFA else 0
    alignment = 0
    if flags & LAYOUT_ALIGNMENT and not flags & LAYOUT_ALIGNMENT_NATIVE:
        alignment = reader.compressed()
    slots = b""
    if flags & LAYOUT_GC_LAYOUT and not flags & LAYOUT_GC_LAYOUT_EMPTY:
        count = (size + pointer_size - 1) // pointer_size
        slots = reader.take(count + 7 >> 3)
    return TypeLayout(flags, size, hfa, alignment, slots)


def _encode_layout(layout: TypeLayout) -> bytes:
    out = compressed(layout.flags) + compressed(layout.size)
    if layout.flags & LAYOUT_HFA:
        out += compressed(layout.hfa_element)
    if layout.flags & LAYOUT_ALIGNMENT and not layout.flags & LAYOUT_ALIGNMENT_NATIVE:
        out += compressed(layout.alignment)
    return out + layout.gc_slots


def _decode_instruction_sets(reader: ByteReader) -> InstructionSetSupport:
    values = [reader.compressed() for _ in range(reader.compressed())]
    return InstructionSetSupport(tuple((value >> 1, bool(value & 1)) for value in values))


def _encode_instruction_sets(support: InstructionSetSupport) -> bytes:
    out = compressed(len(support.sets))
    return out + b"".join(compressed(number << 1 | supported) for number, supported in support.sets)


def _decode_il_body(reader: ByteReader) -> ILBody:
    body = reader.take(reader.compressed())
    return ILBody(body, tuple(decode_type(reader) for _ in range(reader.compressed())))


def _encode_il_body(body: ILBody) -> bytes:
    types = compressed(len(body.types)) + b"".join(map(encode_type, body.types))
    return compressed(len(body.body)) + body.body + types


def _decode_string_thunks(reader: ByteReader) -> StringThunks:
    thunks: list[tuple[bytes, int]] = []
    while True:
        name = reader.c_string()
        if not name:
            return StringThunks(tuple(thunks))
        thunks.append((name, reader.u32()))


def _encode_string_thunks(thunks: StringThunks) -> bytes:
    return b"".join(name + b"\0" + struct.pack("<I", rva) for name, rva in thunks.thunks) + b"\0"


class _Part(NamedTuple):
    """One operand: how it is read, given the target's pointer size in bytes, and written."""

    type: type
    decode: Callable[[ByteReader, int], Operand]
    encode: Callable[..., bytes]


def _part(operand_type: type, decode: Callable[[ByteReader], Operand], encode: Callable[..., bytes]) -> _Part:
    return _Part(operand_type, lambda reader, pointer_size: decode(reader), encode)


_NUMBER: Final = _part(int, ByteReader.compressed, compressed)
_RAW32: Final = _part(int, ByteReader.u32, lambda value: struct.pack("<I", value))
_TYPE: Final = _part(object, decode_type, encode_type)
_METHOD: Final = _part(MethodSignature, decode_method, encode_method)
_FIELD: Final = _part(FieldSignature, decode_field, encode_field)
_LAYOUT: Final = _Part(TypeLayout, _decode_layout, _encode_layout)
_SETS: Final = _part(InstructionSetSupport, _decode_instruction_sets, _encode_instruction_sets)
_IL_BODY: Final = _part(ILBody, _decode_il_body, _encode_il_body)
_THUNKS: Final = _part(StringThunks, _decode_string_thunks, _encode_string_thunks)

# --- the table --------------------------------------------------------------------------------------------------------


class Payload(NamedTuple):
    """The operands of a fixup kind."""

    parts: tuple[_Part, ...]
    lookup: bool = False  # a further blob follows: kind byte and payload


PAYLOADS: Final[dict[int, Payload]] = {
    FixupKind.THIS_OBJ_DICTIONARY_LOOKUP: Payload((_TYPE,), True),
    FixupKind.TYPE_DICTIONARY_LOOKUP: Payload((), True),
    FixupKind.METHOD_DICTIONARY_LOOKUP: Payload((), True),
    FixupKind.TYPE_HANDLE: Payload((_TYPE,)),
    FixupKind.METHOD_HANDLE: Payload((_METHOD,)),
    FixupKind.FIELD_HANDLE: Payload((_FIELD,)),
    FixupKind.METHOD_ENTRY: Payload((_METHOD,)),
    FixupKind.METHOD_ENTRY_DEF_TOKEN: Payload((_NUMBER,)),
    FixupKind.METHOD_ENTRY_REF_TOKEN: Payload((_NUMBER,)),
    FixupKind.VIRTUAL_ENTRY: Payload((_METHOD,)),
    FixupKind.VIRTUAL_ENTRY_DEF_TOKEN: Payload((_NUMBER,)),
    FixupKind.VIRTUAL_ENTRY_REF_TOKEN: Payload((_NUMBER,)),
    FixupKind.VIRTUAL_ENTRY_SLOT: Payload((_NUMBER, _TYPE)),
    FixupKind.HELPER: Payload((_NUMBER,)),
    FixupKind.STRING_HANDLE: Payload((_NUMBER,)),
    FixupKind.NEW_OBJECT: Payload((_TYPE,)),
    FixupKind.NEW_ARRAY: Payload((_TYPE,)),
    FixupKind.IS_INSTANCE_OF: Payload((_TYPE,)),
    FixupKind.CHK_CAST: Payload((_TYPE,)),
    FixupKind.FIELD_ADDRESS: Payload((_FIELD,)),
    FixupKind.CCTOR_TRIGGER: Payload((_TYPE,)),
    FixupKind.STATIC_BASE_NON_GC: Payload((_TYPE,)),
    FixupKind.STATIC_BASE_GC: Payload((_TYPE,)),
    FixupKind.THREAD_STATIC_BASE_NON_GC: Payload((_TYPE,)),
    FixupKind.THREAD_STATIC_BASE_GC: Payload((_TYPE,)),
    FixupKind.FIELD_BASE_OFFSET: Payload((_TYPE,)),
    FixupKind.FIELD_OFFSET: Payload((_FIELD,)),
    FixupKind.TYPE_DICTIONARY: Payload((_TYPE,)),
    FixupKind.METHOD_DICTIONARY: Payload((_METHOD,)),
    FixupKind.CHECK_TYPE_LAYOUT: Payload((_TYPE, _LAYOUT)),
    FixupKind.CHECK_FIELD_OFFSET: Payload((_NUMBER, _FIELD)),
    FixupKind.DELEGATE_CTOR: Payload((_METHOD, _TYPE)),
    FixupKind.DECLARING_TYPE_HANDLE: Payload((_TYPE, _TYPE)),
    FixupKind.INDIRECT_PINVOKE_TARGET: Payload((_METHOD,)),
    FixupKind.PINVOKE_TARGET: Payload((_METHOD,)),
    FixupKind.CHECK_INSTRUCTION_SET_SUPPORT: Payload((_SETS,)),
    FixupKind.VERIFY_FIELD_OFFSET: Payload((_NUMBER, _NUMBER, _FIELD)),
    FixupKind.VERIFY_TYPE_LAYOUT: Payload((_TYPE, _LAYOUT)),
    FixupKind.CHECK_VIRTUAL_FUNCTION_OVERRIDE: Payload((_NUMBER, _METHOD, _TYPE)),  # a flag may add a method
    FixupKind.VERIFY_VIRTUAL_FUNCTION_OVERRIDE: Payload((_NUMBER, _METHOD, _TYPE)),
    FixupKind.CHECK_IL_BODY: Payload((_IL_BODY, _METHOD)),
    FixupKind.VERIFY_IL_BODY: Payload((_IL_BODY, _METHOD)),
    FixupKind.CONTINUATION_LAYOUT: Payload((_TYPE, _LAYOUT)),
    FixupKind.RESUMPTION_STUB_ENTRY_POINT: Payload((_RAW32,)),
    FixupKind.INJECT_STRING_THUNKS: Payload((_THUNKS,)),
    FixupKind.STORE_MULTI_CALLABLE_ADDR_OF_CODE: Payload((_RAW32, _RAW32)),
}
_DECLARING_METHOD: Final = Payload((_METHOD,))
_VIRTUAL_OVERRIDES: Final = (FixupKind.CHECK_VIRTUAL_FUNCTION_OVERRIDE, FixupKind.VERIFY_VIRTUAL_FUNCTION_OVERRIDE)


def _payload(kind: int, version: Version) -> Payload | None:
    if kind == FixupKind.DECLARING_TYPE_HANDLE and Format.of(version).structures.declaring_type_is_method:
        return _DECLARING_METHOD
    return PAYLOADS.get(kind)


def decode_fixup(reader: ByteReader, version: Version = (16, 0), pointer_size: int = 8) -> Fixup:
    """Read a blob at the reader's position, which ends up behind it; BadImageError for unknown kinds."""
    kind, module = _decode_head(reader)
    return _Decoder(reader, version, pointer_size, False).decode(kind, module, 0)


def decode_any_fixup(
    reader: ByteReader, version: Version = (16, 0), pointer_size: int = 8, keep_malformed: bool = False
) -> Fixup:
    """Read a blob; one of an unknown kind is taken to reach to the reader's end.

    With `keep_malformed` that holds for blobs of known kinds too that do not decode, otherwise they raise
    BadImageError.
    """
    kind, module = _decode_head(reader)
    body = reader.pos
    try:
        return _Decoder(reader, version, pointer_size, True).decode(kind, module, 0)
    except BadImageError:
        if not keep_malformed:
            raise
    reader.pos = body
    return Fixup(kind, (_rest_of(reader),), module)


def _decode_head(reader: ByteReader) -> tuple[int, int | None]:
    first = reader.u8()
    return first & ~MODULE_OVERRIDE, reader.compressed() if first & MODULE_OVERRIDE else None


def _rest_of(reader: ByteReader) -> UnknownPayload:
    return UnknownPayload(reader.take(reader.end - reader.pos))


class _Decoder(NamedTuple):
    """Decodes what follows the head of a blob."""

    reader: ByteReader
    version: Version
    pointer_size: int
    keep_unknown: bool

    def decode(self, kind: int, module: int | None, depth: int) -> Fixup:
        reader = self.reader
        payload = _payload(kind, self.version)
        if payload is None:
            if self.keep_unknown:
                return Fixup(kind, (_rest_of(reader),), module)
            raise reader.error(f"{kind:#x} is no fixup kind")
        if depth > _MAX_LOOKUP_DEPTH:
            raise reader.error("dictionary lookups are nested too deeply")
        operands = [part.decode(reader, self.pointer_size) for part in payload.parts]
        if kind in _VIRTUAL_OVERRIDES and isinstance(operands[0], int) and operands[0] & _OVERRIDE_HAS_IMPLEMENTATION:
            operands.append(decode_method(reader))
        if payload.lookup:
            operands.append(self.decode(reader.u8(), None, depth + 1))
        return Fixup(kind, tuple(operands), module)


def encode_fixup(fixup: Fixup, version: Version = (16, 0)) -> bytes:
    """The inverse of decode_fixup; ValueError for unknown kinds and operands that do not fit the kind."""
    if fixup.module is None:
        head = bytes((fixup.kind,))
    else:
        head = bytes((fixup.kind | MODULE_OVERRIDE,)) + compressed(fixup.module)
    operands = list(fixup.operands)
    if len(operands) == 1 and isinstance(operands[0], UnknownPayload):
        return head + operands[0].data
    payload = _payload(fixup.kind, version)
    if payload is None:
        raise ValueError(f"{fixup.kind:#x} is no fixup kind")
    parts = list(payload.parts)
    tail = b""
    if fixup.kind in _VIRTUAL_OVERRIDES and isinstance(operands[0], int):
        if operands[0] & _OVERRIDE_HAS_IMPLEMENTATION:
            parts.append(_METHOD)
    elif payload.lookup:
        inner = operands.pop()
        if not isinstance(inner, Fixup):
            raise ValueError(f"operand of {fixup_name(fixup.kind)} must be a fixup")
        tail = encode_fixup(inner, version)
    out = head
    for part, operand in zip(parts, operands, strict=True):
        if not isinstance(operand, part.type):
            raise ValueError(f"operand {operand!r} does not fit {fixup_name(fixup.kind)}")
        out += part.encode(operand)
    return out + tail
