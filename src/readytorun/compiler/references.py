"""Where the assemblies are that an input refers to: given files, the input's folder, an installed .NET, a snapshot."""

from __future__ import annotations

import glob
import os
import re
import shutil
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from readytorun.compiler.targets import CompilationTarget
from readytorun.errors import MissingReferenceError, ReadyToRunError
from readytorun.r2r.target import split_coff_machine
from readytorun.snapshot.archive import SUFFIX as SNAPSHOT_SUFFIX
from readytorun.snapshot.archive import Snapshot
from readytorun.snapshot.reader import assembly_paths, bundled_snapshot

CORE_LIBRARY = "System.Private.CoreLib"
_ASSEMBLY_SUFFIXES = (".dll", ".exe", ".winmd")
_USUAL_PLACES = (
    "/usr/share/dotnet",
    "/usr/lib/dotnet",
    "/usr/lib64/dotnet",
    "/usr/local/share/dotnet",
    "/opt/dotnet",
    "~/.dotnet",
    "C:/Program Files/dotnet",
)


def find_references(
    patterns: Sequence[str],
    inputs: Sequence[Path],
    target: CompilationTarget,
    environment: Mapping[str, str] = os.environ,
) -> tuple[str, ...]:
    """Files that may be referred to, one per assembly name: the earlier of a name wins.

    The order: what the patterns name, the other inputs, what lies beside the inputs, and, when no core library is among
    those, the framework of an installed .NET, or else the framework snapshot that ships in the package.

    Args:
        patterns: files, folders, framework snapshots, or patterns with `*`, `?`, `**` and `[...]`.
        inputs: the assemblies that are compiled.
        target: what for; decides which framework fits.
        environment: DOTNET_ROOT and PATH are looked at.

    Raises:
        ReadyToRunError: a pattern that names nothing.
        MissingReferenceError: there is no framework.
        BadImageError: a snapshot is damaged.
    """
    found: dict[str, str] = {}
    for pattern in patterns:
        _add(found, _files_of(pattern))
    _add(found, inputs)
    for folder in dict.fromkeys(path.parent for path in inputs):
        _add(found, sorted(folder.glob("*.dll")))
    if CORE_LIBRARY.lower() not in found:
        _add(found, _framework(target, environment))
    return tuple(found.values())


def _framework(target: CompilationTarget, environment: Mapping[str, str]) -> list[Path]:
    """The assemblies of an installed framework, or of the snapshot that ships in the package."""
    try:
        return sorted(installed_framework(target, environment).glob("*.dll"))
    except MissingReferenceError:
        snapshot = bundled_snapshot(target.runtime_major, target.image.coff_machine)
        if snapshot is None:
            raise
        return assembly_paths(snapshot)


def _add(found: dict[str, str], paths: Iterable[Path]) -> None:
    for path in paths:
        if path.suffix.lower() in _ASSEMBLY_SUFFIXES:
            found.setdefault(path.stem.lower(), str(path))


def _files_of(pattern: str) -> list[Path]:
    path = Path(pattern)
    if path.is_dir():
        return sorted(path.glob("*.dll"))
    if path.is_file():
        return assembly_paths(Snapshot(path)) if path.suffix.lower() == SNAPSHOT_SUFFIX else [path]
    if not glob.has_magic(pattern):
        raise ReadyToRunError(f"reference {pattern}: no such file or folder")
    matches = sorted(glob.glob(pattern, recursive=True))
    if not matches:
        raise ReadyToRunError(f"reference {pattern}: no file matches")
    return [Path(match) for match in matches]


def installed_framework(target: CompilationTarget, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the newest installed framework that fits a target.

    Raises:
        MissingReferenceError: none is installed; says where it was looked for, and what to do.
    """
    tried = list(dict.fromkeys(_dotnet_roots(environment)))
    for root in tried:
        for folder in _frameworks(root, target.runtime_major):
            if _fits(folder / f"{CORE_LIBRARY}.dll", target):
                return folder
    version = f"{target.runtime_major}.0"
    raise MissingReferenceError(
        f"no .NET {version} framework for {target.name} is installed; give one with -r, such as "
        f"-r 'DOTNET/shared/Microsoft.NETCore.App/{version}.*/*.dll', or set DOTNET_ROOT "
        f"(looked in: {', '.join(map(str, tried)) or 'nowhere'})"
    )


def _dotnet_roots(environment: Mapping[str, str]) -> Iterable[Path]:
    for variable in ("DOTNET_ROOT_X64", "DOTNET_ROOT", "R2R_DOTNET"):
        if environment.get(variable):
            yield Path(environment[variable])
    command = shutil.which("dotnet", path=environment.get("PATH", ""))
    if command:
        yield Path(command).resolve().parent
    for place in _USUAL_PLACES:
        path = Path(place).expanduser()
        if path.is_dir():
            yield path


def _frameworks(root: Path, major: int) -> list[Path]:
    """Framework folders of a major version below a .NET root, newest first."""
    versions = []
    for folder in (root / "shared" / "Microsoft.NETCore.App").glob(f"{major}.*"):
        match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(-.*)?", folder.name)
        if match:
            release = match[4] is None
            versions.append(((int(match[2]), int(match[3]), release, folder.name), folder))
    return [folder for _, folder in sorted(versions, reverse=True)]


def _fits(core_library: Path, target: CompilationTarget) -> bool:
    """Whether a core library is made for the target's operating system and machine: layouts differ among them."""
    try:
        with core_library.open("rb") as file:
            head = file.read(4096)
        (pe_offset,) = struct.unpack_from("<I", head, 0x3C)
        (machine,) = struct.unpack_from("<H", head, pe_offset + 4)
    except (OSError, struct.error):
        return False
    return split_coff_machine(machine) == (target.image.machine, target.image.os)
