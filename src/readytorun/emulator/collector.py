"""The garbage collector: moving, precise, with roots from GC info and unwind data only.

Two kinds of collection:

- a *full* one traces what is reachable and copies it, object by object, to the other half of the heap;
- a *shift*, for GC stress, moves everything to the other half as it is, and poisons what was there. All objects keep
  their distances, so that adding one number to every reference is enough; it finds missed and stale roots just as well,
  and takes a fraction of the time.

While something is pinned, nothing moves, and nothing is freed.

Both check that every slot named live holds null or a reference, and that no object has a field that does not.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from readytorun.emulator.errors import GCStressError
from readytorun.emulator.machine import Frame
from readytorun.emulator.method_tables import ARRAY_LENGTH, MethodTable
from readytorun.emulator.roots import Root, StackRoots

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

POISON: Final = 0xDD
_FIRST_THRESHOLD: Final = 32 << 20
_SHIFTS: Final = 61  # different distances of shifts, in units of 16 bytes

Words = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]


class Collector:
    """See above.

    Attributes:
        stress: collect at every safe point.
        count: collections so far.
        failure: set when a collection in the middle of emulated code failed.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._roots = StackRoots(runtime)
        self.stress = False
        self.stress_limit = 0
        self.count = 0
        self.full_count = 0
        self._threshold = _FIRST_THRESHOLD
        runtime.heap.set_soft_limit(self._threshold)
        self._words: Words = np.frombuffer(runtime.memory.bytes, dtype=np.uint64)
        self._parsed_end = 0  # bytes from the heap's start up to which the two below are complete
        self._ref_parts: list[Indices] = []
        self._start_parts: list[Indices] = []
        self._root_indices: Indices = np.zeros(0, dtype=np.int64)
        self._poisoned = [(0, 0), (0, 0)]
        self._hits: dict[int, int] = {}

    # --- when ---------------------------------------------------------------------------------------------------------

    def before_allocation(self, size: int) -> None:
        """Collect if the heap is full enough. The caller holds no references but in the context's frames."""
        heap = self._runtime.heap
        if heap.used() + size > self._threshold:
            self.collect(self._runtime.frame_here())
            self._threshold = max(_FIRST_THRESHOLD, 2 * (heap.used() + size))
            heap.set_soft_limit(self._threshold)

    def poll(self) -> None:
        """Helper GCPoll."""
        if self.stress:
            self.shift(self._runtime.frame_here(), [])

    def at_binding(self, refs: list[tuple[int, int]]) -> None:
        """A lazy method cell is being bound; its call's arguments, at `refs`, count as roots."""
        if self.stress:
            frame = self._runtime.frame_here()
            caller = self._runtime.walker.managed(frame, 0)
            roots = [Root(address, kind == 2, caller, "an argument, by a GCRefMap") for address, kind in refs]
            self.shift(frame, roots)

    def at_safe_point(self, address: int) -> bool:
        """Whether to collect at a safe point that is reached now."""
        if not self.stress_limit:
            return True
        hits = self._hits.get(address, 0)
        if hits >= self.stress_limit:
            return False
        self._hits[address] = hits + 1
        return True

    # --- checks -------------------------------------------------------------------------------------------------------

    def _check(self, root: Root, value: int) -> None:
        """A slot named live must hold a reference."""
        if self._runtime.heap.contains(value):
            if root.is_interior or self._is_start(value):
                return
            what = "points into the middle of an object or behind it"
        elif value in self._runtime.heap.frozen:
            return
        elif any(start <= value < end for start, end in self._poisoned):
            what = "is stale: it points to where an object was before it moved"
        elif root.is_interior:
            return  # a byref to something that is no object: the stack, statics, unmanaged memory
        else:
            what = "is no reference"
        where = "the runtime"
        if root.owner is not None:
            where = f"{self._runtime.code.name_of(root.owner.code)}+{root.owner.offset:#x}"
        raise GCStressError(f"{where}: {root.slot} is named live, but its value {value:#x} {what}")

    def _check_cards(self) -> None:
        heap = self._runtime.heap
        missed = heap.cards.check(heap.start, heap.used(), self._refs())
        if not missed:
            return
        address = self._object_at(missed)
        raise GCStressError(
            f"a reference in {heap.table_of(address).type}, at offset {missed - address:#x}, to a younger object was "
            "stored without a write barrier"
        )

    def _is_start(self, address: int) -> bool:
        relative = address - self._runtime.heap.start
        starts = self._starts()
        position = int(np.searchsorted(starts, relative))
        return position < len(starts) and int(starts[position]) == relative

    def _object_at(self, address: int) -> int:
        """The object that an address in the heap lies in."""
        heap, starts = self._runtime.heap, self._starts()
        position = int(np.searchsorted(starts, address - heap.start, side="right")) - 1
        return heap.start + int(starts[position])

    # --- walking the heap ---------------------------------------------------------------------------------------------

    def _parse(self) -> None:
        """Note the objects made since the last time, and where they hold references."""
        heap = self._runtime.heap
        memory = self._runtime.memory
        words = memory.words
        tables = self._runtime.tables.by_address
        base = memory.offset_of(heap.start)
        position = self._parsed_end
        end = heap.used()
        refs: list[int] = []
        starts: list[int] = []
        while position < end:
            table = tables.get(words[(base + position) >> 3])
            if table is None:
                raise GCStressError(f"the heap is corrupt at {heap.start + position:#x}")
            starts.append(position)
            if table.element_size:
                length = memory.u32(heap.start + position + ARRAY_LENGTH)
                if table.element_refs:
                    first = position + table.data_offset
                    if table.element_refs == (0,) and table.element_size == 8:
                        refs.extend(range(first >> 3, (first >> 3) + length))
                    else:
                        for index in range(length):
                            at = first + index * table.element_size
                            refs.extend(at + offset >> 3 for offset in table.element_refs)
                position += table.object_size(length)
            else:
                for offset in table.ref_offsets:
                    refs.append(position + offset >> 3)
                position += table.size
        self._parsed_end = position
        if starts:
            self._start_parts.append(np.array(starts, dtype=np.int64))
            self._ref_parts.append(np.array(refs, dtype=np.int64))

    def _starts(self) -> Indices:
        if len(self._start_parts) != 1:
            self._start_parts = [np.concatenate(self._start_parts) if self._start_parts else np.zeros(0, np.int64)]
        return self._start_parts[0]

    def _refs(self) -> Indices:
        if len(self._ref_parts) != 1:
            self._ref_parts = [np.concatenate(self._ref_parts) if self._ref_parts else np.zeros(0, np.int64)]
        return self._ref_parts[0]

    def _forget(self) -> None:
        self._parsed_end = 0
        self._ref_parts = []
        self._start_parts = []

    def _static_roots(self) -> Indices:
        roots = self._runtime.heap.roots
        if len(self._root_indices) != len(roots):
            offset = self._runtime.memory.offset_of(0)
            self._root_indices = np.array([root + offset >> 3 for root in roots], dtype=np.int64)
        return self._root_indices

    # --- shifting -----------------------------------------------------------------------------------------------------

    def shift(self, frame: Frame, refs: list[Root]) -> None:
        """Move the whole heap by some distance, and poison where it was.

        Args:
            frame: the innermost frame.
            refs: further roots.
        """
        runtime = self._runtime
        heap, memory = runtime.heap, runtime.memory
        self.count += 1
        self._parse()
        roots = self._roots.enumerate(frame)
        roots += refs
        values = self._checked_values(roots)
        self._check_cards()
        if self._is_pinned(roots):
            return
        old, used = heap.start, heap.used()
        half = 1 - heap.half
        new = memory.heap_starts[half] + 16 * (self.count % _SHIFTS)
        delta = new - old
        self._clear(half)
        host = memory.host_address
        ctypes.memmove(host + memory.offset_of(new), host + memory.offset_of(old), used)
        words = self._words
        mask64 = (1 << 64) - 1
        for indices, what in (
            (self._refs() + (memory.offset_of(new) >> 3), "a field"),
            (self._static_roots(), "a root"),
        ):
            content = words[indices]
            inside = (content >= np.uint64(old)) & (content < np.uint64(old + used))
            others = content[~inside]
            if others.any():
                self._check_outside(others, what)
            content[inside] += np.uint64(delta & mask64)
            words[indices] = content
        for address, value in values:
            if old <= value < old + used or value == old + used:
                memory.set_u64(address, value + delta)
        ctypes.memset(host + memory.offset_of(old), POISON, used)
        self._poisoned[heap.half] = (old, old + used)
        heap.use_half(half, new)
        memory.set_u64(heap.next_address, new + used)
        heap.set_soft_limit(self._threshold)
        self._shift_lists(delta, old, old + used)

    def _checked_values(self, roots: list[Root]) -> list[tuple[int, int]]:
        """(address, value) of each place that roots name, once; those that hold null are left out.

        Raises:
            GCStressError: one holds what is no reference.
        """
        memory = self._runtime.memory
        values = []
        seen: set[int] = set()
        for root in roots:
            if root.address not in seen:
                seen.add(root.address)
                value = memory.u64(root.address)
                if value:
                    self._check(root, value)
                    values.append((root.address, value))
        return values

    def _is_pinned(self, roots: list[Root]) -> bool:
        heap, memory = self._runtime.heap, self._runtime.memory
        places = [root.address for root in roots if root.is_pinned]
        return any(heap.contains(memory.u64(address)) for address in [*places, *heap.pins])

    def _check_outside(self, values: Words, what: str) -> None:
        for value in set(values.tolist()):
            if value and value not in self._runtime.heap.frozen:
                raise GCStressError(f"{what} of an object holds {value:#x}, which is no reference")

    def _clear(self, half: int) -> None:
        """Zero what was poisoned in a half."""
        start, end = self._poisoned[half]
        if end > start:
            memory = self._runtime.memory
            ctypes.memset(memory.host_address + memory.offset_of(start), 0, end - start)
            self._poisoned[half] = (0, 0)

    def _shift_lists(self, delta: int, old: int, end: int) -> None:
        runtime = self._runtime
        heap, memory = runtime.heap, runtime.memory
        heap.finalizable = [address + delta for address in heap.finalizable]
        heap.finalizer_queue = [address + delta for address in heap.finalizer_queue]
        for slot in heap.weak:
            value = memory.u64(slot)
            if old <= value < end:
                memory.set_u64(slot, value + delta)

    # --- full collections ---------------------------------------------------------------------------------------------

    def collect(self, frame: Frame) -> None:
        """Keep what is reachable, and move it."""
        runtime = self._runtime
        heap, memory = runtime.heap, runtime.memory
        self.count += 1
        self.full_count += 1
        self._parse()
        roots = self._roots.enumerate(frame)
        stack = [(address, value) for address, value in self._checked_values(roots) if heap.contains(value)]
        old_start, old_used = heap.start, heap.used()
        marked: set[int] = set()
        pending: list[int] = []

        def reach(value: int) -> None:
            if heap.contains(value) and value not in marked:
                marked.add(value)
                pending.append(value)

        bases: dict[int, int] = {}
        for _, value in stack:
            bases[value] = self._object_at(value)
            reach(bases[value])
        for slot in heap.roots:
            reach(memory.u64(slot))
        self._trace(pending, reach)
        dying = [address for address in heap.finalizable if address not in marked]
        weak_dead = {slot for slot in heap.weak if heap.contains(memory.u64(slot)) and memory.u64(slot) not in marked}
        for address in dying:
            reach(address)
        for address in heap.finalizer_queue:
            reach(address)
        self._trace(pending, reach)
        if self._is_pinned(roots):
            for slot in weak_dead:
                memory.set_u64(slot, 0)
            heap.finalizer_queue += dying
            dead = set(dying)
            heap.finalizable = [address for address in heap.finalizable if address not in dead]
            return
        # Copy in address order.
        half = 1 - heap.half
        self._clear(half)
        new = memory.heap_starts[half]
        moved: dict[int, int] = {}
        host = memory.host_address
        position = new
        for address in sorted(marked):
            size = heap.size_of(address)
            ctypes.memmove(host + memory.offset_of(position), host + memory.offset_of(address), size)
            moved[address] = position
            position += size
        for slot in weak_dead:
            memory.set_u64(slot, 0)
        for address, value in stack:
            base = bases[value]
            memory.set_u64(address, moved[base] + value - base)
        for slot in [*heap.roots, *heap.weak]:
            value = memory.u64(slot)
            if value in moved:
                memory.set_u64(slot, moved[value])
        for address in moved.values():
            for slot in self._slots(address):
                value = memory.u64(slot)
                if value in moved:
                    memory.set_u64(slot, moved[value])
        dead = set(dying)
        heap.finalizer_queue = [moved[a] for a in heap.finalizer_queue] + [moved[a] for a in dying]
        heap.finalizable = [moved[a] for a in heap.finalizable if a in moved and a not in dead]
        heap.move_identities(moved, new)
        ctypes.memset(host + memory.offset_of(old_start), POISON, old_used)
        self._poisoned[heap.half] = (old_start, old_start + old_used)
        heap.use_half(half, new)
        memory.set_u64(heap.next_address, position)
        heap.set_soft_limit(self._threshold)
        heap.cards.forget(heap.used())
        self._forget()

    def _trace(self, pending: list[int], reach: object) -> None:
        assert callable(reach)
        memory = self._runtime.memory
        while pending:
            for slot in self._slots(pending.pop()):
                value = memory.u64(slot)
                if value:
                    reach(value)

    def _slots(self, address: int) -> list[int]:
        """Addresses of the references in an object."""
        table: MethodTable = self._runtime.heap.table_of(address)
        if not table.element_size:
            return [address + offset for offset in table.ref_offsets]
        if not table.element_refs:
            return []
        first = address + table.data_offset
        length = self._runtime.heap.length(address)
        return [first + i * table.element_size + offset for i in range(length) for offset in table.element_refs]
