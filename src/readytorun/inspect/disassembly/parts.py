"""The runtime functions of one method: main body, funclets, cold parts, and the stub that resumes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from readytorun.inspect.eh_text import cold_role, funclet_role
from readytorun.inspect.symbols import SymbolKind
from readytorun.r2r.reader import R2RImage, R2RMethod


class MethodPart(NamedTuple):
    """One runtime function of a method.

    Attributes:
        function: index in the runtime functions.
        rva, size: of its code, in bytes.
        offset: where it begins in the code as GC info, EH clauses and debug information count it: the cold part follows
            the last funclet there, wherever it lies. 0 for a resumption stub, which has GC info of its own.
        kind: METHOD for the main body.
        role: in words: "main body", "catch 0", with the number of the clause.
    """

    function: int
    rva: int
    size: int
    offset: int
    kind: SymbolKind
    role: str

    @property
    def end_offset(self) -> int:
        """The offset behind it."""
        return self.offset + self.size


def method_parts(image: R2RImage, method: R2RMethod) -> Iterator[MethodPart]:
    """The runtime functions that belong to a method; BadImageError where their extent does not decode."""
    start = method.function_index
    cold = image.cold_functions.get(start, range(0))
    clauses = method.eh_clauses
    end = 0
    for index, function in zip(image.function_indices_of(start), image.functions_of(start), strict=True):
        size = function.end - function.begin
        if index in cold:
            part = MethodPart(index, function.begin, size, end, SymbolKind.COLD, cold_role(clauses, end))
        elif index == start:
            part = MethodPart(index, function.begin, size, 0, SymbolKind.METHOD, "main body")
        else:
            offset = function.begin - method.rva
            part = MethodPart(index, function.begin, size, offset, SymbolKind.FUNCLET, funclet_role(clauses, offset))
        end = part.end_offset
        yield part
    stub = image.resumption_stubs.get(method)
    if stub is not None:
        rva = image.runtime_functions[stub].begin
        yield MethodPart(stub, rva, image.function_size(stub), 0, SymbolKind.RESUMPTION_STUB, "resumption stub")


def rva_of(parts: Sequence[MethodPart], offset: int) -> int | None:
    """The address of an offset into a method's code; None outside of it."""
    for part in parts:
        if part.kind is not SymbolKind.RESUMPTION_STUB and part.offset <= offset < part.end_offset:
            return part.rva + offset - part.offset
    return None
