"""Unwinding x64 frames by the images' unwind data (Windows x64 UNWIND_INFO; gcinfo-unwind-debug.md, 14).

Code is always left in its body here, never in a prolog or epilog, so all operations of the prolog are undone.
"""

from __future__ import annotations

from typing import Final

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.machine import Frame
from readytorun.emulator.memory import Memory
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.unwind_x64 import (
    ALLOC_LARGE,
    ALLOC_SMALL,
    PUSH_NONVOL,
    SAVE_NONVOL,
    SAVE_NONVOL_FAR,
    SET_FPREG,
    SET_FPREG_LARGE,
    UnwindInfo,
)

_WORD: Final = 8


def unwind(memory: Memory, frame: Frame, image: R2RImage, function_index: int) -> Frame:
    """The caller of a frame whose code is the given runtime function."""
    info = image.unwind_info_at(function_index)[0]
    if not isinstance(info, UnwindInfo):
        raise ExecutionError(f"{image.path}: unwind data of another machine")
    sp = frame.sp
    locations = list(frame.locations)
    for code in info.codes:
        operation = code.operation
        if operation == PUSH_NONVOL:
            locations[code.info] = sp
            sp += _WORD
        elif operation in (ALLOC_SMALL, ALLOC_LARGE):
            sp += code.operand
        elif operation == SET_FPREG:
            sp = memory.u64(locations[info.frame_register]) - info.frame_offset
        elif operation == SET_FPREG_LARGE:
            sp = memory.u64(locations[info.frame_register]) - code.operand
        elif operation in (SAVE_NONVOL, SAVE_NONVOL_FAR):
            locations[code.info] = sp + code.operand
        else:
            raise ExecutionError(f"{image.path}: unwind operation {operation} does not occur in code for System V")
    return Frame(memory.u64(sp), sp + _WORD, locations, False)
