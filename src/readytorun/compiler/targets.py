"""Targets by name, `net10.0-linux-x64`: runtime version, operating system, architecture."""

from __future__ import annotations

from dataclasses import dataclass

from readytorun.errors import UsageError
from readytorun.ir.runtime_async import SEED, V11B, Dialect
from readytorun.r2r.target import Machine, OperatingSystem, Target


@dataclass(frozen=True, slots=True)
class CompilationTarget:
    """What code is compiled for.

    Attributes:
        name: as the user writes it.
        runtime_major: major version of the .NET runtime.
        image: machine, operating system and R2R version of the image.
        dialect: of runtime-async, which the core library has to speak; None: async methods are left to the runtime.
    """

    name: str
    runtime_major: int
    image: Target
    dialect: Dialect | None = None


_TARGETS = {
    "net10.0-linux-x64": CompilationTarget(
        "net10.0-linux-x64", 10, Target(Machine.AMD64, OperatingSystem.LINUX, 16, 0)
    ),
    "net11.0-preview-linux-x64": CompilationTarget(
        "net11.0-preview-linux-x64", 11, Target(Machine.AMD64, OperatingSystem.LINUX, SEED.image_major, 2), SEED
    ),
    "net11.0-linux-x64": CompilationTarget(
        "net11.0-linux-x64", 11, Target(Machine.AMD64, OperatingSystem.LINUX, V11B.image_major, 1), V11B
    ),
}

DEFAULT_TARGET = "net10.0-linux-x64"


def target_of_image(major: int) -> CompilationTarget:
    """The target whose images have a major version.

    Raises:
        UsageError: no target has it.
    """
    for target in _TARGETS.values():
        if target.image.major == major:
            return target
    raise UsageError(f"no target has images of version {major}; targets: {', '.join(sorted(_TARGETS))}")


def target_by_name(name: str) -> CompilationTarget:
    """Find a target.

    Raises:
        UsageError: there is none of that name; the message lists the known ones.
    """
    found = _TARGETS.get(name)
    if found is None:
        raise UsageError(f"unknown target '{name}'; known targets: {', '.join(sorted(_TARGETS))}")
    return found
