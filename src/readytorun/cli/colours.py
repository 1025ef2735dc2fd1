"""Colours of styled lines on a terminal."""

from __future__ import annotations

from typing import Final

from readytorun.inspect.lines import Line, Style

# Select Graphic Rendition codes (ECMA-48 8.3.117).
_CODES: Final = {
    Style.HEADING: "1",
    Style.ADDRESS: "2",
    Style.NAME: "36",
    Style.KIND: "33",
    Style.BYTES: "2",
    Style.MNEMONIC: "1",
    Style.COMMENT: "32",
    Style.ERROR: "31",
}


def coloured_text(line: Line) -> str:
    """The line with escape sequences."""
    return "".join([f"\033[{_CODES[style]}m{text}\033[0m" if style in _CODES else text for style, text in line])
