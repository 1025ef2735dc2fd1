"""The tables of an image that are about IL rather than code, with names: available types, inlining."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from readytorun.inspect.module_names import ModuleNames
from readytorun.inspect.names import ImageNames
from readytorun.metadata.tables import TableId
from readytorun.r2r.available_types import decode_available_types
from readytorun.r2r.constants import FixupKind, SectionType
from readytorun.r2r.header import SectionEntry
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.signatures import MethodSignature

_IL_BODY_KINDS: Final = (FixupKind.CHECK_IL_BODY, FixupKind.VERIFY_IL_BODY)


class Inlining(NamedTuple):
    """A method and those that have inlined it.

    Attributes:
        inlinee: its name.
        inliners: their names, in the order of the image.
    """

    inlinee: str
    inliners: list[str]


def available_types(image: R2RImage, names: ImageNames) -> list[str]:
    """Names of the types in section AvailableTypes, by row; of a composite image, those of all its components."""
    result = []
    own = image.sections.get(SectionType.AVAILABLE_TYPES)
    if own is not None:
        result += _types_of(image, own, names.module(0), names.assembly_name)
    for component in image.components:
        for section in component.header.sections:
            if section.type == SectionType.AVAILABLE_TYPES and section.size:
                module = names.component(component.row)
                result += _types_of(image, section, module, names.component_name(component.row))
    return result


def _types_of(image: R2RImage, section: SectionEntry, module: ModuleNames | None, assembly: str) -> list[str]:
    records = decode_available_types(image.section_reader(section))
    result = []
    for exported, row in sorted((exported, row) for _, row, exported in records):
        if module is None:
            table = TableId.EXPORTED_TYPE if exported else TableId.TYPE_DEF
            result.append(f"[{assembly}]{table << 24 | row:#010x}")
        elif exported:
            result.append(module.exported_type(row))
        else:
            result.append(module.type(TableId.TYPE_DEF << 24 | row))
    return result


def inlinings(image: R2RImage, names: ImageNames) -> Iterator[Inlining]:
    """The records of section CrossModuleInlineInfo with names."""
    for record in image.inlining:
        if record.is_il_body:
            inlinee = _il_body_method(image, names, record.rid)
        else:
            inlinee = _method(names, record.module or 0, record.rid)
        inliners = [_il_body_method(image, names, index) for index in record.cross_module_inliners]
        inliners += [_method(names, inliner.module or 0, inliner.rid) for inliner in record.inliners]
        yield Inlining(inlinee, inliners)


def _method(names: ImageNames, module: int, rid: int) -> str:
    found = names.module(module)
    if found is None:
        return f"[{names.module_name(module)}]{TableId.METHOD_DEF << 24 | rid:#010x}"
    return found.method_def(rid)


def _il_body_method(image: R2RImage, names: ImageNames, index: int) -> str:
    """The method whose IL body fixup has an index in its import section."""
    for cells in image.import_cells:
        if index < len(cells):
            fixup = image.fixup_of(cells[index])
            method = fixup.operands[-1]
            if fixup.kind in _IL_BODY_KINDS and isinstance(method, MethodSignature):
                return names.method(method, fixup.module or 0)
    return f"IL body {index}"
