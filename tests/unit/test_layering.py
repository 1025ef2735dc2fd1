"""Which package may import which: one direction, no cycles (docs/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "readytorun"

# Per package (or module beside the packages) what it may import besides itself; `errors` is for everybody.
ALLOWED: dict[str, set[str]] = {
    "pe": set(),
    "metadata": {"pe"},
    "il": {"metadata"},
    "snapshot": {"pe", "metadata", "il"},
    "r2r": {"pe", "metadata"},
    "typesystem": {"metadata", "r2r", "snapshot"},
    "ir": {"r2r"},
    "importer": {"metadata", "typesystem", "il", "ir", "r2r"},
    "passes": {"ir", "r2r"},
    "backend": {"ir", "r2r"},
    "compiler": {"metadata", "snapshot", "typesystem", "il", "ir", "importer", "passes", "backend", "r2r"},
    "compiled": {"typesystem"},
    "inspect": {"pe", "metadata", "il", "r2r"},
    "__init__": {"inspect"},
    "emulator": {"pe", "metadata", "il", "r2r", "typesystem", "snapshot"},
    "cli": {"emulator", "pe", "metadata", "snapshot", "r2r", "inspect", "compiler", "compiled"},
    "__main__": {"cli"},
}
# Finer rules: which modules of a package others may see.
ONLY: dict[tuple[str, str], set[str]] = {
    ("typesystem", "r2r"): {"readytorun.r2r.hashes"},
    ("passes", "r2r"): {"readytorun.r2r.model", "readytorun.r2r.primitives"},  # fixups of layouts that they choose
    ("ir", "r2r"): {"readytorun.r2r.model"},
}


def imports_of(source: str) -> set[str]:
    """The modules of this project that a source imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                is_module = (
                    node.module == "readytorun" or SOURCE.parent.joinpath(*name.split(".")).with_suffix(".py").exists()
                )
                found.add(name if is_module else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith("readytorun.")}


def all_imports() -> list[tuple[str, str, str]]:
    """(file, its package, imported module) of the whole project."""
    result = []
    for path in sorted(SOURCE.rglob("*.py")):
        relative = path.relative_to(SOURCE)
        package = relative.parts[0] if len(relative.parts) > 1 else relative.stem
        for module in sorted(imports_of(path.read_text(encoding="utf-8"))):
            result.append((str(relative), package, module))
    return result


def test_imports_are_seen_wherever_they_stand() -> None:
    source = "import os\nfrom readytorun.a import x\ndef f():\n  import readytorun.b.c\n  from readytorun import d\n"
    assert imports_of(source) == {"readytorun.a", "readytorun.b.c", "readytorun.d"}
    assert imports_of("from readytorun.r2r import hashes") == {"readytorun.r2r.hashes"}
    assert imports_of("from readytorun.r2r.hashes import name_hash") == {"readytorun.r2r.hashes"}


def test_packages_import_only_what_stands_before_them() -> None:
    imports = all_imports()
    assert len(imports) > 300  # the whole project was looked at
    wrong = []
    for file, package, module in imports:
        imported = module.split(".")[1]
        if imported in (package, "errors", "__version__"):
            continue
        if imported not in ALLOWED.get(package, set()):
            wrong.append(f"{file} imports {module}")
        elif module not in ONLY.get((package, imported), {module}):
            wrong.append(f"{file} imports {module}")
    assert not wrong


def test_the_order_has_no_cycles() -> None:
    left = {package: set(allowed) for package, allowed in ALLOWED.items()}
    while left:
        free = [package for package, allowed in left.items() if not allowed & left.keys()]
        assert free, f"a cycle among {sorted(left)}"
        for package in free:
            del left[package]


def test_only_the_compiler_and_the_back_end_itself_know_a_machine() -> None:
    wrong = [
        file
        for file, package, module in all_imports()
        if module.startswith("readytorun.backend.x64") and not file.startswith("backend/x64/") and package != "compiler"
    ]
    assert not wrong
