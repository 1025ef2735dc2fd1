"""The tables that an image has once per assembly: beside the others in an ordinary image, in the core header of each
component in a composite one.

Whatever does not decode raises BadImageError when it is asked for; what an assembly does not have is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from readytorun.metadata.reader import MetadataReader
from readytorun.pe import CorHeader
from readytorun.r2r.attribute_filter import AttributeFilter, decode_attribute_filter
from readytorun.r2r.available_types import AvailableType, decode_available_types
from readytorun.r2r.constants import SectionType
from readytorun.r2r.entry_points import EntryPointPlace, method_def_entry_places
from readytorun.r2r.header import CoreHeader, SectionEntry
from readytorun.r2r.inlining_info import (
    ComponentInliningRecord,
    decode_component_inlining_record,
    inlining_record_positions,
)
from readytorun.r2r.metadata_maps import (
    decode_enclosing_type_map,
    decode_method_is_generic_map,
    decode_type_generic_info_map,
)
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.type_maps import TypeMap, TypeMapTargets, decode_type_map_targets, decode_type_maps

if TYPE_CHECKING:
    from readytorun.r2r.reader import R2RImage

_COR_HEADER_SIZE = 72


class AssemblyTables:
    """The tables of one assembly.

    Attributes:
        row: row of the assembly in the manifest's AssemblyRef table; 0 in an ordinary image.
        sections: section directory by type; entries of size 0 are left out.
    """

    def __init__(self, image: R2RImage, row: int, sections: Mapping[int, SectionEntry]) -> None:
        self._image = image
        self.row = row
        self.sections = sections

    def _section(self, kind: SectionType) -> ByteReader | None:
        section = self.sections.get(kind)
        return None if section is None else self._image.section_reader(section)

    @cached_property
    def method_def_entry_points(self) -> list[tuple[int, EntryPointPlace]]:
        """(MethodDef row, entry point) of the methods with code."""
        reader = self._section(SectionType.METHOD_DEF_ENTRY_POINTS)
        return [] if reader is None else method_def_entry_places(reader)

    @cached_property
    def available_types(self) -> list[AvailableType]:
        """All types that the assembly defines or forwards, in the order of the hashtable."""
        reader = self._section(SectionType.AVAILABLE_TYPES)
        return [] if reader is None else decode_available_types(reader)

    @cached_property
    def attribute_filter(self) -> AttributeFilter | None:
        """Which well-known attributes are certainly absent; None if the assembly does not say."""
        reader = self._section(SectionType.ATTRIBUTE_PRESENCE)
        return None if reader is None else decode_attribute_filter(reader)

    @cached_property
    def inlining(self) -> list[ComponentInliningRecord]:
        """The records of section InliningInfo2, which components have; for the image's own see R2RImage.inlining."""
        reader = self._section(SectionType.INLINING_INFO2)
        if reader is None:
            return []
        records = []
        for _, _, position in inlining_record_positions(reader):
            reader.pos = position
            records.append(decode_component_inlining_record(reader))
        return records

    @cached_property
    def method_is_generic(self) -> list[bool] | None:
        """Per MethodDef row whether it is generic; None if the assembly does not say."""
        reader = self._section(SectionType.METHOD_IS_GENERIC_MAP)
        return None if reader is None else decode_method_is_generic_map(reader)

    @cached_property
    def enclosing_types(self) -> list[int] | None:
        """Per TypeDef row the row of its enclosing type, or 0; None if the assembly does not say."""
        reader = self._section(SectionType.ENCLOSING_TYPE_MAP)
        return None if reader is None else decode_enclosing_type_map(reader)

    @cached_property
    def type_generic_infos(self) -> list[int] | None:
        """Per TypeDef row number of parameters up to 3 and flags of `metadata_maps`; None if there is no such map."""
        reader = self._section(SectionType.TYPE_GENERIC_INFO_MAP)
        return None if reader is None else decode_type_generic_info_map(reader)

    @cached_property
    def external_type_maps(self) -> list[TypeMap]:
        reader = self._section(SectionType.EXTERNAL_TYPE_MAPS)
        return [] if reader is None else decode_type_maps(reader, external=True)

    @cached_property
    def proxy_type_maps(self) -> list[TypeMap]:
        reader = self._section(SectionType.PROXY_TYPE_MAPS)
        return [] if reader is None else decode_type_maps(reader, external=False)

    @cached_property
    def type_map_targets(self) -> list[TypeMapTargets]:
        reader = self._section(SectionType.TYPE_MAP_ASSEMBLY_TARGETS)
        return [] if reader is None else decode_type_map_targets(reader)


class Component(AssemblyTables):
    """One assembly inside a composite image.

    Attributes:
        cor_header: where its CLI header is if its IL is in the composite image too, else RVA 0.
        header: its core header, the sections of which are the assembly's.
        header_offset, header_size: where the core header lies in the file, in bytes.
    """

    def __init__(self, image: R2RImage, row: int, cor_header: SectionEntry, header: ByteReader) -> None:
        """`header` covers the core header."""
        self.header_offset = header.pos
        self.header_size = header.end - header.pos
        self.header = CoreHeader.decode(header)
        self.cor_header = cor_header
        super().__init__(image, row, {section.type: section for section in self.header.sections if section.size})

    @cached_property
    def metadata(self) -> MetadataReader | None:
        """The IL metadata of the assembly, if it is in the composite image."""
        if not self.cor_header.rva:
            return None
        image = self._image
        reader = image.reader_at(self.cor_header.rva, _COR_HEADER_SIZE, "CLI header of a component")
        rva, size = CorHeader(image.data, reader.pos).metadata
        return MetadataReader(image.data, image.reader_at(rva, size, "component metadata").pos, size, image.path)
