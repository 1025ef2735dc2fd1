"""The parts of an image as records: dictionaries of plain values, the shape that `dump.schema.json` publishes.

Text and JSON are made from the same records, so that both always say the same. Addresses are RVAs, sizes and offsets
bytes; offsets inside a method count from the start of its main body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from readytorun.errors import BadImageError
from readytorun.inspect.debug_text import SPECIAL_IL_OFFSETS, bound_sources
from readytorun.inspect.dump.options import DumpOptions
from readytorun.inspect.eh_text import CLAUSE_NAMES
from readytorun.inspect.gc_text import context_name, live_names, slot_name, slot_names
from readytorun.inspect.image import Cell, Function, Image, ImportSection, Method
from readytorun.inspect.unwind_text import unwind_lines
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.r2r.constants import ImportSectionFlag
from readytorun.r2r.debug_info import LOCATION_NAMES, special_variable_name
from readytorun.r2r.gcinfo import GcInfo
from readytorun.r2r.model import EHClause, EHClauseKind
from readytorun.r2r.versions import PRODUCTS, fixup_name, header_flag_names

Record = dict[str, Any]
T = TypeVar("T")


def or_error(make: Callable[[], T]) -> T | Record:
    """What `make` gives; where that does not decode, a record that says so: the rest is shown all the same."""
    try:
        return make()
    except BadImageError as error:
        return {"error": str(error)}


# --- identity ---------------------------------------------------------------------------------------------------------


def product_of(version: tuple[int, int]) -> str:
    """The .NET release that stamps a format version, or ""."""
    return next((product.name for product in PRODUCTS if product.version[0] == version[0]), "")


def header_record(image: Image) -> Record:
    """The R2R header and what the PE header says of the target."""
    flags = image.raw.header.flags
    return {
        "assembly": image.assembly_name,
        "machine": image.machine.name,
        "os": image.os.name,
        "version": {"major": image.version[0], "minor": image.version[1], "product": product_of(image.version)},
        "flags": {"value": flags, "names": header_flag_names(flags, image.version)},
        "compiler": image.compiler_identifier,
        "composite": image.is_composite,
        "owner_composite": image.owner_composite,
        "image_base": image.raw.image.image_base,
        "file_size": len(image.raw.data),
    }


def section_records(image: Image) -> Iterator[Record]:
    """The section directory, and the directories of the components of a composite image."""
    for section in image.sections:
        yield {"type": section.type, "name": section.name, "rva": section.rva, "size": section.size}


def manifest_record(image: Image) -> Record:
    """The manifest metadata: assemblies that the image names, with MVIDs where it pins them; components."""
    record: Record = {"assembly_references": [], "components": image.component_names}
    if image.raw.metadata is not None:
        record["assembly_references"] += _assembly_references(image.raw.metadata, "metadata", 1)
    own = len(record["assembly_references"])
    if image.raw.manifest is not None:
        record["assembly_references"] += _assembly_references(image.raw.manifest, "manifest", own + 2)
    mvids = image.raw.manifest_mvids
    for reference, mvid in zip(record["assembly_references"][own:], mvids, strict=False):
        reference["mvid"] = str(mvid)
    return record


def _assembly_references(reader: MetadataReader, origin: str, first_index: int) -> list[Record]:
    records = []
    for row in range(1, reader.row_count(TableId.ASSEMBLY_REF) + 1):
        version = ".".join(
            str(reader.cell(TableId.ASSEMBLY_REF, part, row))
            for part in ("MajorVersion", "MinorVersion", "BuildNumber", "RevisionNumber")
        )
        name = reader.string(reader.cell(TableId.ASSEMBLY_REF, "Name", row))
        records.append({"index": first_index + row - 1, "name": name, "version": version, "from": origin})
    return records


# --- imports ----------------------------------------------------------------------------------------------------------


def import_section_record(section: ImportSection) -> Record:
    """An import section without its cells."""
    return {
        "index": section.index,
        "rva": section.rva,
        "size": section.size,
        "flags": [flag.name for flag in ImportSectionFlag if section.flags & flag],
        "type": section.type,
        "entry_size": section.entry_size,
        "signatures_rva": section.signatures_rva,
        "auxiliary_rva": section.auxiliary_rva,
    }


def cell_record(image: Image, cell: Cell, options: DumpOptions) -> Record:
    """An import cell with its fixup."""
    record: Record = {"rva": cell.rva, "section": cell.section, "slot": cell.slot}
    try:
        fixup = cell.fixup
        record |= {"kind": fixup_name(fixup.kind), "fixup": cell.text}
    except BadImageError as error:
        record["error"] = str(error)
    record["initial"] = cell.initial
    if options.fixups:
        tokens = or_error(lambda: cell.gc_ref_map)
        if tokens is not None:
            record["gc_ref_map"] = {str(position): token for position, token in tokens.items()}
    if options.raw and "error" not in record:
        size = image.raw.fixup_size(image.raw.cells_by_rva[cell.rva])
        record["bytes"] = image.raw.image.read(cell.signature_rva, size).hex()
    return record


# --- methods ----------------------------------------------------------------------------------------------------------


def method_record(image: Image, method: Method, options: DumpOptions) -> Record:
    """A method, with the details that the options ask for except for the disassembly."""
    record = method_header(method)
    if options.has_method_details or options.patterns:
        record["functions"] = or_error(lambda: [function_record(function) for function in method.functions])
        record |= method_details(image, method, options)
    return record


def method_header(method: Method) -> Record:
    """What a method is, and where its code lies."""
    record: Record = {
        "name": method.display_name,
        "token": method.token,
        "module": method.module,
        "rva": method.rva,
        "size": method.size,
        "function": method.function_index,
    }
    stub = method.resumption_stub if method.is_async_variant else None
    if stub is not None:
        record["resumption_stub"] = function_record(stub)
    return record


def method_details(image: Image, method: Method, options: DumpOptions) -> Record:
    """The details of a method that the options ask for except for the disassembly."""
    record: Record = {}
    if options.fixups or options.patterns:
        record["fixups"] = or_error(lambda: [cell_record(image, cell, _PLAIN) for cell in method.fixups])
    if options.gc:
        record["gc"] = or_error(lambda: gc_record(image, method.gc_info))
    if options.unwind:
        record["unwind"] = or_error(lambda: [unwind_record(function) for function in method.functions])
    if options.eh:
        record["eh"] = or_error(lambda: [clause_record(image, method, clause) for clause in method.eh_clauses])
    if options.debug:
        record["debug"] = or_error(lambda: debug_record(image, method))
    if options.raw:
        record["bytes"] = or_error(lambda: method.code.hex())
    return record


_PLAIN = DumpOptions()


def function_record(function: Function) -> Record:
    """A runtime function."""
    symbol = function.symbol
    return {
        "index": function.index,
        "rva": function.rva,
        "size": function.size,
        "unwind_rva": function.unwind_rva,
        "kind": "unknown" if symbol is None else symbol.kind.name.lower(),
        "name": function.name,
    }


def gc_record(image: Image, info: GcInfo) -> Record:
    """GC info: its header, slots, and what is live where."""
    machine = image.machine
    slots = slot_names(info, machine)
    sets = info.live or [0] * len(info.safe_points)  # without tracked slots, the format has no sets
    record: Record = {
        "code_length": info.code_length,
        "tracked_slots": slots,
        "untracked_slots": [slot_name(slot, machine, info) for slot in info.untracked],
        "safe_points": [
            {"offset": offset, "live": live_names(live, slots)}
            for offset, live in zip(info.safe_points, sets, strict=True)
        ],
        "interruptible_ranges": [{"start": start, "end": end} for start, end in info.ranges],
        "changes": [{"offset": offset, "live": live_names(live, slots)} for offset, live in info.changes],
        "outgoing_area": info.outgoing_area,
    }
    if info.generic_context:
        record["generic_context"] = {
            "kind": context_name(info.generic_context),
            "slot": info.generic_context_slot,
        }
    for key in ("gs_cookie_slot", "psp_sym_slot", "reverse_pinvoke_slot"):
        if getattr(info, key) is not None:
            record[key] = getattr(info, key)
    if info.base_register >= 0:
        record["base_register"] = info.base_register
    return record


def unwind_record(function: Function) -> Record:
    """The unwind data of one runtime function, its codes as text."""
    return {
        "function": function.index,
        "rva": function.unwind_rva,
        "codes": list(unwind_lines(function.unwind)),
    }


def clause_record(image: Image, method: Method, clause: EHClause) -> Record:
    """An EH clause."""
    record: Record = {
        "kind": CLAUSE_NAMES[clause.kind],
        "try": [clause.try_start, clause.try_end],
        "handler": [clause.handler_start, clause.handler_end],
    }
    if clause.kind == EHClauseKind.TYPED:
        record["class_token"] = clause.class_token_or_filter
        record["class"] = image.names.type_token(method.raw, clause.class_token_or_filter)
    elif clause.kind == EHClauseKind.FILTER:
        record["filter"] = clause.class_token_or_filter
    if clause.same_try_as_previous:
        record["same_try_as_previous"] = True
    if clause.other_flags:
        record["other_flags"] = clause.other_flags
    return record


def debug_record(image: Image, method: Method) -> Record | None:
    """Debug bounds and variables; None if the image has none for the method."""
    info = method.debug_info
    if info is None:
        return None
    bounds = []
    for bound in info.bounds:
        entry: Record = {"native_offset": bound.native_offset, "il_offset": bound.il_offset}
        if bound.il_offset in SPECIAL_IL_OFFSETS:
            entry["special"] = SPECIAL_IL_OFFSETS[bound.il_offset]
        entry["source"] = bound_sources(bound.source)
        bounds.append(entry)
    variables = []
    for variable in info.variables:
        entry = {"start": variable.start, "end": variable.end, "number": variable.number}
        if variable.number < 0:
            entry["special"] = special_variable_name(variable.number, image.version[0])
        entry |= {"location": LOCATION_NAMES[variable.kind], "operands": list(variable.operands)}
        variables.append(entry)
    return {"bounds": bounds, "variables": variables}
