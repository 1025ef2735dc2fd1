"""Async helpers are methods that compiled code calls by their handles: no number, constant or enumeration names one."""

from __future__ import annotations

import re
from pathlib import Path

from readytorun.r2r.constants import HelperId

SOURCE = Path(__file__).resolve().parents[2] / "src" / "readytorun"
# Numbers that dotnet/runtime gave such helpers for a while (readytorun.h), and names that only enumerations have.
_FORBIDDEN = re.compile(r"\b0x12[3-8]\b|CORINFO_HELP_ASYNC|HELP(ER)?_ASYNC|ASYNC_HELPER", re.IGNORECASE)
_ALLOCATORS = {0x113, 0x114, 0x115}


def test_no_source_names_an_async_helper_by_number() -> None:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if _FORBIDDEN.search(line):
                found.append(f"{path.relative_to(SOURCE)}:{number}: {line.strip()}")
    assert not found


def test_the_table_of_helpers_has_only_the_allocators() -> None:
    names = {"CAPTURE", "RESTORE", "SUSPEND", "SUSPENSION", "ASYNC", "CONTEXTS"}
    assert not [helper.name for helper in HelperId if names & set(helper.name.split("_"))]
    assert {helper.value for helper in HelperId if "CONTINUATION" in helper.name} <= _ALLOCATORS
