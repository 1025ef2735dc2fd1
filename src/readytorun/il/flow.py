"""Basic blocks of an IL method body and its exception regions."""

from __future__ import annotations

from readytorun.il import opcodes as il
from readytorun.il.decoder import DecodedIL, InvalidILError
from readytorun.metadata.method_body import ExceptionRegion


class ILBlock:
    """A basic block of IL.

    Attributes:
        index: position in `ILFlow.blocks` (ascending IL offsets).
        first, end: instruction indices, half open.
        successors: block indices that control may reach in the same funclet; a `leave` counts with its target only
            when it does not leave a handler.
        try_region: innermost exception region (index into the body's list) whose try range holds it, -1.
        handler_region: innermost region whose handler or filter holds it, -1.
        in_filter: whether it is in the filter part of `handler_region`.
    """

    __slots__ = ("end", "first", "handler_region", "in_filter", "index", "successors", "try_region")

    def __init__(self, index: int, first: int) -> None:
        self.index = index
        self.first = first
        self.end = first
        self.successors: list[int] = []
        self.try_region = -1
        self.handler_region = -1
        self.in_filter = False


class ILFlow:
    """The flow graph: blocks, and which block each instruction begins.

    Attributes:
        blocks: ascending by IL offset.
        block_at: instruction index -> block index where a block begins, else -1.
    """

    __slots__ = ("block_at", "blocks")

    def __init__(self) -> None:
        self.blocks: list[ILBlock] = []
        self.block_at: list[int] = []


def is_branch(opcode: int) -> bool:
    """Whether the (canonical) opcode is a conditional or unconditional branch, leave not included."""
    return il.BR <= opcode <= il.BLT_UN


def ends_block(opcode: int) -> bool:
    """Whether control never falls through the (canonical) opcode."""
    return opcode in _NO_FALL_THROUGH


_NO_FALL_THROUGH = frozenset((il.BR, il.RET, il.THROW, il.RETHROW, il.LEAVE, il.ENDFINALLY, il.ENDFILTER, il.JMP))


def build_flow(code: DecodedIL, regions: list[ExceptionRegion]) -> ILFlow:
    """Find the basic blocks.

    Raises:
        InvalidILError: a branch or region boundary is not at an instruction, or control runs over the end.
    """
    count = len(code.opcodes)
    if not count:
        raise InvalidILError("the method has no instructions: control runs over its end")
    leader = [False] * (count + 1)
    leader[0] = True
    for index in range(count):
        opcode = code.opcodes[index]
        if is_branch(opcode) or opcode == il.LEAVE:
            leader[_index(code, code.operands[index])] = True
            leader[index + 1] = True
        elif opcode == il.SWITCH_OP:
            for target in code.switch_targets[index]:
                leader[_index(code, target)] = True
            leader[index + 1] = True
        elif ends_block(opcode):
            leader[index + 1] = True
    for region in regions:
        leader[_index(code, region.try_offset)] = True
        leader[_boundary(code, region.try_offset + region.try_length)] = True
        leader[_index(code, region.handler_offset)] = True
        leader[_boundary(code, region.handler_offset + region.handler_length)] = True
        if region.kind == 1:
            leader[_index(code, region.filter_offset)] = True
    flow = ILFlow()
    flow.block_at = [-1] * (count + 1)
    for index in range(count):
        if leader[index]:
            flow.block_at[index] = len(flow.blocks)
            flow.blocks.append(ILBlock(len(flow.blocks), index))
    for block in flow.blocks:
        block.end = flow.blocks[block.index + 1].first if block.index + 1 < len(flow.blocks) else count
        last = block.end - 1
        opcode = code.opcodes[last]
        if is_branch(opcode) or opcode == il.LEAVE:
            block.successors.append(flow.block_at[_index(code, code.operands[last])])
        elif opcode == il.SWITCH_OP:
            for target in code.switch_targets[last]:
                block.successors.append(flow.block_at[_index(code, target)])
        if not ends_block(opcode):
            if block.end >= count:
                raise InvalidILError("control runs over the end of the method")
            block.successors.append(block.index + 1)
        _locate(block, code.offsets[block.first], regions)
    return flow


def _locate(block: ILBlock, offset: int, regions: list[ExceptionRegion]) -> None:
    # Regions come inner before outer, so the first hit is the innermost.
    for index, region in enumerate(regions):
        if block.try_region < 0 and region.try_offset <= offset < region.try_offset + region.try_length:
            block.try_region = index
        if block.handler_region < 0:
            if region.handler_offset <= offset < region.handler_offset + region.handler_length:
                block.handler_region = index
            elif region.kind == 1 and region.filter_offset <= offset < region.handler_offset:
                block.handler_region = index
                block.in_filter = True


def _index(code: DecodedIL, offset: int) -> int:
    if not 0 <= offset < len(code.index_of) - 1 or code.index_of[offset] < 0:
        raise InvalidILError(f"IL offset {offset:#x} is not the start of an instruction")
    return code.index_of[offset]


def _boundary(code: DecodedIL, offset: int) -> int:
    if not 0 <= offset < len(code.index_of) or code.index_of[offset] < 0:
        raise InvalidILError(f"region boundary {offset:#x} is not at an instruction")
    return code.index_of[offset]
