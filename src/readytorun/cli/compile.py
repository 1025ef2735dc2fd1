"""`readytorun compile`: IL assemblies to ReadyToRun images."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from readytorun.cli.failures import INTERNAL_ERROR
from readytorun.errors import UsageError

_DEFAULT_TARGET = "net10.0-linux-x64"


def compile_command(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT.dll...", help="IL assemblies to compile.")],
    output: Annotated[
        # Not a Path, which would forget the slash at its end.
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE_OR_FOLDER",
            help="The image; with several inputs, or if it ends in / or is a folder: the folder for the images.",
        ),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "-r",
            "--reference",
            metavar="PATTERN",
            help="Assemblies that the inputs refer to: a file, a folder, or a pattern such as 'lib/*.dll'. "
            "May be given several times. Without a framework among them, an installed .NET is used.",
        ),
    ] = None,
    target: Annotated[str, typer.Option("--target", help="Runtime, system and machine to compile for.")] = (
        _DEFAULT_TARGET
    ),
    report: Annotated[
        Path | None, typer.Option("--report", help="Write what was compiled, and what was not and why, as JSON.")
    ] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=0, help="Number of processes; 0 for one per processor.")] = 0,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="FILTER",
            help="Only these methods: a name ('Type.Method', '*' and '?' as in file names) or a token (0x06000001).",
        ),
    ] = None,
    stop_after: Annotated[
        str | None,
        typer.Option(
            "--stop-after",
            metavar="STAGE",
            help="Compile no further than 'import' or the pass of that name, and print the methods' IR.",
        ),
    ] = None,
    emulator: Annotated[
        bool,
        typer.Option(
            "--emulator",
            help="Compile for `readytorun run`: against the framework of the emulator, which is then in the version "
            "bubble.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on an internal error in a method, instead of leaving it to the JIT.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Compile IL assemblies into ReadyToRun images."""
    from readytorun.compiler.driver import CompileOptions, MethodInternalError, compile_assemblies
    from readytorun.compiler.emulator_framework import compile_for_emulator
    from readytorun.compiler.parallel import default_jobs
    from readytorun.compiler.report import report_json
    from readytorun.compiler.stages import stage_text
    from readytorun.compiler.targets import target_by_name

    chosen = target_by_name(target)
    methods = tuple(method or ())
    references = list(reference or ())
    if stop_after is not None:
        text = stage_text(inputs, references, chosen, methods, stop_after)
        if output is None:
            typer.echo(text, nl=False)
        else:
            Path(output).write_text(text, encoding="utf-8")
        return
    if output is None:
        raise UsageError("say with -o where the image goes")

    from readytorun.cli.progress_bar import make_progress

    options = CompileOptions(chosen, jobs or default_jobs(), methods, strict)
    try:
        compile = compile_for_emulator if emulator else compile_assemblies
        reports = compile(inputs, references, output, options, make_progress())
    except MethodInternalError as error:
        if debug:
            typer.echo(error.method.traceback, err=True)
        typer.echo(f"error: {error}", err=True)
        line = _command(error.input, references, output, target, f"0x{error.method.token:08x}")
        typer.echo(f"this is a defect of readytorun; to reproduce it: {line}", err=True)
        raise typer.Exit(INTERNAL_ERROR) from None
    for done in reports:
        typer.echo(done.closing_line())
        if debug:
            for entry in done.refused:
                if entry.traceback:
                    typer.echo(f"{entry.method}\n{entry.traceback}", err=True)
    if report is not None:
        report.write_text(report_json(reports), encoding="utf-8")


def _command(input: str, references: Sequence[str], output: str, target: str, method: str) -> str:
    """A command line that compiles only one method, and shows the traceback of an internal error."""
    words = ["readytorun", "compile", input]
    for reference in references:
        words += ["-r", reference]
    words += ["-o", output, "--target", target, "--method", method, "--jobs", "1", "--strict", "--debug"]
    return shlex.join(words)
