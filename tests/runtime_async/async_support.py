"""Builds the programs of these tests: against a small core library of each dialect, with the real C# compiler."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.report import AssemblyReport
from readytorun.compiler.targets import target_by_name
from readytorun.ir.runtime_async import SEED, V11B, Dialect
from readytorun.r2r.constants import FixupKind
from readytorun.r2r.fixup_blobs import Fixup
from readytorun.r2r.reader import R2RImage, R2RMethod

HERE = Path(__file__).parent
TARGETS = {SEED.name: "net11.0-preview-linux-x64", V11B.name: "net11.0-linux-x64"}
_WARNINGS = "-nowarn:SYSLIB5007,CS1998,CS0649,CS0169,CS0414"


def csc(*arguments: str) -> None:
    """Run the C# compiler without any reference assemblies of its own."""
    root = os.environ.get("R2R_DOTNET")
    if not root or not Path(root, "roslyn", "csc.dll").exists():
        pytest.skip("R2R_DOTNET is not set: no C# compiler")
    roslyn = Path(root, "roslyn")
    command = [f"{root}/dotnet", "exec", "--runtimeconfig", f"{roslyn}/csc.runtimeconfig.json", f"{roslyn}/csc.dll"]
    options = ["-nologo", "-optimize+", "-deterministic+", "-nostdlib", "-noconfig", "-unsafe", "-langversion:preview"]
    environment = {**os.environ, "DOTNET_ROOT": root, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(
        [*command, *options, _WARNINGS, *arguments], capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class Built:
    """A program and its image.

    Attributes:
        folder: where the core library and everything else lies.
    """

    dialect: Dialect
    folder: Path
    assembly: Path
    image_path: Path
    report: AssemblyReport

    @cached_property
    def image(self) -> R2RImage:
        return R2RImage.open(self.image_path)

    @cached_property
    def methods(self) -> dict[str, R2RMethod]:
        """Methods by name, such as `Shapes.One(int)` and `[ASYNC] Shapes.One(int)`."""
        import readytorun

        named = readytorun.open(self.image_path, [self.folder])
        by_index = {method.function_index: method for method in self.image.methods}
        return {method.display_name: by_index[method.raw.function_index] for method in named.methods}

    def fixups_of(self, method: R2RMethod) -> list[Fixup]:
        """The fixups that a method's fixup list names."""
        return [self.image.fixup_of(self.image.import_cells[section][slot]) for section, slot in method.fixups]

    def fixup_bytes(self, method: R2RMethod, kind: FixupKind) -> list[bytes]:
        """The blobs of one kind in a method's fixup list."""
        found = []
        for section, slot in method.fixups:
            cell = self.image.import_cells[section][slot]
            size = self.image.fixup_size(cell)
            blob = self.image.image.read(cell.signature_rva, size)
            if blob[0] & 0x7F == kind:
                found.append(blob)
        return found


def build_core(folder: Path, dialect: Dialect) -> Path:
    """The core library of a dialect."""
    path = folder / "System.Private.CoreLib.dll"
    defines = ["-d:V11B"] if dialect is V11B else []
    csc("-target:library", "-runtimemetadataversion:v4.0.30319", *defines, str(HERE / "corelib.cs"), f"-out:{path}")
    return path


def build(folder: Path, dialect: Dialect, core: Path, name: str, source: Path, target: str = "") -> Built:
    """Compile a C# source, and then its IL."""
    assembly = folder / f"{name}.dll"
    csc("-target:library", "-features:runtime-async=on", f"-r:{core}", str(source), f"-out:{assembly}")
    image = folder / f"{name}.r2r.dll"
    options = CompileOptions(target_by_name(target or TARGETS[dialect.name]))
    (report,) = compile_assemblies([assembly], [str(core)], image, options)
    return Built(dialect, folder, assembly, image, report)


def build_text(core: Path, dialect: Dialect, source: Path, text: str) -> Built:
    """Write a C# source, and compile it against a core library."""
    source.write_text(text, encoding="utf-8")
    return build(core.parent, dialect, core, source.stem, source)
