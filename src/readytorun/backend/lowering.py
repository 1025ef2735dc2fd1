"""What instruction selection decides about each operation, for liveness, register allocation and emission.

Every operation gets a *position*, an even number that grows in code order; each block takes one position for its head,
where its phis are defined. Operands are read at the position of the operation ("early") and its result is written at
the position plus one ("late"). An operand that must not share a register with the result, or that is still needed
when the registers that the operation destroys are gone, is a late use. A result that appears when those registers are
free again (the result of a call) is defined at the position plus two.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir.function import Block, Function
from readytorun.ir.ops import Op

# What becomes of an operation's value.
KIND_NONE: Final = 0  # defines no value, or one that nobody uses
KIND_VALUE: Final = 1  # lives in one place: a register or a frame slot
KIND_FOLDED: Final = 2  # computed as part of its only user
KIND_FREE: Final = 3  # a constant or address that every user makes itself
KIND_CHEAP: Final = 4  # lives in a register, or is made again by every user if there is none

CLASS_INT: Final = 0
CLASS_FLOAT: Final = 1

# Places of values (`Lowering.place`): 0..63 a register, then NO_PLACE, and frame slots from FIRST_SLOT on.
NO_PLACE: Final = 64
FIRST_SLOT: Final = 65


class Lowering:
    """The decisions about one function; lists are indexed by operation id unless said otherwise.

    Attributes:
        order: blocks in code order.
        block_start, block_end: first position of each block and the one behind its last (by index in `order`).
        index_of_block: index in `order` by block id.
        op: the operation of an id, None for ids not in use.
        position: position of the operation.
        block_index: index in `order` of the operation's block.
        kind: KIND_*.
        register_class: CLASS_* of the value.
        late: bit i set if operand i is used late.
        result_late: 1 if the result is defined two positions later.
        clobbers: registers destroyed at the operation.
        hint, hint2: registers that would save a move, or -1; the first one is better.
        partners: values that would save a move if they had the same place; None for most.
        weight: uses and definition, weighted by how often they run.
        place: where the value lives (NO_PLACE for those without place).
        start, end: the positions between which a value is live, if `mask` is 0; `end` exclusive.
        mask: the positions at which a value is live as a bit set, or 0 if `start` and `end` say it all.
        use_count: number of operands that are the value.
        clobber_ops: ids of the operations with clobbers, in code order.
    """

    __slots__ = (
        "block_end",
        "block_index",
        "block_start",
        "clobber_ops",
        "clobbers",
        "end",
        "function",
        "hint",
        "hint2",
        "index_of_block",
        "kind",
        "late",
        "mask",
        "op",
        "order",
        "partners",
        "place",
        "position",
        "register_class",
        "result_late",
        "start",
        "use_count",
        "weight",
    )

    def __init__(self, function: Function, order: list[Block]) -> None:
        count = function.next_id
        block_count = function.next_block_id
        for block in order:
            block_count = max(block_count, block.id + 1)
        self.function = function
        self.order = order
        self.block_start: list[int] = []
        self.block_end: list[int] = []
        self.index_of_block: list[int] = [-1] * block_count
        self.op: list[Op | None] = [None] * count
        self.position: list[int] = [0] * count
        self.block_index: list[int] = [-1] * count
        self.use_count: list[int] = [0] * count
        self.kind: list[int] = [KIND_NONE] * count
        self.register_class: list[int] = [CLASS_INT] * count
        self.late: list[int] = [0] * count
        self.result_late: list[int] = [0] * count
        self.clobbers: list[int] = [0] * count
        self.hint: list[int] = [-1] * count
        self.hint2: list[int] = [-1] * count
        self.partners: list[list[int] | None] = [None] * count
        self.weight: list[int] = [0] * count
        self.place: list[int] = [NO_PLACE] * count
        self.start: list[int] = [0] * count
        self.end: list[int] = [0] * count
        self.mask: list[int] = [0] * count
        self.clobber_ops: list[int] = []
        position = 0
        for index in range(len(order)):
            block = order[index]
            self.index_of_block[block.id] = index
            self.block_start.append(position)
            position += 2
            for op in block.ops:
                id = op.id
                self.op[id] = op
                self.position[id] = position
                self.block_index[id] = index
                for arg in op.args:
                    self.use_count[arg.id] += 1
                position += 2
            self.block_end.append(position)

    def prefer(self, id: int, register: int) -> None:
        """The value is made in the register; what its users would like comes second."""
        if self.hint[id] != register:
            self.hint2[id] = self.hint[id]
            self.hint[id] = register

    def add_partner(self, a: int, b: int) -> None:
        """Values a and b would like to share a place."""
        partners = self.partners[a]
        if partners is None:
            self.partners[a] = [b]
        else:
            partners.append(b)
        partners = self.partners[b]
        if partners is None:
            self.partners[b] = [a]
        else:
            partners.append(a)

    def live_mask(self, id: int) -> int:
        """The positions at which a value is live, as a bit set."""
        mask = self.mask[id]
        if mask:
            return mask
        start = self.start[id]
        return (1 << self.end[id] - start) - 1 << start

    def is_live_at(self, id: int, position: int) -> bool:
        """Whether a value is live at a position."""
        mask = self.mask[id]
        if mask:
            return mask >> position & 1 != 0
        return self.start[id] <= position < self.end[id]
