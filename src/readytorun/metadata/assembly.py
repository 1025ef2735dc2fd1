"""One .NET file: its PE image and its metadata together."""

from __future__ import annotations

import uuid
from pathlib import Path

from readytorun.errors import BadImageError
from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.tables import TableId
from readytorun.pe import PEImage


class AssemblyFile:
    """An assembly, or a module without an assembly manifest.

    Attributes:
        name: the assembly's simple name, or the module's file name when the file has no manifest.
        mvid: the module version id.
    """

    __slots__ = ("image", "mvid", "name", "path", "reader")

    def __init__(self, image: PEImage) -> None:
        """Raises BadImageError when `image` is not a .NET image or its metadata is malformed."""
        self.image: PEImage = image
        self.path: str = image.path
        header = image.cor_header
        if header is None:
            raise BadImageError(image.path, "not a .NET assembly: the image has no CLI header", 0)
        rva, size = header.metadata
        self.reader: MetadataReader = MetadataReader(image.data, image.offset_of(rva, size), size, image.path)
        reader = self.reader
        if reader.row_count(TableId.MODULE) != 1:
            raise BadImageError(image.path, "the metadata does not have exactly one Module row", reader.offset)
        is_assembly = reader.row_count(TableId.ASSEMBLY) != 0
        table = TableId.ASSEMBLY if is_assembly else TableId.MODULE
        self.name: str = reader.string(reader.column(table, "Name")[0])
        self.mvid: uuid.UUID = reader.guid(reader.column(TableId.MODULE, "Mvid")[0])

    @staticmethod
    def open(path: str | Path) -> AssemblyFile:
        """Read the file `path`. Raises BadImageError when it is not .NET, OSError when it cannot be read."""
        return AssemblyFile(PEImage.parse(Path(path).read_bytes(), str(path)))

    @staticmethod
    def parse(data: bytes, path: str) -> AssemblyFile:
        """Read `data`, the bytes of the file `path`. Raises BadImageError when it is not .NET."""
        return AssemblyFile(PEImage.parse(data, path))
