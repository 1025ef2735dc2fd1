"""The real images that tests read: those at hand, and those that the reference compiler makes of the corpus."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readytorun.errors import BadImageError
from readytorun.r2r.reader import R2RImage

DOTNET = Path(os.environ["R2R_DOTNET"]) if "R2R_DOTNET" in os.environ else None
CORPUS = Path(os.environ["R2R_CORPUS"]) if "R2R_CORPUS" in os.environ else None
WHY_NOT = "needs R2R_DOTNET and R2R_CORPUS: real images and the reference compiler"


@dataclass(frozen=True)
class Made:
    """An image to be made by crossgen2: of which libraries of the corpus, for what, with which further options."""

    name: str
    libraries: tuple[str, ...]
    architecture: str = "x64"
    system: str = "linux"
    options: tuple[str, ...] = ()


VARIANTS = (
    Made("x64", ("System.CommandLine",)),
    Made("arm64", ("System.CommandLine",), "arm64"),
    Made("hot-cold", ("Serilog",), options=("--hot-cold-splitting",)),
    Made("profile", ("Serilog",), options=("--synthesize-random-mibc", "--embed-pgo-data")),
    Made("cross-module", ("Serilog",), options=("--opt-cross-module", "*")),
    Made("composite", ("System.CommandLine", "Serilog"), options=("--composite", "--inputbubble")),
)
MORE_VARIANTS = (
    Made("windows", ("Polly.Core",), "x64", "windows"),
    Made("macos", ("Polly.Core",), "arm64", "osx"),
    Made("cached-dispatch", ("Polly.Core",), options=("--CID",)),
    Made("verified-layouts", ("Polly.Core",), options=("--verify-type-and-field-layout",)),
    Made("unoptimised", ("System.CommandLine",), options=("--Od",)),
    Made("unoptimised-arm64", ("Markdig",), "arm64", options=("--Od",)),
    Made("small", ("Markdig",), options=("--Os",)),
    Made("aligned", ("Polly.Core",), options=("--custom-pe-section-alignment", "65536")),
)
# Their code cannot be made here, for want of the JIT compilers; everything else can.
NO_CODE = (
    Made("x86", ("Polly.Core",), "x86", "windows", ("--compile-no-methods",)),
    Made("arm32", ("Polly.Core",), "arm", "linux", ("--compile-no-methods",)),
)


def framework() -> Path:
    """The framework for x64 with native code."""
    assert DOTNET is not None
    return max((DOTNET / "shared" / "Microsoft.NETCore.App").iterdir())


def make(made: Made, folder: Path, *further: str) -> list[Path]:
    """Run crossgen2; the images that it makes, one or, for a composite, several."""
    assert DOTNET is not None and CORPUS is not None
    output = folder / made.name
    output.mkdir(parents=True)
    inputs = [str(CORPUS / "libs" / f"{name}.dll") for name in made.libraries]
    name = "composite.r2r" if "--composite" in made.options else made.libraries[0]
    target = output / f"{name}.dll"
    command = [str(DOTNET / "crossgen2" / "crossgen2"), *inputs, "-o", str(target), "-r", f"{framework()}/*.dll"]
    command += ["--targetos", made.system, "--targetarch", made.architecture, *made.options, *further]
    if made in NO_CODE:
        command += ["--jitpath", str(DOTNET / "crossgen2" / "libclrjit_unix_x64_x64.so")]
    elif "--Od" not in made.options:
        command.append("-O")
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return sorted(output.glob("*.dll"))


def libraries() -> list[str]:
    """Names of the libraries in the corpus."""
    return [] if CORPUS is None else sorted(path.stem for path in (CORPUS / "libs").glob("*.dll"))


def opened(paths: list[Path]) -> Iterator[R2RImage]:
    """The images among files; what holds no native code is passed over."""
    for path in paths:
        try:
            yield R2RImage.open(path)
        except BadImageError as error:
            if "not a ReadyToRun image" not in str(error):
                raise
