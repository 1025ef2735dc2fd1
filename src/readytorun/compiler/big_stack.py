"""Running a function on a thread with a stack that deep recursion does not exhaust."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

# Looking up a variable's definition recurses along the control flow graph, and methods with 100,000 blocks exist.
# Only what is touched of the stack is ever backed by memory.
STACK_SIZE = 512 * 1024 * 1024
RECURSION_LIMIT = 1_000_000

T = TypeVar("T")


def run_with_big_stack(function: Callable[[], T]) -> T:
    """Call `function` on such a thread and wait; its exception is raised here."""
    result: list[T] = []
    error: list[BaseException] = []

    def target() -> None:
        try:
            result.append(function())
        except BaseException as raised:
            error.append(raised)

    old_size = threading.stack_size(STACK_SIZE)
    old_limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(RECURSION_LIMIT, old_limit))
    try:
        thread = threading.Thread(target=target, name="compile", daemon=True)
        thread.start()
    finally:
        threading.stack_size(old_size)
    try:
        thread.join()
    finally:
        sys.setrecursionlimit(old_limit)
    if error:
        raise error[0]
    return result[0]
