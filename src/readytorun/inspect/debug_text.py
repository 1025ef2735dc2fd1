"""Debug information in words: where a bound maps to, and why it is there."""

from __future__ import annotations

from typing import Final

# The names are those of `cordebuginfo.h`: enums MappingTypes and SourceTypes.
SPECIAL_IL_OFFSETS: Final = {-1: "no mapping", -2: "prolog", -3: "epilog"}
_BOUND_SOURCES: Final = {1: "call instruction", 2: "stack empty", 4: "async"}


def il_offset_text(offset: int) -> str:
    """What a bound maps to: "IL 0x0012", or a word for what has no IL offset."""
    return SPECIAL_IL_OFFSETS.get(offset) or f"IL {offset:#06x}"


def bound_sources(source: int) -> list[str]:
    """The reasons for a bound, from its bits."""
    return [name for bit, name in _BOUND_SOURCES.items() if source & bit]
