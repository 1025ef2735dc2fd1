"""Hands out methods to an executor until no new instantiations are found, and gets over processes that die.

A process that dies (out of memory, or a crash below Python) takes with it the tasks that all processes of its pool were
at. Each of these is then done again in a process of its own, and split until the method is found that does it; that one
is left to the JIT.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait

from readytorun.compiler.generic_virtuals import GenericVirtuals
from readytorun.compiler.method_compiler import RefusedMethod
from readytorun.compiler.parallel import compile_chunk, make_isolated_executor
from readytorun.compiler.progress import Progress
from readytorun.compiler.unit import CompilationUnit, Outcome, UnitSpec, WorkItem
from readytorun.importer.refusal import Reason
from readytorun.typesystem.keys import Key

# Bytes of IL per task: large enough that sending it costs little, small enough that processes end together.
_CHUNK_SIZE = 6000
_MINIMUM_PARALLEL_SIZE = 20_000


def compile_all(
    unit: CompilationUnit,
    roots: list[WorkItem],
    jobs: int,
    progress: Progress,
    executor_factory: Callable[[int], Executor],
) -> list[Outcome]:
    """Compile methods and all instantiations that they need.

    Args:
        unit: the opened input, which this process shares with those it forks.
        roots: the methods to begin with.
        jobs: number of processes.
        progress: told how far it is.
        executor_factory: makes what runs the tasks, from the number of processes.
    """
    gc.collect()
    gc.freeze()  # forked processes then do not touch, and so copy, the pages of what is there already
    work = _Work(unit, roots)
    parallel = jobs > 1 and sum(root.size for root in roots) >= _MINIMUM_PARALLEL_SIZE
    try:
        while work.is_waiting:
            with executor_factory(jobs if parallel else 1) as executor:
                lost = _run(executor, unit.spec, work, jobs, progress)
            for chunk in lost:
                outcomes = _compile_isolated(unit, chunk)
                progress.advance(len(outcomes), work.take(outcomes))
    finally:
        gc.unfreeze()
    return work.outcomes


def _run(executor: Executor, spec: UnitSpec, work: _Work, jobs: int, progress: Progress) -> list[list[Key]]:
    """Run tasks until nothing waits, or the executor breaks; gives the tasks that are lost with it."""
    running: dict[Future[list[Outcome]], list[Key]] = {}
    lost: list[list[Key]] = []
    while not lost:
        while len(running) < 2 * jobs and (chunk := work.next_chunk()):
            try:
                running[executor.submit(compile_chunk, spec, chunk)] = chunk
            except BrokenExecutor:
                lost.append(chunk)
                break
        if not running:
            break
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            chunk = running.pop(future)
            try:
                outcomes = future.result()
            except BrokenExecutor:
                lost.append(chunk)
                continue
            progress.advance(len(outcomes), work.take(outcomes))
    if lost:
        # Whatever is not done now never will be.
        for future, chunk in running.items():
            if future.done() and future.exception() is None:
                outcomes = future.result()
                progress.advance(len(outcomes), work.take(outcomes))
            else:
                lost.append(chunk)
    return lost


def _compile_isolated(unit: CompilationUnit, chunk: list[Key]) -> list[Outcome]:
    """Compile methods in a process that may die."""
    try:
        with make_isolated_executor() as executor:
            return executor.submit(compile_chunk, unit.spec, chunk).result()
    except BrokenExecutor:
        pass
    if len(chunk) > 1:
        middle = len(chunk) // 2
        return _compile_isolated(unit, chunk[:middle]) + _compile_isolated(unit, chunk[middle:])
    method = unit.method(chunk[0])
    refused = RefusedMethod(Reason.INTERNAL_ERROR, "the process that compiled it died")
    return [Outcome(chunk[0], method.token, str(method), None, refused)]


class _Work:
    """What is still to be compiled, the largest methods first, and what was."""

    def __init__(self, unit: CompilationUnit, roots: Iterable[WorkItem]) -> None:
        self.outcomes: list[Outcome] = []
        self._generic_virtuals = GenericVirtuals(unit)
        self._known: set[Key] = set()
        self._waiting: list[WorkItem] = []
        self._add(roots)

    def _add(self, items: Iterable[WorkItem]) -> int:
        new = []
        for item in items:
            if item.key not in self._known:
                self._known.add(item.key)
                new.append(item)
        self._waiting += new
        self._waiting.sort(key=lambda item: item.size)
        return len(new)

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to compile that was not handed out."""
        return bool(self._waiting)

    def next_chunk(self) -> list[Key]:
        """The keys of the next task; [] if nothing waits."""
        chunk: list[Key] = []
        size = 0
        while self._waiting and (not chunk or (size + self._waiting[-1].size <= _CHUNK_SIZE and len(chunk) < 100)):
            item = self._waiting.pop()
            chunk.append(item.key)
            size += item.size
        return chunk

    def take(self, outcomes: list[Outcome]) -> int:
        """Keep outcomes; the number of methods that turned out to be needed besides."""
        self.outcomes += outcomes
        added = 0
        for outcome in outcomes:
            added += self._add(outcome.required)
            added += self._add(self._generic_virtuals.add(outcome.generic_virtuals, outcome.types))
        return added
