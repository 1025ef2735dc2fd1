"""What an image is checked against: a .NET release by name, or a framework folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from readytorun.errors import BadImageError, UsageError
from readytorun.inspect.references import References
from readytorun.metadata.tables import TableId
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine, OperatingSystem
from readytorun.r2r.versions import PRODUCTS, Product

_CORE_LIBRARY: Final = "System.Private.CoreLib"
_MONIKER: Final = re.compile(r"net(\d+)\.0")


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime, as far as it decides about images.

    Attributes:
        name: as people call it.
        product: whose range of format versions it accepts.
        machine, os: what it runs on; None if only the release is known.
        framework: its assemblies; None if only the release is known.
    """

    name: str
    product: Product
    machine: Machine | None = None
    os: OperatingSystem | None = None
    framework: References | None = None


def runtime_named(text: str) -> Runtime:
    """The runtime that a user names: "net10.0", or a folder with a framework's assemblies.

    Raises:
        UsageError: no such release is known, and no such folder exists or it holds no framework.
    """
    moniker = _MONIKER.fullmatch(text)
    if moniker is not None:
        for product in PRODUCTS:
            if product.name == f".NET {moniker[1]}":
                return Runtime(product.name, product)
    folder = Path(text)
    if folder.is_dir():
        return _runtime_in(folder)
    known = ", ".join("net" + product.name.removeprefix(".NET ") + ".0" for product in PRODUCTS)
    raise UsageError(f"--runtime takes {known}, or a folder with a framework's assemblies, not '{text}'")


def runtime_for(image: R2RImage) -> Runtime | None:
    """The oldest release that accepts the image's format version, or None."""
    for product in PRODUCTS:
        if product.accepts(image.header.major):
            return Runtime(product.name, product)
    return None


def _runtime_in(folder: Path) -> Runtime:
    path = folder / f"{_CORE_LIBRARY}.dll"
    try:
        core = R2RImage.open(path)
    except OSError:
        raise UsageError(f"{folder} holds no framework: it has no {path.name}") from None
    except BadImageError as error:
        raise UsageError(f"{folder} cannot be checked against: {error}") from None
    product = next((product for product in PRODUCTS if product.version[0] == core.header.major), None)
    version = ""
    if core.metadata is not None and core.metadata.row_count(TableId.ASSEMBLY):
        parts = ("MajorVersion", "MinorVersion", "BuildNumber", "RevisionNumber")
        version = ".".join(str(core.metadata.column(TableId.ASSEMBLY, part)[0]) for part in parts)
    if product is None:
        # Its own core library runs on it: so much is known of a release that this table does not have.
        product = Product(f".NET {version.partition('.')[0]}", core.version, core.header.major, False)
    name = f"{product.name} ({core.machine.name} {core.os.name}) in {folder}"
    return Runtime(name, product, core.machine, core.os, References([folder]))
