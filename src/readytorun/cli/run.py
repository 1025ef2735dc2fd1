"""`readytorun run`: run a program's native code in the emulator, without any .NET."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from readytorun.cli.failures import CANNOT_GO_ON, UNHANDLED_EXCEPTION
from readytorun.errors import UsageError

if TYPE_CHECKING:
    from readytorun.compiler.targets import CompilationTarget

_DEFAULT_TARGET = "net11.0-linux-x64"


@dataclass(frozen=True, slots=True)
class ProgramArguments:
    """What a program is given, which is no argument of ours: the object of the command's context."""

    words: tuple[str, ...]


def split_command_line(words: list[str]) -> tuple[list[str], ProgramArguments]:
    """Ours, and what is behind the `--` of a `run`."""
    if words[:1] != ["run"] or "--" not in words:
        return words, ProgramArguments(())
    position = words.index("--")
    return words[:position], ProgramArguments(tuple(words[position + 1 :]))


def run_command(
    context: typer.Context,
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE... [-- ARGS]",
            help="The program, then the libraries that it uses: images made by `compile --emulator`, or IL, which is "
            "compiled first. Everything behind -- goes to the program.",
        ),
    ],
    gc_stress: Annotated[
        bool,
        typer.Option(
            "--gc-stress", help="Move all objects at every safe point, and check every slot that GC info names live."
        ),
    ] = False,
    stress_limit: Annotated[
        int,
        typer.Option(
            "--stress-limit", min=0, metavar="N", help="With --gc-stress: at most N times per safe point; 0: always."
        ),
    ] = 0,
    trace: Annotated[
        bool, typer.Option("--trace", help="Print calls, bindings of cells, and suspensions to standard error.")
    ] = False,
    max_instructions: Annotated[
        int, typer.Option("--max-instructions", min=0, metavar="N", help="Stop after about N instructions; 0: never.")
    ] = 0,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count instructions and collections; print them at the end.")
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            help=f"What IL is compiled for; without it, what the images are for, else {_DEFAULT_TARGET}.",
        ),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option("-r", "--reference", metavar="PATTERN", help="Further assemblies that IL is compiled against."),
    ] = None,
) -> None:
    """Run a program in the emulator. The exit code is the program's.

    134 if an exception ended it, as on Linux; 125 if it cannot go on: GC info is wrong, code is missing, a limit is
    reached.
    """
    try:
        import unicorn  # noqa: F401
    except ImportError:
        raise UsageError("the emulator is not installed: pip install 'readytorun[run]'") from None
    import tempfile

    from readytorun.emulator.errors import ExecutionError, UnhandledException

    arguments = context.obj.words if isinstance(context.obj, ProgramArguments) else ()
    with tempfile.TemporaryDirectory(prefix="readytorun-run-") as folder:
        chosen, paths = _prepare(images, target, reference or [], Path(folder))
        from readytorun.compiler.emulator_framework import facades
        from readytorun.emulator.runtime import Runtime

        runtime = Runtime(paths, [str(path) for path in facades()], trace=sys.stderr if trace else None)
        if gc_stress:
            runtime.enable_stress(stress_limit)
        if max_instructions or statistics:
            runtime.machine.count_instructions(max_instructions)
        try:
            code = runtime.run(arguments)
        except UnhandledException as error:
            sys.stdout.flush()
            typer.echo(str(error), err=True)
            code = UNHANDLED_EXCEPTION
        except ExecutionError as error:
            sys.stdout.flush()
            typer.echo(f"error: {error}", err=True)
            code = CANNOT_GO_ON
        sys.stdout.flush()
        if statistics:
            typer.echo(
                f"{chosen.name}: {runtime.machine.instruction_count:,} instructions, "
                f"{runtime.collector.count:,} collections",
                err=True,
            )
    raise typer.Exit(code & 0xFF)


def _prepare(
    images: list[Path], target_name: str | None, references: list[str], folder: Path
) -> tuple[CompilationTarget, list[Path]]:
    """The target of a program, and its images: IL compiled into a folder, the core library added."""
    from readytorun.cli.cache import cache_folder
    from readytorun.cli.progress_bar import make_progress
    from readytorun.compiler.driver import CompileOptions
    from readytorun.compiler.emulator_framework import compile_for_emulator, compiled_core_library
    from readytorun.compiler.parallel import default_jobs
    from readytorun.compiler.references import CORE_LIBRARY
    from readytorun.compiler.targets import target_by_name, target_of_image
    from readytorun.metadata.assembly import AssemblyFile
    from readytorun.r2r.reader import R2RImage

    opened: list[R2RImage | None] = []
    for path in images:
        file = AssemblyFile.open(path)
        header = file.image.cor_header
        is_native = header is not None and header.managed_native_header[1] != 0
        opened.append(R2RImage.open(path) if is_native else None)
    targets = {target_of_image(image.header.major) for image in opened if image is not None}
    if len(targets) > 1:
        raise UsageError(f"the images are for different targets: {', '.join(sorted(t.name for t in targets))}")
    target = target_by_name(target_name or _DEFAULT_TARGET)
    if targets:
        of_images = targets.pop()
        if target_name is not None and of_images is not target:
            raise UsageError(f"the images are for {of_images.name}, not for {target.name}")
        target = of_images
    jobs = default_jobs()
    progress = make_progress()
    paths = []
    for path, image in zip(images, opened, strict=True):
        if image is None:
            output = folder / path.name
            others = [str(other) for other in images if other is not path]
            compile_for_emulator([path], [*references, *others], output, CompileOptions(target, jobs), progress)
            path = output
        paths.append(path)
    if all(path.stem != CORE_LIBRARY for path in paths):
        paths.append(compiled_core_library(target, cache_folder(), jobs, progress))
    return target, paths
