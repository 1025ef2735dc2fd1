"""The IL of the emulator's framework in the package is what its C# sources give, and all of it becomes native code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.emulator_framework import core_library_il, facades
from readytorun.compiler.targets import target_by_name
from readytorun.importer.refusal import Reason
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.tables import TableId

if TYPE_CHECKING:
    from emulation import Emulation

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "framework"))

pytestmark = [pytest.mark.runtime]


def test_it_is_built_from_its_sources(emulation: Emulation, tmp_path: Path) -> None:
    import build

    kept = (build.DATA / "compiler.txt").read_text(encoding="utf-8").strip()
    here = build.compiler_version(emulation.toolchain)
    if here != kept:
        pytest.skip(f"the C# compiler here is {here}; the framework was built with {kept}")
    build.build(emulation.toolchain, tmp_path, facades=("System.Runtime",))
    stale = [path for path in build.differences(tmp_path, build.DATA) if (tmp_path / path).exists()]
    assert not stale, "run framework/build.py"
    assert (tmp_path / "facades" / "System.Runtime.dll").exists()


@pytest.mark.parametrize("target", ["net10.0-linux-x64", "net11.0-preview-linux-x64", "net11.0-linux-x64"])
def test_all_of_it_is_native(target: str, tmp_path: Path) -> None:
    chosen = target_by_name(target)
    (report,) = compile_assemblies(
        [core_library_il(chosen)], [], tmp_path / "core.dll", CompileOptions(chosen, strict=True, is_core_library=True)
    )
    # Images for .NET 10 have no async methods.
    allowed = set() if chosen.dialect else {Reason.RUNTIME_ASYNC}
    assert not [entry for entry in report.refused if entry.reason not in allowed]
    assert report.native > 2_000


def test_facades_are_named_as_their_files_and_forward_to_the_core_library() -> None:
    names = set()
    for path in facades():
        assembly = AssemblyFile.open(path)
        names.add(assembly.name)
        assert assembly.name == path.stem
        assert assembly.reader.row_count(TableId.EXPORTED_TYPE) > 400
    assert {"System.Runtime", "System.Console", "System.Collections", "System.Linq", "netstandard"} <= names
