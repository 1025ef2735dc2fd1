"""The documentation says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from readytorun.importer.refusal import Reason

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_refusal_reason_is_documented_and_no_other() -> None:
    text = (DOCS / "refusal-reasons.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert sorted(documented) == sorted(reason.value for reason in Reason)
