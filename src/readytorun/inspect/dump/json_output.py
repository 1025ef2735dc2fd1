"""The dump as JSON, written piece by piece: a reader of the stream sees the first records at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from readytorun.inspect.dump import records
from readytorun.inspect.dump.options import DumpOptions, Selection
from readytorun.inspect.dump.records import Record
from readytorun.inspect.image import Image, Method

SCHEMA_VERSION = 1


def dump_json(image: Image, options: DumpOptions) -> Iterator[str]:
    """Pieces of one JSON document, `dump.schema.json`; keys that were not asked for are left out."""
    yield f'{{"schema_version": {SCHEMA_VERSION}, "path": {json.dumps(image.path)}'
    nothing = not (options.selections or options.patterns or options.addresses or options.has_method_details)
    selections = options.selections | ({Selection.HEADER, Selection.SECTIONS} if nothing else set())
    if Selection.HEADER in selections:
        yield f',\n"header": {json.dumps(records.header_record(image))}'
    if Selection.SECTIONS in selections:
        yield from _array("sections", records.section_records(image))
    if Selection.MANIFEST in selections:
        yield f',\n"manifest": {json.dumps(records.manifest_record(image))}'
    if Selection.IMPORTS in selections:
        yield from _array("imports", _imports(image, options))
    if Selection.TYPES in selections:
        yield from _array("types", image.types)
    if Selection.RUNTIME_FUNCTIONS in selections:
        yield from _array("runtime_functions", map(records.function_record, image.functions))
    if Selection.INLINING in selections:
        inlining = ({"inlinee": record.inlinee, "inliners": record.inliners} for record in image.inlining())
        yield from _array("inlining", inlining)
    if options.patterns:
        found = {method.raw: method for pattern in options.patterns for method in image.find_methods(pattern)}
        yield from _array("methods", (_method(image, method, options) for method in found.values()))
    elif Selection.METHODS in selections or options.has_method_details:
        yield from _array("methods", (_method(image, method, options) for method in image.methods))
    if options.addresses:
        places = ({"rva": rva, "places": [place._asdict() for place in image.at(rva)]} for rva in options.addresses)
        yield from _array("at", places)
    yield "}\n"


def _array(key: str, items: Iterable[Record | str]) -> Iterator[str]:
    yield f',\n"{key}": ['
    separator = "\n"
    for item in items:
        yield separator + json.dumps(item)
        separator = ",\n"
    yield "]"


def _imports(image: Image, options: DumpOptions) -> Iterator[Record]:
    for section in image.import_sections:
        record = records.import_section_record(section)
        record["cells"] = [records.cell_record(image, cell, options) for cell in section.cells]
        yield record


def _method(image: Image, method: Method, options: DumpOptions) -> Record:
    record = records.method_record(image, method, options)
    if options.disassembly:
        from readytorun.inspect.disassembly.method import method_instructions  # slow to load

        record["instructions"] = records.or_error(
            lambda: [
                {
                    "rva": instruction.rva,
                    "size": instruction.size,
                    "text": instruction.text,
                    **({"comment": instruction.comment} if instruction.comment else {}),
                }
                for instruction in method_instructions(image.raw, method.raw, image.symbols)
            ]
        )
    return record
