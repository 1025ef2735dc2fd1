"""Prints functions in the text form that `ir.parser` reads back.

    function "Program::Add" (ref this, i32) -> i32
      slot s0: size 16 align 8 refs 8
      fixup cell(PRECODE, 1006)
    b0:
      v0 = param.i32 1
      v1 = load.i32 [v2 + v3 * 4 + 16] @0x1c
      branch.lt v0, v1, b1, b2
    b1: preds b0 cold

A value is written as `v` and its number, a block as `b`, a slot as `s`. What has its default value is left out.
Operations without a value have no number of their own in the text. The IL offset follows `@`.
"""

from __future__ import annotations

import json

from readytorun.ir import names, ops
from readytorun.ir.function import Block, EHRegion, Function, Slot
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
from readytorun.ir.runtime_async import RuntimeAsync
from readytorun.ir.types import (
    I32,
    I64,
    MEMORY_NAMES,
    MEMORY_VALUE_TYPES,
    REF,
    ROLE_NAMES,
    ROLE_NORMAL,
    STRUCT,
    TYPE_NAMES,
    VOID,
    AbiType,
    StructLayout,
)
from readytorun.r2r.model import Cell


def print_function(function: Function) -> str:
    """The whole function, ending with a newline."""
    lines = function_header(function)
    for block in function.blocks:
        lines.append(print_block_header(block))
        for op in block.ops:
            lines.append("  " + print_op(op))
    return "\n".join(lines) + "\n"


def function_header(function: Function) -> list[str]:
    """The lines in front of the first block."""
    signature = function.signature
    params = ", ".join([print_abi_type(param) for param in signature.params])
    result = print_abi_type(signature.result)
    if signature.returns_continuation:
        result += " continuation"
    lines = [f"function {json.dumps(function.name)} ({params}) -> {result}"]
    if function.context_kind or function.context_param >= 0:
        line = f"  context {names.CONTEXT_NAMES[function.context_kind]}"
        if function.context_param >= 0:
            line += f" param {function.context_param}"
        lines.append(line)
    if function.runtime_async is not None:
        lines.extend(_runtime_async(function.runtime_async, function.slots))
    for slot in function.slots:
        lines.append(f"  slot s{slot.id}: " + _slot(slot))
    for index, region in enumerate(function.eh_regions):
        lines.append(f"  region {index}: " + _region(region))
    for index, funclet in enumerate(function.funclets):
        kind = "filter" if funclet.is_filter else "handler"
        lines.append(f"  funclet {index + 1}: b{funclet.entry.id} {kind} of region {funclet.region}")
    for cell in function.fixups:
        lines.append(f"  fixup {print_cell(cell)}")
    return lines


def _runtime_async(facts: RuntimeAsync, slots: list[Slot]) -> list[str]:
    text = f"  runtime_async {facts.dialect.name} type {facts.continuation_type.hex()}"
    text += f" symbol {json.dumps(facts.symbol)} stub {json.dumps(facts.stub_symbol)}"
    if facts.saves_contexts:
        text += " saves_contexts"
    for word, slot in (
        ("context_slot", facts.context_slot),
        ("buffer_slot", facts.buffer_slot),
        ("thread", facts.thread_slot),
        ("execution_context", facts.execution_context_slot),
        ("synchronization_context", facts.synchronization_context_slot),
        ("resumed", facts.resumed_slot),
    ):
        if slot is not None and slot in slots:
            text += f" {word} s{slot.id}"
    if facts.synthetic_region >= 0:
        text += f" region {facts.synthetic_region}"
    if facts.state_count:
        text += f" states {facts.state_count}"
    lines = [text]
    for name, call in facts.calls.items():
        params = ", ".join([print_abi_type(param) for param in call.signature.params])
        lines.append(
            f"  async_call {name} {print_cell(call.cell)} ({params}) -> {print_abi_type(call.signature.result)}"
        )
    return lines


def _slot(slot: Slot) -> str:
    text = f"size {slot.size} align {slot.alignment}" + _references(slot.gc_refs)
    if slot.zero_init:
        text += " zero_init"
    if slot.is_pinned:
        text += " pinned"
    if slot.param_index >= 0:
        text += f" param {slot.param_index}"
    if slot.is_reverse_pinvoke:
        text += " reverse_pinvoke"
    return text


def _references(gc_refs: tuple[tuple[int, bool], ...]) -> str:
    # A `*` marks a byref.
    if not gc_refs:
        return ""
    return " refs" + "".join([f" {offset}*" if is_byref else f" {offset}" for offset, is_byref in gc_refs])


def _region(region: EHRegion) -> str:
    text = names.REGION_NAMES[region.kind]
    if region.class_token:
        text += f" {region.class_token:#010x}"
    text += f" handler {region.handler_funclet}"
    if region.filter_funclet:
        text += f" filter {region.filter_funclet}"
    if region.enclosing >= 0:
        text += f" enclosing {region.enclosing}"
    if region.same_try_as_previous:
        text += " same_try"
    if region.catches_exception:
        text += " catches_exception"
    return text


def print_abi_type(abi: AbiType) -> str:
    """A parameter or result: type or layout, then its role."""
    text = TYPE_NAMES[abi.type]
    if abi.type == STRUCT and abi.layout is not None:
        text = print_layout(abi.layout)
    if abi.role != ROLE_NORMAL:
        text += " " + ROLE_NAMES[abi.role]
    return text


def print_layout(layout: StructLayout) -> str:
    """`struct(size align refs classes hfa)`."""
    text = f"struct({layout.size} align {layout.alignment}" + _references(layout.gc_refs)
    if layout.register_classes:
        text += " classes " + " ".join([names.CLASS_NAMES[c] for c in layout.register_classes])
    if layout.hfa is not None:
        text += f" hfa {TYPE_NAMES[layout.hfa[0]]} {layout.hfa[1]}"
    return text + ")"


def print_cell(cell: Cell) -> str:
    """`cell(SECTION, signature, thunk, GC reference map, context, symbol)`, without the empty ones at the end."""
    text = f"cell({cell.section.name}, {cell.signature.hex()}"
    if cell.thunk or cell.gc_ref_map or cell.context or cell.rva_of:
        text += f", {cell.thunk.name}"
    if cell.gc_ref_map or cell.context or cell.rva_of:
        text += f", {cell.gc_ref_map.hex()}"
    if cell.context or cell.rva_of:
        text += f", {cell.context.hex()}"
    if cell.rva_of:
        text += f", {json.dumps(cell.rva_of)}"
    return text + ")"


def print_block_header(block: Block) -> str:
    """The label of a block with its predecessors and regions."""
    text = f"b{block.id}:"
    if block.preds:
        text += " preds " + ", ".join([f"b{pred.id}" for pred in block.preds])
    if block.funclet:
        text += f" funclet {block.funclet}"
    if block.try_index >= 0:
        text += f" try {block.try_index}"
    if block.is_cold:
        text += " cold"
    if block.loop_depth:
        text += f" depth {block.loop_depth}"
    return text


def print_op(op: Op) -> str:
    """One operation, without indentation."""
    text = _body(op)
    if op.type != VOID:
        annotation = "" if op.type == _implied_type(op) else f": {TYPE_NAMES[op.type]}"
        text = f"v{op.id}{annotation} = {text}"
    if op.il_offset >= 0:
        text += f" @{op.il_offset:#x}"
    return text


def _implied_type(op: Op) -> int:
    """Type of the value as far as the text of the operation implies it; -1 where it does not."""
    opcode = op.opcode
    shape = names.OPCODE_SHAPES.get(opcode, names.SHAPE_VOID)
    if shape in (
        names.SHAPE_TYPED,
        names.SHAPE_CONST,
        names.SHAPE_FCONST,
        names.SHAPE_PARAM,
        names.SHAPE_IMM,
        names.SHAPE_SELECT,
        names.SHAPE_ADDR,
    ):
        return op.type
    if isinstance(op, MemoryOp):
        return MEMORY_VALUE_TYPES[op.memory] if shape == names.SHAPE_LOAD else VOID
    if isinstance(op, CallOp):
        result = op.signature.result.type
        return VOID if result == STRUCT or opcode == ops.TAIL_CALL else result
    return implied_type(opcode)


def implied_type(opcode: int) -> int:
    """Type of the value of an operation whose opcode alone implies it, VOID if it has none."""
    if opcode in (ops.CATCH_ARG, ops.LOAD_STRING, ops.CONTINUATION):
        return REF
    if opcode in (ops.SLOT_ADDR, ops.LOAD_CELL, ops.DATA_ADDR, ops.SEXT32, ops.ZEXT32):
        return I64
    if opcode in (ops.CMP, ops.FCMP, ops.TRUNC, ops.SEXT8, ops.ZEXT8, ops.SEXT16, ops.ZEXT16):
        return I32
    return VOID


def _values(args: list[Op]) -> str:
    return ", ".join([f"v{arg.id}" for arg in args])


def _body(op: Op) -> str:
    name = names.OPCODE_NAMES.get(op.opcode, f"opcode{op.opcode}")
    shape = names.OPCODE_SHAPES.get(op.opcode, names.SHAPE_VOID)
    type_name = TYPE_NAMES[op.type]
    if isinstance(op, ConstOp):
        return f"{name}.{type_name} {op.value}"
    if isinstance(op, FloatConstOp):
        return f"{name}.{type_name} {op.bits:#x}"
    if isinstance(op, ParamOp):
        return f"{name}.{type_name} {op.index}"
    if isinstance(op, SlotOp):
        return f"{name} s{op.slot.id}"
    if isinstance(op, CellOp):
        return f"{name} {print_cell(op.cell)}"
    if isinstance(op, DataOp):
        return f"{name} {op.field_rid}"
    if isinstance(op, ImmOp):
        return f"{name}.{type_name} {_values(op.args)}{', ' if op.args else ''}{op.imm}"
    if isinstance(op, CompareOp):
        cond = ops.CONDITION_NAMES[op.cond]
        if shape == names.SHAPE_SELECT:
            return f"{name}.{type_name}.{cond} {_values(op.args)}"
        return f"{name}.{cond} {_values(op.args)}"
    if isinstance(op, TrapOp):
        return f"{name}.{ops.CONDITION_NAMES[op.cond]} {names.TRAP_NAMES[op.trap]} {_values(op.args)}"
    if isinstance(op, MemoryOp):
        return _memory(op, name, shape, type_name)
    if isinstance(op, BlockOp):
        barrier = " barrier" if op.needs_barrier else ""
        return f"{name}{barrier} {print_layout(op.layout)} {_values(op.args)}"
    if isinstance(op, CallOp):
        return f"{name} {_call(op)}"
    if isinstance(op, BranchOp):
        return f"{name}.{ops.CONDITION_NAMES[op.cond]} {_values(op.args)}, {_blocks(op.targets)}"
    if isinstance(op, TerminatorOp):
        text = name
        if op.args:
            text += f" {_values(op.args)},"
        if shape == names.SHAPE_SWITCH:
            return f"{text} [{_blocks(op.targets)}]"
        return f"{text} {_blocks(op.targets)}"
    if shape == names.SHAPE_TYPED:
        name = f"{name}.{type_name}"
    return f"{name} {_values(op.args)}" if op.args else name


def _memory(op: MemoryOp, name: str, shape: int, type_name: str) -> str:
    args = op.args
    position = 1
    address = f"v{args[0].id}"
    if op.has_index:
        address += f" + v{args[1].id} * {op.scale}"
        position = 2
    if op.offset:
        address += f" + {op.offset}" if op.offset > 0 else f" - {-op.offset}"
    if shape == names.SHAPE_ADDR:
        return f"{name}.{type_name} [{address}]"
    text = f"{name}.{MEMORY_NAMES[op.memory]} [{address}]"
    if len(args) > position:
        text += ", " + _values(args[position:])
    if op.is_volatile:
        text += " volatile"
    if op.is_invariant:
        text += " invariant"
    return text


def _call(op: CallOp) -> str:
    args = op.args
    position = 0
    if op.target == ops.TARGET_CELL:
        target = ""
    else:
        target = names.TARGET_NAMES[op.target] + " "
    if op.target >= ops.TARGET_INDIRECT:
        target += f"v{args[0].id}" if args else "?"
        position = 1
        if op.cell is not None:
            target += " " + print_cell(op.cell)
    elif op.target == ops.TARGET_DIRECT:
        target += json.dumps(op.symbol)
    else:
        target += print_cell(op.cell) if op.cell is not None else "?"
    parts = []
    for param in op.signature.params:
        value = f"v{args[position].id}" if position < len(args) else "?"
        parts.append(f"{print_abi_type(param)}: {value}")
        position += 1
    parts.extend([f"?: v{arg.id}" for arg in args[position:]])
    text = f"{target} ({', '.join(parts)}) -> {print_abi_type(op.signature.result)}"
    if op.signature.returns_continuation:
        text += " continuation"
    if op.result_slot is not None:
        text += f" result s{op.result_slot.id}"
    if op.no_return:
        text += " no_return"
    if not op.is_safe_point:
        text += " no_safe_point"
    if op.is_user_call:
        text += " user"
    if op.is_preemptive:
        text += " preemptive"
    if op.may_run_early:
        text += " may_run_early"
    if op.may_leave:
        text += " may_leave"
        if op.tail_cell is not None:
            text += " " + print_cell(op.tail_cell)
    awaits = op.awaits
    if awaits is not None:
        text += f" await {names.AWAIT_NAMES[awaits.handling]}"
        if awaits.layout is not None:
            text += " " + print_layout(awaits.layout)
        else:
            text += f" {MEMORY_NAMES[awaits.memory]}" if awaits.memory >= 0 else " void"
        if awaits.adapts_value_task:
            text += " adapts_value_task"
    return text


def _blocks(targets: list[Block]) -> str:
    return ", ".join([f"b{target.id}" for target in targets])
