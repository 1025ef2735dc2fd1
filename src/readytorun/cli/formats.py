"""Formats of what commands print."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What the output is."""

    TEXT = "text"
    JSON = "json"
