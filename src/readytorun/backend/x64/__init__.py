"""Code generation for x64, System V convention."""

from __future__ import annotations

from readytorun.backend.x64.target import compile_function

__all__ = ["compile_function"]
