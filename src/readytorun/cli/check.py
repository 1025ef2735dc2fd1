"""`readytorun check`: will a runtime take an image, and all of it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from readytorun.cli.failures import NOT_ACCEPTED
from readytorun.cli.formats import Format

if TYPE_CHECKING:
    from readytorun.inspect.check.findings import CheckResult

_MOST_OF_A_KIND = 20  # lines of text; JSON has all


def check_command(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A ReadyToRun image.")],
    runtime: Annotated[
        str | None,
        typer.Option(
            "--runtime",
            metavar="net10.0|DIR",
            help="The release or the framework folder to check against; without it, the release of the image's format.",
        ),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "-r",
            "--reference",
            metavar="PATTERN",
            help="Assemblies that the image was compiled with: a file, a folder, or a pattern. "
            "Those beside the image are found.",
        ),
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="Text for people, JSON for programs.")] = Format.TEXT,
) -> None:
    """Check whether a runtime takes an image, and all of it. Exit code 0 if it does, 4 if not."""
    from readytorun.inspect.check.checker import check_image
    from readytorun.inspect.check.runtimes import runtime_named

    result = check_image(image, None if runtime is None else runtime_named(runtime), reference or ())
    typer.echo(_as_json(result) if format is Format.JSON else _as_text(result))
    if not result.accepted:
        raise typer.Exit(NOT_ACCEPTED)


def _as_json(result: CheckResult) -> str:
    findings = []
    for finding in result.findings:
        record: dict[str, str | int] = {"severity": finding.severity.value, "kind": finding.kind.value}
        if finding.method:
            record["method"] = finding.method
        if finding.rva is not None:
            record["rva"] = finding.rva
        record["text"] = finding.text
        findings.append(record)
    document = {
        "path": result.path,
        "runtime": result.runtime,
        "accepted": result.accepted,
        "findings": findings,
    }
    return json.dumps(document, indent=2)


def _as_text(result: CheckResult) -> str:
    lines = []
    seen: dict[tuple[str, str], int] = {}
    for finding in result.findings:
        key = (finding.severity.value, finding.kind.value)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _MOST_OF_A_KIND:
            where = f"{finding.method}: " if finding.method else ""
            place = "" if finding.rva is None else f" (at {finding.rva:#x})"
            lines.append(f"{finding.severity.value}: {where}{finding.text}{place}")
    for (severity, kind), count in seen.items():
        if count > _MOST_OF_A_KIND:
            lines.append(f"{severity}: {count - _MOST_OF_A_KIND} more of kind {kind}; --format json has all")
    verdict = "accepted" if result.accepted else "not accepted"
    return "\n".join([*lines, f"{result.path}: {verdict} by {result.runtime}"])
