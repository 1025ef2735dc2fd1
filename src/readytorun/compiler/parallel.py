"""Compiling methods in several processes, behind the interface of `concurrent.futures.Executor`.

Work travels as keys, results as `Outcome`s; both pickle. A worker needs the opened unit: with processes that are forked
from one that has opened it, it is there already and its memory is shared until written to. Workers elsewhere (spawned
ones, or those of another machine that sees the same files) open it from its spec when they are first asked.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any

from readytorun.compiler.big_stack import run_with_big_stack
from readytorun.compiler.unit import CompilationUnit, Outcome, UnitSpec
from readytorun.typesystem.keys import Key

# The unit that this process works on. A process pool has no other place for what outlives a task.
_opened: list[CompilationUnit] = []


def share_unit(unit: CompilationUnit) -> None:
    """Make a unit known to this process and those that are forked from it later; the last one is forgotten."""
    _opened[:] = [unit]


def forget_unit() -> None:
    """Let go of the unit, so that its memory can be reclaimed."""
    _opened.clear()


def compile_chunk(spec: UnitSpec, keys: Sequence[Key]) -> list[Outcome]:
    """Compile some methods of a unit: the task that is sent to executors."""
    if not _opened or _opened[0].spec != spec:
        share_unit(CompilationUnit(spec))
    unit = _opened[0]
    # A method's IR is one knot of references, and none of it outlives the method; what does is the type system, which
    # the collector would look at again and again. So it collects what is young, once per task.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return run_with_big_stack(lambda: unit.compile(keys))
    finally:
        gc.collect(1)
        if was_enabled:
            gc.enable()


def default_jobs() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def make_executor(jobs: int) -> Executor:
    """An executor for the unit that was shared last: `jobs` processes, or this one."""
    return SerialExecutor() if jobs == 1 else _process_pool(jobs)


def make_isolated_executor() -> Executor:
    """An executor of one process, which may die without harm for this one."""
    return _process_pool(1)


def _process_pool(jobs: int) -> Executor:
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if can_fork else "spawn")
    return ProcessPoolExecutor(jobs, context, initializer=_start_worker)


def _start_worker() -> None:
    """Leave Ctrl-C, which every process of the terminal gets, to the process that waits for this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class SerialExecutor(Executor):
    """Runs each task at once, in the process and thread that submits it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
