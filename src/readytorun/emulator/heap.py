"""The object heap: allocation, strings, arrays, handles. The collector is in `collector.py`.

Objects are made at the end of the used part of the active half; what lies behind is zero. Some objects never move: Type
objects and the boxes of struct statics. References held by the runtime itself are in *handles*, slots that the
collector updates; a Python variable never keeps an object's address over anything that may collect.
"""

from __future__ import annotations

from typing import Final

from readytorun.emulator.cards import Cards
from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.memory import Memory
from readytorun.emulator.method_tables import (
    ARRAY_DATA,
    ARRAY_LENGTH,
    STRING_DATA,
    STRING_LENGTH,
    MethodTable,
    MethodTables,
)
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.type_desc import TypeDesc

_HANDLES_PER_BLOCK: Final = 512
HASH_MULTIPLIER: Final = 0x9E3779B1


class Heap:
    """See above.

    Attributes:
        next_address, soft_limit_address: where stubs find the allocation pointer, and how far they may move it.
        start: of the active half's used part.
        roots: addresses of slots that always hold an object reference or null.
        frozen: addresses of the objects that never move, with their references among `roots`.
        finalizable: objects with a finalizer that has not run (weak).
        weak: weak handles' slots.
        pins: handles whose objects must not move.
        cards: where write barriers have seen stores; the runtime marks its own.
    """

    def __init__(self, memory: Memory, tables: MethodTables, context: TypeSystemContext, cards: Cards) -> None:
        self.memory = memory
        self.cards = cards
        self.tables = tables
        self.context = context
        self.next_address = memory.allocate_data(16)
        self.soft_limit_address = self.next_address + 8
        self._soft_size = 0
        self._limit = 0
        self.half = 0
        self.start = 0
        self.roots: list[int] = []
        self.frozen: set[int] = set()
        self._free_handles: list[int] = []
        self._handle_slots: set[int] = set()
        self.finalizable: list[int] = []
        self.finalizer_queue: list[int] = []
        self.weak: set[int] = set()
        self.pins: set[int] = set()
        self._hashes: dict[int, int] = {}
        self._next_hash = 1
        self._string_table: MethodTable | None = None
        self.use_half(0, memory.heap_starts[0])

    # --- the allocation pointer ---------------------------------------------------------------------------------------

    def use_half(self, half: int, start: int) -> None:
        """Make a half of the heap the active one, from `start` on."""
        self.half = half
        self.start = start
        self._limit = self.memory.heap_starts[half] + self.memory.heap_size
        self.memory.set_u64(self.next_address, start)
        self.set_soft_limit(self._soft_size)

    def set_soft_limit(self, size: int) -> None:
        """From how many bytes on stubs leave allocation to the runtime, which collects."""
        self._soft_size = size
        self.memory.set_u64(self.soft_limit_address, min(self.start + size, self._limit))

    @property
    def next(self) -> int:
        """Where the next object will be."""
        return self.memory.u64(self.next_address)

    def used(self) -> int:
        """Bytes in use."""
        return self.next - self.start

    def contains(self, address: int) -> bool:
        return self.start <= address < self.next

    def allocate(self, table: MethodTable, length: int = 0) -> int:
        """Address of a new, zeroed object; never collects."""
        memory = self.memory
        size = table.object_size(length)
        address = memory.u64(self.next_address)
        if address + size > self._limit:
            raise ExecutionError("the emulated heap is full")
        memory.set_u64(self.next_address, address + size)
        memory.set_u64(address, table.address)
        if table.element_size:
            memory.set_u32(address + ARRAY_LENGTH, length)
        if table.has_finalizer:
            self.finalizable.append(address)
        return address

    def allocate_frozen(self, table: MethodTable) -> int:
        """Address of a new object that never moves; its references are roots."""
        address = self.memory.allocate_data(table.size)
        self.memory.set_u64(address, table.address)
        self.frozen.add(address)
        self.roots.extend(address + offset for offset in table.ref_offsets)
        return address

    def is_object(self, address: int) -> bool:
        """Whether a MethodTable's address stands there, as far as that can be told without walking the heap."""
        if address in self.frozen:
            return True
        return address % 8 == 0 and self.contains(address) and self.memory.u64(address) in self.tables.by_address

    def table_of(self, address: int) -> MethodTable:
        """MethodTable of an object."""
        return self.tables.at(self.memory.u64(address))

    def size_of(self, address: int) -> int:
        """Bytes of an object."""
        table = self.table_of(address)
        return table.object_size(self.memory.u32(address + ARRAY_LENGTH)) if table.element_size else table.size

    # --- handles ------------------------------------------------------------------------------------------------------

    def new_slot(self) -> int:
        """Address of a root slot that holds null; stays for good."""
        slot = self.memory.allocate_data(8)
        self.roots.append(slot)
        return slot

    def handle(self, address: int) -> int:
        """A handle of an object: a root slot until `free`."""
        if not self._free_handles:
            block = self.memory.allocate_data(8 * _HANDLES_PER_BLOCK)
            slots = [block + 8 * i for i in range(_HANDLES_PER_BLOCK)]
            self.roots.extend(slots)
            self._free_handles.extend(reversed(slots))
        slot = self._free_handles.pop()
        self.memory.set_u64(slot, address)
        return slot

    def get(self, handle: int) -> int:
        """The object of a handle."""
        return self.memory.u64(handle)

    def free(self, handle: int) -> None:
        """End a handle."""
        self.memory.set_u64(handle, 0)
        self._free_handles.append(handle)

    def take(self, handle: int) -> int:
        """The object of a handle, which ends."""
        address = self.get(handle)
        self.free(handle)
        return address

    # --- strings and arrays -------------------------------------------------------------------------------------------

    @property
    def string_table(self) -> MethodTable:
        if self._string_table is None:
            self._string_table = self.tables.of(self.context.well_known("System.String"))
        return self._string_table

    def new_string(self, text: str) -> int:
        """A new string object."""
        data = text.encode("utf-16-le", "surrogatepass")
        address = self.allocate(self.string_table, len(data) // 2)
        self.memory.write(address + STRING_DATA, data)
        return address

    def text(self, address: int) -> str:
        """The text of a string object."""
        length = self.memory.u32(address + STRING_LENGTH)
        return self.memory.read(address + STRING_DATA, 2 * length).decode("utf-16-le", "surrogatepass")

    def new_array(self, element: TypeDesc, length: int) -> int:
        """A new vector."""
        return self.allocate(self.tables.of(self.context.szarray(element)), length)

    def length(self, array: int) -> int:
        """Number of elements of an array or characters of a string."""
        return self.memory.u32(array + ARRAY_LENGTH)

    def byte_array(self, data: bytes) -> int:
        """A new byte[]."""
        address = self.new_array(self.context.well_known("System.Byte"), len(data))
        self.memory.write(address + ARRAY_DATA, data)
        return address

    # --- identity -----------------------------------------------------------------------------------------------------

    def _identity_key(self, address: int) -> int:
        """Objects of the heap are known by their distance from its start, others by their address."""
        return address - self.start if self.contains(address) else address

    def identity_hash(self, address: int) -> int:
        """Hash code of an object's identity; it stays the same when the object moves."""
        key = self._identity_key(address)
        found = self._hashes.get(key)
        if found is None:
            found = self._next_hash * HASH_MULTIPLIER & 0x3FF_FFFF
            self._next_hash += 1
            self._hashes[key] = found
        return found

    def move_identities(self, moved: dict[int, int], new_start: int) -> None:
        """Tell where objects go, before they do; those that are not in `moved` lose their hash."""
        kept = {}
        for key, value in self._hashes.items():
            if key in self.frozen:
                kept[key] = value
            elif key + self.start in moved:
                kept[moved[key + self.start] - new_start] = value
        self._hashes = kept
