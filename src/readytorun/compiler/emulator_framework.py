"""The framework of the emulator: its IL ships in the package, and becomes native code when that is first needed.

It is a core library of its own, small, in the shape of .NET's (`framework/` in the source tree has its C#). Assemblies
that the ordinary C# compiler made bind to it through facades: System.Runtime and the like. The emulator has no JIT, so
that all code that a program needs must be in images; instantiations of the framework's generics are compiled into the
image of the program, which therefore has the core library in its version bubble.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.progress import Progress
from readytorun.compiler.references import CORE_LIBRARY
from readytorun.compiler.report import AssemblyReport
from readytorun.compiler.targets import CompilationTarget
from readytorun.ir.runtime_async import SEED

_PACKAGE = Path(__file__).resolve().parent.parent
_DATA = _PACKAGE / "data" / "framework"
_KEY_LENGTH = 16  # hexadecimal digits


def core_library_il(target: CompilationTarget) -> Path:
    """IL of the core library that speaks a target's dialect of runtime-async."""
    dialect = target.dialect or SEED
    return _DATA / dialect.name.lower() / f"{CORE_LIBRARY}.dll"


def facades() -> list[Path]:
    """The assemblies that forward their types to the core library."""
    return sorted((_DATA / "facades").glob("*.dll"))


def framework_references(target: CompilationTarget) -> list[str]:
    """What programs are compiled against: core library and facades."""
    return [str(path) for path in (core_library_il(target), *facades())]


def compile_for_emulator(
    inputs: Sequence[str | Path],
    references: Sequence[str],
    output: str | Path,
    options: CompileOptions,
    progress: Progress | None = None,
) -> list[AssemblyReport]:
    """`compile_assemblies`, against the emulator's framework and with its core library in the version bubble."""
    ours = CompileOptions(options.target, options.jobs, options.methods, options.strict, core_in_bubble=True)
    all_references = [*framework_references(options.target), *references]
    return compile_assemblies(inputs, all_references, output, ours, progress)


def compiled_core_library(target: CompilationTarget, cache: Path, jobs: int, progress: Progress | None = None) -> Path:
    """The core library's image for a target; made if the cache does not have it.

    Args:
        target: what for.
        cache: folder in which images are kept, each under a key of all that it was made from.
        jobs: number of processes.
        progress: told how far it is.

    Raises:
        OSError: the folder cannot be written to.
    """
    image = cache / _key(target) / f"{CORE_LIBRARY}.dll"
    if not image.exists():
        image.parent.mkdir(parents=True, exist_ok=True)
        # Written whole or not at all: several processes may find it missing at once.
        compile_assemblies(
            [core_library_il(target)], [], image, CompileOptions(target, jobs, is_core_library=True), progress
        )
    return image


def _key(target: CompilationTarget) -> str:
    """Depends on the target, the IL and the compiler, whose files are told apart by size and time."""
    digest = hashlib.blake2b(target.name.encode())
    digest.update(core_library_il(target).read_bytes())
    for path in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.so"), *_PACKAGE.rglob("*.pyd")]):
        status = path.stat()
        digest.update(f"{path.relative_to(_PACKAGE)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:_KEY_LENGTH]
