"""`readytorun snapshot`: a framework's folder to one small file that stands for it as references."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def snapshot_command(
    framework: Annotated[
        Path,
        typer.Argument(
            metavar="FRAMEWORK_DIR", help="Folder of a framework, such as DOTNET/shared/Microsoft.NETCore.App/10.0.12."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The snapshot; end it in .snapshot.")],
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> int:
    """Make a snapshot of a framework, to compile against where that framework is not installed."""
    from readytorun.errors import UsageError
    from readytorun.snapshot.archive import SUFFIX, Snapshot
    from readytorun.snapshot.writer import write_snapshot

    if output.suffix.lower() != SUFFIX:
        raise UsageError(f"the name of a snapshot ends in {SUFFIX}: {output}")
    write_snapshot(framework, output)
    made = Snapshot(output)
    size = output.stat().st_size / 1e6
    typer.echo(f"{output}: {len(made.entries)} assemblies of .NET {made.framework}, {size:.1f} MB")
    return 0
