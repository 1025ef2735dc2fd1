"""Snapshots without a framework: reducing hand-made assemblies, the file format and its errors, the bundled file."""

from __future__ import annotations

import lzma
import re
import struct
import time
import zlib
from pathlib import Path

import pytest
from image_bytes import SMALL_TABLES, STRINGS, TEXT_RVA, metadata_root, padded, pe_image, s, table_stream

import readytorun
from readytorun.compiler.references import find_references
from readytorun.compiler.targets import target_by_name
from readytorun.errors import BadImageError, MissingReferenceError, ReadyToRunError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.tables import TableId
from readytorun.snapshot import facts
from readytorun.snapshot.archive import Snapshot, encode
from readytorun.snapshot.reader import assembly_paths, bundled_snapshot, open_assembly
from readytorun.snapshot.strip import strip_assembly
from readytorun.snapshot.writer import write_snapshot
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.layout import layout_of

PACKAGE = Path(readytorun.__file__).parent
LINUX_X64 = 0x8664 ^ 0x7B79
MACHINE = 0x14C

# A module with a promise: method M is [NonVersionable] and loads a literal, a TypeSpec and a field; G is not.
NAMES = STRINGS + b"\0NonVersionableAttribute\0System.Runtime.Versioning\0.ctor\0ObsoleteAttribute\0secret\0"
BODY_RVA = TEXT_RVA + 0x48
M_BODY = b"\x72\x01\x00\x00\x70\x26\xd0\x02\x00\x00\x1b\x26\x7e\x01\x00\x00\x04\x26\x2a"  # ldstr ldtoken ldsfld ret
G_BODY = b"\x72\x07\x00\x00\x70\x26\x2a"
BLOBS = (
    b"\0\x02\x06\x08"  # 1: field, int32
    b"\x03\x00\x00\x01"  # 4: static void ()
    b"\x03\x20\x00\x01"  # 8: instance void ()
    b"\x04\x01\x00\x00\x00"  # 12: an attribute's value
    b"\x02\x1d\x08"  # 17: int32[]
    b"\x03\x1d\x12\x05"  # 20: TypeRef 1 []
)
USER_STRINGS = b"\0" + b"\x05h\0i\0\0" + b"\x05n\0o\0\0"


def n(text: str) -> int:
    return NAMES.index(b"\0" + text.encode() + b"\0") + 1


def promising_image() -> bytes:
    """An assembly with a [NonVersionable] method, and all sorts of rows that a snapshot has no use for."""
    tables = {
        **SMALL_TABLES,
        TableId.TYPE_REF: [
            struct.pack("<HHH", 1 << 2 | 2, s("Object"), s("System")),
            struct.pack("<HHH", 1 << 2 | 2, n("NonVersionableAttribute"), n("System.Runtime.Versioning")),
            struct.pack("<HHH", 1 << 2 | 2, n("ObsoleteAttribute"), s("System")),
        ],
        TableId.METHOD_DEF: [
            struct.pack("<IHHHHH", BODY_RVA, 0, 0x96, s("M"), 4, 1),
            struct.pack("<IHHHHH", BODY_RVA + 20, 0, 0x91, s("G"), 4, 1),
        ],
        TableId.MEMBER_REF: [
            struct.pack("<HHH", 3 << 3 | 1, n(".ctor"), 8),
            struct.pack("<HHH", 2 << 3 | 1, n(".ctor"), 8),
        ],
        TableId.CUSTOM_ATTRIBUTE: [
            struct.pack("<HHH", 1 << 5 | 0, 2 << 3 | 3, 12),  # on MethodDef 1: NonVersionable
            struct.pack("<HHH", 2 << 5 | 0, 1 << 3 | 3, 12),  # on MethodDef 2: Obsolete
        ],
        TableId.TYPE_SPEC: [struct.pack("<H", 17), struct.pack("<H", 20), struct.pack("<H", 17)],
        TableId.PARAM: [struct.pack("<HHH", 0, 1, n("secret"))],
    }
    streams = {"#~": table_stream(dict(sorted(tables.items()))), "#Strings": NAMES, "#US": USER_STRINGS}
    root = metadata_root({**streams, "#GUID": bytes(range(16)), "#Blob": BLOBS})
    return pe_image(root, padded(bytes((len(M_BODY) << 2 | 2,)) + M_BODY) + bytes((len(G_BODY) << 2 | 2,)) + G_BODY)


def stripped() -> AssemblyFile:
    return AssemblyFile.parse(strip_assembly(AssemblyFile.parse(promising_image(), "a.dll")), "a.dll")


# --- reducing assemblies ---------------------------------------------------------------------------------------------


def test_definitions_keep_their_rows_and_names() -> None:
    before, after = AssemblyFile.parse(promising_image(), "a.dll"), stripped()
    assert (after.name, after.mvid, after.image.machine) == (before.name, before.mvid, before.image.machine)
    for table in (TableId.TYPE_DEF, TableId.METHOD_DEF, TableId.FIELD, TableId.ASSEMBLY_REF):
        name = "TypeName" if table == TableId.TYPE_DEF else "Name"
        names = [[f.reader.string(at) for at in f.reader.column(table, name)] for f in (before, after)]
        assert names[0] == names[1] and any(names[0])
    for file in (before, after):
        offsets = file.reader.column(TableId.METHOD_DEF, "Signature")
        assert [file.reader.blob(at) for at in offsets] == [b"\x00\x00\x01"] * 2
        assert file.reader.methods_of(2) == [1, 2] and file.reader.fields_of(2) == [1]


def test_only_promised_bodies_stay_with_what_they_refer_to() -> None:
    after = stripped()
    rvas = after.reader.column(TableId.METHOD_DEF, "RVA")
    assert read_method_body(after.image, rvas[0]).code == M_BODY
    assert after.reader.user_string(1) == "hi"
    specs = [after.reader.blob(at) for at in after.reader.column(TableId.TYPE_SPEC, "Signature")]
    assert specs == [b"", b"\x1d\x12\x05"]  # row 2 in its place, the rest zeroed or cut off
    type_names = [after.reader.string(at) for at in after.reader.column(TableId.TYPE_REF, "TypeName")]
    assert type_names == ["Object", "NonVersionableAttribute"]
    with pytest.raises(BadImageError, match="no section"):
        read_method_body(after.image, rvas[1])
    assert b"n\0o\0" not in after.image.data and G_BODY not in after.image.data


def test_what_is_for_people_and_reflection_goes() -> None:
    after = stripped()
    assert after.reader.row_count(TableId.PARAM) == 0 and after.reader.params_of(1) == []
    assert after.reader.column(TableId.CUSTOM_ATTRIBUTE, "Parent") == [0x06000001]
    assert after.reader.column(TableId.GENERIC_PARAM, "Name") == [0]
    for text in (b"secret", b"Obsolete"):
        assert text in promising_image() and text not in after.image.data


def test_reducing_twice_changes_nothing() -> None:
    once = strip_assembly(AssemblyFile.parse(promising_image(), "a.dll"))
    assert strip_assembly(AssemblyFile.parse(once, "b.dll")) == once


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "small.snapshot"
    path.write_bytes(encode("9.8.7", MACHINE, {"small": strip_assembly(AssemblyFile.parse(promising_image(), "x"))}))
    return path


def read_all(path: Path) -> list[bytes]:
    snapshot = Snapshot(path)
    return [snapshot.read(name) for name in snapshot.entries]


def test_what_is_written_is_read(small_snapshot: Path) -> None:
    snapshot = Snapshot(small_snapshot)
    assert (snapshot.framework, snapshot.machine) == ("9.8.7", MACHINE)
    assert assembly_paths(snapshot) == [small_snapshot / "small.dll"]
    file = open_assembly(str(small_snapshot / "SMALL.dll"))
    assert (file.name, file.path) == ("small", str(small_snapshot / "SMALL.dll"))
    with pytest.raises(MissingReferenceError, match="other is not in the snapshot"):
        open_assembly(str(small_snapshot / "other.dll"))


def test_every_flipped_byte_is_noticed(small_snapshot: Path) -> None:
    good = small_snapshot.read_bytes()
    for at in range(len(good)):
        small_snapshot.write_bytes(good[:at] + bytes((good[at] ^ 0x41,)) + good[at + 1 :])
        with pytest.raises(BadImageError):
            read_all(small_snapshot)


def test_every_truncation_is_noticed(small_snapshot: Path) -> None:
    good = small_snapshot.read_bytes()
    for size in range(len(good)):
        small_snapshot.write_bytes(good[:size])
        with pytest.raises(BadImageError):
            read_all(small_snapshot)
    small_snapshot.write_bytes(good + b"x")
    with pytest.raises(BadImageError):
        read_all(small_snapshot)


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"framework":"1"}',
        b'{"framework":1,"machine":1,"assemblies":[]}',
        b'{"framework":"1","machine":"x","assemblies":[]}',
        b'{"framework":"1","machine":1,"assemblies":[["a",1]]}',
        b'{"framework":"1","machine":1,"assemblies":[["a",-1,5]]}',
        b'{"framework":"1","machine":1,"assemblies":[[7,1,5]]}',
        b'{"framework":"1","machine":1,"assemblies":[["a",9999999999,5]]}',
        b'{"framework":"1","machine":1,"assemblies":[["a",1,1.5]]}',
        b'{"framework":"1","machine":1,"assemblies":5}',
    ],
)
def test_a_malformed_index_is_bad_input(tmp_path: Path, index: bytes) -> None:
    path = tmp_path / "x.snapshot"
    path.write_bytes(struct.pack("<8sIII", b"R2RSNAP\0", 1, len(index), zlib.crc32(index)) + index + b"12345")
    with pytest.raises(BadImageError, match="malformed"):
        Snapshot(path)


def test_another_format_version_says_what_to_do(small_snapshot: Path) -> None:
    good = small_snapshot.read_bytes()
    small_snapshot.write_bytes(good[:8] + struct.pack("<I", 2) + good[12:])
    with pytest.raises(BadImageError, match=r"format version 2.*readytorun snapshot"):
        Snapshot(small_snapshot)


def test_an_assembly_that_is_larger_than_its_entry_says(tmp_path: Path) -> None:
    """What a crafted file decompresses to is bounded by what its index says."""
    packed = lzma.compress(bytes(1 << 20), lzma.FORMAT_XZ)
    index = b'{"framework":"1","machine":1,"assemblies":[["a",100,%d]]}' % len(packed)
    path = tmp_path / "x.snapshot"
    path.write_bytes(struct.pack("<8sIII", b"R2RSNAP\0", 1, len(index), zlib.crc32(index)) + index + packed)
    with pytest.raises(BadImageError, match="damaged"):
        Snapshot(path).read("a")


def test_a_folder_without_a_framework(tmp_path: Path) -> None:
    with pytest.raises(MissingReferenceError, match=r"no System\.Private\.CoreLib\.dll"):
        write_snapshot(tmp_path, tmp_path / "x.snapshot")
    assert list(tmp_path.iterdir()) == []


def test_a_bad_assembly_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "System.Private.CoreLib.dll").write_bytes(promising_image()[:300])
    with pytest.raises(ReadyToRunError):
        write_snapshot(tmp_path, tmp_path / "x.snapshot")
    assert [path.name for path in tmp_path.iterdir()] == ["System.Private.CoreLib.dll"]


# --- the list of facts -----------------------------------------------------------------------------------------------


def test_all_attributes_that_the_compiler_asks_for_are_kept() -> None:
    """Every attribute name in the code that reads other assemblies is on the list."""
    kept = {name for _, name in facts.ATTRIBUTES}
    found: set[str] = set()
    for package in ("typesystem", "importer", "compiler", "passes"):
        for path in (PACKAGE / package).rglob("*.py"):
            found |= set(re.findall(r'"(\w+Attribute)"', path.read_text(encoding="utf-8")))
    assert "NonVersionableAttribute" in found
    assert found - kept == set()


def test_all_tables_that_the_type_system_reads_are_kept() -> None:
    kept = {TableId(t).name for t in (*facts.WHOLE_TABLES, *facts.REFERRED_TABLES, TableId.CUSTOM_ATTRIBUTE)}
    found: set[str] = set()
    for package in ("typesystem", "importer"):
        for path in (PACKAGE / package).rglob("*.py"):
            found |= set(re.findall(r"\bTableId\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    assert "METHOD_IMPL" in found
    assert found - kept - {"METHOD_PTR", "FIELD_PTR"} == set()  # these two are only checked to be empty


# --- the snapshot in the package -------------------------------------------------------------------------------------


def bundled() -> Snapshot:
    snapshot = bundled_snapshot(10, LINUX_X64)
    assert snapshot is not None
    return snapshot


def test_the_bundled_snapshot_is_small_and_fits_the_default_target() -> None:
    snapshot = bundled()
    assert re.fullmatch(r"10\.0\.\d+", snapshot.framework)
    assert Path(snapshot.path).stat().st_size <= 4_000_000
    assert len(snapshot.entries) > 160
    assert bundled_snapshot(9, LINUX_X64) is None and bundled_snapshot(10, MACHINE) is None


def test_without_a_framework_the_bundled_snapshot_is_referred_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readytorun.compiler.references._USUAL_PLACES", ())
    target = target_by_name("net10.0-linux-x64")
    references = find_references([], [tmp_path / "a.dll"], target, {"PATH": ""})
    assert str(Path(bundled().path) / "System.Runtime.dll") in references
    given = find_references([bundled().path], [tmp_path / "a.dll"], target, {"PATH": ""})
    assert sorted(given) == sorted(references)


def test_types_come_out_of_the_bundled_snapshot() -> None:
    context = TypeSystemContext([str(path) for path in assembly_paths(bundled())])
    span = context.well_known("System.Span`1")
    assert span.is_byref_like and span.is_nonversionable
    get_length = span.find_method("get_Length")
    assert get_length is not None and get_length.is_nonversionable and get_length.body() is not None
    int32 = context.well_known("System.Int32")
    assert layout_of(context.instantiate(span, (int32,))).size == 16
    assert layout_of(context.instantiate(context.well_known("System.Collections.Generic.List`1"), (int32,))).size == 24
    forwarded = context.module_by_name("netstandard")._resolver.forwarded_type(None, "System", "Console", 0)
    assert forwarded is not None and forwarded.module.name == "System.Console"


def test_opening_the_references_of_a_typical_compile_is_quick() -> None:
    names = [
        "System.Private.CoreLib",
        "System.Runtime",
        "System.Collections",
        "System.Linq",
        "System.Console",
        "netstandard",
    ]
    names += ["System.Text.RegularExpressions", "System.Collections.Concurrent", "System.Linq.Expressions", "mscorlib"]
    names += ["System.ComponentModel.TypeConverter", "System.Private.Xml", "System.Data.Common", "System.Memory"]
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        for name in names:
            open_assembly(str(Path(bundled().path) / f"{name}.dll"))
        best = min(best, time.process_time() - start)
    assert best < 0.5
