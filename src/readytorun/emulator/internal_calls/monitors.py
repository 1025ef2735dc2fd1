"""Locks of objects. There is one thread, so that entering always succeeds."""

from __future__ import annotations


class Monitors:
    """Counts how often each object is entered; by identity hash, which stays when the object moves."""

    def __init__(self) -> None:
        self._depths: dict[int, int] = {}

    def enter(self, identity: int) -> None:
        self._depths[identity] = self._depths.get(identity, 0) + 1

    def exit(self, identity: int) -> bool:
        """False if the object was not entered."""
        depth = self._depths.get(identity, 0)
        if not depth:
            return False
        if depth == 1:
            del self._depths[identity]
        else:
            self._depths[identity] = depth - 1
        return True

    def is_held(self, identity: int) -> bool:
        return identity in self._depths
