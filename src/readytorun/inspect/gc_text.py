"""GC info in words: registers and frame locations by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from readytorun.r2r.gcinfo import (
    BASE_CALLER_SP,
    BASE_SP,
    CONTEXT_METHOD_DESC,
    CONTEXT_METHOD_TABLE,
    CONTEXT_THIS,
    INTERIOR,
    PINNED,
    GcInfo,
    RegisterSlot,
    StackSlot,
)
from readytorun.r2r.target import Machine

X64_REGISTERS: Final = (
    *("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"),
    *(f"r{number}" for number in range(8, 16)),
)
ARM64_REGISTERS: Final = (*(f"x{number}" for number in range(31)), "sp")
_CONTEXT_NAMES: Final = {
    CONTEXT_METHOD_TABLE: "method table",
    CONTEXT_METHOD_DESC: "method desc",
    CONTEXT_THIS: "this",
}


def register_name(number: int, machine: int) -> str:
    """Name of an integer register by its number in the machine's encoding."""
    names = X64_REGISTERS if machine == Machine.AMD64 else ARM64_REGISTERS
    return names[number] if number < len(names) else f"register {number}"


def frame_location(base: str, offset: int) -> str:
    """A memory operand: "[rbp-0x10]"."""
    if not offset:
        return f"[{base}]"
    return f"[{base}{'-' if offset < 0 else '+'}{abs(offset):#x}]"


def _frame_base(machine: int, info: GcInfo) -> str:
    return "frame" if info.base_register < 0 else register_name(info.base_register, machine)


def context_name(kind: int) -> str:
    """What the slot of a generic context holds."""
    return _CONTEXT_NAMES.get(kind, str(kind))


def slot_name(slot: RegisterSlot | StackSlot, machine: int, info: GcInfo) -> str:
    """A slot: "rbx", "[rbp-0x10]", "[caller sp+0x8]"; with "(byref)" or "(pinned)" behind it."""
    if isinstance(slot, RegisterSlot):
        name = register_name(slot.register, machine)
    elif slot.base == BASE_CALLER_SP:
        name = frame_location("caller_sp", slot.offset)
    elif slot.base == BASE_SP:
        name = frame_location("rsp" if machine == Machine.AMD64 else "sp", slot.offset)
    else:
        name = frame_location(_frame_base(machine, info), slot.offset)
    if slot.flags & INTERIOR:
        name += "(byref)"
    if slot.flags & PINNED:
        name += "(pinned)"
    return name


def slot_names(info: GcInfo, machine: int) -> list[str]:
    """Names of the tracked slots, in the order of the bits of slot sets."""
    tracked: list[RegisterSlot | StackSlot] = [*info.registers, *info.stack]
    return [slot_name(slot, machine, info) for slot in tracked]


def live_names(live: int, names: Sequence[str]) -> list[str]:
    """Names of the members of a slot set."""
    result = []
    while live:
        lowest = live & -live
        result.append(names[lowest.bit_length() - 1])
        live ^= lowest
    return result


def change_text(before: int, after: int, names: Sequence[str]) -> str:
    """What becomes live and what dies: "+rbx -[rbp-0x10]"."""
    born = [f"+{name}" for name in live_names(after & ~before, names)]
    died = [f"-{name}" for name in live_names(before & ~after, names)]
    return " ".join(born + died)


def header_lines(info: GcInfo, machine: int) -> Iterator[str]:
    """What the GC info says about the method as a whole."""
    parts = [f"code {info.code_length} bytes"]
    if info.base_register >= 0:
        parts.append(f"frame register {register_name(info.base_register, machine)}")
    if info.outgoing_area:
        parts.append(f"outgoing area {info.outgoing_area} bytes")
    if info.varargs:
        parts.append("varargs")
    if info.leaf_or_tail_calls:
        parts.append("funclets" if machine == Machine.AMD64 else "tail calls")
    yield ", ".join(parts)
    base = _frame_base(machine, info)
    sp = "rsp" if machine == Machine.AMD64 else "sp"
    if info.generic_context:
        place = frame_location(base if info.base_register >= 0 else sp, info.generic_context_slot)
        yield f"generic context {context_name(info.generic_context)} at {place}"
    for what, offset in (("GS cookie", info.gs_cookie_slot), ("PSPSym", info.psp_sym_slot)):
        if offset is not None:
            yield f"{what} at {frame_location('caller_sp', offset)}"
    if info.reverse_pinvoke_slot is not None:
        yield f"reverse P/Invoke frame at {frame_location(base, info.reverse_pinvoke_slot)}"
    if info.prolog_size:
        yield f"prolog {info.prolog_size} bytes" + (f", epilog {info.epilog_size} bytes" if info.epilog_size else "")
    if info.enc_sizes:
        yield "Edit and Continue areas " + ", ".join(str(size) for size in info.enc_sizes)
    if info.untracked:
        yield "untracked " + " ".join(slot_name(slot, machine, info) for slot in info.untracked)
