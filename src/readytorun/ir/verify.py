"""Checks that a function obeys the rules of the IR; lists every fault with its place.

What is checked:

* numbers of operations and blocks are unique; operands are operations of the function;
* every block ends in its only terminator, phis come first and are parallel to the predecessors, predecessors are
  exactly the blocks whose terminator leads here, and control does not leave its funclet except by the operations made
  for it;
* every value dominates its uses; nothing but the frame crosses into a funclet, out of it, or past a called finally;
* operands and results have the types that the opcode asks for;
* the blocks of the main body, of each funclet and of each try range stand together;
* import cells that are read are among the fixups, or eager.
"""

from __future__ import annotations

from typing import Final

from readytorun.errors import ReadyToRunError
from readytorun.ir import names, ops
from readytorun.ir.analysis import FlowGraph, successors_of, targets_of
from readytorun.ir.function import Block, EHRegion, Function
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
from readytorun.ir.text import function_header, print_block_header, print_op
from readytorun.ir.types import (
    BYREF,
    F32,
    F64,
    I32,
    I64,
    M_REF,
    MEMORY_VALUE_TYPES,
    REF,
    STRUCT,
    TYPE_NAMES,
    VOID,
)
from readytorun.r2r.model import ImportSectionKind

_INTEGERS: Final = (I32, I64)
_FLOATS: Final = (F32, F64)
_WORDS: Final = (I64, REF, BYREF)
_BITCASTS: Final = ((I32, F32), (F32, I32), (I64, F64), (F64, I64), (REF, I64), (BYREF, I64), (I64, BYREF))

# The class that an operation's object must have where it is not `Op`.
_CLASSES: Final[dict[int, type[Op]]] = {
    ops.CONST: ConstOp,
    ops.FCONST: FloatConstOp,
    ops.PARAM: ParamOp,
    ops.SLOT_ADDR: SlotOp,
    ops.LOAD_CELL: CellOp,
    ops.LOAD_STRING: CellOp,
    ops.DATA_ADDR: DataOp,
    ops.FROUND: ImmOp,
    ops.LOCALLOC: ImmOp,
    ops.RESUME_INFO: ImmOp,
    ops.RESUME_POINT: ImmOp,
    ops.CMP: CompareOp,
    ops.FCMP: CompareOp,
    ops.SELECT: CompareOp,
    ops.TRAP_IF: TrapOp,
    ops.LOAD: MemoryOp,
    ops.STORE: MemoryOp,
    ops.STORE_BARRIER: MemoryOp,
    ops.STORE_CHECKED: MemoryOp,
    ops.ADDR: MemoryOp,
    ops.ATOMIC_XCHG: MemoryOp,
    ops.ATOMIC_CMPXCHG: MemoryOp,
    ops.ATOMIC_ADD: MemoryOp,
    ops.COPY_BLOCK: BlockOp,
    ops.ZERO_BLOCK: BlockOp,
    ops.CALL: CallOp,
    ops.TAIL_CALL: CallOp,
    ops.JUMP: TerminatorOp,
    ops.SWITCH: TerminatorOp,
    ops.CALL_FINALLY: TerminatorOp,
    ops.CATCH_RETURN: TerminatorOp,
    ops.BRANCH: BranchOp,
    ops.FBRANCH: BranchOp,
}

_BINARY: Final = (
    *(ops.MUL, ops.AND, ops.OR, ops.XOR, ops.DIV, ops.REM, ops.DIV_UN, ops.REM_UN),
    *(ops.ADD_OVF, ops.SUB_OVF, ops.MUL_OVF, ops.ADD_OVF_UN, ops.SUB_OVF_UN, ops.MUL_OVF_UN),
    *(ops.MULHI, ops.MULHI_UN),
)
_UNARY: Final = (ops.NEG, ops.NOT, ops.LZCNT, ops.TZCNT, ops.POPCNT, ops.BSWAP)
_SHIFTS: Final = (ops.SHL, ops.SHR, ops.SHR_UN, ops.ROL, ops.ROR)
_SMALL_CONVERSIONS: Final = (ops.SEXT8, ops.ZEXT8, ops.SEXT16, ops.ZEXT16)


class Fault:
    """One thing that is wrong.

    Attributes:
        message: what.
        block, op: where; None where a larger part is meant.
    """

    __slots__ = ("block", "message", "op")

    def __init__(self, message: str, block: Block | None = None, op: Op | None = None) -> None:
        self.message = message
        self.block = block
        self.op = op

    def __str__(self) -> str:
        where = ""
        if self.block is not None:
            where = f"b{self.block.id}: "
        if self.op is not None:
            where += f"{print_op(self.op)}: "
        return where + self.message


class VerificationError(ReadyToRunError):
    """A function breaks the rules: a defect of whatever made it. The text shows the function with the faults marked.

    Attributes:
        faults: all of them.
    """

    def __init__(self, function: Function, faults: list[Fault], after: str) -> None:
        behind = f" after {after}" if after else ""
        super().__init__(f"invalid IR{behind}: {len(faults)} faults\n" + print_with_faults(function, faults))
        self.faults = faults


def check(function: Function, after: str = "") -> None:
    """Verify a function.

    Args:
        after: the pass that ran last, for the message.

    Raises:
        VerificationError: there are faults.
    """
    faults = verify(function)
    if faults:
        raise VerificationError(function, faults, after)


def verify(function: Function) -> list[Fault]:
    """All faults of a function; empty if it is right."""
    verifier = _Verifier(function)
    verifier.structure()
    if not verifier.faults:
        # The rest relies on blocks with terminators and on consistent predecessors.
        verifier.layout()
        verifier.dominance()
        for block in function.blocks:
            for op in block.ops:
                verifier.operation(block, op)
    return verifier.faults


def print_with_faults(function: Function, faults: list[Fault]) -> str:
    """The text of the function with a line `^ message` under each place that a fault is about."""
    lines = function_header(function)
    lines.extend([f"^ {fault.message}" for fault in faults if fault.block is None])
    for block in function.blocks:
        lines.append(print_block_header(block))
        lines.extend([f"^ {fault.message}" for fault in faults if fault.block is block and fault.op is None])
        for op in block.ops:
            lines.append("  " + print_op(op))
            lines.extend([f"  ^ {fault.message}" for fault in faults if fault.block is block and fault.op is op])
    return "\n".join(lines) + "\n"


def is_terminator(opcode: int) -> bool:
    """Whether the opcode ends a block."""
    return opcode >= ops.JUMP


class _Verifier:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.faults: list[Fault] = []
        self.home: dict[int, tuple[Block, int]] = {}
        self.fixups = set(function.fixups)

    def fault(self, message: str, block: Block | None = None, op: Op | None = None) -> None:
        self.faults.append(Fault(message, block, op))

    # --- blocks ------------------------------------------------------------------------------------------------

    def structure(self) -> None:
        function = self.function
        if not function.blocks:
            self.fault("no blocks")
            return
        known = {id(block) for block in function.blocks}
        block_ids: set[int] = set()
        for block in function.blocks:
            if block.id in block_ids or not 0 <= block.id < function.next_block_id:
                self.fault(f"block number {block.id} is taken, or not below {function.next_block_id}", block)
            block_ids.add(block.id)
            if not block.ops or not is_terminator(block.ops[-1].opcode):
                self.fault("no terminator", block)
            self._operations(block)
        if self.faults:
            return
        expected: dict[int, list[int]] = {block.id: [] for block in function.blocks}
        for block in function.blocks:
            for target in targets_of(block.ops[-1]):
                if id(target) not in known:
                    self.fault(f"b{target.id} is not a block of the function", block, block.ops[-1])
                    return
            for successor in successors_of(block):
                expected[successor.id].append(block.id)
        for block in function.blocks:
            found = [pred.id for pred in block.preds]
            if sorted(found) != sorted(expected[block.id]):
                self.fault(f"predecessors {found}, expected {expected[block.id]}", block)
            for op in block.ops:
                if op.opcode == ops.PHI and len(op.args) != len(block.preds):
                    self.fault(f"{len(op.args)} operands for {len(block.preds)} predecessors", block, op)

    def _operations(self, block: Block) -> None:
        phis = True
        for index, op in enumerate(block.ops):
            if op.opcode not in names.OPCODE_NAMES:
                self.fault(f"unknown opcode {op.opcode}", block, op)
                continue
            if type(op) is not _CLASSES.get(op.opcode, Op):
                self.fault(f"the operation is a {type(op).__name__}", block, op)
            if op.id in self.home or not 0 <= op.id < self.function.next_id:
                self.fault(f"number {op.id} is taken, or not below {self.function.next_id}", block, op)
            self.home[op.id] = (block, index)
            if is_terminator(op.opcode) and index != len(block.ops) - 1:
                self.fault("terminator in the middle of a block", block, op)
            if op.opcode != ops.PHI:
                phis = False
            elif not phis:
                self.fault("phi behind another operation", block, op)

    def layout(self) -> None:
        function = self.function
        blocks = function.blocks
        if blocks[0].funclet != 0:
            self.fault("the first block is in a funclet", blocks[0])
        # An entry with predecessors would need a place for code that runs once only.
        if blocks[0].preds:
            self.fault("the entry block has predecessors", blocks[0])
        seen: set[int] = set()
        last = -1
        for block in blocks:
            if not 0 <= block.funclet <= len(function.funclets):
                self.fault(f"no funclet {block.funclet}", block)
                return
            if not -1 <= block.try_index < len(function.eh_regions):
                self.fault(f"no region {block.try_index}", block)
                return
            if block.funclet != last:
                if block.funclet in seen:
                    self.fault(f"funclet {block.funclet} is not contiguous", block)
                seen.add(block.funclet)
                last = block.funclet
                if last > 0 and function.funclets[last - 1].entry is not block:
                    self.fault(f"funclet {last} does not begin with its entry", block)
        for index in range(len(function.funclets)):
            if index + 1 not in seen:
                self.fault(f"funclet {index + 1} has no blocks")
            if function.funclets[index].entry.preds:
                self.fault("the entry of a funclet has predecessors", function.funclets[index].entry)
        for index, region in enumerate(function.eh_regions):
            if not -1 <= region.enclosing < len(function.eh_regions) or region.enclosing == index:
                self.fault(f"region {index}: no enclosing region {region.enclosing}")
                return
            if not 1 <= region.handler_funclet <= len(function.funclets):
                self.fault(f"region {index}: no funclet {region.handler_funclet}")
                return
        for index, region in enumerate(function.eh_regions):
            if not region.same_try_as_previous:
                self._try_range(index)

    def _try_range(self, index: int) -> None:
        # The blocks of the range stand together, and within one funclet.
        state = 0
        funclet = -1
        for block in self.function.blocks:
            if self._is_in_try(block, index):
                if state == 2 or (funclet >= 0 and block.funclet != funclet):
                    self.fault(f"the try range of region {index} is not contiguous", block)
                    return
                state = 1
                funclet = block.funclet
            elif state == 1:
                state = 2
        if state == 0:
            self.fault(f"region {index} protects nothing")

    def _is_in_try(self, block: Block, index: int) -> bool:
        regions = self.function.eh_regions
        current = block.try_index
        for _ in range(len(regions) + 1):
            if current == index:
                return True
            if current < 0:
                return False
            current = regions[current].enclosing
        return False

    # --- values ------------------------------------------------------------------------------------------------

    def dominance(self) -> None:
        graph = FlowGraph(self.function)
        for root, is_root in zip(graph.order, graph.is_root, strict=True):
            if is_root and root.preds and root.ops[0].opcode == ops.PHI:
                self.fault("phi where a catch or finally continues", root, root.ops[0])
        for block in self.function.blocks:
            position = graph.position[block.id]
            for index, op in enumerate(block.ops):
                for number, arg in enumerate(op.args):
                    home = self.home.get(arg.id)
                    if home is None or home[0].ops[home[1]] is not arg:
                        self.fault(f"operand v{arg.id} is not in the function", block, op)
                        continue
                    if arg.type == VOID:
                        self.fault(f"operand v{arg.id} has no value", block, op)
                    if op.opcode == ops.PHI:
                        self._check_dominance(graph, block, op, arg, graph.position[block.preds[number].id], -1)
                    elif position >= 0:
                        self._check_dominance(graph, block, op, arg, position, index)

    def _check_dominance(self, graph: FlowGraph, block: Block, op: Op, arg: Op, position: int, index: int) -> None:
        """The operand is used in the block at `position`, in front of operation `index` (-1: at its end)."""
        if position < 0:
            return
        home, home_index = self.home[arg.id]
        home_position = graph.position[home.id]
        if home_position == position:
            good = index < 0 or home_index < index
        else:
            good = home_position >= 0 and graph.dominates(home_position, position)
        if not good:
            self.fault(f"operand v{arg.id} does not dominate its use", block, op)

    # --- operations --------------------------------------------------------------------------------------------

    def operation(self, block: Block, op: Op) -> None:
        """Check types and what else an opcode asks for."""
        types = [arg.type for arg in op.args]
        message = self._memory_types(op, types) if isinstance(op, MemoryOp) else self._types(op, types)
        if message:
            found = ", ".join([TYPE_NAMES[type] for type in types])
            self.fault(f"{message}; operands ({found}), result {TYPE_NAMES[op.type]}", block, op)
        if isinstance(op, CallOp):
            self._call(block, op, types)
        if is_terminator(op.opcode):
            self._terminator(block, op)
        if op.opcode == ops.CATCH_ARG:
            region = self._region_of(block)
            if block.ops[0] is not op or region is None or self.function.funclets[block.funclet - 1].entry is not block:
                self.fault("not first in the entry of a handler", block, op)
            elif region.kind > 1:
                self.fault("a finally or fault handler has no exception object", block, op)
        if op.opcode == ops.CONTINUATION and not _follows_async_call(block, op):
            self.fault("not behind the call of an async method", block, op)
        if op.opcode == ops.PARAM and block is not self.function.blocks[0]:
            self.fault("not in the entry block", block, op)
        if isinstance(op, CellOp):
            if op.cell.section != ImportSectionKind.EAGER and op.cell not in self.fixups:
                self.fault("the cell is not among the fixups", block, op)
        if isinstance(op, SlotOp):
            slots = self.function.slots
            if not 0 <= op.slot.id < len(slots) or slots[op.slot.id] is not op.slot:
                self.fault("the slot is not one of the function", block, op)

    def _region_of(self, block: Block) -> EHRegion | None:
        if block.funclet == 0:
            return None
        return self.function.eh_regions[self.function.funclets[block.funclet - 1].region]

    def _types(self, op: Op, types: list[int]) -> str:
        """What is wrong with the types, "" if nothing."""
        opcode = op.opcode
        type = op.type
        if opcode in _BINARY:
            good = type in _INTEGERS and types == [type, type]
        elif opcode in (ops.ADD, ops.SUB):
            good = (type in _INTEGERS and types == [type, type]) or (type == BYREF and types == [BYREF, I64])
        elif opcode in _SHIFTS:
            good = type in _INTEGERS and types == [type, I32]
        elif opcode in _UNARY:
            good = type in _INTEGERS and types == [type]
        elif opcode in _SMALL_CONVERSIONS:
            good = type == I32 and types == [I32]
        elif opcode in (ops.SEXT32, ops.ZEXT32):
            good = type == I64 and types == [I32]
        elif opcode == ops.TRUNC:
            good = type == I32 and types == [I64]
        elif opcode in (ops.FADD, ops.FSUB, ops.FMUL, ops.FDIV):
            good = type in _FLOATS and types == [type, type]
        elif opcode in (ops.FNEG, ops.FABS, ops.FSQRT, ops.FROUND):
            good = type in _FLOATS and types == [type]
        elif opcode in (ops.I2F, ops.U2F):
            good = type in _FLOATS and len(types) == 1 and types[0] in _INTEGERS
        elif opcode in (ops.F2I, ops.F2U):
            good = type in _INTEGERS and len(types) == 1 and types[0] in _FLOATS
        elif opcode == ops.F2F:
            good = type in _FLOATS and len(types) == 1 and types[0] in _FLOATS and types[0] != type
        elif opcode == ops.BITCAST:
            good = len(types) == 1 and (types[0], type) in _BITCASTS
        elif opcode == ops.PHI:
            good = type != VOID and type != STRUCT and all(arg == type for arg in types)
        elif opcode == ops.CMP:
            good = type == I32 and len(types) == 2 and _are_comparable(types[0], types[1])
        elif opcode == ops.FCMP:
            good = type == I32 and types in ([F32, F32], [F64, F64])
        elif opcode == ops.SELECT:
            good = len(types) == 4 and _are_comparable(types[0], types[1]) and types[2:] == [type, type]
            good = good and type in (I32, I64, REF, BYREF)
        elif opcode in (ops.TRAP_IF, ops.BRANCH):
            good = type == VOID and len(types) == 2 and _are_comparable(types[0], types[1])
        elif opcode == ops.FBRANCH:
            good = type == VOID and types in ([F32, F32], [F64, F64])
        elif opcode == ops.NULL_CHECK:
            good = type == VOID and len(types) == 1 and types[0] in _WORDS
        elif opcode == ops.COPY_BLOCK:
            good = type == VOID and len(types) == 2 and types[0] in (I64, BYREF) and types[1] in (I64, BYREF)
        elif opcode == ops.ZERO_BLOCK:
            good = type == VOID and len(types) == 1 and types[0] in (I64, BYREF)
        elif opcode == ops.LOCALLOC:
            good = type == I64 and types == [I64]
        elif opcode == ops.SWITCH or opcode == ops.END_FILTER:
            good = type == VOID and types == [I32]
        elif opcode == ops.SUSPEND:
            good = type == VOID and types == [REF] and self.function.signature.returns_continuation
        elif opcode == ops.RETURN:
            result = self.function.signature.result.type
            if result == STRUCT:
                good = len(types) == 1 and types[0] in (I64, BYREF)
            else:
                good = types == ([] if result == VOID else [result])
        elif isinstance(op, CallOp):
            result = op.signature.result.type
            good = type == (VOID if result == STRUCT or opcode == ops.TAIL_CALL else result)
        else:
            good = not types and self._leaf_type(op)
        return "" if good else "wrong types"

    def _leaf_type(self, op: Op) -> bool:
        opcode = op.opcode
        type = op.type
        if isinstance(op, ConstOp):
            if type == I32:
                return -(1 << 31) <= op.value < 1 << 31
            if type == I64:
                return -(1 << 63) <= op.value < 1 << 63
            return type in (REF, BYREF) and op.value == 0
        if isinstance(op, FloatConstOp):
            return type in _FLOATS and 0 <= op.bits < (1 << 32 if type == F32 else 1 << 64)
        if isinstance(op, ParamOp):
            params = self.function.signature.params
            return 0 <= op.index < len(params) and params[op.index].type == type != STRUCT
        if opcode in (ops.CATCH_ARG, ops.LOAD_STRING, ops.CONTINUATION):
            return type == REF
        if opcode in (ops.SLOT_ADDR, ops.LOAD_CELL, ops.DATA_ADDR, ops.RESUME_INFO):
            return type == I64
        return type == VOID

    def _memory_types(self, op: MemoryOp, types: list[int]) -> str:
        opcode = op.opcode
        count = 2 if op.has_index else 1
        if len(types) < count or types[0] not in _WORDS or (op.has_index and types[1] != I64):
            return "the address is not base + index"
        if op.scale not in (1, 2, 4, 8) or (op.scale != 1 and not op.has_index):
            return f"scale {op.scale}"
        if not -(1 << 31) <= op.offset < 1 << 31:
            return f"offset {op.offset}"
        if op.is_invariant and opcode != ops.LOAD:
            return "only loads are invariant"
        values = types[count:]
        if opcode == ops.ADDR:
            # An address that the GC does not know of must not point into an object.
            good = not values and (op.type == BYREF or (op.type == I64 and types[0] == I64))
            return "" if good else "wrong types"
        value = MEMORY_VALUE_TYPES[op.memory]
        if opcode == ops.LOAD:
            return "" if not values and op.type == value else "wrong types"
        if opcode in (ops.STORE, ops.STORE_BARRIER, ops.STORE_CHECKED):
            if opcode != ops.STORE and op.memory != M_REF:
                return "a barrier for something else than a reference"
            return "" if op.type == VOID and values == [value] else "wrong types"
        if op.has_index:
            return "an atomic operation with an index"
        expected = [value, value] if opcode == ops.ATOMIC_CMPXCHG else [value]
        return "" if op.type == value and values == expected else "wrong types"

    def _call(self, block: Block, op: CallOp, types: list[int]) -> None:
        params = op.signature.params
        first = 0
        if op.target >= ops.TARGET_INDIRECT:
            first = 1
            if not types or types[0] != I64:
                self.fault("the first operand is not a code or cell address", block, op)
        elif op.target == ops.TARGET_DIRECT:
            if not op.symbol or op.cell is not None:
                self.fault("a direct call has a symbol and no cell", block, op)
        elif op.cell is None:
            self.fault("no cell", block, op)
        elif (op.target == ops.TARGET_DISPATCH) != (op.cell.section == ImportSectionKind.DISPATCH):
            self.fault("cell and target do not fit", block, op)
        if len(types) - first != len(params):
            self.fault(f"{len(types) - first} operands for {len(params)} parameters", block, op)
            return
        for index, param in enumerate(params):
            type = types[first + index]
            # A byref parameter takes a frame address as it is: those need no reporting.
            good = type in (I64, BYREF) if param.type in (STRUCT, BYREF) else type == param.type
            if not good:
                self.fault(f"parameter {index} is {TYPE_NAMES[param.type]}, not {TYPE_NAMES[type]}", block, op)
        if op.result_slot is not None and op.signature.result.type != STRUCT:
            self.fault("a result slot, but no struct result", block, op)
        if op.awaits is not None and (not op.signature.returns_continuation or self.function.runtime_async is None):
            self.fault("an await is a call of an async method in an async method", block, op)
        if op.no_return and op.opcode == ops.CALL and block.ops[-1].opcode != ops.UNREACHABLE:
            self.fault("a call that does not return needs an UNREACHABLE behind it", block, op)

    def _terminator(self, block: Block, op: Op) -> None:
        opcode = op.opcode
        function = self.function
        targets = targets_of(op)
        count = {ops.JUMP: 1, ops.BRANCH: 2, ops.FBRANCH: 2, ops.CALL_FINALLY: 2, ops.CATCH_RETURN: 1}.get(opcode)
        if (count is not None and len(targets) != count) or (opcode == ops.SWITCH and not targets):
            self.fault(f"{len(targets)} targets", block, op)
            return
        region = self._region_of(block)
        for target in successors_of(block):
            if target.funclet != block.funclet:
                self.fault(f"control leaves the funclet by b{target.id}", block, op)
        if opcode in (ops.RETURN, ops.TAIL_CALL, ops.SUSPEND) and block.funclet:
            self.fault("in a funclet", block, op)
        elif opcode == ops.CALL_FINALLY:
            entry = targets[0]
            finallys = [r for r in function.eh_regions if r.kind == 2 and r.handler_funclet == entry.funclet]
            if not finallys or function.funclets[entry.funclet - 1].entry is not entry:
                self.fault(f"b{entry.id} is not the entry of a finally handler", block, op)
        elif opcode == ops.CATCH_RETURN:
            if region is None or region.kind > 1 or function.funclets[block.funclet - 1].is_filter:
                self.fault("not in a catch handler", block, op)
            elif targets[0].funclet == block.funclet:
                self.fault("the continuation is in the same funclet", block, op)
        elif opcode == ops.END_FINALLY:
            if region is None or region.kind < 2:
                self.fault("not in a finally or fault handler", block, op)
        elif opcode == ops.END_FILTER:
            if region is None or not function.funclets[block.funclet - 1].is_filter:
                self.fault("not in a filter", block, op)


def _follows_async_call(block: Block, op: Op) -> bool:
    """Whether nothing but a RESUME_POINT stands between the operation and the call of an async method."""
    for index in range(len(block.ops)):
        if block.ops[index] is op:
            while index > 0:
                index -= 1
                before = block.ops[index]
                if isinstance(before, CallOp):
                    return before.signature.returns_continuation
                if before.opcode != ops.RESUME_POINT:
                    return False
    return False


def _are_comparable(a: int, b: int) -> bool:
    if a == I32 or b == I32:
        return a == b
    return a in _WORDS and b in _WORDS
