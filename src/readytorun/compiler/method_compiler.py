"""Compiles one method: import, passes, back end; the same steps in whatever process they run."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from readytorun.backend.errors import Unsupported
from readytorun.backend.x64 import compile_function
from readytorun.backend.x64.abi import stack_argument_size
from readytorun.backend.x64.gc_ref_map import gc_ref_map
from readytorun.errors import MissingReferenceError, ReadyToRunError
from readytorun.importer.abi import AbiMapper, TargetAbi
from readytorun.importer.cells import CellFactory
from readytorun.importer.inlining import InlineCandidates
from readytorun.importer.method import import_method
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.function import Function
from readytorun.passes.pipeline import run_pipeline
from readytorun.r2r.model import CompiledMethod
from readytorun.typesystem.abi import system_v_classify
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import MethodDesc
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
        required: canonical methods that the code calls (instantiations of these belong into the image).
    """

    compiled: CompiledMethod | None
    refused: RefusedMethod | None
    required: tuple[MethodDesc, ...] = ()


def _register_classes(type: TypeDesc) -> tuple[int, ...]:
    classes = system_v_classify(type)
    return () if classes is None else tuple(classes)


class MethodCompiler:
    """Compiles methods of one input module for linux-x64.

    Attributes:
        context, module: where the methods come from.
    """

    __slots__ = ("_abi", "_candidates", "_cells", "context", "module")

    def __init__(self, context: TypeSystemContext, module: ModuleDesc) -> None:
        self.context = context
        self.module = module
        target_abi = TargetAbi(_register_classes, gc_ref_map, stack_argument_size)
        self._abi = AbiMapper(target_abi)
        self._cells = CellFactory(module, target_abi)
        self._candidates = InlineCandidates()

    def compile(self, method: MethodDesc) -> MethodResult:
        """Compile a method; never raises for the method's own sake."""
        try:
            check_eligible(method)
            imported = import_method(self.context, self.module, method, self._cells, self._abi, self._candidates)
            run_pipeline(imported.function)
            compiled = compile_function(imported.function)
            return MethodResult(compiled, None, tuple(imported.required_methods))
        except Refusal as refusal:
            return MethodResult(None, RefusedMethod(refusal.reason, refusal.detail))
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
        check_eligible(method)
        imported = import_method(self.context, self.module, method, self._cells, self._abi, self._candidates)
        if last_pass is not None:
            run_pipeline(imported.function, last_pass)
        return imported.function

    def instance_signature(self, method: MethodDesc) -> bytes:
        """Signature blob by which the instance entry point table names an instantiated method.

        Raises:
            Refusal: the module has no token for a type in it.
        """
        out = bytearray()
        self._cells.put_method(out, method, method.token)
        return bytes(out)


def check_eligible(method: MethodDesc) -> None:
    """Refuse what is never compiled.

    Raises:
        Refusal: with the reason.
    """
    if method.is_async:
        # A runtime of this version would bind the precompiled body as if it were synchronous.
        raise Refusal(Reason.RUNTIME_ASYNC)
    if not method.has_body:
        raise Refusal(Reason.NO_IL)
    if method.is_synchronized:
        raise Refusal(Reason.SYNCHRONIZED)
    if method.is_unmanaged_callers_only:
        raise Refusal(Reason.UNMANAGED_CALLERS_ONLY)
    if method.signature.calling_convention & 0x0F == 5:
        raise Refusal(Reason.VARARGS)
