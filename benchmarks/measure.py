"""What the benchmark scripts share: tools, timed processes, builds of programs with both compilers."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "runtime"))

from toolchain import Toolchain, find_toolchain, why_no_toolchain  # noqa: E402


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished process: wall and CPU seconds, and the peak memory of its biggest process in MiB."""

    wall: float
    cpu: float
    peak: float


def tools() -> Toolchain:
    """The .NET tools, or the end of the script with a reason."""
    found = find_toolchain()
    if found is None or found.crossgen2 is None:
        sys.exit(f"benchmarks need the .NET tools and crossgen2: {why_no_toolchain()}")
    return found


def corpus() -> Path:
    """Folder of the IL libraries (R2R_CORPUS/libs), or the end of the script."""
    folder = os.environ.get("R2R_CORPUS")
    if not folder:
        sys.exit("benchmarks need R2R_CORPUS, the folder with libs/*.dll")
    return Path(folder) / "libs"


def timed(command: Sequence[str], environment: dict[str, str] | None = None) -> Measured:
    """Run a command to its end and account for it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    peak_file = None
    wrapper: list[str] = []
    if Path("/usr/bin/time").exists():
        peak_file = Path(f"/tmp/readytorun-peak-{os.getpid()}")
        wrapper = ["/usr/bin/time", "-o", str(peak_file), "-f", "%M"]
    done = subprocess.run([*wrapper, *command], env=environment, capture_output=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
    peak = float(peak_file.read_text().split()[-1]) / 1024 if peak_file is not None else after.ru_maxrss / 1024
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(wall, cpu, peak)


def our_command(tool: Toolchain, inputs: Sequence[Path], output: Path, references: Sequence[Path] = ()) -> list[str]:
    """Command line of our compiler."""
    command = [sys.executable, "-m", "readytorun", "compile", *map(str, inputs), "-r", f"{tool.framework}/*.dll"]
    for reference in references:
        command += ["-r", str(reference)]
    return [*command, "-o", str(output)]


def crossgen2_command(
    tool: Toolchain, inputs: Sequence[Path], output: Path, references: Sequence[Path] = ()
) -> list[str]:
    """Command line of the reference compiler."""
    command = [str(tool.crossgen2), *map(str, inputs), "-o", str(output), "-r", f"{tool.framework}/*.dll"]
    for reference in references:
        command += ["-r", str(reference)]
    return [*command, "--targetos", "linux", "--targetarch", "x64", "-O"]


def geometric_mean(ratios: Sequence[float]) -> float:
    """Geometric mean."""
    return statistics.geometric_mean(ratios)
