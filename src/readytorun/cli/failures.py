"""Exit codes, and texts for errors that the operating system reports."""

from __future__ import annotations

BAD_INPUT = 1
WRONG_USAGE = 2
INTERNAL_ERROR = 3
NOT_ACCEPTED = 4
CANNOT_GO_ON = 125  # of `run`, whose other codes are the program's; a number that other runners use for this
UNHANDLED_EXCEPTION = 134  # 128 + SIGABRT, with which .NET ends on Linux


def describe_os_error(error: OSError) -> str:
    """`a.dll: No such file or directory`."""
    text = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {text}" if error.filename else text
