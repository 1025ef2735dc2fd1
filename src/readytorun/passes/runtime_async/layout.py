"""Where everything is in the data area of a continuation, and the flags that tell the runtime.

The order is the dialect's; docs/runtime-async.md has it with examples.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir.function import Slot
from readytorun.ir.ops import AWAIT_CAPTURED, AWAIT_THREAD_POOL, Await, Op
from readytorun.ir.runtime_async import (
    ITEM_CONTEXT,
    ITEM_EXCEPTION,
    ITEM_EXECUTION_CONTEXT,
    ITEM_KEEP_ALIVE,
    ITEM_RESULT,
    Dialect,
)
from readytorun.ir.types import F32, I32, M_REF, MEMORY_SIZES, REF, StructLayout
from readytorun.r2r.model import Cell, ImportSectionKind
from readytorun.r2r.primitives import compressed

_FIXUP_CONTINUATION_LAYOUT: Final = 0x37
# Flags of the type layout payload (r2r-format.md 8.7): alignment checked, pointer alignment, GC layout, no references.
_LAYOUT_FLAGS: Final = 0x0E
_LAYOUT_FLAGS_EMPTY: Final = 0x1E
_SLOT: Final = 8


class LayoutError(Exception):
    """An item is where the dialect's flags cannot say it is."""


class SavedState:
    """What one await needs in the continuation.

    Attributes:
        awaits: the await.
        has_exception_slot: the await stands in a try range of the user's.
        keeps_alive: the generic context is needed behind the await.
        values: SSA values to save, references first.
        slots: frame slots to save.
        layout: where it all goes; shared by all awaits of the method in some dialects.
        value_offsets: offset of each value in the data area.
        slot_offsets: offset of each frame slot.
        result_offset: offset of the result, -1 without one.
    """

    __slots__ = (
        "awaits",
        "has_exception_slot",
        "keeps_alive",
        "layout",
        "result_offset",
        "slot_offsets",
        "slots",
        "value_offsets",
        "values",
    )

    def __init__(self, awaits: Await, has_exception_slot: bool, keeps_alive: bool) -> None:
        self.awaits = awaits
        self.has_exception_slot = has_exception_slot
        self.keeps_alive = keeps_alive
        self.values: list[Op] = []
        self.slots: list[Slot] = []
        self.layout = ContinuationLayout()
        self.value_offsets: list[int] = []
        self.slot_offsets: list[int] = []
        self.result_offset = -1

    @property
    def has_result(self) -> bool:
        """Whether what is awaited has a result."""
        return self.awaits.memory >= 0 or self.awaits.layout is not None

    @property
    def has_context_slot(self) -> bool:
        """Whether the await continues in a captured context."""
        return self.awaits.handling == AWAIT_CAPTURED


class ContinuationLayout:
    """The data area of a kind of continuation; offsets in bytes from its start, -1 for what it does not have.

    Attributes:
        exception, context, keep_alive, execution_context: offsets of these items.
        size: bytes, a multiple of 8.
        references: slots (of 8 bytes) that hold references, as a bit set.
    """

    __slots__ = ("context", "exception", "execution_context", "keep_alive", "references", "size")

    def __init__(self) -> None:
        self.exception = -1
        self.context = -1
        self.keep_alive = -1
        self.execution_context = -1
        self.size = 0
        self.references = 0

    def add(self, size: int, alignment: int, references: tuple[int, ...] = ()) -> int:
        """Append an item; its offset. `references` are offsets in it."""
        alignment = min(max(alignment, 1), _SLOT)
        offset = (self.size + alignment - 1) // alignment * alignment
        self.size = offset + size
        for reference in references:
            self.references |= 1 << (offset + reference) // _SLOT
        return offset

    def cell(self, continuation_type: bytes) -> Cell:
        """The import cell that holds the continuation type of this layout."""
        out = bytearray((_FIXUP_CONTINUATION_LAYOUT,))
        out += continuation_type
        out.append(_LAYOUT_FLAGS if self.references else _LAYOUT_FLAGS_EMPTY)
        out += compressed(self.size)
        if self.references:
            out += self.references.to_bytes((self.size // _SLOT + 7) // 8, "little")
        return Cell(ImportSectionKind.PRECODE, bytes(out))


def lay_out(dialect: Dialect, states: list[SavedState]) -> None:
    """Give every await its layout."""
    if dialect.shares_layout:
        _lay_out(dialect, states)
    else:
        for state in states:
            _lay_out(dialect, [state])


def _lay_out(dialect: Dialect, states: list[SavedState]) -> None:
    layout = ContinuationLayout()
    for item in dialect.items:
        if item == ITEM_RESULT:
            _add_results(layout, states)
        elif item == ITEM_EXCEPTION:
            if any(state.has_exception_slot for state in states):
                layout.exception = layout.add(_SLOT, _SLOT, (0,))
        elif item == ITEM_CONTEXT:
            if any(state.has_context_slot for state in states):
                layout.context = layout.add(_SLOT, _SLOT, (0,))
        elif item == ITEM_KEEP_ALIVE:
            if any(state.keeps_alive for state in states):
                layout.keep_alive = layout.add(_SLOT, _SLOT, (0,))
        elif item == ITEM_EXECUTION_CONTEXT:
            layout.execution_context = layout.add(_SLOT, _SLOT, (0,))
    _add_locals(layout, states)
    layout.size = (layout.size + _SLOT - 1) // _SLOT * _SLOT
    for state in states:
        state.layout = layout


def _add_results(layout: ContinuationLayout, states: list[SavedState]) -> None:
    """One place for each distinct type of result, in order of first use."""
    scalars: dict[int, int] = {}
    structs: list[tuple[StructLayout, int]] = []
    for state in states:
        memory = state.awaits.memory
        struct = state.awaits.layout
        if memory >= 0:
            offset = scalars.get(memory, -1)
            if offset < 0:
                _align(layout)
                offset = layout.add(MEMORY_SIZES[memory], _SLOT, (0,) if memory == M_REF else ())
                scalars[memory] = offset
            state.result_offset = offset
        elif struct is not None:
            offset = -1
            for known, place in structs:
                if known is struct or (known.size == struct.size and known.gc_refs == struct.gc_refs):
                    offset = place
            if offset < 0:
                _align(layout)
                offset = layout.add(struct.size, _SLOT, tuple([place for place, _ in struct.gc_refs]))
                structs.append((struct, offset))
            state.result_offset = offset


def _align(layout: ContinuationLayout) -> None:
    layout.size = (layout.size + _SLOT - 1) // _SLOT * _SLOT


def value_size(value: Op) -> int:
    """Bytes that an SSA value takes in a continuation."""
    return 4 if value.type == I32 or value.type == F32 else 8


def _add_locals(layout: ContinuationLayout, states: list[SavedState]) -> None:
    """References first, then the others by descending alignment. Awaits that share a layout share places."""
    reference_places: list[int] = []
    for state in states:
        state.value_offsets = [-1] * len(state.values)
        state.slot_offsets = [-1] * len(state.slots)
        _place_values(layout, state, reference_places, True, _SLOT)
    slot_places: dict[int, int] = {}
    for state in states:
        for index in range(len(state.slots)):
            slot = state.slots[index]
            if len(slot.gc_refs) == 1 and slot.size == _SLOT:
                state.slot_offsets[index] = _slot_place(layout, slot, slot_places)
    for alignment in (8, 4, 2, 1):
        places: list[int] = []
        for state in states:
            _place_values(layout, state, places, False, alignment)
        for state in states:
            for index in range(len(state.slots)):
                slot = state.slots[index]
                if state.slot_offsets[index] < 0 and _slot_alignment(slot) == alignment:
                    state.slot_offsets[index] = _slot_place(layout, slot, slot_places)


def _place_values(
    layout: ContinuationLayout, state: SavedState, places: list[int], references: bool, size: int
) -> None:
    used = 0
    for index in range(len(state.values)):
        value = state.values[index]
        if (value.type == REF) != references or value_size(value) != size:
            continue
        if used == len(places):
            places.append(layout.add(size, size, (0,) if references else ()))
        state.value_offsets[index] = places[used]
        used += 1


def _slot_alignment(slot: Slot) -> int:
    return _SLOT if slot.gc_refs else min(slot.alignment, _SLOT)


def _slot_place(layout: ContinuationLayout, slot: Slot, places: dict[int, int]) -> int:
    offset = places.get(slot.id, -1)
    if offset < 0:
        references = tuple([place for place, _ in slot.gc_refs])
        offset = layout.add(slot.size, _slot_alignment(slot), references)
        places[slot.id] = offset
    return offset


def flags_of(dialect: Dialect, state: SavedState) -> int:
    """The flags that the code stores when it suspends at an await.

    Raises:
        LayoutError: a slot is too far from the start of the data area.
    """
    layout = state.layout
    flags = dialect.thread_pool_flag if state.awaits.handling == AWAIT_THREAD_POOL else 0
    if state.awaits.adapts_value_task:
        flags |= dialect.value_task_flag
    offsets = [-1] * (max(dialect.items) + 1)
    offsets[ITEM_EXECUTION_CONTEXT] = layout.execution_context
    if state.has_exception_slot:
        offsets[ITEM_EXCEPTION] = layout.exception
    if state.has_context_slot:
        offsets[ITEM_CONTEXT] = layout.context
    offsets[ITEM_RESULT] = state.result_offset
    for item in range(len(offsets)):
        offset = offsets[item]
        if offset < 0:
            continue
        if dialect.presence_flags:
            flags |= dialect.presence_flags[item]
        else:
            field = dialect.index_fields[item]
            if field is not None:
                index = offset // _SLOT + 1
                if index >= 1 << field.width:
                    raise LayoutError(f"slot {index - 1} of a continuation")
                flags |= index << field.first_bit
    return flags
