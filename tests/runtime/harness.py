"""Build, compile and run one test program in every way, and measure how much of it the runtime still JIT-compiled.

A program is built and compiled once per test session, whichever test and whichever pytest-xdist worker asks first; the
others wait for it at a file lock.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from compilers import Compiler
from toolchain import JittedMethod, RunResult, Toolchain, ToolError, own_types

PROGRAMS = Path(__file__).parent / "programs"

# How a program runs with precompiled code. Each must do what the IL alone does under the JIT.
MODES: Mapping[str, Mapping[str, str]] = {
    "default": {},
    # Generation 0 is 64 kB: a collection every few hundred allocations finds what the GC info gets wrong.
    "gc": {"DOTNET_GCgen0size": "0x10000"},
    # Precompiled code is never replaced, and what is not precompiled is compiled with full optimisation.
    "notiering": {"DOTNET_TieredCompilation": "0"},
}


def program_sources() -> list[Path]:
    """Every test program, in the order of their difficulty."""
    return sorted(path for path in PROGRAMS.iterdir() if path.suffix in (".cs", ".il"))


@dataclass(frozen=True)
class Prepared:
    """A program, built and compiled: the folders hold one file of the same name."""

    il: Path
    compiled: Path
    expected_exit_code: int
    expected_stdout: str
    executed: list[str]  # own methods that the run of the IL executed: with no inlining, all were JIT-compiled
    error: str  # why compilation failed, or empty

    @property
    def expected(self) -> tuple[int, str]:
        return self.expected_exit_code, self.expected_stdout


@dataclass(frozen=True)
class Share:
    """How many of a program's own executed methods ran from precompiled code."""

    program: str
    executed: int
    jitted: list[str]

    @property
    def precompiled(self) -> float:
        """Between 0 and 1."""
        return 1 - len(self.jitted) / self.executed if self.executed else 1.0


@dataclass(frozen=True)
class Harness:
    """The session's folder, shared by all workers, and the tools."""

    folder: Path
    toolchain: Toolchain
    compiler: Compiler

    def prepare(self, source: Path) -> Prepared:
        """Build the IL, run it under the JIT for the expected result, compile it. Done once per session."""
        work = self.folder / source.stem
        with locked(work / "lock"):
            done = work / "prepared.json"
            if done.exists():
                values = json.loads(done.read_text(encoding="utf-8"))
                return Prepared(**(values | {"il": Path(values["il"]), "compiled": Path(values["compiled"])}))
            prepared = self._prepare(source, work)
            done.write_text(json.dumps(asdict(prepared), default=str), encoding="utf-8")
            return prepared

    def _prepare(self, source: Path, work: Path) -> Prepared:
        il = self.toolchain.build(source, work / "il" / f"{source.stem}.dll")
        run = self.toolchain.run(il)
        # All of it is compiled at Tier0 first: nothing is inlined, so that the list names every method that ran.
        own = own_types(il)
        listed = list_jitted(self.toolchain, il, (), run.exit_code)
        executed = sorted({m.name for m in listed if m.outermost_type in own and not m.is_stub})
        compiled = work / "r2r" / il.name
        compiled.parent.mkdir(exist_ok=True)
        error = ""
        try:
            self.compiler.compile([il], compiled, [])
        except ToolError as failure:
            error = str(failure)
        return Prepared(il, compiled, run.exit_code, run.stdout, executed, error)

    def run(self, prepared: Prepared, mode: str) -> RunResult:
        """Run the compiled program in one of the `MODES`."""
        return self.toolchain.run(prepared.compiled, environment=MODES[mode])

    def share(self, source: Path) -> Share:
        """Run the compiled program once more, with the runtime listing what it JIT-compiles. Done once per session."""
        prepared = self.prepare(source)
        work = self.folder / source.stem
        with locked(work / "share.lock"):
            done = work / "share.json"
            if done.exists():
                return Share(**json.loads(done.read_text(encoding="utf-8")))
            listed = list_jitted(self.toolchain, prepared.compiled, (), prepared.expected_exit_code)
            share = Share(source.stem, len(prepared.executed), own_jitted(listed, own_types(prepared.il)))
            done.write_text(json.dumps(asdict(share)), encoding="utf-8")
            return share


def list_jitted(
    toolchain: Toolchain,
    app: Path,
    arguments: Sequence[str],
    expected_exit_code: int,
    environment: Mapping[str, str] | None = None,
) -> list[JittedMethod]:
    """What the runtime JIT-compiles when it runs `app`.

    Writing that list, a release runtime crashes one time in a hundred: threads that compile at once share the list's
    stream without a lock. Hence the further attempts; what the program does is judged by other runs, without the list.
    """
    failure = ""
    for _ in range(5):
        try:
            run = toolchain.run(app, arguments, environment, list_jitted=True)
        except ValueError as torn:
            failure = str(torn)
            continue
        if run.exit_code == expected_exit_code:
            return run.jitted
        failure = f"exit code {run.exit_code}: {run.stderr[-1000:]}"
    raise ToolError(f"no list of the methods that the runtime compiles for {app}: {failure}")


def own_jitted(jitted: list[JittedMethod], own: frozenset[str]) -> list[str]:
    """The methods of the given types that the runtime had to compile because there was no code for them."""
    return sorted({m.name for m in jitted if m.outermost_type in own and not (m.is_recompilation or m.is_stub)})


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file lock: of several pytest-xdist workers, one goes on, the others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
