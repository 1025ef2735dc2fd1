"""What the machine can do: checks of instruction sets, and the properties that ask for them.

Code that uses an instruction beyond the baseline lists a check; where the check fails the runtime compiles the method
itself. A property that asks for an instruction set is a constant only where the answer is the same on every machine of
the target; otherwise it stays a call, which gives the machine's answer (crossgen2 assumes "no" and lists a check that
fails on all newer machines).
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.ir.types import I32
from readytorun.typesystem.method_desc import MethodDesc

# Numbers in the blob of the check (readytoruninstructionset.h). SSE4.2 stands for popcnt and SSE4.1 as well.
_SSE42: Final = 6
_ATOMICS: Final = 21

_BASELINE_X86: Final = frozenset(("X86Base", "Sse", "Sse2"))


def require_sse42(frame: Frame) -> None:
    """The method uses roundsd, popcnt or the like (x64 only)."""
    _require(frame, False, _SSE42)


def require_atomics(frame: Frame) -> None:
    """The method uses the atomic instructions of Armv8.1 (arm64 only)."""
    _require(frame, True, _ATOMICS)


def _require(frame: Frame, on_arm64: bool, number: int) -> None:
    state = frame.state
    if state.abi.target.is_arm64 == on_arm64:
        state.require_fixup(state.cells.check_instruction_set(number * 2 + 1))


def import_capability(frame: Frame, method: MethodDesc, position: int) -> int:
    """IsSupported and IsHardwareAccelerated."""
    answer = _answer(method, frame.state.abi.target.is_arm64)
    if answer < 0 or method.signature.params or method.instantiation:
        return -1
    frame.push(frame.state.builder.const(I32, answer), I32)
    return position + 1


def _answer(method: MethodDesc, is_arm64: bool) -> int:
    """1 or 0 where all machines of the target agree, else -1."""
    owner = method.owner
    name = owner.name
    while owner.enclosing_type is not None:
        # X86Base.X64, Aes.Arm64: as the class that they are nested in, on 64-bit targets.
        if name not in ("X64", "Arm64"):
            return -1
        owner = owner.enclosing_type
        name = owner.name
    namespace = owner.namespace
    if namespace == "System.Runtime.Intrinsics.Arm":
        return -1 if is_arm64 else 0
    if namespace == "System.Runtime.Intrinsics.Wasm":
        return 0
    if namespace == "System.Runtime.Intrinsics.X86":
        if is_arm64:
            return 0
        return 1 if name in _BASELINE_X86 else -1
    if namespace == "System.Runtime.Intrinsics" and method.name == "get_IsHardwareAccelerated":
        if name == "Vector128":
            return 1
        if name == "Vector64":
            return 1 if is_arm64 else 0
    return -1
