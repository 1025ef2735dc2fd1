"""What the import thunks of an image are, read back from their code; `thunks_x64` and `thunks_arm64` know the shapes.

A thunk jumps through an eager cell. That of a lazy cell tells the runtime's helper behind it, in addition, which image
and which import section it serves (readytorun-format.md#import-sections).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class ThunkShape(Enum):
    """How a thunk lets the runtime find the lazy cell that was called through."""

    EAGER = auto()  # none: it only jumps through an eager cell
    CALL = auto()  # x64: from the instruction before the return address
    JUMPABLE = auto()  # x64: rax holds the cell's address
    DISPATCH = auto()  # x64: r11 does
    CELL_IN_X11 = auto()  # arm64: x11 does, for all kinds of cells
    LAZY_STRING = auto()  # the caller has passed it to the helper


class Thunk(NamedTuple):
    """One import thunk.

    Attributes:
        shape: how the cell is found.
        size: bytes of code; on arm64 without the literals that lie elsewhere.
        cell_rva: the eager cell that it jumps through.
        module_cell_rva: the eager cell of the Module pointer; 0 without one.
        section: index of the import section of the lazy cells that it serves; -1 without one.
    """

    shape: ThunkShape
    size: int
    cell_rva: int
    module_cell_rva: int = 0
    section: int = -1
