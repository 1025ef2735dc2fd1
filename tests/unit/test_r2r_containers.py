"""NativeArray and NativeHashtable: sparse arrays and hashtables of records of any size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readytorun.errors import BadImageError
from readytorun.r2r import entry_points
from readytorun.r2r.native_array import NativeArray, Record, encode_native_array
from readytorun.r2r.native_hashtable import NativeHashtable, encode_native_hashtable
from readytorun.r2r.primitives import ByteReader, compressed

records = st.dictionaries(st.integers(0, 400), st.binary(max_size=30), max_size=60)


@given(records)
def test_array_round_trips(contents: dict[int, bytes]) -> None:
    marked = {i: compressed(len(content)) + content for i, content in contents.items()}
    reader = ByteReader(encode_native_array({i: Record(content) for i, content in marked.items()}))
    array = NativeArray(reader)
    found = {}
    for index, pos in array.records():
        reader.pos = pos
        found[index] = reader.take(reader.compressed())
    assert found == contents
    assert list(found) == sorted(found)
    assert array.count == max(contents, default=-1) + 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 5000), st.integers(0, 30)), max_size=300))
def test_entry_points_with_shared_fixup_lists_round_trip(rows: list[tuple[int, int, int]]) -> None:
    # Few distinct lists, so that many records refer back over many blocks; long ones, so that distances need 3 bytes.
    lists = {n: tuple((5, n * 1000 + i * (n + 3)) for i in range(n * 20)) for n in range(31)}
    expected = {rid + 1: entry_points.EntryPoint(index, lists[n]) for rid, index, n in rows}
    section = entry_points.encode_method_def_entry_points(
        {
            rid: entry_points.entry_point_record(
                entry.function_index, entry_points.encode_fixup_list(entry.fixups) if entry.fixups else b""
            )
            for rid, entry in expected.items()
        }
    )
    assert dict(entry_points.decode_method_def_entry_points(ByteReader(section))) == expected


def test_shared_lists_are_written_once() -> None:
    fixup_list = entry_points.encode_fixup_list([(5, slot * 7) for slot in range(100)])
    section = entry_points.encode_method_def_entry_points(
        {rid: entry_points.entry_point_record(rid, fixup_list) for rid in range(1, 200)}
    )
    assert section.count(fixup_list) == 1


def test_array_reads_the_documented_bytes() -> None:
    data = bytes.fromhex("d102 03204f 761e10002616040 8".replace(" ", "")) + bytes(100)
    # The block's other half lies beyond what the example shows: only the first rows are looked at.
    entries = []
    reader = ByteReader(data)
    for index, pos in NativeArray(reader).records():
        entries.append((index, data[pos]))
        if len(entries) == 3:
            break
    assert entries == [(2, 0x00), (4, 0x04), (5, 0x08)]


@given(st.lists(st.tuples(st.integers(0, 0xFFFFFFFF), st.binary(max_size=40)), max_size=300))
def test_hashtable_round_trips(items: list[tuple[int, bytes]]) -> None:
    content = encode_native_hashtable((h, Record(compressed(len(data)) + data)) for h, data in items)
    reader = ByteReader(content)
    table = NativeHashtable(reader)
    mask = table.bucket_count - 1
    found = []
    order = []
    for bucket, low, pos in table.entries():
        reader.pos = pos
        found.append((bucket, low, reader.take(reader.compressed())))
        order.append((bucket, low))
    assert sorted(found) == sorted((h >> 8 & mask, h & 0xFF, data) for h, data in items)
    assert order == sorted(order)


def test_hashtable_shares_tails() -> None:
    tail = bytes(range(100))
    content = encode_native_hashtable((n * 77, Record(bytes((n, 1)), tail, bytes((n, 2)))) for n in range(20))
    assert content.count(tail) == 1
    reader = ByteReader(content)
    for _, _, pos in NativeHashtable(reader).entries():
        reader.pos = pos + 1
        if reader.u8() == 2:
            at = reader.pos
            reader.pos = at - reader.native()
        assert reader.take(100) == tail


def test_malformed_containers_raise() -> None:
    with pytest.raises(BadImageError):
        NativeArray(ByteReader(b"\x06"))  # offset size 3
    with pytest.raises(BadImageError):
        list(NativeArray(ByteReader(bytes.fromhex("08ff"))).records())  # block outside of the array
    with pytest.raises(BadImageError):
        NativeHashtable(ByteReader(b"\x03"))
    with pytest.raises(BadImageError):
        list(NativeHashtable(ByteReader(bytes.fromhex("000204 05f8 00"))).entries())  # target before the table
