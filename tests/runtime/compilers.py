"""The ahead-of-time compilers that the runtime tests can put to the proof: this project's, or the reference crossgen2.

`READYTORUN_TEST_COMPILER=crossgen2` runs the same tests with the reference compiler in place of this project's: what
fails then is a fault of a test program or of the harness, not of the compiler.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from toolchain import Toolchain, ToolError

TARGET = "net10.0-linux-x64"
COMPILE_TIMEOUT = 600.0
SOURCE_FOLDER = Path(__file__).resolve().parents[2] / "src"


class Compiler(Protocol):
    """Something that turns IL assemblies into ReadyToRun images for linux-x64."""

    @property
    def name(self) -> str:
        """What `READYTORUN_TEST_COMPILER` calls it."""

    @property
    def required_share(self) -> float:
        """Of all methods that the test programs execute, the share that has to run from precompiled code."""

    def compile(self, inputs: Sequence[Path], output: Path, references: Sequence[Path]) -> None:
        """Compile one assembly to a file, or several into a folder. Raises ToolError when it does not succeed.

        `references` are further assemblies; the framework's are given always.
        """

    def reasons(self, output: Path) -> list[str]:
        """Why methods were left to the JIT: a line per method, as far as the compiler tells."""


@dataclass(frozen=True)
class ReadyToRunCompiler:
    """This project, as a command of its own process: what people run, and a crash or a hang stays one test's."""

    toolchain: Toolchain
    name: str = "readytorun"
    required_share: float = 0.95

    def compile(self, inputs: Sequence[Path], output: Path, references: Sequence[Path]) -> None:
        command = [sys.executable, "-m", "readytorun", "compile", *map(str, inputs)]
        for reference in (f"{self.toolchain.framework}/*.dll", *map(str, references)):
            command += ["-r", reference]
        command += ["-o", str(output), "--target", TARGET, "--report", str(_report_path(output))]
        environment = dict(os.environ)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(SOURCE_FOLDER), environment.get("PYTHONPATH")]))
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=COMPILE_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"no end within {COMPILE_TIMEOUT:g} s: {' '.join(command)}") from error
        if done.returncode != 0:
            raise ToolError(f"exit code {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")

    def reasons(self, output: Path) -> list[str]:
        path = _report_path(output)
        if not path.exists():
            return []
        report: Any = json.loads(path.read_text(encoding="utf-8"))
        refused = [entry for assembly in report["assemblies"] for entry in assembly["refused"]]
        return [f"{entry['reason']}: {entry['method']} {entry['detail']}" for entry in refused]


@dataclass(frozen=True)
class Crossgen2:
    """The reference compiler."""

    toolchain: Toolchain
    name: str = "crossgen2"
    # It leaves out methods that only throw, static virtual calls and many instantiations over framework types.
    required_share: float = 0.90

    def compile(self, inputs: Sequence[Path], output: Path, references: Sequence[Path]) -> None:
        if len(inputs) == 1:
            self.toolchain.run_crossgen2(inputs, output, references)
            return
        for input_ in inputs:
            self.toolchain.run_crossgen2([input_], output / input_.name, [*references, *inputs])

    def reasons(self, output: Path) -> list[str]:
        return []


def chosen_compiler(toolchain: Toolchain) -> Compiler:
    """The compiler that `READYTORUN_TEST_COMPILER` names; this project's by default."""
    name = os.environ.get("READYTORUN_TEST_COMPILER", "readytorun")
    if name == "crossgen2":
        return Crossgen2(toolchain)
    if name == "readytorun":
        return ReadyToRunCompiler(toolchain)
    raise ValueError(f"READYTORUN_TEST_COMPILER={name}: must be readytorun or crossgen2")


def _report_path(output: Path) -> Path:
    return output.with_name(output.name + ".report.json")
