"""The dump as text: one thing a line, numbers to the left, names to the right, where long ones do not disturb."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from readytorun.inspect.debug_text import il_offset_text
from readytorun.inspect.dump import records
from readytorun.inspect.dump.options import DumpOptions, Selection
from readytorun.inspect.dump.records import Record
from readytorun.inspect.image import Image, Method
from readytorun.inspect.lines import Line, Style
from readytorun.r2r.constants import ImportSectionType

_BYTES_PER_LINE = 16
_PLAIN, _HEADING, _ADDRESS, _NAME = Style.PLAIN, Style.HEADING, Style.ADDRESS, Style.NAME
_KIND, _BYTES, _ERROR = Style.KIND, Style.BYTES, Style.ERROR


def dump_text(image: Image, options: DumpOptions) -> Iterator[Line]:
    """The lines of a dump, made as they are asked for."""
    if not (options.selections or options.patterns or options.addresses or options.has_method_details):
        yield from _summary(image)
        return
    selections = options.selections
    if Selection.HEADER in selections:
        yield from _header(image)
    if Selection.SECTIONS in selections:
        yield from _sections(image)
    if Selection.MANIFEST in selections:
        yield from _manifest(image)
    if Selection.IMPORTS in selections:
        yield from _imports(image, options)
    if Selection.TYPES in selections:
        yield from _heading("Available types")
        yield from (((_PLAIN, "  "), (_NAME, name)) for name in image.types)
    if Selection.RUNTIME_FUNCTIONS in selections:
        yield from _runtime_functions(image)
    if Selection.INLINING in selections:
        yield from _inlining(image)
    if Selection.METHODS in selections or (options.has_method_details and not options.patterns):
        yield from _methods(image, options)
    for pattern in options.patterns:
        yield from _matching(image, pattern, options)
    for address in options.addresses:
        yield from _place(image, address)


def _heading(text: str) -> Iterator[Line]:
    yield ((_HEADING, text),)


def _hex(value: int) -> str:
    return f"0x{value:08x}"


# --- identity ---------------------------------------------------------------------------------------------------------


def _summary(image: Image) -> Iterator[Line]:
    yield from _header(image)
    yield from _sections(image)
    yield from _heading("Contents")
    instances = sum(1 for method in image.raw.methods if method.signature is not None)
    total = len(image.raw.methods)
    yield (
        (_PLAIN, f"  {total:,} methods ({total - instances:,} by MethodDef, {instances:,} instantiations or stubs)"),
    )
    yield ((_PLAIN, f"  {len(image.raw.runtime_functions):,} runtime functions"),)
    cells = sum(len(cells) for cells in image.raw.import_cells)
    yield ((_PLAIN, f"  {cells:,} import cells in {len(image.raw.import_sections)} sections"),)


def _header(image: Image) -> Iterator[Line]:
    record = records.header_record(image)
    yield from _heading(image.path)
    version = record["version"]
    product = f" ({version['product']})" if version["product"] else ""
    rows = [
        ("assembly", record["assembly"] or "none: a composite image"),
        ("format", f"{version['major']}.{version['minor']}{product}"),
        ("target", f"{record['machine']} {record['os']}"),
        ("flags", f"{record['flags']['value']:#x} {' '.join(record['flags']['names'])}".rstrip()),
        ("compiler", record["compiler"] or "not named"),
        ("image base", f"{record['image_base']:#x}"),
        ("file size", f"{record['file_size']:,} bytes"),
    ]
    if record["owner_composite"]:
        rows.append(("code in", record["owner_composite"]))
    for key, value in rows:
        yield ((_KIND, f"  {key:<12}"), (_PLAIN, value))


def _sections(image: Image) -> Iterator[Line]:
    yield from _heading("Sections")
    for record in records.section_records(image):
        yield (
            (_PLAIN, f"  {record['type']:>3}  "),
            (_ADDRESS, _hex(record["rva"])),
            (_PLAIN, f"{record['size']:>10}  "),
            (_NAME, record["name"]),
        )


def _manifest(image: Image) -> Iterator[Line]:
    record = records.manifest_record(image)
    yield from _heading("Assembly references, by module index")
    for reference in record["assembly_references"]:
        mvid = f"  MVID {reference['mvid']}" if "mvid" in reference else ""
        yield (
            (_PLAIN, f"  {reference['index']:>3}  {reference['from']:<8}  "),
            (_NAME, reference["name"]),
            (_PLAIN, f" {reference['version']}{mvid}"),
        )
    if record["components"]:
        yield from _heading("Components")
        for name in record["components"]:
            yield ((_PLAIN, "  "), (_NAME, name))


# --- tables -----------------------------------------------------------------------------------------------------------


def _imports(image: Image, options: DumpOptions) -> Iterator[Line]:
    types = {value.value: value.name for value in ImportSectionType}
    for section in image.import_sections:
        record = records.import_section_record(section)
        flags = " ".join(record["flags"]) or "no flags"
        kind = types.get(record["type"], str(record["type"]))
        yield from _heading(f"Import section {section.index}: {kind}, {flags}, cells of {section.entry_size} bytes")
        for cell in section.cells:
            yield from _cell(records.cell_record(image, cell, options), "  ")


def _cell(record: Record, indent: str) -> Iterator[Line]:
    place = f"  {record['section']}:{record['slot']:<5} "
    if "error" in record:
        yield ((_PLAIN, indent), (_ADDRESS, _hex(record["rva"])), (_PLAIN, place), (_ERROR, record["error"]))
        return
    kind, _, operands = record["fixup"].partition(" ")
    yield (
        (_PLAIN, indent),
        (_ADDRESS, _hex(record["rva"])),
        (_PLAIN, place),
        (_KIND, kind),
        (_PLAIN, " "),
        (_NAME, operands),
    )
    if "gc_ref_map" in record:
        tokens = record["gc_ref_map"]
        text = tokens.get("error") or " ".join(f"{position}:{token}" for position, token in tokens.items()) or "empty"
        yield ((_PLAIN, f"{indent}    GCRefMap {text}"),)
    if "bytes" in record:
        yield from _bytes(bytes.fromhex(record["bytes"]), indent + "    ")


def _bytes(data: bytes, indent: str) -> Iterator[Line]:
    for start in range(0, len(data), _BYTES_PER_LINE):
        yield ((_PLAIN, indent), (_BYTES, data[start : start + _BYTES_PER_LINE].hex(" ")))


def _runtime_functions(image: Image) -> Iterator[Line]:
    yield from _heading("Runtime functions: index, address, size, unwind data, name")
    for function in image.functions:
        record = records.function_record(function)
        yield (
            (_PLAIN, f"  {record['index']:>6} "),
            (_ADDRESS, _hex(record["rva"])),
            (_PLAIN, f" {record['size']:>7} {_hex(record['unwind_rva'])} "),
            (_NAME, record["name"]),
        )


def _inlining(image: Image) -> Iterator[Line]:
    yield from _heading("Inlining: each method, and below it those that have inlined it")
    for record in image.inlining():
        yield ((_PLAIN, "  "), (_NAME, record.inlinee))
        for inliner in record.inliners:
            yield ((_PLAIN, "      "), (_NAME, inliner))


# --- methods ----------------------------------------------------------------------------------------------------------


def _methods(image: Image, options: DumpOptions) -> Iterator[Line]:
    yield from _heading("Methods: address, bytes of code, name")
    if options.has_method_details:
        for method in image.methods:
            yield from _method(image, method, options)
        return
    for method in image.methods:
        raw = method.raw
        yield ((_ADDRESS, f"  0x{raw.rva:08x}"), (_PLAIN, f" {raw.size:>7} "), (_NAME, method.display_name))


def _matching(image: Image, pattern: str, options: DumpOptions) -> Iterator[Line]:
    methods = image.find_methods(pattern)
    if not methods:
        yield ((_ERROR, f"no compiled method matches {pattern}"),)
    for method in methods:
        yield from _method(image, method, options)


def _method(image: Image, method: Method, options: DumpOptions) -> Iterator[Line]:
    """A method with its details."""
    # With the code, the listing itself says these.
    shown = (
        replace(options, gc=False, unwind=False, eh=False, debug=False, raw=False) if options.disassembly else options
    )
    record = records.method_header(method) | records.method_details(image, method, shown)
    yield ((_HEADING, record["name"]),)
    token = f"{record['token']:#010x} of {record['module']}" if record["module"] else f"{record['token']:#010x}"
    yield (
        (_PLAIN, "  "),
        (_ADDRESS, _hex(record["rva"])),
        (_PLAIN, f"  {record['size']} bytes, function {record['function']}, token {token}"),
    )
    stub = record.get("resumption_stub")
    if stub is not None:
        yield ((_PLAIN, f"  resumption stub {_hex(stub['rva'])}, {stub['size']} bytes, function {stub['index']}"),)
    yield from _fixups(record)
    if options.disassembly:
        from readytorun.inspect.disassembly.method import ListingOptions, method_listing  # slow to load

        wanted = ListingOptions(options.gc, options.unwind, options.eh, options.debug, options.raw)
        type_name = partial(image.names.type_token, method.raw)
        yield from method_listing(image.raw, method.raw, image.symbols, wanted, type_name)
        return
    details: dict[str, Callable[[Any], Iterator[Line]]] = {"gc": _gc, "unwind": _unwind, "eh": _eh, "debug": _debug}
    for key, show in details.items():
        part = record.get(key)
        if isinstance(part, dict) and "error" in part:
            yield ((_ERROR, f"  {key}: {part['error']}"),)
        elif part is not None:
            yield from show(part)
    if options.raw and isinstance(record["bytes"], str):
        yield ((_KIND, "  code"),)
        yield from _bytes(bytes.fromhex(record["bytes"]), "    ")


def _fixups(record: Record) -> Iterator[Line]:
    fixups = record.get("fixups")
    if fixups is None:
        return
    if isinstance(fixups, dict):
        yield ((_ERROR, f"  fixups: {fixups['error']}"),)
        return
    yield ((_KIND, f"  fixups: {len(fixups)}"),)
    for cell in fixups:
        yield from _cell(cell, "    ")


def _gc(record: Record) -> Iterator[Line]:
    yield ((_KIND, "  GC info"), (_PLAIN, f"  code {record['code_length']}, outgoing area {record['outgoing_area']}"))
    if "generic_context" in record:
        context = record["generic_context"]
        yield ((_PLAIN, f"    generic context: {context['kind']} at {context['slot']}"),)
    for key in ("gs_cookie_slot", "psp_sym_slot", "reverse_pinvoke_slot"):
        if key in record:
            yield ((_PLAIN, f"    {key.replace('_', ' ')} at {record[key]}"),)
    if record["untracked_slots"]:
        yield ((_PLAIN, f"    untracked: {' '.join(record['untracked_slots'])}"),)
    for point in record["safe_points"]:
        yield ((_ADDRESS, f"    {point['offset']:#06x}"), (_PLAIN, f"  {' '.join(point['live']) or '-'}"))
    for interval in record["interruptible_ranges"]:
        yield ((_PLAIN, f"    interruptible {interval['start']:#06x}..{interval['end']:#06x}"),)
    for change in record["changes"]:
        yield (
            (_ADDRESS, f"    {change['offset']:#06x}"),
            (_PLAIN, f"  live from here: {' '.join(change['live']) or '-'}"),
        )


def _unwind(entries: list[Record]) -> Iterator[Line]:
    for entry in entries:
        yield ((_KIND, f"  unwind data of function {entry['function']} at "), (_ADDRESS, _hex(entry["rva"])))
        for code in entry["codes"]:
            yield ((_PLAIN, f"    {code}"),)


def _eh(clauses: list[Record]) -> Iterator[Line]:
    yield ((_KIND, f"  EH clauses: {len(clauses)}"),)
    for number, clause in enumerate(clauses):
        text = f"    {number}: {clause['kind']:<7} try {_range(clause['try'])} handler {_range(clause['handler'])}"
        if "filter" in clause:
            text += f" filter {clause['filter']:#06x}"
        yield ((_PLAIN, text), (_NAME, f" {clause['class']}" if "class" in clause else ""))


def _range(pair: list[int]) -> str:
    return f"{pair[0]:#06x}..{pair[1]:#06x}"


def _debug(record: Record) -> Iterator[Line]:
    yield ((_KIND, f"  debug bounds: {len(record['bounds'])}"),)
    for bound in record["bounds"]:
        il = il_offset_text(bound["il_offset"])
        yield ((_ADDRESS, f"    {bound['native_offset']:#06x}"), (_PLAIN, f"  {il:<12} {', '.join(bound['source'])}"))
    if record["variables"]:
        yield ((_KIND, f"  debug variables: {len(record['variables'])}"),)
    for variable in record["variables"]:
        name = variable.get("special") or f"variable {variable['number']}"
        place = f"{variable['location']} {' '.join(map(str, variable['operands']))}"
        yield ((_PLAIN, f"    {variable['start']:#06x}..{variable['end']:#06x}  {name}: {place}"),)


# --- addresses --------------------------------------------------------------------------------------------------------


def _place(image: Image, rva: int) -> Iterator[Line]:
    yield from _heading(f"At {rva:#x}")
    places = image.at(rva)
    if not places:
        yield ((_PLAIN, "  nothing: the image has no section there"),)
    for place in places:
        size = f"{place.size:>8}" if place.size else " " * 8
        yield (
            (_PLAIN, "  "),
            (_ADDRESS, _hex(place.rva)),
            (_PLAIN, f" +{rva - place.rva:<#8x}{size}  "),
            (_KIND, place.what),
            (_PLAIN, " "),
            (_NAME, place.name),
        )
