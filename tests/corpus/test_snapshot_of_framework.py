"""A snapshot against the framework that it was made from: the same facts, and the same images.

The framework is that of R2R_DOTNET, the libraries those of R2R_CORPUS. The snapshot is made here; the one in the
package must be equal to it when the framework is of the same version.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.targets import target_by_name
from readytorun.errors import ReadyToRunError
from readytorun.il import opcodes
from readytorun.il.decoder import decode
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import BLOB, COLUMNS, GUID, STRING, TableId
from readytorun.snapshot import facts
from readytorun.snapshot.archive import Snapshot
from readytorun.snapshot.reader import assembly_paths, bundled_snapshot, open_assembly
from readytorun.snapshot.strip import attribute_type
from readytorun.snapshot.writer import write_snapshot
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import EcmaType, TypeDesc
from readytorun.typesystem.virtuals import resolve_virtual

FRAMEWORKS = (
    sorted(Path(os.environ["R2R_DOTNET"], "shared", "Microsoft.NETCore.App").glob("10.0.*"))
    if "R2R_DOTNET" in os.environ
    else []
)
LIBRARIES = sorted(Path(os.environ["R2R_CORPUS"], "libs").glob("*.dll")) if "R2R_CORPUS" in os.environ else []
QUICK = ("Serilog", "Polly.Core", "System.CommandLine")
LINUX_X64 = 0x8664 ^ 0x7B79

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FRAMEWORKS, reason="needs R2R_DOTNET: the assemblies of a real framework"),
]
needs_corpus = pytest.mark.skipif(not LIBRARIES, reason="needs R2R_CORPUS: real libraries")


def libraries() -> list[object]:
    """The corpus, as parameters: all but a few small libraries are slow."""
    return [pytest.param(p, id=p.stem, marks=[] if p.stem in QUICK else pytest.mark.slow) for p in LIBRARIES]


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = tmp_path_factory.mktemp("snapshot") / "net.snapshot"
    write_snapshot(FRAMEWORKS[-1], path)
    return Snapshot(path)


def framework_references() -> list[str]:
    return [str(path) for path in sorted(FRAMEWORKS[-1].glob("*.dll"))]


def snapshot_references(snapshot: Snapshot) -> list[str]:
    return [str(path) for path in assembly_paths(snapshot)]


def test_equal_frameworks_give_equal_snapshots(snapshot: Snapshot, tmp_path: Path) -> None:
    bundled = bundled_snapshot(10, LINUX_X64)
    assert bundled is not None
    if bundled.framework == snapshot.framework:
        for name in bundled.entries:
            assert bundled.read(name) == snapshot.read(name), f"{name}: make the bundled snapshot anew"
    else:
        write_snapshot(FRAMEWORKS[-1], tmp_path / "again.snapshot")
        assert (tmp_path / "again.snapshot").read_bytes() == Path(snapshot.path).read_bytes()
    assert snapshot.framework == FRAMEWORKS[-1].name
    assert len(snapshot.entries) == len(framework_references())


# --- metadata, row by row --------------------------------------------------------------------------------------------


def cell_value(reader: MetadataReader, kind: int, value: int) -> object:
    if kind == STRING:
        return reader.string(value)
    if kind == BLOB:
        return reader.blob(value)
    return reader.guid(value) if kind == GUID else value


def rows(reader: MetadataReader, table: int, without: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
    """A table with its strings and blobs, but for columns that a snapshot does not keep."""
    columns = []
    for name, kind in COLUMNS[table]:
        if (table, name) not in facts.DROPPED_COLUMNS and name not in without:
            columns.append([cell_value(reader, kind, value) for value in reader.column(table, name)])
    return list(zip(*columns, strict=True))


def kept_attributes(reader: MetadataReader) -> list[tuple[object, ...]]:
    return [
        (row, attribute_type(reader, constructor))
        for row, constructor in zip(
            rows(reader, TableId.CUSTOM_ATTRIBUTE), reader.column(TableId.CUSTOM_ATTRIBUTE, "Type"), strict=True
        )
        if attribute_type(reader, constructor) in facts.ATTRIBUTES
    ]


def test_every_row_is_the_same_or_not_kept(snapshot: Snapshot) -> None:
    bodies = zeroed = 0
    for path in framework_references():
        before = AssemblyFile.open(path)
        after = open_assembly(str(Path(snapshot.path) / Path(path).name))
        for table in facts.WHOLE_TABLES:
            moved = ("RVA", "ParamList")
            assert rows(before.reader, table, moved) == rows(after.reader, table, moved)
        for table in facts.REFERRED_TABLES:
            for row, kept in zip(rows(before.reader, table), rows(after.reader, table), strict=False):
                if any(kept):
                    assert row == kept
                else:
                    zeroed += 1
        attributes = kept_attributes(before.reader)
        assert attributes == kept_attributes(after.reader)
        promised = {row[0] for row, attribute in attributes if attribute == facts.NON_VERSIONABLE}  # type: ignore[index]
        for row, (old, new) in enumerate(
            zip(*(f.reader.column(TableId.METHOD_DEF, "RVA") for f in (before, after)), strict=True)
        ):
            assert (old == 0) == (new == 0)
            if old and 0x06000001 + row in promised:
                bodies += 1
                mine, theirs = read_method_body(before.image, old), read_method_body(after.image, new)
                assert mine.code == theirs.code and mine.max_stack == theirs.max_stack
                assert mine.local_signature_token == theirs.local_signature_token
                assert len(mine.regions) == len(theirs.regions)
            elif old:
                assert new == facts.ABSENT_RVA
    assert bodies > 300 and zeroed > 10_000


# --- what the type system makes of it --------------------------------------------------------------------------------


def layout_facts(type: TypeDesc) -> object:
    try:
        layout = layout_of(type)
    except ReadyToRunError as error:
        return str(error)
    offsets = {field.name: offset for field, offset in layout.field_offsets.items()}
    return layout.size, layout.alignment, layout.base_size, layout.gc_refs, offsets


def body_facts(method: MethodDesc) -> list[str]:
    """What every token of a promised body means."""
    body = method.body() if method.is_nonversionable else None
    if body is None:
        return []
    module = method.module
    found = [str(local.type) for local in module.local_signature(body.local_signature_token, None)]
    code = decode(body.code)
    for opcode, token in zip(code.opcodes, code.operands, strict=True):
        if opcode == opcodes.LDSTR:
            found.append(module.reader.user_string(token & 0xFFFFFF))
        elif opcodes.KINDS[opcode] == opcodes.TOKEN:
            found.append(token_meaning(module, token))
    return found


def token_meaning(module: ModuleDesc, token: int) -> str:
    table = token >> 24
    try:
        if table in (0x01, 0x02, 0x1B):
            type = module.resolve_type(token, None)
            return f"{type} {type.id >= 0}"
        if table == 0x11:
            return str(module.resolve_standalone_signature(token, None))
        if module.is_field_token(token):
            field = module.resolve_field(token, None)
            return f"{field.token:x} {field} {field.type} {field.flags:x} {field.is_thread_static}"
        method = module.resolve_method(token, None)
        return f"{method.token:x} {method} {method.signature} {method.flags:x} {method.is_nonversionable}"
    except ReadyToRunError as error:
        return str(error)


def type_facts(type: TypeDesc) -> Iterator[object]:
    assert isinstance(type, EcmaType)
    module = type.module
    yield str(type), type.token, type.flags, type.element_type, type.is_value_type, type.generic_parameter_count
    yield str(type.base_type), [str(i) for i in type.interfaces], str(type.underlying), type.inline_array_length
    yield module.class_layout_of(type.token), str(type.static_constructor), layout_facts(type)
    yield [(body.token, str(declaration)) for body, declaration in type.method_impls()]
    for field in type.fields():
        yield field.name, field.flags, str(field.type), field.is_thread_static, bool(field.rva)
    for method in type.methods():
        signature = method.signature
        modifiers = [(m.position, str(m.type), m.is_required) for m in signature.modifiers]
        yield method.name, method.flags, method.impl_flags, str(signature), signature.calling_convention, modifiers
        yield method.is_nonversionable, method.is_intrinsic, method.is_unmanaged_callers_only, method.has_body
        yield method.generic_parameter_count, body_facts(method)
        if method.is_virtual and not type.is_interface:
            yield str(resolve_virtual(method, type))


def differences(before: ModuleDesc, after: ModuleDesc) -> Iterator[str]:
    for mine, theirs in zip(before.type_defs(), after.type_defs(), strict=True):
        for a, b in zip(type_facts(mine), type_facts(theirs), strict=True):
            if a != b:
                yield f"{mine}: {a} in the framework, {b} in the snapshot"


def module_pairs(snapshot: Snapshot, names: list[str]) -> Iterator[tuple[ModuleDesc, ModuleDesc]]:
    framework = TypeSystemContext(framework_references())
    from_snapshot = TypeSystemContext(snapshot_references(snapshot))
    for name in names:
        yield framework.module_by_name(name), from_snapshot.module_by_name(name)


@pytest.mark.parametrize("name", ["System.Linq", "System.Collections", "System.Private.Uri", "System.Memory"])
def test_types_and_members_are_the_same(snapshot: Snapshot, name: str) -> None:
    for before, after in module_pairs(snapshot, [name]):
        assert list(differences(before, after)) == []


@pytest.mark.slow
def test_types_and_members_of_the_whole_framework_are_the_same(snapshot: Snapshot) -> None:
    names = [Path(path).stem for path in framework_references()]
    for before, after in module_pairs(snapshot, names):
        assert list(differences(before, after)) == []
        for row in range(before.reader.row_count(TableId.EXPORTED_TYPE)):
            full_name = [
                before.reader.string(before.reader.column(TableId.EXPORTED_TYPE, column)[row])
                for column in ("TypeNamespace", "TypeName")
            ]
            assert forward_target(before, *full_name) == forward_target(after, *full_name)


def forward_target(module: ModuleDesc, namespace: str, name: str) -> str:
    try:
        return str(module._resolver.forwarded_type(None, namespace, name, 0))
    except ReadyToRunError as error:  # facades forward to assemblies that are not part of the framework
        return str(error)


# --- what is compiled against it -------------------------------------------------------------------------------------

REFERENCE_TABLES = (0x01, 0x0A, 0x1B, 0x2B)


@needs_corpus
@pytest.mark.parametrize("library", libraries())
def test_every_reference_of_a_library_means_the_same(snapshot: Snapshot, library: Path) -> None:
    beside = [str(path) for path in LIBRARIES]
    modules = [
        TypeSystemContext(references + beside).load_module(str(library))
        for references in (framework_references(), snapshot_references(snapshot))
    ]
    count = 0
    for table in REFERENCE_TABLES:
        for rid in range(1, modules[0].reader.row_count(table) + 1):
            meanings = [token_meaning(module, table << 24 | rid) for module in modules]
            assert meanings[0] == meanings[1]
            count += 1
    for mine, theirs in zip(*(module.type_defs() for module in modules), strict=True):
        assert layout_facts(mine) == layout_facts(theirs)
        assert [str(i) for i in mine.interfaces] == [str(i) for i in theirs.interfaces]
        for pair in zip(mine.methods(), theirs.methods(), strict=True):
            assert str(pair[0].signature) == str(pair[1].signature)
            if pair[0].is_virtual and not mine.is_interface:
                assert str(resolve_virtual(pair[0], mine)) == str(resolve_virtual(pair[1], theirs))
    assert count > 1000


@needs_corpus
@pytest.mark.parametrize("library", libraries())
def test_images_are_the_same(snapshot: Snapshot, library: Path, tmp_path: Path) -> None:
    options = CompileOptions(target_by_name("net10.0-linux-x64"), 1, (), False)
    images = []
    for kind, references in (("framework", str(FRAMEWORKS[-1])), ("snapshot", snapshot.path)):
        output = tmp_path / kind / library.name
        output.parent.mkdir()
        reports = compile_assemblies([library], [references, str(library.parent)], output, options, None)
        assert reports[0].native > 500
        images.append(output.read_bytes())
    assert images[0] == images[1]
