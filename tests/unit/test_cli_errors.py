"""What the command line says when it cannot do what it is asked: exit codes, and one line instead of a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import Result, run, sample, without_cli_header

from readytorun.compiler import driver


def corpus_library(name: str) -> Path:
    """A library of the corpus; skips where there is none."""
    corpus = os.environ.get("R2R_CORPUS")
    if not corpus:
        pytest.skip("R2R_CORPUS is not set")
    return Path(corpus, "libs", f"{name}.dll")


def fails(result: Result, code: int, *texts: str) -> None:
    """Check that a command ended as people should see it."""
    assert result.code == code, result
    assert result.out == ""
    assert "Traceback" not in result.err
    for text in texts:
        assert text in result.err


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out" / "image.dll"


def leaves_nothing(output: Path) -> bool:
    return not output.parent.exists() or not list(output.parent.iterdir())


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "not a PE file"),
        (b"#!/bin/sh\necho hello\n", "not a PE file"),
        (b"MZ", "DOS header"),
        (sample()[:600], "file offset"),
        (sample()[: len(sample()) // 2], "file offset"),
        (without_cli_header(sample()), "not a .NET assembly"),
    ],
    ids=["empty", "script", "two-bytes", "cut-in-headers", "cut-in-half", "native"],
)
def test_what_is_no_assembly(content: bytes, text: str, tmp_path: Path, output: Path) -> None:
    path = tmp_path / "bad.dll"
    path.write_bytes(content)
    fails(run("compile", path, "-o", output), 1, f"error: {path}", text)
    assert leaves_nothing(output)


def test_what_is_compiled_already(tmp_path: Path, output: Path) -> None:
    path, image = tmp_path / "Hello.dll", tmp_path / "images" / "Hello.dll"
    path.write_bytes(sample())
    assert run("compile", path, "-o", image).code == 0
    fails(run("compile", image, "-o", output), 1, str(image), "has native code already", "IL assembly")
    assert leaves_nothing(output)


def test_a_missing_reference_is_named_with_who_needs_it_and_what_to_do(tmp_path: Path, output: Path) -> None:
    path = tmp_path / "Hello.dll"
    path.write_bytes(sample().replace(b"System.Console\0", b"System.Consola\0"))
    fails(run("compile", path, "-o", output), 1, str(path), "System.Consola", "with -r")
    assert leaves_nothing(output)


def test_an_input_that_does_not_exist(tmp_path: Path, output: Path) -> None:
    fails(run("compile", tmp_path / "none.dll", "-o", output), 1, "none.dll: No such file or directory")


def test_an_input_that_is_a_folder(tmp_path: Path, output: Path) -> None:
    fails(run("compile", tmp_path, "-o", output), 1, "Is a directory")


@pytest.mark.parametrize("pattern", ["nowhere/*.dll", "nowhere.dll"])
def test_a_reference_that_names_nothing(pattern: str, tmp_path: Path, output: Path) -> None:
    path = tmp_path / "Hello.dll"
    path.write_bytes(sample())
    fails(run("compile", path, "-o", output, "-r", pattern), 1, pattern)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["compile"],
        ["compile", "{input}"],
        ["compile", "{input}", "-o", "{input}"],
        ["compile", "{input}", "{input}", "-o", "{output}"],
        ["compile", "{input}", "-o", "{output}", "--target", "net7.0-linux-x64"],
        ["compile", "{input}", "-o", "{output}", "--jobs", "many"],
        ["compile", "{input}", "-o", "{output}", "--unknown"],
        ["compile", "{input}", "--stop-after", "import", "--method", "NoSuchMethod"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_wrong_usage(words: list[str], tmp_path: Path, output: Path) -> None:
    path = tmp_path / "Hello.dll"
    path.write_bytes(sample())
    result = run(*[word.format(input=path, output=output) for word in words])
    assert result.code == 2
    assert "Traceback" not in result.err
    assert path.read_bytes() == sample()
    assert leaves_nothing(output)


def test_several_inputs_need_a_folder(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.dll", "b.dll", "file")]
    for path in paths:
        path.write_bytes(sample())
    fails(run("compile", paths[0], paths[1], "-o", paths[2]), 2, "folder")
    assert paths[2].read_bytes() == sample()


def test_a_defect_outside_of_methods(tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise ZeroDivisionError("broken on purpose")

    monkeypatch.setattr(driver, "write_image", broken)
    path = tmp_path / "Hello.dll"
    path.write_bytes(sample())
    fails(run("compile", path, "-o", output), 3, "ZeroDivisionError: broken on purpose", "READYTORUN_TRACEBACK=1")
    assert leaves_nothing(output)
    assert "Traceback" in run("compile", path, "-o", output, "--debug").err


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Hello.dll"
    path.write_bytes(sample())
    output.parent.mkdir()
    output.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    fails(run("compile", path, "-o", output), 1, "No space left on device")
    assert output.read_bytes() == b"old"
    assert [entry.name for entry in output.parent.iterdir()] == [output.name]


def test_the_module_is_a_command_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "bad.dll"
    path.write_bytes(b"no")
    command = [sys.executable, "-m", "readytorun", "compile", str(path), "-o", str(tmp_path / "image.dll")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {path}: at file offset 0x0: not a PE file: it does not start with 'MZ'\n"
