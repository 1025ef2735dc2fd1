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
from readytorun.ir.ops import PHI, Op
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
    used_saved: int = 0,
) -> Allocation:
    """Give every value a place.

    Args:
        lowering: with liveness; `place` is filled in.
        registers: what there is to give away.
        homes: values (parameters on the stack) that have a place in the frame already, and nothing to gain from another
            one: the first slots are theirs, in this order.
        needs_untracked: positions at which a reference must not be in a shared slot or register.
        used_saved: mask of callee-saved registers that are saved in any case.
    """
    allocator = _Allocator(lowering, registers, homes, needs_untracked)
    allocator.result.used_saved = used_saved
    return allocator.run()


class _Allocator:
    """The state of one allocation.

    Attributes:
        busy: positions at which each register is taken.
        leader: for values that share a place because phis connect them, one of them; else the value itself.
        members: the values of each leader.
        home: slot of values that have one from the start, or 0.
    """

    __slots__ = (
        "busy",
        "float_order",
        "home",
        "int_order",
        "leader",
        "lowering",
        "members",
        "needs_untracked",
        "result",
        "saved_mask",
    )

    def __init__(self, lowering: Lowering, registers: RegisterFile, homes: list[int], needs_untracked: int) -> None:
        self.lowering = lowering
        self.needs_untracked = needs_untracked
        self.result = Allocation()
        self.int_order = registers.volatile + registers.saved
        self.float_order = registers.floats + registers.float_saved
        self.saved_mask = 0
        for register in registers.saved:
            self.saved_mask |= 1 << register
        for register in registers.float_saved:
            self.saved_mask |= 1 << register
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
        self.busy = busy
        count = len(lowering.op)
        self.home: list[int] = [0] * count
        for id in homes:
            self.home[id] = FIRST_SLOT + len(self.result.slots)
            slot = SpillSlot(0)
            slot.is_home = True
            self.result.slots.append(slot)
        self.leader: list[int] = list(range(count))
        self.members: dict[int, list[int]] = {}

    def run(self) -> Allocation:
        lowering = self.lowering
        self._join_phis()
        # Sort by priority; the id breaks ties, so that the result depends on the function only.
        keys: list[int] = []
        for op in lowering.op:
            if op is None:
                continue
            id = op.id
            if self.leader[id] != id or not self._needs_place(id):
                continue
            weight = lowering.weight[id]
            mask = lowering.mask[id]
            length = mask.bit_count() if mask else lowering.end[id] - lowering.start[id]
            members = self.members.get(id)
            if members is not None:
                weight = 0
                length = 0
                for member in members:
                    weight += lowering.weight[member]
                    length += lowering.live_mask(member).bit_count()
            keys.append(((weight << 10) // (length + 4)) << 32 | 0xFFFFFFFF - id)
        keys.sort(reverse=True)
        for key in keys:
            id = 0xFFFFFFFF - (key & 0xFFFFFFFF)
            members = self.members.get(id)
            if members is not None and self._place_group(members):
                continue
            if members is None:
                self._place_value(id)
            else:
                for member in members:
                    self._place_value(member)
        return self.result

    def _needs_place(self, id: int) -> bool:
        kind = self.lowering.kind[id]
        return (kind == KIND_VALUE or kind == KIND_CHEAP) and self.lowering.use_count[id] != 0

    # --- phis --------------------------------------------------------------------------------------------------

    def _join_phis(self) -> None:
        """Let phis and their operands share a place where no two of them are live at once, inner loops first."""
        lowering = self.lowering
        phis: list[int] = []
        for index in range(len(lowering.order)):
            block = lowering.order[index]
            for op in block.ops:
                if op.opcode != PHI:
                    break
                if self._needs_place(op.id):
                    phis.append(lowering.weight[op.id] << 32 | 0xFFFFFFFF - op.id)
        if not phis:
            return
        phis.sort(reverse=True)
        masks: dict[int, int] = {}
        for key in phis:
            id = 0xFFFFFFFF - (key & 0xFFFFFFFF)
            phi = lowering.op[id]
            if phi is None:
                continue
            for arg in phi.args:
                other = arg.id
                if lowering.kind[other] != KIND_VALUE or self.home[other] or other == id:
                    continue
                a = self.leader[id]
                b = self.leader[other]
                if a == b:
                    continue
                mask_a = masks.get(a, 0) or lowering.live_mask(a)
                mask_b = masks.get(b, 0) or lowering.live_mask(b)
                if mask_a & mask_b:
                    continue
                group = self.members.get(a)
                if group is None:
                    group = [a]
                    self.members[a] = group
                joined = self.members.pop(b, None)
                if joined is None:
                    joined = [b]
                for member in joined:
                    self.leader[member] = a
                    group.append(member)
                masks[a] = mask_a | mask_b

    def _place_group(self, members: list[int]) -> bool:
        """Put all values that phis connect into one register."""
        lowering = self.lowering
        live = 0
        worth = 0
        for member in members:
            live |= lowering.live_mask(member)
            worth += lowering.weight[member]
        if live & self.needs_untracked:
            return False
        chosen = -1
        for member in members:
            chosen = self._wanted_register(member, live)
            if chosen >= 0:
                break
        if chosen < 0:
            chosen = self._free_register(members[0], live, worth, False)
        if chosen < 0:
            return False
        self._take(chosen, live)
        for member in members:
            lowering.place[member] = chosen
        return True

    # --- registers ---------------------------------------------------------------------------------------------

    def _order(self, id: int) -> tuple[int, ...]:
        return self.float_order if self.lowering.register_class[id] == CLASS_FLOAT else self.int_order

    def _take(self, register: int, live: int) -> None:
        self.busy[register] |= live
        self.result.used_saved |= 1 << register & self.saved_mask

    def _wanted_register(self, id: int, live: int) -> int:
        """A free register that saves a move, -1 if none."""
        lowering = self.lowering
        busy = self.busy
        hint = lowering.hint[id]
        if hint >= 0 and not busy[hint] & live:
            return hint
        hint = lowering.hint2[id]
        if hint >= 0 and not busy[hint] & live:
            return hint
        partners = lowering.partners[id]
        if partners is None:
            return -1
        candidates = self._order(id)
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

    def _free_register(self, id: int, live: int, worth: int, is_cheap: bool) -> int:
        """The first free register whose use pays off, -1 if none."""
        home = self.home[id]
        if home:
            worth -= 8  # it must be loaded first
        busy = self.busy
        for register in self._order(id):
            if busy[register] & live:
                continue
            if self.saved_mask >> register & 1 and not self.result.used_saved >> register & 1:
                # The first use of a callee-saved register must pay for its save and restore.
                if worth <= _SAVE_COST or (is_cheap and worth <= 2 * _SAVE_COST):
                    continue
            elif home and worth <= 8:
                continue
            return register
        return -1

    def _place_value(self, id: int) -> None:
        lowering = self.lowering
        op = lowering.op[id]
        if op is None:
            return
        live = lowering.live_mask(id)
        is_cheap = lowering.kind[id] == KIND_CHEAP
        if self.needs_untracked and op.type >= REF and live & self.needs_untracked:
            if not is_cheap:
                lowering.place[id] = _untracked_slot(lowering, self.result, op)
            return
        chosen = self._wanted_register(id, live)
        if chosen < 0:
            chosen = self._free_register(id, live, lowering.weight[id], is_cheap)
        if chosen >= 0:
            self._take(chosen, live)
            lowering.place[id] = chosen
        elif self.home[id]:
            lowering.place[id] = self.home[id]
        elif not is_cheap:
            lowering.place[id] = _spill_slot(lowering, self.result, id, live)


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
