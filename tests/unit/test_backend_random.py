"""Random functions, compiled and run natively, do what the interpreter says; a moving collector checks the GC info."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from irtools.generator import SIGNATURE, make_function
from irtools.interpreter import Machine, ManagedException, OutOfFuel, from_float, token_of
from irtools.mixer import SIGNATURE as MIX_SIGNATURE
from irtools.mixer import MixMachine, callee, make_mix, object_content
from irtools.native import IS_SUPPORTED, Native, separate_cells

from readytorun.backend.x64 import compile_function
from readytorun.ir.function import Block
from readytorun.ir.parser import parse_function
from readytorun.ir.text import print_function
from readytorun.ir.types import F32, F64, I32, I64, REF
from readytorun.passes.pipeline import run_pipeline

pytestmark = pytest.mark.skipif(not IS_SUPPORTED, reason="runs machine code for Linux x64")

FUEL = 3000
INPUTS: list[tuple[tuple[int | None, int | None], list[int]]] = [
    ((6, 6), [3, -1, 9]),
    ((5, 0), [0, 1, -(1 << 40)]),
    ((None, 4), [2, 255, 1]),
    ((8, 5), [-0x80000000, 0x7FFFFFFF, 1 << 62]),
    ((4, None), [1, 1, 0]),
]


def objects(machine: Machine | Native, lengths: tuple[int | None, int | None]) -> list[int]:
    result = []
    for length in lengths:
        if length is None:
            result.append(0)
        else:
            content = b"".join([(i * 77 & 0xFFFFFFFF).to_bytes(4, "little") for i in range(max(length, 5))])
            result.append(machine.new_object(length.to_bytes(8, "little") + content))
    return result


@pytest.mark.parametrize("optimised", [False, True])
@given(seed=st.integers(0, 1 << 32), size=st.integers(3, 40))
@settings(max_examples=60, deadline=None)
def test_native_code_does_what_the_ir_says(optimised: bool, seed: int, size: int) -> None:
    function = make_function(seed, size, False)
    if optimised:
        run_pipeline(function)
    separate_cells(function)
    text = print_function(function)
    original = parse_function(text)
    native = Native(original, compile_function(function), fuel=FUEL)
    types = [param.type for param in SIGNATURE.params]
    try:
        for lengths, numbers in INPUTS:
            machine = Machine(original, FUEL)
            try:
                expected = machine.run(objects(machine, lengths) + numbers)
            except OutOfFuel:
                continue
            if any(not line.startswith("call") for line in expected.trace):
                continue  # the callee counts such lines, which native code does not write
            found = native.run(objects(native, lengths) + numbers, types, SIGNATURE.result.type)
            if found.exception == "Arithmetic":  # the hardware does not tell which
                assert expected.exception in ("DivideByZero", "Overflow"), text
            else:
                assert found.exception == expected.exception, text
            assert found.result == expected.result, text
            assert found.trace == [line for line in expected.trace if line.startswith("call")], text
            assert found.memory == expected.memory, text
    finally:
        native.close()


# Seed of the objects' content, then the parameters other than references; the struct's two halves are together.
MIX_INPUTS = [
    (5, 3.5, -7, 123456789012, 1.25, 9, (1, 2), 77, -5),
    (1, -1e300, -(1 << 31), -(1 << 63), -0.0, 0, (1 << 62, -1), 1, 0),
]


@given(seed=st.integers(0, 1 << 32), size=st.integers(1, 150))
@settings(max_examples=100, deadline=None)
def test_all_operations_under_register_pressure(seed: int, size: int) -> None:
    function = make_mix(seed, size)
    text = print_function(function)
    original = parse_function(text)
    native = Native(original, compile_function(function), callee=callee, reference_fields=(8,))
    # The struct does not fit into the one register that is left: it goes to the stack, the next parameter does not.
    types = [REF, F64, I32, I64, REF, F32, I32, I32, I64, I64, REF, I64]
    assert len(types) == len(MIX_SIGNATURE.params) + 1
    try:
        for content, f64, i32, i64, f32, second, pair, third, last in MIX_INPUTS:
            machine = MixMachine(original, FUEL)
            a, b, c = [machine.new_object(object_content(content + i)) for i in range(3)]
            home = next(slot for slot in original.slots if slot.param_index == 7)
            machine.regions[machine.slots[home.id] >> 20][:16] = struct.pack("<qq", *pair)
            wide, single = from_float(F64, f64), from_float(F32, f32)
            expected = machine.run([a, wide, i32, i64, b, single, second, 0, third, c, last])
            for i in range(3):
                native.new_object(object_content(content + i))
            found = native.run([a, wide, i32, i64, b, single, second, third, *pair, c, last], types, I64)
            assert (found.exception, found.result) == (expected.exception, expected.result), text
            assert found.trace == [line for line in expected.trace if line != "atomic"], text
            assert found.memory == expected.memory, text
    finally:
        native.close()


class HandlerMachine(Machine):
    """The interpreter, but an exception that leaves a handler goes on to the regions around it."""

    def _dispatch(self, block: Block, error: ManagedException) -> Block:
        regions = self.function.eh_regions
        index = block.try_index
        while index >= 0:
            candidate = index
            while True:
                region = regions[candidate]
                entry = self.function.funclets[region.handler_funclet - 1].entry
                try:
                    if region.kind == 0 and region.class_token in (0x02000001, token_of(error.kind)):
                        self.outcome.trace.append(f"catch {error.kind}")
                        self._execute(entry)
                        return self.continuation
                    if region.kind in (2, 4):
                        self._execute(entry)
                except ManagedException as another:
                    error = another
                    break
                candidate += 1
                if candidate >= len(regions) or not regions[candidate].same_try_as_previous:
                    break
            index = regions[index].enclosing
        raise error


@pytest.mark.parametrize("optimised", [False, True])
@given(seed=st.integers(0, 1 << 32), size=st.integers(5, 80))
@settings(max_examples=60, deadline=None)
def test_exceptions_and_funclets(optimised: bool, seed: int, size: int) -> None:
    function = make_function(seed, size, True)
    if optimised:
        run_pipeline(function)
    separate_cells(function)
    text = print_function(function)
    original = parse_function(text)
    native = Native(original, compile_function(function), fuel=FUEL)
    types = [param.type for param in SIGNATURE.params]
    try:
        for lengths, numbers in INPUTS:
            machine = HandlerMachine(original, FUEL)
            try:
                expected = machine.run(objects(machine, lengths) + numbers)
            except OutOfFuel:
                continue
            if any(not line.startswith(("call", "catch")) for line in expected.trace):
                continue  # the callee counts such lines, which native code does not write
            found = native.run(objects(native, lengths) + numbers, types, SIGNATURE.result.type)
            if found.exception == "Arithmetic":  # without handlers, the hardware's word is all there is
                assert expected.exception in ("DivideByZero", "Overflow"), text
            else:
                assert found.exception == expected.exception, text
            assert (found.result, found.trace, found.memory) == (expected.result, expected.trace, expected.memory), text
    finally:
        native.close()


@given(seed=st.integers(0, 1 << 32), size=st.integers(10, 80))
@settings(max_examples=40, deadline=None)
def test_loops_survive_a_collection_at_every_instruction(seed: int, size: int) -> None:
    function = make_mix(seed, size)
    text = print_function(function)
    original = parse_function(text)
    native = Native(original, compile_function(function), callee=callee, reference_fields=(8,), step=True)
    types = [REF, F64, I32, I64, REF, F32, I32, I32, I64, I64, REF, I64]
    try:
        machine = MixMachine(original, FUEL)
        a, b, c = [machine.new_object(object_content(i)) for i in range(3)]
        expected = machine.run([a, 0, 1, 2, b, 0, 3, 0, 4, c, 5])
        for i in range(3):
            native.new_object(object_content(i))
        found = native.run([a, 0, 1, 2, b, 0, 3, 4, 0, 0, c, 5], types, I64)
        assert (found.exception, found.result) == (expected.exception, expected.result), text
        assert found.trace == [line for line in expected.trace if line != "atomic"], text
        assert found.memory == expected.memory, text
    finally:
        native.close()
