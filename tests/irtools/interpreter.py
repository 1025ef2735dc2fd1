"""Runs IR on integers: the oracle that says whether a pass changed what a function does.

Memory is flat: every object and every frame slot has a region of addresses of its own; references, byrefs and pointers
are plain addresses. What a run shows to the outside is an `Outcome`: the result or the exception, the calls in order,
and the final content of the objects.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import (
    BlockOp,
    BranchOp,
    CallOp,
    CellOp,
    CompareOp,
    ConstOp,
    FloatConstOp,
    ImmOp,
    MemoryOp,
    Op,
    ParamOp,
    SlotOp,
    TerminatorOp,
    TrapOp,
)
from readytorun.ir.types import BYREF, F32, F64, I32, MEMORY_SIZES, REF, VOID

M64 = (1 << 64) - 1
REGION_BITS = 20


class ManagedException(Exception):
    """An exception of the program that is run."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class OutOfFuel(Exception):
    """The program runs longer than the test wants to wait."""


class InterpreterError(Exception):
    """The IR does what no valid IR does; always a defect."""


@dataclass
class Outcome:
    result: int | None = None
    exception: str | None = None
    trace: list[str] = field(default_factory=list)
    memory: list[bytes] = field(default_factory=list)
    steps: int = 0
    # Most operations run between two places where a suspension gets in.
    longest: int = 0
    since_safe_point: int = 0

    def visible(self) -> tuple[object, ...]:
        """What must not change."""
        return (self.result, self.exception, self.trace, self.memory)


def wrap(type: int, value: int) -> int:
    """The value in the signed range of an integer type."""
    if type == I32:
        return ((value + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
    return ((value + (1 << 63)) & M64) - (1 << 63)


def unsigned(type: int, value: int) -> int:
    return value & (0xFFFFFFFF if type == I32 else M64)


def to_float(type: int, bits: int) -> float:
    return float(struct.unpack("<f" if type == F32 else "<d", bits.to_bytes(4 if type == F32 else 8, "little"))[0])


def from_float(type: int, value: float) -> int:
    if value != value:
        return 0x7FC00000 if type == F32 else 0x7FF8000000000000
    try:
        return int.from_bytes(struct.pack("<f" if type == F32 else "<d", value), "little")
    except OverflowError:
        return 0x7F800000 if value > 0 else 0xFF800000


def compare(cond: int, type: int, a: int, b: int) -> bool:
    if cond >= ops.LT_UN:
        a, b = unsigned(type, a), unsigned(type, b)
        cond -= ops.LT_UN - ops.LT
    return [a == b, a != b, a < b, a <= b, a > b, a >= b][cond]


def compare_floats(cond: int, a: float, b: float) -> bool:
    if a != a or b != b:
        return cond == ops.NE or ops.LT_UN <= cond <= ops.FEQ_UN
    if cond == ops.FNE_ORD:
        return a != b
    if cond == ops.FEQ_UN:
        return a == b
    if cond >= ops.LT_UN:
        cond -= ops.LT_UN - ops.LT
    return [a == b, a != b, a < b, a <= b, a > b, a >= b][cond]


class Machine:
    """One run of one function.

    Args:
        function: what to run; it must have passed the verifier.
        args: parameter values, references as addresses made by `new_object`.
    """

    def __init__(self, function: Function, fuel: int = 20000) -> None:
        self.function = function
        self.regions: dict[int, bytearray] = {}
        self.objects: list[int] = []
        # Addresses of objects must not depend on the number of slots.
        self.next_region = 1000
        self.fuel = fuel
        self.outcome = Outcome()
        self.slots = [self._new_region(max(slot.size, 1)) for slot in function.slots]
        self.next_region = 1
        self.exception_object = 0

    def _new_region(self, size: int) -> int:
        address = self.next_region << REGION_BITS
        self.regions[self.next_region] = bytearray(size)
        self.next_region += 1
        return address

    def new_object(self, content: bytes) -> int:
        """An object with a MethodTable word in front of the content."""
        address = self._new_region(8 + len(content))
        self.regions[address >> REGION_BITS][8:] = content
        self.regions[address >> REGION_BITS][0:8] = (0x7000 + len(self.objects)).to_bytes(8, "little")
        self.objects.append(address)
        return address

    def run(self, args: list[int]) -> Outcome:
        outcome = self.outcome
        self.args = args
        try:
            outcome.result = self._execute(self.function.blocks[0])
        except ManagedException as error:
            outcome.exception = error.kind
        outcome.memory = [bytes(self.regions[address >> REGION_BITS]) for address in self.objects]
        return outcome

    # --- memory ------------------------------------------------------------------------------------------------

    def _bytes(self, address: int, size: int) -> tuple[bytearray, int]:
        address &= M64
        if address < 0x10000:
            raise ManagedException("NullReference")
        region = self.regions.get(address >> REGION_BITS)
        offset = address & ((1 << REGION_BITS) - 1)
        if region is None or offset + size > len(region):
            raise InterpreterError(f"access to {address:#x}")
        return region, offset

    def _read(self, memory: int, address: int) -> int:
        size = MEMORY_SIZES[memory]
        region, offset = self._bytes(address, size)
        signed = memory in (0, 2, 4, 5, 8, 9)
        return int.from_bytes(region[offset : offset + size], "little", signed=signed)

    def _write(self, memory: int, address: int, value: int) -> None:
        size = MEMORY_SIZES[memory]
        region, offset = self._bytes(address, size)
        region[offset : offset + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")

    # --- control -----------------------------------------------------------------------------------------------

    def _execute(self, block: Block) -> int | None:
        """Run from a block to the end of the main body, through the handlers that catch on the way."""
        funclet = block.funclet
        values: dict[int, int] = {}
        pred: Block | None = None
        while True:
            try:
                kind, target, result = self._block(block, pred, values)
            except ManagedException as error:
                # Registers are lost on the way through a handler. The runtime has safe points there.
                self.outcome.since_safe_point = 0
                values = {}
                pred = None
                block = self._dispatch(block, error)
                if block.funclet != funclet:
                    raise InterpreterError("a catch continues in another funclet") from None
                continue
            if kind == ops.RETURN or kind == ops.END_FINALLY:
                return result
            if kind == ops.CATCH_RETURN:
                assert target is not None
                self.continuation = target
                return None
            assert target is not None
            if kind == ops.CALL_FINALLY:
                values = {}
                pred = None
            else:
                pred = block
            block = target

    def _dispatch(self, block: Block, error: ManagedException) -> Block:
        """Where control goes on after an exception in a block.

        Raises:
            ManagedException: nothing in the same funclet catches it.
        """
        regions = self.function.eh_regions
        index = block.try_index
        while index >= 0:
            candidate = index
            while True:
                region = regions[candidate]
                entry = self.function.funclets[region.handler_funclet - 1].entry
                if region.kind == 0 and region.class_token in (0x02000001, token_of(error.kind)):
                    self.outcome.trace.append(f"catch {error.kind}")
                    self._execute(entry)
                    return self.continuation
                if region.kind == 2 or region.kind == 4:
                    self._execute(entry)
                candidate += 1
                if candidate >= len(regions) or not regions[candidate].same_try_as_previous:
                    break
            index = regions[index].enclosing
        raise error

    def _block(self, block: Block, pred: Block | None, values: dict[int, int]) -> tuple[int, Block | None, int | None]:
        block_ops = block.ops
        position = 0
        if block_ops[0].opcode == ops.PHI:
            if pred is None:
                raise InterpreterError("phi without predecessor")
            index = [p is pred for p in block.preds].index(True)
            incoming = []
            while block_ops[position].opcode == ops.PHI:
                incoming.append(values[block_ops[position].args[index].id])
                position += 1
            for number, value in enumerate(incoming):
                values[block_ops[number].id] = value
        for op in block_ops[position:-1]:
            self._step()
            result = self._operation(op, [values[arg.id] for arg in op.args])
            if op.type != VOID:
                assert result is not None
                values[op.id] = result
        self._step()
        last = block_ops[-1]
        args = [values[arg.id] for arg in last.args]
        opcode = last.opcode
        if opcode == ops.RETURN:
            return opcode, None, args[0] if args else None
        if opcode == ops.END_FINALLY:
            return opcode, None, None
        if isinstance(last, BranchOp):
            if opcode == ops.BRANCH:
                taken = compare(last.cond, last.args[0].type, args[0], args[1])
            else:
                type = last.args[0].type
                taken = compare_floats(last.cond, to_float(type, args[0]), to_float(type, args[1]))
            return opcode, last.targets[0 if taken else 1], None
        if isinstance(last, TerminatorOp):
            if opcode == ops.SWITCH:
                return opcode, last.targets[min(unsigned(I32, args[0]), len(last.targets) - 1)], None
            if opcode == ops.CALL_FINALLY:
                self._execute(last.targets[0])
                return opcode, last.targets[1], None
            return opcode, last.targets[0], None
        raise InterpreterError(f"terminator {opcode}")

    def _step(self) -> None:
        outcome = self.outcome
        outcome.steps += 1
        outcome.since_safe_point += 1
        outcome.longest = max(outcome.longest, outcome.since_safe_point)
        if outcome.steps > self.fuel:
            raise OutOfFuel

    # --- operations --------------------------------------------------------------------------------------------

    def _operation(self, op: Op, args: list[int]) -> int | None:
        opcode = op.opcode
        type = op.type
        if isinstance(op, ConstOp):
            return op.value
        if isinstance(op, FloatConstOp):
            return op.bits
        if isinstance(op, ParamOp):
            return self.args[op.index]
        if isinstance(op, SlotOp):
            return self.slots[op.slot.id]
        if isinstance(op, CellOp):
            return 0x100 + op.cell.signature[-1]
        if isinstance(op, CompareOp):
            if opcode == ops.FCMP:
                kind = op.args[0].type
                return int(compare_floats(op.cond, to_float(kind, args[0]), to_float(kind, args[1])))
            holds = compare(op.cond, op.args[0].type, args[0], args[1])
            if opcode == ops.CMP:
                return int(holds)
            return args[2] if holds else args[3]
        if isinstance(op, TrapOp):
            if compare(op.cond, op.args[0].type, args[0], args[1]):
                raise ManagedException(("Overflow", "IndexOutOfRange", "DivideByZero", "NullReference")[op.trap])
            return None
        if isinstance(op, MemoryOp):
            return self._memory_operation(op, args)
        if isinstance(op, BlockOp):
            size = op.layout.size
            region, offset = self._bytes(args[0], size)
            content = bytes(size)
            if opcode == ops.COPY_BLOCK:
                source, source_offset = self._bytes(args[1], size)
                content = bytes(source[source_offset : source_offset + size])
            region[offset : offset + size] = content
            return None
        if isinstance(op, CallOp):
            return self._call(op, args)
        if opcode == ops.NULL_CHECK:
            self._bytes(args[0], 1)
            return None
        if opcode == ops.GC_POLL:
            self.outcome.since_safe_point = 0
            return None
        if opcode == ops.CATCH_ARG:
            return 0
        if opcode == ops.MEMORY_BARRIER:
            self.outcome.trace.append("barrier")
            return None
        if ops.FADD <= opcode <= ops.FROUND:
            return self._float(op, args)
        return arithmetic(opcode, type, op.args[0].type, args)

    def _memory_operation(self, op: MemoryOp, args: list[int]) -> int | None:
        address = args[0] + op.offset
        position = 1
        if op.has_index:
            address += args[1] * op.scale
            position = 2
        if op.opcode == ops.ADDR:
            return address
        if op.opcode == ops.LOAD:
            if op.is_volatile:
                self.outcome.trace.append("volatile load")
            return self._read(op.memory, address)
        if op.opcode in (ops.STORE, ops.STORE_BARRIER, ops.STORE_CHECKED):
            if op.is_volatile:
                self.outcome.trace.append(f"volatile store {args[position]}")
            self._write(op.memory, address, args[position])
            return None
        old = self._read(op.memory, address)
        if op.opcode == ops.ATOMIC_XCHG:
            self._write(op.memory, address, args[position])
        elif op.opcode == ops.ATOMIC_ADD:
            self._write(op.memory, address, old + args[position])
        elif old == args[position + 1]:
            self._write(op.memory, address, args[position])
        self.outcome.trace.append("atomic")
        return old

    def _call(self, op: CallOp, args: list[int]) -> int | None:
        """A callee that shows its arguments, changes the objects it is given, and throws on some arguments."""
        assert op.cell is not None
        if op.is_user_call:
            self.outcome.since_safe_point = 0
        shown = []
        numbers = []
        for value, param in zip(args, op.signature.params, strict=True):
            if param.type == 7:
                assert param.layout is not None
                region, offset = self._bytes(value, param.layout.size)
                shown.append(region[offset : offset + param.layout.size].hex())
                numbers.append(region[offset])
            else:
                shown.append(str(value))
                numbers.append(value)
        self.outcome.trace.append(f"call {op.cell.signature.hex()} ({', '.join(shown)})")
        for value, param in zip(args, op.signature.params, strict=True):
            if param.type in (REF, BYREF) and value >= 0x10000:
                region, offset = self._bytes(value, 1)
                first = max(offset, 16)
                if first + 4 <= len(region):
                    region[first] = (region[first] + 1) & 0xFF
        total = sum(numbers) if numbers else len(self.outcome.trace)
        if op.cell.signature[-1] == 0xEE and total % 3 == 0:
            raise ManagedException("Callee")
        if op.type == VOID:
            return None
        return wrap(op.type, total * 7 + 3)

    def _float(self, op: Op, args: list[int]) -> int:
        type = op.type
        a = to_float(type, args[0])
        if op.opcode == ops.FNEG:
            return args[0] ^ (1 << 31 if type == F32 else 1 << 63)
        if op.opcode == ops.FABS:
            return args[0] & ((1 << 31 if type == F32 else 1 << 63) - 1)
        if isinstance(op, ImmOp) or op.opcode == ops.FSQRT:
            raise InterpreterError("not implemented")
        b = to_float(type, args[1])
        if op.opcode == ops.FADD:
            return from_float(type, a + b)
        if op.opcode == ops.FSUB:
            return from_float(type, a - b)
        if op.opcode == ops.FMUL:
            return from_float(type, a * b)
        if b == 0:
            sign = -1.0 if (args[1] >> (31 if type == F32 else 63)) & 1 else 1.0
            return from_float(type, float("nan") if a == 0 or a != a else a * sign * float("inf"))
        return from_float(type, a / b)


def token_of(kind: str) -> int:
    return {"Overflow": 0x02000002, "IndexOutOfRange": 0x02000003, "NullReference": 0x02000004}.get(kind, -1)


def arithmetic(opcode: int, type: int, arg_type: int, args: list[int]) -> int:
    """Integer arithmetic and conversions."""
    a = args[0]
    width = 32 if type == I32 else 64
    if len(args) == 1:
        u = unsigned(arg_type, a)
        if opcode == ops.NEG:
            return wrap(type, -a)
        if opcode == ops.NOT:
            return wrap(type, ~a)
        if opcode == ops.LZCNT:
            return width - u.bit_length()
        if opcode == ops.TZCNT:
            return (u & -u).bit_length() - 1 if u else width
        if opcode == ops.POPCNT:
            return u.bit_count()
        if opcode == ops.BSWAP:
            return wrap(type, int.from_bytes(u.to_bytes(width // 8, "little"), "big"))
        if opcode == ops.SEXT8:
            return ((a + 0x80) & 0xFF) - 0x80
        if opcode == ops.ZEXT8:
            return a & 0xFF
        if opcode == ops.SEXT16:
            return ((a + 0x8000) & 0xFFFF) - 0x8000
        if opcode == ops.ZEXT16:
            return a & 0xFFFF
        if opcode == ops.SEXT32:
            return a
        if opcode == ops.ZEXT32:
            return a & 0xFFFFFFFF
        if opcode == ops.TRUNC:
            return wrap(I32, a)
        if opcode == ops.I2F:
            return from_float(type, float(a))
        if opcode == ops.U2F:
            return from_float(type, float(u))
        if opcode == ops.F2F:
            return from_float(type, to_float(arg_type, a))
        if opcode in (ops.F2I, ops.F2U):
            value = to_float(arg_type, a)
            low, high = (-(1 << width - 1), (1 << width - 1) - 1) if opcode == ops.F2I else (0, (1 << width) - 1)
            if value != value:
                return 0
            return wrap(type, low if value <= low else high if value >= high else int(value))
        if opcode == ops.BITCAST:
            if type in (F32, F64):
                return unsigned(arg_type, a)
            if arg_type in (F32, F64):
                return wrap(type, a)
            return a
        raise InterpreterError(f"opcode {opcode}")
    b = args[1]
    ua, ub = unsigned(type, a), unsigned(type, b)
    shift = b & (width - 1)
    if opcode == ops.ADD:
        return wrap(type, a + b)
    if opcode == ops.SUB:
        return wrap(type, a - b)
    if opcode == ops.MUL:
        return wrap(type, a * b)
    if opcode == ops.AND:
        return a & b
    if opcode == ops.OR:
        return a | b
    if opcode == ops.XOR:
        return a ^ b
    if opcode == ops.SHL:
        return wrap(type, a << shift)
    if opcode == ops.SHR:
        return a >> shift
    if opcode == ops.SHR_UN:
        return wrap(type, ua >> shift)
    if opcode == ops.ROL:
        return wrap(type, ua << shift | ua >> (width - shift))
    if opcode == ops.ROR:
        return wrap(type, ua >> shift | ua << (width - shift))
    if opcode in (ops.DIV, ops.REM):
        if b == 0:
            raise ManagedException("DivideByZero")
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        if quotient == 1 << width - 1:
            raise ManagedException("Overflow")
        return quotient if opcode == ops.DIV else a - quotient * b
    if opcode in (ops.DIV_UN, ops.REM_UN):
        if ub == 0:
            raise ManagedException("DivideByZero")
        return wrap(type, ua // ub if opcode == ops.DIV_UN else ua % ub)
    if opcode == ops.MULHI:
        return a * b >> width
    if opcode == ops.MULHI_UN:
        return wrap(type, ua * ub >> width)
    if opcode in (ops.ADD_OVF, ops.SUB_OVF, ops.MUL_OVF):
        exact = a + b if opcode == ops.ADD_OVF else a - b if opcode == ops.SUB_OVF else a * b
        if wrap(type, exact) != exact:
            raise ManagedException("Overflow")
        return exact
    if opcode in (ops.ADD_OVF_UN, ops.SUB_OVF_UN, ops.MUL_OVF_UN):
        exact = ua + ub if opcode == ops.ADD_OVF_UN else ua - ub if opcode == ops.SUB_OVF_UN else ua * ub
        if not 0 <= exact < 1 << width:
            raise ManagedException("Overflow")
        return wrap(type, exact)
    raise InterpreterError(f"opcode {opcode}")
