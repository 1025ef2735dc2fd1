"""Section ExceptionInfo and the EH clauses it points to (`ExceptionInfoLookupTableNode.cs`, `codeman.cpp`).

The section is an array of {method RVA, clauses RVA} ascending by method, with a last record {0xFFFFFFFF, RVA behind the
last clause} that counts; a method's clauses end where those of the next record begin.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable, Sequence
from typing import Final

from readytorun.r2r.model import SAME_TRY_FLAG, EHClause, EHClauseKind
from readytorun.r2r.primitives import ByteReader

_LOOKUP: Final = struct.Struct("<II")
_CLAUSE: Final = struct.Struct("<6I")
_END: Final = 0xFFFFFFFF
_KIND_MASK: Final = 7
DUPLICATE_FLAG: Final = 0x08  # before .NET 10: a copy of a finally inside the main body, with an empty try
SYSTEM_EXCEPTION_FLAG: Final = 0x20  # from .NET 11: catch of System.Exception without a token
CLAUSE_SIZE: Final = _CLAUSE.size


def encode_clauses(clauses: Iterable[EHClause]) -> bytes:
    """Encode the clauses of one method."""
    return b"".join(
        _CLAUSE.pack(
            clause.kind | (SAME_TRY_FLAG if clause.same_try_as_previous else 0) | clause.other_flags,
            clause.try_start,
            clause.try_end,
            clause.handler_start,
            clause.handler_end,
            clause.class_token_or_filter,
        )
        for clause in clauses
    )


def decode_clauses(reader: ByteReader) -> tuple[EHClause, ...]:
    """Read clauses up to the reader's end; flags that are not known pass through."""
    clauses = []
    while reader.pos < reader.end:
        start = reader.pos
        flags, try_start, try_end, handler_start, handler_end, last = _CLAUSE.unpack(reader.take(_CLAUSE.size))
        other = flags & ~(_KIND_MASK | SAME_TRY_FLAG)
        kind = flags & _KIND_MASK
        if kind not in (0, 1, 2, 4):
            raise reader.error(f"clause of kind {kind}", start)
        clauses.append(
            EHClause(
                EHClauseKind(kind),
                try_start,
                try_end,
                handler_start,
                handler_end,
                last,
                bool(flags & SAME_TRY_FLAG),
                other,
            )
        )
    return tuple(clauses)


def encode_lookup(records: Sequence[tuple[int, int]], end_rva: int) -> bytes:
    """Encode section ExceptionInfo from ascending (method RVA, clauses RVA); `end_rva` is behind the last clause."""
    return b"".join(_LOOKUP.pack(*record) for record in (*records, (_END, end_rva)))


def decode_lookup(reader: ByteReader) -> tuple[list[tuple[int, int]], int]:
    """The inverse of encode_lookup, for a section that the reader covers."""
    start = reader.pos
    data = reader.take(reader.end - start)
    if len(data) % _LOOKUP.size:
        raise reader.error("exception table has a partial record", start)
    records = [(method, clauses) for method, clauses in _LOOKUP.iter_unpack(data)]
    if not records or records[-1][0] != _END:
        raise reader.error("exception table has no end record", start)
    for previous, current in itertools.pairwise(records):
        if previous[0] >= current[0] or previous[1] > current[1]:
            raise reader.error("exception table is out of order", start)
    return records[:-1], records[-1][1]
