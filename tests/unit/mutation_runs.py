"""What the scripts and tests of damaged inputs share: what came of one, an alarm for hangs, runs of very many."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType


@dataclass
class Outcome:
    """What came of one damaged input.

    Attributes:
        kind: what may be ("image", "error", "read", "errors"), or what must not be: "crash", "hang", "partial file",
            "memory".
        detail: what was wrong.
        messages: what was said about it where the outcome is good.
    """

    kind: str
    detail: str = ""
    messages: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return self.kind in ("image", "error", "read", "errors")


class HangError(Exception):
    """The alarm went off."""


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Raise HangError in the block when it takes longer."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise HangError

    previous = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def try_many(
    attempt: Callable[[tuple[bytes, int]], Outcome],
    originals: Sequence[bytes],
    count: int,
    subjects: Callable[[list[str]], Iterable[str]],
) -> tuple[bool, Counter[str]]:
    """Try many mutations in all processors; what must not be is printed, with its seed, and how many of each kind.

    Args:
        attempt: tries an original with a seed; a function at the top level of a module.
        originals: taken in turn.
        count: seeds from 0 on.
        subjects: what the messages of a good outcome are about; counted.

    Returns:
        whether all outcomes are good, and the subjects with the number of inputs.
    """
    kinds: Counter[str] = Counter()
    found: Counter[str] = Counter()
    is_good = True
    work = [(originals[seed % len(originals)], seed) for seed in range(count)]
    with ProcessPoolExecutor(os.cpu_count()) as executor:
        for (_, seed), outcome in zip(work, executor.map(attempt, work, chunksize=20), strict=True):
            kinds[outcome.kind] += 1
            if outcome.is_good:
                found.update(set(subjects(outcome.messages)))
            else:
                is_good = False
                print(f"seed {seed}: {outcome.kind}\n{outcome.detail}", flush=True)
    print(", ".join(f"{number:,} x {kind}" for kind, number in kinds.most_common()))
    return is_good, found
