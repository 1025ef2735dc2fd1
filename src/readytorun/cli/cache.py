"""Where files are kept that can be made again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_VARIABLE = "READYTORUN_CACHE"


def cache_folder() -> Path:
    """The folder that READYTORUN_CACHE names, else the user's folder for caches; it need not exist."""
    chosen = os.environ.get(_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("readytorun", appauthor=False)
