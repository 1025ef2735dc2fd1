"""The documentation says what the code says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from cli_support import run, sample

from readytorun.importer.refusal import Reason

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_refusal_reason_is_documented_and_no_other() -> None:
    text = (DOCS / "refusal-reasons.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert sorted(documented) == sorted(reason.value for reason in Reason)


def test_the_examples_of_the_python_api_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    il = tmp_path / "il" / "Hello.dll"
    il.parent.mkdir()
    il.write_bytes(sample())
    assert run("compile", il, "-o", tmp_path / "Hello.dll").code == 0
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "python-api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "python-api.md", "python-api.md", 0)
    assert len(test.examples) > 20
    result = doctest.DocTestRunner().run(test, out=(lines := []).append)
    assert result.failed == 0, "".join(lines)
