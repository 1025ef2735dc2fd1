"""Lines of text whose parts say what they are, so that a terminal can colour them and a pipe need not."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto


class Style(Enum):
    """What a part of a line is."""

    PLAIN = auto()
    HEADING = auto()
    ADDRESS = auto()
    NAME = auto()
    KIND = auto()
    BYTES = auto()
    MNEMONIC = auto()
    COMMENT = auto()
    ERROR = auto()


Line = tuple[tuple[Style, str], ...]


def plain_texts(lines: Sequence[Line]) -> str:
    """Lines without their styles, each with its end."""
    return "\n".join([plain_text(line) for line in lines]) + "\n"


def plain_text(line: Line) -> str:
    """The line without its styles."""
    return "".join([text for _, text in line])
