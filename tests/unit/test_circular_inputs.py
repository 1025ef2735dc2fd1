"""Metadata that goes in a circle is a clean error: walking it would never end, or exhaust the stack."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from cli_support import sample

from readytorun.compiler.driver import compile_assemblies
from readytorun.compiler.references import find_references
from readytorun.compiler.targets import DEFAULT_TARGET, target_by_name
from readytorun.errors import BadImageError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.tables import TableId
from readytorun.typesystem.context import TypeSystemContext


def with_cell(table: TableId, rid: int, column: str, value: int) -> bytes:
    """The sample with another 2-byte value in a cell of its metadata."""
    reader = AssemblyFile.parse(sample(), "sample").reader
    image = bytearray(sample())
    struct.pack_into("<H", image, reader.row_offset(table, rid) + reader.column_offset(table, column), value)
    return bytes(image)


def with_type_spec_of_itself() -> bytes:
    reader = AssemblyFile.parse(sample(), "sample").reader
    blob = reader.blob(reader.column(TableId.TYPE_SPEC, "Signature")[0])
    image = bytearray(sample())
    at = image.find(bytes([len(blob)]) + blob)
    image[at + 1 : at + 3] = bytes([0x12, 1 << 2 | 2])  # CLASS, TypeSpec row 1
    return bytes(image)


def first_type_ref_used() -> int:
    """The row of System.Object, which every class needs."""
    reader = AssemblyFile.parse(sample(), "sample").reader
    names = [reader.string(name) for name in reader.column(TableId.TYPE_REF, "TypeName")]
    return names.index("Object") + 1


def compile_bytes(content: bytes, folder: Path) -> None:
    path = folder / "Input.dll"
    path.write_bytes(content)
    compile_assemblies([path], [], folder / "Output.dll")


def test_a_type_that_extends_itself(tmp_path: Path) -> None:
    with pytest.raises(BadImageError, match="extends itself"):
        compile_bytes(with_cell(TableId.TYPE_DEF, 4, "Extends", 4 << 2), tmp_path)


def test_a_type_that_is_nested_in_itself(tmp_path: Path) -> None:
    reader = AssemblyFile.parse(sample(), "sample").reader
    nested = reader.column(TableId.NESTED_CLASS, "NestedClass")[0]
    with pytest.raises(BadImageError, match="nested in itself"):
        compile_bytes(with_cell(TableId.NESTED_CLASS, 1, "EnclosingClass", nested), tmp_path)


def test_references_that_are_defined_by_themselves(tmp_path: Path) -> None:
    rid = first_type_ref_used()
    cases = [
        (with_cell(TableId.TYPE_REF, rid, "ResolutionScope", rid << 2 | 3), 0x01000000 | rid),
        (with_type_spec_of_itself(), 0x1B000001),
    ]
    for content, token in cases:
        path = tmp_path / "Input.dll"
        path.write_bytes(content)
        module = TypeSystemContext(list(find_references([], [path], target_by_name(DEFAULT_TARGET)))).load_module(
            str(path)
        )
        with pytest.raises(BadImageError, match="defined by itself"):
            module.resolve_type(token, None)
        with suppress(BadImageError):  # it depends on the methods whether the image as a whole fails; in time it must
            compile_bytes(content, tmp_path)
