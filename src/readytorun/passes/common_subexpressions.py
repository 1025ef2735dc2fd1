"""Computes once what is computed twice: value numbering along the dominator tree.

Two operations with the same opcode, attributes and operands have the same value, so the second is replaced by the
first where that dominates it. That holds for operations that throw, too: the first one would have thrown already.

Loads are the same only if nothing was stored in between. Memory is divided into the frame slots that nothing else can
reach, one by one, and the rest; each part has a number (its "epoch") that changes with every store to it. A block with
one predecessor goes on with the epochs of that; where control joins, everything is new. A load right behind a store to
the same place takes the value stored.

Constants and addresses of slots count as equal but are not shared: it is cheaper to make them again than to keep them.
Cells are shared up to the next call only, for the same reason.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph
from readytorun.ir.effects import EFFECTS, PURE, READS, THROWS, WRITES, is_pure
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import (
    BlockOp,
    CallOp,
    CellOp,
    CompareOp,
    ConstOp,
    DataOp,
    FloatConstOp,
    ImmOp,
    MemoryOp,
    Op,
    SlotOp,
    TrapOp,
)
from readytorun.ir.types import (
    I32,
    M_I8,
    M_I16,
    M_I32,
    M_U8,
    M_U16,
    MEMORY_VALUE_TYPES,
)
from readytorun.passes.edit import Replacements
from readytorun.passes.frame_slots import private_slots, slot_of
from readytorun.passes.ranges import lower_bound, upper_bound

Key = tuple[int, ...]


def run(function: Function) -> bool:
    """Replace repeated computations."""
    return _Numbering(function).run()


class _MemoryState:
    """The epochs at one place.

    Attributes:
        heap: of everything but private slots.
        slots: of the private slots, by slot number, where they differ from `base`.
        base: of the other private slots.
        calls: changes with every call.
    """

    __slots__ = ("base", "calls", "heap", "slots")

    def __init__(self, epoch: int) -> None:
        self.heap = epoch
        self.base = epoch
        self.calls = epoch
        self.slots: dict[int, int] = {}

    def copy(self) -> _MemoryState:
        result = _MemoryState(self.base)
        result.heap = self.heap
        result.calls = self.calls
        result.slots = dict(self.slots)
        return result


class _Numbering:
    __slots__ = (
        "cells",
        "changed",
        "epoch",
        "function",
        "is_private",
        "log",
        "number",
        "replacements",
        "state",
        "table",
    )

    def __init__(self, function: Function) -> None:
        self.function = function
        self.replacements = Replacements(function)
        self.is_private = private_slots(function)
        # By operation id: the number that stands for equal values.
        self.number = list(range(function.next_id))
        self.table: dict[Key, Op] = {}
        # Keys added on the way down the dominator tree, with what they replaced.
        self.log: list[tuple[Key, Op | None]] = []
        self.cells: dict[object, int] = {}
        self.epoch = 0
        self.state = _MemoryState(0)
        self.changed = False

    def run(self) -> bool:
        graph = FlowGraph(self.function)
        count = len(graph.order)
        children: list[list[int]] = [[] for _ in range(count)]
        roots: list[int] = []
        for number in range(count - 1, -1, -1):
            parent = graph.idom[number]
            if parent < 0:
                roots.append(number)
            else:
                children[parent].append(number)
        ends: list[_MemoryState | None] = [None] * count
        # Entries of the stack: a block to visit, or (negative) the length of the log to go back to.
        stack = list(roots)
        while stack:
            number = stack.pop()
            if number < 0:
                self._forget(-number - 1)
                continue
            stack.append(-len(self.log) - 1)
            block = graph.order[number]
            before: _MemoryState | None = None
            if len(block.preds) == 1 and not graph.is_root[number]:
                before = ends[graph.position[block.preds[0].id]]
            if before is None:
                self.epoch += 1
                self.state = _MemoryState(self.epoch)
            else:
                self.state = before.copy()
            self._block(block)
            ends[number] = self.state
            for child in children[number]:
                stack.append(child)
        if self.replacements.any:
            self.replacements.apply(self.function)
        return self.changed

    def _forget(self, length: int) -> None:
        log = self.log
        while len(log) > length:
            key, old = log.pop()
            if old is None:
                del self.table[key]
            else:
                self.table[key] = old

    def _enter(self, key: Key, op: Op) -> None:
        self.log.append((key, self.table.get(key)))
        self.table[key] = op

    def _block(self, block: Block) -> None:
        kept: list[Op] = []
        for op in block.ops:
            if self.replacements.any and op.args:
                self.replacements.rewrite(op)
            if self._visit(op):
                kept.append(op)
        if len(kept) != len(block.ops):
            block.ops = kept
            self.changed = True

    def _visit(self, op: Op) -> bool:
        """Number an operation; False if it is not needed any more."""
        opcode = op.opcode
        if opcode == ops.PHI:
            return True
        if isinstance(op, (ConstOp, FloatConstOp, SlotOp, DataOp)):
            self._constant(op)
            return True
        effects = EFFECTS[opcode]
        key: Key | None = None
        if effects & WRITES:
            self._write(op)
            return True
        if opcode == ops.LOAD:
            if isinstance(op, MemoryOp):
                key = self._load_key(op)
        elif opcode == ops.LOAD_CELL or opcode == ops.LOAD_STRING:
            if isinstance(op, CellOp):
                cell = self.cells.setdefault(op.cell, len(self.cells))
                key = (opcode, cell, self.state.calls)
        elif (effects & PURE and is_pure(op)) or (effects & THROWS and not effects & READS and opcode != ops.LOCALLOC):
            key = self._key(op)
        elif opcode == ops.GC_POLL:
            self.epoch += 1
            self.state.calls = self.epoch
        if key is None:
            return True
        found = self.table.get(key)
        if found is None:
            self._enter(key, op)
            return True
        if op.type:
            self.replacements.set(op, found)
        return False

    def _constant(self, op: Op) -> None:
        key: Key
        if isinstance(op, ConstOp):
            key = (ops.CONST, op.type, op.value)
        elif isinstance(op, FloatConstOp):
            key = (ops.FCONST, op.type, op.bits)
        elif isinstance(op, SlotOp):
            key = (ops.SLOT_ADDR, op.slot.id)
        elif isinstance(op, DataOp):
            key = (ops.DATA_ADDR, op.field_rid)
        else:
            return
        found = self.table.get(key)
        if found is None:
            # Never forgotten: only the number is taken from here.
            self.table[key] = op
        else:
            self.number[op.id] = found.id

    # --- keys --------------------------------------------------------------------------------------------------

    def _key(self, op: Op) -> Key:
        number = self.number
        args = op.args
        opcode = op.opcode
        first = opcode << 4 | op.type
        if isinstance(op, CompareOp):
            if len(args) == 2:
                return (first, op.cond, number[args[0].id], number[args[1].id])
            return (first, op.cond, number[args[0].id], number[args[1].id], number[args[2].id], number[args[3].id])
        if isinstance(op, MemoryOp):
            if op.has_index:
                return (first, number[args[0].id], op.offset, number[args[1].id], op.scale)
            return (first, number[args[0].id], op.offset)
        if isinstance(op, TrapOp):
            return (first, op.cond, number[args[0].id], number[args[1].id], op.trap)
        if isinstance(op, ImmOp):
            return (first, number[args[0].id], op.imm, -1)
        a = number[args[0].id]
        if len(args) == 1:
            return (first, a)
        b = number[args[1].id]
        return (first, a, b)

    def _load_key(self, op: MemoryOp) -> Key | None:
        if op.is_volatile:
            # Acquire: loads behind it must not take what was loaded before it.
            self.epoch += 1
            self.state.heap = self.epoch
            return None
        return self._place_key(op, -1 if op.is_invariant else self._epoch_of(op))

    def _place_key(self, op: MemoryOp, epoch: int) -> Key:
        number = self.number
        args = op.args
        first = ops.LOAD << 4 | op.memory
        if op.has_index:
            return (first, epoch, number[args[0].id], op.offset, number[args[1].id], op.scale)
        return (first, epoch, number[args[0].id], op.offset)

    def _epoch_of(self, op: MemoryOp) -> int:
        slot = slot_of(op.args[0])
        if slot is None or not self.is_private[slot.id]:
            return self.state.heap
        return self.state.slots.get(slot.id, self.state.base)

    # --- stores ------------------------------------------------------------------------------------------------

    def _clobber(self, address: Op) -> None:
        self.epoch += 1
        slot = slot_of(address)
        if slot is None or not self.is_private[slot.id]:
            self.state.heap = self.epoch
        else:
            self.state.slots[slot.id] = self.epoch

    def _write(self, op: Op) -> None:
        opcode = op.opcode
        if isinstance(op, CallOp):
            self.epoch += 1
            self.state.heap = self.epoch
            self.state.calls = self.epoch
            slot = op.result_slot
            if slot is not None and self.is_private[slot.id]:
                self.state.slots[slot.id] = self.epoch
            return
        if isinstance(op, BlockOp):
            self._clobber(op.args[0])
            return
        if not isinstance(op, MemoryOp):
            self.epoch += 1
            self.state.heap = self.epoch
            return
        self._clobber(op.args[0])
        if op.is_volatile or opcode > ops.STORE_CHECKED:
            # Ordered with all other memory.
            self.state.heap = self.epoch
            return
        value = op.args[-1]
        if value.type == MEMORY_VALUE_TYPES[op.memory] and self._is_kept(op.memory, value):
            self._enter(self._place_key(op, self._epoch_of(op)), value)

    def _is_kept(self, memory: int, value: Op) -> bool:
        """Whether loading back what was stored gives the value itself: small integers lose their upper bits."""
        if memory >= M_I32 or value.type != I32:
            return True
        if memory == M_U8:
            return lower_bound(value) >= 0 and upper_bound(value) <= 0xFF
        if memory == M_U16:
            return lower_bound(value) >= 0 and upper_bound(value) <= 0xFFFF
        if memory == M_I8:
            return lower_bound(value) >= -0x80 and upper_bound(value) <= 0x7F
        return memory == M_I16 and lower_bound(value) >= -0x8000 and upper_bound(value) <= 0x7FFF
