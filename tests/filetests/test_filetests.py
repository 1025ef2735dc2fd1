"""Runs the passes on text and compares with the text expected.

A file holds cases. Each begins with comment lines, the last of which names the passes (`; run: folding, dead_code`),
goes on with a function, and ends with what the passes make of it behind `; expect`. `pytest --bless` rewrites the
latter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from readytorun.ir.parser import parse_function
from readytorun.ir.text import print_function
from readytorun.ir.verify import check
from readytorun.passes.pipeline import pass_named

FOLDER = Path(__file__).parent
RUN = "; run:"
EXPECT = "; expect"


class Case:
    """One case of a file: the lines of its parts, without the line `; expect`."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.source: list[str] = []
        self.expected: list[str] = []

    def passes(self) -> list[str]:
        (line,) = [line for line in self.head if line.startswith(RUN)]
        return [name.strip() for name in line.removeprefix(RUN).split(",")]


def read_cases(path: Path) -> list[Case]:
    """Split a file into cases."""
    cases: list[Case] = []
    part = "expected"
    for line in path.read_text().splitlines():
        if line.startswith(EXPECT):
            part = "expected"
        elif line.startswith(";"):
            if part != "head":
                cases.append(Case())
                part = "head"
            cases[-1].head.append(line)
        elif line.strip():
            if part == "head":
                part = "source"
            getattr(cases[-1], part).append(line)
    return cases


def write_cases(path: Path, cases: list[Case]) -> None:
    """The inverse of `read_cases`."""
    texts = ["\n".join([*case.head, *case.source, EXPECT, *case.expected]) + "\n" for case in cases]
    path.write_text("\n".join(texts))


def transform(case: Case) -> list[str]:
    """What the passes make of the case's function, as lines."""
    function = parse_function("\n".join(case.source))
    check(function)
    for name in case.passes():
        pass_named(name)(function)
        check(function, name)
    return print_function(function).splitlines()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ir")), ids=lambda path: path.stem)
def test_file(path: Path, bless: bool) -> None:
    cases = read_cases(path)
    assert cases
    if bless:
        for case in cases:
            case.expected = transform(case)
        write_cases(path, cases)
    for case in cases:
        assert transform(case) == case.expected, "\n".join(case.head)
