"""What is said about places in a method's code: live slots, regions, IL offsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from readytorun.errors import BadImageError
from readytorun.inspect.disassembly.instruction import OperandNames
from readytorun.inspect.disassembly.parts import MethodPart
from readytorun.inspect.eh_text import CLAUSE_NAMES
from readytorun.inspect.gc_text import change_text, live_names, slot_names
from readytorun.inspect.lines import Line, Style
from readytorun.inspect.symbols import SymbolKind
from readytorun.r2r.model import EHClause, EHClauseKind
from readytorun.r2r.reader import R2RImage

if TYPE_CHECKING:
    from readytorun.inspect.disassembly.method import ListingOptions

SPECIAL_IL_OFFSETS: Final = {-1: "no IL offset", -2: "prolog", -3: "epilog"}
BOUND_SOURCES: Final = {1: "call", 2: "stack empty", 4: "async"}
_ENDS: Final = 0
_BEGINS: Final = 1


class Mark(NamedTuple):
    """A line above the instruction at an address.

    Attributes:
        rva: the address.
        order: among the marks of one address: what ends there comes before what begins.
        line: what it says.
    """

    rva: int
    order: int
    line: Line


def _mark(rva: int, order: int, text: str) -> Mark:
    return Mark(rva, order, ((Style.COMMENT, f"    ; {text}"),))


def method_marks(
    image: R2RImage,
    part: MethodPart,
    owner: MethodPart,
    names: OperandNames,
    options: ListingOptions,
    type_name: Callable[[int], str] | None,
) -> tuple[list[Mark], list[BadImageError]]:
    """The marks of one part, in the order of their addresses, and what could not be decoded.

    Args:
        owner: the part that the image's information is stored for, and that its offsets count from.
    """
    wanted: list[Callable[[], Iterator[Mark]]] = []
    if options.gc:
        wanted.append(lambda: _gc_marks(image, owner))
    if options.debug:
        wanted.append(lambda: _debug_marks(image, owner))
    if options.eh:
        wanted.append(lambda: _eh_marks(image, owner, names, type_name))
    marks: list[Mark] = []
    errors: list[BadImageError] = []
    for make in wanted:
        try:
            marks += make()
        except BadImageError as error:
            if part == owner:
                errors.append(error)
    start, end = part.rva, part.rva + part.size
    inside = [
        mark
        for mark in marks
        # What ends where a part ends is said there, except for what ended before its first instruction.
        if start < mark.rva < end or mark.rva == (start if mark.order == _BEGINS else end)
    ]
    inside.sort(key=lambda mark: mark[:2])
    return inside, errors


# --- GC info ----------------------------------------------------------------------------------------------------------


def _gc_marks(image: R2RImage, owner: MethodPart) -> Iterator[Mark]:
    info = image.gc_info_at(owner.function)[0]
    names = slot_names(info, image.machine)
    live = info.live or [0] * len(info.safe_points)
    for offset, slots in zip(info.safe_points, live, strict=True):
        yield _mark(owner.rva + offset, _ENDS, f"live: {' '.join(live_names(slots, names)) or 'nothing'}")
    for start, end in info.ranges:
        yield _mark(owner.rva + start, _BEGINS, "interruptible from here")
        yield _mark(owner.rva + end, _ENDS, "interruptible up to here")
    before = 0
    for offset, slots in info.changes:
        yield _mark(owner.rva + offset, _BEGINS, f"live: {change_text(before, slots, names)}")
        before = slots


# --- IL offsets -------------------------------------------------------------------------------------------------------


def _debug_marks(image: R2RImage, owner: MethodPart) -> Iterator[Mark]:
    info = image.debug_info_of(owner.function)
    if info is None:
        return
    for bound in info.bounds:
        text = SPECIAL_IL_OFFSETS.get(bound.il_offset) or f"IL {bound.il_offset:#06x}"
        sources = [name for bit, name in BOUND_SOURCES.items() if bound.source & bit]
        yield _mark(owner.rva + bound.native_offset, _BEGINS, ", ".join([text, *sources]))
    for number, point in enumerate(info.suspension_points):
        yield _mark(owner.rva + point.native_offset, _BEGINS, f"suspension point {number}")


# --- exception handling -----------------------------------------------------------------------------------------------


def _eh_marks(
    image: R2RImage, owner: MethodPart, names: OperandNames, type_name: Callable[[int], str] | None
) -> Iterator[Mark]:
    if owner.kind is not SymbolKind.METHOD:
        return
    clauses = image.eh_clauses_of(owner.rva)
    for number, clause in enumerate(clauses):
        what = _clause_text(clause, type_name)
        handler = names.label(owner.rva + clause.handler_start)
        begin, end = owner.rva + clause.try_start, owner.rva + clause.try_end
        yield _mark(begin, _BEGINS, f"try {number} begins: {what}, handler {handler}")
        yield _mark(end, _ENDS, f"try {number} ends")
        yield _mark(owner.rva + clause.handler_start, _BEGINS, f"handler {number} begins: {what}")
        yield _mark(owner.rva + clause.handler_end, _ENDS, f"handler {number} ends")
        if clause.kind == EHClauseKind.FILTER:
            yield _mark(owner.rva + clause.class_token_or_filter, _BEGINS, f"filter {number} begins")


def _clause_text(clause: EHClause, type_name: Callable[[int], str] | None) -> str:
    text = CLAUSE_NAMES[clause.kind]
    if clause.kind == EHClauseKind.TYPED and clause.class_token_or_filter:
        token = clause.class_token_or_filter
        text += f" {token:#010x}" if type_name is None else f" {type_name(token)}"
    if clause.same_try_as_previous:
        text += " of the same try"
    return text
