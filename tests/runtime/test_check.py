"""`readytorun check` on images of the reference compiler, and against real frameworks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness import Harness

pytestmark = pytest.mark.runtime

ASYNC_PROGRAM = """
using System;
using System.Threading.Tasks;

static class Program
{
    static async Task<int> Add(int a, int b)
    {
        await Task.Yield();
        return a + b;
    }

    static int Plain(int a) => a * 3;

    static int Main()
    {
        Console.WriteLine(Add(1, Plain(2)).Result);
        return 0;
    }
}
"""


def check(*words: str | Path) -> tuple[int, str]:
    """Exit code and output of `readytorun check WORDS...`."""
    command = [sys.executable, "-m", "readytorun", "check", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_images_of_the_framework_are_accepted_by_it(harness: Harness) -> None:
    framework = harness.toolchain.framework
    code, out = check(framework / "System.Linq.dll", "--runtime", framework)
    assert code == 0, out
    assert f"accepted by .NET 10 (AMD64 LINUX) in {framework}" in out


@pytest.mark.parametrize("runtime", ["net8.0", "net9.0", "net11.0", "net12.0"])
def test_other_releases_do_not_accept_them(harness: Harness, runtime: str) -> None:
    code, out = check(harness.toolchain.framework / "System.Linq.dll", "--runtime", runtime)
    assert code == 4
    assert "error: format 16.0, but" in out


@pytest.mark.skipif("R2R_CORPUS" not in os.environ, reason="needs R2R_CORPUS: images of other systems and releases")
def test_images_for_other_systems_are_not_accepted(harness: Harness) -> None:
    images = Path(os.environ["R2R_CORPUS"], "images")
    framework = harness.toolchain.framework
    code, out = check(images / "net10.0-win-x64" / "System.Linq.dll", "--runtime", framework)
    assert code == 4 and "compiled for WINDOWS, but the runtime is for LINUX" in out
    code, out = check(images / "net10.0-osx-arm64" / "System.Linq.dll", "--runtime", framework)
    assert code == 4 and "compiled for ARM64, but the runtime is for AMD64" in out
    code, out = check(images / "net8.0-linux-x64" / "System.Linq.dll", "--runtime", framework)
    assert code == 4 and "format 9.1, but .NET 10 accepts major 16 only" in out
    code, out = check(images / "net8.0-linux-x64" / "System.Linq.dll")
    assert code == 0 and "accepted by .NET 8" in out
    code, out = check(images / "net10.0-composite-linux-x64" / "jint.r2r.dll", "-r", framework)
    assert code == 0, out


def test_runtime_async_compiled_as_synchronous_is_an_error(harness: Harness, tmp_path: Path) -> None:
    """The fault of crossgen2 10, whose image makes the program crash; ours leaves the method out."""
    tools = harness.toolchain
    if tools.crossgen2 is None:
        pytest.skip("needs crossgen2")
    source = tmp_path / "Async.cs"
    source.write_text(ASYNC_PROGRAM, encoding="utf-8")
    il = tools.compile_csharp(
        [source], tmp_path / "Async.dll", options=["-features:runtime-async=on", "-nowarn:SYSLIB5007"]
    )
    faulty = tmp_path / "faulty.dll"
    tools.run_crossgen2([il], faulty)
    code, out = check(faulty, "--format", "json")
    assert code == 4
    result: Any = json.loads(out)
    assert not result["accepted"]
    (finding,) = (finding for finding in result["findings"] if finding["severity"] == "error")
    assert finding["kind"] == "runtime-async-as-synchronous"
    assert finding["method"] == "Program.Add(int, int)"

    ours = tmp_path / "ours.dll"
    harness.compiler.compile([il], ours, [])
    code, out = check(ours)
    assert code == 0, out
