"""Faults inside an image that a runtime does not notice when it loads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from readytorun.errors import BadImageError
from readytorun.inspect.check.findings import Finding, FindingKind, Severity
from readytorun.inspect.image import Image
from readytorun.inspect.module_names import ModuleNames
from readytorun.metadata.tables import TableId
from readytorun.r2r.constants import FixupKind, SectionType
from readytorun.r2r.versions import section_name

_METHOD_IMPL_ASYNC: Final = 0x2000  # MethodImplAttributes.Async
_SECTION_EXECUTE: Final = 0x20000000  # IMAGE_SCN_MEM_EXECUTE

# Without these the runtime does not use the code, or stops.
_MANDATORY: Final = (SectionType.IMPORT_SECTIONS, SectionType.RUNTIME_FUNCTIONS, SectionType.MANIFEST_METADATA)


def lints(image: Image) -> Iterator[Finding]:
    """All faults of the image itself."""
    if image.is_component:
        return  # no code, no tables: those are in the composite image
    yield from _missing_sections(image)
    yield from _runtime_async(image)
    yield from _functions(image)
    yield from _entry_points(image)
    yield from _exception_info(image)


def _missing_sections(image: Image) -> Iterator[Finding]:
    for section in _MANDATORY:
        if section not in image.raw.sections:
            text = f"section {section_name(section)} is missing: a runtime does not use this image, or stops"
            yield Finding(Severity.ERROR, FindingKind.MISSING_SECTION, text)
    entries = (SectionType.METHOD_DEF_ENTRY_POINTS, SectionType.INSTANCE_METHOD_ENTRY_POINTS)
    if not image.is_composite and not any(section in image.raw.sections for section in entries):
        text = "the image has no section with entry points: none of its code can be found"
        yield Finding(Severity.WARNING, FindingKind.MISSING_SECTION, text)


# --- runtime-async ----------------------------------------------------------------------------------------------------


def _runtime_async(image: Image) -> Iterator[Finding]:
    """Runtime-async methods whose code is that of a synchronous method.

    The entry of a MethodDef must be the Task-returning thunk; before the format knew async variants, no correct code
    for such a method could be in an image. crossgen2 of .NET 10 compiles the body as it stands: it returns the result
    where callers expect a Task, and they crash.
    """
    knows_variants = FixupKind.RESUMPTION_STUB_ENTRY_POINT in image.raw.format.fixup_kinds
    variants = {(method.module, method.token) for method in image.methods if method.is_async_variant}
    modules: dict[int, ModuleNames | None] = {}
    for method in image.methods:
        raw = method.raw
        if method.is_async_variant:
            yield from _resumption_stub(image, method.display_name, raw.fixups, method.rva)
            continue
        module = method.module_index
        key = -raw.component if raw.component else module
        if key not in modules:
            modules[key] = image.names.component(raw.component) if raw.component else image.names.module(module)
        names = modules[key]
        if names is None or method.token >> 24 != TableId.METHOD_DEF:
            continue
        if not names.reader.cell(TableId.METHOD_DEF, "ImplFlags", method.token & 0xFFFFFF) & _METHOD_IMPL_ASYNC:
            continue
        if knows_variants and (method.module, method.token) in variants:
            continue
        if knows_variants:
            text = (
                "runtime-async method with code under its MethodDef, but without an async variant: unless this is a "
                "thunk, it was compiled as if it were synchronous"
            )
            yield Finding(
                Severity.WARNING, FindingKind.RUNTIME_ASYNC_AS_SYNCHRONOUS, text, method.rva, method.display_name
            )
        else:
            text = (
                "runtime-async method compiled as if it were synchronous: it returns its result where callers expect a "
                "Task, and the program crashes; leave the method to the JIT"
            )
            yield Finding(
                Severity.ERROR, FindingKind.RUNTIME_ASYNC_AS_SYNCHRONOUS, text, method.rva, method.display_name
            )


def _resumption_stub(image: Image, name: str, fixups: tuple[tuple[int, int], ...], rva: int) -> Iterator[Finding]:
    """An async variant that can suspend, which shows in its continuation layouts, has exactly one stub."""
    cells = image.raw.import_cells
    kinds = [image.raw.fixup_of(cells[section][slot]).kind for section, slot in fixups]
    stubs = kinds.count(FixupKind.RESUMPTION_STUB_ENTRY_POINT)
    if stubs > 1:
        text = f"async variant with {stubs} resumption stubs; it must have one"
        yield Finding(Severity.ERROR, FindingKind.RUNTIME_ASYNC_STUB, text, rva, name)
    if not stubs and FixupKind.CONTINUATION_LAYOUT in kinds:
        text = "async variant that can suspend, but has no resumption stub: it cannot be resumed"
        yield Finding(Severity.ERROR, FindingKind.RUNTIME_ASYNC_STUB, text, rva, name)


# --- code -------------------------------------------------------------------------------------------------------------


def _functions(image: Image) -> Iterator[Finding]:
    """Runtime functions that overlap the next one, or do not lie in executable memory."""
    functions = image.raw.runtime_functions
    executable = [
        (section.virtual_address, section.virtual_address + max(section.virtual_size, section.raw_size))
        for section in image.raw.image.sections
        if section.characteristics & _SECTION_EXECUTE
    ]
    for index, function in enumerate(functions):
        size = image.raw.function_size(index)
        end = function.begin + size
        if index + 1 < len(functions) and end > functions[index + 1].begin:
            next_begin = functions[index + 1].begin
            text = f"runtime function {index} ends at {end:#x}, behind the start of the next at {next_begin:#x}"
            yield Finding(Severity.ERROR, FindingKind.OVERLAP, text, function.begin)
        if not any(start <= function.begin and end <= stop for start, stop in executable):
            text = f"runtime function {index} does not lie in an executable section"
            yield Finding(Severity.ERROR, FindingKind.ENTRY_POINT, text, function.begin)


def _entry_points(image: Image) -> Iterator[Finding]:
    """Methods whose entry point is a funclet, or whose fixup list names cells that do not exist."""
    counts = [record.cell_count for record in image.raw.import_sections]
    previous_end = 0
    for method in image.raw.methods:
        for section, slot in method.fixups:
            if section >= len(counts) or slot >= counts[section]:
                text = f"a fixup list names cell {slot} of import section {section}, which does not exist"
                yield Finding(
                    Severity.ERROR, FindingKind.MALFORMED, text, method.rva, image.names.compiled_method(method)
                )
        rva = method.rva
        end = rva + method.size
        if rva < previous_end and end != previous_end:
            text = "the entry point lies inside of the method before it"
            yield Finding(Severity.ERROR, FindingKind.ENTRY_POINT, text, rva, image.names.compiled_method(method))
        previous_end = max(previous_end, end)


def _exception_info(image: Image) -> Iterator[Finding]:
    """EH clauses that reach out of their method."""
    for method in image.raw.methods:
        try:
            clauses = method.eh_clauses
        except BadImageError as error:
            yield Finding(Severity.ERROR, FindingKind.MALFORMED, str(error), method.rva)
            continue
        if clauses and max(max(clause.try_end, clause.handler_end) for clause in clauses) > method.size:
            text = "an EH clause reaches behind the end of the method"
            yield Finding(Severity.ERROR, FindingKind.MALFORMED, text, method.rva, image.names.compiled_method(method))
