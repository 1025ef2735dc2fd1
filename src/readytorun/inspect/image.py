"""`readytorun.open`: a ReadyToRun image as people look at it, with names.

    import readytorun

    image = readytorun.open("System.Linq.dll")
    for method in image.methods:
        print(f"{method.rva:#x} {method.size:5} {method.name}")

Everything is decoded when it is asked for. Whatever does not decode raises BadImageError with the file offset at that
moment, so that one damaged structure does not hide the others. What the file format says without names is `image.raw`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readytorun.errors import BadImageError
from readytorun.inspect.method_pattern import MethodPattern
from readytorun.inspect.names import ImageNames, definition_module
from readytorun.inspect.places import Place, places_at
from readytorun.inspect.references import References
from readytorun.inspect.symbols import CodeSymbol, ImageSymbols
from readytorun.inspect.tables import Inlining, available_types, inlinings
from readytorun.metadata.tables import TableId
from readytorun.r2r.constants import HeaderFlag, ImportSectionFlag
from readytorun.r2r.debug_info import DebugInfo
from readytorun.r2r.fixup_blobs import Fixup
from readytorun.r2r.gcinfo import GcInfo
from readytorun.r2r.model import EHClause
from readytorun.r2r.reader import ImportCell, R2RImage, R2RMethod, UnwindInfo
from readytorun.r2r.signatures import (
    METHOD_ASYNC_VARIANT,
    METHOD_INSTANTIATING_STUB,
    METHOD_MEMBER_REF_TOKEN,
    METHOD_UNBOXING_STUB,
)
from readytorun.r2r.target import Machine, OperatingSystem
from readytorun.r2r.versions import section_name

if TYPE_CHECKING:
    from readytorun.inspect.disassembly.instruction import Instruction


class Section(NamedTuple):
    """One entry of the section directory.

    Attributes:
        type: number of the section type.
        name: as dotnet/runtime spells it; the number where it is not known.
        rva, size: where it lies, in bytes.
    """

    type: int
    name: str
    rva: int
    size: int


class Cell:
    """One import cell: a pointer that the runtime fills before the code that uses it runs, or when it first does.

    Attributes:
        section, slot: its place in the import sections.
        rva: where the cell lies.
        signature_rva: where its fixup blob lies.
        initial: what the file holds: 0, or the address of a delay-load thunk.
    """

    __slots__ = ("_image", "initial", "rva", "section", "signature_rva", "slot")

    def __init__(self, image: Image, cell: ImportCell) -> None:
        self._image = image
        self.section, self.slot, self.rva, self.signature_rva, self.initial = cell

    @property
    def fixup(self) -> Fixup:
        """The decoded fixup."""
        return self._image.raw.fixup_of(self._raw)

    @property
    def text(self) -> str:
        """The fixup in one line: "MethodEntry System.String.Concat(string, string)"."""
        return self._image.symbols.cell_text(self.rva) or ""

    @property
    def gc_ref_map(self) -> dict[int, int] | None:
        """What the callee's arguments hold (position: token); None for cells that have no such map."""
        maps = self._image.gc_ref_maps(self.section)
        return dict(maps[self.slot]) if maps else None

    @property
    def _raw(self) -> ImportCell:
        return ImportCell(self.section, self.slot, self.rva, self.signature_rva, self.initial)

    def __repr__(self) -> str:
        return f"<Cell {self.rva:#x} {self.text}>"


class ImportSection:
    """A table of import cells.

    Attributes:
        index: number of the section, as in fixup lists and thunks.
        flags: ImportSectionFlag bits.
        type: ImportSectionType; others in images of other compilers.
        entry_size: bytes of a cell.
        rva, size: of the cells, in bytes.
        signatures_rva: array of the RVAs of the cells' fixup blobs.
        auxiliary_rva: GCRefMaps of the cells, 0 without.
    """

    __slots__ = (
        "_image",
        "auxiliary_rva",
        "entry_size",
        "flags",
        "index",
        "rva",
        "signatures_rva",
        "size",
        "type",
    )

    def __init__(self, image: Image, index: int) -> None:
        record = image.raw.import_sections[index]
        self._image = image
        self.index = index
        self.rva = record.cells_rva
        self.size = record.cells_size
        self.flags = record.flags
        self.type = record.type
        self.entry_size = record.entry_size
        self.signatures_rva = record.signatures_rva
        self.auxiliary_rva = record.auxiliary_rva

    @property
    def is_eager(self) -> bool:
        """Whether the cells are filled when the image is loaded."""
        return bool(self.flags & ImportSectionFlag.EAGER)

    @property
    def cells(self) -> list[Cell]:
        """The cells in file order."""
        return [Cell(self._image, cell) for cell in self._image.raw.import_cells[self.index]]

    def __repr__(self) -> str:
        return f"<ImportSection {self.index} at {self.rva:#x}>"


class Function:
    """One runtime function: the main body of a method, a funclet, a cold part or a resumption stub.

    Attributes:
        index: in the image's runtime functions.
        rva, size: of its code, in bytes.
        unwind_rva: where its unwind data lies.
    """

    __slots__ = ("_image", "index", "rva", "unwind_rva")

    def __init__(self, image: Image, index: int) -> None:
        function = image.raw.runtime_functions[index]
        self._image = image
        self.index = index
        self.rva = function.begin
        self.unwind_rva = function.unwind

    @property
    def size(self) -> int:
        return self._image.raw.function_size(self.index)

    @property
    def code(self) -> bytes:
        return self._image.raw.image.read(self.rva, self.size)

    @property
    def unwind(self) -> UnwindInfo:
        """The decoded unwind data."""
        return self._image.raw.unwind_info_at(self.index)[0]

    @property
    def symbol(self) -> CodeSymbol | None:
        """What the function is called; None if it belongs to no method."""
        return self._image.symbols.function_symbol(self.index)

    @property
    def name(self) -> str:
        symbol = self.symbol
        return f"runtime function {self.index}" if symbol is None else symbol.name

    def __repr__(self) -> str:
        return f"<Function {self.index} {self.name}>"


class Method:
    """One compiled method.

    Attributes:
        raw: the method as the file format sees it.
    """

    __slots__ = ("_image", "raw")

    def __init__(self, image: Image, raw: R2RMethod) -> None:
        self._image = image
        self.raw = raw

    # --- identity -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Full name with parameters and type arguments: "Newtonsoft.Json.Linq.JObject.Parse(string)"."""
        return self._image.names.compiled_method(self.raw)

    @property
    def display_name(self) -> str:
        """The name with "[ASYNC] ", "[UNBOX] " or "[INST] " before it for what the method's flags say."""
        return self._image.symbols.method_name(self.raw)

    @property
    def flags(self) -> int:
        """METHOD_ flags of an entry of InstanceMethodEntryPoints; 0 for others."""
        return 0 if self.raw.signature is None else self.raw.signature.flags

    @property
    def is_instance_entry(self) -> bool:
        """Whether the runtime finds it by signature: an instantiation, a stub, an async variant."""
        return self.raw.signature is not None

    @property
    def is_async_variant(self) -> bool:
        """Whether it is the runtime-async variant of a Task-returning method."""
        return bool(self.flags & METHOD_ASYNC_VARIANT)

    @property
    def is_unboxing_stub(self) -> bool:
        return bool(self.flags & METHOD_UNBOXING_STUB)

    @property
    def is_instantiating_stub(self) -> bool:
        return bool(self.flags & METHOD_INSTANTIATING_STUB)

    @property
    def token(self) -> int:
        """MethodDef or MemberRef token, in the module `module`."""
        signature = self.raw.signature
        if signature is None:
            return TableId.METHOD_DEF << 24 | self.raw.method_def_rid
        table = TableId.MEMBER_REF if signature.flags & METHOD_MEMBER_REF_TOKEN else TableId.METHOD_DEF
        return table << 24 | signature.rid

    @property
    def module_index(self) -> int:
        """Index of the module that the token of an instance entry belongs to; 0 = the image's own."""
        signature = self.raw.signature
        return 0 if signature is None else definition_module(signature.owner, signature.module or 0)

    @property
    def module(self) -> str:
        """Simple name of the assembly that the token belongs to."""
        names = self._image.names
        if self.raw.signature is not None:
            return names.module_name(self.module_index)
        return names.component_name(self.raw.component) if self.raw.component else names.assembly_name

    # --- code ---------------------------------------------------------------------------------------------------------

    @property
    def function_index(self) -> int:
        """Index of the main body in the runtime functions."""
        return self.raw.function_index

    @property
    def rva(self) -> int:
        return self.raw.rva

    @property
    def size(self) -> int:
        """Bytes of code of the main body and its funclets."""
        return self.raw.size

    @property
    def code(self) -> bytes:
        return self.raw.code

    @property
    def functions(self) -> list[Function]:
        """The main body, its funclets, and its cold part, in code order."""
        index_of = self._image.symbols.index_by_rva
        return [Function(self._image, index_of[function.begin]) for function in self.raw.functions]

    @property
    def resumption_stub(self) -> Function | None:
        """The stub through which a suspended async variant is resumed; None for other methods."""
        index = self._image.raw.resumption_stubs.get(self.raw)
        return None if index is None else Function(self._image, index)

    # --- tables -------------------------------------------------------------------------------------------------------

    @property
    def fixups(self) -> list[Cell]:
        """The cells that the runtime fills before the method may run."""
        cells = self._image.raw.import_cells
        result = []
        for section, slot in self.raw.fixups:
            if section >= len(cells) or slot >= len(cells[section]):
                raise BadImageError(
                    self._image.path, f"fixup list of {self.name} names cell {slot} of import section {section}"
                )
            result.append(Cell(self._image, cells[section][slot]))
        return result

    @property
    def gc_info(self) -> GcInfo:
        """Slots, safe points and interruptible ranges; offsets in bytes from the start of the method's code."""
        return self.raw.gc_info

    @property
    def eh_clauses(self) -> tuple[EHClause, ...]:
        return self.raw.eh_clauses

    def instructions(self) -> Iterator[Instruction]:
        """The instructions of the main body and its funclets, in code order, annotated with names."""
        # Imported late: disassemblers take time to load, and most uses of an image need none.
        from readytorun.inspect.disassembly.method import method_instructions

        return method_instructions(self._image.raw, self.raw, self._image.symbols)

    @property
    def debug_info(self) -> DebugInfo | None:
        """IL offsets and variables by native offset; None if the image has none for this method."""
        return self.raw.debug_info

    def __repr__(self) -> str:
        return f"<Method {self.rva:#x} {self.display_name}>"


class Image:
    """A ReadyToRun image with names; made by `readytorun.open`.

    Attributes:
        raw: the image as the file format sees it.
        names: names of what signatures and fixups refer to.
        symbols: names of addresses.
    """

    def __init__(self, raw: R2RImage, references: References) -> None:
        self.raw = raw
        self.names = ImageNames(raw, references)
        self.symbols = ImageSymbols(raw, self.names)

    @staticmethod
    def open(path: str | Path, references: Iterable[str | Path] = ()) -> Image:
        """Read the image at `path`.

        Args:
            references: assemblies to take names from: files, folders or patterns. What lies beside the image is found
                without being named.

        Raises:
            BadImageError: it is not a ReadyToRun image, or what is needed to see that does not decode.
            OSError: it cannot be read.
        """
        return Image(R2RImage.open(path), References(references, Path(path).parent))

    # --- identity -----------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        return self.raw.path

    @property
    def machine(self) -> Machine:
        return self.raw.machine

    @property
    def os(self) -> OperatingSystem:
        return self.raw.os

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version of the format."""
        return self.raw.version

    @property
    def flags(self) -> HeaderFlag:
        return HeaderFlag(self.raw.header.flags)

    @property
    def is_composite(self) -> bool:
        """Whether it holds the code of other assemblies, its components."""
        return self.raw.is_composite

    @property
    def is_component(self) -> bool:
        """Whether its code is in a composite image, which `owner_composite` names."""
        return self.raw.is_component

    @property
    def owner_composite(self) -> str:
        return self.raw.owner_composite

    @property
    def compiler_identifier(self) -> str:
        return self.raw.compiler_identifier

    @property
    def assembly_name(self) -> str:
        """Simple name of the assembly; "" for a composite image."""
        return self.names.assembly_name

    @property
    def component_names(self) -> list[str]:
        """Simple names of the component assemblies of a composite image."""
        return [self.names.component_name(component.row) for component in self.raw.components]

    # --- parts --------------------------------------------------------------------------------------------------------

    @cached_property
    def sections(self) -> list[Section]:
        """The section directory in file order."""
        return [Section(s.type, section_name(s.type), s.rva, s.size) for s in self.raw.header.sections]

    @cached_property
    def import_sections(self) -> list[ImportSection]:
        return [ImportSection(self, index) for index in range(len(self.raw.import_sections))]

    @property
    def cells(self) -> Iterator[Cell]:
        """The cells of all import sections."""
        for section in self.import_sections:
            yield from section.cells

    @cached_property
    def methods(self) -> list[Method]:
        """All methods that have an entry point, in the order of their code."""
        return [Method(self, method) for method in self.raw.methods]

    @cached_property
    def functions(self) -> list[Function]:
        """All runtime functions in the order of their code."""
        return [Function(self, index) for index in range(len(self.raw.runtime_functions))]

    def find_methods(self, pattern: str) -> list[Method]:
        """The methods that a person means by `pattern`; see `MethodPattern`."""
        wanted = MethodPattern(pattern)
        return [method for method in self.methods if wanted.matches(method.name, method.token)]

    def gc_ref_maps(self, section: int) -> Sequence[dict[int, int]]:
        """The GCRefMaps of an import section's cells; empty if it has none."""
        return self.raw.gc_ref_maps_of(section)

    @cached_property
    def types(self) -> list[str]:
        """Names of the available types, those that the image defines or exports, in the order of their rows."""
        return available_types(self.raw, self.names)

    def inlining(self) -> Iterator[Inlining]:
        """What was inlined where, as far as the image records it for profilers."""
        return inlinings(self.raw, self.names)

    def at(self, rva: int) -> list[Place]:
        """What lies at an address, outermost first: the PE section, the table, the method, the instruction's offset."""
        return places_at(self.raw, self.symbols, rva)

    def __repr__(self) -> str:
        return f"<Image {self.path}>"
