"""How fast images are read: names of all methods, and all code with annotations, of System.Private.CoreLib.

    python benchmarks/dump.py [IMAGE]

Prints wall seconds, the time to the first line of output, peak memory in MiB, and lines, for each dump. The goals are
1 s for the names, 15 s and 1,024 MiB for the code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from measure import tools

RUNS = 3
DUMPS = {
    "method names": ["--methods"],
    "disassembly": ["--methods", "--disasm"],
    "import cells": ["--imports"],
    "everything as JSON": ["--methods", "--fixups", "--gc", "--unwind", "--eh", "--debug", "--format", "json"],
}


def dump(image: Path, options: list[str]) -> tuple[float, float, float, int]:
    """Wall seconds, seconds to the first line, peak MiB, and number of lines of one dump."""
    command = [sys.executable, "-m", "readytorun", "dump", str(image), *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    first = time.perf_counter() - start
    lines = 1
    while block := process.stdout.read(1 << 20):
        lines += block.count(b"\n")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return wall, first, usage.ru_maxrss / 1024, lines


def main() -> None:
    """Measure each dump several times and print the best."""
    image = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tools().framework) / "System.Private.CoreLib.dll"
    print(f"{image}: {image.stat().st_size / 1e6:.1f} MB, best of {RUNS} runs")
    print(f"{'dump':<20}{'wall s':>9}{'first line s':>14}{'peak MiB':>10}{'lines':>11}")
    for name, options in DUMPS.items():
        wall, first, peak, lines = min(dump(image, options) for _ in range(RUNS))
        print(f"{name:<20}{wall:>9.2f}{first:>14.2f}{peak:>10.0f}{lines:>11,}")


if __name__ == "__main__":
    main()
