"""Assemblies that an image refers to: given by the user, or lying beside the image."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from readytorun.errors import BadImageError
from readytorun.metadata.assembly import AssemblyFile


class References:
    """Finds assemblies by simple name; each file is read at most once, and only when it is asked for.

    Attributes:
        folder: where the image lies; searched after what the user gave.
    """

    def __init__(self, patterns: Iterable[str | Path] = (), folder: Path | None = None) -> None:
        """`patterns` are files, folders (all of their .dll files), or glob patterns of files."""
        self.folder = folder
        self._paths: dict[str, Path] = {}
        self._found: dict[str, AssemblyFile | None] = {}
        for pattern in patterns:
            path = Path(pattern)
            if path.is_dir():
                files = sorted(path.glob("*.dll"))
            elif path.exists():
                files = [path]
            else:
                files = [Path(name) for name in sorted(glob.glob(str(pattern), recursive=True))]
            for file in files:
                self._paths.setdefault(file.stem.lower(), file)

    def path_of(self, name: str) -> Path | None:
        """Where the assembly with a simple name lies, or None."""
        path = self._paths.get(name.lower())
        if path is not None or self.folder is None:
            return path
        for suffix in (".dll", ".exe"):
            path = self.folder / (name + suffix)
            if path.is_file():
                return path
        return None

    def find(self, name: str) -> AssemblyFile | None:
        """The assembly with a simple name; None if it is not at hand or does not read."""
        if name not in self._found:
            path = self.path_of(name)
            try:
                self._found[name] = None if path is None else AssemblyFile.open(path)
            except (BadImageError, OSError):
                # An image is shown all the same: what this file would have named is shown by token.
                self._found[name] = None
        return self._found[name]
