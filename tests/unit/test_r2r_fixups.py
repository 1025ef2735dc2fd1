"""Fixup blobs and fixup lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readytorun.errors import BadImageError
from readytorun.r2r import entry_points, inlining_info
from readytorun.r2r import fixup_blobs as f
from readytorun.r2r import signatures as s
from readytorun.r2r.primitives import ByteReader

CANON = s.SimpleType(s.ELEMENT_TYPE_CANON_ZAPSIG)
INT = s.SimpleType(0x08)
STRING = s.SimpleType(0x0E)


def cls(token: int) -> s.TokenType:
    return s.TokenType(s.ELEMENT_TYPE_CLASS, token)


def val(token: int) -> s.TokenType:
    return s.TokenType(s.ELEMENT_TYPE_VALUETYPE, token)


EXAMPLES = [
    ("1a01", f.Fixup(0x1A, (1,))),
    ("1a80f0", f.Fixup(0x1A, (0xF0,))),
    ("1b07", f.Fixup(0x1B, (7,))),
    ("1517", f.Fixup(0x15, (0x17,))),
    ("13 04 23 01 08", f.Fixup(0x13, (s.MethodSignature(4, 0x23, arguments=(INT,)),))),
    (
        "13 50 15 12 29 01 3e 0c",
        f.Fixup(0x13, (s.MethodSignature(0x50, 0x0C, owner=s.GenericInstanceType(cls(0x0100000A), (CANON,))),)),
    ),
    ("16 10 14", f.Fixup(0x16, (s.MethodSignature(0x10, 0x14),))),
    ("29 06 23 01 0e", f.Fixup(0x29, (s.MethodSignature(6, 0x23, arguments=(STRING,)),))),
    ("09 10 1e 00", f.Fixup(0x09, (f.Fixup(0x10, (s.VariableType(0x1E, 0),)),))),
    (
        "09 10 1d 1e 00",
        f.Fixup(0x09, (f.Fixup(0x10, (s.WrappedType(s.ELEMENT_TYPE_SZARRAY, s.VariableType(0x1E, 0)),)),)),
    ),
    ("22 15 12 1c 01 08", f.Fixup(0x22, (s.GenericInstanceType(cls(0x02000007), (INT,)),))),
    ("26 12 14", f.Fixup(0x26, (cls(0x02000005),))),
    ("2a 11 55 1e 08", f.Fixup(0x2A, (val(0x01000015), f.TypeLayout(0x1E, 8)))),
    (
        "2c 00 13 15 12 4d 02 08 08",
        f.Fixup(0x2C, (s.MethodSignature(0, 0x13), s.GenericInstanceType(cls(0x01000013), (INT, INT)))),
    ),
    ("30 01 2d", f.Fixup(0x30, (f.InstructionSetSupport(((22, True),)),))),
    (
        "93 05 40 15 12 a8 c0 02 3e 3f 00 11 18 c0 00 a0 40",
        f.Fixup(
            0x13,
            (
                s.MethodSignature(
                    0x40,
                    0xA040,
                    owner=s.GenericInstanceType(cls(0x02000A30), (CANON, s.ModuleType(0, val(0x02000006)))),
                ),
            ),
            5,
        ),
    ),
    ("9c 05 12 91 b4", f.Fixup(0x1C, (cls(0x0200046D),), 5)),
    (
        "aa 04 15 11 6d 02 3e 3f 00 11 18 0e 20 05",
        f.Fixup(
            0x2A,
            (
                s.GenericInstanceType(val(0x0100001B), (CANON, s.ModuleType(0, val(0x02000006)))),
                f.TypeLayout(0x0E, 32, gc_slots=b"\x05"),
            ),
            4,
        ),
    ),
    (
        "a7 04 50 3f 00 15 12 29 01 0e 1b",
        f.Fixup(
            0x27,
            (s.FieldSignature(0x50, 0x1B, s.ModuleType(0, s.GenericInstanceType(cls(0x0100000A), (STRING,)))),),
            4,
        ),
    ),
    ("31 08 08 10 1d", f.Fixup(0x31, (8, 8, s.FieldSignature(0x10, 0x1D)))),
    (
        "34 01 00 03 12 0c 00 03",
        f.Fixup(0x34, (1, s.MethodSignature(0, 3), cls(0x02000003), s.MethodSignature(0, 3))),
    ),
    ("37 12 15 0e 18 03", f.Fixup(0x37, (cls(0x01000005), f.TypeLayout(0x0E, 24, gc_slots=b"\x03")))),
    ("38 10 32 54 76", f.Fixup(0x38, (0x76543210,))),
]


@pytest.mark.parametrize(("encoded", "fixup"), EXAMPLES)
def test_examples(encoded: str, fixup: f.Fixup) -> None:
    content = bytes.fromhex(encoded)
    reader = ByteReader(content)
    assert f.decode_fixup(reader) == fixup
    assert reader.pos == len(content)
    assert f.encode_fixup(fixup) == content


def test_async_variant_flag_takes_two_bytes() -> None:
    method = s.MethodSignature(s.METHOD_ASYNC_VARIANT, 0x17)
    assert s.encode_method(method).hex() == "810017"
    assert s.decode_method(ByteReader(bytes.fromhex("810017"))) == method


def test_declaring_type_handle_depends_on_the_version() -> None:
    old = bytes.fromhex("09 2d 12 08 12 0c")
    assert f.encode_fixup(f.decode_fixup(ByteReader(old), (26, 1)), (26, 1)) == old
    new = bytes.fromhex("09 2d 00 05")
    decoded = f.decode_fixup(ByteReader(new), (27, 0))
    assert decoded == f.Fixup(9, (f.Fixup(0x2D, (s.MethodSignature(0, 5),)),))
    assert f.encode_fixup(decoded, (27, 0)) == new


types = st.recursive(
    st.one_of(
        st.sampled_from(sorted(s.SIMPLE_ELEMENT_TYPES)).map(s.SimpleType),
        st.builds(
            s.TokenType,
            st.sampled_from((0x11, 0x12)),
            st.builds(lambda t, r: t << 24 | r, st.sampled_from((1, 2, 0x1B)), st.integers(1, 0xFFFFFF)),
        ),
        st.builds(s.VariableType, st.sampled_from((0x13, 0x1E)), st.integers(0, 300)),
    ),
    lambda inner: st.one_of(
        st.builds(s.WrappedType, st.sampled_from((0x0F, 0x10, 0x1D, 0x3D)), inner),
        st.builds(s.GenericInstanceType, inner, st.lists(inner, max_size=4).map(tuple)),
        st.builds(s.ModuleType, st.integers(0, 200), inner),
        st.builds(s.ArrayType, inner, st.integers(1, 5)),
        st.builds(s.FunctionPointerType, st.just(0), inner, st.lists(inner, max_size=3).map(tuple)),
        st.builds(s.VariableType, st.just(0x3B), st.integers(0, 9), inner),
    ),
    max_leaves=12,
)


@given(types)
def test_types_round_trip(signature: s.TypeSignature) -> None:
    content = s.encode_type(signature)
    reader = ByteReader(content)
    assert s.decode_type(reader) == signature
    assert reader.pos == len(content)


@given(
    st.integers(0, 0xB),
    st.integers(1, 100000),
    st.none() | st.integers(0, 300),
    st.none() | types,
    st.none() | st.lists(types, max_size=3).map(tuple),
    st.none() | types,
)
def test_methods_round_trip(
    flags: int,
    rid: int,
    module: int | None,
    owner: s.TypeSignature | None,
    arguments: tuple[s.TypeSignature, ...] | None,
    constrained: s.TypeSignature | None,
) -> None:
    flags &= ~s.METHOD_INSTANTIATION
    flags |= (module is not None) << 7 | (owner is not None) << 6 | (constrained is not None) << 5
    flags |= (arguments is not None) << 2
    method = s.MethodSignature(flags, rid, module, owner, arguments or (), constrained)
    assert s.decode_method(ByteReader(s.encode_method(method))) == method


@pytest.mark.parametrize("encoded", ["06", "1a", "10", "10 12 0f", "10 34", "13 04 01 ff", "2a 11 55 0e 20", "39 41"])
def test_malformed_blobs_raise(encoded: str) -> None:
    with pytest.raises(BadImageError):
        f.decode_fixup(ByteReader(bytes.fromhex(encoded)))


def test_deep_nesting_raises_instead_of_overflowing() -> None:
    with pytest.raises(BadImageError, match="deep"):
        s.decode_type(ByteReader(b"\x1d" * 5000 + b"\x08"))


def test_operands_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError):
        f.encode_fixup(f.Fixup(0x13, (5,)))
    with pytest.raises(ValueError):
        f.encode_fixup(f.Fixup(0x13, (s.MethodSignature(0, 1, owner=INT),)))
    with pytest.raises(ValueError):
        f.encode_fixup(f.Fixup(0x06, ()))


@pytest.mark.parametrize(
    ("encoded", "fixups"),
    [
        ("5500", ((5, 5),)),
        ("950300", ((5, 11),)),
        ("456900", ((5, 4), (5, 18))),
        ("a50100", ((5, 17),)),
    ],
)
def test_fixup_list_examples(encoded: str, fixups: entry_points.FixupList) -> None:
    content = bytes.fromhex(encoded)
    assert entry_points.encode_fixup_list(fixups) == content
    assert entry_points.decode_fixup_list(ByteReader(content)) == fixups


def test_entry_point_example() -> None:
    content = bytes.fromhex("75021521131111113110301 10100".replace(" ", ""))
    entry = entry_points.decode_entry_point(ByteReader(content))
    assert entry.function_index == 39
    assert entry.fixups == (
        *((5, n) for n in (1, 2, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18)),
        *((6, n) for n in (0, 3, 4, 5, 6)),
    )
    record = entry_points.entry_point_record(39, entry_points.encode_fixup_list(entry.fixups))
    assert record.head + record.tail == content


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 5000)), min_size=1, max_size=60))
def test_fixup_lists_round_trip(fixups: set[tuple[int, int]]) -> None:
    ordered = tuple(sorted(fixups))
    assert entry_points.decode_fixup_list(ByteReader(entry_points.encode_fixup_list(ordered))) == ordered


@pytest.mark.parametrize("names_modules", [False, True])
@given(data=st.data())
def test_inlining_records_round_trip(names_modules: bool, data: st.DataObject) -> None:
    il_body = data.draw(st.booleans())
    rids = sorted(data.draw(st.sets(st.integers(1, 9000), max_size=20)))
    modules = st.none() | st.integers(1, 9) if names_modules else st.none()
    record = inlining_info.InliningRecord(
        data.draw(st.integers(0, 90000)),
        il_body,
        data.draw(st.integers(0, 50)) if names_modules and not il_body else None,
        tuple(sorted(data.draw(st.sets(st.integers(1, 500), max_size=4)))),
        tuple(inlining_info.Inliner(rid, data.draw(modules)) for rid in rids),
    )
    content = inlining_info.encode_inlining_record(record, names_modules)
    reader = ByteReader(content)
    assert inlining_info.decode_inlining_record(reader, names_modules) == record
    assert reader.pos == len(content)


def test_inlining_record_example() -> None:
    record = inlining_info.decode_inlining_record(ByteReader(bytes.fromhex("06180018")), True)
    assert record == inlining_info.InliningRecord(3, False, 0, (), (inlining_info.Inliner(6),))
