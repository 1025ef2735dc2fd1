"""Section DebugInfo: IL offsets and variable locations (`debuginfostore.cpp`, `DebugInfoTableNode.cs`).

A NativeArray by runtime function index of main bodies. Element: native(lookback), 0 = the blob follows, else it begins
that many bytes before the element. Blob: nibbles cbBounds, cbVars, to the byte boundary, the bounds, the variables.
From format version 17 a first nibble 0 announces a fat header with six sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from readytorun.r2r.model import DebugBound
from readytorun.r2r.native_array import NativeArray, Record, encode_native_array
from readytorun.r2r.primitives import BitReader, BitWriter, ByteReader, NibbleReader, NibbleWriter

_IL_BIAS: Final = 3
_VARIABLE_BIAS: Final = 4


@dataclass(frozen=True, slots=True)
class DebugVariable:
    """Where a variable lives in a range of native offsets.

    Attributes:
        start, end: byte offsets from the start of the method's code, end exclusive.
        number: argument, then local; -1 varargs handle, -2 return buffer, -3 type context, -4 unknown.
        kind: location kind; see LOCATION_OPERANDS.
        operands: registers and offsets as the kind prescribes.
    """

    start: int
    end: int
    number: int
    kind: int
    operands: tuple[int, ...]


# Operands of each location kind: u = unsigned (register number), s = signed (offset).
LOCATION_OPERANDS: Final = ("u", "u", "u", "us", "us", "uu", "uus", "suu", "us", "u", "u")
LOCATION_NAMES: Final = (
    "register",
    "register holding the address",
    "floating point register",
    "stack",
    "stack holding the address",
    "two registers",
    "register and stack",
    "stack and register",
    "two stack slots",
    "x87 register",
    "varargs",
)


@dataclass(frozen=True, slots=True)
class DebugInfo:
    """Debug information of one method; `extra` are the chunks of a fat header that are not decoded, in file order."""

    bounds: tuple[DebugBound, ...]
    variables: tuple[DebugVariable, ...] = ()
    extra: tuple[bytes, ...] = ()


def _variable_bias(major: int) -> int:
    return _VARIABLE_BIAS + (major >= 20) + (major >= 22)


def encode_bounds(bounds: Sequence[DebugBound], major: int) -> bytes:
    """Encode the bounds of one method, ascending by native offset."""
    if not bounds:
        return b""
    writer = NibbleWriter()
    writer.unsigned(len(bounds))
    deltas = [bounds[0].native_offset]
    deltas += [after.native_offset - before.native_offset for before, after in itertools.pairwise(bounds)]
    if min(deltas) < 0:
        raise ValueError("debug bounds are not ascending")
    if major < 16:
        for bound, delta in zip(bounds, deltas, strict=True):
            writer.unsigned(delta)
            writer.unsigned(bound.il_offset + _IL_BIAS)
            writer.unsigned(bound.source)
        return writer.to_bytes()
    source_bits = 2 if major == 16 else 3
    native_bits = max(max(deltas).bit_length(), 1)
    il_bits = max(max(bound.il_offset + _IL_BIAS for bound in bounds).bit_length(), 1)
    writer.unsigned(native_bits - 1)
    writer.unsigned(il_bits - 1)
    bits = BitWriter()
    for bound, delta in zip(bounds, deltas, strict=True):
        record = bound.source | delta << source_bits | bound.il_offset + _IL_BIAS << source_bits + native_bits
        bits.put(record, source_bits + native_bits + il_bits)
    return writer.to_bytes() + bits.to_bytes()


def decode_bounds(reader: ByteReader, major: int) -> tuple[DebugBound, ...]:
    """Read bounds from a reader that covers them; trailing zero bytes are ignored."""
    if reader.pos == reader.end:
        return ()
    nibbles = NibbleReader(reader)
    count = nibbles.unsigned()
    bounds = []
    native_offset = 0
    if major < 16:
        for _ in range(count):
            native_offset += nibbles.unsigned()
            il_offset = nibbles.unsigned() - _IL_BIAS
            bounds.append(DebugBound(native_offset, il_offset, nibbles.unsigned()))
        return tuple(bounds)
    native_bits = nibbles.unsigned() + 1
    il_bits = nibbles.unsigned() + 1
    source_bits = 2 if major == 16 else 3
    bits = BitReader(nibbles.align())
    for _ in range(count):
        source = bits.take(source_bits)
        native_offset += bits.take(native_bits)
        bounds.append(DebugBound(native_offset, bits.take(il_bits) - _IL_BIAS, source))
    reader.pos = bits.byte_position()
    return tuple(bounds)


def encode_variables(variables: Sequence[DebugVariable], major: int) -> bytes:
    """Encode the variables of one method."""
    if not variables:
        return b""
    bias = _variable_bias(major)
    writer = NibbleWriter()
    writer.unsigned(len(variables))
    for variable in variables:
        writer.unsigned(variable.start)
        writer.unsigned(variable.end - variable.start)
        writer.unsigned(variable.number + bias)
        writer.unsigned(variable.kind)
        for form, operand in zip(LOCATION_OPERANDS[variable.kind], variable.operands, strict=True):
            if form == "s":
                writer.signed(operand)
            else:
                writer.unsigned(operand)
    return writer.to_bytes()


def decode_variables(reader: ByteReader, major: int) -> tuple[DebugVariable, ...]:
    """Read variables from a reader that covers them."""
    if reader.pos == reader.end:
        return ()
    bias = _variable_bias(major)
    nibbles = NibbleReader(reader)
    variables = []
    for _ in range(nibbles.unsigned()):
        start = nibbles.unsigned()
        length = nibbles.unsigned()
        number = nibbles.unsigned() - bias
        kind = nibbles.unsigned()
        if kind >= len(LOCATION_OPERANDS):
            raise reader.error(f"debug variable has unknown location kind {kind}")
        operands = tuple(nibbles.signed() if form == "s" else nibbles.unsigned() for form in LOCATION_OPERANDS[kind])
        variables.append(DebugVariable(start, start + length, number, kind, operands))
    return tuple(variables)


def encode_debug_info(info: DebugInfo, major: int) -> bytes:
    """Encode the blob of one method."""
    bounds = encode_bounds(info.bounds, major)
    variables = encode_variables(info.variables, major)
    header = NibbleWriter()
    fat = major >= 17 and (not bounds or bool(info.extra))
    if fat:
        extra = (*info.extra, *(b"",) * (4 - len(info.extra)))
        header.unsigned(0)
        for chunk in (bounds, variables, *extra):
            header.unsigned(len(chunk))
        return header.to_bytes() + bounds + variables + b"".join(extra)
    header.unsigned(len(bounds))
    header.unsigned(len(variables))
    return header.to_bytes() + bounds + variables


def decode_debug_info(reader: ByteReader, major: int) -> DebugInfo:
    """Read a blob at the reader's position."""
    nibbles = NibbleReader(reader)
    sizes = [nibbles.unsigned()]
    if not sizes[0] and major >= 17:
        sizes = [nibbles.unsigned() for _ in range(6)]
    else:
        sizes.append(nibbles.unsigned())
    nibbles.align()
    chunks = []
    for size in sizes:
        start = reader.pos
        reader.take(size)
        chunks.append(ByteReader(reader.data, start, reader.pos, reader.path, reader.base))
    bounds = decode_bounds(chunks[0], major)
    variables = decode_variables(chunks[1], major)
    return DebugInfo(bounds, variables, tuple(chunk.take(chunk.end - chunk.pos) for chunk in chunks[2:]))


def encode_debug_section(blobs: Mapping[int, bytes]) -> bytes:
    """The section from {runtime function index: blob}."""
    return encode_native_array({index: Record(b"\x00", blob) for index, blob in blobs.items()})


def debug_blob_positions(reader: ByteReader) -> list[tuple[int, int]]:
    """(runtime function index, position of the blob) for a section that the reader covers."""
    result = []
    for index, pos in NativeArray(reader).records():
        reader.pos = pos
        lookback = reader.native()
        if lookback > pos:
            raise reader.error("shared debug information lies before the file", pos)
        result.append((index, pos - lookback if lookback else reader.pos))
    return result
