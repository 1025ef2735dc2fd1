"""Simplifies the flow graph: blocks in a row become one, jumps to jumps and to known branches are shortened.

Shortening (jump threading) is done for

* a block that only jumps on;
* a block that only branches on a phi and a constant: predecessors with a constant in the phi know where it goes. That
  is what `a && b` and `a ? b : c` look like in IL when their value is tested.

Regions stay as they are: no operation moves into another try range or funclet, and where a catch or finally continues
is never changed.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.analysis import roots_of
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BranchOp, ConstOp, Op, TerminatorOp
from readytorun.passes.edit import Replacements, remove_edge, remove_unreachable_blocks, replace_pred, retarget
from readytorun.passes.fold_compare import holds


def run(function: Function) -> bool:
    """Simplify until nothing changes."""
    changed = remove_unreachable_blocks(function)
    while True:
        threaded = _thread(function)
        if threaded:
            remove_unreachable_blocks(function)
        merged = _merge(function)
        if not threaded and not merged:
            return changed
        changed = True


# --- blocks in a row ---------------------------------------------------------------------------------------------


def _merge(function: Function) -> bool:
    """Append blocks to their only predecessor where that only leads there."""
    is_root = [False] * function.next_block_id
    for root in roots_of(function):
        is_root[root.id] = True
    is_gone = [False] * function.next_block_id
    replacements = Replacements(function)
    changed = False
    for block in function.blocks:
        if is_gone[block.id]:
            continue
        while True:
            jump = block.ops[-1]
            if not isinstance(jump, TerminatorOp) or jump.opcode != ops.JUMP:
                break
            target = jump.targets[0]
            if (
                target is block
                or len(target.preds) != 1
                or is_root[target.id]
                or target.try_index != block.try_index
                or target.funclet != block.funclet
            ):
                break
            block.ops.pop()
            for op in target.ops:
                if op.opcode == ops.PHI:
                    replacements.set(op, op.args[0])
                else:
                    block.ops.append(op)
            for successor in _edges(target):
                replace_pred(successor, target, block)
            # Unlikely code stays unlikely only if all of it is.
            block.is_cold = block.is_cold or target.is_cold
            is_gone[target.id] = True
            changed = True
    if changed:
        function.blocks = [block for block in function.blocks if not is_gone[block.id]]
        replacements.apply(function)
    return changed


def _edges(block: Block) -> list[Block]:
    """Successors of a block, each once."""
    unique: list[Block] = []
    for target in ops.successors(block.ops[-1]):
        if target not in unique:
            unique.append(target)
    return unique


# --- jump threading ----------------------------------------------------------------------------------------------


def _thread(function: Function) -> bool:
    changed = False
    use_counts: list[int] | None = None
    for block in function.blocks:
        if not block.preds:
            continue
        terminator = block.ops[-1]
        if isinstance(terminator, TerminatorOp):
            if terminator.opcode == ops.JUMP and len(block.ops) == 1 and terminator.targets[0] is not block:
                if _skip(function, block, terminator.targets[0]):
                    changed = True
                    use_counts = None
        elif isinstance(terminator, BranchOp) and terminator.opcode == ops.BRANCH:
            if block.ops[0].opcode == ops.PHI and _only_tests_phi(block, terminator):
                if use_counts is None:
                    use_counts = _count_uses(function)
                if _skip_test(function, block, terminator, use_counts):
                    changed = True
                    use_counts = None
    return changed


def _can_retarget(pred: Block, block: Block) -> bool:
    """Whether the predecessor may go elsewhere than to the block."""
    if block.try_index >= 0 and pred.try_index != block.try_index:
        # Nothing might be left of the try range, and what protects nothing has no place in the tables.
        return False
    opcode = pred.ops[-1].opcode
    return opcode in (ops.JUMP, ops.BRANCH, ops.FBRANCH, ops.SWITCH)


def _skip(function: Function, block: Block, target: Block) -> bool:
    """Let the predecessors of a block without operations go to its target directly."""
    changed = False
    has_phis = target.ops[0].opcode == ops.PHI
    for pred in list(block.preds):
        if pred is block or not _can_retarget(pred, block):
            continue
        if pred in target.preds:
            if has_phis and not _same_values(target, pred, block):
                continue
            retarget(pred, block, target)
            remove_edge(pred, block)
            branch = pred.ops[-1]
            if isinstance(branch, BranchOp) and branch.targets[0] is branch.targets[1]:
                pred.ops[-1] = TerminatorOp(function.new_id(), ops.JUMP, [], [target], branch.il_offset)
        else:
            retarget(pred, block, target)
            remove_edge(pred, block)
            index = _index(target, block)
            target.preds.append(pred)
            for phi in target.ops:
                if phi.opcode != ops.PHI:
                    break
                phi.args.append(phi.args[index])
        changed = True
    return changed


def _index(block: Block, pred: Block) -> int:
    index = 0
    while block.preds[index] is not pred:
        index += 1
    return index


def _same_values(target: Block, a: Block, b: Block) -> bool:
    first = _index(target, a)
    second = _index(target, b)
    for phi in target.ops:
        if phi.opcode != ops.PHI:
            return True
        if phi.args[first] is not phi.args[second]:
            return False
    return True


def _only_tests_phi(block: Block, branch: BranchOp) -> bool:
    """Whether the block has phis and constants only, and branches on one of its phis and a constant."""
    tested = branch.args[0]
    if tested.opcode != ops.PHI or not isinstance(branch.args[1], ConstOp) or branch.targets[0] is branch.targets[1]:
        return False
    found = False
    for op in block.ops:
        if op is tested:
            found = True
        elif op.opcode != ops.PHI and op.opcode != ops.CONST and op is not branch:
            return False
    return found


def _count_uses(function: Function) -> list[int]:
    counts = [0] * function.next_id
    for block in function.blocks:
        for op in block.ops:
            for arg in op.args:
                counts[arg.id] += 1
    return counts


def _skip_test(function: Function, block: Block, branch: BranchOp, use_counts: list[int]) -> bool:
    """Let predecessors that know the outcome of the test go where it leads."""
    tested = branch.args[0]
    bound = branch.args[1]
    if not isinstance(bound, ConstOp):
        return False
    # The values of the block must be used in it and in phis right behind it only: it will not dominate other places.
    inside = _uses_around(block, branch)
    for op in block.ops:
        if op is not branch and inside.count(op.id) != use_counts[op.id]:
            return False
    changed = False
    for pred in list(block.preds):
        if pred is block or not _can_retarget(pred, block):
            continue
        value = tested.args[_index(block, pred)]
        if not isinstance(value, ConstOp):
            continue
        target = branch.targets[0 if holds(branch.cond, value.type, value.value, bound.value) else 1]
        if target is block or pred in target.preds:
            continue
        own = _index(block, pred)
        index = _index(target, block)
        for phi in target.ops:
            if phi.opcode != ops.PHI:
                break
            arg = phi.args[index]
            if arg.opcode == ops.PHI and _is_in(block, arg):
                arg = arg.args[own]
            elif arg.opcode == ops.CONST and _is_in(block, arg):
                arg = _constant_in(function, pred, arg)
            phi.args.append(arg)
        target.preds.append(pred)
        retarget(pred, block, target)
        remove_edge(pred, block)
        changed = True
    return changed


def _uses_around(block: Block, branch: BranchOp) -> list[int]:
    """Ids of the values used in the block and by the phis of its successors on the edges from it."""
    found: list[int] = []
    for op in block.ops:
        if op.opcode == ops.PHI:
            # On the way round a loop.
            if block in block.preds:
                found.append(op.args[_index(block, block)].id)
            continue
        for arg in op.args:
            found.append(arg.id)
    for target in branch.targets:
        if target is block:
            continue
        index = _index(target, block)
        for phi in target.ops:
            if phi.opcode != ops.PHI:
                break
            found.append(phi.args[index].id)
    return found


def _constant_in(function: Function, block: Block, op: Op) -> Op:
    """The same constant at the end of another block."""
    if not isinstance(op, ConstOp):
        return op
    new = ConstOp(function.new_id(), op.type, op.value, op.il_offset)
    block.ops.insert(len(block.ops) - 1, new)
    return new


def _is_in(block: Block, op: Op) -> bool:
    for other in block.ops:
        if other is op:
            return True
        if other.opcode != ops.PHI and other.opcode != ops.CONST:
            return False
    return False
