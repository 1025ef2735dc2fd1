"""Eager cells of the runtime helpers that compiled code calls on its own account (`readytorun.h`, ReadyToRunHelper)."""

from __future__ import annotations

from typing import Final

from readytorun.r2r.cells import helper_cell

TRAP_HELPERS: Final = (
    helper_cell(0x22),  # TRAP_OVERFLOW: Overflow
    helper_cell(0x23),  # TRAP_RANGE: RngChkFail
    helper_cell(0x26),  # TRAP_DIVIDE_BY_ZERO: ThrowDivZero
    helper_cell(0x25),  # TRAP_NULL: ThrowNullRef
)
WRITE_BARRIER: Final = helper_cell(0x30)
CHECKED_WRITE_BARRIER: Final = helper_cell(0x31)
BYREF_WRITE_BARRIER: Final = helper_cell(0x32)
INDIRECT_TRAP_THREADS: Final = helper_cell(0x03)
GC_POLL: Final = helper_cell(0x44)
STACK_PROBE: Final = helper_cell(0x111)
GS_COOKIE: Final = helper_cell(0x02)
FAIL_FAST: Final = helper_cell(0x24)
