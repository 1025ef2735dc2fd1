"""Exception clauses in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from readytorun.r2r.model import EHClause, EHClauseKind

CLAUSE_NAMES: Final = {
    EHClauseKind.TYPED: "catch",
    EHClauseKind.FILTER: "filter",
    EHClauseKind.FINALLY: "finally",
    EHClauseKind.FAULT: "fault",
}
_UNKNOWN: Final = "funclet"


def funclet_role(clauses: Sequence[EHClause], offset: int) -> str:
    """What the funclet at an offset of its method does: "filter 0", "catch 0", "finally 1", by number of the clause."""
    for number, clause in enumerate(clauses):
        if clause.kind == EHClauseKind.FILTER and clause.class_token_or_filter == offset:
            return f"filter {number}"
        if clause.handler_start == offset:
            kind = EHClauseKind.TYPED if clause.kind == EHClauseKind.FILTER else clause.kind
            return f"{CLAUSE_NAMES[kind]} {number}"
    return _UNKNOWN


def cold_role(clauses: Sequence[EHClause], offset: int) -> str:
    """What the part of a method's cold code at an offset does: "cold part" of the main body, or "cold finally 1"."""
    role = funclet_role(clauses, offset)
    return "cold part" if role == _UNKNOWN else f"cold {role}"
