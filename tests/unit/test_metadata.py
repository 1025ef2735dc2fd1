"""The metadata reader and method bodies: hand-made bytes, broken bytes, real assemblies."""

from __future__ import annotations

import os
import random
import struct
import time
import uuid
from pathlib import Path

import pytest
from image_bytes import (
    BLOBS,
    BODIES,
    COR_HEADER_SIZE,
    FAT_BODY,
    GENERIC_METHOD,
    MVID,
    SMALL_TABLES,
    STRINGS,
    TEXT_OFFSET,
    TEXT_RVA,
    metadata_root,
    padded,
    pe_image,
    s,
    small_image,
    small_root,
    table_stream,
)
from signature_names import NameProvider, method_name

from readytorun.errors import BadImageError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import MethodBody, read_method_body
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.signature import BlobReader, SignatureDecoder
from readytorun.metadata.tables import COLUMNS, TABLE_COUNT, TableId
from readytorun.pe import PEImage

DECODER: SignatureDecoder[str] = SignatureDecoder(NameProvider())
BODIES_RVA = TEXT_RVA + COR_HEADER_SIZE


def read(root: bytes) -> MetadataReader:
    """A reader over a root that does not start at the file's beginning."""
    return MetadataReader(b"\xcc" * 12 + root + b"\xcc" * 5, 12, len(root), "m.dll")


def with_tables(tables: dict[int, list[bytes]], heap_sizes: int = 0) -> MetadataReader:
    return read(small_root(tables=table_stream(tables, heap_sizes)))


def read_everything(assembly: AssemblyFile) -> int:
    """Decode every column, name, run, signature and body of `assembly`; how many signatures and bodies there were."""
    reader = assembly.reader
    for table in range(TABLE_COUNT):
        for name, _ in COLUMNS[table]:
            reader.column(table, name)
    for type_rid in range(1, reader.row_count(TableId.TYPE_DEF) + 1):
        reader.fields_of(type_rid)
        reader.methods_of(type_rid)
        reader.properties_of(type_rid)
        reader.events_of(type_rid)
    for table, name in ((TableId.TYPE_DEF, "TypeName"), (TableId.METHOD_DEF, "Name"), (TableId.TYPE_REF, "TypeName")):
        for offset in reader.column(table, name):
            reader.string(offset)
    count = 0
    for table, name in (
        (TableId.METHOD_DEF, "Signature"),
        (TableId.FIELD, "Signature"),
        (TableId.MEMBER_REF, "Signature"),
        (TableId.STAND_ALONE_SIG, "Signature"),
        (TableId.PROPERTY, "Type"),
        (TableId.TYPE_SPEC, "Signature"),
        (TableId.METHOD_SPEC, "Instantiation"),
    ):
        for offset in set(reader.column(table, name)):
            decode_any(reader.blob_reader(offset), table)
            count += 1
    for rva in reader.column(TableId.METHOD_DEF, "RVA"):
        if rva:
            read_method_body(assembly.image, rva)
            count += 1
    return count


def decode_any(blob: BlobReader, table: int) -> None:
    """Decode a signature of `table`, to its last byte."""
    if table == TableId.TYPE_SPEC:
        DECODER.type(blob)
    elif table == TableId.METHOD_SPEC:
        DECODER.method_spec(blob)
    elif blob.remaining() and blob.data[blob.pos] & 0xF == 6:
        DECODER.field(blob)
    elif blob.remaining() and blob.data[blob.pos] == 7:
        DECODER.locals(blob)
    else:
        DECODER.method(blob)
    if blob.remaining():
        raise BadImageError(blob.path, "bytes after a signature", blob.pos)


# Tables


def test_reads_columns() -> None:
    reader = read(small_root())
    assert reader.version == "v4.0.30319"
    assert reader.is_compressed
    assert [reader.row_count(t) for t in (0, 1, 2, 4, 6, 8, 9, 0x70)] == [1, 1, 2, 1, 2, 2, 0, 0]
    assert reader.column(TableId.TYPE_DEF, "Flags") == [0, 0x100001]
    assert reader.column(TableId.TYPE_DEF, "Extends") == [0, 0x01000001]
    assert reader.column(TableId.TYPE_REF, "ResolutionScope") == [0x23000001]
    assert reader.column(TableId.METHOD_DEF, "RVA") == [BODIES_RVA, BODIES_RVA + 4]
    assert reader.column(TableId.METHOD_DEF, "Signature") == [4, GENERIC_METHOD]
    assert reader.column(TableId.CUSTOM_ATTRIBUTE, "Parent") == [0x02000002, 0x06000001]
    assert reader.column(TableId.CUSTOM_ATTRIBUTE, "Type") == [0x06000001, 0x06000001]
    assert reader.column(TableId.GENERIC_PARAM, "Owner") == [0x06000002]
    assert reader.column(TableId.EVENT, "Name") == []
    names = ("MajorVersion", "MinorVersion", "BuildNumber", "RevisionNumber")
    assert [reader.cell(TableId.ASSEMBLY, name, 1) for name in names] == [1, 2, 3, 4]
    assert reader.column(TableId.PARAM, "Sequence") is reader.column(TableId.PARAM, "Sequence")


def test_rows_of() -> None:
    reader = read(small_root())
    assert reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Parent", 0x02000002) == [1]
    assert reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Parent", 0x06000001) == [2]
    assert reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Type", 0x06000001) == [1, 2]
    assert reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Parent", 0x02000001) == []
    assert reader.rows_of(TableId.GENERIC_PARAM, "Owner", 0x06000002) == [1]


def test_runs() -> None:
    reader = read(small_root())
    assert [reader.methods_of(1), reader.methods_of(2)] == [[], [1, 2]]
    assert [reader.fields_of(1), reader.fields_of(2)] == [[], [1]]
    assert [reader.params_of(1), reader.params_of(2)] == [[], [1, 2]]
    assert [reader.properties_of(2), reader.events_of(2)] == [[], []]
    assert [reader.declaring_type(TableId.METHOD_DEF, 2), reader.declaring_type(TableId.FIELD, 1)] == [2, 2]
    for rid in (0, 3):
        with pytest.raises(BadImageError):
            reader.methods_of(rid)
        with pytest.raises(BadImageError):
            reader.declaring_type(TableId.METHOD_DEF, rid)
        with pytest.raises(BadImageError):
            reader.cell(TableId.METHOD_DEF, "Name", rid)


def test_property_and_event_maps() -> None:
    tables = dict(SMALL_TABLES)
    tables[0x12] = [struct.pack("<HH", 2, 1)]
    tables[0x14] = [struct.pack("<HHH", 0, s("x"), 1 << 2 | 1)]
    tables[0x15] = [struct.pack("<HH", 1, 1), struct.pack("<HH", 2, 2)]
    tables[0x17] = [struct.pack("<HHH", 0, s("x"), 0)] * 3
    reader = with_tables(tables)
    assert reader.events_of(2) == [1]
    assert [reader.properties_of(1), reader.properties_of(2)] == [[1], [2, 3]]
    assert reader.column(TableId.EVENT, "EventType") == [0x01000001]


def test_pointer_tables_are_mapped_through() -> None:
    tables = dict(SMALL_TABLES)
    tables[0x04] = SMALL_TABLES[0x04] * 2
    tables[0x03] = [struct.pack("<H", 2), struct.pack("<H", 1)]
    tables[0x05] = [struct.pack("<H", 2), struct.pack("<H", 1)]
    tables[0x07] = [struct.pack("<H", 2)]
    tables[0x02] = [
        struct.pack("<IHHHHH", 0, s("<Module>"), 0, 0, 1, 1),
        struct.pack("<IHHHHH", 0, s("C"), 0, 0, 2, 2),
    ]
    streams = {"#-": table_stream(tables), "#Strings": STRINGS, "#GUID": MVID, "#Blob": BLOBS}
    reader = read(metadata_root(streams))
    assert not reader.is_compressed
    assert [reader.fields_of(1), reader.fields_of(2)] == [[2], [1]]
    assert [reader.methods_of(1), reader.methods_of(2)] == [[2], [1]]
    assert reader.params_of(2) == [2]  # ParamPtr has one row: the runs end with it
    assert reader.declaring_type(TableId.METHOD_DEF, 1) == 2
    tables[0x05] = [struct.pack("<H", 0), struct.pack("<H", 1)]
    with pytest.raises(BadImageError, match="nil"):
        read(metadata_root({**streams, "#-": table_stream(tables)})).methods_of(1)


def test_uncompressed_streams_may_have_extra_data() -> None:
    streams = {"#-": table_stream(SMALL_TABLES, 0x40, b"\xee" * 4), "#Strings": STRINGS, "#GUID": MVID}
    assert read(metadata_root(streams)).column(TableId.TYPE_DEF, "Flags") == [0, 0x100001]


@pytest.mark.parametrize(("heap", "table", "small", "large"), [(1, 0x1A, 2, 4), (2, 0x00, 10, 16), (4, 0x1B, 2, 4)])
def test_heap_index_widths(heap: int, table: int, small: int, large: int) -> None:
    assert with_tables({}).row_size(table) == small
    assert with_tables({}, heap).row_size(table) == large


@pytest.mark.parametrize(
    ("grown", "row", "limit", "table", "small"),
    [
        (0x1A, 2, 1 << 16, 0x1C, 8),  # ModuleRef: simple index ImplMap.ImportScope
        (0x1B, 2, 1 << 14, 0x09, 4),  # TypeSpec: TypeDefOrRef in InterfaceImpl
        (0x23, 20, 1 << 14, 0x01, 6),  # AssemblyRef: ResolutionScope in TypeRef
        (0x0A, 6, 1 << 11, 0x0C, 6),  # MemberRef: HasCustomAttribute in CustomAttribute
        (0x0A, 6, 1 << 13, 0x0C, 8),  # MemberRef: CustomAttributeType in CustomAttribute
    ],
)
def test_index_widths_grow_with_tables(grown: int, row: int, limit: int, table: int, small: int) -> None:
    assert with_tables({grown: [bytes(row)] * (limit - 1)}).row_size(table) == small
    assert with_tables({grown: [bytes(row)] * limit}).row_size(table) == small + 2


def test_wide_columns_are_read() -> None:
    # 2**14 TypeSpecs make TypeDefOrRef 4 bytes, so that what follows it in the row moves.
    tables = {0x02: [struct.pack("<IHHIHH", 7, 1, 2, (1 << 14) << 2 | 2, 1, 1)], 0x1B: [bytes(2)] * (1 << 14)}
    reader = with_tables(tables)
    assert reader.column(TableId.TYPE_DEF, "Extends") == [0x1B004000]
    assert reader.column(TableId.TYPE_DEF, "MethodList") == [1]
    assert reader.column_offset(TableId.TYPE_DEF, "MethodList") == 14
    assert reader.row_offset(TableId.TYPE_SPEC, 3) == reader.table_offset(TableId.TYPE_DEF) + 16 + 4


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        (0x02, struct.pack("<IHHHHH", 0, 0, 0, 3 << 2, 1, 1), "Extends"),  # TypeDef 3 of 1
        (0x02, struct.pack("<IHHHHH", 0, 0, 0, 1 << 2 | 3, 1, 1), "Extends"),  # tag 3 has no meaning
        (0x02, struct.pack("<IHHHHH", 0, 0, 0, 0, 3, 1), "FieldList"),  # 1 field: 2 is the end, 3 is past it
        (0x0C, struct.pack("<HHH", 2 << 5 | 3, 1 << 3 | 0, 0), "Type"),  # tag 0 has no meaning
        (0x0F, struct.pack("<HIH", 1, 1, 9), "Parent"),
    ],
)
def test_indices_that_name_no_row_are_refused(table: int, row: bytes, column: str) -> None:
    reader = with_tables({**SMALL_TABLES, table: [row]})
    with pytest.raises(BadImageError) as caught:
        reader.column(table, column)
    assert caught.value.offset == reader.row_offset(table, 1) + reader.column_offset(table, column)


def test_runs_out_of_order_are_refused() -> None:
    rows = [struct.pack("<IHHHHH", 0, 0, 0, 0, 1, 3), struct.pack("<IHHHHH", 0, 0, 0, 0, 1, 0)]
    reader = with_tables({**SMALL_TABLES, 0x02: rows})
    for rid in (1, 2):
        with pytest.raises(BadImageError, match="not in order"):
            reader.methods_of(rid)


def test_every_table_has_its_columns() -> None:
    assert len(COLUMNS) == TABLE_COUNT == max(TableId) + 1
    assert [table.value for table in TableId] == list(range(TABLE_COUNT))
    assert all(len({name for name, _ in columns}) == len(columns) for columns in COLUMNS)


# Heaps


def test_strings() -> None:
    reader = read(small_root(Strings=b"\0a\xc3\xa9\xed\xa0\x80\0bad\xff\0open\0cut"))
    assert reader.string(0) == ""
    assert reader.string(1) == "aé\ud800"  # an unpaired surrogate, as compilers write it
    assert reader.string(2) == "é\ud800"  # strings share tails
    assert reader.string_bytes(1) == b"a\xc3\xa9\xed\xa0\x80"
    with pytest.raises(BadImageError, match="UTF-8"):
        reader.string(8)
    for offset in (1000, -1):
        with pytest.raises(BadImageError):
            reader.string(offset)


def test_unterminated_string_is_refused() -> None:
    root = metadata_root({"#~": table_stream({}), "#Strings": b"\0abcdef!"})
    with pytest.raises(BadImageError, match="runs past the end") as caught:
        read(root).string(1)
    assert caught.value.offset == 12 + root.index(b"abcdef!")


def test_blobs() -> None:
    reader = read(small_root())
    assert reader.blob(0) == b""
    assert reader.blob(1) == b"\x06\x08"
    assert reader.blob(1) is reader.blob(1)
    assert method_name(DECODER.method(reader.blob_reader(GENERIC_METHOD))) == "0x30<1> !!0(string,object)"
    reader = read(small_root(Blob=b"\0\x81\x01" + bytes(0x101)))
    assert len(reader.blob(1)) == 0x101
    reader = read(small_root(Blob=b"\0\x08\x01\xff"))
    for offset in (1, 3, 400, -1):
        with pytest.raises(BadImageError) as caught:
            reader.blob(offset)
        assert caught.value.offset is not None


def test_user_strings() -> None:
    reader = read(small_root())
    assert [reader.user_string(0), reader.user_string(1), reader.user_string(7)] == ["", "hi", "\ud800"]
    reader = read(small_root(US=b"\0\x02a\0\x09a\0\0"))
    for offset in (1, 4, 99, -1):
        with pytest.raises(BadImageError):
            reader.user_string(offset)


def test_guids() -> None:
    reader = read(small_root())
    assert reader.guid(1) == uuid.UUID(bytes_le=MVID)
    assert reader.guid(0) == uuid.UUID(int=0)
    for index in (2, -1):
        with pytest.raises(BadImageError):
            reader.guid(index)


def test_missing_heaps_are_empty() -> None:
    reader = read(metadata_root({"#~": table_stream({})}))
    assert (reader.string(0), reader.blob(0), reader.user_string(0), reader.blob_reader(0).remaining()) == (
        "",
        b"",
        "",
        0,
    )
    for call in (reader.string, reader.blob, reader.user_string, reader.guid):
        with pytest.raises(BadImageError):
            call(1)


# Roots


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (b"BSJB", "too small"),
        (b"BSJC" + bytes(40), "BSJB"),
        (small_root()[:12] + b"\xff\xff\xff\xff" + small_root()[16:], "version"),
        (small_root()[:12] + b"\x0b\0\0\0" + small_root()[16:], "version"),
        (metadata_root({}), "no table stream"),
        (metadata_root({"#~": table_stream({}), "#-": table_stream({})}), "two table streams"),
        (metadata_root({"#~": table_stream({}), "#JTD": b""}), "delta"),
        (metadata_root({"#~": b"1234"}), "too small"),
        (metadata_root({"#~": table_stream({0x30: []})}), "unknown metadata tables"),
        (metadata_root({"#~": table_stream({0x1A: [b"ab"]})[:-4]}), "past the end"),
        (metadata_root({"#~": table_stream({1: [], 2: []})[:-4]}), "inside its row counts"),
        (metadata_root({"#~": table_stream({}), "#" + "x" * 40: b""}), "does not end"),
        (metadata_root({"#~": table_stream({}), "#A": b"", "#B": b""}).replace(b"#B", b"#A"), "two metadata streams"),
    ],
)
def test_malformed_roots_are_refused(root: bytes, message: str) -> None:
    with pytest.raises(BadImageError, match=message) as caught:
        read(root)
    assert caught.value.offset is not None and caught.value.offset >= 12


def test_row_counts_are_limited() -> None:
    stream = bytearray(table_stream({0x1A: []}))
    struct.pack_into("<I", stream, 24, 0x1000000)
    with pytest.raises(BadImageError, match="more than a token"):
        read(metadata_root({"#~": bytes(stream)}))
    struct.pack_into("<I", stream, 24, 0xFFFFFF)
    with pytest.raises(BadImageError, match="past the end"):
        read(metadata_root({"#~": bytes(stream)}))


# Method bodies


def body(data: bytes, offset: int = 0) -> MethodBody:
    return read_method_body(PEImage.parse(pe_image(small_root(), data), "b.dll"), BODIES_RVA + offset)


def test_tiny_body() -> None:
    method = body(BODIES)
    assert (method.max_stack, method.init_locals, method.local_signature_token) == (8, False, 0)
    assert (method.code, method.regions) == (b"\x2a", [])
    assert (method.file_offset, method.total_size) == (TEXT_OFFSET + COR_HEADER_SIZE, 2)


def test_fat_body_with_a_small_exception_table() -> None:
    method = body(BODIES, 4)
    assert (method.max_stack, method.init_locals, method.local_signature_token) == (3, True, 0)
    assert method.code == FAT_BODY[12:21]
    assert method.total_size == len(FAT_BODY)
    (region,) = method.regions
    assert (region.kind, region.class_token, region.filter_offset) == (0, 0x01000001, 0)
    assert [region.try_offset, region.try_length, region.handler_offset, region.handler_length] == [0, 4, 4, 3]


def fat(code: bytes, sections: bytes, flags: int = 0x3003) -> bytes:
    flags |= 8 if sections else 0
    return padded(struct.pack("<HHII", flags, 2, len(code), 0x11000005) + code) + sections


def test_fat_exception_table_and_chained_sections() -> None:
    clauses = struct.pack("<IIIIII", 2, 0, 0x1000, 0x1000, 5, 0) + struct.pack("<IIIIII", 1, 1, 2, 0x1010, 6, 0x1008)
    small = b"\x01\x10\0\0" + struct.pack("<HHBHBI", 4, 0, 4, 4, 3, 0)
    data = fat(bytes(0x1101), b"\xc1" + struct.pack("<I", 4 + 48)[:3] + clauses + small)
    method = body(data)
    assert not method.init_locals
    assert method.local_signature_token == 0x11000005
    assert method.total_size == len(data)
    assert [region.kind for region in method.regions] == [2, 1, 4]
    assert [region.filter_offset for region in method.regions] == [0, 0x1008, 0]
    assert [region.handler_offset for region in method.regions] == [0x1000, 0x1010, 4]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\0\0\0\0", "format"),
        (b"\x05\0\0\0", "format"),
        (fat(b"\x2a", b"", 0x4003), "words"),
        (struct.pack("<HHII", 0x3003, 8, 0x7FFFFFFF, 0), "past the end"),
        (fat(b"\x2a", b"\x02\x10\0\0"), "kind"),
        (fat(b"\x2a", b"\x01\x03\0\0"), "size"),
        (fat(b"\x2a", b"\x41\xff\xff\xff"), "size"),
        (fat(b"\x2a", b"\x01\x10\0\0" + struct.pack("<HHBHBI", 3, 0, 1, 0, 1, 0)), "clause kind"),
        (fat(b"\x2a", b"\x01\x10\0\0" + struct.pack("<HHBHBI", 0, 0, 2, 0, 1, 0)), "past the end of the method"),
        (fat(b"\x2a", b"\x01\x10\0\0" + struct.pack("<HHBHBI", 0, 0, 1, 1, 1, 0)), "past the end of the method"),
        (fat(b"\x2a", b"\x01\x10\0\0" + struct.pack("<HHBHBI", 1, 0, 1, 0, 1, 1)), "filter"),
    ],
)
def test_malformed_bodies_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(BadImageError, match=message) as caught:
        body(data)
    assert caught.value.offset is not None and caught.value.offset >= TEXT_OFFSET + COR_HEADER_SIZE


def test_body_positions_are_checked() -> None:
    with pytest.raises(BadImageError, match="multiple of 4"):
        body(b"\0\0" + fat(b"\x2a", b""), 2)
    with pytest.raises(BadImageError):
        body(b"", 0x100000)


# Assemblies


@pytest.mark.parametrize("plus", [False, True])
def test_opens_an_assembly(tmp_path: Path, plus: bool) -> None:
    path = tmp_path / "small.dll"
    path.write_bytes(small_image(plus=plus))
    assembly = AssemblyFile.open(path)
    assert (assembly.path, assembly.name, assembly.mvid) == (str(path), "small", uuid.UUID(bytes_le=MVID))
    assert read_everything(assembly) == 5


def test_a_module_is_named_after_its_file() -> None:
    tables = {table: rows for table, rows in SMALL_TABLES.items() if table != 0x20}
    assembly = AssemblyFile.parse(pe_image(small_root(tables=table_stream(tables)), BODIES), "m.netmodule")
    assert assembly.name == "small.dll"


def test_refuses_what_is_not_dotnet() -> None:
    data = small_image()
    native = data.replace(struct.pack("<II", TEXT_RVA, COR_HEADER_SIZE), bytes(8), 1)
    with pytest.raises(BadImageError, match=r"not a \.NET assembly"):
        AssemblyFile.parse(native, "native.dll")
    with pytest.raises(BadImageError, match="Module row"):
        AssemblyFile.parse(pe_image(metadata_root({"#~": table_stream({})})), "none.dll")


def mutated(original: bytes, rng: random.Random, hot: list[range]) -> bytes:
    """`original`, cut short or with a few bytes changed, mostly within `hot`."""
    if rng.random() < 0.1:
        return original[: rng.randrange(len(original))]
    data = bytearray(original)
    for _ in range(rng.choice((1, 1, 1, 4, 20))):
        at = rng.choice(rng.choice(hot))
        data[at] = rng.choice((data[at] ^ 1 << rng.randrange(8), 0, 0xFF, rng.randrange(256)))
    return bytes(data)


def survive(original: bytes, hot: list[range], count: int, seed: int) -> tuple[int, int]:
    """Read `count` mutations; every one either reads or raises BadImageError inside the file. Gives both counts."""
    rng = random.Random(seed)
    good = bad = 0
    for _ in range(count):
        data = mutated(original, rng, hot)
        try:
            read_everything(AssemblyFile.parse(data, "mutated.dll"))
            good += 1
        except BadImageError as error:
            assert error.offset is not None and 0 <= error.offset <= len(data), error
            bad += 1
    return good, bad


@pytest.mark.parametrize("plus", [False, True])
def test_mutations_read_or_are_refused(plus: bool) -> None:
    original = small_image(plus=plus)
    good, bad = survive(original, [range(len(original)), range(TEXT_OFFSET)], 2000, seed=plus)
    assert good > 100 and bad > 100


def test_every_truncation_of_the_metadata_is_refused() -> None:
    root = small_root()
    for size in range(len(root)):
        with pytest.raises(BadImageError):
            MetadataReader(root[:size], 0, size, "cut.dll")
        with pytest.raises(BadImageError):
            MetadataReader(root[:size], 0, len(root), "cut.dll")


# Real assemblies


def assemblies_under(variable: str) -> list[Path]:
    root = os.environ.get(variable)
    if not root:
        pytest.skip(f"{variable} is not set")
    paths = sorted(path for path in Path(root).rglob("*.dll") if not path.is_symlink())
    assert paths, f"no assemblies under {variable}"
    return paths


def core_library() -> Path:
    return next(path for path in assemblies_under("R2R_DOTNET") if path.match("shared/*/*/System.Private.CoreLib.dll"))


@pytest.mark.runtime
@pytest.mark.slow
def test_reads_all_of_the_framework() -> None:
    assert sum(read_everything(AssemblyFile.open(path)) for path in assemblies_under("R2R_DOTNET")) > 100_000


@pytest.mark.corpus
def test_reads_all_of_the_corpus() -> None:
    composites = 0
    for path in assemblies_under("R2R_CORPUS"):
        image = PEImage.parse(path.read_bytes(), str(path))
        if image.cor_header is None:
            composites += 1
            with pytest.raises(BadImageError, match="CLI header"):
                AssemblyFile(image)
        else:
            read_everything(AssemblyFile(image))
    assert composites < len(assemblies_under("R2R_CORPUS"))


@pytest.mark.runtime
def test_known_facts_of_the_core_library() -> None:
    assembly = AssemblyFile.open(core_library())
    reader = assembly.reader
    assert assembly.name == "System.Private.CoreLib"
    spaces = [reader.string(offset) for offset in reader.column(TableId.TYPE_DEF, "TypeNamespace")]
    names = [reader.string(offset) for offset in reader.column(TableId.TYPE_DEF, "TypeName")]
    types = {f"{space}.{name}": rid for rid, (space, name) in enumerate(zip(spaces, names, strict=True), 1)}
    extends = reader.column(TableId.TYPE_DEF, "Extends")
    assert extends[types["System.Object"] - 1] == 0
    for derived, base in (("String", "Object"), ("Int32", "ValueType"), ("ValueType", "Object"), ("DayOfWeek", "Enum")):
        assert extends[types[f"System.{derived}"] - 1] == 0x02000000 | types[f"System.{base}"]
    methods = {
        reader.string(reader.cell(TableId.METHOD_DEF, "Name", rid)): rid
        for rid in reader.methods_of(types["System.String"])
    }
    method = methods["IsNullOrEmpty"]
    assert reader.declaring_type(TableId.METHOD_DEF, method) == types["System.String"]
    signature = DECODER.method(reader.blob_reader(reader.cell(TableId.METHOD_DEF, "Signature", method)))
    assert method_name(signature) == "0x0<0> bool(string)"
    il = read_method_body(assembly.image, reader.cell(TableId.METHOD_DEF, "RVA", method))
    assert (il.code[0], il.code[-1]) == (0x02, 0x2A)  # ldarg.0 … ret
    (param,) = reader.params_of(method)
    assert reader.string(reader.cell(TableId.PARAM, "Name", param)) == "value"
    assert reader.rows_of(TableId.INTERFACE_IMPL, "Class", types["System.Object"]) == []
    assert len(reader.rows_of(TableId.INTERFACE_IMPL, "Class", types["System.String"])) >= 7
    days = reader.fields_of(types["System.DayOfWeek"])
    assert [reader.string(reader.cell(TableId.FIELD, "Name", rid)) for rid in days[:3]] == [
        "value__",
        "Sunday",
        "Monday",
    ]
    (constant,) = reader.rows_of(TableId.CONSTANT, "Parent", 0x04000000 | days[2])
    assert reader.blob(reader.cell(TableId.CONSTANT, "Value", constant)) == b"\1\0\0\0"


@pytest.mark.runtime
def test_core_library_enumerates_in_a_second() -> None:
    data = core_library().read_bytes()
    start = time.process_time()
    reader = AssemblyFile.parse(data, "System.Private.CoreLib.dll").reader
    signatures: dict[int, object] = {}
    method_names = reader.column(TableId.METHOD_DEF, "Name")
    method_signatures = reader.column(TableId.METHOD_DEF, "Signature")
    seen = 0
    for type_rid in range(1, reader.row_count(TableId.TYPE_DEF) + 1):
        reader.string(reader.column(TableId.TYPE_DEF, "TypeName")[type_rid - 1])
        for method in reader.methods_of(type_rid):
            reader.string(method_names[method - 1])
            offset = method_signatures[method - 1]
            if offset not in signatures:
                signatures[offset] = DECODER.method(reader.blob_reader(offset))
            seen += 1
    assert seen == reader.row_count(TableId.METHOD_DEF)
    assert time.process_time() - start < 1.0


@pytest.mark.corpus
@pytest.mark.slow
def test_mutations_of_a_real_assembly_read_or_are_refused() -> None:
    path = min(assemblies_under("R2R_CORPUS"), key=lambda path: path.stat().st_size)
    original = path.read_bytes()
    image = PEImage.parse(original, str(path))
    assert image.cor_header is not None
    at, size = image.offset_of(image.cor_header.metadata[0]), image.cor_header.metadata[1]
    survive(original, [range(1024), range(at, at + 600), range(at, at + size), range(len(original))], 500, seed=3)
