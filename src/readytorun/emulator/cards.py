"""Stores of references that no write barrier was told of: what would make a generational collector lose objects.

The barriers mark a *card*, a byte for each word of the heap, where they store. A collector of young objects looks at
marked cards only, so each reference from an old object to a young one must have a marked card. That is checked now and
then during GC stress; all objects that are there then count as old from then on.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from readytorun.emulator.memory import Memory

if TYPE_CHECKING:
    from readytorun.emulator.machine import Machine

_PERIOD: Final = 16  # collections between two checks

Words = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]


class Cards:
    """The cards, and how far into the heap the old objects reach.

    Until `enable` nothing is marked.
    """

    def __init__(self, memory: Memory, machine: Machine) -> None:
        self._memory = memory
        self._machine = machine
        self._low = memory.heap_starts[0]
        self._span = memory.heap_starts[1] + memory.heap_size - self._low
        self._table = 0
        self._old_end = 0
        self._marked: list[Indices] = []
        self._collections = 0

    @property
    def is_enabled(self) -> bool:
        return self._table != 0

    def enable(self) -> None:
        """Make the barriers mark cards."""
        if not self._table:
            self._table = self._memory.allocate_data(self._span >> 3)
            self._machine.mark_cards(self._low, self._span, self._table)

    def mark(self, address: int, size: int = 8) -> None:
        """The runtime itself has stored there."""
        if self._table and 0 <= address - self._low < self._span:
            self._memory.fill(self._table + (address - self._low >> 3), size + 7 >> 3, 1)

    def forget(self, used: int) -> None:
        """Objects have changed places: all of them, up to `used` bytes of the heap, are old."""
        if self._table:
            host = self._memory.host_address + self._memory.offset_of(self._table)
            ctypes.memset(host, 0, self._span >> 3)
        self._marked = []
        self._old_end = used

    def check(self, start: int, used: int, refs: Indices) -> int:
        """Take the cards of the heap in use over, before a shift moves it, and check them now and then.

        Args:
            start, used: the heap's first address, and its bytes.
            refs: the words of the heap that hold references, counted from its start, in order.

        Returns:
            Address of a reference that no barrier was told of, 0 if there is none.
        """
        if not self._table:
            return 0
        memory = self._memory
        first = memory.offset_of(self._table) + (start - self._low >> 3)
        count = used >> 3
        cards = np.frombuffer(memory.bytes, dtype=np.uint8, count=count, offset=first)
        self._marked.append(np.flatnonzero(cards))
        ctypes.memset(memory.host_address + first, 0, count)
        self._collections += 1
        if self._collections % _PERIOD:
            return 0
        old = refs[: int(np.searchsorted(refs, self._old_end >> 3))]
        words: Words = np.frombuffer(memory.bytes, dtype=np.uint64, count=count, offset=memory.offset_of(start))
        content = words[old]
        young = old[(content >= np.uint64(start + self._old_end)) & (content < np.uint64(start + used))]
        missed = young[~np.isin(young, np.concatenate(self._marked))]
        self._marked = []
        self._old_end = used
        return start + 8 * int(missed[0]) if len(missed) else 0
