"""Instruction selection for x64: what is folded into what, and which registers operations need.

Blocks are walked backwards, users before definitions, so that a user decides about its operands:

- constants and frame addresses are made by their users (KIND_FREE);
- the only user of a load takes it as memory operand, if nothing that writes memory or may throw stands between;
- an address computation all of whose users are memory accesses in its block becomes part of their addressing modes;
- a compare whose only user is a branch on it disappears in the branch.
"""

from __future__ import annotations

from typing import Final

from readytorun.backend.lowering import (
    CLASS_FLOAT,
    KIND_CHEAP,
    KIND_FOLDED,
    KIND_FREE,
    KIND_NONE,
    KIND_VALUE,
    Lowering,
)
from readytorun.backend.x64.abi import ArgumentPlaces
from readytorun.backend.x64.registers import (
    ALL_MASK,
    CONTINUATION_RESULT,
    RAX,
    RCX,
    RDI,
    RDX,
    RSI,
    VOLATILE_MASK,
    XMM0,
)
from readytorun.ir import ops
from readytorun.ir.ops import BlockOp, BranchOp, CallOp, CompareOp, ConstOp, MemoryOp, Op, ParamOp, is_gc_type
from readytorun.ir.types import F32, F64, I32, I64, M_I32, M_I64, STRUCT, VOID

# Blocks up to this size are copied and cleared by a few moves, bigger ones by a string instruction.
UNROLL_LIMIT: Final = 128

# Whether loops without calls are made interruptible (ranges in the GC info) instead of getting a poll. Shown right on
# the real runtime by tests/runtime/programs/p46_interrupted_loops.cs, which crashes when the registers in ranges are
# left out; loops that make numbers from byrefs keep their polls (`_loops_can_be_interrupted`).
INTERRUPTIBLE_LOOPS: Final = True

_RAX_MASK: Final = 1 << RAX
_DIVIDE_MASK: Final = 1 << RAX | 1 << RDX
_STRING_MASK: Final = 1 << RDI | 1 << RSI | 1 << RCX | 1 << RAX


class Selector:
    """Walks one function and fills in its `Lowering`.

    Attributes:
        incoming: places of the function's own parameters.
        has_calls: whether any call is made, trap helpers included.
        outgoing_size: bytes of stack arguments of the biggest call.
        tail_stack_size: bytes of stack arguments of the biggest tail call.
        has_localloc: whether the stack pointer moves in the body.
        can_interrupt: whether loops may be made interruptible.
        has_ranges: whether the code of loops is made interruptible.
        polls: GC_POLL operations that are emitted.
        call_args: argument places of each call, by operation id.
    """

    __slots__ = (
        "call_args",
        "can_interrupt",
        "epoch",
        "has_calls",
        "has_localloc",
        "has_ranges",
        "incoming",
        "lowering",
        "memory_uses",
        "outgoing_size",
        "polls",
        "tail_stack_size",
        "updates",
    )

    def __init__(self, lowering: Lowering, incoming: ArgumentPlaces) -> None:
        self.lowering = lowering
        self.incoming = incoming
        self.has_calls = False
        self.has_localloc = False
        self.has_ranges = False
        self.can_interrupt = False
        self.outgoing_size = 0
        self.tail_stack_size = 0
        # Operations that became part of a store: which operand is the memory that is changed.
        self.updates: dict[int, int] = {}
        self.polls: list[Op] = []
        self.call_args: dict[int, ArgumentPlaces] = {}
        count = lowering.function.next_id
        # Number of side effects before an operation in its block, or where a folded one's user is.
        self.epoch: list[int] = [0] * count
        # Uses of an address computation by memory accesses of its own block that can take it in.
        self.memory_uses: list[int] = [0] * count

    def _loops_can_be_interrupted(self) -> bool:
        """Whether loops may be interrupted anywhere: no exception handling, no numbers made from references.

        A fault in a method with ranges reports nothing of the frame unless it is in a range; a handler would miss
        that. A number made from a reference (`Unsafe.ByteOffset`) is right only until the object moves; with polls,
        that cannot happen before the number is used up.
        """
        lowering = self.lowering
        if not INTERRUPTIBLE_LOOPS or lowering.function.eh_regions:
            return False
        for block in lowering.order:
            if block.loop_depth:
                for op in block.ops:
                    if op.type == I64 and makes_number(op):
                        return False
        return True

    def run(self) -> None:
        lowering = self.lowering
        self.can_interrupt = self._loops_can_be_interrupted()
        for block in lowering.order:
            epoch = 0
            for op in block.ops:
                self.epoch[op.id] = epoch
                opcode = op.opcode
                if has_effect(opcode):
                    epoch += 1
                if isinstance(op, MemoryOp) and not op.has_index and opcode != ops.ADDR:
                    base = op.args[0]
                    if base.opcode == ops.ADDR and lowering.block_index[base.id] == lowering.block_index[op.id]:
                        self.memory_uses[base.id] += 1
        for index in range(len(lowering.order) - 1, -1, -1):
            block = lowering.order[index]
            for i in range(len(block.ops) - 1, -1, -1):
                self._select(block.ops[i], index)

    # --- one operation -----------------------------------------------------------------------------------------

    def _select(self, op: Op, block_index: int) -> None:
        lowering = self.lowering
        id = op.id
        opcode = op.opcode
        type = op.type
        if type == F32 or type == F64:
            lowering.register_class[id] = CLASS_FLOAT
        kind = lowering.kind[id]
        if kind == KIND_NONE and type != VOID:
            if opcode == ops.CONST or opcode == ops.FCONST or opcode == ops.SLOT_ADDR:
                kind = KIND_FREE
            elif ops.LOAD_CELL <= opcode <= ops.RESUME_INFO:
                kind = KIND_CHEAP
            elif opcode == ops.ADDR and 0 < lowering.use_count[id] == self.memory_uses[id]:
                kind = KIND_FOLDED
            else:
                kind = KIND_VALUE
            lowering.kind[id] = kind
        if opcode <= ops.RESUME_INFO:
            if opcode == ops.PHI:
                for arg in op.args:
                    self._partner(op, arg)
            elif opcode == ops.PARAM and isinstance(op, ParamOp):
                lowering.prefer(id, self.incoming.first[op.index])
            elif opcode == ops.CATCH_ARG:
                lowering.prefer(id, RDI)
            return
        if kind == KIND_VALUE and lowering.use_count[id] == 0 and opcode <= ops.SELECT and not has_effect(opcode):
            return  # not emitted; a load that may fault must not disappear in it
        if id in self.updates:
            return
        if kind == KIND_FOLDED and opcode == ops.AND:
            # Becomes a test instruction; the first operand is in a register.
            self._fold_load(op.args[1], op, block_index, op.args[1].type)
        elif opcode <= ops.BSWAP:
            self._select_integer(op, opcode, block_index)
        elif opcode <= ops.FROUND:
            self._select_float(op, opcode, block_index)
        elif opcode <= ops.BITCAST:
            self._select_conversion(op, opcode, block_index)
        elif opcode <= ops.TRAP_IF or opcode == ops.BRANCH or opcode == ops.FBRANCH:
            self._select_compare(op, opcode, block_index)
        else:
            self._select_other(op, opcode, block_index)

    def _partner(self, a: Op, b: Op) -> None:
        kind = self.lowering.kind[b.id]
        if b.opcode != ops.CONST and b.opcode != ops.FCONST and kind != KIND_FOLDED:
            self.lowering.add_partner(a.id, b.id)

    def _fold_load(self, load: Op, user: Op, block_index: int, type: int) -> bool:
        """Fold a load of a whole register's worth into its user, if it may move there."""
        lowering = self.lowering
        if load.opcode != ops.LOAD or load.type != type:
            return False
        if lowering.use_count[load.id] != 1 or lowering.block_index[load.id] != block_index:
            return False
        if not isinstance(load, MemoryOp) or load.is_volatile:
            return False
        if load.memory < M_I32 or self.epoch[load.id] != self.epoch[user.id]:
            return False
        lowering.kind[load.id] = KIND_FOLDED
        return True

    def _fold_small_load(self, load: Op, user: Op, block_index: int) -> bool:
        """Fold a load of a small integer into a compare with a constant."""
        lowering = self.lowering
        if load.opcode != ops.LOAD or lowering.use_count[load.id] != 1:
            return False
        if lowering.block_index[load.id] != block_index or not isinstance(load, MemoryOp) or load.is_volatile:
            return False
        if self.epoch[load.id] != self.epoch[user.id]:
            return False
        lowering.kind[load.id] = KIND_FOLDED
        return True

    def _select_integer(self, op: Op, opcode: int, block_index: int) -> None:
        lowering = self.lowering
        id = op.id
        args = op.args
        a = args[0]
        if len(args) == 1:
            if opcode == ops.LZCNT or opcode == ops.TZCNT or opcode == ops.POPCNT:
                self._fold_load(a, op, block_index, a.type)
            else:
                self._partner(op, a)
            return
        b = args[1]
        if opcode == ops.DIV or opcode == ops.DIV_UN or opcode == ops.REM or opcode == ops.REM_UN:
            if isinstance(b, ConstOp) and divides_without_div(opcode, op.type, b.value):
                self._select_constant_division(op, b.value)
                return
            self._fold_load(b, op, block_index, b.type)
            lowering.late[id] = 2
            lowering.clobbers[id] = _DIVIDE_MASK
            lowering.result_late[id] = 1
            lowering.prefer(id, RAX if opcode == ops.DIV or opcode == ops.DIV_UN else RDX)
            self._want(a, RAX)
        elif opcode == ops.MULHI or opcode == ops.MULHI_UN or opcode == ops.MUL_OVF_UN:
            if opcode == ops.MUL_OVF_UN:
                self.has_calls = True
            self._fold_load(b, op, block_index, b.type)
            lowering.late[id] = 2
            lowering.clobbers[id] = _DIVIDE_MASK
            lowering.result_late[id] = 1
            lowering.prefer(id, RAX if opcode == ops.MUL_OVF_UN else RDX)
            self._want(a, RAX)
        elif opcode == ops.SHL or opcode == ops.SHR or opcode == ops.SHR_UN or opcode == ops.ROL or opcode == ops.ROR:
            if not isinstance(b, ConstOp):
                lowering.clobbers[id] = 1 << RCX
                self._want(b, RCX)
            self._partner(op, a)
        else:
            if opcode >= ops.ADD_OVF and opcode <= ops.MUL_OVF_UN:
                self.has_calls = True
            self._partner(op, a)
            if isinstance(b, ConstOp):
                if opcode == ops.MUL or opcode == ops.MUL_OVF:
                    # imul has a form with three operands; big constants and powers of two are done otherwise.
                    if -0x80000000 <= b.value <= 0x7FFFFFFF and (b.value < 0 or b.value & b.value - 1):
                        self._fold_load(a, op, block_index, a.type)
                return
            commutative = is_commutative(opcode)
            if self._fold_load(b, op, block_index, b.type):
                lowering.late[id] = 2
            elif commutative and self._fold_load(a, op, block_index, a.type):
                lowering.late[id] = 1
                self._partner(op, b)
            elif not commutative:
                lowering.late[id] = 2

    def _select_constant_division(self, op: Op, divisor: int) -> None:
        """Division by a constant without a division instruction."""
        lowering = self.lowering
        id = op.id
        if is_power_division(op.opcode, op.type, divisor):
            self._partner(op, op.args[0])
        elif op.type != I32:
            # The wide product comes in rdx:rax; the number is needed again.
            lowering.clobbers[id] = _DIVIDE_MASK
            lowering.late[id] = 1
            lowering.result_late[id] = 1
            if op.opcode == ops.DIV or op.opcode == ops.DIV_UN:
                lowering.prefer(id, RDX)

    def _select_float(self, op: Op, opcode: int, block_index: int) -> None:
        lowering = self.lowering
        args = op.args
        if len(args) == 1:
            if opcode == ops.FSQRT or opcode == ops.FROUND:
                self._fold_load(args[0], op, block_index, op.type)
            else:
                self._partner(op, args[0])
            return
        self._partner(op, args[0])
        if self._fold_load(args[1], op, block_index, op.type):
            lowering.late[op.id] = 2
        elif opcode == ops.FSUB or opcode == ops.FDIV:
            lowering.late[op.id] = 2

    def _select_conversion(self, op: Op, opcode: int, block_index: int) -> None:
        a = op.args[0]
        if opcode == ops.SEXT32 or opcode == ops.ZEXT32:
            if not self._fold_load(a, op, block_index, I32) and opcode == ops.ZEXT32:
                self._partner(op, a)
        elif opcode == ops.TRUNC:
            self._partner(op, a)
        elif opcode == ops.BITCAST:
            if self.lowering.register_class[op.id] != CLASS_FLOAT and a.type != F32 and a.type != F64:
                self._partner(op, a)
        elif opcode == ops.F2F:
            self._fold_load(a, op, block_index, a.type)
        elif opcode == ops.I2F:
            self._fold_load(a, op, block_index, a.type)
        elif opcode == ops.F2I or opcode == ops.F2U or opcode == ops.U2F:
            # The operand is looked at again after the result was written.
            self.lowering.late[op.id] = 1

    def _select_compare(self, op: Op, opcode: int, block_index: int) -> None:
        lowering = self.lowering
        args = op.args
        a = args[0]
        b = args[1]
        if opcode == ops.FCMP or opcode == ops.FBRANCH:
            # Either order of the operands may be needed; only the second one can be in memory.
            cond = op.cond if isinstance(op, (CompareOp, BranchOp)) else 0
            second = a if float_compare_swaps(cond) else b
            self._fold_load(second, op, block_index, second.type)
            return
        if opcode == ops.TRAP_IF:
            self.has_calls = True
        if opcode == ops.SELECT:
            self._partner(op, args[3])
            self._partner(op, args[2])
        if isinstance(b, ConstOp):
            if opcode == ops.BRANCH and b.value == 0 and isinstance(op, BranchOp) and op.cond <= ops.NE:
                # A branch on the outcome of another compare, or on some bits.
                if lowering.use_count[a.id] == 1 and lowering.block_index[a.id] == block_index:
                    if a.opcode == ops.CMP or a.opcode == ops.FCMP:
                        lowering.kind[a.id] = KIND_FOLDED
                        self.epoch[a.id] = self.epoch[op.id]
                        return
                    if a.opcode == ops.AND:
                        lowering.kind[a.id] = KIND_FOLDED
                        self.epoch[a.id] = self.epoch[op.id]
                        return
            if isinstance(a, MemoryOp) and a.memory < M_I32 and fits_memory(a.memory, b.value):
                if condition_of(op) <= ops.NE:
                    self._fold_small_load(a, op, block_index)
                    return
        if not self._fold_load(b, op, block_index, b.type):
            self._fold_load(a, op, block_index, a.type)

    def _want(self, value: Op, register: int) -> None:
        """The value would best be in the register."""
        if self.lowering.hint[value.id] < 0:
            self.lowering.hint[value.id] = register

    def _fold_update(self, store: MemoryOp, block_index: int) -> None:
        """Turn load, operation and store of one place into an instruction with a memory destination."""
        lowering = self.lowering
        value = store.args[len(store.args) - 1]
        opcode = value.opcode
        if store.is_volatile or not M_I32 <= store.memory <= M_I64 or lowering.use_count[value.id] != 1:
            return
        if opcode != ops.ADD and opcode != ops.SUB and not ops.AND <= opcode <= ops.XOR:
            return
        if lowering.block_index[value.id] != block_index:
            return
        for which in range(2):
            load = value.args[which]
            if (which and opcode == ops.SUB) or not isinstance(load, MemoryOp):
                continue
            other = value.args[1 - which]
            if (
                load.opcode == ops.LOAD
                and not load.is_volatile
                and load.memory == store.memory
                and load.has_index == store.has_index
                and load.offset == store.offset
                and load.scale == store.scale
                and load.args[0] is store.args[0]
                and (not load.has_index or load.args[1] is store.args[1])
                and lowering.use_count[load.id] == 1
                and lowering.block_index[load.id] == block_index
                and self.epoch[load.id] == self.epoch[store.id]
                and other is not load
            ):
                lowering.kind[load.id] = KIND_FOLDED
                lowering.kind[value.id] = KIND_FOLDED
                self.updates[value.id] = which
                return

    def _select_other(self, op: Op, opcode: int, block_index: int) -> None:
        lowering = self.lowering
        id = op.id
        args = op.args
        if opcode == ops.STORE and isinstance(op, MemoryOp):
            self._fold_update(op, block_index)
            return
        if opcode == ops.STORE_BARRIER or opcode == ops.STORE_CHECKED:
            lowering.clobbers[id] = VOLATILE_MASK
            self.has_calls = True
            if isinstance(op, MemoryOp):
                self._want(args[len(args) - 1], RSI)
                if not op.has_index and op.offset == 0:
                    self._want(args[0], RDI)
        elif isinstance(op, CallOp):
            self.has_calls = True
            lowering.clobbers[id] = VOLATILE_MASK
            lowering.result_late[id] = 1
            places = ArgumentPlaces(op.signature)
            self.call_args[id] = places
            if places.stack_size > self.outgoing_size:
                self.outgoing_size = places.stack_size
            if opcode == ops.TAIL_CALL and places.stack_size > self.tail_stack_size:
                self.tail_stack_size = places.stack_size
            skip = 1 if op.target >= ops.TARGET_INDIRECT else 0
            for i in range(skip, len(args)):
                arg = args[i]
                first = places.first[i - skip]
                if first >= 0 and op.signature.params[i - skip].type != STRUCT and lowering.hint[arg.id] < 0:
                    lowering.hint[arg.id] = first
            if op.type == F32 or op.type == F64:
                lowering.prefer(id, XMM0)
            elif op.type != VOID:
                lowering.prefer(id, RAX)
        elif isinstance(op, BlockOp):
            if opcode == ops.COPY_BLOCK:
                if op.needs_barrier and op.layout.gc_refs:
                    lowering.clobbers[id] = _STRING_MASK
                    self.has_calls = True
                    self._want(args[0], RDI)
                    self._want(args[1], RSI)
                elif op.layout.size > UNROLL_LIMIT:
                    lowering.clobbers[id] = _STRING_MASK
            elif op.layout.size > UNROLL_LIMIT:
                lowering.clobbers[id] = _STRING_MASK
        elif opcode == ops.ATOMIC_CMPXCHG:
            lowering.clobbers[id] = _RAX_MASK
            lowering.late[id] = 3
            lowering.result_late[id] = 1
            lowering.prefer(id, RAX)
            self._want(args[2], RAX)
        elif opcode == ops.ATOMIC_XCHG or opcode == ops.ATOMIC_ADD:
            lowering.late[id] = 1
            self._partner(op, args[1])
        elif opcode == ops.LOCALLOC:
            self.has_localloc = True
        elif opcode == ops.GC_POLL:
            if not self.can_interrupt or lowering.order[block_index].loop_depth == 0:
                self.has_calls = True
                self.polls.append(op)
            else:
                self.has_ranges = True
        elif opcode == ops.RETURN:
            if args:
                result = lowering.function.signature.result.type
                if result != STRUCT:
                    self._want(args[0], XMM0 if result == F32 or result == F64 else RAX)
        elif opcode == ops.CONTINUATION:
            # The register holds it since the call in front, whose own result must not go there.
            lowering.clobbers[id] = 1 << CONTINUATION_RESULT
            lowering.result_late[id] = 1
            lowering.prefer(id, CONTINUATION_RESULT)
        elif opcode == ops.SUSPEND:
            self._want(args[0], CONTINUATION_RESULT)
        elif opcode == ops.CALL_FINALLY:
            self.has_calls = True
            lowering.clobbers[id] = ALL_MASK


def condition_of(op: Op) -> int:
    """Condition of any operation that compares."""
    if isinstance(op, BranchOp):
        return op.cond
    if isinstance(op, CompareOp):
        return op.cond
    if isinstance(op, ops.TrapOp):
        return op.cond
    raise ValueError("the operation does not compare")


def makes_number(op: Op) -> bool:
    """Whether an I64 is the address that a reference or byref holds, or is computed from it.

    The difference of two byrefs is one instruction, and then is independent of where the object is.
    """
    opcode = op.opcode
    if opcode == ops.LOAD or opcode >= ops.NULL_CHECK or op.type != I64:
        return False
    first = len(op.args) - 2 if opcode == ops.SELECT else 0
    count = 0
    for i in range(first, len(op.args)):
        if is_gc_type(op.args[i].type):
            count += 1
    return count > 0 and not (opcode == ops.SUB and count == 2)


def has_effect(opcode: int) -> bool:
    """Whether a load must not move over the operation: it writes memory, or may throw something else than a load."""
    if opcode < ops.DIV:
        return False
    if opcode <= ops.REM_UN:
        return True
    if opcode <= ops.MUL_OVF_UN:
        return opcode >= ops.ADD_OVF
    if opcode < ops.TRAP_IF:
        return False
    return opcode != ops.LOAD and opcode != ops.ADDR and opcode != ops.NULL_CHECK


def is_commutative(opcode: int) -> bool:
    """Whether the operands of a two-operand instruction may change places."""
    return opcode in (
        ops.ADD,
        ops.MUL,
        ops.AND,
        ops.OR,
        ops.XOR,
        ops.ADD_OVF,
        ops.MUL_OVF,
        ops.ADD_OVF_UN,
        ops.MUL_OVF_UN,
        ops.MULHI,
        ops.MULHI_UN,
    )


def float_compare_swaps(cond: int) -> bool:
    """Whether a float compare is done with its operands exchanged, so that one flag tells (NaN sets all of them)."""
    return cond == ops.LT or cond == ops.LE or cond == ops.GT_UN or cond == ops.GE_UN


def fits_memory(memory: int, value: int) -> bool:
    """Whether a small memory access can hold a value."""
    if memory == 0:
        return -128 <= value <= 127
    if memory == 1:
        return 0 <= value <= 255
    if memory == 2:
        return -128 <= value <= 127
    return 0 <= value <= 127


def divides_without_div(opcode: int, type: int, divisor: int) -> bool:
    """Whether division by the constant is done by multiplication and shifts."""
    width = 32 if type == I32 else 64
    if opcode == ops.DIV_UN or opcode == ops.REM_UN:
        divisor &= (1 << width) - 1
        # Above half the range the quotient is 0 or 1, and the shifts below do not fit.
        return 0 < divisor <= 1 << width - 1
    # -1 must throw on overflow, 0 always.
    return divisor not in (0, -1) and divisor != -(1 << width - 1)


def is_power_division(opcode: int, type: int, divisor: int) -> bool:
    """Whether it is a division by a positive power of two."""
    if opcode == ops.DIV_UN or opcode == ops.REM_UN:
        divisor &= 0xFFFFFFFF if type == I32 else 0xFFFFFFFFFFFFFFFF
    return divisor > 0 and not divisor & divisor - 1
