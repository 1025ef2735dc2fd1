"""The passes in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from readytorun.errors import UsageError
from readytorun.ir.function import Function
from readytorun.passes import (
    block_layout,
    cold_blocks,
    common_subexpressions,
    control_flow,
    dead_code,
    folding,
    gc_polls,
    helper_calls,
    implicit_tail_calls,
    loop_invariants,
    phi_simplification,
    promote_slots,
    redundant_checks,
    unused_slots,
)
from readytorun.passes.runtime_async import contexts, split

Pass = Callable[[Function], bool]

PASSES: Final[tuple[tuple[str, Pass], ...]] = (
    ("runtime_async_contexts", contexts.run),
    ("phi_simplification", phi_simplification.run),
    ("folding", folding.run),
    ("control_flow", control_flow.run),
    ("cold_blocks", cold_blocks.run),
    ("promote_slots", promote_slots.run),
    ("phi_simplification", phi_simplification.run),
    ("folding", folding.run),
    ("runtime_async_split", split.run),
    ("common_subexpressions", common_subexpressions.run),
    ("redundant_checks", redundant_checks.run),
    ("helper_calls", helper_calls.run),
    ("loop_invariants", loop_invariants.run),
    ("folding", folding.run),
    ("dead_code", dead_code.run),
    ("unused_slots", unused_slots.run),
    ("implicit_tail_calls", implicit_tail_calls.run),
    ("gc_polls", gc_polls.run),
    ("control_flow", control_flow.run),
    ("block_layout", block_layout.run),
)


def pass_named(name: str) -> Pass:
    """The pass of a name.

    Raises:
        UsageError: there is none.
    """
    for known, run in PASSES:
        if known == name:
            return run
    raise UsageError(f"no pass is called {name!r}; there are {', '.join(sorted({row[0] for row in PASSES}))}")


def run_pipeline(function: Function, stop_after: str | None = None) -> None:
    """Run all passes, or those up to the first of the given name.

    Raises:
        UsageError: there is no pass called `stop_after`.
    """
    if stop_after is not None:
        pass_named(stop_after)
    for name, run in PASSES:
        run(function)
        if name == stop_after:
            return
