"""Names of operations, and the shape in which the text form writes each: what the printer and the parser share."""

from __future__ import annotations

from typing import Final

from readytorun.ir import ops

# Shapes of operations in the text form; A stands for operands.
SHAPE_TYPED: Final = 0  # op.type A, ...
SHAPE_VOID: Final = 1  # op A, ...
SHAPE_IMPLIED: Final = 2  # op A, ... (the type of the value follows from the opcode)
SHAPE_CONST: Final = 3
SHAPE_FCONST: Final = 4
SHAPE_PARAM: Final = 5
SHAPE_SLOT: Final = 6
SHAPE_CELL: Final = 7
SHAPE_DATA: Final = 8
SHAPE_IMM: Final = 9
SHAPE_COMPARE: Final = 10
SHAPE_SELECT: Final = 11
SHAPE_TRAP: Final = 12
SHAPE_LOAD: Final = 13  # LOAD and atomics: value, then memory
SHAPE_STORE: Final = 14
SHAPE_ADDR: Final = 15
SHAPE_BLOCK: Final = 16
SHAPE_CALL: Final = 17
SHAPE_TARGETS: Final = 18  # terminators with targets and operands
SHAPE_BRANCH: Final = 19
SHAPE_SWITCH: Final = 20

OPCODE_ROWS: Final[tuple[tuple[int, str, int], ...]] = (
    (ops.CONST, "const", SHAPE_CONST),
    (ops.FCONST, "fconst", SHAPE_FCONST),
    (ops.PARAM, "param", SHAPE_PARAM),
    (ops.CATCH_ARG, "catch_arg", SHAPE_IMPLIED),
    (ops.PHI, "phi", SHAPE_TYPED),
    (ops.SLOT_ADDR, "slot_addr", SHAPE_SLOT),
    (ops.LOAD_CELL, "load_cell", SHAPE_CELL),
    (ops.LOAD_STRING, "load_string", SHAPE_CELL),
    (ops.DATA_ADDR, "data_addr", SHAPE_DATA),
    (ops.RESUME_INFO, "resume_info", SHAPE_IMM),
    (ops.ADD, "add", SHAPE_TYPED),
    (ops.SUB, "sub", SHAPE_TYPED),
    (ops.MUL, "mul", SHAPE_TYPED),
    (ops.AND, "and", SHAPE_TYPED),
    (ops.OR, "or", SHAPE_TYPED),
    (ops.XOR, "xor", SHAPE_TYPED),
    (ops.SHL, "shl", SHAPE_TYPED),
    (ops.SHR, "shr", SHAPE_TYPED),
    (ops.SHR_UN, "shr_un", SHAPE_TYPED),
    (ops.DIV, "div", SHAPE_TYPED),
    (ops.REM, "rem", SHAPE_TYPED),
    (ops.DIV_UN, "div_un", SHAPE_TYPED),
    (ops.REM_UN, "rem_un", SHAPE_TYPED),
    (ops.ROL, "rol", SHAPE_TYPED),
    (ops.ROR, "ror", SHAPE_TYPED),
    (ops.ADD_OVF, "add_ovf", SHAPE_TYPED),
    (ops.SUB_OVF, "sub_ovf", SHAPE_TYPED),
    (ops.MUL_OVF, "mul_ovf", SHAPE_TYPED),
    (ops.ADD_OVF_UN, "add_ovf_un", SHAPE_TYPED),
    (ops.SUB_OVF_UN, "sub_ovf_un", SHAPE_TYPED),
    (ops.MUL_OVF_UN, "mul_ovf_un", SHAPE_TYPED),
    (ops.NEG, "neg", SHAPE_TYPED),
    (ops.NOT, "not", SHAPE_TYPED),
    (ops.MULHI, "mulhi", SHAPE_TYPED),
    (ops.MULHI_UN, "mulhi_un", SHAPE_TYPED),
    (ops.LZCNT, "lzcnt", SHAPE_TYPED),
    (ops.TZCNT, "tzcnt", SHAPE_TYPED),
    (ops.POPCNT, "popcnt", SHAPE_TYPED),
    (ops.BSWAP, "bswap", SHAPE_TYPED),
    (ops.FADD, "fadd", SHAPE_TYPED),
    (ops.FSUB, "fsub", SHAPE_TYPED),
    (ops.FMUL, "fmul", SHAPE_TYPED),
    (ops.FDIV, "fdiv", SHAPE_TYPED),
    (ops.FNEG, "fneg", SHAPE_TYPED),
    (ops.FABS, "fabs", SHAPE_TYPED),
    (ops.FSQRT, "fsqrt", SHAPE_TYPED),
    (ops.FROUND, "fround", SHAPE_IMM),
    (ops.SEXT8, "sext8", SHAPE_IMPLIED),
    (ops.ZEXT8, "zext8", SHAPE_IMPLIED),
    (ops.SEXT16, "sext16", SHAPE_IMPLIED),
    (ops.ZEXT16, "zext16", SHAPE_IMPLIED),
    (ops.SEXT32, "sext32", SHAPE_IMPLIED),
    (ops.ZEXT32, "zext32", SHAPE_IMPLIED),
    (ops.TRUNC, "trunc", SHAPE_IMPLIED),
    (ops.I2F, "i2f", SHAPE_TYPED),
    (ops.U2F, "u2f", SHAPE_TYPED),
    (ops.F2I, "f2i", SHAPE_TYPED),
    (ops.F2U, "f2u", SHAPE_TYPED),
    (ops.F2F, "f2f", SHAPE_TYPED),
    (ops.BITCAST, "bitcast", SHAPE_TYPED),
    (ops.CMP, "cmp", SHAPE_COMPARE),
    (ops.FCMP, "fcmp", SHAPE_COMPARE),
    (ops.SELECT, "select", SHAPE_SELECT),
    (ops.TRAP_IF, "trap_if", SHAPE_TRAP),
    (ops.LOAD, "load", SHAPE_LOAD),
    (ops.STORE, "store", SHAPE_STORE),
    (ops.STORE_BARRIER, "store_barrier", SHAPE_STORE),
    (ops.STORE_CHECKED, "store_checked", SHAPE_STORE),
    (ops.ADDR, "addr", SHAPE_ADDR),
    (ops.NULL_CHECK, "null_check", SHAPE_VOID),
    (ops.COPY_BLOCK, "copy_block", SHAPE_BLOCK),
    (ops.ZERO_BLOCK, "zero_block", SHAPE_BLOCK),
    (ops.LOCALLOC, "localloc", SHAPE_IMM),
    (ops.MEMORY_BARRIER, "memory_barrier", SHAPE_VOID),
    (ops.ATOMIC_XCHG, "atomic_xchg", SHAPE_LOAD),
    (ops.ATOMIC_CMPXCHG, "atomic_cmpxchg", SHAPE_LOAD),
    (ops.ATOMIC_ADD, "atomic_add", SHAPE_LOAD),
    (ops.CALL, "call", SHAPE_CALL),
    (ops.GC_POLL, "gc_poll", SHAPE_VOID),
    (ops.CONTINUATION, "continuation", SHAPE_IMPLIED),
    (ops.RESUME_POINT, "resume_point", SHAPE_IMM),
    (ops.JUMP, "jump", SHAPE_TARGETS),
    (ops.BRANCH, "branch", SHAPE_BRANCH),
    (ops.FBRANCH, "fbranch", SHAPE_BRANCH),
    (ops.SWITCH, "switch", SHAPE_SWITCH),
    (ops.RETURN, "return", SHAPE_VOID),
    (ops.UNREACHABLE, "unreachable", SHAPE_VOID),
    (ops.CALL_FINALLY, "call_finally", SHAPE_TARGETS),
    (ops.END_FINALLY, "end_finally", SHAPE_VOID),
    (ops.END_FILTER, "end_filter", SHAPE_VOID),
    (ops.CATCH_RETURN, "catch_return", SHAPE_TARGETS),
    (ops.TAIL_CALL, "tail_call", SHAPE_CALL),
    (ops.SUSPEND, "suspend", SHAPE_VOID),
)

OPCODE_NAMES: Final[dict[int, str]] = {row[0]: row[1] for row in OPCODE_ROWS}
OPCODE_SHAPES: Final[dict[int, int]] = {row[0]: row[2] for row in OPCODE_ROWS}
OPCODES: Final[dict[str, int]] = {row[1]: row[0] for row in OPCODE_ROWS}

TRAP_NAMES: Final = ("overflow", "range", "divide_by_zero", "null")
REGION_NAMES: Final[dict[int, str]] = {0: "typed", 1: "filter", 2: "finally", 4: "fault"}
CONTEXT_NAMES: Final = ("none", "this", "method_table", "method_desc")
TARGET_NAMES: Final = ("cell", "dispatch", "direct", "indirect", "indirect_dispatch")
AWAIT_NAMES: Final = ("plain", "captured", "thread_pool", "tail")
CLASS_NAMES: Final = ("integer", "sse")
