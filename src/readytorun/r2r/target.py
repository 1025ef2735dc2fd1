"""What an image is made for: machine, operating system and format version (readytorun-format.md, PE headers)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Machine(IntEnum):
    """COFF machine numbers (winnt.h)."""

    I386 = 0x014C
    ARM_THUMB2 = 0x01C4
    RISCV64 = 0x5064
    LOONGARCH64 = 0x6264
    AMD64 = 0x8664
    ARM64 = 0xAA64


class OperatingSystem(IntEnum):
    """What is XORed into the COFF machine number of an image (pedecoder.h)."""

    WINDOWS = 0
    SUNOS = 0x1992
    NETBSD = 0x1993
    APPLE = 0x4644
    LINUX = 0x7B79
    FREEBSD = 0xADC4


# Which sum of both a COFF header holds, for every pair.
_BY_COFF_MACHINE: Final = {machine ^ system: (machine, system) for machine in Machine for system in OperatingSystem}


@dataclass(frozen=True, slots=True)
class Target:
    """Machine, operating system and R2R version of an image."""

    machine: Machine
    os: OperatingSystem
    major: int = 16
    minor: int = 0

    @property
    def coff_machine(self) -> int:
        return self.machine ^ self.os

    @property
    def pointer_size(self) -> int:
        return 4 if self.machine in (Machine.I386, Machine.ARM_THUMB2) else 8


def split_coff_machine(value: int) -> tuple[Machine, OperatingSystem] | None:
    """Take a COFF machine number of an image apart; None if it is of no known pair."""
    return _BY_COFF_MACHINE.get(value)
