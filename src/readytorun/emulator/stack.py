"""Walking the stack of the emulated program: managed frames, and the transitions between runtime and managed code.

A *transition* is made whenever the runtime runs managed code on top of other managed code: calls from helpers (class
constructors, callbacks) and funclets. Managed code called by a transition returns to the machine's return trap, which
is how the walk knows that it has reached one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError
from readytorun.emulator.loader import LoadedImage, MethodCode
from readytorun.emulator.machine import Frame

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime


class TransitionKind(IntEnum):
    """Why the runtime runs managed code."""

    CALL = 0
    FILTER = 1
    FINALLY = 2
    CATCH = 3


@dataclass(slots=True)
class Transition:
    """One entry into managed code.

    Attributes:
        kind: see TransitionKind.
        continuation: where the walk goes on: the frame that the runtime was entered from (calls, filters), or the
            caller of the frame whose handler runs (finally and catch handlers; None before they have one).
        refs: places that hold references which the runtime needs later: (address, 1 reference, 2 byref).
        parent: for funclets: the frame whose funclet it is.
        code: its method.
        clause: index of the clause that is being handled.
        exception: handle of the exception that a catch handler handles.
        saved: address of the saved context, 0 for catch handlers.
    """

    kind: TransitionKind
    continuation: Frame | None
    refs: list[tuple[int, int]] = field(default_factory=list)
    parent: Frame | None = None
    code: MethodCode | None = None
    clause: int = -1
    exception: int = 0
    saved: int = 0


@dataclass(slots=True)
class ManagedFrame:
    """One frame of managed code.

    Attributes:
        frame: registers.
        code: the method.
        offset: of the instruction pointer from the start of its code.
        funclet: the funclet it is in, None for the main body.
        depth: how many transitions lie between it and the top of the stack.
    """

    frame: Frame
    code: MethodCode
    offset: int
    funclet: tuple[int, int] | None
    depth: int


class StackWalker:
    """Finds frames; see above."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._images: list[LoadedImage] = runtime.images
        self._functions: dict[int, tuple[LoadedImage, int, MethodCode]] = {}

    def code_at(self, address: int) -> tuple[LoadedImage, int, MethodCode] | None:
        """Image, runtime function and method at an address; None outside of managed code."""
        found = self._functions.get(address)
        if found is None:
            for image in self._images:
                if image.contains(address):
                    index = image.function_index_at(address)
                    if index < 0:
                        return None
                    found = image, index, image.code_of_function(index)
                    self._functions[address] = found
                    break
        return found

    def managed(self, frame: Frame, depth: int) -> ManagedFrame | None:
        """The frame as one of managed code, or None."""
        found = self.code_at(frame.ip)
        if found is None:
            return None
        code = found[2]
        offset = frame.ip - code.start
        return ManagedFrame(frame, code, offset, code.funclet_at(offset), depth)

    def caller(self, managed: ManagedFrame) -> Frame:
        """The frame that called one."""
        frame = managed.frame
        found = self.code_at(frame.ip)
        if found is None:
            raise ExecutionError(f"no unwind data at {frame.ip:#x}")
        return self._runtime.machine.unwind(frame, found[0].r2r, found[1])

    def walk(self, frame: Frame) -> Iterator[ManagedFrame | Transition]:
        """All frames from `frame` on, innermost first, with the transitions between them."""
        runtime = self._runtime
        return_trap = runtime.machine.return_trap
        depth = 0
        pending = len(runtime.transitions)
        current: Frame | None = frame
        while current is not None:
            if current.ip == return_trap:
                if not pending:
                    return
                pending -= 1
                transition = runtime.transitions[pending]
                yield transition
                depth += 1
                current = transition.continuation
                continue
            managed = self.managed(current, depth)
            if managed is None:
                if not runtime.is_stub(current.ip):
                    raise ExecutionError(f"the stack leads to {current.ip:#x}, where there is no code")
                current = runtime.machine.unwind_leaf(current)
                continue
            yield managed
            current = self.caller(managed)
