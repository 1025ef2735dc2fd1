"""What a compilation did: per assembly the native methods, and the refused ones with their reasons."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from readytorun.importer.refusal import Reason


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """A method that is left to the JIT.

    Attributes:
        token: MethodDef token in the input.
        method: its name, with the type arguments of an instantiation.
        reason: one of the closed set.
        detail: what exactly, for people.
        traceback: where an internal error came from; not written into the report.
    """

    token: int
    method: str
    reason: Reason
    detail: str
    traceback: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "token": f"0x{self.token:08x}",
            "method": self.method,
            "reason": self.reason.value,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class AssemblyReport:
    """What became of one input.

    Attributes:
        name: file name of the input.
        input, output: paths.
        total: methods of the input that have IL.
        native: those of them with native code in the image; a generic one counts if any form of it has.
        instantiations: entries of the image for methods with type arguments, their own or their type's.
        refused: what is left to the JIT, instantiations included.
        size: bytes of the image.
        seconds: wall time.
    """

    name: str
    input: str
    output: str
    total: int
    native: int
    instantiations: int
    refused: tuple[RefusedEntry, ...]
    size: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {
            "input": self.input,
            "output": self.output,
            "methods": {"total": self.total, "native": self.native},
            "instantiations": self.instantiations,
            "refused": [entry.to_json() for entry in self.refused],
            "seconds": round(self.seconds, 3),
        }

    def closing_line(self) -> str:
        """One line for people: `a.dll: 3,912 of 4,107 methods native (95.3 %), 1.7 MB, 2.1 s`."""
        share = f" ({100 * self.native / self.total:.1f} %)" if self.total else ""
        line = f"{self.name}: {self.native:,} of {self.total:,} methods native{share}, "
        line += f"{_size_text(self.size)}, {self.seconds:.1f} s"
        internal = sum(entry.reason == Reason.INTERNAL_ERROR for entry in self.refused)
        if internal:
            line += f"; {internal:,} left to the JIT after an internal error"
        return line

    def reasons(self) -> list[tuple[Reason, int]]:
        """Refusals by reason, the most frequent first."""
        counts = Counter(entry.reason for entry in self.refused)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0].value))


def report_json(reports: Sequence[AssemblyReport]) -> str:
    """The text of a `--report` file."""
    return json.dumps({"assemblies": [report.to_json() for report in reports]}, indent=2, ensure_ascii=False) + "\n"


def _size_text(size: int) -> str:
    for unit, scale in (("MB", 1_000_000), ("kB", 1000)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"
