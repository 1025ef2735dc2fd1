"""Where each value is live.

For SSA: a value is live from its definition to each of its uses, along all paths backwards from the use. Each use is
walked back to the definition on its own, stopping where the value is known to be live already. Most values are used
in their own block only; they are two numbers. The others are bit sets over positions, so that interference is one
`&`, and lifetimes have holes for free.

An operand of a phi is used at the end of the predecessor that it comes from; a folded operand is used where its user
is.
"""

from __future__ import annotations

from readytorun.backend.lowering import KIND_CHEAP, KIND_FOLDED, KIND_VALUE, Lowering
from readytorun.ir.function import Block
from readytorun.ir.ops import PARAM, PHI, Op

# How much more a use counts for each loop around it, by loop depth.
FREQUENCIES = (8, 64, 512, 4096, 32768, 262144, 2097152)
COLD_FREQUENCY = 1


def frequency(block: Block) -> int:
    """Relative number of executions of a block."""
    return COLD_FREQUENCY if block.is_cold else FREQUENCIES[block.loop_depth]


def compute_liveness(lowering: Lowering) -> None:
    """Fill start, end, mask and weight of all values, and the list of clobbering operations."""
    order = lowering.order
    kind = lowering.kind
    start = lowering.start
    end = lowering.end
    weight = lowering.weight
    for index in range(len(order)):
        block = order[index]
        block_start = lowering.block_start[index]
        frequent = frequency(block)
        for op in block.ops:
            id = op.id
            if lowering.clobbers[id]:
                lowering.clobber_ops.append(id)
            k = kind[id]
            if k == KIND_VALUE or k == KIND_CHEAP:
                opcode = op.opcode
                if opcode == PHI:
                    first = block_start
                elif opcode == PARAM:
                    first = 0
                else:
                    first = lowering.position[id] + 1 + lowering.result_late[id]
                start[id] = first
                end[id] = first + 1
                weight[id] = frequent
    for index in range(len(order) - 1, -1, -1):
        block = order[index]
        frequent = frequency(block)
        for i in range(len(block.ops) - 1, -1, -1):
            op = block.ops[i]
            if op.opcode == PHI:
                if kind[op.id] == KIND_VALUE:
                    for k in range(len(op.args)):
                        pred = lowering.index_of_block[block.preds[k].id]
                        _use(lowering, op.args[k], lowering.block_end[pred] - 2, pred, frequency(order[pred]))
            elif kind[op.id] != KIND_FOLDED:
                _use_operands(lowering, op, lowering.position[op.id], 0, index, frequent)


def _use_operands(lowering: Lowering, op: Op, position: int, is_late: int, block_index: int, frequent: int) -> None:
    """Record the uses of all operands of `op` at a position; all are late if `is_late`."""
    late = lowering.late[op.id]
    args = op.args
    for i in range(len(args)):
        arg = args[i]
        arg_late = is_late | late >> i & 1
        if lowering.kind[arg.id] == KIND_FOLDED:
            _use_operands(lowering, arg, position, arg_late, block_index, frequent)
        else:
            _use(lowering, arg, position + arg_late, block_index, frequent)


def _use(lowering: Lowering, value: Op, position: int, block_index: int, frequent: int) -> None:
    """The value must be live up to and including `position`, which is in the block."""
    id = value.id
    kind = lowering.kind[id]
    if kind != KIND_VALUE and kind != KIND_CHEAP:
        return
    lowering.weight[id] += frequent
    home = lowering.block_index[id]
    first = lowering.start[id]
    mask = lowering.mask[id]
    if home == block_index and position >= first:
        if mask:
            lowering.mask[id] = mask | (1 << position + 1 - first) - 1 << first
        elif position >= lowering.end[id]:
            lowering.end[id] = position + 1
        return
    if mask:
        if mask >> position & 1:
            return
    else:
        mask = (1 << lowering.end[id] - first) - 1 << first
    block_start = lowering.block_start
    block_end = lowering.block_end
    begin = block_start[block_index]
    mask |= (1 << position + 1 - begin) - 1 << begin
    work = [block_index]
    while work:
        block = lowering.order[work.pop()]
        for pred in block.preds:
            p = lowering.index_of_block[pred.id]
            stop = block_end[p]
            if mask >> stop - 1 & 1:
                continue
            if p == home:
                mask |= (1 << stop - first) - 1 << first
            else:
                begin = block_start[p]
                mask |= (1 << stop - begin) - 1 << begin
                work.append(p)
    lowering.mask[id] = mask
