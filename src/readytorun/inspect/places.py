"""What lies at an address: the answer to `readytorun dump --at RVA`."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from readytorun.errors import BadImageError
from readytorun.inspect.symbols import ImageSymbols
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.versions import section_name


class Place(NamedTuple):
    """Something that an address lies in.

    Attributes:
        what: what it is: "PE section .text", "section ImportSections", "import cell", "method", "unwind data".
        name: its name; "" if it has none besides `what`.
        rva, size: where it lies, in bytes; size 0 if it is not known.
    """

    what: str
    name: str
    rva: int
    size: int


def places_at(image: R2RImage, symbols: ImageSymbols, rva: int) -> list[Place]:
    """Everything that is known to contain an address, outermost first. Empty if the image has nothing there."""
    places = []
    pe_section = image.image.section_of(rva)
    if pe_section is None:
        return []
    places.append(Place("PE section", pe_section.name, pe_section.virtual_address, pe_section.virtual_size))
    for entry in image.header.sections:
        if entry.rva <= rva < entry.rva + entry.size:
            places.append(Place("section", section_name(entry.type), entry.rva, entry.size))
    places += _cells_at(image, symbols, rva)
    places += _functions_at(image, symbols, rva)
    places += _signatures_at(image, symbols, rva)
    return places


def _cells_at(image: R2RImage, symbols: ImageSymbols, rva: int) -> list[Place]:
    places = []
    for index, record in enumerate(image.import_sections):
        if record.entry_size and record.cells_rva <= rva < record.cells_rva + record.cells_size:
            places.append(Place("import section", str(index), record.cells_rva, record.cells_size))
            cell = rva - (rva - record.cells_rva) % record.entry_size
            places.append(Place("import cell", symbols.cell_text(cell) or "", cell, record.entry_size))
        elif record.signatures_rva <= rva < record.signatures_rva + 4 * record.cell_count:
            size = 4 * record.cell_count
            places.append(Place("signature RVAs of import section", str(index), record.signatures_rva, size))
    return places


def _functions_at(image: R2RImage, symbols: ImageSymbols, rva: int) -> list[Place]:
    functions = image.runtime_functions
    index = bisect_right(functions, rva, key=lambda function: function.begin) - 1
    places = []
    if index >= 0:
        function = functions[index]
        try:
            size = image.function_size(index)
        except BadImageError:
            size = 0
        if rva < function.begin + size:
            symbol = symbols.function_symbol(index)
            if symbol is not None and symbol.method_rva != function.begin:
                owner = symbols.code_symbol(symbol.method_rva)
                if owner is not None:
                    places.append(Place("method", owner.name, symbol.method_rva, 0))
            kind = "runtime function" if symbol is None else symbol.kind.name.lower().replace("_", " ")
            places.append(Place(kind, f"#{index}" if symbol is None else symbol.name, function.begin, size))
        else:
            thunk = symbols.code_symbol(rva)
            if thunk is not None:
                places.append(Place("thunk", thunk.name, rva, 0))
    for number, function in enumerate(functions):
        if function.unwind <= rva < function.unwind + 0x1000 and _unwind_covers(symbols, number, rva):
            symbol = symbols.function_symbol(number)
            name = f"#{number}" if symbol is None else symbol.name
            places.append(Place("unwind data and GC info of", name, function.unwind, 0))
            break
    return places


def _unwind_covers(symbols: ImageSymbols, index: int, rva: int) -> bool:
    image = symbols.image
    try:
        end = image.unwind_info_at(index)[2]
        if index in symbols.method_starts or index in symbols.stub_owners:  # behind others no GC info follows
            end = image.gc_info_at(index)[2]
        return image.image.offset_of(rva) < end
    except BadImageError:
        return False


def _signatures_at(image: R2RImage, symbols: ImageSymbols, rva: int) -> list[Place]:
    """The fixup blob that an address lies in."""
    starts = {}
    for cells in image.import_cells:
        for cell in cells:
            if cell.signature_rva <= rva:
                starts[cell.signature_rva] = cell
    if not starts:
        return []
    start = max(starts)
    try:
        size = image.fixup_size(starts[start])
    except BadImageError:
        return []
    if rva >= start + size:
        return []
    return [Place("fixup blob", symbols.cell_text(starts[start].rva) or "", start, size)]
