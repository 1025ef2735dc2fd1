"""Start-up of a program on Jint: IL only, crossgen2's images, ours; and how many methods were still JIT-compiled.

python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import ROOT, corpus, crossgen2_command, our_command, timed, tools


def main(runs: int) -> None:
    """Build the program in three forms and run them in turn."""
    tool = tools()
    libraries = [corpus() / "Jint.dll", corpus() / "Acornima.dll"]
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        il = base / "il"
        il.mkdir()
        app = tool.compile_csharp([ROOT / "benchmarks" / "programs" / "JintProgram.cs"], il / "app.dll", libraries)
        for library in libraries:
            shutil.copy(library, il)
        inputs = [app, *(il / library.name for library in libraries)]
        forms = {"IL only": il}
        for name, command in (("crossgen2", crossgen2_command), ("ours", our_command)):
            forms[name] = base / name
            forms[name].mkdir()
            for source in inputs:
                timed(command(tool, [source], forms[name] / source.name, [il / "*.dll"]))
        expected = None
        jitted: dict[str, int] = {}
        for name, folder in forms.items():
            result = tool.run(folder / "app.dll", list_jitted=True)
            if expected is None:
                expected = result.outcome
            elif result.outcome != expected:
                sys.exit(f"{name}: the output differs")
            jitted[name] = sum(1 for method in result.jitted if not method.is_recompilation)
        times: dict[str, list[float]] = {name: [] for name in forms}
        environment = tool._environment({})
        for _ in range(runs + 1):
            for name, folder in forms.items():
                start = time.perf_counter()
                subprocess.run(
                    [*tool.launcher, str(folder / "app.dll")], env=environment, capture_output=True, check=False
                )
                times[name].append(time.perf_counter() - start)
    il_time = statistics.median(times["IL only"][1:])
    for name in forms:
        median = statistics.median(times[name][1:])
        print(
            f"{name:10} {median:6.3f} s   {median / il_time:5.2f} of IL only   {jitted[name]:5d} methods JIT-compiled"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
