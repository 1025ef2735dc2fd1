"""Random functions for back ends: what `generator` leaves out, under register pressure.

Many values alive at once, of all types; floats of both sizes, conversions, selects, atomics, write barriers, block
copies of odd sizes, calls with structs and stack arguments and all kinds of results, parameters on the stack, parallel
phis, polls. Every value that is made flows into the result in the end.
"""

from __future__ import annotations

import random

from irtools import choices
from irtools.interpreter import Machine, from_float, to_float, wrap
from readytorun.ir import ops
from readytorun.ir.builder import IRBuilder
from readytorun.ir.function import Block, Function, Slot
from readytorun.ir.ops import BlockOp, CallOp, MemoryOp, Op
from readytorun.ir.types import (
    BYREF,
    F32,
    F64,
    I32,
    I64,
    MEMORY_VALUE_TYPES,
    REF,
    STRUCT,
    VOID,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind

# Objects: MethodTable word, a reference field at 8, then 88 bytes of data.
OBJECT_DATA = 96
DATA_START, DATA_END = 16, 8 + OBJECT_DATA
LAYOUTS = [
    StructLayout(16, 8, (), (0, 0)),
    StructLayout(16, 8, ((0, False),), (0, 0)),
    StructLayout(16, 8, ((8, True),), (0, 0)),
    StructLayout(8, 8, ((0, False),), (0,)),
    StructLayout(16, 8, (), (0, 1)),
    StructLayout(12, 4, (), (1, 1)),
    StructLayout(3, 1, (), (0,)),
    StructLayout(13, 1, (), (0, 0)),
    StructLayout(24, 8, ((0, False), (16, False))),
    StructLayout(40, 8, ((8, False),)),
    StructLayout(203, 1),
    StructLayout(1, 1, (), (0,)),
    StructLayout(6, 2, (), (0,)),
]
SIGNATURE = CallSignature(
    [
        *(AbiType(REF), AbiType(F64), AbiType(I32), AbiType(I64), AbiType(REF), AbiType(F32), AbiType(I32)),
        *(AbiType(STRUCT, LAYOUTS[0]), AbiType(I32), AbiType(REF), AbiType(I64)),
    ],
    AbiType(I64),
)


def float_bits(type: int, value: float) -> int:
    return from_float(type, value)


class MixMachine(Machine):
    """The interpreter with the callee of `callee`, and what only back end tests use."""

    def _operation(self, op: Op, args: list[int]) -> int | None:
        if op.opcode == ops.FSQRT:
            value = to_float(op.type, args[0])
            return from_float(op.type, value**0.5 if value >= 0 else (value if value == 0 else float("nan")))
        return super()._operation(op, args)

    def _call(self, op: CallOp, args: list[int]) -> int | None:
        data = []
        for value, param in zip(args, op.signature.params, strict=True):
            if param.layout is not None:
                region, offset = self._bytes(value, param.layout.size)
                data.append(bytes(region[offset : offset + param.layout.size]))
            else:
                size = 4 if param.type in (I32, F32) else 8
                data.append((value & (1 << 8 * size) - 1).to_bytes(size, "little"))
        line, results = callee(op, data)
        self.outcome.trace.append(line)
        result = op.signature.result
        if result.type == STRUCT and op.result_slot is not None and result.layout is not None:
            content = b"".join([(word & (1 << 64) - 1).to_bytes(8, "little") for word in results])[: result.layout.size]
            region, offset = self._bytes(self.slots[op.result_slot.id], result.layout.size)
            region[offset : offset + len(content)] = content
            return None
        if op.type == VOID:
            return None
        if op.type in (F32, F64):
            return results[0] & (0xFFFFFFFF if op.type == F32 else (1 << 64) - 1)
        return wrap(op.type, results[0])


def callee(op: CallOp, data: list[bytes]) -> tuple[str, list[int]]:
    """What called methods do: show their arguments and return something made of them."""
    assert op.cell is not None
    line = f"call {op.cell.signature.hex()} ({', '.join([item.hex() for item in data])})"
    total = sum([int.from_bytes(item, "little") % 1000003 for item in data])
    reference = 0
    for item, param in zip(data, op.signature.params, strict=True):
        if param.type == REF:
            reference = int.from_bytes(item, "little")
    result = op.signature.result
    type = result.type
    if type == I32:
        return line, [wrap(I64, (total * 7 + 3) & 0xFFFFFFFF | 0x77777777 << 32)]
    if type == I64:
        return line, [wrap(I64, total * 0x123456789 + 3)]
    if type in (F32, F64):
        return line, [from_float(type, total % 1000 / 8)]
    if type == REF:
        return line, [reference]
    if type == STRUCT:
        layout = result.layout
        assert layout is not None
        refs = {offset for offset, _ in layout.gc_refs}
        return line, [reference if 8 * i in refs else total * (i + 5) for i in range((layout.size + 7) // 8)]
    return line, []


class Mixer:
    """Makes one function of about `size` operations."""

    def __init__(self, seed: int, size: int = 60) -> None:
        self.random = random.Random(seed)
        self.budget = size
        self.function = Function(f"mix{seed}", SIGNATURE)
        self.builder = IRBuilder(self.function)
        self.pool: dict[int, list[Op]] = {}
        self.numbers = 0

    def make(self) -> Function:
        rng = self.random
        builder = self.builder
        function = self.function
        self.start(function.new_block())
        self.slots: list[tuple[Slot, StructLayout]] = []
        for layout in LAYOUTS:
            for _ in range(1 if layout.size > 100 else 2):
                alignment = rng.choice([8, 16])
                slot = function.new_slot(layout.size, alignment, layout.gc_refs, True)
                self.slots.append((slot, layout))
        slot = function.new_slot(16, 8)
        slot.param_index = 7
        self.slots.append((slot, LAYOUTS[0]))
        for index, param in enumerate(SIGNATURE.params):
            if param.type != STRUCT:
                self.keep(builder.param(param.type, index))
        self.keep(builder.float_const(F32, float_bits(F32, 1.5)))
        self.keep(builder.addr(BYREF, self.pick(REF), 8))
        self.region()
        total = self.pick(I64)
        for values in list(self.pool.values()):
            for value in values:
                total = builder.op(
                    ops.ADD, I64, [builder.op(ops.MUL, I64, [total, builder.const(I64, 3)]), self.to_i64(value)]
                )
        builder.terminate(ops.RETURN, [total], [], [])
        return function

    # --- pool --------------------------------------------------------------------------------------------------

    def start(self, block: Block) -> None:
        self.function.blocks.append(block)
        self.builder.block = block

    def keep(self, value: Op) -> Op:
        values = self.pool.setdefault(value.type, [])
        values.append(value)
        limit = 10 if value.type in (I32, I64) else 6
        if len(values) > limit:
            values.pop(self.random.randrange(limit // 2))
        return value

    def pick(self, type: int) -> Op:
        rng = self.random
        builder = self.builder
        if type in (I32, I64) and rng.random() < 0.25:
            return builder.const(type, rng.choice(choices.CONSTANTS if type == I32 else choices.WIDE_CONSTANTS))
        if type in (F32, F64) and rng.random() < 0.25:
            return builder.float_const(type, float_bits(type, rng.choice(choices.FLOATS)))
        return rng.choice(self.pool[type])

    def to_i64(self, value: Op) -> Op:
        builder = self.builder
        if value.type == I64:
            return value
        if value.type == I32:
            return builder.op(self.random.choice(choices.EXTENSIONS), I64, [value])
        if value.type in (F32, F64):
            return builder.op(ops.F2I, I64, [value])
        if value.type == REF:
            # Addresses change: show whether it is null, or some of its content.
            return builder.op(ops.ZEXT32, I64, [builder.compare(ops.EQ, value, builder.null())])
        return builder.load(5, value, 8)

    # --- structure ---------------------------------------------------------------------------------------------

    def region(self) -> None:
        while self.budget > 0:
            self.budget -= 1
            choice = self.random.randrange(30)
            if choice == 0:
                self.diamond()
            elif choice == 1:
                self.loop()
            elif choice == 2 and self.random.random() < 0.3:
                return
            else:
                self.operation()

    def snapshot(self) -> dict[int, list[Op]]:
        return {type: list(values) for type, values in self.pool.items()}

    def diamond(self) -> None:
        rng = self.random
        builder = self.builder
        function = self.function
        then, other, after = function.new_block(), function.new_block(), function.new_block()
        self.branch(then, other)
        before = self.snapshot()
        ends = []
        pools = []
        for block in (then, other):
            self.pool = {type: list(values) for type, values in before.items()}
            self.start(block)
            block.is_cold = rng.random() < 0.2
            for _ in range(rng.randrange(5)):
                self.budget -= 1
                self.operation()
            if rng.random() < 0.2:
                self.diamond()
            ends.append(builder.block)
            pools.append(self.pool)
            builder.jump(after)
        self.pool = {type: list(values) for type, values in before.items()}
        self.start(after)
        for type in pools[0]:
            for _ in range(rng.randrange(3)):
                args = [rng.choice(pools[0][type]), rng.choice(pools[1][type])]
                self.phi(after, type, args)

    def phi(self, block: Block, type: int, args: list[Op]) -> Op:
        op = Op(self.function.new_id(), ops.PHI, type, args)
        position = 0
        while position < len(block.ops) and block.ops[position].opcode == ops.PHI:
            position += 1
        block.ops.insert(position, op)
        return self.keep(op)

    def loop(self) -> None:
        rng = self.random
        builder = self.builder
        function = self.function
        header, body, after = function.new_block(), function.new_block(), function.new_block()
        entry_values = [builder.const(I32, 0)]
        types = [I32]
        for type in (I32, I64, F64, F32, REF, BYREF):
            for _ in range(rng.randrange(4)):
                entry_values.append(rng.choice(self.pool[type]))
                types.append(type)
        builder.jump(header)
        before = self.snapshot()
        self.start(header)
        phis = [self.phi(header, type, [value]) for type, value in zip(types, entry_values, strict=True)]
        builder.branch(ops.BRANCH, ops.LT, phis[0], builder.const(I32, rng.randrange(1, 4)), body, after)
        self.start(body)
        if rng.random() < 0.6:
            self.builder.op(ops.GC_POLL, VOID, [])
        for _ in range(rng.randrange(1, 8)):
            self.budget -= 1
            self.operation()
        if rng.random() < 0.3:
            self.diamond()
        phis[0].args.append(builder.op(ops.ADD, I32, [phis[0], builder.const(I32, 1)]))
        swappable = {type: [p for p in phis[1:] if p.type == type] for type in types}
        for phi in phis[1:]:
            # Permutations of the phis make cycles of moves.
            choices = swappable[phi.type] if rng.random() < 0.6 else self.pool[phi.type]
            phi.args.append(rng.choice(choices))
        builder.jump(header)
        self.pool = before
        for phi in phis:
            self.keep(phi)
        self.start(after)

    def branch(self, if_true: Block, if_false: Block) -> None:
        rng = self.random
        builder = self.builder
        if rng.random() < 0.3:
            type = rng.choice([F32, F64])
            builder.branch(
                ops.FBRANCH, rng.randrange(12), self.pick(type), rng.choice(self.pool[type]), if_true, if_false
            )
            return
        if rng.random() < 0.4:
            type = rng.choice([I32, I64])
            value = builder.op(ops.AND, type, [rng.choice(self.pool[type]), self.pick(type)])
            builder.branch(ops.BRANCH, rng.choice([0, 1]), value, builder.const(type, 0), if_true, if_false)
            return
        type = rng.choice([I32, I64])
        builder.branch(ops.BRANCH, rng.randrange(10), self.pick(type), rng.choice(self.pool[type]), if_true, if_false)

    # --- operations --------------------------------------------------------------------------------------------

    def operation(self) -> None:
        rng = self.random
        choice = rng.randrange(20)
        if choice < 5:
            self.integer()
        elif choice < 8:
            self.floating()
        elif choice < 10:
            self.conversion()
        elif choice < 12:
            self.select()
        elif choice < 15:
            self.memory()
        elif choice < 16:
            self.atomic()
        elif choice < 18:
            self.block()
        else:
            self.call()

    def integer(self) -> None:
        rng = self.random
        builder = self.builder
        type = rng.choice([I32, I64])
        a, b = self.pick(type), self.pick(type)
        choice = rng.randrange(12)
        if choice < 6:
            opcode = rng.choice(choices.ARITHMETIC + choices.HIGH_HALVES)
            self.keep(builder.op(opcode, type, [a, b]))
        elif choice < 8:
            opcode = rng.choice(choices.SHIFTS)
            self.keep(builder.op(opcode, type, [a, self.pick(I32)]))
        elif choice < 9:
            divisor = rng.choice(choices.DIVISORS)
            if type == I64:
                divisor = rng.choice([divisor, 1 << 33, 1000000007, -(1 << 63), (1 << 63) - 1])
            if rng.random() < 0.5:
                limit = rng.choice([8, 16, 31 if type == I32 else 63])
                divisor = rng.choice([-1, 1]) * rng.randrange(2, 1 << limit)
            opcode = rng.choice(choices.DIVISIONS)
            self.keep(builder.op(opcode, type, [a, builder.const(type, divisor)]))
        elif choice < 10:
            odd = builder.op(ops.OR, type, [b, builder.const(type, 1)])
            positive = builder.op(ops.AND, type, [odd, builder.const(type, (1 << (31 if type == I32 else 63)) - 1)])
            opcode = rng.choice(choices.DIVISIONS)
            self.keep(builder.op(opcode, type, [a, positive]))
        elif choice < 11:
            opcode = rng.choice(choices.UNARY)
            self.keep(builder.op(opcode, type, [a]))
        else:
            self.keep(builder.compare(rng.randrange(10), a, b))

    def floating(self) -> None:
        rng = self.random
        builder = self.builder
        type = rng.choice([F32, F64])
        a, b = self.pick(type), self.pick(type)
        choice = rng.randrange(6)
        if choice < 3:
            self.keep(builder.op(rng.choice(choices.FLOAT_ARITHMETIC), type, [a, b]))
        elif choice < 5:
            self.keep(builder.op(rng.choice([*choices.FLOAT_UNARY, ops.FSQRT]), type, [a]))
        else:
            self.keep(builder.float_compare(rng.randrange(12), a, b))

    def conversion(self) -> None:
        rng = self.random
        builder = self.builder
        choice = rng.randrange(9)
        if choice == 0:
            self.keep(builder.op(rng.choice(choices.EXTENSIONS), I64, [self.pick(I32)]))
        elif choice == 1:
            self.keep(builder.op(ops.TRUNC, I32, [self.pick(I64)]))
        elif choice == 2:
            self.keep(builder.op(rng.choice(choices.TO_FLOAT), F64, [self.pick(rng.choice([I32, I64]))]))
        elif choice == 3:
            narrow = builder.op(ops.ZEXT16, I32, [self.pick(I32)])
            self.keep(builder.op(rng.choice(choices.TO_FLOAT), F32, [narrow]))
        elif choice < 6:
            value = self.pick(rng.choice([F32, F64]))
            self.keep(builder.op(rng.choice([ops.F2I, ops.F2U]), rng.choice([I32, I64]), [value]))
        elif choice == 6:
            self.keep(builder.op(ops.F2F, F64, [self.pick(F32)]))
        elif choice == 7:
            opcode = rng.choice(choices.SMALL_EXTENSIONS)
            self.keep(builder.op(opcode, I32, [self.pick(I32)]))
        else:
            narrow, wide = rng.choice([(I32, F32), (I64, F64)])
            value = builder.op(
                ops.BITCAST, wide, [builder.op(ops.SHR_UN, narrow, [self.pick(narrow), builder.const(I32, 3)])]
            )
            self.keep(builder.op(ops.BITCAST, narrow, [value]))

    def select(self) -> None:
        rng = self.random
        kind = rng.choice([I32, I64])
        type = rng.choice([I32, I64, F64, F32, REF])
        a, b = self.pick(kind), self.pick(kind)
        self.keep(self.builder.select(rng.randrange(10), a, b, self.pick(type), self.pick(type)))

    def place(self, size: int) -> tuple[Op, int]:
        """Address and offset of some bytes of data in an object or slot."""
        rng = self.random
        builder = self.builder
        if rng.random() < 0.5:
            slot, layout = rng.choice([s for s in self.slots if not s[1].gc_refs and s[1].size >= size])
            return builder.slot_addr(slot), rng.randrange(layout.size - size + 1)
        if rng.random() < 0.5:
            return rng.choice(self.pool[BYREF]), rng.randrange(8, 40 - size)
        return self.object(), rng.randrange(DATA_START, DATA_END - size)

    def object(self) -> Op:
        """A reference that is not null: from a parameter."""
        for op in self.function.blocks[0].ops:
            if op.opcode == ops.PARAM and op.type == REF and self.random.random() < 0.5:
                return op
        return self.function.blocks[0].ops[0]

    def memory(self) -> None:
        rng = self.random
        builder = self.builder
        memory = rng.choice([0, 1, 2, 3, 4, 4, 5, 5, 6, 7])
        size = (1, 1, 2, 2, 4, 8, 4, 8)[memory]
        type = MEMORY_VALUE_TYPES[memory]
        choice = rng.randrange(12)
        if choice >= 10:
            # A place that is changed: candidates for instructions with a memory destination.
            memory, type = rng.choice([(4, I32), (5, I64)])
            base, offset = self.place(8)
            old = builder.load(memory, base, offset)
            opcode = rng.choice(choices.ARITHMETIC)
            operands = [old, old if rng.random() < 0.1 else self.pick(type)]
            if rng.random() < 0.4:
                operands.reverse()
            value = builder.op(opcode, type, operands)
            builder.store(memory, base, value, offset)
            if rng.random() < 0.3:
                self.keep(rng.choice([old, value]))
        elif choice < 3:
            base, offset = self.place(size)
            if memory >= 6:
                value: Op = builder.load(memory - 2, base, offset)
                self.keep(builder.op(ops.I2F, F64, [value]))
            else:
                self.keep(builder.load(memory, base, offset))
        elif choice < 5:
            index = builder.op(ops.AND, I32, [self.pick(I32), builder.const(I32, 7)])
            index = builder.op(ops.ZEXT32, I64, [index])
            self.keep(builder.load_indexed(rng.choice([1, 4]), self.object(), index, rng.choice([1, 2, 4, 8]), 24))
        elif choice < 8:
            base, offset = self.place(size)
            value = self.pick(type)
            if memory >= 6:
                value = builder.float_const(type, float_bits(type, rng.choice(choices.FLOATS)))
            builder.store(memory, base, value, offset)
            if rng.random() < 0.5 and type in (I32, I64):
                self.keep(builder.op(rng.choice([ops.ADD, ops.XOR, ops.OR]), type, [self.pick(type), value]))
        elif choice < 9:
            builder.store_barrier(rng.choice([ops.STORE_BARRIER, ops.STORE_CHECKED]), self.object(), self.pick(REF), 8)
        else:
            self.keep(builder.load(8, self.object(), 8))

    def atomic(self) -> None:
        rng = self.random
        function = self.function
        memory = rng.choice([0, 1, 2, 3, 4, 5])
        type = MEMORY_VALUE_TYPES[memory]
        opcode = rng.choice(choices.ATOMICS)
        base, offset = self.object(), 8 * rng.randrange(2, 10)
        args = [base, self.pick(type)]
        if opcode == ops.ATOMIC_CMPXCHG:
            comparand: Op = self.builder.load(memory, base, offset) if rng.random() < 0.5 else self.pick(type)
            if type == I32 and memory < 4:
                comparand = self.builder.op(choices.SMALL_EXTENSIONS[memory], I32, [comparand])
            args.append(comparand)
        op = MemoryOp(function.new_id(), opcode, type, memory, args, False, 1, offset)
        self.builder.append(op)
        self.keep(op)

    def block(self) -> None:
        rng = self.random
        builder = self.builder
        slot, layout = rng.choice(self.slots)
        same = [s for s, other in self.slots if other is layout]
        choice = rng.randrange(4)
        if choice == 0:
            builder.zero_block(builder.slot_addr(slot), layout)
        elif choice == 1:
            builder.copy_block(builder.slot_addr(slot), builder.slot_addr(rng.choice(same)), layout, False)
        elif layout.size <= 40 and not layout.gc_refs:
            address = builder.addr(BYREF, self.object(), rng.randrange(DATA_START, DATA_END - layout.size))
            if choice == 2:
                builder.copy_block(address, builder.slot_addr(slot), layout, False)
            else:
                builder.copy_block(builder.slot_addr(slot), address, layout, False)
        elif layout.gc_refs == ((0, False),):
            # To the heap with a barrier: over the reference field and what follows.
            address = builder.addr(BYREF, self.object(), 8)
            builder.append(
                BlockOp(self.function.new_id(), ops.COPY_BLOCK, [address, builder.slot_addr(slot)], layout, True)
            )

    def call(self) -> None:
        rng = self.random
        builder = self.builder
        params: list[AbiType] = []
        args: list[Op] = []
        for _ in range(rng.choice([0, 1, 2, 3, 5, 12])):
            type = rng.choice([I32, I64, REF, BYREF, F64, F32, STRUCT])
            if type == STRUCT:
                slot, layout = rng.choice(self.slots)
                params.append(AbiType(STRUCT, layout))
                address: Op = builder.slot_addr(slot)
                if rng.random() < 0.4:
                    address = builder.op(ops.BITCAST, BYREF, [builder.op(ops.ADD, I64, [address, self.zero()])])
                args.append(address)
            else:
                params.append(AbiType(type))
                # NaNs have too many bit patterns to be shown.
                value = self.pick(type)
                if type in (F32, F64):
                    value = builder.float_const(type, float_bits(type, rng.choice(choices.FINITE_FLOATS)))
                    if rng.random() < 0.5:
                        value = builder.op(ops.I2F, type, [builder.op(ops.ZEXT16, I32, [self.pick(I32)])])
                args.append(value)
        number = self.numbers
        self.numbers += 1
        cell = Cell(ImportSectionKind.METHOD, bytes((0x14, number >> 8, number & 0xFF, 1)), ThunkKind.METHOD_CALL)
        result = AbiType(rng.choice([VOID, I32, I64, F32, F64, REF, STRUCT]))
        target: Slot | None = None
        if result.type == STRUCT:
            slot, layout = rng.choice(
                [s for s in self.slots if s[1].register_classes == (0, 0) and s[1].gc_refs == () and s[1].size == 16]
            )
            result.layout = layout
            target = slot
        call = builder.call(ops.TARGET_CELL, cell, CallSignature(params, result), args)
        call.result_slot = target
        if call.type != VOID:
            self.keep(call)

    def zero(self) -> Op:
        """A zero that looks like any number."""
        builder = self.builder
        return builder.op(ops.AND, I64, [builder.op(ops.ZEXT32, I64, [self.pick(I32)]), builder.const(I64, 1 << 40)])


def make_mix(seed: int, size: int = 60) -> Function:
    return Mixer(seed, size).make()


def object_content(seed: int) -> bytes:
    rng = random.Random(seed)
    return bytes(8) + bytes([rng.randrange(256) for _ in range(OBJECT_DATA - 8)])
