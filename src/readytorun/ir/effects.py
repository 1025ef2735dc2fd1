"""What operations do besides computing a value: the facts that decide what may be removed, shared or moved."""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.ops import CallOp, ConstOp, MemoryOp, Op
from readytorun.ir.types import BYREF, I64, REF
from readytorun.r2r.model import ImportSectionKind

# Flags of an opcode.
PURE: Final = 1  # the value depends on nothing but operands and attributes, and computing it has no other effect
THROWS: Final = 2  # may throw
READS: Final = 4  # reads memory
WRITES: Final = 8  # writes memory, or orders accesses
KEEP: Final = 16  # never removed although the value may be unused


def _make_table() -> list[int]:
    table = [0] * 140
    for opcode in range(ops.CONST, ops.CMP + 2):
        table[opcode] = PURE
    table[ops.SELECT] = PURE
    table[ops.ADDR] = PURE
    for opcode in (ops.PARAM, ops.CATCH_ARG, ops.PHI, ops.RESUME_INFO):
        table[opcode] = 0
    for opcode in (ops.DIV, ops.REM, ops.DIV_UN, ops.REM_UN):
        table[opcode] = THROWS
    for opcode in range(ops.ADD_OVF, ops.MUL_OVF_UN + 1):
        table[opcode] = THROWS
    table[ops.TRAP_IF] = THROWS | KEEP
    table[ops.NULL_CHECK] = THROWS | KEEP
    table[ops.LOAD] = THROWS | READS
    for opcode in (ops.STORE, ops.STORE_BARRIER, ops.STORE_CHECKED, ops.ZERO_BLOCK):
        table[opcode] = THROWS | WRITES | KEEP
    table[ops.COPY_BLOCK] = THROWS | READS | WRITES | KEEP
    for opcode in (ops.ATOMIC_XCHG, ops.ATOMIC_CMPXCHG, ops.ATOMIC_ADD, ops.CALL):
        table[opcode] = THROWS | READS | WRITES | KEEP
    table[ops.LOCALLOC] = THROWS | KEEP
    table[ops.MEMORY_BARRIER] = WRITES | KEEP
    table[ops.GC_POLL] = KEEP
    # A continuation stands where it is, behind its call.
    table[ops.CONTINUATION] = KEEP
    table[ops.RESUME_POINT] = KEEP
    for opcode in range(ops.JUMP, ops.SUSPEND + 1):
        table[opcode] = KEEP
    table[ops.TAIL_CALL] = THROWS | READS | WRITES | KEEP
    return table


EFFECTS: Final[list[int]] = _make_table()

# Accesses at a smaller offset from a null reference fault (the runtime keeps the first page unmapped); the figure is
# that of crossgen2's images, which check explicitly from here on.
NULL_CHECK_LIMIT: Final = 0x800

_HELPER: Final = 0x1A
_NEW_OBJECT: Final = 0x1C
_NEW_ARRAY: Final = 0x1D
# Eager helpers that give an object or throw: GetRuntimeTypeHandle, Box, NewMultiDimArr, NewObject, NewArray and the
# two that may allocate frozen.
_NON_NULL_HELPERS: Final = (0x54, 0x58, 0x5C, 0x60, 0x61, 0x6A, 0x6B)


def is_pure(op: Op) -> bool:
    """Whether the operation may be computed anywhere, any number of times.

    A reference turned into a number is not pure: the number goes stale when the object moves.
    """
    if EFFECTS[op.opcode] & PURE:
        return op.opcode != ops.BITCAST or op.type != I64 or not REF <= op.args[0].type <= BYREF
    return division_is_safe(op)


def division_is_safe(op: Op) -> bool:
    """Whether the operation is a division that cannot throw: by a constant other than 0 (and -1 if signed)."""
    opcode = op.opcode
    if ops.DIV <= opcode <= ops.REM_UN:
        divisor = op.args[1]
        if isinstance(divisor, ConstOp):
            return divisor.value != 0 and (opcode >= ops.DIV_UN or divisor.value != -1)
    return False


def is_non_null(op: Op) -> bool:
    """Whether the address or reference is known not to be null by what it is."""
    while isinstance(op, MemoryOp) and op.opcode == ops.ADDR:
        op = op.args[0]
    opcode = op.opcode
    if opcode in (ops.SLOT_ADDR, ops.LOAD_STRING, ops.CATCH_ARG, ops.DATA_ADDR):
        return True
    return is_allocation(op)


def is_allocation(op: Op) -> bool:
    """Whether the operation calls a helper that returns an object, never null."""
    if not isinstance(op, CallOp):
        return False
    cell = op.cell
    if cell is None:
        return False
    if cell.section == ImportSectionKind.HELPER:
        return cell.signature[0] == _NEW_OBJECT or cell.signature[0] == _NEW_ARRAY
    if cell.section == ImportSectionKind.EAGER:
        return cell.signature[0] == _HELPER and cell.signature[1] in _NON_NULL_HELPERS
    return False


def checks_null(op: Op) -> bool:
    """Whether the operation faults if its first operand is null, and does nothing else before that."""
    if op.opcode == ops.NULL_CHECK:
        return True
    if isinstance(op, MemoryOp):
        return op.opcode != ops.ADDR and not op.has_index and 0 <= op.offset < NULL_CHECK_LIMIT
    return False
