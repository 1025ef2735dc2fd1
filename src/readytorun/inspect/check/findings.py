"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How bad it is.

    ERROR: the image is not accepted, or code of it would go wrong. WARNING: a part is not used, or was not checked.
    INFO: facts about what the image needs.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class FindingKind(Enum):
    """Every kind of finding; docs/check.md explains each."""

    VERSION = "version"
    MACHINE = "machine"
    OPERATING_SYSTEM = "operating-system"
    INSTRUCTION_SETS = "instruction-sets"
    MVID = "mvid"
    REFERENCE_VERSION = "reference-version"
    COMPOSITE = "composite"
    STRIPPED = "stripped"
    RUNTIME_ASYNC_AS_SYNCHRONOUS = "runtime-async-as-synchronous"
    RUNTIME_ASYNC_STUB = "runtime-async-stub"
    ENTRY_POINT = "entry-point"
    OVERLAP = "overlap"
    MISSING_SECTION = "missing-section"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        text: what is so, and what to do about it.
        rva: the place that it is about, or None.
        method: the method that it is about, or "".
    """

    severity: Severity
    kind: FindingKind
    text: str
    rva: int | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All findings about one image.

    Attributes:
        runtime: what the image was checked against, as people call it.
    """

    path: str
    runtime: str
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        """Whether nothing of severity error was found."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)
