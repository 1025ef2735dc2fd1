"""The errors that a user of the package may see.

Every one of them says what was wrong, where (file, and offset or method), and what to do about it. Anything else that
escapes from the package is a defect of ours.
"""

from __future__ import annotations


class ReadyToRunError(Exception):
    """Base of all errors that are about the user's input, never about a defect of ours."""


class BadImageError(ReadyToRunError):
    """A file is not what it should be: not a PE file, truncated, not .NET, or with a structure that does not decode.

    Attributes:
        path: the file, as the user named it.
        offset: file offset in bytes of the structure that does not decode, or None where none can be named.
    """

    def __init__(self, path: str, message: str, offset: int | None = None) -> None:
        where = f"{path}: " if offset is None else f"{path}: at file offset {offset:#x}: "
        super().__init__(where + message)
        self.path = path
        self.offset = offset


class UnsupportedMachineError(ReadyToRunError):
    """Code, unwind data or GC info was asked for of a machine for which they are not decoded."""


class MissingReferenceError(ReadyToRunError):
    """An assembly that the input refers to was not found among the references."""


class MissingMemberError(ReadyToRunError):
    """A type, method or field that the input refers to is not in the assembly that should define it."""


class UsageError(ReadyToRunError):
    """Options that contradict each other, or a value that an option does not take."""
