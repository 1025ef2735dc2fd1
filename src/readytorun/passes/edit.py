"""Changes of a function that several passes make: replacing values, removing edges and blocks."""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import FlowGraph, targets_of
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BranchOp, Op, ParamOp, TerminatorOp
from readytorun.ir.regions import remove_empty_regions


class Replacements:
    """Values to be replaced by other values, collected first and carried out in one go.

    Attributes:
        table: replacement by operation id, None where the value stays.
        any: whether something is to be replaced.
    """

    __slots__ = ("any", "table")

    def __init__(self, function: Function) -> None:
        self.table: list[Op | None] = [None] * function.next_id
        self.any = False

    def set(self, old: Op, new: Op) -> None:
        """Replace `old` by `new`."""
        table = self.table
        if old.id >= len(table):
            table.extend([None] * (old.id + 1 - len(table)))
        table[old.id] = new
        self.any = True

    def find(self, op: Op) -> Op:
        """What stands for a value in the end."""
        table = self.table
        size = len(table)
        if op.id >= size:
            return op
        found = table[op.id]
        if found is None:
            return op
        while found.id < size:
            further = table[found.id]
            if further is None:
                break
            found = further
        # Remember the end of the chain, so that long chains are walked once.
        table[op.id] = found
        return found

    def rewrite(self, op: Op) -> bool:
        """Replace the operands of one operation; tells whether any changed."""
        changed = False
        args = op.args
        for index in range(len(args)):
            arg = args[index]
            found = self.find(arg)
            if found is not arg:
                args[index] = found
                changed = True
        return changed

    def apply(self, function: Function) -> None:
        """Replace the operands of all operations."""
        if not self.any:
            return
        for block in function.blocks:
            for op in block.ops:
                if op.args:
                    self.rewrite(op)


def remove_edge(pred: Block, block: Block) -> None:
    """Forget that `pred` leads to `block`; the terminator of `pred` is changed by the caller."""
    index = 0
    preds = block.preds
    while preds[index] is not pred:
        index += 1
    del preds[index]
    for op in block.ops:
        if op.opcode != ops.PHI:
            break
        del op.args[index]


def replace_pred(block: Block, old: Block, new: Block) -> None:
    """`block` is now reached from `new` where it was from `old`."""
    preds = block.preds
    for index in range(len(preds)):
        if preds[index] is old:
            preds[index] = new
            return


def jump_instead(function: Function, block: Block, target: Block) -> None:
    """Replace the terminator of a block by a jump to one of its targets; other edges are removed."""
    terminator = block.ops[-1]
    removed: list[Block] = []
    for other in targets_of(terminator):
        if other is not target and other not in removed:
            removed.append(other)
            remove_edge(block, other)
    block.ops[-1] = TerminatorOp(function.new_id(), ops.JUMP, [], [target], terminator.il_offset)


def retarget(block: Block, old: Block, new: Block) -> None:
    """Let the terminator go to `new` where it went to `old`; predecessors are changed by the caller."""
    terminator = block.ops[-1]
    if isinstance(terminator, (BranchOp, TerminatorOp)):
        targets = terminator.targets
        for index in range(len(targets)):
            if targets[index] is old:
                targets[index] = new


def make_preheader(function: Function, graph: FlowGraph, header_position: int, inside: list[bool]) -> Block | None:
    """The block through which alone control enters a loop, and which only leads there; made if need be.

    Args:
        graph: of the function; a block that was made later counts as outside of the loop.
        header_position: position of the loop's header.
        inside: by position: whether the block is in the loop.

    Returns:
        None if the loop has several entries, or its entry comes from another region.
    """
    header = graph.order[header_position]
    if graph.is_root[header_position]:
        return None
    entering: Block | None = None
    for pred in header.preds:
        position = graph.position[pred.id] if pred.id < len(graph.position) else -1
        if position < 0 or not inside[position]:
            if entering is not None:
                return None
            entering = pred
    if entering is None or entering.funclet != header.funclet or entering.try_index != header.try_index:
        return None
    opcode = entering.ops[-1].opcode
    if opcode == ops.JUMP:
        return entering
    if opcode != ops.BRANCH and opcode != ops.FBRANCH and opcode != ops.SWITCH:
        return None
    block = function.new_block()
    block.funclet = header.funclet
    block.try_index = header.try_index
    block.is_cold = header.is_cold
    block.ops.append(TerminatorOp(function.new_id(), ops.JUMP, [], [header], entering.ops[-1].il_offset))
    block.preds.append(entering)
    retarget(entering, header, block)
    replace_pred(header, entering, block)
    function.blocks.insert(function.blocks.index(header), block)
    return block


def remove_unreachable_blocks(function: Function) -> bool:
    """Remove the blocks that control cannot reach, and exception regions that protect nothing any more."""
    changed = False
    while True:
        graph = FlowGraph(function, False)
        position = graph.position
        if len(graph.order) == len(function.blocks):
            return changed
        changed = True
        for block in graph.order:
            if block.preds:
                for pred in list(block.preds):
                    if position[pred.id] < 0:
                        remove_edge(pred, block)
        function.blocks = [block for block in function.blocks if position[block.id] >= 0]
        # A handler whose try range is gone is unreachable in turn.
        if not remove_empty_regions(function):
            return changed


def take_parameters(function: Function) -> Block:
    """A new block with the parameters of the first one, which loses them; it is not in `function.blocks` yet."""
    body = function.blocks[0]
    entry = function.new_block()
    rest: list[Op] = []
    for op in body.ops:
        if isinstance(op, ParamOp):
            entry.ops.append(op)
        else:
            rest.append(op)
    body.ops = rest
    return entry
