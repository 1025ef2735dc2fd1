"""Builds the hot packages as compiled modules with mypyc, where that is possible.

Everything else about the package is in pyproject.toml. Without compiled modules it is the same program, but slower:

- READYTORUN_PURE=1 asks for it;
- an editable install is one, so that edits take effect (READYTORUN_PURE=0 compiles all the same);
- it is what comes out when there is no C compiler.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("src", "readytorun")
COMPILED_PACKAGES = ("metadata", "typesystem", "il", "ir", "importer", "passes", "backend")
COMPILED_MODULES = (
    "errors.py",
    "inspect/disassembly/arm64.py",
    "inspect/disassembly/arm64_words.py",
    "inspect/disassembly/instruction.py",
    "inspect/disassembly/marks.py",
    "inspect/disassembly/method.py",
    "inspect/disassembly/parts.py",
    "inspect/disassembly/x64.py",
    "inspect/dump/text.py",
    "inspect/lines.py",
    "inspect/module_names.py",
    "inspect/names.py",
    "pe.py",
    "r2r/debug_info.py",
    "r2r/entry_points.py",
    "r2r/gc_ref_map.py",
    "r2r/gcinfo.py",
    "r2r/native_array.py",
    "r2r/native_hashtable.py",
    "r2r/primitives.py",
    "r2r/runtime_functions.py",
    "r2r/signatures.py",
    "r2r/unwind_arm64.py",
    "r2r/unwind_x64.py",
)


class OptionalBuildExt(build_ext):
    """All compiled modules, or none: they import each other, so that a part of them would not load."""

    def build_extension(self, ext: Extension) -> None:
        """Compile the files of an extension side by side: nearly all of them belong to one."""
        compile_files = self.compiler.compile

        def compile_side_by_side(sources: list[str], **options: Any) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count()) as executor:
                objects = executor.map(lambda source: compile_files([source], **options), sources)
                return [path for paths in objects for path in paths]

        self.compiler.compile = compile_side_by_side
        try:
            super().build_extension(ext)
        finally:
            self.compiler.compile = compile_files

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:
            print(f"warning: compiled modules cannot be built, and are left out: {error}", file=sys.stderr)
            for extension in self.extensions:
                for path in (self.get_ext_fullpath(extension.name), self._built_path(extension)):
                    Path(path).unlink(missing_ok=True)
            self.extensions = []

    def _built_path(self, extension: Extension) -> Path:
        return Path(self.build_lib, self.get_ext_filename(self.get_ext_fullname(extension.name)))


def wants_compiled_modules() -> bool:
    """Whether this build is to have compiled modules."""
    pure = os.environ.get("READYTORUN_PURE", "")
    if pure not in ("", "0", "1"):
        sys.exit("READYTORUN_PURE must be 0 or 1")
    commands = set(sys.argv[1:])  # those that only ask for metadata need none
    if "editable_wheel" in commands:
        return pure == "0"
    return pure != "1" and bool(commands & {"bdist_wheel", "build", "build_ext", "install"})


def compiled_modules() -> list[Extension]:
    """The compiled modules; [] if mypyc is not there."""
    try:
        from mypyc.build import mypycify
    except ImportError as error:
        print(f"warning: no mypyc, and so no compiled modules: {error}", file=sys.stderr)
        return []
    files = [PACKAGE / name for name in COMPILED_MODULES]
    for package in COMPILED_PACKAGES:
        for path in sorted((PACKAGE / package).rglob("*.py")):
            if path.name != "__init__.py":
                files.append(path)
    options = ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports"]
    os.environ.setdefault("MYPYPATH", "src")
    # Several C files: one of 100,000 lines takes the C compiler more than 2 GB.
    try:
        return list(mypycify([*options, *map(str, files)], multi_file=True, opt_level="2", debug_level="0"))
    except SystemExit:  # how mypyc ends when it cannot compile something, with its reason printed
        print("warning: mypyc fails, and so there are no compiled modules", file=sys.stderr)
        return []


setup(
    ext_modules=compiled_modules() if wants_compiled_modules() else [],
    cmdclass={"build_ext": OptionalBuildExt},
)
