"""Random functions: structured programs over integers, floats, arrays, frame slots, calls and exceptions.

The same seed gives the same function. SSA is built as the importer does it, so that redundant phis, dead code and
repeated checks occur as they do in real methods. Loops are bounded by counters or by the interpreter's fuel.
"""

from __future__ import annotations

import random

from irtools import choices
from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, EHRegion, Funclet, Function, Slot
from readytorun.ir.ops import MemoryOp, Op
from readytorun.ir.ssa import SSABuilder
from readytorun.ir.types import (
    BYREF,
    F64,
    I32,
    I64,
    M_I32,
    M_I64,
    REF,
    STRUCT,
    VOID,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind

PAIR = StructLayout(16, 8, (), (0, 0))
ARRAY_LENGTH = 6
SIGNATURE = CallSignature([AbiType(REF), AbiType(REF), AbiType(I32), AbiType(I32), AbiType(I64)], AbiType(I32))

_BINARY = [*choices.ARITHMETIC, *choices.ARITHMETIC, *choices.DIVISIONS, *choices.CHECKED, *choices.HIGH_HALVES]


class Generator:
    """Makes one function; `with_eh` decides whether variables live in the frame and try blocks occur."""

    def __init__(self, seed: int, size: int = 30, with_eh: bool = False) -> None:
        self.random = random.Random(seed)
        self.budget = size
        self.with_eh = with_eh
        self.function = Function(f"random{seed}", SIGNATURE)
        self.builder = IRBuilder(self.function)
        self.ssa = SSABuilder(self.function)
        self.types = [I32, I32, I32, I32, I64, I64, REF, REF, F64]
        self.slots: list[Slot] = []
        self.funclet = 0
        self.try_index = -1
        self.handlers: list[tuple[Block, EHRegion]] = []
        self.depth = 0
        self.loops: list[tuple[Block, Block]] = []
        self.cold: list[list[Block]] = []

    def make(self) -> Function:
        builder = self.builder
        function = self.function
        entry = self.new_block()
        self.start(entry)
        self.ssa.seal(entry)
        self.pair = function.new_slot(16, 8, (), True)
        self.scratch = function.new_slot(16, 8, (), True)
        if self.with_eh:
            self.slots = [function.new_slot(8, 8, ((0, False),) if t == REF else (), True) for t in self.types]
        else:
            for type in self.types:
                self.ssa.new_variable(type)
        params = [builder.param(param.type, index) for index, param in enumerate(SIGNATURE.params)]
        for variable, value in ((6, params[0]), (7, params[1]), (0, params[2]), (1, params[3]), (4, params[4])):
            self.write(variable, value)
        for variable in (2, 3, 5):
            self.write(variable, builder.const(self.types[variable], self.random.choice(choices.CONSTANTS)))
        self.write(8, builder.float_const(F64, 0x3FF8000000000000))
        self.block_of_statements()
        builder.terminate(ops.RETURN, [self.expression(I32, 1)], [], [])
        return self.finish()

    def finish(self) -> Function:
        # Funclets behind the main body; a try range is contiguous since its blocks are created in one go.
        function = self.function
        main = [block for block in function.blocks if block.funclet == 0]
        for number in range(1, len(function.funclets) + 1):
            main.extend([block for block in function.blocks if block.funclet == number])
        function.blocks = main
        return function

    # --- blocks ------------------------------------------------------------------------------------------------

    def new_block(self) -> Block:
        block = self.function.new_block()
        block.funclet = self.funclet
        block.try_index = self.try_index
        return block

    def start(self, block: Block) -> None:
        """Append a block to the function and continue in it."""
        block.funclet = self.funclet
        block.try_index = self.try_index
        self.function.blocks.append(block)
        self.builder.block = block

    def current(self) -> Block:
        block = self.builder.block
        assert block is not None
        return block

    # --- variables ---------------------------------------------------------------------------------------------

    def read(self, variable: int) -> Op:
        if not self.with_eh:
            return self.ssa.read(variable, self.current())
        type = self.types[variable]
        memory = {I32: 4, I64: 5, REF: 8, F64: 7}[type]
        return self.builder.load(memory, self.builder.slot_addr(self.slots[variable]))

    def write(self, variable: int, value: Op) -> None:
        if not self.with_eh:
            self.ssa.write(variable, self.current(), value)
            return
        memory = {I32: 4, I64: 5, REF: 8, F64: 7}[self.types[variable]]
        self.builder.store(memory, self.builder.slot_addr(self.slots[variable]), value)

    # --- expressions -------------------------------------------------------------------------------------------

    def expression(self, type: int, depth: int) -> Op:
        rng = self.random
        builder = self.builder
        if depth <= 0 or rng.random() < 0.25:
            if type in (I32, I64) and rng.random() < 0.35:
                return builder.const(type, rng.choice(choices.CONSTANTS))
            return self.read(rng.choice([v for v, t in enumerate(self.types) if t == type]))
        choice = rng.randrange(16)
        if type == F64:
            if choice < 6:
                opcode = rng.choice(choices.FLOAT_ARITHMETIC)
                return builder.op(opcode, F64, [self.expression(F64, depth - 1), self.expression(F64, depth - 1)])
            if choice < 9:
                return builder.op(rng.choice(choices.TO_FLOAT), F64, [self.expression(I32, depth - 1)])
            return builder.op(rng.choice(choices.FLOAT_UNARY), F64, [self.expression(F64, depth - 1)])
        if type == REF:
            return self.read(rng.choice([6, 7]))
        if choice < 6:
            opcode = rng.choice(_BINARY)
            if opcode >= ops.ADD_OVF and rng.random() < 0.5:
                opcode = ops.ADD
            if ops.DIV <= opcode <= ops.REM_UN and rng.random() < 0.7:
                divisor = builder.const(type, rng.choice(choices.DIVISORS))
                return builder.op(opcode, type, [self.expression(type, depth - 1), divisor])
            make = builder.binary if rng.random() < 0.5 else builder.op
            a = self.expression(type, depth - 1)
            b = self.expression(type, depth - 1)
            return make(opcode, type, a, b) if make == builder.binary else builder.op(opcode, type, [a, b])
        if choice < 7:
            return builder.op(
                rng.choice(choices.SHIFTS), type, [self.expression(type, depth - 1), self.shift_count(depth)]
            )
        if choice < 8:
            return builder.op(rng.choice(choices.UNARY), type, [self.expression(type, depth - 1)])
        if choice < 9:
            a = self.expression(type, depth - 1)
            b = self.expression(type, depth - 1)
            x = self.expression(I64, depth - 1)
            y = self.expression(I64, depth - 1)
            return builder.select(rng.randrange(10), x, y, a, b)
        if choice < 11:
            return self.load_expression(type, depth)
        if type == I64:
            return builder.op(rng.choice(choices.EXTENSIONS), I64, [self.expression(I32, depth - 1)])
        if choice < 12:
            opcode = rng.choice(choices.SMALL_EXTENSIONS)
            return builder.op(opcode, I32, [self.expression(I32, depth - 1)])
        if choice < 13:
            return builder.op(ops.TRUNC, I32, [self.expression(I64, depth - 1)])
        if choice < 14:
            a = self.expression(F64, depth - 1)
            return builder.float_compare(rng.randrange(12), a, self.expression(F64, depth - 1))
        return self.condition_value(depth)

    def shift_count(self, depth: int) -> Op:
        if self.random.random() < 0.6:
            return self.builder.const(I32, self.random.choice([0, 1, 2, 8, 16, 24, 31, 32, 33]))
        return self.expression(I32, depth - 1)

    def condition_value(self, depth: int) -> Op:
        rng = self.random
        builder = self.builder
        type = rng.choice([I32, I32, I64, REF])
        a = self.expression(type, depth - 1)
        if type == REF:
            return builder.compare(rng.choice([ops.EQ, ops.NE]), a, builder.null())
        b = self.expression(type, depth - 1)
        value = builder.compare(rng.randrange(10), a, b)
        while rng.random() < 0.4:
            value = builder.compare(rng.choice([ops.EQ, ops.NE, ops.GT_UN]), value, builder.const(I32, 0))
        return value

    def load_expression(self, type: int, depth: int) -> Op:
        rng = self.random
        builder = self.builder
        choice = rng.randrange(6)
        memory = rng.choice([0, 1, 2, 3, 4]) if type == I32 else M_I64
        if choice == 0:
            slot = rng.choice([self.pair, self.scratch])
            return builder.load(memory, builder.slot_addr(slot), rng.choice([0, 8]))
        if choice == 1:
            return builder.load(memory, self.expression(REF, 0), rng.choice([16, 24]))
        if choice == 2 and type == I32:
            array = self.expression(REF, 0)
            if rng.random() < 0.7:
                return builder.load_invariant(M_I32, array, 8)
            return builder.load(M_I32, array, 8)
        if choice == 3 and type == I64:
            return builder.load_cell(self.cell(rng.choice([0x08, 0x10])))
        if type == I32:
            array, index = self.element(self.expression(REF, 0), self.expression(I32, depth - 1))
            if rng.random() < 0.5:
                return builder.load_indexed(M_I32, array, index, 4, 16)
            return builder.load(M_I32, builder.addr_indexed(BYREF, array, index, 4, 16))
        address = builder.addr(BYREF, self.expression(REF, 0), 16)
        return builder.load(memory, address, 8)

    def cell(self, number: int) -> Cell:
        cell = Cell(ImportSectionKind.PRECODE, bytes((0x10, number)))
        if cell not in self.function.fixups:
            self.function.fixups.append(cell)
        return cell

    def element(self, array: Op, index: Op) -> tuple[Op, Op]:
        """Array and extended index behind a bounds check."""
        builder = self.builder
        if self.random.random() < 0.7:
            index = builder.op(ops.AND, I32, [index, builder.const(I32, 3)])
        length = builder.load_invariant(M_I32, array, 8)
        builder.trap_if(ops.GE_UN, index, length, ops.TRAP_RANGE)
        return array, builder.op(ops.ZEXT32, I64, [index])

    # --- statements --------------------------------------------------------------------------------------------

    def block_of_statements(self) -> None:
        self.depth += 1
        for _ in range(self.random.randrange(1, 5)):
            if self.budget <= 0 or self.builder.block is None:
                break
            self.budget -= 1
            self.statement()
        self.depth -= 1

    def statement(self) -> None:
        rng = self.random
        builder = self.builder
        choice = rng.randrange(24)
        if self.depth > 5:
            choice = rng.randrange(12)
        if choice < 6:
            variable = rng.randrange(len(self.types))
            self.write(variable, self.expression(self.types[variable], 3))
        elif choice < 8:
            self.store_statement()
        elif choice < 10:
            self.call_statement()
        elif choice < 11:
            builder.null_check(self.expression(REF, 0))
        elif choice < 12:
            a = self.expression(I32, 2)
            builder.trap_if(rng.randrange(10), a, builder.const(I32, rng.choice(choices.CONSTANTS)), rng.randrange(3))
        elif choice < 16:
            self.if_statement()
        elif choice < 19:
            self.counted_loop()
        elif choice < 20:
            self.while_loop()
        elif choice < 21:
            self.switch_statement()
        elif choice < 22 and self.loops:
            target = rng.choice(self.loops[-1])
            builder.jump(target)
            self.start(self.new_block())
            self.ssa.seal(self.current())
        elif self.with_eh and self.depth < 4 and not self.loops:
            self.try_statement()
        else:
            self.if_statement()

    def store_statement(self) -> None:
        rng = self.random
        builder = self.builder
        choice = rng.randrange(7)
        if choice == 6:
            self.atomic_statement()
        elif choice == 0:
            slot = rng.choice([self.pair, self.scratch])
            if rng.random() < 0.5:
                builder.store(M_I64, builder.slot_addr(slot), self.expression(I64, 2), rng.choice([0, 8]))
            else:
                offset = rng.choice([0, 1, 4, 8, 12])
                builder.store(rng.randrange(5), builder.slot_addr(slot), self.expression(I32, 2), offset)
        elif choice == 1:
            target, source = builder.slot_addr(self.pair), builder.slot_addr(self.scratch)
            if rng.random() < 0.5:
                target, source = source, target
            builder.copy_block(target, source, PAIR, False)
        elif choice == 2:
            builder.zero_block(builder.slot_addr(rng.choice([self.pair, self.scratch])), PAIR)
        elif choice == 3:
            value = self.expression(I32, 2)
            address = builder.addr(BYREF, self.expression(REF, 0), 16)
            builder.store(rng.randrange(5), address, value, rng.choice([0, 4, 8]))
        else:
            array, index = self.element(self.expression(REF, 0), self.expression(I32, 2))
            builder.store_indexed(ops.STORE, M_I32, array, index, 4, 16, self.expression(I32, 2))
        if rng.random() < 0.1:
            last = self.current().ops[-1]
            if isinstance(last, MemoryOp) and last.opcode == ops.STORE:
                last.is_volatile = True

    def atomic_statement(self) -> None:
        """An exchange or addition in an element of an array."""
        rng = self.random
        builder = self.builder
        array, index = self.element(self.expression(REF, 0), self.expression(I32, 2))
        address = builder.addr_indexed(BYREF, array, index, 4, 16)
        if rng.random() < 0.3:
            address = builder.op(ops.ADD, BYREF, [builder.addr(BYREF, array, 16), builder.const(I64, 4)])
        opcode = rng.choice(choices.ATOMICS)
        args = [address, self.expression(I32, 2)]
        if opcode == ops.ATOMIC_CMPXCHG:
            args.append(self.expression(I32, 1))
        op = MemoryOp(self.function.new_id(), opcode, I32, M_I32, args)
        builder.append(op)
        self.write(rng.choice([0, 1]), op)

    def call_statement(self) -> None:
        rng = self.random
        builder = self.builder
        params: list[AbiType] = []
        args: list[Op] = []
        for _ in range(rng.randrange(4)):
            kind = rng.choice([I32, I64, REF, STRUCT, BYREF])
            if kind == STRUCT:
                params.append(AbiType(STRUCT, PAIR))
                args.append(builder.slot_addr(rng.choice([self.pair, self.scratch])))
            elif kind == BYREF:
                params.append(AbiType(BYREF))
                args.append(builder.addr(BYREF, self.expression(REF, 0), 16))
            else:
                params.append(AbiType(kind))
                args.append(self.expression(kind, 2))
        result = rng.choice([VOID, I32, I64])
        number = rng.choice([1, 2, 0xEE])
        cell = Cell(ImportSectionKind.METHOD, bytes((0x14, number)), ThunkKind.METHOD_CALL)
        call = builder.call(ops.TARGET_CELL, cell, CallSignature(params, AbiType(result)), args)
        call.is_user_call = rng.random() < 0.5
        if result != VOID:
            self.write(rng.choice([v for v, t in enumerate(self.types) if t == result]), call)

    def branch(self, if_true: Block, if_false: Block) -> None:
        rng = self.random
        builder = self.builder
        choice = rng.randrange(4)
        if choice == 0:
            value = self.condition_value(2)
            builder.branch(ops.BRANCH, rng.choice([ops.EQ, ops.NE]), value, builder.const(I32, 0), if_true, if_false)
        elif choice == 1:
            a = self.expression(F64, 2)
            builder.branch(ops.FBRANCH, rng.randrange(12), a, self.expression(F64, 1), if_true, if_false)
        else:
            type = rng.choice([I32, I64])
            a = self.expression(type, 2)
            builder.branch(ops.BRANCH, rng.randrange(10), a, self.expression(type, 1), if_true, if_false)

    def if_statement(self) -> None:
        builder = self.builder
        then, other, after = self.new_block(), self.new_block(), self.new_block()
        self.branch(then, other)
        for block in (then, other):
            self.ssa.seal(block)
            self.start(block)
            block.is_cold = self.random.random() < 0.15
            if block is then or self.random.random() < 0.5:
                self.block_of_statements()
            builder.jump(after)
        self.ssa.seal(after)
        self.start(after)

    def counted_loop(self) -> None:
        rng = self.random
        builder = self.builder
        header, body, step, after = self.new_block(), self.new_block(), self.new_block(), self.new_block()
        variable = rng.choice([2, 3])
        self.write(variable, builder.const(I32, rng.choice([0, 0, 0, 1, 2, -1])))
        builder.jump(header)
        self.start(header)
        if rng.random() < 0.6:
            bound = builder.load_invariant(M_I32, self.expression(REF, 0), 8)
        else:
            bound = builder.const(I32, rng.choice([3, 5]))
        builder.branch(ops.BRANCH, rng.choice([ops.LT, ops.LT, ops.LE]), self.read(variable), bound, body, after)
        self.ssa.seal(body)
        self.start(body)
        if rng.random() < 0.7:
            array, index = self.element(self.expression(REF, 0), self.read(variable))
            self.write(rng.choice([0, 1]), builder.load_indexed(M_I32, array, index, 4, 16))
        self.loops.append((step, after))
        self.block_of_statements()
        self.loops.pop()
        builder.jump(step)
        self.ssa.seal(step)
        self.start(step)
        self.write(variable, builder.binary(ops.ADD, I32, self.read(variable), builder.const(I32, 1)))
        builder.jump(header)
        self.ssa.seal(header)
        self.ssa.seal(after)
        self.start(after)

    def while_loop(self) -> None:
        builder = self.builder
        header, after = self.new_block(), self.new_block()
        builder.jump(header)
        self.start(header)
        self.loops.append((header, after))
        self.block_of_statements()
        self.loops.pop()
        self.branch(header, after)
        self.ssa.seal(header)
        self.ssa.seal(after)
        self.start(after)

    def switch_statement(self) -> None:
        rng = self.random
        builder = self.builder
        after = self.new_block()
        cases = [self.new_block() for _ in range(rng.randrange(1, 4))]
        targets = [rng.choice([*cases, after]) for _ in range(4)]
        value = self.expression(I32, 2)
        builder.terminate(ops.SWITCH, [value], targets, targets)
        for block in cases:
            self.ssa.seal(block)
            self.start(block)
            self.block_of_statements()
            builder.jump(rng.choice([after, after]))
        self.ssa.seal(after)
        self.start(after)

    def try_statement(self) -> None:
        """try ... catch, or try ... finally, both with the variables in the frame."""
        rng = self.random
        builder = self.builder
        function = self.function
        is_finally = rng.random() < 0.5
        region = EHRegion(2 if is_finally else 0, 0 if is_finally else rng.choice([0x02000001, 0x02000002, 0x02000004]))
        # Inner regions come first, so the number is given when the body is done; 1000 + n stands for it until then.
        outer_try, outer_funclet = self.try_index, self.funclet
        mark = 1000 + len(self.handlers)
        handler = function.new_block()
        self.handlers.append((handler, region))
        body, leave, after = self.new_block(), self.new_block(), self.new_block()
        builder.jump(body)
        self.try_index = mark
        self.ssa.seal(body)
        self.start(body)
        self.block_of_statements()
        builder.jump(leave if is_finally else after)
        self.try_index = outer_try
        number = len(function.eh_regions)
        function.eh_regions.append(region)
        for block in function.blocks:
            if block.try_index == mark:
                block.try_index = number
        for inner in function.eh_regions:
            if inner.enclosing == mark:
                inner.enclosing = number
        region.enclosing = outer_try
        function.funclets.append(Funclet(handler, False, number))
        region.handler_funclet = len(function.funclets)
        if is_finally:
            self.start(leave)
            self.ssa.seal(leave)
            builder.terminate(ops.CALL_FINALLY, [], [handler, after], [after])
        self.funclet = region.handler_funclet
        self.try_index = -1
        self.ssa.seal(handler)
        self.start(handler)
        loops, self.loops = self.loops, []
        depth, self.depth = self.depth, 5
        if not is_finally:
            exception = builder.op(ops.CATCH_ARG, REF, [])
            del exception
        self.block_of_statements()
        self.loops, self.depth = loops, depth
        if is_finally:
            builder.terminate(ops.END_FINALLY, [], [], [])
        else:
            builder.terminate(ops.CATCH_RETURN, [], [after], [])
        self.funclet = outer_funclet
        self.try_index = outer_try
        self.ssa.seal(after)
        self.start(after)


def make_function(seed: int, size: int = 30, with_eh: bool = False) -> Function:
    """A random function with `SIGNATURE`."""
    return Generator(seed, size, with_eh).make()
