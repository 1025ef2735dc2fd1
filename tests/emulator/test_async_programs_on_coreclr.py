"""The runtime-async programs print what is recorded for them on a real CoreCLR, in both forms.

So the recorded files, which the tests of the emulator compare with, are what a real runtime does. All programs are in
one assembly for each form and run in one process; a slow test compiles and runs each of them by itself.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from async_programs import PROGRAMS as PROGRAM_FOLDER
from async_programs import AsyncProgram, Form, async_programs, build_all, run_all, split
from harness import list_jitted
from list_api import Scanner, render
from toolchain import Toolchain, find_toolchain, why_no_toolchain

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.targets import target_by_name
from readytorun.metadata.assembly import AssemblyFile

PROGRAMS = async_programs()
ON_NET10 = [(program, form) for program in PROGRAMS for form in Form if form is Form.CLASSIC or program.runs_on_net10]

pytestmark = [pytest.mark.runtime]


def name_of(value: AsyncProgram | Form) -> str:
    """The name of a parameter in the name of a test."""
    return value.name if isinstance(value, AsyncProgram) else value.value


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """The tools, with a C# compiler."""
    found = find_toolchain()
    if found is None:
        pytest.skip(why_no_toolchain())
    if found.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    return found


@pytest.fixture(scope="session")
def assemblies(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> dict[Form, Path]:
    """All programs, in both forms."""
    folder = tmp_path_factory.mktemp("async-programs")
    return {form: build_all(toolchain, form, folder, PROGRAMS) for form in Form}


@pytest.fixture(scope="session")
def outputs(toolchain: Toolchain, assemblies: dict[Form, Path]) -> dict[Form, dict[str, str]]:
    """What the programs print on .NET 10."""
    return {form: run_all(toolchain, form, assemblies[form], [p for p, f in ON_NET10 if f is form]) for form in Form}


@pytest.mark.parametrize(("program", "form"), ON_NET10, ids=name_of)
def test_expected_is_what_the_runtime_prints(
    outputs: dict[Form, dict[str, str]], program: AsyncProgram, form: Form
) -> None:
    assert outputs[form].get(program.name, "it did not run") == program.expected_of(form)


@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_differences_are_explained(program: AsyncProgram) -> None:
    """A program whose output on .NET 11 is another, or that .NET 10 cannot run, says so, and no other does."""
    assert ("deliberate difference" in program.text.lower()) == program.net11_path.exists()
    assert not (program.net11_path.exists() and not program.runs_on_net10)
    if program.net11_path.exists():
        assert program.expected != program.expected_on_net11


def test_list_of_what_they_use_is_current(assemblies: dict[Form, Path]) -> None:
    scanner = Scanner(AssemblyFile.open(assemblies[Form.RUNTIME_ASYNC]))
    scanner.scan()
    text = (PROGRAM_FOLDER / "API.md").read_text(encoding="utf-8")
    assert text == render(scanner, len(PROGRAMS)), "run tests/emulator/list_api.py"


@pytest.mark.slow
@pytest.mark.parametrize("form", Form, ids=name_of)
@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_alone(toolchain: Toolchain, program: AsyncProgram, form: Form, tmp_path: Path) -> None:
    assembly = toolchain.compile_csharp(program.sources, tmp_path / f"{program.name}.dll", options=form.options)
    if form is Form.RUNTIME_ASYNC and not program.runs_on_net10:
        return
    run = toolchain.run(assembly, environment=form.environment)
    assert (run.exit_code, run.stdout) == (0, program.expected_of(form)), run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("tiered", ["0", "1"])
def test_without_tiering(toolchain: Toolchain, assemblies: dict[Form, Path], tiered: str) -> None:
    """The output does not depend on how well the JIT optimises, nor on when the collector runs."""
    form = Form.RUNTIME_ASYNC
    programs = [p for p in PROGRAMS if p.runs_on_net10]
    environment = {**form.environment, "DOTNET_TieredCompilation": tiered, "DOTNET_GCgen0size": "0x10000"}
    run = toolchain.run(assemblies[form], [p.name for p in programs], environment)
    assert split(run.stdout) == {p.name: p.expected for p in programs}, run.stderr


def test_precompiled_for_net10(toolchain: Toolchain, assemblies: dict[Form, Path], tmp_path: Path) -> None:
    """An image for .NET 10 leaves async methods to the JIT and has the others: both work together on the runtime.

    Images that have code for async methods as if they were synchronous crash there.
    """
    il = assemblies[Form.RUNTIME_ASYNC]
    image = tmp_path / il.name
    compile_assemblies([il], [f"{toolchain.framework}/*.dll"], image)
    programs = [p for p in PROGRAMS if p.runs_on_net10]
    assert run_all(toolchain, Form.RUNTIME_ASYNC, image, programs) == {p.name: p.expected for p in programs}
    # The runtime has taken the image: it compiles far less than from the IL, but all async methods.
    names = [p.name for p in programs]
    compiled = {}
    for assembly in (il, image):
        listed = list_jitted(toolchain, assembly, names, 0, Form.RUNTIME_ASYNC.environment)
        compiled[assembly] = {m.name for m in listed if re.match(r"P\d\d\.", m.name) and not m.is_stub}
    assert any(name.startswith("P01.Program") for name in compiled[il])
    assert len(compiled[image]) < 0.8 * len(compiled[il])


@pytest.mark.parametrize("is_precompiled", [False, True], ids=["il", "image"])
def test_on_net11(toolchain: Toolchain, assemblies: dict[Form, Path], tmp_path: Path, is_precompiled: bool) -> None:
    """The same assembly on a .NET 11, where there is one: everything runs there, with the output of .NET 11."""
    home = os.environ.get("R2R_DOTNET11")
    if not home:
        pytest.skip("no .NET 11: set R2R_DOTNET11 to the folder of its tools")
    frameworks = sorted(Path(home, "shared", "Microsoft.NETCore.App").iterdir())
    net11 = replace(
        toolchain,
        framework=frameworks[-1],
        launcher=(str(Path(home, "corerun", "corerun-x64")), str(frameworks[-1])),
        needs_runtimeconfig=False,
        dotnet_root=Path(home),
    )
    assembly = assemblies[Form.RUNTIME_ASYNC]
    if is_precompiled:
        image = tmp_path / assembly.name
        options = CompileOptions(target_by_name("net11.0-linux-x64"))
        compile_assemblies([assembly], [f"{net11.framework}/*.dll"], image, options)
        assembly = image
    printed = run_all(net11, Form.RUNTIME_ASYNC, assembly, PROGRAMS)
    assert printed == {program.name: program.expected_on_net11 for program in PROGRAMS}
