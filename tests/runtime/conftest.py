"""Fixtures of the runtime tests, and the report of what was precompiled."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from compilers import chosen_compiler
from harness import Harness, Share
from toolchain import find_toolchain, why_no_toolchain

_folder_key = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Harness:
    """The tools and a folder for this session; the same folder for every pytest-xdist worker."""
    toolchain = find_toolchain()
    if toolchain is None:
        pytest.skip(why_no_toolchain())
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "runtime-programs"
    folder.mkdir(parents=True, exist_ok=True)
    request.config.stash[_folder_key] = folder
    return Harness(folder, toolchain, chosen_compiler(toolchain))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print, for every program that was measured, which of its methods the runtime still had to compile."""
    folder = config.stash.get(_folder_key, None)
    if folder is None:
        factory = getattr(config, "_tmp_path_factory", None)  # the controller of pytest-xdist runs no fixture
        if factory is None:
            return
        folder = factory.getbasetemp() / "runtime-programs"
    shares = [Share(**json.loads(p.read_text(encoding="utf-8"))) for p in sorted(folder.glob("*/share.json"))]
    if not shares:
        return
    terminalreporter.section("own methods that ran from precompiled code")
    for share in shares:
        missing = f"  jitted: {', '.join(share.jitted[:6])}" if share.jitted else ""
        more = f" and {len(share.jitted) - 6} more" if len(share.jitted) > 6 else ""
        terminalreporter.write_line(f"{share.precompiled:7.1%} of {share.executed:4} {share.program}{missing}{more}")
    executed = sum(share.executed for share in shares)
    jitted = sum(len(share.jitted) for share in shares)
    if executed:
        terminalreporter.write_line(f"{1 - jitted / executed:7.1%} of {executed:4} all programs")
