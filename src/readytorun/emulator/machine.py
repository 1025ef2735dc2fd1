"""What the runtime asks of a machine: registers, calls, stubs, unwinding. Each architecture implements `Machine`.

A *context* is a block of memory with all registers of the emulated processor. Whenever emulated code enters the
runtime, its registers are spilled to the machine's own context, and are loaded from there when it goes on; so the
runtime, the garbage collector among it, works on memory only.

Emulated code enters the runtime through *traps*: addresses whose code spills the registers and stops. Trap handlers are
numbered; the context says which trap was hit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple

from readytorun.emulator.memory import Memory
from readytorun.r2r.reader import R2RImage
from readytorun.typesystem.method_desc import MethodDesc


class StopReason(IntEnum):
    """Why emulated code stopped."""

    TRAP = 0
    MEMORY_FAULT = 1
    DIVIDE_ERROR = 2
    BAD_INSTRUCTION = 3
    INSTRUCTION_LIMIT = 4


class Stop(NamedTuple):
    """What stopped emulated code.

    Attributes:
        reason: see StopReason.
        value: number of the trap, or the address of the faulting access.
    """

    reason: StopReason
    value: int


class Frame:
    """Where one activation of code stands.

    Attributes:
        ip: the next instruction, which behind a call is the return address.
        sp: stack pointer there.
        locations: address at which each register's value lies, by register number of the machine; 0 = lost.
        is_active: nothing was called from here: the code was interrupted, so that volatile registers count.
    """

    __slots__ = ("ip", "is_active", "locations", "sp")

    def __init__(self, ip: int, sp: int, locations: list[int], is_active: bool) -> None:
        self.ip = ip
        self.sp = sp
        self.locations = locations
        self.is_active = is_active


class ArgumentPlace(NamedTuple):
    """One eightbyte of an argument.

    Attributes:
        register: its register (general, or vector with `is_float`), or -1 on the stack.
        stack_offset: from the start of the stack arguments, in bytes.
        is_float: in a vector register.
        gc: 0 no reference, 1 reference, 2 byref.
    """

    register: int
    stack_offset: int
    is_float: bool
    gc: int


class CallLayout(NamedTuple):
    """Where the arguments of a method are, `this`, return buffer and generic context in front.

    Attributes:
        this: place of `this`, or None.
        return_buffer: place of the return buffer's address, or None.
        context: place of the hidden generic context, or None.
        continuation: place of the continuation of an async call, or None.
        arguments: the eightbytes of each declared parameter.
        stack_size: bytes of stack arguments.
    """

    this: ArgumentPlace | None
    return_buffer: ArgumentPlace | None
    context: ArgumentPlace | None
    continuation: ArgumentPlace | None
    arguments: tuple[tuple[ArgumentPlace, ...], ...]
    stack_size: int

    def places(self) -> list[ArgumentPlace]:
        """All places in order."""
        found = [p for p in (self.this, self.return_buffer, self.context, self.continuation) if p is not None]
        for argument in self.arguments:
            found.extend(argument)
        return found


class Machine(ABC):
    """One architecture.

    Attributes:
        memory: the emulated memory.
        context: address of the context that emulated code is spilled to and loaded from.
        context_size: bytes of a context.
        return_trap: the return address of code that the runtime calls.
        frame_register: number of the frame pointer.
        volatile: bit set of the registers that calls do not preserve.
        instruction_count: see `count_instructions`.
    """

    memory: Memory
    context: int
    context_size: int
    return_trap: int
    frame_register: int
    volatile: int
    instruction_count: int

    # --- running ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def run(self) -> Stop:
        """Load the context, and run until something stops it; the context then has the registers again."""

    @abstractmethod
    def new_trap(self, number: int) -> int:
        """Address of code that enters the runtime as trap `number`."""

    @abstractmethod
    def watch_blocks(self, wanted: Callable[[int], bool], action: Callable[[], None]) -> None:
        """At the start of each basic block whose address is wanted, run an action with the context filled.

        The action may change the context's general registers.
        """

    @abstractmethod
    def watch_instructions(
        self, ranges: Sequence[tuple[int, int]], wanted: Callable[[int], bool], action: Callable[[], None]
    ) -> None:
        """The same in front of each instruction of some ranges of addresses."""

    @abstractmethod
    def count_instructions(self, limit: int = 0) -> None:
        """Count in `instruction_count` from now on; stop with INSTRUCTION_LIMIT at `limit`, unless that is 0.

        Whole basic blocks are counted as they are entered.
        """

    # --- the context --------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def ip(self) -> int:
        """Instruction pointer of the context."""

    @ip.setter
    @abstractmethod
    def ip(self, value: int) -> None: ...

    @property
    @abstractmethod
    def sp(self) -> int:
        """Stack pointer of the context."""

    @sp.setter
    @abstractmethod
    def sp(self, value: int) -> None: ...

    @abstractmethod
    def register(self, number: int) -> int:
        """General register of the context."""

    @abstractmethod
    def set_register(self, number: int, value: int) -> None: ...

    @abstractmethod
    def argument(self, index: int) -> int:
        """Integer argument register of the context."""

    @abstractmethod
    def set_argument(self, index: int, value: int) -> None: ...

    @abstractmethod
    def float_argument(self, index: int, single: bool = False) -> float: ...

    @abstractmethod
    def set_result(self, value: int) -> None:
        """Integer result register."""

    @abstractmethod
    def result(self, index: int = 0) -> int:
        """Integer result register; index 1 is the second, 2 the continuation's."""

    @abstractmethod
    def set_float_result(self, value: float, single: bool = False) -> None: ...

    @abstractmethod
    def float_results(self) -> list[bytes]:
        """The vector registers that results come in."""

    @abstractmethod
    def set_results(self, integers: Sequence[int], floats: Sequence[bytes]) -> None:
        """Set all result registers."""

    @abstractmethod
    def dispatch_cell_register(self) -> int:
        """The address of the dispatch cell that a call went through."""

    @abstractmethod
    def argument_address(self, place: ArgumentPlace, context: int, stack: int) -> int:
        """Address at which an argument lies, in a context; `stack` is where the stack arguments begin."""

    @abstractmethod
    def enter_helper(self) -> None:
        """Turn the context of a called trap into that of its caller behind the call."""

    @abstractmethod
    def enter_delay_load(self) -> tuple[int, int]:
        """The same for a delay-load helper: (Module pointer, address of the cell) of the thunk's call."""

    @abstractmethod
    def stack_arguments(self) -> int:
        """Address of the stack arguments of the call that entered the runtime, once `enter_...` has been called."""

    @abstractmethod
    def jump_to(self, target: int) -> None:
        """Go on at `target` as if the code that entered the runtime had called it with the same arguments."""

    @abstractmethod
    def division_overflows(self) -> bool:
        """Whether the division that faulted was not one by zero."""

    @abstractmethod
    def prepare_call(self, target: int, stack_arguments: int = 0) -> int:
        """Set up the context for a call from the runtime; the address where stack arguments go."""

    @abstractmethod
    def prepare_funclet(self, target: int, frame: Frame, argument: int, sp: int) -> None:
        """Set up the context for a funclet of a frame, on the stack below `sp`."""

    @abstractmethod
    def prepare_resume(self, frame: Frame, target: int) -> None:
        """Set up the context to go on in a frame at `target`, after a catch."""

    # --- unwinding ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def frame_of(self, context: int, is_active: bool) -> Frame:
        """The frame that a context stands in."""

    @abstractmethod
    def unwind(self, frame: Frame, image: R2RImage, function_index: int) -> Frame:
        """The caller of a frame in managed code."""

    @abstractmethod
    def unwind_leaf(self, frame: Frame) -> Frame:
        """The caller of a frame in a stub, which has not moved the stack pointer."""

    # --- calling convention -------------------------------------------------------------------------------------------

    @abstractmethod
    def call_layout(self, method: MethodDesc, with_context: bool) -> CallLayout:
        """Where a method's arguments are."""

    @abstractmethod
    def static_layout(self, method: MethodDesc) -> CallLayout:
        """Where the arguments of an instance method would be if it were static."""

    @abstractmethod
    def gc_ref_map_place(self, position: int) -> ArgumentPlace:
        """The argument at a position of a GCRefMap."""

    # --- stubs --------------------------------------------------------------------------------------------------------

    @abstractmethod
    def mark_cards(self, low: int, span: int, table: int) -> None:
        """Make the write barriers mark the words that they store to: a byte each, at `table`.

        Only words of `span` bytes from `low` on have such a byte.
        """

    @abstractmethod
    def write_barriers(self) -> dict[int, int]:
        """Addresses of the barrier and memory helpers that are code of the machine, by helper id."""

    @abstractmethod
    def stub_constant(self, value: int) -> int:
        """Code that returns a constant."""

    @abstractmethod
    def stub_allocate(self, method_table: int, size: int, next_address: int, limit_address: int, slow: int) -> int:
        """Code that makes an object by moving the allocation pointer, or jumps to `slow`."""

    @abstractmethod
    def stub_cast(self, method_table: int, slow: int) -> int:
        """Code that returns its argument if that is null or of exactly that type, or jumps to `slow`."""

    @abstractmethod
    def stub_dispatch(self, method_table: int, target: int, otherwise: int) -> int:
        """Code that jumps to `target` if the first argument has that type, else to `otherwise`."""

    @abstractmethod
    def stub_lookup(self, context: int, result: int, otherwise: int) -> int:
        """Code that returns `result` if the first argument is `context`, or jumps to `otherwise`."""

    @abstractmethod
    def stub_unbox(self, target: int) -> int:
        """Code that makes the first argument the address of a box's contents, and jumps to `target`."""

    @abstractmethod
    def stub_shuffle(self, source: Sequence[ArgumentPlace], destination: Sequence[ArgumentPlace], **rest: int) -> int:
        """Code that moves arguments; see the implementation."""

    @abstractmethod
    def stub_delegate_invoke(self, target_offset: int, code_offset: int) -> int:
        """Code that calls the delegate in the first argument."""
