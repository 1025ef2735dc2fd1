"""Compile programs for the emulator, and run them in it, in this process.

Whatever is compiled is compiled once per test session, whichever pytest-xdist worker asks first.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from async_programs import Form, async_programs, build_all, split
from toolchain import Toolchain

from readytorun.compiler.driver import CompileOptions
from readytorun.compiler.emulator_framework import compile_for_emulator, compiled_core_library, facades
from readytorun.compiler.targets import target_by_name
from readytorun.emulator.runtime import Runtime

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "runtime"))
from harness import locked

RUNTIME_ASYNC = Form.RUNTIME_ASYNC.options


@dataclass(frozen=True)
class EmulatedRun:
    """What a run gave."""

    exit_code: int
    stdout: str
    stderr: str
    collections: int


def run_emulated(
    images: Sequence[Path],
    arguments: Sequence[str] = (),
    *,
    stress_limit: int | None = None,
    prepare: Callable[[Runtime], None] | None = None,
) -> EmulatedRun:
    """Run a program; its images, the core library among them.

    Args:
        images: the program first.
        arguments: of the program.
        stress_limit: collect at every safe point so many times, 0 for always; None: no GC stress.
        prepare: called before the program starts.

    Raises:
        readytorun.emulator.errors.ExecutionError: it could not go on.
    """
    stdout, stderr = io.StringIO(), io.StringIO()
    runtime = Runtime(images, [str(path) for path in facades()], stdout=stdout, stderr=stderr)
    if stress_limit is not None:
        runtime.enable_stress(stress_limit)
    if prepare is not None:
        prepare(runtime)
    exit_code = runtime.run(arguments)
    return EmulatedRun(exit_code, stdout.getvalue(), stderr.getvalue(), runtime.collector.count)


@dataclass(frozen=True)
class Emulation:
    """The session's folder, shared by all workers, and the tools that build IL."""

    folder: Path
    toolchain: Toolchain

    def core_library(self, target: str) -> Path:
        """The image of the emulator's core library."""
        with locked(self.folder / f"{target}.lock"):
            return compiled_core_library(target_by_name(target), self.folder / "cache", 1)

    def images_of(self, il: Path, target: str) -> list[Path]:
        """Images of a program and of the core library."""
        image = self.folder / target / il.name
        with locked(self.folder / target / f"{il.stem}.lock"):
            if not image.exists():
                compile_for_emulator([il], [], image, CompileOptions(target_by_name(target)))
        return [image, self.core_library(target)]

    def program(self, source: Path, target: str) -> list[Path]:
        """Images of the program of one source file, C# or IL."""
        return self.images_of(self.toolchain.build(source, self.folder / "il" / f"{source.stem}.dll"), target)

    def csharp(self, text: str, name: str, target: str) -> list[Path]:
        """Images of a program that is given as C# text; its async methods are runtime-async."""
        source = self.folder / "sources" / f"{name}.cs"
        with locked(self.folder / "sources" / f"{name}.lock"):
            source.write_text(text, encoding="utf-8")
            il = self.toolchain.compile_csharp([source], self.folder / "il" / f"{name}.dll", (), RUNTIME_ASYNC)
        return self.images_of(il, target)

    def async_programs(self, target: str) -> list[Path]:
        """Images of the runtime-async programs, all in one assembly."""
        with locked(self.folder / "async.lock"):
            il = self.folder / "async" / f"{Form.RUNTIME_ASYNC.value}.dll"
            if not il.exists():
                build_all(self.toolchain, Form.RUNTIME_ASYNC, il.parent, async_programs())
        return self.images_of(il, target)

    def run_async_program(self, name: str, target: str, stress_limit: int | None = None) -> EmulatedRun:
        """Run one of the runtime-async programs; the output is its own."""
        run = run_emulated(self.async_programs(target), [name], stress_limit=stress_limit)
        return EmulatedRun(run.exit_code, split(run.stdout).get(name, ""), run.stderr, run.collections)
