"""Exceptions: the two passes over the stack, funclets, and going on behind a handler (exceptionhandling.cpp).

The first pass looks for a clause that catches, running filters on top of the stack. The second pass unwinds: finally
and fault handlers of the frames left run, innermost first. Then the catch handler runs, and its frame goes on where the
handler says. Handlers are *funclets*: code of their own that shares the frame pointer of its method.

A catch handler runs in the run loop of the frame that it belongs to, as if that frame had called it; finally handlers
and filters run in loops of their own. An exception that leaves a funclet is looked for further in the frame that the
funclet belongs to, in the clauses outside of the one that is being handled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError, ManagedException
from readytorun.emulator.generic_contexts import context_of_frame
from readytorun.emulator.machine import Frame
from readytorun.emulator.stack import ManagedFrame, Transition, TransitionKind
from readytorun.r2r.model import EHClause, EHClauseKind
from readytorun.typesystem.layout import field_offset
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_SYSTEM_EXCEPTION = 0x20  # clause flag: catches System.Exception, without a token


class UnwindTo(Exception):
    """Raised through the run loops of frames that are gone, to the one whose frame catches.

    Attributes:
        level: number of the run loop.
        transition: of the catch handler, already among the transitions of that loop.
        target, frame: the handler's code, and the frame that it belongs to.
    """

    def __init__(self, level: int, transition: Transition, target: int, frame: Frame, keep: int) -> None:
        super().__init__(level)
        self.level = level
        self.transition = transition
        self.target = target
        self.frame = frame
        self.keep = keep


@dataclass(slots=True)
class _Site:
    """A frame as the search sees it: where in its code the exception comes from, and which clauses are out.

    Attributes:
        managed: the frame.
        offset: inside the call or instruction that threw.
        after: only clauses behind this index that enclose the handled clause's try count; -1 = all.
        transitions: how many transitions are below the frame.
    """

    managed: ManagedFrame
    offset: int
    after: int
    transitions: int


class ExceptionDispatcher:
    """Throws."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stack_trace = -1  # offset of the field

    # --- exceptions of the runtime's own ------------------------------------------------------------------------------

    def make(self, kind: str, text: str | None = None) -> int:
        """A new exception object, made by the class library (System.RuntimeExceptions)."""
        runtime = self._runtime
        method = runtime.find_method("System.RuntimeExceptions", kind)
        if text is None and kind == "Overflow":
            text = "Arithmetic operation resulted in an overflow."
        argument = runtime.heap.new_string(text) if text is not None else 0
        return runtime.call_method(method, (argument,))

    def make_type_initialization(self, type: TypeDesc, inner: int) -> int:
        """The exception of a class constructor that failed with `inner`."""
        runtime = self._runtime
        handle = runtime.heap.handle(inner)
        name = runtime.heap.new_string(runtime.internal_calls.type_name(type))
        method = runtime.find_method("System.TypeInitializationException", "Make")
        return runtime.call_method(method, (name, runtime.heap.take(handle)))

    def text_of(self, handle: int) -> str:
        """What an exception's ToString says; the handle ends."""
        runtime = self._runtime
        this = runtime.heap.take(handle)
        table = runtime.heap.table_of(this)
        method = runtime.find_method("System.Object", "ToString")
        entry = runtime.dispatch.entry_point(method, table)
        try:
            text, _ = runtime.invoke(entry, (this,))
            return runtime.heap.text(text) if text else str(table.type)
        except ManagedException:
            return str(table.type)

    def is_overflow(self) -> bool:
        """Whether the faulting division was of the smallest number by -1, not by zero."""
        return self._runtime.machine.division_overflows()

    def throw_hardware(self, kind: str) -> None:
        """Throw for a faulting instruction: the context is that of the frame, which was interrupted there."""
        runtime = self._runtime
        # The exception object is made on top of the interrupted frame, whose volatile registers are of no use any more.
        handle = runtime.heap.handle(self.make(kind))
        self._dispatch(runtime.heap.take(handle), runtime.machine.frame_of(runtime.machine.context, True))

    # --- throwing -----------------------------------------------------------------------------------------------------

    def throw(self, exception: int) -> None:
        """Throw an object from the frame that the context stands in, behind its call of a helper."""
        runtime = self._runtime
        if not exception:
            exception = self.make("NullReference")
        self._dispatch(exception, runtime.frame_here())

    def rethrow(self) -> None:
        """Throw the exception that the innermost catch handler handles once more."""
        runtime = self._runtime
        for transition in reversed(runtime.transitions):
            if transition.kind == TransitionKind.CATCH:
                self._dispatch(runtime.heap.get(transition.exception), runtime.frame_here(), True)
                return
        raise ExecutionError("rethrow outside of a catch handler")

    def _dispatch(self, exception: int, frame: Frame, is_rethrown: bool = False) -> None:
        """Both passes. Afterwards the context is that of the catch handler, or UnwindTo is raised."""
        runtime = self._runtime
        handle = runtime.heap.handle(exception)
        found = self._first_pass(handle, frame)
        self._trace(handle, frame, found[0] if found else None, is_rethrown)
        if found is None:
            self._second_pass(handle, frame, None, -1)
            raise ManagedException(handle)
        site, clause_index = found
        self._second_pass(handle, frame, site, clause_index)
        self._enter_catch(handle, site, clause_index)

    def _trace(self, handle: int, frame: Frame, end: _Site | None, is_rethrown: bool) -> None:
        """Note the methods between the throw and the handler in the exception's stack trace."""
        runtime = self._runtime
        if self._stack_trace < 0:
            field = runtime.context.well_known("System.Exception").find_field("_stackTrace")
            if field is None:
                raise ExecutionError("the core library has no field System.Exception._stackTrace")
            self._stack_trace = field_offset(field)
        lines = []
        for site in self._sites(frame) or []:
            lines.append(f"   at {runtime.code.name_of(site.managed.code)}")
            if end is not None and site.managed.frame.sp == end.managed.frame.sp and site.after == end.after:
                break
        exception = runtime.heap.get(handle)
        before = runtime.memory.u64(exception + self._stack_trace) if is_rethrown else 0
        if before:
            lines.insert(0, runtime.heap.text(before))
        text = runtime.heap.new_string("\n".join(lines))
        place = runtime.heap.get(handle) + self._stack_trace
        runtime.memory.set_u64(place, text)
        runtime.heap.cards.mark(place)

    def _sites(self, frame: Frame) -> list[_Site] | None:
        """The frames that an exception passes, innermost first, up to a call by the runtime, where it stops."""
        runtime = self._runtime
        sites: list[_Site] = []
        pending = len(runtime.transitions)
        return_trap = runtime.machine.return_trap
        walker = runtime.walker
        current: Frame | None = frame
        while current is not None:
            if current.ip == return_trap:
                pending -= 1
                transition = runtime.transitions[pending]
                if transition.kind in (TransitionKind.CALL, TransitionKind.FILTER):
                    return sites
                assert transition.parent is not None
                # Out of a handler: further in the frame that it belongs to.
                managed = walker.managed(transition.parent, 0)
                assert managed is not None
                offset = managed.offset if managed.frame.is_active else managed.offset - 1
                sites.append(_Site(managed, offset, transition.clause, pending))
                current = walker.caller(managed)
                continue
            managed = walker.managed(current, 0)
            if managed is None:
                if not runtime.is_stub(current.ip):
                    raise ExecutionError(f"the stack leads to {current.ip:#x}, where there is no code")
                current = runtime.machine.unwind_leaf(current)
                continue
            offset = managed.offset if managed.frame.is_active else managed.offset - 1
            sites.append(_Site(managed, offset, -1, pending))
            current = walker.caller(managed)
        return sites

    def _clauses(self, site: _Site) -> list[int]:
        """Indices of the clauses whose try region the exception is in, innermost first."""
        code = site.managed.code
        found = []
        handled = code.clauses[site.after] if site.after >= 0 else None
        for index, clause in enumerate(code.clauses):
            if handled is not None:
                # Of a frame whose handler threw: the clauses around the handled one only. A try block that is all there
                # is in another has the same range; what tells them from two handlers of one block is the flag.
                same_range = (clause.try_start, clause.try_end) == (handled.try_start, handled.try_end)
                if index <= site.after or (same_range and clause.same_try_as_previous):
                    continue
            if clause.try_start <= site.offset < clause.try_end:
                found.append(index)
        return found

    def _first_pass(self, handle: int, frame: Frame) -> tuple[_Site, int] | None:
        for site in self._sites(frame) or []:
            for index in self._clauses(site):
                clause = site.managed.code.clauses[index]
                if clause.kind == EHClauseKind.TYPED:
                    if self._catches(site, clause, handle):
                        return site, index
                elif clause.kind == EHClauseKind.FILTER and self._filter(site, clause, handle, frame):
                    return site, index
        return None

    def _catches(self, site: _Site, clause: EHClause, handle: int) -> bool:
        runtime = self._runtime
        actual = runtime.heap.table_of(runtime.heap.get(handle)).type
        if clause.other_flags & _SYSTEM_EXCEPTION or not clause.class_token_or_filter:
            wanted = runtime.context.well_known("System.Exception")
        else:
            method = runtime.code.method_of(site.managed.code)
            module = site.managed.code.image.module if method is None else method.module
            wanted = module.resolve_type(clause.class_token_or_filter, None)
            if wanted.contains_variables:
                generic = context_of_frame(runtime, site.managed)
                wanted = module.resolve_type(clause.class_token_or_filter, generic)
        return runtime.casting.can_cast(actual, wanted)

    def _filter(self, site: _Site, clause: EHClause, handle: int, thrown_from: Frame) -> bool:
        """Run a filter on top of the stack; an exception in it counts as no."""
        runtime = self._runtime
        code = site.managed.code
        transition = runtime.begin_transition(TransitionKind.FILTER)
        transition.continuation = self._kept(thrown_from, transition)
        transition.parent = site.managed.frame
        transition.code = code
        try:
            machine = runtime.machine
            parent = self._kept(site.managed.frame, transition)
            machine.prepare_funclet(
                code.start + clause.class_token_or_filter,
                parent,
                runtime.heap.get(handle),
                min(machine.sp, thrown_from.sp),
            )
            runtime.run_loop()
            return machine.result(0) & 0xFFFFFFFF != 0
        except ManagedException as error:
            runtime.heap.free(error.exception)
            return False
        finally:
            runtime.end_transition(transition)

    def _kept(self, frame: Frame, transition: Transition) -> Frame:
        """A frame whose registers are taken from a transition's copy of the context instead of the context itself."""
        runtime = self._runtime
        machine = runtime.machine
        delta = transition.saved - machine.context
        locations = [location + delta if runtime.in_context(location) else location for location in frame.locations]
        return Frame(frame.ip, frame.sp, locations, frame.is_active)

    # --- the second pass ----------------------------------------------------------------------------------------------

    def _second_pass(self, handle: int, frame: Frame, target: _Site | None, clause_index: int) -> None:
        """Run the finally and fault handlers of everything between the throw and the catching clause."""
        for site in self._sites(frame) or []:
            is_target = (
                target is not None
                and site.managed.frame.sp == target.managed.frame.sp
                and site.managed.frame.ip == target.managed.frame.ip
                and site.transitions == target.transitions
                and site.after == target.after
            )
            for index in self._clauses(site):
                if is_target and index == clause_index:
                    return
                clause = site.managed.code.clauses[index]
                if clause.kind in (EHClauseKind.FINALLY, EHClauseKind.FAULT):
                    if is_target and clause_index < index:
                        return
                    self._run_finally(site, index)
            if is_target:
                return

    def _run_finally(self, site: _Site, index: int) -> None:
        runtime = self._runtime
        clause = site.managed.code.clauses[index]
        machine = runtime.machine
        # What is above the frame is gone: its transitions, too, are out of the picture while the handler runs.
        frame = site.managed.frame
        transition = runtime.begin_transition(TransitionKind.FINALLY)
        kept = self._kept(frame, transition)
        transition.parent = kept
        transition.code = site.managed.code
        transition.clause = index
        managed = ManagedFrame(kept, site.managed.code, site.managed.offset, site.managed.funclet, 0)
        transition.continuation = runtime.walker.caller(managed)
        hidden = runtime.transitions[site.transitions : -1]
        runtime.transitions[site.transitions :] = [transition]
        try:
            # On top of the stack: frames below may have saved registers of this one and its callers.
            machine.prepare_funclet(site.managed.code.start + clause.handler_start, kept, 0, machine.sp)
            runtime.run_loop()
        finally:
            if runtime.transitions and runtime.transitions[-1] is transition:
                runtime.transitions[-1:] = [*hidden, transition]
                runtime.end_transition(transition)

    # --- catch handlers -----------------------------------------------------------------------------------------------

    def _enter_catch(self, handle: int, site: _Site, clause_index: int) -> None:
        runtime = self._runtime
        code = site.managed.code
        frame = site.managed.frame
        # The frame's registers must survive while the handler runs: keep them with the transition.
        saved = runtime.save_context()
        transition = Transition(TransitionKind.CATCH, None, saved=saved)
        kept = self._owned(frame, saved)
        transition.parent = kept
        transition.code = code
        transition.clause = clause_index
        transition.exception = handle
        managed = ManagedFrame(kept, code, site.managed.offset, site.managed.funclet, 0)
        transition.continuation = runtime.walker.caller(managed)
        level = runtime.level_of_transition(site.transitions)
        target = code.start + code.clauses[clause_index].handler_start
        unwind = UnwindTo(level, transition, target, kept, site.transitions)
        if level != runtime.level:
            raise unwind
        self.land(unwind)

    def _owned(self, frame: Frame, saved: int) -> Frame:
        """A frame with all of its registers copied to a context of its own."""
        runtime = self._runtime
        values = [runtime.memory.u64(location) if location else 0 for location in frame.locations]
        machine = runtime.machine
        copy = machine.frame_of(saved, False)
        for location, value in zip(copy.locations, values, strict=True):
            runtime.memory.set_u64(location, value)
        return Frame(frame.ip, frame.sp, copy.locations, frame.is_active)

    def land(self, unwind: UnwindTo) -> None:
        """In the run loop of the catching frame: enter the handler."""
        runtime = self._runtime
        transition = unwind.transition
        for gone in runtime.transitions[unwind.keep :]:
            if gone.kind == TransitionKind.CATCH:
                runtime.heap.free(gone.exception)
                runtime.release_context(gone.saved)
        runtime.transitions[unwind.keep :] = [transition]
        frame = unwind.frame
        runtime.machine.prepare_funclet(unwind.target, frame, runtime.heap.get(transition.exception), frame.sp)

    def end_catch(self) -> None:
        """The catch handler returned the address at which its frame goes on."""
        runtime = self._runtime
        transition = runtime.transitions.pop()
        assert transition.parent is not None
        target = runtime.machine.result(0)
        runtime.machine.prepare_resume(transition.parent, target)
        runtime.heap.free(transition.exception)
        runtime.release_context(transition.saved)
