"""How a compilation tells that it moves on. The command line shows it; a library user may not care."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by the driver; every method returns at once."""

    def start(self, name: str, total: int) -> None:
        """An input of that name begins, with so many methods to compile."""

    def advance(self, done: int, found: int) -> None:
        """So many more methods were compiled, and so many more were found to be needed."""

    def finish(self) -> None:
        """The input is done, well or not."""


class Silent:
    """Shows nothing."""

    def start(self, name: str, total: int) -> None:
        pass

    def advance(self, done: int, found: int) -> None:
        pass

    def finish(self) -> None:
        pass
