"""Why a program cannot go on in the emulator, which is never an exception that the program may catch."""

from __future__ import annotations

from readytorun.errors import ReadyToRunError


class ExecutionError(ReadyToRunError):
    """The emulated program cannot go on: code is missing, memory is accessed that is not there, a limit is reached."""


class MissingCodeError(ExecutionError):
    """A method is called for which no image has native code; there is no interpreter."""


class GCStressError(ExecutionError):
    """GC info and reality disagree: a slot named live does not hold a reference, or a reference was not named."""


class UnhandledException(ExecutionError):
    """An exception of the program that nothing caught.

    Attributes:
        text: what the exception's ToString says.
    """

    def __init__(self, text: str) -> None:
        super().__init__(f"Unhandled exception. {text}")
        self.text = text


class ProgramExit(Exception):
    """The program asked to end (Environment.Exit)."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


class ManagedException(Exception):
    """Raised by a helper written in Python: the emulated program is to see an exception.

    Attributes:
        exception: handle slot of the exception object (see `Heap.handle`).
    """

    def __init__(self, exception: int) -> None:
        super().__init__(exception)
        self.exception = exception
