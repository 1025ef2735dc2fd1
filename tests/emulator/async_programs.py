"""The runtime-async programs of `programs/async/`: what they are, what they have to print, and how they are built.

Each program is one file `pNN_name.cs`, compiled together with `support.cs`; its types are in the namespace `PNN`. The
same source is compiled in two forms: with runtime-async methods (`-features:runtime-async=on`) and with classic ones.

What a program has to print is beside it, recorded from a real .NET 10 by `record_expected.py`:

- `pNN_name.expected`: what it prints on .NET 10.
- `pNN_name.net11.expected`: only where .NET 11 differs on purpose, written by hand; the program says why. Classic async
  methods behave like this on .NET 10 too, which is how these files are checked without a .NET 11.

A program may say in its head that .NET 10 cannot run it in the runtime-async form; what it has to print is then
recorded from the classic form.

Because starting the C# compiler and the runtime costs more than running a program, `build_all` puts all of them into
one assembly, with a generated entry point that runs those that its arguments name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "runtime"))
from toolchain import RunResult, Toolchain

PROGRAMS = Path(__file__).parent / "programs" / "async"
SUPPORT = PROGRAMS / "support.cs"
OPTIONS = ("-nowarn:SYSLIB5007,1998,4014,7022,8981",)
ENTRY_TYPE = "AsyncPrograms.EntryPoint"

_NOT_ON_NET10 = "// Not on .NET 10 as runtime-async:"
_MAIN = re.compile(r"^    public static (?P<kind>void|async Task) Main\(\)", re.MULTILINE)
_SEPARATOR = re.compile(r"^=== (?P<name>\w+) ===\n", re.MULTILINE)


class Form(Enum):
    """How the C# compiler translates async methods; the value is for the names of files and tests."""

    RUNTIME_ASYNC = "runtime-async"
    CLASSIC = "classic"

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the C# compiler."""
        return (*OPTIONS, "-features:runtime-async=on") if self is Form.RUNTIME_ASYNC else OPTIONS

    @property
    def environment(self) -> dict[str, str]:
        """What a .NET 10 needs to load such an assembly."""
        return {"DOTNET_RuntimeAsync": "1"} if self is Form.RUNTIME_ASYNC else {}


@dataclass(frozen=True)
class AsyncProgram:
    """One program."""

    source: Path

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return self.source.stem

    @property
    def namespace(self) -> str:
        """`P01` for `p01_name`."""
        return self.name.partition("_")[0].upper()

    @cached_property
    def text(self) -> str:
        """The source text."""
        return self.source.read_text(encoding="utf-8")

    @property
    def sources(self) -> tuple[Path, Path]:
        """All that it is compiled from."""
        return self.source, SUPPORT

    @property
    def runs_on_net10(self) -> bool:
        """Whether .NET 10 can run the runtime-async form; it has defects that .NET 11 has not."""
        return _NOT_ON_NET10 not in self.text

    @property
    def expected_path(self) -> Path:
        """Where the output on .NET 10 is recorded."""
        return self.source.with_suffix(".expected")

    @property
    def net11_path(self) -> Path:
        """Where the output on .NET 11 is, if that is another."""
        return self.source.with_suffix(".net11.expected")

    @property
    def expected(self) -> str:
        """The output of the runtime-async form on .NET 10."""
        return self.expected_path.read_text(encoding="utf-8")

    @property
    def expected_on_net11(self) -> str:
        """The output on .NET 11, and of the classic form everywhere."""
        path = self.net11_path if self.net11_path.exists() else self.expected_path
        return path.read_text(encoding="utf-8")

    def expected_of(self, form: Form) -> str:
        """The output on .NET 10."""
        return self.expected if form is Form.RUNTIME_ASYNC else self.expected_on_net11

    @property
    def has_async_main(self) -> bool:
        """Whether its entry point returns a task. Raises ValueError when there is no entry point."""
        main = _MAIN.search(self.text)
        if main is None:
            raise ValueError(f"{self.source}: no entry point")
        return main["kind"] != "void"


def async_programs() -> list[AsyncProgram]:
    """All programs, by number."""
    return [AsyncProgram(source) for source in sorted(PROGRAMS.glob("p*.cs"))]


def build_all(toolchain: Toolchain, form: Form, folder: Path, programs: Iterable[AsyncProgram]) -> Path:
    """Compile the programs to one assembly. Raises toolchain.ToolError with the compiler's messages."""
    listed = list(programs)
    folder.mkdir(parents=True, exist_ok=True)
    entry_point = folder / "entry_point.cs"
    entry_point.write_text(_entry_point(listed), encoding="utf-8")
    sources = [entry_point, SUPPORT, *(program.source for program in listed)]
    options = (*form.options, f"-main:{ENTRY_TYPE}")
    return toolchain.compile_csharp(sources, folder / f"{form.value}.dll", options=options)


def run_all(toolchain: Toolchain, form: Form, assembly: Path, programs: Sequence[AsyncProgram]) -> dict[str, str]:
    """Run programs of an assembly of `build_all` in one process: what each printed, by its name.

    A program that ends with an exception has that as its last line; those behind one that ends the process are missing.
    Raises toolchain.ToolError when they do not end in time.
    """
    run = toolchain.run(assembly, [program.name for program in programs], form.environment)
    outputs = split(run.stdout)
    if run.exit_code != 0 and outputs:
        outputs[next(reversed(outputs))] += f"exit code {run.exit_code}\n{run.stderr}"
    return outputs


def run_one(toolchain: Toolchain, form: Form, assembly: Path, program: AsyncProgram) -> RunResult:
    """Run one program of an assembly of `build_all` in a process of its own, without the line that names it."""
    run = toolchain.run(assembly, [program.name], form.environment)
    return RunResult(split(run.stdout).get(program.name, run.stdout), run.stderr, run.exit_code)


def split(output: str) -> dict[str, str]:
    """The outputs of several programs, by name, from that of the generated entry point."""
    parts = _SEPARATOR.split(output)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _entry_point(programs: Sequence[AsyncProgram]) -> str:
    cases = []
    for program in programs:
        wait = ".GetAwaiter().GetResult()" if program.has_async_main else ""
        cases.append(f'            case "{program.name}": {program.namespace}.Program.Main(){wait}; break;')
    namespace, _, type_name = ENTRY_TYPE.rpartition(".")
    return "\n".join(
        [
            "// Generated: the entry point of all programs in one assembly.",
            "using System;",
            f"namespace {namespace};",
            f"static class {type_name}",
            "{",
            "    static void Main(string[] names)",
            "    {",
            "        foreach (string name in names)",
            "        {",
            '            Console.WriteLine("=== " + name + " ===");',
            "            try { Run(name); } catch (Exception e) { Console.WriteLine(e); }",
            "        }",
            "    }",
            "    static void Run(string name)",
            "    {",
            "        switch (name)",
            "        {",
            *cases,
            '            default: throw new ArgumentException("no program " + name);',
            "        }",
            "    }",
            "}",
            "",
        ]
    )
