"""Every pass leaves valid IR behind, on methods of real libraries: each imported, and verified after each pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readytorun.compiler.big_stack import run_with_big_stack
from readytorun.compiler.references import find_references
from readytorun.compiler.targets import DEFAULT_TARGET, target_by_name
from readytorun.compiler.unit import CompilationUnit, UnitSpec
from readytorun.errors import MissingReferenceError
from readytorun.importer.refusal import Refusal
from readytorun.ir.verify import check
from readytorun.passes.pipeline import PASSES

pytestmark = pytest.mark.corpus

METHODS_PER_LIBRARY = 250


def libraries() -> list[Path]:
    corpus = os.environ.get("R2R_CORPUS")
    return sorted(Path(corpus, "libs").glob("*.dll")) if corpus else []


def verify_methods(unit: CompilationUnit) -> int:
    """Verify methods taken at even distances; the number of those that are not refused.

    Raises:
        VerificationError: a pass broke something.
    """
    roots = unit.roots()
    count = 0
    for root in roots[:: max(len(roots) // METHODS_PER_LIBRARY, 1)]:
        try:
            function = unit.compiler.function_after(unit.method(root.key), None)
        except (Refusal, MissingReferenceError):
            continue
        count += 1
        check(function, "import")
        for name, run in PASSES:
            run(function)
            check(function, name)
    return count


@pytest.mark.skipif(not libraries(), reason="R2R_CORPUS names no folder with libraries in libs/")
@pytest.mark.parametrize("path", libraries(), ids=lambda path: path.stem)
def test_passes_keep_ir_valid(path: Path) -> None:
    try:
        references = find_references([], [path], target_by_name(DEFAULT_TARGET))
    except MissingReferenceError as error:
        pytest.skip(str(error))
    unit = CompilationUnit(UnitSpec(str(path), references))
    assert run_with_big_stack(lambda: verify_methods(unit)) > METHODS_PER_LIBRARY // 3
