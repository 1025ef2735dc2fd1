"""No pass changes what a function does: random functions run before and after each pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from irtools.generator import make_function
from irtools.interpreter import Machine, Outcome, OutOfFuel

from readytorun.ir.function import Function
from readytorun.ir.parser import parse_function
from readytorun.ir.text import print_function
from readytorun.ir.verify import check
from readytorun.passes.pipeline import PASSES

FUEL = 3000


def run(function: Function, arrays: tuple[int | None, int | None], numbers: list[int]) -> Outcome | None:
    """What the function does; None if it takes too long."""
    machine = Machine(function, FUEL)
    values = []
    for length in arrays:
        if length is None:
            values.append(0)
        else:
            content = b"".join([(i * 77 & 0xFFFFFFFF).to_bytes(4, "little") for i in range(max(length, 5))])
            values.append(machine.new_object(length.to_bytes(8, "little") + content))
    try:
        return machine.run(values + numbers)
    except OutOfFuel:
        return None


INPUTS: list[tuple[tuple[int | None, int | None], list[int]]] = [
    ((6, 6), [3, -1, 9]),
    ((5, 0), [0, 1, -(1 << 40)]),
    ((None, 4), [2, 255, 1]),
    ((8, 5), [-0x80000000, 0x7FFFFFFF, 1 << 62]),
    ((4, None), [1, 1, 0]),
]


def compare_all(function: Function, original: Function, name: str) -> None:
    for arrays, numbers in INPUTS:
        expected = run(original, arrays, numbers)
        if expected is None:
            continue
        found = run(function, arrays, numbers)
        assert found is not None, f"{name}: runs much longer"
        assert found.visible() == expected.visible(), f"after {name}\n{print_function(function)}"


@pytest.mark.parametrize("with_eh", [False, True])
@given(seed=st.integers(0, 1 << 32), size=st.integers(3, 40))
@settings(max_examples=150, deadline=None)
def test_pipeline_keeps_meaning(with_eh: bool, seed: int, size: int) -> None:
    function = make_function(seed, size, with_eh)
    original = parse_function(print_function(function))
    for name, run_pass in PASSES:
        before = print_function(function)
        run_pass(function)
        try:
            check(function, name)
            compare_all(function, original, name)
        except Exception:
            print(f"before {name}:\n{before}")
            raise
    # A suspension never waits for more than one way through all of the code.
    count = sum([len(block.ops) for block in function.blocks])
    for arrays, numbers in INPUTS:
        outcome = run(function, arrays, numbers)
        if outcome is not None:
            assert outcome.longest <= count, print_function(function)


@pytest.mark.parametrize("name", sorted({row[0] for row in PASSES}))
@given(seed=st.integers(0, 1 << 32), size=st.integers(3, 30), with_eh=st.booleans())
@settings(max_examples=50, deadline=None)
def test_each_pass_alone(name: str, seed: int, size: int, with_eh: bool) -> None:
    function = make_function(seed, size, with_eh)
    original = parse_function(print_function(function))
    for known, run_pass in PASSES:
        if known == name:
            run_pass(function)
            break
    check(function, name)
    compare_all(function, original, name)
