"""GCRefMaps: where a callee's arguments hold references while its lazy cell is being resolved (`gcrefmap.h`).

One map is a stream of 2-bit tokens, one per argument position of the transition block; its bits lie in groups of seven
per byte, bit 7 = another byte follows. On x86 the number of stack slots that the callee pops comes first; here it is
the value at position STACK_POP. The maps of an import section follow each other, with the offset of every 1024th in
front.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Final

from readytorun.r2r.primitives import ByteReader

_STRIDE: Final = 1024
_EXTENSION: Final = 3
STACK_POP: Final = -1
_MAX_BITS: Final = 1 << 16


class GCRefMapToken(IntEnum):
    """What an argument position holds (CORCOMPILE_GCREFMAP_TOKENS)."""

    SKIP = 0
    REF = 1
    INTERIOR = 2
    METHOD_PARAM = 3
    TYPE_PARAM = 4
    VASIG_COOKIE = 5


EMPTY: Final = b"\x00"


def encode_gc_ref_map(tokens: Mapping[int, int]) -> bytes:
    """Encode one map from {position: GCRefMapToken}; positions are those of the target's transition block."""
    bits = 0
    size = 0
    next_position = 0
    for position in sorted(tokens):
        if position == STACK_POP:
            bits, size = _put_stack_pop(tokens[position])
            continue
        skip = position - next_position
        if skip > 3:
            # Extension with an even number: skip 4 or more positions.
            bits, size = _put_extension(bits, size, skip - 4 << 1)
        else:
            size += 2 * skip
        token = tokens[position]
        if token >= _EXTENSION:
            bits, size = _put_extension(bits, size, token - _EXTENSION << 1 | 1)
        else:
            bits |= token << size
            size += 2
        next_position = position + 1
    out = bytearray()
    while True:
        chunk = bits & 0x7F
        bits >>= 7
        size -= 7
        if size <= 0 or not bits:
            out.append(chunk)
            return bytes(out)
        out.append(chunk | 0x80)


def _put_stack_pop(count: int) -> tuple[int, int]:
    return (count, 2) if count < _EXTENSION else _put_extension(0, 0, count - _EXTENSION)


def _put_extension(bits: int, size: int, value: int) -> tuple[int, int]:
    bits |= _EXTENSION << size
    size += 2
    while True:
        group = value & 7
        value >>= 3
        if value:
            group |= 8
        bits |= group << size
        size += 4
        if not value:
            return bits, size


def decode_gc_ref_map(reader: ByteReader, has_stack_pop: bool = False) -> dict[int, int]:
    """Read one map at the reader's position: {position: GCRefMapToken}; x86 maps have a stack pop."""
    start = reader.pos
    bits = 0
    size = 0
    while True:
        byte = reader.u8()
        bits |= (byte & 0x7F) << size
        size += 7
        if not byte & 0x80:
            break
        if size > _MAX_BITS:
            raise reader.error("GCRefMap without an end", start)
    tokens: dict[int, int] = {}
    position = 0
    if has_stack_pop:
        count = bits & 3
        bits >>= 2
        if count == _EXTENSION:
            shift = 0
            while True:
                group = bits & 15
                bits >>= 4
                count += (group & 7) << shift
                shift += 3
                if not group & 8:
                    break
        tokens[STACK_POP] = count
    while bits:
        token = bits & 3
        bits >>= 2
        if token != _EXTENSION:
            if token:
                tokens[position] = token
            position += 1
            continue
        value = 0
        shift = 0
        while True:
            group = bits & 15
            bits >>= 4
            value |= (group & 7) << shift
            shift += 3
            if not group & 8:
                break
        if not value & 1:
            position += (value >> 1) + 4
            continue
        token = (value >> 1) + _EXTENSION
        if token > GCRefMapToken.VASIG_COOKIE:
            raise reader.error(f"GCRefMap has an unknown token {token}", start)
        tokens[position] = token
        position += 1
    return tokens


def encode_gc_ref_maps(maps: Iterable[bytes]) -> bytes:
    """The structure that an import section's auxiliary RVA points to, from the encoded maps of its cells in order."""
    offsets = [0]
    body = bytearray()
    for index, encoded in enumerate(maps):
        if index and not index % _STRIDE:
            offsets.append(len(body))
        body += encoded
    table = 4 * len(offsets)
    return struct.pack(f"<{len(offsets)}I", *(table + offset for offset in offsets)) + bytes(body)


def decode_gc_ref_maps(reader: ByteReader, count: int, has_stack_pop: bool = False) -> Sequence[dict[int, int]]:
    """Read the maps of `count` cells from a structure that begins at the reader's position, and end up behind them."""
    start = reader.pos
    if count > reader.end - start:
        raise reader.error(f"{count} maps do not fit", start)
    offsets = [reader.u32() for _ in range(count // _STRIDE + 1)]
    maps: list[dict[int, int]] = []
    for index in range(count):
        if not index % _STRIDE:
            if index and reader.pos - start != offsets[index // _STRIDE]:
                raise reader.error(f"GCRefMap of cell {index} is not where the table says")
            reader.pos = start + offsets[index // _STRIDE]
        maps.append(decode_gc_ref_map(reader, has_stack_pop))
    return maps
