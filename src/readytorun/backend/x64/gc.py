"""GC info of a compiled function: what is live where at each safe point."""

from __future__ import annotations

from readytorun.backend.lowering import FIRST_SLOT, KIND_CHEAP, KIND_VALUE, NO_PLACE
from readytorun.backend.regalloc import Allocation
from readytorun.backend.x64.emit import Emitter
from readytorun.backend.x64.registers import RBP
from readytorun.ir.types import BYREF, REF
from readytorun.r2r.gcinfo import (
    BASE_FRAME_REGISTER,
    BASE_SP,
    INTERIOR,
    PINNED,
    GcInfo,
    RegisterSlot,
    StackSlot,
    encode_gc_info,
    sort_slots,
)
from readytorun.r2r.target import Machine


def gc_info(e: Emitter, allocation: Allocation, code_length: int, prolog_size: int) -> bytes:
    """Encode the GC info; `prolog_size` is the offset behind the store of the generic context."""
    lowering = e.lowering
    function = lowering.function
    frame = e.frame
    code = e.code
    base = BASE_FRAME_REGISTER if frame.base == RBP else BASE_SP

    # Safe points in code order: offset, position, result registers, poll operation or -1.
    points: list[tuple[int, int, int]] = []
    for index in range(len(e.safe_points)):
        mark, position, _ = e.safe_points[index]
        points.append((code.offset(mark), position, index))
    for index in range(len(e.poll_points)):
        mark, position, _ = e.poll_points[index]
        points.append((code.offset(mark), position, -1 - index))
    points.sort()

    # Slots: key is register << 1 | interior, or for the frame (1 << 40 + displacement) << 1 | interior.
    slot_of: dict[int, int] = {}
    keys: list[int] = []
    masks: list[int] = []  # positions at which the slot is live
    all_points = 0
    for _, position, _ in points:
        all_points |= 1 << position
    spans = _spans(e)
    for _, _, position in spans:
        all_points |= 1 << position
    if all_points:
        for op in lowering.op:
            if op is None or op.type < REF or op.type > BYREF:
                continue
            id = op.id
            place = lowering.place[id]
            if place == NO_PLACE or (lowering.kind[id] != KIND_VALUE and lowering.kind[id] != KIND_CHEAP):
                continue
            live = lowering.live_mask(id) & all_points
            if not live:
                continue
            interior = 1 if op.type == BYREF else 0
            if place < NO_PLACE:
                key = place << 1 | interior
            else:
                if allocation.slots[place - FIRST_SLOT].untracked_flags >= 0:
                    continue
                key = (1 << 40) + frame.place_disp(place) << 1 | interior
            slot = slot_of.get(key, -1)
            if slot < 0:
                slot_of[key] = len(keys)
                keys.append(key)
                masks.append(live)
            else:
                masks[slot] |= live

    # The slots that are live at each position of interest.
    live_at: dict[int, list[int]] = {}
    for _, position, _ in points:
        live_at[position] = []
    for _, _, position in spans:
        live_at[position] = []
    for slot in range(len(keys)):
        digits = bin(masks[slot])  # searching a string is faster than shifting big numbers
        last = len(digits) - 1
        found = digits.rfind("1")
        while found >= 0:
            live_at[last - found].append(keys[slot])
            found = digits.rfind("1", 2, found)

    info = GcInfo(code_length)
    live_keys: list[list[int]] = []
    for offset, position, index in points:
        present: list[int] = []
        saved: list[int] = []
        if index < 0:
            saved = e.poll_saves[e.poll_points[-1 - index][2]]
        for key in live_at[position]:
            if saved and key >> 1 < NO_PLACE and _is_saved(e, saved, key >> 1):
                continue
            present.append(key)
        if index >= 0:
            for register, flags in e.safe_points[index][2]:
                present.append(register << 1 | flags)
        else:
            for k in range(len(saved)):
                op = lowering.op[saved[k]]
                if op is not None and REF <= op.type <= BYREF:
                    present.append((1 << 40) + frame.save_disp + 8 * k << 1 | (1 if op.type == BYREF else 0))
        info.safe_points.append(offset)
        live_keys.append(present)

    span_keys: list[list[int]] = []
    for start, end, position in spans:
        span_keys.append(live_at[position])
        count = len(info.ranges)
        if count and info.ranges[count - 1][1] == start:
            info.ranges[count - 1] = (info.ranges[count - 1][0], end)
        else:
            info.ranges.append((start, end))

    # Number the slots as the format wants them: registers, then the frame.
    used: dict[int, int] = {}
    for present in live_keys:
        for key in present:
            used[key] = 0
    for present in span_keys:
        for key in present:
            used[key] = 0
    ordered = sorted(used, key=_order)
    for index in range(len(ordered)):
        key = ordered[index]
        used[key] = index
        flags = INTERIOR if key & 1 else 0
        if key >> 1 < NO_PLACE:
            info.registers.append(RegisterSlot(key >> 1, flags))
        else:
            info.stack.append(StackSlot(base, (key >> 1) - (1 << 40), flags))
    for present in live_keys:
        bits = 0
        for key in present:
            bits |= 1 << used[key]
        info.live.append(bits)
    previous = 0
    for index in range(len(spans)):
        bits = 0
        for key in span_keys[index]:
            bits |= 1 << used[key]
        if bits != previous:
            info.changes.append((spans[index][0], bits))
            previous = bits

    for function_slot in function.slots:
        for offset, is_byref in function_slot.gc_refs:
            flags = (INTERIOR if is_byref else 0) | (PINNED if function_slot.is_pinned else 0)
            info.untracked.append(StackSlot(base, frame.slot_disp[function_slot.id] + offset, flags))
        if function_slot.is_reverse_pinvoke:
            info.reverse_pinvoke_slot = frame.slot_disp[function_slot.id]
    for index in range(len(allocation.slots)):
        if allocation.slots[index].untracked_flags >= 0:
            flags = INTERIOR if allocation.slots[index].untracked_flags else 0
            info.untracked.append(StackSlot(base, frame.spill_disp[index], flags))
    if frame.has_context:
        info.generic_context = (0, 3, 1, 2)[function.context_kind]
        info.generic_context_slot = frame.context_disp
        info.prolog_size = prolog_size
        if info.generic_context == 3:
            info.untracked.append(StackSlot(base, frame.context_disp, 0))
    if frame.base == RBP:
        info.base_register = RBP
    if function.funclets:
        info.leaf_or_tail_calls = True
    sort_slots(info)
    return encode_gc_info(info, Machine.AMD64)


def _spans(e: Emitter) -> list[tuple[int, int, int]]:
    """Interruptible code: offsets of start and end, position; ascending."""
    code = e.code
    result: list[tuple[int, int, int]] = []
    for start_mark, end_mark, position in e.spans:
        start = code.offset(start_mark)
        result.append((start, start + 1 if end_mark < 0 else code.offset(end_mark), position))
    return result


def _order(key: int) -> tuple[bool, bool, int]:
    # Registers before the frame; byrefs before references; ascending.
    return key >> 1 >= NO_PLACE, not key & 1, key


def _is_saved(e: Emitter, saved: list[int], register: int) -> bool:
    return any(e.place[id] == register for id in saved)
