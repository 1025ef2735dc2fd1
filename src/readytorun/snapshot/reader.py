"""Assemblies in a snapshot, opened like files: `FILE.snapshot/System.Runtime.dll` is the path of one.

So a reference is a path whether it is a file or in a snapshot, and whoever opens references needs to know only
`open_assembly`.
"""

from __future__ import annotations

import os
from pathlib import Path

from readytorun.metadata.assembly import AssemblyFile
from readytorun.snapshot.archive import SUFFIX, Snapshot

_DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"


def open_assembly(path: str) -> AssemblyFile:
    """Open an assembly: a file, or one in a snapshot.

    Raises:
        BadImageError: it is not .NET, or the snapshot is damaged.
        MissingReferenceError: the snapshot does not contain it.
        OSError: it cannot be read.
    """
    folder, file_name = os.path.split(path)
    if folder.lower().endswith(SUFFIX) and os.path.isfile(folder):
        return AssemblyFile.parse(Snapshot(folder).read(os.path.splitext(file_name)[0]), path)
    return AssemblyFile.open(path)


def assembly_paths(snapshot: Snapshot) -> list[Path]:
    """Paths of all assemblies in a snapshot, as `open_assembly` takes them."""
    return [Path(snapshot.path) / f"{entry.name}.dll" for entry in snapshot.entries.values()]


def bundled_snapshot(runtime_major: int, coff_machine: int) -> Snapshot | None:
    """The snapshot that ships in the package for a runtime version and a COFF machine; None if there is none.

    Raises:
        BadImageError: one of those in the package is damaged.
    """
    for path in sorted(_DATA_FOLDER.glob(f"*{SUFFIX}")):
        snapshot = Snapshot(path)
        if snapshot.machine == coff_machine and snapshot.framework.startswith(f"{runtime_major}."):
            return snapshot
    return None
