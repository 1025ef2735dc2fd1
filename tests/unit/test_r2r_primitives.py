"""The integers and streams that R2R structures are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readytorun.errors import BadImageError
from readytorun.r2r import primitives as p


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "00"), (0x7F, "7f"), (0x80, "8080"), (0x104, "8104"), (0x28C0, "a8c0"), (0xA040, "c000a040")],
)
def test_compressed_matches_examples(value: int, encoded: str) -> None:
    assert p.compressed(value).hex() == encoded
    assert p.ByteReader(bytes.fromhex(encoded)).compressed() == value


@pytest.mark.parametrize(("value", "encoded"), [(12, "18"), (1000, "a10f"), (180, "d102"), (0x9D, "7502")])
def test_native_matches_examples(value: int, encoded: str) -> None:
    assert p.native(value).hex() == encoded
    assert p.ByteReader(bytes.fromhex(encoded)).native() == value


def test_native_signed_matches_examples() -> None:
    assert p.native_signed(-2).hex() == "fc"
    assert p.ByteReader(b"\xa1\x01").native_signed() == 0x68


@given(st.integers(0, p.MAX_COMPRESSED))
def test_compressed_round_trips(value: int) -> None:
    reader = p.ByteReader(p.compressed(value))
    assert reader.compressed() == value
    assert reader.pos == reader.end


@given(st.integers(0, 0xFFFFFFFF))
def test_native_round_trips_and_is_shortest(value: int) -> None:
    encoded = p.native(value)
    reader = p.ByteReader(encoded)
    assert reader.native() == value
    assert reader.pos == reader.end
    for size in range(len(encoded), 6):
        assert p.ByteReader(p.native_padded(value, size)).native() == value


@given(st.integers(-0x80000000, 0x7FFFFFFF))
def test_native_signed_round_trips(value: int) -> None:
    reader = p.ByteReader(p.native_signed(value))
    assert reader.native_signed() == value
    assert reader.pos == reader.end


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 0x7FFFFFFF))))
def test_nibbles_round_trip(values: list[tuple[bool, int]]) -> None:
    writer = p.NibbleWriter()
    for signed, value in values:
        if signed:
            writer.signed(-value)
        else:
            writer.unsigned(value)
    reader = p.ByteReader(writer.to_bytes())
    nibbles = p.NibbleReader(reader)
    assert [nibbles.signed() if signed else nibbles.unsigned() for signed, _ in values] == [
        -value if signed else value for signed, value in values
    ]
    assert nibbles.align().pos == reader.end


def test_nibble_order_is_low_first_and_most_significant_group_first() -> None:
    writer = p.NibbleWriter()
    writer.unsigned(11)
    assert writer.to_bytes() == b"\x39"


@given(st.lists(st.integers(1, 70).flatmap(lambda w: st.tuples(st.integers(0, (1 << w) - 1), st.just(w))), max_size=60))
def test_bits_round_trip(fields: list[tuple[int, int]]) -> None:
    writer = p.BitWriter()
    for value, width in fields:
        writer.put(value, width)
    content = writer.to_bytes()
    assert writer.size == sum(width for _, width in fields)
    assert len(content) == (writer.size + 7) // 8
    reader = p.BitReader(p.ByteReader(content))
    assert [reader.take(width) for _, width in fields] == [value for value, _ in fields]


@pytest.mark.parametrize(
    "read",
    [
        p.ByteReader.u32,
        p.ByteReader.compressed,
        p.ByteReader.native,
        p.ByteReader.c_string,
        lambda r: p.NibbleReader(r).unsigned(),
        lambda r: p.BitReader(r).take(17),
    ],
)
def test_truncated_input_raises_with_offset(read: object) -> None:
    data = bytes(100) + b"\xff\xff"
    with pytest.raises(BadImageError) as caught:
        read(p.ByteReader(data, 100, 102, "x.dll"))  # type: ignore[operator]
    assert caught.value.offset is not None
    assert 100 <= caught.value.offset <= 102


def test_values_that_do_not_fit_are_refused() -> None:
    for encode, value in ((p.compressed, 1 << 29), (p.native, 1 << 32), (p.native, -1), (p.native_signed, 1 << 31)):
        with pytest.raises(ValueError, match="does not fit"):
            encode(value)
