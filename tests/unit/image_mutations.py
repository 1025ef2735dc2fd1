"""Damaged images, and what must come of reading them: clean errors that say where, in time and in bounds.

Each image is walked through from one end to the other, past every error, so that one damaged part does not hide what is
behind it. As a command, for as many as one has patience for:
`python tests/unit/image_mutations.py 10000 [IMAGE...]`.
"""

from __future__ import annotations

import random
import sys
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from mutation_runs import HangError, Outcome, alarm, try_many
from written_images import written_image

from readytorun.errors import BadImageError, UnsupportedMachineError
from readytorun.r2r.coverage import coverage_of
from readytorun.r2r.extents import Part, PartKind
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine, OperatingSystem, Target

T = TypeVar("T")
SECONDS = 10
MEMORY_FACTOR = 20  # times the size of the file
MEMORY_FLOOR = 600_000  # for what every image costs, however small it is

# Of these there is much, and little to be learned from it.
_SELDOM = {PartKind.PADDING, PartKind.CODE, PartKind.METHOD_IL, PartKind.METADATA, PartKind.RESOURCES}


def originals(paths: list[str]) -> list[bytes]:
    """The images to damage: small ones of our own, and files."""
    return [
        *(Path(path).read_bytes() for path in paths),
        written_image(Target(Machine.AMD64, OperatingSystem.LINUX)),
        written_image(Target(Machine.ARM64, OperatingSystem.LINUX)),
        written_image(Target(Machine.ARM64, OperatingSystem.APPLE, 26, 1)),
    ]


@cache
def _parts(content: bytes) -> dict[PartKind, list[Part]]:
    by_kind: dict[PartKind, list[Part]] = {}
    for part in coverage_of(R2RImage.parse(content, "original")).parts:
        by_kind.setdefault(part.kind, []).append(part)
    return by_kind


def mutate(content: bytes, seed: int) -> bytes:
    """Damage an image: flipped bits, overwritten bytes and words, a cut; each kind of structure equally often."""
    chance = random.Random(seed)
    if chance.randrange(10) == 0:
        return content[: chance.randrange(len(content))]
    parts = _parts(content)
    kinds = [kind for kind in parts if kind not in _SELDOM]
    image = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        kind = chance.choice(kinds) if chance.randrange(10) else chance.choice(list(parts))
        part = chance.choice(parts[kind])
        at = part.offset + chance.randrange(part.size)
        action = chance.randrange(4)
        if action == 0:
            image[at] = chance.choice([value for value in (0, 1, 0x7F, 0x80, 0xFF) if value != image[at]])
        elif action == 1:
            image[at : at + 4] = chance.choice(
                (chance.randbytes(4), b"\xff" * 4, bytes(4), chance.randrange(len(content)).to_bytes(4, "little"))
            )
        else:
            image[at] ^= 1 << chance.randrange(8)
    del image[len(content) :]
    if image == content:
        image[chance.choice(parts[PartKind.R2R_HEADER]).offset] ^= 1
    return bytes(image)


def walk(content: bytes) -> Iterator[Callable[[], object]]:
    """Everything that can be asked of an image; later questions depend on earlier answers."""
    image = R2RImage.parse(content, "damaged.dll")
    names = [name for name in dir(R2RImage) if not name.startswith("_") and name not in _METHODS_OF_IMAGE]
    for name in names:
        yield partial(getattr, image, name)
    for assembly in _answer(lambda: list(image.assemblies), []):
        for name in dir(type(assembly)):
            if not name.startswith("_"):
                yield partial(getattr, assembly, name)
        attributes = _answer(partial(getattr, assembly, "attribute_filter"), None)
        if attributes is not None:
            yield partial(attributes.may_have, "System.ThreadStaticAttribute", 0x04000001)
    cells = _answer(lambda: image.import_cells, [])
    for index in range(len(_answer(lambda: image.import_sections, []))):
        yield partial(image.gc_ref_maps_of, index)
    for cell in (cell for section in cells for cell in section):
        yield partial(image.fixup_of, cell)
        yield partial(image.fixup_size, cell)
    for index in range(len(_answer(lambda: image.runtime_functions, []))):
        yield partial(image.unwind_info_at, index)
        yield partial(image.function_size, index)
    for method in _answer(lambda: image.methods, []):
        for name in _METHOD_ATTRIBUTES:
            yield partial(getattr, method, name)
    yield partial(coverage_of, image)


_METHODS_OF_IMAGE = {
    name
    for name in dir(R2RImage)
    if callable(getattr(R2RImage, name)) and not isinstance(getattr(R2RImage, name), property)
}
_METHOD_ATTRIBUTES = (
    "rva",
    "size",
    "signature",
    "fixups",
    "is_async_variant",
    "function_indices",
    "functions",
    "code",
    "gc_info",
    "eh_clauses",
    "debug_info",
)


def _answer(question: Callable[[], T], otherwise: T) -> T:
    try:
        return question()
    except BadImageError:
        return otherwise


def try_image(content: bytes) -> Outcome:
    """Walk through one image, in this process; memory is measured if tracemalloc runs."""
    messages = []
    tracing = tracemalloc.is_tracing()
    if tracing:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
    try:
        with alarm(SECONDS):
            questions = walk(content)
            while True:
                try:
                    question = next(questions, None)
                    if question is None:
                        break
                    question()
                except BadImageError as error:
                    if error.offset is None or ": at file offset " not in str(error):
                        return Outcome("crash", f"an error without a place: {error}")
                    messages.append(str(error))
                except UnsupportedMachineError as error:
                    messages.append(str(error))
    except HangError:
        return Outcome("hang")
    except Exception:
        return Outcome("crash", traceback.format_exc())
    if tracing:
        used = tracemalloc.get_traced_memory()[1] - before
        if used > max(MEMORY_FACTOR * len(content), MEMORY_FLOOR):
            return Outcome("memory", f"{used:,} bytes for an image of {len(content):,}")
    return Outcome("errors" if messages else "read", "", messages)


def try_mutation(content: bytes, seed: int) -> Outcome:
    return try_image(mutate(content, seed))


def _try_in_process(work: tuple[bytes, int]) -> Outcome:
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return try_mutation(*work)


def _structures(messages: list[str]) -> list[str]:
    """The structures that errors are about."""
    return [message.split(": ", 3)[2] for message in messages if message.count(": ") > 2]


def main(words: list[str]) -> int:
    """Try many mutations; which structures gave errors is listed."""
    count = int(words[0]) if words else 10_000
    is_good, structures = try_many(_try_in_process, originals(words[1:]), count, _structures)
    print("structures with errors:", ", ".join(f"{name} {number}" for name, number in structures.most_common()))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
