"""What to dump."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Selection(Enum):
    """A part of an image; the value is its name in JSON and, with hyphens, its option on the command line."""

    HEADER = "header"
    SECTIONS = "sections"
    IMPORTS = "imports"
    METHODS = "methods"
    TYPES = "types"
    RUNTIME_FUNCTIONS = "runtime_functions"
    INLINING = "inlining"
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class DumpOptions:
    """What to dump, and in how much detail.

    Attributes:
        selections: the parts; with none of them and no `patterns` or `addresses`, a summary.
        patterns: methods to show one by one; see `MethodPattern`.
        addresses: RVAs to explain.
        fixups: the fixups of methods, and the GCRefMaps of cells.
        disassembly, gc, unwind, eh, debug: details of methods.
        raw: the bytes of each structure.
    """

    selections: frozenset[Selection] = frozenset()
    patterns: tuple[str, ...] = ()
    addresses: tuple[int, ...] = ()
    fixups: bool = False
    disassembly: bool = False
    gc: bool = False
    unwind: bool = False
    eh: bool = False
    debug: bool = False
    raw: bool = False

    @property
    def has_method_details(self) -> bool:
        """Whether methods are shown with more than a line each."""
        return self.fixups or self.disassembly or self.gc or self.unwind or self.eh or self.debug
