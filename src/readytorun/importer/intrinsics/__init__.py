"""Framework methods that are expanded in place, as crossgen2 does: their meaning is fixed by contract.

Outside the version bubble a body may be replaced only where the framework promised what it does: members marked
[NonVersionable], whose IL `importer/inlining.py` takes over, and the runtime's intrinsics, which are here, a file per
family. A handler is found by namespace, type and name; it looks at the signature itself, pops what it takes, pushes
what it gives, and answers the index of the next IL instruction, or -1 without having touched anything to leave the call
a call.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.importer.intrinsics import (
    floats,
    hardware,
    helpers,
    integers,
    literals,
    nullable,
    runtime_async,
    spans,
    strings_arrays,
    threading,
    types,
    unsafe,
)
from readytorun.importer.intrinsics.shapes import Handler
from readytorun.typesystem.method_desc import MethodDesc

_HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    **unsafe.HANDLERS,
    **strings_arrays.HANDLERS,
    **literals.HANDLERS,
    **spans.HANDLERS,
    **nullable.HANDLERS,
    **integers.HANDLERS,
    **floats.HANDLERS,
    **threading.HANDLERS,
    **types.HANDLERS,
    **helpers.HANDLERS,
    **runtime_async.HANDLERS,
}


def import_intrinsic(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """Expand a call in place.

    Args:
        frame: the caller; the arguments are on its stack.
        method: what is called.
        token: token of the call site.
        position: index of the call instruction.

    Returns:
        Index of the next IL instruction, or -1 if the method is none that is expanded.

    Raises:
        Refusal: the IL is invalid, or a type of the call cannot be handled.
    """
    owner = method.owner
    if owner.module is not frame.state.context.core:
        return -1
    namespace = owner.namespace
    handler = _HANDLERS.get((namespace, owner.name, method.name))
    if handler is not None:
        return handler(frame, method, token, position)
    if method.name == "get_IsSupported" or method.name == "get_IsHardwareAccelerated":
        return hardware.import_capability(frame, method, position)
    return -1
