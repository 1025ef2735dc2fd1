"""Running the command line inside the test process, and inputs to give to it."""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from readytorun.cli.main import main


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str


def run(*words: str | Path) -> Result:
    """Run `readytorun WORDS...`; anything but a clean exit is an exception here."""
    out, err = io.StringIO(), io.StringIO()
    with _arguments(list(map(str, words))), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as exit:
            code = exit.code
    assert isinstance(code, int)
    return Result(code, out.getvalue(), err.getvalue())


@contextmanager
def _arguments(words: list[str]) -> Iterator[None]:
    saved = sys.argv
    sys.argv = ["readytorun", *words]
    try:
        yield
    finally:
        sys.argv = saved


def sample() -> bytes:
    """The bundled sample, an IL assembly of a few kilobytes."""
    return (files("readytorun") / "data" / "Hello.dll").read_bytes()


def without_cli_header(assembly: bytes) -> bytes:
    """The same PE file with no CLI header directory: a native one."""
    image = bytearray(assembly)
    (pe,) = struct.unpack_from("<I", image, 0x3C)
    optional = pe + 24
    (magic,) = struct.unpack_from("<H", image, optional)
    directories = optional + (112 if magic == 0x20B else 96)
    image[directories + 14 * 8 : directories + 15 * 8] = bytes(8)
    return bytes(image)
