"""Every byte of an image accounted for: which structure it belongs to, padding, or unexplained.

    for kind, size in coverage_of(image).sizes().items():
        print(kind.value, size)

The parts add up to the file. Between structures only padding is taken for granted: zeros, or the filler of code, up to
the alignment that follows. What code reads beside itself (constants, jump tables) has no table of its own; such bytes
are read-only data when code refers to them, and reach to the next thing that it refers to.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from readytorun.r2r.extents import Part, PartKind, collect_extents
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine

_MAX_CODE_FILLER: Final = 31
# What fills up code sections besides zeros: int3, brk, udf.
_CODE_FILLERS: Final = {
    Machine.AMD64: (b"\xcc",),
    Machine.I386: (b"\xcc",),
    Machine.ARM64: (b"\x00\x00\x3e\xd4",),
    Machine.ARM_THUMB2: (b"\xfe\xde", b"\x01\xde"),
}
_TRAILING_IMMEDIATES: Final = (0, 1)  # bytes behind the displacement, of x64 instructions that read constants
_DATA_ALIGNMENT: Final = 4  # at least


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole file in parts.

    Attributes:
        parts: ascending, without gaps, from the file's first byte to its last.
        overlaps: parts that begin inside another one and end behind it; in `parts` only their ends are theirs.
    """

    parts: tuple[Part, ...]
    overlaps: tuple[Part, ...]

    @property
    def unexplained(self) -> list[Part]:
        return [part for part in self.parts if part.kind == PartKind.UNEXPLAINED]

    def sizes(self) -> dict[PartKind, int]:
        """Bytes by kind, for the kinds that occur, largest first."""
        sizes: dict[PartKind, int] = {}
        for part in self.parts:
            sizes[part.kind] = sizes.get(part.kind, 0) + part.size
        return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def coverage_of(image: R2RImage) -> Coverage:
    """Decode all of an image and account for its bytes; BadImageError where something does not decode."""
    parts, overlaps = _without_overlaps(collect_extents(image))
    references = _CodeReferences(image)
    ends = sorted(section.raw_offset + min(section.virtual_size, section.raw_size) for section in image.image.sections)
    result: list[Part] = []
    cursor = 0
    for part in (*parts, Part(len(image.data), 0, PartKind.PADDING)):
        # What lies behind the contents of a section, up to the file alignment, is a gap of its own.
        for start, end in itertools.pairwise([cursor, *_between(ends, cursor, part.offset), part.offset]):
            if start < end:
                result += _explain_gap(image, references, start, end)
        if part.size:
            result.append(part)
        cursor = part.offset + part.size
    return Coverage(tuple(result), tuple(overlaps))


def _without_overlaps(extents: list[Part]) -> tuple[list[Part], list[Part]]:
    """Parts in order, those inside of others left out; (parts, overlapping ones)."""
    parts: list[Part] = []
    overlaps: list[Part] = []
    cursor = 0
    for part in sorted(extents, key=lambda part: (part.offset, -part.size)):
        end = part.offset + part.size
        if end <= cursor:
            continue
        if part.offset < cursor:
            overlaps.append(part)
            part = part._replace(offset=cursor, size=end - cursor)
        parts.append(part)
        cursor = end
    return parts, overlaps


def _explain_gap(image: R2RImage, references: _CodeReferences, start: int, end: int) -> Iterator[Part]:
    """The parts of a gap between two structures."""
    if _is_filler(image, start, end):
        yield Part(start, end - start, PartKind.PADDING)
        return
    starts = references.between(start, end)
    if not starts:
        yield Part(start, end - start, PartKind.UNEXPLAINED)
        return
    # Up to the first thing that code refers to, then one part for each.
    if starts[0] > start:
        is_filler = _is_filler(image, start, starts[0])
        yield Part(start, starts[0] - start, PartKind.PADDING if is_filler else PartKind.UNEXPLAINED)
    for here, following in zip(starts, [*starts[1:], end], strict=True):
        stop = _without_filler(image, here, following)
        yield Part(here, stop - here, PartKind.READ_ONLY_DATA)
        if stop < following:
            yield Part(stop, following - stop, PartKind.PADDING)


def _without_filler(image: R2RImage, start: int, end: int) -> int:
    """Where data ends that the filler of code follows."""
    stop = end
    for filler in _CODE_FILLERS.get(image.machine, ()):
        while stop - len(filler) > start and image.data.endswith(filler, start, stop):
            stop -= len(filler)
    return stop if end - stop <= _MAX_CODE_FILLER else end


def _is_filler(image: R2RImage, start: int, end: int) -> bool:
    """Whether only padding lies between two structures: zeros, and some of what fills up code."""
    rest = image.data[start:end].lstrip(b"\0")
    if not rest:
        return True
    sections = image.image.sections
    if not any(section.raw_offset < end and start < section.raw_offset + section.raw_size for section in sections):
        # Not mapped into memory; crossgen2 may fill the space in front of an aligned section with ones.
        return rest == rest[:1] * len(rest)
    if len(rest) > _MAX_CODE_FILLER:
        return False
    # It may begin inside of an instruction.
    return any(rest in filler * (len(rest) + 1) for filler in _CODE_FILLERS.get(image.machine, ()))


class _CodeReferences:
    """File offsets that native code may refer to, over-approximated: whatever could be an address in an instruction."""

    def __init__(self, image: R2RImage) -> None:
        self._offsets: list[int] = []
        if image.machine not in (Machine.AMD64, Machine.ARM64) or not image.runtime_functions:
            return
        find = _x64_targets if image.machine == Machine.AMD64 else _arm64_targets
        first = image.runtime_functions[0].begin
        last = len(image.runtime_functions) - 1
        end = image.runtime_functions[last].begin + image.function_size(last)
        code = image.reader_at(first, end - first, "native code")
        found = np.unique(find(np.frombuffer(image.data, np.uint8, end - first, code.pos), first))
        for section in image.image.sections:
            start, stop = section.virtual_address, section.virtual_address + section.raw_size
            inside = found[(found >= start) & (found < stop)]
            self._offsets += (inside - start + section.raw_offset).tolist()
        self._offsets = sorted(offset for offset in self._offsets if not offset % _DATA_ALIGNMENT)

    def between(self, start: int, end: int) -> list[int]:
        """The offsets in [start, end)."""
        return _between(self._offsets, start, end)


def _between(offsets: list[int], start: int, end: int) -> list[int]:
    """Those of ascending offsets that are in [start, end)."""
    return offsets[bisect_left(offsets, start) : bisect_left(offsets, end)]


def _x64_targets(code: np.ndarray, rva: int) -> np.ndarray:
    """RVAs of all that could be an operand [rip + displacement]."""
    count = len(code) - 3
    if count <= 0:
        return np.empty(0, np.int64)
    displacements = np.zeros(count, np.int64)
    for byte in range(4):
        displacements |= code[byte : byte + count].astype(np.int64) << 8 * byte
    displacements -= (displacements >> 31) << 32
    ends = displacements + np.arange(rva + 4, rva + 4 + count, dtype=np.int64)
    ends = ends[1:][code[: count - 1] & 0xC7 == 0x05]  # the ModRM byte of an operand at [rip + displacement]
    return np.concatenate([ends + size for size in _TRAILING_IMMEDIATES])


def _arm64_targets(code: np.ndarray, rva: int) -> np.ndarray:
    """RVAs that pairs of `adrp` and `add` or `ldr` mean, and those of literal loads."""
    words = np.frombuffer(code.tobytes()[: len(code) & ~3], "<u4").astype(np.int64)
    places = np.arange(rva, rva + 4 * len(words), 4, dtype=np.int64)
    pages = (words >> 29 & 3) | (words >> 5 & 0x7FFFF) << 2
    pages -= (pages >> 20) << 21
    pages = (places & ~0xFFF) + (pages << 12)
    is_adrp = words & 0x9F000000 == 0x90000000
    found = []
    # The second instruction follows within a few; it reads the register that the first one wrote.
    for distance in range(1, 9):
        page, first = pages[:-distance], words[:-distance]
        second = words[distance:]
        same = is_adrp[:-distance] & (second >> 5 & 31 == first & 31)
        added = same & (second & 0xFFC00000 == 0x91000000)
        found.append((page + (second >> 10 & 0xFFF))[added])
        loaded = same & (second & 0x3B000000 == 0x39000000)
        scale = np.where(second & 0x04800000 == 0x04800000, 4, second >> 30 & 3)
        found.append((page + ((second >> 10 & 0xFFF) << scale))[loaded])
    is_literal = words & 0x3B000000 == 0x18000000
    literals = words >> 5 & 0x7FFFF
    literals -= (literals >> 18) << 19
    found.append((places + (literals << 2))[is_literal])
    is_adr = words & 0x9F000000 == 0x10000000
    near = (words >> 29 & 3) | (words >> 5 & 0x7FFFF) << 2
    near -= (near >> 20) << 21
    found.append((places + near)[is_adr])
    return np.concatenate(found)
