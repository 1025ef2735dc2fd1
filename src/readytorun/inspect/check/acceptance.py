"""Whether a runtime takes an image at all (`readytoruninfo.cpp`, `nativeimage.cpp`, `peimage.cpp`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from readytorun.inspect.check.findings import Finding, FindingKind, Severity
from readytorun.inspect.check.runtimes import Runtime
from readytorun.inspect.image import Image
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r.constants import FixupKind, HeaderFlag
from readytorun.r2r.fixup_blobs import InstructionSetSupport
from readytorun.r2r.instruction_sets import instruction_set_name

_STRIPPED: Final = HeaderFlag.STRIPPED_IL_BODIES | HeaderFlag.STRIPPED_INLINING_INFO | HeaderFlag.STRIPPED_DEBUG_INFO
_NO_MVID: Final = 0  # the runtime does not compare an MVID of zeros
_VERSION_PARTS: Final = ("MajorVersion", "MinorVersion", "BuildNumber", "RevisionNumber")


def acceptance(image: Image, runtime: Runtime) -> Iterator[Finding]:
    """Everything that decides whether `runtime` uses the image's code."""
    yield from _target(image, runtime)
    yield from _composite(image)
    yield from _instruction_sets(image)
    yield from _mvids(image)
    yield from _reference_versions(image, runtime)


def _target(image: Image, runtime: Runtime) -> Iterator[Finding]:
    major, minor = image.version
    product = runtime.product
    newest = product.version[0]
    accepted = str(newest) if product.oldest_accepted == newest else f"{product.oldest_accepted} to {newest}"
    if product.accepts(major):
        text = f"format {major}.{minor}: {product.name} accepts major {accepted}"
        yield Finding(Severity.INFO, FindingKind.VERSION, text)
    else:
        text = (
            f"format {major}.{minor}, but {product.name} accepts major {accepted} only: it would ignore the native "
            "code and JIT-compile everything; compile the image for that runtime"
        )
        yield Finding(Severity.ERROR, FindingKind.VERSION, text)
    if runtime.machine is not None and runtime.machine != image.machine:
        text = f"compiled for {image.machine.name}, but the runtime is for {runtime.machine.name}"
        yield Finding(Severity.ERROR, FindingKind.MACHINE, text)
    if runtime.os is not None and runtime.os != image.os:
        text = (
            f"compiled for {image.os.name}, but the runtime is for {runtime.os.name}: it would ignore the native code"
        )
        yield Finding(Severity.ERROR, FindingKind.OPERATING_SYSTEM, text)
    if image.flags & _STRIPPED:
        names = ", ".join(str(flag.name) for flag in HeaderFlag if flag & _STRIPPED & image.flags)
        text = f"parts were stripped ({names}): a runtime that has a JIT does not use the image"
        yield Finding(Severity.ERROR, FindingKind.STRIPPED, text)


def _composite(image: Image) -> Iterator[Finding]:
    folder = Path(image.path).parent
    if image.is_component:
        owner = image.owner_composite
        if not (folder / owner).is_file():
            text = f"the code is in the composite image {owner}, which does not lie beside this file: put it there"
            yield Finding(Severity.ERROR, FindingKind.COMPOSITE, text)
    for name in image.component_names:
        if image.names.references.path_of(name) is None:
            text = f"component {name} was not found beside the composite image; give it with -r to have it checked"
            yield Finding(Severity.WARNING, FindingKind.COMPOSITE, text)


def _instruction_sets(image: Image) -> Iterator[Finding]:
    """What the image, and how many of its methods, demand of the processor."""
    demands: dict[tuple[int, int], InstructionSetSupport] = {}
    eager: list[InstructionSetSupport] = []
    for section in image.import_sections:
        for cell in section.cells:
            fixup = cell.fixup
            if fixup.kind != FixupKind.CHECK_INSTRUCTION_SET_SUPPORT:
                continue
            support = fixup.operands[0]
            if isinstance(support, InstructionSetSupport):
                demands[(cell.section, cell.slot)] = support
                if section.is_eager:
                    eager.append(support)
    for support in eager:
        text = f"the whole image needs a processor with: {_sets_text(support)}"
        yield Finding(Severity.INFO, FindingKind.INSTRUCTION_SETS, text)
    counts: Counter[tuple[int, int]] = Counter()
    for method in image.raw.methods:
        counts.update(place for place in method.fixups if place in demands)
    for place, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        text = f"{count:,} methods are used only on a processor with: {_sets_text(demands[place])}"
        yield Finding(Severity.INFO, FindingKind.INSTRUCTION_SETS, text)


def _sets_text(support: InstructionSetSupport) -> str:
    return ", ".join(("" if wanted else "no ") + instruction_set_name(number) for number, wanted in support.sets)


def _mvids(image: Image) -> Iterator[Finding]:
    """The runtime stops the process when an assembly of the version bubble is not the one that was compiled against."""
    manifest = image.raw.manifest
    if manifest is None:
        return
    names = manifest.column(TableId.ASSEMBLY_REF, "Name")
    for name_offset, mvid in zip(names, image.raw.manifest_mvids, strict=False):
        name = manifest.string(name_offset)
        if mvid.int == _NO_MVID:
            continue
        found = image.names.references.find(name)
        if found is None:
            text = (
                f"{name} (MVID {mvid}) is in the version bubble and was not found; give it with -r to have it checked"
            )
            yield Finding(Severity.WARNING, FindingKind.MVID, text)
        elif found.mvid != mvid:
            text = (
                f"compiled against {name} with MVID {mvid}, but {found.path} has {found.mvid}: "
                "the runtime would stop the process; compile the image again"
            )
            yield Finding(Severity.ERROR, FindingKind.MVID, text)


def _reference_versions(image: Image, runtime: Runtime) -> Iterator[Finding]:
    """The runtime does not bind a reference to an assembly of a lower version than was compiled against."""
    metadata = image.raw.metadata
    if metadata is None or runtime.framework is None:
        return
    for row in range(1, metadata.row_count(TableId.ASSEMBLY_REF) + 1):
        name = metadata.string(metadata.cell(TableId.ASSEMBLY_REF, "Name", row))
        found = runtime.framework.find(name)
        if found is None:
            continue
        wanted = _version(metadata, TableId.ASSEMBLY_REF, row)
        there = _assembly_version(found)
        if there is not None and there < wanted:
            text = f"refers to {name} {_dotted(wanted)}, but the runtime has {_dotted(there)}, which it would not load"
            yield Finding(Severity.ERROR, FindingKind.REFERENCE_VERSION, text)


def _assembly_version(assembly: AssemblyFile) -> tuple[int, ...] | None:
    if not assembly.reader.row_count(TableId.ASSEMBLY):
        return None
    return _version(assembly.reader, TableId.ASSEMBLY, 1)


def _version(reader: MetadataReader, table: int, row: int) -> tuple[int, ...]:
    return tuple(reader.cell(table, part, row) for part in _VERSION_PARTS)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
