"""The runtime functions of one method: main body, funclets, cold parts, and the stub that resumes it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from readytorun.inspect.eh_text import funclet_role
from readytorun.inspect.symbols import SymbolKind
from readytorun.r2r.reader import R2RImage, R2RMethod


class MethodPart(NamedTuple):
    """One runtime function of a method.

    Attributes:
        function: index in the runtime functions.
        rva, size: of its code, in bytes.
        kind: METHOD for the main body.
        role: in words: "main body", "catch 0", with the number of the clause.
    """

    function: int
    rva: int
    size: int
    kind: SymbolKind
    role: str


def method_parts(image: R2RImage, method: R2RMethod) -> Iterator[MethodPart]:
    """The runtime functions that belong to a method; BadImageError where their extent does not decode."""
    start = method.function_index
    clauses = method.eh_clauses
    for number, function in enumerate(image.functions_of(start)):
        if number:
            role, kind = funclet_role(clauses, function.begin - method.rva), SymbolKind.FUNCLET
        else:
            role, kind = "main body", SymbolKind.METHOD
        yield MethodPart(start + number, function.begin, function.end - function.begin, kind, role)
    for index in _cold_functions(image, start):
        rva = image.runtime_functions[index].begin
        yield MethodPart(index, rva, image.function_size(index), SymbolKind.COLD, "cold part")
    stub = image.resumption_stubs.get(method)
    if stub is not None:
        rva = image.runtime_functions[stub].begin
        yield MethodPart(stub, rva, image.function_size(stub), SymbolKind.RESUMPTION_STUB, "resumption stub")


def _cold_functions(image: R2RImage, main: int) -> range:
    """Indices of the cold parts of the method with a main body: its cold code and the cold funclets behind it."""
    pairs = image.hot_cold_map
    place = bisect_left(pairs, main, key=lambda pair: pair[1])
    if place == len(pairs) or pairs[place][1] != main:
        return range(0)
    end = bisect_right(pairs, main, key=lambda pair: pair[1])
    first = pairs[place][0]
    last = pairs[end][0] if end < len(pairs) else len(image.runtime_functions)
    return range(first, last)
