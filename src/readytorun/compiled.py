"""Whether the hot packages run as compiled code (mypyc) or as Python."""

from __future__ import annotations

import readytorun.typesystem.context
from readytorun import __version__


def is_compiled() -> bool:
    """True for a build with mypyc."""
    return not str(readytorun.typesystem.context.__file__).endswith(".py")


def version_text() -> str:
    """Version and kind of build."""
    kind = "compiled with mypyc" if is_compiled() else "pure Python"
    return f"readytorun {__version__} ({kind})"
