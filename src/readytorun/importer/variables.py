"""Decides where arguments and locals live: in SSA variables, or in frame slots.

A slot is needed for structs, for what has its address taken, for pinned locals, and for what must survive the passage
between the main body and a funclet, where no register does (clr-abi.md, "Funclets").
"""

from __future__ import annotations

from readytorun.il import opcodes as il
from readytorun.il.decoder import DecodedIL
from readytorun.il.flow import ILFlow
from readytorun.metadata.method_body import ExceptionRegion


class VariableUse:
    """What the IL does with arguments and locals; bit i of a mask is local i, bit `locals + i` is argument i.

    Attributes:
        address_taken: has its address taken.
        stored: is assigned at least once.
        crosses_funclets: is live into a handler, or into code that a handler or a called finally continues at.
    """

    __slots__ = ("address_taken", "crosses_funclets", "stored")

    def __init__(self) -> None:
        self.address_taken = 0
        self.stored = 0
        self.crosses_funclets = 0


def scan_variables(
    code: DecodedIL, flow: ILFlow, regions: list[ExceptionRegion], local_count: int, is_cloned: list[bool]
) -> VariableUse:
    """Find out how a body uses its variables; `is_cloned` tells the finally regions that are never called."""
    use = VariableUse()
    opcodes = code.opcodes
    operands = code.operands
    for index in range(len(opcodes)):
        opcode = opcodes[index]
        if opcode == il.LDLOCA:
            use.address_taken |= 1 << operands[index]
        elif opcode == il.LDARGA:
            use.address_taken |= 1 << (local_count + operands[index])
        elif opcode == il.STLOC:
            use.stored |= 1 << operands[index]
        elif opcode == il.STARG:
            use.stored |= 1 << (local_count + operands[index])
    if regions:
        use.crosses_funclets = _crossing(code, flow, regions, local_count, is_cloned)
    return use


def _crossing(
    code: DecodedIL, flow: ILFlow, regions: list[ExceptionRegion], local_count: int, is_cloned: list[bool]
) -> int:
    blocks = flow.blocks
    count = len(blocks)
    uses = [0] * count
    definitions = [0] * count
    for block in blocks:
        used = 0
        defined = 0
        for index in range(block.first, block.end):
            opcode = code.opcodes[index]
            if opcode == il.LDLOC or opcode == il.LDLOCA:
                used |= (1 << code.operands[index]) & ~defined
            elif opcode == il.LDARG or opcode == il.LDARGA:
                used |= (1 << (local_count + code.operands[index])) & ~defined
            elif opcode == il.STLOC:
                defined |= 1 << code.operands[index]
            elif opcode == il.STARG:
                defined |= 1 << (local_count + code.operands[index])
        uses[block.index] = used
        definitions[block.index] = defined
    # Any instruction of a try range may go to the handlers of all regions around it.
    exceptional: list[list[int]] = [[] for _ in range(count)]
    entries: set[int] = set()
    for region in regions:
        starts = [region.handler_offset]
        if region.kind == 1:
            starts.append(region.filter_offset)
        targets = [flow.block_at[code.index_of[start]] for start in starts]
        entries.update(targets)
        end = region.try_offset + region.try_length
        for block in blocks:
            if region.try_offset <= code.offsets[block.first] < end:
                exceptional[block.index].extend(targets)
        # A finally or filter goes on at places that this handler's own IL does not name: to be safe, what is live
        # into any handler is live throughout the handlers, too (the fixed point below takes care of real edges).
    live_in = [0] * count
    changed = True
    while changed:
        changed = False
        for index in range(count - 1, -1, -1):
            block = blocks[index]
            live = 0
            for successor in block.successors:
                live |= live_in[successor]
            live = uses[index] | (live & ~definitions[index])
            # The exception may come before or after an assignment in the block.
            for handler in exceptional[index]:
                live |= live_in[handler]
            if live != live_in[index]:
                live_in[index] = live
                changed = True
    crossing = 0
    for entry in entries:
        crossing |= live_in[entry]
    for block in blocks:
        last = block.end - 1
        if code.opcodes[last] == il.LEAVE and (block.try_region >= 0 or block.handler_region >= 0):
            target = flow.block_at[code.index_of[code.operands[last]]]
            offset = code.offsets[last]
            if _leaves_funclet(offset, code.operands[last], regions, is_cloned):
                crossing |= live_in[target]
    return crossing


def _leaves_funclet(source: int, target: int, regions: list[ExceptionRegion], is_cloned: list[bool]) -> bool:
    """Whether a leave ends a handler or passes a finally, which is called as a funclet: registers are lost."""
    for index, region in enumerate(regions):
        handler_end = region.handler_offset + region.handler_length
        if region.handler_offset <= source < handler_end and not region.handler_offset <= target < handler_end:
            return True
        if region.kind == 2 and not is_cloned[index]:
            try_end = region.try_offset + region.try_length
            if region.try_offset <= source < try_end and not region.try_offset <= target < try_end:
                return True
    return False
