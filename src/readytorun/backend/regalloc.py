"""Register allocation: each value gets one place for its whole life.

Values are taken by priority: uses weighted by loop depth, per length of life. Each register has the set of positions
at which it is taken, as a bit set; a value fits where its own set does not meet it. Positions at which an operation
destroys registers are in those sets from the start, so that values live across calls fit only in callee-saved
registers. A value that fits nowhere gets a frame slot, found the same way; since more important values come first,
nothing is ever evicted.

Moves vanish because a value first tries the places of the values that it is moved from or to, and the register that
its user or its definition wants.
"""

from __future__ import annotations

from readytorun.backend.lowering import (
    CLASS_FLOAT,
    FIRST_SLOT,
    KIND_CHEAP,
    KIND_VALUE,
    NO_PLACE,
    Lowering,
)
from readytorun.ir.ops import Op
from readytorun.ir.types import REF

REGISTER_COUNT = 64
_SAVE_COST = 16  # of a callee-saved register: two memory accesses at the entry's frequency


class RegisterFile:
    """The registers of a target that values may get.

    Attributes:
        volatile, saved: integer registers in order of preference.
        floats: vector registers in order of preference, all volatile.
        float_saved: callee-saved vector registers, behind them.
    """

    __slots__ = ("float_saved", "floats", "saved", "volatile")

    def __init__(
        self,
        volatile: tuple[int, ...],
        saved: tuple[int, ...],
        floats: tuple[int, ...],
        float_saved: tuple[int, ...] = (),
    ) -> None:
        self.volatile = volatile
        self.saved = saved
        self.floats = floats
        self.float_saved = float_saved


class SpillSlot:
    """A frame slot for values that got no register.

    Attributes:
        mask: positions at which it is taken.
        funclet: the part of the method whose values share it. Parts never share: a finally runs while values of the
            main body are waiting, and a filter while those of the main body are reported to the GC.
        untracked_flags: -1 for ordinary slots; else the slot belongs to one reference (0) or byref (1) and is reported
            to the GC all the time.
        is_home: belongs to one parameter.
    """

    __slots__ = ("funclet", "is_home", "mask", "untracked_flags")

    def __init__(self, funclet: int) -> None:
        self.mask = 0
        self.funclet = funclet
        self.untracked_flags = -1
        self.is_home = False


class Allocation:
    """Result of register allocation besides the places themselves.

    Attributes:
        used_saved: mask of the callee-saved registers in use.
        slots: frame slots; slot i is the place FIRST_SLOT + i. The first ones are the homes of stack parameters.
    """

    __slots__ = ("slots", "used_saved")

    def __init__(self) -> None:
        self.used_saved = 0
        self.slots: list[SpillSlot] = []


def allocate(
    lowering: Lowering,
    registers: RegisterFile,
    homes: list[int],
    needs_untracked: int,
) -> Allocation:
    """Give every value a place.

    Args:
        lowering: with liveness; `place` is filled in.
        registers: what there is to give away.
        homes: values (parameters on the stack) that have a place in the frame already, and nothing to gain from another
            one: the first slots are theirs, in this order.
        needs_untracked: positions at which a reference must not be in a shared slot or register.
    """
    result = Allocation()
    busy = [0] * REGISTER_COUNT
    for id in lowering.clobber_ops:
        bit = 1 << lowering.position[id] + 1
        mask = lowering.clobbers[id]
        register = 0
        while mask:
            if mask & 1:
                busy[register] |= bit
            mask >>= 1
            register += 1
    is_home: dict[int, int] = {}
    for id in homes:
        is_home[id] = FIRST_SLOT + len(result.slots)
        slot = SpillSlot(0)
        slot.is_home = True
        result.slots.append(slot)
    saved_mask = 0
    for register in registers.saved:
        saved_mask |= 1 << register
    for register in registers.float_saved:
        saved_mask |= 1 << register

    # Sort by priority; the id breaks ties, so that the result depends on the function only.
    keys: list[int] = []
    kind = lowering.kind
    for op_or_none in lowering.op:
        if op_or_none is None:
            continue
        id = op_or_none.id
        k = kind[id]
        if (k != KIND_VALUE and k != KIND_CHEAP) or lowering.use_count[id] == 0:
            continue
        mask = lowering.mask[id]
        length = mask.bit_count() if mask else lowering.end[id] - lowering.start[id]
        keys.append(((lowering.weight[id] << 10) // (length + 4)) << 32 | 0xFFFFFFFF - id)
    keys.sort(reverse=True)

    int_order = registers.volatile + registers.saved
    float_order = registers.floats + registers.float_saved
    place = lowering.place
    for key in keys:
        id = 0xFFFFFFFF - (key & 0xFFFFFFFF)
        op = lowering.op[id]
        if op is None:
            continue
        live = lowering.live_mask(id)
        home = is_home.get(id, -1)
        if needs_untracked and op.type >= REF and live & needs_untracked:
            place[id] = _untracked_slot(lowering, result, op)
            continue
        candidates = float_order if lowering.register_class[id] == CLASS_FLOAT else int_order
        chosen = -1
        # Places that save a move.
        hint = lowering.hint[id]
        if hint >= 0 and not busy[hint] & live and (not saved_mask >> hint & 1 or result.used_saved >> hint & 1):
            chosen = hint
        if chosen < 0:
            partners = lowering.partners[id]
            if partners is not None:
                chosen = _partner_register(lowering, partners, busy, live, candidates)
        if chosen < 0:
            worth = lowering.weight[id]
            if home >= 0:
                worth -= 8  # it must be loaded first
            for register in candidates:
                if busy[register] & live:
                    continue
                if saved_mask >> register & 1 and not result.used_saved >> register & 1:
                    # The first use of a callee-saved register must pay for its save and restore.
                    if worth <= _SAVE_COST or (kind[id] == KIND_CHEAP and worth <= 2 * _SAVE_COST):
                        continue
                elif home >= 0 and worth <= 8:
                    continue
                chosen = register
                break
        if chosen >= 0:
            busy[chosen] |= live
            result.used_saved |= 1 << chosen & saved_mask
            place[id] = chosen
        elif home >= 0:
            place[id] = home
        elif kind[id] == KIND_VALUE:
            place[id] = _spill_slot(lowering, result, id, live)
    return result


def _partner_register(
    lowering: Lowering, partners: list[int], busy: list[int], live: int, candidates: tuple[int, ...]
) -> int:
    """A register of a partner, or one that a partner wants, that is free; -1 if none."""
    for partner in partners:
        register = lowering.place[partner]
        if register < NO_PLACE and not busy[register] & live and register in candidates:
            return register
    for partner in partners:
        register = lowering.hint[partner]
        if register >= 0 and lowering.place[partner] == NO_PLACE:
            if not busy[register] & live and register in candidates:
                if not busy[register] & lowering.live_mask(partner):
                    return register
    return -1


def _funclet(lowering: Lowering, id: int) -> int:
    return lowering.order[lowering.block_index[id]].funclet


def _spill_slot(lowering: Lowering, result: Allocation, id: int, live: int) -> int:
    """A frame slot that is free while the value lives, a partner's if possible."""
    slots = result.slots
    funclet = _funclet(lowering, id)
    partners = lowering.partners[id]
    if partners is not None:
        for partner in partners:
            index = lowering.place[partner] - FIRST_SLOT
            if index >= 0 and _is_free(slots[index], funclet, live):
                slots[index].mask |= live
                return index + FIRST_SLOT
    for index in range(len(slots)):
        if _is_free(slots[index], funclet, live):
            slots[index].mask |= live
            return index + FIRST_SLOT
    slot = SpillSlot(funclet)
    slot.mask = live
    slots.append(slot)
    return len(slots) - 1 + FIRST_SLOT


def _is_free(slot: SpillSlot, funclet: int, live: int) -> bool:
    return not slot.is_home and slot.untracked_flags < 0 and slot.funclet == funclet and not slot.mask & live


def _untracked_slot(lowering: Lowering, result: Allocation, value: Op) -> int:
    slot = SpillSlot(_funclet(lowering, value.id))
    slot.untracked_flags = 0 if value.type == REF else 1
    result.slots.append(slot)
    return len(result.slots) - 1 + FIRST_SLOT
