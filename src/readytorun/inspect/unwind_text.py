"""Unwind data in words: one line a code, the instruction that it stands for beside its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from readytorun.inspect.gc_text import ARM64_REGISTERS, X64_REGISTERS, frame_location
from readytorun.r2r import unwind_arm64, unwind_x64


def unwind_lines(info: unwind_x64.UnwindInfo | unwind_arm64.UnwindInfo) -> Iterator[str]:
    """The lines that describe the unwind data of one runtime function."""
    if isinstance(info, unwind_x64.UnwindInfo):
        yield from _x64_lines(info)
    else:
        yield from _arm64_lines(info)


# --- x64 --------------------------------------------------------------------------------------------------------------


def _x64_lines(info: unwind_x64.UnwindInfo) -> Iterator[str]:
    head = f"version {info.version}, flags {info.flags}, prolog {info.prolog_size} bytes"
    if info.frame_register:
        place = frame_location("rsp", info.frame_offset)[1:-1]
        head += f", frame register {X64_REGISTERS[info.frame_register]} = {place}"
    yield head
    for code in info.codes:
        yield f"{code.offset:#04x}  {x64_code_text(code, info)}"


def x64_code_text(code: unwind_x64.UnwindCode, info: unwind_x64.UnwindInfo) -> str:
    """One code: "PUSH_NONVOL rbp"."""
    operation = code.operation
    name = unwind_x64.OPERATION_NAMES[operation]
    register = X64_REGISTERS[code.info]
    if operation == unwind_x64.PUSH_NONVOL:
        return f"{name} {register}"
    if operation in (unwind_x64.ALLOC_SMALL, unwind_x64.ALLOC_LARGE):
        return f"{name} {code.operand:#x}"
    if operation in (unwind_x64.SAVE_NONVOL, unwind_x64.SAVE_NONVOL_FAR):
        return f"{name} {register} at {frame_location('rsp', code.operand)}"
    if operation in (unwind_x64.SAVE_XMM128, unwind_x64.SAVE_XMM128_FAR):
        return f"{name} xmm{code.info} at {frame_location('rsp', code.operand)}"
    if operation in (unwind_x64.SET_FPREG, unwind_x64.SET_FPREG_LARGE):
        offset = code.operand if operation == unwind_x64.SET_FPREG_LARGE else info.frame_offset
        return f"{name} {X64_REGISTERS[info.frame_register]} = {frame_location('rsp', offset)[1:-1]}"
    return f"{name} {code.info}"


# --- arm64 ------------------------------------------------------------------------------------------------------------

_FRAME_POINTER: Final = ARM64_REGISTERS[29]
_LINK_REGISTER: Final = ARM64_REGISTERS[30]


def _arm64_lines(info: unwind_arm64.UnwindInfo) -> Iterator[str]:
    yield f"version {info.version}, function {info.length} bytes"
    starts: dict[int, list[str]] = {}
    starts.setdefault(0, []).append("prolog")
    if info.single_epilog_index is not None:
        starts.setdefault(info.single_epilog_index, []).append("epilog at the end")
    for epilog in info.epilogs:
        starts.setdefault(epilog.code_index, []).append(f"epilog at {epilog.start:#x}")
    for index in sorted(starts):
        yield f"code {index}: {', '.join(starts[index])}"
        try:
            codes = unwind_arm64.decode_codes(info.codes[index:])
        except ValueError as error:
            yield f"  {info.codes[index:].hex(' ')}: {error}"
            continue
        for code in codes:
            yield f"  {arm64_code_text(code)}"


def arm64_code_text(code: unwind_arm64.Code) -> str:
    """One code with the prolog instruction that it stands for: "save_fplr_x  stp x29, x30, [sp, #-32]!"."""
    instruction = _prolog_instruction(code)
    return f"{code.name:<14} {instruction}" if instruction else code.name


def _prolog_instruction(code: unwind_arm64.Code) -> str:
    name, fields = code
    last = fields[-1] if fields else 0
    if name.startswith("alloc_"):
        return f"sub sp, sp, #{last * 16}"
    if name == "set_fp":
        return f"mov {_FRAME_POINTER}, sp"
    if name == "add_fp":
        return f"add {_FRAME_POINTER}, sp, #{last * 8}"
    if name == "save_r19r20_x":
        return f"stp x19, x20, [sp, #-{last * 8}]!"
    if not name.startswith("save_") or name == "save_next":
        return ""
    place = f"[sp, #-{(last + 1) * 8}]!" if name.endswith("_x") else f"[sp, #{last * 8}]"
    if name.startswith("save_fplr"):
        return f"stp {_FRAME_POINTER}, {_LINK_REGISTER}, {place}"
    first = fields[0]
    if name == "save_lrpair":
        return f"stp x{19 + 2 * first}, {_LINK_REGISTER}, {place}"
    letter, number = ("d", 8 + first) if name.startswith("save_f") else ("x", 19 + first)
    if "regp" in name:
        return f"stp {letter}{number}, {letter}{number + 1}, {place}"
    return f"str {letter}{number}, {place}"
