"""Compile time, CPU, peak memory and image size, ours against crossgen2's, library by library.

python benchmarks/compile.py [LIBRARY...]        (names without .dll; all of the corpus by default)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import corpus, crossgen2_command, geometric_mean, our_command, timed, tools


def main(names: list[str]) -> None:
    """Compile each library with both compilers and print the ratios."""
    tool = tools()
    folder = corpus()
    libraries = [folder / f"{name}.dll" for name in names] if names else sorted(folder.glob("*.dll"))
    header = f"{'library':24} {'wall s':>15} {'ratio':>6} {'cpu s':>15} {'ratio':>6} {'peak MiB':>13} {'size kB':>15}"
    print(header + "   (ours / crossgen2)")
    walls: list[float] = []
    for library in libraries:
        with tempfile.TemporaryDirectory() as temporary:
            ours = Path(temporary, "ours.dll")
            theirs = Path(temporary, "theirs.dll")
            references = [folder / "*.dll"]
            t = timed(crossgen2_command(tool, [library], theirs, references))
            o = timed(our_command(tool, [library], ours, references))
            sizes = ours.stat().st_size / 1000, theirs.stat().st_size / 1000
        walls.append(o.wall / t.wall)
        print(
            f"{library.stem:24} {o.wall:7.2f} {t.wall:7.2f} {o.wall / t.wall:6.1f} {o.cpu:7.2f} {t.cpu:7.2f}"
            f" {o.cpu / t.cpu:6.1f} {o.peak:6.0f} {t.peak:6.0f} {sizes[0]:7.0f} {sizes[1]:7.0f}",
            flush=True,
        )
    print(f"geometric mean of the wall ratios: {geometric_mean(walls):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
