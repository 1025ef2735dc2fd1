"""Imports the IL blocks of a frame in order, and carries the evaluation stack from block to block."""

from __future__ import annotations

from typing import Final

from readytorun.il import opcodes as il
from readytorun.il.flow import ends_block
from readytorun.importer.compare import comparison_operands
from readytorun.importer.frame import Frame, StackEntry
from readytorun.importer.instructions import import_instruction
from readytorun.importer.refusal import InlineFailure, WiderMerge
from readytorun.importer.regions import RegionMap, import_leave, step_key
from readytorun.ir import ops
from readytorun.ir.function import Block
from readytorun.ir.types import BYREF, F32, F64, I32, I64, REF, STRUCT
from readytorun.typesystem.type_desc import TypeDesc


def begin_blocks(frame: Frame) -> None:
    """Prepare the bookkeeping of a frame's blocks."""
    count = len(frame.flow.blocks)
    frame.blocks = [None] * count
    frame.imported = [False] * count
    frame.pending = []
    preds = [0] * count
    for block in frame.flow.blocks:
        for successor in block.successors:
            preds[successor] += 1
    frame.pred_counts = preds
    frame.unfinished_preds = preds.copy()


def block_for(frame: Frame, region_map: RegionMap | None, index: int) -> Block:
    """IR block of an IL block, created on first use."""
    block = frame.blocks[index]
    if block is None:
        state = frame.state
        if frame.clone_continuation is not None:
            block = state.new_block(state.builder.block)
        elif frame.parent is None:
            block = state.function.new_block()
            offset = frame.code.offsets[frame.flow.blocks[index].first]
            if region_map is not None:
                block.funclet = region_map.funclet_of(offset)
                block.try_index = region_map.try_index_of(offset, block.funclet)
            state.place(block, block.funclet, offset, 1)
        else:
            block = state.new_block(state.builder.block)
        state.function.blocks.append(block)
        frame.blocks[index] = block
    return block


def reach(frame: Frame, region_map: RegionMap | None, index: int) -> Block:
    """Note that control gets from the current block to an IL block, stack and all; gives its IR block."""
    target = block_for(frame, region_map, index)
    if frame.state.builder.is_reachable:
        _pass_stack(frame, index)
        if not frame.imported[index] and index not in frame.pending:
            frame.pending.append(index)
    return target


def flow_to(frame: Frame, region_map: RegionMap | None, index: int) -> None:
    """End the current block with a jump to an IL block."""
    target = reach(frame, region_map, index)
    frame.state.builder.jump(target)


def _pass_stack(frame: Frame, index: int) -> None:
    """Hand the evaluation stack over to an IL block: variables for scalars, slots for structs."""
    state = frame.state
    block = state.builder.block
    entries = frame.entry_stacks.get(index)
    if not frame.stack and not entries:
        if entries is None:
            frame.entry_stacks[index] = []
        return
    if entries is None:
        entries = []
        for position in range(len(frame.stack)):
            entries.append(_template(frame, index, position))
        frame.entry_stacks[index] = entries
    if len(entries) != len(frame.stack):
        raise frame.invalid("stack depth differs between the ways into a block")
    if block is None:
        return
    for position in range(len(entries)):
        template = entries[position]
        value = frame.stack[position]
        if template.kind == STRUCT:
            slot = template.alias
            type = _struct_type(frame, template)
            frame.check_struct(value, type)
            if slot is not None:
                address = state.builder.slot_addr(slot)
                state.builder.copy_block(address, value.op, frame.layout(type), False)
        else:
            if value.kind != template.kind:
                _check_merge(frame, index, position, value, template.kind)
            state.ssa.write(template.variable, block, frame.coerce(value, template.kind))


def _template(frame: Frame, index: int, position: int) -> StackEntry:
    """How a value on the stack gets into an IL block, from the first way that leads there."""
    value = frame.stack[position]
    is_only_way = frame.pred_counts[index] == 1
    kind = value.kind
    if frame.parent is None:
        kind = frame.state.merged_kinds.get((index, position), kind)
    template = StackEntry(value.op, kind, value.type)
    if kind == STRUCT:
        layout = frame.layout(_struct_type(frame, value))
        template.alias = frame.state.function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs)
    else:
        template.variable = frame.state.ssa.new_variable(kind)
        if is_only_way:
            template.is_exact = value.is_exact
            template.is_non_null = value.is_non_null
        elif kind == REF or kind == BYREF:
            # Another way in may bring another type.
            template.type = None
    return template


def _struct_type(frame: Frame, entry: StackEntry) -> TypeDesc:
    if entry.type is None:
        raise frame.invalid("struct of unknown type")
    return entry.type


# Where different kinds of values meet on the stack, what holds both of them (ECMA-335 III.1.8.1.3). The address of a
# local is a native int for us, so that it meets byrefs wherever C# has a conditional `ref`.
_WIDER: Final = {
    (I32, I64): I64,
    (I64, I32): I64,
    (F32, F64): F64,
    (F64, F32): F64,
    (I64, BYREF): BYREF,
    (BYREF, I64): BYREF,
}


def _check_merge(frame: Frame, index: int, position: int, value: StackEntry, kind: int) -> None:
    """A value meets values of another kind.

    Raises:
        WiderMerge: they have to be of yet another kind, too.
        Refusal: nothing holds both.
    """
    if kind == REF and isinstance(value.op, ops.ConstOp):
        return
    wider = _WIDER.get((kind, value.kind))
    if wider is None and value.kind == REF and (kind == I64 or kind == I32):
        wider = REF  # a null that was written as a number
    if wider is None:
        names = {I32: "int32", I64: "native int", F32: "float32", F64: "float64", REF: "object", BYREF: "byref"}
        raise frame.invalid(f"{names.get(value.kind, 'struct')} and {names.get(kind, 'struct')} meet on the stack")
    if wider == kind:
        return
    if frame.parent is not None:
        raise InlineFailure(frame.method.id)
    raise WiderMerge(index, position, wider)


def _enter(frame: Frame, index: int) -> None:
    """Take over the evaluation stack at the start of an IL block."""
    state = frame.state
    builder = state.builder
    block = builder.block
    stack: list[StackEntry] = []
    for template in frame.entry_stacks.get(index, ()):
        if template.kind == STRUCT and template.alias is not None:
            entry = StackEntry(builder.slot_addr(template.alias), STRUCT, template.type)
        elif block is not None:
            entry = StackEntry(state.ssa.read(template.variable, block), template.kind, template.type)
            entry.is_exact = template.is_exact
            entry.is_non_null = template.is_non_null
        else:
            continue
        stack.append(entry)
    frame.stack = stack


def run_blocks(frame: Frame, region_map: RegionMap | None) -> None:
    """Import every IL block that control reaches."""
    state = frame.state
    builder = state.builder
    code = frame.code
    blocks = frame.flow.blocks
    while frame.pending:
        index = min(frame.pending)
        frame.pending.remove(index)
        frame.imported[index] = True
        il_block = blocks[index]
        ir_block = frame.blocks[index]
        if ir_block is None:
            continue
        if frame.unfinished_preds[index] == 0:
            state.ssa.seal(ir_block)
        builder.block = ir_block
        offset = code.offsets[il_block.first]
        if frame.parent is None:
            if frame.clone_continuation is None:
                state.current_key = (ir_block.funclet, offset, 1)
            builder.il_offset = offset
        _enter(frame, index)
        position = il_block.first
        end = il_block.end
        while position < end and builder.is_reachable:
            frame.index = position
            if frame.parent is None:
                builder.il_offset = code.offsets[position]
                if not frame.stack:
                    state.release_temps()
            opcode = code.opcodes[position]
            if opcode >= il.BR and opcode <= il.SWITCH_OP:
                _import_branch(frame, region_map, opcode, index)
            elif opcode == il.LEAVE:
                frame.stack = []
                target_offset = code.operands[position]
                target = frame.flow.block_at[code.index_of[target_offset]]
                if region_map is None:
                    flow_to(frame, region_map, target)
                else:
                    target_block = reach(frame, region_map, target)
                    source = code.offsets[position]
                    import_leave(frame, region_map, source, target_offset, target_block, _import_clone)
            else:
                position = import_instruction(frame, opcode, position)
                continue
            position += 1
        if builder.is_reachable:
            if ends_block(code.opcodes[end - 1]):
                raise frame.invalid("control goes on behind the end of a block")
            flow_to(frame, region_map, index + 1)
        for successor in il_block.successors:
            frame.unfinished_preds[successor] -= 1
            if frame.unfinished_preds[successor] == 0:
                successor_block = frame.blocks[successor]
                if successor_block is not None:
                    state.ssa.seal(successor_block)
    for created in frame.blocks:
        if created is not None:
            state.ssa.seal(created)


def _import_clone(frame: Frame, region_map: RegionMap, index: int, continuation: Block) -> None:
    """Import a finally handler in the current block, as part of the normal way out of its try range."""
    state = frame.state
    clone = frame.clone(continuation)
    saved_key = state.current_key
    state.current_key = step_key(region_map, index)
    begin_blocks(clone)
    first = clone.flow.block_at[clone.code.index_of[region_map.regions[index].handler_offset]]
    flow_to(clone, None, first)
    run_blocks(clone, None)
    state.current_key = saved_key


def run_straight(frame: Frame) -> None:
    """Import an inlinee that is one block, in the middle of the caller's block."""
    code = frame.code
    position = 0
    end = len(code.opcodes)
    while position < end and not frame.finished and frame.state.builder.is_reachable:
        frame.index = position
        opcode = code.opcodes[position]
        if opcode >= il.BR and opcode <= il.SWITCH_OP:
            raise frame.invalid("branch in a body of one block")
        position = import_instruction(frame, opcode, position)


_COMPARE_CONDITIONS = {
    il.BEQ: ops.EQ,
    il.BEQ + 1: ops.GE,
    il.BEQ + 2: ops.GT,
    il.BEQ + 3: ops.LE,
    il.BEQ + 4: ops.LT,
    il.BEQ + 5: ops.NE,
    il.BEQ + 6: ops.GE_UN,
    il.BEQ + 7: ops.GT_UN,
    il.BEQ + 8: ops.LE_UN,
    il.BEQ + 9: ops.LT_UN,
}


def _import_branch(frame: Frame, region_map: RegionMap | None, opcode: int, index: int) -> None:
    state = frame.state
    builder = state.builder
    code = frame.code
    if opcode == il.BR:
        flow_to(frame, region_map, _target(frame, code.operands[frame.index]))
        return
    if opcode == il.SWITCH_OP:
        _import_switch(frame, region_map, index)
        return
    target = _target(frame, code.operands[frame.index])
    if opcode == il.BRFALSE or opcode == il.BRTRUE:
        entry = frame.pop()
        cond = ops.EQ if opcode == il.BRFALSE else ops.NE
        if entry.kind == F32 or entry.kind == F64 or entry.kind == STRUCT:
            raise frame.invalid("branch on a value that is no integer or reference")
        a = entry.op
        b = builder.const(a.type, 0) if a.type in (I32, I64) else builder.null(a.type)
        is_float = False
        if entry.is_non_null and entry.kind == REF:
            flow_to(frame, region_map, target if cond == ops.NE else index + 1)
            return
    else:
        right = frame.pop()
        left = frame.pop()
        cond = _COMPARE_CONDITIONS[opcode]
        a, b, is_float = comparison_operands(frame, left, right)
    if target == index + 1:
        flow_to(frame, region_map, target)
        return
    if not is_float and isinstance(a, ops.ConstOp) and isinstance(b, ops.ConstOp):
        taken = builder.compare(cond, a, b)
        if isinstance(taken, ops.ConstOp):
            flow_to(frame, region_map, target if taken.value else index + 1)
            return
    if_true = reach(frame, region_map, target)
    if_false = reach(frame, region_map, index + 1)
    builder.branch(ops.FBRANCH if is_float else ops.BRANCH, cond, a, b, if_true, if_false)


def _target(frame: Frame, offset: int) -> int:
    return frame.flow.block_at[frame.code.index_of[offset]]


def _import_switch(frame: Frame, region_map: RegionMap | None, index: int) -> None:
    state = frame.state
    builder = state.builder
    value = frame.to_i32(frame.pop())
    offsets = frame.code.switch_targets[frame.index]
    if isinstance(value, ops.ConstOp):
        number = value.value
        target = _target(frame, offsets[number]) if 0 <= number < len(offsets) else index + 1
        flow_to(frame, region_map, target)
        return
    targets: list[Block] = [reach(frame, region_map, _target(frame, offset)) for offset in offsets]
    targets.append(reach(frame, region_map, index + 1))
    # A block that several cases go to is one predecessor once: each edge needs a block of its own for phis.
    edges: list[Block] = []
    seen: set[int] = set()
    for target_block in targets:
        if target_block.id not in seen:
            seen.add(target_block.id)
            edges.append(target_block)
    builder.terminate(ops.SWITCH, [value], targets, edges)
