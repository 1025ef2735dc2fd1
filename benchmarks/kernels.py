"""Steady-state time of compute kernels with tiering off, our code against crossgen2's.

python benchmarks/kernels.py [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import ROOT, Toolchain, crossgen2_command, geometric_mean, our_command, timed, tools

_ENVIRONMENT = {"DOTNET_TieredCompilation": "0", "DOTNET_TieredPGO": "0"}
_REPEATS = 3  # runs of each form in turn; the best time of each kernel counts


def main(rounds: int) -> None:
    """Compile the kernels with both compilers, run them in turn, print the ratios."""
    tool = tools()
    print(f"{'kernel':16} {'ours ms':>9} {'crossgen2':>9} {'ratio':>6}")
    ratios: list[float] = []
    jitted = 0
    for source in sorted((ROOT / "benchmarks" / "kernels").glob("*.cs")):
        with tempfile.TemporaryDirectory() as temporary:
            jitted += _compare(tool, source, Path(temporary), rounds, ratios)
    print(f"geometric mean of {len(ratios)}: {geometric_mean(ratios):.3f}; own methods JIT-compiled: {jitted}")


def _compare(tool: Toolchain, source: Path, base: Path, rounds: int, ratios: list[float]) -> int:
    """Print the kernels of one program and add their ratios; gives the number of its methods that were JIT-compiled."""
    il = tool.compile_csharp([source], base / f"{source.stem}.dll")
    folders = {"ours": base / "ours", "crossgen2": base / "crossgen2"}
    for folder in folders.values():
        folder.mkdir()
    timed(our_command(tool, [il], folders["ours"] / il.name))
    timed(crossgen2_command(tool, [il], folders["crossgen2"] / il.name))
    best: dict[str, dict[str, float]] = {name: {} for name in folders}
    checksums: dict[str, str] = {}
    for _ in range(_REPEATS):
        for name, folder in folders.items():
            for line in tool.run(folder / il.name, [str(rounds)], _ENVIRONMENT).stdout.splitlines():
                kernel, checksum, milliseconds = line.split()
                if checksums.setdefault(kernel, checksum) != checksum:
                    sys.exit(f"{kernel} the checksums differ: {checksums[kernel]} and {checksum}")
                known = best[name].get(kernel, float("inf"))
                best[name][kernel] = min(known, float(milliseconds))
    for kernel, ours in best["ours"].items():
        theirs = best["crossgen2"][kernel]
        ratios.append(ours / theirs)
        print(f"{kernel:16} {ours:9.3f} {theirs:9.3f} {ours / theirs:6.2f}", flush=True)
    listed = tool.run(folders["ours"] / il.name, ["1"], _ENVIRONMENT, list_jitted=True)
    return len([m for m in listed.jitted if not m.name.startswith("System.") and not m.is_stub])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
