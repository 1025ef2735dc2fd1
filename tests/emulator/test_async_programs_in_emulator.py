"""The runtime-async programs, compiled by us in both dialects, run in the emulator: plain, and under GC stress.

What they have to print was recorded from a real .NET (see `async_programs.py`). There is no JIT in the emulator: what
prints is compiled code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from async_programs import AsyncProgram, async_programs
from emulated_targets import STRESS_LIMIT, TARGETS

if TYPE_CHECKING:
    from emulation import Emulation

PROGRAMS = async_programs()

pytestmark = [pytest.mark.runtime]


def name_of(value: AsyncProgram | str) -> str:
    """The name of a parameter in the name of a test."""
    return value if isinstance(value, str) else value.name


def test_there_are_enough() -> None:
    assert len(PROGRAMS) >= 45


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_output(emulation: Emulation, program: AsyncProgram, target: str) -> None:
    run = emulation.run_async_program(program.name, target)
    assert run.stdout == program.expected_on_net11
    assert (run.exit_code, run.stderr) == (0, "")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_output_under_gc_stress(emulation: Emulation, program: AsyncProgram, target: str) -> None:
    run = emulation.run_async_program(program.name, target, STRESS_LIMIT)
    assert run.stdout == program.expected_on_net11
    assert (run.exit_code, run.stderr) == (0, "")
    assert run.collections > 100
