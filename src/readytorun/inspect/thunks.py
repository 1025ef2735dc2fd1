"""The import thunks of an image and their names."""

from __future__ import annotations

from collections.abc import Callable

from readytorun.r2r import thunks_arm64, thunks_x64
from readytorun.r2r.constants import SectionType
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine
from readytorun.r2r.thunks import Thunk, ThunkShape

_RECOGNISE = {Machine.AMD64: thunks_x64.recognise, Machine.ARM64: thunks_arm64.recognise}


def thunk_at(image: R2RImage, rva: int) -> Thunk | None:
    """The thunk that begins at an address, if the address is in the image's section of thunks."""
    section = image.sections.get(SectionType.DELAY_LOAD_METHOD_CALL_THUNKS)
    recognise = _RECOGNISE.get(image.machine)
    if section is None or recognise is None or not section.rva <= rva < section.rva + section.size:
        return None
    data = image.image.read(section.rva, section.size)
    return recognise(data, rva - section.rva, rva, image.image.image_base)


def thunk_name(thunk: Thunk, cell_text: Callable[[int], str | None]) -> str:
    """The fixup of the cell that a thunk jumps through; of a lazy cell's thunk, with the import section that it serves.

    Args:
        cell_text: names the cell at an RVA.
    """
    name = cell_text(thunk.cell_rva) or f"cell {thunk.cell_rva:#x}"
    if thunk.section >= 0:
        name += f" for import section {thunk.section}"
    if thunk.shape is ThunkShape.JUMPABLE:
        name += ", jumpable"
    return name
