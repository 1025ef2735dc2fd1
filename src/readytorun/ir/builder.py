"""Appends operations to the current block of a function."""

from __future__ import annotations

from readytorun.ir import ops
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import (
    BlockOp,
    BranchOp,
    CallOp,
    CellOp,
    CompareOp,
    ConstOp,
    DataOp,
    FloatConstOp,
    ImmOp,
    MemoryOp,
    Op,
    ParamOp,
    SlotOp,
    TerminatorOp,
    TrapOp,
)
from readytorun.ir.types import BYREF, I32, I64, MEMORY_VALUE_TYPES, REF, VOID, CallSignature, StructLayout
from readytorun.r2r.model import Cell


class IRBuilder:
    """Builds one function.

    Attributes:
        function: what is built.
        block: where operations are appended; None while control cannot get here.
        il_offset: IL offset in the root method, recorded in each new operation.
    """

    __slots__ = ("block", "function", "il_offset")

    def __init__(self, function: Function) -> None:
        self.function = function
        self.block: Block | None = None
        self.il_offset = -1

    @property
    def is_reachable(self) -> bool:
        """Whether control gets here.

        To be asked instead of `block is not None` after calls that may end the block: type checkers keep what they
        inferred of an attribute over calls, and mypyc compiles that inference into a cast.
        """
        return self.block is not None

    def append(self, op: Op) -> None:
        """Append an operation to the current block; it is dropped where control cannot get."""
        block = self.block
        if block is not None:
            block.ops.append(op)

    # --- values ------------------------------------------------------------------------------------------------

    def const(self, type: int, value: int) -> Op:
        """Integer constant of type I32 or I64; wraps to the signed range of the type."""
        if type == I32:
            value = ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        else:
            value = ((value + 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000
        op = ConstOp(self.function.new_id(), type, value, self.il_offset)
        self.append(op)
        return op

    def null(self, type: int = REF) -> Op:
        """Null reference or null byref."""
        op = ConstOp(self.function.new_id(), type, 0, self.il_offset)
        self.append(op)
        return op

    def float_const(self, type: int, bits: int) -> Op:
        """Floating point constant from its IEEE bits."""
        op = FloatConstOp(self.function.new_id(), type, bits, self.il_offset)
        self.append(op)
        return op

    def param(self, type: int, index: int) -> Op:
        """Incoming parameter; entry block only."""
        op = ParamOp(self.function.new_id(), type, index)
        self.append(op)
        return op

    def slot_addr(self, slot: Slot) -> Op:
        """Address of a frame slot."""
        op = SlotOp(self.function.new_id(), slot)
        self.append(op)
        return op

    def load_cell(self, cell: Cell) -> Op:
        """Content of an import cell."""
        op = CellOp(self.function.new_id(), ops.LOAD_CELL, cell, self.il_offset)
        self.append(op)
        return op

    def load_string(self, cell: Cell) -> Op:
        """String object of a string cell."""
        op = CellOp(self.function.new_id(), ops.LOAD_STRING, cell, self.il_offset)
        self.append(op)
        return op

    def data_addr(self, field_rid: int) -> Op:
        """Address of RVA field data."""
        op = DataOp(self.function.new_id(), field_rid)
        self.append(op)
        return op

    def op(self, opcode: int, type: int, args: list[Op]) -> Op:
        """Any operation without more than operands."""
        op = Op(self.function.new_id(), opcode, type, args, self.il_offset)
        self.append(op)
        return op

    def unary(self, opcode: int, type: int, a: Op) -> Op:
        """Unary arithmetic or conversion; folds constants where that is a one-liner."""
        if isinstance(a, ConstOp):
            value = a.value
            if opcode == ops.SEXT32:
                return self.const(I64, value)
            if opcode == ops.ZEXT32:
                return self.const(I64, value & 0xFFFFFFFF)
            if opcode == ops.TRUNC:
                return self.const(I32, value)
            if opcode == ops.ZEXT8:
                return self.const(I32, value & 0xFF)
            if opcode == ops.ZEXT16:
                return self.const(I32, value & 0xFFFF)
            if opcode == ops.SEXT8:
                return self.const(I32, ((value + 0x80) & 0xFF) - 0x80)
            if opcode == ops.SEXT16:
                return self.const(I32, ((value + 0x8000) & 0xFFFF) - 0x8000)
            if opcode == ops.NEG:
                return self.const(type, -value)
            if opcode == ops.NOT:
                return self.const(type, ~value)
        return self.op(opcode, type, [a])

    def binary(self, opcode: int, type: int, a: Op, b: Op) -> Op:
        """Binary arithmetic; folds constants where that is a one-liner."""
        if isinstance(b, ConstOp):
            y = b.value
            if isinstance(a, ConstOp) and type != BYREF:
                x = a.value
                if opcode == ops.ADD:
                    return self.const(type, x + y)
                if opcode == ops.SUB:
                    return self.const(type, x - y)
                if opcode == ops.MUL:
                    return self.const(type, x * y)
                if opcode == ops.AND:
                    return self.const(type, x & y)
                if opcode == ops.OR:
                    return self.const(type, x | y)
                if opcode == ops.XOR:
                    return self.const(type, x ^ y)
            elif y == 0 and (opcode == ops.ADD or opcode == ops.SUB) and a.type == type:
                return a
            elif y == 1 and opcode == ops.MUL:
                return a
        return self.op(opcode, type, [a, b])

    def compare(self, cond: int, a: Op, b: Op) -> Op:
        """Integer or reference compare to I32 0/1."""
        if isinstance(a, ConstOp) and isinstance(b, ConstOp):
            return self.const(I32, 1 if evaluate_condition(cond, a, b) else 0)
        op = CompareOp(self.function.new_id(), ops.CMP, I32, cond, [a, b], self.il_offset)
        self.append(op)
        return op

    def float_compare(self, cond: int, a: Op, b: Op) -> Op:
        """Float compare to I32 0/1."""
        op = CompareOp(self.function.new_id(), ops.FCMP, I32, cond, [a, b], self.il_offset)
        self.append(op)
        return op

    def select(self, cond: int, a: Op, b: Op, if_true: Op, if_false: Op) -> Op:
        """Integer conditional move."""
        op = CompareOp(
            self.function.new_id(), ops.SELECT, if_true.type, cond, [a, b, if_true, if_false], self.il_offset
        )
        self.append(op)
        return op

    def trap_if(self, cond: int, a: Op, b: Op, trap: int) -> None:
        """Throw when the integer compare holds."""
        if isinstance(a, ConstOp) and isinstance(b, ConstOp) and not evaluate_condition(cond, a, b):
            return
        self.append(TrapOp(self.function.new_id(), cond, trap, [a, b], self.il_offset))

    def null_check(self, reference: Op) -> None:
        """Fault when the reference is null."""
        self.op(ops.NULL_CHECK, VOID, [reference])

    # --- memory ------------------------------------------------------------------------------------------------

    def load(self, memory: int, base: Op, offset: int = 0, is_volatile: bool = False) -> Op:
        """Load from base + offset."""
        op = MemoryOp(
            self.function.new_id(),
            ops.LOAD,
            MEMORY_VALUE_TYPES[memory],
            memory,
            [base],
            False,
            1,
            offset,
            is_volatile,
            self.il_offset,
        )
        self.append(op)
        return op

    def load_invariant(self, memory: int, base: Op, offset: int) -> Op:
        """Load what never changes while the object lives: array and string lengths, the MethodTable pointer."""
        op = MemoryOp(
            self.function.new_id(),
            ops.LOAD,
            MEMORY_VALUE_TYPES[memory],
            memory,
            [base],
            False,
            1,
            offset,
            False,
            self.il_offset,
            True,
        )
        self.append(op)
        return op

    def load_indexed(self, memory: int, base: Op, index: Op, scale: int, offset: int) -> Op:
        """Load from base + index * scale + offset; the index is I64."""
        op = MemoryOp(
            self.function.new_id(),
            ops.LOAD,
            MEMORY_VALUE_TYPES[memory],
            memory,
            [base, index],
            True,
            scale,
            offset,
            False,
            self.il_offset,
        )
        self.append(op)
        return op

    def store(self, memory: int, base: Op, value: Op, offset: int = 0, is_volatile: bool = False) -> None:
        """Store to base + offset, without barrier."""
        self.append(
            MemoryOp(
                self.function.new_id(),
                ops.STORE,
                VOID,
                memory,
                [base, value],
                False,
                1,
                offset,
                is_volatile,
                self.il_offset,
            )
        )

    def store_indexed(self, opcode: int, memory: int, base: Op, index: Op, scale: int, offset: int, value: Op) -> None:
        """Store to base + index * scale + offset with STORE or one of the barrier stores."""
        self.append(
            MemoryOp(
                self.function.new_id(),
                opcode,
                VOID,
                memory,
                [base, index, value],
                True,
                scale,
                offset,
                False,
                self.il_offset,
            )
        )

    def store_barrier(self, opcode: int, base: Op, value: Op, offset: int = 0) -> None:
        """Reference store with STORE_BARRIER or STORE_CHECKED."""
        self.append(
            MemoryOp(self.function.new_id(), opcode, VOID, 8, [base, value], False, 1, offset, False, self.il_offset)
        )

    def addr(self, type: int, base: Op, offset: int) -> Op:
        """base + offset as BYREF or I64."""
        if offset == 0 and base.type == type:
            return base
        op = MemoryOp(self.function.new_id(), ops.ADDR, type, 0, [base], False, 1, offset, False, self.il_offset)
        self.append(op)
        return op

    def addr_indexed(self, type: int, base: Op, index: Op, scale: int, offset: int) -> Op:
        """base + index * scale + offset as BYREF or I64."""
        op = MemoryOp(
            self.function.new_id(), ops.ADDR, type, 0, [base, index], True, scale, offset, False, self.il_offset
        )
        self.append(op)
        return op

    def copy_block(self, destination: Op, source: Op, layout: StructLayout, needs_barrier: bool) -> None:
        """Copy a struct."""
        self.append(
            BlockOp(
                self.function.new_id(),
                ops.COPY_BLOCK,
                [destination, source],
                layout,
                needs_barrier and len(layout.gc_refs) > 0,
                self.il_offset,
            )
        )

    def zero_block(self, destination: Op, layout: StructLayout) -> None:
        """Clear a struct."""
        self.append(BlockOp(self.function.new_id(), ops.ZERO_BLOCK, [destination], layout, False, self.il_offset))

    # --- calls and control -------------------------------------------------------------------------------------

    def call(self, target: int, cell: Cell | None, signature: CallSignature, args: list[Op]) -> CallOp:
        """Append a call; its value has the type of the signature's result (VOID for struct results)."""
        result = signature.result.type
        op = CallOp(
            self.function.new_id(),
            ops.CALL,
            VOID if result == 7 else result,
            target,
            cell,
            signature,
            args,
            self.il_offset,
        )
        self.append(op)
        return op

    def tail_call(self, target: int, cell: Cell | None, signature: CallSignature, args: list[Op]) -> None:
        """End the current block with a jump to a callee."""
        block = self.block
        if block is None:
            return
        op = CallOp(self.function.new_id(), ops.TAIL_CALL, VOID, target, cell, signature, args, self.il_offset)
        op.is_user_call = True
        block.ops.append(op)
        self.block = None

    def imm(self, opcode: int, type: int, args: list[Op], imm: int) -> Op:
        """Operation with a small immediate."""
        op = ImmOp(self.function.new_id(), opcode, type, args, imm, self.il_offset)
        self.append(op)
        return op

    def jump(self, target: Block) -> None:
        """End the current block with a jump."""
        block = self.block
        if block is not None:
            block.ops.append(TerminatorOp(self.function.new_id(), ops.JUMP, [], [target], self.il_offset))
            target.preds.append(block)
            self.block = None

    def branch(self, opcode: int, cond: int, a: Op, b: Op, if_true: Block, if_false: Block) -> None:
        """End the current block with BRANCH or FBRANCH; a constant condition becomes a jump."""
        block = self.block
        if block is None:
            return
        if opcode == ops.BRANCH and isinstance(a, ConstOp) and isinstance(b, ConstOp):
            self.jump(if_true if evaluate_condition(cond, a, b) else if_false)
            return
        if if_true is if_false:
            self.jump(if_true)
            return
        block.ops.append(BranchOp(self.function.new_id(), opcode, cond, [a, b], [if_true, if_false], self.il_offset))
        if_true.preds.append(block)
        if_false.preds.append(block)
        self.block = None

    def terminate(self, opcode: int, args: list[Op], targets: list[Block], edges: list[Block]) -> None:
        """End the current block with any terminator; `edges` are the targets that values flow to."""
        block = self.block
        if block is None:
            return
        if targets:
            block.ops.append(TerminatorOp(self.function.new_id(), opcode, args, targets, self.il_offset))
        else:
            block.ops.append(Op(self.function.new_id(), opcode, VOID, args, self.il_offset))
        for target in edges:
            # A switch may name a block several times; it is one predecessor all the same.
            if not target.preds or target.preds[-1] is not block:
                target.preds.append(block)
        self.block = None


def evaluate_condition(cond: int, a: ConstOp, b: ConstOp) -> bool:
    """Outcome of an integer compare of two constants."""
    x = a.value
    y = b.value
    if cond == ops.EQ:
        return x == y
    if cond == ops.NE:
        return x != y
    if cond >= ops.LT_UN:
        mask = 0xFFFFFFFF if a.type == I32 else 0xFFFFFFFFFFFFFFFF
        x &= mask
        y &= mask
        cond -= ops.LT_UN - ops.LT
    if cond == ops.LT:
        return x < y
    if cond == ops.LE:
        return x <= y
    if cond == ops.GT:
        return x > y
    return x >= y
