"""Calls between managed and native code: unmanaged function pointers, and methods that native code calls.

Native code runs in preemptive mode: the GC does not wait for it. The helper in front of a native call links a frame to
the thread, from which the GC finds the way past the native code, and the one behind unlinks it
(codegen: readytorun-format.md, helpers PInvokeBegin and PInvokeEnd). A method that native code calls enters and leaves
managed code in the same way. Values have to be seen by both sides as they are: marshalling is the runtime's business.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.abi import ir_type_of
from readytorun.importer.calls import pop_arguments, require_signature_types
from readytorun.importer.frame import (
    HELPER_PINVOKE_BEGIN,
    HELPER_PINVOKE_END,
    HELPER_REVERSE_PINVOKE_ENTER,
    HELPER_REVERSE_PINVOKE_EXIT,
    Frame,
    normalize_small,
)
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir import ops
from readytorun.ir.function import Slot
from readytorun.ir.ops import Op
from readytorun.ir.types import REF, ROLE_RETURN_BUFFER, STRUCT, VOID
from readytorun.typesystem.blittable import is_blittable_signature
from readytorun.typesystem.method_desc import CONTEXT_NONE, MethodSignature

# Sizes of the frames that the runtime links to the thread, in bytes (R2R 16: 11 words and 2 words).
_PINVOKE_FRAME_SIZE: Final = 88
_REVERSE_PINVOKE_FRAME_SIZE: Final = 16


def call_native(frame: Frame, signature: MethodSignature) -> None:
    """calli of a native function; its address is on the stack above the arguments.

    Raises:
        Refusal: the call needs marshalling, or is in an exception handler.
    """
    state = frame.state
    builder = state.builder
    if not is_blittable_signature(signature, frame.module):
        raise Refusal(Reason.PINVOKE_MARSHALLING, f"calli of {signature}")
    block = builder.block
    if block is not None and block.funclet:
        # The runtime wants the frames that are linked to a thread in the order in which they stand on the stack; a
        # handler runs below frames of the runtime, and the method's own frame is above them.
        raise Refusal(Reason.PINVOKE_MARSHALLING, f"calli of {signature} in an exception handler")
    code = frame.to_native(frame.pop())
    entries = pop_arguments(frame, signature)
    require_signature_types(frame, signature)
    frame.materialize_aliases()
    call_signature = state.abi.call_signature(signature, REF, CONTEXT_NONE)
    result_type = signature.return_type
    kind = ir_type_of(result_type)
    result_slot = state.new_temp(result_type) if kind == STRUCT else None
    # All that is computed comes before the frame is linked.
    args: list[Op] = [code]
    position = 0
    for param in call_signature.params:
        if param.role == ROLE_RETURN_BUFFER and result_slot is not None:
            args.append(builder.slot_addr(result_slot))
            continue
        entry = entries[position]
        type = signature.params[position]
        position += 1
        if param.type == STRUCT:
            frame.check_struct(entry, type)
            args.append(entry.op)
        else:
            # Native code relies on the upper bits of small integers.
            args.append(normalize_small(state, type, frame.coerce(entry, param.type)))
    native_frame = _native_frame(frame)
    state.call_helper(HELPER_PINVOKE_BEGIN, VOID, [builder.slot_addr(native_frame)]).is_preemptive = True
    call = builder.call(ops.TARGET_INDIRECT, None, call_signature, args)
    call.is_preemptive = True
    if call_signature.result.type == STRUCT:
        call.result_slot = result_slot
    state.call_helper(HELPER_PINVOKE_END, VOID, [builder.slot_addr(native_frame)]).is_preemptive = True
    if result_slot is not None:
        frame.push(builder.slot_addr(result_slot), STRUCT, result_type)
    elif kind != VOID:
        frame.push(normalize_small(state, result_type, call), kind, result_type)


def _native_frame(frame: Frame) -> Slot:
    """One frame serves all native calls of the method."""
    state = frame.state
    if state.native_frame is None:
        state.native_frame = state.function.new_slot(_PINVOKE_FRAME_SIZE, 8)
    return state.native_frame


def enter_from_native(frame: Frame) -> None:
    """Enter managed code, in front of the body of a method that native code calls.

    Raises:
        Refusal: the call needs marshalling.
    """
    state = frame.state
    if not is_blittable_signature(frame.method.signature, frame.module):
        raise Refusal(Reason.UNMANAGED_CALLERS_ONLY, f"{frame.method.signature}")
    if frame.method.signature.has_this or frame.method.is_shared:
        raise frame.invalid("instance or generic method for native callers")
    slot = state.function.new_slot(_REVERSE_PINVOKE_FRAME_SIZE, 8)
    slot.is_reverse_pinvoke = True
    state.reverse_pinvoke_frame = slot
    state.call_helper(HELPER_REVERSE_PINVOKE_ENTER, VOID, [state.builder.slot_addr(slot)])


def return_to_native(frame: Frame) -> None:
    """Leave managed code, in front of a return."""
    state = frame.state
    slot = state.reverse_pinvoke_frame
    if slot is not None:
        state.call_helper(HELPER_REVERSE_PINVOKE_EXIT, VOID, [state.builder.slot_addr(slot)])
