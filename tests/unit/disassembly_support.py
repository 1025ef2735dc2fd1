"""Made-up symbols and arm64 words for tests of disassembly."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from readytorun.inspect.symbols import CodeSymbol, SymbolKind


class FakeSymbols:
    """Symbols from tables."""

    def __init__(
        self,
        cells: Mapping[int, str] | None = None,
        functions: Mapping[int, CodeSymbol] | None = None,
        data: Mapping[int, str] | None = None,
    ) -> None:
        self.cells = cells or {}
        self.functions = functions or {}
        self.data = data or {}

    def cell_text(self, rva: int) -> str | None:
        return self.cells.get(rva)

    def code_symbol(self, rva: int) -> CodeSymbol | None:
        return self.functions.get(rva)

    def data_text(self, rva: int) -> str | None:
        return self.data.get(rva)


def function(name: str, kind: SymbolKind = SymbolKind.METHOD, index: int = 5, method_rva: int = 0) -> CodeSymbol:
    return CodeSymbol(name, kind, index, method_rva)


# --- arm64 words (Arm Architecture Reference Manual, C6.2) ------------------------------------------------------------


def words(numbers: Iterable[int]) -> bytes:
    numbers = list(numbers)
    return struct.pack(f"<{len(numbers)}I", *numbers)


def adr(register: int, distance: int) -> int:
    return 0x10000000 | (distance & 3) << 29 | (distance >> 2 & 0x7FFFF) << 5 | register


def adrp(register: int, address: int, pc: int) -> int:
    pages = (address >> 12) - (pc >> 12)
    return 0x90000000 | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5 | register


def add(register: int, base: int, immediate: int) -> int:
    return 0x91000000 | (immediate & 0xFFF) << 10 | base << 5 | register


def mov(register: int, source: int) -> int:
    return 0xAA0003E0 | source << 16 | register


def mov_immediate(register: int, value: int) -> int:
    return 0xD2800000 | value << 5 | register


def ldr(register: int, base: int, offset: int = 0) -> int:
    return 0xF9400000 | offset // 8 << 10 | base << 5 | register


def ldr_w(register: int, base: int, offset: int = 0) -> int:
    return 0xB9400000 | offset // 4 << 10 | base << 5 | register


def str_x(register: int, base: int, offset: int = 0) -> int:
    return 0xF9000000 | offset // 8 << 10 | base << 5 | register


def ldr_literal(register: int, distance: int) -> int:
    return 0x58000000 | (distance >> 2 & 0x7FFFF) << 5 | register


def b(distance: int) -> int:
    return 0x14000000 | distance >> 2 & 0x3FFFFFF


def bl(distance: int) -> int:
    return 0x94000000 | distance >> 2 & 0x3FFFFFF


def cbz(register: int, distance: int) -> int:
    return 0xB4000000 | (distance >> 2 & 0x7FFFF) << 5 | register


def tbnz(register: int, bit: int, distance: int) -> int:
    return 0x37000000 | bit << 19 | (distance >> 2 & 0x3FFF) << 5 | register


def b_eq(distance: int) -> int:
    return 0x54000000 | (distance >> 2 & 0x7FFFF) << 5


def blr(register: int) -> int:
    return 0xD63F0000 | register << 5


def br(register: int) -> int:
    return 0xD61F0000 | register << 5


RET = 0xD65F03C0
NOP = 0xD503201F
LDP_FP_LR = 0xA8C17BFD  # ldp x29, x30, [sp], #16
