"""The smaller structures: GCRefMaps, EH clauses, debug information, unwind data, hashes, manifest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readytorun.errors import BadImageError
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r import (
    debug_info,
    eh_info,
    gc_ref_map,
    hashes,
    header,
    manifest,
    metadata_maps,
    pe_builder,
    runtime_functions,
    target,
    unwind_arm64,
    unwind_x64,
    versions,
)
from readytorun.r2r.model import DebugBound, EHClause, EHClauseKind
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.signatures import TokenType, encode_type


@pytest.mark.parametrize(
    ("tokens", "encoded"),
    [
        ({}, "00"),
        ({0: 1}, "01"),
        ({0: 2}, "02"),
        ({0: 1, 1: 1}, "05"),
        ({0: 3, 2: 1}, "8702"),
        ({0: 1, 2: 1, 3: 2, 4: 1, 5: 1, 13: 1, 14: 1, 16: 1}, "91ebd608"),
        ({9: 1}, "eb08"),
        ({8: 1}, "e308"),
        ({15: 1}, "bb09"),
    ],
)
def test_gc_ref_map_examples(tokens: dict[int, int], encoded: str) -> None:
    assert gc_ref_map.encode_gc_ref_map(tokens).hex() == encoded
    assert gc_ref_map.decode_gc_ref_map(ByteReader(bytes.fromhex(encoded))) == tokens


@given(st.lists(st.dictionaries(st.integers(0, 300), st.integers(1, 5), max_size=12), max_size=2100))
def test_gc_ref_maps_round_trip(maps: list[dict[int, int]]) -> None:
    content = gc_ref_map.encode_gc_ref_maps(gc_ref_map.encode_gc_ref_map(tokens) for tokens in maps)
    assert list(gc_ref_map.decode_gc_ref_maps(ByteReader(content), len(maps))) == maps


def test_gc_ref_map_table_of_many_cells() -> None:
    maps = [{0: n % 2 + 1} for n in range(2500)]
    content = gc_ref_map.encode_gc_ref_maps(gc_ref_map.encode_gc_ref_map(tokens) for tokens in maps)
    assert content[:12] == bytes.fromhex("0c000000 0c040000 0c080000")
    assert list(gc_ref_map.decode_gc_ref_maps(ByteReader(content), len(maps))) == maps


CLAUSES = (
    EHClause(EHClauseKind.FILTER, 0x0A, 0x20, 0x61, 0x75, 0x35),
    EHClause(EHClauseKind.TYPED, 0x0A, 0x20, 0x75, 0x89, 0x01000012, True),
    EHClause(EHClauseKind.FAULT, 0x0A, 0x24, 0x89, 0x97),
)


def test_eh_example() -> None:
    content = bytes.fromhex(
        "010000000a00000020000000610000007500000035000000"
        "100000000a00000020000000750000008900000012000001"
        "040000000a00000024000000890000009700000000000000"
    )
    assert eh_info.encode_clauses(CLAUSES) == content
    assert eh_info.decode_clauses(ByteReader(content)) == CLAUSES
    lookup = bytes.fromhex("a00f0100f4170100ffffffff3c180100")
    assert eh_info.encode_lookup([(0x10FA0, 0x117F4)], 0x1183C) == lookup
    assert eh_info.decode_lookup(ByteReader(lookup)) == ([(0x10FA0, 0x117F4)], 0x1183C)


def test_eh_flags_of_other_versions_are_kept() -> None:
    clauses = (
        EHClause(EHClauseKind.TYPED, 1, 2, 3, 4, 0, False, 0x20),
        EHClause(EHClauseKind.FINALLY, 1, 2, 3, 4, 0, True, 8),
    )
    content = eh_info.encode_clauses(clauses)
    assert (content[0], content[24]) == (0x20, 0x1A)
    assert eh_info.decode_clauses(ByteReader(content)) == clauses


@pytest.mark.parametrize("encoded", ["", "00" * 12, "00" * 8, "ff" * 16])
def test_malformed_eh_tables_raise(encoded: str) -> None:
    with pytest.raises(BadImageError):
        eh_info.decode_lookup(ByteReader(bytes.fromhex(encoded)))


BOUNDS = (
    DebugBound(0, -2, 2),
    DebugBound(11, 0, 2),
    DebugBound(20, 6, 2),
    DebugBound(28, 12, 2),
    DebugBound(31, -3, 2),
)
VARIABLES = (debug_info.DebugVariable(0, 11, 0, 0, (7,)), debug_info.DebugVariable(11, 28, 0, 0, (3,)))


def test_debug_info_example() -> None:
    content = bytes.fromhex("1907350342b863a6f80e0002390497a34130")
    info = debug_info.DebugInfo(BOUNDS, VARIABLES)
    assert debug_info.decode_debug_info(ByteReader(content), 16) == info
    assert debug_info.encode_debug_info(info, 16) == content


bounds = st.lists(st.tuples(st.integers(0, 300), st.integers(-3, 500), st.integers(0, 3)), min_size=1, max_size=30).map(
    lambda rows: tuple(DebugBound(sum(r[0] for r in rows[: i + 1]), row[1], row[2]) for i, row in enumerate(rows))
)
variables = st.lists(
    st.one_of(
        *(
            st.builds(
                lambda start, length, number, kind, operands: debug_info.DebugVariable(
                    start, start + length, number, kind, operands
                ),
                st.integers(0, 100),
                st.integers(0, 100),
                st.integers(-4, 60),
                st.just(kind),
                st.tuples(*(st.integers(-500, 500) if form == "s" else st.integers(0, 80) for form in forms)),
            )
            for kind, forms in enumerate(debug_info.LOCATION_OPERANDS)
        )
    ),
    max_size=8,
).map(tuple)
call_returns = st.lists(
    st.builds(
        lambda start, il_offset: debug_info.DebugVariable(start, start + 1, -5, 0, (0,), il_offset),
        st.integers(0, 500),
        st.integers(0, 500),
    ),
    max_size=3,
).map(tuple)
suspension_points = st.lists(
    st.builds(
        debug_info.AsyncSuspensionPoint,
        st.integers(0, 5000),
        st.lists(st.builds(debug_info.AsyncVariable, st.integers(-4, 40), st.integers(0, 400)), max_size=5).map(tuple),
    ),
    max_size=5,
).map(tuple)


@given(bounds, variables, st.integers(8, 29))
def test_debug_info_round_trips(
    native: tuple[DebugBound, ...], places: tuple[debug_info.DebugVariable, ...], major: int
) -> None:
    info = debug_info.DebugInfo(native, places)
    content = debug_info.encode_debug_info(info, major)
    reader = ByteReader(content)
    assert debug_info.decode_debug_info(reader, major) == info
    assert reader.pos == len(content)


@given(
    st.builds(
        debug_info.DebugInfo,
        st.just(()) | bounds,
        st.builds(lambda a, b: a + b, variables, call_returns),
        st.just(()) | bounds,
        st.binary(max_size=5),
        st.binary(max_size=5),
        suspension_points,
    ),
    st.integers(22, 31),
)
def test_debug_info_with_a_fat_header_round_trips(info: debug_info.DebugInfo, major: int) -> None:
    content = debug_info.encode_debug_info(info, major)
    assert (content[0] & 15 == 0) == (not info.bounds or info != debug_info.DebugInfo(info.bounds, info.variables))
    reader = ByteReader(content)
    assert debug_info.decode_debug_info(reader, major) == info
    assert reader.pos == len(content)


def test_debug_variables_by_version() -> None:
    """The same variable, as the versions write it: start, length, number; then the number first."""
    variable = debug_info.DebugVariable(0, 1, 0, 0, (7,))
    for majors, content in (((8, 16, 19), "014170"), ((20, 21), "015170"), ((22, 26, 29, 30), "611070")):
        for major in majors:
            assert debug_info.encode_variables([variable], major).hex() == content
            assert debug_info.decode_variables(ByteReader(bytes.fromhex(content)), major) == (variable,)
    call = debug_info.DebugVariable(5, 6, -5, 0, (0,), 9)
    assert debug_info.encode_variables([call], 22).hex() == "11950100"
    assert debug_info.special_variable_name(-4, 16) == "unknown"
    assert debug_info.special_variable_name(-4, 20) == "async continuation"
    assert debug_info.special_variable_name(-5, 20) == "unknown"
    assert debug_info.special_variable_name(-5, 22) == "call return value"
    with pytest.raises(ValueError, match="do not exist"):
        debug_info.encode_variables([call], 16)


@pytest.mark.parametrize(
    ("number", "kind", "machine", "major", "name"),
    [
        (7, 0, target.Machine.AMD64, 16, "rdi"),
        (17, 3, target.Machine.AMD64, 16, "sp after the prolog"),
        (38, 2, target.Machine.AMD64, 16, "xmm6"),
        (38, 2, target.Machine.AMD64, 26, "xmm6"),
        (29, 3, target.Machine.ARM64, 16, "fp"),
        (31, 3, target.Machine.ARM64, 16, "sp"),
        (40, 2, target.Machine.ARM64, 16, "v8"),
        (41, 2, target.Machine.ARM64, 26, "v8"),
        (80, 3, target.Machine.ARM64, 16, "sp after the prolog"),
        (66, 3, target.Machine.ARM64, 26, "sp after the prolog"),
        (5, 0, target.Machine.I386, 16, "register 5"),
        (99, 2, target.Machine.ARM64, 16, "register 99"),
    ],
)
def test_debug_register_names(number: int, kind: int, machine: target.Machine, major: int, name: str) -> None:
    assert debug_info.register_name(number, kind, machine, major) == name


def test_debug_info_without_room() -> None:
    info = debug_info.DebugInfo(BOUNDS, (), (), b"x")
    with pytest.raises(ValueError, match="bounds and variables only"):
        debug_info.encode_debug_info(info, 16)
    content = bytearray(debug_info.encode_debug_info(debug_info.DebugInfo(BOUNDS), 16))
    content[0] += 0x10  # the bounds have one byte more than they need
    assert debug_info.decode_debug_info(ByteReader(bytes(content) + b"\0"), 16).bounds == BOUNDS
    with pytest.raises(BadImageError, match="left over"):
        debug_info.decode_debug_info(ByteReader(bytes(content) + b"\1"), 16)


# Prologs and their unwind data as crossgen2 writes them.
X64_UNWIND = [
    ("19000000", unwind_x64.UnwindInfo(0, ())),
    ("1904010004220000", unwind_x64.UnwindInfo(4, (unwind_x64.allocate(4, 0x18),))),
    (
        "190303000302023001500000",
        unwind_x64.UnwindInfo(3, (unwind_x64.allocate(3, 8), unwind_x64.push(2, 3), unwind_x64.push(1, 5))),
    ),
    (
        "190803000801200001500000",
        unwind_x64.UnwindInfo(8, (unwind_x64.allocate(8, 0x100), unwind_x64.push(1, 5))),
    ),
    (
        "1913040013012125 02300150",
        unwind_x64.UnwindInfo(0x13, (unwind_x64.allocate(0x13, 0x12908), unwind_x64.push(2, 3), unwind_x64.push(1, 5))),
    ),
    (
        "190d05250d0308120430 03f001500000",
        unwind_x64.UnwindInfo(
            0xD,
            (
                unwind_x64.UnwindCode(0xD, unwind_x64.SET_FPREG, 0),
                unwind_x64.allocate(8, 0x10),
                unwind_x64.push(4, 3),
                unwind_x64.push(3, 15),
                unwind_x64.push(1, 5),
            ),
            5,
            0x20,
        ),
    ),
]


@pytest.mark.parametrize(("encoded", "info"), X64_UNWIND)
def test_x64_unwind_examples(encoded: str, info: unwind_x64.UnwindInfo) -> None:
    content = bytes.fromhex(encoded)
    assert unwind_x64.encode_unwind_info(info) == content
    assert unwind_x64.decode_unwind_info(ByteReader(content)) == info
    reader = ByteReader(content)
    unwind_x64.skip_unwind_info(reader)
    assert reader.pos == len(content)


def test_x64_prolog_in_order() -> None:
    codes = [unwind_x64.push(1, 5), unwind_x64.push(2, 3), unwind_x64.allocate(6, 0x18)]
    assert unwind_x64.encode_prolog(codes).hex() == "190603000622023001500000"


ARM64_UNWIND = [
    (
        "06005008 04004000 e181e4e4",
        unwind_arm64.UnwindInfo(24, b"\xe1\x81\xe4\xe4", (unwind_arm64.EpilogScope(16, 1),)),
    ),
    ("0c003008 d00383e4", unwind_arm64.UnwindInfo(48, b"\xd0\x03\x83\xe4", (), 0)),
]


@pytest.mark.parametrize(("encoded", "info"), ARM64_UNWIND)
def test_arm64_unwind_examples(encoded: str, info: unwind_arm64.UnwindInfo) -> None:
    content = bytes.fromhex(encoded)
    assert unwind_arm64.encode_unwind_info(info) == content
    assert unwind_arm64.decode_unwind_info(ByteReader(content)) == info
    reader = ByteReader(content)
    unwind_arm64.skip_unwind_info(reader)
    assert reader.pos == len(content)


def test_arm64_unwind_extension_word() -> None:
    info = unwind_arm64.UnwindInfo(
        4000, bytes((unwind_arm64.NOP,)) * 159 + b"\xe4", tuple(unwind_arm64.EpilogScope(4 * n, n) for n in range(40))
    )
    content = unwind_arm64.encode_unwind_info(info)
    assert unwind_arm64.decode_unwind_info(ByteReader(content)) == info
    reader = ByteReader(content)
    unwind_arm64.skip_unwind_info(reader)
    assert reader.pos == len(content)


@given(
    st.lists(
        st.sampled_from([form for form in unwind_arm64.CODE_FORMS if form.name != "end"]).flatmap(
            lambda form: st.tuples(
                st.just(form.name), st.tuples(*(st.integers(0, (1 << bits) - 1) for _, bits in form.operands))
            )
        )
    )
)
def test_arm64_codes_round_trip(codes: list[tuple[str, tuple[int, ...]]]) -> None:
    content = b"".join(unwind_arm64.encode_code(name, *operands) for name, operands in codes)
    assert unwind_arm64.decode_codes(content) == codes


def test_arm64_code_example() -> None:
    assert unwind_arm64.decode_codes(b"\xe1\xd0\x03\x83\xe4") == [
        ("set_fp", ()),
        ("save_reg", (0, 3)),
        ("save_fplr_x", (3,)),
        ("end", ()),
    ]


def test_hash_examples() -> None:
    program = hashes.type_hash(b"N.S", b"Prog")
    assert hashes.method_hash(program, b"Id", [hashes.type_hash(b"System", b"Int32")]) == 0xCD378F31
    generic = hashes.generic_instance_hash(hashes.type_hash(b"N.S", b"G`1"), [hashes.type_hash(b"System", b"__Canon")])
    assert hashes.method_hash(generic, b"Get") == 0x391199F9


def test_minimal_manifest_is_that_of_crossgen2() -> None:
    content = manifest.encode_minimal_manifest()
    assert len(content) == 244
    assert content.startswith(bytes.fromhex("42534a4201000100000000000c000000") + b"v4.0.30319\0\0")
    assert content[0x6C:0x90].hex() == "0000000002000001050000000100000000fa013300160000010000000100000001000000"


@given(st.lists(st.booleans(), max_size=70))
def test_method_is_generic_map_round_trips(values: list[bool]) -> None:
    content = metadata_maps.encode_method_is_generic_map(values)
    assert metadata_maps.decode_method_is_generic_map(ByteReader(content)) == values


def test_maps_match_examples() -> None:
    generic = metadata_maps.decode_method_is_generic_map(ByteReader(bytes.fromhex("2e000000500800003000")))
    assert [row + 1 for row, value in enumerate(generic) if value] == [2, 4, 13, 35, 36]
    assert metadata_maps.encode_type_generic_info_map([1, 2, 7]).hex() == "030000001270"
    assert metadata_maps.decode_type_generic_info_map(ByteReader(bytes.fromhex("030000001270"))) == [1, 2, 7]


def test_header_round_trips() -> None:
    content = bytes.fromhex("52545200 10000000 4b000000 02000000 64000000 c00b0100 19000000 65000000 00300300 8c000000")
    decoded = header.Header.decode(ByteReader(content))
    assert (decoded.major, decoded.minor, decoded.flags) == (16, 0, 0x4B)
    assert decoded.sections == ((100, 0x10BC0, 0x19), (101, 0x33000, 0x8C))
    assert decoded.encode() == content
    assert header.header_size(2) == len(content)
    with pytest.raises(BadImageError):
        header.Header.decode(ByteReader(content[:-1]))
    with pytest.raises(BadImageError):
        header.Header.decode(ByteReader(b"X" + content[1:]))


def test_machine_numbers() -> None:
    linux = target.Target(target.Machine.AMD64, target.OperatingSystem.LINUX)
    assert linux.coff_machine == 0xFD1D
    assert target.split_coff_machine(0xD11D) == (target.Machine.ARM64, target.OperatingSystem.LINUX)
    assert target.split_coff_machine(0xEC20) == (target.Machine.ARM64, target.OperatingSystem.APPLE)
    assert target.split_coff_machine(0x1234) is None


def test_helper_names_depend_on_the_version() -> None:
    assert versions.helper_name(0x40, (9, 1)) == "MemSet"
    assert versions.helper_name(0x40, (16, 0)) == "NativeMemSet"
    assert versions.helper_name(0x32, (16, 0)) == "ByRefWriteBarrier"
    assert versions.helper_name(0x32, (26, 1)) == "0x32"
    assert versions.helper_name(0x999, (16, 0)) == "0x999"


def test_base_relocations_are_blocks_per_page() -> None:
    content = pe_builder.encode_base_relocations([0x33098, 0x33090, 0x34008])
    assert content.hex() == "003003000c00000090a098a0004003000c00000008a00000"


def test_runtime_functions_must_be_sorted() -> None:
    functions = [runtime_functions.RuntimeFunction(16, 20, 4), runtime_functions.RuntimeFunction(32, 40, 4)]
    content = runtime_functions.encode_runtime_functions(functions, target.Machine.AMD64)
    assert runtime_functions.decode_runtime_functions(ByteReader(content), target.Machine.AMD64) == functions
    with pytest.raises(BadImageError):
        runtime_functions.decode_runtime_functions(ByteReader(content[12:] + content[:12]), target.Machine.AMD64)


def test_manifest_rows_are_read_back() -> None:
    builder = manifest.ManifestBuilder()
    core = builder.core_library()
    outer = builder.type_ref(core, "System.Text", "StringBuilder")
    inner = builder.type_ref(outer, "", "ChunkEnumerator")
    spec = builder.type_spec(b"\x1d" + encode_type(TokenType(0x12, outer)))
    member = builder.member_ref(outer, "Append", b"\x20\x00\x01")
    other = builder.type_ref(builder.module_ref("#System.Linq:4"), "System.Linq", "Enumerable")
    assembly = builder.assembly_ref(manifest.AssemblyIdentity("Other", (1, 2, 3, 4), 0, b"\x01" * 8, "de"))
    assert builder.type_ref(core, "System.Text", "StringBuilder") == outer
    assert (outer, inner, other) == (0x01000001, 0x01000002, 0x01000003)
    assert (spec, member, assembly) == (0x1B000001, 0x0A000001, 0x23000001)

    content = builder.to_bytes()
    reader = MetadataReader(content, 0, len(content), "manifest")
    names = [reader.string(name) for name in reader.column(TableId.TYPE_REF, "TypeName")]
    assert names == ["StringBuilder", "ChunkEnumerator", "Enumerable"]
    assert reader.column(TableId.TYPE_REF, "ResolutionScope") == [0x1A000001, outer, 0x1A000002]
    modules = [reader.string(name) for name in reader.column(TableId.MODULE_REF, "Name")]
    assert modules == ["System.Private.CoreLib", "#System.Linq:4"]
    assert reader.column(TableId.MEMBER_REF, "Class") == [outer]
    assert reader.blob(reader.column(TableId.MEMBER_REF, "Signature")[0]) == b"\x20\x00\x01"
    assert reader.blob(reader.column(TableId.TYPE_SPEC, "Signature")[0]) == b"\x1d\x12\x05"
    assert reader.string(reader.column(TableId.ASSEMBLY_REF, "Name")[0]) == "Other"
    assert reader.string(reader.column(TableId.ASSEMBLY_REF, "Culture")[0]) == "de"
    with pytest.raises(ValueError, match="ModuleRef"):
        builder.type_ref(assembly, "", "X")
