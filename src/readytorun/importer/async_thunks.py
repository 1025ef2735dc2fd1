"""Thunks between the two faces of a method that returns a task (runtime-async.md section 11).

The IL of an async method is that of its async variant. What metadata shows is a thunk:

    push the state of awaits
    try {
        try { call the async variant; completed: a task that is completed }
        catch (Exception) { a task that is faulted or cancelled }
        suspended: a task that the continuations complete
    } finally { pop }

Where async variants of other methods are thunks as well, these call the method and await its task.
"""

from __future__ import annotations

from readytorun.errors import MissingMemberError
from readytorun.il.decoder import decode
from readytorun.il.flow import build_flow
from readytorun.importer import async_library as names
from readytorun.importer.abi import AbiMapper, ir_type_of
from readytorun.importer.async_library import AsyncLibrary
from readytorun.importer.awaits import async_facts
from readytorun.importer.calls import call_method, method_call_signature
from readytorun.importer.cells import CellFactory
from readytorun.importer.fields import require_struct_layout
from readytorun.importer.frame import Frame, MethodState, StackEntry
from readytorun.importer.inlining import InlineCandidates
from readytorun.importer.instructions import load_argument
from readytorun.importer.method import ImportedMethod, create_arguments, finish_function
from readytorun.importer.refusal import Reason, Refusal
from readytorun.importer.returns import return_value
from readytorun.importer.statics import static_place
from readytorun.importer.variables import VariableUse
from readytorun.ir import ops
from readytorun.ir.function import Block, EHRegion, Funclet, Function, Slot
from readytorun.ir.ops import Op
from readytorun.ir.types import BYREF, I64, M_BYREF, M_REF, REF, STRUCT, VOID
from readytorun.r2r.model import EHClauseKind
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import (
    CONTEXT_THIS_OBJECT,
    TASK,
    TASK_OF_T,
    VALUE_TASK,
    VALUE_TASK_OF_T,
    MethodDesc,
)
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

_CATCH = 0
_FINALLY = 1


def import_thunk(
    context: TypeSystemContext,
    module: ModuleDesc,
    method: MethodDesc,
    cells: CellFactory,
    abi: AbiMapper,
    inline_candidates: InlineCandidates,
    library: AsyncLibrary,
) -> ImportedMethod:
    """Make the thunk that a method is: the task-returning face of an async method, or the async face of another one.

    Raises:
        Refusal: it is left to the runtime.
    """
    body = method.body()
    if body is None:
        raise Refusal(Reason.NO_IL)
    function = Function(str(method), method_call_signature(abi, method))
    state = MethodState(context, module, method, function, cells, abi, inline_candidates, set(), library)
    code = decode(body.code)
    frame = Frame(state, method, body, code, build_flow(code, body.regions))
    if method.is_async_variant:
        function.runtime_async = async_facts(state, method)
    entry = function.new_block()
    state.place(entry, 0, 0, 0)
    state.ssa.seal(entry)
    state.builder.block = entry
    function.blocks.append(entry)
    use = VariableUse()
    if method.context_source == CONTEXT_THIS_OBJECT:
        use.crosses_funclets = 1
    create_arguments(frame, use, not method.is_async_variant)
    function.context_kind = method.context_source
    try:
        if method.is_async_variant:
            _AwaitingThunk(frame, library).build()
        else:
            _TaskThunk(frame, library).build()
    except MissingMemberError as error:
        raise Refusal(Reason.RUNTIME_ASYNC, str(error)) from error
    finish_function(state)
    return ImportedMethod(function, state.dependencies)


def _open_form(context: TypeSystemContext, method: MethodDesc) -> MethodDesc:
    """The method on its own type variables, for lookups in shared code."""
    definition = method.definition
    owner = definition.owner
    if method.owner.instantiation:
        arguments = tuple([context.type_variable(i) for i in range(len(method.owner.instantiation))])
        owner = context.instantiate(owner, arguments)
    result = context.method_on_owner(definition, owner)
    if method.instantiation:
        variables = tuple([context.method_variable(i) for i in range(len(method.instantiation))])
        result = context.method_instance(result, variables)
    return result


class _Thunk:
    """What both kinds of thunk need.

    Attributes:
        frame: the thunk's.
        library: the core library.
        ordinary: the method that returns the task.
        open_ordinary: the same on its own type variables.
        task_type: what it returns.
    """

    __slots__ = ("frame", "library", "open_ordinary", "ordinary", "task_type")

    def __init__(self, frame: Frame, library: AsyncLibrary) -> None:
        self.frame = frame
        self.library = library
        self.ordinary = frame.method.ordinary
        self.open_ordinary = _open_form(frame.state.context, self.ordinary)
        self.task_type = self.ordinary.signature.return_type

    @property
    def kind(self) -> int:
        """TASK_* of the task."""
        return self.ordinary.task_kind

    @property
    def is_value_task(self) -> bool:
        return self.kind == VALUE_TASK or self.kind == VALUE_TASK_OF_T

    @property
    def has_result(self) -> bool:
        return self.kind == TASK_OF_T or self.kind == VALUE_TASK_OF_T

    def arguments(self) -> list[StackEntry]:
        """The thunk's own arguments."""
        frame = self.frame
        found: list[StackEntry] = []
        for index in range(len(frame.arg_types)):
            load_argument(frame, index)
            found.append(frame.pop())
        return found

    def call(
        self, method: MethodDesc, arguments: list[StackEntry], open_method: MethodDesc | None = None
    ) -> StackEntry | None:
        """Call a method directly; gives its result."""
        frame = self.frame
        call_method(frame, method, 0, arguments, False, True, open_method if open_method is not None else method)
        return frame.pop() if ir_type_of(method.signature.return_type) != VOID else None

    def call_helper(self, type_name: str, name: str, arguments: list[StackEntry]) -> StackEntry | None:
        """Call a member of the core library; of those with a type parameter the one for the result."""
        context = self.frame.state.context
        definition = self.library.method(type_name, name, 1 if self.has_result else 0)
        if not self.has_result:
            return self.call(definition, arguments)
        result = self.task_type.instantiation[0]
        open_result = self.open_ordinary.signature.return_type.instantiation[0]
        return self.call(
            context.method_instance(definition, (result,)),
            arguments,
            context.method_instance(definition, (open_result,)),
        )

    def new_block(self, try_index: int, funclet: int, order: int) -> Block:
        """A block with its place in the final order."""
        state = self.frame.state
        block = state.function.new_block()
        block.try_index = try_index
        block.funclet = funclet
        state.place(block, funclet, order, 0)
        state.function.blocks.append(block)
        return block

    def enter(self, block: Block) -> None:
        """Go on in a block, which gets no more predecessors."""
        state = self.frame.state
        state.ssa.seal(block)
        state.builder.block = block
        funclet, offset, order, _ = state.block_keys[block.id]
        state.current_key = (funclet, offset, order)


class _TaskThunk(_Thunk):
    """The task-returning face of an async method."""

    __slots__ = ("_await_state", "_returned", "_store")

    def __init__(self, frame: Frame, library: AsyncLibrary) -> None:
        super().__init__(frame, library)
        state = frame.state
        context = state.context
        # Address of the thread's state of awaits, where the dialect has one.
        self._await_state: Slot | None = None
        store = context.well_known(names.CONTEXT_STORE if not library.dialect.keeps_thread else names.STACK_STATE)
        self._store = self._new_slot(store)
        kind = ir_type_of(self.task_type)
        self._returned = self._new_slot(self.task_type) if kind == STRUCT else state.new_scalar_slot(kind)

    def _new_slot(self, type: TypeDesc) -> Slot:
        frame = self.frame
        require_struct_layout(frame, type)
        layout = frame.layout(type)
        return frame.state.function.new_slot(layout.size, max(layout.alignment, 1), layout.gc_refs, True)

    def build(self) -> None:
        """Build all of it, from the end of the entry block on."""
        frame = self.frame
        state = frame.state
        builder = state.builder
        protected = self.new_block(_CATCH, 0, 1)
        done = self.new_block(_CATCH, 0, 2)
        suspended = self.new_block(_FINALLY, 0, 3)
        caught = self.new_block(_FINALLY, 0, 4)
        leave = self.new_block(-1, 0, 5)
        self._push()
        builder.jump(protected)
        self.enter(protected)
        frame.takes_continuation = True
        variant = self.ordinary.async_variant
        result = self.call(variant, self.arguments(), self.open_ordinary.async_variant)
        continuation = frame.continuation
        if continuation is None:
            raise ValueError("no call with the async convention was made")
        builder.branch(ops.BRANCH, ops.NE, continuation, builder.null(), suspended, done)
        self.enter(done)
        self._keep(self._completed(result))
        builder.jump(leave)
        self.enter(suspended)
        self._keep(self._unfinished())
        builder.jump(leave)
        self._handlers(caught)
        self.enter(caught)
        builder.jump(leave)
        self.enter(leave)
        self._pop()
        address = builder.slot_addr(self._returned)
        if self.is_value_task:
            return_value(frame, StackEntry(address, STRUCT, self.task_type))
        else:
            return_value(frame, StackEntry(builder.load(M_REF, address), REF, self.task_type))

    def _handlers(self, caught: Block) -> None:
        """The catch handler, and the fault that is left of the finally."""
        state = self.frame.state
        function = state.function
        builder = state.builder
        catch = EHRegion(EHClauseKind.TYPED)
        catch.catches_exception = True
        catch.handler_funclet = 1
        catch.enclosing = _FINALLY
        fault = EHRegion(EHClauseKind.FAULT)
        fault.handler_funclet = 2
        function.eh_regions += [catch, fault]
        catching = self.new_block(-1, 1, 0)
        faulting = self.new_block(-1, 2, 0)
        function.funclets += [Funclet(catching, False, _CATCH), Funclet(faulting, False, _FINALLY)]
        self.enter(catching)
        exception = StackEntry(builder.op(ops.CATCH_ARG, REF, []), REF)
        name = "ValueTaskFromException" if self.is_value_task else "TaskFromException"
        self._keep(self.call_helper(names.HELPERS, name, [exception]))
        builder.terminate(ops.CATCH_RETURN, [], [caught], [])
        self.enter(faulting)
        self._pop()
        builder.terminate(ops.END_FINALLY, [], [], [])

    def _keep(self, task: StackEntry | None) -> None:
        """Store the task to return."""
        builder = self.frame.state.builder
        if task is not None:
            self.frame.store_value(self.task_type, builder.slot_addr(self._returned), 0, task, 0)

    def _push(self) -> None:
        frame = self.frame
        builder = frame.state.builder
        store = builder.slot_addr(self._store)
        if not self.library.dialect.keeps_thread:
            self.call(self.library.method(names.CONTEXT_STORE, "Push"), [StackEntry(store, BYREF)])
            return
        field = self.library.await_state_field()
        place = static_place(frame, field, 0)
        address = builder.addr(BYREF, place.base, place.offset)
        if place.is_boxed:
            address = builder.addr(BYREF, builder.load(M_REF, place.base, place.offset), 8)
        slot = frame.state.new_scalar_slot(BYREF)
        self._await_state = slot
        builder.store(M_BYREF, builder.slot_addr(slot), address)
        push = self.library.method(names.AWAIT_STATE, "Push")
        self.call(push, [StackEntry(address, BYREF), StackEntry(store, I64)])

    def _pop(self) -> None:
        builder = self.frame.state.builder
        if self._await_state is None:
            pop = self.library.method(names.CONTEXT_STORE, "Pop")
            self.call(pop, [StackEntry(builder.slot_addr(self._store), BYREF)])
            return
        self.call(self.library.method(names.AWAIT_STATE, "Pop"), [StackEntry(self._state_address(), BYREF)])

    def _state_address(self) -> Op:
        builder = self.frame.state.builder
        slot = self._await_state
        if slot is None:
            raise ValueError("the dialect has no state of awaits")
        return builder.load(M_BYREF, builder.slot_addr(slot))

    def _completed(self, result: StackEntry | None) -> StackEntry | None:
        type_name = names.VALUE_TASK if self.is_value_task else names.TASK
        if result is None:
            return self.call(self.library.method(type_name, "get_CompletedTask"), [])
        return self.call_helper(type_name, "FromResult", [result])

    def _unfinished(self) -> StackEntry | None:
        if self._await_state is None:
            name = "FinalizeValueTaskReturningThunk" if self.is_value_task else "FinalizeTaskReturningThunk"
            return self.call_helper(names.HELPERS, name, [])
        name = "CreateRuntimeAsyncValueTask" if self.is_value_task else "CreateRuntimeAsyncTask"
        return self.call_helper(names.HELPERS, name, [StackEntry(self._state_address(), BYREF)])


class _AwaitingThunk(_Thunk):
    """The async face of a method that is not async, where that is a thunk."""

    __slots__ = ()

    def build(self) -> None:
        """Build all of it, from the end of the entry block on."""
        frame = self.frame
        state = frame.state
        builder = state.builder
        context = state.context
        task = self.call(self.ordinary, self.arguments(), self.open_ordinary)
        if task is None:
            raise ValueError("a method that returns no task has no async variant")
        if self.is_value_task:
            slot = state.new_temp(self.task_type)
            builder.copy_block(builder.slot_addr(slot), task.op, frame.layout(self.task_type), False)
            task = StackEntry(builder.slot_addr(slot), BYREF)
        waits = self.new_block(-1, 0, 1)
        completed = self.new_block(-1, 0, 2)
        is_completed = self._member("get_IsCompleted", task)
        if is_completed is None:
            raise ValueError("get_IsCompleted has no result")
        builder.branch(ops.BRANCH, ops.NE, is_completed.op, builder.const(is_completed.kind, 0), completed, waits)
        self.enter(waits)
        awaited: StackEntry | None = task
        if self.is_value_task:
            awaited = self._member("AsTaskOrNotifier", task)
        if awaited is not None:
            self.call(
                self.library.method(names.HELPERS, "TransparentAwait", 0, context.well_known("System.Object")),
                [awaited],
            )
        builder.jump(completed)
        self.enter(completed)
        if not self.is_value_task:
            name = "CompletedTaskResult" if self.has_result else "CompletedTask"
            result = self.call_helper(names.HELPERS, name, [task])
        else:
            result = self._member("get_Result" if self.has_result else "ThrowIfCompletedUnsuccessfully", task)
        return_value(frame, result)

    def _member(self, name: str, task: StackEntry) -> StackEntry | None:
        """Call an instance method of the task."""
        context = self.frame.state.context
        if self.kind == TASK or self.kind == TASK_OF_T:
            return self.call(self.library.method(names.TASK, name), [task])
        if self.kind == VALUE_TASK:
            return self.call(self.library.method(names.VALUE_TASK, name), [task])
        definition = self.library.method(names.VALUE_TASK_OF_T, name)
        open_type = self.open_ordinary.signature.return_type
        return self.call(
            context.method_on_owner(definition, self.task_type), [task], context.method_on_owner(definition, open_type)
        )
