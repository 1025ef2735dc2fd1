"""Compiles one method: import, passes, back end; the same steps in whatever process they run."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from readytorun.backend.errors import Unsupported
from readytorun.backend.x64 import compile_function
from readytorun.backend.x64.abi import stack_argument_size
from readytorun.backend.x64.gc_ref_map import gc_ref_map
from readytorun.errors import MissingReferenceError, ReadyToRunError
from readytorun.importer.abi import AbiMapper, TargetAbi, ir_type_of, memory_type_of
from readytorun.importer.async_library import AsyncLibrary, make_manifest_tokens
from readytorun.importer.async_thunks import import_thunk
from readytorun.importer.bubble_tokens import BubbleTokens
from readytorun.importer.cells import CellFactory
from readytorun.importer.dependencies import Dependencies
from readytorun.importer.inlining import InlineCandidates
from readytorun.importer.method import ImportedMethod, import_method
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.function import Function
from readytorun.ir.runtime_async import Dialect, RuntimeAsync
from readytorun.ir.types import STRUCT, VOID, CallSignature
from readytorun.passes.pipeline import run_pipeline
from readytorun.passes.runtime_async.layout import LayoutError
from readytorun.passes.runtime_async.split import CannotSuspend
from readytorun.passes.runtime_async.stub import StubResult, build_stub
from readytorun.r2r.model import CompiledMethod
from readytorun.typesystem.abi import system_v_classify
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import TASK_NONE, MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc


@dataclass(frozen=True, slots=True)
class RefusedMethod:
    """A method left to the JIT.

    Attributes:
        reason: one of the closed set.
        detail: for people.
        traceback: where an internal error came from, else "".
    """

    reason: Reason
    detail: str
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """Outcome for one method.

    Attributes:
        compiled: the code, or None if refused.
        refused: the refusal, or None.
        dependencies: what else the image should contain, if there is code.
        symbol: what other code of the image calls the code by, "" if none does.
        stub: the resumption stub of an async method that may suspend, else None.
        stub_symbol: as `symbol`, of the stub.
    """

    compiled: CompiledMethod | None
    refused: RefusedMethod | None
    dependencies: Dependencies | None = None
    symbol: str = ""
    stub: CompiledMethod | None = None
    stub_symbol: str = ""


def _register_classes(type: TypeDesc) -> tuple[int, ...]:
    classes = system_v_classify(type)
    return () if classes is None else tuple(classes)


class MethodCompiler:
    """Compiles methods of one input module for linux-x64.

    Attributes:
        context, module: where the methods come from.
        library: what the core library has for runtime-async; None if async methods are left to the runtime.
        manifest: rows of the image's manifest metadata, None if there are none.
        bubble: tokens of the core library, if it is in the input's version bubble.
    """

    __slots__ = ("_abi", "_candidates", "_cells", "bubble", "context", "library", "manifest", "module")

    def __init__(self, context: TypeSystemContext, module: ModuleDesc, dialect: Dialect | None = None) -> None:
        self.context = context
        self.module = module
        self.library = None if dialect is None else AsyncLibrary(context, dialect)
        self.manifest = make_manifest_tokens(module, self.library)
        target_abi = TargetAbi(_register_classes, gc_ref_map, stack_argument_size)
        self._abi = AbiMapper(target_abi)
        self.bubble: BubbleTokens | None = None
        if not module.is_core and context.core.in_version_bubble:
            self.bubble = BubbleTokens(module, context.core)
        self._cells = CellFactory(module, target_abi, self.manifest, self.bubble)
        self._candidates = InlineCandidates()

    def compile(self, method: MethodDesc) -> MethodResult:
        """Compile a method; never raises for the method's own sake."""
        try:
            imported = self._import(method)
            function = imported.function
            signature = function.signature
            run_pipeline(function)
            compiled = compile_function(function)
            facts = function.runtime_async
            if facts is None or not facts.state_count:
                return MethodResult(compiled, None, imported.dependencies)
            stub = compile_function(self._stub(method, signature, facts))
            return MethodResult(compiled, None, imported.dependencies, facts.symbol, stub, facts.stub_symbol)
        except Refusal as refusal:
            return MethodResult(None, RefusedMethod(refusal.reason, refusal.detail))
        except (CannotSuspend, LayoutError) as error:
            return MethodResult(None, RefusedMethod(Reason.RUNTIME_ASYNC, str(error)))
        except Unsupported as unsupported:
            return MethodResult(None, RefusedMethod(Reason.UNSUPPORTED_CODE, str(unsupported)))
        except MissingReferenceError as error:
            return MethodResult(None, RefusedMethod(Reason.MISSING_REFERENCE, str(error)))
        except ReadyToRunError as error:
            return MethodResult(None, RefusedMethod(Reason.UNRESOLVED_TOKEN, str(error)))
        except Exception as error:
            return MethodResult(
                None, RefusedMethod(Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}", traceback.format_exc())
            )

    def function_after(self, method: MethodDesc, last_pass: str | None) -> Function:
        """The IR of a method after a pass, or as imported if that is None.

        Raises:
            Refusal: it is not compiled.
            UsageError: no such pass.
        """
        imported = self._import(method)
        if last_pass is not None:
            run_pipeline(imported.function, last_pass)
        return imported.function

    def _import(self, method: MethodDesc) -> ImportedMethod:
        check_eligible(method, self.library)
        library = self.library
        if library is not None and self._is_thunk(method, library):
            return import_thunk(self.context, self.module, method, self._cells, self._abi, self._candidates, library)
        return import_method(self.context, self.module, method, self._cells, self._abi, self._candidates, library)

    def _is_thunk(self, method: MethodDesc, library: AsyncLibrary) -> bool:
        """Whether a method's code is not made from its IL, but calls its other face."""
        if method.task_kind == TASK_NONE or method.is_async == method.is_async_variant:
            return False
        return method.is_async or not library.dialect.compiles_async_versions

    def _stub(self, method: MethodDesc, signature: CallSignature, facts: RuntimeAsync) -> Function:
        result = method.signature.return_type
        kind = ir_type_of(result)
        if kind == STRUCT:
            shape = StubResult(-1, self._abi.struct_layout(result))
        else:
            shape = StubResult(-1 if kind == VOID else memory_type_of(result), None)
        function = build_stub(str(method), signature, facts.symbol, shape)
        run_pipeline(function)
        return function

    def instance_signature(self, method: MethodDesc) -> bytes:
        """Signature blob by which the instance entry point table names an instantiated method.

        Raises:
            Refusal: the module has no token for a type in it.
        """
        out = bytearray()
        self._cells.put_method(out, method, method.token)
        return bytes(out)


def check_eligible(method: MethodDesc, library: AsyncLibrary | None = None) -> None:
    """Refuse what is never compiled.

    Args:
        method: what is to be compiled.
        library: what the core library has for runtime-async, None if nothing is compiled for it.

    Raises:
        Refusal: with the reason.
    """
    if library is None and (method.is_async or method.is_async_variant):
        # A runtime of this version would bind the precompiled body as if it were synchronous.
        raise Refusal(Reason.RUNTIME_ASYNC)
    if not method.has_body:
        raise Refusal(Reason.NO_IL)
    if method.signature.calling_convention & 0x0F == 5:
        raise Refusal(Reason.VARARGS)
