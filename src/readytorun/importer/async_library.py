"""The core library's side of runtime-async: which dialect it speaks, and its private methods that compiled code calls.

The dialect is decided by the metadata of the core library that is compiled against (runtime-async.md section 20).
"""

from __future__ import annotations

from typing import Final

from readytorun.errors import BadImageError, MissingMemberError
from readytorun.importer.manifest_tokens import ManifestTokens
from readytorun.ir.runtime_async import SEED, V11B, Dialect
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

HELPERS: Final = "System.Runtime.CompilerServices.AsyncHelpers"
CONTINUATION: Final = "System.Runtime.CompilerServices.Continuation"
TASK: Final = "System.Threading.Tasks.Task"
VALUE_TASK: Final = "System.Threading.Tasks.ValueTask"
VALUE_TASK_OF_T: Final = "System.Threading.Tasks.ValueTask`1"
AWAIT_STATE: Final = HELPERS + "+RuntimeAsyncAwaitState"
STACK_STATE: Final = HELPERS + "+RuntimeAsyncStackState"
CONTEXT_STORE: Final = "System.Runtime.CompilerServices.ExecutionAndSyncBlockStore"
AWAIT_STATE_FIELD: Final = "t_runtimeAsyncAwaitState"
_FLAGS: Final = "System.Runtime.CompilerServices.ContinuationFlags"

_ALL_TASK_MEMBERS: Final = {TASK: ("FromResult", "get_CompletedTask"), VALUE_TASK: ("FromResult", "get_CompletedTask")}
_FROM_EXCEPTION: Final = ("TaskFromException", "ValueTaskFromException")

# What code of each dialect may have to name, by declaring type. All overloads of a name get a token.
_MEMBERS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    SEED.name: {
        HELPERS: (
            "CaptureContexts",
            "RestoreContexts",
            "CaptureContinuationContext",
            "CaptureExecutionContext",
            "RestoreContextsOnSuspension",
            "RestoreExecutionContext",
            "FinalizeTaskReturningThunk",
            "FinalizeValueTaskReturningThunk",
            *_FROM_EXCEPTION,
            "CompletedTask",
            "CompletedTaskResult",
            "TransparentAwait",
        ),
        CONTEXT_STORE: ("Push", "Pop"),
        TASK: ("FromResult", "get_CompletedTask", "get_IsCompleted"),
        VALUE_TASK: (
            "FromResult",
            "get_CompletedTask",
            "get_IsCompleted",
            "ThrowIfCompletedUnsuccessfully",
            "AsTaskOrNotifier",
        ),
        VALUE_TASK_OF_T: ("get_IsCompleted", "get_Result", "AsTaskOrNotifier"),
    },
    V11B.name: {
        HELPERS: (
            "CaptureContexts",
            "RestoreContexts",
            "FinishSuspensionWithContinuationContext",
            "FinishSuspensionNoContinuationContext",
            "CaptureContinuationContext",
            "CaptureExecutionContext",
            "CreateRuntimeAsyncTask",
            "CreateRuntimeAsyncValueTask",
            *_FROM_EXCEPTION,
            "TransparentAwait",
        ),
        AWAIT_STATE: ("Push", "Pop"),
        **_ALL_TASK_MEMBERS,
    },
}
# Those that the code of an async method itself calls.
_CALLS: Final[dict[str, tuple[str, ...]]] = {name: members[HELPERS][:6] for name, members in _MEMBERS.items()}


def find_dialect(context: TypeSystemContext) -> Dialect | None:
    """The dialect of the core library, None if it has none that code can be compiled for.

    Raises:
        MissingReferenceError: there is no core library.
    """
    continuation = _type(context, CONTINUATION)
    helpers = _type(context, HELPERS)
    if continuation is None or helpers is None:
        return None
    if "ResumeInfo" not in [field.name for field in continuation.fields()]:
        return None
    captures = [method for method in helpers.methods() if method.name == "CaptureContexts"]
    if len(captures) != 1:
        return None
    names = {method.name for method in helpers.methods()}
    count = len(captures[0].signature.params)
    if count == 2 and not [name for name in names if name.startswith("FinishSuspension")]:
        return SEED
    if count == 3 and "CreateRuntimeAsyncTask" in names:
        flags = _type(context, _FLAGS)
        if flags is not None:
            bits = {field.name: constant_of(field) for field in flags.fields() if field.is_literal}
            if bits.get("ResultIndexFirstBit") == 11 and bits.get("ExecutionContextIndexFirstBit") == 4:
                return V11B
    return None


def require_dialect(context: TypeSystemContext, wanted: Dialect | None, target: str) -> Dialect | None:
    """The dialect to compile for: that of the target, which the core library must speak.

    Raises:
        BadImageError: it speaks another one, or none.
    """
    if wanted is None:
        return None
    found = find_dialect(context)
    if found is not wanted:
        speaks = "none that is known" if found is None else found.name
        raise BadImageError(
            context.core.path,
            f"target {target} needs a core library with runtime-async dialect {wanted.name}, this one's is {speaks}",
        )
    return found


def constant_of(field: FieldDesc) -> int:
    """Value of an integer constant of the core library; -1 where it has none."""
    module = field.module
    rows = module.reader.rows_of(_CONSTANT, "Parent", field.token)
    if not rows:
        return -1
    blob = module.reader.blob(module.reader.column(_CONSTANT, "Value")[rows[0] - 1])
    return int.from_bytes(blob, "little", signed=True)


_CONSTANT: Final = 0x0B


def _type(context: TypeSystemContext, name: str) -> TypeDesc | None:
    try:
        return context.well_known(name)
    except MissingMemberError:
        return None


class AsyncLibrary:
    """Finds the members of the core library that code of one dialect calls.

    Attributes:
        context: the type system.
        dialect: what the core library speaks.
        calls: names of the methods of AsyncHelpers that the code of async methods calls.
    """

    __slots__ = ("_found", "calls", "context", "dialect")

    def __init__(self, context: TypeSystemContext, dialect: Dialect) -> None:
        self.context = context
        self.dialect = dialect
        self.calls = _CALLS[dialect.name]
        self._found: dict[tuple[str, str, int, int], MethodDesc] = {}

    def add_tokens(self, tokens: ManifestTokens) -> None:
        """Give all members of the dialect a row in an image's manifest."""
        for type_name, names in _MEMBERS[self.dialect.name].items():
            owner = self.context.well_known(type_name)
            tokens.add_type(owner)
            for method in owner.methods():
                if method.name in names:
                    tokens.add_method(method)
        tokens.add_type(self.context.well_known(CONTINUATION))
        if self.dialect is V11B:
            tokens.add_type(self.context.well_known(STACK_STATE))
            tokens.add_field(self.await_state_field())

    def method(
        self, type_name: str, name: str, generic_count: int = 0, first_param: TypeDesc | None = None
    ) -> MethodDesc:
        """A method definition of the core library.

        Args:
            type_name: full name of its type.
            name: its name.
            generic_count: number of its type parameters.
            first_param: of several overloads, the definition of the type of the first parameter.

        Raises:
            MissingMemberError: there is not exactly one such method.
        """
        key = (type_name, name, generic_count, -1 if first_param is None else first_param.id)
        found = self._found.get(key)
        if found is None:
            fitting = []
            for method in self.context.well_known(type_name).methods():
                if method.name != name or method.generic_parameter_count != generic_count:
                    continue
                params = method.signature.params
                if first_param is None or (params and params[0].definition is first_param):
                    fitting.append(method)
            if len(fitting) != 1:
                raise MissingMemberError(
                    f"{self.context.core.path}: {type_name} has {len(fitting)} methods {name} that fit"
                )
            found = fitting[0]
            self._found[key] = found
        return found

    def await_state_field(self) -> FieldDesc:
        """The thread static that holds the state of awaits (V11b)."""
        for field in self.context.well_known(HELPERS).fields():
            if field.name == AWAIT_STATE_FIELD:
                return field
        raise MissingMemberError(f"{self.context.core.path}: {HELPERS} has no field {AWAIT_STATE_FIELD}")

    def is_await(self, method: MethodDesc) -> bool:
        """Whether a method is one of the overloads of AsyncHelpers.Await."""
        return method.name == "Await" and method.owner is self.context.well_known(HELPERS)


def make_manifest_tokens(module: ModuleDesc, library: AsyncLibrary | None) -> ManifestTokens | None:
    """The manifest rows for an input; None if it needs none, as the core library itself."""
    if library is None or module.is_core:
        return None
    tokens = ManifestTokens(module)
    library.add_tokens(tokens)
    return tokens
