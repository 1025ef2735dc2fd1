"""Steady-state time of compute kernels with tiering off, our code against crossgen2's.

python benchmarks/kernels.py [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import ROOT, crossgen2_command, geometric_mean, our_command, timed, tools

_ENVIRONMENT = {"DOTNET_TieredCompilation": "0", "DOTNET_TieredPGO": "0"}
_REPEATS = 3  # runs of each form in turn; the best time of each kernel counts


def main(rounds: int) -> None:
    """Compile the kernels with both compilers, run them in turn, print the ratios."""
    tool = tools()
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        il = tool.compile_csharp([ROOT / "benchmarks" / "kernels" / "Kernels.cs"], base / "Kernels.dll")
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
        listed = tool.run(folders["ours"] / il.name, ["1"], _ENVIRONMENT, list_jitted=True)
        own = [m.name for m in listed.jitted if not m.name.startswith("System.") and not m.is_stub]
    print(f"{'kernel':16} {'ours ms':>9} {'crossgen2':>9} {'ratio':>6}")
    ratios = []
    for kernel, ours in best["ours"].items():
        theirs = best["crossgen2"][kernel]
        ratios.append(ours / theirs)
        print(f"{kernel:16} {ours:9.3f} {theirs:9.3f} {ours / theirs:6.2f}")
    print(f"geometric mean: {geometric_mean(ratios):.3f}; own methods JIT-compiled: {len(own)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
