"""`readytorun run` as people use it: output, arguments, exit codes, and what it says when it cannot go on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from emulated_targets import PREVIEW, RELEASE

from readytorun.cli.failures import BAD_INPUT, CANNOT_GO_ON, UNHANDLED_EXCEPTION, WRONG_USAGE
from readytorun.compiler.emulator_framework import core_library_il, facades
from readytorun.compiler.targets import target_by_name

if TYPE_CHECKING:
    from emulation import Emulation

SOURCE = """
using System;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
static class Program
{
    static async Task<string> Slow(string text)
    {
        await Task.Delay(1000);
        return text;
    }
    [DllImport("libc")] static extern int getpid();
    static async Task<int> Main(string[] args)
    {
        foreach (string arg in args)
        {
            if (arg == "throw") throw new InvalidOperationException("on purpose");
            if (arg == "native") Console.WriteLine(getpid());
            if (arg == "loop") while (true) { }
            Console.WriteLine(await Slow(arg));
        }
        return 42;
    }
}
"""


def run(emulation: Emulation, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "readytorun", "run", *map(str, words)],
        env={**os.environ, "READYTORUN_CACHE": str(emulation.folder / "cache")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def program(emulation: Emulation) -> list[Path]:
    """The image of the program, and that of the core library."""
    return emulation.csharp(SOURCE, "run_command", RELEASE)


@pytest.fixture
def image(program: list[Path]) -> Path:
    """The image of the program; the command finds the core library itself."""
    return program[0]


def test_output_arguments_and_exit_code(emulation: Emulation, image: Path) -> None:
    done = run(emulation, image, "--", "one", "--gc-stress", "zwölf")
    assert (done.returncode, done.stdout, done.stderr) == (42, "one\n--gc-stress\nzwölf\n", "")


def test_gc_stress_and_statistics(emulation: Emulation, image: Path) -> None:
    done = run(emulation, image, "--gc-stress", "--stress-limit", "1", "--statistics", "--", "one")
    assert (done.returncode, done.stdout) == (42, "one\n")
    target, _, numbers = done.stderr.partition(": ")
    instructions, collections = (int(part.split()[0].replace(",", "")) for part in numbers.split(", "))
    assert target == RELEASE
    assert instructions > 5_000
    assert collections > 100


@pytest.mark.parametrize("target", [RELEASE, PREVIEW, "net10.0-linux-x64"])
def test_il_is_compiled_first(emulation: Emulation, program: list[Path], target: str) -> None:
    il = emulation.folder / "il" / program[0].name
    done = run(emulation, il, "--target", target, "--", "one")
    if target.startswith("net10"):
        # Its async methods are left to a JIT, which is not here.
        assert done.returncode == CANNOT_GO_ON
        assert "no image has native code for" in done.stderr
    else:
        assert (done.returncode, done.stdout, done.stderr) == (42, "one\n", "")


def test_trace(emulation: Emulation, image: Path) -> None:
    done = run(emulation, image, "--trace", "--", "one")
    assert (done.returncode, done.stdout) == (42, "one\n")
    lines = [line.strip() for line in done.stderr.splitlines()]
    calls = [line for line in lines if line.startswith("call ")]
    assert "call [ASYNC] Program.Slow(string)" in calls
    assert calls.index("call [ASYNC] Program.Slow(string)") < calls.index("call [RESUME] [ASYNC] Program.Slow(string)")
    assert any(line.startswith("suspend [ASYNC] Program.Slow(string)+0x") for line in lines)
    assert any(line.startswith("bind run_command cell 0x") for line in lines)


def test_unhandled_exception(emulation: Emulation, image: Path) -> None:
    done = run(emulation, image, "--", "one", "throw")
    assert (done.returncode, done.stdout) == (UNHANDLED_EXCEPTION, "one\n")
    assert done.stderr.startswith("Unhandled exception. System.InvalidOperationException: on purpose\n")
    assert "Traceback" not in done.stderr


def test_limit_of_instructions(emulation: Emulation, image: Path) -> None:
    done = run(emulation, image, "--max-instructions", "1000000", "--", "one", "loop")
    assert (done.returncode, done.stdout) == (CANNOT_GO_ON, "one\n")
    expected = r"error: the limit of instructions is reached in \[ASYNC\] Program\.Main\(string\[\]\)\+0x[0-9a-f]+\n"
    assert re.fullmatch(expected, done.stderr)


def test_what_it_cannot_do(emulation: Emulation, image: Path) -> None:
    done = run(emulation, image, "--", "native")
    assert done.returncode == CANNOT_GO_ON
    assert "getpid" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_input(emulation: Emulation, image: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no image")
    assert run(emulation, text).returncode == BAD_INPUT
    missing = run(emulation, tmp_path / "missing.dll")
    assert missing.returncode == BAD_INPUT
    assert "missing.dll" in missing.stderr
    library = run(emulation, facades()[0])
    assert library.returncode == WRONG_USAGE
    assert "is a library: it has no entry point" in library.stderr
    assert run(emulation, image, "--target", PREVIEW).returncode == WRONG_USAGE
    assert run(emulation).returncode == WRONG_USAGE


def test_another_core_library_is_not_taken(emulation: Emulation, program: list[Path]) -> None:
    """The program's image relies on the layouts of the one that it was compiled against."""
    from emulation import run_emulated

    from readytorun.errors import UsageError

    other = core_library_il(target_by_name(PREVIEW))
    assert other != core_library_il(target_by_name(RELEASE))
    with pytest.raises(UsageError, match=r"compiled against another System\.Private\.CoreLib"):
        run_emulated([program[0], emulation.core_library(PREVIEW)])
