"""Blobs and signatures, against the manual's own examples and by round trip."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signature_names import NameProvider, method_name

from readytorun.errors import BadImageError
from readytorun.metadata.signature import (
    MAX_DEPTH,
    BlobReader,
    SignatureDecoder,
    encode_compressed_int,
    encode_compressed_uint,
)

DECODER: SignatureDecoder[str] = SignatureDecoder(NameProvider())


def h(text: str) -> bytes:
    return bytes.fromhex(text)


# ECMA-335 II.23.2
@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0x03, "03"),
        (0x7F, "7f"),
        (0x80, "8080"),
        (0x2E57, "ae57"),
        (0x3FFF, "bfff"),
        (0x4000, "c0004000"),
        (0x1FFFFFFF, "dfffffff"),
    ],
)
def test_compressed_unsigned_examples(value: int, encoded: str) -> None:
    assert BlobReader(h(encoded)).compressed_uint() == value
    assert encode_compressed_uint(value) == h(encoded)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (3, "06"),
        (-3, "7b"),
        (64, "8080"),
        (-64, "01"),
        (8192, "c0004000"),
        (-8192, "8001"),
        (268435455, "dffffffe"),
        (-268435456, "c0000001"),
    ],
)
def test_compressed_signed_examples(value: int, encoded: str) -> None:
    assert BlobReader(h(encoded)).compressed_int() == value
    assert encode_compressed_int(value) == h(encoded)


@given(st.integers(0, 2**29 - 1), st.binary(max_size=3))
def test_compressed_unsigned_round_trip(value: int, rest: bytes) -> None:
    encoded = encode_compressed_uint(value)
    reader = BlobReader(encoded + rest)
    assert reader.compressed_uint() == value
    assert reader.pos == len(encoded)


@given(st.integers(-(2**28), 2**28 - 1), st.binary(max_size=3))
def test_compressed_signed_round_trip(value: int, rest: bytes) -> None:
    encoded = encode_compressed_int(value)
    reader = BlobReader(encoded + rest)
    assert reader.compressed_int() == value
    assert reader.pos == len(encoded)


@given(st.binary(max_size=5))
def test_compressed_integers_never_read_past_the_end(data: bytes) -> None:
    for read in (BlobReader.compressed_uint, BlobReader.compressed_int):
        reader = BlobReader(data + b"\xff" * 4, 0, len(data))
        try:
            read(reader)
        except BadImageError as error:
            assert error.offset is not None and error.offset <= len(data)
        assert reader.pos <= len(data)


def test_encoders_refuse_what_does_not_fit() -> None:
    for value in (-1, 2**29):
        with pytest.raises(ValueError):
            encode_compressed_uint(value)
    for value in (-(2**28) - 1, 2**28):
        with pytest.raises(ValueError):
            encode_compressed_int(value)


def test_fixed_width_values() -> None:
    packed = struct.pack("<bBhHiIqQfd", -1, 255, -2, 65534, -3, 2**32 - 3, -4, 2**64 - 4, 1.5, -2.25)
    reader = BlobReader(packed)
    assert [reader.i8(), reader.u8(), reader.i16(), reader.u16()] == [-1, 255, -2, 65534]
    assert [reader.i32(), reader.u32(), reader.i64(), reader.u64()] == [-3, 2**32 - 3, -4, 2**64 - 4]
    assert [reader.f32(), reader.f64()] == [1.5, -2.25]
    assert reader.remaining() == 0
    with pytest.raises(BadImageError):
        reader.u8()


# ECMA-335 II.23.2.8 gives the packing; 0x49 is its example: TypeRef 0x12.
@pytest.mark.parametrize(("encoded", "token"), [("49", 0x01000012), ("08", 0x02000002), ("8102", 0x1B000040)])
def test_type_def_or_ref(encoded: str, token: int) -> None:
    assert BlobReader(h(encoded)).type_def_or_ref() == token


@pytest.mark.parametrize("encoded", ["00", "01", "07", "ff", "", "dfffffff"])
def test_type_def_or_ref_refuses(encoded: str) -> None:
    with pytest.raises(BadImageError):
        BlobReader(h(encoded)).type_def_or_ref()


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("01", "void"),
        ("0e", "string"),
        ("16", "typedref"),
        ("18", "i"),
        ("19", "u"),
        ("1c", "object"),
        ("1249", "class:01000012"),
        ("1108", "value:02000002"),
        ("1d1d08", "i4[][]"),
        ("10 0f 01", "void*&"),
        ("1300", "!0"),
        ("1e8080", "!!128"),
        ("15 12 49 02 08 15 11 08 01 0e", "class:01000012<i4,value:02000002<string>>"),
        ("14 08 02 00 00", "i4[2;[];[]]"),
        ("14 1c 03 02 03 04 03 00 06 7b", "object[3;[3, 4];[0, 3, -3]]"),
        ("1f 49 20 08 0e", "string modopt(02000002) modreq(01000012)"),
        ("1b 00 02 01 08 10 0e", "fn 0x0<0> void(i4,string&)"),
        ("1d 1b 09 00 01", "fn 0x9<0> void()[]"),
        ("45 10 08", "pinned i4&"),
    ],
)
def test_types(encoded: str, name: str) -> None:
    reader = BlobReader(h(encoded))
    assert DECODER.type(reader) == name
    assert reader.remaining() == 0


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("00 00 01", "0x0<0> void()"),
        ("20 02 0e 08 08", "0x20<0> string(i4,i4)"),
        ("30 01 02 1e00 0e 1c", "0x30<1> !!0(string,object)"),
        ("05 03 01 0e 41 08 08", "0x5<0> void(string,...,i4,i4)"),
        ("05 01 01 41 08", "0x5<0> void(...,i4)"),
        ("28 00 08", "0x28<0> i4()"),
        ("00 00 1f 49 10 08", "0x0<0> i4& modreq(01000012)()"),
    ],
)
def test_methods(encoded: str, name: str) -> None:
    reader = BlobReader(h(encoded))
    assert method_name(DECODER.method(reader)) == name
    assert reader.remaining() == 0


def test_method_flags() -> None:
    signature = DECODER.method(BlobReader(h("65 01 01 1c")))
    assert (signature.calling_convention, signature.has_this, signature.explicit_this) == (5, True, True)
    signature = DECODER.method(BlobReader(h("00 00 01")))
    assert (signature.calling_convention, signature.has_this, signature.explicit_this) == (0, False, False)


def test_other_signatures() -> None:
    assert DECODER.field(BlobReader(h("06 1d 08"))) == "i4[]"
    assert DECODER.locals(BlobReader(h("07 03 08 45 10 05 16"))) == ["i4", "pinned u1&", "typedref"]
    assert DECODER.locals(BlobReader(h("07 00"))) == []
    assert DECODER.method_spec(BlobReader(h("0a 02 0e 13 01"))) == ["string", "!1"]


@pytest.mark.parametrize(
    "encoded",
    [
        *("", "00", "17", "1a", "21", "40", "41", "ff"),  # no type begins so
        *("12", "1200", "1203", "1d", "0f", "13", "15 08 49 01 08", "15 12 49 00", "15 12 49 02 08"),
        *("14 08 00 00 00", "14 08 01 02 01 01 00", "14 08 01 00 02 00 00", "1b 06 08", "1f 08"),
    ],
)
def test_refuses_malformed_types(encoded: str) -> None:
    data = h(encoded)
    with pytest.raises(BadImageError) as caught:
        DECODER.type(BlobReader(b"\xaa" * 7 + data, 7, 7 + len(data), "x.dll"))
    assert caught.value.offset is not None and 7 <= caught.value.offset <= 7 + len(data)
    assert caught.value.path == "x.dll"


@pytest.mark.parametrize(
    "encoded", ["06 00 01", "07 00 01", "0a 00 01", "80 00 01", "00 02 01 08", "05 01 01 41 41 08"]
)
def test_refuses_malformed_methods(encoded: str) -> None:
    with pytest.raises(BadImageError):
        DECODER.method(BlobReader(h(encoded)))


def test_refuses_the_wrong_kind() -> None:
    for decode, encoded in ((DECODER.field, "07 08"), (DECODER.locals, "06 01 08"), (DECODER.method_spec, "07 01 08")):
        with pytest.raises(BadImageError) as caught:
            decode(BlobReader(h(encoded)))
        assert caught.value.offset == 0


def test_nesting_is_limited() -> None:
    assert DECODER.type(BlobReader(b"\x1d" * MAX_DEPTH + b"\x08")) == "i4" + "[]" * MAX_DEPTH
    for deep in (b"\x1d" * (MAX_DEPTH + 1) + b"\x08", b"\x1b\x00\x00" * 100_000, b"\x1f\x49" * 100_000):
        with pytest.raises(BadImageError, match="nest"):
            DECODER.type(BlobReader(deep))


def test_huge_counts_fail_at_once() -> None:
    for data in (b"\x00\xdf\xff\xff\xff\x01\x08", b"\x14\x08\x01\xdf\xff\xff\xff", b"\x15\x12\x49\xdf\xff\xff\xff\x08"):
        with pytest.raises(BadImageError):
            (DECODER.method if data[0] == 0 else DECODER.type)(BlobReader(data))


@given(st.binary(max_size=40))
def test_random_bytes_decode_or_are_refused(data: bytes) -> None:
    for decode in (DECODER.type, DECODER.method, DECODER.field, DECODER.locals, DECODER.method_spec):
        reader = BlobReader(data)
        try:
            decode(reader)
        except BadImageError as error:
            assert error.offset is not None and 0 <= error.offset <= len(data)
        assert reader.pos <= len(data)
