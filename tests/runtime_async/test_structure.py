"""What an image has for runtime-async methods: entries, fixups, cells, tables, order of the code."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import pytest
from async_support import TARGETS, Built, build_text

from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.targets import target_by_name
from readytorun.errors import BadImageError
from readytorun.importer.refusal import Reason
from readytorun.ir.runtime_async import SEED, V11B, Dialect
from readytorun.r2r.constants import FixupKind
from readytorun.r2r.eh_info import SYSTEM_EXCEPTION_FLAG
from readytorun.r2r.model import EHClauseKind

_ASYNC = "[ASYNC] "


def test_everything_is_compiled(shapes: Built) -> None:
    assert not shapes.report.refused


def test_both_faces_of_a_method_are_in_their_tables(shapes: Built) -> None:
    for name in (
        "Shapes.One(int)",
        "Shapes.VoidAwait()",
        "Shapes.Value(int)",
        "Shapes.NoAwait(int)",
        "Leaf.Plain(int)",
    ):
        assert shapes.methods[name].method_def_rid
        variant = shapes.methods[_ASYNC + name]
        assert variant.method_def_rid == 0
        assert variant.is_async_variant
    rids = [method.method_def_rid for method in shapes.image.methods if method.method_def_rid]
    assert len(rids) == len(set(rids))


def test_methods_that_return_no_task_have_one_face(shapes: Built) -> None:
    assert "Leaf.Sink(int&)" in shapes.methods
    assert _ASYNC + "Leaf.Sink(int&)" not in shapes.methods


def test_exactly_one_stub_fixup_for_each_method_that_suspends(shapes: Built) -> None:
    suspending = 0
    for name, method in shapes.methods.items():
        stubs = shapes.fixup_bytes(method, FixupKind.RESUMPTION_STUB_ENTRY_POINT)
        layouts = shapes.fixup_bytes(method, FixupKind.CONTINUATION_LAYOUT)
        assert len(stubs) == (1 if layouts else 0), name
        if layouts:
            assert name.startswith(_ASYNC), name
            suspending += 1
    assert suspending > 60
    assert not shapes.fixup_bytes(shapes.methods[_ASYNC + "Shapes.NoAwait(int)"], FixupKind.RESUMPTION_STUB_ENTRY_POINT)


def test_stubs_follow_their_bodies_and_are_in_no_table(shapes: Built) -> None:
    image = shapes.image
    starts = {method.function_index for method in image.methods}
    stubs = image.resumption_stubs
    assert len(stubs) > 60
    for method, stub in stubs.items():
        assert stub == method.function_indices[-1] + 1
        assert stub not in starts
        # A runtime function with GC info and unwind data of its own.
        info, _, _ = image.gc_info_at(stub)
        assert info.safe_points
        assert image.unwind_info_at(stub)


def test_stub_fixup_holds_the_address_of_the_stub(shapes: Built) -> None:
    image = shapes.image
    method = shapes.methods[_ASYNC + "Shapes.One(int)"]
    (blob,) = shapes.fixup_bytes(method, FixupKind.RESUMPTION_STUB_ENTRY_POINT)
    kind, rva = struct.unpack("<BI", blob)
    assert kind == FixupKind.RESUMPTION_STUB_ENTRY_POINT
    assert rva == image.runtime_functions[image.resumption_stubs[method]].begin


def test_a_layout_has_one_cell(shapes: Built) -> None:
    image = shapes.image
    blobs = []
    for cells in image.import_cells:
        for cell in cells:
            blob = image.image.read(cell.signature_rva, image.fixup_size(cell))
            if blob[0] & 0x7F == FixupKind.CONTINUATION_LAYOUT:
                blobs.append(blob)
    assert len(blobs) == len(set(blobs)) > 10


# Size of the data area and bitmap: runtime-async.md 6.4 and 6.4.1.
_LAYOUTS = {
    "Shapes.One(int)": {"SEED": [(32, 0b0101)], "V11b": [(24, 0b011)]},
    "Shapes.StrLong(string, long)": {"SEED": [(40, 0b01101)], "V11b": [(40, 0b01011)]},
    "Shapes.InTry(int)": {"SEED": [(40, 0b01011)], "V11b": [(32, 0b0111)]},
    "Shapes.Yield(int)": {"SEED": [(16, 0b01)], "V11b": [(16, 0b01)]},
    "Shapes.NoContext()": {"SEED": [(16, 0b10)], "V11b": [(16, 0b01)]},
    "Shapes.VoidAwait()": {"SEED": [(16, 0b11)], "V11b": [(16, 0b11)]},
    "Shapes.TwoAwaits()": {"SEED": [(24, 0b101), (24, 0b111)], "V11b": [(32, 0b1011)]},
}


@pytest.mark.parametrize("name", _LAYOUTS)
def test_layouts_of_the_reference(shapes: Built, dialect: Dialect, name: str) -> None:
    found = []
    for blob in shapes.fixup_bytes(shapes.methods[_ASYNC + name], FixupKind.CONTINUATION_LAYOUT):
        # The type: MODULE_ZAPSIG, index of the manifest, CLASS, a one-byte TypeRef.
        assert blob[1] == 0x3F and blob[3] == 0x12
        flags, size = blob[5], blob[6]
        assert flags == 0x0E
        found.append((size, int.from_bytes(blob[7:], "little")))
    assert found == _LAYOUTS[name][dialect.name]


def test_resume_info_tables(shapes: Built, dialect: Dialect) -> None:
    """Each state has the stub's address, and one in the code of the method."""
    image = shapes.image
    method = shapes.methods[_ASYNC + "Shapes.Three(int)"]
    stub = image.runtime_functions[image.resumption_stubs[method]].begin
    base = image.image.image_base
    address = struct.pack("<Q", base + stub)
    data = next(section for section in image.image.sections if section.name == ".data")
    content = image.image.read(data.virtual_address, data.raw_size)
    places = [i for i in range(0, len(content) - 15, 8) if content[i : i + 8] == address]
    assert len(places) == 3
    assert [b - a for a, b in itertools.pairwise(places)] == [16, 16]
    points = [struct.unpack_from("<Q", content, place + 8)[0] - base - method.rva for place in places]
    assert all(0 < point < method.size for point in points)
    info = method.debug_info
    assert info is not None
    assert [point.native_offset for point in info.suspension_points] == points
    if dialect is SEED:
        # Return addresses: safe points of the method.
        assert set(points) <= set(method.gc_info.safe_points)
    else:
        # The beginnings of the suspension code, which say which await they belong to.
        bounds = {bound.native_offset: bound for bound in info.bounds}
        assert all(bounds[point].source & 4 and bounds[point].il_offset > 0 for point in points)


def test_the_continuation_is_live_behind_an_async_call(shapes: Built) -> None:
    rcx = 1
    info = shapes.methods[_ASYNC + "Shapes.VoidAwait()"].gc_info
    registers = [slot.register for slot in info.registers]
    assert rcx in registers
    bit = 1 << registers.index(rcx)
    assert sum(bool(live & bit) for live in info.live) == 1


_MAPS = {
    # this, return buffer, continuation, arguments, by position of the argument registers; 1 is a reference.
    "MethodEntry [ASYNC] Leaf.Int(int)": {0: 1},
    "MethodEntry [ASYNC] Leaf.Str(string)": {0: 1, 1: 1},
    "MethodEntry [ASYNC] Leaf.MakeBig(int)": {1: 1},
    "MethodEntry [ASYNC] Leaf.MakeTwo(int)": {0: 1},
    "MethodEntry [ASYNC] Node.Instance(int)": {0: 1, 1: 1},
    "VirtualEntry [ASYNC] IThing.Get(int)": {0: 1, 1: 1},
    "VirtualEntry [ASYNC] IThing.Many(int, int)": {0: 1, 2: 1},
}


@pytest.mark.parametrize("text", _MAPS)
def test_the_continuation_argument_is_in_the_map_of_the_cell(shapes: Built, text: str) -> None:
    import readytorun

    named = readytorun.open(shapes.image_path, [shapes.folder])
    for section, cells in enumerate(shapes.image.import_cells):
        for cell in cells:
            if named.symbols.cell_text(cell.rva) == text:
                assert shapes.image.gc_ref_maps_of(section)[cell.slot] == _MAPS[text]
                return
    raise AssertionError(f"no cell {text}")


def test_body_is_protected_by_an_outermost_fault(shapes: Built) -> None:
    method = shapes.methods[_ASYNC + "Shapes.Nested(int)"]
    clauses = method.eh_clauses
    assert [clause.kind for clause in clauses][-1] == EHClauseKind.FAULT
    last = clauses[-1]
    assert all(last.try_start <= c.try_start and c.try_end <= last.try_end for c in clauses)
    assert last.try_start > 0
    (only,) = shapes.methods[_ASYNC + "Shapes.One(int)"].eh_clauses
    assert only.kind == EHClauseKind.FAULT


def test_thunks_catch_system_exception_without_a_token(shapes: Built) -> None:
    clauses = shapes.methods["Shapes.One(int)"].eh_clauses
    assert [clause.kind for clause in clauses] == [EHClauseKind.TYPED, EHClauseKind.FAULT]
    assert clauses[0].class_token_or_filter == 0
    assert clauses[0].other_flags == SYSTEM_EXCEPTION_FLAG


def _cell_texts(built: Built) -> set[str]:
    import readytorun

    image = readytorun.open(built.image_path, [built.folder])
    return {str(image.symbols.cell_text(cell.rva)) for section in image.raw.import_cells for cell in section}


def test_helpers_are_methods_called_by_handle(shapes: Built, dialect: Dialect) -> None:
    texts = " ".join(sorted(_cell_texts(shapes)))
    names = ["CaptureContexts", "RestoreContexts"]
    if dialect is SEED:
        names += ["CaptureContinuationContext", "CaptureExecutionContext", "RestoreContextsOnSuspension"]
        names += ["RestoreExecutionContext"]
    else:
        names += ["FinishSuspensionWithContinuationContext", "FinishSuspensionNoContinuationContext"]
        assert "RestoreExecutionContext" not in texts
    for name in names:
        assert f"System.Runtime.CompilerServices.AsyncHelpers.{name}(" in texts
    # Helper ids: the allocators, and no others that have to do with async.
    helpers = set()
    for cells in shapes.image.import_cells:
        for cell in cells:
            fixup = shapes.image.fixup_of(cell)
            if fixup.kind == FixupKind.HELPER:
                helpers.add(fixup.operands[0])
    assert {0x113, 0x114, 0x115} <= helpers
    assert not {number for number in helpers if isinstance(number, int) and 0x116 <= number <= 0x140}


def test_awaits_reach_the_async_variant_of_their_callee(shapes: Built, dialect: Dialect) -> None:
    texts = _cell_texts(shapes)
    joined = "\n".join(texts)
    assert "[ASYNC] Leaf.Int(int)" in joined
    assert "VirtualEntry [ASYNC] Node.VirtPlain(int)" in joined
    assert "VirtualEntry [ASYNC] IThing.Get(int)" in joined
    # Where its variant is a thunk, a direct callee gives its task, which is awaited.
    assert ("MethodEntry [ASYNC] Leaf.Plain(int)" in joined) == (dialect is V11B)


def test_target_must_fit_the_core_library(core: Path, dialect: Dialect, shapes: Built, tmp_path: Path) -> None:
    other = TARGETS[V11B.name if dialect is SEED else SEED.name]
    with pytest.raises(BadImageError, match="runtime-async dialect"):
        compile_assemblies([shapes.assembly], [str(core)], tmp_path / "x.dll", CompileOptions(target_by_name(other)))


def test_net10_leaves_async_methods_to_the_jit(core: Path, shapes: Built, tmp_path: Path) -> None:
    options = CompileOptions(target_by_name("net10.0-linux-x64"))
    (report,) = compile_assemblies([shapes.assembly], [str(core)], tmp_path / "x.dll", options)
    assert {entry.reason for entry in report.refused} == {Reason.RUNTIME_ASYNC}
    assert len(report.refused) > 60
    image = type(shapes.image).open(tmp_path / "x.dll")
    assert image.methods and not [method for method in image.methods if method.is_async_variant]


_REFUSED = """
using System.Threading.Tasks;
public static class Refused
{
    static unsafe delegate* unmanaged[Cdecl]<string, int> native; // a call of it needs marshalling
    public static async Task<int> N(int x) { await Task.Yield(); return x; }
    public static async Task<int> M(int x) { int y = await N(x); unsafe { y += native(""); } return y; }
    public static async Task<int> Use(int x) { return await M(x); }
}
"""


def test_a_refused_variant_leaves_nothing_but_its_thunk(core: Path, dialect: Dialect, tmp_path: Path) -> None:
    built = build_text(core, dialect, tmp_path / "refused.cs", _REFUSED)
    refused = [entry.method for entry in built.report.refused]
    assert refused == ["[ASYNC] Refused.M(int)"]
    assert [name for name in built.methods if "Refused.M(" in name] == ["Refused.M(int)"]
    assert len(built.image.resumption_stubs) == 2  # of N and Use
    stubs = len([c for c in built.image.import_cells[5] if built.image.fixup_of(c).kind == 0x38])
    assert stubs == 2


_UNNAMED = """
using System.Threading.Tasks;
public interface IJob { Task<string> First(); ValueTask<string> Second(); }
public sealed class Job<T> : IJob
{
    public async Task<string> First() { await Task.Yield(); return "first"; }
    public async ValueTask<string> Second() { await Task.Yield(); return "second"; }
}
public static class Unnamed
{
    public static IJob Make() => new Job<long>();
    public static async Task<string> Use(IJob job) { return await job.First() + await job.Second(); }
}
"""


def test_virtual_methods_of_a_type_that_code_makes_have_both_faces(
    core: Path, dialect: Dialect, tmp_path: Path
) -> None:
    built = build_text(core, dialect, tmp_path / "unnamed.cs", _UNNAMED)
    assert not built.report.refused
    names = sorted(name for name in built.methods if "Job<long>.First(" in name or "Job<long>.Second(" in name)
    assert names == [
        "Job<long>.First()",
        "Job<long>.Second()",
        "[ASYNC] Job<long>.First()",
        "[ASYNC] Job<long>.Second()",
    ]


_STATIC = """
using System.Threading.Tasks;
public interface IFactory<T> { static abstract Task<T> Make(int value); }
public sealed class Made : IFactory<Made>
{
    public static async Task<Made> Make(int value) { await Task.Yield(); return new Made(); }
}
public static class Static
{
    public static async Task<T> Shared<T>(int value) where T : IFactory<T> { return await T.Make(value); }
    public static async Task<Made> Use() { return await Shared<Made>(1); }
}
"""


def test_static_members_of_what_a_type_variable_stands_for_give_their_tasks(
    core: Path, dialect: Dialect, tmp_path: Path
) -> None:
    """No signature says both that a method is an async variant and on which type it is to be looked for."""
    built = build_text(core, dialect, tmp_path / "static.cs", _STATIC)
    assert not built.report.refused
    (looked_up,) = [text for text in _cell_texts(built) if "IFactory" in text and "Make(" in text]
    assert "[ASYNC]" not in looked_up
    assert "AsyncHelpers.Await<" in "\n".join(_cell_texts(built))
