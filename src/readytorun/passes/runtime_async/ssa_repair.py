"""Gives values that were redefined at some blocks a phi there, and their uses the definition that reaches them.

A value that is saved in a continuation has two definitions where the method goes on behind the await: its own, on the
way without suspension, and what was loaded from the continuation. (Braun, Buchwald, Hack et al., CC 2013, for reading.)
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import Op


class SSARepair:
    """Collects redefinitions, then rewrites the function.

    A block can redefine a value in two ways: by a phi of what comes along each edge, of which some bring a new
    definition (`define_on_edge`), or by an operation of its own (`define_in`).
    """

    __slots__ = ("_edges", "_function", "_home", "_in_block", "_phis", "_values")

    def __init__(self, function: Function) -> None:
        self._function = function
        self._values: dict[int, Op] = {}
        # Definitions made at the end of a block, for its successors: by value, then block.
        self._edges: dict[int, dict[int, Op]] = {}
        # Definitions made at the start of a block, by value, then block.
        self._in_block: dict[int, dict[int, Op]] = {}
        self._phis: dict[int, dict[int, Op]] = {}
        self._home: dict[int, int] = {}

    def define_on_edge(self, value: Op, block: Block, definition: Op) -> None:
        """At the end of the block the value is the definition."""
        self._values[value.id] = value
        self._edges.setdefault(value.id, {})[block.id] = definition

    def define_in(self, value: Op, block: Block, definition: Op) -> None:
        """From the start of the block on the value is the definition, an operation in that block."""
        self._values[value.id] = value
        self._in_block.setdefault(value.id, {})[block.id] = definition

    def run(self) -> None:
        """Rewrite all uses."""
        if not self._values:
            return
        for block in self._function.blocks:
            for op in block.ops:
                if op.id in self._values:
                    self._home[op.id] = block.id
        for block in list(self._function.blocks):
            count = len(block.ops)
            seen: set[int] = set()
            index = 0
            while index < count:
                op = block.ops[index]
                if op.opcode == ops.PHI:
                    for k in range(len(op.args)):
                        arg = op.args[k]
                        if arg.id in self._values:
                            op.args[k] = self._at_end(arg, block.preds[k])
                else:
                    for k in range(len(op.args)):
                        arg = op.args[k]
                        if arg.id in self._values and arg.id not in seen:
                            inner = self._in_block.get(arg.id)
                            own = None if inner is None else inner.get(block.id)
                            if op is own:
                                # Its own operand is another value; a value is never made from itself.
                                continue
                            op.args[k] = self._at_start(arg, block)
                if op.id in self._values:
                    seen.add(op.id)  # from here on it is what it was
                added = len(block.ops) - count
                count += added
                index += 1 + added

    def _at_end(self, value: Op, block: Block) -> Op:
        """Reaching definition at the end of a block."""
        edges = self._edges.get(value.id)
        if edges is not None:
            found = edges.get(block.id)
            if found is not None:
                return found
        if self._home.get(value.id, -1) == block.id:
            return value
        return self._at_start(value, block)

    def _at_start(self, value: Op, block: Block) -> Op:
        """Reaching definition at the start of a block that does not contain the value itself."""
        inner = self._in_block.get(value.id)
        phis = self._phis.setdefault(value.id, {})
        chain: list[Block] = []
        current = block
        found: Op | None = None
        while True:
            if inner is not None:
                found = inner.get(current.id)
                if found is not None:
                    break
            found = phis.get(current.id)
            if found is not None:
                break
            if len(current.preds) == 1:
                chain.append(current)
                pred = current.preds[0]
                edges = self._edges.get(value.id)
                if edges is not None:
                    found = edges.get(pred.id)
                    if found is not None:
                        break
                if self._home.get(value.id, -1) == pred.id:
                    found = value
                    break
                current = pred
                continue
            if not current.preds:
                # A root: nothing but the value itself, if it is in front of everything, gets here.
                found = value
                break
            phi = Op(self._function.new_id(), ops.PHI, value.type, [])
            phis[current.id] = phi
            current.ops.insert(0, phi)
            for pred in current.preds:
                phi.args.append(self._at_end(value, pred))
            found = phi
            break
        for passed in chain:
            phis[passed.id] = found
        return found
