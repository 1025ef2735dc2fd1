"""Constant folding and simplification of single operations, given what their operands are.

Goes once through the blocks in their order, in which operands mostly come before their uses. The rules are in
`fold_arithmetic`, `fold_compare` and `fold_address`; here is how they are applied, and what becomes of branches.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BlockOp, BranchOp, CompareOp, ConstOp, MemoryOp, Op, TerminatorOp, TrapOp
from readytorun.ir.types import I32
from readytorun.passes.edit import Replacements, jump_instead, remove_unreachable_blocks
from readytorun.passes.fold_address import simplify_block, simplify_memory
from readytorun.passes.fold_arithmetic import Arithmetic
from readytorun.passes.fold_compare import FALSE, NEGATED_FLOAT_CONDITIONS, TRUE, UNKNOWN, Comparison


def run(function: Function) -> bool:
    """Simplify all operations; unreachable blocks are removed."""
    return _Folder(function).run()


class _Folder:
    __slots__ = ("arithmetic", "changed", "comparison", "function", "graph_changed", "out", "replacements")

    def __init__(self, function: Function) -> None:
        self.function = function
        self.replacements = Replacements(function)
        self.arithmetic = Arithmetic(function)
        self.comparison = Comparison(function)
        self.out: list[Op] = []
        self.changed = False
        self.graph_changed = False

    def run(self) -> bool:
        function = self.function
        for block in function.blocks:
            self._block(block)
        if self.replacements.any:
            # Phis of loops have operands further down.
            self.replacements.apply(function)
            self.changed = True
        if self.graph_changed:
            remove_unreachable_blocks(function)
            self.changed = True
        return self.changed

    def _block(self, block: Block) -> None:
        self.out = []
        out = self.out
        terminator = block.ops[-1]
        for op in block.ops:
            if self.replacements.any and op.args:
                self.replacements.rewrite(op)
            if op is terminator:
                break
            if op.opcode == ops.PHI or not op.args:
                out.append(op)
            else:
                self._operation(op)
        if terminator.args:
            terminator = self._terminator(terminator)
        out.append(terminator)
        block.ops = out
        self._control(block)

    def _operation(self, op: Op) -> None:
        """Append the operation, or what is simpler."""
        opcode = op.opcode
        if isinstance(op, CompareOp):
            self._compare(op)
            return
        if isinstance(op, MemoryOp):
            found = simplify_memory(op)
            if found is None:
                self.out.append(op)
                return
            if isinstance(found, ConstOp) and found.type != op.type:
                found = self._const(found.value, op)
            self.replacements.set(op, found)
            return
        if isinstance(op, TrapOp):
            if not self._trap(op):
                self.out.append(op)
            return
        if isinstance(op, BlockOp):
            if not simplify_block(op):
                self.out.append(op)
            return
        if opcode > ops.BITCAST:
            self.out.append(op)
            return
        arithmetic = self.arithmetic
        result = arithmetic.simplify(op)
        if result is None:
            self.out.append(op)
            return
        if arithmetic.new:
            new = arithmetic.new
            arithmetic.new = []
            for made in new:
                if self.replacements.any and made.args:
                    self.replacements.rewrite(made)
                if made.args:
                    self._operation(made)
                else:
                    self.out.append(made)
        self.replacements.set(op, self.replacements.find(result))

    # --- compares ----------------------------------------------------------------------------------------------

    def _simplified(self, cond: int, a: Op, b: Op) -> int:
        comparison = self.comparison
        known = comparison.simplify(cond, a, b)
        if comparison.new:
            self.out.extend(comparison.new)
            comparison.new = []
        return known

    def _const(self, value: int, like: Op) -> Op:
        op = ConstOp(self.function.new_id(), I32, value, like.il_offset)
        self.out.append(op)
        return op

    def _compare(self, op: CompareOp) -> None:
        if op.opcode == ops.FCMP:
            self.out.append(op)
            return
        comparison = self.comparison
        args = op.args
        known = self._simplified(op.cond, args[0], args[1])
        a = comparison.a
        b = comparison.b
        if op.opcode == ops.CMP:
            if known != UNKNOWN:
                self.replacements.set(op, self._const(known, op))
            elif comparison.is_float and a is not None and b is not None:
                new = CompareOp(self.function.new_id(), ops.FCMP, I32, comparison.cond, [a, b], op.il_offset)
                self.out.append(new)
                self.replacements.set(op, new)
            elif a is not None and b is not None:
                op.cond = comparison.cond
                args[0] = a
                args[1] = b
                self.out.append(op)
            return
        self._select(op, known, a, b)

    def _select(self, op: CompareOp, known: int, a: Op | None, b: Op | None) -> None:
        args = op.args
        if_true = args[2]
        if_false = args[3]
        if known != UNKNOWN or if_true is if_false:
            self.replacements.set(op, if_true if known != FALSE else if_false)
            return
        comparison = self.comparison
        if a is None or b is None:
            self.out.append(op)
            return
        if isinstance(if_true, ConstOp) and isinstance(if_false, ConstOp) and op.type == I32:
            x = if_true.value
            y = if_false.value
            if x == y:
                self.replacements.set(op, if_true)
                return
            if (x == 1 and y == 0) or (x == 0 and y == 1):
                cond = comparison.cond
                if x == 0:
                    cond = NEGATED_FLOAT_CONDITIONS[cond] if comparison.is_float else ops.NEGATED_CONDITIONS[cond]
                opcode = ops.FCMP if comparison.is_float else ops.CMP
                new = CompareOp(self.function.new_id(), opcode, I32, cond, [a, b], op.il_offset)
                self.out.append(new)
                self.replacements.set(op, new)
                return
        if not comparison.is_float:
            op.cond = comparison.cond
            args[0] = a
            args[1] = b
        self.out.append(op)

    def _trap(self, op: TrapOp) -> bool:
        """Simplify the condition of a trap in place; True if it never happens."""
        comparison = self.comparison
        known = self._simplified(op.cond, op.args[0], op.args[1])
        if known == FALSE:
            return True
        a = comparison.a
        b = comparison.b
        if known == UNKNOWN and not comparison.is_float and a is not None and b is not None:
            op.cond = comparison.cond
            op.args[0] = a
            op.args[1] = b
        return False

    # --- control -----------------------------------------------------------------------------------------------

    def _terminator(self, op: Op) -> Op:
        """Simplify the condition of a branch; a known one is left to `_control` as a compare of constants."""
        if not isinstance(op, BranchOp) or op.opcode != ops.BRANCH:
            return op
        comparison = self.comparison
        known = self._simplified(op.cond, op.args[0], op.args[1])
        a = comparison.a
        b = comparison.b
        if known != UNKNOWN:
            zero = self._const(0, op)
            op.cond = ops.EQ if known == TRUE else ops.NE
            op.args[0] = zero
            op.args[1] = zero
        elif comparison.is_float and a is not None and b is not None:
            return BranchOp(self.function.new_id(), ops.FBRANCH, comparison.cond, [a, b], op.targets, op.il_offset)
        elif a is not None and b is not None:
            op.cond = comparison.cond
            op.args[0] = a
            op.args[1] = b
        return op

    def _control(self, block: Block) -> None:
        """Turn terminators that always go the same way into jumps."""
        op = block.ops[-1]
        if isinstance(op, BranchOp):
            target: Block | None = None
            if op.targets[0] is op.targets[1]:
                target = op.targets[0]
            elif op.opcode == ops.BRANCH and op.args[0] is op.args[1]:
                target = op.targets[0] if op.cond == ops.EQ else op.targets[1]
            if target is not None:
                jump_instead(self.function, block, target)
                self.graph_changed = True
        elif isinstance(op, TerminatorOp) and op.opcode == ops.SWITCH:
            value = op.args[0]
            last = len(op.targets) - 1
            if isinstance(value, ConstOp):
                jump_instead(self.function, block, op.targets[value.value if 0 <= value.value < last else last])
                self.graph_changed = True
