"""Removes phis that only ever have one value: those that SSA construction leaves behind.

A phi is redundant if all its operands are the phi itself or one other value; a set of phis that depend on each other
is, if all operands that are not in the set are one value. Such sets are the strongly connected components of the graph
of phis (Braun, Buchwald, Hack et al., CC 2013, section 3.2). Of a component with several values coming in, the phis
that have none of those as operand are looked at again by themselves.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Function
from readytorun.ir.ops import Op
from readytorun.passes.edit import Replacements


def run(function: Function) -> bool:
    """Remove redundant phis."""
    changed = False
    while True:
        phis: list[Op] = []
        for block in function.blocks:
            for op in block.ops:
                if op.opcode != ops.PHI:
                    break
                phis.append(op)
        if not phis:
            return changed
        replacements = _Components(function, phis).redundant()
        if not replacements.any:
            return changed
        changed = True
        for block in function.blocks:
            if block.ops[0].opcode == ops.PHI:
                block.ops = [op for op in block.ops if op.opcode != ops.PHI or replacements.table[op.id] is None]
        replacements.apply(function)


class _Components:
    """The search for redundant components (Tarjan's algorithm, without recursion).

    Attributes:
        replacements: what has been found redundant.
        number: by operation id: 0 for what is not in the set under search, -1 for a phi not visited yet, else its place
            in the order of visiting.
        low: by operation id: the lowest number reached from the phi.
        is_open: by operation id: whether the phi is not in a finished component.
        member: by operation id: the last component that the phi was found in.
    """

    __slots__ = ("component", "is_open", "low", "member", "number", "open", "replacements", "work")

    def __init__(self, function: Function, phis: list[Op]) -> None:
        self.replacements = Replacements(function)
        self.number = [0] * function.next_id
        self.low = [0] * function.next_id
        self.is_open = [False] * function.next_id
        self.member = [0] * function.next_id
        self.component = 0
        self.open: list[Op] = []
        # Sets of phis to be searched.
        self.work: list[list[Op]] = [phis]

    def redundant(self) -> Replacements:
        while self.work:
            phis = self.work.pop()
            for phi in phis:
                self.number[phi.id] = -1
            counter = 0
            for phi in phis:
                if self.number[phi.id] == -1:
                    counter = self._search(phi, counter)
            for phi in phis:
                self.number[phi.id] = 0
        return self.replacements

    def _search(self, start: Op, counter: int) -> int:
        number = self.number
        low = self.low
        stack: list[Op] = [start]
        positions: list[int] = [0]
        while stack:
            phi = stack[-1]
            index = positions[-1]
            if index == 0:
                counter += 1
                number[phi.id] = counter
                low[phi.id] = counter
                self.is_open[phi.id] = True
                self.open.append(phi)
            descended = False
            while index < len(phi.args):
                arg = phi.args[index]
                index += 1
                if number[arg.id] == -1:
                    positions[-1] = index
                    stack.append(arg)
                    positions.append(0)
                    descended = True
                    break
                if number[arg.id] > 0 and self.is_open[arg.id] and number[arg.id] < low[phi.id]:
                    low[phi.id] = number[arg.id]
            if descended:
                continue
            stack.pop()
            positions.pop()
            if stack and low[phi.id] < low[stack[-1].id]:
                low[stack[-1].id] = low[phi.id]
            if low[phi.id] == number[phi.id]:
                self._finish(phi)
        return counter

    def _finish(self, first: Op) -> None:
        """A component is complete: its phis are those opened since its first one."""
        self.component += 1
        members: list[Op] = []
        while True:
            phi = self.open.pop()
            self.is_open[phi.id] = False
            self.member[phi.id] = self.component
            members.append(phi)
            if phi is first:
                break
        value: Op | None = None
        inner: list[Op] = []
        is_redundant = True
        for phi in members:
            is_inner = True
            for arg in phi.args:
                found = self.replacements.find(arg)
                if self.member[found.id] == self.component:
                    continue
                is_inner = False
                if value is None:
                    value = found
                elif found is not value:
                    is_redundant = False
            if is_inner:
                inner.append(phi)
        if value is None:
            # Never reached from outside.
            return
        if is_redundant:
            for phi in members:
                self.replacements.set(phi, value)
        elif inner:
            self.work.append(inner)
