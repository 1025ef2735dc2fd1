"""Programs that the tests of runtime-async share; each is built once per dialect."""

from __future__ import annotations

from pathlib import Path

import pytest
from async_support import HERE, Built, build, build_core

from readytorun.ir.runtime_async import DIALECTS, Dialect


@pytest.fixture(scope="session", params=DIALECTS, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    found = request.param
    assert isinstance(found, Dialect)
    return found


@pytest.fixture(scope="session")
def core(dialect: Dialect, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A core library that speaks the dialect."""
    return build_core(tmp_path_factory.mktemp(dialect.name), dialect)


@pytest.fixture(scope="session")
def shapes(dialect: Dialect, core: Path) -> Built:
    """Awaits of all shapes."""
    return build(core.parent, dialect, core, "shapes", HERE / "shapes.cs")
