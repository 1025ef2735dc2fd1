"""GC info: the worked examples of real methods, and arbitrary contents there and back."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readytorun.errors import BadImageError
from readytorun.r2r import gcinfo as g
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.target import Machine

X64 = Machine.AMD64
ARM64 = Machine.ARM64
RBP = 5
FP = 29
Reg = g.RegisterSlot
Slot = g.StackSlot

EXAMPLES = [
    (X64, "6200", g.GcInfo(24, RBP)),
    (X64, "2400", g.GcInfo(9)),
    (X64, "9a10c58dc1", g.GcInfo(38, RBP, safe_points=[20, 28], registers=[Reg(3)], live=[1, 1])),
    (
        X64,
        "b698738d059016",
        g.GcInfo(45, RBP, safe_points=[14, 23, 35], registers=[Reg(0), Reg(3)], live=[1, 3, 2]),
    ),
    (X64, "a408282a00", g.GcInfo(41, safe_points=[32], untracked=[Slot(1, 8)], live=[0])),
    (X64, "c28829d227", g.GcInfo(48, RBP, safe_points=[38], untracked=[Slot(2, -16, g.PINNED)], live=[0])),
    (
        X64,
        "36d127356180befc61",
        g.GcInfo(
            77,
            RBP,
            safe_points=[31, 41],
            registers=[Reg(0)],
            untracked=[Slot(2, -16, g.INTERIOR), Slot(2, -8)],
            live=[1, 1],
        ),
    ),
    (
        X64,
        "421905c553d8c3a005",
        g.GcInfo(80, RBP, safe_points=[20, 40, 60], stack=[Slot(2, -24), Slot(2, -16)], live=[1, 3, 2]),
    ),
    (
        X64,
        "41709104604c5c59007101",
        g.GcInfo(
            46,
            generic_context=g.CONTEXT_METHOD_DESC,
            generic_context_slot=8,
            prolog_size=10,
            safe_points=[19, 28, 37],
            registers=[Reg(0), Reg(3)],
            live=[2, 3, 2],
        ),
    ),
    (
        X64,
        "890074c10e6034adff3108",
        g.GcInfo(
            128, RBP, gs_cookie_slot=-40, prolog_size=24, safe_points=[77, 86, 127], registers=[Reg(3)], live=[1, 0, 0]
        ),
    ),
    (
        X64,
        "81b90100533c089771446a845a00",
        g.GcInfo(
            55,
            RBP,
            leaf_or_tail_calls=True,
            ranges=[(10, 26), (30, 54)],
            registers=[Reg(7)],
            changes=[(10, 1), (16, 0), (30, 1), (36, 0)],
        ),
    ),
    (
        X64,
        "81210300a39c0c1f913f00",
        g.GcInfo(100, RBP, leaf_or_tail_calls=True, ranges=[(20, 60), (66, 98)], untracked=[Slot(2, -8)]),
    ),
    (
        X64,
        "8118018008 9d721d1166b3b301",
        g.GcInfo(
            35,
            RBP,
            ranges=[(4, 34)],
            registers=[Reg(7, g.INTERIOR), Reg(7)],
            changes=[(4, 2), (17, 1), (33, 0)],
        ),
    ),
    (ARM64, "1a0000", g.GcInfo(24, FP)),
    (ARM64, "4a90e486150c", g.GcInfo(72, FP, safe_points=[36, 56], registers=[Reg(19)], live=[1, 1])),
    (
        ARM64,
        "81c800002318088701884a3c2e00",
        g.GcInfo(
            100, FP, ranges=[(16, 44), (60, 92)], registers=[Reg(0)], changes=[(16, 1), (32, 0), (60, 1), (76, 0)]
        ),
    ),
    (
        ARM64,
        "8140010023 3c080d910300",
        g.GcInfo(160, FP, ranges=[(16, 80), (96, 152)], untracked=[Slot(2, 24)]),
    ),
]


@pytest.mark.parametrize(("machine", "encoded", "info"), EXAMPLES)
def test_examples_of_real_methods(machine: Machine, encoded: str, info: g.GcInfo) -> None:
    content = bytes.fromhex(encoded)
    reader = ByteReader(content)
    decoded = g.decode_gc_info(reader, machine, 4)
    assert decoded == info
    assert g.encode_gc_info(info, machine) == content
    assert reader.pos == len(content)


def test_range_example_has_the_documented_liveness() -> None:
    reader = ByteReader(bytes.fromhex("81b90100533c089771446a845a00"))
    info = g.decode_gc_info(reader, X64, 4)
    assert info.changes == [(10, 1), (16, 0), (30, 1), (36, 0)]
    assert info.ranges == [(10, 26), (30, 54)]


def test_indirect_example() -> None:
    content = bytes.fromhex("526298b8d80237c3400150 47007e".replace(" ", ""))
    info = g.decode_gc_info(ByteReader(content), X64, 4)
    assert info.safe_points == [76, 92, 108, 129]
    assert info.live == [0b111111] * 4
    assert g.encode_gc_info(info, X64) == content


@st.composite
def gc_infos(draw: st.DrawFn, machine: Machine, with_ranges: bool) -> g.GcInfo:
    step = 4 if machine == ARM64 else 1
    length = draw(st.integers(2, 900)) * step
    registers = sorted(
        draw(st.sets(st.tuples(st.integers(0, 15), st.sampled_from((0, 1))), max_size=6)), key=lambda r: (-r[1], r[0])
    )
    locations = st.tuples(st.sampled_from((1, 2)), st.integers(-60, 60).map(lambda n: n * 8), st.integers(0, 3))
    stack = draw(st.sets(locations, max_size=12))
    untracked = draw(st.sets(locations, max_size=5))
    count = len(registers) + len(stack)
    live_sets = st.integers(0, (1 << count) - 1)
    info = g.GcInfo(
        length,
        base_register=(RBP if machine == X64 else FP) if draw(st.booleans()) else -1,
        leaf_or_tail_calls=draw(st.booleans()),
        outgoing_area=0,
        registers=[Reg(*r) for r in registers],
        stack=[Slot(*s) for s in stack],
        untracked=[Slot(*s) for s in untracked],
    )
    if draw(st.booleans()):
        info.generic_context = draw(st.integers(1, 3))
        info.generic_context_slot = draw(st.integers(-40, 40)) * 8
        info.prolog_size = draw(st.integers(1, 60)) * step
    offsets = sorted(draw(st.sets(st.integers(1, length // step - 1), max_size=20)))
    if with_ranges and len(offsets) >= 2:
        info.ranges = [(a * step, b * step) for a, b in zip(offsets[::2], offsets[1::2], strict=False)]
        inside = [o for start, stop in info.ranges for o in range(start, stop, step)]
        current = 0
        for offset in sorted(draw(st.sets(st.sampled_from(inside), max_size=40))):
            value = draw(live_sets)
            if value != current:
                info.changes.append((offset, value))
                current = value
    else:
        info.safe_points = [o * step for o in offsets]
        pool = draw(st.lists(live_sets, min_size=1, max_size=3))
        info.live = [draw(st.sampled_from(pool)) for _ in offsets]
    g.sort_slots(info)
    if not (info.registers or info.stack or info.untracked):
        info.live = []
    return info


@pytest.mark.parametrize("machine", [X64, ARM64])
@pytest.mark.parametrize("with_ranges", [False, True])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_arbitrary_contents_round_trip(machine: Machine, with_ranges: bool, data: st.DataObject) -> None:
    info = data.draw(gc_infos(machine, with_ranges))
    version = data.draw(st.sampled_from((4, 5) if machine == ARM64 else (2, 3, 4, 5)))
    encoded = g.encode_gc_info(info, machine, version)
    reader = ByteReader(encoded + b"\xaa\xaa")
    decoded = g.decode_gc_info(reader, machine, version)
    assert reader.pos == len(encoded)
    order = decoded.indirect_order
    decoded.indirect_order = []
    assert decoded == info
    decoded.indirect_order = order
    assert g.encode_gc_info(decoded, machine, version) == encoded


def test_sort_slots_renumbers_and_drops() -> None:
    info = g.GcInfo(
        40,
        registers=[Reg(12), Reg(3), Reg(0, g.INTERIOR)],
        stack=[Slot(2, -8), Slot(2, -16)],
        safe_points=[10, 20],
        live=[0b00011, 0b10100],
    )
    before = copy.deepcopy(info)
    g.sort_slots(info)
    assert info.registers == [Reg(0, g.INTERIOR), Reg(3), Reg(12)]
    assert info.stack == [Slot(2, -16)]

    def names(i: g.GcInfo, live: int) -> set[object]:
        slots = [*i.registers, *i.stack]
        return {slots[n] for n in range(len(slots)) if live >> n & 1}

    assert [names(info, live) for live in info.live] == [names(before, live) for live in before.live]


@pytest.mark.parametrize(
    "info",
    [
        g.GcInfo(10, safe_points=[10], registers=[Reg(0)], live=[1]),
        g.GcInfo(10, safe_points=[5, 5], registers=[Reg(0)], live=[1, 1]),
        g.GcInfo(10, safe_points=[5], registers=[Reg(3), Reg(0)], live=[3]),
        g.GcInfo(10, safe_points=[5], stack=[Slot(1, 4)], live=[1]),
        g.GcInfo(10, safe_points=[5], registers=[Reg(3)], live=[]),
        g.GcInfo(10, RBP, ranges=[(4, 4)]),
        g.GcInfo(10, RBP, generic_context=1),
    ],
)
def test_what_the_format_cannot_hold_is_refused(info: g.GcInfo) -> None:
    with pytest.raises(ValueError):
        g.encode_gc_info(info, X64)


def test_truncated_gc_info_raises() -> None:
    content = bytes.fromhex("81b90100533c089771446a845a")
    for size in range(len(content)):
        with pytest.raises(BadImageError):
            g.decode_gc_info(ByteReader(content[:size]), X64, 4)
