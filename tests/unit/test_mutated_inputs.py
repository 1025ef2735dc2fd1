"""Damaged inputs end in an image or a clean error; see `mutations` for what that means, and for many more of them."""

from __future__ import annotations

import pytest
from cli_support import sample
from mutations import mutate, try_mutation

COUNT = 240
GROUPS = 24


@pytest.mark.parametrize("group", range(GROUPS))
def test_mutations_end_well(group: int) -> None:
    assembly = sample()
    bad = []
    for seed in range(group, COUNT, GROUPS):
        outcome = try_mutation(assembly, seed)
        if not outcome.is_good:
            bad.append(f"seed {seed}: {outcome.kind} {outcome.detail}")
    assert not bad, "\n".join(bad)


def test_mutations_damage_what_they_are_given() -> None:
    assembly = sample()
    damaged = [mutate(assembly, seed) for seed in range(100)]
    assert all(image != assembly for image in damaged)
    assert len(set(damaged)) > 90
    assert any(len(image) < len(assembly) for image in damaged)


def test_both_ends_are_reached() -> None:
    kinds = {try_mutation(sample(), seed).kind for seed in range(24)}
    assert kinds == {"image", "error"}
