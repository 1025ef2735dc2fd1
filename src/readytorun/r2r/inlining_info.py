"""Which methods were inlined where: sections CrossModuleInlineInfo (119) and InliningInfo2 (114).

Profilers ask; execution does not need them (`InliningInfoNode.cs`, `inlinetracking.h`). Both are hashtables. A record
of 119 is native(n) and n further native integers: inlinee row << 2 | flags, its module if the header says that modules
are named, a list of cross-module inliners if flag 2 says so, then the inliners as row distance << 1 | a module follows.

A record of 114, of which composite images have one section per component, is native(n) and n further integers: inlinee
row << 1 | a module follows, then the inliners in the same form, as row distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from readytorun.r2r.native_hashtable import NativeHashtable
from readytorun.r2r.primitives import ByteReader, native

_INLINEE_IS_IL_BODY: Final = 1  # the inlinee's number is an index into the IL body import section
_HAS_CROSS_MODULE_INLINERS: Final = 2


class Inliner(NamedTuple):
    """A method by row and, where another module than the inlinee's is meant, module index."""

    rid: int
    module: int | None = None


class InliningRecord(NamedTuple):
    """One inlined method.

    Attributes:
        rid: MethodDef row of the inlinee, or index of its IL body fixup.
        is_il_body: whether `rid` is such an index.
        module: module index of the inlinee; None in images whose header does not say that modules are named.
        cross_module_inliners: indices of inliners, ascending.
        inliners: ascending by row.
    """

    rid: int
    is_il_body: bool
    module: int | None
    cross_module_inliners: tuple[int, ...]
    inliners: tuple[Inliner, ...]


def decode_inlining_record(reader: ByteReader, names_modules: bool) -> InliningRecord:
    """Read a record of CrossModuleInlineInfo; `names_modules`: header flag MULTIMODULE_VERSION_BUBBLE."""
    start = reader.pos
    count = reader.native()
    if count > reader.end - reader.pos:
        raise reader.error(f"inlining record of {count} numbers does not fit", start)
    values = [reader.native() for _ in range(count)]
    values.reverse()

    def take() -> int:
        if not values:
            raise reader.error("inlining record is too short", start)
        return values.pop()

    head = take()
    module = None
    if names_modules and not head & _INLINEE_IS_IL_BODY:
        module = take()
    cross: list[int] = []
    if head & _HAS_CROSS_MODULE_INLINERS:
        index = 0
        for _ in range(take()):
            index += take()
            cross.append(index)
    inliners: list[Inliner] = []
    rid = 0
    while values:
        value = take()
        if names_modules:
            rid += value >> 1
            inliners.append(Inliner(rid, take() if value & 1 else None))
        else:
            rid += value
            inliners.append(Inliner(rid))
    return InliningRecord(head >> 2, bool(head & _INLINEE_IS_IL_BODY), module, tuple(cross), tuple(inliners))


def encode_inlining_record(record: InliningRecord, names_modules: bool) -> bytes:
    """The inverse of decode_inlining_record."""
    head = record.rid << 2
    if record.is_il_body:
        head |= _INLINEE_IS_IL_BODY
    if record.cross_module_inliners:
        head |= _HAS_CROSS_MODULE_INLINERS
    values = [head]
    if names_modules and not record.is_il_body:
        values.append(record.module or 0)
    if record.cross_module_inliners:
        values.append(len(record.cross_module_inliners))
        previous = 0
        for index in record.cross_module_inliners:
            values.append(index - previous)
            previous = index
    previous = 0
    for rid, module in record.inliners:
        if names_modules:
            values.append(rid - previous << 1 | (module is not None))
            if module is not None:
                values.append(module)
        else:
            values.append(rid - previous)
        previous = rid
    return native(len(values)) + b"".join(map(native, values))


def inlining_record_positions(reader: ByteReader) -> Sequence[tuple[int, int, int]]:
    """(bucket, low byte of the hash, position) of every record of a section that the reader covers."""
    return NativeHashtable(reader).entries()


class ComponentInliningRecord(NamedTuple):
    """One inlined method in a component of a composite image; None as a module is the component itself."""

    rid: int
    module: int | None
    inliners: tuple[Inliner, ...]


def decode_component_inlining_record(reader: ByteReader) -> ComponentInliningRecord:
    """Read a record of InliningInfo2."""
    start = reader.pos
    count = reader.native()
    if not 0 < count <= reader.end - reader.pos:
        raise reader.error(f"inlining record of {count} numbers does not fit", start)
    methods: list[Inliner] = []
    rid = 0
    while count > 0:
        value = reader.native()
        # The inlinee comes first, and inliners count from row 0.
        rid = value >> 1 if len(methods) < 2 else rid + (value >> 1)
        methods.append(Inliner(rid, reader.native() if value & 1 else None))
        count -= 1 + (value & 1)
    if count:
        raise reader.error("inlining record ends inside a method", start)
    return ComponentInliningRecord(methods[0].rid, methods[0].module, tuple(methods[1:]))


def encode_component_inlining_record(record: ComponentInliningRecord) -> bytes:
    """The inverse of decode_component_inlining_record."""
    values: list[int] = []
    previous = 0
    for index, (rid, module) in enumerate((Inliner(record.rid, record.module), *record.inliners)):
        values.append(rid - previous << 1 | (module is not None))
        if module is not None:
            values.append(module)
        previous = rid if index else 0
    return native(len(values)) + b"".join(map(native, values))
