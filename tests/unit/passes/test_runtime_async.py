"""Suspension changes nothing: random async methods run without, and with awaits that suspend in all ways."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from irtools.async_machine import AsyncMachine, make_async, set_facts
from irtools.generator import make_function
from irtools.interpreter import Outcome, OutOfFuel

from readytorun.ir.function import Function
from readytorun.ir.parser import parse_function
from readytorun.ir.runtime_async import DIALECTS, Dialect
from readytorun.ir.text import print_function
from readytorun.ir.verify import check
from readytorun.passes.pipeline import PASSES
from readytorun.passes.runtime_async import contexts, split
from readytorun.passes.runtime_async.split import CannotSuspend

FUEL = 4000
INPUTS: list[tuple[tuple[int | None, int | None], list[int]]] = [
    ((6, 6), [3, -1, 9]),
    ((5, 0), [0, 1, -(1 << 40)]),
    ((None, 4), [2, 255, 1]),
]


def run(
    function: Function,
    arrays: tuple[int | None, int | None],
    numbers: list[int],
    schedule: list[bool],
    fuel: int = FUEL,
) -> tuple[Outcome, AsyncMachine] | None:
    """What the function does; None if it takes too long."""
    machine = AsyncMachine(function, fuel, schedule)
    values = []
    for length in arrays:
        if length is None:
            values.append(0)
        else:
            content = b"".join([(i * 77 & 0xFFFFFFFF).to_bytes(4, "little") for i in range(max(length, 5))])
            values.append(machine.new_object(length.to_bytes(8, "little") + content))
    try:
        return machine.run(values + numbers), machine
    except OutOfFuel:
        return None


def compare(function: Function, original: Function, rng: random.Random) -> int:
    """Run with several schedules; gives the number of suspensions."""
    suspensions = 0
    for arrays, numbers in INPUTS:
        expected = run(original, arrays, numbers, [])
        if expected is None:
            continue
        for schedule in ([], [True] * 100, [rng.random() < 0.5 for _ in range(100)]):
            found = run(function, arrays, numbers, schedule, 20 * FUEL)
            assert found is not None, "runs much longer"
            assert found[0].visible() == expected[0].visible(), print_function(function)
            suspensions += found[1].suspensions
    return suspensions


def split_function(seed: int, size: int, with_eh: bool, dialect: Dialect, saves: bool) -> tuple[Function, Function]:
    """A random async method as it is, and transformed."""
    function = make_function(seed, size, with_eh)
    assume(make_async(function, dialect, random.Random(seed), saves) > 0)
    check(function)
    original = parse_function(print_function(function))
    check(original)
    contexts.run(function)
    check(function, "contexts")
    try:
        split.run(function)
    except CannotSuspend:
        assume(False)
    check(function, "split")
    return original, function


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(seed=st.integers(0, 1 << 32), size=st.integers(5, 40), with_eh=st.booleans(), saves=st.booleans())
@settings(max_examples=200, deadline=None)
def test_suspension_keeps_meaning(dialect: Dialect, seed: int, size: int, with_eh: bool, saves: bool) -> None:
    original, function = split_function(seed, size, with_eh, dialect, saves)
    compare(function, original, random.Random(seed))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@given(seed=st.integers(0, 1 << 32), size=st.integers(5, 40), with_eh=st.booleans(), saves=st.booleans())
@settings(max_examples=60, deadline=None)
def test_pipeline_keeps_meaning(dialect: Dialect, seed: int, size: int, with_eh: bool, saves: bool) -> None:
    function = make_function(seed, size, with_eh)
    assume(make_async(function, dialect, random.Random(seed), saves) > 0)
    original = parse_function(print_function(function))
    for name, run_pass in PASSES:
        try:
            run_pass(function)
        except CannotSuspend:
            assume(False)
        check(function, name)
    compare(function, original, random.Random(seed))


_READ_BY_A_HANDLER = """function "handler" (i32) -> i32
  slot s0: size 4 align 4
  region 0: typed 0x02000001 handler 1
  funclet 1: b3 handler of region 0
b0:
  v0 = param.i32 0
  v1 = slot_addr s0
  store.i32 [v1], v0
  jump b1
b1: preds b0 try 0
  v2 = const.ref 0
  v3 = const.i32 3
  v4 = call cell(METHOD, 14ee, METHOD_CALL) (ref continuation: v2, i32: v3) -> i32 continuation user await captured i32
  v5 = slot_addr s0
  store.i32 [v5], v4
  jump b2
b2: preds b1
  v6 = slot_addr s0
  v7 = load.i32 [v6]
  return v7
b4:
  v8 = slot_addr s0
  v9 = load.i32 [v8]
  return v9
b3: funclet 1
  v10: ref = catch_arg
  catch_return b4
"""


@pytest.mark.parametrize("suspends", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_what_only_a_handler_reads_is_saved(dialect: Dialect, suspends: bool) -> None:
    """The callee throws (its argument is a multiple of 3), before or after it suspended."""
    function = parse_function(_READ_BY_A_HANDLER)
    set_facts(function, dialect, True)
    check(function)
    contexts.run(function)
    split.run(function)
    check(function)
    machine = AsyncMachine(function, FUEL, [suspends])
    outcome = machine.run([77])
    assert outcome.result == 77 and "catch Callee" in outcome.trace
    assert machine.suspensions == suspends


def test_the_test_suspends() -> None:
    """Most random methods do suspend, often several times."""
    total = 0
    for seed in range(60):
        function = make_function(seed, 25, seed % 2 == 1)
        dialect = DIALECTS[seed % len(DIALECTS)]
        if not make_async(function, dialect, random.Random(seed), True):
            continue
        original = parse_function(print_function(function))
        contexts.run(function)
        try:
            split.run(function)
        except CannotSuspend:
            continue
        total += compare(function, original, random.Random(seed))
    assert total > 200
