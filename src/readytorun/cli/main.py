"""The commands `readytorun` and `r2r`: options common to all commands, and what errors look like.

Exit codes: 0 done, 1 bad input, 2 wrong usage, 3 a defect of ours; a traceback is shown only with --debug.
"""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from readytorun.cli import check as check_command
from readytorun.cli import compile as compile_command
from readytorun.cli import demo as demo_command
from readytorun.cli import dump as dump_command
from readytorun.cli import run as run_command
from readytorun.cli import snapshot as snapshot_command
from readytorun.cli.failures import BAD_INPUT, INTERNAL_ERROR, WRONG_USAGE, describe_os_error
from readytorun.errors import ReadyToRunError, UsageError

_TRACEBACK_VARIABLE = "READYTORUN_TRACEBACK"

app = typer.Typer(
    name="readytorun",
    help="A toolkit for .NET ReadyToRun images.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("compile")(compile_command.compile_command)
app.command("check")(check_command.check_command)
app.command("demo")(demo_command.demo_command)
app.command("dump")(dump_command.dump_command)
app.command("run")(run_command.run_command)
app.command("snapshot")(snapshot_command.snapshot_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        from readytorun.compiled import version_text

        typer.echo(version_text())
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print version and kind of build."),
    ] = False,
) -> None:
    """A toolkit for .NET ReadyToRun images."""


def main() -> NoReturn:
    """Run the command line and exit."""
    debug = _wants_traceback()
    try:
        words, program_arguments = run_command.split_command_line(sys.argv[1:])
        app(words, obj=program_arguments)  # exits by itself, except for our own errors
        code = 0
    except UsageError as error:
        code = _fail(str(error), WRONG_USAGE, debug)
    except ReadyToRunError as error:
        code = _fail(str(error), BAD_INPUT, debug)
    except OSError as error:
        code = _fail(describe_os_error(error), BAD_INPUT, debug)
    except Exception as error:
        message = f"internal error: {type(error).__name__}: {error}"
        if not debug:
            command = shlex.join(["readytorun", *sys.argv[1:]])
            message += f"\nthis is a defect of readytorun; to see where: {_TRACEBACK_VARIABLE}=1 {command}"
        code = _fail(message, INTERNAL_ERROR, debug)
    sys.exit(code)


def _wants_traceback() -> bool:
    """Whether errors of ours are shown with where they happened: by the variable, or by --debug where that means it."""
    words = sys.argv[1:]
    return bool(os.environ.get(_TRACEBACK_VARIABLE)) or ("--debug" in words and words[0] != "dump")


def _fail(message: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    typer.echo(f"error: {message}", err=True)
    return code
