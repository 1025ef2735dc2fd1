"""What lies at an address: functions, thunks, import cells, tables.

`Symbols` is what disassembly asks; `ImageSymbols` answers for an image.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple, Protocol

from readytorun.errors import BadImageError
from readytorun.inspect.eh_text import cold_role, funclet_role
from readytorun.inspect.names import ImageNames
from readytorun.inspect.thunks import thunk_at, thunk_name
from readytorun.r2r.reader import R2RImage, R2RMethod
from readytorun.r2r.versions import section_name


class SymbolKind(Enum):
    """What kind of code a symbol names."""

    METHOD = auto()
    FUNCLET = auto()
    RESUMPTION_STUB = auto()
    COLD = auto()
    THUNK = auto()


class CodeSymbol(NamedTuple):
    """A runtime function or a delay-load thunk.

    Attributes:
        name: of the method, "[RESUME] " before it for a resumption stub, the role behind it for a funclet or cold code;
            of a thunk, the text of its cell's fixup.
        function_index: in the runtime functions; -1 for thunks.
        method_rva: where the main body begins; 0 for thunks.
    """

    name: str
    kind: SymbolKind
    function_index: int
    method_rva: int


class Symbols(Protocol):
    """Names addresses. All addresses are RVAs."""

    def cell_text(self, rva: int) -> str | None:
        """The fixup of the import cell at exactly this address: "MethodEntry System.String.Concat(string, string)"."""
        ...

    def code_symbol(self, rva: int) -> CodeSymbol | None:
        """The runtime function or thunk that begins at exactly this address."""
        ...

    def data_text(self, rva: int) -> str | None:
        """Anything else that is known of this address."""
        ...


class ImageSymbols:
    """The symbols of one image; nothing is computed before it is asked for."""

    def __init__(self, image: R2RImage, names: ImageNames) -> None:
        self.image = image
        self.names = names
        self._cell_texts: dict[int, str] = {}
        self._method_names: dict[int, str] = {}

    # --- cells --------------------------------------------------------------------------------------------------------

    def cell_text(self, rva: int) -> str | None:
        text = self._cell_texts.get(rva)
        if text is None:
            cell = self.image.cells_by_rva.get(rva)
            if cell is None:
                return None
            text = self.names.fixup(self.image.fixup_of(cell))
            self._cell_texts[rva] = text
        return text

    # --- code ---------------------------------------------------------------------------------------------------------

    @cached_property
    def method_starts(self) -> dict[int, R2RMethod]:
        """Methods by the index of their main body. Of methods that share a body, the first."""
        result: dict[int, R2RMethod] = {}
        for method in self.image.methods:
            result.setdefault(method.function_index, method)
        return result

    @cached_property
    def stub_owners(self) -> dict[int, R2RMethod]:
        """The async variant of each resumption stub, by the index of the stub's runtime function."""
        return {stub: method for method, stub in self.image.resumption_stubs.items()}

    @cached_property
    def _starts(self) -> list[int]:
        return sorted({*self.method_starts, *self.stub_owners})

    @cached_property
    def _cold_parts(self) -> dict[int, int]:
        """The main bodies of cold functions, all by index."""
        return {index: main for main, indices in self.image.cold_functions.items() for index in indices}

    @cached_property
    def index_by_rva(self) -> dict[int, int]:
        """Indices of runtime functions by where they begin."""
        return {function.begin: index for index, function in enumerate(self.image.runtime_functions)}

    def method_name(self, method: R2RMethod) -> str:
        """Name of a compiled method, with the prefixes for what its flags say."""
        name = self._method_names.get(method.function_index)
        if name is None:
            name = self.names.compiled_method(method, with_prefix=True)
            self._method_names[method.function_index] = name
        return name

    def function_symbol(self, index: int) -> CodeSymbol | None:
        """The symbol of a runtime function; None if it belongs to no method."""
        functions = self.image.runtime_functions
        owner = self.stub_owners.get(index)
        if owner is not None:
            name = f"[RESUME] {self.method_name(owner)}"
            return CodeSymbol(name, SymbolKind.RESUMPTION_STUB, index, functions[index].begin)
        if index in self._cold_parts:
            main = self._cold_parts[index]
            method = self.method_starts.get(main)
            if method is None:
                return None
            name = f"{self.method_name(method)} [{self._cold_role(method, index)}]"
            return CodeSymbol(name, SymbolKind.COLD, index, functions[main].begin)
        place = bisect_right(self._starts, index) - 1
        if place < 0:
            return None
        start = self._starts[place]
        begin = functions[start].begin
        if start in self.stub_owners:
            name = f"[RESUME] {self.method_name(self.stub_owners[start])}"
        else:
            name = self.method_name(self.method_starts[start])
        if start == index:
            return CodeSymbol(name, SymbolKind.METHOD, index, begin)
        role = self._role(begin, functions[index].begin - begin)
        return CodeSymbol(f"{name} [{role}]", SymbolKind.FUNCLET, index, begin)

    def _role(self, method_rva: int, offset: int) -> str:
        """What the funclet at an offset of a method is for."""
        try:
            clauses = self.image.eh_clauses_of(method_rva)
        except BadImageError:
            clauses = ()  # the error is shown where the clauses are
        return funclet_role(clauses, offset)

    def _cold_role(self, method: R2RMethod, index: int) -> str:
        """What a part of a method's cold code is for."""
        try:
            behind = range(index, self.image.cold_functions[method.function_index].stop)
            offset = method.size - sum(map(self.image.function_size, behind))
            return cold_role(method.eh_clauses, offset)
        except BadImageError:
            return cold_role((), 0)  # the error is shown where the information is

    def code_symbol(self, rva: int) -> CodeSymbol | None:
        index = self.index_by_rva.get(rva)
        if index is not None:
            return self.function_symbol(index)
        thunk = thunk_at(self.image, rva)
        return None if thunk is None else CodeSymbol(thunk_name(thunk, self.cell_text), SymbolKind.THUNK, -1, 0)

    # --- data ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _tables(self) -> list[tuple[int, int, str]]:
        """(RVA, size, name) of the sections of the R2R directory and of the import sections' cells, ascending."""
        tables = [(entry.rva, entry.size, section_name(entry.type)) for entry in self.image.sections.values()]
        for index, record in enumerate(self.image.import_sections):
            tables.append((record.cells_rva, record.cells_size, f"import section {index}"))
        return sorted(table for table in tables if table[1])

    def data_text(self, rva: int) -> str | None:
        place = bisect_right(self._tables, (rva, 1 << 32, "")) - 1
        if place >= 0:
            start, size, name = self._tables[place]
            if rva < start + size:
                return name if rva == start else f"{name}+{rva - start:#x}"
        return None
