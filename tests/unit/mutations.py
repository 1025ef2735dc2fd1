"""Damaged assemblies, and what must come of them: an image, or a clean error, in time, and never a partial file.

As a command, for as many as one has patience for: `python tests/unit/mutations.py 10000 [ASSEMBLY...]`.
"""

from __future__ import annotations

import random
import sys
import tempfile
import traceback
from importlib.resources import files
from pathlib import Path

from mutation_runs import HangError, Outcome, alarm, try_many

from readytorun.compiler.driver import compile_assemblies
from readytorun.errors import ReadyToRunError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.r2r.reader import R2RImage

SECONDS = 10


def mutate(assembly: bytes, seed: int) -> bytes:
    """Damage an assembly: flipped bits, overwritten bytes, or a cut; more often where the structures are."""
    chance = random.Random(seed)
    image = bytearray(assembly)
    kind = chance.randrange(8)
    if kind == 0:
        return bytes(image[: chance.randrange(len(image))])
    parsed = AssemblyFile.parse(assembly, "original")
    header = parsed.image.cor_header
    assert header is not None
    metadata = parsed.image.offset_of(*header.metadata)
    ranges = [(0, len(image)), (metadata, metadata + header.metadata[1]), (0, 0x400)]
    start, end = chance.choice(ranges)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        at = chance.randrange(start, min(end, len(image)))
        if kind == 1:
            image[at] = chance.choice([value for value in (0, 1, 0x7F, 0x80, 0xFF) if value != image[at]])
        elif kind == 2:
            image[at : at + 4] = chance.randbytes(4)
        else:
            image[at] ^= 1 << chance.randrange(8)
    return bytes(image)


def try_mutation(assembly: bytes, seed: int) -> Outcome:
    """Compile one damaged assembly, in this process."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name)
        damaged, output = folder / "Input.dll", folder / "out" / "Output.dll"
        damaged.write_bytes(mutate(assembly, seed))
        output.parent.mkdir()
        try:
            with alarm(SECONDS):
                (report,) = compile_assemblies([damaged], [], output)
        except ReadyToRunError as error:
            left = [path.name for path in output.parent.iterdir()]
            return Outcome("partial file", str(left)) if left else Outcome("error", str(error))
        except HangError:
            return Outcome("hang", "")
        except Exception:
            return Outcome("crash", traceback.format_exc())
        try:
            R2RImage.open(output)
        except ReadyToRunError as error:
            return Outcome("partial file", str(error))
        internal = [entry.traceback for entry in report.refused if entry.reason.value == "internal-error"]
        return Outcome("image", "", internal[:1])


def _try_in_process(work: tuple[bytes, int]) -> Outcome:
    return try_mutation(*work)


def _last_lines(tracebacks: list[str]) -> list[str]:
    return ["".join(text.splitlines(keepends=True)[-3:]) for text in tracebacks]


def main(words: list[str]) -> int:
    """Try many mutations; internal errors in methods are no failures, but listed."""
    count = int(words[0]) if words else 10_000
    assemblies = [Path(path).read_bytes() for path in words[1:]]
    if not assemblies:
        assemblies = [(files("readytorun") / "data" / "Hello.dll").read_bytes()]
    is_good, internal = try_many(_try_in_process, assemblies, count, _last_lines)
    for detail, number in internal.most_common():
        print(f"{number} inputs with an internal error in a method:\n{detail}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
