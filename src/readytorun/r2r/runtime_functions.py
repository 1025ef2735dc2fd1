"""Section RuntimeFunctions: one record per main body and funclet, ascending by address.

x64 records carry begin, end and unwind RVA; those of the other machines begin and unwind RVA (`codeman.cpp`). One u32
of ones follows the last record and is not counted in the section's size.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.target import Machine

_X64: Final = struct.Struct("<III")
_OTHER: Final = struct.Struct("<II")
SENTINEL: Final = b"\xff\xff\xff\xff"


class RuntimeFunction(NamedTuple):
    """RVAs of the first byte (arm32: plus 1), of the byte behind (x64 only, else 0), and of the unwind data."""

    begin: int
    end: int
    unwind: int


def record_size(machine: int) -> int:
    """Bytes per record."""
    return _X64.size if machine == Machine.AMD64 else _OTHER.size


def encode_runtime_functions(functions: Iterable[RuntimeFunction], machine: int) -> bytes:
    """Encode the records, without the sentinel."""
    if machine == Machine.AMD64:
        return b"".join(_X64.pack(*function) for function in functions)
    return b"".join(_OTHER.pack(function.begin, function.unwind) for function in functions)


def decode_runtime_functions(reader: ByteReader, machine: int) -> list[RuntimeFunction]:
    """Read records up to the reader's end."""
    start = reader.pos
    data = reader.take(reader.end - start)
    if len(data) % record_size(machine):
        raise reader.error("the last record is cut off", start)
    if machine == Machine.AMD64:
        functions = list(map(RuntimeFunction._make, _X64.iter_unpack(data)))
    else:
        functions = [RuntimeFunction(begin, 0, unwind) for begin, unwind in _OTHER.iter_unpack(data)]
    begins = [function.begin for function in functions]
    for index, (before, after) in enumerate(itertools.pairwise(begins)):
        if after <= before:
            raise reader.error(f"record {index + 1} is out of order", start + (index + 1) * record_size(machine))
    return functions


_HOT_COLD: Final = struct.Struct("<II")


def encode_hot_cold_map(pairs: Iterable[tuple[int, int]]) -> bytes:
    """Section HotColdMap from ascending (index of a cold part, index of its method's main body)."""
    return b"".join(_HOT_COLD.pack(*pair) for pair in pairs)


def decode_hot_cold_map(reader: ByteReader) -> list[tuple[int, int]]:
    """The inverse of encode_hot_cold_map, up to the reader's end."""
    start = reader.pos
    data = reader.take(reader.end - start)
    if len(data) % _HOT_COLD.size:
        raise reader.error("the last record is cut off", start)
    return [(cold, hot) for cold, hot in _HOT_COLD.iter_unpack(data)]
