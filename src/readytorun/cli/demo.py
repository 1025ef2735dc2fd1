"""`readytorun demo`: compile the bundled sample, list what is native, run it where a runtime is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

import typer

_RUN_TIMEOUT = 60  # seconds
_RUNTIME_CONFIG = """{"runtimeOptions": {"tfm": "net10.0", "framework": {"name": "Microsoft.NETCore.App", \
"version": "10.0.0"}}}
"""


def demo_command() -> None:
    """Compile the bundled sample, list its native methods, and run it if a .NET 10 runtime is found."""
    # Importing the compiler takes a moment: not for every command.
    from readytorun.compiler.driver import compile_assemblies
    from readytorun.inspect.image import Image

    with (
        tempfile.TemporaryDirectory(prefix="readytorun-demo-") as temporary,
        as_file(files("readytorun") / "data" / "Hello.dll") as sample,
    ):
        output = Path(temporary) / "Hello.dll"
        report = compile_assemblies([sample], [], output)[0]
        image = Image.open(output)
        typer.echo(f"Native methods of {sample.name}, compiled for linux-x64:")
        for method in image.methods:
            typer.echo(f"  {method.rva:#8x} {method.size:5d} bytes  {method.display_name}")
        typer.echo(report.closing_line())
        _run(output)


def _run(app: Path) -> None:
    command = _runtime_command(app)
    if command is None:
        typer.echo("No .NET 10 runtime found (R2R_DOTNET, or dotnet on the PATH): not run.")
        return
    typer.echo("Its output, run from that image:")
    done = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_TIMEOUT, check=False)
    for line in done.stdout.splitlines():
        typer.echo(f"  {line}")
    if done.returncode:
        typer.echo(f"It ended with exit code {done.returncode}: {done.stderr.strip()}", err=True)
        raise typer.Exit(1)


def _runtime_command(app: Path) -> list[str] | None:
    """Command line that runs a program on a .NET 10 runtime, None if there is none."""
    tools = os.environ.get("R2R_DOTNET")
    if tools:
        corerun = Path(tools) / "corerun" / "corerun-x64"
        frameworks = sorted((Path(tools) / "shared" / "Microsoft.NETCore.App").glob("10.*"))
        if corerun.exists() and frameworks:
            return [str(corerun), str(frameworks[-1]), str(app)]
    dotnet = shutil.which("dotnet")
    if dotnet is None:
        return None
    listed = subprocess.run([dotnet, "--list-runtimes"], capture_output=True, text=True, check=False)
    if "Microsoft.NETCore.App 10." not in listed.stdout:
        return None
    app.with_suffix(".runtimeconfig.json").write_text(_RUNTIME_CONFIG, encoding="utf-8")
    return [dotnet, str(app)]
