"""Moves what a loop computes anew each time, with the same outcome, in front of the loop.

* Operations that are pure may run early even if the loop would not have come to them.
* A load may if nothing in the loop stores to where it loads from (nor calls), and if it cannot fault early: because its
  base is known not to be null, or because it is the first thing that the loop does that can be noticed at all.

Values that are kept over a call need a register that survives it, or a place in the frame, so in loops with calls only
what costs more than reading it back from the frame is moved. Constants and frame addresses are cheaper made than kept.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph, Loop, LoopForest, may_have_loop
from readytorun.ir.effects import EFFECTS, KEEP, THROWS, WRITES, checks_null, is_allocation, is_non_null, is_pure
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BlockOp, CallOp, ConstOp, DataOp, FloatConstOp, MemoryOp, Op, SlotOp
from readytorun.ir.types import BYREF, VOID
from readytorun.passes.edit import Replacements, make_preheader
from readytorun.passes.frame_slots import private_slots, slot_of

# More values than this would crowd out the loop's own.
_MAX_MOVED: Final = 8
# Dominating blocks in which null checks are looked for.
_MAX_BLOCKS_ABOVE: Final = 8


def run(function: Function) -> bool:
    """Move invariant operations out of loops, inner loops first."""
    if not may_have_loop(function):
        return False
    graph = FlowGraph(function)
    forest = LoopForest(graph)
    motion = _Motion(function, graph)
    changed = False
    for loop in forest.loops:
        if motion.run(loop):
            changed = True
    motion.replacements.apply(function)
    return changed


class _Motion:
    """Moves operations out of one loop after the other.

    Attributes:
        home: by operation id: position of the block it is in; an operation in a block that was made in front of a loop
            counts as one of that block's predecessor.
        inside: by position: whether the block is in the current loop.
        made: blocks made in front of loops; they count as parts of the block that leads to them.
        replacements: loads that were moved to where an equal one is already.
        preheader: where the current loop's operations go; None until there is one.
        moved: number of operations moved out of the current loop.
        writes_heap, stored: whether the current loop stores to other memory than private slots; to which slots.
    """

    __slots__ = (
        "function",
        "graph",
        "header",
        "home",
        "inside",
        "is_private",
        "made",
        "moved",
        "preheader",
        "replacements",
        "stored",
        "writes_heap",
    )

    def __init__(self, function: Function, graph: FlowGraph) -> None:
        self.function = function
        self.graph = graph
        self.is_private = private_slots(function)
        self.home = [-1] * function.next_id
        for number in range(len(graph.order)):
            for op in graph.order[number].ops:
                self.home[op.id] = number
        self.inside: list[bool] = []
        self.header = -1
        self.made: list[Block] = []
        self.replacements = Replacements(function)
        self.preheader: Block | None = None
        self.moved = 0
        self.writes_heap = False
        self.stored: list[bool] = []

    def run(self, loop: Loop) -> bool:
        graph = self.graph
        header = graph.order[loop.header]
        if header.is_cold:
            return False
        self.inside = [False] * len(graph.order)
        for number in loop.blocks:
            self.inside[number] = True
        self.header = loop.header
        self._forget_loop()
        has_calls = self._effects(loop)
        non_null = self._checked_before(loop)
        is_first = True
        for number in sorted(loop.blocks):
            block = graph.order[number]
            if number != loop.header:
                is_first = False
            if block.try_index == header.try_index and not block.is_cold:
                is_first = self._block(block, has_calls, is_first, non_null)
            for other in self.made:
                if self._position(other) == number and other is not self.preheader and not other.is_cold:
                    self._block(other, has_calls, False, non_null)
        return self.moved > 0 and self.preheader is not None

    def _forget_loop(self) -> None:
        # In a method of its own: in `run`, mypyc would take the preheader for None from here on.
        self.preheader = None
        self.moved = 0

    def _block(self, block: Block, has_calls: bool, is_first: bool, non_null: list[int]) -> bool:
        """Move what may be moved out of one block; whether all that is left of it cannot be noticed from outside."""
        kept: list[Op] = []
        for op in block.ops:
            if self.replacements.any and op.args and op.opcode != ops.PHI:
                self.replacements.rewrite(op)
            if op.type != VOID and self._may_move(op, has_calls, is_first, non_null):
                if self.preheader is None:
                    self.preheader = self._find_preheader()
                if self.preheader is not None:
                    self._move(op, self.preheader)
                    if checks_null(op):
                        non_null.append(op.args[0].id)
                    continue
            kept.append(op)
            if EFFECTS[op.opcode] & (KEEP | THROWS | WRITES) and not _is_frame_load(op):
                is_first = False
        block.ops = kept
        return is_first

    def _find_preheader(self) -> Block | None:
        block = make_preheader(self.function, self.graph, self.header, self.inside)
        if block is None:
            # Nothing can be moved out of this loop.
            self.moved = _MAX_MOVED
        elif block.id >= len(self.graph.position) and block not in self.made:
            self.made.append(block)
        return block

    def _move(self, op: Op, preheader: Block) -> None:
        """Put an operation at the end of the preheader, with copies of the constants that it uses."""
        args = op.args
        for index in range(len(args)):
            home = self.home[args[index].id]
            if home >= 0 and self.inside[home]:
                args[index] = self._copy(args[index], preheader)
        self.moved += 1
        if isinstance(op, MemoryOp):
            equal = _equal_load(op, preheader)
            if equal is not None:
                self.replacements.set(op, equal)
                return
        preheader.ops.insert(len(preheader.ops) - 1, op)
        self.home[op.id] = self._position(preheader)

    def _position(self, preheader: Block) -> int:
        """Position that stands for the preheader."""
        block = preheader
        while block.id >= len(self.graph.position):
            block = block.preds[0]
        return self.graph.position[block.id]

    def _copy(self, op: Op, preheader: Block) -> Op:
        id = self.function.new_id()
        new: Op
        if isinstance(op, ConstOp):
            new = ConstOp(id, op.type, op.value, op.il_offset)
        elif isinstance(op, FloatConstOp):
            new = FloatConstOp(id, op.type, op.bits, op.il_offset)
        elif isinstance(op, SlotOp):
            new = SlotOp(id, op.slot)
        elif isinstance(op, DataOp):
            new = DataOp(id, op.field_rid)
        else:
            return op
        preheader.ops.insert(len(preheader.ops) - 1, new)
        self.home.extend([-1] * (id + 1 - len(self.home)))
        self.home[id] = self._position(preheader)
        return new

    def _effects(self, loop: Loop) -> bool:
        """Find out what the loop stores to; tells whether it has calls."""
        self.writes_heap = False
        self.stored = [False] * len(self.function.slots)
        has_calls = False
        for number in loop.blocks:
            for op in self.graph.order[number].ops:
                if not EFFECTS[op.opcode] & WRITES:
                    if isinstance(op, MemoryOp) and op.is_volatile:
                        self.writes_heap = True
                    continue
                if isinstance(op, CallOp):
                    if not self.graph.order[number].is_cold:
                        has_calls = True
                    self.writes_heap = True
                    if op.result_slot is not None:
                        self.stored[op.result_slot.id] = True
                    continue
                if not isinstance(op, (MemoryOp, BlockOp)):
                    self.writes_heap = True
                    continue
                slot = slot_of(op.args[0])
                if slot is not None and self.is_private[slot.id]:
                    self.stored[slot.id] = True
                else:
                    self.writes_heap = True
        return has_calls

    def _checked_before(self, loop: Loop) -> list[int]:
        """Ids of the references that are surely not null when the loop is entered."""
        found: list[int] = []
        number = self.graph.idom[loop.header]
        for _ in range(_MAX_BLOCKS_ABOVE):
            if number < 0:
                break
            for op in self.graph.order[number].ops:
                if checks_null(op):
                    found.append(op.args[0].id)
            number = self.graph.idom[number]
        return found

    def _may_move(self, op: Op, has_calls: bool, is_first: bool, non_null: list[int]) -> bool:
        opcode = op.opcode
        if self.moved >= _MAX_MOVED:
            return False
        if opcode <= ops.DATA_ADDR:
            return (opcode == ops.LOAD_CELL or opcode == ops.LOAD_STRING) and not has_calls
        if isinstance(op, MemoryOp) and opcode == ops.LOAD:
            if op.is_volatile or not self._is_unchanged(op):
                return False
            if not is_first and not _is_frame_load(op) and not self._is_header_of_object(op, non_null):
                return False
        elif not is_pure(op) or op.type == BYREF or opcode == ops.CMP or opcode == ops.FCMP:
            # An address made early might lie in no object. A compare belongs to the branch that uses it.
            return False
        elif has_calls and not _is_expensive(opcode):
            return False
        for arg in op.args:
            home = self.home[arg.id]
            if home >= 0 and self.inside[home] and not _is_remade(arg):
                return False
        return True

    def _is_header_of_object(self, op: MemoryOp, non_null: list[int]) -> bool:
        """Whether the load reads the header of an object that is known not to be null.

        Every object has a MethodTable word and room for a length behind it.
        """
        base = op.args[0]
        if not op.is_invariant or op.has_index:
            return False
        if is_allocation(base):
            # What it is is known, too: lengths and bounds of an array of several dimensions.
            return True
        if not 0 <= op.offset <= 8:
            return False
        return is_non_null(base) or base.id in non_null

    def _is_unchanged(self, op: MemoryOp) -> bool:
        if op.is_invariant:
            return True
        slot = slot_of(op.args[0])
        if slot is not None and self.is_private[slot.id]:
            return not self.stored[slot.id]
        return not self.writes_heap


def _equal_load(op: MemoryOp, block: Block) -> Op | None:
    """A load of the same header word, as the same type, in the block."""
    if not op.is_invariant or op.has_index:
        return None
    for other in block.ops:
        if isinstance(other, MemoryOp) and other.is_invariant and not other.has_index:
            if other.args[0] is op.args[0] and other.offset == op.offset and other.memory == op.memory:
                return other
    return None


def _is_frame_load(op: Op) -> bool:
    """Whether the operation loads from a frame slot, which never faults."""
    return op.opcode == ops.LOAD and len(op.args) == 1 and slot_of(op.args[0]) is not None


def _is_remade(op: Op) -> bool:
    """Whether the operation is a constant or the like."""
    return op.opcode in (ops.CONST, ops.FCONST, ops.SLOT_ADDR, ops.DATA_ADDR)


def _is_expensive(opcode: int) -> bool:
    """Whether computing it again costs more than reading it back from the frame."""
    return (
        opcode == ops.MUL
        or ops.DIV <= opcode <= ops.REM_UN
        or opcode == ops.MULHI
        or opcode == ops.MULHI_UN
        or ops.FADD <= opcode <= ops.FROUND
        or ops.I2F <= opcode <= ops.F2F
    )
