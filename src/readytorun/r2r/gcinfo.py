"""GC info: which registers and frame locations hold references, at safe points or in interruptible ranges.

One bit stream per method (`gcinfoencoder.cpp`, `gcinfodecoder.cpp`, GCInfo.md), versions 2 to 5, for x64 and arm64:

    header | safe points | ranges | slot table | live states of safe points | live states of ranges || stream 2

Stream 2 begins at the next byte and holds the bit vectors that the live states refer to. The encoder makes the choices
of the reference encoder (slim or fat, plain or run lengths, direct or indirect), so that decoded content encodes to the
same bytes.

Offsets here are bytes from the start of the method's code. A slot set is an int, bit i = slot i; slots are numbered
registers first, then tracked stack slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from readytorun.r2r.primitives import BitReader, BitWriter, ByteReader
from readytorun.r2r.target import Machine

# Slot flags.
INTERIOR: Final = 1
PINNED: Final = 2

# Bases of stack slots.
BASE_CALLER_SP: Final = 0
BASE_SP: Final = 1
BASE_FRAME_REGISTER: Final = 2

# Kinds of generic context.
CONTEXT_NONE: Final = 0
CONTEXT_METHOD_TABLE: Final = 1
CONTEXT_METHOD_DESC: Final = 2
CONTEXT_THIS: Final = 3

_FLAG_VARARGS: Final = 0x001
_FLAG_GS_COOKIE: Final = 0x004
_FLAG_PSP_SYM: Final = 0x008
_CONTEXT_SHIFT: Final = 4
_FLAG_BASE_REGISTER: Final = 0x040
_FLAG_LEAF_OR_TAIL_CALLS: Final = 0x080
_FLAG_EDIT_AND_CONTINUE: Final = 0x100
_FLAG_REVERSE_PINVOKE: Final = 0x200
_FLAG_BITS: Final = 10

_CHUNK: Final = 64  # normalised offsets per chunk of a range's live states
_POSITION_BITS: Final = 6
_MIN_INDIRECT_OVERHEAD: Final = 13  # width field 4, reference encoder's 7, smallest coded set 2
_LIVE_RUN: Final = 2
_DEAD_RUN: Final = 4

# What decoding takes for possible: the registers with all combinations of flags, and a tracked stack slot for each byte
# of code, since it takes an instruction to fill it, or for an argument. And the bits that the shortest of each has.
_MAX_REGISTER_SLOTS: Final = 32 * 4
_MAX_STACK_ARGUMENTS: Final = 1024
_MIN_RANGE_BITS: Final = 14
_MIN_REGISTER_BITS: Final = 3
_MIN_STACK_BITS: Final = 7


class _Encoding(NamedTuple):
    """What machines and versions differ in (`gcinfotypes.h`); bases are bits per group."""

    frame_register: int  # slim headers can name only this one
    base_register_base: int
    safe_point_count_base: int
    register_count_base: int
    enc_fields: int
    offset_shift: int  # normalisation of code offsets
    length_shift: int  # normalisation of the code length
    slim_return_kind: int = 0  # bits of the return kind in slim and in fat headers
    fat_return_kind: int = 0
    safe_point_bias: int = 0  # what return addresses are greater by than what is stored


_X64: Final = _Encoding(5, 3, 2, 2, 1, 0, 0)
_ARM64: Final = _Encoding(29, 2, 3, 3, 2, 2, 2)
_X64_V3: Final = _X64._replace(slim_return_kind=2, fat_return_kind=4, safe_point_bias=1)
_ARM64_V3: Final = _ARM64._replace(offset_shift=0, slim_return_kind=2, fat_return_kind=4, safe_point_bias=1)
_ENCODINGS: Final[dict[tuple[int, int], _Encoding]] = {
    (Machine.AMD64, 2): _X64_V3,
    (Machine.AMD64, 3): _X64_V3,
    (Machine.AMD64, 4): _X64,
    (Machine.AMD64, 5): _X64,
    (Machine.ARM64, 2): _ARM64_V3,
    (Machine.ARM64, 3): _ARM64_V3,
    (Machine.ARM64, 4): _ARM64,
    (Machine.ARM64, 5): _ARM64,
}


class RegisterSlot(NamedTuple):
    """A register (machine numbering) that may hold a reference."""

    register: int
    flags: int = 0


class StackSlot(NamedTuple):
    """A frame location; `offset` in bytes from its base, a multiple of 8."""

    base: int
    offset: int
    flags: int = 0


@dataclass(slots=True)
class GcInfo:
    """Decoded GC info of one method, and what the encoder takes.

    Attributes:
        code_length: bytes of code of the main body and all funclets.
        base_register: frame register that slots of BASE_FRAME_REGISTER count from, or -1.
        leaf_or_tail_calls: x64: the method has funclets; arm64: the method leaves by a tail jump somewhere.
        prolog_size, epilog_size: bytes; written with a GS cookie or a generic context.
        gs_cookie_slot, psp_sym_slot, reverse_pinvoke_slot: frame offsets, None = absent.
        generic_context: CONTEXT_ kind; its slot counts from the base register, or SP without one.
        enc_sizes: Edit-and-Continue areas, empty = absent.
        outgoing_area: bytes at the bottom of the frame for arguments of calls.
        return_kind: versions 2 and 3 only.
        safe_points: ascending return addresses of calls.
        ranges: ascending (start, end) of interruptible code; they do not touch.
        registers, stack, untracked: slots in the order of the format (see `sort_slots`).
        live: slot set of each safe point.
        changes: (offset, slot set from there on) inside ranges, ascending; nothing is live before the first.
        indirect_order: distinct slot sets in the order in which stream 2 stores them; empty = first use.
    """

    code_length: int
    base_register: int = -1
    varargs: bool = False
    leaf_or_tail_calls: bool = False
    prolog_size: int = 0
    epilog_size: int = 0
    gs_cookie_slot: int | None = None
    psp_sym_slot: int | None = None
    generic_context: int = CONTEXT_NONE
    generic_context_slot: int = 0
    enc_sizes: tuple[int, ...] = ()
    reverse_pinvoke_slot: int | None = None
    outgoing_area: int = 0
    return_kind: int = 0
    safe_points: list[int] = field(default_factory=list)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    registers: list[RegisterSlot] = field(default_factory=list)
    stack: list[StackSlot] = field(default_factory=list)
    untracked: list[StackSlot] = field(default_factory=list)
    live: list[int] = field(default_factory=list)
    changes: list[tuple[int, int]] = field(default_factory=list)
    indirect_order: list[int] = field(default_factory=list)


def _encoding(machine: int, version: int) -> _Encoding:
    encoding = _ENCODINGS.get((machine, version))
    if encoding is None:
        raise ValueError(f"GC info of machine {machine:#x} in version {version} is not supported")
    return encoding


def _ceil_log2(value: int) -> int:
    return (value - 1).bit_length() if value > 1 else 0


# --- ordering ------------------------------------------------------------------------------------------------------


def sort_slots(info: GcInfo) -> None:
    """Bring the slots into the order that the format demands, and drop tracked ones that are never live.

    Within a group: flags descending, then register or offset ascending, then base. Live sets are renumbered.
    """
    tracked: list[RegisterSlot | StackSlot] = [*info.registers, *info.stack]
    used = 0
    for live in info.live:
        used |= live
    for _, live in info.changes:
        used |= live
    register_count = len(info.registers)
    registers = [i for i in range(register_count) if used >> i & 1]
    stack = [i for i in range(register_count, len(tracked)) if used >> i & 1]
    registers.sort(key=lambda i: (-info.registers[i].flags, info.registers[i].register))
    stack.sort(key=lambda i: _stack_order(info.stack[i - register_count]))
    order = registers + stack
    if order != list(range(len(tracked))):
        info.live = [_renumber(live, order) for live in info.live]
        info.changes = [(offset, _renumber(live, order)) for offset, live in info.changes]
        info.registers, info.stack = (
            [info.registers[i] for i in registers],
            [info.stack[i - register_count] for i in stack],
        )
    info.untracked.sort(key=_stack_order)


def _stack_order(slot: StackSlot) -> tuple[int, int, int]:
    return -slot.flags, slot.offset, slot.base


def _renumber(live: int, order: Sequence[int]) -> int:
    result = 0
    for new, old in enumerate(order):
        if live >> old & 1:
            result |= 1 << new
    return result


# --- encoding ------------------------------------------------------------------------------------------------------


def _put_unsigned(out: BitWriter, value: int, base: int) -> None:
    while True:
        group = value & (1 << base) - 1
        value >>= base
        if not value:
            out.put(group, base + 1)
            return
        out.put(group | 1 << base, base + 1)


def _put_signed(out: BitWriter, value: int, base: int) -> None:
    sign = 1 << base - 1
    while True:
        group = value & (1 << base) - 1
        value >>= base
        if value == (-1 if group & sign else 0):
            out.put(group, base + 1)
            return
        out.put(group | 1 << base, base + 1)


def _unsigned_size(value: int, base: int) -> int:
    return (base + 1) * max(1, (value.bit_length() + base - 1) // base)


def encode_gc_info(info: GcInfo, machine: int, version: int = 4) -> bytes:
    """Encode; the slots of `info` must be in the order of the format (ValueError for what the format cannot hold)."""
    e = _encoding(machine, version)
    out = BitWriter()
    second = BitWriter()
    has_ranges = bool(info.ranges)
    flags = (
        (_FLAG_VARARGS if info.varargs else 0)
        | (_FLAG_GS_COOKIE if info.gs_cookie_slot is not None else 0)
        | (_FLAG_PSP_SYM if info.psp_sym_slot is not None else 0)
        | info.generic_context << _CONTEXT_SHIFT
        | (_FLAG_BASE_REGISTER if info.base_register >= 0 else 0)
        | (_FLAG_LEAF_OR_TAIL_CALLS if info.leaf_or_tail_calls else 0)
        | (_FLAG_EDIT_AND_CONTINUE if info.enc_sizes else 0)
        | (_FLAG_REVERSE_PINVOKE if info.reverse_pinvoke_slot is not None else 0)
    )
    slim = (
        not has_ranges
        and not flags & ~_FLAG_BASE_REGISTER
        and info.base_register in (-1, e.frame_register)
        and info.return_kind < 4
    )
    length = info.code_length >> e.length_shift
    if slim:
        out.put(0 if info.base_register < 0 else 2, 2)
        out.put(info.return_kind & (1 << e.slim_return_kind) - 1, e.slim_return_kind)
        _put_unsigned(out, length, 8)
    else:
        out.put(1 | flags << 1, 1 + _FLAG_BITS)
        out.put(info.return_kind & (1 << e.fat_return_kind) - 1, e.fat_return_kind)
        _put_unsigned(out, length, 8)
        _put_fat_fields(out, info, e)
    _put_unsigned(out, len(info.safe_points), e.safe_point_count_base)
    if not slim:
        _put_unsigned(out, len(info.ranges), 1)

    width = _ceil_log2(info.code_length >> e.offset_shift)
    bias = e.safe_point_bias
    previous = -1
    for safe_point in info.safe_points:
        if not previous < safe_point <= info.code_length - (1 - bias):
            raise ValueError(f"safe point {safe_point} is out of order or behind the code")
        out.put(safe_point - bias >> e.offset_shift, width)
        previous = safe_point
    end = 0
    for start, stop in info.ranges:
        start >>= e.offset_shift
        stop >>= e.offset_shift
        if start < end or stop <= start:
            raise ValueError("interruptible ranges overlap, or one is empty")
        _put_unsigned(out, start - end, 6)
        _put_unsigned(out, stop - start - 1, 6)
        end = stop

    _put_slot_table(out, info, e)
    if info.registers or info.stack or info.untracked:
        count = len(info.registers) + len(info.stack)
        if info.safe_points:
            _put_safe_point_states(out, second, info, count)
        if has_ranges:
            _put_range_states(out, second, info, e, count)
    return out.to_bytes() + second.to_bytes()


def _put_fat_fields(out: BitWriter, info: GcInfo, e: _Encoding) -> None:
    if info.gs_cookie_slot is not None or info.generic_context:
        if info.prolog_size <= 0:
            raise ValueError("a GS cookie or generic context needs a prolog")
        _put_unsigned(out, (info.prolog_size >> e.offset_shift) - 1, 5)
    if info.gs_cookie_slot is not None:
        _put_unsigned(out, info.epilog_size >> e.offset_shift, 3)
        _put_signed(out, info.gs_cookie_slot >> 3, 6)
    if info.psp_sym_slot is not None:
        _put_signed(out, info.psp_sym_slot >> 3, 6)
    if info.generic_context:
        _put_signed(out, info.generic_context_slot >> 3, 6)
    if info.base_register >= 0:
        _put_unsigned(out, info.base_register ^ e.frame_register, e.base_register_base)
    if info.enc_sizes:
        for index in range(e.enc_fields):
            _put_unsigned(out, info.enc_sizes[index], 4)
    if info.reverse_pinvoke_slot is not None:
        _put_signed(out, info.reverse_pinvoke_slot >> 3, 6)
    _put_unsigned(out, info.outgoing_area >> 3, 3)


def _put_slot_table(out: BitWriter, info: GcInfo, e: _Encoding) -> None:
    if info.registers:
        out.put(1, 1)
        _put_unsigned(out, len(info.registers), e.register_count_base)
    else:
        out.put(0, 1)
    if info.stack or info.untracked:
        out.put(1, 1)
        _put_unsigned(out, len(info.stack), 2)
        _put_unsigned(out, len(info.untracked), 1)
    else:
        out.put(0, 1)
    previous = 0
    previous_flags = 1  # the first slot of a group is written in full
    for register, flags in info.registers:
        if previous_flags:
            _put_unsigned(out, register, 3)
            out.put(flags, 2)
        else:
            if register <= previous or flags:
                raise ValueError("register slots are out of order")
            _put_unsigned(out, register - previous - 1, 2)
        previous = register
        previous_flags = flags
    for group in (info.stack, info.untracked):
        previous_flags = 1
        for base, offset, flags in group:
            if offset & 7:
                raise ValueError(f"stack slot at {offset} is not aligned")
            out.put(base, 2)
            offset >>= 3
            if previous_flags:
                _put_signed(out, offset, 6)
                out.put(flags, 2)
            else:
                if offset < previous or flags:
                    raise ValueError("stack slots are out of order")
                _put_unsigned(out, offset - previous, 4)
            previous = offset
            previous_flags = flags


def _put_safe_point_states(out: BitWriter, second: BitWriter, info: GcInfo, count: int) -> None:
    live = info.live
    if len(live) != len(info.safe_points):
        raise ValueError("there must be one live set per safe point")
    if not count:
        out.put(0, 1)
        return
    sets = info.indirect_order or list(dict.fromkeys(live))
    total = count * len(live)
    # Otherwise it cannot win, whatever the sets are. With ranges, the runtime's decoder skips the states of the safe
    # points as if they were direct (EnumerateLiveSlots in gcinfodecoder.cpp).
    if total > len(live) + _MIN_INDIRECT_OVERHEAD and not info.ranges:
        sizes = [_set_size(value, count) for value in sets]
        last = sum(sizes[:-1])
        width = 1 if last < 2 else last.bit_length()
        if _unsigned_size(width, 3) + len(live) * width + 7 + sum(sizes) < total:
            out.put(1, 1)
            _put_unsigned(out, width - 1, 3)
            offsets: dict[int, int] = {}
            for value in sets:
                offsets[value] = second.size
                _put_set(second, value, count)
            for value in live:
                out.put(offsets[value], width)
            return
    out.put(0, 1)
    for value in live:
        out.put(value, count)


def _runs(value: int, count: int) -> list[int]:
    """Lengths of the alternating runs of equal bits; the first one is of zeros and may be empty."""
    runs = []
    start = 0
    bit = 0
    for position in range(count):
        if value >> position & 1 != bit:
            runs.append(position - start)
            start = position
            bit ^= 1
    runs.append(count - start)
    return runs


def _runs_size(runs: Sequence[int], dead: int, live: int) -> int:
    size = 2
    for index, length in enumerate(runs):
        size += _unsigned_size(length - 1 if index else length, live if index & 1 else dead)
    return size


def _set_form(value: int, count: int) -> tuple[int, int, list[int]]:
    """(form, size in bits, runs) of a coded set; form 0 plain, 1 run lengths, 2 run lengths with exchanged bases."""
    if count < _DEAD_RUN + _LIVE_RUN + 4:
        return 0, 1 + count, []
    runs = _runs(value, count)
    form, size = 0, 1 + count
    for candidate, dead, live in ((1, _DEAD_RUN, _LIVE_RUN), (2, _LIVE_RUN, _DEAD_RUN)):
        candidate_size = _runs_size(runs, dead, live)
        if candidate_size < size:
            form, size = candidate, candidate_size
    return form, size, runs


def _set_size(value: int, count: int) -> int:
    return _set_form(value, count)[1]


def _put_set(out: BitWriter, value: int, count: int) -> None:
    form, _, runs = _set_form(value, count)
    if not form:
        out.put(value << 1, 1 + count)
        return
    out.put(1 | (form - 1) << 1, 2)
    dead, live = (_DEAD_RUN, _LIVE_RUN) if form == 1 else (_LIVE_RUN, _DEAD_RUN)
    for index, length in enumerate(runs):
        _put_unsigned(out, length - 1 if index else length, live if index & 1 else dead)


def _put_range_states(out: BitWriter, second: BitWriter, info: GcInfo, e: _Encoding, count: int) -> None:
    shift = e.offset_shift
    total = sum((stop >> shift) - (start >> shift) for start, stop in info.ranges)
    chunk_count = (total + _CHUNK - 1) // _CHUNK
    by_chunk: list[list[tuple[int, int]]] = [[] for _ in range(chunk_count)]
    for pseudo, live in _pseudo_changes(info, shift):
        by_chunk[pseudo // _CHUNK].append((pseudo % _CHUNK, live))
    pointers = []
    before = 0
    for changes in by_chunk:
        if not changes:
            pointers.append(0)
            continue
        pointers.append(1 + second.size)
        # A change at the chunk's first position is not listed, but a slot that dies there still is a member.
        current = changes[0][1] if changes[0][0] == 0 else before
        members = before
        flips: dict[int, list[int]] = {}
        for position, live in changes:
            members |= live
            changed = current ^ live
            while changed:
                slot = (changed & -changed).bit_length() - 1
                flips.setdefault(slot, []).append(position)
                changed &= changed - 1
            current = live
        before = current
        _put_set(second, members, count)
        indices = [slot for slot in range(count) if members >> slot & 1]
        for slot in indices:
            second.put(current >> slot & 1, 1)
        for slot in indices:
            for position in flips.get(slot, ()):
                second.put(1 | position << 1, 1 + _POSITION_BITS)
            second.put(0, 1)
    last = max(pointers, default=0)
    width = _ceil_log2(last + 1)
    _put_unsigned(out, width, 3)
    if width:
        for pointer in pointers:
            out.put(pointer, width)


def _pseudo_changes(info: GcInfo, shift: int) -> list[tuple[int, int]]:
    """Changes by pseudo-offset: the position among the normalised offsets of all ranges, glued together."""
    result: list[tuple[int, int]] = []
    glued = 0
    ranges = iter(info.ranges)
    start, stop = next(ranges)
    current = 0
    for offset, live in info.changes:
        while offset >= stop:
            glued += (stop >> shift) - (start >> shift)
            following = next(ranges, None)
            if following is None:
                return result
            start, stop = following
        pseudo = glued + (max(offset, start) - start >> shift)
        if result and result[-1][0] == pseudo:
            result.pop()
            current = result[-1][1] if result else 0
        if live != current:
            result.append((pseudo, live))
            current = live
    return result


# --- decoding ------------------------------------------------------------------------------------------------------


def _take_unsigned(bits: BitReader, base: int) -> int:
    value = 0
    shift = 0
    while True:
        group = bits.take(base + 1)
        value |= (group & (1 << base) - 1) << shift
        shift += base
        if not group >> base:
            return value
        if shift > 40:
            raise bits.reader.error("GC info has a number of more than 32 bits", bits.byte_position())


def _take_signed(bits: BitReader, base: int) -> int:
    value = 0
    shift = 0
    while True:
        group = bits.take(base + 1)
        value |= (group & (1 << base) - 1) << shift
        shift += base
        if not group >> base:
            return value - (1 << shift) if value >> shift - 1 else value
        if shift > 40:
            raise bits.reader.error("GC info has a number of more than 32 bits", bits.byte_position())


def decode_code_length(reader: ByteReader, machine: int, version: int) -> int:
    """The code length from the GC info at the reader's position, which stays; nothing else is decoded."""
    head = int.from_bytes(reader.data[reader.pos : min(reader.pos + 8, reader.end)], "little")
    e = _encoding(machine, version)
    width = 1 + _FLAG_BITS + e.fat_return_kind if head & 1 else 2 + e.slim_return_kind
    head >>= width
    value = head & 0xFF
    shift = 8
    while head & 0x100:
        head >>= 9
        value |= (head & 0xFF) << shift
        shift += 8
        width += 9
        if shift > 40:
            raise reader.error("GC info has a number of more than 32 bits")
    if reader.pos + (width + 9 + 7 >> 3) > reader.end:
        raise reader.error("truncated bit stream")
    return value << e.length_shift


def decode_gc_info(reader: ByteReader, machine: int, version: int, max_code_length: int = 0xFFFFFFFF) -> GcInfo:
    """Decode the GC info at the reader's position, which ends up behind it; BadImageError if it makes no sense."""
    e = _encoding(machine, version)
    bits = BitReader(reader)
    info = GcInfo(0)
    slim = not bits.take(1)
    if slim:
        info.base_register = e.frame_register if bits.take(1) else -1
        info.return_kind = bits.take(e.slim_return_kind)
        info.code_length = _take_unsigned(bits, 8) << e.length_shift
    else:
        flags = bits.take(_FLAG_BITS)
        info.return_kind = bits.take(e.fat_return_kind)
        info.code_length = _take_unsigned(bits, 8) << e.length_shift
        _take_fat_fields(bits, info, e, flags)
    safe_point_count = _take_unsigned(bits, e.safe_point_count_base)
    range_count = 0 if slim else _take_unsigned(bits, 1)

    width = _ceil_log2(info.code_length >> e.offset_shift)
    bias = e.safe_point_bias
    if info.code_length > max_code_length:
        raise reader.error(f"{info.code_length} bytes of code are more than the file has")
    if safe_point_count > info.code_length:
        raise reader.error(f"{safe_point_count} safe points in {info.code_length} bytes of code")
    bits.require(width * safe_point_count + _MIN_RANGE_BITS * range_count)
    previous = -1
    for _ in range(safe_point_count):
        safe_point = (bits.take(width) << e.offset_shift) + bias
        if safe_point <= previous:
            raise reader.error("safe points are out of order")
        info.safe_points.append(safe_point)
        previous = safe_point
    end = 0
    for _ in range(range_count):
        start = end + _take_unsigned(bits, 6)
        end = start + _take_unsigned(bits, 6) + 1
        if end << e.offset_shift > info.code_length:
            raise reader.error("a range lies behind the code")
        info.ranges.append((start << e.offset_shift, end << e.offset_shift))

    _take_slot_table(bits, info, e)
    if not (info.registers or info.stack or info.untracked):
        reader.pos = bits.byte_position()
        return info
    count = len(info.registers) + len(info.stack)
    offsets: list[int] = []  # into stream 2, of each safe point's set
    if safe_point_count:
        if bits.take(1):
            width = _take_unsigned(bits, 3) + 1
            offsets = [bits.take(width) for _ in range(safe_point_count)]
        else:
            bits.require(count * safe_point_count)
            info.live = [bits.take(count) for _ in range(safe_point_count)]
    pointers: list[int] = []
    total = 0
    if range_count:
        total = sum(stop - start >> e.offset_shift for start, stop in info.ranges)
        chunk_count = (total + _CHUNK - 1) // _CHUNK
        width = _take_unsigned(bits, 3)
        pointers = [bits.take(width) for _ in range(chunk_count)] if width else [0] * chunk_count

    reader.pos = bits.byte_position()
    if offsets or any(pointers):
        stream = BitReader(reader)
        end_bit = 0
        if offsets:
            sets: dict[int, int] = {}
            for offset in sorted(set(offsets)):
                stream.pos = offset
                sets[offset] = _take_set(stream, count)
            end_bit = stream.pos
            info.live = [sets[offset] for offset in offsets]
            info.indirect_order = list(sets.values())
        end_bit = max(end_bit, _take_range_states(stream, info, e.offset_shift, count, pointers, total))
        stream.pos = end_bit
        reader.pos = stream.byte_position()
    return info


def _take_fat_fields(bits: BitReader, info: GcInfo, e: _Encoding, flags: int) -> None:
    info.varargs = bool(flags & _FLAG_VARARGS)
    info.leaf_or_tail_calls = bool(flags & _FLAG_LEAF_OR_TAIL_CALLS)
    info.generic_context = flags >> _CONTEXT_SHIFT & 3
    if flags & _FLAG_GS_COOKIE or info.generic_context:
        info.prolog_size = _take_unsigned(bits, 5) + 1 << e.offset_shift
    if flags & _FLAG_GS_COOKIE:
        info.epilog_size = _take_unsigned(bits, 3) << e.offset_shift
        info.gs_cookie_slot = _take_signed(bits, 6) << 3
    if flags & _FLAG_PSP_SYM:
        info.psp_sym_slot = _take_signed(bits, 6) << 3
    if info.generic_context:
        info.generic_context_slot = _take_signed(bits, 6) << 3
    if flags & _FLAG_BASE_REGISTER:
        info.base_register = _take_unsigned(bits, e.base_register_base) ^ e.frame_register
    if flags & _FLAG_EDIT_AND_CONTINUE:
        info.enc_sizes = tuple(_take_unsigned(bits, 4) for _ in range(e.enc_fields))
    if flags & _FLAG_REVERSE_PINVOKE:
        info.reverse_pinvoke_slot = _take_signed(bits, 6) << 3
    info.outgoing_area = _take_unsigned(bits, 3) << 3


def _take_slot_table(bits: BitReader, info: GcInfo, e: _Encoding) -> None:
    register_count = _take_unsigned(bits, e.register_count_base) if bits.take(1) else 0
    tracked_count = untracked_count = 0
    if bits.take(1):
        tracked_count = _take_unsigned(bits, 2)
        untracked_count = _take_unsigned(bits, 1)
    if register_count > _MAX_REGISTER_SLOTS or tracked_count > info.code_length + _MAX_STACK_ARGUMENTS:
        raise bits.reader.error(f"{register_count} register and {tracked_count} stack slots", bits.byte_position())
    bits.require(_MIN_REGISTER_BITS * register_count + _MIN_STACK_BITS * (tracked_count + untracked_count))
    flags = 1
    register = 0
    for _ in range(register_count):
        if flags:
            register = _take_unsigned(bits, 3)
            flags = bits.take(2)
        else:
            register += _take_unsigned(bits, 2) + 1
        info.registers.append(RegisterSlot(register, flags))
    for slots, count in ((info.stack, tracked_count), (info.untracked, untracked_count)):
        flags = 1
        offset = 0
        for _ in range(count):
            base = bits.take(2)
            if flags:
                offset = _take_signed(bits, 6) << 3
                flags = bits.take(2)
            else:
                offset += _take_unsigned(bits, 4) << 3
            slots.append(StackSlot(base, offset, flags))


def _take_set(bits: BitReader, count: int) -> int:
    if not bits.take(1):
        return bits.take(count)
    dead, live = (_LIVE_RUN, _DEAD_RUN) if bits.take(1) else (_DEAD_RUN, _LIVE_RUN)
    value = 0
    position = _take_unsigned(bits, dead)
    alive = True
    while position < count:
        length = _take_unsigned(bits, live if alive else dead) + 1
        if alive:
            value |= (1 << length) - 1 << position
        position += length
        alive = not alive
    if position > count:
        raise bits.reader.error("GC info has a slot set with too many slots", bits.byte_position())
    return value


def _take_range_states(
    stream: BitReader, info: GcInfo, shift: int, count: int, pointers: Sequence[int], total: int
) -> int:
    """Fill `info.changes`; returns the bit offset behind the last chunk's data."""
    end_bit = 0
    states: list[tuple[int, int]] = []  # (pseudo-offset, slot set from there on)
    current = 0
    for chunk, pointer in enumerate(pointers):
        if not pointer:
            continue
        stream.pos = pointer - 1
        members = _take_set(stream, count)
        indices = [slot for slot in range(count) if members >> slot & 1]
        final = 0
        for slot in indices:
            final |= stream.take(1) << slot
        flips: dict[int, int] = {}
        for slot in indices:
            while stream.take(1):
                position = stream.take(_POSITION_BITS)
                flips[position] = flips.get(position, 0) ^ 1 << slot
        end_bit = max(end_bit, stream.pos)
        # Backwards from the state at the end of the chunk.
        state = final
        for value in flips.values():
            state ^= value
        if state != current:
            states.append((chunk * _CHUNK, state))
        for position in sorted(flips):
            state ^= flips[position]
            states.append((chunk * _CHUNK + position, state))
        current = state
    glued = 0
    index = 0
    for start, stop in info.ranges:
        size = stop - start >> shift
        while index < len(states) and states[index][0] < glued + size:
            info.changes.append((start + (states[index][0] - glued << shift), states[index][1]))
            index += 1
        glued += size
    if index < len(states):
        raise stream.reader.error("GC info has a change of liveness behind its ranges")
    return end_bit
