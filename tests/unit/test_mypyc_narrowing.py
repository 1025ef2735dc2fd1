"""What mypyc trusts and Python does not care about: an attribute keeps the type that an assignment gave it.

After `self.x = None` a type checker takes `self.x` for None until the end of the function, or until the next assignment
there. A method that is called in between may have set it, and then compiled code raises a TypeError. So such an
attribute must not be read further down; set it to None in a method of its own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = ("metadata", "typesystem", "il", "ir", "importer", "passes", "backend", "r2r", "inspect")


def late_reads(source: str) -> Iterator[tuple[str, str, int]]:
    """(function, attribute, line) of every read behind an assignment of None."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef) or function.name == "__init__":
            continue
        cleared: dict[str, int] = {}
        assigned: dict[str, list[int]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        name = ast.unparse(target)
                        assigned.setdefault(name, []).append(node.lineno)
                        if isinstance(node.value, ast.Constant) and node.value.value is None:
                            cleared.setdefault(name, node.lineno)
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                name = ast.unparse(node)
                line = cleared.get(name, sys.maxsize)
                if node.lineno > line and not any(line < other < node.lineno for other in assigned[name]):
                    yield function.name, name, node.lineno


def test_no_attribute_is_read_behind_an_assignment_of_none() -> None:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / "src" / "readytorun" / package).rglob("*.py")):
            for function, name, line in late_reads(path.read_text(encoding="utf-8")):
                found.append(f"{path.relative_to(ROOT)}:{line}: {name} in {function}")
    assert found == []


def test_the_check_finds_such_a_read() -> None:
    source = "class C:\n  def f(self):\n    self.x = None\n    self.g()\n    return self.x is not None\n"
    assert list(late_reads(source)) == [("f", "self.x", 5)]
