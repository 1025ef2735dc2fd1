"""Where the stack holds references, by GC info and unwind data alone (gcinfo-unwind-debug.md, 9)."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, NamedTuple

from readytorun.emulator.errors import GCStressError
from readytorun.emulator.machine import Frame
from readytorun.emulator.stack import ManagedFrame, Transition
from readytorun.r2r.gcinfo import BASE_CALLER_SP, BASE_SP, INTERIOR, PINNED, StackSlot

if TYPE_CHECKING:
    from readytorun.emulator.loader import MethodCode
    from readytorun.emulator.runtime import Runtime


class Root(NamedTuple):
    """A place that holds a reference.

    Attributes:
        address: of the place: on the stack, or in a context.
        is_interior: a byref.
        owner: the frame whose slot it is, None for what the runtime itself keeps.
        slot: for messages.
        is_pinned: what it refers to must not move.
    """

    address: int
    is_interior: bool
    owner: ManagedFrame | None
    slot: str
    is_pinned: bool = False


class StackRoots:
    """Enumerates the roots of the stack."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._changes: dict[MethodCode, tuple[list[int], list[int]]] = {}

    def enumerate(self, frame: Frame) -> list[Root]:
        """All roots from a frame on."""
        runtime = self._runtime
        roots: list[Root] = []
        reported: set[tuple[MethodCode, int]] = set()
        for item in runtime.walker.walk(frame):
            if isinstance(item, Transition):
                for address, kind in item.refs:
                    roots.append(Root(address, kind == 2, None, "an argument of a call that is being bound"))
                continue
            if item.funclet is not None or item.code.funclets:
                location = item.frame.locations[runtime.machine.frame_register]
                key = item.code, runtime.memory.u64(location) if location else 0
                if key in reported:
                    continue  # a funclet of this activation has reported for it
                if item.funclet is not None and item.funclet[0] not in item.code.filters:
                    reported.add(key)
            self._report(item, roots)
        return roots

    def _report(self, managed: ManagedFrame, roots: list[Root]) -> None:
        info = managed.code.gc_info
        offset = managed.offset
        live = managed.code.safe_points.get(offset)
        if live is None:
            if info.ranges:
                if not any(start <= offset < end for start, end in info.ranges):
                    return
                live = self._live_in_range(managed.code, offset)
            else:
                live = 0
        machine = self._runtime.machine
        frame = managed.frame
        count = len(info.registers)
        index = 0
        while live >> index:
            if live >> index & 1:
                if index < count:
                    slot = info.registers[index]
                    if frame.is_active or not machine.volatile >> slot.register & 1:
                        location = frame.locations[slot.register]
                        if not location:
                            raise GCStressError(
                                f"{self._name(managed)}: register {slot.register} is named live, but nothing saved it"
                            )
                        roots.append(
                            Root(
                                location,
                                bool(slot.flags & INTERIOR),
                                managed,
                                f"register {slot.register}",
                                bool(slot.flags & PINNED),
                            )
                        )
                else:
                    self._stack_slot(managed, info.stack[index - count], roots)
            index += 1
        if managed.funclet is None or managed.funclet[0] not in managed.code.filters:
            for untracked in info.untracked:
                self._stack_slot(managed, untracked, roots)

    def _stack_slot(self, managed: ManagedFrame, slot: StackSlot, roots: list[Root]) -> None:
        frame = managed.frame
        if slot.base == BASE_SP:
            if not frame.is_active and slot.offset < managed.code.gc_info.outgoing_area:
                return
            address = frame.sp + slot.offset
        elif slot.base == BASE_CALLER_SP:
            address = self._runtime.walker.caller(managed).sp + slot.offset
        else:
            location = frame.locations[managed.code.gc_info.base_register]
            address = self._runtime.memory.u64(location) + slot.offset
        base = ("caller sp", "sp", "frame")[slot.base]
        name = f"[{base}{slot.offset:+#x}]"
        roots.append(Root(address, bool(slot.flags & INTERIOR), managed, name, bool(slot.flags & PINNED)))

    def _live_in_range(self, code: MethodCode, offset: int) -> int:
        found = self._changes.get(code)
        if found is None:
            changes = code.gc_info.changes
            found = self._changes[code] = [c[0] for c in changes], [c[1] for c in changes]
        index = bisect.bisect_right(found[0], offset) - 1
        return found[1][index] if index >= 0 else 0

    def _name(self, managed: ManagedFrame) -> str:
        return f"{self._runtime.code.name_of(managed.code)}+{managed.offset:#x}"
