"""The reader against the reference compiler's own account of what it wrote."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from crossgen2_map import CompilerMap, read_map
from real_images import CORPUS, DOTNET, WHY_NOT, Made, make

from readytorun.r2r.constants import SectionType
from readytorun.r2r.coverage import coverage_of
from readytorun.r2r.extents import PartKind
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine
from readytorun.r2r.versions import fixup_name, section_name

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(DOTNET is None or CORPUS is None, reason=WHY_NOT),
]

LIBRARIES = ("System.CommandLine", "Serilog", "Polly.Core", "Acornima", "Markdig")

# Which nodes the sections of the directory are.
SECTION_NODES = {
    SectionType.COMPILER_IDENTIFIER: "CompilerIdentifierNode",
    SectionType.IMPORT_SECTIONS: "ImportSectionsTableNode",
    SectionType.RUNTIME_FUNCTIONS: "RuntimeFunctionsTableNode",
    SectionType.METHOD_DEF_ENTRY_POINTS: "MethodEntryPointTableNode",
    SectionType.EXCEPTION_INFO: "ExceptionInfoLookupTableNode",
    SectionType.DEBUG_INFO: "DebugInfoTableNode",
    SectionType.AVAILABLE_TYPES: "TypesTableNode",
    SectionType.INSTANCE_METHOD_ENTRY_POINTS: "InstanceEntryPointTableNode",
    SectionType.MANIFEST_METADATA: "ManifestMetadataTableNode",
    SectionType.CROSS_MODULE_INLINE_INFO: "InliningInfoNode",
    SectionType.METHOD_IS_GENERIC_MAP: "MethodIsGenericMapNode",
    SectionType.ENCLOSING_TYPE_MAP: "EnclosingTypeMapNode",
    SectionType.TYPE_GENERIC_INFO_MAP: "TypeGenericInfoMapNode",
}
SENTINEL_SIZE = 4  # of the runtime functions, which the directory does not count


@pytest.fixture(
    params=[
        pytest.param(f"{library}-{architecture}", marks=() if library == LIBRARIES[0] else pytest.mark.images)
        for library in LIBRARIES
        for architecture in ("x64", "arm64")
    ]
)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[R2RImage, CompilerMap]:
    return _made(request.param, tmp_path_factory.getbasetemp())


@cache
def _made(name: str, folder: Path) -> tuple[R2RImage, CompilerMap]:
    library, architecture = name.rsplit("-", 1)
    (path,) = make(Made(f"oracle-{name}", (library,), architecture), folder, "--mapcsv")
    return R2RImage.open(path), read_map(path.with_suffix(".map.csv"))


def test_methods(both: tuple[R2RImage, CompilerMap]) -> None:
    """Where each method is and how large. On arm64 the compiler counts data of a method that follows its code."""
    image, expected = both
    nodes = expected.methods()
    assert len(nodes) == len(image.methods) > 500
    parts = coverage_of(image).parts
    starts = [part.offset for part in parts]
    for method in image.methods:
        size, expected_size = method.size, nodes[method.rva].size
        if size == expected_size:
            continue
        assert image.machine == Machine.ARM64
        end = image.image.offset_of(method.rva) + size
        data = [part for part in parts[bisect_left(starts, end) :][:20] if part.kind != PartKind.PADDING]
        data = list(itertools.takewhile(lambda part: part.kind == PartKind.READ_ONLY_DATA, data))
        assert data[-1].offset + data[-1].size - end == expected_size - size, hex(method.rva)


def test_cells(both: tuple[R2RImage, CompilerMap]) -> None:
    """Every cell is where the compiler put it, and its fixup blob is the one that the compiler meant."""
    image, expected = both
    signatures = expected.signatures()
    begins = {rva for rva, label in expected.labels.items() if label.endswith("ImportBegin")}
    kinds: Counter[str] = Counter()
    for cells in image.import_cells:
        for cell in cells:
            if cell.rva not in expected.cells:
                # The name of the import section took the place of its first cell's.
                assert cell.rva in begins and cell.slot == 0
                continue
            name = expected.cells[cell.rva]
            node = signatures[name]
            assert (cell.signature_rva, image.fixup_size(cell)) == (node.rva, node.size), name
            kind = fixup_name(image.fixup_of(cell).kind)
            kinds[kind] += 1
            if node.node_type == "TypeFixupSignature":
                assert name.startswith(f"TypeFixupSignature({kind})")
            elif node.node_type == "MethodFixupSignature":
                plain = kind.removesuffix("_DefToken").removesuffix("_RefToken")
                assert name.startswith((f"MethodFixupSignature({plain}:", f"MethodFixupSignature({plain} ["))
            else:
                assert kind in OTHER_SIGNATURES[node.node_type]
    rvas = {cell.rva for cells in image.import_cells for cell in cells}
    assert set(expected.cells) <= rvas
    assert len(rvas) > 1000 and len(kinds) > 15


OTHER_SIGNATURES = {
    "StringImportSignature": ("StringHandle",),
    "NewObjectFixupSignature": ("NewObject",),
    "NewArrayFixupSignature": ("NewArray",),
    "DelegateCtorSignature": ("DelegateCtor",),
    "ReadyToRunHelperSignature": ("Helper",),
    "ReadyToRunInstructionSetSupportSignature": ("Check_InstructionSetSupport",),
    "GenericLookupSignature": ("ThisObjDictionaryLookup", "TypeDictionaryLookup", "MethodDictionaryLookup"),
    "FieldFixupSignature": (
        "FieldHandle",
        "FieldAddress",
        "FieldOffset",
        "FieldBaseOffset",
        "Check_FieldOffset",
        "Verify_FieldOffset",
    ),
}


def test_fixup_blobs(both: tuple[R2RImage, CompilerMap]) -> None:
    image, expected = both
    blobs = {(cell.signature_rva, image.fixup_size(cell)) for cells in image.import_cells for cell in cells}
    assert blobs == {(node.rva, node.size) for node in expected.signatures().values()}


def test_sections(both: tuple[R2RImage, CompilerMap]) -> None:
    image, expected = both
    for kind, node_type in SECTION_NODES.items():
        nodes = expected.of_type(node_type)
        section = image.sections.get(kind)
        if section is None:
            assert not nodes
            continue
        size = section.size + (SENTINEL_SIZE if kind == SectionType.RUNTIME_FUNCTIONS else 0)
        assert [(node.rva, node.size) for node in nodes] == [(section.rva, size)], section_name(kind)
    thunks = image.sections[SectionType.DELAY_LOAD_METHOD_CALL_THUNKS]
    nodes = expected.of_type("ImportThunk")
    assert thunks.rva == min(node.rva for node in nodes)
    assert thunks.rva + thunks.size == max(node.rva + node.size for node in nodes)


def test_everything_else(both: tuple[R2RImage, CompilerMap]) -> None:
    """Each of the compiler's nodes is parts of the right kind, and there is nothing that it does not know of."""
    image, expected = both
    coverage = coverage_of(image)
    starts = [part.offset for part in coverage.parts]
    known: Counter[PartKind] = Counter()
    for node in expected.nodes:
        kinds = NODE_KINDS.get(node.node_type)
        if kinds is None or not node.size:
            continue
        at = image.image.offset_of(node.rva, node.size)
        end = at + node.size
        for part in itertools.islice(coverage.parts, bisect_right(starts, at) - 1, None):
            if part.offset >= end:
                break
            assert part.kind in kinds, (node, part)
            known[part.kind] += min(part.offset + part.size, end) - max(part.offset, at)
    sizes = coverage.sizes()
    # Thunks are one part, with what lies between.
    for kind in {kind for kinds in NODE_KINDS.values() for kind in kinds} - {PartKind.PADDING, PartKind.THUNKS}:
        assert known[kind] == sizes.get(kind, 0), kind


NODE_KINDS = {
    "MethodWithGCInfo": (PartKind.CODE, PartKind.READ_ONLY_DATA, PartKind.PADDING),
    "CopiedMethodILNode": (PartKind.METHOD_IL,),
    "CopiedMetadataBlobNode": (PartKind.METADATA,),
    "CopiedFieldRvaNode": (PartKind.FIELD_DATA, PartKind.PADDING),  # to whole pointers
    "CopiedManagedResourcesNode": (PartKind.RESOURCES,),
    "CopiedStrongNameSignatureNode": (PartKind.STRONG_NAME,),
    "Win32ResourcesNode": (PartKind.WIN32_RESOURCES,),
    "CopiedCorHeaderNode": (PartKind.CLI_HEADER,),
    "GlobalHeaderNode": (PartKind.R2R_HEADER,),
    "EHInfoNode": (PartKind.EH_CLAUSES,),
    "ImportThunk": (PartKind.THUNKS,),
    "GCRefMapNode": (PartKind.GC_REF_MAPS,),
    "MethodReadOnlyDataNode": (PartKind.READ_ONLY_DATA,),
    "ImportSectionNode+ImportTable": (PartKind.IMPORT_CELLS,),
    "DebugDirectoryNode": (PartKind.DEBUG_DIRECTORY,),
    "CopiedDebugDirectoryEntryNode": (PartKind.DEBUG_DIRECTORY,),
}
