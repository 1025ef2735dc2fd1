"""Synchronized methods: all of the body runs inside a monitor (ECMA-335 II.23.1.11), as if it were one try range.

The monitor is that of `this`, or of a static method's class's `System.Type` object. It is entered in front of the body,
left where the body returns, and left by a fault handler around all of the body when it throws. A byte in the frame
tells the helpers whether there is something to leave.
"""

from __future__ import annotations

from readytorun.importer.abi import ir_type_of
from readytorun.importer.frame import (
    HELPER_GET_RUNTIME_TYPE_HANDLE,
    HELPER_MONITOR_ENTER,
    HELPER_MONITOR_EXIT,
    Frame,
    StackEntry,
)
from readytorun.importer.generics import type_handle
from readytorun.importer.returns import return_value
from readytorun.ir import ops
from readytorun.ir.function import Slot
from readytorun.ir.ops import Op
from readytorun.ir.types import M_REF, REF, STRUCT, VOID


class Monitor:
    """The monitor of the root method.

    Attributes:
        object_slot: holds the object, which `starg 0` does not change.
        taken_slot: its first byte tells whether the monitor is held.
    """

    __slots__ = ("object_slot", "taken_slot")

    def __init__(self, object_slot: Slot, taken_slot: Slot) -> None:
        self.object_slot = object_slot
        self.taken_slot = taken_slot


def enter_monitor(frame: Frame) -> Monitor:
    """Enter the monitor, in front of the body."""
    state = frame.state
    builder = state.builder
    target = _monitor_object(frame)
    monitor = Monitor(state.new_scalar_slot(REF), state.function.new_slot(8, 8, (), True))
    builder.store(M_REF, builder.slot_addr(monitor.object_slot), target)
    state.call_helper(HELPER_MONITOR_ENTER, VOID, [target, builder.slot_addr(monitor.taken_slot)])
    return monitor


def leave_monitor(frame: Frame, monitor: Monitor) -> None:
    """Leave the monitor, if it is held."""
    state = frame.state
    builder = state.builder
    target = builder.load(M_REF, builder.slot_addr(monitor.object_slot))
    state.call_helper(HELPER_MONITOR_EXIT, VOID, [target, builder.slot_addr(monitor.taken_slot)])


def import_monitor_fault(frame: Frame, monitor: Monitor) -> None:
    """All of the fault handler."""
    leave_monitor(frame, monitor)
    frame.state.builder.terminate(ops.END_FINALLY, [], [], [])


def prepare_return(frame: Frame) -> None:
    """Let every `ret` of the root go to one block behind the body, outside of the try range."""
    state = frame.state
    type = frame.method.signature.return_type
    kind = ir_type_of(type)
    if kind == STRUCT:
        layout = frame.layout(type)
        frame.return_slot = state.function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
    elif kind != VOID:
        frame.return_variable = state.ssa.new_variable(kind)
    frame.return_block = state.function.new_block()
    state.place(frame.return_block, 0, len(frame.body.code) + 1, 1)


def import_monitor_return(frame: Frame, monitor: Monitor) -> None:
    """The block that all returns go to: leave the monitor, then the method."""
    state = frame.state
    block = frame.return_block
    if block is None or not block.preds:
        return  # the body never returns
    state.function.blocks.append(block)
    state.ssa.seal(block)
    state.builder.block = block
    leave_monitor(frame, monitor)
    type = frame.method.signature.return_type
    kind = ir_type_of(type)
    frame.stack = []
    if frame.return_slot is not None:
        return_value(frame, StackEntry(state.builder.slot_addr(frame.return_slot), STRUCT, type))
    elif kind != VOID:
        return_value(frame, StackEntry(state.ssa.read(frame.return_variable, block), kind, type))
    else:
        return_value(frame, None)


def _monitor_object(frame: Frame) -> Op:
    state = frame.state
    owner = frame.method.owner
    if frame.method.signature.has_this:
        if owner.is_value_type:
            raise frame.invalid("synchronized method of a struct")
        block = state.builder.block
        slot = frame.arg_slots[0]
        if slot is not None:
            return state.builder.load(M_REF, state.builder.slot_addr(slot))
        if block is None:
            raise frame.invalid("unreachable")
        return state.ssa.read(frame.arg_variables[0], block)
    open_owner = owner.definition
    if owner.is_canonical_subtype:
        variables = tuple([state.context.type_variable(index) for index in range(len(owner.instantiation))])
        open_owner = state.context.instantiate(owner.definition, variables)
    return state.call_helper(HELPER_GET_RUNTIME_TYPE_HANDLE, REF, [type_handle(frame, owner, open_owner)])
