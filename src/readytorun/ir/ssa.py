"""SSA construction while blocks are filled, after Braun, Buchwald, Hack et al. (CC 2013).

A variable is a number. Writing records the value at the end of the current block; reading looks in the block, then in
its predecessors, placing a phi where several meet. In a block whose predecessors are not all known yet ("unsealed") a
read places a phi without operands, which sealing fills in. Redundant phis are left to the phi simplification pass.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import ConstOp, FloatConstOp, Op
from readytorun.ir.types import F32, F64


class SSABuilder:
    """The current value of every variable in every block.

    Attributes:
        types: IR type of each variable.
    """

    __slots__ = ("_definitions", "_function", "_incomplete", "_sealed", "types")

    def __init__(self, function: Function) -> None:
        self._function = function
        self.types: list[int] = []
        self._definitions: dict[int, dict[int, Op]] = {}
        self._incomplete: dict[int, list[tuple[int, Op]]] = {}
        self._sealed: set[int] = set()

    def new_variable(self, type: int) -> int:
        """Create a variable of an IR type."""
        self.types.append(type)
        return len(self.types) - 1

    def write(self, variable: int, block: Block, value: Op) -> None:
        """Set the variable's value from here to the end of the block."""
        definitions = self._definitions.get(block.id)
        if definitions is None:
            definitions = {}
            self._definitions[block.id] = definitions
        definitions[variable] = value

    def read(self, variable: int, block: Block) -> Op:
        """Value of the variable at the current end of the block."""
        # Chains of single predecessors are walked in a loop: recursion depth must not depend on the input.
        chain: list[Block] = []
        current = block
        value: Op | None = None
        while True:
            definitions = self._definitions.get(current.id)
            if definitions is not None:
                value = definitions.get(variable)
                if value is not None:
                    break
            if current.id not in self._sealed:
                phi = self._new_phi(variable, current)
                self._incomplete.setdefault(current.id, []).append((variable, phi))
                value = phi
                self.write(variable, current, value)
                break
            preds = current.preds
            if len(preds) == 1:
                chain.append(current)
                current = preds[0]
                continue
            if not preds:
                # Reached only by an exception, or not at all: IL locals start as zero.
                value = self._zero(variable, current)
                self.write(variable, current, value)
                break
            phi = self._new_phi(variable, current)
            self.write(variable, current, phi)
            self._fill(variable, phi, current)
            value = phi
            break
        for passed in chain:
            self.write(variable, passed, value)
        return value

    def seal(self, block: Block) -> None:
        """Declare that the block gets no more predecessors."""
        if block.id in self._sealed:
            return
        self._sealed.add(block.id)
        incomplete = self._incomplete.pop(block.id, None)
        if incomplete is not None:
            for variable, phi in incomplete:
                self._fill(variable, phi, block)

    def is_sealed(self, block: Block) -> bool:
        """Whether `seal` was called."""
        return block.id in self._sealed

    def _fill(self, variable: int, phi: Op, block: Block) -> None:
        for pred in block.preds:
            phi.args.append(self.read(variable, pred))

    def _new_phi(self, variable: int, block: Block) -> Op:
        phi = Op(self._function.new_id(), ops.PHI, self.types[variable], [])
        position = 0
        block_ops = block.ops
        while position < len(block_ops) and block_ops[position].opcode == ops.PHI:
            position += 1
        block_ops.insert(position, phi)
        return phi

    def _zero(self, variable: int, block: Block) -> Op:
        type = self.types[variable]
        zero: Op
        if type == F32 or type == F64:
            zero = FloatConstOp(self._function.new_id(), type, 0)
        else:
            zero = ConstOp(self._function.new_id(), type, 0)
        position = 0
        block_ops = block.ops
        while position < len(block_ops) and block_ops[position].opcode in (ops.PHI, ops.CATCH_ARG, ops.PARAM):
            position += 1
        block_ops.insert(position, zero)
        return zero
