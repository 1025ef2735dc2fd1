"""ret: out of the root method; out of an inlinee into its caller; to where a synchronized method leaves its monitor."""

from __future__ import annotations

from readytorun.importer.abi import ir_type_of
from readytorun.importer.awaits import await_return, is_async_version
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, StackEntry, normalize_small
from readytorun.ir import ops
from readytorun.ir.ops import Op
from readytorun.ir.types import M_I64, STRUCT, VOID


def import_return(frame: Frame) -> None:
    """ret"""
    kind = ir_type_of(
        frame.method.ordinary.signature.return_type if _awaits(frame) else frame.method.signature.return_type
    )
    entry = frame.pop() if kind != VOID else None
    if frame.stack:
        raise frame.invalid("values left on the stack at ret")
    if frame.parent is not None or frame.return_block is not None:
        _return_to_block(frame, entry, kind)
        return
    if _awaits(frame) and entry is not None:
        entry = await_return(frame, entry)
    return_value(frame, entry)


def _awaits(frame: Frame) -> bool:
    """Whether IL returns a task whose result the code returns."""
    return frame.parent is None and is_async_version(frame.state)


def return_value(frame: Frame, entry: StackEntry | None) -> None:
    """Return from the root method with a value, None if it has none."""
    type = frame.method.signature.return_type
    kind = ir_type_of(type)
    if frame.stack:
        raise frame.invalid("values left on the stack at ret")
    builder = frame.state.builder
    args: list[Op] = []
    if entry is not None:
        if kind == STRUCT:
            require_struct_layout(frame, type)
            frame.check_struct(entry, type)
            layout = frame.layout(type)
            if layout.register_classes:
                args.append(entry.op)
            else:
                # The buffer is always on the caller's stack (R2R 12.0), so no barriers.
                builder.copy_block(return_buffer(frame), entry.op, layout, False)
        else:
            args.append(normalize_small(frame.state, type, frame.coerce(entry, kind)))
    if frame.state.reverse_pinvoke_frame is not None:
        from readytorun.importer.pinvoke import return_to_native

        return_to_native(frame)
    builder.terminate(ops.RETURN, args, [], [])


def return_buffer(frame: Frame) -> Op:
    """The root's return buffer argument."""
    state = frame.state
    block = state.builder.block
    if frame.buffer_slot is not None:
        return state.builder.load(M_I64, state.builder.slot_addr(frame.buffer_slot))
    if block is None:
        raise frame.invalid("unreachable")
    return state.ssa.read(frame.buffer_variable, block)


def _return_to_block(frame: Frame, entry: StackEntry | None, kind: int) -> None:
    state = frame.state
    builder = state.builder
    block = builder.block
    type = frame.method.signature.return_type
    if entry is not None:
        if kind == STRUCT:
            frame.check_struct(entry, type)
        else:
            value = normalize_small(state, type, frame.coerce(entry, kind))
            result = StackEntry(value, kind, type)
            if entry.kind == kind:
                result.is_exact = entry.is_exact
                result.is_non_null = entry.is_non_null
                if entry.type is not None and (kind == 5 or kind == 6):
                    result.type = entry.type
            entry = result
    target = frame.return_block
    if target is None:
        # An inlinee of one block: control simply goes on in the caller.
        frame.return_entry = entry
        frame.finished = True
        return
    if entry is not None and block is not None:
        if kind == STRUCT and frame.return_slot is not None:
            builder.copy_block(builder.slot_addr(frame.return_slot), entry.op, frame.layout(type), False)
        else:
            state.ssa.write(frame.return_variable, block, entry.op)
    builder.jump(target)
