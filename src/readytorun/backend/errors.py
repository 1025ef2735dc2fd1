"""Why the back end leaves a method alone."""

from __future__ import annotations


class Unsupported(Exception):
    """The function needs something that the back end does not do; nothing was compiled.

    Attributes:
        reason: short, from a small set of words such as "tail-call-stack-arguments".
        detail: what exactly, for people.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
