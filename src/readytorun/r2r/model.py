"""What a ReadyToRun image is made of, as values: the hinge between code generation and the file format.

`CompiledMethod` is a frozen value: it pickles, hashes and compares, so that it is the unit of parallel work, of caching
and of golden tests. Nothing here knows how code was made, or how the file is laid out.

The classes of which there are many say themselves how they pickle: what dataclasses with slots do by default takes five
times as long, and all code that worker processes make comes back that way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class ImportSectionKind(IntEnum):
    """Import sections in the order in which crossgen2 writes them; the value is the section's index in the image.

    The index appears in thunks and in fixup lists (readytorun-format.md#import-sections).
    """

    IL_BODY = 0
    DISPATCH = 1
    EAGER = 2
    HELPER = 3
    METHOD = 4
    PRECODE = 5
    STRING = 6


class ThunkKind(IntEnum):
    """The thunk whose address a lazy cell holds at first; NONE for cells that start as zero."""

    NONE = 0
    METHOD_CALL = 1
    METHOD_CALL_JUMPABLE = 2
    HELPER = 3
    HELPER_OBJ = 4
    HELPER_OBJ_OBJ = 5
    DISPATCH = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """One import cell, identified by where it lives, its fixup blob and its thunk.

    Attributes:
        section: the import section that holds the cell.
        signature: the fixup blob, kind byte first.
        thunk: the delay-load thunk that the cell points to until it is resolved.
        gc_ref_map: encoded GCRefMap of the callee's arguments (sections DISPATCH and METHOD only).
        rva_of: symbol of the code whose RVA the writer appends to the signature as a raw u32 (fixup
            ResumptionStubEntryPoint), or "".
        context: for generic lookups through a hidden argument, what names the code that looks up. The runtime binds
            such a cell to a slot of one dictionary layout, so code of different instantiations must not share it.
    """

    section: ImportSectionKind
    signature: bytes
    thunk: ThunkKind = ThunkKind.NONE
    gc_ref_map: bytes = b""
    rva_of: str = ""
    context: bytes = b""

    def __reduce__(self) -> tuple[type[Cell], tuple[Any, ...]]:
        return Cell, (self.section, self.signature, self.thunk, self.gc_ref_map, self.rva_of, self.context)


class RelocationKind(IntEnum):
    """How a relocated field is computed from the target's RVA."""

    REL32 = 1  # x64: i32, target - (address of the field + 4) + addend
    ARM64_PAGE21 = 2  # arm64: adrp immediate of the target's 4 KiB page
    ARM64_LO12_ADD = 3  # arm64: low 12 bits into an add immediate
    ARM64_BRANCH26 = 4  # arm64: b or bl to the target, ±128 MiB
    DIR64 = 5  # u64 address; gets a base relocation, so it is for read-only data, not for code


@dataclass(frozen=True, slots=True)
class ReadOnlyData:
    """A place in the method's own read-only data (constants, switch tables)."""

    offset: int


@dataclass(frozen=True, slots=True)
class FieldRvaData:
    """The image's copy of the initial data of an RVA static field of the input assembly.

    Attributes:
        field_rid: row of the Field table.
    """

    field_rid: int


@dataclass(frozen=True, slots=True)
class CodeLabel:
    """A place in the code of a method of the same image.

    Attributes:
        symbol: `MethodEntry.symbol` of the method, or "" for the method that refers.
        offset: bytes from the start of its code.
    """

    symbol: str = ""
    offset: int = 0


RelocationTarget = Cell | ReadOnlyData | FieldRvaData | CodeLabel


@dataclass(frozen=True, slots=True)
class Relocation:
    """A field in the code or read-only data that the image writer fills in.

    Attributes:
        offset: byte offset of the field from the start of the method's code, or of its read-only data.
        kind: what is stored there.
        target: what it refers to.
        addend: bytes added to the target's address.
    """

    offset: int
    kind: RelocationKind
    target: RelocationTarget
    addend: int = 0

    def __reduce__(self) -> tuple[type[Relocation], tuple[Any, ...]]:
        return Relocation, (self.offset, self.kind, self.target, self.addend)


@dataclass(frozen=True, slots=True)
class CodePart:
    """The main body or one funclet: one runtime function.

    Attributes:
        start, end: byte offsets from the start of the method's code; parts are contiguous and in code order.
        unwind: encoded unwind header and codes, without the personality RVA.
        is_filter: True exactly for filter funclets, which have a personality routine of their own.
    """

    start: int
    end: int
    unwind: bytes
    is_filter: bool = False

    def __reduce__(self) -> tuple[type[CodePart], tuple[Any, ...]]:
        return CodePart, (self.start, self.end, self.unwind, self.is_filter)


class EHClauseKind(IntEnum):
    """Flags word of an R2R EH clause."""

    TYPED = 0
    FILTER = 1
    FINALLY = 2
    FAULT = 4


SAME_TRY_FLAG = 0x10


@dataclass(frozen=True, slots=True)
class EHClause:
    """One exception clause; all offsets are bytes from the start of the method's code, ends exclusive.

    Attributes:
        class_token_or_filter: TypeDef/TypeRef/TypeSpec token of a typed clause, start offset of a filter, else 0.
        other_flags: 0x08 copied finally (before .NET 10), 0x20 catch of System.Exception (from .NET 11).
    """

    kind: EHClauseKind
    try_start: int
    try_end: int
    handler_start: int
    handler_end: int
    class_token_or_filter: int = 0
    same_try_as_previous: bool = False
    other_flags: int = 0


@dataclass(frozen=True, slots=True)
class DebugBound:
    """Maps a native offset to an IL offset (-1 no mapping, -2 prolog, -3 epilog).

    `source` is a set of bits: 1 call, 2 stack empty, 4 suspension point of an async method.
    """

    native_offset: int
    il_offset: int
    source: int = 2

    def __reduce__(self) -> tuple[type[DebugBound], tuple[Any, ...]]:
        return DebugBound, (self.native_offset, self.il_offset, self.source)


@dataclass(frozen=True, slots=True)
class CompiledMethod:
    """Everything that code generation knows about one method body.

    Attributes:
        code: main body followed by its funclets.
        relocations: fields of the code to be filled in by the image writer.
        read_only_data: constants and switch tables, placed beside the code, `read_only_data_alignment` bytes aligned.
        parts: main body first, then funclets in code order.
        gc_info: encoded GC info (one for the whole method).
        eh_clauses: inner before outer.
        debug_bounds: ascending native offsets.
        fixups: the cells that must be resolved before the method may run (sections IL_BODY, PRECODE, STRING).
        data_relocations: fields of the read-only data to be filled in; such data is not shared between methods.
        suspension_points: of an async method, by state: byte offset of the code that is the await in stack traces.
    """

    code: bytes
    relocations: tuple[Relocation, ...]
    parts: tuple[CodePart, ...]
    gc_info: bytes
    read_only_data: bytes = b""
    read_only_data_alignment: int = 8
    eh_clauses: tuple[EHClause, ...] = ()
    debug_bounds: tuple[DebugBound, ...] = ()
    fixups: tuple[Cell, ...] = ()
    data_relocations: tuple[Relocation, ...] = ()
    suspension_points: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MethodEntry:
    """A compiled method and how the runtime finds it; neither row nor signature for code that only labels refer to.

    Attributes:
        method_def_rid: row of the MethodDef table for non-generic methods (section MethodDefEntryPoints), else 0.
        instance_signature: method signature blob for instantiations (section InstanceMethodEntryPoints), else b"".
        instance_hash: version-resilient hash of that instantiation.
        name: for maps and messages.
        symbol: what CodeLabel and Cell.rva_of call this code; unique in the image, "" if nothing refers to it.
    """

    compiled: CompiledMethod
    method_def_rid: int = 0
    instance_signature: bytes = b""
    instance_hash: int = 0
    name: str = ""
    symbol: str = ""
