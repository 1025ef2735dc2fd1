"""`readytorun dump`: what an image holds."""

from __future__ import annotations

import gc as gc_module
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from readytorun.cli.formats import Format
from readytorun.errors import UsageError

if TYPE_CHECKING:
    from readytorun.inspect.lines import Line

T = TypeVar("T")

_AT_ONCE = 500


def dump_command(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A ReadyToRun image.")],
    header: Annotated[bool, typer.Option("--header", help="Version, target, flags.")] = False,
    sections: Annotated[bool, typer.Option("--sections", help="The section directory.")] = False,
    imports: Annotated[bool, typer.Option("--imports", help="Import sections and their cells.")] = False,
    fixups: Annotated[
        bool, typer.Option("--fixups", help="The fixups that each method needs; with --imports, the cells' GCRefMaps.")
    ] = False,
    methods: Annotated[bool, typer.Option("--methods", help="All compiled methods.")] = False,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method", metavar="PATTERN", help="Only these methods: a name ('JObject.Parse', '*') or a token."
        ),
    ] = None,
    types: Annotated[bool, typer.Option("--types", help="The available types.")] = False,
    runtime_functions: Annotated[
        bool, typer.Option("--runtime-functions", help="Main bodies, funclets and stubs in the order of their code.")
    ] = False,
    inlining: Annotated[bool, typer.Option("--inlining", help="Which methods were inlined where.")] = False,
    manifest: Annotated[bool, typer.Option("--manifest", help="Assembly references, MVIDs and components.")] = False,
    disasm: Annotated[bool, typer.Option("--disasm", help="The methods' code.")] = False,
    gc: Annotated[bool, typer.Option("--gc", help="The methods' GC info: live slots, safe points, ranges.")] = False,
    unwind: Annotated[bool, typer.Option("--unwind", help="The methods' unwind data.")] = False,
    eh: Annotated[bool, typer.Option("--eh", help="The methods' exception clauses.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="The methods' IL offsets and variables.")] = False,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="RVA", help="What lies at an address, such as 0x1a2b0.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="Text for people, JSON for programs.")] = Format.TEXT,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes of each structure; never coloured.")] = False,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "-r",
            "--reference",
            metavar="PATTERN",
            help="Assemblies to take names from: a file, a folder, or a pattern. Those beside the image are found.",
        ),
    ] = None,
) -> None:
    """Show what a ReadyToRun image holds; without options, a summary."""
    from readytorun.inspect.dump.options import DumpOptions, Selection
    from readytorun.inspect.image import Image

    chosen = {
        Selection.HEADER: header,
        Selection.SECTIONS: sections,
        Selection.IMPORTS: imports,
        Selection.METHODS: methods,
        Selection.TYPES: types,
        Selection.RUNTIME_FUNCTIONS: runtime_functions,
        Selection.INLINING: inlining,
        Selection.MANIFEST: manifest,
    }
    options = DumpOptions(
        selections=frozenset(selection for selection, wanted in chosen.items() if wanted),
        patterns=tuple(method or ()),
        addresses=tuple(_address(text) for text in at or ()),
        # With --imports alone, the GCRefMaps of its cells are meant, not the fixups of all methods.
        fixups=fixups,
        disassembly=disasm,
        gc=gc,
        unwind=unwind,
        eh=eh,
        debug=debug,
        raw=raw,
    )
    # A dump makes very many objects and hardly a cycle: looking for those would be a fifth of the time.
    collects = gc_module.isenabled()
    gc_module.disable()
    try:
        opened = Image.open(image, reference or ())
        if format is Format.JSON:
            from readytorun.inspect.dump.json_output import dump_json

            _write(map("".join, _batches(dump_json(opened, options))))
        else:
            from readytorun.inspect.dump.text import dump_text

            _write(_text_of(dump_text(opened, options), coloured=not raw and _wants_colour()))
    except BrokenPipeError:
        # Whoever read has seen enough; the interpreter must not fail again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        if collects:
            gc_module.enable()


def _address(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise UsageError(f"--at takes an address such as 0x1a2b0, not '{text}'") from None


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _text_of(lines: Iterable[Line], coloured: bool) -> Iterable[str]:
    if coloured:
        from readytorun.cli.colours import coloured_text

        return ("".join([coloured_text(line) + "\n" for line in some]) for some in _batches(lines))
    from readytorun.inspect.lines import plain_texts

    return map(plain_texts, _batches(lines))


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists: the first by itself, so that it is seen at once, the others by some hundreds."""
    waiting: list[T] = []
    limit = 1
    for item in items:
        waiting.append(item)
        if len(waiting) >= limit:
            yield waiting
            waiting = []
            limit = min(limit * 2, _AT_ONCE)
    if waiting:
        yield waiting


def _write(texts: Iterable[str]) -> None:
    for text in texts:
        sys.stdout.write(text)
        sys.stdout.flush()
