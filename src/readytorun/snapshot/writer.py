"""Makes a snapshot of a framework's folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from readytorun.errors import BadImageError, MissingReferenceError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.signature import BlobReader
from readytorun.metadata.tables import TableId
from readytorun.pe import PEImage
from readytorun.snapshot.archive import encode
from readytorun.snapshot.strip import attribute_type, strip_assembly

_CORE_LIBRARY: Final = "System.Private.CoreLib"
_INFORMATIONAL_VERSION: Final = ("System.Reflection", "AssemblyInformationalVersionAttribute")
_ASSEMBLY: Final = 0x20000001
_PROLOG: Final = 1
_BUILD_LABEL: Final = re.compile(r"-servicing\.|-rtm\.|\+")  # what follows in `10.0.12-servicing.26422.108+5b1c...`


def write_snapshot(folder: Path, output: Path) -> None:
    """Write the snapshot of a framework's folder; `output` is replaced only when the snapshot is complete.

    Raises:
        MissingReferenceError, BadImageError, OSError: as `make_snapshot`.
    """
    content = make_snapshot(folder)
    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)


def make_snapshot(folder: Path) -> bytes:
    """The snapshot file of all .NET assemblies in a framework's folder. Equal input gives equal output.

    Raises:
        MissingReferenceError: the folder has no core library, so it is no framework.
        BadImageError: an assembly in it is malformed, or is not named as its file.
        OSError: a file cannot be read.
    """
    if not (folder / f"{_CORE_LIBRARY}.dll").is_file():
        raise MissingReferenceError(
            f"{folder}: there is no {_CORE_LIBRARY}.dll in it; give a framework's folder, "
            f"such as DOTNET/shared/Microsoft.NETCore.App/10.0.*"
        )
    assemblies: dict[str, bytes] = {}
    framework = ""
    machine = 0
    for path in sorted(folder.glob("*.dll")):
        image = PEImage.parse(path.read_bytes(), str(path))
        if image.cor_header is None:
            continue  # native code, which the frameworks for Windows have beside the assemblies
        file = AssemblyFile(image)
        if file.name.lower() != path.stem.lower():
            raise BadImageError(str(path), f"contains assembly {file.name}")
        if file.name == _CORE_LIBRARY:
            framework = _framework_version(file)
            machine = image.machine
        assemblies[file.name] = strip_assembly(file)
    return encode(framework, machine, assemblies)


def _framework_version(core: AssemblyFile) -> str:
    """Version of the framework: the core library's [AssemblyInformationalVersion] without build number and commit."""
    reader = core.reader
    for row in reader.rows_of(TableId.CUSTOM_ATTRIBUTE, "Parent", _ASSEMBLY):
        if attribute_type(reader, reader.cell(TableId.CUSTOM_ATTRIBUTE, "Type", row)) == _INFORMATIONAL_VERSION:
            blob = reader.blob_reader(reader.cell(TableId.CUSTOM_ATTRIBUTE, "Value", row))
            version = _BUILD_LABEL.split(_single_string(blob))[0]
            if version:
                return version
    raise BadImageError(core.path, "the core library does not say its version ([AssemblyInformationalVersion])")


def _single_string(blob: BlobReader) -> str:
    """The one fixed argument, a string, of a custom attribute's value (ECMA-335 II.23.3)."""
    if blob.u16() != _PROLOG:
        raise blob.fail("a custom attribute's value does not begin with its prolog")
    return blob.bytes(blob.compressed_uint()).decode("utf-8", "replace")
