"""The table of internal calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

TABLE: Final[dict[str, Callable[..., Any]]] = {}
Function = TypeVar("Function", bound=Callable[..., Any])


def internal_call(*names: str) -> Callable[[Function], Function]:
    """Register a function under the names of the methods that it implements."""

    def register(function: Function) -> Function:
        for name in names:
            if name in TABLE:
                raise ValueError(f"{name} is there already")
            TABLE[name] = function
        return function

    return register
