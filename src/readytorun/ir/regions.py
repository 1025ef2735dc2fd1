"""Exception regions of a function: removing those that protect nothing."""

from __future__ import annotations

from readytorun.ir.function import EHRegion, Funclet, Function


def remove_empty_regions(function: Function) -> bool:
    """Remove exception regions without protected blocks, together with their funclets and the regions in those.

    What a removed catch continued at stays, and may be unreachable now.

    Returns:
        False if there was nothing to remove.
    """
    changed = False
    while function.eh_regions and _remove_once(function):
        changed = True
    return changed


def _remove_once(function: Function) -> bool:
    regions = function.eh_regions
    used = [False] * len(regions)
    for block in function.blocks:
        index = block.try_index
        while index >= 0 and not used[index]:
            used[index] = True
            index = regions[index].enclosing
    for index in range(1, len(regions)):
        if regions[index].same_try_as_previous and used[index - 1]:
            used[index] = True
    # The first of several clauses on one try range stands for all of them.
    for index in range(len(regions) - 1, 0, -1):
        if regions[index].same_try_as_previous and used[index]:
            used[index - 1] = True
    if all(used):
        return False
    region_numbers: list[int] = []
    funclet_numbers = [0] * (len(function.funclets) + 1)
    kept_regions: list[EHRegion] = []
    for index in range(len(regions)):
        region_numbers.append(len(kept_regions))
        if used[index]:
            kept_regions.append(regions[index])
    kept_funclets: list[Funclet] = []
    for index in range(len(function.funclets)):
        funclet = function.funclets[index]
        if used[funclet.region]:
            kept_funclets.append(funclet)
            funclet_numbers[index + 1] = len(kept_funclets)
            funclet.region = region_numbers[funclet.region]
        else:
            funclet_numbers[index + 1] = -1
    for region in kept_regions:
        region.handler_funclet = funclet_numbers[region.handler_funclet]
        region.filter_funclet = funclet_numbers[region.filter_funclet]
        if region.enclosing >= 0:
            region.enclosing = region_numbers[region.enclosing]
    blocks = []
    for block in function.blocks:
        block.funclet = funclet_numbers[block.funclet]
        if block.funclet < 0:
            continue
        if block.try_index >= 0:
            block.try_index = region_numbers[block.try_index]
        blocks.append(block)
    function.blocks = blocks
    function.eh_regions = kept_regions
    function.funclets = kept_funclets
    return True
