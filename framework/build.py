#!/usr/bin/env python3
"""Build the IL of the emulator's framework into the package: `framework/build.py [--check]`.

It writes `src/readytorun/data/framework/`: the core library of `System.Private.CoreLib/*.cs` once per dialect of
runtime-async, and the *facades*: assemblies with the names that the C# compiler's reference assemblies have
(System.Runtime, System.Console, ...), which forward every public type to the core library.

`--check` writes nothing, and ends with exit code 1 if what is there is not what the sources give. The C# compiler is
found as the tests find it (R2R_DOTNET, or an installed .NET 10 SDK); another version of it may write other bytes, which
`compiler.txt` tells from sources that have changed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "runtime"))

from toolchain import Toolchain, find_toolchain, why_no_toolchain  # noqa: E402

from readytorun.typesystem.context import TypeSystemContext  # noqa: E402
from readytorun.typesystem.type_desc import EcmaType  # noqa: E402

CORE_LIBRARY = "System.Private.CoreLib"
SOURCES = ROOT / "framework" / CORE_LIBRARY
DATA = ROOT / "src" / "readytorun" / "data" / "framework"
# Folder of each dialect's core library, and the symbol that the sources know it by.
DIALECTS: dict[str, tuple[str, ...]] = {"seed": (), "v11b": ("-define:V11B",)}
FACADES = (
    "Microsoft.Win32.Primitives",
    "System.Collections",
    "System.Collections.Concurrent",
    "System.Collections.Immutable",
    "System.Console",
    "System.Diagnostics.Debug",
    "System.Diagnostics.Process",
    "System.Globalization",
    "System.IO.Compression",
    "System.Linq",
    "System.Linq.Expressions",
    "System.Memory",
    "System.Numerics.Vectors",
    "System.ObjectModel",
    "System.Reflection",
    "System.Reflection.DispatchProxy",
    "System.Runtime",
    "System.Runtime.CompilerServices.Unsafe",
    "System.Runtime.Extensions",
    "System.Runtime.InteropServices",
    "System.Runtime.Intrinsics",
    "System.Runtime.Numerics",
    "System.Security.Cryptography",
    "System.Text.Encoding.Extensions",
    "System.Text.RegularExpressions",
    "System.Threading",
    "System.Threading.Tasks",
    "System.Threading.Tasks.Parallel",
    "System.Threading.Thread",
    "System.Threading.ThreadPool",
    "mscorlib",
    "netstandard",
)
_OPTIONS = ("-nologo", "-optimize+", "-deterministic+", "-nostdlib", "-noconfig", "-target:library")
# Members that only the runtime sets or reads, names as the framework has them, classes that hide what they replace.
_NO_WARNINGS = (
    "0108,0114,0169,0414,0436,0465,0626,0649,0659,0660,0661,0824,1718,8500,8600,8601,8602,8603,8604,8618,8620,8625,"
    "8765,8767,8769,8974,8981"
)
_CORE_OPTIONS = ("-unsafe+", "-nullable+", "-langversion:latest", "-runtimemetadataversion:v4.0.30319")
_VISIBILITY_MASK = 7  # TypeAttributes
_PUBLIC = 1


class BuildError(Exception):
    """The C# compiler is missing, or does not like the sources; the message says which."""


def build(toolchain: Toolchain, folder: Path, facades: Sequence[str] = FACADES) -> None:
    """Build core libraries and facades into a folder. Raises BuildError with the compiler's messages."""
    for name, options in DIALECTS.items():
        core = folder / name / f"{CORE_LIBRARY}.dll"
        sources = sorted(SOURCES.glob("*.cs"))
        _compile(toolchain, [*_CORE_OPTIONS, f"-nowarn:{_NO_WARNINGS}", *options], sources, core)
    core = folder / next(iter(DIALECTS)) / f"{CORE_LIBRARY}.dll"
    with tempfile.TemporaryDirectory(prefix="facade-") as temporary:
        source = Path(temporary, "facade.cs")
        source.write_text("\n".join(_forwards(core)) + "\n", encoding="utf-8")
        with ThreadPoolExecutor(2) as executor:
            done = [
                executor.submit(_compile, toolchain, [f"-r:{core}"], [source], folder / "facades" / f"{name}.dll")
                for name in facades
            ]
            for one in done:
                one.result()
    (folder / "compiler.txt").write_text(compiler_version(toolchain) + "\n", encoding="utf-8")


def compiler_version(toolchain: Toolchain) -> str:
    """What the C# compiler says its version is."""
    return _run(toolchain, ["-version"]).strip()


def _forwards(core: Path) -> Iterator[str]:
    """A line of C# for each public type of the core library that is not nested."""
    for type in TypeSystemContext([str(core)]).core.type_defs():
        if type.enclosing_type is None and type.flags & _VISIBILITY_MASK == _PUBLIC:
            yield f"[assembly: System.Runtime.CompilerServices.TypeForwardedTo(typeof({_csharp_name(type)}))]"


def _csharp_name(type: EcmaType) -> str:
    name, _, parameters = type.name.partition("`")
    if (type.namespace, name) == ("System", "Void"):
        return "void"
    qualified = f"{type.namespace}.{name}" if type.namespace else name
    return qualified + ("<" + "," * (int(parameters) - 1) + ">" if parameters else "")


def _compile(toolchain: Toolchain, options: Sequence[str], sources: Sequence[Path], output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    _run(toolchain, [*_OPTIONS, *options, f"-out:{output}", *map(str, sources)])


def _run(toolchain: Toolchain, arguments: Sequence[str]) -> str:
    if toolchain.csc is None:
        raise BuildError("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    done = subprocess.run(
        [*toolchain.csc, *arguments],
        env={"DOTNET_ROOT": str(toolchain.dotnet_root), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(done.stdout + done.stderr)
    return done.stdout


def differences(built: Path, kept: Path) -> list[str]:
    """Names of the files of two folders that are not the same."""
    names = {str(path.relative_to(folder)) for folder in (built, kept) for path in folder.rglob("*") if path.is_file()}
    return sorted(name for name in names if _content(built / name) != _content(kept / name))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def main(arguments: Sequence[str]) -> int:
    """Build, or check; the exit code."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: build.py [--check]", file=sys.stderr)
        return 2
    toolchain = find_toolchain()
    if toolchain is None:
        print(why_no_toolchain(), file=sys.stderr)
        return 2
    try:
        if not arguments:
            build(toolchain, DATA)
            return 0
        with tempfile.TemporaryDirectory(prefix="framework-") as folder:
            build(toolchain, Path(folder))
            stale = differences(Path(folder), DATA)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name in stale:
        print(f"{name} is not what the sources give", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
