"""Folding of address computations into the accesses that use them, and of barriers that are not needed.

An access may take base, index and offset of the address it uses over, since that only lengthens the lives of the base,
which the GC knows, and of the index, which is a number. The other way round, an address inside an object is never made
unless it is there already.
"""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops
from readytorun.ir.ops import BlockOp, CallOp, ConstOp, MemoryOp, Op
from readytorun.ir.types import BYREF, I64, M_I8, M_I16, M_U8, M_U16, REF
from readytorun.passes.fold_arithmetic import narrow_operand
from readytorun.passes.ranges import is_length, lower_bound
from readytorun.r2r.model import ImportSectionKind

_MAX_OFFSET: Final = 0x7FFFFFFF
_NEW_ARRAY: Final = 0x1D  # READYTORUN_FIXUP_NewArray


def fold_address(op: MemoryOp) -> bool:
    """Simplify base, index and offset in place; tells whether anything changed."""
    changed = False
    while True:
        if op.has_index and _fold_index(op):
            changed = True
        elif not _fold_base(op):
            return changed
        else:
            changed = True


def _fits(offset: int) -> bool:
    return -_MAX_OFFSET <= offset <= _MAX_OFFSET


def _fold_index(op: MemoryOp) -> bool:
    args = op.args
    index = args[1]
    scale = op.scale
    if isinstance(index, ConstOp):
        offset = op.offset + index.value * scale
        if not _fits(offset):
            return False
        op.offset = offset
        op.has_index = False
        op.scale = 1
        del args[1]
        return True
    if index.opcode == ops.SHL:
        count = index.args[1]
        if isinstance(count, ConstOp) and 0 <= count.value <= 3 and scale << count.value <= 8:
            args[1] = index.args[0]
            op.scale = scale << count.value
            return True
    if index.opcode == ops.ADD:
        addend = index.args[1]
        if isinstance(addend, ConstOp) and _fits(op.offset + addend.value * scale):
            args[1] = index.args[0]
            op.offset += addend.value * scale
            return True
    return False


def _takes_index(op: MemoryOp) -> bool:
    """Whether the operation may have an index: all but the atomic ones."""
    return op.opcode < ops.ATOMIC_XCHG


def _fold_base(op: MemoryOp) -> bool:
    args = op.args
    base = args[0]
    if isinstance(base, MemoryOp):
        if base.opcode != ops.ADDR or (base.has_index and op.has_index):
            return False
        if base.has_index and not _takes_index(op):
            return False
        offset = op.offset + base.offset
        if not _fits(offset):
            return False
        if op.opcode == ops.ADDR and op.type == I64 and base.args[0].type != I64:
            return False
        if base.has_index:
            args.insert(1, base.args[1])
            op.has_index = True
            op.scale = base.scale
        args[0] = base.args[0]
        op.offset = offset
        return True
    if base.opcode == ops.ADD and (base.type == I64 or base.type == BYREF):
        addend = base.args[1]
        if isinstance(addend, ConstOp):
            if not _fits(op.offset + addend.value):
                return False
            op.offset += addend.value
            args[0] = base.args[0]
            return True
        if not op.has_index and _takes_index(op):
            args[0] = base.args[0]
            args.insert(1, addend)
            op.has_index = True
            op.scale = 1
            return True
    return False


def simplify_memory(op: MemoryOp) -> Op | None:
    """Simplify an access in place, or name what to use instead of an address."""
    fold_address(op)
    opcode = op.opcode
    args = op.args
    base = args[0]
    if opcode == ops.ADDR:
        if op.offset == 0 and not op.has_index and base.type == op.type:
            return base
        return None
    if opcode == ops.LOAD:
        return _length_of_new_array(op)
    if opcode < ops.STORE or opcode > ops.STORE_CHECKED:
        return None
    value = args[-1]
    if opcode == ops.STORE:
        if op.memory == M_I8 or op.memory == M_U8:
            args[-1] = narrow_operand(value, 0xFF)
        elif op.memory == M_I16 or op.memory == M_U16:
            args[-1] = narrow_operand(value, 0xFFFF)
        return None
    if isinstance(value, ConstOp) or base.opcode == ops.SLOT_ADDR:
        # Nothing for the GC to know: a null reference, or a place in the frame.
        op.opcode = ops.STORE
    elif opcode == ops.STORE_CHECKED and base.type == REF:
        op.opcode = ops.STORE_BARRIER
    return None


def _length_of_new_array(op: MemoryOp) -> Op | None:
    """The length that a new array was asked to have, if the operation reads it; a constant may be of type I64."""
    array = op.args[0]
    if array.opcode != ops.CALL or not is_length(op):
        return None
    asked = length_asked_for(array)
    if asked is None:
        return None
    if isinstance(asked, ConstOp):
        return asked if 0 <= asked.value <= _MAX_OFFSET else None
    if asked.opcode == ops.SEXT32 or (asked.opcode == ops.ZEXT32 and lower_bound(asked.args[0]) >= 0):
        return asked.args[0]
    return None


def length_asked_for(op: Op) -> Op | None:
    """The operand of an allocation of an array that is its length (I64; the allocation throws if it is negative)."""
    if not isinstance(op, CallOp) or len(op.args) != 1:
        return None
    cell = op.cell
    if cell is None or cell.section != ImportSectionKind.HELPER or cell.signature[0] != _NEW_ARRAY:
        return None
    return op.args[0]


def simplify_block(op: BlockOp) -> bool:
    """Simplify a block operation in place; True if it does nothing at all."""
    if op.needs_barrier:
        base = op.args[0]
        while isinstance(base, MemoryOp) and base.opcode == ops.ADDR:
            base = base.args[0]
        if base.opcode == ops.SLOT_ADDR:
            op.needs_barrier = False
    return op.opcode == ops.COPY_BLOCK and op.args[0] is op.args[1] and op.args[0].opcode == ops.SLOT_ADDR
