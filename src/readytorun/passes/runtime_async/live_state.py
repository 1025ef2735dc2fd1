"""Which values and frame slots a method still needs behind each of its awaits.

Values are in SSA form: liveness is exact. Frame slots are looked at whole: an access of any part is a use, only what
overwrites all of a slot ends its life, and a slot whose address goes to where nobody can follow it is always needed.
"""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import BlockOp, CallOp, MemoryOp, Op, SlotOp, TerminatorOp
from readytorun.ir.types import MEMORY_SIZES, ROLE_RETURN_BUFFER, STRUCT


def live_values(function: Function) -> dict[int, int]:
    """Values live at the start of each block, before its phis, as a bit set of operation ids; by block id."""
    uses: dict[int, int] = {}
    definitions: dict[int, int] = {}
    at_end: dict[int, int] = {}  # operands of the successors' phis
    for block in function.blocks:
        used = 0
        defined = 0
        for op in block.ops:
            if op.opcode == ops.PHI:
                for index in range(len(op.args)):
                    pred = block.preds[index]
                    at_end[pred.id] = at_end.get(pred.id, 0) | 1 << op.args[index].id
            else:
                for arg in op.args:
                    used |= (1 << arg.id) & ~defined
            defined |= 1 << op.id
        uses[block.id] = used
        definitions[block.id] = defined
    live: dict[int, int] = {block.id: uses[block.id] for block in function.blocks}
    changed = True
    while changed:
        changed = False
        for position in range(len(function.blocks) - 1, -1, -1):
            block = function.blocks[position]
            out = at_end.get(block.id, 0)
            for successor in ops.successors(block.ops[len(block.ops) - 1]):
                # Suspension code is not there yet; what it needs is what lives behind the await.
                out |= live.get(successor.id, 0)
            wanted = uses[block.id] | (out & ~definitions[block.id])
            if wanted != live[block.id]:
                live[block.id] = wanted
                changed = True
    return live


class SlotLiveness:
    """Frame slots whose content is still needed at the start of each block.

    Attributes:
        live: bit set of slot ids by block id.
    """

    __slots__ = ("_always", "_function", "_roots", "live")

    def __init__(self, function: Function) -> None:
        self._function = function
        self._always = 0
        # Slots that the value of an operation is the address of, or of a part of.
        self._roots: dict[int, int] = {}
        self._find_roots()
        self.live: dict[int, int] = {}
        self._solve()

    def _find_roots(self) -> None:
        roots = self._roots
        changed = True
        while changed:
            changed = False
            for block in self._function.blocks:
                for op in block.ops:
                    found = roots.get(op.id, 0)
                    wanted = found
                    if isinstance(op, SlotOp):
                        wanted |= 1 << op.slot.id
                    elif op.opcode in (ops.PHI, ops.ADDR, ops.SELECT, ops.BITCAST, ops.ADD, ops.SUB):
                        for arg in op.args:
                            wanted |= roots.get(arg.id, 0)
                    if wanted != found:
                        roots[op.id] = wanted
                        changed = True
        for block in self._function.blocks:
            for op in block.ops:
                if op.opcode in (ops.STORE, ops.STORE_BARRIER, ops.STORE_CHECKED):
                    # The address itself is stored somewhere.
                    self._always |= roots.get(op.args[len(op.args) - 1].id, 0)

    def addresses(self, op: Op) -> int:
        """The slots that a value may be an address in, as a bit set."""
        return self._roots.get(op.id, 0)

    def _solve(self) -> None:
        function = self._function
        gen: dict[int, int] = {}
        kill: dict[int, int] = {}
        for block in function.blocks:
            used = 0
            killed = 0
            for position in range(len(block.ops) - 1, -1, -1):
                op = block.ops[position]
                overwritten = overwritten_slots(op)
                used &= ~overwritten
                killed |= overwritten
                used |= self._uses(op)
            gen[block.id] = used
            kill[block.id] = killed
        successors, handlers = _flow(function)
        live = {block.id: gen[block.id] | self._always for block in function.blocks}
        changed = True
        while changed:
            changed = False
            for position in range(len(function.blocks) - 1, -1, -1):
                block = function.blocks[position]
                out = self._always
                for target in successors[block.id]:
                    out |= live.get(target.id, 0)
                wanted = gen[block.id] | (out & ~kill[block.id])
                for target in handlers[block.id]:
                    # The exception may come before anything in the block was overwritten.
                    wanted |= live[target.id]
                wanted |= self._always
                if wanted != live[block.id]:
                    live[block.id] = wanted
                    changed = True
        self.live = live

    def _uses(self, op: Op) -> int:
        """Slots whose content the operation may look at, or change in part."""
        if isinstance(op, SlotOp) or op.opcode == ops.PHI:
            return 0
        found = 0
        whole = overwritten_slots(op)
        for index in range(len(op.args)):
            arg = op.args[index]
            if isinstance(arg, SlotOp) and whole >> arg.slot.id & 1 and index == _destination(op):
                continue
            if op.opcode != ops.ADDR:
                found |= self._roots.get(arg.id, 0)
        return found


def _destination(op: Op) -> int:
    """Index of the operand that is the address of what the operation overwrites."""
    if isinstance(op, CallOp):
        first = 1 if op.target >= ops.TARGET_INDIRECT else 0
        for index in range(len(op.signature.params)):
            if op.signature.params[index].role == ROLE_RETURN_BUFFER:
                return first + index
        return -1
    return 0


def overwritten_slots(op: Op) -> int:
    """Slots of which the operation changes every byte, without looking at them."""
    if isinstance(op, CallOp):
        found = 0
        slot = op.result_slot
        if slot is not None and op.signature.result.type == STRUCT:
            found |= 1 << slot.id
        index = _destination(op)
        if index >= 0 and index < len(op.args):
            buffer = op.args[index]
            if isinstance(buffer, SlotOp):
                found |= 1 << buffer.slot.id
        return found
    if isinstance(op, MemoryOp):
        if op.opcode == ops.STORE and not op.has_index and op.offset == 0 and isinstance(op.args[0], SlotOp):
            slot = op.args[0].slot
            if MEMORY_SIZES[op.memory] >= slot.size:
                return 1 << slot.id
        return 0
    if isinstance(op, BlockOp) and isinstance(op.args[0], SlotOp):
        slot = op.args[0].slot
        if op.layout.size >= slot.size:
            return 1 << slot.id
    return 0


def _flow(function: Function) -> tuple[dict[int, list[Block]], dict[int, list[Block]]]:
    """Where control goes from each block, and the handlers that an exception in it may run, by block id."""
    successors: dict[int, list[Block]] = {}
    handlers: dict[int, list[Block]] = {}
    returns: dict[int, list[Block]] = {}  # continuations of called finallys, by funclet
    for block in function.blocks:
        last = block.ops[len(block.ops) - 1]
        if isinstance(last, TerminatorOp) and last.opcode == ops.CALL_FINALLY:
            returns.setdefault(last.targets[0].funclet, []).append(last.targets[1])
    for block in function.blocks:
        last = block.ops[len(block.ops) - 1]
        found = list(ops.successors(last))
        if isinstance(last, TerminatorOp) and last.opcode in (ops.CALL_FINALLY, ops.CATCH_RETURN):
            found = list(last.targets)
        elif last.opcode == ops.END_FINALLY:
            found = returns.get(block.funclet, [])
        successors[block.id] = found
        entered: list[Block] = []
        for region in _regions_around(function, block):
            eh = function.eh_regions[region]
            entered.append(function.funclets[eh.handler_funclet - 1].entry)
            if eh.filter_funclet:
                entered.append(function.funclets[eh.filter_funclet - 1].entry)
        handlers[block.id] = entered
    return successors, handlers


def _regions_around(function: Function, block: Block) -> list[int]:
    """Every region whose handler may run because of the block: around it, and around what its funclet handles."""
    found: list[int] = []
    regions = function.eh_regions
    index = block.try_index
    funclet = block.funclet
    while True:
        while index >= 0:
            if index not in found:
                found.append(index)
                following = index + 1
                while following < len(regions) and regions[following].same_try_as_previous:
                    found.append(following)
                    following += 1
                before = index
                while before > 0 and regions[before].same_try_as_previous:
                    before -= 1
                    found.append(before)
            index = regions[index].enclosing
        if funclet == 0:
            return found
        owner = function.funclets[funclet - 1].region
        index = regions[owner].enclosing
        # The funclet that holds the handled try range: that of one of its blocks.
        funclet = _funclet_of_region(function, owner)


def _funclet_of_region(function: Function, region: int) -> int:
    regions = function.eh_regions
    first = region
    while first > 0 and regions[first].same_try_as_previous:
        first -= 1
    for block in function.blocks:
        index = block.try_index
        while index >= 0:
            if index == first or index == region:
                return block.funclet
            index = regions[index].enclosing
    return 0


def is_saved(slot: Slot) -> bool:
    """Whether a slot's content can be saved in a continuation: byrefs and pinned references cannot."""
    if slot.is_pinned:
        return False
    for _, is_byref in slot.gc_refs:
        if is_byref:
            return False
    return True
