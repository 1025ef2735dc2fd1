"""Loads, stores, write barriers, block copies, atomics."""

from __future__ import annotations

from typing import Final

from readytorun.backend.lowering import KIND_FOLDED
from readytorun.backend.x64.emit import LOAD_FORMS, MEMORY_WIDE, STORE_FORMS, Emitter
from readytorun.backend.x64.forms import (
    ADD_R_RM,
    ALU_ADD,
    ALU_AND,
    ALU_OR,
    ALU_RM_IMM8,
    ALU_RM_IMM32,
    ALU_RM_R,
    ALU_SUB,
    ALU_XOR,
    CC_A,
    CC_B,
    CC_E,
    CC_NE,
    CMP_R_RM,
    CMP_RM8_R8,
    LEA_R_M,
    LOCK_CMPXCHG_RM8_R8,
    LOCK_CMPXCHG_RM16_R,
    LOCK_CMPXCHG_RM_R,
    LOCK_OR_RM_IMM8,
    LOCK_XADD_RM8_R8,
    LOCK_XADD_RM16_R,
    LOCK_XADD_RM_R,
    MOV_RM8_IMM8,
    MOV_RM8_R8,
    MOV_RM16_IMM16,
    MOV_RM16_R,
    MOV_RM_IMM32,
    MOV_RM_R,
    MOVD_RM_X,
    MOVD_X_RM,
    MOVSX_R_RM8,
    MOVSX_R_RM16,
    MOVUPS_M_X,
    MOVUPS_X_M,
    MOVZX_R_RM8,
    MOVZX_R_RM16,
    NEG_RM,
    TEST_RM_R,
    XCHG_RM8_R8,
    XCHG_RM16_R,
    XCHG_RM_R,
    XORPS,
)
from readytorun.backend.x64.helpers import BYREF_WRITE_BARRIER, CHECKED_WRITE_BARRIER, WRITE_BARRIER
from readytorun.backend.x64.registers import (
    FLOAT_SCRATCH,
    FLOAT_SCRATCH2,
    RAX,
    RCX,
    RDI,
    RSI,
    RSP,
    SCRATCH,
    SCRATCH2,
)
from readytorun.backend.x64.select import UNROLL_LIMIT
from readytorun.ir import ops
from readytorun.ir.ops import BlockOp, ConstOp, MemoryOp, Op
from readytorun.ir.types import I64, M_F32, M_F64, M_I32, M_U8, M_U16

_XCHG: Final = (XCHG_RM8_R8, XCHG_RM8_R8, XCHG_RM16_R, XCHG_RM16_R)
_XADD: Final = (LOCK_XADD_RM8_R8, LOCK_XADD_RM8_R8, LOCK_XADD_RM16_R, LOCK_XADD_RM16_R)
_CMPXCHG: Final = (LOCK_CMPXCHG_RM8_R8, LOCK_CMPXCHG_RM8_R8, LOCK_CMPXCHG_RM16_R, LOCK_CMPXCHG_RM16_R)
_EXTEND: Final = (MOVSX_R_RM8, MOVZX_R_RM8, MOVSX_R_RM16, MOVZX_R_RM16)


def emit_load(e: Emitter, op: MemoryOp) -> None:
    """LOAD: also when nobody uses the value, because it may fault."""
    e.address(op, SCRATCH2)
    target = e.target(op)
    e.mem(LOAD_FORMS[op.memory], MEMORY_WIDE[op.memory], target)
    e.done(op, target)


def emit_store(e: Emitter, op: MemoryOp) -> None:
    """STORE without barrier."""
    code = e.code
    memory = op.memory
    value = op.args[len(op.args) - 1]
    if memory == M_F32 or memory == M_F64:
        register = e.use(value, FLOAT_SCRATCH)
        e.address(op, SCRATCH)
        e.mem(STORE_FORMS[memory], 0, register)
        return
    wide = MEMORY_WIDE[memory]
    if e.lowering.kind[value.id] == KIND_FOLDED and value.opcode != ops.LOAD:
        _emit_update(e, op, value, wide)
        return
    if isinstance(value, ConstOp) and (not wide or -0x80000000 <= value.value <= 0x7FFFFFFF):
        e.address(op, SCRATCH)
        if memory <= M_U8:
            e.mem(MOV_RM8_IMM8, 0, 0)
            code.byte(value.value)
        elif memory <= M_U16:
            e.mem(MOV_RM16_IMM16, 0, 0)
            code.byte(value.value)
            code.byte(value.value >> 8)
        else:
            e.mem(MOV_RM_IMM32, wide, 0)
            code.imm32(value.value)
        return
    register = e.use(value, SCRATCH2)
    e.address(op, SCRATCH)
    e.mem(STORE_FORMS[memory], wide, register)


def _emit_update(e: Emitter, op: MemoryOp, value: Op, wide: int) -> None:
    """A store of what was loaded from the same place, and changed."""
    code = e.code
    opcode = value.opcode
    # The operand that is not the folded load; a folded load of another place is never both.
    first = value.args[0]
    other = value.args[1] if _is_loaded_from(e, first, op) else first
    if opcode == ops.ADD:
        digit = ALU_ADD
    elif opcode == ops.SUB:
        digit = ALU_SUB
    elif opcode == ops.AND:
        digit = ALU_AND
    elif opcode == ops.OR:
        digit = ALU_OR
    else:
        digit = ALU_XOR
    if isinstance(other, ConstOp) and -0x80000000 <= other.value <= 0x7FFFFFFF:
        e.address(op, SCRATCH)
        small = -128 <= other.value <= 127
        e.mem((ALU_RM_IMM8 if small else ALU_RM_IMM32) | digit << 12, wide, 0)
        if small:
            code.byte(other.value)
        else:
            code.imm32(other.value)
        return
    register = e.use(other, SCRATCH2)
    e.address(op, SCRATCH)
    e.mem(ALU_RM_R + (digit << 3), wide, register)


def _is_loaded_from(e: Emitter, value: Op, store: MemoryOp) -> bool:
    """Whether a value is the folded load of the place that is stored to."""
    return (
        value.opcode == ops.LOAD
        and e.lowering.kind[value.id] == KIND_FOLDED
        and isinstance(value, MemoryOp)
        and value.args[0] is store.args[0]
        and value.offset == store.offset
        and value.memory == store.memory
        and value.has_index == store.has_index
        and (not value.has_index or value.args[1] is store.args[1])
    )


def emit_addr(e: Emitter, op: MemoryOp) -> None:
    """ADDR as a value of its own."""
    if e.is_dead(op):
        return
    target = e.target(op)
    e.address(op, SCRATCH2)
    if e.m_index < 0 and e.m_disp == 0:
        e.move(target, e.m_base, I64)
    else:
        e.mem(LEA_R_M, 1, target)
    e.done(op, target)


def emit_null_check(e: Emitter, op: Op) -> None:
    """Fault when the reference is null: read its first byte."""
    register = e.use(op.args[0], SCRATCH)
    e.code.rm(CMP_RM8_R8, 0, register, register, -1, 1, 0)


def emit_barrier_store(e: Emitter, op: MemoryOp) -> None:
    """STORE_BARRIER, STORE_CHECKED: address in rdi, value in rsi; the helper is not a safe point."""
    value = op.args[len(op.args) - 1]
    e.address(op, SCRATCH)
    place = e.place[value.id]
    if place == RDI:
        if e.m_base == RSI or e.m_index == RSI:
            e.move(SCRATCH2, RDI, I64)
            e.mem(LEA_R_M, 1, RDI)
            e.move(RSI, SCRATCH2, I64)
        else:
            e.move(RSI, RDI, I64)
            _lea(e, RDI)
    else:
        _lea(e, RDI)
        e.load(value, RSI)
    e.helper_call(WRITE_BARRIER if op.opcode == ops.STORE_BARRIER else CHECKED_WRITE_BARRIER)


def _lea(e: Emitter, register: int) -> None:
    if e.m_index < 0 and e.m_disp == 0:
        e.move(register, e.m_base, I64)
    else:
        e.mem(LEA_R_M, 1, register)


# --- blocks ------------------------------------------------------------------------------------------------------


def emit_copy_block(e: Emitter, op: BlockOp) -> None:
    """COPY_BLOCK."""
    size = op.layout.size
    if op.needs_barrier and op.layout.gc_refs:
        _copy_with_barriers(e, op)
        return
    if size > UNROLL_LIMIT:
        _load_pair(e, op.args[0], RDI, op.args[1], RSI)
        copy_string(e, size)
        return
    e.address_at(op.args[1], 0, SCRATCH2)
    base = e.m_base
    disp = e.m_disp
    index = e.m_index
    scale = e.m_scale
    e.address_at(op.args[0], 0, SCRATCH)
    copy_unrolled(e, base, index, scale, disp, e.m_base, e.m_index, e.m_scale, e.m_disp, size)


def copy_unrolled(
    e: Emitter,
    base: int,
    index: int,
    scale: int,
    disp: int,
    to_base: int,
    to_index: int,
    to_scale: int,
    to_disp: int,
    size: int,
) -> None:
    """Copy `size` bytes between two addresses by moves through a vector register."""
    code = e.code
    offset = 0
    while offset < size:
        rest = size - offset
        if rest >= 16:
            piece = 16
            load, store, wide = MOVUPS_X_M, MOVUPS_M_X, 0
        elif rest >= 8:
            piece = 8
            load, store, wide = LOAD_FORMS[M_F64], STORE_FORMS[M_F64], 0
        elif rest >= 4:
            piece = 4
            load, store, wide = LOAD_FORMS[M_F32], STORE_FORMS[M_F32], 0
        else:
            break
        code.rm(load, wide, FLOAT_SCRATCH, base, index, scale, disp + offset)
        code.rm(store, wide, FLOAT_SCRATCH, to_base, to_index, to_scale, to_disp + offset)
        offset += piece
    if offset == size:
        return
    # One to three bytes are left: through an integer register that is not part of the addresses.
    through = _free_scratch(base, index, to_base, to_index)
    if through < 0:
        # Both scratch registers are addresses: borrow another register.
        through = RAX
        while through == base or through == index or through == to_base or through == to_index:
            through += 1
        code.rr(MOVD_X_RM, 1, FLOAT_SCRATCH2, through)
    while offset < size:
        if size - offset >= 2:
            code.rm(MOVZX_R_RM16, 0, through, base, index, scale, disp + offset)
            code.rm(MOV_RM16_R, 0, through, to_base, to_index, to_scale, to_disp + offset)
            offset += 2
        else:
            code.rm(MOVZX_R_RM8, 0, through, base, index, scale, disp + offset)
            code.rm(MOV_RM8_R8, 0, through, to_base, to_index, to_scale, to_disp + offset)
            offset += 1
    if through != SCRATCH and through != SCRATCH2:
        code.rr(MOVD_RM_X, 1, FLOAT_SCRATCH2, through)


def _free_scratch(a: int, b: int, c: int, d: int) -> int:
    for register in (SCRATCH, SCRATCH2):
        if register != a and register != b and register != c and register != d:
            return register
    return -1


def copy_string(e: Emitter, size: int) -> None:
    """Copy from [rsi] to [rdi]; destroys rdi, rsi, rcx."""
    code = e.code
    code.mov_imm(RCX, size >> 3, 0)
    code.byte(0xF3)
    code.byte(0x48)
    code.byte(0xA5)  # rep movsq
    if size & 4:
        code.byte(0xA5)
    if size & 2:
        code.byte(0x66)
        code.byte(0xA5)
    if size & 1:
        code.byte(0xA4)


def _load_pair(e: Emitter, a: Op, to_a: int, b: Op, to_b: int) -> None:
    """Bring two values into two registers."""
    if e.place[b.id] == to_a:
        if e.place[a.id] == to_b:
            e.code.rr(XCHG_RM_R, 1, to_a, to_b)
            return
        e.load(b, to_b)
        e.load(a, to_a)
        return
    e.load(a, to_a)
    e.load(b, to_b)


def _copy_with_barriers(e: Emitter, op: BlockOp) -> None:
    """Word by word: the by-reference barrier for references, a string move for the rest; both advance rdi and rsi.

    Byrefs belong to the rest: what has any is never in the heap.
    """
    code = e.code
    _load_pair(e, op.args[0], RDI, op.args[1], RSI)
    size = op.layout.size
    refs: list[int] = []
    for place, is_byref in op.layout.gc_refs:
        if not is_byref:
            refs.append(place)
    offset = 0
    next_ref = 0
    while offset < size:
        if next_ref < len(refs) and refs[next_ref] == offset:
            e.helper_call(BYREF_WRITE_BARRIER)
            next_ref += 1
            offset += 8
            continue
        end = refs[next_ref] if next_ref < len(refs) else size
        words = end - offset >> 3
        if words > 4:
            code.mov_imm(RCX, words, 0)
            code.byte(0xF3)
            code.byte(0x48)
            code.byte(0xA5)
        else:
            for _ in range(words):
                code.byte(0x48)
                code.byte(0xA5)
        rest = end - offset & 7
        if rest & 4:
            code.byte(0xA5)
        if rest & 2:
            code.byte(0x66)
            code.byte(0xA5)
        if rest & 1:
            code.byte(0xA4)
        offset = end


def emit_zero_block(e: Emitter, op: BlockOp) -> None:
    """ZERO_BLOCK."""
    code = e.code
    size = op.layout.size
    if size > UNROLL_LIMIT:
        e.load(op.args[0], RDI)
        e.zero(RAX)
        code.mov_imm(RCX, size >> 3, 0)
        code.byte(0xF3)
        code.byte(0x48)
        code.byte(0xAB)  # rep stosq
        if size & 4:
            code.byte(0xAB)
        if size & 2:
            code.byte(0x66)
            code.byte(0xAB)
        if size & 1:
            code.byte(0xAA)
        return
    e.address_at(op.args[0], 0, SCRATCH)
    refs = op.layout.gc_refs
    has_zero = False
    offset = 0
    next_ref = 0
    while offset < size:
        rest = size - offset
        while next_ref < len(refs) and refs[next_ref][0] < offset:
            next_ref += 1
        # References are cleared one by one: another thread's GC must never see half of one.
        until_ref = refs[next_ref][0] - offset if next_ref < len(refs) else rest
        if rest >= 16 and until_ref >= 16:
            if not has_zero:
                code.rr(XORPS, 0, FLOAT_SCRATCH, FLOAT_SCRATCH)
                has_zero = True
            _at(e, MOVUPS_M_X, 0, FLOAT_SCRATCH, offset)
            offset += 16
        elif rest >= 8:
            _at(e, MOV_RM_IMM32, 1, 0, offset)
            code.imm32(0)
            offset += 8
        elif rest >= 4:
            _at(e, MOV_RM_IMM32, 0, 0, offset)
            code.imm32(0)
            offset += 4
        elif rest >= 2:
            _at(e, MOV_RM16_IMM16, 0, 0, offset)
            code.byte(0)
            code.byte(0)
            offset += 2
        else:
            _at(e, MOV_RM8_IMM8, 0, 0, offset)
            code.byte(0)
            offset += 1


def _at(e: Emitter, form: int, wide: int, reg: int, offset: int) -> None:
    e.code.rm(form, wide, reg, e.m_base, e.m_index, e.m_scale, e.m_disp + offset)


# --- atomics -----------------------------------------------------------------------------------------------------


def emit_exchange(e: Emitter, op: MemoryOp) -> None:
    """ATOMIC_XCHG, ATOMIC_ADD: old value."""
    memory = op.memory
    target = e.target(op)
    e.load(op.args[1], target)
    e.address(op, SCRATCH2)
    is_add = op.opcode == ops.ATOMIC_ADD
    if memory < M_I32:
        e.mem(_XADD[memory] if is_add else _XCHG[memory], 0, target)
        e.code.rr(_EXTEND[memory], 0, target, target)
    else:
        e.mem(LOCK_XADD_RM_R if is_add else XCHG_RM_R, MEMORY_WIDE[memory], target)
    e.done(op, target)


def emit_compare_exchange(e: Emitter, op: MemoryOp) -> None:
    """ATOMIC_CMPXCHG: old value in rax."""
    memory = op.memory
    value = e.use(op.args[1], SCRATCH2)
    e.load(op.args[2], RAX)
    e.address(op, SCRATCH)
    if memory < M_I32:
        e.mem(_CMPXCHG[memory], 0, value)
        e.code.rr(_EXTEND[memory], 0, RAX, RAX)
    else:
        e.mem(LOCK_CMPXCHG_RM_R, MEMORY_WIDE[memory], value)
    e.done(op, RAX)


def emit_memory_barrier(e: Emitter) -> None:
    """Full barrier: a locked operation on the stack that changes nothing."""
    e.code.rm(LOCK_OR_RM_IMM8, 0, 0, RSP, -1, 1, 0)
    e.code.byte(0)


def emit_localloc(e: Emitter, op: Op, is_zeroed: bool) -> None:
    """LOCALLOC: grow the frame by the size, rounded up to 16; the area of outgoing arguments stays at the bottom.

    Pages are touched in order, as the guard page wants it.
    """
    code = e.code
    outgoing = e.frame.outgoing
    target = e.target(op)
    over = code.new_label()
    e.load(op.args[0], SCRATCH2)
    code.mov_imm(target, 0, 0)
    code.rr(TEST_RM_R, 1, SCRATCH2, SCRATCH2)
    code.jump(CC_E, over)
    code.digit(ALU_RM_IMM8, 1, ALU_ADD, SCRATCH2)
    code.byte(15)
    code.digit(ALU_RM_IMM8, 1, ALU_AND, SCRATCH2)
    code.byte(-16)
    if outgoing:
        code.rm(LEA_R_M, 1, RSP, RSP, -1, 1, outgoing)
    loop = code.new_label()
    if is_zeroed:
        code.bind(loop)
        for _ in range(2):
            code.byte(0x6A)  # push 0
            code.byte(0)
        code.digit(ALU_RM_IMM8, 1, ALU_SUB, SCRATCH2)
        code.byte(16)
        code.jump(CC_NE, loop)
    else:
        # scratch2 = the new end; a size that wraps around ends at address 0, and faults on the way there.
        code.digit(NEG_RM, 1, 0, SCRATCH2)
        code.rr(ADD_R_RM, 1, SCRATCH2, RSP)
        code.jump(CC_B, loop)
        code.mov_imm(SCRATCH2, 0, 0)
        code.bind(loop)
        code.rm(TEST_RM_R, 0, RSP, RSP, -1, 1, 0)
        code.rm(LEA_R_M, 1, RSP, RSP, -1, 1, -0x1000)
        code.rr(CMP_R_RM, 1, RSP, SCRATCH2)
        code.jump(CC_A, loop)
        code.rr(MOV_RM_R, 1, SCRATCH2, RSP)
        code.rm(TEST_RM_R, 0, RSP, RSP, -1, 1, 0)
    if outgoing:
        code.rm(LEA_R_M, 1, RSP, RSP, -1, 1, -outgoing)
    code.rm(LEA_R_M, 1, target, RSP, -1, 1, outgoing)
    code.bind(over)
    e.done(op, target)
