"""Divisions by constants: all of them become something else, and all results stay the same."""

from __future__ import annotations

import random

import pytest
from irtools.interpreter import Machine

from readytorun.ir import ops
from readytorun.ir.parser import parse_function
from readytorun.ir.text import print_function
from readytorun.ir.verify import check
from readytorun.passes import dead_code, folding

EDGES = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 99, 100, 101, 641, 1000, 65535, 65537, 6700417, 0x3FFFFFFF, 0x55555555]
EDGES += [0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0xAAAAAAAB, 0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 10**12, 10**18]
EDGES += [(1 << 62) - 1, (1 << 63) - 2, (1 << 63) - 1]


def numbers(width: int, count: int, rng: random.Random) -> list[int]:
    """Edge cases with both signs, and random numbers of all magnitudes."""
    limit = 1 << (width - 1)
    found = {n for edge in EDGES for n in (edge, -edge, -edge - 1)}
    found |= {rng.getrandbits(rng.randrange(1, width)) * rng.choice((1, -1)) for _ in range(count)}
    return sorted(n for n in found if -limit <= n < limit)


@pytest.mark.parametrize("type", ["i32", "i64"])
@pytest.mark.parametrize("opcode", ["div", "rem", "div_un", "rem_un"])
def test_division_by_constants(opcode: str, type: str) -> None:
    width = 32 if type == "i32" else 64
    rng = random.Random(width)
    dividends = numbers(width, 150, rng)
    for divisor in numbers(width, 60, rng):
        if divisor == 0 or (divisor == -1 and not opcode.endswith("_un")):
            continue
        text = f"""\
function "f" ({type}) -> {type}
b0:
  v0 = param.{type} 0
  v1 = const.{type} {divisor}
  v2 = {opcode}.{type} v0, v1
  return v2
"""
        original = parse_function(text)
        function = parse_function(text)
        folding.run(function)
        dead_code.run(function)
        check(function, "folding")
        for dividend in dividends:
            expected = Machine(original).run([dividend]).result
            found = Machine(function).run([dividend]).result
            assert found == expected, f"{dividend} / {divisor}\n{print_function(function)}"
        left = [op for op in function.blocks[0].ops if ops.DIV <= op.opcode <= ops.REM_UN]
        if type == "i32" and (divisor >= 3 or opcode.endswith("_un")) and divisor & 0xFFFFFFFF > 2:
            assert not left, print_function(function)
