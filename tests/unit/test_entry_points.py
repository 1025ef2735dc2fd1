"""One function answers what the entry point of a method is, and one makes a cell that may be jumped through.

A call through a jumpable cell, or a jump through an ordinary one, goes astray on the first pass through the cell and on
no other: no test that runs the code is as sure to notice as one that sees that there is one road.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from typesystem_support import core_type, method_of, needs_framework

import readytorun
from readytorun.importer.abi import TargetAbi
from readytorun.importer.cells import CellFactory
from readytorun.ir.types import VOID, AbiType, CallSignature
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind

SOURCES = Path(readytorun.__file__).parent
# What only describes the file format, or reads it.
FORMAT = ("r2r", "inspect", "emulator")


def functions_with(attribute: str) -> set[str]:
    """`file:function` for each function of the compiler whose body names the attribute."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        name = path.relative_to(SOURCES).as_posix()
        if not name.startswith(FORMAT):
            for function, node in _walk(ast.parse(path.read_text(encoding="utf-8")), ""):
                if isinstance(node, ast.Attribute) and node.attr == attribute:
                    found.add(f"{name}:{function}")
    return found


def _walk(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.FunctionDef) else function
        yield inner, child
        yield from _walk(child, inner)


def test_only_one_function_makes_jumpable_cells() -> None:
    assert functions_with("METHOD_CALL_JUMPABLE") == {
        "importer/cells.py:update_entry_point_for_tail_call",
        "backend/x64/emit_call.py:emit_tail_call",  # refuses to jump through any other cell of a method
    }


def test_only_one_function_makes_regular_method_entry_imports() -> None:
    assert functions_with("METHOD_CALL") == {
        "importer/cells.py:get_function_entry_point",
        "importer/cells.py:update_entry_point_for_tail_call",  # looks whether it was given one
    }


def test_only_tail_calls_ask_for_jumpable_cells() -> None:
    assert functions_with("update_entry_point_for_tail_call") == {
        "importer/tail_calls.py:emit_tail_call",
        "importer/tail_calls.py:note_last_call",  # for a call that may become one
    }


def make_factory(is_arm64: bool) -> CellFactory:
    module = core_type("Object").module
    return CellFactory(module, TargetAbi(lambda _: (), lambda _: b"\x01", lambda _: 0, is_arm64))


def entry_point(factory: CellFactory) -> Cell:
    method = method_of(core_type("Object"), "ToString")
    return factory.get_function_entry_point(method, method.token, CallSignature([], AbiType(VOID)))


@needs_framework
def test_a_method_called_and_jumped_to_has_two_cells_that_differ_in_the_thunk() -> None:
    factory = make_factory(is_arm64=False)
    called = entry_point(factory)
    assert called is entry_point(factory)
    jumped = factory.update_entry_point_for_tail_call(called)
    assert jumped is factory.update_entry_point_for_tail_call(called)
    assert (called.section, called.thunk) == (ImportSectionKind.METHOD, ThunkKind.METHOD_CALL)
    assert jumped == dataclasses.replace(called, thunk=ThunkKind.METHOD_CALL_JUMPABLE)


@needs_framework
def test_arm64_calls_and_jumps_through_the_same_cell() -> None:
    factory = make_factory(is_arm64=True)
    called = entry_point(factory)
    assert factory.update_entry_point_for_tail_call(called) is called


@needs_framework
@pytest.mark.parametrize(
    "thunk", [ThunkKind.DISPATCH, ThunkKind.HELPER, ThunkKind.METHOD_CALL_JUMPABLE, ThunkKind.NONE]
)
def test_what_is_no_regular_import_of_a_method_stays_as_it_is(thunk: ThunkKind) -> None:
    section = {ThunkKind.DISPATCH: ImportSectionKind.DISPATCH, ThunkKind.HELPER: ImportSectionKind.HELPER}
    cell = Cell(section.get(thunk, ImportSectionKind.METHOD), b"\x14\x01", thunk)
    assert make_factory(is_arm64=False).update_entry_point_for_tail_call(cell) is cell
