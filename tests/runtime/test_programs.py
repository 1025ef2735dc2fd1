"""Programs on a real CoreCLR: precompiled, they must do what their IL does under the JIT.

Each program is run three ways (see `harness.MODES`). A test also asserts that the runtime really ran the precompiled
code: an image that it silently rejects would pass every comparison.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import MODES, Harness, program_sources

SOURCES = program_sources()

# Programs of constructs that are easily left to the JIT, where the share of all methods would not show it: not one of
# their methods may be.
FULLY_PRECOMPILED = (
    "il13_array_methods",
    "il14_merges",
    "il15_fields_and_boxes",
    "p12_generics",
    "p30_pinvoke",
    "p37_generic_virtuals",
    "p47_shared_mdarrays",
    "p48_static_virtuals",
    "p49_constrained_calls",
    "p50_catch_type_variable",
    "p51_synchronized",
    "p52_native_calls",
    "p53_shared_nullables",
    "p54_implicit_tail_calls",
)

pytestmark = [pytest.mark.runtime]


def needs_tools_for(harness: Harness, source: Path) -> None:
    """Skip, with the reason, when the program cannot be built here."""
    if source.suffix == ".il" and harness.toolchain.ilasm is None:
        pytest.skip("no IL assembler: set R2R_DOTNET")
    if source.suffix == ".cs" and harness.toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_same_output(harness: Harness, source: Path, mode: str) -> None:
    needs_tools_for(harness, source)
    prepared = harness.prepare(source)
    assert prepared.expected_exit_code < 128, f"the program crashes under the JIT:\n{prepared.expected_stdout}"
    assert not prepared.error, prepared.error
    result = harness.run(prepared, mode)
    shown = f"stderr of the run of {prepared.compiled}:\n{result.stderr[-4000:]}"
    assert result.stdout.splitlines() == prepared.expected_stdout.splitlines(), shown
    assert result.exit_code == prepared.expected_exit_code, shown


@pytest.mark.parametrize("name", FULLY_PRECOMPILED)
def test_no_method_is_jitted(harness: Harness, name: str) -> None:
    source = next(source for source in SOURCES if source.stem == name)
    if harness.compiler.name != "readytorun":
        pytest.skip(f"{harness.compiler.name} leaves more methods to the JIT")
    needs_tools_for(harness, source)
    prepared = harness.prepare(source)
    assert not prepared.error, prepared.error
    assert prepared.executed
    assert not harness.share(source).jitted, "\n".join(harness.compiler.reasons(prepared.compiled))


def test_share_of_precompiled_methods(harness: Harness) -> None:
    executed = 0
    jitted: list[str] = []
    reasons: list[str] = []
    for source in SOURCES:
        if harness.toolchain.ilasm is None and source.suffix == ".il":
            continue
        needs_tools_for(harness, source)
        prepared = harness.prepare(source)
        assert prepared.executed, f"{source.stem}: the list of JIT-compiled methods names none of the program's"
        if prepared.error:
            jitted += [f"{source.stem} was not compiled"] * len(prepared.executed)
        else:
            share = harness.share(source)
            jitted += [f"{source.stem}: {name}" for name in share.jitted]
            reasons += [f"{source.stem}: {reason}" for reason in harness.compiler.reasons(prepared.compiled)]
        executed += len(prepared.executed)
    share_of_all = 1 - len(jitted) / executed
    listing = "\n".join([*jitted, "", "The compiler's reasons:", *reasons])
    assert share_of_all >= harness.compiler.required_share, (
        f"only {share_of_all:.1%} of {executed} methods; JIT-compiled:\n{listing}"
    )
