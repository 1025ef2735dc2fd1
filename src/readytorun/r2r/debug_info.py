"""Section DebugInfo: IL offsets and variable locations (`debuginfostore.cpp`, `DebugInfoTableNode.cs`).

A NativeArray by runtime function index of main bodies. Element: native(lookback), 0 = the blob follows, else it begins
that many bytes before the element. Blob: nibbles cbBounds, cbVars, to the byte boundary, the bounds, the variables.
A first nibble 0 announces, in versions that have it, a fat header with six sizes: bounds, variables, bounds without
instrumentation, patchpoints, rich debug information, async information. Which version writes what and how is in
`versions.DebugInfoFormat`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from readytorun.r2r.model import DebugBound
from readytorun.r2r.native_array import NativeArray, Record, encode_native_array
from readytorun.r2r.primitives import BitReader, BitWriter, ByteReader, NibbleReader, NibbleWriter
from readytorun.r2r.target import Machine
from readytorun.r2r.versions import debug_info_format

_IL_BIAS: Final = 3
_CALL_RETURN: Final = -5
_FLOATING_POINT: Final = 2  # location kind
_CHUNKS: Final = 6  # of a fat header


@dataclass(frozen=True, slots=True)
class DebugVariable:
    """Where a variable lives in a range of native offsets.

    Attributes:
        start, end: byte offsets from the start of the method's code, end exclusive.
        number: argument, then local; those below 0 are in SPECIAL_VARIABLES.
        kind: location kind; see LOCATION_OPERANDS.
        operands: registers and offsets as the kind prescribes; x86 counts offsets in units of 4 bytes.
        call_il_offset: of a call's return value (number -5, end = start + 1) the IL offset of the call, else 0.
    """

    start: int
    end: int
    number: int
    kind: int
    operands: tuple[int, ...]
    call_il_offset: int = 0


# Before version 20 -4 stood for an unknown variable; in 20 and 21 -5 did (`cordebuginfo.h`).
SPECIAL_VARIABLES: Final = {
    -1: "varargs handle",
    -2: "return buffer",
    -3: "type context",
    -4: "async continuation",
    -5: "call return value",
    -6: "unknown",
}


def special_variable_name(number: int, major: int) -> str:
    """What a variable number below 0 stands for."""
    if number == -debug_info_format(major).variable_bias:
        return "unknown"
    return SPECIAL_VARIABLES.get(number, str(number))


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


_X64_NAMED: Final = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi")
_X64_REGISTERS: Final = (*_X64_NAMED, *[f"r{number}" for number in range(8, 16)])
_ARM64_REGISTERS: Final = (*[f"x{number}" for number in range(29)], "fp", "lr", "sp")
_FIRST_VECTOR_REGISTER: Final = 32  # one more in versions whose numbers cover vector registers
# The stack pointer after the prolog, in methods that do not use a frame register.
_AMBIENT_SP: Final[dict[int, int]] = {Machine.AMD64: 17, Machine.ARM64: 80}
_ARM64_AMBIENT_SP_WITH_VECTORS: Final = 66  # from `cordebuginfo.h`; not seen in an image


def register_name(number: int, kind: int, machine: int, major: int) -> str:
    """Name of the register that a variable's operand means; `kind` is the location kind."""
    has_vectors = debug_info_format(major).vector_registers
    is_arm64 = machine == Machine.ARM64
    registers = _ARM64_REGISTERS if is_arm64 else _X64_REGISTERS if machine == Machine.AMD64 else ()
    if kind == _FLOATING_POINT:
        first = _FIRST_VECTOR_REGISTER + (is_arm64 and has_vectors)
        if registers and 0 <= number - first < len(registers):
            return f"{'v' if is_arm64 else 'xmm'}{number - first}"
    elif number < len(registers):
        return registers[number]
    ambient = _ARM64_AMBIENT_SP_WITH_VECTORS if is_arm64 and has_vectors else _AMBIENT_SP.get(machine, -1)
    return "sp after the prolog" if number == ambient else f"register {number}"


@dataclass(frozen=True, slots=True)
class AsyncVariable:
    """A variable that a continuation keeps: its number as in DebugVariable, and its offset in the object in bytes."""

    number: int
    offset: int


@dataclass(frozen=True, slots=True)
class AsyncSuspensionPoint:
    """Where an async method may suspend: an offset into its code, and what the continuation keeps there."""

    native_offset: int
    variables: tuple[AsyncVariable, ...] = ()


@dataclass(frozen=True, slots=True)
class DebugInfo:
    """Debug information of one method.

    Attributes:
        bounds: ascending by native offset.
        uninstrumented_bounds: the same for IL without a profiler's additions.
        patchpoints, rich: as stored; crossgen2 does not write them.
        suspension_points: of async methods, in the order of their states.
    """

    bounds: tuple[DebugBound, ...]
    variables: tuple[DebugVariable, ...] = ()
    uninstrumented_bounds: tuple[DebugBound, ...] = ()
    patchpoints: bytes = b""
    rich: bytes = b""
    suspension_points: tuple[AsyncSuspensionPoint, ...] = ()


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
    source_bits = debug_info_format(major).source_bits
    if not source_bits:
        for bound, delta in zip(bounds, deltas, strict=True):
            writer.unsigned(delta)
            writer.unsigned(bound.il_offset + _IL_BIAS)
            writer.unsigned(bound.source)
        return writer.to_bytes()
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
    """Read bounds from a reader that covers them; which ends up behind them."""
    if reader.pos == reader.end:
        return ()
    nibbles = NibbleReader(reader)
    count = nibbles.unsigned()
    bounds = []
    native_offset = 0
    source_bits = debug_info_format(major).source_bits
    if not source_bits:
        for _ in range(count):
            native_offset += nibbles.unsigned()
            il_offset = nibbles.unsigned() - _IL_BIAS
            bounds.append(DebugBound(native_offset, il_offset, nibbles.unsigned()))
        return tuple(bounds)
    native_bits = nibbles.unsigned() + 1
    il_bits = nibbles.unsigned() + 1
    if native_bits > 32 or il_bits > 32:
        raise reader.error(f"debug bounds of {native_bits} and {il_bits} bits")
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
    form = debug_info_format(major)
    writer = NibbleWriter()
    writer.unsigned(len(variables))
    for variable in variables:
        number = variable.number + form.variable_bias
        if number < 0:
            raise ValueError(f"variables {variable.number} do not exist in format {major}")
        if form.variable_number_first:
            writer.unsigned(number)
        writer.unsigned(variable.start)
        if form.variable_number_first and variable.number == _CALL_RETURN:
            writer.unsigned(variable.call_il_offset)
        else:
            writer.unsigned(variable.end - variable.start)
        if not form.variable_number_first:
            writer.unsigned(number)
        writer.unsigned(variable.kind)
        for operand_form, operand in zip(LOCATION_OPERANDS[variable.kind], variable.operands, strict=True):
            if operand_form == "s":
                writer.signed(operand)
            else:
                writer.unsigned(operand)
    return writer.to_bytes()


def decode_variables(reader: ByteReader, major: int) -> tuple[DebugVariable, ...]:
    """Read variables from a reader that covers them."""
    if reader.pos == reader.end:
        return ()
    form = debug_info_format(major)
    number_first = form.variable_number_first
    bias = form.variable_bias
    nibbles = NibbleReader(reader)
    variables = []
    for _ in range(nibbles.unsigned()):
        number = nibbles.unsigned() - bias if number_first else 0
        start = nibbles.unsigned()
        length = nibbles.unsigned()
        call_il_offset = 0
        if not number_first:
            number = nibbles.unsigned() - bias
        elif number == _CALL_RETURN:
            call_il_offset = length
            length = 1
        kind = nibbles.unsigned()
        if kind >= len(LOCATION_OPERANDS):
            raise reader.error(f"debug variable has unknown location kind {kind}")
        operands = tuple(
            [nibbles.signed() if operand == "s" else nibbles.unsigned() for operand in LOCATION_OPERANDS[kind]]
        )
        variables.append(DebugVariable(start, start + length, number, kind, operands, call_il_offset))
    return tuple(variables)


def encode_suspension_points(points: Sequence[AsyncSuspensionPoint], major: int) -> bytes:
    """Encode the async information of one method."""
    if not points:
        return b""
    bias = debug_info_format(major).variable_bias
    writer = NibbleWriter()
    writer.unsigned(len(points))
    writer.unsigned(sum(len(point.variables) for point in points))
    previous = 0
    for point in points:
        writer.signed(point.native_offset - previous)
        writer.unsigned(len(point.variables))
        previous = point.native_offset
    for point in points:
        for variable in point.variables:
            writer.unsigned(variable.number + bias)
            writer.unsigned(variable.offset)
    return writer.to_bytes()


def decode_suspension_points(reader: ByteReader, major: int) -> tuple[AsyncSuspensionPoint, ...]:
    """Read async information from a reader that covers it."""
    if reader.pos == reader.end:
        return ()
    bias = debug_info_format(major).variable_bias
    nibbles = NibbleReader(reader)
    point_count = nibbles.unsigned()
    variable_count = nibbles.unsigned()
    heads: list[tuple[int, int]] = []
    offset = 0
    total = 0
    for _ in range(point_count):
        offset += nibbles.signed()
        count = nibbles.unsigned()
        total += count
        heads.append((offset, count))
    if total != variable_count:
        raise reader.error(f"suspension points have {total} variables instead of {variable_count}")
    points = []
    for offset, count in heads:
        variables: list[AsyncVariable] = []
        for _ in range(count):
            number = nibbles.unsigned() - bias
            variables.append(AsyncVariable(number, nibbles.unsigned()))
        points.append(AsyncSuspensionPoint(offset, tuple(variables)))
    return tuple(points)


def encode_debug_info(info: DebugInfo, major: int) -> bytes:
    """Encode the blob of one method; ValueError for what the version has no room for."""
    chunks = [
        encode_bounds(info.bounds, major),
        encode_variables(info.variables, major),
        encode_bounds(info.uninstrumented_bounds, major),
        info.patchpoints,
        info.rich,
        encode_suspension_points(info.suspension_points, major),
    ]
    header = NibbleWriter()
    if debug_info_format(major).has_fat_header:
        if not chunks[0] or any(chunks[2:]):
            header.unsigned(0)
            for chunk in chunks:
                header.unsigned(len(chunk))
            return header.to_bytes() + b"".join(chunks)
    elif any(chunks[2:]):
        raise ValueError(f"debug information of format {major} has bounds and variables only")
    header.unsigned(len(chunks[0]))
    header.unsigned(len(chunks[1]))
    return header.to_bytes() + chunks[0] + chunks[1]


def decode_debug_info(reader: ByteReader, major: int) -> DebugInfo:
    """Read a blob at the reader's position, which ends up behind it.

    Zero bytes behind the contents of a part are no fault: crossgen2 10 writes 32 of them behind bounds whose records
    are shorter than a byte.
    """
    nibbles = NibbleReader(reader)
    sizes = [nibbles.unsigned()]
    if not sizes[0] and debug_info_format(major).has_fat_header:
        sizes = [nibbles.unsigned() for _ in range(_CHUNKS)]
    else:
        sizes.append(nibbles.unsigned())
    nibbles.align()
    chunks = [reader.part(size) for size in sizes]
    bounds = decode_bounds(chunks[0], major)
    variables = decode_variables(chunks[1], major)
    if len(chunks) == 2:
        info = DebugInfo(bounds, variables)
    else:
        info = DebugInfo(
            bounds,
            variables,
            decode_bounds(chunks[2], major),
            chunks[3].take(sizes[3]),
            chunks[4].take(sizes[4]),
            decode_suspension_points(chunks[5], major),
        )
    for chunk in chunks:
        if any(chunk.data[chunk.pos : chunk.end]):
            raise chunk.error(f"{chunk.end - chunk.pos} bytes of debug information are left over")
    return info


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
