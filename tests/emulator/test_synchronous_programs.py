"""The programs of the compiler's runtime tests that the emulator's small framework is enough for, in the emulator.

What they have to print is what their IL prints on a real .NET under the JIT.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from emulated_targets import RELEASE, STRESS_LIMIT
from harness import PROGRAMS

if TYPE_CHECKING:
    from emulation import Emulation

NAMES = (
    "il01_handlers",
    "il02_calls",
    "il03_memory",
    "il04_arithmetic",
    "il05_arrays",
    "il06_flow",
    "il09_jmp",
    "il13_array_methods",
    "il14_merges",
    "p01_integers",
    "p02_calls",
    "p03_branches",
    "p04_objects",
    "p05_arrays",
    "p08_structs",
    "p09_floats",
    "p10_conversions",
    "p11_exceptions",
    "p12_generics",
    "p14_interfaces",
    "p15_nullable",
    "p16_mdarrays",
    "p17_byrefs",
    "p18_pointers",
    "p20_iterators",
    "p21_async",
    "p23_patterns",
    "p31_frames",
    "p32_long_methods",
    "p34_layouts",
    "p35_exception_state",
    "p36_generic_dictionaries",
    "p37_generic_virtuals",
    "p50_catch_type_variable",
    "q01_intrinsics_data",
    "q01_intrinsics_literals",
)


pytestmark = [pytest.mark.runtime]


def source_of(name: str) -> Path:
    """The source of a program."""
    return next(path for path in PROGRAMS.iterdir() if path.stem == name)


@pytest.fixture(params=NAMES)
def source(request: pytest.FixtureRequest, emulation: Emulation) -> Path:
    """Each program's source; skips where its kind cannot be built."""
    found = source_of(request.param)
    if found.suffix == ".il" and emulation.toolchain.ilasm is None:
        pytest.skip("no IL assembler: set R2R_DOTNET")
    return found


@pytest.mark.parametrize("stress_limit", [None, STRESS_LIMIT], ids=["plain", "gc-stress"])
def test_output(emulation: Emulation, source: Path, stress_limit: int | None) -> None:
    from emulation import run_emulated

    expected = emulation.toolchain.run(
        emulation.toolchain.build(source, emulation.folder / "il" / f"{source.stem}.dll")
    )
    run = run_emulated(emulation.program(source, RELEASE), stress_limit=stress_limit)
    assert run.stdout == expected.stdout
    assert run.exit_code & 0xFF == expected.exit_code
    assert (run.collections > 100) == (stress_limit is not None)
