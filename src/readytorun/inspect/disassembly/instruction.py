"""What disassembly makes: instructions, and the words for addresses in their operands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from readytorun.inspect.symbols import CodeSymbol, SymbolKind, Symbols


class Instruction(NamedTuple):
    """One instruction.

    Attributes:
        rva, size: where it lies, in bytes.
        bytes: its encoding.
        text: mnemonic and operands, names in place of addresses where they are known.
        comment: what else is known: the cell behind a register, the table at an address; "" if nothing.
        target: RVA that a direct branch or call goes to.
        memory_target: RVA that a memory or address operand means.
    """

    rva: int
    size: int
    bytes: bytes
    text: str
    comment: str = ""
    target: int | None = None
    memory_target: int | None = None


class CodeExtent(NamedTuple):
    """A part of the method that is disassembled; addresses in it become labels.

    Attributes:
        start, end: RVAs, end exclusive.
        prefix: of the labels, before the underscore and the hexadecimal offset from `start`.
    """

    start: int
    end: int
    prefix: str = "L"


def label_of(rva: int, extents: Sequence[CodeExtent]) -> str | None:
    """The label of an address inside a method."""
    for start, end, prefix in extents:
        if start <= rva < end:
            return f"{prefix}_{rva - start:04x}"
    return None


class OperandNames:
    """Words for addresses, seen from inside of one method."""

    def __init__(self, symbols: Symbols, extents: Sequence[CodeExtent]) -> None:
        self.symbols = symbols
        self.extents = extents

    def label(self, rva: int) -> str | None:
        """The label of an address inside the method."""
        return label_of(rva, self.extents)

    def jump_target(self, rva: int) -> tuple[str, str]:
        """(operand, comment) for the target of a jump: a label, or whatever a call would show."""
        label = self.label(rva)
        return self.call_target(rva) if label is None else (label, "")

    def call_target(self, rva: int) -> tuple[str, str]:
        """(operand, comment) for the target of a call.

        In this order: the fixup of an import thunk; another runtime function of the same method; the start of any
        other function, by name; a place in the method, by label; the plain address.
        """
        symbol = self.symbols.code_symbol(rva)
        if symbol is None:
            return self.label(rva) or f"{rva:#x}", ""
        if symbol.kind is SymbolKind.THUNK:
            return symbol.name, "thunk"
        return symbol.name, f"RUNTIME_FUNCTION[{symbol.function_index}]" if self._is_own(symbol) else ""

    def _is_own(self, symbol: CodeSymbol) -> bool:
        return symbol.kind is not SymbolKind.METHOD and any(start == symbol.method_rva for start, _, _ in self.extents)

    def address(self, rva: int) -> tuple[str, str]:
        """(name, description) of an address that is no import cell; the name is "" where none is known.

        A name can stand for the address in an operand; a description says what surrounds it.
        """
        symbol = self.symbols.code_symbol(rva)
        if symbol is not None:
            return symbol.name, ""
        label = self.label(rva)
        if label is not None:
            return label, ""
        return "", self.symbols.data_text(rva) or ""
