"""The import cells of an image that is being written: which there are, and where each lies."""

from __future__ import annotations

from typing import Final

from readytorun.r2r.constants import FixupKind, HelperId
from readytorun.r2r.imports import SECTIONS
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind
from readytorun.r2r.primitives import compressed

CELL_SIZE: Final = 8

# The eager cell of the runtime's delay-load helper behind each kind of thunk.
HELPER_OF_THUNK: Final = {
    ThunkKind.METHOD_CALL: HelperId.DELAY_LOAD_METHOD_CALL,
    ThunkKind.METHOD_CALL_JUMPABLE: HelperId.DELAY_LOAD_METHOD_CALL,
    ThunkKind.DISPATCH: HelperId.DELAY_LOAD_METHOD_CALL,
    ThunkKind.HELPER: HelperId.DELAY_LOAD_HELPER,
    ThunkKind.HELPER_OBJ: HelperId.DELAY_LOAD_HELPER_OBJ,
    ThunkKind.HELPER_OBJ_OBJ: HelperId.DELAY_LOAD_HELPER_OBJ_OBJ,
}

# The thunks that cells of a lazy section may start with.
_THUNKS: Final = {
    ImportSectionKind.DISPATCH: {ThunkKind.DISPATCH},
    ImportSectionKind.HELPER: {ThunkKind.HELPER, ThunkKind.HELPER_OBJ, ThunkKind.HELPER_OBJ_OBJ},
    ImportSectionKind.METHOD: {ThunkKind.METHOD_CALL, ThunkKind.METHOD_CALL_JUMPABLE},
}


def helper_cell(helper: int) -> Cell:
    """The eager cell that holds the address of a helper."""
    return Cell(ImportSectionKind.EAGER, bytes((FixupKind.HELPER,)) + compressed(helper))


class CellTable:
    """All cells by section, in order of first use.

    Attributes:
        sections: the cells of each import section; the list index is the slot.
        section_rvas: RVA of each section's first cell, once the image is laid out.
    """

    def __init__(self) -> None:
        self.sections: list[list[Cell]] = [[] for _ in SECTIONS]
        self.section_rvas: list[int] = [0] * len(SECTIONS)
        # By section, thunk, and signature with symbol and context. Hashing whole cells would be several times slower.
        self._slots: list[list[dict[bytes, int]]] = [[{} for _ in ThunkKind] for _ in SECTIONS]

    def add(self, cell: Cell) -> int:
        """Slot of the cell within its section; the cell is added when it is new."""
        slots = self._slots[cell.section][cell.thunk]
        key = cell.signature
        if cell.rva_of or cell.context:
            key = b"%b\0%b\0%b" % (key, cell.rva_of.encode(), cell.context)
        slot = slots.get(key)
        if slot is None:
            if cell.thunk not in _THUNKS.get(cell.section, {ThunkKind.NONE}):
                raise ValueError(f"cells of section {cell.section.name} have no thunk {cell.thunk.name}")
            cells = self.sections[cell.section]
            slot = slots[key] = len(cells)
            cells.append(cell)
        return slot

    def rva(self, cell: Cell) -> int:
        """RVA of a cell that has been added."""
        return self.section_rvas[cell.section] + self.add(cell) * CELL_SIZE

    def helper_rva(self, helper: int) -> int:
        """RVA of the eager cell of a helper that has been added."""
        return self.rva(helper_cell(helper))
