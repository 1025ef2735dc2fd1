"""Simplification of compares, and of what depends on a compare: branches, selects and traps.

IL has no type for truth values: `if (a < b)` may arrive as `branch ne (cmp lt a b) 0`, or with more such steps between.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.effects import is_non_null
from readytorun.ir.function import Function
from readytorun.ir.ops import CompareOp, ConstOp, Op
from readytorun.ir.types import I32, I64, REF
from readytorun.passes.fold_arithmetic import wrap
from readytorun.passes.ranges import lower_bound, upper_bound

NEGATED_FLOAT_CONDITIONS: Final = (
    ops.NE,
    ops.EQ,
    ops.GE_UN,
    ops.GT_UN,
    ops.LE_UN,
    ops.LT_UN,
    ops.GE,
    ops.GT,
    ops.LE,
    ops.LT,
    ops.FNE_ORD,
    ops.FEQ_UN,
)

UNKNOWN: Final = -1
FALSE: Final = 0
TRUE: Final = 1

_MAX32: Final = 0x7FFFFFFF


def holds(cond: int, type: int, x: int, y: int) -> bool:
    """Outcome of an integer compare of constants."""
    if cond >= ops.LT_UN:
        mask = 0xFFFFFFFF if type == I32 else 0xFFFFFFFFFFFFFFFF
        x &= mask
        y &= mask
        cond -= ops.LT_UN - ops.LT
    if cond == ops.EQ:
        return x == y
    if cond == ops.NE:
        return x != y
    if cond == ops.LT:
        return x < y
    if cond == ops.LE:
        return x <= y
    if cond == ops.GT:
        return x > y
    return x >= y


class Comparison:
    """A compare while it is simplified: the parts of it, to be read when `simplify` has run.

    Attributes:
        function: numbers new constants.
        new: constants made on the way.
        cond, a, b: the compare.
        is_float: whether it is one of floats by now.
    """

    __slots__ = ("a", "b", "cond", "function", "is_float", "new")

    def __init__(self, function: Function) -> None:
        self.function = function
        self.new: list[Op] = []
        self.cond = 0
        self.a: Op | None = None
        self.b: Op | None = None
        self.is_float = False

    def simplify(self, cond: int, a: Op, b: Op) -> int:
        """Simplify an integer compare into the attributes; TRUE or FALSE if the outcome is known, else UNKNOWN."""
        self.is_float = False
        self.cond = cond
        self.a = a
        self.b = b
        while True:
            if isinstance(a, ConstOp):
                if isinstance(b, ConstOp):
                    return TRUE if holds(cond, a.type, a.value, b.value) else FALSE
                a, b = b, a
                cond = ops.SWAPPED_CONDITIONS[cond]
                self._set(cond, a, b)
            if a is b:
                return TRUE if cond in (ops.EQ, ops.LE, ops.GE, ops.LE_UN, ops.GE_UN) else FALSE
            if isinstance(b, ConstOp):
                known = self._against_bounds(cond, a, b)
                if known != UNKNOWN:
                    return known
                if isinstance(a, CompareOp) and a.opcode != ops.SELECT:
                    sense = _sense(cond, b.value)
                    if sense == UNKNOWN:
                        return UNKNOWN
                    if a.opcode == ops.FCMP:
                        self.is_float = True
                        self._set(
                            a.cond if sense == TRUE else NEGATED_FLOAT_CONDITIONS[a.cond],
                            a.args[0],
                            a.args[1],
                        )
                        return UNKNOWN
                    cond = a.cond if sense == TRUE else ops.NEGATED_CONDITIONS[a.cond]
                    b = a.args[1]
                    a = a.args[0]
                    self._set(cond, a, b)
                    continue
                if not self._peel_constant(cond, a, b):
                    return UNKNOWN
            elif not self._peel_both(cond, a, b):
                return UNKNOWN
            # One step was made: look again at what is compared now.
            if self.a is None or self.b is None:
                return UNKNOWN
            cond = self.cond
            a = self.a
            b = self.b

    def _set(self, cond: int, a: Op, b: Op) -> None:
        self.cond = cond
        self.a = a
        self.b = b

    def _const(self, type: int, value: int, like: Op) -> Op:
        op = ConstOp(self.function.new_id(), type, wrap(type, value), like.il_offset)
        self.new.append(op)
        return op

    def _against_bounds(self, cond: int, a: Op, b: ConstOp) -> int:
        """Outcome of a compare with a constant, from what is known of the other side."""
        y = b.value
        if cond == ops.LT_UN and y == 0:
            return FALSE
        if cond == ops.GE_UN and y == 0:
            return TRUE
        if a.type == I32:
            low = lower_bound(a)
            high = upper_bound(a)
            if cond >= ops.LT_UN:
                if low < 0 or y < 0:
                    if low >= 0 and y < 0:
                        # The constant is above all numbers that are not negative.
                        return TRUE if cond == ops.LT_UN or cond == ops.LE_UN else FALSE
                    return UNKNOWN
                cond -= ops.LT_UN - ops.LT
            if cond == ops.EQ or cond == ops.NE:
                if y < low or y > high:
                    return TRUE if cond == ops.NE else FALSE
            elif cond == ops.LT or cond == ops.GE:
                if high < y:
                    return TRUE if cond == ops.LT else FALSE
                if low >= y:
                    return FALSE if cond == ops.LT else TRUE
            else:
                if high <= y:
                    return TRUE if cond == ops.LE else FALSE
                if low > y:
                    return FALSE if cond == ops.LE else TRUE
        elif y == 0 and (cond == ops.EQ or cond == ops.NE or cond == ops.GT_UN or cond == ops.LE_UN) and is_non_null(a):
            return TRUE if cond == ops.NE or cond == ops.GT_UN else FALSE
        return UNKNOWN

    def _peel_constant(self, cond: int, a: Op, b: ConstOp) -> bool:
        """Make one step with `a cond constant`; tells whether there was one."""
        y = b.value
        opcode = a.opcode
        # The unsigned compares with the ends of the range are tests for (in)equality.
        if y == 0 and (cond == ops.GT_UN or cond == ops.LE_UN):
            self._set(ops.NE if cond == ops.GT_UN else ops.EQ, a, b)
            return True
        if y == 1 and (cond == ops.LT_UN or cond == ops.GE_UN) and a.type != REF:
            self._set(ops.EQ if cond == ops.LT_UN else ops.NE, a, self._const(b.type, 0, b))
            return True
        if cond == ops.EQ or cond == ops.NE:
            if opcode == ops.ADD and a.type == b.type:
                inner = a.args[1]
                if isinstance(inner, ConstOp) and inner.type == b.type:
                    self._set(cond, a.args[0], self._const(b.type, y - inner.value, b))
                    return True
            if y == 0 and (opcode == ops.SUB or opcode == ops.XOR) and a.args[1].type == a.type:
                self._set(cond, a.args[0], a.args[1])
                return True
            if y == 0 and opcode == ops.NEG:
                self._set(cond, a.args[0], b)
                return True
        if opcode == ops.SEXT32 and -_MAX32 - 1 <= y <= _MAX32:
            self._set(cond, a.args[0], self._const(I32, y, b))
            return True
        if opcode == ops.ZEXT32 and 0 <= y <= 0xFFFFFFFF:
            if ops.LT <= cond <= ops.GE:
                cond += ops.LT_UN - ops.LT
            self._set(cond, a.args[0], self._const(I32, y, b))
            return True
        return False

    def _peel_both(self, cond: int, a: Op, b: Op) -> bool:
        """Make one step with two values that are not constant; tells whether there was one."""
        if a.type == I64 and a.opcode == b.opcode:
            if a.opcode == ops.SEXT32:
                # Sign extension keeps the order of signed and of unsigned numbers.
                self._set(cond, a.args[0], b.args[0])
                return True
            if a.opcode == ops.ZEXT32:
                if ops.LT <= cond <= ops.GE:
                    cond += ops.LT_UN - ops.LT
                self._set(cond, a.args[0], b.args[0])
                return True
        if a.type == I64 and a.opcode == ops.SEXT32 and b.opcode == ops.ZEXT32 and lower_bound(b.args[0]) >= 0:
            # Both extensions of a number that is not negative are the same. (An index and a length.)
            self._set(cond, a.args[0], b.args[0])
            return True
        return False


def _sense(cond: int, y: int) -> int:
    """Whether `x cond y` of a truth value x is x itself (TRUE), its negation (FALSE), or neither."""
    of_zero = holds(cond, I32, 0, y)
    of_one = holds(cond, I32, 1, y)
    if of_zero == of_one:
        return UNKNOWN
    return TRUE if of_one else FALSE
