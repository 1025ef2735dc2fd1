"""Compiles a function for x64, System V: the stages in order.

prepare (cfg)  ▸  Selector  ▸  compute_liveness  ▸  allocate  ▸  Frame  ▸  emission block by block  ▸  GC info
"""

from __future__ import annotations

from readytorun.backend.cfg import prepare
from readytorun.backend.errors import Unsupported
from readytorun.backend.liveness import compute_liveness
from readytorun.backend.lowering import KIND_FOLDED, NO_PLACE, Lowering
from readytorun.backend.regalloc import Allocation, RegisterFile, allocate
from readytorun.backend.x64.abi import ArgumentPlaces
from readytorun.backend.x64.emit import RESUME_INFO_SIZE, Emitter
from readytorun.backend.x64.emit_call import (
    INT3,
    NOP,
    emit_call,
    emit_funclet_return,
    emit_poll,
    emit_return,
    emit_stubs,
    emit_suspend,
    emit_tail_call,
    has_stubs,
)
from readytorun.backend.x64.emit_compare import (
    emit_branch,
    emit_float_set,
    emit_select,
    emit_set,
    emit_switch,
    emit_trap,
)
from readytorun.backend.x64.emit_float import emit_float_binary, emit_float_conversion, emit_float_unary
from readytorun.backend.x64.emit_integer import (
    emit_binary,
    emit_conversion,
    emit_division,
    emit_shift,
    emit_unary,
    emit_wide_multiply,
)
from readytorun.backend.x64.emit_memory import (
    emit_addr,
    emit_barrier_store,
    emit_compare_exchange,
    emit_copy_block,
    emit_exchange,
    emit_load,
    emit_localloc,
    emit_memory_barrier,
    emit_null_check,
    emit_store,
    emit_zero_block,
)
from readytorun.backend.x64.encode import ALWAYS
from readytorun.backend.x64.frame import Frame
from readytorun.backend.x64.gc import gc_info
from readytorun.backend.x64.helpers import STACK_PROBE
from readytorun.backend.x64.moves import Moves
from readytorun.backend.x64.prolog import emit_prolog_body
from readytorun.backend.x64.registers import (
    CALLEE_SAVED,
    CALLEE_SAVED_MASK,
    CONTINUATION_RESULT,
    RBP,
    RDI,
    VOLATILE_FLOATS,
    VOLATILE_INTS,
    VOLATILE_MASK,
)
from readytorun.backend.x64.select import Selector
from readytorun.ir import ops
from readytorun.ir.function import Block, Function
from readytorun.ir.ops import BlockOp, BranchOp, CallOp, CompareOp, ImmOp, MemoryOp, Op, ParamOp, TerminatorOp, TrapOp
from readytorun.ir.types import I64, REF
from readytorun.r2r.eh_info import SYSTEM_EXCEPTION_FLAG
from readytorun.r2r.model import (
    CodeLabel,
    CodePart,
    CompiledMethod,
    DebugBound,
    EHClause,
    EHClauseKind,
    Relocation,
    RelocationKind,
)

_REGISTERS = RegisterFile(VOLATILE_INTS, CALLEE_SAVED, VOLATILE_FLOATS)
_REGISTERS_WITHOUT_RBP = RegisterFile(VOLATILE_INTS, CALLEE_SAVED[:5], VOLATILE_FLOATS)


def compile_function(function: Function) -> CompiledMethod:
    """Compile a function to native code; the function is changed on the way and not usable afterwards.

    Raises:
        Unsupported: the function needs something that is not done here.
    """
    return _Compilation(function).run()


_SOURCE_ASYNC = 4  # DebugBound.source of a suspension point


class _Compilation:
    """One function on its way through the stages."""

    __slots__ = (
        "allocation",
        "e",
        "empty",
        "forward",
        "function",
        "homes",
        "incoming",
        "last_of_region",
        "lowering",
        "order",
        "part_ends",
        "part_funclets",
        "part_starts",
        "prolog_size",
        "range_ends",
        "range_starts",
        "ranges_begin_at",
        "ranges_end_at",
        "selector",
        "unwind",
    )

    def __init__(self, function: Function) -> None:
        self.function = function
        if function.signature.result.type == 0:
            _return_buffer(function)
        self.order = prepare(function)
        lowering = Lowering(function, self.order)
        self.lowering = lowering
        self.incoming = ArgumentPlaces(function.signature)
        self.selector = Selector(lowering, self.incoming)
        self.homes: list[int] = []
        self.allocation = Allocation()
        self.empty: list[bool] = []
        self.forward: list[int] = []
        self.last_of_region: dict[int, int] = {}
        self.prolog_size = 0
        self.unwind: list[bytes] = []
        self.part_starts: list[int] = []
        self.part_ends: list[int] = []
        self.part_funclets: list[int] = []
        # Marks of the try ranges by region, and the regions that begin before and end behind a block.
        regions = len(function.eh_regions)
        self.range_starts: list[int] = [-1] * regions
        self.range_ends: list[int] = [-1] * regions
        self.ranges_begin_at: dict[int, list[int]] = {}
        self.ranges_end_at: dict[int, list[int]] = {}

    def run(self) -> CompiledMethod:
        function = self.function
        lowering = self.lowering
        selector = self.selector
        selector.run()
        if selector.tail_stack_size > self.incoming.stack_size:
            raise Unsupported("tail-call-stack-arguments", f"{selector.tail_stack_size} bytes")
        compute_liveness(lowering)
        needs_untracked = 0
        is_preemptive = False
        for block in self.order:
            last = block.ops[len(block.ops) - 1]
            if last.opcode == ops.CALL_FINALLY:
                needs_untracked |= 1 << lowering.position[last.id] + 1
            for op in block.ops:
                if isinstance(op, CallOp) and op.is_preemptive:
                    needs_untracked |= 1 << lowering.position[op.id] + 1
                    is_preemptive = True
                if op.opcode == ops.PARAM and isinstance(op, ParamOp) and self.incoming.stack[op.index] >= 0:
                    self.homes.append(op.id)
        uses_rbp = selector.has_localloc or len(function.eh_regions) > 0 or is_preemptive
        # While native code runs, the callers' values of callee-saved registers are found in this frame only.
        used_saved = CALLEE_SAVED_MASK & ~(1 << RBP) if is_preemptive else 0
        registers = _REGISTERS_WITHOUT_RBP if uses_rbp else _REGISTERS
        self.allocation = allocate(lowering, registers, self.homes, needs_untracked, used_saved)
        saves, save_count = self._poll_saves()
        home_params: list[int] = []
        for id in self.homes:
            op_or_none = lowering.op[id]
            if isinstance(op_or_none, ParamOp):
                home_params.append(op_or_none.index)
        frame = Frame(
            function,
            self.allocation,
            home_params,
            self.incoming,
            uses_rbp,
            selector.has_calls,
            selector.has_localloc,
            selector.outgoing_size,
            save_count,
        )
        e = Emitter(lowering, frame)
        e.poll_saves = saves
        self.e = e
        self._plan()
        self._emit_code()
        return self._finish()

    def _poll_saves(self) -> tuple[dict[int, list[int]], int]:
        """For each poll the values in volatile registers, and the biggest number of them."""
        saves: dict[int, list[int]] = {}
        most = 0
        lowering = self.lowering
        for poll in self.selector.polls:
            position = lowering.position[poll.id] + 1
            live: list[int] = []
            for op in lowering.op:
                if op is None:
                    continue
                place = lowering.place[op.id]
                if place < NO_PLACE and VOLATILE_MASK >> place & 1 and lowering.is_live_at(op.id, position):
                    live.append(op.id)
            saves[poll.id] = live
            most = max(most, len(live))
        return saves, most

    # --- plan ----------------------------------------------------------------------------------------------------

    def _region_key(self, block: Block) -> int:
        return block.funclet << 20 | block.try_index + 1

    def _plan(self) -> None:
        """Find the blocks without code, where jumps to them lead, and the ends of the regions."""
        order = self.order
        if self.function.eh_regions:
            self._plan_ranges()
        count = len(order)
        for index in range(count):
            block = order[index]
            self.empty.append(len(block.ops) == 1 and block.ops[0].opcode == ops.JUMP and not self._needs_moves(block))
            self.forward.append(index)
            self.last_of_region[self._region_key(block)] = index
        self.empty[0] = False
        for funclet in self.function.funclets:
            self.empty[self.lowering.index_of_block[funclet.entry.id]] = False
        for index in range(count):
            # Follow the chain; an endless loop of empty blocks keeps its jump.
            target = index
            steps = 0
            while self.empty[target] and steps <= count:
                last = order[target].ops[0]
                if not isinstance(last, TerminatorOp):
                    break
                target = self.lowering.index_of_block[last.targets[0].id]
                steps += 1
            if steps > count:
                self.empty[index] = False
                target = index
            self.forward[index] = target

    def _plan_ranges(self) -> None:
        """Find the first and the last block of each try range; it must hold all blocks between."""
        regions = self.function.eh_regions
        first = [-1] * len(regions)
        last = [-1] * len(regions)
        count = [0] * len(regions)
        for index in range(len(self.order)):
            region = self.order[index].try_index
            while region >= 0:
                if first[region] < 0:
                    first[region] = index
                last[region] = index
                count[region] += 1
                region = regions[region].enclosing
        for region in range(len(regions)):
            if first[region] < 0:
                # Another clause of the same try holds the blocks, or nobody does.
                if region == 0 or not regions[region].same_try_as_previous:
                    raise Unsupported("empty-try")
                continue
            if last[region] - first[region] + 1 != count[region]:
                raise Unsupported("try-not-contiguous")
            self.ranges_begin_at.setdefault(first[region], []).append(region)
            self.ranges_end_at.setdefault(last[region], []).append(region)

    def _needs_moves(self, block: Block) -> bool:
        """Whether phis of the successor need moves at the end of the block."""
        last = block.ops[len(block.ops) - 1]
        if not isinstance(last, TerminatorOp):
            return False
        target = last.targets[0]
        if target.ops[0].opcode != ops.PHI:
            return False
        place = self.lowering.place
        which = _predecessor_index(target, block)
        for op in target.ops:
            if op.opcode != ops.PHI:
                break
            if place[op.id] != NO_PLACE and place[op.id] != place[op.args[which].id]:
                return True
        return False

    def _label(self, block: Block) -> int:
        return self.e.labels[self.forward[self.lowering.index_of_block[block.id]]]

    # --- emission --------------------------------------------------------------------------------------------------

    def _emit_code(self) -> None:
        e = self.e
        code = e.code
        order = self.order
        count = len(order)
        self._bound(-2, 0)
        self.part_starts.append(code.mark())
        self.unwind.append(e.frame.emit_prolog(code, STACK_PROBE))
        self.prolog_size = emit_prolog_body(
            e, self.function, self.incoming, self.allocation, self.homes, self.selector.has_calls
        )
        funclet = 0
        for index in range(count):
            block = order[index]
            if block.funclet != funclet:
                funclet = block.funclet
                self.part_ends.append(code.mark())
                self._start_block(index, block)
                self.part_starts.append(code.mark())
                self.part_funclets.append(funclet)
                self.unwind.append(e.frame.emit_funclet_prolog(code))
            else:
                self._start_block(index, block)
            if not self.empty[index]:
                self._emit_block(index, block)
            self._end_block(index, block)
        self.part_ends.append(code.mark())

    def _start_block(self, index: int, block: Block) -> None:
        e = self.e
        code = e.code
        if e.call_end == code.mark() and index > 0:
            # The place behind a call is a safe point: it must not be reached in another way, nor begin a region.
            before = self.order[index - 1]
            if (
                len(block.preds) != 1
                or block.preds[0] is not before
                or before.try_index != block.try_index
                or before.funclet != block.funclet
            ):
                code.byte(NOP)
        begins = self.ranges_begin_at.get(index)
        if begins is not None:
            for region in begins:
                self.range_starts[region] = code.mark()
        code.bind(e.labels[index])
        e.region = self._region_key(block)

    def _end_block(self, index: int, block: Block) -> None:
        e = self.e
        code = e.code
        region = self._region_key(block)
        if self.last_of_region[region] == index and has_stubs(e, region):
            emit_stubs(e, region)
        ends = self.ranges_end_at.get(index)
        if ends is not None:
            for region in ends:
                # The return address of a call belongs to the region of the call; and no region is empty.
                if e.call_end == code.mark() or self.range_starts[region] == code.mark():
                    code.byte(NOP)
            for region in ends:
                self.range_ends[region] = code.mark()

    def _bound(self, il_offset: int, source: int) -> None:
        e = self.e
        mark = e.code.mark()
        marks = e.bound_marks
        count = len(marks)
        if count and marks[count - 1] == mark:
            if e.bound_offsets[count - 1] != -2:
                e.bound_offsets[count - 1] = il_offset
                e.bound_sources[count - 1] |= source
            return
        marks.append(mark)
        e.bound_offsets.append(il_offset)
        e.bound_sources.append(source)

    def _following(self, index: int) -> int:
        """Label of the code that will follow the block, -1 if none."""
        block = self.order[index]
        region = self._region_key(block)
        if self.last_of_region[region] == index and has_stubs(self.e, region):
            return -1
        following = index + 1
        while following < len(self.order):
            if self.order[following].funclet != block.funclet:
                return -1
            if not self.empty[following]:
                return self.e.labels[following]
            region = self._region_key(self.order[following])
            if self.last_of_region[region] == following and has_stubs(self.e, region):
                return -1
            following += 1
        return -1

    def _emit_block(self, index: int, block: Block) -> None:
        e = self.e
        kind = self.lowering.kind
        last_il = -1
        previous: Op | None = None
        interruptible = self.selector.has_ranges and block.loop_depth > 0
        for op in block.ops:
            il_offset = op.il_offset
            if il_offset >= 0 and il_offset != last_il:
                self._bound(il_offset, 2 if last_il < 0 else 0)
                last_il = il_offset
            if kind[op.id] == KIND_FOLDED:
                continue
            opcode = op.opcode
            start = e.code.mark()
            instructions = e.code.instructions
            if opcode == ops.RESUME_POINT and isinstance(op, ImmOp):
                behind_call = previous is not None and previous.opcode == ops.CALL
                e.resume_points[op.imm] = e.call_end if behind_call else start
                if not behind_call:
                    self._bound(op.il_offset, _SOURCE_ASYNC)
                    last_il = op.il_offset
                continue
            previous = op
            if opcode >= ops.JUMP:
                self._emit_terminator(index, block, op, opcode)
            elif opcode != ops.GC_POLL:
                emit_operation(e, op, opcode, self.selector)
            elif op.id in e.poll_saves:
                emit_poll(e, op)
                continue
            if interruptible:
                self._note_span(block, op, start, instructions)

    def _note_span(self, block: Block, op: Op, start: int, instructions: int) -> None:
        """Record which part of an operation's code may be interrupted, with what is live before the operation.

        Its first instruction may. The others may if nothing that the GC must know is under way between them: no
        operand and no result is a reference, or there is one instruction and the jumps on its outcome.
        """
        e = self.e
        end = e.code.mark()
        opcode = op.opcode
        if start == end or opcode == ops.RETURN or opcode == ops.TAIL_CALL or opcode == ops.LOCALLOC:
            return  # no code, or an epilog, or a frame that changes
        if opcode == ops.CONTINUATION or opcode == ops.SUSPEND:
            return  # a reference where no value lives
        count = e.code.instructions - instructions
        if opcode == ops.JUMP:
            whole = count == 0 or not self._moves_references(block)
        elif opcode == ops.CALL or ops.STORE_BARRIER <= opcode <= ops.STORE_CHECKED or isinstance(op, BlockOp):
            whole = False
        else:
            whole = count <= 1 or not _has_references(e, op)
        e.spans.append((start, end if whole else -1, self.lowering.position[op.id]))

    def _moves_references(self, block: Block) -> bool:
        """Whether a phi of the successor needs a move of a reference at the end of the block."""
        last = block.ops[len(block.ops) - 1]
        if not isinstance(last, TerminatorOp):
            return True
        target = last.targets[0]
        if target.ops[0].opcode != ops.PHI:
            return False
        which = _predecessor_index(target, block)
        place = self.lowering.place
        for phi in target.ops:
            if phi.opcode != ops.PHI:
                break
            if phi.type >= REF and place[phi.id] != NO_PLACE and place[phi.id] != place[phi.args[which].id]:
                return True
        return False

    def _emit_terminator(self, index: int, block: Block, op: Op, opcode: int) -> None:
        e = self.e
        code = e.code
        if opcode == ops.JUMP and isinstance(op, TerminatorOp):
            self._emit_phi_moves(block, op.targets[0])
            label = self._label(op.targets[0])
            if label != self._following(index):
                code.jump(ALWAYS, label)
        elif isinstance(op, BranchOp):
            emit_branch(e, op, self._label(op.targets[0]), self._label(op.targets[1]), self._following(index))
        elif opcode == ops.SWITCH and isinstance(op, TerminatorOp):
            emit_switch(e, op, [self._label(target) for target in op.targets])
        elif opcode == ops.RETURN:
            emit_return(e, op)
        elif opcode == ops.SUSPEND:
            emit_suspend(e, op)
        elif opcode == ops.UNREACHABLE:
            if not code.buf or code.buf[len(code.buf) - 1] != INT3:
                code.byte(INT3)
        elif opcode == ops.TAIL_CALL and isinstance(op, CallOp):
            emit_tail_call(e, op, self.selector.call_args[op.id])
        elif opcode == ops.CALL_FINALLY and isinstance(op, TerminatorOp):
            code.call_label(e.labels[self.lowering.index_of_block[op.targets[0].id]])
            label = self._label(op.targets[1])
            if label == self._following(index):
                code.byte(NOP)
            else:
                code.jump(ALWAYS, label)
        elif opcode == ops.CATCH_RETURN and isinstance(op, TerminatorOp):
            emit_funclet_return(e, None, self._label(op.targets[0]))
        elif opcode == ops.END_FINALLY:
            emit_funclet_return(e, None, -1)
        elif opcode == ops.END_FILTER:
            emit_funclet_return(e, op.args[0], -1)
        else:
            raise Unsupported("opcode", str(opcode))

    def _emit_phi_moves(self, block: Block, target: Block) -> None:
        if target.ops[0].opcode != ops.PHI:
            return
        e = self.e
        which = _predecessor_index(target, block)
        moves = Moves(e)
        for phi in target.ops:
            if phi.opcode != ops.PHI:
                break
            if e.place[phi.id] != NO_PLACE:
                moves.add_value(e.place[phi.id], phi.args[which])
        moves.emit()

    # --- the end ---------------------------------------------------------------------------------------------------

    def _finish(self) -> CompiledMethod:
        e = self.e
        code = e.code
        function = self.function
        data = code.finish()
        for offset, labels in e.tables:
            for index in range(len(labels)):
                target = code.label_offset(labels[index])
                e.data[offset + 4 * index : offset + 4 * index + 4] = target.to_bytes(4, "little")
        relocations: list[Relocation] = []
        for index in range(len(code.reloc_marks)):
            relocations.append(
                Relocation(
                    code.offset(code.reloc_marks[index]),
                    RelocationKind.REL32,
                    code.reloc_targets[index],
                    code.reloc_addends[index],
                )
            )
        parts: list[CodePart] = []
        for index in range(len(self.part_starts)):
            is_filter = index > 0 and function.funclets[self.part_funclets[index - 1] - 1].is_filter
            parts.append(
                CodePart(
                    code.offset(self.part_starts[index]),
                    code.offset(self.part_ends[index]),
                    self.unwind[index],
                    is_filter,
                )
            )
        bounds: list[DebugBound] = []
        for index in range(len(e.bound_marks)):
            offset = code.offset(e.bound_marks[index])
            if bounds and bounds[len(bounds) - 1].native_offset == offset:
                bounds.pop()
            bounds.append(DebugBound(offset, e.bound_offsets[index], e.bound_sources[index]))
        return CompiledMethod(
            code=data,
            relocations=tuple(relocations),
            parts=tuple(parts),
            gc_info=gc_info(e, self.allocation, len(data), self.prolog_size),
            read_only_data=bytes(e.data),
            read_only_data_alignment=max(4, e.data_alignment),
            eh_clauses=self._clauses(parts),
            debug_bounds=tuple(bounds),
            fixups=tuple(function.fixups),
            data_relocations=self._resume_info(),
            suspension_points=self._suspension_points(),
        )

    def _suspension_points(self) -> tuple[int, ...]:
        """The DiagnosticIP of each state as an offset in the code.

        That of an await that later passes found to be unreachable, so that the method is never in its state, is 0.
        """
        facts = self.function.runtime_async
        points = self.e.resume_points
        offsets: list[int] = []
        for state in range(0 if facts is None else facts.state_count):
            offsets.append(self.e.code.offset(points[state]) if state in points else 0)
        return tuple(offsets)

    def _resume_info(self) -> tuple[Relocation, ...]:
        """The two addresses of each entry of the ResumeInfo table: resumption stub, DiagnosticIP."""
        facts = self.function.runtime_async
        result: list[Relocation] = []
        if facts is not None:
            points = self._suspension_points()
            for state in range(facts.state_count):
                offset = RESUME_INFO_SIZE * state
                point = points[state]
                result.append(Relocation(offset, RelocationKind.DIR64, CodeLabel(facts.stub_symbol)))
                result.append(Relocation(offset + 8, RelocationKind.DIR64, CodeLabel("", point)))
        return tuple(result)

    def _clauses(self, parts: list[CodePart]) -> tuple[EHClause, ...]:
        code = self.e.code
        part_of: dict[int, CodePart] = {}
        for index in range(len(self.part_funclets)):
            part_of[self.part_funclets[index]] = parts[index + 1]
        clauses: list[EHClause] = []
        start = 0
        end = 0
        regions = self.function.eh_regions
        for index in range(len(regions)):
            region = regions[index]
            if self.range_starts[index] >= 0:
                start = code.offset(self.range_starts[index])
                end = code.offset(self.range_ends[index])
            handler = part_of[region.handler_funclet]
            extra = region.class_token
            if region.filter_funclet:
                extra = part_of[region.filter_funclet].start
            clauses.append(
                EHClause(
                    EHClauseKind(region.kind),
                    start,
                    end,
                    handler.start,
                    handler.end,
                    extra,
                    region.same_try_as_previous,
                    SYSTEM_EXCEPTION_FLAG if region.catches_exception else 0,
                )
            )
        return tuple(clauses)


def _has_references(e: Emitter, op: Op) -> bool:
    """Whether the result or an operand is a reference or byref."""
    if op.type >= REF:
        return True
    for arg in op.args:
        if arg.type >= REF or (e.lowering.kind[arg.id] == KIND_FOLDED and _has_references(e, arg)):
            return True
    return False


def _predecessor_index(target: Block, block: Block) -> int:
    preds = target.preds
    for index in range(len(preds)):
        if preds[index] is block:
            return index
    raise ValueError(f"block {block.id} is no predecessor of block {target.id}")


def _return_buffer(function: Function) -> None:
    """Let returns hand back the address of the return buffer, as the convention wants."""
    params = function.signature.params
    for index in range(len(params)):
        if params[index].role != 2:
            continue
        buffer: Op | None = None
        for op in function.blocks[0].ops:
            if isinstance(op, ParamOp) and op.index == index:
                buffer = op
        if buffer is None:
            buffer = ParamOp(function.new_id(), I64, index)
            position = 0
            function.blocks[0].ops.insert(position, buffer)
        for block in function.blocks:
            last = block.ops[len(block.ops) - 1]
            if last.opcode == ops.RETURN and not last.args:
                last.args.append(buffer)


def emit_operation(e: Emitter, op: Op, opcode: int, selector: Selector) -> None:
    """Emit any operation but a terminator."""
    if opcode < ops.ADD:
        # Constants and addresses are made by their users, unless they got a register.
        if ops.LOAD_CELL <= opcode <= ops.RESUME_INFO:
            place = e.place[op.id]
            if place < NO_PLACE:
                e.make(op, place)
        elif opcode == ops.CATCH_ARG:
            e.done(op, RDI)
    elif opcode <= ops.BSWAP:
        if opcode <= ops.XOR:
            emit_binary(e, op)
        elif opcode <= ops.SHR_UN or opcode == ops.ROL or opcode == ops.ROR:
            emit_shift(e, op)
        elif opcode <= ops.REM_UN:
            emit_division(e, op)
        elif opcode < ops.MUL_OVF_UN:
            emit_binary(e, op)
        elif opcode == ops.MUL_OVF_UN or opcode == ops.MULHI or opcode == ops.MULHI_UN:
            emit_wide_multiply(e, op)
        else:
            emit_unary(e, op)
    elif opcode <= ops.FROUND:
        if opcode <= ops.FDIV:
            emit_float_binary(e, op)
        else:
            emit_float_unary(e, op)
    elif opcode <= ops.BITCAST:
        if opcode <= ops.TRUNC:
            emit_conversion(e, op)
        else:
            emit_float_conversion(e, op)
    elif opcode <= ops.TRAP_IF:
        if isinstance(op, CompareOp):
            if opcode == ops.CMP:
                emit_set(e, op)
            elif opcode == ops.FCMP:
                emit_float_set(e, op)
            else:
                emit_select(e, op)
        elif isinstance(op, TrapOp):
            emit_trap(e, op)
    elif isinstance(op, MemoryOp):
        if opcode == ops.LOAD:
            emit_load(e, op)
        elif opcode == ops.STORE:
            emit_store(e, op)
        elif opcode == ops.ADDR:
            emit_addr(e, op)
        elif opcode == ops.STORE_BARRIER or opcode == ops.STORE_CHECKED:
            emit_barrier_store(e, op)
        elif opcode == ops.ATOMIC_CMPXCHG:
            emit_compare_exchange(e, op)
        else:
            emit_exchange(e, op)
    elif isinstance(op, CallOp):
        emit_call(e, op, selector.call_args[op.id])
    elif isinstance(op, BlockOp):
        if opcode == ops.COPY_BLOCK:
            emit_copy_block(e, op)
        else:
            emit_zero_block(e, op)
    elif opcode == ops.NULL_CHECK:
        emit_null_check(e, op)
    elif opcode == ops.CONTINUATION:
        e.done(op, CONTINUATION_RESULT)
    elif opcode == ops.MEMORY_BARRIER:
        emit_memory_barrier(e)
    elif opcode == ops.LOCALLOC and isinstance(op, ImmOp):
        emit_localloc(e, op, op.imm != 0)
    else:
        raise Unsupported("opcode", str(opcode))
