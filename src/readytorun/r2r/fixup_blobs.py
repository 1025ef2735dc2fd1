"""Fixup blobs: what the runtime puts into an import cell, or checks before a method may run.

One table says what follows the kind byte of each fixup; it drives decoding and encoding alike. Sources:
readytorun-format.md#fixups, `jitinterface.cpp` (LoadDynamicInfoEntry), `ReadyToRunSignature.cs`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from readytorun.r2r.constants import MODULE_OVERRIDE
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
from readytorun.r2r.versions import Version

LAYOUT_HFA: Final = 0x01
LAYOUT_ALIGNMENT: Final = 0x02
LAYOUT_ALIGNMENT_NATIVE: Final = 0x04
LAYOUT_GC_LAYOUT: Final = 0x08
LAYOUT_GC_LAYOUT_EMPTY: Final = 0x10
_POINTER_SIZE: Final = 8
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
class Fixup:
    """A decoded blob.

    Attributes:
        kind: constants.FixupKind, without the module override bit.
        operands: what the kind's row in PAYLOADS says.
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
    | Fixup
)


# --- parts of payloads ------------------------------------------------------------------------------------------------


def _decode_layout(reader: ByteReader) -> TypeLayout:
    flags = reader.compressed()
    size = reader.compressed()
    hfa = reader.compressed() if flags & LAYOUT_HFA else 0
    alignment = 0
    if flags & LAYOUT_ALIGNMENT and not flags & LAYOUT_ALIGNMENT_NATIVE:
        alignment = reader.compressed()
    slots = b""
    if flags & LAYOUT_GC_LAYOUT and not flags & LAYOUT_GC_LAYOUT_EMPTY:
        count = (size + _POINTER_SIZE - 1) // _POINTER_SIZE
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
    """One operand: how it is read and written."""

    type: type
    decode: Callable[[ByteReader], Operand]
    encode: Callable[..., bytes]


_NUMBER: Final = _Part(int, ByteReader.compressed, compressed)
_RAW32: Final = _Part(int, ByteReader.u32, lambda value: struct.pack("<I", value))
_TYPE: Final = _Part(object, decode_type, encode_type)
_METHOD: Final = _Part(MethodSignature, decode_method, encode_method)
_FIELD: Final = _Part(FieldSignature, decode_field, encode_field)
_LAYOUT: Final = _Part(TypeLayout, _decode_layout, _encode_layout)
_SETS: Final = _Part(InstructionSetSupport, _decode_instruction_sets, _encode_instruction_sets)
_IL_BODY: Final = _Part(ILBody, _decode_il_body, _encode_il_body)
_THUNKS: Final = _Part(StringThunks, _decode_string_thunks, _encode_string_thunks)

# --- the table --------------------------------------------------------------------------------------------------------


class Payload(NamedTuple):
    """Name of a fixup kind as dotnet/runtime spells it, and its operands."""

    name: str
    parts: tuple[_Part, ...]
    lookup: bool = False  # a further blob follows: kind byte and payload


PAYLOADS: Final = {
    0x07: Payload("ThisObjDictionaryLookup", (_TYPE,), True),
    0x08: Payload("TypeDictionaryLookup", (), True),
    0x09: Payload("MethodDictionaryLookup", (), True),
    0x10: Payload("TypeHandle", (_TYPE,)),
    0x11: Payload("MethodHandle", (_METHOD,)),
    0x12: Payload("FieldHandle", (_FIELD,)),
    0x13: Payload("MethodEntry", (_METHOD,)),
    0x14: Payload("MethodEntry_DefToken", (_NUMBER,)),
    0x15: Payload("MethodEntry_RefToken", (_NUMBER,)),
    0x16: Payload("VirtualEntry", (_METHOD,)),
    0x17: Payload("VirtualEntry_DefToken", (_NUMBER,)),
    0x18: Payload("VirtualEntry_RefToken", (_NUMBER,)),
    0x19: Payload("VirtualEntry_Slot", (_NUMBER, _TYPE)),
    0x1A: Payload("Helper", (_NUMBER,)),
    0x1B: Payload("StringHandle", (_NUMBER,)),
    0x1C: Payload("NewObject", (_TYPE,)),
    0x1D: Payload("NewArray", (_TYPE,)),
    0x1E: Payload("IsInstanceOf", (_TYPE,)),
    0x1F: Payload("ChkCast", (_TYPE,)),
    0x20: Payload("FieldAddress", (_FIELD,)),
    0x21: Payload("CctorTrigger", (_TYPE,)),
    0x22: Payload("StaticBaseNonGC", (_TYPE,)),
    0x23: Payload("StaticBaseGC", (_TYPE,)),
    0x24: Payload("ThreadStaticBaseNonGC", (_TYPE,)),
    0x25: Payload("ThreadStaticBaseGC", (_TYPE,)),
    0x26: Payload("FieldBaseOffset", (_TYPE,)),
    0x27: Payload("FieldOffset", (_FIELD,)),
    0x28: Payload("TypeDictionary", (_TYPE,)),
    0x29: Payload("MethodDictionary", (_METHOD,)),
    0x2A: Payload("Check_TypeLayout", (_TYPE, _LAYOUT)),
    0x2B: Payload("Check_FieldOffset", (_NUMBER, _FIELD)),
    0x2C: Payload("DelegateCtor", (_METHOD, _TYPE)),
    0x2D: Payload("DeclaringTypeHandle", (_TYPE, _TYPE)),
    0x2E: Payload("IndirectPInvokeTarget", (_METHOD,)),
    0x2F: Payload("PInvokeTarget", (_METHOD,)),
    0x30: Payload("Check_InstructionSetSupport", (_SETS,)),
    0x31: Payload("Verify_FieldOffset", (_NUMBER, _NUMBER, _FIELD)),
    0x32: Payload("Verify_TypeLayout", (_TYPE, _LAYOUT)),
    0x33: Payload("Check_VirtualFunctionOverride", (_NUMBER, _METHOD, _TYPE)),  # a flag may add a method
    0x34: Payload("Verify_VirtualFunctionOverride", (_NUMBER, _METHOD, _TYPE)),
    0x35: Payload("Check_IL_Body", (_IL_BODY, _METHOD)),
    0x36: Payload("Verify_IL_Body", (_IL_BODY, _METHOD)),
    0x37: Payload("ContinuationLayout", (_TYPE, _LAYOUT)),
    0x38: Payload("ResumptionStubEntryPoint", (_RAW32,)),
    0x39: Payload("InjectStringThunks", (_THUNKS,)),
    0x3A: Payload("StoreMultiCallableAddrOfCode", (_RAW32, _RAW32)),
}
_DECLARING_TYPE_HANDLE: Final = 0x2D
_DECLARING_TYPE_HANDLE_27: Final = Payload("DeclaringTypeHandle", (_METHOD,))
_VIRTUAL_OVERRIDES: Final = (0x33, 0x34)


def _payload(kind: int, version: Version) -> Payload | None:
    if kind == _DECLARING_TYPE_HANDLE and version >= (27, 0):
        return _DECLARING_TYPE_HANDLE_27
    return PAYLOADS.get(kind)


def fixup_name(kind: int) -> str:
    """Name of a fixup kind."""
    payload = PAYLOADS.get(kind)
    return f"{kind:#x}" if payload is None else payload.name


def decode_fixup(reader: ByteReader, version: Version = (16, 0)) -> Fixup:
    """Read a blob at the reader's position, which ends up behind it; BadImageError for unknown kinds."""
    start = reader.pos
    first = reader.u8()
    module = reader.compressed() if first & MODULE_OVERRIDE else None
    return _decode_body(reader, first & ~MODULE_OVERRIDE, module, version, start, 0)


def _decode_body(reader: ByteReader, kind: int, module: int | None, version: Version, start: int, depth: int) -> Fixup:
    payload = _payload(kind, version)
    if payload is None or depth > 4:
        raise reader.error(f"{kind:#x} is no fixup kind", start)
    operands = [part.decode(reader) for part in payload.parts]
    if kind in _VIRTUAL_OVERRIDES and isinstance(operands[0], int) and operands[0] & _OVERRIDE_HAS_IMPLEMENTATION:
        operands.append(decode_method(reader))
    if payload.lookup:
        inner = reader.u8()
        operands.append(_decode_body(reader, inner, None, version, reader.pos - 1, depth + 1))
    return Fixup(kind, tuple(operands), module)


def encode_fixup(fixup: Fixup, version: Version = (16, 0)) -> bytes:
    """The inverse of decode_fixup; ValueError for unknown kinds and operands that do not fit the kind."""
    if fixup.module is None:
        head = bytes((fixup.kind,))
    else:
        head = bytes((fixup.kind | MODULE_OVERRIDE,)) + compressed(fixup.module)
    payload = _payload(fixup.kind, version)
    if payload is None:
        raise ValueError(f"{fixup.kind:#x} is no fixup kind")
    parts = list(payload.parts)
    operands = list(fixup.operands)
    tail = b""
    if fixup.kind in _VIRTUAL_OVERRIDES and isinstance(operands[0], int):
        if operands[0] & _OVERRIDE_HAS_IMPLEMENTATION:
            parts.append(_METHOD)
    elif payload.lookup:
        inner = operands.pop()
        if not isinstance(inner, Fixup):
            raise ValueError(f"operand of {payload.name} must be a fixup")
        tail = encode_fixup(inner, version)
    out = head
    for part, operand in zip(parts, operands, strict=True):
        if not isinstance(operand, part.type):
            raise ValueError(f"operand {operand!r} does not fit {payload.name}")
        out += part.encode(operand)
    return out + tail
