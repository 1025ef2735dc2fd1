"""The package as people install it: mypyc compiles the hot modules, and what they make is what the pure ones make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.build


def python(folder: Path, *words: str | Path) -> str:
    """Output of `python -m readytorun WORDS...` of the package that is installed in `folder`."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "readytorun", *map(str, words)]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed package."""
    folder = tmp_path_factory.mktemp("compiled")
    source = tmp_path_factory.mktemp("source")  # a copy: what earlier builds left in the tree must not get in
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("*.so", "*.egg-info", "__pycache__"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(source)]
    environment = {key: value for key, value in os.environ.items() if key not in ("READYTORUN_PURE", "PYTHONPATH")}
    subprocess.run(command, env=environment, check=True, timeout=1200)
    return folder


def test_modules_are_compiled(compiled: Path) -> None:
    assert "(compiled with mypyc)" in python(compiled, "--version")


def test_it_compiles_and_reads_as_the_pure_package_does(compiled: Path, tmp_path: Path) -> None:
    sample = tmp_path / "Hello.dll"
    sample.write_bytes((files("readytorun") / "data" / "Hello.dll").read_bytes())
    packages = {"compiled": compiled, "pure": ROOT / "src"}
    dumps = {}
    for name, folder in packages.items():
        image = tmp_path / name / "Hello.dll"
        python(folder, "compile", sample, "-o", image)
        words = ["--imports", "--methods", "--fixups", "--disasm", "--gc", "--unwind", "--eh", "--debug"]
        dumps[name] = python(folder, "dump", image, *words).replace(str(image), "")
    assert (tmp_path / "compiled" / "Hello.dll").read_bytes() == (tmp_path / "pure" / "Hello.dll").read_bytes()
    assert dumps["compiled"] == dumps["pure"]
