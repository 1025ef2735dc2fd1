"""Why a method is left to the runtime's JIT."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The closed set of reasons; `docs/refusal-reasons.md` explains each."""

    NO_IL = "no-il"
    INVALID_IL = "invalid-il"
    MISSING_REFERENCE = "missing-reference"
    UNRESOLVED_TOKEN = "unresolved-token"
    TOKEN_NOT_IN_MODULE = "token-not-in-module"
    VARARGS = "varargs"
    TYPED_REFERENCE = "typed-reference"
    EXPLICIT_TAIL_CALL = "explicit-tail-call"
    JMP = "jmp"
    RUNTIME_ASYNC = "runtime-async"
    VECTOR = "vector"
    PINVOKE_MARSHALLING = "pinvoke-marshalling"
    UNMANAGED_CALLERS_ONLY = "unmanaged-callers-only"
    LAYOUT = "layout"
    UNSUPPORTED_CODE = "unsupported-code"
    GENERIC_RECURSION = "generic-recursion"
    INTERNAL_ERROR = "internal-error"


class Refusal(Exception):
    """Raised while a method is imported or compiled: it is left to the JIT.

    Attributes:
        reason: one of the closed set.
        detail: what exactly, for people.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class InlineFailure(Exception):
    """Raised inside an inlined body that turns out not to be inlinable; the root method is imported again without it.

    Attributes:
        method_id: `MethodDesc.id` of the inlinee.
    """

    def __init__(self, method_id: int) -> None:
        super().__init__(f"method {method_id} cannot be inlined")
        self.method_id = method_id


class WiderMerge(Exception):
    """Raised when a later way into a block brings a value that needs a wider kind than the first one did; the method is
    imported again with that kind from the start.

    Attributes:
        block, position: IL block of the root, and place on its evaluation stack.
        kind: IR type that holds the values of all ways so far.
    """

    def __init__(self, block: int, position: int, kind: int) -> None:
        super().__init__(f"value {position} of block {block} has to be of kind {kind}")
        self.block = block
        self.position = position
        self.kind = kind
