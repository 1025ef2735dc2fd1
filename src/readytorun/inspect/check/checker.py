"""Checking one image against one runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from readytorun.errors import BadImageError
from readytorun.inspect.check.acceptance import acceptance
from readytorun.inspect.check.findings import CheckResult, Finding, FindingKind, Severity
from readytorun.inspect.check.lints import lints
from readytorun.inspect.check.runtimes import Runtime, runtime_for
from readytorun.inspect.image import Image


def check_image(path: str | Path, runtime: Runtime | None = None, references: Iterable[str | Path] = ()) -> CheckResult:
    """Check whether a runtime takes the image at `path`, and all of it.

    Args:
        runtime: see `runtime_named`; None = the release whose format version the image has.
        references: assemblies that the image was compiled with; those beside it are found.

    Raises:
        BadImageError: it is not a ReadyToRun image.
        OSError: it cannot be read.
    """
    image = Image.open(path, references)
    chosen = runtime or runtime_for(image.raw)
    findings: list[Finding] = []
    if chosen is None:
        text = f"no .NET release that is known here accepts format {image.version[0]}.{image.version[1]}"
        findings.append(Finding(Severity.ERROR, FindingKind.VERSION, text))
    else:
        known = chosen
        findings += _guarded(lambda: acceptance(image, known))
    findings += _guarded(lambda: lints(image))
    order = list(Severity)
    findings.sort(key=lambda finding: order.index(finding.severity))
    return CheckResult(str(path), "none" if chosen is None else chosen.name, tuple(findings))


def _guarded(make: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings; what does not decode on the way is one more, and ends them."""
    try:
        yield from make()
    except BadImageError as error:
        yield Finding(Severity.ERROR, FindingKind.MALFORMED, str(error))
