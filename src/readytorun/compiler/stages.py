"""The IR of methods as text, after the import or after a pass: what `--stop-after` prints."""

from __future__ import annotations

from pathlib import Path

from readytorun.compiler.big_stack import run_with_big_stack
from readytorun.compiler.method_filter import MethodFilter
from readytorun.compiler.references import find_references
from readytorun.compiler.targets import CompilationTarget
from readytorun.compiler.unit import CompilationUnit, UnitSpec
from readytorun.errors import UsageError
from readytorun.importer.refusal import Refusal
from readytorun.ir.text import print_function
from readytorun.passes.pipeline import PASSES

IMPORT = "import"


def stage_names() -> list[str]:
    """What `--stop-after` takes."""
    return list(dict.fromkeys([IMPORT, *(name for name, _ in PASSES)]))


def stage_text(
    inputs: list[Path], references: list[str], target: CompilationTarget, methods: tuple[str, ...], stage: str
) -> str:
    """The IR of the selected methods after a stage, one after the other; a comment for those that are refused.

    Raises:
        UsageError: no such stage, or no method is selected.
        ReadyToRunError: about the input or the references.
    """
    if stage not in stage_names():
        raise UsageError(f"no stage is called '{stage}'; there are: {', '.join(stage_names())}")
    found = find_references(references, inputs, target)
    filter = MethodFilter(methods)
    texts: list[str] = []
    for path in inputs:
        unit = CompilationUnit(UnitSpec(str(path), found, target=target.name))
        texts += run_with_big_stack(lambda unit=unit: _texts(unit, filter, stage))  # type: ignore[misc]
    if not texts:
        raise UsageError(f"no method matches {' or '.join(methods)}")
    return "\n".join(texts)


def _texts(unit: CompilationUnit, filter: MethodFilter, stage: str) -> list[str]:
    texts = []
    for root in unit.roots():
        method = unit.method(root.key)
        if filter.matches(method):
            try:
                function = unit.compiler.function_after(method, None if stage == IMPORT else stage)
                texts.append(print_function(function))
            except Refusal as refusal:
                texts.append(f"; {method} is refused: {refusal}\n")
    return texts
