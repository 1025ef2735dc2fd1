"""What is said about places in a method's code: live slots, regions, IL offsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from readytorun.errors import BadImageError
from readytorun.inspect.debug_text import bound_sources, il_offset_text
from readytorun.inspect.disassembly.instruction import OperandNames
from readytorun.inspect.disassembly.parts import MethodPart, rva_of
from readytorun.inspect.eh_text import CLAUSE_NAMES
from readytorun.inspect.gc_text import change_text, live_names, slot_names
from readytorun.inspect.lines import Line, Style
from readytorun.inspect.symbols import SymbolKind
from readytorun.r2r.model import EHClause, EHClauseKind
from readytorun.r2r.reader import R2RImage

if TYPE_CHECKING:
    from readytorun.inspect.disassembly.method import ListingOptions

_ENDS: Final = 0
_BEGINS: Final = 1


class Mark(NamedTuple):
    """A line above the instruction at an address.

    Attributes:
        place: the address; an offset into the method's code until the part is known that it lies in.
        order: among the marks of one address: what ends there comes before what begins.
        line: what it says.
    """

    place: int
    order: int
    line: Line


def _mark(offset: int, order: int, text: str) -> Mark:
    return Mark(offset, order, ((Style.COMMENT, f"    ; {text}"),))


def method_marks(
    image: R2RImage,
    parts: Sequence[MethodPart],
    part: MethodPart,
    owner: MethodPart,
    names: OperandNames,
    options: ListingOptions,
    type_name: Callable[[int], str] | None,
) -> tuple[list[Mark], list[BadImageError]]:
    """The marks of one part, in the order of their addresses, and what could not be decoded.

    Args:
        parts: all parts of the method.
        owner: the part that the image's information is stored for, and that its offsets count from.
    """
    wanted: list[Callable[[], Iterator[Mark]]] = []
    if options.gc:
        wanted.append(lambda: _gc_marks(image, owner))
    if options.debug:
        wanted.append(lambda: _debug_marks(image, owner))
    if options.eh:
        wanted.append(lambda: _eh_marks(image, owner, parts, names, type_name))
    marks: list[Mark] = []
    errors: list[BadImageError] = []
    for make in wanted:
        try:
            marks += make()
        except BadImageError as error:
            if part == owner:
                errors.append(error)
    start, end = part.offset, part.end_offset
    inside = [
        Mark(part.rva + offset - start, order, line)
        for offset, order, line in marks
        # What ends where a part ends is said there, except for what ended before its first instruction.
        if start < offset < end or offset == (start if order == _BEGINS else end)
    ]
    inside.sort(key=lambda mark: mark[:2])
    return inside, errors


# --- GC info ----------------------------------------------------------------------------------------------------------


def _gc_marks(image: R2RImage, owner: MethodPart) -> Iterator[Mark]:
    info = image.gc_info_at(owner.function)[0]
    names = slot_names(info, image.machine)
    live = info.live or [0] * len(info.safe_points)
    for offset, slots in zip(info.safe_points, live, strict=True):
        yield _mark(offset, _ENDS, f"live: {' '.join(live_names(slots, names)) or 'nothing'}")
    for start, end in info.ranges:
        yield _mark(start, _BEGINS, "interruptible from here")
        yield _mark(end, _ENDS, "interruptible up to here")
    before = 0
    for offset, slots in info.changes:
        yield _mark(offset, _BEGINS, f"live: {change_text(before, slots, names)}")
        before = slots


# --- IL offsets -------------------------------------------------------------------------------------------------------


def _debug_marks(image: R2RImage, owner: MethodPart) -> Iterator[Mark]:
    info = image.debug_info_of(owner.function)
    if info is None:
        return
    for bound in info.bounds:
        text = [il_offset_text(bound.il_offset), *bound_sources(bound.source)]
        yield _mark(bound.native_offset, _BEGINS, ", ".join(text))
    for number, point in enumerate(info.suspension_points):
        yield _mark(point.native_offset, _BEGINS, f"suspension point {number}")


# --- exception handling -----------------------------------------------------------------------------------------------


def _eh_marks(
    image: R2RImage,
    owner: MethodPart,
    parts: Sequence[MethodPart],
    names: OperandNames,
    type_name: Callable[[int], str] | None,
) -> Iterator[Mark]:
    if owner.kind is not SymbolKind.METHOD:
        return
    for number, clause in enumerate(image.eh_clauses_of(owner.rva)):
        what = _clause_text(clause, type_name)
        handler_rva = rva_of(parts, clause.handler_start)
        handler = None if handler_rva is None else names.label(handler_rva)
        text = f"try {number} begins: {what}, handler {handler or f'at {clause.handler_start:#06x}'}"
        yield _mark(clause.try_start, _BEGINS, text)
        yield _mark(clause.try_end, _ENDS, f"try {number} ends")
        yield _mark(clause.handler_start, _BEGINS, f"handler {number} begins: {what}")
        yield _mark(clause.handler_end, _ENDS, f"handler {number} ends")
        if clause.kind == EHClauseKind.FILTER:
            yield _mark(clause.class_token_or_filter, _BEGINS, f"filter {number} begins")


def _clause_text(clause: EHClause, type_name: Callable[[int], str] | None) -> str:
    text = CLAUSE_NAMES[clause.kind]
    if clause.kind == EHClauseKind.TYPED and clause.class_token_or_filter:
        token = clause.class_token_or_filter
        text += f" {token:#010x}" if type_name is None else f" {type_name(token)}"
    if clause.same_try_as_previous:
        text += " of the same try"
    return text
