"""What the driver decides about whole programs: which instantiations it compiles, and where it stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import Harness

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.report import AssemblyReport
from readytorun.compiler.targets import target_by_name
from readytorun.r2r.reader import R2RImage

pytestmark = [pytest.mark.runtime, pytest.mark.slow]

RECURSION = """
using System;
using System.Runtime.CompilerServices;

struct Pair<T> { public T First; public int Depth; }

static class Program
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Grow<T>(T value, int depth)
    {
        if (depth == 0) return depth;
        return 1 + Grow(new Pair<T> { First = value, Depth = depth }, depth - 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static T Same<T>(T value) => value;

    static int Main()
    {
        Console.WriteLine(Grow(1, 12));
        Console.WriteLine(Same("text") + Same(5) + Same(2.5));
        return 0;
    }
}
"""


@pytest.fixture(scope="module")
def program(harness: Harness, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if harness.toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    folder = tmp_path_factory.mktemp("driver")
    source = folder / "Recursion.cs"
    source.write_text(RECURSION, encoding="utf-8")
    return harness.toolchain.compile_csharp([source], folder / "il" / "Recursion.dll")


def compile_with(harness: Harness, program: Path, output: Path, *methods: str) -> AssemblyReport:
    options = CompileOptions(target_by_name("net10.0-linux-x64"), methods=methods)
    (report,) = compile_assemblies([program], [str(harness.toolchain.framework)], output, options)
    return report


def test_generic_recursion_ends_and_the_program_still_works(harness: Harness, program: Path, tmp_path: Path) -> None:
    output = tmp_path / "Recursion.dll"
    report = compile_with(harness, program, output)
    assert [refused.reason.value for refused in report.refused] == ["generic-recursion"] * 2  # from __Canon, from int
    assert all("Grow<Pair`1<Pair`1<" in refused.method for refused in report.refused)
    result = harness.toolchain.run(output)
    assert (result.exit_code, result.stdout.split()) == (0, ["12", "text52.5"])


def test_a_filter_finds_instantiations_that_other_methods_need(harness: Harness, program: Path, tmp_path: Path) -> None:
    output = tmp_path / "Recursion.dll"
    report = compile_with(harness, program, output, "Program.Same")
    assert (report.native, report.instantiations) == (1, 3)  # over __Canon, int and double
    assert len(R2RImage.open(output).methods) == 3
    assert harness.toolchain.run(output).stdout.split() == ["12", "text52.5"]
