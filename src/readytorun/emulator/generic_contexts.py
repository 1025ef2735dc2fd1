"""What the type variables of a frame's method stand for: by its exact method, or by the context that shared code keeps.

Shared code that needs it at run time has its generic context in a frame slot that its GC info names: a MethodTable, a
MethodDesc, or `this` (clr-abi.md#generics).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.stack import ManagedFrame
from readytorun.r2r.gcinfo import CONTEXT_METHOD_DESC, CONTEXT_NONE, CONTEXT_THIS
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime


def context_of_type(type: TypeDesc, declaring: TypeDesc) -> GenericContext:
    """What the variables of a type definition stand for in an exact type that is, or derives from, an instance of it.

    Raises:
        ExecutionError: the type does not derive from it.
    """
    current: TypeDesc | None = type
    while current is not None and current.definition is not declaring.definition:
        current = current.base_type
    if current is None:
        raise ExecutionError(f"a generic context of {type}, which is no {declaring.definition}")
    return GenericContext(current.instantiation, ())


def context_of_frame(runtime: Runtime, managed: ManagedFrame) -> GenericContext | None:
    """What the type variables of a frame's method stand for; None for a method that was not called by its name.

    Raises:
        ExecutionError: shared code, whose GC info names no context.
    """
    method = runtime.code.method_of(managed.code)
    if method is None:
        return None
    if not method.is_shared:
        return GenericContext(method.owner.instantiation, method.instantiation)
    info = managed.code.gc_info
    if info.generic_context == CONTEXT_NONE:
        raise ExecutionError(f"{method} keeps no generic context")
    base = managed.frame.sp
    if info.base_register >= 0:
        base = runtime.memory.u64(managed.frame.locations[info.base_register])
    value = runtime.memory.u64(base + info.generic_context_slot)
    if info.generic_context == CONTEXT_METHOD_DESC:
        exact = runtime.tables.methods[value]
        return GenericContext(exact.owner.instantiation, exact.instantiation)
    if info.generic_context == CONTEXT_THIS:
        return context_of_type(runtime.heap.table_of(value).type, method.owner)
    return GenericContext(runtime.tables.at(value).type.instantiation, ())
