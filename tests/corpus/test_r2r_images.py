"""Real images: everything in them decodes, encodes to the same bytes, and no byte is left over.

The marker `images` has all of them, a few minutes' worth; what runs always is a sample of every kind.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from image_checks import CHECKS, Counts, check_everything
from real_images import (
    CORPUS,
    DOTNET,
    MORE_VARIANTS,
    NO_CODE,
    VARIANTS,
    WHY_NOT,
    Made,
    framework,
    libraries,
    make,
    opened,
)

from readytorun.errors import UnsupportedMachineError
from readytorun.r2r.constants import SectionType
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(DOTNET is None or CORPUS is None, reason=WHY_NOT),
]


def _samples() -> list[Path]:
    if CORPUS is None or DOTNET is None:
        return []
    name = "System.Collections.Concurrent.dll"
    return [*sorted((CORPUS / "images").glob(f"*/{name}")), framework() / name, DOTNET / "linux-arm64" / name]


@pytest.mark.parametrize("path", _samples(), ids=lambda path: path.parent.name)
def test_sample(path: Path) -> None:
    image = R2RImage.open(path)
    counts = check_everything(image)
    assert counts["methods"] == counts["GC info"] == counts["debug"] == len(image.methods) > 300
    assert counts["unwind"] == len(image.runtime_functions) > counts["methods"]
    assert min(counts["EH"], counts["fixups"], counts["entry points"], counts["instances"], counts["inlining"]) > 20


@pytest.mark.parametrize(
    "made",
    [*VARIANTS, *(pytest.param(made, marks=pytest.mark.images) for made in MORE_VARIANTS)],
    ids=lambda made: made.name,
)
def test_variant(made: Made, tmp_path: Path) -> None:
    counts: Counts = Counter()
    for path in make(made, tmp_path):
        image = R2RImage.open(path)
        counts += check_everything(image)
        if image.is_component:
            assert (tmp_path / made.name / image.owner_composite).exists()
            assert not image.methods
    assert counts["methods"] > 500
    assert bool(counts["cold"]) == made.name.startswith("hot-cold")
    assert bool(counts["profiles"]) == (made.name == "profile")
    assert counts["components"] == (2 if made.name == "composite" else 0)
    assert bool(counts["component inlining"]) == (made.name == "composite")


@pytest.mark.parametrize("made", NO_CODE, ids=lambda made: made.name)
def test_32_bit_images_without_code(made: Made, tmp_path: Path) -> None:
    (path,) = make(made, tmp_path)
    image = R2RImage.open(path)
    assert image.machine == (Machine.I386 if made.name == "x86" else Machine.ARM_THUMB2)
    assert image.pointer_size == 4
    counts = check_everything(image)
    assert counts["available types"] > 200 and counts["fixups"]
    assert SectionType.RUNTIME_FUNCTIONS not in image.sections
    with pytest.raises(UnsupportedMachineError):
        raise image.code_error("code")


# --- all of them ------------------------------------------------------------------------------------------------------


def _checked(paths: list[Path]) -> Counts:
    counts: Counts = Counter()
    for image in opened(paths):
        counts += check_everything(image)
    return counts


@pytest.mark.images
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("architecture", ["x64", "arm64"])
def test_framework(architecture: str, part: int) -> None:
    assert DOTNET is not None
    folder = framework() if architecture == "x64" else DOTNET / "linux-arm64"
    # By size, so that the parts take equally long.
    paths = sorted(folder.glob("*.dll"), key=lambda path: path.stat().st_size)[part::4]
    counts = _checked(paths)
    assert counts["images"] >= 20
    assert counts["methods"] == counts["GC info"] == counts["debug"] > 10_000
    assert counts["unwind"] > counts["methods"] and counts["fixups"] > 10_000
    assert min(counts["EH"], counts["instances"]) > 300


@pytest.mark.images
def test_images_of_the_corpus() -> None:
    assert CORPUS is not None
    paths = sorted((CORPUS / "images").glob("*/*.dll"))
    counts = _checked(paths)
    assert counts["images"] == len(paths)
    assert counts["components"] == 2
    assert counts["methods"] > 30_000


@pytest.mark.images
@pytest.mark.parametrize("architecture", ["x64", "arm64"])
@pytest.mark.parametrize("library", libraries())
def test_library(library: str, architecture: str, tmp_path: Path) -> None:
    paths = make(Made("library", (library,), architecture), tmp_path)
    counts = _checked(paths)
    assert counts["images"] == 1 and counts["methods"] > 500


def test_every_check_is_made() -> None:
    assert len(CHECKS) == len(set(CHECKS)) == 8
