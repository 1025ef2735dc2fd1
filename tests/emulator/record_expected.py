#!/usr/bin/env python3
"""Record what the runtime-async programs print on a real .NET 10: `record_expected.py [NAME...]`.

Without names, all. The tools are found through R2R_DOTNET. Each program runs in a process of its own, in both forms.
Its `.expected` file gets the output of the runtime-async form, or of the classic one where .NET 10 cannot run that.

The `.net11.expected` files are not written: they are the deliberate differences of .NET 11, and by hand. But the
classic form must print the same, so that a difference that nobody thought about is an error here, as in the test.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from async_programs import AsyncProgram, Form, async_programs, build_all, run_one
from toolchain import Toolchain, ToolError, find_toolchain, why_no_toolchain


def record(toolchain: Toolchain, program: AsyncProgram, assemblies: dict[Form, Path]) -> str:
    """Record one program. Returns what is wrong with it, or nothing."""
    outputs: dict[Form, str] = {}
    for form, assembly in assemblies.items():
        if form is Form.RUNTIME_ASYNC and not program.runs_on_net10:
            continue
        try:
            run = run_one(toolchain, form, assembly, program)
        except ToolError as error:
            return f"{form.value}: {error}"
        if run.exit_code != 0:
            return f"{form.value}: exit code {run.exit_code}\n{run.stdout}{run.stderr}"
        outputs[form] = run.stdout
    recorded = outputs.get(Form.RUNTIME_ASYNC, outputs[Form.CLASSIC])
    program.expected_path.write_text(recorded, encoding="utf-8")
    if outputs[Form.CLASSIC] != program.expected_on_net11:
        return f"the classic form prints\n{outputs[Form.CLASSIC]}"
    if program.net11_path.exists() and recorded == program.expected_on_net11:
        return f"{program.net11_path.name} is the same as the other file: there is no difference"
    return ""


def main(names: list[str]) -> int:
    """Record the named programs; the exit code."""
    toolchain = find_toolchain()
    if toolchain is None:
        print(why_no_toolchain(), file=sys.stderr)
        return 2
    programs = [p for p in async_programs() if not names or p.name in names or p.name.partition("_")[0] in names]
    with tempfile.TemporaryDirectory(prefix="record-expected-") as folder:
        assemblies = {form: build_all(toolchain, form, Path(folder), programs) for form in Form}
        failures = 0
        for program in programs:
            wrong = record(toolchain, program, assemblies)
            if wrong:
                failures += 1
                print(f"{program.name}: {wrong}", file=sys.stderr)
    print(f"{len(programs) - failures} of {len(programs)} recorded")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
