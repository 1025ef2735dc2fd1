"""The operations of the IR.

Every operation is an `Op` that is at once an instruction and the value it defines (SSA). Operands are other `Op`s. The
opcode says what it does; subclasses exist only where an operation carries more than operands. No concrete subclass is
subclassed again, so `isinstance` checks are safe and fast.

Rules that hold for all of them:

* `args` are values that dominate the operation (for a phi: that dominate the end of the matching predecessor).
* No value crosses from the main body into a funclet, between funclets, or from a funclet into the continuation of a
  catch or finally: such state lives in frame slots.
* Operations that can throw (`can_throw`) are never moved across stores or calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.ir.types import BYREF, I64, REF, VOID, CallSignature, StructLayout

if TYPE_CHECKING:
    from readytorun.ir.function import Block, Slot
    from readytorun.r2r.model import Cell

# --- opcodes -----------------------------------------------------------------------------------------------------
# Values without operands.
CONST: Final = 1  # ConstOp: integer or null constant of type I32, I64, REF, BYREF
FCONST: Final = 2  # FloatConstOp: F32, F64
PARAM: Final = 3  # ParamOp: incoming scalar parameter; only in the entry block
CATCH_ARG: Final = 4  # REF: exception object; first operation of a catch handler's or filter's entry block
PHI: Final = 5  # args parallel to block.preds; first operations of a block
SLOT_ADDR: Final = 6  # SlotOp: I64 address of a frame slot
LOAD_CELL: Final = 7  # CellOp: I64 content of a resolved import cell
LOAD_STRING: Final = 8  # CellOp: REF, the string object that the string cell's content points to
DATA_ADDR: Final = 9  # DataOp: I64 address of the image's copy of RVA field data
RESUME_INFO: Final = 10  # ImmOp: I64 address of the entry of state `imm` in the method's ResumeInfo table

# Integer arithmetic; type I32 or I64 (ADD and SUB also BYREF, with a BYREF first operand and an I64 second).
ADD: Final = 20
SUB: Final = 21
MUL: Final = 22
AND: Final = 23
OR: Final = 24
XOR: Final = 25
SHL: Final = 26  # shift counts are I32, taken modulo the width
SHR: Final = 27  # arithmetic
SHR_UN: Final = 28
DIV: Final = 29  # throws DivideByZeroException, and OverflowException for MinValue / -1
REM: Final = 30
DIV_UN: Final = 31
REM_UN: Final = 32
ROL: Final = 33
ROR: Final = 34
# With overflow check: throw OverflowException.
ADD_OVF: Final = 35
SUB_OVF: Final = 36
MUL_OVF: Final = 37
ADD_OVF_UN: Final = 38
SUB_OVF_UN: Final = 39
MUL_OVF_UN: Final = 40
NEG: Final = 41
NOT: Final = 42
MULHI: Final = 43  # upper half of the signed product
MULHI_UN: Final = 44
LZCNT: Final = 45  # width for zero
TZCNT: Final = 46
POPCNT: Final = 47
BSWAP: Final = 48

# Floating point arithmetic; type F32 or F64.
FADD: Final = 50
FSUB: Final = 51
FMUL: Final = 52
FDIV: Final = 53
FNEG: Final = 54
FABS: Final = 55
FSQRT: Final = 56
FROUND: Final = 57  # ImmOp: immediate of roundsd: 9 floor, 10 ceiling, 11 truncate, 4 to even

# Conversions.
SEXT8: Final = 60  # I32 -> I32
ZEXT8: Final = 61
SEXT16: Final = 62
ZEXT16: Final = 63
SEXT32: Final = 64  # I32 -> I64
ZEXT32: Final = 65
TRUNC: Final = 66  # I64 -> I32
I2F: Final = 67  # signed I32/I64 -> F32/F64
U2F: Final = 68  # unsigned
F2I: Final = 69  # F32/F64 -> I32/I64, saturating, NaN -> 0
F2U: Final = 70
F2F: Final = 71  # F32 <-> F64
BITCAST: Final = 72  # same size, I32 <-> F32, I64 <-> F64; also REF/BYREF -> I64 and I64 -> BYREF (a plain move)

# Comparisons.
CMP: Final = 80  # CompareOp: I32 0/1 of two integers or references
FCMP: Final = 81  # CompareOp: two floats
SELECT: Final = 82  # CompareOp: args (a, b, if_true, if_false): integer compare of a, b
TRAP_IF: Final = 83  # TrapOp: no value; throws when the integer compare holds

# Memory. Addresses are base + index * scale + offset.
LOAD: Final = 90  # MemoryOp: args (base, [index])
STORE: Final = 91  # MemoryOp: args (base, [index], value)
STORE_BARRIER: Final = 92  # MemoryOp: reference store into the heap (WriteBarrier)
STORE_CHECKED: Final = 93  # MemoryOp: reference store to an unknown place (CheckedWriteBarrier)
ADDR: Final = 94  # MemoryOp: the address itself, type BYREF or I64
NULL_CHECK: Final = 95  # args (ref): faults (NullReferenceException) when null
COPY_BLOCK: Final = 96  # BlockOp: args (destination, source)
ZERO_BLOCK: Final = 97  # BlockOp: args (destination)
LOCALLOC: Final = 98  # args (size: I64): I64 address, 16-aligned; null for size 0; ImmOp: 1 = zeroed
MEMORY_BARRIER: Final = 99  # full barrier
ATOMIC_XCHG: Final = 100  # MemoryOp: args (address, value): old value
ATOMIC_CMPXCHG: Final = 101  # MemoryOp: args (address, value, comparand): old value
ATOMIC_ADD: Final = 102  # MemoryOp: args (address, value): old value

# Calls.
CALL: Final = 110  # CallOp
GC_POLL: Final = 111  # safe point that lets a suspension in; on back edges of loops without calls
CONTINUATION: Final = 112  # REF: second result of the call of an async method directly in front of it
RESUME_POINT: Final = 113  # ImmOp: the DiagnosticIP of state `imm` is here, or the return address if behind a call

# Terminators: the last operation of each block, and only there.
JUMP: Final = 120  # targets [block]
BRANCH: Final = 121  # BranchOp: integer compare; targets [if_true, if_false]
FBRANCH: Final = 122  # BranchOp: float compare
SWITCH: Final = 123  # targets [case 0, case 1, ..., default]; args (I32 value), unsigned compare
RETURN: Final = 124  # args () or (value); a struct result in registers: args (address of the struct)
UNREACHABLE: Final = 125  # behind a call that does not return
CALL_FINALLY: Final = 126  # targets [handler entry, continuation]: runs the finally funclet, then continues
END_FINALLY: Final = 127  # end of a finally or fault funclet
END_FILTER: Final = 128  # args (I32 0/1)
CATCH_RETURN: Final = 129  # targets [continuation in the main body or in the enclosing handler]
TAIL_CALL: Final = 130  # CallOp as terminator: epilog, then jump
SUSPEND: Final = 131  # args (continuation): return from an async method that did not complete

# Conditions of integer compares; the unsigned ones are also right for references and addresses.
EQ: Final = 0
NE: Final = 1
LT: Final = 2
LE: Final = 3
GT: Final = 4
GE: Final = 5
LT_UN: Final = 6
LE_UN: Final = 7
GT_UN: Final = 8
GE_UN: Final = 9
# Conditions of float compares: EQ NE LT LE GT GE as above; all are false on NaN but NE, which is true. With FUN added
# ("or unordered") the condition is true on NaN as well: LT_UN .. GE_UN above are LT .. GE or unordered; EQ_UN:
FEQ_UN: Final = 10  # equal or unordered
FNE_ORD: Final = 11  # ordered and not equal

CONDITION_NAMES: Final = ("eq", "ne", "lt", "le", "gt", "ge", "lt.un", "le.un", "gt.un", "ge.un", "eq.un", "ne.ord")
NEGATED_CONDITIONS: Final = (NE, EQ, GE, GT, LE, LT, GE_UN, GT_UN, LE_UN, LT_UN)  # integer compares only
SWAPPED_CONDITIONS: Final = (EQ, NE, GT, GE, LT, LE, GT_UN, GE_UN, LT_UN, LE_UN, FEQ_UN, FNE_ORD)

# What a TRAP_IF or a checked operation throws: index into the eager helpers Overflow, RngChkFail, ThrowDivZero.
TRAP_OVERFLOW: Final = 0
TRAP_RANGE: Final = 1
TRAP_DIVIDE_BY_ZERO: Final = 2
TRAP_NULL: Final = 3

# Where a CallOp goes.
TARGET_CELL: Final = 0  # call [cell]: lazy method or helper cell, or eager helper cell
TARGET_DISPATCH: Final = 1  # virtual/interface dispatch cell: the callee's stub needs the cell's address
TARGET_DIRECT: Final = 2  # call rel32 of `symbol`, code of the same image
TARGET_INDIRECT: Final = 3  # args[0] is the code address
TARGET_INDIRECT_DISPATCH: Final = 4  # args[0] is the address of a dispatch cell

# How an await continues after it suspended (`Await.handling`).
AWAIT_PLAIN: Final = 0  # what was awaited decides: calls of methods with the async convention in IL
AWAIT_CAPTURED: Final = 1  # in the context captured at the suspension
AWAIT_THREAD_POOL: Final = 2  # on the thread pool: ConfigureAwait(false)
AWAIT_TAIL: Final = 3  # nothing is left to do: the callee's continuation is the method's own


class Op:
    """An operation without more than operands.

    Attributes:
        id: number unique within the function, dense enough to index lists with.
        opcode: one of the constants above.
        type: type of the value it defines, VOID if none.
        args: operands.
        il_offset: IL offset in the root method that it stems from, -1 if none.
    """

    __slots__ = ("args", "id", "il_offset", "opcode", "type")

    def __init__(self, id: int, opcode: int, type: int, args: list[Op], il_offset: int = -1) -> None:
        self.id = id
        self.opcode = opcode
        self.type = type
        self.args = args
        self.il_offset = il_offset


class ConstOp(Op):
    """CONST: `value` is a Python int in the signed range of the type (0 for null)."""

    __slots__ = ("value",)

    def __init__(self, id: int, type: int, value: int, il_offset: int = -1) -> None:
        super().__init__(id, CONST, type, [], il_offset)
        self.value = value


class FloatConstOp(Op):
    """FCONST: `bits` is the IEEE bit pattern (32 or 64 bits, unsigned)."""

    __slots__ = ("bits",)

    def __init__(self, id: int, type: int, bits: int, il_offset: int = -1) -> None:
        super().__init__(id, FCONST, type, [], il_offset)
        self.bits = bits


class ParamOp(Op):
    """PARAM: the incoming parameter `index` of `Function.signature`; scalars only (structs arrive in slots)."""

    __slots__ = ("index",)

    def __init__(self, id: int, type: int, index: int) -> None:
        super().__init__(id, PARAM, type, [])
        self.index = index


class ImmOp(Op):
    """An operation with one small immediate (FROUND, LOCALLOC, RESUME_INFO, RESUME_POINT)."""

    __slots__ = ("imm",)

    def __init__(self, id: int, opcode: int, type: int, args: list[Op], imm: int, il_offset: int = -1) -> None:
        super().__init__(id, opcode, type, args, il_offset)
        self.imm = imm


class SlotOp(Op):
    """SLOT_ADDR: address of `slot` (I64: stack addresses need no reporting)."""

    __slots__ = ("slot",)

    def __init__(self, id: int, slot: Slot) -> None:
        super().__init__(id, SLOT_ADDR, I64, [])
        self.slot = slot


class CellOp(Op):
    """LOAD_CELL, LOAD_STRING: reads `cell`, which must be among the function's fixups or be an eager cell."""

    __slots__ = ("cell",)

    def __init__(self, id: int, opcode: int, cell: Cell, il_offset: int = -1) -> None:
        super().__init__(id, opcode, REF if opcode == LOAD_STRING else I64, [], il_offset)
        self.cell = cell


class DataOp(Op):
    """DATA_ADDR: address of the initial data of the RVA field `field_rid` of the input module."""

    __slots__ = ("field_rid",)

    def __init__(self, id: int, field_rid: int) -> None:
        super().__init__(id, DATA_ADDR, I64, [])
        self.field_rid = field_rid


class CompareOp(Op):
    """CMP, FCMP, SELECT with a condition."""

    __slots__ = ("cond",)

    def __init__(self, id: int, opcode: int, type: int, cond: int, args: list[Op], il_offset: int = -1) -> None:
        super().__init__(id, opcode, type, args, il_offset)
        self.cond = cond


class TrapOp(Op):
    """TRAP_IF: throws by calling the helper of `trap` when `args[0] cond args[1]` holds."""

    __slots__ = ("cond", "trap")

    def __init__(self, id: int, cond: int, trap: int, args: list[Op], il_offset: int = -1) -> None:
        super().__init__(id, TRAP_IF, VOID, args, il_offset)
        self.cond = cond
        self.trap = trap


class MemoryOp(Op):
    """LOAD, STORE, STORE_BARRIER, STORE_CHECKED, ADDR and atomics.

    Attributes:
        memory: M_*: what is read or written (ignored by ADDR).
        has_index: whether args[1] is an index (I64, already extended).
        scale: bytes per index step: 1, 2, 4 or 8.
        offset: bytes, signed 32 bits.
        is_volatile: acquire for loads, release for stores; never duplicated or removed.
        is_invariant: a LOAD of what never changes while the object lives: length of an array or string, MethodTable
            pointer. Such loads are shared and hoisted over stores and calls.
    """

    __slots__ = ("has_index", "is_invariant", "is_volatile", "memory", "offset", "scale")

    def __init__(
        self,
        id: int,
        opcode: int,
        type: int,
        memory: int,
        args: list[Op],
        has_index: bool = False,
        scale: int = 1,
        offset: int = 0,
        is_volatile: bool = False,
        il_offset: int = -1,
        is_invariant: bool = False,
    ) -> None:
        super().__init__(id, opcode, type, args, il_offset)
        self.memory = memory
        self.has_index = has_index
        self.scale = scale
        self.offset = offset
        self.is_volatile = is_volatile
        self.is_invariant = is_invariant


class BlockOp(Op):
    """COPY_BLOCK and ZERO_BLOCK.

    Attributes:
        layout: size and reference fields of the value.
        needs_barrier: the destination may be in the heap, so references are copied with barriers (COPY_BLOCK with
            references only).
    """

    __slots__ = ("layout", "needs_barrier")

    def __init__(
        self, id: int, opcode: int, args: list[Op], layout: StructLayout, needs_barrier: bool, il_offset: int = -1
    ) -> None:
        super().__init__(id, opcode, VOID, args, il_offset)
        self.layout = layout
        self.needs_barrier = needs_barrier


class Await:
    """What a call of an async method is to an async method: a place where it may suspend.

    Attributes:
        handling: AWAIT_*.
        memory: M_* of a scalar result as it is stored in a continuation, -1 if there is none or it is a struct.
        layout: layout of a struct result, else None.
        adapts_value_task: what is awaited is a value task that IL turned into a task first.
    """

    __slots__ = ("adapts_value_task", "handling", "layout", "memory")

    def __init__(
        self, handling: int, memory: int = -1, layout: StructLayout | None = None, adapts_value_task: bool = False
    ) -> None:
        self.handling = handling
        self.memory = memory
        self.layout = layout
        self.adapts_value_task = adapts_value_task


class CallOp(Op):
    """CALL, and TAIL_CALL as a terminator.

    Operands: for the two indirect targets the target first; then one per parameter of the signature, a STRUCT
    parameter by its address.

    Attributes:
        target: TARGET_*.
        cell: the import cell of TARGET_CELL and TARGET_DISPATCH; for a TAIL_CALL of a method the jumpable one.
        signature: parameters and result.
        result_slot: where a struct result in registers is stored right after the call.
        no_return: the callee never returns; an UNREACHABLE follows.
        is_safe_point: False only for helpers in which no GC can start.
        is_user_call: reaches managed code that has safe points itself, so that a loop around it needs no poll.
        is_preemptive: when it returns, or while it runs, the thread is in preemptive mode: the GC may move objects at
            any time, and finds no references in registers. So it is with a call of native code, with the helper in
            front that enters that mode, and with the one behind that leaves it; between these no reference is touched.
        may_run_early: a helper whose only effect besides its value is one that may happen at any time before, such as
            running the class constructor of a beforefieldinit type.
        may_leave: nothing is left to do behind it in IL: it becomes a TAIL_CALL if the method has no memory that must
            outlive it.
        tail_cell: the cell of that TAIL_CALL, if it has one.
        symbol: what TARGET_DIRECT calls (`MethodEntry.symbol`), else "".
        awaits: the call is an await of the async method that is compiled.
    """

    __slots__ = (
        "awaits",
        "cell",
        "is_preemptive",
        "is_safe_point",
        "is_user_call",
        "may_leave",
        "may_run_early",
        "no_return",
        "result_slot",
        "signature",
        "symbol",
        "tail_cell",
        "target",
    )

    def __init__(
        self,
        id: int,
        opcode: int,
        type: int,
        target: int,
        cell: Cell | None,
        signature: CallSignature,
        args: list[Op],
        il_offset: int = -1,
    ) -> None:
        super().__init__(id, opcode, type, args, il_offset)
        self.target = target
        self.cell = cell
        self.signature = signature
        self.result_slot: Slot | None = None
        self.no_return = False
        self.is_safe_point = True
        self.is_user_call = False
        self.is_preemptive = False
        self.may_run_early = False
        self.may_leave = False
        self.tail_cell: Cell | None = None
        self.symbol = ""
        self.awaits: Await | None = None


class TerminatorOp(Op):
    """All terminators with targets: not TAIL_CALL, RETURN, SUSPEND, UNREACHABLE, END_FINALLY and END_FILTER."""

    __slots__ = ("targets",)

    def __init__(self, id: int, opcode: int, args: list[Op], targets: list[Block], il_offset: int = -1) -> None:
        super().__init__(id, opcode, VOID, args, il_offset)
        self.targets = targets


class BranchOp(Op):
    """BRANCH, FBRANCH: to targets[0] if `args[0] cond args[1]`, else to targets[1]."""

    __slots__ = ("cond", "targets")

    def __init__(
        self, id: int, opcode: int, cond: int, args: list[Op], targets: list[Block], il_offset: int = -1
    ) -> None:
        super().__init__(id, opcode, VOID, args, il_offset)
        self.cond = cond
        self.targets = targets


def successors(op: Op) -> list[Block]:
    """Blocks that a terminator may go to (a CALL_FINALLY's handler entry is not among them, its continuation is)."""
    if isinstance(op, BranchOp):
        return op.targets
    if isinstance(op, TerminatorOp):
        if op.opcode == CALL_FINALLY:
            return op.targets[1:]
        if op.opcode == CATCH_RETURN:
            # The continuation belongs to another funclet: no value flows along, so it is no edge of the SSA graph.
            return []
        return op.targets
    return []


def is_gc_type(type: int) -> bool:
    """Whether values of the type are reported to the GC."""
    return REF <= type <= BYREF
