"""Flow graph of a function: order of blocks, dominators, natural loops.

Control enters a function at several places: at the method's entry, at each funclet's, and where main code continues
after a catch handler or after a called finally, with nothing but the frame left from before ("roots"). A virtual block
in front of all roots is the root of the dominator tree, so no value defined elsewhere dominates code behind a root.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BranchOp, Op, TerminatorOp

_NONE: Final[list[Block]] = []


def targets_of(op: Op) -> list[Block]:
    """Every block that a terminator names, those in other funclets included."""
    if isinstance(op, BranchOp):
        return op.targets
    if isinstance(op, TerminatorOp):
        return op.targets
    return _NONE


def successors_of(block: Block) -> list[Block]:
    """Successors of a block, each once; shared lists: not to be changed."""
    op = block.ops[-1]
    found = ops.successors(op)
    if op.opcode == ops.SWITCH:
        unique: list[Block] = []
        for target in found:
            if target not in unique:
                unique.append(target)
        return unique
    if len(found) == 2 and found[0] is found[1]:
        return found[:1]
    return found


def roots_of(function: Function) -> list[Block]:
    """The entry, the funclets' entries, and continuations of catches and called finallys, in block order."""
    if not function.funclets:
        return function.blocks[:1]
    is_root = [False] * function.next_block_id
    is_root[function.blocks[0].id] = True
    for funclet in function.funclets:
        is_root[funclet.entry.id] = True
    for block in function.blocks:
        if not block.ops:
            continue
        terminator = block.ops[-1]
        if isinstance(terminator, TerminatorOp):
            if terminator.opcode == ops.CALL_FINALLY:
                is_root[terminator.targets[1].id] = True
            elif terminator.opcode == ops.CATCH_RETURN:
                is_root[terminator.targets[0].id] = True
    return [block for block in function.blocks if is_root[block.id]]


class FlowGraph:
    """Order and dominators of the blocks that are reachable.

    Args:
        function: what is analysed; the graph does not follow later changes.
        with_dominators: False where only the order is wanted: `idom` is empty then.

    Attributes:
        order: reachable blocks in reverse postorder, the entry first.
        position: index in `order` by block id, -1 for unreachable blocks.
        idom: position of the immediate dominator by position; -1 for roots and for blocks that only the virtual
            root dominates.
        is_root: by position.
    """

    __slots__ = ("_enter", "_leave", "idom", "is_root", "order", "position")

    def __init__(self, function: Function, with_dominators: bool = True) -> None:
        self.order: list[Block] = []
        self.position: list[int] = [-1] * function.next_block_id
        self.idom: list[int] = []
        self.is_root: list[bool] = []
        self._enter: list[int] = []
        self._leave: list[int] = []
        if len(function.blocks) == 1 and not function.blocks[0].preds:
            # Half of all methods.
            self.order = function.blocks[:1]
            self.position[function.blocks[0].id] = 0
            self.is_root = [True]
            self.idom = [-1]
            return
        roots = roots_of(function)
        self._number(roots)
        if with_dominators:
            self._dominators()

    def _number(self, roots: list[Block]) -> None:
        # An explicit stack: the depth must not depend on the input. The last root comes first, so that the entry ends
        # up at the front of the reverse postorder.
        position = self.position
        postorder: list[Block] = []
        stack: list[Block] = []
        pending: list[list[Block]] = []
        index: list[int] = []
        for root_index in range(len(roots) - 1, -1, -1):
            root = roots[root_index]
            if position[root.id] != -1:
                continue
            position[root.id] = -2
            stack.append(root)
            pending.append(successors_of(root))
            index.append(len(pending[-1]))
            while stack:
                i = index[-1] - 1
                if i >= 0:
                    # From the last successor to the first: the first one then follows its block directly.
                    index[-1] = i
                    successor = pending[-1][i]
                    if position[successor.id] == -1:
                        position[successor.id] = -2
                        stack.append(successor)
                        pending.append(successors_of(successor))
                        index.append(len(pending[-1]))
                else:
                    postorder.append(stack.pop())
                    pending.pop()
                    index.pop()
        postorder.reverse()
        self.order = postorder
        for number in range(len(postorder)):
            position[postorder[number].id] = number
        self.is_root = [False] * len(postorder)
        for root in roots:
            self.is_root[position[root.id]] = True

    def _dominators(self) -> None:
        # Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm. Positions are shifted by one: 0 is the virtual
        # root here.
        order = self.order
        position = self.position
        count = len(order)
        idom = [-1] * (count + 1)
        idom[0] = 0
        for number in range(count):
            if self.is_root[number]:
                idom[number + 1] = 0
        changed = True
        while changed:
            changed = False
            for number in range(count):
                if self.is_root[number]:
                    continue
                new = -1
                for pred in order[number].preds:
                    a = position[pred.id] + 1
                    if a <= 0 or idom[a] < 0:
                        continue
                    if new < 0:
                        new = a
                        continue
                    b = new
                    while a != b:
                        while a > b:
                            a = idom[a]
                        while b > a:
                            b = idom[b]
                    new = a
                if new >= 0 and idom[number + 1] != new:
                    idom[number + 1] = new
                    changed = True
        self.idom = [idom[number + 1] - 1 for number in range(count)]

    def _intervals(self) -> None:
        # Numbers of entering and leaving each block on a walk of the dominator tree: nesting is dominance.
        count = len(self.order)
        first_child = [-1] * (count + 1)
        next_sibling = [-1] * count
        for number in range(count - 1, -1, -1):
            parent = self.idom[number] + 1
            next_sibling[number] = first_child[parent]
            first_child[parent] = number
        enter = [0] * count
        leave = [0] * count
        clock = 0
        stack: list[int] = []
        node = first_child[0]
        while True:
            if node >= 0:
                enter[node] = clock
                clock += 1
                stack.append(node)
                node = first_child[node + 1]
            elif stack:
                done = stack.pop()
                leave[done] = clock
                node = next_sibling[done]
            else:
                break
        self._enter = enter
        self._leave = leave

    def dominates(self, a: int, b: int) -> bool:
        """Whether the block at position `a` dominates the one at `b`; a block dominates itself."""
        if len(self._enter) != len(self.order):
            self._intervals()
        return self._enter[a] <= self._enter[b] < self._leave[a]

    def dominates_block(self, a: Block, b: Block) -> bool:
        """Whether reachable block `a` dominates reachable block `b`."""
        return self.dominates(self.position[a.id], self.position[b.id])


def may_have_loop(function: Function) -> bool:
    """Whether an edge goes back in the order of the blocks, as one of every loop must; cheaper than a graph."""
    blocks = function.blocks
    seen = [False] * function.next_block_id
    for block in blocks:
        seen[block.id] = True
        for target in ops.successors(block.ops[-1]):
            if seen[target.id]:
                return True
    return False


class Loop:
    """A natural loop: all back edges to one header.

    Attributes:
        header: position of the header.
        parent: the innermost loop around it, None if there is none.
        depth: 1 for outermost loops.
        blocks: positions of its blocks, those of inner loops included; the header is first.
        latches: positions of the sources of its back edges.
    """

    __slots__ = ("blocks", "depth", "header", "latches", "parent")

    def __init__(self, header: int) -> None:
        self.header = header
        self.parent: Loop | None = None
        self.depth = 1
        self.blocks: list[int] = [header]
        self.latches: list[int] = []


class LoopForest:
    """The natural loops of a flow graph.

    Attributes:
        loops: inner loops before the loops around them.
        innermost: innermost loop of the block at each position.
        irreducible_edges: (source, target) positions of retreating edges whose target does not dominate the source.
    """

    __slots__ = ("innermost", "irreducible_edges", "loops")

    def __init__(self, graph: FlowGraph) -> None:
        order = graph.order
        position = graph.position
        self.loops: list[Loop] = []
        self.innermost: list[Loop | None] = [None] * len(order)
        self.irreducible_edges: list[tuple[int, int]] = []
        mark = [-1] * len(order)
        # Later headers first: an inner loop's header comes behind those of the loops around it.
        for number in range(len(order) - 1, -1, -1):
            loop: Loop | None = None
            for pred in order[number].preds:
                source = position[pred.id]
                if source < number:
                    continue
                if graph.dominates(number, source):
                    if loop is None:
                        loop = Loop(number)
                    loop.latches.append(source)
                else:
                    self.irreducible_edges.append((source, number))
            if loop is not None:
                self._collect(graph, loop, mark)
                self.loops.append(loop)
        for loop in reversed(self.loops):
            if loop.parent is not None:
                loop.depth = loop.parent.depth + 1

    def _collect(self, graph: FlowGraph, loop: Loop, mark: list[int]) -> None:
        # `mark` holds the header of the loop that a block was last found in.
        innermost = self.innermost
        header = loop.header
        mark[header] = header
        work: list[int] = []
        for latch in loop.latches:
            if mark[latch] != header:
                mark[latch] = header
                work.append(latch)
        while work:
            number = work.pop()
            loop.blocks.append(number)
            for pred in graph.order[number].preds:
                source = graph.position[pred.id]
                if source >= 0 and mark[source] != header:
                    mark[source] = header
                    work.append(source)
        for number in loop.blocks:
            inner = innermost[number]
            if inner is None:
                innermost[number] = loop
                continue
            while inner.parent is not None:
                inner = inner.parent
            if inner is not loop:
                inner.parent = loop
