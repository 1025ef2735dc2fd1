"""Entry points: which address is the code of a method, and what must be ready before it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError, MissingCodeError
from readytorun.emulator.loader import LoadedImage, MethodCode
from readytorun.emulator.machine import ArgumentPlace, CallLayout
from readytorun.r2r.reader import R2RMethod
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import CONTEXT_METHOD_DESC, CONTEXT_METHOD_TABLE, MethodDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime


def needs_context(method: MethodDesc) -> bool:
    """Whether a method's code takes its generic context as a hidden argument."""
    return method.canonical().context_source in (CONTEXT_METHOD_DESC, CONTEXT_METHOD_TABLE)


class CodeFinder:
    """Finds code by method, in all images."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._instances: dict[int, tuple[LoadedImage, R2RMethod]] | None = None
        self._entries: dict[int, int] = {}
        self._stubs: dict[tuple[int, bool], int] = {}
        self._methods_by_code: dict[MethodCode, MethodDesc] = {}
        self.methods_by_entry: dict[int, MethodDesc] = {}
        self._watchers: list[Callable[[MethodCode], None]] = []

    # --- finding ------------------------------------------------------------------------------------------------------

    def _image_of(self, method: MethodDesc) -> LoadedImage | None:
        for image in self._runtime.images:
            if image.module is method.module:
                return image
        return None

    def _find(self, canonical: MethodDesc) -> tuple[LoadedImage, R2RMethod] | None:
        """The record of canonical code: by row, or by signature if it is an instantiation or async variant."""
        if not canonical.instantiation and not canonical.owner.instantiation and not canonical.is_async_variant:
            image = self._image_of(canonical)
            record = None if image is None else image.method_defs.get(canonical.token & 0xFFFFFF)
            return None if record is None or image is None else (image, record)
        if self._instances is None:
            self._instances = {}
            for image in self._runtime.images:
                signatures = self._runtime.signatures[image.base]
                for record in image.r2r.methods:
                    if record.signature is None:
                        continue
                    named = signatures.method(record.signature, signatures.scope(None))
                    self._instances.setdefault(named.method.id, (image, record))
        return self._instances.get(canonical.id)

    def has_code(self, method: MethodDesc) -> bool:
        """Whether an image has native code for a method."""
        return self._find(method.canonical()) is not None

    def entry_of_code(self, method: MethodDesc) -> int:
        """Address of the code of a method, which takes a generic context where shared code does.

        Raises:
            MissingCodeError: no image has it, and the runtime does not supply it.
        """
        canonical = method.canonical()
        found = self._entries.get(canonical.id)
        if found is None:
            found = self._entries[canonical.id] = self._make_entry(canonical)
            self.methods_by_entry[found] = canonical
        return found

    def _make_entry(self, canonical: MethodDesc) -> int:
        runtime = self._runtime
        if canonical.owner.element_type == et.STRING and canonical.is_ctor:
            return self.entry_of_code(self._string_constructor(canonical))
        supplied = runtime.internal_calls.find(canonical)
        if supplied:
            return supplied
        found = self._find(canonical)
        if found is None:
            if canonical.is_abstract:
                raise ExecutionError(f"abstract method {canonical} is called")
            raise MissingCodeError(f"no image has native code for {canonical} of {canonical.module.name}")
        image, record = found
        code = image.code_of_function(record.function_index)
        code.record = record
        self._methods_by_code[code] = canonical
        for watcher in self._watchers:
            watcher(code)
        self.prepare(code)
        return code.start

    def _string_constructor(self, constructor: MethodDesc) -> MethodDesc:
        for method in constructor.owner.methods():
            if method.name == "Ctor" and method.signature.params == constructor.signature.params:
                return method
        raise MissingCodeError(f"the core library has no String.Ctor for {constructor}")

    def prepare(self, code: MethodCode) -> None:
        """Fill the cells that a method's code reads (readytorun-format.md#entry-points)."""
        if code.is_prepared or code.record is None:
            return
        code.is_prepared = True
        for section, slot in code.record.fixups:
            self._runtime.cells.fill_precode(code.image, section, slot, self.name_of(code))

    def when_found(self, watcher: Callable[[MethodCode], None]) -> None:
        """Call a watcher for each method whose code is found, before it first runs; for those found so far at once."""
        self._watchers.append(watcher)
        for code in self._methods_by_code:
            watcher(code)

    # --- entry points of exact methods --------------------------------------------------------------------------------

    def entry_point(self, method: MethodDesc) -> int:
        """Address to call a method at that passes only what its signature says.

        Where the code takes a generic context, it is a stub that adds it.
        """
        code = self.entry_of_code(method)
        if method.is_shared or not needs_context(method):
            return code
        key = method.id, False
        found = self._stubs.get(key)
        if found is None:
            found = self._instantiating_stub(method, code, 0)
            self._stubs[key] = found
            self.methods_by_entry[found] = method
        return found

    def unboxing_entry_point(self, method: MethodDesc) -> int:
        """Address to call an instance method of a value type at with a box as `this`."""
        key = method.id, True
        found = self._stubs.get(key)
        if found is None:
            code = self.entry_of_code(method)
            if needs_context(method) and not method.is_shared:
                found = self._instantiating_stub(method, code, 8)
            elif needs_context(method):
                raise ExecutionError(f"an unboxing stub for shared code is needed: {method}")
            else:
                found = self._runtime.machine.stub_unbox(code)
            self._stubs[key] = found
            self.methods_by_entry[found] = method
        return found

    def context_of(self, method: MethodDesc) -> int:
        """The generic context that an exact method's code takes."""
        tables = self._runtime.tables
        if method.canonical().context_source == CONTEXT_METHOD_DESC:
            return tables.method_handle(method)
        return tables.of(method.owner).address

    def _instantiating_stub(self, method: MethodDesc, code: int, this_adjustment: int) -> int:
        machine = self._runtime.machine
        plain = machine.call_layout(method, False)
        full = machine.call_layout(method, True)
        assert full.context is not None
        source = plain.places()
        destination = [place for place in full.places() if place is not full.context]
        hidden = self.context_of(method)
        if full.stack_size > plain.stack_size:
            return self._relay(list(zip(source, destination, strict=True)), code, full, hidden, this_adjustment)
        return machine.stub_shuffle(
            source,
            destination,
            target=code,
            hidden=hidden,
            hidden_register=full.context.register,
            this_adjustment=this_adjustment,
        )

    def _relay(
        self,
        pairs: list[tuple[ArgumentPlace, ArgumentPlace]],
        code: int,
        full: CallLayout,
        hidden: int,
        this_adjustment: int,
    ) -> int:
        """A stub that cannot jump, because the code takes more on the stack than its caller has passed: it calls."""
        runtime = self._runtime
        context = full.context
        assert context is not None

        def call() -> None:
            machine = runtime.machine
            stack = machine.stack_arguments()
            values = [
                (to, runtime.memory.u64(machine.argument_address(place, machine.context, stack))) for place, to in pairs
            ]
            if this_adjustment:
                this, value = values[0]
                values[0] = this, value + this_adjustment
            runtime.invoke_with(code, [*values, (context, hidden)], full.stack_size)

        return runtime.new_trap(call)

    # --- names --------------------------------------------------------------------------------------------------------

    def method_of(self, code: MethodCode) -> MethodDesc | None:
        """The method that code belongs to, if it was called by its name."""
        return self._methods_by_code.get(code)

    def name_of(self, code: MethodCode) -> str:
        """Name of a method for messages."""
        method = self._methods_by_code.get(code)
        if method is not None:
            return str(method)
        body = code.image.code_before(code)
        if body is not None and body.record is not None and code.record is None and body in self._methods_by_code:
            # No table lists a resumption stub; it lies behind the body that it resumes.
            return f"[RESUME] {self._methods_by_code[body]}"
        return code.name
