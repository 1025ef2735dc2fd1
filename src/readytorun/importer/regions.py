"""Exception regions of the root method: funclets, and the way a `leave` takes through finally handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from readytorun.il import opcodes as il
from readytorun.il.decoder import DecodedIL
from readytorun.importer.frame import Frame
from readytorun.ir import ops
from readytorun.ir.function import Block, EHRegion, Funclet
from readytorun.metadata.method_body import ExceptionRegion
from readytorun.r2r.model import EHClauseKind

_MAX_CLONED_SIZE: Final = 64  # bytes of IL
_MAX_CLONES: Final = 3


class RegionMap:
    """Where code belongs: funclet and innermost try region of IL offsets.

    Attributes:
        regions: the IL exception regions, inner before outer.
        handler_funclet, filter_funclet: funclet number of each region (0 = none).
        parent_funclet: funclet that holds each region's try range.
        enclosing: innermost region of the same funclet whose try range strictly encloses each region's.
        entries: IR block that begins each funclet (index = funclet number - 1).
        is_tested: typed regions of shared code whose exception type is known at run time only: a filter of ours looks
            it up and tests for it.
        is_cloned: finally regions whose handler is imported once more at each `leave`, so that no registers are lost
            on the way; what is left of the clause is a fault.
    """

    __slots__ = (
        "enclosing",
        "entries",
        "filter_funclet",
        "handler_funclet",
        "is_cloned",
        "is_tested",
        "parent_funclet",
        "regions",
    )

    def __init__(self, regions: list[ExceptionRegion], is_cloned: list[bool], is_tested: list[bool]) -> None:
        self.regions = regions
        self.is_cloned = is_cloned
        self.is_tested = is_tested
        self.handler_funclet: list[int] = []
        self.filter_funclet: list[int] = []
        self.parent_funclet: list[int] = []
        self.enclosing: list[int] = []
        self.entries: list[Block] = []
        number = 0
        for index, region in enumerate(regions):
            if region.kind == EHClauseKind.FILTER or is_tested[index]:
                number += 1
                self.filter_funclet.append(number)
            else:
                self.filter_funclet.append(0)
            number += 1
            self.handler_funclet.append(number)
        for region in regions:
            self.parent_funclet.append(self.funclet_of(region.try_offset))
        for index, region in enumerate(regions):
            self.enclosing.append(self._enclosing(index, region))

    def funclet_of(self, offset: int) -> int:
        """Funclet that holds an IL offset: the innermost handler or filter around it, 0 for the main body."""
        best = 0
        best_length = 1 << 62
        for index, region in enumerate(self.regions):
            if region.handler_offset <= offset < region.handler_offset + region.handler_length:
                if region.handler_length < best_length:
                    best = self.handler_funclet[index]
                    best_length = region.handler_length
            elif region.kind == 1 and region.filter_offset <= offset < region.handler_offset:
                length = region.handler_offset - region.filter_offset
                if length < best_length:
                    best = self.filter_funclet[index]
                    best_length = length
        return best

    def try_index_of(self, offset: int, funclet: int) -> int:
        """Innermost region whose try range holds the offset and lies in the same funclet, -1 if none."""
        for index, region in enumerate(self.regions):
            if self.parent_funclet[index] == funclet and _in_try(region, offset):
                return index
        return -1

    def _enclosing(self, index: int, region: ExceptionRegion) -> int:
        for outer in range(len(self.regions)):
            other = self.regions[outer]
            if (
                outer != index
                and other.try_length > region.try_length
                and _in_try(other, region.try_offset)
                and self.parent_funclet[outer] == self.parent_funclet[index]
            ):
                return outer
        return -1


def _in_try(region: ExceptionRegion, offset: int) -> bool:
    return region.try_offset <= offset < region.try_offset + region.try_length


def _in_handler(region: ExceptionRegion, offset: int) -> bool:
    return region.handler_offset <= offset < region.handler_offset + region.handler_length


def cloned_regions(code: DecodedIL, regions: list[ExceptionRegion]) -> list[bool]:
    """Which finally handlers are worth cloning: small, without regions of their own, left at few places."""
    result: list[bool] = []
    for region in regions:
        clone = region.kind == EHClauseKind.FINALLY and region.handler_length <= _MAX_CLONED_SIZE
        if clone:
            for other in regions:
                if _in_handler(region, other.try_offset):
                    clone = False
        if clone:
            exits = 0
            for index in range(len(code.opcodes)):
                if code.opcodes[index] == il.LEAVE and _in_try(region, code.offsets[index]):
                    if not _in_try(region, code.operands[index]):
                        exits += 1
            clone = exits <= _MAX_CLONES
        result.append(clone)
    return result


def create_regions(frame: Frame, is_cloned: list[bool], is_synchronized: bool) -> RegionMap:
    """Create the function's exception regions and the entry blocks of their funclets.

    Args:
        is_cloned: which of the regions in IL are finally handlers that are cloned.
        is_synchronized: there is one more region around all of the body, with a fault handler that is not in IL.
    """
    state = frame.state
    function = state.function
    regions = frame.body.regions
    if is_synchronized:
        size = len(frame.body.code)
        regions = [*regions, ExceptionRegion(EHClauseKind.FAULT, 0, size, size, 0)]
        is_cloned = [*is_cloned, False]
    is_tested = [
        region.kind == EHClauseKind.TYPED and frame.resolve_type(region.class_token).is_canonical_subtype
        for region in regions
    ]
    region_map = RegionMap(regions, is_cloned, is_tested)
    previous: ExceptionRegion | None = None
    for index, region in enumerate(regions):
        if is_tested[index]:
            eh = EHRegion(EHClauseKind.FILTER)
        else:
            eh = EHRegion(EHClauseKind.FAULT if is_cloned[index] else region.kind, region.class_token)
        eh.handler_funclet = region_map.handler_funclet[index]
        eh.filter_funclet = region_map.filter_funclet[index]
        eh.enclosing = region_map.enclosing[index]
        eh.same_try_as_previous = (
            previous is not None
            and previous.try_offset == region.try_offset
            and previous.try_length == region.try_length
        )
        previous = region
        function.eh_regions.append(eh)
        if region_map.filter_funclet[index]:
            _create_funclet(frame, region_map, index, region.filter_offset, True)
        _create_funclet(frame, region_map, index, region.handler_offset, False)
    return region_map


def _create_funclet(frame: Frame, region_map: RegionMap, region: int, offset: int, is_filter: bool) -> None:
    state = frame.state
    block = state.function.new_block()
    number = len(region_map.entries) + 1
    block.funclet = number
    state.place(block, number, -1, 0)
    region_map.entries.append(block)
    state.function.funclets.append(Funclet(block, is_filter, region))


def import_leave(
    frame: Frame,
    region_map: RegionMap,
    source: int,
    target_offset: int,
    target: Block,
    import_clone: Callable[[Frame, RegionMap, int, Block], None],
) -> None:
    """End the current block with the way from IL offset `source` to `target_offset`.

    On the way out every finally whose try range is left is called, and every catch handler that is left returns to the
    funclet around it, innermost first. The blocks in between ("steps") belong to the region around the one just left.
    `import_clone` imports a cloned finally handler in the current block and goes on at a continuation.
    """
    state = frame.state
    builder = state.builder
    exits: list[tuple[int, int, bool]] = []
    for index, region in enumerate(region_map.regions):
        if region.kind == 2 and _in_try(region, source) and not _in_try(region, target_offset):
            exits.append((region.try_length, index, False))
        elif _in_handler(region, source) and not _in_handler(region, target_offset):
            exits.append((region.handler_length, index, True))
    if not exits:
        builder.jump(target)
        return
    exits.sort()
    for position, (_, index, is_handler) in enumerate(exits):
        if not is_handler:
            # The call itself must lie outside the try range whose finally it runs.
            call_block = _new_step(frame, region_map, index)
            builder.jump(call_block)
            builder.block = call_block
        if position == len(exits) - 1 and region_map.funclet_of(target_offset) == region_map.parent_funclet[index]:
            continuation = target
        else:
            continuation = _new_step(frame, region_map, index)
        if is_handler:
            builder.terminate(ops.CATCH_RETURN, [], [continuation], [])
        elif region_map.is_cloned[index]:
            import_clone(frame, region_map, index, continuation)
        else:
            entry = region_map.entries[region_map.handler_funclet[index] - 1]
            builder.terminate(ops.CALL_FINALLY, [], [entry, continuation], [continuation])
        if continuation is target:
            return
        builder.block = continuation
    builder.jump(target)


def _new_step(frame: Frame, region_map: RegionMap, index: int) -> Block:
    """Block directly behind the try range of a region: inside all ranges around it, outside of its own."""
    state = frame.state
    block = state.function.new_block()
    block.try_index = region_map.enclosing[index]
    block.funclet, offset, order = step_key(region_map, index)
    state.place(block, block.funclet, offset, order)
    state.function.blocks.append(block)
    # It gets its one predecessor (or none, behind a catch) from the code that is being imported now.
    state.ssa.seal(block)
    return block


def step_key(region_map: RegionMap, index: int) -> tuple[int, int, int]:
    """Funclet, IL offset and order of the place directly behind a region's try range."""
    region = region_map.regions[index]
    return region_map.parent_funclet[index], region.try_offset + region.try_length, index - len(region_map.regions)
