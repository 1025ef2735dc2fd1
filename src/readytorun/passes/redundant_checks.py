"""Removes null checks and bounds checks whose outcome is known, and folds branches like them.

A walk of the dominator tree carries along what has been established: which references are not null, which number is
below which, and lower bounds of numbers. Facts come from the checks themselves, from branches on the way, from accesses
(which fault if their base is null), and from induction: a variable that starts at a number, and only grows while it is
below some other number, never falls below its start (`_Facts.minimum`).

A null check in front of an access through the same reference, with nothing in between that can be seen from outside, is
left to the access.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph
from readytorun.ir.effects import EFFECTS, PURE, checks_null, is_non_null
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BranchOp, ConstOp, Op, TrapOp
from readytorun.ir.types import I32
from readytorun.passes.edit import jump_instead, remove_unreachable_blocks
from readytorun.passes.fold_address import length_asked_for
from readytorun.passes.ranges import MAX32, MIN32, is_length, lower_bound, upper_bound

_DEPTH: Final = 4
# Arrays have at most 0x7FFFFFC7 elements (Array.MaxLength), strings fewer: a step up to this does not overflow.
_MAX_STEP_BELOW_LENGTH: Final = 0x38


def run(function: Function) -> bool:
    """Remove redundant checks."""
    for block in function.blocks:
        for op in block.ops:
            if op.opcode == ops.NULL_CHECK or op.opcode == ops.TRAP_IF:
                return _Walk(function).run()
    return False


class _Facts:
    """What is known at the current place; facts are added on the way down the dominator tree, forgotten on the way up.

    Attributes:
        graph: dominators.
        non_null: by operation id.
        above: by operation id: the operations that the value is below, as signed numbers.
        at_most: by operation id: the operations that the value is below or the same as, as signed numbers.
        below_unsigned: pairs (a, b) of ids with a below b as unsigned numbers.
        minima: by operation id: a number that the signed value is never below, beyond what its operation tells.
        minima_unsigned: by operation id: the same for the unsigned value.
        phi_block: by operation id: position of the block of a phi with two operands, else -1.
    """

    __slots__ = (
        "above",
        "at_most",
        "below_unsigned",
        "graph",
        "log",
        "minima",
        "minima_unsigned",
        "non_null",
        "phi_block",
    )

    def __init__(self, function: Function, graph: FlowGraph) -> None:
        self.graph = graph
        count = function.next_id
        self.non_null = [False] * count
        self.above: list[list[Op] | None] = [None] * count
        self.at_most: list[list[Op] | None] = [None] * count
        self.below_unsigned: set[tuple[int, int]] = set()
        self.minima = [MIN32] * count
        self.minima_unsigned = [0] * count
        self.phi_block = [-1] * count
        for number in range(len(graph.order)):
            for op in graph.order[number].ops:
                if op.opcode != ops.PHI:
                    break
                if len(op.args) == 2:
                    self.phi_block[op.id] = number
        # (kind, id, old value or other id) of every fact, to be undone.
        self.log: list[tuple[int, int, int]] = []

    def forget(self, length: int) -> None:
        """Undo what was added since the log had this length."""
        log = self.log
        while len(log) > length:
            kind, id, value = log.pop()
            if kind == 0:
                self.non_null[id] = False
            elif kind == 1:
                values = self.above[id]
                if values is not None:
                    values.pop()
            elif kind == 2:
                self.below_unsigned.discard((id, value))
            elif kind == 3:
                self.minima[id] = value
            elif kind == 4:
                self.minima_unsigned[id] = value
            else:
                values = self.at_most[id]
                if values is not None:
                    values.pop()

    # --- adding ------------------------------------------------------------------------------------------------

    def set_non_null(self, op: Op) -> None:
        if not self.non_null[op.id]:
            self.non_null[op.id] = True
            self.log.append((0, op.id, 0))

    def _set_above(self, a: Op, b: Op) -> None:
        values = self.above[a.id]
        if values is None:
            values = []
            self.above[a.id] = values
        values.append(b)
        self.log.append((1, a.id, 0))

    def _set_at_most(self, a: Op, b: Op) -> None:
        values = self.at_most[a.id]
        if values is None:
            values = []
            self.at_most[a.id] = values
        values.append(b)
        self.log.append((5, a.id, 0))

    def _set_minimum(self, op: Op, value: int) -> None:
        old = self.minima[op.id]
        if value > old:
            self.log.append((3, op.id, old))
            self.minima[op.id] = value

    def _set_minimum_unsigned(self, op: Op, value: int) -> None:
        old = self.minima_unsigned[op.id]
        if value > old:
            self.log.append((4, op.id, old))
            self.minima_unsigned[op.id] = value
        if lower_bound(op) >= 0:
            self._set_minimum(op, value)

    def add(self, cond: int, a: Op, b: Op) -> None:
        """Note that `a cond b` holds here."""
        if isinstance(a, ConstOp):
            if isinstance(b, ConstOp):
                return
            a, b = b, a
            cond = ops.SWAPPED_CONDITIONS[cond]
        if a.type != I32:
            if isinstance(b, ConstOp) and b.value == 0 and (cond == ops.NE or cond == ops.GT_UN):
                self.set_non_null(a)
            return
        if isinstance(b, ConstOp):
            self._add_constant(cond, a, b.value)
            return
        if cond == ops.GT or cond == ops.GE or cond == ops.GT_UN or cond == ops.GE_UN:
            a, b = b, a
            cond = ops.SWAPPED_CONDITIONS[cond]
        if cond == ops.LT:
            self._set_above(a, b)
            minimum = self.minimum(a, _DEPTH)
            if minimum >= 0:
                self._set_below_unsigned(a, b)
                self._set_minimum(b, minimum + 1)
        elif cond == ops.LE:
            self._set_at_most(a, b)
            minimum = self.minimum(a, _DEPTH)
            if minimum >= 0:
                self._set_minimum(b, minimum)
        elif cond == ops.LT_UN:
            self._set_below_unsigned(a, b)
            if self.minimum(b, _DEPTH) >= 0:
                # Below a number that is not negative, hence not negative, and below it as a signed number.
                self._set_minimum(a, 0)
                self._set_above(a, b)

    def _set_below_unsigned(self, a: Op, b: Op) -> None:
        pair = (a.id, b.id)
        if pair not in self.below_unsigned:
            self.below_unsigned.add(pair)
            self.log.append((2, a.id, b.id))

    def _add_constant(self, cond: int, a: Op, y: int) -> None:
        if cond == ops.EQ or cond == ops.GE:
            self._set_minimum(a, y)
        elif cond == ops.GT and y < MAX32:
            self._set_minimum(a, y + 1)
        elif cond == ops.NE and y == 0:
            self._set_minimum_unsigned(a, 1)
        elif cond == ops.GT_UN and 0 <= y < MAX32:
            self._set_minimum_unsigned(a, y + 1)
        elif cond == ops.GE_UN and y >= 0:
            self._set_minimum_unsigned(a, y)
        elif (cond == ops.LT_UN or cond == ops.LE_UN) and y >= 0:
            self._set_minimum(a, 0)

    # --- asking ------------------------------------------------------------------------------------------------

    def is_non_null(self, op: Op) -> bool:
        return self.non_null[op.id] or is_non_null(op)

    def is_below(self, a: Op, b: Op) -> bool:
        """Whether an I32 is surely below another one, both taken as unsigned."""
        if (a.id, b.id) in self.below_unsigned:
            return True
        minimum = self.minimum(a, _DEPTH)
        if minimum < 0:
            return False
        limit = self.minima_unsigned[b.id]
        if upper_bound(a) < max(limit, self.minimum(b, _DEPTH)):
            return True
        if self._is_less(a, b):
            return True
        if b.opcode == ops.ADD and self._is_below_sum(a, b):
            return True
        if a.opcode == ops.ADD and a.type == I32:
            step = a.args[1]
            base = a.args[0]
            if isinstance(step, ConstOp) and self.minimum(base, _DEPTH) >= 0:
                if step.value < 0:
                    # Smaller than something that is not above, and not negative.
                    return base is b or self._is_less(base, b) or self._is_at_most(base, b)
                # base < b - d with d >= step.
                for other in self._above(base):
                    if other.opcode == ops.ADD and other.args[0] is b and self.minimum(b, _DEPTH) >= 0:
                        distance = other.args[1]
                        if isinstance(distance, ConstOp) and distance.value <= -step.value:
                            return True
        return a.opcode == ops.PHI and self._counts_down_from(a, b)

    def _is_below_sum(self, a: Op, b: Op) -> bool:
        """Whether a number that is not negative is below b = base + step, because it is not above base."""
        base = b.args[0]
        step = b.args[1]
        if not isinstance(step, ConstOp) or step.value <= 0:
            return False
        if self.minimum(base, _DEPTH) < 0 or self.minimum(b, 0) < 0:
            # The sum may have overflowed.
            return False
        return a is base or self._is_less(a, base) or self._is_at_most(a, base)

    def _is_at_most(self, a: Op, b: Op) -> bool:
        values = self.at_most[a.id]
        if values is not None:
            for value in values:
                if value is b:
                    return True
        return False

    def _above(self, op: Op) -> list[Op]:
        values = self.above[op.id]
        return values if values is not None else []

    def _is_less(self, a: Op, b: Op) -> bool:
        values = self.above[a.id]
        if values is not None:
            for value in values:
                if value is b:
                    return True
        return False

    def minimum(self, op: Op, depth: int) -> int:
        """A number that the signed value of an I32 is never below."""
        best = max(lower_bound(op), self.minima[op.id])
        if depth == 0 or isinstance(op, ConstOp):
            return best
        if op.opcode == ops.ADD and op.type == I32:
            step = op.args[1]
            if isinstance(step, ConstOp):
                least = self.minimum(op.args[0], depth - 1)
                if step.value <= 0:
                    if least + step.value >= MIN32:
                        best = max(best, least + step.value)
                elif self._cannot_overflow(op.args[0], step.value):
                    best = max(best, least + step.value)
        elif op.opcode == ops.PHI and len(op.args) == 2:
            best = max(best, self._induction_minimum(op, depth))
        return best

    def _cannot_overflow(self, op: Op, step: int) -> bool:
        """Whether adding a positive step surely stays in range, since the value is below something here."""
        values = self.above[op.id]
        if values is not None:
            for value in values:
                if step == 1 or (step <= _MAX_STEP_BELOW_LENGTH and is_length(value)):
                    return True
        values = self.at_most[op.id]
        if values is not None and step <= _MAX_STEP_BELOW_LENGTH:
            for value in values:
                if is_length(value):
                    return True
        return False

    def _induction_minimum(self, phi: Op, depth: int) -> int:
        """Start of a loop variable that only grows, MIN32 if that is not what the phi is."""
        for index in range(2):
            next_value = phi.args[index]
            start = phi.args[1 - index]
            if next_value.opcode != ops.ADD or next_value.type != I32 or next_value.args[0] is not phi:
                continue
            step = next_value.args[1]
            if not isinstance(step, ConstOp) or step.value <= 0:
                continue
            if self._grows_below(phi, index, step.value):
                return self.minimum(start, depth - 1)
        return MIN32

    def _grows_below(self, phi: Op, index: int, step: int) -> bool:
        """Whether the loop is gone round only while the phi is below something, so that the step does not overflow."""
        graph = self.graph
        header = self.phi_block[phi.id]
        if header < 0:
            return False
        block = graph.position[graph.order[header].preds[index].id]
        # Up the dominator tree from the latch: what holds in a block on the way holds whenever the edge is taken.
        while block >= 0 and block != header:
            parent = graph.idom[block]
            branch = self.entering_branch(block)
            if branch is not None and _leaves_room(branch, graph.order[block], phi, step):
                return True
            block = parent
        return False

    def entering_branch(self, number: int) -> BranchOp | None:
        """The integer branch through which alone control comes to a block, ways round loops aside.

        What is known when a loop is entered holds as long as it is gone round: the values compared are from outside.
        """
        graph = self.graph
        parent = graph.idom[number]
        if parent < 0:
            return None
        block = graph.order[number]
        pred = graph.order[parent]
        branch = pred.ops[-1]
        if not isinstance(branch, BranchOp) or branch.opcode != ops.BRANCH or branch.targets[0] is branch.targets[1]:
            return None
        found = False
        for other in block.preds:
            if other is pred:
                found = True
            elif graph.position[other.id] < 0 or not graph.dominates(number, graph.position[other.id]):
                return None
        return branch if found else None

    def _counts_down_from(self, phi: Op, limit: Op) -> bool:
        """Whether the phi starts below the limit and only falls; it is known not to be negative here."""
        if len(phi.args) != 2 or self.minimum(limit, _DEPTH) < 0:
            return False
        for index in range(2):
            next_value = phi.args[index]
            start = phi.args[1 - index]
            if next_value.opcode != ops.ADD or next_value.type != I32 or next_value.args[0] is not phi:
                continue
            step = next_value.args[1]
            if not isinstance(step, ConstOp) or step.value >= 0:
                continue
            if start.opcode == ops.ADD and start.args[0] is limit:
                distance = start.args[1]
                if isinstance(distance, ConstOp) and distance.value < 0 and self._falls_above_zero(phi, index):
                    return True
        return False

    def _falls_above_zero(self, phi: Op, index: int) -> bool:
        """Whether the loop is gone round only while the phi is not negative, so that it never wraps around."""
        graph = self.graph
        header = self.phi_block[phi.id]
        if header < 0:
            return False
        block = graph.position[graph.order[header].preds[index].id]
        while block >= 0 and block != header:
            parent = graph.idom[block]
            branch = self.entering_branch(block)
            if branch is not None and branch.args[0] is phi:
                bound = branch.args[1]
                if isinstance(bound, ConstOp):
                    cond = _condition_on_edge(branch, graph.order[block])
                    if (cond == ops.GE and bound.value >= 0) or (cond == ops.GT and bound.value >= -1):
                        return True
            block = parent
        return False


def _condition_on_edge(branch: BranchOp, target: Block) -> int:
    return branch.cond if branch.targets[0] is target else ops.NEGATED_CONDITIONS[branch.cond]


def _leaves_room(branch: BranchOp, target: Block, value: Op, step: int) -> bool:
    """Whether adding a positive step to the value does not overflow if the branch goes to the target."""
    cond = _condition_on_edge(branch, target)
    bound = branch.args[1]
    if branch.args[1] is value:
        bound = branch.args[0]
        cond = ops.SWAPPED_CONDITIONS[cond]
    elif branch.args[0] is not value:
        return False
    if cond == ops.LT:
        if step == 1:
            return True
    elif cond != ops.LE:
        return False
    if isinstance(bound, ConstOp):
        return bound.value + step <= MAX32
    return step <= _MAX_STEP_BELOW_LENGTH and is_length(bound)


class _Walk:
    __slots__ = ("changed", "facts", "function", "graph", "graph_changed", "zero")

    def __init__(self, function: Function) -> None:
        self.function = function
        self.graph = FlowGraph(function)
        self.facts = _Facts(function, self.graph)
        self.zero = ConstOp(0, I32, 0)
        self.changed = False
        self.graph_changed = False

    def run(self) -> bool:
        graph = self.graph
        count = len(graph.order)
        children: list[list[int]] = [[] for _ in range(count)]
        stack: list[int] = []
        for number in range(count - 1, -1, -1):
            parent = graph.idom[number]
            if parent < 0:
                stack.append(number)
            else:
                children[parent].append(number)
        while stack:
            number = stack.pop()
            if number < 0:
                self.facts.forget(-number - 1)
                continue
            stack.append(-len(self.facts.log) - 1)
            self._enter(number)
            self._block(graph.order[number])
            for child in children[number]:
                stack.append(child)
        if self.graph_changed:
            remove_unreachable_blocks(self.function)
        return self.changed

    def _enter(self, number: int) -> None:
        """Facts from the branch that leads here."""
        branch = self.facts.entering_branch(number)
        if branch is not None:
            block = self.graph.order[number]
            self.facts.add(_condition_on_edge(branch, block), branch.args[0], branch.args[1])

    def _block(self, block: Block) -> None:
        facts = self.facts
        block_ops = block.ops
        kept: list[Op] = []
        for index in range(len(block_ops)):
            op = block_ops[index]
            if op.opcode == ops.NULL_CHECK:
                if facts.is_non_null(op.args[0]) or _access_follows(block_ops, index):
                    continue
                facts.set_non_null(op.args[0])
            elif isinstance(op, TrapOp):
                is_false = self._is_false(op.cond, op.args[0], op.args[1])
                facts.add(ops.NEGATED_CONDITIONS[op.cond], op.args[0], op.args[1])
                if is_false:
                    continue
            elif checks_null(op):
                facts.set_non_null(op.args[0])
            elif op.opcode == ops.CALL:
                length = length_asked_for(op)
                if length is not None and length.opcode == ops.SEXT32:
                    # The allocation would have thrown.
                    facts.add(ops.GE, length.args[0], self.zero)
            kept.append(op)
        if len(kept) != len(block_ops):
            block.ops = kept
            self.changed = True
        branch = block.ops[-1]
        if isinstance(branch, BranchOp) and branch.opcode == ops.BRANCH:
            target: Block | None = None
            if self._is_false(branch.cond, branch.args[0], branch.args[1]):
                target = branch.targets[1]
            elif self._is_false(ops.NEGATED_CONDITIONS[branch.cond], branch.args[0], branch.args[1]):
                target = branch.targets[0]
            if target is not None:
                jump_instead(self.function, block, target)
                self.changed = True
                self.graph_changed = True

    def _is_false(self, cond: int, a: Op, b: Op) -> bool:
        """Whether `a cond b` surely does not hold."""
        facts = self.facts
        if a.type != I32:
            return cond == ops.EQ and isinstance(b, ConstOp) and b.value == 0 and facts.is_non_null(a)
        if cond == ops.GE_UN:
            return facts.is_below(a, b)
        if cond == ops.LE_UN:
            return facts.is_below(b, a)
        if isinstance(b, ConstOp):
            if cond == ops.LT:
                return facts.minimum(a, _DEPTH) >= b.value
            if cond == ops.LE or cond == ops.EQ:
                return facts.minimum(a, _DEPTH) > b.value
        return False


def _access_follows(block_ops: list[Op], index: int) -> bool:
    """Whether a null check is followed by an access that faults just the same, before anything can be told apart."""
    reference = block_ops[index].args[0]
    for position in range(index + 1, len(block_ops)):
        op = block_ops[position]
        if op.args and op.args[0] is reference and op.opcode != ops.NULL_CHECK and checks_null(op):
            return True
        if not EFFECTS[op.opcode] & PURE:
            return False
    return False
