"""What the tests of the type system share: a context over the real framework, and the corpus."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import pytest

from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

FRAMEWORKS = (
    sorted(Path(os.environ["R2R_DOTNET"], "shared", "Microsoft.NETCore.App").glob("*"))
    if "R2R_DOTNET" in os.environ
    else []
)
needs_framework = pytest.mark.skipif(not FRAMEWORKS, reason="needs R2R_DOTNET: the assemblies of a real framework")
needs_corpus = pytest.mark.skipif("R2R_CORPUS" not in os.environ, reason="needs R2R_CORPUS: real assemblies")


def new_context() -> TypeSystemContext:
    return TypeSystemContext([f"{FRAMEWORKS[-1]}/*.dll"])


@lru_cache(maxsize=1)
def shared_context() -> TypeSystemContext:
    """One context for tests that only look."""
    return new_context()


def corpus_library(name: str) -> str:
    return str(Path(os.environ["R2R_CORPUS"], "libs", f"{name}.dll"))


def core_type(name: str, *arguments: TypeDesc) -> TypeDesc:
    """A type of the core library, by the name after "System."."""
    context = shared_context()
    type = context.well_known(f"System.{name}")
    return context.instantiate(type, arguments) if arguments else type


def method_of(type: TypeDesc, name: str, params: tuple[TypeDesc, ...] | None = None) -> MethodDesc:
    """The type's own method of that name and, if given, parameters."""
    found = [m for m in type.methods() if m.name == name and (params is None or m.signature.params == params)]
    assert len(found) == 1, [str(m) for m in found]
    return found[0]
