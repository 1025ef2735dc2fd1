"""Choosing methods by name or token: what `--method` takes."""

from __future__ import annotations

import re

from readytorun.typesystem.method_desc import MethodDesc

_TOKEN = re.compile(r"0x06[0-9a-fA-F]{6}")


class MethodFilter:
    """Methods that match any of some patterns; all methods if there is none.

    A pattern is a MethodDef token (`0x06000012`), or a name as messages show it: `Namespace.Type.Method`, with or
    without its parameters, `Type.Method`, or `Method`; `*` and `?` stand for any text and any character.
    """

    __slots__ = ("_names", "_tokens")

    def __init__(self, patterns: tuple[str, ...] = ()) -> None:
        self._tokens = {int(p, 16) for p in patterns if _TOKEN.fullmatch(p)}
        self._names = [_name_pattern(p) for p in patterns if not _TOKEN.fullmatch(p)]

    @property
    def selects_all(self) -> bool:
        return not self._tokens and not self._names

    def matches(self, method: MethodDesc) -> bool:
        """Whether a method is selected; instantiations are if their definition is."""
        if self.selects_all or method.token in self._tokens:
            return True
        if not self._names:
            return False
        texts = {str(method), str(method.definition)}
        return any(name.fullmatch(text) for name in self._names for text in texts)


def _name_pattern(pattern: str) -> re.Pattern[str]:
    text = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    parameters = "" if "(" in pattern else r"(<[^(]*>)?(\(.*\))?"
    return re.compile(rf"(.*[.+])?{text}{parameters}")
