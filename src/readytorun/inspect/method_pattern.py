"""Choosing methods by what a person writes: `--method PATTERN`."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"0x0[6aA][0-9a-fA-F]{6}")


class MethodPattern:
    """A MethodDef or MemberRef token (`0x06000012`), or a name.

    A name may be short of its namespace and types at the front, of its parameters, and of all type arguments:
    `JObject.Parse`, `Parse(string)` and `List.Add` mean Newtonsoft.Json.Linq.JObject.Parse(string) and
    System.Collections.Generic.List<int>.Add(int). `*` and `?` stand for any text and any character.
    """

    __slots__ = ("_name", "_token", "_with_arguments")

    def __init__(self, pattern: str) -> None:
        self._token = int(pattern, 16) if _TOKEN.fullmatch(pattern) else None
        text = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
        self._with_arguments = without_type_arguments(pattern) != pattern
        parameters = "" if "(" in pattern else r"(<[^(]*>)?(\(.*\))?"
        self._name = re.compile(rf"(.*[.+])?{text}{parameters}")

    def matches(self, name: str, token: int = 0) -> bool:
        """Whether the method with a full name and a token is meant."""
        if self._token is not None:
            return token == self._token
        if self._name.fullmatch(name):
            return True
        return not self._with_arguments and self._name.fullmatch(without_type_arguments(name)) is not None


def without_type_arguments(name: str) -> str:
    """A name without its lists of type arguments: "System.Span<char>.Slice(int)" becomes "System.Span.Slice(int)".

    The brackets of names that compilers make (`<Main>$`, `Type+<>c`) begin a part of the name and stay.
    """
    if "<" not in name:
        return name
    out: list[str] = []
    depth = 0
    previous = "."
    for character in name:
        if character == "<" and (depth or previous not in ".+<( ,[>"):
            depth += 1
        elif character == ">" and depth:
            depth -= 1
        elif not depth:
            out.append(character)
        previous = character
    return "".join(out)
