"""A toolkit for .NET ReadyToRun (R2R) images.

    import readytorun

    image = readytorun.open("System.Linq.dll")
    for method in image.methods:
        print(method.name)

See docs/python-api.md for more.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readytorun.inspect.image import Image

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def open(path: str | Path, references: Iterable[str | Path] = ()) -> Image:
    """Read the ReadyToRun image at `path`.

    Args:
        references: assemblies to take names from: files, folders or patterns. What lies beside the image is found
            without being named.

    Raises:
        BadImageError: it is not a ReadyToRun image, or what is needed to see that does not decode.
        OSError: it cannot be read.
    """
    # Imported late: the compiler, which needs none of it, would start more slowly.
    from readytorun.inspect.image import Image

    return Image.open(path, references)
