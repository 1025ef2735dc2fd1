"""Division by constants: natively, for edge cases of divisors and numbers."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from irtools.interpreter import arithmetic, wrap
from irtools.native import IS_SUPPORTED, Native

from readytorun.backend.x64 import compile_function
from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Function
from readytorun.ir.types import I32, I64, AbiType, CallSignature

pytestmark = pytest.mark.skipif(not IS_SUPPORTED, reason="runs machine code for Linux x64")


def numbers(width: int) -> st.SearchStrategy[int]:
    near_power = st.builds(lambda bit, off: (1 << bit) + off, st.integers(0, width - 1), st.integers(-1, 1))
    plain = st.integers(-(1 << width - 1), (1 << width - 1) - 1)
    return st.one_of(st.integers(-100, 100), near_power, near_power.map(lambda x: -x), plain)


@pytest.mark.parametrize("opcode", [ops.DIV, ops.REM, ops.DIV_UN, ops.REM_UN])
@pytest.mark.parametrize("type", [I32, I64])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_constant_division(opcode: int, type: int, data: st.DataObject) -> None:
    width = 32 if type == I32 else 64
    divisor = wrap(type, data.draw(numbers(width)))
    if divisor == 0:
        divisor = 3
    function = Function("divide", CallSignature([AbiType(type)], AbiType(type)))
    builder = IRBuilder(function)
    block = function.new_block()
    function.blocks.append(block)
    builder.block = block
    value = builder.param(type, 0)
    builder.terminate(ops.RETURN, [builder.op(opcode, type, [value, builder.const(type, divisor)])], [], [])
    native = Native(function, compile_function(function))
    try:
        call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(native.entry)
        multiples = [
            wrap(type, divisor * k + off) for k in (1, -1, 2, 12345, (1 << width) // divisor) for off in (-1, 0, 1)
        ]
        for number in [*data.draw(st.lists(numbers(width), max_size=30)), *multiples, 0, -(1 << width - 1)]:
            number = wrap(type, number)
            if divisor == -1 and number == -(1 << width - 1):
                continue
            assert wrap(type, call(number)) == arithmetic(opcode, type, type, [number, divisor]), (number, divisor)
    finally:
        native.close()
