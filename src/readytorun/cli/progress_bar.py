"""A progress bar, on a terminal only."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from readytorun.compiler.progress import Progress as ProgressProtocol
from readytorun.compiler.progress import Silent


def make_progress() -> ProgressProtocol:
    """A bar on standard error if that is a terminal, else nothing."""
    return ProgressBar() if sys.stderr.isatty() else Silent()


class ProgressBar:
    """One bar at a time: methods done of those known to be needed."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._total = 0

    def start(self, name: str, total: int) -> None:
        # No thread of its own: worker processes are forked from this one.
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
        )
        self._total = total
        self._task = self._progress.add_task(name, total=total)
        self._progress.start()

    def advance(self, done: int, found: int) -> None:
        if self._progress is not None:
            self._total += found
            self._progress.update(self._task, advance=done, total=self._total, refresh=True)

    def finish(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
