"""Import sections: tables of cells that the runtime fills (READYTORUN_IMPORT_SECTION in `readytorun.h`)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from readytorun.r2r.constants import ImportSectionFlag, ImportSectionType
from readytorun.r2r.model import ImportSectionKind
from readytorun.r2r.primitives import ByteReader

_RECORD: Final = struct.Struct("<IIHBBII")


class ImportSectionRecord(NamedTuple):
    """One record of section ImportSections; sizes in bytes, 0 where an RVA is absent."""

    cells_rva: int
    cells_size: int
    flags: int
    type: int
    entry_size: int
    signatures_rva: int
    auxiliary_rva: int  # the GCRefMaps of the cells

    @property
    def cell_count(self) -> int:
        return self.cells_size // self.entry_size if self.entry_size else 0

    def encode(self) -> bytes:
        return _RECORD.pack(*self)


RECORD_SIZE: Final = _RECORD.size


def decode_import_sections(reader: ByteReader) -> list[ImportSectionRecord]:
    """Read records up to the reader's end."""
    start = reader.pos
    data = reader.take(reader.end - reader.pos)
    if len(data) % _RECORD.size:
        raise reader.error("the last record is cut off", start)
    records = [ImportSectionRecord(*fields) for fields in _RECORD.iter_unpack(data)]
    for index, record in enumerate(records):
        if record.cells_size and (not record.entry_size or record.cells_size % record.entry_size):
            raise reader.error(f"import section {index} has no whole number of cells", start + index * _RECORD.size)
    return records


class SectionTraits(NamedTuple):
    """What distinguishes the import sections that the writer makes."""

    kind: ImportSectionKind
    flags: int
    type: int
    lazy: bool  # cells start as the address of a thunk
    has_gc_ref_maps: bool


SECTIONS: Final = (
    SectionTraits(ImportSectionKind.IL_BODY, 0, ImportSectionType.UNKNOWN, False, False),
    SectionTraits(ImportSectionKind.DISPATCH, ImportSectionFlag.PCODE, ImportSectionType.STUB_DISPATCH, True, True),
    SectionTraits(ImportSectionKind.EAGER, ImportSectionFlag.EAGER, ImportSectionType.UNKNOWN, False, False),
    SectionTraits(ImportSectionKind.HELPER, ImportSectionFlag.PCODE, ImportSectionType.UNKNOWN, True, False),
    SectionTraits(ImportSectionKind.METHOD, ImportSectionFlag.PCODE, ImportSectionType.STUB_DISPATCH, True, True),
    SectionTraits(ImportSectionKind.PRECODE, ImportSectionFlag.PCODE, ImportSectionType.UNKNOWN, False, False),
    SectionTraits(ImportSectionKind.STRING, 0, ImportSectionType.STRING_HANDLE, False, False),
)


# --- section JitHelperRoots -------------------------------------------------------------------------------------------


def decode_helper_roots(reader: ByteReader) -> list[int]:
    """Section JitHelperRoots, a debugging aid: u32 count, then the ids of helpers."""
    start = reader.pos
    count = reader.u32()
    if count * 4 > reader.end - reader.pos:
        raise reader.error(f"{count} helpers do not fit", start)
    return [reader.u32() for _ in range(count)]


def encode_helper_roots(helpers: Sequence[int]) -> bytes:
    """The inverse of decode_helper_roots."""
    return struct.pack(f"<{len(helpers) + 1}I", len(helpers), *helpers)
