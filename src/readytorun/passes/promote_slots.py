"""Takes structs apart: fields of frame slots that nothing but the function itself can reach become SSA values.

A slot qualifies if its address is used to load and store fields, to copy or clear whole structs, and to pass or return
them by value; not if it escapes. Slots that are copied to each other are divided into the same fields; a slot whose
accesses overlap in different ways, or that has many fields, stays in memory. What passes or returns a struct by value,
or copies it to and from other memory, gets its memory form just in time: the fields are stored to (loaded from) the
slot around it.

Values must not be carried into a root of the flow graph other than the entry (where a catch or a called finally
continues, registers hold nothing), so in methods with handlers only slots that live in blocks which the entry dominates
are taken.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import BlockOp, CallOp, ConstOp, FloatConstOp, MemoryOp, Op, SlotOp
from readytorun.ir.ssa import SSABuilder
from readytorun.ir.types import (
    F32,
    F64,
    I32,
    I64,
    M_BYREF,
    M_F32,
    M_F64,
    M_I32,
    M_I64,
    M_REF,
    M_U8,
    M_U16,
    MEMORY_SIZES,
    MEMORY_VALUE_TYPES,
    STRUCT,
    VOID,
)
from readytorun.passes.edit import Replacements

_MAX_FIELDS: Final = 6
_MAX_SIZE: Final = 64  # bytes

# Signedness of small fields does not matter in the slot: loads extend as they need.
_STORAGE: Final = (M_U8, M_U8, M_U16, M_U16, M_I32, M_I64, M_F32, M_F64, M_REF, M_BYREF)


def run(function: Function) -> bool:
    """Promote what can be promoted."""
    if not function.slots:
        return False
    promotion = _Promotion(function)
    promotion.collect()
    promotion.settle()
    if not promotion.any:
        return False
    promotion.rewrite()
    return True


class _Promotion:
    """The promotion of one function's slots.

    Attributes:
        any: whether some slot is promoted.
    """

    __slots__ = (
        "_accessed",
        "_copies",
        "_fields",
        "_function",
        "_good",
        "_offsets",
        "_ranges",
        "_replacements",
        "_slot_of",
        "_ssa",
        "_variables",
        "any",
    )

    def __init__(self, function: Function) -> None:
        self._function = function
        count = len(function.slots)
        self.any = False
        self._good = [True] * count
        self._accessed = [False] * count  # some field is used as a scalar
        self._fields: list[dict[int, int]] = [{} for _ in range(count)]  # offset -> M_*
        # By operation id, for frame addresses: slot number and offset.
        self._slot_of: list[int] = [-1] * function.next_id
        self._offsets: list[int] = [0] * function.next_id
        self._copies: list[tuple[int, int, int, int, int]] = []  # slot, offset, slot, offset, size
        self._ranges: list[tuple[int, int, int]] = []  # slot, start, end of what is copied or cleared as a whole
        self._variables: list[dict[int, int]] = []
        self._ssa = SSABuilder(function)
        self._replacements = Replacements(function)

    # --- what can be promoted ----------------------------------------------------------------------------------

    def collect(self) -> None:
        """Find all uses of frame addresses."""
        function = self._function
        good = self._good
        for slot in function.slots:
            if slot.is_pinned or slot.size > _MAX_SIZE:
                good[slot.id] = False
        if not any(good):
            return
        graph = FlowGraph(function)
        slot_of = self._slot_of
        order = list(graph.order)
        for block in order:
            for op in block.ops:
                if isinstance(op, SlotOp):
                    slot_of[op.id] = op.slot.id
                elif isinstance(op, MemoryOp) and op.opcode == ops.ADDR and not op.has_index:
                    base = op.args[0].id
                    if slot_of[base] >= 0:
                        slot_of[op.id] = slot_of[base]
                        self._offsets[op.id] = self._offsets[base] + op.offset
        simple = not function.funclets
        for block in order:
            in_reach = simple or self._in_entry_tree(graph, block)
            for op in block.ops:
                args = op.args
                for index in range(len(args)):
                    number = slot_of[args[index].id]
                    if number >= 0 and good[number]:
                        if not in_reach or not self._use(op, index, number):
                            good[number] = False
                if isinstance(op, CallOp) and op.result_slot is not None and not in_reach:
                    good[op.result_slot.id] = False

    def _in_entry_tree(self, graph: FlowGraph, block: Block) -> bool:
        position = graph.position[block.id]
        while graph.idom[position] >= 0:
            position = graph.idom[position]
        return position == 0

    def _use(self, op: Op, index: int, number: int) -> bool:
        """Note one use of a frame address; False if it makes the slot unfit."""
        opcode = op.opcode
        offset = self._offsets[op.args[index].id]
        if isinstance(op, MemoryOp):
            if opcode == ops.ADDR:
                return not op.has_index
            if index != 0 or op.has_index or op.is_volatile or opcode not in _PLAIN:
                return False
            self._accessed[number] = True
            return self._field(number, offset + op.offset, _STORAGE[op.memory])
        if isinstance(op, BlockOp):
            if offset < 0 or offset + op.layout.size > self._function.slots[number].size:
                return False
            self._ranges.append((number, offset, offset + op.layout.size))
            if opcode == ops.COPY_BLOCK and index == 0:
                other = self._slot_of[op.args[1].id]
                if other >= 0:
                    self._copies.append((number, offset, other, self._offsets[op.args[1].id], op.layout.size))
            for place, is_byref in op.layout.gc_refs:
                if not self._field(number, offset + place, M_BYREF if is_byref else M_REF):
                    return False
            return True
        if isinstance(op, CallOp):
            position = index - (1 if op.target >= ops.TARGET_INDIRECT else 0)
            if position < 0:
                return False
            param = op.signature.params[position]
            return param.type == STRUCT and offset == 0
        return opcode == ops.RETURN and self._function.signature.result.type == STRUCT and offset == 0

    def _field(self, number: int, offset: int, memory: int) -> bool:
        slot = self._function.slots[number]
        if offset < 0 or offset + MEMORY_SIZES[memory] > slot.size:
            return False
        fields = self._fields[number]
        found = fields.get(offset)
        if found is None:
            fields[offset] = memory
            return True
        return found == memory

    def settle(self) -> None:
        """Bring slots that are copied to each other to the same fields, and drop what does not fit together."""
        good = self._good
        changed = True
        while changed:
            changed = False
            for a, a_offset, b, b_offset, size in self._copies:
                if not good[a] or not good[b]:
                    continue
                for source, source_offset, target, target_offset in (
                    (a, a_offset, b, b_offset),
                    (b, b_offset, a, a_offset),
                ):
                    for offset, memory in list(self._fields[source].items()):
                        place = offset - source_offset
                        if place < 0 or place + MEMORY_SIZES[memory] > size:
                            if place + MEMORY_SIZES[memory] > 0 and place < size and good[source]:
                                good[source] = False  # a field is cut by the copy
                                changed = True
                            continue
                        known = self._fields[target].get(target_offset + place)
                        if known is None:
                            if not self._field(target, target_offset + place, memory):
                                good[target] = False
                            changed = True
                        elif known != memory:
                            good[source] = False
                            good[target] = False
                            changed = True
                if self._accessed[a] != self._accessed[b]:
                    self._accessed[a] = True
                    self._accessed[b] = True
                    changed = True
        for slot in self._function.slots:
            number = slot.id
            if good[number]:
                if not self._accessed[number] or not self._complete(slot):
                    good[number] = False
        # A copy between a promoted slot and other memory goes field by field: no field may be cut.
        for number, start, end in self._ranges:
            for offset, memory in self._fields[number].items():
                if offset < start < offset + MEMORY_SIZES[memory] or offset < end < offset + MEMORY_SIZES[memory]:
                    good[number] = False
        changed = True
        while changed:
            changed = False
            for a, a_offset, b, b_offset, size in self._copies:
                if good[a] and good[b] and self._part(a, a_offset, size) != self._part(b, b_offset, size):
                    good[a] = False
                    good[b] = False
                    changed = True
        self.any = any(good)

    def _part(self, number: int, start: int, size: int) -> dict[int, int]:
        """Fields of a part of a slot, by offset from its start."""
        return {o - start: m for o, m in self._fields[number].items() if start <= o < start + size}

    def _complete(self, slot: Slot) -> bool:
        """Fill gaps between the fields, so that the fields make up the whole slot; False if they overlap."""
        fields = self._fields[slot.id]
        for offset, is_byref in slot.gc_refs:
            wanted = M_BYREF if is_byref else M_REF
            if fields.setdefault(offset, wanted) != wanted:
                return False
        position = 0
        for offset in sorted(fields):
            if offset < position:
                return False
            self._fill(fields, position, offset)
            position = offset + MEMORY_SIZES[fields[offset]]
        self._fill(fields, position, slot.size)
        return len(fields) <= _MAX_FIELDS

    def _fill(self, fields: dict[int, int], start: int, end: int) -> None:
        while start < end:
            for memory in (M_I64, M_I32, M_U16, M_U8):
                size = MEMORY_SIZES[memory]
                if start % size == 0 and start + size <= end:
                    fields[start] = memory
                    start += size
                    break

    # --- rewriting ---------------------------------------------------------------------------------------------

    def rewrite(self) -> None:
        """Replace loads by values and stores by definitions."""
        function = self._function
        ssa = self._ssa
        for slot in function.slots:
            variables: dict[int, int] = {}
            if self._good[slot.id]:
                for offset in sorted(self._fields[slot.id]):
                    variables[offset] = ssa.new_variable(MEMORY_VALUE_TYPES[self._fields[slot.id][offset]])
            self._variables.append(variables)
        for number, block in enumerate(list(function.blocks)):
            old = block.ops
            block.ops = []
            begin = 0
            while begin < len(old) and old[begin].opcode in (ops.PHI, ops.PARAM, ops.CATCH_ARG):
                block.ops.append(old[begin])
                begin += 1
            if number == 0:
                self._define_at_entry(block)
            for index in range(begin, len(old)):
                self._rewrite_op(block, old[index])
        for block in function.blocks:
            ssa.seal(block)
        self._replacements.apply(function)
        for slot in function.slots:
            if self._good[slot.id]:
                # What is left of it are mailboxes, always filled before they are read.
                slot.zero_init = False

    def _define_at_entry(self, block: Block) -> None:
        for slot in self._function.slots:
            for offset, variable in self._variables[slot.id].items():
                memory = self._fields[slot.id][offset]
                value: Op
                if slot.param_index >= 0:
                    value = self._load(block, self._address(block, slot), memory, offset)
                else:
                    value = self._zero(block, memory)
                self._ssa.write(variable, block, value)

    def _rewrite_op(self, block: Block, op: Op) -> None:
        opcode = op.opcode
        if isinstance(op, MemoryOp) and opcode in _PLAIN:
            number = self._promoted(op.args[0])
            if number >= 0:
                offset = self._offsets[op.args[0].id] + op.offset
                variable = self._variables[number][offset]
                if opcode == ops.LOAD:
                    value = self._extend(block, self._ssa.read(variable, block), op.memory)
                    self._replacements.set(op, value)
                else:
                    self._ssa.write(variable, block, op.args[1])
                return
        elif isinstance(op, BlockOp):
            if self._rewrite_block_op(block, op):
                return
        elif isinstance(op, CallOp) or opcode == ops.RETURN:
            for index in range(len(op.args)):
                number = self._promoted(op.args[index])
                if number >= 0:
                    slot = self._function.slots[number]
                    address = self._address(block, slot)
                    if self._passes_in_registers(op, index):
                        self._store_words(block, slot, address)
                    else:
                        self._store_all(block, number, address, 0, slot.size, 0, False)
                    op.args[index] = address
            block.ops.append(op)
            if isinstance(op, CallOp):
                result = op.result_slot
                if result is not None and self._good[result.id]:
                    self._load_all(block, result.id, self._address(block, result), 0, result.size, 0)
            return
        block.ops.append(op)

    def _rewrite_block_op(self, block: Block, op: BlockOp) -> bool:
        size = op.layout.size
        target = self._promoted(op.args[0])
        target_offset = self._offsets[op.args[0].id] if target >= 0 else 0
        if op.opcode == ops.ZERO_BLOCK:
            if target < 0:
                return False
            for offset, variable in self._variables[target].items():
                if target_offset <= offset < target_offset + size:
                    self._ssa.write(variable, block, self._zero(block, self._fields[target][offset]))
            return True
        source = self._promoted(op.args[1])
        source_offset = self._offsets[op.args[1].id] if source >= 0 else 0
        if target < 0 and source < 0:
            return False
        if target >= 0 and source >= 0:
            # Read everything before anything is written: both may be the same slot.
            values: list[tuple[int, Op]] = []
            for offset, variable in self._variables[source].items():
                if source_offset <= offset < source_offset + size:
                    place = target_offset + offset - source_offset
                    values.append((self._variables[target][place], self._ssa.read(variable, block)))
            for variable, value in values:
                self._ssa.write(variable, block, value)
        elif target >= 0:
            self._load_all(block, target, op.args[1], target_offset, size, 0)
        else:
            self._store_all(block, source, op.args[0], source_offset, size, 0, op.needs_barrier)
        return True

    def _promoted(self, address: Op) -> int:
        """Number of the promoted slot that an address points into, -1 if none."""
        if address.id >= len(self._slot_of):
            return -1
        number = self._slot_of[address.id]
        return number if number >= 0 and self._good[number] else -1

    def _load_all(self, block: Block, number: int, address: Op, start: int, size: int, base: int) -> None:
        for offset, variable in self._variables[number].items():
            if start <= offset < start + size:
                memory = self._fields[number][offset]
                self._ssa.write(variable, block, self._load(block, address, memory, base + offset - start))

    def _store_all(
        self, block: Block, number: int, address: Op, start: int, size: int, base: int, needs_barrier: bool
    ) -> None:
        for offset, variable in self._variables[number].items():
            if start <= offset < start + size:
                memory = self._fields[number][offset]
                value = self._ssa.read(variable, block)
                opcode = ops.STORE_CHECKED if needs_barrier and memory == M_REF else ops.STORE
                store = MemoryOp(
                    self._function.new_id(), opcode, VOID, memory, [address, value], False, 1, base + offset - start
                )
                block.ops.append(store)

    def _passes_in_registers(self, op: Op, index: int) -> bool:
        """Whether a call's operand, or what is returned, is a struct whose words are loaded into registers."""
        if isinstance(op, CallOp):
            param = index - 1 if op.target >= ops.TARGET_INDIRECT else index
            layout = op.signature.params[param].layout if param >= 0 else None
        else:
            layout = self._function.signature.result.layout
        return layout is not None and len(layout.register_classes) > 0

    def _store_words(self, block: Block, slot: Slot, address: Op) -> None:
        """Store all fields, those that share a word in one go: the processor has a word that is loaded as it was
        stored at once, but waits for one that was put together from several stores."""
        number = slot.id
        fields = self._fields[number]
        words: dict[int, list[int]] = {}
        for offset in fields:
            words.setdefault(offset & ~7, []).append(offset)
        for start, offsets in words.items():
            if len(offsets) == 1 or start + 8 > slot.size:
                self._store_all(block, number, address, start, 8, start, False)
                continue
            word: Op | None = None
            for offset in sorted(offsets):
                value = self._as_word(block, self._ssa.read(self._variables[number][offset], block), fields[offset])
                if offset != start:
                    distance = self._append(block, ConstOp(self._function.new_id(), I32, 8 * (offset - start)))
                    value = self._append(block, Op(self._function.new_id(), ops.SHL, I64, [value, distance]))
                if word is None:
                    word = value
                else:
                    word = self._append(block, Op(self._function.new_id(), ops.OR, I64, [word, value]))
            if word is not None:
                block.ops.append(
                    MemoryOp(self._function.new_id(), ops.STORE, VOID, M_I64, [address, word], False, 1, start)
                )

    def _as_word(self, block: Block, value: Op, memory: int) -> Op:
        """The bits of a field of less than a word, zero-extended to a word."""
        if memory == M_F32:
            value = self._append(block, Op(self._function.new_id(), ops.BITCAST, I32, [value]))
        elif memory == M_U8 or memory == M_U16:
            opcode = ops.ZEXT8 if memory == M_U8 else ops.ZEXT16
            value = self._append(block, Op(self._function.new_id(), opcode, I32, [value]))
        return self._append(block, Op(self._function.new_id(), ops.ZEXT32, I64, [value]))

    def _append(self, block: Block, op: Op) -> Op:
        block.ops.append(op)
        return op

    def _load(self, block: Block, address: Op, memory: int, offset: int) -> Op:
        op = MemoryOp(
            self._function.new_id(),
            ops.LOAD,
            MEMORY_VALUE_TYPES[memory],
            memory,
            [address],
            False,
            1,
            offset,
        )
        block.ops.append(op)
        return op

    def _address(self, block: Block, slot: Slot) -> Op:
        op = SlotOp(self._function.new_id(), slot)
        block.ops.append(op)
        return op

    def _zero(self, block: Block, memory: int) -> Op:
        type = MEMORY_VALUE_TYPES[memory]
        op: Op
        if type == F32 or type == F64:
            op = FloatConstOp(self._function.new_id(), type, 0)
        else:
            op = ConstOp(self._function.new_id(), type, 0)
        block.ops.append(op)
        return op

    def _extend(self, block: Block, value: Op, memory: int) -> Op:
        """A value that was stored whole, as a load of a small integer would give it."""
        opcode = _EXTENSIONS[memory]
        if opcode == 0:
            return value
        op = Op(self._function.new_id(), opcode, I32, [value])
        block.ops.append(op)
        return op


_PLAIN: Final = (ops.LOAD, ops.STORE, ops.STORE_CHECKED, ops.STORE_BARRIER)
# Indexed by M_*.
_EXTENSIONS: Final = (ops.SEXT8, ops.ZEXT8, ops.SEXT16, ops.ZEXT16, 0, 0, 0, 0, 0, 0)
