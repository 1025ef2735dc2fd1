"""Members of Object and RuntimeHelpers that are constants or nothing at all."""

from __future__ import annotations

from typing import Final

from readytorun.importer.abi import ir_type_of
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame
from readytorun.importer.intrinsics.shapes import Handler
from readytorun.ir.types import I32, REF, STRUCT
from readytorun.typesystem.method_desc import MethodDesc


def _import_object_constructor(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """The constructor of Object does nothing, not even check for null."""
    frame.pop()
    return position + 1


def _import_has_references(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """IsReferenceOrContainsReferences<T>()"""
    type = method.instantiation[0]
    if type.is_byref_like:
        return -1
    kind = ir_type_of(type)
    answer = kind == REF
    if kind == STRUCT:
        require_struct_layout(frame, type)
        answer = len(frame.layout(type).gc_refs) != 0
    frame.push(frame.state.builder.const(I32, 1 if answer else 0), I32)
    return position + 1


HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    ("System", "Object", ".ctor"): _import_object_constructor,
    ("System.Runtime.CompilerServices", "RuntimeHelpers", "IsReferenceOrContainsReferences"): _import_has_references,
}
