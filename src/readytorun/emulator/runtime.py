"""The emulated CoreCLR: ties its parts together, and runs managed code until it comes back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TextIO

from readytorun.emulator.cards import Cards
from readytorun.emulator.casting import Casting
from readytorun.emulator.cells import Cells
from readytorun.emulator.code import CodeFinder
from readytorun.emulator.collector import Collector
from readytorun.emulator.delegates import Delegates
from readytorun.emulator.dispatch import Dispatch
from readytorun.emulator.errors import ExecutionError, ManagedException, ProgramExit, UnhandledException
from readytorun.emulator.exceptions import ExceptionDispatcher, UnwindTo
from readytorun.emulator.heap import Heap
from readytorun.emulator.helpers import Helpers
from readytorun.emulator.internal_calls import InternalCalls
from readytorun.emulator.loader import LoadedImage, MethodCode
from readytorun.emulator.machine import ArgumentPlace, CallLayout, Frame, Machine, StopReason
from readytorun.emulator.memory import NULL_AREA, Memory
from readytorun.emulator.method_tables import MethodTables
from readytorun.emulator.signatures import Signatures
from readytorun.emulator.stack import StackWalker, Transition, TransitionKind
from readytorun.emulator.statics import Statics
from readytorun.emulator.tracer import Tracer
from readytorun.emulator.x64.machine import X64Machine
from readytorun.errors import UsageError
from readytorun.metadata.tables import TableId
from readytorun.r2r.constants import HeaderFlag
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine as MachineId
from readytorun.typesystem import element_types as et
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc

_STACK_RESERVE: Final = 0x1_0000  # what the runtime's own check of the stack leaves free
_MAXIMUM_NESTING: Final = 800

Handler = Callable[[], None]


class Runtime:
    """One emulated process.

    Attributes:
        memory, machine: the emulated hardware.
        context: the type system over all assemblies.
        images: loaded images, in the order given.
        transitions: entries of the runtime into managed code, outermost first.
        stdout, stderr: where the program's output goes.
        exit_code: what Environment.ExitCode says.
        clock: virtual time in milliseconds; it advances only when all that is left is waiting.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        references: Sequence[str] = (),
        *,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        trace: TextIO | None = None,
    ) -> None:
        """Load images.

        Args:
            paths: ReadyToRun images; the first is the program.
            references: IL assemblies (patterns) that the images refer to and that need no code: facades.
            stdout, stderr: default: those of this process.
            trace: where events are written to, see Tracer.
        """
        if not paths:
            raise UsageError("no image")
        self.stdout: TextIO = sys.stdout if stdout is None else stdout
        self.stderr: TextIO = sys.stderr if stderr is None else stderr
        self.exit_code = 0
        self.clock = 0
        files = [R2RImage.open(path) for path in paths]
        machines = {file.machine for file in files}
        if machines != {MachineId.AMD64}:
            raise UsageError("only images for x64 can be run")
        self.memory = Memory()
        self.machine: Machine = X64Machine(self.memory)
        self.context = TypeSystemContext([*map(str, paths), *references])
        self.images: list[LoadedImage] = []
        self._traps: list[tuple[Handler, bool]] = [(self._no_handler, False)]
        self.transitions: list[Transition] = []
        self._saved_contexts: list[int] = []
        self._level_bases: list[int] = []
        self._code_before_stubs = 0
        for file in files:
            module = self.context.load_module(file.path)
            self.images.append(LoadedImage(self.memory, file, module))
        self._bind_bubbles()
        self._stub_start = self.memory.allocate_code(0)
        self.tables = MethodTables(self.memory)
        self.heap = Heap(self.memory, self.tables, self.context, Cards(self.memory, self.machine))
        self.walker = StackWalker(self)
        self.collector = Collector(self)
        self.tracer = Tracer(self, trace)
        self.statics = Statics(self)
        self.dispatch = Dispatch(self)
        self.casting = Casting(self)
        self.delegates = Delegates(self)
        self.internal_calls = InternalCalls(self)
        self.code = CodeFinder(self)
        self.signatures = {image.base: Signatures(image, self.context) for image in self.images}
        self.exceptions = ExceptionDispatcher(self)
        self.cells = Cells(self)
        self.helpers = Helpers(self)
        self.machine.sp = self.memory.stack_base - 0x1000
        self.machine.ip = self.machine.return_trap
        for image in self.images:
            self.cells.fill_eager(image)
        if self.tracer.is_on:
            self._watch_calls()

    def _bind_bubbles(self) -> None:
        """Tell the type system which assemblies were compiled as one version bubble: class layouts depend on it."""
        for number, image in enumerate(self.images, 2):
            image.module.version_bubble = number
        for image in self.images:
            if image.r2r.header.flags & HeaderFlag.MULTIMODULE_VERSION_BUBBLE:
                for name in image.manifest_references:
                    member = self.context.module_by_name(name, image.name)
                    self._check_mvid(image, name, member)
                    old, new = member.version_bubble, image.module.version_bubble
                    for other in self.images:
                        if other.module.version_bubble == old:
                            other.module.version_bubble = new

    @staticmethod
    def _check_mvid(image: LoadedImage, name: str, member: ModuleDesc) -> None:
        """An assembly of the version bubble must be the one that the image was compiled against."""
        compiled = dict(zip(image.manifest_references, image.r2r.manifest_mvids, strict=False))
        mvid = compiled.get(name)
        if mvid is not None and mvid.int and mvid != member.file.mvid:
            raise UsageError(
                f"{image.r2r.path} was compiled against another {name} than {member.path} is; compile it again"
            )

    # --- traps --------------------------------------------------------------------------------------------------------

    def _no_handler(self) -> None:
        raise ExecutionError("trap 0 has no handler")

    def new_trap(self, handler: Handler, delay_load: bool = False) -> int:
        """Address that enters the runtime and runs `handler`.

        With the context of the caller behind its call; a delay-load handler takes the context as it is.
        """
        self._traps.append((handler, delay_load))
        return self.machine.new_trap(len(self._traps) - 1)

    def is_stub(self, address: int) -> bool:
        """Whether code made by the runtime lies there."""
        return address >= self._stub_start and address < self.memory.allocate_code(0)

    # --- running managed code -----------------------------------------------------------------------------------------

    def run_loop(self) -> None:
        """Run from the context on, until managed code returns to the return trap of this level."""
        machine = self.machine
        traps = self._traps
        level = len(self._level_bases)
        self._level_bases.append(len(self.transitions))
        try:
            while True:
                try:
                    stop = machine.run()
                    if stop.reason == StopReason.TRAP:
                        number = stop.value
                        if number == 0:
                            transition = self.transitions[-1]
                            if transition.kind == TransitionKind.CATCH:
                                self.exceptions.end_catch()
                                continue
                            return
                        handler, delay_load = traps[number]
                        if not delay_load:
                            machine.enter_helper()
                        handler()
                    else:
                        self._fault(stop.reason, stop.value)
                except ManagedException as error:
                    self.exceptions.throw(self.heap.take(error.exception))
                except UnwindTo as unwind:
                    if unwind.level != level:
                        raise
                    self.exceptions.land(unwind)
        finally:
            del self._level_bases[level:]

    @property
    def level(self) -> int:
        """Number of the innermost run loop."""
        return len(self._level_bases) - 1

    def level_of_transition(self, index: int) -> int:
        """Number of the run loop that runs the managed code in front of transition `index`."""
        level = len(self._level_bases) - 1
        while level > 0 and self._level_bases[level] > index:
            level -= 1
        return level

    def _fault(self, reason: StopReason, value: int) -> None:
        machine = self.machine
        if reason == StopReason.INSTRUCTION_LIMIT:
            raise ExecutionError(f"the limit of instructions is reached in {self.describe(machine.ip)}")
        frame = machine.frame_of(machine.context, True)
        if self.walker.code_at(frame.ip) is None and self.is_stub(frame.ip):
            # In a barrier or dispatch stub: the call's own frame faults.
            machine.enter_helper()
        elif self.walker.code_at(frame.ip) is None:
            raise ExecutionError(f"{reason.name.lower().replace('_', ' ')} at {frame.ip:#x}, where there is no code")
        if reason == StopReason.DIVIDE_ERROR:
            self.exceptions.throw_hardware("Overflow" if self.exceptions.is_overflow() else "DivideByZero")
        elif reason == StopReason.MEMORY_FAULT and value < NULL_AREA:
            self.exceptions.throw_hardware("NullReference")
        else:
            where = self.describe(frame.ip)
            raise ExecutionError(f"{reason.name.lower().replace('_', ' ')} in {where}, address {value:#x}")

    def save_context(self) -> int:
        """Copy the context; the address of the copy."""
        machine = self.machine
        saved = self._saved_contexts.pop() if self._saved_contexts else self.memory.allocate_data(machine.context_size)
        self.memory.move(saved, machine.context, machine.context_size)
        return saved

    def restore_context(self, saved: int) -> None:
        """Load the context from a copy, which is given back."""
        self.memory.move(self.machine.context, saved, self.machine.context_size)
        self._saved_contexts.append(saved)

    def release_context(self, saved: int) -> None:
        """Give back a copy of the context without loading it."""
        self._saved_contexts.append(saved)

    def begin_transition(self, kind: TransitionKind, refs: Sequence[tuple[int, int]] = ()) -> Transition:
        """Save the context, and note that managed code is about to run on top of it.

        `refs` are places in the context or on the stack; those in the context are meant in its copy.
        """
        machine = self.machine
        if len(self._level_bases) > _MAXIMUM_NESTING or machine.sp < self.memory.stack_limit + _STACK_RESERVE // 2:
            raise ExecutionError("stack overflow: too many calls of managed code by the runtime")
        saved = self.save_context()
        shifted = [
            (address - machine.context + saved if self.in_context(address) else address, gc) for address, gc in refs
        ]
        transition = Transition(kind, machine.frame_of(saved, False), shifted, saved=saved)
        self.transitions.append(transition)
        return transition

    def in_context(self, address: int) -> bool:
        """Whether an address lies in the machine's context."""
        return self.machine.context <= address < self.machine.context + self.machine.context_size

    def end_transition(self, transition: Transition) -> None:
        """Back to the state before `begin_transition`."""
        while True:
            popped = self.transitions.pop()
            if popped is transition:
                break
            # A catch handler that was left together with everything else up to here.
            if popped.kind != TransitionKind.CATCH:
                raise ExecutionError("transitions end in the wrong order")
            self.heap.free(popped.exception)
            self.release_context(popped.saved)
        self.restore_context(transition.saved)

    def invoke(
        self,
        target: int,
        integers: Sequence[int] = (),
        refs: Sequence[tuple[int, int]] = (),
    ) -> tuple[int, int]:
        """Call code with integer arguments in registers; both integer results.

        Raises:
            ManagedException: the code threw an exception.
        """
        transition = self.begin_transition(TransitionKind.CALL, refs)
        machine = self.machine
        try:
            machine.prepare_call(target)
            for index, value in enumerate(integers):
                machine.set_argument(index, value)
            self.run_loop()
            return machine.result(0), machine.result(1)
        finally:
            self.end_transition(transition)

    def invoke_with(
        self,
        target: int,
        places: Sequence[tuple[ArgumentPlace, int]],
        stack_size: int,
        refs: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Call code with arguments at places; the results stay in the context's result registers afterwards.

        Results are copied from the callee's context to the one that is restored.
        """
        transition = self.begin_transition(TransitionKind.CALL, refs)
        machine = self.machine
        memory = self.memory
        results: list[int] = []
        floats: list[bytes] = []
        try:
            stack = machine.prepare_call(target, stack_size)
            for place, value in places:
                memory.set_u64(machine.argument_address(place, machine.context, stack), value)
            self.run_loop()
            results = [machine.result(i) for i in range(3)]
            floats = machine.float_results()
        finally:
            self.end_transition(transition)
        machine.set_results(results, floats)

    def call_method(
        self, method: MethodDesc, integers: Sequence[int] = (), refs: Sequence[tuple[int, int]] = ()
    ) -> int:
        """Call a method with integer and reference arguments; its first integer result."""
        return self.invoke(self.code.entry_point(method), integers, refs)[0]

    def _watch_calls(self) -> None:
        """Tell the tracer of each method that is entered."""
        starts: dict[int, bool] = {}

        def is_start(address: int) -> bool:
            known = starts.get(address)
            if known is None:
                found = self.walker.code_at(address)
                known = starts[address] = found is not None and found[2].start == address
            return known

        def called() -> None:
            found = self.walker.code_at(self.machine.ip)
            assert found is not None
            self.tracer.called(found[2])

        self.machine.watch_blocks(is_start, called)

    # --- GC stress ----------------------------------------------------------------------------------------------------

    def enable_stress(self, limit: int = 0) -> None:
        """Collect at every safe point that is reached, at each at most `limit` times (0 = always).

        Safe points are the return addresses of calls that GC info lists, and all instructions in its ranges. It is
        checked as well that write barriers were told of all references from old objects to new ones.
        """
        self.collector.stress = True
        self.collector.stress_limit = limit
        self.heap.cards.enable()
        known: dict[int, bool] = {}
        machine, walker, collector = self.machine, self.walker, self.collector

        def is_safe_point(address: int) -> bool:
            found = walker.code_at(address)
            if found is None:
                return False
            code = found[2]
            return address - code.start in code.safe_points

        def at_block(address: int) -> bool:
            known_one = known.get(address)
            if known_one is None:
                known_one = known[address] = is_safe_point(address)
            return known_one and collector.at_safe_point(address)

        def collect() -> None:
            collector.shift(machine.frame_of(machine.context, True), [])

        def watch_ranges(code: MethodCode) -> None:
            ranges = [(code.start + start, code.start + end) for start, end in code.gc_info.ranges]
            machine.watch_instructions(ranges, collector.at_safe_point, collect)

        machine.watch_blocks(at_block, collect)
        self.code.when_found(watch_ranges)

    # --- exceptions, for helpers --------------------------------------------------------------------------------------

    def throw(self, kind: str, text: str | None = None) -> ManagedException:
        """An exception of the class library to raise: `raise runtime.throw("InvalidCast", "...")`."""
        return ManagedException(self.heap.handle(self.exceptions.make(kind, text)))

    # --- names --------------------------------------------------------------------------------------------------------

    def describe(self, address: int) -> str:
        """Method and offset at an address."""
        found = self.walker.code_at(address)
        if found is None:
            return f"{address:#x}"
        code = found[2]
        return f"{self.code.name_of(code)}+{address - code.start:#x}"

    # --- programs -----------------------------------------------------------------------------------------------------

    def entry_method(self) -> MethodDesc:
        """The program's Main.

        Raises:
            UsageError: the first image is a library.
        """
        image = self.images[0]
        header = image.r2r.image.cor_header
        token = 0 if header is None else header.entry_point_token
        if token >> 24 != TableId.METHOD_DEF:
            raise UsageError(f"{image.r2r.path} is a library: it has no entry point")
        return image.module.resolve_method(token, None)

    def run(self, arguments: Sequence[str] = ()) -> int:
        """Run the program; its exit code.

        Raises:
            UnhandledException: it ended with one.
            ExecutionError: it cannot go on.
        """
        method = self.entry_method()
        integers = []
        refs: list[tuple[int, int]] = []
        if method.signature.params:
            handle = self.heap.handle(self._string_array(arguments))
            integers.append(self.heap.take(handle))
        try:
            result = self.call_method(method, integers, refs)
            self.scheduler_drain()
            returns_number = method.signature.return_type.underlying.element_type in (et.I4, et.U4)
            code = result & 0xFFFFFFFF if returns_number else self.exit_code
        except ProgramExit as end:
            code = end.exit_code & 0xFFFFFFFF
        except ManagedException as error:
            raise UnhandledException(self.exceptions.text_of(error.exception)) from None
        return code - (1 << 32) if code & 0x80000000 else code

    def scheduler_drain(self) -> None:
        """What still has to run when Main is done; foreground work only, of which there is none."""

    def _string_array(self, texts: Sequence[str]) -> int:
        string = self.context.well_known("System.String")
        array = self.heap.new_array(string, len(texts))
        for index, text in enumerate(texts):
            self.memory.set_u64(array + 16 + 8 * index, self.heap.new_string(text))
        return array

    def find_method(self, type_name: str, method_name: str, parameter_count: int = -1) -> MethodDesc:
        """A method of the core library by names.

        Raises:
            ExecutionError: there is none.
        """
        type = self.context.well_known(type_name)
        for method in type.methods():
            if method.name == method_name and parameter_count in (-1, len(method.signature.params)):
                return method
        raise ExecutionError(f"the core library has no method {type_name}.{method_name}")

    def layout(self, method: MethodDesc, with_context: bool = False) -> CallLayout:
        """Where a method's arguments are."""
        return self.machine.call_layout(method, with_context)

    def frame_here(self) -> Frame:
        """The managed frame that entered the runtime, behind its call."""
        return self.machine.frame_of(self.machine.context, False)
