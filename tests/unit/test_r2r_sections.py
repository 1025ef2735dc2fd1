"""Sections that crossgen2 writes and the compiler does not: both directions, with arbitrary contents."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readytorun.errors import BadImageError
from readytorun.r2r import attribute_filter, gc_ref_map, hashes, imports, inlining_info, manifest, pgo, type_maps
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.signatures import MethodSignature, SimpleType

# --- AttributePresence ------------------------------------------------------------------------------------------------


def _with(pairs: list[tuple[str, int]], bucket_count: int) -> attribute_filter.AttributeFilter:
    """A filter in which every pair took its first bucket."""
    buckets = [[0] * 8 for _ in range(bucket_count)]
    for name, parent in pairs:
        value = attribute_filter.attribute_hash(name, parent)
        bucket = buckets[value & bucket_count - 1]
        bucket[bucket.index(0)] = value >> 16 or 1
    return attribute_filter.AttributeFilter(tuple(map(tuple, buckets)))


def test_attribute_filter() -> None:
    pairs = [("System.Runtime.CompilerServices.IsReadOnlyAttribute", 0x02000000 + n) for n in range(1, 9)]
    attributes = _with(pairs, 8)
    content = attribute_filter.encode_attribute_filter(attributes)
    assert len(content) == 128
    assert attribute_filter.decode_attribute_filter(ByteReader(content)) == attributes
    assert all(attributes.may_have(*pair) for pair in pairs)
    others = [("System.ThreadStaticAttribute", token) for token in range(0x04000001, 0x04000101)]
    assert sum(attributes.may_have(*pair) for pair in others) < 3


def test_a_pair_may_be_in_its_second_bucket() -> None:
    value = attribute_filter.attribute_hash("System.ThreadStaticAttribute", 0x04000001)
    fingerprint = value >> 16 or 1
    second = (value ^ fingerprint) & 3
    buckets = tuple((fingerprint, *(0,) * 7) if index == second else (0,) * 8 for index in range(4))
    assert attribute_filter.AttributeFilter(buckets).may_have("System.ThreadStaticAttribute", 0x04000001)


@pytest.mark.parametrize("size", [8, 24, 48, 80])
def test_a_filter_has_a_power_of_two_of_buckets(size: int) -> None:
    with pytest.raises(BadImageError, match="power of two"):
        attribute_filter.decode_attribute_filter(ByteReader(bytes(size)))


def test_which_attributes_are_recorded() -> None:
    assert attribute_filter.is_recorded("System.Runtime.CompilerServices", "NullableContextAttribute")
    assert not attribute_filter.is_recorded("System.Runtime.CompilerServices", "NullableAttribute")
    assert attribute_filter.is_recorded("System", "ThreadStaticAttribute")
    assert not attribute_filter.is_recorded("System", "ObsoleteAttribute")
    assert not attribute_filter.is_recorded("System.Runtime", "X")


# --- InliningInfo2 ----------------------------------------------------------------------------------------------------

modules = st.none() | st.integers(1, 300)


@given(
    st.integers(1, 50000),
    modules,
    st.lists(st.tuples(st.integers(1, 70000), modules), max_size=20).map(lambda rows: sorted(rows, key=lambda r: r[0])),
)
def test_component_inlining_records_round_trip(
    rid: int, module: int | None, inliners: list[tuple[int, int | None]]
) -> None:
    record = inlining_info.ComponentInliningRecord(
        rid, module, tuple(inlining_info.Inliner(*inliner) for inliner in inliners)
    )
    content = inlining_info.encode_component_inlining_record(record)
    reader = ByteReader(content)
    assert inlining_info.decode_component_inlining_record(reader) == record
    assert reader.pos == len(content)


def test_component_inlining_record_example() -> None:
    """Method 3 of the component, inlined into its method 5 and into method 9 of module 2."""
    record = inlining_info.ComponentInliningRecord(3, None, (inlining_info.Inliner(5), inlining_info.Inliner(9, 2)))
    content = bytes.fromhex("080c141204")
    assert inlining_info.encode_component_inlining_record(record) == content
    assert inlining_info.decode_component_inlining_record(ByteReader(content)) == record
    for broken in ("00", "02", "0c0c141204", "020d"):
        with pytest.raises(BadImageError):
            inlining_info.decode_component_inlining_record(ByteReader(bytes.fromhex(broken)))


# --- PgoInstrumentationData -------------------------------------------------------------------------------------------


@given(st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-0x2100, 0x2100))
def test_profile_numbers_round_trip(value: int) -> None:
    content = pgo.encode_number(value)
    reader = ByteReader(content)
    assert pgo.decode_number(reader) == value
    assert reader.pos == len(content)


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (0, "00"),
        (1, "02"),
        (-1, "7f"),
        (63, "7e"),
        (-64, "01"),
        (64, "8080"),
        (0x1FFF, "bffe"),
        (-0x2000, "8001"),
        (0x2000, "c000002000"),
        (-0x80000000, "c080000000"),
        (0x80000000, "c10000000080000000"),
    ],
)
def test_profile_number_examples(value: int, content: str) -> None:
    assert pgo.encode_number(value).hex() == content


def _element(kind: int, il_offset: int, other: int, values: list[int]) -> pgo.PgoElement:
    return pgo.PgoElement(kind, il_offset, other, len(values) if kind & pgo.MARSHAL_MASK else 1, tuple(values))


elements = st.lists(
    st.one_of(
        st.builds(
            _element,
            st.sampled_from([kind for kind in pgo.PgoInstrumentationKind if kind & pgo.MARSHAL_MASK]),
            st.integers(0, 5000),
            st.integers(-5, 70000),
            st.lists(st.integers(0, 1 << 40), min_size=1, max_size=5),
        ),
        st.builds(
            _element, st.just(int(pgo.PgoInstrumentationKind.NUM_RUNS)), st.just(0), st.integers(1, 9), st.just([])
        ),
    ),
    max_size=12,
).map(
    lambda rows: tuple(
        row
        for previous, row in zip([None, *rows], rows, strict=False)
        if previous is None
        or (row.kind, row.il_offset, row.count, row.other)
        != (previous.kind, previous.il_offset, previous.count, previous.other)
    )
)


@given(elements)
def test_profiles_round_trip(profile: tuple[pgo.PgoElement, ...]) -> None:
    content = pgo.encode_pgo_data(profile)
    reader = ByteReader(content)
    assert pgo.decode_pgo_data(reader) == profile
    assert reader.pos == len(content)


def test_profile_section_shares_data() -> None:
    profile = (_element(pgo.PgoInstrumentationKind.GET_LIKELY_CLASS, 21, 356, [3301]),)
    signatures = [MethodSignature(0, rid) for rid in range(1, 40)]
    signatures.append(MethodSignature(4, 7, arguments=(SimpleType(8),)))
    methods = [pgo.PgoMethod(signature, 0, profile) for signature in signatures]
    content = pgo.encode_pgo_section((index * 0x1357, method) for index, method in enumerate(methods))
    found = pgo.decode_pgo_section(ByteReader(content))
    assert sorted(found, key=repr) == sorted(methods, key=repr)
    assert content.count(pgo.encode_pgo_data(profile)) == 1
    assert pgo.handle_cell(3301) == (5, 206)
    assert pgo.handle_cell(0) is None and pgo.handle_cell(0x1F) is None
    assert pgo.pgo_kind_name(0x1C3) == "GetLikelyClass" and pgo.pgo_kind_name(0x999) == "0x999"


@pytest.mark.parametrize("broken", ["", "00", "20", "02", "0682018014", "0e0082018040"])
def test_malformed_profiles_raise(broken: str) -> None:
    with pytest.raises(BadImageError):
        pgo.decode_pgo_data(ByteReader(bytes.fromhex(broken)))


# --- type maps --------------------------------------------------------------------------------------------------------

cells = st.builds(type_maps.CellReference, st.integers(0, 9), st.integers(0, 70000))
names = st.binary(max_size=12)


def _map(
    group: type_maps.CellReference,
    state: int,
    entries: list[tuple[bytes | type_maps.CellReference, type_maps.CellReference]],
    named: list[tuple[bytes, bytes]],
) -> type_maps.TypeMap:
    return type_maps.TypeMap(group, state, tuple(entries) if state else (), tuple(named) if state == 2 else ())


def _maps(keys: st.SearchStrategy[object]) -> st.SearchStrategy[list[type_maps.TypeMap]]:
    return st.lists(
        st.builds(
            _map,
            cells,
            st.integers(0, 2),
            st.lists(st.tuples(keys, cells), max_size=30),
            st.lists(st.tuples(names, names), max_size=5),
        ),
        max_size=6,
    )


def _sorted(maps: list[type_maps.TypeMap]) -> list[object]:
    return sorted((m.group, m.state, sorted(m.entries, key=repr), m.named_entries) for m in maps)


@given(_maps(names))
def test_external_type_maps_round_trip(maps: list[type_maps.TypeMap]) -> None:
    content = type_maps.encode_type_maps((hash(m.group) & 0xFFFFFFFF, m) for m in maps)
    assert _sorted(type_maps.decode_type_maps(ByteReader(content), external=True)) == _sorted(maps)


@given(_maps(cells))
def test_proxy_type_maps_round_trip(maps: list[type_maps.TypeMap]) -> None:
    content = type_maps.encode_type_maps(
        ((hash(m.group) & 0xFFFFFFFF, m) for m in maps), lambda cell: cell.slot * 0x9E3779B1 & 0xFFFFFFFF
    )
    assert _sorted(type_maps.decode_type_maps(ByteReader(content), external=False)) == _sorted(maps)


def test_type_map_example() -> None:
    """One group, cell (1, 2), with the key "k" for the type of cell (1, 3): written by hand."""
    inner = bytes.fromhex("00 02 04") + bytes((hashes.name_hash(b"k") & 0xFF,)) + bytes.fromhex("02 026b 02 06")
    content = bytes.fromhex("00 02 04 11 02 02 04 02") + inner
    (found,) = type_maps.decode_type_maps(ByteReader(content), external=True)
    assert found == type_maps.TypeMap(type_maps.CellReference(1, 2), 1, ((b"k", type_maps.CellReference(1, 3)),))
    assert type_maps.encode_type_maps([(0x11, found)]) == content
    with pytest.raises(BadImageError, match="unknown state 3"):
        type_maps.decode_type_maps(ByteReader(content[:7] + b"\x06" + inner), external=True)


@given(st.lists(st.builds(type_maps.TypeMapTargets, cells, st.lists(cells, max_size=5).map(tuple)), max_size=9))
def test_type_map_targets_round_trip(groups: list[type_maps.TypeMapTargets]) -> None:
    content = type_maps.encode_type_map_targets([(index * 0x1234567, group) for index, group in enumerate(groups)])
    found = type_maps.decode_type_map_targets(ByteReader(content))
    assert sorted(found, key=repr) == sorted(groups, key=repr)


# --- the rest ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.uuids(), max_size=5))
def test_mvids_round_trip(mvids: list[UUID]) -> None:
    content = manifest.encode_mvids(mvids)
    assert manifest.decode_mvids(ByteReader(content)) == mvids
    with pytest.raises(BadImageError):
        manifest.decode_mvids(ByteReader(content + b"\0"))


@given(st.lists(st.integers(0, 0x118), max_size=20))
def test_helper_roots_round_trip(helpers: list[int]) -> None:
    content = imports.encode_helper_roots(helpers)
    assert imports.decode_helper_roots(ByteReader(content)) == helpers
    with pytest.raises(BadImageError):
        imports.decode_helper_roots(ByteReader(content[:-1]))


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.dictionaries(st.integers(0, 40), st.integers(1, 5), max_size=6)), max_size=9
    )
)
def test_x86_gc_ref_maps_round_trip(rows: list[tuple[int, dict[int, int]]]) -> None:
    maps = [{gc_ref_map.STACK_POP: pop, **tokens} for pop, tokens in rows]
    content = gc_ref_map.encode_gc_ref_maps(gc_ref_map.encode_gc_ref_map(tokens) for tokens in maps)
    assert list(gc_ref_map.decode_gc_ref_maps(ByteReader(content), len(maps), True)) == maps
