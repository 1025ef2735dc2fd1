"""What `--trace` prints: calls, cell bindings, suspensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from readytorun.r2r.fixup_blobs import Fixup
from readytorun.r2r.versions import fixup_name

if TYPE_CHECKING:
    from readytorun.emulator.loader import LoadedImage, MethodCode
    from readytorun.emulator.method_tables import MethodTable
    from readytorun.emulator.runtime import Runtime
    from readytorun.r2r.reader import ImportCell


class Tracer:
    """Writes one line per event; silent without an output."""

    def __init__(self, runtime: Runtime, output: TextIO | None) -> None:
        self._runtime = runtime
        self._output = output

    def line(self, text: str) -> None:
        """Write a line, indented by how deep the runtime is nested."""
        if self._output is not None:
            self._output.write("  " * max(self._runtime.level, 0) + text + "\n")

    @property
    def is_on(self) -> bool:
        """Whether anybody sees the events."""
        return self._output is not None

    def called(self, code: MethodCode) -> None:
        """A method's code is entered."""
        self.line(f"call {self._runtime.code.name_of(code)}")

    def suspended(self, table: MethodTable) -> None:
        """The method that called the runtime suspends, and has asked for a continuation."""
        if self._output is not None:
            where = self._runtime.describe(self._runtime.frame_here().ip)
            self.line(f"suspend {where}: continuation of {table.size} bytes")

    def bound(self, image: LoadedImage, cell: ImportCell, fixup: Fixup, target: int) -> None:
        """A method cell was bound."""
        if self._output is not None:
            where = self._runtime.describe(target)
            self.line(f"bind {image.name} cell {cell.rva:#x} {fixup_name(fixup.kind)} -> {where}")

    def dispatched(self, image: LoadedImage, cell: ImportCell, table: MethodTable, target: int) -> None:
        """A dispatch cell learned about a type."""
        if self._output is not None:
            where = self._runtime.describe(target)
            self.line(f"dispatch {image.name} cell {cell.rva:#x} on {table.type} -> {where}")
