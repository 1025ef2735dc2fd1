"""The real .NET as the tests use it: build IL, run programs, list what the runtime had to JIT-compile.

Everything is found from the environment, nothing is downloaded:

- `R2R_DOTNET`: a folder with the tools. `corerun/corerun-x64` and `shared/Microsoft.NETCore.App/*` run programs,
  `roslyn/csc.dll` and `ref/*` compile C#, `il/ilasm` assembles IL, `crossgen2/crossgen2` is the reference compiler.
- otherwise an installed `dotnet`, with an SDK if C# is to be compiled (no IL assembler and no crossgen2 there).

`find_toolchain()` answers None when there is neither; tests then skip, and say why.
Built IL is kept in a cache folder under the hash of everything that it was made from, because starting the C# compiler
costs more than a second.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

BUILD_TIMEOUT = 120.0
RUN_TIMEOUT = 120.0
# What the C# programs of the tests do on purpose: fields never assigned, variables never read, comparisons with self.
NO_WARNINGS = "0162,0164,0168,0169,0219,0414,0649,0659,0661,0660,1718,0420,8500,0252,0253,0183,0184"


class ToolError(Exception):
    """A tool that had to succeed did not. The message holds its command line and its output."""


@dataclass(frozen=True)
class JittedMethod:
    """One line of the runtime's list of the methods that its JIT compiled (`DOTNET_JitDisasmSummary`)."""

    name: str  # `Namespace.Type+Nested`1[Argument]:Method[Argument](parameters)`
    tier: str  # `Tier0`, `Tier1`, `Tier1-OSR`, `FullOpts`, `Instrumented Tier0`, ...
    il_size: int
    code_size: int

    @property
    def outermost_type(self) -> str:
        """The name, with its namespace, of the non-nested type that holds the method, without generic arguments."""
        return re.split(r"[\[+]", self.name.partition(":")[0], maxsplit=1)[0]

    @property
    def is_stub(self) -> bool:
        """Whether the runtime made the IL itself, for a delegate or for marshalling: no compiler ever saw it."""
        return ":IL_STUB" in self.name

    @property
    def is_recompilation(self) -> bool:
        """Whether the method had code already, its own or precompiled, and was hot enough to be compiled again."""
        return "Tier1" in self.tier


_JITTED_LINE = re.compile(
    r"^ *\d+: JIT compiled (?P<name>.+) \[(?P<tier>[^\[\],]+), IL size=(?P<il>\d+), code size=(?P<code>\d+)[^\]]*\]$"
)


def parse_jitted(text: str) -> list[JittedMethod]:
    """Parse the runtime's list. A line that is no such entry raises ValueError, so that a new format is noticed."""
    methods = []
    for line in text.splitlines():
        match = _JITTED_LINE.match(line)
        if match is None:
            raise ValueError(f"not a line of the list of JIT-compiled methods: {line!r}")
        methods.append(JittedMethod(match["name"], match["tier"], int(match["il"]), int(match["code"])))
    return methods


@dataclass(frozen=True)
class RunResult:
    """What one run of a program gave."""

    stdout: str
    stderr: str
    exit_code: int
    jitted: list[JittedMethod] = field(default_factory=list)

    @property
    def outcome(self) -> tuple[int, str]:
        """What has to be the same for every way of compiling the program."""
        return self.exit_code, self.stdout


@dataclass(frozen=True)
class Toolchain:
    """Where the tools are; a tool that is missing is None."""

    framework: Path  # the folder of System.Private.CoreLib.dll
    launcher: tuple[str, ...]  # what comes before APP.dll on the command line of a run
    needs_runtimeconfig: bool
    csc: tuple[str, ...] | None
    csc_references: Path | None
    ilasm: Path | None
    crossgen2: Path | None
    dotnet_root: Path

    # ---- building IL

    def compile_csharp(
        self, sources: Sequence[Path], output: Path, references: Iterable[Path] = (), options: Iterable[str] = ()
    ) -> Path:
        """Compile C# sources to `output`: a program, or a library if `options` say so.

        Raises ToolError with the compiler's messages.
        """
        if self.csc is None or self.csc_references is None:
            raise ToolError("no C# compiler")
        extra = tuple(references)
        arguments = [
            "-nologo", "-optimize+", "-deterministic+", "-unsafe+", "-langversion:latest", f"-nowarn:{NO_WARNINGS}",
            *options,
        ]  # fmt: skip
        key = _digest([*arguments, output.stem], [*sources, *extra])
        references_list = [f"-r:{dll}" for dll in (*sorted(self.csc_references.glob("*.dll")), *extra)]
        command = [*self.csc, *arguments, *references_list, *map(str, sources)]
        return _cached(key, output, lambda temporary: _run_tool([*command, f"-out:{temporary}"], self._environment({})))

    def assemble_il(self, source: Path, output: Path, *, library: bool = False) -> Path:
        """Assemble an IL source to `output`. Raises ToolError with the assembler's messages."""
        if self.ilasm is None:
            raise ToolError("no IL assembler")
        kind = "-dll" if library else "-exe"
        key = _digest([kind, output.stem], [source])
        command = [str(self.ilasm), "-quiet", kind, str(source)]
        return _cached(key, output, lambda to: _run_tool([*command, f"-output={to}"], self._environment({})))

    def build(self, source: Path, output: Path) -> Path:
        """Build one test program, C# or IL, by the ending of its name."""
        if source.suffix == ".il":
            return self.assemble_il(source, output)
        return self.compile_csharp([source], output)

    # ---- running

    def run(
        self,
        app: Path,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        *,
        list_jitted: bool = False,
        timeout: float = RUN_TIMEOUT,
    ) -> RunResult:
        """Run a program. Beside it may lie libraries, IL or precompiled; they win over the framework's.

        `list_jitted` also returns the methods that the runtime JIT-compiled (instrumentation is then off).
        Raises ToolError when the program does not end in time.
        """
        if self.needs_runtimeconfig:
            _write_runtimeconfig(app, self.framework)
        variables = self._environment(environment or {})
        command = [*self.launcher, str(app), *arguments]
        with tempfile.TemporaryDirectory(prefix="r2r-run-") as folder:
            jitted_file = Path(folder, "jitted.txt")
            if list_jitted:
                variables |= {
                    "DOTNET_JitStdOutFile": str(jitted_file),
                    "DOTNET_JitDisasmSummary": "1",
                    "DOTNET_TieredPGO": "0",
                }
            try:
                done = subprocess.run(
                    command, env=variables, capture_output=True, timeout=timeout, check=False, cwd=folder
                )
            except subprocess.TimeoutExpired as error:
                raise ToolError(f"{app.name} did not end within {timeout:g} s") from error
            jitted = parse_jitted(jitted_file.read_text(encoding="utf-8")) if jitted_file.exists() else []
        stdout = done.stdout.decode("utf-8", "replace")
        return RunResult(stdout, done.stderr.decode("utf-8", "replace"), done.returncode, jitted)

    def run_crossgen2(self, inputs: Sequence[Path], output: Path, references: Iterable[Path] = ()) -> str:
        """Make one image of the inputs, as a rule one, with the reference compiler. Returns what that prints."""
        if self.crossgen2 is None:
            raise ToolError("no crossgen2")
        command = [str(self.crossgen2), *map(str, inputs), "-o", str(output), "-r", f"{self.framework}/*.dll"]
        for reference in references:
            command += ["-r", str(reference)]
        return _run_tool([*command, "--targetos", "linux", "--targetarch", "x64", "-O"], self._environment({}))

    def _environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """This process's environment without the settings that change what the runtime does."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("DOTNET_", "COMPlus_", "CORECLR_"))}
        variables |= {
            "DOTNET_ROOT": str(self.dotnet_root),
            "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
            "TZ": "UTC",
        }
        return variables | dict(extra)


@lru_cache(maxsize=1)
def find_toolchain() -> Toolchain | None:
    """The tools of `R2R_DOTNET`, else an installed .NET 10, else None."""
    home = os.environ.get("R2R_DOTNET")
    if home:
        return _from_tools_folder(Path(home))
    installed = shutil.which("dotnet")
    if installed is None:
        return None
    return _from_installed(Path(installed).resolve().parent)


def why_no_toolchain() -> str:
    """The reason that tests give when they skip."""
    return "no .NET 10: set R2R_DOTNET to the folder of the tools, or install dotnet"


def own_types(assembly: Path) -> frozenset[str]:
    """The full names of the non-nested types that an IL assembly defines, read from its TypeDef table.

    A second, independent, reading of the few bytes of metadata that it takes (ECMA-335 II.24.2.6, II.22.37).
    """
    data = assembly.read_bytes()
    root = _metadata_root(data)
    version_length = int.from_bytes(data[root + 12 : root + 16], "little")
    position = root + 16 + version_length
    count = int.from_bytes(data[position + 2 : position + 4], "little")
    position += 4
    streams: dict[str, int] = {}
    for _ in range(count):
        offset = int.from_bytes(data[position : position + 4], "little")
        end = data.index(b"\0", position + 8)
        streams[data[position + 8 : end].decode("ascii")] = root + offset
        position += 8 + ((end - position - 8) // 4 + 1) * 4
    tables, strings = streams["#~"], streams["#Strings"]
    heap_sizes = data[tables + 6]
    valid = int.from_bytes(data[tables + 8 : tables + 16], "little")
    rows: dict[int, int] = {}
    position = tables + 24
    for table in range(64):
        if valid >> table & 1:
            rows[table] = int.from_bytes(data[position : position + 4], "little")
            position += 4
    string = 4 if heap_sizes & 1 else 2
    guid = 4 if heap_sizes & 2 else 2

    def coded(tag_bits: int, *of: int) -> int:
        return 4 if any(rows.get(t, 0) >= 1 << (16 - tag_bits) for t in of) else 2

    def simple(table: int) -> int:
        return 4 if rows.get(table, 0) >= 1 << 16 else 2

    def name(at: int) -> str:
        start = strings + int.from_bytes(data[at : at + string], "little")
        return data[start : data.index(b"\0", start)].decode("utf-8")

    position += rows[0] * (2 + string + 3 * guid)  # Module
    position += rows.get(1, 0) * (coded(2, 0x00, 0x1A, 0x23, 0x01) + 2 * string)  # TypeRef
    row_size = 4 + 2 * string + coded(2, 0x02, 0x01, 0x1B) + simple(0x04) + simple(0x06)
    names = set()
    for row in range(rows[2]):
        at = position + row * row_size
        if data[at] & 7 <= 1:  # NotPublic or Public: not nested
            namespace, type_name = name(at + 4 + string), name(at + 4)
            names.add(f"{namespace}.{type_name}" if namespace else type_name)
    return frozenset(names)


def _metadata_root(data: bytes) -> int:
    """The file offset of the metadata root of a PE file (ECMA-335 II.25)."""

    def u16(at: int) -> int:
        return int.from_bytes(data[at : at + 2], "little")

    def u32(at: int) -> int:
        return int.from_bytes(data[at : at + 4], "little")

    pe = u32(0x3C)
    optional = pe + 24
    directories = optional + (112 if u16(optional) == 0x20B else 96)
    sections = optional + u16(pe + 20)

    def offset_of(rva: int) -> int:
        for index in range(u16(pe + 6)):
            at = sections + index * 40
            start = u32(at + 12)
            if start <= rva < start + max(u32(at + 8), u32(at + 16)):
                return rva - start + u32(at + 20)
        raise ValueError(f"RVA {rva:#x} is in no section")

    return offset_of(u32(offset_of(u32(directories + 14 * 8)) + 8))


# ---- finding the tools


def _from_tools_folder(home: Path) -> Toolchain | None:
    framework = _newest(home / "shared" / "Microsoft.NETCore.App")
    corerun = home / "corerun" / "corerun-x64"
    if framework is None or not corerun.exists():
        return None
    csc = home / "roslyn" / "csc.dll"
    references = home / "ref" / "net10.0"
    runtimeconfig = home / "roslyn" / "csc.runtimeconfig.json"
    can_compile = csc.exists() and references.exists()
    return Toolchain(
        framework=framework,
        launcher=(str(corerun), str(framework)),
        needs_runtimeconfig=False,
        csc=(str(home / "dotnet"), "exec", "--runtimeconfig", str(runtimeconfig), str(csc)) if can_compile else None,
        csc_references=references if can_compile else None,
        ilasm=_existing(home / "il" / "ilasm"),
        crossgen2=_existing(home / "crossgen2" / "crossgen2"),
        dotnet_root=home,
    )


def _from_installed(root: Path) -> Toolchain | None:
    framework = _newest(root / "shared" / "Microsoft.NETCore.App", "10.*")
    if framework is None:
        return None
    dotnet = str(root / "dotnet")
    sdk = _newest(root / "sdk", "10.*")
    pack = _newest(root / "packs" / "Microsoft.NETCore.App.Ref", "10.*")
    can_compile = sdk is not None and pack is not None
    return Toolchain(
        framework=framework,
        launcher=(dotnet, "exec"),
        needs_runtimeconfig=True,
        csc=(dotnet, "exec", str(sdk / "Roslyn" / "bincore" / "csc.dll")) if can_compile and sdk else None,
        csc_references=pack / "ref" / "net10.0" if can_compile and pack else None,
        ilasm=None,
        crossgen2=None,
        dotnet_root=root,
    )


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None


def _newest(folder: Path, pattern: str = "*") -> Path | None:
    def version(path: Path) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", path.name)]

    return max(folder.glob(pattern), key=version, default=None)


def _write_runtimeconfig(app: Path, framework: Path) -> None:
    config = (
        '{"runtimeOptions": {"tfm": "net10.0", "framework": {"name": "Microsoft.NETCore.App", "version": "%s"},'
        ' "configProperties": {"System.Globalization.Invariant": true,'
        ' "System.Globalization.PredefinedCulturesOnly": false}}}'
    )
    app.with_suffix(".runtimeconfig.json").write_text(config % framework.name, encoding="utf-8")


# ---- running tools, and the cache of built IL


def _run_tool(command: Sequence[str], environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=BUILD_TIMEOUT, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"no end within {BUILD_TIMEOUT:g} s: {' '.join(command)}") from error
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode != 0:
        shown = [part for part in command if not part.startswith("-r:")]
        raise ToolError(f"exit code {done.returncode}: {' '.join(shown)}\n{output}")
    return output


def _digest(texts: Iterable[str], files: Iterable[Path]) -> str:
    digest = hashlib.sha256(sys.platform.encode())
    for text in texts:
        digest.update(text.encode() + b"\0")
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:32]


def cache_folder() -> Path:
    """Where built IL is kept between sessions: `READYTORUN_TEST_CACHE`, else a folder of the user's under /tmp."""
    chosen = os.environ.get("READYTORUN_TEST_CACHE")
    folder = Path(chosen) if chosen else Path(tempfile.gettempdir(), f"readytorun-test-il-{os.getuid()}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _cached(key: str, output: Path, make: Callable[[Path], object]) -> Path:
    """Copy the file of that key to `output`, making it first if it is not there yet."""
    kept = cache_folder() / key / output.name
    if not kept.exists():
        with tempfile.TemporaryDirectory(prefix="building-", dir=cache_folder()) as folder:
            temporary = Path(folder, output.name)
            make(temporary)
            kept.parent.mkdir(exist_ok=True)
            os.replace(temporary, kept)  # whole or not at all: several test processes may build the same
    output.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, output)
    return output
