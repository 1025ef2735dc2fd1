"""Real libraries, precompiled, under programs that use much of them: same output as their IL under the JIT.

Each program of `apps/` names, in its first line, the libraries of `$R2R_CORPUS/libs` that it needs; a second line may
give arguments, the names of such libraries as input files. The libraries and the program are compiled together into one
folder.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from compilers import Compiler, chosen_compiler
from harness import MODES, list_jitted, locked, own_jitted
from toolchain import Toolchain, ToolError, find_toolchain, own_types, why_no_toolchain

APPS = Path(__file__).parent / "apps"
SOURCES = sorted(APPS.glob("*.cs"))
# Of all methods of an app and of its libraries that it executes, the share that has to run from precompiled code.
# Instantiations over types of other libraries, which no image of these may hold, are the bulk of what is missing: much
# in an app whose work is generic code of the library over framework types.
REQUIRED_SHARE = {"fsharp": 0.30, "resilience": 0.55}
DEFAULT_REQUIRED_SHARE = 0.85

pytestmark = [pytest.mark.corpus, pytest.mark.runtime]


@dataclass(frozen=True)
class PreparedApp:
    """An app whose IL was run and that was compiled: in each folder lie the program and its libraries."""

    name: str
    il: Path
    compiled: Path
    arguments: list[str]
    expected_exit_code: int
    expected_stdout: str
    error: str  # why compilation failed, or empty

    @property
    def own(self) -> frozenset[str]:
        """The types of the program and of its libraries."""
        return frozenset().union(*(own_types(dll) for dll in self.il.glob("*.dll")))


@dataclass(frozen=True)
class AppHarness:
    """The session's folder, shared by all workers, and the tools."""

    folder: Path
    toolchain: Toolchain
    compiler: Compiler
    libraries: Path

    def prepare(self, source: Path) -> PreparedApp:
        """Build, run the IL, compile. Done once per session, whichever test and worker asks first."""
        work = self.folder / source.stem
        with locked(work / "lock"):
            done = work / "prepared.json"
            if done.exists():
                values = json.loads(done.read_text(encoding="utf-8"))
                return PreparedApp(**(values | {"il": Path(values["il"]), "compiled": Path(values["compiled"])}))
            prepared = self._prepare(source, work)
            done.write_text(json.dumps(asdict(prepared), default=str), encoding="utf-8")
            return prepared

    def _prepare(self, source: Path, work: Path) -> PreparedApp:
        libraries = [self.libraries / name for name in header(source, "Libraries")]
        arguments = [str(self.libraries / name) for name in header(source, "Arguments")]
        il, compiled = work / "il", work / "r2r"
        il.mkdir()
        compiled.mkdir()
        for library in libraries:
            shutil.copyfile(library, il / library.name)
        app = self.toolchain.compile_csharp([source], il / f"{source.stem}.dll", libraries, ["-nowarn:0618,1701,8981"])
        run = self.toolchain.run(app, arguments)
        error = ""
        try:
            self.compiler.compile(sorted(il.glob("*.dll")), compiled, [])
        except ToolError as failure:
            error = str(failure)
        return PreparedApp(source.stem, il, compiled, arguments, run.exit_code, run.stdout, error)


def header(source: Path, field: str) -> list[str]:
    """The words after `// Field:` in one of the first lines."""
    for line in source.read_text(encoding="utf-8").splitlines()[:3]:
        if line.startswith(f"// {field}:"):
            return line.partition(":")[2].split()
    return []


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> AppHarness:
    toolchain = find_toolchain()
    if toolchain is None:
        pytest.skip(why_no_toolchain())
    if toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    corpus = os.environ.get("R2R_CORPUS")
    if not corpus:
        pytest.skip("no corpus: set R2R_CORPUS")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "corpus-apps"
    folder.mkdir(parents=True, exist_ok=True)
    return AppHarness(folder, toolchain, chosen_compiler(toolchain), Path(corpus, "libs"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_same_output(apps: AppHarness, source: Path, mode: str) -> None:
    prepared = apps.prepare(source)
    assert prepared.expected_exit_code < 128, f"the app crashes under the JIT:\n{prepared.expected_stdout[-2000:]}"
    assert not prepared.error, prepared.error
    app = prepared.compiled / f"{source.stem}.dll"
    result = apps.toolchain.run(app, prepared.arguments, MODES[mode])
    shown = f"stderr of the run of {app}:\n{result.stderr[-4000:]}"
    assert result.stdout.splitlines() == prepared.expected_stdout.splitlines(), shown
    assert result.exit_code == prepared.expected_exit_code, shown


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_share_of_precompiled_methods(apps: AppHarness, source: Path) -> None:
    prepared = apps.prepare(source)
    assert not prepared.error, prepared.error
    expected, own, name = prepared.expected_exit_code, prepared.own, f"{source.stem}.dll"
    executed = own_jitted(list_jitted(apps.toolchain, prepared.il / name, prepared.arguments, expected), own)
    jitted = own_jitted(list_jitted(apps.toolchain, prepared.compiled / name, prepared.arguments, expected), own)
    share = 1 - len(jitted) / len(executed)
    print(f"{source.stem}: {share:.1%} of {len(executed)} methods ran from precompiled code")
    required = REQUIRED_SHARE.get(source.stem, DEFAULT_REQUIRED_SHARE)
    assert share >= required, f"only {share:.1%} of {len(executed)}; JIT-compiled:\n" + "\n".join(jitted)
