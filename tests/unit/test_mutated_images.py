"""Damaged images give clean errors that say where; see `image_mutations` for what that means, and for many more."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from image_mutations import mutate, originals, try_image, try_mutation
from mutation_runs import Outcome
from written_images import header_offset, patched, written_image

from readytorun.errors import BadImageError
from readytorun.r2r.constants import SectionType
from readytorun.r2r.reader import R2RImage

COUNT = 240
GROUPS = 12


@contextmanager
def _measured_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def _bad(content: bytes, seeds: range) -> list[str]:
    outcomes = {seed: try_mutation(content, seed) for seed in seeds}
    return [f"seed {seed}: {o.kind} {o.detail}" for seed, o in outcomes.items() if not o.is_good]


@pytest.mark.parametrize("group", range(GROUPS))
def test_mutations_end_well(group: int) -> None:
    images = originals([])
    assert not _bad(images[group % len(images)], range(group, COUNT, GROUPS))


def test_memory_is_bounded() -> None:
    with _measured_memory():
        for index, content in enumerate(originals([])):
            assert not _bad(content, range(COUNT + index, COUNT + 30, 3))


@pytest.mark.corpus
@pytest.mark.skipif("R2R_DOTNET" not in os.environ, reason="needs R2R_DOTNET: images of the framework")
@pytest.mark.parametrize("folder", ["shared/Microsoft.NETCore.App/*", "linux-arm64"])
def test_mutations_of_a_real_image_end_well(folder: str) -> None:
    (path,) = Path(os.environ["R2R_DOTNET"]).glob(f"{folder}/System.Diagnostics.StackTrace.dll")
    assert not _bad(path.read_bytes(), range(20))


def test_whole_images_are_read() -> None:
    for content in originals([]):
        assert try_image(content) == Outcome("read")


def test_mutations_damage_what_they_are_given() -> None:
    content = written_image()
    damaged = [mutate(content, seed) for seed in range(100)]
    assert len(set(damaged)) > 90
    assert content not in damaged
    assert any(len(image) < len(content) for image in damaged)


def test_errors_say_which_structure_and_where() -> None:
    content = written_image()
    start = header_offset(content)
    outcome = try_image(patched(content, start, b"X"))
    assert outcome.messages == [f"damaged.dll: at file offset {start:#x}: R2R header: signature 0x525458 is not RTR"]
    outcome = try_image(patched(content, start + 12, b"\xff\xff"))
    (message,) = outcome.messages
    assert message.startswith(f"damaged.dll: at file offset {start + 16:#x}: R2R header: ")
    assert message.endswith(" left")


def test_one_damaged_part_does_not_hide_the_others() -> None:
    structures = set()
    for seed in range(60):
        outcome = try_mutation(originals([])[0], seed)
        structures |= {message.split(": ")[2] for message in outcome.messages}
    assert len(structures) > 8


def test_function_that_ends_before_it_begins() -> None:
    """Its code has a negative size, which slices of bytes take for none at all."""
    content = written_image()
    image = R2RImage.parse(content, "whole.dll")
    offset = image.image.offset_of(image.sections[SectionType.RUNTIME_FUNCTIONS].rva) + 4  # behind the begin
    end = image.runtime_functions[0].begin - 16
    damaged = R2RImage.parse(patched(content, offset, end.to_bytes(4, "little")), "damaged.dll")
    method = next(method for method in damaged.methods if method.function_index == 0)
    with pytest.raises(BadImageError, match=r"runtime function 0 ends at .*, before it begins"):
        _ = method.code
