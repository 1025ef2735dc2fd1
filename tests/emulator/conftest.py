"""Fixtures of the emulator's tests."""

from __future__ import annotations

import os

import pytest
from async_programs import Form  # noqa: F401  (makes the tools of the runtime tests importable)
from toolchain import find_toolchain, why_no_toolchain


@pytest.fixture(scope="session")
def emulation(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A folder for this session, the same for every pytest-xdist worker, and the tools that build IL."""
    pytest.importorskip("unicorn", reason="the emulator needs unicorn: pip install 'readytorun[run]'")
    toolchain = find_toolchain()
    if toolchain is None or toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK" if toolchain else why_no_toolchain())
    from emulation import Emulation

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "emulation"
    folder.mkdir(parents=True, exist_ok=True)
    return Emulation(folder, toolchain)
