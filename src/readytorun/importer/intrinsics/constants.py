"""Static fields of the framework whose value is settled."""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.ir.types import I32, I64
from readytorun.typesystem.field_desc import FieldDesc

_CONSTANTS: Final = {
    ("IntPtr", "Zero"): (I64, 0),
    ("UIntPtr", "Zero"): (I64, 0),
    ("BitConverter", "IsLittleEndian"): (I32, 1),
}


def import_constant_field(frame: Frame, field: FieldDesc) -> bool:
    """Push the value of a static field if it is a constant of the target."""
    owner = field.owner
    if owner.module is not frame.state.context.core or owner.namespace != "System":
        return False
    known = _CONSTANTS.get((owner.name, field.name))
    if known is None:
        return False
    kind, value = known
    frame.push(frame.state.builder.const(kind, value), kind, field.type)
    return True
