"""The listing of one method: all its code, with labels and names, and on demand what the image says about the code.

What is said about a place stands above the instruction there. A safe point is the place behind a call, where the call
returns to: the line says what is live there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from readytorun.errors import BadImageError
from readytorun.inspect.disassembly import arm64, x64
from readytorun.inspect.disassembly.instruction import CodeExtent, Instruction, OperandNames, label_of
from readytorun.inspect.disassembly.marks import Mark, method_marks
from readytorun.inspect.disassembly.parts import MethodPart, method_parts
from readytorun.inspect.disassembly.switches import Switch, arm64_switches, x64_switches
from readytorun.inspect.gc_text import header_lines
from readytorun.inspect.lines import Line, Style
from readytorun.inspect.symbols import SymbolKind, Symbols
from readytorun.inspect.unwind_text import unwind_lines
from readytorun.r2r.reader import R2RImage, R2RMethod
from readytorun.r2r.target import Machine

_PREFIXES: Final = {SymbolKind.COLD: "COLD", SymbolKind.RESUMPTION_STUB: "STUB"}
_OPERANDS_COLUMN: Final = 8
_COMMENT_COLUMN: Final = 36
_CASES_SHOWN: Final = 16
_LONGEST_TABLE: Final = 4096  # bytes, where the size is not known
_LABEL, _COMMENT = Style.KIND, Style.COMMENT
_BYTES_WIDTH: Final = {Machine.AMD64: 22, Machine.ARM64: 8}
_NO_MARKS: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class ListingOptions:
    """What a listing says beside the code.

    Attributes:
        gc: live slots at safe points and in interruptible ranges.
        unwind: the unwind data of each function.
        eh: where try regions begin and end.
        debug: IL offsets, and the suspension points of async methods.
        raw: the bytes of each instruction.
    """

    gc: bool = False
    unwind: bool = False
    eh: bool = False
    debug: bool = False
    raw: bool = False


class _MethodCode:
    """The parts of a method with what disassembly needs to know about all of them.

    Attributes:
        extents: where its code lies, for labels.
        labels: RVAs that its code refers to, by branches, addresses and jump tables.
        join_points: those, and what jump tables of unknown size may refer to.
    """

    def __init__(self, image: R2RImage, method: R2RMethod) -> None:
        if image.machine not in (Machine.AMD64, Machine.ARM64):
            raise BadImageError(image.path, f"code of {image.machine.name} images is not decoded")
        is_x64 = image.machine == Machine.AMD64
        self._disassemble = x64.disassemble if is_x64 else arm64.disassemble
        referenced_addresses = x64.referenced_addresses if is_x64 else arm64.referenced_addresses
        find_switches = x64_switches if is_x64 else arm64_switches
        self.image = image
        self.parts = list(method_parts(image, method))
        self.extents = _extents(self.parts)
        self.labels: set[int] = set()
        self._more_join_points: set[int] = set()
        self._switch_comments: dict[int, str] = {}
        for part in self.parts:
            code = self.code(part)
            self.labels |= referenced_addresses(code, part.rva)
            for switch in find_switches(code, part.rva):
                self._add_switch(switch, part)
        self.join_points = self.labels | self._more_join_points if self._more_join_points else self.labels

    def _add_switch(self, switch: Switch, part: MethodPart) -> None:
        size = _LONGEST_TABLE if switch.case_count is None else 4 * switch.case_count
        try:
            size = min(size, self.image.image.bytes_after(switch.table_rva) & ~3)
            targets = switch.targets(self.image.image.read(switch.table_rva, size))
        except BadImageError:
            return  # not a switch after all
        if switch.case_count == len(targets):
            self.labels.update(targets)
            shown = [label_of(target, self.extents) or f"{target:#x}" for target in targets[:_CASES_SHOWN]]
            more = [f"… {len(targets)} in all"] if len(targets) > _CASES_SHOWN else []
            self._switch_comments[switch.jump_rva] = " ".join(["switch", *shown, *more])
        else:
            inside = takewhile(lambda target: part.rva <= target < part.rva + part.size, targets)
            self._more_join_points.update(inside)

    def code(self, part: MethodPart) -> bytes:
        return self.image.image.read(part.rva, part.size)

    def instructions(self, part: MethodPart, symbols: Symbols) -> Iterator[Instruction]:
        found = self._disassemble(self.code(part), part.rva, symbols, self.extents, self.join_points)
        return self._with_switches(found) if self._switch_comments else found

    def _with_switches(self, instructions: Iterator[Instruction]) -> Iterator[Instruction]:
        for instruction in instructions:
            comment = self._switch_comments.get(instruction.rva)
            yield instruction if comment is None else instruction._replace(comment=comment)


def _extents(parts: Sequence[MethodPart]) -> list[CodeExtent]:
    """The main body with its funclets is one extent, since offsets count from its start; so is all cold code."""
    extents: list[CodeExtent] = []
    for part in parts:
        end = part.rva + part.size
        prefix = _PREFIXES.get(part.kind, "L")
        if extents and extents[-1].prefix == prefix:
            extents[-1] = extents[-1]._replace(end=end)
        else:
            extents.append(CodeExtent(part.rva, end, prefix))
    return extents


def method_instructions(image: R2RImage, method: R2RMethod, symbols: Symbols) -> Iterator[Instruction]:
    """The instructions of all functions of a method; BadImageError where their extent does not decode."""
    code = _MethodCode(image, method)
    for part in code.parts:
        yield from code.instructions(part, symbols)


def method_listing(
    image: R2RImage,
    method: R2RMethod,
    symbols: Symbols,
    options: ListingOptions,
    type_name: Callable[[int], str] | None = None,
) -> Iterator[Line]:
    """The lines of the listing of a method. What does not decode becomes a line that says so.

    Args:
        type_name: names the type tokens of EH clauses; they are shown as numbers without it.
    """
    try:
        code = _MethodCode(image, method)
    except BadImageError as error:
        yield _error(error)
        return
    names = OperandNames(symbols, code.extents)
    for part in code.parts:
        yield (
            (Style.KIND, f"  {part.role} "),
            (Style.ADDRESS, f"0x{part.rva:08x}..0x{part.rva + part.size:08x}"),
            (Style.PLAIN, f", {part.size} bytes, function {part.function}"),
        )
        if options.unwind:
            yield from _unwind(image, part)
        # What the image says of the main body covers the funclets and the cold code.
        owner = part if part.kind is SymbolKind.RESUMPTION_STUB else code.parts[0]
        if options.gc and part is owner:
            yield from _gc_header(image, part)
        marks, errors = method_marks(image, code.parts, part, owner, names, options, type_name)
        yield from map(_error, errors)
        yield from _part(code, part, symbols, marks, options.raw)


def _error(error: BadImageError) -> Line:
    return ((Style.ERROR, f"    {error}"),)


def _unwind(image: R2RImage, part: MethodPart) -> Iterator[Line]:
    try:
        lines = list(unwind_lines(image.unwind_info_at(part.function)[0]))
    except BadImageError as error:
        yield _error(error)
        return
    rva = image.runtime_functions[part.function].unwind
    yield ((Style.COMMENT, "    ; unwind data at "), (Style.ADDRESS, f"0x{rva:08x}"), (Style.COMMENT, f": {lines[0]}"))
    for line in lines[1:]:
        yield ((Style.COMMENT, f"    ;   {line}"),)


def _gc_header(image: R2RImage, part: MethodPart) -> Iterator[Line]:
    try:
        lines = list(header_lines(image.gc_info_at(part.function)[0], image.machine))
    except BadImageError as error:
        yield _error(error)
        return
    yield ((Style.COMMENT, f"    ; GC info: {lines[0]}"),)
    for line in lines[1:]:
        yield ((Style.COMMENT, f"    ;   {line}"),)


def _part(
    code: _MethodCode, part: MethodPart, symbols: Symbols, marks: Sequence[Mark], with_bytes: bool
) -> Iterator[Line]:
    labels = _labels(code.extents, code.labels, part)
    width = _BYTES_WIDTH[code.image.machine]
    following = iter(marks)
    mark = next(following, None)
    mark_rva = _NO_MARKS if mark is None else mark.place
    address_style, plain_style = Style.ADDRESS, Style.PLAIN
    mnemonics: dict[str, tuple[Style, str]] = {}
    for rva, _, raw, text, comment, _, _ in code.instructions(part, symbols):
        while mark is not None and mark_rva <= rva:
            yield mark.line
            mark = next(following, None)
            mark_rva = _NO_MARKS if mark is None else mark.place
        if rva in labels:
            yield ((_LABEL, f"  {labels[rva]}:"),)
        place = f"    {rva:08x}  "
        if with_bytes:
            place += f"{raw.hex():<{width}}  "
        mnemonic, _, operands = text.partition(" ")
        if mnemonic in mnemonics:
            styled = mnemonics[mnemonic]
        else:
            styled = mnemonics[mnemonic] = (Style.MNEMONIC, f"{mnemonic:<{_OPERANDS_COLUMN}}")
        if comment:
            gap = " " * (_COMMENT_COLUMN - len(styled[1]) - len(operands))
            yield ((address_style, place), styled, (plain_style, operands), (_COMMENT, f"{gap}  ; {comment}"))
        elif operands:
            yield ((address_style, place), styled, (plain_style, operands))
        else:
            yield ((address_style, place), (Style.MNEMONIC, mnemonic))
    while mark is not None:
        yield mark.line
        mark = next(following, None)


def _labels(extents: Sequence[CodeExtent], references: Collection[int], part: MethodPart) -> dict[int, str]:
    """The labels in a part. Other code jumps to where cold code begins; other parts are only called."""
    start, end = part.rva, part.rva + part.size
    first = start if part.kind is SymbolKind.COLD else start + 1
    found = {}
    for reference in references:
        if first <= reference < end:
            label = label_of(reference, extents)
            if label is not None:
                found[reference] = label
    return found
